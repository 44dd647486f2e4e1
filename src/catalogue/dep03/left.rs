//! What was held after a departure, from every store of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::run_as::{RunAs, run_as};
use crate::access::{Basis, Bounds, Held, What};
use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, deeds};
use crate::catalogue::departures::Departure;
use crate::catalogue::residents::granter;
use crate::catalogue::stock::{Expiry, Good, KINDS, PERSONAL_TOKEN, RECIPIENT_TOKEN, VERBS};
use crate::change::{EntitlementKind, Verb};
use crate::correlate::ACCOUNT;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::Case;
use crate::error::Result;

/// Kinds of what may be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Residue {
    Membership,
    Admin,
    Privilege,
    Ownership,
    Token,
    Secret,
    RunAs,
    ShareRecipient,
}

impl Residue {
    /// Every kind, in the order of the reports.
    pub(super) const ALL: [Self; 8] = [
        Self::Membership,
        Self::Admin,
        Self::Privilege,
        Self::Ownership,
        Self::Token,
        Self::Secret,
        Self::RunAs,
        Self::ShareRecipient,
    ];

    /// The word of column `residue_kind`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Membership => "membership",
            Self::Admin => "admin",
            Self::Privilege => "privilege",
            Self::Ownership => "ownership",
            Self::Token => "token",
            Self::Secret => "secret",
            Self::RunAs => "run_as",
            Self::ShareRecipient => "share_recipient",
        }
    }
}

/// One thing that was held after the departure.
#[derive(Debug, Clone)]
pub(super) struct Left {
    /// What.
    pub(super) object: String,
    /// Where.
    pub(super) scope: String,
    /// First instant, as far as it is known.
    pub(super) from: i64,
    /// First instant after it; `None` = still so.
    pub(super) until: Option<i64>,
    /// When it was granted; `None` = no grant at hand.
    pub(super) granted_at: Option<i64>,
    pub(super) granted_by: Option<String>,
    pub(super) event_ids: Vec<String>,
}

/// Everything that leavers may have held.
pub(super) struct Stores<'e> {
    by_subject: BTreeMap<String, Vec<(Residue, Left)>>,
    created: BTreeMap<&'e str, i64>,
    /// When listings of a kind were made, ordered.
    listings: BTreeMap<Residue, Vec<i64>>,
}

