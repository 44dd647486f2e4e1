//! Which of the gathered events are new: told by sorting them, and by looking up only those committed rows whose time they share.
//!
//! Equal events have equal times, as finely as their identity tells them, so that memory holds what is gathered and never what the lake has.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::kindred::kindred;
use super::known::{FirstBytes, date, unhex};
use super::pending::Row;
use crate::error::{Error, Result};
use crate::event::{EVENT_ID, EVENT_TIME};
use crate::lake::{DUPLICATES, Staged, Writer, each_batch, instants, texts, time_range};
use crate::source::SOURCES;

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
    /// The event that it would be by itself.
    pub(super) record: [u8; 16],
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
    /// Files of `duplicates` that this run has staged.
    duplicates: Vec<PathBuf>,
    committed: Mutex<HashMap<PathBuf, (i64, i64)>>,
}

impl Earlier {
    /// Remembers a file of events that this run has staged.
    pub(super) fn add(&mut self, partition: Partition, path: PathBuf, first: i64, last: i64) {
        self.staged.entry(partition).or_default().push((path, first, last));
    }

    /// Remembers a file of `duplicates` that this run has staged.
    pub(super) fn add_duplicates(&mut self, path: PathBuf) {
        self.duplicates.push(path);
    }

    /// Forgets staged files that were thrown away.
    pub(super) fn remove(&mut self, staged: &[Staged]) {
        let is_gone = |path: &PathBuf| staged.iter().any(|file| file.path() == path);
        self.staged.values_mut().for_each(|files| files.retain(|(path, _, _)| !is_gone(path)));
        self.duplicates.retain(|path| !is_gone(path));
    }

    /// Forgets the staged files: they were committed, or thrown away.
    pub(super) fn clear(&mut self) {
        self.staged.clear();
        self.duplicates.clear();
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

    /// The files of `duplicates` that reach into a range of instants (inclusive).
    fn repeating(&self, writer: &Writer, first: i64, last: i64) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for path in writer.live_files(&DUPLICATES)?.into_iter().chain(self.duplicates.iter().cloned()) {
            let (from, to) = self.range(&path)?;
            if from <= last && to >= first {
                found.push(path);
            }
        }
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
    let grain = Grain::of(partition.0);
    rows.sort_by_key(|row| (grain.of_time(row.event.event_time), row.event.identity));
    let mut settled = Settled::default();
    for row in rows {
        match settled.accepted.last().filter(|kept| kept.event.identity == row.event.identity) {
            Some(kept) => settled.duplicates.push(duplicate(&row, kept.event.identity)),
            None => settled.accepted.push(row),
        }
    }
    settled.accepted.sort_by_key(|row| (row.event.event_time, row.event.identity));
    let (Some(first), Some(last)) = (settled.accepted.first(), settled.accepted.last()) else { return Ok(settled) };
    let (first, last) = (grain.first(first.event.event_time), grain.last(last.event.event_time));
    let files = earlier.reaching(writer, partition, first, last)?;
    if !files.is_empty() {
        let known = known_among(&settled.accepted, &files, (first, last), grain)?;
        drop_marked(&mut settled, |at, row| known[at].then_some(row.event.identity));
    }
    if settled.accepted.iter().any(|row| row.event.ties.is_some()) {
        join_deliveries(store, partition, &mut settled, (first - SECOND, last + SECOND))?;
    }
    Ok(settled)
}

/// Drops what another delivery of the event has made already; what repeats such a record repeats that event, too.
fn join_deliveries(store: &Store, partition: Partition, settled: &mut Settled, within: (i64, i64)) -> Result<()> {
    let Store { writer, earlier } = store;
    let files = earlier.reaching(writer, partition, within.0, within.1)?;
    let duplicates = earlier.repeating(writer, within.0, within.1)?;
    let known = kindred(partition.0, &settled.accepted, (&files, &duplicates), within)?;
    let joined: ByIdentity<[u8; 16]> =
        settled.accepted.iter().zip(&known).filter_map(|(row, of)| Some((row.event.identity, (*of)?))).collect();
    settled.duplicates.iter_mut().for_each(|d| d.of = joined.get(&d.of).copied().unwrap_or(d.of));
    drop_marked(settled, |at, _| known[at]);
    Ok(())
}

const SECOND: i64 = 1_000_000;

/// How finely the identities of a source tell times.
#[derive(Debug, Clone, Copy)]
struct Grain(i64);

impl Grain {
    fn of(source: &str) -> Self {
        Self(SOURCES.iter().find(|s| s.id() == source).map_or(1, |source| source.grain()))
    }

    const fn of_time(self, time: i64) -> i64 {
        time.div_euclid(self.0)
    }

    /// The first instant that is the same to an identity.
    const fn first(self, time: i64) -> i64 {
        self.of_time(time) * self.0
    }

    /// The last one.
    const fn last(self, time: i64) -> i64 {
        self.first(time) + self.0 - 1
    }
}

fn duplicate(row: &Row, of: [u8; 16]) -> Duplicate {
    Duplicate {
        file: row.file,
        line: row.event.line,
        byte_offset: row.event.byte_offset,
        event_time: row.event.event_time,
        delivery: row.event.delivery,
        of,
        record: row.event.identity,
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

pub(super) type ByIdentity<V> = HashMap<[u8; 16], V, BuildHasherDefault<FirstBytes>>;

/// Which of the rows, sorted by time, stand in the files already. Files are sorted by time as well, so that both are walked side by
/// side, and only the ids of times that are the same to an identity are read.
fn known_among(rows: &[Row], files: &[PathBuf], within: (i64, i64), grain: Grain) -> Result<Vec<bool>> {
    let mut known = vec![false; rows.len()];
    for path in files {
        for batch in each_batch(path, &[EVENT_ID, EVENT_TIME], Some(within))? {
            let batch = batch?;
            let (ids, times) = (texts(&batch, EVENT_ID)?, instants(&batch, EVENT_TIME)?);
            let mut at = 0_usize;
            for (row, time) in times.values().iter().enumerate() {
                let (first, last) = (grain.first(*time), grain.last(*time));
                let is_before = |row: &Row| row.event.event_time < first;
                if at.checked_sub(1).is_some_and(|passed| !is_before(&rows[passed])) {
                    at = rows.partition_point(is_before);
                }
                at += rows[at..].iter().take_while(|row| is_before(row)).count();
                let same = rows[at..].iter().take_while(|row| row.event.event_time <= last).count();
                if same > 0 {
                    let id = id(path, ids.value(row))?;
                    (at..at + same).filter(|at| rows[*at].event.identity == id).for_each(|at| known[at] = true);
                }
            }
        }
    }
    Ok(known)
}

pub(super) fn id(path: &Path, text: &str) -> Result<[u8; 16]> {
    unhex(text).ok_or_else(|| Error::Lake { path: path.to_owned(), message: format!("event id `{text}` is none") })
}
