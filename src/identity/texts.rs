//! Every distinct text once, as a small number, and every distinct spelling of a name folded once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Basis;
use super::fold::{Rules, fold};

/// A text by number; [`NONE`] = no text.
pub(super) type TextId = u32;

/// No text, no account, no record.
pub(super) const NONE: u32 = u32::MAX;

/// What a spelling stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling {
    /// The spelling, folded.
    pub(super) folded: TextId,
    /// The name that it stands for.
    pub(super) canonical: TextId,
    /// The rule by which it does, where it is not the name itself.
    pub(super) rule: Option<Basis>,
}

const UNREAD: Spelling = Spelling { folded: NONE, canonical: NONE, rule: None };

/// Texts and spellings. All texts stand in one, and are found by their digest: there may be millions.
#[derive(Debug, Default)]
pub(super) struct Texts {
    rules: Rules,
    all: String,
    ends: Vec<usize>,
    numbers: HashTable<TextId>,
    hasher: RandomState,
    spellings: Vec<Spelling>,
}

impl Texts {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// How many there are; numbers are below it.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of a text.
    pub(super) fn intern(&mut self, text: &str) -> TextId {
        if let Some(number) = self.find(text) {
            return number;
        }
        // Four thousand million distinct texts do not fit into memory.
        let number = TextId::try_from(self.ends.len()).unwrap_or(NONE);
        self.all.push_str(text);
        self.ends.push(self.all.len());
        self.spellings.push(UNREAD);
        let Self { all, ends, numbers, hasher, .. } = self;
        numbers.insert_unique(hasher.hash_one(text), number, |other| hasher.hash_one(part(all, ends, *other)));
        number
    }

    /// The number of a name as it is spelled.
    pub(super) fn name(&mut self, raw: &str) -> TextId {
        let number = self.intern(raw);
        if self.spelling(number) == UNREAD {
            let text = fold(raw);
            let folded = self.intern(&text);
            let spelling = match self.rules.apply(&text) {
                Some((canonical, rule)) => Spelling { folded, canonical: self.intern(&canonical), rule: Some(rule) },
                None => Spelling { folded, canonical: folded, rule: None },
            };
            if let Some(place) = self.spellings.get_mut(number as usize) {
                *place = spelling;
            }
        }
        number
    }

    /// The number of a text that is known.
    pub(super) fn find(&self, text: &str) -> Option<TextId> {
        self.numbers.find(self.hasher.hash_one(text), |number| self.text(*number) == text).copied()
    }

    /// The number of the name that a spelling stands for, if that name is known.
    pub(super) fn find_name(&self, raw: &str) -> Option<TextId> {
        match self.find(raw).map(|number| self.spelling(number)).filter(|s| *s != UNREAD) {
            Some(spelling) => Some(spelling.canonical),
            None => self.find(&self.canonical(raw)),
        }
    }

    /// The name that a spelling stands for.
    pub(super) fn canonical(&self, raw: &str) -> String {
        let folded = fold(raw);
        self.rules.apply(&folded).map_or(folded, |(canonical, _)| canonical)
    }

    /// What the spelling of that number stands for.
    pub(super) fn spelling(&self, number: TextId) -> Spelling {
        self.spellings.get(number as usize).copied().unwrap_or(UNREAD)
    }

    /// The text of that number; empty for [`NONE`].
    pub(super) fn text(&self, number: TextId) -> &str {
        part(&self.all, &self.ends, number)
    }
}

fn part<'t>(all: &'t str, ends: &[usize], number: TextId) -> &'t str {
    let at = number as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|end| all.get(start..*end)).unwrap_or_default()
}
