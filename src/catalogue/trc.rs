//! TRC-01 and TRC-02: decisions are carried out in time.

use super::words::{Word, shared};
use super::{About, Evidence, Item, Judged, Severity, Test, need};
use crate::change::Verb;
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Tracing};
use crate::error::Result;

const WORDS: &[Word] = &[
    shared::CARRIED_OUT,
    shared::ALREADY_IN_EFFECT,
    shared::LATE,
    shared::MISSING,
    shared::FAILED,
    shared::WINDOW_OPEN,
    shared::COVERAGE_GAP,
    shared::UNRESOLVED_SUBJECT,
    shared::NOT_PUSHED,
    shared::SUPERSEDED,
    shared::AUTOMATIC,
];

/// Joiners: authorised access arrives in time.
pub(super) const TRC_01: Test = Test {
    id: "TRC-01",
    version: "1",
    severity: Severity::Low,
    needs: &[need::A, need::E],
    shared_parameters: &["skew", "provision_sla"],
    own_parameters: &[],
    words: WORDS,
    columns: &[],
    about: About {
        title: "Authorised provisioning takes effect in time",
        objective: "To find grants that were decided and not carried out, or carried out late (tracing, from authority forward to effect).",
        population: "Every decision of the identity provider to give access: assignments to Databricks, reactivations, members added to pushed groups.",
        item_noun: "decisions",
        procedure: &[
            "The effect must be found in Databricks within provision_sla of the decision.",
            "A decision reversed before its limit ran out, or on a group or person not assigned to Databricks, is not applicable.",
            "No effect by cut-off is an exception where the limit has passed and the Databricks log is complete over it; it is undetermined where the limit is still open or the log has a hole.",
        ],
        false_positives: &[
            "An entitlement that Databricks grants under another name than the identity provider's: name it under `[groups] map`.",
        ],
        limits: &["A late or missing grant is a matter of service, seldom of security; its severity is low."],
        references: &["NIST SP 800-53 r5 AC-2"],
        deviation: "The decision of {at} to {to_deed}: {meaning}",
        undecided: "The decision of {at} to {to_deed}",
    },
    evaluate: |evidence| {
        evaluate(evidence, &TRC_01, |v| matches!(v, Verb::AppAssign | Verb::UserActivate | Verb::MemberAdd))
    },
};

/// Movers: authorised removals take effect in time.
pub(super) const TRC_02: Test = Test {
    id: "TRC-02",
    version: "1",
    severity: Severity::High,
    needs: &[need::A, need::E],
    shared_parameters: &["skew", "deprovision_sla"],
    own_parameters: &[],
    words: WORDS,
    columns: &[],
    about: About {
        title: "Authorised removals of access take effect in time",
        objective: "To find people who kept access after the identity provider had decided to take it away.",
        population: "Every decision of the identity provider to take access away: members removed from pushed groups, assignments and roles removed.",
        item_noun: "decisions",
        procedure: &[
            "The effect must be found in Databricks within deprovision_sla of the decision.",
            "A decision reversed before its limit ran out, or on a group or person not assigned to Databricks, is not applicable.",
            "No effect by cut-off is an exception where the limit has passed and the Databricks log is complete over it; it is undetermined where the limit is still open or the log has a hole.",
        ],
        false_positives: &["A removal that another group of the same name outlives in Databricks."],
        limits: &["This test does not show that the decision to remove access was made in time."],
        references: &["NIST SP 800-53 r5 PS-5"],
        deviation: "The decision of {at} to {to_deed}: {meaning}",
        undecided: "The decision of {at} to {to_deed}",
    },
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
        coverage_is_complete: evidence.is_covered(crate::source::is_authority),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, test: &Test, t: &Tracing) -> Item {
    let all = evidence.correlation;
    let scope = t.effect.map_or(ACCOUNT, |row| all.judged.acts.at(row).scope);
    let severity = match test.id {
        "TRC-02" => evidence.in_production(scope, test.severity),
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
        verdict: crate::correlate::Verdict::Undetermined,
        severity: Severity::Low,
        scope: Some(t.effect.map_or(ACCOUNT, |row| all.judged.acts.at(row).scope).to_owned()),
        actor: decision.actor.map(|a| all.ground.identities.canonical(a)),
        verb: decision.verb.as_str(),
        subject: Some(t.key.subject.label().to_owned()),
        object: Some(super::vch01::object(&t.key)),
        event_ids: behind.into_iter().flatten().map(|row| all.judged.acts.at(row).event_id.to_owned()).collect(),
        hole_id: t.hole.clone(),
        subject_kind: super::vch01::kind_word(decision.subject_kind),
        ..Item::new(t.item_id.clone(), decision.time)
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
