//! The frames of one chunk to rows of a block.

use std::borrow::Cow;
use std::ops::Range;
use std::str::Utf8Error;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::block::{EventRow, FileContext, OpenBlock, Part, Raw, Reject, hex};
use super::kindred::Ties;
use super::rows::{Lineage, put_changes, put_event, put_statements};
use super::secrets::{Suspects, mask_values, masked};
use super::{detect, pages};
use crate::event::Event;
use crate::framing::{Frame, Inner, KEPT_OF_DEFECT, Piece, Wrappers, in_a_row};
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
    /// Where secrets may be in the chunk; `None` = that is looked for in each record.
    pub(super) suspects: Option<Suspects>,
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
    /// The same as an object of its columns, where it is a row of separated values.
    view: Option<&'c str>,
    /// How often what stands here was opened in another way than the file's source opens its records.
    turns: u8,
}

impl<'c> Place<'c> {
    /// The place of a piece of the text that stands here.
    fn of<'p>(self, text: &'p str, piece: &'p Piece) -> Place<'p>
    where
        'c: 'p,
    {
        // Rows of separated values, and texts inside strings, have bytes of their own, in which the piece has no place.
        let is_placed = self.frame.view.is_none() && self.start.is_some();
        let inside = if is_placed { piece.span.start } else { 0 };
        let start = self.start.filter(|_| is_placed && piece.text.is_none()).map(|start| start + inside);
        Place { byte_offset: self.byte_offset + inside as u64, raw: cut(text, piece), start, view: None, ..self }
    }

    /// The raw text without its secrets; `None` = it holds none. Which cell of a row is one, only the name of its column tells, so that
    /// such a row is kept as the object of its columns.
    fn masked(&self, suspects: Option<&Suspects>) -> Option<String> {
        let is_clean = |start: usize| suspects.is_some_and(|all| !all.any(&(start..start + self.raw.len())));
        if self.view.is_none() && self.start.is_some_and(is_clean) {
            return None;
        }
        self.view.and_then(masked).or_else(|| masked(self.raw))
    }
}

/// The text of a piece. Elements begin and end with ASCII, so that the text can be cut there.
fn cut<'p>(text: &'p str, piece: &'p Piece) -> &'p str {
    piece.text.as_deref().or_else(|| text.get(piece.span.clone())).unwrap_or_default()
}

