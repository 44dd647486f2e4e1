//! Files to lake: framing, sources and deduplication, in parallel and in bounded memory.
//!
//! Threads turn files and chunks into blocks of rows; one thread then decides, in the order of path and position, what is new.
//! So the result is the same at any thread count and for any order of the inputs.

mod block;
mod detect;
mod inputs;
mod known;
mod pending;
mod read;
mod rows;
mod secrets;
mod tally;

use std::path::Path;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use crate::error::Result;
use crate::framing::Chunk;
use crate::lake::{FILES, REJECTS, Rows, Staged, Writer};
use block::{Block, Blocks, FileContext, Part};
use inputs::FoundFile;
use known::{Known, KnownFiles, day_of};
use pending::Pending;
use read::{Group, Outcome, Reading};

pub use inputs::{Input, Skipped};
pub use tally::{Counts, FileTally, Summary};

/// Sizes that bound the memory of an ingest. They shape its files, never its content.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Bytes on disk up to which a file is read whole by one thread.
    small: u64,
    /// Bytes on disk that one thread reads before it hands over its blocks.
    group: u64,
    /// Groups that are read before their rows are decided on.
    wave: usize,
    /// Decompressed bytes that the small files of one wave may hold together; the rest of them are streamed.
    wave_bytes: u64,
    /// Memory of the gathered rows at which they are written.
    pending: usize,
    /// Raw bytes of one Parquet file at most, so that one large partition is still written by several threads.
    piece: u64,
    /// Bytes of rejects that are gathered before they are written.
    rejects: usize,
    /// Raw bytes after which a batch is committed. A batch ends with a file.
    batch: u64,
}

impl Limits {
    /// Together below 512 MiB on two cores.
    const NORMAL: Self = Self {
        small: 8 << 20,
        group: 4 << 20,
        wave: 12,
        wave_bytes: 160 << 20,
        pending: 144 << 20,
        piece: 48 << 20,
        rejects: 16 << 20,
        batch: 2 << 30,
    };
}

/// How far an ingest has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files that are done with.
    pub files_done: u64,
    /// Files there are.
    pub files: u64,
    /// Bytes on disk that are done with.
    pub bytes_done: u64,
    /// Bytes on disk there are.
    pub bytes: u64,
}

/// How to ingest.
#[derive(Clone, Copy, Default)]
pub struct Options<'o> {
    /// The time of the ingest; microseconds.
    pub ingested_at: i64,
    /// Told after each file.
    pub progress: Option<&'o (dyn Fn(Progress) + Sync)>,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("ingested_at", &self.ingested_at).finish_non_exhaustive()
    }
}

/// Reads files into a lake, creating it where there is none. What the lake has already is not added again.
///
/// # Errors
/// [`Input`](crate::error::Error::Input) when an input matches no file, [`Io`](crate::error::Error::Io) naming the file or
/// folder that cannot be read or written, [`Lake`](crate::error::Error::Lake) when the lake is damaged. What was committed
/// before stays.
pub fn ingest(lake: &Path, inputs: &[Input], options: &Options<'_>) -> Result<Summary> {
    ingest_within(lake, inputs, options, Limits::NORMAL)
}

fn ingest_within(lake: &Path, inputs: &[Input], options: &Options<'_>, limits: Limits) -> Result<Summary> {
    let found = inputs::find(inputs, lake)?;
    let mut run = Run::new(Writer::open_or_create(lake)?, *options, limits, &found.files)?;
    for wave in waves(&found.files, &limits) {
        match wave {
            Wave::Small(groups) => run.small(&groups)?,
            Wave::Large(file) => run.large(file)?,
        }
    }
    run.commit()?;
    run.summary.skipped = found.skipped;
    Ok(run.summary)
}

enum Wave<'f> {
    Small(Vec<&'f [FoundFile]>),
    Large(&'f FoundFile),
}

fn waves<'f>(files: &'f [FoundFile], limits: &Limits) -> Vec<Wave<'f>> {
    let mut waves = Vec::new();
    for run in files.chunk_by(|a, b| a.byte_count <= limits.small && b.byte_count <= limits.small) {
        match run {
            [file] if file.byte_count > limits.small => waves.push(Wave::Large(file)),
            small => {
                waves.extend(groups(small, limits.group).chunks(limits.wave).map(|wave| Wave::Small(wave.to_vec())))
            }
        }
    }
    waves
}

