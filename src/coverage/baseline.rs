//! What is to be expected of an hour: the median of the like hours around it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Hours of a week and of a day: like hours are so far apart.
const STEPS: [i64; 2] = [168, 24];

/// So many other hours it takes to expect anything.
const ENOUGH: usize = 3;

/// So many hours of records without a break, or nearly, show a log that never rests.
const STEADY: i64 = 72;

/// Of such a log so many hours without a record are no rest.
const SILENCE: i64 = 168;

/// The counts of all like hours, sorted once, so that the median without one of them is two look-ups.
#[derive(Debug, Clone)]
pub(super) struct Baseline {
    /// Of weeks that hold records, since the silence of most would explain itself; where too few do, of all weeks, and of days.
    steps: [Step; 3],
    /// Of a log that never rests, and where it is silent before and after, the days that hold records.
    steady: Option<([Range<i64>; 2], Step)>,
}

/// Hours that are a step apart.
#[derive(Debug, Clone)]
struct Step {
    hours: i64,
    /// Numbers of the weeks, or days, that count; `None` = all that the evidence reaches.
    alive: Option<BTreeSet<i64>>,
    slots: Vec<Slot>,
}

/// The hours that are alike.
#[derive(Debug, Clone, Default)]
struct Slot {
    /// Hours that the evidence reaches, of weeks or days that hold records.
    hour_count: usize,
    /// The counts of those that hold records, ascending; the rest are empty.
    counts: Vec<i64>,
}

impl Baseline {
    /// The baseline of counts by hour within the reach; what stands outside it is no part of a pattern.
    pub(super) fn new(counts: &BTreeMap<i64, i64>, reach: &Range<i64>) -> Self {
        let [weeks, days] = STEPS;
        let steps = [(weeks, false), (weeks, true), (days, true)];
        let steady = silences(counts, reach).map(|silences| (silences, Step::new(counts, reach, days, false)));
        Self { steps: steps.map(|(step, of_all)| Step::new(counts, reach, step, of_all)), steady }
    }

    /// The median of the like hours. `own` is the hour's own count where it is one of them, and is left out; `None` = it is none.
    pub(super) fn expected(&self, hour: i64, own: Option<i64>) -> Option<f64> {
        let is_silent = |silence: &Range<i64>| silence.contains(&hour);
        let steady = self.steady.iter().filter(|(silences, _)| silences.iter().any(is_silent)).map(|(_, days)| days);
        steady.chain(&self.steps).find_map(|step| {
            let own = own.filter(|_| step.alive.as_ref().is_none_or(|all| all.contains(&hour.div_euclid(step.hours))));
            step.slots.get(position(hour, step.hours))?.median_without(own)
        })
    }
}

impl Step {
    fn new(counts: &BTreeMap<i64, i64>, reach: &Range<i64>, step: i64, of_all: bool) -> Self {
        let held = || counts.iter().filter(|(hour, count)| reach.contains(hour) && **count > 0);
        let alive: BTreeSet<i64> = match of_all {
            true => (reach.start.div_euclid(step)..=reach.end.div_euclid(step)).collect(),
            false => held().map(|(hour, _)| hour.div_euclid(step)).collect(),
        };
        let hour_count = |at: i64| alive.iter().filter(|number| reach.contains(&(*number * step + at))).count();
        let mut slots: Vec<Slot> =
            (0..step).map(|at| Slot { hour_count: hour_count(at), counts: Vec::new() }).collect();
        held().for_each(|(hour, count)| slots[position(*hour, step)].counts.push(*count));
        slots.iter_mut().for_each(|slot| slot.counts.sort_unstable());
        Self { hours: step, alive: (!of_all).then_some(alive), slots }
    }
}

/// Where a log that never rests is silent, before its records and after them; too short a silence is none.
fn silences(counts: &BTreeMap<i64, i64>, reach: &Range<i64>) -> Option<[Range<i64>; 2]> {
    let mut held = counts.iter().filter(|(hour, count)| reach.contains(hour) && **count > 0).map(|(hour, _)| *hour);
    let first = held.next()?;
    let (last, count) = held.fold((first, 1), |(_, count), hour| (hour, count + 1));
    let length = last - first + 1;
    let silence = |hours: Range<i64>| if hours.end - hours.start < SILENCE { 0..0 } else { hours };
    (length >= STEADY && count * 10 >= length * 9).then(|| [reach.start..first, last + 1..reach.end].map(silence))
}

fn position(hour: i64, step: i64) -> usize {
    usize::try_from(hour.rem_euclid(step)).unwrap_or(0)
}

