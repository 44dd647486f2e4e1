//! The stories of access that comes and goes.

use super::logs::{Door, Logs};
use super::stage::Story;

const ONE: &str = "4150000000000001";
const DAY: (&str, &str) = ("", "\n[test.\"TRC-04\"]\nflap_window = \"24h\"\n");
const LATE_START: (&str, &str) = (
    "provider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"",
    "provider_apps = [\"Databricks*\"]\ncovers = \"2026-07-01..2026-07-04\"",
);
const ADD: &str = "addPrincipalToGroup";
const REMOVE: &str = "removePrincipalFromGroup";

pub(super) const FLAPPING: &[Story] = &[
    Story {
        test: "TRC-04",
        but: &[DAY],
        tell: two_masters,
        judged: &[
            "member.remove alice engineers: exception regranted",
            "member.remove bob engineers: pass not_regranted",
            "member.remove carol engineers: pass decided_anew",
            "member.remove dave engineers: exception regranted",
            "member.remove erin engineers: pass not_regranted",
            "member.remove frank engineers: exception flapping",
            "member.remove gina engineers: undetermined window_open",
            "member.remove kim engineers: pass not_regranted",
            "user.deactivate liam account: exception regranted",
            "admin.revoke mona account_admin: exception regranted",
            "user.delete (nobody named) account: undetermined unresolved_subject",
            "user.deactivate ivy account: pass not_regranted",
        ],
    },
    // The default window reaches beyond the evidence.
    Story {
        test: "TRC-04",
        but: &[],
        tell: |logs| {
            logs.member("06-30 12:00", Door::HUMAN, REMOVE, "zoe", "engineers");
            logs.member("01 00:00", Door::HUMAN, REMOVE, "alice", "engineers");
            logs.member("01 09:00", Door::HUMAN, ADD, "zoe", "engineers");
        },
        judged: &["member.remove alice engineers: undetermined window_open"],
    },
    Story {
        test: "TRC-04",
        but: &[DAY],
        tell: |logs| {
            logs.outage(6..9);
            for who in ["alice", "bob", "carol", "dora"] {
                logs.member("02 05:00", Door::HUMAN, REMOVE, who, "engineers");
            }
            // What is removed again was given in between.
            logs.member("02 11:00", Door::HUMAN, REMOVE, "dora", "engineers");
            logs.member("02 10:00", Door::HUMAN, ADD, "bob", "engineers");
            logs.joins("02 09:50", "carol", "DBX Engineers");
            logs.member("02 10:00", Door::CONNECTOR, ADD, "carol", "engineers");
        },
        judged: &[
            "member.remove alice engineers: undetermined coverage_gap",
            "member.remove bob engineers: exception regranted",
            "member.remove carol engineers: pass decided_anew",
            "member.remove dora engineers: undetermined coverage_gap",
        ],
    },
    Story {
        test: "TRC-04",
        but: &[DAY, LATE_START],
        tell: |logs| {
            logs.member("01 09:00", Door::HUMAN, REMOVE, "alice", "engineers");
            logs.member("01 10:00", Door::HUMAN, ADD, "alice", "engineers");
            logs.member("02 09:00", Door::HUMAN, REMOVE, "bob", "engineers");
            logs.member("02 10:00", Door::HUMAN, ADD, "bob", "engineers");
            // Who decides at one instant to give and to take may have meant either.
            logs.member("02 09:00", Door::HUMAN, REMOVE, "carol", "engineers");
            logs.quits("02 09:50", "carol", "DBX Engineers");
            logs.joins("02 09:50", "carol", "DBX Engineers");
            logs.member("02 10:00", Door::HUMAN, ADD, "carol", "engineers");
        },
        judged: &[
            "member.remove alice engineers: undetermined coverage_gap",
            "member.remove bob engineers: exception regranted",
            "member.remove carol engineers: undetermined ambiguous",
        ],
    },
];

fn two_masters(logs: &mut Logs) {
    for who in ["alice", "bob", "carol", "dave", "erin", "frank", "gina", "henry", "ivy", "kim"] {
        logs.assigned("06-30 08:00", who, "Databricks");
        logs.user("06-30 08:05", "add", who);
        logs.joins("06-30 09:00", who, "DBX Engineers");
        logs.member("06-30 09:05", Door::CONNECTOR, ADD, who, "engineers");
    }
    logs.member("02 09:00", Door::PIPELINE, REMOVE, "alice", "engineers");
    logs.member("02 10:00", Door::CONNECTOR, ADD, "Alice", "engineers");
    // The same record twice is one change.
    let again = logs.databricks.last().cloned();
    logs.databricks.extend(again);
    logs.quits("01 09:00", "bob", "DBX Engineers");
    logs.member("01 09:05", Door::CONNECTOR, REMOVE, "bob", "engineers");
    again_and_again(logs, "carol", &["01"]);
    again_and_again(logs, "frank", &["01", "02", "03"]);
    for (who, at) in [("dave", "02 09:00"), ("erin", "02 09:00:01")] {
        logs.member("01 09:00", Door::HUMAN, REMOVE, who, "engineers");
        logs.member(at, Door::HUMAN, ADD, who, "engineers");
    }
    logs.member("03 00:00", Door::HUMAN, REMOVE, "gina", "engineers");
    let refused = serde_json::json!({"targetUserName": "henry@example.com", "targetGroupName": "engineers"});
    logs.act("02 09:00", "account", Door::HUMAN, "accounts", REMOVE, refused, 403, serde_json::Value::Null);
    logs.lifecycle("02 09:00", "deactivate", "ivy");
    logs.user("02 09:05", "deactivateUser", "ivy");
    logs.member("02 09:05:01", Door::CONNECTOR, REMOVE, "ivy", "engineers");
    logs.member("01 09:00", Door::HUMAN, REMOVE, "kim", "engineers");
    let twin = [("targetUserName", "kim@example.com"), ("targetGroupName", "engineers")];
    logs.row("01 09:00:03", ONE, Door::HUMAN, REMOVE, &twin);
    logs.user("06-30 08:05", "add", "liam");
    logs.row("02 09:00", "account", Door::HUMAN, "deactivateUser", &[("targetUserName", "liam@example.com")]);
    logs.row("02 09:30", "account", Door::HUMAN, "activateUser", &[("targetUserName", "LIAM@example.com")]);
    for (at, action) in
        [("01 09:00", "setAccountAdmin"), ("01 10:00", "removeAccountAdmin"), ("01 11:00", "setAccountAdmin")]
    {
        logs.row(at, "account", Door::HUMAN, action, &[("targetUserName", "mona@example.com")]);
    }
    logs.row("02 12:00", "account", Door::HUMAN, "delete", &[]);
}

fn again_and_again(logs: &mut Logs, who: &str, days: &[&str]) {
    for day in days {
        logs.quits(&format!("{day} 09:00"), who, "DBX Engineers");
        logs.member(&format!("{day} 09:05"), Door::CONNECTOR, REMOVE, who, "engineers");
        logs.joins(&format!("{day} 10:00"), who, "DBX Engineers");
        logs.member(&format!("{day} 10:05"), Door::CONNECTOR, ADD, who, "engineers");
    }
}
