//! COV-02 beyond the stories: control totals and the counts, files that do not tie out, files left out as a whole.

use tempfile::TempDir;
use tickmark::config::{Config, Period};
use tickmark::event::FILE_ID;
use tickmark::ingest::{Input, Options, Unwatched, ingest};
use tickmark::lake::{ACCEPTED, FILES, Lake, PATH, RECORDS, SHA256, SOURCE};

use super::stage::{Ground, PERIOD, config, judge_with, line, outcome, ties_out};
use crate::support::MadeLake;

const TEST: &str = "COV-02";
const NOT_TIED: &str = "databricks.json: exception does_not_tie_out";
const LEFT_OUT: &str = "okta.json: exception left_out";

/// The lines that the tests of this file show.
pub(super) fn shown() -> impl Iterator<Item = (&'static str, &'static str)> {
    [NOT_TIED, LEFT_OUT].into_iter().map(|line| (TEST, line))
}

fn read(folder: &TempDir) -> (Config, Period) {
    let path = folder.path().join("tickmark.toml");
    std::fs::write(&path, config(&[], "")).unwrap();
    let config = Config::read(&path).unwrap();
    let period = Period::parse(PERIOD, config.zone).unwrap();
    (config, period)
}

#[test]
fn a_file_whose_records_are_not_all_placed_is_an_exception() {
    let folder = TempDir::new().unwrap();
    let mut made = MadeLake::default();
    let cells = [(FILE_ID, "f1".into()), (PATH, "databricks.json".into()), (SHA256, "1".into())];
    let counts = [(SOURCE, "databricks".into()), (RECORDS, 3.into()), (ACCEPTED, 2.into())];
    made.row(&FILES, &[&cells[..], &counts[..]].concat());
    made.write(&folder.path().join("lake"));
    let (config, period) = read(&folder);
    let lake = Lake::open(&folder.path().join("lake")).unwrap();
    let outcomes = judge_with(lake, &[], &config, &period).0;
    let outcome = outcome(&outcomes, TEST);
    ties_out(outcome);
    assert_eq!(outcome.items.iter().map(|item| line(TEST, item)).collect::<Vec<_>>(), [NOT_TIED]);
    assert_eq!((outcome.counts.population, outcome.counts.exception), (3, 3));
}

#[test]
fn a_file_left_out_as_a_whole_is_an_exception_with_all_its_records() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("okta.json"), "{}\n{}\n").unwrap();
    let source = tickmark::source::by_id("okta");
    let inputs = [Input { base: folder.path().to_owned(), pattern: "okta.json".to_owned(), source, zone: None }];
    let options = Options { max_rejects: Some(0), ..Options::default() };
    let summary = ingest(&folder.path().join("lake"), &inputs, &options, &mut Unwatched).unwrap();
    let (config, period) = read(&folder);
    let lake = Lake::open(&folder.path().join("lake")).unwrap();
    let outcomes = judge_with(lake, &summary.refused, &config, &period).0;
    let outcome = outcome(&outcomes, TEST);
    ties_out(outcome);
    assert_eq!(outcome.items.iter().map(|item| line(TEST, item)).collect::<Vec<_>>(), [LEFT_OUT]);
    assert_eq!((outcome.counts.population, outcome.counts.exception), (2, 2));
}

#[test]
fn records_that_a_source_counts_and_no_file_holds_belong_to_the_population() {
    let totals = r#"control_totals = { "okta.json" = 5, "databricks.json" = 0, "gone.json" = 7 }"#;
    let but = [("paths = [\"okta.json\"]", format!("paths = [\"okta.json\"]\n{totals}"))];
    let but: Vec<(&str, &str)> = but.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let (outcomes, _) = Ground::new(&config(&but, ""), |_| {}).outcomes();
    let outcome = outcome(&outcomes, "COV-02");
    ties_out(outcome);
    // One record is read of each log; four and seven are missing, one is too many.
    let counts = outcome.counts;
    assert_eq!((counts.population, counts.pass, counts.exception), (2 + 4 + 7, 1, 1 + 4 + 7));
    let detail = |name: &str| {
        let item = outcome.items.iter().find(|i| i.object.as_deref() == Some(name) && i.reason != "tied_out");
        item.and_then(|i| i.detail.clone()).unwrap()
    };
    assert!(detail("okta.json").starts_with("5 records expected, 1 found, difference -4; sha256 "));
    assert!(detail("databricks.json").starts_with("0 records expected, 1 found, difference +1; sha256 "));
    assert_eq!(detail("gone.json"), "7 records expected, no file of that path was read");
    assert!(outcome.notes.contains(&"3 control totals compared; 11 records missing, 1 too many".to_owned()));
}
