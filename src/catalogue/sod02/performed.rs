//! Who had which duty, from when until when, and who did what of it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::duties::{Duty, Sign};
use crate::access::State;
use crate::catalogue::Evidence;
use crate::catalogue::deeds::deeds;
use crate::catalogue::privileges::is_one_of;
use crate::catalogue::records::{Raw, records};
use crate::change::{Direction, EntitlementKind, SubjectKind, Verb};
use crate::companion::DutySystem;
use crate::config::Globs;
use crate::correlate::door::is_uuid;
use crate::error::Result;
use crate::event::{EVENT_TYPE, OUTCOME};
use crate::identity::{Identities, Sighting};
use crate::source::{DATABRICKS, is_authority};

/// A stretch of time in which a duty was held.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// The least instant = since before the first record.
    pub(super) from: i64,
    /// The first instant after it; the greatest one = still so.
    pub(super) until: i64,
    pub(super) opened_by: Option<String>,
}

/// One act of a duty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deed {
    pub(super) time: i64,
    /// The event, or the row of a companion file by its own id.
    pub(super) reference: String,
    pub(super) is_event: bool,
}

/// What one identity had of one duty.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) spans: Vec<Span>,
    /// Acts in the period, in order.
    pub(super) acts: Vec<Deed>,
    instants: Vec<Span>,
}

impl Part {
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.acts.is_empty()
    }

    /// Spans, and the instants of acts.
    pub(super) fn moments(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().chain(&self.instants)
    }
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Performed {
    by_duty: BTreeMap<String, BTreeMap<String, Part>>,
    /// Every identity on record.
    pub(super) known: BTreeSet<String>,
    /// When an identity was made, in Databricks and at the identity provider.
    made: BTreeMap<(String, bool), i64>,
    /// Entitlements (`true` = of a role) whose holders, or somebody's roles, were listed by the start of the period.
    listed: BTreeSet<(bool, String)>,
}

const NOTHING: &Part = &Part { spans: Vec::new(), acts: Vec::new(), instants: Vec::new() };

impl Performed {
    pub(super) fn of(&self, who: &str, duty: &str) -> &Part {
        self.by_duty.get(duty).and_then(|parts| parts.get(who)).unwrap_or(NOTHING)
    }

    /// Those who had any of the duties, ordered.
    pub(super) fn identities(&self, of: &[&str]) -> BTreeSet<&str> {
        let parts = of.iter().filter_map(|duty| self.by_duty.get(*duty)).flatten();
        parts.filter(|(_, part)| !part.is_empty()).map(|(who, _)| who.as_str()).collect()
    }

    /// True when it is known that the identity did not have the duty before the first record: acts speak for themselves; roles and
    /// groups were listed by the start of the period, or the identity is younger than the logs.
    pub(super) fn is_known(&self, evidence: &Evidence<'_>, who: &str, duty: &Duty) -> bool {
        let is_younger =
            |is_idp: bool| self.made.get(&(who.to_owned(), is_idp)).is_some_and(|t| *t < evidence.period.end);
        let is_listed =
            |is_role: bool, globs: &Globs| self.listed.iter().any(|(kind, name)| *kind == is_role && globs.any(name));
        duty.signs.iter().all(|sign| match sign {
            Sign::Role(DutySystem::Databricks, globs) => is_listed(true, globs) || is_younger(false),
            Sign::Group(DutySystem::Databricks, globs) => is_listed(false, globs) || is_younger(false),
            Sign::Role(DutySystem::Idp, _) | Sign::Group(DutySystem::Idp, _) => is_younger(true),
            Sign::Owner => is_younger(false),
            Sign::Action(..) | Sign::Approver | Sign::Reviewer => true,
        })
    }

    fn part(&mut self, duty: &str, who: &str) -> &mut Part {
        self.by_duty.entry(duty.to_owned()).or_default().entry(who.to_owned()).or_default()
    }

    // What ended before the period, or begins after it, is no duty of it.
    fn hold(&mut self, evidence: &Evidence<'_>, duty: &str, who: &str, span: Span) {
        if span.until > evidence.period.start && span.from < evidence.period.end && span.from < span.until {
            self.part(duty, who).spans.push(span);
        }
    }

    fn act(&mut self, evidence: &Evidence<'_>, duty: &str, who: &str, deed: Deed) {
        let time = deed.time;
        if evidence.period.contains(time) {
            let part = self.part(duty, who);
            part.acts.push(deed);
            part.instants.push(Span { from: time, until: time + 1, opened_by: None });
        }
    }
}

