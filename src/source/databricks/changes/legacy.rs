//! The access control of old: tables of the Hive metastore, and queries, dashboards and alerts.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::ownership::owned;
use super::privileges::change;
use super::subject::{Subject, field, text, words};
use super::{Context, Found, Name, one, securable, untold};
use crate::change::{Change, Verb};

const ACTIONS: &[&str] = &["actions", "action", "privileges", "privilege", "permission"];
const LEVEL: &[&str] = &["permissionlevel", "permission", "action", "privilege"];

/// Permissions on a query, dashboard or alert. Whether the others keep theirs is not said, so that they are changes.
pub(super) fn object_permissions<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let kind = context.hint(&["objectType", "object_type"]);
    let id = context.hint(&["objectId", "object_id"]);
    let object = securable(kind.as_deref().unwrap_or("unknown"), id.as_deref());
    let given = |word| change(context, &object, Verb::AclChange, word);
    let grants = match context.params.json(&["granteeAndPermission", "grantee_and_permission"]) {
        Some(Some(Value::Array(grants))) => grants,
        Some(Some(grant @ Value::Object(_))) => vec![grant],
        _ => return untold(given(None)),
    };
    let mut found = Found::default();
    for grant in &grants {
        let entry = grant.as_object().cloned().unwrap_or_default();
        let subject = Subject::of_element(&entry);
        let told = LEVEL.iter().find_map(|name| words(field(&entry, name)?, LEVEL)).unwrap_or_default();
        found.is_partial |= !subject.is_somebody() || told.is_empty();
        let told = if told.is_empty() { vec![None] } else { told.into_iter().map(Some).collect() };
        found.changes.extend(told.into_iter().map(|word| subject.on(given(word))));
    }
    found
}

/// Privileges that are granted, revoked or denied.
pub(super) fn sql_privileges<'r>(context: Context<'_, 'r>, verb: Verb) -> Found<'r> {
    let told = Told::of(context);
    let words = ACTIONS.iter().find_map(|name| words(told.field(context, name)?.as_ref(), LEVEL)).unwrap_or_default();
    if words.is_empty() {
        return untold(told.subject.on(change(context, &told.object, verb, None)));
    }
    let changes: Vec<Change<'r>> =
        words.into_iter().map(|word| told.subject.on(change(context, &told.object, verb, Some(word)))).collect();
    Found { changes, is_partial: !told.subject.is_somebody(), ..Found::default() }
}

/// All privileges on a securable are revoked, or all that a principal has on it.
pub(super) fn sql_removal<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let told = Told::of(context);
    one(told.subject.on(change(context, &told.object, Verb::PrivRevoke, None)))
}

/// A securable gets another owner.
pub(super) fn sql_owner<'r>(context: Context<'_, 'r>) -> Found<'r> {
    let told = Told::of(context);
    let is_partial = !told.subject.is_somebody();
    Found { is_partial, ..one(owned(context, told.object, told.subject.name)) }
}

/// What a row of the legacy access control tells, in a JSON object or beside it.
struct Told<'r> {
    permission: Map<String, Value>,
    subject: Subject<'r>,
    object: Name<'r>,
}

impl<'r> Told<'r> {
    fn of(context: Context<'_, 'r>) -> Self {
        let permission = match context.params.json(&["permission"]) {
            Some(Some(Value::Object(permission))) => permission,
            _ => Map::new(),
        };
        let mut told = Self { permission, subject: Subject::default(), object: None };
        told.subject = told.principal(context);
        told.object = told.field(context, "securable").and_then(|securable| written(&securable));
        told
    }

    /// A field of the permission, else the parameter of that name.
    fn field(&self, context: Context<'_, 'r>, name: &str) -> Option<Cow<'_, Value>> {
        let inside = field(&self.permission, name).map(Cow::Borrowed);
        inside.or_else(|| {
            context.params.json(&[name]).flatten().filter(|v| name != "permission" || !v.is_object()).map(Cow::Owned)
        })
    }

    fn principal(&self, context: Context<'_, 'r>) -> Subject<'r> {
        match self.field(context, "principal").as_deref() {
            Some(Value::Object(principal)) => Subject::of_element(principal),
            Some(other) => text(other).map(|name| Subject::named(Cow::Owned(name))).unwrap_or_default(),
            None => Subject::default(),
        }
    }
}

/// A securable as it is written in changes: an object with type and name, or whatever text stands for it.
fn written<'r>(value: &Value) -> Name<'r> {
    let Value::Object(object) = value else { return securable("unknown", text(value).as_deref()) };
    let first = |names: &[&str]| names.iter().find_map(|name| text(field(object, name)?));
    let kind = first(&["type", "securabletype", "kind"]);
    securable(kind.as_deref().unwrap_or("unknown"), first(&["fullname", "name", "key", "path"]).as_deref())
}
