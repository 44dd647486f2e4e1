//! Stories of what was made again.

use super::logs::{Door, Logs, app, group};
use super::stage::Story;

const ADD: &str = "addPrincipalToGroup";
const REMOVE: &str = "removePrincipalFromGroup";

fn made(logs: &mut Logs, at: &str) {
    logs.row(at, "account", Door::CONNECTOR, "createGroup", &[("targetGroupName", "engineers")]);
}

fn pushed(logs: &mut Logs) {
    let targets = [group("DBX Engineers"), app("Databricks")];
    logs.okta("01 08:00", "application.provision.group_push.mapping.created", "SUCCESS", &targets);
}

fn deleted_unseen(logs: &mut Logs) {
    pushed(logs);
    logs.outage(6..9);
    logs.joins("01 09:00", "alice", "DBX Engineers");
    logs.member("01 09:05", Door::CONNECTOR, ADD, "alice", "engineers");
    made(logs, "02 12:00");
}

pub(super) const BEGINNINGS: &[Story] = &[
    // Made again after a hole, so that it may have been deleted in it.
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            deleted_unseen(logs);
            logs.member("03 09:00", Door::HUMAN, REMOVE, "alice", "engineers");
        },
        judged: &[
            "member.add alice engineers: pass matched",
            "group.create engineers engineers: pass state",
            "member.remove alice engineers: undetermined coverage_gap",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            deleted_unseen(logs);
            logs.quits("02 18:00", "alice", "DBX Engineers");
        },
        judged: &["member.remove alice engineers: undetermined coverage_gap"],
    },
];
