//! Records whose time cannot be true: after they were read, or before their source existed.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::TEST;
use crate::catalogue::{Cell, Evidence, Item};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::event::{ACTOR, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, FILE_ID, SCOPE};
use crate::frame::{SOURCE, collect, instants, scan, texts};
use crate::inventory::{FileRow, Inventory};

/// 2006-01-01: no service whose logs are read here is as old as that.
const OLDEST: i64 = 1_136_073_600_000_000;

/// Files that may hold records with wrong times, each with the limit that they break.
type Suspects = BTreeMap<String, i64>;

pub(super) fn items(evidence: &Evidence<'_>) -> Result<Vec<Item>> {
    let future = evidence.config.span(TEST.id, "future")?.micros();
    let files = Inventory::read(evidence.lake)?.files;
    let limit = |file: &FileRow| file.ingested_at.saturating_add(future);
    let is_ahead = |file: &&FileRow| file.last_event_time.is_some_and(|last| last > limit(file));
    let ahead: Suspects = files.iter().filter(is_ahead).map(|f| (f.file_id.clone(), limit(f))).collect();
    let is_old = |file: &&FileRow| file.first_event_time.is_some_and(|first| first < OLDEST);
    let old: Suspects = files.iter().filter(is_old).map(|f| (f.file_id.clone(), OLDEST)).collect();
    let start = evidence.period.start;
    let mut items = read(evidence, &ahead, |time, limit| time > limit && time >= start, "future_time")?;
    items.extend(read(evidence, &old, |time, limit| time < limit, "epoch_unit")?);
    Ok(items)
}

fn read(
    evidence: &Evidence<'_>,
    suspects: &Suspects,
    is_wrong: impl Fn(i64, i64) -> bool,
    reason: &str,
) -> Result<Vec<Item>> {
    if suspects.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Series::new("files".into(), suspects.keys().cloned().collect::<Vec<_>>());
    let columns = [EVENT_ID, EVENT_TIME, EVENT_TYPE, ACTOR, SCOPE, FILE_ID, SOURCE].map(crate::schema::Column::expr);
    let chosen =
        scan(evidence.lake, &EVENTS)?.filter(FILE_ID.expr().is_in(lit(wanted).implode(false), false)).select(columns);
    let frame = collect(chosen, "read records with wrong times")?;
    let time = instants(&frame, EVENT_TIME)?;
    let (event_id, event_type, actor) = (texts(&frame, EVENT_ID)?, texts(&frame, EVENT_TYPE)?, texts(&frame, ACTOR)?);
    let (scope, file, source) = (texts(&frame, SCOPE)?, texts(&frame, FILE_ID)?, texts(&frame, SOURCE)?);
    let item = |row: usize| {
        let (time, id) = (time.get(row)?, event_id.get(row)?);
        let limit = suspects.get(file.get(row)?).copied().filter(|limit| is_wrong(time, *limit))?;
        let apart = time.abs_diff(limit) / 1_000_000;
        let event_type = event_type.get(row).unwrap_or_default();
        let said = if reason == "future_time" { "after what is tolerated" } else { "before 2006" };
        Some(Item {
            verdict: Verdict::Exception,
            reason: reason.to_owned(),
            severity: TEST.severity,
            scope: scope.get(row).map(str::to_owned),
            actor: actor.get(row).map(|actor| evidence.name(actor)),
            object: source.get(row).map(str::to_owned),
            event_ids: vec![id.to_owned()],
            detail: Some(format!("{event_type}, {apart} s {said}")),
            extra: vec![
                Cell::Text(None),
                Cell::Whole(None),
                Cell::Real(None),
                Cell::Real(None),
                Cell::Real(None),
                Cell::Whole(None),
                Cell::Whole(None),
            ],
            ..Item::new(item_id(&["time", reason, id]), time)
        })
    };
    Ok((0..frame.height()).filter_map(item).collect())
}
