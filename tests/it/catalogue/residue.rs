//! The stories of what leavers leave behind.

use serde_json::{Value, json};

use super::listings::{SNAPSHOT, list, privileges};
use super::logs::{Door, Logs, target};
use super::stage::Story;

const ADD: &str = "addPrincipalToGroup";
const REMOVE: &str = "removePrincipalFromGroup";
const ONE: &str = "4150000000000001";
const DAYS: &str = "\n[test.\"DEP-03\"]\nresidue_sla = \"24h\"\ntoken_sla = \"12h\"\nadmin_sla = \"12h\"\n";
const LISTS: &str = "\n[[companion]]\nkind = \"snapshot_grants\"\npaths = [\"grants.csv\"]\nowner = \"Platform team\"\n\n[[companion]]\nkind = \"snapshot_tokens\"\npaths = [\"tokens.csv\"]\nowner = \"Platform team\"\n";

const LEAVERS: &str = "\n[[companion]]\nkind = \"hr_leavers\"\npaths = [\"leavers.csv\"]\nowner = \"People team\"\n";

pub(super) const RESIDUE: &[Story] = &[
    Story {
        test: "DEP-03",
        but: &[("", DAYS)],
        tell: |logs| {
            joins(logs, "06-29 00:30", "alice");
            logs.member("06-29 01:00", Door::CONNECTOR, ADD, "alice", "engineers");
            leaves(logs, "01 09:00", "alice");
            // Exactly at the limit.
            logs.member("02 09:00", Door::CONNECTOR, REMOVE, "Alice", "engineers");
            joins(logs, "06-29 00:30", "bob");
            everything(logs, "bob");
            leaves(logs, "01 09:00", "bob");
        },
        judged: &[
            "user.deactivate alice engineers: pass removed_in_time",
            "user.deactivate alice admin: pass nothing_left",
            "user.deactivate alice privilege: pass nothing_left",
            "user.deactivate alice ownership: pass nothing_left",
            "user.deactivate alice token: pass nothing_left",
            "user.deactivate alice secret: pass nothing_left",
            "user.deactivate alice run_as: pass nothing_left",
            "user.deactivate alice share_recipient: pass nothing_left",
            "user.deactivate bob engineers: exception left_too_long",
            "user.deactivate bob account_admin: exception left_too_long",
            "user.deactivate bob SELECT on table:main.a: exception left_too_long",
            "user.deactivate bob table:main.b: exception left_too_long",
            "user.deactivate bob personal_access_token:h-bob: exception left_too_long",
            "user.deactivate bob MANAGE on secret_scope:vault: exception left_too_long",
            "user.deactivate bob job:77: exception left_too_long",
            "user.deactivate bob SELECT on share:sales: exception left_too_long",
        ],
    },
    // Everything is removed again, one thing a second too late.
    Story {
        test: "DEP-03",
        but: &[("", DAYS)],
        tell: |logs| {
            joins(logs, "06-29 00:30", "bob");
            everything(logs, "bob");
            leaves(logs, "01 09:00", "bob");
            let (bob, by) = ("bob@example.com", Door::HUMAN);
            logs.member("02 09:00:01", by, REMOVE, "bob", "engineers");
            logs.row("01 21:00", "account", by, "removeAccountAdmin", &[("targetUserName", bob)]);
            privileges(logs, "02 09:00", by, bob, ("table", "MAIN.A"), &[], &["SELECT"]);
            owner(logs, "02 09:00", "root@example.com");
            logs.row("01 20:59", "account", by, "revokeDbToken", &[("tokenHash", "h-bob")]);
            let scope = json!({"scope": "vault", "principal": bob});
            logs.act("01 21:00", ONE, by, "secrets", "deleteAcl", scope, 200, Value::Null);
            let settings = json!({"job_id": "77", "new_settings": {"run_as": {"user_name": "root@example.com"}}});
            logs.act("02 09:00", ONE, by, "jobs", "update", settings, 200, Value::Null);
            share(logs, "02 09:00", &[], &["SELECT"]);
        },
        judged: &[
            "user.deactivate bob engineers: exception left_too_long",
            "user.deactivate bob account_admin: pass removed_in_time",
            "user.deactivate bob SELECT on table:main.a: pass removed_in_time",
            "user.deactivate bob table:main.b: pass removed_in_time",
            "user.deactivate bob personal_access_token:h-bob: pass removed_in_time",
            "user.deactivate bob MANAGE on secret_scope:vault: pass removed_in_time",
            "user.deactivate bob job:77: pass removed_in_time",
            "user.deactivate bob SELECT on share:sales: pass removed_in_time",
        ],
    },
    // A token that expires is ended; a deletion ends memberships, roles and tokens, and nothing else.
    Story {
        test: "DEP-03",
        but: &[("", DAYS)],
        tell: |logs| {
            joins(logs, "06-29 00:30", "carol");
            token(logs, "carol", "1782939600000");
            leaves(logs, "01 09:00", "carol");
            joins(logs, "06-29 00:30", "bob");
            everything(logs, "bob");
            logs.lifecycle("01 09:00", "deactivate", "bob");
            logs.user("01 09:05", "delete", "bob");
        },
        judged: &[
            "user.deactivate carol membership: pass nothing_left",
            "user.deactivate carol admin: pass nothing_left",
            "user.deactivate carol privilege: pass nothing_left",
            "user.deactivate carol ownership: pass nothing_left",
            "user.deactivate carol personal_access_token:h-carol: pass removed_in_time",
            "user.deactivate carol secret: pass nothing_left",
            "user.deactivate carol run_as: pass nothing_left",
            "user.deactivate carol share_recipient: pass nothing_left",
            "user.deactivate bob engineers: pass removed_in_time",
            "user.deactivate bob account_admin: pass removed_in_time",
            "user.deactivate bob SELECT on table:main.a: exception left_too_long",
            "user.deactivate bob table:main.b: exception left_too_long",
            "user.deactivate bob personal_access_token:h-bob: pass removed_in_time",
            "user.deactivate bob MANAGE on secret_scope:vault: exception left_too_long",
            "user.deactivate bob job:77: exception left_too_long",
            "user.deactivate bob SELECT on share:sales: exception left_too_long",
        ],
    },
    // Still within the limit, back again, never there, gone before the period, and nobody knows who.
    Story {
        test: "DEP-03",
        but: &[("", DAYS)],
        tell: |logs| {
            joins(logs, "06-29 00:30", "carol");
            logs.member("06-29 01:00", Door::CONNECTOR, ADD, "carol", "engineers");
            token(logs, "carol", "-1");
            leaves(logs, "03 12:00", "carol");
            joins(logs, "06-29 00:30", "erin");
            logs.lifecycle("02 09:00", "deactivate", "erin");
            logs.lifecycle("02 15:00", "reactivate", "erin");
            logs.lifecycle("02 09:00", "deactivate", "frank");
            joins(logs, "06-29 00:30", "kate");
            leaves(logs, "06-29 12:00", "kate");
            logs.decides(
                "02 09:00",
                "admin",
                "user.lifecycle.deactivate",
                "SUCCESS",
                &[target("User", "00u9", "unknown", "")],
                json!({}),
            );
        },
        judged: &[
            "user.deactivate carol engineers: undetermined window_open",
            "user.deactivate carol admin: pass nothing_left",
            "user.deactivate carol privilege: pass nothing_left",
            "user.deactivate carol ownership: pass nothing_left",
            "user.deactivate carol personal_access_token:h-carol: undetermined window_open",
            "user.deactivate carol secret: pass nothing_left",
            "user.deactivate carol run_as: pass nothing_left",
            "user.deactivate carol share_recipient: pass nothing_left",
            "user.deactivate erin membership: not_applicable superseded",
            "user.deactivate erin admin: not_applicable superseded",
            "user.deactivate erin privilege: not_applicable superseded",
            "user.deactivate erin ownership: not_applicable superseded",
            "user.deactivate erin token: not_applicable superseded",
            "user.deactivate erin secret: not_applicable superseded",
            "user.deactivate erin run_as: not_applicable superseded",
            "user.deactivate erin share_recipient: not_applicable superseded",
            "user.deactivate frank membership: not_applicable not_pushed",
            "user.deactivate frank admin: not_applicable not_pushed",
            "user.deactivate frank privilege: not_applicable not_pushed",
            "user.deactivate frank ownership: not_applicable not_pushed",
            "user.deactivate frank token: not_applicable not_pushed",
            "user.deactivate frank secret: not_applicable not_pushed",
            "user.deactivate frank run_as: not_applicable not_pushed",
            "user.deactivate frank share_recipient: not_applicable not_pushed",
            "user.deactivate id:00u9 membership: undetermined unresolved_subject",
            "user.deactivate id:00u9 admin: undetermined unresolved_subject",
            "user.deactivate id:00u9 privilege: undetermined unresolved_subject",
            "user.deactivate id:00u9 ownership: undetermined unresolved_subject",
            "user.deactivate id:00u9 token: undetermined unresolved_subject",
            "user.deactivate id:00u9 secret: undetermined unresolved_subject",
            "user.deactivate id:00u9 run_as: undetermined unresolved_subject",
            "user.deactivate id:00u9 share_recipient: undetermined unresolved_subject",
        ],
    },
    // Of whom the making is not at hand, a listing must tell what there was.
    Story {
        test: "DEP-03",
        but: &[("", DAYS), ("", SNAPSHOT), ("", LISTS)],
        tell: |logs| {
            logs.signs_in("06-30 09:00", "account", "dave@example.com");
            leaves(logs, "06-30 12:00", "dave");
            list(logs, "01 00:00", &[("alice", true)], &[("engineers", &["alice"])]);
            let grants =
                "taken_at,principal,privilege,securable\n2026-07-01T00:00:00Z,Dave@example.com,SELECT,main.c\n";
            logs.files.push(("grants.csv", grants.to_owned()));
            let tokens = "taken_at,token_id,owner\n2026-07-01T00:00:00Z,h-alice,alice@example.com\n";
            logs.files.push(("tokens.csv", tokens.to_owned()));
        },
        judged: &[
            "user.deactivate dave membership: pass nothing_left",
            "user.deactivate dave admin: undetermined no_opening_state",
            "user.deactivate dave SELECT on main.c: exception left_too_long",
            "user.deactivate dave ownership: undetermined no_opening_state",
            "user.deactivate dave token: pass nothing_left",
            "user.deactivate dave secret: undetermined no_opening_state",
            "user.deactivate dave run_as: undetermined no_opening_state",
            "user.deactivate dave share_recipient: undetermined no_opening_state",
        ],
    },
    // The identity provider decided nothing, and the personnel record dates the departure.
    Story {
        test: "DEP-03",
        but: &[("", DAYS), ("", LEAVERS)],
        tell: |logs| {
            joins(logs, "06-29 00:30", "alice");
            logs.member("06-29 01:00", Door::CONNECTOR, ADD, "alice", "engineers");
            let rows = "person,effective_at,kind\nAlice@Example.com,2026-07-01T09:00:00Z,voluntary\n";
            logs.files.push(("leavers.csv", rows.to_owned()));
        },
        judged: &[
            "alice engineers: exception left_too_long",
            "alice admin: pass nothing_left",
            "alice privilege: pass nothing_left",
            "alice ownership: pass nothing_left",
            "alice token: pass nothing_left",
            "alice secret: pass nothing_left",
            "alice run_as: pass nothing_left",
            "alice share_recipient: pass nothing_left",
        ],
    },
    Story {
        test: "DEP-03",
        but: &[("", DAYS)],
        tell: |logs| {
            logs.outage(6..9);
            joins(logs, "06-29 00:30", "alice");
            logs.member("06-29 01:00", Door::CONNECTOR, ADD, "alice", "engineers");
            leaves(logs, "02 05:00", "alice");
        },
        judged: &[
            "user.deactivate alice engineers: undetermined coverage_gap",
            "user.deactivate alice admin: undetermined coverage_gap",
            "user.deactivate alice privilege: undetermined coverage_gap",
            "user.deactivate alice ownership: undetermined coverage_gap",
            "user.deactivate alice token: undetermined coverage_gap",
            "user.deactivate alice secret: undetermined coverage_gap",
            "user.deactivate alice run_as: undetermined coverage_gap",
            "user.deactivate alice share_recipient: undetermined coverage_gap",
        ],
    },
];

