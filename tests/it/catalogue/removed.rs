//! Stories of leavers whose account stands, and who were removed from their workspaces instead.

use serde_json::{Value, json};

use super::admissions::silent_workspace;
use super::credentials::{DAY, knows, makes, ms, watched};
use super::logs::{Door, Logs};
use super::stage::Story;
use super::unsaid::unsaid;

const ONE: &str = "4150000000000001";
const TWO: &str = "4150000000000002";
const BY: Door = Door { endpoint: "", ..Door::HUMAN };
const NOT_TWO: (&str, &str) = ("", "\n[workspaces]\nout_of_scope = [\"4150000000000002\"]\n");

/// By an administrator of the account.
fn assignment(logs: &mut Logs, at: &str, what: &str, id: &str, workspace: &str) {
    let params = json!({"principal_id": id, "account_id": "acc0", "workspace_id": workspace});
    logs.act(at, "account", BY, "workspace", &format!("{what}PermissionAssignment"), params, 200, Value::Null);
}

/// By an administrator of the workspace.
fn access(logs: &mut Logs, at: &str, id: &str, workspace: &str, set: &str) {
    let params = json!({"shardName": "s", "targetUserId": id, "resourceId": workspace, "aclPermissionSet": set});
    logs.act(at, workspace, BY, "accounts", "changeDatabricksWorkspaceAcl", params, 200, Value::Null);
}

fn account_admin(logs: &mut Logs, at: &str, action: &str, who: &str) {
    logs.row(at, "account", Door::HUMAN, action, &[("targetUserName", &format!("{who}@example.com"))]);
}

fn group(logs: &mut Logs, title: &str, id: &str) {
    let names = [("targetGroupName", title), ("targetGroupId", id)];
    logs.row("06-29 09:00", "account", Door::CONNECTOR, "createGroup", &names);
}

/// Known from the start, and admitted to a workspace; who is to leave on the first.
fn leaver(logs: &mut Logs, who: &str, id: &str) {
    knows(logs, who, id);
    assignment(logs, "06-29 10:00", "add", id, ONE);
    logs.lifecycle("01 09:00", "deactivate", who);
}

fn loses_one(logs: &mut Logs, id: &str) {
    assignment(logs, "01 10:00", "delete", id, ONE);
}

fn directly(logs: &mut Logs) {
    watched(logs);
    logs.signs_in("06-29 11:00", TWO, "nobody@example.com");
    let two = ["alice", "bob", "carol", "dave", "erin"];
    for (who, id) in two.iter().zip(["7001", "7002", "7003", "7004", "7005"]) {
        leaver(logs, who, id);
        loses_one(logs, id);
        access(logs, "06-29 10:00", id, TWO, "USER");
    }
    access(logs, "01 12:00", "7001", TWO, "");
    access(logs, "02 09:00:01", "7003", TWO, "");
    access(logs, "01 12:00", "7004", TWO, "");
    unsaid(logs);
    // Let in again before the last was lost.
    assignment(logs, "01 11:00", "add", "7005", ONE);
    access(logs, "01 12:00", "7005", TWO, "");
    // Never in any.
    knows(logs, "frank", "7006");
    logs.lifecycle("01 09:00", "deactivate", "frank");
    // Lost the only one long before.
    leaver(logs, "grace", "7007");
    assignment(logs, "06-30 10:00", "delete", "7007", ONE);
    // The same, and was let in again.
    leaver(logs, "henry", "7008");
    assignment(logs, "06-30 10:00", "delete", "7008", ONE);
    assignment(logs, "01 10:00", "add", "7008", ONE);
    // Seen in another, where no record let her in.
    leaver(logs, "ivy", "7009");
    loses_one(logs, "7009");
    logs.signs_in("06-30 11:00", TWO, "ivy@example.com");
    // There before the first record, and so may have been anywhere.
    let name = json!({"targetUserName": "judy@example.com", "resourceId": ONE, "aclPermissionSet": ""});
    logs.lifecycle("01 09:00", "deactivate", "judy");
    logs.act("01 10:00", ONE, BY, "accounts", "changeDatabricksWorkspaceAcl", name, 200, Value::Null);
    logs.signs_in("06-30 11:00", ONE, "judy@example.com");
}

