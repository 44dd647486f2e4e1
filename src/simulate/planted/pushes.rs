//! Decisions whose push fails, never arrives, comes twice, or has not come yet.

use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::provider::Provider;
use crate::simulate::story::Story;
use crate::simulate::truth::Finding;

pub(super) fn tell(story: &mut Story<'_>) {
    pushed_again(story);
    membership_repaired_by_hand(story);
    never_arrived(story);
    never_repaired(story);
    taken_back(story);
    still_open(story);
}

/// A full push repeats what has been granted in the period: it changes nothing.
fn pushed_again(story: &mut Story<'_>) {
    const SITUATION: &str = "pushed_again";
    let organisation = story.organisation;
    let new = &organisation.newcomers;
    let group = &organisation.engineers;
    let time = at(9, 10, 0);
    for (person, seconds) in [(&new.push_failed, 3), (&new.reversed, 4)] {
        let change = Change::AddMember(person, group);
        let repeated = story.effect(after(time, seconds), Scope::Account, Door::Connector, change);
        story.vouch(&repeated, Finding::pass("redundant"), None, SITUATION);
    }
    story.log(after(time, 6), Act::PushGroup(group));
    story.describe(
        SITUATION,
        "A whole group is pushed again; its members have been in it since they joined.",
        "`data-engineers`, 2026-07-10 10:00".to_owned(),
    );
}

/// Okta logs no success for this type of push, so that the effect alone resolves the failure. Entra would log one.
fn membership_repaired_by_hand(story: &mut Story<'_>) {
    const SITUATION: &str = "failed_membership_push_repaired";
    let organisation = story.organisation;
    let person = &organisation.newcomers.repaired;
    let group = &organisation.engineers;
    let decided = story.decide(at(9, 11, 0), Decision::JoinGroup(person, group));
    let (_, failed_at) = story.log(after(decided.time, 48), Act::PushMembershipFails(person, group));
    let door = Door::Console(&organisation.console_admin);
    let added = story.effect(at(9, 15, 30), Scope::Account, door, Change::AddMember(person, group));
    story.carried_out(&[&decided], &added, SITUATION);
    if story.plan.provider == Provider::Entra {
        let silent = Finding::undetermined("");
        story.note("TRC-03", &added.change, Scope::Account.label(), failed_at, silent, SITUATION);
    } else if !story.plan.provider.assigns() {
        story.note_nameless(failed_at, SITUATION);
    }
    story.describe(
        SITUATION,
        "The push of a membership fails; an administrator adds it by hand within hours. The change is authorised, its door is not.",
        format!("{} enters `data-engineers`, 2026-07-10", person.email),
    );
}

fn never_arrived(story: &mut Story<'_>) {
    const SITUATION: &str = "push_never_arrived";
    let organisation = story.organisation;
    let person = &organisation.newcomers.never_arrived;
    let group = &organisation.engineers;
    let decided = story.decide(at(15, 15, 0), Decision::JoinGroup(person, group));
    story.log(after(decided.time, 37), Act::PushMember(person, group));
    story.trace(&decided, Finding::exception("missing"), None, SITUATION);
    story.describe(
        SITUATION,
        "The identity provider says nothing of a failure, but Databricks never logs the membership.",
        format!("{} and `data-engineers`, 2026-07-16 15:00", person.email),
    );
}

/// Nothing is pushed to this group afterwards: a later success of the same mapping could be read as the repair.
fn never_repaired(story: &mut Story<'_>) {
    const SITUATION: &str = "failed_push_unrepaired";
    let organisation = story.organisation;
    let person = &organisation.newcomers.push_failed;
    let group = &organisation.platform;
    let decided = story.decide(at(16, 11, 0), Decision::JoinGroup(person, group));
    let failure = Act::PushMembershipFails(person, group);
    let (_, failed_at) = story.log(after(decided.time, 51), failure);
    if story.plan.provider.assigns() {
        story.trace(&decided, Finding::exception("failed"), None, SITUATION);
        let unresolved = Finding::exception("");
        story.note("TRC-03", &decided.change, Scope::Account.label(), failed_at, unresolved, SITUATION);
    } else {
        // A failure that names nobody is nobody's.
        story.trace(&decided, Finding::exception("missing"), None, SITUATION);
        story.note_nameless(failed_at, SITUATION);
    }
    story.describe(
        SITUATION,
        "The push of a membership fails, and nobody repairs it.",
        format!("{} and `platform-admins`, 2026-07-17 11:00", person.email),
    );
}

fn taken_back(story: &mut Story<'_>) {
    const SITUATION: &str = "taken_back";
    let organisation = story.organisation;
    let person = &organisation.newcomers.reversed;
    let group = &organisation.platform;
    let entered = story.decide(at(16, 14, 0), Decision::JoinGroup(person, group));
    story.trace(&entered, Finding::not_applicable("superseded"), None, SITUATION);
    let left = story.decide(at(16, 15, 30), Decision::LeaveGroup(person, group));
    story.trace(&left, Finding::pass("already_in_effect"), None, SITUATION);
    story.describe(
        SITUATION,
        "Put in a group and taken out again before anything was pushed.",
        format!("{} and `platform-admins`, 2026-07-17 14:00 and 15:30", person.email),
    );
}

/// Decided so late that the time limit outlasts the evidence.
fn still_open(story: &mut Story<'_>) {
    const SITUATION: &str = "still_open";
    let organisation = story.organisation;
    let new = &organisation.newcomers;
    let last = story.plan.days.saturating_sub(1);
    let entered = Decision::JoinGroup(&new.outage_decided, &organisation.platform);
    let left = Decision::LeaveGroup(&new.reversed, &organisation.engineers);
    for (hour, decision) in [(19, entered), (20, left)] {
        let decided = story.decide(at(last, hour, 12), decision);
        story.trace(&decided, Finding::undetermined("window_open"), None, SITUATION);
    }
    story.describe(
        SITUATION,
        "Decided in the last hours of the period: the time limit has not run out when the evidence ends.",
        format!("{} and {}, last day", new.outage_decided.email, new.reversed.email),
    );
}
