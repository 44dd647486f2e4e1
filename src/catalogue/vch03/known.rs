//! Who is on both sides, and what the logs say of them.

use std::collections::{BTreeMap, BTreeSet};

use super::Key;
use super::listed::{Account, Side};
use crate::catalogue::Evidence;
use crate::change::{SubjectKind, Verb};
use crate::correlate::acts::Act;
use crate::identity::{Identities, LinkRow, Resolved, Sighting};
use crate::source::DATABRICKS;

/// Names and ids of every identity, and the acts on its account.
pub(super) struct Known<'e> {
    identities: &'e Identities,
    /// Links by key.
    links: BTreeMap<Key, Vec<LinkRow>>,
    /// Keys whose directory id is this.
    owners: BTreeMap<String, BTreeSet<Key>>,
    /// Acts in the order of time, by side and key.
    acts: BTreeMap<(Side, Key), Vec<Act<'e>>>,
}

/// Verbs that tell of a principal itself.
const OWN: [Verb; 10] = [
    Verb::UserCreate,
    Verb::UserUpdate,
    Verb::UserActivate,
    Verb::UserDeactivate,
    Verb::UserDelete,
    Verb::GroupCreate,
    Verb::GroupUpdate,
    Verb::GroupDelete,
    Verb::UserSuspend,
    Verb::UserUnsuspend,
];

impl<'e> Known<'e> {
    pub(super) fn of(evidence: &Evidence<'e>) -> Self {
        let identities = &evidence.correlation.ground.identities;
        let mut known = Self { identities, links: BTreeMap::new(), owners: BTreeMap::new(), acts: BTreeMap::new() };
        let rows = identities.identities_rows().into_iter();
        let keys: BTreeMap<String, Key> = rows.map(|r| (r.cluster_id, (r.kind == "group", r.key))).collect();
        for link in identities.links_rows() {
            let Some(key) = keys.get(&link.cluster_id) else { continue };
            if link.source != DATABRICKS && link.value_kind == "id" {
                known.owners.entry(link.value.clone()).or_default().insert(key.clone());
            }
            known.links.entry(key.clone()).or_default().push(link);
        }
        for act in evidence.correlation.judged.acts.iter() {
            let side = match act.plane {
                "authority" => Side::Provider,
                "effect" => Side::Databricks,
                _ => continue,
            };
            if act.outcome == "success" && OWN.contains(&act.verb) {
                let Some(key) = known.key(&act) else { continue };
                known.acts.entry((side, key)).or_default().push(act);
            }
        }
        known
    }

    /// Whom an act is about; `None` = that is not resolved.
    pub(super) fn key(&self, act: &Act<'_>) -> Option<Key> {
        let is_group = matches!(act.verb, Verb::GroupCreate | Verb::GroupUpdate | Verb::GroupDelete);
        let (name, id, external_id) = (act.subject, act.subject_id, act.subject_external_id);
        let found = match is_group {
            true => self.identities.group(act.source, name, id, act.time),
            false => {
                let kind = if act.subject_kind == "service_principal" {
                    SubjectKind::ServicePrincipal
                } else {
                    SubjectKind::User
                };
                let seen =
                    Sighting { name, id, external_id, scope: act.scope, ..Sighting::new(act.source, kind, act.time) };
                self.identities.person(seen)
            }
        };
        match found {
            Resolved::Key(key) => Some((is_group, key.to_string())),
            Resolved::Unresolved(_) => None,
        }
    }

    /// The same of an entry in a list.
    pub(super) fn listed(&self, seen: Sighting<'_>) -> Option<Key> {
        let is_group = seen.kind == SubjectKind::Group;
        let found = match is_group {
            // A provider's list names its own groups; only the scope says whose it is.
            true => match seen.scope {
                "tenant" => Resolved::Key(self.identities.mapped_group(seen.name?).into()),
                _ => self.identities.group(seen.source, seen.name, seen.id, seen.time),
            },
            false => self.identities.person(seen),
        };
        match found {
            Resolved::Key(key) => Some((is_group, key.to_string())),
            Resolved::Unresolved(_) => None,
        }
    }

