//! Sessions of emergency access.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::catalogue::Evidence;
use crate::catalogue::records::{Raw, Record, records};
use crate::catalogue::sign_ins::is_any;
use crate::change::{EntitlementKind, SubjectKind};
use crate::companion::{BreakGlass, EmergencyKind};
use crate::error::Result;
use crate::event::{ACTOR, OUTCOME};
use crate::frame::SOURCE;
use crate::source::DATABRICKS;

/// What one person, or one account, did without a longer silence.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) person: String,
    /// The account or group by which it is emergency access, as the register names it.
    pub(super) tag: String,
    pub(super) is_group: bool,
    /// How long the register lets it last, microseconds.
    pub(super) max: Option<i64>,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) event_ids: Vec<String>,
    pub(super) change_count: usize,
    /// Where it began.
    pub(super) scope: String,
}

impl Session {
    /// The account or group, as resolved.
    pub(super) fn object(&self, evidence: &Evidence<'_>) -> String {
        match self.is_group {
            true => evidence.correlation.ground.identities.mapped_group(&self.tag),
            false => evidence.name(&self.tag),
        }
    }
}

/// When somebody had emergency access, and by what.
#[derive(Debug, Clone)]
struct Tagged<'e> {
    row: &'e BreakGlass,
    /// Spans in which it was held, `[from, until)`.
    spans: Vec<(i64, i64)>,
}

/// Every session on record, ordered by time and person, whether in the period or not.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn sessions(evidence: &Evidence<'_>, silence: i64) -> Result<Vec<Session>> {
    let tagged = tagged(evidence);
    let present: BTreeSet<String> = evidence.sweep()?.present().map(str::to_lowercase).collect();
    let spellings: Vec<String> =
        present.into_iter().filter(|actor| tagged.contains_key(&evidence.name(actor))).collect();
    if spellings.is_empty() {
        return Ok(Vec::new());
    }
    let spellings: Vec<&str> = spellings.iter().map(String::as_str).collect();
    let wanted = SOURCE.expr().eq(lit(DATABRICKS)).and(OUTCOME.expr().neq(lit("failure")));
    let wanted = wanted.and(is_any(ACTOR.expr().str().to_lowercase(), &spellings));
    let mut by_person: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in records(evidence, wanted, Raw::Without)? {
        if let Some(person) = record.actor.clone() {
            by_person.entry(person).or_default().push(record);
        }
    }
    let mut all = Vec::new();
    for (person, did) in by_person {
        for one in tagged.get(&person).into_iter().flatten() {
            let is_within = |r: &&Record| one.spans.iter().any(|(from, until)| *from <= r.time && r.time < *until);
            cut(&person, one, did.iter().filter(is_within), silence, &mut all);
        }
    }
    all.sort_by(|a, b| (a.start, &a.person, &a.tag).cmp(&(b.start, &b.person, &b.tag)));
    Ok(all)
}

/// Who has emergency access: accounts always, members of groups while they are members. Whoever is named as an account is no member
/// beside it.
fn tagged<'e>(evidence: &Evidence<'e>) -> BTreeMap<String, Vec<Tagged<'e>>> {
    let mut all: BTreeMap<String, Vec<Tagged<'e>>> = BTreeMap::new();
    let rows = &evidence.companions.break_glass;
    for row in rows.iter().filter(|row| row.kind == EmergencyKind::User) {
        all.insert(evidence.name(&row.principal), vec![Tagged { row, spans: vec![(i64::MIN, i64::MAX)] }]);
    }
    let accounts: BTreeSet<String> = all.keys().cloned().collect();
    for row in rows.iter().filter(|row| row.kind == EmergencyKind::Group) {
        let mut members: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
        for held in evidence.access().rows.iter().filter(|held| is_of(evidence, row, held)) {
            let from = held.opened.time.unwrap_or(i64::MIN);
            let until = held.closed.and_then(|edge| edge.time).unwrap_or(i64::MAX);
            members.entry(held.pair.subject).or_default().push((from, until));
        }
        for (member, spans) in members.into_iter().filter(|(member, _)| !accounts.contains(*member)) {
            all.entry(member.to_owned()).or_default().push(Tagged { row, spans });
        }
    }
    all
}

/// True when the holding is a membership of the group that the register names, by its name on either side.
pub(super) fn is_of(evidence: &Evidence<'_>, row: &BreakGlass, held: &crate::access::Held<'_>) -> bool {
    is_group(evidence, &row.principal, held)
}

/// The same, of a group's name.
pub(super) fn is_group(evidence: &Evidence<'_>, name: &str, held: &crate::access::Held<'_>) -> bool {
    let is_membership = matches!(held.pair.entitlement_kind, EntitlementKind::Membership | EntitlementKind::Admin);
    let mapped = evidence.correlation.ground.identities.mapped_group(name);
    let is_named = held.pair.entitlement == mapped || held.pair.entitlement == crate::identity::fold(name);
    is_membership && is_named && held.pair.subject_kind != SubjectKind::Group
}

fn cut<'r>(
    person: &str,
    tagged: &Tagged<'_>,
    did: impl Iterator<Item = &'r Record>,
    silence: i64,
    all: &mut Vec<Session>,
) {
    let first = all.len();
    for record in did {
        let goes_on = all.len() > first && all.last().is_some_and(|session| record.time - session.end <= silence);
        if !goes_on {
            all.push(Session {
                person: person.to_owned(),
                tag: tagged.row.principal.clone(),
                is_group: tagged.row.kind == EmergencyKind::Group,
                max: tagged.row.max_session.map(crate::config::Span::micros),
                start: record.time,
                end: record.time,
                event_ids: Vec::new(),
                change_count: 0,
                scope: record.scope.clone(),
            });
        }
        if let Some(session) = all.last_mut() {
            session.end = record.time;
            session.event_ids.push(record.event_id.clone());
            session.change_count += usize::from(record.plane == "effect");
        }
    }
}
