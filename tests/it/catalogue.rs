//! The catalogue end to end: tiny logs of example.com, ingested and judged.

mod accounts;
mod admissions;
mod assumed;
mod attributes;
mod beginnings;
mod changes;
mod credentials;
mod custom;
mod decisions;
mod declared;
mod deliveries;
mod directories;
mod directory;
mod doors;
mod doubts;
mod edges;
mod entra;
mod environments;
mod flapping;
mod governance;
mod granters;
mod grants;
mod hidden;
mod integrity;
mod lacking;
mod leavers;
mod listings;
mod logs;
mod own_values;
mod ping;
mod places;
mod removed;
mod repeats;
mod residue;
mod returns;
mod settings;
mod sign_ins;
mod snapshots;
mod stage;
mod stories;
mod successors;
mod totals;
mod unsaid;
mod updates;
mod versions;
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
        .chain(doors::DOORS)
        .chain(doors::ADMINISTRATORS)
        .chain(decisions::GATES)
        .chain(decisions::DECISIONS)
        .chain(changes::CHANGES)
        .chain(flapping::FLAPPING)
        .chain(listings::LISTINGS)
        .chain(accounts::ACCOUNTS)
        .chain(residue::RESIDUE)
        .chain(settings::SETTINGS)
        .chain(integrity::INTEGRITY)
        .chain(attributes::ATTRIBUTES)
        .chain(grants::GRANTS)
        .chain(granters::GRANTERS)
        .chain(snapshots::SNAPSHOTS)
        .chain(governance::GOVERNANCE)
        .chain(credentials::TOKENS)
        .chain(sign_ins::SIGN_INS)
        .chain(updates::UPDATES)
        .chain(declared::DECLARED)
        .chain(edges::EDGES)
        .chain(unsaid::UNSAID)
        .chain(doubts::DOUBTS)
        .chain(admissions::ADMISSIONS)
        .chain(removed::REMOVED)
        .chain(assumed::ASSUMED)
        .chain(lacking::LACKING)
        .chain(returns::RETURNS)
        .chain(directories::DIRECTORIES)
        .chain(hidden::HIDDEN)
        .chain(successors::SUCCESSORS)
        .chain(directory::DIRECTORY)
        .chain(beginnings::BEGINNINGS)
}

fn play_all_of(test: &str) {
    for story in stories().filter(|s| s.test == test) {
        play(story);
    }
}

#[test]
fn every_word_of_every_test_is_shown_by_a_story() {
    let shown: BTreeSet<(&str, String)> = stories()
        .flat_map(|s| s.judged.iter().map(move |line| (s.test, *line)))
        .chain(deliveries::shown())
        .chain(totals::shown())
        .filter_map(|(test, line)| Some((test, line.split_once(": ")?.1.to_owned())))
        .collect();
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
    cov_04_two_sources_tell_the_same_story: "COV-04",
    cov_05_clocks_agree: "COV-05",
    cov_06_principals_are_resolved: "COV-06",
    cov_07_actions_are_known: "COV-07",
    vch_01_effects_have_an_authority: "VCH-01",
    vch_02_changes_come_by_the_approved_door: "VCH-02",
    vch_03_attributes_agree: "VCH-03",
    atr_01_attributes_are_few_and_alike: "ATR-01",
    trc_01_granted_access_arrives: "TRC-01",
    trc_02_removed_access_goes: "TRC-02",
    trc_03_failures_are_resolved: "TRC-03",
    trc_04_access_does_not_flap: "TRC-04",
    dep_03_nothing_is_left: "DEP-03",
    acc_01_accounts_have_somebody_behind_them: "ACC-01",
    acc_02_accounts_are_in_use: "ACC-02",
    acc_03_outsiders_are_known: "ACC-03",
    sta_01_access_rolls_forward: "STA-01",
    sta_02_transient_access_is_shown: "STA-02",
    dep_01_leavers_lose_access: "DEP-01",
    dep_02_leavers_do_nothing_more: "DEP-02",
    prv_01_administrators_are_authorised: "PRV-01",
    chg_01_group_deletions_are_rehearsed: "CHG-01",
    chg_02_settings_are_changed_with_authority: "CHG-02",
    log_01_logging_is_not_weakened: "LOG-01",
    cld_01_cloud_roles_do_not_drift: "CLD-01",
    prv_02_the_roster_is_reviewed: "PRV-02",
    prv_03_access_is_given_to_groups: "PRV-03",
    prv_04_broad_privileges_are_controlled: "PRV-04",
    prv_05_changes_of_ownership_are_authorised: "PRV-05",
    prv_06_service_principals_are_governed: "PRV-06",
    sod_01_nobody_grants_to_themselves: "SOD-01",
    sod_02_conflicting_duties_are_apart: "SOD-02",
    ano_01_bursts_are_explained: "ANO-01",
    emg_01_emergency_access_is_in_order: "EMG-01",
    crd_01_tokens_live_short: "CRD-01",
    crd_02_tokens_of_leavers_end: "CRD-02",
    crd_03_credentials_are_rotated: "CRD-03",
    aut_01_people_sign_in_through_the_provider: "AUT-01",
    aut_02_failed_sign_ins_are_followed_up: "AUT-02",
}
