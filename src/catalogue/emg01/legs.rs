//! What a session of emergency access must have: a ticket, a limit, a review, a rotation.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::*;

use super::sessions::{Session, is_group};
use super::{TEST, days};
use crate::catalogue::Evidence;
use crate::catalogue::deeds::deeds;
use crate::catalogue::records::{Raw, Record, held, records};
use crate::catalogue::sweep::Typed;
use crate::change::{SubjectKind, Verb};
use crate::config::{ByEnvironment, Values};
use crate::error::{Error, Result};
use crate::event::OUTCOME;
use crate::identity::Sighting;
use crate::source::DATABRICKS;

/// The limits of the test, in microseconds.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) silence: i64,
    /// The first instant of which the test knows nothing.
    pub(super) cut_off: i64,
    own: ByEnvironment<Own>,
}

/// Those of the place in which a session began.
#[derive(Debug)]
struct Own {
    max: i64,
    ticket: i64,
    business_days: u64,
    holidays: BTreeSet<NaiveDate>,
}

impl Own {
    fn new(here: Values<'_>) -> Result<Self> {
        let span = |name| Ok::<_, Error>(here.span(TEST.id, name)?.micros());
        let day = |text: &String| {
            let wrong = || format!("test {}: `{text}` under `holidays` is no day such as `2026-12-25`", TEST.id);
            text.parse::<NaiveDate>().map_err(|_| Error::Input(wrong()))
        };
        Ok(Self {
            max: span("max_session")?,
            ticket: span("ticket_window")?,
            business_days: here.whole(TEST.id, "review_business_days")?,
            holidays: here.texts(TEST.id, "holidays")?.iter().map(day).collect::<Result<_>>()?,
        })
    }
}

impl Limits {
    /// # Errors
    /// A malformed parameter.
    pub(super) fn new(evidence: &Evidence<'_>) -> Result<Self> {
        let silence = evidence.config.span(TEST.id, "silence")?.micros();
        let own = ByEnvironment::new(evidence.config, Own::new)?;
        // A session of the last instant may last as long as it is allowed, and is then to be reviewed.
        let longest = own.all().into_iter().map(|own: &Own| {
            let end = evidence.period.end.saturating_add(own.max);
            let due = days::after(end, own.business_days, evidence.config.zone, &own.holidays);
            due.saturating_sub(evidence.period.end).max(own.ticket)
        });
        let longest = longest.max().unwrap_or_default().max(silence);
        Ok(Self { silence, cut_off: evidence.cut_off_within(longest), own })
    }

    pub(super) fn holiday_count(&self) -> usize {
        self.own.at(None).holidays.len()
    }
}

/// What was found of a session.
#[derive(Debug, Default)]
pub(super) struct Legs {
    pub(super) ticket: Option<String>,
    /// Who, and when.
    pub(super) review: Option<(String, i64)>,
    pub(super) rotated_at: Option<i64>,
    pub(super) rotation_event: Option<String>,
    /// What is missing for good, the gravest first.
    pub(super) missing: Vec<&'static str>,
    /// Something may still come.
    pub(super) is_open: bool,
    /// A hole that may hide a rotation.
    pub(super) hole: Option<String>,
}

/// Looks for all four. `next` is when the person's next session began.
pub(super) fn legs(
    evidence: &Evidence<'_>,
    limits: &Limits,
    session: &Session,
    (next, rotations): (Option<i64>, &Rotations),
) -> Legs {
    let mut legs = Legs::default();
    let cut_off = limits.cut_off;
    let limits = limits.own.at(evidence.config.environment(&session.scope));
    let ticket = ticket(evidence, session, limits.ticket);
    match &ticket {
        Some(ticket) => legs.ticket = Some(ticket.id.clone()),
        None if session.start + limits.ticket >= cut_off => legs.is_open = true,
        None => legs.missing.push("no_ticket"),
    }
    if session.end - session.start > session.max.unwrap_or(limits.max) {
        legs.missing.push("too_long");
    }
    let due = days::after(session.end, limits.business_days, evidence.config.zone, &limits.holidays);
    legs.review = review(evidence, session, ticket.as_ref(), due);
    match legs.review {
        Some(_) => {}
        None if due > cut_off => legs.is_open = true,
        None => legs.missing.push("not_reviewed"),
    }
    match rotations.after(evidence, session).filter(|(time, _)| next.is_none_or(|next| *time <= next)) {
        Some((time, event)) => (legs.rotated_at, legs.rotation_event) = (Some(time), event),
        None => {
            let until = next.unwrap_or(cut_off).min(cut_off) - 1;
            let is_source = |source: &str| source == DATABRICKS || crate::source::is_authority(source);
            legs.hole = evidence.hole(|log| is_source(&log.source), session.end, until.max(session.end));
            if next.is_none() && due > cut_off {
                legs.is_open = true;
            } else if legs.hole.is_none() {
                legs.missing.push("not_rotated");
            }
        }
    }
    legs
}

struct Ticket {
    id: String,
    requested_by: Option<String>,
}

