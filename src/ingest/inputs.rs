//! From paths, folders and globs to a sorted list of files.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use crate::error::{Error, Result};
use crate::source::Source;

/// What to ingest: a file, a folder or a glob, below a folder that stored paths are relative to.
#[derive(Clone)]
pub struct Input {
    /// The folder that `pattern` is relative to.
    pub base: PathBuf,
    /// A file, a folder (walked whole) or a glob with `*`, `**`, `?`, `[]`, `{}`.
    pub pattern: String,
    /// The source of the records; `None` = it is found out.
    pub source: Option<&'static dyn Source>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let source = self.source.map(Source::id);
        f.debug_struct("Input")
            .field("base", &self.base)
            .field("pattern", &self.pattern)
            .field("source", &source)
            .finish()
    }
}

/// A file or folder below an input that was left out, and the rule that left it out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Path as it would have been stored.
    pub path: String,
    /// `not_a_log`, `not_a_regular_file`, `symlink_loop` or `lake`.
    pub rule: &'static str,
}

/// A file to read.
#[derive(Clone)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    pub(super) stored: String,
    pub(super) source: Option<&'static dyn Source>,
    pub(super) byte_count: u64,
    pub(super) modified_at: Option<i64>,
}

/// What was found, sorted by stored path.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<FoundFile>,
    pub(super) skipped: Vec<Skipped>,
}

/// Finds the files of all inputs.
pub(super) fn find(inputs: &[Input], lake: &Path) -> Result<Found> {
    if inputs.is_empty() {
        return Err(Error::Input("no input was given".to_owned()));
    }
    let mut search = Search { lake: lake.canonicalize().ok(), files: BTreeMap::new(), skipped: Vec::new() };
    for input in inputs {
        if search.input(input)? == 0 {
            return Err(Error::Input(format!("`{}` matches no file", input.base.join(&input.pattern).display())));
        }
    }
    search.skipped.sort();
    search.skipped.dedup();
    Ok(Found { files: search.files.into_values().collect(), skipped: search.skipped })
}

struct Search {
    lake: Option<PathBuf>,
    files: BTreeMap<String, FoundFile>,
    skipped: Vec<Skipped>,
}

impl Search {
    fn input(&mut self, input: &Input) -> Result<usize> {
        let path = input.base.join(&input.pattern);
        match path.symlink_metadata() {
            Ok(_) => self.walk(input, &path, None),
            Err(_) if is_glob(&input.pattern) => {
                let (folder, glob) = split_glob(&input.pattern)?;
                let folder = if folder.is_empty() { input.base.clone() } else { input.base.join(folder) };
                if folder.exists() { self.walk(input, &folder, Some(&glob)) } else { Ok(0) }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(Error::io("read", path, error)),
        }
    }

    fn walk(&mut self, input: &Input, root: &Path, glob: Option<&GlobMatcher>) -> Result<usize> {
        let mut count = 0;
        let mut entries = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.loop_ancestor().is_some() => {
                    self.skip(input, error.path().unwrap_or(root), "symlink_loop");
                    continue;
                }
                Err(error) => return Err(unreadable(root, error)),
            };
            let path = entry.path();
            if entry.file_type().is_dir() {
                if self.lake.is_some() && path.canonicalize().ok() == self.lake {
                    self.skip(input, path, "lake");
                    entries.skip_current_dir();
                }
                continue;
            }
            let inside = path.strip_prefix(root).unwrap_or(path);
            if glob.is_some_and(|g| !inside.ancestors().any(|p| g.is_match(p))) {
                continue;
            }
            match rule_against(path, entry.depth(), entry.file_type().is_file()) {
                Some(rule) => self.skip(input, path, rule),
                None => {
                    let metadata = entry.metadata().map_err(|e| unreadable(path, e))?;
                    self.add(input, path, &metadata)?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    fn skip(&mut self, input: &Input, path: &Path, rule: &'static str) {
        self.skipped.push(Skipped { path: stored(input, path), rule });
    }

    fn add(&mut self, input: &Input, path: &Path, metadata: &Metadata) -> Result<()> {
        let file = FoundFile {
            path: path.to_owned(),
            stored: stored(input, path),
            source: input.source,
            byte_count: metadata.len(),
            modified_at: modified_at(metadata),
        };
        let Some(known) = self.files.get_mut(&file.stored) else {
            self.files.insert(file.stored.clone(), file);
            return Ok(());
        };
        if known.path.canonicalize().ok() != path.canonicalize().ok() {
            let (one, other) = (known.path.display(), path.display());
            return Err(Error::Input(format!("`{one}` and `{other}` would both be stored as `{}`", file.stored)));
        }
        match (known.source.map(Source::id), input.source.map(Source::id)) {
            (Some(one), Some(other)) if one != other => {
                let path = &file.stored;
                return Err(Error::Input(format!("`{path}` is given as source `{one}` and as source `{other}`")));
            }
            (None, Some(_)) => known.source = input.source,
            _ => {}
        }
        Ok(())
    }
}

// Only what is a marker or a checksum by its name. A file given by its own name is always read.
fn rule_against(path: &Path, depth: usize, is_file: bool) -> Option<&'static str> {
    if !is_file {
        return Some("not_a_regular_file");
    }
    let name = path.file_name()?.to_str()?;
    let is_marker = matches!(name, ".DS_Store" | "Thumbs.db" | "_SUCCESS")
        || ["_committed_", "_started_"].iter().any(|p| name.starts_with(p))
        || name.ends_with(".crc");
    (depth > 0 && is_marker).then_some("not_a_log")
}

pub(super) fn modified_at(metadata: &Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok()
}

fn stored(input: &Input, path: &Path) -> String {
    let relative = path.strip_prefix(&input.base).unwrap_or(path);
    let parts = relative.components().filter(|c| !matches!(c, std::path::Component::CurDir));
    let text = parts.collect::<PathBuf>().to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

fn split_glob(pattern: &str) -> Result<(String, GlobMatcher)> {
    let parts: Vec<&str> = pattern.split('/').collect();
    let literal = parts.iter().take_while(|part| !is_glob(part)).count();
    let folder = match parts[..literal].join("/") {
        folder if folder.is_empty() && literal > 0 => "/".to_owned(),
        folder => folder,
    };
    let glob = GlobBuilder::new(&parts[literal..].join("/")).literal_separator(true).build();
    let glob = glob.map_err(|e| Error::Input(format!("`{pattern}` is no glob: {}", e.kind())))?;
    Ok((folder, glob.compile_matcher()))
}

fn unreadable(fallback: &Path, error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(fallback).to_owned();
    Error::io("read", path, error.into())
}
