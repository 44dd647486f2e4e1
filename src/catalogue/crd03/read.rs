//! The credentials on record, by holder and kind.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::TEST;
use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, deeds};
use crate::catalogue::records::{Raw, Record, databricks, records};
use crate::catalogue::sign_ins::{is_any, is_between};
use crate::catalogue::tokens::{Expiry, Told, Until, tokens};
use crate::change::{SubjectKind, Verb};
use crate::correlate::ACCOUNT;
use crate::correlate::cases::Rules;
use crate::coverage::Log;
use crate::error::Result;
use crate::event::{ACTOR, ENDPOINT, EVENT_ID, EVENT_TYPE, EVENTS, OUTCOME, SOURCE_IP, TARGET_KIND};
use crate::frame::{SOURCE, collect, scan, texts};
use crate::source::{DATABRICKS, kept};

/// One credential.
#[derive(Debug, Clone)]
pub(super) struct Credential {
    /// Its id; `None` = the records give none.
    id: Option<String>,
    /// `None` = not seen.
    pub(super) created: Option<Told>,
    /// `None` = not seen, and no time is set for it.
    pub(super) ended: Option<Told>,
    /// False = the record of the rotation that ends it does not say when.
    pub(super) end_is_told: bool,
    /// The first record that names it.
    pub(super) first_named: i64,
    /// The latest instant at which it was shown to be there by something else than a log.
    pub(super) shown_at: Option<i64>,
    /// False = the one record of its creation does not say whether it was made.
    pub(super) is_sure: bool,
}

impl Credential {
    /// When it ended; the end of time where no end is known.
    pub(super) fn end(&self) -> i64 {
        self.ended.as_ref().map_or(i64::MAX, |told| told.time)
    }

    /// When it was made; the beginning of time where that was not seen.
    pub(super) fn start(&self) -> i64 {
        self.created.as_ref().map_or(i64::MIN, |told| told.time)
    }
}

/// All credentials of one holder and kind: each is the rotation of the one before.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) source: String,
    pub(super) kind: &'static str,
    pub(super) holder: String,
    /// It is the connector's.
    pub(super) is_connectors: bool,
    pub(super) scopes: BTreeSet<String>,
    pub(super) all: Vec<Credential>,
    /// Addresses from which the connector used it in the period, each with an event.
    pub(super) used_from: BTreeMap<String, String>,
}

impl Slot {
    fn new(source: &str, kind: &'static str, holder: &str) -> Self {
        Self {
            source: source.to_owned(),
            kind,
            holder: holder.to_owned(),
            is_connectors: false,
            scopes: BTreeSet::new(),
            all: Vec::new(),
            used_from: BTreeMap::new(),
        }
    }

    /// The last rotation before an instant: when, and its event.
    pub(super) fn last_rotation(&self, before: i64) -> Option<(i64, Option<&str>)> {
        let made = self.all.iter().filter_map(|one| one.created.as_ref()).filter(|told| told.time < before);
        made.max().map(|told| (told.time, told.event_id.as_deref()))
    }

    /// The end of the credential before the one made at an instant.
    pub(super) fn prior_end(&self, made: i64) -> Option<i64> {
        let prior = self.all.iter().filter(|one| one.start() < made).max_by_key(|one| one.start());
        prior.and_then(|one| one.ended.as_ref()).map(|told| told.time)
    }

    /// Events of creation and end, in the order of time, after `first`.
    pub(super) fn event_ids(&self, first: Option<String>) -> Vec<String> {
        let mut told: Vec<&Told> = self.all.iter().flat_map(|one| [&one.created, &one.ended]).flatten().collect();
        told.sort();
        let mut ids: Vec<String> = told.into_iter().filter_map(|told| told.event_id.clone()).chain(first).collect();
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        ids
    }

    /// Where its rotation and its end would be logged.
    pub(super) fn is_watched_by(&self, log: &Log) -> bool {
        let is_there = log.source != DATABRICKS || log.scope == ACCOUNT || self.scopes.contains(&log.scope);
        log.source == self.source && is_there
    }

