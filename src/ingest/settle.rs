//! Which of the gathered events are new: told by sorting them, and by looking up only those committed rows whose time they share.
//!
//! Equal events have equal times, so that memory holds what is gathered and never what the lake has.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, RecordBatch};

use super::known::{FirstBytes, date, unhex};
use super::pending::Row;
use crate::error::{Error, Result};
use crate::event::{ACTOR, DELIVERY, EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, REQUEST_ID, SCOPE};
use crate::lake::{Staged, Writer, each_batch, instants, texts, time_range};
use crate::source::{Kin, Traits, by_id};

/// A record that was known already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Duplicate {
    pub(super) file: u32,
    pub(super) line: u64,
    pub(super) byte_offset: u64,
    pub(super) event_time: i64,
    /// The form that it was delivered in.
    pub(super) delivery: &'static str,
    /// The event that it repeats.
    pub(super) of: [u8; 16],
}

/// Source and UTC day.
pub(super) type Partition = (&'static str, i32);

/// Parquet files of `events` with their first and last time.
type Ranged = (PathBuf, i64, i64);

/// The lake, and what this run has added to it.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) writer: Writer,
    pub(super) earlier: Earlier,
}

impl Store {
    pub(super) fn new(writer: Writer) -> Self {
        Self { writer, earlier: Earlier::default() }
    }
}

/// What was written earlier: committed files, and those staged by this run.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    staged: BTreeMap<Partition, Vec<Ranged>>,
    committed: Mutex<HashMap<PathBuf, (i64, i64)>>,
}

impl Earlier {
    /// Remembers a file of events that this run has staged.
    pub(super) fn add(&mut self, partition: Partition, path: PathBuf, first: i64, last: i64) {
        self.staged.entry(partition).or_default().push((path, first, last));
    }

    /// Forgets staged files that were thrown away.
    pub(super) fn remove(&mut self, staged: &[Staged]) {
        let is_gone = |path: &PathBuf| staged.iter().any(|file| file.path() == path);
        self.staged.values_mut().for_each(|files| files.retain(|(path, _, _)| !is_gone(path)));
    }

    /// Forgets the staged files: they were committed, or thrown away.
    pub(super) fn clear(&mut self) {
        self.staged.clear();
    }

    /// The files of a partition that reach into a range of instants (inclusive).
    fn reaching(&self, writer: &Writer, partition: Partition, first: i64, last: i64) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for path in writer.events_of(partition.0, &date(partition.1)?) {
            let (from, to) = self.range(path)?;
            if from <= last && to >= first {
                found.push(path.clone());
            }
        }
        let staged = self.staged.get(&partition).into_iter().flatten();
        found.extend(staged.filter(|(_, from, to)| *from <= last && *to >= first).map(|(path, _, _)| path.clone()));
        Ok(found)
    }

    fn range(&self, path: &Path) -> Result<(i64, i64)> {
        let known = |ranges: &mut HashMap<PathBuf, (i64, i64)>| ranges.get(path).copied();
        let mut ranges = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(range) = known(&mut ranges) {
            return Ok(range);
        }
        let range = time_range(path)?.unwrap_or((i64::MIN, i64::MAX));
        ranges.insert(path.to_owned(), range);
        Ok(range)
    }
}

/// The rows of a partition, decided on.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// What is new, sorted by time and identity.
    pub(super) accepted: Vec<Row>,
    pub(super) duplicates: Vec<Duplicate>,
}

/// Decides on the rows of one partition, which are given in the order of arrival: of equal ones the first is kept.
pub(super) fn settle(store: &Store, partition: Partition, mut rows: Vec<Row>) -> Result<Settled> {
    let Store { writer, earlier } = store;
    rows.sort_by_key(|row| (row.event.event_time, row.event.identity));
    let mut settled = Settled::default();
    for row in rows {
        match settled.accepted.last().filter(|kept| kept.event.identity == row.event.identity) {
            Some(kept) => settled.duplicates.push(duplicate(&row, kept.event.identity)),
            None => settled.accepted.push(row),
        }
    }
    let (Some(first), Some(last)) = (settled.accepted.first(), settled.accepted.last()) else { return Ok(settled) };
    let (first, last) = (first.event.event_time, last.event.event_time);
    let files = earlier.reaching(writer, partition, first, last)?;
    if !files.is_empty() {
        let known = known_among(&settled.accepted, &files, first, last)?;
        drop_marked(&mut settled, |at, row| known[at].then_some(row.event.identity));
    }
    if settled.accepted.iter().any(|row| row.event.kin.is_some()) {
        let files = earlier.reaching(writer, partition, first - SECOND, last + SECOND)?;
        let known = kindred(partition.0, &settled.accepted, &files, first, last)?;
        drop_marked(&mut settled, |at, _| known[at]);
    }
    Ok(settled)
}

const SECOND: i64 = 1_000_000;

fn duplicate(row: &Row, of: [u8; 16]) -> Duplicate {
    Duplicate {
        file: row.file,
        line: row.event.line,
        byte_offset: row.event.byte_offset,
        event_time: row.event.event_time,
        delivery: row.event.delivery,
        of,
    }
}

