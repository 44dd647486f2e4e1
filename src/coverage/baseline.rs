//! What is to be expected of an hour: the median of the like hours around it.

use std::collections::BTreeMap;
use std::ops::Range;

/// Hours of a week and of a day: like hours are so far apart.
const STEPS: [i64; 2] = [168, 24];

/// So many other hours it takes to expect anything.
const ENOUGH: usize = 3;

/// The counts of all like hours, sorted once, so that the median without one of them is two look-ups.
#[derive(Debug, Clone)]
pub(super) struct Baseline {
    /// One list of slots a step.
    slots: [Vec<Slot>; 2],
}

/// The hours that are alike.
#[derive(Debug, Clone, Default)]
struct Slot {
    /// Hours that the evidence reaches.
    hour_count: usize,
    /// The counts of those that hold records, ascending; the rest are empty.
    counts: Vec<i64>,
}

impl Baseline {
    /// The baseline of counts by hour within the reach; what stands outside it is no part of a pattern.
    pub(super) fn new(counts: &BTreeMap<i64, i64>, reach: &Range<i64>) -> Self {
        Self { slots: STEPS.map(|step| slots(counts, reach, step)) }
    }

    /// The median of the like hours. `own` is the hour's own count where it is one of them, and is left out; `None` = it is none.
    pub(super) fn expected(&self, hour: i64, own: Option<i64>) -> Option<f64> {
        self.slots.iter().zip(STEPS).find_map(|(slots, step)| slots.get(position(hour, step))?.median_without(own))
    }
}

fn slots(counts: &BTreeMap<i64, i64>, reach: &Range<i64>, step: i64) -> Vec<Slot> {
    let until = |end: i64, at: i64| (end - 1 - at).div_euclid(step);
    let hour_count = |at: i64| usize::try_from(until(reach.end, at) - until(reach.start, at)).unwrap_or(0);
    let mut slots: Vec<Slot> = (0..step).map(|at| Slot { hour_count: hour_count(at), counts: Vec::new() }).collect();
    for (hour, count) in counts.iter().filter(|(hour, _)| reach.contains(hour)) {
        slots[position(*hour, step)].counts.push(*count);
    }
    slots.iter_mut().for_each(|slot| slot.counts.sort_unstable());
    slots
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
        STEPS.iter().find_map(|step| {
            let like = |other: &i64| *other != hour && (other - hour) % step == 0;
            let mut others: Vec<i64> =
                reach.clone().filter(like).map(|h| counts.get(&h).copied().unwrap_or(0)).collect();
            others.sort_unstable();
            let (n, middle) = (others.len(), others.len() / 2);
            (n >= ENOUGH).then(|| match n % 2 {
                1 => others[middle] as f64,
                _ => (others[middle - 1] + others[middle]) as f64 / 2.0,
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_median_leaves_out_the_hour_itself_and_nothing_else(
            counts in prop::collection::vec(prop_oneof![1 => Just(0), 2 => 1i64..6], 930),
            first in -20i64..200,
            length in 0i64..850,
            hour in -40i64..920,
        ) {
            let held = (-30..).zip(counts).filter(|(_, count)| *count > 0);
            let counts: BTreeMap<i64, i64> = held.collect();
            let reach = first..first + length;
            let own = reach.contains(&hour).then(|| counts.get(&hour).copied().unwrap_or(0));
            let found = Baseline::new(&counts, &reach).expected(hour, own);
            prop_assert_eq!(found, plain(&counts, &reach, hour));
        }
    }
}
