//! Whom jobs run as, by what their settings say.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalogue::Evidence;
use crate::catalogue::records::{Raw, Record, databricks, records};
use crate::error::Result;
use crate::source::kept::{answer, json, parameters};

/// A principal that a job runs as, for a time.
#[derive(Debug, Clone)]
pub(super) struct RunAs {
    /// As resolved.
    pub(super) principal: String,
    /// `job:` and its id.
    pub(super) object: String,
    /// Workspace of the job.
    pub(super) scope: String,
    /// From when, microseconds.
    pub(super) from: i64,
    /// Until when; `None` = still so.
    pub(super) until: Option<i64>,
    /// Who set it.
    pub(super) granted_by: Option<String>,
    /// Events that show it.
    pub(super) event_ids: Vec<String>,
}

const SETTING: &[&str] = &["jobs.create", "jobs.reset", "jobs.update"];
const ENDING: &[&str] = &["jobs.delete"];

/// Every principal that a job was set to run as.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn run_as(evidence: &Evidence<'_>) -> Result<Vec<RunAs>> {
    let mut all = records(evidence, databricks(evidence, SETTING)?, Raw::With)?;
    // Most settings name no identity.
    all.retain(|record| record.raw.contains("run_as"));
    if all.is_empty() {
        return Ok(Vec::new());
    }
    all.extend(records(evidence, databricks(evidence, ENDING)?, Raw::With)?);
    all.sort_by(|a, b| (a.time, &a.event_id).cmp(&(b.time, &b.event_id)));
    let mut jobs: BTreeMap<(String, String), Vec<RunAs>> = BTreeMap::new();
    for record in all.iter().filter(|record| record.succeeded()) {
        let Some((job, principal)) = said(evidence, record) else { continue };
        let spans = jobs.entry((record.scope.clone(), job.clone())).or_default();
        let last = spans.last_mut().filter(|last| last.until.is_none());
        if let Some(last) = last {
            if principal.as_ref() == Some(&last.principal) {
                continue;
            }
            last.until = Some(record.time);
            last.event_ids.push(record.event_id.clone());
        }
        spans.extend(principal.map(|principal| RunAs {
            principal,
            object: format!("job:{job}"),
            scope: record.scope.clone(),
            from: record.time,
            until: None,
            granted_by: record.actor.clone(),
            event_ids: vec![record.event_id.clone()],
        }));
    }
    Ok(jobs.into_values().flatten().collect())
}

/// The job that a record is about, and whom it runs as from then on; nobody where it is deleted. `None` = neither is said.
fn said(evidence: &Evidence<'_>, record: &Record) -> Option<(String, Option<String>)> {
    let given = parameters(&record.raw);
    let made = answer(&record.raw);
    let job = ["job_id", "jobId"].iter().find_map(|key| given.get(*key).cloned().or_else(|| text(&made[*key])))?;
    if ENDING.contains(&record.event_type.as_str()) {
        return Some((job, None));
    }
    let settings = ["new_settings", "settings"].iter().find_map(|key| given.get(*key)).map(|text| json(text));
    let nested = settings.as_ref().and_then(|all| named(&all["run_as"]).or_else(|| text(&all["run_as_user_name"])));
    let own = given.get("run_as").and_then(|text| named(&json(text)).or_else(|| plain(text)));
    let principal = own.or_else(|| given.get("run_as_user_name").and_then(|name| plain(name))).or(nested)?;
    Some((job, Some(evidence.name(&principal))))
}

fn named(run_as: &Value) -> Option<String> {
    ["user_name", "service_principal_name"].iter().find_map(|key| text(&run_as[*key])).or_else(|| text(run_as))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => plain(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.starts_with('{')).then(|| text.to_owned())
}
