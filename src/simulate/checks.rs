//! Checks of the whole output, read back from the files as a stranger would read it.

mod output;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use super::calendar::{Log, Scope, after, at, is_lost};
use super::{Delivery, Plan, Provider, SimulateError, write};
use output::{Output, contents, hour, millis, text, time_of};

/// Seeds and sizes that every check runs over: the smallest, the sample and a larger one.
const PLANS: [(u64, u32, u32); 4] = [(1, 12, 21), (7, 24, 31), (8, 24, 31), (3, 90, 40)];

/// Providers and deliveries that the checks run over beside the usual ones.
const OTHERS: [(Provider, Delivery); 4] = [
    (Provider::Entra, Delivery::Azure),
    (Provider::Ping, Delivery::System),
    (Provider::Entra, Delivery::System),
    (Provider::Ping, Delivery::Azure),
];

const SITUATIONS: [&str; 83] = [
    "approved_elevation",
    "assigned_through_group",
    "broad_grants",
    "capitals",
    "clean_joiner",
    "clean_leaver",
    "clean_mover",
    "coincident_grant",
    "connector_grant",
    "console_grant",
    "created_automatically",
    "decided_twice",
    "deleted_and_recreated",
    "domain_alias",
    "effect_before_cause",
    "emergency_access",
    "equal_times",
    "failed_account_push_repaired",
    "failed_membership_push_repaired",
    "failed_push_unrepaired",
    "failed_sign_ins",
    "failed_then_retried",
    "fan_out",
    "first_sign_in",
    "full_resync",
    "granted_before_decided",
    "group_deleted",
    "group_renamed",
    "guest",
    "id_known_by_sign_on",
    "implied_removal",
    "late_beyond_sla",
    "late_leaver",
    "left_and_back",
    "login_differs",
    "login_renamed",
    "mapping_removed",
    "namesake",
    "nested_by_hand",
    "nested_group",
    "never_assigned",
    "not_pushed",
    "one_decision_two_effects",
    "other_application",
    "outage_account",
    "outage_provider",
    "outage_workspace",
    "outsider_leaves",
    "pipeline_group",
    "platform_principal",
    "push_never_arrived",
    "pushed_again",
    "reactivated_by_hand",
    "redelivered_files",
    "redundant_revoke",
    "refused_attempt",
    "refused_decision",
    "regrant_after_reversal",
    "rehired",
    "resync_after_hole",
    "reversal_in_flight",
    "reversal_not_carried_out",
    "review_not_carried_out",
    "same_name_elsewhere",
    "service_principal",
    "several_at_once",
    "skipped_push",
    "stale_membership",
    "stale_push",
    "still_open",
    "stolen_token",
    "taken_back",
    "transport_only",
    "two_applications",
    "unassigned_only",
    "unauthorised_admin",
    "unknown_outcome",
    "unnamed_failure",
    "unresolved_subject",
    "visitors",
    "workspace_admin",
    "workspace_assignment",
    "workspace_twins",
];

/// Situations of one provider alone, and those that one cannot have.
const ONLY_ENTRA: [&str; 3] = ["assigned_through_group", "guest", "nested_group"];
const ONLY_PING: [&str; 1] = ["id_known_by_sign_on"];
const ONLY_OKTA: [&str; 1] = ["unnamed_failure"];
const NOT_PING: [&str; 8] = [
    "login_differs",
    "mapping_removed",
    "never_assigned",
    "other_application",
    "skipped_push",
    "transport_only",
    "two_applications",
    "unassigned_only",
];

/// The verbs of Databricks actions that vouching judges.
const CHANGES: [(&str, &str); 11] = [
    ("add", "user.create"),
    ("activateUser", "user.activate"),
    ("deactivateUser", "user.deactivate"),
    ("delete", "user.delete"),
    ("addPrincipalToGroup", "member.add"),
    ("addPrincipalsToGroup", "member.add"),
    ("removePrincipalFromGroup", "member.remove"),
    ("createGroup", "group.create"),
    ("removeGroup", "group.delete"),
    ("setAccountAdmin", "admin.grant"),
    ("removeAccountAdmin", "admin.revoke"),
];

