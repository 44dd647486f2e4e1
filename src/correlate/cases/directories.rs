//! People of several directories: what one of them brings back, another has not given back; and whoever leaves one on which nothing rests
//! has not left.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use foldhash::fast::RandomState;

use super::super::acts::Acts;
use super::super::kernel::{Case, Decision, Instant, World};
use super::assigned::app;
use super::builder::Builder;
use super::keys::{Holder, Place};
use super::{Entitlement, Key};
use crate::change::{Direction, Verb};
use crate::identity;

/// Rows of departures of people whom another directory has assigned.
#[derive(Default)]
struct Bearing {
    /// Nothing rests on the directory that they leave.
    idle: HashSet<usize>,
    /// It has assigned them, too.
    leaving: HashSet<usize>,
    /// Unassignments beside which another directory's assignment stands, and the row of that.
    beside: HashMap<usize, usize, RandomState>,
}

/// What is known of one directory's part in a person's access.
struct Part<'a> {
    /// The applications that the person is assigned to directly.
    apps: BTreeSet<&'a str>,
    /// Until when the person is assigned through groups.
    through: Instant,
    /// When the assignment that stands began.
    since: Instant,
    /// Row of the last assignment.
    row: usize,
    /// When the last assignment ended.
    ended: Option<Instant>,
    /// When the person was made, before anything else was decided.
    made: Option<Instant>,
    is_here: bool,
}

/// Who is filled into groups, and when accounts were made, worked out where it is asked for.
#[derive(Default)]
struct Beside<'a> {
    made: OnceCell<HashMap<u32, Instant, RandomState>>,
    filled: OnceCell<HashSet<(Holder, &'a str)>>,
}

impl<'a> Builder<'a> {
    /// Takes from a return in one directory what it gives while the person is away in another, unless assigned since; and from a
    /// departure in a directory on which nothing rests that it is one.
    pub(super) fn part_directories(&mut self, world: &dyn World) {
        let bearing = self.bearing(world);
        let (acts, account) = (self.acts, self.ground.account);
        for (place, _, case) in self.by_key.each_mut() {
            if place.thing == account && departs(case) {
                case.decisions.retain(|d| d.verb != Verb::UserSuspend || !bearing.idle.contains(&d.row));
                for decision in case.decisions.iter_mut().filter(|d| bearing.idle.contains(&d.row)) {
                    decision.rank = None;
                }
                part(case, acts);
            }
            if place.thing == account && !bearing.beside.is_empty() {
                let beside = case.decisions.iter().filter_map(|d| Some((d, *bearing.beside.get(&d.row)?)));
                let told: Vec<Decision> = beside.flat_map(|(decision, stands)| turns(decision, stands)).collect();
                case.decisions.extend(told);
                case.decisions.sort_by_key(|d| (d.time, d.row));
            }
        }
        self.leaving = bearing.leaving;
    }

    fn bearing(&self, world: &dyn World) -> Bearing {
        let (mut bearing, beside) = (Bearing::default(), Beside::default());
        if !self.rules.everybody_is_pushed {
            let accounts = self.by_key.each_with_keys().filter(|(place, ..)| place.thing == self.ground.account);
            for (place, key, case) in accounts.filter(|(.., case)| departs(case) || is_unassigned(case)) {
                self.walk(place, key, case, world, &beside, &mut bearing);
            }
        }
        bearing
    }

    fn walk(
        &self,
        place: Place,
        key: &Key,
        case: &Case,
        world: &dyn World,
        beside: &Beside<'a>,
        bearing: &mut Bearing,
    ) {
        let acts = self.acts;
        let mut parts: BTreeMap<&str, Part<'_>> = BTreeMap::new();
        let decided = case.decisions.iter().map(|d| (directory(acts, d), d));
        for (own, decision) in decided.filter(|(own, _)| key.subject.is_known() && identity::decides(own)) {
            let is_whole = |since: Instant| world.authority_hole(since, decision.time).is_none();
            let is_elsewhere = |(other, part): (&&str, &Part<'_>)| {
                *other != own && part.is_here && part.is_assigned(decision.time) && is_whole(part.since)
            };
            if is_departure(decision) && parts.iter().any(is_elsewhere) {
                let part = parts.get(own);
                if part.is_some_and(|part| part.is_assigned(decision.time)) {
                    bearing.leaving.insert(decision.row);
                } else if self.bare(place, own, part, decision, beside).is_some_and(is_whole) {
                    bearing.idle.insert(decision.row);
                }
            }
            let stands = parts.iter().find(|part| is_elsewhere(*part)).map(|(_, part)| part.row);
            let part = parts.entry(own).or_insert_with(|| Part::before(decision));
            part.turn(acts, decision);
            let is_left = is_kept_elsewhere(decision) && !part.is_assigned(decision.time);
            let stands = stands.filter(|_| is_left && is_put_back(case, decision.time));
            if let Some(row) = stands.filter(|_| parts.values().all(|part| part.is_here)) {
                bearing.beside.insert(decision.row, row);
            }
        }
    }