impl<'e> Stores<'e> {
    /// Reads what those leavers held.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &'e Evidence<'_>, leavers: &[Departure<'e>]) -> Result<Self> {
        let names: BTreeSet<&str> = leavers.iter().map(|leaver| leaver.key.subject.label()).collect();
        let mut stores = Self { by_subject: BTreeMap::new(), created: BTreeMap::new(), listings: BTreeMap::new() };
        if names.is_empty() {
            return Ok(stores);
        }
        stores.take_access(evidence, &names);
        stores.take_goods(evidence, &names)?;
        for RunAs { principal, object, scope, from, until, granted_by, event_ids } in run_as(evidence)? {
            let left = Left { object, scope, from, until, granted_at: Some(from), granted_by, event_ids };
            stores.put(&principal, Residue::RunAs, left);
        }
        stores.listings.values_mut().for_each(|times| times.sort_unstable());
        Ok(stores)
    }

    fn put(&mut self, subject: &str, kind: Residue, left: Left) {
        self.by_subject.entry(subject.to_owned()).or_default().push((kind, left));
    }

    fn take_access(&mut self, evidence: &'e Evidence<'_>, names: &BTreeSet<&str>) {
        let direct: Vec<&Held<'_>> = evidence.access().rows.iter().filter(|row| row.via.is_empty()).collect();
        for holding in direct.chunk_by(|a, b| a.pair == b.pair && a.holding == b.holding) {
            let (Some(first), Some(last)) = (holding.first(), holding.last()) else { continue };
            if !names.contains(first.pair.subject) {
                continue;
            }
            let kind = match first.pair.entitlement_kind {
                EntitlementKind::Membership => Residue::Membership,
                EntitlementKind::Admin => Residue::Admin,
                _ => continue,
            };
            let ids = [first.opened.by, last.closed.and_then(|edge| edge.by)];
            let left = Left {
                object: first.pair.entitlement.to_owned(),
                scope: first.pair.scope.to_owned(),
                from: first.opened.time.unwrap_or(i64::MIN),
                until: last.closed.and_then(|edge| edge.time),
                granted_at: first.opened.time.filter(|_| first.opened.basis == Basis::Effect),
                granted_by: granter(evidence, first),
                event_ids: ids.into_iter().flatten().map(str::to_owned).collect(),
            };
            self.put(first.pair.subject, kind, left);
        }
        for history in evidence.histories() {
            let kind = match history.pair.entitlement_kind {
                EntitlementKind::Membership => Residue::Membership,
                EntitlementKind::Admin => Residue::Admin,
                _ => continue,
            };
            let seen = history.facts.iter().filter(|fact| matches!(fact.what, What::Seen { .. })).map(|fact| fact.time);
            let listed = seen.chain(history.listings.iter().map(|listing| listing.time));
            self.listings.entry(kind).or_default().extend(listed);
        }
        // A workspace's row may be the admission of somebody whom the account has had for long.
        for (key, case) in accounts(evidence, names) {
            let made = case
                .effects
                .iter()
                .find(|e| e.verb == Verb::UserCreate && evidence.correlation.ground.scopes.name(e.scope) == ACCOUNT);
            if let Some(made) = made {
                self.created.insert(key.subject.label(), made.time);
            }
        }
    }

    fn take_goods(&mut self, evidence: &Evidence<'_>, names: &BTreeSet<&str>) -> Result<()> {
        let (changes, stock, expiry) = (deeds(evidence, VERBS)?, evidence.stock()?, Expiry::read(evidence)?);
        let by_event: BTreeMap<&str, &Deed> = changes.iter().rev().map(|deed| (deed.event_id.as_str(), deed)).collect();
        let deleted = deletions(evidence, names);
        for count in stock.counts().iter().filter(|count| count.is_whole) {
            let kind = if count.is_of_tokens() { Residue::Token } else { Residue::Privilege };
            self.listings.entry(kind).or_default().push(count.listing.time);
        }
        for (good, held) in stock.held(KINDS, &Bounds::of(evidence.correlation, evidence.period), |_| true) {
            let deed = held.opened.by.and_then(|event| by_event.get(event).copied());
            let maker = deed.and_then(|deed| deed.actor.as_deref()).filter(|_| knows(good));
            let kind = kind_of(good);
            let holders: BTreeSet<&str> = [Some(good.subject.as_str()), maker].into_iter().flatten().collect();
            for holder in holders.into_iter().filter(|holder| names.contains(holder)) {
                let mut until = held.closed.and_then(|edge| edge.time);
                if kind == Residue::Token {
                    let from = held.opened.time.unwrap_or(i64::MIN);
                    let gone = deleted.get(holder).into_iter().flatten().copied().find(|time| *time >= from);
                    until = [until, expiry.of(good, &held), gone].into_iter().flatten().min();
                }
                self.put(holder, kind, of_good(good, &held, until, deed));
            }
        }
        Ok(())
    }

    /// What of a kind was held within the span, and not only before the period began.
    pub(super) fn left(&self, leaver: &Departure<'_>, kind: Residue, span: Range<i64>, start: i64) -> Vec<Left> {
        let all = self.by_subject.get(leaver.key.subject.label()).into_iter().flatten();
        let is_left = |one: &&(Residue, Left)| {
            let (of_kind, left) = one;
            let until = left.until.unwrap_or(i64::MAX);
            *of_kind == kind && left.from < span.end && until > span.start && until > start
        };
        let mut found: Vec<Left> = all.filter(is_left).map(|(_, left)| left.clone()).collect();
        found.sort_by(|a, b| (&a.object, &a.scope, a.from).cmp(&(&b.object, &b.scope, b.from)));
        found
    }

    /// When the leaver's account was made, if a record says so and it was before the departure.
    pub(super) fn created_at(&self, leaver: &Departure<'_>) -> Option<i64> {
        self.created.get(leaver.key.subject.label()).copied().filter(|time| *time <= leaver.start)
    }

    /// The last listing of a kind before an instant.
    pub(super) fn listed_before(&self, kind: Residue, instant: i64) -> Option<i64> {
        let times = self.listings.get(&kind)?;
        times[..times.partition_point(|time| *time < instant)].last().copied()
    }
}