fn joins(logs: &mut Logs, at: &str, who: &str) {
    let name = format!("{who}@example.com");
    let id = format!("7{who}");
    logs.row(at, "account", Door::CONNECTOR, "add", &[("targetUserName", &name), ("targetUserId", &id)]);
}

fn leaves(logs: &mut Logs, at: &str, who: &str) {
    logs.lifecycle(at, "deactivate", who);
    logs.user(at, "deactivateUser", who);
}

fn token(logs: &mut Logs, who: &str, expires: &str) {
    let params =
        [("userId", &*format!("7{who}")), ("tokenExpirationTime", expires), ("tokenHash", &*format!("h-{who}"))];
    logs.row("06-29 02:00", ONE, Door::HUMAN, "generateDbToken", &params);
}

fn owner(logs: &mut Logs, at: &str, who: &str) {
    let params = json!({"full_name_arg": "main.b", "owner": who});
    logs.act(at, ONE, Door::HUMAN, "unityCatalog", "updateTable", params, 200, Value::Null);
}

fn share(logs: &mut Logs, at: &str, add: &[&str], remove: &[&str]) {
    let changes = json!([{"principal": "bob@example.com", "add": add, "remove": remove}]).to_string();
    let params = json!({"name": "sales", "changes": changes});
    logs.act(at, "account", Door::HUMAN, "unityCatalog", "updateSharePermissions", params, 200, Value::Null);
}

/// One thing of each kind.
fn everything(logs: &mut Logs, who: &str) {
    let name = format!("{who}@example.com");
    let by = Door::HUMAN;
    logs.member("06-29 01:00", Door::CONNECTOR, ADD, who, "engineers");
    logs.row("06-29 02:00", "account", by, "setAccountAdmin", &[("targetUserName", &name)]);
    privileges(logs, "06-29 02:00", by, &name, ("TABLE", "main.a"), &["SELECT"], &[]);
    owner(logs, "06-29 02:00", &name);
    token(logs, who, "1790000000000");
    let scope = json!({"scope": "vault", "principal": name, "permission": "MANAGE"});
    logs.act("06-29 02:00", ONE, by, "secrets", "putAcl", scope, 200, Value::Null);
    let job = json!({"name": "nightly", "run_as": {"user_name": name}});
    logs.act("06-29 02:00", ONE, by, "jobs", "create", job, 200, json!("{\"job_id\":77}"));
    share(logs, "06-29 02:00", &["SELECT"], &[]);
}
