//! Cases that a careless reading gets wrong, each with people of its own. What one identity provider cannot have is left out
//! for it.
//!
//! Most of them happen on days without lost logs; an absence can be leaned on there.

mod accounts;
mod applications;
mod doors;
mod groups;
mod names;
mod orders;
mod times;

use super::act::Act;
use super::calendar::{Instant, Scope, after, at};
use super::databricks::{Change, Door, Use};
use super::dice::Dice;
use super::organisation::{Group, Person};
use super::story::{Decided, Effect, Story};
use super::truth::Finding;

const NO_AUTHORITY: Finding = Finding::exception("no_authority");
const REDUNDANT: Finding = Finding::pass("redundant");
const STATE: Finding = Finding::pass("state");
const LATE: Finding = Finding::exception("late");

/// Tells every case.
pub(super) fn tell(story: &mut Story<'_>) {
    // Whatever else is told, the cases stay the same.
    story.dice = Dice::new(story.plan.seed, "cases");
    let cast = &story.organisation.cast;
    let single = [&cast.renamed[0], &cast.capitals].into_iter();
    let known = cast.players.iter().chain(&cast.batch).chain(&cast.namesakes).chain(single);
    for (minute, person) in (0..).zip(known) {
        is_there(story, at(0, 12, minute), person);
    }
    orders::tell(story);
    doors::tell(story);
    times::tell(story);
    accounts::tell(story);
    names::tell(story);
    groups::tell(story);
    applications::tell(story);
}

/// Somebody who has had Databricks for long signs in; where memberships name people by id alone, the directory says whose.
pub(super) fn is_there<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) {
    story.log(time, Act::SignOn(person, &story.organisation.databricks));
    story.used(after(time, 2), Scope::Production, Use::SignIn(person));
    if !story.plan.provider.assigns() {
        story.log(after(time, 10), Act::Update(person));
    }
}

/// The connector grants a membership.
fn granted<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, group: &'a Group) -> Effect<'a> {
    story.effect(time, Scope::Account, Door::Connector, Change::AddMember(person, group))
}

/// The connector takes a membership.
fn taken<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, group: &'a Group) -> Effect<'a> {
    story.effect(time, Scope::Account, Door::Connector, Change::RemoveMember(person, group))
}

/// An administrator grants a membership by hand.
fn by_hand<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, group: &'a Group) -> Effect<'a> {
    let door = Door::Console(&story.organisation.console_admin);
    story.effect(time, Scope::Account, door, Change::AddMember(person, group))
}

fn join<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, group: &'a Group) -> Decided {
    story.decide(time, super::act::Decision::JoinGroup(person, group))
}

fn leave<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, group: &'a Group) -> Decided {
    story.decide(time, super::act::Decision::LeaveGroup(person, group))
}

/// When the last of some decisions was made.
fn last(decided: &[Decided]) -> Instant {
    decided.iter().map(|decided| decided.time).max().unwrap_or_else(|| at(0, 0, 0))
}
