//! The catalogue end to end: tiny logs of example.com, ingested and judged.

mod deliveries;
mod governance;
mod granters;
mod grants;
mod leavers;
mod logs;
mod stage;
mod stories;
mod totals;
mod waivers;

use std::collections::BTreeSet;

use stage::{Story, play};
use tickmark::catalogue::TESTS;

fn stories() -> impl Iterator<Item = &'static Story> {
    stories::COVERAGE
        .iter()
        .chain(stories::VOUCHING)
        .chain(stories::TRACING)
        .chain(leavers::LEAVERS)
        .chain(grants::GRANTS)
        .chain(granters::GRANTERS)
        .chain(governance::GOVERNANCE)
}

fn play_all_of(test: &str) {
    for story in stories().filter(|s| s.test == test) {
        play(story);
    }
}

/// Words that no story shows, each with the reason why.
const NOT_SHOWN: &[(&str, &str, &str)] = &[
    ("COV-01", "exception undeclared_scope", "to be told"),
    ("COV-02", "pass rejects_tolerated", "to be told"),
    ("COV-02", "pass rejected", "to be told"),
    ("COV-02", "exception does_not_tie_out", "to be told"),
    ("COV-02", "exception left_out", "to be told"),
    ("VCH-01", "pass state", "to be told"),
    ("VCH-01", "undetermined ambiguous", "to be told"),
    ("VCH-02", "exception unknown_actor", "to be told"),
    ("VCH-02", "not_applicable just_in_time", "to be told"),
    ("TRC-01", "undetermined unresolved_subject", "to be told"),
    ("TRC-01", "not_applicable automatic_identity_management", "to be told"),
    ("TRC-02", "pass already_in_effect", "to be told"),
    ("TRC-02", "exception late", "to be told"),
    ("TRC-02", "exception failed", "to be told"),
    ("TRC-02", "undetermined coverage_gap", "to be told"),
    ("TRC-02", "undetermined unresolved_subject", "to be told"),
    ("TRC-02", "not_applicable superseded", "to be told"),
    ("TRC-02", "not_applicable automatic_identity_management", "to be told"),
    ("DEP-01", "exception failed", "to be told"),
    ("DEP-01", "undetermined unresolved_subject", "to be told"),
    ("DEP-01", "not_applicable already_in_effect", "to be told"),
    ("DEP-01", "not_applicable automatic_identity_management", "to be told"),
    ("DEP-02", "undetermined unresolved_subject", "to be told"),
    ("DEP-02", "not_applicable superseded", "to be told"),
    ("PRV-01", "pass transport", "to be told"),
    ("PRV-01", "pass state", "to be told"),
    ("PRV-01", "pass implied", "to be told"),
    ("PRV-01", "pass redundant", "to be told"),
    ("PRV-01", "undetermined group_not_named", "to be told"),
    ("PRV-01", "undetermined coverage_gap", "to be told"),
    ("PRV-01", "undetermined ambiguous", "to be told"),
    ("PRV-01", "not_applicable platform_internal", "to be told"),
    ("PRV-01", "not_applicable automatic_identity_management", "to be told"),
    ("PRV-01", "not_applicable just_in_time", "to be told"),
];

#[test]
fn every_word_of_every_test_is_shown_by_a_story() {
    let mut shown: BTreeSet<(&str, String)> = stories()
        .flat_map(|s| s.judged.iter().map(move |line| (s.test, *line)))
        .chain(deliveries::shown())
        .filter_map(|(test, line)| Some((test, line.split_once(": ")?.1.to_owned())))
        .collect();
    shown.extend(NOT_SHOWN.iter().map(|(test, word, _)| (*test, (*word).to_owned())));
    let mut missing = Vec::new();
    for test in TESTS {
        for word in test.words {
            let line = format!("{} {}", word.verdict.as_str(), word.word);
            if !shown.contains(&(test.id, line.clone())) {
                missing.push(format!("{}: {line}", test.id));
            }
        }
    }
    assert!(missing.is_empty(), "no story shows\n{}", missing.join("\n"));
}

macro_rules! plays {
    ($($name:ident: $test:literal,)*) => {
        $(#[test]
        fn $name() {
            play_all_of($test);
        })*

        #[test]
        fn every_story_is_played() {
            // What COV-03 judges is no log but how its files change: its deliveries are played by tests of their own.
            let played = BTreeSet::from([$($test,)* "COV-03"]);
            assert_eq!(played, TESTS.iter().map(|t| t.id).collect::<BTreeSet<_>>());
        }
    };
}

plays! {
    cov_01_hours_are_covered_or_holes: "COV-01",
    cov_02_every_record_is_accounted_for: "COV-02",
    vch_01_effects_have_an_authority: "VCH-01",
    vch_02_changes_come_by_the_approved_door: "VCH-02",
    trc_01_granted_access_arrives: "TRC-01",
    trc_02_removed_access_goes: "TRC-02",
    trc_03_failures_are_resolved: "TRC-03",
    dep_01_leavers_lose_access: "DEP-01",
    dep_02_leavers_do_nothing_more: "DEP-02",
    prv_01_administrators_are_authorised: "PRV-01",
    prv_02_the_roster_is_reviewed: "PRV-02",
    prv_03_access_is_given_to_groups: "PRV-03",
    prv_04_broad_privileges_are_controlled: "PRV-04",
    prv_05_changes_of_ownership_are_authorised: "PRV-05",
    prv_06_service_principals_are_governed: "PRV-06",
    sod_01_nobody_grants_to_themselves: "SOD-01",
    sod_02_conflicting_duties_are_apart: "SOD-02",
    ano_01_bursts_are_explained: "ANO-01",
}
