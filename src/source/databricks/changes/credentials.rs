//! Tokens and secrets: their ids and digests, never themselves.

use std::borrow::Cow;

use super::subject::Subject;
use super::{Context, Found, Name, is_uuid, one};
use crate::change::{Change, SubjectKind, Verb};

/// What personal access tokens begin with.
pub(in crate::source::databricks) const TOKEN: &str = "dapi";

/// A personal access token.
pub(super) fn token<'r>(context: Context<'_, 'r>, verb: Verb) -> Found<'r> {
    let id = context.hint(&["userId", "user_id", "targetUserId"]);
    let name = context.hint(&["userName", "user_name", "targetUserName"]);
    let owner = Subject { id, ..name.map(Subject::named).unwrap_or_default() };
    let hash = context.hint(&["tokenHash", "token_hash", "tokenId", "token_id", "tokenClientId"]);
    let hash = hash.filter(|hash| !hash.starts_with(TOKEN));
    one(owner.on(credential(context, verb, "personal_access_token", hash)))
}

/// A secret of a service principal.
pub(super) fn service_principal_secret<'r>(context: Context<'_, 'r>, verb: Verb) -> Found<'r> {
    let said = context.hint(&["service_principal", "service_principal_id", "servicePrincipal"]);
    // An application id is the name that a service principal goes by.
    let (name, id) = if said.as_deref().is_some_and(is_uuid) { (said, None) } else { (None, said) };
    let owner = Subject { kind: Some(SubjectKind::ServicePrincipal), name, id };
    one(owner.on(credential(context, verb, "oauth_secret", context.hint(&["secret_id", "secretId"]))))
}

/// A custom OAuth application, which is its own client.
pub(super) fn oauth_app<'r>(context: Context<'_, 'r>, verb: Verb) -> Found<'r> {
    let app = Subject { kind: None, name: context.hint(&["name"]), id: None };
    one(app.on(credential(context, verb, "oauth_app", context.hint(&["integration_id", "app_id", "client_id"]))))
}

/// Access to a git provider; whose it is, the row does not say.
pub(super) fn git<'r>(context: Context<'_, 'r>, verb: Verb) -> Found<'r> {
    one(credential(context, verb, "git_credential", context.hint(&["id", "credential_id"])))
}

/// A recipient of shares is made, with a token where that is how it shows who it is.
pub(super) fn recipient<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let by_token = context
        .hint(&["authentication_type", "authenticationType"])
        .is_some_and(|how| how.eq_ignore_ascii_case("TOKEN"));
    if by_token { one(recipient_token_change(context, Verb::CredCreate)) } else { Found::default() }
}

/// A recipient gets a new token; the old one ends with it where no time is left to it.
pub(super) fn recipient_token<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let mut changes = vec![recipient_token_change(context, Verb::CredCreate)];
    if context.hint(&["existing_token_expire_in_seconds"]).as_deref() == Some("0") {
        changes.push(recipient_token_change(context, Verb::CredRevoke));
    }
    Found { changes, ..Found::default() }
}

fn recipient_token_change<'r>(context: Context<'_, 'r>, verb: Verb) -> Change<'r> {
    let recipient = Subject { kind: None, name: context.hint(&["name", "name_arg"]), id: None };
    recipient.on(credential(context, verb, "recipient_token", None))
}

fn credential<'r>(context: Context<'_, 'r>, verb: Verb, kind: &'static str, id: Name<'r>) -> Change<'r> {
    Change { entitlement: Some(Cow::Borrowed(kind)), entitlement_id: id, ..context.change(verb) }
}
