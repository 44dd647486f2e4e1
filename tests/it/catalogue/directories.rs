//! People of two directories: TRC-02, DEP-01, DEP-02, VCH-01.

use super::entra;
use super::logs::{Door, Logs, app, group, user};
use super::stage::Story;

const ALICE: &[(&str, &str)] = &[("targetUserName", "alice@example.com")];

/// Assigned by Okta, which takes it back; Entra enables a person that it never assigned.
fn enabled_elsewhere(logs: &mut Logs, is_carried_out: bool) {
    logs.assigned("06-29 01:00", "alice", "Databricks");
    logs.user("06-29 01:05", "add", "alice");
    logs.lifecycle("01 09:00", "deactivate", "alice");
    if is_carried_out {
        logs.user("01 09:05", "deactivateUser", "alice");
    }
    logs.files.push(("entra_audit.json", entra::lifecycle("01 12:00", "Enable account", "alice")));
    logs.row("01 13:00", "account", Door::HUMAN, "activateUser", ALICE);
    logs.signs_in("02 15:00", "account", "alice@example.com");
}

/// Okta lets go of a person whom Entra's application takes over.
fn moves(logs: &mut Logs) {
    logs.assigned("06-29 01:00", "alice", "Databricks");
    logs.user("06-29 01:05", "add", "alice");
    logs.lifecycle("01 09:00", "deactivate", "alice");
    logs.user("01 09:05", "deactivateUser", "alice");
    let entra = [
        entra::lifecycle("06-29 00:30", "Update user", "alice"),
        entra::assigned("01 12:00", "alice", "Databricks SCIM"),
    ];
    logs.files.push(("entra_audit.json", entra.join("\n")));
    logs.user("01 12:20", "activateUser", "alice");
}

/// Okta pushes the group; Entra has one of that name, into which somebody is put whom an administrator then adds by hand.
fn called_alike(logs: &mut Logs, is_assigned_there: bool) {
    let created = "application.provision.group_push.mapping.created";
    logs.okta("06-29 01:00", created, "SUCCESS", &[group("analysts"), app("Databricks")]);
    logs.row("06-29 01:01", "account", Door::CONNECTOR, "createGroup", &[("targetGroupName", "analysts")]);
    let mut entra = vec![
        entra::assigned("06-29 01:00", "alice", "Databricks SCIM"),
        entra::joins("01 09:00", "User", "alice", "analysts"),
    ];
    if is_assigned_there {
        entra.push(entra::assigns("06-29 02:00", "analysts", "Databricks SCIM"));
    }
    logs.files.push(("entra_audit.json", entra.join("\n")));
    logs.user("06-29 01:05", "add", "alice");
    logs.member("01 12:00", Door::HUMAN, "addPrincipalToGroup", "alice", "analysts");
}

/// Entra has assigned the person by the time when Okta, which did so first, unassigns and then clears away what is left.
fn clears_away(logs: &mut Logs, entra: &[String], unassigned: Option<&str>) {
    logs.assigned("06-29 01:00", "alice", "Databricks");
    logs.user("06-29 01:05", "add", "alice");
    let assigned = [entra::assigned("06-29 12:00", "alice", "Databricks SCIM")];
    logs.files.push(("entra_audit.json", [&assigned[..], entra].concat().join("\n")));
    if let Some(at) = unassigned {
        logs.unassigned(at, "alice", "Databricks");
    }
    logs.lifecycle("01 09:00", "deactivate", "alice");
    logs.okta("01 10:00", "user.lifecycle.delete.completed", "SUCCESS", &[user("alice")]);
    logs.signs_in("02 15:00", "account", "alice@example.com");
}

/// Okta has assigned the person; Entra disables what it has of them.
fn disabled_elsewhere(logs: &mut Logs, entra: &[String]) {
    logs.assigned("06-29 02:00", "alice", "Databricks");
    logs.user("06-29 02:05", "add", "alice");
    let disabled = [entra::lifecycle("01 09:00", "Disable account", "alice")];
    logs.files.push(("entra_audit.json", [entra, &disabled[..]].concat().join("\n")));
    logs.signs_in("02 15:00", "account", "alice@example.com");
}

