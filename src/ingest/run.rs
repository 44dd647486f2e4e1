//! One ingest: what is known, what is gathered, what is counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::block::{Block, Part, Reject, hex};
use super::derive::derive;
use super::inputs::{FoundFile, Skipped};
use super::known::{KnownFiles, KnownRejects};
use super::pending::{Flushed, Pending};
use super::read::{self, Group, Outcome};
use super::rows;
use super::settle::Store;
use super::tally::{Counts, FileTally, Progress, Refused, Summary, Watch};
use super::writing::Writing;
use super::{Limits, Options};
use crate::error::{Error, Result};
use crate::lake::{DUPLICATES, FILES, REJECTS, Rows, Staged, Writer};

/// One ingest.
pub(super) struct Run<'w> {
    store: Arc<Store>,
    pub(super) limits: Limits,
    pub(super) known_files: KnownFiles,
    options: Options,
    known_rejects: KnownRejects,
    /// What is gathered, and what is being decided on and written meanwhile.
    pub(super) pending: Pending,
    writing: Option<Writing>,
    pub(super) rejects: Rows,
    pub(super) reject_bytes: usize,
    pub(super) staged: Vec<Staged>,
    /// Files that are not settled yet, by their number in the run.
    open: BTreeMap<u32, OpenFile>,
    next_file: u32,
    batch: Vec<FileTally>,
    pub(super) batch_bytes: u64,
    pub(super) progress: Progress,
    pub(super) summary: Summary,
    pub(super) watch: &'w mut dyn Watch,
}

/// A file some of whose events are not decided on.
struct OpenFile {
    tally: FileTally,
    undecided: u64,
    is_read: bool,
}

impl<'w> Run<'w> {
    pub(super) fn new(
        writer: Writer,
        options: Options,
        limits: Limits,
        watch: &'w mut dyn Watch,
        files: &[FoundFile],
    ) -> Result<Self> {
        let bytes = files.iter().map(|f| f.byte_count).sum();
        Ok(Self {
            known_files: KnownFiles::load(&writer)?,
            store: Arc::new(Store::new(writer)),
            limits,
            options,
            known_rejects: KnownRejects::default(),
            pending: Pending::default(),
            writing: None,
            rejects: Rows::new(&REJECTS),
            reject_bytes: 0,
            staged: Vec::new(),
            open: BTreeMap::new(),
            next_file: 0,
            batch: Vec::new(),
            batch_bytes: 0,
            progress: Progress { files: files.len() as u64, bytes, ..Progress::default() },
            summary: Summary::default(),
            watch,
        })
    }

