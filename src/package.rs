//! The evidence package: a folder that says of itself what is in it, and can be checked by anybody.
//!
//! `manifest.json` lists every other file with its SHA-256, and is written last: a folder without it is no package.
//! `sha256sum` is enough to check the files by hand; [`verify`] checks besides that the numbers agree with each other.

mod digest;
mod verify;

pub use digest::{file_sha256, merkle_root, run_id, sha256_hex};
pub use verify::{Verification, verify};

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::report::model::{CompanionFile, CoverageRow, InputFile, Model, OtherInput, Test, Waiver};

/// Name of the manifest within a package.
pub const MANIFEST: &str = "manifest.json";

/// Name of the report model within a package.
pub const MODEL: &str = "model.json";

/// Version of the manifest's shape.
pub const SCHEMA_VERSION: u32 = 1;

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The run that made it.
    pub run: Run,
    /// Everything read, by path: exports, and what stands beside them.
    pub inputs: Vec<Input>,
    /// Every file of the package but the manifest, by path.
    pub outputs: Vec<Output>,
    /// Coverage of each source and scope.
    pub coverage: Vec<CoverageLine>,
    /// Counts and population root of each test.
    pub population: Vec<PopulationLine>,
    /// The waivers of the run, by id.
    #[serde(default)]
    pub waivers: Vec<WaiverLine>,
    /// The package that this one is compared with; `None` = none was named.
    #[serde(default)]
    pub prior_package: Option<PriorPackage>,
}

/// A package that results are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorPackage {
    /// Its run.
    pub run_id: String,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    /// First instant of its period.
    pub period_start: String,
    /// First instant after its period.
    pub period_end: String,
}

/// The run. `started` and `finished` are its envelope: they stand in no other file and in no digest but the manifest's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// [`run_id`].
    pub id: String,
    /// `tickmark`.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the configuration.
    pub config_sha256: String,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// When the run ended, RFC 3339 in UTC.
    pub finished: String,
}

/// Wall-clock facts of the run; the caller reads the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// When the run ended, RFC 3339 in UTC.
    pub finished: String,
}

/// A file that was read. The source of a companion file is `companion:` and its kind, and its records are rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the lake's table `files`")]
pub struct Input {
    pub path: String,
    pub source: String,
    pub byte_count: u64,
    pub sha256: String,
    pub records: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub filtered: u64,
    pub rejected: u64,
    pub first_event_time: String,
    pub last_event_time: String,
}

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Path within the package, with `/` between its parts.
    pub path: String,
    /// Media type.
    pub media: String,
    /// Size.
    pub byte_count: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// Coverage of one source and scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the report model's coverage row")]
pub struct CoverageLine {
    pub source: String,
    pub scope: String,
    pub established: bool,
    pub hour_count: u64,
    pub covered_hours: u64,
    pub quiet_hours: u64,
    pub hole_hours: u64,
}

/// A waiver of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WaiverLine {
    /// The organisation's own id of it.
    pub id: String,
    /// SHA-256 of the waiver as configured.
    pub digest: String,
    /// SHA-256 of what it may cover.
    pub scope_digest: String,
}

/// Population of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopulationLine {
    /// The test.
    pub test_id: String,
    /// Version of its logic.
    pub test_version: String,
    /// Items judged.
    pub population: u64,
    /// Passed.
    pub pass: u64,
    /// Exceptions that are not waived.
    pub exception: u64,
    /// Exceptions with a live waiver.
    pub waived: u64,
    /// Items that the evidence cannot decide.
    pub undetermined: u64,
    /// Items to which the test does not apply.
    pub not_applicable: u64,
    /// [`merkle_root`] over its item ids.
    pub root: String,
}

impl Manifest {
    /// The manifest as canonical JSON: keys sorted, no white space, and a final line feed.
    pub fn to_json(&self) -> Result<String> {
        canonical_json(self)
    }

    /// Reads a manifest.
    pub fn from_json(text: &str) -> Result<Self> {
        let manifest: Self = serde_json::from_str(text).map_err(|e| Error::Input(format!("not a manifest: {e}")))?;
        if manifest.schema_version != SCHEMA_VERSION {
            let found = manifest.schema_version;
            return Err(Error::Input(format!("manifest of version {found}; this program reads {SCHEMA_VERSION}")));
        }
        Ok(manifest)
    }
}

/// Digests every file in the package and writes `manifest.json` beside them, last and at once.
pub fn write_manifest(
    package: &Path,
    model: &Model,
    envelope: &Envelope,
    prior: Option<&PriorPackage>,
) -> Result<Manifest> {
    let manifest = Manifest {
        schema_version: SCHEMA_VERSION,
        run: Run {
            id: model.package.run_id.clone(),
            tool: model.tool.name.clone(),
            version: model.tool.version.clone(),
            config_sha256: model.package.config_sha256.clone(),
            started: envelope.started.clone(),
            finished: envelope.finished.clone(),
        },
        inputs: inputs(model),
        outputs: outputs(package)?,
        coverage: model.coverage.rows.iter().map(coverage_line).collect(),
        population: model.tests.iter().map(population_line).collect(),
        waivers: waivers(model),
        prior_package: prior.cloned(),
    };
    write_at_once(package, MANIFEST, &manifest.to_json()?)?;
    Ok(manifest)
}

