//! Accepted rows on their way to Parquet: gathered by partition, sorted, written in parallel.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use rayon::prelude::*;

use super::block::{Block, EventRow};
use super::known::date;
use crate::change::CHANGES;
use crate::error::{Error, Result};
use crate::event::EVENTS;
use crate::lake::{Staged, Writer};
use crate::schema::Table;

/// Rows and raw bytes that are copied together at most: text columns of Arrow end at 2 GiB.
const SLICE_ROWS: usize = 8192;
const SLICE_BYTES: u64 = 8 << 20;

/// Accepted events and their changes, not yet written.
#[derive(Default)]
pub(super) struct Pending {
    events: Vec<RecordBatch>,
    changes: Vec<RecordBatch>,
    partitions: BTreeMap<(&'static str, i32), Vec<Row>>,
    size: usize,
}

#[derive(Debug, Clone)]
struct Row {
    batch: usize,
    row: usize,
    event: EventRow,
}

struct Piece {
    source: &'static str,
    date: String,
    rows: Vec<Row>,
}

impl Pending {
    /// Takes the batches of a block; returns the number to name its rows by.
    pub(super) fn push(&mut self, block: &Block) -> usize {
        self.size += block.events.get_array_memory_size() + block.changes.get_array_memory_size();
        self.events.push(block.events.clone());
        self.changes.push(block.changes.clone());
        self.events.len() - 1
    }

    /// Keeps one row of a batch.
    pub(super) fn keep(&mut self, source: &'static str, day: i32, batch: usize, row: usize, event: &EventRow) {
        self.partitions.entry((source, day)).or_default().push(Row { batch, row, event: event.clone() });
    }

    /// Memory of the batches, in bytes.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Writes all that is gathered, in files of at most `piece` raw bytes.
    pub(super) fn flush(&mut self, writer: &Writer, piece: u64) -> Result<Vec<Staged>> {
        let full = std::mem::take(self);
        let mut pieces = Vec::new();
        for ((source, day), mut rows) in full.partitions {
            rows.par_sort_unstable_by_key(|r| (r.event.event_time, r.event.identity));
            let date = date(day)?;
            let parts = split(rows, piece);
            pieces.extend(parts.into_iter().map(|rows| Piece { source, date: date.clone(), rows }));
        }
        let (events, changes): (Vec<_>, Vec<_>) = (full.events.iter().collect(), full.changes.iter().collect());
        let staged: Result<Vec<Vec<Staged>>> =
            pieces.par_iter().map(|piece| piece.stage(writer, &events, &changes)).collect();
        Ok(staged?.into_iter().flatten().collect())
    }
}

impl Piece {
    fn stage(&self, writer: &Writer, events: &[&RecordBatch], changes: &[&RecordBatch]) -> Result<Vec<Staged>> {
        let mut staged = vec![self.stage_table(writer, &EVENTS, events, &self.rows, |r| r.row..r.row + 1)?];
        let with_changes: Vec<Row> = self.rows.iter().filter(|r| !r.event.changes.is_empty()).cloned().collect();
        if !with_changes.is_empty() {
            staged.push(self.stage_table(writer, &CHANGES, changes, &with_changes, |r| r.event.changes.clone())?);
        }
        Ok(staged)
    }

    fn stage_table(
        &self,
        writer: &Writer,
        table: &'static Table,
        batches: &[&RecordBatch],
        rows: &[Row],
        places: impl Fn(&Row) -> std::ops::Range<usize>,
    ) -> Result<Staged> {
        let times = rows.first().zip(rows.last()).map(|(a, b)| (a.event.event_time, b.event.event_time));
        let slices = slices(rows).map(|slice| {
            let at: Vec<(usize, usize)> =
                slice.iter().flat_map(|row| places(row).map(move |place| (row.batch, place))).collect();
            interleave_record_batch(batches, &at)
                .map_err(|e| Error::Bug(format!("rows of `{}` cannot be gathered: {e}", table.name)))
        });
        writer.stage(table, Some((self.source, self.date.clone())), times, slices)
    }
}

fn slices(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let (slice, after) = rest.split_at(prefix(rest, SLICE_BYTES, SLICE_ROWS));
        rest = after;
        (!slice.is_empty()).then_some(slice)
    })
}

fn split(mut rows: Vec<Row>, bytes: u64) -> Vec<Vec<Row>> {
    let mut parts = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(prefix(&rows, bytes, usize::MAX));
        parts.push(std::mem::replace(&mut rows, rest));
    }
    parts
}

// How many rows fit; at least one, however large.
fn prefix(rows: &[Row], bytes: u64, count: usize) -> usize {
    let mut total = 0;
    let fitting = rows.iter().take(count).take_while(|r| {
        total += r.event.byte_length;
        total <= bytes
    });
    fitting.count().max(1).min(rows.len())
}
