//! One case, sorted for every question that is asked of it.

use std::cell::OnceCell;
use std::ops::RangeInclusive;

use super::endings::Endings;
use super::marks::{Mark, Marks, Span};
use super::returns::{Departures, away, takes_back};
use super::{About, Case, Decision, EndingKind, Instant, Limits, Push, Scope};
use crate::change::{Direction, Verb};

/// 0 = gives access, 1 = takes it.
pub(super) const fn side(direction: Direction) -> usize {
    match direction {
        Direction::Grant => 0,
        _ => 1,
    }
}

/// Positions in a list of the case, ascending, by side.
type Sides = [Vec<usize>; 2];

fn sides<T>(items: &[T], side_of: impl Fn(&T) -> Option<usize>) -> Sides {
    [0, 1].map(|side| (0..items.len()).filter(|&i| side_of(&items[i]) == Some(side)).collect())
}

/// Which decisions count where not all of them name the key.
#[derive(Debug)]
struct Ranks {
    authorising: Sides,
    /// Those that take access back.
    taking: Vec<usize>,
    /// Those that no return lifts: they name the key, or delete.
    lasting: Sides,
    departures: Departures,
}

#[derive(Debug)]
pub(super) struct Index<'c> {
    pub(super) case: &'c Case,
    pub(super) endings: Endings,
    marks: OnceCell<Marks>,
    /// All decisions, those that only stand in the history too.
    any: Sides,
    /// `None` = all of them name the key, and authorise.
    some: Option<Ranks>,
    /// For each of `ranked` the place there of the last stronger one before it; empty where all are equally strong.
    stronger: [Vec<Option<usize>>; 2],
    arrived: Sides,
    failed: Sides,
    pushes: Sides,
    /// Pushes that failed to create the account.
    uncreated: Vec<usize>,
    /// Pushes of the whole group by the connector that arrived, of a case that is about the group itself.
    updated: Vec<usize>,
    /// Assignments of somebody who was away by the records, and since when.
    away: OnceCell<Vec<(usize, Instant)>>,
}

impl<'c> Index<'c> {
    pub(super) fn of(case: &'c Case) -> Self {
        let any = sides(&case.decisions, |d| Some(side(d.direction)));
        let some = (!case.decisions.iter().all(|d| d.rank == Some(0))).then(|| {
            let authorising = sides(&case.decisions, |d| d.rank.map(|_| side(d.direction)));
            let taking = (0..case.decisions.len()).filter(|&d| takes_back(&case.decisions[d])).collect();
            // What is deleted stays so unless it is restored.
            let restored = case.decisions.iter().rposition(|d| d.restores);
            let mut lasting = sides(&case.decisions, |d| is_lasting(d).then(|| side(d.direction)));
            let is_lifted = |d: usize| restored.is_some_and(|back| d < back) && case.decisions[d].rank != Some(0);
            lasting.iter_mut().for_each(|list| list.retain(|d| !is_lifted(*d)));
            Ranks { authorising, taking, lasting, departures: Departures::of(case) }
        });
        let named = |p: &Push, succeeded| {
            let proves = p.direction != Direction::Update && p.names_subject() && p.by_connector;
            (proves && p.succeeded == succeeded).then(|| side(p.direction))
        };
        Self {
            case,
            marks: OnceCell::new(),
            endings: Endings::of(case),
            stronger: match &some {
                Some(ranks) => [0, 1].map(|side| stronger(case, &ranks.authorising[side])),
                None => [Vec::new(), Vec::new()],
            },
            any,
            some,
            arrived: sides(&case.pushes, |p| named(p, true)),
            failed: sides(&case.pushes, |p| named(p, false)),
            pushes: sides(&case.pushes, |p| {
                (p.direction != Direction::Update && p.carries()).then(|| side(p.direction))
            }),
            uncreated: (0..case.pushes.len()).filter(|&p| !case.pushes[p].carries()).collect(),
            updated: (0..case.pushes.len()).filter(|&p| is_update(&case.pushes[p])).collect(),
            away: OnceCell::new(),
        }
    }

