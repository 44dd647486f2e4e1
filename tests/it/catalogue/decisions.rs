//! More stories of decisions and pushes (TRC-01 to TRC-03), and of the gates.

use serde_json::json;

use super::entra::{AUDIT, PROVISIONING, activity, user_push};
use super::logs::{Door, Logs, app, group, instant, target, user};
use super::stage::{Ground, Story, config, outcome};

const ADD: &str = "addPrincipalToGroup";
const REMOVE: &str = "removePrincipalFromGroup";
const WORKSPACES: (&str, &str) = ("", "[environments]\nproduction = [\"4150000000000001\"]\n");
const TWO_EXPECTED: (&str, &str) = ("", "[test.\"COV-01\"]\nmin_expected = 2\n");
const OWN_LOG: (&str, &str) =
    ("", "\n[[source]]\nid = \"generic\"\npaths = [\"generic.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n");
const OUT_OF_SCOPE: (&str, &str) = ("", "\n[workspaces]\nnames = { \"lab\" = \"77\" }\nout_of_scope = [\"Lab\"]\n");
const ONE_REJECT: (&str, &str) = ("", "[test.\"COV-02\"]\nmax_rejects = 1\n");

pub(super) const GATES: &[Story] = &[
    Story {
        test: "TRC-02",
        but: &[],
        // A group that is gone holds nobody any more, whatever the next one of its name does.
        tell: |logs| {
            let again = target("UserGroup", "00g2DBXEngineers", "unknown", "DBX Engineers");
            let alice = user("alice");
            logs.joins("06-29 01:00", "alice", "DBX Engineers");
            logs.member("06-29 01:05", Door::CONNECTOR, ADD, "alice", "engineers");
            logs.okta("01 09:00", "group.lifecycle.delete", "SUCCESS", &[group("DBX Engineers")]);
            logs.member("01 09:05", Door::CONNECTOR, REMOVE, "alice", "engineers");
            logs.okta("01 12:00", "group.lifecycle.create", "SUCCESS", std::slice::from_ref(&again));
            logs.okta("01 12:00", "group.user_membership.add", "SUCCESS", &[alice.clone(), again.clone()]);
            logs.member("01 12:05", Door::CONNECTOR, ADD, "alice", "engineers");
            logs.okta("02 09:00", "group.user_membership.remove", "SUCCESS", &[alice, again]);
        },
        judged: &["member.remove alice engineers: exception missing"],
    },
    Story {
        test: "COV-01",
        but: &[],
        tell: |logs| {
            logs.signs_in("02 05:40", "account", "nobody@example.com");
            logs.signs_in("02 05:50", "account", "somebody@example.com");
            let last = logs.databricks.pop().unwrap();
            logs.databricks.push(last.replace("00000000acc0", "00000000acc1"));
        },
        judged: &[
            "databricks account 02 05: pass covered",
            "databricks account 02 05: undetermined several_accounts",
            "databricks account 02 05: undetermined several_accounts",
        ],
    },
    Story {
        test: "COV-01",
        but: &[WORKSPACES],
        tell: |logs| {
            logs.signs_in("02 05:40", "4150000000000009", "nobody@example.com");
            logs.signs_in("02 05:40", "4150000000000001", "nobody@example.com");
        },
        judged: &[
            "databricks 4150000000000009 02 05: exception undeclared_scope",
            "databricks 4150000000000001 02 05: pass covered",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[OUT_OF_SCOPE],
        tell: beyond,
        judged: &[
            "member.add alice engineers: not_applicable out_of_scope",
            "member.add alice engineers: exception no_authority",
        ],
    },
    Story {
        test: "VCH-02",
        but: &[OUT_OF_SCOPE],
        tell: beyond,
        judged: &[
            "member.add alice engineers: not_applicable out_of_scope",
            "member.add alice engineers: exception manual",
        ],
    },
    Story {
        test: "SOD-01",
        but: &[OUT_OF_SCOPE],
        tell: beyond,
        judged: &["member.add alice engineers: undetermined coverage_gap"],
    },
    Story {
        test: "COV-01",
        but: &[TWO_EXPECTED],
        tell: |logs| beats(logs, 6..9),
        judged: &["okta tenant 02 06: pass quiet", "okta tenant 02 09: pass covered"],
    },
    Story {
        test: "COV-02",
        but: &[ONE_REJECT],
        tell: |logs| logs.databricks.push("not a record".to_owned()),
        judged: &[
            "okta.json: pass tied_out",
            "databricks.json: pass rejects_tolerated",
            "databricks.json: pass rejected",
        ],
    },
];

// The same in a workspace under audit and in one that is not.
fn beyond(logs: &mut Logs) {
    for scope in ["77", "78"] {
        let named = [("targetUserName", "alice@example.com"), ("targetGroupName", "engineers")];
        logs.row("02 09:00", scope, Door::HUMAN, ADD, &named);
    }
}

// A record of the identity provider every hour of five days, save in these hours of the second.
fn beats(logs: &mut Logs, silent: std::ops::Range<u32>) {
    for hour in 0..24 {
        for day in ["06-29", "06-30", "01", "02", "03"] {
            if day != "02" || !silent.contains(&hour) {
                logs.okta_beats(&format!("{day} {hour:02}:30"));
            }
        }
    }
}

// Somebody of whom the identity provider only ever says the id.
fn ghost(logs: &mut Logs, at: &str, event_type: &str, title: &str) {
    let who = json!({"id": "00u1ghost", "type": "User", "alternateId": null, "displayName": null});
    logs.decides(at, "directory-admin", event_type, "SUCCESS", &[who, group(title)], json!({}));
}

fn roles(logs: &mut Logs) {
    for who in ["alice", "bob", "carol", "dave"] {
        logs.assigned("06-29 08:00", who, "Databricks");
    }
    let role = |logs: &mut Logs, at: &str, action: &str, who: &str| {
        logs.row(at, "account", Door::HUMAN, action, &[("targetUserName", &format!("{who}@example.com"))]);
    };
    let decided = |at: &str, verb: &str, who: &str, app: &str| {
        let change = json!({"verb": verb, "subject": format!("{who}@example.com"), "subject_kind": "user", "entitlement": "account_admin"});
        json!({
            "tickmark": 1, "time": instant(at).to_rfc3339(), "type": "role.changed", "plane": "authority", "outcome": "success",
            "actor": "directory-admin@example.com", "app": app, "changes": [change],
        })
        .to_string()
    };
    for who in ["alice", "bob"] {
        role(logs, "06-29 09:00", "setAccountAdmin", who);
    }
    role(logs, "01 10:00", "removeAccountAdmin", "alice");
    role(logs, "01 12:00", "setAccountAdmin", "carol");
    role(logs, "01 13:00", "setAccountAdmin", "dave");
    let decisions = [
        decided("01 09:00", "admin.revoke", "alice", "Databricks"),
        decided("01 09:00", "admin.revoke", "bob", "Databricks"),
        decided("01 11:59", "admin.grant", "carol", "Databricks"),
        decided("01 12:59", "admin.grant", "dave", "Payroll"),
        decided("01 14:00", "admin.revoke", "bob", "Payroll"),
    ];
    logs.files.push(("generic.json", decisions.join("\n")));
}

pub(super) const DECISIONS: &[Story] = &[
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            ghost(logs, "01 09:00", "group.user_membership.add", "DBX Engineers");
            // Made at the first use, a day and more after.
            logs.assigned("01 09:00", "alice", "Databricks");
            logs.row("02 10:00", "account", Door::AUTOMATIC, "add", &[("targetUserName", "alice@example.com")]);
            logs.signs_in("02 10:01", "account", "alice@example.com");
            // At the limit, and a second after it.
            logs.assigned("01 09:00", "bob", "Databricks");
            logs.user("02 09:00", "add", "bob");
            logs.assigned("01 09:00", "carol", "Databricks");
            logs.user("02 09:00:01", "add", "carol");
        },
        judged: &[
            "member.add id:00u1ghost engineers: undetermined unresolved_subject",
            "app.assign alice account: not_applicable automatic_identity_management",
            "app.assign bob account: pass matched",
            "app.assign carol account: exception late",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol", "dan", "erin"] {
                logs.member("06-29 07:00", Door::CONNECTOR, ADD, who, "engineers");
                logs.quits("01 09:00", who, "DBX Engineers");
            }
            logs.member("06-30 10:00", Door::HUMAN, REMOVE, "alice", "engineers");
            logs.member("02 09:00", Door::CONNECTOR, REMOVE, "bob", "engineers");
            logs.member("02 09:00:01", Door::CONNECTOR, REMOVE, "carol", "engineers");
            removal_fails(logs, "01 09:05", "dan");
            logs.joins("01 12:00", "erin", "DBX Engineers");
            ghost(logs, "01 09:00", "group.user_membership.remove", "DBX Engineers");
        },
        judged: &[
            "member.remove alice engineers: pass already_in_effect",
            "member.remove bob engineers: pass matched",
            "member.remove carol engineers: exception late",
            "member.remove dan engineers: exception failed",
            "member.remove erin engineers: not_applicable superseded",
            "member.remove id:00u1ghost engineers: undetermined unresolved_subject",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            logs.member("06-29 09:20", Door::CONNECTOR, ADD, "alice", "engineers");
            logs.quits("02 05:00", "alice", "DBX Engineers");
        },
        judged: &["member.remove alice engineers: undetermined coverage_gap"],
    },
    // Roles in the application that stands for Databricks, and one in another.
    Story {
        test: "TRC-02",
        but: &[OWN_LOG],
        tell: roles,
        judged: &[
            "admin.revoke alice account_admin: pass matched",
            "admin.revoke bob account_admin: exception missing",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[OWN_LOG],
        tell: roles,
        judged: &[
            "admin.revoke alice account_admin: pass matched",
            "admin.grant carol account_admin: pass matched",
            "admin.grant dave account_admin: exception no_authority",
        ],
    },
    // A log that would show the end has a hole in the time in which it could lie.
    Story {
        test: "TRC-03",
        but: &[],
        tell: |logs| {
            beats(logs, 6..9);
            logs.user_push("02 05:00", "deactivate", "alice", "FAILURE");
            logs.user_push("01 01:00", "deactivate", "bob", "FAILURE");
            logs.user_push("01 02:00", "push", "carol", "FAILURE");
            logs.user_push("03 03:00", "push", "carol", "SUCCESS");
        },
        judged: &[
            "alice account: undetermined coverage_gap",
            "bob account: exception unresolved",
            "carol account: undetermined coverage_gap",
        ],
    },
    Story {
        test: "TRC-03",
        but: &[("", AUDIT), ("", PROVISIONING)],
        tell: quarantines,
        judged: &[
            "Databricks Old: pass resolved",
            "Databricks SCIM: exception quarantined",
            "Databricks New: undetermined window_open",
            // Skipped, but not for want of anything to send.
            "frank account: exception unresolved",
        ],
    },
    // Started again in time, and a push much later.
    Story {
        test: "TRC-03",
        but: &[("", AUDIT), ("", PROVISIONING)],
        tell: |logs| {
            let audit = [
                activity("01 01:00", "Quarantine", "Databricks SCIM"),
                activity("01 12:00", "Enable/restart provisioning", "Databricks SCIM"),
            ];
            logs.files.push(("entra_audit.json", audit.join("\n")));
            logs.files.push(("entra_provisioning.json", user_push("03 12:00", "create", "success", "erin")));
        },
        judged: &["Databricks SCIM: pass resolved"],
    },
    // Of another application, and what another log calls so.
    Story {
        test: "TRC-03",
        but: &[("", AUDIT), ("", PROVISIONING), OWN_LOG],
        tell: |logs| {
            logs.files.push(("entra_audit.json", activity("01 01:00", "Quarantine", "Databricks Other")));
            logs.files.push(("entra_provisioning.json", user_push("01 10:00", "create", "success", "erin")));
            let alike = json!({"tickmark": 1, "time": "2026-07-01T01:00:00Z", "type": "Quarantine", "target": "Databricks Third"});
            logs.files.push(("generic.json", alike.to_string()));
        },
        judged: &["Databricks Other: exception quarantined"],
    },
    // A push of the same instant ends nothing; what failed before the period is of another one.
    Story {
        test: "TRC-03",
        but: &[("", AUDIT), ("", PROVISIONING)],
        tell: |logs| {
            logs.files.push(("entra_audit.json", activity("01 01:00", "Quarantine", "Databricks SCIM")));
            logs.files.push(("entra_provisioning.json", user_push("01 01:00", "create", "success", "erin")));
            logs.user_push("06-30 10:00", "push", "zed", "FAILURE");
        },
        judged: &["Databricks SCIM: exception quarantined"],
    },
];

