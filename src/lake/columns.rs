//! Rows of a table on their way into the lake, column by column: texts that repeat are kept once, long ones where they were read.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::layout;
use crate::error::{Error, Result};
use crate::schema::{Cells, Codes, Column, Kind, NULL, Table, hardly_repeat};

/// Rows of a table. Cells are put in the table's order; a cell of another kind out of place is found out by [`Columns::checked`],
/// in builds for development any.
#[derive(Debug)]
pub struct Columns {
    table: &'static Table,
    columns: Vec<Held>,
    next: usize,
    misplaced: Option<&'static str>,
}

/// The cells of one column.
#[derive(Debug)]
enum Held {
    /// Texts of which many are the same.
    Coded(Words),
    /// Texts that hardly repeat.
    Texts(Spans),
    /// Whole numbers, or instants in microseconds.
    Wholes(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    /// Kinds that no table has that is ingested.
    Unused,
}

impl Columns {
    /// No rows of a table.
    pub fn new(table: &'static Table) -> Self {
        let held = |column: &Column| match column.kind {
            Kind::Text if layout::of(table, column).is_distinct => Held::Texts(Spans::default()),
            Kind::Text => Held::Coded(Words::default()),
            Kind::Whole | Kind::Instant => Held::Wholes(Vec::new()),
            Kind::Flag => Held::Flags(Vec::new()),
            Kind::Real | Kind::TextList => Held::Unused,
        };
        Self { table, columns: table.columns.iter().map(held).collect(), next: 0, misplaced: None }
    }

    /// Makes room for so many rows more: growing step by step costs a copy each time.
    pub fn reserve(&mut self, rows: usize) {
        for held in &mut self.columns {
            match held {
                Held::Coded(words) => words.codes.reserve(rows),
                Held::Texts(spans) => spans.spans.reserve(rows),
                Held::Wholes(all) => all.reserve(rows),
                Held::Flags(all) => all.reserve(rows),
                Held::Unused => {}
            }
        }
    }

    fn turn(&mut self, column: Column) -> Option<&mut Held> {
        let place = self.next;
        self.next = if place + 1 == self.columns.len() { 0 } else { place + 1 };
        // Names are compared where a mistake would be made, which is in tests; comparing them costs as much as putting a cell.
        if cfg!(debug_assertions) && self.table.columns[place].name != column.name {
            return None;
        }
        self.columns.get_mut(place)
    }

