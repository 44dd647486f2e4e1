//! The normalised event: one record of a source, in the words of the audit (table `events`).

use std::borrow::Cow;

use crate::change::{Change, Statement};
use crate::schema::{Column, Kind, Table};

/// What a record can prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// An identity-provider decision on access.
    Authority,
    /// A record of the push from identity provider to Databricks.
    Transport,
    /// Databricks logged it as done (or refused).
    Effect,
    /// A login, a query, a token used.
    Usage,
    /// Settings of logging, sign-on, provisioning or the platform.
    Config,
    /// A cloud-provider record.
    Cloud,
    /// None of these, or not known.
    Other,
}

impl Plane {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Transport => "transport",
            Self::Effect => "effect",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Cloud => "cloud",
            Self::Other => "other",
        }
    }
}

/// Whether the recorded act succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The source says it succeeded.
    Success,
    /// The source says it failed.
    Failure,
    /// The source does not say; never to be read as failure.
    Unknown,
}

impl Outcome {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

/// A text that borrows from the record where it can.
pub type Text<'r> = Cow<'r, str>;

/// One normalised event, borrowing from its record. Lineage (file, line, offset, raw) is added by ingest.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Event<'r> {
    /// Digest of source id and canonical record: what all deliveries of the same event share. See [`event_id`].
    #[serde(skip)]
    pub identity: [u8; 16],
    /// The part of the canonical record that other deliveries of the event carry, too, though their identity is another one; empty =
    /// the identity does all.
    #[serde(skip)]
    pub shared: Vec<u8>,
    /// The source's own id; `None` = it gives none.
    pub native_id: Option<Text<'r>>,
    /// The source's request, transaction or correlation id.
    pub request_id: Option<Text<'r>>,
    /// Microseconds since the epoch, UTC.
    pub event_time: i64,
    /// The source's own name; Databricks: `service.action`.
    pub event_type: Text<'r>,
    /// What the record can prove.
    pub plane: Plane,
    /// Whether it succeeded.
    pub outcome: Outcome,
    /// The source's own words about the outcome.
    pub outcome_reason: Option<Text<'r>>,
    /// Who acted, as the source says it.
    pub actor: Option<Text<'r>>,
    /// The source's id of the actor.
    pub actor_id: Option<Text<'r>>,
    /// user, service_principal, group, system, or the source's own word.
    pub actor_kind: Option<Text<'r>>,
    /// The door it came by, in tickmark's words: scim, ui, api, auto, system, unknown.
    pub channel: Option<Text<'r>>,
    /// The source's own word for the door (Databricks: `endpoint`), verbatim.
    pub endpoint: Option<Text<'r>>,
    /// The main object of the act.
    pub target: Option<Text<'r>>,
    /// The source's id of the target.
    pub target_id: Option<Text<'r>>,
    /// user, group, service_principal, app, or the source's own word.
    pub target_kind: Option<Text<'r>>,
    /// The identity provider's application that the act concerns, by label.
    pub app: Option<Text<'r>>,
    /// `account`, a workspace id in digits, `tenant` for identity providers, or `unknown`.
    pub scope: Text<'r>,
    /// Databricks workspace id in digits.
    pub workspace_id: Option<Text<'r>>,
    /// Databricks account id.
    pub account_id: Option<Text<'r>>,
    /// Client address as the source gives it, without port.
    pub source_ip: Option<Text<'r>>,
    /// Client software as the source gives it.
    pub user_agent: Option<Text<'r>>,
    /// The source's session id.
    pub session_id: Option<Text<'r>>,
    /// `native`, or how the record had been altered before it reached us: `re_exported` by another system, `partial` where the
    /// export leaves out what it likes.
    pub parse_rule: &'static str,
    /// The version of the record's layout, as the source numbers it; `None` = it gives none.
    pub schema_version: Option<Text<'r>>,
    /// The form it was delivered in, in the source's vocabulary of forms (`docs/sources.md`).
    pub delivery: &'static str,
    /// False = the event type is not in tickmark's vocabulary; the record is kept, and counted as unmapped.
    pub mapped: bool,
    /// The access changes that the record holds; often none.
    #[serde(skip)]
    pub changes: Vec<Change<'r>>,
    /// What the record states to be the whole of something; nearly always none.
    #[serde(skip)]
    pub statements: Vec<Statement<'r>>,
}

