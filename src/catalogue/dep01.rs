//! DEP-01: leavers lose Databricks access in time.

use super::leavers::{Leaver, leavers};
use super::trc::of_decision;
use super::{Evidence, Item, Judged, Severity, Test, is_covered};
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
    shared_parameters: &["deprovision_sla"],
    own_parameters: &[],
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let sla = evidence.config.span(TEST.id, "deprovision_sla")?.micros();
    let items = leavers(evidence, sla).iter().map(|l| item(evidence, l, sla)).collect();
    Ok(Judged {
        items,
        notes: vec!["The way from personnel records to the identity provider was not tested.".to_owned()],
        coverage_is_complete: is_covered(evidence, crate::source::is_authority),
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
