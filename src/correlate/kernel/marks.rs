//! What the records say of the access, scope by scope: effects and observations in the order of time.

use std::ops::Range;

use super::index::side;
use super::{Case, Instant, Scope};

/// One record that tells whether the access is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    scope: Scope,
    account: u32,
    pub(super) time: Instant,
    pub(super) is_held: bool,
    /// The effect; `None` = a snapshot saw it.
    pub(super) effect: Option<usize>,
    next: [usize; 2],
    last: [usize; 2],
}

impl Mark {
    // A snapshot counts before the effects of its instant.
    fn order(&self) -> (Scope, u32, Instant, Option<usize>) {
        (self.scope, self.account, self.time, self.effect)
    }
}

/// The marks of one scope, and of one account of the subject.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) scope: Scope,
    pub(super) account: u32,
    pub(super) marks: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Marks {
    marks: Vec<Mark>,
    spans: Vec<Span>,
    /// Where each effect stands; empty where the marks are the effects in their order.
    of_effect: Vec<usize>,
}

impl Marks {
    pub(super) fn of(case: &Case) -> Self {
        let effects = case.effects.iter().enumerate().map(|(i, e)| Mark {
            scope: e.scope,
            account: e.account,
            time: e.time,
            is_held: side(e.direction) == 0,
            effect: Some(i),
            next: [usize::MAX; 2],
            last: [usize::MAX; 2],
        });
        let observations = case.observations.iter().map(|o| Mark {
            scope: o.scope,
            account: o.account,
            time: o.time,
            is_held: o.held,
            effect: None,
            next: [usize::MAX; 2],
            last: [usize::MAX; 2],
        });
        let mut marks: Vec<Mark> = effects.chain(observations).collect();
        let mut of_effect = Vec::new();
        if marks.windows(2).any(|pair| pair[0].order() > pair[1].order()) {
            marks.sort_unstable_by_key(Mark::order);
            of_effect = vec![0; case.effects.len()];
            for (at, effect) in marks.iter().enumerate().filter_map(|(at, mark)| Some((at, mark.effect?))) {
                of_effect[effect] = at;
            }
        }
        let spans = spans(&marks);
        spans.iter().for_each(|span| see_around(&mut marks[span.marks.clone()], span.marks.start));
        Self { marks, spans, of_effect }
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The marks of a scope and an account; of one without marks, none.
    pub(super) fn span(&self, scope: Scope, account: u32) -> Span {
        let found = self.spans.binary_search_by_key(&(scope, account), |span| (span.scope, span.account));
        found.map_or(Span { scope, account, marks: 0..0 }, |at| self.spans[at].clone())
    }

    pub(super) fn get(&self, at: usize) -> Mark {
        self.marks[at]
    }

    /// The place of an effect among the marks.
    pub(super) fn place(&self, effect: usize) -> usize {
        self.of_effect.get(effect).copied().unwrap_or(effect)
    }

    /// The first mark of the scope that is not before the instant, or the end.
    pub(super) fn since(&self, span: &Span, time: Instant) -> usize {
        span.marks.start + self.marks[span.marks.clone()].partition_point(|m| m.time < time)
    }

    /// The first mark from a place on that tells of the side.
    pub(super) fn next(&self, span: &Span, at: usize, side: usize) -> Option<usize> {
        Some(at).filter(|at| span.marks.contains(at)).map(|at| self.marks[at].next[side]).filter(|at| *at != usize::MAX)
    }

    /// The last mark before a place that tells of the side.
    pub(super) fn last(&self, span: &Span, at: usize, side: usize) -> Option<usize> {
        let before = (at > span.marks.start).then(|| self.marks[at - 1].last[side]);
        before.filter(|at| *at != usize::MAX)
    }

    /// The first effect that takes the access, from a place on and before the instant. What a listing saw to be gone was ended by something
    /// else.
    pub(super) fn taken(&self, span: &Span, from: usize, until: Instant) -> Option<usize> {
        let mut at = self.next(span, from, 1);
        while let Some(place) = at {
            let mark = self.marks[place];
            if mark.time >= until || mark.effect.is_some() {
                return mark.effect.filter(|_| mark.time < until);
            }
            at = self.next(span, place + 1, 1);
        }
        None
    }

    /// The first and the last of the marks that tell of the side right before a place, or before what tells otherwise.
    pub(super) fn run(&self, span: &Span, before: usize, side: usize) -> Option<(Mark, Mark)> {
        let last = self.last(span, before, side)?;
        let first = self.last(span, last, 1 - side).map_or(span.marks.start, |other| other + 1);
        Some((self.marks[first], self.marks[last]))
    }

    /// The mark before a place.
    pub(super) fn before(&self, span: &Span, at: usize) -> Option<Mark> {
        (at > span.marks.start).then(|| self.marks[at - 1])
    }
}

// Tells each mark where the next and the last of either side stand.
fn see_around(marks: &mut [Mark], start: usize) {
    let mut next = [usize::MAX; 2];
    for (at, mark) in marks.iter_mut().enumerate().rev() {
        next[usize::from(!mark.is_held)] = start + at;
        mark.next = next;
    }
    let mut last = [usize::MAX; 2];
    for (at, mark) in marks.iter_mut().enumerate() {
        last[usize::from(!mark.is_held)] = start + at;
        mark.last = last;
    }
}

fn spans(marks: &[Mark]) -> Vec<Span> {
    let mut start = 0;
    let of_scope = |alike: &[Mark]| {
        start += alike.len();
        Span { scope: alike[0].scope, account: alike[0].account, marks: start - alike.len()..start }
    };
    marks.chunk_by(|a, b| (a.scope, a.account) == (b.scope, b.account)).map(of_scope).collect()
}