/// Entra has put the person into a group and keeps them there; Okta, which had assigned them, too, lets them go.
fn stays_in_the_group(logs: &mut Logs) {
    let entra = [
        entra::assigns("06-29 02:00", "data", "Databricks SCIM"),
        entra::joins("06-29 13:00", "User", "alice", "data"),
    ];
    logs.row("06-29 02:01", "account", Door::CONNECTOR, "createGroup", &[("targetGroupName", "data")]);
    logs.member("06-29 13:20", Door::CONNECTOR, "addPrincipalToGroup", "alice", "data");
    clears_away(logs, &entra, None);
    logs.member("01 12:00", Door::HUMAN, "removePrincipalFromGroup", "alice", "data");
    logs.member("01 13:00", Door::CONNECTOR, "addPrincipalToGroup", "alice", "data");
}

/// Assigned by both directories and unassigned in one, whose connector takes the account; by whatever door it is given again, and taken by hand.
fn unassigned_in_one(logs: &mut Logs, back: Door) {
    logs.assigned("06-29 01:00", "alice", "Databricks");
    logs.user("06-29 01:05", "add", "alice");
    logs.files.push(("entra_audit.json", entra::assigned("06-29 12:00", "alice", "Databricks SCIM")));
    logs.unassigned("01 09:00", "alice", "Databricks");
    logs.user("01 09:01", "deactivateUser", "alice");
    logs.row("01 10:00", "account", back, "activateUser", ALICE);
    logs.row("02 10:00", "account", Door::HUMAN, "deactivateUser", ALICE);
}

const IS_IDLE: &[&str] = &[];

