//! The access changes of a call.

mod iam;
mod identity_center;
mod scim;
mod trust;

use std::borrow::Cow;

use super::actor::Actor;
use super::fields::Fields;
use super::vocabulary::{Act, Holder};
use crate::change::{Change, Statement, SubjectKind, Verb};
use crate::event::{Outcome, Text};

pub(super) type Name<'r> = Option<Text<'r>>;

/// A call, as far as its changes depend on it.
pub(super) struct Call<'c, 'r> {
    /// The event's name.
    pub(super) name: &'c str,
    /// What was asked for.
    pub(super) params: &'c Fields<'r>,
    /// What was answered.
    pub(super) response: &'c Fields<'r>,
    /// Who asked.
    pub(super) actor: &'c Actor<'r>,
    /// The AWS account that recorded the call.
    pub(super) account: Name<'r>,
    /// Whether it succeeded.
    pub(super) outcome: Outcome,
}

/// What a call changes and states, and the object that it is about.
#[derive(Debug, Default)]
pub(super) struct Found<'r> {
    /// The changes. A call that names nobody still changes somebody's access.
    pub(super) changes: Vec<Change<'r>>,
    /// What it states wholly; only of calls that succeeded.
    pub(super) statements: Vec<Statement<'r>>,
    /// Kind of the object.
    pub(super) kind: Option<&'static str>,
    /// Name of the object.
    pub(super) target: Name<'r>,
    /// Id of the object.
    pub(super) target_id: Name<'r>,
}

impl<'r> Found<'r> {
    /// One change, about its subject.
    fn one(kind: &'static str, change: Change<'r>) -> Self {
        let (target, target_id) = (change.subject.clone(), change.subject_id.clone());
        Self { changes: vec![change], statements: Vec::new(), kind: Some(kind), target, target_id }
    }

    /// Changes and statements about an object that has an id only.
    fn of_id(
        kind: &'static str,
        target_id: Name<'r>,
        changes: Vec<Change<'r>>,
        statements: Vec<Statement<'r>>,
    ) -> Self {
        Self { changes, statements, kind: Some(kind), target: None, target_id }
    }
}

/// Reads a call.
pub(super) fn found<'r>(act: Act, call: &Call<'_, 'r>) -> Found<'r> {
    match act {
        Act::None => Found::default(),
        Act::Principal(holder, verb) => iam::principal(call, holder, verb),
        Act::Member(verb) => iam::member(call, verb),
        Act::ManagedPolicy(holder, verb) => iam::policy(call, holder, verb, "policyArn"),
        Act::InlinePolicy(holder, verb) => iam::policy(call, holder, verb, "policyName"),
        Act::Boundary(holder) => iam::boundary(call, holder),
        Act::PolicyVersion => iam::policy_version(call),
        Act::Trust => iam::trust(call),
        Act::ProfileRole(verb) => iam::profile_role(call, verb),
        Act::Credential(verb, kind, id) => iam::credential(call, verb, kind, id),
        Act::CredentialStatus(kind, id) => iam::credential_status(call, kind, id),
        Act::Assignment(verb) => identity_center::assignment(call, verb),
        Act::AppAssignment(verb) => identity_center::app_assignment(call, verb),
        Act::SetPolicy(verb, keys) => identity_center::set_policy(call, verb, keys),
        Act::SetBoundary => identity_center::set_boundary(call),
        Act::StoreUser(verb) => identity_center::user(call, verb),
        Act::StoreGroup(verb) => identity_center::group(call, verb),
        Act::StoreMember(verb) => identity_center::member(call, verb),
        Act::StoreCredential(verb, kind) => identity_center::credential(call, verb, kind),
        Act::ScimToken(verb) => identity_center::scim_token(call, verb),
        Act::ScimPatchUser => scim::patch_user(call),
        Act::ScimPutUser => scim::put_user(call),
        Act::ScimPatchGroup => scim::patch_group(call),
    }
}

const fn word(holder: Holder) -> &'static str {
    match holder {
        Holder::User => "user",
        Holder::Group => "group",
        Holder::Role => "role",
    }
}

const fn subject_kind(holder: Holder) -> SubjectKind {
    match holder {
        Holder::User => SubjectKind::User,
        Holder::Group => SubjectKind::Group,
        Holder::Role => SubjectKind::ServicePrincipal,
    }
}

fn of_account<'r>(call: &Call<'_, 'r>, verb: Verb, kind: SubjectKind, name: Name<'r>, id: Name<'r>) -> Change<'r> {
    Change {
        subject: name,
        subject_id: id,
        subject_kind: kind,
        entitlement: Some(Cow::Borrowed("account")),
        ..Change::new(verb, call.outcome)
    }
}

/// A privilege is its own entitlement.
fn privilege<'r>(call: &Call<'_, 'r>, verb: Verb, name: Name<'r>) -> Change<'r> {
    Change { entitlement: name.clone(), privilege: name, ..Change::new(verb, call.outcome) }
}

fn labelled<'r>(label: &str, name: Name<'_>) -> Name<'r> {
    name.map(|name| Cow::Owned(format!("{label}:{name}")))
}
