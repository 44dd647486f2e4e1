//! COV-01: source coverage is continuous.

use super::words::{exception, pass, undetermined};
use super::{About, Cell as Value, Evidence, Item, Judged, Parameter, Severity, Test, need, records};
use crate::config::Config;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::{Cell, HOUR, Log, hours};
use crate::error::Result;
use crate::event::{ACCOUNT_ID, WORKSPACE_ID};
use crate::inventory::{FileRow, Inventory};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-01",
    version: "5",
    severity: Severity::High,
    needs: need::ALL,
    shared_parameters: &["max_gap"],
    own_parameters: &[
        Parameter {
            name: "account_max_gap",
            default: "6h",
            doc: "the same for the Databricks account level, where little happens",
        },
        Parameter {
            name: "min_expected",
            default: "1",
            doc: "records to be expected in an hour from which on its silence is a hole",
        },
    ],
    words: &[
        pass("covered", "the hour holds a record or a declared heartbeat"),
        pass("quiet", "the hour holds no record, and none was to be expected"),
        pass("within_max_gap", "the hour holds no record where some were expected, in a hole no longer than tolerated"),
        exception("hole", "the hour holds no record where some were to be expected, in a hole longer than tolerated"),
        exception("undeclared_scope", "records of a workspace that the configuration does not name"),
        undetermined(
            "several_accounts",
            "records of an account where the lake has those of several, which are judged as one",
        ),
        undetermined("no_baseline", "too few days are at hand to say what was to be expected"),
    ],
    columns: &[
        Column::optional("source", Kind::Text, "Source id."),
        Column::optional(
            "interval_start",
            Kind::Instant,
            "First instant: of the hour, or of the run of hours of its hole, as far as the period reaches.",
        ),
        Column::optional("interval_end", Kind::Instant, "First instant after it."),
        Column::optional(
            "expected_count",
            Kind::Real,
            "Records to be expected in the hour. null = too few days at hand to say.",
        ),
        Column::optional("observed_count", Kind::Whole, "Records in the hour."),
        Column::optional(
            "heartbeat_ref",
            Kind::Text,
            "Where the heartbeat of the hour is declared. null = it has none.",
        ),
        Column::optional(
            "retention_limit_of_source",
            Kind::Whole,
            "How long the source itself keeps records at hand, in days. null = no such limit is known, or it depends on the delivery.",
        ),
    ],
    about: About {
        title: "Source coverage is continuous",
        objective: "To find out for which sources, scopes and hours the logs at hand speak, since the absence of a record proves something only where they do.",
        population: "Every hour of the period for every source and scope declared in the configuration or seen in the data.",
        item_noun: "hours",
        procedure: &[
            "An hour with a record, or with a declared heartbeat, passes.",
            "An hour without a record passes as quiet where fewer than min_expected records were to be expected. Expected is the median of the same hour of the week in the other weeks at hand, else of the same hour of the day on the other days.",
            "An hour without a record where min_expected or more were to be expected is an exception where the run of such hours is longer than max_gap, or account_max_gap at the Databricks account level.",
            "Records of a workspace that the configuration does not name, where it names any, are an exception.",
            "Each Databricks account is undetermined where the records of the period are of more than one, since access at the account is judged as that of one: give each account a lake of its own.",
            "Where the period begins before what the source still kept when its first file can have been collected, a note says so.",
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
        deviation: "Source {object}, scope {scope}, in the hour from {at}: {meaning}",
        undecided: "Coverage of {object} in scope {scope} in the hour from {at}",
    },
    evaluate,
};

/// How long sources keep records at hand, in days (reference: compliance 2.1).
const RETENTION: &[(&str, i64)] =
    &[("okta", 90), ("entra_audit", 30), ("entra_signin", 30), ("entra_provisioning", 30), ("pingone", 14)];

/// A day in microseconds.
const DAY: i64 = 24 * HOUR;

/// What is tolerated.
struct Rule {
    /// Hours of a hole, in the Databricks account.
    account_max_gap: i64,
    /// Hours of a hole, elsewhere.
    max_gap: i64,
    /// Records expected from which on silence is a hole.
    min_expected: f64,
}

impl Rule {
    fn of(evidence: &Evidence<'_>, scope: &str) -> Result<Self> {
        let config = evidence.config;
        let here = config.values_in(config.environment(scope));
        let min_expected = u32::try_from(here.whole(TEST.id, "min_expected")?).unwrap_or(u32::MAX);
        Ok(Self {
            account_max_gap: config.span(TEST.id, "account_max_gap")?.micros() / HOUR,
            max_gap: here.span(TEST.id, "max_gap")?.micros() / HOUR,
            min_expected: f64::from(min_expected),
        })
    }

