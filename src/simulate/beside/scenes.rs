//! Situations that only the files beside the logs explain, or that they do not.

use sha2::{Digest, Sha256};

use crate::simulate::act::Act;
use crate::simulate::calendar::{Instant, Scope, after, at, instant_text};
use crate::simulate::cases::is_there;
use crate::simulate::databricks::{Change, Door, Use};
use crate::simulate::dice::Dice;
use crate::simulate::organisation::Person;
use crate::simulate::provider::Provider;
use crate::simulate::story::Story;
use crate::simulate::truth::{AccessChange, Finding};

const NO_AUTHORITY: Finding = Finding::exception("no_authority");

/// Tells every one, and fills the registers.
pub(in crate::simulate) fn tell(story: &mut Story<'_>) {
    // Whatever else is told, these stay the same, and nothing else is changed by them.
    story.dice = Dice::new(story.plan.seed, "beside");
    let cast = &story.organisation.cast;
    for (minute, person) in (0..).zip([&cast.elevated].into_iter().chain(&cast.sprayed)) {
        is_there(story, at(0, 13, minute), person);
    }
    approved_elevation(story);
    broad_grants(story);
    emergency_access(story);
    failed_sign_ins(story);
    visitors(story);
    reviewed(story);
    registers(story);
}

fn approval<const N: usize>(story: &mut Story<'_>, cells: [&str; N]) {
    story.beside.keep("approvals", cells);
}

fn approved_elevation(story: &mut Story<'_>) {
    const SITUATION: &str = "approved_elevation";
    let organisation = story.organisation;
    let person = &organisation.cast.elevated;
    let door = Door::Console(&organisation.console_admin);
    for (time, change) in
        [(at(14, 13, 0), Change::SetAccountAdmin(person)), (at(14, 15, 30), Change::RemoveAccountAdmin(person))]
    {
        let done = story.effect(time, Scope::Account, door, change);
        story.vouch(&done, NO_AUTHORITY, None, SITUATION);
    }
    let approver = &organisation.identity_admin.email;
    let (from, until) = (instant_text(at(14, 12, 0)), instant_text(at(14, 20, 0)));
    let cells = ["CHG-101", &person.email, "account", "account_admin", approver, &person.email, &from, &until];
    approval(story, cells);
    story.describe(
        SITUATION,
        "Made an account administrator for two hours by hand: the identity provider knows nothing of it, a ticket does.",
        format!("{}, 2026-07-15 13:00 to 15:30, ticket CHG-101", person.email),
    );
}

/// The second one is approved by the very person who carries it out.
fn broad_grants(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let by = &organisation.console_admin;
    let grants = [
        (
            at(9, 11, 0),
            "CHG-102",
            "catalog",
            "main",
            organisation.platform.databricks_name,
            &organisation.identity_admin,
        ),
        (at(10, 11, 0), "CHG-103", "schema", "main.web", organisation.cast.guild.databricks_name, by),
    ];
    for (time, ticket, kind, name, to, approver) in grants {
        story.used(time, Scope::Account, Use::Grant { by, to, kind, name });
        let day_before = instant_text(time - chrono::TimeDelta::days(1));
        approval(story, [ticket, to, name, "ALL_PRIVILEGES", &approver.email, "", &day_before, ""]);
    }
    story.describe(
        "broad_grants",
        "Two groups are given all privileges on a part of the data. One grant has a ticket; that of the other was approved by whoever carried it out.",
        "catalog `main`, 2026-07-10, ticket CHG-102; schema `main.web`, 2026-07-11, ticket CHG-103".to_owned(),
    );
}

fn emergency_access(story: &mut Story<'_>) {
    const SITUATION: &str = "emergency_access";
    let organisation = story.organisation;
    let person = &organisation.cast.emergency;
    let (by, reviewer) = (&organisation.identity_admin, &organisation.console_admin);
    for (minute, table) in [(10, false), (20, true), (35, true)] {
        emergency_act(story, at(5, 2, minute), table);
    }
    story.used(at(5, 4, 0), Scope::Account, Use::ResetPassword(person, reviewer));
    let (opened, reviewed) = (instant_text(at(5, 2, 0)), instant_text(at(6, 10, 0)));
    approval(story, ["INC-201", &person.email, "*", "", &by.email, &by.email, &opened, ""]);
    let cells = ["EMG-1", "none", &reviewer.email, &reviewed, &person.email, "", "keep"];
    story.beside.keep("reviews", cells);
    let began = emergency_act(story, at(15, 22, 30), false);
    emergency_act(story, at(15, 22, 50), true);
    let change = AccessChange::grant("auth.login", &person.email, &person.email);
    let finding = Finding::exception("no_ticket");
    story.note("EMG-01", &change, Scope::Production.label(), began, finding, SITUATION);
    story.beside.keep("break_glass", [&person.email, "user", "4h"]);
    story.describe(
        SITUATION,
        "The account for emergencies is used twice: once with an incident, a review and a new password afterwards, once without any of them.",
        format!("{}, 2026-07-06 02:10 and 2026-07-16 22:30", person.email),
    );
}

