//! What Databricks logs: each change and each use as one row of the audit log, in the form delivered on AWS.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::calendar::{Instant, Scope};
use super::dice::Dice;
use super::organisation::{Group, Organisation, Person};
use super::truth::AccessChange;

pub(super) const CONNECTOR: &str = "scim-connector@example.com";
pub(super) const TERRAFORM: &str = "terraform@example.com";
const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/// One row. The order of the fields is the order in the file.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    version: &'static str,
    audit_level: &'static str,
    #[serde(serialize_with = "as_millis")]
    timestamp: Instant,
    account_id: String,
    #[serde(rename = "workspaceId", serialize_with = "as_number")]
    scope: Scope,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: String,
    user_agent: &'static str,
    session_id: Option<String>,
    user_identity: UserIdentity,
    service_name: &'static str,
    action_name: &'static str,
    request_id: String,
    request_params: BTreeMap<&'static str, String>,
    response: Response,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity {
    email: String,
    subject_name: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    error_message: Option<&'static str>,
    result: Option<&'static str>,
}

impl Row {
    /// When it happened.
    pub(super) fn time(&self) -> Instant {
        self.timestamp
    }

    /// Where it belongs.
    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    /// The id of the request: here unique to the row.
    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }
}

/// By which way a change came.
#[derive(Debug, Clone, Copy)]
pub(super) enum Door<'a> {
    /// Okta's push.
    Connector,
    /// An administrator by hand.
    Console(&'a Person),
    /// The pipeline.
    Terraform,
    /// The person's own first sign-in.
    FirstSignIn(&'a Person),
}

impl Door<'_> {
    /// Actor, address, user agent and Databricks' own word for the door.
    fn traces(&self) -> (&str, &str, &'static str, &'static str) {
        match self {
            Self::Connector => (CONNECTOR, "198.51.100.24", "Okta SCIM Client 1.0.0", "scim"),
            Self::Console(person) => (&person.email, &person.address, BROWSER, "adminConsole"),
            Self::Terraform => {
                (TERRAFORM, "192.0.2.40", "databricks-tf-provider/1.84.0 databricks-sdk-go/0.72.0", "scim")
            }
            Self::FirstSignIn(person) => (&person.email, &person.address, BROWSER, "autoUserCreation"),
        }
    }
}

/// A change of access in Databricks: what vouching asks an authority for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'a> {
    CreateUser(&'a Person),
    DeactivateUser(&'a Person),
    AddMember(&'a Person, &'a Group),
    RemoveMember(&'a Person, &'a Group),
    CreateGroup(&'a Group),
    RemoveGroup(&'a Group),
    SetAccountAdmin(&'a Person),
}

impl Change<'_> {
    /// The same in resolved names.
    pub(super) fn access_change(&self) -> AccessChange {
        match self {
            Self::CreateUser(person) => AccessChange::grant("user.create", &person.email, "account"),
            Self::DeactivateUser(person) => AccessChange::revoke("user.deactivate", &person.email, "account"),
            Self::AddMember(person, group) => AccessChange::grant("member.add", &person.email, group.databricks_name),
            Self::RemoveMember(person, group) => {
                AccessChange::revoke("member.remove", &person.email, group.databricks_name)
            }
            Self::CreateGroup(group) => AccessChange::grant("group.create", group.databricks_name, "account"),
            Self::RemoveGroup(group) => AccessChange::revoke("group.delete", group.databricks_name, "account"),
            Self::SetAccountAdmin(person) => AccessChange::grant("admin.grant", &person.email, "account_admin"),
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::CreateUser(_) => "add",
            Self::DeactivateUser(_) => "deactivateUser",
            Self::AddMember(..) => "addPrincipalToGroup",
            Self::RemoveMember(..) => "removePrincipalFromGroup",
            Self::CreateGroup(_) => "createGroup",
            Self::RemoveGroup(_) => "removeGroup",
            Self::SetAccountAdmin(_) => "setAccountAdmin",
        }
    }

    fn parties(&self) -> (Option<&Person>, Option<&Group>) {
        match *self {
            Self::CreateUser(person) | Self::DeactivateUser(person) | Self::SetAccountAdmin(person) => {
                (Some(person), None)
            }
            Self::AddMember(person, group) | Self::RemoveMember(person, group) => (Some(person), Some(group)),
            Self::CreateGroup(group) | Self::RemoveGroup(group) => (None, Some(group)),
        }
    }

    /// The row of this change; `is_refused` for one that Databricks did not allow.
    pub(super) fn row(
        &self,
        (time, scope): (Instant, Scope),
        door: Door<'_>,
        is_refused: bool,
        organisation: &Organisation,
        dice: &mut Dice,
    ) -> Row {
        let (actor, address, user_agent, endpoint) = door.traces();
        let (person, group) = self.parties();
        let mut request_params = BTreeMap::from([("endpoint", endpoint.to_owned())]);
        if let Some(person) = person {
            request_params.insert("targetUserName", person.email.clone());
            request_params.insert("targetUserId", person.databricks_id.clone());
        }
        if let Some(group) = group {
            request_params.insert("targetGroupName", group.databricks_name.to_owned());
            request_params.insert("targetGroupId", group.databricks_id.clone());
        }
        let row = Row {
            source_ip_address: address.to_owned(),
            user_agent,
            request_params,
            ..plain(time, scope, actor, self.action(), organisation, dice)
        };
        if is_refused { refused(row) } else { row }
    }
}

/// A use of Databricks: what shows that the logs are alive, and who still has access.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use<'a> {
    SignIn(&'a Person),
    /// From a workspace; Unity Catalog logs it at account level all the same.
    ReadTable(&'a Person, Scope),
    PersonalToken(&'a Person),
    JobToken,
    JobAuthorization,
}

impl Use<'_> {
    /// The row of this use.
    pub(super) fn row(&self, time: Instant, scope: Scope, organisation: &Organisation, dice: &mut Dice) -> Row {
        let (actor, service_name, action) = self.names(organisation);
        let request_params = BTreeMap::from_iter(self.params(actor, dice));
        let row = plain(time, scope, actor, action, organisation, dice);
        let row = Row { service_name, request_params, ..row };
        match self {
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

fn refused(row: Row) -> Row {
    let response =
        Response { status_code: 403, error_message: Some("Only account admins can modify groups."), result: None };
    Row { response, ..row }
}

/// A successful row of service `accounts` by the jobs' client, without parameters.
fn plain(
    time: Instant,
    scope: Scope,
    actor: &str,
    action_name: &'static str,
    organisation: &Organisation,
    dice: &mut Dice,
) -> Row {
    Row {
        version: "2.0",
        audit_level: if scope == Scope::Account { "ACCOUNT_LEVEL" } else { "WORKSPACE_LEVEL" },
        timestamp: time,
        account_id: organisation.account_id.clone(),
        scope,
        source_ip_address: "192.0.2.15".to_owned(),
        user_agent: "databricks-sdk-py/0.57.0",
        session_id: None,
        user_identity: UserIdentity { email: actor.to_owned(), subject_name: None },
        service_name: "accounts",
        action_name,
        request_id: dice.uuid(),
        request_params: BTreeMap::new(),
        response: Response { status_code: 200, error_message: None, result: None },
    }
}

fn as_millis<S: Serializer>(time: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time.timestamp_millis())
}

fn as_number<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(scope.workspace_id())
}
