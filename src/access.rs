//! State reconstruction: who held what, from when until when, and how that is known (table `access`).
//!
//! The unit is the [`Pair`]: one subject and one entitlement in one scope. Its [`History`] holds whatever bears on it, changes and
//! listings; [`reconstruct`] turns that into rows, each a stretch of time with one state. Rules:
//!
//! - State before the first record is unknown. A revoke of what was never seen granted shows that it was held before; so does a
//!   listing. Such rows begin with no instant (`from` is null), or when subject or group was made, and say what shows it: basis
//!   `unknown`, or `snapshot`.
//! - A grant of what is held, and a revoke of what is not, change nothing.
//! - A deactivated person keeps what was granted, out of force: the row ends, and one in state `suspended` follows until the
//!   return. So `from <= t < until` finds what was held at `t`, and `state = in_force` what could be used. Whom a listing shows as
//!   inactive before anything else is known was so before it.
//! - The deletion of subject or group ends the holding, and with it a suspension.
//! - A listing that contradicts the changes wins from its own instant on, unless a change so close to it that clocks and the
//!   length of an export explain the difference.
//!
//! What it does not do: judge. The verdict on a grant is correlation's; a difference between changes and listings is laid open by
//! [`roll_forward`] and judged by the tests.

pub mod columns;
mod from_cases;
mod nested;
mod replay;
mod roll_forward;
mod select;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::change::{EntitlementKind, SubjectKind};
use crate::correlate::Verdict;

pub use crate::correlate::noted::Listing;
pub use from_cases::{histories, nameless};
pub use nested::{Cycle, Expanded, expand};
pub use replay::reconstruct;
pub use roll_forward::{Residue, RollForward, Rolled, Sighted, Totals, roll_forward, rolled};
pub use select::Selection;
pub use table::frame;

/// A microsecond instant, UTC.
pub type Instant = i64;

/// One subject and one entitlement in one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair<'a> {
    /// Resolved name of the subject.
    pub subject: &'a str,
    /// What the subject is.
    pub subject_kind: SubjectKind,
    /// False = several principals claim the name, and the access may be of any of them.
    pub is_resolved: bool,
    /// Group, role, or `account`.
    pub entitlement: &'a str,
    /// What is granted.
    pub entitlement_kind: EntitlementKind,
    /// `account`, or a workspace.
    pub scope: &'a str,
}

/// Everything that bears on one pair, in any order.
#[derive(Debug, Clone)]
pub struct History<'a> {
    /// The pair.
    pub pair: Pair<'a>,
    /// What happened to it, and where it was seen.
    pub facts: Vec<Fact<'a>>,
    /// The listings that state who holds this entitlement, and that nobody else does; ordered by time and event. A listing
    /// without a fact [`What::Seen`] of the same event shows that the pair was not held.
    pub listings: &'a [Listing],
    /// True = the person was inactive before the first fact, as far as is known.
    pub begins_inactive: bool,
}

/// One thing that happened to a pair.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// When.
    pub time: Instant,
    /// Place among all changes, which settles the order within an instant.
    pub order: usize,
    /// Event that shows it; empty = none in particular.
    pub event_id: &'a str,
    /// What.
    pub what: What<'a>,
}

/// What happened to a pair.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// It was granted.
    Granted(Grant<'a>),
    /// It was revoked.
    Revoked {
        /// True = as the consequence of another act.
        is_implied: bool,
    },
    /// The person was deactivated.
    Suspended,
    /// The person was activated again.
    Restored,
    /// The subject was deleted.
    SubjectDeleted,
    /// The group that is the entitlement was deleted, or what the entitlement rests on was taken.
    GroupDeleted,
    /// The subject, or the group that is the entitlement, was made: nothing was held before.
    Made,
    /// A listing states whether it was held.
    Seen {
        /// Whether it was.
        held: bool,
    },
}

/// A grant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grant<'a> {
    /// True = as the consequence of another act, e.g. the workspace row of an account-level act.
    pub is_implied: bool,
    /// True = the first statement of a whole set holds it: it may have been there before.
    pub may_be_older: bool,
    /// How vouching judged it; `None` = it was not judged.
    pub vouching: Option<Judged<'a>>,
}

/// How vouching judged a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged<'a> {
    /// The item.
    pub item_id: &'a str,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: &'static str,
}

