//! The resource that a SCIM path or URL names.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::Json;
use crate::change::SubjectKind;
use crate::event::Text;

/// What a SCIM path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Kind {
    /// A person, or all of them.
    User,
    /// The person who asks.
    Me,
    /// A group, or all of them.
    Group,
    /// A service principal, or all of them.
    ServicePrincipal,
    /// Several requests in one.
    Bulk,
    /// A query that is posted.
    Search,
    /// What the service says of itself.
    Discovery,
    /// Something else below a SCIM address.
    Other,
}

impl Kind {
    /// What a change to the resource is about.
    pub(in crate::source) const fn subject(self) -> SubjectKind {
        match self {
            Self::User | Self::Me => SubjectKind::User,
            Self::Group => SubjectKind::Group,
            Self::ServicePrincipal => SubjectKind::ServicePrincipal,
            _ => SubjectKind::Unknown,
        }
    }
}

/// SCIM's own names, and what they lead to.
const NAMES: [(&str, Kind); 9] = [
    ("Users", Kind::User),
    ("Groups", Kind::Group),
    ("ServicePrincipals", Kind::ServicePrincipal),
    ("Me", Kind::Me),
    ("Bulk", Kind::Bulk),
    ("Schemas", Kind::Discovery),
    ("ResourceTypes", Kind::Discovery),
    ("ServiceProviderConfig", Kind::Discovery),
    ("ServiceProviderConfigs", Kind::Discovery),
];

/// Where a SCIM request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Route<'r> {
    /// What it leads to.
    pub(in crate::source) kind: Kind,
    /// SCIM's name of it; for something else the name that stands there.
    pub(in crate::source) name: Text<'r>,
    /// The id of one resource.
    pub(in crate::source) id: Option<Text<'r>>,
}

impl<'r> Route<'r> {
    /// The route of a path or URL; `None` = it has nothing to do with SCIM.
    pub(in crate::source) fn of(text: &Text<'r>) -> Option<Self> {
        match text {
            Cow::Borrowed(text) => Self::found(text),
            Cow::Owned(text) => Route::found(text).map(|route| Self {
                kind: route.kind,
                name: Cow::Owned(route.name.into_owned()),
                id: route.id.map(|id| Cow::Owned(id.into_owned())),
            }),
        }
    }

    fn found(text: &'r str) -> Option<Self> {
        let path = path(text);
        let mut segments = path.split('/').filter(|s| !s.is_empty());
        let (mut under_scim, mut first) = (false, true);
        while let Some(segment) = segments.next() {
            let is_root = std::mem::take(&mut first);
            if segment.eq_ignore_ascii_case("scim") {
                under_scim = true;
            } else if let Some((name, kind)) = named(segment, under_scim, is_root) {
                return Some(Self::with_id(kind, Cow::Borrowed(name), segments.next(), segments.next()));
            } else if under_scim && !is_version(segment) && !is_prefix(segment, segments.clone()) {
                return Some(Self {
                    kind: Kind::Other,
                    name: Cow::Borrowed(segment),
                    id: segments.next().and_then(id),
                });
            }
        }
        under_scim.then_some(Self { kind: Kind::Other, name: Cow::Borrowed(""), id: None })
    }

    fn with_id(kind: Kind, name: Text<'r>, next: Option<&'r str>, below: Option<&'r str>) -> Self {
        match (next, below) {
            (Some(".search"), _) => Self { kind: Kind::Search, name, id: None },
            // What lies below one resource is no resource that SCIM knows.
            (_, Some(below)) => {
                Self { kind: Kind::Other, name: Cow::Owned(format!("{name}/{below}")), id: next.and_then(id) }
            }
            _ => Self { kind, name, id: next.and_then(id) },
        }
    }
}

/// What stands between the host and the query.
fn path(text: &str) -> &str {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    match text.find("://") {
        Some(at) => {
            text.get(at + 3..).and_then(|rest| rest.find('/').and_then(|slash| rest.get(slash..))).unwrap_or("")
        }
        None => text,
    }
}

