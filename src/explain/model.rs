//! What an explanation says, as plain data. Instants are RFC 3339 in UTC, lengths of time in seconds.

use serde::Serialize;

/// An item of vouching or tracing in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// The item.
    pub item_id: String,
    /// `vouching` or `tracing`.
    pub side: &'static str,
    /// When the effect or the decision was made.
    pub time: String,
    /// What was done or decided.
    pub verb: &'static str,
    /// Resolved name of the subject.
    pub subject: String,
    /// Resolved name of what is granted.
    pub entitlement: String,
    /// The verdict.
    pub verdict: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// The full story of one verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// The item in one line.
    pub item: Brief,
    /// The test that has it as an item; `null` = none by itself: it lies outside the period, or its verb has a test of its own.
    pub test_id: Option<&'static str>,
    /// What happened, in one sentence.
    pub headline: String,
    /// What the reason means.
    pub meaning: String,
    /// grant or revoke.
    pub direction: &'static str,
    /// Where; of a decision without effect, where it is expected.
    pub scope: String,
    /// Who acted, resolved; `null` = the record does not say.
    pub actor: Option<String>,
    /// By which door the effect came; `null` = no effect.
    pub door: Option<Door>,
    /// From the decision by the pushes to the effect.
    pub chain: Vec<Link>,
    /// Of vouching: records that could be thought of as the authority. Of tracing: what followed the decision.
    pub considered: Vec<Considered>,
    /// What was known of the access.
    pub state: State,
    /// What the logs speak for where the verdict needed them.
    pub coverage: Consulted,
    /// What was measured by.
    pub parameters: Vec<Parameter>,
}

/// A door and what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Door {
    /// Who or what acted: column `actor_class`.
    pub class: &'static str,
    /// The same in words.
    pub meaning: &'static str,
    /// Column `channel`.
    pub channel: Option<String>,
    /// The source's own word for the door.
    pub endpoint: Option<String>,
    /// Client software.
    pub user_agent: Option<String>,
    /// Client address.
    pub source_ip: Option<String>,
}

/// One record of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// `authority`, `transport`, `effect`, `reversal` (what took the decision back) or `cause` (what the effect is a consequence of).
    pub role: &'static str,
    /// How it stands to the item, in words.
    pub note: String,
    /// Event id.
    pub event_id: String,
    /// The source's own id; `null` = it gives none.
    pub native_id: Option<String>,
    /// The source's request, transaction or correlation id.
    pub request_id: Option<String>,
    /// When.
    pub time: String,
    /// Source id.
    pub source: String,
    /// The source's name for what happened.
    pub event_type: String,
    /// success, failure or unknown.
    pub outcome: String,
    /// The source's words about the outcome.
    pub outcome_reason: Option<String>,
    /// Who acted, as the source says it.
    pub actor: Option<String>,
    /// Where.
    pub scope: String,
    /// The file.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// 1-based line or array element.
    pub line: u64,
    /// First byte of the record in the file after decompression.
    pub byte_offset: u64,
    /// Length of the record in bytes.
    pub byte_length: u64,
    /// The record as read, with secrets masked.
    pub raw: String,
    /// SHA-256 of the record's original bytes; `null` = nothing was masked.
    pub raw_sha256: Option<String>,
}

/// A record that was weighed, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// `decision`, `push` or `effect`.
    pub kind: &'static str,
    /// When.
    pub time: String,
    /// How long before the item it stands; negative = after it.
    pub lag_seconds: i64,
    /// What it did.
    pub verb: &'static str,
    /// grant or revoke.
    pub direction: &'static str,
    /// Where.
    pub scope: String,
    /// Who acted.
    pub actor: Option<String>,
    /// Event id.
    pub event_id: String,
    /// True = the verdict rests on it.
    pub is_chosen: bool,
    /// What became of it, in one word.
    pub fate: &'static str,
    /// The same in words.
    pub meaning: String,
}

