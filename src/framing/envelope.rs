//! Records inside records: lists under a known key, and the wrappers that a source declares.

use std::ops::Range;

use memchr::memchr2;
use memchr::memmem::{self, Finder};

use super::table;
use crate::source::Envelope;

/// Keys whose list, at the top of an object, holds the records of a whole document or line.
const LIST_KEYS: [&[u8]; 8] = [
    b"\"Records\"",
    b"\"records\"",
    b"\"value\"",
    b"\"events\"",
    b"\"Events\"",
    b"\"logEvents\"",
    b"\"Resources\"",
    b"\"tables\"",
];

/// How many wrappers around wrappers are opened.
const WRAPPERS: usize = 4;

/// What a frame holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inner {
    /// The frame is the record.
    Itself,
    /// The frame wraps these records; never empty.
    Records(Vec<Piece>),
    /// The frame wraps an empty list.
    Empty,
}

/// A record inside a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands within the frame.
    pub span: Range<usize>,
    /// The record itself, where it stood in a string or in a list of cells and is not spelled as a record in the frame.
    pub text: Option<String>,
}

/// The wrappers of a source, made ready to be looked for in many frames.
#[derive(Debug)]
pub struct Wrappers<'e> {
    all: Vec<(Finder<'e>, &'e Envelope)>,
    /// Whether a string inside may hold a record that is no JSON.
    of_lines: bool,
}

impl<'e> Wrappers<'e> {
    /// Makes them ready.
    pub fn of(envelopes: &'e [Envelope]) -> Self {
        Self { all: envelopes.iter().map(|e| (Finder::new(e.marker), e)).collect(), of_lines: false }
    }

    /// These, then those.
    pub fn and(mut self, others: &'e [Envelope]) -> Self {
        self.all.extend(Self::of(others).all);
        self
    }

    /// The same where lines of text may stand inside, too.
    pub fn of_lines(self) -> Self {
        Self { of_lines: true, ..self }
    }

    /// Finds the records inside a frame, by the general lists and the wrappers of its source, wrappers inside wrappers included.
    /// Where several values stand in a row and the first is a wrapper, all are opened.
    pub fn open(&self, frame: &[u8]) -> Inner {
        let first = match self.once(frame) {
            Inner::Itself => return Inner::Itself,
            Inner::Empty => Vec::new(),
            Inner::Records(pieces) => pieces,
        };
        let pieces = in_a_row(frame).unwrap_or(first);
        let mut found = Vec::with_capacity(pieces.len());
        pieces.into_iter().for_each(|piece| self.inside(frame, piece, WRAPPERS, &mut found));
        if found.is_empty() { Inner::Empty } else { Inner::Records(found) }
    }

    fn once(&self, frame: &[u8]) -> Inner {
        if let Some(list) = opens_with_list_key(frame).then(|| list_start(frame)).flatten() {
            return listed(frame, list);
        }
        // A page of an interface, written by a collector as one line among others.
        if frame.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{")) {
            return listed(frame, 0);
        }
        if let Some(rows) = table_of(frame) {
            return rows;
        }
        let marked = self.all.iter().filter(|(marker, _)| marker.find(frame).is_some());
        marked.into_iter().find_map(|(_, envelope)| wrapped(frame, envelope, self.of_lines)).unwrap_or(Inner::Itself)
    }

    fn inside(&self, frame: &[u8], piece: Piece, wrappers: usize, found: &mut Vec<Piece>) {
        if let Some(text) = &piece.text
            && let Some(values) = in_a_row(text).filter(|_| wrappers > 0)
        {
            for Piece { span, .. } in values {
                let value = Piece { span: piece.span.clone(), text: text.get(span).map(str::to_owned) };
                self.inside(frame, value, wrappers - 1, found);
            }
            return;
        }
        let bytes = piece.text.as_deref().map_or(&frame[piece.span.clone()], str::as_bytes);
        match self.once(bytes) {
            Inner::Records(pieces) if wrappers > 0 => {
                for inner in pieces {
                    let inner = match (&piece.text, inner) {
                        (None, Piece { span, text }) => {
                            Piece { span: piece.span.start + span.start..piece.span.start + span.end, text }
                        }
                        // What stands inside a string has no place of its own in the file.
                        (Some(outer), Piece { span, text }) => {
                            let text = text.or_else(|| outer.get(span).map(str::to_owned));
                            Piece { span: piece.span.clone(), text }
                        }
                    };
                    self.inside(frame, inner, wrappers - 1, found);
                }
            }
            Inner::Empty => {}
            Inner::Itself | Inner::Records(_) => found.push(piece),
        }
    }
}

/// The objects that stand in a row in a text, with nothing or a line's end between them, as some streams deliver them; `None` where there are not
/// several. What follows a broken one belongs to it.
pub fn in_a_row(text: impl AsRef<[u8]>) -> Option<Vec<Piece>> {
    let text = text.as_ref();
    let may_be =
        || [&b"}{"[..], b"} {", b"}\t{", b"}\r{", b"}\n{"].iter().any(|joint| memmem::find(text, joint).is_some());
    let (mut found, mut at) = (Vec::new(), 0);
    while text.get(at) == Some(&b'{') && (at > 0 || may_be()) {
        let end = balanced(&text[at..]).map_or(text.len(), |length| at + length);
        found.push(Piece { span: at..end, text: None });
        at = end + (text.len() - end - text[end..].trim_ascii_start().len());
    }
    let is_row = found.len() > 1;
    // A rest that is no object is no record either, and must not be lost.
    if at < text.len() {
        found.push(Piece { span: at..text.len(), text: None });
    }
    is_row.then_some(found)
}

