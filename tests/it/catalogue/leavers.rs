//! The stories of the tests on leavers.

use serde_json::{Value, json};

use super::logs::{Door, Logs, target};
use super::stage::Story;

const ONE: &str = "4150000000000001";
const TWO: &str = "4150000000000002";
const PERSONNEL: (&str, &str) =
    ("", "[[companion]]\nkind = \"hr_leavers\"\npaths = [\"hr.csv\"]\nowner = \"People\"\n");
const SUSPENSIONS: (&str, &str) = ("", "[test.\"DEP-01\"]\ntriggers = [\"user.deactivate\", \"user.suspend\"]\n");
const BUSINESS: (&str, &str) = (
    "",
    "[test.\"DEP-01\"]\nclock = \"business\"\ncalendar = \"works\"\nholidays = [\"2026-07-02\"]\nzone = \"UTC\"\n",
);
const GRACE: (&str, &str) = ("", "[test.\"DEP-02\"]\ngrace = \"2h\"\n");
const ROBOT: &str = "11111111-2222-4333-8444-555555555555";

pub(super) const LEAVERS: &[Story] = &[
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob"] {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle("01 09:00", "deactivate", who);
            }
            logs.user_push("01 09:05", "deactivate", "alice", "FAILURE");
            logs.user("06-30 10:00", "deactivateUser", "bob");
            ghost(logs, "01 09:00");
            // An unassignment beside an assigned group ends nothing; what follows it does.
            logs.user("06-29 00:30", "add", "carol");
            logs.unassigned("01 09:00", "carol", "Databricks");
            logs.lifecycle("01 12:00", "deactivate", "carol");
            logs.user("01 12:05", "deactivateUser", "carol");
        },
        judged: &[
            "user.deactivate alice account: exception failed",
            "user.deactivate bob account: not_applicable already_in_effect",
            "user.deactivate id:00u1ghost account: undetermined unresolved_subject",
            "app.unassign carol account: pass matched",
        ],
    },
    Story {
        test: "DEP-01",
        but: &[PERSONNEL],
        tell: personnel,
        judged: &[
            "ann account: exception missing",
            "user.deactivate ben account: exception late",
            "user.deactivate cid account: pass matched",
            "user.deactivate dot account: exception late",
            "user.deactivate eli account: pass matched",
            "fay account: pass matched",
            "gus account: not_applicable not_pushed",
            "hal account: not_applicable already_in_effect",
            "ida account: undetermined window_open",
            "user.deactivate kim account: exception missing",
            "user.deactivate lea account: pass matched",
            "max account: exception late",
        ],
    },
    // Nothing tells of an account, and yet they were there: one signed in, one was put into a group.
    Story {
        test: "DEP-01",
        but: &[PERSONNEL],
        tell: never_made,
        judged: &[
            "ann account: exception missing",
            "ben account: exception missing",
            "cid account: not_applicable not_pushed",
        ],
    },
    Story {
        test: "DEP-02",
        but: &[PERSONNEL],
        tell: never_made,
        judged: &[
            "ann account: exception activity_after_end",
            "ben account: pass no_activity",
            "cid account: not_applicable not_pushed",
        ],
    },
    // Made for the first time after the departure: there was no account to end. Bob signed in before his was made.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            logs.signs_in("01 10:00", "account", "bob@example.com");
            for who in ["alice", "bob"] {
                logs.lifecycle("01 09:00", "deactivate", who);
                logs.lifecycle("02 09:30", "reactivate", who);
                logs.assigned("02 10:00", who, "Databricks");
                logs.user("02 10:01", "add", who);
            }
        },
        judged: &[
            "user.deactivate alice account: not_applicable not_pushed",
            "user.deactivate bob account: exception missing",
        ],
    },
    // A reactivation brings nobody back who was stripped of the last assignment.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol"] {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle("01 09:00", "deactivate", who);
            }
            logs.unassigned("01 09:00:01", "alice", "Databricks");
            logs.unassigned("01 09:00:01", "bob", "Databricks");
            for who in ["alice", "bob", "carol"] {
                logs.lifecycle("01 12:00", "reactivate", who);
            }
            logs.assigned("01 13:00", "bob", "Databricks");
        },
        judged: &[
            "user.deactivate alice account: exception missing",
            "user.deactivate bob account: not_applicable superseded",
            "user.deactivate carol account: not_applicable superseded",
        ],
    },
    // Left before the period, and gone before it; only the limit of the second still ran when it began.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            for (who, left, gone) in [("alice", "06-29 23:59:59", "06-30 00:30"), ("bob", "06-30 00:00", "06-30 00:30")]
            {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle(left, "deactivate", who);
                logs.user(gone, "deactivateUser", who);
            }
        },
        judged: &["user.deactivate bob account: pass matched"],
    },
    Story {
        test: "DEP-01",
        but: &[SUSPENSIONS],
        tell: |logs| {
            for who in ["alice", "bob", "carol"] {
                logs.user("06-29 00:30", "add", who);
            }
            logs.lifecycle("01 09:00", "suspend", "alice");
            logs.user("01 09:10", "deactivateUser", "alice");
            logs.lifecycle("01 09:00", "suspend", "bob");
            logs.lifecycle("01 12:00", "unsuspend", "bob");
            // Not named, and so no trigger.
            logs.unassigned("01 09:00", "carol", "Databricks");
        },
        judged: &["user.suspend alice account: pass matched", "user.suspend bob account: not_applicable superseded"],
    },
    // The second of July is no business day: twelve hours on the first and eleven on the third.
    Story {
        test: "DEP-01",
        but: &[BUSINESS],
        tell: |logs| {
            for (who, ended) in [("alice", "03 11:00"), ("bob", "03 12:00:01")] {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle("01 12:00", "deactivate", who);
                logs.user(ended, "deactivateUser", who);
            }
        },
        judged: &["user.deactivate alice account: pass matched", "user.deactivate bob account: exception late"],
    },
    Story {
        test: "DEP-02",
        but: &[GRACE],
        tell: |logs| {
            for who in ["alice", "bob"] {
                logs.user("06-30 09:00", "add", who);
                logs.lifecycle("01 09:00", "deactivate", who);
                logs.user("01 09:10", "deactivateUser", who);
            }
            logs.signs_in("01 11:00", "account", "alice@example.com");
            logs.signs_in("01 11:00:01", "account", "bob@example.com");
            ghost(logs, "01 09:00");
            logs.user("06-30 09:00", "add", "carol");
            logs.lifecycle("02 09:00", "deactivate", "carol");
            logs.lifecycle("02 12:00", "reactivate", "carol");
            // That nothing was done meanwhile leans on the log of that hour.
            logs.signs_in("02 09:30", "account", "nobody@example.com");
        },
        judged: &[
            "user.deactivate alice account: pass no_activity",
            "user.deactivate bob account: exception activity_after_end",
            "user.deactivate id:00u1ghost account: undetermined unresolved_subject",
            "user.deactivate carol account: not_applicable superseded",
        ],
    },
    // A token that nobody ended is watched to cut-off; jobs of a service principal are no activity of a person.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for who in ["alice", "bob"] {
                logs.user("06-29 09:20", "add", who);
                token(logs, "06-30 09:20", "generateDbToken", who);
                logs.lifecycle("01 09:00", "deactivate", who);
                logs.user("01 09:10", "deactivateUser", who);
            }
            token(logs, "01 09:20", "revokeDbToken", "bob");
            logs.row("06-29 09:20", "account", Door::CONNECTOR, "add", &[("targetUserName", ROBOT)]);
            logs.decides("01 09:00", "directory-admin", "user.lifecycle.deactivate", "SUCCESS", &[robot()], json!({}));
            logs.row("01 09:10", "account", Door::CONNECTOR, "deactivateUser", &[("targetUserName", ROBOT)]);
            let door = Door { actor: ROBOT, user_agent: "", address: "192.0.2.7", endpoint: "" };
            logs.act("01 12:00", "account", door, "jobs", "runNow", json!({"job_id": "7"}), 200, Value::Null);
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: pass no_activity",
            "user.deactivate 11111111-2222-4333-8444-555555555555 account: pass no_activity",
        ],
    },
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
    logs.okta_outage(0..0);
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

