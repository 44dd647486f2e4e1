//! Coverage: which source, scope and hour the logs at hand really speak for.
//!
//! A verdict that leans on absence may lean on hours that are covered or quiet, never on a hole (design: Coverage).

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::config::{Config, Period, hex};
use crate::error::Result;
use crate::event::{EVENT_TIME, EVENTS, SCOPE};
use crate::frame::{SOURCE, collect, instants, scan, texts};
use crate::lake::Lake;

/// An hour in microseconds.
pub const HOUR: i64 = 3_600_000_000;
const WEEK_HOURS: i64 = 168;
const BASELINE_DAYS: i64 = 3;

/// What is known of one hour of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// A record stands in it.
    Covered,
    /// None, and fewer than one expected.
    Quiet,
    /// None, though one or more were expected; or the evidence does not reach it.
    Hole,
    /// None, and too few days at hand to expect anything.
    NotEstablished,
}

/// A run of hours that a log does not speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Stable id.
    pub id: String,
    /// Source id.
    pub source: String,
    /// Scope.
    pub scope: String,
    /// First instant, microseconds.
    pub start: i64,
    /// First instant after it, microseconds.
    pub end: i64,
}

/// One log: the records of one source in one scope, counted by hour.
#[derive(Debug, Clone)]
pub struct Log {
    /// Source id.
    pub source: String,
    /// Scope.
    pub scope: String,
    /// First hour that the evidence reaches (hours since the epoch).
    pub first: i64,
    /// First hour that it no longer reaches.
    pub end: i64,
    /// True when the reach is what the configuration declares the export to cover.
    pub is_declared: bool,
    /// Records by hour.
    pub counts: BTreeMap<i64, i64>,
}

impl Log {
    /// What is known of an hour (hours since the epoch).
    pub fn cell(&self, hour: i64) -> Cell {
        if hour < self.first || hour >= self.end {
            return Cell::Hole;
        }
        if self.counts.contains_key(&hour) {
            return Cell::Covered;
        }
        match self.expected(hour) {
            Some(expected) if expected >= 1.0 => Cell::Hole,
            Some(_) => Cell::Quiet,
            None => Cell::NotEstablished,
        }
    }

    /// Records expected in an hour: the median of the same hour of the week in the other weeks, with fewer than three
    /// of those of the same hour of the other days. `None` = fewer than three days at hand.
    pub fn expected(&self, hour: i64) -> Option<f64> {
        self.median(hour, WEEK_HOURS).or_else(|| self.median(hour, 24))
    }

    fn median(&self, hour: i64, step: i64) -> Option<f64> {
        let back = (1..).map(|n| hour - n * step).take_while(|h| *h >= self.first);
        let forth = (1..).map(|n| hour + n * step).take_while(|h| *h < self.end);
        let mut others: Vec<i64> = back.chain(forth).map(|h| self.counts.get(&h).copied().unwrap_or(0)).collect();
        if others.len() < usize::try_from(BASELINE_DAYS).unwrap_or(usize::MAX) {
            return None;
        }
        others.sort_unstable();
        let middle = others.len() / 2;
        #[expect(clippy::cast_precision_loss, reason = "counts of records in one hour are far below 2^52")]
        let median = if others.len() % 2 == 1 {
            others[middle] as f64
        } else {
            (others[middle - 1] + others[middle]) as f64 / 2.0
        };
        Some(median)
    }

    /// True when a verdict may lean on the absence of records in the hour.
    pub fn speaks_for(&self, hour: i64) -> bool {
        match self.cell(hour) {
            Cell::Covered | Cell::Quiet => true,
            Cell::Hole => false,
            // The declared reach is the organisation's own claim that nothing is missing.
            Cell::NotEstablished => self.is_declared,
        }
    }

    /// The run of hours around `hour` that the log does not speak for, cut to what the evidence or a window of it shows.
    fn hole_at(&self, hour: i64) -> Hole {
        let (mut start, mut end) = (hour, hour + 1);
        if hour >= self.first && hour < self.end {
            while start > self.first && !self.speaks_for(start - 1) {
                start -= 1;
            }
            while end < self.end && !self.speaks_for(end) {
                end += 1;
            }
        } else if hour < self.first {
            (start, end) = (i64::MIN / HOUR, self.first);
        } else {
            (start, end) = (self.end, i64::MAX / HOUR);
        }
        hole(&self.source, &self.scope, start, end)
    }

