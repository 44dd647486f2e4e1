//! The access change: one subject, one entitlement, one direction, one scope, one instant (table `changes`).

use crate::event::{ACTOR, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, OUTCOME, Outcome, PLANE, SCOPE, Text};
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

    /// Whether correlation follows the verb from decision to effect. Privileges, tokens and workspaces have tests of their own.
    pub const fn is_followed(self) -> bool {
        !matches!(self, Self::WorkspaceAssign | Self::WorkspaceUnassign)
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
    /// The subject's other name: the user name it has in the application. `None` = the same or not said.
    pub subject_alias: Option<Text<'r>>,
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

/// What a record states to be the whole of something: all holders of a thing, or all that one holder has of it. Grants and
/// revokes follow from the difference to the record before, which an ingest cannot know while records still arrive: they are
/// worked out over the whole lake afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'r> {
    /// What is stated wholly. Statements of one key, in the order of time, replace each other. It holds all that tells one thing
    /// from another: account or workspace, the object's type and id, the principal where only one principal's part is stated.
    pub key: Text<'r>,
    /// What it is for.
    pub model: Model,
    /// What is held from now on, each as the grant that would give it. Empty = nothing is held any more.
    pub held: Vec<Change<'r>>,
    /// What to record where nothing is known of the time before: an empty statement takes away something all the same.
    pub otherwise: Vec<Change<'r>>,
}

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// The record changed something to be as stated.
    Replacement,
    /// The record looked, and changed nothing.
    Snapshot,
}

impl Model {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replacement => "replacement",
            Self::Snapshot => "snapshot",
        }
    }
}

/// Digest of event and ordinal.
pub const CHANGE_ID: Column = Column::required(
    "change_id",
    Kind::Text,
    "event_id and the 0-based ordinal of the change within the event, joined by a dash; what was worked out from statements has `s` before its ordinal.",
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

/// How the change is known.
pub const BASIS: Column = Column::required(
    "basis",
    Kind::Text,
    "record = the record says it; difference = two statements of the whole, one after the other, differ by it; first_statement = held in the first statement at hand, so that what is new in it is not known.",
);

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
        BASIS,
    ],
};

/// What is stated wholly.
pub const STATEMENT_KEY: Column = Column::required(
    "statement_key",
    Kind::Text,
    "What is stated wholly: statements of one key replace each other in the order of time.",
);
/// What the statement is for.
pub const MODEL: Column = Column::required(
    "model",
    Kind::Text,
    "replacement = the record changed something to be as stated; snapshot = it looked, and changed nothing.",
);
/// What the row says.
pub const ROLE: Column = Column::required(
    "role",
    Kind::Text,
    "held = this is held from now on; otherwise = what the record took away if nothing is known of the time before; nothing = it states that nothing is held.",
);
/// Position within the event.
pub const ORDINAL: Column =
    Column::required("ordinal", Kind::Whole, "Position of the row among those of its event, 0-based.");
/// What would give it.
pub const STATED_VERB: Column =
    Column::optional("verb", Kind::Text, "The verb that would give it, e.g. member.add. null = nothing is held.");
/// Which way.
pub const STATED_DIRECTION: Column = Column::optional(
    "direction",
    Kind::Text,
    "grant for what is held, revoke for what was taken away. null = nothing is held.",
);
/// Whose it is.
pub const STATED_SUBJECT_KIND: Column =
    Column::optional("subject_kind", Kind::Text, "user, group, service_principal or unknown. null = nothing is held.");

/// Table `statements`, partitioned by `source` and `date`.
pub const STATEMENTS: Table = Table {
    name: "statements",
    doc: "What one record states to be the whole of something, one row for each thing held. Changes follow from the difference of two statements. Partitioned by `source` and `date`, the UTC day of `event_time`.",
    columns: &[
        EVENT_ID,
        ORDINAL,
        EVENT_TIME,
        PLANE,
        STATEMENT_KEY,
        MODEL,
        ROLE,
        STATED_VERB,
        STATED_DIRECTION,
        SUBJECT,
        SUBJECT_ID,
        SUBJECT_ALIAS,
        STATED_SUBJECT_KIND,
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
