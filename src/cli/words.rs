//! The words that arguments take.

use clap::ValueEnum;

/// The identity provider of a simulated organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Idp {
    /// Okta System Log
    Okta,
    /// Microsoft Entra ID: directory audits and provisioning log
    Entra,
    /// PingOne audit activities
    Ping,
}

/// The delivery of a simulated organisation's Databricks audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Delivery {
    /// JSON lines in object storage
    Aws,
    /// Azure diagnostic records, and the account's rows as exports of the system table
    Azure,
    /// Exports of the system table, as JSON lines and CSV
    System,
}

/// How a simulated volume is laid out in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// A folder for each workspace and day, files of about a megabyte
    Delivery,
    /// One file of JSON lines
    OneFile,
    /// One JSON array
    OneArray,
    /// A record in each file
    SmallFiles,
}

/// What makes `run` and `report` end with a status of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Exceptions that are not waived.
    Exceptions,
    /// Those, and items that the evidence cannot decide.
    Undetermined,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For reading.
    Table,
    /// Comma-separated, with a header.
    Csv,
    /// One JSON object per line.
    Json,
}

/// How `query`, `coverage` and `access` print rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading.
    Table,
    /// Comma-separated, with a header.
    Csv,
    /// One JSON object per line.
    Json,
    /// A Parquet file on standard output.
    Parquet,
}

/// How `explain` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoryFormat {
    /// For reading; as wide as the terminal.
    Text,
    /// One JSON document.
    Json,
}
