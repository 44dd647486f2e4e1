//! Ends of the last assignment to Databricks that was a group's: they are decided of the group, or of the person in it, and end the person's
//! access all the same.

use std::collections::BTreeMap;

use crate::catalogue::evidence::Evidence;
use crate::change::{Direction, Verb};
use crate::config::Scope;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::{Case, Decision};
use crate::identity::Resolved;

/// The end of the last assignment on record.
pub(super) struct Last<'e> {
    pub(super) key: &'e Key,
    pub(super) time: i64,
    pub(super) row: usize,
    /// The person may have another one that no record tells of.
    pub(super) is_doubtful: bool,
}

/// Every end of a last assignment through a group. Where everybody is pushed, nobody is assigned through one.
pub(super) fn last_assignments<'e>(evidence: &'e Evidence<'_>) -> Vec<Last<'e>> {
    if evidence.config.connector.scope == Scope::All {
        return Vec::new();
    }
    let accounts = || all(evidence).filter(|(key, _)| !key.is_group && key.entitlement == Entitlement::Account);
    let mut joined: BTreeMap<&Resolved, Vec<(&str, &Case)>> = BTreeMap::new();
    for (key, _) in accounts().filter(|(_, case)| case.decisions.iter().any(is_end_through_group)) {
        joined.entry(&key.subject).or_default();
    }
    let memberships = if joined.is_empty() { None } else { Some(all(evidence)) };
    for (key, case) in memberships.into_iter().flatten() {
        if let (Entitlement::Member(group), Some(groups)) = (&key.entitlement, joined.get_mut(&key.subject)) {
            groups.push((group, case));
        }
    }
    let ends = accounts().flat_map(|(key, case)| case.decisions.iter().map(move |decision| (key, case, decision)));
    let ends = ends.filter(|(_, _, decision)| is_end_through_group(decision));
    let last = |(key, case, end): (&'e Key, &Case, &Decision)| {
        let groups = joined.get(&key.subject).map_or(&[][..], Vec::as_slice);
        Last { key, time: end.time, row: end.row, is_doubtful: !is_known_to_be_last(evidence, case, groups, end.time) }
    };
    ends.map(last).collect()
}

fn all<'e>(evidence: &'e Evidence<'_>) -> impl Iterator<Item = (&'e Key, &'e Case)> {
    evidence.correlation.judged.cases.by_key.iter()
}

// On the account of a person only what correlation made of a group's assignments bears such a verb.
const fn is_end_through_group(decision: &Decision) -> bool {
    let is_of_group = matches!(decision.verb, Verb::MemberRemove | Verb::PushRemove | Verb::GroupDelete);
    is_of_group && decision.rank.is_some()
}

// That there is no other leans on all memberships being on record, and on all assignments of the groups that the person is in.
fn is_known_to_be_last(evidence: &Evidence<'_>, account: &Case, groups: &[(&str, &Case)], at: i64) -> bool {
    let made = account.decisions.first().filter(|first| first.verb == Verb::UserCreate).map(|first| first.time);
    let is_made = |group: &str| {
        let subject = Resolved::Key(group.into());
        let key = Key { is_group: true, subject, entitlement: Entitlement::Account };
        let case = evidence.correlation.judged.cases.by_key.get(&key);
        case.is_some_and(|case| case.decisions.iter().any(|d| d.verb == Verb::GroupCreate && d.time <= at))
    };
    let are_made = groups.iter().filter(|(_, case)| is_in(case, at)).all(|(group, _)| is_made(group));
    let is_whole = |made| evidence.hole(|log| crate::source::is_authority(&log.source), made, at).is_none();
    are_made && made.is_some_and(is_whole)
}

fn is_in(membership: &Case, at: i64) -> bool {
    let own = |d: &&Decision| matches!(d.verb, Verb::MemberAdd | Verb::MemberRemove) && d.time <= at;
    membership.decisions.iter().rfind(own).is_some_and(|last| last.direction == Direction::Grant)
}
