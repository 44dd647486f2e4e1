//! The deliveries of Databricks' own log: an event that came by two of them is one event, and its second record a duplicate.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::compare::{Side, Told};
use super::{Limits, items};
use crate::catalogue::exports::exports;
use crate::catalogue::{Evidence, Judged};
use crate::change::{CHANGE_ID, CHANGES, ENTITLEMENT, PRIVILEGE, SECURABLE, SUBJECT, SUBJECT_ID, VERB, Verb};
use crate::correlate::ACCOUNT;
use crate::coverage::WITHOUT_ACCOUNT;
use crate::error::Result;
use crate::event::{
    ACTOR, DELIVERY, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, FILE_ID, OUTCOME, PARSE_RULE, PLANE, SCOPE,
};
use crate::frame::{SOURCE, collect, instants, scan, texts};
use crate::inventory::{FileRow, Inventory};
use crate::lake::tables::DUPLICATES;
use crate::source::DATABRICKS;

/// Judges every pair of deliveries that overlap in the period.
pub(super) fn judge(evidence: &Evidence<'_>, limits: Limits, judged: &mut Judged) -> Result<()> {
    let sides = sides(evidence)?;
    let (from, to) = (evidence.period.start, evidence.period.end - 1);
    let mut pairs = Vec::new();
    for (at, one) in sides.iter().enumerate() {
        pairs.extend(sides[at + 1..].iter().filter(|other| one.overlaps(other, from, to)).map(|other| (one, other)));
    }
    if pairs.is_empty() {
        return Ok(());
    }
    let (by_delivery, failed) = changes(evidence, limits.window)?;
    judged.exclusions.push(("attempts of Databricks changes without success".to_owned(), failed));
    let mut of_account = 0;
    for (one, other) in pairs {
        let is_coarse = WITHOUT_ACCOUNT.contains(&one.name.as_str()) || WITHOUT_ACCOUNT.contains(&other.name.as_str());
        let mut told = [one, other].map(|side| by_delivery.get(&side.name).cloned().unwrap_or_default());
        if is_coarse {
            for side in &mut told {
                of_account += side.extract_if(.., |t| t.scope == ACCOUNT && evidence.period.contains(t.time)).count();
            }
        }
        let mut both = [one.clone(), other.clone()];
        both.iter_mut().zip(&told).for_each(|(side, told)| side.note(told));
        judged.notes.push(format!("Compared: deliveries {} and {} of {DATABRICKS}.", one.name, other.name));
        // Coverage is known of the source, not of each of its deliveries: where the one has a record, the other has a gap or lost it.
        let found = items(evidence, limits, [&both[0], &both[1]], told, |_, _| None);
        judged.items.extend(found);
    }
    judged.exclusions.push(("acts of the account, which Azure Monitor does not carry".to_owned(), of_account as u64));
    Ok(())
}

// Each delivery with the first and last record of the files that hold records of it, or what their export is declared to cover.
fn sides(evidence: &Evidence<'_>) -> Result<Vec<Side>> {
    let of_events = evidence.sweep()?.deliveries();
    let mut of_file: BTreeSet<(String, String)> =
        of_events.map(|(file, delivery)| (file.to_owned(), delivery.to_owned())).collect();
    let seen = scan(evidence.lake, &DUPLICATES)?
        .filter(SOURCE.expr().eq(lit(DATABRICKS)))
        .select([FILE_ID.expr(), DELIVERY.expr()])
        .unique(None, UniqueKeepStrategy::Any);
    let seen = collect(seen, "read the deliveries of files")?;
    let (file, delivery) = (texts(&seen, FILE_ID)?, texts(&seen, DELIVERY)?);
    let row = |at: usize| Some((file.get(at)?.to_owned(), delivery.get(at)?.to_owned()));
    of_file.extend((0..seen.height()).filter_map(row));
    let files = Inventory::read(evidence.lake)?.files;
    let by_id: BTreeMap<&str, &FileRow> = files.iter().map(|file| (file.file_id.as_str(), file)).collect();
    let exports = exports(evidence.config)?;
    let covered = |path: &str| exports.iter().filter(|e| e.holds(path)).find_map(|e| e.source.covers.as_ref());
    let mut sides: BTreeMap<String, Side> = BTreeMap::new();
    for (file_id, name) in of_file {
        let Some(file) = by_id.get(file_id.as_str()) else { continue };
        let Some((mut first, mut last)) = file.first_event_time.zip(file.last_event_time) else { continue };
        if let Some(covers) = covered(&file.path) {
            (first, last) = (first.min(covers.start), last.max(covers.end - 1));
        }
        let side = sides.entry(name.clone()).or_insert(Side { name, first, last, ..Side::default() });
        (side.first, side.last) = (side.first.min(first), side.last.max(last));
    }
    Ok(sides.into_values().collect())
}

type ByDelivery = BTreeMap<String, Vec<Told>>;

