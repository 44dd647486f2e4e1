//! `[[heartbeat]]`: a collector's receipts for hours in which it asked and nothing had happened.

use std::path::Path;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::Place;
use super::files::find;
use crate::config::{Heartbeat, HeartbeatFile, hex};
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeartbeatTable {
    source: Option<Spanned<String>>,
    scope: Option<Spanned<String>>,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    #[serde(default)]
    at: Vec<Spanned<String>>,
}

/// What one line says. Where it does not name source or scope, its table does.
struct Row {
    time: String,
    source: Option<String>,
    scope: Option<String>,
    reference: Option<String>,
}

/// Reads every table and its files. `placed` turns a named workspace into its id.
pub(super) fn heartbeats(
    tables: &[Spanned<HeartbeatTable>],
    place: &Place<'_>,
    dir: &Path,
    placed: &dyn Fn(&str) -> String,
) -> Result<(Vec<Heartbeat>, Vec<HeartbeatFile>)> {
    let (mut all, mut files) = (Vec::new(), Vec::new());
    for spanned in tables {
        let table = spanned.get_ref();
        if table.paths.is_empty() && table.at.is_empty() {
            return Err(place.error(Some(spanned.span()), "no heartbeat: give `paths` or `at`"));
        }
        for at in &table.at {
            let row = Row { time: at.get_ref().clone(), source: None, scope: None, reference: None };
            // Where the file lies is no part of the evidence.
            let file = Path::new(place.name).file_name().map_or(place.name.into(), |name| name.to_string_lossy());
            let here = format!("{file} line {}", place.line(at.span()));
            let found = heartbeat(row, table, placed, here).map_err(|e| place.error(Some(at.span()), &e))?;
            all.push(found);
        }
        for pattern in &table.paths {
            let paths = find(dir, pattern.get_ref()).map_err(|e| place.error(Some(pattern.span()), &e))?;
            for path in paths {
                let (found, file) = read(&path, dir, table, placed)?;
                all.extend(found);
                files.push(file);
            }
        }
    }
    all.sort();
    all.dedup();
    files.sort();
    files.dedup();
    Ok((all, files))
}

fn heartbeat(
    row: Row,
    table: &HeartbeatTable,
    placed: &dyn Fn(&str) -> String,
    here: String,
) -> std::result::Result<Heartbeat, String> {
    let given = |own: Option<String>, shared: &Option<Spanned<String>>, what: &str| {
        own.or_else(|| shared.as_ref().map(|s| s.get_ref().clone()))
            .ok_or_else(|| format!("a heartbeat of no {what}: neither its line nor its `[[heartbeat]]` names one"))
    };
    let source = given(row.source, &table.source, "source")?;
    if crate::source::by_id(&source).is_none() {
        return Err(format!("unknown source `{source}` (known: {})", crate::source::known_ids()));
    }
    if !crate::source::is_log(&source) {
        return Err(format!("`{source}` is no log: it speaks for its own moments only"));
    }
    let time = DateTime::parse_from_rfc3339(&row.time)
        .map_err(|_| format!("expected a time such as `2026-07-03T04:00:00Z`, found `{}`", row.time))?;
    Ok(Heartbeat {
        source,
        scope: placed(&given(row.scope, &table.scope, "scope")?),
        time: time.timestamp_micros(),
        reference: row.reference.unwrap_or(here),
    })
}

fn read(
    path: &Path,
    dir: &Path,
    table: &HeartbeatTable,
    placed: &dyn Fn(&str) -> String,
) -> Result<(Vec<Heartbeat>, HeartbeatFile)> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let name = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let refused =
        |line: u64, what: String| Error::Input(format!("failed to read `{}` line {line}: {what}", path.display()));
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let is_json = text.trim_ascii_start().starts_with(b"{");
    let rows = if is_json { json_rows(text) } else { csv_rows(text) };
    let mut all = Vec::new();
    for (line, row) in rows {
        let here = format!("{name} line {line}");
        let found = row.and_then(|row| heartbeat(row, table, placed, here));
        all.push(found.map_err(|what| refused(line, what))?);
    }
    let file = HeartbeatFile { path: name, sha256: hex(&Sha256::digest(&bytes)), heartbeat_count: all.len() as u64 };
    Ok((all, file))
}

/// Lines, each with its number, or with what is wrong with it.
type Rows = Vec<(u64, std::result::Result<Row, String>)>;

fn csv_rows(bytes: &[u8]) -> Rows {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(e) => return vec![(1, Err(e.to_string()))],
    };
    let column = |title: &str| header.iter().position(|h| h == title);
    let Some(time) = column("time") else { return vec![(1, Err("expected the column `time`".to_owned()))] };
    let [source, scope, reference] = ["source", "scope", "reference"].map(column);
    let row = |row: csv::StringRecord| {
        let text = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|t| !t.is_empty()).map(str::to_owned);
        Row {
            time: row.get(time).unwrap_or_default().to_owned(),
            source: text(source),
            scope: text(scope),
            reference: text(reference),
        }
    };
    let rows = reader.into_records().map(|read| match read {
        Ok(record) => (record.position().map_or(0, csv::Position::line), Ok(row(record))),
        Err(e) => (e.position().map_or(0, csv::Position::line), Err(e.to_string())),
    });
    rows.collect()
}

fn json_rows(bytes: &[u8]) -> Rows {
    let lines = (1..).zip(bytes.split(|byte| *byte == b'\n'));
    lines.filter(|(_, line)| !line.trim_ascii().is_empty()).map(|(number, line)| (number, json_row(line))).collect()
}

fn json_row(line: &[u8]) -> std::result::Result<Row, String> {
    let object: serde_json::Map<String, Value> =
        serde_json::from_slice(line).map_err(|e| format!("expected a JSON object: {e}"))?;
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("/{key}: expected a text")),
    };
    let time = text("time")?.ok_or_else(|| "expected a `time`".to_owned())?;
    Ok(Row { time, source: text("source")?, scope: text("scope")?, reference: text("reference")? })
}

#[cfg(test)]
mod tests;
