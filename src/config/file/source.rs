//! `[[source]]`: an export, what it covers, and what its source says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono_tz::Tz;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::Place;
use crate::config::{ControlTotal, Period, SourceConfig, Span, glob, hex};
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    id: Option<Spanned<String>>,
    paths: Vec<String>,
    #[serde(default)]
    provider_apps: Vec<Spanned<String>>,
    covers: Option<Spanned<String>>,
    zone: Option<Spanned<String>>,
    retention: Option<Spanned<String>>,
    #[serde(default)]
    control_totals: BTreeMap<Spanned<String>, Spanned<i64>>,
    control_totals_file: Option<Spanned<String>>,
}

/// Checks one table. `period` reads a period in the zone of the reports.
pub(super) fn source(
    table: &SourceTable,
    place: &Place<'_>,
    dir: &Path,
    period: &dyn Fn(&Spanned<String>) -> Result<Period>,
) -> Result<SourceConfig> {
    if let Some(id) = table.id.as_ref().filter(|id| crate::source::by_id(id.get_ref()).is_none()) {
        let known = crate::source::known_ids();
        return Err(place.error(Some(id.span()), &format!("unknown source `{}` (known: {known})", id.get_ref())));
    }
    for app in &table.provider_apps {
        glob(app.get_ref()).map_err(|e| place.error(Some(app.span()), &e.to_string()))?;
    }
    let retention = table
        .retention
        .as_ref()
        .map(|text| text.get_ref().parse::<Span>().map_err(|e| place.error(Some(text.span()), &e)));
    let (control_totals, control_totals_file) = control_totals(table, place, dir)?;
    Ok(SourceConfig {
        id: table.id.as_ref().map(|id| id.get_ref().clone()),
        paths: table.paths.clone(),
        provider_apps: table.provider_apps.iter().map(|a| a.get_ref().clone()).collect(),
        covers: table.covers.as_ref().map(period).transpose()?,
        zone: table.zone.as_ref().map(|name| zone(name, place)).transpose()?,
        retention: retention.transpose()?,
        control_totals,
        control_totals_file,
    })
}

/// A time zone by its name in the IANA database.
pub(super) fn zone(name: &Spanned<String>, place: &Place<'_>) -> Result<Tz> {
    let unknown = || place.error(Some(name.span()), &format!("unknown time zone `{}`", name.get_ref()));
    name.get_ref().parse().map_err(|_| unknown())
}

/// What a file of control totals is known by: its path as written, and its SHA-256.
type Named = Option<(String, String)>;

fn control_totals(table: &SourceTable, place: &Place<'_>, dir: &Path) -> Result<(Vec<ControlTotal>, Named)> {
    let mut all = Vec::new();
    for (pattern, records) in &table.control_totals {
        let wrong = || {
            let what = format!("expected a number of records, found `{}`", records.get_ref());
            place.error(Some(records.span()), &what)
        };
        let records = u64::try_from(*records.get_ref()).map_err(|_| wrong())?;
        glob(pattern.get_ref()).map_err(|e| place.error(Some(pattern.span()), &e.to_string()))?;
        all.push(ControlTotal { pattern: pattern.get_ref().clone(), records });
    }
    let mut named = None;
    if let Some(file) = &table.control_totals_file {
        let path = dir.join(file.get_ref());
        let refused = |e| place.error(Some(file.span()), &format!("cannot read `{}`: {e}", path.display()));
        let bytes = std::fs::read(&path).map_err(refused)?;
        all.extend(listed(&bytes, &path)?);
        named = Some((file.get_ref().clone(), hex(&Sha256::digest(&bytes))));
    }
    all.sort();
    Ok((all, named))
}

/// Two counts for one pattern would leave open which of them holds.
pub(super) fn check_totals(sources: &[SourceConfig], place: &Place<'_>) -> Result<()> {
    let mut seen = BTreeSet::new();
    let twice = sources.iter().flat_map(|s| &s.control_totals).find(|total| !seen.insert(&total.pattern));
    twice.map_or(Ok(()), |total| {
        let at = place.text.rfind(total.pattern.as_str()).map(|i| i..i);
        Err(place.error(at, &format!("two control totals for `{}`", total.pattern)))
    })
}

// Control totals as a table: a count a file is what sources and object inventories give.
fn listed(bytes: &[u8], path: &Path) -> Result<Vec<ControlTotal>> {
    let refused = |what: String| Error::Input(format!("failed to read `{}` {what}", path.display()));
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|e| refused(format!("line 1: {e}")))?.clone();
    let column = |title: &str| header.iter().position(|h| h == title);
    let (Some(file), Some(count)) = (column("path"), column("records")) else {
        return Err(refused("line 1: expected the columns `path` and `records`".to_owned()));
    };
    let mut all = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|e| refused(format!("line {}: {e}", e.position().map_or(0, csv::Position::line))))?;
        let line = row.position().map_or(0, csv::Position::line);
        let pattern = row.get(file).unwrap_or_default().to_owned();
        let text = row.get(count).unwrap_or_default();
        let wrong = |_| refused(format!("line {line}: expected a number of records, found `{text}`"));
        let records = text.parse().map_err(wrong)?;
        glob(&pattern).map_err(|e| refused(format!("line {line}: {e}")))?;
        all.push(ControlTotal { pattern, records });
    }
    Ok(all)
}
