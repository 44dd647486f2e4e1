//! Names of workspaces, as Azure logs give them, are their ids to everything that compares scopes.

use tickmark::change::*;
use tickmark::event::*;
use tickmark::lake::{ACCEPTED, FILES, INGESTED_AT, PATH, RECORDS, SHA256, SOURCE};

use crate::support::{Cell, MadeLake, Place, Row, parquet_rows};

/// 2026-07-02 09:00 UTC.
const NINE: i64 = 1_782_982_800_000_000;
const MINUTE: i64 = 60_000_000;
const ID: &str = "4150000000000001";

const CONFIG: &str = r#"
[organization]
name = "Example Corp"
[[source]]
id = "okta"
paths = ["okta.json"]
provider_apps = ["Databricks*"]
covers = "2026-07-01..2026-07-04"
[[source]]
id = "databricks"
paths = ["databricks.json"]
covers = "2026-07-01..2026-07-04"
[groups]
map = { "DBX Engineers" = "engineers" }
[connector]
principals = ["scim-connector@example.com"]
[environments]
production = ["DBX-PROD"]
[workspaces]
names = { "Dbx-Prod" = "4150000000000001" }
"#;

/// An event that puts alice into a group, with its access change.
fn joins(made: &mut MadeLake, id: &str, time: i64, source: &'static str, plane: &str, scope: &str, group: &str) {
    let both: Vec<(tickmark::schema::Column, Cell)> = vec![
        (EVENT_ID, id.into()),
        (EVENT_TIME, time.into()),
        (PLANE, plane.into()),
        (OUTCOME, "success".into()),
        (SCOPE, scope.into()),
        (ACTOR, "scim-connector@example.com".into()),
        (CHANNEL, "scim".into()),
    ];
    let of_event = [(EVENT_TYPE, "accounts.addPrincipalToGroup".into()), (FILE_ID, source.into()), (LINE, 1.into())];
    made.row_of(&EVENTS, source, &[both.clone(), of_event.to_vec()].concat());
    let of_change = [
        (CHANGE_ID, format!("{id}-0").as_str().into()),
        (DIRECTION, "grant".into()),
        (VERB, "member.add".into()),
        (SUBJECT, "alice@example.com".into()),
        (SUBJECT_KIND, "user".into()),
        (ENTITLEMENT_KIND, "membership".into()),
        (ENTITLEMENT, group.into()),
    ];
    made.row_of(&CHANGES, source, &[both, of_change.to_vec()].concat());
    made.row(
        &FILES,
        &[
            (FILE_ID, source.into()),
            (PATH, format!("{source}.json").as_str().into()),
            (SHA256, source.into()),
            (SOURCE, source.into()),
            (RECORDS, 1.into()),
            (ACCEPTED, 1.into()),
            (INGESTED_AT, NINE.into()),
        ],
    );
}

/// The vouching and the items of a package over one decision and its effect in `dbx-prod`.
fn reported(config: &str) -> (Place, Vec<Row>, Vec<Row>) {
    let place = Place::new();
    let mut made = MadeLake::default();
    joins(&mut made, "aaaa", NINE, "okta", "authority", "tenant", "DBX Engineers");
    joins(&mut made, "bbbb", NINE + 5 * MINUTE, "databricks", "effect", "dbx-prod", "engineers");
    made.write(&place.path("lake"));
    place.write("tickmark.toml", config);
    let period = "2026-07-01..2026-07-04";
    place.run(&["report", "--lake", "lake", "--config", "tickmark.toml", "--period", period, "--out", "out"]).ends(0);
    let rows = |name: &str| parquet_rows(&place.path(&format!("out/data/{name}.parquet")));
    let (vouching, items) = (rows("vouching"), rows("items"));
    (place, vouching, items)
}

#[test]
fn a_named_workspace_counts_under_its_id_in_vouching_coverage_and_items() {
    let (place, vouching, items) = reported(CONFIG);
    let [effect] = vouching.as_slice() else { panic!("{vouching:?}") };
    assert_eq!((effect["scope"].as_str(), effect["reason"].as_str()), (ID, "matched"));
    let of = |test: &str| items.iter().filter(|i| i["test_id"] == test).cloned().collect::<Vec<_>>();
    assert_eq!(of("VCH-01").iter().map(|i| i["scope"].as_str()).collect::<Vec<_>>(), [ID]);
    let covered: Vec<Row> =
        of("COV-01").into_iter().filter(|i| i["object"] == "databricks" && i["reason"] == "covered").collect();
    assert_eq!(covered.len(), 1, "declared under its id, and found there");
    assert_eq!((covered[0]["scope"].as_str(), covered[0]["event_time"].as_str()), (ID, "2026-07-02T09:00:00.000Z"));
    assert!(items.iter().all(|i| i["scope"] != "dbx-prod"), "a name is left over");
    let model = place.text("out/model.json");
    assert!(model.contains("\"name\": \"Dbx-Prod\"") && model.contains("\"environment\": \"production\""));
    let stored = place.run(&["query", "--lake", "lake", "SELECT scope FROM events ORDER BY scope", "--format", "csv"]);
    assert_eq!(stored.ends(0).text(), "scope\ndbx-prod\ntenant\n", "the lake keeps what the record says");
}