/// Any value as JSON with sorted keys and no white space, ended by a line feed.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String> {
    let value = serde_json::to_value(value).map_err(|e| Error::Bug(format!("a value cannot be written: {e}")))?;
    let mut text = sorted(value).to_string();
    text.push('\n');
    Ok(text)
}

// Written out, since the order of the JSON library's maps depends on a feature that any dependency may turn on.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let mut pairs: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            serde_json::Value::Object(pairs.into_iter().collect())
        }
        serde_json::Value::Array(values) => values.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn inputs(model: &Model) -> Vec<Input> {
    let companions = model.companions.iter().map(companion);
    let others = model.other_inputs.iter().map(other);
    let mut inputs: Vec<Input> = model.inputs.iter().map(input).chain(companions).chain(others).collect();
    inputs.sort_by(|a, b| (&a.path, &a.sha256, &a.source).cmp(&(&b.path, &b.sha256, &b.source)));
    inputs
}

fn input(file: &InputFile) -> Input {
    Input {
        path: file.path.clone(),
        source: file.source.clone(),
        byte_count: file.byte_count,
        sha256: file.sha256.clone(),
        records: file.records.records,
        accepted: file.records.accepted,
        duplicate: file.records.duplicate,
        filtered: file.records.filtered,
        rejected: file.records.rejected,
        first_event_time: file.first_event_time.clone(),
        last_event_time: file.last_event_time.clone(),
    }
}

// Every row of a companion file is accepted: the file is refused as a whole where one cannot be.
fn companion(file: &CompanionFile) -> Input {
    Input {
        path: file.path.clone(),
        source: format!("companion:{}", file.kind),
        byte_count: file.byte_count,
        sha256: file.sha256.clone(),
        records: file.row_count,
        accepted: file.row_count,
        duplicate: 0,
        filtered: 0,
        rejected: 0,
        first_event_time: "-".to_owned(),
        last_event_time: "-".to_owned(),
    }
}

// It holds no records of a log: what it has counts as entries, all taken.
fn other(file: &OtherInput) -> Input {
    Input {
        path: file.path.clone(),
        source: file.kind.clone(),
        byte_count: file.byte_count,
        sha256: file.sha256.clone(),
        records: file.entry_count,
        accepted: file.entry_count,
        duplicate: 0,
        filtered: 0,
        rejected: 0,
        first_event_time: "-".to_owned(),
        last_event_time: "-".to_owned(),
    }
}

fn coverage_line(row: &CoverageRow) -> CoverageLine {
    CoverageLine {
        source: row.source.clone(),
        scope: row.scope.clone(),
        established: row.established,
        hour_count: row.hour_count,
        covered_hours: row.covered_hours,
        quiet_hours: row.quiet_hours,
        hole_hours: row.hole_hours,
    }
}

fn waivers(model: &Model) -> Vec<WaiverLine> {
    let line =
        |w: &Waiver| WaiverLine { id: w.id.clone(), digest: w.digest.clone(), scope_digest: w.scope_digest.clone() };
    let mut lines: Vec<WaiverLine> = model.waivers.iter().map(line).collect();
    lines.sort();
    lines
}

fn population_line(test: &Test) -> PopulationLine {
    PopulationLine {
        test_id: test.id.clone(),
        test_version: test.version.clone(),
        population: test.counts.population,
        pass: test.counts.pass,
        exception: test.counts.exception,
        waived: test.counts.waived,
        undetermined: test.counts.undetermined,
        not_applicable: test.counts.not_applicable,
        root: test.population_root.clone(),
    }
}

fn outputs(package: &Path) -> Result<Vec<Output>> {
    let mut outputs = Vec::new();
    for path in files(package)?.into_iter().filter(|p| p != MANIFEST && p != &part(MANIFEST)) {
        if !verify::is_plain(package, &path) {
            return Err(Error::Input(format!("`{path}` in the package is no plain file")));
        }
        let (sha256, byte_count) = file_sha256(&package.join(&path))?;
        outputs.push(Output { media: media(&path).into(), path, byte_count, sha256 });
    }
    Ok(outputs)
}

/// Every file below a folder by its path in it, sorted. Links are not followed; they count as files.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1) {
        let entry = entry.map_err(|e| Error::Input(format!("failed to read `{}`: {e}", folder.display())))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let parts: Vec<String> = inside.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        found.push(parts.join("/"));
    }
    found.sort();
    Ok(found)
}

fn media(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "json" => "application/json",
        "parquet" => "application/vnd.apache.parquet",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv" => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn part(name: &str) -> String {
    format!("{name}.part")
}

/// Writes a file of the package so that nobody ever sees half of it.
pub fn write_at_once(folder: &Path, name: &str, text: &str) -> Result<()> {
    let unfinished = folder.join(part(name));
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|e| Error::io("write", &unfinished, e))?;
    let path = folder.join(name);
    std::fs::rename(&unfinished, &path).map_err(|e| Error::io("write", path, e))
}

#[cfg(test)]
mod tests;
