//! The rulings once more, as plainly as they can be put: every question a scan of the whole case. What the kernel answers
//! by search must agree.

use super::super::standing::is_twin;
use super::super::{Case, Decision, Effect, EndingKind, Instant, Limits, Reason, Scope, World};
use crate::change::Direction;

/// What a scope's records say, in order: when, whether held, which effect (`None` = a snapshot).
type Marks = Vec<(Instant, bool, Option<usize>)>;

pub(super) struct Naive<'a> {
    pub(super) case: &'a Case,
    pub(super) limits: &'a Limits,
    pub(super) world: &'a dyn World,
}

/// How an effect was judged: why, and by which decision.
pub(super) type Judged = (Reason, Option<usize>);

/// Effects left, decisions that were over, ranks, lag.
type Cost = (usize, usize, u32, u64);

impl Naive<'_> {
    pub(super) fn marks(&self, scope: Scope) -> Marks {
        let seen = self.case.observations.iter().filter(|o| o.scope == scope).map(|o| (o.time, o.held, None));
        let done = self.case.effects.iter().enumerate().filter(|(_, e)| e.scope == scope);
        let mut all: Marks =
            seen.chain(done.map(|(i, e)| (e.time, e.direction == Direction::Grant, Some(i)))).collect();
        all.sort_by_key(|m| (m.0, m.2.is_some()));
        all
    }

    pub(super) fn marks_before(&self, i: usize) -> Marks {
        let all = self.marks(self.case.effects[i].scope);
        all.into_iter().take_while(|m| m.2 != Some(i)).collect()
    }

    pub(super) fn last_final(&self, scope: Scope, before: Instant) -> Option<Instant> {
        let ends = self.case.endings.iter().filter(|e| e.kind == EndingKind::Final && e.time < before);
        ends.filter(|e| e.reaches(scope)).map(|e| e.time).max()
    }

    pub(super) fn is_redundant(&self, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let is_grant = effect.direction == Direction::Grant;
        let before = self.marks_before(i).last().copied();
        let end = self.last_final(effect.scope, effect.time + i64::from(is_grant));
        let ended = end.filter(|end| before.is_none_or(|m| m.0 <= *end));
        let taken = self.marks(Scope::ACCOUNT).into_iter().rfind(|m| m.0 < effect.time && !m.1);
        let is_taken = taken.is_some_and(|t| before.is_some_and(|m| m.0 <= t.0)) && effect.scope != Scope::ACCOUNT;
        match ended {
            Some(end) => !is_grant && effect.time - end > self.limits.window.look_back,
            None => before.is_some_and(|m| m.1 == is_grant) && !(is_grant && is_taken),
        }
    }

    pub(super) fn reverses(&self, later: usize, d: usize) -> bool {
        let (r, decision) = (&self.case.decisions[later], &self.case.decisions[d]);
        let takes = match (decision.direction, decision.rank) {
            (Direction::Grant, _) => Self::takes_back(r),
            (_, Some(0)) => r.rank.is_some(),
            _ => r.rank.is_some() || Self::lifts(r, decision),
        };
        later > d && r.direction != decision.direction && takes
    }

    pub(super) fn reversed_at(&self, d: usize) -> Option<Instant> {
        let reversal = (0..self.case.decisions.len()).find(|&r| self.reverses(r, d));
        let lapses = Some(self.case.decisions[d].lapses).filter(|lapses| *lapses < Instant::MAX);
        reversal.map(|r| self.case.decisions[r].time).into_iter().chain(lapses).min()
    }

    fn opposed_before(&self, d: usize) -> Option<Instant> {
        let decisions = &self.case.decisions;
        decisions[..d].iter().rfind(|r| r.direction != decisions[d].direction).map(|r| r.time)
    }

    // Held as decided when decided, with nothing pending that said otherwise.
    fn was_in_effect(&self, d: usize, scope: Scope) -> bool {
        let decision = &self.case.decisions[d];
        let wanted = decision.direction == Direction::Grant;
        let since = self.found(scope, decision.time, wanted, self.opposed_before(d));
        since.is_some_and(|since| self.last_final(scope, decision.time).is_none_or(|end| end < since))
    }

    pub(super) fn found(&self, scope: Scope, said: Instant, wanted: bool, opposed: Option<Instant>) -> Option<Instant> {
        let (earlier, later): (Marks, Marks) = self.marks(scope).into_iter().partition(|m| m.0 < said);
        let since = match (earlier.last(), later.first()) {
            (Some(last), _) if last.1 == wanted => last.0,
            // What is removed first of all had been there.
            (None, Some((_, false, Some(_)))) if wanted => Instant::MIN,
            _ => return None,
        };
        let is_pending = |opposed: Instant| {
            let undone = later.iter().find(|m| m.1 != wanted);
            let by_connector = |e: Option<usize>| e.is_some_and(|e| self.case.effects[e].by_connector);
            undone.is_some_and(|m| by_connector(m.2) || m.0 <= opposed + self.limits.window.look_back)
        };
        let is_open = opposed.is_some_and(|opposed| opposed >= since && is_pending(opposed));
        (!is_open).then_some(since)
    }

    pub(super) fn is_used_and_undone(&self, d: usize, i: usize) -> bool {
        self.used_and_undone(d, self.case.effects[i].scope, &self.marks_before(i))
    }

    // The account takes what is held in workspaces, too.
    pub(super) fn is_undone_above(&self, d: usize, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let above = self.marks(Scope::ACCOUNT).into_iter().take_while(|m| m.0 < effect.time).collect();
        let is_below = effect.direction == Direction::Grant && effect.scope != Scope::ACCOUNT;
        is_below && self.used_and_undone(d, Scope::ACCOUNT, &above)
    }

    fn used_and_undone(&self, d: usize, scope: Scope, before: &Marks) -> bool {
        let decision = &self.case.decisions[d];
        let wanted = decision.direction == Direction::Grant;
        let mut since = decision.time - self.limits.window.skew;
        since = self.opposed_before(d).map_or(since, |r| r.max(since));
        if self.was_in_effect(d, scope) {
            return before.iter().any(|m| m.0 >= decision.time && m.1 != wanted);
        }
        let is_gone = |at: usize| before[at..].iter().any(|m| m.1 != wanted && m.0 < decision.time);
        let used = (0..before.len()).find(|&at| before[at].0 >= since && before[at].1 == wanted && !is_gone(at));
        used.is_some_and(|used| before[used..].iter().any(|m| m.1 != wanted))
    }

    // Whose turn it was: the decision that an effect carries out, were no reversal carried out before.
    fn in_turn(&self, i: usize) -> Option<usize> {
        self.link(i, false)
    }

    fn has_answered(&self, d: usize, i: usize, reversal: Instant) -> bool {
        let (decision, effect) = (&self.case.decisions[d], &self.case.effects[i]);
        let wanted = decision.direction == Direction::Grant;
        let against = |before: Marks| {
            let Some(last) = before.iter().rposition(|m| m.1 != wanted) else { return false };
            let first = before[..last].iter().rposition(|m| m.1 == wanted).map_or(0, |own| own + 1);
            let (first, last) = (before[first], before[last]);
            let by = first.2.and_then(|e| self.in_turn(e));
            let is_backlog = first.0 >= reversal && by.is_some_and(|by| by < d);
            last.0 >= reversal && !is_backlog
        };
        let account = self.marks(Scope::ACCOUNT).into_iter().filter(|m| m.0 < effect.time);
        let is_below = wanted && effect.scope != Scope::ACCOUNT;
        let here = |e: &&super::super::Ending| e.reaches(effect.scope) && e.time < effect.time;
        let ends = || self.case.endings.iter().filter(here);
        let back = ends().filter(|e| e.kind == EndingKind::Restored).map(|e| e.time).max();
        let by_end = if wanted {
            let is_last = |e: &&super::super::Ending| {
                let is_over = |o: &super::super::Ending| o.kind != EndingKind::Restored && o.time > e.time;
                e.kind == EndingKind::Final || back.is_none_or(|back| back < e.time) && !ends().any(is_over)
            };
            ends().filter(|e| e.kind != EndingKind::Restored && e.time >= reversal).any(|e| is_last(&e))
        } else {
            decision.rank > Some(0) && back.is_some_and(|back| back >= reversal)
        };
        against(self.marks_before(i)) || is_below && against(account.collect()) || by_end
    }

    fn may(&self, d: usize, i: usize, is_last_word: bool) -> bool {
        let (decision, effect) = (&self.case.decisions[d], &self.case.effects[i]);
        let wanted = decision.direction == Direction::Grant;
        if !self.limits.window.holds(decision.time, effect.time) {
            return false;
        }
        if decision.rank > Some(0) && self.comes_with_an_end(i) {
            return false;
        }
        let since_decided = self.marks_before(i).into_iter().filter(|m| m.0 >= decision.time);
        if self.was_in_effect(d, effect.scope) && since_decided.into_iter().any(|m| m.1 != wanted) {
            return false;
        }
        if self.is_undone_after(i, decision.time - 1) {
            return false;
        }
        let Some(reversal) = self.reversed_at(d).filter(|r| *r <= effect.time) else { return true };
        let is_too_early = is_last_word && self.has_answered(d, i, reversal);
        if !wanted && self.is_idle(d, i, reversal) {
            return false;
        }
        !is_too_early && self.is_undone_after(i, reversal + self.limits.window.look_back)
    }

    // Nothing that a decision brought back follows: at all, or since the departure where the access came after the return.
    fn is_idle(&self, d: usize, i: usize, reversal: Instant) -> bool {
        let (decisions, skew) = (&self.case.decisions, self.limits.window.skew);
        let marks = self.marks(self.case.effects[i].scope);
        let undone = marks.iter().skip_while(|m| m.2 != Some(i)).find(|m| m.1).map_or(Instant::MAX, |m| m.0 + skew);
        let is_later = self.taken(i).is_some_and(|(began, by)| by.is_some() && began >= reversal);
        let from = if is_later { decisions[d].time } else { Instant::MIN };
        let gives = |g: &Decision| g.direction == Direction::Grant && g.rank.is_some();
        !decisions.iter().any(|g| gives(g) && (from..=undone).contains(&g.time))
    }

    // By an effect, as a snapshot saw, or by the end of the person or group, up to the instant.
    pub(super) fn is_undone_after(&self, i: usize, until: Instant) -> bool {
        let effect = &self.case.effects[i];
        let wanted = effect.direction == Direction::Grant;
        let marks = self.marks(effect.scope);
        let undone = marks.iter().skip_while(|m| m.2 != Some(i)).any(|m| m.1 != wanted && m.0 <= until);
        let ended = self.case.endings.iter().any(|e| {
            wanted
                && e.reaches(effect.scope)
                && e.kind != EndingKind::Restored
                && e.time > effect.time
                && e.time <= until
        });
        undone || ended
    }

    pub(super) fn comes_with_an_end(&self, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let granted =
            self.marks_before(i).into_iter().rfind(|m| m.2.is_some()).filter(|m| m.1).map_or(Instant::MIN, |m| m.0);
        let is_back = |since| {
            let back = |e: &&super::super::Ending| e.kind == EndingKind::Restored && e.reaches(effect.scope);
            self.case.endings.iter().filter(back).any(|e| e.time > since && e.time <= effect.time)
        };
        effect.direction == Direction::Revoke
            && self.case.endings.iter().any(|e| {
                e.kind != EndingKind::Restored
                    && e.reaches(effect.scope)
                    && self.limits.window.holds(e.time, effect.time)
                    && granted <= e.time
                    && !is_back(e.time)
            })
    }

    fn says_the_same(&self, a: usize, b: usize) -> bool {
        !(a..b).any(|r| self.reverses(r, a))
    }

    /// Best pairs of the decisions from `d` and the takers from `e` on, and their cost.
    fn best(&self, decisions: &[usize], takers: &[usize], is_last_word: bool) -> (Cost, Vec<(usize, usize)>) {
        let Some((&e, later)) = takers.split_first() else { return ((0, 0, 0, 0), Vec::new()) };
        let time = |d: usize| self.case.decisions[d].time;
        let effect = self.case.effects[e].time;
        let Some((&d, other)) = decisions.split_first() else { return ((takers.len(), 0, 0, 0), Vec::new()) };
        if time(d) < effect - self.limits.window.look_back {
            return self.best(other, takers, is_last_word);
        }
        let mut ways = Vec::new();
        if self.may(d, e, is_last_word) {
            let is_free = |&&o: &&usize| !(time(o) <= effect && self.says_the_same(d, o));
            let from = other.iter().position(|o| is_free(&o)).unwrap_or(other.len());
            let ((left, over, ranks, lag), mut pairs) = self.best(&other[from..], later, is_last_word);
            pairs.push((d, e));
            let over = over + usize::from(self.reversed_at(d).is_some_and(|reversal| reversal <= effect));
            let rank = u32::from(self.case.decisions[d].rank.unwrap_or(0));
            ways.push(((left, over, ranks + rank, lag + time(d).abs_diff(effect)), pairs));
        }
        let ((left, over, ranks, lag), pairs) = self.best(decisions, later, is_last_word);
        ways.push(((left + 1, over, ranks, lag), pairs));
        ways.push(self.best(other, takers, is_last_word));
        ways.into_iter().reduce(|best, way| if way.0 < best.0 { way } else { best }).unwrap_or_default()
    }

    pub(super) fn link(&self, i: usize, is_last_word: bool) -> Option<usize> {
        let effect = &self.case.effects[i];
        let like = |o: &&usize| {
            let other = &self.case.effects[**o];
            other.scope == effect.scope && other.direction == effect.direction
        };
        let all: Vec<usize> = (0..self.case.effects.len()).collect();
        let takes = |o: &usize| self.case.effects[*o].exempt.is_some() || !self.is_redundant(*o);
        let takers: Vec<usize> = all.iter().filter(like).copied().filter(takes).collect();
        let decisions: Vec<usize> =
            (0..self.case.decisions.len()).filter(|&d| self.authorises(d, effect.direction)).collect();
        self.best(&decisions, &takers, is_last_word).1.into_iter().find(|(_, e)| *e == i).map(|(d, _)| d)
    }

    pub(super) fn authorises(&self, d: usize, direction: Direction) -> bool {
        self.case.decisions[d].direction == direction && self.case.decisions[d].rank.is_some()
    }

    pub(super) fn vouch(&self, i: usize) -> Judged {
        let effect = &self.case.effects[i];
        if let Some(reason) = effect.exempt {
            return (reason, None);
        }
        if self.is_redundant(i) {
            let reason = if self.may_have_changed(i) { Reason::CoverageGap } else { Reason::Redundant };
            return (reason, None);
        }
        if is_twin(self.case, effect) {
            return (Reason::Implied, None);
        }
        if !self.case.is_resolved {
            return (Reason::UnresolvedSubject, None);
        }
        if let Some(d) = self.link(i, true) {
            return (Reason::Matched, Some(d));
        }
        if self.comes_with_an_end(i) {
            return (Reason::Implied, None);
        }
        if let Some(d) = self.state(i, |d| !self.may_have_ended(d, i)) {
            return (Reason::State, Some(d));
        }
        if self.is_pushed(i) { (Reason::Transport, None) } else { (self.without(i), None) }
    }

    fn state(&self, i: usize, is_sure: impl Fn(usize) -> bool) -> Option<usize> {
        let effect = &self.case.effects[i];
        let decisions = &self.case.decisions;
        let like = |d: &usize| self.authorises(*d, effect.direction) && decisions[*d].lapses > effect.time;
        // What was said again since, as strongly, is spoken for by that: among all, and among those beyond the look-back.
        let is_last = |d: usize, until: Instant| {
            let again = |o: &usize| *o > d && decisions[*o].time < until && decisions[*o].rank <= decisions[d].rank;
            decisions[d].time < until && !(0..decisions.len()).filter(like).any(|o| again(&o))
        };
        let limits = [effect.time, effect.time - self.limits.window.look_back];
        let older = (0..decisions.len()).filter(like).filter(|&d| limits.iter().any(|until| is_last(d, *until)));
        older.filter(|&d| self.stands(d, i) && is_sure(d)).min_by_key(|&d| (decisions[d].rank, std::cmp::Reverse(d)))
    }

    // Where a log has a hole since, it may have been reversed there, or used and undone; the connector would know.
    fn may_have_ended(&self, d: usize, i: usize) -> bool {
        let (decided, effect) = (self.case.decisions[d].time, &self.case.effects[i]);
        let is_unseen = || {
            self.world.authority_hole(decided, effect.time).is_some()
                || self.world.effect_hole(&Self::reach(effect), decided, effect.time).is_some()
        };
        !effect.by_connector && is_unseen()
    }

    fn reach(effect: &Effect) -> Vec<Scope> {
        let is_below = effect.direction == Direction::Grant && effect.scope != Scope::ACCOUNT;
        if is_below { vec![effect.scope, Scope::ACCOUNT] } else { vec![effect.scope] }
    }

    // The connector's own, after somebody else undid it.
    pub(super) fn puts_back(&self, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let by = self.taken(i).and_then(|(_, by)| by);
        effect.by_connector && !by.is_some_and(|e| self.case.effects[e].by_connector)
    }

    // Since the last record, over a hole, where it would not pass anyway.
    fn may_have_changed(&self, i: usize) -> bool {
        let (effect, decisions) = (&self.case.effects[i], &self.case.decisions);
        let end = self.last_final(effect.scope, effect.time);
        let Some(since) = self.marks_before(i).last().map(|m| m.0).max(end) else { return false };
        let is_decided = decisions.iter().any(|d| {
            d.direction == effect.direction
                && d.rank.is_some()
                && d.lapses > effect.time
                && d.time <= effect.time
                && (effect.by_connector || d.time >= effect.time - self.limits.window.look_back)
        });
        let passes = is_decided && !self.is_contradicted(i);
        !passes && self.world.effect_hole(&Self::reach(effect), since, effect.time).is_some()
    }

    pub(super) fn is_contradicted(&self, i: usize) -> bool {
        let (effect, decisions) = (&self.case.effects[i], &self.case.decisions);
        let until = effect.time + self.limits.window.skew;
        let same =
            (0..decisions.len()).filter(|&d| decisions[d].direction == effect.direction && decisions[d].time <= until);
        let same: Vec<usize> = same.collect();
        let is_answered = |r: usize| same.iter().any(|&g| g > r && self.answers(g, r));
        let against = (0..decisions.len()).filter(|&r| {
            decisions[r].direction != effect.direction
                && (decisions[r].rank.is_some() || Self::takes_back(&decisions[r]))
                && decisions[r].time <= effect.time
        });
        let mut against = against.collect::<Vec<_>>().into_iter();
        against.any(|r| !is_answered(r))
    }

    // A removal that names the key is answered by a decision that authorises; a departure by a return of its kind, too.
    fn answers(&self, g: usize, r: usize) -> bool {
        let (back, departure) = (&self.case.decisions[g], &self.case.decisions[r]);
        let is_lifted = departure.direction == Direction::Grant || Self::lifts(back, departure);
        back.rank.is_some() || !Self::is_for_good(departure) && is_lifted
    }

    fn without(&self, i: usize) -> Reason {
        let effect = &self.case.effects[i];
        let (from, to) = self.limits.window.around(effect.time);
        let decided = (0..self.case.decisions.len())
            .rfind(|&d| self.authorises(d, effect.direction) && self.case.decisions[d].time <= effect.time);
        let in_flight = decided.filter(|&d| self.case.decisions[d].time >= from && !self.is_used_and_undone(d, i));
        let reversed = in_flight.and_then(|d| Some((d, self.reversed_at(d)?))).filter(|(_, r)| *r <= effect.time);
        let reversed = reversed.filter(|(d, r)| !self.has_answered(*d, i, *r)).map(|(_, r)| r);
        let is_open = reversed.is_some_and(|r| {
            self.world.effect_hole(&[effect.scope], effect.time, r + self.limits.window.look_back).is_some()
        });
        let is_unsure = self.state(i, |_| true).is_some_and(|d| self.may_have_ended(d, i));
        let is_torn = self.world.authority_hole(from, to).is_some();
        if is_torn || is_unsure || is_open || self.may_have_returned_unseen(i) || self.may_be_consequence(i) {
            Reason::CoverageGap
        } else {
            Reason::NoAuthority
        }
    }
}
