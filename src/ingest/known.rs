//! What the lake has already: files and rejects.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use arrow::array::Array;

use super::block::{Reject, hex};
use super::inputs::FoundFile;
use crate::error::Result;
use crate::event::{BYTE_OFFSET, FILE_ID, LINE};
use crate::lake::{self, FILES, REJECTS, Writer, instants, read_columns, texts, wholes};
use crate::source::SOURCES;

/// A file as it was ingested. There may be a million of them, so that texts are kept as digests.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownFile {
    path: [u8; 16],
    file_id: [u8; 16],
    sha256: [u8; 32],
    source: Option<u8>,
    byte_count: i64,
    modified_at: Option<i64>,
}

impl KnownFile {
    /// The id as table `files` has it.
    pub(super) fn file_id(&self) -> String {
        hex(&self.file_id)
    }
}

/// The files in table `files`, sorted by digest of their path.
#[derive(Debug, Default)]
pub(super) struct KnownFiles(Vec<KnownFile>);

impl KnownFiles {
    pub(super) fn load(writer: &Writer) -> Result<Self> {
        let columns = [FILE_ID, lake::PATH, lake::SHA256, lake::BYTE_COUNT, lake::SOURCE, lake::MODIFIED_AT];
        let mut known = Vec::new();
        for path in writer.live_files(&FILES)? {
            for batch in read_columns(&path, &columns)? {
                let (ids, paths) = (texts(&batch, FILE_ID)?, texts(&batch, lake::PATH)?);
                let (digests, sources) = (texts(&batch, lake::SHA256)?, texts(&batch, lake::SOURCE)?);
                let (sizes, times) = (wholes(&batch, lake::BYTE_COUNT)?, instants(&batch, lake::MODIFIED_AT)?);
                known.extend((0..batch.num_rows()).map(|row| KnownFile {
                    path: digest(paths.value(row)),
                    file_id: unhex(ids.value(row)).unwrap_or_default(),
                    sha256: unhex(digests.value(row)).unwrap_or_default(),
                    source: sources.is_valid(row).then(|| number_of(sources.value(row))).flatten(),
                    byte_count: sizes.value(row),
                    modified_at: times.is_valid(row).then(|| times.value(row)),
                }));
            }
        }
        known.sort_unstable_by_key(|file| file.path);
        Ok(Self(known))
    }

    pub(super) fn has_path(&self, path: &str) -> bool {
        !self.of(path).is_empty()
    }

    /// The row of a file of this content, if it was read in the way now asked for.
    pub(super) fn same_content(&self, file: &FoundFile, sha256: &str) -> Option<&KnownFile> {
        let content = unhex(sha256);
        self.suitable(file).find(|known| Some(known.sha256) == content)
    }

    /// The row of a file that, by size and time of modification, has not been touched since.
    pub(super) fn untouched(&self, file: &FoundFile) -> Option<&KnownFile> {
        let modified_at = file.modified_at?;
        self.suitable(file).find(|known| {
            known.modified_at == Some(modified_at) && u64::try_from(known.byte_count) == Ok(file.byte_count)
        })
    }

    fn of(&self, path: &str) -> &[KnownFile] {
        let path = digest(path);
        let start = self.0.partition_point(|known| known.path < path);
        let length = self.0[start..].iter().take_while(|known| known.path == path).count();
        &self.0[start..start + length]
    }

    fn suitable(&self, file: &FoundFile) -> impl Iterator<Item = &KnownFile> {
        self.of(&file.stored).iter().filter(move |known| known.was_read_as(file))
    }
}

impl KnownFile {
    // A source that is forced, or a zone that is declared, makes another reading of the same bytes.
    fn was_read_as(&self, file: &FoundFile) -> bool {
        let is_same = || self.file_id() == file_id(file, &hex(&self.sha256));
        match (file.source, file.zone) {
            (None, None) => true,
            (Some(asked), None) => self.source == number_of(asked.id()) && self.source.is_some() || is_same(),
            (_, Some(_)) => is_same(),
        }
    }
}

