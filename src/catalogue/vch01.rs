//! VCH-01: each Databricks access change has an authorising identity-provider event.

use super::words::shared;
use super::{About, Evidence, Item, Judged, Severity, Test, need};
use crate::change::{SubjectKind, Verb};
use crate::correlate::cases::Key;
use crate::correlate::{Correlation, Vouching};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-01",
    version: "1",
    severity: Severity::High,
    needs: &[need::A, need::E],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[],
    words: &[
        shared::MATCHED,
        shared::TRANSPORT,
        shared::STATE,
        shared::IMPLIED,
        shared::REDUNDANT,
        shared::NO_AUTHORITY,
        shared::COVERAGE_GAP,
        shared::AMBIGUOUS,
        shared::UNRESOLVED_SUBJECT,
        shared::PLATFORM_INTERNAL,
        shared::AUTOMATIC,
        shared::JUST_IN_TIME,
    ],
    columns: &[],
    about: About {
        title: "Each Databricks access change has an authorising decision of the identity provider",
        objective: "To find access changes made in Databricks that the identity provider did not decide (vouching, from effect back to authority).",
        population: "Every change that Databricks logged as done, at account and workspace level: users created, activated, deactivated, deleted; group members added, removed; groups created, deleted; administrator roles granted, revoked.",
        item_noun: "changes",
        procedure: &[
            "The decision must name the same subject and the mapped group or role, go in the same direction, and lie between look_back before the change and skew after it. Each decision vouches at most one change per scope.",
            "A successful push by the configured connector, recorded by the identity provider or the provisioning log, vouches where no decision is found; an older decision still in force vouches a full synchronisation. Both are counted apart.",
            "Consequences of another change, and changes that altered nothing, pass and are counted apart.",
            "A change without a decision is an exception only where the identity provider's log is complete over the window; over a hole, or where the choice between decisions would change the verdict, it is undetermined.",
        ],
        false_positives: &[
            "A group that has another name in Databricks and is not mapped: name it under `[groups] map`.",
            "A person who has two names: name the alias under `[identity] aliases`.",
        ],
        limits: &[
            "This test does not show that the decision itself was approved by a manager or an owner.",
            "It does not show that the access granted suits the person's job.",
        ],
        references: &["NIST SP 800-53 r5 AC-2"],
        deviation: "At {at} {actor} {deed}, without a decision of the identity provider behind it",
        undecided: "That {actor} at {at} {deed}",
    },
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
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
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
        severity: evidence.in_production(all.judged.acts.at(v.effect).scope, TEST.severity),
        detail: detail(all, v),
        ..of_effect(all, v)
    }
}

/// An item about one effect, not yet judged.
pub(super) fn of_effect(all: &Correlation, v: &Vouching) -> Item {
    let act = all.judged.acts.at(v.effect);
    let behind = [Some(v.effect), v.authority, v.transport];
    Item {
        verdict: crate::correlate::Verdict::Undetermined,
        severity: TEST.severity,
        scope: Some(act.scope.to_owned()),
        actor: act.actor.map(|a| all.ground.identities.canonical(a)),
        verb: act.verb.as_str(),
        subject: Some(v.key.subject.label().to_owned()),
        object: Some(object(&v.key)),
        event_ids: behind.into_iter().flatten().map(|row| all.judged.acts.at(row).event_id.to_owned()).collect(),
        hole_id: v.hole.clone(),
        actor_class: Some(v.class.as_str()),
        channel: act.channel.map(str::to_owned),
        subject_kind: kind_word(act.subject_kind),
        ..Item::new(v.item_id.clone(), act.time)
    }
}

/// The kind of a subject, as a word that lasts; `None` = the record says nothing.
pub(super) fn kind_word(word: &str) -> Option<&'static str> {
    let all = [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal, SubjectKind::Unknown];
    all.into_iter().map(SubjectKind::as_str).find(|w| *w == word)
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
