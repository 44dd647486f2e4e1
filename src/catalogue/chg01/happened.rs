//! What happened to groups: deletions, removals of most members, and what undid them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, is_production, is_sandbox};
use crate::access::Held;
use crate::catalogue::deeds::{Deed, deeds};
use crate::change::{Direction, EntitlementKind, SubjectKind, Verb};
use crate::correlate::Vouching;
use crate::correlate::cases::Entitlement;
use crate::correlate::door::ActorClass;
use crate::correlate::kernel::Reason;
use crate::error::Result;

/// Removals within so long of the first are one, in microseconds.
const TOGETHER: i64 = 3_600_000_000;

/// Whoever leaves alone leaves no group empty on purpose.
const FEWEST: usize = 2;

/// Whether what was done is known to be what the test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// It is.
    Known,
    /// It may be: nothing tells who was in the group before the first record.
    Unknown,
}

/// A group was deleted, or lost most of its members.
#[derive(Debug)]
pub(super) struct Loss {
    pub(super) time: i64,
    pub(super) scope: String,
    pub(super) group: String,
    pub(super) verb: Verb,
    pub(super) actor: Option<String>,
    pub(super) class: ActorClass,
    pub(super) channel: Option<String>,
    /// Its events, in order; one at least.
    pub(super) event_ids: Vec<String>,
    /// Members right before, as far as the logs tell; `None` = they tell nothing.
    pub(super) members: Option<usize>,
    /// Members removed; 0 = the group was deleted.
    pub(super) removed: usize,
    pub(super) opening: Opening,
    /// Whether the logs tell who was in the group.
    pub(super) is_opening_known: bool,
}

/// A group in a place.
type Place = (String, String);

/// Everything of the kind, wherever and whenever.
pub(super) struct Happened {
    /// Ordered by time.
    pub(super) losses: Vec<Loss>,
    /// Groups and when each was first seen in a sandbox.
    pub(super) seen_in_sandbox: BTreeMap<String, i64>,
    /// When groups were made.
    made: BTreeMap<Place, Vec<i64>>,
    /// When members were put in, in sandboxes.
    joined: BTreeMap<Place, Vec<i64>>,
    /// Privileges given to groups and taken from them, in order.
    grants: BTreeMap<String, Vec<Deed>>,
    twins: u64,
    redundant: u64,
    failed: u64,
}

