//! Tracing: from the decision forward to its effect.

mod already;
mod open;
mod unseen;

use std::cell::OnceCell;

use self::already::Already;
use super::held::{Held, History};
use super::index::{Index, side};
use super::link::undone_at;
use super::stood::{Ask, Left, left};
use super::{Case, Decision, EndingKind, Instant, Limits, Reason, Scope, Traced, Vouched, World};
use crate::change::Direction;

/// Judges every traced decision of a case, in order, taking the records of one instant in the order in which they stand.
pub(super) fn trace(case: &Case, limits: &Limits, world: &dyn World, vouched: &[Vouched]) -> Vec<Traced> {
    if !case.decisions.iter().any(|d| d.is_item) {
        return Vec::new();
    }
    let index = Index::of(case);
    let tracer = Tracer::new(&index, limits, vouched);
    let items = (0..case.decisions.len()).filter(|&d| case.decisions[d].is_item);
    items.map(|d| tracer.judge(world, d)).collect()
}

/// What carried a decision out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    /// The effect at that position.
    Effect(usize),
    /// The end of the person or the group, at that position among the endings.
    Ending(usize),
}

pub(super) struct Tracer<'a> {
    index: &'a Index<'a>,
    limits: &'a Limits,
    vouched: &'a [Vouched],
    /// Decision and effect of every match, in that order.
    links: Vec<(usize, usize)>,
    history: OnceCell<History>,
    changed: OnceCell<Effects>,
    said: OnceCell<Effects>,
    made: OnceCell<Option<Instant>>,
    torn: OnceCell<Vec<Torn>>,
}

/// When a grant was taken back that may have been carried out in a hole before that, and its position.
type Torn = (Instant, usize);

/// Positions of effects, ascending, by side: at the account alone, and in any scope.
struct Effects {
    at_account: [Vec<usize>; 2],
    anywhere: [Vec<usize>; 2],
}

/// The first effects of some that carry a decision out.
#[derive(Debug, Clone, Copy, Default)]
struct First {
    at_account: Option<usize>,
    anywhere: Option<usize>,
}

impl First {
    fn own(self) -> Option<usize> {
        self.at_account.or(self.anywhere)
    }
}

impl<'a> Tracer<'a> {
    pub(super) fn new(index: &'a Index<'a>, limits: &'a Limits, vouched: &'a [Vouched]) -> Self {
        // What is vouched by the state of things carried out nothing by that: it may be the re-sync of what was done before.
        let matched = |v: &Vouched| v.decision.filter(|_| v.reason == Reason::Matched).map(|d| (d, v.effect));
        let mut links: Vec<_> = vouched.iter().filter_map(matched).collect();
        links.sort_unstable();
        let (history, changed, said) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { index, limits, vouched, links, history, changed, said, made: OnceCell::new(), torn: OnceCell::new() }
    }

