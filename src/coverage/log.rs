//! One log, hour by hour: what was observed, what was to be expected, and the holes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::baseline::Baseline;
use crate::config::hex;

/// An hour in microseconds.
pub const HOUR: i64 = 3_600_000_000;

/// The first and the first impossible hour of a 64-bit microsecond instant.
const ALL_HOURS: Range<i64> = i64::MIN / HOUR..i64::MAX / HOUR;

/// The hours since the epoch that a span of microseconds touches, its end not included.
pub const fn hours(start: i64, end: i64) -> Range<i64> {
    start.div_euclid(HOUR)..(end - 1).div_euclid(HOUR) + 1
}

/// What is known of one hour of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// A record stands in it, or a heartbeat is declared for it.
    Covered,
    /// None, and fewer than one expected.
    Quiet,
    /// None, though one or more were expected; or the evidence does not reach it, or is declared not to: records that stray
    /// beyond what their export is declared to cover prove themselves, but not that nothing else happened in their hour.
    Hole,
    /// None, and too few days at hand to expect anything.
    NotEstablished,
}

impl Cell {
    /// The word that table `coverage` stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Quiet => "quiet",
            Self::Hole => "hole",
            Self::NotEstablished => "not_established",
        }
    }
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

/// The hours of one log within a span, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All hours.
    pub hour_count: u64,
    /// Covered.
    pub covered: u64,
    /// Of which covered by a heartbeat alone.
    pub by_heartbeat: u64,
    /// Quiet.
    pub quiet: u64,
    /// Holes.
    pub hole: u64,
    /// Not established.
    pub not_established: u64,
    /// Records that stand outside what their export is declared to cover.
    pub stray_count: u64,
}

/// One log: the records of one source in one scope, counted by hour. Hours are reckoned since the epoch.
#[derive(Debug, Clone)]
pub struct Log {
    /// Source id.
    pub source: String,
    /// Scope.
    pub scope: String,
    /// The hours that the evidence reaches: what the configuration declares, else from the first to the last record or heartbeat.
    pub reach: Range<i64>,
    /// True when the reach is what the configuration declares the export to cover.
    pub is_declared: bool,
    counts: BTreeMap<i64, i64>,
    heartbeats: BTreeMap<i64, String>,
    baseline: Baseline,
    /// The runs of hours that the log does not speak for, in order.
    holes: Vec<Hole>,
}

impl Log {
    /// A log of records by hour, and of heartbeats by hour with where each is declared. `declared` are the hours that the export
    /// is declared to cover; `None` = nothing is declared.
    pub fn new(
        (source, scope): (String, String),
        counts: BTreeMap<i64, i64>,
        heartbeats: BTreeMap<i64, String>,
        declared: Option<Range<i64>>,
    ) -> Self {
        let is_declared = declared.is_some();
        let reach = declared.unwrap_or_else(|| {
            let known: BTreeSet<i64> = counts.keys().chain(heartbeats.keys()).copied().collect();
            known.first().zip(known.last()).map_or(0..0, |(first, last)| *first..*last + 1)
        });
        let baseline = Baseline::new(&counts, &reach);
        let mut log = Self { source, scope, reach, is_declared, counts, heartbeats, baseline, holes: Vec::new() };
        log.holes = log.gaps().iter().map(|gap| log.hole(gap)).collect();
        log
    }

    /// Records in an hour.
    pub fn observed(&self, hour: i64) -> i64 {
        self.counts.get(&hour).copied().unwrap_or(0)
    }

    /// Where the heartbeat of an hour is declared; `None` = it has none.
    pub fn heartbeat(&self, hour: i64) -> Option<&str> {
        self.heartbeats.get(&hour).map(String::as_str)
    }

