//! VCH-01: each Databricks access change has an authorising identity-provider event.

use super::{Evidence, Item, Judged, Severity, Test, in_production, is_covered};
use crate::change::Verb;
use crate::correlate::cases::Key;
use crate::correlate::{Correlation, Vouching};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-01",
    version: "1",
    severity: Severity::High,
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[],
    evaluate,
};

/// The verbs whose effects are items.
pub const fn is_item(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::UserCreate
            | Verb::UserActivate
            | Verb::UserDeactivate
            | Verb::UserDelete
            | Verb::MemberAdd
            | Verb::MemberRemove
            | Verb::GroupCreate
            | Verb::GroupDelete
            | Verb::AdminGrant
            | Verb::AdminRevoke
    )
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let all = evidence.correlation;
    let items = population(evidence).map(|v| item(evidence, v)).collect();
    let acts_in_period = || all.judged.acts.iter().filter(|a| evidence.period.contains(a.time) && a.plane == "effect");
    let failed = acts_in_period().filter(|a| is_item(a.verb) && a.outcome == "failure").count();
    let unknown = acts_in_period().filter(|a| is_item(a.verb) && a.outcome == "unknown").count();
    let updates = acts_in_period().filter(|a| !is_item(a.verb)).count();
    Ok(Judged {
        items,
        exclusions: vec![
            ("refused or failed attempts: nothing changed".to_owned(), failed as u64),
            ("changes whose outcome the record does not state".to_owned(), unknown as u64),
            ("updates that neither grant nor revoke".to_owned(), updates as u64),
        ],
        coverage_is_complete: is_covered(evidence, |s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

/// The judged effects of the period.
pub(super) fn population<'e>(evidence: &'e Evidence<'_>) -> impl Iterator<Item = &'e Vouching> {
    let all = evidence.correlation;
    all.judged.vouching.iter().filter(|v| {
        let act = all.judged.acts.at(v.effect);
        evidence.period.contains(act.time) && is_item(act.verb)
    })
}

fn item(evidence: &Evidence<'_>, v: &Vouching) -> Item {
    let all = evidence.correlation;
    Item {
        verdict: v.reason.verdict(),
        reason: v.reason.as_str().to_owned(),
        severity: in_production(evidence, all.judged.acts.at(v.effect).scope, TEST.severity),
        detail: detail(all, v),
        ..of_effect(all, v)
    }
}

/// An item about one effect, not yet judged.
pub(super) fn of_effect(all: &Correlation, v: &Vouching) -> Item {
    let act = all.judged.acts.at(v.effect);
    let behind = [Some(v.effect), v.authority, v.transport];
    Item {
        item_id: v.item_id.clone(),
        verdict: crate::correlate::Verdict::Undetermined,
        reason: String::new(),
        severity: TEST.severity,
        time: act.time,
        scope: Some(act.scope.to_owned()),
        actor: act.actor.map(|a| all.ground.identities.canonical(a)),
        verb: act.verb.as_str(),
        subject: Some(v.key.subject.label().to_owned()),
        object: Some(object(&v.key)),
        event_ids: behind.into_iter().flatten().map(|row| all.judged.acts.at(row).event_id.to_owned()).collect(),
        detail: None,
        waiver_id: None,
        hole_id: v.hole.clone(),
    }
}

/// What the item is about: a group's own creation or deletion is about the group.
pub(super) fn object(key: &Key) -> String {
    if key.is_group { key.subject.label().to_owned() } else { key.entitlement.name().to_owned() }
}

fn detail(all: &Correlation, v: &Vouching) -> Option<String> {
    match (v.authority, &v.hole) {
        (Some(row), _) => {
            let authority = all.judged.acts.at(row);
            let lag = (all.judged.acts.time(v.effect) - authority.time) / 1_000_000;
            Some(format!("decided by {}, {lag} s before", authority.verb.as_str()))
        }
        (None, Some(hole)) => Some(format!("the decision may lie in {hole}")),
        (None, None) => None,
    }
}
