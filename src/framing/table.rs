//! Rows of cells to JSON objects: what a statement's result and a file of separated values have in common.

use serde_json::{Map, Value};

/// Whether a JSON list is one of rows, each itself a list of cells.
pub(super) fn is_rows(list: &[u8]) -> bool {
    list.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"["))
}

/// The names of the columns that a statement's result declares (`manifest.schema.columns`, or `schema.columns`), or a table of an
/// answer of Log Analytics (`columns`).
pub(super) fn columns(result: &[u8]) -> Vec<String> {
    let paths: [&[&str]; 3] = [&["manifest", "schema", "columns"], &["schema", "columns"], &["columns"]];
    let found = paths.iter().find_map(|path| sonic_rs::get_from_slice(result, *path).ok());
    let columns = found.and_then(|list| sonic_rs::from_str::<Vec<Value>>(list.as_raw_str()).ok()).unwrap_or_default();
    columns.iter().filter_map(|c| c.get("name")?.as_str().map(str::to_owned)).collect()
}

/// The row as an object; `None` when it is no list of as many cells as there are columns, nor one of cells that name their columns
/// themselves (`[{"eventName": "CreateUser"}, …]`, as CloudTrail Lake answers).
pub(super) fn object(columns: &[String], row: &[u8]) -> Option<String> {
    let cells: Vec<Value> = sonic_rs::from_slice(row).ok()?;
    if columns.is_empty() && !cells.is_empty() {
        let cell = |cell: &Value| cell.as_object().filter(|cell| cell.len() == 1).cloned();
        let named: Vec<Map<String, Value>> = cells.iter().map(cell).collect::<Option<_>>()?;
        return Some(Value::Object(named.into_iter().flatten().collect()).to_string());
    }
    if cells.len() != columns.len() {
        return None;
    }
    let object: Map<String, Value> = columns.iter().cloned().zip(cells).collect();
    Some(Value::Object(object).to_string())
}

/// Appends the row of texts as an object.
pub(super) fn put_object<'c>(columns: &[String], cells: impl Iterator<Item = &'c str>, into: &mut Vec<u8>) {
    into.push(b'{');
    for (at, (column, cell)) in columns.iter().zip(cells).enumerate() {
        if at > 0 {
            into.push(b',');
        }
        for (text, end) in [(column.as_str(), b":".as_slice()), (cell, b"")] {
            into.extend_from_slice(Value::from(text).to_string().as_bytes());
            into.extend_from_slice(end);
        }
    }
    into.push(b'}');
}
