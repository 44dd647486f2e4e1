//! The kinds of companion files, as data: names of columns stand here and nowhere else.

use super::schema::{Column, Kind, Register, Type};
use super::words::{Decision, DutyKind, DutySystem, EmergencyKind, Environment, LeaverKind, PrincipalKind, words};

pub(super) const ACTIVE: &str = "active";
pub(super) const ACTOR: &str = "actor";
pub(super) const APPROVED_AT: &str = "approved_at";
pub(super) const APPROVER: &str = "approver";
pub(super) const AT: &str = "at";
pub(super) const CREATED_AT: &str = "created_at";
pub(super) const DATABRICKS_GROUP: &str = "databricks_group";
pub(super) const DECISION: &str = "decision";
pub(super) const DISPLAY_NAME: &str = "display_name";
pub(super) const DUTY: &str = "duty";
pub(super) const DUTY_A: &str = "duty_a";
pub(super) const DUTY_B: &str = "duty_b";
pub(super) const EFFECTIVE_AT: &str = "effective_at";
pub(super) const ENDS: &str = "ends";
pub(super) const ENVIRONMENT: &str = "environment";
pub(super) const EXPIRES: &str = "expires";
pub(super) const EXPIRES_AT: &str = "expires_at";
pub(super) const EXTERNAL_ID: &str = "external_id";
pub(super) const GRANTS: &str = "grants";
pub(super) const GROUP: &str = "group";
pub(super) const IDP_GROUP: &str = "idp_group";
pub(super) const INCIDENT: &str = "incident";
pub(super) const ITEM_ID: &str = "item_id";
pub(super) const KIND: &str = "kind";
pub(super) const LAST_USED_AT: &str = "last_used_at";
pub(super) const MAX_LIFE: &str = "max_life";
pub(super) const MAX_SESSION: &str = "max_session";
pub(super) const MAY_CREATE: &str = "may_create";
pub(super) const MEMBER: &str = "member";
pub(super) const MEMBER_KIND: &str = "member_kind";
pub(super) const METHOD: &str = "method";
pub(super) const OBJECT: &str = "object";
pub(super) const OWNER: &str = "owner";
pub(super) const PERSON: &str = "person";
pub(super) const PRINCIPAL: &str = "principal";
pub(super) const PRINCIPAL_ID: &str = "principal_id";
pub(super) const PRIVILEGE: &str = "privilege";
pub(super) const PRODUCTION: &str = "production";
pub(super) const PURPOSE: &str = "purpose";
pub(super) const REQUESTED_BY: &str = "requested_by";
pub(super) const REVIEWER: &str = "reviewer";
pub(super) const REVIEW_ID: &str = "review_id";
pub(super) const ROLE: &str = "role";
pub(super) const ROSTER_DIGEST: &str = "roster_digest";
pub(super) const SANDBOX: &str = "sandbox";
pub(super) const SCOPE: &str = "scope";
pub(super) const SECURABLE: &str = "securable";
pub(super) const SPONSOR: &str = "sponsor";
pub(super) const SUBJECT: &str = "subject";
pub(super) const SYSTEM: &str = "system";
pub(super) const TAKEN_AT: &str = "taken_at";
pub(super) const TICKET: &str = "ticket";
pub(super) const TOKEN_ID: &str = "token_id";
pub(super) const VALUE: &str = "value";
pub(super) const WHO: &str = "who";

const TAKEN: Column =
    Column::required(TAKEN_AT, Type::Instant, "When the snapshot was taken; rows of one instant are one snapshot.");
const WHERE: Column = Column::optional(SCOPE, Type::Scope, "Where it was taken. Absent: `account`.");

