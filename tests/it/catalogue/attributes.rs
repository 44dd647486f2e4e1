//! The stories of attributes: what is pushed of people, and whether both systems have it alike.

use serde_json::{Value, json};

use super::logs::{Door, Logs, app, app_user, instant, target, user};
use super::stage::Story;

const REQUESTS: &str = "\n[[source]]\nid = \"scim\"\npaths = [\"scim.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n";
const SCIM: (&str, &str) = ("", REQUESTS);
const ALLOWED: (&str, &str) = (
    "",
    "\n[test.\"ATR-01\"]\nallowed = [\"USERNAME\", \"active\", \"name\", \"emails\", \"hireDate\", \"nickName\", \"password\", \"costCenter\", \"login\", \"members*\"]\n",
);
const LISTS: (&str, &str) = ("", "\n[[source]]\nid = \"scim_snapshot\"\npaths = [\"scim_snapshot.json\"]\n");
const DOMAIN: (&str, &str) = ("", "\n[identity]\ndomains = { \"corp.example.com\" = \"example.com\" }\n");
const OWN_LOGS: (&str, &str) = (
    "[groups]",
    "[[source]]\nid = \"generic\"\npaths = [\"generic.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n\n[identity]\naliases = { \"b.old@example.com\" = \"bob@example.com\" }\n\n[groups]",
);
const UNTIL_THE_THIRD: (&str, &str) = ("2026-06-29..2026-07-04", "2026-06-29..2026-07-03");

fn request(at: &str, method: &str, path: &str, status: u16, body: Value, answer: Value) -> String {
    json!({
        "ts": instant(at).format("%Y-%m-%dT%H:%M:%S.000Z").to_string(), "source": "scim-gateway", "base": "account",
        "method": method, "path": path, "status": status,
        "client": {"user_agent": "Okta SCIM Client 1.0.0", "token_id": "tok-17", "ip": "198.51.100.20", "idp": "okta"},
        "request_id": format!("scim-{at}"), "request": body, "response": answer,
    })
    .to_string()
}

fn creates(at: &str, mut body: Value) -> String {
    body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
    request(at, "POST", "/Users", 201, body, Value::Null)
}

fn patches(at: &str, operations: Value) -> String {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    request(at, "PATCH", "/Users/1001", 200, body, Value::Null)
}

/// A resource as the provider lists it (its id is `00u1<name>`), and as Databricks does (`dbx-<name>`).
#[derive(Default)]
struct Lists(Vec<Value>);

impl Lists {
    fn put(&mut self, at: &str, kind: &str, id: &str, place: &str, mut resource: Value) {
        resource["schemas"] = json!([format!("urn:ietf:params:scim:schemas:core:2.0:{kind}")]);
        resource["id"] = json!(id);
        resource["meta"] = json!({"location": format!("{place}/{kind}s/{id}")});
        resource["snapshot_time"] = json!(instant(at).to_rfc3339());
        self.0.push(resource);
    }

    fn provider(&mut self, at: &str, kind: &str, id: &str, resource: Value) {
        self.put(at, kind, id, "https://example.okta.com/scim/v2", resource);
    }

    fn databricks(&mut self, at: &str, kind: &str, id: &str, resource: Value) {
        let account = "00000000-0000-4000-8000-00000000acc0";
        let place = format!("https://accounts.cloud.databricks.com/api/2.1/accounts/{account}/scim/v2");
        self.put(at, kind, id, &place, resource);
    }

    /// A person in both, as the two have it: active, and the external id in Databricks.
    fn both(&mut self, at: &str, name: &str, external: &str, active: [bool; 2]) {
        let mail = format!("{name}@example.com");
        self.provider(at, "User", &format!("00u1{name}"), json!({"userName": mail, "active": active[0]}));
        let there = json!({"userName": mail, "active": active[1], "externalId": external});
        self.databricks(at, "User", &format!("dbx-{name}"), there);
    }

    fn into_file(self) -> (&'static str, String) {
        let lines: Vec<String> = self.0.iter().map(Value::to_string).collect();
        ("scim_snapshot.json", lines.join("\n"))
    }
}

fn renames(logs: &mut Logs, at: &str, id: &str, to: &str) {
    let to = target("User", id, &format!("{to}@example.com"), to);
    logs.decides(
        at,
        "directory-admin",
        "user.account.update_profile",
        "SUCCESS",
        &[to],
        json!({"changedAttributes": "login"}),
    );
}

