//! The values of one column in memory.

use std::collections::HashMap;

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
}

impl<'a> Cells<'a> {
    /// Texts of which many are the same.
    pub fn coded(texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        Self::Coded(Codes::of(texts))
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        match self {
            Self::Coded(codes) => codes.codes.len(),
            Self::Texts(all) => all.len(),
            Self::Wholes(all) => all.len(),
            Self::Reals(all) => all.len(),
            Self::Flags(all) => all.len(),
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
        }
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
}
