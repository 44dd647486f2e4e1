//! `[parameters]` and `[test."ID"]`: which keys there are, and whether their values can be read.

use toml::Spanned;

use super::test_table::check_environments;
use super::{File, Place, nearest};
use crate::config::{Environment, PARAMETERS, Span, bounds_correlation, honours_catalogs};
use crate::error::Result;

/// Checks `[parameters]` and the tables of the tests.
pub(super) fn check(file: &File, place: &Place<'_>, ids: &[&str]) -> Result<()> {
    let shared: Vec<&str> = PARAMETERS.iter().map(|p| p.name).collect();
    for (key, value) in &file.parameters {
        known(key, &shared, place)?;
        duration(value, place)?;
    }
    for (id, table) in &file.test {
        known(id, ids, place)?;
        let has_catalogs = || honours_catalogs(id.get_ref()) && !file.environments.catalogs.is_empty();
        let declared = |environment: Environment| match environment {
            Environment::Production => !file.environments.production.is_empty() || has_catalogs(),
            Environment::Sandbox => !file.environments.sandbox.is_empty(),
        };
        let mut names = shared.clone();
        names.extend(crate::catalogue::own_parameters(id.get_ref()).map(|p| p.name));
        check_environments(id.get_ref(), table, &names, &declared, place)?;
        names.push("policy");
        names.push("environment");
        for (key, value) in &table.values {
            known(key, &names, place)?;
            correlated_once(id.get_ref(), key, place)?;
            if shared.contains(&key.get_ref().as_str()) {
                duration(value, place)?;
            }
        }
    }
    Ok(())
}

// A value that one test has of a limit of the correlation would be printed, and not used.
fn correlated_once(test: &str, key: &Spanned<String>, place: &Place<'_>) -> Result<()> {
    let vouching = crate::catalogue::VOUCHED_BY.id;
    if test == vouching || !bounds_correlation(test, key.get_ref()) {
        return Ok(());
    }
    let name = key.get_ref();
    let wrong = format!(
        "`{name}` is a limit of the correlation, which is done once for all tests: set it under [parameters] or [test.\"{vouching}\"]"
    );
    Err(place.error(Some(key.span()), &wrong))
}

/// True for a length of time, as its default shows.
pub(super) fn is_duration(test: &str, name: &str) -> bool {
    let all = PARAMETERS.iter().chain(crate::catalogue::own_parameters(test));
    all.filter(|p| p.name == name).any(|p| p.default.parse::<Span>().is_ok())
}

/// Names of the parameters that a test is judged by.
pub(super) fn names_of(test: &str) -> Vec<&'static str> {
    let tests = crate::catalogue::TESTS.iter().filter(|t| t.id == test);
    tests.flat_map(|t| t.shared_parameters.iter().copied().chain(t.own_parameters.iter().map(|p| p.name))).collect()
}

/// Names of the parameters of all tests.
pub(super) fn names() -> Vec<&'static str> {
    let own = crate::catalogue::TESTS.iter().flat_map(|t| t.own_parameters).map(|p| p.name);
    PARAMETERS.iter().map(|p| p.name).chain(own).collect()
}

/// Refuses a key that is none of the names.
pub(super) fn known(key: &Spanned<String>, names: &[&str], place: &Place<'_>) -> Result<()> {
    if names.contains(&key.get_ref().as_str()) {
        return Ok(());
    }
    let hint = nearest(key.get_ref(), names.iter().copied());
    Err(place.error(Some(key.span()), &format!("unknown key `{}`{hint}", key.get_ref())))
}

/// Refuses what is no length of time.
pub(super) fn duration(value: &Spanned<toml::Value>, place: &Place<'_>) -> Result<()> {
    let text = value.get_ref().as_str().unwrap_or_default();
    text.parse::<Span>().map(|_| ()).map_err(|e| place.error(Some(value.span()), &e))
}
