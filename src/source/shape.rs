//! Why a record could not be decoded: the slow path that finds the field to blame.

use std::borrow::Cow;

use serde_json::Value;

use super::decode::Reason;

/// What a field must be, where it is given and not null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// An object.
    Object,
    /// An array of objects.
    Objects,
    /// A string.
    Text,
}

/// A field that is read: its JSON pointer, `*` standing for any element of an array, and what it must be.
pub(super) type Shape = (&'static str, Expect);

/// The reason for which decoding failed, in words that quote nothing of the record.
pub(super) fn explain(text: &str, shape: &[Shape], error: &sonic_rs::Error) -> Reason {
    let record = match serde_json::from_str::<Value>(text) {
        Ok(record) => record,
        Err(e) => return Cow::Owned(format!("not JSON: {e}")),
    };
    if !record.is_object() {
        return Cow::Owned(format!("expected an object, found {}", kind(&record)));
    }
    shape.iter().find_map(|(pointer, expect)| misfit(&record, "", pointer, *expect)).unwrap_or_else(|| {
        // serde names the field and quotes no value in this one message.
        let message = error.to_string();
        match message.find("duplicate field `").map(|at| message[at + 17..].split('`').next().unwrap_or_default()) {
            Some(field) => Cow::Owned(format!("`{field}` stands twice in one object")),
            None => Cow::Borrowed("the record cannot be decoded"),
        }
    })
}

/// What a value is, in words: "a string", "null", ...
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn misfit(value: &Value, walked: &str, rest: &str, expect: Expect) -> Option<Reason> {
    let Some(tail) = rest.strip_prefix('/') else {
        return unfit(value, walked, expect);
    };
    let (key, rest) = tail.find('/').map_or((tail, ""), |at| tail.split_at(at));
    if key == "*" {
        let elements = value.as_array()?.iter().enumerate();
        return elements.filter_map(|(i, v)| misfit(v, &format!("{walked}/{i}"), rest, expect)).next();
    }
    let object = value.as_object()?;
    let (spelled, inner) = object
        .get_key_value(key)
        .or_else(|| object.get_key_value(key.to_ascii_lowercase().as_str()))
        .filter(|(_, v)| !v.is_null())?;
    misfit(inner, &format!("{walked}/{spelled}"), rest, expect)
}

fn unfit(value: &Value, pointer: &str, expect: Expect) -> Option<Reason> {
    let wrong = |expected: &str, at: &str, found: &Value| {
        Some(Cow::Owned(format!("{at}: expected {expected}, found {}", kind(found))))
    };
    match (expect, value) {
        (Expect::Object, Value::Object(_)) | (Expect::Text, Value::String(_)) => None,
        (Expect::Objects, Value::Array(elements)) => {
            let (at, element) = elements.iter().enumerate().find(|(_, e)| !e.is_object())?;
            wrong("an object", &format!("{pointer}/{at}"), element)
        }
        (Expect::Object, _) => wrong("an object", pointer, value),
        (Expect::Objects, _) => wrong("an array", pointer, value),
        (Expect::Text, _) => wrong("a string", pointer, value),
    }
}
