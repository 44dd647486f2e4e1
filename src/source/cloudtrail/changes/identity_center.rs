//! Identity Center: permission sets, assignments, and its directory of users and groups.

use std::borrow::Cow;

use super::{Call, Found, Name, labelled, of_account, privilege};
use crate::change::{Change, Direction, SubjectKind, Verb};
use crate::source::cloudtrail::fields::Fields;

/// A permission set for a user or group on an account.
pub(super) fn assignment<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    let (kind, word, id) = principal(call.params);
    let set = call.params.text("permissionSetArn");
    let is_account = call.params.text("targetType").is_none_or(|t| t.eq_ignore_ascii_case("AWS_ACCOUNT"));
    let change = Change {
        subject_id: id,
        subject_kind: kind,
        entitlement_id: set.clone(),
        securable: labelled(if is_account { "account" } else { "target" }, call.params.text("targetId")),
        ..privilege(call, verb, set)
    };
    Found::one(word, change)
}

/// A user or group on an application. The console's older calls have profiles in place of applications.
pub(super) fn app_assignment<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    let (kind, word, id) = principal(call.params);
    let app = call.params.text("applicationArn").or_else(|| call.params.text("profileId"));
    let change = Change {
        subject_id: id,
        subject_kind: kind,
        entitlement: app.clone(),
        entitlement_id: app,
        ..Change::new(verb, call.outcome)
    };
    Found::one(word, change)
}

fn principal<'r>(params: &Fields<'r>) -> (SubjectKind, &'static str, Name<'r>) {
    let said = params.text("principalType").or_else(|| params.text("accessorType")).unwrap_or_default();
    let id = params.text("principalId").or_else(|| params.text("accessorId"));
    if said.eq_ignore_ascii_case("USER") {
        (SubjectKind::User, "user", id)
    } else if said.eq_ignore_ascii_case("GROUP") {
        (SubjectKind::Group, "group", id)
    } else {
        (SubjectKind::Unknown, "unknown", id)
    }
}

/// A policy in a permission set, for whoever is or will be assigned to it.
pub(super) fn set_policy<'r>(call: &Call<'_, 'r>, verb: Verb, keys: &[&str]) -> Found<'r> {
    let parts = keys.iter().filter_map(|key| match key.split_once('/') {
        Some((object, key)) => call.params.object(object).text(key),
        None => call.params.text(key),
    });
    let name: String = parts.collect();
    let name = match (keys, name.is_empty()) {
        ([], _) => Some(Cow::Borrowed("inline_policy")),
        (_, true) => None,
        (_, false) => Some(Cow::Owned(name)),
    };
    let change = Change { subject: call.params.text("permissionSetArn"), ..privilege(call, verb, name) };
    Found::one("permission_set", change)
}

/// The bound of a permission set, set or lifted.
pub(super) fn set_boundary<'r>(call: &Call<'_, 'r>) -> Found<'r> {
    let change = Change {
        direction: Direction::Update,
        subject: call.params.text("permissionSetArn"),
        entitlement_id: call.params.object("permissionsBoundary").text("managedPolicyArn"),
        ..privilege(call, Verb::AclChange, Some(Cow::Borrowed("permissions_boundary")))
    };
    Found::one("permission_set", change)
}

/// A user of the directory, by id; AWS hides most names.
pub(super) fn user<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    Found::one("user", user_change(call, verb))
}

/// The change of a user of the directory.
pub(super) fn user_change<'r>(call: &Call<'_, 'r>, verb: Verb) -> Change<'r> {
    let (name, id) = named(call, "user", "userId", "userName");
    of_account(call, verb, SubjectKind::User, name, id)
}

/// A group of the directory, by id.
pub(super) fn group<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    Found::one("group", group_change(call, verb))
}

/// The change of a group of the directory.
pub(super) fn group_change<'r>(call: &Call<'_, 'r>, verb: Verb) -> Change<'r> {
    let (name, id) = named(call, "group", "groupId", "displayName");
    of_account(call, verb, SubjectKind::Group, name, id)
}

/// Name and id: over SCIM as `id` beside or in the body, else under keys of their own, in parameters or answer.
fn named<'r>(call: &Call<'_, 'r>, object: &str, id_key: &str, name_key: &str) -> (Name<'r>, Name<'r>) {
    let (params, answered) = (call.params, call.response.object(object));
    let id = params.text(id_key).or_else(|| params.text("id"));
    let id = id.or_else(|| answered.text(id_key)).or_else(|| call.response.text(id_key));
    let id = id.or_else(|| call.response.text("id"));
    let name = params.text(name_key).or_else(|| params.object("httpBody").text(name_key));
    let name = name.or_else(|| answered.text(name_key)).or_else(|| call.response.text(name_key));
    (name, id)
}

/// A user in a group. A membership that ends by API goes by its own id alone; the record of its making has the same id.
pub(super) fn member<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    let params = call.params;
    let membership = params.text("membershipId").or_else(|| call.response.text("membershipId"));
    let member = params.object("member").text("memberId").or_else(|| params.object("memberId").text("userId"));
    let member = member.or_else(|| params.text("memberId").filter(|id| !id.starts_with('{')));
    let change = Change {
        subject_id: member,
        subject_kind: SubjectKind::User,
        entitlement_id: params.text("groupId"),
        securable: labelled("membership", membership.clone()),
        ..Change::new(verb, call.outcome)
    };
    if change.subject_id.is_none() {
        return Found::of_id("membership", membership, vec![change], Vec::new());
    }
    Found::one("user", change)
}

/// A credential of a user of the directory.
pub(super) fn credential<'r>(call: &Call<'_, 'r>, verb: Verb, kind: &'static str) -> Found<'r> {
    let device = call.params.text("deviceId").or_else(|| call.params.text("mfaDeviceId"));
    let change = Change {
        entitlement: Some(Cow::Borrowed(kind)),
        entitlement_id: device.or_else(|| call.response.text("deviceId")),
        ..user_change(call, verb)
    };
    Found::one("user", change)
}

/// The token with which an identity provider pushes over SCIM.
pub(super) fn scim_token<'r>(call: &Call<'_, 'r>, verb: Verb) -> Found<'r> {
    let answered = call.response.object("bearerToken");
    let token = call.params.text("tokenId").or_else(|| answered.text("tokenId"));
    let change = Change {
        subject_id: call.params.text("tenantId").or_else(|| answered.text("tenantId")),
        subject_kind: SubjectKind::ServicePrincipal,
        entitlement: Some(Cow::Borrowed("scim_bearer_token")),
        entitlement_id: token.or_else(|| call.response.text("tokenId")),
        ..Change::new(verb, call.outcome)
    };
    Found::one("provisioning_tenant", change)
}
