//! Reviews: when one is due, and which one serves.

use std::collections::BTreeMap;

use crate::catalogue::Evidence;
use crate::companion::{Decision, Review};

/// The time into which a review must fall.
pub(super) struct Window<'c> {
    /// The first instant after it.
    pub(super) due: i64,
    /// The latest review in it.
    pub(super) review: Option<Reviewed<'c>>,
    /// True = there is none, but one afterwards.
    pub(super) is_late: bool,
}

impl Window<'_> {
    /// The instant whose roster counts: that of the review, else the last one before it was due.
    pub(super) fn date(&self) -> i64 {
        self.review.as_ref().map_or(self.due - 1, |review| review.date)
    }
}

/// One review: all its rows.
#[derive(Clone)]
pub(super) struct Reviewed<'c> {
    /// The first of its rows.
    pub(super) date: i64,
    rows: Vec<&'c Review>,
}

impl<'c> Reviewed<'c> {
    /// The decisions on a principal: those that name it, else those on the roster as a whole.
    pub(super) fn rows_of(&self, evidence: &Evidence<'_>, principal: &str) -> Vec<&'c Review> {
        let names = |row: &&&Review| row.subject.as_deref().is_some_and(|subject| evidence.name(subject) == principal);
        let own: Vec<&Review> = self.rows.iter().filter(names).copied().collect();
        if own.is_empty() { self.rows.iter().filter(|row| row.subject.is_none()).copied().collect() } else { own }
    }
}

/// The windows of the period, the first one first. A review is due by the end of the period, and every so often before.
pub(super) fn windows<'c>(evidence: &'c Evidence<'_>, every: i64) -> Vec<Window<'c>> {
    let mut by_id: BTreeMap<&str, Vec<&Review>> = BTreeMap::new();
    for row in &evidence.companions.reviews {
        by_id.entry(&row.review_id).or_default().push(row);
    }
    let mut all: Vec<Reviewed<'_>> = by_id
        .into_values()
        .filter_map(|rows| Some(Reviewed { date: rows.iter().map(|row| row.at).min()?, rows }))
        .collect();
    all.sort_by(|a, b| (a.date, &a.rows[0].review_id).cmp(&(b.date, &b.rows[0].review_id)));
    let mut found: Vec<Window<'_>> = dues(evidence.period.start, evidence.period.end, every)
        .into_iter()
        .map(|due| Window {
            due,
            review: all.iter().rev().find(|review| due - every <= review.date && review.date < due).cloned(),
            is_late: false,
        })
        .collect();
    for window in &mut found {
        window.is_late = window.review.is_none() && all.iter().any(|review| review.date >= window.due);
    }
    found
}

fn dues(start: i64, end: i64, every: i64) -> Vec<i64> {
    let mut dues: Vec<i64> =
        std::iter::successors(Some(end), |due| Some(due - every)).take_while(|due| *due > start).collect();
    dues.reverse();
    dues
}

/// The word of a decision.
pub(super) const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Keep => "keep",
        Decision::Revoke => "revoke",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_due_at_the_end_and_every_so_often_before() {
        assert_eq!(dues(0, 92, 92), [92]);
        assert_eq!(dues(0, 31, 92), [31]);
        assert_eq!(dues(0, 365, 92), [89, 181, 273, 365]);
        assert_eq!(dues(0, 184, 92), [92, 184]);
    }
}
