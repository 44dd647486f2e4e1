//! TRC-03: provisioning failures are noticed and resolved.

mod incidents;
mod quarantine;

use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Direction;
use crate::correlate::cases::{Key, Rules};
use crate::correlate::kernel::Case;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;
use crate::schema::{Column, Kind};
use incidents::{Failures, Incident, nameless};

/// The test.
pub(super) const TEST: Test = Test {
    id: "TRC-03",
    version: "7",
    severity: Severity::Medium,
    needs: &[need::A, need::T],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "resolve_sla", default: "48h", doc: "time in which a failed push must be resolved" },
        Parameter { name: "removal_sla", default: "24h", doc: "the same, where the push was to remove access" },
        Parameter { name: "quarantine", default: "24h", doc: "how long the connector may stand in quarantine" },
    ],
    words: &[
        pass("resolved", "a later success, or the effect itself, resolved the failure in time"),
        pass("cancelled", "an opposite decision left nothing to be done"),
        shared::LATE,
        exception("unresolved", "neither a success nor an effect followed by cut-off, and the limit has passed"),
        exception("quarantined", "the connector stood in quarantine for longer than tolerated"),
        undetermined("transport_silent", "the effect is there, but the push that should have made it is not on record"),
        undetermined("no_subject", "the failure names nobody, so that nothing can be said to have resolved it"),
        undetermined(
            "action_not_named",
            "the failure does not say what was to be done, so that nothing can be said to have resolved it",
        ),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional("first_error", Kind::Instant, "When the first attempt failed, or the quarantine began."),
        Column::optional(
            "last_error",
            Kind::Instant,
            "When the last attempt failed, or the quarantine was last recorded.",
        ),
        Column::optional("attempts_count", Kind::Whole, "Failed or skipped attempts; of a quarantine its records."),
        Column::optional(
            "error_code",
            Kind::Text,
            "The source's code for the last failure, else its words. null = it gives none.",
        ),
        Column::optional("resolved_by", Kind::Text, "push, effect, decision or restart. null = not resolved."),
        Column::optional("resolved_at", Kind::Instant, "When it was resolved. null = not resolved."),
    ],
    about: About {
        title: "Provisioning failures are noticed and resolved",
        objective: "To find pushes that failed and were left so.",
        population: "Failed and skipped pushes to Databricks, gathered into incidents by subject, object and action where less than a day lies between them; failures that name nobody, or not what was to be done, one incident an application (and person) and day; quarantines of the connector. Pushes that had nothing to send are none.",
        item_noun: "incidents",
        procedure: &[
            "A later success of the same action within resolve_sla passes; where the source logs no success, the effect in Databricks resolves the incident.",
            "An incident ended by an opposite decision passes.",
            "An unresolved or late incident is an exception; where the logs that would show its end have a hole in that time, it is undetermined.",
            "A quarantine ends when provisioning is started again, or with the first successful push after its last record; one that lasted longer than quarantine is an exception. Where provisioning was started again at the very instant at which it began, which came first is not on record: unless later records show that it stood for too long, it is undetermined.",
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
        deviation: "Pushing failed from {at} on, and {meaning}; concerned: {subject} {object}",
        undecided: "The failure to push that began at {at} ({subject} {object})",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let all = evidence.correlation;
    let span = |name| Ok::<_, crate::error::Error>(evidence.config.span(TEST.id, name)?.micros());
    let (resolve, removal, quarantine) = (span("resolve_sla")?, span("removal_sla")?, span("quarantine")?);
    let longest = resolve.max(removal).max(quarantine);
    let push_cut_off = evidence.push_cut_off_within(longest);
    let limits = Limits { resolve, removal, push_cut_off, cut_off: evidence.cut_off_within(longest) };
    let rules = Rules::new(evidence.config)?;
    let failures = Failures::read(evidence, &rules)?;
    let (mut items, mut others) = (Vec::new(), 0);
    for (key, incident) in failures.incidents(evidence) {
        match evidence.period.contains(all.judged.acts.time(incident.rows[0])) {
            true => items.push(item(evidence, &key, &incident, &limits, &failures)),
            false => others += 1,
        }
    }
    items.extend(nameless(&failures));
    items.extend(quarantine::items(evidence, &rules, (quarantine, push_cut_off))?);
    Ok(Judged {
        items,
        exclusions: vec![
            ("failed or skipped pushes to other applications".to_owned(), failures.elsewhere),
            ("incidents that began before the period, or after it".to_owned(), others),
        ],
        cut_off: Some(push_cut_off),
        coverage_is_complete: evidence.is_covered(crate::source::is_provider),
        ..Judged::default()
    })
}

/// Time in which an incident must be resolved, in microseconds.
struct Limits {
    resolve: i64,
    removal: i64,
    /// Where the evidence of pushes ends for the test, and that of effects.
    push_cut_off: i64,
    cut_off: i64,
}

/// What became of an incident.
struct Fate {
    verdict: Verdict,
    reason: &'static str,
    /// What resolved it, and the act's row.
    by: Option<(&'static str, usize)>,
    hole: Option<String>,
}

impl Fate {
    const fn new(verdict: Verdict, reason: &'static str) -> Self {
        Self { verdict, reason, by: None, hole: None }
    }
}

fn item(evidence: &Evidence<'_>, key: &Key, incident: &Incident, limits: &Limits, failures: &Failures) -> Item {
    let acts = &evidence.correlation.judged.acts;
    let (first, [subject, entitlement]) = (acts.at(incident.rows[0]), acts.own_words(incident.rows[0]));
    let is_removal = incident.direction == Direction::Revoke;
    let due = first.time + if is_removal { limits.removal } else { limits.resolve };
    let fate = judge(evidence, evidence.correlation.judged.cases.by_key.get(key), incident, (due, limits));
    let rows = incident.rows.iter().copied().chain(fate.by.map(|(_, row)| row));
    Item {
        verdict: fate.verdict,
        reason: fate.reason.to_owned(),
        severity: if is_removal { Severity::High } else { TEST.severity },
        scope: Some(ACCOUNT.to_owned()),
        actor: first.actor.map(|a| evidence.name(a)),
        subject: Some(key.subject.label().to_owned()),
        object: Some(super::vch01::object(key)),
        event_ids: rows.map(|row| acts.at(row).event_id.to_owned()).collect(),
        detail: Some(format!("{}, {} attempts", first.event_type, incident.rows.len())),
        hole_id: fate.hole,
        extra: vec![
            Cell::Instant(Some(first.time)),
            Cell::Instant(Some(incident.last(acts))),
            Cell::count(incident.rows.len()),
            Cell::Text(incident.rows.iter().rev().find_map(|row| failures.code(acts.at(*row).event_id))),
            Cell::Text(fate.by.map(|(what, _)| what.to_owned())),
            Cell::Instant(fate.by.map(|(_, row)| acts.time(row))),
        ],
        ..Item::new(item_id(&["incident", first.event_id, subject, entitlement]), first.time)
    }
}

fn judge(evidence: &Evidence<'_>, case: Option<&Case>, incident: &Incident, (due, limits): (i64, &Limits)) -> Fate {
    let acts = &evidence.correlation.judged.acts;
    let (first, last) = (acts.time(incident.rows[0]), incident.last(acts));
    let (action, source) = (acts.at(incident.rows[0]).event_type, acts.at(incident.rows[0]).source);
    // Where the source logs no success, only Databricks can tell.
    let is_silent = is_failure_only(action);
    let unseen = |until: i64| {
        let tells = |log: &Log| {
            log.source == source
                || crate::source::is_authority(&log.source)
                || is_silent && log.source == crate::source::DATABRICKS
        };
        (last < until).then(|| evidence.hole(tells, last, until)).flatten()
    };
    let resolved = |what: &'static str, row: usize| match (acts.time(row) <= due, unseen(due)) {
        (true, _) => Fate { by: Some((what, row)), ..Fate::new(Verdict::Pass, "resolved") },
        // That it came too late leans on there being nothing before.
        (false, None) => Fate { by: Some((what, row)), ..Fate::new(Verdict::Exception, "late") },
        (false, hole) => Fate { by: Some((what, row)), hole, ..Fate::new(Verdict::Undetermined, "coverage_gap") },
    };
    let pushes = case.map_or(&[][..], |c| &c.pushes);
    let effects = case.map_or(&[][..], |c| &c.effects);
    let decisions = case.map_or(&[][..], |c| &c.decisions);
    let success = pushes.iter().find(|p| p.succeeded && p.time > last && acts.at(p.row).event_type == action);
    let effect = effects.iter().find(|e| e.direction == incident.direction && e.time > first);
    let contrary = decisions.iter().find(|d| {
        let is_opposite = incident.direction != Direction::Update && d.direction != incident.direction;
        is_opposite && d.rank.is_some() && d.time > first
    });
    let cut_off = if is_silent { limits.push_cut_off.min(limits.cut_off) } else { limits.push_cut_off };
    match (success, effect, contrary) {
        (Some(push), ..) => resolved("push", push.row),
        (None, Some(effect), _) if is_silent => resolved("effect", effect.row),
        (None, Some(effect), _) => {
            Fate { by: Some(("effect", effect.row)), ..Fate::new(Verdict::Undetermined, "transport_silent") }
        }
        (None, None, Some(decision)) if decision.time <= due => {
            Fate { by: Some(("decision", decision.row)), ..Fate::new(Verdict::Pass, "cancelled") }
        }
        _ if due >= cut_off => Fate::new(Verdict::Undetermined, "window_open"),
        _ => match unseen(due) {
            None => Fate::new(Verdict::Exception, "unresolved"),
            hole => Fate { hole, ..Fate::new(Verdict::Undetermined, "coverage_gap") },
        },
    }
}

// Types that Okta emits only when they fail, so that no success of theirs can ever be seen (reference: idp a.5).
fn is_failure_only(event_type: &str) -> bool {
    event_type.starts_with("application.provision.group.")
        || event_type.starts_with("application.provision.group_membership.")
}