/// The successful changes around the period, by delivery, and how many of the period did not succeed.
fn changes(evidence: &Evidence<'_>, window: i64) -> Result<(ByDelivery, u64)> {
    let (start, end) = (evidence.period.start, evidence.period.end);
    let time = EVENT_TIME.expr().cast(DataType::Int64);
    let around = time.clone().gt_eq(lit(start - window)).and(time.lt(lit(end + window)));
    let own = SOURCE.expr().eq(lit(DATABRICKS)).and(around);
    let changed = scan(evidence.lake, &CHANGES)?.filter(own.clone().and(PLANE.expr().eq(lit("effect"))));
    let columns = [CHANGE_ID, EVENT_ID, VERB, SUBJECT, SUBJECT_ID, ENTITLEMENT, PRIVILEGE, SECURABLE, OUTCOME];
    let changed = collect(
        changed.select(columns.map(crate::schema::Column::expr)).sort([CHANGE_ID.name], SortMultipleOptions::default()),
        "read the changes that deliveries hold",
    )?;
    let whats = whats(&changed)?;
    let wanted = Series::new("wanted".into(), whats.keys().cloned().collect::<Vec<_>>());
    let is_wanted = |own: Expr| own.and(EVENT_ID.expr().is_in(lit(wanted.clone()).implode(false), false));
    let columns = [EVENT_ID, EVENT_TIME, EVENT_TYPE, OUTCOME, ACTOR, SCOPE, DELIVERY, PARSE_RULE];
    let events = scan(evidence.lake, &EVENTS)?.filter(is_wanted(own)).select(columns.map(crate::schema::Column::expr));
    let events = collect(events, "read the events that deliveries hold")?;
    let repeated = scan(evidence.lake, &DUPLICATES)?
        .filter(is_wanted(SOURCE.expr().eq(lit(DATABRICKS))))
        .select([EVENT_ID.expr(), DELIVERY.expr()])
        .unique(None, UniqueKeepStrategy::Any);
    let repeated = collect(repeated, "read the events that came twice")?;
    let mut ways: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (id, delivery) = (texts(&repeated, EVENT_ID)?, texts(&repeated, DELIVERY)?);
    for row in 0..repeated.height() {
        if let (Some(id), Some(delivery)) = (id.get(row), delivery.get(row)) {
            ways.entry(id).or_default().insert(delivery);
        }
    }
    told(evidence, &events, &whats, &ways)
}

/// What an event changed.
struct What {
    verb: Verb,
    subject: Option<String>,
    object: Option<String>,
}

// The first change of an event stands for all of them.
fn whats(changed: &DataFrame) -> Result<BTreeMap<String, What>> {
    let text = |column| texts(changed, column);
    let (event, verb, subject, subject_id) = (text(EVENT_ID)?, text(VERB)?, text(SUBJECT)?, text(SUBJECT_ID)?);
    let (entitlement, privilege, securable) = (text(ENTITLEMENT)?, text(PRIVILEGE)?, text(SECURABLE)?);
    let mut whats: BTreeMap<String, What> = BTreeMap::new();
    for row in 0..changed.height() {
        let (Some(event), Some(verb)) = (event.get(row), verb.get(row).and_then(Verb::parse)) else { continue };
        let object: Vec<&str> = [entitlement, privilege, securable].iter().filter_map(|c| c.get(row)).collect();
        whats.entry(event.to_owned()).or_insert_with(|| What {
            verb,
            subject: subject.get(row).or_else(|| subject_id.get(row)).map(str::to_owned),
            object: (!object.is_empty()).then(|| object.join(" ")),
        });
    }
    Ok(whats)
}

fn told(
    evidence: &Evidence<'_>,
    events: &DataFrame,
    whats: &BTreeMap<String, What>,
    ways: &BTreeMap<&str, BTreeSet<&str>>,
) -> Result<(ByDelivery, u64)> {
    let text = |column| texts(events, column);
    let (event, kind, outcome, actor) = (text(EVENT_ID)?, text(EVENT_TYPE)?, text(OUTCOME)?, text(ACTOR)?);
    let (scope, delivery, rule) = (text(SCOPE)?, text(DELIVERY)?, text(PARSE_RULE)?);
    let time = instants(events, EVENT_TIME)?;
    let (mut by_delivery, mut failed) = (ByDelivery::new(), 0);
    for row in 0..events.height() {
        let (Some(id), Some(time)) = (event.get(row), time.get(row)) else { continue };
        let Some(what) = whats.get(id) else { continue };
        if outcome.get(row) != Some("success") {
            failed += u64::from(evidence.period.contains(time));
            continue;
        }
        let folded = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
        let one = Told {
            id: id.to_owned(),
            event_id: id.to_owned(),
            time,
            verb: what.verb,
            subject: what.subject.as_deref().map(|subject| evidence.name(subject)),
            object: what.object.clone(),
            actor: actor.get(row).map(|actor| evidence.name(actor)),
            scope: scope.get(row).unwrap_or_default().to_owned(),
            place: scope.get(row).unwrap_or_default().to_owned(),
            likeness: vec![
                folded(kind.get(row)),
                folded(what.subject.as_deref()),
                folded(what.object.as_deref()),
                folded(actor.get(row)),
            ],
            is_masked: rule.get(row) == Some("partial") || what.subject.is_none() && what.object.is_none(),
        };
        let others = ways.get(id).into_iter().flatten().copied();
        let all: BTreeSet<&str> = delivery.get(row).into_iter().chain(others).collect();
        for delivery in all {
            by_delivery.entry(delivery.to_owned()).or_default().push(one.clone());
        }
    }
    Ok((by_delivery, failed))
}
