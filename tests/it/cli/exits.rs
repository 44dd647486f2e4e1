//! Exit statuses and the messages that go with them.

use crate::support::{Place, bare_config, sample, tickmark};

/// Days of the sample without a finding.
const QUIET: &str = "2026-07-22..2026-07-24";

/// The last day of the sample: nothing wrong, but two time limits have not run out.
const OPEN: &str = "2026-07-31..2026-08-01";

/// The tests that logs alone can conclude; the others wait for listings and registers that the sample does not have.
const LOGS_ALONE: &str = r#"
[profile."logs-alone"]
extends = "soc2-core"
remove = ["DEP-03", "ACC-01", "ACC-02", "PRV-03", "PRV-04", "SOD-01", "CRD-01", "CRD-02", "AUT-01", "LOG-01", "STA-01"]
"#;

/// Reports on the sample's lake and gives the exit status that is to come.
fn reports(period: &str, fail_on: &[&str], code: i32) {
    let place = Place::new();
    place.write("tickmark.toml", bare_config() + LOGS_ALONE);
    let config = place.path("tickmark.toml").display().to_string();
    let out = place.path("out").display().to_string();
    let fixed =
        ["report", "--lake", "lake", "--config", &config, "--period", period, "--out", &out, "--profile", "logs-alone"];
    let ran = tickmark(sample(), &[&fixed[..], fail_on].concat());
    assert_eq!(ran.stderr, "");
    ran.ends(code);
    assert!(place.path("out/manifest.json").is_file(), "the package is written whatever the status");
}

#[test]
fn findings_have_a_status_of_their_own_where_it_is_asked_for() {
    let (exceptions, undetermined) = (["--fail-on", "exceptions"], ["--fail-on", "undetermined"]);
    reports("2026-07", &exceptions, 10);
    reports(OPEN, &exceptions, 0);
    reports(OPEN, &undetermined, 11);
    reports(QUIET, &undetermined, 0);
}

#[test]
fn a_wrong_command_line_is_2() {
    let place = Place::with_sample();
    place.run(&[]).ends(2).says(&["Usage: tickmark"]);
    place.run(&["run"]).ends(2).says(&["--config"]);
    place.run(&["run", "--config", "tickmark.toml", "--no-such-flag"]).ends(2).says(&["--no-such-flag"]);
    for period in ["2026-13", "2026-Q5", "last quarter", "2026-07-02..2026-07-01", "2026-07-01..2026-07-01", ""] {
        let ran = place.run(&["run", "--config", "tickmark.toml", "--period", period]).ends(2);
        assert!(ran.stderr.contains("period") || ran.stderr.contains(period), "{period}: {}", ran.stderr);
    }
    place.run(&["ingest", "--lake", "lake", "--source", "octa", "okta"]).ends(2).says(&["octa", "okta"]);
    assert!(!place.path("lake").exists() && !place.path("evidence").exists());
}

#[test]
fn a_bad_configuration_is_3_and_names_file_line_and_a_better_word() {
    let place = Place::with_sample();
    let good = place.text("tickmark.toml");
    let line = |words: &str| good.lines().position(|l| l.starts_with(words)).unwrap() + 1;
    let cases = [
        ("prefix = ", "prefx = ", "`prefx`", "prefix"),
        ("look_back = ", "lookback = ", "`lookback`", "look_back"),
        ("covers = ", "cover = ", "`cover`", "covers"),
        ("skew = \"5m\"", "skew = \"5 parsecs\"", "5 parsecs", "5m"),
        ("period = \"2026-07\"", "period = \"July\"", "July", "2026-07"),
    ];
    for (old, new, wrong, better) in cases {
        place.write("wrong.toml", good.replacen(old, new, 1));
        let at = format!("`wrong.toml` line {}:", line(old));
        place.run(&["run", "--config", "wrong.toml"]).ends(3).says(&[&at, wrong, better]);
    }
    place.write("wrong.toml", good.replacen("id = \"okta\"", "id = \"octa\"", 1));
    place.run(&["run", "--config", "wrong.toml"]).ends(3).says(&["`wrong.toml` line", "octa", "okta"]);
    place.write("wrong.toml", "[organization\n");
    place.run(&["run", "--config", "wrong.toml"]).ends(3).says(&["`wrong.toml` line 1:"]);
    place.run(&["run", "--config", "absent.toml"]).ends(3).says(&["absent.toml"]);
    assert!(!place.path("lake").exists() && !place.path("evidence").exists());
}

#[test]
fn no_input_is_3_and_leaves_no_package() {
    let place = Place::new();
    let head =
        "[organization]\nname = \"Example Corp\"\n[report]\nperiod = \"2026-07\"\nlake = \"lake\"\nout = \"out\"\n";
    place.write("none.toml", head);
    place.run(&["run", "--config", "none.toml"]).ends(3).says(&["[[source]]"]);
    for pattern in ["absent", "absent/*.json", "in", "in/*.json"] {
        std::fs::create_dir_all(place.path("in")).unwrap();
        place.write("some.toml", format!("{head}[[source]]\npaths = [\"{pattern}\"]\n"));
        place.run(&["run", "--config", "some.toml"]).ends(3).says(&[pattern]);
    }
    place.write("in/empty.json", "");
    place.run(&["run", "--config", "some.toml"]).ends(3).says(&["no record"]);
    assert!(!place.path("out").exists());
    let report = ["report", "--lake", "nowhere", "--config", "some.toml", "--period", "2026-07", "--out", "out"];
    place.run(&report).ends(3).says(&["nowhere"]);
    place.run(&["query", "--lake", "nowhere", "SELECT 1"]).ends(3).says(&["nowhere"]);
    assert!(!place.path("nowhere").exists(), "reading a lake must not make one");
    place.run(&["verify", "nowhere"]).ends(3).says(&["nowhere"]);
}

#[test]
fn a_folder_that_holds_something_else_is_refused_as_a_package() {
    let place = Place::with_sample();
    place.write("mine/notes.txt", "keep");
    let lake = sample().join("lake").display().to_string();
    let report = ["report", "--lake", &lake, "--config", "tickmark.toml", "--period", QUIET, "--out"];
    place.run(&[&report[..], &["mine"]].concat()).ends(3).says(&["mine"]);
    assert_eq!(place.text("mine/notes.txt"), "keep");
    place.run(&[&report[..], &["mine/notes.txt"]].concat()).ends(3).says(&["notes.txt"]);
    assert_eq!(place.text("mine/notes.txt"), "keep");
}
