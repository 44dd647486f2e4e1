//! Frames to rows: what one thread makes of the frames it is given.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::detect;
use super::rows::{Lineage, put_changes, put_event, put_statements};
use super::secrets::{mask_values, masked};
use crate::change::{CHANGES, STATEMENTS};
use crate::error::Result;
use crate::event::{EVENTS, Event, RAW};
use crate::framing::{Chunk, Frame, Inner, KEPT_OF_DEFECT, Piece, Wrappers};
use crate::lake::Columns;
use crate::source::{Fate, Kin, Record, Source, Traits};

/// Raw bytes after which a block is closed.
const BLOCK: u64 = 8 << 20;

/// Bytes of a chunk from which on raw texts point into it. Below, copying costs less than another block of bytes.
const POINTED_TO: usize = 128 << 10;

/// Rule that an empty wrapper is left out by.
const EMPTY_ENVELOPE: &str = "empty_envelope";

/// What is known of a file while its records are read.
#[derive(Clone)]
pub(super) struct FileContext<'f> {
    pub(super) stored: &'f str,
    pub(super) file_id: &'f str,
    /// The source, or why there is none.
    pub(super) source: Result<&'static dyn Source, String>,
    /// True = the source was asked for, and no other may be tried.
    pub(super) is_forced: bool,
    pub(super) zone: Option<Tz>,
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
    pub(super) kin: Option<Box<Kin>>,
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
}

/// Blocks under construction; several small files share one, since a batch of few rows costs as much as one of many.
pub(super) struct Blocks {
    done: Vec<Block>,
    open: OpenBlock,
}

struct OpenBlock {
    events: Columns,
    changes: Columns,
    statements: Columns,
    rows: Vec<EventRow>,
    change_count: u32,
    statement_count: u32,
    byte_count: u64,
    /// Raw texts of the chunk at hand that are to point into it, by row of the chunk.
    raws: Vec<Raw>,
}

/// Where the raw text of an event is.
enum Raw {
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

    /// Gives the chunk's bytes to the raw texts that lie in them.
    fn put_raws(&mut self, bytes: Vec<u8>) {
        let raws = std::mem::take(&mut self.raws);
        // Where one record is no UTF-8, the others are.
        let given = String::from_utf8(bytes).map_err(|error| error.into_bytes());
        let (block, bytes) = match given {
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
    pub(super) fn new() -> Self {
        Self { done: Vec::new(), open: OpenBlock::new() }
    }

    pub(super) fn finish(mut self) -> Result<Vec<Block>> {
        if !self.open.rows.is_empty() {
            self.done.push(self.open.close()?);
        }
        Ok(self.done)
    }

    /// Reads the records of a chunk.
    pub(super) fn read(&mut self, mut chunk: Chunk, file: &FileContext<'_>) -> Result<Part> {
        if self.open.byte_count >= BLOCK {
            self.done.push(std::mem::replace(&mut self.open, OpenBlock::new()).close()?);
        }
        let start = self.open.rows.len();
        let part = Part { block: self.done.len(), ..Part::default() };
        let wrappers = Wrappers::of(file.source.as_ref().map_or(&[], |source| source.envelopes()));
        let mut reader = ChunkReader { chunk: &chunk, file, wrappers, open: &mut self.open, part };
        chunk.frames.iter().for_each(|frame| reader.frame(frame));
        let mut part = reader.part;
        part.rows = start..self.open.rows.len();
        if chunk.bytes.len() >= POINTED_TO {
            self.open.put_raws(std::mem::take(&mut chunk.bytes));
        }
        Ok(part)
    }
}

/// Reads one chunk into the open block.
struct ChunkReader<'c> {
    chunk: &'c Chunk,
    file: &'c FileContext<'c>,
    wrappers: Wrappers<'static>,
    open: &'c mut OpenBlock,
    part: Part,
}

/// A record and where it stands.
#[derive(Clone, Copy)]
struct Place<'c> {
    frame: &'c Frame,
    byte_offset: u64,
    /// What is kept as the record's raw text, and where it begins in the bytes of the chunk.
    raw: &'c str,
    start: Option<usize>,
}

