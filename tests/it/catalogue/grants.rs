//! The stories of the tests on privileges and ownership.

use serde_json::{Value, json};

use super::logs::{Door, Logs};
use super::stage::{Ground, Story, config, outcome};

pub(super) const ONE: &str = "4150000000000001";
const ROBOT: &str = "11111111-2222-4333-8444-555555555555";

pub(super) fn by(actor: &'static str) -> Door {
    Door { actor, ..Door::HUMAN }
}

/// A change of privileges by root, as Unity Catalog writes it: at the account, the workspace among the parameters.
pub(super) fn permits(logs: &mut Logs, at: &str, securable: &str, changes: &Value) {
    permits_as(logs, at, Door::HUMAN, securable, changes, 200);
}

pub(super) fn permits_as(logs: &mut Logs, at: &str, door: Door, securable: &str, changes: &Value, status: u16) {
    let (kind, name) = securable.split_once(':').expect("type:name");
    let params = json!({"securable_type": kind, "securable_full_name": name, "changes": changes.to_string(),
        "workspace_id": ONE, "metastore_id": "m1"});
    logs.act(at, "account", door, "unityCatalog", "updatePermissions", params, status, Value::Null);
}

pub(super) fn adds(principal: &str, privileges: &[&str]) -> Value {
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

pub(super) fn unity(logs: &mut Logs, at: &str, door: Door, action: &str, params: Value) {
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

pub(super) const APPROVALS: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"security\"\n");

pub(super) fn approvals(rows: &str) -> String {
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

pub(super) fn count(exclusions: &[(String, u64)], of: &str) -> u64 {
    exclusions.iter().find(|(rule, _)| rule.contains(of)).unwrap_or_else(|| panic!("{of}")).1
}

#[test]
fn what_is_no_direct_grant_is_counted_and_the_stock_is_printed() {
    let outcomes = Ground::new(&config(&[DIRECT], ""), direct).outcomes().0;
    let outcome = outcome(&outcomes, "PRV-03");
    for (rule, expected) in [("refused", 1), ("revocations", 2), ("to groups", 1), ("service principals", 1)] {
        assert_eq!(count(&outcome.exclusions, rule), expected, "{rule}");
    }
    // Alice's of June; at the end hers are six, carol's and erin's two each, dave's and frank's one.
    let stock: Vec<&str> = outcome.figures.iter().map(|(_, count)| count.as_str()).collect();
    assert_eq!(stock, ["1", "12"]);
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
