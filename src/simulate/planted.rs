//! The planted situations: each one is there in every simulated organisation, and its labels follow from the records.
//!
//! They are spread over the first three weeks so that none stands in another's time limits:
//!
//! | day | what |
//! |---|---|
//! | 1, 2, 5 | the newcomers join; one account push fails and is repaired by hand |
//! | 6 | a console grant, a group made by the pipeline |
//! | 7 | sandbox logs lost for three hours; somebody under the domain alias moves |
//! | 8 | the provider's logs lost for seven hours, and a grant right after |
//! | 9 | everything is pushed again; a membership push fails and is repaired by hand |
//! | 12 | an administrator is made by hand; an attempt is refused |
//! | 13 | account logs lost for eight hours, with a decision in them |
//! | 14 to 17 | a leaver who keeps access for three days |
//! | 15, 16 | a group is deleted; a first sign-in; pushes that never arrive; a decision taken back |
//! | last | decisions whose time limit has not run out |

mod joining;
mod leaving;
mod outages;
mod pushes;
mod unauthorised;

use super::act::Act;
use super::calendar::{after, at};
use super::story::Story;

/// Tells every planted situation.
pub(super) fn tell(story: &mut Story<'_>) {
    directory_update(story);
    joining::tell(story);
    unauthorised::tell(story);
    outages::tell(story);
    pushes::tell(story);
    leaving::tell(story);
    describe_shared(story);
}

/// PingOne's memberships name people by id alone: an update of everybody's record tells which id is whose.
fn directory_update(story: &mut Story<'_>) {
    if !story.plan.provider.assigns() {
        for person in story.organisation.established() {
            let time = after(at(0, 1, 0), story.dice.between(0, 1_800));
            story.log(time, Act::Update(person));
        }
    }
}

/// Describes what no single scene plants.
fn describe_shared(story: &mut Story<'_>) {
    story.describe(
        "workspace_twins",
        "Databricks repeats an account-level change in each workspace within seconds: one change, several rows.",
        "rows of both workspaces with `endpoint` `scim`".to_owned(),
    );
    story.describe(
        "redelivered_files",
        "The same records delivered again: an identical file, a second delivery, an overlapping page, hooks.",
        "truth/counts.csv".to_owned(),
    );
    if story.plan.provider.assigns() {
        story.describe(
            "other_application",
            "Assigned to another application. It is logged the same way, but does not concern Databricks.",
            "events whose application is `Salesforce`".to_owned(),
        );
    }
}
