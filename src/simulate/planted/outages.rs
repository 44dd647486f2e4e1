//! Lost logs, and what cannot be concluded because of them.

use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::okta::{Act, Decision};
use crate::simulate::story::Story;
use crate::simulate::truth::Finding;

const COVERAGE_GAP: Finding = Finding::undetermined("coverage_gap");

pub(super) fn tell(story: &mut Story<'_>) {
    story.note_outages();
    grant_after_lost_okta_hours(story);
    decision_in_lost_account_hours(story);
    story.describe(
        "outage_workspace",
        "Three hours of the sandbox log are missing.",
        "workspace 4150000000000002, 2026-07-08 10:00 to 13:00".to_owned(),
    );
}

fn grant_after_lost_okta_hours(story: &mut Story<'_>) {
    const SITUATION: &str = "outage_okta";
    let organisation = story.organisation;
    let person = &organisation.outage_subject;
    let change = Change::AddMember(person, &organisation.analysts);
    let granted = story.effect(at(8, 16, 10), Scope::Account, Door::Connector, change);
    story.vouch(&granted, COVERAGE_GAP, None, SITUATION);
    story.describe(
        SITUATION,
        "Seven hours of Okta are missing, and right after them Okta's connector grants a membership. Its authority may have been lost.",
        format!("Okta, 2026-07-09 09:00 to 16:00; {} enters `analysts` at 16:10", person.email),
    );
}

fn decision_in_lost_account_hours(story: &mut Story<'_>) {
    const SITUATION: &str = "outage_account";
    let organisation = story.organisation;
    let person = &organisation.newcomers.outage_decided;
    let group = &organisation.engineers;
    let decided = story.decide(at(13, 10, 15), Decision::JoinGroup(person, group));
    story.okta(after(decided.time, 52), Act::PushGroup(group));
    story.trace(&decided, COVERAGE_GAP, None, SITUATION);
    story.describe(
        SITUATION,
        "Eight hours of the account log are missing, and a decision falls into them. Its effect may have been lost.",
        format!("account, 2026-07-14 09:00 to 17:00; {} is to enter `data-engineers`", person.email),
    );
}
