//! Published samples of real logs: whatever is in them, every record is accounted for.

use std::path::{Path, PathBuf};

use tickmark::lake::{FILES, REJECTS};

use crate::support::{Place, assert_ties_out, lake_rows, listing};

fn corpus() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    std::env::var_os("TICKMARK_CORPUS").map_or(beside, PathBuf::from)
}

#[test]
fn every_record_of_the_corpus_is_accounted_for() {
    if !corpus().is_dir() {
        println!("skipped: no corpus at {} (TICKMARK_CORPUS names another place)", corpus().display());
        return;
    }
    let mut samples = listing(&corpus());
    samples.retain(|name, _| !name.ends_with(".md"));
    assert!(samples.len() > 10);
    let place = Place::new();
    for (name, bytes) in &samples {
        place.write(&format!("in/{name}"), bytes);
    }
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    assert_ties_out(&place.path("lake"));
    let files = lake_rows(&place.path("lake"), &FILES);
    assert_eq!(files.len(), samples.len());
    for file in &files {
        let bytes = &samples[file["path"].strip_prefix("in/").unwrap()];
        assert_eq!(file["byte_count"], bytes.len().to_string(), "{file:?}");
        let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        let records: usize = file["records"].parse().unwrap();
        assert!(records > 0, "{file:?}");
        if file["packing"] == "lines" {
            // A line may wrap several records, but never none.
            assert!(records >= lines, "{lines} lines in {file:?}");
        }
    }
    for reject in lake_rows(&place.path("lake"), &REJECTS) {
        assert!(!reject["reason"].is_empty() && !reject["raw"].is_empty(), "{reject:?}");
    }
    let again = place.run(&["ingest", "--lake", "lake", "in"]).ends(0).text();
    assert!(again.contains(" 0 records = 0 accepted"), "{again}");
}
