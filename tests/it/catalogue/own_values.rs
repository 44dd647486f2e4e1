//! Values that an environment has of its own, where a story must be told for them: each in two places, of which one has another value.

use serde_json::{Value, json};

use super::logs::{Door, Logs};
use super::stage::{Ground, config, outcome};

/// Places: in no environment with other values, and in the sandbox.
const PLACES: [&str; 2] = ["41", "42"];

/// Reasons of the items by place, where the sandbox has these values of the test.
fn reasons(test: &str, general: &str, values: &str, tell: fn(&mut Logs)) -> [Vec<String>; 2] {
    let own = format!("[test.\"{test}\".environment.sandbox]\n{values}\n");
    let more = format!("\n{general}\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\n{own}");
    // What the stage itself says of the test is said anew.
    let but = [("[test.\"PRV-01\"]\nprivileged_groups = [\"okta-admins\"]\n", "")];
    let outcomes = Ground::new(&config(&but, &more), tell).outcomes().0;
    let items = &outcome(&outcomes, test).items;
    PLACES.map(|place| {
        let there = items.iter().filter(|item| item.scope.as_deref() == Some(place));
        there.map(|item| item.reason.clone()).collect()
    })
}

fn one(reason: &str) -> Vec<String> {
    vec![reason.to_owned()]
}

fn member(logs: &mut Logs, at: &str, scope: &str, action: &str, (who, group): (&str, &str)) {
    let name = format!("{who}@example.com");
    logs.row(at, scope, Door::CONNECTOR, action, &[("targetUserName", &name), ("targetGroupName", group)]);
}

#[test]
fn a_removal_is_late_by_the_limit_of_the_environment_it_takes_effect_in() {
    let tell = |logs: &mut Logs| {
        for (place, group, at) in [("41", "prod", "02 08:00"), ("42", "sand", "01 12:00")] {
            member(logs, "06-29 09:05", place, "addPrincipalToGroup", ("alice", group));
            logs.quits("01 09:00", "alice", &format!("okta-{group}"));
            member(logs, at, place, "removePrincipalFromGroup", ("alice", group));
        }
    };
    let judged = |values: &str| reasons("TRC-02", "", values, tell);
    assert_eq!(judged(""), [one("matched"), one("matched")]);
    assert_eq!(judged("deprovision_sla = \"2h\""), [one("matched"), one("late")]);
    // Three hours it took.
    assert_eq!(judged("deprovision_sla = \"10800s\""), [one("matched"), one("matched")]);
    assert_eq!(judged("deprovision_sla = \"10799s\""), [one("matched"), one("late")]);
}

/// In each place somebody fails to sign in five times, and gets in two hours later, whereupon it is looked at.
fn fails(logs: &mut Logs) {
    let triage = "incident,item_id,subject,actor,decision,who,at\n";
    let row = |who: &str| format!("INC-{who},,{who}@example.com,,false alarm,sec@example.com,2026-07-01T15:00:00Z\n");
    logs.files.push(("triage.csv", format!("{triage}{}{}", row("mallory"), row("trudy"))));
    for (place, who, address) in
        [("41", "mallory@example.com", "203.0.113.1"), ("42", "trudy@example.com", "203.0.113.2")]
    {
        let door = Door { actor: who, address, endpoint: "", ..Door::HUMAN };
        let sign_in = |logs: &mut Logs, at: &str, status: u16| {
            let params = json!({"user": who, "authenticationMethod": "BROWSER_BYO_IDP_SAML"});
            logs.act(at, place, door, "accounts", "samlLogin", params, status, Value::Null);
        };
        for minute in 0..5 {
            sign_in(logs, &format!("01 09:{minute:02}"), 401);
        }
        sign_in(logs, "01 11:00", 200);
    }
}

