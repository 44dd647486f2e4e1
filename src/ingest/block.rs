//! Frames to rows: what one thread makes of the frames it is given.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::array::RecordBatch;
use sha2::{Digest, Sha256};

use super::rows::{Lineage, put_changes, put_event};
use super::secrets::{mask_values, masked};
use crate::change::CHANGES;
use crate::error::Result;
use crate::event::{EVENTS, Event};
use crate::framing::{Chunk, Frame, Inner, KEPT_OF_DEFECT, unwrap};
use crate::lake::Rows;
use crate::source::{Fate, Record, Source};

/// Raw bytes after which a block is closed.
const BLOCK: u64 = 8 << 20;

/// Rule that an empty wrapper is left out by.
const EMPTY_ENVELOPE: &str = "empty_envelope";

/// What is known of a file while its records are read.
pub(super) struct FileContext<'f> {
    pub(super) stored: &'f str,
    pub(super) file_id: &'f str,
    /// The source, or why there is none.
    pub(super) source: Result<&'static dyn Source, String>,
}

/// Events and changes of some chunks, as Arrow batches.
pub(super) struct Block {
    pub(super) events: RecordBatch,
    pub(super) changes: RecordBatch,
    pub(super) rows: Vec<EventRow>,
}

/// What deduplication and partitioning need of an event.
#[derive(Debug, Clone)]
pub(super) struct EventRow {
    pub(super) identity: [u8; 16],
    pub(super) event_time: i64,
    pub(super) byte_length: u64,
    pub(super) changes: Range<usize>,
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
    events: Rows,
    changes: Rows,
    rows: Vec<EventRow>,
    change_count: usize,
    byte_count: u64,
}

impl Blocks {
    pub(super) fn new() -> Self {
        let (events, changes) = (Rows::new(&EVENTS), Rows::new(&CHANGES));
        Self { done: Vec::new(), events, changes, rows: Vec::new(), change_count: 0, byte_count: 0 }
    }

    pub(super) fn finish(mut self) -> Result<Vec<Block>> {
        self.close()?;
        Ok(self.done)
    }

    fn close(&mut self) -> Result<()> {
        if !self.rows.is_empty() {
            let events = std::mem::replace(&mut self.events, Rows::new(&EVENTS)).finish()?;
            let changes = std::mem::replace(&mut self.changes, Rows::new(&CHANGES)).finish()?;
            self.done.push(Block { events, changes, rows: std::mem::take(&mut self.rows) });
            (self.change_count, self.byte_count) = (0, 0);
        }
        Ok(())
    }

    /// Reads the records of a chunk.
    pub(super) fn read(&mut self, chunk: &Chunk, file: &FileContext<'_>) -> Result<Part> {
        if self.byte_count >= BLOCK {
            self.close()?;
        }
        let start = self.rows.len();
        let mut part = Part { block: self.done.len(), ..Part::default() };
        for frame in &chunk.frames {
            self.frame(chunk, frame, file, &mut part);
        }
        part.rows = start..self.rows.len();
        Ok(part)
    }

    fn frame(&mut self, chunk: &Chunk, frame: &Frame, file: &FileContext<'_>, part: &mut Part) {
        if let Some(defect) = &frame.defect {
            part.reject(frame, frame.byte_offset, &defect.reason, &defect.raw);
            return;
        }
        let bytes = chunk.record(frame);
        let source = match &file.source {
            Ok(source) => *source,
            Err(why) => return part.reject(frame, frame.byte_offset, why, bytes),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("invalid UTF-8 at byte {} of the record", error.valid_up_to());
                return part.reject(frame, frame.byte_offset, &reason, bytes);
            }
        };
        match unwrap(bytes, source.envelopes()) {
            Inner::Itself => self.record(text, 0, frame, source, file, part),
            Inner::Records(pieces) => {
                for piece in pieces {
                    // Elements begin and end with ASCII, so that the text can be cut there.
                    let inner = piece.text.as_deref().or_else(|| text.get(piece.span.clone())).unwrap_or_default();
                    self.record(inner, piece.span.start as u64, frame, source, file, part);
                }
            }
            Inner::Empty => part.filter(EMPTY_ENVELOPE),
        }
    }

    fn record(
        &mut self,
        text: &str,
        inside: u64,
        frame: &Frame,
        source: &'static dyn Source,
        file: &FileContext<'_>,
        part: &mut Part,
    ) {
        let (bytes, byte_offset) = (text.as_bytes(), frame.byte_offset + inside);
        match source.read(&Record { bytes, path: file.stored, zone: None }) {
            Fate::Filtered(rule) => part.filter(rule),
            Fate::Rejected(reason) if frame.at_end && !is_closed(bytes) => {
                part.reject(frame, byte_offset, &format!("the file ends inside this line: {reason}"), bytes);
            }
            Fate::Rejected(reason) => part.reject(frame, byte_offset, &reason, bytes),
            Fate::Accepted(event) if !is_storable(event.event_time) => {
                let reason = format!("event time of {} µs since 1970 is outside the years 1 to 9999", event.event_time);
                part.reject(frame, byte_offset, &reason, bytes);
            }
            Fate::Accepted(event) => {
                part.records += 1;
                self.event(&event, text, byte_offset, frame.line, file);
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, raw: &str, byte_offset: u64, line: u64, file: &FileContext<'_>) {
        let masked = masked(raw);
        let lineage = Lineage {
            file_id: file.file_id,
            line,
            byte_offset,
            byte_length: raw.len() as u64,
            raw_sha256: masked.is_some().then(|| hex(&Sha256::digest(raw))),
            raw: masked.as_deref().unwrap_or(raw),
        };
        put_event(&mut self.events, event, &lineage);
        put_changes(&mut self.changes, event, masked.is_some());
        let first = self.change_count;
        self.change_count += event.changes.len();
        self.byte_count += raw.len() as u64;
        self.rows.push(EventRow {
            identity: event.identity,
            event_time: event.event_time,
            byte_length: raw.len() as u64,
            changes: first..self.change_count,
        });
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

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}
