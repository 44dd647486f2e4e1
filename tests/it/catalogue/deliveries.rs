//! COV-03: versions of delivered files, as a lake lists their records.

use tempfile::TempDir;
use tickmark::catalogue::{Outcome, Severity};
use tickmark::config::{Config, Period};
use tickmark::event::{EVENT_ID, EVENT_TIME, EVENTS, FILE_ID, LINE};
use tickmark::lake::{
    ACCEPTED, DUPLICATE, DUPLICATES, FILES, FIRST_EVENT_TIME, INGESTED_AT, Lake, MODIFIED_AT, PATH, RECORDS, REJECTED,
    SHA256, SOURCE,
};

use super::stage::{self, judge, ties_out};
use crate::support::MadeLake;

const TEST: &str = "COV-03";
const DATABRICKS: &str = "databricks";
const NOON: i64 = 1_783_080_000_000_000;

/// One version of a file: where it was, its digest, when it was modified and read (hours), and its records in the order of lines:
/// `+a` is event a, `=a` repeats it, `?` repeats an event that is not listed.
struct Version(&'static str, &'static str, Option<i64>, i64, &'static str);

/// What is delivered, and how the test judges it.
struct Delivery {
    versions: &'static [Version],
    judged: &'static [&'static str],
}

const DELIVERIES: &[Delivery] = &[
    Delivery {
        versions: &[
            Version("a/workspaceId=0/grown.json", "1", Some(1), 5, "+a +b"),
            Version("b/workspaceId=0/grown.json", "2", Some(2), 5, "=a =b +c"),
            Version("b/workspaceId=0/grown.json", "3", Some(3), 6, "=a =b =c =c"),
        ],
        judged: &["grown.json: pass grown"],
    },
    // What was read last may be what was written first.
    Delivery {
        versions: &[
            Version("workspaceId=0/backwards.json", "1", Some(2), 5, "+a +b"),
            Version("workspaceId=0/backwards.json", "2", Some(1), 6, "=a"),
        ],
        judged: &["backwards.json: pass grown"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/unmodified.json", "1", Some(2), 5, "+a"),
            Version("workspaceId=0/unmodified.json", "2", None, 6, "=a +b"),
        ],
        judged: &["unmodified.json: pass grown"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/lost.json", "1", None, 5, "+a +b +c"),
            Version("workspaceId=0/lost.json", "2", None, 6, "=a +d"),
            Version("workspaceId=0/lost.json", "3", None, 7, "=a =b =c =d"),
        ],
        judged: &["lost.json: exception lost_lines"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/once.json", "1", None, 5, "+a =a"),
            Version("workspaceId=0/once.json", "2", None, 6, "=a"),
        ],
        judged: &["once.json: exception lost_lines"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/unlisted.json", "1", None, 5, "+a"),
            Version("workspaceId=0/unlisted.json", "2", None, 6, "? +b"),
        ],
        judged: &["unlisted.json: undetermined records_not_listed"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/unlisted-before.json", "1", None, 5, "+a ?"),
            Version("workspaceId=0/unlisted-before.json", "2", None, 6, "=a +b"),
        ],
        judged: &["unlisted-before.json: undetermined records_not_listed"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/twins.json", "1", Some(1), 5, "+a"),
            Version("copy/workspaceId=0/twins.json", "2", Some(1), 5, "=a +b"),
        ],
        judged: &["twins.json: undetermined order_unknown"],
    },
    // A reject that was there before repeats no event.
    Delivery {
        versions: &[
            Version("workspaceId=0/rejects.json", "1", None, 5, "+a !"),
            Version("workspaceId=0/rejects.json", "2", None, 6, "=a ? +b"),
        ],
        judged: &["rejects.json: pass grown"],
    },
    Delivery {
        versions: &[
            Version("insights-logs-jobs/resourceId=/S/PT1H.json", "1", None, 5, "+a"),
            Version("insights-logs-accounts/resourceId=/S/PT1H.json", "2", None, 6, "+b"),
        ],
        judged: &[],
    },
    Delivery {
        versions: &[
            Version("insights-logs-jobs/resourceId=/T/PT1H.json", "1", None, 5, "+a"),
            Version("x/insights-logs-jobs/resourceId=/T/PT1H.json", "2", None, 6, "+b"),
        ],
        judged: &["PT1H.json: exception lost_lines"],
    },
    Delivery {
        versions: &[
            Version("workspaceId=0/same.json", "1", None, 5, "+a"),
            Version("copy/workspaceId=0/same.json", "1", None, 6, "=a"),
        ],
        judged: &[],
    },
];

