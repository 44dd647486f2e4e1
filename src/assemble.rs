//! The package: from a lake, a configuration and a period to a folder that an auditor can check.

mod items;
mod writer;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::catalogue::{self, Evidence, Outcome, Views, WAIVERS, WaiverUse};
use crate::companion::Companions;
use crate::comparison::{self, COMPARISON, Kept, Previous};
use crate::config::{Config, Period};
use crate::correlate;
use crate::correlate::columns::{ITEMS, RESULTS};
use crate::coverage::{self, Coverage};
use crate::error::{Error, Result};
use crate::frame::{Values, build, write};
use crate::ingest::Refused;
use crate::inventory::Inventory;
use crate::lake::Lake;
use crate::package::{self, Envelope};
use crate::report::build::{Parts, conclusion, model};
use crate::report::model::{Conclusion, DataFile, Model};
use crate::report::render;
use crate::schema::Table;
use writer::{Writer, Written};

/// Judges the evidence and writes the package, whole or not at all. `refused` are the files that were left out of the lake;
/// the maps among the companions are laid into the configuration ([`Companions::lay_into`]).
///
/// # Errors
/// No record at hand ([`Error::Input`]), a lake or folder that cannot be read or written, or a bug of ours.
pub fn assemble(
    lake: Lake,
    refused: &[Refused],
    config: &Config,
    companions: &Companions,
    period: &Period,
    out: &Path,
    clock: &dyn Fn() -> String,
) -> Result<Model> {
    let started = clock();
    let lake = &lake.with_workspaces(&config.workspaces);
    let previous = config.previous.as_deref().map(|folder| Previous::open(folder, out)).transpose()?;
    let prior = previous.as_ref().map(Previous::prior);
    let inventory = Inventory::read(lake)?;
    if inventory.files.iter().all(|f| f.records == 0) {
        return Err(Error::Input(format!("the lake `{}` holds no record", lake.root().display())));
    }
    let coverage = Coverage::read(lake, config, &coverage::source_ids(config, &inventory.files)?)?;
    let correlation = correlate::run(lake, config, period, &coverage)?;
    let (coverage, correlation) = (&coverage, &correlation);
    let views = Views::default();
    let evidence = Evidence { lake, refused, config, period, coverage, correlation, companions, views };
    let folder = Folder::new(out)?;
    let writer = Writer::new(&folder.partial, &evidence, &inventory.files, previous.as_ref())?;
    let (written, waivers) = writer.write_all()?;
    let data_files = write_data(&folder.partial, &evidence, &written, &waivers)?;
    let vocabulary = evidence.vocabulary()?;
    let parts = Parts {
        evidence: &evidence,
        outcomes: &written.outcomes,
        tests: written.tests,
        waivers: &waivers,
        inventory: &inventory,
        vocabulary: &vocabulary,
        prior,
        data_files,
    };
    let mut model = model(&parts)?;
    compare(&folder.partial, &evidence, previous.as_ref().zip(written.judged), &mut model)?;
    package::write_at_once(&folder.partial, package::MODEL, &model.to_json()?)?;
    for page in render::pages(&model)? {
        package::write_at_once(&folder.partial, page.file_name, &page.text)?;
    }
    package::write_manifest(&folder.partial, &model, &Envelope { started, finished: clock() }, prior)?;
    folder.finish()?;
    Ok(model)
}

/// Writes the comparison with the package before, which without one is empty, and tells the model of it.
fn compare(
    folder: &Path,
    evidence: &Evidence<'_>,
    compared: Option<(&Previous, Kept)>,
    model: &mut Model,
) -> Result<()> {
    let previous = compared.as_ref().map(|(previous, _)| *previous);
    let rows = compared.map(|(p, kept)| comparison::rows(evidence.lake, kept, model, p)).transpose()?;
    let rows = rows.unwrap_or_default();
    write(&mut comparison::frame(&rows)?, &folder.join("data").join(format!("{}.parquet", COMPARISON.name)))?;
    model.package.data_files.push(data_file(&COMPARISON, rows.len()));
    if let Some(previous) = previous {
        model.comparison = comparison::told(&rows, previous, model);
    }
    Ok(())
}