    fn case(&self) -> &'a Case {
        self.index.case
    }

    fn judge(&self, world: &dyn World, d: usize) -> Traced {
        let decision = &self.case().decisions[d];
        let unresolved =
            Traced { decision: d, reason: Reason::UnresolvedSubject, effect: None, push: None, hole: None };
        if !self.case().is_resolved {
            return unresolved;
        }
        if self.is_made_later(world, d) {
            return Traced { reason: Reason::NotPushed, ..unresolved };
        }
        let due = self.due(decision);
        let by = self.carried_out(d).filter(|by| self.is_its_carrier(world, d, *by));
        let effect = by.map(|by| self.done(by));
        // What authorises nothing has no effect to wait for, but may be carried out in time along with what does.
        let is_in_time = effect.is_some_and(|(_, time)| time <= due);
        if decision.rank.is_none() && !by.is_some_and(|by| is_in_time && self.is_authorised(by)) {
            let hole = self.unseen_return_before(world, d);
            let reason = if hole.is_some() { Reason::CoverageGap } else { Reason::NotPushed };
            return Traced { reason, hole, ..unresolved };
        }
        let reversal = Some(self.index.reversed_at(d)).filter(|reversed_at| *reversed_at < Instant::MAX);
        let until = effect.map(|(_, time)| time).or(reversal).unwrap_or(due);
        let push = self.index.push_between(side(decision.direction), decision.time, until, self.limits);
        let traced = Traced { effect, push, ..unresolved };
        match effect {
            Some((_, time)) if time <= due => Traced { reason: Reason::Matched, ..traced },
            Some(_) => self.late(world, d, traced),
            None => {
                let (reason, hole) = self.not_carried_out(world, d, reversal);
                match self.uncreated(d).filter(|_| reason == Reason::Missing) {
                    None => Traced { reason, hole, ..traced },
                    push => Traced { reason: Reason::Failed, push, ..traced },
                }
            }
        }
    }

    /// The push that failed to create the account without which a grant cannot be carried out.
    pub(super) fn uncreated(&self, d: usize) -> Option<usize> {
        let decision = &self.case().decisions[d];
        let by = self.index.reversed_at(d).min(self.limits.cut_off);
        let is_open = decision.direction == Direction::Grant
            && self.index.arrivals(0, decision.time - self.limits.window.skew, by).is_empty();
        is_open.then(|| self.index.uncreated(by)).flatten()
    }

    // What ends a person as a whole carries nothing out where nothing was to be done, and nothing that came too late has done what was done
    // already.
    fn is_its_carrier(&self, world: &dyn World, d: usize, by: Carrier) -> bool {
        let decision = &self.case().decisions[d];
        let is_end = matches!(by, Carrier::Ending(_));
        if is_end && !self.is_expected(decision) {
            return false;
        }
        let is_in_time = self.done(by).1 <= self.due(decision);
        if self.case().is_unpushed(decision.time) && !is_in_time {
            return false;
        }
        let is_own_removal = !is_end && decision.direction == Direction::Revoke;
        is_own_removal || is_in_time || matches!(self.already(world, d), Already::Not)
    }

    fn is_authorised(&self, by: Carrier) -> bool {
        matches!(by, Carrier::Effect(e) if self.vouched[e].decision.is_some())
    }

    // Where an effect would be; nowhere in particular = anywhere. An account may be made and ended at the account, whatever is known of it.
    fn places(&self, world: &dyn World) -> &[Scope] {
        if self.case().is_account && world.lacks_account() { &[] } else { &self.case().effect_scopes }
    }

    // That it came too late leans on there being no effect before.
    fn late(&self, world: &dyn World, d: usize, traced: Traced) -> Traced {
        match self.outcome_hole(world, d, self.due(&self.case().decisions[d])) {
            None => Traced { reason: Reason::Late, ..traced },
            hole => Traced { reason: Reason::CoverageGap, hole, effect: None, ..traced },
        }
    }

    fn not_carried_out(&self, world: &dyn World, d: usize, reversal: Option<Instant>) -> (Reason, Option<String>) {
        let decision = &self.case().decisions[d];
        let (from, due) = (decision.time - self.limits.window.skew, self.due(decision));
        if !self.is_expected(decision) {
            let hole = self.unseen_beginning(world, d);
            return (if hole.is_some() { Reason::CoverageGap } else { Reason::NotPushed }, hole);
        }
        match self.already(world, d) {
            Already::InEffect => return (Reason::AlreadyInEffect, None),
            Already::Unsure(hole) => return (Reason::CoverageGap, Some(hole)),
            Already::Not => {}
        }
        if let Some(reversal) = reversal.filter(|r| *r <= due) {
            return match self.outcome_hole(world, d, reversal) {
                None => (Reason::Superseded, None),
                hole => (Reason::CoverageGap, hole),
            };
        }
        if due >= self.limits.cut_off {
            (Reason::WindowOpen, None)
        } else if let Some(hole) = self.left_open(world, d) {
            (Reason::CoverageGap, Some(hole))
        } else if self.index.has_failed(side(decision.direction), from, reversal.unwrap_or(Instant::MAX)) {
            (Reason::Failed, None)
        } else {
            (Reason::Missing, None)
        }
    }

    pub(super) fn due(&self, decision: &Decision) -> Instant {
        decision.time
            + match decision.direction {
                Direction::Grant => self.limits.provision_sla,
                _ => self.limits.deprovision_sla,
            }
    }

    // Nothing is expected for groups that are not pushed, people never assigned, and ends of access that never began.
    fn is_expected(&self, decision: &Decision) -> bool {
        let is_pushed = self.case().is_pushed && !self.case().is_unpushed(decision.time);
        is_pushed && (decision.direction == Direction::Grant || self.case().is_known_to_databricks)
    }

    // What was made later was not there to be ended. It may have been there and have ended in a hole.
    fn is_made_later(&self, world: &dyn World, d: usize) -> bool {
        self.made_later(d).is_some_and(|made| self.hole_before_made(world, d, made).is_none())
    }

    /// When the account was made, after its end was decided, unless what made it was in flight.
    fn made_later(&self, d: usize) -> Option<Instant> {
        let decision = &self.case().decisions[d];
        let skew = self.limits.window.skew;
        let made = self.made.get_or_init(|| self.case().first_made(skew)).filter(|made| *made > decision.time + skew);
        made.filter(|_| decision.direction == Direction::Revoke && self.index.ranked_before(0, d).is_none())
    }

    // Somebody who was never seen in Databricks may have come where nothing was logged.
    fn unseen_beginning(&self, world: &dyn World, d: usize) -> Option<String> {
        let decision = &self.case().decisions[d];
        if !self.case().is_pushed || self.case().is_unpushed(decision.time) || decision.direction == Direction::Grant {
            return None;
        }
        let granted = self.case().decisions[self.index.ranked_before(0, d)?].time;
        world.effect_hole(self.places(world), granted - self.limits.window.skew, decision.time)
    }

    fn done(&self, by: Carrier) -> (usize, Instant) {
        match by {
            Carrier::Effect(e) => (self.case().effects[e].row, self.case().effects[e].time),
            Carrier::Ending(e) => (self.case().endings[e].row, self.case().endings[e].time),
        }
    }

    pub(super) fn carried_out(&self, d: usize) -> Option<Carrier> {
        let decision = &self.case().decisions[d];
        let (from, until) = (decision.time - self.limits.window.skew, self.index.reversed_at(d));
        let mut first = self.linked(d);
        let is_linked = first.anywhere.is_some();
        // What changed something carries it out, else what said it again in time; where it was in effect already, only
        // what skew has put before it.
        let was_held = first.anywhere.is_none() && self.was_held(d);
        let until_then = if was_held { until.min(decision.time) } else { until };
        if first.anywhere.is_none() {
            first = self.first(self.changed(), d, until_then);
        }
        let is_removal = decision.direction == Direction::Revoke;
        let due = self.due(decision);
        let is_late = |e: usize| !is_removal && !is_linked && self.case().effects[e].time > due;
        if first.own().is_none_or(is_late) && !was_held {
            let said = self.first(self.said(), d, self.in_time(d));
            first = if said.anywhere.is_some() { said } else { first };
        }
        let own = if self.case().is_account && is_removal && first.at_account.is_none() {
            let at_account = self.first(self.changed(), d, until_then).at_account;
            let time = |e: &usize| self.case().effects[*e].time;
            self.ended_everywhere(from, until_then).into_iter().chain(at_account).min_by_key(time)
        } else {
            first.own()
        };
        if !is_removal {
            return own.map(Carrier::Effect);
        }
        let is_its = |by: &Carrier| !self.ends_later_grant(d, *by);
        let own = own.filter(|e| is_linked || is_its(&Carrier::Effect(*e)));
        let own = self.ended_where_it_stood(d, own).map(Carrier::Effect);
        // A removal is carried out, too, when the person or the group is ended as a whole.
        own.or_else(|| self.ended_for(self.end_of(d), from, until).map(Carrier::Ending).filter(is_its))
    }

    // A deactivation that is lifted again has only put the end off: the access is back. What a return finds deleted it does not lift.
    fn ended_for(&self, scope: Scope, from: Instant, until: Instant) -> Option<usize> {
        let endings = &self.index.endings;
        let (time, end) = endings.first_end(scope, from).filter(|(time, _)| *time < until)?;
        let is_final = self.case().endings[end].kind == EndingKind::Final;
        if is_final || !endings.comes_back(time, until) {
            return Some(end);
        }
        let gone = endings.first_final(scope, from).filter(|(time, _)| *time < until);
        gone.map(|(_, end)| end)
    }

    fn linked(&self, d: usize) -> First {
        let links = &self.links[self.links.partition_point(|link| link.0 < d)..];
        let effects = links.iter().take_while(|link| link.0 == d).map(|link| link.1);
        let mut first = First::default();
        for e in effects.filter(|&e| !self.is_undone_before(e, self.case().decisions[d].time)) {
            first.anywhere = first.anywhere.or(Some(e));
            let is_at_account = self.case().effects[e].scope == Scope::ACCOUNT;
            first.at_account = first.at_account.or(is_at_account.then_some(e));
        }
        first
    }

    fn changed(&self) -> &Effects {
        self.changed.get_or_init(|| self.effects(|e| self.has_changed(e)))
    }

    // By the records at hand.
    fn has_changed(&self, e: usize) -> bool {
        self.vouched[e].reason != Reason::Redundant && !self.vouched[e].may_be_redundant
    }

    fn said(&self) -> &Effects {
        self.said.get_or_init(|| self.effects(|_| true))
    }

    fn effects(&self, keep: impl Fn(usize) -> bool) -> Effects {
        let effects = &self.case().effects;
        let of = |side_of: usize, is_any: bool| {
            let kept = (0..effects.len()).filter(|&e| side(effects[e].direction) == side_of && keep(e));
            kept.filter(|&e| is_any || effects[e].scope == Scope::ACCOUNT).collect()
        };
        Effects { at_account: [of(0, false), of(1, false)], anywhere: [of(0, true), of(1, true)] }
    }

    fn first(&self, effects: &Effects, d: usize, until: Instant) -> First {
        let decision = &self.case().decisions[d];
        let from = decision.time - self.limits.window.skew;
        let first = |list: &[usize]| {
            let time = |e: usize| self.case().effects[e].time;
            let reach = list[list.partition_point(|&e| time(e) < from)..].iter().copied();
            reach.take_while(|&e| time(e) < until).find(|&e| !self.is_undone_before(e, decision.time))
        };
        let side = side(decision.direction);
        First { at_account: first(&effects.at_account[side]), anywhere: first(&effects.anywhere[side]) }
    }

    /// Skew lets an effect stand a little before its decision, but not one that was undone again by then.
    pub(super) fn is_undone_before(&self, e: usize, time: Instant) -> bool {
        let effect = &self.case().effects[e];
        if effect.time >= time {
            return false;
        }
        let span = self.index.marks().span(effect.scope, effect.account);
        undone_at(self.index, &span, self.index.marks().place(e)).is_some_and(|undone| undone < time)
    }

    // Without an account-level end, access has ended only when the last workspace has ended it.
    fn ended_everywhere(&self, from: Instant, until: Instant) -> Option<usize> {
        let marks = self.index.marks();
        let time = |e: &usize| self.case().effects[*e].time;
        let end_in = |scope: &Scope| {
            let here = marks.spans().iter().filter(|span| span.scope == *scope);
            here.filter_map(|span| marks.taken(span, marks.since(span, from), until)).min_by_key(time)
        };
        let ends: Option<Vec<usize>> = self.case().seen_in.iter().map(end_in).collect();
        ends?.into_iter().max_by_key(time)
    }

    pub(super) fn held_before(&self, d: usize) -> Held {
        self.history().before(self.case().decisions[d].time)
    }

    fn history(&self) -> &History {
        self.history.get_or_init(|| History::of(self.index))
    }

    // A removal is carried out where the access stood, and in all those places.
    fn ended_where_it_stood(&self, d: usize, own: Option<usize>) -> Option<usize> {
        let own = own?;
        let left = self.left(d, self.case().effects[own].time.saturating_add(1));
        let time = |e: &usize| self.case().effects[*e].time;
        match left.stands.is_empty() {
            true if left.ended_count > 1 => left.last.into_iter().chain([own]).max_by_key(time),
            true => Some(own),
            false => None,
        }
    }

    // What was in flight when the removal was reversed may come later.
    fn left(&self, d: usize, until: Instant) -> Left {
        let decided = self.case().decisions[d].time;
        let until = until.max(self.index.reversed_at(d));
        let ask = Ask { decided, from: decided - self.limits.window.skew, until };
        left(self.index, ask, |e| self.has_changed(e))
    }
}
