//! What is known of an effect before any authority is looked at.

use super::index::{Index, side};
use super::marks::Span;
use super::{Case, Effect, Instant, Limits, Scope};
use crate::change::Verb;

/// Databricks keeps a workspace row of an account-level act within this time of it (design: rulings).
const TWIN_TOLERANCE: Instant = 5_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It changed something, as far as is known.
    Own,
    /// It granted what was held or revoked what was not.
    Redundant,
    /// It is the workspace row of an account-level act.
    Twin,
    /// The verdict does not depend on authority.
    Exempt,
}

pub(super) fn standing(index: &Index<'_>, limits: &Limits) -> Vec<Standing> {
    let twins = Twins::of(index.case);
    let mut all = vec![Standing::Own; index.case.effects.len()];
    for span in index.marks().spans() {
        for at in span.marks.clone() {
            let Some(i) = index.marks().get(at).effect else { continue };
            let effect = &index.case.effects[i];
            all[i] = if effect.exempt.is_some() {
                Standing::Exempt
            } else if changes_nothing(index, limits, span, at) {
                Standing::Redundant
            } else if effect.is_assignment_half || twins.may_have(effect) && is_twin(index.case, effect) {
                Standing::Twin
            } else {
                Standing::Own
            };
        }
    }
    all
}

// What a deletion ended is removed by its late consequences, too; beyond the look-back they remove nothing. In doubt a
// grant is no repetition: not at the instant of a deletion, nor after the account took the access from everywhere.
fn changes_nothing(index: &Index<'_>, limits: &Limits, span: &Span, at: usize) -> bool {
    let mark = index.marks().get(at);
    let Some(before) = index.marks().before(span, at) else {
        let end = index.endings.last_final(span.scope, mark.time - 1);
        return !mark.is_held && end.is_some_and(|end| mark.time - end > limits.window.look_back);
    };
    if mark.is_held {
        let end = index.endings.last_final(span.scope, mark.time).max(taken_everywhere(index, span, mark.time));
        return before.is_held && end.is_none_or(|end| end < before.time);
    }
    match index.endings.last_final(span.scope, mark.time - 1) {
        Some(end) if before.time <= end => mark.time - end > limits.window.look_back,
        _ => !before.is_held,
    }
}

/// When the account last took the access, before the instant; asked of a workspace.
fn taken_everywhere(index: &Index<'_>, span: &Span, before: Instant) -> Option<Instant> {
    let (marks, account) = (index.marks(), index.marks().span(Scope::ACCOUNT, span.account));
    let until = marks.since(&account, before);
    let taken = marks.last(&account, until, 1).filter(|_| span.scope != Scope::ACCOUNT);
    taken.map(|at| marks.get(at).time)
}

/// True when the effect is the workspace row of an account-level act: same actor, same act, within five seconds. An act has one row in
/// a workspace, the nearest: another one is an act of its own.
pub fn is_twin(case: &Case, effect: &Effect) -> bool {
    effect.is_assignment_half
        || effect.scope != Scope::ACCOUNT
            && within(case, effect.time, TWIN_TOLERANCE)
                .filter(|e| e.scope == Scope::ACCOUNT && is_act_of(e, effect))
                .any(|e| is_nearest(case, effect, e))
}

fn is_nearest(case: &Case, effect: &Effect, account_row: &Effect) -> bool {
    let apart = effect.time.abs_diff(account_row.time);
    let nearer = Instant::try_from(apart.saturating_sub(1)).unwrap_or(TWIN_TOLERANCE);
    apart == 0 || !within(case, account_row.time, nearer).any(|e| e.scope == effect.scope && is_act_of(e, account_row))
}

/// The effects within a time of an instant.
fn within(case: &Case, time: Instant, tolerance: Instant) -> impl Iterator<Item = &Effect> {
    let first = case.effects.partition_point(|e| e.time < time - tolerance);
    case.effects[first..].iter().take_while(move |e| e.time <= time + tolerance)
}

/// Whether both are one act, as far as they say. A group is its id, whatever it is called.
fn is_act_of(one: &Effect, other: &Effect) -> bool {
    act(one) == act(other) && (one.group == other.group || one.group == 0 || other.group == 0)
}

type Act = (u32, u32, Verb, usize);

fn act(effect: &Effect) -> Act {
    (effect.account, effect.actor, effect.verb, side(effect.direction))
}

/// Account-level acts, by act and time.
struct Twins(Vec<(Act, Instant)>);

impl Twins {
    fn of(case: &Case) -> Self {
        let is_account = |e: &Effect| e.scope == Scope::ACCOUNT;
        if case.effects.iter().all(is_account) {
            return Self(Vec::new());
        }
        let mut acts: Vec<_> = case.effects.iter().filter(|e| is_account(e)).map(|e| (act(e), e.time)).collect();
        acts.sort_unstable();
        Self(acts)
    }

    fn may_have(&self, effect: &Effect) -> bool {
        let first = self.0.partition_point(|a| *a < (act(effect), effect.time - TWIN_TOLERANCE));
        effect.scope != Scope::ACCOUNT
            && self.0.get(first).is_some_and(|a| a.0 == act(effect) && a.1 <= effect.time + TWIN_TOLERANCE)
    }
}
