//! What may not matter does not: the order of records, their division into files and runs, threads, strangers' events, the week,
//! and the ids.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use tickmark::simulate::{Plan, write};

use crate::support::{Place, Ran, Row, bare, command, parquet_rows};

/// The lines of each file of logs. Pages are one line.
type Logs = BTreeMap<String, Vec<String>>;

/// A small organisation: its logs, and what is found in them.
struct Baseline {
    place: Place,
    logs: Logs,
    verdicts: Vec<Vec<String>>,
}

static BASELINE: LazyLock<Baseline> = LazyLock::new(|| {
    let place = Place::new();
    write(&Plan::new(2, Plan::FEWEST_PEOPLE, Plan::FEWEST_DAYS).unwrap(), &place.path("")).unwrap();
    place.write("tickmark.toml", bare(&place.text("tickmark.toml")));
    place.run(&["run", "--config", "tickmark.toml"]).ends(0);
    let verdicts = verdicts(&place.path(""));
    assert!(verdicts.len() > 200, "{} verdicts", verdicts.len());
    let logs = logs(&place.path(""));
    Baseline { place, logs, verdicts }
});

fn logs(folder: &Path) -> Logs {
    let files = crate::support::listing(folder).into_iter();
    let of_source = files.filter(|(name, _)| name.starts_with("okta/") || name.starts_with("databricks/"));
    of_source
        .map(|(name, bytes)| {
            let mut text = String::new();
            match name.strip_suffix(".gz") {
                Some(_) => GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map(|_| ()).unwrap(),
                None => text = String::from_utf8(bytes).unwrap(),
            }
            (name, text.lines().map(str::to_owned).collect())
        })
        .collect()
}

/// A folder with these logs and the configuration of the baseline, changed where need be.
fn place_of(logs: &Logs, configured: impl Fn(String) -> String) -> Place {
    let place = Place::new();
    for (name, lines) in logs {
        put(&place, name, lines);
    }
    place.write("tickmark.toml", configured(BASELINE.place.text("tickmark.toml")));
    place
}

fn put(place: &Place, name: &str, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if !name.ends_with(".gz") {
        return place.write(name, text);
    }
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    place.write(name, encoder.finish().unwrap());
}

/// The same file under a name that another number begins.
fn numbered(name: &str, number: usize) -> String {
    let (folder, file) = name.rsplit_once('/').unwrap();
    format!("{folder}/{number:03}-{file}")
}

fn run(place: &Place) -> Vec<Vec<String>> {
    place.run(&["run", "--config", "tickmark.toml"]).ends(0);
    verdicts(&place.path(""))
}

/// Every item of vouching and tracing, in an order of its own.
fn verdicts(folder: &Path) -> Vec<Vec<String>> {
    const COLUMNS: [&str; 8] = [
        "verb",
        "subject_key",
        "entitlement_key",
        "scope",
        "verdict",
        "reason",
        "effect_request_id",
        "authority_native_id",
    ];
    let of_table = |name: &str| parquet_rows(&folder.join("evidence/data").join(name));
    // Of two who had one name in turn, the second one's key has an id behind a `#`.
    let name_alone = |cell: &str| cell.split('#').next().unwrap_or_default().to_owned();
    let picked = |row: &Row| COLUMNS.map(|column| name_alone(&row[column])).to_vec();
    let mut all: Vec<Vec<String>> = ["vouching.parquet", "tracing.parquet"]
        .iter()
        .flat_map(|name| of_table(name))
        .map(|row| picked(&row))
        .collect();
    all.sort();
    all
}

#[track_caller]
fn assert_unchanged(found: &[Vec<String>]) {
    let differing = |these: &[Vec<String>], those: &[Vec<String>]| -> Vec<String> {
        these.iter().filter(|row| !those.contains(row)).map(|row| format!("{row:?}")).collect()
    };
    let (gone, new) = (differing(&BASELINE.verdicts, found), differing(found, &BASELINE.verdicts));
    assert!(gone.is_empty() && new.is_empty(), "gone:\n{}\nnew:\n{}", gone.join("\n"), new.join("\n"));
    assert_eq!(BASELINE.verdicts.len(), found.len());
}

/// The same things in an order that has nothing to do with theirs.
fn shuffled<T: Clone>(things: &[T]) -> Vec<T> {
    let mut keyed: Vec<(u64, T)> = things
        .iter()
        .zip(1_u64..)
        .map(|(thing, at)| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23), thing.clone()))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, thing)| thing).collect()
}

#[test]
fn the_order_of_records_and_files_does_not_matter() {
    let mut logs = Logs::new();
    for (at, (name, lines)) in (0..).zip(BASELINE.logs.iter().rev()) {
        logs.insert(numbered(name, at), shuffled(lines));
    }
    assert_ne!(logs.values().next(), BASELINE.logs.values().next());
    assert_unchanged(&run(&place_of(&logs, |config| config)));
}

