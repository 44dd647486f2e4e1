//! Ingest as a whole, with a source of its own.

mod any_order;
mod detected;
mod joined;
mod mishaps;
mod refused;

use std::fs;
use std::io::Write;
use std::path::Path;

use polars::prelude::*;
use serde_json::json;

use super::fake::{Done, Place, assert_same, content, counts, frame, lines, record, sorted};
use super::*;
use crate::error::Error;
use crate::event::{EVENT_ID, EVENTS, FILE_ID};
use crate::lake::{FILES, Lake, REJECTS, Rows, TABLES};

#[test]
fn every_record_ends_in_one_place_and_a_second_run_adds_nothing() {
    let place = Place::new();
    place.write("a.json", lines(0..10));
    place
        .write("b/b.json", format!("{}\nnot json\n{{\"skip\":1}}\n{{\"wrap\":{{\"inner\":[]}}}}\n", record(3, 20_003)));
    place.write("c.json", "");
    let first = place.ingest();
    assert_eq!(first.totals, counts(14, 10, 1, 2, 1));
    let paths: Vec<&str> = first.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["in/a.json", "in/b/b.json", "in/c.json"]);
    assert_eq!(first.files[1].filtered_rules().as_deref(), Some("empty_envelope=1, skipped=1"));
    let lake = content(&place.lake());
    assert_eq!(lake.iter().map(DataFrame::height).collect::<Vec<_>>(), [10, 9, 1, 3, 1, 0]);

    let second = place.ingest();
    assert!(second.files.iter().all(|f| f.unchanged));
    assert_eq!(second.totals, Counts::default());
    assert_same(&lake, &content(&place.lake()));
}

#[test]
fn a_grown_file_adds_only_its_new_lines() {
    let place = Place::new();
    place.write("a.json", lines(0..5) + "oops\n" + "{\"id\":77,\"t\"");
    assert_eq!(place.ingest().totals, counts(7, 5, 0, 0, 2));
    place.write("a.json", lines(0..5) + "oops\n" + "{\"id\":77,\"t\":20000}\n" + &lines(5..8));
    let grown = place.ingest();
    assert_eq!(grown.totals, counts(10, 4, 6, 0, 0));
    assert_eq!(frame(&place.lake(), &EVENTS).height(), 9);
    assert_eq!(frame(&place.lake(), &REJECTS).height(), 2);
    assert_eq!(frame(&place.lake(), &FILES).height(), 2);
}

#[test]
fn the_same_content_under_two_paths_is_kept_once_and_under_the_first() {
    let place = Place::new();
    place.write("b.json", lines(0..5));
    place.write("a.json", lines(0..5));
    let summary = place.ingest();
    assert_eq!(summary.files[0].counts, counts(5, 5, 0, 0, 0));
    assert_eq!(summary.files[1].counts, counts(5, 0, 5, 0, 0));
    assert_eq!(summary.files[1].first_event_time, summary.files[0].first_event_time);
    place.write("0.json", lines(3..6));
    assert_eq!(place.ingest().totals, counts(3, 1, 2, 0, 0));
}

#[test]
fn a_file_rewritten_in_place_is_read_again_and_a_touched_one_is_not() {
    let place = Place::new();
    place.write("a.json", lines(0..3));
    place.ingest();
    let file = fs::File::options().append(true).open(place.path("in/a.json")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(5)).unwrap();
    assert!(place.ingest().files[0].unchanged);
    place.write("a.json", lines(3..6));
    assert_eq!(place.ingest().totals, counts(3, 3, 0, 0, 0));
}

/// More than one block, wave, chunk and partition, with duplicates across files and a large file among small ones.
fn many_files(place: &Place, long_records: i64) {
    for number in 0..30 {
        place.write(&format!("d{}/{number}.json", number % 3), lines(number * 40..number * 40 + 60));
    }
    let filler = "x".repeat(2000);
    let long = |id: i64| json!({ "id": id, "t": 20_000, "changes": 1, "filler": filler }).to_string() + "\n";
    place.write("d1/large.json", (1000..1000 + long_records).map(long).collect::<String>() + "oops\n");
}

