//! Sources: cases as folders, the published samples, and the promise never to panic.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};
use tickmark::event::event_id;
use tickmark::source::{Fate, Record, Source, by_id, detect};

/// Adding a case is adding a folder; fewer folders than this mean that they were not found.
const LEAST_CASES: usize = 20;

fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases")
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).unwrap_or_else(|e| panic!("{}: {e}", parent.display()));
    let mut folders: Vec<_> = entries.map(|e| e.expect("a folder entry").path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// The records of a line: itself, or what the first wrapper of the source that fits holds.
fn records(source: &dyn Source, line: &str) -> Vec<String> {
    for envelope in source.envelopes() {
        let marked = line.as_bytes().windows(envelope.marker.len()).any(|w| w == envelope.marker);
        let inner = serde_json::from_str::<Value>(line).ok().filter(|_| marked);
        let pointer: String = envelope.path.iter().map(|key| format!("/{key}")).collect();
        match inner.as_ref().and_then(|v| v.pointer(&pointer)) {
            Some(Value::Array(list)) => return list.iter().map(Value::to_string).collect(),
            Some(object @ Value::Object(_)) => return vec![object.to_string()],
            _ => {}
        }
    }
    vec![line.to_owned()]
}

#[derive(Default)]
struct Outcomes {
    events: Vec<Value>,
    changes: Vec<Value>,
    rejects: Vec<Value>,
}

fn read_all(source: &dyn Source, path: &str, input: &str) -> Outcomes {
    let mut all = Outcomes::default();
    for (at, line) in input.lines().enumerate() {
        for record in records(source, line) {
            match source.read(&Record { bytes: record.as_bytes(), path }) {
                Fate::Accepted(event) => {
                    let id = event_id(&event.identity);
                    let mut shown = serde_json::to_value(&*event).expect("an event serialises");
                    shown["event_id"] = json!(id);
                    shown["line"] = json!(at + 1);
                    all.events.push(shown);
                    for (ordinal, change) in event.changes.iter().enumerate() {
                        all.changes.push(json!({
                            "line": at + 1, "change_id": format!("{id}-{ordinal}"),
                            "direction": change.verb.direction().as_str(), "verb": change.verb.as_str(),
                            "subject": change.subject, "subject_id": change.subject_id,
                            "subject_alias": change.subject_alias, "subject_kind": change.subject_kind.as_str(),
                            "entitlement_kind": change.verb.entitlement_kind().as_str(),
                            "entitlement": change.entitlement, "entitlement_id": change.entitlement_id,
                            "outcome": change.outcome.as_str(),
                        }));
                    }
                }
                Fate::Filtered(rule) => panic!("line {}: filtered by {rule}, which no case expects", at + 1),
                Fate::Rejected(reason) => all.rejects.push(json!({"line": at + 1, "reason": reason})),
            }
        }
    }
    all
}

/// What differs between a case's expectation and what came out; with `UPDATE_CASES=1` the expectation is rewritten.
fn differences(case: &Path, file: &str, found: &[Value]) -> Option<String> {
    let path = case.join(file);
    let found = json!(found);
    if std::env::var_os("UPDATE_CASES").is_some_and(|v| v == "1") {
        fs::write(&path, format!("{found:#}\n")).expect("an expectation can be written");
        return None;
    }
    let expected = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str::<Value>(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())),
        Err(e) => return Some(format!("{}: {e}", path.display())),
    };
    if expected == found {
        return None;
    }
    let (left, right) =
        (expected.as_array().cloned().unwrap_or_default(), found.as_array().cloned().unwrap_or_default());
    let at = left.iter().zip(&right).position(|(l, r)| l != r).unwrap_or(left.len().min(right.len()));
    let shown = |list: &[Value]| list.get(at).map_or("nothing".to_owned(), |v| format!("{v:#}"));
    Some(format!("{} [{at}]:\nexpected {}\nfound {}", path.display(), shown(&left), shown(&right)))
}

#[test]
fn every_case_comes_out_as_expected() {
    let mut failures = Vec::new();
    let mut count = 0;
    for folder in folders(&cases_folder()) {
        let source = by_id(&name(&folder)).unwrap_or_else(|| panic!("{} is no source", folder.display()));
        for case in folders(&folder) {
            let input = fs::read_to_string(case.join("input.jsonl")).expect("a case has an input.jsonl");
            let found = read_all(source, "input.jsonl", &input);
            count += 1;
            failures.extend(differences(&case, "events.json", &found.events));
            failures.extend(differences(&case, "changes.json", &found.changes));
            failures.extend(differences(&case, "rejects.json", &found.rejects));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(count >= LEAST_CASES, "only {count} cases found");
}

/// The folder of published samples, which is not part of the project.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("TICKMARK_CORPUS").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        // The test harness hides what is printed by a test that passes, but not what is written.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no samples at {} (set TICKMARK_CORPUS)", folder.display());
        return None;
    }
    Some(folder)
}

/// Accepted, mapped, changes, rejected.
fn tally(source: &dyn Source, text: &str) -> (usize, usize, usize, usize) {
    let found = read_all(source, "sample.jsonl", text);
    for reject in &found.rejects {
        assert!(reject["reason"].as_str().is_some_and(|r| !r.is_empty()), "{reject}");
    }
    let mapped = found.events.iter().filter(|e| e["mapped"] == true).count();
    (found.events.len(), mapped, found.changes.len(), found.rejects.len())
}

