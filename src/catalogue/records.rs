//! Events that are no access changes (sign-ins, settings, deliveries of logs), as the tests read them.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::evidence::Evidence;
use super::sweep::Typed;
use crate::error::Result;
use crate::event::{
    ACTOR, ACTOR_ID, ACTOR_KIND, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, FILE_ID, LINE,
    OUTCOME, OUTCOME_REASON, PLANE, RAW, REQUEST_ID, SCOPE, SOURCE_IP, TARGET, TARGET_ID, TARGET_KIND, USER_AGENT,
};
use crate::frame::{SOURCE, collect, instants, scan, texts, wholes};
use crate::inventory::number;
use crate::lake::Lake;
use crate::lake::tables::RECORDS;
use crate::schema::Column as Named;

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) event_id: String,
    pub(super) request_id: Option<String>,
    pub(super) time: i64,
    pub(super) source: String,
    pub(super) event_type: String,
    pub(super) plane: String,
    pub(super) outcome: String,
    pub(super) outcome_reason: Option<String>,
    /// Who acted, as resolved.
    pub(super) actor: Option<String>,
    /// Who acted, as the source says it.
    pub(super) actor_raw: Option<String>,
    pub(super) actor_id: Option<String>,
    pub(super) actor_kind: Option<String>,
    pub(super) target: Option<String>,
    pub(super) target_id: Option<String>,
    pub(super) target_kind: Option<String>,
    pub(super) app: Option<String>,
    pub(super) scope: String,
    pub(super) channel: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) source_ip: Option<String>,
    pub(super) user_agent: Option<String>,
    /// The record as read; empty where it was not asked for.
    pub(super) raw: String,
}

impl Record {
    /// True for a success.
    pub(super) fn succeeded(&self) -> bool {
        self.outcome == "success"
    }
}

const COLUMNS: [Named; 20] = [
    EVENT_ID,
    REQUEST_ID,
    SOURCE,
    EVENT_TYPE,
    PLANE,
    OUTCOME,
    OUTCOME_REASON,
    ACTOR,
    ACTOR_ID,
    ACTOR_KIND,
    TARGET,
    TARGET_ID,
    TARGET_KIND,
    APP,
    SCOPE,
    CHANNEL,
    ENDPOINT,
    SOURCE_IP,
    USER_AGENT,
    RAW,
];

/// How a record is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw {
    /// With its text.
    With,
    /// Without it, which is much faster.
    Without,
}

/// The events that a filter over the columns of table `events` (and `source`) lets through, ordered by time and id; no filter = none
/// can be there, and the lake is not read.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn records(evidence: &Evidence<'_>, wanted: impl Into<Option<Expr>>, raw: Raw) -> Result<Vec<Record>> {
    let Some(wanted) = wanted.into() else { return Ok(Vec::new()) };
    let mut columns: Vec<Expr> = COLUMNS.iter().filter(|c| c.name != RAW.name).map(|c| c.expr()).collect();
    columns.extend([EVENT_TIME.expr(), FILE_ID.expr(), LINE.expr()]);
    columns.push(match raw {
        Raw::With => RAW.expr(),
        Raw::Without => lit("").alias(RAW.name),
    });
    let chosen = scan(evidence.lake, &EVENTS)?
        .filter(wanted)
        .select(columns)
        .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
    let frame = collect(chosen, "read events")?;
    note(evidence, &frame)?;
    let times = instants(&frame, EVENT_TIME)?;
    let columns = COLUMNS.iter().map(|column| texts(&frame, *column)).collect::<Result<Vec<_>>>()?;
    let record = |row: usize| {
        let given = |column: Named| {
            let at = COLUMNS.iter().position(|c| c.name == column.name)?;
            columns[at].get(row).map(str::to_owned)
        };
        let text = |column: Named| given(column).unwrap_or_default();
        Record {
            event_id: text(EVENT_ID),
            request_id: given(REQUEST_ID),
            time: times.get(row).unwrap_or_default(),
            source: text(SOURCE),
            event_type: text(EVENT_TYPE),
            plane: text(PLANE),
            outcome: text(OUTCOME),
            outcome_reason: given(OUTCOME_REASON),
            actor: given(ACTOR).map(|actor| evidence.name(&actor)),
            actor_raw: given(ACTOR),
            actor_id: given(ACTOR_ID),
            actor_kind: given(ACTOR_KIND),
            target: given(TARGET),
            target_id: given(TARGET_ID),
            target_kind: given(TARGET_KIND),
            app: given(APP),
            scope: text(SCOPE),
            channel: given(CHANNEL),
            endpoint: given(ENDPOINT),
            source_ip: given(SOURCE_IP),
            user_agent: given(USER_AGENT),
            raw: text(RAW),
        }
    };
    Ok((0..frame.height()).map(record).collect())
}

