//! Values of the parameters of a test, read as what they are.

use std::collections::BTreeMap;

use super::{Choice, Choices, Config, Environment, Globs, PARAMETERS, Setting, Span};
use crate::error::{Error, Result};

/// The parameters of the tests as they hold in one environment.
#[derive(Debug, Clone, Copy)]
pub struct Values<'c> {
    pub(super) config: &'c Config,
    /// `None` = a place that is in none.
    pub(super) environment: Option<Environment>,
}

/// What is made of a test's parameters, for each environment and for places in none.
#[derive(Debug, Clone, Copy)]
pub struct ByEnvironment<T> {
    general: T,
    production: T,
    sandbox: T,
}

impl<T> ByEnvironment<T> {
    /// Makes it of the values that hold in each.
    ///
    /// # Errors
    /// A value is malformed.
    pub fn new<'c>(config: &'c Config, make: impl Fn(Values<'c>) -> Result<T>) -> Result<Self> {
        Ok(Self {
            general: make(config.values_in(None))?,
            production: make(config.values_in(Some(Environment::Production)))?,
            sandbox: make(config.values_in(Some(Environment::Sandbox)))?,
        })
    }

    /// That of an environment.
    pub const fn at(&self, environment: Option<Environment>) -> &T {
        match environment {
            None => &self.general,
            Some(Environment::Production) => &self.production,
            Some(Environment::Sandbox) => &self.sandbox,
        }
    }

    /// All three.
    pub fn all(&self) -> [&T; 3] {
        [&self.general, &self.production, &self.sandbox]
    }
}

impl Config {
    /// The values that hold in an environment: its own, else the general ones.
    pub const fn values_in(&self, environment: Option<Environment>) -> Values<'_> {
        Values { config: self, environment }
    }

    /// [`Values::span`] of places in no environment.
    ///
    /// # Errors
    /// As there.
    pub fn span(&self, test: &str, name: &str) -> Result<Span> {
        self.values_in(None).span(test, name)
    }

    /// [`Values::whole`] of places in no environment.
    ///
    /// # Errors
    /// As there.
    pub fn whole(&self, test: &str, name: &str) -> Result<u64> {
        self.values_in(None).whole(test, name)
    }

    /// [`Values::globs`] of places in no environment.
    ///
    /// # Errors
    /// As there.
    pub fn globs(&self, test: &str, name: &str) -> Result<Globs> {
        self.values_in(None).globs(test, name)
    }

    /// [`Values::texts`] of places in no environment.
    ///
    /// # Errors
    /// As there.
    pub fn texts(&self, test: &str, name: &str) -> Result<Vec<String>> {
        self.values_in(None).texts(test, name)
    }

    /// [`Values::map`] of places in no environment.
    ///
    /// # Errors
    /// As there.
    pub fn map(&self, test: &str, name: &str) -> Result<BTreeMap<String, String>> {
        self.values_in(None).map(test, name)
    }

    /// [`Values::text`] of places in no environment.
    ///
    /// # Errors
    /// As there.
    pub fn text(&self, test: &str, name: &str) -> Result<String> {
        self.values_in(None).text(test, name)
    }
}