/// How the beginning or the end of a row is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Databricks logged it.
    Effect,
    /// It follows from something else that was logged: a deletion, a deactivation, an account-level act.
    Implied,
    /// A listing shows it, and no change does.
    Snapshot,
    /// Nothing at hand shows how it began.
    Unknown,
}

impl Basis {
    /// The word that the table shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Effect => "effect",
            Self::Implied => "implied",
            Self::Snapshot => "snapshot",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether held access could be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It could.
    InForce,
    /// It was kept for a person who was deactivated.
    Suspended,
}

impl State {
    /// The word that the table shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Suspended => "suspended",
        }
    }
}

/// The beginning or the end of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge<'a> {
    /// When; `None` = before the first record.
    pub time: Option<Instant>,
    /// The event that shows it; `None` = none at hand does.
    pub by: Option<&'a str>,
    /// How it is known.
    pub basis: Basis,
}

/// A row of table `access`: a stretch of time in which a pair was held, in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<'a> {
    /// The pair.
    pub pair: Pair<'a>,
    /// Number of the holding among those of the pair, from 1; a holding that was suspended has several rows. Of effective access
    /// it is that of the direct membership.
    pub holding: u32,
    /// Whether it could be used.
    pub state: State,
    /// Its beginning.
    pub opened: Edge<'a>,
    /// Its end; `None` = still so at the end of the evidence.
    pub closed: Option<Edge<'a>>,
    /// True = the holding was granted and gone inside the period.
    pub is_transient: bool,
    /// How vouching judged the grant; `None` = no grant is at hand, or it was not judged.
    pub vouching: Option<Judged<'a>>,
    /// Groups through which it is held, the subject's own first; empty = directly.
    pub via: Vec<&'a str>,
}

impl Held<'_> {
    /// The first instant, as far as it is known.
    const fn from(&self) -> Instant {
        match self.opened.time {
            Some(time) => time,
            None => Instant::MIN,
        }
    }

    /// The first instant after it.
    const fn until(&self) -> Instant {
        match self.closed {
            Some(Edge { time: Some(time), .. }) => time,
            _ => Instant::MAX,
        }
    }

    /// True when it was held at the instant.
    pub const fn holds_at(&self, instant: Instant) -> bool {
        self.from() <= instant && instant < self.until()
    }

    /// True when it was held at any time in the span, or began and ended within one instant of it.
    pub const fn reaches_into(&self, span: &Range<Instant>) -> bool {
        let is_moment = self.from() == self.until() && span.start <= self.from();
        self.from() < span.end && (span.start < self.until() || is_moment)
    }
}

/// Who held what at an instant.
pub fn held_at<'r, 'a>(rows: &'r [Held<'a>], instant: Instant) -> impl Iterator<Item = &'r Held<'a>> {
    rows.iter().filter(move |row| row.holds_at(instant))
}

/// True when access that began and ended so was granted and gone inside the period.
fn is_transient(opened: Edge<'_>, closed: Option<Edge<'_>>, period: &Range<Instant>) -> bool {
    let is_inside = |edge: Edge<'_>| edge.time.is_some_and(|time| period.contains(&time));
    matches!(opened.basis, Basis::Effect | Basis::Implied) && is_inside(opened) && closed.is_some_and(is_inside)
}

/// What a reconstruction is told of time.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The period, for which access is called transient.
    pub period: Range<Instant>,
    /// How far, in microseconds, a change may lie from a listing that does not agree with it and yet explain the difference.
    pub blur: i64,
    /// How long, in microseconds, after a deletion a removal belongs to it, and shows what was held until then.
    pub wake: i64,
}

/// All access that the histories show: direct rows by pair and time, then effective ones.
#[derive(Debug, Clone, Default)]
pub struct Access<'a> {
    /// The rows; direct ones have no `via`.
    pub rows: Vec<Held<'a>>,
    /// Groups that are members of each other.
    pub cycles: Vec<Cycle<'a>>,
}

/// Reconstructs every history, and what follows from groups that are members of groups.
pub fn of<'a>(histories: &[History<'a>], bounds: &Bounds) -> Access<'a> {
    let mut rows: Vec<Held<'a>> = histories.iter().flat_map(|history| reconstruct(history, bounds)).collect();
    // The sort is stable, and the rows of a pair are in the order of time.
    rows.sort_by(|a, b| a.pair.cmp(&b.pair));
    let Expanded { rows: effective, cycles } = expand(&rows, &bounds.period);
    rows.extend(effective);
    Access { rows, cycles }
}
