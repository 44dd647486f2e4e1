//! One package after another: what became of each exception, and what brought that about.

use serde_json::{Value, json};
use tickmark::package::{file_sha256, sha256_hex};

use crate::support::{Place, Ran, Row, listing, parquet_rows};

const CONFIG: &str = r#"
[organization]
name = "Example Corp"

[report]
lake = "lake"

[[source]]
id = "okta"
paths = ["okta/*.json"]
provider_apps = ["Databricks*"]
covers = "2026-06-29..2026-07-08"

[[source]]
id = "databricks"
paths = ["databricks/*.json"]
covers = "2026-06-29..2026-07-08"

[groups]
map = { "DBX Engineers" = "engineers" }

[connector]
principals = ["scim-connector@example.com"]
"#;

const FIRST: &str = "2026-07-01..2026-07-04";
const SECOND: &str = "2026-07-04..2026-07-07";

/// An Okta event: somebody is put into the group.
fn joins(at: &str, who: &str) -> String {
    let person = json!({"id": format!("00u1{who}"), "type": "User", "alternateId": format!("{who}@example.com"), "displayName": who});
    let group = json!({"id": "00g1", "type": "UserGroup", "alternateId": "unknown", "displayName": "DBX Engineers"});
    let event = json!({
        "uuid": sha256_hex(format!("{at} {who}").as_bytes()), "published": format!("2026-{at}:00.000Z"),
        "eventType": "group.user_membership.add", "version": "0", "severity": "INFO", "displayMessage": "text",
        "actor": {"id": "00u1admin", "type": "User", "alternateId": "admin@example.com", "displayName": "admin"},
        "outcome": {"result": "SUCCESS", "reason": null}, "target": [person, group],
        "transaction": {"type": "WEB", "id": format!("{at} {who}"), "detail": {}},
    });
    event.to_string() + "\n"
}

/// A Databricks row: somebody is put into the group, by hand or by the connector.
fn added(at: &str, actor: &str, who: &str) -> String {
    let time = chrono::DateTime::parse_from_rfc3339(&format!("2026-{at}:00Z")).unwrap();
    let row = json!({
        "version": "2.0", "auditLevel": "ACCOUNT_LEVEL", "timestamp": time.timestamp_millis(), "workspaceId": 0,
        "accountId": "00000000-0000-4000-8000-00000000acc0", "sourceIPAddress": "192.0.2.44", "userAgent": "Mozilla/5.0",
        "userIdentity": {"email": format!("{actor}@example.com"), "subjectName": null},
        "serviceName": "accounts", "actionName": "addPrincipalToGroup", "requestId": format!("{at} {who}"),
        "requestParams": {"endpoint": "adminConsole", "targetUserName": format!("{who}@example.com"), "targetGroupName": "engineers"},
        "response": {"statusCode": 200, "errorMessage": null, "result": null},
    });
    row.to_string() + "\n"
}

/// Eve is put into the group by hand; ann nine hours after the decision; judy in the next period.
fn place() -> Place {
    let place = Place::new();
    place.write("tickmark.toml", CONFIG);
    place.write("okta/1.json", joins("07-02T09:00", "ann"));
    let rows = [
        added("07-02T10:00", "root", "eve"),
        added("07-02T18:00", "scim-connector", "ann"),
        added("07-05T10:00", "root", "judy"),
    ];
    place.write("databricks/1.json", rows.concat());
    place.run(&["run", "--config", "tickmark.toml", "--period", FIRST, "--out", "first"]).ends(0);
    place
}

fn again(place: &Place, period: &str, previous: &str, out: &str) -> Ran {
    place.run(&["run", "--config", "tickmark.toml", "--period", period, "--out", out, "--previous", previous])
}

fn compared(place: &Place, out: &str) -> Vec<Row> {
    parquet_rows(&place.path(out).join("data/comparison.parquet"))
}

