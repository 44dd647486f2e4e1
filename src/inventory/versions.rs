//! Which records each version of a file held: the events it gave and those it repeated.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::number;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENTS, FILE_ID, LINE};
use crate::lake::tables::DUPLICATES;
use crate::lake::{Lake, Page, PageReader, counted};

/// A record of a file: its line, and the number of the event that it is or repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 1-based line or array element.
    pub line: u64,
    /// The event.
    pub event: u128,
}

impl Place {
    /// The id of the event.
    pub fn event_id(&self) -> String {
        format!("{:032x}", self.event)
    }
}

type Found = HashMap<String, Vec<Place>, FixedState>;

/// The readable records of the chosen files, by file id, ordered by line: accepted ones and duplicates, each as often as it stands there.
///
/// # Errors
/// The lake cannot be read.
pub fn record_places(lake: &Lake, files: &BTreeSet<String>) -> Result<BTreeMap<String, Vec<Place>>> {
    if files.is_empty() {
        return Ok(BTreeMap::new());
    }
    let columns = [FILE_ID, LINE, EVENT_ID];
    let take = |found: &mut Found, _: &str, page: &Page<'_>| take(found, page, files);
    let together = |mut one: Found, other: Found| {
        other.into_iter().for_each(|(file, places)| one.entry(file).or_default().extend(places));
        one
    };
    let mut found = counted(lake, &EVENTS, &columns, |_| true, take, together)?;
    let mut reader = PageReader::default();
    for path in lake.live_files(&DUPLICATES)? {
        reader.each(&path, &columns, |page| self::take(&mut found, page, files))?;
    }
    found.values_mut().for_each(|places| places.sort_unstable());
    Ok(found.into_iter().collect())
}

// Records of one file stand together, mostly.
fn take(found: &mut Found, page: &Page<'_>, files: &BTreeSet<String>) -> Result<()> {
    let (names, lines, events) = (page.texts(0)?, page.wholes(1)?, page.texts(2)?);
    let rows: Vec<usize> = (0..page.len()).collect();
    for run in rows.chunk_by(|a, b| names.text(*a) == names.text(*b)) {
        let Some(file) = names.text(run[0]).filter(|file| files.contains(*file)) else { continue };
        let place = |row: &usize| {
            Some(Place {
                line: u64::try_from(lines[*row]).unwrap_or_default(),
                event: events.text(*row).and_then(number)?,
            })
        };
        found.entry_ref(file).or_default().extend(run.iter().filter_map(place));
    }
    Ok(())
}