fn write_data(
    folder: &Path,
    evidence: &Evidence<'_>,
    written: &Written,
    waivers: &[WaiverUse],
) -> Result<Vec<DataFile>> {
    let waived: BTreeSet<&str> = written.waived.iter().map(String::as_str).collect();
    let mut frames = catalogue::tables(evidence, &waived)?;
    frames.push((&WAIVERS, catalogue::waivers_frame(waivers)?));
    frames.push((&RESULTS, results_frame(&results(evidence.config, &written.outcomes))?));
    let mut files = Vec::new();
    for (table, mut frame) in frames {
        write(&mut frame, &folder.join("data").join(format!("{}.parquet", table.name)))?;
        files.push(data_file(table, frame.height()));
    }
    files.push(data_file(&ITEMS, written.item_count));
    files.extend(written.files.iter().cloned());
    Ok(files)
}

fn data_file(table: &Table, rows: usize) -> DataFile {
    DataFile { path: format!("data/{}.parquet", table.name), doc: table.doc.to_owned(), row_count: rows as u64 }
}

/// One test as table `results` shows it.
struct ResultRow {
    test: &'static catalogue::Test,
    conclusion: Conclusion,
    counts: catalogue::Counts,
}

/// Every test of this version, in the order of the catalogue: one that the profile leaves out was not tested, and counts nothing.
fn results(config: &Config, outcomes: &[Outcome]) -> Vec<ResultRow> {
    let row = |o: &Outcome| ResultRow { test: o.test, conclusion: conclusion(o), counts: o.counts };
    let of = |test: &'static catalogue::Test| {
        let nothing = || ResultRow { test, conclusion: Conclusion::NotTested, counts: catalogue::Counts::default() };
        let outcome = outcomes.iter().find(|o| o.test.id == test.id).map(row);
        outcome.or_else(|| (!config.runs(test.id)).then(nothing))
    };
    let own = outcomes.iter().filter(|o| catalogue::test(o.test.id).is_none());
    catalogue::TESTS.iter().filter_map(|test| of(test)).chain(own.map(row)).collect()
}

fn results_frame(rows: &[ResultRow]) -> Result<polars::prelude::DataFrame> {
    let count = |of: fn(&catalogue::Counts) -> u64| {
        Values::Wholes(rows.iter().map(|r| i64::try_from(of(&r.counts)).ok()).collect())
    };
    build(
        &RESULTS,
        vec![
            Values::texts(rows, |r| Some(r.test.id.to_owned())),
            Values::texts(rows, |r| Some(r.test.version.to_owned())),
            Values::texts(rows, |r| Some(r.conclusion.as_str().to_owned())),
            count(|c| c.population),
            count(|c| c.pass),
            count(|c| c.exception),
            count(|c| c.waived),
            count(|c| c.undetermined),
            count(|c| c.not_applicable),
        ],
    )
}

/// A package folder in the making: it takes its name only when it is whole.
struct Folder {
    partial: PathBuf,
    out: PathBuf,
}

impl Folder {
    fn new(out: &Path) -> Result<Self> {
        let is_package = out.join(package::MANIFEST).is_file();
        let is_empty = std::fs::read_dir(out).map_or(!out.exists(), |mut entries| entries.next().is_none());
        if !is_package && !is_empty {
            let out = out.display();
            return Err(Error::Input(format!(
                "`{out}` holds something that is no evidence package; name another folder"
            )));
        }
        let name = out.file_name().map_or_else(|| "package".into(), |n| n.to_string_lossy().into_owned());
        let partial = out.with_file_name(format!(".{name}.partial"));
        if partial.exists() {
            std::fs::remove_dir_all(&partial).map_err(|e| Error::io("clear", &partial, e))?;
        }
        std::fs::create_dir_all(&partial).map_err(|e| Error::io("create", &partial, e))?;
        Ok(Self { partial, out: out.to_owned() })
    }

    fn finish(self) -> Result<()> {
        if self.out.exists() {
            std::fs::remove_dir_all(&self.out).map_err(|e| Error::io("replace", &self.out, e))?;
        }
        std::fs::rename(&self.partial, &self.out).map_err(|e| Error::io("write", &self.out, e))
    }
}