fn number_of(source: &str) -> Option<u8> {
    SOURCES.iter().position(|s| s.id() == source).and_then(|at| u8::try_from(at).ok())
}

fn digest(text: &str) -> [u8; 16] {
    crate::event::identity("text", &[Some(text.as_bytes())])
}

// A file forced to a source, or with a declared zone, is another reading of it and needs an id of its own.
pub(super) fn file_id(file: &FoundFile, sha256: &str) -> String {
    let forced = file.source.map(|s| s.id().as_bytes());
    let zone = file.zone.map(|z| z.name().as_bytes());
    let parts = [Some(file.stored.as_bytes()), Some(sha256.as_bytes()), forced, zone];
    let length = if zone.is_some() { 4 } else { 2 + usize::from(forced.is_some()) };
    hex(&crate::event::identity("file", &parts[..length]))
}

/// A set of digests.
pub(super) type Identities = HashSet<[u8; 16], BuildHasherDefault<FirstBytes>>;

/// The rejects of the lake, read when the first file comes up that was ingested before.
#[derive(Debug, Default)]
pub(super) struct KnownRejects(Option<Identities>);

impl KnownRejects {
    /// Whether a file that was ingested before had this reject already.
    pub(super) fn has(&mut self, writer: &Writer, path: &str, reject: &Reject) -> Result<bool> {
        let known = match self.0.take() {
            Some(known) => known,
            None => committed_rejects(writer)?,
        };
        Ok(self.0.insert(known).contains(&reject_key(path, reject.line, reject.byte_offset, &reject.raw)))
    }

    /// Forgets all: a committed batch has put more into the lake.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn committed_rejects(writer: &Writer) -> Result<Identities> {
    let mut known = Identities::default();
    for path in writer.live_files(&REJECTS)? {
        for batch in read_columns(&path, &[lake::PATH, LINE, BYTE_OFFSET, lake::REJECTED_RAW])? {
            let (paths, raws) = (texts(&batch, lake::PATH)?, texts(&batch, lake::REJECTED_RAW)?);
            let (lines, offsets) = (wholes(&batch, LINE)?, wholes(&batch, BYTE_OFFSET)?);
            for row in 0..batch.num_rows() {
                let (line, offset) = (lines.value(row).unsigned_abs(), offsets.value(row).unsigned_abs());
                known.insert(reject_key(paths.value(row), line, offset, raws.value(row)));
            }
        }
    }
    Ok(known)
}

fn reject_key(path: &str, line: u64, byte_offset: u64, raw: &str) -> [u8; 16] {
    let place = [line.to_le_bytes(), byte_offset.to_le_bytes()].concat();
    crate::event::identity("reject", &[Some(path.as_bytes()), Some(&place), Some(raw.as_bytes())])
}

/// The UTC day of an instant, in days since 1970.
pub(super) fn day_of(event_time: i64) -> i32 {
    const DAY: i64 = 86_400_000_000;
    i32::try_from(event_time.div_euclid(DAY)).unwrap_or(i32::MAX)
}

/// A day as it stands in paths.
pub(super) fn date(day: i32) -> Result<String> {
    let date = chrono::NaiveDate::from_epoch_days(day);
    date.map(|d| d.to_string()).ok_or_else(|| crate::error::Error::Bug(format!("day {day} is not in the calendar")))
}

/// The bytes that lower-case hexadecimal digits spell; `None` for any other text.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

const fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Identities are digests: their first bytes are as good a hash as any.
#[derive(Debug, Default)]
pub(super) struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut first = [0; 8];
        let length = bytes.len().min(8);
        first[..length].copy_from_slice(&bytes[..length]);
        self.0 = u64::from_le_bytes(first);
    }

    // The length that arrays write before their bytes tells nothing.
    fn write_usize(&mut self, _length: usize) {}
}
