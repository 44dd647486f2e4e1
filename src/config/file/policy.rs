//! `[[policy]]`: what the organisation has written down about a value, and whether the values in use keep to it.

use serde::Deserialize;
use toml::Spanned;

use super::{Place, nearest, parameters};
use crate::catalogue::profiles;
use crate::config::{Bound, Config, Environment, Policy};
use crate::error::Result;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyTable {
    id: String,
    parameter: Spanned<String>,
    test: Option<Spanned<String>>,
    environment: Option<Spanned<String>>,
    at_most: Option<Spanned<toml::Value>>,
    at_least: Option<Spanned<toml::Value>>,
    equals: Option<Spanned<toml::Value>>,
}

/// Reads every table.
pub(super) fn policies(tables: &[Spanned<PolicyTable>], place: &Place<'_>) -> Result<Vec<Policy>> {
    tables.iter().map(|table| policy(table, place)).collect()
}

fn policy(spanned: &Spanned<PolicyTable>, place: &Place<'_>) -> Result<Policy> {
    let table = spanned.get_ref();
    if let Some(test) = table.test.as_ref().filter(|t| !profiles::ALL.contains(&t.get_ref().as_str())) {
        let hint = nearest(test.get_ref(), profiles::ALL.into_iter());
        return Err(place.error(Some(test.span()), &format!("unknown test `{}`{hint}", test.get_ref())));
    }
    check_parameter(table, place)?;
    let environment = match &table.environment {
        None => None,
        Some(name) => Some(Environment::parse(name.get_ref()).ok_or_else(|| {
            let hint = nearest(name.get_ref(), Environment::ALL.map(Environment::as_str).into_iter());
            place.error(Some(name.span()), &format!("unknown environment `{}`{hint}", name.get_ref()))
        })?),
    };
    Ok(Policy {
        id: table.id.clone(),
        parameter: table.parameter.get_ref().clone(),
        test: table.test.as_ref().map(|t| t.get_ref().clone()),
        environment,
        bound: bound(spanned, place)?,
    })
}

fn check_parameter(table: &PolicyTable, place: &Place<'_>) -> Result<()> {
    let name = table.parameter.get_ref();
    let names = match &table.test {
        Some(test) => parameters::names_of(test.get_ref()),
        None => parameters::names(),
    };
    if names.contains(&name.as_str()) {
        return Ok(());
    }
    let hint = nearest(name, names.into_iter());
    let of = table.test.as_ref().map_or_else(|| "no test".to_owned(), |test| format!("`{}` is not", test.get_ref()));
    let wrong = match &table.test {
        Some(_) => format!("{of} judged by a parameter `{name}`{hint}"),
        None => format!("{of} has a parameter `{name}`{hint}"),
    };
    Err(place.error(Some(table.parameter.span()), &wrong))
}

fn bound(spanned: &Spanned<PolicyTable>, place: &Place<'_>) -> Result<Bound> {
    let table = spanned.get_ref();
    let of: [fn(String) -> Bound; 3] = [Bound::AtMost, Bound::AtLeast, Bound::Equals];
    let values = [&table.at_most, &table.at_least, &table.equals];
    let given: Vec<_> = values.into_iter().zip(of).filter_map(|(value, of)| Some((value.as_ref()?, of))).collect();
    let [(value, of)] = given.as_slice() else {
        let wrong = format!("policy `{}`: give one of `at_most`, `at_least` and `equals`", table.id);
        return Err(place.error(Some(spanned.span()), &wrong));
    };
    match value.get_ref() {
        toml::Value::String(text) => Ok(of(text.clone())),
        toml::Value::Integer(number) => Ok(of(number.to_string())),
        _ => Err(place.error(Some(value.span()), "expected a duration such as `24h`, or a number")),
    }
}

/// Refuses values in use that contradict a policy, at the policy's line.
pub(super) fn check_policies(config: &Config, tables: &[Spanned<PolicyTable>], place: &Place<'_>) -> Result<()> {
    for (policy, table) in config.policies.iter().zip(tables) {
        let wrong = config.contradictions(policy);
        if !wrong.is_empty() {
            return Err(place.error(Some(table.span()), &wrong.join("; ")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
