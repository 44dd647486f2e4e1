//! The published samples: none of their records may be lost.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tickmark::source::{Source, by_id};

use super::{Input, read_all};

/// The folder of published samples, which is not part of the project.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("TICKMARK_CORPUS").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        // The test harness hides what is printed by a test that passes, but not what is written.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no samples at {} (set TICKMARK_CORPUS)", folder.display());
        return None;
    }
    Some(folder)
}

/// Accepted, mapped, changes, rejected.
fn tally(source: &dyn Source, bytes: Vec<u8>) -> (usize, usize, usize, usize) {
    let found = read_all(source, &Input { path: "sample.jsonl".to_owned(), bytes, zone: None });
    for reject in &found.rejects {
        assert!(reject["reason"].as_str().is_some_and(|r| !r.is_empty()), "{reject}");
    }
    let mapped = found.events.iter().filter(|e| e["mapped"] == true).count();
    (found.events.len(), mapped, found.changes.len(), found.rejects.len())
}

#[test]
fn every_published_sample_ends_somewhere() {
    let Some(corpus) = corpus() else { return };
    let mut differing = Vec::new();
    for (file, id, expected) in [
        ("okta/appomni-emm-okta.ndjson", "okta", (34, 34, 8, 0)),
        ("okta/panther-analysis-okta-tests.ndjson", "okta", (48, 46, 0, 16)),
        ("okta/okta-openapi-ListLogs.json", "okta", (1, 1, 0, 0)),
        ("okta/okta-openapi-ListLogsWithAdditionalSecurityContext.json", "okta", (1, 1, 0, 0)),
        ("okta/okta-openapi-LogTargetChangeDetails.json", "okta", (0, 0, 0, 1)),
        ("databricks/aws-json.panther-test-fixtures.ndjson", "databricks", (135, 89, 37, 27)),
        ("databricks/azure-eventhub-records.guardium.ndjson", "databricks", (9, 9, 0, 0)),
    ] {
        let source = by_id(id).expect("a source");
        let found = tally(source, fs::read(corpus.join(file)).expect("a sample"));
        if found != expected {
            differing.push(format!("{file}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(differing.is_empty(), "accepted, mapped, changes, rejected:\n{}", differing.join("\n"));
}
