//! The resource that a body is about.

use super::{Json, Kind};
use crate::event::Text;

/// A user, group or service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Subject<'r> {
    /// What it is.
    pub(in crate::source) kind: Kind,
    /// The id that the service has for it.
    pub(in crate::source) id: Option<Text<'r>>,
    /// The login of a person, the name of a group, the application id of a service principal.
    pub(in crate::source) name: Option<Text<'r>>,
    /// What a service principal is called.
    pub(in crate::source) label: Option<Text<'r>>,
    /// The id that the client has for it.
    pub(in crate::source) external_id: Option<Text<'r>>,
}

impl<'r> Subject<'r> {
    /// The resource, by what is known of it: the id of its address, and resources that tell of it, the surest first.
    pub(in crate::source) fn of(kind: Kind, id: Option<Text<'r>>, told: &[&Json<'r>]) -> Self {
        Self {
            kind,
            id: id.or_else(|| told.iter().find_map(|resource| resource.get("id").id())),
            name: told.iter().find_map(|resource| name(kind, resource)),
            label: told.iter().find_map(|resource| label(kind, resource)),
            external_id: told.iter().find_map(|resource| resource.get("externalId").id()),
        }
    }

    /// A resource of which nothing more is known.
    pub(in crate::source) const fn unnamed(kind: Kind, id: Option<Text<'r>>) -> Self {
        Self { kind, id, name: None, label: None, external_id: None }
    }
}

fn name<'r>(kind: Kind, resource: &Json<'r>) -> Option<Text<'r>> {
    match kind {
        Kind::User | Kind::Me => resource.get("userName").text(),
        Kind::Group => resource.get("displayName").text(),
        // What it is called names it no more than a person's display name does.
        Kind::ServicePrincipal => resource.get("applicationId").id(),
        _ => None,
    }
}

fn label<'r>(kind: Kind, resource: &Json<'r>) -> Option<Text<'r>> {
    resource.get("displayName").text().filter(|_| kind == Kind::ServicePrincipal)
}

/// What a resource says that it is: by its schema, its type, or the attributes that only one kind has.
pub(in crate::source) fn kind_of(resource: &Json<'_>) -> Option<Kind> {
    let named = |word: &str| match word.rsplit(':').next().unwrap_or_default() {
        w if w.eq_ignore_ascii_case("User") => Some(Kind::User),
        // Databricks calls the groups of a workspace so.
        w if w.eq_ignore_ascii_case("Group") || w.eq_ignore_ascii_case("WorkspaceGroup") => Some(Kind::Group),
        w if w.eq_ignore_ascii_case("ServicePrincipal") => Some(Kind::ServicePrincipal),
        _ => None,
    };
    let is_core = |urn: &&Text<'_>| {
        let urn = urn.to_ascii_lowercase();
        urn.starts_with("urn:ietf:params:scim:schemas:core:") || urn.starts_with("urn:scim:schemas:core:")
    };
    let schemas = resource.get("schemas").elements().iter().filter_map(Json::text).collect::<Vec<_>>();
    let by_schema = schemas.iter().filter(is_core).find_map(|urn| named(urn));
    by_schema.or_else(|| resource.get("meta").get("resourceType").text().and_then(|word| named(&word))).or_else(|| {
        let has = |key: &str| !resource.get(key).is_null();
        match () {
            () if has("applicationId") => Some(Kind::ServicePrincipal),
            () if has("userName") => Some(Kind::User),
            () if has("members") && has("displayName") => Some(Kind::Group),
            () => None,
        }
    })
}

/// A truth value, which clients also write as text, alone in a list, or as an object's value.
pub(in crate::source) fn flag(value: &Json<'_>) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::Text(word) if word.trim().eq_ignore_ascii_case("true") => Some(true),
        Json::Text(word) if word.trim().eq_ignore_ascii_case("false") => Some(false),
        Json::List(only) => match only.as_slice() {
            [only @ (Json::Bool(_) | Json::Text(_) | Json::Object(_))] => flag(only),
            _ => None,
        },
        Json::Object(_) => match value.get("value") {
            inner @ (Json::Bool(_) | Json::Text(_)) => flag(inner),
            _ => None,
        },
        _ => None,
    }
}
