//! A JSON value that borrows from its text, with keys found whatever their case: SCIM says that attribute names have none.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::event::Text;
use crate::source::decode::{MAX_DEPTH, Reason, too_deep};
use crate::source::shape::explain;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::source) enum Json<'r> {
    /// null, or not given.
    Null,
    /// true or false.
    Bool(bool),
    /// A number, in decimal digits.
    Number(Text<'r>),
    /// A string.
    Text(Text<'r>),
    /// An array.
    List(Vec<Self>),
    /// An object, in the order of the text.
    Object(Vec<(Text<'r>, Self)>),
    /// What stands under a key that its object holds twice: nothing that anyone could rely on.
    Twice,
}

const NULL: &Json<'static> = &Json::Null;
const TWICE: &Json<'static> = &Json::Twice;

impl<'r> Json<'r> {
    /// The object that the text spells; anything else is refused without quoting it.
    pub(in crate::source) fn object(text: &'r str) -> Result<Self, Reason> {
        if too_deep(text.as_bytes()) {
            return Err(Cow::Owned(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        match sonic_rs::from_str::<Self>(text) {
            Ok(object @ Self::Object(_)) => Ok(object),
            Ok(other) => Err(Cow::Owned(format!("expected an object, found {}", other.kind()))),
            Err(error) => Err(explain(text, &[], &error)),
        }
    }

    /// The object that stands here, or that a string here spells; null for nothing and for the empty string.
    pub(in crate::source) fn opened(&self, pointer: &str) -> Result<Cow<'_, Self>, Reason> {
        match self {
            Self::Null | Self::Object(_) => Ok(Cow::Borrowed(self)),
            Self::Text(text) if text.trim().is_empty() => Ok(Cow::Owned(Self::Null)),
            Self::Text(text) => match Json::object(text) {
                Ok(object) => Ok(Cow::Owned(object.into_owned())),
                Err(why) => Err(Cow::Owned(format!("{pointer}: expected JSON in a string: {why}"))),
            },
            _ => Err(self.unfit(pointer, "an object")),
        }
    }

    /// The list or object that a string here spells; else the value itself.
    pub(in crate::source) fn spelled(&self) -> Cow<'_, Self> {
        let Self::Text(text) = self else { return Cow::Borrowed(self) };
        if !text.trim_start().starts_with(['[', '{']) || too_deep(text.as_bytes()) {
            return Cow::Borrowed(self);
        }
        sonic_rs::from_str::<Json<'_>>(text).map_or(Cow::Borrowed(self), |json| Cow::Owned(json.into_owned()))
    }

    /// The value with a text of its own.
    pub(in crate::source) fn into_owned<'o>(self) -> Json<'o> {
        let own = |text: Text<'r>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(text) => Json::Number(own(text)),
            Self::Text(text) => Json::Text(own(text)),
            Self::List(list) => Json::List(list.into_iter().map(Json::into_owned).collect()),
            Self::Object(entries) => Json::Object(entries.into_iter().map(|(k, v)| (own(k), v.into_owned())).collect()),
            Self::Twice => Json::Twice,
        }
    }

    /// The value in the common form; what stands twice is null.
    pub(in crate::source) fn value(&self) -> serde_json::Value {
        match self {
            Self::Null | Self::Twice => serde_json::Value::Null,
            Self::Bool(value) => serde_json::Value::Bool(*value),
            Self::Number(text) => text.parse().map_or(serde_json::Value::Null, serde_json::Value::Number),
            Self::Text(text) => serde_json::Value::String(text.to_string()),
            Self::List(list) => list.iter().map(Json::value).collect(),
            Self::Object(entries) => entries.iter().map(|(key, value)| (key.to_string(), value.value())).collect(),
        }
    }

    /// The value under a key, whatever its case; null where there is none, or no object.
    pub(in crate::source) fn get(&self, key: &str) -> &Self {
        let Self::Object(entries) = self else { return NULL };
        let mut found = entries.iter().filter(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (None, _) => NULL,
            (Some(value), None) => value,
            (Some(_), Some(_)) => TWICE,
        }
    }

    /// The first of these keys that holds something, with the key; null under the first of them where none does.
    pub(in crate::source) fn first<'k>(&self, keys: &[&'k str]) -> (&'k str, &Self) {
        let given = keys.iter().map(|key| (*key, self.get(key))).find(|(_, value)| !value.is_null());
        given.unwrap_or((keys.first().copied().unwrap_or_default(), NULL))
    }

    /// The entries of an object; none of anything else.
    pub(in crate::source) fn entries(&self) -> &[(Text<'r>, Self)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of an array; none of anything else.
    pub(in crate::source) fn elements(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            _ => &[],
        }
    }

    /// A text that says something.
    pub(in crate::source) fn text(&self) -> Option<Text<'r>> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    /// A text that says something, or the digits of a number.
    pub(in crate::source) fn id(&self) -> Option<Text<'r>> {
        match self {
            Self::Number(digits) => Some(digits.clone()),
            _ => self.text(),
        }
    }

    /// Whether nothing stands here.
    pub(in crate::source) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether an object stands here.
    pub(in crate::source) const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// What it is, in words.
    pub(in crate::source) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
            Self::Twice => "a key that stands twice",
        }
    }

    /// The reason for which a field holding this value cannot be read.
    pub(in crate::source) fn unfit(&self, pointer: &str, expected: &str) -> Reason {
        match self {
            Self::Null => Cow::Owned(format!("{pointer}: missing")),
            _ => Cow::Owned(format!("{pointer}: expected {expected}, found {}", self.kind())),
        }
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Json<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

#[derive(Deserialize)]
struct Key<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'de> Visitor<'de> for Anything {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(Cow::Owned(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(Cow::Owned(value.to_string())))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json<'de>, E> {
        if value.is_finite() { Ok(Json::Number(Cow::Owned(value.to_string()))) } else { Err(E::custom("a number")) }
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, Json<'de>>()? {
            if entries.len() == MOST_KEYS {
                return Err(A::Error::custom("an object with too many keys"));
            }
            entries.push((key, value));
        }
        Ok(Json::Object(entries))
    }
}

