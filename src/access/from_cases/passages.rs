//! Accounts in Databricks that went from one person to another, with all that is held through them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Bounds, Fact, Grant, History, Instant, Pair, State, What, reconstruct};
use super::Material;
use crate::change::{EntitlementKind, SubjectKind};
use crate::correlate::Correlation;
use crate::identity::Passage;

/// The histories by pair.
type ByPair<'a> = BTreeMap<Pair<'a>, History<'a>>;

/// Ids in Databricks that the records of a subject tell, by entitlement and scope, and under no entitlement all of them.
type Told<'a> = BTreeMap<(&'a str, Option<(&'a str, &'a str)>), BTreeSet<&'a str>>;

/// Ends at each passage what the former owner held, and begins it for the next, suspended or in force as it was.
pub(super) fn pass_on<'a>(histories: &mut ByPair<'a>, material: &Material<'a>) {
    let correlation = material.correlation;
    let passages = correlation.ground.identities.passages();
    if passages.is_empty() {
        return;
    }
    let (names, told) = (names(correlation, &passages), told(correlation, &passages));
    let window = correlation.limits.window;
    let bounds = Bounds { period: 0..0, blur: window.skew, wake: window.look_back };
    for passage in &passages {
        let (Some(from), Some(to)) = (names.get(passage.from.as_str()), names.get(passage.to.as_str())) else {
            continue;
        };
        let event_id = passage.record.map_or("", |row| correlation.judged.acts.at(row).event_id);
        let fact = |what: What<'a>| Fact { time: passage.time, order: 0, event_id, what };
        let of_former = histories.range(first(from)..).take_while(|(pair, _)| pair.subject == *from);
        let is_passed = |pair: &Pair<'a>| pair.is_resolved && is_through(&told, pair, &passage.id);
        let passed = of_former.filter(|(pair, _)| is_passed(pair));
        let held = passed.filter_map(|(pair, history)| Some((*pair, state_before(history, passage.time, &bounds)?)));
        for (pair, state) in held.collect::<Vec<_>>() {
            let next = Pair { subject: to, ..pair };
            if let Some(former) = histories.get_mut(&pair) {
                former.facts.push(fact(What::Revoked { is_implied: true }));
            }
            let begun = histories.entry(next).or_insert_with(|| material.history(next, Vec::new()));
            begun.facts.extend((state == State::Suspended).then(|| fact(What::Suspended)));
            begun.facts.push(fact(What::Granted(Grant { is_implied: true, ..Grant::default() })));
        }
    }
}

/// The least pair of a subject.
const fn first(subject: &str) -> Pair<'_> {
    Pair {
        subject,
        subject_kind: SubjectKind::User,
        is_resolved: false,
        entitlement: "",
        entitlement_kind: EntitlementKind::Account,
        scope: "",
    }
}

/// The owners' names, as the keys have them.
fn names<'a>(correlation: &'a Correlation, passages: &[Passage]) -> BTreeMap<&'a str, &'a str> {
    let owners: BTreeSet<&str> = passages.iter().flat_map(|p| [p.from.as_str(), p.to.as_str()]).collect();
    let keys = correlation.judged.cases.by_key.iter().filter(|(key, _)| !key.is_group && key.subject.is_known());
    keys.map(|(key, _)| key.subject.label())
        .filter(|label| owners.contains(label))
        .map(|label| (label, label))
        .collect()
}

fn told<'a>(correlation: &'a Correlation, passages: &[Passage]) -> Told<'a> {
    let owners: BTreeSet<&str> = passages.iter().map(|p| p.from.as_str()).collect();
    let mut told = Told::new();
    let cases = correlation.judged.cases.by_key.iter().filter(|(key, _)| !key.is_group && key.subject.is_known());
    for (key, case) in cases.filter(|(key, _)| owners.contains(key.subject.label())) {
        let subject = key.subject.label();
        for effect in &case.effects {
            let Some(id) = correlation.judged.acts.at(effect.row).subject_id else { continue };
            let place = (key.entitlement.name(), correlation.ground.scopes.name(effect.scope));
            told.entry((subject, Some(place))).or_default().insert(id);
            told.entry((subject, None)).or_default().insert(id);
        }
    }
    told
}

/// True where no record says that it was held through another account.
fn is_through(told: &Told<'_>, pair: &Pair<'_>, account: &str) -> bool {
    let place = (pair.entitlement, pair.scope);
    let ids = told.get(&(pair.subject, Some(place))).or_else(|| told.get(&(pair.subject, None)));
    ids.into_iter().flatten().all(|id| *id == account)
}

/// Whether and how it was held right before the instant.
fn state_before(history: &History<'_>, time: Instant, bounds: &Bounds) -> Option<State> {
    let facts = history.facts.iter().filter(|fact| fact.time < time).copied().collect();
    let listings = &history.listings[..history.listings.partition_point(|listing| listing.time < time)];
    let rows = reconstruct(&History { facts, listings, ..*history }, bounds);
    rows.last().filter(|row| row.closed.is_none()).map(|row| row.state)
}
