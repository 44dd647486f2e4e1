//! What the records say of the access, scope by scope: effects and observations in the order of time.

use std::ops::Range;

use super::index::side;
use super::{Case, Instant, Scope};

/// One record that tells whether the access is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) time: Instant,
    pub(super) is_held: bool,
    /// The effect; `None` = a snapshot saw it.
    pub(super) effect: Option<usize>,
    next: [usize; 2],
}

/// The marks of one scope.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) scope: Scope,
    pub(super) marks: Range<usize>,
}

#[derive(Debug)]
pub(super) struct Marks {
    marks: Vec<Mark>,
    spans: Vec<Span>,
    of_effect: Vec<usize>,
}

impl Marks {
    pub(super) fn of(case: &Case) -> Self {
        let mut order: Vec<(Scope, Instant, Option<usize>, bool)> = case
            .effects
            .iter()
            .enumerate()
            .map(|(i, e)| (e.scope, e.time, Some(i), side(e.direction) == 0))
            .chain(case.observations.iter().map(|o| (o.scope, o.time, None, o.held)))
            .collect();
        order.sort_unstable();
        let mut all =
            Self { marks: Vec::with_capacity(order.len()), spans: Vec::new(), of_effect: vec![0; case.effects.len()] };
        for (at, (scope, time, effect, is_held)) in order.into_iter().enumerate() {
            if let Some(effect) = effect {
                all.of_effect[effect] = at;
            }
            match all.spans.last_mut().filter(|span| span.scope == scope) {
                Some(span) => span.marks.end = at + 1,
                None => all.spans.push(Span { scope, marks: at..at + 1 }),
            }
            all.marks.push(Mark { time, is_held, effect, next: [usize::MAX; 2] });
        }
        for span in &all.spans {
            let mut next = [usize::MAX; 2];
            for at in span.marks.clone().rev() {
                next[usize::from(!all.marks[at].is_held)] = at;
                all.marks[at].next = next;
            }
        }
        all
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The marks of a scope; of one without marks, none.
    pub(super) fn span(&self, scope: Scope) -> Span {
        let found = self.spans.binary_search_by_key(&scope, |span| span.scope);
        found.map_or(Span { scope, marks: 0..0 }, |at| self.spans[at].clone())
    }

    pub(super) fn get(&self, at: usize) -> Mark {
        self.marks[at]
    }

    /// The place of an effect among the marks.
    pub(super) fn place(&self, effect: usize) -> usize {
        self.of_effect[effect]
    }

    /// The first mark of the scope that is not before the instant, or the end.
    pub(super) fn since(&self, span: &Span, time: Instant) -> usize {
        span.marks.start + self.marks[span.marks.clone()].partition_point(|m| m.time < time)
    }

    /// The first mark from a place on that tells of the side.
    pub(super) fn next(&self, span: &Span, at: usize, side: usize) -> Option<usize> {
        Some(at).filter(|at| span.marks.contains(at)).map(|at| self.marks[at].next[side]).filter(|at| *at != usize::MAX)
    }

    /// The mark before a place.
    pub(super) fn before(&self, span: &Span, at: usize) -> Option<Mark> {
        (at > span.marks.start).then(|| self.marks[at - 1])
    }
}
