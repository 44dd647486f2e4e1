//! The account of everything that was read: files, their versions, and the total, held against the rows of the lake.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{FileRow, Inventory, sure, unsigned};
use crate::error::Result;
use crate::event::{EVENTS, FILE_ID};
use crate::frame::{collect, scan, texts, wholes};
use crate::lake::Lake;
use crate::lake::tables::{DUPLICATES, RECORDS, REJECTS};
use crate::schema::Table;

/// All files and what they add up to.
#[derive(Debug)]
pub struct Account {
    /// The files by path; versions of one path in the order in which they were ingested.
    pub files: Vec<FileRow>,
    /// Their sum.
    pub total: Total,
    /// What does not tie out; empty = everything does.
    pub faults: Vec<Fault>,
}

/// Something that does not tie out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file; `None` = the total.
    pub file_id: Option<String>,
    /// What is wrong, in one sentence.
    pub what: String,
}

/// The sum over all files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the sum of the column of that name in table `files`")]
pub struct Total {
    pub byte_count: u64,
    pub records: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub filtered: u64,
    pub rejected: u64,
}

impl Account {
    /// Reads table `files`, and counts what tables `events`, `duplicates` and `rejects` hold of each file.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn read(lake: &Lake) -> Result<Self> {
        let mut files = Inventory::read(lake)?.files;
        files.sort_by(|a, b| (&a.path, a.ingested_at, &a.file_id).cmp(&(&b.path, b.ingested_at, &b.file_id)));
        let held = Held {
            accepted: counts(lake, &EVENTS)?,
            rejected: counts(lake, &REJECTS)?,
            duplicate: counts(lake, &DUPLICATES)?,
        };
        let total = files.iter().fold(Total::default(), Total::plus);
        let repeatable = repeatable_rejects(&files);
        let of = |f: &FileRow| repeatable.get(f.file_id.as_str()).copied().unwrap_or(0);
        let mut faults: Vec<Fault> = files.iter().flat_map(|f| held.faults(f, of(f))).collect();
        faults.extend(total.fault());
        Ok(Self { files, total, faults })
    }
}

impl Account {
    /// True when the file's records and the rows of the lake agree.
    pub fn ties_out(&self, file: &FileRow) -> bool {
        !self.faults.iter().any(|fault| fault.file_id.as_ref() == Some(&file.file_id))
    }
}

impl Total {
    fn plus(self, file: &FileRow) -> Self {
        Self {
            byte_count: self.byte_count + file.byte_count,
            records: self.records + file.records,
            accepted: self.accepted + file.accepted,
            duplicate: self.duplicate + file.duplicate,
            filtered: self.filtered + file.filtered,
            rejected: self.rejected + file.rejected,
        }
    }

    fn fault(&self) -> Option<Fault> {
        let sum = self.accepted + self.duplicate + self.filtered + self.rejected;
        let what = format!("the total: {} records, but {sum} accounted for", self.records);
        (self.records != sum).then_some(Fault { file_id: None, what })
    }
}

type ByFile = BTreeMap<String, u64>;

/// Rows that the lake holds of each file.
struct Held {
    accepted: ByFile,
    rejected: ByFile,
    duplicate: ByFile,
}

impl Held {
    fn faults(&self, file: &FileRow, repeatable: u64) -> Vec<Fault> {
        let mut all = Vec::new();
        let mut fault = |what: String| {
            let what = format!("file `{}` (sha256 {}): {what}", file.path, file.sha256);
            all.push(Fault { file_id: Some(file.file_id.clone()), what });
        };
        if !file.ties_out() {
            let sum = file.accepted + file.duplicate + file.filtered + file.rejected;
            fault(format!("{} records, but {sum} accounted for", file.records));
        }
        let held = |rows: &ByFile| rows.get(&file.file_id).copied().unwrap_or(0);
        let mut compare = |table: &Table, held: u64, said: u64, word: &str| {
            if held != said {
                fault(format!("{said} records {word}, but table {} holds {held}", table.name));
            }
        };
        compare(&EVENTS, held(&self.accepted), file.accepted, "accepted");
        compare(&REJECTS, held(&self.rejected), file.rejected, "rejected");
        // A lake from before there was a table of duplicates holds none at all.
        let duplicates = held(&self.duplicate);
        if !self.duplicate.is_empty() && !(duplicates..=duplicates + repeatable).contains(&file.duplicate) {
            compare(&DUPLICATES, duplicates, file.duplicate, "known already");
        }
        all
    }
}

/// Records of each file that may count as duplicates without repeating an event, by file id: as many as were rejected in other
/// versions of it.
pub fn repeatable_rejects(files: &[FileRow]) -> BTreeMap<&str, u64> {
    let mut rejected: BTreeMap<&str, u64> = BTreeMap::new();
    for file in files {
        *rejected.entry(&file.path).or_default() += file.rejected;
    }
    let elsewhere = |f: &FileRow| rejected.get(f.path.as_str()).copied().unwrap_or(0) - f.rejected;
    files.iter().map(|f| (f.file_id.as_str(), elsewhere(f))).collect()
}

fn counts(lake: &Lake, table: &Table) -> Result<ByFile> {
    let counted = scan(lake, table)?.group_by([FILE_ID.expr()]).agg([len().cast(DataType::Int64).alias(RECORDS.name)]);
    let counted = collect(counted, "count the rows of files")?;
    let (file, count) = (texts(&counted, FILE_ID)?, wholes(&counted, RECORDS)?);
    Ok((0..counted.height()).map(|i| (sure(file, i), unsigned(count, i))).collect())
}
