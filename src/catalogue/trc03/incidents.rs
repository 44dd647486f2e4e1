//! Failed and skipped pushes, gathered into incidents.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{Cell, Evidence, Item, TEST};
use crate::catalogue::records::{Raw, held, records};
use crate::change::Direction;
use crate::correlate::acts::{Act, Acts};
use crate::correlate::cases::{Key, Rules};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::error::Result;
use crate::event::{OUTCOME, OUTCOME_REASON, PLANE};

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
        let (mut rows, mut elsewhere) = (Vec::new(), 0);
        for (row, act) in acts.iter().enumerate().filter(|(_, act)| is_failure(act)) {
            if !rules.may_be_databricks(act.app) {
                elsewhere += u64::from(evidence.period.contains(act.time));
            } else if act.subject.is_some() || act.subject_id.is_some() {
                rows.push(row);
            }
        }
        let reasons = found.iter().filter_map(|r| Some((r.event_id.clone(), r.outcome_reason.clone()?))).collect();
        Ok(Self { rows, reasons, elsewhere })
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
        let mut last: BTreeMap<(Key, &str), usize> = BTreeMap::new();
        for &row in &self.rows {
            let act = acts.at(row);
            let key = correlation.ground.key_of(&act);
            let place = (key.clone(), act.event_type);
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

/// A failure that names nobody is one incident an application and day (reference: compliance 2.0a).
pub(super) fn nameless(evidence: &Evidence<'_>, rules: &Rules, failures: &Failures) -> Vec<Item> {
    let mut days: BTreeMap<(String, i64), Vec<Act<'_>>> = BTreeMap::new();
    for act in evidence.correlation.judged.acts.iter().filter(|a| a.plane == "transport" && a.outcome == "failure") {
        let names_nobody = act.subject.is_none() && act.subject_id.is_none();
        if names_nobody && rules.may_be_databricks(act.app) && evidence.period.contains(act.time) {
            let app = act.app.unwrap_or("(application not named)").to_owned();
            days.entry((app, act.time.div_euclid(GAP))).or_default().push(act);
        }
    }
    let item = |((app, day), acts): ((String, i64), Vec<Act<'_>>)| {
        let (first, last) = (acts[0].time, acts[acts.len() - 1]);
        Item {
            verdict: Verdict::Undetermined,
            reason: "no_subject".to_owned(),
            severity: TEST.severity,
            scope: Some(ACCOUNT.to_owned()),
            object: Some(app.clone()),
            event_ids: acts.iter().map(|a| a.event_id.to_owned()).collect(),
            detail: Some(format!("{} failures that name nobody", acts.len())),
            extra: vec![
                Cell::Instant(Some(first)),
                Cell::Instant(Some(last.time)),
                Cell::count(acts.len()),
                Cell::Text(failures.code(last.event_id)),
                Cell::Text(None),
                Cell::Instant(None),
            ],
            ..Item::new(item_id(&["incident", &app, &day.to_string()]), first)
        }
    };
    days.into_iter().map(item).collect()
}
