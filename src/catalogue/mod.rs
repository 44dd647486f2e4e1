//! The tests: each is data plus one function from evidence to judged items.

mod cov01;
mod cov02;
mod cov03;
mod dep01;
mod dep02;
mod leavers;
mod overlay;
pub mod profiles;
mod prv01;
mod trc;
mod trc03;
mod vch01;
mod vch02;

use crate::config::{Config, Parameter, Period, Setting};
use crate::correlate::{Correlation, Verdict};
use crate::coverage::Coverage;
use crate::error::{Error, Result};
use crate::ingest::Refused;
use crate::lake::Lake;

pub use overlay::WaiverUse;
pub use vch01::is_item as is_vouched;

/// How grave one exception is. It never changes a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words are the catalogue's own")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The word that the tables show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step graver.
    const fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

/// A test of the catalogue, as data. Its prose stands in `report::texts`, its controls in `report::controls`.
#[derive(Debug)]
pub struct Test {
    /// Id, kept for ever.
    pub id: &'static str,
    /// Raised whenever the logic changes.
    pub version: &'static str,
    /// Severity of one exception, before production raises it.
    pub severity: Severity,
    /// Parameters of `[parameters]` that it uses, by name.
    pub shared_parameters: &'static [&'static str],
    /// Parameters of its own.
    pub own_parameters: &'static [Parameter],
    /// Judges the evidence.
    pub evaluate: fn(&Evidence<'_>) -> Result<Judged>,
}

/// Every test, in the order of the reports: the gates first.
pub const TESTS: &[&Test] = &[
    &cov01::TEST,
    &cov02::TEST,
    &cov03::TEST,
    &vch01::TEST,
    &vch02::TEST,
    &trc::TRC_01,
    &trc::TRC_02,
    &trc03::TEST,
    &dep01::TEST,
    &dep02::TEST,
    &prv01::TEST,
];

/// The ids of all tests.
pub fn ids() -> Vec<&'static str> {
    TESTS.iter().map(|t| t.id).collect()
}

/// The parameters that a test has of its own; none for an unknown id.
pub fn own_parameters(id: &str) -> impl Iterator<Item = &'static Parameter> {
    TESTS.iter().filter(move |t| t.id == id).flat_map(|t| t.own_parameters)
}

/// What the tests judge.
#[derive(Debug)]
pub struct Evidence<'e> {
    /// The lake.
    pub lake: &'e Lake,
    /// Files that were left out of it as a whole, since they brought more rejects than allowed.
    pub refused: &'e [Refused],
    /// The configuration.
    pub config: &'e Config,
    /// The period.
    pub period: &'e Period,
    /// What the logs speak for.
    pub coverage: &'e Coverage,
    /// The judged effects and decisions.
    pub correlation: &'e Correlation,
}

/// One judged item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Stable id.
    pub item_id: String,
    /// What the test says of it.
    pub verdict: Verdict,
    /// Why, in the test's closed words.
    pub reason: String,
    /// How grave it would be.
    pub severity: Severity,
    /// When, microseconds.
    pub time: i64,
    /// Where.
    pub scope: Option<String>,
    /// Who acted.
    pub actor: Option<String>,
    /// What was done or decided; empty where the item is no change.
    pub verb: &'static str,
    /// Whose access.
    pub subject: Option<String>,
    /// What it is about.
    pub object: Option<String>,
    /// Events behind it, defining events first.
    pub event_ids: Vec<String>,
    /// What was measured, in words.
    pub detail: Option<String>,
    /// The waiver laid over it.
    pub waiver_id: Option<String>,
    /// The hole that keeps it undetermined.
    pub hole_id: Option<String>,
}

/// How many items have which verdict. The sum is the population, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the five verdicts and their sum")]
pub struct Counts {
    pub population: u64,
    pub pass: u64,
    pub exception: u64,
    pub waived: u64,
    pub undetermined: u64,
    pub not_applicable: u64,
}

