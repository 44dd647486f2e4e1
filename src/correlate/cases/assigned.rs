//! Whoever is in a group that is assigned to the application is assigned through it, for as long as both last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::acts::Acts;
use super::super::kernel::Decision;
use super::Entitlement;
use super::builder::Builder;
use super::keys::{Holder, Place};
use super::manner::is_never_pushed;
use crate::change::{Direction, Verb};

/// When a group was assigned, and when no more; by the group's name.
pub(super) type Assignments = BTreeMap<String, Vec<Decision>>;

/// What bears on one person's assignment.
struct Turn<'a> {
    decision: &'a Decision,
    what: What<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What<'a> {
    /// The person enters or leaves the group.
    Member(&'a str),
    /// The group is assigned, or no more.
    Group(&'a str),
    /// The person is assigned directly, or no more.
    Direct(&'a str),
}

impl Builder<'_> {
    pub(super) fn assign_through_groups(&mut self) {
        if self.assigned_groups.is_empty() {
            return;
        }
        let mut memberships: HashMap<Holder, Vec<(&str, usize)>> = HashMap::new();
        for (at, (place, key, _)) in self.by_key.each_with_keys().enumerate() {
            if let Entitlement::Member(group) = &key.entitlement
                && self.assigned_groups.contains_key(&**group)
                && !self.is_left_out(at)
            {
                memberships.entry(place.holder).or_default().push((group, at));
            }
        }
        let mut through: Vec<(Place, Vec<Decision>, BTreeSet<usize>)> = Vec::new();
        for (holder, of_subject) in memberships {
            let place = Place { holder, thing: self.ground.account };
            let direct = self.by_key.at(place).map_or(&[][..], |case| &case.decisions);
            let turns = self.turns(&of_subject, direct);
            let (derived, kept) = walk(&turns);
            through.push((place, derived, kept));
        }
        let keys = &self.ground.keys;
        through.sort_by(|a, b| keys.holder(a.0.holder).cmp(keys.holder(b.0.holder)));
        for (place, derived, kept) in through {
            let case = self.by_key.entry(place, keys);
            // It may end access, and authorises that; but nothing is missing where it does not.
            let of_kept = case.decisions.iter_mut().filter(|d| kept.contains(&d.row) && d.is_item);
            let traced: Vec<Decision> = of_kept
                .map(|d| {
                    d.is_item = false;
                    Decision { rank: None, is_item: true, ..d.clone() }
                })
                .collect();
            case.decisions.extend(traced);
            case.decisions.extend(derived);
            case.decisions.sort_by_key(|d| (d.time, d.row));
        }
    }

    // Whoever is in a group in the group is not assigned through it, nor is that group (reference: idp b), nor a device.
    fn is_left_out(&self, at: usize) -> bool {
        let act = |d: &Decision| self.acts.at(d.row);
        self.by_key.all[at].1.decisions.iter().any(|d| act(d).subject_kind == "group" || is_never_pushed(&act(d)))
    }

    fn turns<'a>(&'a self, memberships: &[(&'a str, usize)], direct: &'a [Decision]) -> Vec<Turn<'a>> {
        let mut turns: Vec<Turn<'a>> = Vec::new();
        for (group, at) in memberships {
            let of = |what: What<'a>| move |decision: &'a Decision| Turn { decision, what };
            turns.extend(self.by_key.all[*at].1.decisions.iter().map(of(What::Member(group))));
            turns.extend(self.assigned_groups[*group].iter().map(of(What::Group(group))));
        }
        let direct = direct.iter().filter(|d| matches!(d.verb, Verb::AppAssign | Verb::AppUnassign));
        turns.extend(direct.map(|decision| Turn { decision, what: What::Direct(app(self.acts, decision)) }));
        turns.sort_by_key(|turn| (turn.decision.time, turn.decision.row));
        turns
    }
}

fn app<'a>(acts: &'a Acts, decision: &Decision) -> &'a str {
    let act = acts.at(decision.row);
    act.entitlement_id.or(act.app).unwrap_or_default()
}

/// The decisions on the account that follow, and the rows of direct unassignments that need take nothing, since a group is left.
fn walk(turns: &[Turn<'_>]) -> (Vec<Decision>, BTreeSet<usize>) {
    let mut standing = Standing::before(turns);
    let (mut derived, mut kept) = (Vec::new(), BTreeSet::new());
    for turn in turns {
        let grants = turn.decision.direction == Direction::Grant;
        standing.turn(turn.what, grants);
        let is_assigned = standing.is_assigned();
        match turn.what {
            What::Direct(_) if !grants && is_assigned => drop(kept.insert(turn.decision.row)),
            What::Direct(_) => {}
            What::Member(group) | What::Group(group) => {
                let bears = standing.bears(turn.what, group);
                if bears && (grants || !is_assigned) {
                    derived.push(Decision { rank: Some(1), is_item: false, ..turn.decision.clone() });
                }
            }
        }
    }
    (derived, kept)
}

/// Of which groups the person is a member, which of them are assigned, and to which applications the person is directly.
struct Standing<'a> {
    members: BTreeSet<&'a str>,
    assigned: BTreeSet<&'a str>,
    direct: BTreeSet<&'a str>,
}