    /// Since when nothing rests on what the directory decides of the person; `None` = the person may have been assigned before the logs.
    fn bare(
        &self,
        place: Place,
        own: &str,
        part: Option<&Part<'_>>,
        departure: &Decision,
        beside: &Beside<'a>,
    ) -> Option<Instant> {
        if let Some(ended) = part.and_then(|part| part.ended) {
            return Some(ended);
        }
        if beside.filled.get_or_init(|| self.filled()).contains(&(place.holder, own)) {
            return None;
        }
        let label = self.ground.keys.label(place.holder);
        let made = || beside.made.get_or_init(|| self.made()).get(&label).copied();
        part.and_then(|part| part.made).or_else(made).filter(|made| *made <= departure.time)
    }

    /// Who was put into a group that is pushed, and by which directory.
    fn filled(&self) -> HashSet<(Holder, &'a str)> {
        let pushed = self.pushed_groups();
        let mut filled = HashSet::new();
        for (place, key, case) in self.by_key.each_with_keys() {
            let is_pushed = match &key.entitlement {
                Entitlement::Member(group) => pushed.contains(&**group),
                Entitlement::Admin(_) => true,
                _ => false,
            };
            let grants = case.decisions.iter().filter(|d| is_pushed && d.direction == Direction::Grant);
            filled.extend(grants.map(|d| (place.holder, directory(self.acts, d))));
        }
        filled
    }
}

impl<'a> Part<'a> {
    fn before(first: &Decision) -> Self {
        let made = (first.verb == Verb::UserCreate).then_some(first.time);
        Self {
            apps: BTreeSet::new(),
            through: Instant::MIN,
            since: Instant::MAX,
            row: first.row,
            ended: None,
            made,
            is_here: true,
        }
    }

    fn is_assigned(&self, at: Instant) -> bool {
        !self.apps.is_empty() || self.through > at
    }

    fn turn(&mut self, acts: &'a Acts, decision: &Decision) {
        let was_assigned = self.is_assigned(decision.time);
        let is_grant = decision.direction == Direction::Grant;
        match decision.verb {
            Verb::UserDeactivate | Verb::UserDelete | Verb::UserSuspend => self.is_here = false,
            Verb::UserActivate | Verb::UserUnsuspend | Verb::UserCreate => self.is_here = true,
            Verb::AppAssign => {
                self.apps.insert(app(acts, decision));
                self.row = decision.row;
            }
            Verb::AppUnassign if decision.rank.is_none() => drop(self.apps.remove(app(acts, decision))),
            _ => {}
        }
        if is_grant && follows(decision) {
            self.through = self.through.max(decision.lapses);
            self.row = decision.row;
        } else if !is_grant && decision.rank.is_some() && !is_departure(decision) {
            // The last assignment, or that of the last group.
            self.apps.clear();
            self.through = Instant::MIN;
        }
        match (was_assigned, self.is_assigned(decision.time)) {
            (false, true) => (self.since, self.ended) = (decision.time, None),
            (_, false) if !is_grant && !is_departure(decision) => self.ended = Some(decision.time),
            _ => {}
        }
    }
}

/// True for the end of an assignment beside another one.
fn is_kept_elsewhere(decision: &Decision) -> bool {
    decision.verb == Verb::AppUnassign && decision.rank.is_none()
}

fn is_unassigned(case: &Case) -> bool {
    case.decisions.iter().any(is_kept_elsewhere)
}

/// True where the connector took the account next, and gave it again.
fn is_put_back(case: &Case, since: Instant) -> bool {
    let mut next = case.effects.iter().filter(|e| e.time > since).map(|e| (e.by_connector, e.direction));
    next.next() == Some((true, Direction::Revoke)) && next.next() == Some((true, Direction::Grant))
}

/// An unassignment as its own connector knows it, and the other directory's assignment, which stands.
fn turns(unassigned: &Decision, stands: usize) -> [Decision; 2] {
    let taken = Decision { rank: Some(1), is_item: false, ..unassigned.clone() };
    let (time, direction, verb) = (taken.time + 1, Direction::Grant, Verb::AppAssign);
    [taken.clone(), Decision { time, direction, verb, lapses: Instant::MAX, row: stands, ..taken }]
}

/// True for what follows from the assignment of a group, or from a return.
fn follows(decision: &Decision) -> bool {
    decision.rank.is_some() && !decision.is_item
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
            _ if is_departure(decision) && decision.rank.is_some() => {
                away.insert(directory);
            }
            (Direction::Grant, Verb::UserActivate | Verb::UserUnsuspend | Verb::UserCreate) => {
                away.remove(directory);
                // What follows from an assignment that came while the person was away bears the return's verb.
                if !away.is_empty() && !follows(decision) && decision.verb != Verb::UserCreate {
                    decision.rank = None;
                    decision.lapse(decision.time);
                }
            }
            (Direction::Grant, _) if decision.rank.is_some() && !away.contains(directory) => away.clear(),
            _ => {}
        }
    }
}
