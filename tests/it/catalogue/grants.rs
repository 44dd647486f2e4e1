//! The stories of the tests on privileges, ownership, who grants to whom, and bursts.

use serde_json::{Value, json};

use super::logs::{Door, Logs};
use super::stage::{Ground, Story, config, outcome};

const ONE: &str = "4150000000000001";
const ROBOT: &str = "11111111-2222-4333-8444-555555555555";

fn by(actor: &'static str) -> Door {
    Door { actor, ..Door::HUMAN }
}

/// A change of privileges by root, as Unity Catalog writes it: at the account, the workspace among the parameters.
fn permits(logs: &mut Logs, at: &str, securable: &str, changes: &Value) {
    permits_as(logs, at, Door::HUMAN, securable, changes, 200);
}

fn permits_as(logs: &mut Logs, at: &str, door: Door, securable: &str, changes: &Value, status: u16) {
    let (kind, name) = securable.split_once(':').expect("type:name");
    let params = json!({"securable_type": kind, "securable_full_name": name, "changes": changes.to_string(),
        "workspace_id": ONE, "metastore_id": "m1"});
    logs.act(at, "account", door, "unityCatalog", "updatePermissions", params, status, Value::Null);
}

fn adds(principal: &str, privileges: &[&str]) -> Value {
    json!([{"principal": principal, "add": privileges, "remove": []}])
}

fn removes(principal: &str, privileges: &[&str]) -> Value {
    json!([{"principal": principal, "add": [], "remove": privileges}])
}

/// A permission of one principal on a cluster.
fn allows(logs: &mut Logs, at: &str, id: &str, words: &str) {
    let params = json!({"resourceId": "0701-c1", "targetUserId": id, "aclPermissionSet": words, "shardName": "s"});
    logs.act(at, ONE, Door::HUMAN, "clusters", "changeClusterAcl", params, 200, Value::Null);
}

/// The last record is of the same request as the one before it.
fn same_request(logs: &mut Logs) {
    let last = logs.databricks.len() - 1;
    logs.databricks[last] = logs.databricks[last].replace(&format!("\"req-{last}\""), &format!("\"req-{}\"", last - 1));
}

fn twice(logs: &mut Logs) {
    logs.databricks.push(logs.databricks.last().expect("a record").clone());
}

fn unity(logs: &mut Logs, at: &str, door: Door, action: &str, params: Value) {
    logs.act(at, "account", door, "unityCatalog", action, params, 200, Value::Null);
}

const DIRECT: (&str, &str) = (
    "",
    r#"
[test."PRV-03"]
temporary = "24h"
allow = [{ subject = "CAROL@example.com", object = "main.hr.*", privilege = "SELECT" }]
"#,
);

const APPROVALS: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"security\"\n");

fn approvals(rows: &str) -> String {
    format!("ticket,subject,object,role,actor,approver,requested_by,approved_at,expires_at\n{rows}")
}

const BROAD: (&str, &str) = (
    "",
    r#"
[test."PRV-04"]
approved = [{ subject = "engineers", object = "external_location:landing" }]
"#,
);

const OWNERS: (&str, &str) = (
    "",
    r#"
[environments]
catalogs = ["prod*"]
[test."PRV-05"]
owners = [{ subject = "11111111-*" }]
"#,
);

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

