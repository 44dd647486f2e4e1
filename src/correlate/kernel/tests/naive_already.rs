//! Whether anything was left to do, as plainly as it can be put.

use super::super::{EndingKind, Instant, Scope, Vouched};
use super::naive::Naive;
use crate::change::Direction;

impl Naive<'_> {
    // `None` = it was not, or nobody knows; false = it was, unless a hole hides that it changed.
    pub(super) fn is_already(&self, d: usize, vouched: &[Vouched]) -> Option<bool> {
        let (case, decision) = (self.case, &self.case.decisions[d]);
        let is_grant = decision.direction == Direction::Grant;
        let is_open = self.is_out(decision.time) && self.stood(decision.time).is_none() && !is_grant;
        match self.was_as_decided(d).filter(|was| *was || !is_open) {
            Some(true) => {
                let may_turn = self.may_have_turned(d, decision.time) || self.may_have_returned(d);
                Some(self.is_said_again(d) || !may_turn)
            }
            Some(false) | None if is_grant => match self.back_at(d) {
                Some(back) => Some(self.is_said_again(d) || !self.may_have_turned(d, back)),
                None => self.may_have_come_before(d).then_some(false),
            },
            Some(false) => self.ended_unseen(d),
            None => {
                let g = self.granted_before(d)?;
                if self.may_have_come_before(g) {
                    return Some(false);
                }
                let since = case.decisions[g].time - self.limits.window.skew;
                let is_seen = self.world.effect_hole(&case.effect_scopes, since, decision.time).is_none();
                let is_undone = self.carrier(g, vouched).is_none() && !self.lands(g, d) && !self.is_shown_after(d);
                is_undone.then_some(is_seen)
            }
        }
    }

    // Held by a listing after the removal was decided, although nothing gave it meanwhile.
    fn is_shown_after(&self, d: usize) -> bool {
        let (case, decided) = (self.case, self.case.decisions[d].time);
        let until = self.reversed_at(d).unwrap_or(Instant::MAX);
        let given: Vec<Instant> = case
            .effects
            .iter()
            .filter(|e| e.direction == Direction::Grant && e.time > decided)
            .map(|e| e.time)
            .collect();
        let shown = case.observations.iter().filter(|o| o.held && o.time > decided && o.time < until);
        shown.map(|o| o.time).min().is_some_and(|shown| given.iter().all(|time| *time > shown))
    }

    // In every place: gone by the next listing, over a hole before the decision, or made anew after one.
    fn ended_unseen(&self, d: usize) -> Option<bool> {
        let decided = self.case.decisions[d].time;
        let until = self.reversed_at(d).unwrap_or(Instant::MAX);
        let (_, stands) = self.places(d, until, &[]);
        let is_torn = |scope: Scope, from, to| self.world.effect_hole(&[scope, Scope::ACCOUNT], from, to).is_some();
        let each = stands.iter().map(|&(scope, since)| {
            let marks = self.marks(scope);
            let next = marks.iter().find(|m| m.0 >= decided).filter(|m| !m.1 && m.2.is_none());
            if let Some(gone) = next.filter(|_| is_torn(scope, since, decided)) {
                return Some(!is_torn(scope, decided, gone.0));
            }
            let made = |&&(made, of): &&(Instant, Scope)| of == scope && made > since && made <= decided;
            let is_remade = self.case.remade.iter().filter(made).any(|(made, _)| is_torn(scope, since, *made));
            is_remade.then_some(false)
        });
        let each: Option<Vec<bool>> = each.collect();
        each.filter(|each| !each.is_empty()).map(|each| each.into_iter().all(|is_sure| is_sure))
    }

    // What a person who is away keeps is back with the person, at any time before the removal is reversed.
    fn may_have_returned(&self, d: usize) -> bool {
        let decision = &self.case.decisions[d];
        let until = self.reversed_at(d).map_or(self.limits.cut_off, |back| self.limits.cut_off.min(back - 1));
        let until = self.first_final(decision.time).map_or(until, |gone| until.min(gone));
        let is_kept = self.is_out(decision.time) && self.stood(decision.time) != Some(false);
        let is_removal = decision.direction == Direction::Revoke;
        is_removal && is_kept && self.world.effect_hole(&[Scope::ACCOUNT], decision.time, until).is_some()
    }

    // Kept while the person was away, and in force again after some record of the time allowed.
    fn back_at(&self, d: usize) -> Option<Instant> {
        let (case, decided) = (self.case, self.case.decisions[d].time);
        let until = self.reversed_at(d).unwrap_or(Instant::MAX).min(self.due(d) + 1);
        let effects = case.effects.iter().map(|e| e.time);
        let all = effects.chain(case.endings.iter().map(|e| e.time)).chain(case.observations.iter().map(|o| o.time));
        let is_away = self.is_out(decided) && self.stood(decided) == Some(true);
        let is_back = |t: &Instant| *t >= decided && *t < until && self.is_held(t + 1) == Some(true);
        all.filter(|_| is_away).filter(is_back).min()
    }

    // Over a hole, by an earlier decision that still stood, or as what is taken later without having been seen to be given.
    fn may_have_come_before(&self, d: usize) -> bool {
        let (case, decided) = (self.case, self.case.decisions[d].time);
        let until = self.reversed_at(d).unwrap_or(Instant::MAX);
        let is_unknown = !self.is_out(decided) && self.stood(decided).is_none();
        let scopes = || case.effects.iter().map(|e| e.scope);
        let first = scopes().filter_map(|scope| self.marks(scope).first().copied());
        let taken = first.filter(|m| !m.1 && m.2.is_some() && m.0 < until).map(|m| m.0).min();
        if let Some(taken) = taken.filter(|_| is_unknown) {
            return self.world.effect_hole(&case.effect_scopes, Instant::MIN, taken).is_some();
        }
        let since = self.last_told(decided).unwrap_or(Instant::MIN);
        let is_wanted =
            |g: &usize| case.decisions[*g].direction == Direction::Grant && case.decisions[*g].rank.is_some();
        (0..d).filter(is_wanted).any(|g| {
            let until = self.reversed_at(g).unwrap_or(Instant::MAX).min(decided);
            let from = since.max(case.decisions[g].time - self.limits.window.skew);
            since < until && self.world.effect_hole(&case.effect_scopes, from, until).is_some()
        })
    }

    // At the account, from the instant on.
    pub(super) fn first_final(&self, from: Instant) -> Option<Instant> {
        let ends = self.case.endings.iter().filter(|e| e.kind == EndingKind::Final && e.scope == Scope::ACCOUNT);
        ends.map(|e| e.time).filter(|time| *time >= from).min()
    }

    fn last_told(&self, before: Instant) -> Option<Instant> {
        let effects = self.case.effects.iter().map(|e| e.time);
        let ends = self.case.endings.iter().filter(|e| e.scope == Scope::ACCOUNT).map(|e| e.time);
        let all = effects.chain(ends).chain(self.case.observations.iter().map(|o| o.time));
        all.filter(|time| *time < before).max()
    }

    fn is_said_again(&self, d: usize) -> bool {
        let (case, decision) = (self.case, &self.case.decisions[d]);
        let from = decision.time - self.limits.window.skew;
        let until = self.reversed_at(d).unwrap_or(Instant::MAX).min(self.due(d) + 1);
        let is_said = |e: &usize| {
            let effect = &case.effects[*e];
            effect.direction == decision.direction && effect.time >= from && effect.time < until
        };
        (0..case.effects.len()).filter(is_said).any(|e| !self.is_undone_after(e, decision.time - 1))
    }

    fn may_have_turned(&self, d: usize, until: Instant) -> bool {
        let (case, decision) = (self.case, &self.case.decisions[d]);
        let Some(since) = self.last_told(decision.time) else { return false };
        let stands = self.stood(decision.time) == Some(true)
            || self.is_out(decision.time) && self.stood(decision.time).is_none();
        let scopes = if stands { self.reach_of_state() } else { case.effect_scopes.to_vec() };
        self.world.effect_hole(&scopes, since, until).is_some()
    }
}
