//! DEP-01: leavers lose Databricks access in time.

use super::leavers::{Leaver, leavers};
use super::trc::of_decision;
use super::words::shared;
use super::{About, Evidence, Item, Judged, Severity, Test, need};
use crate::change::Direction;
use crate::correlate::cases::Entitlement;
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Verdict};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "DEP-01",
    version: "1",
    severity: Severity::High,
    needs: &[need::H_IF, need::A, need::E],
    shared_parameters: &["deprovision_sla"],
    own_parameters: &[],
    words: &[
        shared::CARRIED_OUT,
        shared::LATE,
        shared::MISSING,
        shared::FAILED,
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        shared::NEVER_HAD_ACCESS,
        shared::NOT_PUSHED,
        shared::SUPERSEDED,
        shared::AUTOMATIC,
    ],
    columns: &[],
    about: About {
        title: "Leavers lose Databricks access in time",
        objective: "To find people who could still reach Databricks after the organisation had ended their access.",
        population: "Identities deactivated or deleted in the identity provider, or stripped of their last Databricks assignment, one item for each uninterrupted absence; leavers of before the period whose access still stood at its start included.",
        item_noun: "leavers",
        procedure: &[
            "The clock starts with the identity provider's deactivation, deletion or last unassignment, and runs in elapsed hours.",
            "An account made inactive or deleted, or removed from every workspace, within deprovision_sla passes.",
            "Later than that, or never by cut-off, is an exception; a limit still open at cut-off, or a hole in the log, leaves it undetermined.",
        ],
        false_positives: &[
            "A person who was moved to another identity is no leaver: name the alias under `[identity] aliases`.",
        ],
        limits: &[
            "This test does not show that personnel records reached the identity provider in time: the leg from the end of employment to deactivation was not tested.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(3), PS-4"],
        deviation: "{subject} left at {at}: {meaning}",
        undecided: "The departure of {subject} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let sla = evidence.config.span(TEST.id, "deprovision_sla")?.micros();
    let items = leavers(evidence, sla).iter().map(|l| item(evidence, l, sla)).collect();
    Ok(Judged {
        items,
        notes: vec!["The way from personnel records to the identity provider was not tested.".to_owned()],
        coverage_is_complete: evidence.is_covered(crate::source::is_authority),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, leaver: &Leaver<'_>, sla: i64) -> Item {
    let reason = leaver.reason(sla);
    let hours = |micros: i64| format!("{:.1} h", seconds(micros) / 3600.0);
    let detail = match leaver.end {
        Some(end) => format!("access ended {} after the first decision", hours(end - leaver.start)),
        None => "no end of access found".to_owned(),
    };
    let base = of_decision(evidence, leaver.trigger);
    let mut event_ids = base.event_ids.clone();
    for decision in &leaver.decisions {
        event_ids
            .extend(of_decision(evidence, decision).event_ids.into_iter().filter(|id| !base.event_ids.contains(id)));
    }
    event_ids.dedup();
    let (verdict, reason) = match reason {
        Reason::AlreadyInEffect => (Verdict::NotApplicable, "already_in_effect"),
        reason => (reason.verdict(), reason.as_str()),
    };
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: if is_admin(evidence, leaver) { Severity::Critical } else { TEST.severity },
        object: Some(ACCOUNT.to_owned()),
        event_ids,
        detail: Some(detail),
        ..base
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 microseconds")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

fn is_admin(evidence: &Evidence<'_>, leaver: &Leaver<'_>) -> bool {
    evidence.correlation.judged.cases.by_key.iter().any(|(key, case)| {
        key.subject == leaver.key.subject
            && matches!(key.entitlement, Entitlement::Admin(_))
            && case.effects.iter().rfind(|e| e.time <= leaver.start).is_some_and(|e| e.direction == Direction::Grant)
    })
}
