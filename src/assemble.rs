//! The package: from a lake, a configuration and a period to a folder that an auditor can check.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::access::columns::ACCESS;
use crate::access::{self, Bounds, Held};
use crate::catalogue::{self, Evidence, Outcome};
use crate::config::{Config, Period};
use crate::correlate::columns::{ITEMS, RESULTS, TRACING, VOUCHING};
use crate::correlate::kernel::Limits;
use crate::correlate::{self, Verdict};
use crate::coverage::{self, COVERAGE, Coverage};
use crate::error::{Error, Result};
use crate::frame::{Values, build, write};
use crate::identity::{IDENTITIES, IDENTITY_LINKS};
use crate::ingest::Refused;
use crate::inventory::{self, FileRow, Inventory};
use crate::lake::Lake;
use crate::package::{self, Envelope};
use crate::report::build::{Parts, conclusion, listed, model};
use crate::report::model::{Conclusion, DataFile, Model, ROWS_SHOWN};
use crate::report::render;
use crate::schema::Table;

/// Judges the evidence and writes the package, whole or not at all. `refused` are the files that were left out of the lake.
///
/// # Errors
/// No record at hand ([`Error::Input`]), a lake or folder that cannot be read or written, or a bug of ours.
pub fn assemble(
    lake: Lake,
    refused: &[Refused],
    config: &Config,
    period: &Period,
    out: &Path,
    clock: &dyn Fn() -> String,
) -> Result<Model> {
    let started = clock();
    let lake = &lake.with_workspaces(&config.workspaces);
    let inventory = Inventory::read(lake)?;
    if inventory.files.iter().all(|f| f.records == 0) {
        return Err(Error::Input(format!("the lake `{}` holds no record", lake.root().display())));
    }
    let coverage = Coverage::read(lake, config, &coverage::source_ids(config, &inventory.files)?)?;
    let correlation = correlate::run(lake, config, period, &coverage)?;
    let evidence = Evidence { lake, refused, config, period, coverage: &coverage, correlation: &correlation };
    let (outcomes, waivers) = catalogue::run(&evidence)?;
    let folder = Folder::new(out)?;
    let data_files = write_data(&folder.partial, &evidence, &outcomes)?;
    let vocabulary = inventory::vocabulary(lake)?;
    let lineage = lineage(lake, &inventory.files, &outcomes)?;
    let parts = Parts {
        evidence: &evidence,
        outcomes: &outcomes,
        waivers: &waivers,
        inventory: &inventory,
        vocabulary: &vocabulary,
        lineage: &lineage,
        data_files,
    };
    let model = model(&parts)?;
    package::write_at_once(&folder.partial, package::MODEL, &model.to_json()?)?;
    for page in render::pages(&model)? {
        package::write_at_once(&folder.partial, page.file_name, &page.text)?;
    }
    package::write_manifest(&folder.partial, &model, &Envelope { started, finished: clock() })?;
    folder.finish()?;
    Ok(model)
}

fn lineage(lake: &Lake, files: &[FileRow], outcomes: &[Outcome]) -> Result<BTreeMap<String, (String, u64)>> {
    let wanted: BTreeSet<String> = outcomes
        .iter()
        .flat_map(|o| {
            let deviations = listed(o, |v| matches!(v, Verdict::Exception | Verdict::Waived));
            let open = listed(o, |v| v == Verdict::Undetermined);
            deviations.into_iter().take(ROWS_SHOWN).chain(open.into_iter().take(ROWS_SHOWN))
        })
        .flat_map(|item| item.event_ids.clone())
        .collect();
    let paths: BTreeMap<&str, &str> = files.iter().map(|f| (f.file_id.as_str(), f.path.as_str())).collect();
    let found = inventory::lineage(lake, &wanted)?;
    let named = |(event, (file, line)): (String, (String, u64))| {
        let path = paths.get(file.as_str()).map_or_else(|| file.clone(), |p| (*p).to_owned());
        (event, (path, line))
    };
    Ok(found.into_iter().map(named).collect())
}

