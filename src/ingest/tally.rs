//! The counts of an ingest: every record of every file ends in exactly one of them.

use std::collections::BTreeMap;
use std::path::Path;

use super::inputs::Skipped;
use crate::error::{Error, Result};

/// Where records ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Became events.
    pub accepted: u64,
    /// Were known already.
    pub duplicate: u64,
    /// Left out by a named rule.
    pub filtered: u64,
    /// Could not be read.
    pub rejected: u64,
}

impl Counts {
    /// Adds other counts to these.
    pub const fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.accepted += other.accepted;
        self.duplicate += other.duplicate;
        self.filtered += other.filtered;
        self.rejected += other.rejected;
    }
}

/// One file of an ingest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTally {
    /// Digest of path and content, and of the source where it was forced on the file.
    pub file_id: String,
    /// Path as stored.
    pub path: String,
    /// SHA-256 of the bytes on disk.
    pub sha256: String,
    /// Bytes on disk.
    pub byte_count: u64,
    /// Source id; `None` = no source fits, or there is no record.
    pub source: Option<&'static str>,
    /// True = the lake has this file as it is; nothing was read and the counts are zero.
    pub unchanged: bool,
    /// Where its records ended.
    pub counts: Counts,
    /// Records left out, by rule.
    pub rules: BTreeMap<&'static str, u64>,
    /// Earliest event, duplicates included; microseconds.
    pub first_event_time: Option<i64>,
    /// Latest event, duplicates included; microseconds.
    pub last_event_time: Option<i64>,
    /// none, gzip or zstd.
    pub compression: &'static str,
    /// How its records stand in it.
    pub packing: &'static str,
    /// Time of last modification; microseconds.
    pub modified_at: Option<i64>,
}

impl FileTally {
    pub(super) fn saw(&mut self, event_time: i64) {
        self.first_event_time = Some(self.first_event_time.map_or(event_time, |t| t.min(event_time)));
        self.last_event_time = Some(self.last_event_time.map_or(event_time, |t| t.max(event_time)));
    }

    pub(super) fn filtered_rules(&self) -> Option<String> {
        let rules: Vec<String> = self.rules.iter().map(|(rule, count)| format!("{rule}={count}")).collect();
        (!rules.is_empty()).then(|| rules.join(", "))
    }

    pub(super) fn check(&self) -> Result<()> {
        let c = &self.counts;
        if c.records == c.accepted + c.duplicate + c.filtered + c.rejected {
            return Ok(());
        }
        Err(Error::Bug(format!("the records of `{}` do not add up: {c:?}", self.path)))
    }
}

/// What an ingest did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Every file, sorted by path.
    pub files: Vec<FileTally>,
    /// What lay below an input and was left out by rule, sorted by path.
    pub skipped: Vec<Skipped>,
    /// The counts of all files together.
    pub totals: Counts,
    /// Bytes on disk of the files that were read.
    pub byte_count: u64,
}

impl Summary {
    /// Refuses more rejects than allowed.
    ///
    /// # Errors
    /// [`Error::Rejects`]; the data is in the lake all the same.
    pub fn within(&self, max_rejects: Option<u64>, lake: &Path) -> Result<()> {
        match max_rejects {
            Some(allowed) if self.totals.rejected > allowed => {
                Err(Error::Rejects { rejected: self.totals.rejected, allowed, lake: lake.to_owned() })
            }
            _ => Ok(()),
        }
    }
}