impl Happened {
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let mut all = Self {
            losses: Vec::new(),
            seen_in_sandbox: BTreeMap::new(),
            made: BTreeMap::new(),
            joined: BTreeMap::new(),
            grants: BTreeMap::new(),
            twins: 0,
            redundant: 0,
            failed: 0,
        };
        let judged = &evidence.correlation.judged;
        let mut removals: BTreeMap<Place, Vec<&Vouching>> = BTreeMap::new();
        let mut deletions: Vec<(Place, &Vouching)> = Vec::new();
        for v in &judged.vouching {
            let act = judged.acts.at(v.effect);
            let group = match &v.key.entitlement {
                Entitlement::Member(group) => &**group,
                _ if v.key.is_group => v.key.subject.label(),
                _ => continue,
            };
            let place = || (group.to_owned(), act.scope.to_owned());
            let is_in_sandbox = is_sandbox(evidence, act.scope);
            if is_in_sandbox && !all.seen_in_sandbox.contains_key(group) {
                all.seen_in_sandbox.insert(group.to_owned(), act.time);
            }
            match act.verb {
                Verb::GroupCreate => all.made.entry(place()).or_default().push(act.time),
                Verb::MemberAdd if is_in_sandbox => all.joined.entry(place()).or_default().push(act.time),
                Verb::GroupDelete if all.counts(evidence, v) => deletions.push((place(), v)),
                Verb::MemberRemove if !matches!(v.reason, Reason::Implied | Reason::Redundant) => {
                    removals.entry(place()).or_default().push(v);
                }
                _ => {}
            }
        }
        all.failed = failed(evidence);
        let members = Members::of(evidence, &all.made);
        all.losses.extend(deletions.into_iter().map(|(place, v)| deletion(evidence, &members, place, v)));
        for (place, removals) in &removals {
            all.losses.extend(bulk(evidence, &members, place, removals));
        }
        all.losses.sort_by(|a, b| (a.time, &a.scope, &a.group).cmp(&(b.time, &b.scope, &b.group)));
        for deed in deeds(evidence, &[Verb::PrivGrant, Verb::PrivRevoke, Verb::AclChange])? {
            let is_of_group = deed.subject_kind == SubjectKind::Group && deed.succeeded();
            if let Some(group) = deed.subject.clone().filter(|_| is_of_group) {
                all.grants.entry(group).or_default().push(deed);
            }
        }
        Ok(all)
    }

    // Whether a deletion is one of its own.
    fn counts(&mut self, evidence: &Evidence<'_>, v: &Vouching) -> bool {
        let is_of_period = evidence.period.contains(evidence.correlation.judged.acts.time(v.effect));
        self.twins += u64::from(v.is_twin && is_of_period);
        self.redundant += u64::from(v.reason == Reason::Redundant && is_of_period);
        !v.is_twin && v.reason != Reason::Redundant
    }

    /// When a loss was undone where it happened: the group was made again, or its members put back in; `None` = it was not.
    pub(super) fn undone(&self, loss: &Loss) -> Option<i64> {
        let place = (loss.group.clone(), loss.scope.clone());
        let again = if loss.verb == Verb::GroupDelete { self.made.get(&place) } else { self.joined.get(&place) };
        let again = again.into_iter().flatten().copied().filter(|time| *time > loss.time);
        let needed = if loss.verb == Verb::GroupDelete { 1 } else { loss.removed.div_ceil(2) };
        let mut times: Vec<i64> = again.collect();
        times.sort_unstable();
        times.get(needed - 1).copied()
    }

    /// When a group of that name was made again in the same place.
    pub(super) fn made_again(&self, loss: &Loss) -> Option<i64> {
        let made = self.made.get(&(loss.group.clone(), loss.scope.clone()))?;
        made.iter().copied().filter(|time| *time > loss.time).min()
    }

    /// How many privileges a group held right before an instant, as far as the logs tell. A group of the account holds them anywhere.
    pub(super) fn grants_held(&self, group: &str, scope: &str, at: i64) -> usize {
        let mut held: BTreeSet<(&str, &str)> = BTreeSet::new();
        for deed in self.grants.get(group).into_iter().flatten().filter(|d| d.time < at) {
            if scope != crate::correlate::ACCOUNT && deed.scope != scope && deed.scope != crate::correlate::ACCOUNT {
                continue;
            }
            let securable = deed.securable.as_deref().unwrap_or_default();
            let privilege = deed.privilege.as_deref();
            match (deed.direction, privilege) {
                (Direction::Revoke, None) => held.retain(|(on, _)| *on != securable),
                (Direction::Revoke, Some(privilege)) => {
                    held.remove(&(securable, privilege));
                }
                (_, privilege) => {
                    held.insert((securable, privilege.unwrap_or_default()));
                }
            }
        }
        held.len()
    }

    /// What is no item, by rule.
    pub(super) fn exclusions(&self, evidence: &Evidence<'_>) -> Vec<(String, u64)> {
        let in_period = |l: &&Loss| evidence.period.contains(l.time) && !is_production(evidence, &l.scope);
        let (sandbox, other): (Vec<&Loss>, Vec<&Loss>) =
            self.losses.iter().filter(in_period).partition(|l| is_sandbox(evidence, &l.scope));
        vec![
            ("the same in sandboxes".to_owned(), sandbox.len() as u64),
            ("the same in workspaces that are declared neither production nor sandbox".to_owned(), other.len() as u64),
            ("workspace rows of deletions at the account, which are judged once".to_owned(), self.twins),
            ("deletions of groups that were gone already".to_owned(), self.redundant),
            ("refused or failed attempts at deleting a group: nothing changed".to_owned(), self.failed),
        ]
    }
}

fn failed(evidence: &Evidence<'_>) -> u64 {
    let acts = evidence.correlation.judged.acts.iter();
    let is_attempt = |a: &crate::correlate::acts::Act<'_>| {
        a.plane == "effect" && a.verb == Verb::GroupDelete && a.outcome != "success" && evidence.period.contains(a.time)
    };
    acts.filter(is_attempt).count() as u64
}