    fn make(&mut self, id: Option<String>, told: Told, is_sure: bool) {
        let is_known = |one: &&mut Credential| id.is_some() && one.id == id;
        match self.all.iter_mut().find(is_known) {
            Some(one) => {
                one.created = Some(one.created.take().map_or(told.clone(), |before| before.min(told)));
                one.is_sure |= is_sure;
            }
            None => {
                let first_named = told.time;
                self.all.push(Credential { id, created: Some(told), first_named, is_sure, ..UNSEEN });
            }
        }
    }

    fn end(&mut self, id: Option<String>, told: Told) {
        let is_meant = |one: &&mut Credential| id.is_some() && one.id == id;
        match self.all.iter_mut().find(is_meant) {
            // What was ended had been made.
            Some(one) => {
                one.ended = Some(one.ended.take().map_or(told.clone(), |before| before.min(told)));
                one.is_sure = true;
            }
            None => {
                let first_named = told.time;
                self.all.push(Credential { id, ended: Some(told), first_named, ..UNSEEN });
            }
        }
    }

    // Whoever held them is gone, and they with it.
    fn end_all(&mut self, told: &Told) {
        for one in self.all.iter_mut().filter(|one| one.start() <= told.time && one.end() > told.time) {
            one.ended = Some(told.clone());
        }
    }
}

const UNSEEN: Credential = Credential {
    id: None,
    created: None,
    ended: None,
    end_is_told: true,
    first_named: 0,
    shown_at: None,
    is_sure: true,
};

