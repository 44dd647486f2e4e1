//! The stories of CHG-01.

use super::logs::{Door, Logs};
use super::stage::Story;

const LIVE: &str = "4150000000000001";
const SAND: &str = "4150000000000002";
const ONE_DAY: (&str, &str) = (
    "",
    "[environments]\nproduction = [\"4150000000000001\"]\nsandbox = [\"4150000000000002\"]\n\
     [test.\"CHG-01\"]\nprecedent = \"1d\"\npair_map = { \"Mapped\" = \"its-twin\" }\n",
);
const A_MONTH: (&str, &str) =
    ("", "[environments]\nproduction = [\"4150000000000001\"]\nsandbox = [\"4150000000000002\"]\n");
const COMPANIONS: (&str, &str) = (
    "",
    "[[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"IT\"\n\
     [[companion]]\nkind = \"group_pairs\"\npaths = [\"pairs.csv\"]\nowner = \"IT\"\n",
);

fn group(logs: &mut Logs, at: &str, scope: &str, door: Door, action: &str, title: &str) {
    logs.row(at, scope, door, action, &[("targetGroupName", title)]);
}

fn member(logs: &mut Logs, at: &str, scope: &str, action: &str, who: &str, title: &str) {
    let name = format!("{who}@example.com");
    logs.row(at, scope, Door::PIPELINE, action, &[("targetUserName", &name), ("targetGroupName", title)]);
}

pub(super) const CHANGES: &[Story] = &[
    Story {
        test: "CHG-01",
        but: &[ONE_DAY],
        tell: deletions,
        judged: &[
            "group.delete reports reports: pass rehearsed",
            "group.delete data_team data_team: pass rehearsed",
            "group.delete mapped mapped: pass rehearsed",
            "group.delete never never: exception no_precedent",
            "group.delete long-ago long-ago: exception no_precedent",
            "group.delete hasty hasty: exception too_soon",
            "group.delete by-hand by-hand: exception other_hand",
            "group.delete later later: exception after_the_fact",
            "group.delete undone undone: exception rolled_back",
            "group.delete alone alone: undetermined no_pair",
            "group.delete everywhere everywhere: exception no_precedent",
        ],
    },
    Story {
        test: "CHG-01",
        but: &[A_MONTH],
        tell: |logs| {
            group(logs, "06-30 09:00", SAND, Door::PIPELINE, "createGroup", "reports");
            group(logs, "02 10:00", LIVE, Door::PIPELINE, "removeGroup", "reports");
        },
        judged: &["group.delete reports reports: undetermined coverage_gap"],
    },
    Story {
        test: "CHG-01",
        but: &[ONE_DAY],
        tell: |logs| {
            for scope in [SAND, LIVE] {
                group(logs, "06-30 09:00", scope, Door::PIPELINE, "createGroup", "analysts");
                for who in ["alice", "bob", "carol", "dan", "erin"] {
                    member(logs, "06-30 09:05", scope, "addPrincipalToGroup", who, "analysts");
                    member(logs, "06-30 09:05", scope, "addPrincipalToGroup", who, "clerks");
                }
            }
            // Four of five within the hour, both ends included; the fifth stays.
            for (at, who) in [("00", "alice"), ("20", "bob"), ("40", "carol")] {
                member(logs, &format!("02 08:{at}"), SAND, "removePrincipalFromGroup", who, "analysts");
                member(logs, &format!("02 12:{at}"), LIVE, "removePrincipalFromGroup", who, "analysts");
            }
            member(logs, "02 09:00", SAND, "removePrincipalFromGroup", "dan", "analysts");
            member(logs, "02 13:00", LIVE, "removePrincipalFromGroup", "dan", "analysts");
            // Nobody saw this group being made: there may be others in it.
            for who in ["alice", "bob", "carol", "dan"] {
                member(logs, "02 14:00", LIVE, "removePrincipalFromGroup", who, "clerks");
            }
            // Three of five, and one alone, are no bulk.
            group(logs, "06-30 09:00", LIVE, Door::PIPELINE, "createGroup", "few");
            for who in ["alice", "bob", "carol", "dan", "erin"] {
                member(logs, "06-30 09:05", LIVE, "addPrincipalToGroup", who, "few");
            }
            for who in ["alice", "bob", "carol"] {
                member(logs, "02 15:00", LIVE, "removePrincipalFromGroup", who, "few");
            }
        },
        judged: &[
            "member.remove analysts analysts: pass rehearsed",
            "member.remove clerks clerks: undetermined no_opening_state",
        ],
    },
    // One ticket covers both hands; the companion file pairs the groups.
    Story {
        test: "CHG-01",
        but: &[ONE_DAY, COMPANIONS],
        tell: |logs| {
            group(logs, "02 08:00", SAND, Door::HUMAN, "removeGroup", "try-out");
            group(logs, "02 10:00", LIVE, Door::PIPELINE, "removeGroup", "Reports");
            group(logs, "02 08:00", SAND, Door::HUMAN, "removeGroup", "other");
            group(logs, "02 10:00", LIVE, Door::PIPELINE, "removeGroup", "other");
            super::doors::approvals(
                logs,
                &[
                    "T-1,reports,reports,,chief@example.com,2026-07-01,",
                    "T-1,try-out,try-out,,chief@example.com,2026-07-01,",
                    "T-2,other,other,,terraform@example.com,2026-07-01,",
                ],
            );
            logs.files.push(("pairs.csv", "production,sandbox\nreports,try-out\n".to_owned()));
        },
        judged: &["group.delete reports reports: pass rehearsed", "group.delete other other: exception other_hand"],
    },
];

fn deletions(logs: &mut Logs) {
    let (pipeline, human) = (Door::PIPELINE, Door::HUMAN);
    for name in ["never", "later", "everywhere", "long-ago"] {
        group(logs, "06-30 00:30", SAND, pipeline, "createGroup", name);
    }
    let remove = |logs: &mut Logs, at: &str, scope: &str, door: Door, name: &str| {
        group(logs, at, scope, door, "removeGroup", name);
    };
    // An hour before, to the second; a day before, to the second.
    remove(logs, "02 09:00", SAND, pipeline, "reports");
    remove(logs, "01 10:00", SAND, pipeline, "data-team");
    remove(logs, "02 08:00", SAND, pipeline, "its-twin");
    remove(logs, "01 09:59:59", SAND, pipeline, "long-ago");
    remove(logs, "02 09:00:01", SAND, pipeline, "hasty");
    remove(logs, "02 08:00", SAND, human, "by-hand");
    remove(logs, "02 08:00", SAND, pipeline, "undone");
    group(logs, "02 08:30", SAND, pipeline, "createGroup", "undone");
    for name in ["reports", "Data_Team", "Mapped", "never", "long-ago", "hasty", "by-hand", "later", "undone", "alone"]
    {
        remove(logs, "02 10:00", LIVE, pipeline, name);
    }
    remove(logs, "02 10:30", SAND, pipeline, "later");
    // At the account, with its rows in the workspaces.
    remove(logs, "02 11:00", "account", pipeline, "everywhere");
    remove(logs, "02 11:00:02", LIVE, pipeline, "everywhere");
    // Elsewhere, and without effect.
    remove(logs, "02 12:00", "4150000000000003", pipeline, "elsewhere");
    let params = serde_json::json!({"targetGroupName": "denied", "endpoint": "scim"});
    logs.act("02 12:30", LIVE, human, "accounts", "removeGroup", params, 403, serde_json::Value::Null);
}
