//! LOG-01: logging was not weakened.

mod buckets;

use super::chg02::ticket_for;
use super::evidence::Evidence;
use super::records::{Raw, Record, databricks, records};
use super::settings::{self, Change, Effect, changes};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Item, Judged, Severity, Test, need};
use crate::config::{ByEnvironment, Choices, Facts, Parameter};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::{Cell as Hour, HOUR, Log};
use crate::error::Result;
use crate::schema::{Column, Kind};
use crate::source::kept;

/// The test.
pub(super) const TEST: Test = Test {
    id: "LOG-01",
    version: "4",
    severity: Severity::Critical,
    needs: &[need::C, need::X_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "pipelines",
            default: "[]",
            doc: "selects of the changes that pipelines may make, e.g. `{ actor = \"terraform@example.com\" }`",
        },
        Parameter {
            name: "log_buckets",
            default: "[]",
            doc: "names (globs) of the buckets that logs are delivered to; their policies, lifecycles and locks are judged",
        },
    ],
    words: &[
        pass("authorised", "authorised, and no coverage was lost in the day after it"),
        pass("not_weakened", "it weakens nothing, and no coverage was lost in the day after it"),
        exception("weakened", "it weakens logging, and nobody is on record to have authorised it"),
        exception("coverage_lost", "coverage was lost in the day after it"),
        shared::WINDOW_OPEN,
        undetermined(
            "effect_not_stated",
            "it replaces the policy of a bucket of logs, and the record does not tell whether by a weaker one",
        ),
        undetermined("no_baseline", "too few days are at hand to say whether coverage was lost"),
    ],
    columns: &[
        Column::optional("setting", Kind::Text, "What was set."),
        Column::optional("old", Kind::Text, "What it was. null = no record tells."),
        Column::optional("new", Kind::Text, "What it is now. null = the record does not tell."),
        Column::optional(
            "direction",
            Kind::Text,
            "weaken, strengthen, or neutral (which is also: the record does not tell).",
        ),
        Column::optional(
            "effective_interval",
            Kind::Text,
            "From when until when it held, as ISO 8601 writes it: start/end, UTC; `..` = the same setting was not changed again by cut-off.",
        ),
        Column::optional("effective_from", Kind::Instant, "When it began."),
        Column::optional(
            "effective_until",
            Kind::Instant,
            "When the same setting was changed again. null = not by cut-off.",
        ),
        Column::optional(
            "cells_lost",
            Kind::Whole,
            "Hours of the scopes it governs that are holes, in the day after it.",
        ),
        Column::optional("ticket", Kind::Text, "The approval that covers it. null = none does."),
    ],
    about: About {
        title: "Logging was not weakened",
        objective: "To find out whether somebody turned a log down before doing what it would have shown.",
        population: "Changes of log delivery, of verbose audit logging, of system tables, of the buckets that logs are delivered to, of the identity provider's log streams, and deletions of workspaces.",
        item_noun: "changes",
        procedure: &[
            "A change that weakens logging passes only where an approval (as in CHG-02) or an allowed pipeline authorises it.",
            "Of the buckets that logs are delivered to: taking the policy away, or putting one that denies writing, weakens logging; of any other new policy it is not known, and without authority it is undetermined.",
            "Whoever authorised it: hours without records in the day after it, where some were to be expected, are an exception. An account-level change governs every scope of Databricks.",
            "Where that day reaches beyond cut-off, or too few days are at hand to expect anything, the change is undetermined, unless it is an exception already.",
        ],
        false_positives: &["An outage of the platform in the same hours loses records, too."],
        limits: &[
            "Deleting a diagnostic setting of Azure is in no log of Databricks; only coverage shows it.",
            "Changes of buckets are seen in CloudTrail only, and only of buckets that are named.",
            "Verbose events that were lost are not counted: they lie in hours that other records cover.",
        ],
        references: &["NIST SP 800-53 r5 AU-9, AU-12(3)", "Databricks documentation: audit log delivery"],
        deviation: "At {at} {actor} changed {object} in scope {scope}: {meaning}",
        undecided: "What the change of {object} at {at} did to logging",
    },
    evaluate,
};

const DAY: i64 = 24 * HOUR;