fn groups(files: &[FoundFile], group: u64) -> Vec<&[FoundFile]> {
    let (mut groups, mut start, mut weight) = (Vec::new(), 0, 0);
    for (at, file) in files.iter().enumerate() {
        if weight >= group {
            groups.push(&files[start..at]);
            (start, weight) = (at, 0);
        }
        weight += weight_of(file);
    }
    groups.push(&files[start..]);
    groups
}

// By its name only: a guess of how much a compressed file holds; a wrong guess costs speed, not memory.
fn weight_of(file: &FoundFile) -> u64 {
    let is_compressed = [".gz", ".zst"].iter().any(|end| file.stored.ends_with(end));
    if is_compressed { file.byte_count * 10 } else { file.byte_count }
}

/// One ingest: what is known, what is gathered, what is counted.
struct Run<'o> {
    writer: Writer,
    options: Options<'o>,
    limits: Limits,
    known_files: KnownFiles,
    known: Known,
    pending: Pending,
    rejects: Rows,
    reject_bytes: usize,
    staged: Vec<Staged>,
    batch: Vec<FileTally>,
    batch_bytes: u64,
    progress: Progress,
    summary: Summary,
}

impl<'o> Run<'o> {
    fn new(writer: Writer, options: Options<'o>, limits: Limits, files: &[FoundFile]) -> Result<Self> {
        let bytes = files.iter().map(|f| f.byte_count).sum();
        Ok(Self {
            known_files: KnownFiles::load(&writer)?,
            writer,
            options,
            limits,
            known: Known::default(),
            pending: Pending::default(),
            rejects: Rows::new(&REJECTS),
            reject_bytes: 0,
            staged: Vec::new(),
            batch: Vec::new(),
            batch_bytes: 0,
            progress: Progress { files: files.len() as u64, bytes, ..Progress::default() },
            summary: Summary::default(),
        })
    }

    fn small(&mut self, wave: &[&[FoundFile]]) -> Result<()> {
        let read = AtomicU64::new(0);
        let (known, limits) = (&self.known_files, &self.limits);
        let groups: Vec<Result<Group>> =
            wave.par_iter().with_max_len(1).map(|files| read::read_group(files, known, limits, &read)).collect();
        for (files, group) in wave.iter().zip(groups) {
            self.group(files, group?)?;
        }
        Ok(())
    }

    fn group(&mut self, files: &[FoundFile], group: Group) -> Result<()> {
        let mut numbers: Vec<usize> = group.blocks.iter().map(|block| self.pending.push(block)).collect();
        for (file, outcome) in files.iter().zip(group.outcomes) {
            match outcome {
                Outcome::Unchanged(tally) => self.done(tally)?,
                Outcome::Read(mut tally, parts) => {
                    for part in &parts {
                        let block = group.blocks.get(part.block).zip(numbers.get(part.block).copied());
                        self.decide(&mut tally, part, block)?;
                    }
                    self.done(tally)?;
                }
                Outcome::TooLarge => {
                    self.large(file)?;
                    // Streaming may have written what is gathered, the group's blocks with it.
                    numbers = group.blocks.iter().map(|block| self.pending.push(block)).collect();
                }
            }
        }
        self.flush_if_full()?;
        self.commit_if_large()
    }

    fn large(&mut self, file: &FoundFile) -> Result<()> {
        let mut reading = match read::open_large(file, &self.known_files)? {
            Ok(reading) => reading,
            Err(unchanged) => return self.done(unchanged),
        };
        let at_once = (2 * rayon::current_num_threads()).min(16);
        let mut tally = reading.tally.clone();
        let mut chunks = reading.next_few(at_once)?;
        while !chunks.is_empty() {
            let (parsed, next) = parse_and_read_on(&chunks, &mut reading, at_once);
            for parsed in parsed {
                let (blocks, part) = parsed?;
                let block = blocks.first().map(|block| (block, self.pending.push(block)));
                self.decide(&mut tally, &part, block)?;
                self.flush_if_full()?;
            }
            chunks = next?;
        }
        read::still_same(file, tally.byte_count)?;
        self.done(tally)?;
        self.commit_if_large()
    }

