//! The part of the model that speaks of the evidence itself: files, coverage, identities, parameters, times.

use serde::{Deserialize, Serialize};

use super::Listing;

/// What the evidence is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Tenants, the account and workspaces, as learnt from the data and the configuration.
    pub places: Vec<Place>,
    /// Sources and scopes known and left out, one sentence each.
    pub excluded: Vec<String>,
}

/// A tenant, the account or a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// `tenant`, `account` or `workspace`.
    pub kind: String,
    /// As `scope` in the data: `tenant`, `account` or the workspace id in digits.
    pub scope: String,
    /// Name from the configuration, or [`super::NOT_SUPPLIED`].
    pub name: String,
    /// `production`, `sandbox` or [`super::NOT_SUPPLIED`].
    pub environment: String,
    /// Source ids that speak for it.
    pub sources: Vec<String>,
    /// True when the configuration names it; false = learnt from the data.
    pub declared: bool,
}

/// Up to when one test could see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// The test.
    pub test_id: String,
    /// The instant.
    pub cut_off: String,
    /// Why then: end of the evidence, or end of the period plus the test's longest window.
    pub basis: String,
}

/// A parameter of the run or of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The configuration's key, e.g. `look_back` or `TRC-01.provision_sla`.
    pub name: String,
    /// As configured, e.g. `24h`.
    pub value: String,
    /// The default, in the same form.
    pub default: String,
    /// True when the value differs from the default.
    pub changed: bool,
    /// True when nobody set it: the value is the default because of that.
    pub is_default: bool,
    /// Where it was set: `default`, `profile \`NAME\``, `[parameters]`, `[test."ID"]` or a table of an environment.
    pub origin: String,
    /// The environment that the value is for; `all` = every one that has none of its own.
    pub environment: String,
    /// The organisation's policy that sets it, or [`super::NOT_SUPPLIED`].
    pub policy: String,
    /// Tests that use it.
    pub used_by: Vec<String>,
    /// What it does.
    pub meaning: String,
}

/// How the door of a change was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// Connector principals as configured.
    pub principals: Vec<String>,
    /// User agent patterns as configured.
    pub user_agents: Vec<String>,
    /// Address ranges as configured; empty = the address is not judged.
    pub addresses: Vec<String>,
    /// True when addresses are configured and so judged.
    pub address_judged: bool,
    /// Pipelines as configured.
    pub automation: Vec<String>,
}

/// How names were brought together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Domains treated as one.
    pub domains: Vec<Alias>,
    /// Names treated as one person by configuration.
    pub aliases: Vec<Alias>,
    /// Group names mapped by configuration.
    pub groups: Vec<Alias>,
    /// Prefix stripped from the identity provider's group names; empty = none.
    pub group_prefix: String,
    /// Distinct principals seen.
    pub principal_count: u64,
    /// Merges by their basis.
    pub merges: Vec<MergeCount>,
    /// Principals that could not be resolved.
    pub unresolved: Listing<Unresolved>,
}

/// A companion file: what the organisation keeps beside its logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanionFile {
    /// What it is a list of, as `kind` in `[[companion]]`.
    pub kind: String,
    /// Path relative to the configuration's folder.
    pub path: String,
    /// Who answers for it.
    pub owner: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Size.
    pub byte_count: u64,
    /// Rows in it.
    pub row_count: u64,
    /// Findings in it.
    pub finding_count: u64,
}

/// A row of a companion file that can be read but does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanionFinding {
    /// The file.
    pub path: String,
    /// Its line there; of Parquet its row.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// One configured equality of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The name as seen.
    pub from: String,
    /// The name it stands for.
    pub to: String,
}

/// Merges resting on one basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeCount {
    /// External id, immutable id, verified e-mail, or configured alias.
    pub basis: String,
    /// Merges that rest on it.
    pub count: u64,
}

/// A principal that could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unresolved {
    /// The name as seen.
    pub name: String,
    /// Where it was seen.
    pub source: String,
    /// Why it stays unresolved.
    pub reason: String,
    /// Events that carry it.
    pub event_count: u64,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// As in table `files`.
    pub file_id: String,
    /// Path as given, relative to the configuration.
    pub path: String,
    /// Source id.
    pub source: String,
    /// SHA-256 of the file's bytes.
    pub sha256: String,
    /// Size of the file.
    pub byte_count: u64,
    /// Records and their fates.
    pub records: RecordCounts,
    /// Earliest event, or `-` when no record was accepted.
    pub first_event_time: String,
    /// Latest event, or `-`.
    pub last_event_time: String,
}

