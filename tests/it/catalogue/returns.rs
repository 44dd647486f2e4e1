//! Stories of those who left and came back: which departure a return lifts, and what a suspension takes.

use super::logs::{Door, Logs, app, group};
use super::stage::Story;

const EVERYBODY: (&str, &str) = ("[connector]", "[connector]\nscope = \"all\"");
const ADD: &str = "addPrincipalToGroup";

pub(super) const RETURNS: &[Story] = &[
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol", "dave"] {
                logs.joins("06-29 09:00", who, "DBX Engineers");
            }
            for who in ["alice", "bob", "carol"] {
                logs.unassigned("06-29 10:00", who, "Databricks");
            }
            logs.lifecycle("06-29 10:00", "deactivate", "dave");
            // What is not assigned again stays unassigned, whoever is active and whatever is pushed.
            logs.lifecycle("06-29 12:00", "reactivate", "alice");
            let pushed = "application.provision.group_push.mapping.created";
            logs.okta("06-29 12:00", pushed, "SUCCESS", &[group("DBX Engineers"), app("Databricks")]);
            logs.assigned("06-29 12:00", "carol", "Databricks");
            logs.lifecycle("06-29 12:00", "reactivate", "dave");
            for who in ["alice", "bob", "carol", "dave"] {
                logs.member("02 09:00", Door::HUMAN, ADD, who, "engineers");
            }
        },
        judged: &[
            "member.add alice engineers: exception no_authority",
            "member.add bob engineers: exception no_authority",
            "member.add carol engineers: pass state",
            "member.add dave engineers: pass state",
        ],
    },
    // Where everybody is pushed, whoever is active needs no assignment.
    Story {
        test: "VCH-01",
        but: &[EVERYBODY],
        tell: |logs| {
            for who in ["alice", "bob"] {
                logs.joins("06-29 09:00", who, "DBX Engineers");
                logs.unassigned("06-29 10:00", who, "Databricks");
            }
            logs.lifecycle("06-29 12:00", "reactivate", "alice");
            for who in ["alice", "bob"] {
                logs.member("02 09:00", Door::HUMAN, ADD, who, "engineers");
            }
        },
        judged: &["member.add alice engineers: pass state", "member.add bob engineers: exception no_authority"],
    },
    // Who is suspended keeps groups and roles.
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            logs.joins("01 09:00", "bob", "DBX Engineers");
            logs.member("01 09:05", Door::CONNECTOR, ADD, "bob", "engineers");
            logs.lifecycle("02 09:00", "suspend", "bob");
            logs.member("02 12:00", Door::HUMAN, "removePrincipalFromGroup", "bob", "engineers");
        },
        judged: &["member.add bob engineers: pass matched", "member.remove bob engineers: exception no_authority"],
    },
    // Long after the account's deactivation, too. Of one person: two records in the same hour of two days would make that hour of the next day a
    // hole, since one was to be expected there.
    Story {
        test: "VCH-01",
        but: &[],
        tell: suspended_long_ago,
        judged: &[
            "member.add alice engineers: pass matched",
            "member.remove alice engineers: exception no_authority",
            "user.deactivate alice account: pass matched",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            suspended_long_ago(logs);
            logs.joins("01 09:00", "bob", "DBX Analysts");
            logs.lifecycle("02 09:00", "suspend", "bob");
        },
        judged: &[
            "member.add alice engineers: pass matched",
            "member.remove alice engineers: undetermined coverage_gap",
            "user.deactivate alice account: pass matched",
        ],
    },
];

fn suspended_long_ago(logs: &mut Logs) {
    logs.joins("01 09:00", "alice", "DBX Engineers");
    logs.member("01 09:05", Door::CONNECTOR, ADD, "alice", "engineers");
    logs.lifecycle("02 09:00", "suspend", "alice");
    logs.user("02 09:05", "deactivateUser", "alice");
    logs.member("03 12:00", Door::HUMAN, "removePrincipalFromGroup", "alice", "engineers");
}
