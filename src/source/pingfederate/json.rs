//! A JSON object: log4j2's JSON templates, rows of the audit database, and lines that a collector has put into objects.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::fields::{Fields, Layout};
use super::line;
use crate::event::Text;
use crate::source::decode::{Reason, decode};
use crate::source::loose::Loose;

/// Keys under which collectors put a line.
pub(super) const LINES: [&str; 3] = ["message", "log", "_raw"];

/// The fields of an object. What is no scalar says nothing. Only an object without fields of its own is opened for a line.
pub(super) fn fields(text: &str) -> Result<Fields<'_>, Reason> {
    let Flat(list) = decode::<Flat<'_>>(text, &[])?;
    let inner = list.iter().find_map(|(key, value)| match value {
        Loose::Text(inner) if LINES.contains(&key.as_ref()) => Some(inner.clone()),
        _ => None,
    });
    let own = Fields::keyed(Layout::Json, list.into_iter().filter_map(|(key, value)| Some((key, scalar(value)?))));
    own.or_else(|reason| match inner.as_deref().map(|inner| line::fields(inner.trim())) {
        Some(Ok(fields)) => Ok(fields.into_owned()),
        _ => Err(reason),
    })
}

fn scalar(value: Loose<'_>) -> Option<Text<'_>> {
    match value {
        Loose::Text(text) | Loose::Number(text) => Some(text),
        Loose::Bool(flag) => Some(Cow::Borrowed(if flag { "true" } else { "false" })),
        Loose::Null | Loose::Nested(_) => None,
    }
}

/// The members of an object in their order.
struct Flat<'r>(Vec<(Text<'r>, Loose<'r>)>);

#[derive(Deserialize)]
struct Key<'r>(#[serde(borrow)] Text<'r>);

impl<'de: 'r, 'r> Deserialize<'de> for Flat<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Flat<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flat<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, Loose<'de>>()? {
            list.push((key, value));
        }
        Ok(Flat(list))
    }
}