impl ChunkReader<'_> {
    fn frame(&mut self, frame: &Frame) {
        if let Some(defect) = &frame.defect {
            self.part.reject(frame, frame.byte_offset, &defect.reason, &defect.raw);
            return;
        }
        let chunk = self.chunk;
        let bytes = chunk.record(frame);
        let source = match &self.file.source {
            Ok(source) => *source,
            Err(why) => return self.part.reject(frame, frame.byte_offset, why, bytes),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("invalid UTF-8 at byte {} of the record", error.valid_up_to());
                return self.part.reject(frame, frame.byte_offset, &reason, bytes);
            }
        };
        // A row of separated values is read as an object, and kept as it stands.
        let raw = match &frame.view {
            Some(_) => std::str::from_utf8(&chunk.bytes[frame.span.clone()]).unwrap_or_default(),
            None => text,
        };
        match self.wrappers.open(bytes) {
            Inner::Itself => {
                let place = Place { frame, byte_offset: frame.byte_offset, raw, start: Some(frame.span.start) };
                self.record(text, source, place);
            }
            Inner::Records(pieces) => pieces.iter().for_each(|piece| self.piece(piece, text, source, frame)),
            Inner::Empty => self.part.filter(EMPTY_ENVELOPE),
        }
    }

    fn piece(&mut self, piece: &Piece, text: &str, source: &'static dyn Source, frame: &Frame) {
        // Elements begin and end with ASCII, so that the text can be cut there.
        let inner = piece.text.as_deref().or_else(|| text.get(piece.span.clone())).unwrap_or_default();
        // Rows of separated values have bytes of their own, in which the element has no place.
        let is_placed = frame.view.is_none();
        let inside = if is_placed { piece.span.start } else { 0 };
        let start = (is_placed && piece.text.is_none()).then_some(frame.span.start + inside);
        let place = Place { frame, byte_offset: frame.byte_offset + inside as u64, raw: inner, start };
        self.record(inner, source, place);
    }

    fn record(&mut self, text: &str, source: &'static dyn Source, place: Place<'_>) {
        let bytes = text.as_bytes();
        let record = Record { bytes, path: self.file.stored, zone: self.file.zone };
        match source.read(&record) {
            Fate::Rejected(reason) => match self.other_source(source, text) {
                Some(other) => self.end(other.read(&record), other, text, place),
                None => self.end(Fate::Rejected(reason), source, text, place),
            },
            fate => self.end(fate, source, text, place),
        }
    }

    /// The source of a record that its file's source does not read: one file may hold the records of several.
    fn other_source(&self, source: &'static dyn Source, text: &str) -> Option<&'static dyn Source> {
        if self.file.is_forced {
            return None;
        }
        detect::source_of_record(text).filter(|other| other.id() != source.id())
    }

    fn end(&mut self, fate: Fate<'_>, source: &'static dyn Source, text: &str, place: Place<'_>) {
        let frame = place.frame;
        match fate {
            Fate::Filtered(rule) => self.part.filter(rule),
            Fate::Rejected(reason) if frame.at_end && !is_closed(text.as_bytes()) => {
                let reason = format!("the file ends inside this line: {reason}");
                self.part.reject(frame, place.byte_offset, &reason, place.raw.as_bytes());
            }
            Fate::Rejected(reason) => self.part.reject(frame, place.byte_offset, &reason, place.raw.as_bytes()),
            Fate::Accepted(event) if !is_storable(event.event_time) => {
                let reason = format!("event time of {} µs since 1970 is outside the years 1 to 9999", event.event_time);
                self.part.reject(frame, place.byte_offset, &reason, place.raw.as_bytes());
            }
            Fate::Accepted(event) => {
                self.part.records += 1;
                self.event(&event, source, place);
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, source: &'static dyn Source, place: Place<'_>) {
        let raw = place.raw;
        let masked = masked(raw);
        let is_pointed_to = self.chunk.bytes.len() >= POINTED_TO;
        let lineage = Lineage {
            file_id: self.file.file_id,
            line: place.frame.line,
            byte_offset: place.byte_offset,
            byte_length: raw.len() as u64,
            raw_sha256: masked.is_some().then(|| hex(&Sha256::digest(raw))),
            raw: (!is_pointed_to).then(|| masked.as_deref().unwrap_or(raw)),
        };
        put_event(&mut self.open.events, event, &lineage);
        let is_masked = masked.is_some();
        let (changes, statements) = (self.open.change_count, self.open.statement_count);
        self.open.change_count += put_changes(&mut self.open.changes, event, is_masked);
        self.open.statement_count += put_statements(&mut self.open.statements, event, is_masked);
        self.open.byte_count += raw.len() as u64;
        self.open.rows.push(EventRow {
            source: source.id(),
            identity: event.identity,
            event_time: event.event_time,
            line: place.frame.line,
            byte_offset: place.byte_offset,
            byte_length: raw.len() as u64,
            delivery: event.delivery,
            changes: changes..self.open.change_count,
            statements: statements..self.open.statement_count,
            kin: source.kin(&traits(event)).map(Box::new),
        });
        if is_pointed_to {
            self.open.raws.push(match (masked, place.start) {
                (None, Some(start)) => Raw::Span(start, raw.len()),
                (masked, _) => Raw::Own(masked.unwrap_or_else(|| raw.to_owned())),
            });
        }
    }
}

fn traits<'t>(event: &'t Event<'_>) -> Traits<'t> {
    Traits {
        delivery: event.delivery,
        native_id: event.native_id.as_deref(),
        request_id: event.request_id.as_deref(),
        event_time: event.event_time,
        event_type: &event.event_type,
        scope: &event.scope,
        actor: event.actor.as_deref(),
    }
}

impl Part {
    fn filter(&mut self, rule: &'static str) {
        self.records += 1;
        *self.filtered.entry(rule).or_default() += 1;
    }

    fn reject(&mut self, frame: &Frame, byte_offset: u64, reason: &str, raw: &[u8]) {
        self.records += 1;
        let text = String::from_utf8_lossy(&raw[..raw.len().min(KEPT_OF_DEFECT)]);
        self.rejects.push(Reject {
            line: frame.line,
            byte_offset,
            reason: mask_values(reason).into_owned(),
            raw: masked(&text).unwrap_or_else(|| text.into_owned()),
        });
    }
}

// Whether the text could be a whole JSON value: what is cut off has an open bracket or string.
fn is_closed(bytes: &[u8]) -> bool {
    bytes.ends_with(b"}") || bytes.ends_with(b"]")
}

// What both Parquet readers and calendars can show.
fn is_storable(event_time: i64) -> bool {
    const YEAR_1: i64 = -62_135_596_800_000_000;
    const YEAR_10000: i64 = 253_402_300_800_000_000;
    (YEAR_1..YEAR_10000).contains(&event_time)
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
