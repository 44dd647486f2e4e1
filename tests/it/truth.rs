//! The package says what the simulated organisation's labels say: every row, and no other.

mod matrix;
mod score;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tickmark::lake::FILES;
use tickmark::simulate::{Plan, write};

use crate::support::{Place, Row, csv_rows, lake_rows, listing, parquet_rows, sample, tickmark};

/// The plan of the published sample.
const SAMPLE: (u64, u32, u32) = (7, 24, 31);

/// Other organisations: a small one and a larger one.
const OTHERS: [(u64, u32, u32); 2] = [(1, 12, 21), (2, 40, 35)];

/// The tests whose items the labels list, those that pass aside.
const LABELLED: [&str; 6] = ["VCH-02", "TRC-03", "DEP-01", "DEP-02", "PRV-01", "COV-01"];

#[test]
fn the_sample_says_the_truth() {
    assert_truth(sample());
}

#[test]
fn other_organisations_say_the_truth() {
    for (seed, people, days) in OTHERS {
        let place = Place::new();
        write(&Plan::new(seed, people, days).unwrap(), &place.path("")).unwrap();
        place.run(&["run", "--config", "tickmark.toml"]).ends(0);
        assert_truth(&place.path(""));
    }
}

#[test]
fn the_sample_is_what_simulate_writes() {
    let place = Place::new();
    let (seed, people, days) = SAMPLE;
    let numbers = [seed.to_string(), people.to_string(), days.to_string()];
    let [seed, people, days] = numbers.each_ref().map(String::as_str);
    place.run(&["simulate", "--out", "made", "--seed", seed, "--people", people, "--days", days]).ends(0);
    let made = listing(&place.path("made"));
    let mut published = listing(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data"));
    published.retain(|name, _| !name.starts_with("lake/") && !name.starts_with("evidence/"));
    assert_eq!(made.keys().collect::<Vec<_>>(), published.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        assert!(published[name] == *bytes, "{name} differs: run `tickmark simulate` again");
    }
}

#[test]
fn simulate_leaves_a_folder_in_use_alone() {
    let place = Place::new();
    place.write("mine.txt", "keep");
    tickmark(&place.path(""), &["simulate", "--out", "."]).ends(2).says(&["is not empty"]);
    assert_eq!(fs::read_dir(place.path("")).unwrap().count(), 1);
}

fn assert_truth(folder: &Path) {
    let truth = |name: &str| csv_rows(&folder.join("truth").join(name));
    let data = |name: &str| parquet_rows(&folder.join("evidence/data").join(name));
    let shared = ["verb", "subject", "entitlement", "verdict", "reason", "effect_request_id", "authority_native_id"];
    assert_rows(
        "vouching",
        &resolved(truth("vouching.csv")),
        &resolved(data("vouching.parquet")),
        &[&shared[..], &["scope"]].concat(),
    );
    assert_rows(
        "tracing",
        &resolved(truth("tracing.csv")),
        &resolved(data("tracing.parquet")),
        &[&shared[..], &["direction"]].concat(),
    );
    assert_items(&truth("items.csv"), &data("items.parquet"));
    assert_counts_of(folder);
}

fn assert_counts_of(folder: &Path) {
    assert_counts(&csv_rows(&folder.join("truth/counts.csv")), &lake_rows(&folder.join("lake"), &FILES));
}

/// The package names subjects and entitlements by key, in lower case, and the labels by name.
fn resolved(mut rows: Vec<Row>) -> Vec<Row> {
    for row in &mut rows {
        for (name, key) in [("subject", "subject_key"), ("entitlement", "entitlement_key")] {
            let name_in_lower_case = row.get(key).unwrap_or_else(|| &row[name]).to_lowercase();
            row.insert(name.to_owned(), name_in_lower_case);
        }
    }
    rows
}

fn assert_rows(what: &str, truth: &[Row], found: &[Row], columns: &[&str]) {
    let picked = |rows: &[Row]| -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> =
            rows.iter().map(|row| columns.iter().map(|c| row[*c].clone()).collect()).collect();
        rows.sort();
        rows
    };
    let (truth, found) = (picked(truth), picked(found));
    assert!(!truth.is_empty());
    let missing: Vec<_> = truth.iter().filter(|row| !found.contains(row)).collect();
    let other: Vec<_> = found.iter().filter(|row| !truth.contains(row)).collect();
    assert!(missing.is_empty() && other.is_empty(), "{what} {columns:?}\nmissing: {missing:#?}\nother: {other:#?}");
    assert_eq!(truth, found, "{what}: rows given more than once");
}

fn assert_items(truth: &[Row], found: &[Row]) {
    let is_labelled = |row: &&Row| LABELLED.contains(&row["test_id"].as_str());
    assert!(truth.iter().all(|row| is_labelled(&row)), "labels of a test that is not compared");
    let mut found: Vec<Row> =
        found.iter().filter(is_labelled).filter(|row| row["verdict"] != "pass").cloned().collect();
    // Where the labels fix no word for the reason, any word is right.
    let place = |row: &Row| ["test_id", "subject", "object", "scope", "event_time"].map(|c| row[c].clone());
    let free: Vec<_> = truth.iter().filter(|row| row["reason"].is_empty()).map(place).collect();
    for row in found.iter_mut().filter(|row| free.contains(&place(row))) {
        assert!(!row["reason"].is_empty(), "{row:?}");
        row.insert("reason".to_owned(), String::new());
    }
    let columns = ["test_id", "subject", "object", "scope", "event_time", "verdict", "reason"];
    assert_rows("items", truth, &found, &columns);
}

fn assert_counts(truth: &[Row], files: &[Row]) {
    let mut counts: BTreeMap<&str, [u64; 6]> = BTreeMap::new();
    for file in files {
        let of = |name: &str| file[name].parse::<u64>().unwrap();
        let file_counts = [1, of("records"), of("accepted"), of("duplicate"), of("filtered"), of("rejected")];
        let sum = counts.entry(&file["source"]).or_default();
        sum.iter_mut().zip(file_counts).for_each(|(sum, count)| *sum += count);
    }
    let labelled: BTreeMap<&str, [u64; 6]> = truth
        .iter()
        .map(|row| {
            let of = |name: &str| row[name].parse::<u64>().unwrap();
            (row["source"].as_str(), [of("files"), of("records"), of("accepted"), of("duplicate"), 0, 0])
        })
        .collect();
    assert_eq!(counts, labelled);
}
