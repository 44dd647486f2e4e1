//! A lake that is written row by row, for what an ingest of today would not leave behind.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::DateTime;
use tickmark::event::EVENT_TIME;
use tickmark::lake::{BATCH_ID, FILES, Partition, Rows, Writer};
use tickmark::schema::{Column, Kind, Table};

const BATCH: &str = "00000000000000000000000000000001";

/// A cell that is given; columns without one are empty, zero or true.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Text(String),
    Number(i64),
    Flag(bool),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

type Row = BTreeMap<&'static str, Cell>;

/// The rows of one file.
struct Given {
    table: &'static Table,
    rows: Vec<Row>,
}

/// The rows of a lake in the making.
#[derive(Default)]
pub(crate) struct MadeLake {
    files: BTreeMap<(&'static str, Option<Partition>), Given>,
}

impl MadeLake {
    /// A row of a table without partitions.
    pub(crate) fn row(&mut self, table: &'static Table, cells: &[(Column, Cell)]) {
        self.put(table, None, cells);
    }

    /// A row of a table that is partitioned by source and day.
    pub(crate) fn row_of(&mut self, table: &'static Table, source: &'static str, cells: &[(Column, Cell)]) {
        let time = cells.iter().find(|(column, _)| column.name == EVENT_TIME.name);
        let Some((_, Cell::Number(micros))) = time else { panic!("a row of {} without a time", table.name) };
        let day = DateTime::from_timestamp_micros(*micros).unwrap().format("%Y-%m-%d").to_string();
        self.put(table, Some((source, day)), cells);
    }

    fn put(&mut self, table: &'static Table, partition: Option<Partition>, cells: &[(Column, Cell)]) {
        for (column, _) in cells {
            assert!(table.position(*column).is_some(), "table {} has no column {}", table.name, column.name);
        }
        let row: Row = cells.iter().map(|(column, cell)| (column.name, cell.clone())).collect();
        let given = self.files.entry((table.name, partition)).or_insert(Given { table, rows: Vec::new() });
        given.rows.push(row);
    }

    pub(crate) fn write(self, root: &Path) {
        let mut writer = Writer::open_or_create(root).unwrap();
        let mut staged = Vec::new();
        for ((_, partition), Given { table, rows: given }) in self.files {
            let mut rows = Rows::new(table);
            for row in &given {
                table.columns.iter().for_each(|column| put(&mut rows, *column, row.get(column.name)));
            }
            let batch = std::iter::once(rows.finish());
            staged.push(writer.stage(table, partition, None, batch).unwrap());
        }
        assert!(staged.iter().any(|file| file.path().to_string_lossy().contains(FILES.name)), "a lake without files");
        writer.commit(BATCH, staged, 0).unwrap();
    }
}

fn put(rows: &mut Rows, column: Column, cell: Option<&Cell>) {
    match (column.kind, cell) {
        (Kind::Text, Some(Cell::Text(text))) => rows.text(column, text.as_str()),
        (Kind::Text, None) if column.name == BATCH_ID.name => rows.text(column, BATCH),
        (Kind::Text, None) => rows.text(column, column.required.then_some("")),
        (Kind::Whole, Some(Cell::Number(number))) => rows.whole(column, *number),
        (Kind::Whole, None) => rows.whole(column, 0),
        (Kind::Instant, Some(Cell::Number(micros))) => rows.instant(column, *micros),
        (Kind::Instant, None) => rows.instant(column, column.required.then_some(0)),
        (Kind::Flag, Some(Cell::Flag(flag))) => rows.flag(column, *flag),
        (Kind::Flag, None) => rows.flag(column, true),
        other => panic!("{}: {other:?}", column.name),
    }
}
