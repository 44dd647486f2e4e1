//! Type and form of a value, told by the value alone.

use serde_json::Value;

/// True or false, as JSON has it.
const TRUTH: &str = "true or false";
/// True or false in a log that writes all values as text.
const TRUTH_LOGGED: &str = "true or false, as the log writes it";

/// Type and form of a pushed value; `None` = it says nothing of either: empty, or masked.
pub(super) fn of(path: &str, value: &Value, is_typed: bool) -> Option<&'static str> {
    match value {
        Value::Bool(_) => Some(TRUTH),
        Value::Number(_) => Some("number"),
        Value::String(text) => of_text(path, text.trim(), is_typed),
        _ => None,
    }
}

/// Whether an attribute can only be true or false (RFC 7643: `active`, and `primary` of any value).
pub(super) fn is_truth_value(path: &str) -> bool {
    let path = path.to_lowercase();
    path == "active" || path.ends_with(".primary")
}

/// Whether a form is that of true or false.
pub(super) fn is_truth(format: &str) -> bool {
    format == TRUTH || format == TRUTH_LOGGED
}

fn of_text(path: &str, text: &str, is_typed: bool) -> Option<&'static str> {
    let is_masked = text.contains("[MASKED]") || text.chars().all(|c| matches!(c, '*' | '\u{2022}'));
    if text.is_empty() || is_masked {
        return None;
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Some(if is_typed { "true or false, as text" } else { TRUTH_LOGGED });
    }
    if let Some(date) = date(text) {
        return Some(date);
    }
    let names_address = ["username", "emails", "email"].iter().any(|a| path.to_lowercase().starts_with(a));
    let is_value = !path.contains('.') || path.ends_with(".value");
    match names_address && is_value {
        true if text.contains('@') => Some("text, an e-mail address"),
        true => Some("text, no e-mail address"),
        false => Some("text"),
    }
}

// Digits are only looked at as places: a date is told by where they stand and what stands between.
fn date(text: &str) -> Option<&'static str> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let (day, rest) = shape.split_at_checked(10).unwrap_or((&shape, ""));
    match (day, rest) {
        ("9999-99-99", "") => Some("date, year first with dashes"),
        ("9999-99-99", rest) if rest.starts_with('T') && rest.ends_with('Z') => Some("date and time in UTC"),
        ("9999-99-99", rest) if rest.starts_with('T') && rest.contains(['+', '-']) => Some("date and time with offset"),
        ("9999-99-99", rest) if rest.starts_with(['T', ' ']) => Some("date and time without zone"),
        ("99/99/9999", _) => Some("date, year last with slashes"),
        ("99.99.9999", _) => Some("date, year last with dots"),
        ("9999/99/99", _) => Some("date, year first with slashes"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_and_forms_are_told_apart() {
        for (path, value, format) in [
            ("active", json!(true), Some("true or false")),
            ("active", json!("True"), Some("true or false, as text")),
            ("title", json!(7), Some("number")),
            ("title", json!("[MASKED]"), None),
            ("title", json!("***"), None),
            ("title", json!(" "), None),
            ("title", json!(null), None),
            ("userName", json!("a@example.com"), Some("text, an e-mail address")),
            ("userName", json!("a"), Some("text, no e-mail address")),
            ("emails[type eq \"work\"].value", json!("a"), Some("text, no e-mail address")),
            ("emails[type eq \"work\"].display", json!("a"), Some("text")),
            ("hired", json!("2026-07-01"), Some("date, year first with dashes")),
            ("hired", json!("01/07/2026"), Some("date, year last with slashes")),
            ("hired", json!("01.07.2026"), Some("date, year last with dots")),
            ("hired", json!("2026-07-01T08:00:00Z"), Some("date and time in UTC")),
            ("hired", json!("2026-07-01T08:00:00+02:00"), Some("date and time with offset")),
            ("hired", json!("2026-07-01 08:00"), Some("date and time without zone")),
            ("hired", json!("20260701"), Some("text")),
            ("hired", json!("zoë"), Some("text")),
        ] {
            assert_eq!(of(path, &value, true), format, "{path} {value}");
        }
        assert_eq!(of("active", &json!("True"), false), Some(TRUTH_LOGGED));
    }
}
