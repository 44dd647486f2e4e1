//! The part of the model that speaks of frameworks: where mappings come from, and how the organisation words its controls.

use serde::{Deserialize, Serialize};

use super::ControlRow;

/// Where the mappings come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingFacts {
    /// Version of the mapping: raised with every change of a row.
    pub version: String,
    /// The frameworks, in the order of print.
    pub frameworks: Vec<FrameworkFacts>,
}

/// A framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkFacts {
    /// Our id of it, e.g. `csf_2_0`.
    pub id: String,
    /// Its name in print.
    pub name: String,
    /// The edition that its ids are from.
    pub edition: String,
    /// On whose authority its rows stand; `author` = the program's author.
    pub basis: String,
}

/// A framework that has no document of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crosswalk {
    /// Its name in print.
    pub framework: String,
    /// The edition that its ids are from.
    pub edition: String,
    /// On whose authority its rows stand.
    pub basis: String,
    /// Version of the mapping.
    pub mapping_version: String,
    /// Its controls that any test of the catalogue bears on, and those that the organisation words.
    pub rows: Vec<ControlRow>,
}

/// How the organisation words a control. Texts that it does not give are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrganizationControl {
    /// Our id of the framework.
    pub framework: String,
    /// The framework's id of the control.
    pub control: String,
    /// The organisation's own id.
    pub organization_id: String,
    /// Its wording.
    pub text: String,
    /// Who answers for it.
    pub owner: String,
    /// `applicable` or `excluded`: its status in the Statement of Applicability.
    pub soa: String,
    /// Why.
    pub justification: String,
}

/// Something read beside the exports: it is no log, and the report depends on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OtherInput {
    /// Path relative to the configuration's folder; of the command line the option.
    pub path: String,
    /// `controls` or `command line`.
    pub kind: String,
    /// Bytes.
    pub byte_count: u64,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Entries in it.
    pub entry_count: u64,
}

/// Which tests were to run, and with which values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFacts {
    /// True when a profile was asked for.
    pub given: bool,
    /// Its name; of none `all tests`.
    pub name: String,
    /// Tests that it leaves out, in the order of the catalogue.
    pub left_out: Vec<String>,
}

impl Default for ProfileFacts {
    fn default() -> Self {
        Self { given: false, name: "all tests".to_owned(), left_out: Vec::new() }
    }
}
