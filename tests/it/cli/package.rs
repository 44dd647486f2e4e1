//! The package: whole, self-contained, and safe to open.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tickmark::lake::FILES;

use crate::support::{Place, lake_rows, parquet_rows, sample, tickmark};

#[test]
fn a_package_verifies_until_a_byte_is_flipped() {
    let place = Place::with_run_sample();
    let intact = place.run(&["verify", "evidence"]).ends(0).text();
    // Fifteen files, and one for each test.
    let all = 15 + tickmark::catalogue::TESTS.len();
    assert!(intact.contains(&format!("{all} of {all} as listed")) && intact.contains("intact"), "{intact}");

    let mut page = place.read("evidence/soc2.html");
    page[1000] ^= 1;
    place.write("evidence/soc2.html", page);
    let changed = place.run(&["verify", "evidence"]).ends(1).text();
    assert!(changed.contains("changed    soc2.html") && changed.contains("NOT intact"), "{changed}");

    std::fs::remove_file(place.path("evidence/soc2.html")).unwrap();
    place.write("evidence/more.html", "");
    let missing = place.run(&["verify", "evidence"]).ends(1).text();
    assert!(missing.contains("missing    soc2.html") && missing.contains("not listed more.html"), "{missing}");
}

#[test]
fn results_tie_out_with_items() {
    let data = sample().join("evidence/data");
    let mut counted: BTreeMap<(String, String), u64> = BTreeMap::new();
    for item in parquet_rows(&data.join("items.parquet")) {
        *counted.entry((item["test_id"].clone(), item["verdict"].clone())).or_default() += 1;
    }
    let verdicts = ["pass", "exception", "waived", "undetermined", "not_applicable"];
    let results = parquet_rows(&data.join("results.parquet"));
    assert_eq!(results.len(), tickmark::catalogue::TESTS.len());
    let files = counted.get(&("COV-02".to_owned(), "pass".to_owned())).copied();
    assert_eq!(files, Some(lake_rows(&sample().join("lake"), &FILES).len() as u64));
    let mut population = files.unwrap_or(0);
    // COV-02 judges records, and lists files.
    for row in results.iter().filter(|row| row["test_id"] != "COV-02") {
        let number = |column: &str| row[column].parse::<u64>().unwrap();
        for verdict in verdicts {
            let items = counted.get(&(row["test_id"].clone(), verdict.to_owned())).copied().unwrap_or(0);
            assert_eq!(number(verdict), items, "{verdict} of {row:?}");
        }
        assert_eq!(number("population"), verdicts.iter().map(|v| number(v)).sum::<u64>(), "{row:?}");
        population += number("population");
    }
    assert_eq!(population, counted.values().sum::<u64>(), "items of a test that has no result");
}

#[test]
fn another_period_has_its_own_population() {
    let place = Place::new();
    let out = place.path("out").display().to_string();
    let period = "2026-07-07..2026-07-08";
    let report = ["report", "--lake", "lake", "--config", "tickmark.toml", "--period", period, "--out", &out];
    tickmark(sample(), &report).ends(0);
    let whole = parquet_rows(&sample().join("evidence/data/vouching.parquet"));
    let day = parquet_rows(&place.path("out/data/vouching.parquet"));
    let expected: Vec<_> = whole.into_iter().filter(|row| row["effect_time"].starts_with("2026-07-07T")).collect();
    assert!(!expected.is_empty());
    assert_eq!(day, expected, "a period does not change what is said of an item");
    let model: Value = serde_json::from_slice(&place.read("out/model.json")).unwrap();
    assert_eq!(model["period"]["start"], "2026-07-07T00:00:00Z");
    assert_eq!(model["period"]["end"], "2026-07-08T00:00:00Z");
}

/// Asserts that a page loads nothing and runs nothing.
fn assert_inert(page: &str) {
    let text = page.to_lowercase();
    for forbidden in ["<script", "<iframe", "<object", "<embed", "<link", "<img", "@import"] {
        assert!(!text.contains(forbidden), "`{forbidden}` in a page");
    }
    // A `<` begins a tag: in a text it would be escaped.
    for tag in text.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        for attribute in [" src=", " srcset=", " href=", " action=", " data="] {
            for value in tag.split(attribute).skip(1) {
                assert!(value.starts_with("\"#"), "a page loads or leads to something: <{tag}>");
            }
        }
        for name in tag.split('=').filter_map(|before| before.split_whitespace().last()) {
            assert!(!name.starts_with("on"), "a handler: <{tag}>");
        }
    }
    for (at, _) in text.match_indices("url(") {
        assert!(text[at..].starts_with("url(#"), "a page loads by style");
    }
}

