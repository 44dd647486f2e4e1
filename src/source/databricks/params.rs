//! Request parameters: an open map whose values are mostly strings.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::source::canonical::canonical_text;
use crate::source::decode::{Reason, too_deep};
use crate::source::loose::Loose;
use crate::source::scan::Scan;

/// The request parameters, sorted by key. Keys that differ only by case are different keys.
#[derive(Debug, Default, PartialEq)]
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
        Ok(Params::sorted(entries))
    }
}

impl<'r> Params<'r> {
    fn sorted(mut entries: Vec<(Cow<'r, str>, Loose<'r>)>) -> Self {
        entries.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        Self(entries)
    }

    /// The parameters of the object that stands there; `None` = it is not plain.
    pub(super) fn scanned(scan: &mut Scan<'r>) -> Option<Self> {
        let mut entries = Vec::with_capacity(8);
        scan.object(|key, scan| {
            entries.push((Cow::Borrowed(key), scan.value()?));
            Some(())
        })?;
        Some(Self::sorted(entries))
    }

    /// The parameters that a JSON object spells, or a list of `key` and `value` pairs, as maps are exported by some.
    /// `None` = neither.
    pub(super) fn of_json(json: Cow<'r, str>) -> Option<Self> {
        if json.starts_with('[') {
            return pairs(&json);
        }
        match json {
            Cow::Borrowed(json) => sonic_rs::from_str(json).ok(),
            Cow::Owned(json) => Some(sonic_rs::from_str::<Params<'_>>(&json).ok()?.into_owned()),
        }
    }

    /// The same, borrowing from nothing.
    fn into_owned(self) -> Params<'static> {
        let owned = |(key, value): (Cow<'_, str>, Loose<'_>)| (Cow::Owned(key.into_owned()), owned(value));
        Params(self.0.into_iter().map(owned).collect())
    }

    /// All parameters, sorted by key.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Loose<'r>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// Whether Databricks left the parameters out because they were too long.
    pub(super) fn is_truncated(&self) -> bool {
        self.0.binary_search_by(|(key, _)| key.as_bytes().cmp(b"TRUNCATED")).is_ok()
    }

    /// Whether a parameter is given, and empty.
    pub(super) fn is_blank(&self, key: &str) -> bool {
        self.get(key).is_ok_and(|value| matches!(value, Loose::Text(text) if text.trim().is_empty()))
    }

    /// The JSON of the first of these parameters that is given; the inner `None` = given, but cannot be read.
    pub(super) fn json(&self, keys: &[&str]) -> Option<Option<Value>> {
        let value = keys.iter().find_map(|key| self.get(key).ok().filter(|value| **value != Loose::Null))?;
        Some(match value {
            Loose::Text(text) if !text.trim_start().starts_with(['[', '{']) => Some(Value::from(text.as_ref())),
            Loose::Text(json) | Loose::Nested(json) | Loose::Number(json) => parsed(json),
            Loose::Bool(is) => Some(Value::from(*is)),
            Loose::Null => None,
        })
    }

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

/// JSON that stands inside a record, perhaps in a string of its own; `None` = it cannot be read.
pub(super) fn parsed(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok().filter(|_| !too_deep(json.as_bytes()))
}

fn pairs(json: &str) -> Option<Params<'static>> {
    let Value::Array(pairs) = parsed(json)? else { return None };
    let mut entries: Vec<(Cow<'static, str>, Loose<'static>)> = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let value = pair.get("value").map_or_else(|| Cow::Borrowed("null"), |value| Cow::Owned(value.to_string()));
        entries.push((Cow::Owned(pair.get("key")?.as_str()?.to_owned()), Loose::of_json(value)?));
    }
    Some(Params::sorted(entries))
}

fn owned(value: Loose<'_>) -> Loose<'static> {
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    match value {
        Loose::Null => Loose::Null,
        Loose::Text(text) => Loose::Text(own(text)),
        Loose::Number(text) => Loose::Number(own(text)),
        Loose::Bool(is) => Loose::Bool(is),
        Loose::Nested(json) => Loose::Nested(own(json)),
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn list<'r>(json: &str, pointer: &str) -> Result<Vec<Cow<'r, str>>, Reason> {
    let elements = serde_json::from_str::<Vec<Value>>(json).map_err(|_| {
        Cow::Owned(format!("{pointer}: expected a JSON list, found a string that only begins like one"))
    })?;
    let mut names = Vec::with_capacity(elements.len());
    for (at, element) in elements.into_iter().enumerate() {
        match element {
            Value::String(name) if name.is_empty() => {}
            Value::String(name) => names.push(Cow::Owned(name)),
            Value::Number(id) => names.push(Cow::Owned(id.to_string())),
            other => {
                let found = crate::source::shape::kind(&other);
                return Err(Cow::Owned(format!("{pointer}/{at}: expected a string, found {found}")));
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(json: &'static str) -> Option<Params<'static>> {
        Params::of_json(Cow::Borrowed(json))
    }

    #[test]
    fn a_map_and_its_pairs_are_the_same_parameters() {
        let map = params(r#"{"b":null,"a":"1","c":"{\"x\":1}"}"#).unwrap();
        let owned = Params::of_json(Cow::Owned(r#"{"a":"1","b":null,"c":"{\"x\":1}"}"#.to_owned())).unwrap();
        let pairs = params(r#"[{"key":"c","value":"{\"x\":1}"},{"key":"a","value":"1"},{"key":"b"}]"#).unwrap();
        assert_eq!(map.canonical(), owned.canonical());
        assert_eq!(map.canonical(), pairs.canonical());
        for broken in ["[1]", "{", "7", r#"[{"value":"1"}]"#] {
            assert!(params(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn json_is_told_from_what_is_cut_off() {
        let params = params(r#"{"a":"[1]","b":"[1,","c":[1],"d":"USER","e":null}"#).unwrap();
        assert_eq!(params.json(&["e", "a"]), Some(Some(serde_json::json!([1]))));
        assert_eq!(params.json(&["b"]), Some(None));
        assert_eq!(params.json(&["c"]), Some(Some(serde_json::json!([1]))));
        assert_eq!(params.json(&["d"]), Some(Some(Value::from("USER"))));
        assert_eq!(params.json(&["e", "f"]), None);
    }
}
