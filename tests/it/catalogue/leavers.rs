//! The stories of the tests on leavers.

use super::logs::{Door, Logs};
use super::stage::Story;

const ONE: &str = "4150000000000001";
const TWO: &str = "4150000000000002";
pub(super) const LEAVERS: &[Story] = &[
    Story {
        test: "DEP-01",
        but: &[],
        tell: departures,
        judged: &[
            "user.deactivate alice account: pass matched",
            "user.deactivate bob account: exception missing",
            "user.deactivate carol account: undetermined window_open",
            "user.deactivate dave account: not_applicable not_pushed",
            "user.deactivate erin account: exception missing",
            "user.deactivate frank account: pass matched",
            "app.unassign grace account: pass matched",
            "user.deactivate henry account: not_applicable superseded",
            "user.deactivate ivy account: pass matched",
            "user.deactivate judy account: exception late",
            "user.deactivate kate account: exception missing",
        ],
    },
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "dave", "erin"] {
                logs.user("06-30 09:00", "add", who);
                logs.lifecycle("01 09:00", "deactivate", who);
            }
            logs.user("01 10:00", "deactivateUser", "alice");
            logs.signs_in("01 09:30", "account", "alice@example.com");
            logs.user("01 10:00", "deactivateUser", "bob");
            logs.signs_in("01 11:00", "account", "Bob@example.com");
            logs.signs_in("01 12:00", "account", "dave@example.com");
            logs.signs_in("02 10:00", "account", "erin@example.com");
            logs.user("06-30 09:00", "add", "carol");
            logs.lifecycle("03 12:00", "deactivate", "carol");
            logs.lifecycle("01 09:00", "deactivate", "frank");
        },
        judged: &[
            "user.deactivate alice account: pass no_activity",
            "user.deactivate bob account: exception activity_after_end",
            "user.deactivate dave account: pass no_activity",
            "user.deactivate erin account: exception activity_after_end",
            "user.deactivate carol account: undetermined window_open",
            "user.deactivate frank account: not_applicable not_pushed",
        ],
    },
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for who in ["alice", "bob", "carol"] {
                logs.user("06-30 09:20", "add", who);
                logs.lifecycle("02 05:00", "deactivate", who);
            }
            logs.user("02 05:10", "deactivateUser", "alice");
            logs.user("02 10:00", "deactivateUser", "bob");
            logs.user("02 10:00", "deactivateUser", "carol");
            logs.signs_in("02 11:00", "account", "carol@example.com");
        },
        judged: &[
            "user.deactivate alice account: pass no_activity",
            "user.deactivate bob account: undetermined coverage_gap",
            "user.deactivate carol account: exception activity_after_end",
        ],
    },
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for who in ["alice", "bob"] {
                logs.user("06-30 09:20", "add", who);
                logs.lifecycle("02 05:00", "deactivate", who);
            }
            logs.user("02 10:00", "deactivateUser", "bob");
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: pass matched",
        ],
    },
];

fn departures(logs: &mut Logs) {
    for who in ["alice", "bob", "carol", "grace", "henry", "ivy", "judy", "kate", "liam"] {
        logs.user("06-29 00:30", "add", who);
    }
    for who in ["alice", "bob", "dave", "erin", "frank"] {
        logs.lifecycle("01 09:00", "deactivate", who);
    }
    logs.user("01 10:00", "deactivateUser", "alice");
    logs.lifecycle("03 12:00", "deactivate", "carol");
    for (who, name) in [("erin@example.com", "erin"), ("frank@example.com", "frank")] {
        logs.signs_in("06-30 09:00", ONE, who);
        logs.signs_in("06-30 09:00", TWO, who);
        let gone = [("targetUserName", who)];
        logs.row("01 10:00", ONE, Door::CONNECTOR, "delete", &gone);
        if name == "frank" {
            logs.row("01 11:00", TWO, Door::CONNECTOR, "delete", &gone);
        }
    }
    logs.unassigned("02 09:00", "grace", "Databricks");
    logs.lifecycle("02 09:01", "deactivate", "grace");
    logs.user("02 09:10", "delete", "grace");
    logs.lifecycle("02 09:00", "deactivate", "henry");
    logs.lifecycle("02 12:00", "reactivate", "henry");
    logs.lifecycle("06-30 12:00", "deactivate", "ivy");
    logs.user("01 06:00", "deactivateUser", "ivy");
    logs.lifecycle("06-29 12:00", "deactivate", "judy");
    logs.user("01 06:00", "deactivateUser", "judy");
    logs.lifecycle("06-29 12:00", "deactivate", "kate");
    // Back before the period began: nothing is left to judge.
    logs.lifecycle("06-29 06:00", "deactivate", "liam");
    logs.lifecycle("06-30 08:00", "reactivate", "liam");
}
