//! `files` and `vocabulary`: what was read, as an auditor asks for it.

use serde_json::Value;
use tickmark::event::{EVENT_ID, EVENT_TIME, EVENTS, FILE_ID, LINE};
use tickmark::lake::{ACCEPTED, DUPLICATE, DUPLICATES, FILES, INGESTED_AT, PATH, RECORDS, REJECTED, SHA256, SOURCE};

use crate::support::{MadeLake, Place, csv_rows, sample, tickmark};

const NOON: i64 = 1_783_080_000_000_000;

/// A line of a Databricks delivery.
fn line(number: u32, action: &str, params: &str) -> String {
    let time = 1_783_080_000_000_u64 + u64::from(number) * 1000;
    format!(
        "{{\"version\":\"2.0\",\"timestamp\":{time},\"workspaceId\":0,\"serviceName\":\"futures\",\
         \"actionName\":\"{action}\",\"requestId\":\"r-{number}\",\"userIdentity\":{{\"email\":\"ada@example.com\"}},\
         \"requestParams\":{params},\"response\":{{\"statusCode\":200}}}}\n"
    )
}

fn json_rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn files_of_the_sample_add_up_in_every_format() {
    let files = |format: &str| tickmark(sample(), &["files", "--lake", "lake", "--format", format]).ends(0).text();
    let rows = json_rows(&files("json"));
    let sum = |column: &str| rows.iter().map(|row| row[column].as_u64().unwrap()).sum::<u64>();
    assert!(rows.iter().all(|row| row["ties_out"] == true && row["sha256"].as_str().unwrap().len() == 64));
    assert!(rows.is_sorted_by_key(|row| row["path"].as_str().unwrap().to_owned()));
    assert_eq!(sum("records"), sum("accepted") + sum("duplicate") + sum("filtered") + sum("rejected"));
    let table = files("table");
    let last = table.lines().last().unwrap();
    assert!(last.starts_with(&format!("total: {} files, ", rows.len())), "{last}");
    assert!(last.contains(" records = ") && last.ends_with(" rejected"), "{last}");
    assert_eq!(table.lines().count(), rows.len() + 3, "title, rule, files, total");
    let place = Place::new();
    place.write("files.csv", files("csv"));
    let of = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    for (csv, json) in csv_rows(&place.path("files.csv")).iter().zip(&rows) {
        assert_eq!((csv["path"].as_str(), csv["sha256"].as_str()), (&*of(json, "path"), &*of(json, "sha256")));
        assert_eq!(csv["records"], json["records"].to_string());
    }
}

#[cfg(unix)]
#[test]
fn a_strange_path_breaks_no_line() {
    let place = Place::new();
    let strange = "in/a\n\u{1b}[31m\\n\u{202e}.json";
    place.write(strange, line(1, "runNow", "{}"));
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let table = place.run(&["files", "--lake", "lake"]).ends(0).text();
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.contains("in/a\\n\\u{1b}[31m\\\\n\\u{202e}.json  databricks"), "{table}");
    let rows = json_rows(&place.run(&["files", "--lake", "lake", "--format", "json"]).ends(0).text());
    assert_eq!(rows[0]["path"], strange, "a program is given the path as it is");
    place.write("files.csv", place.run(&["files", "--lake", "lake", "--format", "csv"]).ends(0).stdout);
    assert_eq!(csv_rows(&place.path("files.csv"))[0]["path"], strange);
}

