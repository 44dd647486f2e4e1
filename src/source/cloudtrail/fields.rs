//! The fields of an object inside a record: JSON, JSON in a text, or the way in which query engines print a struct.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::source::decode::too_deep;
use crate::source::loose::Loose;

/// What AWS writes in place of names and values that it does not tell.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

static NOTHING: Loose<'static> = Loose::Null;

/// A key that borrows where it can.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Key<'r>(#[serde(borrow)] pub(super) Cow<'r, str>);

/// The fields of one object; none for whatever is no object.
#[derive(Debug, Default)]
pub(super) struct Fields<'r>(Vec<(Cow<'r, str>, Loose<'r>)>);

impl<'r> Fields<'r> {
    /// The fields of an object, or of a text that spells one as JSON or as `{key=value, ...}`.
    pub(super) fn of(value: &Loose<'r>) -> Self {
        match value {
            Loose::Nested(Cow::Borrowed(json)) => json_fields(json),
            Loose::Nested(Cow::Owned(json)) => json_fields(json).map(Fields::owned),
            Loose::Text(Cow::Borrowed(text)) => text_fields(text),
            Loose::Text(Cow::Owned(text)) => text_fields(text).map(Fields::owned),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// The value of a key, whatever the key's case; null where there is none.
    pub(super) fn get(&self, key: &str) -> &Loose<'r> {
        self.0.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map_or(&NOTHING, |(_, value)| value)
    }

    /// The text or number of a key; `None` where nothing is told: null, `null` in words, "", hidden, or no text at all.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'r, str>> {
        told(self.get(key))
    }

    /// The fields of the object at a key.
    pub(super) fn object(&self, key: &str) -> Self {
        Self::of(self.get(key))
    }

    /// Keys and values as they stand.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Loose<'r>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    fn owned<'o>(self) -> Fields<'o> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let kept = |value: Loose<'_>| match value {
            Loose::Null => Loose::Null,
            Loose::Bool(flag) => Loose::Bool(flag),
            Loose::Text(text) => Loose::Text(owned(text)),
            Loose::Number(text) => Loose::Number(owned(text)),
            Loose::Nested(text) => Loose::Nested(owned(text)),
        };
        Fields(self.0.into_iter().map(|(key, value)| (Cow::Owned(key.into_owned()), kept(value))).collect())
    }
}

/// What a value tells as text; see [`Fields::text`].
pub(super) fn told<'r>(value: &Loose<'r>) -> Option<Cow<'r, str>> {
    match value {
        Loose::Text(text) | Loose::Number(text) => Some(text.clone()),
        _ => None,
    }
    .filter(|text| !text.is_empty() && *text != "null" && *text != HIDDEN)
}

/// The elements of an array, each as it stands; none for whatever is no array.
pub(super) fn elements<'r>(value: &Loose<'r>) -> Vec<Loose<'r>> {
    let json = match value {
        Loose::Nested(json) => json,
        Loose::Text(text) if text.trim_start().starts_with('[') && !too_deep(text.as_bytes()) => text,
        _ => return Vec::new(),
    };
    let raw: Vec<sonic_rs::LazyValue<'_>> = sonic_rs::from_str(json).unwrap_or_default();
    let owned = |v: &sonic_rs::LazyValue<'_>| Loose::of_json(Cow::Owned(v.as_raw_str().to_owned()));
    raw.iter().map(|v| owned(v).unwrap_or_default()).collect()
}

fn json_fields(json: &str) -> Option<Fields<'_>> {
    sonic_rs::from_str(json).ok()
}

fn text_fields(text: &str) -> Option<Fields<'_>> {
    let text = text.trim();
    if !text.starts_with('{') || too_deep(text.as_bytes()) {
        return None;
    }
    json_fields(text).or_else(|| printed_fields(text))
}

impl<'de: 'r, 'r> Deserialize<'de> for Fields<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            fields.push((key, map.next_value()?));
        }
        Ok(Fields(fields))
    }
}

/// `{key=value, key={key=value}, key=null}`: values carry no quotes, so that only `, key=` tells where one ends.
fn printed_fields(text: &str) -> Option<Fields<'_>> {
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (key, tail) = rest.split_once('=')?;
        if !is_key(key) {
            return None;
        }
        let end = value_end(tail);
        let (value, tail) = (tail.get(..end)?, tail.get(end..)?);
        let value = if value == "null" { Loose::Null } else { Loose::Text(Cow::Borrowed(value)) };
        fields.push((Cow::Borrowed(key), value));
        rest = tail.strip_prefix(", ").unwrap_or(tail);
    }
    Some(Fields(fields))
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn value_end(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                let next = text.get(at..).and_then(|t| t.strip_prefix(", "));
                if next.and_then(|t| t.split_once('=')).is_some_and(|(key, _)| is_key(key)) {
                    return at;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Fields<'_> {
        Fields::of(&Loose::Text(Cow::Borrowed(text)))
    }

    #[test]
    fn structs_printed_by_query_engines_are_read() {
        let fields =
            of("{type=AssumedRole, principalid=AROAEXAMPLE:a, b=c, arn=arn:aws:sts::123456789012:assumed-role/R/a=b, \
             username=null, sessioncontext={attributes={creationdate=2026-07-01 08:00:00.000, mfaauthenticated=true}, \
             sessionissuer={type=Role, username=R}}, list=[x, y=z], last=}");
        assert_eq!(fields.text("principalId").as_deref(), Some("AROAEXAMPLE:a"));
        assert_eq!(fields.text("b").as_deref(), Some("c"));
        assert_eq!(fields.text("arn").as_deref(), Some("arn:aws:sts::123456789012:assumed-role/R/a=b"));
        assert_eq!(fields.get("userName"), &Loose::Null);
        let context = fields.object("sessionContext");
        assert_eq!(context.object("sessionIssuer").text("userName").as_deref(), Some("R"));
        assert_eq!(context.object("attributes").text("creationDate").as_deref(), Some("2026-07-01 08:00:00.000"));
        assert_eq!(fields.text("list").as_deref(), Some("[x, y=z]"));
        assert_eq!(fields.text("last"), None);
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for text in ["", "{", "}", "{}", "{a", "{=}", "{a b=c}", "[1]", "null", "{\"a\":}"] {
            assert_eq!(of(text).entries().count(), 0, "{text}");
        }
    }

    #[test]
    fn hidden_and_missing_values_are_not_told() {
        let fields = of(r#"{"a":"HIDDEN_DUE_TO_SECURITY_REASONS","b":"","c":"null","d":null,"e":7,"f":{}}"#);
        for key in ["a", "b", "c", "d", "f", "g"] {
            assert_eq!(fields.text(key), None, "{key}");
        }
        assert_eq!(fields.text("E").as_deref(), Some("7"));
    }
}
