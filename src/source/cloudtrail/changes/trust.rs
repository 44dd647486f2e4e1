//! Who may take on a role: the trust policy, which states all of them at once.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Call;
use crate::change::{Change, Model, Statement, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::decode::too_deep;

/// The policy of a role that is no more.
pub(super) const NOBODY: &str = r#"{"Statement":[]}"#;

/// What a trust policy states. `None` = it cannot be told as a list of who may do what: it denies, excepts, or is no policy.
pub(super) fn statement<'r>(call: &Call<'_, 'r>, role: &str, document: &str) -> Option<Statement<'r>> {
    let policy = policy(document)?;
    let mut held: Vec<Change<'r>> = Vec::new();
    for statement in list(policy.get("Statement")?) {
        for (kind, principal) in principals(statement)? {
            for action in texts(statement.get("Action")?)? {
                let change = grant(kind, &principal, &action, role);
                if !held.contains(&change) {
                    held.push(change);
                }
            }
        }
    }
    let account = call.account.as_deref().unwrap_or("unknown");
    let key = Cow::Owned(format!("aws:{account}:role:{role}:trust"));
    Some(Statement { key, model: Model::Replacement, held, otherwise: Vec::new() })
}

fn grant<'r>(kind: SubjectKind, principal: &str, action: &str, role: &str) -> Change<'r> {
    let action: Cow<'r, str> = Cow::Owned(action.to_owned());
    Change {
        subject: Some(Cow::Owned(principal.to_owned())),
        subject_kind: kind,
        entitlement: Some(action.clone()),
        privilege: Some(action),
        securable: Some(Cow::Owned(format!("role:{role}"))),
        ..Change::new(Verb::AclChange, Outcome::Success)
    }
}

/// The policy as JSON; answers spell it with percent signs.
fn policy(document: &str) -> Option<Value> {
    let document = document.trim();
    let text = if document.starts_with('%') {
        percent_decode_str(document).decode_utf8().ok()?
    } else {
        Cow::Borrowed(document)
    };
    if too_deep(text.as_bytes()) { None } else { serde_json::from_str(&text).ok() }
}

/// The principals that a statement allows; a condition narrows when, not who.
fn principals(statement: &Value) -> Option<Vec<(SubjectKind, String)>> {
    if statement.get("Effect")?.as_str()? != "Allow" {
        return None;
    }
    match statement.get("Principal")? {
        Value::String(anybody) if anybody == "*" => Some(vec![(SubjectKind::Unknown, anybody.clone())]),
        Value::Object(by_kind) => {
            let mut found = Vec::new();
            for (kind, names) in by_kind {
                found.extend(texts(names)?.into_iter().map(|name| (subject_kind(kind, &name), name)));
            }
            Some(found)
        }
        _ => None,
    }
}

fn subject_kind(kind: &str, name: &str) -> SubjectKind {
    if kind == "Service" || name.contains(":role/") || name.contains(":assumed-role/") {
        SubjectKind::ServicePrincipal
    } else if name.contains(":user/") {
        SubjectKind::User
    } else {
        SubjectKind::Unknown
    }
}

/// One text or a list of texts; `None` = something else.
fn texts(value: &Value) -> Option<Vec<String>> {
    list(value).iter().map(|v| v.as_str().map(str::to_owned)).collect()
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        one => std::slice::from_ref(one),
    }
}
