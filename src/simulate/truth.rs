//! The truth: what a careful auditor must conclude about each item, from the records alone.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::{SimulateError, write_file};

/// Whose access changes, to what, and which way, in resolved names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AccessChange {
    pub(super) verb: &'static str,
    pub(super) direction: &'static str,
    pub(super) subject: String,
    pub(super) entitlement: String,
}

impl AccessChange {
    pub(super) fn grant(verb: &'static str, subject: &str, entitlement: &str) -> Self {
        Self { verb, direction: "grant", subject: subject.to_owned(), entitlement: entitlement.to_owned() }
    }

    pub(super) fn revoke(verb: &'static str, subject: &str, entitlement: &str) -> Self {
        Self { direction: "revoke", ..Self::grant(verb, subject, entitlement) }
    }
}

/// A verdict with its reason. An empty reason: the catalogue fixes no word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: &'static str,
    pub(super) reason: &'static str,
}

impl Finding {
    pub(super) const fn pass(reason: &'static str) -> Self {
        Self { verdict: "pass", reason }
    }

    pub(super) const fn exception(reason: &'static str) -> Self {
        Self { verdict: "exception", reason }
    }

    pub(super) const fn undetermined(reason: &'static str) -> Self {
        Self { verdict: "undetermined", reason }
    }

    pub(super) const fn not_applicable(reason: &'static str) -> Self {
        Self { verdict: "not_applicable", reason }
    }
}

pub(super) const MATCHED: Finding = Finding::pass("matched");
pub(super) const IMPLIED: Finding = Finding::pass("implied");
pub(super) const JUST_IN_TIME: Finding = Finding::not_applicable("just_in_time");
pub(super) const PLATFORM_INTERNAL: Finding = Finding::not_applicable("platform_internal");

/// The label of one change in Databricks.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VouchingRow {
    pub(super) effect_request_id: String,
    pub(super) verb: &'static str,
    pub(super) subject: String,
    pub(super) entitlement: String,
    pub(super) scope: String,
    pub(super) verdict: &'static str,
    pub(super) reason: &'static str,
    pub(super) authority_native_id: String,
    pub(super) situation: &'static str,
}

/// The label of one decision of the identity provider.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TracingRow {
    pub(super) authority_native_id: String,
    pub(super) verb: &'static str,
    pub(super) direction: &'static str,
    pub(super) subject: String,
    pub(super) entitlement: String,
    pub(super) verdict: &'static str,
    pub(super) reason: &'static str,
    pub(super) effect_request_id: String,
    pub(super) situation: &'static str,
}

/// The label of one item of another test. Items that pass are not listed.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ItemRow {
    pub(super) test_id: &'static str,
    pub(super) subject: String,
    pub(super) object: String,
    pub(super) scope: String,
    pub(super) event_time: String,
    pub(super) verdict: &'static str,
    pub(super) reason: &'static str,
    pub(super) situation: &'static str,
}

/// One planted situation, for a reader.
#[derive(Debug, Serialize)]
pub(super) struct SituationRow {
    pub(super) situation: &'static str,
    pub(super) description: &'static str,
    pub(super) where_to_look: String,
}

/// What a clean ingest of every file must count, for one source.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CountRow {
    pub(super) source: &'static str,
    pub(super) files: u64,
    pub(super) records: u64,
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
}

/// All labels.
#[derive(Debug, Default)]
pub(super) struct Truth {
    vouching: Vec<VouchingRow>,
    tracing: Vec<TracingRow>,
    items: Vec<ItemRow>,
    situations: BTreeMap<&'static str, SituationRow>,
}

impl Truth {
    pub(super) fn vouch(&mut self, row: VouchingRow) {
        self.vouching.push(row);
    }

    pub(super) fn trace(&mut self, row: TracingRow) {
        self.tracing.push(row);
    }

    pub(super) fn note(&mut self, row: ItemRow) {
        self.items.push(row);
    }

    /// Describes a situation; a second description of the same one is ignored.
    pub(super) fn describe(&mut self, situation: &'static str, description: &'static str, where_to_look: String) {
        self.situations.entry(situation).or_insert(SituationRow { situation, description, where_to_look });
    }

    /// Every planted situation, in order of its name.
    pub(super) fn situations(&self) -> impl Iterator<Item = &SituationRow> {
        self.situations.values()
    }

    pub(super) fn vouching_count(&self) -> u64 {
        count(&self.vouching)
    }

    pub(super) fn tracing_count(&self) -> u64 {
        count(&self.tracing)
    }

    /// The labels in a fixed order, whatever the order in which things were told.
    pub(super) fn sorted(mut self) -> Self {
        self.vouching.sort();
        self.tracing.sort();
        self.items.sort();
        self
    }

    /// Writes the labels as CSV.
    pub(super) fn write(&self, counts: &[CountRow], folder: &Path) -> Result<(), SimulateError> {
        write_csv(&folder.join("vouching.csv"), &self.vouching)?;
        write_csv(&folder.join("tracing.csv"), &self.tracing)?;
        write_csv(&folder.join("items.csv"), &self.items)?;
        write_csv(&folder.join("situations.csv"), self.situations.values())?;
        write_csv(&folder.join("counts.csv"), counts)
    }
}

fn count<T>(rows: &[T]) -> u64 {
    rows.iter().map(|_| 1).sum()
}

fn write_csv<T: Serialize>(path: &Path, rows: impl IntoIterator<Item = T>) -> Result<(), SimulateError> {
    let failed = |reason: String| SimulateError::Format { path: path.to_path_buf(), reason };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(|e| failed(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    write_file(path, &bytes)
}
