//! The events of RFC 9967.

/// What an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The resource enters or leaves what the receiver is told of; it was neither made nor removed.
    Feed,
    /// The resource was made.
    Create,
    /// The resource was changed by operations.
    Patch,
    /// The resource was replaced.
    Put,
    /// The resource was removed.
    Delete,
    /// The account was put in use.
    Activate,
    /// The account was put out of use.
    Deactivate,
    /// A request that was put off is done.
    Answer,
}

/// What the URIs of SCIM's events begin with, whatever their case.
const PREFIX: &str = "urn:ietf:params:scim:event:";

const EVENTS: [(&str, Meaning); 12] = [
    ("feed:add", Meaning::Feed),
    ("feed:remove", Meaning::Feed),
    ("prov:create:notice", Meaning::Create),
    ("prov:create:full", Meaning::Create),
    ("prov:patch:notice", Meaning::Patch),
    ("prov:patch:full", Meaning::Patch),
    ("prov:put:notice", Meaning::Put),
    ("prov:put:full", Meaning::Put),
    ("prov:delete", Meaning::Delete),
    ("prov:activate", Meaning::Activate),
    ("prov:deactivate", Meaning::Deactivate),
    ("misc:asyncresp", Meaning::Answer),
];

/// Where each event stands in a token.
pub(super) const POINTERS: &[&str] = &[
    "/events/urn:ietf:params:scim:event:feed:add",
    "/events/urn:ietf:params:scim:event:feed:remove",
    "/events/urn:ietf:params:scim:event:prov:create:notice",
    "/events/urn:ietf:params:scim:event:prov:create:full",
    "/events/urn:ietf:params:scim:event:prov:patch:notice",
    "/events/urn:ietf:params:scim:event:prov:patch:full",
    "/events/urn:ietf:params:scim:event:prov:put:notice",
    "/events/urn:ietf:params:scim:event:prov:put:full",
    "/events/urn:ietf:params:scim:event:prov:delete",
    "/events/urn:ietf:params:scim:event:prov:activate",
    "/events/urn:ietf:params:scim:event:prov:deactivate",
    "/events/urn:ietf:params:scim:event:misc:asyncresp",
];

/// Whether a URI names an event of SCIM, known or not.
pub(super) fn is_event_uri(uri: &str) -> bool {
    short(uri).is_some()
}

/// The name of an event without what all events of SCIM begin with; `None` = it is another specification's.
pub(super) fn short(uri: &str) -> Option<&str> {
    let is_own = uri.get(..PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(PREFIX));
    uri.get(PREFIX.len()..).filter(|rest| is_own && !rest.is_empty())
}

/// What an event says; `None` = not in the vocabulary.
pub(super) fn meaning(short: &str) -> Option<Meaning> {
    EVENTS.iter().find(|(name, _)| short.eq_ignore_ascii_case(name)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_can_be_detected() {
        for (name, _) in EVENTS {
            let pointer = format!("/events/{PREFIX}{name}");
            assert!(POINTERS.contains(&pointer.as_str()), "{name}");
        }
        assert_eq!(POINTERS.len(), EVENTS.len());
        assert_eq!(short("urn:ietf:params:SCIM:event:prov:delete"), Some("prov:delete"));
        assert_eq!(short("https://schemas.openid.net/secevent/caep/event-type/session-revoked"), None);
    }
}