    /// Decides on each record of a part whether it is new.
    fn decide(&mut self, tally: &mut FileTally, part: &Part, block: Option<(&Block, usize)>) -> Result<()> {
        tally.counts.records += part.records;
        for (rule, count) in &part.filtered {
            tally.counts.filtered += count;
            *tally.rules.entry(rule).or_default() += count;
        }
        if let (Some((block, number)), Some(source)) = (block, tally.source) {
            for row in part.rows.clone() {
                let event = &block.rows[row];
                let day = day_of(event.event_time);
                tally.saw(event.event_time);
                self.batch_bytes += event.byte_length;
                if self.known.insert(&self.writer, source, day, event.identity)? {
                    tally.counts.accepted += 1;
                    self.pending.keep(source, day, number, row, event);
                } else {
                    tally.counts.duplicate += 1;
                }
            }
        }
        self.rejects(tally, part)
    }

    fn rejects(&mut self, tally: &mut FileTally, part: &Part) -> Result<()> {
        let is_known_path = self.known_files.has_path(&tally.path);
        for reject in &part.rejects {
            if is_known_path && !self.known.insert_reject(&self.writer, &tally.path, reject)? {
                tally.counts.duplicate += 1;
                continue;
            }
            tally.counts.rejected += 1;
            rows::put_reject(&mut self.rejects, tally, reject);
            self.reject_bytes += reject.raw.len() + reject.reason.len();
            if self.reject_bytes >= self.limits.rejects {
                self.stage_rejects()?;
            }
        }
        Ok(())
    }

    fn stage_rejects(&mut self) -> Result<()> {
        let rows = std::mem::replace(&mut self.rejects, Rows::new(&REJECTS)).finish()?;
        self.reject_bytes = 0;
        if rows.num_rows() > 0 {
            self.staged.push(self.writer.stage(&REJECTS, None, None, std::iter::once(Ok(rows)))?);
        }
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<()> {
        if self.pending.size() >= self.limits.pending {
            let staged = self.pending.flush(&self.writer, self.limits.piece)?;
            self.staged.extend(staged);
        }
        Ok(())
    }

    fn done(&mut self, tally: FileTally) -> Result<()> {
        tally.check()?;
        self.progress.files_done += 1;
        self.progress.bytes_done += tally.byte_count;
        if let Some(tell) = self.options.progress {
            tell(self.progress);
        }
        self.summary.totals.add(&tally.counts);
        if !tally.unchanged {
            self.summary.byte_count += tally.byte_count;
            self.batch.push(tally.clone());
        }
        self.summary.files.push(tally);
        Ok(())
    }

    fn commit_if_large(&mut self) -> Result<()> {
        if self.batch_bytes >= self.limits.batch { self.commit() } else { Ok(()) }
    }

    /// Makes what was read so far part of the lake.
    fn commit(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let events = self.pending.flush(&self.writer, self.limits.piece)?;
        self.staged.extend(events);
        self.stage_rejects()?;
        let batch_id = batch_id(&self.batch);
        let mut rows = Rows::new(&FILES);
        self.batch.iter().for_each(|tally| rows::put_file(&mut rows, tally, self.options.ingested_at, &batch_id));
        let files = self.writer.stage(&FILES, None, None, std::iter::once(rows.finish()))?;
        self.staged.push(files);
        self.writer.commit(&batch_id, std::mem::take(&mut self.staged), self.options.ingested_at)?;
        self.known.clear();
        self.batch.clear();
        self.batch_bytes = 0;
        Ok(())
    }
}

type Parsed = Result<(Vec<Block>, Part)>;

fn parse_and_read_on(chunks: &[Chunk], reading: &mut Reading<'_>, at_once: usize) -> (Vec<Parsed>, Result<Vec<Chunk>>) {
    let tally = reading.tally.clone();
    let source = reading.context().source;
    let context = FileContext { stored: &tally.path, file_id: &tally.file_id, source };
    rayon::join(
        || chunks.par_iter().with_max_len(1).map(|chunk| parse(chunk, &context)).collect(),
        || reading.next_few(at_once),
    )
}

fn parse(chunk: &Chunk, context: &FileContext<'_>) -> Parsed {
    let mut blocks = Blocks::new();
    let part = blocks.read(chunk, context)?;
    Ok((blocks.finish()?, part))
}

fn batch_id(files: &[FileTally]) -> String {
    let ids: Vec<Option<&[u8]>> = files.iter().map(|f| Some(f.file_id.as_bytes())).collect();
    block::hex(&crate::event::identity("batch", &ids))
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
