//! The stories of the tests on who grants to whom, and how much at once.

use serde_json::{Value, json};

use super::grants::{APPROVALS, ONE, adds, approvals, by, count, permits, permits_as, unity};
use super::logs::{Door, Logs};
use super::stage::{Ground, Story, config, outcome};

const SELF: (&str, &str) = (
    "",
    r#"
[test."SOD-01"]
reciprocal = "24h"
group_owners = { stewards = ["root@example.com"] }
"#,
);
const SECOND_NAME: (&str, &str) =
    ("[groups]", "[identity]\naliases = { \"admin.root@example.com\" = \"root@example.com\" }\n\n[groups]");

const BURSTS: (&str, &str) = (
    "",
    r#"
[test."ANO-01"]
abs_min = 3
k = 2
scheduled = [{ actor = "loader@*" }]
"#,
);
const TRIAGE: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"triage\"\npaths = [\"triage.csv\"]\nowner = \"security\"\n");

pub(super) const GRANTERS: &[Story] = &[
    Story {
        test: "SOD-01",
        but: &[SELF, SECOND_NAME],
        tell: selves,
        judged: &[
            "admin.grant root account_admin: exception self_grant",
            "member.add root analysts: exception self_grant",
            "member.add root analysts: exception self_grant",
            "member.add directory-admin canteen: exception self_grant",
            "priv.grant analysts main.a: exception via_group",
            "priv.grant auditors main.a: pass segregated",
            "priv.grant old-hands main.a: undetermined no_opening_state",
            "priv.grant account users main.a: pass segregated",
            "priv.grant stewards main.a: pass segregated",
            "member.add ben mutual: pass segregated",
            "member.add ann mutual: exception reciprocal",
            "member.add dan late: pass segregated",
            "member.add cat late: pass segregated",
            "member.add alice engineers: not_applicable connector",
            "owner.change root main.root: not_applicable own_personal_schema",
            "token.create alice h1: pass segregated",
            "member.add users users: not_applicable platform_internal",
            "member.add jit engineers: not_applicable automatic_identity_management",
            "member.add root stewards: exception self_grant",
            "member.add (nobody named) engineers: undetermined unresolved_subject",
            "acl.change root app:desk: undetermined no_opening_state",
        ],
    },
    Story {
        test: "SOD-01",
        but: &[SELF],
        tell: |logs| {
            logs.outage(6..9);
            logs.row("02 05:00", "account", Door::HUMAN, "createGroup", &[("targetGroupName", "auditors")]);
            permits(logs, "02 05:30", "schema:main.a", &adds("auditors", &["SELECT"]));
            permits(logs, "02 09:30", "schema:main.a", &adds("auditors", &["MODIFY"]));
            permits(logs, "02 05:30", "schema:main.b", &adds("alice@example.com", &["SELECT"]));
            permits(logs, "03 09:30", "schema:main.c", &adds("alice@example.com", &["SELECT"]));
            permits(logs, "02 20:00", "schema:main.d", &adds("alice@example.com", &["SELECT"]));
        },
        judged: &[
            "priv.grant auditors main.a: pass segregated",
            "priv.grant auditors main.a: undetermined coverage_gap",
            "priv.grant alice main.b: pass segregated",
            "priv.grant alice main.c: pass segregated",
            "priv.grant alice main.d: undetermined coverage_gap",
        ],
    },
    // Grants of one hour, of which only the first reaches back into the hole.
    Story {
        test: "SOD-01",
        but: &[("", "\n[test.\"SOD-01\"]\nreciprocal = \"10m\"\n")],
        tell: |logs| {
            logs.outage(6..9);
            permits(logs, "02 09:05", "schema:main.a", &adds("alice@example.com", &["SELECT"]));
            permits(logs, "02 09:30", "schema:main.b", &adds("alice@example.com", &["SELECT"]));
        },
        judged: &["priv.grant alice main.a: undetermined coverage_gap", "priv.grant alice main.b: pass segregated"],
    },
    Story {
        test: "ANO-01",
        but: &[BURSTS, TRIAGE, APPROVALS],
        tell: in_bursts,
        judged: &[
            "account: pass within_threshold",
            "account: pass within_threshold",
            "account: exception burst",
            "account: pass scheduled_sync",
            "account: pass scheduled_sync",
            "account: pass ticket",
            "account: exception burst",
            "account: pass within_threshold",
            "account: undetermined window_open",
            "account: undetermined no_opening_state",
            "account: pass ticket",
        ],
    },
    Story {
        test: "ANO-01",
        but: &[BURSTS],
        tell: |logs| {
            logs.outage(6..9);
            for (minute, table) in ["a", "b", "c"].iter().enumerate() {
                let grant = adds("alice@example.com", &["SELECT"]);
                permits(logs, &format!("02 05:{:02}", 30 + minute), &format!("table:main.x.{table}"), &grant);
            }
        },
        judged: &["account: undetermined coverage_gap"],
    },
];