fn by_groups(logs: &mut Logs) {
    watched(logs);
    logs.signs_in("06-29 11:00", TWO, "nobody@example.com");
    let all = ["alice", "bob", "carol", "dave", "erin", "frank", "grace"];
    for (who, id) in all.iter().zip(["7001", "7002", "7003", "7004", "7005", "7006", "7007"]) {
        leaver(logs, who, id);
        loses_one(logs, id);
    }
    for (title, id, workspace) in [("engineers", "8001", TWO), ("analysts", "8002", TWO), ("idle", "8003", "")] {
        group(logs, title, id);
        if !workspace.is_empty() {
            assignment(logs, "06-29 09:10", "add", id, workspace);
        }
    }
    let joins = |logs: &mut Logs, who: &str, title: &str| {
        logs.member("06-29 12:00", Door::CONNECTOR, "addPrincipalToGroup", who, title);
    };
    // Stays in a group that is admitted elsewhere; leaves it; it is admitted no more.
    joins(logs, "alice", "engineers");
    joins(logs, "bob", "engineers");
    logs.signs_in("06-30 11:00", TWO, "bob@example.com");
    logs.member("01 12:00", Door::CONNECTOR, "removePrincipalFromGroup", "bob", "engineers");
    joins(logs, "carol", "analysts");
    assignment(logs, "01 13:00", "delete", "8002", TWO);
    // Stays in a group that was never admitted anywhere; in one that is older than the records.
    joins(logs, "dave", "idle");
    joins(logs, "erin", "veterans");
    // Whether he was put into a group that is admitted, the record does not say.
    joins(logs, "frank", "engineers");
    unsaid(logs);
    // In a group in a group.
    let nested = [("targetGroupName", "engineers"), ("targetGroupId", "8001"), ("targetUserId", "8003")];
    logs.row("01 20:00", "account", Door::CONNECTOR, "addPrincipalToGroup", &nested);
    joins(logs, "grace", "idle");
    assignment(logs, "01 21:00", "delete", "7007", ONE);
}

