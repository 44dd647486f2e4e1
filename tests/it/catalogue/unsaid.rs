//! Stories of records that do not say whether what they tell of was done, or that say it failed: neither ends anything.

use serde_json::{Value, json};

use super::credentials::{DAY, TWO_DAYS, YOUNG, knows, makes, ms, revokes, secret, watched};
use super::entra::{AUDIT, PROVISIONING, activity, member_push_fails, user_push};
use super::logs::{Door, Logs};
use super::stage::Story;

const ONE: &str = "4150000000000001";
const QUICK: (&str, &str) = ("", "\n[test.\"CRD-03\"]\nmax_rot = \"2d\"\noverlap = \"1d\"\n");

/// The last row of Databricks does not say how it went.
pub(super) fn unsaid(logs: &mut Logs) {
    let row = logs.databricks.pop().expect("a row");
    let mut row: Value = serde_json::from_str(&row).expect("a row");
    row["response"] = Value::Null;
    logs.databricks.push(row.to_string());
}

fn sweeps(logs: &mut Logs, at: &str, id: &str, hash: &str, expires: i64) {
    let swept = json!({"userId": id, "tokenClientId": hash, "tokenExpirationTime": expires.to_string()});
    logs.act(at, ONE, Door::PLATFORM, "accounts", "garbageCollectDbToken", swept, 200, Value::Null);
}

fn in_days(at: &str, days: i64) -> Value {
    json!((ms(at) + days * DAY).to_string())
}

