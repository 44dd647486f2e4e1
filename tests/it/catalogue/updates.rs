//! The stories of what other identity providers than Okta leave unsaid, and of updates that do not say what they changed.

use serde_json::json;

use super::logs::{Door, app};
use super::stage::Story;
use super::{entra, ping};

pub(super) const UPDATES: &[Story] = &[
    // Whoever has an account already is linked to it, and Databricks logs an update.
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol", "dan"] {
                logs.assigned("01 09:00", who, "Databricks");
            }
            logs.user("01 09:05", "updateUser", "alice");
            logs.row("01 09:05", "account", Door::HUMAN, "updateUser", &[("targetUserName", "bob@example.com")]);
            logs.user("02 10:00", "updateUser", "carol");
            logs.user("01 09:04", "updateUser", "dan");
            logs.user("01 09:05", "add", "dan");
        },
        judged: &[
            "app.assign alice account: undetermined coverage_gap",
            "app.assign bob account: exception missing",
            "app.assign carol account: exception missing",
            "app.assign dan account: pass matched",
        ],
    },
    Story {
        test: "DEP-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol"] {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle("01 09:00", "deactivate", who);
            }
            logs.user("01 09:05", "updateUser", "alice");
            logs.user("01 09:05", "updateUser", "bob");
            logs.user("01 09:06", "deactivateUser", "bob");
            // Databricks did say what it did, and that was late.
            logs.user("01 09:05", "updateUser", "carol");
            logs.user("02 12:00", "deactivateUser", "carol");
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: pass matched",
            "user.deactivate carol account: exception late",
        ],
    },
    // PingOne says that the account was switched, and not which way.
    Story {
        test: "VCH-01",
        but: &[ping::PING, ("[connector]", "[connector]\nscope = \"all\"")],
        tell: |logs| {
            let mut activities = Vec::new();
            for (minute, who) in (10..).zip(["alice", "bob", "carol"]) {
                let at = format!("01 07:{minute}");
                activities.push(ping::activity(&at, "root", "USER.CREATED", ping::user(who), "Created User"));
                logs.user("01 07:30", "add", who);
            }
            activities.push(ping::switched("02 09:00", "alice"));
            logs.user("02 09:01", "deactivateUser", "alice");
            logs.user("02 09:01", "deactivateUser", "bob");
            activities.push(ping::switched("01 09:00", "carol"));
            logs.user("02 09:01", "deactivateUser", "carol");
            logs.files.push(("pingone.json", activities.join("\n")));
        },
        judged: &[
            "user.create alice account: pass matched",
            "user.create bob account: pass matched",
            "user.create carol account: pass matched",
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: exception no_authority",
            "user.deactivate carol account: exception no_authority",
        ],
    },
    // PingOne's records of failed pushes are no changes, since they do not say what was to be done.
    Story {
        test: "TRC-03",
        but: &[ping::PING],
        tell: |logs| {
            let failures = [
                ping::push_fails("02 09:00", ping::connection("Databricks Production")),
                ping::push_fails("02 10:00", ping::connection("Databricks Production")),
                ping::push_fails("03 09:00", ping::connection("Databricks Production")),
                ping::push_fails("02 11:00", ping::connection("Slack")),
                ping::push_fails("02 12:00", ping::user("alice")),
                ping::push_fails("06-30 12:00", ping::user("alice")),
            ];
            logs.files.push(("pingone.json", failures.join("\n")));
            let integration = "application.integration.authentication_failure";
            logs.decides("02 13:00", "root", integration, "FAILURE", &[app("Databricks")], json!({}));
            logs.decides("02 13:00", "root", integration, "FAILURE", &[app("Payroll")], json!({}));
        },
        judged: &[
            "Databricks Production: undetermined no_subject",
            "Databricks Production: undetermined no_subject",
            "alice (application not named): undetermined action_not_named",
            "Databricks: undetermined no_subject",
        ],
    },
    // There the application is the client that asks who somebody is.
    Story {
        test: "AUT-01",
        but: &[ping::PING],
        tell: |logs| {
            let signed_on = [
                ping::signs_on("02 09:00", "alice", "USER.ACCESS_ALLOWED", "SUCCESS", "Databricks"),
                ping::signs_on("02 10:00", "bob", "USER.ACCESS_ALLOWED", "SUCCESS", "Wiki"),
                ping::signs_on("02 11:00", "carol", "USER.ACCESS_DENIED", "FAILED", "Databricks"),
                ping::signs_on("02 12:00", "dan", "FLOW.CREATED", "SUCCESS", "Databricks"),
            ];
            logs.files.push(("pingone.json", signed_on.join("\n")));
            let people = ["alice@example.com", "bob@example.com", "carol@example.com", "dan@example.com"];
            for (hour, who) in (9..).zip(people) {
                logs.signs_in(&format!("02 {hour:02}:01"), "account", who);
            }
        },
        judged: &[
            "alice accounts.samlLogin: pass idp_sign_in",
            "bob accounts.samlLogin: exception no_idp_sign_in",
            "carol accounts.samlLogin: exception no_idp_sign_in",
            "dan accounts.samlLogin: exception no_idp_sign_in",
        ],
    },
    Story {
        test: "AUT-02",
        but: &[ping::PING, ("", "\n[[companion]]\nkind = \"triage\"\npaths = [\"triage.csv\"]\nowner = \"x\"\n")],
        tell: |logs| {
            logs.files.push(("triage.csv", "incident,subject,decision,who,at\n".to_owned()));
            let failed = |who, app| {
                move |minute| ping::signs_on(&format!("02 09:{minute}"), who, "PASSWORD.CHECK_FAILED", "FAILED", app)
            };
            let mut all: Vec<String> = (10..15).map(failed("alice", "Databricks")).collect();
            all.extend((20..25).map(failed("bob", "Wiki")));
            logs.files.push(("pingone.json", all.join("\n")));
        },
        judged: &["alice (no address): undetermined window_open"],
    },
    // Without its application an identity provider pushes nobody any more.
    Story {
        test: "CHG-02",
        but: &[("", entra::AUDIT)],
        tell: |logs| {
            let changes = [
                entra::activity("02 09:00", "Remove service principal", "Databricks SCIM"),
                entra::activity("02 10:00", "Update service principal", "Databricks SCIM"),
                entra::activity("02 11:00", "Remove service principal", "Wiki"),
            ];
            logs.files.push(("entra_audit.json", changes.join("\n")));
        },
        judged: &[
            "Remove service principal Databricks SCIM: exception disabled",
            "Update service principal Databricks SCIM: exception no_authority",
        ],
    },
];
