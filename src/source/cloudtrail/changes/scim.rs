//! Bodies of SCIM requests to Identity Center. AWS writes operations and paths, and hides what it takes for personal.

use std::borrow::Cow;

use super::identity_center::{group_change, user_change};
use super::{Call, Found, Name};
use crate::change::{Change, Model, Statement, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::cloudtrail::fields::{Fields, elements, told};
use crate::source::loose::Loose;

/// One operation of a PATCH.
struct Operation<'r> {
    op: String,
    path: String,
    value: Loose<'r>,
}

fn operations<'r>(call: &Call<'_, 'r>) -> Vec<Operation<'r>> {
    let body = call.params.object("httpBody");
    let read = |element: &Loose<'r>| {
        let fields = Fields::of(element);
        let lower = |key: &str| fields.text(key).unwrap_or_default().to_ascii_lowercase();
        Operation {
            op: lower("op"),
            path: fields.text("path").unwrap_or_default().into_owned(),
            value: fields.get("value").clone(),
        }
    };
    let found: Vec<_> = elements(body.get("operations")).iter().map(read).collect();
    found.into_iter().flat_map(by_path).collect()
}

/// An operation without a path holds an object: each of its keys is one.
fn by_path(operation: Operation<'_>) -> Vec<Operation<'_>> {
    let fields = Fields::of(&operation.value);
    if !operation.path.is_empty() || fields.entries().next().is_none() {
        return vec![operation];
    }
    let op = operation.op.as_str();
    let one = |(key, value): (&str, &_)| (key.to_owned(), Loose::clone(value));
    let parts: Vec<_> = fields.entries().map(one).collect();
    parts.into_iter().map(|(path, value)| Operation { op: op.to_owned(), path, value }).collect()
}

/// A user changed in parts: being active is told apart from all other attributes, unless it is hidden.
pub(super) fn patch_user<'r>(call: &Call<'_, 'r>) -> Found<'r> {
    let mut changes: Vec<Change<'r>> = Vec::new();
    for operation in operations(call) {
        let flag = if operation.path.eq_ignore_ascii_case("active") { flag(&operation.value) } else { None };
        let verb = match (operation.op.as_str(), flag) {
            ("add" | "replace", Some(true)) => Verb::UserActivate,
            ("add" | "replace", Some(false)) => Verb::UserDeactivate,
            _ => Verb::UserUpdate,
        };
        if !changes.iter().any(|c| c.verb == verb) {
            changes.push(user_change(call, verb));
        }
    }
    if changes.is_empty() {
        changes.push(user_change(call, Verb::UserUpdate));
    }
    let target_id = changes.first().and_then(|c| c.subject_id.clone());
    Found::of_id("user", target_id, changes, Vec::new())
}

/// A user stated anew: one that is not active is off from now on; one that is may have been before.
pub(super) fn put_user<'r>(call: &Call<'_, 'r>) -> Found<'r> {
    let active = flag(call.params.object("httpBody").get("active"));
    let verb = if active == Some(false) { Verb::UserDeactivate } else { Verb::UserUpdate };
    Found::one("user", user_change(call, verb))
}

fn flag(value: &Loose<'_>) -> Option<bool> {
    match value {
        Loose::Bool(flag) => Some(*flag),
        Loose::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Loose::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A group changed in parts: members come and go, or are stated wholly; all else is an update.
pub(super) fn patch_group<'r>(call: &Call<'_, 'r>) -> Found<'r> {
    let group = group_change(call, Verb::GroupUpdate);
    let (mut changes, mut statements) = (Vec::new(), Vec::new());
    let mut is_updated = false;
    for operation in operations(call) {
        match effect(call, &group, &operation) {
            Effect::Members(found) => changes.extend(found),
            Effect::Whole(statement) => statements.push(statement),
            Effect::Other => is_updated = true,
        }
    }
    if is_updated || (changes.is_empty() && statements.is_empty()) {
        changes.push(group.clone());
    }
    Found::of_id("group", group.subject_id, changes, statements)
}

enum Effect<'r> {
    Members(Vec<Change<'r>>),
    Whole(Statement<'r>),
    Other,
}

fn effect<'r>(call: &Call<'_, 'r>, group: &Change<'r>, operation: &Operation<'r>) -> Effect<'r> {
    let path = operation.path.to_ascii_lowercase();
    let change = |verb, id| Change {
        subject_id: id,
        subject_kind: SubjectKind::User,
        entitlement: group.subject.clone(),
        entitlement_id: group.subject_id.clone(),
        ..Change::new(verb, call.outcome)
    };
    if let Some(id) = path.starts_with("members[").then(|| filtered_id(&operation.path)) {
        return match operation.op.as_str() {
            "remove" => Effect::Members(vec![change(Verb::MemberRemove, id)]),
            _ => Effect::Other,
        };
    }
    if path != "members" {
        return Effect::Other;
    }
    let members = ids(&operation.value);
    let each = |verb| members.iter().map(|id| change(verb, id.clone())).collect::<Vec<_>>();
    match operation.op.as_str() {
        "add" => Effect::Members(each(Verb::MemberAdd)),
        "remove" if operation.value != Loose::Null => Effect::Members(each(Verb::MemberRemove)),
        "remove" | "replace" if members.iter().all(Option::is_some) => {
            whole(call, group, each(Verb::MemberAdd), change(Verb::MemberRemove, None))
        }
        _ => Effect::Other,
    }
}

/// All members of the group; a list that may be hidden in part is no such statement.
fn whole<'r>(call: &Call<'_, 'r>, group: &Change<'r>, held: Vec<Change<'r>>, emptied: Change<'r>) -> Effect<'r> {
    let Some(id) = group.subject_id.as_deref().filter(|_| call.outcome == Outcome::Success) else {
        return Effect::Other;
    };
    let tenant = call.params.text("tenantId").unwrap_or(Cow::Borrowed("unknown"));
    let otherwise = if held.is_empty() { vec![emptied] } else { Vec::new() };
    let key = Cow::Owned(format!("aws:identitystore:{tenant}:group:{id}:members"));
    Effect::Whole(Statement { key, model: Model::Replacement, held, otherwise })
}

/// Ids of members; `None` for each that is hidden. A hidden list is somebody, how many is not said.
fn ids<'r>(value: &Loose<'r>) -> Vec<Name<'r>> {
    match value {
        Loose::Null => Vec::new(),
        Loose::Nested(json) if json.starts_with('[') => elements(value).iter().map(member_id).collect(),
        one => vec![member_id(one)],
    }
}

fn member_id<'r>(value: &Loose<'r>) -> Name<'r> {
    Fields::of(value).text("value").or_else(|| told(value))
}

/// The id in `members[value eq "..."]`.
fn filtered_id<'r>(path: &str) -> Name<'r> {
    let mut quoted = path.split('"');
    let (head, id) = (quoted.next()?, quoted.next()?);
    let is_value = head.trim_end().to_ascii_lowercase().ends_with("value eq");
    told(&Loose::Text(Cow::Owned(id.to_owned()))).filter(|_| is_value)
}