/// Names in other cases, and those that other services use too, count only below an address that says SCIM, or at the root.
fn named(segment: &str, under_scim: bool, is_root: bool) -> Option<(&'static str, Kind)> {
    if segment == ".search" && (under_scim || is_root) {
        return Some(("", Kind::Search));
    }
    let (name, kind) = NAMES.into_iter().find(|(name, _)| segment.eq_ignore_ascii_case(name))?;
    let is_plain = matches!(kind, Kind::User | Kind::Group | Kind::ServicePrincipal) || is_root;
    (under_scim || (is_plain && segment == name)).then_some((name, kind))
}

/// Services of many tenants name the tenant between the address that says SCIM and the resource: `/scim/v2/organizations/acme/Users`.
/// A resource of another kind begins with a capital, as SCIM writes them.
fn is_prefix<'s>(segment: &str, mut rest: impl Iterator<Item = &'s str>) -> bool {
    let is_resource = |segment: &str| named(segment, false, false).is_some();
    !segment.starts_with(|c: char| c.is_ascii_uppercase()) && rest.any(is_resource)
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix(['v', 'V']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn id(segment: &str) -> Option<Text<'_>> {
    let decoded = percent_decode_str(segment).decode_utf8().unwrap_or(Cow::Borrowed(segment));
    (!decoded.trim().is_empty()).then_some(decoded)
}

/// The last segment of a reference, which is the id of what it refers to.
pub(in crate::source) fn last_segment<'r>(reference: &Json<'r>) -> Option<Text<'r>> {
    let text = reference.text()?;
    match text {
        Cow::Borrowed(text) => path(text).rsplit('/').find(|s| !s.is_empty()).and_then(id),
        Cow::Owned(text) => {
            let found = path(&text).rsplit('/').find(|s| !s.is_empty()).and_then(id);
            found.map(|id| Cow::Owned(id.into_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_found_below_any_prefix() {
        for (text, kind, name, id) in [
            ("/Users/123", Kind::User, "Users", Some("123")),
            ("/Users?filter=userName%20eq%20%22a%22", Kind::User, "Users", None),
            ("/scim/v2/Groups/", Kind::Group, "Groups", None),
            ("/scim/v2/groups/a%20b", Kind::Group, "Groups", Some("a b")),
            ("/api/2.1/accounts/11111111-2222-3333-4444-555555555555/scim/v2/Users/7", Kind::User, "Users", Some("7")),
            ("/api/2.0/preview/scim/v2/ServicePrincipals/7", Kind::ServicePrincipal, "ServicePrincipals", Some("7")),
            ("https://scim.example.com/scim/v2/Groups/9#x", Kind::Group, "Groups", Some("9")),
            ("https://scim.example.com/tenant/Users/9", Kind::User, "Users", Some("9")),
            ("/scim/v2/Bulk", Kind::Bulk, "Bulk", None),
            ("/Bulk", Kind::Bulk, "Bulk", None),
            ("/scim/v2/Users/.search", Kind::Search, "Users", None),
            ("/scim/v2/Me", Kind::Me, "Me", None),
            ("/scim/v2/ServiceProviderConfig", Kind::Discovery, "ServiceProviderConfig", None),
            ("/scim/v2/Users/9/photo", Kind::Other, "Users/photo", Some("9")),
            ("/scim/v2/Roles/9", Kind::Other, "Roles", Some("9")),
            ("/scim/v2", Kind::Other, "", None),
            ("/scim/v2/organizations/acme/Users", Kind::User, "Users", None),
            ("/scim/directory/11111111-2222-3333-4444-555555555555/Groups/9", Kind::Group, "Groups", Some("9")),
            ("/scim/v2/Roles/9/Users", Kind::Other, "Roles", Some("9")),
            ("/scim/v2/roles/9", Kind::Other, "roles", Some("9")),
        ] {
            let route = Route::of(&Cow::Borrowed(text)).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((route.kind, &*route.name, route.id.as_deref()), (kind, name, id), "{text}");
        }
    }

    #[test]
    fn other_services_are_none() {
        for text in ["", "/", "/health", "/api/2.0/clusters/list", "/api/users/9", "/shop/Bulk", "https://example.com"]
        {
            assert_eq!(Route::of(&Cow::Borrowed(text)), None, "{text}");
        }
    }
}
