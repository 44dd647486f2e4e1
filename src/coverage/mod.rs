//! Coverage: which source, scope and hour the logs at hand really speak for.
//!
//! A verdict that leans on absence may lean on hours that are covered or quiet, never on a hole (design: Coverage).

mod baseline;
mod log;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::config::{Config, Globs, Period};
use crate::error::Result;
use crate::event::{DELIVERY, EVENT_TIME, EVENTS, SCOPE};
use crate::inventory::{FileRow, Inventory};
use crate::lake::{Lake, Page, counted};

pub use log::{Cell, HOUR, Hole, Log, Tally, hours};
pub use table::{COVERAGE, looked_at};

/// What is kept of a log by hour: its source and scope, and a value for each hour.
type ByLog<V> = BTreeMap<(String, String), BTreeMap<i64, V>>;

/// The coverage of all logs at hand.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    logs: BTreeMap<(String, String), Log>,
    lacks_account: bool,
}

/// Forms of delivery of Databricks' log that carry no acts of the account (reference: compliance 2.0, Azure trap).
pub const WITHOUT_ACCOUNT: [&str; 2] = ["azure_diagnostic", "log_analytics"];

/// Records by hour, counted.
#[derive(Debug, Default)]
struct Counts {
    by_log: ByLog<i64>,
    /// Whether Databricks has a record at all, and one in a form that carries acts of the account.
    has_databricks: bool,
    has_account_form: bool,
}

impl Counts {
    fn take(&mut self, lake: &Lake, source: &str, page: &Page<'_>) -> Result<()> {
        let (scopes, times, forms) = (page.texts(0)?, page.wholes(1)?, page.texts(2)?);
        // A page has most texts once: where they lie tells them apart faster than what they say.
        let mut counts: HashMap<(*const str, i64), (&str, i64), FixedState> = HashMap::default();
        for (row, time) in times.iter().enumerate() {
            let scope = scopes.text(row).unwrap_or_default();
            counts.entry((std::ptr::from_ref(scope), time.div_euclid(HOUR))).or_insert((scope, 0)).1 += 1;
        }
        if crate::source::is_log(source) {
            for ((_, hour), (scope, count)) in counts {
                let log = self.by_log.entry((source.to_owned(), lake.placed(scope).to_owned())).or_default();
                *log.entry(hour).or_default() += count;
            }
        }
        if source == crate::source::DATABRICKS {
            let carries = |row: usize| forms.text(row).is_some_and(|form| !WITHOUT_ACCOUNT.contains(&form));
            self.has_databricks |= !times.is_empty();
            self.has_account_form = self.has_account_form || (0..times.len()).any(carries);
        }
        Ok(())
    }

    fn merge(mut self, other: Self) -> Self {
        for (log, hours) in other.by_log {
            let own = self.by_log.entry(log).or_default();
            hours.into_iter().for_each(|(hour, count)| *own.entry(hour).or_default() += count);
        }
        Self {
            by_log: self.by_log,
            has_databricks: self.has_databricks || other.has_databricks,
            has_account_form: self.has_account_form || other.has_account_form,
        }
    }
}

impl Coverage {
    /// The coverage of a lake, where the sources of the declared exports are yet to be found out.
    ///
    /// # Errors
    /// The lake cannot be read, or a path of the configuration is no glob.
    pub fn of_lake(lake: &Lake, config: &Config) -> Result<Self> {
        Self::read(lake, config, &source_ids(config, &Inventory::read(lake)?.files)?)
    }

