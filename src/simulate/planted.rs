//! The planted situations: each one is there in every simulated organisation, and its labels follow from the records.
//!
//! They are spread over the first three weeks so that none stands in another's time limits:
//!
//! | day | what |
//! |---|---|
//! | 1, 2, 5 | the newcomers join; one account push fails and is repaired by hand |
//! | 6 | a console grant, a group made by the pipeline |
//! | 7 | sandbox logs lost for three hours; somebody under the domain alias moves |
//! | 8 | Okta logs lost for seven hours, and a grant right after |
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

use super::story::Story;

/// Tells every planted situation.
pub(super) fn tell(story: &mut Story<'_>) {
    joining::tell(story);
    unauthorised::tell(story);
    outages::tell(story);
    pushes::tell(story);
    leaving::tell(story);
    describe_shared(story);
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
        "The same records delivered again: an identical file, a second delivery, an overlapping page, event hooks.",
        "truth/counts.csv; okta/hooks, okta/pages, databricks/second-delivery".to_owned(),
    );
    story.describe(
        "other_application",
        "Assigned to another application. Okta logs it the same way, but it does not concern Databricks.",
        "Okta events whose application is `Salesforce`".to_owned(),
    );
}
