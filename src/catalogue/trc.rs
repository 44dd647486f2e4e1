//! TRC-01 and TRC-02: decisions are carried out in time.

use super::{Evidence, Item, Judged, Severity, Test, in_production, is_covered};
use crate::change::Verb;
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Tracing};
use crate::error::Result;

/// Joiners: authorised access arrives in time.
pub(super) const TRC_01: Test = Test {
    id: "TRC-01",
    version: "1",
    severity: Severity::Low,
    shared_parameters: &["skew", "provision_sla"],
    own_parameters: &[],
    evaluate: |evidence| {
        evaluate(evidence, &TRC_01, |v| matches!(v, Verb::AppAssign | Verb::UserActivate | Verb::MemberAdd))
    },
};

/// Movers: authorised removals take effect in time.
pub(super) const TRC_02: Test = Test {
    id: "TRC-02",
    version: "1",
    severity: Severity::High,
    shared_parameters: &["skew", "deprovision_sla"],
    own_parameters: &[],
    evaluate: |evidence| {
        evaluate(evidence, &TRC_02, |v| matches!(v, Verb::AppUnassign | Verb::MemberRemove | Verb::AdminRevoke))
    },
};

fn evaluate(evidence: &Evidence<'_>, test: &Test, belongs: impl Fn(Verb) -> bool) -> Result<Judged> {
    let all = evidence.correlation;
    let in_period = |t: &&Tracing| evidence.period.contains(all.judged.acts.time(t.authority));
    let items = all
        .judged
        .tracing
        .iter()
        .filter(in_period)
        .filter(|t| belongs(all.judged.acts.verb(t.authority)))
        .map(|t| item(evidence, test, t))
        .collect();
    let elsewhere =
        all.judged.tracing.iter().filter(in_period).filter(|t| !belongs(all.judged.acts.verb(t.authority))).count();
    Ok(Judged {
        items,
        exclusions: vec![("traced decisions of other kinds, judged by the other tests".to_owned(), elsewhere as u64)],
        coverage_is_complete: is_covered(evidence, crate::source::is_authority),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, test: &Test, t: &Tracing) -> Item {
    let all = evidence.correlation;
    let scope = t.effect.map_or(ACCOUNT, |row| all.judged.acts.at(row).scope);
    let severity = match test.id {
        "TRC-02" => in_production(evidence, scope, test.severity),
        _ => test.severity,
    };
    Item {
        verdict: t.reason.verdict(),
        reason: t.reason.as_str().to_owned(),
        severity,
        detail: detail(evidence, t),
        ..of_decision(evidence, t)
    }
}

/// An item about one decision, not yet judged.
pub(super) fn of_decision(evidence: &Evidence<'_>, t: &Tracing) -> Item {
    let all = evidence.correlation;
    let decision = all.judged.acts.at(t.authority);
    let behind = [Some(t.authority), t.effect, t.transport];
    Item {
        item_id: t.item_id.clone(),
        verdict: crate::correlate::Verdict::Undetermined,
        reason: String::new(),
        severity: Severity::Low,
        time: decision.time,
        scope: Some(t.effect.map_or(ACCOUNT, |row| all.judged.acts.at(row).scope).to_owned()),
        actor: decision.actor.map(|a| all.ground.identities.canonical(a)),
        verb: decision.verb.as_str(),
        subject: Some(t.key.subject.label().to_owned()),
        object: Some(super::vch01::object(&t.key)),
        event_ids: behind.into_iter().flatten().map(|row| all.judged.acts.at(row).event_id.to_owned()).collect(),
        detail: None,
        waiver_id: None,
        hole_id: t.hole.clone(),
    }
}

fn detail(evidence: &Evidence<'_>, t: &Tracing) -> Option<String> {
    let all = evidence.correlation;
    let failed = t.transport.map(|row| all.judged.acts.at(row)).filter(|push| push.outcome == "failure");
    match (t.reason, t.effect, &t.hole) {
        (Reason::Failed, ..) => {
            failed.map(|push| format!("the identity provider reports that {} failed", push.event_type))
        }
        (_, Some(row), _) => Some(format!(
            "carried out after {} s",
            (all.judged.acts.time(row) - all.judged.acts.time(t.authority)) / 1_000_000
        )),
        (_, None, Some(hole)) => Some(format!("the effect may lie in {hole}")),
        _ => None,
    }
}
