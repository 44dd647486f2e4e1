//! Vouching and tracing: access changes of both sides, one join read in two directions.

pub mod columns;
