//! Failed and skipped pushes, gathered into incidents.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{Cell, Evidence, Item, TEST};
use crate::catalogue::records::{Raw, Record, held, records};
use crate::change::Direction;
use crate::correlate::acts::{Act, Acts};
use crate::correlate::cases::{Key, Rules};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::error::Result;
use crate::event::{OUTCOME, OUTCOME_REASON, PLANE};
use crate::source::is_provider;

/// Attempts with less than this between them, in microseconds, are one incident.
const GAP: i64 = 24 * 3_600_000_000;

/// Attempts of one action on one key that failed in a row.
pub(super) struct Incident {
    /// Their rows, in order.
    pub(super) rows: Vec<usize>,
    /// What they were to do.
    pub(super) direction: Direction,
}

impl Incident {
    /// When the last one failed.
    pub(super) fn last(&self, acts: &Acts) -> i64 {
        self.rows.last().map_or(i64::MIN, |row| acts.time(*row))
    }
}

/// Every push to Databricks that failed or was skipped.
pub(super) struct Failures {
    /// Rows of those that name somebody, in order.
    rows: Vec<usize>,
    /// Why, by event.
    reasons: BTreeMap<String, String>,
    /// Records of failures that no change of those above tells of, in order.
    others: Vec<Record>,
    /// Those of the period that went to other applications.
    pub(super) elsewhere: u64,
}

impl Failures {
    /// Finds them.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>, rules: &Rules) -> Result<Self> {
        let is_failed = OUTCOME.expr().eq(lit("failure"));
        let is_skipped = OUTCOME_REASON.expr().str().starts_with(lit("skipped")).fill_null(lit(false));
        let wanted = PLANE.expr().eq(lit("transport")).and(is_failed.or(is_skipped));
        let wanted = held(evidence, |typed| typed.plane == "transport")?.map(|held| held.and(wanted));
        let found = records(evidence, wanted, Raw::Without)?;
        let skipped: BTreeSet<&str> =
            found.iter().filter(|r| r.outcome == "unknown").map(|r| r.event_id.as_str()).collect();
        let acts = &evidence.correlation.judged.acts;
        let is_failure = |act: &Act<'_>| {
            act.plane == "transport"
                && (act.outcome == "failure" || act.outcome == "unknown" && skipped.contains(act.event_id))
        };
        // Rows of those that name somebody; events of those that name nobody, and of those that went elsewhere.
        let (mut rows, mut nobody, mut foreign) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (row, act) in acts.iter().enumerate().filter(|(_, act)| is_failure(act)) {
            match act.subject.is_some() || act.subject_id.is_some() {
                _ if !rules.may_be_databricks(act.app) => {
                    foreign.insert(act.event_id);
                }
                true => rows.push(row),
                false => {
                    nobody.insert(act.event_id);
                }
            }
        }
        let named: BTreeSet<&str> = rows.iter().map(|row| acts.event_id(*row)).collect();
        let is_told = |event: &str| named.contains(event) || foreign.contains(event);
        let is_other = |r: &&Record| {
            let is_push = nobody.contains(r.event_id.as_str()) || is_of_push(r);
            r.outcome == "failure" && evidence.period.contains(r.time) && is_push && !is_told(&r.event_id)
        };
        let others = found.iter().filter(is_other).cloned();
        let (others, more): (Vec<Record>, Vec<Record>) =
            others.partition(|record| rules.may_be_databricks(record.app.as_deref()));
        let elsewhere =
            found.iter().filter(|r| evidence.period.contains(r.time) && foreign.contains(r.event_id.as_str()));
        let elsewhere = (elsewhere.count() + more.len()) as u64;
        let reasons = found.iter().filter_map(|r| Some((r.event_id.clone(), r.outcome_reason.clone()?))).collect();
        Ok(Self { rows, reasons, others, elsewhere })
    }

    /// The source's code for a failure, else its words; `None` = it gives none.
    pub(super) fn code(&self, event: &str) -> Option<String> {
        let reason = self.reasons.get(event)?;
        let code = reason.split_once(": ").map(|(code, _)| code).filter(|code| !code.contains(' '));
        Some(code.unwrap_or(reason).to_owned())
    }

    /// The incidents, by the order of their first attempts.
    pub(super) fn incidents(&self, evidence: &Evidence<'_>) -> Vec<(Key, Incident)> {
        let correlation = evidence.correlation;
        let acts = &correlation.judged.acts;
        let mut all: Vec<(Key, Incident)> = Vec::new();
        let mut last: BTreeMap<(Key, &str, Direction), usize> = BTreeMap::new();
        for &row in &self.rows {
            let act = acts.at(row);
            let key = correlation.ground.key_of(&act);
            let place = (key.clone(), act.event_type, act.direction);
            match last.get(&place).copied() {
                Some(i) if act.time - all[i].1.last(acts) < GAP => all[i].1.rows.push(row),
                _ => {
                    last.insert(place, all.len());
                    all.push((key, Incident { rows: vec![row], direction: act.direction }));
                }
            }
        }
        all
    }
}

// Imports and look-ups push nothing, and whoever receives requests logs those of others, too.
fn is_of_push(record: &Record) -> bool {
    let is_aside =
        ["import", "verify_exists", "api_query", "call_api"].iter().any(|part| record.event_type.contains(part));
    is_provider(&record.source) && !record.source.starts_with("scim") && !(record.source == "okta" && is_aside)
}

/// A failure that names nobody is one incident an application and day (reference: compliance 2.0a), and so is one that names somebody,
/// but not what was to be done.
pub(super) fn nameless(failures: &Failures) -> Vec<Item> {
    type Place = (String, i64, Option<String>);
    let mut days: BTreeMap<Place, Vec<&Record>> = BTreeMap::new();
    for record in &failures.others {
        let app = record.app.clone().unwrap_or_else(|| "(application not named)".to_owned());
        // Of a failure that is a change the change has said all that there is.
        let subject = record.target.clone().filter(|_| record.target_kind.as_deref() == Some("user"));
        days.entry((app, record.time.div_euclid(GAP), subject)).or_default().push(record);
    }
    let item = |((app, day, subject), records): (Place, Vec<&Record>)| {
        let (first, last) = (records[0].time, records[records.len() - 1]);
        let reason = if subject.is_some() { "action_not_named" } else { "no_subject" };
        let parts = ["incident", &app, &day.to_string()];
        Item {
            verdict: Verdict::Undetermined,
            reason: reason.to_owned(),
            severity: TEST.severity,
            scope: Some(ACCOUNT.to_owned()),
            subject: subject.clone(),
            object: Some(app.clone()),
            event_ids: records.iter().map(|r| r.event_id.clone()).collect(),
            detail: Some(format!("{} failures that name {}", records.len(), subject.as_deref().unwrap_or("nobody"))),
            extra: vec![
                Cell::Instant(Some(first)),
                Cell::Instant(Some(last.time)),
                Cell::count(records.len()),
                Cell::Text(failures.code(&last.event_id)),
                Cell::Text(None),
                Cell::Instant(None),
            ],
            ..Item::new(item_id(&parts.into_iter().chain(subject.as_deref()).collect::<Vec<_>>()), first)
        }
    };
    days.into_iter().map(item).collect()
}
