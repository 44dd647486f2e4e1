//! The one writer of a lake: staging, commit, and rolling back what a killed run left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use walkdir::WalkDir;

use super::delta::{Delta, NewFile};
use super::{FILES, OFTEN_EMPTY, TABLES, batch_of, committed_batches, is_partitioned, parquet_file, present};
use crate::error::{Error, Result};
use crate::schema::Table;

/// Source id and UTC day (`YYYY-MM-DD`) of a partition.
pub type Partition = (&'static str, String);

/// An open lake that nobody else writes to.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    delta: Delta,
    /// Live files of `events` by folder, for lookups by partition.
    events: BTreeMap<PathBuf, Vec<PathBuf>>,
    staged: AtomicU64,
    // Held until the writer is dropped: the system releases it even when the process is killed.
    _lock: File,
}

/// A finished Parquet file that no reader sees yet.
#[derive(Debug)]
pub struct Staged {
    table: &'static Table,
    partition: Option<Partition>,
    staging: PathBuf,
    byte_count: u64,
    rows: u64,
    times: Option<(i64, i64)>,
}

impl Staged {
    /// Where the file stands until it is committed.
    pub fn path(&self) -> &Path {
        &self.staging
    }

    /// Whether it is of that table.
    pub fn is_of(&self, table: &Table) -> bool {
        self.table.name == table.name
    }
}

impl Writer {
    /// Opens a lake, creating it where there is none, waits for other writers, and rolls back what a killed run left.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written, [`Error::Lake`] when a table is damaged.
    pub fn open_or_create(root: &Path) -> Result<Self> {
        fs::create_dir_all(root).map_err(|e| Error::io("create", root, e))?;
        let lock = lock(root)?;
        let delta = Delta::new(root)?;
        delta.create_missing()?;
        let mut writer =
            Self { root: root.to_owned(), delta, events: BTreeMap::new(), staged: AtomicU64::new(0), _lock: lock };
        writer.roll_back()?;
        OFTEN_EMPTY.iter().try_for_each(|table| writer.place_no_rows(table))?;
        writer.find_events()?;
        Ok(writer)
    }

    // Plain Parquet readers refuse a pattern that matches no file, and a clean lake has no rejects.
    fn place_no_rows(&self, table: &'static Table) -> Result<()> {
        if !self.live_files(table)?.is_empty() {
            return Ok(());
        }
        let staged = self.stage(table, None, None, std::iter::empty())?;
        let new = self.place(staged, "none.parquet", 0)?;
        self.delta.open(table.name)?.add(&[new])
    }

    /// The live files of a table.
    ///
    /// # Errors
    /// [`Error::Lake`] when the table is damaged.
    pub fn live_files(&self, table: &'static Table) -> Result<Vec<PathBuf>> {
        present(self.delta.open(table.name)?.live()?.into_iter().map(|f| f.path).collect())
    }

    /// The committed files of one partition of `events`.
    pub fn events_of(&self, source: &str, date: &str) -> &[PathBuf] {
        let folder = partition_folder(source, date);
        self.events.get(&folder).map_or(&[], Vec::as_slice)
    }

    /// Writes a Parquet file where no reader looks. May be called from several threads.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refuses.
    pub fn stage(
        &self,
        table: &'static Table,
        partition: Option<Partition>,
        times: Option<(i64, i64)>,
        batches: impl Iterator<Item = Result<RecordBatch>>,
    ) -> Result<Staged> {
        let folder = self.root.join(STAGING);
        fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        let staging = folder.join(format!("{}-{number}.partial", table.name));
        let mut rows = 0;
        let counted = batches.inspect(|batch| rows += batch.as_ref().map_or(0, |b| b.num_rows() as u64));
        let byte_count = parquet_file::write(&staging, table, counted)?;
        Ok(Staged { table, partition, staging, byte_count, rows, times })
    }

    /// Throws a staged file away.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refuses.
    pub fn discard(&self, staged: &Staged) -> Result<()> {
        fs::remove_file(&staged.staging).map_err(|e| Error::io("remove", &staged.staging, e))
    }

