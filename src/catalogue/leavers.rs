//! Leavers: who was to lose access, when, and what became of it. Shared by the tests on departures.

use std::collections::HashMap;

use super::Evidence;
use crate::change::{Direction, Verb};
use crate::correlate::Tracing;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::Reason;

/// One departure: an identity and the first decision that ended its access.
#[derive(Debug)]
pub(super) struct Leaver<'e> {
    /// The identity's account.
    pub(super) key: &'e Key,
    /// The decision that starts the clock.
    pub(super) trigger: &'e Tracing,
    /// All decisions of the departure.
    pub(super) decisions: Vec<&'e Tracing>,
    /// When it began, microseconds.
    pub(super) start: i64,
    /// When Databricks ended the access, microseconds.
    pub(super) end: Option<i64>,
}

/// The departures that the tests judge: begun in the period, or before it and not carried out when it began.
pub(super) fn leavers<'e>(evidence: &'e Evidence<'_>, sla: i64) -> Vec<Leaver<'e>> {
    let mut found = departures(evidence);
    found.retain(|l| {
        let began_in_reach = (evidence.period.start - sla..evidence.period.end).contains(&l.start);
        let still_stood = match l.end {
            Some(end) => end >= evidence.period.start,
            None => {
                let is_back = has_returned(evidence, l.key, l.start, evidence.period.start);
                began_in_reach || (stands(l.trigger.reason) && !is_back)
            }
        };
        l.start < evidence.period.end && (l.start >= evidence.period.start || still_stood)
    });
    found
}

/// Every departure at hand, in the order of time.
pub(super) fn departures<'e>(evidence: &'e Evidence<'_>) -> Vec<Leaver<'e>> {
    let all = evidence.correlation;
    let mut found: Vec<Leaver<'e>> = Vec::new();
    // The last departure of each: who left again without a return in between has not left twice.
    let mut latest: HashMap<&'e Key, usize> = HashMap::new();
    for t in all.judged.tracing.iter().filter(|t| is_departure(evidence, t)) {
        let time = all.judged.acts.time(t.authority);
        let same = latest.get(&t.key).copied().filter(|at| !has_returned(evidence, &t.key, found[*at].start, time));
        match same {
            Some(at) => found[at].decisions.push(t),
            None => {
                latest.insert(&t.key, found.len());
                found.push(Leaver { key: &t.key, trigger: t, decisions: vec![t], start: time, end: None });
            }
        }
    }
    for leaver in &mut found {
        let ends = leaver.decisions.iter().filter_map(|t| t.effect.map(|row| all.judged.acts.time(row)));
        leaver.end = ends.min();
    }
    found
}

/// When a decision brought the identity back after an instant; `None` = none did.
pub(super) fn returned(evidence: &Evidence<'_>, key: &Key, after: i64) -> Option<i64> {
    let case = evidence.correlation.judged.cases.by_key.get(key)?;
    let grants = case.decisions.iter().filter(|d| d.direction == Direction::Grant);
    grants.map(|d| d.time).find(|time| *time > after)
}

// Access that was there when it was to end, and of whose end nothing is known.
const fn stands(reason: Reason) -> bool {
    matches!(reason, Reason::Missing | Reason::Failed | Reason::CoverageGap)
}

fn is_departure(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let verb = evidence.correlation.judged.acts.verb(t.authority);
    t.key.entitlement == Entitlement::Account
        && !t.key.is_group
        && matches!(verb, Verb::UserDeactivate | Verb::UserDelete | Verb::AppUnassign)
}

fn has_returned(evidence: &Evidence<'_>, key: &Key, from: i64, to: i64) -> bool {
    evidence.correlation.judged.cases.by_key.get(key).is_some_and(|case| {
        case.decisions.iter().any(|d| d.direction == Direction::Grant && d.time > from && d.time < to)
    })
}

impl Leaver<'_> {
    /// What tracing found, over all decisions of the departure: the most telling reason.
    pub(super) fn reason(&self, sla: i64) -> Reason {
        match self.end {
            Some(end) if end - self.start <= sla => Reason::Matched,
            Some(_) => Reason::Late,
            None => self.trigger.reason,
        }
    }
}