/// Of two files of one export one is gone from where it was read: what the export declares, when files were last read, and the verdict.
const GONE: &[(&str, i64, &str)] = &[
    ("retention = \"1h\"", NOON + 3_599_999_999, "gone.json: exception vanished"),
    ("retention = \"1h\"", NOON + 3_600_000_000, "gone.json: not_applicable retention_over"),
    ("", NOON, "gone.json: not_applicable no_retention"),
];

/// Every line that the deliveries are judged by.
pub(super) fn shown() -> impl Iterator<Item = (&'static str, &'static str)> {
    let delivered = DELIVERIES.iter().flat_map(|d| d.judged).map(|line| (TEST, *line));
    delivered.chain(GONE.iter().map(|(_, _, line)| (TEST, *line)))
}

fn deliver(made: &mut MadeLake, version: &Version) {
    let Version(path, sha256, modified, read, records) = version;
    let file = format!("{path}#{sha256}");
    let count = |marks: &str| records.split(' ').filter(|r| r.starts_with(|c| marks.contains(c))).count();
    let number = |n: usize| i64::try_from(n).unwrap();
    let mut cells = vec![
        (FILE_ID, file.as_str().into()),
        (PATH, (*path).into()),
        (SHA256, (*sha256).into()),
        (SOURCE, DATABRICKS.into()),
        (RECORDS, number(records.split(' ').count()).into()),
        (ACCEPTED, number(count("+")).into()),
        (DUPLICATE, number(count("=?")).into()),
        (REJECTED, number(count("!")).into()),
        (FIRST_EVENT_TIME, NOON.into()),
        (INGESTED_AT, (*read).into()),
    ];
    cells.extend(modified.map(|hour| (MODIFIED_AT, hour.into())));
    made.row(&FILES, &cells);
    let name = path.rsplit('/').next().unwrap();
    for (at, record) in records.split(' ').enumerate() {
        let event = event_id(&format!("{name}:{}", &record[1..]));
        let place = [
            (FILE_ID, file.as_str().into()),
            (LINE, number(at + 1).into()),
            (EVENT_ID, event.as_str().into()),
            (EVENT_TIME, NOON.into()),
        ];
        match &record[..1] {
            "+" => {
                let more = [(tickmark::event::SCOPE, "account".into()), (tickmark::event::OUTCOME, "success".into())];
                made.row_of(&EVENTS, DATABRICKS, &[&place[..], &more].concat());
            }
            "=" => made.row(&DUPLICATES, &place),
            _ => {}
        }
    }
}

