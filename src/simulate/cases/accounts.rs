//! Accounts that end and come back, and those that nobody asked for.

use super::{NO_AUTHORITY, REDUNDANT, granted, join, last};
use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Instant, Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::organisation::Person;
use crate::simulate::story::{Decided, Story};
use crate::simulate::truth::{Finding, MATCHED, PLATFORM_INTERNAL};

pub(super) fn tell(story: &mut Story<'_>) {
    left_and_back(story);
    deleted_and_recreated(story);
    stale_membership(story);
    rehired(story);
    created_automatically(story);
    platform_principal(story);
    workspace_admin(story);
    service_principal(story);
    transport_only(story);
}

/// Databricks keeps the memberships of whoever is switched off: granting them again changes nothing.
fn left_and_back(story: &mut Story<'_>) {
    const SITUATION: &str = "left_and_back";
    let cast = &story.organisation.cast;
    let person = &cast.returning;
    story.joins(at(2, 11, 0), person, &[&cast.guild], SITUATION);
    let decided = switched_off(story, at(10, 9, 0), person);
    let off_at = after(last(&decided), story.soon(40));
    let off = story.effect(off_at, Scope::Account, Door::Connector, Change::DeactivateUser(person));
    story.push_around(off_at, Act::PushDeactivation(person));
    story.carried_out(&decided.iter().collect::<Vec<_>>(), &off, SITUATION);
    let back = story.decide(at(14, 9, 0), Decision::Reactivate(person));
    let assigned = story.plan.provider.assigns().then(|| {
        let decision = Decision::Assign(person, &story.organisation.databricks);
        story.decide(at(14, 9, 2), decision)
    });
    let all: Vec<&Decided> = assigned.iter().chain([&back]).collect();
    let on_at = after(at(14, 9, 3), story.soon(20));
    let on = story.effect(on_at, Scope::Account, Door::Connector, Change::ActivateUser(person));
    story.push_around(on_at, Act::PushReactivation(person));
    story.carried_out(&all, &on, SITUATION);
    let kept = granted(story, after(on_at, 600), person, &cast.guild);
    story.vouch(&kept, REDUNDANT, None, SITUATION);
    story.describe(
        SITUATION,
        "Switched off and four days later on again; a membership that Databricks kept is granted once more.",
        format!("{}, 2026-07-11 and 2026-07-15", person.email),
    );
}

fn switched_off<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) -> Vec<Decided> {
    let off = story.decide(time, Decision::Deactivate(person));
    if !story.plan.provider.assigns() {
        return vec![off];
    }
    let unassigned = story.decide(after(time, 2), Decision::Unassign(person, &story.organisation.databricks));
    vec![unassigned, off]
}

/// Somebody is deleted, here and there.
fn deleted<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, situation: &'static str) {
    let mut decided = story.dismissed(time, person);
    if story.plan.provider.assigns() {
        decided.push(story.decide(after(time, 300), Decision::Delete(person)));
    }
    let gone_at = after(last(&decided), story.soon(30));
    let gone = story.effect(gone_at, Scope::Account, Door::Connector, Change::DeleteUser(person));
    story.push_around(gone_at, Act::PushDeletion(person));
    story.carried_out(&decided.iter().collect::<Vec<_>>(), &gone, situation);
}

/// Somebody is hired under a name that was there before, and gets a new account.
fn hired_again<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person, situation: &'static str) {
    let authority = story.hired(time, person);
    let there_at = after(authority.time, story.soon(30));
    let there = story.effect(there_at, Scope::Account, Door::Connector, Change::CreateUser(person));
    story.push_around(there_at, Act::PushUser(person));
    story.carried_out(&[&authority], &there, situation);
}

fn deleted_and_recreated(story: &mut Story<'_>) {
    const SITUATION: &str = "deleted_and_recreated";
    let cast = &story.organisation.cast;
    let [old, new] = &cast.recreated;
    story.joins(at(2, 13, 0), old, &[&cast.guild], SITUATION);
    deleted(story, at(11, 9, 0), old, SITUATION);
    hired_again(story, at(11, 14, 0), new, SITUATION);
    story.enters(at(12, 9, 0), new, &cast.guild, SITUATION);
    story.describe(
        SITUATION,
        "Deleted, and made again on the same day under the same name with new ids; a new decision brings the membership back.",
        format!("{}, 2026-07-12", old.email),
    );
}

/// A deleted account's decisions never come back.
fn stale_membership(story: &mut Story<'_>) {
    const SITUATION: &str = "stale_membership";
    let cast = &story.organisation.cast;
    let [old, new] = &cast.stale;
    story.joins(at(2, 14, 0), old, &[&cast.guild], SITUATION);
    deleted(story, at(11, 10, 0), old, SITUATION);
    hired_again(story, at(11, 15, 0), new, SITUATION);
    let again = granted(story, at(14, 10, 0), new, &cast.guild);
    story.vouch(&again, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "Deleted and made again; days later the connector grants the membership that the deleted account had.",
        format!("{}, 2026-07-15 10:00", old.email),
    );
}

