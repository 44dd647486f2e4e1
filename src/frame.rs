//! Lake tables as lazy frames, and plain rows as frames. The one home of `collect`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::event::SCOPE;
use crate::lake::Lake;
use crate::schema::{Cells, Column as Named, Kind, Table};

/// The hive column that names the source of a row of `events` or `changes`.
pub const SOURCE: Named = Named::required("source", Kind::Text, "Source id; stands in the path.");

/// A lake table with its hive columns, as a lazy frame; a table without files is an empty frame. Scopes that are names of workspaces
/// are given as the ids that the lake knows for them ([`Lake::with_workspaces`]).
///
/// # Errors
/// The lake cannot list its files, or a file cannot be read.
pub fn scan(lake: &Lake, table: &Table) -> Result<LazyFrame> {
    let stored = stored(lake, table, &lake.live_files(table)?)?;
    let has_names = !lake.workspaces().is_empty() && table.position(SCOPE).is_some();
    Ok(if has_names { stored.with_columns([placed(lake.workspaces())]) } else { stored })
}

// One lookup a row, however many workspaces there are.
fn placed(workspaces: &BTreeMap<String, String>) -> Expr {
    let ids = workspaces.clone();
    let id_of = move |scope: &str| ids.get(&scope.to_lowercase()).cloned().unwrap_or_else(|| scope.to_owned());
    let all = move |scopes: Column| {
        let placed = scopes.str()?.iter().map(|scope| scope.map(&id_of)).collect::<StringChunked>();
        Ok(placed.with_name(scopes.name().clone()).into_column())
    };
    SCOPE.expr().map(all, |_, field| Ok(field.clone()))
}

