//! The part of the model that speaks of tests: counts, conclusions, items.

use serde::{Deserialize, Serialize};

use super::{Listing, Parameter};
use crate::report::format::number;

/// What a test concluded, by rule from its counts. These are the words of column `conclusion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Conclusion {
    /// At least one deviation, waived or not.
    #[serde(rename = "Exceptions noted")]
    ExceptionsNoted,
    /// No deviation, but items that the evidence cannot decide, or nothing occurred and coverage is incomplete.
    #[serde(rename = "Unable to conclude")]
    UnableToConclude,
    /// Nothing occurred, and coverage shows it.
    #[serde(rename = "No occurrence in the period")]
    NoOccurrence,
    /// Every item that could be judged passed.
    #[serde(rename = "No exceptions noted")]
    NoExceptionsNoted,
    /// The test did not run.
    #[serde(rename = "Not tested")]
    NotTested,
}

impl Conclusion {
    /// All of them, in the order in which a reader needs them.
    pub const ALL: [Self; 5] =
        [Self::ExceptionsNoted, Self::UnableToConclude, Self::NoExceptionsNoted, Self::NoOccurrence, Self::NotTested];

    /// The conclusion of a test that ran, by rule. `undetermined_tolerated` is 0 unless the configuration says more.
    pub fn of(counts: &Counts, coverage_complete: bool, undetermined_tolerated: u64) -> Self {
        if counts.deviations > 0 {
            Self::ExceptionsNoted
        } else if counts.undetermined > undetermined_tolerated {
            Self::UnableToConclude
        } else if counts.population == 0 {
            if coverage_complete { Self::NoOccurrence } else { Self::UnableToConclude }
        } else {
            Self::NoExceptionsNoted
        }
    }

    /// Reads the words of column `conclusion`.
    pub fn parse(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == words)
    }

    /// The words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExceptionsNoted => "Exceptions noted",
            Self::UnableToConclude => "Unable to conclude",
            Self::NoOccurrence => "No occurrence in the period",
            Self::NoExceptionsNoted => "No exceptions noted",
            Self::NotTested => "Not tested",
        }
    }

    /// The conclusion with its numbers, as a report says it.
    pub fn in_words(self, counts: &Counts) -> String {
        let items = if counts.population == 1 { "item" } else { "items" };
        let population = format!("{} {items}", number(counts.population));
        match self {
            Self::ExceptionsNoted if counts.deviations == 1 => format!("1 exception noted in {population}"),
            Self::ExceptionsNoted => format!("{} exceptions noted in {population}", number(counts.deviations)),
            Self::UnableToConclude if counts.population == 0 => {
                "Unable to conclude: nothing occurred in the evidence at hand, and coverage is incomplete".into()
            }
            Self::UnableToConclude => {
                format!("Unable to conclude: {} of {population} undetermined", number(counts.undetermined))
            }
            Self::NoOccurrence => "No occurrence in the period (coverage proven)".into(),
            Self::NoExceptionsNoted => format!("No exceptions noted in {} of {population}", number(counts.pass)),
            Self::NotTested => "Not tested".into(),
        }
    }
}

/// Gravity of one exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Gravest.
    Critical,
    /// Grave.
    High,
    /// Middling.
    Medium,
    /// Slight.
    Low,
    /// For information.
    Info,
}

impl Severity {
    /// Gravest first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// Reads the word of column `severity`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// The word of column `severity`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// How directly a test bears on a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The log is the operating evidence.
    Direct,
    /// One attribute among several.
    Supporting,
    /// Context only.
    Context,
}

impl Strength {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Supporting => "supporting",
            Self::Context => "context",
        }
    }
}

/// Population and verdicts of one test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Items judged: the sum of the five verdicts.
    pub population: u64,
    /// Passed.
    pub pass: u64,
    /// Exceptions that are not waived.
    pub exception: u64,
    /// Exceptions with a live waiver.
    pub waived: u64,
    /// Items that the evidence cannot decide.
    pub undetermined: u64,
    /// Items to which the test does not apply.
    pub not_applicable: u64,
    /// Exceptions and waived together: a waiver does not undo a deviation.
    pub deviations: u64,
}

impl Counts {
    /// Counts whose population is the sum of the verdicts.
    pub const fn new(pass: u64, exception: u64, waived: u64, undetermined: u64, not_applicable: u64) -> Self {
        Self {
            population: pass + exception + waived + undetermined + not_applicable,
            pass,
            exception,
            waived,
            undetermined,
            not_applicable,
            deviations: exception + waived,
        }
    }

    /// True when the population is the sum of the five verdicts.
    pub const fn adds_up(&self) -> bool {
        self.population == self.pass + self.exception + self.waived + self.undetermined + self.not_applicable
            && self.deviations == self.exception + self.waived
    }
}