/// Another account of the directory under the old e-mail; Databricks switches the old account on again.
fn rehired(story: &mut Story<'_>) {
    const SITUATION: &str = "rehired";
    let cast = &story.organisation.cast;
    let [old, new] = &cast.rehired;
    story.joins(at(1, 14, 30), old, &[&cast.guild], SITUATION);
    let decided = story.dismissed(at(4, 15, 0), old);
    let off_at = after(last(&decided), story.soon(30));
    let off = story.effect(off_at, Scope::Account, Door::Connector, Change::DeactivateUser(old));
    story.push_around(off_at, Act::PushDeactivation(old));
    story.carried_out(&decided.iter().collect::<Vec<_>>(), &off, SITUATION);
    let authority = story.hired(at(12, 9, 0), new);
    let on_at = after(authority.time, story.soon(30));
    let on = story.effect(on_at, Scope::Account, Door::Connector, Change::ActivateUser(new));
    story.push_around(on_at, Act::PushReactivation(new));
    story.carried_out(&[&authority], &on, SITUATION);
    story.describe(
        SITUATION,
        "Leaves, and is hired again a week later with a new id and the old e-mail: the old account is switched on.",
        format!("{}, 2026-07-05 and 2026-07-13", old.email),
    );
}

fn created_automatically(story: &mut Story<'_>) {
    const SITUATION: &str = "created_automatically";
    let person = &story.organisation.cast.shared_with;
    let door = Door::Automatic(&story.organisation.console_admin);
    let created = story.effect(at(11, 13, 0), Scope::Account, door, Change::CreateUser(person));
    story.vouch(&created, Finding::not_applicable("automatic_identity_management"), None, SITUATION);
    story.describe(
        SITUATION,
        "Databricks creates an account for somebody with whom something is shared, who never signs in.",
        format!("{}, 2026-07-12 13:00", person.email),
    );
}

fn platform_principal(story: &mut Story<'_>) {
    const SITUATION: &str = "platform_principal";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let change = Change::RemoveMember(person, guild);
    let removed = story.effect(at(12, 14, 0), Scope::Account, Door::Platform, change);
    story.vouch(&removed, PLATFORM_INTERNAL, None, SITUATION);
    story.describe(
        SITUATION,
        "Databricks itself takes somebody out of a group.",
        format!("{} and `guild`, 2026-07-13 14:00", person.email),
    );
}

/// Membership of a workspace's `admins` is the role.
fn workspace_admin(story: &mut Story<'_>) {
    const SITUATION: &str = "workspace_admin";
    let person = story.player();
    let door = Door::Console(&story.organisation.console_admin);
    let granted = story.effect(at(12, 11, 0), Scope::Production, door, Change::JoinAdmins(person));
    story.vouch(&granted, NO_AUTHORITY, None, SITUATION);
    let scope = Scope::Production.label();
    story.note("PRV-01", &granted.change, scope, granted.time, Finding::exception(""), SITUATION);
    story.beside.administrators.push(person.email.clone());
    story.describe(
        SITUATION,
        "An administrator puts somebody in the group `admins` of a workspace.",
        format!("{}, production, 2026-07-13 11:00", person.email),
    );
}

/// The making of a service principal leaves two rows, the second without an id.
fn service_principal(story: &mut Story<'_>) {
    const SITUATION: &str = "service_principal";
    let cast = &story.organisation.cast;
    let time = at(5, 14, 0);
    let made = story.effect(time, Scope::Account, Door::Terraform, Change::CreateUser(&cast.robot));
    story.vouch(&made, NO_AUTHORITY, None, SITUATION);
    story.effect(after(time, 1), Scope::Account, Door::Terraform, Change::CreateAgain(&cast.robot));
    let change = Change::AddMember(&cast.robot, &cast.guild);
    let added = story.effect(after(time, 20), Scope::Account, Door::Terraform, change);
    story.vouch(&added, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "The pipeline makes a service principal, which leaves two rows, and puts it in a group; nobody decided it.",
        format!("{}, 2026-07-06 14:00", cast.robot.email),
    );
}

/// The decision is not in the log, but the identity provider says that it pushed.
fn transport_only(story: &mut Story<'_>) {
    const SITUATION: &str = "transport_only";
    if !story.plan.provider.assigns() {
        return;
    }
    let cast = &story.organisation.cast;
    let person = &cast.unexplained;
    let time = at(15, 11, 0);
    let created = story.effect(time, Scope::Account, Door::Connector, Change::CreateUser(person));
    story.push_around(time, Act::PushUser(person));
    story.vouch(&created, Finding::pass("transport"), None, SITUATION);
    // A membership is decided as usual.
    let decided = join(story, at(15, 12, 0), person, &cast.guild);
    let added = granted(story, at(15, 12, 1), person, &cast.guild);
    story.push_around(added.time, Act::PushMember(person, &cast.guild));
    story.vouch(&added, MATCHED, Some(&decided), SITUATION);
    story.trace(&decided, MATCHED, Some(&added), SITUATION);
    story.describe(
        SITUATION,
        "The push of an account is logged, but no decision for it.",
        format!("{}, 2026-07-16 11:00", person.email),
    );
}
