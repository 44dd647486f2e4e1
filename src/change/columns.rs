//! Columns of tables `changes` and `statements`.

use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID, SCOPE,
    SOURCE_IP, USER_AGENT,
};
use crate::schema::{Column, Kind, Table};

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
    "The user name or group name that the subject has in the application; what a service principal is called. null = the same or not said.",
);
/// Another system's id of the subject.
pub const SUBJECT_EXTERNAL_ID: Column = Column::optional(
    "subject_external_id",
    Kind::Text,
    "Another system's id of the subject: the `externalId` of SCIM, the target's id in a provisioning log, in Okta's log the id of its account or group in the application. null = not said.",
);
/// What the subject is.
pub const SUBJECT_KIND: Column = Column::required(
    "subject_kind",
    Kind::Text,
    "user, group, service_principal, other (a device or a contact) or unknown.",
);
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
        SUBJECT_EXTERNAL_ID,
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
        EVENT_TYPE,
        NATIVE_ID,
        REQUEST_ID,
        SOURCE_IP,
        USER_AGENT,
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
    "replacement = the record changed something to be as stated; part = it changed the rows of `held` alone, as the rows of `changes` say themselves; snapshot = it looked, and changed nothing.",
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
pub const STATED_SUBJECT_KIND: Column = Column::optional(
    "subject_kind",
    Kind::Text,
    "user, group, service_principal, other (a device or a contact) or unknown. null = nothing is held.",
);

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
        SUBJECT_EXTERNAL_ID,
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
        EVENT_TYPE,
        NATIVE_ID,
        REQUEST_ID,
        SOURCE_IP,
        USER_AGENT,
    ],
};
