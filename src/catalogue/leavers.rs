//! Leavers: who was to lose access, when, and what became of it. Shared by the tests on departures.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use super::acts::{Act, acts_of};
use crate::change::{Direction, Verb};
use crate::correlate::Tracing;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::Case;
use crate::error::Result;

/// True for a decision that ends a person's whole access. An unassignment beside another assignment ends nothing.
pub(super) fn is_end_of_account(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let case = evidence.correlation.judged.cases.by_key.get(&t.key);
    let is_idle = |case: &Case| case.decisions.iter().any(|d| d.row == t.authority && d.rank.is_none());
    is_departure(evidence, t) && !case.is_some_and(is_idle)
}

fn is_departure(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let verb = evidence.correlation.judged.acts.verb(t.authority);
    t.key.entitlement == Entitlement::Account
        && !t.key.is_group
        && matches!(verb, Verb::UserDeactivate | Verb::UserDelete | Verb::AppUnassign)
}

/// True when a decision brought the person back after one instant and before another.
pub(super) fn has_returned(evidence: &Evidence<'_>, key: &Key, from: i64, to: i64) -> bool {
    let case = evidence.correlation.judged.cases.by_key.get(key);
    case.and_then(|case| returned_at(case, from)).is_some_and(|back| back < to)
}

/// The first decision after an instant that brought the person back. A reactivation lifts what was done to the person; once the last
/// assignment is gone, only an assignment gives access again.
pub(super) fn returned_at(case: &Case, after: i64) -> Option<i64> {
    use Verb::{UserActivate, UserCreate, UserDeactivate, UserDelete, UserSuspend};
    let mut is_unassigned = false;
    // An unassignment beside an assigned group is there twice: it authorises, and takes nothing.
    for of_one in case.decisions.chunk_by(|a, b| a.row == b.row) {
        let decision = of_one.first()?;
        let (is_grant, authorises) =
            (decision.direction == Direction::Grant, of_one.iter().all(|decision| decision.rank.is_some()));
        if authorises && !matches!(decision.verb, UserActivate | UserCreate | UserDeactivate | UserDelete | UserSuspend)
        {
            is_unassigned = !is_grant;
        }
        let gives = is_grant && decision.lapses > decision.time;
        if gives && decision.time > after && (authorises || !is_unassigned) {
            return Some(decision.time);
        }
    }
    None
}

/// What some principals did in Databricks, by the name that they resolve to.
#[derive(Debug, Default)]
pub(super) struct Did(BTreeMap<String, Vec<Act>>);

/// The acts of principals with these resolved names, also under identities that they had assumed.
pub(super) fn activity_of(evidence: &Evidence<'_>, names: &BTreeSet<&str>) -> Result<Did> {
    acts_of(evidence, names).map(Did)
}

impl Did {
    /// Every success on record, ordered by time.
    pub(super) fn of(&self, name: &str) -> impl DoubleEndedIterator<Item = &Act> {
        self.0.get(name).into_iter().flatten().filter(|act| act.succeeded)
    }

    /// What was done with success after one instant and no later than another.
    pub(super) fn between(&self, name: &str, after: i64, until: i64) -> impl Iterator<Item = &Act> {
        self.of(name).filter(move |act| after < act.time && act.time <= until)
    }

    /// What happened in the same time, and may have been done or not: the record does not say.
    pub(super) fn unsaid(&self, name: &str, after: i64, until: i64) -> impl Iterator<Item = &Act> {
        let all = self.0.get(name).into_iter().flatten();
        all.filter(move |act| !act.succeeded && after < act.time && act.time <= until)
    }
}
