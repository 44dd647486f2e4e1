//! Why an item is judged otherwise than in the package before.
//!
//! In this order: an item that the other package's period leaves out is missing there for that; rules of another version; a waiver
//! laid over it or taken away; records of its own that were not at hand; settings of its test. Where none of these is at hand, what is
//! left can still be proven: the same inputs, configuration, period and program give the same verdicts, so where exactly one of them
//! differs it is the cause. Where more differ, nothing is guessed.

use std::collections::BTreeMap;

use super::Judged;
use super::side::Side;

/// What brought a change about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Records of after the evidence of the package before.
    NewEvents,
    /// Records of the time that the package before speaks for, which it did not have.
    LateData,
    /// The test, or the program, is of another version.
    RuleVersion,
    /// Settings of the test, or else the configuration alone, differ.
    Config,
    /// A waiver was laid over it, or no longer is.
    Waiver,
    /// It lies in one of the two periods only, or else the period alone differs.
    Period,
    /// None is proven.
    Unknown,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::NewEvents, Self::LateData, Self::RuleVersion, Self::Config, Self::Waiver, Self::Period, Self::Unknown];

    /// The word of column `cause`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewEvents => "new_events",
            Self::LateData => "late_data",
            Self::RuleVersion => "rule_version",
            Self::Config => "config",
            Self::Waiver => "waiver",
            Self::Period => "period",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a record stands and when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) time: i64,
    /// Digests of the files that it stands in.
    pub(super) files: Vec<String>,
}

/// What causes are proven from.
pub(super) struct Grounds {
    pub(super) before: Side,
    pub(super) now: Side,
    /// By event.
    pub(super) origins: BTreeMap<String, Origin>,
}

/// A cause, and what proves it.
type Found = (Cause, Option<String>);

/// The cause of a change of one item of a test.
pub(super) fn cause(test: &str, before: Option<&Judged>, now: Option<&Judged>, grounds: &Grounds) -> Found {
    let fresh = now.and_then(|now| fresh(test, now, grounds));
    outside(before, now, fresh.as_ref(), grounds)
        .or_else(|| rule_version(test, grounds))
        .or_else(|| waiver(before?, now?))
        .or(fresh)
        .or_else(|| settings(test, grounds))
        .unwrap_or_else(|| left_over(test, grounds))
}

fn proven(cause: Cause, proof: String) -> Found {
    (cause, Some(proof))
}

// An item whose time lies outside its own package's period is judged for something else than its time, which then proves nothing.
fn outside(before: Option<&Judged>, now: Option<&Judged>, fresh: Option<&Found>, grounds: &Grounds) -> Option<Found> {
    let (was, is) = (&grounds.before.period, &grounds.now.period);
    match (before, now) {
        (None, Some(item)) if is.contains(&item.time) && !was.contains(&item.time) => {
            let is_later = item.time >= was.end;
            let found = fresh.filter(|(cause, _)| is_later && *cause == Cause::NewEvents).cloned();
            Some(found.unwrap_or_else(|| {
                proven(Cause::Period, "it lies outside the period of the previous package".to_owned())
            }))
        }
        (Some(item), None) if was.contains(&item.time) && !is.contains(&item.time) => {
            Some(proven(Cause::Period, "it lies outside the period of this package".to_owned()))
        }
        _ => None,
    }
}

fn rule_version(test: &str, grounds: &Grounds) -> Option<Found> {
    let version = |side: &Side| side.tests.get(test).map_or_else(|| "not run".to_owned(), |t| t.version.clone());
    let (was, is) = (version(&grounds.before), version(&grounds.now));
    (was != is).then(|| proven(Cause::RuleVersion, format!("version of the test: {was}, then {is}")))
}

// A waiver changes an exception into a waived one and back; it is no reason why there is one, or why there is none any more.
fn waiver(before: &Judged, now: &Judged) -> Option<Found> {
    let is_same_deviation = before.is_deviation() && now.is_deviation() && before.reason == now.reason;
    let named = |of: &Judged| of.waiver_id.clone().unwrap_or_else(|| "none".to_owned());
    (is_same_deviation && before.waiver_id != now.waiver_id)
        .then(|| proven(Cause::Waiver, format!("waiver: {}, then {}", named(before), named(now))))
}

