//! Azure records and rows of the system table: what is one event becomes one, and nothing else is swallowed.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::lake::DUPLICATES;

/// Adding a principal to a group within one second, as the diagnostic settings deliver it.
fn coarse(id: &str, who: &str, status: u16) -> String {
    let params = json!({"targetUserName": who, "targetGroupName": "local", "endpoint": "scim"}).to_string();
    json!({
        "resourceId": "/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.DATABRICKS/WORKSPACES/DBX-PROD",
        "operationName": "Microsoft.Databricks/accounts/addPrincipalToGroup", "operationVersion": "1.0.0",
        "category": "accounts", "time": "2026-07-01T08:00:00Z", "identity": json!({"email": "root@example.com"}).to_string(),
        "properties": {
            "logId": id, "serviceName": "accounts", "actionName": "addPrincipalToGroup", "requestId": "r-1",
            "requestParams": params, "response": json!({"statusCode": status}).to_string(),
        },
    })
    .to_string()
        + "\n"
}

/// The same as a row of the system table.
fn fine(id: &str, who: &str, status: u16, millisecond: u16) -> String {
    json!({
        "version": "2.0", "audit_level": "WORKSPACE_LEVEL", "event_time": format!("2026-07-01T08:00:00.{millisecond:03}Z"),
        "event_id": id, "workspace_id": "4150000000000001", "service_name": "accounts",
        "action_name": "addPrincipalToGroup", "request_id": "r-1", "user_identity": {"email": "root@example.com"},
        "request_params": {"targetUserName": who, "targetGroupName": "local", "endpoint": "scim"},
        "response": {"status_code": status},
    })
    .to_string()
        + "\n"
}

/// Whom the events of the lake are about, after files of that content were ingested, each in a run of its own or all in one.
fn told(files: &[&str], is_one_run: bool) -> Vec<String> {
    let place = Place::new();
    for (number, content) in files.iter().enumerate() {
        place.write(&format!("{number}.json"), content);
        if !is_one_run {
            place.ingest_detected(Limits::NORMAL);
        }
    }
    place.ingest_detected(Limits::NORMAL);
    subjects(&place)
}

fn subjects(place: &Place) -> Vec<String> {
    let events = frame(&place.lake(), &EVENTS);
    let column = |name: &str| events.column(name).unwrap().str().unwrap().clone();
    let (targets, outcomes) = (column("target"), column("outcome"));
    let mut all: Vec<String> =
        targets.iter().zip(outcomes.iter()).map(|(who, done)| format!("{} {}", who.unwrap(), done.unwrap())).collect();
    all.sort();
    all
}

#[test]
fn a_bulk_request_loses_none_of_its_changes() {
    let some = coarse("l-a", "ann", 200) + &coarse("l-b", "bob", 200);
    let all = |ids: [&str; 3]| {
        fine(ids[0], "ann", 200, 331) + &fine(ids[1], "bob", 200, 970) + &fine(ids[2], "cyd", 200, 154)
    };
    for ids in [["l-a", "l-b", "l-c"], ["e-a", "e-b", "e-c"], ["same", "same", "same"]] {
        for is_one_run in [false, true] {
            for files in [[&some, &all(ids)], [&all(ids), &some]] {
                let told = told(&files.map(String::as_str), is_one_run);
                assert_eq!(told, ["ann success", "bob success", "cyd success"], "{ids:?} {is_one_run}");
            }
        }
    }
    let other = told(&[&coarse("l-a", "ann", 200), &fine("e-c", "cyd", 200, 519)], true);
    assert_eq!(other, ["ann success", "cyd success"]);
}

#[test]
fn a_refused_attempt_swallows_no_grant() {
    let refused = coarse("l-a", "ann", 403);
    let all = fine("e-a", "ann", 403, 666) + &fine("e-b", "bob", 200, 96) + &fine("e-c", "cyd", 200, 519);
    for files in [[&refused, &all], [&all, &refused]] {
        let told = told(&files.map(String::as_str), true);
        assert_eq!(told, ["ann failure", "bob success", "cyd success"]);
    }
    let granted = fine("l-a", "ann", 200, 1);
    assert_eq!(told(&[&refused, &granted], false), ["ann failure", "ann success"], "whatever the id says");
}

