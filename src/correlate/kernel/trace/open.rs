//! What leaves it open whether a decision that no record shows to be carried out was, or still had to be.

use super::super::{Observation, SHOWN_DONE, UNSAID_EFFECT, UNSAID_UPDATE, World};
use super::{Held, Tracer};
use crate::change::Direction;

impl Tracer<'_> {
    /// The hole, or what stands in for one, that leaves a decision open; `None` = it was not carried out, and was to be.
    pub(super) fn left_open(&self, world: &dyn World, d: usize) -> Option<String> {
        let (case, decision) = (self.case(), &self.case().decisions[d]);
        let (from, due) = (decision.time - self.limits.window.skew, self.due(decision));
        let told = |is_told: bool, by: &str| is_told.then(|| by.to_owned());
        self.outcome_hole(world, d, due)
            .or_else(|| self.still_standing(world, d))
            .or_else(|| self.unseen_end(world, d))
            .or_else(|| told(case.may_have_been_switched(from, due), UNSAID_UPDATE))
            .or_else(|| told(case.may_have_been_done(decision.direction, from, due), UNSAID_EFFECT))
            .or_else(|| told(self.is_shown_done(d), SHOWN_DONE))
            // It may have been reversed before its time ran out, or the group pushed no more.
            .or_else(|| world.authority_hole(decision.time, due - 1))
            .or_else(|| world.authority_hole(case.may_be_unpushed(decision.time)?, decision.time))
    }

    // A listing tells that it was done, not when: too late, if another one shows that it still was not when the time had run out.
    fn is_shown_done(&self, d: usize) -> bool {
        let decision = &self.case().decisions[d];
        let (wanted, due) = (decision.direction == Direction::Grant, self.due(decision));
        let until = self.index.reversed_at(d).min(self.limits.cut_off);
        let is_later = |seen: &&Observation| decision.time < seen.time && seen.time < until;
        let told = if wanted { Held::Yes } else { Held::No };
        let is_done = |seen: &&Observation| seen.held == wanted && self.history().before(seen.time + 1) == told;
        let shown = self.case().observations.iter().filter(is_later).find(is_done);
        let is_late = |seen: &Observation| seen.held != wanted && seen.time > due;
        shown.is_some_and(|shown| {
            let before = self.case().observations.iter().filter(is_later).take_while(|seen| seen.time < shown.time);
            !before.copied().any(|seen| is_late(&seen))
        })
    }

    /// The hole in which somebody may have returned who was assigned while away by the last record.
    pub(super) fn unseen_return_before(&self, world: &dyn World, d: usize) -> Option<String> {
        let (_, since) = *self.index.away().iter().find(|(assigned, _)| *assigned == d)?;
        world.authority_hole(since, self.case().decisions[d].time)
    }
}
