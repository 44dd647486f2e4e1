//! People of several directories: what one of them brings back, another has not given back.

use std::collections::BTreeSet;

use super::super::acts::Acts;
use super::super::kernel::{Case, Decision};
use super::builder::Builder;
use crate::change::{Direction, Verb};
use crate::identity;

impl Builder<'_> {
    /// Takes from a return in one directory what it gives while the person is away in another, unless assigned since.
    pub(super) fn part_directories(&mut self) {
        let (acts, account) = (self.acts, self.ground.account);
        for (place, _, case) in self.by_key.each_mut() {
            if place.thing == account && departs(case) {
                part(case, acts);
            }
        }
    }
}

/// The directory that a decision was made in.
pub(super) fn directory<'a>(acts: &'a Acts, decision: &Decision) -> &'a str {
    identity::directory(acts.source(decision.row))
}

fn departs(case: &Case) -> bool {
    case.decisions.iter().any(is_departure)
}

const fn is_departure(decision: &Decision) -> bool {
    matches!(decision.verb, Verb::UserDeactivate | Verb::UserDelete | Verb::UserSuspend)
}

fn part(case: &mut Case, acts: &Acts) {
    let mut away: BTreeSet<&str> = BTreeSet::new();
    for decision in &mut case.decisions {
        let directory = directory(acts, decision);
        match (decision.direction, decision.verb) {
            _ if is_departure(decision) => {
                away.insert(directory);
            }
            (Direction::Grant, Verb::UserActivate | Verb::UserUnsuspend | Verb::UserCreate) => {
                away.remove(directory);
                // What follows from an assignment that came while the person was away bears the return's verb.
                let is_derived = decision.rank.is_some() && !decision.is_item;
                if !away.is_empty() && !is_derived && decision.verb != Verb::UserCreate {
                    decision.rank = None;
                    decision.lapse(decision.time);
                }
            }
            (Direction::Grant, _) if decision.rank.is_some() && !away.contains(directory) => away.clear(),
            _ => {}
        }
    }
}
