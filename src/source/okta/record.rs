//! The fields of a System Log event that are read.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::source::decode::{object, objects, text, too_deep};
use crate::source::loose::Loose;
use crate::source::shape::{Expect, Shape};

/// Longest key that is read, without underscores.
const LONGEST_KEY: usize = 32;

/// A key in the one spelling that all deliveries share: lower case, without underscores inside. `None` = longer than any that is read.
pub(super) fn squeezed<'b>(key: &str, buffer: &'b mut [u8; LONGEST_KEY]) -> Option<&'b [u8]> {
    let mut length = 0;
    for (at, byte) in key.bytes().enumerate() {
        if byte == b'_' && at > 0 {
            continue;
        }
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    buffer.get(..length)
}

#[derive(Deserialize)]
struct Key<'r>(#[serde(borrow)] Cow<'r, str>);

/// A string; null and "" are nothing said.
struct Text<'r>(Option<Cow<'r, str>>);

impl<'de: 'r, 'r> Deserialize<'de> for Text<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}

/// An object; null is one without fields.
struct Object<T>(T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

/// A list of objects; null is an empty one.
struct Objects<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        objects(deserializer).map(Self)
    }
}

/// The targets: a list of objects, as such or as JSON in a string; null and "" are an empty one.
struct Targets<'r>(Vec<Party<'r>>);

impl<'de: 'r, 'r> Deserialize<'de> for Targets<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<'r>(PhantomData<&'r ()>);
        impl<'de: 'r, 'r> Visitor<'de> for List<'r> {
            type Value = Vec<Party<'r>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of objects")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                listed(text).ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                objects(SeqAccessDeserializer::new(seq))
            }
        }
        deserializer.deserialize_any(List(PhantomData)).map(Self)
    }
}

/// The targets that a text spells; `None` = it is no list of them.
pub(super) fn listed<'o>(json: &str) -> Option<Vec<Party<'o>>> {
    if json.trim_ascii().is_empty() {
        return Some(Vec::new());
    }
    let list = (!too_deep(json.as_bytes())).then(|| sonic_rs::from_str::<Objects<Party<'_>>>(json).ok()).flatten()?;
    Some(list.0.into_iter().map(Party::into_owned).collect())
}

/// Whatever it is: a field whose type must not reject a record.
struct Any<'r>(Loose<'r>);

impl<'de: 'r, 'r> Deserialize<'de> for Any<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Loose::deserialize(deserializer).map(Self)
    }
}

/// An object of the log: its fields, how Okta spells each, the squeezed spelling, and how it is read. Systems that re-export
/// the log spell its keys as they like; a key that stands twice, in whatever spellings, is refused.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $key:literal $($squeezed:literal)|+ $read:ident;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone, PartialEq)]
        pub(super) struct $name<'r> {
            $($(#[$field_doc])* pub(super) $field: $type,)*
            /// True = a key is spelled in another way than Okta's.
            pub(super) respelled: bool,
        }

        impl<'de: 'r, 'r> Deserialize<'de> for $name<'r> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields<'r>(PhantomData<&'r ()>);
                impl<'de: 'r, 'r> Visitor<'de> for Fields<'r> {
                    type Value = $name<'r>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut respelled = false;
                        $(let mut $field = None;)*
                        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                            match squeezed(&key, &mut [0; LONGEST_KEY]) {
                                $(Some($($squeezed)|+) => {
                                    if $field.is_some() {
                                        return Err(A::Error::duplicate_field($key));
                                    }
                                    respelled |= key != $key;
                                    let $read(value) = map.next_value()?;
                                    $field = Some(value);
                                })*
                                _ => {
                                    map.next_value::<IgnoredAny>()?;
                                }
                            }
                        }
                        Ok($name { $($field: $field.unwrap_or_default(),)* respelled })
                    }
                }
                deserializer.deserialize_map(Fields(PhantomData))
            }
        }
    };
}

fields! {
    /// A LogEvent.
    LogEvent {
        uuid: Option<Cow<'r, str>> = "uuid" b"uuid" Text;
        published: Option<Cow<'r, str>> = "published" b"published" Text;
        event_type: Option<Cow<'r, str>> = "eventType" b"eventtype" Text;
        /// The name that the same event had in the older Events API.
        legacy_event_type: Loose<'r> = "legacyEventType" b"legacyeventtype" Any;
        /// The version of the layout, which must not reject a record.
        version: Loose<'r> = "version" b"version" Any;
        actor: Party<'r> = "actor" b"actor" Object;
        client: Client<'r> = "client" b"client" Object;
        outcome: Verdict<'r> = "outcome" b"outcome" Object;
        target: Vec<Party<'r>> = "target" b"target" | b"targets" Targets;
        transaction: Transaction<'r> = "transaction" b"transaction" Object;
        authentication_context: AuthenticationContext<'r> = "authenticationContext" b"authenticationcontext" Object;
        /// An open map, decoded only for the few types that need it.
        debug_context: Loose<'r> = "debugContext" b"debugcontext" Any;
    }
}

fields! {
    /// An actor or a target.
    Party {
        id: Option<Cow<'r, str>> = "id" b"id" Text;
        kind: Option<Cow<'r, str>> = "type" b"type" Text;
        alternate_id: Option<Cow<'r, str>> = "alternateId" b"alternateid" Text;
        display_name: Option<Cow<'r, str>> = "displayName" b"displayname" Text;
    }
}

fields! {
    /// The client that was used.
    Client {
        ip_address: Option<Cow<'r, str>> = "ipAddress" b"ipaddress" Text;
        user_agent: UserAgent<'r> = "userAgent" b"useragent" Object;
    }
}

