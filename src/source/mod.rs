//! Records to events. One file per source id; the list's order is the order in which a file's records are tried.

mod canonical;
mod databricks;
mod decode;
mod detection;
mod instant;
mod loose;
mod okta;
mod shape;

use std::borrow::Cow;

use crate::event::Event;

pub use canonical::canonical_json;
pub use databricks::Databricks;
pub use detection::detect;
pub use okta::Okta;

/// One record as framing found it, with what is known of its file.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    /// The record's own bytes, without the wrapper it came in. Not yet known to be UTF-8 or JSON.
    pub bytes: &'r [u8],
    /// Path of the file, with forward slashes, as it will stand in table `files`.
    pub path: &'r str,
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

/// One claim about the records of a source: a field (JSON pointer) that must be there, or equal something.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    /// At least one of these JSON pointers leads to a value; key case is ignored.
    AnyOf(&'static [&'static str]),
    /// The value at the pointer is this text.
    Equals(&'static str, &'static str),
}

/// A wrapper around records: an object in which the record or the list of records stands under a fixed path.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// Name in messages and documentation.
    pub name: &'static str,
    /// Bytes that every wrapper of this kind contains; a cheap test before parsing.
    pub marker: &'static [u8],
    /// Keys that lead to the record (an object) or to the records (an array).
    pub path: &'static [&'static str],
}

/// A log source: how its records are recognised, unwrapped and read.
pub trait Source: Sync {
    /// Stable id: command line, hive path, event rows.
    fn id(&self) -> &'static str;
    /// What its records must show. All marks must hold.
    fn signature(&self) -> &'static [Mark];
    /// The wrappers its records come in, tried in order; a record without wrapper is always accepted.
    fn envelopes(&self) -> &'static [Envelope];
    /// What becomes of one record. Never panics, whatever the bytes.
    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r>;
}

/// Every source, in the order in which detection tries them.
pub const SOURCES: &[&dyn Source] = &[&Okta, &Databricks];

/// Id of the one effect source; all Databricks deliveries share it.
pub const DATABRICKS: &str = "databricks";

/// The source of that id.
pub fn by_id(id: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|s| s.id() == id)
}

/// The ids of all sources, for messages.
pub fn known_ids() -> String {
    SOURCES.iter().map(|s| s.id()).collect::<Vec<_>>().join(", ")
}
