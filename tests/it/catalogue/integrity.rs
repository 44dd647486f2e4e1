//! The stories of the gates on what was read: sources against each other, clocks, names, vocabulary.

use serde_json::{Value, json};
use tickmark::catalogue::{Cell, Item};

use super::logs::{Door, Logs, group, instant, target, user};
use super::stage::{Ground, Story, config, outcome};

const REVIEWED: (&str, &str) = ("", "\n[test.\"COV-07\"]\nreviewed = [\"databricks/*.roleNothing/*\", \"*/3.5\"]\n");

fn acts(logs: &mut Logs, at: &str, service: &str, action: &str, params: Value) {
    logs.act(at, "account", Door::HUMAN, service, action, params, 200, Value::Null);
}

fn acts_with_status(logs: &mut Logs, at: &str, status: u16) {
    let params = json!({"targetUserName": "refused@example.com"});
    logs.act(at, "account", Door::HUMAN, "accounts", "add", params, status, Value::Null);
}

// The last row again, as of another version of the layout.
fn in_version(logs: &mut Logs, version: &str) {
    let last = logs.databricks.last_mut().expect("a row");
    *last = last.replace("\"version\":\"2.0\"", version);
}

fn is_nobody(name: &str) -> Value {
    target("User", "00u1nobodyknows", name, name)
}

const SECOND_DELIVERY: (&str, &str) = ("", "\n[[source]]\nid = \"databricks\"\npaths = [\"table.json\"]\n");
const COVERED_DELIVERY: (&str, &str) =
    ("", "\n[[source]]\nid = \"databricks\"\npaths = [\"table.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n");
const REQUESTS: (&str, &str) =
    ("", "\n[[source]]\nid = \"scim\"\npaths = [\"scim.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n");
const TOKENS: (&str, &str) = ("", "\n[[source]]\nid = \"scim_event\"\npaths = [\"scim_event.json\"]\n");
const ONE_MINUTE: (&str, &str) = ("", "\n[test.\"COV-05\"]\nskew = \"1m\"\n");

/// The last row as the system table has it.
fn in_table(logs: &Logs, changed: impl Fn(&mut Value)) -> String {
    let row: Value = serde_json::from_str(logs.databricks.last().expect("a row")).expect("JSON");
    let micros = row["timestamp"].as_i64().expect("milliseconds") * 1000;
    let time = chrono::DateTime::from_timestamp_micros(micros).expect("a time");
    let mut table = json!({
        "version": row["version"], "event_time": time.to_rfc3339(), "event_date": time.date_naive().to_string(),
        "account_id": row["accountId"], "workspace_id": row["workspaceId"].to_string(), "audit_level": row["auditLevel"],
        "source_ip_address": row["sourceIPAddress"], "user_agent": row["userAgent"], "user_identity": {"email": row["userIdentity"]["email"]},
        "service_name": row["serviceName"], "action_name": row["actionName"], "request_id": row["requestId"],
        "request_params": row["requestParams"],
        "response": {"status_code": row["response"]["statusCode"]},
        "event_id": format!("{:032x}", logs.databricks.len()),
    });
    changed(&mut table);
    table.to_string()
}

fn is_as_it_was(_: &mut Value) {}

// The same, so many seconds later and in another request.
fn delayed(seconds: i64) -> impl Fn(&mut Value) {
    move |row| {
        let time = row["event_time"].as_str().expect("a time");
        let time = chrono::DateTime::parse_from_rfc3339(time).expect("a time") + chrono::TimeDelta::seconds(seconds);
        row["event_time"] = json!(time.to_rfc3339());
        row["request_id"] = json!(format!("{}-again", row["request_id"]));
    }
}

fn request(at: &str, method: &str, path: &str, body: Value) -> String {
    json!({
        "ts": instant(at).format("%Y-%m-%dT%H:%M:%S.000Z").to_string(), "source": "scim-gateway", "base": "account",
        "method": method, "path": path, "status": if method == "POST" { 201 } else { 200 },
        "client": {"user_agent": "Okta SCIM Client 1.0.0", "token_id": "tok-17", "ip": "198.51.100.20", "idp": "okta"},
        "request_id": format!("scim-{at}-{path}"), "request": body, "response": Value::Null,
    })
    .to_string()
}

