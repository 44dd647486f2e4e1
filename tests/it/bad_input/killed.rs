//! A run that is killed, again and again, and then left to finish.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tickmark::event::EVENTS;
use tickmark::lake::{Lake, TABLES};

use crate::support::{Place, assert_same_lake, assert_ties_out, lake_count, lake_rows, listing, plain_count, sample};

/// Moments in the order of a run: what has to be there, as the beginning of a path.
const MOMENTS: [&str; 9] = [
    "lake/_tickmark.lock",
    "lake/files/_delta_log/00000000000000000000.json",
    "lake/_staging/",
    "lake/events/source=",
    "lake/events/_delta_log/00000000000000000001",
    "lake/changes/_delta_log/00000000000000000001",
    "lake/files/_delta_log/00000000000000000001",
    ".evidence.partial/",
    ".evidence.partial/soc2.html",
];

const RUN: [&str; 3] = ["run", "--config", "tickmark.toml"];

fn start(place: &Place, arguments: &[&str]) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    program.env_clear().current_dir(place.path("")).args(arguments);
    program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn is_there(folder: &Path, beginning: &str) -> bool {
    let (parent, name) = beginning.rsplit_once('/').unwrap();
    let Ok(mut entries) = std::fs::read_dir(folder.join(parent)) else { return false };
    entries.any(|entry| entry.is_ok_and(|e| e.file_name().to_string_lossy().starts_with(name)))
}

/// Kills a run as soon as something appears that was not there before, or a moment after it began.
fn kill_at(place: &Place, arguments: &[&str], moment: &str) {
    let was_there = is_there(&place.path(""), moment);
    let mut run = start(place, arguments);
    if was_there {
        sleep(Duration::from_millis(30));
    }
    while !was_there && !is_there(&place.path(""), moment) && run.try_wait().unwrap().is_none() {
        sleep(Duration::from_micros(200));
    }
    // SIGKILL; a run that has ended meanwhile is none the worse for it.
    run.kill().unwrap();
    run.wait().unwrap();
}

/// A reader sees all of a batch or nothing of it.
fn assert_all_or_nothing(lake: &Path) {
    if Lake::open(lake).is_err() {
        return;
    }
    assert_ties_out(lake);
    let count = lake_count(lake, &EVENTS);
    let whole = lake_count(&sample().join("lake"), &EVENTS);
    assert!(count == 0 || count == whole, "{count} of {whole} events");
}

/// What a reader finds that knows nothing of the tables' logs.
fn assert_plain_readers_see_the_same(lake: &Path) {
    for table in TABLES {
        assert_eq!(plain_count(&lake.join(table.name)), lake_count(lake, table), "rows of {}", table.name);
    }
    let rows = lake_rows(lake, &EVENTS);
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["event_id"].as_str()).collect();
    assert_eq!(ids.len(), rows.len(), "events more than once");
}

#[test]
fn a_killed_run_is_completed_by_the_next() {
    let place = Place::with_sample();
    let lake = place.path("lake");
    for moment in MOMENTS {
        kill_at(&place, &RUN, moment);
        assert_all_or_nothing(&lake);
        assert!(!place.path("evidence").exists(), "{moment}: a package that is not whole");
    }
    place.run(&RUN).ends(0);
    assert_same_lake(&sample().join("lake"), &lake);
    assert_plain_readers_see_the_same(&lake);
    assert!(place.read("evidence/model.json") == std::fs::read(sample().join("evidence/model.json")).unwrap());
    assert!(!place.path(".evidence.partial").exists() && !place.path("lake/_staging").exists());
    place.run(&["verify", "evidence"]).ends(0);
}

/// The entry of a table's log that comes next.
fn next_entry(place: &Place, table: &str) -> String {
    let log = format!("lake/{table}/_delta_log");
    let entries = std::fs::read_dir(place.path(&log)).unwrap().count();
    format!("{log}/{entries:020}")
}

#[test]
fn a_killed_compaction_loses_and_doubles_nothing() {
    let place = Place::with_sample();
    place.run(&["ingest", "--lake", "lake", "--source", "databricks", "databricks/second-delivery"]).ends(0);
    place.run(&["ingest", "--lake", "lake", "--source", "databricks", "databricks/workspaceId=0"]).ends(0);
    place.run(&RUN).ends(0);
    let untouched = Place::new();
    for (name, bytes) in listing(&place.path("lake")) {
        untouched.write(&format!("lake/{name}"), bytes);
    }
    let compact = ["compact", "--lake", "lake"];
    let moments = ["events", "changes", "files"].map(|table| next_entry(&place, table));
    for moment in ["lake/_staging/".to_owned(), "lake/_staging/changes".to_owned()].iter().chain(&moments) {
        kill_at(&place, &compact, moment);
        assert_same_lake(&untouched.path("lake"), &place.path("lake"));
    }
    place.run(&compact).ends(0);
    assert_same_lake(&untouched.path("lake"), &place.path("lake"));
    assert_plain_readers_see_the_same(&place.path("lake"));
    assert!(!place.path("lake/_staging").exists());
}