/// The nearest approval or incident that names the person or what makes it emergency access, not opened by the person.
fn ticket(evidence: &Evidence<'_>, session: &Session, window: i64) -> Option<Ticket> {
    let is_meant = |name: &str| is_named(evidence, session, name);
    let is_by_other = |name: &str| !is_named(evidence, session, name);
    let companions = evidence.companions;
    let approvals = companions
        .approvals
        .iter()
        .filter(|row| !row.is_self_approved && is_meant(&row.subject) && is_by_other(&row.approver))
        .map(|row| (row.approved_at, Ticket { id: row.ticket.clone(), requested_by: row.requested_by.clone() }));
    let incidents = companions
        .triage
        .iter()
        .filter(|row| [&row.subject, &row.actor].into_iter().flatten().any(|name| is_meant(name)))
        .map(|row| (row.at, Ticket { id: row.incident.clone(), requested_by: None }));
    let near = approvals.chain(incidents).filter(|(at, _)| (at - session.start).abs() <= window);
    near.min_by_key(|(at, ticket)| ((at - session.start).abs(), *at, ticket.id.clone())).map(|(_, ticket)| ticket)
}

fn review(evidence: &Evidence<'_>, session: &Session, ticket: Option<&Ticket>, due: i64) -> Option<(String, i64)> {
    let asked_by = ticket.and_then(|ticket| ticket.requested_by.as_deref()).map(|name| evidence.name(name));
    let is_other = |reviewer: &str| {
        !is_named(evidence, session, reviewer) && asked_by.as_deref() != Some(evidence.name(reviewer).as_str())
    };
    let names = |row: &crate::companion::Review| {
        [&row.subject, &row.object].into_iter().flatten().any(|name| is_named(evidence, session, name))
    };
    let rows = evidence.companions.reviews.iter();
    rows.filter(|row| !row.is_self_reviewed && names(row) && is_other(&row.reviewer))
        .filter(|row| session.end <= row.at && row.at < due)
        .map(|row| (row.reviewer.clone(), row.at))
        .min_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)))
}

fn is_named(evidence: &Evidence<'_>, session: &Session, name: &str) -> bool {
    let name = evidence.name(name);
    name == session.person || name == evidence.name(&session.tag)
}

/// Passwords and tokens that were changed or ended, by resolved name, ordered by time.
#[derive(Debug)]
pub(super) struct Rotations(BTreeMap<String, Vec<(i64, String)>>);

/// Types of events by which a password is changed, in lower case.
const CHANGED: [&str; 13] = [
    "accounts.changepassword",
    "accounts.resetpassword",
    "user.account.update_password",
    "user.account.reset_password",
    "user.account.expire_password",
    "change user password",
    "change password (self-service)",
    "reset user password",
    "reset password",
    "reset password (by admin)",
    "reset password (self-service)",
    "password.set",
    "password.reset",
];

impl Rotations {
    /// # Errors
    /// The lake cannot be read, or the configuration holds a malformed glob.
    pub(super) fn read(evidence: &Evidence<'_>, sessions: &[Session]) -> Result<Self> {
        let people: BTreeSet<&str> = sessions.iter().map(|session| session.person.as_str()).collect();
        let mut all: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
        if people.is_empty() {
            return Ok(Self(all));
        }
        let is_change = |typed: &Typed<'_>| crate::catalogue::sign_ins::is_named(typed.event_type, &CHANGED);
        let changed = held(evidence, is_change)?.map(|held| held.and(OUTCOME.expr().eq(lit("success"))));
        for record in records(evidence, changed, Raw::Without)? {
            all.entry(whose(evidence, &record)).or_default().push((record.time, record.event_id));
        }
        for deed in deeds(evidence, &[Verb::TokenRevoke])?.iter().filter(|deed| deed.succeeded()) {
            let subject = deed.subject.clone().unwrap_or_default();
            all.entry(subject).or_default().push((deed.time, deed.event_id.clone()));
        }
        all.retain(|name, _| people.contains(name.as_str()));
        all.values_mut().for_each(|list| list.sort());
        Ok(Self(all))
    }

    /// The first after a session, with its event; of a group's member the end of the membership.
    fn after(&self, evidence: &Evidence<'_>, session: &Session) -> Option<(i64, Option<String>)> {
        if session.is_group {
            let rows = evidence.access().rows.iter().filter(|row| row.pair.subject == session.person);
            let ends = rows.filter(|row| is_group(evidence, &session.tag, row)).filter_map(|row| row.closed);
            let ended = ends.filter_map(|edge| Some((edge.time?, edge.by.map(str::to_owned))));
            return ended.filter(|(time, _)| *time >= session.end).min();
        }
        let all = self.0.get(&session.person)?;
        all.iter().find(|(time, _)| *time > session.end).map(|(time, event)| (*time, Some(event.clone())))
    }
}

// Whoever changes their own password may be named as the actor only.
fn whose(evidence: &Evidence<'_>, record: &Record) -> String {
    if record.target.is_none() && record.target_id.is_none() {
        return record.actor.clone().unwrap_or_default();
    }
    let (name, id) = (record.target.as_deref(), record.target_id.as_deref());
    let sighting = Sighting { name, id, ..Sighting::new(&record.source, SubjectKind::User, record.time) };
    evidence.correlation.ground.identities.person(sighting).label().to_owned()
}
