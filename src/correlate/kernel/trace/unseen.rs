//! What a hole in the Databricks log may hide of a decision.

use super::super::stood::Stood;
use super::super::{Instant, Scope, World};
use super::already::Already;
use super::{Held, Torn, Tracer};
use crate::change::Direction;

impl Tracer<'_> {
    /// Where what stands may end: what is held in a workspace ends and comes back with the account, too, where that has a log.
    pub(super) fn reach(&self, world: &dyn World) -> Vec<Scope> {
        let places = self.places(world);
        let is_below = !(places.is_empty() || places.contains(&Scope::ACCOUNT) || world.lacks_account());
        places.iter().copied().chain(is_below.then_some(Scope::ACCOUNT)).collect()
    }

    /// The hole in which a decision may have been carried out by the instant.
    pub(super) fn outcome_hole(&self, world: &dyn World, d: usize, until: Instant) -> Option<String> {
        let decision = &self.case().decisions[d];
        let from = decision.time - self.limits.window.skew;
        match decision.direction == Direction::Revoke || self.held_before(d) == Held::Suspended {
            true => world.effect_hole(&self.reach(world), from, until),
            false => world.effect_hole(self.places(world), from, until),
        }
    }

    /// Where access must end for a removal to be carried out by an end of the person or the group: at the account, which reaches
    /// everywhere, unless it stands in a workspace that an end there does not reach.
    pub(super) fn end_of(&self, d: usize) -> Scope {
        let spared: Vec<Scope> = self.case().endings.iter().flat_map(|end| end.spares.iter().copied()).collect();
        if spared.is_empty() {
            return Scope::ACCOUNT;
        }
        let stands = self.left(d, Instant::MIN).stands;
        stands.iter().map(|stood| stood.scope).find(|scope| spared.contains(scope)).unwrap_or(Scope::ACCOUNT)
    }

    /// The hole in which an account that was made after its end was decided may have ended before.
    pub(super) fn unseen_end(&self, world: &dyn World, d: usize) -> Option<String> {
        self.made_later(d).and_then(|made| self.hole_before_made(world, d, made))
    }

    pub(super) fn hole_before_made(&self, world: &dyn World, d: usize, made: Instant) -> Option<String> {
        world.effect_hole(self.places(world), self.case().decisions[d].time - self.limits.window.skew, made)
    }

    /// Whether what stood by the last record before a removal was decided is known, from what came later, to have ended unseen.
    pub(super) fn ended_unseen(&self, world: &dyn World, d: usize) -> Already {
        let stands = self.left(d, Instant::MIN).stands;
        let ends = stands.iter().map(|stood| self.ended_there(world, d, stood));
        let worst = |one: Already, other: Already| match (one, other) {
            (Already::Not, _) | (_, Already::Not) => Already::Not,
            (Already::Unsure(hole), _) | (_, Already::Unsure(hole)) => Already::Unsure(hole),
            (Already::InEffect, Already::InEffect) => Already::InEffect,
        };
        ends.reduce(worst).unwrap_or(Already::Not)
    }

    // A listing that shows it gone tells that it ended in a hole, before it was decided where there is none after. So does what was made
    // anew, but that may have been there twice.
    fn ended_there(&self, world: &dyn World, d: usize, stood: &Stood) -> Already {
        let decided = self.case().decisions[d].time;
        let above = (stood.scope != Scope::ACCOUNT && !world.lacks_account()).then_some(Scope::ACCOUNT);
        let scopes: Vec<Scope> = [stood.scope].into_iter().chain(above).collect();
        let unseen = |from, until| world.effect_hole(&scopes, from, until);
        if let Some((gone, hole)) = stood.gone.and_then(|gone| Some((gone, unseen(stood.since, decided)?))) {
            return if unseen(decided, gone).is_none() { Already::InEffect } else { Already::Unsure(hole) };
        }
        let remade = self.case().remade_between(stood.scope, stood.since, decided);
        remade.and_then(|made| unseen(stood.since, made)).map_or(Already::Not, Already::Unsure)
    }

    /// The hole in which a grant may have come that an earlier decision wanted, before it was taken back.
    pub(super) fn unseen_earlier(&self, world: &dyn World, d: usize) -> Option<String> {
        let (index, skew, decided) = (self.index, self.limits.window.skew, self.case().decisions[d].time);
        let since = self.history().since(decided).unwrap_or(Instant::MIN);
        let time = |g: usize| self.case().decisions[g].time;
        let unseen = |g: usize, until| world.effect_hole(self.places(world), since.max(time(g) - skew), until);
        let is_standing = |g: usize| index.first_reversal(g).is_none_or(|r| time(r) > decided);
        let (mut first, mut at) = (None, index.ranked_before(0, d));
        while let Some(g) = at.filter(|g| is_standing(*g) && first.is_none_or(|first| time(first) - skew > since)) {
            first = Some(g).filter(|g| index.reversed_at(*g) > decided).or(first);
            at = index.ranked_before(0, g);
        }
        let standing = first.and_then(|first| unseen(first, decided));
        standing.or_else(|| {
            let torn = self.torn(world);
            let ended = torn[..torn.partition_point(|(end, _)| *end <= decided)].iter().rev();
            ended.take_while(|(end, _)| *end > since).filter(|(_, g)| *g < d).find_map(|(end, g)| unseen(*g, *end))
        })
    }

    fn torn(&self, world: &dyn World) -> &[Torn] {
        self.torn.get_or_init(|| {
            let from = |g: usize| self.case().decisions[g].time - self.limits.window.skew;
            let granted = self.index.ranked(0, Instant::MIN..=Instant::MAX).iter().copied();
            let ended = granted.map(|g| (self.index.reversed_at(g), g)).filter(|(end, _)| *end < Instant::MAX);
            let is_torn = |(end, g): &Torn| world.effect_hole(self.places(world), from(*g), *end).is_some();
            let mut torn: Vec<Torn> = ended.filter(is_torn).collect();
            torn.sort_unstable();
            torn
        })
    }

    /// The hole where a removal may have been carried out in the places where nothing shows it.
    pub(super) fn still_standing(&self, world: &dyn World, d: usize) -> Option<String> {
        let decision = &self.case().decisions[d];
        if decision.direction == Direction::Grant {
            return None;
        }
        let stands: Vec<Scope> = self.left(d, Instant::MIN).stands.iter().map(|stood| stood.scope).collect();
        let hole = || world.effect_hole(&stands, decision.time - self.limits.window.skew, self.due(decision));
        (!stands.is_empty()).then(hole).flatten()
    }
}
