//! Departures and returns, as plainly as they can be put.

use super::super::{Decision, Instant};
use super::naive::Naive;
use crate::change::{Direction, Verb};

impl Naive<'_> {
    pub(super) fn is_for_good(decision: &Decision) -> bool {
        use crate::change::Verb::{GroupDelete, UserDelete};
        decision.rank == Some(0) || decision.rank.is_some() && matches!(decision.verb, UserDelete | GroupDelete)
    }

    pub(super) fn stands(&self, d: usize, i: usize) -> bool {
        let (decisions, now) = (&self.case.decisions, self.case.effects[i].time);
        let later =
            |r: &usize| *r > d && decisions[*r].time <= now && decisions[*r].direction != decisions[d].direction;
        let against: Vec<usize> = (0..decisions.len()).filter(later).collect();
        if against.iter().any(|&r| Self::is_for_good(&decisions[r])) {
            return false;
        }
        if !against.iter().any(|&r| self.reverses(r, d)) {
            if self.is_used_and_undone(d, i) {
                return self.puts_back(i);
            }
            let effect = &self.case.effects[i];
            if self.is_undone_above(d, i) {
                return effect.by_connector;
            }
            let deleted = self.last_final(effect.scope, now).filter(|_| effect.direction == Direction::Grant);
            if deleted.is_some_and(|end| end >= decisions[d].time) {
                return effect.by_connector;
            }
            return now - decisions[d].time > self.limits.window.look_back;
        }
        let lifts: Option<Vec<usize>> =
            self.departures(d, now).into_iter().map(|r| self.lift(r, now + self.limits.window.skew)).collect();
        let last = lifts.and_then(|lifts| lifts.into_iter().max());
        let is_grant = decisions[d].direction == Direction::Grant;
        let is_spent = |last: usize| self.is_used_and_undone(last, i) || self.is_undone_apart(d, i);
        is_grant && last.is_some_and(|last| !is_spent(last) || self.puts_back(i))
    }

    pub(super) fn takes_back(r: &Decision) -> bool {
        r.direction == Direction::Revoke && (r.rank.is_some() || r.verb == Verb::UserSuspend)
    }

    fn kind(departure: &Decision) -> &'static str {
        match departure.verb {
            Verb::UserDeactivate => "deactivated",
            Verb::UserSuspend => "suspended",
            Verb::PushRemove => "not pushed",
            Verb::UserDelete | Verb::GroupDelete => "deleted",
            _ => "unassigned",
        }
    }

    pub(super) fn lifts(back: &Decision, departure: &Decision) -> bool {
        let lifted: &[&str] = match back.verb {
            Verb::UserActivate | Verb::UserUnsuspend => &["deactivated", "suspended"],
            Verb::AppAssign => &["deactivated", "unassigned"],
            Verb::PushCreate => &["not pushed"],
            _ => &[],
        };
        back.direction == Direction::Grant && back.lapses > back.time && lifted.contains(&Self::kind(departure))
    }

    pub(super) fn lift(&self, departure: usize, until: Instant) -> Option<usize> {
        let decisions = &self.case.decisions;
        let back = (0..decisions.len()).find(|&g| self.reverses(g, departure));
        back.filter(|&g| decisions[g].rank.is_none() && decisions[g].time <= until)
    }

    /// Of each kind the last departure after a decision, up to an instant.
    pub(super) fn departures(&self, d: usize, until: Instant) -> Vec<usize> {
        let decisions = &self.case.decisions;
        let is_departure = |r: &usize| {
            Self::takes_back(&decisions[*r]) && decisions[*r].rank != Some(0) && decisions[*r].time <= until
        };
        let all: Vec<usize> = (d + 1..decisions.len()).filter(is_departure).collect();
        let alike = |a: usize, b: usize| Self::kind(&decisions[a]) == Self::kind(&decisions[b]);
        all.iter().copied().filter(|&r| !all.iter().any(|&later| later > r && alike(r, later))).collect()
    }

    /// Since when somebody was away who was assigned all the same.
    pub(super) fn away_since(&self, d: usize) -> Option<Instant> {
        let (decisions, assigned) = (&self.case.decisions, &self.case.decisions[d]);
        let is_idle = assigned.verb == Verb::AppAssign && assigned.rank.is_none() && assigned.lapses <= assigned.time;
        let departs = |r: &&Decision| matches!(r.verb, Verb::UserDeactivate | Verb::UserDelete);
        let departed = decisions[..d].iter().rfind(departs).map(|r| r.time);
        departed.filter(|_| is_idle && self.case.is_account)
    }

    // Over a hole since the departure: assigned afterwards, or with what was decided before in force by the return.
    pub(super) fn may_have_returned_unseen(&self, i: usize) -> bool {
        let (decisions, effect) = (&self.case.decisions, &self.case.effects[i]);
        let (now, skew) = (effect.time, self.limits.window.skew);
        if effect.direction == Direction::Revoke {
            return false;
        }
        let is_reversed = |d: usize| (d + 1..decisions.len()).any(|r| decisions[r].time <= now && self.reverses(r, d));
        let last = (0..decisions.len())
            .rfind(|&d| decisions[d].time <= now + skew && self.away_since(d).is_some() && !is_reversed(d));
        let torn = |from: Instant, to: Instant| self.world.authority_hole(from, to).is_some();
        if last.is_some_and(|d| self.away_since(d).is_some_and(|since| torn(since, decisions[d].time))) {
            return true;
        }
        let like =
            |d: &usize| self.authorises(*d, Direction::Grant) && decisions[*d].lapses > now && decisions[*d].time < now;
        let is_last =
            |d: &usize| !(d + 1..decisions.len()).filter(like).any(|o| decisions[o].rank <= decisions[*d].rank);
        let may_return = |d: &usize| {
            let mut against = (d + 1..decisions.len())
                .filter(|&r| decisions[r].time <= now && decisions[r].direction == Direction::Revoke);
            let is_for_good = against.any(|r| Self::is_for_good(&decisions[r]));
            !is_for_good && is_reversed(*d) && (!self.is_undone_apart(*d, i) || self.puts_back(i))
        };
        let Some(d) = (0..decisions.len()).filter(like).filter(is_last).find(may_return) else { return false };
        let is_away = |r: &usize| self.lift(*r, now + skew).is_none();
        let left = self.departures(d, now).into_iter().filter(is_away).map(|r| decisions[r].time).max();
        left.is_some_and(|left| torn(left, now))
    }

    // What took the access, if it was not there right before the effect: when, and by which effect.
    pub(super) fn taken(&self, i: usize) -> Option<(Instant, Option<usize>)> {
        let wanted = self.case.effects[i].direction == Direction::Grant;
        let before = self.marks_before(i);
        let last = before.iter().rposition(|m| m.1 != wanted)?;
        let first = before[..last].iter().rposition(|m| m.1 == wanted).map_or(0, |own| own + 1);
        Some((before[first].0, before[first].2))
    }

    // Neither to carry a departure out, nor along with the end of the person or the group when they had left.
    pub(super) fn is_undone_apart(&self, d: usize, i: usize) -> bool {
        let (decisions, window) = (&self.case.decisions, self.limits.window);
        let taken = self.taken(i).filter(|(time, _)| *time >= decisions[d].time);
        let undone = taken.is_some_and(|(time, by)| {
            let is_open = |r: &usize| self.lift(*r, time).is_none();
            let open: Vec<usize> = self.departures(d, time + window.skew).into_iter().filter(is_open).collect();
            let is_matched = by.is_some_and(|e| self.link(e, true).is_some());
            let comes_along = !open.is_empty() && by.is_some_and(|e| self.comes_with_an_end(e));
            !is_matched && !comes_along && !open.iter().any(|&r| decisions[r].rank.is_some())
        });
        let effect = &self.case.effects[i];
        let deleted = self.last_final(effect.scope, effect.time).filter(|end| *end >= decisions[d].time);
        let has_left = |end: Instant| {
            self.departures(d, end + window.skew).iter().any(|&r| decisions[r].time >= end - window.look_back)
        };
        undone || deleted.is_some_and(|end| !has_left(end))
    }
}