/// Records behind the item that the package before did not have: they stand in no file that it read, and in none that it may have
/// read besides, since what is not at hand any more may have held them.
fn fresh(test: &str, item: &Judged, grounds: &Grounds) -> Option<Found> {
    let (was, is) = (&grounds.before, &grounds.now);
    let may_have_been_read =
        |time: i64| was.beyond(is).filter_map(|file| file.times).any(|(first, last)| first <= time && time <= last);
    let is_new = |origin: &&Origin| {
        !origin.files.iter().any(|sha256| was.inputs.contains_key(sha256)) && !may_have_been_read(origin.time)
    };
    let origins = item.event_ids.iter().filter_map(|id| grounds.origins.get(id)).filter(is_new);
    let mut found: Vec<(i64, &str)> =
        origins.filter_map(|o| Some((o.time, is.inputs.get(o.files.first()?)?.path.as_str()))).collect();
    // Items about files have no events: the file is their record.
    if item.event_ids.is_empty() {
        let files = is.beyond(was).filter(|file| item.object.as_deref() == Some(&file.path));
        found.extend(files.filter_map(|file| Some((file.times?.0, file.path.as_str()))));
    }
    let (time, path) = found.into_iter().min()?;
    let cause = if time < was.cut_off(test) { Cause::LateData } else { Cause::NewEvents };
    Some(proven(cause, format!("records of {path}, which the previous package did not read")))
}

fn settings(test: &str, grounds: &Grounds) -> Option<Found> {
    let of = |side: &Side| side.tests.get(test).map(|t| t.settings.clone()).unwrap_or_default();
    let (was, is) = (of(&grounds.before), of(&grounds.now));
    let value = |of: &BTreeMap<String, String>, name: &str| of.get(name).cloned().unwrap_or_else(|| "not set".into());
    let mut names: Vec<&String> = was.keys().chain(is.keys()).filter(|name| was.get(*name) != is.get(*name)).collect();
    names.sort_unstable();
    names.dedup();
    let changes: Vec<String> =
        names.into_iter().map(|name| format!("{name}: {}, then {}", value(&was, name), value(&is, name))).collect();
    (!changes.is_empty()).then(|| proven(Cause::Config, changes.join("; ")))
}

/// What follows from there being one difference only.
fn left_over(test: &str, grounds: &Grounds) -> Found {
    let (was, is) = (&grounds.before, &grounds.now);
    let has_other_inputs = !was.inputs.keys().eq(is.inputs.keys());
    let is_declared_otherwise = was.declared != is.declared;
    let differences = [
        (has_other_inputs, "inputs"),
        (was.config_sha256 != is.config_sha256, "configuration"),
        (is_declared_otherwise, "declared heartbeats"),
        (was.tool_version != is.tool_version, "program"),
        (was.period != is.period, "period"),
    ];
    let names: Vec<&str> = differences.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| name).collect();
    let only = |name: &str| format!("the {name} alone differs");
    match names[..] {
        ["inputs"] => inputs(test, grounds),
        ["configuration"] => proven(Cause::Config, only("configuration")),
        ["declared heartbeats"] => proven(Cause::Config, "declared heartbeats alone differ".to_owned()),
        ["program"] => proven(Cause::RuleVersion, only("version of the program")),
        ["period"] => proven(Cause::Period, only("period")),
        [] => proven(Cause::Unknown, "nothing is seen to differ".to_owned()),
        _ => proven(Cause::Unknown, format!("more than one thing differs: {}", names.join(", "))),
    }
}

fn inputs(test: &str, grounds: &Grounds) -> Found {
    let cut_off = grounds.before.cut_off(test);
    if grounds.before.beyond(&grounds.now).next().is_some() {
        return proven(Cause::Unknown, "files of the previous package are not at hand".to_owned());
    }
    let added: Vec<(i64, i64)> = grounds.now.beyond(&grounds.before).filter_map(|file| file.times).collect();
    let alone = |what: &str| format!("the inputs alone differ, and what was added is of {what} its cut-off");
    if added.is_empty() {
        proven(Cause::Unknown, "the files that were added hold no event".to_owned())
    } else if added.iter().all(|(_, last)| *last < cut_off) {
        proven(Cause::LateData, alone("before"))
    } else if added.iter().all(|(first, _)| *first >= cut_off) {
        proven(Cause::NewEvents, alone("after"))
    } else {
        proven(Cause::Unknown, "the inputs alone differ, with records of before and after its cut-off".to_owned())
    }
}
