//! The values of modified properties: JSON inside a string, a plain string, or nothing in one of several spellings.

use std::borrow::Cow;

use serde_json::Value;

use crate::source::decode::too_deep;
use crate::source::loose::Loose;

/// The one value of a property. Nothing is spelled null, "", `<null>`, `[]` or `[""]`; what cannot be decoded stays as it is.
pub(in crate::source) fn value<'r>(raw: &Loose<'r>) -> Option<Cow<'r, str>> {
    match raw {
        Loose::Text(text) if is_plain(text) => said(text.clone()),
        Loose::Number(text) => said(text.clone()),
        Loose::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Loose::Text(json) | Loose::Nested(json) => match parsed(json) {
            None => said(json.clone()),
            Some(Value::Array(list)) if list.len() == 1 => list.into_iter().next().and_then(scalar),
            Some(Value::Array(list)) if list.is_empty() => None,
            Some(Value::Array(_) | Value::Object(_)) => said(json.clone()),
            Some(one) => scalar(one),
        },
        Loose::Null => None,
    }
}

/// The values of a property that holds a list: JSON, JSON inside a string, or names with commas or semicolons between them.
pub(in crate::source) fn items(raw: &Loose<'_>) -> Vec<String> {
    let (Loose::Text(text) | Loose::Nested(text) | Loose::Number(text)) = raw else { return Vec::new() };
    let list = match parsed(text) {
        Some(Value::Array(list)) => list.into_iter().filter_map(scalar).map(Cow::into_owned).collect::<Vec<_>>(),
        Some(Value::String(inner)) if inner.trim_start().starts_with('[') => {
            return items(&Loose::Text(Cow::Owned(inner)));
        }
        Some(one) => scalar(one).into_iter().map(Cow::into_owned).collect(),
        None => text.split([',', ';']).map(|item| item.trim().to_owned()).collect(),
    };
    list.into_iter().filter(|item| !is_nothing(item)).collect()
}

fn parsed(text: &str) -> Option<Value> {
    (!too_deep(text.as_bytes())).then(|| serde_json::from_str(text).ok()).flatten()
}

/// Whether the text cannot be JSON, which is so of most values in the unified audit.
fn is_plain(text: &str) -> bool {
    !text.trim_start().starts_with(['"', '[', '{'])
}

fn scalar(value: Value) -> Option<Cow<'static, str>> {
    match value {
        Value::String(text) => said(Cow::Owned(text)),
        Value::Bool(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Object(map) => ["value", "displayName", "id"]
            .iter()
            .find_map(|key| map.get(*key)?.as_str())
            .and_then(|text| said(Cow::Owned(text.to_owned()))),
        Value::Null | Value::Array(_) => None,
    }
}

fn said(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    (!is_nothing(&text)).then_some(text)
}

fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "<null>" | "null" | "[]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        for (raw, decoded) in [
            (r#""4a""#, Some("4a")),
            ("4a", Some("4a")),
            ("[true]", Some("true")),
            ("[\r\n  \"Data\"\r\n]", Some("Data")),
            (r#"["a","b"]"#, Some(r#"["a","b"]"#)),
            (r#""broken"#, Some(r#""broken"#)),
            ("True", Some("True")),
            ("[]", None),
            (r#"[""]"#, None),
            (r#""""#, None),
            ("", None),
            ("<null>", None),
            ("null", None),
        ] {
            assert_eq!(value(&Loose::Text(raw.into())).as_deref(), decoded, "{raw}");
        }
        assert_eq!(value(&Loose::Bool(false)).as_deref(), Some("false"));
        assert_eq!(value(&Loose::Nested(r#"["x"]"#.into())).as_deref(), Some("x"));
        assert_eq!(value(&Loose::Null), None);
    }

    #[test]
    fn lists_are_taken_apart() {
        for (raw, list) in [
            (r#"["a","b"]"#, &["a", "b"][..]),
            ("a, b;c", &["a", "b", "c"]),
            (r#""[\"a\"]""#, &["a"]),
            (r#"[{"value":"7"},{"displayName":"n"}]"#, &["7", "n"]),
            ("", &[]),
            ("<null>", &[]),
            ("42", &["42"]),
        ] {
            assert_eq!(items(&Loose::Text(raw.into())), list, "{raw}");
        }
    }
}
