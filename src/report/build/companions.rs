//! Companion files as the model lists them.

use std::collections::BTreeSet;

use super::Parts;
use crate::access::{Access, Cycle};
use crate::change::EntitlementKind;
use crate::companion::{self, is_snapshot_id};
use crate::error::Result;
use crate::inventory::Places;
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

/// What does not hold: rows of companion files, entries of the configuration, and groups that records make members of each other.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn findings(parts: &Parts<'_>) -> Result<Listing<CompanionFinding>> {
    let of = |finding: &companion::Finding| CompanionFinding {
        path: finding.path.to_string(),
        line: finding.line,
        message: finding.message.clone(),
    };
    let mut all: Vec<CompanionFinding> = parts.evidence.companions.findings.iter().map(of).collect();
    all.extend(circles(parts)?);
    Ok(Listing::capped(all, ROWS_SHOWN))
}

/// Circles of groups, each at the record that closed it; what listings show as one is found where those are read.
fn circles(parts: &Parts<'_>) -> Result<Vec<CompanionFinding>> {
    let access = parts.evidence.access();
    let closing: Vec<(&Cycle<'_>, &str)> =
        access.cycles.iter().filter_map(|cycle| Some((cycle, closed_by(access, cycle)?))).collect();
    let mut places = Places::default();
    places.learn(parts.evidence.lake, closing.iter().map(|(_, event)| *event))?;
    let path = |id: &str| parts.inventory.files.iter().find(|file| file.file_id == id).map(|file| file.path.clone());
    let of = |(cycle, event): &(&Cycle<'_>, &str)| {
        let (file, line) = places.of(event)?;
        let names = cycle.groups.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("groups {names} are members of each other: whoever is in one of them is in all");
        Some(CompanionFinding { path: path(file)?, line, message })
    };
    let mut found: Vec<CompanionFinding> = closing.iter().filter_map(of).collect();
    found.sort_by(|a, b| (&a.path, a.line, &a.message).cmp(&(&b.path, b.line, &b.message)));
    found.dedup();
    Ok(found)
}

/// The record of the last membership of a circle; `None` = only a listing shows it.
fn closed_by<'a>(access: &Access<'a>, cycle: &Cycle<'a>) -> Option<&'a str> {
    let next = cycle.groups.iter().cycle().skip(1);
    let pairs: BTreeSet<(&str, &str)> = cycle.groups.iter().copied().zip(next.copied()).collect();
    let rows = access.rows.iter().filter(|row| {
        row.via.is_empty()
            && row.pair.entitlement_kind == EntitlementKind::Membership
            && pairs.contains(&(row.pair.subject, row.pair.entitlement))
    });
    let opened = rows.filter_map(|row| Some((row.opened.time?, row.opened.by?)));
    opened.filter(|(time, event)| Some(*time) == cycle.from && !is_snapshot_id(event)).map(|(_, event)| event).min()
}
