//! Parquet files: how they are written, and reading a few columns of one.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;

use super::layout::{self, PAGE, ROW_GROUP};
use crate::error::{Error, Result};
use crate::event::EVENT_TIME;
use crate::schema::{Column, Table};

/// Memory of the rows of a row group: whoever reads it needs no more than a few times that.
const ROW_GROUP_MEMORY: usize = 128 << 20;

/// Rows after which the size of a page is looked at. A raw text has about a kilobyte.
const PAGE_STEP: usize = 128;

/// Rows that are read at a time, at most.
const READ_ROWS: u64 = 8192;

/// Writes batches as one Parquet file, until there is none left or the file has about `limit` bytes; returns its size, and the
/// file, which need not be on the disk yet.
///
/// # Errors
/// [`Error::Io`] naming the file when the disk refuses, e.g. because it is full.
pub(super) fn write(
    path: &Path,
    table: &Table,
    batches: &mut dyn Iterator<Item = Result<RecordBatch>>,
    limit: u64,
) -> Result<(u64, File)> {
    let refused = |error| Error::io("write", path, error);
    let file = File::create(path).map_err(refused)?;
    let failed = |error| Error::io("write", path, cause(error));
    let options = ArrowWriterOptions::new().with_properties(properties(table)?).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(&file, table.arrow_schema(), options).map_err(failed)?;
    let mut memory = 0;
    while ((writer.bytes_written() + writer.in_progress_size()) as u64) < limit
        && let Some(batch) = batches.next()
    {
        let batch = batch?;
        writer.write(&batch).map_err(failed)?;
        memory += batch.columns().iter().map(|column| size(column)).sum::<usize>();
        if memory >= ROW_GROUP_MEMORY {
            writer.flush().map_err(failed)?;
        }
        if writer.in_progress_rows() == 0 {
            memory = 0;
        }
    }
    writer.close().map_err(failed)?;
    Ok((file.metadata().map_err(refused)?.len(), file))
}

// Parts of a batch share its memory: only what is theirs counts.
fn size(column: &dyn Array) -> usize {
    column.to_data().get_slice_memory_size().unwrap_or_default()
}

// What the disk said, where it was the disk.
pub(super) fn cause(error: ParquetError) -> std::io::Error {
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
        .set_data_page_size_limit(PAGE)
        .set_write_batch_size(PAGE_STEP)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        let layout = layout::of(table, column);
        if layout.is_distinct || layout.is_ascending {
            properties = properties.set_column_dictionary_enabled(path.clone(), false);
        }
        if layout.is_ascending {
            properties = properties.set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED);
        }
        if !layout.is_compressed {
            properties = properties.set_column_compression(path.clone(), Compression::UNCOMPRESSED);
        }
        if !layout.is_bounded {
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
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

/// The rows of a Parquet file in the columns of a table, a few at a time.
pub(super) struct Batches {
    path: PathBuf,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
}

/// Reads a Parquet file in batches of about `bytes` in memory.
///
/// # Errors
/// [`Error::Io`] when the file cannot be opened, [`Error::Lake`] when it is damaged or holds what the table does not know.
pub(super) fn batches(path: &Path, table: &Table, bytes: u64) -> Result<Batches> {
    let damaged = |e: ParquetError| Error::Lake { path: path.to_owned(), message: e.to_string() };
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(damaged)?;
    let schema = table.arrow_schema();
    // Dropped, it would be lost for good.
    if let Some(field) = builder.schema().fields().iter().find(|f| schema.field_with_name(f.name()).is_err()) {
        let message = format!("column `{}` is unknown to this version of tickmark", field.name());
        return Err(Error::Lake { path: path.to_owned(), message });
    }
    let rows = builder.metadata().row_groups().iter().map(|group| {
        let (rows, size) = (group.num_rows().unsigned_abs(), group.total_byte_size().unsigned_abs());
        bytes / (size / rows.max(1)).max(1)
    });
    let rows = rows.min().unwrap_or(1).clamp(1, READ_ROWS);
    let reader = builder.with_batch_size(usize::try_from(rows).unwrap_or(1)).build().map_err(damaged)?;
    Ok(Batches { path: path.to_owned(), schema, reader })
}

impl Batches {
    // Files of earlier versions lack columns; other writers have types of their own for the same values.
    fn conformed(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let columns = self.schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
            Some(column) => cast_with_options(column, field.data_type(), &strict),
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        });
        let columns = columns.collect::<Result<Vec<_>, _>>();
        columns.and_then(|columns| RecordBatch::try_new(self.schema.clone(), columns)).map_err(|e| self.damaged(&e))
    }

    fn damaged(&self, error: &dyn std::fmt::Display) -> Error {
        Error::Lake { path: self.path.clone(), message: error.to_string() }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.map_err(|e| self.damaged(&e)).and_then(|batch| self.conformed(&batch)))
    }
}
