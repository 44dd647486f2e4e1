//! Stories of people who were let into a workspace and never seen there: a hole in its log is a hole in theirs.

use serde_json::{Value, json};

use super::credentials::{DAY, knows, ms};
use super::logs::{Door, Logs};
use super::stage::Story;

const ONE: &str = "4150000000000001";
const BY: Door = Door { endpoint: "", ..Door::HUMAN };
const TWO_DAYS_IDLE: (&str, &str) = ("", "\n[test.\"ACC-02\"]\ninactivity = \"2d\"\n");

/// Every log speaks in every hour, save that of the workspace in the morning of the second.
pub(super) fn silent_workspace(logs: &mut Logs) {
    for (day, hour) in ["06-29", "06-30", "01", "02", "03"].iter().flat_map(|day| (0..24).map(move |hour| (day, hour)))
    {
        logs.signs_in(&format!("{day} {hour:02}:50"), "account", "nobody@example.com");
        if *day != "02" || !(6..9).contains(&hour) {
            logs.signs_in(&format!("{day} {hour:02}:50"), ONE, "nobody@example.com");
        }
        logs.okta_beats(&format!("{day} {hour:02}:40"));
    }
}

fn admits(logs: &mut Logs, id: &str, workspace: &str) {
    let params = json!({"principal_id": id, "account_id": "acc0", "workspace_id": workspace});
    logs.act("06-29 10:00", "account", BY, "workspace", "addPermissionAssignment", params, 200, Value::Null);
}

/// Whoever leaves here was let in before, each by another record.
fn let_in(logs: &mut Logs) {
    for (who, id) in [
        ("alice", "7001"),
        ("bob", "7002"),
        ("carol", "7003"),
        ("dave", "7004"),
        ("erin", "7005"),
        ("frank", "7006"),
        ("grace", "7007"),
    ] {
        knows(logs, who, id);
    }
    admits(logs, "7002", ONE);
    let set = json!({"principal_id": "7003", "permissions": "[\"USER\"]", "workspace_id": ONE});
    logs.act("06-29 10:01", ONE, BY, "workspace", "updatePermissionAssignment", set, 200, Value::Null);
    let set = json!({"shardName": "s", "targetUserId": "7004", "resourceId": ONE, "aclPermissionSet": "USER"});
    logs.act("06-29 10:02", ONE, BY, "accounts", "changeDatabricksWorkspaceAcl", set, 200, Value::Null);
    // By a group in a group.
    for (title, id) in [("engineers", "8001"), ("everybody", "8002")] {
        let names = [("targetGroupName", title), ("targetGroupId", id)];
        logs.row("06-29 09:30", "account", Door::CONNECTOR, "createGroup", &names);
    }
    logs.member("06-29 09:31", Door::CONNECTOR, "addPrincipalToGroup", "erin", "engineers");
    let nested = [("targetGroupName", "everybody"), ("targetGroupId", "8002"), ("targetUserId", "8001")];
    logs.row("06-29 09:32", "account", Door::CONNECTOR, "addPrincipalToGroup", &nested);
    admits(logs, "8002", ONE);
    // Into a workspace of which no log is at hand.
    admits(logs, "7006", "4150000000000007");
    // An attempt that was refused lets nobody in.
    let params = json!({"principal_id": "7007", "account_id": "acc0", "workspace_id": ONE});
    logs.act("06-29 10:00", "account", BY, "workspace", "addPermissionAssignment", params, 403, Value::Null);
}

const LEAVERS: [&str; 7] = ["alice", "bob", "carol", "dave", "erin", "frank", "grace"];

pub(super) const ADMISSIONS: &[Story] = &[
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            silent_workspace(logs);
            let_in(logs);
            for who in LEAVERS {
                logs.lifecycle("02 05:00", "deactivate", who);
                logs.user("02 10:00", "deactivateUser", who);
            }
        },
        judged: &[
            "user.deactivate alice account: pass no_activity",
            "user.deactivate bob account: undetermined coverage_gap",
            "user.deactivate carol account: undetermined coverage_gap",
            "user.deactivate dave account: undetermined coverage_gap",
            "user.deactivate erin account: undetermined coverage_gap",
            "user.deactivate frank account: undetermined coverage_gap",
            "user.deactivate grace account: pass no_activity",
        ],
    },
    // A workspace that is not under audit need not be watched.
    Story {
        test: "DEP-02",
        but: &[("", "\n[workspaces]\nout_of_scope = [\"4150000000000007\"]\n")],
        tell: |logs| {
            silent_workspace(logs);
            let_in(logs);
            logs.lifecycle("02 05:00", "deactivate", "frank");
            logs.user("02 10:00", "deactivateUser", "frank");
        },
        judged: &["user.deactivate frank account: pass no_activity"],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            silent_workspace(logs);
            let_in(logs);
            for (who, id, hash) in [("alice", "7001", "aa01"), ("bob", "7002", "bb01")] {
                let expires = (ms("01 00:00") + 30 * DAY).to_string();
                let made = json!({"userId": id, "tokenExpirationTime": expires, "tokenHash": hash});
                logs.act("06-29 11:00", "account", BY, "accounts", "generateDbToken", made, 200, Value::Null);
                logs.lifecycle("02 05:00", "deactivate", who);
                logs.user("02 10:00", "deactivateUser", who);
            }
        },
        judged: &[
            "user.deactivate alice aa01: pass principal_inactive",
            "user.deactivate bob bb01: undetermined coverage_gap",
        ],
    },
    Story {
        test: "ACC-02",
        but: &[TWO_DAYS_IDLE],
        tell: |logs| {
            silent_workspace(logs);
            let_in(logs);
        },
        judged: &[
            "alice account: exception dormant",
            "bob account: undetermined coverage_gap",
            "carol account: undetermined coverage_gap",
            "dave account: undetermined coverage_gap",
            "erin account: undetermined coverage_gap",
            "frank account: undetermined coverage_gap",
            "grace account: exception dormant",
            "nobody account: pass in_use",
            "root account: undetermined coverage_gap",
            "scim-connector account: undetermined no_opening_state",
        ],
    },
];