/// What became of one test's item about a person: change, cause, and both verdicts.
fn fate(place: &Place, test: &str, who: &str) -> String {
    let subject = format!("{who}@example.com");
    let rows = compared(place, "second");
    let row = rows.iter().find(|row| row["test_id"] == test && row["subject"] == subject);
    let row = row.unwrap_or_else(|| panic!("{test} {who} is not compared: {rows:?}"));
    let verdict = |column: &str| if row[column].is_empty() { "-" } else { &row[column] }.to_owned();
    format!("{} {}: {} {}", row["change"], row["cause"], verdict("previous_verdict"), verdict("verdict"))
}

fn model(place: &Place, out: &str) -> Value {
    serde_json::from_slice(&place.read(&format!("{out}/model.json"))).unwrap()
}

#[test]
fn the_same_again_continues() {
    let place = place();
    let told = again(&place, FIRST, "first", "second").ends(0).text();
    let rows = compared(&place, "second");
    assert!(rows.iter().any(|row| row["test_id"] == "VCH-01"), "{rows:?}");
    assert!(rows.iter().all(|row| row["change"] == "continuing" && row["cause"].is_empty()), "{rows:?}");
    let eve = rows.iter().find(|row| row["test_id"] == "VCH-01").unwrap();
    assert_eq!((eve["age_days"].as_str(), eve["first_seen_period"].as_str()), ("2", FIRST), "cut-off is July 5");
    assert!(told.contains("0 new, 0 changed, ") && told.contains(" continuing, 0 resolved"), "{told}");
    let comparison = &model(&place, "second")["comparison"];
    assert_eq!((&comparison["same_period"], &comparison["restates"]), (&true.into(), &false.into()));
    assert_eq!((&comparison["moved_count"], &comparison["method"]), (&0.into(), &json!([])));
}

#[test]
fn late_data_resolves_and_raises_exceptions_and_restates() {
    let place = place();
    place.write("okta/late.json", joins("07-02T09:50", "eve"));
    place.write("databricks/late.json", added("07-03T10:00", "root", "mallory"));
    again(&place, FIRST, "first", "second").ends(0);
    assert_eq!(fate(&place, "VCH-01", "eve"), "resolved late_data: exception pass");
    assert_eq!(fate(&place, "VCH-01", "mallory"), "new late_data: - exception");
    let proofs: Vec<String> = compared(&place, "second").iter().map(|row| row["proof"].clone()).collect();
    assert!(proofs.iter().any(|p| p.contains("okta/late.json")), "{proofs:?}");
    let comparison = &model(&place, "second")["comparison"];
    assert_eq!(comparison["restates"], true);
    assert_eq!(comparison["inputs_added"]["total"], 2);
    for page in ["soc2.html", "soc2.md", "iso27001.html", "iso27001.md"] {
        let text = place.text(&format!("second/{page}"));
        assert!(text.contains("Restatement.") && text.contains("late\\_data") | text.contains("late_data"), "{page}");
    }
}

#[test]
fn a_conclusion_that_moves_is_said() {
    let place = place();
    place.write("okta/late.json", joins("07-02T09:50", "eve"));
    again(&place, FIRST, "first", "second").ends(0);
    let comparison = model(&place, "second")["comparison"].clone();
    let tests = comparison["tests"].as_array().unwrap();
    let vouching = tests.iter().find(|t| t["test_id"] == "VCH-01").unwrap();
    assert_eq!(vouching["previous_conclusion"], "Exceptions noted");
    assert_eq!(vouching["conclusion"], "No exceptions noted");
    assert_eq!(vouching["moved"], true);
    let moved = tests.iter().filter(|t| t["moved"] == true).count();
    assert_eq!(comparison["moved_count"], moved);
}

#[test]
fn a_waiver_changes_and_resolves_nothing() {
    let place = place();
    let waiver = "[[waiver]]\nid = \"W\"\ntest = \"VCH-01\"\nselect = { subject = \"eve@*\" }\nreason = \"r\"\nrequested_by = \"a\"\n\
        approved_by = \"b\"\napproved_at = \"2026-07-01\"\nexpires = \"2026-10-01\"\n";
    place.write("tickmark.toml", format!("{CONFIG}{waiver}"));
    let told = again(&place, FIRST, "first", "second").ends(0).text();
    assert_eq!(fate(&place, "VCH-01", "eve"), "changed waiver: exception waived");
    assert!(told.contains("1 waiver"), "{told}");
    // And back.
    place.write("tickmark.toml", CONFIG);
    again(&place, FIRST, "second", "third").ends(0);
    let eve = compared(&place, "third").into_iter().find(|row| row["test_id"] == "VCH-01").unwrap();
    assert_eq!(
        (eve["cause"].as_str(), eve["previous_waiver_id"].as_str(), eve["waiver_id"].as_str()),
        ("waiver", "W", "")
    );
}