    /// Makes the staged files of one batch part of the lake, table `files` last.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Lake`]; the next writer then rolls the batch back.
    pub fn commit(&mut self, batch_id: &str, staged: Vec<Staged>, at_micros: i64) -> Result<()> {
        let mut placed: BTreeMap<&str, Vec<NewFile>> = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for (number, file) in staged.into_iter().enumerate() {
            let table = file.table.name;
            let new = self.place(file, &format!("{batch_id}-{number}.parquet"), at_micros)?;
            folders.extend(new.path.parent().map(Path::to_owned));
            placed.entry(table).or_default().push(new);
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        for table in TABLES {
            if let Some(files) = placed.get(table.name) {
                self.delta.open(table.name)?.add(files)?;
            }
        }
        self.find_events()
    }

    fn place(&self, file: Staged, name: &str, at_micros: i64) -> Result<NewFile> {
        let mut folder = std::path::absolute(&self.root).map_err(|e| Error::io("find", &self.root, e))?;
        folder.push(file.table.name);
        if let Some((source, date)) = &file.partition {
            folder.push(partition_folder(source, date));
        }
        fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let path = folder.join(name);
        fs::rename(&file.staging, &path).map_err(|e| Error::io("write", &path, e))?;
        let statistics = statistics(file.rows, file.times);
        let modified_at_millis = at_micros.div_euclid(1000);
        Ok(NewFile { path, partition: file.partition, byte_count: file.byte_count, statistics, modified_at_millis })
    }

    fn find_events(&mut self) -> Result<()> {
        let folder = std::path::absolute(&self.root).map_err(|e| Error::io("find", &self.root, e))?;
        let folder = folder.join(crate::event::EVENTS.name);
        self.events.clear();
        for path in self.live_files(&crate::event::EVENTS)? {
            let parent = path.parent().and_then(|p| p.strip_prefix(&folder).ok()).map(Path::to_owned);
            self.events.entry(parent.unwrap_or_default()).or_default().push(path);
        }
        Ok(())
    }

    fn roll_back(&self) -> Result<()> {
        let staging = self.root.join(STAGING);
        if staging.is_dir() {
            fs::remove_dir_all(&staging).map_err(|e| Error::io("clear", &staging, e))?;
        }
        let committed = committed_batches(&self.live_files(&FILES)?)?;
        let is_left_over = |path: &Path| batch_of(path).is_some_and(|batch| !committed.contains(batch));
        for table in TABLES {
            let open = self.delta.open(table.name)?;
            let (left_over, live): (Vec<_>, Vec<_>) = open.live()?.into_iter().partition(|f| is_left_over(&f.path));
            present(live.into_iter().map(|f| f.path).collect())?;
            if !left_over.is_empty() {
                open.remove(left_over)?;
            }
            for path in parquet_files(&self.root.join(table.name), is_partitioned(table))? {
                if is_left_over(&path) {
                    fs::remove_file(&path).map_err(|e| Error::io("remove", &path, e))?;
                }
            }
        }
        Ok(())
    }
}

/// Folder of files that are not yet part of the lake; none of them ends in `.parquet`.
const STAGING: &str = "_staging";

fn partition_folder(source: &str, date: &str) -> PathBuf {
    PathBuf::from(format!("source={source}")).join(format!("date={date}"))
}

fn lock(root: &Path) -> Result<File> {
    let path = root.join("_tickmark.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|e| Error::io("create", &path, e))?;
    file.lock().map_err(|e| Error::io("lock", &path, e))?;
    Ok(file)
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

fn parquet_files(folder: &Path, partitioned: bool) -> Result<Vec<PathBuf>> {
    let depth = if partitioned { 3 } else { 1 };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).min_depth(depth).max_depth(depth) {
        let entry = entry.map_err(|e| Error::io("read", folder, e.into()))?;
        if entry.path().extension().is_some_and(|e| e == "parquet") {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

fn statistics(rows: u64, times: Option<(i64, i64)>) -> String {
    let instant = |micros: i64| {
        chrono::DateTime::from_timestamp_micros(micros).map(|t| t.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
    };
    let bounds = times.and_then(|(first, last)| Some((instant(first)?, instant(last)?)));
    match bounds {
        Some((first, last)) => serde_json::json!({
            "numRecords": rows,
            "minValues": { "event_time": first },
            "maxValues": { "event_time": last },
            "nullCount": { "event_time": 0 },
        }),
        None => serde_json::json!({ "numRecords": rows, "minValues": {}, "maxValues": {}, "nullCount": {} }),
    }
    .to_string()
}
