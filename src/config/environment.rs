//! Environments of workspaces, and values of parameters that hold in one of them only.

use super::{Config, PARAMETERS, Parameter, Setting, Span, plain};
use crate::error::{Error, Result};

/// What a workspace is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// Where the organisation's work is done.
    Production,
    /// Where changes are tried.
    Sandbox,
}

/// Parameters that a test chooses by the environment of the scope it judges. A value for an environment is refused
/// elsewhere: it would be ignored.
const BY_ENVIRONMENT: &[(&str, &str)] =
    &[("COV-01", "max_gap"), ("TRC-01", "provision_sla"), ("TRC-02", "deprovision_sla")];

/// True when the test judges by the environment's own value of the parameter.
pub fn honours_environment(test: &str, parameter: &str) -> bool {
    BY_ENVIRONMENT.contains(&(test, parameter))
}

impl Environment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Production, Self::Sandbox];

    /// The key under `[environments]`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }

    /// Reads the key.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.as_str() == word)
    }
}

impl Config {
    /// The environment of a scope; `None` = the configuration puts it in none.
    pub fn environment(&self, scope: &str) -> Option<Environment> {
        let holds = |list: &[String]| list.iter().any(|s| s == scope);
        let of = |environment: &Environment| match environment {
            Environment::Production => holds(&self.production),
            Environment::Sandbox => holds(&self.sandbox),
        };
        Environment::ALL.into_iter().find(of)
    }

    /// The setting of a parameter for one test in one environment: the environment's own value, else the general one.
    pub fn setting_in(&self, test: &str, parameter: Parameter, environment: Option<Environment>) -> Setting {
        environment
            .and_then(|environment| self.own_setting(test, parameter, environment))
            .unwrap_or_else(|| self.setting(test, parameter))
    }

    /// The value that an environment has of its own; `None` = the general one holds there.
    pub fn own_setting(&self, test: &str, parameter: Parameter, environment: Environment) -> Option<Setting> {
        let value = self.environments.get(&(test.to_owned(), environment))?.get(parameter.name)?;
        Some(Setting {
            name: parameter.name.to_owned(),
            value: plain(value),
            default: parameter.default.to_owned(),
            origin: format!("[test.\"{test}\".environment.{}]", environment.as_str()),
            environment: Some(environment),
        })
    }

    /// Every value of a parameter for one test: the general one, then those that environments have of their own.
    pub fn settings(&self, test: &str, parameter: Parameter) -> Vec<Setting> {
        let own = Environment::ALL.into_iter().filter_map(|e| self.own_setting(test, parameter, e));
        std::iter::once(self.setting(test, parameter)).chain(own).collect()
    }

    /// A parameter of a test that is a length of time, as it holds in the environment of a scope.
    ///
    /// # Errors
    /// [`Error::Input`] when the value is no duration; a bug of ours where the test is not declared to judge by
    /// environment.
    pub fn span_in(&self, test: &str, name: &str, scope: &str) -> Result<Span> {
        if !honours_environment(test, name) {
            return Err(Error::Bug(format!("parameter `{name}` of {test} is not declared to differ by environment")));
        }
        let parameter = PARAMETERS
            .iter()
            .chain(crate::catalogue::own_parameters(test))
            .find(|p| p.name == name)
            .ok_or_else(|| Error::Bug(format!("parameter `{name}` of {test} is not declared")))?;
        let setting = self.setting_in(test, *parameter, self.environment(scope));
        setting.value.parse().map_err(|e| Error::Input(format!("{} {name}: {e}", setting.origin)))
    }
}
