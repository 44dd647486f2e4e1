//! A lake table read in batches, the next one while the last is taken in.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use polars::prelude::*;

use super::{collect, height, scan_files};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::schema::{Column as Named, Table};

/// Bytes on disk that are read at once, unless one row group alone has more.
const AT_ONCE: u64 = 2 << 20;
/// Files that are read at once.
const FILES_AT_ONCE: usize = 400;

/// Reads columns of a lake table batch by batch, in the order of files and rows, so that every run sees the same. Each batch is whole:
/// its columns are of one piece.
///
/// # Errors
/// The lake cannot be read, or what `take` says.
pub fn each_batch(
    lake: &Lake,
    table: &Table,
    columns: &[Named],
    mut take: impl FnMut(&DataFrame) -> Result<()>,
) -> Result<()> {
    let columns: Vec<Expr> = columns.iter().map(|column| column.expr()).collect();
    let mut plans = Vec::new();
    for (files, pieces) in portions(lake, table)? {
        let rows = scan_files(lake, table, &files)?;
        let length = if pieces > 1 { height(rows.clone())?.div_ceil(pieces) } else { 0 };
        let length = IdxSize::try_from(length).unwrap_or(IdxSize::MAX);
        for piece in 0..pieces {
            let from = i64::try_from(piece).unwrap_or(i64::MAX) * i64::from(length);
            let rows = if pieces > 1 { rows.clone().slice(from, length) } else { rows.clone() };
            plans.push(rows.select(columns.clone()));
        }
    }
    std::thread::scope(|scope| {
        let (give, given) = sync_channel(1);
        scope.spawn(move || {
            for plan in plans {
                let read = collect(plan, "read a table").map(|mut frame| {
                    frame.rechunk_mut();
                    frame
                });
                // Whoever takes them has stopped.
                if give.send(read).is_err() {
                    break;
                }
            }
        });
        given.iter().try_for_each(|frame| take(&frame?))
    })
}

/// Files that are read together, or the number of pieces of one file that is large.
fn portions(lake: &Lake, table: &Table) -> Result<Vec<(Vec<PathBuf>, usize)>> {
    let (mut portions, mut open, mut size) = (Vec::new(), Vec::new(), 0);
    for path in lake.live_files(table)? {
        let own = std::fs::metadata(&path).map_err(|e| Error::io("read", &path, e))?.len();
        if !open.is_empty() && (size + own > AT_ONCE || open.len() >= FILES_AT_ONCE) {
            portions.push((std::mem::take(&mut open), 1));
            size = 0;
        }
        if own > 4 * AT_ONCE {
            portions.push((vec![path], usize::try_from(own.div_ceil(AT_ONCE)).unwrap_or(1)));
            continue;
        }
        size += own;
        open.push(path);
    }
    if !open.is_empty() {
        portions.push((open, 1));
    }
    Ok(portions)
}