fn emergency_act(story: &mut Story<'_>, time: Instant, reads: bool) -> Instant {
    let person = &story.organisation.cast.emergency;
    let (scope, usage) = if reads {
        (Scope::Account, Use::ReadTable(person, Scope::Production))
    } else {
        (Scope::Production, Use::Password(person))
    };
    story.used(time, scope, usage)
}

fn failed_sign_ins(story: &mut Story<'_>) {
    const SITUATION: &str = "failed_sign_ins";
    let organisation = story.organisation;
    let [triaged, overlooked] = &organisation.cast.sprayed;
    spray(story, at(9, 3, 0), triaged);
    let began = spray(story, at(10, 4, 0), overlooked);
    story.used(at(10, 4, 20), Scope::Production, Use::Password(overlooked));
    let looked_at = instant_text(at(9, 9, 30));
    let who = &organisation.identity_admin.email;
    story.beside.keep("triage", ["INC-202", &triaged.email, "an expired password in a script", who, &looked_at]);
    let change = AccessChange::grant("auth.fail", &overlooked.email, &overlooked.address);
    let finding = Finding::exception("success_after_burst");
    story.note("AUT-02", &change, Scope::Production.label(), began, finding, SITUATION);
    story.describe(
        SITUATION,
        "Six failed sign-ins within minutes, twice. The first time somebody looked at it; the second time nobody did, and the seventh succeeded.",
        format!("{}, 2026-07-10 03:00; {}, 2026-07-11 04:00", triaged.email, overlooked.email),
    );
}

fn spray(story: &mut Story<'_>, time: Instant, person: &Person) -> Instant {
    let tries: Vec<Instant> = (0..6)
        .map(|minute| story.used(after(time, minute * 60), Scope::Production, Use::FailedSignIn(person)))
        .collect();
    tries.into_iter().min().unwrap_or(time)
}

fn visitors(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let [known, unknown] = &organisation.cast.visitors;
    for (day, person) in [(3, known), (4, unknown)] {
        let time = at(day, 9, 15);
        story.log(time, Act::SignOn(person, &organisation.databricks));
        story.used(after(time, 2), Scope::Sandbox, Use::SignIn(person));
    }
    let sponsor = &organisation.console_admin.email;
    let mut guests = vec![known];
    if story.plan.provider == Provider::Entra {
        guests.push(&organisation.cast.guest);
    }
    for guest in guests {
        story.beside.keep("guests", [&guest.email, sponsor, "2026-12-31"]);
    }
    story.describe(
        "visitors",
        "Two people of other companies sign in. One is in the register of guests, with a sponsor; nobody answers for the other.",
        format!("{}, 2026-07-04; {}, 2026-07-05", known.email, unknown.email),
    );
}

/// The roster of administrators is reviewed, and what was decided of one of them is not done.
fn reviewed(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let mut names = story.beside.administrators.clone();
    names.sort();
    let digest: String = Sha256::digest(names.join("\n").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let (reviewer, time) = (&organisation.identity_admin.email, instant_text(at(15, 10, 0)));
    for name in &names {
        let decision = if *name == organisation.admin_granted.email { "revoke" } else { "keep" };
        story.beside.keep("reviews", ["REV-2026-07", &digest, reviewer, &time, name, "", decision]);
    }
    story.describe(
        "review_not_carried_out",
        "The administrators are reviewed. One role is to go, and stays.",
        format!("{}, review REV-2026-07 of 2026-07-16", organisation.admin_granted.email),
    );
}

fn registers(story: &mut Story<'_>) {
    let organisation = story.organisation;
    let owner = organisation.console_admin.email.as_str();
    let beside = &mut story.beside;
    beside.keep("service_principals", [&organisation.job_runner, owner, "scheduled jobs", ""]);
    beside.keep("duties", ["makes administrators", "databricks", "action", "accounts.setAccountAdmin"]);
    beside.keep("sod_matrix", ["account administrator", "SCIM or SSO configurer"]);
    beside.keep("sod_matrix", ["makes administrators", "access approver"]);
    beside.keep("token_policy", [&organisation.job_runner, "365d", "true"]);
    beside.keep("token_policy", ["*@example.com", "90d", "true"]);
}