/// The cases of some principals' accounts.
fn accounts<'e>(evidence: &'e Evidence<'_>, names: &BTreeSet<&str>) -> impl Iterator<Item = (&'e Key, &'e Case)> {
    evidence.correlation.judged.cases.by_key.iter().filter(|(key, _)| {
        key.entitlement == Entitlement::Account && !key.is_group && names.contains(key.subject.label())
    })
}

/// When the accounts of some were deleted: what is signed with the account ends with it.
fn deletions<'e>(evidence: &'e Evidence<'_>, names: &BTreeSet<&str>) -> BTreeMap<&'e str, Vec<i64>> {
    let mut all: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (key, case) in accounts(evidence, names) {
        let deleted = case.effects.iter().filter(|effect| {
            effect.verb == Verb::UserDelete && evidence.correlation.ground.scopes.name(effect.scope) == ACCOUNT
        });
        all.entry(key.subject.label()).or_default().extend(deleted.map(|effect| effect.time));
    }
    all
}

fn of_good(good: &Good, held: &Held<'_>, until: Option<i64>, deed: Option<&Deed>) -> Left {
    let opened = held.opened;
    // What a companion file lists is no event of the lake.
    let events = [Some(opened), held.closed].into_iter().flatten().filter(|edge| edge.basis != Basis::Snapshot);
    Left {
        object: match &good.privilege {
            Some(privilege) => format!("{privilege} on {}", good.object),
            None => good.object.clone(),
        },
        scope: good.scope.clone(),
        from: opened.time.unwrap_or(i64::MIN),
        until,
        granted_at: opened.time.filter(|_| opened.basis == Basis::Effect),
        granted_by: deed.and_then(|deed| deed.actor.clone()),
        event_ids: events.filter_map(|edge| edge.by).map(str::to_owned).collect(),
    }
}

/// Credentials that whoever made them knows, whoever they belong to; and those of which only an id tells the owner.
fn knows(good: &Good) -> bool {
    let is_secret = ["oauth_secret:", "oauth_app:"].iter().any(|kind| good.object.starts_with(kind));
    let is_nameless = good.object.starts_with(PERSONAL_TOKEN) && good.subject.starts_with("id:");
    good.kind == EntitlementKind::Token && (is_secret || is_nameless)
}

fn kind_of(good: &Good) -> Residue {
    let object = good.object.as_str();
    let owns = good.privilege.as_deref().is_some_and(|word| {
        let word = word.to_uppercase();
        word == "IS_OWNER" || word == "OWNER"
    });
    match good.kind {
        EntitlementKind::Ownership => Residue::Ownership,
        EntitlementKind::Token if object.starts_with(PERSONAL_TOKEN) => Residue::Token,
        EntitlementKind::Token if object.starts_with(RECIPIENT_TOKEN) => Residue::ShareRecipient,
        EntitlementKind::Token => Residue::Secret,
        _ if object.starts_with("secret_scope:") => Residue::Secret,
        _ if object.starts_with("share:") => Residue::ShareRecipient,
        _ if owns => Residue::Ownership,
        _ => Residue::Privilege,
    }
}
