//! What was read: files and their counts, rejects, vocabulary, and where each event stands in its file.

mod account;
mod origins;
mod places;
mod records;
mod versions;
mod vocabulary;
mod words;

use polars::prelude::*;

use crate::error::Result;
use crate::event::{BYTE_OFFSET, FILE_ID, LINE};
use crate::frame::{collect, instants, scan, texts, wholes};
use crate::lake::Lake;
use crate::lake::tables::{
    ACCEPTED, BYTE_COUNT, CONTENT_SHA256, DUPLICATE, FILES, FILTERED, FILTERED_RULES, FIRST_EVENT_TIME, INGESTED_AT,
    LAST_EVENT_TIME, MODIFIED_AT, PATH, REASON, RECORDS, REJECTED, REJECTS, SHA256, SOURCE,
};
use crate::schema::Column as Named;

pub use account::{Account, Fault, Total, repeatable_rejects};
pub use origins::{Origin, origins};
pub use places::{Asked, Places, number};
pub use records::{Record, records, records_named};
pub use versions::{Place, record_places};
pub use vocabulary::{TypeCount, VocabularyRow, vocabulary, vocabulary_of};
pub use words::looks_access_like;

/// One file, as table `files` has it.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is the column of that name in table `files`")]
pub struct FileRow {
    pub file_id: String,
    pub path: String,
    pub sha256: String,
    pub byte_count: u64,
    pub source: Option<String>,
    pub records: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub filtered: u64,
    pub rejected: u64,
    pub first_event_time: Option<i64>,
    pub last_event_time: Option<i64>,
    pub ingested_at: i64,
    pub modified_at: Option<i64>,
    pub filtered_rules: Option<String>,
    pub content_sha256: Option<String>,
}

impl FileRow {
    /// True when every record ended in exactly one place.
    pub const fn ties_out(&self) -> bool {
        self.records == self.accepted + self.duplicate + self.filtered + self.rejected
    }
}

/// One rejected record, as table `rejects` has it, without its raw text.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the column of that name in table `rejects`")]
pub struct RejectRow {
    pub file_id: String,
    pub path: String,
    pub line: u64,
    pub byte_offset: u64,
    pub reason: String,
}

/// Files and rejects, each in a total order.
#[derive(Debug)]
pub struct Inventory {
    /// The files, by path and digest.
    pub files: Vec<FileRow>,
    /// The rejects, by path, line and offset.
    pub rejects: Vec<RejectRow>,
}

impl Inventory {
    /// Reads both tables.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn read(lake: &Lake) -> Result<Self> {
        Ok(Self { files: files(lake)?, rejects: rejects(lake)? })
    }
}

fn sorted(lake: &Lake, table: &crate::schema::Table, by: &[Named]) -> Result<DataFrame> {
    let names: Vec<&str> = by.iter().map(|c| c.name).collect();
    collect(scan(lake, table)?.sort(names, SortMultipleOptions::default()), "read the inventory")
}

fn unsigned(column: &Int64Chunked, row: usize) -> u64 {
    column.get(row).and_then(|v| u64::try_from(v).ok()).unwrap_or(0)
}

fn sure(column: &StringChunked, row: usize) -> String {
    column.get(row).unwrap_or_default().to_owned()
}

fn files(lake: &Lake) -> Result<Vec<FileRow>> {
    let frame = sorted(lake, &FILES, &[PATH, SHA256, FILE_ID])?;
    let (file_id, path, sha256, source) =
        (texts(&frame, FILE_ID)?, texts(&frame, PATH)?, texts(&frame, SHA256)?, texts(&frame, SOURCE)?);
    let count = |column| wholes(&frame, column);
    let (byte_count, records, accepted) = (count(BYTE_COUNT)?, count(RECORDS)?, count(ACCEPTED)?);
    let (duplicate, filtered, rejected) = (count(DUPLICATE)?, count(FILTERED)?, count(REJECTED)?);
    let (first, last) = (instants(&frame, FIRST_EVENT_TIME)?, instants(&frame, LAST_EVENT_TIME)?);
    let (ingested, modified) = (instants(&frame, INGESTED_AT)?, instants(&frame, MODIFIED_AT)?);
    let (rules, content) = (texts(&frame, FILTERED_RULES)?, texts(&frame, CONTENT_SHA256)?);
    Ok((0..frame.height())
        .map(|i| FileRow {
            file_id: sure(file_id, i),
            path: sure(path, i),
            sha256: sure(sha256, i),
            byte_count: unsigned(byte_count, i),
            source: source.get(i).map(str::to_owned),
            records: unsigned(records, i),
            accepted: unsigned(accepted, i),
            duplicate: unsigned(duplicate, i),
            filtered: unsigned(filtered, i),
            rejected: unsigned(rejected, i),
            first_event_time: first.get(i),
            last_event_time: last.get(i),
            ingested_at: ingested.get(i).unwrap_or_default(),
            modified_at: modified.get(i),
            filtered_rules: rules.get(i).map(str::to_owned),
            content_sha256: content.get(i).map(str::to_owned),
        })
        .collect())
}

fn rejects(lake: &Lake) -> Result<Vec<RejectRow>> {
    let frame = sorted(lake, &REJECTS, &[PATH, LINE, BYTE_OFFSET, FILE_ID])?;
    let (file_id, path, reason) = (texts(&frame, FILE_ID)?, texts(&frame, PATH)?, texts(&frame, REASON)?);
    let (line, byte_offset) = (wholes(&frame, LINE)?, wholes(&frame, BYTE_OFFSET)?);
    Ok((0..frame.height())
        .map(|i| RejectRow {
            file_id: sure(file_id, i),
            path: sure(path, i),
            line: unsigned(line, i),
            byte_offset: unsigned(byte_offset, i),
            reason: sure(reason, i),
        })
        .collect())
}