fn never_made(logs: &mut Logs) {
    let row = |who: &str| format!("{who}@example.com,2026-07-01T09:00:00Z,voluntary\n");
    logs.files.push(("hr.csv", format!("person,effective_at,kind\n{}{}{}", row("ann"), row("ben"), row("cid"))));
    logs.signs_in("06-30 09:00", ONE, "ann@example.com");
    logs.signs_in("02 10:00", ONE, "ann@example.com");
    logs.member("06-30 09:00", Door::CONNECTOR, "addPrincipalToGroup", "ben", "engineers");
}

// Somebody of whom the identity provider only ever says the id.
fn ghost(logs: &mut Logs, at: &str) {
    let who = json!({"id": "00u1ghost", "type": "User", "alternateId": null, "displayName": null});
    logs.decides(at, "directory-admin", "user.lifecycle.deactivate", "SUCCESS", &[who], json!({}));
}

fn robot() -> Value {
    target("User", "00u1robot", ROBOT, "robot")
}

fn token(logs: &mut Logs, at: &str, action: &str, who: &str) {
    let params = json!({"userId": format!("{who}@example.com"), "userName": format!("{who}@example.com"), "tokenHash": format!("hash-{who}"), "tokenExpirationTime": "0"});
    let door = Door { actor: if who == "bob" { "bob@example.com" } else { "alice@example.com" }, ..Door::HUMAN };
    logs.act(
        at,
        ONE,
        if action == "revokeDbToken" { Door::HUMAN } else { door },
        "accounts",
        action,
        params,
        200,
        Value::Null,
    );
}

