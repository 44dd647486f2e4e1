//! What the identity provider says of a principal: whether it knows it, and whether it is active there.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use crate::change::{Direction, SubjectKind, Verb};
use crate::correlate::TENANT;
use crate::correlate::cases::Key;
use crate::correlate::kernel::Decision;
use crate::correlate::observed::{self, Thing};
use crate::correlate::snapshots;
use crate::error::Result;
use crate::identity::{LinkRow, Resolved};

/// What is known of one principal there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// No record or listing of the identity provider names it.
    Unknown,
    /// It is there, and nothing says that it was ended.
    Active,
    /// It was deactivated or suspended, or is listed so.
    Inactive,
    /// It was deleted.
    Deleted,
}

impl Status {
    /// The word of column `idp_status`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Deleted => "deleted",
        }
    }
}

/// The identity provider's principals.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Keys that the provider's records name.
    linked: BTreeSet<String>,
    /// What the latest listing at or before the end says, by name.
    listed: BTreeMap<String, (i64, bool)>,
    /// Other names of service principals, and the keys that they belong to.
    called: BTreeMap<String, String>,
    /// Names with the mark of a guest, by key.
    guests: BTreeSet<String>,
}

/// Systems that know accounts and are no identity provider of Databricks'.
const OTHERS: [&str; 2] = [crate::source::DATABRICKS, "cloudtrail"];

impl Directory {
    /// Reads what links and listings tell.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let identities = &evidence.correlation.ground.identities;
        let rows = identities.identities_rows();
        let keys: BTreeMap<&str, &str> = rows.iter().map(|row| (row.cluster_id.as_str(), row.key.as_str())).collect();
        let mut directory = Self::default();
        for link in identities.links_rows() {
            if let Some(key) = keys.get(link.cluster_id.as_str()) {
                directory.learn(key, &link);
            }
        }
        for seen in observed::read(evidence.lake)?.and(snapshots::observed(evidence.config)).observations {
            let is_user = seen.thing == Thing::Account && seen.subject.kind != SubjectKind::Group;
            let is_theirs = !seen.is_databricks && seen.scope == TENANT && seen.time < evidence.period.end;
            if let Some(name) = seen.subject.name.filter(|_| is_user && is_theirs) {
                // The observations are in the order of time.
                directory.listed.insert(evidence.name(&name), (seen.time, seen.held));
            }
        }
        Ok(directory)
    }

    fn learn(&mut self, key: &str, link: &LinkRow) {
        if !OTHERS.contains(&link.source.as_str()) {
            self.linked.insert(key.to_owned());
        }
        if link.kind == "service_principal" {
            self.called.insert(link.value.to_lowercase(), key.to_owned());
        }
        if link.value.contains("#ext#") {
            self.guests.insert(key.to_owned());
        }
    }

    /// True when the provider's own list of people is at hand.
    pub(super) fn has_listing(&self) -> bool {
        !self.listed.is_empty()
    }

    /// The key of a principal by whatever name a register has for it.
    pub(super) fn key_of(&self, evidence: &Evidence<'_>, name: &str) -> String {
        self.called.get(&name.trim().to_lowercase()).cloned().unwrap_or_else(|| evidence.name(name))
    }

    /// True when the principal bears the mark of a guest.
    pub(super) fn is_guest(&self, subject: &str) -> bool {
        self.guests.contains(subject)
    }

    /// What the provider says of a principal at the end of the period, and when it last said so.
    pub(super) fn status(&self, evidence: &Evidence<'_>, subject: &str) -> (Status, Option<i64>) {
        let key = Key::account(Resolved::Key(subject.into()));
        let case = evidence.correlation.judged.cases.by_key.get(&key);
        let decisions = case.map_or(&[][..], |case| case.decisions.as_slice());
        let known = decisions.iter().filter(|d| d.time < evidence.period.end);
        // Whoever leaves a directory on which nothing rests has not left.
        let is_idle = |d: &Decision| d.direction == Direction::Revoke && d.rank.is_none();
        let told = known.clone().filter(|d| !is_idle(d)).filter_map(|d| Some((d.time, status_after(d.verb)?)));
        let listed = self
            .listed
            .get(subject)
            .map(|(time, is_active)| (*time, if *is_active { Status::Active } else { Status::Inactive }));
        // A listing counts before the changes of its instant.
        let last = listed.into_iter().chain(told).enumerate().max_by_key(|(order, (time, _))| (*time, *order));
        match last {
            Some((_, (time, status))) => (status, Some(time)),
            None if known.clone().next().is_some() => (Status::Active, known.map(|d| d.time).max()),
            None if self.linked.contains(subject) => (Status::Active, None),
            None => (Status::Unknown, None),
        }
    }
}

/// What a decision makes of the person's account at the provider; `None` = nothing.
const fn status_after(verb: Verb) -> Option<Status> {
    match verb {
        Verb::UserDeactivate | Verb::UserSuspend => Some(Status::Inactive),
        Verb::UserDelete => Some(Status::Deleted),
        Verb::UserCreate | Verb::UserActivate | Verb::UserUnsuspend => Some(Status::Active),
        _ => None,
    }
}