fn creates(at: &str, who: &str) -> String {
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    request(at, "POST", "/Users", json!({"schemas": schemas, "userName": format!("{who}@example.com"), "active": true}))
}

fn token(id: &str, happened: &str, issued: &str) -> String {
    json!({
        "iss": "https://scim.example.com", "jti": id, "iat": instant(issued).timestamp(), "toe": instant(happened).timestamp(),
        "sub_id": {"format": "scim", "uri": format!("/Users/{id}")},
        "events": {"urn:ietf:params:scim:event:prov:delete": {}},
    })
    .to_string()
}

// A decision, and its effect so many seconds later; or earlier, if the clocks differ.
fn decides_and_does(logs: &mut Logs, who: &'static str, decided: &str, done: &str) {
    logs.joins(decided, who, "DBX Engineers");
    logs.member(done, Door::CONNECTOR, "addPrincipalToGroup", who, "engineers");
}

#[test]
fn an_event_that_names_somebody_more_than_once_counts_once() {
    let tell = |logs: &mut Logs| {
        // Alice acts on herself, in another spelling; she signs in; another one puts her into a group.
        let herself = Door { actor: "Alice@example.com", ..Door::HUMAN };
        logs.member("02 09:00", herself, "addPrincipalToGroup", "alice", "engineers");
        logs.signs_in("02 09:10", "account", "alice@example.com");
        logs.member("02 09:20", Door::HUMAN, "addPrincipalToGroup", "alice", "analysts");
        // One record with three changes of one group.
        let join = |who: &str| json!({"verb": "member.add", "subject": who, "subject_kind": "user", "entitlement": "engineers"});
        let changes = [join("bob@example.com"), join("carol@example.com"), join("dave@example.com")];
        let record = json!({
            "tickmark": 1, "time": "2026-07-02T10:00:00Z", "type": "team.joined", "plane": "effect", "outcome": "success",
            "actor": "dave@example.com", "target": "carol@example.com", "target_kind": "user", "scope": "account", "changes": changes,
        });
        logs.files.push(("generic.json", record.to_string()));
    };
    let own = "\n[[source]]\nid = \"generic\"\npaths = [\"generic.json\"]\n";
    let outcomes = Ground::new(&config(&[], own), tell).outcomes().0;
    let found = outcome(&outcomes, "COV-06");
    let at = found.test.columns.iter().position(|column| column.name == "events_count").expect("a column");
    let count = |name: &str| {
        let of_name = |item: &&Item| item.extra[0] == Cell::Text(Some(name.to_owned()));
        found.items.iter().filter(of_name).map(|item| item.extra[at].clone()).collect::<Vec<_>>()
    };
    let one = |events: i64| vec![Cell::Whole(Some(events))];
    assert_eq!(count("Alice@example.com"), one(3));
    assert_eq!(count("engineers"), one(2));
    assert_eq!(count("analysts"), one(1));
    assert_eq!((count("bob@example.com"), count("carol@example.com")), (one(1), one(1)));
    assert_eq!((count("dave@example.com"), count("root@example.com")), (one(1), one(1)));
}

