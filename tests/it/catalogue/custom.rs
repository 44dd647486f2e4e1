//! Tests without code: what the page on them promises.

use std::fs;

use tempfile::TempDir;
use tickmark::assemble::assemble;
use tickmark::catalogue::{self, Outcome};
use tickmark::companion::Companions;
use tickmark::error::{Error, Result};

use super::logs::{Door, Logs};
use super::stage::{Ground, config, evidence_of, outcome, ties_out};
use crate::support::parquet_rows;

/// The example of the page, which must work as it stands there.
fn example() -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/custom-tests.md")).expect("the page");
    page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("an example").to_owned()
}

fn tell(logs: &mut Logs) {
    logs.member("02 10:00", Door::HUMAN, "addPrincipalToGroup", "eve", "engineers");
    logs.member("02 23:00", Door::HUMAN, "addPrincipalToGroup", "mallory", "engineers");
    logs.member("02 23:30", Door::HUMAN, "removePrincipalFromGroup", "mallory", "engineers");
}

fn played(test: &str, more: &str) -> Result<Vec<Outcome>> {
    let ground = Ground::new(&config(&[], more), |logs| {
        tell(logs);
        logs.files.push(("tests.d/org.toml", test.to_owned()));
    });
    evidence_of(ground.lake(), &ground.config, &ground.period, |evidence| Ok(catalogue::run(evidence)?.0))
}

fn refused(from: &str, to: &str) -> String {
    let test = example();
    assert!(test.contains(from), "{from}");
    match played(&test.replace(from, to), "") {
        Err(Error::Input(message)) => message,
        other => panic!("{from} -> {to}: {other:?}"),
    }
}

#[test]
fn the_example_of_the_page_judges_every_grant() {
    let outcomes = played(&example(), "").expect("a judgement");
    let night = outcome(&outcomes, "ORG-01");
    ties_out(night);
    assert_eq!((night.counts.population, night.counts.pass, night.counts.exception), (2, 1, 1));
    let item = night.items.iter().find(|i| i.reason == "at_night").expect("an item");
    assert_eq!(item.subject.as_deref(), Some("mallory@example.com"));
    assert_eq!(item.event_ids.len(), 1);
    assert_eq!(format!("{:?}", item.extra), "[Whole(Some(23))]");
}

#[test]
fn a_test_whose_input_is_not_at_hand_is_not_tested() {
    let all = example();
    let needs = all.lines().find(|line| line.starts_with("needs")).expect("its needs");
    for (need, is_lacking) in
        [("effect", false), ("personnel", true), ("ticket", true), ("snapshot", true), ("cloud", true)]
    {
        let outcomes = played(&all.replace(needs, &format!("needs = [\"{need}\"]")), "").expect("a judgement");
        assert_eq!(outcome(&outcomes, "ORG-01").not_tested.is_some(), is_lacking, "{need}");
    }
}

#[test]
fn an_exception_can_be_waived_and_the_id_outlives_the_run() {
    let waiver = "[[waiver]]\nid = \"W\"\ntest = \"ORG-01\"\nselect = { subject = \"mallory@*\" }\nreason = \"r\"\n\
        requested_by = \"Alice\"\napproved_by = \"Carol\"\napproved_at = \"2026-06-30\"\nexpires = \"2026-09-01\"\n";
    let waived = played(&example(), waiver).expect("a judgement");
    let plain = played(&example(), "").expect("a judgement");
    let (waived, plain) = (outcome(&waived, "ORG-01"), outcome(&plain, "ORG-01"));
    assert_eq!((waived.counts.exception, waived.counts.waived), (0, 1));
    let ids = |o: &Outcome| o.items.iter().map(|i| i.item_id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(waived), ids(plain));
}

