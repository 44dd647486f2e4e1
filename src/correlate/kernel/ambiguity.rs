//! Records of one instant: where their order decides, nothing is decided.
//!
//! Some deliveries log whole seconds. Opposite effects in one scope, and opposite decisions, that bear the same time may
//! have happened in either order. Where the decisions tell the order of the effects (`ties`), it is that; else every order
//! is judged, and an item whose verdict depends on it is `ambiguous`. With many such instants in one key not every
//! combination is tried: all givers first, all takers first, all in turn, and every other one the opposite way.

use super::super::Verdict;
use super::index::side;
use super::ties::Ties;
use super::{Case, Limits, Reason, Traced, Vouched, World};

/// Judges every effect of a case, in order.
pub fn vouch(case: &Case, limits: &Limits, world: &dyn World) -> Vec<Vouched> {
    let mut ties = Ties::of(case);
    if ties.is_empty() {
        return super::vouch::vouch(case, limits, world);
    }
    let settled = ties.settle(limits, world);
    let mut vouched = settled.vouch(case, limits, world);
    let mut doubtful = rivals(case, &vouched);
    for order in ties.orders(&settled) {
        for (judged, before) in order.vouch(case, limits, world).iter().zip(&vouched) {
            doubtful[judged.effect] |= judged.reason.verdict() != before.reason.verdict();
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
    let mut ties = Ties::of(case);
    if ties.is_empty() {
        return super::trace::trace(case, limits, world, vouched);
    }
    let in_order = |case: &Case| super::trace::trace(case, limits, world, &super::vouch::vouch(case, limits, world));
    let settled = ties.settle(limits, world);
    let mut traced = in_order(&settled.of(case));
    let mut doubtful = vec![false; case.decisions.len()];
    let mut verdicts = vec![None; case.decisions.len()];
    for judged in &traced {
        verdicts[judged.decision] = Some(judged.reason.verdict());
    }
    for order in ties.orders(&settled) {
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
    let like = |e: usize| {
        (case.effects[e].scope, case.effects[e].account, case.effects[e].time, side(case.effects[e].direction))
    };
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
