//! A JSON value whose type varies between deliveries: kept as it stands until its field is known.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use sonic_rs::LazyValue;

use super::decode::Reason;

/// A JSON value, scalars decoded, the rest as JSON text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Loose<'r> {
    /// null, or not given.
    #[default]
    Null,
    /// A string, without quotes and escapes.
    Text(Cow<'r, str>),
    /// A number, as it is spelled.
    Number(Cow<'r, str>),
    /// true or false.
    Bool(bool),
    /// An array or object, as JSON text.
    Nested(Cow<'r, str>),
}

impl<'de: 'r, 'r> Deserialize<'de> for Loose<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = LazyValue::deserialize(deserializer)?.as_raw_cow();
        Self::of_json(json).ok_or_else(|| D::Error::custom("a string that cannot be decoded"))
    }
}

impl<'r> Loose<'r> {
    /// The value that valid JSON text spells; `None` for a string with a broken escape.
    pub(super) fn of_json(json: Cow<'r, str>) -> Option<Self> {
        Some(match json.as_bytes().first()? {
            b'"' => Self::Text(unquoted(json)?),
            b'n' => Self::Null,
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'[' | b'{' => Self::Nested(json),
            _ => Self::Number(json),
        })
    }

    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Bool(_) => "a boolean",
            Self::Nested(json) if json.starts_with('[') => "an array",
            Self::Nested(_) => "an object",
        }
    }

    /// The text of a field that must be a string; null and "" are nothing said.
    pub(super) fn text(&self, pointer: impl Display) -> Result<Option<Cow<'r, str>>, Reason> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => Ok((!text.is_empty()).then(|| text.clone())),
            _ => Err(self.unfit(pointer, "a string")),
        }
    }

    /// The value as text, an array or object as its JSON; `None` = null.
    pub(super) fn plain(&self) -> Option<Cow<'r, str>> {
        match self {
            Self::Null => None,
            Self::Text(text) | Self::Number(text) | Self::Nested(text) => Some(text.clone()),
            Self::Bool(is) => Some(Cow::Borrowed(if *is { "true" } else { "false" })),
        }
    }

    /// The same, where nothing hangs on it: "" is nothing said, and no value is a reason to reject a record.
    pub(super) fn said(&self) -> Option<Cow<'r, str>> {
        self.plain().filter(|text| !text.is_empty())
    }

    /// The text of an id, which deliveries write as string or number.
    pub(super) fn id(&self, pointer: impl Display) -> Result<Option<Cow<'r, str>>, Reason> {
        match self {
            Self::Number(digits) => Ok(Some(digits.clone())),
            Self::Null | Self::Text(_) => self.text(pointer),
            _ => Err(self.unfit(pointer, "a string or a number")),
        }
    }

    /// The whole number of a field, which deliveries write as number or as a string of digits; null and "" are none.
    /// The error says what was found instead.
    pub(super) fn whole(&self) -> Result<Option<i64>, &'static str> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) if text.is_empty() => Ok(None),
            Self::Text(text) => text.parse().map(Some).map_err(|_| "a string that is no whole number"),
            Self::Number(number) => whole(number).map(Some).ok_or("a number that is not whole"),
            _ => Err(self.kind()),
        }
    }

    /// The reason for which a field holding this value cannot be read.
    pub(super) fn unfit(&self, pointer: impl Display, expected: &str) -> Reason {
        Cow::Owned(format!("{pointer}: expected {expected}, found {}", self.kind()))
    }
}

fn unquoted(json: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if json.contains('\\') {
        return sonic_rs::from_str::<String>(&json).ok().map(Cow::Owned);
    }
    let inner = 1..json.len().checked_sub(1)?;
    Some(match json {
        Cow::Borrowed(json) => Cow::Borrowed(json.get(inner)?),
        Cow::Owned(json) => Cow::Owned(json.get(inner)?.to_owned()),
    })
}

/// The whole number that JSON spells with or without fraction and exponent; out of range is the nearest end.
fn whole(number: &str) -> Option<i64> {
    number.parse().ok().or_else(|| {
        let float = number.parse::<f64>().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "no fraction is left, and the cast saturates")]
        (float.fract() == 0.0 || float.is_infinite()).then_some(float as i64)
    })
}
