//! Compaction: many small files of a partition become few, and no row changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use super::delta::LiveFile;
use super::merge::{Limits, Sorted, sorted};
use super::writer::READERS;
use super::{Lake, Staged, TABLES, Writer, is_partitioned, present};
use crate::error::{Error, Result};
use crate::schema::Table;

/// Size that compaction gives to files: large enough to be read fast, small enough to be read in parallel.
pub const TARGET_BYTES: u64 = 128_000_000;

/// Files that stand for a whole partition and are replaced as a whole by their own writer.
const LEFT_ALONE: &str = "derived-";

/// What to compact, and how.
#[derive(Debug, Clone, Copy)]
pub struct Compaction<'c> {
    /// Only partitions of this source, and no unpartitioned table; `None` = everything.
    pub source: Option<&'c str>,
    /// Whether replaced files stay on the disk, now and later, for readers of older versions of the tables.
    pub keep_replaced: bool,
    /// About how large files get. Files from half of it on stay as they are.
    pub target_bytes: u64,
    /// The time of the compaction in microseconds.
    pub at_micros: i64,
}

/// A table before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shrunk {
    /// Name of the table.
    pub table: &'static str,
    /// Files before.
    pub files_before: u64,
    /// Files now.
    pub files_after: u64,
    /// Bytes before.
    pub bytes_before: u64,
    /// Bytes now.
    pub bytes_after: u64,
}

impl Shrunk {
    /// Both tables together, under the name of the first.
    #[must_use]
    pub const fn and(self, other: &Self) -> Self {
        Self {
            table: self.table,
            files_before: self.files_before + other.files_before,
            files_after: self.files_after + other.files_after,
            bytes_before: self.bytes_before + other.bytes_before,
            bytes_after: self.bytes_after + other.bytes_after,
        }
    }
}

/// Merges the small files of each partition, and says for every table what became of its files. Each table is one commit that
/// changes no data. Waits for other writers, and until nobody holds the lake open as a [`Lake`].
///
/// # Errors
/// [`Error::Input`] when the folder is no lake, [`Error::Lake`] when it is damaged, [`Error::Io`] when the disk refuses; every
/// table then holds what it held before.
pub fn compact(root: &Path, compaction: &Compaction<'_>) -> Result<Vec<Shrunk>> {
    compact_within(root, compaction, Limits::NORMAL)
}

fn compact_within(root: &Path, compaction: &Compaction<'_>, limits: Limits) -> Result<Vec<Shrunk>> {
    drop(Lake::open(root)?);
    let mut writer = Writer::open_or_create(root)?;
    if compaction.keep_replaced {
        writer.keep_replaced()?;
    }
    let tables = TABLES.into_iter().filter(|table| compaction.source.is_none() || is_partitioned(table));
    let shrunk = tables.map(|table| compact_table(&mut writer, table, compaction, limits)).collect::<Result<_>>();
    writer.clear_staging()?;
    shrunk
}

fn compact_table(
    writer: &mut Writer,
    table: &'static Table,
    compaction: &Compaction<'_>,
    limits: Limits,
) -> Result<Shrunk> {
    let files_before = writer.live(table)?;
    let (mut removed, mut added) = (BTreeSet::new(), Vec::new());
    for group in groups(&files_before, table, compaction) {
        let paths = present(group.files)?;
        let rows = sorted(writer, table, &paths, limits)?;
        let staged = stage(writer, table, group.partition, rows, compaction.target_bytes)?;
        added.extend(named(&paths, staged));
        removed.extend(paths);
    }
    if !removed.is_empty() {
        let _no_readers = wait_for_readers(writer.root())?;
        writer.replace(table, &removed, added, compaction.at_micros, false)?;
    }
    let files_after = writer.live(table)?;
    let bytes = |files: &[LiveFile]| files.iter().map(|file| file.byte_count).sum();
    Ok(Shrunk {
        table: table.name,
        files_before: files_before.len() as u64,
        files_after: files_after.len() as u64,
        bytes_before: bytes(&files_before),
        bytes_after: bytes(&files_after),
    })
}

/// Small files of one partition.
struct Group {
    partition: Option<(String, String)>,
    files: Vec<PathBuf>,
}

fn groups(live: &[LiveFile], table: &Table, compaction: &Compaction<'_>) -> Vec<Group> {
    let mut folders: BTreeMap<&Path, Vec<PathBuf>> = BTreeMap::new();
    for file in live.iter().filter(|file| file.byte_count < compaction.target_bytes / 2 && !is_left_alone(&file.path)) {
        folders.entry(file.path.parent().unwrap_or(Path::new(""))).or_default().push(file.path.clone());
    }
    let mut groups = Vec::new();
    for (folder, files) in folders.into_iter().filter(|(_, files)| files.len() > 1) {
        // A file outside the folders of its table is none of ours.
        let partition = partition(folder);
        let is_wanted = compaction.source.is_none_or(|id| partition.as_ref().is_some_and(|(source, _)| source == id));
        if partition.is_some() == is_partitioned(table) && is_wanted {
            groups.push(Group { partition, files });
        }
    }
    groups
}

fn is_left_alone(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with(LEFT_ALONE))
}

fn partition(folder: &Path) -> Option<(String, String)> {
    let value = |folder: &Path, column: &str| {
        folder.file_name()?.to_str()?.strip_prefix(column)?.strip_prefix('=').map(str::to_owned)
    };
    Some((value(folder.parent()?, "source")?, value(folder, "date")?))
}

fn stage(
    writer: &Writer,
    table: &'static Table,
    partition: Option<(String, String)>,
    rows: Sorted,
    target_bytes: u64,
) -> Result<Vec<Staged>> {
    let (mut staged, mut rows) = (Vec::new(), rows.peekable());
    // Files without a row make one without a row.
    while staged.is_empty() || rows.peek().is_some() {
        staged.push(writer.stage_within(table, partition.clone(), &mut rows, target_bytes)?);
    }
    Ok(staged)
}

// The names of what is merged are not live again once they are removed, so that the new name is new.
fn named(merged: &[PathBuf], staged: Vec<Staged>) -> impl Iterator<Item = (String, Staged)> {
    let names: Vec<Option<&[u8]>> = merged.iter().map(|p| p.file_name().map(|n| n.as_encoded_bytes())).collect();
    let digest = u128::from_be_bytes(crate::event::identity("compact", &names));
    staged.into_iter().enumerate().map(move |(at, staged)| (format!("compact-{digest:032x}-{at}.parquet"), staged))
}

fn wait_for_readers(root: &Path) -> Result<File> {
    let path = root.join(READERS);
    let file = File::options().append(true).open(&path).map_err(|e| Error::io("lock", &path, e))?;
    file.lock().map_err(|e| Error::io("lock", &path, e))?;
    Ok(file)
}

#[cfg(test)]
mod tests;