    fn tolerated(&self, log: &Log) -> i64 {
        if log.scope == ACCOUNT { self.account_max_gap } else { self.max_gap }
    }

    // What lies outside the reach is a hole, whatever was to be expected there.
    fn cell(&self, log: &Log, hour: i64) -> Cell {
        match log.cell(hour) {
            Cell::Hole | Cell::Quiet if log.reach.contains(&hour) => {
                let is_expected = log.expected(hour).is_some_and(|expected| expected >= self.min_expected);
                if is_expected { Cell::Hole } else { Cell::Quiet }
            }
            cell => cell,
        }
    }

    fn judge(&self, log: &Log, hour: i64) -> (Verdict, &'static str) {
        match self.cell(log, hour) {
            Cell::Covered => (Verdict::Pass, "covered"),
            Cell::Quiet => (Verdict::Pass, "quiet"),
            Cell::NotEstablished => (Verdict::Undetermined, "no_baseline"),
            Cell::Hole if self.is_longer(log, hour) => (Verdict::Exception, "hole"),
            Cell::Hole => (Verdict::Pass, "within_max_gap"),
        }
    }

    // A hole does not get shorter by the period's beginning or ending inside it.
    fn is_longer(&self, log: &Log, hour: i64) -> bool {
        let tolerated = self.tolerated(log);
        let is_hole = |h: i64| self.cell(log, h) == Cell::Hole;
        let back = (1..=tolerated).take_while(|n| is_hole(hour - n)).count();
        let forth = (1..=tolerated).take_while(|n| is_hole(hour + n)).count();
        i64::try_from(1 + back + forth).is_ok_and(|length| length > tolerated)
    }

    // The hour, or the run of hours of its hole, as far as the period reaches.
    fn interval(&self, log: &Log, hour: i64, period: &std::ops::Range<i64>) -> (i64, i64) {
        let is_hole = |h: &i64| self.cell(log, *h) == Cell::Hole;
        if !is_hole(&hour) {
            return (hour, hour + 1);
        }
        let first = (period.start..hour).rev().take_while(is_hole).last().unwrap_or(hour);
        let last = (hour + 1..period.end).take_while(is_hole).last().unwrap_or(hour);
        (first, last + 1)
    }
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let period = hours(evidence.period.start, evidence.period.end);
    let mut items = Vec::new();
    let mut left_out = 0;
    for log in evidence.coverage.logs() {
        if evidence.is_left_out(&log.source, &log.scope) {
            left_out += period.end.abs_diff(period.start);
            continue;
        }
        let rule = Rule::of(evidence, &log.scope)?;
        let is_undeclared = is_undeclared(evidence, log);
        let mut interval = (0, 0);
        for hour in period.clone() {
            let (verdict, reason) = if is_undeclared && log.cell(hour) == Cell::Covered {
                (Verdict::Exception, "undeclared_scope")
            } else {
                rule.judge(log, hour)
            };
            // The run of a hole is looked for once, not once an hour.
            if !(interval.0..interval.1).contains(&hour) {
                interval = rule.interval(log, hour, &period);
            }
            items.push(Item { verdict, reason: reason.to_owned(), ..item(log, hour, interval) });
        }
    }
    items.extend(named_only(evidence)?);
    items.extend(accounts(evidence)?);
    let exclusions = match evidence.config.out_of_scope.is_empty() {
        true => Vec::new(),
        false => vec![("hours of workspaces that are out of scope".to_owned(), left_out)],
    };
    Ok(Judged { items, exclusions, notes: notes(evidence)?, ..Judged::default() })
}

// Where the configuration names workspaces, one that it does not name is outside the declared scope.
fn is_undeclared(evidence: &Evidence<'_>, log: &Log) -> bool {
    let config = evidence.config;
    let mut named = named_workspaces(config).peekable();
    log.source == crate::source::DATABRICKS
        && log.scope != ACCOUNT
        && named.peek().is_some()
        && !named.any(|workspace| *workspace == log.scope)
}

fn named_workspaces(config: &Config) -> impl Iterator<Item = &String> {
    let placed = config.production.iter().chain(&config.sandbox).chain(&config.out_of_scope);
    placed.chain(config.workspaces.values())
}