impl<'r> Event<'r> {
    /// An event of which only identity, time and type are known; everything else says so.
    pub const fn new(identity: [u8; 16], event_time: i64, event_type: Text<'r>) -> Self {
        Self {
            identity,
            shared: Vec::new(),
            native_id: None,
            request_id: None,
            event_time,
            event_type,
            plane: Plane::Other,
            outcome: Outcome::Unknown,
            outcome_reason: None,
            actor: None,
            actor_id: None,
            actor_kind: None,
            channel: None,
            endpoint: None,
            target: None,
            target_id: None,
            target_kind: None,
            app: None,
            scope: Cow::Borrowed("unknown"),
            workspace_id: None,
            account_id: None,
            source_ip: None,
            user_agent: None,
            session_id: None,
            parse_rule: "native",
            schema_version: None,
            delivery: "",
            mapped: false,
            changes: Vec::new(),
            statements: Vec::new(),
        }
    }
}

/// The printable form of an event's identity: 32 hexadecimal digits.
pub fn event_id(identity: &[u8; 16]) -> String {
    identity.iter().map(|b| format!("{b:02x}")).collect()
}

/// Digest of the source id and the parts of the canonical record, unambiguous in their boundaries.
/// An absent part differs from an empty one.
pub fn identity(source: &str, parts: &[Option<&[u8]>]) -> [u8; 16] {
    // One contiguous text: the digest of many short pieces costs more than gathering them.
    digest(&canonical(source, parts))
}

/// The canonical record that an identity is the digest of.
pub fn canonical(source: &str, parts: &[Option<&[u8]>]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| 9 + part.map_or(0, <[u8]>::len)).sum();
    let mut text = Vec::with_capacity(source.len() + length);
    text.extend_from_slice(source.as_bytes());
    for part in parts {
        match part {
            Some(bytes) => {
                text.push(1);
                text.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
                text.extend_from_slice(bytes);
            }
            None => text.push(0),
        }
    }
    text
}

/// The identity that a canonical record makes.
pub fn digest(canonical: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(canonical).as_bytes()[..16]);
    short
}

/// 32 hexadecimal digits, the digest of source and canonical record.
pub const EVENT_ID: Column = Column::required(
    "event_id",
    Kind::Text,
    "Digest of source and canonical record: equal for all deliveries of one event.",
);
/// The source's own id.
pub const NATIVE_ID: Column = Column::optional("native_id", Kind::Text, "The source's own id. null = it gives none.");
/// The source's request id.
pub const REQUEST_ID: Column = Column::optional(
    "request_id",
    Kind::Text,
    "The source's request, transaction or correlation id: groups events, identifies none.",
);
/// When it happened.
pub const EVENT_TIME: Column = Column::required("event_time", Kind::Instant, "When the source says it happened.");
/// The source's name for what happened.
pub const EVENT_TYPE: Column =
    Column::required("event_type", Kind::Text, "The source's own name; Databricks: service.action.");
/// What the record can prove.
pub const PLANE: Column = Column::required(
    "plane",
    Kind::Text,
    "authority, transport, effect, usage, config, cloud or other: what the record can prove.",
);
/// Whether it succeeded.
pub const OUTCOME: Column = Column::required(
    "outcome",
    Kind::Text,
    "success, failure or unknown; unknown = the source does not say, never failure.",
);
/// The source's words on the outcome.
pub const OUTCOME_REASON: Column =
    Column::optional("outcome_reason", Kind::Text, "The source's own words about the outcome.");
/// Who acted.
pub const ACTOR: Column = Column::optional("actor", Kind::Text, "Who acted, as the source says it.");
/// The actor's id.
pub const ACTOR_ID: Column = Column::optional("actor_id", Kind::Text, "The source's id of the actor.");
/// The actor's kind.
pub const ACTOR_KIND: Column =
    Column::optional("actor_kind", Kind::Text, "user, service_principal, group, system, or the source's own word.");
/// The door.
pub const CHANNEL: Column =
    Column::optional("channel", Kind::Text, "The door in tickmark's words: scim, ui, api, auto, system or unknown.");
