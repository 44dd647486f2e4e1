//! A believable organisation, simulated: its exports in the sources' original formats, and the truth about them.
//!
//! The output depends on the plan alone: same plan, same bytes. It serves as sample data, as a yardstick (every item of
//! vouching and tracing is labelled) and as input of any size for measurements.
//!
//! The order of the modules is the order of the work: the `organisation` is drawn up, `ordinary` and `planted` changes
//! happen to it and are labelled as they happen (`story`), `routine` use fills the hours in between, `cases` happen to a
//! `cast` of their own, `beside` is what the organisation keeps beside its logs, `delivery` packs the records into files and `pages` writes what a reader needs.
//!
//! The story is one, whoever tells it: an `act` becomes a record of Okta, of Entra or of PingOne (`entry`) or none where
//! that provider does not log it, and a change becomes a row of `databricks`, which each delivery writes in its form.

use std::fs;
use std::path::{Path, PathBuf};

mod act;
mod beside;
mod calendar;
mod cases;
mod cast;
#[cfg(test)]
mod checks;
mod databricks;
mod delivery;
mod dice;
mod entra;
mod entry;
mod okta;
mod ordinary;
mod organisation;
mod pages;
mod ping;
mod planted;
mod provider;
mod routine;
mod steps;
mod story;
mod truth;
mod volume;

pub use delivery::Delivery;
pub use provider::Provider;
pub use volume::{Layout, Volume, Written, write_volume};

use dice::Dice;
use organisation::Organisation;
use story::Story;

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Where the dice start. Another seed gives other names, ids and times, but the same planted situations.
    pub seed: u64,
    /// People employed on the first day. Those who join later come on top.
    pub people: u32,
    /// Length of the period in days, from 2026-07-01 00:00 UTC.
    pub days: u32,
    /// Who decides.
    pub provider: Provider,
    /// How Databricks' audit log comes.
    pub delivery: Delivery,
}

impl Plan {
    /// Fewest people who can act out every planted situation without getting into each other's way.
    pub const FEWEST_PEOPLE: u32 = 12;
    /// Most people for whom there are distinct names.
    pub const MOST_PEOPLE: u32 = 1000;
    /// Fewest days into which the planted situations fit with their time limits.
    pub const FEWEST_DAYS: u32 = 21;
    /// Most days: a year.
    pub const MOST_DAYS: u32 = 366;

    /// A plan within the limits, of Okta and delivery on AWS.
    ///
    /// # Errors
    /// [`SimulateError::Plan`] names the value that is out of its limits, and the limits.
    pub fn new(seed: u64, people: u32, days: u32) -> Result<Self, SimulateError> {
        within("people", people, Self::FEWEST_PEOPLE, Self::MOST_PEOPLE)?;
        within("days", days, Self::FEWEST_DAYS, Self::MOST_DAYS)?;
        Ok(Self { seed, people, days, provider: Provider::default(), delivery: Delivery::default() })
    }

    /// The same plan for another provider and another delivery.
    #[must_use]
    pub fn by(self, provider: Provider, delivery: Delivery) -> Self {
        Self { provider, delivery, ..self }
    }
}

fn within(name: &'static str, value: u32, fewest: u32, most: u32) -> Result<(), SimulateError> {
    if (fewest..=most).contains(&value) { Ok(()) } else { Err(SimulateError::Plan { name, value, fewest, most }) }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Files of records, as a source would deliver them; the truth and the pages are not counted.
    pub file_count: u64,
    /// Records in those files, deliveries of the same record counted each time.
    pub record_count: u64,
    /// Records that were delivered before.
    pub duplicate_count: u64,
    /// Labelled items of vouching.
    pub vouching_count: u64,
    /// Labelled items of tracing.
    pub tracing_count: u64,
}

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A value of the plan is out of its limits.
    #[error("`{name}` must be between {fewest} and {most}, but is {value}")]
    Plan {
        /// Which value.
        name: &'static str,
        /// What it is.
        value: u32,
        /// The least it may be.
        fewest: u32,
        /// The most it may be.
        most: u32,
    },
    /// The folder holds something already. Nothing was written.
    #[error("`{path}` is not empty; name a new or an empty folder", path = .0.display())]
    NotEmpty(PathBuf),
    /// The file system refused.
    #[error("failed to write `{path}`: {source}", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A record or a label could not be put into its format.
    #[error("failed to format `{path}`: {reason}", path = .path.display())]
    Format {
        /// The file that it was meant for.
        path: PathBuf,
        /// What the format said.
        reason: String,
    },
}

/// Writes the organisation's exports, the truth about them, a config and a guide into `out`.
///
/// # Errors
/// When a value of the plan is out of its limits, when `out` holds anything already, and when the file system refuses.
pub fn write(plan: &Plan, out: &Path) -> Result<Summary, SimulateError> {
    // The fields of a plan are public: one that was not made by `new` is checked here.
    let plan = Plan::new(plan.seed, plan.people, plan.days)?.by(plan.provider, plan.delivery);
    prepare(out)?;
    let organisation = Organisation::draw(&plan, &mut Dice::new(plan.seed, "organisation"));
    let mut story = Story::new(&plan, &organisation);
    planted::tell(&mut story);
    ordinary::tell(&mut story);
    routine::fill(&mut story);
    cases::tell(&mut story);
    beside::tell(&mut story);
    let (records, truth, beside) = story.finish();
    let counts = delivery::write(&plan, &records, out)?;
    beside.write(out)?;
    truth.write(&counts, &out.join("truth"))?;
    pages::write(&plan, &organisation, &truth, out)?;
    Ok(Summary {
        file_count: counts.iter().map(|c| c.files).sum(),
        record_count: counts.iter().map(|c| c.records).sum(),
        duplicate_count: counts.iter().map(|c| c.duplicate).sum(),
        vouching_count: truth.vouching_count(),
        tracing_count: truth.tracing_count(),
    })
}

fn prepare(out: &Path) -> Result<(), SimulateError> {
    let failed = |source| SimulateError::Io { path: out.to_path_buf(), source };
    fs::create_dir_all(out).map_err(failed)?;
    match fs::read_dir(out).map_err(failed)?.next() {
        None => Ok(()),
        Some(_) => Err(SimulateError::NotEmpty(out.to_path_buf())),
    }
}

/// Writes one file, and the folders above it.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), SimulateError> {
    let failed = |source| SimulateError::Io { path: path.to_path_buf(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}
