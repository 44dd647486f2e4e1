//! People of two directories: TRC-02, DEP-01, DEP-02, VCH-01.

use super::entra;
use super::logs::{Door, Logs};
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
];
