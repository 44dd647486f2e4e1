//! What the cases tell about each other: who is known to Databricks, which groups are pushed, where effects appear.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::super::kernel::{Case, Decision, Instant, Observation, Push, Scope};
use super::Entitlement;
use super::accounts::observed;
use super::builder::Builder;
use super::keys::{Holder, Place, Thing, bare};
use crate::change::{Direction, Verb};
use crate::identity::Resolved;

impl<'a> Builder<'a> {
    /// Lays what listings saw onto the cases, in the scopes in which they have effects.
    pub(super) fn observe(&mut self) {
        let (noted, scopes) = (&self.ground.noted, &self.ground.scopes);
        if noted.is_empty() {
            return;
        }
        for (place, key, case) in self.by_key.each_mut() {
            let mut places: BTreeSet<Scope> = case.effects.iter().map(|e| e.scope).collect();
            // Where effects would be looked for; of an entitlement that had none, where listings speak of it.
            match self.ground.effect_scopes.get(&place.thing) {
                Some(scopes) => places.extend(scopes.iter()),
                None => {
                    let listed = noted.scopes_of(key).filter_map(|scope| scopes.find(scope));
                    let listed: BTreeSet<Scope> = listed.collect();
                    let is_at_account = listed.contains(&Scope::ACCOUNT);
                    places.extend(listed.into_iter().filter(|scope| !is_at_account || *scope == Scope::ACCOUNT));
                }
            }
            for scope in places {
                let seen = noted.seen_of(key, scopes.name(scope));
                let listings = noted.listings(key.is_group, key.subject.label(), &key.entitlement, scopes.name(scope));
                let unseen = listings.iter().filter(|l| !seen.iter().any(|s| s.event_id == l.event_id));
                let told = seen.iter().map(|s| (s.time, s.held)).chain(unseen.map(|l| (l.time, false)));
                let observed: Vec<Observation> =
                    told.flat_map(|(time, held)| observed(case, time, scope, held)).collect();
                case.observations.extend(observed);
            }
            case.observations.sort_by_key(|o| o.time);
        }
    }

    pub(super) fn mark(&mut self) {
        let seen = self.seen();
        let (pushed, unpushed) = (self.pushed_groups(), self.unpushed());
        let (assigned, had_access) = (self.assigned(), self.had_access());
        let (contested, made) = (self.contested(), self.made());
        let everybody_is_pushed = self.rules.everybody_is_pushed;
        let (keys, acts) = (&self.ground.keys, self.acts);
        // A group in a group comes with the push of both.
        let is_nested = |case: &Case| {
            let own = case.decisions.iter().find(|d: &&Decision| d.rank == Some(0));
            own.is_some_and(|d| acts.at(d.row).subject_kind == "group")
        };
        for (place, key, case) in self.by_key.each_mut() {
            let known = seen.get(&keys.label(place.holder));
            let group_is_pushed = match (&key.entitlement, key.is_group) {
                (Entitlement::Member(group), _) => pushed.contains(&**group),
                (Entitlement::OtherApp(_), _) => false,
                (Entitlement::Account, true) => pushed.contains(key.subject.label()),
                _ => true,
            };
            let person_is_assigned = key.is_group
                || everybody_is_pushed
                || known.is_some()
                || assigned.contains(&place.holder)
                || pushed.contains(key.subject.label()) && is_nested(case);
            if let Entitlement::Member(group) = &key.entitlement {
                case.unpushed = unpushed.get(&**group).cloned().unwrap_or_default();
            }
            case.is_resolved = key.subject.is_known();
            case.is_known_to_databricks = key.is_group || known.is_some() || had_access.contains(&place.holder);
            case.is_group_pushed = group_is_pushed;
            case.is_pushed = group_is_pushed && person_is_assigned;
            case.is_account = key.entitlement == Entitlement::Account && !key.is_group;
            case.seen_in = known.cloned().unwrap_or_default();
            case.made = made.get(&keys.label(place.holder)).copied().filter(|_| case.is_account);
            case.effect_scopes = self.ground.effect_scopes.get(&place.thing).cloned().unwrap_or_default();
            if !key.is_group {
                case.unresolved_decisions = self.ground.unresolved.get(&place.thing).cloned().unwrap_or_default();
            }
            if let Some(more) =
                contested.get(&(keys.label(place.holder), place.thing)).filter(|_| key.subject.is_known())
            {
                let mut all: Vec<_> = case.unresolved_decisions.iter().chain(more).copied().collect();
                all.sort_unstable();
                case.unresolved_decisions = all.into();
            }
        }
    }

    fn assigned(&self) -> HashSet<Holder, RandomState> {
        let account = self.ground.account;
        let is_assignment = |v: Verb| {
            matches!(v, Verb::AppAssign | Verb::AppUnassign | Verb::MemberAdd | Verb::PushCreate | Verb::PushRemove)
        };
        let assigned = self.by_key.each().filter(|(place, case)| {
            place.thing == account && case.decisions.iter().any(|decision| is_assignment(decision.verb))
        });
        assigned.map(|(place, _)| place.holder).collect()
    }

    /// Whose account was there before the first record: the provider takes an assignment back that it never gave, or has the account
    /// changed.
    fn had_access(&self) -> HashSet<Holder, RandomState> {
        let account = self.ground.account;
        let begins_with_its_end = |case: &Case| {
            let mut about_app = case.decisions.iter().filter(|d| matches!(d.verb, Verb::AppAssign | Verb::AppUnassign));
            about_app.next().is_some_and(|first| first.verb == Verb::AppUnassign)
        };
        let is_changed = |case: &Case| {
            let proves = |p: &Push| p.by_connector && (p.succeeded || p.direction == Direction::Revoke);
            case.pushes.iter().any(proves)
        };
        let of_accounts = self.by_key.each().filter(|(place, _)| place.thing == account);
        let had = of_accounts.filter(|(_, case)| begins_with_its_end(case) || is_changed(case));
        had.map(|(place, _)| place.holder).collect()
    }

