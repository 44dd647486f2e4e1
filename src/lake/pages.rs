//! Rows of a file in pages, with texts as the codes that the file has for them: whoever counts then looks at every text once.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, BooleanArray, DictionaryArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema, TimestampMicrosecondType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::ParquetMetaData;

use crate::error::{Error, Result};
use crate::schema::Column;

/// Rows of a page, at most.
const ROWS: usize = 1 << 15;

/// Reads files in pages, one file after the other.
#[derive(Debug, Default)]
pub struct PageReader {
    /// Lists of words that were met, so that each has a number of its own.
    lists: u64,
    /// The list of each column at hand.
    last: Vec<Option<(ArrayRef, u64)>>,
}

/// Some rows of a file.
#[derive(Debug)]
pub struct Page<'p> {
    path: &'p Path,
    names: &'p [Column],
    columns: Vec<&'p dyn Array>,
    lists: Vec<u64>,
    rows: usize,
}

/// A column of texts.
#[derive(Debug)]
pub enum PageTexts<'p> {
    /// Codes, and the words that they stand for.
    Coded(Coded<'p>),
    /// Texts as they stand.
    Plain(Plain<'p>),
}

/// Texts by code.
#[derive(Debug)]
pub struct Coded<'p> {
    array: &'p DictionaryArray<Int32Type>,
    words: &'p StringArray,
    list: u64,
}

/// Texts as they stand.
#[derive(Debug)]
pub struct Plain<'p>(&'p StringArray);

impl PageReader {
    /// Reads columns of a file page by page.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be opened, [`Error::Lake`] when it is damaged or lacks a column; what `take` says.
    pub fn each(
        &mut self,
        path: &Path,
        columns: &[Column],
        mut take: impl FnMut(&Page<'_>) -> Result<()>,
    ) -> Result<()> {
        let opened = Opened::new(path)?;
        self.start(columns);
        for group in 0..opened.group_count() {
            opened.group(group, columns, |batch| take(&self.page(path, columns, batch)?))?;
        }
        Ok(())
    }

    /// Begins a file.
    pub(super) fn start(&mut self, columns: &[Column]) {
        self.last = vec![None; columns.len()];
    }

    /// The page of a batch that another has decoded; `batch` comes from the same file as those since [`PageReader::start`].
    pub(super) fn page<'p>(&mut self, path: &'p Path, names: &'p [Column], batch: &'p RecordBatch) -> Result<Page<'p>> {
        let (mut columns, mut lists) = (Vec::with_capacity(names.len()), Vec::with_capacity(names.len()));
        for (at, name) in names.iter().enumerate() {
            let Some(column) = batch.column_by_name(name.name) else {
                return Err(Error::Lake {
                    path: path.to_owned(),
                    message: format!("column `{}` is missing", name.name),
                });
            };
            lists.push(self.list(at, column));
            columns.push(column.as_ref());
        }
        Ok(Page { path, names, columns, lists, rows: batch.num_rows() })
    }

    /// The number of the words of a column; 0 = it has none.
    fn list(&mut self, at: usize, column: &ArrayRef) -> u64 {
        let Some(coded) = column.as_dictionary_opt::<Int32Type>() else { return 0 };
        // The words that are kept cannot give up their place to others meanwhile.
        let place = |words: &ArrayRef| {
            words.as_string_opt::<i32>().map(|w| (w.values().as_ptr(), w.offsets().as_ptr(), w.len()))
        };
        if let Some((words, number)) = &self.last[at]
            && place(words) == place(coded.values())
        {
            return *number;
        }
        self.lists += 1;
        self.last[at] = Some((Arc::clone(coded.values()), self.lists));
        self.lists
    }
}

/// A file whose row groups can be read one by one.
pub(super) struct Opened<'p> {
    path: &'p Path,
    file: File,
    metadata: ArrowReaderMetadata,
}

impl<'p> Opened<'p> {
    pub(super) fn new(path: &'p Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| broken(path, &e))?;
        let fields = plain.schema().fields().iter().map(|field| coded(field, plain.metadata()));
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields.collect::<Vec<_>>())));
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(|e| broken(path, &e))?;
        Ok(Self { path, file, metadata })
    }

    pub(super) fn row_count(&self) -> usize {
        usize::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or_default()
    }

    pub(super) fn group_count(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    pub(super) fn group(
        &self,
        group: usize,
        columns: &[Column],
        mut take: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let file = self.file.try_clone().map_err(|e| Error::io("read", self.path, e))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|c| c.name));
        // Words are those of a row group, so that no page reaches over two.
        let builder = builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(ROWS);
        for batch in builder.build().map_err(|e| broken(self.path, &e))? {
            take(&batch.map_err(|e| broken(self.path, &e))?)?;
        }
        Ok(())
    }
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Lake { path: path.to_owned(), message: error.to_string() }
}

