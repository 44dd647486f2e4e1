//! What a decision or a push found: the access as it was to be already, by what is known.

use super::index::{Index, side};
use super::marks::{Mark, Span};
use super::{Instant, Limits};

/// What a decision or a push says: when, which way, and when the opposite was said last before it.
struct Found {
    time: Instant,
    side: usize,
    opposed: Option<Instant>,
}

/// What undid the access.
pub(super) enum Undone {
    /// An effect; `None` = a listing saw it gone.
    By(Option<usize>),
    /// An ending deleted it along with the person or the group.
    Deleted(usize),
}

impl Index<'_> {
    /// True when the access was as decided already, with nothing left to carry out that said otherwise.
    pub(super) fn is_moot(&self, span: &Span, d: usize, limits: &Limits) -> bool {
        let decision = self.decision(d);
        let found = Found { time: decision.time, side: side(decision.direction), opposed: self.opposed_before(d) };
        let ended = self.endings.last_final(span.scope, decision.time - 1);
        self.found(span, &found, limits).is_some_and(|since| ended.is_none_or(|end| end < since))
    }

    /// Since when the access was as said then; `None` = it was not, is not known to have been, or something is left to carry out
    /// that said otherwise.
    fn found(&self, span: &Span, said: &Found, limits: &Limits) -> Option<Instant> {
        let marks = self.marks();
        let at = marks.since(span, said.time);
        let undone = marks.next(span, at, 1 - said.side).map(|at| marks.get(at));
        let since = match marks.before(span, at) {
            Some(mark) => Some(mark.time).filter(|_| usize::from(!mark.is_held) == said.side),
            // What is removed first of all had been there.
            None => Some(Instant::MIN).filter(|_| said.side == 0 && self.is_first(span, at, undone)),
        }?;
        // What is not carried out in its time is carried out no more, but for the connector, which may be behind.
        let is_given_up = |opposed: Instant| {
            undone.is_none_or(|undone| {
                let by_connector = undone.effect.is_some_and(|e| self.case.effects[e].by_connector);
                !by_connector && undone.time > opposed.saturating_add(limits.window.look_back)
            })
        };
        said.opposed.is_none_or(|opposed| opposed < since || is_given_up(opposed)).then_some(since)
    }

    fn is_first(&self, span: &Span, at: usize, undone: Option<Mark>) -> bool {
        let first = span.marks.contains(&at).then(|| self.marks().get(at));
        first.is_some_and(|first| first.effect.is_some() && undone.is_some_and(|undone| undone.effect == first.effect))
    }

    /// What undid, before the mark `until`, what this push had found in effect already, by what is known.
    pub(super) fn push_undone(&self, span: &Span, p: usize, until: usize, limits: &Limits) -> Option<Undone> {
        let (push, marks) = (&self.case.pushes[p], self.marks());
        let side = side(push.direction);
        let opposed = self.arrivals(1 - side, Instant::MIN, push.time - 1).last().map(|r| self.case.pushes[*r].time);
        self.found(span, &Found { time: push.time, side, opposed }, limits)?;
        let undone = marks.next(span, marks.since(span, push.time), 1 - side).filter(|at| *at < until);
        let deleted = self.endings.first_final(span.scope, push.time).filter(|_| side == 0);
        let deleted = deleted.filter(|(end, _)| *end < marks.get(until).time);
        undone.map(|at| Undone::By(marks.get(at).effect)).or_else(|| deleted.map(|(_, end)| Undone::Deleted(end)))
    }
}