    /// The holes that begin or end within a span of hours, in order.
    pub fn holes(&self, from: i64, to: i64) -> Vec<Hole> {
        let mut all: Vec<Hole> = Vec::new();
        let mut hour = from;
        while hour < to {
            if self.speaks_for(hour) {
                hour += 1;
            } else {
                let hole = self.hole_at(hour);
                hour = (hole.end / HOUR).max(hour + 1);
                all.push(hole);
            }
        }
        all
    }
}

fn hole(source: &str, scope: &str, start: i64, end: i64) -> Hole {
    let digest = blake3::hash(format!("{source}\n{scope}\n{start}\n{end}").as_bytes());
    let id = format!("H{}", hex(&digest.as_bytes()[..4]));
    let micros = |hours: i64| hours.saturating_mul(HOUR);
    Hole { id, source: source.to_owned(), scope: scope.to_owned(), start: micros(start), end: micros(end) }
}

/// The coverage of all logs at hand.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    logs: BTreeMap<(String, String), Log>,
}

impl Coverage {
    /// Counts the records of the lake by source, scope and hour, and sets them against what the exports declare.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn read(lake: &Lake, config: &Config, ids: &BTreeMap<usize, String>) -> Result<Self> {
        let hour = EVENT_TIME.expr().dt().truncate(lit("1h"));
        let counted = scan(lake, &EVENTS)?
            .select([SOURCE.expr(), SCOPE.expr(), hour.alias(EVENT_TIME.name)])
            .group_by([SOURCE.expr(), SCOPE.expr(), EVENT_TIME.expr()])
            .agg([len().cast(DataType::Int64).alias("count")]);
        let counted = collect(counted, "count records by hour")?;
        let (sources, scopes, hours) =
            (texts(&counted, SOURCE)?, texts(&counted, SCOPE)?, instants(&counted, EVENT_TIME)?);
        let counts = counted.column("count").and_then(|c| c.i64()).map_err(crate::frame::engine("count records"))?;
        let mut by_log: BTreeMap<(String, String), BTreeMap<i64, i64>> = BTreeMap::new();
        for row in 0..counted.height() {
            if let (Some(source), Some(scope), Some(hour)) = (sources.get(row), scopes.get(row), hours.get(row))
                && crate::source::is_log(source)
            {
                let log = by_log.entry((source.to_owned(), scope.to_owned())).or_default();
                log.insert(hour.div_euclid(HOUR), counts.get(row).unwrap_or(0));
            }
        }
        Ok(Self::assemble(by_log, config, ids))
    }

    fn assemble(
        mut by_log: BTreeMap<(String, String), BTreeMap<i64, i64>>,
        config: &Config,
        ids: &BTreeMap<usize, String>,
    ) -> Self {
        let declared = declared(config, ids);
        let databricks = crate::source::DATABRICKS;
        let has_databricks = by_log.keys().any(|(source, _)| source == databricks) || declared.contains_key(databricks);
        if has_databricks {
            let named = config.production.iter().chain(&config.sandbox).chain(config.workspaces.values());
            for scope in named.map(String::as_str).chain([crate::correlate::ACCOUNT]) {
                by_log.entry((databricks.to_owned(), scope.to_owned())).or_default();
            }
        }
        for source in declared.keys().filter(|s| *s != databricks) {
            if !by_log.keys().any(|(s, _)| s == source) {
                by_log.insert((source.clone(), crate::correlate::TENANT.to_owned()), BTreeMap::new());
            }
        }
        let logs = by_log.into_iter().map(|((source, scope), counts)| {
            let covers = declared.get(&source);
            let (first, end) = reach(&counts, covers);
            let log =
                Log { source: source.clone(), scope: scope.clone(), first, end, is_declared: covers.is_some(), counts };
            ((source, scope), log)
        });
        Self { logs: logs.collect() }
    }

    /// All logs, by source and scope.
    pub fn logs(&self) -> impl Iterator<Item = &Log> {
        self.logs.values()
    }

    /// The end of the evidence of a kind of log, in microseconds; `None` = there is no such log.
    pub fn end_of(&self, of: impl Fn(&str) -> bool) -> Option<i64> {
        let ends = self.logs.values().filter(|l| of(&l.source)).map(|l| l.end.saturating_mul(HOUR));
        ends.max()
    }

    /// The first hole that any of the chosen logs has in a span (microseconds, both ends included). `None` also
    /// when no log was chosen: ask [`Coverage::has`] first.
    pub fn hole(&self, chosen: impl Fn(&Log) -> bool, from: i64, to: i64) -> Option<Hole> {
        self.logs.values().filter(|l| chosen(l)).find_map(|log| {
            (from.div_euclid(HOUR)..=to.div_euclid(HOUR)).find(|h| !log.speaks_for(*h)).map(|h| log.hole_at(h))
        })
    }

    /// True when a log of that kind is at hand or declared.
    pub fn has(&self, chosen: impl Fn(&Log) -> bool) -> bool {
        self.logs.values().any(chosen)
    }
}

