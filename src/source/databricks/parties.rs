//! Who acted, on what, by which door.

use std::borrow::Cow;

use super::changes::{Found, is_uuid};
use super::params::Params;
use super::record::Row;
use crate::change::{Change, SubjectKind};
use crate::event::{Plane, Text};
use crate::source::decode::Reason;

/// The door, in tickmark's words.
pub(super) fn channel(endpoint: Option<&str>) -> &'static str {
    match endpoint {
        Some("scim") => "scim",
        Some("adminConsole") => "ui",
        Some("autoUserCreation") => "auto",
        Some("permissionAssignment" | "roleAssignment") => "api",
        Some("DatabricksApps") => "system",
        _ => "unknown",
    }
}

/// A name, an id and a kind.
type Party<'r> = (Option<Text<'r>>, Option<Text<'r>>, Option<Text<'r>>);

/// Who acted. Failed sign-ins have no identity yet, only the name that was tried. Where another identity was assumed the actor
/// stays the one that the row names, as in the deliveries that know no other, and the id is who had signed in.
pub(super) fn actor<'r>(row: &Row<'r>, run_by: Option<Text<'r>>, plane: Plane) -> Result<Party<'r>, Reason> {
    let user = &row.user_identity;
    let actor = match (&user.email, plane) {
        (None, Plane::Usage) => row.request_params.text(&["user", "userName", "user_name"])?,
        (None, _) => run_by.clone(),
        (email, _) => email.clone(),
    };
    let id = run_by.filter(|by| actor.as_ref() != Some(by)).or_else(|| user.subject_name.clone());
    let kind = actor.as_deref().and_then(actor_kind).map(Cow::Borrowed);
    Ok((actor, id, kind))
}

fn actor_kind(actor: &str) -> Option<&'static str> {
    match actor {
        "System-User" | "unknown" | "dbadmin" => Some("system"),
        _ if is_uuid(actor) => Some("service_principal"),
        _ if actor.contains('@') => Some("user"),
        _ => None,
    }
}

/// The main object: the securable, else the subject of the change, the group of a bulk change, else what the parameters name.
pub(super) fn target<'r>(params: &Params<'r>, found: &Found<'r>) -> Party<'r> {
    let stated = found.statements.iter().flat_map(|s| s.held.iter().chain(&s.otherwise));
    if let Some(securable) = found.changes.iter().chain(stated).find_map(|change| change.securable.as_deref()) {
        let (kind, name) = securable.split_once(':').unwrap_or(("unknown", securable));
        return (Some(Cow::Owned(name.to_owned())), None, Some(Cow::Owned(kind.to_owned())));
    }
    match found.changes.as_slice() {
        [] => {
            let name = params.hint(&["targetUserName", "securable_full_name", "full_name_arg", "name_arg", "name"]);
            let id = params.hint(&["targetUserId", "resourceId", "principal_id"]);
            match token(params).filter(|_| name.is_none() && id.is_none()) {
                Some(token) => (None, Some(token), Some(Cow::Borrowed("token"))),
                None => (name, id, None),
            }
        }
        [change, others @ ..] if others.iter().all(|other| is_same_subject(other, change)) => {
            let kind = (change.subject_kind != SubjectKind::Unknown).then(|| change.subject_kind.as_str());
            (change.subject.clone(), change.subject_id.clone(), kind.map(Cow::Borrowed))
        }
        [change, ..] => (change.entitlement.clone(), change.entitlement_id.clone(), Some(Cow::Borrowed("group"))),
    }
}

/// The token that was used, by its id: what begins as tokens do is no id.
fn token<'r>(params: &Params<'r>) -> Option<Text<'r>> {
    params.hint(&["tokenId", "token_id"]).filter(|id| !id.trim().is_empty() && !id.starts_with(super::changes::TOKEN))
}

fn is_same_subject(one: &Change<'_>, other: &Change<'_>) -> bool {
    one.subject == other.subject && one.subject_id == other.subject_id
}
