//! Who holds an administrator role, from when until when.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::access::State;
use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, deeds};
use crate::catalogue::privileges::kind;
use crate::change::{EntitlementKind, SubjectKind, Verb};
use crate::config::hex;
use crate::correlate::ACCOUNT;
use crate::error::Result;

/// One role of one principal.
#[derive(Debug, Clone)]
pub(super) struct Role<'c> {
    principal: String,
    pub(super) kind: SubjectKind,
    pub(super) name: String,
    pub(super) scope: &'c str,
    from: Option<i64>,
    /// `None` = still held at the end of the evidence.
    pub(super) until: Option<i64>,
    pub(super) opened_by: Option<String>,
    pub(super) closed_by: Option<String>,
}

impl Role<'_> {
    fn holds_at(&self, instant: i64) -> bool {
        self.from.is_none_or(|from| from <= instant) && self.until.is_none_or(|until| instant < until)
    }
}

/// All roles on record.
pub(super) struct Roles<'c> {
    all: Vec<Role<'c>>,
    /// The listings of roles, by scope.
    listed: BTreeMap<&'c str, BTreeSet<i64>>,
}

/// Who was on the roster at an instant.
pub(super) struct Roster<'r> {
    pub(super) by_principal: BTreeMap<&'r str, Vec<&'r Role<'r>>>,
    /// SHA-256 of the names, sorted and joined by line feeds.
    pub(super) digest: String,
}

impl<'c> Roles<'c> {
    pub(super) fn read(evidence: &'c Evidence<'_>) -> Result<Self> {
        let rows = evidence.access().rows.iter();
        let held =
            rows.filter(|row| row.pair.entitlement_kind == EntitlementKind::Admin && row.state == State::InForce);
        let mut all: Vec<Role<'c>> = held
            .map(|row| Role {
                principal: row.pair.subject.to_owned(),
                kind: row.pair.subject_kind,
                name: row.pair.entitlement.to_owned(),
                scope: row.pair.scope,
                from: row.opened.time,
                until: row.closed.and_then(|edge| edge.time),
                opened_by: row.opened.by.map(str::to_owned),
                closed_by: row.closed.and_then(|edge| edge.by).map(str::to_owned),
            })
            .collect();
        all.extend(metastore_owners(&deeds(evidence, &[Verb::OwnerChange])?));
        let mut listed: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for history in evidence.histories().iter().filter(|h| h.pair.entitlement_kind == EntitlementKind::Admin) {
            listed.entry(history.pair.scope).or_default().extend(history.listings.iter().map(|listing| listing.time));
        }
        Ok(Self { all, listed })
    }

    pub(super) fn at(&self, instant: i64) -> Roster<'_> {
        let mut by_principal: BTreeMap<&str, Vec<&Role<'_>>> = BTreeMap::new();
        for role in self.all.iter().filter(|role| role.holds_at(instant)) {
            by_principal.entry(&role.principal).or_default().push(role);
        }
        let names: Vec<&str> = by_principal.keys().copied().collect();
        let digest = hex(&Sha256::digest(names.join("\n").as_bytes()));
        Roster { by_principal, digest }
    }

    /// From when on the roster at the instant leans on the logs: the last listing of roles before it, in the scope where it is oldest.
    /// `None` = some scope that has a log has no listing, so that the roster may not be whole.
    pub(super) fn known_from(&self, evidence: &Evidence<'_>, instant: i64) -> Option<i64> {
        let logs = evidence.coverage.logs().filter(|log| log.source == crate::source::DATABRICKS);
        let scopes: BTreeSet<&str> = logs.map(|log| log.scope.as_str()).chain([ACCOUNT]).collect();
        let last = |scope: &&str| self.listed.get(*scope)?.range(..=instant).next_back().copied();
        scopes.iter().map(last).collect::<Option<BTreeSet<i64>>>()?.first().copied()
    }
}

/// The owner of a metastore administers it.
fn metastore_owners<'c>(changes: &[Deed]) -> Vec<Role<'c>> {
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found: Vec<Role<'_>> = Vec::new();
    for deed in changes.iter().filter(|deed| deed.succeeded() && deed.plane == "effect") {
        let (Some(securable), Some(owner)) = (deed.securable.as_deref(), deed.subject.as_deref()) else { continue };
        if kind(securable) != "metastore" {
            continue;
        }
        if let Some(before) = last.insert(securable, found.len()) {
            found[before].until = Some(deed.time);
            found[before].closed_by = Some(deed.event_id.clone());
        }
        found.push(Role {
            principal: owner.to_owned(),
            kind: deed.subject_kind,
            name: "metastore_admin".to_owned(),
            scope: ACCOUNT,
            from: Some(deed.time),
            until: None,
            opened_by: Some(deed.event_id.clone()),
            closed_by: None,
        });
    }
    found
}
