//! What the cases tell about each other: who is known to Databricks, which groups are pushed, where effects appear.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::kernel::{Observation, Scope};
use super::Entitlement;
use super::builder::Builder;
use crate::change::Verb;
use crate::identity::Resolved;

impl Builder<'_> {
    /// Lays what listings saw onto the cases, in the scopes in which they have effects.
    pub(super) fn observe(&mut self) {
        let (noted, scopes) = (&self.ground.noted, &self.ground.scopes);
        if noted.is_empty() {
            return;
        }
        for (key, case) in &mut self.by_key.all {
            let places: BTreeSet<Scope> = case.effects.iter().map(|e| e.scope).collect();
            for scope in places {
                let seen = noted.seen_of(key, scopes.name(scope));
                let listings = noted.listings(key.is_group, key.subject.label(), &key.entitlement, scopes.name(scope));
                let unseen = listings.iter().filter(|l| !seen.iter().any(|s| s.event_id == l.event_id));
                case.observations.extend(seen.iter().map(|s| Observation { time: s.time, scope, held: s.held }));
                case.observations.extend(unseen.map(|l| Observation { time: l.time, scope, held: false }));
            }
            case.observations.sort_by_key(|o| o.time);
        }
    }

    pub(super) fn mark(&mut self) {
        let seen = self.seen();
        let pushed = self.pushed_groups();
        let assigned = self.assigned();
        let everybody_is_pushed = self.rules.everybody_is_pushed;
        for (key, case) in &mut self.by_key.all {
            let acted = self.ground.presence.get(key.subject.label());
            let scopes: BTreeSet<Scope> =
                seen.get(key.subject.label()).into_iter().chain(acted).flatten().copied().collect();
            let group_is_pushed = match (&key.entitlement, key.is_group) {
                (Entitlement::Member(group), _) => pushed.contains(&**group),
                (Entitlement::OtherApp(_), _) => false,
                (Entitlement::Account, true) => pushed.contains(key.subject.label()),
                _ => true,
            };
            let person_is_assigned =
                key.is_group || everybody_is_pushed || !scopes.is_empty() || assigned.contains(&key.subject);
            case.is_resolved = key.subject.is_known();
            case.is_known_to_databricks = key.is_group || !scopes.is_empty();
            case.is_group_pushed = group_is_pushed;
            case.is_pushed = group_is_pushed && person_is_assigned;
            case.is_account = key.entitlement == Entitlement::Account && !key.is_group;
            case.seen_in = scopes.into_iter().filter(|s| *s != Scope::ACCOUNT).collect();
            let place = (key.is_group, key.entitlement.clone());
            case.effect_scopes = self.ground.effect_scopes.get(&place).cloned().unwrap_or_default();
            if !key.is_group {
                case.unresolved_decisions = self.ground.unresolved.get(&key.entitlement).cloned().unwrap_or_default();
            }
        }
    }

    fn assigned(&self) -> HashSet<Resolved> {
        let accounts = self.by_key.iter().filter(|(k, _)| k.entitlement == Entitlement::Account && !k.is_group);
        accounts
            .filter(|(_, c)| {
                c.decisions.iter().any(|d| matches!(d.verb, Verb::AppAssign | Verb::MemberAdd | Verb::PushCreate))
            })
            .map(|(k, _)| k.subject.clone())
            .collect()
    }

    fn seen(&self) -> BTreeMap<String, BTreeSet<Scope>> {
        let mut seen: BTreeMap<String, BTreeSet<Scope>> = BTreeMap::new();
        for (key, case) in self.by_key.iter().filter(|(key, case)| !key.is_group && !case.effects.is_empty()) {
            let of_subject = seen.entry(key.subject.label().to_owned()).or_default();
            of_subject.extend(case.effects.iter().map(|e| e.scope));
        }
        seen
    }

    fn pushed_groups(&self) -> HashSet<String> {
        let mut pushed: HashSet<String> = self.ground.identities.configured_groups().cloned().collect();
        for (key, case) in self.by_key.iter().filter(|(key, _)| key.is_group) {
            let is_mapped = case.decisions.iter().any(|d| matches!(d.verb, Verb::PushCreate | Verb::PushRemove));
            if is_mapped || !case.pushes.is_empty() || !case.effects.is_empty() {
                pushed.insert(key.subject.label().to_owned());
            }
        }
        pushed.extend(self.ground.effect_scopes.keys().filter_map(|(_, entitlement)| match entitlement {
            Entitlement::Member(group) => Some(group.to_string()),
            _ => None,
        }));
        pushed
    }
}