/// Reads who had the duties.
pub(super) fn read(evidence: &Evidence<'_>, duties: &BTreeMap<String, Duty>) -> Result<Performed> {
    let mut found = Performed::default();
    learn(evidence, &mut found);
    let decided = decided(evidence);
    for duty in duties.values() {
        for sign in &duty.signs {
            match sign {
                Sign::Role(DutySystem::Databricks, globs) => {
                    held(evidence, &mut found, duty, EntitlementKind::Admin, globs);
                }
                Sign::Group(DutySystem::Databricks, globs) => {
                    held(evidence, &mut found, duty, EntitlementKind::Membership, globs);
                }
                Sign::Role(DutySystem::Idp, globs) | Sign::Group(DutySystem::Idp, globs) => {
                    let is_role = matches!(sign, Sign::Role(..));
                    let meant = decided.iter().filter(|(key, _)| key.1 == is_role && globs.any(&key.2));
                    for (key, spans) in meant {
                        for span in spans {
                            found.hold(evidence, &duty.name, &key.0, span.clone());
                        }
                    }
                }
                Sign::Action(system, globs) => acted(evidence, &mut found, duty, *system, globs)?,
                Sign::Owner => owned(evidence, &mut found, duty)?,
                Sign::Approver => {
                    for row in &evidence.companions.approvals {
                        let deed = Deed { time: row.approved_at, reference: row.ticket.clone(), is_event: false };
                        found.act(evidence, &duty.name, &evidence.name(&row.approver), deed);
                    }
                }
                Sign::Reviewer => {
                    for row in &evidence.companions.reviews {
                        let deed = Deed { time: row.at, reference: row.review_id.clone(), is_event: false };
                        found.act(evidence, &duty.name, &evidence.name(&row.reviewer), deed);
                    }
                }
            }
        }
    }
    for part in found.by_duty.values_mut().flat_map(BTreeMap::values_mut) {
        part.acts.sort();
    }
    let seen: Vec<String> = found.by_duty.values().flat_map(BTreeMap::keys).cloned().collect();
    found.known.extend(seen);
    Ok(found)
}

fn learn(evidence: &Evidence<'_>, found: &mut Performed) {
    for history in evidence.histories() {
        let pair = history.pair;
        if pair.subject_kind != SubjectKind::Group {
            found.known.insert(pair.subject.to_owned());
        }
        let is_role = pair.entitlement_kind == EntitlementKind::Admin;
        if history.listings.iter().any(|listing| listing.time <= evidence.period.start) {
            found.listed.insert((is_role, pair.entitlement.to_owned()));
        }
    }
    let acts = &evidence.correlation.judged.acts;
    for act in acts.iter().filter(|act| act.verb == Verb::UserCreate && act.outcome == "success") {
        let is_idp = act.plane == "authority";
        if is_idp || act.plane == "effect" {
            let who = subject(&evidence.correlation.ground.identities, &act);
            found.made.entry((who, is_idp)).or_insert(act.time);
        }
    }
}

fn subject(identities: &Identities, act: &crate::correlate::acts::Act<'_>) -> String {
    let sighting = Sighting {
        scope: act.scope,
        name: act.subject,
        id: act.subject_id,
        alias: act.subject_alias,
        external_id: act.subject_external_id,
        ..Sighting::new(act.source, SubjectKind::User, act.time)
    };
    identities.person(sighting).label().to_owned()
}

fn held(evidence: &Evidence<'_>, found: &mut Performed, duty: &Duty, kind: EntitlementKind, globs: &Globs) {
    let rows = evidence.access().rows.iter().filter(|row| row.pair.entitlement_kind == kind);
    for row in rows.filter(|row| row.state == State::InForce && row.pair.subject_kind != SubjectKind::Group) {
        if globs.any(row.pair.entitlement) {
            let until = row.closed.and_then(|edge| edge.time).unwrap_or(i64::MAX);
            let from = row.opened.time.unwrap_or(i64::MIN);
            let span = Span { from, until, opened_by: row.opened.by.map(str::to_owned) };
            found.hold(evidence, &duty.name, row.pair.subject, span);
        }
    }
}

/// Who was given what at the identity provider: identity, whether it is a role, its name; from when until when.
type Decided = BTreeMap<(String, bool, String), Vec<Span>>;