#[test]
fn threads_and_argument_order_change_nothing() {
    let place = Place::new();
    many_files(&place, 7000);
    let orders: [(usize, &[&str]); 3] = [
        (1, &["in"]),
        (4, &["in/d2", "in/d1/*.json", "in/d0", "in/**/1*.json"]),
        (2, &["in/d1/large.json", "in/d0", "in/d2/*", "in/d1"]),
    ];
    let mut contents = Vec::new();
    for (number, (threads, patterns)) in orders.into_iter().enumerate() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let lake = place.path(&format!("lake{number}"));
        let summary = pool.install(|| place.ingest_as(patterns, &lake)).unwrap();
        assert_eq!(summary.totals.rejected, 1);
        assert!(summary.totals.duplicate > 500, "{:?}", summary.totals);
        contents.push(content(&lake));
    }
    assert_same(&contents[0], &contents[1]);
    assert_same(&contents[0], &contents[2]);
}

/// So tight that every limit is hit.
const TIGHT: Limits = Limits {
    small: 3000,
    group: 8000,
    wave: 2,
    wave_bytes: 10_000,
    pending: 100_000,
    piece: 6000,
    rejects: 10,
    batch: 20_000,
    batch_files: 7,
};

#[test]
fn limits_shape_files_and_never_content() {
    let place = Place::new();
    many_files(&place, 100);
    // Small on disk, large within: has to be streamed in the midst of its group.
    let long = (0..500).map(|id| record(20_000 + id, 20_001) + "\n").collect::<String>();
    place.write("d0/11a.json", zstd::encode_all(long.as_bytes(), 19).unwrap());
    let (normal, tight) = (place.path("normal"), place.path("tight"));
    place.ingest_as(&["in"], &normal).unwrap();
    place.ingest_within(&["in"], &tight, TIGHT).unwrap();
    let batches = frame(&tight, &FILES).column("batch_id").unwrap().n_unique().unwrap();
    assert!(batches > 3, "{batches}");
    assert!(Lake::open(&tight).unwrap().live_files(&EVENTS).unwrap().len() > 40);
    let [mut normal, mut tight] = [content(&normal), content(&tight)];
    for lake in [&mut normal, &mut tight] {
        lake[3].drop_in_place("batch_id").unwrap();
    }
    assert_same(&normal, &tight);
}

