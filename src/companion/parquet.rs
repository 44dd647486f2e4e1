//! Parquet: rows have no lines, so a row is known by its number, from 1.

use std::io::Cursor;

use polars::prelude::{AnyValue, Column, ParquetReader, SerReader as _, TimeUnit};

use super::row::{Fault, Raw};
use super::schema::{Register, Type};
use super::shape::Shape;

type Read<T> = Result<T, Fault>;

/// The rows of a file.
pub(super) fn rows(bytes: &[u8], register: &'static Register) -> Read<Vec<Raw>> {
    let unreadable = |e: polars::prelude::PolarsError| {
        let what = e.to_string();
        Fault::new(1, format!("not a Parquet file that can be read: {}", what.lines().next().unwrap_or_default()))
    };
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().map_err(unreadable)?;
    let shape = Shape::of(frame.columns().iter().map(|column| column.name().as_str()), register);
    let shape = shape.map_err(|what| Fault::new(1, what))?;
    shape.complete().map_err(|what| Fault::new(1, what))?;
    let row = |at: usize| {
        let line = at as u64 + 1;
        let cell = |column: &Column| {
            let declared = register.columns.iter().find(|declared| declared.name == column.name().as_str());
            let is_flag = declared.is_some_and(|declared| matches!(declared.cell, Type::Flag));
            let value = column.get(at).map_err(|e| e.to_string()).and_then(|value| text(&value, is_flag));
            value.map_err(|what| Fault::new(line, format!("`{}`: {what}", column.name())))
        };
        let cells = frame.columns().iter().map(cell).collect::<Read<Vec<_>>>()?;
        Ok(Raw { line, cells: shape.cells(cells.into_iter()) })
    };
    (0..frame.height()).map(row).collect()
}

fn text(value: &AnyValue<'_>, is_flag: bool) -> Result<Option<String>, String> {
    if let Some(text) = value.get_str() {
        return Ok(Some(text.to_owned()));
    }
    match value {
        AnyValue::Null => Ok(None),
        AnyValue::Boolean(flag) if is_flag => Ok(Some(flag.to_string())),
        whole if whole.is_integer() => Ok(Some(whole.to_string())),
        AnyValue::Date(day) => {
            let time = chrono::DateTime::from_timestamp(i64::from(*day) * 86_400, 0);
            time.map(|time| Some(time.format("%Y-%m-%d").to_string())).ok_or_else(|| "a day out of reach".to_owned())
        }
        AnyValue::Datetime(count, unit, Some(_)) => instant(*count, *unit).map(Some),
        AnyValue::DatetimeOwned(count, unit, Some(_)) => instant(*count, *unit).map(Some),
        // Which instant it is would be a guess.
        AnyValue::Datetime(..) | AnyValue::DatetimeOwned(..) => Err("the timestamps have no zone".to_owned()),
        other => Err(format!("expected a text, found {}", other.dtype())),
    }
}

fn instant(count: i64, unit: TimeUnit) -> Result<String, String> {
    let time = match unit {
        TimeUnit::Nanoseconds => Some(chrono::DateTime::from_timestamp_nanos(count)),
        TimeUnit::Microseconds => chrono::DateTime::from_timestamp_micros(count),
        TimeUnit::Milliseconds => chrono::DateTime::from_timestamp_millis(count),
    };
    time.map(|time| time.to_rfc3339()).ok_or_else(|| "a time out of reach".to_owned())
}

#[cfg(test)]
mod tests {
    use polars::prelude::{DataFrame, DataType, IntoColumn as _, NamedFrom as _, ParquetWriter, Series, TimeZone};

    use super::*;
    use crate::companion::Kind;

    fn file(columns: Vec<Column>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut frame = DataFrame::new_infer_height(columns).unwrap();
        ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
        bytes
    }

    fn texts(name: &str, values: [Option<&str>; 2]) -> Column {
        Series::new(name.into(), values).into_column()
    }

    fn days(as_type: &DataType) -> Column {
        Series::new("effective_at".into(), [20_635_i64, 20_636]).cast(as_type).unwrap().into_column()
    }

    fn read(columns: Vec<Column>) -> Read<Vec<Raw>> {
        rows(&file(columns), Kind::HrLeavers.register())
    }

    fn leavers(column: Column) -> Read<Vec<Raw>> {
        read(vec![texts("person", [Some("a"), Some(" ")]), texts("kind", [Some("mover"), None]), column])
    }

    #[test]
    fn rows_are_numbered_and_days_and_instants_are_read() {
        let raw = leavers(
            Series::new("effective_at".into(), [20_635_i32, 20_636]).cast(&DataType::Date).unwrap().into_column(),
        )
        .unwrap();
        let cells = |texts: [Option<&str>; 4]| texts.map(|text| text.map(str::to_owned)).to_vec();
        assert_eq!(raw[0], Raw { line: 1, cells: cells([Some("a"), Some("2026-07-01"), Some("mover"), None]) });
        assert_eq!(raw[1], Raw { line: 2, cells: cells([None, Some("2026-07-02"), None, None]) });
        let zoned = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
        let raw = leavers(days(&zoned)).unwrap();
        assert_eq!(raw[0].cells[1].as_deref(), Some("1970-01-01T00:00:20.635+00:00"));
    }

    #[test]
    fn what_would_be_a_guess_is_refused_with_its_row() {
        let naive = DataType::Datetime(TimeUnit::Milliseconds, None);
        assert_eq!(leavers(days(&naive)).unwrap_err(), Fault::new(1, "`effective_at`: the timestamps have no zone"));
        let real = leavers(days(&DataType::Float64)).unwrap_err();
        assert_eq!(real, Fault::new(1, "`effective_at`: expected a text, found f64"));
        let flags = Series::new("person".into(), [true, false]).into_column();
        let days = texts("effective_at", [Some("2026-07-01"), Some("2026-07-01")]);
        let faulty = read(vec![flags, texts("kind", [Some("mover"), None]), days]).unwrap_err();
        assert_eq!(faulty, Fault::new(1, "`person`: expected a text, found bool"));
    }

    #[test]
    fn columns_are_those_of_the_register() {
        let unknown = leavers(texts("effective", [None, None])).unwrap_err();
        assert_eq!(unknown.message, "unknown column `effective` of hr_leavers; did you mean `effective_at`?");
        let missing = read(vec![texts("person", [None, None])]).unwrap_err();
        assert_eq!(missing.message, "the column `effective_at` of hr_leavers is missing");
    }
}