// The day after a change is the test's one window.
fn cut_off(evidence: &Evidence<'_>) -> i64 {
    evidence.cut_off_within(DAY)
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let pipelines = ByEnvironment::new(evidence.config, |here| here.choices(TEST.id, "pipelines"))?;
    let globs = evidence.config.globs(TEST.id, "log_buckets")?;
    let (all, failed) = changes(evidence)?;
    let in_period = |r: &Record| evidence.period.contains(r.time);
    let mut ours: Vec<Change> =
        all.into_iter().filter(|change| is_of_logging(&change.record, &change.setting)).collect();
    let is_of_logging = |r: &Record| settings::named(r).any(|setting| is_of_logging(r, &setting));
    let mut unfinished = failed.iter().filter(|r| in_period(r) && is_of_logging(r)).count() as u64;
    let (deleted, failed): (Vec<_>, Vec<_>) = workspaces(evidence)?.into_iter().partition(|c| c.record.succeeded());
    unfinished += failed.iter().filter(|change| in_period(&change.record)).count() as u64;
    ours.extend(deleted);
    let has_cloud = evidence.coverage.has(|log| log.source == "cloudtrail");
    let mut notes = vec!["Approval outside the logs was not tested.".to_owned()];
    if evidence.companions.has(crate::companion::Kind::Approvals) {
        notes.clear();
    }
    match globs.is_empty() || !has_cloud {
        true => {
            notes.push("Buckets of logs were not tested: none is named, or no CloudTrail log is at hand.".to_owned())
        }
        false => {
            let (of_buckets, failed) = buckets::changes(evidence, &globs)?;
            ours.extend(of_buckets);
            unfinished += failed;
        }
    }
    ours.sort_by(|a, b| (a.record.time, &a.record.event_id).cmp(&(b.record.time, &b.record.event_id)));
    let items = ours.iter().enumerate().filter(|(_, c)| in_period(&c.record));
    Ok(Judged {
        items: items.map(|(at, change)| item(evidence, &pipelines, change, &ours[at + 1..])).collect(),
        exclusions: vec![("failed attempts, and those whose outcome the record does not state".to_owned(), unfinished)],
        notes,
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS)
            && (globs.is_empty() || evidence.is_covered(|s| s == "cloudtrail")),
        cut_off: Some(cut_off(evidence)),
        ..Judged::default()
    })
}

fn is_of_logging(record: &Record, setting: &str) -> bool {
    is_logging_type(record) || setting.eq_ignore_ascii_case("enableVerboseAuditLogs")
}

fn is_logging_type(record: &Record) -> bool {
    let kind = record.event_type.as_str();
    let starts = [
        "logDelivery.",
        "system.log_stream.",
        "SUBSCRIPTION.",
        "unityCatalog.enableSystem",
        "unityCatalog.disableSystem",
    ];
    starts.iter().any(|start| kind.starts_with(start)) || kind.to_lowercase().contains("diagnosticsettings")
}

/// Deletions of workspaces, whose logs end with them, whatever became of the attempt.
fn workspaces(evidence: &Evidence<'_>) -> Result<Vec<Change>> {
    let types = ["accountsManager.deleteWorkspace", "accountsManager.deleteWorkspaceConfiguration"];
    let deleted = records(evidence, databricks(evidence, &types)?, Raw::With)?.into_iter();
    let change = |record: Record| {
        let given = kept::parameters(&record.raw);
        let id = ["workspace_id", "workspaceId"].iter().find_map(|key| given.get(*key)).cloned().unwrap_or_default();
        let setting = format!("workspace {id}").trim_end().to_owned();
        Change { record, setting, old: None, new: Some("deleted".to_owned()), effect: Effect::Weaken }
    };
    Ok(deleted.map(change).collect())
}