pub(super) const REMOVED: &[Story] = &[
    Story {
        test: "DEP-01",
        but: &[],
        tell: directly,
        judged: &[
            "user.deactivate alice account: pass matched",
            "user.deactivate bob account: exception missing",
            "user.deactivate carol account: exception late",
            "user.deactivate dave account: undetermined coverage_gap",
            "user.deactivate erin account: exception missing",
            "user.deactivate frank account: exception missing",
            "user.deactivate grace account: not_applicable already_in_effect",
            "user.deactivate henry account: exception missing",
            "user.deactivate ivy account: exception missing",
            "user.deactivate judy account: undetermined coverage_gap",
        ],
    },
    // A workspace that is not under audit is none of them.
    Story {
        test: "DEP-01",
        but: &[NOT_TWO],
        tell: |logs| {
            watched(logs);
            leaver(logs, "alice", "7001");
            loses_one(logs, "7001");
            access(logs, "06-29 10:00", "7001", TWO, "USER");
            logs.signs_in("06-30 11:00", TWO, "alice@example.com");
        },
        judged: &["user.deactivate alice account: pass matched"],
    },
    Story {
        test: "DEP-01",
        but: &[],
        tell: by_groups,
        judged: &[
            "user.deactivate alice account: exception missing",
            "user.deactivate bob account: pass matched",
            "user.deactivate carol account: pass matched",
            "user.deactivate dave account: pass matched",
            "user.deactivate erin account: undetermined coverage_gap",
            "user.deactivate frank account: undetermined coverage_gap",
            "user.deactivate grace account: pass matched",
        ],
    },
    // Everybody at the account is in the group of that name.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            watched(logs);
            logs.signs_in("06-29 11:00", TWO, "nobody@example.com");
            leaver(logs, "alice", "7001");
            loses_one(logs, "7001");
            group(logs, "account users", "8009");
            assignment(logs, "06-29 09:10", "add", "8009", TWO);
        },
        judged: &["user.deactivate alice account: exception missing"],
    },
    // Whoever administers the account reaches every workspace.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            watched(logs);
            for (who, id) in [("alice", "7001"), ("bob", "7002")] {
                leaver(logs, who, id);
                account_admin(logs, "06-29 12:00", "setAccountAdmin", who);
                loses_one(logs, id);
            }
            account_admin(logs, "01 12:00", "removeAccountAdmin", "bob");
        },
        judged: &["user.deactivate alice account: exception missing", "user.deactivate bob account: pass matched"],
    },
    // Another workspace may have been given in a hole, and access used in one after the last was lost.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            over_a_hole(logs);
            // Removed in the hole, perhaps; but not from the other one, where it would be on record.
            logs.signs_in("06-29 11:00", TWO, "nobody@example.com");
            for (who, id) in [("carol", "7003"), ("dave", "7004")] {
                knows(logs, who, id);
                assignment(logs, "06-29 10:00", "add", id, ONE);
                logs.lifecycle("02 05:00", "deactivate", who);
            }
            assignment(logs, "06-29 10:00", "add", "7004", TWO);
        },
        judged: &[
            "user.deactivate alice account: pass matched",
            "user.deactivate bob account: undetermined coverage_gap",
            "user.deactivate carol account: undetermined coverage_gap",
            "user.deactivate dave account: exception missing",
        ],
    },
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            over_a_hole(logs);
            knows(logs, "carol", "7003");
            logs.lifecycle("02 05:00", "deactivate", "carol");
            logs.user("02 05:30", "deactivateUser", "carol");
            leaver(logs, "dave", "7004");
            loses_one(logs, "7004");
            logs.signs_in("01 12:00", ONE, "dave@example.com");
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: undetermined coverage_gap",
            "user.deactivate carol account: pass no_activity",
            "user.deactivate dave account: exception activity_after_end",
        ],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            watched(logs);
            for (who, id, hash) in [
                ("alice", "7001", "aa01"),
                ("bob", "7002", "bb01"),
                ("carol", "7003", "cc01"),
                ("dave", "7004", "dd01"),
            ] {
                leaver(logs, who, id);
                makes(logs, "06-29 11:00", id, hash, json!((ms("01 00:00") + 30 * DAY).to_string()));
            }
            loses_one(logs, "7001");
            // Let in again, by another hand.
            loses_one(logs, "7002");
            assignment(logs, "02 10:00", "add", "7002", ONE);
            // Gone before, and still.
            assignment(logs, "06-30 10:00", "delete", "7004", ONE);
        },
        judged: &[
            "user.deactivate alice aa01: pass principal_inactive",
            "user.deactivate bob bb01: exception still_valid",
            "user.deactivate carol cc01: exception still_valid",
            "user.deactivate dave dd01: pass principal_inactive",
        ],
    },
    // Another workspace may have been given to a group that is older than the records.
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            watched(logs);
            leaver(logs, "alice", "7001");
            loses_one(logs, "7001");
            logs.member("06-29 12:00", Door::CONNECTOR, "addPrincipalToGroup", "alice", "veterans");
            makes(logs, "06-29 11:00", "7001", "aa01", json!((ms("01 00:00") + 30 * DAY).to_string()));
        },
        judged: &["user.deactivate alice aa01: undetermined coverage_gap"],
    },
];

fn over_a_hole(logs: &mut Logs) {
    silent_workspace(logs);
    for (who, id, lost) in [("alice", "7001", "02 05:30"), ("bob", "7002", "02 10:00")] {
        knows(logs, who, id);
        assignment(logs, "06-29 10:00", "add", id, ONE);
        logs.lifecycle("02 05:00", "deactivate", who);
        assignment(logs, lost, "delete", id, ONE);
    }
}
