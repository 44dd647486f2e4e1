//! Lists as a table for reading, as CSV and as JSON lines.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::ListFormat;
use crate::error::{Error, Result};
use crate::inventory::Fault;
use crate::report::format::number;

/// A list: titles of its columns, and rows of as many cells.
pub(super) struct Listing {
    pub(super) titles: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Value>>,
}

impl Listing {
    /// Writes the list. Only the table is followed by `closing`, which no program is to read.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(super) fn write(&self, out: &mut dyn Write, format: ListFormat, closing: &[String]) -> Result<()> {
        let written = match format {
            ListFormat::Table => self.table(out, closing),
            ListFormat::Csv => self.csv(out),
            ListFormat::Json => self.json(out),
        };
        super::printed(written)
    }

    fn table(&self, out: &mut dyn Write, closing: &[String]) -> std::io::Result<()> {
        let header = self.titles.iter().map(|t| (*t).to_owned()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(cell).collect());
        let lines: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.titles.len()).map(width).collect();
        let is_number = |column: usize| self.rows.first().is_some_and(|row| row[column].is_number());
        for (at, line) in lines.iter().enumerate() {
            let padded: Vec<String> = (line.iter().zip(&widths).enumerate())
                .map(|(column, (text, width))| match is_number(column) {
                    true => format!("{text:>width$}"),
                    false => format!("{text:width$}"),
                })
                .collect();
            writeln!(out, "{}", padded.join("  ").trim_end())?;
            if at == 0 {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                writeln!(out, "{}", rules.join("  "))?;
            }
        }
        closing.iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    fn csv(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.titles).map_err(std::io::Error::from)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(plain)).map_err(std::io::Error::from)?;
        }
        writer.flush()
    }

    fn json(&self, out: &mut dyn Write) -> std::io::Result<()> {
        for row in &self.rows {
            let fields = self.titles.iter().zip(row).map(|(title, value)| ((*title).to_owned(), value.clone()));
            writeln!(out, "{}", Value::Object(fields.collect::<Map<_, _>>()))?;
        }
        Ok(())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Bool(flag) => (if *flag { "yes" } else { "no" }).to_owned(),
        Value::Number(n) => n.as_u64().map_or_else(|| n.to_string(), number),
        other => visible(&plain(other)),
    }
}

/// True for what would break a line, move the cursor or turn the reading order.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A name as it can stand in a line on a terminal: what would break the line, move the cursor or turn the reading order is escaped,
/// and a backslash doubled, so that two names never look alike.
pub(super) fn visible(text: &str) -> String {
    let escaped = text.chars().flat_map(|c| match c {
        '\\' => "\\\\".chars().collect::<Vec<char>>(),
        c if is_unseen(c) => c.escape_default().collect(),
        c => vec![c],
    });
    escaped.collect()
}

/// The error of a list whose lake contradicts itself.
pub(super) fn contradiction(lake: &Path, faults: &[Fault]) -> Error {
    let more = if faults.len() > 1 { format!(" (and {} more)", faults.len() - 1) } else { String::new() };
    let first = faults.first().map_or_else(String::new, |fault| visible(&fault.what));
    Error::Lake { path: lake.to_owned(), message: format!("does not tie out: {first}{more}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_a_line() {
        assert_eq!(visible("a\nb\t\u{1b}[31m\\n\u{202e}é 名"), "a\\nb\\t\\u{1b}[31m\\\\n\\u{202e}é 名");
    }
}
