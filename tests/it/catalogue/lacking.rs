//! What is concluded where a log or an input that a test needs is lacking altogether, and where its window ends.

use serde_json::{Value, json};
use tickmark::catalogue::Outcome;

use super::credentials::{secret, watched};
use super::entra::AUDIT;
use super::logs::{Door, Logs};
use super::settings::call;
use super::sign_ins::fails;
use super::stage::{Ground, Story, config, outcome};

const LATER: (&str, &str) = ("2026-06-29..2026-07-04", "2026-06-29..2026-07-12");
const OKTA: &str = "[[source]]\nid = \"okta\"\npaths = [\"okta.json\"]\nprovider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"\n";
const DATABRICKS: &str =
    "[[source]]\nid = \"databricks\"\npaths = [\"databricks.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n";
const BUCKETS: (&str, &str) = (
    "",
    "\n[[source]]\nid = \"cloudtrail\"\npaths = [\"cloudtrail*.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n\n[test.\"LOG-01\"]\nlog_buckets = [\"audit-*\"]\npipelines = [{ actor = \"*deploy*\" }]\n",
);

fn policy(effect: &str, action: &str) -> Value {
    json!({"bucketName": "audit-logs", "bucketPolicy": {"Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}})
}

pub(super) const LACKING: &[Story] = &[
    // Without its policy a bucket takes no logs; what a new one does instead is not known.
    Story {
        test: "LOG-01",
        but: &[BUCKETS],
        tell: |logs| {
            watched(logs);
            let own = json!({"bucketName": "audit-logs"});
            let mut records = vec![
                call("02 08:00", "eve", "DeleteBucketPolicy", own.clone()),
                call("02 08:01", "eve", "PutBucketPolicy", policy("Deny", "s3:PutObject")),
                call("02 08:02", "eve", "PutBucketPolicy", policy("Allow", "s3:PutObject")),
                call("02 08:03", "deploy", "PutBucketPolicy", policy("Allow", "s3:PutObject")),
                call("02 08:04", "eve", "DeleteBucketPolicy", json!({"bucketName": "other"})),
            ];
            records.push(call("02 08:05", "eve", "DeleteBucketPolicy", own));
            records[5]["errorCode"] = json!("AccessDenied");
            logs.files.push(("cloudtrail.json", json!({"Records": records}).to_string()));
        },
        judged: &[
            "DeleteBucketPolicy of bucket audit-logs: exception weakened",
            "PutBucketPolicy of bucket audit-logs: exception weakened",
            "PutBucketPolicy of bucket audit-logs: undetermined effect_not_stated",
            "PutBucketPolicy of bucket audit-logs: pass authorised",
        ],
    },
    // A test's own window may reach further beyond the period than those of the correlation.
    Story {
        test: "AUT-02",
        but: &[LATER, ("", "\n[[companion]]\nkind = \"triage\"\npaths = [\"triage.csv\"]\nowner = \"Security\"\n")],
        tell: |logs| {
            logs.files.push(("triage.csv", "incident,subject,decision,who,at\n".to_owned()));
            for minute in [0, 10, 20, 30, 40] {
                fails(logs, &format!("03 23:{minute:02}"), "mallory@example.com", "203.0.113.9");
            }
        },
        judged: &["mallory 203.0.113.9: exception not_triaged"],
    },
    Story {
        test: "TRC-03",
        but: &[LATER],
        tell: |logs| {
            logs.user_push("03 23:00", "push", "carol", "FAILURE");
            logs.user_push("03 23:00", "push", "dave", "FAILURE");
            logs.user_push("05 22:00", "push", "dave", "SUCCESS");
        },
        judged: &["carol account: exception unresolved", "dave account: pass resolved"],
    },
    Story {
        test: "CRD-03",
        but: &[LATER],
        tell: |logs| {
            for (principal, until) in [("1001", None), ("1002", Some("09 12:00"))] {
                secret(logs, "06-30 12:00", "create", principal, "s1");
                secret(logs, "03 12:00", "create", principal, "s2");
                until.into_iter().for_each(|at| secret(logs, at, "delete", principal, "s1"));
            }
        },
        judged: &[
            "id:1001 oauth_secret: exception overlap_too_long",
            "id:1002 oauth_secret: pass rotated",
            "scim-connector scim_token: undetermined creation_unseen",
        ],
    },
];

fn outcomes(but: &[(&str, &str)], tell: impl FnOnce(&mut Logs)) -> Vec<Outcome> {
    Ground::new(&config(but, ""), tell).outcomes().0
}

#[track_caller]
fn nothing_is_proven(outcomes: &[Outcome], tests: &[&str]) {
    for test in tests {
        let outcome = outcome(outcomes, test);
        assert_eq!(outcome.counts.population, 0, "{test}");
        assert!(!outcome.coverage_is_complete, "{test}");
    }
}

#[test]
fn without_the_log_of_a_provider_nobody_is_shown_not_to_have_left() {
    let all = outcomes(&[(OKTA, "")], watched);
    nothing_is_proven(&all, &["DEP-01", "DEP-02", "DEP-03", "CRD-02", "VCH-03", "TRC-03"]);
    assert!(outcome(&all, "PRV-04").coverage_is_complete, "it needs no provider");
}

#[test]
fn without_the_log_of_databricks_nothing_is_shown_not_to_have_happened_there() {
    let all = outcomes(&[(DATABRICKS, "")], watched);
    nothing_is_proven(&all, &["DEP-01", "DEP-02", "DEP-03", "CRD-02", "SOD-02", "VCH-03", "PRV-04"]);
}

#[test]
fn without_the_log_of_pushes_none_is_shown_not_to_have_failed() {
    let tell = |logs: &mut Logs| {
        watched(logs);
        logs.files.push(("entra_audit.json", super::entra::activity("01 01:00", "Update user", "Databricks")));
    };
    let all = outcomes(&[(OKTA, ""), ("", AUDIT)], tell);
    nothing_is_proven(&all, &["TRC-03"]);
}

#[test]
fn what_is_left_out_for_its_outcome_is_counted() {
    let all = outcomes(&[], |logs| {
        let off = json!({"workspaceConfKeys": "enableVerboseAuditLogs", "workspaceConfValues": "false"});
        for status in [403, 200] {
            logs.act("02 09:00", "41", Door::HUMAN, "workspace", "workspaceConfEdit", off.clone(), status, Value::Null);
            if status == 200 {
                super::unsaid::unsaid(logs);
            }
            let named = json!({"targetUserName": "eve@example.com"});
            logs.act("02 09:01", "account", Door::HUMAN, "accounts", "setAccountAdmin", named, status, Value::Null);
        }
        super::unsaid::unsaid(logs);
    });
    for test in ["LOG-01", "PRV-01"] {
        let outcome = outcome(&all, test);
        let left_out: u64 = outcome.exclusions.iter().map(|(_, count)| count).sum();
        assert_eq!((outcome.counts.population, left_out), (0, 2), "{test}: {:?}", outcome.exclusions);
    }
}

#[test]
fn every_test_has_the_cut_off_of_its_own_window() {
    let all = outcomes(&[LATER], watched);
    let day = |test: &str| {
        let cut_off = chrono::DateTime::from_timestamp_micros(outcome(&all, test).cut_off).expect("a time");
        cut_off.format("%d %H").to_string()
    };
    // The period ends with the third day.
    let found = ["DEP-01", "TRC-03", "AUT-02", "CRD-03"].map(day);
    assert_eq!(found, ["05 00", "06 00", "07 01", "11 00"]);
}
