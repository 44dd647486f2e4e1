//! What the manner of a change says to correlation, worked out once for all changes of that manner.

use std::collections::HashMap;

use super::super::acts::{Act, Row, Said};
use super::super::door::{ActorClass, Visitor};
use super::super::kernel::Scope;
use super::builder::Rules;
use super::ground::Scopes;
use crate::change::{Direction, SubjectKind, Verb};
use crate::error::Result;
use crate::identity::Identities;

/// What a change is to correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Effect,
    Decision,
    /// A push, and whether it succeeded.
    Push(bool),
    /// A decision of which the record does not say whether, or which way, it was made.
    Doubt,
    /// An effect of which the record does not say whether it succeeded.
    Unsaid,
    /// It ends a role that it does not name: somebody was put out of a workspace.
    Ending,
    Nothing,
}

pub(super) fn role(act: &Act<'_>) -> Role {
    match (act.plane, act.outcome) {
        ("effect", "success") if act.verb == Verb::WorkspaceUnassign => Role::Ending,
        ("effect", "success") => Role::Effect,
        ("effect", "unknown") if act.verb == Verb::WorkspaceUnassign => Role::Unsaid,
        _ if act.verb == Verb::WorkspaceUnassign => Role::Nothing,
        ("authority", "success") => Role::Decision,
        ("authority", "unknown") if act.direction != Direction::Update => Role::Doubt,
        ("effect", "unknown") if act.direction != Direction::Update => Role::Unsaid,
        ("transport", "success") => Role::Push(true),
        ("transport", "failure") => Role::Push(false),
        _ => Role::Nothing,
    }
}

/// The manner of changes.
#[derive(Debug)]
pub(super) struct Manner {
    pub(super) role: Role,
    /// It was done in Databricks, or refused there, and the record says which.
    pub(super) is_told_effect: bool,
    pub(super) verb: Verb,
    pub(super) direction: Direction,
    pub(super) scope: Scope,
    pub(super) class: ActorClass,
    /// Number of the acting principal.
    pub(super) actor: u32,
    pub(super) may_be_databricks: bool,
    pub(super) by_connector: bool,
    pub(super) is_reactivation: bool,
    /// It makes somebody active who was not, unless they have only just been made.
    pub(super) enables: bool,
    pub(super) is_restoration: bool,
    pub(super) is_by_assignment: bool,
    pub(super) is_first_statement: bool,
    pub(super) assigns_members: bool,
    pub(super) is_role_in_databricks: bool,
    /// The subject is a device or a contact: no provider pushes it, whatever group it is in.
    pub(super) is_never_pushed: bool,
}

/// All manners, by number.
#[derive(Debug)]
pub(super) struct Manners(Vec<Manner>);

impl Manners {
    pub(super) fn of(said: &Said, identities: &Identities, scopes: &Scopes, rules: &Rules) -> Result<Self> {
        let mut actors: HashMap<String, u32> = HashMap::new();
        each(said).map(|act| manner(&act, identities, scopes, rules, &mut actors)).collect::<Result<_>>().map(Self)
    }

    pub(super) fn get(&self, row: &Row) -> &Manner {
        &self.0[row.manner as usize]
    }
}

/// Every manner as a change that says nothing else.
pub(super) fn each(said: &Said) -> impl Iterator<Item = Act<'_>> {
    (0..u32::try_from(said.manners.len()).unwrap_or(u32::MAX)).map(|manner| said.in_manner(manner))
}

fn manner(
    act: &Act<'_>,
    identities: &Identities,
    scopes: &Scopes,
    rules: &Rules,
    actors: &mut HashMap<String, u32>,
) -> Result<Manner> {
    let role = role(act);
    let actor = act.actor.map(|a| identities.canonical(a));
    let visitor = Visitor {
        actor: actor.as_deref(),
        endpoint: act.endpoint,
        user_agent: act.user_agent,
        source_ip: act.source_ip,
    };
    let class = rules.door.class(visitor);
    let next = u32::try_from(actors.len()).unwrap_or(u32::MAX);
    Ok(Manner {
        role,
        is_told_effect: act.plane == "effect" && act.outcome != "unknown",
        verb: act.verb,
        direction: act.direction,
        // Only where effects and ends are the scopes are of matter.
        scope: if matches!(role, Role::Effect | Role::Ending) && act.direction != Direction::Update {
            scopes.number(act.scope)?
        } else {
            Scope::ACCOUNT
        },
        class,
        actor: *actors.entry(actor.unwrap_or_default()).or_insert(next),
        may_be_databricks: rules.may_be_databricks(act.app),
        by_connector: class == ActorClass::ScimConnector || role != Role::Effect && is_of_connector(act, class),
        is_reactivation: act.event_type.ends_with(".reactivate"),
        // Entra makes people active.
        enables: act.source == "entra_audit" && act.verb == Verb::UserActivate,
        // What Entra deletes it keeps for 30 days (reference: idp b).
        is_restoration: act.source == "entra_audit" && act.event_type.starts_with("Restore "),
        is_by_assignment: matches!(act.endpoint, Some("permissionAssignment" | "roleAssignment")),
        is_first_statement: act.is_first_statement,
        assigns_members: assigns_members(act),
        is_role_in_databricks: rules.is_role_in_databricks(act),
        is_never_pushed: is_never_pushed(act),
    })
}

// Whatever speaks SCIM is in the request log; an identity provider's own log tells of its connector alone. What somebody made into
// records may tell of anybody, and may leave out by which program and from where.
fn is_of_connector(act: &Act<'_>, class: ActorClass) -> bool {
    match (act.source, class) {
        ("scim", _) => false,
        ("generic", ActorClass::ConnectorElsewhere) => act.user_agent.is_none() && act.source_ip.is_none(),
        ("generic", class) => matches!(class, ActorClass::Automatic | ActorClass::Unknown),
        _ => true,
    }
}

pub(super) fn is_never_pushed(act: &Act<'_>) -> bool {
    act.subject_kind == SubjectKind::Other.as_str()
}

// Okta logs the assignment of each member; Entra and others only that of the group.
fn assigns_members(act: &Act<'_>) -> bool {
    let is_assignment = matches!(act.verb, Verb::AppAssign | Verb::AppUnassign);
    is_assignment || act.source == "entra_audit" && matches!(act.verb, Verb::PushCreate | Verb::PushRemove)
}
