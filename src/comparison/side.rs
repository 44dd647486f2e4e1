//! What of a package may be the cause of another verdict: its inputs, its rules, its period.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::DateTime;

use crate::report::model::Model;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InputFacts {
    pub(super) path: String,
    /// Times of its first and last event; `None` = it has none.
    pub(super) times: Option<(i64, i64)>,
}

/// How a test was run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TestFacts {
    pub(super) version: String,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) cut_off: i64,
}

/// One of the two packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) period: Range<i64>,
    pub(super) tool_version: String,
    pub(super) config_sha256: String,
    /// By digest.
    pub(super) inputs: BTreeMap<String, InputFacts>,
    /// Digests of what is declared beside the configuration.
    pub(super) declared: BTreeSet<String>,
    pub(super) tests: BTreeMap<String, TestFacts>,
}

impl Side {
    pub(super) fn of(model: &Model) -> Self {
        let inputs = model.inputs.iter().map(|file| {
            let times = micros(&file.first_event_time).zip(micros(&file.last_event_time));
            (file.sha256.clone(), InputFacts { path: file.path.clone(), times })
        });
        let cut_offs: BTreeMap<&str, i64> =
            model.cut_offs.iter().filter_map(|c| Some((c.test_id.as_str(), micros(&c.cut_off)?))).collect();
        let period = micros(&model.period.start).unwrap_or(i64::MIN)..micros(&model.period.end).unwrap_or(i64::MAX);
        let tests = model.tests.iter().map(|test| {
            let settings = test.parameters.iter().map(|p| (p.name.clone(), p.value.clone())).collect();
            let cut_off = cut_offs.get(test.id.as_str()).copied().unwrap_or(period.end);
            (test.id.clone(), TestFacts { version: test.version.clone(), settings, cut_off })
        });
        Self {
            tests: tests.collect(),
            tool_version: model.tool.version.clone(),
            config_sha256: model.package.config_sha256.clone(),
            inputs: inputs.collect(),
            declared: model.coverage.heartbeat_files.iter().map(|f| f.sha256.clone()).collect(),
            period,
        }
    }

    /// How far the evidence of a test reaches.
    pub(super) fn cut_off(&self, test: &str) -> i64 {
        self.tests.get(test).map_or(self.period.end, |t| t.cut_off)
    }

    /// The files of this package that another did not read, by digest.
    pub(super) fn beyond<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'s InputFacts> {
        self.inputs.iter().filter(|(sha256, _)| !other.inputs.contains_key(*sha256)).map(|(_, file)| file)
    }
}

/// An instant of a model.
fn micros(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
}
