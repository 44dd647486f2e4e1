//! A lake that has lost something.

use std::fs;
use std::path::PathBuf;

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
