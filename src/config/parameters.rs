//! Parameters of a test that are texts, tables of them, or true or false.

use std::collections::BTreeMap;

use super::Config;
use crate::error::{Error, Result};

impl Config {
    /// A parameter of a test that is one text; the default where it is not set.
    ///
    /// # Errors
    /// [`Error::Input`] when it is no text.
    pub fn text(&self, test: &str, name: &str) -> Result<String> {
        if let Some(value) = self.tests.get(test).and_then(|t| t.get(name)) {
            let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected a text"));
            return value.as_str().map(str::to_owned).ok_or_else(wrong);
        }
        let parameter = crate::catalogue::own_parameters(test).find(|p| p.name == name);
        let default = parameter.map(|p| p.default.to_owned());
        default.ok_or_else(|| Error::Bug(format!("parameter `{name}` of {test} is not declared")))
    }

    /// A parameter of a test that is a table of texts, by key.
    ///
    /// # Errors
    /// [`Error::Input`] when it is no such table.
    pub fn map(&self, test: &str, name: &str) -> Result<BTreeMap<String, String>> {
        let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected a table of texts"));
        let value = self.given(test, name)?;
        let text = |(key, value): (&String, &toml::Value)| {
            value.as_str().map(|text| (key.clone(), text.to_owned())).ok_or_else(wrong)
        };
        value.as_table().ok_or_else(wrong)?.iter().map(text).collect()
    }

    /// A parameter of a test that is a table of lists of texts, by key.
    ///
    /// # Errors
    /// [`Error::Input`] when it is no such table.
    pub fn lists(&self, test: &str, name: &str) -> Result<BTreeMap<String, Vec<String>>> {
        let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected a table of lists of texts"));
        let value = self.given(test, name)?;
        let list = |value: &toml::Value| {
            let list = value.as_array().ok_or_else(wrong)?;
            list.iter().map(|v| v.as_str().map(str::to_owned).ok_or_else(wrong)).collect::<Result<Vec<_>>>()
        };
        value.as_table().ok_or_else(wrong)?.iter().map(|(key, value)| Ok((key.clone(), list(value)?))).collect()
    }

    /// A parameter of a test that is true or false.
    ///
    /// # Errors
    /// [`Error::Input`] when it is neither.
    pub fn flag(&self, test: &str, name: &str) -> Result<bool> {
        let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected true or false"));
        self.given(test, name)?.as_bool().ok_or_else(wrong)
    }
}
