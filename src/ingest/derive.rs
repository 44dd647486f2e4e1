//! Statements of the whole to grants and revokes, worked out over the whole lake whenever statements have come.
//!
//! What one statement changed is told by the one before it, which may arrive later. So the changes are no part of a batch: they
//! stand in files of their own (`derived-…`) in table `changes`, of which each holds the changes of some keys in one partition and
//! is replaced as a whole when they come out differently.

mod difference;
mod stated;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use self::difference::{Derived, changes_of};
use self::stated::{Stated, each_statement};
use super::block::hex;
use super::known::{date, day_of};
use crate::change::{CHANGES, STATEMENTS};
use crate::error::Result;
use crate::lake::{Rows, Staged, Writer, each_batch};
use crate::source::SOURCES;

/// How the files of derived changes are named.
const PREFIX: &str = "derived-";

/// Statements that are held in memory at once; keys are dealt into so many hands that this holds.
const AT_ONCE: usize = 400_000;

/// Works the changes out anew and puts those that differ into the lake.
pub(super) fn derive(writer: &mut Writer, at_micros: i64) -> Result<()> {
    let files = writer.live_files(&STATEMENTS)?;
    let count = files.iter().map(|path| row_count(path)).sum::<Result<usize>>()?;
    let hands = count.div_ceil(AT_ONCE).next_power_of_two();
    let (mut kept, mut added) = (BTreeSet::new(), Vec::new());
    let live: BTreeSet<PathBuf> = writer.live_files(&CHANGES)?.into_iter().filter(is_derived).collect();
    for hand in 0..hands {
        for (partition, derived) in partitions(&files, hand, hands)? {
            let name = name(&derived, hand, hands);
            let date = date(partition.1)?;
            match live.iter().find(|path| path.ends_with(place(partition.0, &date, &name))) {
                Some(path) => drop(kept.insert(path.clone())),
                None => added.push((name, stage(writer, (partition.0, date), &derived)?)),
            }
        }
    }
    let removed: BTreeSet<PathBuf> = live.difference(&kept).cloned().collect();
    if removed.is_empty() && added.is_empty() {
        return Ok(());
    }
    writer.replace(&CHANGES, &removed, added, at_micros, true)
}

fn row_count(path: &std::path::Path) -> Result<usize> {
    each_batch(path, &[crate::change::ORDINAL], None)?.map(|batch| Ok(batch?.num_rows())).sum()
}

fn is_derived(path: &PathBuf) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX))
}

fn place(source: &str, date: &str, name: &str) -> PathBuf {
    PathBuf::from(format!("source={source}")).join(format!("date={date}")).join(name)
}

type Partitions = BTreeMap<(&'static str, i32), Vec<Derived>>;

/// The changes of the keys of one hand, by partition, each in a total order.
fn partitions(files: &[PathBuf], hand: usize, hands: usize) -> Result<Partitions> {
    let mut by_key: BTreeMap<(&'static str, String), Vec<Stated>> = BTreeMap::new();
    for path in files {
        let Some(source) = source_of(path) else { continue };
        each_statement(
            path,
            |key| hand_of(key, hands) == hand,
            |key, stated| {
                by_key.entry((source, key)).or_default().push(stated);
            },
        )?;
    }
    let mut partitions = Partitions::new();
    for ((source, _), statements) in by_key {
        for change in changes_of(statements) {
            partitions.entry((source, day_of(change.event_time))).or_default().push(change);
        }
    }
    for changes in partitions.values_mut() {
        changes.sort_by(|a, b| (a.event_time, &a.change_id).cmp(&(b.event_time, &b.change_id)));
    }
    Ok(partitions)
}

fn hand_of(key: &str, hands: usize) -> usize {
    let digest = crate::event::identity("hand", &[Some(key.as_bytes())]);
    usize::from(u16::from_le_bytes([digest[0], digest[1]])) % hands
}

fn source_of(path: &std::path::Path) -> Option<&'static str> {
    let folder = path.parent()?.parent()?.file_name()?.to_str()?.strip_prefix("source=")?;
    SOURCES.iter().map(|s| s.id()).find(|id| *id == folder)
}

// Named for what it holds: a file that comes out the same is left alone.
fn name(derived: &[Derived], hand: usize, hands: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    derived.iter().for_each(|change| change.feed(&mut hasher));
    format!("{PREFIX}{}-{hand}of{hands}.parquet", hex(&hasher.finalize().as_bytes()[..16]))
}

fn stage(writer: &Writer, partition: (&'static str, String), derived: &[Derived]) -> Result<Staged> {
    let times = derived.first().zip(derived.last()).map(|(a, b)| (a.event_time, b.event_time));
    let batches = derived.chunks(8192).map(|changes| {
        let mut rows = Rows::new(&CHANGES);
        changes.iter().for_each(|change| change.put(&mut rows));
        rows.finish()
    });
    writer.stage(&CHANGES, Some(partition), times, batches)
}
