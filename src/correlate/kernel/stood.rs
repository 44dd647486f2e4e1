//! Where access stood when it was to end, and what ended it there.

use super::index::Index;
use super::marks::{Mark, Span};
use super::{Instant, Scope};

/// What became of access that stood somewhere.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Where it stands still.
    pub(super) stands: Vec<Stood>,
    /// In how many places it was ended.
    pub(super) ended_count: usize,
    /// The effect that ended it in the last of those places.
    pub(super) last: Option<usize>,
}

/// A place in which no record ended the access.
#[derive(Debug)]
pub(super) struct Stood {
    pub(super) scope: Scope,
    /// When the last record before the decision showed it; the beginning of time = none did.
    pub(super) since: Instant,
    /// When a listing showed it gone, right after the decision by the records at hand.
    pub(super) gone: Option<Instant>,
}

/// When access was to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    /// When it was decided.
    pub(super) decided: Instant,
    /// From when on an end counts, which skew puts before that.
    pub(super) from: Instant,
    /// Before when.
    pub(super) until: Instant,
}

/// What became of the access in every place in which the records before the decision show it. `changed` tells of an effect whether it
/// changed anything.
pub(super) fn left(index: &Index<'_>, ask: Ask, changed: impl Fn(usize) -> bool) -> Left {
    let mut left = Left::default();
    for span in index.marks().spans() {
        let at = index.marks().since(span, ask.decided);
        let before = index.marks().before(span, at);
        let group = before.and_then(|mark| mark.effect).map_or(0, |e| index.case.effects[e].group);
        let place = Place { index, span, group, ask };
        let Some(before) = before else {
            // What was taken without ever being seen granted had been there all the while, unless the account had lost it.
            match place.taken_at_account().filter(|_| place.is_taken_first(at)) {
                None if place.is_taken_first(at) => left.tell(index, place.stood(Instant::MIN, at), place.end(at)),
                None => {}
                Some(taken) => {
                    let end = taken.effect.filter(|_| place.is_late(&taken));
                    end.into_iter().for_each(|end| left.end(index, end));
                }
            }
            continue;
        };
        let end = if before.is_held {
            match place.taken_before(before.time) {
                Some(taken) => match taken.effect.filter(|_| place.is_late(&taken)) {
                    Some(end) => Some(end),
                    None => continue,
                },
                None if place.is_deleted(before.time) => continue,
                None => place.end(at),
            }
        } else {
            match before.effect.filter(|e| place.is_late(&before) && changed(*e)) {
                Some(end) => Some(end),
                None => continue,
            }
        };
        left.tell(index, place.stood(before.time, at), end);
    }
    left
}

impl Left {
    fn tell(&mut self, index: &Index<'_>, stood: Stood, end: Option<usize>) {
        match end {
            Some(end) => self.end(index, end),
            None => self.stands.push(stood),
        }
    }

    fn end(&mut self, index: &Index<'_>, end: usize) {
        let time = |e: usize| index.case.effects[e].time;
        self.ended_count += 1;
        self.last = Some(self.last.map_or(end, |last| if time(last) < time(end) { end } else { last }));
    }
}

struct Place<'a> {
    index: &'a Index<'a>,
    span: &'a Span,
    /// The group of which it was a membership, as in [`Effect`](super::Effect).
    group: u32,
    ask: Ask,
}

impl Place<'_> {
    /// Skew puts it before the decision.
    const fn is_late(&self, mark: &Mark) -> bool {
        mark.time >= self.ask.from
    }

    fn is_taken_first(&self, at: usize) -> bool {
        self.mark(at).is_some_and(|first| !first.is_held && first.effect.is_some())
    }

    fn mark(&self, at: usize) -> Option<Mark> {
        Some(at).filter(|at| self.span.marks.contains(at)).map(|at| self.index.marks().get(at))
    }

    fn stood(&self, since: Instant, at: usize) -> Stood {
        let gone = self.mark(at).filter(|next| !next.is_held && next.effect.is_none()).map(|next| next.time);
        Stood { scope: self.span.scope, since, gone }
    }

    fn is_deleted(&self, since: Instant) -> bool {
        self.index.endings.last_final(self.span.scope, self.ask.decided - 1).is_some_and(|end| end >= since)
    }

    /// The account's own record that took the access from everywhere, from the instant on and before the decision.
    fn taken_before(&self, since: Instant) -> Option<Mark> {
        let account = self.account()?;
        let marks = self.index.marks();
        let taken = marks.last(&account, marks.since(&account, self.ask.decided), 1).map(|at| marks.get(at));
        taken.filter(|taken| taken.time >= since && taken.effect.is_none_or(|e| self.is_of_group(e)))
    }

    /// A group of the account is not a workspace's own of the same name.
    fn is_of_group(&self, effect: usize) -> bool {
        let other = self.index.case.effects[effect].group;
        self.group == other || self.group == 0 || other == 0
    }

    /// The account's own record that took the access, if that is its last word before the decision.
    fn taken_at_account(&self) -> Option<Mark> {
        let account = self.account()?;
        let marks = self.index.marks();
        marks.before(&account, marks.since(&account, self.ask.decided)).filter(|last| !last.is_held)
    }

    /// The effect that ended it, here or at the account.
    fn end(&self, at: usize) -> Option<usize> {
        let marks = self.index.marks();
        let taken = |span: &Span, from: usize| marks.taken(span, from, self.ask.until);
        let above = self.account().and_then(|account| taken(&account, marks.since(&account, self.ask.decided)));
        let ends = taken(self.span, at).into_iter().chain(above.filter(|e| self.is_of_group(*e)));
        ends.min_by_key(|e| self.index.case.effects[*e].time)
    }

    fn account(&self) -> Option<Span> {
        (self.span.scope != Scope::ACCOUNT).then(|| self.index.marks().span(Scope::ACCOUNT, self.span.account))
    }
}
