//! `[[companion]]`: what the organisation keeps beside its logs.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::files::find;
use super::{Place, nearest};
use crate::companion::{Kind, is_readable};
use crate::config::CompanionConfig;
use crate::error::Result;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompanionTable {
    kind: Spanned<String>,
    paths: Vec<Spanned<String>>,
    owner: Spanned<String>,
}

/// Checks every table and finds its files; they are read later.
pub(super) fn companions(
    tables: &[Spanned<CompanionTable>],
    place: &Place<'_>,
    dir: &Path,
) -> Result<Vec<CompanionConfig>> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for spanned in tables {
        let table = spanned.get_ref();
        let word = table.kind.get_ref();
        let kind = Kind::by_name(word).ok_or_else(|| {
            let hint = nearest(word, Kind::ALL.iter().map(|kind| kind.as_str()));
            place.error(Some(table.kind.span()), &format!("unknown kind `{word}`{hint}"))
        })?;
        if table.owner.get_ref().trim().is_empty() {
            return Err(place.error(Some(table.owner.span()), "`owner` is empty: name who answers for these files"));
        }
        if table.paths.is_empty() {
            return Err(place.error(Some(spanned.span()), "no companion: `paths` is empty"));
        }
        let mut paths = BTreeSet::new();
        for pattern in &table.paths {
            let wrong = |what: &str| place.error(Some(pattern.span()), what);
            for path in find(dir, pattern.get_ref()).map_err(|e| wrong(&e))? {
                if !is_readable(&path) {
                    let known = "expected .csv, .json, .jsonl, .ndjson or .parquet";
                    return Err(wrong(&format!("`{}`: {known}", path.display())));
                }
                paths.insert(path);
            }
        }
        for path in &paths {
            if !seen.insert((kind, path.clone())) {
                let what = format!("`{}` is declared twice as {word}", path.display());
                return Err(place.error(Some(spanned.span()), &what));
            }
        }
        all.push(CompanionConfig {
            kind,
            paths: paths.into_iter().collect(),
            owner: table.owner.get_ref().trim().to_owned(),
        });
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
