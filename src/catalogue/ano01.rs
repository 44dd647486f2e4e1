//! ANO-01: bursts of grants are explained.

mod bursts;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::grants::{Grant, grants};
use super::privileges::Callers;
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Verb;
use crate::companion::{Asked, Kind as Companion};
use crate::config::{ByEnvironment, Choices, Facts};
use crate::correlate::{ACCOUNT, item_id};
use crate::coverage::{HOUR, Log};
use crate::error::Result;
use crate::schema::{Column, Kind};
use bursts::{Burst, Given, bursts, hourly, threshold};

/// The test.
pub(super) const TEST: Test = Test {
    id: "ANO-01",
    version: "3",
    severity: Severity::Medium,
    needs: &[need::E, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "abs_min",
            default: "25",
            doc: "distinct grants within an hour that are looked at; so many are no burst yet",
        },
        Parameter {
            name: "k",
            default: "6",
            doc: "median absolute deviations above the actor's median hour that are still usual",
        },
        Parameter {
            name: "history",
            default: "56d",
            doc: "time before a burst from which the actor's usual hours are taken",
        },
        Parameter {
            name: "scheduled",
            default: "[]",
            doc: "actors that grant in bulk on schedule: selects of actor, scope (globs, all given must hold)",
        },
    ],
    words: &[
        pass("within_threshold", "no more than the actor's threshold"),
        pass("scheduled_sync", "done by the connector's principal, or by an actor that grants in bulk on schedule"),
        pass("ticket", "a triage record by somebody else explains it, or approvals cover every grant of it"),
        exception("burst", "more distinct grants within an hour than the actor's threshold, unexplained"),
        undetermined(
            "no_opening_state",
            "more than the threshold only with what the first lists of objects name, which may be older",
        ),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional("window_start", Kind::Instant, "First grant of the burst."),
        Column::optional("window_end", Kind::Instant, "End of its last window."),
        Column::optional("grant_count", Kind::Whole, "Distinct grants in the fullest hour."),
        Column::optional(
            "threshold",
            Kind::Real,
            "The actor's threshold: the greater of `abs_min` and median + k * median absolute deviation.",
        ),
        Column::optional(
            "history_hour_count",
            Kind::Whole,
            "Hours with grants that median and deviation are taken from.",
        ),
        Column::optional("subjects_count", Kind::Whole, "Distinct subjects in the whole window."),
        Column::optional("objects_count", Kind::Whole, "Distinct objects in the whole window."),
        Column::optional("attempt_count", Kind::Whole, "Attempts in the window that failed."),
        Column::optional("ticket", Kind::Text, "Incident or ticket that explains it. null = none."),
    ],
    about: About {
        title: "Bursts of grants are explained",
        objective: "To find one actor giving out much access in little time.",
        population: "Every stretch of windows of an hour, one from each grant of the period, that hold `abs_min` or more distinct grants in Databricks by one actor.",
        item_noun: "bursts",
        procedure: &[
            "Grants are counted once for each subject and object; windows that overlap are one burst, and its fullest hour counts. An environment's values hold for the windows that begin there; of several `abs_min` in one burst the smallest does.",
            "More than the threshold is an exception: the greater of `abs_min` and the median plus `k` median absolute deviations of the actor's own hours with grants, in the time before.",
            "Bursts of the connector and of actors that are scheduled pass, and so do those that a triage record explains.",
        ],
        false_positives: &["A planned migration: record its triage, or name its actor under `scheduled`."],
        limits: &[
            "This test does not show slow accumulation of access.",
            "An actor without history is judged by `abs_min` alone; what lies before the first record is not history.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(12)"],
        deviation: "From {at} on {actor} made more grants within an hour than usual, unexplained",
        undecided: "The grants of {actor} from {at} on",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let court = Court::new(evidence)?;
    let all = grants(evidence)?;
    let mut by_actor: BTreeMap<&str, Vec<&Grant<'_>>> = BTreeMap::new();
    let (mut nobody, mut twins, mut failed) = (0, 0, 0);
    for grant in all.iter().filter(|grant| !grant.is_decision) {
        let is_in_period = u64::from(evidence.period.contains(grant.time));
        match grant.actor.as_deref() {
            _ if grant.is_twin => twins += is_in_period,
            None => nobody += is_in_period,
            Some(actor) => {
                failed += if grant.succeeded() { 0 } else { is_in_period };
                by_actor.entry(actor).or_default().push(grant);
            }
        }
    }
    let items: Vec<Vec<Item>> = by_actor.par_iter().map(|(actor, theirs)| court.items(actor, theirs)).collect();
    let exclusions = [
        ("attempts that failed, or whose outcome is not stated: counted beside the grants", failed),
        ("grants whose record names no actor", nobody),
        ("workspace rows of account-level acts", twins),
    ];
    let has_tickets = [Companion::Triage, Companion::Approvals].iter().any(|kind| evidence.companions.has(*kind));
    Ok(Judged {
        items: items.into_iter().flatten().collect(),
        exclusions: exclusions.map(|(rule, count)| (rule.to_owned(), count)).into(),
        notes: if has_tickets { Vec::new() } else { vec!["Approval outside the logs was not tested.".to_owned()] },
        cut_off: Some(court.cut_off),
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

struct Rule {
    abs_min: usize,
    k: u64,
    /// In microseconds.
    history: i64,
    scheduled: Choices,
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    rules: ByEnvironment<Rule>,
    callers: Callers,
    cut_off: i64,
}

impl<'c, 'e> Court<'c, 'e> {
    fn new(evidence: &'c Evidence<'e>) -> Result<Self> {
        Ok(Self {
            evidence,
            rules: ByEnvironment::new(evidence.config, |here| {
                Ok(Rule {
                    abs_min: usize::try_from(here.whole(TEST.id, "abs_min")?).unwrap_or(usize::MAX).max(1),
                    k: here.whole(TEST.id, "k")?,
                    history: here.span(TEST.id, "history")?.micros(),
                    scheduled: here.choices(TEST.id, "scheduled")?,
                })
            })?,
            callers: Callers::read(evidence)?,
            cut_off: super::privileges::cut_off(evidence, HOUR),
        })
    }

    /// What holds where a grant was made.
    fn rule(&self, grant: &Grant<'_>) -> &Rule {
        self.rules.at(self.evidence.config.environment(&grant.scope))
    }

    fn items(&self, actor: &str, theirs: &[&Grant<'_>]) -> Vec<Item> {
        let done: Vec<&Grant<'_>> = theirs.iter().copied().filter(|grant| grant.succeeded()).collect();
        let least = |row: usize| self.rule(done[row]).abs_min;
        let given: Vec<Given<'_>> =
            done.iter().map(|g| Given { time: g.time, what: (&g.subject, &g.object) }).collect();
        let period = self.evidence.period;
        let found = bursts(&given, least, period.start..period.end);
        if found.is_empty() {
            return Vec::new();
        }
        let hours = hourly(&given);
        found.iter().map(|burst| self.item(actor, burst, &done, &hours, theirs)).collect()
    }

    fn item(
        &self,
        actor: &str,
        burst: &Burst,
        done: &[&Grant<'_>],
        hourly: &[(i64, usize)],
        theirs: &[&Grant<'_>],
    ) -> Item {
        let inside = &done[burst.rows.clone()];
        let rule = self.rule(inside[0]);
        let (limit, hours) = threshold(hourly, burst.start, rule.history, burst.least, rule.k);
        let id = item_id(&[TEST.id, actor, &inside[0].event_id, &inside[0].subject, &inside[0].object]);
        let ticket = self.ticket(&id, actor, burst, inside);
        let (word, hole) = self.judge(actor, burst, inside, limit, ticket.is_some());
        let is_production = inside.iter().any(|grant| {
            let securable =
                matches!(grant.verb, Verb::PrivGrant | Verb::OwnerChange).then(|| format!("table:{}", grant.object));
            self.callers.is_in_production(self.evidence, &grant.event_id, &grant.scope, securable.as_deref())
        });
        let subjects: BTreeSet<&str> = inside.iter().map(|grant| grant.subject.as_str()).collect();
        let objects: BTreeSet<&str> = inside.iter().map(|grant| grant.object.as_str()).collect();
        let attempts = theirs.iter().filter(|g| !g.succeeded() && g.time >= burst.start && g.time < burst.end).count();
        let base = Item::new(id, burst.start);
        Item {
            verdict: TEST.word(word).map_or(base.verdict, |w| w.verdict),
            reason: word.to_owned(),
            severity: if is_production { TEST.severity.raised() } else { TEST.severity },
            scope: Some(inside[0].scope.to_string()),
            actor: Some(actor.to_owned()),
            object: Some(ACCOUNT.to_owned()),
            event_ids: exemplars(inside),
            detail: Some(format!("{} distinct grants in the fullest hour, threshold {limit}", burst.fullest)),
            hole_id: hole,
            actor_class: inside[0].class.map(crate::correlate::door::ActorClass::as_str),
            extra: vec![
                Cell::Instant(Some(burst.start)),
                Cell::Instant(Some(burst.end)),
                Cell::count(burst.fullest),
                Cell::Real(Some(limit)),
                Cell::count(hours),
                Cell::count(subjects.len()),
                Cell::count(objects.len()),
                Cell::count(attempts),
                Cell::Text(ticket),
            ],
            ..base
        }
    }

    fn judge(
        &self,
        actor: &str,
        burst: &Burst,
        inside: &[&Grant<'_>],
        limit: f64,
        is_explained: bool,
    ) -> (&'static str, Option<String>) {
        let facts = Facts { actor: Some(actor), scope: Some(&inside[0].scope), ..Facts::default() };
        let is_connector = self.evidence.config.connector.principals.iter().any(|p| self.evidence.name(p) == actor);
        if is_connector || self.rule(inside[0]).scheduled.any(&facts) {
            return ("scheduled_sync", None);
        }
        if bursts::is_over(burst.fullest, limit) {
            return match bursts::is_over(certain(inside), limit) {
                _ if is_explained => ("ticket", None),
                true => ("burst", None),
                false => ("no_opening_state", None),
            };
        }
        if burst.end > self.cut_off {
            return ("window_open", None);
        }
        let scopes: BTreeSet<&str> = inside.iter().map(|grant| grant.scope.as_ref()).collect();
        let watched = |log: &Log| {
            log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || scopes.contains(log.scope.as_str()))
        };
        match self.evidence.hole(watched, burst.start, burst.end - 1) {
            Some(hole) => ("coverage_gap", Some(hole)),
            None => ("within_threshold", None),
        }
    }

    // Nobody explains their own burst.
    fn ticket(&self, id: &str, actor: &str, burst: &Burst, inside: &[&Grant<'_>]) -> Option<String> {
        let companions = self.evidence.companions;
        let triage = companions.triage(id, None, Some(actor), burst.start, i64::MAX);
        if let Some(found) = triage.filter(|found| self.evidence.name(&found.who) != actor) {
            return Some(found.incident.clone());
        }
        let same = |a: &str, b: &str| self.evidence.name(a) == self.evidence.name(b);
        let approved = |grant: &&Grant<'_>| {
            let (subject, object) = (grant.subject.as_str(), grant.object.as_str());
            let asked =
                Asked { subject, object, role: grant.privilege.as_deref(), actor: Some(actor), time: grant.time };
            companions.approval(&asked, &same).map(|approval| approval.ticket.clone())
        };
        let tickets: Option<BTreeSet<String>> = inside.iter().map(approved).collect();
        tickets.map(|tickets| tickets.into_iter().collect::<Vec<_>>().join(", "))
    }
}

/// The fullest hour without what may be older.
fn certain(inside: &[&Grant<'_>]) -> usize {
    let new = inside.iter().filter(|grant| !grant.may_be_older);
    let given: Vec<Given<'_>> = new.map(|g| Given { time: g.time, what: (&g.subject, &g.object) }).collect();
    bursts(&given, |_| 1, i64::MIN..i64::MAX).iter().map(|burst| burst.fullest).max().unwrap_or(0)
}

fn exemplars(inside: &[&Grant<'_>]) -> Vec<String> {
    let mut ids: Vec<String> = inside.iter().map(|grant| grant.event_id.to_string()).collect();
    ids.dedup();
    ids.truncate(20);
    ids
}
