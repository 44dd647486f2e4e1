//! Stories at the edges of windows: what lies at their very end, beyond it, or at the same instant as something else.

use serde_json::json;
use tickmark::catalogue::{Cell, Item};

use super::credentials::{DAY, knows, makes, ms, watched};
use super::entra::{AUDIT, PROVISIONING, activity, user_push};
use super::logs::{Door, Logs};
use super::stage::{Ground, Story, config, line, outcome};

const PERSONNEL: (&str, &str) =
    ("", "[[companion]]\nkind = \"hr_leavers\"\npaths = [\"hr.csv\"]\nowner = \"People\"\n");
const A_DAY: (&str, &str) =
    ("", "[test.\"DEP-03\"]\nresidue_sla = \"24h\"\ntoken_sla = \"24h\"\nadmin_sla = \"24h\"\n");

/// Decided so long before the outage of the second from six to nine that the limit of a day ran out before it, or into it.
const DECIDED: [(&str, &str); 3] = [("before", "01 05:59:59"), ("into", "01 06:00"), ("over", "01 08:00")];

pub(super) const EDGES: &[Story] = &[
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (name, at) in DECIDED {
                for (what, who) in [("missing", format!("{name}-missing")), ("late", format!("{name}-late"))] {
                    logs.user("06-29 09:20", "add", &who);
                    logs.lifecycle(at, "deactivate", &who);
                    if what == "late" {
                        logs.user("02 10:00", "deactivateUser", &who);
                    }
                }
            }
        },
        judged: &[
            "user.deactivate before-missing account: exception missing",
            "user.deactivate before-late account: exception late",
            "user.deactivate into-missing account: undetermined coverage_gap",
            "user.deactivate into-late account: undetermined coverage_gap",
            "user.deactivate over-missing account: undetermined coverage_gap",
            "user.deactivate over-late account: undetermined coverage_gap",
        ],
    },
    // Of whom only acts tell, or nothing ever did anything.
    Story {
        test: "DEP-01",
        but: &[PERSONNEL],
        tell: |logs| {
            logs.outage(6..9);
            leavers(
                logs,
                &[("ann", "01T05:59:59"), ("ben", "01T06:00:00"), ("cid", "03T00:00:00"), ("dot", "02T23:59:59")],
            );
            for who in ["ann@example.com", "ben@example.com", "cid@example.com", "dot@example.com"] {
                logs.signs_in("06-30 09:20", "account", who);
            }
        },
        judged: &[
            "ann account: exception missing",
            "ben account: undetermined coverage_gap",
            "cid account: undetermined window_open",
            "dot account: exception missing",
        ],
    },
    // A limit that runs out when the evidence ends has not run out before it.
    Story {
        test: "DEP-01",
        but: &[],
        tell: open_at_the_end,
        judged: &[
            "user.deactivate alice account: undetermined window_open",
            "user.deactivate bob account: exception missing",
            "user.deactivate carol account: pass matched",
        ],
    },
    Story {
        test: "DEP-02",
        but: &[],
        tell: open_at_the_end,
        judged: &[
            "user.deactivate alice account: undetermined window_open",
            "user.deactivate bob account: pass no_activity",
            "user.deactivate carol account: pass no_activity",
        ],
    },
    // Only what lies between departure and end is leaned on.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (who, left, ended) in [
                ("after", "02 09:00", "02 10:00"),
                ("before", "02 04:00", "02 05:59:59"),
                ("over", "02 05:00", "02 10:00"),
                ("out-of", "02 08:59:59", "02 10:00"),
            ] {
                logs.user("06-29 09:20", "add", who);
                logs.lifecycle(left, "deactivate", who);
                logs.user(ended, "deactivateUser", who);
            }
        },
        judged: &[
            "user.deactivate after account: pass no_activity",
            "user.deactivate before account: pass no_activity",
            "user.deactivate over account: undetermined coverage_gap",
            "user.deactivate out-of account: undetermined coverage_gap",
        ],
    },
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (name, at) in DECIDED {
                for (what, who) in [("missing", format!("{name}-missing")), ("late", format!("{name}-late"))] {
                    logs.assigned(at, &who, "Databricks");
                    if what == "late" {
                        logs.user("02 10:00", "add", &who);
                    }
                }
            }
        },
        judged: &[
            "app.assign before-missing account: exception missing",
            "app.assign before-late account: exception late",
            "app.assign into-missing account: undetermined coverage_gap",
            "app.assign into-late account: undetermined coverage_gap",
            "app.assign over-missing account: undetermined coverage_gap",
            "app.assign over-late account: undetermined coverage_gap",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (name, at) in DECIDED {
                for (what, who) in [("missing", format!("{name}-missing")), ("late", format!("{name}-late"))] {
                    logs.member("06-29 09:20", Door::CONNECTOR, "addPrincipalToGroup", &who, "engineers");
                    logs.quits(at, &who, "DBX Engineers");
                    if what == "late" {
                        logs.member("02 10:00", Door::CONNECTOR, "removePrincipalFromGroup", &who, "engineers");
                    }
                }
            }
        },
        judged: &[
            "member.remove before-missing engineers: exception missing",
            "member.remove before-late engineers: exception late",
            "member.remove into-missing engineers: undetermined coverage_gap",
            "member.remove into-late engineers: undetermined coverage_gap",
            "member.remove over-missing engineers: undetermined coverage_gap",
            "member.remove over-late engineers: undetermined coverage_gap",
        ],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            watched(logs);
            for (who, id, left) in [("alice", "7001", "03 00:00"), ("bob", "7002", "02 23:59:59")] {
                knows(logs, who, id);
                makes(logs, "06-29 01:00", id, &format!("{who}-1"), json!((ms("03 00:00") + 30 * DAY).to_string()));
                logs.lifecycle(left, "deactivate", who);
            }
        },
        judged: &[
            "user.deactivate alice alice-1: undetermined window_open",
            "user.deactivate bob bob-1: exception still_valid",
        ],
    },
    // What was asked for is looked for until the instant at which the evidence ends, and not at it.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            for (who, at) in [("alice", "03 00:00"), ("bob", "02 23:59:59")] {
                logs.member("06-29 09:20", Door::CONNECTOR, "addPrincipalToGroup", who, "engineers");
                logs.quits(at, who, "DBX Engineers");
            }
        },
        judged: &[
            "member.remove alice engineers: undetermined window_open",
            "member.remove bob engineers: exception missing",
        ],
    },
];

