//! Stories of those who left, or came back, while a log was silent: DEP-01, DEP-02, ACC-01, VCH-01, TRC-01, TRC-02.

use super::logs::{Door, Logs, app, group};
use super::stage::Story;

const PERSONNEL: (&str, &str) =
    ("", "[[companion]]\nkind = \"hr_leavers\"\npaths = [\"hr.csv\"]\nowner = \"People\"\n");
const LISTED: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"snapshot_users\"\npaths = [\"users.csv\"]\nowner = \"Platform team\"\n");
const ADD: &str = "addPrincipalToGroup";

pub(super) const HIDDEN: &[Story] = &[
    // Access was gone when the clock started, so that nothing is inside the time allowed; whether bob's was, a hole may hide. Of dave nothing
    // ended: his account is older than the records.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for (who, ended, mail) in
                [("alice", "02 09:20", "alice@example.com"), ("bob", "02 05:20", "bob@example.com")]
            {
                logs.user("06-29 09:20", "add", who);
                logs.row(ended, "account", Door::HUMAN, "deactivateUser", &[("targetUserName", mail)]);
                logs.lifecycle("02 12:00", "deactivate", who);
            }
            logs.assigned("02 11:00", "dave", "Databricks");
            logs.lifecycle("02 12:00", "deactivate", "dave");
            for who in ["alice@example.com", "bob@example.com", "dave@example.com"] {
                logs.signs_in("02 15:20", "account", who);
            }
        },
        judged: &[
            "user.deactivate alice account: exception activity_after_end",
            "user.deactivate bob account: undetermined coverage_gap",
            "user.deactivate dave account: pass no_activity",
        ],
    },
    // Bob's limit had run out before the hole began; a personnel record is not taken back by the provider.
    Story {
        test: "DEP-01",
        but: &[PERSONNEL],
        tell: |logs| {
            logs.files.push((
                "hr.csv",
                "person,effective_at,kind\ncarol@example.com,2026-07-02T05:00:00Z,voluntary\n".to_owned(),
            ));
            left_before_an_outage(logs);
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: exception missing",
            "user.deactivate carol account: exception missing",
        ],
    },
    // What is done since the hole began may be done by somebody who was back: where access stood, or was given again.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            left_before_an_outage(logs);
            logs.signs_in("03 12:20", "account", "alice@example.com");
            logs.signs_in("01 12:20", "account", "bob@example.com");
            for who in ["dave", "erin", "frank"] {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle("02 05:00", "deactivate", who);
                logs.user("02 05:05", "deactivateUser", who);
            }
            logs.user("02 07:05", "activateUser", "dave");
            logs.user("02 05:25", "activateUser", "frank");
            logs.signs_in("02 05:45", "account", "frank@example.com");
            for who in ["dave@example.com", "erin@example.com", "frank@example.com"] {
                logs.signs_in("02 12:20", "account", who);
            }
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: exception activity_after_end",
            "user.deactivate carol account: pass no_activity",
            "user.deactivate dave account: undetermined coverage_gap",
            "user.deactivate erin account: exception activity_after_end",
            "user.deactivate frank account: exception activity_after_end",
        ],
    },
    Story {
        test: "ACC-01",
        but: &[],
        tell: |logs| {
            left_before_an_outage(logs);
            logs.user("06-29 00:30", "add", "dave");
            logs.lifecycle("02 12:00", "deactivate", "dave");
        },
        judged: &[
            "alice account: undetermined coverage_gap",
            "bob account: undetermined coverage_gap",
            "carol account: undetermined coverage_gap",
            "dave account: exception idp_inactive",
            "nobody account: undetermined no_opening_state",
            "scim-connector account: undetermined no_opening_state",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[],
        tell: back_in_an_outage,
        judged: &[
            "user.create alice account: pass matched",
            "user.deactivate alice account: pass matched",
            "user.activate alice account: undetermined coverage_gap",
            "user.create bob account: pass matched",
            "user.deactivate bob account: pass matched",
            "user.activate bob account: exception no_authority",
            "user.create carol account: pass matched",
            "user.deactivate carol account: pass matched",
            "user.activate carol account: undetermined coverage_gap",
        ],
    },
    Story {
        test: "TRC-01",
        but: &[],
        tell: back_in_an_outage,
        judged: &[
            "app.assign alice account: pass matched",
            "app.assign alice account: undetermined coverage_gap",
            "app.assign bob account: pass matched",
            "app.assign bob account: not_applicable not_pushed",
            "app.assign carol account: pass matched",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            logs.okta_outage(6..9);
            for (who, left) in [("alice", "02 05:00"), ("bob", "01 05:00")] {
                logs.member("06-29 00:30", Door::CONNECTOR, ADD, who, "engineers");
                logs.quits(left, who, "DBX Engineers");
            }
        },
        judged: &[
            "member.remove alice engineers: undetermined coverage_gap",
            "member.remove bob engineers: exception missing",
        ],
    },
    // Gone from Databricks, and nobody knows whether it is pushed still.
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            logs.okta_outage(6..9);
            logs.assigned("06-29 00:20", "alice", "Databricks");
            logs.user("06-29 00:30", "add", "alice");
            for (title, gone) in [("Analysts", "02 07:30"), ("Buyers", "02 07:30")] {
                let pushed = "application.provision.group_push.mapping.created";
                let again = if title == "Buyers" { "02 12:00" } else { "06-29 10:00" };
                logs.okta(again, pushed, "SUCCESS", &[group(title), app("Databricks")]);
                let named = [("targetGroupName", title)];
                logs.row("06-29 10:01", "account", Door::CONNECTOR, "createGroup", &named);
                logs.row(gone, "account", Door::CONNECTOR, "removeGroup", &named);
                logs.joins("02 20:00", "alice", title);
            }
        },
        judged: &["member.add alice analysts: undetermined coverage_gap", "member.add alice buyers: exception missing"],
    },
    // Bob was still there by the list of the next day but one.
    Story {
        test: "DEP-01",
        but: &[LISTED],
        tell: |logs| {
            let rows = [
                "2026-07-02T00:00:00Z,alice@example.com,user,false,,1,",
                "2026-07-03T00:00:00Z,bob@example.com,user,true,,2,",
            ];
            logs.files.push((
                "users.csv",
                format!("taken_at,principal,kind,active,external_id,principal_id,scope\n{}\n", rows.join("\n")),
            ));
            for who in ["alice", "bob"] {
                logs.user("06-29 00:30", "add", who);
                logs.lifecycle("01 09:00", "deactivate", who);
            }
        },
        judged: &[
            "user.deactivate alice account: undetermined coverage_gap",
            "user.deactivate bob account: exception missing",
        ],
    },
];

fn left_before_an_outage(logs: &mut Logs) {
    logs.outage(0..0);
    logs.okta_outage(6..9);
    for (who, left) in [("alice", "02 05:00"), ("bob", "06-30 05:00"), ("carol", "02 05:00")] {
        logs.user("06-29 00:30", "add", who);
        logs.lifecycle(left, "deactivate", who);
    }
}

// Alice is assigned again after the hole in which she may have come back, bob while he is away by a whole log; carol is merely let in again.
fn back_in_an_outage(logs: &mut Logs) {
    logs.okta_outage(6..9);
    for (who, left, done) in
        [("alice", "01 09:00", "01 09:02"), ("bob", "02 12:00", "02 12:02"), ("carol", "01 09:00", "01 09:02")]
    {
        logs.assigned("01 00:20", who, "Databricks");
        logs.user("01 00:30", "add", who);
        logs.lifecycle(left, "deactivate", who);
        logs.user(done, "deactivateUser", who);
    }
    for who in ["alice", "bob"] {
        logs.assigned("03 10:00", who, "Databricks");
        logs.user("03 10:01", "activateUser", who);
    }
    logs.user("03 20:00", "activateUser", "carol");
}
