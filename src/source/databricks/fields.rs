//! A record whose keys are spelled as its export liked: `source_ip_address`, `SourceIpAddress`, `sourceipaddress`.

use std::borrow::Cow;

use super::params::Params;
use crate::source::decode::{Reason, checked};
use crate::source::loose::Loose;

/// How many strings around a value are opened.
const STRINGS: usize = 3;

/// The fields of an object, found by their names in lower case without anything between the words.
#[derive(Debug)]
pub(super) struct Fields<'r>(Params<'r>);

impl<'r> Fields<'r> {
    /// The fields of a JSON object; `None` = no JSON object.
    pub(super) fn of_json(json: Cow<'r, str>) -> Option<Self> {
        json.trim_start().starts_with('{').then(|| Params::of_json(json).map(Self))?
    }

    /// Refuses an object in which a key stands twice: which of the two holds cannot be known.
    pub(super) fn unambiguous(&self) -> Result<(), Reason> {
        let mut keys = self.0.entries().map(|(key, _)| key);
        let mut last = keys.next();
        for key in keys {
            if last.replace(key) == Some(key) {
                return Err(Cow::Owned(format!("`{key}` stands twice in one object")));
            }
        }
        Ok(())
    }

    /// The key and the value of the first field of that name that says anything.
    pub(super) fn entry(&self, name: &str) -> Option<(&str, &Loose<'r>)> {
        self.0.entries().find(|(key, value)| is_spelling(key, name) && !is_nothing(value))
    }

    /// Whether a field of that name says anything.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Whether a field has exactly that key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.0.entries().any(|(k, _)| k == key)
    }

    /// The text or the digits of a field.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'r, str>> {
        self.entry(name)?.1.id("").ok()?
    }

    /// The JSON of a field that holds an object or a list, as such or in a string; `Err` = it holds something else.
    pub(super) fn json(&self, name: &str) -> Result<Option<Cow<'r, str>>, Reason> {
        let Some((key, value)) = self.entry(name) else { return Ok(None) };
        let unfit = || Cow::Owned(format!("/{key}: expected an object or its JSON, found {}", found(value)));
        let json = opened(value).ok_or_else(unfit)?;
        checked(&json)?;
        Ok(Some(json))
    }

    /// The fields of the object in a field.
    pub(super) fn inner(&self, name: &str) -> Result<Option<Self>, Reason> {
        let Some(json) = self.json(name)? else { return Ok(None) };
        match Self::of_json(json) {
            Some(fields) => fields.unambiguous().map(|()| Some(fields)),
            None => Err(self.unread(name)),
        }
    }

    /// The parameters in a field.
    pub(super) fn params(&self, name: &str) -> Result<Params<'r>, Reason> {
        match self.json(name)? {
            None => Ok(Params::default()),
            Some(json) => Params::of_json(json).ok_or_else(|| self.unread(name)),
        }
    }

    fn unread(&self, name: &str) -> Reason {
        let key = self.entry(name).map_or(name, |(key, _)| key);
        Cow::Owned(format!("/{key}: expected an object or its JSON, found a string that only begins like one"))
    }
}

fn found(value: &Loose<'_>) -> &'static str {
    match value {
        Loose::Text(_) => "a string that is no JSON",
        other => other.kind(),
    }
}

/// Exports write the word where there is nothing.
fn is_nothing(value: &Loose<'_>) -> bool {
    match value {
        Loose::Null => true,
        Loose::Text(text) => text.is_empty() || text == "null",
        _ => false,
    }
}

/// The object or list, out of as many strings as it stands in.
fn opened<'r>(value: &Loose<'r>) -> Option<Cow<'r, str>> {
    let mut value = value.clone();
    for _ in 0..=STRINGS {
        match value {
            Loose::Nested(json) => return Some(json),
            Loose::Text(text) if text.trim_start().starts_with(['{', '[']) => return Some(trimmed(text)),
            Loose::Text(text) if text.starts_with('"') => value = Loose::of_json(text)?,
            _ => return None,
        }
    }
    None
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Whether a key spells a name. What stands in square brackets behind it is a unit.
fn is_spelling(key: &str, name: &str) -> bool {
    let word = key.split('[').next().unwrap_or_default();
    word.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).eq(name.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_key_is_found() {
        for key in ["sourceIPAddress", "SourceIpAddress", "source_ip_address", "sourceipaddress", "_Source-IP Address"]
        {
            assert!(is_spelling(key, "sourceipaddress"), "{key}");
        }
        assert!(is_spelling("TimeGenerated [UTC]", "timegenerated"));
        assert!(!is_spelling("sourceIPAddresses", "sourceipaddress"));
    }

    #[test]
    fn what_says_nothing_gives_way_to_what_does() {
        let fields = Fields::of_json(r#"{"ResourceId":"","_ResourceId":"/x","a":"null"}"#.into()).unwrap();
        assert_eq!(fields.text("resourceid").as_deref(), Some("/x"));
        assert!(!fields.has("a"));
    }

    #[test]
    fn strings_around_an_object_are_opened() {
        let text = r#"{"a":{"x":1},"b":"{\"x\":1}","c":"\"{\\\"x\\\":1}\"","d":"plain","e":"{x","f":7}"#;
        let fields = Fields::of_json(text.into()).unwrap();
        for name in ["a", "b", "c"] {
            assert_eq!(fields.inner(name).unwrap().unwrap().text("x").as_deref(), Some("1"), "{name}");
        }
        assert!(fields.inner("z").unwrap().is_none());
        for (name, found) in [("d", "that is no JSON"), ("e", "only begins like one"), ("f", "a number")] {
            assert!(fields.inner(name).unwrap_err().ends_with(found), "{name}");
        }
    }
}
