//! The transaction logs. The only place that knows the Delta library and its runtime.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, DataType, PrimitiveType, Remove, StructField};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::{TABLES, TARGET_BYTES, is_partitioned};
use crate::error::{Error, Result};
use crate::schema::{Kind, Table};

/// Hive columns of a partitioned table.
const PARTITIONS: [&str; 2] = ["source", "date"];

/// The transaction logs of a lake.
#[derive(Debug)]
pub(super) struct Delta {
    root: PathBuf,
    runtime: Runtime,
    /// Tables as they were when last opened. There are no checkpoints, so that to read a log from its beginning takes as long
    /// as the log is old.
    opened: Mutex<HashMap<&'static str, DeltaTable>>,
}

/// One table at one version.
pub(super) struct OpenTable<'d> {
    delta: &'d Delta,
    name: &'static str,
    table: DeltaTable,
}

/// A Parquet file that a table's log names.
pub(super) struct LiveFile {
    pub(super) path: PathBuf,
    pub(super) byte_count: u64,
    remove: Remove,
}

/// A Parquet file to be named in a table's log.
pub(super) struct NewFile {
    pub(super) path: PathBuf,
    pub(super) partition: Option<(String, String)>,
    pub(super) byte_count: u64,
    pub(super) statistics: String,
    pub(super) modified_at_millis: i64,
}

impl Delta {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let root = std::path::absolute(root).map_err(|e| Error::io("find", root, e))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Error::io("start the commit runtime for", &root, e))?;
        Ok(Self { root, runtime, opened: Mutex::default() })
    }

    /// Creates whatever tables are missing.
    pub(super) fn create_missing(&self) -> Result<()> {
        for table in TABLES {
            if !super::is_table(&self.root.join(table.name)) {
                self.create(table)?;
            }
        }
        Ok(())
    }

    fn create(&self, table: &Table) -> Result<()> {
        let folder = self.root.join(table.name);
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let mut columns: Vec<StructField> =
            table.columns.iter().map(|c| StructField::new(c.name, delta_type(c.kind), !c.required)).collect();
        let mut create = CreateBuilder::new()
            .with_location(self.url(table.name)?)
            .with_table_name(table.name)
            .with_save_mode(SaveMode::Ignore)
            .with_commit_properties(no_checkpoints());
        if is_partitioned(table) {
            columns.push(StructField::new("source", DataType::Primitive(PrimitiveType::String), true));
            columns.push(StructField::new("date", DataType::Primitive(PrimitiveType::Date), true));
            create = create.with_partition_columns(PARTITIONS);
        }
        self.wait(table.name, async { create.with_columns(columns).await.map(drop) })
    }

    /// A table as it is now; [`Error::Input`] where an earlier build made it, without columns that it has today.
    pub(super) fn open(&self, name: &'static str) -> Result<OpenTable<'_>> {
        let known = self.opened().get(name).cloned();
        let table = match known {
            Some(mut table) => self.wait(name, async { table.update_state().await.map(|()| table) })?,
            None => {
                let url = Url::parse(&self.url(name)?).map_err(|e| self.error(name, &e))?;
                self.wait(name, async { DeltaTableBuilder::from_url(url)?.load().await })?
            }
        };
        self.of_this_build(name, &table)?;
        self.opened().insert(name, table.clone());
        Ok(OpenTable { delta: self, name, table })
    }

    // The log states the columns of all files of a table, those included that a later build would add.
    fn of_this_build(&self, name: &str, table: &DeltaTable) -> Result<()> {
        let schema = table.snapshot().map_err(|e| self.error(name, &e))?.schema();
        let columns = TABLES.iter().filter(|known| known.name == name).flat_map(|known| known.columns);
        match columns.map(|column| column.name).find(|column| schema.field(column).is_none()) {
            None => Ok(()),
            Some(column) => Err(Error::Input(format!(
                "lake `{}` is of an earlier build: its table `{name}` has no column `{column}`; ingest all inputs anew with \
                 this build, into a new lake",
                self.root.display()
            ))),
        }
    }

    // A thread that died while it held the tables cannot have left half of one.
    fn opened(&self) -> MutexGuard<'_, HashMap<&'static str, DeltaTable>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder of a table.
    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn url(&self, name: &str) -> Result<String> {
        let folder = self.root.join(name);
        let url = Url::from_directory_path(&folder);
        url.map(|u| u.to_string()).map_err(|()| self.error(name, &"the folder cannot be written as a URL"))
    }

    fn wait<T>(&self, name: &str, work: impl Future<Output = Result<T, DeltaTableError>>) -> Result<T> {
        self.runtime.block_on(work).map_err(|e| self.error(name, &e))
    }

    fn error(&self, name: &str, message: &dyn std::fmt::Display) -> Error {
        Error::Lake { path: self.root.join(name), message: message.to_string().replace('\n', " ") }
    }
}

