//! Compaction of lakes that are written here, row by row.

use std::fs;

use arrow::array::RecordBatch;
use tempfile::TempDir;

use super::*;
use crate::change::{CHANGE_ID, CHANGES, STATEMENTS};
use crate::event::{EVENT_ID, EVENT_TIME, EVENTS, RAW};
use crate::lake::{BATCH_ID, DUPLICATES, FILES, PATH, REJECTS, Rows, batch_of, instants, parquet_file, texts};
use crate::schema::{Column, Kind};

const DAY: i64 = 86_400_000_000;

/// So tight that everything is merged through several runs.
const TIGHT: Limits = Limits { run: 3000, fan_in: 2, read: 1000, slice: 1 };

const PLAIN: Compaction<'static> =
    Compaction { source: None, keep_replaced: false, target_bytes: TARGET_BYTES, at_micros: 1 };

/// A lake in a folder of its own.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// Three batches on two days of two sources, with rows that interleave.
    fn with_lake() -> Self {
        let place = Self::new();
        for batch in 0..3 {
            place.batch(batch);
        }
        place
    }

    fn lake(&self) -> PathBuf {
        self.folder.path().join("lake")
    }

    fn copy(&self) -> Self {
        let copy = Self::new();
        copy_over(&self.lake(), &copy.lake(), |_| true);
        copy
    }

    fn batch(&self, batch: i64) {
        self.batch_of(batch, 1);
    }

    /// A batch whose events have texts of so many digests.
    fn batch_of(&self, batch: i64, digests: i64) {
        let mut writer = Writer::open_or_create(&self.lake()).unwrap();
        let batch_id = format!("{batch:032x}");
        let mut staged = Vec::new();
        for (source, day) in [("databricks", 0), ("databricks", 1), ("okta", 0)] {
            let partition = || Some((source, format!("1970-01-{:02}", day + 1)));
            let times = Some((day * DAY + batch, day * DAY + batch + 6));
            for table in [&EVENTS, &CHANGES, &STATEMENTS] {
                let rows = (0..11).map(|n| row(table, day * DAY + batch + 3 * (n / 4), n, digests));
                staged.push(writer.stage(table, partition(), times, rows).unwrap());
            }
        }
        let file = [(BATCH_ID, batch_id.as_str()), (PATH, &format!("in/{}.json", 9 - batch))];
        staged.push(writer.stage(&FILES, None, None, std::iter::once(Ok(filled(&FILES, 1, &file)))).unwrap());
        for table in [&REJECTS, &DUPLICATES] {
            staged.push(writer.stage(table, None, None, std::iter::once(Ok(filled(table, 1, &[])))).unwrap());
        }
        writer.commit(&batch_id, staged, 1).unwrap();
    }

    /// Every row of every table, sorted: what may not change.
    fn rows(&self) -> Vec<Vec<String>> {
        let lake = Lake::open(&self.lake()).unwrap();
        TABLES.map(|table| rows_of(&lake.live_files(table).unwrap(), table)).into()
    }

    /// What a reader finds that knows nothing of the logs.
    fn plain(&self) -> Vec<Vec<String>> {
        TABLES.map(|table| rows_of(&parquet_files(&self.lake().join(table.name)), table)).into()
    }

    fn files(&self, table: &Table) -> Vec<PathBuf> {
        Lake::open(&self.lake()).unwrap().live_files(table).unwrap()
    }

    fn compact(&self, compaction: &Compaction<'_>) -> Vec<Shrunk> {
        compact(&self.lake(), compaction).unwrap()
    }
}

/// One row; events of one instant and changes of one event come in the wrong order, whether as numbers or as texts.
fn row(table: &'static Table, time: i64, n: i64, digests: i64) -> Result<RecordBatch> {
    let event = format!("{:032x}", 99 - if table.name == EVENTS.name { n } else { n / 2 });
    let change = format!("{event}-{}", 10 - n % 2);
    Ok(filled(table, time, &[(EVENT_ID, event.as_str()), (CHANGE_ID, &change), (RAW, &noise(99 * time + n, digests))]))
}

/// Text that cannot be compressed to less than half.
fn noise(seed: i64, digests: i64) -> String {
    let digest = |n: i64| crate::event::identity("noise", &[Some(&seed.to_le_bytes()), Some(&n.to_le_bytes())]);
    (0..digests).map(|n| format!("{:032x}", u128::from_be_bytes(digest(n)))).collect()
}

