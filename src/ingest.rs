//! Files to lake: framing, sources and deduplication, in parallel and in bounded memory.
//!
//! Threads turn files and chunks into blocks of rows, which are gathered in the order of path and position; when enough is
//! gathered, it is decided what of it is new, and that is written while the next is read. So the result is the same at any thread
//! count and for any order of the inputs.

mod block;
mod chunk;
mod derive;
mod detect;
mod inputs;
mod kindred;
mod known;
mod pages;
mod pending;
mod read;
mod rows;
mod run;
mod secrets;
mod settle;
mod streamed;
mod tally;
mod writing;

use std::path::Path;

use crate::error::Result;
use crate::lake::Writer;
use inputs::FoundFile;
use run::Run;

pub use inputs::{Input, Skipped};
pub use tally::{Counts, FileTally, Progress, Refused, Summary, Unwatched, Watch};

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
    /// Files after which a batch is committed.
    batch_files: usize,
}

impl Limits {
    /// Together below 512 MiB on two cores.
    const NORMAL: Self = Self {
        small: 8 << 20,
        group: 2 << 20,
        wave: 10,
        wave_bytes: 64 << 20,
        pending: 48 << 20,
        piece: 24 << 20,
        rejects: 16 << 20,
        batch: 2 << 30,
        batch_files: 20_000,
    };
}

/// How to ingest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The time of the ingest; microseconds.
    pub ingested_at: i64,
    /// Rejects that are tolerated in all; `None` = any number. A file that brings more is left out as a whole.
    pub max_rejects: Option<u64>,
    /// Whether to take what can be read of such a file all the same.
    pub keep_going: bool,
}

/// Reads files into a lake, creating it where there is none. What the lake has already is not added again.
///
/// # Errors
/// [`Input`](crate::error::Error::Input) when an input matches no file, [`Io`](crate::error::Error::Io) naming the file or
/// folder that cannot be read or written, [`Lake`](crate::error::Error::Lake) when the lake is damaged. What was committed
/// before stays.
pub fn ingest(lake: &Path, inputs: &[Input], options: &Options, watch: &mut dyn Watch) -> Result<Summary> {
    ingest_within(lake, inputs, options, watch, Limits::NORMAL)
}

fn ingest_within(
    lake: &Path,
    inputs: &[Input],
    options: &Options,
    watch: &mut dyn Watch,
    limits: Limits,
) -> Result<Summary> {
    let found = inputs::find(inputs, lake)?;
    let mut run = Run::new(Writer::open_or_create(lake)?, *options, limits, watch, &found.files)?;
    for wave in waves(&found.files, &limits) {
        match wave {
            Wave::Small(groups) => run.small(&groups)?,
            Wave::Large(file) => run.large(file)?,
        }
    }
    run.finish(found.skipped)
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

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
