//! Ingest as a whole, with a source of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use serde_json::json;

use super::*;
use crate::change::{CHANGES, Change, SubjectKind, Verb};
use crate::error::Error;
use crate::event::{EVENT_ID, EVENTS, Event, FILE_ID, Outcome, Plane, identity};
use crate::lake::{Lake, TABLES};
use crate::schema::Table;
use crate::source::{Envelope, Fate, Mark, Record, Source};

const DAY: i64 = 86_400_000_000;

/// `{"id":1,"t":<day>,"changes":<count>}`; records with `skip` are filtered.
struct Fake;

impl Source for Fake {
    fn id(&self) -> &'static str {
        "fake"
    }
    fn signature(&self) -> &'static [Mark] {
        &[Mark::AnyOf(&["/id"])]
    }
    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "wrap", marker: b"\"wrap\"", path: &["wrap", "inner"] }]
    }
    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(record.bytes) else {
            return Fate::Rejected("no JSON".into());
        };
        if value.get("skip").is_some() {
            return Fate::Filtered("skipped");
        }
        let (Some(id), Some(day)) = (value["id"].as_i64(), value["t"].as_i64()) else {
            return Fate::Rejected("`/id` or `/t` is missing".into());
        };
        let text = std::str::from_utf8(record.bytes).unwrap();
        let change = Change {
            verb: Verb::MemberAdd,
            subject: Some("alice".into()),
            subject_id: None,
            subject_alias: None,
            subject_kind: SubjectKind::User,
            entitlement: Some("admins".into()),
            entitlement_id: None,
            outcome: Outcome::Success,
        };
        let count = usize::try_from(value["changes"].as_i64().unwrap_or(0)).unwrap();
        Fate::Accepted(Box::new(Event {
            identity: identity("fake", &[Some(&id.to_le_bytes())]),
            native_id: Some(format!("n{id}").into()),
            request_id: None,
            event_time: day * DAY + id,
            event_type: "fake.done".into(),
            plane: Plane::Effect,
            outcome: Outcome::Success,
            outcome_reason: None,
            actor: Some(text[..1].into()),
            actor_id: None,
            actor_kind: None,
            channel: None,
            endpoint: None,
            target: None,
            target_id: None,
            target_kind: None,
            app: None,
            scope: "account".into(),
            workspace_id: None,
            account_id: None,
            source_ip: None,
            user_agent: None,
            session_id: None,
            parse_rule: "native",
            mapped: true,
            changes: vec![change; count],
        }))
    }
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.path("in")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn lake(&self) -> PathBuf {
        self.path("lake")
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn ingest(&self) -> Summary {
        self.ingest_as(&["in"], &self.lake()).unwrap()
    }

    fn ingest_as(&self, patterns: &[&str], lake: &Path) -> Result<Summary> {
        let input =
            |p: &&str| Input { base: self.folder.path().to_owned(), pattern: (*p).to_owned(), source: Some(&Fake) };
        let inputs: Vec<Input> = patterns.iter().map(input).collect();
        ingest(lake, &inputs, &Options { ingested_at: 1_000_000, progress: None })
    }
}

fn record(id: i64, day: i64) -> String {
    json!({ "id": id, "t": day, "changes": id % 3 }).to_string()
}

fn lines(ids: std::ops::Range<i64>) -> String {
    ids.map(|id| record(id, 20_000 + id % 4) + "\n").collect()
}

fn counts(records: u64, accepted: u64, duplicate: u64, filtered: u64, rejected: u64) -> Counts {
    Counts { records, accepted, duplicate, filtered, rejected }
}

fn frame(lake: &Path, table: &Table) -> DataFrame {
    let files = Lake::open(lake).unwrap().live_files(table).unwrap();
    if files.is_empty() {
        return DataFrame::empty_with_schema(&table.polars_schema());
    }
    let scans: Vec<LazyFrame> = files
        .iter()
        .map(|f| LazyFrame::scan_parquet(PlRefPath::try_from_path(f).unwrap(), ScanArgsParquet::default()).unwrap())
        .collect();
    concat(scans, UnionArgs::default()).unwrap().collect().unwrap()
}

fn sorted(lake: &Path, table: &Table, by: &[&str]) -> DataFrame {
    frame(lake, table).sort(by.to_vec(), SortMultipleOptions::default()).unwrap()
}

/// Everything in a lake that may not depend on how it came there.
fn content(lake: &Path) -> Vec<DataFrame> {
    vec![
        sorted(lake, &EVENTS, &["event_id"]),
        sorted(lake, &CHANGES, &["change_id"]),
        sorted(lake, &REJECTS, &["path", "line", "byte_offset"]),
        sorted(lake, &FILES, &["path", "file_id"]),
    ]
}

fn assert_same(one: &[DataFrame], other: &[DataFrame]) {
    for (one, other) in one.iter().zip(other) {
        assert!(one.equals_missing(other), "{one}\n{other}");
    }
}

#[test]
fn every_record_ends_in_one_place_and_a_second_run_adds_nothing() {
    let place = Place::new();
    place.write("a.json", lines(0..10));
    place
        .write("b/b.json", format!("{}\nnot json\n{{\"skip\":1}}\n{{\"wrap\":{{\"inner\":[]}}}}\n", record(3, 20_003)));
    place.write("c.json", "");
    let first = place.ingest();
    assert_eq!(first.totals, counts(14, 10, 1, 2, 1));
    let paths: Vec<&str> = first.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["in/a.json", "in/b/b.json", "in/c.json"]);
    assert_eq!(first.files[1].filtered_rules().as_deref(), Some("empty_envelope=1, skipped=1"));
    let lake = content(&place.lake());
    assert_eq!(lake.iter().map(DataFrame::height).collect::<Vec<_>>(), [10, 9, 1, 3]);

    let second = place.ingest();
    assert!(second.files.iter().all(|f| f.unchanged));
    assert_eq!(second.totals, Counts::default());
    assert_same(&lake, &content(&place.lake()));
}