/// Who was in which group.
struct Members<'e> {
    rows: BTreeMap<(&'e str, &'e str), Vec<&'e Held<'e>>>,
    /// From when on it is known who is in: the group was made, or listed with all its members.
    known_from: BTreeMap<Place, i64>,
}

impl<'e> Members<'e> {
    fn of(evidence: &'e Evidence<'_>, made: &BTreeMap<Place, Vec<i64>>) -> Self {
        let mut rows: BTreeMap<(&str, &str), Vec<&Held<'_>>> = BTreeMap::new();
        let is_direct =
            |row: &&Held<'_>| row.pair.entitlement_kind == EntitlementKind::Membership && row.via.is_empty();
        for row in evidence.access().rows.iter().filter(is_direct) {
            rows.entry((row.pair.entitlement, row.pair.scope)).or_default().push(row);
        }
        let mut known_from: BTreeMap<Place, i64> = BTreeMap::new();
        let mut learn = |place: Place, time: i64| {
            let known = known_from.entry(place).or_insert(time);
            *known = (*known).min(time);
        };
        for (place, times) in made {
            times.iter().for_each(|time| learn(place.clone(), *time));
        }
        let of_members = |h: &&crate::access::History<'_>| h.pair.entitlement_kind == EntitlementKind::Membership;
        for history in evidence.histories().iter().filter(of_members) {
            if let Some(first) = history.listings.first() {
                learn((history.pair.entitlement.to_owned(), history.pair.scope.to_owned()), first.time);
            }
        }
        Self { rows, known_from }
    }

    /// How many were in right before an instant, as far as the logs tell.
    fn count(&self, (group, scope): &Place, at: i64) -> usize {
        let rows = self.rows.get(&(group.as_str(), scope.as_str())).into_iter().flatten();
        rows.filter(|row| row.holds_at(at - 1)).map(|row| row.pair.subject).collect::<BTreeSet<_>>().len()
    }

    fn is_known(&self, place: &Place, at: i64) -> bool {
        self.known_from.get(place).is_some_and(|from| *from < at)
    }
}

fn deletion(evidence: &Evidence<'_>, members: &Members<'_>, place: Place, v: &Vouching) -> Loss {
    let time = evidence.correlation.judged.acts.time(v.effect);
    let count = members.count(&place, time);
    let is_opening_known = members.is_known(&place, time);
    Loss { members: Some(count), is_opening_known, ..loss(evidence, place, &[v]) }
}

fn loss(evidence: &Evidence<'_>, (group, scope): Place, changes: &[&Vouching]) -> Loss {
    let acts = &evidence.correlation.judged.acts;
    let first = acts.at(changes[0].effect);
    Loss {
        time: first.time,
        scope,
        group,
        verb: first.verb,
        actor: first.actor.map(|a| evidence.name(a)),
        class: changes[0].class,
        channel: first.channel.map(str::to_owned),
        event_ids: {
            let mut seen = BTreeSet::new();
            let ids = changes.iter().map(|v| acts.at(v.effect).event_id.to_owned());
            ids.filter(|id| seen.insert(id.clone())).collect()
        },
        members: None,
        removed: 0,
        opening: Opening::Known,
        is_opening_known: true,
    }
}

// Removals from one group, ordered by time: from each that is in no earlier bulk, those within the hour.
fn bulk(evidence: &Evidence<'_>, members: &Members<'_>, place: &Place, removals: &[&Vouching]) -> Vec<Loss> {
    let time = |v: &Vouching| evidence.correlation.judged.acts.time(v.effect);
    let mut found = Vec::new();
    let mut at = 0;
    while at < removals.len() {
        let first = time(removals[at]);
        let end = at + removals[at..].partition_point(|v| time(v) <= first + TOGETHER);
        let gone: BTreeSet<&str> = removals[at..end].iter().map(|v| v.key.subject.label()).collect();
        let held = members.count(place, first).max(gone.len());
        // Four in five.
        if gone.len() < FEWEST || gone.len() * 5 < held * 4 {
            at += 1;
            continue;
        }
        let is_opening_known = members.is_known(place, first);
        let opening = if is_opening_known { Opening::Known } else { Opening::Unknown };
        let base = loss(evidence, place.clone(), &removals[at..end]);
        found.push(Loss { members: Some(held), removed: gone.len(), opening, is_opening_known, ..base });
        at = end;
    }
    found
}
