//! Grants and removals in an order that decides what they are worth.

use super::{NO_AUTHORITY, REDUNDANT, by_hand, granted, join, leave, taken};
use crate::simulate::act::Act;
use crate::simulate::calendar::{after, at};
use crate::simulate::story::Story;
use crate::simulate::truth::{Finding, MATCHED};

pub(super) fn tell(story: &mut Story<'_>) {
    regrant_after_reversal(story);
    one_decision_two_effects(story);
    coincident_grant(story);
    reversal_in_flight(story);
    reversal_not_carried_out(story);
    redundant_revoke(story);
    granted_before_decided(story);
    failed_then_retried(story);
    stale_push(story);
    decided_twice(story);
}

/// The decision was used, and reversed since: it gives nothing any more, though it lies within the look-back.
fn regrant_after_reversal(story: &mut Story<'_>) {
    const SITUATION: &str = "regrant_after_reversal";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    story.enters(at(3, 9, 0), person, guild, SITUATION);
    story.exits(at(3, 11, 30), person, guild, SITUATION);
    let again = granted(story, at(3, 15, 0), person, guild);
    story.vouch(&again, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "Put in a group and taken out again, both carried out; the connector grants it once more, which nobody decided.",
        format!("{} and `guild`, 2026-07-04 15:00", person.email),
    );
}

fn one_decision_two_effects(story: &mut Story<'_>) {
    const SITUATION: &str = "one_decision_two_effects";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let arrived = story.enters(at(3, 10, 0), person, guild, SITUATION);
    let again = granted(story, after(arrived, 120), person, guild);
    story.vouch(&again, REDUNDANT, None, SITUATION);
    story.describe(
        SITUATION,
        "One decision, and two grants of it within minutes: the second changes nothing.",
        format!("{} and `guild`, 2026-07-04 10:00", person.email),
    );
}

fn coincident_grant(story: &mut Story<'_>) {
    const SITUATION: &str = "coincident_grant";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let decided = join(story, at(4, 9, 0), person, guild);
    let manual = by_hand(story, at(4, 9, 0) + chrono::TimeDelta::seconds(40), person, guild);
    story.carried_out(&[&decided], &manual, SITUATION);
    let pushed_at = after(manual.time, story.soon(90));
    let pushed = granted(story, pushed_at, person, guild);
    story.push_around(pushed_at, Act::PushMember(person, guild));
    story.vouch(&pushed, REDUNDANT, None, SITUATION);
    story.describe(
        SITUATION,
        "An administrator grants by hand what was decided a moment ago, before the push arrives: authorised, by the wrong door.",
        format!("{} and `guild`, 2026-07-05 09:00", person.email),
    );
}

/// The push was on its way when the decision was reversed; the reversal is carried out in turn.
fn reversal_in_flight(story: &mut Story<'_>) {
    const SITUATION: &str = "reversal_in_flight";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let entered = join(story, at(4, 10, 0), person, guild);
    let left = leave(story, at(4, 10, 10), person, guild);
    let grant = granted(story, at(4, 10, 12), person, guild);
    let removal = taken(story, at(4, 10, 25), person, guild);
    for (decided, effect) in [(&entered, &grant), (&left, &removal)] {
        story.carried_out(&[decided], effect, SITUATION);
    }
    story.describe(
        SITUATION,
        "Put in a group and taken out ten minutes later; the grant arrives after that, the removal after the grant.",
        format!("{} and `guild`, 2026-07-05 10:00 to 10:25", person.email),
    );
}

/// The same, but the removal never comes: the access stands against what was decided.
fn reversal_not_carried_out(story: &mut Story<'_>) {
    const SITUATION: &str = "reversal_not_carried_out";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let entered = join(story, at(4, 12, 0), person, guild);
    let left = leave(story, at(4, 12, 10), person, guild);
    let grant = granted(story, at(4, 12, 12), person, guild);
    story.vouch(&grant, NO_AUTHORITY, None, SITUATION);
    story.trace(&entered, Finding::not_applicable("superseded"), None, SITUATION);
    story.trace(&left, Finding::exception("missing"), None, SITUATION);
    story.describe(
        SITUATION,
        "Put in a group and taken out ten minutes later; only the grant arrives, and stays.",
        format!("{} and `guild`, 2026-07-05 12:00", person.email),
    );
}

