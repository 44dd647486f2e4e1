//! Files to blocks: small files whole, large ones as a stream.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::block::{Block, Blocks, FileContext, Part, hex};
use super::inputs::{FoundFile, modified_at};
use super::known::{KnownFile, KnownFiles, file_id};
use super::tally::FileTally;
use super::{Limits, detect};
use crate::error::{Error, Result};
use crate::framing::{Chunk, Compression, Content, Frames, Packing};
use crate::source::{Dates, Source};

/// Chunks of nothing but defects that are passed in search of a record to tell the source by.
const LOOK_AHEAD: usize = 8;

/// What became of a small file.
pub(super) enum Outcome {
    /// The lake has it.
    Unchanged(FileTally),
    /// It was read.
    Read(FileTally, Vec<Part>),
    /// It holds more than its size promised and has to be streamed.
    TooLarge,
}

/// Some small files, read by one thread.
pub(super) struct Group {
    pub(super) blocks: Vec<Block>,
    pub(super) outcomes: Vec<Outcome>,
}

/// Reads small files whole, into common blocks.
pub(super) fn read_group(files: &[FoundFile], known: &KnownFiles, limits: &Limits, wave: &AtomicU64) -> Result<Group> {
    let mut blocks = Blocks::new(files.iter().map(|file| file.byte_count).sum());
    let outcomes =
        files.iter().map(|file| read_small(file, known, limits, wave, &mut blocks)).collect::<Result<_>>()?;
    Ok(Group { blocks: blocks.finish()?, outcomes })
}

fn read_small(
    file: &FoundFile,
    known: &KnownFiles,
    limits: &Limits,
    wave: &AtomicU64,
    blocks: &mut Blocks,
) -> Result<Outcome> {
    if let Some(row) = known.untouched(file) {
        return Ok(Outcome::Unchanged(tally_unchanged(file, row)));
    }
    let path = file.path();
    let mut bytes = Vec::with_capacity(usize::try_from(file.byte_count.min(limits.small)).unwrap_or_default() + 1);
    let read = File::open(&path).and_then(|f| f.take(limits.small + 1).read_to_end(&mut bytes));
    read.map_err(|e| unreadable(&path, e))?;
    if bytes.len() as u64 > limits.small {
        return Ok(Outcome::TooLarge);
    }
    let sha256 = hex(&Sha256::digest(&bytes));
    if let Some(row) = known.same_content(file, &sha256) {
        return Ok(Outcome::Unchanged(tally_unchanged(file, row)));
    }
    let byte_count = bytes.len() as u64;
    let claims = claims_of(file);
    let kept;
    let frames = match Frames::whole(bytes, &claims) {
        Ok(frames) => frames,
        Err(bytes) => {
            kept = bytes;
            Frames::open(Content::Bytes(&kept), &claims).map_err(|e| unreadable(&path, e))?
        }
    };
    let mut reading = Reading::start(file, frames, sha256, byte_count)?;
    let mut parts = Vec::new();
    while let Some(chunk) = reading.next()? {
        let size = chunk.bytes.len() as u64;
        if wave.fetch_add(size, Ordering::Relaxed) + size > limits.wave_bytes {
            return Ok(Outcome::TooLarge);
        }
        parts.push(blocks.read(chunk, &reading.context())?);
    }
    Ok(Outcome::Read(reading.tally, parts))
}

/// A file whose chunks are being read.
pub(super) struct Reading<'f> {
    file: &'f FoundFile,
    frames: Frames<'f>,
    ahead: VecDeque<Chunk>,
    manner: Manner,
    pub(super) tally: FileTally,
}

/// How the records of a file are read.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    source: Option<&'static dyn Source>,
    is_wrapped: bool,
    dates: Dates,
}

impl<'f> Reading<'f> {
    fn start(file: &'f FoundFile, mut frames: Frames<'f>, sha256: String, byte_count: u64) -> Result<Self> {
        let ahead = look_ahead(&mut frames).map_err(|e| unreadable(&file.path(), e))?;
        let source = file.source.or_else(|| detect::source_of(ahead.back()?, file));
        let is_wrapped =
            ahead.back().zip(source).is_some_and(|(chunk, source)| detect::is_wrapped(chunk, file, source));
        let dates = Dates::of_rows(ahead.back().map_or(&[], |chunk| &chunk.views));
        let tally = FileTally {
            file_id: file_id(file, &sha256),
            path: file.stored.to_string(),
            sha256,
            content_sha256: source.and_then(|source| content_digest(file, &frames, source, byte_count)),
            byte_count,
            source: source.filter(|_| frames.packing() != Packing::Junk).map(Source::id),
            compression: frames.compression().as_str(),
            packing: frames.packing().as_str(),
            modified_at: file.modified_at,
            ..FileTally::default()
        };
        Ok(Self { file, frames, ahead, manner: Manner { source, is_wrapped, dates }, tally })
    }

