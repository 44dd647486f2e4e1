//! What ends a command, and what a run with rejects does.

use std::fs;

use tickmark::event::EVENTS;
use tickmark::lake::{FILES, REJECTS};

use super::line;
use crate::support::{Place, assert_ties_out, lake_rows, parquet_rows};

#[test]
fn a_path_without_files_is_named() {
    let place = Place::new();
    fs::create_dir(place.path("empty")).unwrap();
    for path in ["empty", "absent", "absent/*.json", "empty/*.json"] {
        place.run(&["ingest", "--lake", "lake", path]).ends(3).says(&[path, "matches no file"]);
    }
    assert!(!place.path("lake").exists());
}

#[test]
fn a_file_in_the_lakes_place_is_left_alone() {
    let place = Place::new();
    place.write("in/a.json", line(1));
    place.write("lake", "mine");
    place.run(&["ingest", "--lake", "lake", "in"]).ends(1).says(&["`lake`", "exists"]);
    place.run(&["query", "--lake", "lake", "SELECT 1"]).ends(3).says(&["`lake` is no lake"]);
    assert_eq!(place.text("lake"), "mine");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_ends_the_ingest() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.write("in/a.json", line(1));
    place.write("in/closed/b.json", line(2));
    let closed = place.path("in/closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(&closed).is_ok() {
        println!("skipped: this user reads whatever its permissions (root)");
        return;
    }
    place.run(&["ingest", "--lake", "lake", "in"]).ends(1).says(&["in/closed", "ermission denied"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    assert_eq!(lake_rows(&place.path("lake"), &EVENTS).len(), 2);
}

const CONFIG: &str = r#"
[organization]
name = "Example Corp"

[[source]]
paths = ["in/*.json"]

[connector]
principals = ["scim-connector@example.com"]
"#;

#[test]
fn a_run_with_rejects_writes_the_package_and_says_4() {
    let place = Place::new();
    place.write("tickmark.toml", CONFIG);
    place.write("in/a.json", line(1) + "no record\n" + &line(3) + "{\"version\":\n");
    let run = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake", "--out", "out"];
    let keep_going = [&run[..], &["--keep-going"]].concat();
    let ran = place.run(&keep_going).ends(4).says(&["2 records rejected, 0 allowed", "lake"]);
    assert!(ran.text().contains("in/a.json: 2 records\n          line 2: not JSON"), "{}", ran.text());
    place.run(&["verify", "out"]).ends(0);
    assert_ties_out(&place.path("lake"));
    let lines: Vec<String> = lake_rows(&place.path("lake"), &REJECTS).iter().map(|r| r["line"].clone()).collect();
    assert_eq!(lines, ["2", "4"]);
    let page = place.text("out/soc2.md");
    assert!(page.contains("in/a.json"), "the rejects are told where they are judged");

    let fresh = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake2", "--out", "out2"];
    place.run(&[&fresh[..], &["--max-rejects", "2"]].concat()).ends(0);
}

#[test]
fn the_tolerance_of_the_test_is_that_of_the_run_unless_the_command_line_says_another() {
    let place = Place::new();
    place.write("tickmark.toml", CONFIG.to_owned() + "\n[test.\"COV-02\"]\nmax_rejects = 1\n");
    place.write("in/a.json", line(1) + "no record\n");
    let run = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake", "--out", "out"];
    place.run(&run).ends(0);
    assert_eq!(lake_rows(&place.path("lake"), &REJECTS).len(), 1);
    let other = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake2", "--out", "out2"];
    place.run(&[&other[..], &["--max-rejects", "0"]].concat()).ends(4).says(&["1 records rejected, 0 allowed"]);
}

#[test]
fn a_file_with_too_many_rejects_is_left_out_and_told_in_the_package() {
    let place = Place::new();
    place.write("tickmark.toml", CONFIG);
    place.write("in/a.json", line(1) + "no record\n");
    let run = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake", "--out", "out"];
    // Nothing else is at hand, so that there is nothing to judge.
    let ran = place.run(&run).ends(4).says(&["1 records rejected, 0 allowed", "--keep-going"]);
    assert!(
        ran.text().contains("Left out  in/a.json as a whole: 1 of its 2 records would be rejected"),
        "{}",
        ran.text()
    );
    assert!(!place.path("out").exists());

    place.write("in/b.json", line(3));
    place.run(&run).ends(4).says(&["1 file was left out as a whole"]);
    place.run(&["verify", "out"]).ends(0);
    let paths: Vec<String> = lake_rows(&place.path("lake"), &FILES).iter().map(|r| r["path"].clone()).collect();
    assert_eq!(paths, ["in/b.json"]);
    let items = parquet_rows(&place.path("out/data/items.parquet"));
    let left_out = items.iter().find(|item| item["test_id"] == "COV-02" && item["reason"] == "left_out").unwrap();
    assert_eq!((left_out["verdict"].as_str(), left_out["object"].as_str()), ("exception", "in/a.json"));
}
