//! The arguments of the commands that list something.

use std::path::PathBuf;

use clap::Args;

use super::{Format, ListFormat};

/// `tickmark files`
#[derive(Debug, Args)]
pub struct Files {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// How to print the files
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// `tickmark vocabulary`
#[derive(Debug, Args)]
pub struct Vocabulary {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// How to print the event types
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// `tickmark tests`
#[derive(Debug, Args)]
pub struct Tests {
    /// The test to tell about [default: list all]
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// A configuration, for the organisation's own tests
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
}

/// `tickmark coverage`
#[derive(Debug, Args)]
pub struct Coverage {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The configuration: what the exports are declared to cover, and heartbeats [default: nothing is declared]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The period: 2026-Q3, 2026-07 or 2026-07-01..2026-10-01 (half open) [default: report.period of the configuration, else all
    /// hours that any log reaches]
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// Print every hour, not only sums and holes
    #[arg(long)]
    pub hours: bool,
    /// How to print; parquet holds hours
    #[arg(long, value_name = "FORMAT", default_value = "table", requires_if("parquet", "hours"))]
    pub format: Format,
}

/// `tickmark access`
#[derive(Debug, Args)]
pub struct Access {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The configuration: names of people, groups and workspaces, and the period [default: nothing declared]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Rows that reach into the period: 2026-Q3, 2026-07 or 2026-07-01..2026-10-01 (half open) [default: report.period of the
    /// configuration, else all time]
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// Rows that hold at an instant: 2026-07-01T12:00:00Z, or 2026-07-01 for its first instant
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<String>,
    /// Rows of these subjects
    #[arg(long, value_name = "GLOB")]
    pub subject: Option<String>,
    /// Rows of these groups and roles, or `account`
    #[arg(long, value_name = "GLOB")]
    pub entitlement: Option<String>,
    /// Rows of one scope: account, or a workspace
    #[arg(long, value_name = "S")]
    pub scope: Option<String>,
    /// Add what members of groups hold because their group holds it
    #[arg(long)]
    pub effective: bool,
    /// How to print the rows
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}
