//! Texts by number: a lake names the same few over and over.

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::PageTexts;

/// The number that stands for no text at all.
pub const NONE: u32 = 0;

/// Every text once.
#[derive(Debug)]
pub struct Words {
    /// One behind the other.
    all: String,
    /// Where each ends; [`NONE`] is empty.
    ends: Vec<usize>,
    /// How each begins, which tells most apart without a look at them.
    beginnings: Vec<u128>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

/// The numbers of a column's words, as far as they were wanted.
#[derive(Debug, Default)]
pub struct Known {
    list: u64,
    numbers: Vec<u32>,
}

const UNASKED: u32 = u32::MAX;

impl Default for Words {
    fn default() -> Self {
        let (numbers, hasher) = (HashTable::new(), RandomState::default());
        Self { all: String::new(), ends: vec![0], beginnings: vec![0], numbers, hasher }
    }
}

impl Words {
    /// The text of a number; `None` = null.
    ///
    /// # Panics
    /// When there is no such number; whoever asks got it from here.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&str> {
        (number != NONE).then(|| self.sure(number))
    }

    /// The same, of a column that holds no null.
    ///
    /// # Panics
    /// As [`Words::get`].
    #[inline]
    pub fn sure(&self, number: u32) -> &str {
        let at = number as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.all[start..self.ends[at]]
    }

    /// True where a text comes before another in the order of letters.
    ///
    /// # Panics
    /// As [`Words::get`].
    pub fn comes_before(&self, one: u32, other: u32) -> bool {
        let (a, b) = (self.beginnings[one as usize], self.beginnings[other as usize]);
        a < b || a == b && self.sure(one) < self.sure(other)
    }

    /// The number of a text; `None` = it was never seen.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.numbers.find(self.hasher.hash_one(text), |number| self.sure(*number) == text).copied()
    }

    /// The number of a text.
    pub fn number(&mut self, text: &str) -> u32 {
        let digest = self.hasher.hash_one(text);
        if let Some(number) = self.numbers.find(digest, |number| self.sure(*number) == text) {
            return *number;
        }
        // Four thousand million texts do not fit into memory.
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.all.push_str(text);
        self.ends.push(self.all.len());
        self.beginnings.push(beginning(text));
        let Self { all, ends, numbers, hasher, .. } = self;
        let digest_of = |other: &u32| hasher.hash_one(&all[ends[*other as usize - 1]..ends[*other as usize]]);
        numbers.insert_unique(digest, number, digest_of);
        number
    }

    /// Takes the texts of others; gives the number of each by the number that it had there.
    pub fn merge(&mut self, others: &Self) -> Vec<u32> {
        let own = (1..others.ends.len()).map(|at| self.number(others.sure(u32::try_from(at).unwrap_or(u32::MAX))));
        std::iter::once(NONE).chain(own).collect()
    }

    /// How many there are, [`NONE`] included; numbers are below it.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there is none but [`NONE`].
    pub const fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// The numbers of a column's texts, row by row. Texts that have another name are numbered by that, whatever their case.
    pub fn numbers(
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
                if known.turns_to(coded.list()) {
                    known.numbers.extend((0..coded.word_count()).map(|code| number(coded.word(code))));
                }
                coded.each_of(&known.numbers, NONE, numbers);
            }
            PageTexts::Plain(plain) => numbers.extend(row_by_row((0..rows).map(|row| plain.text(row)), number)),
        }
    }

    /// The same of a column of which not every text is wanted; those that are not have no number.
    pub fn some_numbers(
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
                if known.turns_to(coded.list()) {
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
                let wanted = (0..rows).map(|row| plain.text(row).filter(|_| is_wanted(row)));
                numbers.extend(row_by_row(wanted, number));
            }
        }
    }
}

impl Known {
    /// Forgets the words of another list; true = it was another one.
    fn turns_to(&mut self, list: u64) -> bool {
        let is_other = self.list != list;
        if is_other {
            self.list = list;
            self.numbers.clear();
        }
        is_other
    }
}

/// The number of each text, looked up once where it stands several times in a row.
fn row_by_row<'t>(
    texts: impl Iterator<Item = Option<&'t str>>,
    mut number: impl FnMut(&str) -> u32,
) -> impl Iterator<Item = u32> {
    let mut last = ("", NONE);
    texts.map(move |text| {
        let Some(text) = text else { return NONE };
        if last.1 == NONE || last.0 != text {
            last = (text, number(text));
        }
        last.1
    })
}

/// The first bytes of a text as a number: it orders texts as their letters do, where it differs.
pub fn beginning(text: &str) -> u128 {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_whoever_met_it_first() {
        let (mut one, mut other) = (Words::default(), Words::default());
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
        assert_eq!((one.get(NONE), one.find("c"), one.find("d")), (None, Some(numbers[c as usize]), None));
    }

    #[test]
    fn many_texts_keep_their_numbers_as_the_table_grows() {
        let mut words = Words::default();
        let numbers: Vec<u32> = (0..5_000).map(|n| words.number(&format!("word {n}"))).collect();
        for (n, number) in numbers.iter().enumerate() {
            let text = format!("word {n}");
            assert_eq!((words.number(&text), words.sure(*number)), (*number, text.as_str()));
        }
        assert_eq!(words.len(), 5_001);
    }
}
