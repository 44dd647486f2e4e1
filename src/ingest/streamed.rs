//! Large files: read chunk by chunk, while chunks read before are turned into rows and rows gathered before are written.

use rayon::prelude::*;

use super::block::{Block, Blocks, FileContext, Part};
use super::inputs::FoundFile;
use super::pending::Pending;
use super::read::{self, Digested, Reading};
use super::run::Run;
use super::tally::{FileTally, Refused};
use crate::error::Result;
use crate::framing::Chunk;
use crate::lake::{REJECTS, Rows};

/// Chunks that are held at once at most.
const CHUNKS: usize = 8;

/// What a run had before a file, to go back to.
struct Before {
    staged: usize,
    batch_bytes: u64,
}

/// A file that is read on only to count what is wrong with it.
struct Spoilt {
    records: u64,
    rejected: u64,
    quoted: Vec<(u64, String)>,
}

impl Run<'_> {
    /// Streams a large file.
    pub(super) fn large(&mut self, file: &FoundFile) -> Result<()> {
        match read::digest_large(file, &self.known_files)? {
            Digested::Unchanged(tally) => self.unchanged(*tally),
            Digested::New(sha256, byte_count) => self.stream(file, sha256, byte_count),
        }
    }

    fn stream(&mut self, file: &FoundFile, sha256: String, byte_count: u64) -> Result<()> {
        // What may have to be thrown away must not be mixed with what was read before.
        if self.may_refuse() {
            self.flush()?;
            self.stage_rejects()?;
        }
        let before = Before { staged: self.staged.len(), batch_bytes: self.batch_bytes };
        let path = file.path();
        let mut reading = read::open_large(file, &path, sha256, byte_count)?;
        let tally = reading.tally.clone();
        let number = self.begin(tally.clone());
        let spoilt = self.stream_chunks(number, &mut reading)?;
        read::still_same(file, byte_count)?;
        match spoilt {
            None => self.read(number)?,
            Some(spoilt) => self.go_back(number, tally, spoilt, &before)?,
        }
        self.commit_if_large()
    }

    fn stream_chunks(&mut self, number: u32, reading: &mut Reading<'_>) -> Result<Option<Spoilt>> {
        let at_once = (2 * rayon::current_num_threads()).min(CHUNKS);
        let mut spoilt = None;
        let mut chunks = reading.next_few(at_once)?;
        while !chunks.is_empty() {
            let (parsed, next) = parse_and_read_on(chunks, reading, at_once);
            for parsed in parsed {
                let (blocks, part) = parsed?;
                self.streamed(number, &blocks, part, &reading.tally, &mut spoilt)?;
            }
            chunks = next?;
        }
        Ok(spoilt)
    }

    fn streamed(
        &mut self,
        number: u32,
        blocks: &[Block],
        part: Part,
        tally: &FileTally,
        spoilt: &mut Option<Spoilt>,
    ) -> Result<()> {
        let rejects = self.new_rejects(tally, part.rejects.iter())?;
        if spoilt.is_none() && self.is_too_much(rejects) {
            let counts = self.counts_of(number);
            *spoilt = Some(Spoilt { records: counts.records, rejected: counts.rejected, quoted: Vec::new() });
        }
        match spoilt {
            Some(spoilt) => {
                spoilt.records += part.records;
                spoilt.rejected += rejects;
                let room = QUOTED - spoilt.quoted.len().min(QUOTED);
                spoilt.quoted.extend(part.rejects.into_iter().take(room).map(|r| (r.line, r.reason)));
                Ok(())
            }
            None => {
                let block = blocks.first().map(|block| (block, self.pending.push(block)));
                self.gather(number, &part, block)?;
                self.hand_over_if_full()
            }
        }
    }

    /// Throws away what was gathered and written of a file.
    fn go_back(&mut self, number: u32, mut tally: FileTally, spoilt: Spoilt, before: &Before) -> Result<()> {
        self.forget(number);
        self.pending = Pending::default();
        self.wait()?;
        let thrown = self.staged.split_off(before.staged);
        let store = self.store()?;
        for staged in &thrown {
            store.writer.discard(staged)?;
        }
        store.earlier.remove(&thrown);
        self.rejects = Rows::new(&REJECTS);
        self.reject_bytes = 0;
        self.batch_bytes = before.batch_bytes;
        tally.counts.records = spoilt.records;
        tally.counts.rejected = spoilt.rejected;
        self.refused(Refused::new(tally, spoilt.quoted.into_iter()));
        Ok(())
    }
}

/// Rejects of a file that are kept to be quoted.
const QUOTED: usize = 8;

type Parsed = Result<(Vec<Block>, Part)>;

fn parse_and_read_on(
    chunks: Vec<Chunk>,
    reading: &mut Reading<'_>,
    at_once: usize,
) -> (Vec<Parsed>, Result<Vec<Chunk>>) {
    let (file, tally, manner) = reading.parting();
    let context = read::context(file, &tally, manner);
    rayon::join(
        || chunks.into_par_iter().with_max_len(1).map(|chunk| parse(chunk, &context)).collect(),
        || reading.next_few(at_once),
    )
}

fn parse(chunk: Chunk, context: &FileContext<'_>) -> Parsed {
    let mut blocks = Blocks::new(0);
    let part = blocks.read(chunk, context)?;
    Ok((blocks.finish()?, part))
}
