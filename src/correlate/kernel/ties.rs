//! Opposite records of one instant, and the orders in which they may have happened.

use std::collections::BTreeMap;
use std::ops::Range;

use super::index::side;
use super::marks::Marks;
use super::standing::is_twin;
use super::{Case, Effect, Instant, Limits, Reason, Scope, Vouched, World};
use crate::change::Direction;

/// Up to this many combinations of orders of the instants with opposite records, all are judged.
const EVERY_ORDER: usize = 64;

/// How long an instant lasts where whole seconds are logged, in microseconds.
const SECOND: Instant = 1_000_000;

/// A scope, and an account of the subject.
type Place = (Scope, u32);

const fn place(effect: &Effect) -> Place {
    (effect.scope, effect.account)
}

/// Ranges of equal time that hold opposite records.
pub(super) struct Ties<'c> {
    case: &'c Case,
    effects: Vec<Range<usize>>,
    decisions: Vec<Range<usize>>,
}

impl<'c> Ties<'c> {
    pub(super) fn of(case: &'c Case) -> Self {
        let effects = tied(&case.effects, |e| (e.time, place(e), e.direction));
        let decisions = tied(&case.decisions, |d| (d.time, (Scope::ACCOUNT, 0), d.direction));
        Self { case, effects, decisions }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.effects.is_empty() && self.decisions.is_empty()
    }

    /// The order as listed, but for the ties whose order their decisions tell; those are ties no longer.
    ///
    /// Opposite effects of one instant of which each is matched with a decision of its own, in the order of those
    /// decisions and in no other, happened in that order: first decided, first done. Not so where the decisions are of
    /// one instant, too, where they came later and only clocks that differ would explain it, or where the next snapshot
    /// saw otherwise.
    pub(super) fn settle(&mut self, limits: &Limits, world: &dyn World) -> Order {
        let listed = Order::listed(self.case);
        if self.effects.is_empty() {
            return listed;
        }
        let marks = Marks::of(self.case);
        let tried = [false, true].map(|takes_first| {
            let order = self.in_turn(&listed, takes_first);
            let vouched = order.vouch(self.case, limits, world);
            (order, vouched)
        });
        let mut settled = listed.clone();
        let (mut told, mut open) = (Vec::new(), Vec::new());
        for range in &self.effects {
            let fits = tried.each_ref().map(|(order, v)| self.fits(&marks, &order.effects[range.clone()], v));
            if fits[0] == fits[1] {
                open.push(range.clone());
            } else {
                let order = &tried[usize::from(fits[1])].0;
                settled.effects[range.clone()].copy_from_slice(&order.effects[range.clone()]);
                told.push(range.clone());
            }
        }
        if told.is_empty() {
            return listed;
        }
        // Each was told with the others in some order; they must fit together, too, in whatever order the rest happened.
        let fit_together = |takes_first: bool| {
            let mut order = self.in_turn(&settled, takes_first);
            for range in &told {
                order.effects[range.clone()].copy_from_slice(&settled.effects[range.clone()]);
            }
            let vouched = order.vouch(self.case, limits, world);
            told.iter().all(|range| self.fits(&marks, &order.effects[range.clone()], &vouched))
        };
        if !fit_together(false) || !open.is_empty() && !fit_together(true) {
            return listed;
        }
        self.effects = open;
        settled
    }

    // True when in every scope with both directions each of the tied effects, as they stand here, is matched with a later
    // decision than the one before it.
    fn fits(&self, marks: &Marks, tied: &[usize], vouched: &[Vouched]) -> bool {
        let mut scopes: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for &e in tied {
            scopes.entry(place(&self.case.effects[e])).or_default().push(e);
        }
        let sides = |alike: &[usize]| alike.iter().map(|&e| side(self.case.effects[e].direction)).collect::<Vec<_>>();
        let both = scopes.into_values().filter(|alike| sides(alike).contains(&0) && sides(alike).contains(&1));
        let is_twin = |&e: &usize| vouched[e].reason == Reason::Implied && is_twin(self.case, &self.case.effects[e]);
        let own = both.filter(|alike| !alike.iter().all(is_twin)).collect::<Vec<_>>();
        let decided = |e: usize| {
            let decision = vouched[e].decision.filter(|_| vouched[e].reason == Reason::Matched);
            let time = decision.map(|d| self.case.decisions[d].time);
            time.filter(|time| *time < self.case.effects[e].time + SECOND)
        };
        let in_order = |pair: &[usize]| decided(pair[0]).is_some() && decided(pair[0]) < decided(pair[1]);
        let is_told = |alike: &Vec<usize>| {
            let last = alike.last().map(|&e| &self.case.effects[e]);
            alike.windows(2).all(in_order) && last.is_some_and(|last| !is_contradicted(marks, last))
        };
        !own.is_empty() && own.iter().all(is_told)
    }

