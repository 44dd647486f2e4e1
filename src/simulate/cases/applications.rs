//! Assignments and pushes that PingOne does not log: to a second application, through a group, skipped, none at all.

use super::{granted, join};
use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::provider::Provider;
use crate::simulate::story::Story;
use crate::simulate::truth::{Finding, MATCHED};

pub(super) fn tell(story: &mut Story<'_>) {
    if story.plan.provider.assigns() {
        never_assigned(story);
        two_applications(story);
        unassigned_only(story);
        skipped_push(story);
        mapping_removed(story);
    }
    if story.plan.provider == Provider::Entra {
        assigned_through_group(story);
    }
}

fn never_assigned(story: &mut Story<'_>) {
    const SITUATION: &str = "never_assigned";
    let cast = &story.organisation.cast;
    let decided = join(story, at(14, 16, 0), &cast.unassigned, &cast.guild);
    story.trace(&decided, Finding::not_applicable("not_pushed"), None, SITUATION);
    story.describe(
        SITUATION,
        "Put in a pushed group without being assigned to Databricks: the push leaves such people out.",
        format!("{} and `guild`, 2026-07-15 16:00", cast.unassigned.email),
    );
}

/// Access ends with the last of the applications: giving back one of two decides nothing.
fn two_applications(story: &mut Story<'_>) {
    const SITUATION: &str = "two_applications";
    let cast = &story.organisation.cast;
    let person = &cast.two_apps;
    story.joins(at(3, 16, 0), person, &[], SITUATION);
    let second = story.decide(at(10, 15, 0), Decision::Assign(person, &cast.second_app));
    story.trace(&second, Finding::pass("already_in_effect"), None, SITUATION);
    let taken = story.decide(at(11, 16, 0), Decision::Unassign(person, &cast.second_app));
    story.trace(&taken, Finding::not_applicable("not_pushed"), None, SITUATION);
    story.describe(
        SITUATION,
        "Assigned to a second Databricks application, and taken from it again: the first one holds.",
        format!("{}, 2026-07-11 and 2026-07-12", person.email),
    );
}

/// Who enters the assigned group is assigned: the membership authorises the account, too.
fn assigned_through_group(story: &mut Story<'_>) {
    const SITUATION: &str = "assigned_through_group";
    let cast = &story.organisation.cast;
    let (person, access) = (&cast.through_group, &cast.access);
    story.log(at(1, 8, 0), Act::AssignGroup(access, &story.organisation.databricks));
    story.log(at(3, 9, 30), Act::Create(person));
    let decided = join(story, at(3, 9, 31), person, access);
    let created_at = after(decided.time, story.soon(30));
    let created = story.effect(created_at, Scope::Account, Door::Connector, Change::CreateUser(person));
    story.push_around(created_at, Act::PushUser(person));
    story.vouch(&created, MATCHED, Some(&decided), SITUATION);
    let added_at = after(created_at, 20);
    let added = granted(story, added_at, person, access);
    story.push_around(added_at, Act::PushMember(person, access));
    story.vouch(&added, MATCHED, Some(&decided), SITUATION);
    story.trace(&decided, MATCHED, Some(&added), SITUATION);
    story.describe(
        SITUATION,
        "Put in a group that is assigned as a whole: account and membership both follow from it.",
        format!("{} and `{}`, 2026-07-04", person.email, access.idp_name),
    );
}

/// Still employed, but without Databricks.
fn unassigned_only(story: &mut Story<'_>) {
    const SITUATION: &str = "unassigned_only";
    let person = story.player();
    let decided = story.decide(at(15, 13, 0), Decision::Unassign(person, &story.organisation.databricks));
    let ended_at = after(decided.time, story.soon(30));
    let ended = story.effect(ended_at, Scope::Account, Door::Connector, Change::DeactivateUser(person));
    story.push_around(ended_at, Act::PushDeactivation(person));
    story.carried_out(&[&decided], &ended, SITUATION);
    story.describe(
        SITUATION,
        "Loses the assignment, and with it the account in Databricks; nothing else changes.",
        format!("{}, 2026-07-16 13:00", person.email),
    );
}

/// Neither sent nor failed.
fn skipped_push(story: &mut Story<'_>) {
    const SITUATION: &str = "skipped_push";
    let person = &story.organisation.cast.skipped;
    let assigned = story.hired(at(14, 11, 30), person);
    let (_, skipped_at) = story.log(after(assigned.time, 60), Act::PushUserSkipped(person));
    story.trace(&assigned, Finding::exception("missing"), None, SITUATION);
    // Only Entra tells of it.
    if story.plan.provider == Provider::Entra {
        story.note("TRC-03", &assigned.change, Scope::Account.label(), skipped_at, Finding::exception(""), SITUATION);
    }
    story.describe(
        SITUATION,
        "Assigned, but the identity provider skips the push: no failure, and no account.",
        format!("{}, 2026-07-15 11:30", person.email),
    );
}

fn mapping_removed(story: &mut Story<'_>) {
    const SITUATION: &str = "mapping_removed";
    let (person, retired) = (story.player(), &story.organisation.cast.retired);
    story.enters(at(4, 16, 0), person, retired, SITUATION);
    let decided = story.decide(at(14, 17, 0), Decision::Unmap(retired));
    let gone_at = after(decided.time, story.soon(20));
    let gone = story.effect(gone_at, Scope::Account, Door::Connector, Change::RemoveGroup(retired));
    story.push_around(gone_at, Act::PushGroupRemoval(retired));
    story.carried_out(&[&decided], &gone, SITUATION);
    story.describe(
        SITUATION,
        "A group is pushed no more, and is deleted in Databricks; at the identity provider it stays.",
        "`migration-project`, 2026-07-15 17:00".to_owned(),
    );
}
