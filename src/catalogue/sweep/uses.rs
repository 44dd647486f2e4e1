//! Uses of tokens: by far the most records of many lakes, so they are counted where they lie.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Sample;
use super::counter::Rows;
use crate::lake::{NONE, Words};

/// Uses of one token in one scope.
#[derive(Debug, Clone, Copy)]
struct Uses {
    /// The first, and of those of its instant the one with the least id.
    first: (i64, Sample),
    /// The last, and of those of its instant the one with the least id.
    last: (i64, Sample),
    /// The actor that comes first in the order of letters.
    actor: u32,
    count: u64,
}

impl Uses {
    fn add(&mut self, other: &Self, texts: &Words) {
        self.first = self.first.min(other.first);
        if (-other.last.0, other.last.1) < (-self.last.0, self.last.1) {
            self.last = other.last;
        }
        let comes_first = |a: u32, b: u32| a != NONE && (b == NONE || texts.comes_before(a, b));
        if self.actor != other.actor && comes_first(other.actor, self.actor) {
            self.actor = other.actor;
        }
        self.count += other.count;
    }
}

/// What is known of the uses of one token in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::catalogue) struct Used {
    /// In lower case.
    pub(in crate::catalogue) token: String,
    pub(in crate::catalogue) scope: String,
    /// When, and by which event.
    pub(in crate::catalogue) first: (i64, String),
    pub(in crate::catalogue) last: (i64, String),
    pub(in crate::catalogue) actor: Option<String>,
    pub(in crate::catalogue) count: u64,
}

/// All uses, by token and scope: those before the end of the period, and those after.
#[derive(Debug, Default)]
pub(super) struct TokenUses {
    /// Token, scope, and 1 for those after the period; the place among all.
    places: HashMap<[u32; 3], u32, FixedState>,
    all: Vec<Uses>,
}

impl TokenUses {
    pub(super) fn add(&mut self, token: u32, scope: u32, row: usize, page: &Rows, is_after: bool, texts: &Words) {
        let told = (page.times[row], page.sample(row));
        let one = Uses { first: told, last: told, actor: page.actor(row), count: 1 };
        self.take([token, scope, u32::from(is_after)], one, texts);
    }

    fn take(&mut self, key: [u32; 3], uses: Uses, texts: &Words) {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        match *self.places.entry(key).or_insert(next) {
            new if new == next => self.all.push(uses),
            known => self.all[known as usize].add(&uses, texts),
        }
    }

    /// Takes what another thread has counted, with the numbers that texts have here.
    pub(super) fn merge(&mut self, other: &Self, of: impl Fn(u32) -> u32, texts: &Words) {
        let moved = |(time, (event, file, line)): (i64, Sample)| (time, (event, of(file), line));
        for ([token, scope, is_after], place) in &other.places {
            let uses = other.all[*place as usize];
            let uses = Uses { first: moved(uses.first), last: moved(uses.last), actor: of(uses.actor), ..uses };
            self.take([of(*token), of(*scope), *is_after], uses, texts);
        }
    }

    /// The uses of all time, or those before the end of the period, in the order of token and scope.
    pub(super) fn all(&self, is_whole: bool, texts: &Words) -> Vec<Used> {
        let mut by_token: BTreeMap<(String, &str), Uses> = BTreeMap::new();
        for ([token, scope, _], place) in self.places.iter().filter(|([_, _, is_after], _)| is_whole || *is_after == 0)
        {
            let uses = &self.all[*place as usize];
            let key = (texts.sure(*token).to_lowercase(), texts.sure(*scope));
            by_token.entry(key).and_modify(|known| known.add(uses, texts)).or_insert(*uses);
        }
        let told = |(time, sample): (i64, Sample)| (time, format!("{:032x}", sample.0));
        let used = |((token, scope), uses): ((String, &str), Uses)| Used {
            token,
            scope: scope.to_owned(),
            first: told(uses.first),
            last: told(uses.last),
            actor: texts.get(uses.actor).map(str::to_owned),
            count: uses.count,
        };
        by_token.into_iter().map(used).collect()
    }

    /// The first and last event of each.
    pub(super) fn samples(&self) -> impl Iterator<Item = Sample> {
        self.all.iter().flat_map(|uses| [uses.first.1, uses.last.1])
    }
}
