//! Grants of every kind, on both sides, as the tests on who grants to whom take them (reference: compliance 2.0a, SOD-01).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::acts::makers;
use super::deeds::{Deed, is_redacted};
use super::evidence::Evidence;
use super::privileges::{Kinds, is_from_a_first_list, object};
use crate::change::{Direction, SubjectKind, Verb};
use crate::correlate::acts::Act;
use crate::correlate::door::ActorClass;
use crate::error::Result;
use crate::identity::{Resolved, Sighting};

/// One grant, or an attempt at one.
#[derive(Debug, Clone)]
pub(super) struct Grant<'e> {
    pub(super) event_id: Cow<'e, str>,
    pub(super) time: i64,
    pub(super) source: Cow<'e, str>,
    /// True = decided at the identity provider, false = done in Databricks.
    pub(super) is_decision: bool,
    pub(super) verb: Verb,
    /// Who granted, as resolved: where another identity was assumed, who had signed in. `None` = the record names nobody.
    pub(super) actor: Option<String>,
    /// The identity that the actor had assumed, as resolved; `None` = none.
    pub(super) assumed: Option<String>,
    /// True = the record gives one name for actor and subject.
    pub(super) is_same_name: bool,
    pub(super) subject: String,
    pub(super) subject_kind: SubjectKind,
    /// False = several identities claim the name, or only an id is known that nobody was ever seen with.
    pub(super) is_resolved: bool,
    pub(super) object: String,
    /// The privilege or permission; `None` = the grant is of none, or the record does not say which.
    pub(super) privilege: Option<String>,
    pub(super) scope: Cow<'e, str>,
    pub(super) class: Option<ActorClass>,
    pub(super) channel: Option<String>,
    pub(super) outcome: Cow<'e, str>,
    /// True for the workspace row of an account-level act.
    pub(super) is_twin: bool,
    /// True for what the first list of an object names: it may have been there before.
    pub(super) may_be_older: bool,
}

impl Grant<'_> {
    // Who had signed in, instead of the identity that was assumed.
    fn lay(&mut self, evidence: &Evidence<'_>, makers: &BTreeMap<String, String>) {
        let Some(maker) = makers.get(self.event_id.as_ref()).filter(|_| !self.is_decision) else { return };
        let person = actor_of(evidence, &self.source, maker, self.time);
        if self.actor.as_ref() != Some(&person) {
            self.assumed = self.actor.replace(person);
            self.is_same_name = false;
        }
    }

    /// True for a success.
    pub(super) fn succeeded(&self) -> bool {
        self.outcome == "success"
    }
}

const NOBODY: &str = "(nobody named)";

/// The verbs that correlation does not follow.
pub(super) const UNFOLLOWED: &[Verb] = &[Verb::PrivGrant, Verb::AclChange, Verb::OwnerChange, Verb::TokenCreate];

/// Every grant on record, ordered by time and event: membership, administrator role, assignment of an application, privilege,
/// permission, ownership, and a token for somebody else. A second mention of the same in one record is left out.
///
/// # Errors
/// The lake cannot be read, or the configuration holds a malformed glob.
pub(super) fn grants<'e>(evidence: &'e Evidence<'_>) -> Result<Vec<Grant<'e>>> {
    let kinds = Kinds::of(evidence);
    let judged = &evidence.correlation.judged;
    let twins: BTreeSet<usize> = judged.vouching.iter().filter(|v| v.is_twin).map(|v| v.effect).collect();
    let followed = |verb| matches!(verb, Verb::MemberAdd | Verb::AdminGrant | Verb::AppAssign);
    let mut all: Vec<Grant<'e>> = (0..judged.acts.len())
        .filter(|row| followed(judged.acts.verb(*row)))
        .map(|row| (row, judged.acts.at(row)))
        .filter(|(_, act)| matches!(act.plane, "effect" | "authority") && act.direction == Direction::Grant)
        .map(|(row, act)| {
            let class = judged.cases.classes.get(row).copied().flatten();
            Grant { is_twin: twins.contains(&row), class, ..of_act(evidence, &kinds, &act) }
        })
        .collect();
    let others = evidence.deeds()?.iter().filter(|deed| UNFOLLOWED.contains(&deed.verb));
    let is_grant = |deed: &&Deed| {
        matches!(deed.plane.as_str(), "effect" | "authority")
            && deed.direction == Direction::Grant
            && !is_own_token(deed)
    };
    let others: Vec<&Deed> = others.filter(is_grant).collect();
    all.par_extend(others.par_iter().map(|deed| of_deed(evidence, &kinds, deed)));
    let makers = makers(evidence)?;
    if !makers.is_empty() {
        all.par_iter_mut().for_each(|grant| grant.lay(evidence, &makers));
    }
    all.par_sort_by(|a, b| place(a).cmp(&place(b)));
    all.dedup_by(|b, a| place(a) == place(b));
    Ok(all)
}

