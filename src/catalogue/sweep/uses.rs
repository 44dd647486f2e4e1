//! Uses of tokens: by far the most records of many lakes, so they are counted where they lie.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Sample;
use super::counter::Rows;
use crate::lake::{NONE, Words};

/// Uses of one token in one scope, but for their events: what every use is compared with lies close together.
#[derive(Debug, Clone, Copy)]
struct Uses {
    first: i64,
    last: i64,
    /// The actor that comes first in the order of letters.
    actor: u32,
    count: u64,
}

/// The first event, and the last; of those of one instant the one with the least id.
type Ends = [Sample; 2];

impl Uses {
    const NOTHING: Self = Self { first: i64::MAX, last: i64::MIN, actor: NONE, count: 0 };

    fn add(&mut self, ends: &mut Ends, other: &Self, end: impl Fn(usize) -> Sample, words: &Words) {
        if other.first < self.first || other.first == self.first && end(0) < ends[0] {
            (self.first, ends[0]) = (other.first, end(0));
        }
        if other.last > self.last || other.last == self.last && end(1) < ends[1] {
            (self.last, ends[1]) = (other.last, end(1));
        }
        let comes_first = |a: u32, b: u32| a != NONE && (b == NONE || words.comes_before(a, b));
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
    /// The place among all.
    places: HashMap<Key, u32, FixedState>,
    all: Vec<Uses>,
    ends: Vec<Ends>,
}

/// Token and scope by number, and whether after the period, in one number: as many events are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

impl Key {
    // There are never so many scopes that their numbers need the last bit.
    const fn new(token: u32, scope: u32, is_after: bool) -> Self {
        Self((token as u64) << 32 | (scope as u64) << 1 | is_after as u64)
    }

    fn token(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or(NONE)
    }

    fn scope(self) -> u32 {
        u32::try_from(self.0 >> 1 & u64::from(u32::MAX >> 1)).unwrap_or(NONE)
    }

    const fn is_after(self) -> bool {
        self.0 & 1 == 1
    }
}

const NO_ENDS: Ends = [(u128::MAX, NONE, 0); 2];

impl TokenUses {
    /// Adds the uses of a page: row, token and scope of each, in the order of rows.
    pub(super) fn add(&mut self, uses: &[[u32; 3]], page: &Rows, period_end: i64, words: &Words) {
        let key = |[row, token, scope]: &[u32; 3]| Key::new(*token, *scope, page.times[*row as usize] >= period_end);
        let places: Vec<u32> = uses.iter().map(|one| self.place(key(one))).collect();
        // Apart from the looking up, so that the processor can fetch several at once; the latest come first, and most of the others
        // then change neither end.
        for ([row, ..], place) in uses.iter().zip(places).rev() {
            let (row, place) = (*row as usize, place as usize);
            let one = Uses { first: page.times[row], last: page.times[row], actor: page.actor(row), count: 1 };
            self.all[place].add(&mut self.ends[place], &one, |_| page.sample(row), words);
        }
    }

    fn place(&mut self, key: Key) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.all.push(Uses::NOTHING);
            self.ends.push(NO_ENDS);
        }
        place
    }

    /// Takes what another thread has counted, with the numbers that words have here.
    pub(super) fn merge(&mut self, other: &Self, of: impl Fn(u32) -> u32, words: &Words) {
        for (key, from) in &other.places {
            let from = *from as usize;
            let place = self.place(Key::new(of(key.token()), of(key.scope()), key.is_after())) as usize;
            let uses = Uses { actor: of(other.all[from].actor), ..other.all[from] };
            let end = |which: usize| {
                let (event, file, line) = other.ends[from][which];
                (event, of(file), line)
            };
            self.all[place].add(&mut self.ends[place], &uses, end, words);
        }
    }

    /// The uses of all time, or those before the end of the period, in the order of token and scope.
    pub(super) fn all(&self, is_whole: bool, words: &Words) -> Vec<Used> {
        let mut by_token: BTreeMap<(String, &str), (Uses, Ends)> = BTreeMap::new();
        let wanted = self.places.iter().filter(|(key, _)| is_whole || !key.is_after());
        for (key, place) in wanted {
            let (uses, ends) = (&self.all[*place as usize], self.ends[*place as usize]);
            let key = (words.sure(key.token()).to_lowercase(), words.sure(key.scope()));
            let (known, known_ends) = by_token.entry(key).or_insert((Uses::NOTHING, NO_ENDS));
            known.add(known_ends, uses, |which| ends[which], words);
        }
        let told = |time: i64, sample: Sample| (time, format!("{:032x}", sample.0));
        let used = |((token, scope), (uses, ends)): ((String, &str), (Uses, Ends))| Used {
            token,
            scope: scope.to_owned(),
            first: told(uses.first, ends[0]),
            last: told(uses.last, ends[1]),
            actor: words.get(uses.actor).map(str::to_owned),
            count: uses.count,
        };
        by_token.into_iter().map(used).collect()
    }

    /// The first and last event of each.
    pub(super) fn samples(&self) -> impl Iterator<Item = Sample> {
        self.ends.iter().flatten().copied()
    }
}
