//! Statements of the whole to grants and revokes, worked out over the whole lake whenever statements have come.
//!
//! What one statement changed is told by the one before it, which may arrive later. So the changes are no part of a batch: they
//! stand in files of their own (`derived-…`) in table `changes`, of which each holds the changes of some keys in one partition and
//! is replaced as a whole when they come out differently.

mod difference;
mod stated;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use self::difference::{Derived, changes_of};
use self::stated::{Stated, each_statement};
use super::block::hex;
use super::known::{date, day_of};
use crate::change::{CHANGES, STATEMENTS};
use crate::error::Result;
use crate::lake::{Rows, Staged, Writer, each_batch};
use crate::source::SOURCES;

/// The note that says of which statements the changes at hand were worked out.
const NOTE: &str = "_derived";

/// How the files of derived changes are named.
const PREFIX: &str = "derived-";

/// Statements that are held in memory at once; keys are dealt into so many hands that this holds.
const AT_ONCE: usize = 100_000;

/// Works the changes out anew and puts those that differ into the lake.
pub(super) fn derive(writer: &mut Writer, at_micros: i64) -> Result<()> {
    let files = writer.live_files(&STATEMENTS)?;
    let of = digest_of(&files);
    if writer.note(NOTE).as_deref() == Some(&of) {
        return Ok(());
    }
    let count = files.iter().map(|path| row_count(path)).sum::<Result<usize>>()?;
    let hands = count.div_ceil(AT_ONCE).next_power_of_two();
    let (mut kept, mut added) = (BTreeSet::new(), Vec::new());
    let live: BTreeSet<PathBuf> = writer.live_files(&CHANGES)?.into_iter().filter(|path| is_derived(path)).collect();
    for hand in 0..hands {
        let partitions: Vec<_> = partitions(&files, hand, hands)?.into_iter().collect();
        let placed = partitions.into_par_iter().with_max_len(1).map(|(partition, derived)| {
            let name = name(&derived, hand, hands);
            let date = date(partition.1)?;
            Ok(match live.iter().find(|path| path.ends_with(place(partition.0, &date, &name))) {
                Some(path) => Err(path.clone()),
                None => Ok((name, stage(writer, (partition.0, date), &derived)?)),
            })
        });
        for placed in placed.collect::<Result<Vec<_>>>()? {
            match placed {
                Ok(new) => added.push(new),
                Err(old) => drop(kept.insert(old)),
            }
        }
    }
    let removed: BTreeSet<PathBuf> = live.difference(&kept).cloned().collect();
    if !removed.is_empty() || !added.is_empty() {
        writer.replace(&CHANGES, &removed, added, at_micros, true)?;
    }
    writer.put_note(NOTE, &of)
}

// Files are never rewritten in place: the same names hold the same statements.
fn digest_of(files: &[PathBuf]) -> String {
    let names: Vec<String> = files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let names: Vec<Option<&[u8]>> = names.iter().map(|name| Some(name.as_bytes())).collect();
    hex(&crate::event::identity("statements", &names))
}

fn row_count(path: &std::path::Path) -> Result<usize> {
    each_batch(path, &[crate::change::ORDINAL], None)?.map(|batch| Ok(batch?.num_rows())).sum()
}

fn is_derived(path: &std::path::Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX))
}

fn place(source: &str, date: &str, name: &str) -> PathBuf {
    PathBuf::from(format!("source={source}")).join(format!("date={date}")).join(name)
}

type Partitions = BTreeMap<(&'static str, i32), Vec<Derived>>;

/// The changes of the keys of one hand, by partition, each in a total order.
fn partitions(files: &[PathBuf], hand: usize, hands: usize) -> Result<Partitions> {
    let read =
        files.par_iter().with_max_len(1).filter_map(|path| Some((source_of(path)?, path))).map(|(source, path)| {
            let mut stated = Vec::new();
            each_statement(path, |key| hand_of(key, hands) == hand, |key, row| stated.push(((source, key), row)))?;
            Ok(stated)
        });
    let mut stated: Vec<((&'static str, String), Stated)> =
        read.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    stated.par_sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut by_key: Vec<(&'static str, String, Vec<Stated>)> = Vec::new();
    for ((source, key), row) in stated {
        match by_key.last_mut().filter(|last| (last.0, &last.1) == (source, &key)) {
            Some((_, _, rows)) => rows.push(row),
            None => by_key.push((source, key, vec![row])),
        }
    }
    let changes: Vec<(&'static str, Vec<Derived>)> =
        by_key.into_par_iter().map(|(source, _, rows)| (source, changes_of(rows))).collect();
    let mut partitions = Partitions::new();
    for (source, change) in changes.into_iter().flat_map(|(source, of)| of.into_iter().map(move |c| (source, c))) {
        partitions.entry((source, day_of(change.event_time))).or_default().push(change);
    }
    partitions.par_iter_mut().for_each(|(_, changes)| {
        changes.sort_by(|a, b| (a.event_time, &a.change_id).cmp(&(b.event_time, &b.change_id)));
    });
    Ok(partitions)
}

fn hand_of(key: &str, hands: usize) -> usize {
    let digest = crate::event::identity("hand", &[Some(key.as_bytes())]);
    usize::from(u16::from_le_bytes([digest[0], digest[1]])) % hands
}

fn source_of(path: &std::path::Path) -> Option<&'static str> {
    let folder = path.parent()?.parent()?.file_name()?.to_str()?.strip_prefix("source=")?;
    // Tests have a source of their own.
    let ids = SOURCES.iter().map(|s| s.id()).chain(cfg!(test).then_some("fake"));
    ids.into_iter().find(|id| *id == folder)
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
