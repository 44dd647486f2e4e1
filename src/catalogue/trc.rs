//! TRC-01 and TRC-02: decisions are carried out in time.

use std::collections::{BTreeMap, BTreeSet};

use super::leavers::{Did, activity_of};
use super::records::{Raw, is_one_of, records};
use super::vch01::real_seconds;
use super::words::{not_applicable, shared};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::change::Verb;
use crate::correlate::columns::{
    EFFECT_EVENT_ID_OPT, EFFECT_NATIVE_ID, EFFECT_TIME_OPT, LATENCY_SECONDS, TRANSPORT_EVENT_ID,
};
use crate::correlate::door::ActorClass;
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Tracing, lags};
use crate::error::Result;
use crate::event::EVENT_ID;
use crate::schema::{Column, Kind};

const SLA_SECONDS: Column = Column::optional("sla_seconds", Kind::Whole, "The limit in use.");
const PROVISION_ERROR: Column = Column::optional(
    "provision_error",
    Kind::Text,
    "Why the push failed, as the source says it. null = no failed push is known between decision and effect.",
);

/// Joiners: authorised access arrives in time.
pub(super) const TRC_01: Test = Test {
    id: "TRC-01",
    version: "4",
    severity: Severity::Low,
    needs: &[need::A, need::E],
    shared_parameters: &["skew", "provision_sla"],
    own_parameters: &[],
    words: &[
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
        not_applicable(
            "automatic_identity_management",
            "automatic creation made the account at its first use, before which no effect is expected",
        ),
    ],
    columns: &[
        EFFECT_EVENT_ID_OPT,
        EFFECT_NATIVE_ID,
        EFFECT_TIME_OPT,
        TRANSPORT_EVENT_ID,
        LATENCY_SECONDS,
        SLA_SECONDS,
        PROVISION_ERROR,
    ],
    about: About {
        title: "Authorised provisioning takes effect in time",
        objective: "To find grants that were decided and not carried out, or carried out late (tracing, from authority forward to effect).",
        population: "Every decision of the identity provider to give access: assignments to Databricks, reactivations, members added to pushed groups.",
        item_noun: "decisions",
        procedure: &[
            "The effect must be found in Databricks within provision_sla of the decision.",
            "An account that automatic creation made after the limit, at its first use, is not applicable: no effect is expected before.",
            "A decision reversed before its limit ran out, or on a group or person not assigned to Databricks, is not applicable.",
            "No effect by cut-off is an exception where the limit has passed and both logs are complete over it; it is undetermined where the limit is still open, the Databricks log has a hole, or the identity provider's, in which the decision may have been reversed, where a listing shows it carried out and no record does, or the connector updated the account in that time and the log does not say what of it.",
        ],
        false_positives: &[
            "An entitlement that Databricks grants under another name than the identity provider's: name it under `[groups] map`.",
        ],
        limits: &[
            "A late or missing grant is a matter of service, seldom of security; its severity is low, and medium where a hand other than the connector's carried it out in the end.",
        ],
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
    version: "5",
    severity: Severity::High,
    needs: &[need::A, need::E],
    shared_parameters: &["skew", "deprovision_sla"],
    own_parameters: &[],
    words: &[
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
    ],
    columns: &[
        EFFECT_EVENT_ID_OPT,
        EFFECT_NATIVE_ID,
        EFFECT_TIME_OPT,
        TRANSPORT_EVENT_ID,
        LATENCY_SECONDS,
        SLA_SECONDS,
        PROVISION_ERROR,
        Column::optional(
            "activity_after_count",
            Kind::Whole,
            "Acts of the subject in Databricks between the decision and its effect, or cut-off where there is none.",
        ),
    ],
    about: About {
        title: "Authorised removals of access take effect in time",
        objective: "To find people who kept access after the identity provider had decided to take it away.",
        population: "Every decision of the identity provider to take access away: members removed from pushed groups, assignments to Databricks and roles in its application removed.",
        item_noun: "decisions",
        procedure: &[
            "The effect must be found in Databricks within deprovision_sla of the decision.",
            "A decision reversed before its limit ran out, or on a group or person not assigned to Databricks, is not applicable.",
            "No effect by cut-off is an exception where the limit has passed and both logs are complete over it; it is undetermined where the limit is still open, the Databricks log has a hole, or the identity provider's, in which the decision may have been reversed, where a listing shows it carried out and no record does, or the connector updated the account in that time and the log does not say what of it.",
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
    let acts = &all.judged.acts;
    let in_period = |t: &&Tracing| evidence.period.contains(acts.time(t.authority));
    let (chosen, elsewhere): (Vec<&Tracing>, Vec<&Tracing>) =
        all.judged.tracing.iter().filter(in_period).partition(|t| belongs(acts.verb(t.authority)));
    let failed = |t: &&Tracing| t.transport.map(|row| acts.at(row)).filter(|push| push.outcome == "failure");
    let wanted: BTreeSet<String> = chosen.iter().filter_map(failed).map(|push| push.event_id.to_owned()).collect();
    let beside = Beside {
        errors: outcome_reasons(evidence, wanted)?,
        did: match test.id {
            "TRC-02" => Some(activity_of(evidence, &chosen.iter().map(|t| t.key.subject.label()).collect())?),
            _ => None,
        },
    };
    let mut others: BTreeMap<&str, u64> = BTreeMap::new();
    for t in elsewhere {
        *others.entry(acts.verb(t.authority).as_str()).or_default() += 1;
    }
    let named = |(verb, count): (&str, u64)| (format!("traced decisions {verb}: {}", judged_by(verb)), count);
    Ok(Judged {
        figures: durations(evidence, &chosen),
        items: chosen.iter().map(|t| item(evidence, test, t, &beside)).collect(),
        exclusions: others.into_iter().map(named).collect(),
        coverage_is_complete: evidence.is_covered(crate::source::is_authority),
        ..Judged::default()
    })
}

// Who judges the decisions that a test leaves out.
fn judged_by(verb: &str) -> &'static str {
    match verb {
        "app.assign" | "user.activate" | "member.add" => "judged by TRC-01",
        "app.unassign" | "member.remove" => "judged by TRC-02",
        "user.deactivate" | "user.delete" => "judged by DEP-01",
        _ => "shown in table tracing, and judged by no test",
    }
}

/// What is looked up beside tracing.
struct Beside {
    /// Why pushes failed, by event.
    errors: BTreeMap<String, String>,
    /// What the subjects did; `None` = not asked for.
    did: Option<Did>,
}

/// The source's words for the outcome of these events, by event; none for an event that has none.
pub(super) fn outcome_reasons(evidence: &Evidence<'_>, events: BTreeSet<String>) -> Result<BTreeMap<String, String>> {
    if events.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = records(evidence, is_one_of(EVENT_ID, events), Raw::Without)?;
    Ok(found.into_iter().filter_map(|r| Some((r.event_id, r.outcome_reason?))).collect())
}

fn item(evidence: &Evidence<'_>, test: &Test, t: &Tracing, beside: &Beside) -> Item {
    let all = evidence.correlation;
    let acts = &all.judged.acts;
    let decided = acts.time(t.authority);
    let effect = t.effect.map(|row| acts.at(row));
    let scope = effect.map_or(ACCOUNT, |act| act.scope);
    let severity = match test.id {
        "TRC-02" if effect.is_none() && is_due_in_production(evidence, t) => test.severity.raised(),
        "TRC-02" => evidence.in_production(scope, test.severity),
        _ if is_by_hand(evidence, t) => Severity::Medium,
        _ => test.severity,
    };
    let text = |text: Option<&str>| Cell::Text(text.map(str::to_owned));
    let push = t.transport.map(|row| acts.at(row));
    let mut extra = vec![
        text(effect.map(|act| act.event_id)),
        text(effect.and_then(|act| act.native_id)),
        Cell::Instant(effect.map(|act| act.time)),
        text(push.map(|act| act.event_id)),
        Cell::Real(effect.map(|act| real_seconds(act.time - decided))),
        Cell::seconds(Some(t.sla)),
        Cell::Text(push.and_then(|act| beside.errors.get(act.event_id).cloned())),
    ];
    if let Some(did) = &beside.did {
        let until = effect.map_or(all.limits.cut_off, |act| act.time);
        extra.push(Cell::count(did.between(t.key.subject.label(), decided, until).count()));
    }
    Item {
        verdict: t.reason.verdict(),
        reason: t.reason.as_str().to_owned(),
        severity,
        detail: detail(evidence, t),
        extra,
        ..of_decision(evidence, t)
    }
}

// Where the effect would have been, had there been one.
fn is_due_in_production(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let case = evidence.correlation.judged.cases.by_key.get(&t.key);
    let places = case.into_iter().flat_map(|case| case.effect_scopes.iter());
    places
        .map(|scope| evidence.correlation.ground.scopes.name(*scope))
        .any(|scope| evidence.environment(scope) == Some("production"))
}

// A decision that the connector did not carry out, and somebody else did.
fn is_by_hand(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let class = t.effect.and_then(|row| evidence.correlation.judged.cases.classes[row]);
    matches!(
        class,
        Some(ActorClass::HumanAdmin | ActorClass::OtherSp | ActorClass::ConnectorElsewhere | ActorClass::Unknown)
    )
}

// How long the decisions took. What is open at cut-off is censored there, also where the effect may lie in a hole: that lengthens
// the figures, and never flatters them.
fn durations(evidence: &Evidence<'_>, chosen: &[&Tracing]) -> Vec<(String, String)> {
    let all = evidence.correlation;
    let acts = &all.judged.acts;
    let lasted = |t: &&Tracing| {
        let decided = acts.time(t.authority);
        match (t.effect, t.reason) {
            (Some(effect), _) => Some(((acts.time(effect) - decided).max(0), true)),
            (None, Reason::Missing | Reason::Failed | Reason::WindowOpen | Reason::CoverageGap) => {
                Some(((all.limits.cut_off - decided).max(0), false))
            }
            (None, _) => None,
        }
    };
    let found = lags::durations(chosen.iter().filter_map(lasted).collect());
    let told = |micros: Option<i64>| {
        micros
            .map_or_else(|| "not reached: too many are open at cut-off".to_owned(), |m| format!("{} s", m / 1_000_000))
    };
    let mut figures = vec![
        ("carried out".to_owned(), found.ended_count.to_string()),
        ("open at cut-off, censored there".to_owned(), found.open_count.to_string()),
    ];
    if found.ended_count > 0 {
        let quantiles = [("p50", found.p50), ("p90", found.p90), ("p99", found.p99), ("max", found.max)];
        figures.extend(
            quantiles.map(|(name, value)| (format!("{name} of the time from decision to effect"), told(value))),
        );
    }
    figures
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
        (_, None, Some(hole)) => Some(format!("left open by {hole}")),
        _ => None,
    }
}
