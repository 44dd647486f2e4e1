//! In which files an event stands, and when it happened.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::sure;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME, EVENTS, FILE_ID};
use crate::frame::{collect, instants, scan, texts};
use crate::lake::Lake;
use crate::lake::tables::DUPLICATES;

/// Where an event was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// When it happened, microseconds.
    pub time: i64,
    /// Ids of all files that it stands in, those that repeat it included.
    pub files: BTreeSet<String>,
}

/// The origins of the chosen events, by event id.
///
/// # Errors
/// The lake cannot be read.
pub fn origins(lake: &Lake, events: &BTreeSet<String>) -> Result<BTreeMap<String, Origin>> {
    let mut all: BTreeMap<String, Origin> = BTreeMap::new();
    if events.is_empty() {
        return Ok(all);
    }
    for table in [&EVENTS, &DUPLICATES] {
        let wanted = Series::new("wanted".into(), events.iter().cloned().collect::<Vec<_>>());
        let found = scan(lake, table)?
            .select([EVENT_ID.expr(), FILE_ID.expr(), EVENT_TIME.expr()])
            .filter(EVENT_ID.expr().is_in(lit(wanted).implode(false), false));
        let found = collect(found, "find events")?;
        let (event_id, file_id) = (texts(&found, EVENT_ID)?, texts(&found, FILE_ID)?);
        let time = instants(&found, EVENT_TIME)?;
        for i in 0..found.height() {
            let origin = all.entry(sure(event_id, i)).or_default();
            origin.time = time.get(i).unwrap_or_default();
            origin.files.insert(sure(file_id, i));
        }
    }
    Ok(all)
}
