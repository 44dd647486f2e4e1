//! What two sources tell, laid side by side.

use std::collections::BTreeMap;

use crate::change::Verb;
use crate::coverage::HOUR;

/// One change as one source tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// What tells it apart from all others, whichever source has it.
    pub(super) id: String,
    pub(super) event_id: String,
    pub(super) time: i64,
    pub(super) verb: Verb,
    pub(super) subject: Option<String>,
    pub(super) object: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) scope: String,
    /// What both sources call the place, where they do; empty where each has words of its own.
    pub(super) place: String,
    /// What must agree where no id does.
    pub(super) likeness: Vec<String>,
    pub(super) is_masked: bool,
}

/// A source of the pair, and how far it reaches: first and last record, or what is declared, microseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) first: i64,
    pub(super) last: i64,
    /// Scope and hour of every change that it has.
    pub(super) hours: std::collections::BTreeSet<(String, i64)>,
}

impl Side {
    /// True when both reach some instant of the span.
    pub(super) fn overlaps(&self, other: &Self, from: i64, to: i64) -> bool {
        self.first.max(other.first).max(from) <= self.last.min(other.last).min(to)
    }

    /// Remembers where it tells of changes.
    pub(super) fn note(&mut self, told: &[Told]) {
        self.hours.extend(told.iter().map(|t| (t.place.clone(), t.time.div_euclid(HOUR))));
    }

    /// What it has around a change that it lacks.
    pub(super) fn cause(&self, one: &Told) -> &'static str {
        let hour = one.time.div_euclid(HOUR);
        match () {
            () if self.hours.contains(&(one.place.clone(), hour)) => "it has other changes of the hour",
            () if self.hours.iter().any(|(scope, _)| *scope == one.place) => "it has no change in that hour",
            () => "it has no change of that scope at all: perhaps it was not meant to hold the scope",
        }
    }
}

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// What both have: as the first tells it, as the second does where it is another event, and what ties them.
    pub(super) both: Vec<(Told, Option<Told>, &'static str)>,
    /// What only the first has, and only the second.
    pub(super) alone: [Vec<Told>; 2],
}

/// Ties what two sources tell: by id, else by likeness, each to the next in time within the window.
pub(super) fn compared([first, second]: [Vec<Told>; 2], window: i64) -> Compared {
    let mut found = Compared::default();
    let mut by_id: BTreeMap<String, Told> = second.into_iter().map(|told| (told.id.clone(), told)).collect();
    let mut left: BTreeMap<Vec<String>, [Vec<Told>; 2]> = BTreeMap::new();
    for one in first {
        match by_id.remove(&one.id) {
            Some(_) => found.both.push((one, None, "identity")),
            None => left.entry(one.likeness.clone()).or_default()[0].push(one),
        }
    }
    for (_, one) in by_id {
        left.entry(one.likeness.clone()).or_default()[1].push(one);
    }
    for (_, [mut ours, mut theirs]) in left {
        for side in [&mut ours, &mut theirs] {
            side.sort_by(|a, b| (b.time, &b.id).cmp(&(a.time, &a.id)));
        }
        // Both are taken from their ends, which are the earliest.
        while let (Some(one), Some(other)) = (ours.last(), theirs.last()) {
            let is_masked = one.is_masked || other.is_masked;
            match (one.time.abs_diff(other.time) <= window.unsigned_abs() && !is_masked, one.time <= other.time) {
                (true, _) => {
                    if let (Some(one), Some(other)) = (ours.pop(), theirs.pop()) {
                        found.both.push((one, Some(other), "action, subject, object, actor and time"));
                    }
                }
                (false, true) => found.alone[0].extend(ours.pop()),
                (false, false) => found.alone[1].extend(theirs.pop()),
            }
        }
        found.alone[0].append(&mut ours);
        found.alone[1].append(&mut theirs);
    }
    found
}