/// Keys are looked for one after the other, so that an object of very many would cost more than it can be worth.
const MOST_KEYS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_no_case_and_stand_once() {
        let json = Json::object(r#"{"Op":"add","a":1,"A":2,"n":null,"id":1782892800353123456}"#).unwrap();
        assert_eq!(json.get("op").text().as_deref(), Some("add"));
        assert_eq!(json.get("a"), &Json::Twice);
        assert!(json.get("n").is_null() && json.get("missing").is_null());
        assert_eq!(json.get("id").id().as_deref(), Some("1782892800353123456"));
        assert_eq!(json.first(&["n", "OP"]).0, "OP");
    }

    #[test]
    fn what_is_no_object_is_refused_without_quoting_it() {
        for (text, reason) in [
            ("[1]", "expected an object, found an array"),
            ("\"secret\"", "expected an object, found a string"),
            ("{\"a\":tru}", "not JSON: expected ident at line 1 column 9"),
        ] {
            assert_eq!(Json::object(text).unwrap_err(), reason);
        }
        let deep = format!("{{\"a\":{}}}", "[".repeat(200_000));
        assert!(Json::object(&deep).unwrap_err().contains("levels deep"));
    }

    #[test]
    fn json_in_a_string_is_opened() {
        let text = Json::Text("{\"active\":false}".into());
        assert_eq!(text.opened("/body").unwrap().get("active"), &Json::Bool(false));
        assert!(Json::Text(" ".into()).opened("/body").unwrap().is_null());
        assert!(Json::Text("<html>".into()).opened("/body").unwrap_err().starts_with("/body: expected JSON"));
        assert_eq!(Json::Bool(true).opened("/body").unwrap_err(), "/body: expected an object, found a boolean");
    }
}
