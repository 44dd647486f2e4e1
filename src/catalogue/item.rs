//! What a test returns: judged items, their counts, and what is to be printed beside them.

use rayon::prelude::*;

use super::test::Test;
use crate::config::Setting;
use crate::correlate::{Verdict, item_id, rearrange};
use crate::lake::beginning;
use crate::schema::Kind;

/// How grave one exception is. It never changes a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words are the catalogue's own")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The word that the tables show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step graver.
    pub(super) const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

/// One judged item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Stable id.
    pub item_id: String,
    /// What the test says of it.
    pub verdict: Verdict,
    /// Why, in the test's closed words.
    pub reason: String,
    /// How grave it would be.
    pub severity: Severity,
    /// When, microseconds.
    pub time: i64,
    /// Where.
    pub scope: Option<String>,
    /// Who acted.
    pub actor: Option<String>,
    /// What was done or decided; empty where the item is no change.
    pub verb: &'static str,
    /// Whose access.
    pub subject: Option<String>,
    /// What it is about.
    pub object: Option<String>,
    /// Events behind it, defining events first.
    pub event_ids: Vec<String>,
    /// What was measured, in words.
    pub detail: Option<String>,
    /// The waiver laid over it.
    pub waiver_id: Option<String>,
    /// The hole that keeps it undetermined.
    pub hole_id: Option<String>,
    /// Class of the actor; `None` = the item has none.
    pub actor_class: Option<&'static str>,
    /// The door; `None` = the item has none.
    pub channel: Option<String>,
    /// What the subject is; `None` = the item has none.
    pub subject_kind: Option<&'static str>,
    /// The values of the test's own columns, in their order.
    pub extra: Vec<Cell>,
}

impl Item {
    /// An item that names nothing yet, and is not judged.
    pub const fn new(item_id: String, time: i64) -> Self {
        Self {
            item_id,
            verdict: Verdict::Undetermined,
            reason: String::new(),
            severity: Severity::Info,
            time,
            scope: None,
            actor: None,
            verb: "",
            subject: None,
            object: None,
            event_ids: Vec::new(),
            detail: None,
            waiver_id: None,
            hole_id: None,
            actor_class: None,
            channel: None,
            subject_kind: None,
            extra: Vec::new(),
        }
    }
}

/// The items by time, then by id; equal ones as they were.
///
/// Items are large: their places are sorted, by how their ids begin where that tells them apart, and each is moved once.
pub(super) fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    let place = |(at, item): (usize, &Item)| (item.time, beginning(&item.item_id), at);
    let mut order: Vec<(i64, u128, usize)> = items.par_iter().enumerate().map(place).collect();
    let id = |at: usize| &items[at].item_id;
    order.par_sort_unstable_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| id(a.2).cmp(id(b.2))).then_with(|| a.2.cmp(&b.2))
    });
    rearrange(&mut items, order.into_iter().map(|(_, _, at)| at).collect());
    items
}

/// An id that two items have.
pub(super) fn twice(items: &[Item]) -> Option<&str> {
    let mut ids: Vec<(u128, &str)> =
        items.par_iter().map(|item| (beginning(&item.item_id), item.item_id.as_str())).collect();
    ids.par_sort_unstable();
    ids.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].1)
}

/// Gives the later ones of items with one id and one defining event ids of their own: a record may bear on one thing more than once.
/// The items are ordered by time and id, those of a record as the record says them; and so they are again.
pub(super) fn tell_apart(items: &mut [Item]) {
    let is_same = |a: &Item, b: &Item| {
        let events = a.event_ids.first().zip(b.event_ids.first());
        a.time == b.time && a.item_id == b.item_id && events.is_some_and(|(a, b)| a == b)
    };
    let mut is_in_order = true;
    for same in items.chunk_by_mut(is_same).filter(|same| same.len() > 1) {
        is_in_order = false;
        for (nth, item) in same.iter_mut().enumerate().skip(1) {
            item.item_id = item_id(&[&item.item_id, &nth.to_string()]);
        }
    }
    if !is_in_order {
        items.sort_by(by_time);
    }
}

/// The order of items: by time, then by id.
pub(super) fn by_time(a: &Item, b: &Item) -> std::cmp::Ordering {
    (a.time, &a.item_id).cmp(&(b.time, &b.item_id))
}

/// The value of one of a test's own columns.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is a kind of column; `None` is null")]
pub enum Cell {
    Text(Option<String>),
    Whole(Option<i64>),
    Real(Option<f64>),
    Flag(Option<bool>),
    /// Microseconds.
    Instant(Option<i64>),
    Texts(Vec<String>),
}

