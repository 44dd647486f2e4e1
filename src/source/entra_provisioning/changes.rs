//! The access changes of a provisioning record, and whether they reached the target system.

use std::borrow::Cow;

use super::record::{Property, Push, Step};
use crate::change::{Change, SubjectKind, Verb};
use crate::event::{Outcome, Text};
use crate::source::entra::{is_uuid, items, value};

/// Reasons for which nothing had to be sent.
const HARMLESS: &[&str] = &["RedundantExport", "NotEffectivelyEntitled"];

/// Which way a record's data went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From Entra to an application.
    Out,
    /// Into Entra, or between other systems.
    In,
    /// The record does not say.
    Unsaid,
}

/// The way, by the systems that the record names.
pub(super) fn way(push: &Push<'_>) -> Way {
    match (&push.source_system, &push.target_system) {
        (Some(source), _) if is_entra(source) => Way::Out,
        (Some(_), _) => Way::In,
        (None, Some(target)) if is_entra(target) => Way::In,
        (None, Some(_)) => Way::Out,
        (None, None) => Way::Unsaid,
    }
}

fn is_entra(system: &str) -> bool {
    let names =
        ["azure active directory", "microsoft entra id", "azure ad", "entra id", "windows azure active directory"];
    names.iter().any(|name| system.eq_ignore_ascii_case(name))
}

/// Whether the target system changed, and the source's words for it. A success counts only with an export step that succeeded:
/// without one, nothing was sent.
pub(super) fn outcome<'r>(push: &Push<'r>) -> (Outcome, Option<Text<'r>>) {
    let exports = |status: &str| {
        let is_export = |s: &&Step<'_>| s.name.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("EntryExport"));
        let steps = push.steps.as_deref().unwrap_or_default();
        steps.iter().filter(is_export).any(|s| s.status.as_deref() == Some(status))
    };
    let said = error(push);
    match push.status.as_deref() {
        Some("failure") => (Outcome::Failure, said),
        Some("success" | "warning") if exports("failure") => {
            (Outcome::Failure, said.or(Some(Cow::Borrowed("an export step failed"))))
        }
        Some("success") if exports("success") => (Outcome::Success, said),
        Some("warning") if exports("success") => (Outcome::Success, said.or(Some(Cow::Borrowed("warning")))),
        Some(word @ ("success" | "warning")) if push.steps.is_none() => {
            (Outcome::Unknown, Some(Cow::Owned(format!("{word}, steps not told"))))
        }
        Some(word @ ("success" | "warning")) => {
            (Outcome::Unknown, Some(Cow::Owned(format!("{word} without an export step"))))
        }
        Some("skipped") => (Outcome::Unknown, Some(Cow::Owned(skipped(push, said)))),
        _ => (Outcome::Unknown, push.status.clone().or(said)),
    }
}

/// `skipped`, why, and the attribute that it is about.
fn skipped(push: &Push<'_>, said: Option<Text<'_>>) -> String {
    let step = push.steps.iter().flatten().find(|s| s.skip_reason.is_some());
    let why = step.and_then(|s| s.skip_reason.as_deref()).or(said.as_deref());
    match (why, step.and_then(|s| s.attribute.as_deref())) {
        (Some(why), Some(attribute)) => format!("skipped: {why} ({attribute})"),
        (Some(why), None) => format!("skipped: {why}"),
        (None, _) => "skipped".to_owned(),
    }
}

fn error<'r>(push: &Push<'r>) -> Option<Text<'r>> {
    match (&push.error_code, &push.reason) {
        (Some(code), Some(reason)) => Some(Cow::Owned(format!("{code}: {reason}"))),
        (code, reason) => code.clone().or_else(|| reason.clone()),
    }
}

/// Whether the record says that there was nothing to send.
fn is_redundant(push: &Push<'_>) -> bool {
    let mut reasons = push.steps.iter().flatten().filter_map(|s| s.skip_reason.as_deref()).peekable();
    push.status.as_deref() == Some("skipped") && reasons.peek().is_some() && reasons.all(|r| HARMLESS.contains(&r))
}

/// The access changes that were to be made in the target system.
pub(super) fn changes<'r>(push: &Push<'r>, outcome: Outcome) -> Vec<Change<'r>> {
    if way(push) != Way::Out || is_redundant(push) {
        return Vec::new();
    }
    match push.source.kind.as_deref().or(push.target.kind.as_deref()) {
        Some("user") => user_verbs(push).into_iter().map(|verb| about_user(push, verb, outcome)).collect(),
        Some("group") => group_changes(push, outcome),
        _ => Vec::new(),
    }
}

fn user_verbs(push: &Push<'_>) -> Vec<Verb> {
    let switched = push.properties.iter().find(|p| p.name.eq_ignore_ascii_case("active")).and_then(switch);
    match &*push.action {
        "create" => vec![Verb::UserCreate],
        "delete" => vec![Verb::UserDelete],
        "disable" | "stagedDelete" => vec![Verb::UserDeactivate],
        "update" => {
            let is_more = push.properties.iter().any(|p| !p.name.eq_ignore_ascii_case("active"));
            let updated = (switched.is_none() || is_more).then_some(Verb::UserUpdate);
            [switched, updated].into_iter().flatten().collect()
        }
        _ => switched.into_iter().collect(),
    }
}

