//! How the columns of the tables are laid out in Parquet files.

use crate::change::{CHANGE_ID, ORDINAL};
use crate::event::{
    ACCOUNT_ID, ACTOR, ACTOR_KIND, APP, BYTE_LENGTH, BYTE_OFFSET, CHANNEL, DELIVERY, ENDPOINT, EVENT_ID, EVENT_TIME,
    EVENT_TYPE, EVENTS, FILE_ID, LINE, MAPPED, NATIVE_ID, OUTCOME, PARSE_RULE, PLANE, RAW, RAW_SHA256, REQUEST_ID,
    SCHEMA_VERSION, SCOPE, TARGET_KIND, WORKSPACE_ID,
};
use crate::schema::{Column, Table};

/// Rows in a row group: large enough to compress, small enough to be skipped.
pub(super) const ROW_GROUP: usize = 1 << 17;

/// Bytes of a page before compression: what fits into the processor's cache together with the tables of the compressor.
pub(super) const PAGE: usize = 256 << 10;

/// Columns whose texts hardly repeat: a dictionary of them is built only to be given up.
const DISTINCT: [Column; 6] = [EVENT_ID, NATIVE_ID, REQUEST_ID, RAW_SHA256, RAW, CHANGE_ID];

/// Numbers that differ little from row to row.
const ASCENDING: [Column; 5] = [EVENT_TIME, LINE, BYTE_OFFSET, BYTE_LENGTH, ORDINAL];

/// Columns of few different values: their dictionary's numbers are packed already, and a compressor for each would cost more than it
/// saves.
const PACKED: [Column; 16] = [
    EVENT_TYPE,
    FILE_ID,
    PLANE,
    OUTCOME,
    ACTOR_KIND,
    CHANNEL,
    ENDPOINT,
    TARGET_KIND,
    APP,
    SCOPE,
    WORKSPACE_ID,
    ACCOUNT_ID,
    PARSE_RULE,
    SCHEMA_VERSION,
    DELIVERY,
    MAPPED,
];

/// Columns of `events` by whose least and greatest value readers may skip row groups; of other columns they tell nothing in a
/// file that is sorted by time, and comparing every text costs as much as compressing it.
const TELLING: [Column; 5] = [EVENT_TIME, EVENT_TYPE, PLANE, ACTOR, SCOPE];

/// How a column is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Texts hardly repeat, so that each is written where it stands.
    pub(super) is_distinct: bool,
    /// Numbers are written by how they differ from the one before.
    pub(super) is_ascending: bool,
    /// Pages are compressed.
    pub(super) is_compressed: bool,
    /// The least and the greatest value of a row group are told.
    pub(super) is_bounded: bool,
}

/// How a column of a table of the lake is laid out.
pub(super) fn of(table: &Table, column: &Column) -> Layout {
    let is_among = |list: &[Column]| list.iter().any(|c| c.name == column.name);
    let is_ascending = is_among(&ASCENDING);
    Layout {
        is_distinct: is_among(&DISTINCT),
        is_ascending,
        is_compressed: !is_ascending && !is_among(&PACKED),
        is_bounded: table.name != EVENTS.name || is_among(&TELLING),
    }
}