/// A row with these texts, and something everywhere else.
fn filled(table: &'static Table, time: i64, cells: &[(Column, &str)]) -> RecordBatch {
    let mut rows = Rows::new(table);
    for column in table.columns {
        let text = cells.iter().find(|(named, _)| named.name == column.name).map_or("y", |(_, text)| *text);
        match column.kind {
            Kind::Text => rows.text(*column, text),
            Kind::Whole => rows.whole(*column, time % 7),
            Kind::Flag => rows.flag(*column, true),
            Kind::Instant => rows.instant(*column, time),
            Kind::Real | Kind::TextList => panic!("no such column is ingested"),
        }
    }
    rows.finish().unwrap()
}

fn rows_of(files: &[PathBuf], table: &Table) -> Vec<String> {
    let mut rows = Vec::new();
    for path in files {
        let place = path.parent().and_then(partition);
        for batch in parquet_file::batches(path, table, 1 << 20).unwrap() {
            let batch = batch.unwrap();
            rows.extend((0..batch.num_rows()).map(|row| format!("{place:?} {:?}", batch.slice(row, 1).columns())));
        }
    }
    rows.sort();
    rows
}

fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|e| e.unwrap().into_path());
    entries.filter(|path| path.extension().is_some_and(|end| end == "parquet")).collect()
}

fn copy_over(from: &Path, to: &Path, is_wanted: impl Fn(&str) -> bool) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(|e| e.unwrap()).filter(|e| e.file_type().is_file()) {
        let inside = entry.path().strip_prefix(from).unwrap();
        if is_wanted(inside.to_str().unwrap()) {
            fs::create_dir_all(to.join(inside).parent().unwrap()).unwrap();
            fs::copy(entry.path(), to.join(inside)).unwrap();
        }
    }
}

fn counts(shrunk: &[Shrunk]) -> Vec<(&str, u64, u64)> {
    shrunk.iter().map(|s| (s.table, s.files_before, s.files_after)).collect()
}

#[test]
fn small_files_become_one_for_each_partition_and_no_row_changes() {
    let place = Place::with_lake();
    let rows = place.rows();
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [99, 99, 99, 3, 3, 3]);
    let shrunk = place.compact(&PLAIN);
    let expected = [
        ("events", 9, 3),
        ("changes", 9, 3),
        ("statements", 9, 3),
        ("duplicates", 4, 1),
        ("rejects", 4, 1),
        ("files", 3, 1),
    ];
    assert_eq!(counts(&shrunk), expected);
    assert_eq!(place.rows(), rows);
    assert_eq!(place.plain(), rows, "what was replaced is gone");
    assert!(shrunk[0].bytes_after < shrunk[0].bytes_before, "{shrunk:?}");
    assert!(!place.lake().join("_staging").exists());
    for path in place.files(&EVENTS) {
        assert_eq!(batch_of(&path), None, "{}: counts without a batch", path.display());
    }

    let again = place.compact(&PLAIN);
    assert!(again.iter().all(|s| s.files_before == s.files_after), "{again:?}");
    place.batch(7);
    assert_eq!(counts(&place.compact(&PLAIN))[0], ("events", 6, 3));
    assert_eq!(place.rows()[0].len(), 132);
}

#[test]
fn the_commit_says_that_no_data_changed() {
    let place = Place::with_lake();
    let versions = || fs::read_dir(place.lake().join("events/_delta_log")).unwrap().count();
    let before = versions();
    place.compact(&PLAIN);
    assert_eq!(versions(), before + 1);
    let entry = place.lake().join(format!("events/_delta_log/{before:020}.json"));
    let text = fs::read_to_string(entry).unwrap();
    let actions: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let changes = |kind: &str| -> Vec<bool> {
        actions.iter().filter_map(|a| a.get(kind)).map(|a| a["dataChange"].as_bool().unwrap()).collect()
    };
    assert_eq!((changes("add"), changes("remove")), (vec![false; 3], vec![false; 9]));
    let statistics = actions.iter().find_map(|a| a.pointer("/add/stats")?.as_str()).unwrap();
    let statistics: serde_json::Value = serde_json::from_str(statistics).unwrap();
    assert_eq!(statistics["numRecords"], 33);
    assert_eq!(statistics["minValues"]["event_time"], "1970-01-01T00:00:00.000000Z");
    assert_eq!(statistics["maxValues"]["event_time"], "1970-01-01T00:00:00.000008Z");
}

