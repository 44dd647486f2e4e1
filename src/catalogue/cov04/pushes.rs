//! What an identity provider says that it pushed, beside what the service says that it was sent.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Side, Told};
use super::{Limits, items};
use crate::catalogue::{Evidence, Judged};
use crate::change::Verb;
use crate::config::Globs;
use crate::correlate::cases::Entitlement;
use crate::coverage::{HOUR, Log};
use crate::error::Result;

/// Logs of those who push.
const PUSHING: [&str; 5] = ["okta", "entra_provisioning", "pingone", "pingfederate", "generic"];
/// Logs of what was received.
const RECEIVING: [&str; 2] = ["scim", "scim_event"];
/// What all of them log when it succeeds.
const COMPARED: [Verb; 3] = [Verb::UserCreate, Verb::UserDeactivate, Verb::UserDelete];

/// Judges every pair of a pushing and a receiving log that overlap in the period.
pub(super) fn judge(evidence: &Evidence<'_>, limits: Limits, judged: &mut Judged) -> Result<()> {
    let (from, to) = (evidence.period.start, evidence.period.end - 1);
    let sides = sides(evidence);
    let mut pairs = Vec::new();
    for one in PUSHING {
        let both = RECEIVING.iter().filter_map(|other| Some((sides.get(one)?, sides.get(*other)?)));
        pairs.extend(both.filter(|(one, other)| one.overlaps(other, from, to)));
    }
    if pairs.is_empty() {
        return Ok(());
    }
    let found = pushes(evidence, limits.window)?;
    judged
        .exclusions
        .push(("pushes without success, and pushes again of what had been pushed".to_owned(), found.left_out));
    for (one, other) in pairs {
        let told = [one, other].map(|side| found.by_source.get(&side.name).cloned().unwrap_or_default());
        let mut both = [one.clone(), other.clone()];
        both.iter_mut().zip(&told).for_each(|(side, told)| side.note(told));
        judged.notes.push(format!("Compared: pushes in {} and {}.", one.name, other.name));
        let hole = |side: &Side, time: i64| {
            let log = |log: &Log| log.source == side.name;
            evidence.hole(log, time - limits.window, time + limits.window)
        };
        judged.items.extend(items(evidence, limits, [&both[0], &both[1]], told, hole));
    }
    Ok(())
}

// What a log reaches, by its records or by what it is declared to cover.
fn sides(evidence: &Evidence<'_>) -> BTreeMap<String, Side> {
    let mut sides: BTreeMap<String, Side> = BTreeMap::new();
    let is_meant = |log: &&Log| PUSHING.contains(&log.source.as_str()) || RECEIVING.contains(&log.source.as_str());
    for log in evidence.coverage.logs().filter(is_meant).filter(|log| !log.reach.is_empty()) {
        let (first, last) = (log.reach.start * HOUR, log.reach.end * HOUR - 1);
        let name = log.source.clone();
        let side = sides.entry(name.clone()).or_insert(Side { name, first, last, ..Side::default() });
        (side.first, side.last) = (side.first.min(first), side.last.max(last));
    }
    sides
}

struct Pushes {
    by_source: BTreeMap<String, Vec<Told>>,
    left_out: u64,
}

fn pushes(evidence: &Evidence<'_>, window: i64) -> Result<Pushes> {
    let all = evidence.correlation;
    let apps = apps(evidence)?;
    let mut found = Pushes { by_source: BTreeMap::new(), left_out: 0 };
    let mut taken = BTreeSet::new();
    let accounts = all.judged.cases.by_key.iter().filter(|(key, _)| key.entitlement == Entitlement::Account);
    for (key, case) in accounts.filter(|(key, _)| !key.is_group) {
        for push in case.pushes.iter().filter(|push| push.names_subject()) {
            let act = all.judged.acts.at(push.row);
            let is_around = (evidence.period.start - window..evidence.period.end + window).contains(&push.time);
            let is_meant = act.app.is_none_or(|app| apps.any(app)) && COMPARED.contains(&act.verb);
            if !is_around || !is_meant || !taken.insert((act.event_id, act.verb)) {
                continue;
            }
            if !push.succeeded || act.event_type.ends_with(".sync") {
                found.left_out += u64::from(evidence.period.contains(push.time));
                continue;
            }
            let subject = key.subject.label().to_owned();
            found.by_source.entry(act.source.to_owned()).or_default().push(Told {
                id: format!("{} {}", act.event_id, act.verb.as_str()),
                event_id: act.event_id.to_owned(),
                time: push.time,
                verb: act.verb,
                likeness: vec![act.verb.as_str().to_owned(), subject.clone()],
                is_masked: !key.subject.is_known(),
                subject: Some(subject),
                object: Some(crate::correlate::ACCOUNT.to_owned()),
                actor: act.actor.map(|actor| evidence.name(actor)),
                scope: act.scope.to_owned(),
                place: String::new(),
            });
        }
    }
    Ok(found)
}

// Names of the applications that stand for Databricks, as correlation takes them.
fn apps(evidence: &Evidence<'_>) -> Result<Globs> {
    let apps: Vec<String> = evidence.config.sources.iter().flat_map(|s| s.provider_apps.clone()).collect();
    Globs::new(&if apps.is_empty() { vec!["*databricks*".to_owned()] } else { apps })
}