    /// The other orders of what is not settled.
    pub(super) fn orders(&self, settled: &Order) -> impl Iterator<Item = Order> {
        let takes = |e: usize| (place(&self.case.effects[e]), side(self.case.effects[e].direction) == 1);
        let decides = |d: usize| ((Scope::ACCOUNT, 0), side(self.case.decisions[d].direction) == 1);
        let effects: Vec<Ways> = self.effects.iter().map(|tie| ways(&settled.effects[tie.clone()], takes)).collect();
        let decisions: Vec<Ways> =
            self.decisions.iter().map(|tie| ways(&settled.decisions[tie.clone()], decides)).collect();
        let counts = effects.iter().chain(&decisions).map(Vec::len);
        let all =
            counts.clone().try_fold(1, |all: usize, count| all.checked_mul(count).filter(|all| *all <= EVERY_ORDER));
        let most = counts.max().unwrap_or(1);
        let of_pattern = move |pattern: usize| {
            let mut order = settled.clone();
            let mut rest = pattern;
            // Beyond the few that are all tried, all instants go the same way, or every other one the opposite way.
            let mut way = |tie: usize, ways: &Ways| match all {
                Some(_) => {
                    let way = rest % ways.len();
                    rest /= ways.len();
                    ways[way].clone()
                }
                None => ways[((pattern / 2) ^ (pattern & tie & 1)) % ways.len()].clone(),
            };
            let ties = self.effects.iter().zip(&effects).enumerate();
            ties.for_each(|(at, (tie, ways))| order.effects[tie.clone()].copy_from_slice(&way(at, ways)));
            let ties = self.decisions.iter().zip(&decisions).enumerate();
            ties.for_each(|(at, (tie, ways))| {
                order.decisions[tie.clone()].copy_from_slice(&way(self.effects.len() + at, ways));
            });
            order
        };
        (0..all.unwrap_or(2 * most)).map(of_pattern).filter(move |order| order != settled)
    }

    // Tied effects of a scope take turns: one gives, one takes, or the other way round.
    fn in_turn(&self, listed: &Order, takes_first: bool) -> Order {
        let takes = |e: usize| (place(&self.case.effects[e]), side(self.case.effects[e].direction) == 1);
        let mut order = listed.clone();
        for range in &self.effects {
            take_turns(&mut order.effects[range.clone()], takes, takes_first);
        }
        order
    }
}

/// The orders of one instant's records that are judged.
type Ways = Vec<Vec<usize>>;

/// The ways in which the records of an instant may have followed each other: givers first, takers first, and both in turn,
/// with those that are alike as listed and the other way round. Of each two the second is the opposite of the first.
fn ways(tied: &[usize], takes: impl Fn(usize) -> (Place, bool)) -> Ways {
    let mut ways: Ways = Vec::new();
    for listed in [tied.to_vec(), tied.iter().rev().copied().collect()] {
        for in_turn in [false, true] {
            for takes_first in [false, true] {
                let mut way = listed.clone();
                match in_turn {
                    true => take_turns(&mut way, &takes, takes_first),
                    false => way.sort_by_key(|&e| takes(e).1 != takes_first),
                }
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
    }
    ways
}

fn take_turns(tied: &mut [usize], takes: impl Fn(usize) -> (Place, bool), takes_first: bool) {
    let mut turns: BTreeMap<(Place, bool), usize> = BTreeMap::new();
    tied.sort_by_cached_key(|&e| {
        let (place, takes) = takes(e);
        let turn = turns.entry((place, takes)).or_default();
        *turn += 1;
        (*turn, takes != takes_first)
    });
}

/// True when the first record of the scope after the effect's instant is a snapshot that saw the opposite.
fn is_contradicted(marks: &Marks, effect: &Effect) -> bool {
    let span = marks.span(effect.scope, effect.account);
    let next = Some(marks.since(&span, effect.time + 1)).filter(|at| span.marks.contains(at)).map(|at| marks.get(at));
    next.is_some_and(|mark| mark.effect.is_none() && usize::from(!mark.is_held) != side(effect.direction))
}

/// The ranges of equal time in which one scope has both directions.
fn tied<T>(items: &[T], what: impl Fn(&T) -> (Instant, Place, Direction)) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = 0;
    for alike in items.chunk_by(|a, b| what(a).0 == what(b).0) {
        let range = start..start + alike.len();
        start = range.end;
        if alike.len() > 1 {
            let mut seen: Vec<(Place, usize)> = alike.iter().map(|i| (what(i).1, side(what(i).2))).collect();
            seen.sort_unstable();
            seen.dedup();
            if seen.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                all.push(range);
            }
        }
    }
    all
}

/// One order of the tied records: for each place the position in the case as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    effects: Vec<usize>,
    pub(super) decisions: Vec<usize>,
}

impl Order {
    fn listed(case: &Case) -> Self {
        Self { effects: (0..case.effects.len()).collect(), decisions: (0..case.decisions.len()).collect() }
    }

    /// The case in this order.
    pub(super) fn of(&self, case: &Case) -> Case {
        let effects = self.effects.iter().map(|&e| case.effects[e].clone()).collect();
        let decisions = self.decisions.iter().map(|&d| case.decisions[d].clone()).collect();
        Case { effects, decisions, ..case.clone() }
    }

    /// What is said of the case in this order, told by the positions of the case as given.
    pub(super) fn vouch(&self, case: &Case, limits: &Limits, world: &dyn World) -> Vec<Vouched> {
        let mut vouched = super::vouch::vouch(&self.of(case), limits, world);
        for judged in &mut vouched {
            judged.effect = self.effects[judged.effect];
            judged.decision = judged.decision.map(|d| self.decisions[d]);
        }
        vouched.sort_unstable_by_key(|judged| judged.effect);
        vouched
    }
}
