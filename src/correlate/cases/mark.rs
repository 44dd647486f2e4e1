//! What the cases tell about each other: who is known to Databricks, which groups are pushed, where effects appear.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::super::kernel::{Observation, Scope};
use super::Entitlement;
use super::builder::Builder;
use super::keys::Holder;
use crate::change::Verb;

impl<'a> Builder<'a> {
    /// Lays what listings saw onto the cases, in the scopes in which they have effects.
    pub(super) fn observe(&mut self) {
        let (noted, scopes) = (&self.ground.noted, &self.ground.scopes);
        if noted.is_empty() {
            return;
        }
        for (_, key, case) in self.by_key.each_mut() {
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
        let keys = &self.ground.keys;
        for (place, key, case) in self.by_key.each_mut() {
            let known = seen.get(&keys.label(place.holder));
            let group_is_pushed = match (&key.entitlement, key.is_group) {
                (Entitlement::Member(group), _) => pushed.contains(&**group),
                (Entitlement::OtherApp(_), _) => false,
                (Entitlement::Account, true) => pushed.contains(key.subject.label()),
                _ => true,
            };
            let person_is_assigned =
                key.is_group || everybody_is_pushed || known.is_some() || assigned.contains(&place.holder);
            case.is_resolved = key.subject.is_known();
            case.is_known_to_databricks = key.is_group || known.is_some();
            case.is_group_pushed = group_is_pushed;
            case.is_pushed = group_is_pushed && person_is_assigned;
            case.is_account = key.entitlement == Entitlement::Account && !key.is_group;
            case.seen_in = known.cloned().unwrap_or_default();
            case.effect_scopes = self.ground.effect_scopes.get(&place.thing).cloned().unwrap_or_default();
            if !key.is_group {
                case.unresolved_decisions = self.ground.unresolved.get(&place.thing).cloned().unwrap_or_default();
            }
        }
    }

    fn assigned(&self) -> HashSet<Holder, RandomState> {
        let account = self.ground.account;
        let is_assignment = |v: Verb| matches!(v, Verb::AppAssign | Verb::MemberAdd | Verb::PushCreate);
        let assigned = self.by_key.each().filter(|(place, case)| {
            place.thing == account && case.decisions.iter().any(|decision| is_assignment(decision.verb))
        });
        assigned.map(|(place, _)| place.holder).collect()
    }

    /// The workspaces in which subjects were seen, by label; whoever was seen nowhere is missing.
    fn seen(&self) -> HashMap<u32, Arc<[Scope]>, RandomState> {
        let keys = &self.ground.keys;
        let mut seen: HashMap<u32, (Vec<Scope>, bool), RandomState> = HashMap::default();
        for (place, key, case) in self.by_key.each_with_keys() {
            let (scopes, is_asked) = seen.entry(keys.label(place.holder)).or_default();
            if !std::mem::replace(is_asked, true) {
                scopes.extend(self.ground.presence.get(key.subject.label()).into_iter().flatten());
            }
            if !key.is_group {
                scopes.extend(case.effects.iter().map(|e| e.scope));
                scopes.dedup();
            }
        }
        let workspaces = |(label, (mut scopes, _)): (u32, (Vec<Scope>, bool))| {
            scopes.sort_unstable();
            scopes.dedup();
            let is_seen = !scopes.is_empty();
            is_seen.then(|| (label, scopes.into_iter().filter(|s| *s != Scope::ACCOUNT).collect()))
        };
        seen.into_iter().filter_map(workspaces).collect()
    }

    fn pushed_groups(&self) -> HashSet<&'a str> {
        let ground = self.ground;
        let keys = &ground.keys;
        let mut pushed: HashSet<&str> = ground.identities.configured_groups().map(String::as_str).collect();
        for (place, case) in self.by_key.each().filter(|(place, _)| keys.thing(place.thing).0) {
            let is_mapped = case.decisions.iter().any(|d| matches!(d.verb, Verb::PushCreate | Verb::PushRemove));
            if is_mapped || !case.pushes.is_empty() || !case.effects.is_empty() {
                pushed.insert(keys.holder(place.holder).label());
            }
        }
        pushed.extend(ground.effect_scopes.keys().filter_map(|thing| match &keys.thing(*thing).1 {
            Entitlement::Member(group) => Some(&**group),
            _ => None,
        }));
        pushed
    }
}