    /// Reads some small files.
    pub(super) fn small(&mut self, wave: &[&[FoundFile]]) -> Result<()> {
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
                Outcome::Unchanged(tally) => self.unchanged(tally)?,
                Outcome::Read(tally, parts) => self.small_file(tally, parts, &group.blocks, &numbers)?,
                Outcome::TooLarge => {
                    self.large(file)?;
                    // Streaming may have written what is gathered, the group's blocks with it.
                    numbers = group.blocks.iter().map(|block| self.pending.push(block)).collect();
                }
            }
        }
        self.hand_over_if_full()?;
        self.commit_if_large()
    }

    fn small_file(&mut self, tally: FileTally, parts: Vec<Part>, blocks: &[Block], numbers: &[usize]) -> Result<()> {
        let rejects: u64 = self.new_rejects(&tally, parts.iter().flat_map(|part| &part.rejects))?;
        if self.is_too_much(rejects) {
            let mut tally = tally;
            tally.counts.records = parts.iter().map(|part| part.records).sum();
            tally.counts.rejected = rejects;
            let quoted = parts.into_iter().flat_map(|part| part.rejects).map(|r| (r.line, r.reason));
            self.refused(Refused::new(tally, quoted));
            return Ok(());
        }
        let number = self.begin(tally);
        for part in &parts {
            let block = blocks.get(part.block).zip(numbers.get(part.block).copied());
            self.gather(number, part, block)?;
        }
        self.read(number)
    }

    /// Counts the rejects that are new to the lake.
    pub(super) fn new_rejects<'r>(
        &mut self,
        tally: &FileTally,
        rejects: impl Iterator<Item = &'r Reject>,
    ) -> Result<u64> {
        let is_known_path = self.known_files.has_path(&tally.path);
        let mut count = 0;
        for reject in rejects {
            count += u64::from(!is_known_path || !self.known_rejects.has(&self.store.writer, &tally.path, reject)?);
        }
        Ok(count)
    }

    /// Whether so many rejects more are not tolerated, so that their file must be left out.
    pub(super) fn is_too_much(&self, rejects: u64) -> bool {
        let allowed = self.options.max_rejects.filter(|_| !self.options.keep_going);
        rejects > 0
            && allowed.is_some_and(|allowed| self.summary.totals.rejected + self.undone_rejects() + rejects > allowed)
    }

    fn undone_rejects(&self) -> u64 {
        self.open.values().map(|open| open.tally.counts.rejected).sum()
    }

    /// Whether a file may have to be left out after some of it was read.
    pub(super) const fn may_refuse(&self) -> bool {
        self.options.max_rejects.is_some() && !self.options.keep_going
    }

    pub(super) fn refused(&mut self, refused: Refused) {
        self.summary.file_count += 1;
        self.progress.files_done += 1;
        self.progress.bytes_done += refused.tally.byte_count;
        self.summary.refused.push(refused);
    }

    /// What is counted of a file so far.
    pub(super) fn counts_of(&self, number: u32) -> Counts {
        self.open.get(&number).map(|open| open.tally.counts).unwrap_or_default()
    }

    /// Forgets a file that was begun.
    pub(super) fn forget(&mut self, number: u32) {
        self.open.remove(&number);
    }

    /// A file that the lake has.
    pub(super) fn unchanged(&mut self, tally: FileTally) -> Result<()> {
        let number = self.begin(tally);
        self.read(number)
    }

    /// Begins to gather the records of a file; returns its number.
    pub(super) fn begin(&mut self, tally: FileTally) -> u32 {
        let number = self.next_file;
        self.next_file += 1;
        self.open.insert(number, OpenFile { tally, undecided: 0, is_read: false });
        number
    }

    /// Gathers what became of some records.
    pub(super) fn gather(&mut self, number: u32, part: &Part, block: Option<(&Block, usize)>) -> Result<()> {
        self.progress.records_read += part.records;
        let Some(open) = self.open.get_mut(&number) else { return Ok(()) };
        open.tally.counts.records += part.records;
        open.tally.source = open.tally.source.or(part.source);
        for (rule, count) in &part.filtered {
            open.tally.counts.filtered += count;
            *open.tally.rules.entry(rule).or_default() += count;
        }
        if let Some((block, batch)) = block {
            let events = &block.rows[part.rows.clone()];
            for event in events {
                open.tally.saw(event.event_time);
                self.batch_bytes += event.byte_length;
            }
            open.undecided += events.len() as u64;
            self.pending.keep(batch, part.rows.start, number, events);
        }
        self.gather_rejects(number, part)
    }

    fn gather_rejects(&mut self, number: u32, part: &Part) -> Result<()> {
        let Some(open) = self.open.get_mut(&number) else { return Ok(()) };
        let is_known_path = !part.rejects.is_empty() && self.known_files.has_path(&open.tally.path);
        for reject in &part.rejects {
            if is_known_path && self.known_rejects.has(&self.store.writer, &open.tally.path, reject)? {
                open.tally.counts.duplicate += 1;
                continue;
            }
            open.tally.counts.rejected += 1;
            rows::put_reject(&mut self.rejects, &open.tally, reject);
            self.reject_bytes += reject.raw.len() + reject.reason.len();
        }
        if self.reject_bytes >= self.limits.rejects { self.stage_rejects() } else { Ok(()) }
    }

    pub(super) fn stage_rejects(&mut self) -> Result<()> {
        let rows = std::mem::replace(&mut self.rejects, Rows::new(&REJECTS)).finish()?;
        self.reject_bytes = 0;
        if rows.num_rows() > 0 {
            self.staged.push(self.store.writer.stage(&REJECTS, None, None, std::iter::once(Ok(rows)))?);
        }
        Ok(())
    }

    /// Has what is gathered decided on and written, beside whatever is done next.
    pub(super) fn hand_over_if_full(&mut self) -> Result<()> {
        if self.pending.size() < self.limits.pending {
            return Ok(());
        }
        self.wait()?;
        self.hand_over();
        Ok(())
    }

    fn hand_over(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.writing = Some(Writing::start(pending, &self.store, self.limits.piece));
    }

    /// Waits for what was handed over, and takes over what was decided.
    pub(super) fn wait(&mut self) -> Result<()> {
        match self.writing.take() {
            Some(writing) => self.flushed(writing.wait()?),
            None => Ok(()),
        }
    }

    /// Decides on all that is gathered, and writes it.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.wait()?;
        if !self.pending.is_empty() {
            self.hand_over();
        }
        self.wait()
    }

    /// What is in the lake. Nothing may be being written.
    pub(super) fn store(&mut self) -> Result<&mut Store> {
        Arc::get_mut(&mut self.store).ok_or_else(|| Error::Bug("the lake is still being written".to_owned()))
    }

    fn flushed(&mut self, flushed: Flushed) -> Result<()> {
        self.staged.extend(flushed.staged);
        let store = self.store()?;
        for (partition, path, first, last) in flushed.events {
            store.earlier.add(partition, path, first, last);
        }
        for (number, accepted) in flushed.accepted {
            if let Some(open) = self.open.get_mut(&number) {
                open.tally.counts.accepted += accepted;
                open.undecided -= accepted;
            }
        }
        let mut duplicates = Rows::new(&DUPLICATES);
        for (source, duplicate) in &flushed.duplicates {
            if let Some(open) = self.open.get_mut(&duplicate.file) {
                open.tally.counts.duplicate += 1;
                open.undecided -= 1;
                rows::put_duplicate(&mut duplicates, duplicate, &open.tally.file_id, source);
            }
        }
        if !flushed.duplicates.is_empty() {
            let rows = std::iter::once(duplicates.finish());
            let staged = self.store.writer.stage(&DUPLICATES, None, None, rows)?;
            self.store()?.earlier.add_duplicates(staged.path().to_owned());
            self.staged.push(staged);
        }
        self.close_files()
    }

    /// A file was read to its end.
    pub(super) fn read(&mut self, number: u32) -> Result<()> {
        if let Some(open) = self.open.get_mut(&number) {
            open.is_read = true;
        }
        self.close_files()
    }

    /// Closes the files that are decided on, in their order.
    fn close_files(&mut self) -> Result<()> {
        while let Some(first) = self.open.first_entry().filter(|f| f.get().is_read && f.get().undecided == 0) {
            let tally = first.remove().tally;
            tally.check()?;
            self.progress.files_done += 1;
            self.progress.bytes_done += tally.byte_count;
            self.progress.counts.add(&tally.counts);
            self.summary.add(&tally);
            self.watch.file(&tally);
            if !tally.unchanged {
                self.batch.push(tally);
            }
        }
        self.watch.progress(&self.progress);
        Ok(())
    }

    pub(super) fn commit_if_large(&mut self) -> Result<()> {
        let is_large = self.batch_bytes >= self.limits.batch || self.batch.len() >= self.limits.batch_files;
        if is_large { self.commit() } else { Ok(()) }
    }

    /// Makes what was read so far part of the lake.
    fn commit(&mut self) -> Result<()> {
        self.flush()?;
        if self.batch.is_empty() {
            return Ok(());
        }
        self.stage_rejects()?;
        let batch_id = batch_id(&self.batch);
        let mut rows = Rows::new(&FILES);
        self.batch.iter().for_each(|tally| rows::put_file(&mut rows, tally, self.options.ingested_at, &batch_id));
        let files = self.store.writer.stage(&FILES, None, None, std::iter::once(rows.finish()))?;
        self.staged.push(files);
        let (staged, at) = (std::mem::take(&mut self.staged), self.options.ingested_at);
        let store = self.store()?;
        store.writer.commit(&batch_id, staged, at)?;
        store.earlier.clear();
        self.known_rejects.clear();
        self.batch.clear();
        self.batch_bytes = 0;
        Ok(())
    }

    /// Commits the rest.
    pub(super) fn finish(mut self, skipped: Vec<Skipped>) -> Result<Summary> {
        self.commit()?;
        let at = self.options.ingested_at;
        derive(&mut self.store()?.writer, at)?;
        self.summary.skipped = skipped;
        Ok(self.summary)
    }
}

fn batch_id(files: &[FileTally]) -> String {
    let ids: Vec<Option<&[u8]>> = files.iter().map(|f| Some(f.file_id.as_bytes())).collect();
    hex(&crate::event::identity("batch", &ids))
}
