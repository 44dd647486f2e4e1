//! People who had one name in turn: DEP-02, TRC-02.

use super::logs::{Door, Logs, app, app_user, group, target};
use super::stage::Story;

const MAIL: &str = "alice@example.com";

pub(super) const SUCCESSORS: &[Story] = &[
    // Who takes an account over takes over what was held through it.
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            let namesake = target("User", "00u2alice", MAIL, "Alice B");
            let assigned = [app_user("alice"), app("Databricks"), namesake.clone()];
            let engineers = group("DBX Engineers");
            account(logs, "06-29 00:30", "add");
            logs.joins("06-29 01:00", "alice", "DBX Engineers");
            let member = [("targetUserName", MAIL), ("targetUserId", "7001"), ("targetGroupName", "engineers")];
            logs.row("06-29 01:05", "account", Door::CONNECTOR, "addPrincipalToGroup", &member);
            logs.lifecycle("01 09:00", "delete.initiated", "alice");
            account(logs, "01 09:05", "deactivateUser");
            logs.okta("01 12:00", "user.lifecycle.create", "SUCCESS", std::slice::from_ref(&namesake));
            logs.okta("01 12:00", "application.user_membership.add", "SUCCESS", &assigned);
            account(logs, "01 12:05", "activateUser");
            let membership = [namesake, engineers];
            logs.okta("01 13:00", "group.user_membership.add", "SUCCESS", &membership);
            logs.okta("02 09:00", "group.user_membership.remove", "SUCCESS", &membership);
        },
        judged: &["member.remove alice@example.com#00u2alice engineers: exception missing"],
    },
    // Two people had one name in turn: each one's acts are their own.
    Story {
        test: "DEP-02",
        but: &[],
        tell: |logs| {
            let namesake = target("User", "00u2alice", MAIL, "Alice B");
            let assigned = [app_user("alice"), app("Databricks"), namesake.clone()];
            logs.user("06-29 00:30", "add", "alice");
            logs.lifecycle("01 09:00", "delete.initiated", "alice");
            logs.user("01 09:05", "delete", "alice");
            logs.okta("01 12:00", "user.lifecycle.create", "SUCCESS", std::slice::from_ref(&namesake));
            logs.okta("01 12:00", "application.user_membership.add", "SUCCESS", &assigned);
            logs.user("01 12:05", "add", "alice");
            logs.signs_in("01 15:00", "account", "alice@example.com");
            logs.okta("02 12:00", "user.lifecycle.deactivate", "SUCCESS", &[namesake]);
            logs.user("02 12:05", "deactivateUser", "alice");
            logs.signs_in("02 15:00", "account", "Alice@example.com");
        },
        judged: &[
            "user.delete alice account: pass no_activity",
            "user.deactivate alice@example.com#00u2alice account: exception activity_after_end",
        ],
    },
];

fn account(logs: &mut Logs, at: &str, action: &str) {
    logs.row(at, "account", Door::CONNECTOR, action, &[("targetUserName", MAIL), ("targetUserId", "7001")]);
}
