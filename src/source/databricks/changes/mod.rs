//! The access changes of an audit row, and what it states to be the whole of something.

mod acl;
mod assignments;
mod credentials;
mod identities;
mod legacy;
mod ownership;
mod privileges;
mod rulesets;
mod subject;

use std::borrow::Cow;

use serde_json::Value;

pub(super) use self::credentials::TOKEN;
pub(super) use self::subject::is_uuid;
use super::params::{Params, parsed};
use super::place::Place;
use super::record::Answer;
use super::vocabulary::Act;
use crate::change::{Change, Direction, Model, Statement, Verb};
use crate::event::Outcome;
use crate::source::decode::Reason;

/// A text that the row may not hold.
type Name<'r> = Option<Cow<'r, str>>;

/// What a row says about access.
#[derive(Debug, Default)]
pub(super) struct Found<'r> {
    pub(super) changes: Vec<Change<'r>>,
    pub(super) statements: Vec<Statement<'r>>,
    /// True = the row says that something changed, but what it was has been cut off or cannot be read.
    pub(super) is_partial: bool,
}

/// What the changes of a row are read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'c, 'r> {
    pub(super) params: &'c Params<'r>,
    pub(super) answer: &'c Answer<'r>,
    pub(super) place: &'c Place<'r>,
    pub(super) outcome: Outcome,
}

/// The access changes of a row; an effect that names nobody still is one, so that it is judged and not lost.
pub(super) fn found<'r>(act: Act, context: Context<'_, 'r>) -> Result<Found<'r>, Reason> {
    let found = match act {
        Act::None => return Ok(Found::default()),
        Act::Assign => assignments::assigned(context),
        Act::Unassign => assignments::unassigned(context),
        Act::WorkspaceAccess => assignments::access(context),
        Act::Acl(kind) => acl::list(context, kind),
        Act::AclInSettings(kind) => acl::in_settings(context, kind),
        Act::SecretAcl => acl::secret(context, &["principal"], &["permission"]),
        Act::SecretAclRemoval => acl::secret_removal(context),
        Act::SecretScope => acl::secret_scope(context),
        Act::LegacyAcl => legacy::object_permissions(context),
        Act::SqlPrivilege(verb) => legacy::sql_privileges(context, verb),
        Act::SqlRemoval => legacy::sql_removal(context),
        Act::SqlOwner => legacy::sql_owner(context),
        Act::Privileges => privileges::of_securable(context),
        Act::SharePrivileges => privileges::of_share(context),
        Act::RuleSet => rulesets::rules(context),
        Act::Owner(kind) => ownership::of_securable(context, kind),
        Act::ObjectOwner => ownership::of_object(context),
        Act::Token(verb) => credentials::token(context, verb),
        Act::ServicePrincipalSecret(verb) => credentials::service_principal_secret(context, verb),
        Act::OauthApp(verb) => credentials::oauth_app(context, verb),
        Act::GitCredential(verb) => credentials::git(context, verb),
        Act::Recipient => credentials::recipient(context),
        Act::RecipientToken => credentials::recipient_token(context),
        identity => {
            let changes = identities::changes(identity, context.place.level, context.params, context.outcome)?;
            Found { changes, ..Found::default() }
        }
    };
    Ok(Found { is_partial: found.is_partial || context.params.is_truncated(), ..found })
}

impl<'r> Context<'_, 'r> {
    /// A change of this row that names nothing yet.
    fn change(self, verb: Verb) -> Change<'r> {
        Change::new(verb, self.outcome)
    }

    /// The text or digits of the first of these parameters that has any.
    fn hint(self, keys: &[&str]) -> Name<'r> {
        self.params.hint(keys).filter(|text| !text.trim().is_empty())
    }

    /// A member of the response's result, which is JSON in a string.
    fn result(self, key: &str) -> Option<String> {
        let value = parsed(&self.answer.json()?)?;
        let value = value.as_str().map_or(Some(value.clone()), parsed)?;
        match value.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// What holds from now on of a thing. Only what was done replaces what held before, and only where it is known which thing it
    /// was; anything else is kept as the changes that it would have made.
    fn stated(self, key: Option<String>, held: Vec<Change<'r>>, revoked: Change<'r>) -> Found<'r> {
        let otherwise = if held.is_empty() { vec![revoked] } else { Vec::new() };
        let is_placed = self.place.scope != "unknown";
        match key.filter(|_| is_placed && self.outcome == Outcome::Success) {
            Some(key) => {
                let key = Cow::Owned(format!("{}|{key}", self.place.scope));
                let statement = Statement { key, model: Model::Replacement, held, otherwise };
                Found { statements: vec![statement], ..Found::default() }
            }
            None => Found { changes: if held.is_empty() { otherwise } else { held }, ..Found::default() },
        }
    }
}

/// One change.
fn one(change: Change<'_>) -> Found<'_> {
    Found { changes: vec![change], ..Found::default() }
}

/// A change whose content the row does not tell.
fn untold(change: Change<'_>) -> Found<'_> {
    Found { is_partial: true, ..one(change) }
}

/// The change that takes a permission, or all of them, from an access control list.
fn taken(change: Change<'_>) -> Change<'_> {
    Change { direction: Direction::Revoke, ..change }
}

/// A securable or object as it is written in changes.
fn securable<'r>(kind: &str, name: Option<&str>) -> Name<'r> {
    name.map(|name| Cow::Owned(format!("{}:{name}", kind.trim().to_lowercase())))
}