impl Slot {
    fn median_without(&self, own: Option<i64>) -> Option<f64> {
        let others = self.hour_count.checked_sub(usize::from(own.is_some())).filter(|n| *n >= ENOUGH)?;
        let empty = self.hour_count - self.counts.len();
        let left_out = own.map_or(usize::MAX, |own| match own {
            0 => 0,
            own => empty + self.counts.partition_point(|count| *count < own),
        });
        let at = |rank: usize| {
            let rank = rank + usize::from(rank >= left_out);
            rank.checked_sub(empty).map_or(0.0, |held| super::log::as_real(self.counts[held]))
        };
        Some(f64::midpoint(at((others - 1) / 2), at(others / 2)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // The definition, hour by hour.
    fn plain(counts: &BTreeMap<i64, i64>, reach: &Range<i64>, hour: i64) -> Option<f64> {
        let count = |hour: i64| counts.get(&hour).copied().filter(|_| reach.contains(&hour)).unwrap_or(0);
        let steps = [(STEPS[0], true), (STEPS[0], false), (STEPS[1], false)];
        steps.into_iter().find_map(|(step, alive)| {
            let first = |hour: i64| hour.div_euclid(step) * step;
            let is_silent = |other: i64| (first(other)..first(other) + step).all(|h| count(h) == 0);
            let like = |other: &i64| *other != hour && (other - hour) % step == 0 && !(alive && is_silent(*other));
            let mut others: Vec<i64> = reach.clone().filter(like).map(count).collect();
            others.sort_unstable();
            let (n, middle) = (others.len(), others.len() / 2);
            (n >= ENOUGH).then(|| match n % 2 {
                1 => others[middle] as f64,
                _ => (others[middle - 1] + others[middle]) as f64 / 2.0,
            })
        })
    }

    #[test]
    fn a_log_that_falls_silent_does_not_explain_its_silence() {
        let day = |day: i64| (24 * day..24 * day + 24).map(|hour| (hour, 1));
        let counts: BTreeMap<i64, i64> = (0..40).flat_map(day).collect();
        let of_weeks = Baseline::new(&counts, &(0..24 * 92));
        assert_eq!(of_weeks.expected(24 * 60, Some(0)), Some(1.0));
        // Of a few days nobody can tell whether they were the rule.
        let counts: BTreeMap<i64, i64> = (0..3).flat_map(day).collect();
        let of_days = Baseline::new(&counts, &(0..24 * 9));
        assert_eq!(of_days.expected(24 * 5, Some(0)), Some(0.0));
    }

    #[test]
    fn a_log_that_never_rests_and_then_falls_silent_has_lost_its_records() {
        let expected = |busy: Range<i64>, every: usize, until: i64, asked: i64| {
            let counts = busy.step_by(every).map(|hour| (hour, 1)).collect();
            Baseline::new(&counts, &(0..until)).expected(asked, Some(0))
        };
        let (busy, until, asked) = (0..24 * 10, 24 * 92, 24 * 60);
        assert_eq!(expected(busy.clone(), 1, until, asked), Some(1.0));
        assert_eq!(expected(24 * 50..24 * 60, 1, until, 24 * 10), Some(1.0), "before, too");
        // It rests by night; or is at hand for two days; or is silent for less than a week.
        assert_eq!(expected(busy.clone(), 2, until, asked), Some(0.0));
        assert_eq!(expected(0..48, 1, until, asked), Some(0.0));
        assert_eq!(expected(busy, 1, 24 * 16, 24 * 12), Some(1.0), "of so few days most hold records");
        assert_eq!(expected(0..24 * 3, 1, 24 * 9, 24 * 8), Some(0.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_median_leaves_out_the_hour_itself_and_nothing_else(
            counts in prop::collection::vec(prop_oneof![1 => Just(0), 2 => 1i64..6], 930),
            first in -20i64..200,
            length in 0i64..850,
            hour in -40i64..920,
            dead in (0i64..900, 0i64..700),
        ) {
            let is_dead = |hour: i64| (dead.0..dead.0 + dead.1).contains(&hour);
            let held = (-30..).zip(counts).filter(|(hour, count)| *count > 0 && !is_dead(*hour));
            let counts: BTreeMap<i64, i64> = held.collect();
            let reach = first..first + length;
            let own = reach.contains(&hour).then(|| counts.get(&hour).copied().unwrap_or(0));
            let found = Baseline::new(&counts, &reach).expected(hour, own);
            prop_assert_eq!(found, plain(&counts, &reach, hour));
        }
    }
}
