//! The census of event types: what was seen, how often, and whether it is understood.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use serde_json::Value;

use super::{looks_access_like, sure, unsigned};
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, MAPPED, PLANE, RAW};
use crate::frame::{self, collect, engine, instants, scan, texts, wholes};
use crate::lake::Lake;
use crate::lake::tables::{FIRST_EVENT_TIME, LAST_EVENT_TIME, RECORDS};

/// Records of an unmapped type whose parameter names are looked at: those with the smallest ids.
const LOOKED_AT: usize = 20;

/// Keys under which sources keep the parameters of a request, folded and without underscores.
const PARAMETERS: &[&str] = &["requestparams", "requestparameters", "parameters"];

/// One event type of one source, with how often and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VocabularyRow {
    /// Source id.
    pub source: String,
    /// The source's own name.
    pub event_type: String,
    /// What its records can prove.
    pub plane: String,
    /// False = not in the vocabulary: kept and counted, never guessed.
    pub mapped: bool,
    /// Events of it.
    pub count: u64,
    /// Earliest event, microseconds.
    pub first_seen: i64,
    /// Latest event, microseconds.
    pub last_seen: i64,
    /// True when the name, or of an unmapped type the name of a parameter, speaks of access.
    pub access_like: bool,
}

/// Events of one source, type and plane.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is that of `VocabularyRow`")]
pub struct TypeCount {
    pub source: String,
    pub event_type: String,
    pub plane: String,
    pub mapped: bool,
    pub count: u64,
    pub first_seen: i64,
    pub last_seen: i64,
}

/// Which event types were seen: first those that are not mapped and look like access, then the others that are not mapped, then the
/// rest; each by source and type.
///
/// # Errors
/// The lake cannot be read.
pub fn vocabulary(lake: &Lake) -> Result<Vec<VocabularyRow>> {
    vocabulary_of(lake, counted(lake)?)
}

/// The same of events that are counted already.
///
/// # Errors
/// The lake cannot be read.
pub fn vocabulary_of(lake: &Lake, counted: Vec<TypeCount>) -> Result<Vec<VocabularyRow>> {
    let is_complete = counted.iter().all(|count| count.mapped);
    let parameters = if is_complete { BTreeSet::new() } else { parameters(lake)? };
    let row = |of: TypeCount| VocabularyRow {
        access_like: looks_access_like(&of.event_type)
            || parameters.contains(&(of.source.clone(), of.event_type.clone())),
        source: of.source,
        event_type: of.event_type,
        plane: of.plane,
        mapped: of.mapped,
        count: of.count,
        first_seen: of.first_seen,
        last_seen: of.last_seen,
    };
    let mut rows: Vec<VocabularyRow> = counted.into_iter().map(row).collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(rows)
}

fn counted(lake: &Lake) -> Result<Vec<TypeCount>> {
    let by = [frame::SOURCE.expr(), EVENT_TYPE.expr(), PLANE.expr(), MAPPED.expr()];
    let counted = scan(lake, &EVENTS)?.group_by(by).agg([
        len().cast(DataType::Int64).alias(RECORDS.name),
        EVENT_TIME.expr().min().alias(FIRST_EVENT_TIME.name),
        EVENT_TIME.expr().max().alias(LAST_EVENT_TIME.name),
    ]);
    let counted = collect(counted, "count event types")?;
    let (source, kind, plane) =
        (texts(&counted, frame::SOURCE)?, texts(&counted, EVENT_TYPE)?, texts(&counted, PLANE)?);
    let mapped = counted.column(MAPPED.name).and_then(|c| c.bool()).map_err(engine("count event types"))?;
    let count = wholes(&counted, RECORDS)?;
    let (first, last) = (instants(&counted, FIRST_EVENT_TIME)?, instants(&counted, LAST_EVENT_TIME)?);
    let row = |i| TypeCount {
        source: sure(source, i),
        event_type: sure(kind, i),
        plane: sure(plane, i),
        mapped: mapped.get(i).unwrap_or(false),
        count: unsigned(count, i),
        first_seen: first.get(i).unwrap_or_default(),
        last_seen: last.get(i).unwrap_or_default(),
    };
    Ok((0..counted.height()).map(row).collect())
}

fn order(row: &VocabularyRow) -> (bool, bool, &str, &str, &str) {
    (row.mapped, !row.mapped && !row.access_like, &row.source, &row.event_type, &row.plane)
}

/// The unmapped types whose parameters have names that speak of access.
fn parameters(lake: &Lake) -> Result<BTreeSet<(String, String)>> {
    let unmapped = || Ok::<_, crate::error::Error>(scan(lake, &EVENTS)?.filter(MAPPED.expr().not()));
    let by_type = [frame::SOURCE.expr(), EVENT_TYPE.expr()];
    let some = unmapped()?
        .group_by(by_type)
        .agg([EVENT_ID.expr().sort(SortOptions::default()).head(Some(LOOKED_AT))])
        .select([EVENT_ID.expr().explode(ExplodeOptions { empty_as_null: true, keep_nulls: true })]);
    let some = collect(some, "choose records of unmapped types")?;
    if some.height() == 0 {
        return Ok(BTreeSet::new());
    }
    let wanted = some.column(EVENT_ID.name).map_err(engine("read a column"))?.as_materialized_series().clone();
    let records = unmapped()?.filter(EVENT_ID.expr().is_in(lit(wanted).implode(false), false)).select([
        frame::SOURCE.expr(),
        EVENT_TYPE.expr(),
        RAW.expr(),
    ]);
    let records = collect(records, "read records of unmapped types")?;
    let (source, kind, raw) = (texts(&records, frame::SOURCE)?, texts(&records, EVENT_TYPE)?, texts(&records, RAW)?);
    let mut known: BTreeMap<(String, String), bool> = BTreeMap::new();
    for i in 0..records.height() {
        let found = known.entry((sure(source, i), sure(kind, i))).or_default();
        *found = *found || raw.get(i).and_then(parsed).is_some_and(|record| has_access_parameter(&record, false));
    }
    Ok(known.into_iter().filter_map(|(key, found)| found.then_some(key)).collect())
}

fn parsed(text: &str) -> Option<Value> {
    text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

// Names of parameters only, never their values; but a value that is JSON in a string has names of its own.
fn has_access_parameter(value: &Value, inside: bool) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            let folded = key.to_lowercase().replace('_', "");
            let inside_value = inside || PARAMETERS.contains(&folded.as_str());
            (inside && looks_access_like(key)) || has_access_parameter(value, inside_value)
        }),
        Value::Array(elements) => elements.iter().any(|element| has_access_parameter(element, inside)),
        Value::String(text) => parsed(text).is_some_and(|value| has_access_parameter(&value, inside)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parameters_tell_and_values_do_not() {
        let tells = |text: &str| has_access_parameter(&serde_json::from_str(text).unwrap(), false);
        assert!(tells(r#"{"requestParams":{"new_owner":"x"}}"#));
        assert!(tells(r#"{"properties":{"requestParams":"{\"acl_permission\":1}"}}"#));
        assert!(tells(r#"{"requestParameters":{"policy":{"rules":[{"principal":"x"}]}}}"#));
        assert!(!tells(r#"{"requestParams":{"path":"grant admin role"}}"#));
        assert!(!tells(r#"{"userIdentity":{"principalId":"x"},"requestParams":{"path":"x"}}"#));
    }
}
