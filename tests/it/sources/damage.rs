//! No bytes, however damaged, make a source panic.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use tickmark::source::{Fate, Record, SOURCES, by_id};

use super::cases::input;
use super::{cases_folder, folders, name, records};

/// The records of all cases, which are read once: the tests draw from them hundreds of times.
static SEEDS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut seeds = Vec::new();
    for folder in folders(&cases_folder()) {
        for case in folders(&folder) {
            let id = name(&folder);
            let records = records(by_id(&id).expect("a source"), &input(&case));
            seeds.extend(records.into_iter().filter_map(|(_, record)| Some((id.clone(), record.ok()?))));
        }
    }
    seeds
});

fn must_end(id: &str, text: &str) {
    let zone = Some(chrono_tz::Europe::Berlin);
    match by_id(id).expect("a source").read(&Record { zone, ..Record::new(text, "a/workspaceId=7/b.json") }) {
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
        SOURCES.iter().for_each(|source| must_end(source.id(), &String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn no_damaged_record_makes_a_source_panic(
        seed in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..4,
    ) {
        let (id, record) = seed.get(&SEEDS);
        let mut bytes = record.clone();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, byte),
            _ => drop(bytes.drain(at..(at + 1 + usize::from(byte % 16)).min(record.len()))),
        }
        must_end(id, &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_misplaced_value_makes_a_source_panic(
        seed in any::<prop::sample::Index>(), at in 0usize..60, value in any_value(),
    ) {
        let (id, record) = seed.get(&SEEDS);
        if let Ok(mut record) = serde_json::from_slice::<Value>(record) {
            replaced(&mut record, &mut { at }, &value);
            must_end(id, &record.to_string());
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for id in SOURCES.iter().map(|s| s.id()) {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"requestParams\":", "}"), ("{\"target\":[", "]}")] {
            let text = format!("{{\"x\":{}1{}}}", open.repeat(200_000), close.repeat(200_000));
            let fate = by_id(id).expect("a source").read(&Record::new(&text, "a"));
            assert!(matches!(fate, Fate::Rejected(reason) if reason.contains("levels deep")));
        }
    }
    // JSON inside a string is followed too, where identity compares it with the same JSON outside a string.
    let row = r#"{"timestamp":1782892800000,"serviceName":"s","actionName":"a","requestParams":{"p":"#;
    let text = format!("{row}\"{}\"}}}}", "[".repeat(200_000));
    let fate = by_id("databricks").expect("a source").read(&Record::new(&text, "a"));
    assert!(matches!(fate, Fate::Accepted(_)), "a string may hold any brackets");
}
