//! What the configuration declares: workspaces, catalogs of production, and roles that the identity provider gives.

use serde_json::{Value, json};
use tickmark::catalogue::Cell;

use super::grants::{adds, by, count, unity};
use super::logs::{Door, Logs, instant};
use super::stage::{Ground, Story, config, line, outcome};

const OWN_LOG: (&str, &str) =
    ("", "\n[[source]]\nid = \"generic\"\npaths = [\"generic.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n");
const ROLE_DECLARED: (&str, &str) =
    ("privileged_groups = [\"okta-admins\"]", "privileged_groups = [\"okta-admins\", \"account_*\"]");

pub(super) const DECLARED: &[Story] = &[
    Story {
        test: "TRC-02",
        but: &[OWN_LOG],
        tell: roles,
        judged: &[
            "admin.revoke alice account_admin: pass matched",
            "admin.revoke id:u-404 account_admin: undetermined unresolved_subject",
        ],
    },
    // A decision on a role says outright what it gives: the role has to be declared like a group.
    Story {
        test: "PRV-01",
        but: &[OWN_LOG],
        tell: roles,
        judged: &[
            "admin.grant carol account_admin: exception group_not_privileged",
            "admin.grant dave account_admin: exception no_authority",
            "admin.grant erin workspace_admin: exception group_not_privileged",
        ],
    },
    Story {
        test: "PRV-01",
        but: &[OWN_LOG, ROLE_DECLARED],
        tell: roles,
        judged: &[
            "admin.grant carol account_admin: pass matched",
            "admin.grant dave account_admin: exception no_authority",
            "admin.grant erin workspace_admin: exception group_not_privileged",
        ],
    },
    // A decision that names nobody may mean anybody: on that role, of Databricks, and to give it.
    Story {
        test: "PRV-01",
        but: &[OWN_LOG, ROLE_DECLARED],
        tell: |logs| {
            let mut decisions = Vec::new();
            for (day, verb, role, app) in [
                ("06-30", "admin.grant", "account_admin", "Payroll"),
                ("01", "admin.grant", "account_admin", "Databricks"),
                ("02", "admin.revoke", "account_admin", "Databricks"),
                ("03", "admin.grant", "marketplace_admin", "Databricks"),
            ] {
                decisions.push(role_decided(
                    &format!("{day} 23:30"),
                    verb,
                    &json!({"subject_id": "u-404"}),
                    (role, app),
                ));
            }
            logs.files.push(("generic.json", decisions.join("\n")));
            for (at, who) in [("01 00:00", "alice"), ("01 23:35", "bob"), ("02 23:40", "carol"), ("03 23:40", "dave")] {
                let named = format!("{who}@example.com");
                logs.row(at, "account", Door::HUMAN, "setAccountAdmin", &[("targetUserName", &named)]);
            }
        },
        judged: &[
            "admin.grant alice account_admin: exception no_authority",
            "admin.grant bob account_admin: undetermined unresolved_subject",
            "admin.grant carol account_admin: exception no_authority",
            "admin.grant dave account_admin: exception no_authority",
        ],
    },
    // Of an owner, or a manager, that nobody can tell it is not known who it is, whatever was approved.
    Story {
        test: "PRV-01",
        but: &[],
        tell: |logs| {
            let owner = json!({"id": "m-1", "owner": "__REDACTED__"});
            unity(logs, "02 09:00", Door::HUMAN, "updateMetastore", owner);
        },
        judged: &["admin.grant __redacted__ metastore:m-1: undetermined unresolved_subject"],
    },
];

/// A decision on a role in an application, in the tool's own format.
fn role_decided(at: &str, verb: &str, who: &Value, (role, app): (&str, &str)) -> String {
    let mut change = json!({"verb": verb, "subject_kind": "user", "entitlement": role});
    for (key, value) in who.as_object().expect("an object") {
        change[key] = value.clone();
    }
    json!({
        "tickmark": 1, "time": instant(at).to_rfc3339(), "type": "role.changed", "plane": "authority",
        "outcome": "success", "actor": "directory-admin@example.com", "app": app, "changes": [change],
    })
    .to_string()
}

