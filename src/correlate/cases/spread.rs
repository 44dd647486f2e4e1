//! Decisions and effects on persons and groups, laid onto their memberships and roles.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::super::acts::Acts;
use super::super::kernel::{About, Case, Decision, Effect, Ending, EndingKind, Instant, Push, Scope, World};
use super::builder::Builder;
use super::creations::Origin;
use super::directories::directory;
use super::keys::{Holder, Place, Thing};
use super::{Entitlement, Key};
use crate::change::{Direction, Verb};
use crate::identity::Resolved;

impl Builder<'_> {
    pub(super) fn spread(&mut self, world: &dyn World) {
        self.put_out();
        self.assign_through_groups();
        self.part_directories(world);
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
        let uncreated = self.uncreated();
        let all = self.rules.everybody_is_pushed;
        let told = (self.acts, &self.leaving);
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
            Origin { person: of_person, group: of_group }.lay(case);
            of_person.into_iter().for_each(|of_person| lay(case, of_person, told, 1, |verb| of_assignment(verb, all)));
            of_group.into_iter().for_each(|of_group| lay(case, of_group, told, 2, |verb| verb));
            case.pushes.extend(uncreated.get(&place.holder).into_iter().flatten().cloned());
            case.decisions.sort_by_key(|d| (d.time, d.row));
            case.endings.sort_by_key(|e| e.time);
            case.pushes.sort_by_key(|p| (p.time, p.row));
        }
    }

    /// Whoever is put out of a workspace loses the role there: laid where a record or a listing tells of the role.
    fn put_out(&mut self) {
        for (place, ending) in std::mem::take(&mut self.put_out) {
            let ground = self.ground;
            let is_listed =
                || !ground.noted.seen_of(&ground.keys.key(place), ground.scopes.name(ending.scope)).is_empty();
            if self.by_key.at(place).is_some() || is_listed() {
                self.case(place).endings.push(ending);
            }
        }
    }

    /// Pushes that failed to create an account, by whose it was to be.
    fn uncreated(&self) -> HashMap<Holder, Vec<Push>, RandomState> {
        let accounts = self.by_key.each().filter(|(place, _)| place.thing == self.ground.account);
        let fails = |case: &Case| case.pushes.iter().any(|p| is_failed_creation(p, self.acts));
        let failing: Vec<(Place, &Case)> = accounts.filter(|(_, case)| fails(case)).collect();
        let mut listed: HashMap<&Key, Vec<Instant>, RandomState> = HashMap::default();
        for (key, _, seen) in self.ground.noted.seen().filter(|(key, _, _)| !failing.is_empty() && is_account(key)) {
            listed.entry(key).or_default().extend(seen.iter().map(|seen| seen.time));
        }
        let of = |(place, case): (Place, &Case)| {
            let listed = listed.get(&self.ground.keys.key(place)).map_or(&[][..], Vec::as_slice);
            (place.holder, uncreated(case, listed, self.acts))
        };
        failing.into_iter().map(of).collect()
    }
}

fn is_account(key: &Key) -> bool {
    !key.is_group && key.entitlement == Entitlement::Account
}

/// Pushes that failed to create an account that was assigned and not there, each until it was there after all. A listing that names it
/// saw it, in force or not.
fn uncreated(account: &Case, listed: &[Instant], acts: &Acts) -> Vec<Push> {
    let effects = account.effects.iter().map(|e| (e.time, e.verb));
    let arrived = account.pushes.iter().filter(|p| p.by_connector && p.succeeded).map(|p| (p.time, acts.verb(p.row)));
    let told = effects.chain(arrived).map(|(time, verb)| (time, verb != Verb::UserDelete));
    let mut there: Vec<(Instant, bool)> = told.chain(listed.iter().map(|time| (*time, true))).collect();
    there.sort_unstable();
    let is_assigned = |time: Instant| {
        let last = account.decisions.iter().rfind(|d| d.rank.is_some() && d.time <= time);
        last.is_some_and(|d| d.direction == Direction::Grant)
    };
    let open = |p: &Push| {
        let (before, after) = there.split_at(there.partition_point(|(time, _)| *time <= p.time));
        let is_there = before.last().is_some_and(|(_, is_there)| *is_there);
        let until = after.iter().find(|(_, is_there)| *is_there).map_or(Instant::MAX, |(time, _)| *time);
        (!is_there && is_assigned(p.time)).then(|| Push { about: About::Account { until }, ..p.clone() })
    };
    account.pushes.iter().filter(|p| is_failed_creation(p, acts)).filter_map(open).collect()
}

