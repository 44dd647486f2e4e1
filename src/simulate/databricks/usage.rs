//! Uses of Databricks: what shows that the logs are alive, and who still has access.

use std::collections::BTreeMap;

use super::{BROWSER, Response, Row, plain};
use crate::simulate::calendar::{Instant, Scope};
use crate::simulate::dice::Dice;
use crate::simulate::organisation::{Organisation, Person};

/// A use of Databricks.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulate) enum Use<'a> {
    SignIn(&'a Person),
    /// Past the identity provider.
    Password(&'a Person),
    FailedSignIn(&'a Person),
    /// Whose, and by whom.
    ResetPassword(&'a Person, &'a Person),
    /// All privileges on something are given.
    Grant {
        by: &'a Person,
        to: &'a str,
        kind: &'static str,
        name: &'static str,
    },
    /// From a workspace; Unity Catalog logs it at account level all the same.
    ReadTable(&'a Person, Scope),
    PersonalToken(&'a Person),
    JobToken,
    JobAuthorization,
}

impl Use<'_> {
    /// The row of this use.
    pub(in crate::simulate) fn row(
        &self,
        time: Instant,
        scope: Scope,
        organisation: &Organisation,
        dice: &mut Dice,
    ) -> Row {
        let (actor, service_name, action) = self.names(organisation);
        let request_params = BTreeMap::from_iter(self.params(actor, dice));
        let row = plain(time, scope, actor, action, organisation, dice);
        let row = Row { service_name, request_params, ..row };
        match self {
            Self::FailedSignIn(person) => {
                let error_message = Some("Invalid user name or password.");
                let response = Response { status_code: Some(401), error_message, result: None };
                Row { response, ..from_desk(person, BROWSER, row) }
            }
            Self::Password(person) | Self::ResetPassword(_, person) | Self::Grant { by: person, .. } => {
                from_desk(person, BROWSER, row)
            }
            Self::SignIn(person) => Row { session_id: Some(dice.uuid()), ..from_desk(person, BROWSER, row) },
            Self::ReadTable(person, _) => from_desk(person, BROWSER, row),
            Self::PersonalToken(person) => from_desk(person, "databricks-cli/0.258.0", row),
            Self::JobToken | Self::JobAuthorization => row,
        }
    }

    /// Who uses which service, and how the action is called.
    fn names<'a>(&'a self, organisation: &'a Organisation) -> (&'a str, &'static str, &'static str) {
        match self {
            Self::SignIn(person) => (&person.email, "accounts", "samlLogin"),
            Self::Password(person) | Self::FailedSignIn(person) => (&person.email, "accounts", "login"),
            Self::ResetPassword(_, person) => (&person.email, "accounts", "resetPassword"),
            Self::Grant { by, .. } => (&by.email, "unityCatalog", "updatePermissions"),
            Self::ReadTable(person, _) => (&person.email, "unityCatalog", "getTable"),
            Self::PersonalToken(person) => (&person.email, "accounts", "tokenLogin"),
            Self::JobToken => (&organisation.job_runner, "accounts", "tokenLogin"),
            Self::JobAuthorization => (&organisation.job_runner, "accounts", "oidcTokenAuthorization"),
        }
    }

    fn params(&self, actor: &str, dice: &mut Dice) -> Vec<(&'static str, String)> {
        let method = |name: &str| vec![("user", actor.to_owned()), ("authenticationMethod", name.to_owned())];
        match self {
            Self::SignIn(_) => method("BROWSER_BYO_IDP_SAML"),
            Self::Password(_) | Self::FailedSignIn(_) => vec![("user", actor.to_owned())],
            Self::ResetPassword(person, _) => vec![
                ("targetUserName", person.email.clone()),
                ("targetUserId", person.databricks_id.clone()),
                ("endpoint", "adminConsole".to_owned()),
            ],
            Self::Grant { to, kind, name, .. } => vec![
                ("securable_type", (*kind).to_owned()),
                ("securable_full_name", (*name).to_owned()),
                ("changes", format!("[{{\"principal\":\"{to}\",\"add\":[\"ALL_PRIVILEGES\"],\"remove\":[]}}]")),
                ("workspace_id", Scope::Production.workspace_id().to_string()),
            ],
            Self::ReadTable(_, workspace) => {
                let table = dice.pick(["sales.orders", "sales.refunds", "web.visits", "finance.ledger"]);
                let name = format!("main.{table}");
                vec![("full_name_arg", name), ("workspace_id", workspace.workspace_id().to_string())]
            }
            Self::PersonalToken(_) | Self::JobToken => {
                let token = ("tokenId", token_id(actor));
                method("API_INT_PAT_TOKEN").into_iter().chain([token]).collect()
            }
            Self::JobAuthorization => method("API_INT_OAUTH_TOKEN"),
        }
    }
}

/// The same row, from a person's own machine.
fn from_desk(person: &Person, user_agent: &'static str, row: Row) -> Row {
    Row { source_ip_address: person.address.clone(), user_agent, ..row }
}

/// 64 hexadecimal digits, the same in every row that uses the one token of an owner.
fn token_id(owner: &str) -> String {
    owner.bytes().cycle().take(32).map(|byte| format!("{byte:02x}")).collect()
}