/// The id of an event that goes by that name here.
fn event_id(name: &str) -> String {
    let digest = tickmark::event::identity("test", &[Some(name.as_bytes())]);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn judged(versions: &[&Version], but: &[(&str, &str)]) -> Outcome {
    judged_in(&TempDir::new().unwrap(), versions, but)
}

fn judged_in(folder: &TempDir, versions: &[&Version], but: &[(&str, &str)]) -> Outcome {
    let mut made = MadeLake::default();
    versions.iter().for_each(|version| deliver(&mut made, version));
    made.write(&folder.path().join("lake"));
    let path = folder.path().join("tickmark.toml");
    std::fs::write(&path, stage::config(but, "")).unwrap();
    let config = Config::read(&path).unwrap();
    let period = Period::parse(stage::PERIOD, config.zone).unwrap();
    let (outcomes, _) = judge(Lake::open(&folder.path().join("lake")).unwrap(), &config, &period);
    outcomes.iter().for_each(ties_out);
    outcomes.into_iter().find(|o| o.test.id == TEST).unwrap()
}

#[test]
fn every_delivery_is_judged_by_what_became_of_its_records() {
    let all: Vec<&Version> = DELIVERIES.iter().flat_map(|d| d.versions).collect();
    let Outcome { items, notes, .. } = judged(&all, &[]);
    let mut found: Vec<String> = items.iter().map(|item| stage::line(TEST, item)).collect();
    let mut expected: Vec<&str> = DELIVERIES.iter().flat_map(|d| d.judged).copied().collect();
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(notes[0].contains("1 rejected and 0 filtered"), "{notes:?}");
    assert!(notes[1].ends_with("no retention is declared"), "{notes:?}");
}

#[test]
fn lost_records_are_named_with_file_line_and_event() {
    let lost: Vec<&Version> = DELIVERIES[3].versions.iter().collect();
    let outcome = judged(&lost, &[]);
    let [item] = outcome.items.as_slice() else { panic!("{:?}", outcome.items) };
    assert_eq!((item.object.as_deref(), item.severity), (Some("workspaceId=0/lost.json"), Severity::Critical));
    assert_eq!(item.event_ids, ["lost.json:b", "lost.json:c"].map(event_id));
    let detail = item.detail.as_deref().unwrap();
    assert_eq!(
        detail,
        "2 records of workspaceId=0/lost.json (sha256 1, 3 records) are not in workspaceId=0/lost.json (sha256 2, 2 \
         records): workspaceId=0/lost.json line 2, 3"
    );
}

#[test]
fn a_declared_retention_is_noted_where_no_file_can_be_looked_for() {
    let but = [("id = \"databricks\"\n", "id = \"databricks\"\nretention = \"90d\"\n")];
    let notes = judged(&[&DELIVERIES[0].versions[0]], &but).notes;
    assert!(notes[1].contains("vanished") && notes[1].ends_with("the declared retention is 90d"), "{notes:?}");
}

#[test]
fn where_no_file_was_seen_twice_nothing_can_be_concluded() {
    let outcome = judged(&[&DELIVERIES[0].versions[0]], &[]);
    assert_eq!((outcome.counts.population, outcome.coverage_is_complete), (0, false));
    assert_eq!(outcome.exclusions[0].1, 1);
}

#[test]
fn a_file_that_is_gone_is_judged_by_the_declared_retention() {
    for (retention, read, line) in GONE {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir_all(folder.path().join("logs/workspaceId=0")).unwrap();
        std::fs::write(folder.path().join("logs/workspaceId=0/there.json"), "").unwrap();
        let versions = [
            Version("logs/workspaceId=0/there.json", "1", None, *read, "+a"),
            Version("logs/workspaceId=0/gone.json", "2", None, *read, "+b"),
        ];
        let export = format!("paths = [\"logs\"]\n{retention}");
        let but = [("paths = [\"databricks.json\"]", export.as_str())];
        let outcome = judged_in(&folder, &[&versions[0], &versions[1]], &but);
        let found: Vec<String> = outcome.items.iter().map(|item| stage::line(TEST, item)).collect();
        assert_eq!(found, [*line]);
        assert_eq!(outcome.exclusions[0].1, 1, "the file that is there");
        // Where none is left, the lake is looked at somewhere else.
        std::fs::remove_file(folder.path().join("logs/workspaceId=0/there.json")).unwrap();
        std::fs::remove_dir_all(folder.path().join("lake")).unwrap();
        assert!(judged_in(&folder, &[&versions[0], &versions[1]], &but).items.is_empty());
    }
}
