//! What principals did in Databricks, counted in the engine: an act is a row, and rows are many.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::Evidence;
use crate::correlate::activity::is_sign_in;
use crate::error::Result;
use crate::event::{ACTOR, EVENT_TIME, EVENT_TYPE, EVENTS, OUTCOME};
use crate::frame::{SOURCE, collect, instants, scan, texts};

/// The last act of a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Last {
    /// When, microseconds.
    pub(super) time: i64,
    /// What kind of act: `sign_in`, `token` or `action`.
    pub(super) basis: &'static str,
}

/// The last successful act of everybody before the end of the period, by resolved name.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn last_acts(evidence: &Evidence<'_>) -> Result<BTreeMap<String, Last>> {
    // One person's name may be written in several ways, and whose it was depends on when it was last used.
    let mut latest: BTreeMap<(String, &str), i64> = BTreeMap::new();
    for (actor, event_type, time) in evidence.sweep()?.last_acts() {
        let known = latest.entry((actor.to_lowercase(), event_type)).or_insert(time);
        *known = (*known).max(time);
    }
    let mut all: BTreeMap<String, Last> = BTreeMap::new();
    for ((actor, event_type), time) in &latest {
        let last = Last { time: *time, basis: basis(event_type) };
        let known = all.entry(key(evidence, actor, *time)).or_insert_with(|| last.clone());
        if (last.time, last.basis) > (known.time, known.basis) {
            *known = last;
        }
    }
    Ok(all)
}

/// When everybody last did, before the end of the period, what no record says to have succeeded or failed; by resolved name.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn last_unsaid(evidence: &Evidence<'_>) -> Result<BTreeMap<String, i64>> {
    let mut all: BTreeMap<String, i64> = BTreeMap::new();
    for (actor, time) in evidence.sweep()?.last_unsaid() {
        let last = all.entry(key(evidence, actor, time)).or_insert(time);
        *last = (*last).max(time);
    }
    Ok(all)
}

/// When some principals acted successfully, by resolved name, in the order of time.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn times(
    evidence: &Evidence<'_>,
    subjects: &BTreeSet<&str>,
    from: i64,
    until: i64,
) -> Result<BTreeMap<String, Vec<i64>>> {
    let mut all: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    if subjects.is_empty() {
        return Ok(all);
    }
    let actors: BTreeSet<String> = evidence.sweep()?.present().map(str::to_lowercase).collect();
    // Who has one name after the other is told apart by time, below.
    let names: BTreeSet<&str> = subjects.iter().map(|subject| subject.split('#').next().unwrap_or(subject)).collect();
    let is_meant = |actor: &&str| names.contains(evidence.name(actor).as_str()) || subjects.contains(actor);
    let spellings: Vec<&str> = actors.iter().map(String::as_str).filter(is_meant).collect();
    let wanted = Series::new("wanted".into(), spellings);
    let chosen = acts(evidence, until)?
        .filter(ACTOR.expr().is_in(lit(wanted).implode(false), false).and(EVENT_TIME.expr().gt_eq(instant(from))))
        .select([ACTOR.expr(), EVENT_TIME.expr()])
        .sort([EVENT_TIME.name, ACTOR.name], SortMultipleOptions::default());
    let frame = collect(chosen, "read when some acted")?;
    let (actors, times) = (texts(&frame, ACTOR)?, instants(&frame, EVENT_TIME)?);
    for row in 0..frame.height() {
        if let (Some(actor), Some(time)) = (actors.get(row), times.get(row)) {
            all.entry(key(evidence, actor, time)).or_default().push(time);
        }
    }
    Ok(all)
}

fn acts(evidence: &Evidence<'_>, before: i64) -> Result<LazyFrame> {
    let is_act = SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(OUTCOME.expr().eq(lit("success")));
    Ok(scan(evidence.lake, &EVENTS)?
        .filter(is_act.and(ACTOR.expr().is_not_null()).and(EVENT_TIME.expr().lt(instant(before))))
        .select([ACTOR.expr().str().to_lowercase(), EVENT_TYPE.expr(), EVENT_TIME.expr()]))
}

fn instant(micros: i64) -> Expr {
    lit(micros).cast(DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
}

fn key(evidence: &Evidence<'_>, actor: &str, time: i64) -> String {
    evidence.correlation.ground.identities.actor(actor, time)
}

/// What kind of act an event is (reference: databricks b5; the authorisation of a token fires on every call).
fn basis(event_type: &str) -> &'static str {
    let is_token = ["tokenLogin", "oidcTokenAuthorization", "aadTokenLogin", "mintOAuthToken", "jwtLogin"];
    match event_type {
        _ if is_sign_in(event_type) => "sign_in",
        _ if is_token.iter().any(|name| event_type.ends_with(name)) => "token",
        _ => "action",
    }
}
