//! What the records before an instant say of the access, in whatever scope.

use std::collections::HashMap;

use super::index::{Index, side};
use super::{EndingKind, Instant, Scope};

/// Whether access was there, as far as the records say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// No record tells; before the first one, access is neither held nor free.
    Unknown,
    /// It was.
    Yes,
    /// It was not.
    No,
    /// It was, but out of force: the person was deactivated.
    Suspended,
}

/// The access over time: from each instant on, held or not, and whether it stood, in force or not.
#[derive(Debug)]
pub(super) struct History(Vec<(Instant, (Held, bool))>);

enum Event<'c> {
    Mark(Scope, u32, bool),
    /// And where it does not reach.
    End(EndingKind, &'c [Scope]),
}

impl History {
    pub(super) fn of(index: &Index<'_>) -> Self {
        let case = index.case;
        let mut events: Vec<(Instant, u8, Event<'_>)> = Vec::with_capacity(case.effects.len());
        events.extend(case.observations.iter().map(|o| (o.time, 0, Event::Mark(o.scope, o.account, o.held))));
        events
            .extend(case.effects.iter().map(|e| (e.time, 1, Event::Mark(e.scope, e.account, side(e.direction) == 0))));
        let at_account = case.endings.iter().filter(|e| e.scope == Scope::ACCOUNT);
        events.extend(at_account.map(|e| (e.time, 2, Event::End(e.kind, &e.spares))));
        events.sort_by_key(|(time, order, _)| (*time, *order));
        let mut access = Access::default();
        Self(events.into_iter().map(|(time, _, event)| (time, access.after(&event))).collect())
    }

    /// What is known right before the instant.
    pub(super) fn before(&self, time: Instant) -> Held {
        self.last(time).map_or(Held::Unknown, |(_, (held, _))| held)
    }

    /// True when it was known to stand right before the instant, in force or not.
    pub(super) fn stood(&self, time: Instant) -> bool {
        self.last(time).is_some_and(|(_, (_, stood))| stood)
    }

    /// The first record from the one instant on, and before the other, that shows it in force.
    pub(super) fn first_held(&self, from: Instant, until: Instant) -> Option<Instant> {
        let since = &self.0[self.0.partition_point(|(at, _)| *at < from)..];
        since.iter().take_while(|(at, _)| *at < until).find(|(_, (held, _))| *held == Held::Yes).map(|(at, _)| *at)
    }

    /// When the last record before the instant said so.
    pub(super) fn since(&self, time: Instant) -> Option<Instant> {
        self.last(time).map(|(at, _)| at)
    }

    fn last(&self, before: Instant) -> Option<(Instant, (Held, bool))> {
        self.0[..self.0.partition_point(|(at, _)| *at < before)].last().copied()
    }
}

/// In which scopes it stands, for each account of the subject. What ends at the account ends everywhere.
#[derive(Default)]
struct Access {
    is_known: bool,
    is_suspended: bool,
    accounts: HashMap<u32, Account>,
}

#[derive(Default)]
struct Account {
    scopes: HashMap<Scope, (bool, usize)>,
    held_count: usize,
    end_count: usize,
}

impl Access {
    fn after(&mut self, event: &Event<'_>) -> (Held, bool) {
        match *event {
            Event::Mark(scope, account, held) => {
                self.accounts.entry(account).or_default().mark(scope, held);
                self.is_known = true;
            }
            Event::End(EndingKind::Final, spares) => {
                self.accounts.values_mut().for_each(|account| account.end(spares));
                self.is_known = true;
                self.is_suspended = false;
            }
            Event::End(EndingKind::Suspended, _) => self.is_suspended = true,
            Event::End(EndingKind::Restored, _) => self.is_suspended = false,
        }
        let stands = self.accounts.values().any(|account| account.held_count > 0);
        let held = match (self.is_suspended, self.is_known, stands) {
            // What is known not to stand is not back with the person's return.
            (_, true, false) => Held::No,
            (true, ..) => Held::Suspended,
            (_, false, _) => Held::Unknown,
            (.., true) => Held::Yes,
        };
        (held, stands)
    }
}

impl Account {
    fn mark(&mut self, scope: Scope, held: bool) {
        if scope == Scope::ACCOUNT && !held {
            return self.end(&[]);
        }
        let was_held = self.holds(scope);
        self.scopes.insert(scope, (held, self.end_count));
        self.held_count = self.held_count + usize::from(held) - usize::from(was_held);
    }

    fn holds(&self, scope: Scope) -> bool {
        self.scopes.get(&scope).is_some_and(|(held, end_count)| *held && *end_count == self.end_count)
    }

    fn end(&mut self, spares: &[Scope]) {
        let kept: Vec<Scope> = spares.iter().copied().filter(|scope| self.holds(*scope)).collect();
        self.held_count = kept.len();
        self.end_count += 1;
        self.scopes.extend(kept.into_iter().map(|scope| (scope, (true, self.end_count))));
    }
}
