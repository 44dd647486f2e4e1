//! CHG-02: changes of the identity integration are authorised.

use super::deeds::{Deed, deeds};
use super::settings::{Change, Effect, changes};
use super::words::{exception, pass};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::change::Verb;
use crate::companion::{Asked, Kind as Supplied};
use crate::config::{ByEnvironment, Choices, Facts, Parameter};
use crate::correlate::cases::Rules;
use crate::correlate::door::{Door, Visitor};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "CHG-02",
    version: "3",
    severity: Severity::Critical,
    needs: &[need::C, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "pipelines",
        default: "[]",
        doc: "selects of the changes that pipelines may make, e.g. `{ actor = \"terraform@example.com\", object = \"enable*\" }`",
    }],
    words: &[
        pass("ticket", "an approval on record, given beforehand by somebody else, covers it"),
        pass("pipeline", "made by an actor that the configuration allows to make it"),
        exception("no_authority", "neither an approval nor an allowed pipeline covers it"),
        exception("disabled", "it takes a safeguard away, and neither an approval nor an allowed pipeline covers it"),
    ],
    columns: &[
        Column::optional("setting", Kind::Text, "What was set."),
        Column::optional("old", Kind::Text, "What it was. null = no record tells."),
        Column::optional("new", Kind::Text, "What it is now. null = the record does not tell."),
        Column::optional(
            "direction",
            Kind::Text,
            "weaken, strengthen, or neutral (which is also: the record does not tell).",
        ),
        Column::optional("ticket", Kind::Text, "The approval that covers it. null = none does."),
    ],
    about: About {
        title: "Changes of the identity integration are authorised",
        objective: "To find changes of the settings that decide who gets in and how: sign-on, provisioning, address lists, tokens, workspace and account settings.",
        population: "Every setting that a successful record changed: single sign-on, the provisioning application and its push mappings, automatic identity management, address lists, token policy, settings of account and workspaces, and the identity provider's Databricks application.",
        item_noun: "settings",
        procedure: &[
            "One record that sets several settings is as many items.",
            "A setting changed by an actor under pipelines, or covered by an approval on record, given beforehand by somebody else, passes. The approval names the setting as its object, and as its subject the scope, the setting, or whoever changed it.",
            "Any other is an exception; one that takes a safeguard away is named so.",
        ],
        false_positives: &[
            "The platform sets some defaults of a new workspace by itself: allow its actor under pipelines.",
        ],
        limits: &[
            "Databricks does not log the content of address lists, nor what most settings were before.",
            "This test does not show that a setting is as the policy wants it, only that its change was authorised.",
        ],
        references: &["NIST SP 800-53 r5 CM-3, CM-6", "Databricks documentation: audit log reference"],
        deviation: "At {at} {actor} changed {object} in scope {scope}: {meaning}",
        undecided: "The change of {object} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let judge = Judge {
        evidence,
        pipelines: ByEnvironment::new(evidence.config, |here| here.choices(TEST.id, "pipelines"))?,
        door: Door::new(evidence.config)?,
        rules: Rules::new(evidence.config)?,
    };
    let (changed, failed) = changes(evidence)?;
    let in_period = |time: i64| evidence.period.contains(time);
    let (ours, others): (Vec<_>, Vec<_>) =
        changed.into_iter().filter(|c| in_period(c.record.time)).partition(|c| judge.is_ours(c));
    let pushes = deeds(evidence, &[Verb::PushCreate, Verb::PushRemove])?;
    let pushes = pushes.iter().filter(|d| in_period(d.time) && d.plane != "transport" && judge.is_push(d));
    let (done, refused): (Vec<_>, Vec<_>) = pushes.partition(|d| d.succeeded());
    let mut items: Vec<Item> = ours.iter().enumerate().map(|(at, change)| judge.setting(change, at, &ours)).collect();
    items.extend(done.into_iter().map(|d| judge.push(d)));
    let failed = failed.iter().filter(|r| in_period(r.time)).count() + refused.len();
    let mut notes = Vec::new();
    if !evidence.companions.has(Supplied::Approvals) {
        notes.push("Approval outside the logs was not tested.".to_owned());
    }
    Ok(Judged {
        items,
        exclusions: vec![
            ("failed attempts, and those whose outcome the record does not state".to_owned(), failed as u64),
            ("settings of other applications of the identity provider".to_owned(), others.len() as u64),
        ],
        notes,
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

/// The ticket of an approval of what was done to an object, by any of its names, given beforehand by somebody else; `None` = there is
/// none. A setting is nobody's access: an approval may name as its subject where it is, what it is, or who may change it.
pub(super) fn ticket_for(
    evidence: &Evidence<'_>,
    scope: &str,
    objects: &[&str],
    actor: Option<&str>,
    time: i64,
) -> Option<String> {
    let is_same = |a: &str, b: &str| evidence.name(a) == evidence.name(b);
    let subjects = || [scope].into_iter().chain(objects.iter().copied()).chain(actor);
    let mut asked = objects.iter().flat_map(|object| subjects().map(move |subject| (subject, *object)));
    asked.find_map(|(subject, object)| {
        let asked = Asked { subject, object, role: None, actor, time };
        evidence.companions.approval(&asked, &is_same).map(|approval| approval.ticket.clone())
    })
}

struct Judge<'a, 'e> {
    evidence: &'a Evidence<'e>,
    pipelines: ByEnvironment<Choices>,
    door: Door,
    rules: Rules,
}

impl Judge<'_, '_> {
    // Of the identity provider's settings only those of the Databricks application are the population.
    fn is_ours(&self, change: &Change) -> bool {
        let names = [&change.record.app, &change.record.target];
        change.record.source == crate::source::DATABRICKS
            || names.into_iter().flatten().any(|name| self.rules.names_databricks(name))
    }

    fn is_push(&self, deed: &Deed) -> bool {
        let app = deed.app.as_deref().or(deed.entitlement.as_deref());
        app.is_some_and(|app| self.rules.names_databricks(app))
    }

    fn setting(&self, change: &Change, at: usize, all: &[Change]) -> Item {
        let record = &change.record;
        // A record that states one setting twice states two items.
        let same = |c: &&Change| c.record.event_id == record.event_id && c.setting == change.setting;
        let ordinal = all[..at].iter().rev().take(64).filter(same).count().to_string();
        let class = self.door.class(Visitor {
            actor: record.actor_raw.as_deref().map(str::to_lowercase).as_deref(),
            endpoint: record.endpoint.as_deref(),
            user_agent: record.user_agent.as_deref(),
            source_ip: record.source_ip.as_deref(),
        });
        let base = Item {
            scope: Some(record.scope.clone()),
            actor: record.actor.clone(),
            object: Some(change.setting.clone()),
            event_ids: vec![record.event_id.clone()],
            actor_class: Some(class.as_str()),
            channel: record.channel.clone(),
            ..Item::new(item_id(&["setting", &record.event_id, &change.setting, &ordinal]), record.time)
        };
        self.judged(base, change.old.clone(), change.new.clone(), change.effect)
    }

    fn push(&self, deed: &Deed) -> Item {
        let group = deed.subject.as_deref().or(deed.entitlement.as_deref()).unwrap_or("(group not named)");
        let effect = if deed.verb == Verb::PushRemove { Effect::Weaken } else { Effect::Neutral };
        let new = if deed.verb == Verb::PushRemove { "removed" } else { "pushed" };
        let base = Item {
            scope: Some(deed.scope.clone()),
            actor: deed.actor.clone(),
            verb: deed.verb.as_str(),
            object: Some(format!("push mapping {group}")),
            event_ids: vec![deed.event_id.clone()],
            actor_class: Some(deed.class.as_str()),
            channel: deed.channel.clone(),
            ..Item::new(item_id(&["setting", &deed.id]), deed.time)
        };
        self.judged(base, None, Some(new.to_owned()), effect)
    }

    fn judged(&self, base: Item, old: Option<String>, new: Option<String>, effect: Effect) -> Item {
        let (scope, setting) = (base.scope.as_deref().unwrap_or_default(), base.object.as_deref().unwrap_or_default());
        let (actor, object) = (base.actor.as_deref(), base.object.as_deref());
        let is_pipeline = self.pipelines.at(self.evidence.config.environment(scope)).any(&Facts {
            actor,
            object,
            scope: base.scope.as_deref(),
            ..Facts::default()
        });
        let ticket = ticket_for(self.evidence, scope, &[setting], actor, base.time);
        let (verdict, reason) = match (is_pipeline, &ticket, effect) {
            (true, ..) => (Verdict::Pass, "pipeline"),
            (_, Some(_), _) => (Verdict::Pass, "ticket"),
            (_, _, Effect::Weaken) => (Verdict::Exception, "disabled"),
            _ => (Verdict::Exception, "no_authority"),
        };
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "not logged".to_owned());
        Item {
            verdict,
            reason: reason.to_owned(),
            severity: TEST.severity,
            detail: Some(format!("from {} to {}; {}", said(&old), said(&new), effect.as_str())),
            extra: vec![
                Cell::Text(base.object.clone()),
                Cell::Text(old),
                Cell::Text(new),
                Cell::text(effect.as_str()),
                Cell::Text(ticket),
            ],
            ..base
        }
    }
}