#[test]
fn a_burst_of_failures_is_followed_up_by_the_limits_of_its_environment() {
    let general = |sla: &str| {
        format!(
            "[test.\"AUT-02\"]\ntriage_sla = \"{sla}\"\n[[companion]]\nkind = \"triage\"\npaths = [\"triage.csv\"]\nowner = \"Security\"\n"
        )
    };
    let judged = |sla: &str, values: &str| reasons("AUT-02", &general(sla), values, fails);
    assert_eq!(judged("1d", "triage_sla = \"2h\""), [one("triaged"), one("success_after_burst")]);
    let quick = judged("2h", "success_window = \"1h\"");
    assert_eq!(quick, [one("success_after_burst"), one("not_triaged")]);
    // It came an hour and 56 minutes after the last failure.
    let success = |window: &str| {
        let [_, sandbox] = judged("2h", &format!("success_window = \"{window}\""));
        sandbox
    };
    assert_eq!([success("6960s"), success("6959s")], [one("success_after_burst"), one("not_triaged")]);
}

/// In each place somebody gives out five grants within an hour, who gave one, two and three in hours of the day before.
fn gives(logs: &mut Logs) {
    for (place, who) in [("41", "root@example.com"), ("42", "boss@example.com")] {
        let mut gives = |at: &str, count: usize| {
            for n in 0..count {
                let named =
                    [("targetUserName", format!("p{n}@example.com")), ("targetGroupName", format!("{place}-{at}"))];
                let named: Vec<(&str, &str)> = named.iter().map(|(key, name)| (*key, name.as_str())).collect();
                let door = Door { actor: who, ..Door::HUMAN };
                logs.row(&format!("{at}:{n:02}"), place, door, "addPrincipalToGroup", &named);
            }
        };
        for (at, count) in [("06-30 09", 1), ("06-30 11", 2), ("06-30 13", 3), ("02 09", 5)] {
            gives(at, count);
        }
    }
}

#[test]
fn a_burst_of_grants_is_one_by_the_values_of_its_environment() {
    let judged = |values: &str| reasons("ANO-01", "[test.\"ANO-01\"]\nabs_min = 2\n", values, gives);
    let usual = || one("within_threshold");
    assert_eq!(judged(""), [usual(), usual()]);
    assert_eq!(judged("k = 1"), [usual(), one("burst")]);
    assert_eq!(judged("history = \"1d\""), [usual(), one("burst")]);
    assert_eq!(judged("scheduled = [{ actor = \"*\" }]"), [usual(), one("scheduled_sync")]);
}

/// In each place an administrator is made by decision, and one by an approval of ten hours.
fn elevates(logs: &mut Logs) {
    let row = |place: &str| {
        format!(
            "T-{place},eve{place}@example.com,{place},workspace_admin,chief@example.com,2026-07-01T09:00:00Z,2026-07-01T19:00:00Z"
        )
    };
    super::doors::approvals(logs, &PLACES.map(row).each_ref().map(String::as_str));
    for place in PLACES {
        let admin = |logs: &mut Logs, at: &str, door: Door, action: &str, who: &str| {
            logs.row(at, place, door, action, &[("targetUserName", &format!("{who}{place}@example.com"))]);
        };
        logs.joins("01 08:00", &format!("bob{place}"), "okta-admins");
        admin(logs, "01 08:05", Door::CONNECTOR, "setAdmin", "bob");
        admin(logs, "01 09:00", Door::HUMAN, "setAdmin", "eve");
        admin(logs, "01 18:00", Door::HUMAN, "removeAdmin", "eve");
    }
}

#[test]
fn an_administrator_is_made_by_the_rules_of_the_environment() {
    let general = "[test.\"PRV-01\"]\nprivileged_groups = [\"okta-admins\"]\n\
        [[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"IT\"\n";
    let judged = |values: &str| reasons("PRV-01", general, values, elevates);
    let both = |bob: &str, eve: &str| vec![bob.to_owned(), eve.to_owned()];
    let usual = || both("matched", "box_too_long");
    assert_eq!(judged(""), [usual(), usual()]);
    assert_eq!(judged("require_ticket = true"), [usual(), both("no_ticket", "box_too_long")]);
    assert_eq!(judged("max_box = \"10h\""), [usual(), both("matched", "approved")]);
    assert_eq!(judged("max_box = \"35999s\""), [usual(), usual()]);
}
