//! What a killed run left behind, and what a compaction has replaced.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::delta::Delta;
use super::{FILES, TABLES, batch_of, committed_batches, present};
use crate::error::{Error, Result};

/// File that says that replaced files stay on the disk.
const KEPT: &str = "_keep_replaced";

/// Whether replaced files stay on the disk.
pub(super) fn is_kept(root: &Path) -> bool {
    root.join(KEPT).exists()
}

/// Lets replaced files stay on the disk from now on.
pub(super) fn keep(root: &Path) -> Result<()> {
    let path = root.join(KEPT);
    File::create(&path).map(drop).map_err(|e| Error::io("create", path, e))
}

/// Takes batches that `files` does not name out of the logs, and then removes every Parquet file that a reader of plain
/// files would find and the logs do not name: never committed, of such a batch, or replaced. Replaced files stay where they
/// are kept.
pub(super) fn roll_back(root: &Path, delta: &Delta) -> Result<()> {
    let files = delta.open(FILES.name)?.live()?;
    let committed = committed_batches(&present(files.into_iter().map(|f| f.path).collect())?)?;
    let is_left_over = |path: &Path| batch_of(path).is_some_and(|batch| !committed.contains(batch));
    for table in TABLES {
        let open = delta.open(table.name)?;
        let (left_over, live): (Vec<_>, Vec<_>) = open.live()?.into_iter().partition(|f| is_left_over(&f.path));
        let mut named: BTreeSet<PathBuf> = present(live.into_iter().map(|f| f.path).collect())?.into_iter().collect();
        if is_kept(root) {
            named.extend(open.removed()?.into_iter().filter(|path| !is_left_over(path)));
        }
        if !left_over.is_empty() {
            open.remove(left_over)?;
        }
        for path in parquet_files(&delta.folder(table.name))? {
            if !named.contains(&path) {
                fs::remove_file(&path).map_err(|e| Error::io("remove", &path, e))?;
            }
        }
    }
    Ok(())
}

// Folders that begin with an underscore are not data: the log may hold checkpoints of other writers.
fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let is_data = |name: &str| !name.starts_with(['_', '.']);
    let entries = WalkDir::new(folder).min_depth(1).into_iter();
    for entry in entries.filter_entry(|e| e.file_type().is_file() || e.file_name().to_str().is_some_and(is_data)) {
        let entry = entry.map_err(|e| Error::io("read", folder, e.into()))?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end == "parquet") {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}
