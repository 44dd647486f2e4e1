//! The report model: everything that the pages say, as plain data.
//!
//! It is written as `model.json` and every page is a rendering of it, so it holds no wall clock, no host and no user:
//! the same inputs, configuration and version give the same bytes. Instants are RFC 3339 texts in UTC ending in `Z`,
//! lengths of time are whole seconds (of clocks, milliseconds), digests are lower-case hexadecimal. Nothing is optional: what nobody stated is
//! [`Supplied`] with `given: false`, or the text [`NOT_SUPPLIED`].

mod comparison;
mod evidence;
mod mapping;
mod results;
mod statements;
mod time;
mod waivers;

pub use comparison::*;
pub use evidence::*;
pub use mapping::*;
pub use results::*;
pub use statements::*;
pub use time::*;
pub use waivers::*;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Version of the model's shape. Fields are added freely; a field renamed, removed or changed in meaning raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// What stands where nobody stated anything.
pub const NOT_SUPPLIED: &str = "Not supplied";

/// Rows that a page lists at most of one table; the rest is in the package's data files.
pub const ROWS_SHOWN: usize = 200;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that made it.
    pub tool: Tool,
    /// What identifies this package.
    pub package: PackageFacts,
    /// Whose evidence it is.
    pub organization: String,
    /// The period under examination.
    pub period: Period,
    /// The first page. Filled by [`Model::derive`].
    pub summary: Summary,
    /// What the evidence is about, and what it leaves out.
    pub scope: Scope,
    /// Cut-off of each test, in the order of `tests`.
    pub cut_offs: Vec<CutOff>,
    /// Which tests were to run.
    pub profile: ProfileFacts,
    /// Every parameter in use, defaults among them.
    pub parameters: Vec<Parameter>,
    /// How the door of a change was judged.
    pub door: Door,
    /// How names were brought together.
    pub identity: Identity,
    /// Every file read.
    pub inputs: Vec<InputFile>,
    /// Companion files, by kind and path.
    pub companions: Vec<CompanionFile>,
    /// What in them does not hold, by path and line.
    pub companion_findings: Listing<CompanionFinding>,
    /// What was read beside the exports, and the report depends on.
    pub other_inputs: Vec<OtherInput>,
    /// Records over all files. Filled by [`Model::derive`].
    pub totals: Totals,
    /// Records that could not be read.
    pub rejects: Listing<Reject>,
    /// Which event types were seen, and which of them are not in the vocabulary.
    pub vocabulary: Vec<VocabularyLine>,
    /// What the logs at hand speak for.
    pub coverage: Coverage,
    /// Vouching at several look-backs.
    pub sensitivity: Sensitivity,
    /// How long decisions took to be carried out: grants first, then removals.
    pub latency: Vec<Latency>,
    /// How the clocks of the sources differ: one row a leg and pair of sources, legs in the order of the chain.
    pub skews: Vec<Skew>,
    /// The tests, integrity gates first, each group by id.
    pub tests: Vec<Test>,
    /// Catalogue tests that could not be carried out, each with the reason.
    pub not_tested: Vec<NotTested>,
    /// Waivers as configured, with what became of them.
    pub waivers: Vec<Waiver>,
    /// What is wrong with them. Filled by [`Model::derive`].
    #[serde(default)]
    pub waiver_set: WaiverSet,
    /// What has changed since the previous package.
    #[serde(default)]
    pub comparison: Comparison,
    /// SOC 2 criteria. Filled by [`Model::derive`].
    pub soc2: Vec<ControlRow>,
    /// ISO/IEC 27001 clauses and Annex A controls. Filled by [`Model::derive`].
    pub iso27001: Vec<ControlRow>,
    /// The frameworks that have no document of their own. Filled by [`Model::derive`].
    pub crosswalk: Vec<Crosswalk>,
    /// Where the mappings come from. Filled by [`Model::derive`].
    pub mapping: MappingFacts,
    /// The organisation's own wording of controls, by framework and control.
    pub organization_controls: Vec<OrganizationControl>,
    /// What management states, or has not yet stated.
    pub statements: Statements,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `tickmark`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What identifies the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageFacts {
    /// [`crate::package::run_id`]: digest over inputs, configuration and version.
    pub run_id: String,
    /// SHA-256 of the configuration file.
    pub config_sha256: String,
    /// `full`: nothing is masked but secrets.
    pub redaction_profile: String,
    /// The data files beside the pages.
    pub data_files: Vec<DataFile>,
}

