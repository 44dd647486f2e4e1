//! The exports that the configuration declares, and which files are theirs.

use crate::config::{Config, Globs, SourceConfig};
use crate::error::Result;

/// One declared export.
pub(super) struct Export<'c> {
    /// As declared.
    pub(super) source: &'c SourceConfig,
    globs: Globs,
}

/// Every export, in the order of the configuration.
///
/// # Errors
/// A path is a malformed glob.
pub(super) fn exports(config: &Config) -> Result<Vec<Export<'_>>> {
    config.sources.iter().map(|source| Ok(Export { source, globs: Globs::new(&source.paths)? })).collect()
}

impl Export<'_> {
    /// True for the path of a file of the export, which names files, folders or globs.
    pub(super) fn holds(&self, path: &str) -> bool {
        let is_below = |folder: &String| path.starts_with(&format!("{}/", folder.trim_end_matches('/')));
        self.globs.any(path) || self.source.paths.iter().any(is_below)
    }
}
