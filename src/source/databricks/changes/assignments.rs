//! Who is admitted to a workspace.

use std::borrow::Cow;

use super::subject::{Subject, words};
use super::{Context, Found, one};
use crate::change::{Change, Verb};

/// The role that goes with the permission of that name.
const WORKSPACE_ADMIN: &str = "workspace_admin";
const PERMISSIONS: &[&str] = &["permissions", "permission", "roles", "role"];

/// A principal's permissions in a workspace are set; none at all end the assignment. Where they are not told, the role of an
/// administrator cannot be ruled out.
pub(super) fn assigned<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let subject = Subject::of_row(context);
    let read = context.params.json(PERMISSIONS).map(|value| value.and_then(|v| words(&v, &["permission", "name"])));
    let blank = PERMISSIONS.iter().any(|key| context.params.is_blank(key));
    let permissions = read.or_else(|| blank.then(|| Some(Vec::new())));
    let told = permissions.flatten();
    let is_partial = told.is_none();
    if told.as_ref().is_some_and(Vec::is_empty) {
        return one(subject.on(workspace(context, Verb::WorkspaceUnassign)));
    }
    let mut changes = vec![subject.on(workspace(context, Verb::WorkspaceAssign))];
    if told.is_some_and(|words| words.iter().any(|word| word.eq_ignore_ascii_case("ADMIN"))) {
        let role = Some(Cow::Borrowed(WORKSPACE_ADMIN));
        changes.push(subject.on(Change { entitlement: role, ..context.change(Verb::AdminGrant) }));
    }
    Found { changes, is_partial, ..Found::default() }
}

/// A principal's assignment to a workspace ends.
pub(super) fn unassigned<'r>(context: Context<'_, 'r>) -> Found<'r> {
    one(Subject::of_row(context).on(workspace(context, Verb::WorkspaceUnassign)))
}

/// A principal's access to a workspace is set; an empty set takes it.
pub(super) fn access<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let is_taken = context.params.is_blank("aclPermissionSet");
    let verb = if is_taken { Verb::WorkspaceUnassign } else { Verb::WorkspaceAssign };
    let is_partial = !is_taken && context.hint(&["aclPermissionSet"]).is_none();
    Found { is_partial, ..one(Subject::of_row(context).on(workspace(context, verb))) }
}

/// The change, about the workspace that the row names or comes from.
fn workspace<'r>(context: Context<'_, 'r>, verb: Verb) -> Change<'r> {
    let place = context.place;
    let id = context.hint(&["workspace_id", "workspaceId"]).or_else(|| place.workspace_id.clone());
    // The scope of an Azure delivery is the workspace's name.
    let name = Some(&place.scope).filter(|scope| *scope != "account" && *scope != "unknown");
    Change { entitlement: id.clone().or_else(|| name.cloned()), entitlement_id: id, ..context.change(verb) }
}
