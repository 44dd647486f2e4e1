//! Tracing: from the decision forward to its effect.

use super::{
    Case, Decision, Effect, EndingKind, Instant, Limits, Push, Reason, Scope, Traced, Vouched, World, push_between,
    reverses,
};
use crate::change::Direction;

/// Where and when a decision was carried out: the row of the access change, and its instant.
type Done = (usize, Instant);

/// Judges every traced decision of a case, in order.
pub fn trace(case: &Case, limits: &Limits, world: &dyn World, vouched: &[Vouched]) -> Vec<Traced> {
    let carried: Vec<Option<Done>> = (0..case.decisions.len()).map(|d| carried_out(case, limits, vouched, d)).collect();
    (0..case.decisions.len())
        .filter(|&d| case.decisions[d].is_item)
        .map(|d| judge(case, limits, world, d, &carried))
        .collect()
}

fn judge(case: &Case, limits: &Limits, world: &dyn World, d: usize, carried: &[Option<Done>]) -> Traced {
    let decision = &case.decisions[d];
    let due = decision.time + sla(limits, decision);
    let reversal = next_reversal(case, d);
    let until = carried[d].map(|(_, time)| time).or(reversal).unwrap_or(due);
    let mut traced = Traced {
        decision: d,
        reason: Reason::Missing,
        effect: carried[d],
        push: push_between(case, decision.direction, decision.time, until, limits),
        hole: None,
    };
    if !case.is_resolved {
        return Traced { reason: Reason::UnresolvedSubject, effect: None, push: None, ..traced };
    }
    traced.reason = if let Some((_, time)) = carried[d] {
        if time <= due { Reason::Matched } else { Reason::Late }
    } else if !is_expected(case, decision) {
        Reason::NotPushed
    } else if is_already(case, limits, world, d, carried) {
        Reason::AlreadyInEffect
    } else if reversal.is_some_and(|r| r <= due) {
        Reason::Superseded
    } else if due >= limits.cut_off {
        Reason::WindowOpen
    } else {
        traced.hole = world.effect_hole(&case.effect_scopes, decision.time - limits.window.skew, due);
        match &traced.hole {
            Some(_) => Reason::CoverageGap,
            None if has_failed(case, limits, d) => Reason::Failed,
            None => Reason::Missing,
        }
    };
    traced
}

const fn sla(limits: &Limits, decision: &Decision) -> i64 {
    match decision.direction {
        Direction::Grant => limits.provision_sla,
        _ => limits.deprovision_sla,
    }
}

// Nothing is expected for groups that are not pushed, people never assigned, and ends of access that never began.
fn is_expected(case: &Case, decision: &Decision) -> bool {
    case.is_pushed && (decision.direction == Direction::Grant || case.is_known_to_databricks)
}

fn next_reversal(case: &Case, d: usize) -> Option<Instant> {
    case.decisions.iter().find(|r| reverses(r, &case.decisions[d])).map(|r| r.time)
}

fn carried_out(case: &Case, limits: &Limits, vouched: &[Vouched], d: usize) -> Option<Done> {
    let decision = &case.decisions[d];
    let until = next_reversal(case, d).unwrap_or(Instant::MAX);
    let from = decision.time - limits.window.skew;
    let stands = |v: &&Vouched| !is_undone_before(case, &case.effects[v.effect], decision.time);
    let of = |keep: &dyn Fn(&Vouched, &Effect) -> bool| -> Vec<usize> {
        let kept = vouched.iter().filter(stands).filter(|v| keep(v, &case.effects[v.effect]));
        kept.map(|v| v.effect).collect()
    };
    let in_reach = |e: &Effect| e.direction == decision.direction && (from..until).contains(&e.time);
    let due = decision.time + sla(limits, decision);
    let mut effects = of(&|v, _| v.decision == Some(d));
    // What changed something carries it out, else what said it again in time.
    if effects.is_empty() {
        effects = of(&|v, e| in_reach(e) && v.reason != Reason::Redundant);
    }
    let was_held = held_at(case, decision.time) == Some(decision.direction == Direction::Grant);
    if effects.is_empty() && !was_held {
        effects = of(&|_, e| in_reach(e) && e.time <= due);
    }
    let at_account = effects.iter().copied().find(|&e| case.effects[e].scope == Scope::ACCOUNT);
    let own = if case.is_account && decision.direction == Direction::Revoke && at_account.is_none() {
        ended_everywhere(case, from, until)
    } else {
        at_account.or_else(|| effects.first().copied())
    };
    own.map(|e| (case.effects[e].row, case.effects[e].time)).or_else(|| ended_with(case, decision, from, until))
}

