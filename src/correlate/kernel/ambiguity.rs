//! Records of one instant: where their order decides, nothing is decided.
//!
//! Some deliveries log whole seconds. Opposite effects in one scope, and opposite decisions, that bear the same time may
//! have happened in either order. Every order is judged, and an item whose verdict depends on it is `ambiguous`. With
//! more than [`EVERY_ORDER`] such instants in one key not every combination is tried: only givers first, takers first,
//! and both in turn.

use std::ops::Range;

use super::super::Verdict;
use super::index::side;
use super::{Case, Instant, Limits, Reason, Scope, Traced, Vouched, World};
use crate::change::Direction;

/// Up to this many instants with opposite records, all combinations of their orders are judged.
const EVERY_ORDER: usize = 4;

/// Judges every effect of a case, in order.
pub fn vouch(case: &Case, limits: &Limits, world: &dyn World) -> Vec<Vouched> {
    let mut vouched = super::vouch::vouch(case, limits, world);
    let ties = Ties::of(case);
    if ties.is_empty() {
        return vouched;
    }
    let mut doubtful = rivals(case, &vouched);
    for order in ties.orders() {
        let other = order.of(case);
        for judged in super::vouch::vouch(&other, limits, world) {
            let effect = order.effects[judged.effect];
            doubtful[effect] |= judged.reason.verdict() != vouched[effect].reason.verdict();
        }
    }
    for (judged, is_doubtful) in vouched.iter_mut().zip(doubtful) {
        if is_doubtful {
            (judged.reason, judged.decision, judged.push, judged.hole) = (Reason::Ambiguous, None, None, None);
        }
    }
    vouched
}

/// Judges every traced decision of a case, in order. `vouched` is what [`vouch`] says of the same case.
pub fn trace(case: &Case, limits: &Limits, world: &dyn World, vouched: &[Vouched]) -> Vec<Traced> {
    let ties = Ties::of(case);
    if ties.is_empty() {
        return super::trace::trace(case, limits, world, vouched);
    }
    let in_order = |case: &Case| super::trace::trace(case, limits, world, &super::vouch::vouch(case, limits, world));
    let mut traced = in_order(case);
    let mut doubtful = vec![false; case.decisions.len()];
    let mut verdicts = vec![None; case.decisions.len()];
    for judged in &traced {
        verdicts[judged.decision] = Some(judged.reason.verdict());
    }
    for order in ties.orders() {
        for judged in in_order(&order.of(case)) {
            let decision = order.decisions[judged.decision];
            doubtful[decision] |= verdicts[decision] != Some(judged.reason.verdict());
        }
    }
    for judged in traced.iter_mut().filter(|judged| doubtful[judged.decision]) {
        (judged.reason, judged.effect, judged.push, judged.hole) = (Reason::Ambiguous, None, None, None);
    }
    traced
}

/// Like effects of one instant that competed for a decision: one is vouched, another found none, and either might be.
fn rivals(case: &Case, vouched: &[Vouched]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..case.effects.len()).collect();
    let like = |e: usize| (case.effects[e].scope, case.effects[e].time, side(case.effects[e].direction));
    order.sort_by_key(|&e| like(e));
    let is_vouched = |e: usize| vouched[e].reason == Reason::Matched;
    let found_none = |e: usize| matches!(vouched[e].reason.verdict(), Verdict::Exception | Verdict::Undetermined);
    let mut doubtful = vec![false; case.effects.len()];
    for alike in order.chunk_by(|a, b| like(*a) == like(*b)) {
        let is_contested = alike.iter().any(|&e| is_vouched(e)) && alike.iter().any(|&e| found_none(e));
        for &e in alike.iter().filter(|_| is_contested) {
            doubtful[e] = is_vouched(e) || found_none(e);
        }
    }
    doubtful
}

/// Ranges of equal time that hold opposite records.
struct Ties<'c> {
    case: &'c Case,
    effects: Vec<Range<usize>>,
    decisions: Vec<Range<usize>>,
}

impl<'c> Ties<'c> {
    fn of(case: &'c Case) -> Self {
        let effects = tied(&case.effects, |e| (e.time, e.scope, e.direction));
        let decisions = tied(&case.decisions, |d| (d.time, Scope::ACCOUNT, d.direction));
        Self { case, effects, decisions }
    }

    fn is_empty(&self) -> bool {
        self.effects.is_empty() && self.decisions.is_empty()
    }

    fn orders(&self) -> impl Iterator<Item = Order> {
        let count = self.effects.len() + self.decisions.len();
        // Beyond the few that are all tried, every other instant goes together.
        let groups = if count <= EVERY_ORDER { count } else { 2 };
        let orders = (0_usize..1 << groups).map(move |pattern| self.order(|tie| pattern >> (tie % groups) & 1 == 1));
        orders.filter(|order| !(order.effects.is_sorted() && order.decisions.is_sorted()))
    }

    fn order(&self, takes_first: impl Fn(usize) -> bool) -> Order {
        let mut effects: Vec<usize> = (0..self.case.effects.len()).collect();
        let mut decisions: Vec<usize> = (0..self.case.decisions.len()).collect();
        for (tie, range) in self.effects.iter().enumerate() {
            let takes = |e: &usize| side(self.case.effects[*e].direction) == 1;
            effects[range.clone()].sort_by_key(|e| takes(e) != takes_first(tie));
        }
        for (tie, range) in self.decisions.iter().enumerate() {
            let takes = |d: &usize| side(self.case.decisions[*d].direction) == 1;
            decisions[range.clone()].sort_by_key(|d| takes(d) != takes_first(self.effects.len() + tie));
        }
        Order { effects, decisions }
    }
}

/// The ranges of equal time in which one scope has both directions.
fn tied<T>(items: &[T], what: impl Fn(&T) -> (Instant, Scope, Direction)) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = 0;
    for alike in items.chunk_by(|a, b| what(a).0 == what(b).0) {
        let range = start..start + alike.len();
        start = range.end;
        if alike.len() > 1 {
            let mut seen: Vec<(Scope, usize)> = alike.iter().map(|i| (what(i).1, side(what(i).2))).collect();
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
struct Order {
    effects: Vec<usize>,
    decisions: Vec<usize>,
}

impl Order {
    fn of(&self, case: &Case) -> Case {
        let effects = self.effects.iter().map(|&e| case.effects[e].clone()).collect();
        let decisions = self.decisions.iter().map(|&d| case.decisions[d].clone()).collect();
        Case { effects, decisions, ..case.clone() }
    }
}
