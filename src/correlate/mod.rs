//! Vouching and tracing: access changes of both sides, one join read in two directions.

pub mod assign;
pub mod columns;
pub mod door;
pub mod kernel;

/// The scope of the whole Databricks account.
pub const ACCOUNT: &str = "account";

/// What a test says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The evidence shows that it is as it should be.
    Pass,
    /// The evidence shows that it is not.
    Exception,
    /// An exception that was approved beforehand; it stays a deviation.
    Waived,
    /// The evidence at hand cannot decide.
    Undetermined,
    /// The test does not apply.
    NotApplicable,
}

impl Verdict {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Exception => "exception",
            Self::Waived => "waived",
            Self::Undetermined => "undetermined",
            Self::NotApplicable => "not_applicable",
        }
    }
}
