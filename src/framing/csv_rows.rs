//! Rows of separated values below a header, quoted as RFC 4180 has it or with backslashes, as Spark writes them.

use std::collections::HashMap;
use std::ops::Range;

use csv::{ByteRecord, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2};

use super::table::put_object;
use super::{Frame, KEPT_OF_DEFECT, MAX_RECORD};

/// How many columns a header must name to be one, unless it names a column of records, or JSON stands below it.
const LEAST_COLUMNS: usize = 3;

/// Columns that hold whole records.
const RECORD_COLUMNS: [&str; 7] =
    ["AuditData", "_raw", "event.original", "@message", "message", "CloudTrailEvent", "raw"];

/// How the line begins that PowerShell writes above a header, and the one that tells Excel what divides the cells.
const LINES_ABOVE: [&[u8]; 2] = [b"#TYPE ", b"sep="];

/// Splits a stream into rows and turns each into a JSON object of texts.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    /// True = a quote inside quotes stands behind a backslash, not behind another quote.
    backslash: bool,
    header: Option<Vec<String>>,
    line: u64,
    /// The rest of a row too long to be kept: where it began, its length so far, its first bytes.
    long: Option<(u64, u64, Vec<u8>)>,
}

impl Rows {
    /// Looks at the beginning of a file; `None` when its first line is no header.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let (above, first) = parted(head.trim_ascii_start())?;
        let end = memchr(b'\n', first)?;
        let most = || [b'\t', b';', b','].into_iter().max_by_key(|d| memchr_iter(*d, &first[..end]).count());
        let delimiter = above.strip_prefix(b"sep=").and_then(|rest| rest.first().copied()).or_else(most)?;
        let header = names(&first[..end], delimiter)?;
        let rows = &first[end..];
        let backslash = find(rows, b"{\\\"") && !find(rows, b"{\"\"");
        let found = Self { delimiter, backslash, header: None, line: 1, long: None };
        // What pandas numbers the rows by has no name.
        let is_index = |at: usize, name: &str| at == 0 && name.is_empty() && header.len() > LEAST_COLUMNS;
        let is_header = header.iter().enumerate().all(|(at, name)| is_name(name) || is_index(at, name))
            && (header.len() >= LEAST_COLUMNS || header.iter().any(|name| holds_records(name)) || found.has_json(rows));
        is_header.then_some(found)
    }

    /// Whether a cell of the first row holds JSON.
    fn has_json(&self, rows: &[u8]) -> bool {
        let rows = rows.trim_ascii_start();
        let row = &rows[..self.row_end(rows).unwrap_or(rows.len())];
        self.cells(row.trim_ascii()).is_ok_and(|cells| cells.iter().any(|cell| cell.trim_ascii().starts_with(b"{\"")))
    }

    /// Frames the rows of `bytes`, which start at `base` in the stream; returns how many bytes are done with.
    pub(super) fn split(
        &mut self,
        bytes: &[u8],
        base: u64,
        last: bool,
        views: &mut Vec<u8>,
        frames: &mut Vec<Frame>,
    ) -> usize {
        let mut start = 0;
        while start < bytes.len() {
            let end = self.row_end(&bytes[start..]);
            let Some(length) = end.or_else(|| last.then_some(bytes.len() - start)) else {
                break;
            };
            let row = &bytes[start..start + length];
            if let Some((byte_offset, so_far, kept)) = self.long.take() {
                frames.push(Frame::too_long(self.line, byte_offset, so_far + length as u64, &kept));
            } else if end.is_none() && self.is_open(row) {
                let reason = "a quote that is opened in this row is never closed".to_owned();
                frames.push(Frame::defective(self.line, base + start as u64, length as u64, reason, row));
            } else {
                let at_end = last && start + length == bytes.len() && !row.ends_with(b"\n");
                self.row(row, start, base, at_end, views, frames);
            }
            self.line += memchr_iter(b'\n', row).count() as u64;
            start += length;
        }
        let rest = &bytes[start..];
        if !last && rest.len() > MAX_RECORD {
            self.line += memchr_iter(b'\n', rest).count() as u64;
            let (byte_offset, so_far, kept) =
                self.long.take().unwrap_or((base + start as u64, 0, rest[..KEPT_OF_DEFECT].to_vec()));
            self.long = Some((byte_offset, so_far + rest.len() as u64, kept));
            return bytes.len();
        }
        start
    }

    /// Length of the row at the beginning of `bytes` with its line end; `None` when it does not end here.
    fn row_end(&self, bytes: &[u8]) -> Option<usize> {
        // Where a row grew too long to be kept, its quotes are no longer known, and any line end must do.
        let (mut at, mut in_quotes) = (0, false);
        if self.long.is_some() {
            return memchr(b'\n', bytes).map(|end| end + 1);
        }
        loop {
            at += memchr2(b'"', b'\n', &bytes[at..])?;
            match bytes[at] {
                b'\n' if !in_quotes => return Some(at + 1),
                b'"' if !(self.backslash && in_quotes && is_escaped(&bytes[..at])) => in_quotes = !in_quotes,
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a row ends inside quotes, as only the last one of a file can.
    fn is_open(&self, last: &[u8]) -> bool {
        last.contains(&b'"') && self.row_end(&[last, b"\n"].concat()).is_none()
    }

    fn row(&mut self, row: &[u8], start: usize, base: u64, at_end: bool, views: &mut Vec<u8>, frames: &mut Vec<Frame>) {
        if row.trim_ascii().is_empty() {
            return;
        }
        let cells = self.extent(row);
        let (start, text) = (start + cells.start, &row[cells]);
        let (byte_offset, byte_length) = (base + start as u64, text.len() as u64);
        if text.len() > MAX_RECORD {
            frames.push(Frame::too_long(self.line, byte_offset, byte_length, text));
            return;
        }
        let Some(header) = &self.header else {
            if is_above(text) {
                return;
            }
            self.header = names(text, self.delimiter);
            return;
        };
        let mut defect = |reason: String| {
            frames.push(Frame { at_end, ..Frame::defective(self.line, byte_offset, byte_length, reason, text) });
        };
        match self.cells(text) {
            Err(reason) => defect(reason),
            Ok(cells) if cells.len() != header.len() => {
                defect(format!("the row has {} cells, the header {}", cells.len(), header.len()));
            }
            Ok(cells) => match std::str::from_utf8(text) {
                Err(error) => defect(format!("invalid UTF-8 at byte {} of the record", error.valid_up_to())),
                Ok(_) => {
                    let view = views.len();
                    put_object(header, cells.iter().map(|c| std::str::from_utf8(c).unwrap_or_default()), views);
                    frames.push(Frame {
                        span: start..start + text.len(),
                        view: Some(view..views.len()),
                        line: self.line,
                        byte_offset,
                        byte_length,
                        at_end,
                        defect: None,
                    });
                }
            },
        }
    }

    /// Where the cells stand in a row; a tab divides them, so that the first and the last may be empty.
    fn extent(&self, row: &[u8]) -> Range<usize> {
        if self.delimiter == b'\t' {
            let end = row.strip_suffix(b"\n").unwrap_or(row);
            return 0..end.strip_suffix(b"\r").unwrap_or(end).len();
        }
        row.len() - row.trim_ascii_start().len()..row.trim_ascii_end().len()
    }

    fn cells(&self, row: &[u8]) -> Result<ByteRecord, String> {
        let mut reader = ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(self.delimiter);
        if self.backslash {
            reader.double_quote(false).escape(Some(b'\\'));
        }
        let mut cells = ByteRecord::new();
        match reader.from_reader(row).read_byte_record(&mut cells) {
            Ok(true) => Ok(cells),
            Ok(false) => Err("the row is empty".to_owned()),
            Err(error) => Err(format!("the row cannot be read: {error}")),
        }
    }
}

fn is_above(line: &[u8]) -> bool {
    LINES_ABOVE.iter().any(|beginning| line.starts_with(beginning))
}

/// The line above the header, where there is one, and what stands below it.
fn parted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if !is_above(text) {
        return Some((b"", text));
    }
    memchr(b'\n', text).map(|end| (text[..end].trim_ascii_end(), text[end + 1..].trim_ascii_start()))
}

fn holds_records(name: &str) -> bool {
    RECORD_COLUMNS.iter().any(|column| column.eq_ignore_ascii_case(name))
}

// Portals write a header with a unit behind some names: `TimeGenerated [UTC]`.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '[' | ']' | '(' | ')' | '/' | '#' | '@' | ':')
    };
    !name.is_empty() && name.len() <= 100 && name.chars().all(allowed) && name.chars().any(char::is_alphabetic)
}

fn names(line: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let mut cells = ByteRecord::new();
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(line.trim_ascii());
    reader.read_byte_record(&mut cells).ok().filter(|read| *read)?;
    let names = cells.iter().map(|c| std::str::from_utf8(c).ok().map(|name| name.trim().to_owned()));
    let mut seen = HashMap::<String, usize>::new();
    // The portal of Entra ID repeats a column; a row of data repeats more.
    let mut told_apart = |name: String| {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    };
    let names: Vec<String> = names.map(|name| name.map(&mut told_apart)).collect::<Option<_>>()?;
    ((names.len() - seen.len()) * 8 <= names.len()).then_some(names)
}

fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

fn find(bytes: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(bytes, what).is_some()
}