/// The door in the source's words.
pub const ENDPOINT: Column = Column::optional(
    "endpoint",
    Kind::Text,
    "The source's own word for the door, verbatim (Databricks: endpoint; of sign-ins the method).",
);
/// The main object.
pub const TARGET: Column = Column::optional("target", Kind::Text, "The main object of the act, as the source says it.");
/// The object's id.
pub const TARGET_ID: Column = Column::optional("target_id", Kind::Text, "The source's id of the target.");
/// The object's kind.
pub const TARGET_KIND: Column =
    Column::optional("target_kind", Kind::Text, "user, group, service_principal, app, or the source's own word.");
/// The identity provider's application.
pub const APP: Column = Column::optional(
    "app",
    Kind::Text,
    "Label of the identity provider's application that the act concerns. null = none named.",
);
/// Where it holds.
pub const SCOPE: Column = Column::required(
    "scope",
    Kind::Text,
    "account, a workspace id in digits, tenant (identity providers), or unknown.",
);
/// The workspace.
pub const WORKSPACE_ID: Column = Column::optional(
    "workspace_id",
    Kind::Text,
    "Databricks workspace id in digits. null = account level or not said.",
);
/// The account.
pub const ACCOUNT_ID: Column = Column::optional("account_id", Kind::Text, "Databricks account id.");
/// The client's address.
pub const SOURCE_IP: Column = Column::optional("source_ip", Kind::Text, "Client address without port.");
/// The client's software.
pub const USER_AGENT: Column = Column::optional("user_agent", Kind::Text, "Client software as the source gives it.");
/// The session.
pub const SESSION_ID: Column = Column::optional("session_id", Kind::Text, "The source's session id.");
/// How the record was read.
pub const PARSE_RULE: Column = Column::required(
    "parse_rule",
    Kind::Text,
    "native, or how the record had been altered before it was ingested: re_exported, partial.",
);
/// The version of the layout.
pub const SCHEMA_VERSION: Column = Column::optional(
    "schema_version",
    Kind::Text,
    "The version of the record's layout, as the source numbers it. null = the record gives none.",
);
/// The form of delivery.
pub const DELIVERY: Column = Column::required(
    "delivery",
    Kind::Text,
    "The form that the record was delivered in; docs/sources.md lists each source's forms.",
);
/// Whether the type is known.
pub const MAPPED: Column = Column::required(
    "mapped",
    Kind::Flag,
    "false = the event type is not in the vocabulary: kept, counted, never guessed.",
);
/// The file.
pub const FILE_ID: Column = Column::required("file_id", Kind::Text, "The file in table files.");
/// The line.
pub const LINE: Column = Column::required(
    "line",
    Kind::Whole,
    "1-based line; in a JSON array or envelope document the 1-based position of the element.",
);
/// Where the record starts.
pub const BYTE_OFFSET: Column =
    Column::required("byte_offset", Kind::Whole, "First byte of the record in the file after decompression, 0-based.");
/// How long it is.
pub const BYTE_LENGTH: Column = Column::required("byte_length", Kind::Whole, "Length of the record in bytes.");
/// The record itself.
pub const RAW: Column = Column::required("raw", Kind::Text, "The record as read, with secrets masked. Personal data.");
/// Digest of the record's original bytes where masking changed them.
pub const RAW_SHA256: Column = Column::optional(
    "raw_sha256",
    Kind::Text,
    "SHA-256 of the record's original bytes where raw was masked. null = raw is unaltered.",
);

/// Table `events`, partitioned by `source` and `date`.
pub const EVENTS: Table = Table {
    name: "events",
    doc: "One accepted record of a source. Partitioned by `source` and `date`, the UTC day of `event_time`.",
    columns: &[
        EVENT_ID,
        NATIVE_ID,
        REQUEST_ID,
        EVENT_TIME,
        EVENT_TYPE,
        PLANE,
        OUTCOME,
        OUTCOME_REASON,
        ACTOR,
        ACTOR_ID,
        ACTOR_KIND,
        CHANNEL,
        ENDPOINT,
        TARGET,
        TARGET_ID,
        TARGET_KIND,
        APP,
        SCOPE,
        WORKSPACE_ID,
        ACCOUNT_ID,
        SOURCE_IP,
        USER_AGENT,
        SESSION_ID,
        PARSE_RULE,
        SCHEMA_VERSION,
        DELIVERY,
        MAPPED,
        FILE_ID,
        LINE,
        BYTE_OFFSET,
        BYTE_LENGTH,
        RAW_SHA256,
        RAW,
    ],
};
