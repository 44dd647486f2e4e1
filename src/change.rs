//! The access change: one subject, one entitlement, one direction, one scope, one instant (table `changes`).

mod columns;
mod statement;

use crate::event::{Outcome, Text};

pub use columns::*;
pub use statement::{Model, Statement};

/// Which way access moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Access is given.
    Grant,
    /// Access is taken.
    Revoke,
    /// Neither given nor taken: renamed, re-described.
    Update,
}

impl Direction {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Update => "update",
        }
    }
}

/// Whose access changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A person.
    User,
    /// A group.
    Group,
    /// A service principal.
    ServicePrincipal,
    /// None of them: a device or a contact, which is never provisioned.
    Other,
    /// The source does not say which of them.
    Unknown,
}

impl SubjectKind {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::ServicePrincipal => "service_principal",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// What is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntitlementKind {
    /// Being known and active: of a user, group or service principal.
    Account,
    /// Being a member of a group.
    Membership,
    /// An administrator role.
    Admin,
    /// A privilege on a securable.
    Privilege,
    /// Owning a securable.
    Ownership,
    /// A token or secret.
    Token,
    /// Being assigned to an application or a workspace.
    Assignment,
}

impl EntitlementKind {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Membership => "membership",
            Self::Admin => "admin",
            Self::Privilege => "privilege",
            Self::Ownership => "ownership",
            Self::Token => "token",
            Self::Assignment => "assignment",
        }
    }
}

/// What was done, in the closed vocabulary of the audit. The text form is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is named for the verb that `as_str` spells")]
pub enum Verb {
    UserCreate,
    UserUpdate,
    UserActivate,
    UserDeactivate,
    UserSuspend,
    UserUnsuspend,
    UserDelete,
    GroupCreate,
    GroupUpdate,
    GroupDelete,
    MemberAdd,
    MemberRemove,
    AppAssign,
    AppUnassign,
    /// A group is assigned to, or pushed to, the application.
    PushCreate,
    /// A group's assignment or push mapping ends.
    PushRemove,
    AdminGrant,
    AdminRevoke,
    /// A group, user or service principal is admitted to a workspace.
    WorkspaceAssign,
    /// The reverse.
    WorkspaceUnassign,
    /// A privilege on a securable is granted.
    PrivGrant,
    /// The reverse.
    PrivRevoke,
    /// A securable gets another owner.
    OwnerChange,
    /// A permission in the access control list of an object is given, or taken (by direction).
    AclChange,
    /// A token is made.
    TokenCreate,
    /// A token is ended by somebody.
    TokenRevoke,
    /// A token is swept away because its time was over.
    TokenExpire,
    /// A secret, key or other credential is made.
    CredCreate,
    /// The reverse.
    CredRevoke,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 29] = [
        Self::UserCreate,
        Self::UserUpdate,
        Self::UserActivate,
        Self::UserDeactivate,
        Self::UserSuspend,
        Self::UserUnsuspend,
        Self::UserDelete,
        Self::GroupCreate,
        Self::GroupUpdate,
        Self::GroupDelete,
        Self::MemberAdd,
        Self::MemberRemove,
        Self::AppAssign,
        Self::AppUnassign,
        Self::PushCreate,
        Self::PushRemove,
        Self::AdminGrant,
        Self::AdminRevoke,
        Self::WorkspaceAssign,
        Self::WorkspaceUnassign,
        Self::PrivGrant,
        Self::PrivRevoke,
        Self::OwnerChange,
        Self::AclChange,
        Self::TokenCreate,
        Self::TokenRevoke,
        Self::TokenExpire,
        Self::CredCreate,
        Self::CredRevoke,
    ];

    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreate => "user.create",
            Self::UserUpdate => "user.update",
            Self::UserActivate => "user.activate",
            Self::UserDeactivate => "user.deactivate",
            Self::UserSuspend => "user.suspend",
            Self::UserUnsuspend => "user.unsuspend",
            Self::UserDelete => "user.delete",
            Self::GroupCreate => "group.create",
            Self::GroupUpdate => "group.update",
            Self::GroupDelete => "group.delete",
            Self::MemberAdd => "member.add",
            Self::MemberRemove => "member.remove",
            Self::AppAssign => "app.assign",
            Self::AppUnassign => "app.unassign",
            Self::PushCreate => "push.create",
            Self::PushRemove => "push.remove",
            Self::AdminGrant => "admin.grant",
            Self::AdminRevoke => "admin.revoke",
            Self::WorkspaceAssign => "workspace.assign",
            Self::WorkspaceUnassign => "workspace.unassign",
            Self::PrivGrant => "priv.grant",
            Self::PrivRevoke => "priv.revoke",
            Self::OwnerChange => "owner.change",
            Self::AclChange => "acl.change",
            Self::TokenCreate => "token.create",
            Self::TokenRevoke => "token.revoke",
            Self::TokenExpire => "token.expire",
            Self::CredCreate => "cred.create",
            Self::CredRevoke => "cred.revoke",
        }
    }

    /// The verb of a stored word; `None` for a word that is not in the vocabulary.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == word)
    }

    /// Which way the verb moves access; of an access control list, when a permission is given.
    pub const fn direction(self) -> Direction {
        match self {
            Self::UserCreate
            | Self::UserActivate
            | Self::UserUnsuspend
            | Self::GroupCreate
            | Self::MemberAdd
            | Self::AppAssign
            | Self::PushCreate
            | Self::AdminGrant
            | Self::WorkspaceAssign
            | Self::PrivGrant
            | Self::OwnerChange
            | Self::AclChange
            | Self::TokenCreate
            | Self::CredCreate => Direction::Grant,
            Self::UserDeactivate
            | Self::UserSuspend
            | Self::UserDelete
            | Self::GroupDelete
            | Self::MemberRemove
            | Self::AppUnassign
            | Self::PushRemove
            | Self::AdminRevoke
            | Self::WorkspaceUnassign
            | Self::PrivRevoke
            | Self::TokenRevoke
            | Self::TokenExpire
            | Self::CredRevoke => Direction::Revoke,
            Self::UserUpdate | Self::GroupUpdate => Direction::Update,
        }
    }

    /// Whether correlation follows the verb from decision to effect. Privileges, tokens and workspaces have tests of their own; but whoever
    /// is put out of a workspace loses its administrator's role with that.
    pub const fn is_followed(self) -> bool {
        !matches!(self, Self::WorkspaceAssign)
            && !matches!(
                self.entitlement_kind(),
                EntitlementKind::Privilege | EntitlementKind::Ownership | EntitlementKind::Token
            )
    }

    /// The verb that takes away what this one gives; `None` for verbs that give nothing, or have no reverse.
    pub const fn reverse(self) -> Option<Self> {
        match self {
            Self::MemberAdd => Some(Self::MemberRemove),
            Self::AdminGrant => Some(Self::AdminRevoke),
            Self::AppAssign => Some(Self::AppUnassign),
            Self::WorkspaceAssign => Some(Self::WorkspaceUnassign),
            Self::PrivGrant => Some(Self::PrivRevoke),
            Self::AclChange => Some(Self::AclChange),
            Self::TokenCreate => Some(Self::TokenRevoke),
            Self::CredCreate => Some(Self::CredRevoke),
            _ => None,
        }
    }

    /// What kind of entitlement the verb changes.
    pub const fn entitlement_kind(self) -> EntitlementKind {
        match self {
            Self::UserCreate
            | Self::UserUpdate
            | Self::UserActivate
            | Self::UserDeactivate
            | Self::UserSuspend
            | Self::UserUnsuspend
            | Self::UserDelete
            | Self::GroupCreate
            | Self::GroupUpdate
            | Self::GroupDelete => EntitlementKind::Account,
            Self::MemberAdd | Self::MemberRemove => EntitlementKind::Membership,
            Self::AppAssign
            | Self::AppUnassign
            | Self::PushCreate
            | Self::PushRemove
            | Self::WorkspaceAssign
            | Self::WorkspaceUnassign => EntitlementKind::Assignment,
            Self::PrivGrant | Self::PrivRevoke | Self::AclChange => EntitlementKind::Privilege,
            Self::OwnerChange => EntitlementKind::Ownership,
            Self::TokenCreate | Self::TokenRevoke | Self::TokenExpire | Self::CredCreate | Self::CredRevoke => {
                EntitlementKind::Token
            }
            Self::AdminGrant | Self::AdminRevoke => EntitlementKind::Admin,
        }
    }
}

