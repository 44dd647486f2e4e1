//! VCH-02: changes arrive through the approved channel.

use super::vch01::{of_effect, population};
use super::{Evidence, Item, Judged, Severity, Test, in_production, is_covered};
use crate::correlate::door::{ActorClass, Door};
use crate::correlate::kernel::Reason;
use crate::correlate::{Verdict, Vouching};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-02",
    version: "1",
    severity: Severity::High,
    shared_parameters: &[],
    own_parameters: &[],
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let door = Door::new(evidence.config)?;
    let mut notes = Vec::new();
    if !door.is_declared() {
        notes.push("No connector principal is declared, so the door of no change can be judged.".to_owned());
    }
    if !door.judges_address() {
        notes.push("No connector address is declared; the address was not judged.".to_owned());
    }
    Ok(Judged {
        items: population(evidence).map(|v| item(evidence, &door, v)).collect(),
        notes,
        coverage_is_complete: is_covered(evidence, |s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, door: &Door, v: &Vouching) -> Item {
    let act = evidence.correlation.judged.acts.at(v.effect);
    let (verdict, reason) = judge(evidence, door, v);
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: in_production(evidence, act.scope, TEST.severity),
        detail: Some(format!(
            "{} by {}; endpoint {}; user agent {}; address {}",
            act.verb.as_str(),
            v.class.as_str(),
            act.endpoint.unwrap_or("not stated"),
            act.user_agent.unwrap_or("not stated"),
            act.source_ip.unwrap_or("not stated"),
        )),
        ..of_effect(evidence.correlation, v)
    }
}

fn judge(evidence: &Evidence<'_>, door: &Door, v: &Vouching) -> (Verdict, &'static str) {
    let act = evidence.correlation.judged.acts.at(v.effect);
    let is_of_group = act.verb.as_str().starts_with("group.");
    let is_vouched = matches!(v.reason, Reason::Matched | Reason::Transport | Reason::State);
    match v.reason {
        Reason::PlatformInternal | Reason::JustInTime => (Verdict::NotApplicable, v.reason.as_str()),
        Reason::Implied if v.is_twin => (Verdict::NotApplicable, v.reason.as_str()),
        _ => match v.class {
            ActorClass::ScimConnector | ActorClass::Automatic => (Verdict::Pass, "approved_channel"),
            ActorClass::TerraformSp if is_of_group => (Verdict::Pass, "approved_channel"),
            _ if !door.is_declared() => (Verdict::Undetermined, "connector_not_declared"),
            ActorClass::HumanAdmin if is_vouched => (Verdict::Exception, "manual, coincident"),
            ActorClass::HumanAdmin => (Verdict::Exception, "manual"),
            ActorClass::Unknown => (Verdict::Exception, "unknown_actor"),
            _ => (Verdict::Exception, "unapproved_channel"),
        },
    }
}
