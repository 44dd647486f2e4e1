//! Updates of people and groups in the period, each against what the other system has.

use super::compare::{of_groups, of_people};
use super::known::Known;
use super::listed::Side;
use super::{Key, TEST};
use crate::catalogue::{Cell, Evidence, Item, Judged, Severity};
use crate::change::Verb;
use crate::correlate::acts::Act;
use crate::correlate::{Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;

/// Judges every update; returns how many are of principals that only one system has.
pub(super) fn judge(evidence: &Evidence<'_>, known: &Known<'_>, judged: &mut Judged) -> Result<u64> {
    let mut alone = 0;
    for act in evidence.correlation.judged.acts.iter() {
        let is_update = matches!(act.verb, Verb::UserUpdate | Verb::GroupUpdate) && act.outcome == "success";
        if !is_update || !matches!(act.plane, "authority" | "effect") || !evidence.period.contains(act.time) {
            continue;
        }
        match known.key(&act) {
            None => judged.items.push(item(evidence, &act, None, None, (Verdict::Undetermined, "unresolved_subject"))),
            Some(key) => {
                let look_back = evidence.config.span_in(TEST.id, "look_back", act.scope)?.micros();
                match of_update(evidence, known, &act, &key, look_back) {
                    Some(item) => judged.items.push(item),
                    None => alone += 1,
                }
            }
        }
    }
    Ok(alone)
}

fn of_update(evidence: &Evidence<'_>, known: &Known<'_>, act: &Act<'_>, key: &Key, look_back: i64) -> Option<Item> {
    let is_effect = act.plane == "effect";
    let other = if is_effect { Side::Provider } else { Side::Databricks };
    let all = known.names(other, key, i64::MIN, i64::MAX);
    if all.is_empty() {
        return None;
    }
    let (from, to) = (act.time.saturating_sub(look_back), act.time.saturating_add(look_back));
    let name = act.subject_alias.or(act.subject).unwrap_or_default();
    let alike = |theirs: &str| {
        let (ours, theirs) = if is_effect { (theirs, name) } else { (name, theirs) };
        if key.0 { of_groups(evidence, ours, theirs) } else { of_people(evidence, ours, theirs) }
    };
    let near = known.names(other, key, from, to);
    let rule = near.iter().find_map(|theirs| alike(theirs));
    let stranger = act.subject_external_id.filter(|id| is_effect && known.is_anothers(id, key));
    let value = near.iter().copied().collect::<Vec<_>>().join(", ");
    let hole = evidence.hole(|log| is_of(log, other), act.time, to.min(evidence.cut_off() - 1));
    let said = match (stranger, rule) {
        (Some(_), _) => (Verdict::Exception, "bound_to_another"),
        (None, Some(_)) => (Verdict::Pass, "agrees"),
        (None, None) if hole.is_some() => (Verdict::Undetermined, "coverage_gap"),
        (None, None) if to >= evidence.cut_off() => (Verdict::Undetermined, "window_open"),
        (None, None) => (Verdict::Exception, "name_differs"),
    };
    let made = item(evidence, act, Some(key), Some((&value, rule)), said);
    let hole_id = hole.filter(|_| said.1 == "coverage_gap");
    let severity = if stranger.is_some() { Severity::Critical } else { TEST.severity };
    Some(Item { hole_id, severity, ..made })
}

fn is_of(log: &Log, side: Side) -> bool {
    match side {
        Side::Provider => crate::source::is_authority(&log.source),
        Side::Databricks => log.source == crate::source::DATABRICKS,
    }
}

fn item(
    evidence: &Evidence<'_>,
    act: &Act<'_>,
    key: Option<&Key>,
    other: Option<(&str, Option<&'static str>)>,
    (verdict, reason): (Verdict, &str),
) -> Item {
    let name = act.subject_alias.or(act.subject).map(str::to_owned);
    let theirs = other.map(|(value, _)| value.to_owned()).filter(|value| !value.is_empty());
    let (provider, databricks) = if act.plane == "effect" { (theirs, name.clone()) } else { (name.clone(), theirs) };
    let what = if act.verb == Verb::GroupUpdate { "group name" } else { "userName" };
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(act.scope.to_owned()),
        actor: act.actor.map(|actor| evidence.name(actor)),
        verb: act.verb.as_str(),
        subject: key.map(|key| key.1.clone()).or(name),
        object: Some(what.to_owned()),
        event_ids: vec![act.event_id.to_owned()],
        extra: vec![
            Cell::text(what),
            Cell::Text(provider),
            Cell::Text(databricks),
            Cell::Instant(Some(act.time)),
            Cell::Text(other.and_then(|(_, rule)| rule).map(str::to_owned)),
        ],
        ..Item::new(
            item_id(&[
                "update",
                act.event_id,
                act.verb.as_str(),
                act.subject.unwrap_or_default(),
                act.subject_id.unwrap_or_default(),
            ]),
            act.time,
        )
    }
}
