//! What was made anew may have been lost before.

use std::collections::BTreeMap;

use super::super::kernel::{Case, Effect, Instant, Scope, is_twin};
use crate::change::{Direction, Verb};

/// The accounts in Databricks of whom a membership or role is, and of the group.
pub(super) struct Origin<'a> {
    pub(super) person: Option<&'a Case>,
    pub(super) group: Option<&'a Case>,
}

impl Origin<'_> {
    /// Notes when the subject or the group of a membership or role was made, although something is known of it from before.
    pub(super) fn lay(&self, case: &mut Case) {
        let is_taken = case.effects.iter().any(|e| e.direction == Direction::Revoke);
        if is_taken || case.decisions.iter().any(|d| d.direction == Direction::Revoke) {
            case.remade = self.remade(case);
        }
    }

    fn remade(&self, case: &Case) -> Vec<(Instant, Scope)> {
        let Some(first) = told(case).map(|(time, _)| time).min() else { return Vec::new() };
        let of_person = self.person.into_iter().flat_map(|person| &person.effects);
        let of_person: Vec<&Effect> = of_person.filter(|e| e.verb == Verb::UserCreate && e.time > first).collect();
        let of_group: Vec<&Effect> = self.groups(first).collect();
        // Nearly nobody is made anew.
        if of_person.is_empty() && of_group.is_empty() {
            return Vec::new();
        }
        let told = first_told(case);
        let everywhere = of_person.into_iter().flat_map(|e| {
            let reached = told.keys().filter(|scope| e.scope == Scope::ACCOUNT || **scope == e.scope);
            reached.map(|scope| (e.time, *scope))
        });
        let made = everywhere.chain(of_group.into_iter().map(|e| (e.time, e.scope)));
        made.filter(|(made, at)| told.get(at).is_some_and(|first| first < made)).collect()
    }

    /// The acts after the instant that made the group. The row of a workspace may be that of an act at the account.
    fn groups(&self, after: Instant) -> impl Iterator<Item = &Effect> {
        self.group.into_iter().flat_map(move |group| {
            let made = group.effects.iter().filter(move |e| e.verb == Verb::GroupCreate && e.time > after);
            made.filter(|e| !is_twin(group, e))
        })
    }
}

/// When, and where, records and listings tell of the access.
fn told(case: &Case) -> impl Iterator<Item = (Instant, Scope)> {
    let done = case.effects.iter().map(|e| (e.time, e.scope));
    done.chain(case.observations.iter().map(|o| (o.time, o.scope)))
}

/// When a record or a listing first tells of access in a place.
fn first_told(case: &Case) -> BTreeMap<Scope, Instant> {
    let mut first: BTreeMap<Scope, Instant> = BTreeMap::new();
    for (time, scope) in told(case) {
        let told = first.entry(scope).or_insert(time);
        *told = time.min(*told);
    }
    first
}
