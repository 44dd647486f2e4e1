//! Who has access to Databricks at the end of the period: users and service principals that are known and active.
//!
//! Accounts come from changes and listings, as `access` has them. A principal of whose account nothing is at hand is known by what it
//! holds, or by what it did: nobody holds or does anything without an account. Who is known to have been deactivated or deleted is
//! none, whatever is done in that name afterwards.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use super::doings::{Last, last_acts};
use crate::access::{Basis, Held, State};
use crate::change::{EntitlementKind, SubjectKind};
use crate::correlate::door::{is_platform, is_uuid};
use crate::correlate::{ACCOUNT, Vouching};
use crate::coverage::HOUR;
use crate::error::Result;

/// One principal with access.
#[derive(Debug, Clone)]
pub(super) struct Resident {
    /// Who, as resolved.
    pub(super) subject: String,
    /// False = several identities claim the name.
    pub(super) is_resolved: bool,
    /// User or service principal.
    pub(super) kind: SubjectKind,
    /// Where it has an account, or was seen: `account` and workspaces.
    pub(super) scopes: BTreeSet<String>,
    /// When the account was made; `None` = no record at hand says so.
    pub(super) created_at: Option<i64>,
    /// By whom; `None` as there.
    pub(super) created_by: Option<String>,
    /// The latest instant at which changes, listings or acts show it.
    pub(super) seen_at: Option<i64>,
    /// Event that shows it, where one does.
    pub(super) event_id: Option<String>,
    /// When the account ended in the period; `None` = it is there at the end.
    pub(super) until: Option<i64>,
    /// Its last act before the end of the period; `None` = none on record.
    pub(super) last: Option<Last>,
    /// True = it holds an administrator role at the end, directly or by groups.
    pub(super) has_admin: bool,
    /// Memberships and roles that it holds directly at the end.
    pub(super) held_count: usize,
}

/// The residents, and who is none for want of a sign what it is.
#[derive(Debug, Default)]
pub(super) struct Residents {
    /// In the order of their names.
    pub(super) all: Vec<Resident>,
    /// Holders and actors that are neither user nor service principal by any sign.
    pub(super) unknown_count: u64,
}

#[derive(Default)]
struct Rows<'r> {
    accounts: Vec<&'r Held<'r>>,
    has_account_history: bool,
    kind: Option<SubjectKind>,
    others: Vec<&'r Held<'r>>,
}

/// Everybody who has, or had in the period, access to Databricks.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn residents<'v>(evidence: &'v Evidence<'_>) -> Result<&'v Residents> {
    if let Some(known) = evidence.views.residents.get() {
        return Ok(known);
    }
    let found = read(evidence)?;
    Ok(evidence.views.residents.get_or_init(|| found))
}

fn read(evidence: &Evidence<'_>) -> Result<Residents> {
    let mut all: BTreeMap<(&str, bool), Rows<'_>> = BTreeMap::new();
    for history in evidence.histories().iter().filter(|h| h.pair.subject_kind != SubjectKind::Group) {
        let rows = all.entry((history.pair.subject, history.pair.is_resolved)).or_default();
        rows.has_account_history |= history.pair.entitlement_kind == EntitlementKind::Account;
        rows.kind = Some(history.pair.subject_kind);
    }
    for row in evidence.access().rows.iter().filter(|row| row.pair.subject_kind != SubjectKind::Group) {
        let rows = all.entry((row.pair.subject, row.pair.is_resolved)).or_default();
        match row.pair.entitlement_kind {
            EntitlementKind::Account => rows.accounts.push(row),
            _ => rows.others.push(row),
        }
    }
    let last = last_acts(evidence)?;
    let names: BTreeSet<&str> = all.keys().map(|(name, _)| *name).collect();
    let strangers: Vec<&str> = last.keys().map(String::as_str).filter(|name| !names.contains(name)).collect();
    strangers.into_iter().for_each(|name| drop(all.insert((name, true), Rows::default())));
    let mut found = Residents::default();
    for ((subject, is_resolved), rows) in &all {
        let last = last.get(*subject);
        match kind_of(subject, rows.kind) {
            Some(kind) => found.all.extend(resident(evidence, subject, *is_resolved, kind, rows, last)),
            None => found.unknown_count += 1,
        }
    }
    Ok(found)
}

