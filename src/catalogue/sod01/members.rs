//! Whether whoever grants to a group is a member of it.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::TEST;
use crate::access::{Held, State};
use crate::catalogue::Evidence;
use crate::catalogue::grants::Grant;
use crate::change::{EntitlementKind, Verb};
use crate::config::{ByEnvironment, Globs, Values};
use crate::correlate::ACCOUNT;
use crate::error::Result;

/// What is known of somebody as a member of a group at an instant.
pub(super) enum Standing {
    Member,
    NoMember,
    /// The group's members are not known.
    Unknown,
    /// They would be, but for this hole.
    Unwatched(String),
}

/// Who may grant to a group all the same.
#[derive(Debug)]
struct Rule {
    owners: BTreeMap<String, BTreeSet<String>>,
    system: Globs,
}

impl Rule {
    fn new(evidence: &Evidence<'_>, here: Values<'_>) -> Result<Self> {
        let owners = here
            .lists(TEST.id, "group_owners")?
            .into_iter()
            .map(|(group, people)| (group.to_lowercase(), people.iter().map(|person| evidence.name(person)).collect()));
        Ok(Self { owners: owners.collect(), system: here.globs(TEST.id, "system_groups")? })
    }
}

/// The members of the groups to which something was granted.
pub(super) struct Members<'c, 'e> {
    evidence: &'c Evidence<'e>,
    held: BTreeMap<(&'c str, &'c str), Vec<&'c Held<'e>>>,
    /// The first instant from which a group's members are known: it was made, or all its members were listed.
    known_from: BTreeMap<&'c str, i64>,
    rules: ByEnvironment<Rule>,
}

impl<'c, 'e> Members<'c, 'e> {
    pub(super) fn new(evidence: &'c Evidence<'e>, all: &[Grant<'_>]) -> Result<Self> {
        let actors: HashSet<&str, FixedState> = all.iter().filter_map(|grant| grant.actor.as_deref()).collect();
        let mut held: BTreeMap<(&str, &str), Vec<&Held<'_>>> = BTreeMap::new();
        let is_membership = |row: &&Held<'_>| row.pair.entitlement_kind == EntitlementKind::Membership;
        for row in evidence.access().rows.iter().filter(is_membership) {
            if actors.contains(row.pair.subject) && row.state == State::InForce {
                held.entry((row.pair.subject, row.pair.entitlement)).or_default().push(row);
            }
        }
        Ok(Self {
            evidence,
            held,
            known_from: known_from(evidence),
            rules: ByEnvironment::new(evidence.config, |here| Rule::new(evidence, here))?,
        })
    }

    pub(super) fn standing(&self, actor: &str, grant: &Grant<'_>) -> Standing {
        let group = grant.subject.as_str();
        let rule = self.rules.at(self.evidence.config.environment(&grant.scope));
        let is_owner = rule.owners.get(&group.to_lowercase()).is_some_and(|owners| owners.contains(actor));
        if is_owner || rule.system.any(group) {
            return Standing::NoMember;
        }
        let mut rows = self.held.get(&(actor, group)).into_iter().flatten();
        if rows.any(|row| row.holds_at(grant.time)) {
            return Standing::Member;
        }
        let Some(from) = self.known_from.get(group).filter(|from| **from <= grant.time) else {
            return Standing::Unknown;
        };
        let watched = |log: &crate::coverage::Log| {
            log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || log.scope == grant.scope)
        };
        self.evidence.hole(watched, *from, grant.time).map_or(Standing::NoMember, Standing::Unwatched)
    }
}

fn known_from<'e>(evidence: &'e Evidence<'_>) -> BTreeMap<&'e str, i64> {
    let judged = &evidence.correlation.judged;
    let mut known: BTreeMap<&str, i64> = BTreeMap::new();
    let mut learn = |group: &'e str, time: i64| {
        let first = known.entry(group).or_insert(time);
        *first = (*first).min(time);
    };
    for v in judged.vouching.iter().filter(|v| !v.is_twin && judged.acts.verb(v.effect) == Verb::GroupCreate) {
        learn(v.key.subject.label(), judged.acts.time(v.effect));
    }
    for history in evidence.histories().iter().filter(|h| h.pair.entitlement_kind == EntitlementKind::Membership) {
        for listing in history.listings {
            learn(history.pair.entitlement, listing.time);
        }
    }
    known
}
