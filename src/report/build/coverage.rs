//! Coverage as the model shows it.

use chrono::TimeZone as _;

use super::{Parts, instant};
use crate::coverage::{Cell, HOUR, Log};
use crate::report::model::{Coverage, CoverageDay, CoverageRow, Hole, Listing, ROWS_SHOWN};

pub(super) fn coverage(parts: &Parts<'_>) -> Coverage {
    let period = parts.evidence.period;
    let (from, to) = (period.start.div_euclid(HOUR), (period.end - 1).div_euclid(HOUR) + 1);
    let mut rows = Vec::new();
    let mut holes = Vec::new();
    for log in parts.evidence.coverage.logs() {
        rows.push(row(parts, log, from, to));
        holes.extend(log.holes(from, to).into_iter().map(|hole| Hole {
            start: instant(hole.start.max(period.start)),
            end: instant(hole.end.min(period.end)),
            hours: u64::try_from((hole.end.min(period.end) - hole.start.max(period.start)) / HOUR).unwrap_or(0),
            expected_count: expected(log, hole.start.max(period.start) / HOUR, hole.end.min(period.end) / HOUR),
            undetermined_count: undetermined(parts, &hole.id),
            id: hole.id,
            source: hole.source,
            scope: hole.scope,
        }));
    }
    Coverage { rows, holes: Listing::capped(holes, ROWS_SHOWN) }
}

fn expected(log: &Log, from: i64, to: i64) -> u64 {
    let sum: f64 = (from..to).filter_map(|hour| log.expected(hour)).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of counts of records")]
    let rounded = sum.round() as u64;
    rounded
}

fn undetermined(parts: &Parts<'_>, hole: &str) -> u64 {
    let correlation = parts.evidence.correlation;
    let effects = correlation.judged.vouching.iter().filter(|v| v.hole.as_deref() == Some(hole)).count();
    let decisions = correlation.judged.tracing.iter().filter(|t| t.hole.as_deref() == Some(hole)).count();
    (effects + decisions) as u64
}

fn row(parts: &Parts<'_>, log: &Log, from: i64, to: i64) -> CoverageRow {
    let mut days: Vec<CoverageDay> = Vec::new();
    let mut is_established = true;
    for hour in from..to {
        let date = day_of(parts, hour);
        if days.last().is_none_or(|d| d.date != date) {
            days.push(CoverageDay { date, covered: 0, quiet: 0, hole: 0 });
        }
        let Some(day) = days.last_mut() else { continue };
        match log.cell(hour) {
            Cell::Covered => day.covered += 1,
            Cell::Quiet => day.quiet += 1,
            Cell::Hole => day.hole += 1,
            Cell::NotEstablished => {
                is_established = false;
                day.hole += 1;
            }
        }
    }
    let sum = |of: fn(&CoverageDay) -> u32| days.iter().map(|d| u64::from(of(d))).sum();
    CoverageRow {
        source: log.source.clone(),
        scope: log.scope.clone(),
        established: is_established,
        note: note(log, is_established).to_owned(),
        hour_count: u64::try_from(to - from).unwrap_or(0),
        covered_hours: sum(|d| d.covered),
        quiet_hours: sum(|d| d.quiet),
        hole_hours: sum(|d| d.hole),
        days,
    }
}

fn note(log: &Log, is_established: bool) -> &'static str {
    match (log.counts.is_empty(), is_established, log.is_declared) {
        (true, ..) => "declared, but no record of it is at hand",
        (_, false, _) => "fewer than three days at hand, so nothing can be expected of an hour without records",
        (_, true, true) => "between the first and the last instant that the export is declared to cover",
        (_, true, false) => "between the first and the last record at hand; nothing is declared",
    }
}

fn day_of(parts: &Parts<'_>, hour: i64) -> String {
    let zone = parts.evidence.config.zone;
    let time = zone.timestamp_micros(hour * HOUR).single();
    time.map_or_else(String::new, |t| t.format("%Y-%m-%d").to_string())
}