fn place<'g>(grant: &'g Grant<'_>) -> (i64, &'g str, &'static str, &'g str, &'g str) {
    (grant.time, &grant.event_id, grant.verb.as_str(), &grant.subject, &grant.object)
}

fn is_own_token(deed: &Deed) -> bool {
    deed.verb == Verb::TokenCreate && deed.subject.is_some() && deed.subject == deed.actor
}

/// How many tokens people made for themselves, which is no grant to somebody.
///
/// # Errors
/// As [`grants`].
pub(super) fn own_tokens(evidence: &Evidence<'_>) -> Result<u64> {
    let made = evidence.deeds()?.iter().filter(|deed| deed.verb == Verb::TokenCreate);
    Ok(made.filter(|d| evidence.period.contains(d.time) && d.succeeded() && is_own_token(d)).count() as u64)
}

fn of_act<'e>(evidence: &Evidence<'_>, kinds: &Kinds<'_>, act: &Act<'e>) -> Grant<'e> {
    let identities = &evidence.correlation.ground.identities;
    let said = match act.subject_kind {
        "user" => SubjectKind::User,
        "group" => SubjectKind::Group,
        "service_principal" => SubjectKind::ServicePrincipal,
        _ => SubjectKind::Unknown,
    };
    let subject = match said {
        SubjectKind::Group => identities.group(act.source, act.subject, act.subject_id, act.time),
        kind => identities.person(Sighting {
            scope: act.scope,
            name: act.subject,
            id: act.subject_id,
            alias: act.subject_alias,
            external_id: act.subject_external_id,
            ..Sighting::new(act.source, kind, act.time)
        }),
    };
    let object = match act.verb {
        Verb::MemberAdd => {
            identities.group(act.source, act.entitlement, act.entitlement_id, act.time).label().to_owned()
        }
        Verb::AppAssign => act.app.or(act.entitlement).unwrap_or("(not named)").to_owned(),
        _ => act.entitlement.unwrap_or("(not named)").to_owned(),
    };
    Grant {
        event_id: Cow::Borrowed(act.event_id),
        time: act.time,
        source: Cow::Borrowed(act.source),
        is_decision: act.plane == "authority",
        verb: act.verb,
        actor: act
            .actor
            .filter(|actor| !is_redacted(actor))
            .map(|actor| actor_of(evidence, act.source, actor, act.time)),
        assumed: None,
        is_same_name: same(act.actor, act.subject),
        subject_kind: kinds.of_label(said, subject.label()),
        is_resolved: subject.is_known() && !subject.label().starts_with("id:") && !is_redacted(subject.label()),
        subject: subject.label().to_owned(),
        object,
        privilege: None,
        scope: Cow::Borrowed(act.scope),
        class: None,
        channel: act.channel.map(str::to_owned),
        outcome: Cow::Borrowed(act.outcome),
        is_twin: false,
        may_be_older: false,
    }
}

fn of_deed<'e>(evidence: &Evidence<'_>, kinds: &Kinds<'_>, deed: &'e Deed) -> Grant<'e> {
    let subject = deed.subject.clone().unwrap_or_else(|| NOBODY.to_owned());
    let actor = deed.actor.as_deref().map(|actor| actor_of(evidence, &deed.source, actor, deed.time));
    Grant {
        event_id: Cow::Borrowed(&deed.event_id),
        time: deed.time,
        source: Cow::Borrowed(&deed.source),
        is_decision: deed.plane == "authority",
        verb: deed.verb,
        assumed: None,
        is_same_name: same(deed.actor.as_deref(), deed.subject.as_deref()),
        actor,
        subject_kind: kinds.kind(deed),
        is_resolved: deed.is_resolved && !subject.starts_with("id:"),
        subject,
        object: if deed.verb == Verb::TokenCreate {
            deed.entitlement_id.clone().unwrap_or_else(|| "token".to_owned())
        } else {
            object(deed).unwrap_or_else(|| "(not named)".to_owned())
        },
        privilege: deed.privilege.clone(),
        scope: Cow::Borrowed(&deed.scope),
        class: (deed.plane == "effect").then_some(deed.class),
        channel: deed.channel.clone(),
        outcome: Cow::Borrowed(&deed.outcome),
        is_twin: false,
        may_be_older: is_from_a_first_list(deed),
    }
}

fn same(actor: Option<&str>, subject: Option<&str>) -> bool {
    actor.zip(subject).is_some_and(|(actor, subject)| actor.eq_ignore_ascii_case(subject))
}

// Who had the name at the time: names are used again.
fn actor_of(evidence: &Evidence<'_>, source: &str, actor: &str, time: i64) -> String {
    let sighting = Sighting { name: Some(actor), ..Sighting::new(source, SubjectKind::Unknown, time) };
    match evidence.correlation.ground.identities.person(sighting) {
        Resolved::Key(key) | Resolved::Unresolved(key) => key.to_string(),
    }
}
