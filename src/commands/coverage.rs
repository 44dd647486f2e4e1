//! `tickmark coverage`

use std::io::Write;
use std::ops::Range;

use serde_json::Value;

use super::listing::Listing;
use super::{instant, printed};
use crate::cli::{self, Format, ListFormat};
use crate::config::Period;
use crate::coverage::{Coverage, HOUR, Log, looked_at};
use crate::error::{Error, Exit, Result};
use crate::lake::Lake;
use crate::query::write;
use crate::report::format::number;

pub(super) fn run(args: &cli::Coverage, out: &mut dyn Write) -> Result<u8> {
    let config = super::configured(args.config.as_deref())?;
    let lake = Lake::open(&args.lake)?.with_workspaces(&config.workspaces);
    let coverage = Coverage::of_lake(&lake, &config)?;
    let period = args.period.as_ref().map(|p| Period::parse(p, config.zone).map_err(Error::Usage)).transpose()?;
    let span = match period.as_ref().or(config.period.as_ref()) {
        Some(period) => looked_at(&config, period)?,
        None => coverage.reach().unwrap_or(0..0),
    };
    let format = match args.format {
        Format::Table => ListFormat::Table,
        Format::Csv => ListFormat::Csv,
        Format::Json | Format::Parquet => ListFormat::Json,
    };
    if args.hours {
        printed(out.write_all(&write(&mut coverage.frame(&span)?, args.format)?))?;
    } else if format == ListFormat::Table {
        tables(&coverage, &span, out)?;
    } else {
        let rows = coverage.logs().flat_map(|log| std::iter::once(sums(log, &span)).chain(holes(log, &span)));
        Listing { titles: ALL.to_vec(), rows: rows.collect() }.write(out, format, &[])?;
    }
    Ok(Exit::DONE)
}

/// One list for programs: a log, then its holes, which alone have an id.
const ALL: [&str; 14] = [
    "source",
    "scope",
    "hole_id",
    "from",
    "until",
    "hours",
    "covered",
    "quiet",
    "hole",
    "not_established",
    "is_declared",
    "by_heartbeat",
    "stray_records",
    "expected_missed",
];

const LOG: [(usize, &str); 12] = [
    (0, "source"),
    (1, "scope"),
    (10, "declared"),
    (3, "first"),
    (4, "last"),
    (5, "hours"),
    (6, "covered"),
    (7, "quiet"),
    (8, "hole"),
    (9, "not established"),
    (11, "by heartbeat"),
    (12, "records outside"),
];

const HOLE: [(usize, &str); 7] =
    [(2, "hole"), (0, "source"), (1, "scope"), (3, "from"), (4, "until"), (5, "hours"), (13, "expected, missed")];

fn tables(coverage: &Coverage, span: &Range<i64>, out: &mut dyn Write) -> Result<()> {
    let table = |columns: &[(usize, &'static str)], rows: Vec<Vec<Value>>| Listing {
        titles: columns.iter().map(|(_, title)| *title).collect(),
        rows: rows.iter().map(|row| columns.iter().map(|(at, _)| row[*at].clone()).collect()).collect(),
    };
    let sums: Vec<Vec<Value>> = coverage.logs().map(|log| sums(log, span)).collect();
    let holes: Vec<Vec<Value>> = coverage.logs().flat_map(|log| holes(log, span)).collect();
    let total = format!(
        "total: {} logs, {} holes, from {} until before {}",
        number(sums.len() as u64),
        number(holes.len() as u64),
        instant(span.start * HOUR),
        instant(span.end * HOUR)
    );
    if holes.is_empty() {
        return table(&LOG, sums).write(out, ListFormat::Table, &[total]);
    }
    table(&LOG, sums).write(out, ListFormat::Table, &[String::new()])?;
    table(&HOLE, holes).write(out, ListFormat::Table, &[String::new(), total])
}

fn sums(log: &Log, span: &Range<i64>) -> Vec<Value> {
    let tally = log.tally(span.clone());
    let seen = log.seen();
    let time = |hour: Option<i64>| hour.map(|hour| instant(hour * HOUR)).into();
    vec![
        log.source.clone().into(),
        log.scope.clone().into(),
        Value::Null,
        time(seen.map(|(first, _)| first)),
        time(seen.map(|(_, last)| last + 1)),
        tally.hour_count.into(),
        tally.covered.into(),
        tally.quiet.into(),
        tally.hole.into(),
        tally.not_established.into(),
        log.is_declared.into(),
        tally.by_heartbeat.into(),
        tally.stray_count.into(),
        log.missed(span.clone()).into(),
    ]
}

fn holes(log: &Log, span: &Range<i64>) -> Vec<Vec<Value>> {
    let row = |hole: crate::coverage::Hole| {
        let inside = (hole.start / HOUR).max(span.start)..(hole.end / HOUR).min(span.end);
        let mut row = vec![Value::Null; ALL.len()];
        row[0] = hole.source.into();
        row[1] = hole.scope.into();
        row[2] = hole.id.into();
        row[3] = instant(inside.start * HOUR).into();
        row[4] = instant(inside.end * HOUR).into();
        row[5] = inside.clone().count().into();
        row[13] = log.missed(inside).into();
        row
    };
    log.holes(span.clone()).into_iter().map(row).collect()
}
