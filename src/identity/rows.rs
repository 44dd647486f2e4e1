//! Clusters and links as rows.

use super::Basis;
use super::history::Run;

/// One cluster, or one name that several claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdentityRow {
    /// person, service_principal or group.
    pub kind: &'static str,
    /// The key that correlation uses; of a contested name, the name.
    pub key: String,
    /// Stable digest of what the cluster is named by.
    pub cluster_id: String,
    /// First record of it, in microseconds.
    pub first_seen: i64,
    /// Last record of it, in microseconds.
    pub last_seen: i64,
    /// resolved, conflict or unresolved.
    pub state: &'static str,
    /// Keys of the others that it is in conflict with.
    pub candidates: Vec<String>,
}

/// One name or id of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkRow {
    /// The cluster.
    pub cluster_id: String,
    /// person, service_principal or group.
    pub kind: &'static str,
    /// The system that knows it so: a directory, or databricks.
    pub source: String,
    /// name, id, external_id, alias or email.
    pub value_kind: &'static str,
    /// The name or id.
    pub value: String,
    /// What the link rests on.
    pub basis: &'static str,
    /// From when, in microseconds; `None` = from the beginning of the evidence.
    pub valid_from: Option<i64>,
    /// Until when, in microseconds; `None` = it has not ended.
    pub valid_until: Option<i64>,
    /// The record that taught it, as the caller numbers them; `None` = no one record.
    pub record: Option<usize>,
}

/// An account in Databricks that went from one to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// From when it was the other's, in microseconds.
    pub time: i64,
    /// Its id in Databricks.
    pub id: String,
    /// Key of whose it had been.
    pub from: String,
    /// Key of whose it became.
    pub to: String,
    /// The record that shows it, as the caller numbers them; `None` = no one record.
    pub record: Option<usize>,
}

/// The cluster resolves to one key.
pub(super) const RESOLVED: &str = "resolved";
/// Others claim it, or its name.
pub(super) const CONFLICT: &str = "conflict";
/// Nothing but an id is known of it.
pub(super) const UNRESOLVED: &str = "unresolved";

/// A stable id over the parts that a cluster is named by.
pub(super) fn cluster_id(parts: &[&str]) -> String {
    let parts: Vec<Option<&[u8]>> = parts.iter().map(|part| Some(part.as_bytes())).collect();
    crate::config::hex(&crate::event::identity("cluster", &parts)[..10])
}

/// An instant, unless it stands for the beginning.
pub(super) fn since(time: i64) -> Option<i64> {
    (time != i64::MIN).then_some(time)
}

/// The number of a record, where there is one.
pub(super) fn record(number: u32) -> Option<usize> {
    (number != super::texts::NONE).then_some(number as usize)
}

/// Runs as links of a cluster, as far as they fall into a span of time. `said` gives value, kind of value and basis.
pub(super) fn add_runs(
    rows: &mut Vec<LinkRow>,
    base: &LinkRow,
    (start, end): (i64, i64),
    runs: &[Run],
    said: impl Fn(&Run) -> Option<(String, &'static str, Basis)>,
) {
    for (at, run) in runs.iter().enumerate() {
        let until = runs.get(at + 1).map_or(i64::MAX, |next| next.first).min(end);
        let from = run.first.max(start);
        if let Some((value, value_kind, basis)) = said(run).filter(|_| from < until) {
            rows.push(LinkRow {
                value_kind,
                value,
                basis: basis.as_str(),
                valid_from: since(from),
                valid_until: (until != i64::MAX).then_some(until),
                record: record(run.record),
                ..base.clone()
            });
        }
    }
}
