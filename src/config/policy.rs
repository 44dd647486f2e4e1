//! Policies: what the organisation has written down about a value. A value in use that contradicts one fails the run.

use super::{Config, Environment, PARAMETERS, Parameter, Setting, Span};

/// A stated policy about one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The organisation's own reference, e.g. `IAM-7 section 3`.
    pub id: String,
    /// Name of the parameter.
    pub parameter: String,
    /// The test; `None` = every test that has the parameter.
    pub test: Option<String>,
    /// The environment; `None` = every one.
    pub environment: Option<Environment>,
    /// What the value may be.
    pub bound: Bound,
}

/// What a policy asks of a value, as the configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// No more than that.
    AtMost(String),
    /// No less than that.
    AtLeast(String),
    /// Nothing but that.
    Equals(String),
}

impl Bound {
    /// True when the value keeps to it; `None` = the two cannot be compared.
    pub fn holds(&self, value: &str) -> Option<bool> {
        let (limit, order) = match self {
            Self::AtMost(limit) | Self::AtLeast(limit) | Self::Equals(limit) => (limit, compare(value, limit)),
        };
        match (self, order) {
            (Self::AtMost(_), Some(order)) => Some(order.is_le()),
            (Self::AtLeast(_), Some(order)) => Some(order.is_ge()),
            (Self::Equals(_), Some(order)) => Some(order.is_eq()),
            (Self::Equals(_), None) => Some(value == limit),
            (_, None) => None,
        }
    }

    /// What it asks, as a sentence says it.
    pub fn in_words(&self) -> String {
        match self {
            Self::AtMost(limit) => format!("at most `{limit}`"),
            Self::AtLeast(limit) => format!("at least `{limit}`"),
            Self::Equals(limit) => format!("`{limit}`"),
        }
    }
}

// Lengths of time by their length, however they are written, and numbers as numbers.
fn compare(value: &str, limit: &str) -> Option<std::cmp::Ordering> {
    if let (Ok(value), Ok(limit)) = (value.parse::<Span>(), limit.parse::<Span>()) {
        return Some(value.cmp(&limit));
    }
    Some(value.parse::<i64>().ok()?.cmp(&limit.parse::<i64>().ok()?))
}

impl Policy {
    /// True when it speaks of the parameter of the test in that environment.
    pub fn governs(&self, test: &str, parameter: &str, environment: Option<Environment>) -> bool {
        self.parameter == parameter
            && self.test.as_deref().is_none_or(|t| t == test)
            && (self.environment.is_none() || environment.is_none() || self.environment == environment)
    }
}

impl Config {
    /// The policy behind a value: the test's own reference, else the policies that govern the parameter; `None` = not
    /// stated.
    pub fn policy_of(&self, test: &str, setting: &Setting) -> Option<String> {
        if let Some(own) = self.policy(test) {
            return Some(own.to_owned());
        }
        let governing = self.policies.iter().filter(|p| p.governs(test, &setting.name, setting.environment));
        let ids: Vec<&str> = governing.map(|p| p.id.as_str()).collect();
        (!ids.is_empty()).then(|| ids.join("; "))
    }

    /// What in use contradicts a policy, one sentence each. Tests that do not run use nothing.
    pub(super) fn contradictions(&self, policy: &Policy) -> Vec<String> {
        let tests = crate::catalogue::TESTS.iter().filter(|t| self.runs(t.id));
        let mut found = Vec::new();
        for test in tests.filter(|t| policy.test.as_deref().is_none_or(|id| id == t.id)) {
            let shared = PARAMETERS.iter().filter(|p| test.shared_parameters.contains(&p.name));
            for parameter in shared.chain(test.own_parameters).filter(|p| p.name == policy.parameter) {
                found.extend(self.in_use(test.id, *parameter, policy.environment).iter().filter_map(|setting| {
                    let wrong = match policy.bound.holds(&setting.value) {
                        Some(true) => return None,
                        Some(false) => "is",
                        None => "cannot be compared: it is",
                    };
                    let Setting { name, value, origin, .. } = setting;
                    let (id, asked) = (&policy.id, policy.bound.in_words());
                    let at = setting.environment.map_or_else(String::new, |e| format!(" in {}", e.as_str()));
                    Some(format!("{} {name}{at} {wrong} `{value}` ({origin}), and policy `{id}` says {asked}", test.id))
                }));
            }
        }
        found
    }

    // The values that a policy speaks of: that of its environment, else all there are.
    fn in_use(&self, test: &str, parameter: Parameter, environment: Option<Environment>) -> Vec<Setting> {
        match environment {
            Some(_) => vec![self.setting_in(test, parameter, environment)],
            None => self.settings(test, parameter),
        }
    }
}
