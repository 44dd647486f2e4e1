//! Vouching: from the effect back to the authority.

use std::collections::BTreeMap;

use super::super::assign;
use super::{
    Case, Decision, Effect, Ending, EndingKind, Instant, Limits, Push, Reason, Scope, Vouched, World, is_twin,
    push_between, reverses,
};
use crate::change::{Direction, Verb};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Unknown,
    Yes,
    No,
    /// Not held since the subject or the group was deleted at that instant.
    Ended(Instant),
}

/// Judges every effect of a case, in order.
pub fn vouch(case: &Case, limits: &Limits, world: &dyn World) -> Vec<Vouched> {
    let standing = standing(case, limits);
    let mut links = vec![None; case.effects.len()];
    for scope in scopes(case) {
        link_scope(case, limits, scope, &standing, &mut links);
    }
    (0..case.effects.len()).map(|i| judge_effect(case, limits, world, i, standing[i], links[i])).collect()
}

/// What is known of an effect before any authority is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It changed something, as far as is known.
    Own,
    /// It granted what was held or revoked what was not.
    Redundant,
    /// It is the workspace row of an account-level act.
    Twin,
    /// The verdict does not depend on authority.
    Exempt,
}

fn standing(case: &Case, limits: &Limits) -> Vec<Standing> {
    let mut held: BTreeMap<Scope, Held> = BTreeMap::new();
    let mut ends = case.endings.iter().filter(|e| e.kind == EndingKind::Final).peekable();
    let mut all = Vec::with_capacity(case.effects.len());
    for effect in &case.effects {
        while let Some(end) = ends.next_if(|e| e.time < effect.time) {
            let everywhere = case.effects.iter().filter(|e| end.scope == Scope::ACCOUNT || e.scope == end.scope);
            held.extend(everywhere.map(|e| (e.scope, Held::Ended(end.time))));
        }
        let before = held.get(&effect.scope).copied().unwrap_or(Held::Unknown);
        let after = if effect.direction == Direction::Grant { Held::Yes } else { Held::No };
        held.insert(effect.scope, after);
        let changes_nothing = match before {
            Held::Ended(at) => after == Held::No && effect.time - at > limits.window.look_back,
            before => before == after,
        };
        all.push(if effect.exempt.is_some() {
            Standing::Exempt
        } else if changes_nothing {
            Standing::Redundant
        } else if effect.is_assignment_half || is_twin(case, effect) {
            Standing::Twin
        } else {
            Standing::Own
        });
    }
    all
}

fn scopes(case: &Case) -> Vec<Scope> {
    let mut all: Vec<Scope> = case.effects.iter().map(|e| e.scope).collect();
    all.sort_unstable();
    all.dedup();
    all
}

// A decision vouches at most one effect per scope, so each scope is assigned on its own.
fn link_scope(case: &Case, limits: &Limits, scope: Scope, standing: &[Standing], links: &mut [Option<usize>]) {
    for direction in [Direction::Grant, Direction::Revoke] {
        let effects: Vec<usize> = (0..case.effects.len())
            .filter(|&i| {
                standing[i] == Standing::Own && case.effects[i].scope == scope && case.effects[i].direction == direction
            })
            .collect();
        let decisions: Vec<usize> = (0..case.decisions.len())
            .filter(|&d| case.decisions[d].direction == direction && case.decisions[d].rank.is_some())
            .collect();
        let chosen = assign::assign(
            &decisions
                .iter()
                .map(|&d| (case.decisions[d].time, case.decisions[d].rank.unwrap_or(0)))
                .collect::<Vec<_>>(),
            &effects.iter().map(|&e| case.effects[e].time).collect::<Vec<_>>(),
            limits.window,
            &|d, e| may_vouch(case, limits, decisions[d], effects[e]),
        );
        for (e, d) in chosen.into_iter().enumerate() {
            links[effects[e]] = d.map(|d| decisions[d]);
        }
    }
}

fn may_vouch(case: &Case, limits: &Limits, d: usize, e: usize) -> bool {
    let (decision, effect) = (&case.decisions[d], &case.effects[e]);
    let by_consequence = decision.rank.is_some_and(|r| r > 0) && ending_beside(case, limits, effect).is_some();
    limits.window.holds(decision.time, effect.time) && !by_consequence && !is_overruled(case, decision, effect)
}

// A push in flight when the decision was reversed is still authorised, provided that the reversal was carried out in turn.
fn is_overruled(case: &Case, decision: &Decision, effect: &Effect) -> bool {
    let reversed =
        case.decisions.iter().any(|r| reverses(r, decision) && decision.time < r.time && r.time <= effect.time);
    let ends = |u: &Ending| effect.direction == Direction::Grant && u.kind != EndingKind::Restored;
    let undone = || {
        case.effects.iter().any(|u| u.scope == effect.scope && u.direction != effect.direction && u.time > effect.time)
            || case.endings.iter().any(|u| ends(u) && u.time > effect.time)
    };
    reversed && !undone()
}

fn ending_beside<'c>(case: &'c Case, limits: &Limits, effect: &Effect) -> Option<&'c Ending> {
    if effect.direction != Direction::Revoke {
        return None;
    }
    case.endings.iter().filter(|e| e.kind != EndingKind::Restored).find(|ending| {
        (ending.scope == Scope::ACCOUNT || ending.scope == effect.scope)
            && limits.window.holds(ending.time, effect.time)
    })
}

