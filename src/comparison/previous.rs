//! The package before: verified, then read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{FirstSeen, Judged, Key, columns, table};
use crate::correlate::columns::ITEMS;
use crate::error::{Error, Result};
use crate::package::{self, PriorPackage, Verification};
use crate::report::model::Model;
use crate::schema::Table;

/// A package that results are compared with. It was intact when it was opened.
#[derive(Debug)]
pub struct Previous {
    folder: PathBuf,
    prior: PriorPackage,
    model: Model,
}

impl Previous {
    /// Verifies a package and reads its model. `out` is where the next one will be written: it must not replace what it is compared with.
    ///
    /// # Errors
    /// [`Error::Input`] where it is no package, is not intact, or would be replaced.
    pub fn open(folder: &Path, out: &Path) -> Result<Self> {
        let wrong = |what: &str| Error::Input(format!("previous package `{}` {what}", folder.display()));
        let found = package::verify(folder).map_err(|e| wrong(&format!("cannot be verified: {e}")))?;
        if !found.is_intact() {
            return Err(wrong(&format!("is not intact: {}", first_fault(&found))));
        }
        let same = |a: &Path, b: &Path| a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b);
        if same(folder, out) {
            return Err(wrong("is the folder that the new package is to be written to; name another for one of them"));
        }
        let path = folder.join(package::MODEL);
        let text = std::fs::read_to_string(&path).map_err(|e| wrong(&format!("cannot be read: {e}")))?;
        let model = Model::from_json(&text)?;
        let prior = PriorPackage {
            run_id: found.run_id,
            manifest_sha256: found.manifest_sha256,
            period_start: model.period.start.clone(),
            period_end: model.period.end.clone(),
        };
        Ok(Self { folder: folder.to_owned(), prior, model })
    }

    /// How the manifest cites it.
    pub const fn prior(&self) -> &PriorPackage {
        &self.prior
    }

    /// Its report.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    pub(super) fn as_first_seen(&self) -> FirstSeen {
        FirstSeen { run: self.prior.run_id.clone(), period: self.model.period.label.clone() }
    }

    /// Its deviations, and the other items that are wanted.
    pub(super) fn judged(&self, wanted: &dyn Fn(&Key) -> bool) -> Result<BTreeMap<Key, Judged>> {
        table::judged(&self.data(&ITEMS), wanted).map_err(|e| self.unreadable(&e))
    }

    /// Since when its deviations have been listed; of those that it does not say, it is the first.
    pub(super) fn first_seen(&self) -> Result<BTreeMap<Key, FirstSeen>> {
        let path = self.data(&columns::COMPARISON);
        if !path.is_file() {
            return Ok(BTreeMap::new());
        }
        table::first_seen(&path).map_err(|e| self.unreadable(&e))
    }

    fn data(&self, table: &Table) -> PathBuf {
        self.folder.join("data").join(format!("{}.parquet", table.name))
    }

    fn unreadable(&self, error: &Error) -> Error {
        Error::Input(format!("previous package `{}`: {error}", self.folder.display()))
    }
}

fn first_fault(found: &Verification) -> String {
    let lists = [
        ("missing", &found.missing),
        ("changed", &found.changed),
        ("not listed", &found.unlisted),
        ("at odds", &found.disagreements),
    ];
    let first = lists.into_iter().find_map(|(what, list)| Some(format!("{what}: {}", list.first()?)));
    first.unwrap_or_default()
}
