//! Time: look-backs, how long decisions took, and the clocks of the sources.

use serde::{Deserialize, Serialize};

/// Vouching at several look-backs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// One row a look-back, shortest first. Empty = not worked out.
    pub rows: Vec<SensitivityRow>,
}

/// Verdicts of VCH-01 at one look-back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensitivityRow {
    /// The look-back.
    pub look_back_seconds: i64,
    /// True for the one that the conclusions rest on.
    pub in_use: bool,
    /// Items with reason `matched`.
    pub matched: u64,
    /// Items that passed for any reason.
    pub pass: u64,
    /// Deviations, waived ones included.
    pub deviations: u64,
    /// Undetermined items.
    pub undetermined: u64,
}

/// How long decisions of one direction took to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// `grants` or `removals`.
    pub direction: String,
    /// Decisions of the period: the four counts below.
    pub decided_count: u64,
    /// Decisions with an effect.
    pub count: u64,
    /// Decisions without an effect at cut-off, whether the limit has passed, is still running, or the logs have a hole: censored then.
    pub open_count: u64,
    /// Decisions that were reversed before any effect: left out, since nothing was to come of them any more.
    pub superseded_count: u64,
    /// Decisions with nothing to measure: already in effect, not pushed, automatic, or of an unresolved subject.
    pub unmeasured_count: u64,
    /// True when `count` is not 0, so that there is something to estimate from.
    pub measured: bool,
    /// Kaplan-Meier estimates for 50, 90, 99 and 100 percent, in this order.
    pub quantiles: Vec<Quantile>,
    /// Longest that a decision with an effect took; an open one may take longer.
    pub longest_seconds: i64,
    /// The general limit in use.
    pub sla_seconds: i64,
    /// Effects later than the limit of their own decision, which an environment may set.
    pub late_count: u64,
    /// Fixed buckets, shortest first; see [`crate::report::derive::latency`].
    pub buckets: Vec<Bucket>,
}

/// How long it takes until so many of all decisions, the open ones included, have their effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantile {
    /// So many in a hundred.
    pub percent: u32,
    /// False where too many are open to say: fewer than so many are known to have an effect at all.
    pub reached: bool,
    /// The time; 0 where it is not reached.
    pub seconds: i64,
}

/// What the clocks of two sources are found to differ by, from the links of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skew {
    /// `authority to effect`, `authority to transport` or `transport to effect`.
    pub leg: String,
    /// Source of the earlier link.
    pub earlier: String,
    /// Source of the later link.
    pub later: String,
    /// Pairs of events.
    pub pair_count: u64,
    /// Pairs in which the later link bears the earlier time.
    pub negative_count: u64,
    /// Smallest lag, milliseconds.
    pub min_millis: i64,
    /// Nearest-rank 5th percentile of the lags, milliseconds.
    pub p05_millis: i64,
    /// Nearest-rank median, milliseconds.
    pub median_millis: i64,
    /// Nearest-rank 95th percentile, milliseconds.
    pub p95_millis: i64,
    /// False where the order of the two records is not certain, so that a negative lag proves nothing of the clocks: a push is often
    /// recorded when it is done, which is after its effect.
    pub ordered: bool,
    /// How far the later source's clock runs behind, at least: the 5th percentile where it is negative, else 0; 0 where not `ordered`.
    /// See [`crate::correlate::lags::Skew`] for why.
    pub offset_millis: i64,
    /// The same by the most negative pair alone; 0 where not `ordered`.
    pub bound_millis: i64,
}

/// One bar of the distribution: `from <= latency < to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Lower edge; the first bucket holds everything below its upper edge.
    pub from_seconds: i64,
    /// Upper edge; the last bucket holds everything from its lower edge on.
    pub to_seconds: i64,
    /// Decisions in it.
    pub count: u64,
}