#[test]
fn hours_of_a_workspace_out_of_scope_are_no_items() {
    let outcomes = Ground::new(&config(&[OUT_OF_SCOPE], ""), beyond).outcomes().0;
    let found = outcome(&outcomes, "COV-01");
    let of = |scope: &str| found.items.iter().filter(|item| item.scope.as_deref() == Some(scope)).count();
    assert_eq!((of("77"), of("78")), (0, 72));
    assert_eq!(found.exclusions, [("hours of workspaces that are out of scope".to_owned(), 72)]);
    let undeclared = found.items.iter().filter(|item| item.reason == "undeclared_scope");
    assert_eq!(
        undeclared.count(),
        1,
        "what is out of scope is declared, and the other workspace has records in one hour"
    );
}

#[test]
fn what_had_to_be_done_by_hand_is_graver() {
    let tell = |logs: &mut Logs| {
        for (who, door) in [("alice", Door::CONNECTOR), ("bob", Door::HUMAN)] {
            logs.assigned("01 09:00", who, "Databricks");
            logs.row("01 10:00", "account", door, "add", &[("targetUserName", &format!("{who}@example.com"))]);
        }
    };
    let outcomes = Ground::new(&config(&[], ""), tell).outcomes().0;
    let items = &outcome(&outcomes, "TRC-01").items;
    let mut told: Vec<_> = items.iter().map(|i| (i.subject.as_deref().unwrap(), i.severity.as_str())).collect();
    told.sort_unstable();
    assert_eq!(told, [("alice@example.com", "low"), ("bob@example.com", "medium")]);
}

