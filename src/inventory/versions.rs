//! Which records each version of a file held: the events it gave and those it repeated.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{sure, unsigned};
use crate::error::Result;
use crate::event::{EVENT_ID, EVENTS, FILE_ID, LINE};
use crate::frame::{collect, scan, texts, wholes};
use crate::lake::Lake;
use crate::lake::tables::DUPLICATES;

/// A record of a file: its line, and the event that it is or repeats.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 1-based line or array element.
    pub line: u64,
    /// The event.
    pub event_id: String,
}

/// The readable records of the chosen files, by file id, ordered by line: accepted ones and duplicates, each as often as it stands there.
///
/// # Errors
/// The lake cannot be read.
pub fn record_places(lake: &Lake, files: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<Place>>> {
    let mut all: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    if files.is_empty() {
        return Ok(all);
    }
    for table in [&EVENTS, &DUPLICATES] {
        let wanted = Series::new("wanted".into(), files.iter().cloned().collect::<Vec<_>>());
        let found = scan(lake, table)?
            .select([FILE_ID.expr(), LINE.expr(), EVENT_ID.expr()])
            .filter(FILE_ID.expr().is_in(lit(wanted).implode(false), false));
        let found = collect(found, "read the records of files")?;
        let (file, line, event) = (texts(&found, FILE_ID)?, wholes(&found, LINE)?, texts(&found, EVENT_ID)?);
        for i in 0..found.height() {
            let place = Place { line: unsigned(line, i), event_id: sure(event, i) };
            all.entry(sure(file, i)).or_default().push(place);
        }
    }
    all.values_mut().for_each(|places| places.sort_unstable());
    Ok(all)
}
