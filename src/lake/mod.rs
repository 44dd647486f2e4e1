//! The lake: Delta tables of plain Parquet files.
//!
//! Readers open it with [`Lake::open`]; the one writer at a time with [`Writer::open_or_create`]. A batch counts once it stands in
//! table `files`, which is committed last; what a killed run left of a batch is rolled back by the next writer and unseen by readers.

mod coded;
mod columns;
mod compaction;
mod delta;
mod layout;
mod left_over;
mod merge;
mod order;
mod packed;
mod pages;
mod parquet_file;
mod rows;
mod syncing;
pub mod tables;
mod walk;
mod words;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::schema::Table;

pub use coded::{CodedFile, RowGroup, encode};
pub use columns::Columns;
pub use compaction::{Compaction, Shrunk, TARGET_BYTES, compact};
pub use pages::{Page, PageReader, PageTexts};
pub use parquet_file::{each_batch, read_columns, time_range};
pub use rows::{Rows, instants, texts, wholes};
pub use tables::*;
pub use walk::{counted, in_order, joined, row_count, source_of};
pub use words::{Known, NONE, Words, beginning};
pub use writer::{Partition, Staged, Writer};

use delta::Delta;

/// The tables of a lake, in the order in which a batch is committed.
pub const TABLES: [&Table; 6] =
    [&crate::event::EVENTS, &crate::change::CHANGES, &crate::change::STATEMENTS, &DUPLICATES, &REJECTS, &FILES];

/// Unpartitioned tables that may stay without a row: a file without rows stands in for them.
const OFTEN_EMPTY: [&Table; 2] = [&DUPLICATES, &REJECTS];

/// Whether a table is partitioned by `source` and `date`.
pub(crate) fn is_partitioned(table: &Table) -> bool {
    use crate::change::{CHANGES, STATEMENTS};
    [&crate::event::EVENTS, &CHANGES, &STATEMENTS].iter().any(|partitioned| partitioned.name == table.name)
}

/// Whether a folder holds a table. A run that is killed while it makes one leaves a log without an entry.
fn is_table(folder: &Path) -> bool {
    let is_entry = |name: &str| name.ends_with(".json") || name.ends_with(".parquet");
    let Ok(mut log) = folder.join("_delta_log").read_dir() else { return false };
    log.any(|file| file.is_ok_and(|f| f.file_name().to_str().is_some_and(is_entry)))
}

/// A lake for reading.
#[derive(Debug)]
pub struct Lake {
    root: PathBuf,
    delta: Delta,
    // Held until the lake is dropped, so that a compaction deletes nothing that is still read.
    _reading: Option<File>,
    /// The files of every table that count, by name of the table, as they were when first asked for: an ingest meanwhile is not seen.
    live: Mutex<Option<BTreeMap<&'static str, Vec<PathBuf>>>>,
    workspaces: BTreeMap<String, String>,
}

impl Lake {
    /// Opens an existing lake.
    ///
    /// # Errors
    /// [`Error::Input`] when the folder is no lake.
    pub fn open(root: &Path) -> Result<Self> {
        let missing = TABLES.iter().find(|t| !is_table(&root.join(t.name)));
        match missing {
            None => Ok(Self {
                root: root.to_owned(),
                delta: Delta::new(root)?,
                _reading: reading(root)?,
                live: Mutex::default(),
                workspaces: BTreeMap::new(),
            }),
            Some(table) => {
                Err(Error::Input(format!("`{}` is no lake: table `{}` is missing", root.display(), table.name)))
            }
        }
    }

    /// The same lake, read with these names of workspaces as their ids: wherever a table has a scope, [`crate::frame::scan`] gives
    /// the id. Letter case does not matter.
    #[must_use]
    pub fn with_workspaces(mut self, ids: &BTreeMap<String, String>) -> Self {
        self.workspaces = ids.iter().map(|(name, id)| (name.to_lowercase(), id.clone())).collect();
        self
    }

