//! Companion files as the model lists them.

use super::Parts;
use crate::companion;
use crate::report::model::{CompanionFile, CompanionFinding, Listing, ROWS_SHOWN};

pub(super) fn files(parts: &Parts<'_>) -> Vec<CompanionFile> {
    let companions = parts.evidence.companions;
    let of = |file: &companion::CompanionFile| CompanionFile {
        kind: file.kind.as_str().to_owned(),
        path: file.path.to_string(),
        owner: file.owner.clone(),
        sha256: file.sha256.clone(),
        byte_count: file.byte_count,
        row_count: file.row_count,
        finding_count: companions.findings.iter().filter(|finding| finding.path == file.path).count() as u64,
    };
    companions.files.iter().map(of).collect()
}

pub(super) fn findings(parts: &Parts<'_>) -> Listing<CompanionFinding> {
    let of = |finding: &companion::Finding| CompanionFinding {
        path: finding.path.to_string(),
        line: finding.line,
        message: finding.message.clone(),
    };
    Listing::capped(parts.evidence.companions.findings.iter().map(of).collect(), ROWS_SHOWN)
}
