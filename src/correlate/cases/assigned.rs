//! Whoever is in a group that is assigned to the application is assigned through it, for as long as both last and the person is there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::acts::{Acts, GroupWords};
use super::super::kernel::{Case, Decision, Instant};
use super::builder::Builder;
use super::directories::directory;
use super::keys::{Holder, Place};
use super::manner::is_never_pushed;
use crate::change::{Direction, Verb};
use crate::lake::NONE;

/// When groups of the directories were assigned, and when no more, or were deleted.
#[derive(Debug, Default)]
pub(super) struct Assignments {
    /// By the word that tells the group from others: its id, or its name where none was told.
    of: BTreeMap<u32, Vec<Decision>>,
    /// The ids of a name.
    ids: BTreeMap<u32, BTreeSet<u32>>,
}

impl Assignments {
    /// Notes what was decided on a group.
    pub(super) fn note(&mut self, group: GroupWords, decision: Decision) {
        self.of.entry(group.surest()).or_default().push(decision);
        if group.id != NONE {
            self.ids.entry(group.name).or_default().insert(group.id);
        }
    }

    /// The groups that were ever assigned.
    fn assigned(&self) -> BTreeMap<u32, &[Decision]> {
        let is_assigned = |all: &[Decision]| all.iter().any(|d| d.verb != Verb::GroupDelete);
        self.of.iter().map(|(group, all)| (*group, &all[..])).filter(|(_, all)| is_assigned(all)).collect()
    }

    /// The word of a group, if anything was noted of it. Where either side tells no id, the name decides, if one group alone has it.
    fn find(&self, group: GroupWords) -> Option<u32> {
        let only = |ids: &BTreeSet<u32>| ids.first().copied().filter(|_| ids.len() == 1);
        let by_name = if group.id == NONE { self.ids.get(&group.name).and_then(only) } else { None };
        let all = [group.id, group.name].into_iter().filter(|word| *word != NONE).chain(by_name);
        all.into_iter().find(|word| self.of.contains_key(word))
    }
}

/// What bears on one person's assignment.
#[derive(Debug, Clone, Copy)]
struct Turn<'a> {
    decision: &'a Decision,
    what: What<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What<'a> {
    /// The person enters or leaves the group.
    Member(u32),
    /// The group is assigned to the application, or no more.
    Group(u32, &'a str),
    /// The group is deleted.
    GroupEnds(u32),
    /// The person is assigned directly, or no more.
    Direct(&'a str),
    /// The person comes, or departs.
    Person,
}

impl What<'_> {
    const fn group(self) -> Option<u32> {
        match self {
            Self::Member(group) | Self::Group(group, _) | Self::GroupEnds(group) => Some(group),
            Self::Direct(_) | Self::Person => None,
        }
    }
}

impl Builder<'_> {
    pub(super) fn assign_through_groups(&mut self) {
        let assigned = self.assigned_groups.assigned();
        // Of each directory by itself: whoever is away in one may be there in another.
        let mut bearing: HashMap<(Holder, &str), Vec<Turn<'_>>> = HashMap::new();
        let directory = |decision: &Decision| directory(self.acts, decision);
        for (place, case) in self.by_key.each().filter(|_| !assigned.is_empty()) {
            for decision in case.decisions.iter().filter(|d| matches!(d.verb, Verb::MemberAdd | Verb::MemberRemove)) {
                let group = self.assigned_groups.find(self.acts.group_of(decision.row));
                // Whoever is in a group in the group is not assigned through it, nor is that group (reference: idp b), nor a device.
                let is_left_out = || {
                    let act = self.acts.at(decision.row);
                    act.subject_kind == "group" || is_never_pushed(&act)
                };
                if let Some(group) = group.filter(|group| assigned.contains_key(group) && !is_left_out()) {
                    let of = (place.holder, directory(decision));
                    bearing.entry(of).or_default().push(Turn { decision, what: What::Member(group) });
                }
            }
        }
        let account = self.ground.account;
        for (place, case) in self.by_key.each().filter(|(place, case)| place.thing == account && may_be_away(case)) {
            for decision in &case.decisions {
                bearing.entry((place.holder, directory(decision))).or_default();
            }
        }
        let mut through: Vec<((Holder, &str), Walk<'_>)> = Vec::new();
        for (of, memberships) in bearing {
            let case = self.by_key.at(Place { holder: of.0, thing: account });
            let own = case.into_iter().flat_map(|case| &case.decisions).filter(|own| directory(own) == of.1);
            through.push((of, walk(&turns(self.acts, &assigned, memberships, own), self.rules.skew)));
        }
        let keys = &self.ground.keys;
        through.sort_by(|(a, _), (b, _)| (keys.holder(a.0), a.1).cmp(&(keys.holder(b.0), b.1)));
        let found: Vec<_> = through.into_iter().map(|(of, walk)| (of.0, walk.found())).collect();
        for (holder, Found { derived, idle }) in found {
            let place = Place { holder, thing: account };
            let case = self.by_key.entry(place, keys);
            for decision in case.decisions.iter_mut().filter(|d| idle.contains(&d.row)) {
                decision.rank = None;
                decision.lapse(decision.time);
            }
            case.decisions.extend(derived);
            case.decisions.sort_by_key(|d| (d.time, d.row));
        }
    }
}