fn resident(
    evidence: &Evidence<'_>,
    subject: &str,
    is_resolved: bool,
    kind: SubjectKind,
    rows: &Rows<'_>,
    last: Option<&Last>,
) -> Option<Resident> {
    let end = evidence.period.end - 1;
    let in_force = |row: &&&Held<'_>| row.state == State::InForce && row.holds_at(end);
    let others: Vec<&&Held<'_>> = rows.others.iter().filter(in_force).collect();
    let accounts: Vec<&&Held<'_>> = rows.accounts.iter().filter(in_force).collect();
    let is_seen = !rows.has_account_history && (!others.is_empty() || last.is_some());
    let is_here = !accounts.is_empty() || is_seen;
    let until = rows.accounts.iter().filter_map(|row| row.closed?.time).filter(|t| evidence.period.contains(*t)).max();
    if !is_here && until.is_none() {
        return None;
    }
    // At the account, if it has one there: a workspace's is a part of that.
    let first = rows.accounts.iter().min_by_key(|row| (row.pair.scope != ACCOUNT, row.opened.time, row.holding));
    // A workspace's row may be the admission of somebody whom the account has had for long.
    let made = first.filter(|row| row.opened.basis == Basis::Effect && row.pair.scope == ACCOUNT);
    let shown = accounts.first().copied().or(others.first().copied());
    let held = accounts.iter().chain(&others).filter_map(|row| row.opened.time);
    let scopes = accounts.iter().chain(&others).map(|row| row.pair.scope.to_owned());
    Some(Resident {
        subject: subject.to_owned(),
        is_resolved,
        kind,
        scopes: scopes.collect(),
        created_at: made.and_then(|row| row.opened.time),
        created_by: made.and_then(|row| granter(evidence, row)),
        seen_at: held.chain(last.map(|last| last.time)).max(),
        event_id: shown.and_then(|row| row.opened.by).map(str::to_owned),
        until: until.filter(|_| !is_here),
        last: last.cloned(),
        has_admin: others.iter().any(|row| row.pair.entitlement_kind == EntitlementKind::Admin),
        held_count: others.iter().filter(|row| row.via.is_empty()).count(),
    })
}

/// How vouching judged what opened the row; `None` = no grant is at hand, or it is no item.
pub(super) fn vouching<'e>(evidence: &'e Evidence<'_>, row: &Held<'_>) -> Option<&'e Vouching> {
    let (granted, time) = (row.vouching?.item_id, row.opened.time?);
    let all = &evidence.correlation.judged;
    let first = all.vouching.partition_point(|v| all.acts.time(v.effect) < time);
    let mut same = all.vouching[first..].iter().take_while(|v| all.acts.time(v.effect) == time);
    same.find(|v| v.item_id == granted)
}

/// Who granted what opened the row, as resolved; `None` = no grant is at hand, or it names nobody.
pub(super) fn granter(evidence: &Evidence<'_>, row: &Held<'_>) -> Option<String> {
    let v = vouching(evidence, row)?;
    evidence.correlation.judged.acts.at(v.effect).actor.map(|actor| evidence.name(actor))
}

/// Listings and records know best; else users go by their address, service principals by a UUID, and the platform by its names.
fn kind_of(subject: &str, known: Option<SubjectKind>) -> Option<SubjectKind> {
    match known {
        Some(kind @ (SubjectKind::User | SubjectKind::ServicePrincipal)) => Some(kind),
        _ if is_uuid(subject) || is_platform(subject) => Some(SubjectKind::ServicePrincipal),
        _ if subject.contains('@') => Some(SubjectKind::User),
        _ => None,
    }
}

impl Resident {
    /// Stable parts of an item's id.
    pub(super) fn parts(&self) -> [&str; 3] {
        let resolved = if self.is_resolved { "resolved" } else { "contested" };
        [&self.subject, self.kind.as_str(), resolved]
    }
}

/// True when a listing of Databricks' own is at hand.
pub(super) fn has_listing(evidence: &Evidence<'_>) -> bool {
    !evidence.correlation.ground.noted.is_empty()
}

/// What heads a list of accounts where no listing is at hand.
pub(super) fn listing_note(evidence: &Evidence<'_>) -> Vec<String> {
    if has_listing(evidence) {
        return Vec::new();
    }
    let databricks = evidence.coverage.logs().filter(|log| log.source == crate::source::DATABRICKS);
    let first = databricks.filter(|log| !log.reach.is_empty()).map(|log| log.reach.start).min();
    let since = first.and_then(|hour| chrono::DateTime::from_timestamp_micros(hour.saturating_mul(HOUR)));
    let since = since.map_or_else(String::new, |time| format!(" since {}", time.format("%Y-%m-%d")));
    vec![format!("Access is reconstructed from events{since}; it is not a full list.")]
}
