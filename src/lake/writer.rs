//! The one writer of a lake: staging, commit, and rolling back what a killed run left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::compute::{max, min};

use super::coded::{CodedFile, encode};
use super::columns::{Columns, gathered};
use super::delta::{Delta, LiveFile, NewFile};
use super::layout::ROW_GROUP;
use super::syncing::Syncing;
use super::{OFTEN_EMPTY, TABLES, left_over, parquet_file, present};
use crate::error::{Error, Result};
use crate::event::EVENT_TIME;
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
    syncing: Syncing,
    // Held until the writer is dropped: the system releases it even when the process is killed.
    _lock: File,
}

/// A finished Parquet file that no reader sees yet.
#[derive(Debug)]
pub struct Staged {
    table: &'static Table,
    partition: Option<(String, String)>,
    staging: PathBuf,
    pub(super) byte_count: u64,
    pub(super) rows: u64,
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
        let readers = root.join(READERS);
        File::options().create(true).append(true).open(&readers).map_err(|e| Error::io("create", &readers, e))?;
        let delta = Delta::new(root)?;
        delta.create_missing()?;
        let mut writer = Self {
            root: root.to_owned(),
            delta,
            events: BTreeMap::new(),
            staged: AtomicU64::new(0),
            syncing: Syncing::default(),
            _lock: lock,
        };
        writer.clear_staging()?;
        left_over::roll_back(&writer.root, &writer.delta)?;
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
        self.syncing.wait()?;
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

