//! Newcomers, and the ways an account comes to be.

use crate::simulate::act::{Act, Decision};
use crate::simulate::beside::Leaving;
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door, Use};
use crate::simulate::story::Story;
use crate::simulate::truth::{Finding, JUST_IN_TIME};

pub(super) fn tell(story: &mut Story<'_>) {
    newcomers(story);
    account_repaired_by_hand(story);
    beta_testers(story);
    first_sign_in(story);
    under_the_domain_alias(story);
    not_pushed(story);
}

/// People about whom something is decided later. Their own joining is ordinary.
fn newcomers(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let new = &organisation.newcomers;
    story.joins(at(1, 9, 10), &new.never_arrived, &[&organisation.analysts], "clean_joiner");
    story.joins(at(1, 10, 25), &new.push_failed, &[&organisation.engineers], "clean_joiner");
    story.joins(at(1, 13, 40), &new.outage_decided, &[&organisation.analysts], "clean_joiner");
    story.joins(at(2, 9, 15), &new.reversed, &[&organisation.engineers], "clean_joiner");
    // Shows that the platform group is pushed, long before pushes to it fail.
    story.enters(at(2, 15, 5), &organisation.identity_admin, &organisation.platform, "clean_mover");
}

/// The account push fails and an administrator adds the account by hand: decided, but by the wrong door. The
/// success of this push would be logged, and is not: whether the failure is resolved cannot be told.
fn account_repaired_by_hand(story: &mut Story<'_>) {
    const SITUATION: &str = "failed_account_push_repaired";
    let organisation = story.organisation;
    let person = &organisation.newcomers.repaired;
    let assigned = story.hired(at(2, 10, 0), person);
    let (_, failed_at) = story.log(after(assigned.time, 35), Act::PushUserFails(person));
    let door = Door::Console(&organisation.console_admin);
    let added = story.effect(at(2, 13, 40), Scope::Account, door, Change::CreateUser(person));
    story.carried_out(&[&assigned], &added, SITUATION);
    if story.plan.provider.assigns() {
        story.note("TRC-03", &added.change, Scope::Account.label(), failed_at, Finding::undetermined(""), SITUATION);
    } else {
        story.note_nameless(failed_at, SITUATION);
    }
    story.begins(person, at(3, 0, 0));
    story.enters(at(5, 9, 30), person, &organisation.analysts, "clean_joiner");
    story.describe(
        SITUATION,
        "The push of the account fails; an administrator adds it by hand within hours. The change is authorised, its door is not.",
        format!("{}, 2026-07-03", person.email),
    );
}

/// Two people enter the group that is deleted later.
fn beta_testers(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let new = &organisation.newcomers;
    story.enters(at(5, 11, 0), &new.never_arrived, &organisation.testers, "clean_mover");
    story.enters(at(5, 14, 0), &new.push_failed, &organisation.testers, "clean_mover");
}

fn first_sign_in(story: &mut Story<'_>) {
    const SITUATION: &str = "first_sign_in";
    let organisation = story.organisation;
    let person = &organisation.self_starter;
    let time = at(15, 13, 2);
    story.log(time, Act::SignOn(person, &organisation.databricks));
    let door = Door::FirstSignIn(person);
    let created = story.effect(after(time, 3), Scope::Account, door, Change::CreateUser(person));
    story.vouch(&created, JUST_IN_TIME, None, SITUATION);
    story.used(after(time, 5), Scope::Production, Use::SignIn(person));
    story.begins(person, at(16, 0, 0));
    story.describe(
        SITUATION,
        "Databricks creates an account by itself when somebody signs in for the first time.",
        format!("{}, 2026-07-16 13:02", person.email),
    );
}

/// The login and the user name in Databricks have different domains that mean the same.
fn under_the_domain_alias(story: &mut Story<'_>) {
    const SITUATION: &str = "domain_alias";
    let organisation = story.organisation;
    let person = &organisation.alias_user;
    let left = story.exits(at(7, 14, 10), person, &organisation.analysts, SITUATION);
    story.enters(after(left, 60), person, &organisation.engineers, SITUATION);
    story.describe(
        SITUATION,
        "Changes the team under a login whose domain is an alias; Databricks knows the canonical name.",
        format!("{} in the directory, {} in Databricks, 2026-07-08", person.login, person.email),
    );
}

/// Decisions that do not concern Databricks: a group that is not pushed, and somebody who never had access.
fn not_pushed(story: &mut Story<'_>) {
    const SITUATION: &str = "not_pushed";
    const ELSEWHERE: Finding = Finding::not_applicable("not_pushed");
    let organisation = story.organisation;
    let outsider = &organisation.outsider;
    let assigned = story.decide(at(5, 9, 45), Decision::Assign(outsider, &organisation.salesforce));
    story.trace(&assigned, ELSEWHERE, None, "other_application");
    for (minute, person) in [(50, outsider), (55, &organisation.newcomers.never_arrived)] {
        let joined = story.decide(at(5, 15, minute), Decision::JoinGroup(person, &organisation.marketing));
        story.trace(&joined, ELSEWHERE, None, SITUATION);
    }
    let began = at(16, 17, 30);
    let left = story.decide(began, story.departure(outsider));
    story.beside.left(outsider, began, Leaving::Voluntary);
    story.trace(&left, ELSEWHERE, None, "outsider_leaves");
    for test_id in ["DEP-01", "DEP-02"] {
        story.note(test_id, &left.change, Scope::Account.label(), began, ELSEWHERE, "outsider_leaves");
    }
    story.describe(
        SITUATION,
        "Put in a group that is not pushed to Databricks.",
        format!("`{}`, 2026-07-06", organisation.marketing.idp_name),
    );
    story.describe(
        "outsider_leaves",
        "Leaves the company without ever having had Databricks.",
        format!("{}, 2026-07-17", outsider.email),
    );
}
