//! One-to-one assignment of decisions to effects.

use crate::config::Span;

/// How far an authority may lie from its effect, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// How long before the effect.
    pub look_back: i64,
    /// How long after it, for clocks that differ.
    pub skew: i64,
}

impl Window {
    /// A window of two spans.
    pub const fn new(look_back: Span, skew: Span) -> Self {
        Self { look_back: look_back.micros(), skew: skew.micros() }
    }

    /// True when a decision at `decision` may authorise an effect at `effect`.
    pub const fn holds(&self, decision: i64, effect: i64) -> bool {
        effect - self.look_back <= decision && decision <= effect + self.skew
    }

    /// The first and last instant at which an authority of the effect may lie.
    pub const fn around(&self, effect: i64) -> (i64, i64) {
        (effect - self.look_back, effect + self.skew)
    }
}

/// What an assignment costs; less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Cost {
    unmatched: u32,
    rank: u32,
    lag: u64,
}

/// For each effect the decision that authorises it: most effects matched, then the strongest decisions, then the least
/// total lag, then first decided, first done.
///
/// Decisions are `(time, rank)`, effects are times, both ascending. Since every window has the same length, some best
/// assignment never crosses, so a table over prefixes finds it. Time and memory are the product of both lengths within
/// one cluster of changes no further apart than the window.
pub fn assign(
    decisions: &[(i64, u8)],
    effects: &[i64],
    window: Window,
    may: &dyn Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut chosen = vec![None; effects.len()];
    let mut first = 0;
    for cluster in clusters(effects, window) {
        let from =
            decisions[first..].iter().take_while(|d| d.0 < effects[cluster.start] - window.look_back).count() + first;
        let to = decisions[from..].iter().take_while(|d| d.0 <= effects[cluster.end - 1] + window.skew).count() + from;
        for (e, d) in best(&decisions[from..to], &effects[cluster.clone()], &|d, e| may(from + d, cluster.start + e)) {
            chosen[cluster.start + e] = Some(from + d);
        }
        first = from;
    }
    chosen
}

fn clusters(effects: &[i64], window: Window) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    let mut start = 0;
    for i in 1..=effects.len() {
        if i == effects.len() || effects[i] - window.look_back > effects[i - 1] + window.skew {
            all.push(start..i);
            start = i;
        }
    }
    all
}

fn best(decisions: &[(i64, u8)], effects: &[i64], may: &dyn Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let (n, m) = (decisions.len(), effects.len());
    let mut cost = vec![vec![Cost::default(); m + 1]; n + 1];
    for (e, last) in cost[n].iter_mut().enumerate() {
        last.unmatched = u32::try_from(m - e).unwrap_or(u32::MAX);
    }
    for d in (0..n).rev() {
        for e in (0..m).rev() {
            cost[d][e] = choices(&cost, decisions, effects, may, d, e).into_iter().flatten().min().unwrap_or_default();
        }
    }
    let (mut d, mut e, mut pairs) = (0, 0, Vec::new());
    while d < n && e < m {
        let [matched, left_effect, _] = choices(&cost, decisions, effects, may, d, e);
        if matched == Some(cost[d][e]) {
            pairs.push((e, d));
            (d, e) = (d + 1, e + 1);
        } else if left_effect == Some(cost[d][e]) {
            e += 1;
        } else {
            d += 1;
        }
    }
    pairs
}

fn choices(
    cost: &[Vec<Cost>],
    decisions: &[(i64, u8)],
    effects: &[i64],
    may: &dyn Fn(usize, usize) -> bool,
    d: usize,
    e: usize,
) -> [Option<Cost>; 3] {
    let matched = may(d, e).then(|| {
        let rest = cost[d + 1][e + 1];
        let (time, rank) = decisions[d];
        Cost { rank: rest.rank + u32::from(rank), lag: rest.lag + time.abs_diff(effects[e]), ..rest }
    });
    let left = cost[d][e + 1];
    [matched, Some(Cost { unmatched: left.unmatched + 1, ..left }), Some(cost[d + 1][e])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: Window = Window { look_back: 10, skew: 2 };

    fn run(decisions: &[(i64, u8)], effects: &[i64]) -> Vec<Option<usize>> {
        assign(decisions, effects, WINDOW, &|d, e| WINDOW.holds(decisions[d].0, effects[e]))
    }

    #[test]
    fn most_are_matched_then_strongest_then_nearest_then_in_order() {
        assert_eq!(run(&[(0, 0), (9, 0)], &[8, 12]), [Some(0), Some(1)], "number before lag");
        assert_eq!(run(&[(3, 0), (5, 1)], &[6]), [Some(0)], "strength before lag");
        assert_eq!(run(&[(3, 0), (5, 0)], &[6]), [Some(1)], "nearest");
        assert_eq!(run(&[(7, 0)], &[5, 9]), [Some(0), None], "first done");
        assert_eq!(run(&[], &[5]), [None]);
        assert_eq!(run(&[(5, 0)], &[]), []);
    }

    #[test]
    fn the_window_is_closed_on_both_sides() {
        for (decision, effect, matched) in [(0, 10, true), (0, 11, false), (12, 10, true), (13, 10, false)] {
            assert_eq!(run(&[(decision, 0)], &[effect])[0].is_some(), matched, "{decision} {effect}");
        }
    }

    fn brute(decisions: &[(i64, u8)], effects: &[i64], used: u32, e: usize) -> Cost {
        if e == effects.len() {
            return Cost::default();
        }
        let left = brute(decisions, effects, used, e + 1);
        let mut best = Cost { unmatched: left.unmatched + 1, ..left };
        for (d, (time, rank)) in decisions.iter().enumerate() {
            if used & (1 << d) == 0 && WINDOW.holds(*time, effects[e]) {
                let rest = brute(decisions, effects, used | (1 << d), e + 1);
                best = best.min(Cost {
                    rank: rest.rank + u32::from(*rank),
                    lag: rest.lag + time.abs_diff(effects[e]),
                    ..rest
                });
            }
        }
        best
    }

    fn total(decisions: &[(i64, u8)], effects: &[i64], chosen: &[Option<usize>]) -> Cost {
        chosen.iter().enumerate().fold(Cost::default(), |sum, (e, d)| match d {
            None => Cost { unmatched: sum.unmatched + 1, ..sum },
            Some(d) => Cost {
                rank: sum.rank + u32::from(decisions[*d].1),
                lag: sum.lag + decisions[*d].0.abs_diff(effects[e]),
                ..sum
            },
        })
    }

    proptest! {
        #[test]
        fn no_assignment_is_better(
            mut decisions in prop::collection::vec((0i64..40, 0u8..3), 0..6),
            mut effects in prop::collection::vec(0i64..40, 0..6),
        ) {
            decisions.sort_unstable();
            effects.sort_unstable();
            let chosen = run(&decisions, &effects);
            prop_assert_eq!(total(&decisions, &effects, &chosen), brute(&decisions, &effects, 0, 0));
            let used: Vec<usize> = chosen.iter().flatten().copied().collect();
            let mut distinct = used.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(used.len(), distinct.len());
        }
    }
}