/// Every kind, in the order of [`Kind::ALL`].
pub const REGISTERS: [Register; 17] = [
    Register {
        kind: Kind::HrLeavers,
        doc: "One person who left, or moved, as the people department records it.",
        columns: &[
            Column::required(PERSON, Type::Text, "Who: login or e-mail address."),
            Column::required(EFFECTIVE_AT, Type::DayOrInstant, "First instant from which the access is no longer due."),
            Column::required(KIND, Type::Words(words::<LeaverKind>), "How."),
            Column::optional(
                ENDS,
                Type::Globs,
                "What a mover loses: groups or other entitlements. Absent: not stated.",
            ),
        ],
        key: &[PERSON, EFFECTIVE_AT],
        findings: &[],
    },
    Register {
        kind: Kind::Approvals,
        doc: "One approval of a ticket: that subject may get that object, in that role.",
        columns: &[
            Column::required(TICKET, Type::Text, "The organisation's own id of it."),
            Column::required(
                SUBJECT,
                Type::Text,
                "Whose access: login, e-mail address, group or application id. Of a setting: where it is, what it is, or who may change it.",
            ),
            Column::required(OBJECT, Type::Glob, "To what: group, securable, workspace."),
            Column::optional(
                ROLE,
                Type::Glob,
                "In which role, or with which privilege. Absent: the approval names none, and covers no named one; `*` = any.",
            ),
            Column::optional(ACTOR, Type::Glob, "Who may carry it out. Absent: anybody but the approver."),
            Column::required(APPROVER, Type::Text, "Who approved it."),
            Column::optional(REQUESTED_BY, Type::Text, "Who asked for it. Absent: not stated."),
            Column::required(APPROVED_AT, Type::DayOrInstant, "When; nothing before it is covered."),
            Column::optional(
                EXPIRES_AT,
                Type::DayOrInstant,
                "First instant that is no longer covered. Absent: no end.",
            ),
        ],
        key: &[TICKET, SUBJECT, OBJECT, ROLE],
        findings: &[
            "an approval by its own subject (it stays in the list, and no test uses it)",
            "an approval that expires before it is approved",
        ],
    },
    Register {
        kind: Kind::Reviews,
        doc: "One decision of an access review; without `subject`, of the roster as a whole.",
        columns: &[
            Column::required(REVIEW_ID, Type::Text, "The organisation's own id of the review."),
            Column::required(ROSTER_DIGEST, Type::Text, "Digest of the list that was reviewed."),
            Column::required(REVIEWER, Type::Text, "Who decided."),
            Column::required(AT, Type::DayOrInstant, "When."),
            Column::optional(SUBJECT, Type::Text, "Whose access. Absent: everybody's on the roster."),
            Column::optional(OBJECT, Type::Text, "To what. Absent: to all that is on the roster."),
            Column::required(DECISION, Type::Words(words::<Decision>), "What was decided."),
        ],
        key: &[REVIEW_ID, SUBJECT, OBJECT],
        findings: &["a review by the reviewed"],
    },
    Register {
        kind: Kind::Guests,
        doc: "One guest, or recipient of a share, with a sponsor.",
        columns: &[
            Column::required(PRINCIPAL, Type::Text, "Who: login, e-mail address or name of the recipient."),
            Column::required(SPONSOR, Type::Text, "Who answers for the guest."),
            Column::required(EXPIRES, Type::DayOrInstant, "First instant from which the guest is none any more."),
        ],
        key: &[PRINCIPAL],
        findings: &["a guest who is the sponsor"],
    },
    Register {
        kind: Kind::ServicePrincipals,
        doc: "One service principal with its owner.",
        columns: &[
            Column::required(PRINCIPAL, Type::Text, "Application id or name."),
            Column::required(OWNER, Type::Text, "Who answers for it."),
            Column::required(PURPOSE, Type::Text, "What it is for."),
            Column::optional(
                GRANTS,
                Type::Globs,
                "What it may hold: `PRIVILEGE:securable`, or a group. Absent: nothing is declared.",
            ),
            Column::optional(KIND, Type::Text, "The organisation's own word for its kind. Absent: not stated."),
        ],
        key: &[PRINCIPAL],
        findings: &[],
    },
    Register {
        kind: Kind::BreakGlass,
        doc: "One account or group for emergencies.",
        columns: &[
            Column::required(PRINCIPAL, Type::Text, "Login, e-mail address or name of the group."),
            Column::required(KIND, Type::Words(words::<EmergencyKind>), "What it is."),
            Column::optional(MAX_SESSION, Type::Duration, "How long one use may last. Absent: the test's own limit."),
        ],
        key: &[PRINCIPAL],
        findings: &[],
    },
    Register {
        kind: Kind::SodMatrix,
        doc: "Two duties that nobody may have at once; the order of the two does not matter.",
        columns: &[
            Column::required(DUTY_A, Type::Text, "One duty, as in `duties`."),
            Column::required(DUTY_B, Type::Text, "The other."),
        ],
        key: &[DUTY_A, DUTY_B],
        findings: &["a duty that `duties` does not describe"],
    },
    Register {
        kind: Kind::Duties,
        doc: "One sign by which a duty is recognised; a duty may have several.",
        columns: &[
            Column::required(DUTY, Type::Text, "Name of the duty."),
            Column::required(SYSTEM, Type::Words(words::<DutySystem>), "Where the sign is seen."),
            Column::required(KIND, Type::Words(words::<DutyKind>), "What it is."),
            Column::required(VALUE, Type::Glob, "Name of the role or group, or event type of the action."),
        ],
        key: &[DUTY, SYSTEM, KIND, VALUE],
        findings: &[],
    },
    Register {
        kind: Kind::Environments,
        doc: "What one scope is for; added to `[environments]` of the configuration, which it must not contradict.",
        columns: &[
            Column::required(SCOPE, Type::Scope, "Which scope."),
            Column::required(ENVIRONMENT, Type::Words(words::<Environment>), "What it is for."),
        ],
        key: &[SCOPE],
        findings: &[],
    },
    Register {
        kind: Kind::Groups,
        doc: "Which group of the identity provider is which of Databricks; added to `[groups] map`, which it must not contradict.",
        columns: &[
            Column::required(IDP_GROUP, Type::Text, "Name at the identity provider."),
            Column::required(DATABRICKS_GROUP, Type::Text, "Name in Databricks."),
        ],
        key: &[IDP_GROUP],
        findings: &[
            "two groups of the identity provider that go to one of Databricks, also by the configuration's map",
        ],
    },
    Register {
        kind: Kind::GroupPairs,
        doc: "Which group of a sandbox a group of production was tried out as.",
        columns: &[
            Column::required(PRODUCTION, Type::Text, "Name of the group in production."),
            Column::required(SANDBOX, Type::Text, "Name of the group in a sandbox."),
        ],
        key: &[PRODUCTION],
        findings: &[],
    },
    Register {
        kind: Kind::TokenPolicy,
        doc: "How long tokens of some principals may live, and whether they may make any. The rows stand in the order of the file.",
        columns: &[
            Column::required(PRINCIPAL, Type::Glob, "Whose."),
            Column::required(MAX_LIFE, Type::Duration, "How long a token may live."),
            Column::required(MAY_CREATE, Type::Flag, "Whether they may make tokens."),
        ],
        key: &[PRINCIPAL],
        findings: &[],
    },
    Register {
        kind: Kind::SnapshotUsers,
        doc: "One principal as a snapshot lists it.",
        columns: &[
            TAKEN,
            Column::required(PRINCIPAL, Type::Text, "Login, application id or name of the group."),
            Column::required(KIND, Type::Words(words::<PrincipalKind>), "What it is."),
            Column::required(ACTIVE, Type::Flag, "Whether it may sign in."),
            Column::optional(EXTERNAL_ID, Type::Text, "The identity provider's id. Absent: none is given."),
            Column::optional(PRINCIPAL_ID, Type::Text, "The Databricks id. Absent: none is given."),
            Column::optional(DISPLAY_NAME, Type::Text, "The name that is shown. Absent: none is given."),
            WHERE,
            Column::optional(METHOD, Type::Text, "How the snapshot was taken. Absent: not stated."),
        ],
        key: &[TAKEN_AT, PRINCIPAL, KIND, SCOPE],
        findings: &[],
    },
    Register {
        kind: Kind::SnapshotMembers,
        doc: "One direct membership as a snapshot lists it.",
        columns: &[
            TAKEN,
            Column::required(GROUP, Type::Text, "Name of the group."),
            Column::required(MEMBER, Type::Text, "Login, application id or name of the member."),
            Column::optional(
                MEMBER_KIND,
                Type::Words(words::<PrincipalKind>),
                "What the member is. Absent: not stated.",
            ),
            WHERE,
        ],
        key: &[TAKEN_AT, GROUP, MEMBER, MEMBER_KIND, SCOPE],
        findings: &[],
    },
    Register {
        kind: Kind::SnapshotGrants,
        doc: "One privilege as a snapshot lists it.",
        columns: &[
            TAKEN,
            Column::required(PRINCIPAL, Type::Text, "Who holds it."),
            Column::required(PRIVILEGE, Type::Text, "The privilege, e.g. `SELECT`."),
            Column::required(SECURABLE, Type::Text, "On what; full name."),
            WHERE,
        ],
        key: &[TAKEN_AT, PRINCIPAL, PRIVILEGE, SECURABLE, SCOPE],
        findings: &[],
    },
    Register {
        kind: Kind::SnapshotTokens,
        doc: "One token as a snapshot lists it; its id, never its value.",
        columns: &[
            TAKEN,
            Column::required(TOKEN_ID, Type::Text, "Id of the token."),
            Column::required(OWNER, Type::Text, "Whose it is."),
            Column::optional(CREATED_AT, Type::DayOrInstant, "When it was made. Absent: not stated."),
            Column::optional(EXPIRES_AT, Type::DayOrInstant, "When it ends. Absent: never."),
            Column::optional(LAST_USED_AT, Type::DayOrInstant, "When it was last used. Absent: never, or not stated."),
            WHERE,
        ],
        key: &[TAKEN_AT, TOKEN_ID, SCOPE],
        findings: &[],
    },
    Register {
        kind: Kind::Triage,
        doc: "What became of something that a test, or a person, found strange.",
        columns: &[
            Column::required(INCIDENT, Type::Text, "The organisation's own id of the incident."),
            Column::optional(ITEM_ID, Type::Text, "The item that it is about. Absent: known by subject and actor."),
            Column::optional(SUBJECT, Type::Text, "Whose access. Absent: anybody's."),
            Column::optional(ACTOR, Type::Text, "Who acted. Absent: anybody."),
            Column::required(DECISION, Type::Text, "What was decided, in the organisation's own words."),
            Column::required(WHO, Type::Text, "Who decided."),
            Column::required(AT, Type::DayOrInstant, "When."),
        ],
        key: &[INCIDENT, ITEM_ID, SUBJECT, ACTOR],
        findings: &["a record that names neither item, subject nor actor (no test can use it)"],
    },
];