// Skew lets an effect stand a little before its decision, but not one that was undone again by then.
fn is_undone_before(case: &Case, effect: &Effect, time: Instant) -> bool {
    case.effects
        .iter()
        .any(|o| o.scope == effect.scope && o.direction != effect.direction && (effect.time..time).contains(&o.time))
}

// Without an account-level end, access has ended only when the last workspace has ended it.
fn ended_everywhere(case: &Case, from: Instant, until: Instant) -> Option<usize> {
    let end_in = |scope: &Scope| {
        (0..case.effects.len()).find(|&e| {
            let effect = &case.effects[e];
            effect.scope == *scope && effect.direction == Direction::Revoke && (from..until).contains(&effect.time)
        })
    };
    let ends: Option<Vec<usize>> = case.seen_in.iter().map(end_in).collect();
    ends?.into_iter().max_by_key(|&e| case.effects[e].time)
}

// A removal is carried out, too, when the person or the group is ended as a whole.
fn ended_with(case: &Case, decision: &Decision, from: Instant, until: Instant) -> Option<Done> {
    let ends = |kind| kind != EndingKind::Restored;
    let end =
        case.endings.iter().find(|e| ends(e.kind) && e.scope == Scope::ACCOUNT && (from..until).contains(&e.time));
    end.filter(|_| decision.direction == Direction::Revoke).map(|e| (e.row, e.time))
}

fn is_already(case: &Case, limits: &Limits, world: &dyn World, d: usize, carried: &[Option<Done>]) -> bool {
    let decision = &case.decisions[d];
    let wanted = decision.direction == Direction::Grant;
    match held_at(case, decision.time) {
        Some(held) => held == wanted,
        None if wanted => false,
        // Nothing is known to stand; the grant that the removal reverses was never carried out, so nothing is left to do.
        None => case.decisions[..d]
            .iter()
            .rposition(|p| p.rank.is_some() && p.direction == Direction::Grant)
            .is_some_and(|p| {
                let since = case.decisions[p].time - limits.window.skew;
                carried[p].is_none()
                    && !lands_later(case, limits, p, d)
                    && world.effect_hole(&case.effect_scopes, since, decision.time).is_none()
            }),
    }
}

// A push in flight when its decision was reversed can land after the reversal; then the access stands.
fn lands_later(case: &Case, limits: &Limits, granted: usize, removed: usize) -> bool {
    let (granted, removed_at) = (&case.decisions[granted], case.decisions[removed].time);
    let until = next_reversal(case, removed).unwrap_or(Instant::MAX);
    case.effects.iter().any(|e| {
        e.direction == Direction::Grant
            && (removed_at..until).contains(&e.time)
            && limits.window.holds(granted.time, e.time)
    })
}

// What the records before an instant say of the access, in whatever scope; `None` = nothing.
fn held_at(case: &Case, time: Instant) -> Option<bool> {
    let effects = case.effects.iter().map(|e| (e.time, Some(e.direction), None));
    let endings = case.endings.iter().filter(|e| e.scope == Scope::ACCOUNT).map(|e| (e.time, None, Some(e.kind)));
    let mut all: Vec<_> = effects.chain(endings).filter(|(t, _, _)| *t < time).collect();
    all.sort_by_key(|(t, _, _)| *t);
    let (mut held, mut is_suspended) = (None, false);
    for (_, direction, ending) in all {
        match (direction, ending) {
            (Some(direction), _) => held = Some(direction == Direction::Grant),
            (None, Some(EndingKind::Final)) => (held, is_suspended) = (Some(false), false),
            (None, Some(EndingKind::Suspended)) => is_suspended = true,
            (None, _) => is_suspended = false,
        }
    }
    if is_suspended { Some(false) } else { held }
}

fn has_failed(case: &Case, limits: &Limits, d: usize) -> bool {
    let decision = &case.decisions[d];
    let until = next_reversal(case, d).unwrap_or(Instant::MAX);
    let concerned = |p: &&Push| {
        p.names_subject
            && p.direction == decision.direction
            && (decision.time - limits.window.skew..until).contains(&p.time)
    };
    let last = |succeeded: bool| {
        case.pushes.iter().filter(concerned).filter(|p| p.succeeded == succeeded).map(|p| p.time).max()
    };
    last(false).is_some_and(|failure| last(true).is_none_or(|success| success < failure))
}