fn switch(active: &Property<'_>) -> Option<Verb> {
    let (old, new) = (value(&active.old), value(&active.new));
    let is = |value: &Option<Cow<'_, str>>, word: &str| value.as_deref().is_some_and(|v| v.eq_ignore_ascii_case(word));
    if is(&new, "false") && !is(&old, "false") {
        Some(Verb::UserDeactivate)
    } else if is(&new, "true") && !is(&old, "true") {
        Some(Verb::UserActivate)
    } else {
        None
    }
}

/// The name of the person in Entra; a display name counts only where it is a login.
pub(super) fn login<'r>(push: &Push<'r>) -> Option<Cow<'r, str>> {
    push.source.login.clone().or_else(|| push.source.name.clone().filter(|name| name.contains('@')))
}

/// The person's user name in the target system.
pub(super) fn user_name<'r>(push: &Push<'r>) -> Option<Cow<'r, str>> {
    let pushed = push.properties.iter().find(|p| p.name.eq_ignore_ascii_case("userName")).and_then(|p| value(&p.new));
    pushed.or_else(|| push.target.login.clone()).or_else(|| push.target.name.clone().filter(|name| name.contains('@')))
}

fn about_user<'r>(push: &Push<'r>, verb: Verb, outcome: Outcome) -> Change<'r> {
    let (subject, alias) = match (login(push), user_name(push)) {
        (Some(login), Some(alias)) if login == alias => (Some(login), None),
        (Some(login), alias) => (Some(login), alias),
        (None, alias) => (alias, None),
    };
    Change {
        subject,
        subject_alias: alias,
        subject_id: push.source.id.clone(),
        subject_external_id: push.target.id.clone(),
        subject_kind: SubjectKind::User,
        entitlement: Some(Cow::Borrowed("account")),
        ..Change::new(verb, outcome)
    }
}

/// The group's name in the target system.
fn group_name<'r>(push: &Push<'r>) -> Option<Cow<'r, str>> {
    let pushed = push.properties.iter().find(|p| p.name.eq_ignore_ascii_case("displayName"));
    pushed.and_then(|p| value(&p.new)).or_else(|| push.target.name.clone())
}

fn group_changes<'r>(push: &Push<'r>, outcome: Outcome) -> Vec<Change<'r>> {
    let is_members =
        |p: &&Property<'_>| p.name.eq_ignore_ascii_case("members") || p.name.eq_ignore_ascii_case("member");
    let members = push.properties.iter().filter(is_members);
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for property in members.clone() {
        let (old, new) = (items(&property.old), items(&property.new));
        removed.extend(old.iter().filter(|m| !new.contains(m)).cloned());
        added.extend(new.into_iter().filter(|m| !old.contains(m)));
    }
    let is_only_members = !(added.is_empty() && removed.is_empty()) && push.properties.iter().all(|p| is_members(&p));
    let verb = match &*push.action {
        "create" => Some(Verb::GroupCreate),
        "delete" => Some(Verb::GroupDelete),
        "update" | "disable" | "stagedDelete" => Some(Verb::GroupUpdate).filter(|_| !is_only_members),
        _ => None,
    };
    let group = verb.map(|verb| Change {
        subject: push.source.name.clone().or_else(|| push.target.name.clone()),
        subject_id: push.source.id.clone(),
        subject_alias: group_name(push)
            .filter(|name| push.source.name.is_some() && push.source.name.as_ref() != Some(name)),
        subject_external_id: push.target.id.clone(),
        subject_kind: SubjectKind::Group,
        entitlement: Some(Cow::Borrowed("account")),
        ..Change::new(verb, outcome)
    });
    let adds = added.into_iter().map(|m| about_member(push, m, Verb::MemberAdd, outcome));
    let removes = removed.into_iter().map(|m| about_member(push, m, Verb::MemberRemove, outcome));
    group.into_iter().chain(adds).chain(removes).collect()
}

/// A member, which the record calls by an id or by a name.
fn about_member<'r>(push: &Push<'r>, member: String, verb: Verb, outcome: Outcome) -> Change<'r> {
    let is_id = is_uuid(&member) || member.bytes().all(|b| b.is_ascii_digit());
    let kind = if member.contains('@') { SubjectKind::User } else { SubjectKind::Unknown };
    let (subject, subject_id) = if is_id { (None, Some(member)) } else { (Some(member), None) };
    Change {
        subject: subject.map(Cow::Owned),
        subject_id: subject_id.map(Cow::Owned),
        subject_kind: kind,
        entitlement: push.source.name.clone().or_else(|| push.target.name.clone()),
        entitlement_id: push.source.id.clone(),
        ..Change::new(verb, outcome)
    }
}
