//! Deletions, deactivations and returns, by scope and time.

use super::{Case, EndingKind, Instant, Scope};

/// What ends or restores access without naming it, by scope and time.
#[derive(Debug)]
pub(super) struct Endings {
    finals: Line,
    ends: Line,
    restored: Line,
}

impl Endings {
    pub(super) fn of(case: &Case) -> Self {
        let line = |keep: fn(EndingKind) -> bool| {
            let kept = case.endings.iter().enumerate().filter(|(_, e)| keep(e.kind));
            let mut all: Vec<(Scope, Instant, usize)> = kept.map(|(i, e)| (e.scope, e.time, i)).collect();
            all.sort_unstable();
            let sparing = case.endings.iter().enumerate().filter(|(_, e)| !e.spares.is_empty());
            Line { all, spared: sparing.map(|(i, e)| (i, e.spares.clone())).collect() }
        };
        Self {
            finals: line(|kind| kind == EndingKind::Final),
            ends: line(|kind| kind != EndingKind::Restored),
            restored: line(|kind| kind == EndingKind::Restored),
        }
    }

    /// When the access in the scope was last deleted, up to the instant.
    pub(super) fn last_final(&self, scope: Scope, until: Instant) -> Option<Instant> {
        self.finals.last(scope, until).map(|(time, _)| time)
    }

    /// The last end, for good or for a time, that reaches the scope, up to the instant.
    pub(super) fn last_end(&self, scope: Scope, until: Instant) -> Option<(Instant, usize)> {
        self.ends.last(scope, until)
    }

    /// The first end that reaches the scope, from the instant on.
    pub(super) fn first_end(&self, scope: Scope, from: Instant) -> Option<(Instant, usize)> {
        self.ends.first(scope, from)
    }

    /// The first deletion that reaches the scope, from the instant on.
    pub(super) fn first_final(&self, scope: Scope, from: Instant) -> Option<(Instant, usize)> {
        self.finals.first(scope, from)
    }

    /// True where what is out of force at the account comes back from the one instant on and before the other, before a deletion
    /// takes it.
    pub(super) fn comes_back(&self, from: Instant, until: Instant) -> bool {
        let back = self.restored.first(Scope::ACCOUNT, from).filter(|(back, _)| *back < until);
        back.is_some_and(|(back, _)| self.first_final(Scope::ACCOUNT, from).is_none_or(|(gone, _)| back <= gone))
    }

    /// When access in the scope was last restored, up to the instant.
    pub(super) fn last_restored(&self, scope: Scope, until: Instant) -> Option<Instant> {
        self.restored.last(scope, until).map(|(time, _)| time)
    }
}

#[derive(Debug)]
struct Line {
    all: Vec<(Scope, Instant, usize)>,
    /// Which endings of the account do not reach some workspaces, and those.
    spared: Vec<(usize, Vec<Scope>)>,
}

impl Line {
    fn of_scope(&self, scope: Scope, after: usize) -> Option<(Instant, usize)> {
        self.all.get(after).filter(|end| end.0 == scope).map(|end| (end.1, end.2))
    }

    fn is_spared(&self, scope: Scope, end: usize) -> bool {
        self.spared.iter().any(|(sparing, scopes)| *sparing == end && scopes.contains(&scope))
    }

    fn last(&self, scope: Scope, until: Instant) -> Option<(Instant, usize)> {
        let in_scope = |of: Scope| {
            let before = self.all.partition_point(|end| (end.0, end.1) <= (of, until));
            let mut ends = (0..before).rev().map_while(|at| self.of_scope(of, at));
            ends.find(|(_, end)| !self.is_spared(scope, *end))
        };
        in_scope(scope).max(in_scope(Scope::ACCOUNT))
    }

    fn first(&self, scope: Scope, from: Instant) -> Option<(Instant, usize)> {
        let in_scope = |of: Scope| {
            let after = self.all.partition_point(|end| (end.0, end.1) < (of, from));
            let mut ends = (after..self.all.len()).map_while(|at| self.of_scope(of, at));
            ends.find(|(_, end)| !self.is_spared(scope, *end))
        };
        in_scope(scope).into_iter().chain(in_scope(Scope::ACCOUNT)).min()
    }
}