/// What both systems have as the e-mail address of a person.
fn addresses(logs: &mut Logs) {
    let at = "03 12:00";
    let mut lists = Lists::default();
    let work = |address: &str| json!({"type": "work", "value": address});
    let mut both = |name: &str, ours: Value, theirs: Value| {
        let mail = format!("{name}@example.com");
        lists.provider(at, "User", &format!("00u1{name}"), json!({"userName": mail, "emails": ours}));
        lists.databricks(at, "User", &format!("dbx-{name}"), json!({"userName": mail, "emails": theirs}));
    };
    both("alice", json!([work("Alice@Example.com")]), json!([work("alice@corp.example.com")]));
    both("bob", json!([work("bob@example.com")]), json!([work("robert@example.com")]));
    // The primary address counts, else that of work.
    both(
        "carol",
        json!([{"type": "home", "value": "c@home.example"}, {"type": "Work", "value": "carol@example.com"}]),
        json!([work("other@example.com"), {"value": "carol@example.com", "primary": "true"}]),
    );
    // One of the two states none.
    both("erin", json!([]), json!([work("erin@example.com")]));
    // Logins that are no addresses: what is pushed is the address, or it is not.
    for (name, pushed) in [("dave", "dave@example.com"), ("frank", "franklin@example.com")] {
        let mail = format!("{name}@example.com");
        lists.provider(at, "User", &format!("00u1{name}"), json!({"userName": name, "emails": [work(&mail)]}));
        let there = json!({"userName": pushed, "externalId": format!("00u1{name}"), "emails": [work(pushed)]});
        lists.databricks(at, "User", &format!("dbx-{name}"), there);
    }
    logs.files.push(lists.into_file());
}

