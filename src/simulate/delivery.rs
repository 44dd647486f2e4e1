//! Packing: the records in the files, formats and repetitions in which the sources deliver them.

mod databricks;
mod entra;
mod okta;
mod ping;

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use serde::Serialize;

use super::calendar::{Instant, Scope, at, date_text};
use super::databricks::whole_second;
use super::dice::Dice;
use super::provider::Provider;
use super::story::Records;
use super::truth::CountRow;
use super::{Plan, SimulateError, write_file};

/// By which way Databricks' audit log comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// JSON lines in object storage, as delivered on AWS.
    #[default]
    Aws,
    /// Azure diagnostic records of each workspace. They tell nothing of the account: its rows come as an export of the
    /// system table beside them.
    Azure,
    /// Exports of `system.access.audit`, as JSON lines and as CSV.
    System,
}

impl Delivery {
    /// A moment as exactly as this delivery tells it.
    pub(super) fn clock(self, time: Instant, scope: Scope) -> Instant {
        if self == Self::Azure && scope != Scope::Account { whole_second(time) } else { time }
    }

    /// Whom the command line calls by this word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::System => "system",
        }
    }
}

/// Writes all records, and returns what an ingest of every file must count, source by source.
pub(super) fn write(plan: &Plan, records: &Records, out: &Path) -> Result<Vec<CountRow>, SimulateError> {
    let mut dice = Dice::new(plan.seed, "delivery");
    let mut shelf = Shelf::new("databricks", "databricks", out);
    for day in 0..plan.days {
        databricks::deliver(&mut shelf, plan, &records.databricks, day, &mut dice)?;
    }
    let mut counts = vec![shelf.count];
    counts.extend(match plan.provider {
        Provider::Okta => okta::deliver(plan, &records.provider, out, &mut dice)?,
        Provider::Entra => entra::deliver(plan, &records.provider, out)?,
        Provider::Ping => ping::deliver(plan, &records.provider, out)?,
    });
    Ok(counts)
}

/// The files of one source.
struct Shelf {
    folder: PathBuf,
    count: CountRow,
}

impl Shelf {
    fn new(source: &'static str, folder: &str, out: &Path) -> Self {
        let count = CountRow { source, files: 0, records: 0, accepted: 0, duplicate: 0 };
        Self { folder: out.join(folder), count }
    }

    /// Puts a file of records that no other file has.
    fn put(&mut self, name: &str, file: &Packed) -> Result<(), SimulateError> {
        self.count.accepted += file.records;
        self.store(name, file)
    }

    /// Puts a file of records that another file has, too.
    fn repeat(&mut self, name: &str, file: &Packed) -> Result<(), SimulateError> {
        self.count.duplicate += file.records;
        self.store(name, file)
    }

    fn store(&mut self, name: &str, file: &Packed) -> Result<(), SimulateError> {
        self.count.files += 1;
        self.count.records += file.records;
        write_file(&self.folder.join(name), &file.bytes)
    }
}

/// The bytes of a file, and how many records they hold.
struct Packed {
    bytes: Vec<u8>,
    records: u64,
}

impl Packed {
    /// One JSON document a line.
    fn lines<T: Serialize>(records: impl IntoIterator<Item = T>) -> Result<Self, SimulateError> {
        let mut file = Self { bytes: Vec::new(), records: 0 };
        for record in records {
            serde_json::to_writer(&mut file.bytes, &record).map_err(unformatted)?;
            file.bytes.push(b'\n');
            file.records += 1;
        }
        Ok(file)
    }

    /// One JSON array, as an API page holds it.
    fn array<T: Serialize>(records: &[T]) -> Result<Self, SimulateError> {
        let bytes = serde_json::to_vec(records).map_err(unformatted)?;
        Ok(Self { bytes, records: count(records) })
    }

    /// One JSON document that holds the records somewhere in it.
    fn page(page: &serde_json::Value, records: u64) -> Result<Self, SimulateError> {
        Ok(Self { bytes: serde_json::to_vec(page).map_err(unformatted)?, records })
    }

    /// The same records compressed. The header holds neither name nor time, so that the bytes never vary.
    fn gzip(self) -> Result<Self, SimulateError> {
        let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).map_err(unformatted)?;
        Ok(Self { bytes: encoder.finish().map_err(unformatted)?, ..self })
    }
}

fn unformatted(reason: impl std::fmt::Display) -> SimulateError {
    SimulateError::Format { path: PathBuf::from("records"), reason: reason.to_string() }
}

/// The part of a log, sorted by time, from one moment to another.
fn during<T>(log: &[T], time: impl Fn(&T) -> Instant, from: Instant, to: Instant) -> &[T] {
    let start = log.partition_point(|record| time(record) < from);
    let end = log.partition_point(|record| time(record) < to);
    log.get(start..end).unwrap_or_default()
}

/// Parts of at most seven days.
fn weeks(from: u32, to: u32) -> impl Iterator<Item = (u32, u32)> {
    (from..to).step_by(7).map(move |day| (day, to.min(day + 7)))
}

/// How many there are.
fn count<T>(records: &[T]) -> u64 {
    records.iter().map(|_| 1).sum()
}

fn span(from: u32, to: u32) -> String {
    format!("{}_{}", date_text(at(from, 0, 0)), date_text(at(to - 1, 0, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gzip_header_holds_no_time() {
        let packed = Packed::lines(["a"]).unwrap().gzip().unwrap();
        assert_eq!(packed.bytes[4..8], [0; 4]);
    }
}
