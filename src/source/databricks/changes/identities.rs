//! Users, service principals, groups and administrators.

use std::borrow::Cow;

use super::{Name, is_uuid};
use crate::change::{Change, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::databricks::params::Params;
use crate::source::databricks::place::Level;
use crate::source::databricks::vocabulary::Act;
use crate::source::decode::Reason;

const USER_NAME: &[&str] = &["targetUserName", "principal", "target_user_name", "user_name"];
const USER_ID: &[&str] = &["targetUserId"];
const GROUP_NAME: &[&str] = &["targetGroupName", "target_group_name", "group_name", "parent_name"];
const GROUP_ID: &[&str] = &["targetGroupId"];
const SERVICE_PRINCIPAL_ID: &[&str] = &["targetUserId", "targetServicePrincipalId"];

type Subject<'r> = (SubjectKind, Name<'r>, Name<'r>);
type Entitlement<'r> = (Name<'r>, Name<'r>);

/// The changes of a row about an identity.
pub(super) fn changes<'r>(
    act: Act,
    level: Level,
    params: &Params<'r>,
    outcome: Outcome,
) -> Result<Vec<Change<'r>>, Reason> {
    let principal = || Ok::<_, Reason>(vec![member(params.text(USER_NAME)?, params.id(USER_ID)?)]);
    let (verb, subjects, (entitlement, entitlement_id)) = match act {
        Act::User(Verb::UserCreate) if outcome != Outcome::Failure && is_second_row(params) => return Ok(Vec::new()),
        Act::User(verb) => (verb, vec![account_holder(params)?], named("account")),
        Act::ServicePrincipal(verb) => (verb, vec![service_principal(params)?], named("account")),
        Act::Group(verb) => (verb, vec![group(params)?], named("account")),
        Act::Member(verb) => membership(verb, level, params, principal()?)?,
        Act::Members(verb) => membership(verb, level, params, members(params)?)?,
        Act::Admin(verb) => (verb, principal()?, administrator(level)),
        Act::AccountAdmin(verb) => (verb, principal()?, administrator(Level::Account)),
        Act::AccountOwner => {
            let owner = member(params.text(&["email", "targetUserName"])?, params.id(USER_ID)?);
            (Verb::AdminGrant, vec![owner], named("account_owner"))
        }
        _ => return Ok(Vec::new()),
    };
    let change = |(subject_kind, subject, subject_id)| Change {
        subject,
        subject_id,
        subject_kind,
        entitlement: entitlement.clone(),
        entitlement_id: entitlement_id.clone(),
        ..Change::new(verb, outcome)
    };
    Ok(subjects.into_iter().map(change).collect())
}

fn named<'r>(entitlement: &'static str) -> Entitlement<'r> {
    (Some(Cow::Borrowed(entitlement)), None)
}

/// The role that one action name grants at either level; at a level that is not said, the role is not said.
fn administrator<'r>(level: Level) -> Entitlement<'r> {
    match level {
        Level::Account => named("account_admin"),
        Level::Workspace => named("workspace_admin"),
        Level::Unknown => (None, None),
    }
}

/// Whether this is the second of the two rows that the making of a service principal leaves: it has an id, but an empty one.
/// Users have e-mail addresses, and one row, whose id may be empty in old logs.
fn is_second_row(params: &Params<'_>) -> bool {
    params.is_blank("targetUserId") && !params.hint(USER_NAME).is_some_and(|name| name.contains('@'))
}

/// A user or a service principal: the latter go by a UUID, and nothing else tells them apart.
fn account_holder<'r>(params: &Params<'r>) -> Result<Subject<'r>, Reason> {
    let name = params.text(USER_NAME)?;
    let kind = match &name {
        Some(name) if is_uuid(name) => SubjectKind::ServicePrincipal,
        Some(_) => SubjectKind::User,
        None => SubjectKind::Unknown,
    };
    Ok((kind, name, params.id(USER_ID)?))
}

fn service_principal<'r>(params: &Params<'r>) -> Result<Subject<'r>, Reason> {
    Ok((SubjectKind::ServicePrincipal, params.text(USER_NAME)?, params.id(SERVICE_PRINCIPAL_ID)?))
}

fn group<'r>(params: &Params<'r>) -> Result<Subject<'r>, Reason> {
    let (mut name, mut id) = (params.text(GROUP_NAME)?, params.id(GROUP_ID)?);
    let endpoint = params.text(&["endpoint"])?;
    // These two back ends write the group where other doors write a user.
    if matches!(endpoint.as_deref(), Some("permissionAssignment" | "roleAssignment")) {
        name = name.or(params.text(USER_NAME)?);
        id = id.or(params.id(USER_ID)?);
    }
    Ok((SubjectKind::Group, name, id))
}

/// A member may be a user, a service principal or a group; only the shape of its name tells.
fn member<'r>(name: Name<'r>, id: Name<'r>) -> Subject<'r> {
    let kind = match name.as_deref() {
        Some(name) if is_uuid(name) => SubjectKind::ServicePrincipal,
        Some(name) if name.contains('@') => SubjectKind::User,
        _ => SubjectKind::Unknown,
    };
    (kind, name, id)
}

/// The members of a bulk action. Names and ids stand in lists of their own; with more than one of each, which
/// belongs to which is not said, and the names are kept.
fn members<'r>(params: &Params<'r>) -> Result<Vec<Subject<'r>>, Reason> {
    let mut names = Vec::new();
    for key in ["targetUserName", "principals", "principal", "target_user_name"] {
        names = params.members(key)?;
        if !names.is_empty() {
            break;
        }
    }
    let mut ids = params.members("targetUserId")?;
    Ok(match (names.len(), ids.len()) {
        (0, 0) => vec![member(None, None)],
        (0, _) => ids.into_iter().map(|id| member(None, Some(id))).collect(),
        (1, 0 | 1) => vec![member(names.pop(), ids.pop())],
        _ => names.into_iter().map(|name| member(Some(name), None)).collect(),
    })
}

/// Being in a workspace's group `admins` is being its administrator.
fn membership<'r>(
    verb: Verb,
    level: Level,
    params: &Params<'r>,
    members: Vec<Subject<'r>>,
) -> Result<(Verb, Vec<Subject<'r>>, Entitlement<'r>), Reason> {
    let (name, id) = (params.text(GROUP_NAME)?, params.id(GROUP_ID)?);
    if level == Level::Workspace && name.as_deref() == Some("admins") {
        let verb = if verb == Verb::MemberAdd { Verb::AdminGrant } else { Verb::AdminRevoke };
        return Ok((verb, members, (Some(Cow::Borrowed("workspace_admin")), id)));
    }
    Ok((verb, members, (name, id)))
}