/// One test that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its id for ever, e.g. `VCH-01`.
    pub id: String,
    /// Version of its logic.
    pub version: String,
    /// What holds when it passes.
    pub title: String,
    /// True for an integrity gate, false for a control test.
    pub gate: bool,
    /// Why it is run.
    pub objective: String,
    /// The kinds of evidence that it leans on.
    pub needs: Vec<String>,
    /// What is an item.
    pub population_definition: String,
    /// What one item is called in the plural, e.g. `records` for COV-02.
    pub item_noun: String,
    /// How each item is judged.
    pub procedure: Vec<String>,
    /// What was dropped on the way to the population, with counts.
    pub exclusions: Vec<Exclusion>,
    /// Population and verdicts.
    pub counts: Counts,
    /// The same per scope, ordered by scope; they add up to `counts`.
    pub by_scope: Vec<ScopeCounts>,
    /// What it concluded.
    pub conclusion: Conclusion,
    /// [`Conclusion::in_words`].
    pub conclusion_words: String,
    /// Severity of one exception, before what raises it.
    pub severity: Severity,
    /// Deviations by severity, gravest first.
    pub severities: Vec<super::SeverityCount>,
    /// Parameters in use.
    pub parameters: Vec<Parameter>,
    /// Criteria and controls that it bears on; see [`crate::report::controls::of_test`].
    pub controls: Vec<TestControl>,
    /// Verdicts by reason, in the order of the verdicts, then by falling count.
    pub reasons: Vec<ReasonCount>,
    /// Figures beside the result.
    pub figures: Vec<Figure>,
    /// When an exception is none after all, one sentence each.
    pub false_positives: Vec<String>,
    /// What the test does not show, one sentence each.
    pub limits: Vec<String>,
    /// Where the rule comes from.
    pub references: Vec<String>,
    /// [`crate::package::merkle_root`] over the item ids.
    pub population_root: String,
    /// Exceptions and waived items, gravest first, then by time and item id.
    pub exceptions: Listing<ItemRow>,
    /// Undetermined items, by reason, then by time and item id.
    pub undetermined: Listing<ItemRow>,
}

/// A figure that a test prints beside its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// How much.
    pub value: String,
}

/// Records or events dropped on the way to the population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// What was dropped, e.g. `failed attempts`.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Counts of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeCounts {
    /// As `scope` in the data; `-` = the item holds nowhere in particular.
    pub scope: String,
    /// Its counts.
    pub counts: Counts,
}

/// A control that a test bears on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestControl {
    /// The framework's name, e.g. `SOC 2`.
    pub framework: String,
    /// The edition that the id is from.
    pub edition: String,
    /// On whose authority the mapping stands.
    pub basis: String,
    /// Version of the mapping.
    pub mapping_version: String,
    /// True for the first control of its framework in the list.
    pub first_of_framework: bool,
    /// The framework's id.
    pub id: String,
    /// How directly.
    pub strength: Strength,
}

/// Items with one verdict for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCount {
    /// pass, exception, waived, undetermined or not_applicable.
    pub verdict: String,
    /// The reason as in column `reason`.
    pub reason: String,
    /// Items.
    pub count: u64,
    /// What it means; see [`crate::report::texts::reason`].
    pub meaning: String,
}

/// One item, as a page lists it. Texts are names as resolved; absent ones are `-`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Column `item_id`: the key of its row in `data/items.parquet`.
    pub item_id: String,
    /// Its verdict.
    pub verdict: String,
    /// Its reason.
    pub reason: String,
    /// Its severity.
    pub severity: Severity,
    /// When it happened.
    pub event_time: String,
    /// Where it holds.
    pub scope: String,
    /// What was done, e.g. `member.add`, from `vouching` or `tracing`; empty = the item is no change.
    pub verb: String,
    /// Who acted.
    pub actor: String,
    /// Whose access.
    pub subject: String,
    /// What is granted or removed.
    pub object: String,
    /// What the test measured, in words; empty = nothing beyond the rest.
    pub detail: String,
    /// What happened, in one sentence; see [`crate::report::texts::sentence`].
    pub in_words: String,
    /// The waiver laid over it; empty = none.
    pub waiver_id: String,
    /// The hole that keeps it undetermined; empty = none.
    pub hole_id: String,
    /// The raw records behind it, defining ones first.
    pub records: Vec<RecordRef>,
}

/// Where a raw record stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRef {
    /// The event made from it.
    pub event_id: String,
    /// The file.
    pub path: String,
    /// 1-based line or array element.
    pub line: u64,
}

/// A catalogue test that was not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotTested {
    /// Its id.
    pub id: String,
    /// What it would test.
    pub title: String,
    /// Why it was not run.
    pub reason: String,
}
