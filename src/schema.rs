//! Columns and tables, defined once. Both engine schemas and the documentation are derived from them.
//!
//! This is the only file that names Arrow and polars types together.

mod cells;

use std::sync::Arc;

use arrow::datatypes::{DataType as ArrowType, Field, Schema as ArrowSchema, SchemaRef, TimeUnit};
use polars::prelude::{DataType as PolarsType, Expr, Schema as PolarsSchema, TimeUnit as PolarsUnit, TimeZone, col};

pub use cells::{Cells, Codes, Lists, NULL, hardly_repeat};

/// The closed set of column types. No table may hold anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Signed 64-bit whole number.
    Whole,
    /// 64-bit floating point number.
    Real,
    /// True or false.
    Flag,
    /// Instant in UTC with microseconds.
    Instant,
    /// List of texts; never holds null elements.
    TextList,
}

/// One column: its name, type, whether null is refused, and what it promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in every engine and file.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// True when null is refused.
    pub required: bool,
    /// What the column holds and what null means.
    pub doc: &'static str,
}

impl Column {
    /// A column that never holds null.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: true, doc }
    }

    /// A column that may hold null.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: false, doc }
    }

    /// The polars expression that reads this column.
    pub fn expr(self) -> Expr {
        col(self.name)
    }
}

/// A named list of columns.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Folder or file name of the table.
    pub name: &'static str,
    /// What one row is.
    pub doc: &'static str,
    /// Columns in order. The hive columns `source` and `date` of a partitioned table stand in the path, not in the file.
    pub columns: &'static [Column],
}

impl Table {
    /// The Arrow schema of the table's files.
    pub fn arrow_schema(&self) -> SchemaRef {
        arrow_schema(self.columns)
    }

    /// The polars schema that a scan of the table's files gives.
    pub fn polars_schema(&self) -> PolarsSchema {
        polars_schema(self.columns)
    }

    /// Position of a column in the table, by name.
    pub fn position(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column.name)
    }

    /// The table as a Markdown section for `docs/schema.md`.
    pub fn markdown(&self) -> String {
        let mut text =
            format!("## `{}`\n\n{}\n\n| column | type | null | meaning |\n|---|---|---|---|\n", self.name, self.doc);
        for c in self.columns {
            let null = if c.required { "never" } else { "allowed" };
            text.push_str(&format!("| `{}` | {} | {null} | {} |\n", c.name, kind_name(c.kind), c.doc));
        }
        text
    }
}

/// Columns as an Arrow schema.
pub fn arrow_schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|c| Field::new(c.name, arrow_type(c.kind), !c.required));
    Arc::new(ArrowSchema::new(fields.collect::<Vec<_>>()))
}

/// Columns as a polars schema.
pub fn polars_schema(columns: &[Column]) -> PolarsSchema {
    columns.iter().map(|c| (c.name.into(), polars_type(c.kind))).collect()
}

/// What a kind is called in the documentation.
pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Whole => "int64",
        Kind::Real => "float64",
        Kind::Flag => "boolean",
        Kind::Instant => "timestamp (µs, UTC)",
        Kind::TextList => "list of text",
    }
}

// The zone is written "+00:00" because that is the spelling every reader in use maps to UTC.
fn arrow_type(kind: Kind) -> ArrowType {
    match kind {
        Kind::Text => ArrowType::Utf8,
        Kind::Whole => ArrowType::Int64,
        Kind::Real => ArrowType::Float64,
        Kind::Flag => ArrowType::Boolean,
        Kind::Instant => ArrowType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
        Kind::TextList => ArrowType::List(Arc::new(Field::new("item", ArrowType::Utf8, false))),
    }
}

fn polars_type(kind: Kind) -> PolarsType {
    match kind {
        Kind::Text => PolarsType::String,
        Kind::Whole => PolarsType::Int64,
        Kind::Real => PolarsType::Float64,
        Kind::Flag => PolarsType::Boolean,
        Kind::Instant => PolarsType::Datetime(PolarsUnit::Microseconds, Some(TimeZone::UTC)),
        Kind::TextList => PolarsType::List(Box::new(PolarsType::String)),
    }
}
