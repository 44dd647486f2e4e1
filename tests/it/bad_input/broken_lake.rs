//! A lake that has lost something.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::line;
use crate::support::{Place, listing};

fn first_parquet(place: &Place, table: &str) -> PathBuf {
    let files = listing(&place.path("lake").join(table));
    let name = files.keys().find(|name| name.ends_with(".parquet")).unwrap();
    place.path("lake").join(table).join(name)
}

fn with_lake() -> Place {
    let place = Place::new();
    place.write("in/a.json", line(1) + "no record\n");
    place.write("tickmark.toml", "[organization]\nname = \"Example Corp\"\n[[source]]\npaths = [\"in\"]\n");
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    place
}

/// Asserts that nobody reads or adds to the lake as if it were whole.
fn assert_refused(place: &Place, table: &str, words: &[&str]) {
    place.write("in/b.json", line(2));
    let query = format!("SELECT COUNT(*) AS n FROM {table}");
    place.run(&["query", "--lake", "lake", &query]).ends(1).says(words);
    place.run(&["ingest", "--lake", "lake", "in"]).ends(1).says(words);
    let report = ["report", "--lake", "lake", "--config", "tickmark.toml", "--period", "2026-07", "--out", "out"];
    place.run(&report).ends(1).says(words);
    assert!(!place.path("out").exists());
}

#[test]
fn a_lost_file_is_named_by_whoever_opens_the_lake() {
    for table in ["events", "rejects", "files"] {
        let place = with_lake();
        let lost = first_parquet(&place, table);
        let kept = fs::read(&lost).unwrap();
        fs::remove_file(&lost).unwrap();
        assert_refused(&place, table, &[lost.to_str().unwrap(), "missing"]);
        fs::write(&lost, kept).unwrap();
        place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    }
}

#[test]
fn a_damaged_file_is_named() {
    for table in ["events", "files"] {
        let place = with_lake();
        let damaged = first_parquet(&place, table);
        let whole = fs::read(&damaged).unwrap();
        fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
        assert_refused(&place, table, &[damaged.to_str().unwrap(), "damaged"]);
    }
}

#[test]
fn a_lost_table_is_named() {
    let place = with_lake();
    fs::remove_dir_all(place.path("lake/events")).unwrap();
    place.run(&["query", "--lake", "lake", "SELECT 1 FROM events"]).ends(3).says(&["table `events` is missing"]);
}

/// Takes a column out of a table's schema, as an earlier build left it.
fn forget(place: &Place, table: &str, column: &str) {
    let entry = place.path(&format!("lake/{table}/_delta_log/00000000000000000000.json"));
    let log = fs::read_to_string(&entry).unwrap();
    let without = |line: &str| {
        let mut action: Value = serde_json::from_str(line).unwrap();
        if let Some(schema) = action.pointer_mut("/metaData/schemaString") {
            let mut stated: Value = serde_json::from_str(schema.as_str().unwrap()).unwrap();
            stated["fields"].as_array_mut().unwrap().retain(|field| field["name"] != column);
            *schema = Value::String(stated.to_string());
        }
        action.to_string() + "\n"
    };
    fs::write(&entry, log.lines().map(without).collect::<String>()).unwrap();
}

#[test]
fn a_lake_of_an_earlier_build_is_named_with_what_it_lacks() {
    for (table, column) in [("files", "content_sha256"), ("changes", "subject_external_id")] {
        let place = with_lake();
        forget(&place, table, column);
        let words = [table, column, "earlier build", "ingest all inputs anew"];
        let query = format!("SELECT COUNT(*) AS n FROM {table}");
        place.run(&["query", "--lake", "lake", &query]).ends(3).says(&words);
        place.write("in/b.json", line(2));
        let before = listing(&place.path("lake"));
        place.run(&["ingest", "--lake", "lake", "in"]).ends(3).says(&words);
        place.run(&["compact", "--lake", "lake"]).ends(3).says(&words);
        let report = ["report", "--lake", "lake", "--config", "tickmark.toml", "--period", "2026-07", "--out", "out"];
        place.run(&report).ends(3).says(&words);
        assert!(!place.path("out").exists());
        assert!(before == listing(&place.path("lake")), "{table} was touched");
    }
}
