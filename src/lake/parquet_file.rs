//! Parquet files: how they are written, and reading a few columns of one.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::{Error, Result};
use crate::event::{EVENT_ID, NATIVE_ID, RAW, RAW_SHA256, REQUEST_ID};
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
    let mut writer = ArrowWriter::try_new(&file, table.arrow_schema(), Some(properties(table)?)).map_err(failed)?;
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
    let damaged = |message: String| Error::Lake { path: path.to_owned(), message };
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(e.to_string()))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|c| c.name));
    let reader = builder.with_projection(mask).build().map_err(|e| damaged(e.to_string()))?;
    reader.map(|batch| batch.map_err(|e| damaged(e.to_string()))).collect()
}
