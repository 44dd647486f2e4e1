//! `compact`, and what it leaves to others.

use std::process::{Child, Command, Stdio};

use tickmark::lake::{Lake, TABLES};

use crate::support::{Place, assert_same_lake, assert_ties_out, lake_count, listing, plain_count};

/// Reads a part of the sample.
fn ingest<'p>(source: &'p str, path: &'p str) -> [&'p str; 6] {
    ["ingest", "--lake", "lake", "--source", source, path]
}

/// The sample, read in three runs.
fn with_many_files() -> Place {
    let place = Place::with_sample();
    place.run(&ingest("databricks", "databricks/second-delivery")).ends(0);
    place.run(&ingest("databricks", "databricks/workspaceId=0")).ends(0);
    place.run(&["run", "--config", "tickmark.toml"]).ends(0);
    place
}

fn file_count(place: &Place) -> usize {
    let lake = Lake::open(&place.path("lake")).unwrap();
    TABLES.iter().map(|table| lake.live_files(table).unwrap().len()).sum()
}

#[test]
fn a_compacted_lake_answers_and_reports_as_before() {
    let place = with_many_files();
    let before = file_count(&place);
    let untouched = Place::new();
    for (name, bytes) in listing(&place.path("lake")) {
        untouched.write(&format!("lake/{name}"), bytes);
    }
    let ran = place.run(&["compact", "--lake", "lake"]).ends(0).text();
    assert!(ran.starts_with("table ") && ran.contains("\nall "), "{ran}");
    assert!(file_count(&place) < before, "{ran}");
    assert_same_lake(&untouched.path("lake"), &place.path("lake"));
    for table in TABLES {
        let lake = place.path("lake");
        assert_eq!(plain_count(&lake.join(table.name)), lake_count(&lake, table), "{}", table.name);
    }

    let compacted = listing(&place.path("lake"));
    place.run(&["compact", "--lake", "lake"]).ends(0);
    assert!(compacted == listing(&place.path("lake")), "a second run does nothing");
    let again = place.run(&["run", "--config", "tickmark.toml"]).ends(0).text();
    assert!(again.contains(" 0 records"), "{again}");
    assert_same_lake(&untouched.path("lake"), &place.path("lake"));
}

#[test]
fn what_cannot_be_compacted_is_named() {
    let place = Place::new();
    place.run(&["compact", "--lake", "lake"]).ends(3).says(&["`lake` is no lake"]);
    place.run(&["compact", "--lake", "lake", "--source", "octa"]).ends(2).says(&["octa", "okta"]);
    place.run(&["compact", "--lake", "lake", "--target-size", "0"]).ends(2).says(&["--target-size"]);
    assert!(!place.path("lake").exists());
}

fn start(place: &Place, arguments: &[&str]) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    program.env_clear().current_dir(place.path("")).args(arguments);
    program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn runs_at_the_same_time_end_as_one_after_the_other() {
    let (one_by_one, at_once) = (Place::with_sample(), Place::with_sample());
    let (databricks, okta) = (ingest("databricks", "databricks"), ingest("okta", "okta"));
    for place in [&one_by_one, &at_once] {
        place.run(&databricks).ends(0);
    }
    one_by_one.run(&okta).ends(0);
    let runs: [&[&str]; 5] = [
        &okta,
        &["compact", "--lake", "lake"],
        &okta,
        &["query", "--lake", "lake", "SELECT COUNT(*) AS n FROM events"],
        &["compact", "--lake", "lake"],
    ];
    for mut run in runs.map(|arguments| start(&at_once, arguments)) {
        assert!(run.wait().unwrap().success());
    }
    assert_ties_out(&at_once.path("lake"));
    assert_same_lake(&one_by_one.path("lake"), &at_once.path("lake"));
}
