//! Texts by number: a lake names the same few over and over.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::catalogue::item::beginning;
use crate::lake::PageTexts;

/// The number that stands for no text at all.
pub(super) const NONE: u32 = 0;

/// Every text once.
#[derive(Debug)]
pub(super) struct Texts {
    all: Vec<Box<str>>,
    /// How each begins, which tells most apart without a look at them.
    beginnings: Vec<u128>,
    numbers: HashMap<Box<str>, u32, FixedState>,
}

/// The numbers of a column's words, as far as they were wanted.
#[derive(Debug, Default)]
pub(super) struct Known {
    list: u64,
    numbers: Vec<u32>,
}

const UNASKED: u32 = u32::MAX;

impl Texts {
    pub(super) fn new() -> Self {
        Self { all: vec!["".into()], beginnings: vec![0], numbers: HashMap::default() }
    }

    /// The text of a number; `None` = null.
    pub(super) fn get(&self, number: u32) -> Option<&str> {
        (number != NONE).then(|| &*self.all[number as usize])
    }

    /// The same, of a column that holds no null.
    pub(super) fn sure(&self, number: u32) -> &str {
        &self.all[number as usize]
    }

    /// True where two texts differ in case alone, and in spaces around them.
    pub(super) fn is_same(&self, one: u32, other: u32) -> bool {
        one == other || is_alike(self.sure(one), self.sure(other))
    }

    /// True where a text comes before another in the order of letters.
    pub(super) fn comes_before(&self, one: u32, other: u32) -> bool {
        let (a, b) = (self.beginnings[one as usize], self.beginnings[other as usize]);
        a < b || a == b && self.sure(one) < self.sure(other)
    }

    /// The number of a text; `None` = it was never seen.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(text.into());
        self.beginnings.push(beginning(text));
        self.numbers.insert(text.into(), number);
        number
    }

    /// Takes the texts of others; gives the number of each by the number that it had there.
    pub(super) fn merge(&mut self, others: &Self) -> Vec<u32> {
        let own = others.all.iter().skip(1).map(|text| self.number(text));
        std::iter::once(NONE).chain(own).collect()
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }

    /// The numbers of a column's texts, row by row. Texts that have another name are numbered by that, whatever their case.
    pub(super) fn numbers(
        &mut self,
        column: &PageTexts<'_>,
        rows: usize,
        known: &mut Known,
        names: &BTreeMap<String, String>,
        numbers: &mut Vec<u32>,
    ) {
        numbers.clear();
        let named = |text: &str| names.get(&text.to_lowercase()).cloned();
        let mut number = |text: &str| match (!names.is_empty()).then(|| named(text)).flatten() {
            Some(name) => self.number(&name),
            None => self.number(text),
        };
        match column {
            PageTexts::Coded(coded) => {
                if known.list != coded.list() {
                    known.list = coded.list();
                    known.numbers.clear();
                    known.numbers.extend((0..coded.word_count()).map(|code| number(coded.word(code))));
                }
                coded.each_of(&known.numbers, NONE, numbers);
            }
            PageTexts::Plain(plain) => {
                let mut last = ("", NONE);
                numbers.extend((0..rows).map(|row| {
                    let Some(text) = plain.text(row) else { return NONE };
                    if last.1 == NONE || last.0 != text {
                        last = (text, number(text));
                    }
                    last.1
                }));
            }
        }
    }

    /// The same of a column of which not every text is wanted; those that are not have no number.
    pub(super) fn some_numbers(
        &mut self,
        column: &PageTexts<'_>,
        rows: usize,
        known: &mut Known,
        is_wanted: impl Fn(usize) -> bool,
        numbers: &mut Vec<u32>,
    ) {
        numbers.clear();
        let mut number = |text: &str| self.number(text);
        match column {
            PageTexts::Coded(coded) => {
                if known.list != coded.list() {
                    known.list = coded.list();
                    known.numbers.clear();
                    known.numbers.resize(coded.word_count(), UNASKED);
                }
                numbers.extend((0..rows).map(|row| {
                    let Some(code) = coded.code(row).filter(|_| is_wanted(row)) else { return NONE };
                    if known.numbers[code] == UNASKED {
                        known.numbers[code] = number(coded.word(code));
                    }
                    known.numbers[code]
                }));
            }
            PageTexts::Plain(plain) => {
                let mut last = ("", NONE);
                numbers.extend((0..rows).map(|row| {
                    let Some(text) = plain.text(row).filter(|_| is_wanted(row)) else { return NONE };
                    if last.1 == NONE || last.0 != text {
                        last = (text, number(text));
                    }
                    last.1
                }));
            }
        }
    }
}

/// True where two names differ in case alone, and in spaces around them.
pub(in crate::catalogue) fn is_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    match one.is_ascii() && other.is_ascii() {
        true => one.eq_ignore_ascii_case(other),
        false => one.to_lowercase() == other.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_whoever_met_it_first() {
        let (mut one, mut other) = (Texts::new(), Texts::new());
        let (a, b) = (one.number("a"), one.number("b"));
        let (c, other_b, empty) = (other.number("c"), other.number("b"), other.number(""));
        assert_eq!(one.number("a"), a);
        let numbers = one.merge(&other);
        assert_eq!(numbers[other_b as usize], b);
        assert_eq!(numbers[NONE as usize], NONE);
        assert_eq!(one.sure(numbers[c as usize]), "c");
        assert_eq!(one.get(numbers[empty as usize]), Some(""));
        let (long, longer) = (one.number("a text of many letters"), one.number("a text of many letters, and more"));
        for (first, second, is_before) in [(a, b, true), (b, a, false), (a, a, false), (long, longer, true)] {
            assert_eq!(one.comes_before(first, second), is_before);
        }
        let spaced = one.number(" A ");
        assert!(one.is_same(a, spaced) && !one.is_same(a, b));
        assert!(is_alike(" Äb", "äB ") && is_alike("A@b", "a@B ") && !is_alike("a", "ab") && !is_alike("ä", "a"));
        assert_eq!((one.get(NONE), one.find("c"), one.find("d")), (None, Some(numbers[c as usize]), None));
    }
}
