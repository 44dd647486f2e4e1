//! The stories of all tests but those on leavers: for each a pass, an exception and an item that cannot be decided.

use super::logs::{Door, Logs};
use super::stage::Story;

const NO_CONNECTOR: (&str, &str) = (r#"principals = ["scim-connector@example.com"]"#, "principals = []");
const LATE_START: (&str, &str) = ("2026-06-29..2026-07-04", "2026-07-01..2026-07-04");
const TWO_DAYS: (&str, &str) = ("2026-06-29..2026-07-04", "2026-07-01..2026-07-03");
const CONTROL_TOTALS: (&str, &str) = (
    "paths = [\"okta.json\"]",
    "paths = [\"okta.json\"]\ncontrol_totals = { \"okta.json\" = 2, \"databricks.json\" = 4, \"*.json\" = 2, \"gone.json\" = 7 }",
);
pub(super) const EVERYBODY: (&str, &str) = ("[connector]", "[connector]\nscope = \"all\"");
const NONE_PRIVILEGED: (&str, &str) = (r#"["okta-admins"]"#, "[]");

pub(super) const COVERAGE: &[Story] = &[
    Story {
        test: "COV-01",
        but: &[],
        tell: |logs| {
            for (day, hour) in (1..4).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
                if !matches!((day, hour), (2, 6..9) | (3, 12)) {
                    logs.okta_beats(&format!("{day:02} {hour:02}:30"));
                    logs.okta_beats(&format!("06-{} {hour:02}:30", 28 + day.min(2)));
                }
            }
        },
        judged: &[
            "okta tenant 02 05: pass covered",
            "okta tenant 02 06: exception hole",
            "okta tenant 02 08: exception hole",
            "okta tenant 03 12: pass within_max_gap",
            "databricks account 02 06: pass quiet",
        ],
    },
    Story {
        test: "COV-01",
        but: &[TWO_DAYS],
        tell: |_| {},
        judged: &["okta tenant 02 06: undetermined no_baseline", "okta tenant 03 06: exception hole"],
    },
    Story {
        test: "COV-02",
        but: &[],
        tell: |logs| logs.databricks.push("{\"serviceName\":\"accounts\",\"actionName\":\"add\"".to_owned()),
        judged: &[
            "okta.json: pass tied_out",
            "databricks.json: exception has_rejects",
            "databricks.json: exception rejected",
        ],
    },
    Story {
        test: "COV-02",
        but: &[CONTROL_TOTALS],
        tell: |logs| logs.okta_beats("01 09:00"),
        judged: &[
            "okta.json: pass tied_out",
            "databricks.json: pass tied_out",
            "okta.json: pass control_total_agrees",
            "*.json: exception control_total_differs",
            "databricks.json: exception control_total_differs",
            "gone.json: exception file_missing",
        ],
    },
];

pub(super) const VOUCHING: &[Story] = &[
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            logs.joins("02 09:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, "addPrincipalToGroup", "alice", "engineers");
            logs.member("02 10:00", Door::HUMAN, "addPrincipalToGroup", "alice", "engineers");
            logs.member("02 10:00", Door::HUMAN, "addPrincipalToGroup", "eve", "engineers");
            logs.row("02 11:00", "account", Door::HUMAN, "add", &[]);
            logs.row("02 12:00", "account", Door::PLATFORM, "createGroup", &[("targetGroupName", "users")]);
            logs.row("02 13:00", "account", Door::AUTOMATIC, "add", &[("targetUserName", "jit@example.com")]);
            logs.signs_in("02 13:09", "account", "jit@example.com");
            logs.row("02 14:00", "account", Door::AUTOMATIC, "add", &[("targetUserName", "aim@example.com")]);
            logs.signs_in("02 14:11", "account", "aim@example.com");
        },
        judged: &[
            "member.add alice engineers: pass matched",
            "member.add alice engineers: pass redundant",
            "member.add eve engineers: exception no_authority",
            "user.create (nobody named) account: undetermined unresolved_subject",
            "group.create users users: not_applicable platform_internal",
            "user.create jit account: not_applicable just_in_time",
            "user.create aim account: not_applicable automatic_identity_management",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[LATE_START],
        tell: |logs| {
            logs.user("01 10:00", "add", "bob");
            logs.assigned("01 12:00", "carol", "Databricks");
            logs.user("01 12:10", "add", "carol");
            logs.assigned("02 12:00", "dave", "Payroll");
            logs.user("02 12:10", "add", "dave");
            logs.user_push("03 09:00", "push", "erin", "SUCCESS");
            logs.user("03 09:00", "add", "erin");
        },
        judged: &[
            "user.create bob account: undetermined coverage_gap",
            "user.create carol account: pass matched",
            "user.create dave account: exception no_authority",
            "user.create erin account: pass transport",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[EVERYBODY],
        tell: |logs| {
            logs.lifecycle("02 09:00", "create", "alice");
            logs.user("02 09:05", "add", "alice");
            logs.lifecycle("02 10:00", "deactivate", "alice");
            logs.user("02 10:05", "deactivateUser", "alice");
            logs.member("02 10:05:02", Door::CONNECTOR, "removePrincipalFromGroup", "alice", "engineers");
            logs.user("02 11:00", "add", "eve");
        },
        judged: &[
            "user.create alice account: pass matched",
            "user.deactivate alice account: pass matched",
            "member.remove alice engineers: pass implied",
            "user.create eve account: exception no_authority",
        ],
    },
    Story {
        test: "VCH-02",
        but: &[],
        tell: by_every_door,
        judged: &[
            "member.add alice engineers: pass approved_channel",
            "member.add alice engineers: not_applicable implied",
            "member.add bob engineers: exception unapproved_channel",
            "member.add carol engineers: exception unapproved_channel",
            "member.add dave engineers: exception unapproved_channel",
            "group.create reports reports: pass approved_channel",
            "member.add erin engineers: exception unapproved_channel",
            "member.add frank engineers: exception manual, coincident",
            "member.add grace engineers: exception manual",
            "group.create users users: not_applicable platform_internal",
        ],
    },
    Story {
        test: "VCH-02",
        but: &[NO_CONNECTOR],
        tell: |logs| logs.member("02 09:00", Door::CONNECTOR, "addPrincipalToGroup", "alice", "engineers"),
        judged: &["member.add alice engineers: undetermined connector_not_declared"],
    },
    Story {
        test: "PRV-01",
        but: &[],
        tell: |logs| {
            let admin = |logs: &mut Logs, at: &str, action: &str, params: &[(&str, &str)]| {
                logs.row(at, "4150000000000001", Door::CONNECTOR, action, params);
            };
            logs.joins("02 09:00", "alice", "okta-admins");
            admin(logs, "02 09:05", "setAdmin", &[("targetUserName", "alice@example.com")]);
            logs.joins("02 10:00", "bob", "DBX Roots");
            admin(logs, "02 10:05", "setAdmin", &[("targetUserName", "bob@example.com")]);
            admin(logs, "02 11:00", "setAccountAdmin", &[("targetUserName", "eve@example.com")]);
            admin(logs, "02 12:00", "setAdmin", &[]);
            admin(logs, "02 13:00", "removeAdmin", &[("targetUserName", "bob@example.com")]);
        },
        judged: &[
            "admin.grant alice workspace_admin: pass matched",
            "admin.grant bob workspace_admin: exception group_not_privileged",
            "admin.grant eve account_admin: exception no_authority",
            "admin.grant (nobody named) workspace_admin: undetermined unresolved_subject",
        ],
    },
    Story {
        test: "PRV-01",
        but: &[NONE_PRIVILEGED],
        tell: |logs| {
            logs.joins("02 09:00", "alice", "okta-admins");
            logs.row(
                "02 09:05",
                "4150000000000001",
                Door::CONNECTOR,
                "setAdmin",
                &[("targetUserName", "alice@example.com")],
            );
        },
        judged: &["admin.grant alice workspace_admin: undetermined no_privileged_group_declared"],
    },
];

fn by_every_door(logs: &mut Logs) {
    let add = "addPrincipalToGroup";
    for (at, who) in [("02 08:50", "alice"), ("02 08:51", "bob"), ("02 08:52", "frank")] {
        logs.joins(at, who, "DBX Engineers");
    }
    logs.member("02 09:00", Door::CONNECTOR, add, "alice", "engineers");
    let twin = [("targetUserName", "alice@example.com"), ("targetGroupName", "engineers")];
    logs.row("02 09:00:03", "4150000000000001", Door::CONNECTOR, add, &twin);
    logs.member("02 09:01", Door::CONNECTOR_BY_CURL, add, "bob", "engineers");
    logs.member("02 09:02", Door::CONNECTOR_FROM_ELSEWHERE, add, "carol", "engineers");
    logs.member("02 09:03", Door::CONNECTOR_BY_CONSOLE, add, "dave", "engineers");
    logs.row("02 09:04", "account", Door::PIPELINE, "createGroup", &[("targetGroupName", "reports")]);
    logs.member("02 09:05", Door::PIPELINE, add, "erin", "engineers");
    logs.member("02 09:06", Door::HUMAN, add, "frank", "engineers");
    logs.member("02 09:07", Door::HUMAN, add, "grace", "engineers");
    logs.row("02 09:08", "account", Door::PLATFORM, "createGroup", &[("targetGroupName", "users")]);
}

pub(super) const TRACING: &[Story] = &[
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "dan", "erin"] {
                logs.assigned("01 09:00", who, "Databricks");
            }
            logs.user("01 09:05", "add", "alice");
            logs.user("02 10:00", "add", "dan");
            logs.user_push("01 09:05", "push", "erin", "FAILURE");
            logs.assigned("03 12:00", "carol", "Databricks");
            logs.joins("01 12:00", "alice", "Canteen");
            logs.assigned("01 12:00", "alice", "Payroll");
            logs.assigned("01 12:00", "grace", "Databricks");
            logs.unassigned("01 13:00", "grace", "Databricks");
            logs.joins("01 12:00", "alice", "DBX Engineers");
            logs.member("01 11:00", Door::HUMAN, "addPrincipalToGroup", "alice", "engineers");
        },
        judged: &[
            "app.assign alice account: pass matched",
            "app.assign bob account: exception missing",
            "app.assign dan account: exception late",
            "app.assign erin account: exception failed",
            "app.assign carol account: undetermined window_open",
            "member.add alice canteen: not_applicable not_pushed",
            "app.assign alice Payroll: not_applicable not_pushed",
            "app.assign grace account: not_applicable superseded",
            "member.add alice engineers: pass already_in_effect",
        ],
    },
    Story {
        test: "TRC-01",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            for who in ["alice", "bob"] {
                logs.assigned("02 05:00", who, "Databricks");
            }
            logs.user("02 10:00", "add", "alice");
            logs.assigned("02 12:00", "carol", "Databricks");
        },
        judged: &[
            "app.assign alice account: pass matched",
            "app.assign bob account: undetermined coverage_gap",
            "app.assign carol account: exception missing",
        ],
    },
    Story {
        test: "TRC-02",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "carol"] {
                logs.member("06-30 09:00", Door::CONNECTOR, "addPrincipalToGroup", who, "engineers");
            }
            logs.quits("01 09:00", "alice", "DBX Engineers");
            logs.member("01 09:05", Door::CONNECTOR, "removePrincipalFromGroup", "alice", "engineers");
            logs.quits("01 09:00", "bob", "DBX Engineers");
            logs.quits("03 12:00", "carol", "DBX Engineers");
            logs.quits("01 09:00", "zoe", "DBX Engineers");
            logs.quits("01 09:00", "alice", "Canteen");
        },
        judged: &[
            "member.remove alice engineers: pass matched",
            "member.remove bob engineers: exception missing",
            "member.remove carol engineers: undetermined window_open",
            "member.remove zoe engineers: not_applicable not_pushed",
            "member.remove alice canteen: not_applicable not_pushed",
        ],
    },
    Story {
        test: "TRC-03",
        but: &[],
        tell: failures,
        judged: &[
            "alice engineers: pass resolved",
            "bob engineers: exception late",
            "carol engineers: exception unresolved",
            "dan account: pass resolved",
            "erin account: exception late",
            "frank account: exception unresolved",
            "grace account: undetermined transport_silent",
            "henry account: pass cancelled",
            "ivy account: exception unresolved",
            "judy account: undetermined window_open",
            "Databricks: undetermined no_subject",
            "Databricks: undetermined no_subject",
        ],
    },
];

fn failures(logs: &mut Logs) {
    let add = "addPrincipalToGroup";
    for who in ["alice", "bob", "carol"] {
        logs.member_push_fails("01 01:00", who, "DBX Engineers");
    }
    logs.member("01 02:00", Door::CONNECTOR, add, "alice", "engineers");
    logs.member("03 02:00", Door::CONNECTOR, add, "bob", "engineers");
    for who in ["dan", "erin", "frank", "grace", "henry"] {
        logs.user_push("01 01:00", "push", who, "FAILURE");
        logs.user_push("01 13:00", "push", who, "FAILURE");
    }
    logs.user_push("02 01:00", "push", "dan", "SUCCESS");
    logs.user_push("03 02:00", "push", "erin", "SUCCESS");
    logs.user("01 15:00", "add", "grace");
    logs.unassigned("01 15:00", "henry", "Databricks");
    logs.user_push("02 12:00", "deactivate", "ivy", "FAILURE");
    logs.user_push("03 12:00", "push", "judy", "FAILURE");
    logs.nameless_push_fails("01 08:00");
    logs.nameless_push_fails("01 09:00");
    logs.nameless_push_fails("02 09:00");
}