fn write_data(folder: &Path, evidence: &Evidence<'_>, outcomes: &[Outcome]) -> Result<Vec<DataFile>> {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|e| Error::io("create", &data, e))?;
    let (correlation, period) = (evidence.correlation, evidence.period);
    let part = &correlation.judged;
    let acts = &part.acts;
    let is_item = |row: usize| period.contains(acts.time(row));
    let vouched: Vec<_> =
        part.vouching.iter().filter(|v| is_item(v.effect) && catalogue::is_vouched(acts.verb(v.effect))).collect();
    let traced: Vec<_> = part.tracing.iter().filter(|t| is_item(t.authority)).collect();
    let waived = waived(outcomes);
    let longest_sla = part.tracing.iter().map(|t| t.sla).max().unwrap_or(0);
    let frames = [
        (&VOUCHING, correlate::vouching_frame(&vouched, acts, &waived)?),
        (&TRACING, correlate::tracing_frame(&traced, acts, &waived)?),
        (&ACCESS, access_frame(evidence)?),
        (&RESULTS, results_frame(&results(evidence.config, outcomes))?),
        (&ITEMS, items_frame(outcomes)?),
        (&COVERAGE, evidence.coverage.frame(&looked_at(&correlation.limits, longest_sla, period))?),
        (&IDENTITIES, correlate::identities_frame(&correlation.ground.identities)?),
        (&IDENTITY_LINKS, correlate::links_frame(&correlation.ground.identities, acts)?),
    ];
    let mut files = Vec::new();
    for (table, mut frame) in frames {
        write(&mut frame, &data.join(format!("{}.parquet", table.name)))?;
        files.push(data_file(table, frame.height()));
    }
    Ok(files)
}

/// Items of vouching and tracing whose exception is waived; other tests judge the same items by other rules.
fn waived(outcomes: &[Outcome]) -> BTreeSet<&str> {
    let of_tables = outcomes.iter().filter(|o| matches!(o.test.id, "VCH-01" | "TRC-01" | "TRC-02"));
    let items = of_tables.flat_map(|o| &o.items).filter(|i| i.verdict == Verdict::Waived);
    items.map(|i| i.item_id.as_str()).collect()
}

// A verdict of the period may lean on hours before and after it.
fn looked_at(limits: &Limits, longest_sla: i64, period: &Period) -> Range<i64> {
    let after = limits.window.look_back.max(limits.provision_sla).max(limits.deprovision_sla).max(longest_sla);
    coverage::hours(period.start - limits.window.look_back, period.end + after)
}

/// Who held what in the period.
fn access_frame(evidence: &Evidence<'_>) -> Result<polars::prelude::DataFrame> {
    let Evidence { correlation, period, .. } = evidence;
    let access = access::of(&access::histories(correlation), &Bounds::of(correlation, period));
    let span = period.start..period.end;
    let rows: Vec<&Held<'_>> = access.rows.iter().filter(|row| row.reaches_into(&span)).collect();
    access::frame(&rows)
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
    let of = |test: &'static catalogue::Test| {
        let outcome = outcomes.iter().find(|o| o.test.id == test.id);
        let nothing = || ResultRow { test, conclusion: Conclusion::NotTested, counts: catalogue::Counts::default() };
        outcome.map_or_else(nothing, |o| ResultRow { test, conclusion: conclusion(o), counts: o.counts })
    };
    let is_row =
        |test: &&&'static catalogue::Test| outcomes.iter().any(|o| o.test.id == test.id) || !config.runs(test.id);
    catalogue::TESTS.iter().filter(is_row).map(|test| of(test)).collect()
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

fn items_frame(outcomes: &[Outcome]) -> Result<polars::prelude::DataFrame> {
    let rows: Vec<_> = outcomes.iter().flat_map(|o| o.items.iter().map(move |i| (o.test.id, i))).collect();
    let text = |of: fn(&catalogue::Item) -> Option<String>| Values::texts(&rows, |(_, i)| of(i));
    build(
        &ITEMS,
        vec![
            Values::texts(&rows, |(id, _)| Some((*id).to_owned())),
            text(|i| Some(i.item_id.clone())),
            text(|i| Some(i.verdict.as_str().to_owned())),
            text(|i| Some(i.reason.clone())),
            text(|i| Some(i.severity.as_str().to_owned())),
            Values::instants(&rows, |(_, i)| Some(i.time)),
            text(|i| i.scope.clone()),
            text(|i| i.actor.clone()),
            text(|i| i.subject.clone()),
            text(|i| i.object.clone()),
            Values::Lists(rows.iter().map(|(_, i)| i.event_ids.clone()).collect()),
            text(|i| i.detail.clone()),
            text(|i| i.waiver_id.clone()),
            text(|i| i.hole_id.clone()),
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
