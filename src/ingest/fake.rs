//! A source with the smallest records that show what ingest does with them, and a place to ingest them in.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use serde_json::json;

use super::{Counts, FileTally, Input, Limits, Options, Refused, Skipped, Summary, Watch, ingest_within};
use crate::change::{CHANGES, Change, Model, STATEMENTS, Statement, SubjectKind, Verb};
use crate::error::Result;
use crate::event::{EVENTS, Event, Outcome, Plane, identity};
use crate::lake::{DUPLICATES, FILES, Lake, REJECTS};
use crate::schema::Table;
use crate::source::{Doc, Envelope, Fate, Form, Mark, Record, Source};

const DAY: i64 = 86_400_000_000;

/// `{"id":1,"t":<day>,"changes":<count>,"holds":"ab"}`; records with `skip` are filtered.
pub(super) struct Fake;

impl Source for Fake {
    fn id(&self) -> &'static str {
        "fake"
    }
    fn forms(&self) -> &'static [Form] {
        &[Form { name: "fake", doc: "A fake", marks: &[Mark::AnyOf(&["/id"])] }]
    }
    fn doc(&self) -> &'static Doc {
        &Doc { title: "Fake", events: &[], changes: &[], missing: &[] }
    }
    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "wrap", marker: b"\"wrap\"", path: &["wrap", "inner"] }]
    }
    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(record.text) else {
            return Fate::Rejected("no JSON".into());
        };
        if value.get("skip").is_some() {
            return Fate::Filtered("skipped");
        }
        let (Some(id), Some(day)) = (value["id"].as_i64(), value["t"].as_i64()) else {
            return Fate::Rejected("`/id` or `/t` is missing".into());
        };
        let text = record.text;
        let change = |n: usize| Change {
            subject: Some(if n == 0 { "alice".into() } else { format!("alice{n}").into() }),
            subject_kind: SubjectKind::User,
            entitlement: Some("admins".into()),
            ..Change::new(Verb::MemberAdd, Outcome::Success)
        };
        let count = usize::try_from(value["changes"].as_i64().unwrap_or(0)).unwrap();
        let event_identity = identity("fake", &[Some(&id.to_le_bytes())]);
        Fate::Accepted(Box::new(Event {
            native_id: Some(format!("n{id}").into()),
            plane: Plane::Effect,
            outcome: Outcome::Success,
            actor: Some(text[..1].into()),
            scope: "account".into(),
            delivery: "fake",
            mapped: true,
            changes: (0..count).map(change).collect(),
            statements: value["holds"].as_str().map(statement).into_iter().collect(),
            ..Event::new(event_identity, day * DAY + id, "fake.done".into())
        }))
    }
}

/// Everybody whose letter is given holds something.
fn statement<'r>(letters: &str) -> Statement<'r> {
    let held = |letter: char| Change {
        subject: Some(letter.to_string().into()),
        ..Change::new(Verb::AclChange, Outcome::Success)
    };
    let held = letters.chars().map(held).collect();
    Statement { key: "k".into(), model: Model::Replacement, held, otherwise: Vec::new() }
}

pub(super) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.path("in")).unwrap();
        place
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn lake(&self) -> PathBuf {
        self.path("lake")
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn ingest(&self) -> Done {
        self.ingest_as(&["in"], &self.lake()).unwrap()
    }

    pub(super) fn ingest_as(&self, patterns: &[&str], lake: &Path) -> Result<Done> {
        self.ingest_within(patterns, lake, Limits::NORMAL)
    }

    pub(super) fn ingest_within(&self, patterns: &[&str], lake: &Path, limits: Limits) -> Result<Done> {
        self.ingest_with(patterns, lake, limits, None, false)
    }

    pub(super) fn ingest_with(
        &self,
        patterns: &[&str],
        lake: &Path,
        limits: Limits,
        max_rejects: Option<u64>,
        keep_going: bool,
    ) -> Result<Done> {
        let inputs: Vec<Input> = patterns.iter().map(|p| self.input(p, Some(&Fake))).collect();
        let options = Options { ingested_at: 1_000_000, max_rejects, keep_going };
        self.ingest_inputs(&inputs, lake, limits, &options)
    }

    /// Ingests files whose sources are to be found out.
    pub(super) fn ingest_detected(&self, limits: Limits) -> Done {
        let options = Options { ingested_at: 1_000_000, max_rejects: None, keep_going: false };
        self.ingest_inputs(&[self.input("in", None)], &self.lake(), limits, &options).unwrap()
    }

    fn input(&self, pattern: &str, source: Option<&'static dyn Source>) -> Input {
        Input { base: self.folder.path().to_owned(), pattern: pattern.to_owned(), source, zone: None }
    }

    fn ingest_inputs(&self, inputs: &[Input], lake: &Path, limits: Limits, options: &Options) -> Result<Done> {
        let mut seen = Seen::default();
        let summary = ingest_within(lake, inputs, options, &mut seen, limits)?;
        let Summary { totals, skipped, refused, .. } = summary;
        Ok(Done { files: seen.0, totals, skipped, refused })
    }
}

/// What an ingest did, file by file.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) files: Vec<FileTally>,
    pub(super) totals: Counts,
    pub(super) skipped: Vec<Skipped>,
    pub(super) refused: Vec<Refused>,
}

#[derive(Default)]
struct Seen(Vec<FileTally>);

impl Watch for Seen {
    fn file(&mut self, tally: &FileTally) {
        self.0.push(tally.clone());
    }
}

pub(super) fn record(id: i64, day: i64) -> String {
    json!({ "id": id, "t": day, "changes": id % 3 }).to_string()
}

pub(super) fn lines(ids: std::ops::Range<i64>) -> String {
    ids.map(|id| record(id, 20_000 + id % 4) + "\n").collect()
}

pub(super) fn counts(records: u64, accepted: u64, duplicate: u64, filtered: u64, rejected: u64) -> Counts {
    Counts { records, accepted, duplicate, filtered, rejected }
}

pub(super) fn frame(lake: &Path, table: &Table) -> DataFrame {
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

pub(super) fn sorted(lake: &Path, table: &Table, by: &[&str]) -> DataFrame {
    frame(lake, table).sort(by.to_vec(), SortMultipleOptions::default()).unwrap()
}

/// Everything in a lake that may not depend on how it came there.
pub(super) fn content(lake: &Path) -> Vec<DataFrame> {
    vec![
        sorted(lake, &EVENTS, &["event_id"]),
        sorted(lake, &CHANGES, &["change_id"]),
        sorted(lake, &REJECTS, &["path", "line", "byte_offset"]),
        sorted(lake, &FILES, &["path", "file_id"]),
        sorted(lake, &DUPLICATES, &["file_id", "line", "byte_offset"]),
        sorted(lake, &STATEMENTS, &["event_id", "ordinal"]),
    ]
}

/// The same without what tells one batch from another.
pub(super) fn content_between_batches(lake: &Path) -> Vec<DataFrame> {
    let mut content = content(lake);
    content[3].drop_in_place("batch_id").unwrap();
    content
}

pub(super) fn assert_same(one: &[DataFrame], other: &[DataFrame]) {
    for (one, other) in one.iter().zip(other) {
        assert!(one.equals_missing(other), "{one}\n{other}");
    }
}
