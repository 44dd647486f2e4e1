//! What has changed since the package before: which exceptions are new, go on, were resolved, and what brought that about.
//!
//! Compared are the items that are deviations (exceptions, waived or not) in either package; an item has the same id in every run. A
//! cause is named only where it is proven (see `cause`); else it is unknown. The package before is an input like any other: it is
//! verified first, cited in the manifest, and part of the run id.

mod cause;
mod columns;
mod previous;
mod side;
mod table;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use self::cause::Grounds;
use self::side::Side;
use crate::catalogue::Item;
use crate::correlate::Verdict;
use crate::error::Result;
use crate::inventory;
use crate::lake::Lake;
use crate::report::model::Model;

pub use cause::Cause;
pub use columns::COMPARISON;
pub use previous::Previous;
pub use table::frame;
pub use told::told;

const DAY: i64 = 86_400_000_000;

/// What became of a deviation. An item that was one and is undetermined now is changed: nothing shows that it is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A deviation now, and none before: not judged then, or judged otherwise.
    New,
    /// A deviation then, and judged otherwise now: for another reason, with or without a waiver, or undetermined.
    Changed,
    /// The same deviation in both.
    Continuing,
    /// A deviation then; now the evidence shows that it is none.
    Resolved,
    /// A deviation then; now no item of its test.
    NoLongerJudged,
}

impl Change {
    /// All of them, in the order in which a reader needs them.
    pub const ALL: [Self; 5] = [Self::New, Self::Changed, Self::Continuing, Self::Resolved, Self::NoLongerJudged];

    /// The word of column `change`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Continuing => "continuing",
            Self::Resolved => "resolved",
            Self::NoLongerJudged => "no_longer_judged",
        }
    }

    /// `None` = a deviation in neither.
    fn of(before: Option<&Judged>, now: Option<&Judged>) -> Option<Self> {
        let was = before.filter(|b| b.is_deviation());
        match (was, now) {
            (None, Some(now)) if now.is_deviation() => Some(Self::New),
            (None, _) => None,
            (Some(_), None) => Some(Self::NoLongerJudged),
            (Some(was), Some(now)) if now.is_deviation() => {
                let is_same = (was.verdict, &was.reason, &was.waiver_id) == (now.verdict, &now.reason, &now.waiver_id);
                Some(if is_same { Self::Continuing } else { Self::Changed })
            }
            (Some(_), Some(now)) if now.verdict == Verdict::Undetermined => Some(Self::Changed),
            (Some(_), Some(_)) => Some(Self::Resolved),
        }
    }
}

/// Test and item.
type Key = (String, String);

/// How one package judged one item.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Judged {
    verdict: Verdict,
    reason: String,
    severity: String,
    waiver_id: Option<String>,
    time: i64,
    scope: Option<String>,
    subject: Option<String>,
    object: Option<String>,
    /// Empty of the package before: all its records were at hand then.
    event_ids: Vec<String>,
}

impl Judged {
    const fn is_deviation(&self) -> bool {
        matches!(self.verdict, Verdict::Exception | Verdict::Waived)
    }

    fn of(item: &Item) -> Self {
        Self {
            verdict: item.verdict,
            reason: item.reason.clone(),
            severity: item.severity.as_str().to_owned(),
            waiver_id: item.waiver_id.clone(),
            time: item.time,
            scope: item.scope.clone(),
            subject: item.subject.clone(),
            object: item.object.clone(),
            event_ids: item.event_ids.clone(),
        }
    }
}

/// In which package a deviation was seen first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FirstSeen {
    run: String,
    period: String,
}

/// One compared item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    test_id: String,
    item_id: String,
    change: Change,
    cause: Option<Cause>,
    proof: Option<String>,
    before: Option<Judged>,
    now: Option<Judged>,
    first_seen: FirstSeen,
    age_days: Option<i64>,
}

impl Row {
    /// The judgement of now, else the one before.
    fn latest(&self) -> Option<&Judged> {
        self.now.as_ref().or(self.before.as_ref())
    }
}

