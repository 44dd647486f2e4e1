//! Changes that nobody decided.

use crate::simulate::calendar::{Scope, at};
use crate::simulate::databricks::{Answer, Change, Door};
use crate::simulate::story::Story;
use crate::simulate::truth::Finding;

const NO_AUTHORITY: Finding = Finding::exception("no_authority");

pub(super) fn tell(story: &mut Story<'_>) {
    console_grant(story);
    pipeline_group(story);
    administrator_by_hand(story);
    refused_attempt(story);
}

fn console_grant(story: &mut Story<'_>) {
    const SITUATION: &str = "console_grant";
    let organisation = story.organisation;
    let person = &organisation.console_granted;
    let door = Door::Console(&organisation.console_admin);
    let change = Change::AddMember(person, &organisation.engineers);
    let granted = story.effect(at(6, 14, 5), Scope::Account, door, change);
    story.vouch(&granted, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "An administrator puts somebody in a pushed group by hand. The identity provider knows nothing of it.",
        format!("{} enters `data-engineers`, 2026-07-07 14:05", person.email),
    );
}

fn pipeline_group(story: &mut Story<'_>) {
    const SITUATION: &str = "pipeline_group";
    let organisation = story.organisation;
    let change = Change::CreateGroup(&organisation.feature_store);
    let created = story.effect(at(6, 11, 20), Scope::Account, Door::Terraform, change);
    story.vouch(&created, NO_AUTHORITY, None, SITUATION);
    story.describe(
        SITUATION,
        "The pipeline creates a group. The door is allowed for groups, but no decision stands behind it.",
        format!("`{}`, 2026-07-07 11:20", organisation.feature_store.databricks_name),
    );
}

fn administrator_by_hand(story: &mut Story<'_>) {
    const SITUATION: &str = "unauthorised_admin";
    let organisation = story.organisation;
    let person = &organisation.admin_granted;
    let door = Door::Console(&organisation.console_admin);
    let granted = story.effect(at(12, 16, 20), Scope::Account, door, Change::SetAccountAdmin(person));
    story.vouch(&granted, NO_AUTHORITY, None, SITUATION);
    story.note("PRV-01", &granted.change, Scope::Account.label(), granted.time, Finding::exception(""), SITUATION);
    story.beside.administrators.push(person.email.clone());
    story.describe(
        SITUATION,
        "An administrator makes somebody an account administrator. The identity provider knows nothing of it.",
        format!("{}, 2026-07-13 16:20", person.email),
    );
}

fn refused_attempt(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let person = &organisation.console_granted;
    for minute in [0, 2] {
        let change = Change::AddMember(person, &organisation.platform);
        story.attempted(at(12, 15, minute), Door::Console(person), change, Answer::Refused);
    }
    story.describe(
        "refused_attempt",
        "Somebody tries to put themselves in a group and is refused. Nothing changed, so there is no item.",
        format!("{} and `platform-admins`, 2026-07-13 15:00, status 403", person.email),
    );
}
