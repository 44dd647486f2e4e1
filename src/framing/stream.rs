//! A file as a stream of chunks, each with whole frames only.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use memchr::memchr;

use super::csv_rows;
use super::decode::{Decoded, Progress, decoder};
use super::envelope::{balanced, in_a_row, list_start};
use super::lines::Lines;
use super::parquet_rows;
use super::values::Values;
use super::{Chunk, Compression, Frame, Open, Packing, junk};

/// Bytes read before frames are looked for; a chunk is about as large.
const CHUNK: usize = 4 << 20;

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// On disk; read as far as the number of bytes goes, should the file grow meanwhile.
    File(&'a Path, u64),
}

impl<'a> Content<'a> {
    /// What the bytes hold, after decompression.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn decompressed(self) -> io::Result<Box<dyn io::Read + Send + 'a>> {
        Ok(decoder(&self.open())?.1)
    }

    fn open(self) -> Open<'a> {
        match self {
            Content::Bytes(bytes) => Box::new(move || Ok(Box::new(bytes))),
            Content::File(path, length) => Box::new(move || Ok(Box::new(File::open(path)?.take(length)))),
        }
    }
}

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
    Csv(csv_rows::Rows),
    Parquet(parquet_rows::Rows),
}

impl std::fmt::Debug for Frames<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames").field("packing", &self.packing).field("base", &self.base).finish_non_exhaustive()
    }
}

impl<'a> Frames<'a> {
    /// Opens a file and finds out how its records stand in it. `claims` tells of a line that is no JSON whether some source takes it.
    ///
    /// # Errors
    /// Only what the file system says.
    pub fn open(content: Content<'a>, claims: &dyn Fn(&str) -> bool) -> io::Result<Self> {
        Self::read(content.open(), Some(content), claims)
    }

    /// Opens a whole file in memory, which is given away, so that its bytes are not copied; `Err` gives back what has to be opened
    /// as [`Content`], since it is compressed or Parquet.
    ///
    /// # Errors
    /// The bytes.
    pub fn whole(bytes: Vec<u8>, claims: &dyn Fn(&str) -> bool) -> Result<Self, Vec<u8>> {
        let is_plain = Compression::of(&bytes) == Compression::None && !bytes.starts_with(parquet_rows::MAGIC);
        let empty: Open<'a> = Box::new(|| Ok(Box::new(io::empty())));
        let Some(mut input) = is_plain.then(|| Decoded::new(empty).ok()).flatten() else { return Err(bytes) };
        input.progress = Progress::End;
        let (packing, splitter) = packing(&bytes, false, claims);
        let mut frames = Self { input, pending: bytes, base: 0, packing, splitter, last_line: 0, over: false };
        frames.pass_mark();
        Ok(frames)
    }

    pub(super) fn read(
        open: Open<'a>,
        content: Option<Content<'a>>,
        claims: &dyn Fn(&str) -> bool,
    ) -> io::Result<Self> {
        let mut input = Decoded::new(open)?;
        let mut pending = Vec::new();
        input.fill(&mut pending, CHUNK)?;
        let is_parquet = pending.starts_with(parquet_rows::MAGIC) && input.compression == Compression::None;
        let (packing, splitter) = match content.filter(|_| is_parquet) {
            Some(content) => (Packing::Parquet, Splitter::Parquet(parquet_rows::Rows::open(&content)?)),
            None => packing(&pending, input.progress == Progress::Open, claims),
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
        if let Splitter::Parquet(rows) = &mut self.splitter {
            return Ok(rows.next_chunk());
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
        let (mut frames, mut views) = (Vec::new(), Vec::new());
        let done = match &mut self.splitter {
            Splitter::Lines(lines) => lines.split(&self.pending, self.base, last, &mut frames),
            Splitter::Values(values) => values.split(&self.pending, self.base, last, &mut frames),
            Splitter::Csv(rows) => rows.split(&self.pending, self.base, last, &mut views, &mut frames),
            Splitter::Parquet(_) => 0,
        };
        let rest = self.pending.split_off(done);
        let bytes = std::mem::replace(&mut self.pending, rest);
        self.base += done as u64;
        self.last_line = frames.last().map_or(self.last_line, |f| f.line);
        if let Progress::Broken(reason) = &self.input.progress {
            frames.push(self.break_frame(reason));
        }
        self.over = self.input.progress != Progress::Open;
        Chunk { bytes, views, frames }
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
        Some(Chunk { frames: vec![frame], ..Chunk::default() })
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

fn packing(head: &[u8], more: bool, claims: &dyn Fn(&str) -> bool) -> (Packing, Splitter) {
    let text = head.strip_prefix(MARK).unwrap_or(head).trim_ascii_start();
    let lines = || Splitter::Lines(Lines::new());
    if junk::archive(head).is_some() {
        return (Packing::Junk, lines());
    }
    match text.first() {
        None if more => (Packing::Lines, lines()),
        None => (Packing::Empty, lines()),
        Some(b'[') => (Packing::Array, Splitter::Values(Values::default())),
        Some(b'{') => match object_packing(text) {
            Packing::Lines => (Packing::Lines, lines()),
            other => (other, Splitter::Values(Values::default())),
        },
        Some(_) if text.split(|b| *b == b'\n').any(is_record_line) => (Packing::Lines, lines()),
        Some(_) if is_claimed(text, FIRST_LINES, claims) => (Packing::Text, lines()),
        Some(_) => match csv_rows::Rows::of(text) {
            Some(rows) => (Packing::Csv, Splitter::Csv(rows)),
            None if is_claimed(text, usize::MAX, claims) => (Packing::Text, lines()),
            None => (Packing::Junk, lines()),
        },
    }
}

/// Lines of which one that a source claims tells more than a header does: logs begin with notes.
const FIRST_LINES: usize = 50;

fn is_claimed(text: &[u8], count: usize, claims: &dyn Fn(&str) -> bool) -> bool {
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.take(count).filter_map(|line| std::str::from_utf8(line).ok()).any(claims)
}

fn object_packing(text: &[u8]) -> Packing {
    let (first, rest) = match memchr(b'\n', text) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &text[text.len()..]),
    };
    let complete = balanced(first).is_some_and(|end| first[end..].trim_ascii().is_empty());
    let is_lines = rest.starts_with(b"{") || (complete && rest.trim_ascii_start().starts_with(b"{"));
    // A list may begin at the end of the first line, with a record on each line after it.
    let begins_list = !complete && first.trim_ascii_end().ends_with(b"[");
    if (!is_lines || begins_list) && list_start(if complete { first } else { text }).is_some() {
        return Packing::List;
    }
    // A line of many values may be longer than any line that is kept; one of many such lines is taken apart later.
    if rest.trim_ascii().is_empty() && in_a_row(first).is_some() {
        return Packing::Values;
    }
    let only_line = first.len() == text.len();
    if complete || is_lines || only_line { Packing::Lines } else { Packing::Values }
}

fn is_record_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"{") && line.ends_with(b"}")
}