// Of each leaver one membership is left.
#[test]
fn what_is_left_stands_too_long_only_where_the_limit_ran_out_before_the_logs_fell_silent() {
    let outcomes = Ground::new(&config(&[A_DAY], ""), |logs| {
        logs.outage(6..9);
        for (name, at) in DECIDED {
            logs.user("06-29 09:20", "add", name);
            logs.member("06-29 09:30", Door::CONNECTOR, "addPrincipalToGroup", name, "engineers");
            logs.lifecycle(at, "deactivate", name);
            logs.user(at, "deactivateUser", name);
        }
    })
    .outcomes()
    .0;
    let items = outcome(&outcomes, "DEP-03").items.iter().map(|item| line("DEP-03", item));
    let mut left: Vec<String> = items.filter(|line| line.contains("engineers")).collect();
    left.sort();
    assert_eq!(
        left,
        [
            "user.deactivate before engineers: exception left_too_long",
            "user.deactivate into engineers: undetermined coverage_gap",
            "user.deactivate over engineers: undetermined coverage_gap",
        ]
    );
}

/// Quarantines of one application, each with what ended it: reason, how it ended, and the hole that keeps it undetermined.
fn quarantines(audit: &[(&str, &str)], pushes: &[&str]) -> Vec<(String, Option<String>, Option<String>)> {
    let outcomes = Ground::new(&config(&[("", AUDIT), ("", PROVISIONING)], ""), |logs| {
        // In whole seconds, as the provisioning log has them.
        let whole = |record: String| record.replace(".7215374Z", ".0000000Z");
        let told = audit.iter().map(|(at, what)| whole(activity(at, what, "Databricks SCIM")));
        logs.files.push(("entra_audit.json", told.collect::<Vec<_>>().join("\n")));
        let arrived = pushes.iter().map(|at| user_push(at, "create", "success", "erin"));
        logs.files.push(("entra_provisioning.json", arrived.collect::<Vec<_>>().join("\n")));
    })
    .outcomes()
    .0;
    let found = outcome(&outcomes, "TRC-03");
    let at = found.test.columns.iter().position(|column| column.name == "resolved_by").expect("a column");
    let by = |item: &Item| match &item.extra[at] {
        Cell::Text(by) => by.clone(),
        other => panic!("{other:?}"),
    };
    found.items.iter().map(|item| (item.reason.clone(), by(item), item.hole_id.clone())).collect()
}

