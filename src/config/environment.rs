//! Environments of workspaces, and values of parameters that hold in one of them only.

use super::{Config, Parameter, Setting, Span, plain};
use crate::error::{Error, Result};

/// What a workspace is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// Where the organisation's work is done.
    Production,
    /// Where changes are tried.
    Sandbox,
}

/// Parameters that a test chooses by the environment of the scope it judges. A value for an environment is refused elsewhere: of what
/// is no place's own (files, sources, identities, accounts as a whole) it would be ignored.
const BY_ENVIRONMENT: &[(&str, &[&str])] = &[
    ("COV-01", &["max_gap", "min_expected"]),
    ("COV-04", &["settle"]),
    ("VCH-01", &["min_strength"]),
    ("VCH-02", &["allowed"]),
    ("VCH-03", &["look_back"]),
    ("TRC-01", &["provision_sla"]),
    ("TRC-02", &["deprovision_sla"]),
    ("TRC-04", &["flap_window", "flap_count"]),
    ("DEP-03", &["residue_sla", "token_sla", "admin_sla"]),
    ("ACC-03", &["allowed_domains"]),
    ("PRV-01", &["privileged_groups", "require_ticket", "max_box"]),
    ("PRV-02", &["revoke_sla"]),
    ("PRV-03", &["allow", "personal", "temporary"]),
    ("PRV-04", &["approved", "broad_groups"]),
    ("PRV-05", &["owners"]),
    ("SOD-01", &["reciprocal", "group_owners", "system_groups", "personal"]),
    ("EMG-01", &["max_session", "ticket_window", "review_business_days", "holidays"]),
    ("CRD-01", &["max_life", "max_age"]),
    ("CRD-02", &["token_sla"]),
    ("CRD-03", &["max_rot", "max_rot_hard", "overlap"]),
    ("AUT-01", &["allowed", "sign_in_window"]),
    ("AUT-02", &["success_window", "triage_sla"]),
    ("CHG-01", &["precedent", "min_soak", "pair_map"]),
    ("CHG-02", &["pipelines"]),
    ("LOG-01", &["pipelines"]),
    ("ANO-01", &["abs_min", "k", "history", "scheduled"]),
    ("CLD-01", &["pipelines"]),
];

/// Tests whose items are of production alone: the value of a sandbox would be ignored there, too.
const PRODUCTION_ONLY: &[&str] = &["CHG-01"];

/// Tests whose items may lie in a catalog of production, wherever they were done.
const BY_CATALOG: &[&str] = &["PRV-03", "PRV-04", "PRV-05"];

/// Limits within which decisions and changes are correlated. That is done once for a whole run, before any test: a decision may be carried
/// out in workspaces of several environments, and what one change takes is no other's any more.
const OF_THE_CORRELATION: &[&str] = &["look_back", "skew"];

/// Tests that have such a limit for something of their own.
const BESIDE_THE_CORRELATION: &[(&str, &str)] = &[("VCH-03", "look_back"), ("COV-05", "skew")];

/// True when the parameter bounds the correlation, of which the test takes what came out.
pub fn bounds_correlation(test: &str, parameter: &str) -> bool {
    OF_THE_CORRELATION.contains(&parameter) && !BESIDE_THE_CORRELATION.contains(&(test, parameter))
}

/// True when the test judges by the environment's own value of the parameter.
pub fn honours_environment(test: &str, parameter: &str) -> bool {
    BY_ENVIRONMENT.iter().any(|(id, names)| *id == test && names.contains(&parameter))
}

/// True when the test judges by the values of production what was done to a catalog of production.
pub fn honours_catalogs(test: &str) -> bool {
    BY_CATALOG.contains(&test)
}

/// Why a value that an environment has of its own would be ignored; `None` = it is used.
pub fn ignored_in(test: &str, parameter: &str, environment: Environment) -> Option<String> {
    match honours_environment(test, parameter) {
        true if environment == Environment::Sandbox && PRODUCTION_ONLY.contains(&test) => {
            Some(format!("{test} judges what happened in production; no `{parameter}` of a sandbox is used"))
        }
        true => None,
        false if bounds_correlation(test, parameter) => Some(format!(
            "`{parameter}` is a limit of the correlation, which is done once for all environments: a decision may take effect in several of them"
        )),
        false => Some(format!(
            "{test} judges by one `{parameter}` in every environment: what it limits is in no place of its own"
        )),
    }
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
        self.values_in(self.environment(scope)).span(test, name)
    }
}