fn declared(config: &Config, ids: &BTreeMap<usize, String>) -> BTreeMap<String, Period> {
    let mut all: BTreeMap<String, Period> = BTreeMap::new();
    for (i, source) in config.sources.iter().enumerate() {
        if let (Some(id), Some(covers)) = (ids.get(&i), &source.covers) {
            all.entry(id.clone())
                .and_modify(|p| {
                    p.start = p.start.min(covers.start);
                    p.end = p.end.max(covers.end);
                })
                .or_insert_with(|| covers.clone());
        }
    }
    all
}

fn reach(counts: &BTreeMap<i64, i64>, covers: Option<&Period>) -> (i64, i64) {
    match covers {
        Some(period) => (period.start.div_euclid(HOUR), (period.end + HOUR - 1).div_euclid(HOUR)),
        None => match (counts.keys().next(), counts.keys().next_back()) {
            (Some(first), Some(last)) => (*first, *last + 1),
            _ => (0, 0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(first: i64, end: i64, counts: &[(i64, i64)]) -> Log {
        Log {
            source: "okta".to_owned(),
            scope: "tenant".to_owned(),
            first,
            end,
            is_declared: false,
            counts: counts.iter().copied().collect(),
        }
    }

    #[test]
    fn an_empty_hour_is_quiet_or_a_hole_by_the_same_hour_of_other_weeks() {
        let busy: Vec<(i64, i64)> = (0..5 * 168).filter(|h| h % 24 == 9 && *h != 177).map(|h| (h, 3)).collect();
        let log = log(0, 5 * 168, &busy);
        assert_eq!(log.cell(9), Cell::Covered);
        assert_eq!(log.cell(177), Cell::Hole, "busy in the other weeks");
        assert_eq!(log.cell(178), Cell::Quiet, "empty in the other weeks");
        assert_eq!(log.cell(-1), Cell::Hole, "before the evidence");
        assert_eq!(log.cell(5 * 168), Cell::Hole, "after the evidence");
    }

    #[test]
    fn with_few_weeks_other_days_count_and_with_few_days_nothing_is_established() {
        let week = log(0, 7 * 24, &(0..7).filter(|d| *d != 3).map(|d| (d * 24 + 9, 1)).collect::<Vec<_>>());
        assert_eq!(week.cell(3 * 24 + 9), Cell::Hole);
        assert_eq!(week.cell(10), Cell::Quiet);
        let mut short = log(0, 48, &[(9, 1)]);
        assert_eq!(short.cell(10), Cell::NotEstablished);
        assert!(!short.speaks_for(10));
        short.is_declared = true;
        assert!(short.speaks_for(10), "the declared reach is a claim to lean on");
    }

    #[test]
    fn neighbouring_hours_make_one_hole_with_one_id() {
        let counts: Vec<(i64, i64)> = (0..5 * 168).filter(|h| !(200..206).contains(h)).map(|h| (h, 2)).collect();
        let log = log(0, 5 * 168, &counts);
        let holes = log.holes(0, 5 * 168);
        assert_eq!(holes.len(), 1);
        assert_eq!((holes[0].start, holes[0].end), (200 * HOUR, 206 * HOUR));
        assert_eq!(log.hole_at(203), holes[0]);
        assert_eq!(log.holes(203, 210)[0].id, holes[0].id);
    }
}