    /// Puts a text or null.
    pub fn text<'v>(&mut self, column: Column, value: impl Into<Option<&'v str>>) {
        match self.turn(column) {
            Some(Held::Texts(spans)) => spans.put(value.into()),
            Some(held @ Held::Coded(_)) => held.put_coded(value.into()),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Puts a whole number.
    pub fn whole(&mut self, column: Column, value: i64) {
        match self.turn(column) {
            Some(Held::Wholes(all)) => all.push(Some(value)),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Puts an instant in microseconds, or null.
    pub fn instant(&mut self, column: Column, value: impl Into<Option<i64>>) {
        match self.turn(column) {
            Some(Held::Wholes(all)) => all.push(value.into()),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Puts a flag.
    pub fn flag(&mut self, column: Column, value: bool) {
        match self.turn(column) {
            Some(Held::Flags(all)) => all.push(Some(value)),
            _ => self.misplaced = Some(column.name),
        }
    }

    /// Takes a text for those of a column whose texts hardly repeat to lie in; returns the number to name it by.
    pub fn block(&mut self, column: Column, text: String) -> Option<u32> {
        let spans = self.spans(column)?;
        spans.blocks.push(text);
        u32::try_from(spans.blocks.len()).ok()
    }

    /// Puts, out of turn, what lies in a block. Whoever puts rows leaves that cell to this.
    pub fn view(&mut self, column: Column, block: u32, start: usize, length: usize) {
        match self.spans(column) {
            Some(spans) => spans.spans.push(Span { block, start, length }),
            None => self.misplaced = Some(column.name),
        }
    }

    /// Puts, out of turn, a text of its own.
    pub fn put(&mut self, column: Column, value: &str) {
        match self.spans(column) {
            Some(spans) => spans.put(Some(value)),
            None => self.misplaced = Some(column.name),
        }
    }

    /// Passes a cell that [`Columns::view`] or [`Columns::put`] puts.
    pub fn skip(&mut self, column: Column) {
        if self.turn(column).is_none() {
            self.misplaced = Some(column.name);
        }
    }

    fn spans(&mut self, column: Column) -> Option<&mut Spans> {
        match self.table.position(column).and_then(|place| self.columns.get_mut(place)) {
            Some(Held::Texts(spans)) => Some(spans),
            _ => None,
        }
    }

    /// The rows, when they are whole.
    ///
    /// # Errors
    /// [`Error::Bug`] when cells were put out of order.
    pub fn checked(self) -> Result<Self> {
        let count = self.columns.first().map_or(0, Held::len);
        let uneven = self.columns.iter().position(|held| held.len() != count);
        let wrong = self.misplaced.or_else(|| uneven.map(|place| self.table.columns[place].name));
        match wrong.or((self.next != 0).then_some("last")) {
            Some(column) => {
                Err(Error::Bug(format!("column `{column}` of table `{}` was put out of order", self.table.name)))
            }
            None => Ok(self),
        }
    }

    /// Bytes of memory, but for what is put aside for more rows.
    pub fn size(&self) -> usize {
        self.columns.iter().map(Held::size).sum()
    }
}

impl Held {
    const fn len(&self) -> usize {
        match self {
            Self::Coded(words) => words.codes.len(),
            Self::Texts(spans) => spans.spans.len(),
            Self::Wholes(all) => all.len(),
            Self::Flags(all) => all.len(),
            Self::Unused => 0,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Coded(words) => words.text.len() + (2 * words.ends.len() + words.codes.len()) * size_of::<usize>(),
            Self::Texts(spans) => {
                let blocks: usize = spans.blocks.iter().map(String::len).sum();
                spans.own.len() + blocks + size_of_val(spans.spans.as_slice())
            }
            Self::Wholes(all) => size_of_val(all.as_slice()),
            Self::Flags(all) => size_of_val(all.as_slice()),
            Self::Unused => 0,
        }
    }

    /// Puts a text among others of which many are the same, unless it turns out that they hardly repeat.
    fn put_coded(&mut self, value: Option<&str>) {
        let Self::Coded(words) = self else { return };
        words.put(value);
        if words.is_distinct() {
            *self = Self::Texts(std::mem::take(words).into_spans());
        }
    }

    fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Coded(words) => words.word(words.codes[row]),
            Self::Texts(spans) => spans.text(row),
            _ => None,
        }
    }
}

/// Texts of which many are the same: each once, and its number for every row.
#[derive(Debug, Default)]
struct Words {
    text: String,
    /// Where each word ends in it.
    ends: Vec<usize>,
    /// The word of every row; [`NULL`] = null.
    codes: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: FixedState,
}

impl Words {
    fn word(&self, code: u32) -> Option<&str> {
        word(&self.text, &self.ends, code)
    }

    fn put(&mut self, value: Option<&str>) {
        let Some(value) = value else { return self.codes.push(NULL) };
        if let Some(last) = self.codes.last().copied()
            && self.word(last) == Some(value)
        {
            return self.codes.push(last);
        }
        let hash = self.hasher.hash_one(value);
        let known = self.numbers.find(hash, |code| self.word(*code) == Some(value)).copied();
        let code = known.unwrap_or_else(|| self.add(hash, value));
        self.codes.push(code);
    }

    fn add(&mut self, hash: u64, value: &str) -> u32 {
        let code = u32::try_from(self.ends.len()).unwrap_or(NULL);
        self.text.push_str(value);
        self.ends.push(self.text.len());
        let Self { text, ends, numbers, hasher, .. } = self;
        numbers.insert_unique(hash, code, |code| hasher.hash_one(word(text, ends, *code).unwrap_or_default()));
        code
    }

    fn is_distinct(&self) -> bool {
        hardly_repeat(self.ends.len(), self.codes.len())
    }

    fn into_spans(self) -> Spans {
        let span = |code: &u32| match span(&self.ends, *code) {
            Some((start, end)) => Span { block: OWN, start, length: end - start },
            None => Span::NULL,
        };
        Spans { spans: self.codes.iter().map(span).collect(), own: self.text, blocks: Vec::new() }
    }
}

/// Where a word begins and ends; `None` = there is no such word.
fn span(ends: &[usize], code: u32) -> Option<(usize, usize)> {
    let at = code as usize;
    let end = *ends.get(at)?;
    Some((at.checked_sub(1).map_or(0, |before| ends[before]), end))
}

fn word<'t>(text: &'t str, ends: &[usize], code: u32) -> Option<&'t str> {
    let (start, end) = span(ends, code)?;
    text.get(start..end)
}

/// Texts that hardly repeat, one behind the other or in the texts that they were read from.
#[derive(Debug, Default)]
struct Spans {
    own: String,
    blocks: Vec<String>,
    spans: Vec<Span>,
}

/// Where a text lies: in [`Spans::own`], or in a block, counted from 1.
#[derive(Debug, Clone, Copy)]
struct Span {
    block: u32,
    start: usize,
    length: usize,
}

const OWN: u32 = 0;

impl Span {
    const NULL: Self = Self { block: NULL, start: 0, length: 0 };
}

/// Bytes up to which room is made for texts at once.
const ROOM: usize = 1 << 20;

impl Spans {
    fn put(&mut self, value: Option<&str>) {
        let Some(value) = value else { return self.spans.push(Span::NULL) };
        if self.own.is_empty() {
            // Most of them are ids, and as long as the first.
            self.own.reserve(self.spans.capacity().saturating_mul(value.len()).min(ROOM));
        }
        self.spans.push(Span { block: OWN, start: self.own.len(), length: value.len() });
        self.own.push_str(value);
    }

    fn text(&self, row: usize) -> Option<&str> {
        let Span { block, start, length } = self.spans[row];
        let text = match block {
            OWN => &self.own,
            block => self.blocks.get(block as usize - 1)?,
        };
        text.get(start..start + length)
    }
}

/// The cells of rows that stand in several parts: for each row its part, and its number there.
pub(super) fn gathered<'c>(table: &'static Table, parts: &[&'c Columns], rows: &[(usize, usize)]) -> Vec<Cells<'c>> {
    let column = |place: usize| match table.columns[place].kind {
        Kind::Text => texts(&parts.iter().map(|part| &part.columns[place]).collect::<Vec<_>>(), rows),
        Kind::Flag => Cells::Flags(each(rows, |part, row| match &parts[part].columns[place] {
            Held::Flags(all) => all[row],
            _ => None,
        })),
        _ => Cells::Wholes(each(rows, |part, row| match &parts[part].columns[place] {
            Held::Wholes(all) => all[row],
            _ => None,
        })),
    };
    (0..table.columns.len()).map(column).collect()
}

fn each<T>(rows: &[(usize, usize)], cell: impl Fn(usize, usize) -> T) -> Vec<T> {
    rows.iter().map(|(part, row)| cell(*part, *row)).collect()
}

/// The number of a word of a part among those of all parts, where it has none yet.
const UNSEEN: u32 = NULL - 1;

fn texts<'c>(parts: &[&'c Held], rows: &[(usize, usize)]) -> Cells<'c> {
    let plain = || Cells::Texts(each(rows, |part, row| parts[part].text(row)));
    // Numbers of a part's words among those of all, made where the part is first met.
    let mut numbers: Vec<Option<(&'c Words, Vec<u32>)>> = parts.iter().map(|_| None).collect();
    let mut all = Codes { codes: Vec::with_capacity(rows.len()), words: Vec::new() };
    let mut known: hashbrown::HashMap<&'c str, u32, FixedState> = hashbrown::HashMap::default();
    for (part, row) in rows {
        if numbers[*part].is_none() {
            let Held::Coded(words) = parts[*part] else { return plain() };
            numbers[*part] = Some((words, vec![UNSEEN; words.ends.len()]));
        }
        let Some((words, numbers)) = &mut numbers[*part] else { continue };
        let code = words.codes[*row];
        let Some(number) = numbers.get_mut(code as usize) else {
            all.codes.push(NULL);
            continue;
        };
        if *number == UNSEEN {
            let word = words.word(code).unwrap_or_default();
            let next = u32::try_from(all.words.len()).unwrap_or(NULL);
            *number = *known.entry(word).or_insert(next);
            if *number == next {
                all.words.push(word);
            }
        }
        all.codes.push(*number);
    }
    if hardly_repeat(all.words.len(), rows.len()) { plain() } else { Cells::Coded(all) }
}

#[cfg(test)]
mod tests;
