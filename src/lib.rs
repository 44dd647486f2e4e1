//! tickmark: who changed whose access to Databricks, on whose authority, was it carried out in time, and is that all of it?
//!
//! bytes → records ([`framing`]) → events ([`source`], [`event`]) → access changes ([`change`]) → Parquet lake ([`ingest`],
//! [`lake`]) → correlation ([`coverage`], [`identity`], [`correlate`], [`access`], [`explain`]), what is kept beside the logs ([`companion`]) → test results ([`catalogue`]) → report model and pages
//! ([`comparison`], [`assemble`], [`report`], [`package`]).
//!
//! `ARCHITECTURE.md` has a line for every module, and the rule which of them may name which library.

pub mod access;
pub mod assemble;
pub mod catalogue;
pub mod change;
pub mod cli;
pub mod commands;
pub mod companion;
pub mod comparison;
pub mod config;
pub mod correlate;
pub mod coverage;
pub mod error;
pub mod event;
pub mod explain;
pub mod frame;
pub mod framing;
pub mod identity;
pub mod ingest;
pub mod inventory;
pub mod lake;
pub mod package;
pub mod query;
pub mod report;
pub mod schema;
pub mod simulate;
pub mod source;
pub mod turns;