    /// Counts the records of the lake by source, scope and hour, and sets them against what the exports declare.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn read(lake: &Lake, config: &Config, ids: &Ids) -> Result<Self> {
        let take = |counts: &mut Counts, source: &str, page: &Page<'_>| counts.take(lake, source, page);
        let counts = counted(lake, &EVENTS, &[SCOPE, EVENT_TIME, DELIVERY], |_| true, take, Counts::merge)?;
        let lacks_account = counts.has_databricks && !counts.has_account_form;
        Ok(Self::assemble(counts.by_log, config, ids, lacks_account))
    }

    fn assemble(mut counts: ByLog<i64>, config: &Config, ids: &Ids, lacks_account: bool) -> Self {
        let declared = declared(config, ids);
        let mut heartbeats = heartbeats(config);
        for log in heartbeats.keys() {
            counts.entry(log.clone()).or_default();
        }
        let databricks = crate::source::DATABRICKS;
        let has_databricks = counts.keys().any(|(source, _)| source == databricks) || declared.contains_key(databricks);
        if has_databricks {
            let named = config.production.iter().chain(&config.sandbox).chain(config.workspaces.values());
            for scope in named.map(String::as_str).chain([crate::correlate::ACCOUNT]) {
                counts.entry((databricks.to_owned(), scope.to_owned())).or_default();
            }
        }
        for source in declared.keys().filter(|s| *s != databricks) {
            if !counts.keys().any(|(s, _)| s == source) {
                counts.insert((source.clone(), crate::correlate::TENANT.to_owned()), BTreeMap::new());
            }
        }
        let logs = counts.into_iter().map(|(name, counts)| {
            // An export cannot cover what its form does not carry.
            let is_carried = !lacks_account || name.0 != databricks || name.1 != crate::correlate::ACCOUNT;
            let covers = declared.get(&name.0).filter(|_| is_carried).map(|covers| hours(covers.start, covers.end));
            let log = Log::new(name.clone(), counts, heartbeats.remove(&name).unwrap_or_default(), covers);
            (name, log)
        });
        Self { logs: logs.collect(), lacks_account }
    }

    /// True where Databricks' log came in forms alone that carry no acts of the account: there the account is one hole.
    pub const fn lacks_account(&self) -> bool {
        self.lacks_account
    }

    /// All logs, by source and scope.
    pub fn logs(&self) -> impl Iterator<Item = &Log> {
        self.logs.values()
    }

    /// The end of the evidence of a kind of log, in microseconds; `None` = there is no such log.
    pub fn end_of(&self, of: impl Fn(&str) -> bool) -> Option<i64> {
        let ends = self.logs.values().filter(|l| of(&l.source)).map(|l| l.reach.end.saturating_mul(HOUR));
        ends.max()
    }

    /// All hours that the evidence of any log reaches; `None` = no log reaches any.
    pub fn reach(&self) -> Option<Range<i64>> {
        let reached = || self.logs.values().map(|log| &log.reach).filter(|reach| !reach.is_empty());
        Some(reached().map(|r| r.start).min()?..reached().map(|r| r.end).max()?)
    }

    /// The first hole that any of the chosen logs has in a span (microseconds, both ends included). `None` also
    /// when no log was chosen: ask [`Coverage::has`] first.
    pub fn hole(&self, chosen: impl Fn(&Log) -> bool, from: i64, to: i64) -> Option<Hole> {
        let (from, to) = (from.div_euclid(HOUR), to.div_euclid(HOUR));
        self.logs.values().filter(|log| chosen(log)).find_map(|log| log.first_hole(from, to))
    }

    /// The hole of that id, in whichever log.
    pub fn hole_of(&self, id: &str) -> Option<Hole> {
        let all = i64::MIN / HOUR..i64::MAX / HOUR;
        self.logs.values().flat_map(|log| log.holes(all.clone())).find(|hole| hole.id == id)
    }

    /// True when a log of that kind is at hand or declared.
    pub fn has(&self, chosen: impl Fn(&Log) -> bool) -> bool {
        self.logs.values().any(chosen)
    }
}

/// The source ids of each `[[source]]`, by its place in the configuration.
pub type Ids = BTreeMap<usize, BTreeSet<String>>;

/// The source ids of each `[[source]]`: as written, or as the files that it names turned out to be, which may be of several.
///
/// # Errors
/// A path of the configuration is no glob.
pub fn source_ids(config: &Config, files: &[FileRow]) -> Result<Ids> {
    let mut ids = Ids::new();
    for (i, source) in config.sources.iter().enumerate() {
        if let Some(id) = &source.id {
            ids.insert(i, BTreeSet::from([id.clone()]));
            continue;
        }
        let globs = Globs::new(&source.paths)?;
        let below =
            |path: &str| source.paths.iter().any(|p| path.starts_with(&format!("{}/", p.trim_end_matches('/'))));
        let meant = files.iter().filter(|f| globs.any(&f.path) || below(&f.path));
        ids.insert(i, meant.filter_map(|f| f.source.clone()).collect());
    }
    Ok(ids)
}

fn declared(config: &Config, ids: &Ids) -> BTreeMap<String, Period> {
    let mut all: BTreeMap<String, Period> = BTreeMap::new();
    for (i, source) in config.sources.iter().enumerate() {
        let Some(covers) = &source.covers else { continue };
        for id in ids.get(&i).into_iter().flatten() {
            all.entry(id.clone())
                .and_modify(|p| {
                    p.start = p.start.min(covers.start);
                    p.end = p.end.max(covers.end);
                })
                .or_insert_with(|| covers.clone());
        }
    }
    all
}

// Of several heartbeats in an hour the first is cited.
fn heartbeats(config: &Config) -> ByLog<String> {
    let mut all: ByLog<String> = BTreeMap::new();
    for heartbeat in &config.heartbeats {
        let log = all.entry((heartbeat.source.clone(), heartbeat.scope.clone())).or_default();
        log.entry(heartbeat.time.div_euclid(HOUR)).or_insert_with(|| heartbeat.reference.clone());
    }
    all
}
