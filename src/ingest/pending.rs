//! Events on their way to Parquet: gathered by partition, decided on, written in parallel.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::block::{Block, EventRow};
use super::known::{date, day_of};
use super::settle::{Duplicate, Partition, Settled, Store, settle};
use crate::change::{CHANGES, STATEMENTS};
use crate::error::Result;
use crate::event::EVENTS;
use crate::lake::{Columns, Staged, Writer};
use crate::schema::Table;

/// Gathered events with their changes and statements, not yet decided on and not yet written.
#[derive(Default)]
pub(super) struct Pending {
    events: Vec<Arc<Columns>>,
    changes: Vec<Arc<Columns>>,
    statements: Vec<Arc<Columns>>,
    partitions: BTreeMap<Partition, Vec<Row>>,
    size: usize,
}

/// One event, and where its cells are.
#[derive(Debug, Clone)]
pub(super) struct Row {
    batch: usize,
    row: usize,
    /// The file, by its number in the run.
    pub(super) file: u32,
    pub(super) event: EventRow,
}

impl Row {
    /// The order in which records arrived.
    pub(super) const fn arrival(&self) -> (u32, usize, usize) {
        (self.file, self.batch, self.row)
    }
}

/// What became of the gathered events.
#[derive(Default)]
pub(super) struct Flushed {
    /// Files to be committed.
    pub(super) staged: Vec<Staged>,
    /// Which of them are of `events`: partition, and first and last time.
    pub(super) events: Vec<(Partition, PathBuf, i64, i64)>,
    /// How many events of which file are new.
    pub(super) accepted: BTreeMap<u32, u64>,
    /// Records that were known, with the source of each, in the order of arrival.
    pub(super) duplicates: Vec<(&'static str, Duplicate)>,
}

struct Piece {
    partition: Partition,
    date: String,
    rows: Vec<Row>,
}

impl Pending {
    /// Takes the cells of a block; returns the number to name its rows by.
    pub(super) fn push(&mut self, block: &Block) -> usize {
        let cells = [&block.events, &block.changes, &block.statements].map(|columns| columns.size());
        let ties: usize = block.rows.iter().filter_map(|row| row.ties.as_ref()).map(|ties| ties.size()).sum();
        self.size += cells.into_iter().sum::<usize>() + block.rows.len() * size_of::<Row>() + ties;
        self.events.push(Arc::clone(&block.events));
        self.changes.push(Arc::clone(&block.changes));
        self.statements.push(Arc::clone(&block.statements));
        self.events.len() - 1
    }

    /// Keeps the rows of a batch, of which the first has that number.
    pub(super) fn keep(&mut self, batch: usize, first: usize, file: u32, events: &[EventRow]) {
        let partition = |event: &EventRow| (event.source, day_of(event.event_time));
        let mut row = first;
        for run in events.chunk_by(|a, b| partition(a) == partition(b)) {
            let rows = self.partitions.entry(partition(&run[0])).or_default();
            rows.extend(run.iter().enumerate().map(|(at, event)| Row {
                batch,
                row: row + at,
                file,
                event: event.clone(),
            }));
            row += run.len();
        }
    }

    /// Memory of the batches, in bytes.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Whether nothing is gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.partitions.is_empty()
    }

    /// Decides on all that is gathered and writes what is new, in files of at most `piece` raw bytes.
    pub(super) fn flush(self, store: &Store, piece: u64) -> Result<Flushed> {
        let batches =
            [&self.events, &self.changes, &self.statements].map(|all| all.iter().map(AsRef::as_ref).collect());
        let partitions: Vec<(Partition, Vec<Row>)> = self.partitions.into_iter().collect();
        let settled: Result<Vec<(Partition, Settled)>> = partitions
            .into_par_iter()
            .with_max_len(1)
            .map(|(partition, rows)| Ok((partition, settle(store, partition, rows)?)))
            .collect();
        let mut flushed = Flushed::default();
        let mut pieces = Vec::new();
        for (partition, settled) in settled? {
            flushed.duplicates.extend(settled.duplicates.into_iter().map(|d| (partition.0, d)));
            settled.accepted.iter().for_each(|row| *flushed.accepted.entry(row.file).or_default() += 1);
            let date = date(partition.1)?;
            let parts = split(settled.accepted, piece);
            pieces.extend(parts.into_iter().map(|rows| Piece { partition, date: date.clone(), rows }));
        }
        flushed.duplicates.sort_by_key(|(_, d)| (d.file, d.line, d.byte_offset));
        let staged: Result<Vec<Vec<Staged>>> =
            pieces.par_iter().with_max_len(1).map(|piece| piece.stage(&store.writer, &batches)).collect();
        for (piece, staged) in pieces.iter().zip(staged?) {
            if let (Some(file), Some((first, last))) = (staged.first(), piece.times()) {
                flushed.events.push((piece.partition, file.path().to_owned(), first, last));
            }
            flushed.staged.extend(staged);
        }
        Ok(flushed)
    }
}

impl Piece {
    /// Stages the rows of the three tables; those of `events` first.
    fn stage(&self, writer: &Writer, [events, changes, statements]: &[Vec<&Columns>; 3]) -> Result<Vec<Staged>> {
        let mut staged = vec![self.stage_table(writer, &EVENTS, events, &self.rows, |r| r.row..r.row + 1)?];
        let ranged = |range: &Range<u32>| range.start as usize..range.end as usize;
        let with = |has: fn(&Row) -> bool| self.rows.iter().filter(|r| has(r)).cloned().collect::<Vec<Row>>();
        let rows = with(|r| !r.event.changes.is_empty());
        if !rows.is_empty() {
            staged.push(self.stage_table(writer, &CHANGES, changes, &rows, |r| ranged(&r.event.changes))?);
        }
        let rows = with(|r| !r.event.statements.is_empty());
        if !rows.is_empty() {
            staged.push(self.stage_table(writer, &STATEMENTS, statements, &rows, |r| ranged(&r.event.statements))?);
        }
        Ok(staged)
    }

    fn times(&self) -> Option<(i64, i64)> {
        Some((self.rows.first()?.event.event_time, self.rows.last()?.event.event_time))
    }

    fn stage_table(
        &self,
        writer: &Writer,
        table: &'static Table,
        batches: &[&Columns],
        rows: &[Row],
        places: impl Fn(&Row) -> Range<usize>,
    ) -> Result<Staged> {
        let times = rows.first().zip(rows.last()).map(|(a, b)| (a.event.event_time, b.event.event_time));
        let at: Vec<(usize, usize)> =
            rows.iter().flat_map(|row| places(row).map(move |place| (row.batch, place))).collect();
        writer.stage_gathered(table, (self.partition.0, self.date.clone()), times, batches, &at)
    }
}

fn split(mut rows: Vec<Row>, bytes: u64) -> Vec<Vec<Row>> {
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(prefix(&rows, bytes));
        parts.push(std::mem::replace(&mut rows, rest));
    }
    parts
}

// How many rows fit; at least one, however large.
fn prefix(rows: &[Row], bytes: u64) -> usize {
    let mut total = 0;
    let fitting = rows.iter().take_while(|r| {
        total += r.event.byte_length;
        total <= bytes
    });
    fitting.count().max(1).min(rows.len())
}