impl<'a> Standing<'a> {
    // What is first seen to end had been there before.
    fn before(turns: &[Turn<'a>]) -> Self {
        let mut standing = Self { members: BTreeSet::new(), assigned: BTreeSet::new(), direct: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        for turn in turns {
            if seen.insert(turn.what) && turn.decision.direction != Direction::Grant {
                standing.turn(turn.what, true);
            }
        }
        standing
    }

    fn turn(&mut self, what: What<'a>, grants: bool) {
        let (set, name) = match what {
            What::Member(group) => (&mut self.members, group),
            What::Group(group) => (&mut self.assigned, group),
            What::Direct(app) => (&mut self.direct, app),
        };
        if grants {
            set.insert(name);
        } else {
            set.remove(name);
        }
    }

    fn is_assigned(&self) -> bool {
        !self.direct.is_empty() || self.members.intersection(&self.assigned).next().is_some()
    }

    /// True where a turn changes something for the person: the other half is there.
    fn bears(&self, what: What<'a>, group: &str) -> bool {
        match what {
            What::Member(_) => self.assigned.contains(group),
            _ => self.members.contains(group),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::kernel::Instant;
    use super::*;

    fn turn<'a>(decision: &'a Decision, what: What<'a>) -> Turn<'a> {
        Turn { decision, what }
    }

    fn decided(time: Instant, direction: Direction, verb: Verb) -> Decision {
        let row = usize::try_from(time).unwrap();
        Decision { time, direction, rank: Some(0), is_item: true, verb, restores: false, row }
    }

    fn found(turns: &[Turn<'_>]) -> (Vec<(Instant, Direction)>, Vec<usize>) {
        let (derived, kept) = walk(turns);
        (derived.iter().map(|d| (d.time, d.direction)).collect(), kept.into_iter().collect())
    }

    #[test]
    fn access_through_groups_begins_with_each_and_ends_with_the_last() {
        let [a, b] = [1, 2].map(|t| decided(t, Direction::Grant, Verb::MemberAdd));
        let [c, d] = [3, 4].map(|t| decided(t, Direction::Revoke, Verb::MemberRemove));
        let on = decided(0, Direction::Grant, Verb::PushCreate);
        let groups = [turn(&on, What::Group("g")), turn(&on, What::Group("h"))];
        let members = [
            turn(&a, What::Member("g")),
            turn(&b, What::Member("h")),
            turn(&c, What::Member("g")),
            turn(&d, What::Member("h")),
        ];
        let turns: Vec<_> = groups.into_iter().chain(members).collect();
        let expected = vec![(1, Direction::Grant), (2, Direction::Grant), (4, Direction::Revoke)];
        assert_eq!(found(&turns), (expected, vec![]));
    }

    #[test]
    fn a_group_that_is_assigned_later_assigns_those_who_are_in_it() {
        let join = decided(1, Direction::Grant, Verb::MemberAdd);
        let on = decided(5, Direction::Grant, Verb::PushCreate);
        let off = decided(9, Direction::Revoke, Verb::PushRemove);
        let turns = [turn(&join, What::Member("g")), turn(&on, What::Group("g")), turn(&off, What::Group("g"))];
        assert_eq!(found(&turns).0, [(5, Direction::Grant), (9, Direction::Revoke)]);
    }

    #[test]
    fn a_direct_unassignment_takes_nothing_while_a_group_is_left() {
        let on = decided(0, Direction::Grant, Verb::PushCreate);
        let join = decided(1, Direction::Grant, Verb::MemberAdd);
        let unassign = decided(3, Direction::Revoke, Verb::AppUnassign);
        let turns = [turn(&on, What::Group("g")), turn(&join, What::Member("g")), turn(&unassign, What::Direct("app"))];
        assert_eq!(found(&turns), (vec![(1, Direction::Grant)], vec![3]));
        assert_eq!(found(&turns[2..]), (vec![], vec![]), "without the group it is what it says");
    }

    #[test]
    fn what_is_first_seen_to_end_was_there_before() {
        let leave = decided(2, Direction::Revoke, Verb::MemberRemove);
        let off = decided(7, Direction::Revoke, Verb::PushRemove);
        assert_eq!(found(&[turn(&leave, What::Member("g")), turn(&off, What::Group("g"))]).0, [(2, Direction::Revoke)]);
    }
}