/// Whether somebody departs and is assigned afterwards.
fn may_be_away(case: &Case) -> bool {
    let departs = |d: &Decision| matches!(d.verb, Verb::UserDeactivate | Verb::UserDelete);
    let departed = case.decisions.iter().position(departs);
    departed.is_some_and(|at| case.decisions[at..].iter().any(|d| d.verb == Verb::AppAssign))
}

fn turns<'a>(
    acts: &'a Acts,
    assigned: &BTreeMap<u32, &'a [Decision]>,
    memberships: Vec<Turn<'a>>,
    own: impl Iterator<Item = &'a Decision>,
) -> Vec<Turn<'a>> {
    let groups: BTreeSet<What<'_>> = memberships.iter().map(|turn| turn.what).collect();
    let mut turns = memberships;
    for group in groups {
        let What::Member(group) = group else { continue };
        turns.extend(assigned[&group].iter().map(|decision| {
            let is_end = decision.verb == Verb::GroupDelete;
            let what = if is_end { What::GroupEnds(group) } else { What::Group(group, app(acts, decision)) };
            Turn { decision, what }
        }));
    }
    turns.extend(own.filter_map(|decision| {
        let what = match decision.verb {
            Verb::AppAssign | Verb::AppUnassign => What::Direct(app(acts, decision)),
            Verb::UserDeactivate | Verb::UserDelete | Verb::UserActivate | Verb::UserCreate => What::Person,
            _ => return None,
        };
        Some(Turn { decision, what })
    }));
    turns.sort_by_key(|turn| (turn.decision.time, turn.decision.row));
    turns
}

/// The application that somebody is assigned to, or no more.
pub(super) fn app<'a>(acts: &'a Acts, decision: &Decision) -> &'a str {
    let act = acts.at(decision.row);
    act.entitlement_id.or(act.app).unwrap_or_default()
}

/// What follows for a person's account.
#[derive(Debug)]
struct Found {
    derived: Vec<Decision>,
    /// Rows of direct assignments that give nothing, and of unassignments that take nothing.
    idle: BTreeSet<usize>,
}

/// What follows for a person's account from what bears on it.
fn walk<'a>(turns: &[Turn<'a>], skew: i64) -> Walk<'a> {
    let mut walk = Walk {
        standing: Standing::before(turns),
        derived: Vec::new(),
        open: BTreeSet::new(),
        kept: BTreeMap::new(),
        idle: BTreeSet::new(),
    };
    turns.iter().for_each(|turn| walk.turn(turn, skew));
    walk
}

#[derive(Debug)]
struct Walk<'a> {
    standing: Standing<'a>,
    /// The decisions on the account that follow, and the group by which each does.
    derived: Vec<(Option<u32>, Decision)>,
    /// What assigns the person, as a decision says that was made while the person was there.
    open: BTreeSet<u32>,
    /// Rows and times of direct unassignments that take nothing, since a group is left.
    kept: BTreeMap<usize, Instant>,
    /// Rows of direct assignments of somebody who is away.
    idle: BTreeSet<usize>,
}

impl<'a> Walk<'a> {
    fn found(self) -> Found {
        let derived = self.derived.into_iter().map(|(_, decision)| decision).collect();
        Found { derived, idle: self.kept.into_keys().chain(self.idle).collect() }
    }

    fn turn(&mut self, turn: &Turn<'a>, skew: i64) {
        let decision = turn.decision;
        let grants = decision.direction == Direction::Grant;
        let was_here = self.standing.is_here;
        let was_route = turn.what.group().is_some_and(|group| self.standing.is_route(group));
        self.standing.turn(turn, grants);
        match turn.what {
            What::Direct(_) if grants => {
                if !was_here {
                    self.idle.insert(decision.row);
                }
            }
            What::Direct(_) => {
                if self.standing.is_assigned() {
                    self.kept.insert(decision.row, decision.time);
                }
            }
            What::Person if grants => {
                if !was_here {
                    self.back(decision);
                }
            }
            What::Person => {
                if decision.verb == Verb::UserDelete {
                    self.open.clear();
                }
            }
            What::Member(group) | What::Group(group, _) if grants => {
                if was_here && self.standing.is_route(group) {
                    self.open.insert(group);
                    self.derive(Some(group), decision);
                }
            }
            What::Member(group) | What::Group(group, _) | What::GroupEnds(group) => {
                if was_route && !self.standing.is_route(group) {
                    self.end(group, decision, skew);
                }
            }
        }
    }

