//! A file as a stream of chunks, each with whole frames only.

use std::io;

use memchr::memchr;

use super::decode::{Decoded, Progress};
use super::envelope::{balanced, list_start};
use super::lines::Lines;
use super::values::Values;
use super::{Chunk, Compression, Frame, Open, Packing, junk};

/// Bytes read before frames are looked for; a chunk is about as large.
const CHUNK: usize = 4 << 20;

/// The frames of one file, chunk by chunk, in bounded memory.
pub struct Frames<'a> {
    input: Decoded<'a>,
    pending: Vec<u8>,
    base: u64,
    packing: Packing,
    splitter: Splitter,
    last_line: u64,
    over: bool,
}

enum Splitter {
    Lines(Lines),
    Values(Values),
}

impl std::fmt::Debug for Frames<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames").field("packing", &self.packing).field("base", &self.base).finish_non_exhaustive()
    }
}

impl<'a> Frames<'a> {
    /// Opens a file and finds out how its records stand in it.
    ///
    /// # Errors
    /// Only what the file system says.
    pub fn open(open: Open<'a>) -> io::Result<Self> {
        let mut input = Decoded::new(open)?;
        let mut pending = Vec::new();
        input.fill(&mut pending, CHUNK)?;
        let packing = packing(&pending, input.progress == Progress::Open);
        let splitter = match packing {
            Packing::Array | Packing::List | Packing::Values => Splitter::Values(Values::default()),
            Packing::Lines | Packing::Empty | Packing::Junk => Splitter::Lines(Lines::new()),
        };
        let mut frames = Self { input, pending, base: 0, packing, splitter, last_line: 0, over: false };
        frames.pass_mark();
        Ok(frames)
    }

    /// How the file is compressed.
    pub const fn compression(&self) -> Compression {
        self.input.compression
    }

    /// How its records stand in it.
    pub const fn packing(&self) -> Packing {
        self.packing
    }

    /// The next whole frames; `None` at the end of the file.
    ///
    /// # Errors
    /// Only what the file system says; whatever is wrong with the bytes is a frame with a defect.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        if self.packing == Packing::Junk {
            return Ok(self.junk());
        }
        while !self.over {
            self.input.fill(&mut self.pending, CHUNK)?;
            let chunk = self.split();
            if !chunk.frames.is_empty() {
                return Ok(Some(chunk));
            }
            if self.input.progress == Progress::Open {
                let target = self.pending.len() + CHUNK;
                self.input.fill(&mut self.pending, target)?;
            }
        }
        Ok(None)
    }

    fn split(&mut self) -> Chunk {
        // A damaged stream has no true end: its last piece is reported as damaged, not as a record.
        let last = self.input.progress == Progress::End;
        let mut frames = Vec::new();
        let done = match &mut self.splitter {
            Splitter::Lines(lines) => lines.split(&self.pending, self.base, last, &mut frames),
            Splitter::Values(values) => values.split(&self.pending, self.base, last, &mut frames),
        };
        let rest = self.pending.split_off(done);
        let bytes = std::mem::replace(&mut self.pending, rest);
        self.base += done as u64;
        self.last_line = frames.last().map_or(self.last_line, |f| f.line);
        if let Progress::Broken(reason) = &self.input.progress {
            frames.push(self.break_frame(reason));
        }
        self.over = self.input.progress != Progress::Open;
        Chunk { bytes, frames }
    }

    fn break_frame(&self, reason: &str) -> Frame {
        let length = self.pending.len() as u64;
        Frame::defective(self.last_line + 1, self.base, length, reason.to_owned(), &self.pending)
    }

    fn junk(&mut self) -> Option<Chunk> {
        if std::mem::replace(&mut self.over, true) {
            return None;
        }
        let length = self.pending.len() as u64;
        let reason = match &self.input.progress {
            Progress::Broken(reason) => reason.clone(),
            _ => junk::cause(&self.pending),
        };
        let frame = Frame::defective(1, 0, length, reason, &self.pending);
        Some(Chunk { bytes: Vec::new(), frames: vec![frame] })
    }

    fn pass_mark(&mut self) {
        if self.packing != Packing::Junk && self.pending.starts_with(MARK) {
            self.pending.drain(..MARK.len());
            self.base = MARK.len() as u64;
            if let Splitter::Values(values) = &mut self.splitter {
                *values = Values::starting_at(self.base);
            }
        }
    }
}

/// Byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn packing(head: &[u8], more: bool) -> Packing {
    let text = head.strip_prefix(MARK).unwrap_or(head).trim_ascii_start();
    match text.first() {
        None if more => Packing::Lines,
        None => Packing::Empty,
        Some(b'[') => Packing::Array,
        Some(b'{') => object_packing(text),
        Some(_) if text.split(|b| *b == b'\n').any(is_record_line) => Packing::Lines,
        Some(_) => Packing::Junk,
    }
}

fn object_packing(text: &[u8]) -> Packing {
    let (first, rest) = match memchr(b'\n', text) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &text[text.len()..]),
    };
    let complete = balanced(first).is_some_and(|end| first[end..].trim_ascii().is_empty());
    let is_lines = rest.starts_with(b"{") || (complete && rest.trim_ascii_start().starts_with(b"{"));
    if !is_lines && list_start(if complete { first } else { text }).is_some() {
        return Packing::List;
    }
    let only_line = first.len() == text.len();
    if complete || is_lines || only_line { Packing::Lines } else { Packing::Values }
}

fn is_record_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"{") && line.ends_with(b"}")
}
