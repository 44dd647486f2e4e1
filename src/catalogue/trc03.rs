//! TRC-03: provisioning failures are noticed and resolved.

use std::collections::BTreeMap;

use super::words::{exception, pass, shared, undetermined};
use super::{About, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Direction;
use crate::correlate::acts::{Act, Acts};
use crate::correlate::cases::Key;
use crate::correlate::kernel::Case;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "TRC-03",
    version: "1",
    severity: Severity::Medium,
    needs: &[need::A, need::T],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "resolve_sla", default: "48h", doc: "time in which a failed push must be resolved" },
        Parameter { name: "removal_sla", default: "24h", doc: "the same, where the push was to remove access" },
    ],
    words: &[
        pass("resolved", "a later success, or the effect itself, resolved the failure in time"),
        pass("cancelled", "an opposite decision left nothing to be done"),
        shared::LATE,
        exception("unresolved", "neither a success nor an effect followed by cut-off, and the limit has passed"),
        undetermined("transport_silent", "the effect is there, but the push that should have made it is not on record"),
        undetermined("no_subject", "the failure names nobody, so that nothing can be said to have resolved it"),
        shared::WINDOW_OPEN,
    ],
    columns: &[],
    about: About {
        title: "Provisioning failures are noticed and resolved",
        objective: "To find pushes that failed and were left so.",
        population: "Failed, quarantined or skipped pushes, gathered into incidents by subject, object and action where less than a day lies between them.",
        item_noun: "incidents",
        procedure: &[
            "A later success of the same action within resolve_sla passes; where the source logs no success, the effect in Databricks resolves the incident.",
            "An incident ended by an opposite decision passes.",
            "An unresolved or late incident is an exception.",
            "An effect with no push on record, where the source does log successes, is undetermined.",
        ],
        false_positives: &[
            "A failure that was repaired outside the connector shows no success; the effect resolves it only where the source logs none.",
        ],
        limits: &["This test does not show that somebody looked at the failure; only that it was resolved."],
        references: &[
            "Okta System Log event types, of which some are logged only on failure",
            "NIST SP 800-53 r5 AU-5",
        ],
        deviation: "The failed push of {at} to {to_deed}: {meaning}",
        undecided: "The failed push of {at} for {subject} ({object})",
    },
    evaluate,
};

const INCIDENT_GAP: i64 = 24 * 3_600_000_000;

struct Incident {
    rows: Vec<usize>,
    direction: Direction,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let all = evidence.correlation;
    let resolve = evidence.config.span(TEST.id, "resolve_sla")?.micros();
    let removal = evidence.config.span(TEST.id, "removal_sla")?.micros();
    let mut items = Vec::new();
    for (key, case) in all.judged.cases.by_key.iter() {
        for incident in incidents(case, &all.judged.acts) {
            if evidence.period.contains(all.judged.acts.time(incident.rows[0])) {
                let sla = if incident.direction == Direction::Revoke { removal } else { resolve };
                items.push(item(evidence, key, case, &incident, sla));
            }
        }
    }
    items.extend(nameless(evidence));
    Ok(Judged { items, coverage_is_complete: evidence.is_covered(crate::source::is_provider), ..Judged::default() })
}

fn incidents(case: &Case, acts: &Acts) -> Vec<Incident> {
    let mut all: Vec<Incident> = Vec::new();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for push in case.pushes.iter().filter(|p| p.names_subject && !p.succeeded) {
        let action = acts.at(push.row).event_type;
        match last.get(action).copied() {
            Some(i) if push.time - latest(&all[i], acts) < INCIDENT_GAP => all[i].rows.push(push.row),
            _ => {
                last.insert(action, all.len());
                all.push(Incident { rows: vec![push.row], direction: push.direction });
            }
        }
    }
    all
}

fn latest(incident: &Incident, acts: &Acts) -> i64 {
    incident.rows.last().map_or(i64::MIN, |row| acts.time(*row))
}