    /// Writes a Parquet file where no reader looks. May be called from several threads. That it is on the disk is waited for when
    /// it is committed.
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
        let staging = self.scratch(table.name)?;
        let mut rows = 0;
        let mut counted = batches.inspect(|batch| rows += batch.as_ref().map_or(0, |b| b.num_rows() as u64));
        let (byte_count, file) = parquet_file::write(&staging, table, &mut counted, u64::MAX)?;
        self.syncing.put(staging.clone(), file)?;
        let partition = partition.map(|(source, date)| (source.to_owned(), date));
        Ok(Staged { table, partition, staging, byte_count, rows, times })
    }

    /// Writes rows that stand in several parts ([`gathered`]) as [`stage`](Self::stage) does.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refuses, [`Error::Bug`] when the parts are not of the table.
    pub fn stage_gathered(
        &self,
        table: &'static Table,
        partition: Partition,
        times: Option<(i64, i64)>,
        parts: &[&Columns],
        rows: &[(usize, usize)],
    ) -> Result<Staged> {
        let staging = self.scratch(table.name)?;
        let mut file = CodedFile::in_place(table, &staging)?;
        for rows in rows.chunks(ROW_GROUP) {
            encode(table, gathered(table, parts, rows))?.map_or(Ok(()), |group| file.append(group))?;
        }
        let (byte_count, file) = file.close()?;
        self.syncing.put(staging.clone(), file)?;
        let partition = Some((partition.0.to_owned(), partition.1));
        Ok(Staged { table, partition, staging, byte_count, rows: rows.len() as u64, times })
    }

    /// Like [`stage`](Self::stage), but ends at about `limit` bytes and leaves the rest of the batches where they are.
    pub(super) fn stage_within(
        &self,
        table: &'static Table,
        partition: Option<(String, String)>,
        batches: &mut dyn Iterator<Item = Result<RecordBatch>>,
        limit: u64,
    ) -> Result<Staged> {
        let staging = self.scratch(table.name)?;
        let (mut rows, mut times) = (0, None);
        let mut seen = batches.map(|batch| {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            times = spanned(times, &batch)?;
            Ok(batch)
        });
        let (byte_count, file) = parquet_file::write(&staging, table, &mut seen, limit)?;
        self.syncing.put(staging.clone(), file)?;
        Ok(Staged { table, partition, staging, byte_count, rows, times })
    }

    /// The path of a file that no reader sees and the next writer removes.
    pub(super) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join(STAGING);
        fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        Ok(folder.join(format!("{name}-{number}.partial")))
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
        self.syncing.wait()?;
        let mut placed: BTreeMap<&str, Vec<NewFile>> = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for (number, file) in staged.into_iter().enumerate() {
            let table = file.table.name;
            let new = self.place(file, &format!("{batch_id}-{number}.parquet"), at_micros)?;
            folders.extend(new.path.parent().map(Path::to_owned));
            placed.entry(table).or_default().push(new);
        }
        self.sync_folders(folders.iter().map(PathBuf::as_path))?;
        for table in TABLES {
            if let Some(files) = placed.get(table.name) {
                self.delta.open(table.name)?.add(files)?;
            }
        }
        self.find_events()
    }

    /// Puts staged files in place of live ones, in one commit, and then deletes what was replaced, unless the lake keeps
    /// replaced files ([`keep_replaced`](Self::keep_replaced)). Every staged file comes with its name, which must be new and no
    /// batch's. `changes_data` says whether the rows are others than before.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Lake`]; the lake then holds either all of the old files or all of the new ones, and the next
    /// writer clears away the others.
    pub fn replace(
        &mut self,
        table: &'static Table,
        removed: &BTreeSet<PathBuf>,
        added: Vec<(String, Staged)>,
        at_micros: i64,
        changes_data: bool,
    ) -> Result<()> {
        self.syncing.wait()?;
        let added: Vec<NewFile> =
            added.into_iter().map(|(name, staged)| self.place(staged, &name, at_micros)).collect::<Result<_>>()?;
        let folders: BTreeSet<&Path> = added.iter().filter_map(|file| file.path.parent()).collect();
        self.sync_folders(folders.into_iter())?;
        let open = self.delta.open(table.name)?;
        let old: Vec<LiveFile> = open.live()?.into_iter().filter(|file| removed.contains(&file.path)).collect();
        if old.len() != removed.len() {
            return Err(Error::Bug(format!("files of `{}` that are to be replaced are not live", table.name)));
        }
        open.replace(old, &added, changes_data)?;
        if !left_over::is_kept(&self.root) {
            for path in removed {
                fs::remove_file(path).map_err(|e| Error::io("remove", path, e))?;
            }
        }
        self.find_events()
    }

    /// A note that was left in the lake's folder; `None` = there is none.
    pub fn note(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.root.join(name)).ok()
    }

    /// Leaves a note in the lake's folder, where it stands whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refuses.
    pub fn put_note(&self, name: &str, text: &str) -> Result<()> {
        let (path, partial) = (self.root.join(name), self.root.join(format!("{name}.partial")));
        let written = fs::write(&partial, text).and_then(|()| fs::rename(&partial, &path));
        written.map_err(|e| Error::io("write", path, e))
    }

    /// From now on files that are replaced stay on the disk, for readers of older versions of the tables. Readers of plain
    /// Parquet then find both the old files and the new ones.
    ///
    /// # Errors
    /// [`Error::Io`] when the lake's folder cannot be written.
    pub fn keep_replaced(&self) -> Result<()> {
        left_over::keep(&self.root)
    }

    /// Whether files that are replaced stay on the disk.
    pub fn is_keeping_replaced(&self) -> bool {
        left_over::is_kept(&self.root)
    }

    /// The live files of a table with their sizes, sorted by path.
    pub(super) fn live(&self, table: &Table) -> Result<Vec<LiveFile>> {
        self.delta.open(table.name)?.live()
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Removes files that were staged and are not needed.
    pub(super) fn clear_staging(&self) -> Result<()> {
        let staging = self.root.join(STAGING);
        if staging.is_dir() {
            fs::remove_dir_all(&staging).map_err(|e| Error::io("clear", &staging, e))?;
        }
        Ok(())
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

    // Only Unix lets a folder be opened and synced; elsewhere the rename itself is journalled.
    fn sync_folders<'f>(&self, folders: impl Iterator<Item = &'f Path>) -> Result<()> {
        for folder in folders.filter(|_| cfg!(unix)) {
            let opened = File::open(folder).map_err(|e| Error::io("write", folder, e))?;
            self.syncing.put(folder.to_owned(), opened)?;
        }
        self.syncing.wait()
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
}

/// File that readers hold while they read; files that they may see are only deleted while nobody holds it.
pub(super) const READERS: &str = "_readers.lock";

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

// The first and the last event of a table that has events' times, with those of another batch.
fn spanned(times: Option<(i64, i64)>, batch: &RecordBatch) -> Result<Option<(i64, i64)>> {
    if batch.column_by_name(EVENT_TIME.name).is_none() {
        return Ok(None);
    }
    let column = super::instants(batch, EVENT_TIME)?;
    let span = min(column).zip(max(column));
    Ok(times.into_iter().chain(span).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))))
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