#[test]
fn what_breaks_the_rules_is_refused_by_name_of_the_file() {
    for (from, to, said) in [
        ("FROM vouching", "FROM nowhere", "nowhere"),
        ("SELECT CASE", "DELETE FROM events; SELECT CASE", "only SELECT"),
        ("'at_night' END", "'at_dawn' END", "`at_dawn` with verdict `exception` is not declared"),
        ("AS verdict", "AS verdikt", "verdikt"),
        ("effect_time AS event_time", "subject_key AS event_time", "instants"),
        ("effect_event_id AS event_id", "'x' AS event_id", "same item"),
        ("AS hour", "AS minute", "minute"),
    ] {
        let message = refused(from, to);
        assert!(message.contains("tests.d/org.toml") && message.contains(said), "{message}");
    }
}

#[test]
fn the_package_shows_the_test_like_any_other() {
    let ground = Ground::new(&config(&[], ""), |logs| {
        tell(logs);
        logs.files.push(("tests.d/org.toml", example()));
    });
    let out = ground.path("evidence");
    let clock = || "2026-07-05T00:00:00Z".to_owned();
    let model = assemble(ground.lake(), &[], &ground.config, &Companions::default(), &ground.period, &out, &clock)
        .expect("a package");
    let test = model.tests.iter().find(|t| t.id == "ORG-01").expect("the test");
    assert_eq!((test.title.as_str(), test.controls[0].id.as_str()), ("No grant at night", "CC6.3"));
    assert!(test.limits.iter().any(|l| l.contains("tests.d/org.toml") && l.contains("SHA-256")));
    assert!(out.join("data/tests/ORG-01.parquet").is_file());
    for page in ["soc2.html", "iso27001.md"] {
        assert!(fs::read_to_string(out.join(page)).expect("a page").contains("No grant at night"), "{page}");
    }
}

#[test]
fn the_command_lists_and_explains_it() {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("tests.d")).expect("a folder");
    fs::write(folder.path().join("tests.d/org.toml"), example()).expect("a file");
    fs::write(folder.path().join("tickmark.toml"), config(&[], "")).expect("a file");
    let asked = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tickmark"));
        let output = command.arg("tests").args(args).current_dir(folder.path()).output().expect("an answer");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (status, listed) = asked(&["--config", "tickmark.toml"]);
    assert_eq!(status, Some(0));
    assert!(listed.contains("VCH-01") && listed.contains("tests.d/org.toml"), "{listed}");
    let (_, told) = asked(&["org-01", "--config", "tickmark.toml"]);
    assert!(told.contains("No grant at night") && told.contains("FROM vouching"), "{told}");
    let (status, _) = asked(&["ORG-01"]);
    assert_eq!(status, Some(2), "without the configuration there is no such test");
    let (_, told) = asked(&["vch-01"]);
    assert!(told.contains("no_authority") && told.contains("What it does not show"), "{told}");
}

#[test]
fn the_results_have_a_row_for_it_and_for_what_could_not_be_tested() {
    let ground = Ground::new(&config(&[], ""), |logs| {
        tell(logs);
        logs.files.push(("tests.d/org.toml", example()));
    });
    let out = ground.path("evidence");
    let clock = || "2026-07-05T00:00:00Z".to_owned();
    let companions = Companions::default();
    let model =
        assemble(ground.lake(), &[], &ground.config, &companions, &ground.period, &out, &clock).expect("a package");
    let rows = parquet_rows(&out.join("data/results.parquet"));
    let conclusion = |id: &str| {
        let row = rows.iter().find(|row| row["test_id"] == id).unwrap_or_else(|| panic!("{id} has no row"));
        row["conclusion"].clone()
    };
    assert_eq!(conclusion("ORG-01"), "Exceptions noted");
    // Nobody supplied a review.
    assert_eq!(conclusion("PRV-02"), "Not tested");
    let counted: u64 = model.summary.conclusions.iter().map(|c| c.test_count).sum();
    assert_eq!(counted, model.tests.len() as u64, "each test has one conclusion");
}
