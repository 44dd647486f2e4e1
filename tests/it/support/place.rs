//! Folders to work in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use super::{Ran, tickmark};

/// A folder of one test.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A folder with a copy of the sample's inputs, configuration and truth.
    pub(crate) fn with_sample() -> Self {
        let place = Self::new();
        copy_folder(&sample_data(), &place.path(""));
        place
    }

    /// A folder with a copy of the sample as it is after a run.
    pub(crate) fn with_run_sample() -> Self {
        let place = Self::new();
        copy_folder(sample(), &place.path(""));
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(name) }
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        tickmark(self.folder.path(), arguments)
    }
}

/// The published sample.
fn sample_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data")
}

/// A copy of the sample with lake and package, made once for all tests. Only for reading.
pub(crate) fn sample() -> &'static Path {
    static SAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
        // Not a temporary folder: a static is never dropped.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sample-{}", env!("CARGO_PKG_VERSION")));
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        copy_folder(&sample_data(), &folder);
        tickmark(&folder, &["run", "--config", "tickmark.toml"]).ends(0);
        folder
    });
    &SAMPLE
}

/// Copies the sample's own files, or whatever else a folder holds. What a run by hand left in the sample stays behind.
fn copy_folder(from: &Path, to: &Path) {
    let is_source = from == sample_data();
    for (name, bytes) in listing(from) {
        let is_result = ["lake/", "evidence/"].iter().any(|folder| name.starts_with(folder));
        if is_source && is_result {
            continue;
        }
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The sample's configuration without its companion files, for folders that do not hold them.
pub(crate) fn bare_config() -> String {
    bare(&fs::read_to_string(sample_data().join("tickmark.toml")).unwrap())
}

/// A configuration that `simulate` wrote, without its companion files.
pub(crate) fn bare(config: &str) -> String {
    config.split_inclusive("\n\n").filter(|table| !table.starts_with("[[companion]]")).collect()
}

/// Every file below a folder, by its path from there.
pub(crate) fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}
