//! Separated values as RFC 4180 has them, read strictly: a quote that is never closed would swallow the rows behind it.

use super::row::{Fault, Raw};
use super::schema::Register;
use super::shape::Shape;

type Read<T> = Result<T, Fault>;

/// The rows below the header.
pub(super) fn rows(text: &str, register: &'static Register) -> Read<Vec<Raw>> {
    let mut rest = Cells { text, at: 0, line: 1, delimiter: delimiter(text) };
    let Some((line, header)) = rest.row()? else { return Err(Fault::new(1, "expected a header")) };
    let shape = Shape::of(header.iter().map(|name| name.trim()), register).map_err(|what| Fault::new(line, what))?;
    shape.complete().map_err(|what| Fault::new(line, what))?;
    let mut rows = Vec::new();
    while let Some((line, cells)) = rest.row()? {
        if cells.len() != header.len() {
            let message = format!("the row has {} cells, the header {}", cells.len(), header.len());
            return Err(Fault::new(line, message));
        }
        rows.push(Raw { line, cells: shape.cells(cells.into_iter().map(Some)) });
    }
    Ok(rows)
}

/// The separator of which the first line has most.
fn delimiter(text: &str) -> char {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: &char| first.matches(*delimiter).count();
    // Of equals the last is taken; a header of one column has none at all.
    ['\t', ';', ','].into_iter().max_by_key(count).unwrap_or(',')
}

struct Cells<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    delimiter: char,
}

impl Cells<'_> {
    /// The next row that is not blank, with the line that it begins in.
    fn row(&mut self) -> Read<Option<(u64, Vec<String>)>> {
        while self.at < self.text.len() {
            let begun = self.line;
            let mut cells = Vec::new();
            let mut ended = self.delimiter;
            while ended != '\n' {
                let cell;
                (cell, ended) = self.cell()?;
                cells.push(cell);
            }
            if cells.len() > 1 || cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Ok(Some((begun, cells)));
            }
        }
        Ok(None)
    }

    /// The next cell, and what ended it: the delimiter, or a line feed, as which the end of the text counts, too.
    fn cell(&mut self) -> Read<(String, char)> {
        let blank = self.text[self.at..].len() - self.text[self.at..].trim_start_matches(' ').len();
        if self.text[self.at + blank..].starts_with('"') {
            self.at += blank + 1;
            return self.quoted();
        }
        let rest = &self.text[self.at..];
        let end = rest.find([self.delimiter, '\n']).unwrap_or(rest.len());
        let cell = rest[..end].trim_end_matches('\r');
        if cell.contains('"') {
            return Err(Fault::new(self.line, "a quote stands within a cell that does not begin with one"));
        }
        Ok((cell.to_owned(), self.ended(end)))
    }

    fn quoted(&mut self) -> Read<(String, char)> {
        let (begun, mut cell) = (self.line, String::new());
        loop {
            let rest = &self.text[self.at..];
            let Some(quote) = rest.find('"') else { return Err(Fault::new(begun, "a quote is never closed")) };
            cell.push_str(&rest[..quote]);
            self.line += rest[..quote].matches('\n').count() as u64;
            self.at += quote + 1;
            if !self.text[self.at..].starts_with('"') {
                break;
            }
            cell.push('"');
            self.at += 1;
        }
        let rest = &self.text[self.at..];
        let end = rest.find([self.delimiter, '\n']).unwrap_or(rest.len());
        if !rest[..end].trim().is_empty() {
            return Err(Fault::new(self.line, "something stands between a closing quote and the end of its cell"));
        }
        Ok((cell, self.ended(end)))
    }

    /// Steps over what ended a cell.
    fn ended(&mut self, length: usize) -> char {
        self.at += length;
        let ended = self.text[self.at..].chars().next().unwrap_or('\n');
        self.at = self.text.len().min(self.at + ended.len_utf8());
        if ended == '\n' {
            self.line += 1;
        }
        ended
    }
}
