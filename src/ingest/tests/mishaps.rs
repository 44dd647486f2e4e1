//! Runs that are killed, disks that are full, inputs and lakes that are wrong: named, and nothing is lost.

use super::*;

#[test]
fn a_killed_run_is_completed_by_the_next_with_nothing_lost_or_doubled() {
    let place = Place::new();
    place.write("a.json", lines(0..9));
    place.ingest();
    place.write("b.json", lines(5..20) + "oops\n");
    let clean = place.path("clean");
    place.ingest_as(&["in/a.json"], &clean).unwrap();
    place.ingest_as(&["in"], &clean).unwrap();

    // Staged; renamed only; in two logs but not in `files`.
    for stop in ["staged", "renamed", "committed"] {
        let lake = place.path(stop);
        place.ingest_as(&["in/a.json"], &lake).unwrap();
        kill_at(&lake, &clean, stop);
        let half_way = Lake::open(&lake).unwrap().live_files(&EVENTS).unwrap();
        assert_eq!(half_way.len(), 4, "{stop}: readers see the committed batch only");
        drop(Writer::open_or_create(&lake).unwrap());
        assert_eq!(parquet_files(&lake.join("events")), 4, "{stop}: the next writer clears away the rest");
        place.ingest_as(&["in"], &lake).unwrap();
        assert_same(&content(&clean), &content(&lake));
        assert!(!lake.join("_staging").join("events-0.partial").exists(), "{stop}");
    }
}

#[test]
fn whoever_reads_sees_one_state_of_the_lake_whatever_is_ingested_meanwhile() {
    let place = Place::new();
    place.write("a.json", lines(0..9));
    place.ingest();
    let (unasked, reader) = (Lake::open(&place.lake()).unwrap(), Lake::open(&place.lake()).unwrap());
    let seen = reader.live_files(&EVENTS).unwrap();
    place.write("b.json", lines(9..20));
    place.ingest();
    assert_eq!(reader.live_files(&EVENTS).unwrap(), seen);
    assert_eq!(reader.live_files(&FILES).unwrap().len(), 1, "nor in a table that was not asked for before");
    assert!(unasked.live_files(&EVENTS).unwrap().len() > seen.len());
}

fn parquet_files(folder: &Path) -> usize {
    let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    entries.filter(|e| e.path().extension().is_some_and(|x| x == "parquet")).count()
}

// Brings a lake into the state of a run that was killed while it committed the second batch.
fn kill_at(lake: &Path, clean: &Path, stop: &str) {
    fs::create_dir_all(lake.join("_staging")).unwrap();
    fs::write(lake.join("_staging/events-0.partial"), b"PAR1 half").unwrap();
    if stop == "staged" {
        return;
    }
    for table in ["events", "changes", "rejects"] {
        for entry in walkdir::WalkDir::new(clean.join(table)) {
            let entry = entry.unwrap();
            let inside = entry.path().strip_prefix(clean).unwrap();
            let is_log = inside.iter().any(|part| part == "_delta_log");
            if entry.file_type().is_file() && (!is_log || stop == "committed") {
                fs::create_dir_all(lake.join(inside).parent().unwrap()).unwrap();
                fs::copy(entry.path(), lake.join(inside)).unwrap();
            }
        }
    }
}

#[test]
fn wrong_inputs_and_wrong_lakes_are_named() {
    let place = Place::new();
    place.write("a.json", lines(0..1));
    for (patterns, part) in [
        (&["in/none.json"][..], "none.json` matches no file"),
        (&["in/*.parquet"][..], "*.parquet` matches no file"),
        (&["nowhere/**"][..], "nowhere/**` matches no file"),
        (&[][..], "no input was given"),
    ] {
        let error = place.ingest_as(patterns, &place.lake()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(error.exit_code(), 3);
        assert!(!place.lake().exists());
    }
    let error = Lake::open(&place.path("in")).unwrap_err();
    assert!(matches!(&error, Error::Input(text) if text.contains("is no lake")), "{error}");
    // A file where the lake's folder should be, and a table whose log is damaged.
    let error = place.ingest_as(&["in"], &place.path("in/a.json")).unwrap_err();
    assert!(error.to_string().contains("a.json"), "{error}");
    place.ingest();
    fs::write(place.lake().join("files/_delta_log/00000000000000000001.json"), "junk").unwrap();
    let error = place.ingest_as(&["in"], &place.lake()).unwrap_err();
    assert!(matches!(error, Error::Lake { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_and_loses_nothing() {
    let place = Place::new();
    place.write("a.json", lines(0..3));
    place.ingest();
    let before = content(&place.lake());
    place.write("b.json", lines(3..6));
    std::os::unix::fs::symlink("nowhere", place.path("in/z.json")).unwrap();
    let error = place.ingest_as(&["in"], &place.lake()).unwrap_err();
    assert!(matches!(&error, Error::Io { path, .. } if path.ends_with("in/z.json")), "{error}");
    // One that is not meant is nobody's loss.
    assert_eq!(place.ingest_as(&["in/b*.json"], &place.path("other")).unwrap().totals, counts(3, 3, 0, 0, 0));
    assert_same(&before, &content(&place.lake()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_refuses_is_named_and_loses_nothing() {
    let place = Place::new();
    place.write("a.json", lines(0..3));
    place.ingest();
    let before = content(&place.lake());
    place.write("b.json", lines(3..6));
    // `/dev/full` refuses every byte, as a full disk does.
    fs::create_dir_all(place.lake().join("_staging")).unwrap();
    let writer = Writer::open_or_create(&place.lake()).unwrap();
    fs::create_dir_all(place.lake().join("_staging")).unwrap();
    std::os::unix::fs::symlink("/dev/full", place.lake().join("_staging/files-0.partial")).unwrap();
    let rows = Rows::new(&FILES).finish();
    let error = writer.stage(&FILES, None, None, std::iter::once(rows)).unwrap_err();
    assert!(error.to_string().contains("files-0.partial") && error.to_string().contains("No space"), "{error}");
    drop(writer);
    assert_same(&before, &content(&place.lake()));
    assert_eq!(place.ingest().totals, counts(3, 3, 0, 0, 0));
}