    /// The names of workspaces that are read as ids, in lower case.
    pub const fn workspaces(&self) -> &BTreeMap<String, String> {
        &self.workspaces
    }

    /// A scope as it counts: a name of a workspace as its id.
    pub fn placed<'s>(&'s self, scope: &'s str) -> &'s str {
        if self.workspaces.is_empty() {
            scope
        } else {
            self.workspaces.get(&scope.to_lowercase()).map_or(scope, |id| id)
        }
    }

    /// The lake's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The Parquet files of a table that count, sorted by path. Files of a batch that is not in table `files` do not count. However
    /// often and for whichever tables it is asked, the answers are of one state of the lake.
    ///
    /// # Errors
    /// [`Error::Lake`] when a table cannot be read or a file of it is missing or damaged.
    pub fn live_files(&self, table: &Table) -> Result<Vec<PathBuf>> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let all = match &mut *live {
            Some(all) => all,
            none => none.insert(self.all_files()?),
        };
        present(all.get(table.name).cloned().unwrap_or_default())
    }

    fn all_files(&self) -> Result<BTreeMap<&'static str, Vec<PathBuf>>> {
        let listed = |name: &'static str| -> Result<Vec<PathBuf>> {
            Ok(self.delta.open(name)?.live()?.into_iter().map(|file| file.path).collect())
        };
        // `files` is read before the others: a batch committed in between is then seen in none.
        let files = present(listed(FILES.name)?)?;
        let committed = committed_batches(&files)?;
        let counts = |path: &PathBuf| batch_of(path).is_none_or(|batch| committed.contains(batch));
        let others = TABLES.iter().filter(|table| table.name != FILES.name);
        let mut all = others
            .map(|table| Ok((table.name, listed(table.name)?.into_iter().filter(counts).collect())))
            .collect::<Result<BTreeMap<_, _>>>()?;
        all.insert(FILES.name, files);
        Ok(all)
    }
}

// A lake without the file is of an earlier version, and one on a file system without locks is read without.
fn reading(root: &Path) -> Result<Option<File>> {
    let path = root.join(writer::READERS);
    let Ok(file) = File::open(&path) else { return Ok(None) };
    match file.lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(error) => Err(Error::io("lock", path, error)),
    }
}

/// The files, if all of them are there and whole: what is lost must not read like what never was.
fn present(files: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    for path in &files {
        let fault = match ends_like_parquet(path) {
            Ok(true) => continue,
            Ok(false) => "the file is damaged".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "the file is missing".to_owned(),
            Err(error) => return Err(Error::io("read", path, error)),
        };
        let message = format!("{fault}; restore it, or ingest all inputs into a new lake");
        return Err(Error::Lake { path: path.clone(), message });
    }
    Ok(files)
}

fn ends_like_parquet(path: &Path) -> io::Result<bool> {
    const MAGIC: &[u8; 4] = b"PAR1";
    let mut file = File::open(path)?;
    let mut end = [0; 4];
    if file.metadata()?.len() < 12 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut end)?;
    Ok(end == *MAGIC)
}

/// The batch that a Parquet file was written by, from its name; `None` for files that are not of a batch.
fn batch_of(path: &Path) -> Option<&str> {
    let (batch, number) = path.file_name()?.to_str()?.strip_suffix(".parquet")?.split_once('-')?;
    let is_batch = batch.len() == 32 && batch.bytes().all(|b| b.is_ascii_hexdigit());
    (is_batch && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(batch)
}

fn committed_batches(files: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut batches = BTreeSet::new();
    for path in files {
        for batch in read_columns(path, &[BATCH_ID])? {
            batches.extend(texts(&batch, BATCH_ID)?.iter().flatten().map(str::to_owned));
        }
    }
    Ok(batches)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::io("write", folder, e))
}

// Only Unix lets a folder be opened and synced; elsewhere the rename itself is journalled.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}
