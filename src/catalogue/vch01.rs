//! VCH-01: each Databricks access change has an authorising identity-provider event.

use super::words::{shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::{SubjectKind, Verb};
use crate::config::{ByEnvironment, Span, Values};
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::columns::{
    AUTHORITY_EVENT_ID_OPT, AUTHORITY_NATIVE_ID, AUTHORITY_TIME_OPT, LAG_SECONDS, STRENGTH, TRANSPORT_EVENT_ID,
};
use crate::correlate::kernel::Reason;
use crate::correlate::{Correlation, Verdict, Vouching, strength};
use crate::error::{Error, Result};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-01",
    version: "4",
    severity: Severity::High,
    needs: &[need::A, need::E],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[Parameter {
        name: "min_strength",
        default: "name+group+time",
        doc: "the weakest link that counts: exact-id, external-id, name+group+time (where no group is concerned: name+time) or time-only",
    }],
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
        undetermined("weak_link", "the decision found is linked to it by less than min_strength asks for"),
        shared::PLATFORM_INTERNAL,
        shared::AUTOMATIC,
        shared::JUST_IN_TIME,
        shared::OUT_OF_SCOPE,
    ],
    columns: &[
        AUTHORITY_EVENT_ID_OPT,
        AUTHORITY_NATIVE_ID,
        AUTHORITY_TIME_OPT,
        TRANSPORT_EVENT_ID,
        LAG_SECONDS,
        STRENGTH,
        Column::optional("candidate_count", Kind::Whole, "Decisions that could have vouched the change."),
        Column::optional(
            "fan_out_count",
            Kind::Whole,
            "Changes, in different scopes, that the same decision vouches; 0 = no decision.",
        ),
        Column::optional(
            "rule",
            Kind::Text,
            "What authorises it: the verb of the decision and that of the change, `push`, or `consequence`. null = nothing does.",
        ),
        Column::optional(
            "group_idp",
            Kind::Text,
            "The group as the identity provider's record names it. null = the decision names none.",
        ),
        Column::optional("group_dbx", Kind::Text, "The group in Databricks. null = no group is concerned."),
    ],
    about: About {
        title: "Each Databricks access change has an authorising decision of the identity provider",
        objective: "To find access changes made in Databricks that the identity provider did not decide (vouching, from effect back to authority).",
        population: "Every change that Databricks logged as done, at account and workspace level: users created, activated, deactivated, deleted; group members added, removed; groups created, deleted; administrator roles granted, revoked.",
        item_noun: "changes",
        procedure: &[
            "The decision must name the same subject and the mapped group or role, go in the same direction, and lie between look_back before the change and skew after it. Each decision vouches at most one change per scope.",
            "A successful push by the configured connector, recorded by the identity provider or the provisioning log, vouches where no decision is found; an older decision still in force vouches a full synchronisation. Both are counted apart.",
            "A link weaker than min_strength leaves the change undetermined.",
            "An account made by the person's own first sign-in, or by automatic identity management, is not applicable; a role that such a door gives, and a group beyond those of everybody that a first sign-in gives, are judged like any other change.",
            "A change in a workspace that `[workspaces] out_of_scope` names is not applicable.",
            "Consequences of another change, and changes that altered nothing, pass and are counted apart.",
            "A change without a decision is an exception only where the identity provider's log is complete over the window, and since the departure of somebody who may have returned; over a hole, or where the choice between decisions would change the verdict, it is undetermined.",
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

/// Links from the strongest to the weakest.
const STRENGTHS: [&str; 4] = ["exact-id", "external-id", "name+group+time", "time-only"];

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let all = evidence.correlation;
    let min_strength = ByEnvironment::new(evidence.config, min_strength)?;
    let items = population(evidence).map(|v| item(evidence, v, &min_strength)).collect();
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
        figures: sensitivity(all),
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn min_strength(here: Values<'_>) -> Result<usize> {
    let word = here.text(TEST.id, "min_strength")?;
    STRENGTHS.iter().position(|s| *s == word).ok_or_else(|| {
        let known = STRENGTHS.join(", ");
        Error::Input(format!("[test.\"{}\"] min_strength: expected one of {known}, found `{word}`", TEST.id))
    })
}

// How the conclusion would come out under other look-backs.
fn sensitivity(all: &Correlation) -> Vec<(String, String)> {
    let figure = |(look_back, reasons): &(Span, std::collections::BTreeMap<Reason, usize>)| {
        let of =
            |verdict: Verdict| reasons.iter().filter(|(r, _)| r.verdict() == verdict).map(|(_, n)| n).sum::<usize>();
        let value = format!(
            "{} pass, {} exception, {} undetermined, {} not applicable",
            of(Verdict::Pass),
            of(Verdict::Exception),
            of(Verdict::Undetermined),
            of(Verdict::NotApplicable)
        );
        (format!("look_back = {look_back}"), value)
    };
    all.sensitivity.iter().map(figure).collect()
}

/// The judged effects of the period.
pub(super) fn population<'e>(evidence: &'e Evidence<'_>) -> impl Iterator<Item = &'e Vouching> {
    let all = evidence.correlation;
    all.judged.vouching.iter().filter(|v| {
        let act = all.judged.acts.at(v.effect);
        evidence.period.contains(act.time) && is_item(act.verb)
    })
}

fn item(evidence: &Evidence<'_>, v: &Vouching, min_strength: &ByEnvironment<usize>) -> Item {
    let all = evidence.correlation;
    let link = strength(v, &all.judged.acts);
    let asked = *min_strength.at(evidence.config.environment(all.judged.acts.at(v.effect).scope));
    let is_weak = link.and_then(rank).is_some_and(|rank| rank > asked);
    let (verdict, reason) =
        if is_weak { (Verdict::Undetermined, "weak_link") } else { (v.reason.verdict(), v.reason.as_str()) };
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: evidence.in_production(all.judged.acts.at(v.effect).scope, TEST.severity),
        detail: detail(all, v),
        extra: cells(all, v, link),
        ..of_effect(all, v)
    }
}

// Where no group is concerned, name and time are all that a name can give. An older decision in force has a rule of its own.
fn rank(link: &str) -> Option<usize> {
    let link = if link == "name+time" { "name+group+time" } else { link };
    STRENGTHS.iter().position(|s| *s == link)
}

fn cells(all: &Correlation, v: &Vouching, link: Option<&str>) -> Vec<Cell> {
    let acts = &all.judged.acts;
    let text = |text: Option<&str>| Cell::Text(text.map(str::to_owned));
    let effect = acts.at(v.effect);
    let authority = v.authority.map(|row| acts.at(row));
    let rule = match (authority, v.reason) {
        (Some(authority), _) => Some(format!("{} -> {}", authority.verb.as_str(), effect.verb.as_str())),
        (None, Reason::Transport) => Some("push".to_owned()),
        (None, Reason::Implied) => Some("consequence".to_owned()),
        _ => None,
    };
    let is_membership = |a: &crate::correlate::acts::Act<'_>| matches!(a.verb, Verb::MemberAdd | Verb::MemberRemove);
    let group_idp = authority
        .and_then(|a| if is_membership(&a) { a.entitlement } else { a.subject.filter(|_| a.subject_kind == "group") });
    let group_dbx = match &v.key.entitlement {
        Entitlement::Member(group) => Some(&**group),
        _ if v.key.is_group => Some(v.key.subject.label()),
        _ => None,
    };
    vec![
        text(authority.map(|a| a.event_id)),
        text(authority.and_then(|a| a.native_id)),
        Cell::Instant(authority.map(|a| a.time)),
        text(v.transport.map(|row| acts.at(row).event_id)),
        Cell::Real(authority.map(|a| real_seconds(effect.time - a.time))),
        text(link),
        Cell::count(v.candidate_count),
        Cell::count(v.fan_out_count),
        Cell::Text(rule),
        text(group_idp),
        text(group_dbx),
    ]
}

/// A length of time in microseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 microseconds")]
pub(super) fn real_seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// An item about one effect, not yet judged.
pub(super) fn of_effect(all: &Correlation, v: &Vouching) -> Item {
    let act = all.judged.acts.at(v.effect);
    let behind = [Some(v.effect), v.authority, v.transport];
    Item {
        verdict: Verdict::Undetermined,
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
    let named = [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal];
    let all = named.into_iter().chain([SubjectKind::Other, SubjectKind::Unknown]);
    all.map(SubjectKind::as_str).find(|w| *w == word)
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