// A column of texts is read as codes where all row groups have a list of its words.
fn coded(field: &Arc<Field>, metadata: &ParquetMetaData) -> Arc<Field> {
    let name = field.name();
    let has_words = metadata.row_groups().iter().all(|group| {
        let column = group.columns().iter().find(|column| column.column_path().string() == *name);
        column.is_some_and(|column| column.dictionary_page_offset().is_some())
    });
    if *field.data_type() != DataType::Utf8 || !has_words {
        return Arc::clone(field);
    }
    let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Arc::new(field.as_ref().clone().with_data_type(kind))
}

impl<'p> Page<'p> {
    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// True where there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The texts of a column, by its place among those asked for.
    ///
    /// # Errors
    /// [`Error::Lake`] when it holds something else.
    pub fn texts(&self, at: usize) -> Result<PageTexts<'p>> {
        let column = self.columns[at];
        if let Some(array) = column.as_dictionary_opt::<Int32Type>()
            && let Some(words) = array.values().as_string_opt::<i32>()
        {
            return Ok(PageTexts::Coded(Coded { array, words, list: self.lists[at] }));
        }
        column.as_string_opt::<i32>().map(|array| PageTexts::Plain(Plain(array))).ok_or_else(|| self.other(at))
    }

    /// The texts of a column.
    ///
    /// # Errors
    /// [`Error::Bug`] when it was not asked for, else as [`Page::texts`].
    pub fn texts_of(&self, column: Column) -> Result<PageTexts<'p>> {
        let at = self.names.iter().position(|name| name.name == column.name);
        self.texts(at.ok_or_else(|| Error::Bug(format!("column `{}` is not read", column.name)))?)
    }

    /// The numbers of a column that holds no null, or its instants in microseconds.
    ///
    /// # Errors
    /// As [`Page::texts`].
    pub fn wholes(&self, at: usize) -> Result<&'p [i64]> {
        let column = self.columns[at];
        let wholes = column.as_primitive_opt::<Int64Type>().map(|array| &array.values()[..]);
        let instants = || column.as_primitive_opt::<TimestampMicrosecondType>().map(|array| &array.values()[..]);
        wholes.or_else(instants).ok_or_else(|| self.other(at))
    }

    /// The flags of a column that holds no null.
    ///
    /// # Errors
    /// As [`Page::texts`].
    pub fn flags(&self, at: usize) -> Result<impl Iterator<Item = bool> + use<'p>> {
        let flags = self.columns[at].as_any().downcast_ref::<BooleanArray>().ok_or_else(|| self.other(at))?;
        Ok(flags.values().iter())
    }

    fn other(&self, at: usize) -> Error {
        let message = format!("column `{}` is of another type", self.names[at].name);
        Error::Lake { path: self.path.to_owned(), message }
    }
}

impl<'p> PageTexts<'p> {
    /// True where a row holds a text.
    pub fn holds(&self, row: usize) -> bool {
        match self {
            Self::Coded(coded) => coded.array.is_valid(row),
            Self::Plain(plain) => plain.0.is_valid(row),
        }
    }

    /// The text of a row; `None` = null.
    pub fn text(&self, row: usize) -> Option<&'p str> {
        match self {
            Self::Coded(coded) => coded.code(row).map(|code| coded.word(code)),
            Self::Plain(plain) => plain.text(row),
        }
    }
}

impl<'p> Coded<'p> {
    /// The number of the list of words: no other list has it.
    pub const fn list(&self) -> u64 {
        self.list
    }

    /// How many words there are.
    pub fn word_count(&self) -> usize {
        self.words.len()
    }

    /// The word of a code.
    pub fn word(&self, code: usize) -> &'p str {
        self.words.value(code)
    }

    /// Puts for every row what stands in the place of its code, or `null`.
    pub fn each_of<T: Copy>(&self, by_code: &[T], null: T, into: &mut Vec<T>) {
        let codes = self.array.keys();
        let of = |code: i32| usize::try_from(code).ok().and_then(|code| by_code.get(code)).copied().unwrap_or(null);
        match codes.null_count() {
            0 => into.extend(codes.values().iter().map(|code| of(*code))),
            _ => into.extend(codes.iter().map(|code| code.map_or(null, of))),
        }
    }

    /// The code of a row; `None` = null.
    pub fn code(&self, row: usize) -> Option<usize> {
        self.array.key(row)
    }
}