    // What came about while the person was away holds from the return on.
    fn back(&mut self, decision: &Decision) {
        let new: Vec<u32> = self.standing.routes().filter(|group| !self.open.contains(group)).collect();
        for group in &new {
            self.open.insert(*group);
            self.derive(Some(*group), decision);
        }
        let late = std::mem::take(&mut self.standing.late);
        if new.is_empty() && !late.is_empty() {
            self.derive(None, decision);
        }
    }

    fn end(&mut self, group: u32, decision: &Decision, skew: i64) {
        self.open.remove(&group);
        if self.standing.has_any() {
            let of_group = self.derived.iter_mut().filter(|(by, _)| *by == Some(group));
            return of_group.for_each(|(_, derived)| derived.lapse(decision.time));
        }
        self.derive(Some(group), decision);
        // Which of two came first is not sure within the skew: the last of the assignments is over either way.
        self.kept.retain(|_, unassigned| unassigned.saturating_add(skew) < decision.time);
    }

    fn derive(&mut self, group: Option<u32>, decision: &Decision) {
        self.derived.push((group, Decision { rank: Some(1), is_item: false, ..decision.clone() }));
    }
}

/// Of which groups the person is a member, which of them are assigned, and to which applications the person is directly.
#[derive(Debug, Clone, Default)]
struct Standing<'a> {
    members: BTreeSet<u32>,
    assigned: BTreeSet<(u32, &'a str)>,
    direct: BTreeSet<&'a str>,
    is_here: bool,
    /// Applications that the person was assigned to directly while away.
    late: BTreeSet<&'a str>,
    /// What a deletion took, until it is taken back.
    deleted: Option<(BTreeSet<u32>, BTreeSet<&'a str>)>,
}

impl<'a> Standing<'a> {
    // What is first seen to end had been there before, unless the person had not.
    fn before(turns: &[Turn<'a>]) -> Self {
        let mut standing = Self { is_here: true, ..Self::default() };
        let first = turns.iter().find(|turn| turn.what == What::Person);
        let is_created = first.is_some_and(|turn| turn.decision.verb == Verb::UserCreate);
        let mut seen = BTreeSet::new();
        for turn in turns {
            let is_end = seen.insert(turn.what) && turn.decision.direction != Direction::Grant;
            let was_there = match turn.what {
                What::Group(..) => true,
                What::Member(_) | What::Direct(_) => !is_created,
                What::GroupEnds(_) | What::Person => false,
            };
            if is_end && was_there {
                standing.turn(turn, true);
            }
        }
        standing
    }

    fn turn(&mut self, turn: &Turn<'a>, grants: bool) {
        match turn.what {
            What::Member(group) => set(&mut self.members, group, grants),
            What::Group(group, app) => set(&mut self.assigned, (group, app), grants),
            What::GroupEnds(group) => self.assigned.retain(|(other, _)| *other != group),
            What::Direct(app) => {
                set(&mut self.direct, app, grants);
                set(&mut self.late, app, grants && !self.is_here);
            }
            What::Person => {
                self.is_here = grants;
                if turn.decision.verb == Verb::UserDelete {
                    self.deleted = Some((std::mem::take(&mut self.members), std::mem::take(&mut self.direct)));
                } else if let Some((members, direct)) = self.deleted.take_if(|_| turn.decision.restores) {
                    self.members.extend(members);
                    self.direct.extend(direct);
                }
            }
        }
    }

    /// The groups that assign the person where the person is there.
    fn routes(&self) -> impl Iterator<Item = u32> {
        self.members.iter().copied().filter(|group| self.is_route(*group))
    }

    fn is_route(&self, group: u32) -> bool {
        let is_assigned = || self.assigned.range((group, "")..).next().is_some_and(|(other, _)| *other == group);
        self.members.contains(&group) && is_assigned()
    }

    fn has_any(&self) -> bool {
        !self.direct.is_empty() || self.routes().next().is_some()
    }

    fn is_assigned(&self) -> bool {
        !self.direct.is_empty() || self.is_here && self.routes().next().is_some()
    }
}

fn set<T: Ord>(all: &mut BTreeSet<T>, one: T, is_in: bool) {
    if is_in {
        all.insert(one);
    } else {
        all.remove(&one);
    }
}

#[cfg(test)]
mod tests;
