//! Stories of what no record proves: access that stands elsewhere, groups and applications under new names, and records that say little.

use serde_json::{Value, json};

use super::entra::{self, AUDIT};
use super::listings::list;
use super::logs::{Door, Logs, app_user, target, user};
use super::stage::Story;
use super::stories::EVERYBODY;

const ONE: &str = "4150000000000001";
const TWO: &str = "4150000000000002";
const LISTS: (&str, &str) = ("", "\n[[source]]\nid = \"scim_snapshot\"\npaths = [\"scim_snapshot.json\"]\n");

/// An account in Databricks, named by its id as well.
fn account(logs: &mut Logs, at: &str, door: Door, action: &str, id: &str, name: &str) {
    logs.row(at, "account", door, action, &[("targetUserId", id), ("targetUserName", name)]);
}

/// A group that is called so for a time.
fn group(title: &str, id: &str) -> Value {
    target("UserGroup", id, "unknown", title)
}

fn joins(logs: &mut Logs, at: &str, who: &str, group: Value) {
    logs.okta(at, "group.user_membership.add", "SUCCESS", &[user(who), group]);
}

/// Alice is assigned on the first, and has her account five minutes later.
fn assigned(logs: &mut Logs) {
    logs.assigned("01 09:00", "alice", "Databricks");
    logs.user("01 09:05", "add", "alice");
}

/// Alice enters groups of the directory on the first, and is an engineer in Databricks five minutes later.
fn entered(logs: &mut Logs, titles: &[&str]) {
    titles.iter().for_each(|title| logs.joins("01 09:00", "alice", title));
    logs.member("01 09:05", Door::CONNECTOR, "addPrincipalToGroup", "alice", "engineers");
}

