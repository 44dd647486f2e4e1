//! Rows of texts, one after the other, and distinct rows of numbers.

use std::hash::BuildHasher as _;

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

    /// Puts the rows into another order; `order` names each of them once.
    pub fn reorder(&mut self, order: &[u32]) {
        self.rows = order.iter().map(|at| self.rows[*at as usize]).collect();
    }
}

/// Distinct rows of numbers, by number.
#[derive(Debug)]
pub struct Tuples<const N: usize> {
    all: Vec<[u32; N]>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl<const N: usize> Default for Tuples<N> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashTable::new(), hasher: RandomState::default() }
    }
}

impl<const N: usize> Tuples<N> {
    /// How many there are; numbers are below it.
    pub const fn len(&self) -> usize {
        self.all.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All, in the order of their numbers.
    pub fn all(&self) -> &[[u32; N]] {
        &self.all
    }

    /// The number of a row.
    pub fn number(&mut self, row: [u32; N]) -> u32 {
        let Self { all, numbers, hasher } = self;
        let digest = hasher.hash_one(row);
        if let Some(number) = numbers.find(digest, |number| all[*number as usize] == row) {
            return *number;
        }
        // Four thousand million distinct rows do not fit into memory.
        let number = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.push(row);
        numbers.insert_unique(digest, number, |other| hasher.hash_one(all[*other as usize]));
        number
    }

    /// One part of a row.
    ///
    /// # Panics
    /// When there is no such row or part; whoever asks got the number from here.
    #[inline]
    pub fn get(&self, number: u32, part: usize) -> u32 {
        self.all[number as usize][part]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_numbers_has_one_number() {
        let mut rows = Tuples::<2>::default();
        let of = |n: u32| [n % 60, n / 60];
        let numbers: Vec<u32> = (0..3_000).map(|n| rows.number(of(n))).collect();
        assert!(numbers.iter().copied().eq(0..3_000));
        assert!((0..3_000).all(|n| rows.number(of(n)) == n && [rows.get(n, 0), rows.get(n, 1)] == of(n)));
        assert_eq!(rows.len(), 3_000);
    }

    #[test]
    fn null_and_empty_are_two_and_rows_keep_their_bounds() {
        let mut rows = Texts::<3>::default();
        let all = [[Some("ab"), Some("c"), None], [None, Some(""), Some("abc")], [None, None, None]];
        all.iter().for_each(|row| rows.push(row));
        for (at, row) in all.iter().enumerate() {
            assert_eq!([0, 1, 2].map(|part| rows.get(at, part)), *row);
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