#[test]
fn pages_load_nothing_and_run_nothing() {
    for page in ["soc2.html", "iso27001.html"] {
        assert_inert(&std::fs::read_to_string(sample().join("evidence").join(page)).unwrap());
    }
}

const ACTOR: &str = "\"><img src=x onerror=alert(1)>@example.com";
const SUBJECT: &str = "<script>alert(2)</script> | forged |\n# heading [link](https://example.com/x)";

fn hostile_row() -> String {
    let row = json!({
        "version": "2.0", "auditLevel": "ACCOUNT_LEVEL", "timestamp": 1_784_714_400_000_i64,
        "accountId": "063706fc-2fbb-497c-9c59-0d2e29cbce45", "workspaceId": 0, "sourceIPAddress": "203.0.113.89",
        "userAgent": "<script>alert(3)</script>", "sessionId": null,
        "userIdentity": { "email": ACTOR, "subjectName": null },
        "serviceName": "accounts", "actionName": "addPrincipalToGroup", "requestId": "hostile-1",
        "requestParams": {
            "endpoint": "adminConsole", "targetGroupName": "data-engineers", "targetUserName": SUBJECT,
            "targetUserId": "1"
        },
        "response": { "statusCode": 200, "errorMessage": null, "result": null },
    });
    row.to_string() + "\n"
}

#[test]
fn hostile_names_stay_text() {
    let place = Place::with_run_sample();
    place.write("databricks/workspaceId=0/date=2026-07-22/hostile.json", hostile_row());
    let told = place.run(&["run", "--config", "tickmark.toml"]).ends(0).text();
    let [html, markdown] = ["evidence/soc2.html", "evidence/soc2.md"].map(|name| place.text(name));
    assert!(html.contains("alert(2)") && markdown.contains("alert(2)"), "the row is an exception and has to be shown");
    assert_inert(&html);
    assert_inert(&place.text("evidence/iso27001.html"));
    assert!(!told.contains("\n# heading"), "{told}");
    for page in [markdown, place.text("evidence/iso27001.md")] {
        assert!(!page.contains("<script") && !page.contains("<img"), "markup in Markdown");
        assert!(!page.contains("\n# heading") && !page.contains("[link](https:"), "Markdown taken from a name");
        for line in page.lines().filter(|line| line.contains("alert(2)")) {
            assert!(!line.contains(" | forged |"), "{line}");
        }
    }
    place.run(&["verify", "evidence"]).ends(0);
}

#[test]
fn times_and_clocks_follow_from_the_rows() {
    let data = sample().join("evidence/data");
    let (vouching, tracing) =
        (parquet_rows(&data.join("vouching.parquet")), parquet_rows(&data.join("tracing.parquet")));
    let model: Value = serde_json::from_slice(&std::fs::read(sample().join("evidence/model.json")).unwrap()).unwrap();
    for (latency, direction) in model["latency"].as_array().unwrap().iter().zip(["grant", "revoke"]) {
        let decided = || tracing.iter().filter(|row| row["direction"] == direction);
        let of = |reasons: &[&str]| decided().filter(|row| reasons.contains(&row["reason"].as_str())).count();
        assert_eq!(latency["decided_count"], decided().count(), "{direction}");
        assert_eq!(latency["count"], of(&["matched", "late"]), "{direction}");
        assert_eq!(latency["open_count"], of(&["missing", "failed", "window_open", "coverage_gap"]), "{direction}");
        assert_eq!(latency["superseded_count"], of(&["superseded"]), "{direction}");
        assert_eq!(latency["late_count"], of(&["late"]), "{direction}");
    }
    let lags: BTreeMap<(&str, &str), f64> = vouching
        .iter()
        .filter(|row| row["reason"] == "matched")
        .map(|row| ((&*row["authority_event_id"], &*row["effect_event_id"]), row["lag_seconds"].parse().unwrap()))
        .collect();
    let skews = model["skews"].as_array().unwrap();
    let skew = skews.iter().find(|skew| skew["leg"] == "authority to effect").unwrap();
    assert_eq!((&skew["earlier"], &skew["later"]), (&"okta".into(), &"databricks".into()));
    assert_eq!(skew["pair_count"], lags.len());
    assert_eq!(skew["negative_count"], lags.values().filter(|lag| **lag < 0.0).count());
    let smallest = lags.values().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(skew["min_millis"].as_f64().unwrap(), (smallest * 1000.0).floor());
    let push = skews.iter().find(|skew| skew["leg"] == "transport to effect").unwrap();
    assert!(push["negative_count"].as_u64() > Some(0), "Okta records a push when it is done: {push}");
    assert_eq!((&push["ordered"], &push["offset_millis"]), (&false.into(), &0.into()));
}