    /// The next chunk of the file.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>> {
        match self.ahead.pop_front() {
            Some(chunk) => Ok(Some(chunk)),
            None => self.frames.next_chunk().map_err(|e| unreadable(&self.file.path(), e)),
        }
    }

    /// Up to `count` chunks.
    pub(super) fn next_few(&mut self, count: usize) -> Result<Vec<Chunk>> {
        std::iter::from_fn(|| self.next().transpose()).take(count).collect()
    }

    pub(super) fn context(&self) -> FileContext<'_> {
        context(self.file, &self.tally, self.manner)
    }

    /// What is known of the file, apart from the reading of it.
    pub(super) fn parting(&self) -> (&'f FoundFile, FileTally, Manner) {
        (self.file, self.tally.clone(), self.manner)
    }
}

/// What the records of a file are read with.
pub(super) fn context<'c>(file: &'c FoundFile, tally: &'c FileTally, manner: Manner) -> FileContext<'c> {
    FileContext {
        stored: &tally.path,
        file_id: &tally.file_id,
        source: manner.source,
        is_forced: file.source.is_some(),
        is_wrapped: manner.is_wrapped,
        zone: file.zone,
        dates: manner.dates,
    }
}

// Up to a chunk that holds a record whole: a file may begin with lines too long to be kept.
fn look_ahead(frames: &mut Frames<'_>) -> io::Result<VecDeque<Chunk>> {
    let mut ahead = VecDeque::new();
    while let Some(chunk) = frames.next_chunk()? {
        let is_telling = chunk.frames.iter().any(|f| f.defect.is_none());
        ahead.push_back(chunk);
        if is_telling || ahead.len() == LOOK_AHEAD {
            break;
        }
    }
    Ok(ahead)
}

/// Digest and size of a large file, or its row where it has not been touched since it was read. The digest comes before the
/// records, since every row names it.
pub(super) fn digest_large(file: &FoundFile, known: &KnownFiles) -> Result<Digested> {
    if let Some(row) = known.untouched(file) {
        return Ok(Digested::Unchanged(Box::new(tally_unchanged(file, row))));
    }
    let (sha256, byte_count) = digest(&file.path())?;
    Ok(match known.same_content(file, &sha256) {
        Some(row) => Digested::Unchanged(Box::new(tally_unchanged(file, row))),
        None => Digested::New(sha256, byte_count),
    })
}

/// A large file before it is streamed.
pub(super) enum Digested {
    /// The lake has it.
    Unchanged(Box<FileTally>),
    /// SHA-256 and size.
    New(String, u64),
}

/// Opens a large file for streaming.
pub(super) fn open_large<'f>(
    file: &'f FoundFile,
    path: &'f Path,
    sha256: String,
    byte_count: u64,
) -> Result<Reading<'f>> {
    let frames = Frames::open(Content::File(path, byte_count), &claims_of(file)).map_err(|e| unreadable(path, e))?;
    Reading::start(file, frames, sha256, byte_count)
}

/// Refuses a file that was rewritten between its digest and its reading.
pub(super) fn still_same(file: &FoundFile, byte_count: u64) -> Result<()> {
    let path = file.path();
    let metadata = path.metadata().map_err(|e| unreadable(&path, e))?;
    let has_grown = metadata.len() > byte_count;
    if has_grown || modified_at(&metadata) == file.modified_at {
        return Ok(());
    }
    Err(Error::Input(format!("`{}` was changed while it was read; ingest it again", path.display())))
}

fn digest(path: &Path) -> Result<(String, u64)> {
    File::open(path).and_then(digest_of).map_err(|e| unreadable(path, e))
}

/// What the file holds once more, now only for its digest: such files are few and small, and most are of other sources.
fn content_digest(file: &FoundFile, frames: &Frames<'_>, source: &dyn Source, byte_count: u64) -> Option<String> {
    if frames.compression() == Compression::None || !source.names_files_by_content() {
        return None;
    }
    let content = Content::File(&file.path(), byte_count).decompressed().and_then(digest_of);
    content.ok().map(|(sha256, _)| sha256)
}

fn digest_of(mut content: impl Read) -> io::Result<(String, u64)> {
    let (mut hasher, mut buffer, mut total) = (Sha256::new(), vec![0; 1 << 20], 0);
    loop {
        let count = match content.read(&mut buffer) {
            Ok(0) => return Ok((hex(&hasher.finalize()), total)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&buffer[..count]);
        total += count as u64;
    }
}

fn claims_of(file: &FoundFile) -> impl Fn(&str) -> bool {
    let asked = file.source;
    move |line: &str| match asked {
        Some(source) => source.claims(line),
        None => detect::claimant(line).is_some(),
    }
}

fn tally_unchanged(file: &FoundFile, known: &KnownFile) -> FileTally {
    FileTally {
        file_id: known.file_id(),
        path: file.stored.to_string(),
        byte_count: file.byte_count,
        unchanged: true,
        modified_at: file.modified_at,
        ..FileTally::default()
    }
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::io("read", path, error)
}
