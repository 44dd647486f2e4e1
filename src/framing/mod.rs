//! Bytes to records: decompression, JSON lines, JSON arrays, envelopes, CSV, Parquet, lines of text. Knows packing, never meaning.

mod csv_rows;
mod decode;
mod envelope;
mod junk;
mod lines;
mod parquet_rows;
mod stream;
mod table;
mod values;

use std::ops::Range;

pub use decode::{Compression, Open};
pub use envelope::{Inner, Piece, Wrappers, in_a_row};
pub use stream::{Content, Frames};

/// Longest record that is read; a longer one is rejected and reading goes on behind it.
pub const MAX_RECORD: usize = 16 << 20;

/// How much of a defective record is kept as its raw text.
pub const KEPT_OF_DEFECT: usize = 64 << 10;

/// How records stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packing {
    /// Nothing but white space.
    Empty,
    /// One JSON value per line.
    Lines,
    /// A JSON array whose elements are the records.
    Array,
    /// An object around one list of records: `{"Records":[]}`, `{"records":[]}`, `{"value":[]}`, `{"events":[]}`.
    List,
    /// Whole JSON values that may span lines.
    Values,
    /// Rows of comma-, semicolon- or tab-separated values below a header.
    Csv,
    /// Rows of a Parquet file.
    Parquet,
    /// Lines of text that a source claims.
    Text,
    /// Nothing that holds records.
    Junk,
}

impl Packing {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Lines => "lines",
            Self::Array => "array",
            Self::List => "list",
            Self::Values => "values",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Text => "text",
            Self::Junk => "none",
        }
    }
}

/// Why a frame is no record, known before anyone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// What is wrong, in the words of a reject.
    pub reason: String,
    /// The first bytes of the frame, at most [`KEPT_OF_DEFECT`].
    pub raw: Vec<u8>,
}

/// One frame: where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The record within the bytes of its chunk; empty for a defect.
    pub span: Range<usize>,
    /// The JSON object that stands for the record where its own bytes are none (a row of CSV), within the views of its chunk.
    pub view: Option<Range<usize>>,
    /// 1-based line, or position of the element in an array or list, or number of the row.
    pub line: u64,
    /// First byte in the file after decompression, 0-based. In Parquet files, where rows have no place: the row's number, 0-based.
    pub byte_offset: u64,
    /// Length in bytes, also where not all bytes were kept.
    pub byte_length: u64,
    /// True = the file ends right behind this frame without a line end.
    pub at_end: bool,
    /// Present where the frame cannot be a record.
    pub defect: Option<Box<Defect>>,
}

impl Frame {
    fn defective(line: u64, byte_offset: u64, byte_length: u64, reason: String, raw: &[u8]) -> Self {
        let raw = raw[..raw.len().min(KEPT_OF_DEFECT)].to_vec();
        let defect = Some(Box::new(Defect { reason, raw }));
        Self { span: 0..0, view: None, line, byte_offset, byte_length, at_end: false, defect }
    }

    fn too_long(line: u64, byte_offset: u64, byte_length: u64, raw: &[u8]) -> Self {
        let reason = format!("record of {byte_length} bytes is longer than the {MAX_RECORD} bytes that are read");
        Self::defective(line, byte_offset, byte_length, reason, raw)
    }
}

/// Consecutive frames of a file with the bytes they stand in.
#[derive(Debug, Default)]
pub struct Chunk {
    /// A stretch of the decompressed file.
    pub bytes: Vec<u8>,
    /// The JSON objects that stand for records that are none themselves.
    pub views: Vec<u8>,
    /// The frames, in the order of the file.
    pub frames: Vec<Frame>,
}

impl Chunk {
    /// The record as a source reads it.
    pub fn record(&self, frame: &Frame) -> &[u8] {
        match &frame.view {
            Some(view) => &self.views[view.clone()],
            None => &self.bytes[frame.span.clone()],
        }
    }
}

#[cfg(test)]
mod tests;
