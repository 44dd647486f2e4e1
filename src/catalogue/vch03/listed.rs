//! What the lists of both systems say at the end of the period, brought forward by what was logged after them.

use std::collections::BTreeMap;

use polars::prelude::*;
use serde_json::Value;

use super::Key;
use super::known::Known;
use crate::catalogue::Evidence;
use crate::catalogue::records::{Raw, Record, records};
use crate::change::{SubjectKind, Verb};
use crate::companion::{SnapshotUser, snapshot_id};
use crate::correlate::{TENANT, snapshots};
use crate::error::Result;
use crate::event::EVENT_TIME;
use crate::frame::SOURCE;
use crate::identity::Sighting;
use crate::source::{SCIM_SNAPSHOT, kept};

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Provider,
    Databricks,
}

/// One principal or group as one system has it.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// As the logs know it.
    pub(super) key: Key,
    pub(super) is_group: bool,
    pub(super) scope: String,
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) active: Option<bool>,
    pub(super) display: Option<String>,
    /// The address that counts of those it has.
    pub(super) email: Option<String>,
    /// When the list was made.
    pub(super) listed: i64,
    /// The record that stated the latest of it.
    pub(super) event_id: String,
    pub(super) since: i64,
}

/// The accounts of both systems.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Of Databricks, by scope and id.
    pub(super) databricks: Vec<Account>,
    provider: Vec<Account>,
    /// Places in `provider`, by whether it is a group, and id.
    by_id: BTreeMap<(bool, String), usize>,
    /// The same by the name that it should have in Databricks.
    by_name: BTreeMap<(bool, String), usize>,
    /// Entries of which nothing says whose they are, or who they are.
    pub(super) unknown: u64,
}

impl Lists {
    /// Of each account the last entry in the period, else the first one after it.
    pub(super) fn read(evidence: &Evidence<'_>, known: &Known<'_>, window: i64) -> Result<Self> {
        let end = evidence.period.end;
        let time = EVENT_TIME.expr().cast(DataType::Int64);
        let is_near = time.clone().gt_eq(lit(evidence.period.start)).and(time.lt_eq(lit(end + window)));
        let found = records(evidence, SOURCE.expr().eq(lit(SCIM_SNAPSHOT)).and(is_near), Raw::With)?;
        let mut lists = Self::default();
        let mut chosen: BTreeMap<(Side, bool, String, String), Account> = BTreeMap::new();
        let mut stated: Vec<(i64, Option<(Side, Account)>)> =
            found.iter().map(|record| (record.time, entry(record, known))).collect();
        let rows = evidence.config.snapshot_users.iter();
        let rows = rows.filter(|row| (evidence.period.start..=end + window).contains(&row.taken_at));
        stated.extend(rows.map(|row| (row.taken_at, of_row(row, known))));
        stated.sort_by_key(|(time, _)| *time);
        for (time, entry) in stated {
            let Some((side, account)) = entry else {
                lists.unknown += 1;
                continue;
            };
            // Within the period the later one counts, after it the first.
            let place = (side, account.is_group, account.scope.clone(), account.id.clone());
            if time < end || !chosen.contains_key(&place) {
                chosen.insert(place, account);
            }
        }
        for ((side, ..), mut account) in chosen {
            account.bring_forward(known.acts(side, &account.key), end);
            match side {
                Side::Databricks => lists.databricks.push(account),
                Side::Provider => lists.add_provider(evidence, account),
            }
        }
        Ok(lists)
    }

    fn add_provider(&mut self, evidence: &Evidence<'_>, account: Account) {
        let at = self.provider.len();
        self.by_id.insert((account.is_group, account.id.clone()), at);
        if let Some(name) = account.name.as_deref() {
            self.by_name.entry((account.is_group, expected(evidence, account.is_group, name))).or_insert(at);
        }
        self.provider.push(account);
    }

    /// The provider's account that one of Databricks stands for: the one whose id it bears, else the one of its name.
    pub(super) fn counterpart(&self, evidence: &Evidence<'_>, account: &Account) -> Option<&Account> {
        let by_id = account.external_id.as_deref().and_then(|id| self.with_id(account.is_group, id));
        by_id.or_else(|| self.named(evidence, account))
    }

    /// The provider's account of that name; `None` = its lists name none.
    pub(super) fn named(&self, evidence: &Evidence<'_>, account: &Account) -> Option<&Account> {
        let name = account.name.as_deref()?;
        let name = if account.is_group { name.to_lowercase() } else { evidence.name(name) };
        self.by_name.get(&(account.is_group, name)).map(|at| &self.provider[*at])
    }

    fn with_id(&self, is_group: bool, id: &str) -> Option<&Account> {
        self.by_id.get(&(is_group, id.to_owned())).map(|at| &self.provider[*at])
    }
}