#[test]
fn a_setting_of_the_test_is_the_configuration() {
    let place = place();
    place.write("tickmark.toml", format!("{CONFIG}[test.\"TRC-01\"]\nprovision_sla = \"4h\"\n"));
    again(&place, FIRST, "first", "second").ends(0);
    assert_eq!(fate(&place, "TRC-01", "ann"), "new config: pass exception");
    let method = model(&place, "second")["comparison"]["method"].to_string();
    assert!(method.contains("TRC-01, provision_sla: 24h, then 4h."), "{method}");
}

#[test]
fn a_record_that_a_new_file_repeats_was_at_hand() {
    let place = place();
    place.write("okta/0.json", joins("07-02T09:00", "ann") + &joins("07-02T09:01", "zed"));
    place.write(
        "tickmark.toml",
        format!("{CONFIG}[test.\"TRC-01\"]\nprovision_sla = \"4h\"\n").replace("\"lake\"", "\"other\""),
    );
    again(&place, FIRST, "first", "second").ends(0);
    assert_eq!(fate(&place, "TRC-01", "ann"), "new config: pass exception");
    // In a lake without the file that held it, nothing shows that it was not at hand.
    std::fs::remove_file(place.path("okta/1.json")).unwrap();
    std::fs::remove_dir_all(place.path("other")).unwrap();
    place.write("tickmark.toml", CONFIG.replace("\"lake\"", "\"other\""));
    place.write("databricks/1.json", added("07-02T10:00", "root", "eve") + &added("07-02T19:00", "root", "ann"));
    again(&place, FIRST, "first", "third").ends(0);
    let causes: Vec<String> = compared(&place, "third").iter().map(|row| row["cause"].clone()).collect();
    assert!(causes.iter().all(|cause| cause.is_empty() || cause == "unknown"), "{causes:?}");
    assert_eq!(model(&place, "third")["comparison"]["inputs_gone"]["total"], 2);
}

#[test]
fn another_period_leaves_out_and_takes_in() {
    let place = place();
    place.write("databricks/2.json", added("07-05T12:00", "root", "trent"));
    again(&place, SECOND, "first", "second").ends(0);
    assert_eq!(fate(&place, "VCH-01", "eve"), "no_longer_judged period: exception -");
    assert_eq!(fate(&place, "VCH-01", "trent"), "new new_events: - exception");
    assert_eq!(fate(&place, "VCH-01", "judy"), "new period: - exception");
    let comparison = &model(&place, "second")["comparison"];
    assert_eq!((&comparison["same_period"], &comparison["restates"]), (&false.into(), &false.into()));
}

/// Makes a package one of an earlier version of a test, as whoever made it would have written it.
fn age(place: &Place, out: &str) {
    let name = format!("{out}/model.json");
    let mut model = model(place, out);
    let tests = model["tests"].as_array_mut().unwrap();
    let version = &mut tests.iter_mut().find(|t| t["id"] == "VCH-01").unwrap()["version"];
    *version = "0".into();
    place.write(&name, serde_json::to_string_pretty(&model).unwrap() + "\n");
    let (sha256, byte_count) = file_sha256(&place.path(&name)).unwrap();
    let mut manifest: Value = serde_json::from_slice(&place.read(&format!("{out}/manifest.json"))).unwrap();
    let of = |list: &mut Value, key: &str, is: &str| -> usize {
        list.as_array().unwrap().iter().position(|entry| entry[key] == is).unwrap()
    };
    let at = of(&mut manifest["outputs"], "path", "model.json");
    manifest["outputs"][at]["sha256"] = sha256.into();
    manifest["outputs"][at]["byte_count"] = byte_count.into();
    let at = of(&mut manifest["population"], "test_id", "VCH-01");
    manifest["population"][at]["test_version"] = "0".into();
    place.write(&format!("{out}/manifest.json"), manifest.to_string());
}

