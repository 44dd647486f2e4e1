//! The values of one column in memory.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

/// The code of null.
pub const NULL: u32 = u32::MAX;

/// The values of one column, row by row; they borrow what they can.
#[derive(Debug)]
pub enum Cells<'a> {
    /// Texts of which many are the same.
    Coded(Codes<'a>),
    /// Texts that hardly repeat.
    Texts(Vec<Option<&'a str>>),
    /// Whole numbers, or instants in microseconds.
    Wholes(Vec<Option<i64>>),
    /// Floating point numbers.
    Reals(Vec<Option<f64>>),
    /// True or false.
    Flags(Vec<Option<bool>>),
    /// Lists of texts, none of them null.
    Lists(Lists<'a>),
}

impl<'a> Cells<'a> {
    /// Texts of which many are the same; as they stand where it turns out that they hardly repeat.
    pub fn coded(texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let codes = Codes::of(texts);
        if hardly_repeat(codes.words.len(), codes.codes.len()) {
            return Self::Texts(codes.texts().collect());
        }
        Self::Coded(codes)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        match self {
            Self::Coded(codes) => codes.codes.len(),
            Self::Texts(all) => all.len(),
            Self::Wholes(all) => all.len(),
            Self::Reals(all) => all.len(),
            Self::Flags(all) => all.len(),
            Self::Lists(lists) => lists.ends.len(),
        }
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True when one of them is null.
    pub fn has_null(&self) -> bool {
        match self {
            Self::Coded(codes) => codes.codes.contains(&NULL),
            Self::Texts(all) => all.contains(&None),
            Self::Wholes(all) => all.contains(&None),
            Self::Reals(all) => all.contains(&None),
            Self::Flags(all) => all.contains(&None),
            Self::Lists(_) => false,
        }
    }
}

/// Words before which nothing is said of how often they repeat.
const FEW: usize = 4096;

/// True for so many words of so many texts that a list of them is not worth its while.
pub const fn hardly_repeat(words: usize, texts: usize) -> bool {
    words > FEW && 2 * words > texts
}

/// Lists of texts, one behind the other.
#[derive(Debug, Default)]
pub struct Lists<'a> {
    /// Where the list of every row ends among the texts.
    pub ends: Vec<usize>,
    /// The texts of all lists.
    pub texts: Vec<&'a str>,
}

impl<'a> Lists<'a> {
    /// One list a row.
    pub fn of<L: Iterator<Item = &'a str>>(rows: impl Iterator<Item = L>) -> Self {
        let mut lists = Self::default();
        for row in rows {
            lists.texts.extend(row);
            lists.ends.push(lists.texts.len());
        }
        lists
    }

    /// Where the list of a row begins and ends among the texts; empty where there is no such row.
    pub fn span(&self, row: usize) -> Range<usize> {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        start..self.ends.get(row).copied().unwrap_or(start)
    }

    /// The lists, row by row.
    pub fn rows(&self) -> impl Iterator<Item = &[&'a str]> {
        (0..self.ends.len()).map(|row| &self.texts[self.span(row)])
    }
}

/// Texts by code.
#[derive(Debug, Default)]
pub struct Codes<'a> {
    /// The code of every row; [`NULL`] = null.
    pub codes: Vec<u32>,
    /// The text of every code, each once.
    pub words: Vec<&'a str>,
}

impl<'a> Codes<'a> {
    fn of(texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut all = Self { codes: Vec::with_capacity(texts.size_hint().0), words: Vec::new() };
        let mut known: HashMap<&'a str, u32, RandomState> = HashMap::default();
        let mut last: (Option<&'a str>, u32) = (None, NULL);
        for text in texts {
            // Where the text is the very one of the row before there is nothing to compare.
            let is_last = match (text, last.0) {
                (Some(text), Some(last)) => std::ptr::eq(text, last),
                (None, None) => true,
                _ => false,
            };
            if !is_last {
                let next = u32::try_from(all.words.len()).unwrap_or(NULL);
                let code = text.map_or(NULL, |text| *known.entry(text).or_insert(next));
                if code == next {
                    all.words.extend(text);
                }
                last = (text, code);
            }
            all.codes.push(last.1);
        }
        all
    }

    /// The texts, row by row.
    pub fn texts(&self) -> impl Iterator<Item = Option<&'a str>> {
        self.codes.iter().map(|code| self.words.get(*code as usize).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_code() {
        let texts = [Some("a"), None, Some("b"), Some("a"), Some("a"), None, Some("")];
        let codes = Codes::of(texts.into_iter());
        assert_eq!(codes.words, ["a", "b", ""]);
        assert_eq!(codes.codes, [0, NULL, 1, 0, 0, NULL, 2]);
        assert_eq!(codes.texts().collect::<Vec<_>>(), texts);
    }

    #[test]
    fn texts_that_hardly_repeat_stand_for_themselves() {
        let texts: Vec<String> = (0..3 * FEW).map(|n| n.to_string()).collect();
        let twice = |count: usize| texts[..count].iter().chain(&texts[..count / 2]).map(|text| Some(text.as_str()));
        assert!(matches!(Cells::coded(twice(FEW)), Cells::Coded(_)));
        let Cells::Texts(all) = Cells::coded(twice(2 * FEW)) else { panic!("coded") };
        assert!(all.into_iter().eq(twice(2 * FEW)));
    }
}
