//! Decisions and effects on persons and groups, laid onto their memberships and roles.

use std::collections::HashMap;

use super::super::acts::Acts;
use super::super::kernel::{Case, Decision, Ending, EndingKind, Push};
use super::Entitlement;
use super::builder::Builder;
use crate::change::{Direction, Verb};
use crate::identity::Resolved;

impl Builder<'_> {
    pub(super) fn spread(&mut self) {
        self.assign_through_groups();
        let accounts: HashMap<(bool, Resolved), Case> = self
            .by_key
            .iter()
            .filter(|(key, _)| key.entitlement == Entitlement::Account)
            .map(|(key, case)| ((key.is_group, key.subject.clone()), case.clone()))
            .collect();
        for (key, case) in &mut self.by_key.all {
            // What happens to the account in Databricks carries no decision on another application out.
            if matches!(key.entitlement, Entitlement::Account | Entitlement::OtherApp(_)) {
                continue;
            }
            if let Some(of_person) = accounts.get(&(false, key.subject.clone())) {
                lay(case, of_person, self.acts, 1);
            }
            if let Entitlement::Member(group) = &key.entitlement
                && let Some(of_group) = accounts.get(&(true, Resolved::Key(group.to_string())))
            {
                lay(case, of_group, self.acts, 2);
            }
            case.decisions.sort_by_key(|d| (d.time, d.row));
            case.endings.sort_by_key(|e| e.time);
            case.pushes.sort_by_key(|p| (p.time, p.row));
        }
    }
}

fn lay(case: &mut Case, above: &Case, acts: &Acts, rank: u8) {
    let is_own = |d: &&Decision| !matches!(d.verb, Verb::MemberAdd | Verb::MemberRemove);
    for decision in above.decisions.iter().filter(is_own) {
        // A person's return authorises no membership by itself, but lifts the reversal that the departure was.
        let rank = (decision.direction == Direction::Revoke && decision.rank.is_some()).then_some(rank);
        let is_relevant =
            rank.is_some() || (decision.direction == Direction::Grant && decision.verb != Verb::UserCreate);
        if is_relevant {
            case.decisions.push(Decision { rank, is_item: false, ..decision.clone() });
        }
    }
    case.endings.extend(above.effects.iter().filter_map(|e| {
        let kind = match e.verb {
            Verb::UserDelete | Verb::GroupDelete => EndingKind::Final,
            Verb::UserDeactivate => EndingKind::Suspended,
            Verb::UserActivate => EndingKind::Restored,
            _ => return None,
        };
        Some(Ending { time: e.time, scope: e.scope, kind, row: e.row })
    }));
    let group_level = above.pushes.iter().filter(|p| acts.verb(p.row) == Verb::GroupUpdate);
    case.pushes.extend(group_level.flat_map(|p| {
        [Direction::Grant, Direction::Revoke].map(|direction| Push { direction, names_subject: false, ..p.clone() })
    }));
}