/// The verbs of the decisions that tracing judges, by what each provider calls them.
const DECISIONS: [(&str, &str); 24] = [
    ("group.user_membership.add", "member.add"),
    ("group.user_membership.remove", "member.remove"),
    ("application.user_membership.add", "app.assign"),
    ("application.user_membership.remove", "app.unassign"),
    ("user.lifecycle.deactivate", "user.deactivate"),
    ("user.lifecycle.reactivate", "user.activate"),
    ("user.lifecycle.delete.initiated", "user.delete"),
    ("group.lifecycle.delete", "group.delete"),
    ("application.provision.group_push.mapping.deactivate_mapping", "push.remove"),
    ("Add member to group", "member.add"),
    ("Remove member from group", "member.remove"),
    ("Add app role assignment grant to user", "app.assign"),
    ("Remove app role assignment from user", "app.unassign"),
    ("Disable account", "user.deactivate"),
    ("Enable account", "user.activate"),
    ("Delete user", "user.delete"),
    ("Delete group", "group.delete"),
    ("Remove app role assignment from group", "push.remove"),
    ("USER.CREATED", "user.create"),
    ("USER.DELETED", "user.delete"),
    ("MEMBER_OF_GROUP.CREATED", "member.add"),
    ("MEMBER_OF_GROUP.DELETED", "member.remove"),
    ("GROUP.DELETED", "group.delete"),
    ("USER.UPDATED", "user.update"),
];

/// One output of each plan, for all checks.
static OUTPUTS: LazyLock<Vec<Output>> = LazyLock::new(|| {
    let usual = PLANS.into_iter().map(|(seed, people, days)| Plan::new(seed, people, days).unwrap());
    let others = OTHERS.map(|(provider, delivery)| Plan::new(5, 14, 22).unwrap().by(provider, delivery));
    usual.chain(others).map(Output::of).collect()
});

fn distinct<'a>(records: &'a [Value], id: &str) -> BTreeMap<&'a str, &'a Value> {
    records.iter().map(|record| (text(record, id), record)).collect()
}

fn verb_of(vocabulary: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    vocabulary.iter().find(|(name, _)| *name == word).map(|(_, verb)| *verb)
}

/// The situations of a provider, in order.
fn situations(provider: Provider) -> Vec<&'static str> {
    let is_there = |situation: &&&str| match provider {
        Provider::Okta => ![&ONLY_ENTRA[..], &ONLY_PING].concat().contains(situation),
        Provider::Entra => ![&ONLY_OKTA[..], &ONLY_PING].concat().contains(situation),
        Provider::Ping => ![&ONLY_ENTRA[..], &ONLY_OKTA, &NOT_PING].concat().contains(situation),
    };
    SITUATIONS.iter().filter(is_there).copied().collect()
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_gives_others() {
    let [_, first, other, ..] = OUTPUTS.as_slice() else { panic!("one output a plan") };
    assert!(first.files == Output::of(first.plan).files, "two runs of one plan differ");
    let labels = "truth/vouching.csv";
    assert!(first.files[labels] != other.files[labels], "two seeds give the same labels");
}

#[test]
fn every_situation_is_described_and_labelled() {
    for output in OUTPUTS.iter() {
        let described: Vec<String> =
            output.truth("situations.csv").into_iter().map(|row| row["situation"].clone()).collect();
        let expected = situations(output.plan.provider);
        assert_eq!(described, expected, "{:?}", output.plan);
        let labelled: BTreeSet<String> = ["vouching.csv", "tracing.csv", "items.csv"]
            .iter()
            .flat_map(|name| output.truth(name))
            .map(|row| row["situation"].clone())
            .collect();
        // What was not done is no item, a repeated delivery is no label, and not every test has labels.
        let unlabelled =
            "broad_grants redelivered_files refused_attempt review_not_carried_out unknown_outcome visitors";
        let expected: BTreeSet<String> =
            expected.into_iter().filter(|s| unlabelled.split(' ').all(|u| u != *s)).map(str::to_owned).collect();
        assert_eq!(labelled, expected, "{:?}", output.plan);
    }
}

