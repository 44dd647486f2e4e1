//! The frames of one chunk to rows of a block.

use std::ops::Range;
use std::str::Utf8Error;

use sha2::{Digest, Sha256};

use super::block::{EventRow, FileContext, OpenBlock, Part, Raw, Reject, hex};
use super::detect;
use super::rows::{Lineage, put_changes, put_event, put_statements};
use super::secrets::{mask_values, masked};
use crate::event::Event;
use crate::framing::{Frame, Inner, KEPT_OF_DEFECT, Piece, Wrappers};
use crate::source::{Fate, Record, Source, Traits};

/// Rule that an empty wrapper is left out by.
const EMPTY_ENVELOPE: &str = "empty_envelope";

/// The text of a chunk, or its bytes where not all of them are UTF-8.
pub(super) type Whole = Result<String, Vec<u8>>;

/// Reads one chunk into the open block.
pub(super) struct ChunkReader<'c> {
    pub(super) whole: &'c Whole,
    pub(super) views: &'c [u8],
    pub(super) file: &'c FileContext<'c>,
    pub(super) wrappers: Wrappers<'static>,
    pub(super) open: &'c mut OpenBlock,
    pub(super) part: Part,
    /// Raw texts point into the chunk.
    pub(super) is_pointed_to: bool,
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

impl<'c> ChunkReader<'c> {
    /// What stands in the chunk; the whole was looked through once, so that each record need not be.
    fn text(&self, span: &Range<usize>) -> Result<&'c str, Utf8Error> {
        match self.whole {
            Ok(text) => text.get(span.clone()).map_or_else(|| std::str::from_utf8(&text.as_bytes()[span.clone()]), Ok),
            Err(bytes) => std::str::from_utf8(&bytes[span.clone()]),
        }
    }

    /// Reads the records of a frame.
    pub(super) fn frame(&mut self, frame: &Frame) {
        if let Some(defect) = &frame.defect {
            self.part.reject(frame, frame.byte_offset, &defect.reason, &defect.raw);
            return;
        }
        let views = self.views;
        let read = match &frame.view {
            Some(view) => std::str::from_utf8(&views[view.clone()]),
            None => self.text(&frame.span),
        };
        let source = match &self.file.source {
            Ok(source) => *source,
            Err(why) => return self.part.reject(frame, frame.byte_offset, why, self.bytes(frame)),
        };
        let text = match read {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("invalid UTF-8 at byte {} of the record", error.valid_up_to());
                return self.part.reject(frame, frame.byte_offset, &reason, self.bytes(frame));
            }
        };
        // A row of separated values is read as an object, and kept as it stands.
        let raw = match &frame.view {
            Some(_) => self.text(&frame.span).unwrap_or_default(),
            None => text,
        };
        match self.wrappers.open(text.as_bytes()) {
            Inner::Itself => {
                let place = Place { frame, byte_offset: frame.byte_offset, raw, start: Some(frame.span.start) };
                self.record(text, source, place);
            }
            Inner::Records(pieces) => pieces.iter().for_each(|piece| self.piece(piece, text, source, frame)),
            Inner::Empty => self.part.filter(EMPTY_ENVELOPE),
        }
    }

    fn bytes(&self, frame: &Frame) -> &'c [u8] {
        match (&frame.view, self.whole) {
            (Some(view), _) => &self.views[view.clone()],
            (None, Ok(text)) => &text.as_bytes()[frame.span.clone()],
            (None, Err(bytes)) => &bytes[frame.span.clone()],
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
        let record = Record { text, path: self.file.stored, zone: self.file.zone };
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
        let is_pointed_to = self.is_pointed_to;
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
