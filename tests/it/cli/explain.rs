//! `explain`: the story behind a verdict, and where the chain to missing access broke.

mod listed;
mod missing;

use std::fs;

use serde_json::Value;
use tickmark::event::EVENTS;

use crate::support::{Ran, Row, csv_rows, lake_rows, parquet_rows, sample, tickmark};

const ASKED: [&str; 5] = ["explain", "--lake", "lake", "--config", "tickmark.toml"];

fn explain(arguments: &[&str]) -> Ran {
    tickmark(sample(), &[&ASKED, arguments].concat())
}

fn stories(id: &str) -> Vec<Value> {
    let text = explain(&[id, "--format", "json"]).ends(0).text();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["schema_version"], 1);
    document["items"].as_array().unwrap().clone()
}

/// The first labelled row of that reason.
fn labelled(side: &str, reason: &str) -> Row {
    let rows = csv_rows(&sample().join(format!("truth/{side}.csv")));
    rows.into_iter().find(|row| row["reason"] == reason).unwrap_or_else(|| panic!("no {side} is {reason}"))
}

/// The story of a labelled row, asked for by the source's own ids.
fn told(side: &str, reason: &str) -> (Row, Value) {
    let row = labelled(side, reason);
    let id = if side == "vouching" { &row["effect_request_id"] } else { &row["authority_native_id"] };
    let is_it = |story: &&Value| {
        let item = &story["item"];
        let key = ["subject", "entitlement"].iter().all(|k| item[*k].as_str() == Some(&row[*k].to_lowercase()));
        item["side"] == side && key && story["scope"].as_str().is_some()
    };
    let all = stories(id);
    let story = all.iter().find(is_it).unwrap_or_else(|| panic!("{row:?} is not among {all:#?}")).clone();
    assert_eq!(story["item"]["reason"], reason);
    assert_eq!(story["item"]["verdict"].as_str(), Some(row["verdict"].as_str()));
    (row, story)
}

fn link<'s>(story: &'s Value, role: &str) -> &'s Value {
    let chain = story["chain"].as_array().unwrap();
    chain.iter().find(|link| link["role"] == role).unwrap_or_else(|| panic!("no {role} in {chain:#?}"))
}

fn roles(story: &Value) -> Vec<&str> {
    story["chain"].as_array().unwrap().iter().map(|link| link["role"].as_str().unwrap()).collect()
}

#[test]
fn every_kind_of_vouching_is_told_with_its_chain() {
    let (row, matched) = told("vouching", "matched");
    assert_eq!(link(&matched, "authority")["native_id"].as_str(), Some(row["authority_native_id"].as_str()));
    assert_eq!(link(&matched, "effect")["request_id"].as_str(), Some(row["effect_request_id"].as_str()));
    assert_eq!((roles(&matched)[0], *roles(&matched).last().unwrap()), ("authority", "effect"));
    assert_eq!(matched["coverage"]["is_leaned_on"], false);
    let chosen: Vec<&Value> =
        matched["considered"].as_array().unwrap().iter().filter(|one| one["is_chosen"] == true).collect();
    assert_eq!(chosen[0]["event_id"], link(&matched, "authority")["event_id"]);

    let (unvouched_row, unvouched) = told("vouching", "no_authority");
    assert_eq!(roles(&unvouched).last(), Some(&"effect"));
    assert!(!roles(&unvouched).contains(&"authority"));
    assert_eq!(
        (unvouched["coverage"]["is_leaned_on"].as_bool(), &unvouched["coverage"]["hole"]),
        (Some(true), &Value::Null)
    );
    let class = parquet_rows(&sample().join("evidence/data/vouching.parquet"));
    let class = class.iter().find(|one| one["effect_request_id"] == unvouched_row["effect_request_id"]).unwrap();
    assert_eq!(unvouched["door"]["class"].as_str(), Some(class["actor_class"].as_str()));

    let (_, implied) = told("vouching", "implied");
    assert!(roles(&implied).contains(&"cause"), "{:?}", roles(&implied));
    assert_eq!(told("vouching", "redundant").1["state"]["before"], "held");
    let (row, state) = told("vouching", "state");
    assert_eq!(link(&state, "authority")["native_id"].as_str(), Some(row["authority_native_id"].as_str()));
}

#[test]
fn a_gap_is_told_with_its_hole_and_the_parameters_with_their_origin() {
    let (_, gap) = told("vouching", "coverage_gap");
    let hole = &gap["coverage"]["hole"];
    assert_eq!(gap["coverage"]["open_because"], hole["hole_id"]);
    assert_eq!(
        (hole["from"].as_str(), hole["until"].as_str()),
        (Some("2026-07-09T09:00:00Z"), Some("2026-07-09T16:00:00Z"))
    );
    assert_eq!(gap["coverage"]["logs"][0]["hole"], 7);
    let parameter = |name: &str| {
        let all = gap["parameters"].as_array().unwrap();
        all.iter().find(|p| p["name"] == name).map(|p| (p["value"].clone(), p["origin"].clone()))
    };
    assert_eq!(parameter("look_back"), Some(("24h".into(), "[parameters]".into())));
    assert_eq!(parameter("cut_off").unwrap().0, "2026-08-01T00:00:00Z");
    let (_, gap) = told("tracing", "coverage_gap");
    assert_eq!(gap["coverage"]["hole"]["from"], "2026-07-14T09:00:00Z");
}

