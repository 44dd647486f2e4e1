//! Tracing, as plainly as it can be put.

use super::super::{About, Ending, EndingKind, Instant, Reason, Scope, Vouched};
use super::naive::Naive;
use crate::change::Direction;

fn has_changed(v: &Vouched) -> bool {
    v.reason != Reason::Redundant && !v.may_be_redundant
}

impl Naive<'_> {
    /// How a decision is judged, and the row of what carried it out.
    pub(super) fn trace(&self, d: usize, vouched: &[Vouched]) -> (Reason, Option<usize>) {
        let (case, decision) = (self.case, &self.case.decisions[d]);
        if !case.is_resolved {
            return (Reason::UnresolvedSubject, None);
        }
        if self.made_later(d) == Some(false) {
            return (Reason::NotPushed, None);
        }
        let due = self.due(d);
        let is_grant = decision.direction == Direction::Grant;
        let reversal = self.reversed_at(d);
        let from = decision.time - self.limits.window.skew;
        let is_pushed = case.is_pushed && !case.is_unpushed(decision.time);
        let is_expected = is_pushed && (is_grant || case.is_known_to_databricks);
        let carrier = self.carrier(d, vouched).filter(|(row, time)| {
            let is_end = !case.effects.iter().any(|e| e.row == *row);
            if is_end && !is_expected || *time > due && case.is_unpushed(decision.time) {
                return false;
            }
            *time <= due || !is_end && !is_grant || self.is_already(d, vouched).is_none()
        });
        let is_authorised = |row: usize| {
            let by = vouched.iter().find(|v| case.effects[v.effect].row == row);
            by.is_some_and(|v| v.decision.is_some())
        };
        if decision.rank.is_none() && !carrier.is_some_and(|(row, time)| time <= due && is_authorised(row)) {
            let away = self.away_since(d);
            let is_torn = away.is_some_and(|since| self.world.authority_hole(since, decision.time).is_some());
            return (if is_torn { Reason::CoverageGap } else { Reason::NotPushed }, None);
        }
        if let Some((row, time)) = carrier {
            let is_seen = self.world.effect_hole(&self.outcome_scopes(d), from, due).is_none();
            return match time <= due {
                true => (Reason::Matched, Some(row)),
                false if is_seen => (Reason::Late, Some(row)),
                false => (Reason::CoverageGap, None),
            };
        }
        let reason = if !is_expected {
            Reason::NotPushed
        } else if let Some(is_sure) = self.is_already(d, vouched) {
            if is_sure { Reason::AlreadyInEffect } else { Reason::CoverageGap }
        } else if let Some(reversal) = reversal.filter(|r| *r <= due) {
            match self.world.effect_hole(&self.outcome_scopes(d), from, reversal) {
                None => Reason::Superseded,
                Some(_) => Reason::CoverageGap,
            }
        } else if due >= self.limits.cut_off {
            Reason::WindowOpen
        } else if self.world.effect_hole(&self.outcome_scopes(d), from, due).is_some()
            || self.made_later(d).is_some()
            || self.may_be_over(d)
        {
            Reason::CoverageGap
        } else {
            let its =
                case.pushes.iter().filter(|p| p.by_connector && p.names_subject() && p.direction == decision.direction);
            let in_time = |time: Instant| time >= from && reversal.is_none_or(|r| time < r);
            let last = its.filter(|p| in_time(p.time)).map(|p| (p.time, p.succeeded)).max();
            let has_failed = last.is_some_and(|(_, succeeded)| !succeeded);
            if has_failed || self.is_uncreated(d) { Reason::Failed } else { Reason::Missing }
        };
        (reason, None)
    }

    // What stands in a workspace ends and comes back with the account, too.
    pub(super) fn reach_of_state(&self) -> Vec<Scope> {
        let scopes = self.case.effect_scopes.iter().copied();
        scopes.chain((!self.case.effect_scopes.is_empty()).then_some(Scope::ACCOUNT)).collect()
    }

    fn outcome_scopes(&self, d: usize) -> Vec<Scope> {
        let decision = &self.case.decisions[d];
        let is_away = self.is_out(decision.time) && self.stood(decision.time) != Some(false);
        match decision.direction == Direction::Revoke || is_away {
            true => self.reach_of_state(),
            false => self.case.effect_scopes.to_vec(),
        }
    }

    // Done, as a listing shows, or to be done no more.
    fn may_be_over(&self, d: usize) -> bool {
        let (case, decision, due) = (self.case, &self.case.decisions[d], self.due(d));
        let until = self.reversed_at(d).unwrap_or(Instant::MAX).min(self.limits.cut_off);
        let is_grant = decision.direction == Direction::Grant;
        let later: Vec<_> = case.observations.iter().filter(|o| o.time > decision.time && o.time < until).collect();
        let is_shown = |time: Instant| match is_grant {
            true => self.is_held(time + 1) == Some(true),
            false => self.stood(time + 1) == Some(false),
        };
        let shown = later.iter().find(|o| o.held == is_grant && is_shown(o.time)).map(|o| o.time);
        let was_open = |shown: Instant| later.iter().any(|o| o.held != is_grant && o.time > due && o.time < shown);
        let unpushed = case.unpushed.iter().find(|span| span.from <= decision.time && decision.time < span.until);
        let torn = |from: Instant, to: Instant| self.world.authority_hole(from, to).is_some();
        shown.is_some_and(|shown| !was_open(shown))
            || torn(decision.time, due - 1)
            || unpushed.and_then(|span| span.unseen_since).is_some_and(|since| torn(since, decision.time))
    }

    // Nobody can be put into a group whose account could not be created, unless the provider says that it was done.
    fn is_uncreated(&self, d: usize) -> bool {
        let (decision, pushes) = (&self.case.decisions[d], &self.case.pushes);
        let by = self.reversed_at(d).unwrap_or(Instant::MAX).min(self.limits.cut_off);
        let from = decision.time - self.limits.window.skew;
        let has_arrived = pushes.iter().any(|p| {
            let is_its = p.succeeded && p.by_connector && p.names_subject() && p.direction == Direction::Grant;
            is_its && p.time >= from && p.time <= by
        });
        let last = pushes.iter().rfind(|p| matches!(p.about, About::Account { .. }) && p.time < by);
        let is_open = |p: &super::super::Push| matches!(p.about, About::Account { until } if until > by);
        decision.direction == Direction::Grant && !has_arrived && last.is_some_and(is_open)
    }

    // When the account was made after its end was decided, and whether it may have been there before, over a hole.
    fn made_later(&self, d: usize) -> Option<bool> {
        let (case, decision) = (self.case, &self.case.decisions[d]);
        let is_granted = case.decisions[..d].iter().any(|g| g.direction == Direction::Grant && g.rank.is_some());
        let made = case.made.filter(|_| decision.direction == Direction::Revoke && !is_granted)?;
        let is_pushed =
            case.pushes.iter().any(|p| p.by_connector && p.succeeded && p.time < made - self.limits.window.skew);
        let from = decision.time - self.limits.window.skew;
        let is_later = made > decision.time + self.limits.window.skew && !is_pushed;
        is_later.then(|| self.world.effect_hole(&case.effect_scopes, from, made).is_some())
    }

    pub(super) fn due(&self, d: usize) -> Instant {
        let decision = &self.case.decisions[d];
        let is_grant = decision.direction == Direction::Grant;
        decision.time + if is_grant { self.limits.provision_sla } else { self.limits.deprovision_sla }
    }

    pub(super) fn carrier(&self, d: usize, vouched: &[Vouched]) -> Option<(usize, Instant)> {
        let (case, decision) = (self.case, &self.case.decisions[d]);
        let from = decision.time - self.limits.window.skew;
        let until = self.reversed_at(d).unwrap_or(Instant::MAX);
        let all: Vec<usize> =
            (0..case.effects.len()).filter(|&e| !self.is_undone_after(e, decision.time - 1)).collect();
        let like = |e: &usize| {
            let effect = &case.effects[*e];
            effect.direction == decision.direction && effect.time >= from && effect.time < until
        };
        let is_link = |e: &usize| vouched[*e].decision == Some(d) && vouched[*e].reason == Reason::Matched;
        let was_held = self.was_as_decided(d) == Some(true);
        let changed = |e: &usize| {
            let skewed = case.effects[*e].time < decision.time;
            like(e) && has_changed(&vouched[*e]) && (skewed || !was_held)
        };
        let said = |e: &usize| like(e) && !was_held && case.effects[*e].time <= self.due(d);
        let keeps: [&dyn Fn(&usize) -> bool; 3] = [&is_link, &changed, &said];
        let found = keeps.iter().map(|keep| all.iter().copied().filter(|e| keep(e)).collect::<Vec<_>>());
        let found = found.collect::<Vec<_>>();
        let first = |found: &[usize]| {
            let at_account = found.iter().find(|&&e| case.effects[e].scope == Scope::ACCOUNT);
            at_account.or(found.first()).copied()
        };
        // A grant that was said again in time was not late.
        let is_late = |found: &[usize]| first(found).is_some_and(|e| case.effects[e].time > self.due(d));
        let [linked, changed, said] = &found[..] else { return None };
        let is_said =
            decision.direction == Direction::Grant && linked.is_empty() && is_late(changed) && !said.is_empty();
        let found =
            if is_said { Some(said) } else { [linked, changed, said].into_iter().find(|found| !found.is_empty()) };
        let found = found.cloned().unwrap_or_default();
        let at_account = found.iter().find(|&&e| case.effects[e].scope == Scope::ACCOUNT);
        let is_end = decision.direction == Direction::Revoke;
        let own = match (at_account, case.is_account && is_end) {
            (None, true) => {
                // Where nothing was left to do, what comes afterwards has not done it.
                let until = if linked.is_empty() && was_held { until.min(decision.time) } else { until };
                let is_its = |e: &&usize| like(e) && case.effects[**e].time < until && has_changed(&vouched[**e]);
                let account = all.iter().filter(is_its).find(|&&e| case.effects[e].scope == Scope::ACCOUNT).copied();
                self.everywhere(from, until).into_iter().chain(account).min_by_key(|&e| case.effects[e].time)
            }
            (at_account, _) => at_account.or(found.first()).copied(),
        };
        let done = |e: usize| (case.effects[e].row, case.effects[e].time);
        if !is_end {
            return own.map(done);
        }
        let is_linked = all.iter().any(is_link);
        let own = own.filter(|e| is_linked || !self.is_of_later_grant(d, Some(*e), case.effects[*e].time));
        let own = own.and_then(|own| self.last_of_all(d, own, vouched));
        let end =
            || self.ending(self.end_of(d), from, until).filter(|(_, time)| !self.is_of_later_grant(d, None, *time));
        own.map(done).or_else(end)
    }

    // Granted after the removal was decided, in the place of the end or, of one that names no place, anywhere.
    fn is_of_later_grant(&self, d: usize, end: Option<usize>, time: Instant) -> bool {
        let (effects, decided) = (&self.case.effects, self.case.decisions[d].time);
        let is_granted = match end {
            Some(e) => {
                let marks = self.marks(effects[e].scope);
                let first = marks.iter().take_while(|m| m.2 != Some(e)).find(|m| m.0 >= decided && m.1);
                first.is_some_and(|m| m.2.is_some())
            }
            None => effects.iter().any(|e| e.direction == Direction::Grant && e.time >= decided && e.time <= time),
        };
        let is_in_flight = self.granted_before(d).is_some_and(|g| self.lands(g, d));
        is_granted && self.stood(decided) != Some(true) && !is_in_flight
    }

    pub(super) fn granted_before(&self, d: usize) -> Option<usize> {
        let decisions = &self.case.decisions;
        (0..d).rfind(|&g| decisions[g].direction == Direction::Grant && decisions[g].rank.is_some())
    }

    // In flight when it was reversed, and landed afterwards.
    pub(super) fn lands(&self, g: usize, d: usize) -> bool {
        let (granted, removed) = (self.case.decisions[g].time, self.case.decisions[d].time);
        let until = self.reversed_at(d).unwrap_or(Instant::MAX);
        self.case.effects.iter().any(|e| {
            let is_grant = e.direction == Direction::Grant;
            is_grant && e.time >= removed && e.time < until && self.limits.window.holds(granted, e.time)
        })
    }

    // What carried a removal out, once it was carried out wherever the access stood.
    fn last_of_all(&self, d: usize, own: usize, vouched: &[Vouched]) -> Option<usize> {
        let effects = &self.case.effects;
        let until = self.reversed_at(d).unwrap_or(Instant::MAX).max(effects[own].time + 1);
        let (ends, stands) = self.places(d, until, vouched);
        if !stands.is_empty() || ends.len() < 2 {
            return stands.is_empty().then_some(own);
        }
        let last = ends.into_iter().reduce(|a, b| if effects[a].time < effects[b].time { b } else { a })?;
        Some(if effects[own].time < effects[last].time { last } else { own })
    }

    // Where the access stood when its removal was decided: the effects that ended it by the instant, and where it stands still, since when.
    pub(super) fn places(&self, d: usize, until: Instant, vouched: &[Vouched]) -> (Vec<usize>, Vec<(Scope, Instant)>) {
        let (effects, decided) = (&self.case.effects, self.case.decisions[d].time);
        let from = decided - self.limits.window.skew;
        let scopes: std::collections::BTreeSet<Scope> =
            effects.iter().map(|e| e.scope).chain(self.case.observations.iter().map(|o| o.scope)).collect();
        let account = self.marks(Scope::ACCOUNT);
        let (mut ends, mut stands) = (Vec::new(), Vec::new());
        for scope in scopes {
            let marks = self.marks(scope);
            let above = if scope == Scope::ACCOUNT { &[][..] } else { &account[..] };
            let takes = |m: &&(Instant, bool, Option<usize>)| m.0 >= decided && m.0 < until && !m.1;
            let mut end = |since: Instant| {
                let here = marks.iter().filter(takes).find_map(|m| m.2);
                let there = above.iter().filter(takes).find_map(|m| m.2);
                match here.into_iter().chain(there).min_by_key(|e| effects[*e].time) {
                    Some(end) => ends.push(end),
                    None => stands.push((scope, since)),
                }
            };
            let Some(before) = marks.iter().rfind(|m| m.0 < decided).copied() else {
                let lost = above.iter().rfind(|m| m.0 < decided).filter(|m| !m.1);
                let is_first = marks.first().is_some_and(|m| !m.1 && m.2.is_some());
                match lost {
                    Some(lost) => ends.extend(lost.2.filter(|_| is_first && lost.0 >= from)),
                    None if is_first => end(Instant::MIN),
                    None => {}
                }
                continue;
            };
            let taken = above.iter().rfind(|m| m.0 < decided && !m.1).filter(|m| m.0 >= before.0);
            let deleted = self.last_final(scope, decided).filter(|end| *end >= before.0);
            match (before.1, taken) {
                (true, Some(taken)) => ends.extend(taken.2.filter(|_| taken.0 >= from)),
                (true, None) if deleted.is_some() => {}
                (true, None) => end(before.0),
                (false, _) => {
                    let changed = |e: &usize| vouched.get(*e).is_some_and(has_changed);
                    ends.extend(before.2.filter(|e| before.0 >= from && changed(e)));
                }
            }
        }
        (ends, stands)
    }

    // The account, or a workspace in which it stands and that an end of the account does not reach.
    fn end_of(&self, d: usize) -> Scope {
        let stands = self.places(d, self.reversed_at(d).unwrap_or(Instant::MAX), &[]).1;
        let is_spared = |scope: &Scope| self.case.endings.iter().any(|e| e.spares.contains(scope));
        stands.into_iter().map(|(scope, _)| scope).find(is_spared).unwrap_or(Scope::ACCOUNT)
    }

    fn ending(&self, scope: Scope, from: Instant, until: Instant) -> Option<(usize, Instant)> {
        let here = |e: &&Ending| e.reaches(scope) && e.time >= from && e.time < until;
        // What was deleted by then comes back no more.
        let is_back = |since: Instant| {
            let back = |e: &&Ending| e.kind == EndingKind::Restored && e.scope == Scope::ACCOUNT && e.time >= since;
            let gone = self.first_final(since).unwrap_or(Instant::MAX);
            self.case.endings.iter().filter(back).any(|e| e.time < until && e.time <= gone)
        };
        // A deactivation that is lifted ends nothing, nor does one after it.
        let ends =
            |e: &&Ending| {
                here(e)
                    && match e.kind {
                        EndingKind::Final => true,
                        EndingKind::Suspended => !self.case.endings.iter().filter(here).any(|first| {
                            first.kind != EndingKind::Restored && first.time <= e.time && is_back(first.time)
                        }),
                        EndingKind::Restored => false,
                    }
            };
        self.case.endings.iter().find(ends).map(|e| (e.row, e.time))
    }

    fn everywhere(&self, from: Instant, until: Instant) -> Option<usize> {
        let first = |scope: &Scope| {
            self.case
                .effects
                .iter()
                .position(|e| e.scope == *scope && e.direction == Direction::Revoke && e.time >= from && e.time < until)
        };
        let ends: Option<Vec<usize>> = self.case.seen_in.iter().map(first).collect();
        ends?.into_iter().max_by_key(|&e| self.case.effects[e].time)
    }

    pub(super) fn was_as_decided(&self, d: usize) -> Option<bool> {
        let decision = &self.case.decisions[d];
        let until = self.reversed_at(d).unwrap_or(Instant::MAX);
        let held = self.is_held(decision.time)?;
        let is_back = self.is_out(decision.time)
            && self.stood(decision.time) != Some(false)
            && self.case.endings.iter().any(|e| {
                let is_here = e.kind == EndingKind::Restored && e.scope == Scope::ACCOUNT;
                is_here
                    && e.time >= decision.time
                    && e.time < until
                    && self.first_final(decision.time).is_none_or(|gone| e.time <= gone)
            });
        Some(held == (decision.direction == Direction::Grant) && !is_back)
    }

    pub(super) fn is_out(&self, before: Instant) -> bool {
        let last = self.case.endings.iter().rfind(|e| e.scope == Scope::ACCOUNT && e.time < before);
        last.is_some_and(|e| e.kind == EndingKind::Suspended)
    }

    // In whatever scope: it is held while it is held in one of them. What is taken at the account is taken everywhere.
    pub(super) fn is_held(&self, before: Instant) -> Option<bool> {
        if self.is_out(before) { Some(false) } else { self.stood(before) }
    }

    // In force or not.
    pub(super) fn stood(&self, before: Instant) -> Option<bool> {
        let case = self.case;
        let final_end = |e: &&Ending| e.kind == EndingKind::Final && e.scope == Scope::ACCOUNT && e.time < before;
        let ended = |scope| case.endings.iter().filter(final_end).filter(|e| e.reaches(scope)).map(|e| e.time).max();
        let at_account = self.marks(Scope::ACCOUNT);
        let taken = at_account.iter().filter(|m| !m.1 && m.0 < before).map(|m| (m.0, m.2)).max_by_key(|m| (m.0, m.1));
        let scopes = case.effects.iter().map(|e| e.scope).chain(case.observations.iter().map(|o| o.scope));
        let mut is_known = ended(Scope::ACCOUNT).is_some() || taken.is_some();
        for scope in scopes {
            let Some(last) = self.marks(scope).into_iter().rfind(|m| m.0 < before) else { continue };
            is_known = true;
            // Of one instant: snapshots, then effects as they stand, then what ends.
            let after_taken = taken.is_none_or(|t| scope == Scope::ACCOUNT || (last.0, last.2) > t);
            if last.1 && ended(scope).is_none_or(|end| last.0 > end) && after_taken {
                return Some(true);
            }
        }
        is_known.then_some(false)
    }
}
