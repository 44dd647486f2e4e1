//! Ordinary days: people join, move and leave, and it is all carried out in time.

use super::act::{Act, Decision};
use super::beside::Leaving;
use super::calendar::{Instant, Scope, after, at, date_text, is_working_day};
use super::databricks::{Change, Door};
use super::organisation::{Group, Person};
use super::story::Story;
use super::truth::{Finding, IMPLIED};

/// Days on which nothing ordinary happens: the planted situations need them, or the day before, for themselves.
const RESERVED: [u32; 5] = [5, 6, 7, 8, 13];

/// Tells the ordinary changes.
pub(super) fn tell(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let ordinary = &organisation.ordinary;
    let mut slots = Slots::new(story);
    for person in &ordinary.joiners {
        let time = slots.next(story);
        joiner(story, time, person);
    }
    for person in &ordinary.movers {
        let time = slots.next(story);
        mover(story, time, person);
    }
    for (number, person) in ordinary.leavers.iter().enumerate() {
        let time = slots.next(story);
        leaver(story, time, person, number % 2 == 0);
    }
}

/// Times for ordinary changes: working days in turn, at an hour of the working day.
struct Slots {
    days: Vec<u32>,
    next: usize,
}

impl Slots {
    fn new(story: &mut Story<'_>) -> Self {
        // What is decided on the last two days would still be on its way when the evidence ends.
        let last = story.plan.days.saturating_sub(2);
        let mut days: Vec<u32> = (1..=last).filter(|day| is_working_day(*day) && !RESERVED.contains(day)).collect();
        story.dice.shuffle(&mut days);
        Self { days, next: 0 }
    }

    fn next(&mut self, story: &mut Story<'_>) -> Instant {
        let day = self.days.get(self.next % self.days.len().max(1)).copied().unwrap_or(1);
        self.next += 1;
        after(at(day, story.dice.between(8, 15), story.dice.between(0, 59)), story.dice.between(0, 59))
    }
}

fn two_groups<'a>(story: &mut Story<'a>) -> [&'a Group; 2] {
    let organisation = story.organisation;
    let groups = [&organisation.engineers, &organisation.analysts];
    if story.dice.chance(50) { groups } else { [groups[1], groups[0]] }
}

fn joiner<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) {
    const SITUATION: &str = "clean_joiner";
    let [first, second] = two_groups(story);
    let both = [first, second];
    let count = if story.dice.chance(30) { 2 } else { 1 };
    let done = story.joins(time, person, &both[..count], SITUATION);
    other_systems(story, after(done, 30), person);
    story.describe(
        SITUATION,
        "Hired, assigned, put in groups; account and memberships are pushed within minutes.",
        format!("{} on {}", person.email, date_text(time)),
    );
}

/// A new colleague gets the CRM and the marketing news as well; neither concerns Databricks.
fn other_systems<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) {
    if story.dice.chance(40) {
        let organisation = story.organisation;
        let assigned = story.decide(time, Decision::Assign(person, &organisation.salesforce));
        story.trace(&assigned, Finding::not_applicable("not_pushed"), None, "other_application");
    }
}

fn mover<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) {
    const SITUATION: &str = "clean_mover";
    let [from, to] = two_groups(story);
    let left = story.exits(time, person, from, SITUATION);
    story.enters(after(left, 45), person, to, SITUATION);
    story.describe(
        SITUATION,
        "Changes the team: out of one group, into another, both carried out within minutes.",
        format!("{} on {}", person.email, date_text(time)),
    );
}

/// `is_tidied`: the connector also takes the leaver out of a group, though nobody decided that by itself.
fn leaver<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, is_tidied: bool) {
    const SITUATION: &str = "clean_leaver";
    let decided = story.dismissed(time, person);
    story.beside.left(person, time, Leaving::Voluntary);
    let last = decided.first().map_or(time, |decided| decided.time);
    let ended_at = after(last, story.lag());
    let change = Change::DeactivateUser(person);
    let ended = story.effect(ended_at, Scope::Account, Door::Connector, change);
    story.push_around(ended_at, Act::PushDeactivation(person));
    story.twins(&ended, change, &[Scope::Production, Scope::Sandbox]);
    story.carried_out(&decided.iter().collect::<Vec<_>>(), &ended, SITUATION);
    if is_tidied {
        tidied(story, after(ended_at, 8), person);
    }
    story.describe(
        SITUATION,
        "Leaves the company: deactivated and unassigned, or deleted, and suspended in Databricks within minutes.",
        format!("{} on {}", person.email, date_text(time)),
    );
}

fn tidied<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) {
    const SITUATION: &str = "implied_removal";
    let organisation = story.organisation;
    let removal = Change::RemoveMember(person, &organisation.analysts);
    let removed = story.effect(time, Scope::Account, Door::Connector, removal);
    story.vouch(&removed, IMPLIED, None, SITUATION);
    story.describe(
        SITUATION,
        "A leaver's membership is removed beside the account. No decision is logged for it: it follows from the departure.",
        format!("{} leaves `analysts` on {}", person.email, date_text(time)),
    );
}
