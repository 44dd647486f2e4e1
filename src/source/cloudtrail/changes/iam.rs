//! Users, groups, roles, policies and credentials of IAM.

use std::borrow::Cow;

use super::{Call, Found, Name, labelled, of_account, privilege, subject_kind, trust, word};
use crate::change::{Change, Direction, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::cloudtrail::vocabulary::Holder;

/// A user, group or role that is made, renamed or deleted. A role comes and goes with its trust.
pub(super) fn principal<'r>(call: &Call<'_, 'r>, holder: Holder, verb: Verb) -> Found<'r> {
    let answered = call.response.object(word(holder));
    let (name_key, id_key) = keys(holder);
    let name = call.params.text(name_key).or_else(|| answered.text(name_key));
    let new_name = if holder == Holder::Group { "newGroupName" } else { "newUserName" };
    let mut change = Change {
        subject_alias: call.params.text(new_name),
        ..of_account(call, verb, subject_kind(holder), name.clone(), answered.text(id_key))
    };
    // The answer is the number of a task: whether the role could be deleted is told elsewhere.
    if call.name == "DeleteServiceLinkedRole" && call.outcome == Outcome::Success {
        change.outcome = Outcome::Unknown;
    }
    let document = match verb {
        _ if holder != Holder::Role || change.outcome != Outcome::Success => None,
        Verb::UserCreate => call.params.text("assumeRolePolicyDocument"),
        Verb::UserDelete => Some(Cow::Borrowed(trust::NOBODY)),
        _ => None,
    };
    let statements = document.and_then(|d| trust::statement(call, name.as_deref()?, &d)).into_iter().collect();
    Found { statements, ..Found::one(word(holder), change) }
}

const fn keys(holder: Holder) -> (&'static str, &'static str) {
    match holder {
        Holder::User => ("userName", "userId"),
        Holder::Group => ("groupName", "groupId"),
        Holder::Role => ("roleName", "roleId"),
    }
}

/// A user in a group.
pub(super) fn member<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    let change = Change {
        subject: call.params.text("userName"),
        subject_kind: SubjectKind::User,
        entitlement: call.params.text("groupName"),
        ..Change::new(verb, call.outcome)
    };
    Found::one("user", change)
}

/// A policy on a principal: attached by its ARN, or written there under a name.
pub(super) fn policy<'r>(call: &Call<'_, 'r>, holder: Holder, verb: Verb, key: &str) -> Found<'r> {
    let change = Change {
        subject: call.params.text(keys(holder).0),
        subject_kind: subject_kind(holder),
        entitlement_id: call.params.text("policyArn"),
        ..privilege(call, verb, call.params.text(key))
    };
    Found::one(word(holder), change)
}

/// A bound set, replaced or lifted; which way access moves depends on what else the principal has.
pub(super) fn boundary<'r>(call: &Call<'_, 'r>, holder: Holder) -> Found<'r> {
    let change = Change {
        direction: Direction::Update,
        subject: call.params.text(keys(holder).0),
        subject_kind: subject_kind(holder),
        entitlement_id: call.params.text("permissionsBoundary"),
        ..privilege(call, Verb::AclChange, Some(Cow::Borrowed("permissions_boundary")))
    };
    Found::one(word(holder), change)
}

/// A version of a policy that is in force from now on, for all that hold the policy, whoever they are.
pub(super) fn policy_version<'r>(call: &Call<'_, 'r>) -> Found<'r> {
    let arn = call.params.text("policyArn");
    let flag = call.params.get("setAsDefault");
    let is_default = matches!(flag, crate::source::loose::Loose::Bool(true))
        || call.params.text("setAsDefault").is_some_and(|t| t.eq_ignore_ascii_case("true"));
    let in_force = is_default || call.name == "SetDefaultPolicyVersion";
    let change = Change {
        direction: Direction::Update,
        entitlement_id: arn.clone(),
        securable: labelled("policy", arn.clone()),
        ..privilege(call, Verb::AclChange, arn.clone())
    };
    let changes = if in_force { vec![change] } else { Vec::new() };
    Found { changes, kind: Some("policy"), target: arn, ..Found::default() }
}

/// The trust of a role, stated anew: wholly where that can be told, as a change in an unknown direction where it cannot.
pub(super) fn trust<'r>(call: &Call<'_, 'r>) -> Found<'r> {
    let role = call.params.text("roleName");
    let document = call.params.text("policyDocument").filter(|_| call.outcome == Outcome::Success);
    let statement = document.and_then(|d| trust::statement(call, role.as_deref()?, &d));
    let change = Change {
        direction: Direction::Update,
        securable: labelled("role", role.clone()),
        ..privilege(call, Verb::AclChange, Some(Cow::Borrowed("sts:AssumeRole")))
    };
    let changes = if statement.is_some() { Vec::new() } else { vec![change] };
    Found { changes, statements: statement.into_iter().collect(), kind: Some("role"), target: role, target_id: None }
}

/// A role behind an instance profile: machines that carry the profile act as the role.
pub(super) fn profile_role<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    let change = Change {
        subject: call.params.text("instanceProfileName"),
        subject_kind: SubjectKind::ServicePrincipal,
        securable: labelled("role", call.params.text("roleName")),
        ..privilege(call, verb, Some(Cow::Borrowed("sts:AssumeRole")))
    };
    Found::one("instance_profile", change)
}

/// A credential that is made or ended.
pub(super) fn credential<'r>(call: &Call<'_, 'r>, verb: Verb, kind: &'static str, id_key: &str) -> Found<'r> {
    // The answer holds the credential under a name of its own.
    let answered = call.response.entries().map(|(_, value)| super::Fields::of(value));
    let answered = answered.into_iter().find(|f| f.text(id_key).is_some() || f.text("userName").is_some());
    let answered = answered.unwrap_or_default();
    let named = call.params.text("userName").or_else(|| answered.text("userName"));
    let (name, id) = owner(call, named);
    let change = Change {
        subject: name,
        subject_id: id,
        subject_kind: SubjectKind::User,
        entitlement: Some(Cow::Borrowed(kind)),
        entitlement_id: call.params.text(id_key).or_else(|| answered.text(id_key)),
        ..Change::new(verb, call.outcome)
    };
    Found::one("user", change)
}

/// Who a credential belongs to: without a name it is the caller's own.
fn owner<'r>(call: &Call<'_, 'r>, named: Name<'r>) -> (Name<'r>, Name<'r>) {
    let own = call.actor.holds_credentials && named.as_ref().is_none_or(|name| call.actor.name.as_ref() == Some(name));
    if own { (call.actor.name.clone(), call.actor.id.clone()) } else { (named, None) }
}

/// A credential switched on or off; one that is off is as good as none.
pub(super) fn credential_status<'r>(call: &Call<'_, 'r>, kind: &'static str, id_key: &str) -> Found<'r> {
    let status = call.params.text("status").unwrap_or_default();
    if status.eq_ignore_ascii_case("Active") {
        credential(call, Verb::CredCreate, kind, id_key)
    } else if status.eq_ignore_ascii_case("Inactive") {
        credential(call, Verb::CredRevoke, kind, id_key)
    } else {
        Found { changes: Vec::new(), ..credential(call, Verb::CredRevoke, kind, id_key) }
    }
}
