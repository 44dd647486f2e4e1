//! The rows of many files in one order and in bounded memory: sorted in runs that fit, which are then merged.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use arrow::row::Rows as Keys;

use super::order::Order;
use super::{Writer, parquet_file};
use crate::error::{Error, Result};
use crate::schema::Table;

/// How much is held in memory and merged at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of a run.
    pub(super) run: usize,
    /// Runs that are read at once.
    pub(super) fan_in: usize,
    /// Bytes that are read of a file at a time.
    pub(super) read: u64,
    /// Bytes that are put together at a time.
    pub(super) slice: usize,
}

impl Limits {
    /// Together below 300 MiB, the writer's row group included.
    pub(super) const NORMAL: Self = Self { run: 64 << 20, fan_in: 12, read: 2 << 20, slice: 8 << 20 };
}

/// Rows that are put together at a time.
const SLICE_ROWS: usize = 8192;

/// Sorted rows, a few at a time.
pub(super) type Sorted = Box<dyn Iterator<Item = Result<RecordBatch>>>;

/// All rows of some files, in the table's order.
pub(super) fn sorted(writer: &Writer, table: &'static Table, paths: &[PathBuf], limits: Limits) -> Result<Sorted> {
    let mut runs = VecDeque::new();
    let (mut batches, mut memory) = (Vec::new(), 0);
    for path in paths {
        for batch in parquet_file::batches(path, table, limits.read)? {
            let batch = batch?;
            memory += batch.get_array_memory_size();
            batches.push(batch);
            if memory >= limits.run {
                runs.push_back(Run::write(
                    writer,
                    table,
                    Slices::new(table, std::mem::take(&mut batches), limits.slice)?,
                )?);
                memory = 0;
            }
        }
    }
    let rest = Slices::new(table, batches, limits.slice)?;
    if runs.is_empty() {
        return Ok(Box::new(rest));
    }
    runs.push_back(Run::write(writer, table, rest)?);
    while runs.len() > limits.fan_in {
        let some = runs.drain(..limits.fan_in).collect();
        runs.push_back(Run::write(writer, table, Merge::new(table, some, limits.read)?)?);
    }
    Ok(Box::new(Merge::new(table, runs.into(), limits.read)?))
}

/// Sorted rows on the disk, for as long as they are needed.
struct Run {
    path: PathBuf,
}

impl Run {
    fn write(writer: &Writer, table: &Table, mut rows: impl Iterator<Item = Result<RecordBatch>>) -> Result<Self> {
        let run = Self { path: writer.scratch("run")? };
        parquet_file::write(&run.path, table, &mut rows, u64::MAX)?;
        Ok(run)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // What stays is removed together with all that is staged.
        let _ = fs::remove_file(&self.path);
    }
}

/// Rows that fit into memory, sorted.
struct Slices {
    batches: Vec<RecordBatch>,
    order: std::vec::IntoIter<(usize, usize)>,
    slice: usize,
}

impl Slices {
    fn new(table: &Table, batches: Vec<RecordBatch>, bytes_at_once: usize) -> Result<Self> {
        let order = Order::of(table)?;
        let keys = batches.iter().map(|batch| order.keys(batch)).collect::<Result<Vec<Keys>>>()?;
        let mut rows: Vec<(usize, usize)> = Vec::new();
        for (at, batch) in batches.iter().enumerate() {
            rows.extend((0..batch.num_rows()).map(|row| (at, row)));
        }
        rows.sort_by(|a, b| keys[a.0].row(a.1).cmp(&keys[b.0].row(b.1)));
        let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
        let slice = (bytes_at_once / (bytes / rows.len().max(1)).max(1)).clamp(1, SLICE_ROWS);
        Ok(Self { batches, order: rows.into_iter(), slice })
    }
}

impl Iterator for Slices {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows: Vec<(usize, usize)> = self.order.by_ref().take(self.slice).collect();
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        (!rows.is_empty()).then(|| gathered(&batches, &rows))
    }
}

/// A run that is being read.
struct Cursor {
    source: parquet_file::Batches,
    batch: RecordBatch,
    keys: Keys,
    at: usize,
    _run: Run,
}

impl Cursor {
    fn open(table: &Table, order: &Order, run: Run, bytes: u64) -> Result<Option<Self>> {
        let mut source = parquet_file::batches(&run.path, table, bytes)?;
        let Some(batch) = source.next() else { return Ok(None) };
        let batch = batch?;
        Ok(Some(Self { source, keys: order.keys(&batch)?, batch, at: 0, _run: run }))
    }

    /// Whether there is another batch; it takes the place of the one before.
    fn advance(&mut self, order: &Order) -> Result<bool> {
        let Some(batch) = self.source.next() else { return Ok(false) };
        self.batch = batch?;
        (self.keys, self.at) = (order.keys(&self.batch)?, 0);
        Ok(true)
    }

    fn is_spent(&self) -> bool {
        self.at == self.batch.num_rows()
    }
}

/// Several runs as one.
struct Merge {
    order: Order,
    cursors: Vec<Cursor>,
}

impl Merge {
    fn new(table: &Table, runs: Vec<Run>, bytes: u64) -> Result<Self> {
        let order = Order::of(table)?;
        let mut cursors = Vec::new();
        for run in runs {
            cursors.extend(Cursor::open(table, &order, run, bytes)?);
        }
        Ok(Self { order, cursors })
    }

    /// The cursor of the smallest row, and that of the next larger one; of equal ones the earlier run's comes first.
    fn smallest(&self) -> Option<(usize, Option<usize>)> {
        let key = |at: usize| (self.cursors[at].keys.row(self.cursors[at].at), at);
        let (mut first, mut second) = (None, None);
        for at in 0..self.cursors.len() {
            if first.is_none_or(|first| key(at) < key(first)) {
                (first, second) = (Some(at), first);
            } else if second.is_none_or(|second| key(at) < key(second)) {
                second = Some(at);
            }
        }
        first.map(|first| (first, second))
    }

    /// The places of the next rows, as far as the batches at hand tell.
    fn next_rows(&mut self) -> Vec<(usize, usize)> {
        let mut rows = Vec::new();
        while let Some((first, second)) = self.smallest() {
            let bound = second.map(|s| (self.cursors[s].keys.row(self.cursors[s].at).owned(), s));
            let cursor = &mut self.cursors[first];
            loop {
                rows.push((first, cursor.at));
                cursor.at += 1;
                if cursor.is_spent() || rows.len() == SLICE_ROWS {
                    return rows;
                }
                let is_next =
                    |(key, s): &(arrow::row::OwnedRow, usize)| (cursor.keys.row(cursor.at), first) <= (key.row(), *s);
                if !bound.as_ref().is_none_or(is_next) {
                    break;
                }
            }
        }
        rows
    }

    fn refill(&mut self) -> Result<()> {
        for at in (0..self.cursors.len()).rev() {
            if self.cursors[at].is_spent() && !self.cursors[at].advance(&self.order)? {
                self.cursors.remove(at);
            }
        }
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.next_rows();
        if rows.is_empty() {
            return None;
        }
        let batches: Vec<&RecordBatch> = self.cursors.iter().map(|cursor| &cursor.batch).collect();
        let batch = gathered(&batches, &rows);
        Some(self.refill().and(batch))
    }
}

fn gathered(batches: &[&RecordBatch], rows: &[(usize, usize)]) -> Result<RecordBatch> {
    interleave_record_batch(batches, rows).map_err(|e| Error::Bug(format!("rows cannot be gathered: {e}")))
}