pub(super) const INTEGRITY: &[Story] = &[
    Story {
        test: "COV-04",
        but: &[SECOND_DELIVERY],
        tell: |logs| {
            let mut table = Vec::new();
            logs.signs_in("01 08:00", "account", "nobody@example.com");
            table.push(in_table(logs, is_as_it_was));
            logs.user("01 07:00", "add", "early");
            logs.user("02 09:00", "add", "alice");
            table.push(in_table(logs, is_as_it_was));
            logs.user("02 10:00", "add", "bob");
            logs.databricks.push(logs.databricks.last().expect("a row").clone());
            logs.user("02 11:00", "add", "carol");
            table.push(in_table(logs, is_as_it_was));
            logs.databricks.pop();
            logs.user("02 12:00", "add", "dave");
            table.push(in_table(logs, delayed(2)));
            logs.user("02 12:10", "add", "dora");
            table.push(in_table(logs, delayed(3)));
            logs.row("02 13:00", "account", Door::HUMAN, "addPrincipalToGroup", &[]);
            acts_with_status(logs, "02 14:00", 403);
            logs.user("02 19:59:59", "add", "late");
            logs.user("02 20:00", "add", "settling");
            logs.signs_in("03 20:00", "account", "nobody@example.com");
            table.push(in_table(logs, is_as_it_was));
            logs.user("03 21:00", "add", "beyond");
            logs.signs_in("03 22:00", "account", "nobody@example.com");
            logs.files.push(("table.json", table.join("\n")));
        },
        judged: &[
            "user.create early account: undetermined beyond_reach",
            "user.create alice account: pass in_both",
            "user.create bob account: exception in_one_only",
            "user.create carol account: exception in_one_only",
            "user.create dave account: pass in_both",
            "user.create dora account: exception in_one_only",
            "user.create dora account: exception in_one_only",
            "member.add: undetermined masked",
            "user.create late account: exception in_one_only",
            "user.create settling account: undetermined settling",
            "user.create beyond account: undetermined beyond_reach",
        ],
    },
    Story {
        test: "COV-04",
        but: &[REQUESTS],
        tell: |logs| {
            let mut requests = Vec::new();
            for (day, hour) in
                ["06-29", "06-30", "01", "02", "03"].iter().flat_map(|day| (0..24).map(move |hour| (day, hour)))
            {
                if *day != "02" || !(6..9).contains(&hour) {
                    requests.push(request(&format!("{day} {hour:02}:30"), "GET", "/Users", Value::Null));
                }
            }
            logs.user_push("02 09:00", "push", "alice", "SUCCESS");
            requests.push(creates("02 09:00:02", "alice"));
            logs.user_push("02 10:00", "push", "bob", "SUCCESS");
            requests.push(creates("02 10:00:03", "bob"));
            logs.user_push("02 07:00", "push", "gap", "SUCCESS");
            logs.user_push("02 11:00", "push", "failed", "FAILURE");
            logs.user_push("02 11:10", "sync", "synced", "SUCCESS");
            logs.user_push("02 11:20", "deactivate", "dave", "SUCCESS");
            logs.files.push(("scim.json", requests.join("\n")));
        },
        judged: &[
            "user.create alice account: pass in_both",
            "user.create bob account: exception in_one_only",
            "user.create bob account: exception in_one_only",
            "user.create gap account: undetermined coverage_gap",
            "user.deactivate dave account: exception in_one_only",
        ],
    },
    // What an export is declared to cover it reaches, whatever its last record.
    Story {
        test: "COV-04",
        but: &[COVERED_DELIVERY],
        tell: |logs| {
            let mut table = Vec::new();
            logs.user("01 09:00", "add", "first");
            logs.user("02 09:00", "add", "alice");
            table.push(in_table(logs, is_as_it_was));
            logs.user("02 12:00", "add", "last");
            logs.user("03 12:00", "add", "settling");
            logs.files.push(("table.json", table.join("\n")));
        },
        judged: &[
            "user.create first account: exception in_one_only",
            "user.create alice account: pass in_both",
            "user.create last account: exception in_one_only",
            "user.create settling account: undetermined settling",
        ],
    },
    // One delivery alone tells no story twice.
    Story { test: "COV-04", but: &[], tell: |logs| logs.user("02 09:00", "add", "alice"), judged: &[] },
    Story {
        test: "COV-05",
        but: &[TOKENS],
        tell: |logs| {
            decides_and_does(logs, "alice", "02 09:00", "02 09:05");
            logs.assigned("02 10:00", "bob", "Databricks");
            logs.user_push("02 10:01", "push", "bob", "SUCCESS");
            logs.user("02 10:00:30", "add", "bob");
            // The moment of reading is the beginning of the fifth.
            logs.okta_beats("05 00:02");
            logs.okta_beats("05 00:02:01");
            logs.okta_beats("05 00:03");
            let last = logs.okta.pop().expect("an event");
            logs.okta.push(last.replace("2026-07-05T00:03:00.000Z", "1970-01-21T15:15:00.000Z"));
            let tokens = [token("1", "02 09:00", "02 09:00:10"), token("2", "02 09:10", "02 09:00")];
            logs.files.push(("scim_event.json", tokens.join("\n")));
        },
        judged: &[
            "okta to databricks: pass within_tolerance",
            "okta to okta: pass within_tolerance",
            "okta to databricks: not_applicable order_not_certain",
            "okta: exception future_time",
            "okta: exception epoch_unit",
            "scim_event to its own log: exception median_skew",
        ],
    },
    Story {
        test: "COV-05",
        but: &[ONE_MINUTE],
        tell: |logs| {
            decides_and_does(logs, "alice", "02 09:00", "02 09:05");
            decides_and_does(logs, "bob", "02 10:02", "02 10:00");
            decides_and_does(logs, "carol", "02 11:00", "02 11:00");
        },
        judged: &["okta to databricks: exception negative_lag"],
    },
    Story {
        test: "COV-05",
        but: &[ONE_MINUTE],
        tell: |logs| {
            decides_and_does(logs, "alice", "02 09:00", "02 09:05");
            decides_and_does(logs, "bob", "02 10:01", "02 10:00");
        },
        judged: &["okta to databricks: pass within_tolerance"],
    },
    Story { test: "COV-05", but: &[], tell: |_| {}, judged: &["okta to databricks: undetermined no_causal_pair"] },
    // One record gives as an id what another gives as a name.
    Story {
        test: "COV-06",
        but: &[],
        tell: |logs| {
            let robot = "0b7c2d5e-1111-4222-8333-444455556666";
            let set = json!({"targetUserId": robot, "aclPermissionSet": "CAN_USE", "resourceId": "/warehouses/1"});
            acts(logs, "02 09:00", "databrickssql", "changeWarehouseAcls", set);
            logs.row("02 09:05", "account", Door::CONNECTOR, "add", &[("targetUserName", robot)]);
            // Of this one not even the kind is said.
            let assigned = json!({"principal_id": "77", "permissions": "[\"USER\"]"});
            acts(logs, "02 09:10", "workspace", "updatePermissionAssignment", assigned);
        },
        judged: &[
            "77: undetermined id_only",
            "0b7c2d5e-1111-4222-8333-444455556666: pass stands_for_itself",
            "root: pass stands_for_itself",
            "scim-connector: pass stands_for_itself",
        ],
    },
    Story {
        test: "COV-06",
        but: &[],
        tell: |logs| {
            logs.joins("02 09:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, "addPrincipalToGroup", "ALICE", "engineers");
            logs.row("02 09:10", "account", Door::PLATFORM, "createGroup", &[("targetGroupName", "users")]);
            // Two directory accounts under one name at once.
            logs.decides(
                "02 10:00",
                "directory-admin",
                "user.account.update_profile",
                "SUCCESS",
                &[target("User", "00u1x", "twin@example.com", "x")],
                json!({}),
            );
            logs.decides(
                "02 11:00",
                "directory-admin",
                "user.account.update_profile",
                "SUCCESS",
                &[target("User", "00u1y", "twin@example.com", "y")],
                json!({}),
            );
            logs.decides(
                "02 12:00",
                "directory-admin",
                "user.account.update_profile",
                "SUCCESS",
                &[target("User", "00u1x", "twin@example.com", "x")],
                json!({}),
            );
            // An id alone.
            logs.decides(
                "02 13:00",
                "directory-admin",
                "group.user_membership.add",
                "SUCCESS",
                &[is_nobody("unknown"), group("DBX Engineers")],
                json!({}),
            );
            logs.row(
                "02 14:00",
                "account",
                Door { actor: "unknown", ..Door::HUMAN },
                "createGroup",
                &[("targetGroupName", "users")],
            );
            // Before the period.
            logs.joins("06-30 09:00", "earlier", "DBX Engineers");
        },
        judged: &[
            "alice: pass resolved",
            "directory-admin: pass resolved",
            "engineers: pass resolved",
            "engineers: pass stands_for_itself",
            "users: pass stands_for_itself",
            "scim-connector: pass stands_for_itself",
            "twin: exception several_claim_it",
            "00u1nobodyknows: undetermined id_only",
            "unknown: undetermined no_usable_name",
            "System-User: not_applicable platform_internal",
        ],
    },
    Story {
        test: "COV-07",
        but: &[REVIEWED],
        tell: |logs| {
            logs.user("02 09:00", "add", "alice");
            acts(logs, "02 10:00", "accounts", "grantMagic", json!({}));
            acts(logs, "02 10:01", "accounts", "grantMagic", json!({"again": "1"}));
            acts(logs, "02 11:00", "widgets", "polish", json!({"new_owner": "eve@example.com"}));
            acts(logs, "02 12:00", "widgets", "paint", json!({"path": "grant admin role to everybody"}));
            acts(logs, "02 13:00", "widgets", "roleNothing", json!({}));
            logs.user("02 14:00", "add", "bob");
            in_version(logs, "\"version\":\"3.0\"");
            logs.user("02 14:05", "add", "bert");
            in_version(logs, "\"version\":\"3.5\"");
            logs.user("02 14:10", "add", "carol");
            in_version(logs, "\"version\":null");
            acts(logs, "02 15:00", "widgets", "shareSecrets", json!({}));
            in_version(logs, "\"version\":9");
            logs.decides("02 16:00", "eve", "made.up.event", "SUCCESS", &[user("eve")], json!({}));
            // Only before the period.
            acts(logs, "06-30 10:00", "widgets", "dropAcl", json!({}));
            // The end of the period is no part of it.
            acts(logs, "04 00:00", "widgets", "dropToken", json!({}));
        },
        judged: &[
            "databricks/accounts.add/2.0: pass known",
            "databricks/accounts.add/3.0: undetermined unknown_version",
            "databricks/accounts.add/3.5: pass reviewed",
            "databricks/accounts.add/none: pass known",
            "databricks/accounts.grantMagic/2.0: exception access_like",
            "databricks/widgets.polish/2.0: exception access_like",
            "databricks/widgets.paint/2.0: undetermined unmapped",
            "databricks/widgets.roleNothing/2.0: pass reviewed",
            "databricks/widgets.shareSecrets/9: exception access_like",
            "okta/made.up.event/0: undetermined unmapped",
        ],
    },
    // What is understood of one service and not of another is not understood: CloudTrail's names are of many services.
    Story {
        test: "COV-07",
        but: &[("", "\n[[source]]\nid = \"cloudtrail\"\npaths = [\"cloudtrail.json\"]\n")],
        tell: |logs| {
            let call = |at: &str, service: &str, name: &str| {
                let call = super::settings::call(at, "deployer", name, json!({"userName": "x"})).to_string();
                call.replace("iam.amazonaws.com", &format!("{service}.amazonaws.com"))
            };
            let calls = [
                call("02 09:00", "iam", "CreateAccessKey"),
                call("02 10:00", "transfer", "CreateAccessKey"),
                call("02 11:00", "transfer", "DeleteUser"),
                call("02 12:00", "iam", "DeleteUser"),
                call("02 13:00", "iam", "CreateUser"),
            ];
            logs.files.push(("cloudtrail.json", calls.join("\n")));
        },
        judged: &[
            "cloudtrail/CreateAccessKey/1.08: exception access_like",
            "cloudtrail/DeleteUser/1.08: undetermined unmapped",
            "cloudtrail/CreateUser/1.08: pass known",
        ],
    },
];
