//! In which file an event stands, and when it happened.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::sure;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME, EVENTS, FILE_ID};
use crate::frame::{collect, instants, scan, texts};
use crate::lake::Lake;

/// File id and time (microseconds) of the chosen events, by event id.
///
/// # Errors
/// The lake cannot be read.
pub fn origins(lake: &Lake, events: &BTreeSet<String>) -> Result<BTreeMap<String, (String, i64)>> {
    let wanted = Series::new("wanted".into(), events.iter().cloned().collect::<Vec<_>>());
    let found = scan(lake, &EVENTS)?
        .select([EVENT_ID.expr(), FILE_ID.expr(), EVENT_TIME.expr()])
        .filter(EVENT_ID.expr().is_in(lit(wanted).implode(false), false));
    let found = collect(found, "find events")?;
    let (event_id, file_id, time) = (texts(&found, EVENT_ID)?, texts(&found, FILE_ID)?, instants(&found, EVENT_TIME)?);
    let row = |i: usize| (sure(event_id, i), (sure(file_id, i), time.get(i).unwrap_or_default()));
    Ok((0..found.height()).map(row).collect())
}
