//! Profiles, policies and mounted wording, from the configuration to the package.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Place, parquet_rows};

const REPORT: [&str; 9] =
    ["report", "--lake", "lake", "--config", "tickmark.toml", "--period", "2026-07", "--out", "out"];

fn json(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.read(name)).unwrap()
}

fn reported(place: &Place, more: &[&str]) -> Value {
    place.run(&[&REPORT, more].concat()).ends(0);
    place.run(&["verify", "out"]).ends(0);
    json(place, "out/model.json")
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect()
}

#[test]
fn a_profile_leaves_tests_out_and_says_so() {
    let place = Place::with_run_sample();
    let whole = reported(&place, &[]);
    assert_eq!((&whole["profile"]["given"], &whole["profile"]["name"]), (&Value::Bool(false), &"all tests".into()));
    let model = reported(&place, &["--profile", "hipaa"]);
    let ran = ids(&model["tests"]);
    assert!(ran.contains(&"COV-03") && ran.contains(&"DEP-01") && !ran.contains(&"VCH-02"), "{ran:?}");
    let left_out: Vec<&Value> =
        model["not_tested"].as_array().unwrap().iter().filter(|t| t["id"] == "VCH-02").collect();
    assert_eq!(left_out.len(), 1);
    assert_eq!(left_out[0]["reason"], "not in profile `hipaa`");
    assert!(!ids(&whole["not_tested"]).contains(&"VCH-02"));
    let results: BTreeMap<String, (String, String)> = parquet_rows(&place.path("out/data/results.parquet"))
        .into_iter()
        .map(|row| (row["test_id"].clone(), (row["conclusion"].clone(), row["population"].clone())))
        .collect();
    assert_eq!(results.len(), tickmark::catalogue::TESTS.len());
    assert_eq!(results["VCH-02"], ("Not tested".to_owned(), "0".to_owned()));
    assert_ne!(results["VCH-01"].0, "Not tested");
    let items = parquet_rows(&place.path("out/data/items.parquet"));
    assert!(items.iter().all(|row| row["test_id"] != "VCH-02"));
    assert!(
        place
            .text("out/soc2.md")
            .contains("| VCH-02 | Changes arrive through the approved door | Not tested: not in profile")
    );
    // Another profile is another run, though every file is the same.
    assert_ne!(model["package"]["run_id"], whole["package"]["run_id"]);
    let listed = json(&place, "out/manifest.json")["inputs"].to_string();
    assert!(listed.contains("--profile hipaa"), "{listed}");
    place.run(&[&REPORT[..], &["--profile", "hippa"]].concat()).ends(2).says(&["`hippa`", "`hipaa`"]);
}

#[test]
fn a_profiles_values_are_used_and_shown_with_where_they_come_from() {
    let place = Place::with_run_sample();
    let without = place.text("tickmark.toml").replace("deprovision_sla = \"24h\"\n", "");
    place.write("tickmark.toml", without.replace("out = \"evidence\"", "out = \"evidence\"\nprofile = \"pci\""));
    let model = reported(&place, &[]);
    let parameters = model["parameters"].as_array().unwrap();
    let of = |name: &str| parameters.iter().find(|p| p["name"] == name).unwrap();
    let sla = of("deprovision_sla");
    assert_eq!(
        (&sla["value"], &sla["origin"], &sla["is_default"]),
        (&"1h".into(), &"profile `pci`".into(), &false.into())
    );
    let resolve = of("account_max_gap");
    assert_eq!((&resolve["origin"], &resolve["is_default"]), (&"default".into(), &true.into()));
    let removals = model["latency"].as_array().unwrap().iter().find(|l| l["direction"] == "removals").unwrap();
    assert_eq!(removals["sla_seconds"], 3600);
    for page in ["out/soc2.html", "out/soc2.md", "out/iso27001.html", "out/iso27001.md"] {
        assert!(place.text(page).contains("default, not set by the organisation"), "{page}");
    }
}

#[test]
fn a_value_that_contradicts_a_policy_ends_the_run() {
    let place = Place::with_run_sample();
    let policy =
        "\n[[policy]]\nid = \"IAM-8 section 1\"\nparameter = \"deprovision_sla\"\ntest = \"DEP-01\"\nat_most = ";
    let good = place.text("tickmark.toml");
    let line = good.lines().count() + 2;
    place.write("tickmark.toml", format!("{good}{policy}\"8h\"\n"));
    let at = format!("`tickmark.toml` line {line}:");
    let words = [at.as_str(), "DEP-01 deprovision_sla is `24h` ([parameters])", "`IAM-8 section 1` says at most `8h`"];
    place.run(&REPORT).ends(3).says(&words);
    assert!(!place.path("out").exists());
    place.write("tickmark.toml", format!("{good}{policy}\"24h\"\n"));
    let model = reported(&place, &[]);
    let test = model["tests"].as_array().unwrap().iter().find(|t| t["id"] == "DEP-01").unwrap();
    assert_eq!(test["parameters"][0]["policy"], "IAM-7 section 3; IAM-8 section 1");
    // A profile can contradict it as well as a line of the file.
    place.write("tickmark.toml", format!("{good}{policy}\"24h\"\n").replace("deprovision_sla = \"24h\"\n", ""));
    place.run(&REPORT).ends(0);
}

#[test]
fn the_organisations_wording_is_printed_hashed_and_part_of_the_run() {
    let place = Place::with_run_sample();
    let before = reported(&place, &[]);
    assert!(place.text("out/iso27001.md").contains("The organisation's rule: *Not supplied*"));
    let worded = "[control.\"CC6.2\"]\norganization_id = \"AC-07\"\ntext = \"Access is approved | by owners.\"\nowner = \"platform\"\n\
        [control.\"A.5.18\"]\norganization_id = \"AC-07\"\nsoa = \"applicable\"\njustification = \"in scope\"\n\
        [control.\"PR.AA-05\"]\norganization_id = \"CSF-7\"\n";
    place.write("controls.d/ours.toml", worded);
    let after = reported(&place, &[]);
    for page in ["out/soc2.html", "out/soc2.md"] {
        let text = place.text(page);
        assert!(text.contains("AC-07: Access is approved") && text.contains("(owner: platform)"), "{page}");
        assert!(text.contains("CSF-7") && text.contains("controls.d/ours.toml"), "{page}");
    }
    for page in ["out/iso27001.html", "out/iso27001.md"] {
        assert!(place.text(page).contains("applicable: in scope"), "{page}");
    }
    let inputs = json(&place, "out/manifest.json")["inputs"].clone();
    let listed = inputs.as_array().unwrap().iter().find(|i| i["path"] == "controls.d/ours.toml").unwrap();
    assert_eq!(listed["sha256"], tickmark::package::sha256_hex(worded.as_bytes()));
    assert_eq!((&listed["source"], &listed["records"]), (&"controls".into(), &3.into()));
    assert_ne!(before["package"]["run_id"], after["package"]["run_id"]);
    place.write("controls.d/ours.toml", worded.replace("CC6.2", "CC6.22"));
    place.run(&REPORT).ends(3).says(&["controls.d/ours.toml` line 1:", "`CC6.22`", "`CC6.2`"]);
}
