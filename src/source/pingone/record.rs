//! The fields of an audit activity that are read.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use crate::source::decode::{object, objects, text};
use crate::source::loose::Loose;
use crate::source::shape::{Expect, Shape};

/// An audit activity. Systems that re-export it spell its keys in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Activity<'r> {
    #[serde(borrow)]
    pub(super) id: Loose<'r>,
    #[serde(borrow, deserialize_with = "text", rename = "recordedAt")]
    pub(super) recorded_at: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "recordedat")]
    pub(super) recorded_at_lower: Option<Cow<'r, str>>,
    #[serde(borrow, rename = "createdAt", alias = "createdat")]
    pub(super) created_at: Loose<'r>,
    #[serde(borrow, rename = "correlationId", alias = "correlationid")]
    pub(super) correlation_id: Loose<'r>,
    #[serde(borrow, rename = "internalCorrelation", alias = "internalcorrelation", deserialize_with = "object")]
    pub(super) internal_correlation: InternalCorrelation<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) action: Action<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) actors: Actors<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) source: Origin<'r>,
    #[serde(borrow, deserialize_with = "objects")]
    pub(super) resources: Vec<Resource<'r>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) result: Outcome<'r>,
    #[serde(borrow, deserialize_with = "object", rename = "_embedded")]
    pub(super) embedded: Embedded<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InternalCorrelation<'r> {
    #[serde(borrow, rename = "sessionId", alias = "sessionid")]
    pub(super) session_id: Loose<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Action<'r> {
    #[serde(borrow, deserialize_with = "text", rename = "type")]
    pub(super) kind: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) description: Loose<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Actors<'r> {
    #[serde(borrow, deserialize_with = "object")]
    pub(super) client: Resource<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) user: Resource<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Origin<'r> {
    #[serde(borrow, rename = "ipAddress", alias = "ipaddress")]
    pub(super) ip_address: Loose<'r>,
    #[serde(borrow, rename = "userAgent", alias = "useragent")]
    pub(super) user_agent: Loose<'r>,
}

/// An actor or a resource.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Resource<'r> {
    #[serde(borrow, deserialize_with = "name", rename = "type")]
    pub(super) kind: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "name")]
    pub(super) id: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "name")]
    pub(super) name: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "name")]
    pub(super) href: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) status: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) description: Loose<'r>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Embedded<'r> {
    #[serde(borrow, rename = "modifiedAttributes", alias = "modifiedattributes")]
    pub(super) modified_attributes: Loose<'r>,
}

/// What each of these fields must be; the same list as the structs, for the reason of a rejection.
pub(super) const SHAPE: &[Shape] = &[
    ("/recordedAt", Expect::Text),
    ("/internalCorrelation", Expect::Object),
    ("/action", Expect::Object),
    ("/action/type", Expect::Text),
    ("/actors", Expect::Object),
    ("/actors/client", Expect::Object),
    ("/actors/client/type", Expect::Text),
    ("/actors/client/id", Expect::Text),
    ("/actors/client/name", Expect::Text),
    ("/actors/client/href", Expect::Text),
    ("/actors/user", Expect::Object),
    ("/actors/user/type", Expect::Text),
    ("/actors/user/id", Expect::Text),
    ("/actors/user/name", Expect::Text),
    ("/actors/user/href", Expect::Text),
    ("/source", Expect::Object),
    ("/resources", Expect::Objects),
    ("/resources/*/type", Expect::Text),
    ("/resources/*/id", Expect::Text),
    ("/resources/*/name", Expect::Text),
    ("/resources/*/href", Expect::Text),
    ("/result", Expect::Object),
    ("/result/status", Expect::Text),
    ("/_embedded", Expect::Object),
];

impl<'r> Activity<'r> {
    /// The one resource of that type. `None` = none, or several that differ: which of them is meant is not said.
    pub(super) fn sole(&self, kind: &str) -> Option<&Resource<'r>> {
        let mut found = self.resources.iter().filter(|r| r.is(kind));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// Whether the attribute is among those that were modified; `None` = the record does not list them.
    pub(super) fn modified(&self, attribute: &str) -> Option<bool> {
        let Loose::Nested(list) = &self.embedded.modified_attributes else { return None };
        let names = sonic_rs::from_str::<Vec<String>>(list).ok()?;
        Some(names.iter().any(|name| name.eq_ignore_ascii_case(attribute)))
    }

    /// The words on the outcome.
    pub(super) fn result_description(&self) -> Option<Cow<'r, str>> {
        said(&self.result.description)
    }
}

impl<'r> Resource<'r> {
    /// Whether the resource is of that type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(kind))
    }

    /// Whether neither name nor id is given.
    pub(super) const fn is_nobody(&self) -> bool {
        self.name.is_none() && self.id.is_none()
    }

    /// The segment of the link that follows this one, as in `/users/ID/memberOfGroups/ID`.
    pub(super) fn linked(&self, collection: &str) -> Option<Cow<'r, str>> {
        let href = self.href.as_ref()?;
        let path = href.split(['?', '#']).next()?;
        let mut segments = path.split('/');
        segments.find(|s| s.eq_ignore_ascii_case(collection))?;
        let id = segments.next().filter(|id| !id.is_empty())?;
        let start = id.as_ptr() as usize - href.as_ptr() as usize;
        Some(match href {
            Cow::Borrowed(href) => Cow::Borrowed(href.get(start..start + id.len())?),
            Cow::Owned(_) => Cow::Owned(id.to_owned()),
        })
    }
}

/// A text of which the word null says nothing either.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    Ok(text(deserializer)?.filter(|name| !name.eq_ignore_ascii_case("null")))
}

/// The text of a field that may be of any type: one of another type says nothing.
pub(super) fn said<'r>(value: &Loose<'r>) -> Option<Cow<'r, str>> {
    value.id("").ok().flatten().filter(|text| !text.eq_ignore_ascii_case("null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_links() {
        let linked = |href: &'static str, collection| {
            Resource { href: Some(Cow::Borrowed(href)), ..Resource::default() }.linked(collection)
        };
        let href = "https://api.example.com/v1/environments/e/users/u1/memberOfGroups/g1?x=/users/u2";
        assert_eq!(linked(href, "users").as_deref(), Some("u1"));
        assert!(matches!(linked(href, "users"), Some(Cow::Borrowed(_))));
        assert_eq!(linked(href, "memberOfGroups").as_deref(), Some("g1"));
        assert_eq!(linked(href, "groups"), None);
        for broken in ["", "/users", "/users/", "/users//memberOfGroups/g", "https://api.example.com/v1/people/u1"] {
            assert_eq!(linked(broken, "users"), None, "{broken}");
        }
        let owned = Resource { href: Some(Cow::Owned("/users/u1".to_owned())), ..Resource::default() };
        assert_eq!(owned.linked("users").as_deref(), Some("u1"));
    }
}
