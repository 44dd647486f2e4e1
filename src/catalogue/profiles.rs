//! Profiles: named choices of tests and of values for their parameters. The gates run in every one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::report::controls;

/// Every test of the catalogue, whether this version has it or not.
pub const ALL: [&str; 42] = [
    "COV-01", "COV-02", "COV-03", "COV-04", "COV-05", "COV-06", "COV-07", "VCH-01", "VCH-02", "VCH-03", "TRC-01",
    "TRC-02", "TRC-03", "TRC-04", "DEP-01", "DEP-02", "DEP-03", "ACC-01", "ACC-02", "ACC-03", "PRV-01", "PRV-02",
    "PRV-03", "PRV-04", "PRV-05", "PRV-06", "SOD-01", "SOD-02", "EMG-01", "CRD-01", "CRD-02", "CRD-03", "AUT-01",
    "AUT-02", "CHG-01", "CHG-02", "LOG-01", "ANO-01", "STA-01", "STA-02", "CLD-01", "ATR-01",
];

const TEXT: &str = include_str!("profiles.toml");

static SHIPPED: LazyLock<std::result::Result<Shipped, String>> =
    LazyLock::new(|| toml::from_str(TEXT).map_err(|e| e.to_string()));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    profile: BTreeMap<String, Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    extends: Option<String>,
    mapped_to: Option<String>,
    #[serde(default)]
    every_test: bool,
    #[serde(default)]
    tests: Vec<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

/// A choice of tests, with values for their parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Ids of the tests that it names; the gates run whether they are named or not.
    pub tests: BTreeSet<String>,
    /// Values by name of the parameter, as the configuration would write them.
    pub parameters: BTreeMap<String, String>,
}

impl Profile {
    /// Every test, with no value of its own.
    pub fn of_every_test(name: &str) -> Self {
        let tests = ALL.into_iter().map(str::to_owned).collect();
        Self { name: name.to_owned(), tests, parameters: BTreeMap::new() }
    }

    /// True when the test runs.
    pub fn runs(&self, test: &str) -> bool {
        is_gate(test) || self.tests.contains(test)
    }
}

/// True for the tests that every profile runs, since the others lean on them.
pub fn is_gate(test: &str) -> bool {
    test.starts_with("COV-")
}

/// Names of the shipped profiles.
///
/// # Errors
/// A bug of ours.
pub fn names() -> Result<Vec<&'static str>> {
    Ok(tables()?.keys().map(String::as_str).collect())
}

/// A shipped profile; `None` = no such name.
///
/// # Errors
/// A bug of ours.
pub fn shipped(name: &str) -> Result<Option<Profile>> {
    let Some(table) = tables()?.get(name) else { return Ok(None) };
    let mut profile = match &table.extends {
        Some(base) => shipped(base)?.ok_or_else(|| Error::Bug(format!("profile `{name}` extends none")))?,
        None if table.every_test => Profile::of_every_test(name),
        None => Profile::default(),
    };
    name.clone_into(&mut profile.name);
    profile.tests.extend(table.tests.iter().cloned());
    profile.parameters.extend(table.parameters.clone());
    if let Some(framework) = &table.mapped_to {
        let framework = controls::mapping()?.framework(framework);
        let mapped = framework.into_iter().flat_map(|f| &f.controls).flat_map(controls::Control::tests);
        profile.tests.extend(mapped.map(str::to_owned));
    }
    Ok(Some(profile))
}

fn tables() -> Result<&'static BTreeMap<String, Table>> {
    let shipped = SHIPPED.as_ref().map_err(|e| Error::Bug(format!("the shipped profiles cannot be read: {e}")))?;
    Ok(&shipped.profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests_of(name: &str) -> Vec<String> {
        let profile = shipped(name).unwrap().unwrap();
        ALL.iter().filter(|t| profile.runs(t)).map(|t| (*t).to_owned()).collect()
    }

    const GATES: &str = "COV-01 COV-02 COV-03 COV-04 COV-05 COV-06 COV-07";

    #[test]
    fn shipped_profiles_run_what_they_did() {
        let soc2 = "VCH-01 VCH-02 TRC-01 TRC-02 TRC-03 DEP-01 DEP-02 DEP-03 ACC-01 ACC-02 PRV-01 PRV-03 PRV-04 SOD-01 \
            CRD-01 CRD-02 AUT-01 LOG-01 STA-01";
        let iso = "VCH-01 VCH-02 TRC-01 TRC-02 TRC-03 DEP-01 DEP-02 DEP-03 ACC-01 ACC-02 PRV-01 PRV-02 PRV-03 PRV-04 \
            PRV-05 SOD-01 SOD-02 EMG-01 CRD-01 CRD-02 AUT-01 CHG-01 CHG-02 LOG-01 STA-01";
        let pci = "VCH-01 TRC-01 TRC-02 DEP-01 ACC-01 ACC-02 ACC-03 PRV-01 PRV-02 PRV-03 PRV-04 PRV-06 SOD-01 SOD-02 \
            EMG-01 CRD-01 CRD-03 AUT-01 AUT-02 CHG-01 CHG-02 LOG-01 ANO-01";
        let hipaa = "VCH-01 TRC-01 TRC-02 DEP-01 DEP-02 ACC-01 PRV-01 PRV-02 PRV-03 PRV-04 EMG-01 CRD-01 AUT-01 AUT-02 \
            LOG-01 ANO-01";
        for (name, tests) in [("soc2-core", soc2), ("iso27001-core", iso), ("pci", pci), ("hipaa", hipaa)] {
            let expected: Vec<&str> = GATES.split_whitespace().chain(tests.split_whitespace()).collect();
            assert_eq!(tests_of(name), expected, "{name}");
        }
        assert_eq!(tests_of("strict"), ALL);
        assert_eq!(names().unwrap(), ["hipaa", "iso27001-core", "pci", "soc2-core", "strict"]);
    }

    #[test]
    fn shipped_profiles_name_tests_of_the_catalogue_and_durations() {
        for name in names().unwrap() {
            let profile = shipped(name).unwrap().unwrap();
            assert_eq!(profile.name, name);
            assert!(profile.tests.iter().all(|t| ALL.contains(&t.as_str())), "{name}");
            assert!(profile.parameters.values().all(|v| v.parse::<crate::config::Span>().is_ok()), "{name}");
        }
        assert_eq!(shipped("pci").unwrap().unwrap().parameters["deprovision_sla"], "1h");
        assert_eq!(shipped("none").unwrap(), None);
    }

    #[test]
    fn the_list_of_all_tests_holds_every_test_of_this_version_once() {
        assert!(crate::catalogue::ids().iter().all(|id| ALL.contains(id)));
        assert_eq!(BTreeSet::from(ALL).len(), ALL.len());
    }
}
