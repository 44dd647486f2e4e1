//! Bursts among the grants of one actor: pure, and the same whatever the order of ties.

use std::collections::BTreeMap;
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::coverage::HOUR;

/// One grant: subject and object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'g> {
    pub(super) time: i64,
    pub(super) what: (&'g str, &'g str),
}

/// Windows that overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Burst {
    /// The first grant.
    pub(super) start: i64,
    /// The first instant after the last window.
    pub(super) end: i64,
    /// Distinct grants in its fullest window.
    pub(super) fullest: usize,
    /// The least number that made one of its windows.
    pub(super) least: usize,
    /// The grants in it.
    pub(super) rows: Range<usize>,
}

/// The bursts that begin in the period: windows of an hour from each of its grants, with so many distinct grants as `least` says of that
/// grant, or more, merged where they overlap. Grants must be ordered by time. Each grant enters and leaves the moving window once.
pub(super) fn bursts(given: &[Given<'_>], least: impl Fn(usize) -> usize, period: Range<i64>) -> Vec<Burst> {
    let mut found: Vec<Burst> = Vec::new();
    let mut inside: HashMap<(&str, &str), usize, FixedState> = HashMap::default();
    let mut until = 0;
    for from in 0..given.len() {
        let start = given[from].time;
        while until < given.len() && given[until].time < start.saturating_add(HOUR) {
            *inside.entry(given[until].what).or_default() += 1;
            until += 1;
        }
        let least = least(from);
        if period.contains(&start) && inside.len() >= least {
            let window = Burst { start, end: start + HOUR, fullest: inside.len(), least, rows: from..until };
            match found.last_mut().filter(|last| start < last.end) {
                Some(last) => {
                    last.end = window.end;
                    last.fullest = last.fullest.max(window.fullest);
                    last.least = last.least.min(window.least);
                    last.rows.end = window.rows.end;
                }
                None => found.push(window),
            }
        }
        if let Some(count) = inside.get_mut(&given[from].what) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&given[from].what);
            }
        }
    }
    found
}

/// How many distinct grants each clock hour holds that has any, in order.
pub(super) fn hourly(given: &[Given<'_>]) -> Vec<(i64, usize)> {
    let mut hours: BTreeMap<i64, HashSet<(&str, &str), FixedState>> = BTreeMap::new();
    for grant in given {
        hours.entry(grant.time.div_euclid(HOUR)).or_default().insert(grant.what);
    }
    hours.into_iter().map(|(hour, what)| (hour, what.len())).collect()
}

/// The actor's threshold at an instant, and from how many hours it was taken: the greater of `least` and median + k * median absolute
/// deviation of the hours with grants that lie before the instant's own hour, and within the history.
pub(super) fn threshold(hourly: &[(i64, usize)], at: i64, history: i64, least: usize, k: u64) -> (f64, usize) {
    let from = hourly.partition_point(|(hour, _)| hour * HOUR < at - history);
    let to = hourly.partition_point(|(hour, _)| *hour < at.div_euclid(HOUR));
    let counts: Vec<f64> = hourly[from.min(to)..to].iter().map(|(_, count)| real(*count)).collect();
    let middle = median(&counts);
    let deviations: Vec<f64> = counts.iter().map(|count| (count - middle).abs()).collect();
    let usual = median(&deviations).mul_add(real(usize::try_from(k).unwrap_or(usize::MAX)), middle);
    (usual.max(real(least)), counts.len())
}

/// True when there are more than the threshold.
pub(super) fn is_over(count: usize, limit: f64) -> bool {
    real(count) > limit
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
const fn real(count: usize) -> f64 {
    count as f64
}

/// Of an even number the mean of the two in the middle; of none, zero.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;
    const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

    fn given(minutes: &[i64]) -> Vec<Given<'static>> {
        minutes.iter().enumerate().map(|(at, m)| Given { time: m * MINUTE, what: (NAMES[at % 8], "x") }).collect()
    }

    fn found(minutes: &[i64], least: usize) -> Vec<(i64, i64, usize, Range<usize>)> {
        let all = bursts(&given(minutes), |_| least, 0..1_000 * MINUTE);
        all.into_iter().map(|b| (b.start / MINUTE, b.end / MINUTE, b.fullest, b.rows)).collect()
    }

    #[test]
    fn windows_that_overlap_are_one_burst() {
        assert_eq!(found(&[0, 30, 59, 60, 110, 119], 3), [(0, 120, 3, 0..6)]);
        assert_eq!(found(&[0, 59, 60, 119], 2), [(0, 120, 2, 0..4)]);
        assert_eq!(found(&[0, 1, 60, 61], 2), [(0, 120, 2, 0..4)]);
        assert_eq!(found(&[0, 1, 61, 62], 2), [(0, 60, 2, 0..2), (61, 121, 2, 2..4)]);
        assert_eq!(found(&[0, 60, 120], 2), []);
    }

    #[test]
    fn each_window_has_the_least_number_of_its_first_grant_and_a_burst_the_smallest() {
        let all = given(&[0, 1, 2, 3]);
        let told = |least: [usize; 4]| {
            let found = bursts(&all, |at| least[at], 0..HOUR);
            found.into_iter().map(|b| (b.rows, b.fullest, b.least)).collect::<Vec<_>>()
        };
        assert_eq!(told([5, 5, 2, 5]), [(2..4, 2, 2)]);
        assert_eq!(told([4, 5, 2, 5]), [(0..4, 4, 2)]);
        assert_eq!(told([5, 4, 3, 2]), []);
    }

    #[test]
    fn the_same_grant_counts_once() {
        let twice = [Given { time: 0, what: ("a", "x") }, Given { time: MINUTE, what: ("a", "x") }];
        assert!(bursts(&twice, |_| 2, 0..HOUR).is_empty());
    }

    #[test]
    fn a_window_belongs_to_the_period_that_it_begins_in() {
        let all = given(&[0, 1, 2]);
        assert_eq!(bursts(&all, |_| 2, MINUTE..HOUR).len(), 1);
        assert_eq!(bursts(&all, |_| 2, MINUTE..HOUR)[0].start, MINUTE);
        assert!(bursts(&all, |_| 2, 2 * MINUTE..HOUR).is_empty());
    }

    #[test]
    fn the_threshold_is_of_the_actors_own_hours() {
        // Hours of 1, 2, 2 and 6 grants: median 2, deviations 1, 0, 0, 4, their median 0.5.
        let all = hourly(&given(&[0, 60, 61, 120, 121, 180, 181, 182, 183, 184, 185, 600]));
        assert_eq!(threshold(&all, 600 * MINUTE, 100 * HOUR, 1, 6), (5.0, 4));
        assert_eq!(threshold(&all, 600 * MINUTE, 100 * HOUR, 25, 6), (25.0, 4));
        assert_eq!(threshold(&all, 600 * MINUTE, HOUR, 1, 6), (1.0, 0));
        // An hour counts where it begins within the history.
        assert_eq!(threshold(&all, 600 * MINUTE, 10 * HOUR, 1, 6).1, 4);
        assert_eq!(threshold(&all, 600 * MINUTE, 10 * HOUR - 1, 1, 6).1, 3);
        assert_eq!(threshold(&all, 659 * MINUTE, 10 * HOUR, 1, 6).1, 3);
        assert_eq!(threshold(&all, 0, 100 * HOUR, 1, 6), (1.0, 0));
        assert!(!is_over(5, 5.0) && is_over(6, 5.0));
    }
}
