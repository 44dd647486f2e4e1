//! The fields of a CloudTrail record that are read.

use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::fields::Fields;
use crate::source::loose::Loose;

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    UserIdentity,
    EventTime,
    EventSource,
    EventName,
    SourceIpAddress,
    UserAgent,
    ErrorCode,
    ErrorMessage,
    RequestParameters,
    ResponseElements,
    AdditionalEventData,
    ServiceEventDetails,
    RequestId,
    EventId,
    EventType,
    EventCategory,
    EventVersion,
    AwsRegion,
    Resources,
    RecipientAccountId,
    SessionCredentialFromConsole,
}

/// AWS's own spelling of the fields, in the order of [`Field`].
const NAMES: [&str; 21] = [
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "requestID",
    "eventID",
    "eventType",
    "eventCategory",
    "eventVersion",
    "awsRegion",
    "resources",
    "recipientAccountId",
    "sessionCredentialFromConsole",
];

/// Where logstash's codec puts the time, which it takes out of the record.
const TIMESTAMP: &str = "@timestamp";

/// A record, or the row that stands for one in an export. Keys are found whatever their case.
#[derive(Debug)]
pub(super) struct Entry<'r> {
    slots: [Loose<'r>; NAMES.len()],
    /// True = at least one key is not in AWS's own spelling.
    pub(super) respelled: bool,
}

impl<'r> Entry<'r> {
    /// The field as it stands.
    pub(super) fn get(&self, field: Field) -> &Loose<'r> {
        self.slots.get(field as usize).unwrap_or(&Loose::Null)
    }

    /// The fields of a field that is an object, or a text that spells one.
    pub(super) fn fields(&self, field: Field) -> Fields<'r> {
        Fields::of(self.get(field))
    }

    /// True = a row of columns: an object stands in a text, or an empty text in place of one.
    pub(super) fn is_row(&self) -> bool {
        [Field::UserIdentity, Field::RequestParameters, Field::ResponseElements]
            .into_iter()
            .any(|field| matches!(self.get(field), Loose::Text(_)))
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Entry<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry<'de>, A::Error> {
        let mut slots: [Option<Loose<'de>>; NAMES.len()] = Default::default();
        let (mut respelled, mut timestamp) = (false, None);
        while let Some(key) = map.next_key::<super::fields::Key<'de>>()? {
            let found = NAMES.iter().zip(&mut slots).find(|(name, _)| name.eq_ignore_ascii_case(&key.0));
            match found {
                None if key.0 == TIMESTAMP => timestamp = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some((name, Some(_))) => return Err(A::Error::duplicate_field(name)),
                Some((name, slot)) => {
                    respelled |= *name != key.0;
                    *slot = Some(map.next_value()?);
                }
            }
        }
        if let Some(time) = slots.get_mut(Field::EventTime as usize).filter(|slot| slot.is_none()) {
            respelled |= timestamp.is_some();
            *time = timestamp;
        }
        Ok(Entry { slots: slots.map(Option::unwrap_or_default), respelled })
    }
}