/// What events and changes of a file are sorted by.
fn order(path: &Path, table: &Table) -> Vec<(i64, String, usize, String)> {
    let mut order = Vec::new();
    for batch in parquet_file::batches(path, table, 1 << 20).unwrap() {
        let batch = batch.unwrap();
        let id = if table.name == CHANGES.name { CHANGE_ID } else { EVENT_ID };
        let (times, events) = (instants(&batch, EVENT_TIME).unwrap(), texts(&batch, EVENT_ID).unwrap());
        for (row, id) in texts(&batch, id).unwrap().iter().flatten().enumerate() {
            order.push((times.value(row), events.value(row).to_owned(), id.len(), id.to_owned()));
        }
    }
    order
}

#[test]
fn rows_are_sorted_however_little_memory_there_is() {
    let roomy = Place::with_lake();
    let tight = roomy.copy();
    let rows = roomy.rows();
    roomy.compact(&PLAIN);
    compact_within(&tight.lake(), &PLAIN, TIGHT).unwrap();
    assert_eq!(tight.rows(), rows);
    for table in [&EVENTS, &CHANGES] {
        for (one, other) in roomy.files(table).iter().zip(tight.files(table)) {
            let order = order(one, table);
            assert!(order.len() == 33 && order.is_sorted(), "{}: {order:?}", one.display());
            assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap(), "{}", one.display());
        }
    }
}

#[test]
fn files_end_at_the_size_asked_for_and_large_ones_stay() {
    let place = Place::new();
    for batch in 0..3 {
        place.batch_of(batch, 600);
    }
    let rows = place.rows();
    let largest = place.files(&EVENTS).iter().map(|path| fs::metadata(path).unwrap().len()).max().unwrap();
    let events = |target_bytes: u64| {
        let limits = Limits { slice: 1, ..Limits::NORMAL };
        let shrunk = compact_within(&place.lake(), &Compaction { target_bytes, ..PLAIN }, limits).unwrap();
        (shrunk[0].table, shrunk[0].files_before, shrunk[0].files_after)
    };
    assert_eq!(events(largest), ("events", 9, 9), "all are at least half as large");
    assert_eq!(events(3 * largest), ("events", 9, 6));
    assert_eq!(place.rows(), rows);
    assert_eq!(events(3 * largest), ("events", 6, 6), "a second run finds nothing to do");
}

#[test]
fn only_the_source_asked_for_is_compacted() {
    let place = Place::with_lake();
    let shrunk = place.compact(&Compaction { source: Some("okta"), ..PLAIN });
    assert_eq!(counts(&shrunk), [("events", 9, 7), ("changes", 9, 7), ("statements", 9, 7)]);
    assert!(
        place.files(&EVENTS).iter().filter(|p| batch_of(p).is_none()).all(|p| p.to_str().unwrap().contains("okta"))
    );
}

#[test]
fn what_stands_for_a_whole_partition_is_left_alone() {
    let place = Place::with_lake();
    let mut writer = Writer::open_or_create(&place.lake()).unwrap();
    let partition = Some(("okta", "1970-01-01".to_owned()));
    let staged = writer.stage(&CHANGES, partition, None, std::iter::once(row(&CHANGES, 5, 2, 1))).unwrap();
    let name = "derived-0.parquet".to_owned();
    writer.replace(&CHANGES, &BTreeSet::new(), vec![(name, staged)], 1, true).unwrap();
    drop(writer);
    let rows = place.rows();
    place.compact(&PLAIN);
    assert_eq!(place.rows(), rows);
    assert!(place.lake().join("changes/source=okta/date=1970-01-01/derived-0.parquet").exists());
    assert_eq!(place.files(&CHANGES).len(), 4);
}

