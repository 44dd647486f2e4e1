//! SQL over the lake.

use polars::prelude::*;
use polars::sql::SQLContext;

use crate::cli::Format;
use crate::error::{Error, Result};
use crate::frame::{collect, engine, scan};
use crate::lake::Lake;
use crate::report::escape::cut;

/// Cells are cut to this many characters in a table for reading.
const CELL_CAP: usize = 120;

/// Answers a query over the tables of the lake.
///
/// # Errors
/// [`Error::Usage`] when it is no SELECT, or with the engine's words when it cannot be understood.
pub fn run(lake: &Lake, sql: &str) -> Result<DataFrame> {
    over(lake, Vec::new(), sql)
}

/// The same over further tables, each with its name.
///
/// # Errors
/// As those of [`run`].
pub fn over(lake: &Lake, further: Vec<(&str, LazyFrame)>, sql: &str) -> Result<DataFrame> {
    let first: String =
        sql.trim_start_matches(['(', ' ', '\n']).chars().take_while(char::is_ascii_alphabetic).collect();
    if !["SELECT", "WITH", "SHOW", "EXPLAIN"].iter().any(|word| first.eq_ignore_ascii_case(word)) {
        return Err(Error::Usage(format!(
            "query: only SELECT can be asked; the lake is read, never written (found `{first}`)"
        )));
    }
    let mut context = SQLContext::new();
    for table in crate::lake::TABLES {
        context.register(table.name, scan(lake, table)?);
    }
    for (name, frame) in further {
        context.register(name, frame);
    }
    let plan = context.execute(sql).map_err(|e| Error::Usage(format!("query: {e}")))?;
    collect(plan, "answer the query").map_err(|e| match e {
        Error::Engine { message, .. } => Error::Usage(format!("query: {message}")),
        other => other,
    })
}

/// Renders rows.
///
/// # Errors
/// The rows cannot be written in that format.
pub fn write(rows: &mut DataFrame, format: Format) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Table => bytes = table(rows).into_bytes(),
        Format::Csv => CsvWriter::new(&mut bytes).finish(rows).map_err(engine("write CSV"))?,
        Format::Json => JsonWriter::new(&mut bytes)
            .with_json_format(JsonFormat::JsonLines)
            .finish(rows)
            .map_err(engine("write JSON"))?,
        Format::Parquet => {
            ParquetWriter::new(&mut bytes).finish(rows).map_err(engine("write Parquet"))?;
        }
    }
    Ok(bytes)
}

fn table(rows: &DataFrame) -> String {
    let columns: Vec<Vec<String>> = rows.columns().iter().map(cells).collect();
    let widths: Vec<usize> = columns.iter().map(|c| c.iter().map(|t| t.chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in 0..=rows.height() {
        let line: Vec<String> =
            columns.iter().zip(&widths).map(|(column, width)| format!("{:width$}", column[row])).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
        if row == 0 {
            let rule: Vec<String> = widths.iter().map(|w| "-".repeat(*w)).collect();
            text.push_str(&rule.join("  "));
            text.push('\n');
        }
    }
    text.push_str(&format!("({} rows)\n", rows.height()));
    text
}

// Control characters in a cell could move the cursor or colour the terminal.
fn cells(column: &Column) -> Vec<String> {
    let header = std::iter::once(column.name().to_string());
    let values = (0..column.len()).map(|row| match column.get(row) {
        Ok(AnyValue::Null) | Err(_) => String::new(),
        Ok(value) => value.str_value().into_owned(),
    });
    header.chain(values).map(|t| cut(&t.replace(char::is_control, " "), CELL_CAP)).collect()
}