/// Turns that are taken for one record. Without a limit a hostile one could exhaust the stack.
const TURNS: u8 = 4;

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
            self.part.reject(frame, frame.byte_offset, &defect.reason, &defect.raw, None);
            return;
        }
        let views = self.views;
        let read = match &frame.view {
            Some(view) => std::str::from_utf8(&views[view.clone()]),
            None => self.text(&frame.span),
        };
        let text = match read {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("invalid UTF-8 at byte {} of the record", error.valid_up_to());
                return self.part.reject(frame, frame.byte_offset, &reason, self.bytes(frame), None);
            }
        };
        // A row of separated values is read as an object, and kept as it stands.
        let (raw, view) = match &frame.view {
            Some(_) => (self.text(&frame.span).unwrap_or_default(), Some(text)),
            None => (text, None),
        };
        let place = Place { frame, byte_offset: frame.byte_offset, raw, start: Some(frame.span.start), view, turns: 0 };
        match self.file.source {
            Some(source) => {
                if !(self.file.is_wrapped && self.unwrapped(text, source, place)) {
                    self.opened(self.wrappers.open(text.as_bytes()), text, source, place);
                }
            }
            None => self.of_any_source(text, place),
        }
    }

    /// A record of a file that no source is known of.
    fn of_any_source(&mut self, text: &str, place: Place<'_>) {
        if let Some(values) = in_a_row(text) {
            return values.iter().for_each(|value| self.of_any_source(cut(text, value), place.of(text, value)));
        }
        match detect::source_of_text(text) {
            Ok(source) => self.turn(detect::opened(source, text), text, source, place),
            Err(reason) => self.unread(&reason, text, None, place),
        }
    }

    /// Reads what has to be opened in another way than the file's source opens its records.
    fn turn(&mut self, inner: Inner, text: &str, source: &'static dyn Source, place: Place<'_>) {
        self.opened(inner, text, source, Place { turns: place.turns + 1, ..place });
    }

    fn opened(&mut self, inner: Inner, text: &str, source: &'static dyn Source, place: Place<'_>) {
        match inner {
            Inner::Itself => self.record(text, source, place),
            Inner::Records(pieces) => {
                pieces.iter().for_each(|piece| self.piece(piece, text, source, place));
                if let Some(reason) = pages::incompleteness(text) {
                    self.reject(&reason, text, place);
                }
            }
            Inner::Empty => self.filter(EMPTY_ENVELOPE, Some(source)),
        }
    }

    fn bytes(&self, frame: &Frame) -> &'c [u8] {
        match (&frame.view, self.whole) {
            (Some(view), _) => &self.views[view.clone()],
            (None, Ok(text)) => &text.as_bytes()[frame.span.clone()],
            (None, Err(bytes)) => &bytes[frame.span.clone()],
        }
    }

    fn piece(&mut self, piece: &Piece, text: &str, source: &'static dyn Source, outer: Place<'_>) {
        self.record(cut(text, piece), source, outer.of(text, piece));
    }

    /// Reads the one record in a wrapper of a collector; false = there is none that its source reads.
    fn unwrapped(&mut self, text: &str, source: &'static dyn Source, place: Place<'_>) -> bool {
        let Inner::Records(pieces) = detect::opened(source, text) else { return false };
        match &pieces[..] {
            [piece] => self.take(cut(text, piece), source, place.of(text, piece)).is_ok(),
            _ => false,
        }
    }

    fn record(&mut self, text: &str, source: &'static dyn Source, place: Place<'_>) {
        if let Err(reason) = self.take(text, source, place) {
            self.refused(&reason, text, source, place);
        }
    }

    /// Takes a record; or why it is none of the source's.
    fn take(&mut self, text: &str, source: &'static dyn Source, place: Place<'_>) -> Result<(), Cow<'static, str>> {
        let FileContext { stored: path, zone, dates, .. } = *self.file;
        match source.read(&Record { text, path, zone, dates }) {
            Fate::Rejected(reason) => return Err(reason),
            Fate::Filtered(rule) => self.filter(rule, Some(source)),
            Fate::Accepted(event) if !is_storable(event.event_time) => {
                let reason = format!("event time of {} µs since 1970 is outside the years 1 to 9999", event.event_time);
                self.part.reject(place.frame, place.byte_offset, &reason, place.raw.as_bytes(), place.view);
            }
            Fate::Accepted(event) => {
                self.part.took(Some(source));
                self.event(&event, source, place);
            }
        }
        Ok(())
    }

    /// What its source does not read may be several records, stand in the wrapper of a collector, or be of another source, since
    /// one file may hold the records of several.
    fn refused(&mut self, reason: &str, text: &str, source: &'static dyn Source, place: Place<'_>) {
        if place.turns < TURNS {
            if let Some(values) = in_a_row(text) {
                return self.turn(Inner::Records(values), text, source, place);
            }
            if let Some(inner) = detect::opened_further(source, text) {
                return self.turn(inner, text, source, place);
            }
            if let Some(other) = self.other_source(source, text) {
                return self.turn(detect::opened(other, text), text, other, place);
            }
        }
        self.unread(reason, text, Some(source), place);
    }

    /// What no source reads may be an answer that has no records.
    fn unread(&mut self, reason: &str, text: &str, source: Option<&'static dyn Source>, place: Place<'_>) {
        if pages::is_empty(text) {
            return self.filter(EMPTY_ENVELOPE, source);
        }
        let why = detect::emptiness(text).or_else(|| pages::namelessness(text));
        self.reject(why.as_deref().unwrap_or(reason), text, place);
    }

    fn other_source(&self, source: &'static dyn Source, text: &str) -> Option<&'static dyn Source> {
        if self.file.is_forced {
            return None;
        }
        detect::source_of_text(text).ok().filter(|other| other.id() != source.id())
    }

    fn filter(&mut self, rule: &'static str, source: Option<&'static dyn Source>) {
        self.part.took(source);
        *self.part.filtered.entry(rule).or_default() += 1;
    }

    fn reject(&mut self, reason: &str, text: &str, place: Place<'_>) {
        let frame = place.frame;
        let is_cut_off = frame.at_end && !is_closed(text.as_bytes());
        let reason = if is_cut_off { &format!("the file ends inside this line: {reason}") } else { reason };
        self.part.reject(frame, place.byte_offset, reason, place.raw.as_bytes(), place.view);
    }

    fn event(&mut self, event: &Event<'_>, source: &'static dyn Source, place: Place<'_>) {
        let raw = place.raw;
        let masked = place.masked(self.suspects.as_ref());
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
            ties: source.kin(&traits(event)).map(|kin| Arc::new(Ties::new(kin, event.shared.clone()))),
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
        workspace_id: event.workspace_id.as_deref(),
        actor: event.actor.as_deref(),
        outcome: event.outcome.as_str(),
    }
}

impl Part {
    fn took(&mut self, source: Option<&'static dyn Source>) {
        self.records += 1;
        self.source = self.source.or_else(|| source.map(Source::id));
    }

    fn reject(&mut self, frame: &Frame, byte_offset: u64, reason: &str, raw: &[u8], view: Option<&str>) {
        self.records += 1;
        let view = view.and_then(masked);
        let raw = view.as_deref().map_or(raw, str::as_bytes);
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
