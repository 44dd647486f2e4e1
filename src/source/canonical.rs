//! Canonical JSON: one spelling for all deliveries of the same value, so that their digests agree.

use std::borrow::Cow;

use sonic_rs::LazyValue;

use super::decode::too_deep;
use super::loose::Loose;

/// The JSON text with keys sorted by bytes, nulls of objects dropped, strings spelled one way, and no blanks.
/// Numbers keep their spelling. `None` = not JSON, or nested too deep.
pub fn canonical_json(text: &str) -> Option<String> {
    if too_deep(text.as_bytes()) {
        return None;
    }
    let value = sonic_rs::from_str::<LazyValue<'_>>(text).ok()?;
    let mut out = String::with_capacity(text.len());
    write(&value, &mut out)?;
    Some(out)
}

/// The one text that a value has in every delivery: scalars as strings, JSON (nested, or inside a string) canonical.
/// `None` = null.
pub(super) fn canonical_text<'v>(value: &'v Loose<'_>) -> Option<Cow<'v, str>> {
    let or_verbatim = |json: &'v str| canonical_json(json).map_or(Cow::Borrowed(json), Cow::Owned);
    match value {
        Loose::Null => None,
        Loose::Text(text) if text.starts_with(['[', '{']) => Some(or_verbatim(text)),
        Loose::Nested(json) => Some(or_verbatim(json)),
        Loose::Text(text) | Loose::Number(text) => Some(Cow::Borrowed(text)),
        Loose::Bool(true) => Some(Cow::Borrowed("true")),
        Loose::Bool(false) => Some(Cow::Borrowed("false")),
    }
}

fn write(value: &LazyValue<'_>, out: &mut String) -> Option<()> {
    match value.as_raw_str().as_bytes().first()? {
        b'{' => write_object(value, out),
        b'[' => {
            out.push('[');
            for (at, element) in value.clone().into_array_iter()?.enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(&element.ok()?, out)?;
            }
            out.push(']');
            Some(())
        }
        b'"' => write_string(&sonic_rs::from_str::<String>(value.as_raw_str()).ok()?, out),
        _ => {
            out.push_str(value.as_raw_str());
            Some(())
        }
    }
}

fn write_object(value: &LazyValue<'_>, out: &mut String) -> Option<()> {
    let mut entries = value.clone().into_object_iter()?.collect::<Result<Vec<_>, _>>().ok()?;
    entries.retain(|(_, v)| v.as_raw_str() != "null");
    entries.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    out.push('{');
    for (at, (key, inner)) in entries.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key, out)?;
        out.push(':');
        write(inner, out)?;
    }
    out.push('}');
    Some(())
}

fn write_string(text: &str, out: &mut String) -> Option<()> {
    out.push_str(&serde_json::to_string(text).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_agree() {
        for (given, canonical) in [
            (r#" { "b" : 1, "a" : "\u0041" } "#, r#"{"a":"A","b":1}"#),
            (r#"{"a":null,"b":[null,{"c":null}]}"#, r#"{"b":[null,{}]}"#),
            (r#"{"z":1.0,"Z":1,"é":"\n"}"#, r#"{"Z":1,"z":1.0,"é":"\n"}"#),
            (r#"["\/", 1e3, true]"#, r#"["/",1e3,true]"#),
        ] {
            assert_eq!(canonical_json(given).as_deref(), Some(canonical));
            assert_eq!(canonical_json(canonical).as_deref(), Some(canonical), "canonical form is stable");
        }
    }

    #[test]
    fn what_is_no_json_has_no_canonical_form() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "{\"a\":}", "nul", deep.as_str()] {
            assert_eq!(canonical_json(text), None, "{}", &text[..text.len().min(20)]);
        }
    }

    #[test]
    fn a_value_and_its_string_agree() {
        let text = |v: Loose<'static>| canonical_text(&v).map(Cow::into_owned);
        assert_eq!(text(Loose::Number("7".into())), text(Loose::Text("7".into())));
        assert_eq!(text(Loose::Bool(true)), text(Loose::Text("true".into())));
        assert_eq!(text(Loose::Nested(r#"{"b":1, "a":2}"#.into())), text(Loose::Text(r#"{"a":2,"b":1}"#.into())));
        assert_eq!(text(Loose::Text("{not json".into())).as_deref(), Some("{not json"));
        assert_eq!(text(Loose::Null), None);
    }
}
