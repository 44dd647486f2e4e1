//! VCH-02: changes arrive through the approved channel.

use super::vch01::{of_effect, population};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::config::{ByEnvironment, Globs, Values};
use crate::correlate::door::{ActorClass, Door};
use crate::correlate::kernel::Reason;
use crate::correlate::{Verdict, Vouching};
use crate::error::{Error, Result};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-02",
    version: "3",
    severity: Severity::High,
    needs: &[need::E],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "allowed",
        default: r#"{ "group.*" = ["scim_connector", "aim", "terraform_sp"], "*" = ["scim_connector", "aim"] }"#,
        doc: "classes of actors that may make a change, by verb (globs); the longest pattern that matches the verb counts",
    }],
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
        shared::OUT_OF_SCOPE,
    ],
    columns: &[
        Column::optional(
            "allowed_set",
            Kind::TextList,
            "Classes of actors that may make such a change; empty = none may.",
        ),
        Column::optional(
            "connector_id",
            Kind::Text,
            "The connector's principal, where the change bears its name. null = it bears another.",
        ),
        Column::optional("user_agent", Kind::Text, "Client software, as the record says it. null = not stated."),
        Column::optional("source_ip", Kind::Text, "Client address, as the record says it. null = not stated."),
    ],
    about: About {
        title: "Changes arrive through the approved door",
        objective: "To find access changes that were made by hand or by an unknown program, even where a decision exists.",
        population: "The changes of VCH-01.",
        item_noun: "changes",
        procedure: &[
            "The door is judged on connector principal, user agent and, where configured, network address together.",
            "A change by an actor of a class that `allowed` names for the verb passes: unless configured otherwise the connector and automatic identity management, for groups a configured pipeline, too.",
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
    let allowed = ByEnvironment::new(evidence.config, Allowed::of)?;
    let mut notes = Vec::new();
    if !door.is_declared() {
        notes.push("No connector principal is declared, so the door of no change can be judged.".to_owned());
    }
    if !door.judges_address() {
        notes.push("No connector address is declared; the address was not judged.".to_owned());
    }
    Ok(Judged {
        items: population(evidence).map(|v| item(evidence, &door, &allowed, v)).collect(),
        notes,
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

/// Who may make which change: pattern, its globs, and classes; the longest pattern first.
struct Allowed(Vec<(Globs, Vec<String>)>);

impl Allowed {
    fn of(here: Values<'_>) -> Result<Self> {
        let known: Vec<&str> = ActorClass::ALL.iter().map(|class| class.as_str()).collect();
        let mut lists: Vec<(String, Vec<String>)> = here.lists(TEST.id, "allowed")?.into_iter().collect();
        lists.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        let mut words = lists.iter().flat_map(|(_, classes)| classes);
        if let Some(word) = words.find(|word| !known.contains(&word.as_str())) {
            let known = known.join(", ");
            let what = format!("[test.\"{}\"] allowed: unknown class `{word}` (known: {known})", TEST.id);
            return Err(Error::Input(what));
        }
        let ready = |(pattern, classes)| Ok((Globs::new(&[pattern])?, classes));
        lists.into_iter().map(ready).collect::<Result<_>>().map(Self)
    }

    /// The classes that may make a change of that verb; none where no pattern matches it.
    fn of_verb(&self, verb: &str) -> &[String] {
        self.0.iter().find(|(globs, _)| globs.any(verb)).map_or(&[], |(_, classes)| classes)
    }
}

fn item(evidence: &Evidence<'_>, door: &Door, allowed: &ByEnvironment<Allowed>, v: &Vouching) -> Item {
    let act = evidence.correlation.judged.acts.at(v.effect);
    let set = allowed.at(evidence.config.environment(act.scope)).of_verb(act.verb.as_str());
    let (verdict, reason) = judge(door, set, v);
    let base = of_effect(evidence.correlation, v);
    let is_connectors = matches!(v.class, ActorClass::ScimConnector | ActorClass::ConnectorElsewhere);
    let text = |text: Option<&str>| Cell::Text(text.map(str::to_owned));
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
        extra: vec![
            Cell::Texts(set.to_vec()),
            Cell::Text(base.actor.clone().filter(|_| is_connectors)),
            text(act.user_agent),
            text(act.source_ip),
        ],
        ..base
    }
}

fn judge(door: &Door, allowed: &[String], v: &Vouching) -> (Verdict, &'static str) {
    let is_vouched = matches!(v.reason, Reason::Matched | Reason::Transport | Reason::State);
    match v.reason {
        Reason::PlatformInternal | Reason::JustInTime | Reason::OutOfScope => {
            (Verdict::NotApplicable, v.reason.as_str())
        }
        Reason::Implied if v.is_twin => (Verdict::NotApplicable, v.reason.as_str()),
        _ if allowed.iter().any(|class| class == v.class.as_str()) => (Verdict::Pass, "approved_channel"),
        _ if !door.is_declared() => (Verdict::Undetermined, "connector_not_declared"),
        _ => match v.class {
            ActorClass::HumanAdmin if is_vouched => (Verdict::Exception, "manual, coincident"),
            ActorClass::HumanAdmin => (Verdict::Exception, "manual"),
            ActorClass::Unknown => (Verdict::Exception, "unknown_actor"),
            _ => (Verdict::Exception, "unapproved_channel"),
        },
    }
}