impl Cell {
    /// A text that is there.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Some(text.into()))
    }

    /// A tally.
    pub fn count(count: usize) -> Self {
        Self::Whole(i64::try_from(count).ok())
    }

    /// A length of time given in microseconds, in whole seconds.
    pub fn seconds(micros: Option<i64>) -> Self {
        Self::Whole(micros.map(|m| m / 1_000_000))
    }

    /// A length of time given in microseconds, in hours.
    #[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 microseconds")]
    pub fn hours(micros: Option<i64>) -> Self {
        Self::Real(micros.map(|m| m as f64 / 3.6e9))
    }

    /// A length of time given in microseconds, in days.
    #[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 microseconds")]
    pub fn days(micros: Option<i64>) -> Self {
        Self::Real(micros.map(|m| m as f64 / 8.64e10))
    }

    /// Null, in a column of that kind; an empty list, since lists are never null.
    pub const fn null(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(None),
            Kind::Whole => Self::Whole(None),
            Kind::Real => Self::Real(None),
            Kind::Flag => Self::Flag(None),
            Kind::Instant => Self::Instant(None),
            Kind::TextList => Self::Texts(Vec::new()),
        }
    }

    /// The kind of column that takes it.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Whole(_) => Kind::Whole,
            Self::Real(_) => Kind::Real,
            Self::Flag(_) => Kind::Flag,
            Self::Instant(_) => Kind::Instant,
            Self::Texts(_) => Kind::TextList,
        }
    }
}

/// How many items have which verdict. The sum is the population, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the five verdicts and their sum")]
pub struct Counts {
    pub population: u64,
    pub pass: u64,
    pub exception: u64,
    pub waived: u64,
    pub undetermined: u64,
    pub not_applicable: u64,
}

impl Counts {
    /// The counts of some items.
    pub(super) fn of(items: &[Item]) -> Self {
        let mut counts = Self { population: items.len() as u64, ..Self::default() };
        for item in items {
            match item.verdict {
                Verdict::Pass => counts.pass += 1,
                Verdict::Exception => counts.exception += 1,
                Verdict::Waived => counts.waived += 1,
                Verdict::Undetermined => counts.undetermined += 1,
                Verdict::NotApplicable => counts.not_applicable += 1,
            }
        }
        counts
    }

    /// True when the population is the sum of the verdicts.
    pub const fn tie_out(&self) -> bool {
        self.population == self.pass + self.exception + self.waived + self.undetermined + self.not_applicable
    }
}

/// What a test's function returns.
#[derive(Debug, Default)]
pub struct Judged {
    /// The items.
    pub items: Vec<Item>,
    /// Counts where the population is not the items themselves (COV-02 counts records).
    pub counts: Option<Counts>,
    /// What was left out of the population, by which rule, and how many.
    pub exclusions: Vec<(String, u64)>,
    /// Facts to print beside the result.
    pub notes: Vec<String>,
    /// Figures to print beside the result: what, and how much.
    pub figures: Vec<(String, String)>,
    /// True when the evidence reaches over the whole population, so that an empty one is a finding of its own.
    pub coverage_is_complete: bool,
    /// Why the test could not be carried out, its population printed all the same, undetermined; `None` = it was.
    pub not_tested: Option<String>,
    /// The first instant of which the test knows nothing, where its own windows say so; `None` = that of the correlation.
    pub cut_off: Option<i64>,
}

/// A test with its result.
#[derive(Debug)]
pub struct Outcome {
    /// The test.
    pub test: &'static Test,
    /// The items, ordered by time and id.
    pub items: Vec<Item>,
    /// The counts; they tie out.
    pub counts: Counts,
    /// True when the evidence reaches over the whole population, so that an empty one is a finding of its own.
    pub coverage_is_complete: bool,
    /// What was left out.
    pub exclusions: Vec<(String, u64)>,
    /// Facts to print beside the result.
    pub notes: Vec<String>,
    /// Figures to print beside the result.
    pub figures: Vec<(String, String)>,
    /// Why the test could not be carried out; `None` = it was.
    pub not_tested: Option<String>,
    /// The first instant of which the test knows nothing.
    pub cut_off: i64,
    /// The settings it ran with.
    pub settings: Vec<Setting>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, time: i64, event: Option<&str>) -> Item {
        Item { event_ids: event.map(str::to_owned).into_iter().collect(), ..Item::new(id.to_owned(), time) }
    }

    #[test]
    fn items_stand_in_the_order_of_time_and_id() {
        let ids = ["b", "a", "the same beginning, z", "the same beginning, y", "", "é"];
        let items = |times: [i64; 6]| ids.into_iter().zip(times).map(|(id, time)| Item::new(id.to_owned(), time));
        for times in [[1; 6], [3, 2, 1, 1, 2, 3]] {
            let mut sorted: Vec<Item> = items(times).collect();
            sorted.sort_by(|a, b| (a.time, &a.item_id).cmp(&(b.time, &b.item_id)));
            assert_eq!(in_order(items(times).collect()), sorted);
            assert_eq!(twice(&sorted), None);
            assert_eq!(twice(&items(times).chain(items([7; 6]).skip(3).take(1)).collect::<Vec<_>>()), Some(ids[3]));
        }
    }

    #[test]
    fn only_items_of_one_record_are_told_apart() {
        let mut items = [
            item("cell", 1, None),
            item("cell", 1, None),
            item("other", 1, Some("a")),
            item("other", 1, Some("b")),
            item("same", 1, Some("a")),
            item("same", 1, Some("a")),
            item("same", 1, Some("a")),
            item("same", 2, Some("a")),
        ];
        tell_apart(&mut items);
        assert!(items.is_sorted_by(|a, b| by_time(a, b).is_le()));
        let count = |id: &str| items.iter().filter(|item| item.item_id == id).count();
        assert_eq!((count("cell"), count("other"), count("same")), (2, 2, 2));
        let ids: std::collections::BTreeSet<&str> = items.iter().map(|item| item.item_id.as_str()).collect();
        assert_eq!(ids.len(), 5);
    }
}
