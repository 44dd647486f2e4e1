//! The access changes of an audit row.

use std::borrow::Cow;

use super::params::Params;
use super::vocabulary::Act;
use crate::change::{Change, SubjectKind, Verb};
use crate::event::Outcome;
use crate::source::decode::Reason;

type Name<'r> = Option<Cow<'r, str>>;

/// Where an act holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The account.
    Account,
    /// One workspace.
    Workspace,
    /// The row does not say.
    Unknown,
}

const USER_NAME: &[&str] = &["targetUserName", "principal", "target_user_name", "user_name"];
const USER_ID: &[&str] = &["targetUserId"];
const GROUP_NAME: &[&str] = &["targetGroupName", "target_group_name", "group_name", "parent_name"];
const GROUP_ID: &[&str] = &["targetGroupId"];
const SERVICE_PRINCIPAL_ID: &[&str] = &["targetUserId", "targetServicePrincipalId"];

/// The access changes of a row; an effect that names nobody still is one, so that it is judged and not lost.
pub(super) fn changes<'r>(
    act: Act,
    level: Level,
    params: &Params<'r>,
    outcome: Outcome,
) -> Result<Vec<Change<'r>>, Reason> {
    let change = |verb, (kind, subject, subject_id): Subject<'r>, (entitlement, entitlement_id)| Change {
        verb,
        subject,
        subject_id,
        subject_alias: None,
        subject_kind: kind,
        entitlement,
        entitlement_id,
        outcome,
    };
    let account = || (Some(Cow::Borrowed("account")), None);
    let role = |name: Option<&'static str>| (name.map(Cow::Borrowed), None);
    let change = match act {
        Act::None => return Ok(Vec::new()),
        Act::User(verb) => change(verb, account_holder(params)?, account()),
        Act::ServicePrincipal(verb) => change(verb, service_principal(params)?, account()),
        Act::Group(verb) => change(verb, group(params)?, account()),
        Act::Member(verb) => {
            let (verb, group) = membership(verb, level, params)?;
            change(verb, member(params.text(USER_NAME)?, params.id(USER_ID)?), group)
        }
        Act::Members(verb) => {
            let (verb, group) = membership(verb, level, params)?;
            let members = members(params)?.into_iter();
            return Ok(members.map(|member| change(verb, member, group.clone())).collect());
        }
        Act::Admin(verb) => {
            let name = match level {
                Level::Account => Some("account_admin"),
                Level::Workspace => Some("workspace_admin"),
                Level::Unknown => None,
            };
            change(verb, member(params.text(USER_NAME)?, params.id(USER_ID)?), role(name))
        }
        Act::AccountAdmin(verb) => {
            change(verb, member(params.text(USER_NAME)?, params.id(USER_ID)?), role(Some("account_admin")))
        }
        Act::AccountOwner => {
            let owner = params.text(&["email", "targetUserName"])?;
            change(Verb::AdminGrant, member(owner, params.id(USER_ID)?), role(Some("account_owner")))
        }
    };
    Ok(vec![change])
}

type Subject<'r> = (SubjectKind, Name<'r>, Name<'r>);

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

/// The group of a membership. Being in a workspace's group `admins` is being its administrator.
fn membership<'r>(verb: Verb, level: Level, params: &Params<'r>) -> Result<(Verb, (Name<'r>, Name<'r>)), Reason> {
    let (name, id) = (params.text(GROUP_NAME)?, params.id(GROUP_ID)?);
    if level == Level::Workspace && name.as_deref() == Some("admins") {
        let verb = if verb == Verb::MemberAdd { Verb::AdminGrant } else { Verb::AdminRevoke };
        return Ok((verb, (Some(Cow::Borrowed("workspace_admin")), id)));
    }
    Ok((verb, (name, id)))
}

/// Whether a name is a UUID, as the application ids are by which service principals go.
pub(super) fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
