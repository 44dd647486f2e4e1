//! A leaver who keeps access for days, and a group that is deleted.

use crate::simulate::act::{Act, Decision};
use crate::simulate::beside::Leaving;
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door, Use};
use crate::simulate::story::Story;
use crate::simulate::truth::{Finding, IMPLIED};

pub(super) fn tell(story: &mut Story<'_>) {
    late_leaver(story);
    group_deleted(story);
}

/// No push is logged for the late deactivation: what vouches it is the old decision, still in force.
fn late_leaver(story: &mut Story<'_>) {
    const SITUATION: &str = "late_leaver";
    const LATE: Finding = Finding::exception("late");
    let organisation = story.organisation;
    let person = &organisation.late_leaver;
    let began = at(14, 9, 0);
    let decided = story.dismissed(began, person);
    story.beside.left(person, began, Leaving::Involuntary);
    story.used(at(15, 15, 4), Scope::Production, Use::PersonalToken(person));
    story.used(at(15, 15, 6), Scope::Account, Use::ReadTable(person, Scope::Production));
    let change = Change::DeactivateUser(person);
    let ended = story.effect(at(17, 9, 40), Scope::Account, Door::Connector, change);
    story.twins(&ended, change, &[Scope::Production, Scope::Sandbox]);
    story.vouch(&ended, Finding::pass("state"), decided.first(), SITUATION);
    for decided in &decided {
        story.trace(decided, LATE, Some(&ended), SITUATION);
    }
    let scope = || Scope::Account.label();
    // The clock starts with the personnel record.
    for test_id in ["DEP-01", "DEP-02"] {
        story.note(test_id, &ended.change, scope(), began, Finding::exception(""), SITUATION);
    }
    story.describe(
        SITUATION,
        "Leaves the company, but suspended in Databricks only three days later; in between a personal token is used.",
        format!("{}, 2026-07-15 to 2026-07-18", person.email),
    );
}

fn group_deleted(story: &mut Story<'_>) {
    const SITUATION: &str = "group_deleted";
    let organisation = story.organisation;
    let group = &organisation.testers;
    let decided = story.decide(at(15, 10, 0), Decision::DeleteGroup(group));
    let time = after(decided.time, story.soon(24));
    let change = Change::RemoveGroup(group);
    let removed = story.effect(time, Scope::Account, Door::Connector, change);
    story.push_around(time, Act::PushGroupRemoval(group));
    story.twins(&removed, change, &[Scope::Production]);
    story.carried_out(&[&decided], &removed, SITUATION);
    let new = &organisation.newcomers;
    for (person, seconds) in [(&new.never_arrived, 6), (&new.push_failed, 7)] {
        let removal = Change::RemoveMember(person, group);
        let emptied = story.effect(after(time, seconds), Scope::Account, Door::Connector, removal);
        story.vouch(&emptied, IMPLIED, None, SITUATION);
    }
    story.describe(
        SITUATION,
        "A pushed group is deleted at the identity provider and so in Databricks. Its members are removed with it, which nobody decided one by one.",
        "`beta-testers`, 2026-07-16 10:00".to_owned(),
    );
}
