//! The access change: one subject, one entitlement, one direction, one scope, one instant (table `changes`).

use crate::event::{ACTOR, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, OUTCOME, PLANE, SCOPE, Text};
use crate::schema::{Column, Kind, Table};

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
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 18] = [
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
        }
    }

    /// The verb of a stored word; `None` for a word that is not in the vocabulary.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == word)
    }

    /// Which way the verb moves access.
    pub const fn direction(self) -> Direction {
        match self {
            Self::UserCreate
            | Self::UserActivate
            | Self::UserUnsuspend
            | Self::GroupCreate
            | Self::MemberAdd
            | Self::AppAssign
            | Self::PushCreate
            | Self::AdminGrant => Direction::Grant,
            Self::UserDeactivate
            | Self::UserSuspend
            | Self::UserDelete
            | Self::GroupDelete
            | Self::MemberRemove
            | Self::AppUnassign
            | Self::PushRemove
            | Self::AdminRevoke => Direction::Revoke,
            Self::UserUpdate | Self::GroupUpdate => Direction::Update,
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
            Self::AppAssign | Self::AppUnassign | Self::PushCreate | Self::PushRemove => EntitlementKind::Assignment,
            Self::AdminGrant | Self::AdminRevoke => EntitlementKind::Admin,
        }
    }
}

/// One access change, borrowing from its record. Names are as the source says them; resolution belongs to correlation.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'r> {
    /// What was done.
    pub verb: Verb,
    /// Whose access changes, by name. For an identity provider's user this is the login.
    pub subject: Option<Text<'r>>,
    /// The source's id of the subject.
    pub subject_id: Option<Text<'r>>,
    /// The subject's other name: the user name it has in the application. `None` = the same or not said.
    pub subject_alias: Option<Text<'r>>,
    /// What the subject is.
    pub subject_kind: SubjectKind,
    /// What is granted, by name: the group of a membership, the role of an admin change, the application of an assignment, `account` otherwise.
    pub entitlement: Option<Text<'r>>,
    /// The source's id of the entitlement.
    pub entitlement_id: Option<Text<'r>>,
    /// Success counted by the event; a change can be known to have failed on its own.
    pub outcome: crate::event::Outcome,
}

/// Digest of event and ordinal.
pub const CHANGE_ID: Column = Column::required(
    "change_id",
    Kind::Text,
    "event_id and the 0-based ordinal of the change within the event, joined by a dash.",
);
/// grant, revoke, update.
pub const DIRECTION: Column = Column::required("direction", Kind::Text, "grant, revoke or update.");
/// What was done.
pub const VERB: Column = Column::required("verb", Kind::Text, "What was done, e.g. user.create, member.add.");
/// Whose access changes.
pub const SUBJECT: Column = Column::optional(
    "subject",
    Kind::Text,
    "Whose access changes, as the source says it. null = the record names nobody.",
);
/// The subject's id.
pub const SUBJECT_ID: Column = Column::optional("subject_id", Kind::Text, "The source's id of the subject.");
/// The subject's user name in the application.
pub const SUBJECT_ALIAS: Column = Column::optional(
    "subject_alias",
    Kind::Text,
    "The user name that the subject has in the application. null = the same or not said.",
);
/// What the subject is.
pub const SUBJECT_KIND: Column =
    Column::required("subject_kind", Kind::Text, "user, group, service_principal or unknown.");
/// What kind of thing is granted.
pub const ENTITLEMENT_KIND: Column = Column::required(
    "entitlement_kind",
    Kind::Text,
    "account, membership, admin, privilege, ownership, token or assignment.",
);
/// What is granted.
pub const ENTITLEMENT: Column = Column::optional(
    "entitlement",
    Kind::Text,
    "Group, role or application, as the source says it; account for accounts.",
);
/// The entitlement's id.
pub const ENTITLEMENT_ID: Column =
    Column::optional("entitlement_id", Kind::Text, "The source's id of the entitlement.");
/// The privilege.
pub const PRIVILEGE: Column = Column::optional(
    "privilege",
    Kind::Text,
    "The privilege granted or revoked. null = the change is not about a privilege.",
);
/// The securable.
pub const SECURABLE: Column =
    Column::optional("securable", Kind::Text, "The securable concerned. null = the change is not about a securable.");

/// Table `changes`, partitioned by `source` and `date`.
pub const CHANGES: Table = Table {
    name: "changes",
    doc: "One access change, as the source says it; an event holds none, one or many. Partitioned by `source` and `date`, the UTC day of `event_time`.",
    columns: &[
        CHANGE_ID,
        EVENT_ID,
        EVENT_TIME,
        PLANE,
        DIRECTION,
        VERB,
        SUBJECT,
        SUBJECT_ID,
        SUBJECT_ALIAS,
        SUBJECT_KIND,
        ENTITLEMENT_KIND,
        ENTITLEMENT,
        ENTITLEMENT_ID,
        PRIVILEGE,
        SECURABLE,
        SCOPE,
        ACTOR,
        CHANNEL,
        ENDPOINT,
        APP,
        OUTCOME,
    ],
};
