//! Texts by number: a lake names the same few over and over.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::StringChunked;

/// The number that stands for no text at all.
pub(super) const NONE: u32 = 0;

/// Places of the memory of one piece; a power of two.
const REMEMBERED: usize = 4096;

/// Every text once.
#[derive(Debug)]
pub(super) struct Texts {
    all: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32, FixedState>,
    /// How texts of the piece at hand are written in memory, and their numbers.
    remembered: Vec<(u128, u32)>,
}

impl Texts {
    pub(super) fn new() -> Self {
        Self { all: vec!["".into()], numbers: HashMap::default(), remembered: Vec::new() }
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

    /// The number of a text; `None` = it was never seen.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The numbers of a column's texts, row by row. Equal texts mostly lie at one place in memory, which is faster to compare.
    pub(super) fn numbers(&mut self, column: &StringChunked, numbers: &mut Vec<u32>) {
        self.numbers_where(column, |_| true, numbers);
    }

    /// The same of the rows that are wanted; the others have none.
    pub(super) fn numbers_where(
        &mut self,
        column: &StringChunked,
        is_wanted: impl Fn(usize) -> bool,
        numbers: &mut Vec<u32>,
    ) {
        numbers.clear();
        for chunk in column.downcast_iter() {
            self.remembered.clear();
            self.remembered.resize(REMEMBERED, (0, NONE));
            for (view, text) in chunk.views().iter().zip(chunk.iter()) {
                let Some(text) = text.filter(|_| is_wanted(numbers.len())) else {
                    numbers.push(NONE);
                    continue;
                };
                let written = view.as_u128();
                let place = place(written);
                let (known, number) = self.remembered[place];
                if known == written && number != NONE {
                    numbers.push(number);
                    continue;
                }
                let number = self.number(text);
                self.remembered[place] = (written, number);
                numbers.push(number);
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

#[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
const fn place(written: u128) -> usize {
    let mixed = (written as u64 ^ (written >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 52) as usize & (REMEMBERED - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_in_every_piece() {
        let mut texts = Texts::new();
        let (mut one, mut other) = (Vec::new(), Vec::new());
        let long = "a text that is too long to lie in its place";
        texts.numbers(&StringChunked::from_iter([Some("b"), None, Some(long), Some("b"), Some("")]), &mut one);
        texts.numbers(&StringChunked::from_iter([Some(long), Some("b")]), &mut other);
        assert_eq!((one[0], one[1], one[2]), (one[3], NONE, other[0]));
        assert_eq!(other[1], one[0]);
        assert_ne!(one[4], NONE);
        assert!(texts.is_same(one[0], one[3]) && !texts.is_same(one[0], one[2]));
        assert!(is_alike(" Äb", "äB ") && is_alike("A@b", "a@B ") && !is_alike("a", "ab") && !is_alike("ä", "a"));
        assert_eq!([one[0], one[1], one[2], one[4]].map(|n| texts.get(n)), [Some("b"), None, Some(long), Some("")]);
    }
}