pub(super) const GRANTS: &[Story] = &[
    Story {
        test: "PRV-03",
        but: &[DIRECT],
        tell: direct,
        judged: &[
            "priv.grant alice main.sales.orders: exception direct_grant",
            "priv.grant alice main.sales.orders: exception direct_grant",
            "priv.grant bob main.sales.items: pass temporary",
            "priv.grant bob main.sales.late: exception direct_grant",
            "priv.grant carol main.hr.pay: pass allowed",
            "priv.grant carol main.hr.pay: exception direct_grant",
            "priv.grant alice main.alice: pass personal",
            "priv.grant alice main.bob: exception direct_grant",
            "priv.grant dave main.sales.orders: undetermined content_not_stated",
            "priv.grant erin main.sales.new: undetermined window_open",
            "priv.grant erin main.sales.edge: undetermined window_open",
            "acl.change alice cluster:0701-c1: exception direct_grant",
            "acl.change id:99 cluster:0701-c1: undetermined unresolved_subject",
            "acl.change alice job:7: not_applicable platform_internal",
            "acl.change frank app:desk: undetermined no_opening_state",
        ],
    },
    Story {
        test: "PRV-03",
        but: &[DIRECT],
        tell: |logs| {
            logs.outage(6..9);
            permits(logs, "01 09:30", "table:main.a.before", &adds("alice@example.com", &["SELECT"]));
            permits(logs, "02 09:30", "table:main.a.after", &adds("alice@example.com", &["SELECT"]));
        },
        judged: &[
            "priv.grant alice main.a.before: undetermined coverage_gap",
            "priv.grant alice main.a.after: exception direct_grant",
        ],
    },
    Story {
        test: "PRV-04",
        but: &[BROAD, APPROVALS],
        tell: broad,
        judged: &[
            "priv.grant engineers main: exception not_approved",
            "priv.grant engineers main: exception not_approved",
            "priv.grant account users main.a.t: exception not_approved",
            "priv.grant engineers landing: pass approved",
            "priv.grant engineers other: exception not_approved",
            "priv.grant stewards m1: pass ticket",
            "priv.grant stewards m1: exception not_approved",
            "priv.grant partner sales: exception not_approved",
            "priv.grant partner sales: exception not_approved",
            "priv.grant old: undetermined no_opening_state",
            "priv.grant main.a.t: undetermined unresolved_subject",
            "priv.grant bob main.a.t: undetermined content_not_stated",
        ],
    },
    Story {
        test: "PRV-05",
        but: &[OWNERS, APPROVALS],
        tell: ownership,
        judged: &[
            "owner.change engineers main.sales: pass group_owner",
            "owner.change 11111111-2222-4333-8444-555555555555 main.sales: pass owner_allowed",
            "owner.change 99999999-2222-4333-8444-555555555555 main.sales: exception owner_not_listed",
            "owner.change alice main.sales: exception owner_is_person",
            "owner.change root m1: exception actor_becomes_owner",
            "owner.change bob main.bobs: pass ticket",
            "owner.change carol job:7: exception owner_is_person",
            "owner.change root job:8: exception actor_becomes_owner",
            "owner.change root prod_sales.new: exception first_owner_is_person",
            "owner.change zoe main.lost: undetermined unresolved_subject",
        ],
    },
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
    Story {
        test: "ANO-01",
        but: &[BURSTS, TRIAGE],
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

fn direct(logs: &mut Logs) {
    let (alice, bob) = ("alice@example.com", "bob@example.com");
    permits(logs, "02 09:00", "TABLE:main.sales.orders", &adds("Alice@Example.com", &["SELECT", "MODIFY"]));
    twice(logs);
    permits(logs, "01 09:00", "table:main.sales.items", &adds(bob, &["SELECT"]));
    permits(logs, "02 09:00", "table:main.sales.items", &removes(bob, &["SELECT"]));
    permits(logs, "01 10:00", "table:main.sales.late", &adds(bob, &["SELECT"]));
    permits(logs, "02 10:00:01", "table:main.sales.late", &removes(bob, &["SELECT"]));
    permits(logs, "02 11:00", "table:main.hr.pay", &adds("carol@example.com", &["SELECT"]));
    permits(logs, "02 11:01", "table:main.hr.pay", &adds("carol@example.com", &["MODIFY"]));
    permits(logs, "02 11:02", "schema:main.alice", &adds(alice, &["ALL_PRIVILEGES"]));
    permits(logs, "02 11:03", "schema:main.bob", &adds(alice, &["USE_SCHEMA"]));
    permits(
        logs,
        "02 11:04",
        "table:main.sales.orders",
        &json!([{"principal": "dave@example.com", "grant": ["SELECT"]}]),
    );
    permits(logs, "03 09:00", "table:main.sales.new", &adds("erin@example.com", &["SELECT"]));
    permits(logs, "03 00:00", "table:main.sales.edge", &adds("erin@example.com", &["SELECT"]));
    // No items: groups, service principals, refusals, what lies outside the period.
    permits(logs, "02 12:00", "table:main.sales.orders", &adds("engineers", &["SELECT"]));
    permits(logs, "02 12:01", "table:main.sales.orders", &adds(ROBOT, &["SELECT"]));
    permits_as(logs, "02 12:02", Door::HUMAN, "table:main.sales.orders", &adds(alice, &["SELECT"]), 403);
    permits(logs, "06-30 23:59:59", "table:main.sales.orders", &adds(alice, &["SELECT"]));
    logs.row("06-30 09:00", "account", Door::CONNECTOR, "add", &[("targetUserName", alice), ("targetUserId", "77")]);
    allows(logs, "02 13:00", "77", "Manage");
    allows(logs, "02 13:01", "99", "Attach");
    let acl = json!({"resourceId": "7", "targetUserId": "77", "aclPermissionSet": "Owner"});
    logs.act("02 14:00", ONE, by(alice), "jobs", "changeJobAcl", acl, 200, Value::Null);
    logs.act("02 14:00", ONE, by(alice), "jobs", "submitRun", json!({"run_name": "x"}), 200, Value::Null);
    same_request(logs);
    let list = json!([{"user_name": "frank@example.com", "permission_level": "CAN_USE"}]).to_string();
    let acl = json!({"request_object_type": "apps", "request_object_id": "desk", "access_control_list": list});
    logs.act("02 15:00", ONE, Door::HUMAN, "apps", "changeAppsAcl", acl, 200, Value::Null);
}

fn broad(logs: &mut Logs) {
    logs.files.push((
        "approvals.csv",
        approvals("CHG-1,Stewards,m1,CREATE CATALOG,,boss@example.com,,2026-07-01,2026-07-03\n"),
    ));
    permits(logs, "02 09:00", "catalog:main", &adds("engineers", &["ALL_PRIVILEGES", "MANAGE", "USE_CATALOG"]));
    permits(logs, "02 09:01", "table:main.a.t", &adds("Account Users", &["SELECT"]));
    permits(logs, "02 09:02", "external_location:landing", &adds("engineers", &["READ_FILES"]));
    permits(logs, "02 09:03", "EXTERNAL_LOCATION:other", &adds("engineers", &["READ_FILES"]));
    permits(logs, "02 09:04", "metastore:m1", &adds("stewards", &["CREATE CATALOG"]));
    // The approval is over.
    permits(logs, "03 00:00", "metastore:m1", &adds("stewards", &["CREATE CATALOG"]));
    unity(logs, "02 10:00", Door::HUMAN, "createShare", json!({"name": "sales"}));
    let add =
        |name: &str| json!([{"action": "ADD", "data_object": {"name": name, "data_object_type": "TABLE"}}]).to_string();
    unity(logs, "02 10:01", Door::HUMAN, "updateShare", json!({"name": "sales", "updates": add("main.a.early")}));
    let recipient = json!([{"principal": "partner", "add": ["SELECT"]}]).to_string();
    unity(logs, "02 10:02", Door::HUMAN, "updateSharePermissions", json!({"name": "sales", "changes": recipient}));
    unity(logs, "02 10:03", Door::HUMAN, "updateShare", json!({"name": "sales", "updates": add("main.a.t")}));
    unity(logs, "02 10:04", Door::HUMAN, "updateShare", json!({"name": "old", "updates": add("main.a.t")}));
    permits(logs, "02 11:00", "table:main.a.t", &json!([{"add": ["SELECT"]}]));
    permits(logs, "02 11:01", "table:main.a.t", &json!([{"principal": "bob@example.com", "grant": ["SELECT"]}]));
    permits(logs, "02 11:02", "table:main.a.t", &adds("bob@example.com", &["SELECT"]));
    permits_as(logs, "02 11:03", Door::HUMAN, "catalog:main", &adds("bob@example.com", &["MANAGE"]), 403);
}

fn ownership(logs: &mut Logs) {
    logs.files.push(("approvals.csv", approvals("CHG-2,bob@example.com,main.bobs,,,boss@example.com,,2026-07-01,\n")));
    let owner = |logs: &mut Logs, at: &str, action: &str, name: &str, owner: &str| {
        unity(logs, at, Door::HUMAN, action, json!({"full_name_arg": name, "owner": owner, "workspace_id": ONE}));
    };
    owner(logs, "02 09:00", "updateSchema", "main.sales", "engineers");
    owner(logs, "02 09:01", "updateSchema", "main.sales", ROBOT);
    owner(logs, "02 09:02", "updateSchema", "main.sales", "99999999-2222-4333-8444-555555555555");
    owner(logs, "02 09:03", "updateSchema", "main.sales", "alice@example.com");
    unity(logs, "02 09:04", Door::HUMAN, "updateMetastore", json!({"id": "m1", "owner": "ROOT@example.com"}));
    owner(logs, "02 09:05", "updateSchema", "main.bobs", "bob@example.com");
    let job = |logs: &mut Logs, at: &str, settings: Value| {
        logs.act(at, ONE, Door::HUMAN, "jobs", "update", settings, 200, Value::Null);
    };
    let run_as = json!({"run_as": {"user_name": "carol@example.com"}}).to_string();
    job(logs, "02 10:00", json!({"job_id": "7", "new_settings": run_as}));
    job(logs, "02 10:01", json!({"job_id": "8", "run_as_user_name": "root@example.com"}));
    job(logs, "02 10:02", json!({"job_id": "9", "new_settings": "{\"name\":\"run_as\"}"}));
    let create = |logs: &mut Logs, at: &str, door: Door, catalog: &str, name: &str| {
        unity(logs, at, door, "createSchema", json!({"name": name, "catalog_name": catalog}));
    };
    create(logs, "02 11:00", Door::HUMAN, "prod_sales", "new");
    create(logs, "02 11:01", Door::HUMAN, "dev", "new");
    create(logs, "02 11:02", Door { actor: ROBOT, ..Door::HUMAN }, "prod_sales", "by_robot");
    // Two people claim one name: nobody knows whose the schema is.
    for id in ["501", "502"] {
        let zoe = [("targetUserName", "zoe@example.com"), ("targetUserId", id)];
        logs.row("01 08:00", "account", Door::CONNECTOR, "add", &zoe);
    }
    owner(logs, "02 12:00", "updateSchema", "main.lost", "zoe@example.com");
    // Owners of functions are no items, and neither are refusals.
    owner(logs, "02 12:01", "updateFunction", "main.f", "alice@example.com");
    let refused = json!({"full_name_arg": "main.sales", "owner": "alice@example.com"});
    logs.act("02 12:02", "account", Door::HUMAN, "unityCatalog", "updateSchema", refused, 403, Value::Null);
}

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
    // Too few, and too far apart.
    grants(logs, "02 09", "calm@example.com", &["a", "b"]);
    for (hour, table) in [("02 09", "a"), ("02 10", "b"), ("02 11", "c")] {
        grants(logs, hour, "slow@example.com", &[table]);
    }
}

fn figures_of(test: &str, but: &[(&str, &str)], tell: fn(&mut Logs)) -> (Vec<(String, u64)>, Vec<(String, String)>) {
    let outcomes = Ground::new(&config(but, ""), tell).outcomes().0;
    let outcome = outcome(&outcomes, test);
    (outcome.exclusions.clone(), outcome.figures.clone())
}

fn count(exclusions: &[(String, u64)], of: &str) -> u64 {
    exclusions.iter().find(|(rule, _)| rule.contains(of)).unwrap_or_else(|| panic!("{of}")).1
}

#[test]
fn what_is_no_direct_grant_is_counted_and_the_stock_is_printed() {
    let (exclusions, figures) = figures_of("PRV-03", &[DIRECT], direct);
    for (rule, expected) in [("refused", 1), ("revocations", 2), ("to groups", 1), ("service principals", 1)] {
        assert_eq!(count(&exclusions, rule), expected, "{rule}");
    }
    // Alice's of June; at the end hers are six, carol's and erin's two each, dave's and frank's one.
    let stock: Vec<&str> = figures.iter().map(|(_, count)| count.as_str()).collect();
    assert_eq!(stock, ["1", "12"]);
}

#[test]
fn attempts_at_oneself_are_counted() {
    let (exclusions, _) = figures_of("SOD-01", &[SELF, SECOND_NAME], selves);
    for (rule, expected) in [("attempts: refused", 1), ("at a grant to oneself", 1), ("for themselves", 1)] {
        assert_eq!(count(&exclusions, rule), expected, "{rule}");
    }
}

#[test]
fn what_lies_in_production_is_graver() {
    let production = ("", "\n[environments]\nproduction = [\"4150000000000001\"]\ncatalogs = [\"live\"]\n");
    let outcomes = Ground::new(&config(&[production], ""), |logs| {
        let all = adds("engineers", &["ALL_PRIVILEGES"]);
        permits(logs, "02 09:00", "catalog:dev", &all);
        let at_the_account =
            |name: &str| json!({"securable_type": "catalog", "securable_full_name": name, "changes": all.to_string()});
        unity(logs, "02 09:01", Door::HUMAN, "updatePermissions", at_the_account("live"));
        unity(logs, "02 09:02", Door::HUMAN, "updatePermissions", at_the_account("dev"));
    })
    .outcomes()
    .0;
    let graver: Vec<&str> = outcome(&outcomes, "PRV-04").items.iter().map(|i| i.severity.as_str()).collect();
    assert_eq!(graver, ["critical", "critical", "high"]);
}