#[test]
fn every_hour_of_every_log_holds_a_record_unless_it_was_lost() {
    for output in OUTPUTS.iter() {
        let sources = output.plan.provider.sources().iter().map(|source| (Log::Provider, *source));
        for (log, source) in sources.chain(Scope::ALL.map(|scope| (Log::Databricks(scope), "databricks"))) {
            let seen = output.hours(log, source);
            for number in 0..output.plan.days * 24 {
                let time = after(at(0, 0, 0), number * 3_600);
                let is_seen = seen.contains(&hour(time.timestamp_millis()));
                assert_eq!(is_seen, !is_lost(log, time), "{log:?} {time} {:?}", output.plan);
            }
        }
    }
}

#[test]
fn records_with_the_same_id_are_the_same_record_and_are_counted() {
    for output in OUTPUTS.iter() {
        let of_source = |source: &str| -> Vec<Value> {
            output.provider.iter().filter(|entry| entry["source"] == source).cloned().collect()
        };
        for row in output.truth("counts.csv") {
            let (records, id) = match row["source"].as_str() {
                "databricks" => (output.databricks.clone(), "/requestId"),
                source => (of_source(source), "/id"),
            };
            let by_id = distinct(&records, id);
            assert!(!by_id.contains_key(""));
            let same = |a: &Value, b: &Value| a["time"] == b["time"] && a["type"] == b["type"];
            assert!(records.iter().all(|record| same(by_id[text(record, id)], record)));
            let number = |column: &str| row[column].parse::<usize>().unwrap();
            assert_eq!(number("records"), records.len());
            assert_eq!(number("accepted"), by_id.len());
            assert_eq!(number("duplicate"), records.len() - by_id.len());
            assert!(number("duplicate") > 0);
        }
        let is_record = |name: &&String| ["truth/", "registers/"].iter().all(|folder| !name.starts_with(folder));
        let delivered = output.files.keys().filter(|name| name.contains('/')).filter(is_record).count();
        let counted: usize = output.truth("counts.csv").iter().map(|row| row["files"].parse::<usize>().unwrap()).sum();
        assert_eq!(delivered, counted, "{:?}", output.plan);
    }
}

#[test]
fn every_successful_change_is_vouched_once() {
    for output in OUTPUTS.iter() {
        let mut changes = Vec::new();
        for (id, row) in distinct(&output.databricks, "/requestId") {
            let is_second_row = row["requestParams"]["targetUserId"] == "";
            let is_done = row["serviceName"] == "accounts" && row["response"]["statusCode"] == 200 && !is_second_row;
            let Some(verb) = verb_of(&CHANGES, text(row, "/actionName")).filter(|_| is_done) else { continue };
            let is_admin = row["requestParams"]["targetGroupName"] == "admins";
            let members = text(row, "/requestParams/targetUserId").split(',').count();
            let verb = if is_admin { "admin.grant" } else { verb };
            let change = (id.to_owned(), verb.to_owned(), row["workspaceId"].to_string());
            changes.extend(std::iter::repeat_n(change, members));
        }
        let scope = |label: &str| if label == "account" { "0".to_owned() } else { label.to_owned() };
        let labels = output.truth("vouching.csv");
        let labelled =
            labels.iter().map(|row| (row["effect_request_id"].clone(), row["verb"].clone(), scope(&row["scope"])));
        assert_eq!(changes, labelled.collect::<Vec<_>>(), "{:?}", output.plan);
    }
}

#[test]
fn every_decision_is_traced_once() {
    for output in OUTPUTS.iter() {
        let distinct = distinct(&output.provider, "/id");
        let decisions: BTreeMap<String, &str> = distinct
            .into_iter()
            .filter_map(|(id, entry)| Some((id.to_owned(), (verb_of(&DECISIONS, text(entry, "/type"))?, entry))))
            .filter(|(_, (_, entry))| is_decision(output.plan.provider, entry))
            .map(|(id, (verb, _))| (id, verb))
            .collect();
        let labels = output.truth("tracing.csv");
        let labelled: BTreeMap<String, &str> =
            labels.iter().map(|row| (row["authority_native_id"].clone(), row["verb"].as_str())).collect();
        assert_eq!(labels.len(), labelled.len());
        let is_switch = |verb: &str| matches!(verb, "user.activate" | "user.deactivate");
        for (id, verb) in &decisions {
            let label = labelled.get(id).copied().unwrap_or("none");
            assert!(label == *verb || (*verb == "user.update" && is_switch(label)), "{verb} {label} {:?}", output.plan);
        }
        assert_eq!(labelled.len(), decisions.len(), "{:?}", output.plan);
    }
}