    pub(super) fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| Marks::of(self.case))
    }

    fn all_ranked(&self, side: usize) -> &[usize] {
        self.some.as_ref().map_or(&self.any[side], |ranks| &ranks.authorising[side])
    }

    fn lasting(&self, side: usize) -> &[usize] {
        self.some.as_ref().map_or(&self.any[side], |ranks| &ranks.lasting[side])
    }

    pub(super) fn decision(&self, d: usize) -> &'c Decision {
        &self.case.decisions[d]
    }

    /// Positions of the authorising decisions of a side within the span of time.
    pub(super) fn ranked(&self, side: usize, span: RangeInclusive<Instant>) -> &[usize] {
        let list = self.all_ranked(side);
        let from = list.partition_point(|&d| self.decision(d).time < *span.start());
        let to = list.partition_point(|&d| self.decision(d).time <= *span.end());
        &list[from.min(to)..to]
    }

    // A return lifts the departures of its kind, but no removal of its own.
    fn reversals(&self, d: usize) -> [&[usize]; 2] {
        let decision = self.decision(d);
        let Some(ranks) = &self.some else { return [&self.any[1 - side(decision.direction)], &[]] };
        match (decision.direction, decision.rank) {
            (Direction::Grant, _) => [&ranks.taking, &[]],
            (_, Some(0)) => [&ranks.authorising[0], &[]],
            _ => [&ranks.authorising[0], ranks.departures.returns(decision)],
        }
    }

    /// The decision that takes this one back. Of one instant, the one that stands later in the list.
    pub(super) fn first_reversal(&self, d: usize) -> Option<usize> {
        let first = |list: &[usize]| list.get(list.partition_point(|&r| r <= d)).copied();
        self.reversals(d).into_iter().filter_map(first).min()
    }

    /// When this decision is taken back; never = the end of time.
    pub(super) fn reversed_at(&self, d: usize) -> Instant {
        let lapses = self.decision(d).lapses;
        self.first_reversal(d).map_or(lapses, |r| self.decision(r).time.min(lapses))
    }

    /// The last decision up to the instant that takes this one back.
    pub(super) fn last_reversal(&self, d: usize, until: Instant) -> Option<usize> {
        self.reversals(d).into_iter().filter_map(|list| self.last(list, until)).max().filter(|&r| r > d)
    }

    /// True when a decision that nothing lifts has taken this one back by the instant.
    pub(super) fn is_ended_for_good(&self, d: usize, until: Instant) -> bool {
        self.last(self.lasting(1 - side(self.decision(d).direction)), until).is_some_and(|r| r > d)
    }

    /// The last departures after this decision up to the instant, one of each kind.
    pub(super) fn departures(&self, d: usize, until: Instant) -> impl Iterator<Item = usize> {
        let ranks = self.some.as_ref().into_iter();
        ranks.flat_map(move |ranks| ranks.departures.last(self.case, until)).filter(move |r| *r > d)
    }

    /// The return that lifts a departure, up to the instant. What authorises by itself is none: it speaks for itself.
    pub(super) fn lift(&self, departure: usize, until: Instant) -> Option<usize> {
        let back = self.first_reversal(departure).filter(|&back| self.decision(back).time <= until);
        back.filter(|&back| self.decision(back).rank.is_none())
    }

    /// The assignments of somebody who was away by the records, so that they gave nothing, and since when.
    pub(super) fn away(&self) -> &[(usize, Instant)] {
        self.away.get_or_init(|| away(self.case))
    }

    /// The last opposite decision before this one.
    pub(super) fn opposed_before(&self, d: usize) -> Option<Instant> {
        let list = &self.any[1 - side(self.decision(d).direction)];
        let at = list.partition_point(|&r| r < d);
        (at > 0).then(|| self.decision(list[at - 1]).time)
    }

    /// The last authorising decision of the side that stands before the position.
    pub(super) fn ranked_before(&self, side: usize, d: usize) -> Option<usize> {
        let list = self.all_ranked(side);
        let at = list.partition_point(|&p| p < d);
        (at > 0).then(|| list[at - 1])
    }

    fn last(&self, list: &[usize], until: Instant) -> Option<usize> {
        let at = list.partition_point(|&d| self.decision(d).time <= until);
        (at > 0).then(|| list[at - 1])
    }

    /// Authorising decisions of a side before the instant that have not lapsed by then `now`, strongest first: of each strength the last,
    /// unless a stronger one came after it.
    pub(super) fn strongest_before(&self, side: usize, time: Instant, now: Instant) -> Vec<usize> {
        let list = self.all_ranked(side);
        let mut at = list.partition_point(|&d| self.decision(d).time < time).checked_sub(1);
        let (mut chain, mut strongest) = (Vec::new(), None);
        while let Some(place) = at {
            let decision = self.decision(list[place]);
            if decision.lapses <= now || strongest.is_some_and(|rank| rank <= decision.rank) {
                at = place.checked_sub(1);
                continue;
            }
            chain.push(list[place]);
            strongest = Some(decision.rank);
            at = self.stronger[side].get(place).copied().flatten();
        }
        chain.reverse();
        chain
    }

    /// True when the identity provider's last word by the instant is the opposite.
    pub(super) fn is_contradicted(&self, side: usize, time: Instant, limits: &Limits) -> bool {
        let (against, until) = (1 - side, time + limits.window.skew);
        let says_again = |list: &[usize], than: usize| self.last(list, until).is_some_and(|g| g > than);
        let for_good = self.last(self.lasting(against), time);
        for_good.is_some_and(|r| !says_again(self.all_ranked(side), r))
            || match (side, &self.some) {
                (0, Some(ranks)) => ranks.departures.last(self.case, time).any(|r| self.reversed_at(r) > until),
                _ => self.last(self.all_ranked(against), time).is_some_and(|r| !says_again(&self.any[side], r)),
            }
    }

    /// The mark before `until` that undid what this decision had brought about, or found in effect.
    pub(super) fn undone(&self, span: &Span, d: usize, until: usize, limits: &Limits) -> Option<usize> {
        let decision = self.decision(d);
        let side = side(decision.direction);
        let decided = self.marks().since(span, decision.time);
        // Skew puts its effect a little before it, but not one that was undone again by then.
        let skewed = decision.time - limits.window.skew;
        let since = self.opposed_before(d).map_or(skewed, |r| r.max(skewed));
        let is_there = |mark: Mark| usize::from(!mark.is_held) == side && mark.time >= since;
        let used = if self.is_moot(span, d, limits) || self.marks().before(span, decided).is_some_and(is_there) {
            Some(decided)
        } else {
            // Used first, then undone: what was undone before it was ever used was another decision's.
            self.marks().next(span, decided, side)
        };
        used.and_then(|at| self.marks().next(span, at, 1 - side)).filter(|at| *at < until)
    }

    /// True when the person was deactivated, and not yet back, right before the instant.
    pub(super) fn is_suspended(&self, scope: Scope, time: Instant) -> bool {
        let end = self.endings.last_end(scope, time - 1);
        let is_lifted = |since| self.endings.last_restored(scope, time - 1).is_some_and(|back| back >= since);
        end.is_some_and(|(since, end)| self.case.endings[end].kind == EndingKind::Suspended && !is_lifted(since))
    }

    fn pushed(&self, list: &[usize], from: Instant, to: Instant) -> Option<usize> {
        let at = list.partition_point(|&p| self.case.pushes[p].time < from);
        list.get(at).copied().filter(|&p| self.case.pushes[p].time <= to)
    }

    /// The pushes of the connector in the span that name the subject and arrived.
    pub(super) fn arrivals(&self, side: usize, from: Instant, to: Instant) -> &[usize] {
        let list = &self.arrived[side];
        let begin = list.partition_point(|&p| self.case.pushes[p].time < from);
        let end = list.partition_point(|&p| self.case.pushes[p].time <= to);
        &list[begin.min(end)..end]
    }

    /// The first push of the group itself in the span that arrived.
    pub(super) fn update(&self, from: Instant, to: Instant) -> Option<usize> {
        self.pushed(&self.updated, from, to)
    }

    /// The push that lies between a decision and its effect: one of the connector that names the subject and arrived, else
    /// any.
    pub(super) fn push_between(&self, side: usize, from: Instant, to: Instant, limits: &Limits) -> Option<usize> {
        let (from, to) = (from - limits.window.skew, to.saturating_add(limits.window.skew));
        self.arrivals(side, from, to).first().copied().or_else(|| self.pushed(&self.pushes[side], from, to))
    }

    /// True when the connector's last push in the span that names the subject did not arrive, or its last one of the whole group.
    pub(super) fn has_failed(&self, side: usize, from: Instant, before: Instant) -> bool {
        let last = |list: &[usize]| {
            let at = list.partition_point(|&p| self.case.pushes[p].time < before);
            (at > 0).then(|| self.case.pushes[list[at - 1]].time).filter(|time| *time >= from)
        };
        let has_failed = last(&self.failed[side])
            .is_some_and(|failure| last(&self.arrived[side]).is_none_or(|arrival| arrival < failure));
        has_failed || self.has_group_failed(side, from, before)
    }

    /// The last push before the instant that failed to create the account, if it was not there by then.
    pub(super) fn uncreated(&self, by: Instant) -> Option<usize> {
        let at = self.uncreated.partition_point(|&p| self.case.pushes[p].time < by);
        let last = at.checked_sub(1).map(|at| self.uncreated[at])?;
        matches!(self.case.pushes[last].about, About::Account { until } if until > by).then_some(last)
    }

    fn has_group_failed(&self, side: usize, from: Instant, before: Instant) -> bool {
        let pushes = self.pushes[side].iter().rev().map(|p| &self.case.pushes[*p]);
        let mut in_reach = pushes.skip_while(|p| p.time >= before).take_while(|p| p.time >= from);
        in_reach.find(|p| p.by_connector && p.about == About::Group).is_some_and(|p| !p.succeeded)
    }
}

fn is_update(push: &Push) -> bool {
    push.direction == Direction::Update && push.names_subject() && push.by_connector && push.succeeded
}

fn is_lasting(decision: &Decision) -> bool {
    let deletes = matches!(decision.verb, Verb::UserDelete | Verb::GroupDelete);
    decision.rank == Some(0) || decision.rank.is_some() && deletes
}

fn stronger(case: &Case, list: &[usize]) -> Vec<Option<usize>> {
    let rank = |place: usize| case.decisions[list[place]].rank;
    if (1..list.len()).all(|place| rank(place) == rank(0)) {
        return Vec::new();
    }
    let mut all: Vec<Option<usize>> = Vec::with_capacity(list.len());
    for place in 0..list.len() {
        let mut before = place.checked_sub(1);
        while let Some(at) = before.filter(|&at| rank(at) >= rank(place)) {
            before = all[at];
        }
        all.push(before);
    }
    all
}
