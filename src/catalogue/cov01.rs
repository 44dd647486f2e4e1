//! COV-01: source coverage is continuous.

use super::{Evidence, Item, Judged, Parameter, Severity, Test};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::{Cell, HOUR, Log, hours};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-01",
    version: "1",
    severity: Severity::High,
    shared_parameters: &["max_gap"],
    own_parameters: &[Parameter {
        name: "account_max_gap",
        default: "6h",
        doc: "the same for the Databricks account level, where little happens",
    }],
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let account_max_gap = evidence.config.span(TEST.id, "account_max_gap")?.micros() / HOUR;
    let mut items = Vec::new();
    for log in evidence.coverage.logs() {
        let max_gap = evidence.config.span_in(TEST.id, "max_gap", &log.scope)?.micros() / HOUR;
        let tolerated = if log.scope == ACCOUNT { account_max_gap } else { max_gap };
        let is_undeclared = is_undeclared(evidence, log);
        for hour in hours(evidence.period.start, evidence.period.end) {
            let (verdict, reason) = if is_undeclared && log.cell(hour) == Cell::Covered {
                (Verdict::Exception, "undeclared_scope")
            } else {
                judge(log, hour, tolerated)
            };
            items.push(item(log, hour, verdict, reason));
        }
    }
    Ok(Judged { items, ..Judged::default() })
}

// Where the configuration names workspaces, one that it does not name is outside the declared scope.
fn is_undeclared(evidence: &Evidence<'_>, log: &Log) -> bool {
    let config = evidence.config;
    let mut named = config.production.iter().chain(&config.sandbox).chain(config.workspaces.values()).peekable();
    log.source == crate::source::DATABRICKS
        && log.scope != ACCOUNT
        && named.peek().is_some()
        && !named.any(|workspace| *workspace == log.scope)
}

fn judge(log: &Log, hour: i64, tolerated: i64) -> (Verdict, &'static str) {
    match log.cell(hour) {
        Cell::Covered => (Verdict::Pass, "covered"),
        Cell::Quiet => (Verdict::Pass, "quiet"),
        Cell::NotEstablished => (Verdict::Undetermined, "no_baseline"),
        Cell::Hole if is_longer(log, hour, tolerated) => (Verdict::Exception, "hole"),
        Cell::Hole => (Verdict::Pass, "within_max_gap"),
    }
}

// A hole does not get shorter by the period's beginning or ending inside it.
fn is_longer(log: &Log, hour: i64, tolerated: i64) -> bool {
    let is_hole = |h: i64| log.cell(h) == Cell::Hole;
    let back = (1..=tolerated).take_while(|n| is_hole(hour - n)).count();
    let forth = (1..=tolerated).take_while(|n| is_hole(hour + n)).count();
    i64::try_from(1 + back + forth).is_ok_and(|length| length > tolerated)
}

fn item(log: &Log, hour: i64, verdict: Verdict, reason: &str) -> Item {
    Item {
        item_id: item_id(&["coverage", &log.source, &log.scope, &hour.to_string()]),
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        time: hour * HOUR,
        scope: Some(log.scope.clone()),
        actor: None,
        verb: "",
        subject: None,
        object: Some(log.source.clone()),
        event_ids: Vec::new(),
        detail: Some(detail(log, hour)),
        waiver_id: None,
        hole_id: None,
    }
}

fn detail(log: &Log, hour: i64) -> String {
    let observed = log.observed(hour);
    let expected = log.expected(hour).map_or("not established".to_owned(), |e| format!("{e}"));
    let heartbeat = log.heartbeat(hour).map(|reference| format!("; heartbeat {reference}")).unwrap_or_default();
    let is_stray = observed > 0 && !log.reach.contains(&hour);
    let stray = if is_stray { "; outside what the export is declared to cover" } else { "" };
    format!("{observed} records, {expected} expected{heartbeat}{stray}")
}
