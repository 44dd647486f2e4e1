//! Checking a package that came from somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use super::{MANIFEST, MODEL, Manifest, file_sha256, files, inputs, population_line, run_id, sha256_hex, waivers};
use crate::error::{Error, Result};
use crate::report::model::Model;

/// What a check of a package found. All lists are sorted; paths are within the package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// The run that made the package, as its manifest says.
    pub run_id: String,
    /// SHA-256 of the manifest itself: compare it with the one that you were told.
    pub manifest_sha256: String,
    /// Files that the manifest lists.
    pub listed: u64,
    /// Listed files whose size and digest are as listed.
    pub intact: u64,
    /// Listed files that are not there.
    pub missing: Vec<String>,
    /// Listed files that are different, are no plain files, or are listed twice or outside the package.
    pub changed: Vec<String>,
    /// Files that the manifest does not list.
    pub unlisted: Vec<String>,
    /// Numbers that do not agree with each other, one sentence each.
    pub disagreements: Vec<String>,
}

impl Verification {
    /// True when nothing is missing, changed, unlisted or at odds.
    pub const fn is_intact(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.unlisted.is_empty() && self.disagreements.is_empty()
    }
}

/// Digests every file again and checks that the numbers agree. What it finds is data; only a package whose manifest
/// cannot be read is an error. It shows change since the manifest was written, not who wrote it.
pub fn verify(package: &Path) -> Result<Verification> {
    let path = package.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            Error::Input(format!("`{}` is no package: it has no {MANIFEST}", package.display()))
        }
        _ => Error::io("read", &path, e),
    })?;
    let manifest = Manifest::from_json(&text)?;
    let mut found = Verification {
        run_id: manifest.run.id.clone(),
        manifest_sha256: sha256_hex(text.as_bytes()),
        listed: manifest.outputs.len() as u64,
        ..Verification::default()
    };
    check_files(package, &manifest, &mut found)?;
    check_counts(&manifest, &mut found.disagreements);
    if found.changed.iter().chain(&found.missing).all(|p| p != MODEL) {
        check_model(package, &manifest, &mut found.disagreements)?;
    }
    Ok(found)
}

fn check_files(package: &Path, manifest: &Manifest, found: &mut Verification) -> Result<()> {
    let mut unlisted: BTreeSet<String> = files(package)?.into_iter().filter(|p| p != MANIFEST).collect();
    let mut seen = BTreeSet::new();
    for output in &manifest.outputs {
        let path = package.join(&output.path);
        unlisted.remove(&output.path);
        // A path that leads out of the package is never opened: the manifest may be hostile.
        if !is_inside(&output.path) || !seen.insert(&output.path) {
            found.changed.push(output.path.clone());
        } else if std::fs::symlink_metadata(&path).is_err() {
            found.missing.push(output.path.clone());
        } else if is_plain(package, &output.path) && file_sha256(&path)? == (output.sha256.clone(), output.byte_count) {
            found.intact += 1;
        } else {
            found.changed.push(output.path.clone());
        }
    }
    found.unlisted = unlisted.into_iter().collect();
    found.missing.sort();
    found.changed.sort();
    Ok(())
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)))
}

/// True when the path is a file, and neither it nor a folder on the way to it is a link.
pub(super) fn is_plain(package: &Path, path: &str) -> bool {
    let mut at = package.to_path_buf();
    let mut plain = false;
    for step in Path::new(path) {
        at.push(step);
        match std::fs::symlink_metadata(&at) {
            Ok(data) if !data.is_symlink() => plain = data.is_file(),
            _ => return false,
        }
    }
    plain
}

fn check_counts(manifest: &Manifest, disagreements: &mut Vec<String>) {
    for input in &manifest.inputs {
        let placed = [input.accepted, input.duplicate, input.filtered, input.rejected];
        if input.records != placed.iter().fold(0, |sum: u64, count| sum.saturating_add(*count)) {
            disagreements.push(format!("the records of input `{}` do not add up", input.path));
        }
    }
    for line in &manifest.population {
        let judged = [line.pass, line.exception, line.waived, line.undetermined, line.not_applicable];
        if line.population != judged.iter().fold(0, |sum: u64, count| sum.saturating_add(*count)) {
            disagreements.push(format!("the verdicts of {} do not add up to its population", line.test_id));
        }
    }
    let digests: Vec<&str> = manifest.inputs.iter().map(|i| i.sha256.as_str()).collect();
    let prior = manifest.prior_package.as_ref();
    if manifest.run.id != run_id(&digests, &manifest.run.config_sha256, &manifest.run.version, prior) {
        disagreements
            .push("the run id does not follow from inputs, configuration, version and previous package".into());
    }
}

fn check_model(package: &Path, manifest: &Manifest, disagreements: &mut Vec<String>) -> Result<()> {
    let path = package.join(MODEL);
    if !is_plain(package, MODEL) {
        disagreements.push(format!("the package has no {MODEL}"));
        return Ok(());
    }
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, e))?;
    let model = match Model::from_json(&text) {
        Ok(model) => model,
        Err(error) => {
            disagreements.push(format!("{MODEL}: {error}"));
            return Ok(());
        }
    };
    if model.package.run_id != manifest.run.id {
        disagreements.push(format!("{MODEL} is of another run"));
    }
    let prior = manifest.prior_package.as_ref().map_or("", |p| p.run_id.as_str());
    if model.comparison.previous_run_id != prior {
        disagreements.push(format!("{MODEL} and {MANIFEST} do not name the same previous package"));
    }
    if inputs(&model) != manifest.inputs {
        disagreements.push(format!("{MODEL} and {MANIFEST} do not list the same inputs"));
    }
    if waivers(&model) != manifest.waivers {
        disagreements.push(format!("{MODEL} and {MANIFEST} do not list the same waivers"));
    }
    let by_test: BTreeMap<&str, _> = manifest.population.iter().map(|p| (p.test_id.as_str(), p)).collect();
    for test in &model.tests {
        if by_test.get(test.id.as_str()) != Some(&&population_line(test)) {
            disagreements.push(format!("{MODEL} and {MANIFEST} differ in the population of {}", test.id));
        }
    }
    if by_test.len() != model.tests.len() {
        disagreements.push(format!("{MODEL} and {MANIFEST} do not list the same tests"));
    }
    Ok(())
}
