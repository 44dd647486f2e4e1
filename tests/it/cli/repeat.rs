//! Same inputs, same configuration: same bytes, whenever, wherever and however often.

use std::path::Path;

use serde_json::Value;
use tickmark::lake::TABLES;

use crate::support::{Place, Ran, assert_same_lake, command, lake_count, listing, parquet_rows, sample};

const DATA: [&str; 4] = ["vouching", "tracing", "results", "items"];

/// Asserts that two packages are the same but for the moments of the run.
fn assert_same_package(one: &Path, other: &Path) {
    let (one_files, other_files) = (listing(one), listing(other));
    assert_eq!(one_files.keys().collect::<Vec<_>>(), other_files.keys().collect::<Vec<_>>());
    let is_timeless = |name: &String| name != "manifest.json";
    for name in one_files.keys().filter(|name| is_timeless(name)) {
        assert!(one_files[name] == other_files[name], "{name} differs");
    }
    for name in DATA {
        let rows = |folder: &Path| parquet_rows(&folder.join(format!("data/{name}.parquet")));
        assert_eq!(rows(one), rows(other), "{name}");
    }
    let manifest = |files: &std::collections::BTreeMap<String, Vec<u8>>| -> Value {
        let mut manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        let run = manifest["run"].as_object_mut().unwrap();
        assert!(run.remove("started").is_some() && run.remove("finished").is_some());
        manifest
    };
    assert_eq!(manifest(&one_files), manifest(&other_files));
}

#[test]
fn a_second_run_adds_nothing() {
    let place = Place::with_run_sample();
    let ran = place.run(&["run", "--config", "tickmark.toml"]).ends(0).text();
    assert!(ran.contains("103 files (103 unchanged since the last run), 0 records"), "{ran}");
    let lake = sample().join("lake");
    for table in TABLES {
        assert_eq!(lake_count(&lake, table), lake_count(&place.path("lake"), table), "{}", table.name);
    }
    assert_same_lake(&lake, &place.path("lake"));
    assert_same_package(&sample().join("evidence"), &place.path("evidence"));
}

/// Runs a copy of the sample from some folder with some threads, and compares lake and package with the sample's.
fn assert_same_run(from: &Path, config: &str, place: &Place, threads: &str) {
    let mut program = command();
    program.current_dir(from).env("RAYON_NUM_THREADS", threads).env("POLARS_MAX_THREADS", threads);
    Ran::of(program.args(["run", "--config", config])).ends(0);
    assert_same_lake(&sample().join("lake"), &place.path("lake"));
    assert_same_package(&sample().join("evidence"), &place.path("evidence"));
}

#[test]
fn a_moved_copy_from_another_folder_in_one_thread_gives_the_same() {
    let place = Place::with_sample();
    let config = place.path("tickmark.toml").display().to_string();
    assert_same_run(Place::new().path("").as_path(), &config, &place, "1");
}

#[test]
fn four_threads_from_the_folder_above_give_the_same() {
    let place = Place::with_sample();
    let folder = place.path("");
    let name = folder.file_name().unwrap().to_str().unwrap();
    assert_same_run(folder.parent().unwrap(), &format!("{name}/tickmark.toml"), &place, "4");
}
