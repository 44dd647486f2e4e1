//! Packing: the records in the files, formats and repetitions in which the sources deliver them.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use serde::Serialize;

use super::calendar::{Instant, Scope, at, date_text, instant_text};
use super::databricks::Row;
use super::dice::Dice;
use super::okta::LogEvent;
use super::story::Records;
use super::truth::CountRow;
use super::{Plan, SimulateError, write_file};

/// Days of Okta that come by the stream and by nothing else.
const STREAMED: (u32, u32) = (18, 20);
/// The day whose events come by hooks as well.
const HOOKED_DAY: u32 = 9;
/// The day whose first hours come by an API page as well.
const PAGED_DAY: u32 = 10;
const PAGED_HOURS: u32 = 4;
/// The day that Databricks delivers uncompressed.
const PLAIN_DAY: u32 = 3;
/// The account day that a second delivery configuration delivers as well.
const SECOND_DELIVERY_DAY: u32 = 9;
/// The production day that is delivered twice, byte for byte.
const REPEATED_DAY: u32 = 14;

/// Writes all records, and returns what an ingest of every file must count, source by source.
pub(super) fn write(plan: &Plan, records: Records, out: &Path) -> Result<Vec<CountRow>, SimulateError> {
    let mut dice = Dice::new(plan.seed, "delivery");
    let mut databricks = Shelf::new("databricks", out);
    for day in 0..plan.days {
        deliver_databricks(&mut databricks, &records.databricks, day, &mut dice)?;
    }
    let mut okta = Shelf::new("okta", out);
    deliver_okta(&mut okta, plan, &records.okta, &mut dice)?;
    Ok(vec![databricks.count, okta.count])
}

/// The files of one source.
struct Shelf {
    folder: PathBuf,
    count: CountRow,
}

impl Shelf {
    fn new(source: &'static str, out: &Path) -> Self {
        let count = CountRow { source, files: 0, records: 0, accepted: 0, duplicate: 0 };
        Self { folder: out.join(source), count }
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
        Ok(Self { bytes, records: records.iter().map(|_| 1).sum() })
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

fn deliver_databricks(shelf: &mut Shelf, rows: &[Row], day: u32, dice: &mut Dice) -> Result<(), SimulateError> {
    let of_day = during(rows, Row::time, at(day, 0, 0), at(day + 1, 0, 0));
    for scope in Scope::ALL {
        let folder = format!("workspaceId={}/date={}", scope.workspace_id(), date_text(at(day, 0, 0)));
        let mut name = |suffix: &str| format!("{folder}/auditlogs_{}.json{suffix}", dice.hex(16));
        let lines = || Packed::lines(of_day.iter().filter(|row| row.scope() == scope));
        if day == PLAIN_DAY {
            shelf.put(&name(""), &lines()?)?;
            continue;
        }
        let file = lines()?.gzip()?;
        shelf.put(&name(".gz"), &file)?;
        match (scope, day) {
            (Scope::Account, SECOND_DELIVERY_DAY) => {
                shelf.repeat(&format!("second-delivery/{}", name("")), &lines()?)?;
            }
            (Scope::Production, REPEATED_DAY) => shelf.repeat(&name(".gz"), &file)?,
            _ => {}
        }
    }
    Ok(())
}

fn deliver_okta(shelf: &mut Shelf, plan: &Plan, log: &[LogEvent], dice: &mut Dice) -> Result<(), SimulateError> {
    let days = |from, to| during(log, LogEvent::time, at(from, 0, 0), at(to, 0, 0));
    let (streamed_from, streamed_to) = STREAMED;
    for (from, to) in weeks(plan.days) {
        let name = format!("system-log/{}.json.gz", span(from, to));
        shelf.put(&name, &Packed::lines(days(from, to))?.gzip()?)?;
    }
    let streamed = days(streamed_from, streamed_to).iter().map(|event| Streamed::new(event, dice));
    let name = format!("eventbridge/{}.json.gz", span(streamed_from, streamed_to));
    shelf.put(&name, &Packed::lines(streamed)?.gzip()?)?;

    let hooked = days(HOOKED_DAY, HOOKED_DAY + 1).iter().filter(|event| event.is_hooked());
    let hooked = Packed::lines(hooked.map(|event| Hooked::new(event, dice)))?;
    shelf.repeat(&format!("hooks/{}.json", date_text(at(HOOKED_DAY, 0, 0))), &hooked)?;
    let paged = during(log, LogEvent::time, at(PAGED_DAY, 0, 0), at(PAGED_DAY, PAGED_HOURS, 0));
    shelf.repeat(&format!("pages/{}-page-1.json", date_text(at(PAGED_DAY, 0, 0))), &Packed::array(paged)?)
}

/// Periods of at most seven days that leave out the streamed ones.
fn weeks(days: u32) -> Vec<(u32, u32)> {
    let (streamed_from, streamed_to) = STREAMED;
    let split = |(from, to): (u32, u32)| (from..to).step_by(7).map(move |day| (day, to.min(day + 7)));
    split((0, streamed_from)).chain(split((streamed_to, days))).collect()
}

fn span(from: u32, to: u32) -> String {
    format!("{}_{}", date_text(at(from, 0, 0)), date_text(at(to - 1, 0, 0)))
}

/// An event as the log stream to EventBridge delivers it.
#[derive(Serialize)]
struct Streamed<'a> {
    version: &'static str,
    id: String,
    #[serde(rename = "detail-type")]
    detail_type: &'static str,
    source: &'static str,
    account: &'static str,
    time: String,
    region: &'static str,
    resources: [&'static str; 0],
    detail: &'a LogEvent,
}

impl<'a> Streamed<'a> {
    fn new(detail: &'a LogEvent, dice: &mut Dice) -> Self {
        Self {
            version: "0",
            id: dice.uuid(),
            detail_type: "SystemLog",
            source: "aws.partner/okta.com/example/audit",
            account: "000000000000",
            time: detail.time().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            region: "eu-central-1",
            resources: [],
            detail,
        }
    }
}

/// An event as an event hook delivers it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hooked<'a> {
    event_type: &'static str,
    event_type_version: &'static str,
    cloud_events_version: &'static str,
    source: &'static str,
    event_id: String,
    event_time: String,
    content_type: &'static str,
    data: HookedData<'a>,
}

#[derive(Serialize)]
struct HookedData<'a> {
    events: [&'a LogEvent; 1],
}

impl<'a> Hooked<'a> {
    fn new(event: &'a LogEvent, dice: &mut Dice) -> Self {
        Self {
            event_type: "com.okta.event_hook",
            event_type_version: "1.0",
            cloud_events_version: "0.1",
            source: "https://example.okta.com/api/v1/eventHooks/whoExample0000000001",
            event_id: dice.uuid(),
            event_time: instant_text(event.time()),
            content_type: "application/json",
            data: HookedData { events: [event] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_cover_every_day_but_the_streamed_ones() {
        for days in [Plan::FEWEST_DAYS, 31, Plan::MOST_DAYS] {
            let covered: Vec<u32> = weeks(days).into_iter().flat_map(|(from, to)| from..to).collect();
            let wanted: Vec<u32> = (0..days).filter(|day| !(STREAMED.0..STREAMED.1).contains(day)).collect();
            assert_eq!(covered, wanted);
            assert!(weeks(days).iter().all(|(from, to)| to - from <= 7));
        }
    }

    #[test]
    fn the_gzip_header_holds_no_time() {
        let packed = Packed::lines(["a"]).unwrap().gzip().unwrap();
        assert_eq!(packed.bytes[4..8], [0; 4]);
    }
}