fn wrapped(frame: &[u8], envelope: &Envelope, of_lines: bool) -> Option<Inner> {
    if let Some(("*", path)) = envelope.path.split_last().map(|(last, path)| (*last, path)) {
        return valued(frame, path);
    }
    let found = sonic_rs::get_from_slice(frame, envelope.path).ok()?;
    let raw = found.as_raw_str().as_bytes();
    let start = (raw.as_ptr() as usize).checked_sub(frame.as_ptr() as usize)?;
    let span = start..start + raw.len();
    if span.end > frame.len() {
        return None;
    }
    match raw.first()? {
        b'[' if table::is_rows(raw) => Some(rows(frame, start)),
        b'[' => Some(listed(frame, start)),
        b'{' => Some(Inner::Records(vec![Piece { span, text: None }])),
        b'"' => {
            let is_record = |text: &String| of_lines || text.trim_ascii_start().starts_with('{');
            let text = sonic_rs::from_slice::<String>(raw).ok().filter(is_record)?;
            Some(Inner::Records(vec![Piece { span, text: Some(text) }]))
        }
        _ => None,
    }
}

// The values of an object whose keys are ids of the records. A string there may be a record that is no JSON.
fn valued(frame: &[u8], path: &[&str]) -> Option<Inner> {
    let found = sonic_rs::get_from_slice(frame, path).ok()?;
    let mut pieces = Vec::new();
    for entry in sonic_rs::to_object_iter(found.as_raw_str()) {
        let (_, value) = entry.ok()?;
        let raw = value.as_raw_str().as_bytes();
        let start = (raw.as_ptr() as usize).checked_sub(frame.as_ptr() as usize)?;
        let span = start..start + raw.len();
        if span.end > frame.len() {
            return None;
        }
        let text = if raw.starts_with(b"\"") { Some(sonic_rs::from_slice::<String>(raw).ok()?) } else { None };
        pieces.push(Piece { span, text });
    }
    found.as_raw_str().starts_with('{').then(|| records(pieces))
}

// A table of an answer of Log Analytics, which begins with its name.
fn table_of(frame: &[u8]) -> Option<Inner> {
    frame.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"name\"")?;
    let found = sonic_rs::get_from_slice(frame, ["rows"]).ok()?;
    let raw = found.as_raw_str().as_bytes();
    let start = (raw.as_ptr() as usize).checked_sub(frame.as_ptr() as usize)?;
    (table::is_rows(raw) && start + raw.len() <= frame.len()).then(|| rows(frame, start))
}

// Rows of cells below a list of columns, as a statement's result is given.
fn rows(frame: &[u8], list: usize) -> Inner {
    let columns = table::columns(frame);
    let row = |span: Range<usize>| {
        let text = table::object(&columns, &frame[span.clone()]);
        Piece { span, text }
    };
    records(elements(frame, list).into_iter().map(row).collect())
}

fn listed(frame: &[u8], list: usize) -> Inner {
    records(elements(frame, list).into_iter().map(|span| Piece { span, text: None }).collect())
}

fn records(found: Vec<Piece>) -> Inner {
    if found.is_empty() { Inner::Empty } else { Inner::Records(found) }
}

// Graph pages open with `@odata.context`, all other lists with the list itself: a look at one key spares a scan of every record.
fn opens_with_list_key(object: &[u8]) -> bool {
    let Some(rest) = object.strip_prefix(b"{") else { return false };
    let key = rest.trim_ascii_start();
    key.starts_with(b"\"@") || LIST_KEYS.iter().any(|k| key.starts_with(k))
}

/// Where the first list under a known key of the object begins.
pub(super) fn list_start(object: &[u8]) -> Option<usize> {
    let mut depth = 0u32;
    for (at, byte) in Structure::of(object) {
        match byte {
            b'[' if depth == 1 && follows_list_key(&object[..at]) => return Some(at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// True when `before` ends with a known key and its colon.
pub(super) fn follows_list_key(before: &[u8]) -> bool {
    let Some(key) = before.trim_ascii_end().strip_suffix(b":") else { return false };
    LIST_KEYS.iter().any(|k| key.trim_ascii_end().ends_with(k))
}

/// Length of the first JSON value of `bytes` by its brackets; `None` when it does not end here.
pub(super) fn balanced(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0u32;
    for (at, byte) in Structure::of(bytes) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn elements(bytes: &[u8], list: usize) -> Vec<Range<usize>> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0u32, list + 1);
    for (at, byte) in Structure::of(&bytes[list..]) {
        let at = at + list;
        match byte {
            b'{' | b'[' => depth += 1,
            b',' if depth == 1 => {
                found.extend(trimmed(bytes, start..at));
                start = at + 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    found.extend(trimmed(bytes, start..at));
                    return found;
                }
            }
            _ => {}
        }
    }
    found.extend(trimmed(bytes, start..bytes.len()));
    found
}

fn trimmed(bytes: &[u8], span: Range<usize>) -> Option<Range<usize>> {
    let text = &bytes[span.clone()];
    let start = span.start + (text.len() - text.trim_ascii_start().len());
    let length = text.trim_ascii().len();
    (length > 0).then_some(start..start + length)
}

/// The brackets and commas of a JSON text that stand outside its strings.
pub(super) struct Structure<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Structure<'b> {
    pub(super) const fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }
}

impl Iterator for Structure<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<(usize, u8)> {
        loop {
            let at = self.at + self.bytes[self.at..].iter().position(|b| is_structure(*b))?;
            self.at = at + 1;
            match self.bytes[at] {
                b'"' => self.at = string_end(self.bytes, self.at)?,
                byte => return Some((at, byte)),
            }
        }
    }
}

const fn is_structure(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b',')
}

/// Behind the closing quote of the string whose first inner byte is at `at`; `None` when it does not end here.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let hit = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[hit] == b'"' {
            return Some(hit + 1);
        }
        at = hit + 2;
    }
}
