//! Records that bear on one thing more than once: each time is an item of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::logs::instant;
use super::stage::{Ground, config, outcome, ties_out};

const OTHERS: (&str, &str) = ("", "\n[[source]]\nid = \"generic\"\npaths = [\"generic.json\"]\n");
const PRODUCTION: (&str, &str) = ("", "\n[environments]\nproduction = [\"account\"]\n");

/// A list of changes that one record says on each plane, done and refused.
fn told(changes: &[Value]) -> String {
    let record = |plane: &str, outcome: &str, at: &str| {
        let time = instant(at).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let record = json!({
            "tickmark": 1, "time": time, "type": format!("{plane}.{outcome}"), "plane": plane, "outcome": outcome,
            "actor": "root@example.com", "scope": "account", "app": "Databricks", "changes": changes,
        });
        record.to_string()
    };
    let planes = [("authority", "01 09:00"), ("transport", "01 09:01"), ("effect", "01 09:02")];
    let both = planes.iter().flat_map(|(plane, at)| ["success", "failure"].map(|outcome| record(plane, outcome, at)));
    both.collect::<Vec<_>>().join("\n")
}

fn change(verb: &str, more: &Value) -> Value {
    let mut change = json!({"verb": verb, "subject": "bob@example.com", "subject_kind": "user"});
    for (key, value) in more.as_object().expect("an object") {
        change[key] = value.clone();
    }
    change
}

/// Verbs in turn, twice over.
fn in_turn(verbs: &[&str], more: &Value) -> Vec<Value> {
    verbs.iter().chain(verbs).map(|verb| change(verb, more)).collect()
}

fn family(name: &str) -> Vec<Value> {
    let group = json!({"subject": "data", "subject_kind": "group"});
    let on = json!({"securable": "catalog:main", "privilege": "MANAGE"});
    let revoked = json!({"securable": "cluster:7", "privilege": "CAN_MANAGE", "direction": "revoke"});
    match name {
        "accounts" => in_turn(&["user.create", "user.deactivate", "user.activate", "user.delete"], &json!({})),
        "updates" => {
            let update = |id: &str| change("user.update", &json!({"subject_external_id": id}));
            vec![update("1"), update("2"), change("user.deactivate", &json!({})), update("1")]
        }
        "groups" => in_turn(&["group.create", "group.update", "group.delete"], &group),
        "members" => in_turn(&["member.add", "member.remove"], &json!({"entitlement": "data"})),
        "applications" => in_turn(&["app.assign", "app.unassign"], &json!({})),
        "roles" => in_turn(&["admin.grant", "admin.revoke"], &json!({"entitlement": "account_admin"})),
        "privileges" => in_turn(&["priv.grant", "priv.revoke"], &on),
        "permissions" => {
            let granted = json!({"securable": "cluster:7", "privilege": "CAN_MANAGE"});
            [change("acl.change", &granted), change("acl.change", &revoked), change("acl.change", &granted)].into()
        }
        "owners" => {
            let owner = |who: &str| change("owner.change", &json!({"subject": who, "securable": "metastore:m1"}));
            let revoke = change("priv.revoke", &on);
            vec![owner("bob@example.com"), owner("eve@example.com"), revoke, owner("bob@example.com")]
        }
        other => unreachable!("{other}"),
    }
}

/// Every test judges the record, and no two of its items have one id.
#[track_caller]
fn each_is_an_item(name: &str, test: &str, count: usize) {
    let ground = Ground::new(&config(&[OTHERS, PRODUCTION], ""), |logs| {
        logs.files.push(("generic.json", told(&family(name))));
    });
    let outcomes = ground.outcomes().0;
    outcomes.iter().for_each(ties_out);
    let events: Vec<&String> =
        outcome(&outcomes, test).items.iter().filter_map(|item| item.event_ids.first()).collect();
    assert_eq!(events.len(), count, "{name}: {test}");
    assert!(BTreeSet::from_iter(&events).len() < count, "{name}: {test}");
}

#[test]
fn a_record_may_say_the_same_of_one_key_again_and_again() {
    for (name, test, count) in [
        ("accounts", "VCH-01", 8),
        ("updates", "VCH-03", 6),
        ("groups", "CHG-01", 2),
        ("members", "TRC-02", 2),
        ("applications", "TRC-01", 2),
        ("roles", "PRV-01", 2),
        ("privileges", "PRV-04", 2),
        ("permissions", "PRV-03", 2),
        ("owners", "PRV-05", 3),
    ] {
        each_is_an_item(name, test, count);
    }
}