fn redundant_revoke(story: &mut Story<'_>) {
    const SITUATION: &str = "redundant_revoke";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    story.enters(at(5, 10, 0), person, guild, SITUATION);
    story.exits(at(5, 11, 30), person, guild, SITUATION);
    let again = taken(story, at(5, 13, 30), person, guild);
    story.vouch(&again, REDUNDANT, None, SITUATION);
    story.describe(
        SITUATION,
        "Taken out of a group, and then once more: the second removal changes nothing.",
        format!("{} and `guild`, 2026-07-06 13:30", person.email),
    );
}

/// What was granted by hand is decided later: that makes it no better, and leaves nothing to do.
fn granted_before_decided(story: &mut Story<'_>) {
    const SITUATION: &str = "granted_before_decided";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let manual = by_hand(story, at(10, 11, 0), person, guild);
    story.vouch(&manual, NO_AUTHORITY, None, SITUATION);
    let decided = join(story, at(10, 13, 0), person, guild);
    story.trace(&decided, Finding::pass("already_in_effect"), None, SITUATION);
    let pushed_at = after(decided.time, story.soon(30));
    let pushed = granted(story, pushed_at, person, guild);
    story.push_around(pushed_at, Act::PushMember(person, guild));
    story.vouch(&pushed, REDUNDANT, None, SITUATION);
    story.describe(
        SITUATION,
        "Granted by hand, and decided only two hours later.",
        format!("{} and `guild`, 2026-07-11 11:00 and 13:00", person.email),
    );
}

fn failed_then_retried(story: &mut Story<'_>) {
    const SITUATION: &str = "failed_then_retried";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let decided = join(story, at(15, 10, 0), person, guild);
    let (_, failed_at) = story.log(after(decided.time, 45), Act::PushMembershipFails(person, guild));
    if !story.plan.provider.assigns() {
        story.note_nameless(failed_at, SITUATION);
    }
    let arrived_at = after(decided.time, 345);
    let arrived = granted(story, arrived_at, person, guild);
    story.log(after(arrived_at, 3), Act::PushMember(person, guild));
    story.vouch(&arrived, MATCHED, Some(&decided), SITUATION);
    story.trace(&decided, MATCHED, Some(&arrived), SITUATION);
    story.describe(
        SITUATION,
        "The push fails and is tried again five minutes later, by itself.",
        format!("{} and `guild`, 2026-07-16 10:00", person.email),
    );
}

/// Decided, never carried out, taken back after the time allowed; a week later the push comes after all.
fn stale_push(story: &mut Story<'_>) {
    const SITUATION: &str = "stale_push";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let entered = join(story, at(3, 17, 0), person, guild);
    story.trace(&entered, Finding::exception("missing"), None, SITUATION);
    let left = leave(story, at(5, 6, 0), person, guild);
    story.trace(&left, Finding::pass("already_in_effect"), None, SITUATION);
    let arrived = granted(story, at(11, 8, 0), person, guild);
    story.vouch(&arrived, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "Put in a group and taken out more than a day later, neither carried out; a week after that the grant arrives.",
        format!("{} and `guild`, 2026-07-04, 2026-07-06 and 2026-07-12", person.email),
    );
}

/// The same decision under two ids, carried out once: it names the nearer one, and is the end of both.
fn decided_twice(story: &mut Story<'_>) {
    const SITUATION: &str = "decided_twice";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let first = join(story, at(15, 14, 0), person, guild);
    let second = join(story, at(15, 14, 1), person, guild);
    let arrived_at = after(second.time, story.soon(20));
    let arrived = granted(story, arrived_at, person, guild);
    story.push_around(arrived_at, Act::PushMember(person, guild));
    story.carried_out(&[&second, &first], &arrived, SITUATION);
    story.describe(
        SITUATION,
        "The same decision twice within a minute, each with an id of its own, and one grant.",
        format!("{} and `guild`, 2026-07-16 14:00", person.email),
    );
}
