//! Parquet files: how they are written, and reading a few columns of one.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::{Error, Result};
use crate::event::{EVENT_ID, NATIVE_ID, RAW, RAW_SHA256, REQUEST_ID};
use crate::schema::{Column, Table};

/// Rows in a row group: large enough to compress, small enough to be skipped.
const ROW_GROUP: usize = 1 << 17;

/// Memory of the rows of a row group: whoever reads it needs no more than a few times that.
const ROW_GROUP_MEMORY: usize = 128 << 20;

/// Rows that are read at a time, at most.
const READ_ROWS: u64 = 8192;

/// Writes batches as one Parquet file, until there is none left or the file has about `limit` bytes, and waits until it is on
/// the disk; returns its size.
///
/// # Errors
/// [`Error::Io`] naming the file when the disk refuses, e.g. because it is full.
pub(super) fn write(
    path: &Path,
    table: &Table,
    batches: &mut dyn Iterator<Item = Result<RecordBatch>>,
    limit: u64,
) -> Result<u64> {
    let refused = |error| Error::io("write", path, error);
    let file = File::create(path).map_err(refused)?;
    let failed = |error| Error::io("write", path, cause(error));
    let mut writer = ArrowWriter::try_new(&file, table.arrow_schema(), Some(properties(table)?)).map_err(failed)?;
    let mut memory = 0;
    while ((writer.bytes_written() + writer.in_progress_size()) as u64) < limit
        && let Some(batch) = batches.next()
    {
        let batch = batch?;
        writer.write(&batch).map_err(failed)?;
        memory += batch.get_array_memory_size();
        if memory >= ROW_GROUP_MEMORY {
            writer.flush().map_err(failed)?;
        }
        if writer.in_progress_rows() == 0 {
            memory = 0;
        }
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
    let damaged = |message: String| Error::Lake { path: path.to_owned(), message };
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(e.to_string()))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|c| c.name));
    let reader = builder.with_projection(mask).build().map_err(|e| damaged(e.to_string()))?;
    reader.map(|batch| batch.map_err(|e| damaged(e.to_string()))).collect()
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