pub(super) const UNSAID: &[Story] = &[
    // What ended before its age was reached need not be watched beyond.
    Story {
        test: "CRD-01",
        but: &[YOUNG, TWO_DAYS],
        tell: |logs| {
            watched(logs);
            knows(logs, "alice", "7001");
            for hash in ["aa01", "aa02", "aa03", "aa04"] {
                makes(logs, "01 09:00", "7001", hash, in_days("01 09:00", 30));
            }
            revokes(logs, "02 08:00", "7001", "aa01");
            revokes(logs, "02 08:00", "7001", "aa02");
            unsaid(logs);
            sweeps(logs, "02 08:00", "7001", "aa03", ms("31 09:00"));
            sweeps(logs, "02 08:00", "7001", "aa04", ms("31 09:00"));
            unsaid(logs);
        },
        judged: &[
            "alice aa01: pass within_limits",
            "alice aa02: undetermined window_open",
            "alice aa03: pass within_limits",
            "alice aa04: undetermined window_open",
        ],
    },
    // When a token expires is what was said when it was made; a sweep says so of those alone that nobody saw made.
    Story {
        test: "CRD-01",
        but: &[],
        tell: |logs| {
            knows(logs, "alice", "7001");
            makes(logs, "01 09:00", "7001", "aa01", in_days("01 09:00", 91));
            sweeps(logs, "02 09:00", "7001", "aa01", ms("02 08:00"));
            makes(logs, "01 09:00", "7001", "aa02", json!("-1"));
            sweeps(logs, "02 09:00", "7001", "aa02", ms("02 08:00"));
            makes(logs, "01 09:00", "7001", "aa03", in_days("01 09:00", 1));
            sweeps(logs, "02 09:00", "7001", "aa03", ms("01 09:00") + 91 * DAY);
            makes(logs, "01 09:00", "7001", "aa04", json!("soon"));
            sweeps(logs, "02 09:00", "7001", "aa04", ms("02 08:00"));
        },
        judged: &[
            "alice aa01: exception life_too_long",
            "alice aa02: exception no_expiry",
            "alice aa03: pass within_limits",
            "alice aa04: pass within_limits",
        ],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            watched(logs);
            for (who, id, hash) in [
                ("alice", "7001", "aa01"),
                ("bob", "7002", "bb01"),
                ("carol", "7003", "cc01"),
                ("dave", "7004", "dd01"),
            ] {
                knows(logs, who, id);
                makes(logs, "06-29 01:00", id, hash, in_days("01 20:00", 30));
                logs.lifecycle("01 09:00", "deactivate", who);
            }
            revokes(logs, "01 10:00", "7001", "aa01");
            revokes(logs, "01 10:00", "7002", "bb01");
            unsaid(logs);
            sweeps(logs, "01 10:00", "7003", "cc01", ms("31 20:00"));
            unsaid(logs);
            // Swept too late, and what the sweep says of its expiry is not what was said when it was made.
            sweeps(logs, "03 10:00", "7004", "dd01", ms("01 20:00"));
        },
        judged: &[
            "user.deactivate alice aa01: pass revoked",
            "user.deactivate bob bb01: exception still_valid",
            "user.deactivate carol cc01: exception still_valid",
            "user.deactivate dave dd01: exception still_valid",
        ],
    },
    // A token that may have been made is watched as long as one that was.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (who, id, hash) in [("alice", "7001", "aa01"), ("bob", "7002", "bb01"), ("carol", "7003", "cc01")] {
                let names = [("targetUserName", format!("{who}@example.com")), ("targetUserId", id.to_owned())];
                let names: Vec<(&str, &str)> = names.iter().map(|(key, name)| (*key, name.as_str())).collect();
                logs.row("06-29 09:20", "account", Door::CONNECTOR, "add", &names);
                makes(logs, "06-30 09:20", id, hash, in_days("01 20:00", 30));
                if who == "alice" {
                    unsaid(logs);
                }
                logs.lifecycle("01 09:00", "deactivate", who);
                logs.user("01 09:10", "deactivateUser", who);
            }
            revokes(logs, "01 09:20", "7002", "BB01");
            revokes(logs, "01 09:20", "7003", "cc01");
            unsaid(logs);
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: pass no_activity",
            "user.deactivate carol account: undetermined coverage_gap",
        ],
    },
    Story {
        test: "CRD-03",
        but: &[QUICK],
        tell: |logs| {
            watched(logs);
            for principal in ["1001", "1002"] {
                secret(logs, "06-30 12:00", "create", principal, "s1");
                secret(logs, "01 12:00", "create", principal, "s2");
                secret(logs, "02 11:00", "delete", principal, "s1");
            }
            unsaid(logs);
            secret(logs, "02 12:00", "create", "1001", "s3");
            secret(logs, "02 12:00", "create", "1002", "s3");
            for principal in ["1001", "1002"] {
                secret(logs, "03 11:00", "delete", principal, "s2");
            }
            // What may not have been made is no rotation, nor does it show that there was none.
            for principal in ["1003", "1004"] {
                secret(logs, "06-30 12:00", "create", principal, "s1");
                secret(logs, if principal == "1003" { "02 11:00" } else { "03 23:00" }, "create", principal, "s2");
                unsaid(logs);
            }
            secret(logs, "01 12:00", "create", "1005", "s1");
            unsaid(logs);
        },
        judged: &[
            "id:1001 oauth_secret: pass rotated",
            "id:1002 oauth_secret: exception overlap_too_long",
            "id:1003 oauth_secret: undetermined creation_unseen",
            "id:1004 oauth_secret: exception too_old",
            "id:1005 oauth_secret: undetermined creation_unseen",
            "scim-connector scim_token: undetermined creation_unseen",
        ],
    },
    // That a member could not come and could not go are two things, though the log has one word for both.
    Story {
        test: "TRC-03",
        but: &[("", PROVISIONING)],
        tell: |logs| {
            let pushes = [
                member_push_fails("01 10:00", "data-engineers", "dan", false),
                member_push_fails("01 11:00", "data-engineers", "dan", false),
                member_push_fails("01 12:00", "data-engineers", "dan", true),
            ];
            logs.files.push(("entra_provisioning.json", pushes.join("\n")));
        },
        judged: &[
            "id:0064616e-0000-4000-8000-000000000000 data-engineers: exception unresolved",
            "id:0064616e-0000-4000-8000-000000000000 data-engineers: exception unresolved",
        ],
    },
    // Pushes that failed, or of which nothing is known, end no quarantine.
    Story {
        test: "TRC-03",
        but: &[("", AUDIT), ("", PROVISIONING)],
        tell: |logs| {
            logs.files.push(("entra_audit.json", activity("01 01:00", "Quarantine", "Databricks SCIM")));
            let pushes = [
                user_push("01 12:00", "create", "failure", "dan"),
                user_push("01 13:00", "create", "warning", "eve"),
                user_push("01 14:00", "update", "skipped", "frank"),
            ];
            logs.files.push(("entra_provisioning.json", pushes.join("\n")));
        },
        judged: &[
            "Databricks SCIM: exception quarantined",
            "dan account: exception unresolved",
            "frank account: exception unresolved",
        ],
    },
];