#[test]
fn every_published_sample_ends_somewhere() {
    let Some(corpus) = corpus() else { return };
    let mut differing = Vec::new();
    for (file, id, expected) in [
        ("okta/appomni-emm-okta.ndjson", "okta", (34, 34, 8, 0)),
        ("okta/panther-analysis-okta-tests.ndjson", "okta", (48, 46, 0, 16)),
        ("okta/okta-openapi-ListLogs.json", "okta", (1, 1, 0, 0)),
        ("okta/okta-openapi-ListLogsWithAdditionalSecurityContext.json", "okta", (1, 1, 0, 0)),
        ("okta/okta-openapi-LogTargetChangeDetails.json", "okta", (0, 0, 0, 1)),
        ("databricks/aws-json.panther-test-fixtures.ndjson", "databricks", (135, 87, 31, 27)),
    ] {
        let text = fs::read_to_string(corpus.join(file)).expect("a sample");
        let lines = match serde_json::from_str(&text) {
            Ok(Value::Array(page)) => page.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"),
            Ok(one) => one.to_string(),
            Err(_) => text,
        };
        let source = by_id(id).expect("a source");
        let found = tally(source, &lines);
        assert_eq!(lines.lines().count(), found.0 + found.3, "{file}: no record is lost");
        if found != expected {
            differing.push(format!("{file}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(differing.is_empty(), "accepted, mapped, changes, rejected:\n{}", differing.join("\n"));
}

#[test]
fn published_samples_of_other_sources_fit_none() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for folder in ["azure-monitor", "cloudtrail", "entra", "pingone", "scim", "scim-events"] {
        for file in fs::read_dir(corpus.join(folder)).expect("a folder").map(|f| f.expect("a file").path()) {
            for line in fs::read_to_string(&file).expect("a sample").lines() {
                let Ok(record) = serde_json::from_str::<Value>(line) else { continue };
                let explanation = detect(&record).map(Source::id).expect_err(line);
                assert!(explanation.starts_with("no source fits"), "{explanation}");
                count += 1;
            }
        }
    }
    assert!(count > 300, "only {count} records tried");
}

fn seeds() -> Vec<(String, String)> {
    let mut seeds = Vec::new();
    for folder in folders(&cases_folder()) {
        for case in folders(&folder) {
            let input = fs::read_to_string(case.join("input.jsonl")).expect("a case has an input.jsonl");
            seeds.extend(input.lines().filter(|line| !line.is_empty()).map(|line| (name(&folder), line.to_owned())));
        }
    }
    seeds
}

fn must_end(id: &str, bytes: &[u8]) {
    match by_id(id).expect("a source").read(&Record { bytes, path: "a/workspaceId=7/b.json" }) {
        Fate::Accepted(event) => assert!(!event.event_type.is_empty()),
        Fate::Filtered(rule) => assert!(!rule.is_empty()),
        Fate::Rejected(reason) => assert!(!reason.is_empty()),
    }
}

/// Puts `value` in place of the `at`-th value of the record, counted depth first.
fn replaced(record: &mut Value, at: &mut usize, value: &Value) {
    if *at == 0 {
        *record = value.clone();
    }
    *at = at.wrapping_sub(1);
    match record {
        Value::Array(list) => list.iter_mut().for_each(|v| replaced(v, at, value)),
        Value::Object(map) => map.values_mut().for_each(|v| replaced(v, at, value)),
        _ => {}
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[\\[{\",:0-9a-z\\]}]{0,20}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, 1, "a", {"id": []}])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_source_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        must_end("okta", &bytes);
        must_end("databricks", &bytes);
    }

    #[test]
    fn no_damaged_record_makes_a_source_panic(
        seed in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..4,
    ) {
        let seeds = seeds();
        let (id, line) = seed.get(&seeds);
        let mut bytes = line.clone().into_bytes();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, byte),
            _ => drop(bytes.drain(at..(at + 1 + usize::from(byte % 16)).min(line.len()))),
        }
        must_end(id, &bytes);
    }

    #[test]
    fn no_misplaced_value_makes_a_source_panic(
        seed in any::<prop::sample::Index>(), at in 0usize..60, value in any_value(),
    ) {
        let seeds = seeds();
        let (id, line) = seed.get(&seeds);
        if let Ok(mut record) = serde_json::from_str::<Value>(line) {
            replaced(&mut record, &mut { at }, &value);
            must_end(id, record.to_string().as_bytes());
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for id in ["okta", "databricks"] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"requestParams\":", "}"), ("{\"target\":[", "]}")] {
            let text = format!("{{\"x\":{}1{}}}", open.repeat(200_000), close.repeat(200_000));
            let fate = by_id(id).expect("a source").read(&Record { bytes: text.as_bytes(), path: "a" });
            assert!(matches!(fate, Fate::Rejected(reason) if reason.contains("levels deep")));
        }
    }
    // JSON inside a string is followed too, where identity compares it with the same JSON outside a string.
    let row = r#"{"timestamp":1782892800000,"serviceName":"s","actionName":"a","requestParams":{"p":"#;
    let text = format!("{row}\"{}\"}}}}", "[".repeat(200_000));
    let fate = by_id("databricks").expect("a source").read(&Record { bytes: text.as_bytes(), path: "a" });
    assert!(matches!(fate, Fate::Accepted(_)), "a string may hold any brackets");
}