    /// When accounts were made of which that is the first record, by label: nothing that anybody did to the subject or that it did itself
    /// is older, nor is a listing that shows it.
    pub(super) fn made(&self) -> HashMap<u32, Instant, RandomState> {
        let keys = &self.ground.keys;
        let mut first: HashMap<u32, (Instant, Option<Instant>), RandomState> = HashMap::default();
        for (place, key, case) in self.by_key.each_with_keys().filter(|(_, key, _)| !key.is_group) {
            let acted = || self.ground.presence.get(key.subject.label()).into_iter().flat_map(|seen| seen.values());
            let (seen, made) = first
                .entry(keys.label(place.holder))
                .or_insert_with(|| (acted().copied().min().unwrap_or(Instant::MAX), None));
            let unsaid = case.unsaid.iter().map(|(time, _)| *time);
            let told = case.effects.first().map(|effect| effect.time).into_iter().chain(unsaid);
            *seen = told.chain(case.updates.iter().copied()).fold(*seen, Instant::min);
            let of_account = case.effects.first().filter(|_| place.thing == self.ground.account);
            let created = of_account.filter(|effect| effect.verb == Verb::UserCreate).map(|effect| effect.time);
            *made = created.into_iter().chain(*made).min();
        }
        let is_first = |(label, (seen, made)): (u32, (Instant, Option<Instant>))| {
            made.filter(|made| *made <= seen).map(|made| (label, made))
        };
        first.into_iter().filter_map(is_first).collect()
    }

    // Of two who had one name in turn, what is done under it may be the other's.
    fn of_namesakes(&self, all: &mut HashMap<(u32, Thing), Vec<(Instant, Direction)>, RandomState>) {
        let keys = &self.ground.keys;
        let decided = |case: &Case| -> Vec<(Instant, Direction)> {
            case.decisions.iter().filter(|d| d.rank.is_some()).map(|d| (d.time, d.direction)).collect()
        };
        for (place, key, case) in self.by_key.each_with_keys().filter(|(_, key, _)| !key.is_group) {
            let (label, name) = (key.subject.label(), bare(key.subject.label()));
            if name == label {
                continue;
            }
            // Where both claim it at once, what is decided under the name is nobody's.
            for named in [Resolved::Key(name.into()), Resolved::Unresolved(name.into())] {
                let Some(first) = keys.find_holder(&named) else { continue };
                all.entry((keys.label(first), place.thing)).or_default().extend(decided(case));
                if let Some(other) = self.by_key.at(Place { holder: first, thing: place.thing }) {
                    all.entry((keys.label(place.holder), place.thing)).or_default().extend(decided(other));
                }
            }
        }
    }

    /// Decisions about a subject, or on a group, of whose name several are: when, and which way; by label and entitlement.
    fn contested(&self) -> HashMap<(u32, Thing), Vec<(Instant, Direction)>, RandomState> {
        let mut all: HashMap<(u32, Thing), Vec<(Instant, Direction)>, RandomState> = HashMap::default();
        for (place, key, case) in self.by_key.each_with_keys() {
            if key.is_group || key.subject.is_known() || key.subject.names_nobody() {
                continue;
            }
            let decided = case.decisions.iter().filter(|d| d.rank.is_some()).map(|d| (d.time, d.direction));
            all.entry((self.ground.keys.label(place.holder), place.thing)).or_default().extend(decided);
        }
        self.of_namesakes(&mut all);
        all
    }

    /// The workspaces in which subjects were seen, by label; whoever was seen nowhere is missing.
    fn seen(&self) -> HashMap<u32, Arc<[Scope]>, RandomState> {
        let keys = &self.ground.keys;
        let mut seen: HashMap<u32, (Vec<Scope>, bool), RandomState> = HashMap::default();
        for (place, key, case) in self.by_key.each_with_keys() {
            let (scopes, is_asked) = seen.entry(keys.label(place.holder)).or_default();
            if !std::mem::replace(is_asked, true) {
                scopes.extend(self.ground.seen_in(key.subject.label()));
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

    pub(super) fn pushed_groups(&self) -> HashSet<&'a str> {
        let ground = self.ground;
        let keys = &ground.keys;
        let mut pushed: HashSet<&str> = ground.identities.configured_groups().map(String::as_str).collect();
        for (place, case) in self.by_key.each().filter(|(place, _)| keys.thing(place.thing).0) {
            let is_mapped = case.decisions.iter().any(|d| matches!(d.verb, Verb::PushCreate | Verb::PushRemove));
            if is_mapped || !case.pushes.is_empty() || !case.effects.is_empty() {
                pushed.insert(keys.holder(place.holder).label());
            }
        }
        for (key, _, _) in ground.noted.seen().filter(|(_, _, seen)| seen.iter().any(|seen| seen.held)) {
            match &key.entitlement {
                Entitlement::Member(group) => drop(pushed.insert(group)),
                Entitlement::Account if key.is_group => drop(pushed.insert(key.subject.label())),
                _ => {}
            }
        }
        pushed.extend(ground.effect_scopes.keys().chain(&ground.pushed).filter_map(
            |thing| match &keys.thing(*thing).1 {
                Entitlement::Member(group) => Some(&**group),
                _ => None,
            },
        ));
        pushed
    }
}