#[test]
fn every_kind_of_tracing_is_told() {
    let (_, failed) = told("tracing", "failed");
    let push = link(&failed, "transport");
    assert_eq!(push["outcome"], "failure");
    assert!(push["outcome_reason"].as_str().unwrap().starts_with("Service Unavailable"));
    assert_eq!(roles(&failed), ["authority", "transport"]);
    assert_eq!(failed["test_id"], "TRC-01");

    let (row, late) = told("tracing", "late");
    assert_eq!(link(&late, "effect")["request_id"].as_str(), Some(row["effect_request_id"].as_str()));
    assert!(late["state"]["due"].as_str() < link(&late, "effect")["time"].as_str());

    let (_, missing) = told("tracing", "missing");
    assert!(!roles(&missing).contains(&"effect"));
    assert_eq!(missing["coverage"]["is_leaned_on"], true);

    let (_, superseded) = told("tracing", "superseded");
    assert_eq!(link(&superseded, "reversal")["event_type"], "group.user_membership.remove");
}

#[test]
fn a_push_repaired_by_hand_names_push_and_hand_and_where_each_record_stands() {
    let rows = csv_rows(&sample().join("truth/vouching.csv"));
    let row = rows.iter().find(|row| row["situation"] == "failed_membership_push_repaired").unwrap();
    let all = stories(&row["effect_request_id"]);
    assert_eq!(all.len(), 2, "the effect, and the decision that it carried out");
    let story = &all[0];
    assert_eq!(roles(story), ["authority", "transport", "effect"]);
    assert_eq!(story["door"]["class"], "human_admin");
    assert_eq!(link(story, "transport")["outcome"], "failure");
    let authority = link(story, "authority");
    let bytes = fs::read(sample().join(authority["path"].as_str().unwrap())).unwrap();
    let number = |name: &str| usize::try_from(authority[name].as_u64().unwrap()).unwrap();
    let place = number("byte_offset")..number("byte_offset") + number("byte_length");
    assert_eq!(String::from_utf8_lossy(&bytes[place]), authority["raw"].as_str().unwrap());
}

#[test]
fn an_item_is_found_by_its_beginning_and_by_any_id_of_its_events() {
    let rows = parquet_rows(&sample().join("evidence/data/vouching.parquet"));
    let row = rows.iter().find(|row| row["reason"] == "matched").unwrap();
    let ids = |stories: &[Value]| -> Vec<String> {
        stories.iter().map(|story| story["item"]["item_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&stories(&row["item_id"][..12].to_uppercase())), [row["item_id"].clone()]);
    for id in ["effect_event_id", "effect_request_id", "authority_event_id", "authority_native_id"] {
        assert!(ids(&stories(&row[id])).contains(&row["item_id"]), "{id}");
    }
    let several = explain(&["0"]).ends(3).says(&["`0` is the beginning of ", "give more of it"]);
    let is_item = |line: &&str| line.contains("  vouching  ") || line.contains("  tracing  ");
    let listed = several.text().lines().filter(|line| line.trim_start().starts_with('0')).filter(is_item).count();
    assert!(listed > 1 && several.text().ends_with(&format!("total: {listed} items\n")), "{}", several.text());
}

#[test]
fn an_id_that_leads_nowhere_says_what_was_searched() {
    explain(&["nope"]).ends(3).says(&["`nope`", "vouched effects and ", "event, native and request ids"]);
    explain(&[" "]).ends(2).says(&["empty"]);
    explain(&[]).ends(2).says(&["ITEM"]);
    let events = lake_rows(&sample().join("lake"), &EVENTS);
    let login = events.iter().find(|event| event["event_type"] == "accounts.tokenLogin").unwrap();
    explain(&[&login["event_id"]]).ends(3).says(&["is an event of the lake", "accounts.tokenLogin", "no item"]);
}

#[test]
fn the_page_has_every_part_in_order_and_no_line_is_too_long() {
    let (row, _) = told("vouching", "no_authority");
    let text = explain(&[&row["effect_request_id"]]).ends(0).text();
    assert!(text.starts_with("exception: no_authority\n"), "{text}");
    let parts = ["CHAIN", "CONSIDERED AS AUTHORITY", "STATE", "COVERAGE", "PARAMETERS", "RECORDS"];
    let places: Vec<Option<usize>> = parts.iter().map(|part| text.lines().position(|line| line == *part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("\"requestId\": \"") && text.contains(&row["effect_request_id"]), "{text}");
}
