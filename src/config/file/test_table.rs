//! `[test."ID"]` and `[test."ID".environment.NAME]`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::{Place, nearest, parameters};
use crate::config::{Environment, ignored_in};
use crate::error::Result;

/// Values by name.
pub(super) type Values = BTreeMap<Spanned<String>, Spanned<toml::Value>>;

/// One test's own table.
#[derive(Default)]
pub(super) struct TestTable {
    /// Values that hold everywhere.
    pub(super) values: Values,
    /// Values that hold in one environment.
    pub(super) environments: BTreeMap<Spanned<String>, Values>,
}

// Written out: a flattened struct would lose the places of keys, and with them the lines of errors.
impl<'de> Deserialize<'de> for TestTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = TestTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of parameters")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<TestTable, A::Error> {
                let mut table = TestTable::default();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if key.get_ref() == "environment" {
                        table.environments = map.next_value()?;
                    } else {
                        let value = map.next_value()?;
                        table.values.insert(key, value);
                    }
                }
                Ok(table)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Checks the tables of environments: a value that nothing would use is an error. `declared` says whether anything
/// is in an environment, `names` are the parameters of the test.
pub(super) fn check_environments(
    test: &str,
    table: &TestTable,
    names: &[&str],
    declared: &dyn Fn(Environment) -> bool,
    place: &Place<'_>,
) -> Result<()> {
    for (name, values) in &table.environments {
        let Some(environment) = Environment::parse(name.get_ref()) else {
            let hint = nearest(name.get_ref(), Environment::ALL.map(Environment::as_str).into_iter());
            return Err(place.error(Some(name.span()), &format!("unknown environment `{}`{hint}", name.get_ref())));
        };
        if !declared(environment) {
            let wrong = format!("[environments] names no workspace under `{}`", name.get_ref());
            return Err(place.error(Some(name.span()), &wrong));
        }
        for (key, value) in values {
            parameters::known(key, names, place)?;
            if let Some(wrong) = ignored_in(test, key.get_ref(), environment) {
                return Err(place.error(Some(key.span()), &wrong));
            }
            if parameters::is_duration(test, key.get_ref()) {
                parameters::duration(value, place)?;
            }
        }
    }
    Ok(())
}

/// Values by test and name.
type General = BTreeMap<String, BTreeMap<String, toml::Value>>;

/// Values by test, environment and name.
type ByEnvironment = BTreeMap<(String, Environment), BTreeMap<String, toml::Value>>;

/// The tables as plain values, once they have been checked.
pub(super) fn values(tables: BTreeMap<Spanned<String>, TestTable>) -> (General, ByEnvironment) {
    let (mut general, mut by_environment) = (General::new(), ByEnvironment::new());
    for (id, table) in tables {
        let id = id.into_inner();
        for (name, values) in table.environments {
            if let Some(environment) = Environment::parse(name.get_ref()) {
                by_environment.insert((id.clone(), environment), super::plain_map(values));
            }
        }
        general.insert(id, super::plain_map(table.values));
    }
    (general, by_environment)
}