pub(super) const ATTRIBUTES: &[Story] = &[
    Story {
        test: "ATR-01",
        but: &[SCIM, ALLOWED],
        tell: |logs| {
            let work = |mail: &str| json!([{"type": "work", "value": mail, "primary": true}]);
            let requests = vec![
                creates(
                    "02 09:00",
                    json!({"userName": "alice@example.com", "active": true, "emails": work("alice@example.com"), "birthday": "1990-01-01"}),
                ),
                creates(
                    "02 09:10",
                    json!({"userName": "bob@example.com", "hireDate": "2026-07-01", "nickName": "bobby", "password": "hunter2"}),
                ),
                creates(
                    "02 09:20",
                    json!({"userName": "carol@example.com", "hireDate": "01/07/2026", "nickname": "caz", "name": {"givenName": "Carol"}}),
                ),
                patches(
                    "02 10:00",
                    json!([{"op": "replace", "path": "emails[type eq \"Work\"].value", "value": "a@example.com"}]),
                ),
                patches(
                    "02 10:10",
                    json!([{"op": "replace", "value": {"name.givenName": "Al", "emails[type eq \"work\"].primary": "True"}}]),
                ),
                patches("02 10:20", json!([{"op": "remove", "path": "members[value eq \"1\"]"}])),
                request(
                    "02 11:00",
                    "PUT",
                    "/Users/1001",
                    400,
                    json!({"schemas": ["x"], "userName": "dan@example.com", "costCenter": "7 a"}),
                    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "scimType": "invalidValue", "detail": "costCenter is no number", "status": "400"}),
                ),
                // A body that is not at hand, a read, and a push before the period.
                request("02 12:00", "POST", "/Users", 201, Value::Null, Value::Null),
                request("02 12:10", "GET", "/Users", 200, Value::Null, Value::Null),
                creates("06-30 09:00", json!({"userName": "old@example.com", "shoeSize": 42})),
            ];
            logs.files.push(("scim.json", requests.join("\n")));
            let changed = json!({"changedAttributes": "login"});
            let targets = |label: &str| [app_user("eve"), app(label), user("eve")];
            logs.decides(
                "02 13:00",
                "root",
                "application.provision.user.push_profile",
                "SUCCESS",
                &targets("Databricks"),
                changed.clone(),
            );
            logs.decides(
                "02 13:10",
                "root",
                "application.provision.user.push_profile",
                "SUCCESS",
                &targets("Payroll"),
                json!({"changedAttributes": "salary"}),
            );
            let failed = json!({"errorField": "title", "errorCode": "notUniqueWithinOrg"});
            logs.decides(
                "02 13:20",
                "root",
                "application.provision.user.push",
                "FAILURE",
                &targets("Databricks"),
                failed,
            );
        },
        judged: &[
            "userName: pass allowed",
            "active: pass allowed",
            "name.givenName: pass allowed",
            "emails[type eq \"work\"].value: pass allowed",
            "emails[type eq \"work\"].primary: exception wrong_type",
            "birthday: exception not_allowed",
            "hireDate: exception inconsistent",
            "nickName: exception inconsistent",
            "password: undetermined values_not_at_hand",
            "costCenter: exception causes_sync_errors",
            "members: undetermined values_not_at_hand",
            "login: undetermined values_not_at_hand",
            "title: exception causes_sync_errors",
        ],
    },
    Story {
        test: "ATR-01",
        but: &[SCIM],
        tell: |logs| {
            let requests = [
                creates("02 09:00", json!({"userName": "alice@example.com", "active": "true"})),
                creates("02 09:10", json!({"userName": "bob@example.com"})),
            ];
            logs.files.push(("scim.json", requests.join("\n")));
        },
        judged: &["userName: undetermined no_allow_list", "active: exception wrong_type"],
    },
    Story {
        test: "VCH-03",
        but: &[LISTS, DOMAIN],
        tell: |logs| {
            let at = "03 12:00";
            let mut lists = Lists::default();
            lists.provider(
                at,
                "User",
                "00u1alice",
                json!({"userName": "alice@example.com", "active": true, "displayName": "Alice A."}),
            );
            lists.databricks(at, "User", "dbx-alice", json!({"userName": "Alice@Example.com", "active": "true", "externalId": "00u1alice", "displayName": "Alice Adams"}));
            lists.both(at, "bob", "00u1bob", [false, true]);
            lists.both(at, "carol", "weird-1", [true, true]);
            // The account of dave bears the id of erin.
            lists.both(at, "dave", "00u1erin", [true, true]);
            lists.both(at, "erin", "00u1erin", [true, true]);
            lists.provider(at, "User", "00u1frank", json!({"userName": "frank@corp.example.com"}));
            lists.databricks(at, "User", "dbx-frank", json!({"userName": "frank@example.com"}));
            lists.provider(at, "User", "00u1gina", json!({"userName": "gina@example.com"}));
            lists.databricks(
                at,
                "User",
                "dbx-gina",
                json!({"userName": "georgina@example.com", "externalId": "00u1gina"}),
            );
            lists.provider(at, "Group", "00g1DBXEngineers", json!({"displayName": "DBX Engineers"}));
            lists.databricks(
                at,
                "Group",
                "dbx-engineers",
                json!({"displayName": "engineers", "externalId": "00g1DBXEngineers"}),
            );
            // In no list, but in both logs.
            logs.assigned("02 09:00", "hank", "Databricks");
            logs.user("02 09:05", "add", "hank");
            // Gone after the list, on one side only.
            lists.both(at, "ivy", "00u1ivy", [true, true]);
            logs.lifecycle("03 13:00", "deactivate", "ivy");
            // An older list says otherwise, and does not count.
            lists.provider("02 12:00", "User", "00u1bob", json!({"userName": "bob@example.com", "active": true}));
            // Deleted before the end.
            lists.both(at, "jack", "00u1jack", [true, false]);
            logs.row(
                "03 14:00",
                "account",
                Door::CONNECTOR,
                "delete",
                &[("targetUserName", "jack@example.com"), ("targetUserId", "dbx-jack")],
            );
            logs.files.push(lists.into_file());
        },
        judged: &[
            "alice userName: pass agrees",
            "alice externalId: pass agrees",
            "alice active: pass agrees",
            "alice displayName: not_applicable display_name_differs",
            "bob userName: pass agrees",
            "bob externalId: pass agrees",
            "bob active: exception active_differs",
            "carol userName: pass agrees",
            "carol externalId: exception external_id_differs",
            "carol active: pass agrees",
            "dave userName: exception name_differs",
            "dave externalId: exception bound_to_another",
            "dave active: pass agrees",
            "erin userName: pass agrees",
            "erin externalId: pass agrees",
            "erin active: pass agrees",
            "frank userName: pass agrees",
            "georgina userName: exception name_differs",
            "georgina externalId: pass agrees",
            "engineers group name: pass agrees",
            "engineers externalId: pass agrees",
            "hank: undetermined no_snapshot",
            "ivy userName: pass agrees",
            "ivy externalId: pass agrees",
            "ivy active: exception active_differs",
        ],
    },
    Story {
        test: "VCH-03",
        but: &[LISTS, DOMAIN],
        tell: addresses,
        judged: &[
            "alice userName: pass agrees",
            "alice email: pass agrees",
            "bob userName: pass agrees",
            "bob email: exception email_differs",
            "carol userName: pass agrees",
            "carol email: pass agrees",
            "dave userName: pass agrees",
            "dave email: pass agrees",
            "dave externalId: pass agrees",
            "erin userName: pass agrees",
            "franklin userName: exception name_differs",
            "franklin email: exception email_differs",
            "franklin externalId: pass agrees",
        ],
    },
    // The id is that of somebody whom the provider's list does not name, but its log does.
    Story {
        test: "VCH-03",
        but: &[LISTS],
        tell: |logs| {
            let mut lists = Lists::default();
            logs.joins("02 09:00", "quinn", "Canteen");
            lists.both("03 12:00", "pat", "00u1quinn", [true, true]);
            logs.files.push(lists.into_file());
        },
        judged: &["pat userName: pass agrees", "pat externalId: exception bound_to_another", "pat active: pass agrees"],
    },
    // An update that ties bob to the id of carol, one that ties him to his own, and a decision, which ties nobody to anything.
    Story {
        test: "VCH-03",
        but: &[OWN_LOGS],
        tell: |logs| {
            for who in ["bob", "carol"] {
                logs.joins("02 08:00", who, "Canteen");
            }
            let update = |at: &str, plane: &str, id: &str| {
                let change = json!({"verb": "user.update", "subject": "b.old@example.com", "subject_external_id": id, "subject_kind": "user"});
                json!({
                    "tickmark": 1, "time": instant(at).to_rfc3339(), "type": "person.updated", "plane": plane,
                    "outcome": "success", "actor": "root@example.com", "scope": if plane == "effect" { "account" } else { "tenant" },
                    "changes": [change],
                })
                .to_string()
            };
            let updates = [
                update("02 09:00", "effect", "00u1carol"),
                update("02 10:00", "effect", "00u1bob"),
                update("02 11:00", "authority", "00u1carol"),
            ];
            logs.files.push(("generic.json", updates.join("\n")));
        },
        judged: &[
            "bob: undetermined no_snapshot",
            "user.update bob userName: exception bound_to_another",
            "user.update bob userName: pass agrees",
            "user.update bob userName: pass agrees",
        ],
    },
    Story {
        test: "VCH-03",
        but: &[LISTS, UNTIL_THE_THIRD],
        tell: |logs| {
            let mut lists = Lists::default();
            lists.both("02 12:00", "alice", "00u1alice", [true, true]);
            logs.files.push(lists.into_file());
        },
        judged: &[
            "alice userName: undetermined coverage_gap",
            "alice externalId: undetermined coverage_gap",
            "alice active: undetermined coverage_gap",
        ],
    },
    // The list of the very end is of after it, and counts only where the period has none.
    Story {
        test: "VCH-03",
        but: &[LISTS],
        tell: |logs| {
            let mut lists = Lists::default();
            lists.both("03 23:59:59", "alice", "00u1alice", [true, true]);
            lists.both("04 00:00", "alice", "00u1alice", [true, false]);
            lists.both("04 00:00", "bob", "00u1bob", [true, false]);
            logs.files.push(lists.into_file());
        },
        judged: &[
            "alice userName: pass agrees",
            "alice externalId: pass agrees",
            "alice active: pass agrees",
            "bob userName: pass agrees",
            "bob externalId: pass agrees",
            "bob active: exception active_differs",
        ],
    },
    // A list from after the end needs no log in between.
    Story {
        test: "VCH-03",
        but: &[LISTS, UNTIL_THE_THIRD],
        tell: |logs| {
            let mut lists = Lists::default();
            lists.both("11 00:00", "alice", "00u1alice", [true, true]);
            lists.both("11 00:01", "late", "00u1late", [true, true]);
            logs.files.push(lists.into_file());
        },
        judged: &["alice userName: pass agrees", "alice externalId: pass agrees", "alice active: pass agrees"],
    },
    Story {
        test: "VCH-03",
        but: &[],
        tell: |logs| {
            for who in ["alice", "jim", "kim", "lee"] {
                logs.assigned("01 09:00", who, "Databricks");
                logs.user("01 09:05", "add", who);
            }
            logs.user("02 09:00", "updateUser", "alice");
            logs.row("02 10:00", "account", Door::HUMAN, "updateUser", &[]);
            renames(logs, "02 11:00", "00u1jim", "james");
            // The evidence ends within a day of it.
            renames(logs, "03 10:00", "00u1kim", "kimberly");
            // Nobody of that name is in Databricks.
            renames(logs, "02 12:00", "00u1zoe", "zoe");
        },
        judged: &[
            "alice: undetermined no_snapshot",
            "jim: undetermined no_snapshot",
            "kim: undetermined no_snapshot",
            "lee: undetermined no_snapshot",
            "user.update alice userName: pass agrees",
            "user.update userName: undetermined unresolved_subject",
            "user.update jim userName: exception name_differs",
            "user.update kim userName: undetermined window_open",
        ],
    },
];
