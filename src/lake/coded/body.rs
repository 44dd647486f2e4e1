//! The bodies of data pages: which values are there, and the values.

use std::ops::Range;

use parquet::basic::Encoding;

use super::super::layout::{Layout, PAGE};
use super::super::packed;
use crate::schema::{Cells, Codes, Lists, NULL};

/// Rows of a page.
pub(super) const PAGE_ROWS: usize = 1 << 15;

/// The row that the page of a row ends before; a row is never parted, however large.
pub(super) fn page_end(cells: &Cells<'_>, from: usize) -> usize {
    let most = cells.len().min(from + PAGE_ROWS);
    let mut size = 0;
    let mut fits = |bytes: usize| {
        size += bytes;
        size <= PAGE
    };
    let fitting = match cells {
        Cells::Texts(all) => all[from..most].iter().take_while(|text| fits(text.map_or(0, str::len))).count(),
        Cells::Lists(lists) => {
            let bytes = |row: usize| lists.texts[lists.span(row)].iter().map(|text| text.len()).sum();
            (from..most).take_while(|row| fits(bytes(*row))).count()
        }
        _ => return most,
    };
    from + fitting.max(1)
}

/// How many entries rows have in their column: an empty list has one, as null has.
pub(super) fn entries(cells: &Cells<'_>, rows: Range<usize>) -> usize {
    match cells {
        Cells::Lists(lists) => rows.map(|row| lists.span(row).len().max(1)).sum(),
        _ => rows.len(),
    }
}

/// About how many bytes the values take.
pub(super) fn size(cells: &Cells<'_>) -> usize {
    match cells {
        Cells::Coded(Codes { codes, words }) => {
            let width = packed::width(words.len().saturating_sub(1) as u64);
            words.iter().map(|word| word.len()).sum::<usize>() + codes.len() * usize::from(width) / 8
        }
        Cells::Texts(all) => all.iter().flatten().map(|text| text.len()).sum(),
        Cells::Lists(lists) => lists.texts.iter().map(|text| text.len()).sum(),
        Cells::Flags(all) => all.len() / 8,
        Cells::Wholes(_) | Cells::Reals(_) => cells.len() * size_of::<i64>(),
    }
}

/// The body of a data page; gives how its values are encoded. `level` is that of a value that is there: 0 where all have to be.
pub(super) fn values(cells: &Cells<'_>, rows: Range<usize>, level: u8, layout: Layout, body: &mut Vec<u8>) -> Encoding {
    match cells {
        Cells::Coded(Codes { codes, words }) => {
            let codes = &codes[rows];
            presence(codes.iter().map(|code| *code != NULL), level, body);
            let width = packed::width(words.len().saturating_sub(1) as u64).max(1);
            body.push(width);
            if level == 0 {
                packed::codes(codes, width, body);
            } else {
                let held: Vec<u32> = codes.iter().copied().filter(|code| *code != NULL).collect();
                packed::codes(&held, width, body);
            }
            Encoding::RLE_DICTIONARY
        }
        Cells::Texts(all) => {
            let texts = &all[rows];
            presence(texts.iter().map(Option::is_some), level, body);
            packed::texts(texts.iter().flatten().copied(), body);
            Encoding::DELTA_LENGTH_BYTE_ARRAY
        }
        Cells::Wholes(all) => {
            let wholes = &all[rows];
            presence(wholes.iter().map(Option::is_some), level, body);
            if layout.is_ascending {
                packed::deltas(&wholes.iter().flatten().copied().collect::<Vec<_>>(), body);
                return Encoding::DELTA_BINARY_PACKED;
            }
            wholes.iter().flatten().for_each(|value| body.extend_from_slice(&value.to_le_bytes()));
            Encoding::PLAIN
        }
        Cells::Reals(all) => {
            let reals = &all[rows];
            presence(reals.iter().map(Option::is_some), level, body);
            reals.iter().flatten().for_each(|value| body.extend_from_slice(&value.to_le_bytes()));
            Encoding::PLAIN
        }
        Cells::Flags(all) => {
            let flags = &all[rows];
            presence(flags.iter().map(Option::is_some), level, body);
            packed::packed(flags.iter().flatten().map(|flag| u64::from(*flag)), 1, body);
            Encoding::PLAIN
        }
        Cells::Lists(lists) => {
            listed(lists, rows, level, body);
            Encoding::DELTA_LENGTH_BYTE_ARRAY
        }
    }
}

/// Lists: which texts begin one, which lists are empty, and the texts.
fn listed(lists: &Lists<'_>, rows: Range<usize>, level: u8, body: &mut Vec<u8>) {
    let (mut begin, mut there) = (Vec::new(), Vec::new());
    for row in rows.clone() {
        let count = lists.span(row).len();
        begin.extend((0..count.max(1)).map(|at| u32::from(at > 0)));
        there.extend(std::iter::repeat_n(u32::from(level) - u32::from(count == 0), count.max(1)));
    }
    levels(&begin, 1, body);
    levels(&there, packed::width(level.into()), body);
    let texts = &lists.texts[lists.span(rows.start).start..lists.span(rows.end - 1).end];
    packed::texts(texts.iter().copied(), body);
}

/// Which values are there, before them; nothing where all have to be.
fn presence(is_there: impl Iterator<Item = bool>, level: u8, body: &mut Vec<u8>) {
    if level > 0 {
        levels(&is_there.map(u32::from).collect::<Vec<_>>(), 1, body);
    }
}

fn levels(all: &[u32], width: u8, body: &mut Vec<u8>) {
    let start = body.len();
    body.extend_from_slice(&[0; 4]);
    packed::codes(all, width, body);
    let length = u32::try_from(body.len() - start - 4).unwrap_or(u32::MAX);
    body[start..start + 4].copy_from_slice(&length.to_le_bytes());
}
