//! Subjects and what they are granted, resolved and numbered, so that a key is two numbers.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Entitlement, Key};
use crate::identity::Resolved;

/// Number of a resolved subject.
pub(in super::super) type Holder = u32;
/// Number of what is granted, and whether a group holds it.
pub(in super::super) type Thing = u32;

/// A label without the id that tells its bearer from another one of that name.
pub(in super::super) fn bare(label: &str) -> &str {
    label.rsplit_once('#').map_or(label, |(name, _)| name)
}

/// The key of a change, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub(in super::super) holder: Holder,
    pub(in super::super) thing: Thing,
}

/// Values by number.
#[derive(Debug)]
struct Numbered<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32, RandomState>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Hash + Eq + Clone> Numbered<T> {
    fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(value.clone());
        self.numbers.insert(value, number);
        number
    }

    fn get(&self, number: u32) -> &T {
        &self.all[number as usize]
    }
}

/// All keys by number.
#[derive(Debug, Default)]
pub(in super::super) struct Keys {
    holders: Numbered<Resolved>,
    /// The label of each holder; resolved or not, who has the same text has the same.
    labels: Numbered<Arc<str>>,
    label_of: Vec<u32>,
    may_be_anybody: Vec<bool>,
    things: Numbered<(bool, Entitlement)>,
}

impl Keys {
    pub(super) fn number_holder(&mut self, holder: Resolved) -> Holder {
        let number = self.holders.number(holder);
        if self.label_of.len() < self.holders.all.len() {
            let (Resolved::Key(text) | Resolved::Unresolved(text)) = self.holders.get(number);
            self.label_of.push(self.labels.number(text.clone()));
            self.may_be_anybody.push(self.holders.get(number).may_be_anybody());
        }
        number
    }

    pub(super) fn number_thing(&mut self, is_group: bool, entitlement: Entitlement) -> Thing {
        self.things.number((is_group, entitlement))
    }

    /// The account of a person or service principal as a thing, even if nobody has any.
    pub(super) fn account(&mut self) -> Thing {
        self.number_thing(false, Entitlement::Account)
    }

    pub(in super::super) fn holder(&self, number: Holder) -> &Resolved {
        self.holders.get(number)
    }

    pub(super) fn find_holder(&self, holder: &Resolved) -> Option<Holder> {
        self.holders.numbers.get(holder).copied()
    }

    pub(super) fn may_be_anybody(&self, holder: Holder) -> bool {
        self.may_be_anybody[holder as usize]
    }

    pub(super) fn label(&self, holder: Holder) -> u32 {
        self.label_of[holder as usize]
    }

    pub(super) fn thing(&self, number: Thing) -> &(bool, Entitlement) {
        self.things.get(number)
    }

    pub(super) fn things(&self) -> impl Iterator<Item = (Thing, &(bool, Entitlement))> {
        (0..).zip(&self.things.all)
    }

    pub(in super::super) const fn holder_count(&self) -> usize {
        self.holders.all.len()
    }

    pub(super) fn key(&self, place: Place) -> Key {
        let (is_group, entitlement) = self.thing(place.thing).clone();
        Key { is_group, subject: self.holder(place.holder).clone(), entitlement }
    }
}

/// What something stands for, and from when until when.
#[derive(Debug, Clone, Copy)]
struct While<V> {
    since: i64,
    until: i64,
    value: V,
}

/// What numbers stand for over time, worked out once for every span in which it is the same.
#[derive(Debug)]
pub(super) struct OverTime<V> {
    /// Most stand for one thing always.
    first: Vec<Option<While<V>>>,
    more: HashMap<u32, Vec<While<V>>, RandomState>,
}

impl<V> Default for OverTime<V> {
    fn default() -> Self {
        Self { first: Vec::new(), more: HashMap::default() }
    }
}

impl<V: Copy> OverTime<V> {
    /// All that a number was found to stand for.
    pub(super) fn all(&self, number: u32) -> impl Iterator<Item = V> {
        let first = self.first.get(number as usize).and_then(Option::as_ref);
        first.into_iter().chain(self.more.get(&number).into_iter().flatten()).map(|one| one.value)
    }

    pub(super) fn at(&mut self, number: u32, time: i64, work_out: impl FnOnce() -> (V, (i64, i64))) -> V {
        let at = number as usize;
        if self.first.len() <= at {
            self.first.resize((at + 1).next_power_of_two(), None);
        }
        let holds = |one: &While<V>| one.since <= time && time <= one.until;
        if let Some(one) = self.first[at].filter(holds) {
            return one.value;
        }
        if let Some(one) = self.more.get(&number).and_then(|more| more.iter().find(|one| holds(one))) {
            return one.value;
        }
        let (value, (since, until)) = work_out();
        let one = While { since, until, value };
        if self.first[at].is_none() {
            self.first[at] = Some(one);
        } else {
            self.more.entry(number).or_default().push(one);
        }
        value
    }
}
