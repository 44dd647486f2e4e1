//! Whether there was anything left to carry out when a decision was made.

use super::super::{Instant, Observation, Scope, UNSAID_EFFECT, World};
use super::{Carrier, Held, Tracer};
use crate::change::Direction;

const fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Grant => Direction::Revoke,
        _ => Direction::Grant,
    }
}

/// Whether access was as decided when it was decided.
pub(super) enum Already {
    Not,
    InEffect,
    /// It was by the last record, but may have changed in the hole of that id.
    Unsure(String),
}

impl Tracer<'_> {
    /// True when the access was known to be as decided before it was decided.
    pub(super) fn was_held(&self, d: usize) -> bool {
        match self.held_before(d) {
            Held::Unknown => false,
            Held::Yes => self.case().decisions[d].direction == Direction::Grant,
            Held::No => self.case().decisions[d].direction == Direction::Revoke,
            Held::Suspended => {
                let decision = &self.case().decisions[d];
                let is_back = || self.index.endings.comes_back(decision.time, self.index.reversed_at(d));
                decision.direction == Direction::Revoke && !is_back()
            }
        }
    }

    // That the person was deactivated does not tell whether there was anything to come back.
    fn is_told(&self, d: usize) -> bool {
        match self.held_before(d) {
            Held::Unknown => false,
            Held::Suspended => self.was_held(d) || self.history().stood(self.case().decisions[d].time),
            Held::Yes | Held::No => true,
        }
    }

    pub(super) fn already(&self, world: &dyn World, d: usize) -> Already {
        let decision = &self.case().decisions[d];
        let unseen = |since: Instant, until: Instant| {
            let hole = match self.held_before(d) {
                Held::Yes | Held::Suspended => world.effect_hole(&self.reach(world), since, until),
                Held::No | Held::Unknown => world.effect_hole(self.places(world), since, until),
            };
            hole.map_or(Already::InEffect, Already::Unsure)
        };
        if self.is_told(d) || decision.direction == Direction::Grant {
            let back = self.back_at(d);
            if !self.was_held(d) && back.is_none() {
                return match decision.direction {
                    Direction::Revoke => self.ended_unseen(world, d),
                    _ => self.unseen_grant(world, d).map_or(Already::Not, Already::Unsure),
                };
            }
            // What said it again in time has carried it out, if it was not in effect.
            if self.first(self.said(), d, self.in_time(d)).anywhere.is_some() {
                return Already::InEffect;
            }
            let since = self.history().since(decision.time).unwrap_or(Instant::MIN);
            if let Some(hole) = self.unseen_return(world, d) {
                return Already::Unsure(hole);
            }
            let until = back.unwrap_or(decision.time);
            if self.case().may_have_been_done(opposite(decision.direction), since, until) {
                return Already::Unsure(UNSAID_EFFECT.to_owned());
            }
            // It may have changed where nothing was logged.
            return unseen(since, until);
        }
        // Nothing is known to stand; the grant that the removal reverses was never carried out, so nothing is left to do, unless a
        // listing shows otherwise.
        let is_undone = |granted: &usize| {
            self.carried_out(*granted).is_none() && !self.lands_later(*granted, d) && !self.is_listed_later(d)
        };
        let granted = self.index.ranked_before(0, d).filter(is_undone);
        let since = |granted: usize| self.case().decisions[granted].time - self.limits.window.skew;
        let held = |granted| self.unseen_grant(world, granted).map(Already::Unsure);
        granted.map_or(Already::Not, |granted| held(granted).unwrap_or_else(|| unseen(since(granted), decision.time)))
    }

    // That what is out of force is not in effect leans on the person's not coming back before the removal is reversed, or it is deleted.
    fn unseen_return(&self, world: &dyn World, d: usize) -> Option<String> {
        let decision = &self.case().decisions[d];
        let is_out = decision.direction == Direction::Revoke && self.held_before(d) == Held::Suspended;
        let gone = self.index.endings.first_final(Scope::ACCOUNT, decision.time).map_or(Instant::MAX, |(gone, _)| gone);
        let until = self.index.reversed_at(d).saturating_sub(1).min(self.limits.cut_off).min(gone);
        is_out.then(|| world.effect_hole(&[Scope::ACCOUNT], decision.time, until)).flatten()
    }

    // When what was kept while the person was away came into force again in time, so that nothing was to be granted.
    fn back_at(&self, d: usize) -> Option<Instant> {
        let decision = &self.case().decisions[d];
        let is_away = self.held_before(d) == Held::Suspended && self.history().stood(decision.time);
        let back = || self.history().first_held(decision.time, self.in_time(d));
        (decision.direction == Direction::Grant && is_away).then(back).flatten()
    }

    /// Before when an effect is in time.
    pub(super) fn in_time(&self, d: usize) -> Instant {
        self.index.reversed_at(d).min(self.due(&self.case().decisions[d]).saturating_add(1))
    }

    // The hole in which a grant may have come before it was decided: what was decided before, or what was taken afterwards without having
    // been seen to be granted.
    fn unseen_grant(&self, world: &dyn World, d: usize) -> Option<String> {
        let decision = &self.case().decisions[d];
        if decision.direction == Direction::Revoke {
            return None;
        }
        let (skew, decided) = (self.limits.window.skew, decision.time);
        let unseen = |from, until| world.effect_hole(self.places(world), from, until);
        if let Some(taken) = self.taken_unseen(d) {
            return unseen(decided - skew, taken).or_else(|| unseen(Instant::MIN, decided));
        }
        self.unseen_earlier(world, d)
    }

    fn taken_unseen(&self, d: usize) -> Option<Instant> {
        let (marks, until) = (self.index.marks(), self.index.reversed_at(d));
        let first = marks.spans().iter().map(|span| marks.get(span.marks.start));
        let taken = first.filter(|mark| !mark.is_held && mark.effect.is_some() && mark.time < until);
        (self.held_before(d) == Held::Unknown).then(|| taken.map(|mark| mark.time).min()).flatten()
    }

    /// True where an end is that of a grant which came after the removal was decided, and nothing was known to stand when it was.
    /// What was in flight by then is the removal's to end.
    pub(super) fn ends_later_grant(&self, d: usize, by: Carrier) -> bool {
        let decided = self.case().decisions[d].time;
        let (marks, grants) = (self.index.marks(), &self.said().anywhere[0]);
        let is_granted = match by {
            Carrier::Effect(e) => {
                let span = marks.span(self.case().effects[e].scope, self.case().effects[e].account);
                let held = marks.next(&span, marks.since(&span, decided), 0).filter(|at| *at < marks.place(e));
                held.is_some_and(|at| marks.get(at).effect.is_some())
            }
            Carrier::Ending(e) => {
                let time = |e: usize| self.case().effects[e].time;
                let first = grants.get(grants.partition_point(|&e| time(e) < decided));
                first.is_some_and(|&g| time(g) <= self.case().endings[e].time)
            }
        };
        let is_in_flight = || self.index.ranked_before(0, d).is_some_and(|granted| self.lands_later(granted, d));
        is_granted && !self.history().stood(decided) && !is_in_flight()
    }

    // What a listing shows after the removal was decided, and nothing gave meanwhile, had stood when it was.
    fn is_listed_later(&self, d: usize) -> bool {
        let (decided, until) = (self.case().decisions[d].time, self.index.reversed_at(d));
        let is_shown = |o: &&Observation| o.held && o.time > decided && o.time < until;
        let first = self.case().observations.iter().find(is_shown);
        let given = |until: Instant| {
            self.case().effects.iter().any(|e| e.direction == Direction::Grant && e.time > decided && e.time <= until)
        };
        first.is_some_and(|shown| !given(shown.time))
    }

    // A push in flight when its decision was reversed can land after the reversal; then the access stands.
    fn lands_later(&self, granted: usize, removed: usize) -> bool {
        let decisions = &self.case().decisions;
        let (from, to) = (decisions[granted].time - self.limits.window.skew, self.index.reversed_at(removed));
        let from = from.max(decisions[removed].time);
        let list = &self.said().anywhere[0];
        let time = |e: usize| self.case().effects[e].time;
        let landed = list.get(list.partition_point(|&e| time(e) < from)).map(|&e| time(e));
        landed.is_some_and(|time| time < to && self.limits.window.holds(decisions[granted].time, time))
    }
}