/// What a test's function returns.
#[derive(Debug, Default)]
pub struct Judged {
    /// The items.
    pub items: Vec<Item>,
    /// Counts where the population is not the items themselves (COV-02 counts records).
    pub counts: Option<Counts>,
    /// What was left out of the population, by which rule, and how many.
    pub exclusions: Vec<(String, u64)>,
    /// Facts to print beside the result.
    pub notes: Vec<String>,
    /// True when the evidence reaches over the whole population, so that an empty one is a finding of its own.
    pub coverage_is_complete: bool,
}

/// A test with its result.
#[derive(Debug)]
pub struct Outcome {
    /// The test.
    pub test: &'static Test,
    /// The items, ordered by time and id.
    pub items: Vec<Item>,
    /// The counts; they tie out.
    pub counts: Counts,
    /// True when the evidence reaches over the whole population, so that an empty one is a finding of its own.
    pub coverage_is_complete: bool,
    /// What was left out.
    pub exclusions: Vec<(String, u64)>,
    /// Facts to print beside the result.
    pub notes: Vec<String>,
    /// The settings it ran with.
    pub settings: Vec<Setting>,
}

/// Runs every test of the profile and lays the waivers over the exceptions.
///
/// # Errors
/// The lake cannot be read, a parameter is malformed, or counts do not tie out (a bug of ours).
pub fn run(evidence: &Evidence<'_>) -> Result<(Vec<Outcome>, Vec<WaiverUse>)> {
    let mut waivers = overlay::Overlay::new(evidence.config)?;
    let tests = TESTS.iter().filter(|test| evidence.config.runs(test.id));
    let outcomes = tests.map(|test| outcome(test, evidence, &mut waivers)).collect::<Result<Vec<_>>>()?;
    Ok((outcomes, waivers.into_uses()))
}

fn outcome(test: &'static Test, evidence: &Evidence<'_>, waivers: &mut overlay::Overlay<'_>) -> Result<Outcome> {
    let mut judged = (test.evaluate)(evidence)?;
    judged.items.sort_by(|a, b| (a.time, &a.item_id).cmp(&(b.time, &b.item_id)));
    waivers.lay(test.id, &mut judged.items);
    let counts = judged.counts.unwrap_or_else(|| count(&judged.items));
    if counts.population != counts.pass + counts.exception + counts.waived + counts.undetermined + counts.not_applicable
    {
        return Err(Error::Bug(format!("the verdicts of {} do not add up to its population", test.id)));
    }
    Ok(Outcome {
        test,
        coverage_is_complete: judged.coverage_is_complete,
        counts,
        items: judged.items,
        exclusions: judged.exclusions,
        notes: judged.notes,
        settings: settings(test, evidence.config),
    })
}

fn count(items: &[Item]) -> Counts {
    let mut counts = Counts { population: items.len() as u64, ..Counts::default() };
    for item in items {
        match item.verdict {
            Verdict::Pass => counts.pass += 1,
            Verdict::Exception => counts.exception += 1,
            Verdict::Waived => counts.waived += 1,
            Verdict::Undetermined => counts.undetermined += 1,
            Verdict::NotApplicable => counts.not_applicable += 1,
        }
    }
    counts
}

fn settings(test: &Test, config: &Config) -> Vec<Setting> {
    crate::config::PARAMETERS
        .iter()
        .filter(|p| test.shared_parameters.contains(&p.name))
        .chain(test.own_parameters)
        .flat_map(|p| config.settings(test.id, *p))
        .collect()
}

/// True when no log that a test leans on has a hole in the period.
fn is_covered(evidence: &Evidence<'_>, of: impl Fn(&str) -> bool) -> bool {
    let chosen = |log: &crate::coverage::Log| of(&log.source);
    evidence.coverage.has(chosen)
        && evidence.coverage.hole(chosen, evidence.period.start, evidence.period.end - 1).is_none()
}

/// The severity of an item: graver by one where it happened in production.
fn in_production(evidence: &Evidence<'_>, scope: &str, severity: Severity) -> Severity {
    if evidence.config.production.iter().any(|p| p == scope) { severity.raised() } else { severity }
}
