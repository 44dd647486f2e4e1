//! Parquet files of columns whose texts are coded already: the codes become the file's without a look at the texts.
//!
//! Columns are encoded into memory, by as many threads as there are, and appended to the file one row group after the other.

mod body;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};
use zstd::bulk::Compressor;

use self::body::{entries, page_end, size, values};
use super::layout::{self, Layout, PAGE};
use super::packed;
use crate::error::{Error, Result};
use crate::schema::{Cells, Column, Kind, NULL, Table, arrow_schema};

/// How hard texts are squeezed: digests yield to no effort.
const LEVEL: i32 = 1;

/// A Parquet file that takes its name when it is finished.
pub struct CodedFile {
    writer: SerializedFileWriter<File>,
    written: PathBuf,
    path: PathBuf,
}

/// One row group, ready to be written, to several files if need be.
#[derive(Clone)]
pub struct RowGroup(Vec<(Bytes, ColumnCloseResult)>);

impl RowGroup {
    /// The same rows with more columns, which stand behind their own.
    #[must_use]
    pub fn beside(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
}

impl CodedFile {
    /// Begins a file of a declared table.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn new(table: &Table, path: &Path) -> Result<Self> {
        Self::of_columns(table.columns, path)
    }

    /// Begins a file of declared columns.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn of_columns(columns: &[Column], path: &Path) -> Result<Self> {
        Self::under(columns, path.with_extension("partial"), path)
    }

    /// Begins a file of a declared table that has its name from the start.
    pub(super) fn in_place(table: &Table, path: &Path) -> Result<Self> {
        Self::under(table.columns, path.to_owned(), path)
    }

    fn under(columns: &[Column], written: PathBuf, path: &Path) -> Result<Self> {
        let file = File::create(&written).map_err(|e| Error::io("create", &written, e))?;
        let properties = WriterProperties::builder().set_created_by("tickmark".to_owned()).build();
        let root = schema(columns)?.root_schema_ptr();
        let writer = SerializedFileWriter::new(file, root, Arc::new(properties)).map_err(|e| refused(path, e))?;
        Ok(Self { writer, written, path: path.to_owned() })
    }

    /// Adds a row group.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&mut self, rows: RowGroup) -> Result<()> {
        let failed = |e| refused(&self.path, e);
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for (bytes, close) in rows.0 {
            group.append_column(&bytes, close).map_err(failed)?;
        }
        group.close().map_err(failed)?;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<()> {
        let (written, path) = (self.written.clone(), self.path.clone());
        self.close()?;
        std::fs::rename(&written, &path).map_err(|e| Error::io("write", &path, e))
    }

    /// Ends a file that has its name already; gives its size, and the file, which need not be on the disk yet.
    pub(super) fn close(self) -> Result<(u64, File)> {
        let file = self.writer.into_inner().map_err(|e| refused(&self.path, e))?;
        let size = file.metadata().map_err(|e| Error::io("write", &self.path, e))?.len();
        Ok((size, file))
    }
}

fn refused(path: &Path, error: ParquetError) -> Error {
    Error::io("write", path, super::parquet_file::cause(error))
}

fn bug(error: &dyn std::fmt::Display) -> Error {
    Error::Bug(format!("rows cannot be encoded: {error}"))
}

fn schema(columns: &[Column]) -> Result<SchemaDescriptor> {
    ArrowSchemaConverter::new().convert(&arrow_schema(columns)).map_err(|e| bug(&e))
}

/// Encodes the columns of a table, in its order; `None` = there is no row.
///
/// # Errors
/// [`Error::Bug`] when the columns are not the table's, or a required one holds null.
pub fn encode(table: &Table, columns: Vec<Cells<'_>>) -> Result<Option<RowGroup>> {
    let row_count = columns.first().map_or(0, Cells::len);
    if columns.len() != table.columns.len() || columns.iter().any(|c| c.len() != row_count) {
        return Err(Error::Bug(format!("table {} came out with other columns", table.name)));
    }
    let schema = schema(table.columns)?;
    let mut encoder = Encoder::new().map_err(|e| bug(&e))?;
    let mut encoded = Vec::with_capacity(columns.len());
    for (at, (column, cells)) in table.columns.iter().zip(columns).enumerate() {
        let fits = match column.kind {
            Kind::Text => matches!(cells, Cells::Coded(_) | Cells::Texts(_)),
            Kind::Whole | Kind::Instant => matches!(cells, Cells::Wholes(_)),
            Kind::Real => matches!(cells, Cells::Reals(_)),
            Kind::Flag => matches!(cells, Cells::Flags(_)),
            Kind::TextList => matches!(cells, Cells::Lists(_)),
        };
        if !fits || column.required && cells.has_null() {
            return Err(Error::Bug(format!("column {} of table {} holds what it must not", column.name, table.name)));
        }
        let layout = layout::of(table, column);
        encoded.push(encoder.chunk(schema.column(at), &cells, layout).map_err(|e| bug(&e))?);
    }
    Ok((row_count > 0).then_some(RowGroup(encoded)))
}

/// Bytes from which on a column is compressed: each that is makes its readers set up a decompressor, which takes longer than reading
/// so little.
const WORTH_IT: usize = 4 << 10;

type Encoded<T> = std::result::Result<T, ParquetError>;

/// What is used for one column after the other.
struct Encoder {
    compressor: Compressor<'static>,
    body: Vec<u8>,
    squeezed: Vec<u8>,
}

