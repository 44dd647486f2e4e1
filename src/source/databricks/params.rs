//! Request parameters: an open map whose values are mostly strings.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::source::canonical::canonical_text;
use crate::source::decode::Reason;
use crate::source::loose::Loose;

/// The request parameters, sorted by key. Keys that differ only by case are different keys.
#[derive(Debug, Default)]
pub(super) struct Params<'r>(Vec<(Cow<'r, str>, Loose<'r>)>);

impl<'de: 'r, 'r> Deserialize<'de> for Params<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

#[derive(Deserialize)]
struct Key<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'de> Visitor<'de> for Entries {
    type Value = Params<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, Loose<'de>>()? {
            entries.push((key, value));
        }
        entries.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        Ok(Params(entries))
    }
}

impl<'r> Params<'r> {
    /// The value of a parameter; null where it is not given.
    pub(super) fn get(&self, key: &str) -> Result<&Loose<'r>, Reason> {
        let mut found = self.0.iter().filter(|(k, _)| k == key).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Cow::Owned(format!("/requestParams/{key}: stands twice"))),
            (first, None) => Ok(first.unwrap_or(&Loose::Null)),
        }
    }

    /// The text of the first of these parameters that says something.
    pub(super) fn text(&self, keys: &[&str]) -> Result<Option<Cow<'r, str>>, Reason> {
        self.first(keys, |value, key| value.text(format_args!("/requestParams/{key}")))
    }

    /// The id in the first of these parameters that says something; a number is taken as its digits.
    pub(super) fn id(&self, keys: &[&str]) -> Result<Option<Cow<'r, str>>, Reason> {
        self.first(keys, |value, key| value.id(format_args!("/requestParams/{key}")))
    }

    /// The text or digits of the first of these parameters that has any, whatever the others hold.
    pub(super) fn hint(&self, keys: &[&str]) -> Option<Cow<'r, str>> {
        keys.iter().find_map(|key| self.get(key).ok()?.id("").ok()?)
    }

    /// The parameters in one spelling for all deliveries: sorted, without nulls, values as text.
    pub(super) fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 * self.0.len());
        for (key, value) in &self.0 {
            if let Some(text) = canonical_text(value) {
                // Lengths keep the boundaries of keys and values unambiguous.
                for part in [key.as_bytes(), text.as_bytes()] {
                    out.extend_from_slice(&(part.len() as u64).to_le_bytes());
                    out.extend_from_slice(part);
                }
            }
        }
        out
    }

    fn first(
        &self,
        keys: &[&str],
        read: impl Fn(&Loose<'r>, &str) -> Result<Option<Cow<'r, str>>, Reason>,
    ) -> Result<Option<Cow<'r, str>>, Reason> {
        for key in keys {
            if let Some(text) = read(self.get(key)?, key)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The members that a bulk action names in that parameter: a JSON list (as such, or in a string), a list with
    /// commas, or one name.
    pub(super) fn members(&self, key: &str) -> Result<Vec<Cow<'r, str>>, Reason> {
        let pointer = format!("/requestParams/{key}");
        match self.get(key)? {
            Loose::Nested(json) if json.starts_with('[') => list(json, &pointer),
            Loose::Text(text) if text.trim_start().starts_with('[') => list(text, &pointer),
            Loose::Text(Cow::Borrowed(text)) => Ok(split(text).map(Cow::Borrowed).collect()),
            Loose::Text(Cow::Owned(text)) => Ok(split(text).map(|name| Cow::Owned(name.to_owned())).collect()),
            Loose::Null => Ok(Vec::new()),
            Loose::Number(digits) => Ok(vec![digits.clone()]),
            other => Err(other.unfit(&pointer, "a string or an array")),
        }
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn list<'r>(json: &str, pointer: &str) -> Result<Vec<Cow<'r, str>>, Reason> {
    let elements = serde_json::from_str::<Vec<serde_json::Value>>(json).map_err(|_| {
        Cow::Owned(format!("{pointer}: expected a JSON list, found a string that only begins like one"))
    })?;
    let mut names = Vec::with_capacity(elements.len());
    for (at, element) in elements.into_iter().enumerate() {
        match element {
            serde_json::Value::String(name) if name.is_empty() => {}
            serde_json::Value::String(name) => names.push(Cow::Owned(name)),
            serde_json::Value::Number(id) => names.push(Cow::Owned(id.to_string())),
            other => {
                let found = crate::source::shape::kind(&other);
                return Err(Cow::Owned(format!("{pointer}/{at}: expected a string, found {found}")));
            }
        }
    }
    Ok(names)
}
