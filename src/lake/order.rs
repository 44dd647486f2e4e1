//! The order of rows inside a file.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::kernels::length::length;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows as Keys, SortField};

use super::{FILES, INGESTED_AT, PATH, REJECTS};
use crate::change::{CHANGE_ID, CHANGES, ORDINAL, STATEMENTS};
use crate::error::{Error, Result};
use crate::event::{BYTE_OFFSET, EVENT_ID, EVENT_TIME, EVENTS, FILE_ID, LINE};
use crate::schema::{Column, Table};

/// Columns that the rows of a table are sorted by.
fn columns(table: &Table) -> &'static [Column] {
    match table.name {
        name if name == EVENTS.name => &[EVENT_TIME, EVENT_ID],
        name if name == CHANGES.name => &[EVENT_TIME, EVENT_ID, CHANGE_ID],
        name if name == STATEMENTS.name => &[EVENT_TIME, EVENT_ID, ORDINAL],
        name if name == FILES.name => &[PATH, INGESTED_AT, FILE_ID],
        name if name == REJECTS.name => &[PATH, LINE, BYTE_OFFSET, FILE_ID],
        _ => &[FILE_ID, LINE, BYTE_OFFSET, EVENT_ID],
    }
}

/// Turns rows of a table into keys that compare as the rows are sorted.
#[derive(Debug)]
pub(super) struct Order {
    columns: &'static [Column],
    converter: RowConverter,
}

impl Order {
    pub(super) fn of(table: &Table) -> Result<Self> {
        let columns = columns(table);
        let kinds = columns.iter().flat_map(|column| {
            let of = |name: &str| table.arrow_schema().field_with_name(name).map(|f| f.data_type().clone());
            let length = (column.name == CHANGE_ID.name).then_some(Ok(arrow::datatypes::DataType::Int32));
            length.into_iter().chain([of(column.name)])
        });
        let fields = kinds.map(|kind| kind.map(SortField::new)).collect::<Result<Vec<_>, _>>().map_err(|e| bug(&e))?;
        let converter = RowConverter::new(fields).map_err(|e| bug(&e))?;
        Ok(Self { columns, converter })
    }

    /// The keys of a batch; those of several batches compare with each other.
    pub(super) fn keys(&self, batch: &RecordBatch) -> Result<Keys> {
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for column in self.columns {
            let array = batch.column_by_name(column.name).ok_or_else(|| missing(*column))?;
            // Ordinals stand at the end without leading zeros: the longer text is the larger number.
            if column.name == CHANGE_ID.name {
                arrays.push(length(array.as_ref() as &dyn Array).map_err(|e| bug(&e))?);
            }
            arrays.push(Arc::clone(array));
        }
        self.converter.convert_columns(&arrays).map_err(|e| bug(&e))
    }
}

fn missing(column: Column) -> Error {
    Error::Bug(format!("rows to be sorted have no column `{}`", column.name))
}

fn bug(error: &ArrowError) -> Error {
    Error::Bug(format!("rows cannot be sorted: {error}"))
}
