//! The stage on which a story is judged: the logs of a story, ingested, correlated and put to the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use tickmark::catalogue::profiles::Profile;
use tickmark::catalogue::{self, Evidence, Item, Outcome, Views, WaiverUse};
use tickmark::companion::Companions;
use tickmark::config::{Config, Period};
use tickmark::correlate::{self, Verdict};
use tickmark::coverage::Coverage;
use tickmark::ingest::{Input, Options, Refused, Unwatched, ingest};
use tickmark::inventory::Inventory;
use tickmark::lake::Lake;

use super::logs::Logs;

/// Five days at hand, three of them under audit.
const CONFIG: &str = r#"
[organization]
name = "Example Corp"

[[source]]
id = "okta"
paths = ["okta.json"]
provider_apps = ["Databricks*"]
covers = "2026-06-29..2026-07-04"

[[source]]
id = "databricks"
paths = ["databricks.json"]
covers = "2026-06-29..2026-07-04"

[groups]
map = { "DBX Engineers" = "engineers", "DBX Roots" = "admins" }
prefix = "okta-"

[connector]
principals = ["scim-connector@example.com"]
user_agents = ["*Okta*SCIM*"]
addresses = ["198.51.100.0/24"]

[automation]
principals = ["terraform@example.com"]

[test."PRV-01"]
privileged_groups = ["okta-admins"]
"#;
/// The day after the evidence ends: 2026-07-05.
const INGESTED_AT: i64 = 1_783_209_600_000_000;
pub(super) const PERIOD: &str = "2026-07-01..2026-07-04";

/// A story: what is logged, and how a test judges it.
pub(super) struct Story {
    pub(super) test: &'static str,
    /// Changes of the configuration: this is replaced by that; where this is empty, that is added at the end.
    pub(super) but: &'static [(&'static str, &'static str)],
    pub(super) tell: fn(&mut Logs),
    /// Every item, as [`line`] writes it. Of COV-01, whose items are hours, only those that matter.
    pub(super) judged: &'static [&'static str],
}

/// The files, the configuration and the lake of a story.
pub(super) struct Ground {
    folder: TempDir,
    pub(super) config: Config,
    pub(super) period: Period,
}

impl Ground {
    pub(super) fn new(config: &str, tell: impl FnOnce(&mut Logs)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut logs = Logs::default();
        tell(&mut logs);
        // A file without records would be of no source.
        logs.okta_beats("06-29 00:10");
        logs.signs_in("06-29 00:10", "account", "nobody@example.com");
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("a file");
        write("okta.json", logs.okta.join("\n"));
        write("databricks.json", logs.databricks.join("\n"));
        for (path, text) in &logs.files {
            let parent = folder.path().join(path).parent().map(Path::to_owned).expect("a folder");
            fs::create_dir_all(parent).expect("a folder");
            write(path, text.clone());
        }
        for (path, text) in &logs.gzipped {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(text.as_bytes()).expect("a compressed file");
            fs::write(folder.path().join(path), packed.finish().expect("a compressed file")).expect("a file");
        }
        write("tickmark.toml", config.to_owned());
        let (config, _) = Companions::with_config(&folder.path().join("tickmark.toml"), None).expect("a configuration");
        let period = Period::parse(PERIOD, config.zone).expect("a period");
        let input = |name: &str| Input {
            base: folder.path().to_owned(),
            pattern: format!("{name}*.json"),
            source: tickmark::source::by_id(name),
            zone: None,
        };
        // Sources beside these two are those that the configuration of the story adds.
        let declared =
            config.sources.iter().filter_map(|s| s.id.clone()).filter(|id| id != "okta" && id != "databricks");
        let others: Vec<String> = declared.collect();
        let is_declared = |name: &&str| config.sources.iter().any(|s| s.id.as_deref() == Some(*name));
        let mut inputs: Vec<Input> =
            ["okta", "databricks"].iter().filter(|n| is_declared(n)).map(|n| input(n)).collect();
        inputs.extend(others.iter().map(|name| input(name)));
        // More files of the two.
        let more =
            config.sources.iter().skip(2).filter(|s| s.id.as_deref().is_some_and(|id| !others.iter().any(|o| o == id)));
        let stems = more.flat_map(|s| &s.paths).map(|path| path.trim_end_matches(".json"));
        inputs.extend(stems.map(|stem| Input { source: None, ..input(stem) }));
        let options = Options { ingested_at: INGESTED_AT, ..Options::default() };
        ingest(&folder.path().join("lake"), &inputs, &options, &mut Unwatched).expect("an ingest");
        Self { folder, config, period }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn lake(&self) -> Lake {
        Lake::open(&self.path("lake")).expect("a lake")
    }

    pub(super) fn outcomes(&self) -> (Vec<Outcome>, Vec<WaiverUse>) {
        judge(self.lake(), &self.config, &self.period)
    }
}

/// Puts a lake to the tests.
pub(super) fn judge(lake: Lake, config: &Config, period: &Period) -> (Vec<Outcome>, Vec<WaiverUse>) {
    judge_with(lake, &[], config, period)
}

/// The same, with files that were left out of the lake.
pub(super) fn judge_with(
    lake: Lake,
    refused: &[Refused],
    config: &Config,
    period: &Period,
) -> (Vec<Outcome>, Vec<WaiverUse>) {
    let judge = |evidence: &Evidence<'_>| {
        let Evidence { lake, config, period, coverage, correlation, companions, .. } = *evidence;
        let views = Views::default();
        let all = Evidence { lake, refused, config, period, coverage, correlation, companions, views };
        catalogue::run(&all).expect("a judgement")
    };
    evidence_of(lake, config, period, judge)
}

