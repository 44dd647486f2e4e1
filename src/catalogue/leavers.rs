//! Leavers: who was to lose access, when, and what became of it. Shared by the tests on departures.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use crate::change::{Direction, Verb};
use crate::correlate::Tracing;
use crate::correlate::activity::{Activity, activity, presence};
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::Reason;
use crate::error::Result;

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
    let all = evidence.correlation;
    let mut found: Vec<Leaver<'e>> = Vec::new();
    let mut last: BTreeMap<&Key, usize> = BTreeMap::new();
    for t in all.judged.tracing.iter().filter(|t| is_departure(evidence, t)) {
        let time = all.judged.acts.time(t.authority);
        let same = last.get(&t.key).copied().filter(|at| !has_returned(evidence, &t.key, found[*at].start, time));
        match same {
            Some(at) => found[at].decisions.push(t),
            None => {
                last.insert(&t.key, found.len());
                found.push(Leaver { key: &t.key, trigger: t, decisions: vec![t], start: time, end: None });
            }
        }
    }
    for leaver in &mut found {
        let ends = leaver.decisions.iter().filter_map(|t| t.effect.map(|row| all.judged.acts.time(row)));
        leaver.end = ends.min();
    }
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

// Access that was there when it was to end, and of whose end nothing is known.
const fn stands(reason: Reason) -> bool {
    matches!(reason, Reason::Missing | Reason::Failed | Reason::CoverageGap)
}

/// When a decision let the leaver in again: an account that is merely switched on again does not. `i64::MAX` = none did.
pub(super) fn returned(evidence: &Evidence<'_>, leaver: &Leaver<'_>) -> i64 {
    let case = evidence.correlation.judged.cases.by_key.get(leaver.key);
    let grants = case.into_iter().flat_map(|c| &c.decisions).filter(|d| d.direction == Direction::Grant);
    grants.map(|d| d.time).find(|t| *t > leaver.start).unwrap_or(i64::MAX)
}

/// True for a decision about a person's whole access.
fn is_departure(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let verb = evidence.correlation.judged.acts.verb(t.authority);
    t.key.entitlement == Entitlement::Account
        && !t.key.is_group
        && matches!(verb, Verb::UserDeactivate | Verb::UserDelete | Verb::AppUnassign)
}

/// True for a decision that ends a person's whole access. An unassignment beside an assigned group ends nothing.
pub(super) fn is_end_of_account(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let judged = &evidence.correlation.judged;
    let is_kept = || {
        let case = judged.cases.by_key.get(&t.key);
        t.reason == Reason::NotPushed && case.is_some_and(|c| c.is_pushed && c.is_known_to_databricks)
    };
    is_departure(evidence, t) && (judged.acts.verb(t.authority) != Verb::AppUnassign || !is_kept())
}

/// True when a decision brought the person back after one instant and before another.
pub(super) fn has_returned(evidence: &Evidence<'_>, key: &Key, from: i64, to: i64) -> bool {
    evidence.correlation.judged.cases.by_key.get(key).is_some_and(|case| {
        case.decisions.iter().any(|d| d.direction == Direction::Grant && d.time > from && d.time < to)
    })
}

/// What some principals did in Databricks, by the name that they resolve to.
#[derive(Debug, Default)]
pub(super) struct Did(BTreeMap<String, Vec<Activity>>);

/// The successful acts of principals with these resolved names. An actor is found under every spelling that folds to one of them.
pub(super) fn activity_of(evidence: &Evidence<'_>, names: BTreeSet<&str>) -> Result<Did> {
    if names.is_empty() {
        return Ok(Did::default());
    }
    let identities = &evidence.correlation.ground.identities;
    let actors = presence(evidence.lake)?.into_keys();
    let spellings: BTreeSet<String> = actors.filter(|a| names.contains(identities.canonical(a).as_str())).collect();
    let mut by_name: BTreeMap<String, Vec<Activity>> = BTreeMap::new();
    for act in activity(evidence.lake, &spellings)? {
        by_name.entry(identities.canonical(&act.actor)).or_default().push(act);
    }
    Ok(Did(by_name))
}

impl Did {
    /// Everything on record, ordered by time.
    pub(super) fn of(&self, name: &str) -> &[Activity] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// What happened after one instant and no later than another.
    pub(super) fn between(&self, name: &str, after: i64, until: i64) -> impl Iterator<Item = &Activity> {
        self.of(name).iter().filter(move |act| after < act.time && act.time <= until)
    }
}
