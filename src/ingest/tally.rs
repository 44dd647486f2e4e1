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
    /// SHA-256 of what the file holds, uncompressed; `None` = it is not compressed, or nothing names its source's files by it.
    pub content_sha256: Option<String>,
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

/// Files with rejects that a summary names, and rejects of a refused file that it quotes.
const TOLD: usize = 8;

/// A file that was left out as a whole, since it brought more rejects than allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file; its accepted and duplicate records were not decided on and are both 0.
    pub tally: FileTally,
    /// Line and reason of its first rejects.
    pub rejects: Vec<(u64, String)>,
}

/// What an ingest did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files there were, unchanged and refused ones among them.
    pub file_count: u64,
    /// Files that the lake had as they are; nothing of them was read.
    pub unchanged_count: u64,
    /// The first files that brought rejects, by path.
    pub strange: Vec<FileTally>,
    /// Files that brought rejects.
    pub strange_count: u64,
    /// Files that were left out as a whole.
    pub refused: Vec<Refused>,
    /// What lay below an input and was left out by rule, sorted by path.
    pub skipped: Vec<Skipped>,
    /// The counts of all files that were read and not refused.
    pub totals: Counts,
    /// Bytes on disk of the files that were read.
    pub byte_count: u64,
}

impl Summary {
    /// Takes a file that is done with into account.
    pub(super) fn add(&mut self, tally: &FileTally) {
        self.file_count += 1;
        self.totals.add(&tally.counts);
        if tally.unchanged {
            self.unchanged_count += 1;
            return;
        }
        self.byte_count += tally.byte_count;
        if tally.counts.rejected > 0 {
            self.strange_count += 1;
            if self.strange.len() < TOLD {
                self.strange.push(tally.clone());
            }
        }
    }

    /// Records rejected, those of refused files included.
    pub fn rejected(&self) -> u64 {
        self.totals.rejected + self.refused.iter().map(|r| r.tally.counts.rejected).sum::<u64>()
    }

    /// Refuses more rejects than allowed.
    ///
    /// # Errors
    /// [`Error::Rejects`]; what was not refused is in the lake all the same.
    pub fn within(&self, max_rejects: Option<u64>, lake: &Path) -> Result<()> {
        match max_rejects {
            Some(allowed) if self.rejected() > allowed => Err(Error::Rejects {
                rejected: self.rejected(),
                allowed,
                refused: self.refused.len(),
                lake: lake.to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

impl Refused {
    /// A refused file with the rejects that are quoted of it.
    pub(super) fn new(tally: FileTally, rejects: impl Iterator<Item = (u64, String)>) -> Self {
        Self { tally, rejects: rejects.take(TOLD).collect() }
    }
}

/// How far an ingest has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files that are done with.
    pub files_done: u64,
    /// Files there are.
    pub files: u64,
    /// Bytes on disk that are done with.
    pub bytes_done: u64,
    /// Bytes on disk there are.
    pub bytes: u64,
    /// Where the records of the files that are done with ended.
    pub counts: Counts,
    /// Records read, those of files that are not done with included.
    pub records_read: u64,
}

/// Is told how an ingest goes on. All calls come from one thread.
pub trait Watch {
    /// A file is done with; files come in the order of their paths.
    fn file(&mut self, _tally: &FileTally) {}
    /// Something was read, decided on or written.
    fn progress(&mut self, _progress: &Progress) {}
}

/// Watches nothing.
#[derive(Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}