impl Encoder {
    fn new() -> Encoded<Self> {
        let compressor = Compressor::new(LEVEL).map_err(external)?;
        Ok(Self { compressor, body: Vec::with_capacity(2 * PAGE), squeezed: Vec::new() })
    }

    /// One column of a row group: its pages, and what is said of them.
    fn chunk(
        &mut self,
        description: ColumnDescPtr,
        cells: &Cells<'_>,
        layout: Layout,
    ) -> Encoded<(Bytes, ColumnCloseResult)> {
        let is_compressed = layout.is_compressed && size(cells) >= WORTH_IT;
        let layout = Layout { is_compressed, ..layout };
        let level = u8::try_from(description.max_def_level()).unwrap_or_default();
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = Pages { pages: SerializedPageWriter::new(&mut sink), sizes: (0, 0) };
        let (mut dictionary, mut first) = (None, None);
        if let Cells::Coded(codes) = cells {
            self.body.clear();
            packed::plain(codes.words.iter().copied(), &mut self.body);
            let (buf, num_values) = (self.squeezed(layout)?, small(codes.words.len())?);
            let page = Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
            dictionary = Some(pages.put(page, self.body.len())?);
        }
        let mut encoding = Encoding::PLAIN;
        let mut from = 0;
        while from < cells.len() {
            let rows = from..page_end(cells, from);
            from = rows.end;
            let num_values = small(entries(cells, rows.clone()))?;
            self.body.clear();
            encoding = values(cells, rows, level, layout, &mut self.body);
            let page = Page::DataPage {
                buf: self.squeezed(layout)?,
                num_values,
                encoding,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            let offset = pages.put(page, self.body.len())?;
            first = first.or(Some(offset));
        }
        let sizes = pages.sizes;
        let wide = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let compression = if layout.is_compressed {
            Compression::ZSTD(ZstdLevel::try_new(LEVEL)?)
        } else {
            Compression::UNCOMPRESSED
        };
        let mut metadata = ColumnChunkMetaData::builder(description)
            .set_compression(compression)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoding])
            .set_num_values(wide(entries(cells, 0..cells.len()) as u64))
            .set_total_compressed_size(wide(sizes.0 as u64))
            .set_total_uncompressed_size(wide(sizes.1 as u64))
            .set_data_page_offset(wide(first.unwrap_or(0)))
            .set_dictionary_page_offset(dictionary.map(wide));
        if let Some(bounds) = bounds(cells).filter(|_| layout.is_bounded) {
            metadata = metadata.set_statistics(bounds);
        }
        let close = ColumnCloseResult {
            bytes_written: sizes.0 as u64,
            rows_written: cells.len() as u64,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((Bytes::from(sink.into_inner()?), close))
    }

    fn squeezed(&mut self, layout: Layout) -> Encoded<Bytes> {
        if !layout.is_compressed {
            return Ok(Bytes::copy_from_slice(&self.body));
        }
        let Self { compressor, body, squeezed } = self;
        squeezed.resize(zstd::zstd_safe::compress_bound(body.len()).max(squeezed.len()), 0);
        let length = compressor.compress_to_buffer(body, squeezed.as_mut_slice()).map_err(external)?;
        Ok(Bytes::copy_from_slice(&squeezed[..length]))
    }
}

fn external(error: std::io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

/// Pages of one column, and their sizes with and without compression.
struct Pages<'p> {
    pages: SerializedPageWriter<'p, Vec<u8>>,
    sizes: (usize, usize),
}

impl Pages<'_> {
    /// Writes a page; gives where it begins.
    fn put(&mut self, page: Page, size: usize) -> Encoded<u64> {
        let spec = self.pages.write_page(CompressedPage::new(page, size))?;
        self.sizes = (self.sizes.0 + spec.compressed_size, self.sizes.1 + spec.uncompressed_size);
        Ok(spec.offset)
    }
}

/// Longest text that a bound may be: it stands in the file's footer, which every reader reads whole.
const LONGEST_BOUND: usize = 256;

/// The least and the greatest value, and how many are null; `None` = it is not told.
fn bounds(cells: &Cells<'_>) -> Option<Statistics> {
    match cells {
        Cells::Wholes(all) => {
            let (least, most) = (all.iter().flatten().min(), all.iter().flatten().max());
            let nulls = all.iter().filter(|v| v.is_none()).count();
            Some(Statistics::int64(least.copied(), most.copied(), None, Some(nulls as u64), false))
        }
        Cells::Coded(codes) => {
            let (least, most) = (codes.words.iter().min(), codes.words.iter().max());
            let is_short = |word: &&str| word.len() <= LONGEST_BOUND;
            if !(least.is_none_or(is_short) && most.is_none_or(is_short)) {
                return None;
            }
            let nulls = codes.codes.iter().filter(|code| **code == NULL).count();
            let bytes = |word: Option<&&str>| word.map(|word| ByteArray::from(*word));
            Some(Statistics::byte_array(bytes(least), bytes(most), None, Some(nulls as u64), false))
        }
        Cells::Texts(_) | Cells::Reals(_) | Cells::Flags(_) | Cells::Lists(_) => None,
    }
}

fn small(count: usize) -> Encoded<u32> {
    u32::try_from(count).map_err(|_| ParquetError::General(format!("{count} rows in one page")))
}

#[cfg(test)]
mod tests;
