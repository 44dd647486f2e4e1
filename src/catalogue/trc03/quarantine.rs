//! Quarantines: the identity provider has all but stopped pushing.

use std::collections::BTreeMap;

use super::{Cell, Evidence, Item, Severity};
use crate::catalogue::records::{Raw, Record, held, records};
use crate::catalogue::sweep::Typed;
use crate::correlate::cases::Rules;
use crate::correlate::{ACCOUNT, NO_ORDER, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;

/// What Entra's audit calls the beginning.
const QUARANTINE: &str = "Quarantine";

/// What it calls a new start, after which the quarantine is over.
const STARTS: &[&str] = &[
    "Enable/start provisioning",
    "Enable/start provisioning configuration",
    "Enable/restart provisioning",
    "Enable/restart provisioning configuration",
];

/// Sources whose records tell of it and of its end.
const SOURCES: [&str; 2] = ["entra_audit", "entra_provisioning"];

/// One quarantine of one application.
struct Quarantine<'r> {
    records: Vec<&'r Record>,
    /// What ended it: what, when, and the event.
    end: Option<(&'static str, i64, String)>,
    /// True = provisioning was started again at the instant of its first record, and which came first is not on record.
    may_be_over: bool,
}

impl Quarantine<'_> {
    /// True when it stood for longer than that in any order of the records of one instant.
    fn stood_for(&self, tolerated: i64, cut_off: i64) -> bool {
        let first = self.records[0].time;
        let sure = self.records.iter().find(|record| !self.may_be_over || record.time > first);
        let until = self.end.as_ref().map_or(cut_off, |(_, time, _)| *time);
        sure.is_some_and(|record| until > record.time + tolerated)
    }
}

/// One item a quarantine that began in the period.
///
/// # Errors
/// The lake cannot be read, or a parameter is malformed.
pub(super) fn items(evidence: &Evidence<'_>, rules: &Rules, limits: (i64, i64)) -> Result<Vec<Item>> {
    let is_told = |typed: &Typed<'_>| typed.event_type == QUARANTINE || STARTS.contains(&typed.event_type);
    let told = records(evidence, held(evidence, is_told)?, Raw::Without)?;
    let mut by_app: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in told.iter().filter(|r| r.source == SOURCES[0] && rules.may_be_databricks(r.target.as_deref())) {
        by_app.entry(record.target.as_deref().unwrap_or("(application not named)")).or_default().push(record);
    }
    let mut items = Vec::new();
    for (app, mut records) in by_app {
        // What begins at the instant of a new start may stand on.
        records.sort_by_key(|record| (record.time, record.event_type == QUARANTINE));
        let pushes = pushes(evidence, app);
        let all = quarantines(&records, &pushes);
        let begun = all.iter().filter(|q| evidence.period.contains(q.records[0].time));
        items.extend(begun.map(|q| item(evidence, app, q, limits)));
    }
    Ok(items)
}

/// When pushes to the application arrived, and the events.
fn pushes(evidence: &Evidence<'_>, app: &str) -> Vec<(i64, String)> {
    let acts = evidence.correlation.judged.acts.iter();
    let is_arrival = |a: &crate::correlate::acts::Act<'_>| {
        a.plane == "transport" && a.outcome == "success" && a.source == SOURCES[1] && a.app == Some(app)
    };
    acts.filter(is_arrival).map(|a| (a.time, a.event_id.to_owned())).collect()
}

// Some pushes may arrive while the quarantine lasts, so that one ends it only where no record of it follows before the next end.
fn quarantines<'r>(records: &[&'r Record], pushes: &[(i64, String)]) -> Vec<Quarantine<'r>> {
    let mut all: Vec<Quarantine<'r>> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let open = all.last_mut().filter(|q| q.end.is_none());
        if record.event_type != QUARANTINE {
            if let Some(open) = open {
                open.end = Some(("restart", record.time, record.event_id.clone()));
            }
            continue;
        }
        match open {
            Some(open) => open.records.push(record),
            None => {
                let is_restart = |other: &&Record| other.time == record.time && other.event_type != QUARANTINE;
                let may_be_over = records[..at].iter().any(is_restart);
                all.push(Quarantine { records: vec![record], end: None, may_be_over });
            }
        }
        let next = records.get(at + 1).map_or(i64::MAX, |next| next.time);
        let is_last = records.get(at + 1).is_none_or(|next| next.event_type != QUARANTINE);
        let arrived = pushes[pushes.partition_point(|(time, _)| *time <= record.time)..].first();
        if let (true, Some((time, event)), Some(open)) = (is_last, arrived, all.last_mut())
            && *time < next
        {
            open.end = Some(("push", *time, event.clone()));
        }
    }
    all
}

fn item(evidence: &Evidence<'_>, app: &str, q: &Quarantine<'_>, (tolerated, cut_off): (i64, i64)) -> Item {
    let (first, last) = (q.records[0], q.records[q.records.len() - 1]);
    let due = first.time + tolerated;
    let hole = || {
        let tells = |log: &Log| SOURCES.contains(&log.source.as_str());
        (last.time < due).then(|| evidence.hole(tells, last.time, due)).flatten()
    };
    let ended = q.end.as_ref().map(|(_, time, _)| *time);
    let (verdict, reason, hole) = match ended {
        Some(time) if time <= due => (Verdict::Pass, "resolved", None),
        None if due >= cut_off => (Verdict::Undetermined, "window_open", None),
        _ if !q.stood_for(tolerated, cut_off) => (Verdict::Undetermined, "coverage_gap", Some(NO_ORDER.to_owned())),
        _ => match hole() {
            None => (Verdict::Exception, "quarantined", None),
            hole => (Verdict::Undetermined, "coverage_gap", hole),
        },
    };
    let ends = q.end.iter().map(|(_, _, event)| event.clone());
    Item {
        verdict,
        reason: reason.to_owned(),
        // It stops removals, too.
        severity: Severity::High,
        scope: Some(ACCOUNT.to_owned()),
        actor: first.actor.clone(),
        object: Some(app.to_owned()),
        event_ids: q.records.iter().map(|r| r.event_id.clone()).chain(ends).collect(),
        detail: Some(match ended {
            Some(time) => format!("the connector stood in quarantine for {} s", (time - first.time) / 1_000_000),
            None => "the connector stands in quarantine, as far as the records tell".to_owned(),
        }),
        hole_id: hole,
        extra: vec![
            Cell::Instant(Some(first.time)),
            Cell::Instant(Some(last.time)),
            Cell::count(q.records.len()),
            Cell::text("Quarantine"),
            Cell::Text(q.end.as_ref().map(|(what, _, _)| (*what).to_owned())),
            Cell::Instant(ended),
        ],
        ..Item::new(item_id(&["quarantine", &first.event_id, app]), first.time)
    }
}