impl Values<'_> {
    fn setting(&self, test: &str, parameter: super::Parameter) -> Setting {
        self.config.setting_in(test, parameter, self.environment)
    }

    /// The value as it is written for the environment, else for the test.
    fn written(&self, test: &str, name: &str) -> Option<&toml::Value> {
        let own = self.environment.and_then(|e| self.config.environments.get(&(test.to_owned(), e))?.get(name));
        own.or_else(|| self.config.tests.get(test)?.get(name))
    }

    /// A parameter of a test that is a length of time.
    ///
    /// # Errors
    /// [`Error::Input`] when the value is no duration.
    pub fn span(&self, test: &str, name: &str) -> Result<Span> {
        let parameter = PARAMETERS
            .iter()
            .chain(crate::catalogue::own_parameters(test))
            .find(|p| p.name == name)
            .ok_or_else(|| Error::Bug(format!("parameter `{name}` of {test} is not declared")))?;
        let setting = self.setting(test, *parameter);
        setting.value.parse().map_err(|e| Error::Input(format!("{} {name}: {e}", setting.origin)))
    }

    /// A parameter of a test that is a whole number.
    ///
    /// # Errors
    /// [`Error::Input`] when the value is none.
    pub fn whole(&self, test: &str, name: &str) -> Result<u64> {
        let parameter = crate::catalogue::own_parameters(test)
            .find(|p| p.name == name)
            .ok_or_else(|| Error::Bug(format!("parameter `{name}` of {test} is not declared")))?;
        let setting = self.setting(test, *parameter);
        let wrong =
            |_| Error::Input(format!("{} {name}: expected a whole number, found `{}`", setting.origin, setting.value));
        setting.value.parse().map_err(wrong)
    }

    /// A parameter of a test that is a list of globs; the default where it is not set.
    ///
    /// # Errors
    /// [`Error::Input`] when it is not a list of texts or a glob is malformed.
    pub fn globs(&self, test: &str, name: &str) -> Result<Globs> {
        Globs::new(&self.texts(test, name)?)
    }

    /// A parameter of a test that is a list of texts; the default where it is not set.
    ///
    /// # Errors
    /// [`Error::Input`] when it is not a list of texts.
    pub fn texts(&self, test: &str, name: &str) -> Result<Vec<String>> {
        let value = self.given(test, name)?;
        let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected a list of texts"));
        let list = value.as_array().ok_or_else(wrong)?;
        list.iter().map(|v| v.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    }

    /// A parameter of a test that is one text; the default where it is not set.
    ///
    /// # Errors
    /// [`Error::Input`] when it is no text.
    pub fn text(&self, test: &str, name: &str) -> Result<String> {
        if let Some(value) = self.written(test, name) {
            let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected a text"));
            return value.as_str().map(str::to_owned).ok_or_else(wrong);
        }
        let parameter = crate::catalogue::own_parameters(test).find(|p| p.name == name);
        let default = parameter.map(|p| p.default.to_owned());
        default.ok_or_else(|| Error::Bug(format!("parameter `{name}` of {test} is not declared")))
    }

    /// A parameter of a test that is true or false.
    ///
    /// # Errors
    /// [`Error::Input`] when it is neither.
    pub fn flag(&self, test: &str, name: &str) -> Result<bool> {
        let wrong = || Error::Input(format!("[test.\"{test}\"] {name}: expected true or false"));
        self.given(test, name)?.as_bool().ok_or_else(wrong)
    }

    /// A parameter of a test that is a list of selects, each of globs that must all hold.
    ///
    /// # Errors
    /// [`Error::Input`] when it is no such list, names another field, or a glob is malformed.
    pub fn choices(&self, test: &str, name: &str) -> Result<Choices> {
        let wrong = |what: &str| Error::Input(format!("[test.\"{test}\"] {name}: {what}"));
        let value = self.given(test, name)?;
        let list = value.as_array().ok_or_else(|| wrong("expected a list of selects such as `{ actor = \"...\" }`"))?;
        list.iter().map(|select| Choice::new(select).map_err(|what| wrong(&what))).collect::<Result<_>>().map(Choices)
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

    /// The value of a test's own parameter: the configured one, else the default.
    fn given(&self, test: &str, name: &str) -> Result<toml::Value> {
        if let Some(value) = self.written(test, name) {
            return Ok(value.clone());
        }
        let of_profile = self.config.of_profile(name);
        let bug = |what: &str| Error::Bug(format!("parameter `{name}` of {test} {what}"));
        let parameter = crate::catalogue::own_parameters(test).find(|p| p.name == name);
        let default = parameter.ok_or_else(|| bug("is not declared"))?.default;
        let value = of_profile.as_ref().map_or(default, |(value, _)| value);
        let table: toml::Table = toml::from_str(&format!("v = {value}")).map_err(|_| bug("has no such default"))?;
        table.get("v").cloned().ok_or_else(|| bug("has no default"))
    }
}
