//! Coverage as the model shows it.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::TimeZone as _;

use super::{Parts, instant};
use crate::coverage::{Cell, HOUR, Log, Tally, hours};
use crate::report::format::number;
use crate::report::model::{Coverage, CoverageDay, CoverageRow, HeartbeatFile, Hole, Listing, ROWS_SHOWN};

pub(super) fn coverage(parts: &Parts<'_>) -> Coverage {
    let period = parts.evidence.period;
    let span = hours(period.start, period.end);
    let undetermined = undetermined(parts);
    let mut rows = Vec::new();
    let mut holes = Vec::new();
    for log in parts.evidence.coverage.logs() {
        rows.push(row(parts, log, &span));
        holes.extend(log.holes(span.clone()).into_iter().map(|hole| {
            let (start, end) = (hole.start.max(period.start), hole.end.min(period.end));
            Hole {
                start: instant(start),
                end: instant(end),
                hours: u64::try_from((end - start) / HOUR).unwrap_or(0),
                expected_count: rounded(log.missed(start / HOUR..end / HOUR).unwrap_or(0.0)),
                undetermined_count: undetermined.get(hole.id.as_str()).copied().unwrap_or(0),
                id: hole.id,
                source: hole.source,
                scope: hole.scope,
            }
        }));
    }
    Coverage { rows, holes: Listing::capped(holes, ROWS_SHOWN), heartbeat_files: heartbeat_files(parts) }
}

fn heartbeat_files(parts: &Parts<'_>) -> Vec<HeartbeatFile> {
    let of = |file: &crate::config::HeartbeatFile| HeartbeatFile {
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        heartbeat_count: file.heartbeat_count,
    };
    parts.evidence.config.heartbeat_files.iter().map(of).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of counts of records")]
const fn rounded(sum: f64) -> u64 {
    sum.round() as u64
}

/// Items that each hole keeps undetermined.
fn undetermined<'p>(parts: &Parts<'p>) -> BTreeMap<&'p str, u64> {
    let correlation = parts.evidence.correlation;
    let effects = correlation.judged.vouching.iter().filter_map(|v| v.hole.as_deref());
    let decisions = correlation.judged.tracing.iter().filter_map(|t| t.hole.as_deref());
    effects.chain(decisions).fold(BTreeMap::new(), |mut all, hole| {
        *all.entry(hole).or_default() += 1;
        all
    })
}

fn row(parts: &Parts<'_>, log: &Log, span: &Range<i64>) -> CoverageRow {
    let mut days: Vec<CoverageDay> = Vec::new();
    let tally = log.tally(span.clone());
    for hour in span.clone() {
        let date = day_of(parts, hour);
        if days.last().is_none_or(|d| d.date != date) {
            days.push(CoverageDay { date, covered: 0, quiet: 0, hole: 0 });
        }
        let Some(day) = days.last_mut() else { continue };
        match log.cell(hour) {
            Cell::Covered => day.covered += 1,
            Cell::Quiet => day.quiet += 1,
            Cell::Hole | Cell::NotEstablished => day.hole += 1,
        }
    }
    CoverageRow {
        source: log.source.clone(),
        scope: log.scope.clone(),
        established: tally.not_established == 0,
        note: note(log, &tally),
        hour_count: tally.hour_count,
        covered_hours: tally.covered,
        quiet_hours: tally.quiet,
        hole_hours: tally.hole + tally.not_established,
        days,
    }
}

fn note(log: &Log, tally: &Tally) -> String {
    let basis = match (log.is_empty(), tally.not_established == 0, log.is_declared) {
        (true, ..) => "declared, but no record of it is at hand",
        (_, false, _) => "fewer than three other days at hand, so nothing can be expected of an hour without records",
        (_, true, true) => "between the first and the last instant that the export is declared to cover",
        (_, true, false) => "between the first and the last record at hand; nothing is declared",
    };
    let mut note = basis.to_owned();
    if tally.by_heartbeat > 0 {
        note.push_str(&format!("; {} hours are covered by heartbeats alone", number(tally.by_heartbeat)));
    }
    if tally.stray_count > 0 {
        let count = number(tally.stray_count);
        note.push_str(&format!("; {count} records lie outside what is declared, and cover nothing there"));
    }
    note
}

fn day_of(parts: &Parts<'_>, hour: i64) -> String {
    let zone = parts.evidence.config.zone;
    let time = zone.timestamp_micros(hour * HOUR).single();
    time.map_or_else(String::new, |t| t.format("%Y-%m-%d").to_string())
}
