//! The comparison as the report model shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cause, Change, Judged, Previous, Row};
use crate::report::build::instant;
use crate::report::model::{
    CauseCount, ChangeCount, ChangeRow, Comparison, Conclusion, Listing, Model, ROWS_SHOWN, Severity, Test, TestChange,
};

/// What the pages say of the comparison. `model` is the report of now.
pub fn told(rows: &[Row], previous: &Previous, model: &Model) -> Comparison {
    let (before, prior) = (previous.model(), previous.prior());
    let gates: BTreeSet<&str> =
        before.tests.iter().chain(&model.tests).filter(|t| t.gate).map(|t| t.id.as_str()).collect();
    let is_gate = |row: &Row| gates.contains(row.test_id.as_str());
    let (inputs_added, inputs_gone) = (files_beyond(model, before), files_beyond(before, model));
    let same_period = (&before.period.start, &before.period.end) == (&model.period.start, &model.period.end);
    let tests = tests(before, model);
    Comparison {
        has_previous: true,
        previous_run_id: prior.run_id.clone(),
        previous_period: before.period.label.clone(),
        previous_start: before.period.start.clone(),
        previous_end: before.period.end.clone(),
        same_period,
        restates: same_period && inputs_added.len() + inputs_gone.len() > 0,
        changes: changes(rows, &is_gate),
        causes: causes(rows),
        rows: listing(rows, &is_gate),
        inputs_added: Listing::capped(inputs_added, ROWS_SHOWN),
        inputs_gone: Listing::capped(inputs_gone, ROWS_SHOWN),
        moved_count: tests.iter().filter(|t| t.moved).count() as u64,
        tests,
        method: method(before, model),
    }
}

fn changes(rows: &[Row], is_gate: &dyn Fn(&Row) -> bool) -> Vec<ChangeCount> {
    let count = |change: Change, gate: bool| {
        rows.iter().filter(|row| row.change == change && is_gate(row) == gate).count() as u64
    };
    let of = |change: Change| ChangeCount {
        change: change.as_str().to_owned(),
        meaning: meaning(change).to_owned(),
        control_count: count(change, false),
        gate_count: count(change, true),
    };
    Change::ALL.map(of).to_vec()
}

const fn meaning(change: Change) -> &'static str {
    match change {
        Change::New => "a deviation now, and none in the previous package",
        Change::Changed => {
            "a deviation then, and judged otherwise now: another reason, a waiver more or less, or undetermined"
        }
        Change::Continuing => "the same deviation in both",
        Change::Resolved => "a deviation then; now the evidence shows none",
        Change::NoLongerJudged => "a deviation then; now no item of its test, which does not resolve it",
    }
}

fn causes(rows: &[Row]) -> Vec<CauseCount> {
    let of = |cause: Cause| CauseCount {
        cause: cause.as_str().to_owned(),
        meaning: why(cause).to_owned(),
        count: rows.iter().filter(|row| row.cause == Some(cause)).count() as u64,
    };
    Cause::ALL.map(of).to_vec()
}

const fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::NewEvents => "records of after the cut-off of the previous package",
        Cause::LateData => "records of before the cut-off of the previous package, which it did not have",
        Cause::RuleVersion => "the test or the program is of another version",
        Cause::Config => "settings of the test differ, or the configuration alone",
        Cause::Waiver => "a waiver was laid over it, or no longer is",
        Cause::Period => "it lies in one of the two periods only, or the period alone differs",
        Cause::Unknown => "none is proven, and none is guessed",
    }
}

fn listing(rows: &[Row], is_gate: &dyn Fn(&Row) -> bool) -> Listing<ChangeRow> {
    let severity = |row: &Row| row.latest().and_then(|j| Severity::parse(&j.severity)).unwrap_or(Severity::Info);
    let time = |row: &Row| row.latest().map_or(0, |j| j.time);
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|row| (is_gate(row), row.change, severity(row), &row.test_id, time(row), &row.item_id));
    let total = sorted.len() as u64;
    Listing::of_total(sorted.into_iter().take(ROWS_SHOWN).map(|row| change_row(row, severity(row))).collect(), total)
}