#[test]
fn a_killed_compaction_is_seen_by_nobody_and_cleared_away_by_the_next_writer() {
    let before = Place::with_lake();
    let after = before.copy();
    after.compact(&PLAIN);
    let is_data = |name: &str| name.ends_with(".parquet");
    let is_events = |name: &str| name.starts_with("events/");
    type Wanted<'w> = &'w dyn Fn(&str) -> bool;
    // Staged; renamed; some tables committed; all committed; half of what was replaced deleted.
    let stops: [(&str, Wanted<'_>, Wanted<'_>); 5] = [
        ("staged", &|_| true, &|_| false),
        ("renamed", &|_| true, &is_data),
        ("one table committed", &|_| true, &|name| is_data(name) || is_events(name)),
        ("committed", &|_| true, &|_| true),
        ("half deleted", &|name| !is_data(name) || name.contains("okta"), &|_| true),
    ];
    for (stop, of_before, of_after) in stops {
        let place = Place::new();
        copy_over(&before.lake(), &place.lake(), of_before);
        copy_over(&after.lake(), &place.lake(), of_after);
        fs::create_dir_all(place.lake().join("_staging")).unwrap();
        fs::write(place.lake().join("_staging/run-0.partial"), b"PAR1 half").unwrap();
        assert_eq!(place.rows(), before.rows(), "{stop}: readers see every row once");
        drop(Writer::open_or_create(&place.lake()).unwrap());
        assert_eq!(place.plain(), before.rows(), "{stop}: the next writer clears away the rest");
        place.compact(&PLAIN);
        assert_eq!(place.plain(), before.rows(), "{stop}");
        for table in TABLES {
            assert_eq!(place.files(table).len(), after.files(table).len(), "{stop}: {}", table.name);
        }
        assert!(!place.lake().join("_staging").exists(), "{stop}");
    }
}

#[test]
fn replaced_files_stay_where_they_are_asked_for() {
    let place = Place::with_lake();
    let rows = place.rows();
    let kept = parquet_files(&place.lake());
    place.compact(&Compaction { keep_replaced: true, ..PLAIN });
    place.batch(3);
    place.compact(&PLAIN);
    assert!(kept.iter().all(|path| path.exists()), "kept from now on");
    assert_eq!(place.rows()[0].len(), rows[0].len() + 33);

    let folder = place.lake().join("events/source=okta/date=1970-01-01");
    let copied = fs::read(&place.files(&EVENTS)[0]).unwrap();
    for name in [format!("{:032x}-0.parquet", 77), "compact-0.parquet".to_owned()] {
        fs::write(folder.join(&name), &copied).unwrap();
        drop(Writer::open_or_create(&place.lake()).unwrap());
        assert!(!folder.join(&name).exists(), "{name} was never committed");
    }
    assert!(kept.iter().all(|path| path.exists()), "a writer clears away only what never counted");

    fs::remove_file(place.lake().join("_keep_replaced")).unwrap();
    drop(Writer::open_or_create(&place.lake()).unwrap());
    assert_eq!(place.plain(), place.rows());
}

#[test]
fn a_batch_that_does_not_count_is_never_merged() {
    let place = Place::with_lake();
    let rows = place.rows();
    let killed = place.copy();
    killed.batch(3);
    // Everything but table `files`: the batch was killed before its last commit.
    copy_over(&killed.lake(), &place.lake(), |name| !name.starts_with("files/"));
    place.compact(&PLAIN);
    assert_eq!(place.rows(), rows);
    assert_eq!(place.plain(), rows);
}

#[test]
fn columns_of_a_later_version_are_not_lost() {
    let place = Place::with_lake();
    let path = place.files(&EVENTS)[0].clone();
    let error = parquet_file::batches(&path, &FILES, 1).err().unwrap().to_string();
    assert!(error.contains("unknown to this version"), "{error}");
}

#[test]
fn readers_are_waited_for() {
    let place = Place::with_lake();
    let lake = Lake::open(&place.lake()).unwrap();
    let files = lake.live_files(&EVENTS).unwrap();
    std::thread::scope(|scope| {
        let compaction = scope.spawn(|| place.compact(&PLAIN));
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert!(!compaction.is_finished());
        assert!(files.iter().all(|path| path.exists()));
        drop(lake);
        assert_eq!(counts(&compaction.join().unwrap())[0], ("events", 9, 3));
    });
}

#[test]
fn a_folder_that_is_no_lake_is_not_made_one() {
    let place = Place::new();
    let error = compact(&place.lake(), &PLAIN).unwrap_err();
    assert!(error.to_string().contains("is no lake"), "{error}");
    assert!(!place.lake().exists());
}
