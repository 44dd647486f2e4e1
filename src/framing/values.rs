//! Whole JSON values, element by element, whatever lines they span: arrays, lists in an object, values in a row.

use memchr::{memchr_iter, memchr2};

use super::envelope::follows_list_key;
use super::{Frame, KEPT_OF_DEFECT, MAX_RECORD};

/// A byte machine over brackets and strings. All positions are those of the stream, so that it runs on across chunks.
#[derive(Debug, Default)]
pub(super) struct Values {
    at: u64,
    depth: u32,
    /// Depth of the list whose elements are the records.
    list: Option<u32>,
    /// True = the list of an object is over, the rest of the object is not.
    tail: bool,
    in_string: bool,
    record: Option<Open>,
    position: u64,
    newlines: u64,
    counted_to: u64,
}

/// A record that has begun.
#[derive(Debug)]
struct Open {
    start: u64,
    /// True = neither object nor array.
    scalar: bool,
    /// The first bytes of a record too long to be kept.
    head: Option<Vec<u8>>,
}

impl Values {
    /// A machine whose first byte stands at `base`.
    pub(super) fn starting_at(base: u64) -> Self {
        Self { at: base, counted_to: base, ..Self::default() }
    }

    /// Frames the values of `bytes`, which start at `base` in the stream; returns how many bytes are done with.
    pub(super) fn split(&mut self, bytes: &[u8], base: u64, last: bool, frames: &mut Vec<Frame>) -> usize {
        let view = View { bytes, base };
        while let Some(rest) = view.from(self.at).filter(|rest| !rest.is_empty()) {
            if self.in_string {
                self.pass_string(rest);
            } else {
                self.step(rest[0], &view, frames);
            }
        }
        if last {
            self.end(&view, frames);
            return bytes.len();
        }
        self.keep_head(&view);
        let done = match &self.record {
            Some(Open { start, head: None, .. }) => *start,
            _ => self.at,
        };
        self.count_lines(&view, done);
        view.index(done)
    }

    fn pass_string(&mut self, rest: &[u8]) {
        match memchr2(b'"', b'\\', rest) {
            None => self.at += rest.len() as u64,
            Some(hit) if rest[hit] == b'"' => {
                self.in_string = false;
                self.at += hit as u64 + 1;
            }
            // The escaped byte may be the first of the next chunk: a position beyond the chunk skips it there.
            Some(hit) => self.at += hit as u64 + 2,
        }
    }

    fn step(&mut self, byte: u8, view: &View<'_>, frames: &mut Vec<Frame>) {
        if self.record.as_ref().is_some_and(|r| r.scalar) && matches!(byte, b',' | b']' | b'}' | b'{' | b'[' | b'\n') {
            self.close_record(view, self.at, frames);
        }
        match byte {
            b'"' => {
                self.begin(true);
                self.in_string = true;
            }
            b'{' | b'[' => self.open(byte, view),
            b'}' | b']' => self.close(view, frames),
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.begin(true),
        }
        self.at += 1;
    }

    fn begin(&mut self, scalar: bool) {
        if self.record.is_none() && !self.tail {
            self.record = Some(Open { start: self.at, scalar, head: None });
        }
    }

    fn open(&mut self, byte: u8, view: &View<'_>) {
        self.depth += 1;
        match &self.record {
            None if self.list.is_none() && byte == b'[' && !self.tail => self.list = Some(self.depth),
            None => self.begin(false),
            Some(open) => {
                let top = self.list.is_none() && self.depth == 2 && byte == b'[' && open.head.is_none();
                if top && follows_list_key(view.between(open.start, self.at)) {
                    self.list = Some(2);
                    self.record = None;
                }
            }
        }
    }

    fn close(&mut self, view: &View<'_>, frames: &mut Vec<Frame>) {
        let level = self.list.unwrap_or(0);
        if self.record.is_none() && self.depth == 0 {
            self.begin(true);
            return;
        }
        self.depth -= 1;
        if self.record.is_some() {
            if self.depth <= level {
                self.close_record(view, self.at + 1, frames);
            }
        } else if self.depth < level {
            self.list = None;
            self.tail = self.depth > 0;
        } else if self.depth == 0 {
            self.tail = false;
        }
    }

    fn close_record(&mut self, view: &View<'_>, end: u64, frames: &mut Vec<Frame>) {
        let Some(open) = self.record.take() else { return };
        let line = self.line_of(&open, view);
        let length = end - open.start;
        if let Some(head) = open.head {
            frames.push(Frame::too_long(line, open.start, length, &head));
        } else if length > MAX_RECORD as u64 {
            frames.push(Frame::too_long(line, open.start, length, view.between(open.start, end)));
        } else {
            let start = view.index(open.start);
            let length_kept = view.between(open.start, end).trim_ascii_end().len();
            frames.push(Frame {
                span: start..start + length_kept,
                view: None,
                line,
                byte_offset: open.start,
                byte_length: length_kept as u64,
                at_end: false,
                defect: None,
            });
        }
    }

    fn line_of(&mut self, open: &Open, view: &View<'_>) -> u64 {
        if self.list.is_some() {
            self.position += 1;
            return self.position;
        }
        self.count_lines(view, open.start);
        self.newlines + 1
    }

    fn count_lines(&mut self, view: &View<'_>, to: u64) {
        if to > self.counted_to {
            self.newlines += memchr_iter(b'\n', view.between(self.counted_to, to)).count() as u64;
            self.counted_to = to;
        }
    }

    fn keep_head(&mut self, view: &View<'_>) {
        if let Some(open) = &mut self.record
            && open.head.is_none()
            && self.at - open.start > MAX_RECORD as u64
        {
            open.head = Some(view.between(open.start, open.start + KEPT_OF_DEFECT as u64).to_vec());
        }
    }

    fn end(&mut self, view: &View<'_>, frames: &mut Vec<Frame>) {
        let end = view.base + view.bytes.len() as u64;
        match &self.record {
            Some(open) if open.scalar && !self.in_string => self.close_record(view, end, frames),
            Some(open) => {
                let (start, raw) = (open.start, open.head.clone());
                let raw = raw.unwrap_or_else(|| view.between(start, end).to_vec());
                let line = self.record.take().map_or(0, |open| self.line_of(&open, view));
                let reason = "the file ends inside this record".to_owned();
                frames.push(Frame::defective(line, start, end - start, reason, &raw));
            }
            None if self.depth > 0 => {
                let reason = "the file ends before its list of records is closed".to_owned();
                frames.push(Frame::defective(self.position + 1, end, 0, reason, b""));
            }
            None => {}
        }
    }
}

/// The bytes at hand, by position in the stream.
struct View<'b> {
    bytes: &'b [u8],
    base: u64,
}

impl<'b> View<'b> {
    fn index(&self, position: u64) -> usize {
        usize::try_from(position.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.bytes.len())
    }

    fn from(&self, position: u64) -> Option<&'b [u8]> {
        self.bytes.get(self.index(position)..)
    }

    fn between(&self, start: u64, end: u64) -> &'b [u8] {
        let end = self.index(end);
        &self.bytes[self.index(start).min(end)..end]
    }
}