#[test]
fn another_version_of_a_test_is_the_cause_of_its_changes() {
    let place = place();
    age(&place, "first");
    place.write("databricks/late.json", added("07-03T10:00", "root", "mallory"));
    again(&place, FIRST, "first", "second").ends(0);
    assert_eq!(fate(&place, "VCH-01", "mallory"), "new rule_version: - exception");
    assert_eq!(fate(&place, "VCH-01", "eve"), "continuing : exception exception");
}

#[test]
fn exceptions_keep_their_id_and_the_run_that_saw_them_first() {
    let place = place();
    again(&place, FIRST, "first", "second").ends(0);
    again(&place, FIRST, "second", "third").ends(0);
    let run = |out: &str| model(&place, out)["package"]["run_id"].as_str().unwrap().to_owned();
    let eve = |out: &str| compared(&place, out).into_iter().find(|row| row["test_id"] == "VCH-01").unwrap();
    assert_eq!(eve("third")["item_id"], eve("second")["item_id"]);
    assert_eq!(eve("third")["first_seen_run"], run("first"), "not the second, which only saw it again");
    assert!(run("first") != run("second") && run("second") != run("third"), "another comparison is another package");
}

#[test]
fn the_package_before_is_cited_and_its_successor_reproducible() {
    let place = place();
    let seal = sha256_hex(&place.read("first/manifest.json"));
    for out in ["second", "again"] {
        again(&place, FIRST, "first", out).ends(0);
        place.run(&["verify", out]).ends(0);
        let manifest: Value = serde_json::from_slice(&place.read(&format!("{out}/manifest.json"))).unwrap();
        assert_eq!(manifest["prior_package"]["manifest_sha256"], seal.as_str());
        assert_eq!(manifest["prior_package"]["run_id"], model(&place, "first")["package"]["run_id"]);
    }
    let files = |out: &str| {
        let mut files = listing(&place.path(out));
        files.remove("manifest.json");
        files
    };
    assert!(files("second") == files("again"));
}

#[test]
fn the_configuration_may_name_it() {
    let place = place();
    place.write("tickmark.toml", CONFIG.replace("lake = \"lake\"", "lake = \"lake\"\nprevious = \"first\""));
    let report = ["report", "--lake", "lake", "--config", "tickmark.toml", "--period", FIRST, "--out", "second"];
    place.run(&report).ends(0);
    assert_eq!(fate(&place, "VCH-01", "eve"), "continuing : exception exception");
}

#[test]
fn without_one_nothing_is_compared() {
    let place = place();
    assert!(compared(&place, "first").is_empty());
    assert_eq!(model(&place, "first")["comparison"]["has_previous"], false);
    let manifest: Value = serde_json::from_slice(&place.read("first/manifest.json")).unwrap();
    assert_eq!(manifest["prior_package"], Value::Null);
    for page in ["soc2.html", "soc2.md", "iso27001.html", "iso27001.md"] {
        assert!(place.text(&format!("first/{page}")).contains("No previous package was named"), "{page}");
    }
}

#[test]
fn a_package_that_does_not_verify_is_no_ground() {
    let place = place();
    again(&place, FIRST, "nowhere", "second").ends(3).says(&["previous package `nowhere`"]);
    again(&place, FIRST, "lake", "second").ends(3).says(&["previous package `lake`", "manifest.json"]);
    again(&place, FIRST, "first", "first").ends(3).says(&["name another"]);
    place.write("first/more.html", "");
    again(&place, FIRST, "first", "second").ends(3).says(&["not intact", "not listed: more.html"]);
    std::fs::remove_file(place.path("first/more.html")).unwrap();
    let mut items = place.read("first/data/items.parquet");
    items[20] ^= 1;
    place.write("first/data/items.parquet", items);
    again(&place, FIRST, "first", "second").ends(3).says(&["not intact", "changed: data/items.parquet"]);
    assert!(!place.path("second").exists());
}