// What Databricks should call whom the provider calls so.
fn expected(evidence: &Evidence<'_>, is_group: bool, name: &str) -> String {
    match is_group {
        true => evidence.correlation.ground.identities.mapped_group(name),
        false => evidence.name(name),
    }
}

impl Account {
    fn bring_forward(&mut self, acts: &[crate::correlate::acts::Act<'_>], end: i64) {
        let is_own = |scope: &str| scope == self.scope || scope == TENANT || scope == crate::correlate::ACCOUNT;
        let after: Vec<_> = acts.iter().filter(|a| a.time > self.listed && a.time < end && is_own(a.scope)).collect();
        for act in after {
            match act.verb {
                Verb::UserActivate | Verb::UserUnsuspend | Verb::UserCreate => self.active = Some(true),
                Verb::UserDeactivate | Verb::UserSuspend => self.active = Some(false),
                Verb::UserUpdate | Verb::GroupUpdate => {
                    let said = |text: Option<&str>| text.map(str::to_owned);
                    self.name = said(act.subject).or_else(|| self.name.take());
                    let external = said(act.subject_external_id).filter(|_| act.plane == "effect");
                    self.external_id = external.or_else(|| self.external_id.take());
                }
                _ => continue,
            }
            (self.since, self.event_id) = (act.time, act.event_id.to_owned());
        }
    }
}

fn entry(record: &Record, known: &Known<'_>) -> Option<(Side, Account)> {
    let side = match record.scope.as_str() {
        TENANT => Side::Provider,
        _ if record.app.as_deref() == Some("Databricks") => Side::Databricks,
        _ => return None,
    };
    let kind = match record.event_type.as_str() {
        "snapshot.user" => SubjectKind::User,
        "snapshot.group" => SubjectKind::Group,
        "snapshot.service_principal" => SubjectKind::ServicePrincipal,
        _ => return None,
    };
    let raw = kept::json(&record.raw);
    let text = |key: &str| get(&raw, key).as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let id = record.target_id.clone().or_else(|| text("id"))?;
    let name = record.target.clone();
    let external_id = text("externalId");
    let seen = Sighting {
        scope: &record.scope,
        name: name.as_deref(),
        id: Some(&id),
        external_id: external_id.as_deref().filter(|_| side == Side::Databricks),
        ..Sighting::new(&record.source, kind, record.time)
    };
    let key = known.listed(seen)?;
    let is_group = kind == SubjectKind::Group;
    let account = Account {
        key,
        is_group,
        scope: record.scope.clone(),
        active: truth(get(&raw, "active")),
        // A group's display name is its name, and a service principal's is its label.
        display: text("displayName").filter(|_| !is_group),
        email: address(get(&raw, "emails")),
        name,
        external_id,
        id,
        listed: record.time,
        event_id: record.event_id.clone(),
        since: record.time,
    };
    Some((side, account))
}

/// The same of a row of a companion snapshot.
fn of_row(row: &SnapshotUser, known: &Known<'_>) -> Option<(Side, Account)> {
    let side = if row.scope == TENANT { Side::Provider } else { Side::Databricks };
    let kind = snapshots::kind_of(row.kind);
    let external_id = row.external_id.clone().filter(|_| side == Side::Databricks);
    let seen = Sighting {
        scope: &row.scope,
        name: Some(&row.principal),
        id: snapshots::id_of(row),
        external_id: external_id.as_deref(),
        ..Sighting::new(SCIM_SNAPSHOT, kind, row.taken_at)
    };
    let is_group = kind == SubjectKind::Group;
    let account = Account {
        key: known.listed(seen)?,
        is_group,
        scope: row.scope.clone(),
        id: seen.id.unwrap_or(&row.principal).to_owned(),
        name: Some(row.principal.clone()),
        external_id,
        active: Some(row.active),
        display: row.display_name.clone().filter(|_| !is_group),
        email: None,
        listed: row.taken_at,
        event_id: snapshot_id(&row.path, row.taken_at),
        since: row.taken_at,
    };
    Some((side, account))
}

fn get<'v>(object: &'v Value, key: &str) -> &'v Value {
    const NOTHING: &Value = &Value::Null;
    let found = object.as_object().and_then(|o| o.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)));
    found.map_or(NOTHING, |(_, value)| value)
}

// The primary address, else that of work, else the first.
fn address(emails: &Value) -> Option<String> {
    let all: Vec<&Value> = emails.as_array().into_iter().flatten().collect();
    let is_of_work = |e: &&&Value| get(e, "type").as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("work"));
    let primary = all.iter().find(|e| truth(get(e, "primary")) == Some(true));
    let chosen = primary.or_else(|| all.iter().find(is_of_work)).or(all.first())?;
    get(chosen, "value").as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(is) => Some(*is),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
