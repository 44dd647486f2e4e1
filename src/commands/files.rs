//! `tickmark files`

use std::io::Write;

use serde_json::Value;

use super::listing::{Listing, contradiction, visible};
use super::{instant, printed};
use crate::cli::{self, ListFormat};
use crate::error::{Exit, Result};
use crate::inventory::{Account, FileRow, Total};
use crate::lake::Lake;
use crate::report::format::number;

/// Digits of a digest that a table shows.
const SHORT: usize = 12;

pub(super) fn run(args: &cli::Files, out: &mut dyn Write) -> Result<u8> {
    let account = Account::read(&Lake::open(&args.lake)?)?;
    let is_table = args.format == ListFormat::Table;
    let listing = Listing {
        titles: if is_table { TABLE.to_vec() } else { ALL.to_vec() },
        rows: account.files.iter().map(|f| if is_table { short(&account, f) } else { full(&account, f) }).collect(),
    };
    let mut closing = vec![total(account.files.len(), &account.total)];
    closing.extend(account.faults.iter().map(|fault| format!("DOES NOT TIE OUT: {}", visible(&fault.what))));
    listing.write(out, args.format, &closing)?;
    printed(out.flush())?;
    match account.faults.is_empty() {
        true => Ok(Exit::DONE),
        false => Err(contradiction(&args.lake, &account.faults)),
    }
}

const TABLE: [&str; 13] = [
    "path",
    "source",
    "records",
    "accepted",
    "duplicate",
    "filtered",
    "rejected",
    "bytes",
    "first event",
    "last event",
    "ingested",
    "sha256",
    "ties out",
];

const ALL: [&str; 16] = [
    "path",
    "source",
    "records",
    "accepted",
    "duplicate",
    "filtered",
    "rejected",
    "byte_count",
    "first_event_time",
    "last_event_time",
    "ingested_at",
    "sha256",
    "ties_out",
    "filtered_rules",
    "modified_at",
    "file_id",
];

fn short(account: &Account, file: &FileRow) -> Vec<Value> {
    let mut row = full(account, file);
    row.truncate(TABLE.len());
    row[11] = file.sha256.chars().take(SHORT).collect::<String>().into();
    row[12] = if account.ties_out(file) { "yes" } else { "NO" }.into();
    row
}

fn full(account: &Account, file: &FileRow) -> Vec<Value> {
    let time = |micros: Option<i64>| micros.map(|_| instant(micros)).into();
    vec![
        file.path.clone().into(),
        file.source.clone().into(),
        file.records.into(),
        file.accepted.into(),
        file.duplicate.into(),
        file.filtered.into(),
        file.rejected.into(),
        file.byte_count.into(),
        time(file.first_event_time),
        time(file.last_event_time),
        instant(file.ingested_at).into(),
        file.sha256.clone().into(),
        account.ties_out(file).into(),
        file.filtered_rules.clone().into(),
        time(file.modified_at),
        file.file_id.clone().into(),
    ]
}

fn total(files: usize, total: &Total) -> String {
    format!(
        "total: {} files, {} bytes, {} records = {} accepted + {} duplicate + {} filtered + {} rejected",
        number(files as u64),
        number(total.byte_count),
        number(total.records),
        number(total.accepted),
        number(total.duplicate),
        number(total.filtered),
        number(total.rejected),
    )
}
