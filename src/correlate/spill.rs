//! Changes on disk, by part: numbers, and the texts that are a change's own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::acts::{Acts, Own, Row, Said};
use super::cases::Place;
use crate::error::{Error, Result};

/// Bytes that are gathered for a part before they are written.
const BUFFER: usize = 1 << 17;

/// Bytes of the numbers of a change: its instant, six numbers, and the lengths of its texts.
const HEAD: usize = 8 + 5 * 4 + 3 * 4;

/// Stands for the length of a text that is not there.
const ABSENT: u32 = u32::MAX;

/// Changes on disk.
pub(super) struct Spill {
    folder: PathBuf,
    writers: Vec<BufWriter<File>>,
    /// Changes of each part.
    counts: Vec<usize>,
}

impl Spill {
    /// An empty one, in a folder of its own.
    ///
    /// # Errors
    /// The folder or a file cannot be made.
    pub(super) fn new(out: &Path, part_count: usize) -> Result<Self> {
        let folder = out.join(".parts");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|e| Error::io("clear", &folder, e))?;
        }
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let mut spill = Self { folder, writers: Vec::new(), counts: vec![0; part_count] };
        for number in 0..part_count {
            let path = spill.path(number);
            let file = File::create(&path).map_err(|e| Error::io("create", &path, e))?;
            spill.writers.push(BufWriter::with_capacity(BUFFER, file));
        }
        Ok(spill)
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(number.to_string())
    }

    /// Adds a change to a part.
    ///
    /// # Errors
    /// The part cannot be written.
    pub(super) fn put(&mut self, part: usize, row: &Row, place: Place, own: &[Option<&str>; 3]) -> Result<()> {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(&row.time.to_le_bytes());
        let length = |text: &Option<&str>| text.map_or(ABSENT, |t| u32::try_from(t.len()).unwrap_or(ABSENT - 1));
        let [id, native, request] = own.each_ref().map(length);
        let numbers = [row.subject, row.entitlement, row.manner, place.holder, place.thing, id, native, request];
        for (bytes, number) in head[8..].as_chunks_mut::<4>().0.iter_mut().zip(numbers) {
            *bytes = number.to_le_bytes();
        }
        self.counts[part] += 1;
        let writer = &mut self.writers[part];
        let texts = own.iter().flatten();
        let written = writer
            .write_all(&head)
            .and_then(|()| texts.into_iter().try_for_each(|text| writer.write_all(text.as_bytes())));
        written.map_err(|e| Error::io("write", self.path(part), e))
    }

    /// Adds a change to every part.
    ///
    /// # Errors
    /// A part cannot be written.
    pub(super) fn put_everywhere(&mut self, row: &Row, place: Place, own: &[Option<&str>; 3]) -> Result<()> {
        (0..self.counts.len()).try_for_each(|part| self.put(part, row, place, own))
    }

    /// Ends writing.
    ///
    /// # Errors
    /// A part cannot be written.
    pub(super) fn close(&mut self) -> Result<()> {
        let folder = self.folder.clone();
        let mut writers = std::mem::take(&mut self.writers).into_iter();
        writers.try_for_each(|mut writer| writer.flush()).map_err(|e| Error::io("write", &folder, e))
    }

    /// The changes of a part, in the order that [`Acts`] promises, with their keys.
    ///
    /// # Errors
    /// The part cannot be read.
    pub(super) fn part(&self, number: usize, said: &Arc<Said>) -> Result<(Acts, Vec<Place>)> {
        let path = self.path(number);
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let count = self.counts[number];
        let (mut rows, mut places) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut own = Own::with_capacity(count, bytes.len() - count * HEAD);
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let cut = || Error::Bug(format!("`{}` is cut off", path.display()));
            let (head, after) = rest.split_first_chunk::<HEAD>().ok_or_else(cut)?;
            let (time, numbers) = head.split_first_chunk::<8>().ok_or_else(cut)?;
            let mut numbers = numbers.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
            let mut number = || numbers.next().unwrap_or(0);
            let (subject, entitlement, manner) = (number(), number(), number());
            rows.push(Row { time: i64::from_le_bytes(*time), subject, entitlement, manner });
            places.push(Place { holder: number(), thing: number() });
            rest = after;
            let mut texts = [None; 3];
            for text in &mut texts {
                let length = number();
                if length != ABSENT {
                    let (here, after) = rest.split_at_checked(length as usize).ok_or_else(cut)?;
                    *text = Some(std::str::from_utf8(here).map_err(|_| cut())?);
                    rest = after;
                }
            }
            own.push(&texts);
        }
        drop(bytes);
        let (acts, order) = Acts::in_order(said.clone(), rows, own);
        let places = order.iter().map(|at| places[*at as usize]).collect();
        Ok((acts, places))
    }

    /// Removes everything.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub(super) fn remove(self) -> Result<()> {
        std::fs::remove_dir_all(&self.folder).map_err(|e| Error::io("remove", &self.folder, e))
    }
}
