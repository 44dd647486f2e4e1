//! The fields of an object whose keys are spelled with other capitals in every delivery.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::source::decode::{Reason, decode, too_deep};
use crate::source::loose::Loose;

/// The fields of an object, in their order; nested values stay JSON text until they are asked for.
#[derive(Debug, Default)]
pub(in crate::source) struct Fields<'r>(Vec<(Cow<'r, str>, Loose<'r>)>);

impl<'de: 'r, 'r> Deserialize<'de> for Fields<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

#[derive(Deserialize)]
struct Key<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'de> Visitor<'de> for Entries {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(8);
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, Loose<'de>>()? {
            fields.push((key, value));
        }
        match repeated(&fields) {
            Some(twice) => Err(A::Error::custom(format!("duplicate field `{twice}`"))),
            None => Ok(Fields(fields)),
        }
    }
}

/// The key that stands twice.
fn repeated<'f>(fields: &'f [(Cow<'_, str>, Loose<'_>)]) -> Option<&'f str> {
    // Most objects are small, and comparing all pairs of keys costs less than a list to sort.
    if fields.len() <= 12 {
        let mut rest = fields;
        while let [(key, _), others @ ..] = rest {
            if others.iter().any(|(other, _)| other == key) {
                return Some(key);
            }
            rest = others;
        }
        return None;
    }
    let mut keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    keys.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first().copied())
}

impl<'r> Fields<'r> {
    /// The fields of a record, which must be an object.
    pub(in crate::source) fn read(text: &'r str) -> Result<Self, Reason> {
        decode(text, &[])
    }

    /// The value of the first of these fields that says something, whatever the case of its key; a key that is spelled exactly
    /// so goes before one that is not.
    pub(in crate::source) fn get(&self, names: &[&str]) -> &Loose<'r> {
        names.iter().find_map(|name| self.one(name)).unwrap_or(&Loose::Null)
    }

    fn one(&self, name: &str) -> Option<&Loose<'r>> {
        let says = |value: &Loose<'_>| match value {
            Loose::Null => false,
            Loose::Text(text) => !says_nothing(text),
            _ => true,
        };
        let mut fields = self.0.iter().filter(|(k, v)| k.eq_ignore_ascii_case(name) && says(v));
        let first = fields.next()?;
        let exact = std::iter::once(first).chain(fields).find(|(k, _)| k == name);
        Some(&exact.unwrap_or(first).1)
    }

    /// Whether one of these fields says something: null, "" and `<null>` do not.
    pub(in crate::source) fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.one(name).is_some())
    }

    /// Whether one of these fields, whose name has capitals, is spelled without them: another system has rewritten it.
    pub(in crate::source) fn is_lowered(&self, names: &[&str]) -> bool {
        let lowered = |key: &str, name: &str| {
            key != name && key.eq_ignore_ascii_case(name) && !key.bytes().any(|b| b.is_ascii_uppercase())
        };
        self.0.iter().any(|(key, _)| names.iter().any(|name| lowered(key, name)))
    }

    /// The text of a field that decides meaning, and must therefore be a text where it is given.
    pub(in crate::source) fn text(&self, names: &[&str], pointer: &str) -> Result<Option<Cow<'r, str>>, Reason> {
        self.get(names).text(pointer)
    }

    /// The text or digits of the first of these fields that has any, whatever else it may hold.
    pub(in crate::source) fn hint(&self, names: &[&str]) -> Option<Cow<'r, str>> {
        names.iter().find_map(|name| self.one(name)?.id("").ok()?)
    }

    /// The word, number or truth in one of these fields, as text.
    pub(in crate::source) fn word(&self, names: &[&str]) -> Option<Cow<'r, str>> {
        match self.get(names) {
            Loose::Bool(true) => Some(Cow::Borrowed("true")),
            Loose::Bool(false) => Some(Cow::Borrowed("false")),
            _ => self.hint(names),
        }
    }

    /// The object in a field, as such or as JSON in a string; none where it is anything else.
    pub(in crate::source) fn object(&self, names: &[&str]) -> Option<Self> {
        match self.get(names) {
            Loose::Nested(json) | Loose::Text(json) if json.trim_start().starts_with('{') => nested(json),
            _ => None,
        }
    }

    /// The objects of a list, as such or as JSON in a string; a single object is a list of one. null and "" are an empty list.
    pub(in crate::source) fn objects(&self, names: &[&str], pointer: &str) -> Result<Vec<Self>, Reason> {
        let found = self.get(names);
        match found {
            Loose::Null => Ok(Vec::new()),
            Loose::Nested(json) | Loose::Text(json) if json.trim_start().starts_with('[') => list(json)
                .ok_or_else(|| Cow::Owned(format!("{pointer}: expected an array of objects, found another array"))),
            Loose::Nested(json) | Loose::Text(json) if json.trim_start().starts_with('{') => {
                let one = nested(json).ok_or_else(|| found.unfit(pointer, "an array"))?;
                Ok(vec![one])
            }
            _ => Err(found.unfit(pointer, "an array")),
        }
    }

    fn into_owned<'o>(self) -> Fields<'o> {
        Fields(self.0.into_iter().map(|(key, value)| (Cow::Owned(key.into_owned()), owned(value))).collect())
    }
}