fn stored(lake: &Lake, table: &Table, files: &[PathBuf]) -> Result<LazyFrame> {
    let is_partitioned = crate::lake::is_partitioned(table);
    if files.is_empty() {
        let mut schema = table.polars_schema();
        if is_partitioned {
            schema.insert(SOURCE.name.into(), DataType::String);
        }
        return Ok(DataFrame::empty_with_schema(&schema).lazy());
    }
    let paths = files
        .iter()
        .map(|p| PlRefPath::try_from_path(p))
        .collect::<PolarsResult<Vec<_>>>()
        .map_err(engine("list files"))?;
    // Only the part of the path below the table's folder may be read as hive columns.
    let below = lake.root().join(table.name).to_string_lossy().len();
    let hive = Schema::from_iter([(SOURCE.name.into(), DataType::String), ("date".into(), DataType::Date)]);
    let hive_options = if is_partitioned {
        HiveOptions { enabled: Some(true), hive_start_idx: below, schema: Some(hive.into()), try_parse_dates: true }
    } else {
        HiveOptions::new_disabled()
    };
    let args = ScanArgsParquet { hive_options, glob: false, cache: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet_sources(ScanSources::Paths(paths.into()), args).map_err(engine("open a table"))
}

/// The Parquet files right below a folder, with the columns that they are known to have; a folder without any is an empty frame.
///
/// # Errors
/// The folder or a file cannot be read.
pub fn scan_folder(folder: &Path, columns: &[Named]) -> Result<LazyFrame> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io("list", folder, e))?;
    let mut paths =
        entries.map(|entry| Ok(entry.map_err(|e| Error::io("list", folder, e))?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    if paths.is_empty() {
        return Ok(DataFrame::empty_with_schema(&crate::schema::polars_schema(columns)).lazy());
    }
    let paths: Vec<PlRefPath> =
        paths.iter().map(|p| PlRefPath::try_from_path(p)).collect::<PolarsResult<_>>().map_err(engine("list files"))?;
    let args = ScanArgsParquet { glob: false, cache: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet_sources(ScanSources::Paths(paths.into()), args).map_err(engine("open a folder"))
}

/// Columns of one Parquet file.
///
/// # Errors
/// The file cannot be read, or lacks a column.
pub fn read(path: &Path, columns: &[Named]) -> Result<DataFrame> {
    let path = PlRefPath::try_from_path(path).map_err(engine("open a file"))?;
    let args = ScanArgsParquet { glob: false, cache: false, ..ScanArgsParquet::default() };
    let rows = LazyFrame::scan_parquet(path, args).map_err(engine("open a file"))?;
    let columns: Vec<Expr> = columns.iter().map(|column| column.expr()).collect();
    collect(rows.select(columns), "read a file")
}

/// How many rows a lazy frame has.
///
/// # Errors
/// Whatever the engine reports.
pub fn height(frame: LazyFrame) -> Result<usize> {
    let counted = collect(frame.select([len().cast(DataType::UInt64).alias("rows")]), "count rows")?;
    let rows = counted.column("rows").and_then(|c| c.u64()).map_err(engine("count rows"))?;
    Ok(usize::try_from(rows.get(0).unwrap_or(0)).unwrap_or(usize::MAX))
}

/// Runs a lazy frame.
///
/// # Errors
/// Whatever the engine reports; it speaks of data of ours, so it is no fault of the user's.
pub fn collect(frame: LazyFrame, doing: &'static str) -> Result<DataFrame> {
    frame.collect().map_err(engine(doing))
}

/// Runs a lazy frame piece by piece, so that memory holds only some of it at a time. The pieces come in no certain order.
///
/// # Errors
/// Whatever the engine, or `take`, reports.
pub fn each(frame: LazyFrame, doing: &'static str, mut take: impl FnMut(&DataFrame) -> Result<()>) -> Result<()> {
    let (sender, pieces) = sync_channel(1);
    // The engine stops when nobody listens any more.
    let hand_over = PlanCallback::new(move |piece: DataFrame| Ok(sender.send(piece).is_err()));
    let sink = frame.sink_batches(hand_over, false, None).map_err(engine(doing))?;
    thread::scope(|scope| {
        let running = scope.spawn(move || sink.collect_with_engine(Engine::Streaming).map(|_| ()));
        let taken = pieces.iter().try_for_each(|piece: DataFrame| take(&piece));
        drop(pieces);
        let ran = running.join().map_err(|_| Error::Bug(format!("the engine has gone: {doing}")))?;
        ran.map_err(engine(doing)).and(taken)
    })
}

/// Turns an engine's error into ours.
pub fn engine(doing: &'static str) -> impl Fn(PolarsError) -> Error {
    move |e| Error::Engine { doing, message: e.to_string() }
}

/// A text column of a frame.
///
/// # Errors
/// The column is missing or of another type.
pub fn texts(frame: &DataFrame, column: Named) -> Result<&StringChunked> {
    frame.column(column.name).and_then(|c| c.str()).map_err(engine("read a column"))
}

/// A column of instants as microseconds.
///
/// # Errors
/// The column is missing or of another type.
pub fn instants(frame: &DataFrame, column: Named) -> Result<Int64Chunked> {
    let column = frame.column(column.name).map_err(engine("read a column"))?;
    Ok(column.datetime().map_err(engine("read a column"))?.physical().clone())
}

/// A column of whole numbers.
///
/// # Errors
/// The column is missing or of another type.
pub fn wholes(frame: &DataFrame, column: Named) -> Result<&Int64Chunked> {
    frame.column(column.name).and_then(|c| c.i64()).map_err(engine("read a column"))
}

/// The values of one column, row by row.
#[derive(Debug)]
pub enum Values {
    /// Texts; `None` = null.
    Texts(Vec<Option<String>>),
    /// Whole numbers.
    Wholes(Vec<Option<i64>>),
    /// Floating point numbers.
    Reals(Vec<Option<f64>>),
    /// True or false; `None` = null.
    Flags(Vec<Option<bool>>),
    /// Instants in microseconds.
    Instants(Vec<Option<i64>>),
    /// Lists of texts.
    Lists(Vec<Vec<String>>),
    /// A column that is built already.
    Built(Column),
    /// Lists of texts; `None` = null.
    SomeLists(Vec<Option<Vec<String>>>),
}

/// The values as a column of a kind.
fn of_cells(cells: Cells<'_>, kind: Kind) -> Values {
    match cells {
        Cells::Coded(codes) => Values::slices(codes.texts()),
        Cells::Texts(all) => Values::slices(all.into_iter()),
        Cells::Wholes(all) if kind == Kind::Instant => Values::Instants(all),
        Cells::Wholes(all) => Values::Wholes(all),
        Cells::Reals(all) => Values::Reals(all),
        Cells::Flags(all) => Values::Flags(all),
        Cells::Lists(lists) => Values::lists(lists.rows().map(|texts| Some(texts.iter().copied()))),
    }
}

/// Builds a frame of a declared table from cells, in the table's order.
///
/// # Errors
/// [`Error::Bug`] when the columns are not the table's, or a required one holds null.
pub fn build_cells(table: &Table, cells: Vec<Cells<'_>>) -> Result<DataFrame> {
    build(table, table.columns.iter().zip(cells).map(|(column, cells)| of_cells(cells, column.kind)).collect())
}

impl Values {
    /// One text per row.
    pub fn texts<R>(rows: &[R], of: impl Fn(&R) -> Option<String>) -> Self {
        Self::Texts(rows.iter().map(of).collect())
    }

    /// One text per row, borrowed.
    pub fn slices<'t>(rows: impl Iterator<Item = Option<&'t str>>) -> Self {
        Self::Built(rows.collect::<StringChunked>().into_column())
    }

    /// One list of texts per row, borrowed; `None` = null.
    pub fn lists<'t, L: Iterator<Item = &'t str>>(rows: impl Iterator<Item = Option<L>>) -> Self {
        let mut built = ListStringChunkedBuilder::new("".into(), rows.size_hint().0, rows.size_hint().0);
        for row in rows {
            match row {
                Some(texts) => built.append_values_iter(texts),
                None => built.append_null(),
            }
        }
        Self::Built(built.finish().into_column())
    }

    /// One instant per row.
    pub fn instants<R>(rows: &[R], of: impl Fn(&R) -> Option<i64>) -> Self {
        Self::Instants(rows.iter().map(of).collect())
    }

    fn column(self, name: &str) -> Result<Column> {
        let name = name.into();
        Ok(match self {
            Self::Built(column) => column.with_name(name),
            Self::Texts(v) => Column::new(name, v),
            Self::Wholes(v) => Column::new(name, v),
            Self::Reals(v) => Column::new(name, v),
            Self::Flags(v) => Column::new(name, v),
            Self::Instants(v) => Column::new(name, v)
                .cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
                .map_err(engine("build a column"))?,
            Self::Lists(v) => return Self::SomeLists(v.into_iter().map(Some).collect()).column(&name),
            Self::SomeLists(v) => {
                let lists = v.iter().map(|list| list.as_ref().map(|texts| texts.iter().map(String::as_str)));
                return Self::lists(lists).column(&name);
            }
        })
    }
}

/// Builds a frame of a declared table from its columns, in the table's order.
///
/// # Errors
/// [`Error::Bug`] when the columns are not the table's, or a required one holds null.
pub fn build(table: &Table, values: Vec<Values>) -> Result<DataFrame> {
    build_columns(table.name, table.columns, values)
}

/// Builds a frame of declared columns, in their order; `name` is what an error calls it.
///
/// # Errors
/// [`Error::Bug`] when the values are not those of the columns, or a required one holds null.
pub fn build_columns(name: &str, columns: &[Named], values: Vec<Values>) -> Result<DataFrame> {
    if columns.len() != values.len() {
        let (declared, given) = (columns.len(), values.len());
        return Err(Error::Bug(format!("table {name} has {declared} columns, {given} were given")));
    }
    let built = columns.iter().zip(values).map(|(c, v)| v.column(c.name)).collect::<Result<Vec<_>>>()?;
    let frame = DataFrame::new_infer_height(built).map_err(engine("build a table"))?;
    if **frame.schema() != crate::schema::polars_schema(columns) {
        return Err(Error::Bug(format!("table {name} came out with another schema")));
    }
    for column in columns.iter().filter(|c| c.required) {
        let has_null = frame.column(column.name).map_err(engine("build a table"))?.null_count() > 0;
        if has_null {
            return Err(Error::Bug(format!("column {} of table {name} holds null", column.name)));
        }
    }
    Ok(frame)
}

/// Writes a frame as one Parquet file, whole or not at all.
///
/// # Errors
/// The file cannot be written.
pub fn write(frame: &mut DataFrame, path: &Path) -> Result<()> {
    let partial = path.with_extension("partial");
    let file = std::fs::File::create(&partial).map_err(|e| Error::io("create", &partial, e))?;
    ParquetWriter::new(file)
        .with_compression(ParquetCompression::Zstd(None))
        .finish(frame)
        .map_err(|e| Error::io("write", path, std::io::Error::other(e.to_string())))?;
    std::fs::rename(&partial, path).map_err(|e| Error::io("write", path, e))
}
