//! The package says what the simulated organisation's labels say: every row, and no other.

mod invariance;
mod matrix;
mod score;
mod shortfalls;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tickmark::lake::FILES;
use tickmark::simulate::{Plan, Provider, write};

use score::score;
use shortfalls::faults;

use crate::support::{Place, Row, csv_rows, lake_rows, listing, sample, tickmark};

/// The plan of the published sample.
const SAMPLE: (u64, u32, u32) = (7, 24, 31);

/// A larger organisation.
const LARGER: (u64, u32, u32) = (2, 40, 35);

#[test]
fn the_sample_says_the_truth() {
    assert_truth(sample());
}

#[test]
fn a_larger_organisation_says_the_truth() {
    let (seed, people, days) = LARGER;
    let place = Place::new();
    write(&Plan::new(seed, people, days).unwrap(), &place.path("")).unwrap();
    place.run(&["run", "--config", "tickmark.toml"]).ends(0);
    assert_truth(&place.path(""));
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
    let faults = faults(Provider::Okta, &score(folder));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_counts_of(folder);
}

fn assert_counts_of(folder: &Path) {
    assert_counts(&csv_rows(&folder.join("truth/counts.csv")), &lake_rows(&folder.join("lake"), &FILES));
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