pub(super) const DOUBTS: &[Story] = &[
    // A workspace's record ends nothing at the account, and one workspace's nothing in another.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob"] {
                logs.joins("01 09:00", who, "DBX Engineers");
            }
            let member = |logs: &mut Logs, at: &str, scope: &str, action: &str, who: &str| {
                let name = format!("{who}@example.com");
                let told = [("targetUserName", &*name), ("targetGroupName", "engineers")];
                logs.row(at, scope, Door::CONNECTOR, action, &told);
            };
            for (scope, who) in [("account", "alice"), (ONE, "bob"), (TWO, "bob")] {
                member(logs, "01 09:05", scope, "addPrincipalToGroup", who);
            }
            for who in ["alice", "bob"] {
                logs.quits("02 09:00", who, "DBX Engineers");
                member(logs, "02 09:05", ONE, "removePrincipalFromGroup", who);
            }
        },
        judged: &["member.remove alice engineers: exception missing", "member.remove bob engineers: exception missing"],
    },
    // Whoever is unassigned was assigned, be it before the logs; who is assigned and never came is not.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            logs.unassigned("02 09:00", "alice", "Databricks");
            logs.assigned("01 09:00", "bob", "Databricks");
            logs.unassigned("03 09:00", "bob", "Databricks");
        },
        judged: &[
            "app.unassign alice account: exception missing",
            "app.unassign bob account: not_applicable not_pushed",
        ],
    },
    // The label of an application was edited.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            assigned(logs);
            let edited = target("AppInstance", "0oa1Databricks", "Lakehouse", "Lakehouse");
            let other = target("AppInstance", "0oa1Other", "Lakehouse Two", "Lakehouse Two");
            for (at, app) in [("02 09:00", edited), ("02 10:00", other)] {
                logs.okta(
                    at,
                    "application.user_membership.remove",
                    "SUCCESS",
                    &[app_user("alice"), app, user("alice")],
                );
            }
        },
        judged: &[
            "app.unassign alice account: exception missing",
            "app.unassign alice Lakehouse Two: not_applicable not_pushed",
        ],
    },
    // Two groups fill one: the last that a person leaves ends the membership.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            entered(logs, &["DBX Engineers", "okta-engineers"]);
            logs.quits("02 09:00", "alice", "okta-engineers");
            logs.quits("02 19:00", "alice", "DBX Engineers");
        },
        judged: &[
            "member.remove alice engineers: not_applicable not_pushed",
            "member.remove alice engineers: exception missing",
        ],
    },
    // An effect of which the log does not say whether it succeeded is none, and no want of one.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            entered(logs, &["DBX Engineers"]);
            logs.quits("02 09:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, "removePrincipalFromGroup", "alice", "engineers");
            let last = logs.databricks.pop().expect("a row");
            let mut row: Value = serde_json::from_str(&last).expect("a row");
            row["response"] = Value::Null;
            logs.databricks.push(row.to_string());
        },
        judged: &["member.remove alice engineers: undetermined coverage_gap"],
    },
    // A group is pushed where a push to it failed.
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            assigned(logs);
            logs.joins("02 09:00", "alice", "Analysts");
            logs.member_push_fails("02 09:05", "alice", "Analysts");
        },
        judged: &["app.assign alice account: pass matched", "member.add alice analysts: exception failed"],
    },
    // An account that could not be created explains why its membership never came; one that was made later does not.
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob"] {
                logs.assigned("01 09:00", who, "Databricks");
                logs.user_push("01 09:05", "push", who, "FAILURE");
                logs.joins("01 10:00", who, "DBX Engineers");
            }
            logs.user("01 12:00", "add", "bob");
        },
        judged: &[
            "app.assign alice account: exception failed",
            "app.assign bob account: pass matched",
            "member.add alice engineers: exception failed",
            "member.add bob engineers: exception missing",
        ],
    },
    // No provider pushes a device, whatever group it is in.
    Story {
        test: "TRC-01",
        but: &[EVERYBODY, ("", AUDIT)],
        tell: |logs| {
            logs.member("01 09:05", Door::CONNECTOR, "addPrincipalToGroup", "alice", "analysts");
            let members = [("User", "alice"), ("User", "bob"), ("Device", "laptop-7"), ("Contact", "partner")];
            let joins = members.map(|(kind, who)| entra::joins("01 09:00", kind, who, "analysts"));
            logs.files.push(("entra_audit.json", joins.join("\n")));
            logs.user("01 09:06", "add", "bob");
        },
        judged: &[
            "member.add alice analysts: pass matched",
            "member.add bob analysts: exception missing",
            "member.add laptop-7 analysts: not_applicable not_pushed",
            "member.add partner analysts: not_applicable not_pushed",
        ],
    },
    // Whoever takes the name of a pushed group is another group.
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            let pushed = |title: &str| group(title, "00g1pushed");
            let enters = |at: &str, door: Door, who: &str, logs: &mut Logs| {
                let name = format!("{who}@example.com");
                let told = [("targetUserName", &*name), ("targetGroupName", "analysts"), ("targetGroupId", "9001")];
                logs.row(at, "account", door, "addPrincipalToGroup", &told);
            };
            logs.okta(
                "01 08:00",
                "application.provision.group_push.mapping.created",
                "SUCCESS",
                &[pushed("Analysts"), target("AppInstance", "0oa1Databricks", "Databricks", "Databricks")],
            );
            joins(logs, "01 09:00", "alice", pushed("Analysts"));
            enters("01 09:05", Door::CONNECTOR, "alice", logs);
            joins(logs, "02 09:00", "bob", pushed("Former analysts"));
            enters("02 09:05", Door::CONNECTOR, "bob", logs);
            joins(logs, "02 10:00", "carol", group("Analysts", "00g1other"));
            enters("02 10:05", Door::HUMAN, "carol", logs);
        },
        judged: &[
            "member.add alice analysts: pass matched",
            "member.add bob analysts: pass matched",
            "member.add carol analysts: exception no_authority",
        ],
    },
    // A second account is no other account's; the first one's end leaves it.
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            logs.assigned("06-29 09:00", "alice", "Databricks");
            account(logs, "06-29 09:05", Door::CONNECTOR, "add", "7001", "alice@example.com");
            let renamed = |name: &str| target("User", "00u1alice", name, "alice");
            logs.okta("01 09:00", "user.account.update_profile", "SUCCESS", &[renamed("alice.new@example.com")]);
            account(logs, "01 09:05", Door::CONNECTOR, "add", "7002", "alice.new@example.com");
            account(logs, "01 09:06", Door::CONNECTOR, "deactivateUser", "7001", "alice@example.com");
            logs.okta("02 09:00", "user.lifecycle.deactivate", "SUCCESS", &[renamed("alice.new@example.com")]);
        },
        judged: &["user.deactivate alice account: exception missing"],
    },
    // A list of Databricks tells whose account it is.
    Story {
        test: "VCH-01",
        but: &[LISTS],
        tell: |logs| {
            list(logs, "01 00:30", &[("a.smith", true)], &[]);
            let (path, text) = logs.files.pop().expect("a list");
            let told = text.replace("\"a.smith@example.com\"", "\"a.smith@example.com\",\"externalId\":\"00u1alice\"");
            logs.files.push((path, told));
            logs.joins("02 09:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, "addPrincipalToGroup", "a.smith", "engineers");
        },
        judged: &["member.add a.smith engineers: pass matched"],
    },
    // What Databricks does not show is nobody.
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            logs.joins("02 09:00", "alice", "DBX Engineers");
            let hidden = json!({"targetUserName": "__REDACTED__", "targetGroupName": "engineers", "endpoint": "scim"});
            logs.act(
                "02 09:05",
                "account",
                Door::CONNECTOR,
                "accounts",
                "addPrincipalToGroup",
                hidden,
                200,
                Value::Null,
            );
        },
        judged: &["member.add (nobody named) engineers: undetermined unresolved_subject"],
    },
];
