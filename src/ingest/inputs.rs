//! From paths, folders and globs to a sorted list of files.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use chrono_tz::Tz;

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
    /// The zone of times that are written without one; `None` = not declared.
    pub zone: Option<Tz>,
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

/// A file to read. There may be a million of them, so that a path is kept once.
#[derive(Clone)]
pub(super) struct FoundFile {
    base: Arc<Path>,
    pub(super) stored: Box<str>,
    /// Present where the stored path is not the path below the base, since it is no UTF-8.
    spelled: Option<Box<Path>>,
    pub(super) source: Option<&'static dyn Source>,
    pub(super) zone: Option<Tz>,
    pub(super) byte_count: u64,
    pub(super) modified_at: Option<i64>,
}

impl FoundFile {
    /// Where the file is.
    pub(super) fn path(&self) -> PathBuf {
        match &self.spelled {
            Some(path) => path.to_path_buf(),
            None => self.base.join(&*self.stored),
        }
    }
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
    let mut search = Search { lake: lake.canonicalize().ok(), files: Vec::new(), skipped: Vec::new() };
    for input in inputs {
        if search.input(input)? == 0 {
            return Err(Error::Input(format!("`{}` matches no file", input.base.join(&input.pattern).display())));
        }
    }
    search.skipped.sort();
    search.skipped.dedup();
    Ok(Found { files: merged(search.files)?, skipped: search.skipped })
}

/// The files by stored path, one that several inputs name once.
fn merged(mut files: Vec<FoundFile>) -> Result<Vec<FoundFile>> {
    files.sort_by(|a, b| a.stored.cmp(&b.stored));
    let mut merged: Vec<FoundFile> = Vec::with_capacity(files.len());
    for file in files {
        match merged.last_mut().filter(|known| known.stored == file.stored) {
            None => merged.push(file),
            Some(known) => unite(known, file)?,
        }
    }
    Ok(merged)
}

fn unite(known: &mut FoundFile, file: FoundFile) -> Result<()> {
    let (one, other) = (known.path(), file.path());
    if one.canonicalize().ok() != other.canonicalize().ok() {
        let (one, other) = (one.display(), other.display());
        return Err(Error::Input(format!("`{one}` and `{other}` would both be stored as `{}`", file.stored)));
    }
    if let (Some(one), Some(other)) = (known.source.map(Source::id), file.source.map(Source::id))
        && one != other
    {
        let path = &file.stored;
        return Err(Error::Input(format!("`{path}` is given as source `{one}` and as source `{other}`")));
    }
    if let (Some(one), Some(other)) = (known.zone, file.zone)
        && one != other
    {
        return Err(Error::Input(format!("`{}` is given zone `{one}` and zone `{other}`", file.stored)));
    }
    known.source = known.source.or(file.source);
    known.zone = known.zone.or(file.zone);
    Ok(())
}

struct Search {
    lake: Option<PathBuf>,
    files: Vec<FoundFile>,
    skipped: Vec<Skipped>,
}

impl Search {
    fn input(&mut self, input: &Input) -> Result<usize> {
        // What an unset variable of a shell leaves would be the whole folder.
        if input.pattern.is_empty() {
            return Err(Error::Input("an empty path was given".to_owned()));
        }
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
        let base: Arc<Path> = Arc::from(input.base.as_path());
        let mut entries = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.loop_ancestor().is_some() => {
                    self.skip(input, error.path().unwrap_or(root), "symlink_loop");
                    continue;
                }
                // A link that leads nowhere, and that the glob does not mean.
                Err(error)
                    if error.path().zip(glob).is_some_and(|(path, glob)| {
                        path != root && is_dangling(path) && !is_matched(glob, root, path)
                    }) =>
                {
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
            if glob.is_some_and(|g| !is_matched(g, root, path)) {
                continue;
            }
            match rule_against(path, entry.depth(), entry.file_type().is_file()) {
                Some(rule) => self.skip(input, path, rule),
                None => {
                    let metadata = entry.metadata().map_err(|e| unreadable(path, e))?;
                    self.add(input, &base, path, &metadata);
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    fn skip(&mut self, input: &Input, path: &Path, rule: &'static str) {
        self.skipped.push(Skipped { path: stored(input, path), rule });
    }

    fn add(&mut self, input: &Input, base: &Arc<Path>, path: &Path, metadata: &Metadata) {
        let stored = stored(input, path).into_boxed_str();
        let is_spelled = base.join(&*stored) == path;
        self.files.push(FoundFile {
            base: Arc::clone(base),
            spelled: (!is_spelled).then(|| path.into()),
            stored,
            source: input.source,
            zone: input.zone,
            byte_count: metadata.len(),
            modified_at: modified_at(metadata),
        });
    }
}

fn is_matched(glob: &GlobMatcher, root: &Path, path: &Path) -> bool {
    path.strip_prefix(root).unwrap_or(path).ancestors().any(|p| glob.is_match(p))
}

fn is_dangling(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|link| link.is_symlink()) && !path.exists()
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
