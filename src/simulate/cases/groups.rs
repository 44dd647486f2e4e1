//! Groups under new names, in other groups, in workspaces; several members at once.

use super::{NO_AUTHORITY, by_hand, granted, join};
use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::provider::Provider;
use crate::simulate::story::{Decided, Story};
use crate::simulate::truth::MATCHED;

pub(super) fn tell(story: &mut Story<'_>) {
    group_renamed(story);
    nested_by_hand(story);
    several_at_once(story);
    fan_out(story);
    workspace_assignment(story);
    same_name_elsewhere(story);
    if story.plan.provider == Provider::Entra {
        nested_group(story);
    }
}

/// The mapping goes by id: Databricks keeps the name that the group had when it was first pushed.
fn group_renamed(story: &mut Story<'_>) {
    const SITUATION: &str = "group_renamed";
    let [before, now] = &story.organisation.cast.crew;
    let (first, second) = (story.player(), story.player());
    story.enters(at(3, 11, 0), first, before, SITUATION);
    story.log(at(4, 9, 0), Act::RenameGroup(now));
    story.enters(at(5, 15, 0), second, now, SITUATION);
    story.describe(
        SITUATION,
        "A pushed group gets another name at the identity provider, and keeps its own in Databricks.",
        format!("`{}`, from 2026-07-05 on `{}`; `field-crew` in Databricks", before.idp_name, now.idp_name),
    );
}

fn nested_by_hand(story: &mut Story<'_>) {
    const SITUATION: &str = "nested_by_hand";
    let cast = &story.organisation.cast;
    let nested = by_hand(story, at(11, 10, 0), &cast.nested[0], &cast.guild);
    story.vouch(&nested, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "An administrator makes a group a member of another: everybody in it is in the other now.",
        "`interns` in `guild`, 2026-07-12 10:00".to_owned(),
    );
}

/// Entra pushes a nested group as a member, and none of its members.
fn nested_group(story: &mut Story<'_>) {
    const SITUATION: &str = "nested_group";
    let cast = &story.organisation.cast;
    let decided = story.decide(at(11, 11, 0), Decision::Nest(&cast.children[1], &cast.guild));
    let added_at = after(decided.time, story.soon(30));
    let added = granted(story, added_at, &cast.nested[1], &cast.guild);
    story.push_around(added_at, Act::PushMember(&cast.nested[1], &cast.guild));
    story.carried_out(&[&decided], &added, SITUATION);
    story.describe(
        SITUATION,
        "A group becomes a member of another, by decision.",
        "`contractors` in `guild`, 2026-07-12 11:00".to_owned(),
    );
}

fn several_at_once(story: &mut Story<'_>) {
    const SITUATION: &str = "several_at_once";
    let cast = &story.organisation.cast;
    let decided: Vec<Decided> = (0..)
        .zip(&cast.batch)
        .map(|(n, person)| join(story, after(at(12, 9, 0), n * 20), person, &cast.guild))
        .collect();
    let time = after(at(12, 9, 1), story.soon(30));
    let added = story.effect(time, Scope::Account, Door::Connector, Change::AddMembers(&cast.batch, &cast.guild));
    for (person, decided) in cast.batch.iter().zip(&decided) {
        let one = added.of(Change::AddMember(person, &cast.guild));
        story.carried_out(&[decided], &one, SITUATION);
    }
    story.describe(
        SITUATION,
        "Three people are put in a group one by one, and one request grants it to all of them.",
        "`guild`, 2026-07-13 09:00".to_owned(),
    );
}

fn fan_out(story: &mut Story<'_>) {
    const SITUATION: &str = "fan_out";
    let (person, local) = (story.player(), &story.organisation.cast.local);
    let decided = join(story, at(15, 9, 0), person, local);
    let wait = story.soon(30);
    let change = Change::AddMember(person, local);
    let first = story.effect(after(decided.time, wait), Scope::Production, Door::Connector, change);
    let second = story.effect(after(decided.time, wait + 40), Scope::Sandbox, Door::Connector, change);
    story.push_around(first.time, Act::PushMember(person, local));
    for effect in [&first, &second] {
        story.vouch(effect, MATCHED, Some(&decided), SITUATION);
    }
    story.trace(&decided, MATCHED, Some(&first), SITUATION);
    story.describe(
        SITUATION,
        "One decision reaches the groups of one name in both workspaces.",
        format!("{} and `lab-notebooks`, 2026-07-16 09:00", person.email),
    );
}

/// Letting a group into a workspace leaves a row as of a new group.
fn workspace_assignment(story: &mut Story<'_>) {
    const SITUATION: &str = "workspace_assignment";
    let guild = &story.organisation.cast.guild;
    let door = Door::Console(&story.organisation.console_admin);
    let assigned = story.effect(at(5, 9, 0), Scope::Production, door, Change::AssignGroup(guild));
    story.vouch_twin(assigned, SITUATION);
    story.describe(
        SITUATION,
        "A group of the account is let into a workspace, which is logged like the making of a group.",
        "`guild`, production, 2026-07-06 09:00".to_owned(),
    );
}

/// A workspace's group is not the one of that name in another workspace.
fn same_name_elsewhere(story: &mut Story<'_>) {
    const SITUATION: &str = "same_name_elsewhere";
    let (person, local) = (story.player(), &story.organisation.cast.local);
    let door = Door::Console(&story.organisation.console_admin);
    let manual = story.effect(at(15, 16, 0), Scope::Sandbox, door, Change::AddMember(person, local));
    story.vouch(&manual, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "An administrator puts somebody in a workspace's group by hand.",
        format!("{} and `lab-notebooks`, sandbox, 2026-07-16 16:00", person.email),
    );
}