fn removal_fails(logs: &mut Logs, at: &str, who: &str) {
    let app_group = target("AppGroup", "0ag1", "unknown", "DBX Engineers");
    let targets = [app_group, super::logs::app_user(who), app("Databricks"), user(who)];
    let event_type = "application.provision.group_membership.remove";
    logs.decides(at, "directory-admin", event_type, "FAILURE", &targets, json!({}));
}

fn quarantines(logs: &mut Logs) {
    let audit = [
        // Recorded twice, and over when provisioning was started again, at the very limit.
        activity("01 01:00", "Quarantine", "Databricks Old"),
        activity("01 09:00", "Quarantine", "Databricks Old"),
        activity("02 01:00", "Enable/restart provisioning", "Databricks Old"),
        activity("01 01:00", "Quarantine", "Databricks SCIM"),
        activity("01 20:00", "Quarantine", "Databricks SCIM"),
        activity("03 12:00", "Quarantine", "Databricks New"),
        activity("01 01:00", "Quarantine", "Payroll"),
    ];
    // What arrived before the last record of the quarantine did not end it.
    let pushes = [
        user_push("01 12:00", "create", "success", "dan"),
        user_push("02 02:00", "create", "success", "erin"),
        user_push("01 10:00", "update", "skipped", "frank"),
    ];
    logs.files.push(("entra_audit.json", audit.join("\n")));
    logs.files.push(("entra_provisioning.json", pushes.join("\n")));
}