fn is_failed_creation(push: &Push, acts: &Acts) -> bool {
    push.by_connector && !push.succeeded && acts.verb(push.row) == Verb::UserCreate
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

/// The workspaces in which a membership is of groups of their own, which bear the name of one that ends at the account.
fn own_groups(case: &Case, end: &Effect, acts: &Acts) -> Vec<Scope> {
    let is_shared = end.verb == Verb::GroupDelete && end.scope == Scope::ACCOUNT;
    let Some(ended) = Some(end).filter(|_| is_shared).and_then(|end| acts.group_number(end.row)) else {
        return Vec::new();
    };
    let below = case.effects.iter().filter(|e| e.scope != Scope::ACCOUNT);
    let (own, other): (Vec<&Effect>, Vec<&Effect>) = below.partition(|e| e.group != 0 && e.group != ended);
    let mut scopes: Vec<Scope> = own.iter().map(|e| e.scope).filter(|s| other.iter().all(|e| e.scope != *s)).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn lay(
    case: &mut Case,
    above: &Case,
    (acts, leaving): (&Acts, &HashSet<usize>),
    rank: u8,
    laid: impl Fn(Verb) -> Verb,
) {
    let given = given(case, acts, leaving);
    let stays = |d: &&Decision| leaving.contains(&d.row) && is_given_elsewhere(&given, d, acts);
    // What a connector knows that another one does not is of the account alone.
    let is_aside = |d: &Decision| d.rank == Some(1) && matches!(d.verb, Verb::AppAssign | Verb::AppUnassign);
    for decision in above.decisions.iter().filter(|d| !stays(d) && !is_aside(d)) {
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
    let ends: Vec<Ending> = Vec::from_iter(ends.filter_map(|(_, e)| {
        let kind = match e.verb {
            Verb::UserDelete | Verb::GroupDelete => EndingKind::Final,
            Verb::UserDeactivate => EndingKind::Suspended,
            Verb::UserActivate => EndingKind::Restored,
            _ => return None,
        };
        let spares = own_groups(case, e, acts);
        Some(Ending { time: e.time, scope: e.scope, spares, kind, row: e.row })
    }));
    case.endings.extend(ends);
    let group_level = above.pushes.iter().filter(|p| acts.verb(p.row) == Verb::GroupUpdate);
    case.pushes.extend(group_level.flat_map(|p| {
        [Direction::Grant, Direction::Revoke].map(|direction| Push { direction, about: About::Group, ..p.clone() })
    }));
}

/// When, and in which directories, access was given, where somebody leaves one of several.
fn given<'a>(case: &Case, acts: &'a Acts, leaving: &HashSet<usize>) -> Vec<(Instant, &'a str)> {
    let is_own = |d: &&Decision| !leaving.is_empty() && d.direction == Direction::Grant && d.rank == Some(0);
    case.decisions.iter().filter(is_own).map(|d| (d.time, directory(acts, d))).collect()
}

// Whoever leaves one directory stays in the groups that another one fills.
fn is_given_elsewhere(given: &[(Instant, &str)], departure: &Decision, acts: &Acts) -> bool {
    let own = directory(acts, departure);
    let mut before = given.iter().filter(|(time, _)| *time <= departure.time).peekable();
    before.peek().is_some() && before.all(|(_, directory)| *directory != own)
}