fn selves(logs: &mut Logs) {
    let add = "addPrincipalToGroup";
    for group in ["analysts", "auditors", "stewards"] {
        logs.row("01 08:00", "account", Door::HUMAN, "createGroup", &[("targetGroupName", group)]);
    }
    logs.row("02 09:00", "account", Door::HUMAN, "setAccountAdmin", &[("targetUserName", "Root@Example.com")]);
    logs.member("02 09:01", Door::HUMAN, add, "root", "analysts");
    logs.member("02 09:02", by("admin.root@example.com"), add, "root", "analysts");
    logs.decides(
        "02 09:03",
        "directory-admin",
        "group.user_membership.add",
        "SUCCESS",
        &[super::logs::user("directory-admin"), super::logs::group("Canteen")],
        json!({}),
    );
    logs.member("02 09:04", Door::HUMAN, add, "root", "stewards");
    for group in ["analysts", "auditors", "old-hands", "account users", "stewards"] {
        permits(logs, "02 10:00", "schema:main.a", &adds(group, &["SELECT"]));
    }
    logs.member("02 11:00", by("ann@example.com"), add, "ben", "mutual");
    logs.member("03 11:00", by("ben@example.com"), add, "ann", "mutual");
    logs.member("02 12:00", by("cat@example.com"), add, "dan", "late");
    logs.member("03 12:00:01", by("dan@example.com"), add, "cat", "late");
    logs.member("02 13:00", Door::CONNECTOR, add, "alice", "engineers");
    unity(
        logs,
        "02 14:00",
        Door::HUMAN,
        "updateSchema",
        json!({"full_name_arg": "main.root", "owner": "root@example.com"}),
    );
    logs.row(
        "06-30 20:00",
        "account",
        Door::CONNECTOR,
        "add",
        &[("targetUserName", "alice@example.com"), ("targetUserId", "77")],
    );
    logs.row(
        "06-30 20:00",
        "account",
        Door::CONNECTOR,
        "add",
        &[("targetUserName", "root@example.com"), ("targetUserId", "78")],
    );
    let token = |logs: &mut Logs, at: &str, id: &str, hash: &str| {
        let params = json!({"userId": id, "tokenHash": hash, "tokenExpirationTime": "1790000000000"});
        logs.act(at, ONE, Door::HUMAN, "accounts", "generateDbToken", params, 200, Value::Null);
    };
    token(logs, "02 15:00", "77", "h1");
    token(logs, "02 15:01", "78", "h2");
    logs.row("02 16:00", "account", Door::PLATFORM, add, &[("targetUserName", "users"), ("targetGroupName", "users")]);
    logs.member("02 16:01", Door::AUTOMATIC, add, "jit", "engineers");
    logs.row("02 16:02", "account", Door::HUMAN, add, &[("targetGroupName", "engineers")]);
    let list = json!([{"user_name": "root@example.com", "permission_level": "CAN_MANAGE"}]).to_string();
    let acl = json!({"request_object_id": "desk", "access_control_list": list});
    logs.act("02 16:03", ONE, Door::HUMAN, "apps", "changeAppsAcl", acl, 200, Value::Null);
    // An attempt at oneself is no item.
    let root = json!({"targetUserName": "root@example.com"});
    logs.act("02 17:00", "account", Door::HUMAN, "accounts", "setAccountAdmin", root, 403, Value::Null);
}

