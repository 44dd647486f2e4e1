//! Records to events. One folder per source id; the list's order is the order in which a record's source is looked for.

mod canonical;
mod cloudtrail;
mod databricks;
mod dates;
mod decode;
mod detection;
mod entra;
mod entra_audit;
mod entra_provisioning;
mod entra_signin;
mod generic;
mod instant;
pub mod kept;
mod loose;
mod okta;
mod pingfederate;
mod pingone;
pub mod pushed;
mod scan;
mod scim;
mod scim_body;
pub(crate) mod scim_event;
mod scim_snapshot;
mod shape;

use std::borrow::Cow;

use crate::event::Event;

pub use canonical::canonical_json;
pub use cloudtrail::CloudTrail;
pub use databricks::Databricks;
pub use dates::Dates;
pub use detection::{detect, fits};
pub use entra_audit::EntraAudit;
pub use entra_provisioning::EntraProvisioning;
pub use entra_signin::EntraSignin;
pub use generic::Generic;
pub use okta::Okta;
pub use pingfederate::PingFederate;
pub use pingone::PingOne;
pub use scim::Scim;
pub use scim_event::ScimEvent;
pub use scim_snapshot::ScimSnapshot;

/// One record as framing found it, with what is known of its file.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    /// The record's own text, without the wrapper it came in: JSON, or a line of text for sources that claim such lines. Rows of
    /// CSV and Parquet files come as a JSON object of their columns. Not yet known to be JSON.
    pub text: &'r str,
    /// Path of the file, with forward slashes, as it will stand in table `files`.
    pub path: &'r str,
    /// The zone of times that are written without one, as declared for the file; `None` = not declared.
    pub zone: Option<chrono_tz::Tz>,
    /// What is known of the file's dates with slashes.
    pub dates: Dates,
}

impl<'r> Record<'r> {
    /// A record of a file of which nothing else is known.
    pub const fn new(text: &'r str, path: &'r str) -> Self {
        Self { text, path, zone: None, dates: Dates::OfPrograms }
    }
}

/// What a source makes of one record.
#[derive(Debug)]
pub enum Fate<'r> {
    /// The record is an event.
    Accepted(Box<Event<'r>>),
    /// The record is left out by a rule with a name.
    Filtered(&'static str),
    /// The record cannot be read; the reason names the place inside the record (a JSON pointer) and what was expected.
    Rejected(Cow<'static, str>),
}

/// One claim about the records of a source: a field (JSON pointer, key case ignored) that must be there, or equal something.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    /// At least one of these pointers leads to a value that is not null.
    AnyOf(&'static [&'static str]),
    /// The value at the pointer is this text.
    Equals(&'static str, &'static str),
    /// The value at the pointer is one of these texts, whatever their case, or the number that one of them spells.
    OneOf(&'static str, &'static [&'static str]),
    /// The value at the pointer is a text or a number, and in none of these lists, whatever the case.
    NoneOf(&'static str, &'static [&'static [&'static str]]),
    /// The value at the pointer is a text that begins like this, whatever its case.
    StartsWith(&'static str, &'static str),
    /// The value at the pointer is a text that holds none of these.
    Lacks(&'static str, &'static [&'static str]),
    /// The value at one of the pointers is a text that holds one of these.
    Contains(&'static [&'static str], &'static [&'static str]),
}

/// One form in which a source's records are delivered, and how it is recognised.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Name in column `delivery`.
    pub name: &'static str,
    /// What it is, for people.
    pub doc: &'static str,
    /// What its records must show. All marks must hold; a form without marks is a line of text that the source claims.
    pub marks: &'static [Mark],
}

/// A wrapper around records: an object in which the record or the list of records stands under a fixed path.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// Name in messages and documentation.
    pub name: &'static str,
    /// Bytes that every wrapper of this kind contains; a cheap test before parsing.
    pub marker: &'static [u8],
    /// Keys that lead to the record (an object, or a string that holds one as JSON) or to the records (an array of those).
    /// A last key `*` stands for every value of an object whose keys are ids; a string there is a record whatever it holds.
    pub path: &'static [&'static str],
}

