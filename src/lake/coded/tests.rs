use arrow::array::{Array, AsArray, BooleanArray, Float64Array};
use parquet::file::metadata::ParquetMetaDataReader;

use super::body::PAGE_ROWS;
use super::*;
use crate::event::LINE;
use crate::lake::{instants, read_columns, texts, wholes};
use crate::schema::Lists;

const NAME: Column = Column::required("name", Kind::Text, "few texts");
const NOTE: Column = Column::optional("note", Kind::Text, "few texts, or none");
const ID: Column = Column::required("id", Kind::Text, "a text of its own");
const OTHER: Column = Column::optional("other", Kind::Text, "a text of its own, or none");
const COUNT: Column = Column::required("count", Kind::Whole, "a number");
const AT: Column = Column::optional("at", Kind::Instant, "an instant, or none");
const LAG: Column = Column::optional("lag", Kind::Real, "a number, or none");
const FLAG: Column = Column::optional("flag", Kind::Flag, "true or false, or neither");
// Lines are written by how they differ.
const ALL: Table = Table { name: "all", doc: "", columns: &[NAME, NOTE, ID, OTHER, COUNT, AT, LAG, FLAG, LINE] };
const LISTED: Column = Column::required("listed", Kind::TextList, "texts");
const MORE: Column = Column::optional("more", Kind::TextList, "texts");

