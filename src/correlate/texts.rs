//! Rows of texts: as many as there are, one after the other, and each distinct row once.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Marks the end of a text that is not there.
const ABSENT: u32 = 1 << 31;

/// Where a row starts, and where each of its texts ends from there.
#[derive(Debug, Clone, Copy)]
struct Place<const N: usize> {
    start: usize,
    ends: [u32; N],
}

/// Rows of `N` texts each, of which any may be null.
#[derive(Debug)]
pub struct Texts<const N: usize> {
    all: String,
    rows: Vec<Place<N>>,
}

impl<const N: usize> Default for Texts<N> {
    fn default() -> Self {
        Self { all: String::new(), rows: Vec::new() }
    }
}

impl<const N: usize> Texts<N> {
    /// Room for so many rows with so many bytes of text.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        Self { all: String::with_capacity(bytes), rows: Vec::with_capacity(rows) }
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a row.
    pub fn push(&mut self, parts: &[Option<&str>; N]) {
        let start = self.all.len();
        let mut ends = [0; N];
        for (end, part) in ends.iter_mut().zip(parts) {
            self.all.push_str(part.unwrap_or_default());
            // No record is that long.
            let here = u32::try_from(self.all.len() - start).unwrap_or(ABSENT - 1);
            *end = if part.is_some() { here } else { here | ABSENT };
        }
        self.rows.push(Place { start, ends });
    }

    /// One text of a row.
    ///
    /// # Panics
    /// When there is no such row or text; whoever asks got the number from here.
    #[inline]
    pub fn get(&self, row: usize, part: usize) -> Option<&str> {
        let place = &self.rows[row];
        let end = place.ends[part];
        let from = if part == 0 { 0 } else { place.ends[part - 1] & !ABSENT };
        (end & ABSENT == 0).then(|| &self.all[place.start + from as usize..place.start + end as usize])
    }

    fn is(&self, row: usize, parts: &[Option<&str>; N]) -> bool {
        parts.iter().enumerate().all(|(part, text)| self.get(row, part) == *text)
    }

    /// Puts the rows into another order; `order` names each of them once.
    pub fn reorder(&mut self, order: &[u32]) {
        self.rows = order.iter().map(|at| self.rows[*at as usize]).collect();
    }
}

/// Distinct rows of texts, by number.
#[derive(Debug)]
pub struct Distinct<const N: usize> {
    texts: Texts<N>,
    digests: Vec<u64>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl<const N: usize> Default for Distinct<N> {
    fn default() -> Self {
        Self { texts: Texts::default(), digests: Vec::new(), numbers: HashTable::new(), hasher: RandomState::default() }
    }
}

impl<const N: usize> Distinct<N> {
    /// How many there are; numbers are below it.
    pub const fn len(&self) -> usize {
        self.texts.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The number of a row of texts.
    pub fn number(&mut self, parts: &[Option<&str>; N]) -> u32 {
        let digest = self.digest(parts);
        let is_it = |number: &u32| {
            let at = *number as usize;
            self.digests[at] == digest && self.texts.is(at, parts)
        };
        if let Some(number) = self.numbers.find(digest, is_it) {
            return *number;
        }
        // Four thousand million distinct rows do not fit into memory.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(parts);
        self.digests.push(digest);
        let digests = &self.digests;
        self.numbers.insert_unique(digest, number, |other| digests[*other as usize]);
        number
    }

    fn digest(&self, parts: &[Option<&str>; N]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for part in parts {
            hasher.write(part.unwrap_or_default().as_bytes());
            hasher.write_usize(part.map_or(usize::MAX, str::len));
        }
        hasher.finish()
    }

    /// One text of a number.
    ///
    /// # Panics
    /// When there is no such number or text; whoever asks got the number from here.
    #[inline]
    pub fn get(&self, number: u32, part: usize) -> Option<&str> {
        self.texts.get(number as usize, part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_are_two_and_rows_keep_their_bounds() {
        let mut rows = Distinct::<3>::default();
        let all = [
            [Some("ab"), Some("c"), None],
            [Some("a"), Some("bc"), None],
            [Some("ab"), Some("c"), Some("")],
            [None, Some("abc"), None],
            [None, None, Some("abc")],
        ];
        let numbers: Vec<u32> = all.iter().map(|row| rows.number(row)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        for (number, row) in numbers.iter().zip(&all) {
            assert_eq!(rows.number(row), *number);
            assert_eq!([0, 1, 2].map(|part| rows.get(*number, part)), *row);
        }
    }

    #[test]
    fn rows_follow_their_order() {
        let mut rows = Texts::<2>::default();
        ["b", "", "a"].iter().for_each(|text| rows.push(&[Some(text), None]));
        rows.reorder(&[2, 0, 1]);
        assert_eq!([0, 1, 2].map(|row| rows.get(row, 0)), [Some("a"), Some("b"), Some("")]);
        assert_eq!(rows.get(0, 1), None);
    }
}
