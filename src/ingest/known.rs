//! What the lake has already: files, events, rejects.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use arrow::array::Array;

use super::block::{Reject, hex};
use super::inputs::FoundFile;
use crate::error::{Error, Result};
use crate::event::{BYTE_OFFSET, EVENT_ID, FILE_ID, LINE};
use crate::lake::{self, FILES, REJECTS, Writer, instants, read_columns, texts, wholes};

/// A file as it was ingested.
#[derive(Debug, Clone)]
pub(super) struct KnownFile {
    pub(super) file_id: String,
    pub(super) sha256: String,
    pub(super) source: Option<String>,
    byte_count: i64,
    modified_at: Option<i64>,
}

/// The files in table `files`, by path.
#[derive(Debug, Default)]
pub(super) struct KnownFiles(HashMap<String, Vec<KnownFile>>);

impl KnownFiles {
    pub(super) fn load(writer: &Writer) -> Result<Self> {
        let columns = [FILE_ID, lake::PATH, lake::SHA256, lake::BYTE_COUNT, lake::SOURCE, lake::MODIFIED_AT];
        let mut known = Self::default();
        for path in writer.live_files(&FILES)? {
            for batch in read_columns(&path, &columns)? {
                let (ids, paths) = (texts(&batch, FILE_ID)?, texts(&batch, lake::PATH)?);
                let (digests, sources) = (texts(&batch, lake::SHA256)?, texts(&batch, lake::SOURCE)?);
                let (sizes, times) = (wholes(&batch, lake::BYTE_COUNT)?, instants(&batch, lake::MODIFIED_AT)?);
                for row in 0..batch.num_rows() {
                    known.0.entry(paths.value(row).to_owned()).or_default().push(KnownFile {
                        file_id: ids.value(row).to_owned(),
                        sha256: digests.value(row).to_owned(),
                        source: sources.is_valid(row).then(|| sources.value(row).to_owned()),
                        byte_count: sizes.value(row),
                        modified_at: times.is_valid(row).then(|| times.value(row)),
                    });
                }
            }
        }
        Ok(known)
    }

    pub(super) fn has_path(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The row of a file of this content, if it was read with the source now asked for.
    pub(super) fn same_content(&self, file: &FoundFile, sha256: &str) -> Option<&KnownFile> {
        self.suitable(file).find(|known| known.sha256 == sha256)
    }

    /// The row of a file that, by size and time of modification, has not been touched since.
    pub(super) fn untouched(&self, file: &FoundFile) -> Option<&KnownFile> {
        let modified_at = file.modified_at?;
        self.suitable(file).find(|known| {
            known.modified_at == Some(modified_at) && u64::try_from(known.byte_count) == Ok(file.byte_count)
        })
    }

    fn suitable(&self, file: &FoundFile) -> impl Iterator<Item = &KnownFile> {
        let rows = self.0.get(&file.stored).into_iter().flatten();
        rows.filter(move |known| match file.source {
            None => true,
            Some(asked) => known.source.as_deref() == Some(asked.id()) || known.file_id == file_id(file, &known.sha256),
        })
    }
}

// A file forced to a source is another reading of it than the one that was found out, and needs an id of its own.
pub(super) fn file_id(file: &FoundFile, sha256: &str) -> String {
    let forced = file.source.map(|s| s.id().as_bytes());
    let parts = [Some(file.stored.as_bytes()), Some(sha256.as_bytes()), forced];
    let parts = if forced.is_some() { &parts[..] } else { &parts[..2] };
    hex(&crate::event::identity("file", parts))
}

type Identities = HashSet<[u8; 16], BuildHasherDefault<FirstBytes>>;

/// The events of the partitions touched so far, and the rejects.
#[derive(Debug, Default)]
pub(super) struct Known {
    events: BTreeMap<(&'static str, i32), Identities>,
    rejects: Option<Identities>,
}

impl Known {
    /// Whether the event is new; from now on it is known.
    pub(super) fn insert(
        &mut self,
        writer: &Writer,
        source: &'static str,
        day: i32,
        identity: [u8; 16],
    ) -> Result<bool> {
        if let Some(known) = self.events.get_mut(&(source, day)) {
            return Ok(known.insert(identity));
        }
        let mut known = committed_events(writer, source, day)?;
        let is_new = known.insert(identity);
        self.events.insert((source, day), known);
        Ok(is_new)
    }

    /// Whether the reject is new in a file that was ingested before; from now on it is known.
    pub(super) fn insert_reject(&mut self, writer: &Writer, path: &str, reject: &Reject) -> Result<bool> {
        let mut known = match self.rejects.take() {
            Some(known) => known,
            None => committed_rejects(writer)?,
        };
        let is_new = known.insert(reject_key(path, reject.line, reject.byte_offset, &reject.raw));
        self.rejects = Some(known);
        Ok(is_new)
    }

    /// Forgets all: a committed batch is in the lake, and its partitions may not be touched again.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn committed_events(writer: &Writer, source: &str, day: i32) -> Result<Identities> {
    let mut known = Identities::default();
    for path in writer.events_of(source, &date(day)?) {
        for batch in read_columns(path, &[EVENT_ID])? {
            for id in texts(&batch, EVENT_ID)?.iter().flatten() {
                let identity = u128::from_str_radix(id, 16)
                    .map_err(|e| Error::Lake { path: path.clone(), message: format!("event id `{id}`: {e}") })?;
                known.insert(identity.to_be_bytes());
            }
        }
    }
    Ok(known)
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
    date.map(|d| d.to_string()).ok_or_else(|| Error::Bug(format!("day {day} is not in the calendar")))
}

/// Identities are digests: their first bytes are as good a hash as any.
#[derive(Debug, Default)]
struct FirstBytes(u64);

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
