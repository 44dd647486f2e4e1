//! What spoke against an effect when it came: whether the reversal of its decision had been carried out before.

use super::index::Index;
use super::marks::Span;
use super::{Instant, Scope};

/// The last records of the opposite side before an effect, with none of its own side among them.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: Instant,
    to: Instant,
    /// What the first of them carries out, were everything done in turn.
    decision: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Against {
    /// In the scope, and for a grant at the account, which takes from everywhere.
    runs: [Option<Run>; 2],
    /// When the person or the group was ended, for a grant; for a removal, when the person was put in force again.
    end: Option<Instant>,
    is_grant: bool,
}

impl Against {
    pub(super) fn of(index: &Index<'_>, span: &Span, place: usize, in_turn: &[Option<usize>]) -> Self {
        let mark = index.marks().get(place);
        let side = usize::from(!mark.is_held);
        let run = |span: &Span, before: usize| {
            let (from, to) = index.marks().run(span, before, 1 - side)?;
            let decision = from.effect.and_then(|e| in_turn[e]);
            Some(Run { from: from.time, to: to.time, decision })
        };
        let at_account = || {
            let account = index.marks().span(Scope::ACCOUNT, span.account);
            run(&account, index.marks().since(&account, mark.time))
        };
        let is_reached = mark.is_held && span.scope != Scope::ACCOUNT;
        Self {
            runs: [run(span, place), is_reached.then(at_account).flatten()],
            end: end(index, span.scope, mark.time - 1, mark.is_held),
            is_grant: mark.is_held,
        }
    }

    /// True when the access was as the reversal of the decision wants it since then. What a decision before this one
    /// brought about is no sign of that: first decided, first done.
    pub(super) fn has_answered(&self, decision: usize, reversed_at: Instant, is_consequence: bool) -> bool {
        let is_backlog = |run: &Run| run.from >= reversed_at && run.decision.is_some_and(|d| d < decision);
        let by_record = self.runs.iter().flatten().any(|run| run.to >= reversed_at && !is_backlog(run));
        // The return of a person answers the departure, not a removal that names the access.
        by_record || (self.is_grant || is_consequence) && self.end.is_some_and(|end| end >= reversed_at)
    }
}

fn end(index: &Index<'_>, scope: Scope, until: Instant, is_grant: bool) -> Option<Instant> {
    let restored = index.endings.last_restored(scope, until);
    if !is_grant {
        return restored;
    }
    let is_lifted = |since: Instant| restored.is_some_and(|back| back >= since);
    let last = index.endings.last_end(scope, until).map(|(time, _)| time).filter(|time| !is_lifted(*time));
    last.max(index.endings.last_final(scope, until))
}