/// Slots by source, kind and holder.
type Slots = BTreeMap<(String, &'static str, String), Slot>;

/// What is on record of credentials.
pub(super) struct Credentials {
    pub(super) slots: Slots,
    pub(super) exclusions: Vec<(String, u64)>,
    /// How tokens were put together.
    pub(super) note: String,
}

/// Every credential of the population's kinds.
///
/// # Errors
/// The lake cannot be read, or the configuration holds a malformed glob.
pub(super) fn credentials(evidence: &Evidence<'_>) -> Result<Credentials> {
    let mut slots = Slots::new();
    let connectors: BTreeSet<String> = evidence.config.connector.principals.iter().map(|p| evidence.name(p)).collect();
    let note = connector_tokens(evidence, &connectors, &mut slots)?;
    let mut exclusions = service_credentials(evidence, &mut slots)?;
    exclusions.extend(api_tokens(evidence, &mut slots)?);
    end_with_holder(evidence, &mut slots)?;
    for slot in slots.values_mut().filter(|slot| slot.source == DATABRICKS) {
        slot.is_connectors = connectors.contains(&slot.holder);
    }
    for connector in &connectors {
        if !slots.values().any(|slot| slot.is_connectors && slot.holder == *connector) {
            let slot = of(&mut slots, (DATABRICKS, "scim_token", connector));
            slot.is_connectors = true;
            // It pushes, so it has a credential: but nothing at hand names one.
            slot.all.push(Credential { first_named: i64::MAX, ..UNSEEN });
        }
    }
    addresses(evidence, &mut slots)?;
    Ok(Credentials { slots, exclusions, note })
}

fn of<'s>(slots: &'s mut Slots, (source, kind, holder): (&str, &'static str, &str)) -> &'s mut Slot {
    slots.entry((source.to_owned(), kind, holder.to_owned())).or_insert_with(|| Slot::new(source, kind, holder))
}

fn connector_tokens(evidence: &Evidence<'_>, connectors: &BTreeSet<String>, slots: &mut Slots) -> Result<String> {
    let all = tokens(evidence, Until::Ever)?;
    for token in &all.all {
        let Some(owner) = token.owner.as_ref().filter(|owner| connectors.contains(*owner)) else { continue };
        let slot = of(slots, (DATABRICKS, "scim_token", owner));
        slot.scopes.extend(token.scopes.iter().cloned());
        let by_itself = match token.expires {
            Expiry::At(time) => Some(Told { time, event_id: None }),
            Expiry::Never | Expiry::Unknown => None,
        };
        slot.all.push(Credential {
            id: Some(token.id.clone()),
            created: token.created.clone(),
            ended: [by_itself, token.revoked.clone(), token.swept.clone()].into_iter().flatten().min(),
            first_named: token.first_named.time,
            shown_at: token.listed_at,
            ..UNSEEN
        });
    }
    Ok(all.note())
}

/// Secrets of service principals, tokens of recipients, and credentials of Databricks applications at Entra.
fn service_credentials(evidence: &Evidence<'_>, slots: &mut Slots) -> Result<Vec<(String, u64)>> {
    let rules = Rules::new(evidence.config)?;
    let rotations = rotations(evidence)?;
    let (mut failed, mut other_apps, mut other_kinds) = (0, 0, 0);
    for deed in deeds(evidence, &[Verb::CredCreate, Verb::CredRevoke])? {
        let holder = deed.subject.clone().unwrap_or_else(|| "(nobody named)".to_owned());
        let kind = match (deed.source.as_str(), deed.entitlement.as_deref()) {
            (DATABRICKS, Some("oauth_secret")) => "oauth_secret",
            (DATABRICKS, Some("recipient_token")) => "recipient_token",
            ("entra_audit", _) if rules.names_databricks(&holder) => "idp_app_credential",
            ("entra_audit", _) => {
                other_apps += 1;
                continue;
            }
            _ => {
                other_kinds += 1;
                continue;
            }
        };
        if deed.outcome == "failure" {
            failed += 1;
            continue;
        }
        let slot = of(slots, (&deed.source, kind, &holder));
        slot.scopes.insert(deed.scope.clone());
        match kind {
            "recipient_token" => learn_recipient(slot, &deed, &rotations),
            _ => learn(slot, deed.verb, deed.entitlement_id.clone(), deed.succeeded(), &deed),
        }
    }
    Ok(vec![
        ("failed attempts to make or end a credential".to_owned(), failed),
        ("credentials of applications that are not Databricks".to_owned(), other_apps),
        ("other kinds of credentials: Git access, OAuth applications, cloud".to_owned(), other_kinds),
    ])
}

fn learn(slot: &mut Slot, verb: Verb, id: Option<String>, succeeded: bool, deed: &Deed) {
    let told = Told { time: deed.time, event_id: Some(deed.event_id.clone()) };
    match verb {
        Verb::CredCreate => slot.make(id, told, succeeded),
        // What is not known to have succeeded ends nothing.
        Verb::CredRevoke if succeeded => slot.end(id, told),
        _ => {}
    }
}

/// How long the token before lives on after each rotation, in microseconds, by event; `None` = the record does not say.
fn rotations(evidence: &Evidence<'_>) -> Result<BTreeMap<String, Option<i64>>> {
    let left = |record: &Record| {
        let parameters = kept::parameters(&record.raw);
        let seconds: i64 = parameters.get("existing_token_expire_in_seconds")?.trim().parse().ok()?;
        seconds.max(0).checked_mul(1_000_000)
    };
    let all = records(evidence, databricks(evidence, &["unityCatalog.rotateRecipientToken"])?, Raw::With)?;
    Ok(all.iter().map(|record| (record.event_id.clone(), left(record))).collect())
}

// A recipient's tokens have no ids: each is made by the record that ends the one before.
fn learn_recipient(slot: &mut Slot, deed: &Deed, rotations: &BTreeMap<String, Option<i64>>) {
    if deed.verb != Verb::CredCreate {
        return;
    }
    let told = Told { time: deed.time, event_id: Some(deed.event_id.clone()) };
    if let Some(left) = rotations.get(&deed.event_id).filter(|_| deed.succeeded()) {
        if slot.all.is_empty() {
            slot.all.push(Credential { first_named: deed.time, ..UNSEEN });
        }
        for one in slot.all.iter_mut().filter(|one| one.ended.is_none()) {
            one.ended = left.map(|left| Told { time: deed.time + left, event_id: Some(deed.event_id.clone()) });
            one.end_is_told = left.is_some();
        }
    }
    slot.make(None, told, deed.succeeded());
}

/// API tokens of Okta. Their records are no access changes.
fn api_tokens(evidence: &Evidence<'_>, slots: &mut Slots) -> Result<Vec<(String, u64)>> {
    const OKTA: &str = "okta";
    let globs = evidence.config.globs(TEST.id, "idp_tokens")?;
    let types = ["system.api_token.create", "system.api_token.revoke"];
    let wanted = SOURCE.expr().eq(lit(OKTA)).and(is_any(EVENT_TYPE.expr().str().to_lowercase(), &types));
    let (mut other, mut failed) = (0, 0);
    for record in records(evidence, wanted, Raw::Without)? {
        let name = record.target.clone().or_else(|| record.target_id.clone());
        let name = name.unwrap_or_else(|| "(token not named)".to_owned());
        if !globs.any(&name) {
            other += 1;
            continue;
        }
        if record.outcome == "failure" {
            failed += 1;
            continue;
        }
        let told = Told { time: record.time, event_id: Some(record.event_id.clone()) };
        let slot = of(slots, (OKTA, "idp_api_token", &name));
        slot.scopes.insert(record.scope.clone());
        let id = record.target_id.clone().or(Some(name));
        match record.event_type.to_lowercase().ends_with("create") {
            true => slot.make(id, told, record.succeeded()),
            false if record.succeeded() => slot.end(id, told),
            false => {}
        }
    }
    Ok(vec![
        ("API tokens of the identity provider that idp_tokens does not name".to_owned(), other),
        ("failed attempts to make or end an API token of the identity provider".to_owned(), failed),
    ])
}

fn end_with_holder(evidence: &Evidence<'_>, slots: &mut Slots) -> Result<()> {
    let key = |kind, holder: &str| (DATABRICKS.to_owned(), kind, holder.to_owned());
    for deed in deeds(evidence, &[Verb::UserDelete])? {
        let is_service_principal = matches!(deed.subject_kind, SubjectKind::ServicePrincipal | SubjectKind::Unknown);
        if deed.source == DATABRICKS && deed.succeeded() && deed.scope == ACCOUNT && is_service_principal {
            let slot = deed.subject.as_ref().and_then(|holder| slots.get_mut(&key("oauth_secret", holder)));
            if let Some(slot) = slot {
                slot.end_all(&Told { time: deed.time, event_id: Some(deed.event_id.clone()) });
            }
        }
    }
    for record in records(evidence, databricks(evidence, &["unityCatalog.deleteRecipient"])?, Raw::Without)? {
        let holder = record.target.as_ref().map(|name| evidence.name(name)).unwrap_or_default();
        if let Some(slot) = slots.get_mut(&key("recipient_token", &holder)).filter(|_| record.succeeded()) {
            slot.end_all(&Told { time: record.time, event_id: Some(record.event_id.clone()) });
        }
    }
    Ok(())
}

// The console is used by whoever owns the token, not by the token.
fn addresses(evidence: &Evidence<'_>, slots: &mut Slots) -> Result<()> {
    let is_holder = |actor: &&str| {
        let name = evidence.name(actor);
        slots.values().any(|slot| slot.is_connectors && slot.holder == name)
    };
    let holders: BTreeSet<&str> = evidence.sweep()?.present().filter(is_holder).collect();
    if holders.is_empty() {
        return Ok(());
    }
    let by_token = TARGET_KIND.expr().eq(lit("token")).fill_null(lit(false));
    let by_scim = ENDPOINT.expr().eq(lit("scim")).fill_null(lit(false));
    let used = scan(evidence.lake, &EVENTS)?
        .filter(SOURCE.expr().eq(lit(DATABRICKS)).and(OUTCOME.expr().neq(lit("failure"))))
        .filter(is_between(evidence.period.start, evidence.period.end))
        .filter(is_any(ACTOR.expr(), &holders.into_iter().collect::<Vec<_>>()))
        .filter(by_token.or(by_scim).and(SOURCE_IP.expr().is_not_null()))
        .group_by([ACTOR.expr(), SOURCE_IP.expr()])
        .agg([EVENT_ID.expr().min()])
        .sort([ACTOR.name, SOURCE_IP.name], SortMultipleOptions::default());
    let frame = collect(used, "read where credentials were used")?;
    let (actors, addresses, events) = (texts(&frame, ACTOR)?, texts(&frame, SOURCE_IP)?, texts(&frame, EVENT_ID)?);
    for row in 0..frame.height() {
        if let (Some(actor), Some(address), Some(event)) = (actors.get(row), addresses.get(row), events.get(row)) {
            let holder = evidence.name(actor);
            for slot in slots.values_mut().filter(|slot| slot.is_connectors && slot.holder == holder) {
                slot.used_from.entry(address.to_owned()).or_insert_with(|| event.to_owned());
            }
        }
    }
    Ok(())
}