const QUARANTINE: &str = "Quarantine";
const RESTART: &str = "Enable/restart provisioning";

#[test]
fn of_a_push_and_a_restart_of_one_instant_the_restart_ends_a_quarantine() {
    let by = |name: &str| vec![("resolved".to_owned(), Some(name.to_owned()), None)];
    let audit = [("01 01:00", QUARANTINE), ("01 12:00:01", RESTART)];
    assert_eq!(quarantines(&audit, &["01 12:00:02"]), by("restart"));
    assert_eq!(quarantines(&audit, &["01 12:00:01"]), by("restart"));
    assert_eq!(quarantines(&audit, &["01 12:00"]), by("push"));
    assert_eq!(quarantines(&audit, &["01 01:00"]), by("restart"));
}

// Which came first is not on record: it may stand on from then, and it may be over.
#[test]
fn a_restart_at_the_instant_of_a_quarantine_leaves_it_open() {
    let at_once = [("01 01:00", RESTART), ("01 01:00", QUARANTINE)];
    let hole = Some("order of records of one instant".to_owned());
    assert_eq!(quarantines(&at_once, &[]), [("coverage_gap".to_owned(), None, hole.clone())]);
    let ended = [&at_once[..], &[("01 12:00", RESTART)]].concat();
    assert_eq!(quarantines(&ended, &[]), [("resolved".to_owned(), Some("restart".to_owned()), None)]);
    // The one before is over in any order, and the one that begins then may be.
    let two = [("01 00:30", QUARANTINE), ("01 12:00", QUARANTINE), ("01 12:00", RESTART)];
    let first = ("resolved".to_owned(), Some("restart".to_owned()), None);
    assert_eq!(quarantines(&two, &[]), [first, ("coverage_gap".to_owned(), None, hole.clone())]);
    // What is recorded again later stands since then at least.
    let again =
        |at: &'static str| quarantines(&[&at_once[..], &[(at, QUARANTINE), ("02 23:00", RESTART)]].concat(), &[]);
    assert_eq!(again("01 22:59:59")[0].0, "quarantined");
    assert_eq!((again("01 23:00")[0].0.as_str(), &again("01 23:00")[0].2), ("coverage_gap", &hole));
}

fn leavers(logs: &mut Logs, all: &[(&str, &str)]) {
    let rows = all.iter().map(|(who, at)| format!("{who}@example.com,2026-07-{at}Z,voluntary\n"));
    logs.files.push(("hr.csv", format!("person,effective_at,kind\n{}", rows.collect::<String>())));
}

fn open_at_the_end(logs: &mut Logs) {
    for (who, left) in [("alice", "03 00:00"), ("bob", "02 23:59:59"), ("carol", "03 12:00")] {
        logs.user("06-29 00:30", "add", who);
        logs.lifecycle(left, "deactivate", who);
    }
    logs.user("03 13:00", "deactivateUser", "carol");
}