pub(super) const DIRECTORIES: &[Story] = &[
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| enabled_elsewhere(logs, true),
        judged: &["user.deactivate alice account: pass matched", "user.activate alice account: exception no_authority"],
    },
    Story {
        test: "DEP-02",
        but: &[("", entra::AUDIT)],
        tell: |logs| enabled_elsewhere(logs, true),
        judged: &["user.deactivate alice account: exception activity_after_end"],
    },
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| enabled_elsewhere(logs, false),
        judged: &["user.deactivate alice account: exception missing"],
    },
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: moves,
        judged: &["user.deactivate alice account: pass matched", "user.activate alice account: pass matched"],
    },
    // A group that is called like one that another directory pushes does not fill that, unless it is pushed, too.
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| called_alike(logs, false),
        judged: &["member.add alice analysts: exception no_authority"],
    },
    Story {
        test: "TRC-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| called_alike(logs, false),
        judged: &["member.add alice analysts#0000da7a-0000-4000-8000-00000000da7a: not_applicable not_pushed"],
    },
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| called_alike(logs, true),
        judged: &["member.add alice analysts: pass matched"],
    },
    // Whoever leaves a directory on which nothing rests has not left.
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| clears_away(logs, &[], Some("06-30 09:00")),
        judged: IS_IDLE,
    },
    Story {
        test: "DEP-02",
        but: &[("", entra::AUDIT)],
        tell: |logs| clears_away(logs, &[], Some("06-30 09:00")),
        judged: IS_IDLE,
    },
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| {
            disabled_elsewhere(logs, &[]);
        },
        judged: IS_IDLE,
    },
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| disabled_elsewhere(logs, &[entra::lifecycle("06-29 01:00", "Add user", "alice")]),
        judged: IS_IDLE,
    },
    Story {
        test: "ACC-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| disabled_elsewhere(logs, &[]),
        judged: &[
            "alice account: pass linked",
            "nobody account: undetermined no_opening_state",
            "scim-connector account: undetermined no_opening_state",
        ],
    },
    // It may be what is left of the access: still assigned there, or nowhere else any more, or the log of that lacks.
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| clears_away(logs, &[], None),
        judged: &["user.deactivate alice account: exception missing"],
    },
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| {
            let disabled = [entra::lifecycle("06-30 12:00", "Disable account", "alice")];
            clears_away(logs, &disabled, Some("06-30 09:00"));
        },
        judged: &["user.deactivate alice account: exception missing"],
    },
    Story {
        test: "DEP-01",
        but: &[
            ("", entra::AUDIT),
            (
                "covers = \"2026-06-29..2026-07-04\"\n\n[[source]]\nid = \"databricks\"",
                "covers = \"2026-07-01..2026-07-04\"\n\n[[source]]\nid = \"databricks\"",
            ),
        ],
        tell: |logs| disabled_elsewhere(logs, &[]),
        judged: &["user.deactivate alice account: exception missing"],
    },
    Story {
        test: "DEP-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| {
            logs.signs_in("06-29 00:30", "account", "alice@example.com");
            disabled_elsewhere(logs, &[]);
        },
        judged: &["user.deactivate alice account: exception missing"],
    },
    // Whoever leaves one directory stays in the groups that another one fills.
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: stays_in_the_group,
        judged: &["member.remove alice data: exception no_authority", "member.add alice data: pass state"],
    },
    // What two decisions of one instant mean does not hang on their ids: whoever departs is away by the time of what is given.
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol", "dave", "erin"] {
                logs.assigned("06-29 01:00", who, "Databricks");
                logs.user("06-29 01:05", "add", who);
                logs.assigned("01 09:00", who, "Databricks");
                logs.okta("01 09:00", "user.lifecycle.delete.completed", "SUCCESS", &[user(who)]);
                logs.user("01 09:05", "delete", who);
                logs.user("01 20:00", "add", who);
            }
        },
        judged: &[
            "user.delete alice account: pass matched",
            "user.delete bob account: pass matched",
            "user.delete carol account: pass matched",
            "user.delete dave account: pass matched",
            "user.delete erin account: pass matched",
            "user.create alice account: exception no_authority",
            "user.create bob account: exception no_authority",
            "user.create carol account: exception no_authority",
            "user.create dave account: exception no_authority",
            "user.create erin account: exception no_authority",
        ],
    },
    // Each application has a connector of its own.
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| unassigned_in_one(logs, Door::CONNECTOR),
        judged: &[
            "user.deactivate alice account: pass matched",
            "user.activate alice account: pass matched",
            "user.deactivate alice account: exception no_authority",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| unassigned_in_one(logs, Door::HUMAN),
        judged: &[
            "user.deactivate alice account: exception no_authority",
            "user.activate alice account: exception no_authority",
            "user.deactivate alice account: exception no_authority",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[("", entra::AUDIT)],
        tell: |logs| unassigned_in_one(logs, Door::CONNECTOR),
        judged: &["app.unassign alice account: not_applicable not_pushed"],
    },
    // A group in a group comes with the push of both.
    Story {
        test: "TRC-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| {
            for title in ["data", "team"] {
                logs.row("06-29 02:01", "account", Door::CONNECTOR, "createGroup", &[("targetGroupName", title)]);
            }
            let assigns = [entra::assigns("06-29 02:00", "data", "Databricks SCIM")];
            let joins = ["team", "other"].map(|title| entra::joins("01 09:00", "Group", title, "data"));
            logs.files.push(("entra_audit.json", [&assigns[..], &joins].concat().join("\n")));
        },
        judged: &["member.add team data: exception missing", "member.add other data: not_applicable not_pushed"],
    },
    // Whom Entra makes active was not, unless just made.
    Story {
        test: "TRC-01",
        but: &[("", entra::AUDIT)],
        tell: |logs| {
            let entra = [
                entra::assigned("06-29 01:00", "alice", "Databricks SCIM"),
                entra::lifecycle("01 09:00", "Enable account", "alice"),
                entra::lifecycle("01 09:00", "Add user", "bob"),
                entra::lifecycle("01 10:00", "Enable account", "bob"),
            ];
            logs.files.push(("entra_audit.json", entra.join("\n")));
            logs.user("06-29 01:05", "add", "alice");
        },
        judged: &["user.activate alice account: not_applicable not_pushed"],
    },
    // Of two whom directories tie to one account either may be meant.
    Story {
        test: "VCH-01",
        but: &[("", entra::AUDIT), ("", entra::PROVISIONING)],
        tell: |logs| {
            let account = &[ALICE[0], ("targetUserId", "7459")];
            logs.assigned("06-29 01:00", "alice", "Databricks");
            logs.row("06-29 01:05", "account", Door::CONNECTOR, "add", account);
            logs.files.push(("entra_audit.json", entra::assigned("06-29 12:00", "alia", "Databricks SCIM")));
            let link = entra::user_link("06-29 12:20", "alia", "alice@example.com", "7459");
            logs.files.push(("entra_provisioning.json", link));
            logs.lifecycle("01 09:00", "deactivate", "alice");
            logs.row("01 09:01", "account", Door::CONNECTOR, "deactivateUser", account);
            logs.row("02 20:00", "account", Door::HUMAN, "activateUser", account);
        },
        judged: &[
            "user.deactivate alice@example.com#616c6961-0000-4000-8000-000000000000 account: undetermined unresolved_subject",
            "user.activate alice@example.com#616c6961-0000-4000-8000-000000000000 account: exception no_authority",
        ],
    },
];
