//! Frames to rows: what one thread makes of the frames it is given.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono_tz::Tz;

use super::chunk::{ChunkReader, Whole};
use super::kindred::Ties;
use super::secrets::Suspects;
use crate::change::{CHANGES, STATEMENTS};
use crate::error::Result;
use crate::event::{EVENTS, RAW};
use crate::framing::{Chunk, Wrappers};
use crate::lake::Columns;
use crate::source::{Dates, Source};

/// Raw bytes after which a block is closed.
const BLOCK: u64 = 8 << 20;

/// Rows that room is made for at once at most.
const MOST_ROWS: usize = 16_384;

/// Bytes of a chunk from which on raw texts point into it. Below, copying costs less than another block of bytes.
const POINTED_TO: usize = 128 << 10;

/// What is known of a file while its records are read.
#[derive(Clone)]
pub(super) struct FileContext<'f> {
    pub(super) stored: &'f str,
    pub(super) file_id: &'f str,
    /// The source; `None` = its first records are of none, and each record is asked about.
    pub(super) source: Option<&'static dyn Source>,
    /// True = the source was asked for, and no other may be tried.
    pub(super) is_forced: bool,
    /// True = its first records stand in wrappers of collectors, so that these are looked for before anything else.
    pub(super) is_wrapped: bool,
    pub(super) zone: Option<Tz>,
    /// What its first rows of separated values tell of its dates with slashes.
    pub(super) dates: Dates,
}

/// Events, changes and statements of some chunks.
pub(super) struct Block {
    pub(super) events: Arc<Columns>,
    pub(super) changes: Arc<Columns>,
    pub(super) statements: Arc<Columns>,
    pub(super) rows: Vec<EventRow>,
}

/// What deduplication and partitioning need of an event.
#[derive(Debug, Clone)]
pub(super) struct EventRow {
    pub(super) source: &'static str,
    pub(super) identity: [u8; 16],
    pub(super) event_time: i64,
    pub(super) line: u64,
    pub(super) byte_offset: u64,
    pub(super) byte_length: u64,
    pub(super) delivery: &'static str,
    pub(super) changes: Range<u32>,
    pub(super) statements: Range<u32>,
    /// What joins it to other deliveries of the event, where the identity does not.
    pub(super) ties: Option<Arc<Ties>>,
}

/// A record that could not be read.
#[derive(Debug, Clone)]
pub(super) struct Reject {
    pub(super) line: u64,
    pub(super) byte_offset: u64,
    pub(super) reason: String,
    pub(super) raw: String,
}

/// What became of the records of one chunk.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Index of the block.
    pub(super) block: usize,
    /// Rows of the block.
    pub(super) rows: Range<usize>,
    pub(super) rejects: Vec<Reject>,
    pub(super) filtered: BTreeMap<&'static str, u64>,
    pub(super) records: u64,
    /// The source of the first record that one took.
    pub(super) source: Option<&'static str>,
}

/// Blocks under construction; several small files share one, since a batch of few rows costs as much as one of many.
pub(super) struct Blocks {
    done: Vec<Block>,
    open: OpenBlock,
    /// Bytes that are still to come.
    expected: u64,
}

pub(super) struct OpenBlock {
    pub(super) events: Columns,
    pub(super) changes: Columns,
    pub(super) statements: Columns,
    pub(super) rows: Vec<EventRow>,
    pub(super) change_count: u32,
    pub(super) statement_count: u32,
    pub(super) byte_count: u64,
    /// Raw texts of the chunk at hand that are to point into it, by row of the chunk.
    pub(super) raws: Vec<Raw>,
}

/// Where the raw text of an event is.
pub(super) enum Raw {
    /// In the bytes of the chunk.
    Span(usize, usize),
    /// Nowhere else: it was masked, or stood in a string.
    Own(String),
}

impl OpenBlock {
    fn new() -> Self {
        Self {
            events: Columns::new(&EVENTS),
            changes: Columns::new(&CHANGES),
            statements: Columns::new(&STATEMENTS),
            rows: Vec::new(),
            change_count: 0,
            statement_count: 0,
            byte_count: 0,
            raws: Vec::new(),
        }
    }

    fn close(self) -> Result<Block> {
        Ok(Block {
            events: Arc::new(self.events.checked()?),
            changes: Arc::new(self.changes.checked()?),
            statements: Arc::new(self.statements.checked()?),
            rows: self.rows,
        })
    }

    /// Gives the chunk's text to the raw texts that lie in it.
    fn put_raws(&mut self, whole: Whole) {
        let raws = std::mem::take(&mut self.raws);
        // Where one record is no UTF-8, the others are.
        let (block, bytes) = match whole {
            Ok(text) => (self.events.block(RAW, text), Vec::new()),
            Err(bytes) => (None, bytes),
        };
        for raw in raws {
            match (raw, block) {
                (Raw::Span(start, length), Some(block)) => self.events.view(RAW, block, start, length),
                (Raw::Span(start, length), None) => {
                    let own = bytes.get(start..start + length).and_then(|own| std::str::from_utf8(own).ok());
                    self.events.put(RAW, own.unwrap_or_default());
                }
                (Raw::Own(text), _) => self.events.put(RAW, &text),
            }
        }
    }
}

impl Blocks {
    /// No block yet, of so many bytes in all, as far as is known.
    pub(super) fn new(expected: u64) -> Self {
        Self { done: Vec::new(), open: OpenBlock::new(), expected }
    }

    pub(super) fn finish(mut self) -> Result<Vec<Block>> {
        if !self.open.rows.is_empty() {
            self.done.push(self.open.close()?);
        }
        Ok(self.done)
    }

    // A new block will have as many records to its bytes as its first chunk.
    fn make_room(&mut self, chunk: &Chunk) {
        let size = chunk.bytes.len() as u64;
        if self.open.rows.is_empty() && size > 0 {
            let chunks = self.expected.clamp(size, BLOCK + size) / size;
            let rows = chunk.frames.len().saturating_mul(usize::try_from(chunks).unwrap_or(1)).min(MOST_ROWS);
            self.open.events.reserve(rows);
            self.open.rows.reserve(rows);
        }
        self.expected = self.expected.saturating_sub(size);
    }

    /// Reads the records of a chunk.
    pub(super) fn read(&mut self, mut chunk: Chunk, file: &FileContext<'_>) -> Result<Part> {
        if self.open.byte_count >= BLOCK {
            self.done.push(std::mem::replace(&mut self.open, OpenBlock::new()).close()?);
        }
        self.make_room(&chunk);
        let start = self.open.rows.len();
        let part = Part { block: self.done.len(), ..Part::default() };
        let wrappers = Wrappers::of(file.source.map_or(&[], Source::envelopes));
        let is_pointed_to = chunk.bytes.len() >= POINTED_TO;
        let bytes = std::mem::take(&mut chunk.bytes);
        let whole = String::from_utf8(bytes).map_err(|error| error.into_bytes());
        let suspects = whole.as_ref().ok().map(|text| Suspects::of(text));
        let (views, open) = (&chunk.views, &mut self.open);
        let mut reader = ChunkReader { whole: &whole, views, file, wrappers, open, part, suspects, is_pointed_to };
        chunk.frames.iter().for_each(|frame| reader.frame(frame));
        let mut part = reader.part;
        part.rows = start..self.open.rows.len();
        if is_pointed_to {
            self.open.put_raws(whole);
        }
        Ok(part)
    }
}

/// 32 lower-case hexadecimal digits, without a place of their own in memory.
pub(super) struct Digits([u8; 32]);

impl Digits {
    pub(super) fn of(bytes: &[u8; 16]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Self(digits)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}
