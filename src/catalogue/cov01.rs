//! COV-01: source coverage is continuous.

use super::words::{exception, pass, undetermined};
use super::{About, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::{Cell, HOUR, Log, hours};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-01",
    version: "1",
    severity: Severity::High,
    needs: need::ALL,
    shared_parameters: &["max_gap"],
    own_parameters: &[Parameter {
        name: "account_max_gap",
        default: "6h",
        doc: "the same for the Databricks account level, where little happens",
    }],
    words: &[
        pass("covered", "the hour holds a record or a declared heartbeat"),
        pass("quiet", "the hour holds no record, and none was to be expected"),
        pass("within_max_gap", "the hour holds no record where some were expected, in a hole no longer than tolerated"),
        exception("hole", "the hour holds no record, where one or more were to be expected"),
        exception("undeclared_scope", "records of a workspace that the configuration does not name"),
        undetermined("no_baseline", "too few days are at hand to say what was to be expected"),
    ],
    columns: &[],
    about: About {
        title: "Source coverage is continuous",
        objective: "To find out for which sources, scopes and hours the logs at hand speak, since the absence of a record proves something only where they do.",
        population: "Every hour of the period for every source and scope declared in the configuration or seen in the data.",
        item_noun: "hours",
        procedure: &[
            "An hour with a record, or with a declared heartbeat, passes.",
            "An hour without a record passes as quiet where fewer than one record was to be expected. Expected is the median of the same hour of the week in the other weeks at hand, else of the same hour of the day on the other days.",
            "An hour without a record where one or more were to be expected is an exception where the run of such hours is longer than max_gap.",
            "Where too few days are at hand to say what was to be expected, the hour is undetermined.",
        ],
        false_positives: &[
            "A source that was taken out of service leaves holes behind: declare with `covers` how far its export reaches.",
        ],
        limits: &[
            "This test does not show that a vendor logged everything that happened.",
            "It does not show that an hour with some records has all of them.",
        ],
        references: &["NIST SP 800-53 r5 AU-12"],
        deviation: "Source {object} has no record for scope {scope} in the hour from {at}, where some were to be expected",
        undecided: "Coverage of {object} in scope {scope} in the hour from {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let max_gap = evidence.config.span(TEST.id, "max_gap")?.micros() / HOUR;
    let account_max_gap = evidence.config.span(TEST.id, "account_max_gap")?.micros() / HOUR;
    let mut items = Vec::new();
    for log in evidence.coverage.logs() {
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
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(log.scope.clone()),
        object: Some(log.source.clone()),
        detail: Some(detail(log, hour)),
        ..Item::new(item_id(&["coverage", &log.source, &log.scope, &hour.to_string()]), hour * HOUR)
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
