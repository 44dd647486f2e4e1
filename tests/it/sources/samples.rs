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

/// Accepted, mapped, changes, rejected or left out by a rule.
fn tally(source: &dyn Source, bytes: Vec<u8>) -> (usize, usize, usize, usize) {
    let found = read_all(source, &Input { path: "sample.jsonl".to_owned(), bytes, zone: None });
    for reject in &found.rejects {
        let why = reject["reason"].as_str().or(reject["filtered"].as_str());
        assert!(why.is_some_and(|r| !r.is_empty()), "{reject}");
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
        ("okta/panther-analysis-okta-tests.ndjson", "okta", (48, 47, 0, 16)),
        ("okta/okta-openapi-ListLogs.json", "okta", (1, 1, 0, 0)),
        ("okta/okta-openapi-ListLogsWithAdditionalSecurityContext.json", "okta", (1, 1, 0, 0)),
        ("okta/okta-openapi-LogTargetChangeDetails.json", "okta", (0, 0, 0, 1)),
        ("pingone/appomni-emm-pingone.ndjson", "pingone", (21, 21, 11, 0)),
        ("cloudtrail/stratus-red-team-iam.ndjson", "cloudtrail", (21, 19, 9, 0)),
        ("cloudtrail/invictus-aws_dataset-iam.ndjson", "cloudtrail", (59, 59, 41, 0)),
        ("cloudtrail/panther-analysis-cloudtrail-tests.ndjson", "cloudtrail", (96, 93, 37, 7)),
        ("scim/entra-docs-patch-variants.ndjson", "scim", (0, 0, 0, 13)),
        ("scim/azuread-scimreferencecode-postman-writes.ndjson", "scim", (0, 0, 0, 58)),
        ("scim-events/draft-ietf-scim-events-16-SET-claims.ndjson", "scim_event", (15, 15, 7, 0)),
        // Teams, and three sign-ins.
        ("entra/appomni-emm-azure_ad-m365-unified-audit.ndjson", "entra_audit", (21, 21, 12, 4)),
        // Teams, and 21 directory changes.
        ("entra/appomni-emm-azure_ad-m365-unified-audit.ndjson", "entra_signin", (3, 3, 0, 22)),
        // OneDrive, Exchange, Defender alerts, Windows events, and two sign-ins.
        ("entra/panther-analysis-microsoft-tests.ndjson", "entra_audit", (2, 2, 2, 23)),
        ("entra/panther-analysis-microsoft-tests.ndjson", "entra_signin", (2, 2, 0, 23)),
        ("entra/graph-docs-directoryaudit-list.json", "entra_audit", (1, 1, 1, 0)),
        ("entra/graph-docs-provisioning-list-failure.json", "entra_provisioning", (1, 1, 1, 0)),
        // A role import into Entra.
        ("entra/graph-docs-provisioning-list-success.json", "entra_provisioning", (1, 1, 0, 0)),
        ("azure-monitor/panther-analysis-azure-signin-tests.ndjson", "entra_audit", (21, 19, 3, 25)),
        ("azure-monitor/panther-analysis-azure-signin-tests.ndjson", "entra_signin", (25, 25, 0, 21)),
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