/// One access change, borrowing from its record. Names are as the source says them; resolution belongs to correlation.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'r> {
    /// What was done.
    pub verb: Verb,
    /// Which way; the verb's own but for access control lists.
    pub direction: Direction,
    /// Whose access changes, by name. For an identity provider's user this is the login.
    pub subject: Option<Text<'r>>,
    /// The source's id of the subject.
    pub subject_id: Option<Text<'r>>,
    /// The subject's other name: the user name or group name it has in the application, the label of a service principal. `None` =
    /// the same or not said.
    pub subject_alias: Option<Text<'r>>,
    /// Another system's id of the subject: in SCIM its `externalId`, which the client gave; in a provisioning log the id that the
    /// application gave; in Okta's log the id of what stands for it in the application, which is `subject_id` too where the record
    /// names nothing else. `None` = not said.
    pub subject_external_id: Option<Text<'r>>,
    /// What the subject is.
    pub subject_kind: SubjectKind,
    /// What is granted, by name: the group of a membership, the role of an admin change, the application or workspace of an
    /// assignment, the privilege of a privilege, `account` otherwise.
    pub entitlement: Option<Text<'r>>,
    /// The source's id of the entitlement.
    pub entitlement_id: Option<Text<'r>>,
    /// The privilege or permission; one change for each. `None` = not about a privilege, or all of them, whichever they were.
    pub privilege: Option<Text<'r>>,
    /// The securable or object, as `type:name`; `None` = not about one.
    pub securable: Option<Text<'r>>,
    /// Success counted by the event; a change can be known to have failed on its own.
    pub outcome: Outcome,
}

impl<'r> Change<'r> {
    /// A change that names nothing yet.
    pub const fn new(verb: Verb, outcome: Outcome) -> Self {
        Self {
            verb,
            direction: verb.direction(),
            subject: None,
            subject_id: None,
            subject_alias: None,
            subject_external_id: None,
            subject_kind: SubjectKind::Unknown,
            entitlement: None,
            entitlement_id: None,
            privilege: None,
            securable: None,
            outcome,
        }
    }

    /// The change that takes away what this one gives; `None` where it gives nothing that can be taken away.
    pub fn reversed(&self) -> Option<Self> {
        let verb = self.verb.reverse().filter(|_| self.direction == Direction::Grant)?;
        Some(Self { verb, direction: Direction::Revoke, ..self.clone() })
    }
}