fn roles(logs: &mut Logs) {
    let decided = |at: &str, verb: &str, who: Value, app: &str| role_decided(at, verb, &who, ("account_admin", app));
    let named = |who: &str| json!({"subject": format!("{who}@example.com")});
    for who in ["alice", "carol", "dave"] {
        logs.assigned("06-29 08:00", who, "Databricks");
    }
    let role = |logs: &mut Logs, at: &str, action: &str, who: &str| {
        logs.row(at, "account", Door::CONNECTOR, action, &[("targetUserName", &format!("{who}@example.com"))]);
    };
    role(logs, "06-29 09:00", "setAccountAdmin", "alice");
    role(logs, "01 10:00", "removeAccountAdmin", "alice");
    role(logs, "01 12:00", "setAccountAdmin", "carol");
    role(logs, "01 13:00", "setAccountAdmin", "dave");
    // By a group that is not declared to lead to a role.
    logs.joins("01 14:00", "erin", "DBX Roots");
    let group = [("targetUserName", "erin@example.com"), ("targetGroupName", "admins")];
    logs.row("01 14:05", "4150000000000001", Door::CONNECTOR, "addPrincipalToGroup", &group);
    let decisions = [
        decided("01 09:00", "admin.revoke", named("alice"), "Databricks"),
        decided("01 09:30", "admin.revoke", json!({"subject_id": "u-404"}), "Databricks"),
        decided("01 11:59", "admin.grant", named("carol"), "Databricks"),
        decided("01 12:59", "admin.grant", named("dave"), "Payroll"),
    ];
    logs.files.push(("generic.json", decisions.join("\n")));
}

#[test]
fn a_role_that_is_given_is_no_item_of_tracing() {
    let outcomes = Ground::new(&config(&[OWN_LOG], ""), roles).outcomes().0;
    for test in ["TRC-01", "TRC-02"] {
        let found = outcome(&outcomes, test);
        assert!(found.items.iter().all(|item| item.verb != "admin.grant"), "{test}");
        assert!(found.exclusions.iter().all(|(rule, _)| !rule.contains("admin.grant")), "{test}");
    }
    assert_eq!(count(&outcome(&outcomes, "TRC-01").exclusions, "admin.revoke"), 2);
}

#[test]
fn an_id_that_others_write_as_a_name_is_one_principal() {
    const ROBOT: &str = "0b7c2d5e-1111-4222-8333-4444ABCD6666";
    let outcomes = Ground::new(&config(&[], ""), |logs| {
        for (at, warehouse) in [("02 09:00", "1"), ("02 09:01", "2")] {
            let resource = format!("/warehouses/{warehouse}");
            let acl = json!({"targetUserId": ROBOT, "aclPermissionSet": "CAN_USE", "resourceId": resource});
            logs.act(at, "account", Door::HUMAN, "databrickssql", "changeWarehouseAcls", acl, 200, Value::Null);
        }
        logs.row("02 09:05", "account", Door::CONNECTOR, "add", &[("targetUserName", &ROBOT.to_lowercase())]);
    })
    .outcomes()
    .0;
    let found = outcome(&outcomes, "COV-06");
    let at = found.test.columns.iter().position(|column| column.name == "events_count").expect("a column");
    let robots = found.items.iter().filter(|item| item.subject_kind == Some("service_principal"));
    let told: Vec<_> = robots.map(|item| (item.reason.as_str(), &item.extra[0], &item.extra[at])).collect();
    assert_eq!(told, [("stands_for_itself", &Cell::text(ROBOT), &Cell::Whole(Some(3)))]);
}

