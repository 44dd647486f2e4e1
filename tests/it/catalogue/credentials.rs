//! The stories of tokens, secrets and their rotation.

use serde_json::{Value, json};

use super::logs::{Door, Logs, app, group, instant, target};
use super::stage::Story;

const ONE: &str = "4150000000000001";
const BY: Door = Door { endpoint: "", ..Door::HUMAN };
pub(super) const DAY: i64 = 86_400_000;

pub(super) fn ms(at: &str) -> i64 {
    instant(at).timestamp_millis()
}

/// Databricks knows somebody by a name and an id.
pub(super) fn knows(logs: &mut Logs, who: &str, id: &str) {
    let name = format!("{who}@example.com");
    let names = [("targetUserName", name.as_str()), ("targetUserId", id)];
    logs.row("06-29 00:30", "account", Door::CONNECTOR, "add", &names);
}

pub(super) fn makes(logs: &mut Logs, at: &str, id: &str, hash: &str, expires: Value) {
    let mut params = json!({"userId": id, "tokenHash": hash});
    if !expires.is_null() {
        params["tokenExpirationTime"] = expires;
    }
    logs.act(at, ONE, BY, "accounts", "generateDbToken", params, 200, Value::Null);
}

pub(super) fn revokes(logs: &mut Logs, at: &str, id: &str, hash: &str) {
    let params = json!({"userId": id, "tokenHash": hash});
    logs.act(at, ONE, BY, "accounts", "revokeDbToken", params, 200, Value::Null);
}

pub(super) fn uses(logs: &mut Logs, at: &str, who: &'static str, hash: &str) {
    let door = Door { actor: who, ..BY };
    let params = json!({"user": who, "tokenId": hash, "authenticationMethod": "API_INT_PAT_TOKEN"});
    logs.act(at, ONE, door, "accounts", "tokenLogin", params, 200, Value::Null);
}

pub(super) fn secret(logs: &mut Logs, at: &str, action: &str, principal: &str, id: &str) {
    let params = json!({"account_id": "acc0", "service_principal": principal, "secret_id": id});
    logs.act(at, "account", BY, "servicePrincipalCredentials", action, params, 200, Value::Null);
}

fn recipient(logs: &mut Logs, at: &str, action: &str, params: Value) {
    logs.act(at, "account", BY, "unityCatalog", action, params, 200, Value::Null);
}

fn api_token(logs: &mut Logs, at: &str, what: &str, id: &str, name: &str) {
    let token = target("Token", id, "unknown", name);
    logs.decides(at, "directory-admin", &format!("system.api_token.{what}"), "SUCCESS", &[token], json!({}));
}

/// Both logs speak in every hour, so that absence can be leaned on.
pub(super) fn watched(logs: &mut Logs) {
    for (day, hour) in ["06-29", "06-30", "01", "02", "03"].iter().flat_map(|day| (0..24).map(move |hour| (day, hour)))
    {
        for scope in [ONE, "account"] {
            logs.signs_in(&format!("{day} {hour:02}:50"), scope, "nobody@example.com");
        }
    }
}

pub(super) const YOUNG: (&str, &str) = ("", "\n[test.\"CRD-01\"]\nmax_age = \"24h\"\n");
pub(super) const TWO_DAYS: (&str, &str) = ("2026-06-29..2026-07-04", "2026-06-29..2026-07-03");
const LISTED: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"snapshot_tokens\"\npaths = [\"tokens.csv\"]\nowner = \"Platform\"\n");
const POLICY: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"token_policy\"\npaths = [\"policy.csv\"]\nowner = \"Platform\"\n");
const ROTATION: (&str, &str) =
    ("", "\n[test.\"CRD-03\"]\nmax_rot = \"2d\"\noverlap = \"1d\"\nidp_tokens = [\"dbx-*\"]\n");
const ENTRA: (&str, &str) = (
    "",
    "\n[[source]]\nid = \"entra_audit\"\npaths = [\"entra_audit.json\"]\nprovider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"\n",
);