// A failure that names nobody is one incident an application and day (reference: compliance 2.0a).
fn nameless(evidence: &Evidence<'_>) -> Vec<Item> {
    let all = evidence.correlation;
    let mut days: BTreeMap<(String, i64), Vec<Act<'_>>> = BTreeMap::new();
    for act in all.judged.acts.iter().filter(|a| a.plane == "transport" && a.outcome == "failure") {
        if act.subject.is_none() && act.subject_id.is_none() && evidence.period.contains(act.time) {
            let app = act.app.unwrap_or("(application not named)").to_owned();
            days.entry((app, act.time.div_euclid(INCIDENT_GAP))).or_default().push(act);
        }
    }
    days.into_iter()
        .map(|((app, day), acts)| Item {
            verdict: Verdict::Undetermined,
            reason: "no_subject".to_owned(),
            severity: TEST.severity,
            scope: Some(ACCOUNT.to_owned()),
            object: Some(app.clone()),
            event_ids: acts.iter().map(|a| a.event_id.to_owned()).collect(),
            detail: Some(format!("{} failures that name nobody", acts.len())),
            ..Item::new(item_id(&["incident", &app, &day.to_string()]), acts[0].time)
        })
        .collect()
}

fn item(evidence: &Evidence<'_>, key: &Key, case: &Case, incident: &Incident, sla: i64) -> Item {
    let acts = &evidence.correlation.judged.acts;
    let first = acts.at(incident.rows[0]);
    let (verdict, reason, resolved_by) = judge(evidence, case, incident, sla);
    let is_removal = incident.direction == Direction::Revoke;
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: if is_removal { Severity::High } else { TEST.severity },
        scope: Some(ACCOUNT.to_owned()),
        actor: first.actor.map(str::to_owned),
        subject: Some(key.subject.label().to_owned()),
        object: Some(super::vch01::object(key)),
        event_ids: incident
            .rows
            .iter()
            .copied()
            .chain(resolved_by)
            .map(|row| acts.at(row).event_id.to_owned())
            .collect(),
        detail: Some(format!("{}, {} attempts", first.event_type, incident.rows.len())),
        ..Item::new(item_id(&["incident", first.event_id, key.subject.label(), key.entitlement.name()]), first.time)
    }
}

fn judge(
    evidence: &Evidence<'_>,
    case: &Case,
    incident: &Incident,
    sla: i64,
) -> (Verdict, &'static str, Option<usize>) {
    let acts = &evidence.correlation.judged.acts;
    let (first, last) = (acts.time(incident.rows[0]), latest(incident, acts));
    let due = first + sla;
    let in_time = |time: i64| if time <= due { (Verdict::Pass, "resolved") } else { (Verdict::Exception, "late") };
    let action = acts.at(incident.rows[0]).event_type;
    let success = case.pushes.iter().find(|p| p.succeeded && p.time > last && acts.at(p.row).event_type == action);
    let effect = case.effects.iter().find(|e| e.direction == incident.direction && e.time > first);
    let contrary = case.decisions.iter().find(|d| {
        incident.direction != Direction::Update
            && d.direction != incident.direction
            && d.rank.is_some()
            && d.time > first
    });
    if let Some(push) = success {
        let (verdict, reason) = in_time(push.time);
        return (verdict, reason, Some(push.row));
    }
    if let Some(effect) = effect {
        if is_failure_only(action) {
            let (verdict, reason) = in_time(effect.time);
            return (verdict, reason, Some(effect.row));
        }
        return (Verdict::Undetermined, "transport_silent", Some(effect.row));
    }
    match contrary {
        Some(decision) if decision.time <= due => (Verdict::Pass, "cancelled", Some(decision.row)),
        _ if due > evidence.correlation.limits.push_cut_off => (Verdict::Undetermined, "window_open", None),
        _ => (Verdict::Exception, "unresolved", None),
    }
}

// Types that Okta emits only when they fail, so that no success of theirs can ever be seen (reference: idp a.5).
fn is_failure_only(event_type: &str) -> bool {
    event_type.starts_with("application.provision.group.")
        || event_type.starts_with("application.provision.group_membership.")
}