/// Lays the evidence of a lake before somebody.
pub(super) fn evidence_of<T>(
    lake: Lake,
    config: &Config,
    period: &Period,
    judge: impl FnOnce(&Evidence<'_>) -> T,
) -> T {
    let lake = &lake.with_workspaces(&config.workspaces);
    let files = Inventory::read(lake).expect("an inventory").files;
    let ids = tickmark::coverage::source_ids(config, &files).expect("the ids of the sources");
    let companions = &Companions::read(config).expect("companions");
    let coverage = &Coverage::read(lake, config, &ids).expect("coverage");
    let correlation = &correlate::run(lake, config, period, coverage).expect("a correlation");
    let views = Views::default();
    judge(&Evidence { lake, refused: &[], config, period, coverage, correlation, companions, views })
}

/// The configuration with some of it replaced, and more added.
pub(super) fn config(but: &[(&str, &str)], more: &str) -> String {
    let replace = |text: String, (from, to): &(&str, &str)| {
        assert!(text.contains(from), "nothing to replace: {from}");
        if from.is_empty() { text + to } else { text.replace(from, to) }
    };
    but.iter().fold(CONFIG.to_owned(), replace) + more
}

/// An item in one line: `verb subject object: verdict reason`; of COV-01 `source scope day hour: verdict reason`.
pub(super) fn line(test: &str, item: &Item) -> String {
    let short = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        Path::new(text.trim_end_matches("@example.com"))
            .file_name()
            .map_or(String::new(), |n| n.to_string_lossy().into())
    };
    let what = match test {
        "COV-01" => {
            let hour = chrono::DateTime::from_timestamp_micros(item.time).expect("a time").format("%d %H");
            format!("{} {} {hour}", short(&item.object), short(&item.scope))
        }
        "COV-07" => item.object.clone().unwrap_or_default(),
        _ => format!("{} {} {}", item.verb, short(&item.subject), short(&item.object)),
    };
    format!("{}: {} {}", what.trim().replace("  ", " "), item.verdict.as_str(), item.reason)
}

pub(super) fn outcome<'o>(outcomes: &'o [Outcome], test: &str) -> &'o Outcome {
    outcomes.iter().find(|o| o.test.id == test).expect("a test of the catalogue")
}

/// Judges the story, compares every item, and checks that the counts of every test add up.
pub(super) fn play(story: &Story) {
    let mut ground = Ground::new(&config(story.but, ""), story.tell);
    // The gates run with every test; what the others make of the story is not told.
    let tests = BTreeSet::from([story.test.to_owned()]);
    ground.config.profile.get_or_insert_with(|| Profile {
        name: "story".to_owned(),
        tests,
        parameters: BTreeMap::new(),
    });
    let outcomes = ground.outcomes().0;
    for outcome in &outcomes {
        ties_out(outcome);
    }
    let mut found: Vec<String> =
        outcome(&outcomes, story.test).items.iter().map(|item| line(story.test, item)).collect();
    let mut expected: Vec<&str> = story.judged.to_vec();
    if story.test == "COV-01" {
        found.retain(|line| expected.contains(&line.as_str()));
    }
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected, "{}", story.test);
}

/// population = pass + exception + waived + undetermined + not_applicable, and the items say the same.
pub(super) fn ties_out(outcome: &Outcome) {
    let c = outcome.counts;
    let sum = c.pass + c.exception + c.waived + c.undetermined + c.not_applicable;
    assert_eq!(c.population, sum, "{}", outcome.test.id);
    let of = |verdict| outcome.items.iter().filter(|i| i.verdict == verdict).count() as u64;
    // COV-02 counts records, and its items are files and rejects.
    if outcome.test.id != "COV-02" {
        let verdicts =
            [Verdict::Pass, Verdict::Exception, Verdict::Waived, Verdict::Undetermined, Verdict::NotApplicable];
        assert_eq!(
            verdicts.map(of),
            [c.pass, c.exception, c.waived, c.undetermined, c.not_applicable],
            "{}",
            outcome.test.id
        );
    }
    let mut ids: Vec<&str> = outcome.items.iter().map(|i| i.item_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), outcome.items.len(), "an item id of {} stands twice", outcome.test.id);
}