    /// True when neither a record nor a heartbeat is at hand.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.heartbeats.is_empty()
    }

    /// The first and the last hour with a record or a heartbeat; `None` = there is none.
    pub fn seen(&self) -> Option<(i64, i64)> {
        let first = self.counts.keys().next().into_iter().chain(self.heartbeats.keys().next()).min()?;
        let last = self.counts.keys().next_back().into_iter().chain(self.heartbeats.keys().next_back()).max()?;
        Some((*first, *last))
    }

    /// True when the hour lies within what the export is declared to cover.
    pub fn is_declared_for(&self, hour: i64) -> bool {
        self.is_declared && self.reach.contains(&hour)
    }

    /// Records expected in an hour: the median of the same hour of the week in the other weeks, with fewer than three
    /// of those of the same hour of the day on the other days. `None` = fewer than three of those, too.
    pub fn expected(&self, hour: i64) -> Option<f64> {
        let own = self.reach.contains(&hour).then(|| self.observed(hour));
        self.baseline.expected(hour, own)
    }

    /// What is known of an hour.
    pub fn cell(&self, hour: i64) -> Cell {
        if self.heartbeats.contains_key(&hour) {
            return Cell::Covered;
        }
        if !self.reach.contains(&hour) {
            return Cell::Hole;
        }
        if self.counts.contains_key(&hour) {
            return Cell::Covered;
        }
        self.empty(hour)
    }

    // An hour of the reach without record and heartbeat.
    fn empty(&self, hour: i64) -> Cell {
        match self.baseline.expected(hour, Some(0)) {
            Some(expected) if expected >= 1.0 => Cell::Hole,
            Some(_) => Cell::Quiet,
            None => Cell::NotEstablished,
        }
    }

    /// True when a verdict may lean on the absence of records in the hour.
    pub fn speaks_for(&self, hour: i64) -> bool {
        self.reaching_into(hour..hour + 1).next().is_none()
    }

    /// The hole that an hour lies in; `None` = the log speaks for it.
    pub fn hole_at(&self, hour: i64) -> Option<Hole> {
        self.first_hole(hour, hour)
    }

    /// The first hole that reaches into a span of hours, both ends included.
    pub fn first_hole(&self, from: i64, to: i64) -> Option<Hole> {
        self.reaching_into(from..to.saturating_add(1)).next().cloned()
    }

    /// The holes that reach into a span of hours, whole and in order.
    pub fn holes(&self, span: Range<i64>) -> Vec<Hole> {
        self.reaching_into(span).cloned().collect()
    }

    fn reaching_into(&self, span: Range<i64>) -> impl Iterator<Item = &Hole> {
        let (start, end) = (span.start.saturating_mul(HOUR), span.end.saturating_mul(HOUR));
        let first = self.holes.partition_point(|hole| hole.end <= start);
        self.holes[first..].iter().take_while(move |hole| hole.start < end)
    }

    /// Records that were to be expected in the hours of a span that the log does not speak for; `None` = of none of them anything
    /// can be expected.
    pub fn missed(&self, span: Range<i64>) -> Option<f64> {
        let expected = |hour: i64| Some((self.expected(hour)? - as_real(self.observed(hour))).max(0.0));
        let all = span.filter(|hour| !self.speaks_for(*hour)).filter_map(expected);
        all.fold(None, |sum, missed| Some(sum.unwrap_or(0.0) + missed))
    }

    /// The hours of a span, counted.
    pub fn tally(&self, span: Range<i64>) -> Tally {
        let mut tally = Tally::default();
        for hour in span {
            tally.hour_count += 1;
            match self.cell(hour) {
                Cell::Covered => tally.covered += 1,
                Cell::Quiet => tally.quiet += 1,
                Cell::Hole => tally.hole += 1,
                Cell::NotEstablished => tally.not_established += 1,
            }
            let observed = self.observed(hour);
            tally.by_heartbeat += u64::from(observed == 0 && self.heartbeats.contains_key(&hour));
            if !self.reach.contains(&hour) {
                tally.stray_count += observed.unsigned_abs();
            }
        }
        tally
    }

    fn hole(&self, gap: &Range<i64>) -> Hole {
        let (source, scope) = (&self.source, &self.scope);
        let digest = blake3::hash(format!("{source}\n{scope}\n{}\n{}", gap.start, gap.end).as_bytes());
        Hole {
            id: format!("H{}", hex(&digest.as_bytes()[..4])),
            source: source.clone(),
            scope: scope.clone(),
            start: gap.start.saturating_mul(HOUR),
            end: gap.end.saturating_mul(HOUR),
        }
    }

    // What lies beyond the evidence is a hole apart from one that the evidence ends with: the causes differ.
    fn gaps(&self) -> Vec<Range<i64>> {
        let in_reach = self.counts.keys().copied().filter(|hour| self.reach.contains(hour));
        let covered: BTreeSet<i64> = in_reach.chain(self.heartbeats.keys().copied()).collect();
        let mut gaps = between(&covered, ALL_HOURS.start..self.reach.start);
        for empty in between(&covered, self.reach.clone()) {
            let silent = empty.filter(|hour| match self.empty(*hour) {
                Cell::Covered | Cell::Quiet => false,
                Cell::Hole => true,
                // The declared reach is the organisation's own claim that nothing is missing.
                Cell::NotEstablished => !self.is_declared,
            });
            let mut open: Option<Range<i64>> = None;
            for hour in silent {
                match &mut open {
                    Some(gap) if gap.end == hour => gap.end += 1,
                    _ => gaps.extend(open.replace(hour..hour + 1)),
                }
            }
            gaps.extend(open);
        }
        gaps.extend(between(&covered, self.reach.end..ALL_HOURS.end));
        gaps
    }
}

/// The runs of a span that hold none of these hours.
fn between(covered: &BTreeSet<i64>, span: Range<i64>) -> Vec<Range<i64>> {
    let mut runs = Vec::new();
    let mut start = span.start;
    for &hour in covered.range(span.clone()) {
        runs.push(start..hour);
        start = hour + 1;
    }
    runs.push(start..span.end);
    runs.retain(|run| !run.is_empty());
    runs
}

#[expect(clippy::cast_precision_loss, reason = "counts of records in one hour are far below 2^52")]
pub(super) const fn as_real(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
