//! Which source a record is of, and by its first records a file.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::Value;

use super::inputs::FoundFile;
use crate::framing::{Chunk, Inner, Piece, Wrappers, in_a_row};
use crate::source::{COLLECTORS, Fate, Record, SOURCES, Source, detect, fits};

/// Records that a file's source is told by. Where they tell none, every record is asked about.
const TRIES: usize = 1000;

/// Records by which it is told whether all of a file come in wrappers.
const FIRST: usize = 8;

/// Every source with all wrappers that its records may come in, made ready once.
static OPENERS: LazyLock<Vec<(&'static dyn Source, Wrappers<'static>)>> = LazyLock::new(|| {
    let opener = |source: &&'static dyn Source| {
        let wrappers = Wrappers::of(source.envelopes()).and(COLLECTORS);
        (*source, if source.line_keys().is_empty() { wrappers } else { wrappers.of_lines() })
    };
    SOURCES.iter().map(opener).collect()
});

/// The source of the first record that fits one; a record that its source leaves out counts only where no other is found.
pub(super) fn source_of(chunk: &Chunk, file: &FoundFile) -> Option<&'static dyn Source> {
    let mut left_out = None;
    for frame in chunk.frames.iter().filter(|f| f.defect.is_none()).take(TRIES) {
        let Some((source, text)) = std::str::from_utf8(chunk.record(frame)).ok().and_then(|t| found(t).ok()) else {
            continue;
        };
        let record = Record { zone: file.zone, ..Record::new(&text, &file.stored) };
        match source.read(&record) {
            Fate::Filtered(_) => left_out = left_out.or(Some(source)),
            Fate::Accepted(_) | Fate::Rejected(_) => return Some(source),
        }
    }
    left_out
}

/// Whether the first records of a file stand in wrappers of collectors, each in one of its own, and are none of the source without.
pub(super) fn is_wrapped(chunk: &Chunk, file: &FoundFile, source: &dyn Source) -> bool {
    let own = Wrappers::of(source.envelopes());
    let reads = |text: &str| {
        let record = Record { zone: file.zone, ..Record::new(text, &file.stored) };
        !matches!(source.read(&record), Fate::Rejected(_))
    };
    let is_wrapped = |text: &str| match opened(source, text) {
        Inner::Records(pieces) if pieces.len() == 1 && own.open(text.as_bytes()) == Inner::Itself => {
            reads(&cut(text, &pieces[0])) && !reads(text)
        }
        _ => false,
    };
    let mut first = chunk.frames.iter().filter(|f| f.defect.is_none()).take(FIRST).peekable();
    first.peek().is_some() && first.all(|frame| std::str::from_utf8(chunk.record(frame)).is_ok_and(is_wrapped))
}

/// The source of the record that a text is, or that stands in one of its source's wrappers; or why none fits.
pub(super) fn source_of_text(text: &str) -> Result<&'static dyn Source, String> {
    found(text).map(|(source, _)| source)
}

/// What a text holds by all wrappers of a source.
pub(super) fn opened(source: &dyn Source, text: &str) -> Inner {
    let wrappers = OPENERS.iter().find(|(known, _)| known.id() == source.id());
    wrappers.map_or(Inner::Itself, |(_, wrappers)| wrappers.open(text.as_bytes()))
}

/// The same, where a record inside bears the source's signature.
pub(super) fn opened_further(source: &dyn Source, text: &str) -> Option<Inner> {
    match opened(source, text) {
        Inner::Records(pieces) => {
            let is_own = Inside::default().record_of(source, text, pieces.clone()).is_some();
            is_own.then_some(Inner::Records(pieces))
        }
        Inner::Itself | Inner::Empty => None,
    }
}

/// Why a wrapper has no record in it, where it is one by its key.
pub(super) fn emptiness(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let keys = [&["AuditData"][..]].into_iter().chain(COLLECTORS.iter().map(|wrapper| wrapper.path));
    keys.filter_map(|path| Some((path, path.iter().try_fold(&value, |value, key| value.get(key))?))).find_map(
        |(path, inner)| {
            let found = match inner {
                Value::Null => "null",
                Value::String(text) if text.trim().is_empty() => "an empty text",
                Value::String(text) if is_broken(text) => "a text that is no whole JSON",
                _ => return None,
            };
            Some(format!("/{}: expected a record, found {found}", path.join("/")))
        },
    )
}

/// The source that claims a line of text.
pub(super) fn claimant(line: &str) -> Option<&'static dyn Source> {
    let is_json = line.starts_with(['{', '[']);
    SOURCES.iter().copied().find(|source| !is_json && source.claims(line))
}

fn is_broken(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
}

type Found<'t> = (&'static dyn Source, Cow<'t, str>);

// What stands inside a wrapper tells more than the wrapper, so it comes first. A source is asked about what its own wrappers
// lead to, since it finds nothing in those of others.
fn found(text: &str) -> Result<Found<'_>, String> {
    if let Some(source) = claimant(text) {
        return Ok((source, Cow::Borrowed(text)));
    }
    if let Some(values) = in_a_row(text) {
        let first = values.first().map(|value| cut(text, value)).unwrap_or_default();
        return found(&first).map(|(source, record)| (source, Cow::Owned(record.into_owned())));
    }
    let mut inside = Inside::default();
    for (source, wrappers) in OPENERS.iter() {
        if let Inner::Records(pieces) = wrappers.open(text.as_bytes())
            && let Some(record) = inside.record_of(*source, text, pieces)
        {
            return Ok((*source, record));
        }
    }
    let record = serde_json::from_str(text).map_err(|error| format!("no source fits what is no JSON: {error}"))?;
    match (detect(&record), inside.why_unfit()) {
        (Ok(source), _) => Ok((source, Cow::Borrowed(text))),
        (Err(_), Some(why)) | (Err(why), None) => Err(why),
    }
}

/// The records inside a text, parsed once for all sources whose wrappers lead to them.
#[derive(Default)]
struct Inside {
    pieces: Vec<Piece>,
    values: Vec<Option<Value>>,
}

impl Inside {
    fn record_of<'t>(&mut self, source: &dyn Source, text: &'t str, pieces: Vec<Piece>) -> Option<Cow<'t, str>> {
        if self.pieces != pieces {
            self.values = pieces.iter().map(|piece| serde_json::from_str(&cut(text, piece)).ok()).collect();
            self.pieces = pieces;
        }
        let is_its_own = |(piece, value): &(&Piece, &Option<Value>)| match value {
            Some(value) => fits(source, value),
            None => source.claims(&cut(text, piece)),
        };
        self.pieces.iter().zip(&self.values).find(is_its_own).map(|(piece, _)| cut(text, piece))
    }

    fn why_unfit(&self) -> Option<String> {
        self.values.iter().flatten().find_map(|value| detect(value).err())
    }
}

fn cut<'t>(text: &'t str, piece: &Piece) -> Cow<'t, str> {
    match &piece.text {
        Some(own) => Cow::Owned(own.clone()),
        None => Cow::Borrowed(text.get(piece.span.clone()).unwrap_or_default()),
    }
}