fn in_bursts(logs: &mut Logs) {
    logs.files.push((
        "triage.csv",
        "incident,item_id,subject,actor,decision,who,at\n\
         INC-1,,,mover@example.com,planned,boss@example.com,2026-07-03\n\
         INC-2,,,loner@example.com,fine,Loner@example.com,2026-07-03\n"
            .to_owned(),
    ));
    let grants = |logs: &mut Logs, hour: &str, actor: &'static str, tables: &[&str]| {
        for (minute, table) in tables.iter().enumerate() {
            let grant = adds("alice@example.com", &["SELECT"]);
            permits_as(logs, &format!("{hour}:{minute:02}"), by(actor), &format!("table:main.x.{table}"), &grant, 200);
        }
    };
    // Exactly the least number: looked at, and no burst. The same grant again is not one more, and neither is a second privilege.
    grants(logs, "02 09", "exact@example.com", &["a", "b", "c", "a"]);
    grants(logs, "02 09", "many@example.com", &["a", "b", "c", "d"]);
    grants(logs, "02 09", "loader@example.com", &["a", "b", "c", "d"]);
    for who in ["ann", "ben", "cat", "dan"] {
        logs.member("02 10:00", Door::CONNECTOR, "addPrincipalToGroup", who, "engineers");
    }
    grants(logs, "02 09", "mover@example.com", &["a", "b", "c", "d"]);
    // Nobody explains their own burst.
    grants(logs, "02 09", "loner@example.com", &["a", "b", "c", "d"]);
    // Somebody who always grants much: 4, 4 and 4 in the hours before.
    for hour in ["06-30 09", "06-30 11", "06-30 13"] {
        grants(logs, hour, "busy@example.com", &["a", "b", "c", "d"]);
    }
    grants(logs, "02 09", "busy@example.com", &["a", "b", "c", "d"]);
    // The last window ends with the evidence, and that of the other one after it.
    grants(logs, "03 23", "evening@example.com", &["a", "b", "c"]);
    for (minute, table) in [(10, "a"), (20, "b"), (30, "c")] {
        let grant = adds("alice@example.com", &["SELECT"]);
        permits_as(
            logs,
            &format!("03 23:{minute}"),
            by("night@example.com"),
            &format!("table:main.x.{table}"),
            &grant,
            200,
        );
    }
    // A first list may name who was on it before.
    let everybody: Vec<Value> = ["ann", "ben", "cat", "dan"]
        .iter()
        .map(|who| json!({"user_name": format!("{who}@example.com"), "permission_level": "CAN_USE"}))
        .collect();
    let list = json!({"request_object_id": "desk", "access_control_list": json!(everybody).to_string()});
    logs.act("02 09:00", ONE, by("clerk@example.com"), "apps", "changeAppsAcl", list, 200, Value::Null);
    grants(logs, "02 09", "allowed@example.com", &["a", "b", "c", "d"]);
    logs.files.push((
        "approvals.csv",
        approvals("CHG-3,alice@example.com,main.x.?,SELECT,allowed@example.com,boss@example.com,,2026-07-01,\n"),
    ));
    // Too few, and too far apart.
    grants(logs, "02 09", "calm@example.com", &["a", "b"]);
    for (hour, table) in [("02 09", "a"), ("02 10", "b"), ("02 11", "c")] {
        grants(logs, hour, "slow@example.com", &[table]);
    }
}

#[test]
fn attempts_at_oneself_are_counted() {
    let outcomes = Ground::new(&config(&[SELF, SECOND_NAME], ""), selves).outcomes().0;
    let exclusions = &outcome(&outcomes, "SOD-01").exclusions;
    for (rule, expected) in [("attempts: refused", 1), ("at a grant to oneself", 1), ("for themselves", 1)] {
        assert_eq!(count(exclusions, rule), expected, "{rule}");
    }
}

/// In and before the period: decisions in plenty, rows of account and workspace, of nobody, and attempts.
fn beside_grants(logs: &mut Logs) {
    let add = "addPrincipalToGroup";
    for day in ["06-30", "02"] {
        for who in ["ann", "ben", "cat", "dan"] {
            logs.joins(&format!("{day} 09:00"), who, "okta-engineers");
        }
        for scope in ["account", ONE] {
            let named = [("targetUserName", "eve@example.com"), ("targetGroupName", "engineers")];
            logs.row(&format!("{day} 10:00"), scope, Door::HUMAN, add, &named);
        }
        logs.member(&format!("{day} 11:00"), by(""), add, "fay", "engineers");
        for status in [403, 500] {
            let refused = json!({"targetUserName": "gus@example.com", "targetGroupName": "engineers"});
            logs.act(&format!("{day} 12:00"), "account", Door::HUMAN, "accounts", add, refused, status, Value::Null);
        }
    }
}

#[test]
fn what_is_beside_the_grants_of_a_burst_is_counted_in_the_period_alone() {
    let outcomes = Ground::new(&config(&[BURSTS], ""), beside_grants).outcomes().0;
    let found = outcome(&outcomes, "ANO-01");
    // Decisions of the identity provider are no grants in Databricks.
    assert_eq!(found.items.len(), 0);
    for (rule, expected) in [("attempts that failed", 2), ("names no actor", 1), ("workspace rows", 1)] {
        assert_eq!(count(&found.exclusions, rule), expected, "{rule}");
    }
}

#[test]
fn an_actor_grants_on_schedule_where_the_select_says() {
    let reasons = |select: &str| {
        let more = format!("\n[test.\"ANO-01\"]\nabs_min = 2\nscheduled = [{select}]\n");
        let outcomes = Ground::new(&config(&[], &more), |logs| {
            for (who, minute) in [("ann", 0), ("ben", 1), ("cat", 2)] {
                let named = [("targetUserName", format!("{who}@example.com")), ("targetGroupName", "g".to_owned())];
                let named: Vec<(&str, &str)> = named.iter().map(|(key, name)| (*key, name.as_str())).collect();
                let door = by("loader@example.com");
                logs.row(&format!("02 09:{minute:02}"), ONE, door, "addPrincipalToGroup", &named);
            }
        })
        .outcomes()
        .0;
        outcome(&outcomes, "ANO-01").items.iter().map(|item| item.reason.clone()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&format!("{{ actor = \"loader@*\", scope = \"{ONE}\" }}")), ["scheduled_sync"]);
    assert_eq!(reasons("{ actor = \"loader@*\", scope = \"account\" }"), ["burst"]);
    assert_eq!(reasons("{ actor = \"root@*\" }"), ["burst"]);
}
