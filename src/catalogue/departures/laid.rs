//! Decisions and personnel records, laid together to departures.

use std::collections::{BTreeMap, BTreeSet};

use super::through_groups::{Last, last_assignments};
use super::{Departure, Terms};
use crate::catalogue::evidence::Evidence;
use crate::catalogue::leavers::{has_returned, is_end_of_account};
use crate::change::Verb;
use crate::companion::{HrLeaver, LeaverKind};
use crate::correlate::Tracing;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::Scope;
use crate::identity::Sighting;

/// A decision that starts a departure, or belongs to one.
struct Trigger<'e> {
    time: i64,
    row: usize,
    key: &'e Key,
    /// How tracing judged it; `None` = it does not.
    traced: Option<&'e Tracing>,
    /// Another assignment may be left.
    is_doubtful: bool,
}

/// The departures that the identity provider decided.
pub(super) fn decided<'e>(evidence: &'e Evidence<'_>, terms: &Terms) -> Vec<Departure<'e>> {
    let judged = &evidence.correlation.judged;
    let mut triggers: Vec<Trigger<'e>> = Vec::new();
    for t in judged.tracing.iter().filter(|t| is_end_of_account(evidence, t)) {
        if terms.triggers.contains(&judged.acts.verb(t.authority)) {
            let (time, row) = (judged.acts.time(t.authority), t.authority);
            triggers.push(Trigger { time, row, key: &t.key, traced: Some(t), is_doubtful: false });
        }
    }
    if terms.triggers.contains(&Verb::AppUnassign) {
        let of = |Last { key, time, row, is_doubtful }| Trigger { time, row, key, traced: None, is_doubtful };
        triggers.extend(last_assignments(evidence).into_iter().map(of));
    }
    if terms.triggers.contains(&Verb::UserSuspend) {
        let accounts = judged.cases.by_key.iter().filter(|(k, _)| k.entitlement == Entitlement::Account && !k.is_group);
        for (key, case) in accounts {
            let suspensions = case.decisions.iter().filter(|d| d.verb == Verb::UserSuspend);
            triggers.extend(suspensions.map(|d| Trigger {
                time: d.time,
                row: d.row,
                key,
                traced: None,
                is_doubtful: false,
            }));
        }
    }
    triggers.sort_by_key(|t| (t.time, t.row, t.key));
    let mut all: Vec<Departure<'e>> = Vec::new();
    let mut last: BTreeMap<&Key, usize> = BTreeMap::new();
    for Trigger { time, row, key, traced, is_doubtful } in triggers {
        let same = last.get(key).copied().filter(|i| !has_returned(evidence, key, all[*i].start, time));
        let started = || Departure {
            trigger: Some(row),
            decided: Some(time),
            is_doubtful,
            ..Departure::new(evidence, key.clone(), time)
        };
        let at = same.unwrap_or(all.len());
        match all.get_mut(at) {
            // What is sure to be an end starts the clock, whatever may have been one before.
            Some(open) if open.is_doubtful && !is_doubtful => *open = started(),
            Some(_) => {}
            None => all.push(started()),
        }
        last.insert(key, at);
        all[at].traced.extend(traced);
    }
    all
}

/// Lays each personnel record onto the decided departure of the same absence, else makes one of its own. How many told of people who
/// moved, and how many of a departure that another record tells of already.
pub(super) fn lay_personnel<'e>(evidence: &'e Evidence<'_>, all: &mut Vec<Departure<'e>>) -> (u64, u64) {
    let (mut movers, mut repeated) = (0, 0);
    let mut by_key: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (at, departure) in all.iter().enumerate() {
        by_key.entry(departure.key.clone()).or_default().push(at);
    }
    let mut records: Vec<&HrLeaver> = evidence.companions.hr_leavers.iter().collect();
    records.sort_by_key(|r| (r.effective_at, &r.person, &r.path, r.line));
    for record in records {
        if record.kind == LeaverKind::Mover {
            movers += 1;
            continue;
        }
        let time = record.effective_at;
        let name = Some(record.person.as_str());
        let kind = crate::change::SubjectKind::User;
        let sighting = Sighting { name, ..Sighting::new(crate::source::DATABRICKS, kind, time) };
        let key = Key::account(evidence.correlation.ground.identities.person(sighting));
        let of_person = by_key.entry(key.clone()).or_default();
        let is_same = |at: &&usize| {
            let (from, to) = (all[**at].start.min(time), all[**at].start.max(time));
            !has_returned(evidence, &key, from, to)
        };
        match of_person.iter().filter(is_same).min_by_key(|at| all[**at].start.abs_diff(time)).copied() {
            Some(at) if all[at].personnel.is_some() => repeated += 1,
            Some(at) => {
                all[at].personnel = Some(record);
                all[at].is_doubtful = false;
                all[at].start = time;
            }
            None => {
                of_person.push(all.len());
                all.push(Departure { personnel: Some(record), ..Departure::new(evidence, key, time) });
            }
        }
    }
    (movers, repeated)
}

// Whoever signed in, or was put into a group, had access, even where no record tells of the account's making.
pub(super) fn find_elsewhere(evidence: &Evidence<'_>, all: &mut [Departure<'_>]) {
    let ground = &evidence.correlation.ground;
    let mut held: BTreeMap<&str, BTreeSet<Scope>> = BTreeMap::new();
    if all.iter().any(|departure| departure.case.is_none()) {
        for (key, case) in evidence.correlation.judged.cases.by_key.iter().filter(|(key, _)| !key.is_group) {
            held.entry(key.subject.label()).or_default().extend(case.effects.iter().map(|effect| effect.scope));
        }
    }
    for departure in all.iter_mut().filter(|departure| departure.case.is_none()) {
        let name = departure.key.subject.label();
        departure.elsewhere.extend(ground.seen_in(name).chain(held.get(name).into_iter().flatten().copied()));
    }
}
