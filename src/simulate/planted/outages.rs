//! Lost logs, and what cannot be concluded because of them.

use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Scope, after, at};
use crate::simulate::databricks::{Change, Door};
use crate::simulate::story::Story;
use crate::simulate::truth::Finding;

const COVERAGE_GAP: Finding = Finding::undetermined("coverage_gap");

pub(super) fn tell(story: &mut Story<'_>) {
    story.note_outages();
    grant_after_lost_hours(story);
    decision_in_lost_account_hours(story);
    story.describe(
        "outage_workspace",
        "Three hours of the sandbox log are missing.",
        "workspace 4150000000000002, 2026-07-08 10:00 to 13:00".to_owned(),
    );
}

fn grant_after_lost_hours(story: &mut Story<'_>) {
    const SITUATION: &str = "outage_provider";
    let organisation = story.organisation;
    let person = &organisation.outage_subject;
    let change = Change::AddMember(person, &organisation.analysts);
    // Where pushes are logged by member, this one is lost with the rest.
    let minute = if story.plan.provider.sources().len() > 1 { at(8, 15, 58) } else { at(8, 16, 10) };
    let granted = story.effect(minute, Scope::Account, Door::Connector, change);
    story.vouch(&granted, COVERAGE_GAP, None, SITUATION);
    story.describe(
        SITUATION,
        "Seven hours of the identity provider's logs are missing, and about their end its connector grants a membership. The authority may have been lost.",
        format!("2026-07-09 09:00 to 16:00; {} enters `analysts` about 16:00", person.email),
    );
}

fn decision_in_lost_account_hours(story: &mut Story<'_>) {
    const SITUATION: &str = "outage_account";
    let organisation = story.organisation;
    let person = &organisation.newcomers.outage_decided;
    let group = &organisation.engineers;
    let decided = story.decide(at(13, 10, 15), Decision::JoinGroup(person, group));
    let act = Act::PushMember(person, group);
    story.log(after(decided.time, 52), act);
    story.trace(&decided, COVERAGE_GAP, None, SITUATION);
    story.describe(
        SITUATION,
        "Eight hours of the account log are missing, and a decision falls into them. Its effect may have been lost.",
        format!("account, 2026-07-14 09:00 to 17:00; {} is to enter `data-engineers`", person.email),
    );
}
