//! What the cases tell about each other: who is known to Databricks, which groups are pushed, where effects appear.

use std::collections::{BTreeMap, BTreeSet};

use super::super::ACCOUNT;
use super::{Builder, Entitlement};
use crate::change::{Direction, Verb};
use crate::identity::Resolved;

impl Builder<'_> {
    pub(super) fn mark(&mut self, presence: &BTreeMap<String, BTreeSet<String>>) {
        let seen = self.seen(presence);
        let pushed = self.pushed_groups();
        let assigned: BTreeSet<Resolved> = self
            .by_key
            .iter()
            .filter(|(k, _)| k.entitlement == Entitlement::Account)
            .filter(|(k, c)| {
                !k.is_group && c.decisions.iter().any(|d| matches!(d.verb, Verb::AppAssign | Verb::MemberAdd))
            })
            .map(|(k, _)| k.subject.clone())
            .collect();
        let unresolved = self.unresolved_decisions();
        let effect_scopes = self.effect_scopes();
        for (key, case) in &mut self.by_key {
            let scopes = seen.get(key.subject.label());
            let group_is_pushed = match (&key.entitlement, key.is_group) {
                (Entitlement::Member(group), _) => pushed.contains(group),
                (Entitlement::OtherApp(_), _) => false,
                (Entitlement::Account, true) => pushed.contains(key.subject.label()),
                _ => true,
            };
            let person_is_assigned =
                key.is_group || self.everybody_is_pushed || scopes.is_some() || assigned.contains(&key.subject);
            case.is_resolved = key.subject.is_known();
            case.is_known_to_databricks = key.is_group || scopes.is_some();
            case.is_group_pushed = group_is_pushed;
            case.is_pushed = group_is_pushed && person_is_assigned;
            case.is_account = key.entitlement == Entitlement::Account && !key.is_group;
            case.seen_in = scopes.into_iter().flatten().filter(|s| *s != ACCOUNT).cloned().collect();
            case.effect_scopes =
                effect_scopes.get(&(key.is_group, key.entitlement.clone())).cloned().unwrap_or_default();
            case.unresolved_decisions =
                unresolved.get(&key.entitlement).filter(|_| !key.is_group).cloned().unwrap_or_default();
        }
    }

    fn seen(&self, presence: &BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
        let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (actor, scopes) in presence {
            seen.entry(self.identities.canonical(actor)).or_default().extend(scopes.iter().cloned());
        }
        for (key, case) in self.by_key.iter().filter(|(key, _)| !key.is_group) {
            for effect in &case.effects {
                seen.entry(key.subject.label().to_owned()).or_default().insert(effect.scope.clone());
            }
        }
        seen
    }

    // An effect is looked for where the entitlement has had effects of its own; at the account, if it ever had one there.
    fn effect_scopes(&self) -> BTreeMap<(bool, Entitlement), Vec<String>> {
        let mut all: BTreeMap<(bool, Entitlement), BTreeSet<String>> = BTreeMap::new();
        for (key, case) in &self.by_key {
            let scopes = case.effects.iter().map(|e| e.scope.clone());
            all.entry((key.is_group, key.entitlement.clone())).or_default().extend(scopes);
        }
        let narrowed = all.into_iter().map(|(key, scopes)| match scopes.contains(ACCOUNT) {
            true => (key, vec![ACCOUNT.to_owned()]),
            false => (key, scopes.into_iter().collect()),
        });
        narrowed.collect()
    }

    fn pushed_groups(&self) -> BTreeSet<String> {
        let mut pushed: BTreeSet<String> = self.identities.configured_groups().cloned().collect();
        for (key, case) in &self.by_key {
            let is_mapped = case.decisions.iter().any(|d| matches!(d.verb, Verb::PushCreate | Verb::PushRemove));
            if key.is_group && (is_mapped || !case.pushes.is_empty() || !case.effects.is_empty()) {
                pushed.insert(key.subject.label().to_owned());
            }
            if let (Entitlement::Member(group), false) = (&key.entitlement, case.effects.is_empty()) {
                pushed.insert(group.clone());
            }
        }
        pushed
    }

    fn unresolved_decisions(&self) -> BTreeMap<Entitlement, Vec<(i64, Direction)>> {
        let mut all: BTreeMap<Entitlement, Vec<(i64, Direction)>> = BTreeMap::new();
        for (key, case) in self.by_key.iter().filter(|(k, _)| !k.is_group && k.subject.names_nobody()) {
            let decided = case.decisions.iter().filter(|d| d.rank == Some(0)).map(|d| (d.time, d.direction));
            all.entry(key.entitlement.clone()).or_default().extend(decided);
        }
        all
    }
}