fn written(count: usize, word_count: usize, nulls: fn(usize) -> bool) {
    let words: Vec<String> = (0..word_count).map(|n| format!("word {n}")).collect();
    let own: Vec<String> = (0..count).map(|n| "x".repeat(n * n % 70) + &n.to_string()).collect();
    let is = |n: usize| (!nulls(n)).then_some(n);
    let number = |n: usize| i64::try_from(n).unwrap() - 40;
    let real = |n: usize| f64::from(u32::try_from(n).unwrap()) / 4.0;
    let columns = vec![
        Cells::coded((0..count).map(|n| Some(words[n % word_count].as_str()))),
        Cells::coded((0..count).map(|n| is(n).map(|n| words[n % word_count].as_str()))),
        Cells::Texts(own.iter().map(|text| Some(text.as_str())).collect()),
        Cells::Texts((0..count).map(|n| is(n).map(|n| own[n].as_str())).collect()),
        Cells::Wholes((0..count).map(|n| Some(number(n))).collect()),
        Cells::Wholes((0..count).map(|n| is(n).map(number)).collect()),
        Cells::Reals((0..count).map(|n| is(n).map(real)).collect()),
        Cells::Flags((0..count).map(|n| is(n).map(|n| n % 5 < 2)).collect()),
        Cells::Wholes((0..count).map(|n| Some(number(n * n % 1000))).collect()),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    let mut file = CodedFile::new(&ALL, &path).unwrap();
    let rows = encode(&ALL, columns).unwrap();
    assert_eq!(rows.is_some(), count > 0);
    rows.into_iter().for_each(|rows| file.append(rows).unwrap());
    file.finish().unwrap();
    let mut at = 0;
    for batch in read_columns(&path, ALL.columns).unwrap() {
        let text = |column: Column| texts(&batch, column).unwrap();
        let (name, note, id, other) = (text(NAME), text(NOTE), text(ID), text(OTHER));
        let (counts, ats) = (wholes(&batch, COUNT).unwrap(), instants(&batch, AT).unwrap());
        let lags = batch.column(6).as_any().downcast_ref::<Float64Array>().unwrap();
        let flags = batch.column(7).as_any().downcast_ref::<BooleanArray>().unwrap();
        let lines = wholes(&batch, LINE).unwrap();
        for row in 0..batch.num_rows() {
            let n = at + row;
            let given = |column: &arrow::array::StringArray| column.is_valid(row).then(|| column.value(row).to_owned());
            assert_eq!(name.value(row), words[n % word_count]);
            assert_eq!(given(note), is(n).map(|n| words[n % word_count].clone()));
            assert_eq!(id.value(row), own[n]);
            assert_eq!(given(other), is(n).map(|n| own[n].clone()));
            assert_eq!(counts.value(row), number(n));
            assert_eq!(ats.is_valid(row).then(|| ats.value(row)), is(n).map(number));
            assert_eq!(lags.is_valid(row).then(|| lags.value(row)), is(n).map(real));
            assert_eq!(flags.is_valid(row).then(|| flags.value(row)), is(n).map(|n| n % 5 < 2));
            assert_eq!(lines.value(row), number(n * n % 1000));
        }
        at += batch.num_rows();
    }
    assert_eq!(at, count);
}

#[test]
fn what_is_encoded_is_read_back() {
    for count in [0, 1, 7, 8, 9, 33, 129, 1000, PAGE_ROWS + 3] {
        for words in [1, 2, 3, 255, 256, 257] {
            written(count, words, |n| n % 3 == 1);
        }
        written(count, 2, |_| true);
        written(count, 2, |_| false);
        written(count, 5, |n| n < 500);
    }
}

#[test]
fn lists_are_read_back_beside_other_columns_and_from_a_second_file() {
    const FIRST: Table = Table { name: "first", doc: "", columns: &[ID, LISTED] };
    const SECOND: Table = Table { name: "second", doc: "", columns: &[MORE] };
    let folder = tempfile::tempdir().unwrap();
    for count in [0_usize, 1, 9, PAGE_ROWS + 3] {
        let own: Vec<Vec<String>> =
            (0..count).map(|n| (0..n % 7 % 4).map(|at| format!("{n} {}", "x".repeat(at))).collect()).collect();
        let texts: Vec<String> = (0..count).map(|n| n.to_string()).collect();
        let lists = || Cells::Lists(Lists::of(own.iter().map(|list| list.iter().map(String::as_str))));
        let first = encode(&FIRST, vec![Cells::Texts(texts.iter().map(|t| Some(t.as_str())).collect()), lists()]);
        let second = encode(&SECOND, vec![lists()]).unwrap();
        let (one, both) = (folder.path().join("one.parquet"), folder.path().join("both.parquet"));
        let mut files =
            [CodedFile::new(&FIRST, &one).unwrap(), CodedFile::of_columns(&[ID, LISTED, MORE], &both).unwrap()];
        if let Some((first, second)) = first.unwrap().zip(second) {
            files[0].append(first.clone()).unwrap();
            files[1].append(first.beside(second)).unwrap();
        }
        files.into_iter().for_each(|file| file.finish().unwrap());
        for (path, columns) in [(&one, &[ID, LISTED][..]), (&both, &[ID, LISTED, MORE][..])] {
            let mut at = 0;
            for batch in read_columns(path, columns).unwrap() {
                for row in 0..batch.num_rows() {
                    assert_eq!(texts[at], super::super::texts(&batch, ID).unwrap().value(row));
                    for column in 1..columns.len() {
                        let list = batch.column(column).as_list::<i32>().value(row);
                        let list: Vec<&str> = list.as_string::<i32>().iter().flatten().collect();
                        assert_eq!(list, own[at]);
                    }
                    at += 1;
                }
            }
            assert_eq!(at, count);
        }
    }
}

#[test]
fn few_bytes_are_left_as_they_are() {
    const ONE: Table = Table { name: "one", doc: "", columns: &[NAME] };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.parquet");
    for (count, is_compressed) in [(10, false), (1000, true)] {
        let texts: Vec<String> = (0..count).map(|n| format!("some text {n}")).collect();
        let mut file = CodedFile::new(&ONE, &path).unwrap();
        let cells = Cells::Texts(texts.iter().map(|text| Some(text.as_str())).collect());
        file.append(encode(&ONE, vec![cells]).unwrap().unwrap()).unwrap();
        file.finish().unwrap();
        let read = ParquetMetaDataReader::new().parse_and_finish(&File::open(&path).unwrap()).unwrap();
        assert_eq!(read.row_group(0).column(0).compression() != Compression::UNCOMPRESSED, is_compressed);
    }
}

#[test]
fn a_required_column_is_refused_without_its_value() {
    const ONE: Table = Table { name: "one", doc: "", columns: &[NAME] };
    assert!(encode(&ONE, vec![Cells::Texts(vec![Some("a"), None])]).is_err());
    assert!(encode(&ONE, vec![Cells::Wholes(vec![Some(1)])]).is_err());
    assert!(encode(&ONE, vec![]).is_err());
}

#[test]
fn bounds_are_told_of_columns_that_readers_may_skip_by() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.parquet");
    let long = "y".repeat(LONGEST_BOUND + 1);
    for (words, least) in [(["b", "a", "c"], Some("a")), (["b", "a", long.as_str()], None)] {
        const TWO: Table = Table { name: "two", doc: "", columns: &[NAME, AT] };
        let cells = vec![Cells::coded(words.into_iter().map(Some)), Cells::Wholes(vec![Some(7), None, Some(-7)])];
        let mut file = CodedFile::new(&TWO, &path).unwrap();
        file.append(encode(&TWO, cells).unwrap().unwrap()).unwrap();
        file.finish().unwrap();
        let read = ParquetMetaDataReader::new().parse_and_finish(&File::open(&path).unwrap()).unwrap();
        let told = |column: usize| read.row_group(0).column(column).statistics();
        assert_eq!(told(0).and_then(Statistics::min_bytes_opt), least.map(str::as_bytes));
        let Some(Statistics::Int64(times)) = told(1) else { panic!("no bounds") };
        assert_eq!((times.min_opt(), times.max_opt(), times.null_count_opt()), (Some(&-7), Some(&7), Some(1)));
    }
}
