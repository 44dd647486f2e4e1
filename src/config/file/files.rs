//! The files that a pattern of the configuration names.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::WalkDir;

/// A file, a folder or a glob, by path; something that is not there is a mistake.
pub(super) fn find(dir: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let is_glob = |part: &str| part.contains(['*', '?', '[', '{']);
    let whole = dir.join(pattern);
    let parts: Vec<&str> = pattern.split('/').collect();
    let fixed = parts.iter().take_while(|part| !is_glob(part)).count();
    let literal = if whole.exists() { whole.clone() } else { dir.join(parts[..fixed].join("/")) };
    let depth = if literal == whole || pattern.contains("**") { usize::MAX } else { parts.len() - fixed };
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|e| format!("glob `{pattern}`: {}", e.kind()))?;
    let glob = glob.compile_matcher();
    let mut found = Vec::new();
    for entry in WalkDir::new(&literal).max_depth(depth).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| format!("cannot read `{}`: {e}", whole.display()))?;
        let is_meant = literal == whole || glob.is_match(entry.path().strip_prefix(dir).unwrap_or(entry.path()));
        if entry.file_type().is_file() && is_meant {
            found.push(entry.into_path());
        }
    }
    if found.is_empty() { Err(format!("`{}` matches no file", whole.display())) } else { Ok(found) }
}
