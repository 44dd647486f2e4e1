//! The fields of an object in a format that knows every key: what is not known is refused by name.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::source::decode::Reason;
use crate::source::loose::Loose;

/// Longest part of an unknown key that a reason shows.
const SHOWN: usize = 40;

/// Longest list of words that a reason spells out.
const LISTED: usize = 10;

/// An object's fields, and where it stands in the record.
#[derive(Debug)]
pub(super) struct Fields<'r> {
    at: String,
    entries: Vec<(Cow<'r, str>, Loose<'r>)>,
}

struct Entries<'r>(Vec<(Cow<'r, str>, Loose<'r>)>);

impl<'de: 'r, 'r> Deserialize<'de> for Entries<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object)
    }
}

struct Object;

#[derive(Deserialize)]
struct Key<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'de> Visitor<'de> for Object {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(16);
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, Loose<'de>>()? {
            entries.push((key, value));
        }
        Ok(Entries(entries))
    }
}

impl<'r> Fields<'r> {
    /// The fields of the object that the text is, which stands at the pointer.
    pub(super) fn of(json: &'r str, at: String) -> Result<Self, Reason> {
        let whole = if at.is_empty() { "the record" } else { at.as_str() };
        let entries = sonic_rs::from_str::<Entries<'_>>(json)
            .map_err(|_| Cow::Owned(format!("{whole}: expected a JSON object, found something else")))?;
        Ok(Self { at, entries: entries.0 })
    }

    /// Refuses keys that are not among the known ones, and those that stand twice.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Reason> {
        for (position, (key, _)) in self.entries.iter().enumerate() {
            let shown: String = key.chars().take(SHOWN).collect();
            if !known.contains(&key.as_ref()) {
                let hint = nearest(key, known.iter().copied());
                return Err(Cow::Owned(format!("{}/{shown}: unknown key{hint}", self.at)));
            }
            if self.entries.iter().take(position).any(|(other, _)| other == key) {
                return Err(Cow::Owned(format!("{}/{shown}: stands twice", self.at)));
            }
        }
        Ok(())
    }

    /// The value of a key; null where it is not given.
    pub(super) fn get(&self, key: &str) -> &Loose<'r> {
        self.entries.iter().find(|(k, _)| k == key).map_or(&Loose::Null, |(_, value)| value)
    }

    /// Where a key stands, or would.
    pub(super) fn pointer(&self, key: &str) -> String {
        format!("{}/{key}", self.at)
    }

    /// A text; null and "" are nothing said.
    pub(super) fn text(&self, key: &str) -> Result<Option<Cow<'r, str>>, Reason> {
        self.get(key).text(format_args!("{}/{key}", self.at))
    }

    /// A text that must be given.
    pub(super) fn required(&self, key: &str) -> Result<Cow<'r, str>, Reason> {
        self.text(key)?.ok_or_else(|| self.missing(key, ""))
    }

    /// The reason for which a record without that key is refused.
    pub(super) fn missing(&self, key: &str, why: &str) -> Reason {
        Cow::Owned(format!("{}/{key}: missing{why}", self.at))
    }

    /// An id: a text, or a whole number as it is spelled.
    pub(super) fn id(&self, key: &str) -> Result<Option<Cow<'r, str>>, Reason> {
        match self.get(key) {
            Loose::Number(digits) if !digits.bytes().all(|b| b.is_ascii_digit()) => {
                Err(Cow::Owned(format!("{}/{key}: expected a string or a whole number, found another number", self.at)))
            }
            value => value.id(format_args!("{}/{key}", self.at)),
        }
    }

    /// One of a closed list of words, by what it stands for.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&'static str, T)]) -> Result<Option<T>, Reason> {
        let Some(said) = self.text(key)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == said).map(|(_, meaning)| *meaning);
        found.map(Some).ok_or_else(|| {
            let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let hint = nearest(&said, list.iter().copied());
            let expected = if list.len() > LISTED {
                format!("one of the {} words in docs/generic.md", list.len())
            } else {
                format!("one of {}", list.join(", "))
            };
            Cow::Owned(format!("{}/{key}: expected {expected}, found another word{hint}", self.at))
        })
    }

    /// The objects of a list; null is an empty one.
    pub(super) fn objects(&self, key: &str) -> Result<Vec<Self>, Reason> {
        let unfit = |found: &str| Cow::Owned(format!("{}/{key}: expected an array of objects, found {found}", self.at));
        let json = match self.get(key) {
            Loose::Null => return Ok(Vec::new()),
            Loose::Nested(Cow::Borrowed(json)) if json.starts_with('[') => *json,
            other => return Err(unfit(other.kind())),
        };
        let elements = sonic_rs::from_str::<Vec<Loose<'_>>>(json).map_err(|_| unfit("a broken one"))?;
        let element = |(position, element): (usize, Loose<'r>)| match element {
            Loose::Nested(Cow::Borrowed(json)) => Self::of(json, format!("{}/{key}/{position}", self.at)),
            other => {
                Err(Cow::Owned(format!("{}/{key}/{position}: expected an object, found {}", self.at, other.kind())))
            }
        };
        elements.into_iter().enumerate().map(element).collect()
    }
}

/// A hint at the name that was meant; empty where none is near.
fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    // The distance takes time by the product of the lengths.
    let word: String = word.chars().take(SHOWN).collect();
    names
        .map(|name| (strsim::damerau_levenshtein(&word.to_lowercase(), name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().div_ceil(2))
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}
