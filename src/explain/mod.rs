//! The story behind a verdict, and the answer to "why does she not have it?".
//!
//! [`item`] tells one item of vouching or tracing with everything that was weighed for it, down to the raw records; [`missing`] says
//! where the chain from decision to access broke. Both are plain data that works from correlation's result: the verdicts are those of
//! the run, and what lost is asked of the same kernel.
//!
//! What it does not do: judge anything anew, or tell of privileges, tokens and workspaces, which correlation does not follow.

mod chain;
mod find;
mod item;
mod missing;
mod model;
mod names;
mod timeline;
mod words;

use crate::config::{Config, Period};
use crate::correlate::acts::Acts;
use crate::correlate::cases::Key;
use crate::correlate::kernel::Case;
use crate::correlate::{self, Correlation, Retried};
use crate::coverage::Coverage;
use crate::error::{Error, Result};
use crate::lake::Lake;

pub use item::{Answer, item};
pub use missing::{Question, missing};
pub use model::{
    Brief, Considered, Consulted, Door, Entry, HoleSpan, Link, LogHours, Missing, Parameter, Row, Standing, State,
    Story,
};

/// What an explanation draws on.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'e> {
    /// The lake.
    pub lake: &'e Lake,
    /// The configuration.
    pub config: &'e Config,
    /// The period.
    pub period: &'e Period,
    /// What the logs speak for.
    pub coverage: &'e Coverage,
    /// The judged effects and decisions.
    pub correlation: &'e Correlation,
}

impl<'e> Ask<'e> {
    const fn acts(&self) -> &'e Acts {
        &self.correlation.judged.acts
    }

    fn case(&self, key: &Key) -> Option<&'e Case> {
        self.correlation.judged.cases.by_key.get(key)
    }

    /// What changes or listings tell of.
    fn keys(&self) -> impl Iterator<Item = &'e Key> {
        let changed = self.correlation.judged.cases.by_key.iter().map(|(key, _)| key);
        changed.chain(self.correlation.ground.noted.seen().map(|(key, ..)| key))
    }

    fn retried(&self, key: &Key) -> Result<Retried<'e>> {
        let retried = correlate::retry(self.correlation, self.config, self.coverage, key)?;
        retried.ok_or_else(|| Error::Bug(format!("an item without its case: {}", key.subject.label())))
    }

    fn scope_in_words(scope: &str) -> String {
        if scope == correlate::ACCOUNT { "at the account".to_owned() } else { format!("in workspace {scope}") }
    }
}
