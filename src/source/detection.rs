//! Which source a record comes from, by the signatures that the sources declare.

use serde_json::Value;

use super::{Envelope, Mark, SOURCES, Source, known_ids};

/// How many of a record's keys an explanation shows.
const SHOWN_KEYS: usize = 8;

/// Finds the source whose signature fits a parsed record, or the record inside one of the source's wrappers.
///
/// # Errors
/// A sentence that names the record's keys, the nearest source, and the first mark that it lacks.
pub fn detect(record: &Value) -> Result<&'static dyn Source, String> {
    let Some(object) = record.as_object() else {
        return Err(format!("no source fits: expected an object, found {}", super::shape::kind(record)));
    };
    let mut nearest: Option<(usize, &'static dyn Source, Mark)> = None;
    for source in SOURCES {
        let wrapped = source.envelopes().iter().filter_map(|envelope| unwrapped(record, envelope));
        for candidate in std::iter::once(record).chain(wrapped) {
            for marks in source.forms().iter().map(|form| form.marks).filter(|marks| !marks.is_empty()) {
                let held = marks.iter().filter(|m| holds(candidate, **m)).count();
                match marks.iter().find(|m| !holds(candidate, **m)) {
                    None => return Ok(*source),
                    Some(lacking) if nearest.is_none_or(|(most, _, _)| held > most) => {
                        nearest = Some((held, *source, *lacking));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    if let Some(source) = SOURCES.iter().find(|source| holds_line(**source, record)) {
        return Ok(*source);
    }
    let keys = keys(object);
    Err(match nearest {
        Some((held, source, lacking)) if held > 0 => {
            let lacking = describe(lacking);
            format!("no source fits a record with {keys}; the nearest is `{}`, which needs {lacking}", source.id())
        }
        _ => format!("no source fits a record with {keys}; known sources: {}", known_ids()),
    })
}

/// Whether a parsed record bears the signature of a source, or holds a line of it.
pub fn fits(source: &dyn Source, record: &Value) -> bool {
    let mut forms = source.forms().iter().map(|form| form.marks);
    forms.any(|marks| !marks.is_empty() && marks.iter().all(|mark| holds(record, *mark))) || holds_line(source, record)
}

fn holds_line(source: &dyn Source, record: &Value) -> bool {
    let lines = source.line_keys().iter().filter_map(|key| record.get(key)?.as_str());
    lines.into_iter().any(|line| source.claims(line.trim()))
}

/// The record inside a wrapper, the first one where it holds several.
fn unwrapped<'v>(record: &'v Value, envelope: &Envelope) -> Option<&'v Value> {
    let inner = envelope.path.iter().try_fold(record, |value, key| value.get(key))?;
    match inner {
        Value::Array(records) => records.first().filter(|r| r.is_object()),
        other => Some(other).filter(|r| r.is_object()),
    }
}

fn holds(record: &Value, mark: Mark) -> bool {
    let said = |pointer| lookup(record, pointer).and_then(Value::as_str);
    let digits = |pointer| lookup(record, pointer).filter(|v| v.is_number()).map(Value::to_string);
    match mark {
        Mark::AnyOf(pointers) => pointers.iter().any(|p| lookup(record, p).is_some_and(|v| !v.is_null())),
        Mark::Equals(pointer, text) => said(pointer) == Some(text),
        Mark::OneOf(pointer, texts) => {
            let number = digits(pointer);
            let word = said(pointer).or(number.as_deref());
            word.is_some_and(|s| texts.iter().any(|t| t.eq_ignore_ascii_case(s)))
        }
        Mark::NoneOf(pointer, texts) => {
            let number = digits(pointer);
            let word = said(pointer).or(number.as_deref());
            word.is_some_and(|s| !s.is_empty() && !texts.concat().iter().any(|t| t.eq_ignore_ascii_case(s)))
        }
        Mark::StartsWith(pointer, head) => {
            said(pointer).and_then(|s| s.get(..head.len())).is_some_and(|s| s.eq_ignore_ascii_case(head))
        }
        Mark::Lacks(pointer, parts) => said(pointer).is_some_and(|text| !parts.iter().any(|part| text.contains(part))),
        Mark::Contains(pointers, parts) => {
            pointers.iter().filter_map(|p| said(p)).any(|text| parts.iter().any(|part| text.contains(part)))
        }
    }
}

fn lookup<'v>(record: &'v Value, pointer: &str) -> Option<&'v Value> {
    pointer.split('/').skip(1).try_fold(record, |value, key| {
        value.as_object()?.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
    })
}

fn keys(object: &serde_json::Map<String, Value>) -> String {
    let mut keys: Vec<_> = object.keys().map(|k| format!("`{}`", k.chars().take(40).collect::<String>())).collect();
    keys.sort_unstable();
    let more = keys.len().saturating_sub(SHOWN_KEYS);
    keys.truncate(SHOWN_KEYS);
    match (keys.len(), more) {
        (0, _) => "no keys".to_owned(),
        (_, 0) => format!("the keys {}", keys.join(", ")),
        (_, more) => format!("the keys {} and {more} more", keys.join(", ")),
    }
}

fn describe(mark: Mark) -> String {
    match mark {
        Mark::AnyOf(pointers) => format!("`{}`", pointers.join("` or `")),
        Mark::Equals(pointer, text) => format!("`{pointer}` to be `{text}`"),
        Mark::OneOf(pointer, texts) => format!("`{pointer}` to be one of `{}`", texts.join("`, `")),
        Mark::NoneOf(pointer, texts) => format!("`{pointer}` to be none of `{}`", texts.concat().join("`, `")),
        Mark::StartsWith(pointer, head) => format!("`{pointer}` to begin with `{head}`"),
        Mark::Lacks(pointer, parts) => format!("`{pointer}` to hold none of `{}`", parts.join("`, `")),
        Mark::Contains(pointers, parts) => format!("`{}` to hold `{}`", pointers.join("` or `"), parts.join("` or `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn records_are_told_apart_bare_and_wrapped() {
        let log_event = json!({"uuid": "u", "published": "p", "eventType": "user.session.start", "actor": {}});
        let call = json!({"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "eventID": "1"});
        let row = json!({"timestamp": 1, "serviceName": "accounts", "actionName": "add", "userIdentity": {}});
        for (record, id) in [
            (log_event.clone(), "okta"),
            (json!({"published": "p", "eventtype": "user.session.start", "target": []}), "okta"),
            (json!({"detail-type": "SystemLog", "detail": log_event}), "okta"),
            (json!({"eventType": "com.okta.event_hook", "data": {"events": [log_event]}}), "okta"),
            (json!({"events": [log_event]}), "okta"),
            (json!({"time": 1, "event": log_event}), "okta"),
            (row, "databricks"),
            (call.clone(), "cloudtrail"),
            (json!({"detail-type": "AWS API Call via CloudTrail", "detail": call}), "cloudtrail"),
            (json!({"digestStartTime": "t", "digestEndTime": "t", "logFiles": []}), "cloudtrail"),
            (json!({"serviceName": "unityCatalog", "actionName": "getTable", "requestParams": {}}), "databricks"),
        ] {
            assert_eq!(detect(&record).map(Source::id), Ok(id), "{record}");
        }
    }

    #[test]
    fn what_fits_none_is_explained() {
        for (record, parts) in [
            // Okta and AWS CloudTrail share key names.
            (
                json!({"eventVersion": "1.08", "eventType": "AwsApiCall", "eventName": "CreateUser", "userIdentity": {}}),
                &["`eventName`", "nearest is `cloudtrail`", "`/eventSource`"][..],
            ),
            (
                json!({"detail-type": "AWS API Call via CloudTrail", "detail": {"eventType": "AwsApiCall"}}),
                &["nearest is `okta`", "`/published` or `/uuid`"],
            ),
            (
                json!({"activityDisplayName": "Add user", "category": "x"}),
                &["`activityDisplayName`", "nearest is `entra_audit`", "`/activityDateTime`"],
            ),
            (json!({"schemas": [], "userName": "a"}), &["the keys `schemas`, `userName`"]),
            (json!({"serviceName": "s", "actionName": "a"}), &["nearest is `databricks`", "`/timestamp` or"]),
            (json!([1]), &["expected an object, found an array"]),
            (json!({}), &["no keys"]),
            (json!({"events": []}), &["the keys `events`"]),
        ] {
            let explanation = detect(&record).map(Source::id).expect_err("fits no source");
            for part in parts {
                assert!(explanation.contains(part), "{part} not in: {explanation}");
            }
        }
    }
}
