//! Stories of acts whose record does not say how they went, or names another than who did them.

use serde_json::{Value, json};

use super::credentials::{DAY, knows, makes, ms, uses, watched};
use super::logs::{Door, Logs, instant};
use super::stage::Story;
use super::unsaid::unsaid;

const ONE: &str = "4150000000000001";

/// A row of the system table, of somebody who had assumed the identity of a group.
fn behind(at: &str, person: &str, group: &str, service: &str, action: &str, params: &Value) -> String {
    json!({
        "version": "2.0", "audit_level": "ACCOUNT_LEVEL", "workspace_id": "0",
        "account_id": "00000000-0000-4000-8000-00000000acc0",
        "event_time": instant(at).format("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "event_date": instant(at).format("%Y-%m-%d").to_string(),
        "source_ip_address": "192.0.2.44", "user_agent": "x", "session_id": null,
        "user_identity": {"email": group, "subject_name": null},
        "service_name": service, "action_name": action, "request_id": format!("req-{at}-{person}"),
        "request_params": params,
        "response": {"status_code": 200, "error_message": null, "result": null},
        "event_id": format!("{:032x}", instant(at).timestamp()),
        "identity_metadata": {"run_by": person, "run_as": group, "acting_resource": null},
    })
    .to_string()
}

fn submits(logs: &mut Logs, at: &str, who: &'static str) {
    let door = Door { actor: who, endpoint: "", ..Door::HUMAN };
    logs.act(at, ONE, door, "databrickssql", "commandSubmit", json!({"warehouseId": "1"}), 200, Value::Null);
}

fn redacted(logs: &mut Logs, at: &str, actor: &'static str, action: &str, params: &[(&str, &str)]) {
    logs.row(at, "account", Door { actor, ..Door::HUMAN }, action, params);
}

const HIDDEN: &str = "__REDACTED__";

pub(super) const ASSUMED: &[Story] = &[
    // A null status is unknown, not failure: it proves no act, and not that there was none.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            watched(logs);
            for (who, id) in [("alice", "7001"), ("bob", "7002"), ("carol", "7003"), ("dave", "7004")] {
                knows(logs, who, id);
                logs.lifecycle("02 05:00", "deactivate", who);
                logs.user("02 10:00", "deactivateUser", who);
            }
            submits(logs, "03 09:00", "alice@example.com");
            unsaid(logs);
            // One that succeeded beside it.
            submits(logs, "03 09:00", "bob@example.com");
            unsaid(logs);
            submits(logs, "03 09:01", "bob@example.com");
            // Before the end.
            submits(logs, "02 09:00", "carol@example.com");
            unsaid(logs);
            logs.files.push((
                "databricks_system.json",
                behind("03 09:00", "Dave@example.com", "admins-of-data", "unityCatalog", "getTable", &json!({})),
            ));
        },
        judged: &[
            "user.deactivate alice account: undetermined outcome_not_stated",
            "user.deactivate bob account: exception activity_after_end",
            "user.deactivate carol account: pass no_activity",
            "user.deactivate dave account: exception activity_after_end",
        ],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            watched(logs);
            for (who, id, hash) in [("alice", "7001", "aa01"), ("bob", "7002", "bb01"), ("carol", "7003", "cc01")] {
                knows(logs, who, id);
                makes(logs, "06-29 01:00", id, hash, json!((ms("01 00:00") + 30 * DAY).to_string()));
                logs.lifecycle("02 05:00", "deactivate", who);
                if who != "carol" {
                    logs.user("02 10:00", "deactivateUser", who);
                }
            }
            uses(logs, "02 12:00", "alice@example.com", "aa01");
            unsaid(logs);
            uses(logs, "02 12:00", "bob@example.com", "bb01");
            uses(logs, "02 12:00", "carol@example.com", "cc01");
            unsaid(logs);
        },
        judged: &[
            "user.deactivate alice aa01: undetermined outcome_not_stated",
            "user.deactivate bob bb01: exception used_after_end",
            "user.deactivate carol cc01: exception still_valid",
        ],
    },
    Story {
        test: "ACC-02",
        but: &[("", "\n[test.\"ACC-02\"]\ninactivity = \"1d\"\n")],
        tell: |logs| {
            watched(logs);
            knows(logs, "alice", "7001");
            knows(logs, "bob", "7002");
            submits(logs, "03 09:00", "alice@example.com");
            unsaid(logs);
        },
        judged: &[
            "alice account: undetermined outcome_not_stated",
            "bob account: exception dormant",
            "nobody account: pass in_use",
            "scim-connector account: undetermined no_opening_state",
        ],
    },
    Story {
        test: "SOD-01",
        but: &[],
        tell: |logs| {
            knows(logs, "alice", "7001");
            let own = json!({"targetGroupName": "engineers", "targetUserName": "alice@example.com"});
            let others = json!({"targetGroupName": "engineers", "targetUserName": "bob@example.com"});
            let rows = [
                behind("02 09:00", "alice@example.com", "admins-of-data", "accounts", "addPrincipalToGroup", &own),
                behind("02 09:10", "alice@example.com", "admins-of-data", "accounts", "addPrincipalToGroup", &others),
            ];
            logs.files.push(("databricks_system.json", rows.join("\n")));
        },
        judged: &[
            "member.add alice engineers: exception self_grant",
            "member.add bob engineers: undetermined coverage_gap",
        ],
    },
    // Two whose names were taken out need not be one.
    Story {
        test: "SOD-01",
        but: &[],
        tell: |logs| {
            let member = [("targetGroupName", "engineers"), ("targetUserName", HIDDEN)];
            redacted(logs, "02 09:00", HIDDEN, "addPrincipalToGroup", &member);
            redacted(logs, "02 09:01", "root@example.com", "addPrincipalToGroup", &member);
            let known = [("targetGroupName", "engineers"), ("targetUserName", "bob@example.com")];
            redacted(logs, "02 09:02", HIDDEN, "addPrincipalToGroup", &known);
        },
        judged: &[
            "member.add (nobody named) engineers: undetermined unresolved_subject",
            "member.add (nobody named) engineers: undetermined unresolved_subject",
            "member.add bob engineers: undetermined unresolved_subject",
        ],
    },
    Story {
        test: "PRV-03",
        but: &[],
        tell: |logs| {
            let changes = json!([{"principal": HIDDEN, "add": ["SELECT"]}]).to_string();
            let given = json!({"securable_type": "table", "securable_full_name": "main.a.b", "changes": changes});
            logs.act("02 09:00", "account", Door::HUMAN, "unityCatalog", "updatePermissions", given, 200, Value::Null);
            // Recipients of shares are no users.
            for (at, principal) in [("02 09:01", "partner"), ("02 09:02", "eve@example.com")] {
                let changes = json!([{"principal": principal, "add": ["SELECT"]}]).to_string();
                let given = json!({"name": "share1", "changes": changes});
                let door = Door::HUMAN;
                logs.act(at, "account", door, "unityCatalog", "updateSharePermissions", given, 200, Value::Null);
            }
        },
        judged: &[
            "priv.grant __redacted__ main.a.b: undetermined unresolved_subject",
            "priv.grant eve share1: undetermined window_open",
        ],
    },
    // What no record shows as a group is none, whatever its name looks like.
    Story {
        test: "PRV-05",
        but: &[],
        tell: |logs| {
            logs.row("06-29 09:30", "account", Door::CONNECTOR, "createGroup", &[("targetGroupName", "engineers")]);
            logs.joins("06-29 09:30", "alice", "okta-analysts");
            for (minute, owner) in
                ["engineers", "analysts", "account users", "mystery", "12345", "corp\\jdoe", HIDDEN].iter().enumerate()
            {
                let given = json!({"full_name_arg": format!("main.a.t{minute}"), "owner": owner});
                let at = format!("02 09:{minute:02}");
                logs.act(&at, "account", Door::HUMAN, "unityCatalog", "updateTable", given, 200, Value::Null);
            }
        },
        judged: &[
            "owner.change engineers main.a.t0: pass group_owner",
            "owner.change analysts main.a.t1: pass group_owner",
            "owner.change account users main.a.t2: pass group_owner",
            "owner.change mystery main.a.t3: undetermined unresolved_subject",
            "owner.change 12345 main.a.t4: undetermined unresolved_subject",
            "owner.change corp\\jdoe main.a.t5: undetermined unresolved_subject",
            "owner.change __redacted__ main.a.t6: undetermined unresolved_subject",
        ],
    },
];
