//! Who owns a securable or an object.

use std::borrow::Cow;

use super::subject::Subject;
use super::{Context, Found, Name, one, securable, untold};
use crate::change::{Change, Verb};

const NAMES: &[&str] =
    &["full_name_arg", "fullNameArg", "full_name", "volume_full_name", "name_arg", "nameArg", "securable_full_name"];

/// The owner among the properties of a securable; a row without one says nothing about ownership.
pub(super) fn of_securable<'r>(context: Context<'_, 'r>, kind: &str) -> Found<'r> {
    let Some(owner) = context.hint(&["owner", "new_owner"]) else { return Found::default() };
    one(owned(context, securable(kind, name(context).as_deref()), Some(owner)))
}

/// The owner of a query, dashboard or alert.
pub(super) fn of_object<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let kind = context.hint(&["objectType", "object_type"]);
    let id = context.hint(&["objectId", "object_id"]);
    let object = securable(kind.as_deref().unwrap_or("unknown"), id.as_deref());
    match context.hint(&["newOwner", "new_owner", "owner"]) {
        Some(owner) => one(owned(context, object, Some(owner))),
        None => untold(owned(context, object, None)),
    }
}

/// The change of a securable's owner.
pub(super) fn owned<'r>(context: Context<'_, 'r>, object: Name<'r>, owner: Name<'r>) -> Change<'r> {
    let change =
        Change { entitlement: Some(Cow::Borrowed("owner")), securable: object, ..context.change(Verb::OwnerChange) };
    owner.map(Subject::named).unwrap_or_default().on(change)
}

/// The securable's full name, which some actions give in parts.
fn name<'r>(context: Context<'_, 'r>) -> Name<'r> {
    context.hint(NAMES).or_else(|| {
        let Some(name) = context.hint(&["name"]) else { return context.hint(&["metastore_id", "id"]) };
        let parts = [context.hint(&["catalog_name"]), context.hint(&["schema_name"]), Some(name)];
        Some(Cow::Owned(parts.iter().flatten().map(AsRef::as_ref).collect::<Vec<&str>>().join(".")))
    })
}