/// What was known of the access right before and right after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct State {
    /// held, not held, held but out of force, or not known.
    pub before: &'static str,
    /// The same afterwards.
    pub after: &'static str,
    /// The last record before that bears on it; `null` = none.
    pub shown_by: Option<String>,
    /// The instant by which a decision had to be carried out; `null` for an effect.
    pub due: Option<String>,
}

/// What was asked of coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consulted {
    /// True = the verdict leans on the absence of records; else it rests on what is there.
    pub is_leaned_on: bool,
    /// First instant of the span.
    pub from: String,
    /// Last instant of the span.
    pub until: String,
    /// The logs that would show what is looked for.
    pub logs: Vec<LogHours>,
    /// What keeps the verdict open, in words; `null` = nothing does.
    pub open_because: Option<String>,
    /// The hole that does.
    pub hole: Option<HoleSpan>,
}

/// The hours of a log within a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of `coverage::Tally`")]
pub struct LogHours {
    pub source: String,
    pub scope: String,
    pub hour_count: u64,
    pub covered: u64,
    pub quiet: u64,
    pub hole: u64,
    pub not_established: u64,
}

/// A hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoleSpan {
    /// Its id.
    pub hole_id: String,
    /// Source id.
    pub source: String,
    /// Scope.
    pub scope: String,
    /// First instant; empty = before all evidence.
    pub from: String,
    /// First instant after it; empty = never.
    pub until: String,
}

/// A limit that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it comes from.
    pub origin: String,
}

/// Whether somebody has something, and if not, where the chain broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The subject as resolved.
    pub subject: String,
    /// The entitlement as resolved.
    pub entitlement: String,
    /// The instant that was asked about.
    pub at: String,
    /// Where the chain broke.
    pub standing: Standing,
    /// The same in one sentence.
    pub headline: String,
    /// What else must be known.
    pub notes: Vec<String>,
    /// What was held and when, rows of table `access`.
    pub access: Vec<Row>,
    /// Everything at hand that bears on it, in the order of time.
    pub timeline: Vec<Entry>,
}

/// Where a chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Held.
    Held,
    /// Held, by way of another group.
    HeldThroughGroup,
    /// Kept, but out of force.
    Suspended,
    /// Held once, and removed.
    Removed,
    /// Decided away, and never seen held.
    TakenBack,
    /// No decision is at hand.
    NeverDecided,
    /// Decided, but the group is not pushed.
    GroupNotPushed,
    /// Decided, but the person is not assigned to Databricks.
    NotAssigned,
    /// Decided, and the push failed.
    PushFailed,
    /// Decided and pushed, and Databricks logged nothing.
    PushedWithoutEffect,
    /// Decided, and nothing followed.
    NotCarriedOut,
    /// Decided, and the limit has not run out.
    WindowOpen,
    /// Decided, and a hole in the Databricks log may hide the effect.
    CoverageGap,
    /// Decided, and carried out only after the instant.
    NotYet,
}

/// A row of table `access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Where.
    pub scope: String,
    /// `in_force` or `suspended`.
    pub state: &'static str,
    /// Since when; `null` = before the first record.
    pub from: Option<String>,
    /// Until when; `null` = to the end of the evidence.
    pub until: Option<String>,
    /// How the beginning is known.
    pub opened_basis: &'static str,
    /// How the end is known.
    pub closed_basis: Option<&'static str>,
    /// Groups through which it is held.
    pub via: Vec<String>,
}

/// One step of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When.
    pub time: String,
    /// `decision`, `push`, `group push` (which names no member), `effect`, `attempt` (which was refused), `consequence` or `listing`.
    pub kind: &'static str,
    /// What happened.
    pub what: String,
    /// Where it was logged.
    pub source: String,
    /// Where it holds.
    pub scope: String,
    /// Who acted.
    pub actor: Option<String>,
    /// success, failure or unknown.
    pub outcome: String,
    /// The source's words about the outcome.
    pub outcome_reason: Option<String>,
    /// Event id.
    pub event_id: String,
    /// The item that it is.
    pub item: Option<Brief>,
    /// True = after the instant that was asked about.
    pub is_after: bool,
}
