//! Control totals: what a source says of its own records, against what was read.

use std::collections::BTreeMap;

use super::{Own, TEST};
use crate::catalogue::{Evidence, Item};
use crate::config::{ControlTotal, Globs};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::inventory::FileRow;

/// What the control totals of a configuration came to.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// One item a control total.
    pub(super) items: Vec<Item>,
    /// Records that a source counts and no file holds.
    pub(super) missing: u64,
    /// Records that files hold beyond their source's count.
    pub(super) surplus: u64,
    /// Where the control totals were taken from.
    pub(super) notes: Vec<String>,
    /// What is said of the records of one file alone, by the file.
    by_file: BTreeMap<String, u64>,
}

/// Compares every control total with the last version of each file that it names.
pub(super) fn compare(evidence: &Evidence<'_>, files: &[FileRow]) -> Result<Totals> {
    let last = last_versions(files);
    let mut totals = Totals::default();
    let mut count = 0;
    for source in &evidence.config.sources {
        for control in &source.control_totals {
            count += 1;
            totals.add(evidence, control, &named(control, &last)?);
        }
        if let Some((path, sha256)) = &source.control_totals_file {
            totals.notes.push(format!("control totals were taken from `{path}` (sha256 {sha256})"));
        }
    }
    totals.notes.insert(
        0,
        match count {
            0 => "no control totals were given: what a source counts itself was not compared".to_owned(),
            n => {
                format!("{n} control totals compared; {} records missing, {} too many", totals.missing, totals.surplus)
            }
        },
    );
    Ok(totals)
}

// A file that has grown is counted as it was last read.
fn last_versions(files: &[FileRow]) -> BTreeMap<&str, &FileRow> {
    let mut last: BTreeMap<&str, &FileRow> = BTreeMap::new();
    let age = |f: &FileRow| (f.ingested_at, f.modified_at, f.file_id.clone());
    for file in files {
        let known = last.entry(&file.path).or_insert(file);
        if age(file) > age(known) {
            *known = file;
        }
    }
    last
}

// A path that a file really has is no glob, whatever characters it holds.
fn named<'f>(control: &ControlTotal, last: &BTreeMap<&str, &'f FileRow>) -> Result<Vec<&'f FileRow>> {
    if let Some(file) = last.get(control.pattern.as_str()) {
        return Ok(vec![file]);
    }
    let globs = Globs::new(std::slice::from_ref(&control.pattern))?;
    Ok(last.values().filter(|f| globs.any(&f.path)).copied().collect())
}

impl Totals {
    /// What the source says of the records of that file alone; `None` = nothing, or of another version of it.
    pub(super) fn of_file(&self, file: &FileRow) -> Option<u64> {
        self.by_file.get(&file.file_id).copied()
    }

    fn add(&mut self, evidence: &Evidence<'_>, control: &ControlTotal, files: &[&FileRow]) {
        let (expected, found) = (control.records, files.iter().map(|f| f.records).sum::<u64>());
        let (verdict, reason) = match files {
            [] => (Verdict::Exception, "file_missing"),
            _ if expected != found => (Verdict::Exception, "control_total_differs"),
            _ => (Verdict::Pass, "control_total_agrees"),
        };
        // A missing file is a deviation even where it should have been empty.
        self.missing += if files.is_empty() { expected.max(1) } else { expected.saturating_sub(found) };
        self.surplus += found.saturating_sub(expected);
        if let [file] = files {
            self.by_file.insert(file.file_id.clone(), expected);
        }
        let one = if let [file] = files { Some(*file) } else { None };
        let own = Own {
            path: &control.pattern,
            sha256: one.map(|f| f.sha256.as_str()),
            counts: [Some(found), None, None, None, None],
            control_total: Some(expected),
            found: Some(found),
            ..Own::default()
        };
        let first = files.iter().filter_map(|f| f.first_event_time).min();
        self.items.push(Item {
            verdict,
            reason: reason.to_owned(),
            severity: TEST.severity,
            object: Some(control.pattern.clone()),
            detail: Some(detail(files, expected, found)),
            extra: own.cells(),
            ..Item::new(item_id(&["control_total", &control.pattern]), first.unwrap_or(evidence.period.start))
        });
    }
}

fn detail(files: &[&FileRow], expected: u64, found: u64) -> String {
    let difference = i128::from(found) - i128::from(expected);
    let of = match files {
        [] => return format!("{expected} records expected, no file of that path was read"),
        [file] => format!("sha256 {}", file.sha256),
        many => format!("{} files", many.len()),
    };
    format!("{expected} records expected, {found} found, difference {difference:+}; {of}")
}
