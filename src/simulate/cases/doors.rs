//! Changes that look decided, and are not.

use super::{NO_AUTHORITY, by_hand, granted, last};
use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::story::Story;

pub(super) fn tell(story: &mut Story<'_>) {
    connector_grant(story);
    stolen_token(story);
    refused_decision(story);
    reactivated_by_hand(story);
}

fn connector_grant(story: &mut Story<'_>) {
    const SITUATION: &str = "connector_grant";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let arrived = granted(story, at(11, 18, 0), person, guild);
    story.vouch(&arrived, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "The connector grants what nobody decided: the right door alone authorises nothing.",
        format!("{} and `guild`, 2026-07-12 18:00", person.email),
    );
}

fn stolen_token(story: &mut Story<'_>) {
    const SITUATION: &str = "stolen_token";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let change = Change::AddMember(person, guild);
    let arrived = story.effect(at(12, 3, 0), Scope::Account, Door::StolenToken, change);
    story.vouch(&arrived, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "The connector's token, used by another program from another address.",
        format!("{} and `guild`, 2026-07-13 03:00", person.email),
    );
}

/// What was refused decides nothing, and is no item.
fn refused_decision(story: &mut Story<'_>) {
    const SITUATION: &str = "refused_decision";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    story.log(at(14, 12, 0), Act::DecideInVain(Decision::JoinGroup(person, guild)));
    let manual = by_hand(story, at(14, 12, 30), person, guild);
    story.vouch(&manual, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "Somebody tries to put a person in a group and is refused; half an hour later it is done by hand in Databricks.",
        format!("{} and `guild`, 2026-07-15 12:00", person.email),
    );
}

fn reactivated_by_hand(story: &mut Story<'_>) {
    const SITUATION: &str = "reactivated_by_hand";
    let person = story.player();
    let decided = story.dismissed(at(14, 10, 0), person);
    let off_at = after(last(&decided), story.soon(30));
    let off = story.effect(off_at, Scope::Account, Door::Connector, Change::DeactivateUser(person));
    story.push_around(off_at, Act::PushDeactivation(person));
    story.carried_out(&decided.iter().collect::<Vec<_>>(), &off, SITUATION);
    let door = Door::Console(&story.organisation.console_admin);
    let on = story.effect(at(16, 9, 0), Scope::Account, door, Change::ActivateUser(person));
    story.vouch(&on, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "Leaves the company and is switched off; two days later an administrator switches the account on again.",
        format!("{}, 2026-07-15 and 2026-07-17", person.email),
    );
}