fn change_row(row: &Row, severity: Severity) -> ChangeRow {
    let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let judged = |of: &Option<Judged>| {
        of.as_ref().map_or_else(
            || "-".to_owned(),
            |j| match &j.waiver_id {
                Some(waiver) => format!("{} by {waiver}: {}", j.verdict.as_str(), j.reason),
                None => format!("{}: {}", j.verdict.as_str(), j.reason),
            },
        )
    };
    let latest = row.latest();
    ChangeRow {
        test_id: row.test_id.clone(),
        item_id: row.item_id.clone(),
        change: row.change.as_str().to_owned(),
        previous: judged(&row.before),
        now: judged(&row.now),
        cause: text(row.cause.map(Cause::as_str)),
        proof: text(row.proof.as_deref()),
        severity,
        event_time: latest.map_or_else(|| "-".to_owned(), |j| instant(j.time)),
        subject: text(latest.and_then(|j| j.subject.as_deref())),
        object: text(latest.and_then(|j| j.object.as_deref())),
        first_seen_period: row.first_seen.period.clone(),
        first_seen_run: row.first_seen.run.clone(),
        has_age: row.age_days.is_some(),
        age_days: row.age_days.and_then(|days| u64::try_from(days).ok()).unwrap_or(0),
    }
}

/// Paths of the files that one package read and the other did not.
fn files_beyond(one: &Model, other: &Model) -> Vec<String> {
    let known: BTreeSet<&str> = other.inputs.iter().map(|f| f.sha256.as_str()).collect();
    let beyond = one.inputs.iter().filter(|f| !known.contains(f.sha256.as_str()));
    let mut paths: Vec<String> = beyond.map(|f| f.path.clone()).collect();
    paths.sort();
    paths
}

fn tests(before: &Model, now: &Model) -> Vec<TestChange> {
    let by_id = |model: &'_ Model| -> BTreeMap<String, Test> {
        model.tests.iter().map(|t| (t.id.clone(), t.clone())).collect()
    };
    let (was, is) = (by_id(before), by_id(now));
    let mut ids: Vec<&String> = now.tests.iter().map(|t| &t.id).collect();
    ids.extend(before.tests.iter().map(|t| &t.id).filter(|id| !is.contains_key(*id)));
    ids.into_iter().map(|id| test_change(id, was.get(id), is.get(id))).collect()
}

fn test_change(id: &str, was: Option<&Test>, is: Option<&Test>) -> TestChange {
    let version = |of: Option<&Test>| of.map_or_else(|| "-".to_owned(), |t| t.version.clone());
    let conclusion = |of: Option<&Test>| of.map_or(Conclusion::NotTested, |t| t.conclusion);
    let words = |of: Option<&Test>| {
        of.map_or_else(|| Conclusion::NotTested.as_str().to_owned(), |t| t.conclusion_words.clone())
    };
    TestChange {
        test_id: id.to_owned(),
        previous_version: version(was),
        version: version(is),
        previous_conclusion: conclusion(was),
        conclusion: conclusion(is),
        previous_words: words(was),
        words: words(is),
        moved: conclusion(was) != conclusion(is) || version(was) != version(is),
    }
}

fn method(before: &Model, now: &Model) -> Vec<String> {
    let mut all = Vec::new();
    let mut differs = |what: &str, was: &str, is: &str| {
        if was != is {
            all.push(format!("{what}: {was}, then {is}."));
        }
    };
    differs("Organisation", &before.organization, &now.organization);
    differs("Version of the program", &before.tool.version, &now.tool.version);
    differs("Period", &before.period.label, &now.period.label);
    differs("Digest of the configuration", &before.package.config_sha256, &now.package.config_sha256);
    for (id, test) in now.tests.iter().map(|t| (&t.id, t)) {
        let Some(was) = before.tests.iter().find(|t| t.id == *id) else {
            differs(&format!("{id}, version of the test"), "not run", &test.version);
            continue;
        };
        differs(&format!("{id}, version of the test"), &was.version, &test.version);
        for setting in &test.parameters {
            let value = was.parameters.iter().find(|p| p.name == setting.name).map_or("not set", |p| &p.value);
            differs(&format!("{id}, {}", setting.name), value, &setting.value);
        }
    }
    for gone in before.tests.iter().filter(|t| now.tests.iter().all(|n| n.id != t.id)) {
        differs(&format!("{}, version of the test", gone.id), &gone.version, "not run");
    }
    all
}
