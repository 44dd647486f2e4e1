//! Rows of a Parquet file as JSON objects: nested columns as objects and lists, maps as objects, instants as RFC 3339 in UTC.

use std::fs::File;
use std::io;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, ListArray, MapArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, FieldRef, Schema, TimeUnit};
use arrow::error::ArrowError;
use arrow::json::LineDelimitedWriter;
use arrow::record_batch::{RecordBatchOptions, RecordBatchReader as _};
use memchr::memchr_iter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Type;
use parquet::file::reader::ChunkReader;

use super::{Chunk, Content, Frame, MAX_RECORD};

/// Rows that are turned into JSON at once.
const BATCH: usize = 1024;

/// The magic bytes of a Parquet file.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// The rows of one file, batch by batch.
pub(super) struct Rows {
    reader: Result<ParquetRecordBatchReader, String>,
    row: u64,
    over: bool,
}

impl Rows {
    pub(super) fn open(content: &Content<'_>) -> io::Result<Self> {
        let reader = match content {
            Content::Bytes(bytes) => reader(bytes::Bytes::copy_from_slice(bytes)),
            Content::File(path, _) => reader(File::open(path)?),
        };
        Ok(Self { reader, row: 0, over: false })
    }

    pub(super) fn next_chunk(&mut self) -> Option<Chunk> {
        if self.over {
            return None;
        }
        let batch = match &mut self.reader {
            Ok(reader) => reader.next().map(|batch| batch.map_err(|e| format!("the Parquet file is damaged: {e}"))),
            Err(reason) => Some(Err(reason.clone())),
        };
        let lines = batch.map(|batch| batch.and_then(|batch| lines(&batch)));
        match lines {
            None => None,
            Some(Ok(lines)) => Some(self.chunk(lines)),
            Some(Err(reason)) => {
                self.over = true;
                let frames = vec![Frame::defective(self.row + 1, self.row, 0, reason, b"")];
                Some(Chunk { frames, ..Chunk::default() })
            }
        }
    }

    fn chunk(&mut self, bytes: Vec<u8>) -> Chunk {
        let (mut frames, mut start) = (Vec::new(), 0);
        for end in memchr_iter(b'\n', &bytes) {
            let (line, byte_offset, byte_length) = (self.row + 1, self.row, (end - start) as u64);
            frames.push(if end - start > MAX_RECORD {
                Frame::too_long(line, byte_offset, byte_length, &bytes[start..end])
            } else {
                Frame { span: start..end, view: None, line, byte_offset, byte_length, at_end: false, defect: None }
            });
            self.row += 1;
            start = end + 1;
        }
        Chunk { bytes, views: Vec::new(), frames }
    }
}

fn reader<R: ChunkReader + 'static>(input: R) -> Result<ParquetRecordBatchReader, String> {
    let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).and_then(with_instants_in_utc);
    let builder = metadata.map(|metadata| ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata));
    let reader = builder.and_then(|b| b.with_batch_size(BATCH).build());
    let reader = reader.map_err(|e| format!("the Parquet file is damaged: {e}"))?;
    let schema = reader.schema();
    let mut names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("column `{}` stands twice in the Parquet file", pair[0])),
        None => Ok(reader),
    }
}

/// What is known of a file, with its instants of 96 bits in UTC: the format leaves their zone open, and Spark, which still writes
/// them, takes them to UTC first.
fn with_instants_in_utc(metadata: ArrowReaderMetadata) -> parquet::errors::Result<ArrowReaderMetadata> {
    let mut leaves = metadata.parquet_schema().columns().iter().map(|leaf| leaf.physical_type());
    if !leaves.clone().any(|leaf| leaf == Type::INT96) {
        return Ok(metadata);
    }
    let schema = metadata.schema();
    let fields: Vec<_> = schema.fields().iter().map(|field| field_in_utc(field, &mut leaves)).collect();
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), ArrowReaderOptions::new().with_schema(Arc::new(schema)))
}

