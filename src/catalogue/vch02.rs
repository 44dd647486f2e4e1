//! VCH-02: changes arrive through the approved channel.

use super::vch01::{of_effect, population};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Evidence, Item, Judged, Severity, Test, need};
use crate::correlate::door::{ActorClass, Door};
use crate::correlate::kernel::Reason;
use crate::correlate::{Verdict, Vouching};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-02",
    version: "1",
    severity: Severity::High,
    needs: &[need::E],
    shared_parameters: &[],
    own_parameters: &[],
    words: &[
        pass("approved_channel", "made by an actor of a class that is allowed to make such changes"),
        exception(
            "manual, coincident",
            "made by a person's own hand, though a decision of the identity provider matches",
        ),
        exception("manual", "made by a person's own hand"),
        exception("unknown_actor", "the record does not say enough to tell who made it"),
        exception("unapproved_channel", "made by an actor of a class that is not allowed to make such changes"),
        undetermined("connector_not_declared", "the configuration does not say who the connector is"),
        shared::TWIN,
        shared::PLATFORM_INTERNAL,
        shared::JUST_IN_TIME,
    ],
    columns: &[],
    about: About {
        title: "Changes arrive through the approved door",
        objective: "To find access changes that were made by hand or by an unknown program, even where a decision exists.",
        population: "The changes of VCH-01.",
        item_noun: "changes",
        procedure: &[
            "The door is judged on connector principal, user agent and, where configured, network address together.",
            "A change by the configured connector, by automatic identity management or, for groups, by a configured pipeline passes.",
            "A change by an administrator's own hand or by an unknown program is an exception, even where a decision of the identity provider authorises it.",
        ],
        false_positives: &[
            "The connector's token was moved to another principal, or its addresses changed: declare them under `[connector]`.",
        ],
        limits: &["This test does not show that the connector's credential was used by the connector alone."],
        references: &["NIST SP 800-53 r5 CM-5(1)"],
        deviation: "At {at} {actor} {deed}, by another door than the approved one",
        undecided: "The door by which {actor} at {at} {deed}",
    },
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
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, door: &Door, v: &Vouching) -> Item {
    let act = evidence.correlation.judged.acts.at(v.effect);
    let (verdict, reason) = judge(evidence, door, v);
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: evidence.in_production(act.scope, TEST.severity),
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
