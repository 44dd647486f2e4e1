//! What goes with an account in Databricks that was one person's and became another's.

use std::collections::{HashMap, HashSet};

use super::super::kernel::{Instant, Scope};
use super::accounts::observed;
use super::builder::Builder;
use super::keys::{Holder, Place};
use super::{Entitlement, Key};
use crate::change::{Direction, Verb};
use crate::identity::Resolved;

/// What happened in one scope: when, whether it gave the access, and the row.
type Told = (Instant, Scope, bool, usize);

/// A membership or role: where it stands, the group as a subject, and what happened to it.
type Membership = (Place, Option<Holder>, Vec<Told>);

/// What the former holders of accounts had, and when persons and groups were deleted in Databricks.
#[derive(Default)]
struct Former {
    held: HashMap<Holder, Vec<Membership>>,
    ends: HashMap<Holder, Vec<Instant>>,
}

impl Builder<'_> {
    /// Whoever takes an account over has from then on what its holder before had, as if a listing had seen it.
    pub(super) fn inherit(&mut self) {
        let keys = &self.ground.keys;
        let holder = |key: &str| keys.find_holder(&Resolved::Key(key.into()));
        let passages = self.ground.identities.passages();
        let passages: Vec<(Holder, Holder, Instant, &str)> =
            passages.iter().filter_map(|p| Some((holder(&p.from)?, holder(&p.to)?, p.time, &*p.id))).collect();
        if passages.is_empty() {
            return;
        }
        let former = self.former(&passages.iter().map(|(from, ..)| *from).collect());
        let acts = self.acts;
        for (from, to, time, id) in passages {
            // What is known to be held through another account stays with that.
            let is_through = |row: usize| acts.ids(row).0.is_none_or(|other| other == id);
            for (place, scope) in former.held(from, time, is_through) {
                let next = Place { holder: to, ..place };
                if self.by_key.at(next).is_some() {
                    let case = self.case(next);
                    let seen = observed(case, time, scope, true);
                    case.observations.extend(seen);
                    case.observations.sort_by_key(|o| o.time);
                }
            }
        }
    }

    fn former(&self, holders: &HashSet<Holder>) -> Former {
        let mut former = Former::default();
        let is_end = |verb: Verb| matches!(verb, Verb::UserDelete | Verb::GroupDelete);
        for (place, key, case) in self.by_key.each_with_keys() {
            let is_former = !key.is_group && holders.contains(&place.holder);
            if key.entitlement == Entitlement::Account && (key.is_group || is_former) {
                let ends = case.effects.iter().filter(|e| is_end(e.verb)).map(|e| e.time);
                former.ends.entry(place.holder).or_default().extend(ends);
            }
            if is_former && is_membership(key) {
                let told =
                    case.effects.iter().map(|e| (e.time, e.scope, e.direction == Direction::Grant, e.row)).collect();
                let group = match &key.entitlement {
                    Entitlement::Member(group) => self.ground.keys.find_holder(&Resolved::Key(group.clone())),
                    _ => None,
                };
                former.held.entry(place.holder).or_default().push((place, group, told));
            }
        }
        former
    }
}

impl Former {
    /// The memberships and roles that a person had before the instant, by the last record of each.
    fn held(&self, person: Holder, before: Instant, is_through: impl Fn(usize) -> bool) -> Vec<(Place, Scope)> {
        let mut all = Vec::new();
        for (place, group, told) in self.held.get(&person).into_iter().flatten() {
            let mut last: HashMap<Scope, (Instant, bool)> = HashMap::new();
            let known = told.iter().filter(|(time, _, _, row)| *time < before && is_through(*row));
            last.extend(known.map(|(time, scope, is_grant, _)| (*scope, (*time, *is_grant))));
            let is_over = |since: Instant| {
                let ends = [Some(person), *group].into_iter().flatten().filter_map(|holder| self.ends.get(&holder));
                ends.flatten().any(|end| since <= *end && *end < before)
            };
            let standing = last.into_iter().filter(|(_, (since, is_grant))| *is_grant && !is_over(*since));
            all.extend(standing.map(|(scope, _)| (*place, scope)));
        }
        all
    }
}

fn is_membership(key: &Key) -> bool {
    matches!(key.entitlement, Entitlement::Member(_) | Entitlement::Admin(_))
}