/// The wrappers of search systems and collectors, in which the records of any source may come. They are looked for where a record
/// cannot be read otherwise.
pub const COLLECTORS: &[Envelope] = &[
    Envelope { name: "Splunk search result", marker: b"\"_raw\"", path: &["result", "_raw"] },
    Envelope { name: "Splunk search results", marker: b"\"_raw\"", path: &["results"] },
    Envelope { name: "Splunk raw event", marker: b"\"_raw\"", path: &["_raw"] },
    Envelope { name: "Elastic search answer", marker: b"\"hits\"", path: &["hits", "hits"] },
    Envelope { name: "Elastic document", marker: b"\"_source\"", path: &["_source"] },
    Envelope { name: "Elastic event", marker: b"\"original\"", path: &["event", "original"] },
    Envelope { name: "Elastic event in a flat row", marker: b"\"event.original\"", path: &["event.original"] },
    // What is left where a wrapper `event` was opened before.
    Envelope { name: "Elastic event, inside", marker: b"\"original\"", path: &["original"] },
    Envelope { name: "Splunk event", marker: b"\"event\"", path: &["event"] },
    Envelope { name: "log message", marker: b"\"message\"", path: &["message"] },
    Envelope { name: "Google Cloud log entry", marker: b"\"jsonPayload\"", path: &["jsonPayload"] },
    Envelope { name: "Datadog answer", marker: b"\"data\"", path: &["data"] },
    Envelope { name: "Datadog log", marker: b"\"attributes\"", path: &["attributes"] },
    Envelope { name: "SNS notification", marker: b"\"Message\"", path: &["Message"] },
    Envelope { name: "SQS answer", marker: b"\"Messages\"", path: &["Messages"] },
    Envelope { name: "SQS message", marker: b"\"Body\"", path: &["Body"] },
    Envelope { name: "container log", marker: b"\"log\"", path: &["log"] },
    Envelope { name: "Sumo Logic answer", marker: b"\"messages\"", path: &["messages"] },
    Envelope { name: "Sumo Logic message", marker: b"\"map\"", path: &["map", "_raw"] },
    Envelope { name: "Airbyte row", marker: b"\"_airbyte_data\"", path: &["_airbyte_data"] },
];

/// What `docs/sources.md` says of a source.
#[derive(Debug, Clone, Copy)]
pub struct Doc {
    /// Name for people.
    pub title: &'static str,
    /// Columns of `events`, and the fields that they come from.
    pub events: &'static [(&'static str, &'static str)],
    /// Verbs of `changes`, and the event types and fields that they come from.
    pub changes: &'static [(&'static str, &'static str)],
    /// What is known to be missing, and what a reader must know.
    pub missing: &'static [&'static str],
}

/// What is stored of an event that tells whether another delivery of it is at hand already.
#[derive(Debug, Clone, Copy)]
pub struct Traits<'t> {
    /// Form of delivery.
    pub delivery: &'t str,
    /// The source's own id.
    pub native_id: Option<&'t str>,
    /// The source's request id.
    pub request_id: Option<&'t str>,
    /// Microseconds since the epoch, UTC.
    pub event_time: i64,
    /// The source's own name for what happened.
    pub event_type: &'t str,
    /// Where it holds.
    pub scope: &'t str,
    /// The workspace, by id.
    pub workspace_id: Option<&'t str>,
    /// Who acted.
    pub actor: Option<&'t str>,
    /// Whether it succeeded, in the lake's words.
    pub outcome: &'t str,
}

/// Marks by which two deliveries of one event know each other although they do not carry the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kin {
    /// Digest of what even the coarsest delivery says beside the parameters: events that differ in it are two.
    pub coarse: [u8; 16],
    /// Digest of the source's own id.
    pub native: Option<[u8; 16]>,
    /// True = the delivery is a coarse one.
    pub is_coarse: bool,
}

