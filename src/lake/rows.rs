//! Rows of a table on their way into Arrow, column by column in the table's order.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::error::ArrowError;

use crate::error::{Error, Result};
use crate::schema::{Column, Kind, Table};

/// Typed builders of a table's columns. Cells are put in the table's order; a cell of another kind out of place is found out by [`Rows::finish`], in builds for development any.
#[derive(Debug)]
pub struct Rows {
    table: &'static Table,
    cells: Vec<Cells>,
    next: usize,
    misplaced: Option<&'static str>,
}

#[derive(Debug)]
enum Cells {
    Text(StringBuilder),
    Whole(Int64Builder),
    Real(Float64Builder),
    Flag(BooleanBuilder),
    Instant(TimestampMicrosecondBuilder),
    /// A list of texts: no table that is ingested has one.
    Unused,
}

impl Rows {
    /// Empty builders for a table.
    pub fn new(table: &'static Table) -> Self {
        let cells = table.columns.iter().map(|c| Cells::new(c.kind)).collect();
        Self { table, cells, next: 0, misplaced: None }
    }

    fn turn(&mut self, column: Column) -> Option<&mut Cells> {
        let place = self.next;
        self.next = if place + 1 == self.cells.len() { 0 } else { place + 1 };
        // Names are compared where a mistake would be made, which is in tests; comparing them costs as much as putting a cell.
        if cfg!(debug_assertions) && self.table.columns[place].name != column.name {
            return None;
        }
        self.cells.get_mut(place)
    }

    /// Puts a text or null.
    pub fn text<'v>(&mut self, column: Column, value: impl Into<Option<&'v str>>) {
        match self.turn(column) {
            Some(Cells::Text(cells)) => cells.append_option(value.into()),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Puts a whole number.
    pub fn whole(&mut self, column: Column, value: i64) {
        match self.turn(column) {
            Some(Cells::Whole(cells)) => cells.append_value(value),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Puts a flag.
    pub fn flag(&mut self, column: Column, value: bool) {
        match self.turn(column) {
            Some(Cells::Flag(cells)) => cells.append_value(value),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Puts an instant in microseconds, or null.
    pub fn instant(&mut self, column: Column, value: impl Into<Option<i64>>) {
        match self.turn(column) {
            Some(Cells::Instant(cells)) => cells.append_option(value.into()),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// The rows as one Arrow batch.
    ///
    /// # Errors
    /// [`Error::Bug`] when cells were put out of order or a required one is null.
    pub fn finish(mut self) -> Result<RecordBatch> {
        if let Some(column) = self.misplaced.or((self.next != 0).then_some("last")) {
            return Err(Error::Bug(format!("column `{column}` of table `{}` was put out of order", self.table.name)));
        }
        let arrays = self.cells.iter_mut().map(Cells::finish).collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(self.table.arrow_schema(), arrays).map_err(|e| unfit(self.table, &e))
    }
}

impl Cells {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Whole => Self::Whole(Int64Builder::new()),
            Kind::Real => Self::Real(Float64Builder::new()),
            Kind::Flag => Self::Flag(BooleanBuilder::new()),
            Kind::Instant => Self::Instant(TimestampMicrosecondBuilder::new().with_timezone("+00:00")),
            Kind::TextList => Self::Unused,
        }
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(match self {
            Self::Text(b) => Arc::new(b.finish()),
            Self::Whole(b) => Arc::new(b.finish()),
            Self::Real(b) => Arc::new(b.finish()),
            Self::Flag(b) => Arc::new(b.finish()),
            Self::Instant(b) => Arc::new(b.finish()),
            Self::Unused => return Err(Error::Bug("lists of text are not ingested".to_owned())),
        })
    }
}

fn unfit(table: &Table, error: &ArrowError) -> Error {
    Error::Bug(format!("rows do not fit table `{}`: {error}", table.name))
}

/// A text column of a batch, by name.
///
/// # Errors
/// [`Error::Engine`] when the batch has no such text column.
pub fn texts(batch: &RecordBatch, column: Column) -> Result<&StringArray> {
    typed(batch, column)
}

/// A whole-number column of a batch, by name.
///
/// # Errors
/// [`Error::Engine`] when the batch has no such column.
pub fn wholes(batch: &RecordBatch, column: Column) -> Result<&arrow::array::Int64Array> {
    typed(batch, column)
}

/// An instant column of a batch, by name.
///
/// # Errors
/// [`Error::Engine`] when the batch has no such column.
pub fn instants(batch: &RecordBatch, column: Column) -> Result<&TimestampMicrosecondArray> {
    typed(batch, column)
}

fn typed<T: Array + 'static>(batch: &RecordBatch, column: Column) -> Result<&T> {
    let array = batch.column_by_name(column.name).and_then(|a| a.as_any().downcast_ref());
    array.ok_or_else(|| Error::Engine {
        doing: "read the lake",
        message: format!("column `{}` is missing or of another type", column.name),
    })
}