impl OpenTable<'_> {
    /// The files that count, sorted by path.
    pub(super) fn live(&self) -> Result<Vec<LiveFile>> {
        let folder = self.delta.root.join(self.name);
        let state = self.table.snapshot().map_err(|e| self.delta.error(self.name, &e))?;
        let mut files: Vec<LiveFile> = state
            .log_data()
            .iter()
            .map(|view| LiveFile {
                path: folder.join(&*view.path()),
                byte_count: u64::try_from(view.size()).unwrap_or(0),
                remove: view.remove_action(true),
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Names new files in the log.
    pub(super) fn add(self, files: &[NewFile]) -> Result<()> {
        let actions = self.additions(files, true).collect();
        self.commit(actions, write(files, SaveMode::Append))
    }

    /// Names new files in place of others, in one commit. `changes_data` says whether the rows are others, too: where they
    /// are the same, whoever follows the table's changes sees none.
    pub(super) fn replace(self, removed: Vec<LiveFile>, added: &[NewFile], changes_data: bool) -> Result<()> {
        let removals =
            removed.into_iter().map(|file| Action::Remove(Remove { data_change: changes_data, ..file.remove }));
        let actions = self.additions(added, changes_data).chain(removals).collect();
        let operation = match changes_data {
            true => write(added, SaveMode::Overwrite),
            false => DeltaOperation::Optimize { predicate: None, target_size: TARGET_BYTES.cast_signed() },
        };
        self.commit(actions, operation)
    }

    fn additions<'f>(&self, files: &'f [NewFile], changes_data: bool) -> impl Iterator<Item = Action> + use<'f> {
        let folder = self.delta.root.join(self.name);
        files.iter().map(move |file| Action::Add(Add { data_change: changes_data, ..file.action(&folder) }))
    }

    /// Takes files out of the log.
    pub(super) fn remove(self, files: Vec<LiveFile>) -> Result<()> {
        let actions = files.into_iter().map(|file| Action::Remove(file.remove)).collect();
        self.commit(actions, DeltaOperation::Delete { predicate: None })
    }

    fn commit(self, actions: Vec<Action>, operation: DeltaOperation) -> Result<()> {
        let state = self.table.snapshot().map_err(|e| self.delta.error(self.name, &e))?;
        let builder = CommitBuilder::from(no_checkpoints()).with_actions(actions);
        let commit = builder.build(Some(state), self.table.log_store(), operation);
        let version = self.delta.wait(self.name, async { commit.await.map(|done| done.version) })?;
        // What follows counts on the commit, be it the next table's or the removal of what was replaced.
        let log = self.delta.root.join(self.name).join("_delta_log");
        let entry = log.join(format!("{version:020}.json"));
        File::open(&entry).and_then(|f| f.sync_all()).map_err(|e| Error::io("write", &entry, e))?;
        super::sync_folder(&log)
    }

    /// The files that the log has removed and not named again; those of log entries that were cleaned away are not among them.
    pub(super) fn removed(&self) -> Result<BTreeSet<PathBuf>> {
        let folder = self.delta.root.join(self.name);
        let mut removed = BTreeSet::new();
        for path in removals(&folder.join("_delta_log")).map_err(|e| Error::io("read", folder.join("_delta_log"), e))? {
            removed.insert(folder.join(path));
        }
        for live in self.live()? {
            removed.remove(&live.path);
        }
        Ok(removed)
    }
}

fn write(files: &[NewFile], mode: SaveMode) -> DeltaOperation {
    let partition_by = files.iter().any(|f| f.partition.is_some()).then(|| PARTITIONS.map(str::to_owned).to_vec());
    DeltaOperation::Write { mode, partition_by, predicate: None }
}

// The library tells removed files as a stream only, which would take another dependency to read.
fn removals(log: &Path) -> std::io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in log.read_dir()? {
        let path = entry?.path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        for line in std::fs::read_to_string(&path)?.lines() {
            let Ok(action) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let Some(removed) = action.pointer("/remove/path").and_then(serde_json::Value::as_str) else { continue };
            paths.push(percent_encoding::percent_decode_str(removed).decode_utf8_lossy().into_owned());
        }
    }
    Ok(paths)
}

impl NewFile {
    fn action(&self, folder: &Path) -> Add {
        let relative = self.path.strip_prefix(folder).unwrap_or(&self.path);
        let path = relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let partition_values = match &self.partition {
            Some((source, date)) => {
                HashMap::from([("source".to_owned(), Some(source.clone())), ("date".to_owned(), Some(date.clone()))])
            }
            None => HashMap::new(),
        };
        Add {
            path,
            partition_values,
            size: i64::try_from(self.byte_count).unwrap_or(i64::MAX),
            modification_time: self.modified_at_millis,
            data_change: true,
            stats: Some(self.statistics.clone()),
            ..Add::default()
        }
    }
}

// A checkpoint is a Parquet file inside the table's folder: `events/**/*.parquet` would read it as events.
fn no_checkpoints() -> CommitProperties {
    CommitProperties::default().with_create_checkpoint(false).with_cleanup_expired_logs(Some(false))
}

fn delta_type(kind: Kind) -> DataType {
    let primitive = match kind {
        Kind::Text => PrimitiveType::String,
        Kind::Whole => PrimitiveType::Long,
        Kind::Real => PrimitiveType::Double,
        Kind::Flag => PrimitiveType::Boolean,
        Kind::Instant => PrimitiveType::Timestamp,
        Kind::TextList => {
            let texts = deltalake_core::kernel::ArrayType::new(DataType::Primitive(PrimitiveType::String), false);
            return DataType::Array(Box::new(texts));
        }
    };
    DataType::Primitive(primitive)
}
