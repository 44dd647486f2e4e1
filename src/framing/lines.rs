//! One record per line.

use memchr::{memchr, memchr_iter};

use super::{Frame, KEPT_OF_DEFECT, MAX_RECORD};

/// Splits a stream at its line ends.
#[derive(Debug)]
pub(super) struct Lines {
    line: u64,
    long: Option<Long>,
}

/// A line that is being skipped.
#[derive(Debug)]
struct Long {
    byte_offset: u64,
    byte_length: u64,
    head: Vec<u8>,
}

impl Lines {
    pub(super) const fn new() -> Self {
        Self { line: 1, long: None }
    }

    /// Frames the lines of `bytes`, which start at `base` in the stream; returns how many bytes are done with.
    pub(super) fn split(&mut self, bytes: &[u8], base: u64, last: bool, frames: &mut Vec<Frame>) -> usize {
        let first = self.skip(bytes, last, frames);
        let mut start = first;
        for offset in memchr_iter(b'\n', &bytes[start..]).map(|at| at + first) {
            self.push(bytes, start, offset, base, false, frames);
            self.line += 1;
            start = offset + 1;
        }
        if last {
            self.push(bytes, start, bytes.len(), base, true, frames);
            return bytes.len();
        }
        let rest = &bytes[start..];
        if rest.len() > MAX_RECORD {
            let head = rest[..KEPT_OF_DEFECT].to_vec();
            self.long = Some(Long { byte_offset: base + start as u64, byte_length: rest.len() as u64, head });
            return bytes.len();
        }
        start
    }

    fn skip(&mut self, bytes: &[u8], last: bool, frames: &mut Vec<Frame>) -> usize {
        let Some(mut long) = self.long.take() else { return 0 };
        let end = memchr(b'\n', bytes);
        long.byte_length += end.unwrap_or(bytes.len()) as u64;
        if end.is_none() && !last {
            self.long = Some(long);
            return bytes.len();
        }
        frames.push(Frame::too_long(self.line, long.byte_offset, long.byte_length, &long.head));
        self.line += 1;
        end.map_or(bytes.len(), |at| at + 1)
    }

    fn push(&self, bytes: &[u8], start: usize, end: usize, base: u64, at_end: bool, frames: &mut Vec<Frame>) {
        let line = &bytes[start..end];
        let text = line.trim_ascii();
        if text.is_empty() {
            return;
        }
        let start = start + (line.len() - line.trim_ascii_start().len());
        let byte_offset = base + start as u64;
        if text.len() > MAX_RECORD {
            frames.push(Frame::too_long(self.line, byte_offset, text.len() as u64, text));
            return;
        }
        frames.push(Frame {
            span: start..start + text.len(),
            view: None,
            line: self.line,
            byte_offset,
            byte_length: text.len() as u64,
            at_end,
            defect: None,
        });
    }
}
