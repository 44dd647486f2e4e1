//! `controls.d/*.toml`: how the organisation words the criteria and controls that it is held to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{Place, nearest, with_suggestion};
use crate::config::hex;
use crate::error::{Error, Result};
use crate::report::controls::{Known, known};
use crate::report::model::{OrganizationControl, OtherInput};

/// The folder that is looked for when none is named.
const DEFAULT: &str = "controls.d";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    control: BTreeMap<Spanned<String>, Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    organization_id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    owner: String,
    soa: Option<Spanned<String>>,
    #[serde(default)]
    justification: String,
}

/// Reads the folder that the configuration names, else `controls.d` beside it where there is one.
pub(super) fn wordings(
    named: Option<&Spanned<PathBuf>>,
    place: &Place<'_>,
    dir: &Path,
) -> Result<(Vec<OrganizationControl>, Vec<OtherInput>)> {
    let folder = named.map_or(Path::new(DEFAULT), |n| n.get_ref().as_path());
    let whole = dir.join(folder);
    if !whole.is_dir() {
        return named.map_or(Ok((Vec::new(), Vec::new())), |name| {
            Err(place.error(Some(name.span()), &format!("`{}` is no folder", whole.display())))
        });
    }
    let entries = std::fs::read_dir(&whole).map_err(|e| Error::io("read", &whole, e))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io("read", &whole, e))?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let known = known()?;
    let (mut all, mut files): (Vec<OrganizationControl>, Vec<OtherInput>) = (Vec::new(), Vec::new());
    for path in paths {
        files.push(read(&path, folder, &known, &mut all)?);
    }
    all.sort_by(|a, b| (&a.framework, &a.control).cmp(&(&b.framework, &b.control)));
    Ok((all, files))
}

fn read(path: &Path, folder: &Path, known: &[Known], all: &mut Vec<OrganizationControl>) -> Result<OtherInput> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let shown = path.display().to_string();
    let text =
        std::str::from_utf8(&bytes).map_err(|_| Error::Input(format!("failed to read `{shown}` line 1: not UTF-8")))?;
    let place = Place { text, name: &shown };
    let file: File =
        toml::from_str(text).map_err(|e: toml::de::Error| place.error(e.span(), &with_suggestion(e.message())))?;
    let count = file.control.len() as u64;
    for (key, table) in file.control {
        let found = find(&key, known, &place)?;
        if all.iter().any(|w| w.framework == found.framework && w.control == found.id) {
            return Err(place.error(Some(key.span()), &format!("`{}` is worded twice", found.id)));
        }
        all.push(wording(found, table, &place)?);
    }
    let name = folder.join(path.file_name().unwrap_or_default());
    Ok(OtherInput {
        path: name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"),
        kind: "controls".to_owned(),
        byte_count: bytes.len() as u64,
        sha256: hex(&Sha256::digest(&bytes)),
        entry_count: count,
    })
}

// An id alone where one framework knows it, else `framework:id`.
fn find<'k>(key: &Spanned<String>, known: &'k [Known], place: &Place<'_>) -> Result<&'k Known> {
    let text = key.get_ref();
    let (framework, id) = text.split_once(':').map_or((None, text.as_str()), |(f, id)| (Some(f), id));
    let matching: Vec<&Known> =
        known.iter().filter(|k| k.id == id && framework.is_none_or(|f| k.framework == f)).collect();
    match matching.as_slice() {
        [one] => Ok(one),
        [] => {
            let full: Vec<String> = known.iter().map(|k| format!("{}:{}", k.framework, k.id)).collect();
            let hint = match framework {
                None => nearest(id, known.iter().map(|k| k.id.as_str())),
                Some(_) => nearest(text, full.iter().map(String::as_str)),
            };
            Err(place.error(Some(key.span()), &format!("unknown control `{text}`{hint}")))
        }
        several => {
            let names: Vec<String> = several.iter().map(|k| format!("`{}:{}`", k.framework, k.id)).collect();
            Err(place
                .error(Some(key.span()), &format!("`{text}` is of several frameworks; write {}", names.join(" or "))))
        }
    }
}

fn wording(found: &Known, table: Table, place: &Place<'_>) -> Result<OrganizationControl> {
    let soa = match table.soa {
        None => String::new(),
        Some(soa) if matches!(soa.get_ref().as_str(), "applicable" | "excluded") => soa.into_inner(),
        Some(soa) => {
            let wrong = format!("expected `applicable` or `excluded`, found `{}`", soa.get_ref());
            return Err(place.error(Some(soa.span()), &wrong));
        }
    };
    Ok(OrganizationControl {
        framework: found.framework.to_owned(),
        control: found.id.clone(),
        organization_id: table.organization_id,
        text: table.text,
        owner: table.owner,
        soa,
        justification: table.justification,
    })
}

#[cfg(test)]
mod tests;
