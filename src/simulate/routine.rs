//! Everyday use: people sign in and read tables, and jobs leave a trace in every hour of every log.

use super::act::Act;
use super::calendar::{Instant, Log, Scope, after, at, is_lost, is_working_day};
use super::databricks::Use;
use super::organisation::Person;
use super::story::Story;

/// How many of a hundred people sign in on a working day.
const SIGNING_IN_PERCENT: u32 = 40;
/// How many of a hundred sign-ins go to the sandbox.
const SANDBOX_PERCENT: u32 = 25;
/// Most tables that somebody reads after signing in.
const MOST_TABLES: u32 = 2;

/// Fills the hours with use, but for those whose logs were lost.
pub(super) fn fill(story: &mut Story<'_>) {
    for day in 0..story.plan.days {
        for hour in 0..24 {
            jobs(story, day, hour);
        }
        if is_working_day(day) {
            people(story, day);
        }
    }
}

/// A sign of life of every log: without one in each hour, its silence could not be told from its loss.
fn jobs(story: &mut Story<'_>, day: u32, hour: u32) {
    let import = after(at(day, hour, 2), story.dice.between(0, 59));
    provider(story, import, Act::ImportStart);
    let took = story.dice.between(20, 80);
    provider(story, after(import, took), Act::ImportComplete);
    for scope in Scope::ALL {
        let time = after(at(day, hour, story.dice.between(5, 50)), story.dice.between(0, 59));
        let usage = if scope == Scope::Production { Use::JobToken } else { Use::JobAuthorization };
        databricks(story, time, scope, usage);
    }
}

fn people(story: &mut Story<'_>, day: u32) {
    let organisation = story.organisation;
    for person in organisation.established().chain(organisation.arriving()) {
        let time = after(at(day, story.dice.between(7, 16), story.dice.between(0, 59)), story.dice.between(0, 59));
        if story.dice.chance(SIGNING_IN_PERCENT) && story.has_databricks(person, time) {
            session(story, time, person);
        }
    }
}

/// Signs in, then reads a few tables.
fn session<'a>(story: &mut Story<'a>, time: Instant, person: &'a Person) {
    let workspace = if story.dice.chance(SANDBOX_PERCENT) { Scope::Sandbox } else { Scope::Production };
    provider(story, time, Act::SignOn(person, &story.organisation.databricks));
    databricks(story, after(time, 2), workspace, Use::SignIn(person));
    for number in 1..=story.dice.between(0, MOST_TABLES) {
        // A read is logged at account level but happens in a workspace: it is lost with either.
        let read = after(time, number * story.dice.between(60, 600));
        if !is_lost(Log::Databricks(workspace), read) {
            databricks(story, read, Scope::Account, Use::ReadTable(person, workspace));
        }
    }
}

fn provider<'a>(story: &mut Story<'a>, time: Instant, act: Act<'a>) {
    if !is_lost(Log::Provider, time) {
        story.log(time, act);
    }
}

fn databricks(story: &mut Story<'_>, time: Instant, scope: Scope, usage: Use<'_>) {
    if !is_lost(Log::Databricks(scope), time) {
        story.used(time, scope, usage);
    }
}