pub(super) const TOKENS: &[Story] = &[
    Story {
        test: "CRD-01",
        but: &[],
        tell: |logs| {
            knows(logs, "alice", "7001");
            knows(logs, "bob", "7002");
            makes(logs, "01 09:00", "7001", "AA01", json!((ms("01 09:00") + 90 * DAY).to_string()));
            // The same record twice, and the same token in another case, is one item.
            logs.databricks.push(logs.databricks[logs.databricks.len() - 1].clone());
            uses(logs, "02 09:00", "alice@example.com", "aa01");
            makes(logs, "01 09:00", "7001", "aa02", json!(ms("01 09:00") + 90 * DAY + 1000));
            makes(logs, "01 09:00", "7002", "bb01", json!("-1"));
            makes(logs, "01 09:00", "7002", "bb02", Value::Null);
            makes(logs, "01 09:00", "7002", "bb03", json!("soon"));
            uses(logs, "02 10:00", "Bob@Example.com", "bb04");
            // Ended when the period began, or was never made.
            makes(logs, "06-30 09:00", "7002", "bb05", json!(ms("01 00:00").to_string()));
            makes(logs, "06-30 09:00", "7002", "bb06", json!(ms("02 00:00").to_string()));
            logs.act(
                "02 11:00",
                ONE,
                BY,
                "accounts",
                "generateDbToken",
                json!({"userId": "7002", "tokenHash": "bb07"}),
                403,
                Value::Null,
            );
            // A sweep tells of a creation that nobody saw.
            let swept = json!({"userId": "7002", "tokenClientId": "bb08", "tokenCreationTime": (ms("01 00:00") - 200 * DAY).to_string(), "tokenExpirationTime": ms("02 00:00").to_string()});
            logs.act("02 12:00", ONE, Door::PLATFORM, "accounts", "garbageCollectDbToken", swept, 200, Value::Null);
        },
        judged: &[
            "alice aa01: pass within_limits",
            "alice aa02: exception life_too_long",
            "bob bb01: exception no_expiry",
            "bob bb02: exception no_expiry",
            "bob bb03: undetermined expiry_not_stated",
            "bob bb04: undetermined no_opening_state",
            "bob bb06: pass within_limits",
            "bob bb08: exception life_too_long",
        ],
    },
    Story {
        test: "CRD-01",
        but: &[YOUNG],
        tell: |logs| {
            watched(logs);
            knows(logs, "alice", "7001");
            makes(logs, "06-30 09:00", "7001", "aa01", json!((ms("30 09:00") + DAY).to_string()));
            uses(logs, "01 09:00", "alice@example.com", "aa01");
            makes(logs, "06-30 09:00", "7001", "aa02", json!((ms("30 09:00") + DAY).to_string()));
            uses(logs, "01 09:00:01", "alice@example.com", "aa02");
            // Old by what is on record of it, whoever saw it made.
            uses(logs, "06-30 09:00", "carol@example.com", "cc01");
            uses(logs, "01 10:00", "carol@example.com", "cc01");
        },
        judged: &[
            "alice aa01: pass within_limits",
            "alice aa02: exception used_beyond_age",
            "carol cc01: exception used_beyond_age",
        ],
    },
    // A record that was cut off says nothing of an expiry, and one that ends a token before it was made cannot be meant.
    Story {
        test: "CRD-01",
        but: &[],
        tell: |logs| {
            knows(logs, "alice", "7001");
            let cut = json!({"userId": "7001", "tokenHash": "aa01", "TRUNCATED": "true"});
            logs.act("01 09:00", ONE, BY, "accounts", "generateDbToken", cut, 200, Value::Null);
            makes(logs, "01 09:00", "7001", "aa02", json!((ms("01 09:00") - DAY).to_string()));
        },
        judged: &["alice aa01: undetermined expiry_not_stated", "alice aa02: undetermined expiry_not_stated"],
    },
    Story {
        test: "CRD-01",
        but: &[YOUNG, TWO_DAYS],
        tell: |logs| {
            watched(logs);
            knows(logs, "alice", "7001");
            makes(logs, "01 09:00", "7001", "aa01", json!((ms("01 09:00") + 30 * DAY).to_string()));
            makes(logs, "01 09:00", "7001", "aa02", json!((ms("01 09:00") + 30 * DAY).to_string()));
            revokes(logs, "02 08:00", "7001", "aa02");
        },
        judged: &["alice aa01: undetermined window_open", "alice aa02: pass within_limits"],
    },
    Story {
        test: "CRD-01",
        but: &[YOUNG],
        tell: |logs| {
            logs.outage(6..9);
            knows(logs, "alice", "7001");
            makes(logs, "01 05:00", "7001", "aa01", json!((ms("01 05:00") + 30 * DAY).to_string()));
            makes(logs, "01 05:00", "7001", "aa02", json!((ms("01 05:00") + DAY).to_string()));
        },
        judged: &["alice aa01: undetermined coverage_gap", "alice aa02: pass within_limits"],
    },
    Story {
        test: "CRD-01",
        but: &[LISTED, POLICY],
        tell: |logs| {
            let tokens = "taken_at,token_id,owner,created_at,expires_at,scope\n\
                2026-06-30T12:00:00Z,AA01,Alice@Example.com,2026-06-01,2026-08-01,account\n\
                2026-06-30T12:00:00Z,aa02,alice@example.com,2026-06-01,,account\n\
                2026-06-30T12:00:00Z,aa03,alice@example.com,,2026-08-01,account\n\
                2026-06-30T12:00:00Z,aa04,alice@example.com,2026-01-01,2026-06-30T23:00:00Z,account\n\
                2026-06-30T12:00:00Z,rr01,robot@example.com,2026-01-01,2026-12-01,account\n";
            logs.files.push(("tokens.csv", tokens.to_owned()));
            let policy = "principal,max_life,may_create\nrobot@*,365d,true\neve@*,90d,false\n";
            logs.files.push(("policy.csv", policy.to_owned()));
            knows(logs, "eve", "7005");
            makes(logs, "01 09:00", "7005", "ee01", json!((ms("01 09:00") + DAY).to_string()));
        },
        judged: &[
            "alice aa01: pass within_limits",
            "alice aa02: exception no_expiry",
            "alice aa03: undetermined no_opening_state",
            "robot rr01: pass within_limits",
            "eve ee01: exception forbidden_by_policy",
        ],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: leavers_with_tokens,
        judged: &[
            "user.deactivate alice aa01: pass revoked",
            "user.deactivate alice aa02: exception still_valid",
            "user.deactivate bob bb01: pass expired",
            "user.deactivate carol cc01: pass principal_inactive",
            "user.deactivate dave dd01: exception used_after_end",
            "user.deactivate erin ee01: exception still_valid",
            "user.deactivate frank ff01: undetermined window_open",
            "user.deactivate grace gg01: undetermined no_opening_state",
            "user.deactivate henry hh01: not_applicable superseded",
            "user.deactivate judy jj01: undetermined unresolved_subject",
            "user.deactivate kate kk01: exception still_valid",
        ],
    },
    Story {
        test: "CRD-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (who, id, hash) in [("alice", "7001", "aa01"), ("bob", "7002", "bb01"), ("carol", "7003", "cc01")] {
                knows(logs, who, id);
                makes(logs, "06-30 09:20", id, hash, json!((ms("06-30 09:20") + 30 * DAY).to_string()));
                logs.lifecycle("02 05:00", "deactivate", who);
                logs.user(if who == "alice" { "02 05:10" } else { "02 10:00" }, "deactivateUser", who);
            }
            revokes(logs, "02 05:20", "7001", "aa01");
            uses(logs, "02 09:30", "carol@example.com", "cc01");
        },
        judged: &[
            "user.deactivate alice aa01: pass revoked",
            "user.deactivate bob bb01: undetermined coverage_gap",
            "user.deactivate carol cc01: exception used_after_end",
        ],
    },
    // The identity provider never learnt that alice left.
    Story {
        test: "CRD-02",
        but: &[("", "\n[[companion]]\nkind = \"hr_leavers\"\npaths = [\"leavers.csv\"]\nowner = \"People\"\n")],
        tell: |logs| {
            let leavers = "person,effective_at,kind\nalice@example.com,2026-07-02T05:00:00Z,voluntary\n";
            logs.files.push(("leavers.csv", leavers.to_owned()));
            knows(logs, "alice", "7001");
            makes(logs, "06-30 09:20", "7001", "aa01", json!((ms("06-30 09:20") + 30 * DAY).to_string()));
            uses(logs, "02 09:30", "alice@example.com", "aa01");
        },
        judged: &["alice aa01: exception used_after_end"],
    },
    Story {
        test: "CRD-03",
        but: &[ROTATION, ENTRA],
        tell: standing_credentials,
        judged: &[
            "id:1001 oauth_secret: pass rotated",
            "id:1002 oauth_secret: exception overlap_too_long",
            "id:1003 oauth_secret: exception too_old",
            "id:1004 oauth_secret: undetermined window_open",
            "id:1005 oauth_secret: undetermined creation_unseen",
            "id:1006 oauth_secret: pass rotated",
            "acme recipient_token: pass rotated",
            "globex recipient_token: undetermined end_unseen",
            "initech recipient_token: undetermined creation_unseen",
            "dbx-sync idp_api_token: pass rotated",
            "dbx-old idp_api_token: undetermined creation_unseen",
            "databricks prod idp_app_credential: pass rotated",
            "scim-connector scim_token: pass rotated",
        ],
    },
    Story {
        test: "CRD-03",
        but: &[ROTATION],
        tell: |logs| {
            watched(logs);
            logs.user("02 10:00", "add", "alice");
        },
        judged: &["scim-connector scim_token: undetermined creation_unseen"],
    },
    Story {
        test: "CRD-03",
        but: &[ROTATION],
        tell: |logs| {
            let names = [("targetUserName", "alice@example.com")];
            logs.row("02 10:00", "account", Door::CONNECTOR_FROM_ELSEWHERE, "add", &names);
        },
        judged: &["scim-connector scim_token: exception outside_address"],
    },
    Story {
        test: "CRD-03",
        but: &[ROTATION],
        tell: |logs| {
            logs.outage(6..9);
            secret(logs, "06-30 12:00", "create", "1001", "s1");
            secret(logs, "02 11:00", "create", "1001", "s2");
            secret(logs, "02 12:00", "delete", "1001", "s1");
            secret(logs, "06-30 12:00", "create", "1002", "s1");
        },
        judged: &[
            "id:1001 oauth_secret: pass rotated",
            "id:1002 oauth_secret: undetermined coverage_gap",
            "scim-connector scim_token: undetermined coverage_gap",
        ],
    },
];