/// A log source: how its records are recognised, unwrapped and read.
pub trait Source: Sync {
    /// Stable id: command line, hive path, event rows.
    fn id(&self) -> &'static str;
    /// The forms its records are delivered in.
    fn forms(&self) -> &'static [Form];
    /// The wrappers its records come in, tried in order; a record without wrapper is always accepted. Wrappers may be nested.
    fn envelopes(&self) -> &'static [Envelope];
    /// Whether a line of text that is no JSON is a record of this source.
    fn claims(&self, _line: &str) -> bool {
        false
    }
    /// Keys of objects under which it reads a line of text that it claims, as collectors wrap it.
    fn line_keys(&self) -> &'static [&'static str] {
        &[]
    }
    /// What becomes of one record. Never panics, whatever the bytes. A record that is not the source's own is rejected, so that
    /// the other sources are asked.
    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r>;
    /// Whether that version of its records' layout is one that this reader was written for. A record without version is not asked about.
    fn knows_version(&self, _version: &str) -> bool {
        false
    }
    /// The marks by which this delivery of an event is known to others; `None` where the identity does all.
    fn kin(&self, _traits: &Traits<'_>) -> Option<Kin> {
        None
    }
    /// Whether a form of delivery is one whose events lack what tells them from others in finer ones.
    fn is_coarse(&self, _delivery: &str) -> bool {
        false
    }
    /// The identity that a stored delivery has if what it shares with others is this; `None` where the identity does all.
    fn identity_with(&self, _stored: &Traits<'_>, _shared: &[u8]) -> Option<[u8; 16]> {
        None
    }
    /// How finely the identity tells times, in microseconds: deliveries of one event may differ by less, and spell it to more digits.
    fn grain(&self) -> i64 {
        1
    }
    /// True where records of the source name its files by the digest of what they hold, uncompressed.
    fn names_files_by_content(&self) -> bool {
        false
    }
    /// The source's page.
    fn doc(&self) -> &'static Doc;
}

/// Every source, in the order in which detection tries them.
pub const SOURCES: &[&dyn Source] = &[
    &Okta,
    &EntraAudit,
    &EntraProvisioning,
    &EntraSignin,
    &PingOne,
    &PingFederate,
    &ScimEvent,
    &Scim,
    &ScimSnapshot,
    &Databricks,
    &CloudTrail,
    &Generic,
];

/// Id of the one effect source; all Databricks deliveries share it.
pub const DATABRICKS: &str = "databricks";

/// Id of the source of request logs.
pub const SCIM: &str = "scim";

/// Id of the source of listings; they speak for their own moment only.
pub const SCIM_SNAPSHOT: &str = "scim_snapshot";

/// Sources that say what an identity provider decided. Of a home-grown log nobody knows, so that it counts as one.
const AUTHORITY: [&str; 4] = ["okta", "entra_audit", "pingone", "generic"];

/// Sources that say what was pushed.
const TRANSPORT: [&str; 7] = ["okta", "entra_provisioning", "pingone", "pingfederate", "scim", "scim_event", "generic"];

/// Whether a source says what an identity provider decided: where it is silent, a decision may be missing.
pub fn is_authority(source: &str) -> bool {
    AUTHORITY.contains(&source)
}

/// Whether a source says what was decided or pushed.
pub fn is_provider(source: &str) -> bool {
    is_authority(source) || TRANSPORT.contains(&source)
}

/// Whether a source tells what happens hour by hour. A snapshot speaks for its own moment only.
pub fn is_log(source: &str) -> bool {
    source != SCIM_SNAPSHOT
}

/// The source of that id.
pub fn by_id(id: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|s| s.id() == id)
}

/// The ids of all sources, for messages.
pub fn known_ids() -> String {
    SOURCES.iter().map(|s| s.id()).collect::<Vec<_>>().join(", ")
}