fn drop_marked(settled: &mut Settled, repeats: impl Fn(usize, &Row) -> Option<[u8; 16]>) {
    let rows = std::mem::take(&mut settled.accepted);
    for (at, row) in rows.into_iter().enumerate() {
        match repeats(at, &row) {
            Some(of) => settled.duplicates.push(duplicate(&row, of)),
            None => settled.accepted.push(row),
        }
    }
}

type ByIdentity<V> = HashMap<[u8; 16], V, BuildHasherDefault<FirstBytes>>;

/// Which of the rows, sorted by time, stand in the files already. Files are sorted by time as well, so that both are walked side by
/// side, and only the ids of equal times are read.
fn known_among(rows: &[Row], files: &[PathBuf], first: i64, last: i64) -> Result<Vec<bool>> {
    let mut known = vec![false; rows.len()];
    for path in files {
        for batch in each_batch(path, &[EVENT_ID, EVENT_TIME], Some((first, last)))? {
            let batch = batch?;
            let (ids, times) = (texts(&batch, EVENT_ID)?, instants(&batch, EVENT_TIME)?);
            let mut at = 0_usize;
            for (row, time) in times.values().iter().enumerate() {
                let is_before = |row: &Row| row.event.event_time < *time;
                if at.checked_sub(1).is_some_and(|passed| !is_before(&rows[passed])) {
                    at = rows.partition_point(is_before);
                }
                at += rows[at..].iter().take_while(|row| is_before(row)).count();
                let same = rows[at..].iter().take_while(|row| row.event.event_time == *time).count();
                if same > 0 {
                    let id = id(path, ids.value(row))?;
                    (at..at + same).filter(|at| rows[*at].event.identity == id).for_each(|at| known[at] = true);
                }
            }
        }
    }
    Ok(known)
}

fn id(path: &Path, text: &str) -> Result<[u8; 16]> {
    unhex(text).ok_or_else(|| Error::Lake { path: path.to_owned(), message: format!("event id `{text}` is none") })
}

/// The events at hand by the marks that their deliveries share.
#[derive(Default)]
struct Kindred {
    native: ByIdentity<[u8; 16]>,
    coarse: ByIdentity<[u8; 16]>,
    fine: ByIdentity<[u8; 16]>,
}

impl Kindred {
    fn find(&self, kin: &Kin) -> Option<[u8; 16]> {
        let other = if kin.is_coarse { &self.fine } else { &self.coarse };
        let by_id = kin.native.and_then(|native| self.native.get(&native));
        by_id.or_else(|| other.get(&kin.coarse)).copied()
    }

    fn add(&mut self, kin: &Kin, event: [u8; 16]) {
        let alike = if kin.is_coarse { &mut self.coarse } else { &mut self.fine };
        alike.entry(kin.coarse).or_insert(event);
        if let Some(native) = kin.native {
            self.native.entry(native).or_insert(event);
        }
    }
}

/// For each row the event, if there is one, that another delivery of it has made already.
fn kindred(source: &str, rows: &[Row], files: &[PathBuf], first: i64, last: i64) -> Result<Vec<Option<[u8; 16]>>> {
    let mut at_hand = Kindred::default();
    for path in files {
        let columns = [EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, REQUEST_ID, SCOPE, ACTOR, DELIVERY];
        for batch in each_batch(path, &columns, Some((first - SECOND, last + SECOND)))? {
            learn(&mut at_hand, source, path, &batch?)?;
        }
    }
    // Rows are sorted by time, but of two deliveries the one that arrived first is kept.
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].event.kin.is_some()).collect();
    order.sort_by_key(|at| rows[*at].arrival());
    let mut known = vec![None; rows.len()];
    for at in order {
        let row = &rows[at];
        let Some(kin) = row.event.kin.as_deref() else { continue };
        known[at] = at_hand.find(kin);
        if known[at].is_none() {
            at_hand.add(kin, row.event.identity);
        }
    }
    Ok(known)
}

fn learn(at_hand: &mut Kindred, source: &str, path: &Path, batch: &RecordBatch) -> Result<()> {
    let Some(source) = by_id(source) else { return Ok(()) };
    let (ids, times, types) = (texts(batch, EVENT_ID)?, instants(batch, EVENT_TIME)?, texts(batch, EVENT_TYPE)?);
    let (natives, requests) = (texts(batch, NATIVE_ID)?, texts(batch, REQUEST_ID)?);
    let (scopes, actors, deliveries) = (texts(batch, SCOPE)?, texts(batch, ACTOR)?, texts(batch, DELIVERY)?);
    for row in 0..batch.num_rows() {
        let traits = Traits {
            delivery: deliveries.value(row),
            native_id: natives.is_valid(row).then(|| natives.value(row)),
            request_id: requests.is_valid(row).then(|| requests.value(row)),
            event_time: times.value(row),
            event_type: types.value(row),
            scope: scopes.value(row),
            actor: actors.is_valid(row).then(|| actors.value(row)),
        };
        if let Some(kin) = source.kin(&traits) {
            at_hand.add(&kin, id(path, ids.value(row))?);
        }
    }
    Ok(())
}
