//! Access control lists: the set of one principal, or the whole list of an object.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::subject::{Subject, field, words};
use super::{Context, Found, Name, securable, taken, untold};
use crate::change::{Change, Verb};

/// Where a row holds the list of all permissions on an object.
const LISTS: &[&str] = &["access_control_list", "accessControlList", "grants"];
const PERMISSIONS: &[&str] = &["permissionlevel", "permission", "aclpermissionset", "permissions", "allpermissions"];
const LEVEL: &[&str] = &["permissionlevel", "permission"];
const OBJECT_IDS: &[&str] = &[
    "resourceId",
    "resource_id",
    "request_object_id",
    "registeredModelId",
    "targetServicePrincipal",
    "job_id",
    "jobId",
    "endpoint_name",
    "name",
];

/// What is allowed to whom, by the list of an object or by the set of one principal.
pub(super) fn list<'r>(context: Context<'_, 'r>, kind: &str) -> Found<'r> {
    let object = object(context, kind);
    match context.params.json(LISTS) {
        Some(list) => whole(context, object, list.as_ref()),
        None => of_principal(context, object),
    }
}

/// The list among the settings of an object, which may have none: then nothing is said about access.
pub(super) fn in_settings<'r>(context: Context<'_, 'r>, kind: &str) -> Found<'r> {
    let list = context.params.json(LISTS).or_else(|| {
        let Value::Object(settings) = context.params.json(&["new_settings", "settings"])?? else { return None };
        let found = field(&settings, "accesscontrollist")?;
        Some(Some(found.clone()))
    });
    let Some(list) = list else { return Found::default() };
    let made = context.result("job_id");
    let object = object(context, kind).or_else(|| securable(kind, made.as_deref()));
    whole(context, object, list.as_ref())
}

/// The object that a list is of, as it is written in changes.
fn object<'r>(context: Context<'_, 'r>, kind: &str) -> Name<'r> {
    let path = context.hint(&["aclChangeResourceName", "acl_change_resource_name"]);
    if kind.contains(':') {
        return Some(Cow::Owned(kind.to_owned()));
    }
    if kind.is_empty() {
        let path = path.or_else(|| context.hint(OBJECT_IDS))?;
        let path = path.trim_start_matches('/');
        return Some(Cow::Owned(
            path.split_once('/')
                .map_or_else(|| format!("unknown:{path}"), |(kind, id)| format!("{}:{id}", kind.to_lowercase())),
        ));
    }
    // A new job's name is not its id.
    let ids = if kind == "job" { OBJECT_IDS.strip_suffix(&["name"]).unwrap_or(OBJECT_IDS) } else { OBJECT_IDS };
    let id = context.hint(ids);
    let from_path = || path.as_deref().and_then(|p| p.trim_start_matches('/').split_once('/')).map(|(_, id)| id);
    securable(kind, id.as_deref().or_else(from_path))
}

/// A change of a permission on an object.
fn permission<'r>(context: Context<'_, 'r>, object: &Name<'r>, permission: Option<String>) -> Change<'r> {
    let privilege = permission.map(Cow::Owned);
    Change { entitlement: privilege.clone(), privilege, securable: object.clone(), ..context.change(Verb::AclChange) }
}

/// The set of one principal, which replaces the one before; an empty set takes all.
fn of_principal<'r>(context: Context<'_, 'r>, object: Name<'r>) -> Found<'r> {
    let subject = Subject::of_row(context);
    let set = if context.params.is_blank("aclPermissionSet") {
        Some(Vec::new())
    } else {
        context.params.json(&["aclPermissionSet", "acl_permission_set"]).flatten().and_then(|set| words(&set, LEVEL))
    };
    match set {
        Some(set) => set_of(context, &object, &subject, set),
        None => untold(subject.on(permission(context, &object, None))),
    }
}

fn set_of<'r>(context: Context<'_, 'r>, object: &Name<'r>, subject: &Subject<'r>, set: Vec<String>) -> Found<'r> {
    let held = set.into_iter().map(|word| subject.on(permission(context, object, Some(word)))).collect();
    let key = object.as_ref().and_then(|object| Some(format!("{object}|{}", subject.key()?)));
    let found = context.stated(key, held, taken(subject.on(permission(context, object, None))));
    Found { is_partial: object.is_none() || !subject.is_somebody(), ..found }
}

/// The whole list of an object, which replaces the one before; `None` = it cannot be read.
fn whole<'r>(context: Context<'_, 'r>, object: Name<'r>, list: Option<&Value>) -> Found<'r> {
    let Some(Value::Array(elements)) = list else { return untold(permission(context, &object, None)) };
    let mut held = Vec::with_capacity(elements.len());
    let mut is_partial = false;
    for element in elements {
        let entry = element.as_object().cloned().unwrap_or_default();
        let subject = Subject::of_element(&entry);
        let words = allowed(&entry);
        is_partial |= !subject.is_somebody() || words.is_empty();
        let words = if words.is_empty() { vec![None] } else { words.into_iter().map(Some).collect() };
        held.extend(words.into_iter().map(|word| subject.on(permission(context, &object, word))));
    }
    if is_partial {
        // A list that is only read in part must not replace one that was read whole.
        return Found { changes: held, is_partial, ..Found::default() };
    }
    let key = object.as_ref().map(|object| format!("{object}|*"));
    let found = context.stated(key, held, taken(permission(context, &object, None)));
    Found { is_partial: object.is_none(), ..found }
}

fn allowed(entry: &Map<String, Value>) -> Vec<String> {
    PERMISSIONS.iter().find_map(|name| words(field(entry, name)?, LEVEL)).unwrap_or_default()
}

/// A principal's one permission on a secret scope is set.
pub(super) fn secret<'r>(context: Context<'_, 'r>, principal: &[&str], word: &[&str]) -> Found<'r> {
    let object = secret_object(context);
    let subject = context.hint(principal).map(Subject::named).unwrap_or_default();
    match context.hint(word) {
        Some(word) => set_of(context, &object, &subject, vec![word.into_owned()]),
        None => untold(subject.on(permission(context, &object, None))),
    }
}

/// A principal loses its permission on a secret scope.
pub(super) fn secret_removal<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let subject = context.hint(&["principal"]).map(Subject::named).unwrap_or_default();
    set_of(context, &secret_object(context), &subject, Vec::new())
}

/// A secret scope is made, and one principal may manage it; where none is named, nothing is said of access.
pub(super) fn secret_scope<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let Some(principal) = context.hint(&["initial_manage_principal"]) else { return Found::default() };
    set_of(context, &secret_object(context), &Subject::named(principal), vec!["MANAGE".to_owned()])
}

fn secret_object<'r>(context: Context<'_, 'r>) -> Name<'r> {
    securable("secret_scope", context.hint(&["scope", "scope_name"]).as_deref())
}