/// Records and where each ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Records read.
    pub records: u64,
    /// Became events.
    pub accepted: u64,
    /// Were at hand already.
    pub duplicate: u64,
    /// Left out by a named rule.
    pub filtered: u64,
    /// Could not be read.
    pub rejected: u64,
    /// `records - (accepted + duplicate + filtered + rejected)`; anything but 0 is a fault.
    pub difference: i64,
}

impl RecordCounts {
    /// Counts with their difference worked out.
    pub fn new(records: u64, accepted: u64, duplicate: u64, filtered: u64, rejected: u64) -> Self {
        let placed = accepted + duplicate + filtered + rejected;
        let difference = i64::try_from(i128::from(records) - i128::from(placed)).unwrap_or(i64::MAX);
        Self { records, accepted, duplicate, filtered, rejected, difference }
    }
}

/// Records over all files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Files read.
    pub file_count: u64,
    /// Bytes read.
    pub byte_count: u64,
    /// Sum over the files.
    pub records: RecordCounts,
    /// True when every file and the sum have a difference of 0.
    pub ties_out: bool,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The file.
    pub path: String,
    /// 1-based line or array element.
    pub line: u64,
    /// First byte of the record.
    pub byte_offset: u64,
    /// Why.
    pub reason: String,
}

/// One event type of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VocabularyLine {
    /// Source id.
    pub source: String,
    /// The source's own name.
    pub event_type: String,
    /// authority, transport, effect, usage, config, cloud or other.
    pub plane: String,
    /// Events of it.
    pub count: u64,
    /// False = not in the vocabulary; kept and counted, never guessed.
    pub mapped: bool,
    /// Earliest event.
    pub first_seen: String,
    /// Latest event.
    pub last_seen: String,
    /// True when a word of the name, or of an unmapped type a word of a parameter's name, speaks of access.
    pub access_like: bool,
}

/// What the logs at hand speak for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// One row a source and scope, ordered by source, then scope.
    pub rows: Vec<CoverageRow>,
    /// Holes, ordered by source, scope, start.
    pub holes: Listing<Hole>,
    /// The files in which collectors say that they asked and got an empty page.
    pub heartbeat_files: Vec<HeartbeatFile>,
}

/// A file of heartbeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeartbeatFile {
    /// Path as found, relative to the configuration.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Heartbeats in it.
    pub heartbeat_count: u64,
}

/// Coverage of one source and scope over the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// Source id.
    pub source: String,
    /// As `scope` in the data.
    pub scope: String,
    /// False when too little is at hand to say what was to be expected.
    pub established: bool,
    /// Why it is not established, or what the row rests on.
    pub note: String,
    /// Hours of the period.
    pub hour_count: u64,
    /// Hours with a record or a heartbeat.
    pub covered_hours: u64,
    /// Hours without a record where fewer than one was expected.
    pub quiet_hours: u64,
    /// Hours without a record where one or more were expected, or outside the evidence.
    pub hole_hours: u64,
    /// One entry a day of the period, in order.
    pub days: Vec<CoverageDay>,
}

/// One day of one row; the hours add up to those of the day (23 to 25 where a zone changes its clock).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageDay {
    /// `YYYY-MM-DD` in the period's zone.
    pub date: String,
    /// Covered hours.
    pub covered: u32,
    /// Quiet hours.
    pub quiet: u32,
    /// Hole hours.
    pub hole: u32,
}

/// A run of hours for which the logs do not speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Its id, e.g. `H-003`; verdicts name it.
    pub id: String,
    /// Source id.
    pub source: String,
    /// As `scope` in the data.
    pub scope: String,
    /// First hour.
    pub start: String,
    /// First hour after it.
    pub end: String,
    /// Hours in it.
    pub hours: u64,
    /// Records that were to be expected, rounded.
    pub expected_count: u64,
    /// Items that stay undetermined because of it.
    pub undetermined_count: u64,
}

impl Default for Listing<Hole> {
    fn default() -> Self {
        Self::of_total(Vec::new(), 0)
    }
}