/// Records of the account and of a workspace name two workspaces; one has a log of its own, too.
fn workspaces(logs: &mut Logs) {
    logs.signs_in("02 05:40", "77", "nobody@example.com");
    for workspace in ["77", "78"] {
        let given = json!({"principal_id": "7", "permissions": "[\"USER\"]", "workspace_id": workspace});
        let action = "updatePermissionAssignment";
        logs.act("02 11:00", "account", Door::HUMAN, "workspace", action, given, 200, Value::Null);
    }
}

#[test]
fn a_workspace_with_a_log_is_undeclared_in_the_hours_of_its_records_alone() {
    let undeclared = |more: &str| {
        let outcomes = Ground::new(&config(&[], more), workspaces).outcomes().0;
        let items = outcome(&outcomes, "COV-01").items.iter().filter(|item| item.reason == "undeclared_scope");
        items.map(|item| line("COV-01", item).split_once(':').unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    let (own, named) = ("databricks 77 02 05", "databricks 78 02 11");
    assert_eq!(undeclared("\n[environments]\nproduction = [\"41\"]\n"), [own, named]);
    assert_eq!(undeclared("\n[environments]\nproduction = [\"77\"]\n"), [named]);
    // What is out of scope has a name, too.
    assert_eq!(undeclared("\n[workspaces]\nout_of_scope = [\"78\"]\n"), [own]);
    assert_eq!(undeclared("\n[workspaces]\nout_of_scope = [\"77\"]\n"), [named]);
}

/// Everything that a workspace of a sandbox may do to a production catalog, and to another.
fn catalogs(logs: &mut Logs) {
    for (minute, securable) in
        ["catalog:live", "schema:live.a", "catalog:dev", "external_location:live"].iter().enumerate()
    {
        let (kind, name) = securable.split_once(':').expect("type:name");
        let changes = adds("engineers", &["ALL_PRIVILEGES"]).to_string();
        let params =
            json!({"securable_type": kind, "securable_full_name": name, "changes": changes, "workspace_id": "42"});
        unity(logs, &format!("02 09:{minute:02}"), Door::HUMAN, "updatePermissions", params);
        let owner = json!({"full_name_arg": name, "owner": "alice@example.com", "workspace_id": "42"});
        let action = if *kind == *"schema" { "updateSchema" } else { "updateCatalog" };
        if kind != "external_location" {
            unity(logs, &format!("02 10:{minute:02}"), Door::HUMAN, action, owner);
            let changes = adds("bob@example.com", &["SELECT"]).to_string();
            let direct =
                json!({"securable_type": kind, "securable_full_name": name, "changes": changes, "workspace_id": "42"});
            unity(logs, &format!("02 11:{minute:02}"), Door::HUMAN, "updatePermissions", direct);
        }
    }
    for (minute, catalog, workspace) in [(0, "live", "42"), (1, "dev", "42"), (2, "dev", "41")] {
        let made = json!({"name": "new", "catalog_name": catalog, "workspace_id": workspace});
        unity(logs, &format!("02 12:{minute:02}"), by("carol@example.com"), "createSchema", made);
    }
}

#[test]
fn what_is_done_to_a_catalog_of_production_is_judged_by_its_values_wherever_it_was_done() {
    let more = "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\ncatalogs = [\"live\"]\n\
        [test.\"PRV-03\".environment.sandbox]\nallow = [{ subject = \"bob@*\" }]\n\
        [test.\"PRV-04\".environment.sandbox]\napproved = [{ subject = \"engineers\" }]\n";
    let outcomes = Ground::new(&config(&[], more), catalogs).outcomes().0;
    let of = |test: &str| {
        let items = outcome(&outcomes, test).items.iter();
        items.map(|item| format!("{} {}", item.reason, item.severity.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(of("PRV-03"), ["window_open high", "window_open high", "allowed medium"]);
    assert_eq!(of("PRV-04"), ["not_approved critical", "not_approved critical", "approved high", "approved high"]);
    let person = |severity: &str| format!("owner_is_person {severity}");
    let first = || "first_owner_is_person critical".to_owned();
    assert_eq!(of("PRV-05"), [person("critical"), person("critical"), person("high"), first(), first()]);
}

#[test]
fn values_of_production_may_be_of_its_catalogs_alone() {
    let more = "\n[environments]\ncatalogs = [\"live\"]\n\
        [test.\"PRV-04\".environment.production]\napproved = [{ subject = \"engineers\" }]\n";
    let outcomes = Ground::new(&config(&[], more), catalogs).outcomes().0;
    let reasons: Vec<&str> = outcome(&outcomes, "PRV-04").items.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(reasons, ["approved", "approved", "not_approved", "not_approved"]);
}

#[test]
fn who_is_everybody_is_said_by_the_environment_of_the_catalog() {
    let more = "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\ncatalogs = [\"live\"]\n\
        [test.\"PRV-04\".environment.production]\nbroad_groups = [\"engineers\"]\n\
        [test.\"PRV-04\".environment.sandbox]\nbroad_groups = [\"analysts\"]\n";
    let outcomes = Ground::new(&config(&[], more), |logs| {
        let places = [("live.a", "42"), ("dev.a", "42"), ("dev.b", "41")];
        for (minute, (schema, workspace)) in places.into_iter().enumerate() {
            for (second, group) in ["engineers", "analysts", "users"].into_iter().enumerate() {
                let changes = adds(group, &["SELECT"]).to_string();
                let params = json!({"securable_type": "schema", "securable_full_name": schema, "changes": changes, "workspace_id": workspace});
                unity(logs, &format!("02 09:{minute:02}:{second:02}"), Door::HUMAN, "updatePermissions", params);
            }
        }
    })
    .outcomes()
    .0;
    let items = outcome(&outcomes, "PRV-04").items.iter();
    let told: Vec<_> = items.map(|item| (item.subject.as_deref(), item.object.as_deref())).collect();
    let pair = |group, schema| (Some(group), Some(schema));
    assert_eq!(told, [pair("engineers", "live.a"), pair("analysts", "dev.a"), pair("engineers", "dev.b")]);
}

#[test]
fn first_owners_are_looked_at_wherever_production_is_declared() {
    let first = |more: &str| {
        let outcomes = Ground::new(&config(&[], more), catalogs).outcomes().0;
        let found = outcome(&outcomes, "PRV-05");
        let items = found.items.iter().filter(|item| item.reason == "first_owner_is_person");
        let said = found.notes.iter().any(|note| note.contains("No production is declared"));
        (items.map(|item| item.object.clone().unwrap()).collect::<Vec<_>>(), said)
    };
    let (live, dev) = ("live.new".to_owned(), "dev.new".to_owned());
    assert_eq!(first(""), (vec![], true));
    assert_eq!(first("\n[environments]\ncatalogs = [\"live\"]\n"), (vec![live], false));
    assert_eq!(first("\n[environments]\nproduction = [\"41\"]\n"), (vec![dev], false));
}

#[test]
fn a_burst_on_a_catalog_of_production_is_graver() {
    let severity = |catalog: &str| {
        let more = format!(
            "\n[environments]\ncatalogs = [\"live\"]\nsandbox = [\"42\"]\n[test.\"ANO-01\"]\nabs_min = 2\n[test.\"PRV-04\"]\nbroad_groups = [\"{catalog}\"]\n"
        );
        let outcomes = Ground::new(&config(&[], &more), |logs| {
            for (minute, who) in ["alice", "bob", "carol"].iter().enumerate() {
                let changes = adds(&format!("{who}@example.com"), &["SELECT"]).to_string();
                let params = json!({"securable_type": "table", "securable_full_name": format!("{catalog}.a.t"), "changes": changes, "workspace_id": "42"});
                unity(logs, &format!("02 09:{minute:02}"), Door::HUMAN, "updatePermissions", params);
            }
        })
        .outcomes()
        .0;
        outcome(&outcomes, "ANO-01").items.iter().map(|item| item.severity.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((severity("live"), severity("dev")), (vec!["high"], vec!["medium"]));
}
