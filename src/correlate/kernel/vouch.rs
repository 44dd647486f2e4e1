//! Vouching: from the effect back to the authority.

use std::cmp::Reverse;

use super::against::Against;
use super::index::{Index, side};
use super::link::{Links, ending_beside, links, undone_at};
use super::marks::{Mark, Span};
use super::standing::{Standing, standing};
use super::{Case, Effect, Instant, Limits, Reason, Scope, UNSAID_DECISION, UNSAID_EFFECT, Vouched, World};
use crate::change::{Direction, Verb};

/// Judges every effect of a case, in order, taking the records of one instant in the order in which they stand.
pub(super) fn vouch(case: &Case, limits: &Limits, world: &dyn World) -> Vec<Vouched> {
    if case.effects.is_empty() {
        return Vec::new();
    }
    let index = Index::of(case);
    let standing = standing(&index, limits);
    let links = links(&index, limits, &standing);
    (0..case.effects.len()).map(|i| judge(&index, limits, world, i, standing[i], &links)).collect()
}

fn judge(
    index: &Index<'_>,
    limits: &Limits,
    world: &dyn World,
    i: usize,
    standing: Standing,
    links: &Links,
) -> Vouched {
    let effect = &index.case.effects[i];
    let (from, to) = limits.window.around(effect.time);
    let judged = Vouched {
        effect: i,
        reason: Reason::NoAuthority,
        decision: None,
        push: None,
        candidate_count: index.ranked(side(effect.direction), from..=to).len(),
        hole: None,
        may_be_redundant: false,
    };
    match standing {
        Standing::Exempt => Vouched { reason: effect.exempt.unwrap_or(Reason::NoAuthority), ..judged },
        Standing::Twin => Vouched { reason: Reason::Implied, ..judged },
        Standing::Redundant | Standing::Own => {
            let (span, place) = (index.marks().span(effect.scope, effect.account), index.marks().place(i));
            let item = Item { index, limits, effect, span, place, links };
            if standing == Standing::Redundant {
                return item.redundant(world, judged);
            }
            match item.evidence(world, links.vouching[i]) {
                Some((reason, decision, push)) => {
                    let push = push.or_else(|| decision.and_then(|d| item.push_of(d)));
                    Vouched { reason, decision, push, ..judged }
                }
                None => item.without_evidence(world, judged),
            }
        }
    }
}

/// What stands in for the id of a hole where the state before the logs begin is not at hand.
const NO_OPENING: &str = "no earlier statement at hand";

/// An effect that changed something by itself.
struct Item<'a> {
    index: &'a Index<'a>,
    limits: &'a Limits,
    effect: &'a Effect,
    span: Span,
    place: usize,
    links: &'a Links,
}

/// The reason, the decision and the push that a pass rests on.
type Evidence = (Reason, Option<usize>, Option<usize>);