fn says_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "<null>" | "null")
}

fn nested<'r>(json: &Cow<'r, str>) -> Option<Fields<'r>> {
    match json {
        Cow::Borrowed(json) => (!too_deep(json.as_bytes())).then(|| decode(json, &[]).ok()).flatten(),
        Cow::Owned(json) if too_deep(json.as_bytes()) => None,
        Cow::Owned(json) => decode::<Fields<'_>>(json, &[]).ok().map(Fields::into_owned),
    }
}

fn list<'r>(json: &Cow<'r, str>) -> Option<Vec<Fields<'r>>> {
    match json {
        Cow::Borrowed(json) => elements(json),
        Cow::Owned(json) => elements(json).map(|list| list.into_iter().map(Fields::into_owned).collect()),
    }
}

fn elements(json: &str) -> Option<Vec<Fields<'_>>> {
    if too_deep(json.as_bytes()) {
        return None;
    }
    let elements = sonic_rs::from_str::<Vec<Loose<'_>>>(json).ok()?;
    elements
        .into_iter()
        .filter(|element| *element != Loose::Null)
        .map(|element| match element {
            Loose::Nested(json) | Loose::Text(json) => nested(&json),
            _ => None,
        })
        .collect()
}

fn owned<'o>(value: Loose<'_>) -> Loose<'o> {
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    match value {
        Loose::Null => Loose::Null,
        Loose::Bool(truth) => Loose::Bool(truth),
        Loose::Text(text) => Loose::Text(own(text)),
        Loose::Number(text) => Loose::Number(own(text)),
        Loose::Nested(text) => Loose::Nested(own(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_whatever_their_case() {
        let fields = Fields::read(r#"{"operationname":"a","Time":null,"time":"t","Level":"4","level":4}"#).unwrap();
        assert_eq!(fields.hint(&["operationName"]).as_deref(), Some("a"));
        assert!(fields.is_lowered(&["operationName"]) && !fields.is_lowered(&["time", "level"]));
        assert_eq!(fields.hint(&["TIME"]).as_deref(), Some("t"));
        assert_eq!(fields.get(&["level"]), &Loose::Number("4".into()));
        assert!(!fields.has(&["nothing"]));
    }

    #[test]
    fn objects_come_as_such_and_in_strings() {
        let fields =
            Fields::read(r#"{"a":[{"x":1}],"b":"[{\"x\":\"1\"}]","c":"{\"x\":1}","d":null,"e":"","f":7,"g":[7]}"#);
        let fields = fields.unwrap();
        for name in ["a", "b", "c"] {
            let list = fields.objects(&[name], "/a").unwrap();
            assert_eq!(list[0].hint(&["X"]).as_deref(), Some("1"), "{name}");
        }
        assert!(fields.objects(&["d"], "/d").unwrap().is_empty() && fields.objects(&["e"], "/e").unwrap().is_empty());
        assert_eq!(fields.objects(&["f"], "/f").unwrap_err(), "/f: expected an array, found a number");
        assert!(fields.objects(&["g"], "/g").is_err());
        assert!(fields.object(&["c"]).is_some() && fields.object(&["a"]).is_none());
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let many: String = (0..20).map(|n| format!(r#""k{n}":{n},"#)).collect();
        for text in [r#"{"a":1,"a":2}"#.to_owned(), format!(r#"{{"a":1,{many}"a":2}}"#)] {
            assert_eq!(Fields::read(&text).unwrap_err(), "`a` stands twice in one object");
        }
        assert_eq!(Fields::read("[1]").unwrap_err(), "expected an object, found an array");
    }

    #[test]
    fn strings_that_nest_deeply_are_not_followed() {
        let text = format!(r#"{{"a":"{}","b":"{}"}}"#, "[".repeat(1000), r#"{\"a\":"#.repeat(1000));
        let fields = Fields::read(&text).unwrap();
        assert!(fields.objects(&["a"], "/a").is_err() && fields.object(&["b"]).is_none());
    }
}