/// What of the package in the making is compared, gathered test by test.
#[derive(Debug)]
pub struct Kept {
    before: BTreeSet<Key>,
    judged: BTreeMap<Key, Judged>,
}

impl Kept {
    /// Nothing yet, but for what the package before says of it.
    ///
    /// # Errors
    /// The package before cannot be read.
    pub fn of(previous: &Previous) -> Result<Self> {
        Ok(Self { before: previous.judged(&|_| false)?.into_keys().collect(), judged: BTreeMap::new() })
    }

    /// Keeps the items of a test that are deviations, or were.
    pub fn keep(&mut self, test: &str, items: &[Item]) {
        for item in items {
            let key = (test.to_owned(), item.item_id.clone());
            if matches!(item.verdict, Verdict::Exception | Verdict::Waived) || self.before.contains(&key) {
                self.judged.insert(key, Judged::of(item));
            }
        }
    }
}

/// Compares what was judged with the package before, in the order of tests and items. `model` is the report of now.
///
/// # Errors
/// The lake or the package before cannot be read.
pub fn rows(lake: &Lake, kept: Kept, model: &Model, previous: &Previous) -> Result<Vec<Row>> {
    let judged = kept.judged;
    let before = previous.judged(&|key| judged.contains_key(key))?;
    let grounds = Grounds {
        before: Side::of(previous.model()),
        now: Side::of(model),
        origins: origins(lake, judged.values(), model)?,
    };
    let seen = previous.first_seen()?;
    let this_run = FirstSeen { run: model.package.run_id.clone(), period: model.period.label.clone() };
    let last_run = previous.as_first_seen();
    let keys: BTreeSet<&Key> = before.keys().chain(judged.keys()).collect();
    let compared = keys.into_iter().filter_map(|key| {
        let (was, is) = (before.get(key), judged.get(key));
        let mut row = row(key, was, is, &grounds)?;
        row.first_seen = match row.change {
            Change::New => this_run.clone(),
            _ => seen.get(key).unwrap_or(&last_run).clone(),
        };
        Some(row)
    });
    Ok(compared.collect())
}

fn row(key: &Key, before: Option<&Judged>, now: Option<&Judged>, grounds: &Grounds) -> Option<Row> {
    let (test, item) = key;
    let change = Change::of(before, now)?;
    let found = (change != Change::Continuing).then(|| cause::cause(test, before, now, grounds));
    let (cause, proof) = found.map_or((None, None), |(cause, proof)| (Some(cause), proof));
    let age = now.filter(|n| n.is_deviation()).map(|n| grounds.now.cut_off(test) - n.time);
    Some(Row {
        test_id: test.clone(),
        item_id: item.clone(),
        change,
        cause,
        proof,
        before: before.cloned(),
        now: now.cloned(),
        first_seen: FirstSeen { run: String::new(), period: String::new() },
        age_days: age.filter(|age| *age >= 0).map(|age| age / DAY),
    })
}

/// Where the records behind the items stand, by event.
fn origins<'j>(
    lake: &Lake,
    judged: impl Iterator<Item = &'j Judged>,
    model: &Model,
) -> Result<BTreeMap<String, cause::Origin>> {
    let wanted: BTreeSet<String> = judged.flat_map(|j| j.event_ids.iter().cloned()).collect();
    let files: BTreeMap<&str, &str> = model.inputs.iter().map(|f| (f.file_id.as_str(), f.sha256.as_str())).collect();
    let digests = |ids: &BTreeSet<String>| {
        ids.iter().filter_map(|id| files.get(id.as_str())).map(|sha256| (*sha256).to_owned()).collect()
    };
    let found = inventory::origins(lake, &wanted)?;
    Ok(found.into_iter().map(|(event, o)| (event, cause::Origin { time: o.time, files: digests(&o.files) })).collect())
}

#[cfg(test)]
mod tests;
