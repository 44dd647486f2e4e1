//! One person under several names, and several people under one.

use super::{NO_AUTHORITY, by_hand, granted, is_there, join};
use crate::simulate::act::Act;
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::provider::Provider;
use crate::simulate::story::Story;
use crate::simulate::truth::Finding;

pub(super) fn tell(story: &mut Story<'_>) {
    login_renamed(story);
    namesake(story);
    capitals(story);
    unresolved_subject(story);
    match story.plan.provider {
        Provider::Okta => login_differs(story),
        Provider::Entra => {
            login_differs(story);
            guest(story);
        }
        Provider::Ping => id_known_by_sign_on(story),
    }
}

/// Databricks keeps the user name; the directory's id ties the new login to it.
fn login_renamed(story: &mut Story<'_>) {
    const SITUATION: &str = "login_renamed";
    let cast = &story.organisation.cast;
    let [before, now] = &cast.renamed;
    story.enters(at(3, 15, 0), before, &cast.guild, SITUATION);
    story.log(at(5, 8, 0), Act::Rename(now));
    story.exits(at(5, 11, 0), now, &cast.guild, SITUATION);
    story.describe(
        SITUATION,
        "The login changes between two decisions; Databricks keeps the old name, the directory the id.",
        format!("{}, from 2026-07-06 on {}", before.login, now.login),
    );
}

fn namesake(story: &mut Story<'_>) {
    const SITUATION: &str = "namesake";
    let cast = &story.organisation.cast;
    let [first, second] = &cast.namesakes;
    story.enters(at(14, 13, 0), first, &cast.guild, SITUATION);
    let manual = by_hand(story, at(14, 14, 30), second, &cast.guild);
    story.vouch(&manual, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "Two people of the same name: what was decided for one authorises nothing for the other.",
        format!("{} and {}, 2026-07-15", first.email, second.email),
    );
}

fn capitals(story: &mut Story<'_>) {
    const SITUATION: &str = "capitals";
    let cast = &story.organisation.cast;
    story.enters(at(14, 15, 0), &cast.capitals, &cast.guild, SITUATION);
    story.describe(
        SITUATION,
        "The login is written with capitals, the user name in Databricks without.",
        format!("{} and {}, 2026-07-15", cast.capitals.login, cast.capitals.email),
    );
}

/// Two accounts of the directory claim one user name at the same time: whose it is cannot be told.
fn unresolved_subject(story: &mut Story<'_>) {
    const SITUATION: &str = "unresolved_subject";
    const UNRESOLVED: Finding = Finding::undetermined("unresolved_subject");
    let cast = &story.organisation.cast;
    let [one, other] = &cast.contested;
    for (minute, person) in [(30, one), (40, other)] {
        let authority = story.hired(at(3, 9, minute), person);
        story.trace(&authority, UNRESOLVED, None, SITUATION);
        story.push_around(at(3, 9, 45), Act::PushUser(person));
    }
    let created = story.effect(at(3, 9, 45), Scope::Account, Door::Connector, Change::CreateUser(one));
    story.vouch(&created, UNRESOLVED, None, SITUATION);
    let decided = join(story, at(14, 11, 0), one, &cast.guild);
    story.trace(&decided, UNRESOLVED, None, SITUATION);
    let added = granted(story, at(14, 11, 1), one, &cast.guild);
    story.vouch(&added, UNRESOLVED, None, SITUATION);
    story.describe(
        SITUATION,
        "Two accounts of the directory are pushed under one user name at the same time.",
        format!("{}, from 2026-07-04 on", one.email),
    );
}

/// Login and user name have nothing in common but the record that assigns or pushes.
fn login_differs(story: &mut Story<'_>) {
    const SITUATION: &str = "login_differs";
    let cast = &story.organisation.cast;
    let person = &cast.other_login;
    story.joins(at(1, 16, 0), person, &[&cast.guild], SITUATION);
    story.describe(
        SITUATION,
        "Logs in under another name than Databricks knows; only the assignment or the push says both.",
        format!("{} and {}, 2026-07-02", person.login, person.email),
    );
}

fn guest(story: &mut Story<'_>) {
    const SITUATION: &str = "guest";
    let cast = &story.organisation.cast;
    let person = &cast.guest;
    story.joins(at(2, 16, 0), person, &[&cast.guild], SITUATION);
    story.describe(
        SITUATION,
        "A guest of the tenant, pushed under the address at home.",
        format!("{} and {}, 2026-07-03", person.login, person.email),
    );
}

/// Nothing but a sign-on says whose id it is that a membership names.
fn id_known_by_sign_on(story: &mut Story<'_>) {
    const SITUATION: &str = "id_known_by_sign_on";
    let cast = &story.organisation.cast;
    let person = &cast.signed_on;
    story.log(at(1, 8, 0), Act::SignOn(person, &story.organisation.databricks));
    let decided = join(story, at(15, 9, 0), person, &cast.guild);
    let added = granted(story, after(decided.time, 20), person, &cast.guild);
    story.carried_out(&[&decided], &added, SITUATION);
    // Somebody else's record, so that one without a case of its own is there too.
    is_there(story, at(1, 8, 5), &cast.unexplained);
    story.describe(
        SITUATION,
        "The membership names an id, and only a sign-on tells whose it is.",
        format!("{}, 2026-07-16 09:00", person.email),
    );
}