/// A data file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Path within the package.
    pub path: String,
    /// What one row is.
    pub doc: String,
    /// Rows in it.
    pub row_count: u64,
}

/// The period, half open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// As asked for, e.g. `2026-Q3`.
    pub label: String,
    /// First instant.
    pub start: String,
    /// First instant after it.
    pub end: String,
    /// Zone in which the label was read, e.g. `UTC`.
    pub zone: String,
}

/// The first page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of tests with each conclusion, in the order of [`Conclusion::ALL`]; conclusions nobody reached included.
    pub conclusions: Vec<ConclusionCount>,
    /// Deviations of control tests by severity, gravest first; severities without any included.
    pub severities: Vec<SeverityCount>,
    /// Deviations of all control tests, waived ones included.
    pub deviation_count: u64,
    /// Of which waived.
    pub waived_count: u64,
    /// What could not be concluded, one sentence each.
    pub not_concluded: Vec<String>,
    /// What this package does not cover, one sentence each.
    pub not_covered: Vec<String>,
}

/// Tests with one conclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConclusionCount {
    /// The conclusion.
    pub conclusion: Conclusion,
    /// Tests that reached it.
    pub test_count: u64,
}

/// Deviations of one severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityCount {
    /// The severity.
    pub severity: Severity,
    /// Deviations, waived ones included.
    pub deviation_count: u64,
    /// Of which waived.
    pub waived_count: u64,
}

/// A table that may be longer than a page can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// Rows that exist.
    pub total: u64,
    /// Rows listed here.
    pub shown: u64,
    /// True when all are listed.
    pub complete: bool,
    /// The rows, in a total order.
    pub rows: Vec<T>,
}

impl<T> Listing<T> {
    /// Keeps the first `cap` rows and remembers how many there were.
    pub fn capped(mut rows: Vec<T>, cap: usize) -> Self {
        let total = rows.len() as u64;
        rows.truncate(cap);
        Self::of_total(rows, total)
    }

    /// Rows that were capped before, of `total` that exist.
    pub fn of_total(rows: Vec<T>, total: u64) -> Self {
        let shown = rows.len() as u64;
        Self { total, shown, complete: shown == total, rows }
    }
}

/// One criterion, clause or control, with the tests that bear on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRow {
    /// The framework's id, e.g. `CC6.2` or `A.5.18`.
    pub id: String,
    /// Our own short paraphrase.
    pub theme: String,
    /// The organisation's control and its wording.
    pub organization_control: Supplied,
    /// Its status in the Statement of Applicability, and why.
    pub soa: Supplied,
    /// True when at least one test that was run bears on it.
    pub has_evidence: bool,
    /// The tests that bear on it.
    pub tests: Vec<ControlTest>,
    /// What this evidence does not show.
    pub limits: String,
}

/// A test in a row of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlTest {
    /// The test.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How directly it bears on the control.
    pub strength: Strength,
    /// What it concluded.
    pub conclusion: Conclusion,
    /// The conclusion in numbers.
    pub conclusion_words: String,
    /// Deviations, waived ones included.
    pub deviation_count: u64,
}

impl Model {
    /// Reads a model from `model.json`.
    pub fn from_json(text: &str) -> Result<Self> {
        let model: Self = serde_json::from_str(text).map_err(|e| Error::Input(format!("not a report model: {e}")))?;
        if model.schema_version != SCHEMA_VERSION {
            let found = model.schema_version;
            return Err(Error::Input(format!("report model of version {found}; this program reads {SCHEMA_VERSION}")));
        }
        Ok(model)
    }

    /// The bytes of `model.json`.
    pub fn to_json(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| Error::Bug(format!("the report model cannot be written: {e}")))?;
        text.push('\n');
        Ok(text)
    }
}