fn item(evidence: &Evidence<'_>, pipelines: &ByEnvironment<Choices>, change: &Change, later: &[Change]) -> Item {
    let record = &change.record;
    let (scope, actor) = (record.scope.as_str(), record.actor.as_deref());
    let object = Some(change.setting.as_str());
    let pipelines = pipelines.at(evidence.config.environment(scope));
    let is_pipeline = pipelines.any(&Facts { actor, object, scope: Some(scope), ..Facts::default() });
    let ticket = ticket_for(evidence, scope, &[&change.setting], actor, record.time);
    let lost = lost(evidence, record, record.time);
    let (verdict, reason) = judge(change.effect, is_pipeline || ticket.is_some(), &lost, evidence, record.time);
    let again = later.iter().find(|c| c.setting == change.setting && c.record.scope == record.scope);
    let until = again.map(|c| c.record.time).filter(|time| *time < cut_off(evidence));
    let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "not logged".to_owned());
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(scope.to_owned()),
        actor: record.actor.clone(),
        object: Some(change.setting.clone()),
        event_ids: vec![record.event_id.clone()],
        channel: record.channel.clone(),
        hole_id: lost.hole_id.clone(),
        detail: Some(format!(
            "from {} to {}; {}; {} hours lost in the day after",
            said(&change.old),
            said(&change.new),
            change.effect.as_str(),
            lost.count
        )),
        extra: vec![
            Cell::text(change.setting.clone()),
            Cell::Text(change.old.clone()),
            Cell::Text(change.new.clone()),
            Cell::text(change.effect.as_str()),
            Cell::text(interval(record.time, until)),
            Cell::Instant(Some(record.time)),
            Cell::Instant(until),
            Cell::count(lost.count),
            Cell::Text(ticket),
        ],
        ..Item::new(item_id(&["logging", &record.event_id, &change.setting]), record.time)
    }
}

fn interval(from: i64, until: Option<i64>) -> String {
    let written = |time: i64| {
        let time = chrono::DateTime::from_timestamp_micros(time).unwrap_or_default();
        time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    };
    format!("{}/{}", written(from), until.map_or_else(|| "..".to_owned(), written))
}

fn judge(
    effect: Effect,
    is_authorised: bool,
    lost: &Lost,
    evidence: &Evidence<'_>,
    time: i64,
) -> (Verdict, &'static str) {
    match effect {
        Effect::Weaken if !is_authorised => (Verdict::Exception, "weakened"),
        _ if lost.count > 0 => (Verdict::Exception, "coverage_lost"),
        _ if time + DAY > cut_off(evidence) => (Verdict::Undetermined, "window_open"),
        _ if !lost.is_established => (Verdict::Undetermined, "no_baseline"),
        Effect::Untold if !is_authorised => (Verdict::Undetermined, "effect_not_stated"),
        _ if is_authorised => (Verdict::Pass, "authorised"),
        _ => (Verdict::Pass, "not_weakened"),
    }
}

/// What was lost in the day after an instant.
struct Lost {
    count: usize,
    hole_id: Option<String>,
    /// False = some hour cannot be judged, since nothing tells what to expect.
    is_established: bool,
}

// The hour of the change itself still holds records of before it.
fn lost(evidence: &Evidence<'_>, record: &Record, time: i64) -> Lost {
    // A bucket holds what Databricks delivers, of every scope.
    let scope = if record.source == "cloudtrail" { ACCOUNT } else { record.scope.as_str() };
    let is_of_databricks = scope == ACCOUNT || record.source == crate::source::DATABRICKS;
    let governs = |log: &&Log| match is_of_databricks {
        true => log.source == crate::source::DATABRICKS && (scope == ACCOUNT || log.scope == scope),
        false => crate::source::is_provider(&log.source),
    };
    let (first, last) = (time.div_euclid(HOUR) + 1, (time + DAY).min(cut_off(evidence)).div_euclid(HOUR));
    let logs: Vec<&Log> = evidence.coverage.logs().filter(governs).collect();
    let cells = || logs.iter().flat_map(|log| (first..last).map(move |hour| log.cell(hour)));
    let hole = |log: &Log| logs.iter().any(|l| l.source == log.source && l.scope == log.scope);
    let hole_id = evidence.coverage.hole(hole, first * HOUR, (last * HOUR - 1).max(first * HOUR)).map(|hole| hole.id);
    let count = cells().filter(|cell| *cell == Hour::Hole).count();
    Lost {
        count,
        hole_id: hole_id.filter(|_| count > 0),
        is_established: !logs.is_empty() && cells().all(|cell| cell != Hour::NotEstablished),
    }
}
