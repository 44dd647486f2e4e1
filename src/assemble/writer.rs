//! Outcomes, written one by one while the next is judged: the items of all tests together may not fit into memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::items::Rows;
use crate::catalogue::{self, Evidence, Item, Outcome, WaiverUse};
use crate::comparison::{Kept, Previous};
use crate::correlate::Verdict;
use crate::correlate::columns::ITEMS;
use crate::error::{Error, Result};
use crate::inventory::{FileRow, Places};
use crate::lake::CodedFile;
use crate::report::build::test;
use crate::report::model::{DataFile, Test};
use crate::schema::Column;
use crate::turns::in_turn;

/// Rows of a row group.
const ROWS: usize = 1 << 16;

/// More items than this are written before the next test judges, since those of two such tests would fill the memory.
const LARGE: usize = 1 << 19;

/// What is left of the outcomes when their items are written.
pub(super) struct Written {
    /// The outcomes, without their items.
    pub(super) outcomes: Vec<Outcome>,
    /// The same as the report model has them.
    pub(super) tests: Vec<Test>,
    /// One file a test.
    pub(super) files: Vec<DataFile>,
    /// Rows of table `items`.
    pub(super) item_count: usize,
    /// Items of vouching and tracing whose exception is waived; other tests judge the same items by other rules.
    pub(super) waived: Vec<String>,
    /// What the comparison wants; `None` = there is none.
    pub(super) judged: Option<Kept>,
}

/// Writes the items of outcomes.
pub(super) struct Writer<'w, 'e> {
    evidence: &'w Evidence<'e>,
    folder: PathBuf,
    paths: BTreeMap<&'w str, &'w str>,
    places: Places,
    items: CodedFile,
    written: Written,
}

impl<'w, 'e> Writer<'w, 'e> {
    pub(super) fn new(
        package: &Path,
        evidence: &'w Evidence<'e>,
        files: &'w [FileRow],
        previous: Option<&Previous>,
    ) -> Result<Self> {
        let data = package.join("data");
        let folder = data.join("tests");
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        Ok(Self {
            evidence,
            folder,
            paths: files.iter().map(|f| (f.file_id.as_str(), f.path.as_str())).collect(),
            places: Places::default(),
            items: CodedFile::new(&ITEMS, &data.join(format!("{}.parquet", ITEMS.name)))?,
            written: Written {
                outcomes: Vec::new(),
                tests: Vec::new(),
                files: Vec::new(),
                item_count: 0,
                waived: Vec::new(),
                judged: previous.map(Kept::of).transpose()?,
            },
        })
    }

    /// Runs every test, and writes its items while the next one judges.
    pub(super) fn write_all(self) -> Result<(Written, Vec<WaiverUse>)> {
        let evidence = self.evidence;
        thread::scope(|scope| {
            // Nobody waits in between: two outcomes are in memory at most, the one judged and the one written.
            let (sender, receiver) = sync_channel(0);
            let (told, done) = sync_channel(1);
            let writing = scope.spawn(move || self.receive(&receiver, &told));
            let closed = || Error::Bug("the writer of items has gone".to_owned());
            let judged = catalogue::run_each(evidence, &mut |outcome| {
                let is_large = outcome.items.len() > LARGE;
                sender.send((outcome, is_large)).map_err(|_| closed())?;
                if is_large { done.recv().map_err(|_| closed()) } else { Ok(()) }
            });
            drop(sender);
            let written = writing.join().map_err(|_| closed())?;
            // Why the writer has gone says more than that it has.
            Ok((written?, judged?))
        })
    }

    fn receive(mut self, outcomes: &Receiver<(Outcome, bool)>, done: &SyncSender<()>) -> Result<Written> {
        while let Ok((outcome, is_large)) = outcomes.recv() {
            let events = outcome.items.iter().flat_map(|item| item.event_ids.iter().map(String::as_str));
            self.places.merge(self.evidence.take_places());
            self.places.learn(self.evidence.lake, events)?;
            self.write(&outcome)?;
            // What is left to be told of the items is done while the next test begins.
            if is_large && done.send(()).is_err() {
                break;
            }
            self.tell(outcome);
        }
        self.items.finish()?;
        Ok(self.written)
    }

    fn tell(&mut self, mut outcome: Outcome) {
        let shown = test(self.evidence.config, &outcome, &|event| placed(&self.places, &self.paths, event));
        self.written.tests.push(shown);
        if matches!(outcome.test.id, "VCH-01" | "TRC-01" | "TRC-02") {
            let waived = outcome.items.iter().filter(|item| item.verdict == Verdict::Waived);
            self.written.waived.extend(waived.map(|item| item.item_id.clone()));
        }
        if let Some(judged) = &mut self.written.judged {
            judged.keep(outcome.test.id, &outcome.items);
        }
        outcome.items = Vec::new();
        self.written.outcomes.push(outcome);
    }

    /// One file a test, with its own columns, and the same rows without them among those of all tests.
    fn write(&mut self, outcome: &Outcome) -> Result<()> {
        let test = outcome.test;
        let columns: Vec<Column> = ITEMS.columns.iter().chain(test.columns).copied().collect();
        let mut file = CodedFile::of_columns(&columns, &self.folder.join(format!("{}.parquet", test.id)))?;
        let chunks: Vec<&[Item]> = outcome.items.chunks(ROWS).collect();
        let Self { evidence, places, paths, items, .. } = self;
        let encoded = |number: usize| {
            let place = |event: &str| placed(places, paths, event);
            let rows = Rows::of(test, chunks[number], place, |scope| evidence.environment(scope));
            Ok((rows.encoded()?, rows.own()?))
        };
        in_turn(chunks.len(), encoded, |(rows, own)| {
            let Some(rows) = rows else { return Ok(()) };
            items.append(rows.clone())?;
            file.append(match own {
                Some(own) => rows.beside(own),
                None => rows,
            })
        })?;
        file.finish()?;
        self.written.item_count += outcome.items.len();
        self.written.files.push(DataFile {
            path: format!("data/tests/{}.parquet", test.id),
            doc: format!("One judged item of {}, with the columns of its own.", test.id),
            row_count: outcome.items.len() as u64,
        });
        Ok(())
    }
}

/// Path and line of an event.
fn placed<'p>(places: &'p Places, paths: &BTreeMap<&'p str, &'p str>, event: &str) -> Option<(&'p str, u64)> {
    let (file, line) = places.of(event)?;
    Some((paths.get(file).copied().unwrap_or(file), line))
}
