//! No word that claims more than a result, anywhere that a reader looks.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use tickmark::catalogue::TESTS;
use tickmark::cli::Cli;
use walkdir::WalkDir;

use crate::support::{parquet_rows, sample, tickmark};

/// What nobody may read of anybody, in lower case, within longer words too.
const BANNED: &[&str] = &[
    "compliant",
    "certified",
    "certifies",
    "guarantee",
    "effective",
    "passed soc",
    "passes soc",
    "meets soc",
    "fully automated",
    "audit-ready",
];

/// Where a banned word is a field's own name for something else, and what it names.
const ALLOWED: &[(&str, &str)] = &[
    ("--effective", "the flag of `access`: what members hold because their group holds it"),
    ("effective access", "access that a member has through groups in groups"),
    ("noteffectivelyentitled", "Entra's own word for a skipped person"),
    ("effective_at", "the column of a personnel feed: when somebody leaves"),
    ("effective_interval", "the column of a setting: from when until when it held"),
    ("effective_from", "the column of a setting: from when it held"),
    ("effective_until", "the column of a setting: until when it held"),
];

fn claims(text: &str) -> Vec<String> {
    let mut words = text.to_lowercase();
    for (term, _) in ALLOWED {
        words = words.replace(term, "");
    }
    BANNED.iter().filter(|word| words.contains(**word)).map(|word| (*word).to_owned()).collect()
}

fn assert_claims_nothing(name: &str, text: &str) {
    assert!(!text.is_empty(), "{name} is empty");
    assert_eq!(claims(text), Vec::<String>::new(), "{name}");
}

#[test]
fn the_check_knows_a_claim_from_a_field_word() {
    for text in [
        "The control is Effective.",
        "certified",
        "We guarantee",
        "Compliant!",
        "passed SOC 2",
        "ineffective",
        "noncompliant",
    ] {
        assert!(!claims(text).is_empty(), "{text}");
    }
    for text in ["--effective", "direct and effective access", "NotEffectivelyEntitled", "effective_at"] {
        assert!(claims(text).is_empty(), "{text}");
    }
}

#[test]
fn templates_and_documentation_claim_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for folder in ["templates", "docs"] {
        for entry in WalkDir::new(root.join(folder)).into_iter().map(Result::unwrap) {
            let is_text = entry.path().extension().is_some_and(|e| e != "png");
            if entry.file_type().is_file() && is_text {
                let text = fs::read_to_string(entry.path()).unwrap();
                assert_claims_nothing(&entry.path().display().to_string(), &text);
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count}");
    let shipped = ["src/report/controls/mapping.toml", "src/catalogue/profiles.toml", "README.md"];
    for name in shipped {
        assert_claims_nothing(name, &fs::read_to_string(root.join(name)).unwrap());
    }
}

#[test]
fn the_package_claims_nothing() {
    let package = sample().join("evidence");
    for name in ["model.json", "manifest.json", "soc2.html", "soc2.md", "iso27001.html", "iso27001.md"] {
        assert_claims_nothing(name, &fs::read_to_string(package.join(name)).unwrap());
    }
}

#[test]
fn help_claims_nothing() {
    let mut command = Cli::command();
    command.build();
    assert_claims_nothing("tickmark", &command.render_long_help().to_string());
    for sub in command.get_subcommands_mut() {
        let help = sub.render_long_help().to_string();
        assert_claims_nothing(sub.get_name(), &help);
    }
}

#[test]
fn what_commands_print_claims_nothing() {
    let lake = ["--lake", "lake"];
    let config = ["--config", "tickmark.toml"];
    let out = tempfile::TempDir::new().unwrap();
    let out = out.path().join("out").display().to_string();
    let period = ["--period", "2026-07"];
    let items = parquet_rows(&sample().join("evidence/data/items.parquet"));
    let item =
        &items.iter().find(|row| row["test_id"] == "VCH-01" && row["verdict"] == "exception").unwrap()["item_id"];
    let asked: [Vec<&str>; 9] = [
        [&["report"], &lake[..], &config, &period, &["--out", &out]].concat(),
        [&["files"], &lake[..]].concat(),
        [&["vocabulary"], &lake[..]].concat(),
        [&["coverage"], &lake[..], &config].concat(),
        [&["access"], &lake[..], &config, &["--effective"]].concat(),
        [&["access"], &lake[..], &config, &["--effective", "--format", "json"]].concat(),
        [&["explain", item], &lake[..], &config].concat(),
        ["verify", "evidence"].to_vec(),
        [&["query"], &lake[..], &["SELECT COUNT(*) AS n FROM events"]].concat(),
    ];
    for arguments in asked {
        let ran = tickmark(sample(), &arguments).ends(0);
        assert_claims_nothing(arguments[0], &ran.text());
        assert_eq!(claims(&ran.stderr), Vec::<String>::new(), "{}", arguments[0]);
    }
}

/// The part of a page from one heading to the next of its rank.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let rest = page.split_once(heading).unwrap_or_else(|| panic!("no section `{heading}`")).1;
    rest.split("\n## ").next().unwrap()
}

// Verdicts are of items: a criterion or control is given none.
#[test]
fn no_criterion_passes_or_fails() {
    let package = sample().join("evidence");
    let text = |name: &str| fs::read_to_string(package.join(name)).unwrap();
    let (soc2, iso) = (text("soc2.md"), text("iso27001.md"));
    let parts = [
        section(&soc2, "\n## 5 Criteria matrix"),
        section(&iso, "\n## 5 Evidence by clause and Annex A control"),
        section(&soc2, "\n## Appendix F. Crosswalk"),
        section(&iso, "\n## Appendix F. Crosswalk"),
    ];
    for part in parts {
        assert!(part.len() > 1_000);
        // The name of a test speaks of sign-ins, not of the criterion.
        let titles = TESTS.iter().map(|test| test.about.title.to_lowercase());
        let words = titles.fold(part.to_lowercase(), |words, title| words.replace(&title, ""));
        for word in words.split(|c: char| !c.is_alphanumeric()) {
            let is_verdict =
                ["pass", "passed", "passes", "fail", "failed", "fails", "met", "satisfied"].contains(&word);
            assert!(!is_verdict, "`{word}` in {}", part.lines().nth(2).unwrap_or_default());
        }
    }
    let model: serde_json::Value = serde_json::from_str(&text("model.json")).unwrap();
    let crosswalk = model["crosswalk"].as_array().unwrap().iter().map(|f| &f["rows"]);
    let mut count = 0;
    for row in
        [&model["soc2"], &model["iso27001"]].into_iter().chain(crosswalk).flat_map(|rows| rows.as_array().unwrap())
    {
        let keys: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        for verdict in ["conclusion", "result", "status", "verdict", "pass"] {
            assert!(!keys.contains(&verdict), "{keys:?}");
        }
        count += 1;
    }
    assert!(count > 150, "{count}");
}