// Workspaces that records of the account speak of, and that have neither a log nor a name in the configuration.
fn named_only(evidence: &Evidence<'_>) -> Result<Vec<Item>> {
    let config = evidence.config;
    let named: Vec<&String> = named_workspaces(config).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let has_log =
        |scope: &str| evidence.coverage.has(|log| log.source == crate::source::DATABRICKS && log.scope == scope);
    let seen = records::databricks_named(evidence.lake, WORKSPACE_ID, evidence.period.start, evidence.period.end)?;
    let unknown = seen.into_iter().filter(|(id, ..)| !named.contains(&id) && !has_log(id));
    let item = |row: (String, i64, i64, String)| Item {
        verdict: Verdict::Exception,
        reason: "undeclared_scope".to_owned(),
        scope: Some(row.0.clone()),
        detail: Some(format!("{} records of the period name the workspace", row.2)),
        ..of_name("named", row)
    };
    Ok(unknown.map(item).collect())
}

// Who has access at one account is not told from who has it at another.
fn accounts(evidence: &Evidence<'_>) -> Result<Vec<Item>> {
    let seen = records::databricks_named(evidence.lake, ACCOUNT_ID, evidence.period.start, evidence.period.end)?;
    if seen.len() < 2 {
        return Ok(Vec::new());
    }
    let item = |row: (String, i64, i64, String)| Item {
        verdict: Verdict::Undetermined,
        reason: "several_accounts".to_owned(),
        scope: Some(ACCOUNT.to_owned()),
        detail: Some(format!("{} records of the period are of Databricks account {}", row.2, row.0)),
        ..of_name("account", row)
    };
    Ok(seen.into_iter().map(item).collect())
}

/// The item of a workspace or account in the hour that first names it.
fn of_name(what: &str, (id, first, count, event): (String, i64, i64, String)) -> Item {
    let hour = first.div_euclid(HOUR);
    Item {
        severity: TEST.severity,
        object: Some(crate::source::DATABRICKS.to_owned()),
        event_ids: vec![event],
        extra: vec![
            Value::text(crate::source::DATABRICKS),
            Value::Instant(Some(hour * HOUR)),
            Value::Instant(Some((hour + 1) * HOUR)),
            Value::Real(None),
            Value::Whole(Some(count)),
            Value::Text(None),
            Value::Whole(None),
        ],
        ..Item::new(item_id(&["coverage", what, &id]), hour * HOUR)
    }
}

fn item(log: &Log, hour: i64, (start, end): (i64, i64)) -> Item {
    let retention = RETENTION.iter().find(|(source, _)| *source == log.source).map(|(_, days)| *days);
    Item {
        severity: TEST.severity,
        scope: Some(log.scope.clone()),
        object: Some(log.source.clone()),
        detail: Some(detail(log, hour)),
        extra: vec![
            Value::text(&log.source),
            Value::Instant(Some(start * HOUR)),
            Value::Instant(Some(end * HOUR)),
            Value::Real(log.expected(hour)),
            Value::Whole(Some(log.observed(hour))),
            Value::Text(log.heartbeat(hour).map(str::to_owned)),
            Value::Whole(retention),
        ],
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

fn notes(evidence: &Evidence<'_>) -> Result<Vec<String>> {
    let files = Inventory::read(evidence.lake)?.files;
    let mut notes: Vec<String> =
        RETENTION.iter().filter_map(|(source, days)| outlived(evidence, &files, source, *days)).collect();
    let min_expected = evidence.config.whole(TEST.id, "min_expected")?;
    if min_expected > 1 {
        notes.push(format!(
            "min_expected is {min_expected}: hours in which fewer records were to be expected pass as quiet here, but no other test leans on them."
        ));
    }
    Ok(notes)
}

// A file was collected after its last record. When exactly is not leaned on, since a lake can be made again later.
fn outlived(evidence: &Evidence<'_>, files: &[FileRow], source: &str, days: i64) -> Option<String> {
    let of_source = files.iter().filter(|f| f.source.as_deref() == Some(source));
    let collected = of_source.filter_map(|f| f.last_event_time).min()?;
    let kept_since = collected - days * DAY;
    (evidence.period.start < kept_since).then(|| {
        let lost = (kept_since - evidence.period.start + DAY - 1) / DAY;
        format!(
            "Source {source} keeps {days} days at hand, and its first file can have been collected {lost} days too late to hold the start of the period."
        )
    })
}
