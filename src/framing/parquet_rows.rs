//! Rows of a Parquet file as JSON objects: nested columns as objects and lists, maps as objects, instants as RFC 3339 in UTC.

use std::fs::File;
use std::io;

use arrow::json::LineDelimitedWriter;
use arrow::record_batch::RecordBatchReader as _;
use memchr::memchr_iter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
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
    let builder = ParquetRecordBatchReaderBuilder::try_new(input);
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

fn lines(batch: &arrow::array::RecordBatch) -> Result<Vec<u8>, String> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    let written = writer.write(batch).and_then(|()| writer.finish());
    written.map_err(|e| format!("rows of the Parquet file cannot be shown as JSON: {e}"))?;
    Ok(writer.into_inner())
}