fn leavers_with_tokens(logs: &mut Logs) {
    watched(logs);
    // Two people are called judy at the same time.
    for id in ["00u1judy", "00u2judy"] {
        let judy = target("User", id, "judy@example.com", "judy");
        logs.decides("06-29 00:20", "directory-admin", "user.lifecycle.create", "SUCCESS", &[judy], json!({}));
    }
    let all = [
        ("alice", "7001"),
        ("bob", "7002"),
        ("carol", "7003"),
        ("dave", "7004"),
        ("erin", "7005"),
        ("frank", "7006"),
        ("grace", "7007"),
        ("henry", "7008"),
        ("ivy", "7009"),
        ("judy", "7010"),
        ("kate", "7011"),
    ];
    for (who, id) in all {
        knows(logs, who, id);
        let hash = format!("{0}{0}01", &who[..1]);
        if who != "grace" {
            let life = if who == "bob" { 0 } else { 30 * DAY };
            makes(logs, "06-29 01:00", id, &hash, json!((ms("01 20:00") + life).to_string()));
        }
        if !matches!(who, "frank" | "ivy") {
            logs.lifecycle("01 09:00", "deactivate", who);
        }
    }
    revokes(logs, "02 09:00", "7001", "AA01");
    // A second token, a minute too late; one that had ended; one that was made afterwards.
    makes(logs, "06-29 01:00", "7001", "aa02", json!((ms("01 20:00") + 30 * DAY).to_string()));
    revokes(logs, "02 09:01", "7001", "aa02");
    makes(logs, "06-29 01:00", "7001", "aa03", json!((ms("01 20:00") + 30 * DAY).to_string()));
    revokes(logs, "01 08:00", "7001", "aa03");
    makes(logs, "01 10:00", "7001", "aa04", json!((ms("01 20:00") + 30 * DAY).to_string()));
    logs.user("02 09:00", "deactivateUser", "carol");
    logs.user("01 09:00", "deactivateUser", "dave");
    uses(logs, "01 08:59", "dave@example.com", "dd01");
    uses(logs, "01 09:01", "dave@example.com", "DD01");
    logs.lifecycle("03 12:00", "deactivate", "frank");
    uses(logs, "06-30 09:00", "grace@example.com", "gg01");
    logs.lifecycle("01 12:00", "reactivate", "henry");
    // She is assigned through a group, too.
    logs.assigned("06-29 01:00", "ivy", "Databricks");
    logs.joins("06-29 01:00", "ivy", "Analysts");
    let assignment = [group("Analysts"), app("Databricks")];
    logs.decides(
        "06-29 02:00",
        "directory-admin",
        "group.application_assignment.add",
        "SUCCESS",
        &assignment,
        json!({}),
    );
    logs.unassigned("01 09:00", "ivy", "Databricks");
    let other = target("User", "00u2judy", "judy@example.com", "judy");
    logs.decides("03 09:00", "directory-admin", "user.account.update_profile", "SUCCESS", &[other], json!({}));
    // Switched off in time, and on again by hand.
    logs.user("01 10:00", "deactivateUser", "kate");
    logs.row("01 11:00", "account", BY, "activateUser", &[("targetUserName", "kate@example.com")]);
}