/// All records there are: of each person some coarse ones and some fine ones, all alike.
fn alike(person: usize, is_coarse: bool) -> Vec<String> {
    let who = ["ann", "bob", "cyd"][person];
    let counts = [(2, 3), (3, 1), (1, 1)][person];
    let count = if is_coarse { counts.0 } else { counts.1 };
    let record = |n: u16| {
        if is_coarse { coarse(&format!("l-{n}"), who, 200) } else { fine(&format!("e-{n}"), who, 200, 10 * n) }
    };
    (0..count).map(record).collect()
}

/// For each run the files it finds, each with the records it holds, by number.
fn deliveries() -> impl Strategy<Value = Vec<BTreeMap<u8, Vec<usize>>>> {
    let file = proptest::collection::vec(0usize..11, 0..6);
    let run = proptest::collection::btree_map(0u8..4, file, 0..3);
    proptest::collection::vec(run, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_alike_records_each_takes_one_however_they_come(runs in deliveries(), tight in any::<bool>()) {
        let records: Vec<String> =
            (0..3).flat_map(|person| [true, false].into_iter().flat_map(move |c| alike(person, c))).collect();
        let place = Place::new();
        let limits = if tight { Limits { pending: 1, batch: 1500, ..Limits::NORMAL } } else { Limits::NORMAL };
        let mut files: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
        for run in runs.into_iter().chain([BTreeMap::from([(9, (0..records.len()).collect())])]) {
            for (file, more) in run {
                let all = files.entry(file).or_default();
                all.extend(more);
                place.write(&format!("{file}.json"), all.iter().map(|at| records[*at].as_str()).collect::<String>());
            }
            if !files.is_empty() {
                place.ingest_detected(limits);
            }
        }
        let expected = [["ann success"; 3].as_slice(), &["bob success"; 3], &["cyd success"]].concat();
        prop_assert_eq!(subjects(&place), expected);
        let of = sorted(&place.lake(), &DUPLICATES, &["event_id"]);
        let events = frame(&place.lake(), &EVENTS);
        let ids: Vec<&str> = events.column("event_id").unwrap().str().unwrap().iter().flatten().collect();
        prop_assert!(of.column("event_id").unwrap().str().unwrap().iter().flatten().all(|id| ids.contains(&id)));
    }
}

/// Adding a member to a group, as the directory's log has it.
fn audit(id: &str, time: &str) -> String {
    json!({
        "id": id, "category": "GroupManagement", "correlationId": id, "result": "success",
        "activityDisplayName": "Add member to group", "activityDateTime": time, "loggedByService": "Core Directory",
        "operationType": "Assign", "initiatedBy": {"user": {"id": "adm", "userPrincipalName": "adm@example.com"}},
        "targetResources": [
            {"id": "u-1", "type": "User", "userPrincipalName": format!("{id}@example.com"),
             "modifiedProperties": [{"displayName": "Group.DisplayName", "oldValue": null, "newValue": "\"DBX\""}]},
            {"id": "g1", "type": "Group"},
        ],
    })
    .to_string()
        + "\n"
}

#[test]
fn a_time_spelt_to_other_digits_makes_no_other_event() {
    let exact = audit("a", "2026-07-01T10:00:00.1234567Z") + &audit("b", "2026-07-01T10:00:00.05Z");
    let rounded = audit("b", "2026-07-01T10:00:00Z") + &audit("a", "2026-07-01T10:00:00Z");
    for is_one_run in [true, false] {
        for files in [[&*exact, &*rounded], [&*rounded, &*exact]] {
            assert_eq!(told(&files, is_one_run), ["DBX success"; 2], "{is_one_run}");
        }
    }
    let other = audit("a", "2026-07-01T10:00:01Z");
    assert_eq!(told(&[&exact, &other], false).len(), 3, "a second later is another event");
}