#[test]
fn neither_parts_nor_runs_nor_threads_matter() {
    let mut logs = Logs::new();
    for (name, lines) in &BASELINE.logs {
        for (at, part) in (0..).zip(lines.chunks(lines.len().div_ceil(3).max(1))) {
            logs.insert(numbered(name, at), part.to_vec());
        }
    }
    assert!(logs.len() > BASELINE.logs.len());
    let place = place_of(&Logs::new(), |config| config);
    // Every second part first, in a run of its own.
    for remainder in [1, 0] {
        for (_, (name, lines)) in (0..).zip(&logs).filter(|(at, _)| at % 2 == remainder) {
            put(&place, name, lines);
        }
        let mut child = command();
        child.current_dir(place.path("")).env("RAYON_NUM_THREADS", "1").env("POLARS_MAX_THREADS", "1");
        Ran::of(child.args(["run", "--config", "tickmark.toml"])).ends(0);
    }
    assert_unchanged(&verdicts(&place.path("")));
}

/// Strangers: another person in another group, whom the organisation's people never meet.
#[test]
fn strangers_events_do_not_matter() {
    let mut logs = BASELINE.logs.clone();
    let strangers = |lines: &[String]| -> Vec<String> {
        let wanted = |line: &&String| line.contains("samlLogin") || line.contains("user.authentication.sso");
        let seen = lines.iter().filter(wanted).take(3);
        seen.map(|line| renamed(line, "stranger").replace("example.com", "elsewhere.example.com")).collect()
    };
    let mut added = 0;
    for (name, lines) in &BASELINE.logs {
        let more = strangers(lines);
        added += more.len();
        logs.insert(name.clone(), [lines.clone(), more].concat());
    }
    assert!(added > 20, "{added} strangers' events");
    assert_unchanged(&run(&place_of(&logs, |config| config)));
}

#[test]
fn the_week_does_not_matter() {
    const WEEKS: TimeDelta = TimeDelta::weeks(9);
    let day = |text: &str| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap() + WEEKS;
        day.format("%Y-%m-%d").to_string()
    };
    let mut logs = Logs::new();
    for (name, lines) in &BASELINE.logs {
        let name = replaced(name, 10, &|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok().then(|| day(text)));
        logs.insert(name, lines.iter().map(|line| later(line, WEEKS)).collect());
    }
    let place = place_of(&logs, |config| {
        replaced(&config, 10, &|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok().then(|| day(text)))
    });
    assert_unchanged(&run(&place));
}

fn later(line: &str, by: TimeDelta) -> String {
    let is_time = |text: &str| {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some((time + by).to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    };
    let line = replaced(&replaced(line, 24, &is_time), 20, &is_time);
    let Some((head, rest)) = line.split_once("\"timestamp\":") else { return line };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
    let time: i64 = rest[..end].parse().unwrap();
    format!("{head}\"timestamp\":{}{}", time + by.num_milliseconds(), &rest[end..])
}

/// A text in which every stretch of that length is offered for replacement.
fn replaced(text: &str, length: usize, by: &dyn Fn(&str) -> Option<String>) -> String {
    let mut made = String::new();
    let mut at = 0;
    while at < text.len() {
        let stretch = text.get(at..at + length);
        if let Some(new) = stretch.and_then(by) {
            made.push_str(&new);
            at += length;
        } else {
            let next = text[at..].chars().next().unwrap();
            made.push(next);
            at += next.len_utf8();
        }
    }
    made
}

/// The same record with other ids: those of requests, people, groups, applications and sessions, each always the same.
fn renamed(line: &str, salt: &str) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap();
    rename(&mut value, salt);
    value.to_string()
}

fn rename(value: &mut Value, salt: &str) {
    match value {
        Value::String(text) => *text = new_id(text, salt),
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, salt)),
        Value::Object(fields) => fields.values_mut().for_each(|value| rename(value, salt)),
        _ => {}
    }
}

/// Another id of the same kind, if the text is one.
fn new_id(text: &str, salt: &str) -> String {
    let is_uuid = text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let is_okta = text.len() == 20 && ["00u", "00g", "0oa", "0ua", "AGr"].iter().any(|kind| text.starts_with(kind));
    let is_principal = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with("41500000");
    if !(is_uuid || is_okta || is_principal) {
        return text.to_owned();
    }
    let kept = if is_okta { 3 } else { 0 };
    let mut state =
        salt.bytes().chain(text.bytes()).fold(7_u64, |s, b| s.wrapping_mul(1_099_511_628_211) ^ u64::from(b));
    let mut draw = |from: &[u8]| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(from[usize::try_from((state >> 33) % from.len() as u64).unwrap()])
    };
    text.chars()
        .enumerate()
        .map(|(at, c)| match c {
            _ if at < kept => c,
            '-' => c,
            _ if is_uuid => draw(b"0123456789abcdef"),
            _ if is_principal => draw(b"123456789"),
            _ => draw(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        })
        .collect()
}

#[test]
fn ids_do_not_matter() {
    let renamed_line = |line: &String| renamed(line, "again");
    let logs: Logs =
        BASELINE.logs.iter().map(|(name, lines)| (name.clone(), lines.iter().map(renamed_line).collect())).collect();
    let found = run(&place_of(&logs, |config| config));
    let mut wanted = BASELINE.verdicts.clone();
    for row in &mut wanted {
        row.iter_mut().for_each(|cell| *cell = new_id(cell, "again"));
    }
    wanted.sort();
    let is_changed = wanted != BASELINE.verdicts;
    assert!(is_changed && wanted.len() == found.len());
    for (wanted, found) in wanted.iter().zip(&found) {
        assert_eq!(wanted, found);
    }
}
