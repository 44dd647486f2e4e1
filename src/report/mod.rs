//! The report: one model of plain data, and the pages that are renderings of it.

pub mod build;
pub mod controls;
pub mod derive;
pub mod escape;
pub mod format;
pub mod model;
pub mod render;
pub mod svg;
pub mod texts;

#[cfg(test)]
pub(crate) mod fixture;
