//! The lake: Delta tables of plain Parquet files.
use crate::error::Result;
use crate::schema::Table;
use std::path::{Path, PathBuf};
/// stub
#[derive(Debug)]
pub struct Lake {
    root: PathBuf,
}
impl Lake {
    /// stub
    pub fn open(root: &Path) -> Result<Self> {
        Ok(Self { root: root.to_owned() })
    }
    /// stub
    pub fn live_files(&self, _table: &Table) -> Result<Vec<PathBuf>> {
        Ok(vec![])
    }
    /// stub
    pub fn table_path(&self, table: &Table) -> PathBuf {
        self.root.join(table.name)
    }
}