fn standing_credentials(logs: &mut Logs) {
    watched(logs);
    // Exactly at the limit of age and of overlap.
    secret(logs, "06-30 12:00", "create", "1001", "s1");
    secret(logs, "02 12:00", "create", "1001", "s2");
    secret(logs, "03 12:00", "delete", "1001", "s1");
    secret(logs, "02 09:00", "create", "1002", "s1");
    secret(logs, "02 10:00", "create", "1002", "s2");
    secret(logs, "03 10:00:01", "delete", "1002", "s1");
    secret(logs, "06-30 09:00", "create", "1003", "s1");
    secret(logs, "03 01:00", "create", "1004", "s1");
    secret(logs, "03 12:00", "create", "1004", "s2");
    secret(logs, "01 09:00", "delete", "1005", "s0");
    // Gone before the period, and never made.
    secret(logs, "06-29 09:00", "create", "1006", "s0");
    secret(logs, "06-30 09:00", "delete", "1006", "s0");
    secret(logs, "02 12:00", "create", "1006", "s1");
    secret(logs, "06-29 09:00", "create", "1007", "s0");
    secret(logs, "06-30 09:00", "delete", "1007", "s0");
    let refused = json!({"service_principal": "1008", "secret_id": "s0"});
    logs.act("02 09:00", "account", BY, "servicePrincipalCredentials", "create", refused, 403, Value::Null);
    for name in ["acme", "globex"] {
        recipient(logs, "01 12:00", "createRecipient", json!({"name": name, "authentication_type": "TOKEN"}));
    }
    let left = json!({"name": "acme", "existing_token_expire_in_seconds": 86_400});
    recipient(logs, "02 12:00", "rotateRecipientToken", left.clone());
    recipient(logs, "02 12:00", "rotateRecipientToken", json!({"name": "globex"}));
    recipient(
        logs,
        "02 12:00",
        "rotateRecipientToken",
        json!({"name": "initech", "existing_token_expire_in_seconds": "0"}),
    );
    api_token(logs, "02 12:00", "create", "00T1", "dbx-sync");
    api_token(logs, "02 12:00", "revoke", "00T2", "dbx-old");
    api_token(logs, "02 12:00", "create", "00T3", "payroll-sync");
    let keys = |new: &str| json!({"displayName": "KeyDescription", "oldValue": "[]", "newValue": new});
    let key = r#"["[KeyIdentifier=k1,KeyType=Password,KeyUsage=Verify,DisplayName=scim]"]"#;
    let made = |id: &str, name: &str| {
        json!({
            "id": id, "category": "ApplicationManagement", "result": "success", "correlationId": id,
            "activityDisplayName": "Add service principal credentials", "activityDateTime": "2026-07-02T12:00:00.0000000Z",
            "loggedByService": "Core Directory", "operationType": "Update",
            "initiatedBy": {"user": {"id": "u1", "userPrincipalName": "root@example.com"}, "app": null},
            "targetResources": [{"id": format!("sp-{name}"), "displayName": name, "type": "ServicePrincipal", "modifiedProperties": [keys(key)]}],
        })
        .to_string()
    };
    let audits = [made("e1", "Databricks Prod"), made("e2", "Payroll")];
    logs.files.push(("entra_audit.json", audits.join("\n")));
    knows(logs, "scim-connector", "7100");
    makes(logs, "02 12:00", "7100", "cafe", json!((ms("02 12:00") + 30 * DAY).to_string()));
    let used = json!({"user": Door::CONNECTOR.actor, "tokenId": "cafe"});
    logs.act(
        "02 13:00",
        ONE,
        Door { endpoint: "", ..Door::CONNECTOR },
        "accounts",
        "tokenLogin",
        used,
        200,
        Value::Null,
    );
}
