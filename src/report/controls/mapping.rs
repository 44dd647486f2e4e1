//! The mapping as it is shipped, read once.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::report::model::Strength;

/// Id of the Trust Services Criteria.
pub const SOC2: &str = "soc2";

/// Id of ISO/IEC 27001:2022.
pub const ISO27001: &str = "iso27001";

const TEXT: &str = include_str!("mapping.toml");

static MAPPING: LazyLock<std::result::Result<Mapping, String>> =
    LazyLock::new(|| toml::from_str(TEXT).map_err(|e| e.to_string()));

/// Every framework and which tests bear on its controls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Raised with every change of a row.
    pub version: String,
    /// The frameworks, in the order of print.
    #[serde(rename = "framework")]
    pub frameworks: Vec<Framework>,
}

/// A framework.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Our id of it, e.g. `nist_800_53_r5`.
    pub id: String,
    /// Its name in print.
    pub name: String,
    /// Which edition of it the ids are from.
    pub edition: String,
    /// On whose authority its rows stand: `author` = ours.
    pub basis: String,
    /// Its controls, in its own order.
    #[serde(rename = "control")]
    pub controls: Vec<Control>,
}

/// A criterion, clause, requirement or control.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The framework's id.
    pub id: String,
    /// Our own paraphrase.
    pub theme: String,
    /// What the evidence does not show.
    pub limits: String,
    /// Tests for which the log is the operating evidence.
    #[serde(default)]
    pub direct: Vec<String>,
    /// Tests that show one attribute among several.
    #[serde(default)]
    pub supporting: Vec<String>,
    /// Tests worth knowing beside other evidence.
    #[serde(default)]
    pub context: Vec<String>,
    /// True when `id` is the name of several controls that are printed as one row.
    #[serde(default)]
    pub several: bool,
}

impl Control {
    /// How strongly a test bears on it; `None` = not at all.
    pub fn strength(&self, test: &str) -> Option<Strength> {
        let lists = [
            (&self.direct, Strength::Direct),
            (&self.supporting, Strength::Supporting),
            (&self.context, Strength::Context),
        ];
        lists.into_iter().find(|(tests, _)| tests.iter().any(|t| t == test)).map(|(_, strength)| strength)
    }

    /// Every test that bears on it.
    pub fn tests(&self) -> impl Iterator<Item = &str> {
        self.direct.iter().chain(&self.supporting).chain(&self.context).map(String::as_str)
    }
}

impl Mapping {
    /// A framework by our id of it.
    pub fn framework(&self, id: &str) -> Option<&Framework> {
        self.frameworks.iter().find(|f| f.id == id)
    }
}

/// The mapping.
///
/// # Errors
/// The data that the program carries cannot be read: a bug of ours.
pub fn mapping() -> Result<&'static Mapping> {
    MAPPING.as_ref().map_err(|e| Error::Bug(format!("the mapping of controls cannot be read: {e}")))
}
