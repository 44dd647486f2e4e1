//! Criteria and controls by id, each with a short paraphrase of our own, and which tests bear on which.
//!
//! The frameworks' texts are licensed; readers hold them. Mappings are data (`mapping.toml`), few on purpose, and bear a
//! version, an edition and a basis.

mod ids;
mod mapping;
mod matrix;

pub use ids::{Known, known};
pub use mapping::{Control, Framework, ISO27001, Mapping, SOC2, mapping};
pub use matrix::{crosswalk, facts, matrix, of_test};

#[cfg(test)]
mod tests;
