//! Tables as plain rows: column name to text, null as nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use polars::prelude::*;
use tickmark::change::CHANGES;
use tickmark::event::EVENTS;
use tickmark::frame;
use tickmark::lake::{FILES, Lake, REJECTS, TABLES};
use tickmark::schema::Table;

/// One row.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of a CSV file.
pub(crate) fn csv_rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader.deserialize().map(Result::unwrap).collect()
}

/// The rows of a Parquet file.
pub(crate) fn parquet_rows(path: &Path) -> Vec<Row> {
    let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    rows(&ParquetReader::new(file).finish().unwrap())
}

/// The rows of a lake's table.
pub(crate) fn lake_rows(lake: &Path, table: &Table) -> Vec<Row> {
    rows(&lake_frame(lake, table))
}

/// How many rows a lake's table has.
pub(crate) fn lake_count(lake: &Path, table: &Table) -> u64 {
    lake_frame(lake, table).height() as u64
}

fn lake_frame(lake: &Path, table: &Table) -> DataFrame {
    let lake = Lake::open(lake).unwrap();
    frame::collect(frame::scan(&lake, table).unwrap(), "test").unwrap()
}

/// The rows of a lake's table in an order of their own, without what may differ between two runs.
fn sorted_rows(lake: &Path, table: &Table) -> Vec<Row> {
    let mut rows = lake_rows(lake, table);
    for row in &mut rows {
        row.remove("ingested_at");
        row.remove("modified_at");
    }
    rows.sort();
    rows
}

/// How many rows all Parquet files below a folder have, for a reader that knows nothing of tables.
pub(crate) fn plain_count(folder: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|e| e.path().extension().is_some_and(|end| end == "parquet"));
    files.map(|e| ParquetReader::new(File::open(e.path()).unwrap()).num_rows().unwrap() as u64).sum()
}

/// Asserts that two lakes hold the same, whatever the files.
pub(crate) fn assert_same_lake(one: &Path, other: &Path) {
    for table in TABLES {
        let (one, other) = (sorted_rows(one, table), sorted_rows(other, table));
        assert_eq!(one.len(), other.len(), "rows of {}", table.name);
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one, other, "table {}", table.name);
        }
    }
}

/// Asserts that every record of every file is accounted for, in the counts and in the tables.
pub(crate) fn assert_ties_out(lake: &Path) {
    let mut accepted = 0;
    let mut rejected = 0;
    for file in lake_rows(lake, &FILES) {
        let count = |name: &str| file[name].parse::<u64>().unwrap();
        let placed = ["accepted", "duplicate", "filtered", "rejected"].map(count);
        assert_eq!(count("records"), placed.iter().sum::<u64>(), "{file:?}");
        accepted += placed[0];
        rejected += placed[3];
    }
    assert_eq!(lake_count(lake, &EVENTS), accepted, "rows of events");
    assert_eq!(lake_count(lake, &REJECTS), rejected, "rows of rejects");
    lake_count(lake, &CHANGES);
}

fn rows(frame: &DataFrame) -> Vec<Row> {
    let mut rows = vec![Row::new(); frame.height()];
    for column in frame.columns() {
        let series = column.as_materialized_series();
        for (row, value) in rows.iter_mut().zip(series.iter()) {
            row.insert(column.name().to_string(), text(&value));
        }
    }
    rows
}

fn text(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, _) => {
            let time = chrono::DateTime::from_timestamp_micros(*micros).unwrap();
            time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
        }
        AnyValue::List(list) => list.iter().map(|v| text(&v)).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
