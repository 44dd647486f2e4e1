//! Decisions and effects on persons and groups, laid onto their memberships and roles.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::super::acts::Acts;
use super::super::kernel::{Case, Decision, Ending, EndingKind, Push};
use super::Entitlement;
use super::builder::Builder;
use super::keys::{Holder, Place, Thing};
use crate::change::{Direction, Verb};
use crate::identity::Resolved;

impl Builder<'_> {
    pub(super) fn spread(&mut self) {
        self.assign_through_groups();
        let keys = &self.ground.keys;
        let is_account = |place: &Place| keys.thing(place.thing).1 == Entitlement::Account;
        let accounts: HashMap<(bool, Holder), Case, RandomState> = self
            .by_key
            .each()
            .filter(|(place, _)| is_account(place))
            .map(|(place, case)| ((keys.thing(place.thing).0, place.holder), case.clone()))
            .collect();
        // The group that a membership is of, as a subject.
        let group_of = |entitlement: &Entitlement| match entitlement {
            Entitlement::Member(group) => keys.find_holder(&Resolved::Key(group.clone())),
            _ => None,
        };
        let groups: HashMap<Thing, Holder, RandomState> = match accounts.is_empty() {
            true => HashMap::default(),
            false => keys.things().filter_map(|(at, (_, thing))| Some((at, group_of(thing)?))).collect(),
        };
        let all = self.rules.everybody_is_pushed;
        for (place, key, case) in self.by_key.each_mut() {
            // What happens to the account in Databricks carries no decision on another application out.
            if matches!(key.entitlement, Entitlement::Account | Entitlement::OtherApp(_)) {
                continue;
            }
            let of_person = accounts.get(&(false, place.holder));
            let of_group = groups.get(&place.thing).and_then(|group| accounts.get(&(true, *group)));
            if of_person.is_none() && of_group.is_none() {
                continue;
            }
            of_person
                .into_iter()
                .for_each(|of_person| lay(case, of_person, self.acts, 1, |verb| of_assignment(verb, all)));
            of_group.into_iter().for_each(|of_group| lay(case, of_group, self.acts, 2, |verb| verb));
            case.decisions.sort_by_key(|d| (d.time, d.row));
            case.endings.sort_by_key(|e| e.time);
            case.pushes.sort_by_key(|p| (p.time, p.row));
        }
    }
}

// Whoever is assigned through a group is assigned. Where everybody is pushed, whoever is active needs no assignment.
const fn of_assignment(verb: Verb, everybody_is_pushed: bool) -> Verb {
    match verb {
        Verb::MemberAdd | Verb::PushCreate => Verb::AppAssign,
        Verb::AppUnassign | Verb::PushRemove if everybody_is_pushed => Verb::UserDeactivate,
        Verb::PushRemove => Verb::AppUnassign,
        verb => verb,
    }
}

fn lay(case: &mut Case, above: &Case, acts: &Acts, rank: u8, laid: impl Fn(Verb) -> Verb) {
    for decision in &above.decisions {
        let is_derived = matches!(decision.verb, Verb::MemberAdd | Verb::MemberRemove);
        // A person's return authorises no membership by itself, but lifts the reversal that the departure was. Who is suspended
        // keeps memberships and roles for the day of return.
        let ends = decision.direction == Direction::Revoke && decision.rank.is_some() && !is_derived;
        let rank = (ends && decision.verb != Verb::UserSuspend).then_some(rank);
        if ends || decision.direction == Direction::Grant && decision.verb != Verb::UserCreate {
            case.decisions.push(Decision { rank, is_item: false, verb: laid(decision.verb), ..decision.clone() });
        }
    }
    let ends = above
        .effects
        .iter()
        .enumerate()
        .filter(|(at, e)| e.direction == Direction::Grant || !above.leaves_another(*at));
    case.endings.extend(ends.filter_map(|(_, e)| {
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