fn judge_effect(
    case: &Case,
    limits: &Limits,
    world: &dyn World,
    i: usize,
    standing: Standing,
    link: Option<usize>,
) -> Vouched {
    let effect = &case.effects[i];
    let candidate_count = case
        .decisions
        .iter()
        .filter(|d| d.rank.is_some() && d.direction == effect.direction && limits.window.holds(d.time, effect.time))
        .count();
    let mut judged =
        Vouched { effect: i, reason: Reason::NoAuthority, decision: None, push: None, candidate_count, hole: None };
    match standing {
        Standing::Exempt => judged.reason = effect.exempt.unwrap_or(Reason::NoAuthority),
        Standing::Redundant => judged.reason = Reason::Redundant,
        Standing::Twin => judged.reason = Reason::Implied,
        Standing::Own => judge_own(case, limits, world, &mut judged, link),
    }
    if let Some(decision) = judged.decision {
        judged.push = push_between(case, effect.direction, case.decisions[decision].time, effect.time, limits);
    }
    judged
}

/// What stands in for the id of a hole where the state before the logs begin is not at hand.
const NO_OPENING: &str = "no earlier statement at hand";

fn judge_own(case: &Case, limits: &Limits, world: &dyn World, judged: &mut Vouched, link: Option<usize>) {
    let effect = &case.effects[judged.effect];
    if case.is_resolved {
        if link.is_some() {
            judged.decision = link;
            judged.reason = Reason::Matched;
        } else if ending_beside(case, limits, effect).is_some() {
            judged.reason = Reason::Implied;
        } else if let Some(push) = vouching_push(case, limits, effect) {
            judged.push = Some(push);
            judged.reason = Reason::Transport;
        } else if let Some(decision) = standing_decision(case, limits, effect) {
            judged.decision = Some(decision);
            judged.reason = Reason::State;
        }
        if judged.reason != Reason::NoAuthority {
            return;
        }
    }
    let (from, to) = limits.window.around(effect.time);
    let named_elsewhere =
        case.unresolved_decisions.iter().any(|(t, d)| *d == effect.direction && (from..=to).contains(t));
    if !case.is_resolved || named_elsewhere {
        judged.reason = Reason::UnresolvedSubject;
    } else if let Some(hole) = world.authority_hole(from, to).or_else(|| no_opening(case, effect)) {
        judged.reason = Reason::CoverageGap;
        judged.hole = Some(hole);
    }
}

// Where an earlier row tells who held it, the statement is a change like any other.
fn no_opening(case: &Case, effect: &Effect) -> Option<String> {
    let is_known = case.effects.iter().any(|o| o.scope == effect.scope && o.time < effect.time);
    (effect.may_be_older && !is_known).then(|| NO_OPENING.to_owned())
}

fn vouching_push(case: &Case, limits: &Limits, effect: &Effect) -> Option<usize> {
    let taken = |push: &Push| {
        case.effects.iter().any(|o| {
            o.scope == effect.scope
                && o.direction == effect.direction
                && o.time < effect.time
                && o.time >= push.time - limits.window.skew
        })
    };
    case.pushes.iter().position(|p| {
        p.succeeded
            && p.names_subject
            && p.direction == effect.direction
            && limits.window.holds(p.time, effect.time)
            && !taken(p)
    })
}

// An authority older than the look-back vouches a full re-sync, unless it was used and undone, or reversed, since.
fn standing_decision(case: &Case, limits: &Limits, effect: &Effect) -> Option<usize> {
    let older = |d: &Decision| d.rank.is_some() && d.direction == effect.direction && d.time < effect.time;
    let (d, decision) = case
        .decisions
        .iter()
        .enumerate()
        .filter(|(_, d)| older(d))
        .max_by_key(|(_, d)| (std::cmp::Reverse(d.rank), d.time))?;
    let reversal = case.decisions.iter().rfind(|r| reverses(r, decision) && r.time <= effect.time);
    let stands = match reversal {
        None => effect.time - decision.time > limits.window.look_back && !is_undone(case, limits, decision, effect),
        Some(reversal) => is_lifted(case, limits, reversal, effect),
    };
    stands.then_some(d)
}

fn is_undone(case: &Case, limits: &Limits, decision: &Decision, effect: &Effect) -> bool {
    let mut since = case
        .effects
        .iter()
        .filter(|o| o.scope == effect.scope)
        .filter(|o| (decision.time - limits.window.skew..effect.time).contains(&o.time));
    // Used first, then undone: what was undone before it was ever used was another decision's.
    since.any(|used| used.direction == effect.direction) && since.any(|undoing| undoing.direction != effect.direction)
}

// The departure of the person reversed the membership; the return puts it back in force.
fn is_lifted(case: &Case, limits: &Limits, reversal: &Decision, effect: &Effect) -> bool {
    reversal.rank.is_some_and(|rank| rank > 0)
        && reversal.verb != Verb::UserDelete
        && case.decisions.iter().any(|g| {
            g.direction == effect.direction && g.time > reversal.time && g.time <= effect.time + limits.window.skew
        })
}