#[test]
fn versions_of_a_path_come_in_the_order_in_which_they_were_read() {
    let place = Place::new();
    for count in [3, 1, 2] {
        let lines: String = (0..count).map(|n| line(n, "runNow", "{}")).collect();
        place.write("in/a.json", lines);
        place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    }
    let rows = json_rows(&place.run(&["files", "--lake", "lake", "--format", "json"]).ends(0).text());
    assert_eq!(rows.iter().map(|row| row["records"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 1, 2]);
}

/// A file of three records; `held` events stand in the lake.
fn put_file(made: &mut MadeLake, path: &str, accepted: i64, held: i64) {
    made.row(
        &FILES,
        &[
            (FILE_ID, path.into()),
            (PATH, path.into()),
            (SHA256, "0123456789abcdef".into()),
            (SOURCE, "databricks".into()),
            (RECORDS, 3.into()),
            (ACCEPTED, accepted.into()),
            (DUPLICATE, 1.into()),
            (REJECTED, 0.into()),
            (INGESTED_AT, NOON.into()),
        ],
    );
    let place = |n: i64| [(FILE_ID, path.into()), (LINE, n.into()), (EVENT_ID, "e".into()), (EVENT_TIME, NOON.into())];
    (0..held).for_each(|n| made.row_of(&EVENTS, "databricks", &place(n)));
    made.row(&DUPLICATES, &place(3));
}

#[test]
fn what_does_not_tie_out_is_said_aloud_in_every_format() {
    let place = Place::new();
    let mut made = MadeLake::default();
    put_file(&mut made, "a-sound.json", 2, 2);
    put_file(&mut made, "b-counts.json", 1, 1);
    put_file(&mut made, "c-rows.json", 2, 1);
    made.write(&place.path("lake"));
    let files = |format: &str| {
        let ran = place.run(&["files", "--lake", "lake", "--format", format]).ends(1);
        ran.says(&["does not tie out", "b-counts.json", "3 records, but 2 accounted for", "2 more"]).text()
    };
    let table = files("table");
    let loud: Vec<&str> = table.lines().filter(|l| l.starts_with("DOES NOT TIE OUT: ")).collect();
    assert_eq!(loud.len(), 3, "{table}");
    assert!(loud[1].contains("c-rows.json") && loud[1].ends_with("2 records accepted, but table events holds 1"));
    assert!(loud[2].ends_with("the total: 9 records, but 8 accounted for"), "{}", loud[2]);
    let marked: Vec<bool> = table.lines().filter(|l| l.contains(".json  ")).map(|l| l.ends_with("NO")).collect();
    assert_eq!(marked, [false, true, true]);
    let ties: Vec<bool> = json_rows(&files("json")).iter().map(|row| row["ties_out"].as_bool().unwrap()).collect();
    assert_eq!(ties, [true, false, false]);
    assert!(files("csv").contains("b-counts.json,databricks,3,1,1,0,0,"));
}

/// A lake with six records of five types, one of them known.
fn with_strange_types() -> Place {
    let place = Place::new();
    let lines = [
        line(1, "abortRun", "{}"),
        line(2, "grantThing", "{}"),
        line(5, "grantThing", "{}"),
        line(3, "handOver", r#"{"new_owner":"bob@example.com"}"#),
        line(4, "runLater", r#"{"note":"the owner"}"#),
        line(6, "login", "{}").replace("futures", "accounts"),
    ];
    place.write("in/a.json", lines.concat());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    place
}

#[test]
fn the_census_begins_with_what_is_unknown_and_looks_like_access() {
    let place = with_strange_types();
    let rows = json_rows(&place.run(&["vocabulary", "--lake", "lake", "--format", "json"]).ends(0).text());
    let told: Vec<(&str, bool, bool, u64)> = rows
        .iter()
        .map(|r| {
            (
                r["event_type"].as_str().unwrap(),
                r["mapped"] == true,
                r["access_like"] == true,
                r["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("futures.grantThing", false, true, 2),
            ("futures.handOver", false, true, 1),
            ("futures.abortRun", false, false, 1),
            ("futures.runLater", false, false, 1),
            ("accounts.login", true, false, 1),
        ]
    );
    assert_eq!(
        (&rows[0]["first_seen"], &rows[0]["last_seen"]),
        (&"2026-07-03T12:00:02Z".into(), &"2026-07-03T12:00:05Z".into())
    );
    let table = place.run(&["vocabulary", "--lake", "lake"]).ends(0).text();
    assert!(
        table.ends_with("total: 5 types, 6 events; not in the vocabulary: 4 types, 5 events, of which 2 types, 3 events look like access\n"),
        "{table}"
    );
    place.write("types.csv", place.run(&["vocabulary", "--lake", "lake", "--format", "csv"]).ends(0).stdout);
    assert_eq!(csv_rows(&place.path("types.csv")).len(), 5);
}

#[test]
fn a_folder_that_is_no_lake_is_3() {
    for command in ["files", "vocabulary"] {
        Place::new().run(&[command, "--lake", "nowhere"]).ends(3).says(&["`nowhere` is no lake"]);
    }
}
