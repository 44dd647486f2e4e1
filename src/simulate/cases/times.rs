//! Early, late, at once, and of unknown outcome.

use super::{LATE, STATE, granted, join};
use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::Scope;
use crate::simulate::calendar::{after, at};
use crate::simulate::databricks::{Answer, Change, Door};
use crate::simulate::provider::Provider;
use crate::simulate::story::{Decided, Story};
use crate::simulate::truth::{AccessChange, Finding, MATCHED};

pub(super) fn tell(story: &mut Story<'_>) {
    late_beyond_sla(story);
    full_resync(story);
    resync_after_hole(story);
    effect_before_cause(story);
    equal_times(story);
    unknown_outcome(story);
    if story.plan.provider == Provider::Okta {
        unnamed_failure(story);
    }
}

fn late_beyond_sla(story: &mut Story<'_>) {
    const SITUATION: &str = "late_beyond_sla";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let decided = join(story, at(5, 8, 0), person, guild);
    let arrived = granted(story, at(5, 17, 10), person, guild);
    story.vouch(&arrived, MATCHED, Some(&decided), SITUATION);
    story.trace(&decided, LATE, Some(&arrived), SITUATION);
    story.describe(
        SITUATION,
        "Carried out nine hours after it was decided: authorised, but later than the eight hours allowed.",
        format!("{} and `guild`, 2026-07-06", person.email),
    );
}

/// The log of the push tells of the group, and names nobody.
fn full_resync(story: &mut Story<'_>) {
    const SITUATION: &str = "full_resync";
    let guild = &story.organisation.cast.guild;
    for minute in [0, 5] {
        let person = story.player();
        let decided = join(story, at(3, 13, minute), person, guild);
        let arrived = granted(story, at(5, 3, minute), person, guild);
        story.vouch(&arrived, STATE, Some(&decided), SITUATION);
        story.trace(&decided, LATE, Some(&arrived), SITUATION);
    }
    story.log(at(5, 3, 6), Act::PushGroup(guild));
    story.describe(
        SITUATION,
        "A full push brings what was decided days ago and never arrived: the old decision still stands, but it is late.",
        "`guild`, 2026-07-06 03:00".to_owned(),
    );
}

/// What was done in the lost hours cannot be told: neither that it came in time, nor that it did not.
fn resync_after_hole(story: &mut Story<'_>) {
    const SITUATION: &str = "resync_after_hole";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let decided = join(story, at(13, 11, 0), person, guild);
    story.trace(&decided, Finding::undetermined("coverage_gap"), None, SITUATION);
    let arrived = granted(story, at(16, 3, 20), person, guild);
    story.log(at(16, 3, 21), Act::PushGroup(guild));
    story.vouch(&arrived, STATE, Some(&decided), SITUATION);
    story.describe(
        SITUATION,
        "Decided while the account log was lost; days later a full push brings it, perhaps once more.",
        format!("{} and `guild`, 2026-07-14 11:00 and 2026-07-17 03:20", person.email),
    );
}

fn effect_before_cause(story: &mut Story<'_>) {
    const SITUATION: &str = "effect_before_cause";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let arrived = granted(story, at(10, 10, 0), person, guild);
    let decided = join(story, after(arrived.time, 90), person, guild);
    story.carried_out(&[&decided], &arrived, SITUATION);
    story.describe(
        SITUATION,
        "The clocks disagree: the grant is logged ninety seconds before its decision.",
        format!("{} and `guild`, 2026-07-11 10:00", person.email),
    );
}

fn equal_times(story: &mut Story<'_>) {
    const SITUATION: &str = "equal_times";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let time = at(10, 14, 0);
    let decision = Decision::JoinGroup(person, guild);
    let decided = Decided { id: story.log_at(time, Act::Decide(decision)), time, change: decision.access_change() };
    let arrived = story.effect_at(time, Scope::Account, Door::Connector, Change::AddMember(person, guild));
    story.carried_out(&[&decided], &arrived, SITUATION);
    story.describe(
        SITUATION,
        "Decision and grant are logged at the same millisecond.",
        format!("{} and `guild`, 2026-07-11 14:00", person.email),
    );
}

/// A row without a status says neither that it was done nor that it was not.
fn unknown_outcome(story: &mut Story<'_>) {
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let door = Door::Console(&story.organisation.console_admin);
    story.attempted(at(11, 9, 30), door, Change::AddMember(person, guild), Answer::Unsaid);
    story.describe(
        "unknown_outcome",
        "A grant by hand of which the log does not say whether it was done: no item.",
        format!("{} and `guild`, 2026-07-12 09:30", person.email),
    );
}

/// A failure that names nobody may be anybody's.
fn unnamed_failure(story: &mut Story<'_>) {
    const SITUATION: &str = "unnamed_failure";
    let (person, guild) = (story.player(), &story.organisation.cast.guild);
    let decided = join(story, at(18, 9, 0), person, guild);
    let (_, failed_at) = story.log(after(decided.time, 40), Act::PushFailsUnnamed);
    story.trace(&decided, Finding::exception("missing"), None, SITUATION);
    let nobody = AccessChange::grant("", "", story.organisation.databricks.label);
    let unknown = Finding::undetermined("");
    story.note("TRC-03", &nobody, Scope::Account.label(), failed_at, unknown, SITUATION);
    story.describe(
        SITUATION,
        "A push fails without naming whose it was, and what was decided never arrives.",
        format!("{} and `guild`, 2026-07-19 09:00", person.email),
    );
}
