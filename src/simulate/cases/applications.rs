//! Assignments: to a second application, through a group, and none at all. PingOne logs none of them.

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
    story.decide(at(11, 16, 0), Decision::Unassign(person, &cast.second_app));
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