    /// Keys that both a directory and Databricks know before an instant.
    pub(super) fn on_both_sides(&self, evidence: &Evidence<'_>, until: i64) -> BTreeSet<Key> {
        let mut sides: BTreeMap<Key, BTreeSet<Side>> = BTreeMap::new();
        for (key, links) in &self.links {
            let stands = |link: &&LinkRow| {
                link.valid_from.is_none_or(|from| from < until) && link.valid_until.is_none_or(|end| end >= until)
            };
            let sides = sides.entry(key.clone()).or_default();
            sides.extend(links.iter().filter(stands).map(|link| side(&link.source)));
        }
        for ((side, key), acts) in &self.acts {
            if acts.iter().any(|act| act.time < until) {
                sides.entry(key.clone()).or_default().insert(*side);
            }
        }
        // An account that no record gives an id for has no link.
        for (key, case) in evidence.correlation.judged.cases.by_key.iter() {
            if case.is_known_to_databricks && !key.is_group && key.subject.is_known() {
                sides.entry((false, key.subject.label().to_owned())).or_default().insert(Side::Databricks);
            }
        }
        sides.into_iter().filter(|(_, sides)| sides.len() == 2).map(|(key, _)| key).collect()
    }

    /// What the logs of a side say of a principal, in the order of time.
    pub(super) fn acts(&self, side: Side, key: &Key) -> &[Act<'e>] {
        self.acts.get(&(side, key.clone())).map_or(&[], Vec::as_slice)
    }

    /// Whether a side deleted it after one instant and before another, and did not make it again.
    pub(super) fn is_deleted(&self, side: Side, key: &Key, from: i64, until: i64) -> bool {
        let is_own = |act: &&Act<'_>| {
            (from..until).contains(&act.time) && !matches!(act.verb, Verb::UserUpdate | Verb::GroupUpdate)
        };
        let last = self.acts(side, key).iter().rfind(is_own);
        last.is_some_and(|act| matches!(act.verb, Verb::UserDelete | Verb::GroupDelete))
    }

    /// Names that a side has for a principal at some time of a span.
    pub(super) fn names(&self, of: Side, key: &Key, from: i64, to: i64) -> BTreeSet<&str> {
        let is_meant = |link: &&LinkRow| {
            side(&link.source) == of
                && matches!(link.value_kind, "name" | "email" | "alias")
                && link.valid_from.is_none_or(|start| start <= to)
                && link.valid_until.is_none_or(|end| end > from)
        };
        let links = self.links.get(key).into_iter().flatten().filter(is_meant).map(|link| link.value.as_str());
        // An account without an id has the name that it was last called by.
        let acts = self.acts(of, key);
        let before = acts.iter().rfind(|act| act.time < from).into_iter();
        let within = acts.iter().filter(|act| (from..=to).contains(&act.time));
        links.chain(before.chain(within).filter_map(|act| act.subject)).collect()
    }

    /// Whether a directory has that id for somebody whom no directory calls by the account's name or id.
    pub(super) fn is_of_a_stranger(&self, id: &str, account: &Account) -> bool {
        let name = account.name.as_deref().map(str::to_lowercase);
        let is_meant = |link: &LinkRow| {
            side(&link.source) == Side::Provider
                && (link.value == account.id || Some(link.value.to_lowercase()) == name)
        };
        self.owners.contains_key(id) && !self.links.get(&account.key).into_iter().flatten().any(is_meant)
    }

    /// Whether a directory has that id for somebody else alone.
    pub(super) fn is_anothers(&self, id: &str, key: &Key) -> bool {
        self.owners.get(id).is_some_and(|owners| !owners.contains(key))
    }
}

fn side(source: &str) -> Side {
    if source == DATABRICKS { Side::Databricks } else { Side::Provider }
}