impl<'p> Plain<'p> {
    /// The text of a row; `None` = null.
    pub fn text(&self, row: usize) -> Option<&'p str> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Rows, parquet_file, read_columns, texts};
    use crate::schema::{Kind, Table};

    const WORD: Column = Column::required("word", Kind::Text, "few texts");
    const NOTE: Column = Column::optional("note", Kind::Text, "few texts, or none");
    // Known by its name as a column of texts that hardly repeat.
    const OWN: Column = Column::required("raw", Kind::Text, "a text of its own");
    const COUNT: Column = Column::required("count", Kind::Whole, "a number");
    const AT: Column = Column::required("at", Kind::Instant, "an instant");
    const FLAG: Column = Column::required("flag", Kind::Flag, "true or false");
    const ALL: Table = Table { name: "all", doc: "", columns: &[WORD, NOTE, OWN, COUNT, AT, FLAG] };

    fn rows(count: usize) -> RecordBatch {
        let mut rows = Rows::new(&ALL);
        for n in 0..count {
            let whole = i64::try_from(n).unwrap();
            rows.text(WORD, format!("word {}", n / 70_000 * 5 + n % 5).as_str());
            rows.text(NOTE, (n % 3 > 0).then(|| format!("note {}", n % 7)).as_deref());
            rows.text(OWN, format!("own {n}").as_str());
            rows.whole(COUNT, whole);
            rows.instant(AT, whole + 1);
            rows.flag(FLAG, n % 2 == 0);
        }
        rows.finish().unwrap()
    }

    #[test]
    fn pages_hold_what_the_file_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.parquet");
        // More than one row group, each with words of its own.
        let batch = rows(150_000);
        let (_, file) = parquet_file::write(&path, &ALL, &mut std::iter::once(Ok(batch)), u64::MAX).unwrap();
        drop(file);
        let expected = read_columns(&path, &[WORD, NOTE, OWN]).unwrap();
        let expected: Vec<[Option<String>; 3]> = expected
            .iter()
            .flat_map(|batch| {
                let given = |c: Column, row: usize| {
                    let texts = texts(batch, c).unwrap();
                    texts.is_valid(row).then(|| texts.value(row).to_owned())
                };
                (0..batch.num_rows()).map(move |row| [WORD, NOTE, OWN].map(|c| given(c, row))).collect::<Vec<_>>()
            })
            .collect();
        let (mut at, mut lists) = (0, std::collections::BTreeSet::new());
        // In another order than the file's.
        let asked = [OWN, FLAG, NOTE, AT, WORD, COUNT];
        PageReader::default()
            .each(&path, &asked, |page| {
                let flags: Vec<bool> = page.flags(1)?.collect();
                let given = |place: usize, row: usize| page.texts(place).unwrap().text(row).map(str::to_owned);
                if let PageTexts::Coded(coded) = page.texts(4)? {
                    lists.insert(coded.list());
                }
                for (row, flag) in flags.into_iter().enumerate() {
                    assert_eq!([given(4, row), given(2, row), given(0, row)], expected[at]);
                    assert_eq!(page.texts(2)?.holds(row), at % 3 > 0);
                    let whole = i64::try_from(at).unwrap();
                    assert_eq!((page.wholes(5)?[row], page.wholes(3)?[row], flag), (whole, whole + 1, at % 2 == 0));
                    at += 1;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!((at, lists.len()), (150_000, 2));
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.parquet");
        parquet_file::write(&path, &ALL, &mut std::iter::once(Ok(rows(3))), u64::MAX).unwrap();
        let missing = Column::required("missing", Kind::Text, "not there");
        let error = PageReader::default().each(&path, &[missing], |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("`missing` is missing"), "{error}");
        let error = PageReader::default().each(&path, &[COUNT], |page| page.texts(0).map(drop)).unwrap_err();
        assert!(error.to_string().contains("`count` is of another type"), "{error}");
        let error = PageReader::default().each(&path, &[WORD], |page| page.wholes(0).map(drop)).unwrap_err();
        assert!(error.to_string().contains("`word` is of another type"), "{error}");
    }
}
