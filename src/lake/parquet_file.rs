//! Parquet files: how they are written, and reading a few columns of one.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;

use crate::error::{Error, Result};
use crate::event::{EVENT_ID, EVENT_TIME, NATIVE_ID, RAW, RAW_SHA256, REQUEST_ID};
use crate::schema::{Column, Table};

/// Rows in a row group: large enough to compress, small enough to be skipped.
const ROW_GROUP: usize = 1 << 17;

/// Writes batches as one Parquet file and waits until it is on the disk; returns its size.
///
/// # Errors
/// [`Error::Io`] naming the file when the disk refuses, e.g. because it is full.
pub(super) fn write(path: &Path, table: &Table, batches: impl Iterator<Item = Result<RecordBatch>>) -> Result<u64> {
    let refused = |error| Error::io("write", path, error);
    let file = File::create(path).map_err(refused)?;
    let failed = |error| Error::io("write", path, cause(error));
    let mut batches = batches.peekable();
    // Texts may be held in several ways in memory; in the file they are all one, so that the way is not written down.
    let schema = match batches.peek() {
        Some(Ok(batch)) => batch.schema(),
        _ => table.arrow_schema(),
    };
    let options = ArrowWriterOptions::new().with_properties(properties(table)?).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(&file, schema, options).map_err(failed)?;
    for batch in batches {
        writer.write(&batch?).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    file.sync_all().map_err(refused)?;
    Ok(file.metadata().map_err(refused)?.len())
}

// What the disk said, where it was the disk.
fn cause(error: ParquetError) -> std::io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast() {
            Ok(error) => *error,
            Err(other) => std::io::Error::other(other),
        },
        other => std::io::Error::other(other),
    }
}

fn properties(table: &Table) -> Result<WriterProperties> {
    let level = ZstdLevel::try_new(1).map_err(|e| Error::Bug(format!("zstd level: {e}")))?;
    let mut properties = WriterProperties::builder()
        .set_created_by("tickmark".to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in table.columns {
        if [EVENT_ID, NATIVE_ID, REQUEST_ID, RAW_SHA256, RAW, crate::change::CHANGE_ID]
            .iter()
            .any(|c| c.name == column.name)
        {
            properties = properties.set_column_dictionary_enabled(column.name.into(), false);
        }
        if column.name == RAW.name {
            properties = properties.set_column_statistics_enabled(column.name.into(), EnabledStatistics::None);
        }
    }
    Ok(properties.build())
}

/// Reads some columns of a Parquet file.
///
/// # Errors
/// [`Error::Io`] when the file cannot be opened, [`Error::Lake`] when it is damaged.
pub fn read_columns(path: &Path, columns: &[Column]) -> Result<Vec<RecordBatch>> {
    each_batch(path, columns, None)?.collect()
}

/// Reads some columns of a Parquet file batch by batch; with a range of instants (inclusive) only of the row groups that reach
/// into it.
///
/// # Errors
/// As [`read_columns`].
pub fn each_batch(
    path: &Path,
    columns: &[Column],
    within: Option<(i64, i64)>,
) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
    let owned = path.to_owned();
    let damaged = move |message: String| Error::Lake { path: owned.clone(), message };
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(e.to_string()))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|c| c.name));
    let mut builder = builder.with_projection(mask);
    if let Some((first, last)) = within {
        let groups = builder.metadata().row_groups().iter().enumerate();
        let reaching = groups.filter(|(_, g)| times(g).is_none_or(|(from, to)| from <= last && to >= first));
        let reaching = reaching.map(|(at, _)| at).collect();
        builder = builder.with_row_groups(reaching);
    }
    let reader = builder.build().map_err(|e| damaged(e.to_string()))?;
    Ok(reader.map(move |batch| batch.map_err(|e| damaged(e.to_string()))))
}

/// First and last `event_time` of a Parquet file, from its footer; `None` = it does not say.
///
/// # Errors
/// As [`read_columns`].
pub fn time_range(path: &Path) -> Result<Option<(i64, i64)>> {
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file);
    let metadata = metadata.map_err(|e| Error::Lake { path: path.to_owned(), message: e.to_string() })?;
    let ranges: Option<Vec<(i64, i64)>> = metadata.row_groups().iter().map(times).collect();
    Ok(ranges.and_then(|ranges| {
        let first = ranges.iter().map(|r| r.0).min()?;
        Some((first, ranges.iter().map(|r| r.1).max()?))
    }))
}

fn times(group: &RowGroupMetaData) -> Option<(i64, i64)> {
    let column = group.columns().iter().find(|c| c.column_path().string() == EVENT_TIME.name)?;
    match column.statistics()? {
        Statistics::Int64(times) => Some((*times.min_opt()?, *times.max_opt()?)),
        _ => None,
    }
}
