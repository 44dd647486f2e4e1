//! `[profile."NAME"]`, and the profile that a run asks for.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{Place, nearest, parameters};
use crate::catalogue::profiles::{self, Profile};
use crate::config::{PARAMETERS, Span, hex};
use crate::error::{Error, Result};
use crate::report::model::OtherInput;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileTable {
    extends: Option<Spanned<String>>,
    #[serde(default)]
    add: Vec<Spanned<String>>,
    #[serde(default)]
    remove: Vec<Spanned<String>>,
    #[serde(default)]
    parameters: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}

/// The tables of a file, by name.
pub(super) type Tables = BTreeMap<Spanned<String>, ProfileTable>;

/// Checks every table, whether it is asked for or not, and finds the profile of the run: `asked` on the command line,
/// else `named` in the file.
pub(super) fn profile(
    tables: &Tables,
    named: Option<&Spanned<String>>,
    asked: Option<&str>,
    place: &Place<'_>,
) -> Result<Option<Profile>> {
    let shipped = profiles::names()?;
    for name in tables.keys() {
        if shipped.contains(&name.get_ref().as_str()) {
            let taken = format!("`{}` is a shipped profile; extend it under another name", name.get_ref());
            return Err(place.error(Some(name.span()), &taken));
        }
        let _checked = own(tables, name.get_ref(), place, &mut Vec::new())?;
    }
    let find = |name: &str| match own(tables, name, place, &mut Vec::new())? {
        Some(profile) => Ok(Some(profile)),
        None => profiles::shipped(name),
    };
    let unknown = |name: &str| {
        let own = tables.keys().map(|n| n.get_ref().as_str());
        format!("unknown profile `{name}`{}", nearest(name, own.chain(shipped.iter().copied())))
    };
    match (asked, named) {
        (Some(name), _) => find(name)?.map(Some).ok_or_else(|| Error::Usage(unknown(name))),
        (None, Some(name)) => {
            let found = find(name.get_ref())?.map(Some);
            found.ok_or_else(|| place.error(Some(name.span()), &unknown(name.get_ref())))
        }
        (None, None) => Ok(None),
    }
}

/// A profile that the command line names: the report depends on it, and no file says so.
pub(super) fn as_input(name: &str) -> OtherInput {
    OtherInput {
        path: format!("--profile {name}"),
        kind: "command line".to_owned(),
        byte_count: name.len() as u64,
        sha256: hex(&Sha256::digest(name.as_bytes())),
        entry_count: 1,
    }
}

// A profile of the file; `None` = the file has none of that name. `path` is how it was reached, against circles.
fn own(tables: &Tables, name: &str, place: &Place<'_>, path: &mut Vec<String>) -> Result<Option<Profile>> {
    let Some((key, table)) = tables.iter().find(|(key, _)| key.get_ref() == name) else { return Ok(None) };
    if path.iter().any(|n| n == name) {
        return Err(place.error(Some(key.span()), &format!("profile `{name}` extends itself")));
    }
    path.push(name.to_owned());
    let mut profile = match &table.extends {
        None => Profile::of_every_test(name),
        Some(base) => base_of(tables, base, place, path)?,
    };
    name.clone_into(&mut profile.name);
    for test in &table.add {
        profile.tests.insert(known_test(test, place)?);
    }
    for test in &table.remove {
        let id = known_test(test, place)?;
        if profiles::is_gate(&id) {
            let wrong = format!("`{id}` is an integrity gate; it runs in every profile");
            return Err(place.error(Some(test.span()), &wrong));
        }
        if !profile.tests.remove(&id) {
            return Err(place.error(Some(test.span()), &format!("`{id}` is not in the profile; nothing to remove")));
        }
    }
    for (parameter, value) in &table.parameters {
        profile.parameters.insert(known_parameter(parameter, place)?, plain(parameter, value, place)?);
    }
    Ok(Some(profile))
}

fn base_of(tables: &Tables, base: &Spanned<String>, place: &Place<'_>, path: &mut Vec<String>) -> Result<Profile> {
    let found = match own(tables, base.get_ref(), place, path)? {
        Some(profile) => Some(profile),
        None => profiles::shipped(base.get_ref())?,
    };
    let names = profiles::names()?;
    let all = tables.keys().map(|n| n.get_ref().as_str()).chain(names);
    let hint = nearest(base.get_ref(), all);
    found.ok_or_else(|| place.error(Some(base.span()), &format!("unknown profile `{}`{hint}", base.get_ref())))
}

fn known_test(test: &Spanned<String>, place: &Place<'_>) -> Result<String> {
    let id = test.get_ref();
    if profiles::ALL.contains(&id.as_str()) {
        return Ok(id.clone());
    }
    let hint = nearest(id, profiles::ALL.into_iter());
    Err(place.error(Some(test.span()), &format!("unknown test `{id}`{hint}")))
}

fn known_parameter(name: &Spanned<String>, place: &Place<'_>) -> Result<String> {
    let names = parameters::names();
    if names.contains(&name.get_ref().as_str()) {
        return Ok(name.get_ref().clone());
    }
    let hint = nearest(name.get_ref(), names.into_iter());
    Err(place.error(Some(name.span()), &format!("unknown key `{}`{hint}", name.get_ref())))
}

// A profile holds plain values: what is a list belongs to one organisation and stands under its test.
fn plain(name: &Spanned<String>, value: &Spanned<toml::Value>, place: &Place<'_>) -> Result<String> {
    if PARAMETERS.iter().any(|p| p.name == name.get_ref()) {
        parameters::duration(value, place)?;
    }
    match value.get_ref() {
        toml::Value::String(text) => {
            let is_span = |p: &&crate::config::Parameter| p.name == name.get_ref() && p.default.parse::<Span>().is_ok();
            if crate::catalogue::TESTS.iter().flat_map(|t| t.own_parameters).any(|p| is_span(&p)) {
                parameters::duration(value, place)?;
            }
            Ok(text.clone())
        }
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(yes) => Ok(yes.to_string()),
        _ => Err(place.error(Some(value.span()), "a profile takes texts and numbers; lists stand under their test")),
    }
}

#[cfg(test)]
mod tests;