fields! {
    /// Its software.
    UserAgent {
        raw: Option<Cow<'r, str>> = "rawUserAgent" b"rawuseragent" Text;
    }
}

fields! {
    /// How it ended.
    Verdict {
        result: Option<Cow<'r, str>> = "result" b"result" Text;
        reason: Option<Cow<'r, str>> = "reason" b"reason" Text;
    }
}

fields! {
    /// The request or job that the event belongs to.
    Transaction {
        id: Option<Cow<'r, str>> = "id" b"id" Text;
        kind: Option<Cow<'r, str>> = "type" b"type" Text;
        detail: TransactionDetail<'r> = "detail" b"detail" Object;
    }
}

fields! {
    /// More of the request.
    TransactionDetail {
        api_token_id: Option<Cow<'r, str>> = "requestApiTokenId" b"requestapitokenid" Text;
    }
}

fields! {
    /// How the actor had signed in.
    AuthenticationContext {
        external_session_id: Option<Cow<'r, str>> = "externalSessionId" b"externalsessionid" Text;
    }
}

/// What each of these fields must be; the same list as the structs, for the reason of a rejection.
pub(super) const SHAPE: &[Shape] = &[
    ("/uuid", Expect::Text),
    ("/published", Expect::Text),
    ("/eventType", Expect::Text),
    ("/actor", Expect::Object),
    ("/actor/id", Expect::Text),
    ("/actor/type", Expect::Text),
    ("/actor/alternateId", Expect::Text),
    ("/actor/displayName", Expect::Text),
    ("/client", Expect::Object),
    ("/client/ipAddress", Expect::Text),
    ("/client/userAgent", Expect::Object),
    ("/client/userAgent/rawUserAgent", Expect::Text),
    ("/outcome", Expect::Object),
    ("/outcome/result", Expect::Text),
    ("/outcome/reason", Expect::Text),
    ("/target", Expect::Objects),
    ("/target/*/id", Expect::Text),
    ("/target/*/type", Expect::Text),
    ("/target/*/alternateId", Expect::Text),
    ("/target/*/displayName", Expect::Text),
    ("/transaction", Expect::Object),
    ("/transaction/id", Expect::Text),
    ("/transaction/type", Expect::Text),
    ("/transaction/detail", Expect::Object),
    ("/transaction/detail/requestApiTokenId", Expect::Text),
    ("/authenticationContext", Expect::Object),
    ("/authenticationContext/externalSessionId", Expect::Text),
];

impl LogEvent<'_> {
    /// Whether the event says nothing of who and how: so does a row whose columns are the fields of one.
    pub(super) fn is_bare(&self) -> bool {
        let nobody = Party { respelled: self.actor.respelled, ..Party::default() };
        self.actor == nobody && self.outcome.result.is_none() && self.transaction.id.is_none()
    }
}

impl<'r> Party<'r> {
    fn into_owned<'o>(self) -> Party<'o> {
        let own = |text: Option<Cow<'_, str>>| text.map(|t| Cow::Owned(t.into_owned()));
        Party {
            id: own(self.id),
            kind: own(self.kind),
            alternate_id: own(self.alternate_id),
            display_name: own(self.display_name),
            respelled: self.respelled,
        }
    }

    /// Whether the party is of that type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(kind))
    }

    /// The id, unless Okta writes that it has none.
    pub(super) fn known_id(&self) -> Option<Cow<'r, str>> {
        usable(&self.id)
    }

    /// The login, user name or label.
    pub(super) fn login(&self) -> Option<Cow<'r, str>> {
        usable(&self.alternate_id)
    }

    /// The login or label, else the display name.
    pub(super) fn name(&self) -> Option<Cow<'r, str>> {
        self.login().or_else(|| usable(&self.display_name))
    }

    /// The display name, which is where a group has its name, else the login or label.
    pub(super) fn title(&self) -> Option<Cow<'r, str>> {
        usable(&self.display_name).or_else(|| self.login())
    }
}

/// The name, unless it is the word that Okta writes where it has none.
fn usable<'r>(name: &Option<Cow<'r, str>>) -> Option<Cow<'r, str>> {
    name.clone().filter(|name| !name.eq_ignore_ascii_case("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_every_spelling() {
        for (text, respelled) in [
            (r#"{"eventType":"a.b","client":{"ipAddress":"192.0.2.1"}}"#, false),
            (r#"{"eventtype":"a.b","client":{"ipaddress":"192.0.2.1"}}"#, true),
            (r#"{"event_type":"a.b","client":{"ip_address":"192.0.2.1"}}"#, true),
            (r#"{"EventType":"a.b","Client":{"IPAddress":"192.0.2.1"}}"#, true),
        ] {
            let log: LogEvent<'_> = sonic_rs::from_str(text).unwrap();
            assert_eq!((log.event_type.as_deref(), log.client.ip_address.as_deref()), (Some("a.b"), Some("192.0.2.1")));
            assert_eq!(log.respelled, respelled, "{text}");
            assert!(log.is_bare());
        }
        let twice = sonic_rs::from_str::<LogEvent<'_>>(r#"{"eventType":"a.b","eventtype":"c.d"}"#).unwrap_err();
        assert!(twice.to_string().contains("duplicate field"), "{twice}");
    }

    #[test]
    fn overlong_keys_are_no_fields() {
        let mut buffer = [0; LONGEST_KEY];
        assert_eq!(squeezed("Event_Type", &mut buffer), Some(&b"eventtype"[..]));
        assert_eq!(squeezed(&"x".repeat(LONGEST_KEY + 1), &mut buffer), None);
        assert_eq!(squeezed("", &mut buffer), Some(&b""[..]));
    }
}