fn decided(evidence: &Evidence<'_>) -> Decided {
    let identities = &evidence.correlation.ground.identities;
    let mut all: Decided = BTreeMap::new();
    let acts = evidence.correlation.judged.acts.iter();
    for act in acts.filter(|act| act.plane == "authority" && act.outcome == "success") {
        let is_role = match act.verb {
            Verb::AdminGrant | Verb::AdminRevoke => true,
            Verb::MemberAdd | Verb::MemberRemove => false,
            Verb::UserDeactivate | Verb::UserSuspend | Verb::UserDelete => {
                let who = subject(identities, &act);
                let theirs = all.range_mut((who.clone(), false, String::new())..).take_while(|(key, _)| key.0 == who);
                theirs.for_each(|(_, spans)| close(spans, act.time));
                continue;
            }
            _ => continue,
        };
        if act.subject_kind == "group" {
            continue;
        }
        let who = subject(identities, &act);
        let named = match (act.entitlement.or(act.entitlement_id), act.direction) {
            (Some(name), _) => name.to_owned(),
            // PingOne does not name the role that it takes: the only one that is held, or one of before the first record.
            (None, Direction::Revoke) => match open(&all, &who, is_role).as_slice() {
                [] => String::new(),
                [only] => only.clone(),
                // It may be any of them, and which is not said: none is known to have ended.
                _ => continue,
            },
            (None, _) => String::new(),
        };
        let spans = all.entry((who, is_role, named)).or_default();
        match act.direction {
            Direction::Grant if spans.last().is_none_or(|span| span.until != i64::MAX) => {
                spans.push(Span { from: act.time, until: i64::MAX, opened_by: Some(act.event_id.to_owned()) });
            }
            Direction::Revoke if spans.is_empty() => {
                spans.push(Span { from: i64::MIN, until: act.time, opened_by: Some(act.event_id.to_owned()) });
            }
            Direction::Revoke => close(spans, act.time),
            _ => {}
        }
    }
    all
}

/// What somebody is known to hold at the identity provider after all acts so far.
fn open(all: &Decided, who: &str, is_role: bool) -> Vec<String> {
    let theirs = all.range((who.to_owned(), is_role, String::new())..);
    let theirs = theirs.take_while(|(key, _)| key.0 == who && key.1 == is_role);
    let is_open = |spans: &[Span]| spans.last().is_some_and(|span| span.until == i64::MAX);
    theirs.filter(|(_, spans)| is_open(spans)).map(|(key, _)| key.2.clone()).collect()
}

fn close(spans: &mut [Span], time: i64) {
    if let Some(span) = spans.last_mut().filter(|span| span.until == i64::MAX) {
        span.until = time;
    }
}

fn acted(evidence: &Evidence<'_>, found: &mut Performed, duty: &Duty, system: DutySystem, globs: &Globs) -> Result<()> {
    let is_meant = |source: &str| match system {
        DutySystem::Databricks => source == DATABRICKS,
        DutySystem::Idp => is_authority(source),
    };
    let pairs = evidence.sweep()?.types().map(|typed| (typed.source, typed.event_type));
    let meant: BTreeSet<(&str, &str)> = pairs.filter(|(source, name)| is_meant(source) && globs.any(name)).collect();
    if meant.is_empty() {
        return Ok(());
    }
    let names: BTreeSet<&str> = meant.iter().map(|(_, name)| *name).collect();
    let wanted = is_one_of(EVENT_TYPE, &names).and(OUTCOME.expr().eq(lit("success")));
    for record in records(evidence, wanted, Raw::Without)? {
        let is_meant = meant.contains(&(record.source.as_str(), record.event_type.as_str()));
        if let Some(actor) = record.actor.as_deref().filter(|_| is_meant) {
            let deed = Deed { time: record.time, reference: record.event_id.clone(), is_event: true };
            found.act(evidence, &duty.name, actor, deed);
        }
    }
    Ok(())
}

// An owner is one until the next change of the owner.
fn owned(evidence: &Evidence<'_>, found: &mut Performed, duty: &Duty) -> Result<()> {
    let all = deeds(evidence, &[Verb::OwnerChange])?;
    let mut last: BTreeMap<String, (String, Span)> = BTreeMap::new();
    let mut ended = Vec::new();
    for deed in all.iter().filter(|deed| deed.succeeded() && deed.plane == "effect") {
        let (Some(securable), Some(owner)) = (&deed.securable, &deed.subject) else { continue };
        let span = Span { from: deed.time, until: i64::MAX, opened_by: Some(deed.event_id.clone()) };
        if let Some((before, span)) = last.insert(securable.to_lowercase(), (owner.clone(), span)) {
            ended.push((before, Span { until: deed.time, ..span }));
        }
    }
    for (owner, span) in ended.into_iter().chain(last.into_values()) {
        // A group approves nothing and prepares nothing.
        if owner.contains('@') || is_uuid(&owner) {
            found.hold(evidence, &duty.name, &owner, span);
        }
    }
    Ok(())
}