impl Item<'_> {
    fn side(&self) -> usize {
        side(self.effect.direction)
    }

    fn redundant(&self, world: &dyn World, judged: Vouched) -> Vouched {
        let before = self.index.marks().before(&self.span, self.place).map(|before| before.time);
        let since = before.max(self.index.endings.last_final(self.effect.scope, self.effect.time - 1));
        let since = since.filter(|_| !self.is_authorised_anyway());
        match since.and_then(|since| self.unseen_change(world, since)) {
            None => Vouched { reason: Reason::Redundant, ..judged },
            hole => Vouched { reason: Reason::CoverageGap, hole, may_be_redundant: true, ..judged },
        }
    }

    // What was held by the last record may have been taken since: where nothing was logged, or by an effect of unknown outcome.
    fn unseen_change(&self, world: &dyn World, since: Instant) -> Option<String> {
        let now = self.effect.time;
        let against = if self.side() == 0 { Direction::Revoke } else { Direction::Grant };
        let unsaid = || self.index.case.may_have_been_done(against, since, now).then(|| UNSAID_EFFECT.to_owned());
        world.effect_hole(&self.reach(world), since, now).or_else(unsaid)
    }

    // Where access that stands there may be ended: what is held in a workspace ends with the account, too, where that has a log.
    fn reach(&self, world: &dyn World) -> Vec<Scope> {
        let is_below = self.side() == 0 && self.effect.scope != Scope::ACCOUNT && !world.lacks_account();
        let above = is_below.then_some(Scope::ACCOUNT);
        [self.effect.scope].into_iter().chain(above).collect()
    }

    // Whether it would pass if it had changed something: decided besides, or put back by the connector as was decided once.
    fn is_authorised_anyway(&self) -> bool {
        let now = self.effect.time;
        let (from, _) = self.limits.window.around(now);
        let since = if self.effect.by_connector { Instant::MIN } else { from };
        let decisions = &self.index.case.decisions;
        let is_decided = self.index.ranked(self.side(), since..=now).iter().any(|d| decisions[*d].lapses > now);
        is_decided && !self.index.is_contradicted(self.side(), now, self.limits)
    }

    fn push_of(&self, decision: usize) -> Option<usize> {
        let decided = self.index.case.decisions[decision].time;
        self.index.push_between(self.side(), decided, self.effect.time, self.limits)
    }

    fn evidence(&self, world: &dyn World, link: Option<usize>) -> Option<Evidence> {
        if !self.index.case.is_resolved {
            return None;
        }
        if link.is_some() {
            return Some((Reason::Matched, link, None));
        }
        if ending_beside(self.index, self.limits, &self.span, self.place).is_some() {
            return Some((Reason::Implied, None, None));
        }
        let by_state = self.standing_decision(|d| self.unseen_end(world, d).is_none());
        let by_state = by_state.map(|d| (Reason::State, Some(d), None));
        by_state.or_else(|| self.vouching_push().map(|p| (Reason::Transport, None, Some(p))))
    }

    // An authority older than the look-back vouches a full re-sync, unless it was used and undone, or reversed, since. What
    // another hand undid the connector puts back, however old the authority: it is in force until it is reversed.
    fn standing_decision(&self, is_sure: impl Fn(usize) -> bool) -> Option<usize> {
        let now = self.effect.time;
        let (from, _) = self.limits.window.around(now);
        let older = [now, from].into_iter().flat_map(|until| self.index.strongest_before(self.side(), until, now));
        let strength = |d: &usize| (self.index.case.decisions[*d].rank, Reverse(*d));
        older.filter(|&d| self.stands(d) && is_sure(d)).min_by_key(strength)
    }

    // That it is in force leans on there being no reversal, and on its not having been used and undone. The connector pushes only what
    // the provider holds, and puts back what others undo.
    fn unseen_end(&self, world: &dyn World, d: usize) -> Option<String> {
        let (decided, now) = (self.index.case.decisions[d].time, self.effect.time);
        let used = || world.effect_hole(&self.reach(world), decided, now);
        if self.effect.by_connector { None } else { world.authority_hole(decided, now).or_else(used) }
    }

    // A departure took the access back; the return puts it in force again, whatever was decided before the departure.
    fn stands(&self, d: usize) -> bool {
        let (index, now) = (self.index, self.effect.time);
        if index.is_ended_for_good(d, now) {
            return false;
        }
        match index.last_reversal(d, now) {
            None if self.is_undone(d) => self.puts_back(),
            None if self.is_undone_above(d) => self.effect.by_connector,
            None => {
                let decided = index.case.decisions[d].time;
                let deleted = index.endings.last_final(self.effect.scope, now - 1).filter(|_| self.side() == 0);
                // What another hand deleted, the connector puts back; another account of the person is no other's to make.
                match deleted.is_some_and(|end| end >= decided) {
                    true => self.effect.by_connector,
                    false if self.effect.account > 0 && !self.effect.by_connector => false,
                    false => now - decided > self.limits.window.look_back,
                }
            }
            Some(_) if self.effect.account > 0 && !self.effect.by_connector => false,
            Some(_) => self.side() == 0 && self.has_returned(d),
        }
    }

    // Every departure since is lifted by a return of its kind, and what had been taken otherwise is not renewed by that.
    fn has_returned(&self, d: usize) -> bool {
        let (index, until) = (self.index, self.effect.time + self.limits.window.skew);
        let lifts: Option<Vec<usize>> = index.departures(d, self.effect.time).map(|r| index.lift(r, until)).collect();
        let Some(last) = lifts.and_then(|lifts| lifts.into_iter().max()) else { return false };
        !(self.is_undone(last) || self.is_undone_apart(d)) || self.puts_back()
    }

    // What a departure ended comes back with the return; what was undone otherwise does not.
    fn is_undone_apart(&self, d: usize) -> bool {
        let (index, decided) = (self.index, self.index.case.decisions[d].time);
        let undone = index.marks().run(&self.span, self.place, 1 - self.side()).map(|(first, _)| first);
        let deleted = index.endings.last_final(self.span.scope, self.effect.time - 1);
        undone.is_some_and(|mark| mark.time >= decided && !self.has_left(d, mark))
            || deleted.is_some_and(|end| end >= decided && !self.has_gone(d, end))
    }

    // Carried out a departure: by itself, or along with the end of the person or the group.
    fn has_left(&self, d: usize, mark: Mark) -> bool {
        let index = self.index;
        let is_matched = mark.effect.is_some_and(|e| self.links.vouching[e].is_some());
        let is_consequence = |e| ending_beside(index, self.limits, &self.span, index.marks().place(e)).is_some();
        let may_end = |r: usize| index.case.decisions[r].rank.is_some() || mark.effect.is_some_and(is_consequence);
        let mut open = index.departures(d, mark.time + self.limits.window.skew);
        is_matched || open.any(|r| index.lift(r, mark.time).is_none() && may_end(r))
    }

    fn has_gone(&self, d: usize, end: Instant) -> bool {
        let (from, to) = self.limits.window.around(end);
        self.index.departures(d, to).any(|r| self.index.case.decisions[r].time >= from)
    }

    fn is_undone(&self, d: usize) -> bool {
        self.index.undone(&self.span, d, self.place, self.limits).is_some()
    }

    // The account takes what is held in workspaces, too.
    fn is_undone_above(&self, d: usize) -> bool {
        let (marks, is_below) = (self.index.marks(), self.side() == 0 && self.span.scope != Scope::ACCOUNT);
        let account = marks.span(Scope::ACCOUNT, self.span.account);
        is_below && self.index.undone(&account, d, marks.since(&account, self.effect.time), self.limits).is_some()
    }

    // What the connector itself undid it was told to by something that is not at hand.
    fn puts_back(&self) -> bool {
        let undone = self.index.marks().run(&self.span, self.place, 1 - self.side());
        let by = undone.and_then(|(first, _)| first.effect);
        self.effect.by_connector && by.is_none_or(|e| !self.index.case.effects[e].by_connector)
    }

    // A push speaks for itself only where the identity provider's decisions do not say otherwise.
    fn vouching_push(&self) -> Option<usize> {
        let (side, now) = (self.side(), self.effect.time);
        let (from, to) = self.limits.window.around(now);
        let is_spent = self.last_decision(to).is_some_and(|d| self.is_undone(d));
        if is_spent || self.index.is_contradicted(side, now, self.limits) {
            return None;
        }
        let unused = self.same_before().map_or(from, |used| from.max(used + self.limits.window.skew + 1));
        // The provider logs the push that makes a group as one that updates it (reference: idp a).
        let is_made = self.effect.verb == Verb::GroupCreate && self.effect.by_connector;
        let mut arrivals = self.index.arrivals(side, unused, to).iter().copied();
        let good = arrivals.find(|&p| !self.is_sent_elsewhere(p) && !self.is_push_spent(p) && !self.is_overruled(p));
        good.or_else(|| self.index.update(unused, to).filter(|_| is_made))
    }

    // What is sent to one workspace does nothing in others. Whom it makes there it may make at the account, too, at once.
    fn is_sent_elsewhere(&self, p: usize) -> bool {
        let push = &self.index.case.pushes[p];
        let is_same_act = || self.effect.by_connector && self.effect.time.abs_diff(push.time) <= self.skew();
        push.workspace.is_some_and(|workspace| workspace != self.effect.scope) && !is_same_act()
    }

    fn skew(&self) -> u64 {
        self.limits.window.skew.unsigned_abs()
    }

    // What found the access in effect vouches none after it was undone. The two clocks may differ for the connector's own act.
    fn is_push_spent(&self, p: usize) -> bool {
        let (now, pushed) = (self.effect.time, self.index.case.pushes[p].time);
        let is_same_act = self.effect.by_connector && now - pushed <= self.limits.window.skew;
        !is_same_act && self.index.push_undone(&self.span, p, self.place, self.limits).is_some()
    }

    // The connector said the opposite since, and that was not carried out in turn.
    fn is_overruled(&self, p: usize) -> bool {
        let (now, pushed) = (self.effect.time, self.index.case.pushes[p].time);
        let against =
            self.index.arrivals(1 - self.side(), pushed + 1, now).iter().rfind(|r| !self.is_sent_elsewhere(**r));
        let reversed_at = against.map(|r| self.index.case.pushes[*r].time);
        let undone_at = || undone_at(self.index, &self.span, self.place).unwrap_or(Instant::MAX);
        reversed_at.is_some_and(|at| undone_at() > at.saturating_add(self.limits.window.look_back))
    }

    fn last_decision(&self, until: Instant) -> Option<usize> {
        self.index.ranked(self.side(), Instant::MIN..=until).last().copied()
    }

    // The last effect of the same kind before: a push that was there then has been used.
    fn same_before(&self) -> Option<Instant> {
        let marks = self.index.marks();
        let before = (self.span.marks.start..self.place).rev().map(|at| marks.get(at));
        let mut same = before.filter(|m| m.effect.is_some() && usize::from(!m.is_held) == self.side());
        same.find(|m| m.time < self.effect.time).map(|m| m.time)
    }

    fn without_evidence(&self, world: &dyn World, judged: Vouched) -> Vouched {
        let (from, to) = self.limits.window.around(self.effect.time);
        if !self.index.case.is_resolved || self.is_named_elsewhere(from, to) {
            return Vouched { reason: Reason::UnresolvedSubject, ..judged };
        }
        let unsure = || self.standing_decision(|_| true).and_then(|d| self.unseen_end(world, d));
        let hole = world.authority_hole(from, to).or_else(unsure).or_else(|| self.unseen_return(world));
        let hole = hole.or_else(|| self.no_opening()).or_else(|| self.open_reversal(world));
        let hole = hole.or_else(|| self.effect.by_connector.then(|| world.push_hole(from, to)).flatten());
        let hole = hole.or_else(|| self.unseen_cause(world));
        let in_doubt = || self.index.case.may_have_been_decided(self.effect.direction, from, to);
        let hole = hole.or_else(|| in_doubt().then(|| UNSAID_DECISION.to_owned()));
        match hole {
            None => judged,
            hole => Vouched { reason: Reason::CoverageGap, hole, ..judged },
        }
    }

    // What is taken in a workspace may be the consequence of an end of the account, and what was made anew may have lost it before.
    fn unseen_cause(&self, world: &dyn World) -> Option<String> {
        if self.side() == 0 {
            return None;
        }
        let (scope, now) = (self.effect.scope, self.effect.time);
        let (from, to) = self.limits.window.around(now);
        let above = (scope != Scope::ACCOUNT).then(|| world.account_hole(from, to)).flatten();
        above.or_else(|| {
            let held = self.index.marks().before(&self.span, self.place).filter(|before| before.is_held)?;
            let made = self.index.case.remade_between(scope, held.time, now)?;
            world.effect_hole(&[scope, Scope::ACCOUNT], held.time, made)
        })
    }

    // That somebody is away leans on there having been no return.
    fn unseen_return(&self, world: &dyn World) -> Option<String> {
        let (index, now) = (self.index, self.effect.time);
        if self.side() == 1 {
            return None;
        }
        let decided = |d: usize| index.case.decisions[d].time;
        let (_, until) = self.limits.window.around(now);
        let is_open = |d: usize| decided(d) <= until && index.last_reversal(d, now).is_none();
        let assigned = index.away().iter().rfind(|(d, _)| is_open(*d));
        assigned
            .and_then(|(d, since)| world.authority_hole(*since, decided(*d)))
            .or_else(|| world.authority_hole(self.left()?, now))
    }

    // When the person or the group left who is not back by the records, where a return would put in force what was decided before.
    fn left(&self) -> Option<Instant> {
        let (index, now) = (self.index, self.effect.time);
        let may_return = |d: &usize| {
            let is_left = !index.is_ended_for_good(*d, now) && index.last_reversal(*d, now).is_some();
            is_left && (!self.is_undone_apart(*d) || self.puts_back())
        };
        let d = index.strongest_before(0, now, now).into_iter().find(may_return)?;
        let is_away = |r: &usize| index.lift(*r, now + self.limits.window.skew).is_none();
        index.departures(d, now).filter(is_away).map(|r| index.case.decisions[r].time).max()
    }

    fn is_named_elsewhere(&self, from: Instant, to: Instant) -> bool {
        let unresolved = &self.index.case.unresolved_decisions;
        let first = unresolved.partition_point(|(time, _)| *time < from);
        unresolved[first..].iter().take_while(|(time, _)| *time <= to).any(|(_, d)| *d == self.effect.direction)
    }

    // Where an earlier row tells who held it, the statement is a change like any other.
    fn no_opening(&self) -> Option<String> {
        let is_known = self.index.marks().since(&self.span, self.effect.time) > self.span.marks.start;
        (self.effect.may_be_older && !is_known).then(|| NO_OPENING.to_owned())
    }

    // In flight when it was reversed: whether the reversal was carried out is not seen where the log has a hole.
    fn open_reversal(&self, world: &dyn World) -> Option<String> {
        let now = self.effect.time;
        let d = self.last_decision(now).filter(|&d| !self.is_undone(d))?;
        let (from, _) = self.limits.window.around(now);
        let reversed_at = self.index.reversed_at(d);
        let decision = &self.index.case.decisions[d];
        let has_answered = || {
            let against = Against::of(self.index, &self.span, self.place, &self.links.in_turn);
            against.has_answered(d, reversed_at, decision.rank.is_some_and(|rank| rank > 0))
        };
        let is_in_flight = decision.time >= from && reversed_at <= now && !has_answered();
        let until = reversed_at.saturating_add(self.limits.window.look_back);
        is_in_flight.then(|| world.effect_hole(&[self.effect.scope], now, until)).flatten()
    }
}
