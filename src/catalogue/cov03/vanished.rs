//! Files that are gone from where they were read.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Aged, Cell, Item, TEST};
use crate::catalogue::Evidence;
use crate::catalogue::exports::exports;
use crate::config::Span;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::inventory::FileRow;

/// What became of the files that were looked for.
pub(super) struct Vanished<'f> {
    /// One item a file that is gone.
    pub(super) items: Vec<Item>,
    /// The paths, as delivered, of the files that are gone.
    pub(super) paths: BTreeSet<&'f str>,
    /// Files that were looked for.
    pub(super) looked_for: u64,
}

/// Looks for every delivered file of an export where it was read. Of an export of which no file stands there any more nothing is
/// said: the lake is looked at somewhere else, or the folder was cleared as a whole.
pub(super) fn vanished<'v, 'f: 'v>(
    evidence: &Evidence<'_>,
    files: &[FileRow],
    deliveries: impl Iterator<Item = &'v (&'f str, Vec<Aged<'f>>)>,
) -> Result<Vanished<'f>> {
    let exports = exports(evidence.config)?;
    let mut found: Vec<Vec<Looked<'f>>> = exports.iter().map(|_| Vec::new()).collect();
    for (path, versions) in deliveries {
        let of = exports.iter().position(|export| versions.iter().any(|(_, f)| export.holds(&f.path)));
        if let Some(export) = of {
            let is_there = versions.iter().any(|(_, f)| evidence.config.resolve(Path::new(&f.path)).exists());
            let newest = versions.last().map(|(_, file)| *file);
            found[export].extend(newest.map(|newest| Looked { path, newest, is_there }));
        }
    }
    let now = files.iter().flat_map(|f| [Some(f.ingested_at), f.last_event_time]).flatten().max().unwrap_or_default();
    let mut all = Vanished { items: Vec::new(), paths: BTreeSet::new(), looked_for: 0 };
    for (export, looked) in exports.iter().zip(found) {
        if !looked.iter().any(|l| l.is_there) {
            continue;
        }
        all.looked_for += looked.len() as u64;
        for gone in looked.into_iter().filter(|l| !l.is_there) {
            all.paths.insert(gone.path);
            all.items.push(item(evidence, &gone, export.source.retention, now));
        }
    }
    Ok(all)
}

/// A delivered file that was looked for.
struct Looked<'f> {
    path: &'f str,
    newest: &'f FileRow,
    is_there: bool,
}

fn item(evidence: &Evidence<'_>, gone: &Looked<'_>, retention: Option<Span>, now: i64) -> Item {
    let file = gone.newest;
    let written = file.last_event_time.or(file.first_event_time).unwrap_or(file.ingested_at);
    let (verdict, reason) = match retention {
        None => (Verdict::NotApplicable, "no_retention"),
        Some(span) if now < written.saturating_add(span.micros()) => (Verdict::Exception, "vanished"),
        Some(_) => (Verdict::NotApplicable, "retention_over"),
    };
    let declared = retention.map_or_else(|| "no retention is declared".to_owned(), |span| format!("retention {span}"));
    let mut extra = super::none();
    extra[0] = Cell::text(&file.path);
    extra[1] = Cell::text(&file.sha256);
    extra[3] = Cell::Instant(Some(file.modified_at.unwrap_or(file.ingested_at)));
    extra[5] = Cell::Whole(i64::try_from(file.records).ok());
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(gone.path.to_owned()),
        detail: Some(format!(
            "{} (sha256 {}, {} records) is not where it was read any more; {declared}",
            file.path, file.sha256, file.records
        )),
        extra,
        ..Item::new(item_id(&["vanished", gone.path]), file.first_event_time.unwrap_or(evidence.period.start))
    }
}