#[test]
fn an_unmapped_name_is_the_scope() {
    let unmapped = CONFIG.replace("[workspaces]\nnames = { \"Dbx-Prod\" = \"4150000000000001\" }\n", "");
    let (_, vouching, items) = reported(&unmapped);
    assert_eq!((vouching[0]["scope"].as_str(), vouching[0]["reason"].as_str()), ("dbx-prod", "matched"));
    let undeclared = items.iter().filter(|i| i["reason"] == "undeclared_scope").count();
    assert_eq!(undeclared, 0, "an environment may name it");
}

/// A record of Azure Monitor: its log is of one workspace, and never of the account.
fn azure_record() -> String {
    serde_json::json!({
        "resourceId": "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.DATABRICKS/WORKSPACES/DBX-PROD",
        "operationVersion": "1.0.0", "operationName": "Microsoft.Databricks/accounts/login", "category": "accounts",
        "identity": "{\"email\":\"alice@example.com\"}", "time": "2026-07-02T09:00:00Z",
        "properties": {
            "logId": "11111111-2222-3333-8444-555555555555", "serviceName": "accounts", "actionName": "login",
            "requestId": "r1", "userAgent": "x", "sourceIPAddress": "192.0.2.1", "sessionId": null,
            "requestParams": "{\"user\":\"alice@example.com\"}", "response": "{\"statusCode\":200}",
        },
    })
    .to_string()
}

#[test]
fn nothing_is_concluded_of_the_account_from_azures_log_alone() {
    let place = Place::new();
    place.write("databricks.json", azure_record());
    place.write(
        "okta.json",
        r#"{"uuid":"u","published":"2026-07-02T09:00:00.000Z","eventType":"user.session.start","actor":{"id":"1","type":"User","alternateId":"a@example.com"},"outcome":{"result":"SUCCESS"},"target":[]}"#,
    );
    place.write("tickmark.toml", CONFIG);
    let period = "2026-07-01..2026-07-04";
    place.run(&["run", "--lake", "lake", "--config", "tickmark.toml", "--period", period, "--out", "out"]).ends(0);
    let results = parquet_rows(&place.path("out/data/results.parquet"));
    let of = |test: &str| results.iter().find(|row| row["test_id"] == test).unwrap()["conclusion"].clone();
    for test in ["VCH-01", "PRV-01", "CHG-02", "LOG-01", "TRC-01"] {
        assert_eq!(of(test), "Not tested", "{test}");
    }
    // A deviation stays one.
    assert_eq!(of("AUT-01"), "Exceptions noted");
    assert!(place.text("out/model.json").contains("Azure Monitor carries no acts of the account"));
}

#[test]
fn nothing_is_missing_at_the_account_for_want_of_its_log() {
    let place = Place::new();
    // An hour of the workspace's log, and what the identity provider decided of whoever signed in there.
    place.write("databricks.json", azure_record());
    let person =
        serde_json::json!({"id": "00u1", "type": "User", "alternateId": "alice@example.com", "displayName": "alice"});
    let app_user = serde_json::json!({"id": "0ua1", "type": "AppUser", "alternateId": "alice@example.com", "displayName": "alice"});
    let app = serde_json::json!({"id": "0oa1", "type": "AppInstance", "alternateId": "Databricks", "displayName": "Databricks"});
    let decided = |uuid: &str, at: &str, kind: &str, target: &[&serde_json::Value]| {
        serde_json::json!({
            "uuid": uuid, "published": at, "eventType": kind, "outcome": {"result": "SUCCESS"}, "target": target,
            "actor": {"id": "1", "type": "User", "alternateId": "directory-admin@example.com"},
        })
        .to_string()
    };
    let assigned = [&app_user, &app, &person];
    let lines = [
        decided("u1", "2026-07-01T08:00:00.000Z", "application.user_membership.add", &assigned),
        decided("u2", "2026-07-02T10:00:00.000Z", "user.lifecycle.deactivate", &[&person]),
    ];
    place.write("okta.json", lines.join("\n"));
    place.write("tickmark.toml", CONFIG);
    let period = "2026-07-01..2026-07-04";
    place.run(&["run", "--lake", "lake", "--config", "tickmark.toml", "--period", period, "--out", "out"]).ends(0);
    let tracing = parquet_rows(&place.path("out/data/tracing.parquet"));
    let told: Vec<_> = tracing.iter().map(|row| (row["verb"].clone(), row["reason"].clone())).collect();
    assert_eq!(told, [("app.assign".into(), "coverage_gap".into()), ("user.deactivate".into(), "coverage_gap".into())]);
    let items = parquet_rows(&place.path("out/data/items.parquet"));
    let leavers: Vec<_> =
        items.iter().filter(|row| row["test_id"] == "DEP-01").map(|row| row["reason"].clone()).collect();
    assert_eq!(leavers, ["coverage_gap"]);
}
