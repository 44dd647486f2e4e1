//! `coverage`: which hours the logs speak for, as an auditor asks for it, and as the package holds it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Place, Row, csv_rows, parquet_rows, sample, tickmark};

/// The sample's command with more arguments.
fn coverage(arguments: &[&str]) -> String {
    let all = [&["coverage", "--lake", "lake", "--config", "tickmark.toml"], arguments].concat();
    tickmark(sample(), &all).ends(0).text()
}

fn json_rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn log(row: &Row) -> (String, String) {
    (row["source"].clone(), row["scope"].clone())
}

#[test]
fn the_package_holds_every_hour_of_the_period_and_of_the_windows_around_it() {
    let rows = parquet_rows(&sample().join("evidence/data/coverage.parquet"));
    let mut hours: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        assert!(hours.entry(log(row)).or_default().insert(row["hour"].clone()), "{row:?} stands twice");
        let is_leaned_on = match row["state"].as_str() {
            "covered" => row["observed"] != "0" || !row["heartbeat"].is_empty(),
            "quiet" => row["observed"] == "0" && row["expected"].parse::<f64>().unwrap() < 1.0,
            "hole" => false,
            state => panic!("{state}"),
        };
        assert_eq!(is_leaned_on, row["hole_id"].is_empty(), "{row:?}");
    }
    // July with a day before and a day after it.
    assert!(hours.len() >= 4 && hours.values().all(|h| h.len() == 33 * 24), "{:?}", hours.keys());
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(sample().join("evidence/manifest.json")).unwrap()).unwrap();
    let is_listed = |output: &Value| output["path"] == "data/coverage.parquet";
    assert!(manifest["outputs"].as_array().unwrap().iter().any(is_listed));
}

#[test]
fn the_listing_sums_up_the_hours_and_names_the_holes_that_verdicts_cite() {
    let rows = json_rows(&coverage(&["--format", "json"]));
    let place = Place::new();
    place.write("hours.csv", coverage(&["--hours", "--format", "csv"]));
    let hours = csv_rows(&place.path("hours.csv"));
    let (logs, holes): (Vec<&Value>, Vec<&Value>) = rows.iter().partition(|row| row["hole_id"].is_null());
    let of_package = parquet_rows(&sample().join("evidence/data/coverage.parquet"));
    let hole_of =
        |row: &Row| (row["source"].clone(), row["scope"].clone(), row["hour"][..13].to_owned(), row["hole_id"].clone());
    let rows_of = |rows: &[Row]| rows.iter().map(hole_of).collect::<BTreeSet<_>>();
    assert_eq!((hours.len(), rows_of(&hours)), (of_package.len(), rows_of(&of_package)), "as in the package");
    for row in &logs {
        let of_log = |h: &&Row| row["source"] == h["source"] && row["scope"] == h["scope"];
        for state in ["covered", "quiet", "hole", "not_established"] {
            let count = hours.iter().filter(of_log).filter(|h| h["state"] == state).count();
            assert_eq!(row[state], count, "{row}");
        }
    }
    for row in &holes {
        let count = hours.iter().filter(|h| row["hole_id"] == h["hole_id"]).count();
        assert_eq!(row["hours"], count, "{row}");
    }
    assert!(!holes.is_empty(), "the sample has a hole planted");
    let known: BTreeSet<&str> = holes.iter().filter_map(|row| row["hole_id"].as_str()).collect();
    let cited: BTreeSet<String> = ["vouching", "tracing"]
        .iter()
        .flat_map(|table| parquet_rows(&sample().join(format!("evidence/data/{table}.parquet"))))
        .map(|row| row["hole_id"].clone())
        .filter(|id| id.starts_with('H'))
        .collect();
    let is_listed = |id: &String| known.contains(id.as_str());
    assert!(!cited.is_empty() && cited.iter().all(is_listed), "cited {cited:?}, listed {known:?}");
}

#[test]
fn the_table_is_for_reading_and_parquet_for_hours() {
    let table = coverage(&[]);
    assert!(table.starts_with("source      scope"), "{table}");
    let total = table.lines().last().unwrap();
    assert!(
        total.starts_with("total: ") && total.contains(" from 2026-06-30T00:00:00Z until before 2026-08-02"),
        "{total}"
    );
    let parquet = ["coverage", "--lake", "lake", "--format", "parquet"];
    tickmark(sample(), &parquet).ends(2).says(&["--hours"]);
    let file = tickmark(sample(), &[&parquet[..], &["--hours"]].concat()).ends(0).stdout;
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    tickmark(sample(), &["coverage", "--lake", "lake", "--period", "2026-13"]).ends(2).says(&["expected a period"]);
}

#[test]
fn a_heartbeat_closes_its_hour_of_a_hole_and_is_cited() {
    let place = Place::with_run_sample();
    let holes = |place: &Place| {
        let listed = place.run(&["coverage", "--lake", "lake", "--config", "tickmark.toml", "--format", "json"]);
        json_rows(&listed.ends(0).text()).into_iter().filter(|row| !row["hole_id"].is_null()).collect::<Vec<_>>()
    };
    let before = holes(&place);
    let hole = before.first().expect("the sample has a hole planted").clone();
    let of = |key: &str| hole[key].as_str().unwrap().to_owned();
    place.write("beats/a.csv", format!("time,reference\n{},run-77\n", of("from").replace(":00:00Z", ":20:00Z")));
    let table =
        format!("\n[[heartbeat]]\nsource = \"{}\"\nscope = \"{}\"\npaths = [\"beats\"]\n", of("source"), of("scope"));
    place.write("tickmark.toml", place.text("tickmark.toml") + &table);
    let after = holes(&place);
    assert!(after.iter().all(|row| row["hole_id"] != hole["hole_id"]), "the hole is another one, or gone");
    let hours = |rows: &[Value]| rows.iter().map(|row| row["hours"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(hours(&after) + 1, hours(&before));
    place
        .run(&["report", "--lake", "lake", "--config", "tickmark.toml", "--period", "2026-07", "--out", "out"])
        .ends(0);
    let cells = parquet_rows(&place.path("out/data/coverage.parquet"));
    let by_heartbeat: Vec<_> = cells.iter().filter(|row| row["heartbeat"] == "run-77").collect();
    assert_eq!(by_heartbeat.len(), 1);
    assert_eq!((by_heartbeat[0]["state"].as_str(), by_heartbeat[0]["observed"].as_str()), ("covered", "0"));
    let model: Value = serde_json::from_str(&place.text("out/model.json")).unwrap();
    assert_eq!(model["coverage"]["heartbeat_files"][0]["path"], "beats/a.csv");
    place.run(&["verify", "out"]).ends(0);
}