/// A filter that all events pass whose kind is meant, and few others. `None` = the lake holds none.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn held(evidence: &Evidence<'_>, is_meant: impl Fn(&Typed<'_>) -> bool) -> Result<Option<Expr>> {
    let held: Vec<Typed<'_>> = evidence.sweep()?.types().filter(is_meant).collect();
    let all = |of: fn(&Typed<'_>) -> String| held.iter().map(of).collect::<BTreeSet<_>>();
    let is_one = is_one_of(SOURCE, all(|typed| typed.source.to_owned()));
    let is_one = is_one.and(is_one_of(EVENT_TYPE, all(|typed| typed.event_type.to_owned())));
    Ok((!held.is_empty()).then_some(is_one))
}

/// Notes where the events of a frame stand, by columns `event_id`, `file_id` and `line`.
pub(super) fn note(evidence: &Evidence<'_>, frame: &DataFrame) -> Result<()> {
    let (events, files, lines) = (texts(frame, EVENT_ID)?, texts(frame, FILE_ID)?, wholes(frame, LINE)?);
    evidence.note_places(|places| {
        for (row, event) in events.iter().enumerate() {
            let line = lines.get(row).and_then(|line| u64::try_from(line).ok()).unwrap_or_default();
            if let (Some(event), Some(file)) = (event.and_then(number), files.get(row)) {
                places.note(event, file, line);
            }
        }
    });
    Ok(())
}

/// A filter: the column holds one of these texts.
pub(super) fn is_one_of(column: Named, texts: impl IntoIterator<Item = String>) -> Expr {
    let texts = Series::new("texts".into(), texts.into_iter().collect::<Vec<_>>());
    column.expr().is_in(lit(texts).implode(false), false)
}

/// A filter: the source is Databricks, and the type is one of these, whatever the case. `None` = the lake holds none of them.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn databricks(evidence: &Evidence<'_>, types: &[&str]) -> Result<Option<Expr>> {
    let is_wanted = |held: &&String| types.iter().any(|wanted| wanted.eq_ignore_ascii_case(held));
    let held: Vec<String> = evidence.databricks_types()?.iter().filter(is_wanted).cloned().collect();
    let is_type = |held| SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(is_one_of(EVENT_TYPE, held));
    Ok((!held.is_empty()).then(|| is_type(held)))
}

/// The workspaces, or accounts, that Databricks' records of a span name, each with its first time, how many name it, and one of them.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn databricks_named(lake: &Lake, id: Named, from: i64, to: i64) -> Result<Vec<(String, i64, i64, String)>> {
    let time = EVENT_TIME.expr().cast(DataType::Int64);
    let is_meant = SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(id.expr().is_not_null());
    let seen = scan(lake, &EVENTS)?
        .filter(is_meant.and(time.clone().gt_eq(lit(from))).and(time.lt(lit(to))))
        .group_by([id.expr()])
        .agg([EVENT_TIME.expr().min(), len().cast(DataType::Int64).alias(RECORDS.name), EVENT_ID.expr().min()])
        .sort([id.name], SortMultipleOptions::default());
    let seen = collect(seen, "read the workspaces and accounts that records name")?;
    let (id, first) = (texts(&seen, id)?, instants(&seen, EVENT_TIME)?);
    let (count, event) = (wholes(&seen, RECORDS)?, texts(&seen, EVENT_ID)?);
    let row = |at| Some((id.get(at)?.to_owned(), first.get(at)?, count.get(at)?, event.get(at)?.to_owned()));
    Ok((0..seen.height()).filter_map(row).collect())
}