#[test]
fn bad_input_is_rejected_at_its_place() {
    let place = Place::new();
    let good = record(1, 20_000);
    place.write("latin1.json", [good.as_bytes(), b"\n{\"id\":2,\"t\":1,\"n\":\"M\xfcller\"}\n"].concat());
    place.write("cut.json", format!("{}\n{{\"id\":3,\"t\":20", record(2, 20_000)));
    place.write("table.csv", "id,t\n1,2\n");
    place.write("noise.bin", [0u8, 159, 146, 150, 10, 0, 7]);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(record(3, 20_000).as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    place.write("broken.gz", &gz[..gz.len() - 4]);
    place.write("time.json", "{\"id\":4,\"t\":99999999}\n");
    let summary = place.ingest();
    let places = |summary: &Done| -> Vec<(String, u64, u64)> {
        summary.files.iter().map(|f| (f.path.clone(), f.counts.accepted, f.counts.rejected)).collect()
    };
    let expected = [
        ("broken.gz", 0, 1),
        ("cut.json", 1, 1),
        ("latin1.json", 1, 1),
        ("noise.bin", 0, 1),
        ("table.csv", 0, 1),
        ("time.json", 0, 1),
    ];
    let expected: Vec<_> = expected.map(|(p, a, r)| (format!("in/{p}"), a, r)).into();
    assert_eq!(places(&summary), expected);
    let rejects = sorted(&place.lake(), &REJECTS, &["path"]);
    let reasons: Vec<&str> = rejects.column("reason").unwrap().str().unwrap().iter().flatten().collect();
    for (reason, part) in reasons.iter().zip([
        "gzip stream is damaged",
        "ends inside this line",
        "invalid UTF-8 at byte 20",
        "binary",
        "CSV",
        "years 1 to 9999",
    ]) {
        assert!(reason.contains(part), "{reason} / {part}");
    }
    let lines: Vec<i64> = rejects.column("line").unwrap().i64().unwrap().iter().flatten().collect();
    assert_eq!(lines, [1, 2, 2, 1, 1, 1]);
    assert_eq!(place.ingest().totals, Counts::default());
}

#[test]
fn secrets_are_masked_and_the_digest_is_of_the_original() {
    let place = Place::new();
    let secret = "{\"id\":1,\"t\":20000,\"password\":\"hunter2\"}";
    place.write("a.json", format!("{secret}\n{{\"id\":2,\"password\":\"hunter2\"}}\n{}\n", record(3, 20_000)));
    place.ingest();
    let events = sorted(&place.lake(), &EVENTS, &["line"]);
    let raws: Vec<&str> = events.column("raw").unwrap().str().unwrap().iter().flatten().collect();
    assert_eq!(raws, ["{\"id\":1,\"t\":20000,\"password\":\"[MASKED]\"}", &record(3, 20_000)]);
    let digests: Vec<Option<&str>> = events.column("raw_sha256").unwrap().str().unwrap().iter().collect();
    use sha2::Digest;
    assert_eq!(digests, [Some(block::hex(&sha2::Sha256::digest(secret)).as_str()), None]);
    let rejects = frame(&place.lake(), &REJECTS);
    assert_eq!(rejects.column("raw").unwrap().str().unwrap().get(0), Some("{\"id\":2,\"password\":\"[MASKED]\"}"));
}

#[test]
fn places_lead_back_to_the_bytes() {
    let place = Place::new();
    let text =
        format!("[{}, {{\"wrap\":{{\"inner\":[{}, {}]}}}}]", record(1, 20_000), record(2, 20_000), record(4, 20_001));
    place.write("a.json", &text);
    place.ingest();
    let events = sorted(&place.lake(), &EVENTS, &["byte_offset"]);
    let whole = |name: &str| -> Vec<usize> {
        events.column(name).unwrap().i64().unwrap().iter().flatten().map(|v| usize::try_from(v).unwrap()).collect()
    };
    let raws: Vec<&str> = events.column("raw").unwrap().str().unwrap().iter().flatten().collect();
    for ((offset, length), raw) in whole("byte_offset").into_iter().zip(whole("byte_length")).zip(raws) {
        assert_eq!(&text[offset..offset + length], raw);
    }
    assert_eq!(whole("line"), [1, 2, 2]);
    let files = frame(&place.lake(), &FILES);
    assert_eq!(
        files.column("file_id").unwrap().str().unwrap().get(0),
        events.column("file_id").unwrap().str().unwrap().get(0)
    );
}

#[test]
fn markers_loops_and_the_lake_itself_are_left_out_by_name() {
    let place = Place::new();
    place.write("a.json", lines(0..2));
    place.write("_SUCCESS", "");
    place.write("a.json.crc", "x");
    place.write(".hidden.json", lines(2..3));
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.path("in"), place.path("in/loop")).unwrap();
    let lake = place.path("in/lake");
    place.ingest_as(&["in"], &lake).unwrap();
    let summary = place.ingest_as(&["in"], &lake).unwrap();
    assert_eq!(summary.files.len(), 2);
    let rules: Vec<(&str, &str)> = summary.skipped.iter().map(|s| (s.path.as_str(), s.rule)).collect();
    assert!(rules.contains(&("in/_SUCCESS", "not_a_log")) && rules.contains(&("in/lake", "lake")), "{rules:?}");
    assert!(rules.contains(&("in/a.json.crc", "not_a_log")), "{rules:?}");
    #[cfg(unix)]
    assert!(rules.contains(&("in/loop", "symlink_loop")), "{rules:?}");
    assert!(place.ingest_as(&[""], &lake).is_err_and(|error| error.to_string().contains("empty path")));
}

#[test]
fn empty_tables_read_back_with_the_schema_they_declare() {
    let place = Place::new();
    place.write("a.json", "");
    place.ingest();
    let writer = Writer::open_or_create(&place.lake()).unwrap();
    for table in TABLES {
        let staged = writer.stage(table, None, None, std::iter::once(Rows::new(table).finish())).unwrap();
        let path = PlRefPath::try_from_path(staged.path()).unwrap();
        let mut scan = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).unwrap();
        assert_eq!(*scan.collect_schema().unwrap(), table.polars_schema(), "{}", table.name);
    }
}

#[test]
fn cells_out_of_place_are_a_bug_that_is_found() {
    let mut rows = Rows::new(&REJECTS);
    rows.text(FILE_ID, "f");
    rows.text(EVENT_ID, "e");
    assert!(matches!(rows.finish(), Err(Error::Bug(text)) if text.contains("event_id")));
    let mut rows = Rows::new(&REJECTS);
    rows.text(FILE_ID, "f");
    assert!(matches!(rows.finish(), Err(Error::Bug(_))));
}
