//! The package: from a lake, a configuration and a period to a folder that an auditor can check.

mod items;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::catalogue::{self, Evidence, Outcome, Views, WAIVERS, WaiverUse};
use crate::companion::Companions;
use crate::comparison::{self, COMPARISON, Previous};
use crate::config::{Config, Period};
use crate::correlate::columns::{ITEMS, RESULTS};
use crate::correlate::{self, Verdict};
use crate::coverage::{self, Coverage};
use crate::error::{Error, Result};
use crate::frame::{Values, build, write};
use crate::ingest::Refused;
use crate::inventory::{self, FileRow, Inventory};
use crate::lake::Lake;
use crate::package::{self, Envelope};
use crate::report::build::{Parts, conclusion, model};
use crate::report::model::{Conclusion, DataFile, Model};
use crate::report::render;
use crate::schema::Table;
use items::{Lineage, Rows};

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
    let (outcomes, waivers) = catalogue::run(&evidence)?;
    let folder = Folder::new(out)?;
    let lineage = lineage(lake, &inventory.files, &outcomes)?;
    let data_files = write_data(&folder.partial, &evidence, &outcomes, &lineage, &waivers)?;
    let vocabulary = inventory::vocabulary(lake)?;
    let parts = Parts {
        evidence: &evidence,
        outcomes: &outcomes,
        waivers: &waivers,
        inventory: &inventory,
        vocabulary: &vocabulary,
        lineage: &lineage,
        prior,
        data_files,
    };
    let mut model = model(&parts)?;
    compare(&folder.partial, &evidence, &outcomes, previous.as_ref(), &mut model)?;
    package::write_at_once(&folder.partial, package::MODEL, &model.to_json()?)?;
    for page in render::pages(&model)? {
        package::write_at_once(&folder.partial, page.file_name, &page.text)?;
    }
    package::write_manifest(&folder.partial, &model, &Envelope { started, finished: clock() }, prior)?;
    folder.finish()?;
    Ok(model)
}

fn lineage(lake: &Lake, files: &[FileRow], outcomes: &[Outcome]) -> Result<Lineage> {
    let wanted: BTreeSet<String> =
        outcomes.iter().flat_map(|o| o.items.iter().flat_map(|item| item.event_ids.iter().cloned())).collect();
    let paths: BTreeMap<&str, &str> = files.iter().map(|f| (f.file_id.as_str(), f.path.as_str())).collect();
    let found = inventory::lineage(lake, &wanted)?;
    let named = |(event, (file, line)): (String, (String, u64))| {
        let path = paths.get(file.as_str()).map_or_else(|| file.clone(), |p| (*p).to_owned());
        (event, (path, line))
    };
    Ok(found.into_iter().map(named).collect())
}

/// Writes the comparison with the package before, which without one is empty, and tells the model of it.
fn compare(
    folder: &Path,
    evidence: &Evidence<'_>,
    outcomes: &[Outcome],
    previous: Option<&Previous>,
    model: &mut Model,
) -> Result<()> {
    let rows = previous.map(|p| comparison::rows(evidence.lake, outcomes, model, p)).transpose()?.unwrap_or_default();
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
    outcomes: &[Outcome],
    lineage: &Lineage,
    waivers: &[WaiverUse],
) -> Result<Vec<DataFile>> {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|e| Error::io("create", &data, e))?;
    let mut frames = catalogue::tables(evidence, &waived(outcomes))?;
    frames.push((&WAIVERS, catalogue::waivers_frame(waivers)?));
    frames.push((&RESULTS, results_frame(&results(evidence.config, outcomes))?));
    frames.push((&ITEMS, Rows::of(outcomes.iter(), lineage, |scope| evidence.environment(scope)).frame()?));
    let mut files = Vec::new();
    for (table, mut frame) in frames {
        write(&mut frame, &data.join(format!("{}.parquet", table.name)))?;
        files.push(data_file(table, frame.height()));
    }
    files.extend(write_tests(&data, evidence, outcomes, lineage)?);
    Ok(files)
}

/// One file a test, with its own columns.
fn write_tests(data: &Path, evidence: &Evidence<'_>, outcomes: &[Outcome], lineage: &Lineage) -> Result<Vec<DataFile>> {
    let folder = data.join("tests");
    std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
    let mut files = Vec::new();
    for outcome in outcomes {
        let rows = Rows::of(std::iter::once(outcome), lineage, |scope| evidence.environment(scope));
        let mut frame = rows.frame_of(outcome.test)?;
        write(&mut frame, &folder.join(format!("{}.parquet", outcome.test.id)))?;
        files.push(DataFile {
            path: format!("data/tests/{}.parquet", outcome.test.id),
            doc: format!("One judged item of {}, with the columns of its own.", outcome.test.id),
            row_count: frame.height() as u64,
        });
    }
    Ok(files)
}

/// Items of vouching and tracing whose exception is waived; other tests judge the same items by other rules.
fn waived(outcomes: &[Outcome]) -> BTreeSet<&str> {
    let of_tables = outcomes.iter().filter(|o| matches!(o.test.id, "VCH-01" | "TRC-01" | "TRC-02"));
    let items = of_tables.flat_map(|o| &o.items).filter(|i| i.verdict == Verdict::Waived);
    items.map(|i| i.item_id.as_str()).collect()
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
