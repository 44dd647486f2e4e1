//! The part of the model that speaks of the package before.

use serde::{Deserialize, Serialize};

use super::{Conclusion, Listing, Severity};

/// What has changed since the previous package. Without one, `has_previous` is false and the rest is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// True when a previous package was named; it was intact.
    pub has_previous: bool,
    /// Its run; empty = none was named.
    pub previous_run_id: String,
    /// Its period, as asked for.
    pub previous_period: String,
    /// First instant of its period.
    pub previous_start: String,
    /// First instant after its period.
    pub previous_end: String,
    /// True when both are of the same period.
    pub same_period: bool,
    /// True when both are of the same period and their inputs differ: this package restates the one before, which stays as it is.
    pub restates: bool,
    /// Compared items by what became of them, in the order of the words; those that nothing became included.
    pub changes: Vec<ChangeCount>,
    /// Compared items that do not continue, by cause; causes of nothing included.
    pub causes: Vec<CauseCount>,
    /// What became of each: control tests first, then by change, gravest first, then by test, time and item id.
    pub rows: Listing<ChangeRow>,
    /// Files that the previous package did not read, by path.
    pub inputs_added: Listing<String>,
    /// Files of the previous package that were not read this time, by path.
    pub inputs_gone: Listing<String>,
    /// Each test of either package: what it concluded then and now.
    pub tests: Vec<TestChange>,
    /// Tests whose conclusion or version differs.
    pub moved_count: u64,
    /// What was done otherwise than before, one sentence each; empty = nothing.
    pub method: Vec<String>,
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            has_previous: false,
            previous_run_id: String::new(),
            previous_period: String::new(),
            previous_start: String::new(),
            previous_end: String::new(),
            same_period: false,
            restates: false,
            changes: Vec::new(),
            causes: Vec::new(),
            rows: Listing::of_total(Vec::new(), 0),
            inputs_added: Listing::of_total(Vec::new(), 0),
            inputs_gone: Listing::of_total(Vec::new(), 0),
            tests: Vec::new(),
            moved_count: 0,
            method: Vec::new(),
        }
    }
}

/// Items of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCount {
    /// The word of column `change`.
    pub change: String,
    /// What it means.
    pub meaning: String,
    /// Items of control tests.
    pub control_count: u64,
    /// Items of integrity gates.
    pub gate_count: u64,
}

/// Items of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseCount {
    /// The word of column `cause`.
    pub cause: String,
    /// What it means.
    pub meaning: String,
    /// Items of all tests.
    pub count: u64,
}

/// One compared item. Absent texts are `-`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// The test.
    pub test_id: String,
    /// The item.
    pub item_id: String,
    /// What became of it.
    pub change: String,
    /// Verdict and reason then.
    pub previous: String,
    /// Verdict and reason now.
    pub now: String,
    /// Why; `-` = it continues.
    pub cause: String,
    /// What proves it.
    pub proof: String,
    /// Its severity.
    pub severity: Severity,
    /// When it happened.
    pub event_time: String,
    /// Whose access.
    pub subject: String,
    /// What is granted or removed.
    pub object: String,
    /// Period of the package that saw it first.
    pub first_seen_period: String,
    /// Run that saw it first.
    pub first_seen_run: String,
    /// True when it is a deviation now, of before the cut-off.
    pub has_age: bool,
    /// Whole days from its time to the cut-off; 0 when `has_age` is false.
    pub age_days: u64,
}

/// What one test concluded then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestChange {
    /// The test.
    pub test_id: String,
    /// Version then; `-` = it was not run.
    pub previous_version: String,
    /// Version now; `-` = it was not run.
    pub version: String,
    /// Conclusion then.
    pub previous_conclusion: Conclusion,
    /// Conclusion now.
    pub conclusion: Conclusion,
    /// The conclusion then in numbers.
    pub previous_words: String,
    /// The conclusion now in numbers.
    pub words: String,
    /// True when conclusion or version differs.
    pub moved: bool,
}