fn field_in_utc(field: &FieldRef, leaves: &mut dyn Iterator<Item = Type>) -> FieldRef {
    let mut inner = |field: &FieldRef| field_in_utc(field, leaves);
    let found = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::List(item) => DataType::List(inner(item)),
        DataType::Map(entries, is_sorted) => DataType::Map(inner(entries), *is_sorted),
        other => match leaves.next() {
            Some(Type::INT96) => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
            _ => other.clone(),
        },
    };
    Arc::new(field.as_ref().clone().with_data_type(found))
}

fn lines(batch: &RecordBatch) -> Result<Vec<u8>, String> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    let written = with_texts(batch).and_then(|batch| writer.write(&batch)).and_then(|()| writer.finish());
    written.map_err(|e| format!("rows of the Parquet file cannot be shown as JSON: {e}"))?;
    Ok(writer.into_inner())
}

/// The batch with texts for bytes that are texts: some writers do not say which are (Spark: `spark.sql.parquet.binaryAsString`).
fn with_texts(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let columns: Vec<_> = schema.fields().iter().zip(batch.columns()).map(|(f, c)| text_of(f, c)).collect();
    let (fields, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    let count = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &count)
}

fn text_of(field: &FieldRef, array: &ArrayRef) -> (FieldRef, ArrayRef) {
    let new: ArrayRef = match field.data_type() {
        DataType::Binary => match StringArray::try_from_binary(array.as_binary().clone()) {
            Ok(texts) => Arc::new(texts),
            Err(_) => return (Arc::clone(field), Arc::clone(array)),
        },
        DataType::Struct(fields) => {
            let array = array.as_struct();
            let (fields, arrays): (Vec<_>, Vec<_>) =
                fields.iter().zip(array.columns()).map(|(field, array)| text_of(field, array)).unzip();
            Arc::new(StructArray::new(fields.into(), arrays, array.nulls().cloned()))
        }
        DataType::List(item) => {
            let array = array.as_list::<i32>();
            let (item, values) = text_of(item, array.values());
            Arc::new(ListArray::new(item, array.offsets().clone(), values, array.nulls().cloned()))
        }
        DataType::Map(entries, is_sorted) => {
            let array = array.as_map();
            let (entries, values) = text_of(entries, &(Arc::new(array.entries().clone()) as ArrayRef));
            let values = values.as_struct().clone();
            Arc::new(MapArray::new(entries, array.offsets().clone(), values, array.nulls().cloned(), *is_sorted))
        }
        _ => return (Arc::clone(field), Arc::clone(array)),
    };
    (Arc::new(field.as_ref().clone().with_data_type(new.data_type().clone())), new)
}

#[cfg(test)]
mod tests {
    use arrow::array::{BinaryArray, MapBuilder, StringBuilder};

    use super::*;

    #[test]
    fn bytes_are_texts_where_all_of_a_column_are() {
        let texts = || Arc::new(BinaryArray::from_opt_vec(vec![Some(b"one"), None])) as ArrayRef;
        let bytes = Arc::new(BinaryArray::from_opt_vec(vec![Some(b"one"), Some(b"\xff")])) as ArrayRef;
        let item = |name: &str| Arc::new(arrow::datatypes::Field::new(name, DataType::Binary, true));
        let inside = Arc::new(StructArray::from(vec![(item("d"), texts())])) as ArrayRef;
        let offsets = arrow::buffer::OffsetBuffer::from_lengths([1, 1]);
        let list = Arc::new(ListArray::new(item("item"), offsets, texts(), None)) as ArrayRef;
        let mut map = MapBuilder::new(None, StringBuilder::new(), arrow::array::BinaryBuilder::new());
        map.keys().append_value("k");
        map.values().append_value(b"two");
        map.append(true).unwrap();
        map.append(false).unwrap();
        let map = Arc::new(map.finish()) as ArrayRef;
        let columns = [("a", texts()), ("b", bytes), ("c", inside), ("e", list), ("f", map)];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let told = String::from_utf8(lines(&batch).unwrap()).unwrap();
        let expected = [
            r#"{"a":"one","b":"6f6e65","c":{"d":"one"},"e":["one"],"f":{"k":"two"}}"#,
            r#"{"b":"ff","c":{},"e":[null]}"#,
        ];
        assert_eq!(told.lines().collect::<Vec<_>>(), expected);
    }
}
