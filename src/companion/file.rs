//! One companion file: its bytes, their digest, and its rows.

use std::path::Path;
use std::sync::Arc;

use super::row::{Fault, Raw, Row};
use super::schema::{Kind, Register};
use super::{CompanionFile, csv, json};
use crate::config::{CompanionConfig, Config};
use crate::error::{Error, Result};
use crate::package::sha256_hex;

/// How a file is written, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
    Parquet,
}

fn form(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "csv" => Some(Form::Csv),
        "json" | "jsonl" | "ndjson" => Some(Form::Json),
        "parquet" => Some(Form::Parquet),
        _ => None,
    }
}

/// True where the end of a file's name says how it is written.
pub(crate) fn is_readable(path: &Path) -> bool {
    form(path).is_some()
}

/// What the number of a row counts.
pub(super) fn word(path: &str) -> &'static str {
    if form(Path::new(path)) == Some(Form::Parquet) { "row" } else { "line" }
}

/// Where a row stands, for messages.
pub(super) fn place(config: &Config, path: &str, line: u64) -> String {
    format!("`{}` {} {line}", config.dir.join(path).display(), word(path))
}

/// An error that names file and line.
pub(super) fn refused(config: &Config, path: &str, line: u64, what: &str) -> Error {
    Error::Input(format!("failed to read {}: {what}", place(config, path, line)))
}

/// Reads a file of a declared kind.
pub(super) fn read(path: &Path, declared: &CompanionConfig, config: &Config) -> Result<(CompanionFile, Vec<Row>)> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let name = path.strip_prefix(&config.dir).unwrap_or(path).to_string_lossy();
    let name: Arc<str> = name.replace(std::path::MAIN_SEPARATOR, "/").into();
    let register = Kind::register(declared.kind);
    let refused = |fault: Fault| refused(config, &name, fault.line, &fault.message);
    let raw = raw(path, &bytes, register).map_err(refused)?;
    let rows = raw.into_iter().map(|raw| Row::of(raw, &name, register, config).map_err(refused));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let file = CompanionFile {
        kind: declared.kind,
        path: name.clone(),
        owner: declared.owner.clone(),
        sha256: sha256_hex(&bytes),
        byte_count: bytes.len() as u64,
        row_count: rows.len() as u64,
    };
    Ok((file, rows))
}

fn raw(path: &Path, bytes: &[u8], register: &'static Register) -> std::result::Result<Vec<Raw>, Fault> {
    let form = form(path).ok_or_else(|| Fault::new(1, "expected .csv, .json, .jsonl, .ndjson or .parquet"))?;
    if form == Form::Parquet {
        return super::parquet::rows(bytes, register);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let before = bytes[..e.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64;
        Fault::new(before + 1, "not UTF-8")
    })?;
    if form == Form::Csv { csv::rows(text, register) } else { json::rows(text, register) }
}