fn personnel(logs: &mut Logs) {
    for who in ["ann", "ben", "cid", "dot", "eli", "fay", "hal", "ida", "jon", "kim", "lea", "max"] {
        logs.user("06-29 00:30", "add", who);
    }
    let rows = [
        // The identity provider never heard of it.
        "ann@example.com,2026-07-01T09:00:00Z,voluntary",
        // It heard a day late, and acted at once.
        "Ben@Example.com,2026-07-01T09:00:00Z,voluntary",
        // It acted before the day.
        "cid@example.com,2026-07-02T00:00:00Z,voluntary",
        // Five hours, and four to the second, where four are allowed.
        "dot@example.com,2026-07-01T09:00:00Z,involuntary",
        "eli@example.com,2026-07-01T09:00:00Z,involuntary",
        // Ended by hand, in time.
        "fay@example.com,2026-07-01T09:00:00Z,voluntary",
        "gus@example.com,2026-07-01T09:00:00Z,voluntary",
        "hal@example.com,2026-07-01T09:00:00Z,voluntary",
        "ida@example.com,2026-07-03T09:00:00Z,voluntary",
        "jon@example.com,2026-07-01T09:00:00Z,mover",
        // Left for good, whatever the identity provider undid.
        "kim@example.com,2026-07-01T09:00:00Z,voluntary",
        // The same departure twice.
        "lea@example.com,2026-07-01T09:00:00Z,voluntary",
        "lea@example.com,2026-07-01T10:00:00Z,voluntary",
        // Before the period, and stood at its start.
        "max@example.com,2026-06-29T09:00:00Z,voluntary",
        "nan@example.com,2026-07-09T09:00:00Z,voluntary",
    ];
    logs.files.push(("hr.csv", format!("person,effective_at,kind\n{}\n", rows.join("\n"))));
    for (who, decided, ended) in [
        ("ben", "02 09:30", "02 09:35"),
        ("cid", "01 09:00", "01 09:05"),
        ("dot", "01 12:00", "01 14:00"),
        ("eli", "01 12:00", "01 13:00"),
        ("lea", "01 12:00", "01 12:05"),
    ] {
        logs.lifecycle(decided, "deactivate", who);
        logs.user(ended, "deactivateUser", who);
    }
    logs.row("01 12:00", "account", Door::HUMAN, "deactivateUser", &[("targetUserName", "fay@example.com")]);
    logs.row("06-30 12:00", "account", Door::HUMAN, "deactivateUser", &[("targetUserName", "hal@example.com")]);
    logs.lifecycle("01 09:30", "deactivate", "kim");
    logs.lifecycle("01 10:30", "reactivate", "kim");
    logs.user("02 15:00", "deactivateUser", "max");
}
