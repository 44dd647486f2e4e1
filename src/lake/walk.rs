//! All rows of a table, page by page.

use std::path::Path;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::Lake;
use super::pages::{Opened, Page, PageReader};
use crate::error::{Error, Result};
use crate::schema::{Column, Table};
use crate::turns::in_turn;

/// Counts something over all rows of a partitioned table, on all threads: each counts for itself what `take` takes of a page of a
/// source, and `merge` puts together what two have counted.
///
/// # Errors
/// As [`PageReader::each`].
pub fn counted<C: Default + Send>(
    lake: &Lake,
    table: &Table,
    columns: &[Column],
    is_wanted: impl Fn(&str) -> bool,
    take: impl Fn(&mut C, &str, &Page<'_>) -> Result<()> + Sync,
    merge: impl Fn(C, C) -> C + Sync,
) -> Result<C> {
    let files = lake.live_files(table)?;
    let named = files.iter().map(|path| Ok((source_of(path)?, path.as_path()))).collect::<Result<Vec<_>>>()?;
    let files: Vec<(&str, &Path)> = named.into_iter().filter(|(source, _)| is_wanted(source)).collect();
    let start = || (C::default(), PageReader::default());
    let count = |(mut counted, mut reader): (C, PageReader), (source, path): &(&str, &Path)| {
        reader.each(path, columns, |page| take(&mut counted, source, page))?;
        Ok((counted, reader))
    };
    let parts = files.par_iter().try_fold(start, count).map(|part| part.map(|(counted, _)| counted));
    parts.try_reduce(C::default, |one, other| Ok(merge(one, other)))
}

/// What two have found, one behind the other.
pub fn joined<C: IntoIterator + Extend<C::Item>>(mut one: C, other: C) -> C {
    one.extend(other);
    one
}

/// Takes all rows of a partitioned table, in the order of files and rows, so that every run sees the same. Pages are decoded on all
/// threads while those before them are taken.
///
/// # Errors
/// As [`PageReader::each`].
pub fn in_order(
    lake: &Lake,
    table: &Table,
    columns: &[Column],
    mut take: impl FnMut(&str, &Page<'_>) -> Result<()>,
) -> Result<()> {
    let files = lake.live_files(table)?;
    let pieces: Vec<Vec<Piece<'_>>> = files.par_iter().map(|path| Piece::of(path)).collect::<Result<_>>()?;
    let pieces: Vec<Piece<'_>> = pieces.into_iter().flatten().collect();
    let mut reader = PageReader::default();
    let mut open = None;
    in_turn(
        pieces.len(),
        |at| Ok((pieces[at], pieces[at].batches(columns)?)),
        |(Piece { path, .. }, batches)| {
            if open.replace(path) != Some(path) {
                reader.start(columns);
            }
            let source = source_of(path)?;
            batches.iter().try_for_each(|batch| take(source, &reader.page(path, columns, batch)?))
        },
    )
}

/// How many rows a table has.
///
/// # Errors
/// [`Error::Io`] when a file cannot be opened, [`Error::Lake`] when it is damaged.
pub fn row_count(lake: &Lake, table: &Table) -> Result<usize> {
    let files = lake.live_files(table)?;
    files.par_iter().map(|path| Ok(Opened::new(path)?.row_count())).sum()
}

/// Bytes on disk of a file that is decoded at once; a larger one is so row group by row group.
const AT_ONCE: u64 = 8 << 20;

/// What is decoded at once: a file, or one of its row groups.
#[derive(Debug, Clone, Copy)]
struct Piece<'p> {
    path: &'p Path,
    group: Option<usize>,
}

impl<'p> Piece<'p> {
    fn of(path: &'p Path) -> Result<Vec<Self>> {
        let size = std::fs::metadata(path).map_err(|e| Error::io("read", path, e))?.len();
        if size <= AT_ONCE {
            return Ok(vec![Self { path, group: None }]);
        }
        Ok((0..Opened::new(path)?.group_count()).map(|group| Self { path, group: Some(group) }).collect())
    }

    fn batches(&self, columns: &[Column]) -> Result<Vec<RecordBatch>> {
        let (opened, mut batches) = (Opened::new(self.path)?, Vec::new());
        let groups = self.group.map_or(0..opened.group_count(), |group| group..group + 1);
        for group in groups {
            opened.group(group, columns, |batch| {
                batches.push(batch.clone());
                Ok(())
            })?;
        }
        Ok(batches)
    }
}

/// The source that the path of a partition's file names.
///
/// # Errors
/// [`Error::Lake`] when it names none: its rows must not go uncounted.
pub fn source_of(path: &Path) -> Result<&str> {
    let folder = path.parent().and_then(Path::parent).and_then(Path::file_name).and_then(|name| name.to_str());
    let source = folder.and_then(|name| name.strip_prefix("source="));
    source.ok_or_else(|| Error::Lake { path: path.to_owned(), message: "its path names no source".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_outside_every_partition_is_named_and_not_passed_over() {
        assert_eq!(source_of(Path::new("lake/events/source=okta/date=2026-07-01/a.parquet")).unwrap(), "okta");
        for path in ["lake/events/a.parquet", "a.parquet", "lake/events/okta/date=2026-07-01/a.parquet"] {
            let error = source_of(Path::new(path)).unwrap_err().to_string();
            assert!(error.contains(path) && error.contains("names no source"), "{error}");
        }
    }
}
