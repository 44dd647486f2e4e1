//! Whose access it is.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Context, Name};
use crate::change::{Change, SubjectKind};

/// A principal, as far as it is named.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Subject<'r> {
    pub(super) kind: Option<SubjectKind>,
    pub(super) name: Name<'r>,
    pub(super) id: Name<'r>,
}

/// Keys under which an object names a principal, and what the principal is.
const NAMING: &[(&str, Option<SubjectKind>)] = &[
    ("username", Some(SubjectKind::User)),
    ("groupname", Some(SubjectKind::Group)),
    ("serviceprincipalname", Some(SubjectKind::ServicePrincipal)),
    ("principal", None),
    ("principalname", None),
    ("grantee", None),
    ("name", None),
];
const NUMBERING: &[(&str, Option<SubjectKind>)] = &[
    ("userid", None),
    ("targetuserid", None),
    ("groupid", Some(SubjectKind::Group)),
    ("serviceprincipalid", Some(SubjectKind::ServicePrincipal)),
    ("principalid", None),
];

impl<'r> Subject<'r> {
    /// A principal of whom only the name is known: users go by their e-mail address, service principals by a UUID, and what has
    /// neither shape is a group.
    pub(super) fn named(name: Cow<'r, str>) -> Self {
        let kind = match name.as_ref() {
            name if is_uuid(name) => SubjectKind::ServicePrincipal,
            name if name.contains('@') => SubjectKind::User,
            _ => SubjectKind::Group,
        };
        Self { kind: Some(kind), name: Some(name), id: None }
    }

    /// The principal whose access an access control list's row changes: mostly an id of which the kind is not said.
    pub(super) fn of_row(context: Context<'_, 'r>) -> Self {
        let id = context.hint(&["targetUserId", "target_user_id", "principal_id", "principalId", "userId", "user_id"]);
        match context.hint(&["targetUserName", "target_user_name", "principal", "user_name"]) {
            Some(name) => Self { id, ..Self::named(name) },
            None => Self { id, ..Self::default() },
        }
    }

    /// The principal that an element of a list names; nobody where it has none of the known keys.
    pub(super) fn of_element(element: &Map<String, Value>) -> Self {
        let first = |keys: &[(&str, Option<SubjectKind>)]| {
            keys.iter().find_map(|(key, kind)| Some((text(field(element, key)?)?, *kind)))
        };
        let (name, number) = (first(NAMING), first(NUMBERING));
        let told = name.as_ref().and_then(|(_, kind)| *kind).or(number.as_ref().and_then(|(_, kind)| *kind));
        let id = number.map(|(id, _)| Cow::Owned(id));
        match name {
            Some((name, _)) => {
                let shaped = Self::named(Cow::Owned(name));
                // The key for users is used for service principals too.
                let kind = told.filter(|kind| *kind != SubjectKind::User || shaped.kind == Some(SubjectKind::Group));
                Self { kind: kind.or(shaped.kind), id, ..shaped }
            }
            None => Self { kind: told, name: None, id },
        }
    }

    /// Whether anybody is named.
    pub(super) const fn is_somebody(&self) -> bool {
        self.name.is_some() || self.id.is_some()
    }

    /// The principal in the key of a statement.
    pub(super) fn key(&self) -> Option<String> {
        let id = self.id.as_ref().map(|id| format!("id:{id}"));
        id.or_else(|| self.name.as_ref().map(|name| format!("name:{}", name.to_lowercase())))
    }

    /// The change, about this principal.
    pub(super) fn on(&self, change: Change<'r>) -> Change<'r> {
        Change {
            subject: self.name.clone(),
            subject_id: self.id.clone(),
            subject_kind: self.kind.unwrap_or(SubjectKind::Unknown),
            ..change
        }
    }
}

/// The field of that name, whatever the spelling of its key; nulls are no fields.
pub(super) fn field<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    let is_spelling =
        |key: &str| key.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).eq(name.bytes());
    object.iter().find(|(key, value)| is_spelling(key) && !value.is_null()).map(|(_, value)| value)
}

/// A text or the digits of a number; empty texts are none.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The words of a list of texts, of a list of objects that hold one under any of these names, or of a text with commas.
/// `None` = nothing of the kind, or an element that cannot be read.
pub(super) fn words(value: &Value, names: &[&str]) -> Option<Vec<String>> {
    match value {
        Value::String(list) => {
            Some(list.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect())
        }
        Value::Array(elements) => elements
            .iter()
            .map(|element| match element {
                Value::Object(object) => names.iter().find_map(|name| text(field(object, name)?)),
                other => text(other),
            })
            .collect(),
        _ => None,
    }
}

/// Whether a name is a UUID, as the application ids are by which service principals go.
pub(in crate::source::databricks) fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_name_principals_in_many_ways() {
        let uuid = "11111111-2222-4333-8444-555555555555";
        for (element, kind, name, id) in [
            (json!({"user_name": "a@example.com"}), Some(SubjectKind::User), Some("a@example.com"), None),
            (json!({"userName": uuid}), Some(SubjectKind::ServicePrincipal), Some(uuid), None),
            (json!({"user_name": "a.b"}), Some(SubjectKind::User), Some("a.b"), None),
            (json!({"group_name": "x@y"}), Some(SubjectKind::Group), Some("x@y"), None),
            (json!({"service_principal_name": "robot"}), Some(SubjectKind::ServicePrincipal), Some("robot"), None),
            (json!({"principal": "account users"}), Some(SubjectKind::Group), Some("account users"), None),
            (json!({"principal_id": 7}), None, None, Some("7")),
            (json!({"group_id": "8"}), Some(SubjectKind::Group), None, Some("8")),
            (json!({"other": 1, "user_name": null}), None, None, None),
        ] {
            let found = Subject::of_element(element.as_object().unwrap());
            assert_eq!((found.kind, found.name.as_deref(), found.id.as_deref()), (kind, name, id), "{element}");
        }
    }

    #[test]
    fn words_are_read_from_lists_and_texts() {
        let read = |value: Value| words(&value, &["permission_level", "permissionlevel"]);
        assert_eq!(read(json!("View, Query,,Manage")).unwrap(), ["View", "Query", "Manage"]);
        assert_eq!(read(json!(["SELECT"])).unwrap(), ["SELECT"]);
        assert_eq!(read(json!([{"permissionLevel": "CAN_USE"}])).unwrap(), ["CAN_USE"]);
        assert_eq!(read(json!("")).unwrap(), Vec::<String>::new());
        for unread in [json!([[1]]), json!([{"x": 1}]), json!(7), json!({})] {
            assert!(read(unread.clone()).is_none(), "{unread}");
        }
    }
}
