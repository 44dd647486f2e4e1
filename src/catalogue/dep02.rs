//! DEP-02: no activity after access should have ended.

use std::collections::{BTreeMap, BTreeSet};

use super::leavers::{Leaver, leavers};
use super::trc::of_decision;
use super::words::{exception, pass, shared};
use super::{About, Evidence, Item, Judged, Severity, Test, need};
use crate::change::Direction;
use crate::correlate::activity::{Activity, activity};
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "DEP-02",
    version: "1",
    severity: Severity::Critical,
    needs: &[need::A, need::E, need::U],
    shared_parameters: &["deprovision_sla"],
    own_parameters: &[],
    words: &[
        pass("no_activity", "no act on record after the end of access, and the logs are complete over that time"),
        exception("activity_after_end", "acts on record after the limit, or after the end of access"),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        shared::NOT_PUSHED,
        shared::SUPERSEDED,
    ],
    columns: &[],
    about: About {
        title: "No activity after access should have ended",
        objective: "To find use of access that should no longer have existed.",
        population: "The leavers of DEP-01.",
        item_noun: "leavers",
        procedure: &[
            "Sign-ins, token use and data access by the leaver after the limit, or after the removal took effect, are an exception.",
            "Activity after the departure but inside the limit and before the removal is counted and is no exception.",
            "No activity passes only where the usage logs are complete over the window.",
        ],
        false_positives: &["A job that runs as the person goes on after departure; it is their access all the same."],
        limits: &[
            "This test does not show reading of data in cloud storage that bypasses Databricks.",
            "It does not show events that are logged only with verbose logging on.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(12)"],
        deviation: "{subject} left at {at} and was active afterwards",
        undecided: "The departure of {subject} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let sla = evidence.config.span(TEST.id, "deprovision_sla")?.micros();
    let all = leavers(evidence, sla);
    let did = activity_of(evidence, &all)?;
    let items = all.iter().map(|l| item(evidence, l, sla, &did)).collect();
    Ok(Judged { items, coverage_is_complete: evidence.is_covered(|_| true), ..Judged::default() })
}

type ByName = BTreeMap<String, Vec<Activity>>;

// An actor is found under every spelling that folds to the leaver's name.
fn activity_of(evidence: &Evidence<'_>, leavers: &[Leaver<'_>]) -> Result<ByName> {
    let identities = &evidence.correlation.ground.identities;
    let names: BTreeSet<&str> = leavers.iter().map(|l| l.key.subject.label()).collect();
    let presence = crate::correlate::activity::presence(evidence.lake)?;
    let spellings: BTreeSet<String> =
        presence.into_keys().filter(|a| names.contains(identities.canonical(a).as_str())).collect();
    let mut by_name = ByName::new();
    for act in activity(evidence.lake, &spellings)? {
        by_name.entry(identities.canonical(&act.actor)).or_default().push(act);
    }
    Ok(by_name)
}

fn item(evidence: &Evidence<'_>, leaver: &Leaver<'_>, sla: i64, did: &ByName) -> Item {
    let acts = did.get(leaver.key.subject.label()).map_or(&[][..], Vec::as_slice);
    let ended = leaver.end.unwrap_or(leaver.start + sla).min(leaver.start + sla);
    let until = returned(evidence, leaver);
    let after: Vec<&Activity> = acts.iter().filter(|a| a.time > ended && a.time < until).collect();
    let within = acts.iter().filter(|a| a.time > leaver.start && a.time <= ended).count();
    let base = of_decision(evidence, leaver.trigger);
    let (verdict, reason) = judge(evidence, leaver, sla, &after);
    let mut event_ids = base.event_ids.clone();
    event_ids.extend(after.iter().take(20).map(|a| a.event_id.clone()));
    Item {
        item_id: item_id(&["activity", &base.item_id]),
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(ACCOUNT.to_owned()),
        event_ids,
        detail: Some(detail(&after, within)),
        ..base
    }
}

fn detail(after: &[&Activity], within: usize) -> String {
    let kinds: BTreeSet<&str> = after.iter().map(|a| a.event_type.as_str()).collect();
    let kinds = kinds.into_iter().take(5).collect::<Vec<_>>().join(", ");
    match after.len() {
        0 => format!("no act after the end; {within} inside the time allowed"),
        n => format!("{n} acts after the end ({kinds}); {within} inside the time allowed"),
    }
}

fn judge(evidence: &Evidence<'_>, leaver: &Leaver<'_>, sla: i64, after: &[&Activity]) -> (Verdict, &'static str) {
    let cut_off = evidence.correlation.limits.cut_off;
    match leaver.trigger.reason {
        Reason::NotPushed => return (Verdict::NotApplicable, "not_pushed"),
        Reason::Superseded => return (Verdict::NotApplicable, "superseded"),
        Reason::UnresolvedSubject => return (Verdict::Undetermined, "unresolved_subject"),
        _ => {}
    }
    if !after.is_empty() {
        return (Verdict::Exception, "activity_after_end");
    }
    if leaver.end.is_none() && leaver.start + sla > cut_off {
        return (Verdict::Undetermined, "window_open");
    }
    // The cut-off is the first instant of which nothing is known.
    match unwatched(evidence, leaver, leaver.end.unwrap_or(cut_off).min(cut_off - 1)) {
        true => (Verdict::Undetermined, "coverage_gap"),
        false => (Verdict::Pass, "no_activity"),
    }
}

// Absence of activity is leaned on from the decision until the account is known to be inactive.
fn unwatched(evidence: &Evidence<'_>, leaver: &Leaver<'_>, until: i64) -> bool {
    let case = evidence.correlation.judged.cases.by_key.get(leaver.key);
    let scopes = &evidence.correlation.ground.scopes;
    let seen_in: Vec<&str> = case.into_iter().flat_map(|c| c.seen_in.iter()).map(|s| scopes.name(*s)).collect();
    let watched = |log: &Log| {
        log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || seen_in.contains(&log.scope.as_str()))
    };
    !evidence.coverage.has(watched) || evidence.coverage.hole(watched, leaver.start, until.max(leaver.start)).is_some()
}

// Only a decision brings somebody back; an account that is merely switched on again does not.
pub(super) fn returned(evidence: &Evidence<'_>, leaver: &Leaver<'_>) -> i64 {
    let case = evidence.correlation.judged.cases.by_key.get(leaver.key);
    let grants = case.into_iter().flat_map(|c| &c.decisions).filter(|d| d.direction == Direction::Grant);
    grants.map(|d| d.time).find(|t| *t > leaver.start).unwrap_or(i64::MAX)
}