/// Taking one of two applications decides nothing, nor does what was refused; of PingOne's updates only a switch does.
fn is_decision(provider: Provider, entry: &Value) -> bool {
    let is_refused = ["/outcome/result", "/result", "/result/status"]
        .iter()
        .any(|pointer| text(&entry["record"], pointer).to_lowercase().starts_with("fail"));
    let is_update = provider == Provider::Ping && entry["type"] == "USER.UPDATED";
    !is_refused && (!is_update || entry["record"]["_embedded"]["modifiedAttributes"][0] == "enabled")
}

#[test]
fn a_twin_follows_its_original_within_five_seconds() {
    for output in OUTPUTS.iter() {
        // Azure cuts a twin's milliseconds off.
        let earliest = if output.plan.delivery == Delivery::Azure { -999 } else { 0 };
        let rows = distinct(&output.databricks, "/requestId");
        let same = |a: &Value, b: &Value| {
            ["/actionName", "/userIdentity/email", "/requestParams/targetUserName", "/requestParams/targetGroupName"]
                .iter()
                .all(|pointer| text(a, pointer) == text(b, pointer))
        };
        for label in output.truth("vouching.csv").iter().filter(|row| row["situation"] == "workspace_twins") {
            let twin = rows[label["effect_request_id"].as_str()];
            let is_original = |row: &&Value| {
                row["workspaceId"] == 0 && same(row, twin) && (earliest..=5_000).contains(&(millis(twin) - millis(row)))
            };
            assert_eq!(rows.values().copied().filter(is_original).count(), 1, "{label:?}");
        }
    }
}

#[test]
fn only_the_late_leaver_uses_databricks_after_leaving() {
    for output in OUTPUTS.iter() {
        let events = distinct(&output.provider, "/id");
        for label in output
            .truth("tracing.csv")
            .iter()
            .filter(|row| ["user.deactivate", "user.delete"].contains(&row["verb"].as_str()))
        {
            let left = time_of(events[label["authority_native_id"].as_str()]);
            let is_later_use = |row: &&Value| row["userIdentity"]["email"] == label["subject"] && millis(row) > left;
            let is_used = output.databricks.iter().any(|row| is_later_use(&row));
            assert_eq!(is_used, label["situation"] == "late_leaver", "{label:?}");
        }
    }
}

#[test]
fn every_address_is_fictional() {
    for output in OUTPUTS.iter() {
        for record in output.provider.iter().chain(&output.databricks) {
            let record = record.to_string().to_lowercase();
            for domain in record.split('@').skip(1) {
                let domain = domain.split(['"', '\\']).next().unwrap();
                // Okta's own name for itself, and an annotation of Graph's, are the same in every organisation.
                let is_known = ["okta.com", "odata.type"].contains(&domain);
                assert!(is_known || domain == "example.com" || domain.ends_with(".example.com"), "{domain}");
            }
        }
    }
}

#[test]
fn a_folder_in_use_and_an_impossible_plan_are_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mine.txt"), "keep").unwrap();
    let plan = Plan::new(1, 12, 21).unwrap();
    assert!(matches!(write(&plan, folder.path()), Err(SimulateError::NotEmpty(_))));
    assert_eq!(contents(folder.path(), folder.path()).len(), 1);

    for (people, days) in [(11, 21), (1001, 21), (12, 20), (12, 367)] {
        assert!(matches!(Plan::new(1, people, days), Err(SimulateError::Plan { .. })), "{people} {days}");
    }
    let by_hand = Plan { days: 0, ..plan };
    let empty = TempDir::new().unwrap();
    assert!(matches!(write(&by_hand, empty.path()), Err(SimulateError::Plan { .. })));
}

#[test]
fn the_sample_stays_small() {
    let sizes: Vec<usize> = OUTPUTS[1].files.values().map(Vec::len).collect();
    assert!(sizes.iter().all(|size| *size <= 64 * 1024));
    assert!(sizes.iter().sum::<usize>() <= 900 * 1024);
}
