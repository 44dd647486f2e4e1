//! The stories of who has access, and who answers for them.

use serde_json::{Value, json};

use super::listings::{SNAPSHOT, privileges, two_of_one_name};
use super::logs::{Door, Logs, instant};
use super::stage::Story;

const ADD: &str = "addPrincipalToGroup";
const ROBOT: &str = "11111111-2222-4333-8444-000000000001";
const STRAY: &str = "11111111-2222-4333-8444-000000000002";
const LEFT: &str = "11111111-2222-4333-8444-000000000003";
const REGISTER: &str =
    "\n[[companion]]\nkind = \"service_principals\"\npaths = [\"robots.csv\"]\nowner = \"Platform team\"\n";
const LATE_START: (&str, &str) = (
    "provider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"",
    "provider_apps = [\"Databricks*\"]\ncovers = \"2026-07-01..2026-07-04\"",
);
const DAY_AND_A_HALF: &str = "\n[test.\"ACC-02\"]\ninactivity = \"36h\"\n";
const TWO_DAYS: &str = "\n[test.\"ACC-02\"]\ninactivity = \"48h\"\n";
const GUESTS: &str = "\n[[companion]]\nkind = \"guests\"\npaths = [\"guests.csv\"]\nowner = \"Partner office\"\n\n[test.\"ACC-03\"]\nallowed_domains = [\"example.com\"]\n";

fn robot(logs: &mut Logs, at: &str, id: &str) {
    let params = [("targetUserName", id), ("targetUserId", &id[34..])];
    logs.row(at, "account", Door::HUMAN, "createServicePrincipal", &params);
}

/// Users as the identity provider lists them.
fn provider_lists(logs: &mut Logs, at: &str, users: &[(&str, bool, &str)]) {
    let time = instant(at).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let line = |(login, active, kind): &(&str, bool, &str)| {
        let meta = json!({"location": format!("https://scim.okta.example.com/scim/v2/Users/{login}")});
        let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": login, "userName": login, "active": active, "userType": kind, "meta": meta, "snapshot_time": time});
        format!("{user}\n")
    };
    logs.files.push(("scim_snapshot.json", users.iter().map(line).collect()));
}

fn recipient(logs: &mut Logs, at: &str, action: &str, name: &str) {
    let key = if action == "createRecipient" { "name" } else { "name_arg" };
    logs.act(
        at,
        "account",
        Door::HUMAN,
        "unityCatalog",
        action,
        json!({key: name, "authentication_type": "TOKEN"}),
        200,
        Value::Null,
    );
}

pub(super) const ACCOUNTS: &[Story] = &[
    Story {
        test: "ACC-01",
        but: &[],
        tell: |logs| {
            for who in ["alice", "bob", "dan"] {
                logs.assigned("06-30 08:00", who, "Databricks");
                logs.user("06-30 08:05", "add", who);
            }
            logs.lifecycle("02 09:00", "deactivate", "bob");
            logs.user("02 09:00", "deactivateUser", "Dan");
            logs.row("02 10:00", "account", Door::HUMAN, "add", &[("targetUserName", "Eve@Example.com")]);
            logs.member("02 10:00", Door::HUMAN, ADD, "carol", "engineers");
            logs.signs_in("02 10:00", "account", "frank@example.com");
            // Gone before the end, and one that was refused.
            logs.row("02 10:00", "account", Door::HUMAN, "add", &[("targetUserName", "gina@example.com")]);
            logs.row("02 11:00", "account", Door::HUMAN, "delete", &[("targetUserName", "gina@example.com")]);
            let refused = json!({"targetUserName": "henry@example.com"});
            logs.act("02 10:00", "account", Door::HUMAN, "accounts", "add", refused, 403, Value::Null);
            two_of_one_name(logs, "sam");
            logs.user("02 10:00", "add", "sam");
            logs.row("02 12:00", "account", Door::PLATFORM, "createGroup", &[("targetGroupName", "users")]);
            robot(logs, "02 10:00", ROBOT);
        },
        judged: &[
            "alice account: pass linked",
            "bob account: exception idp_inactive",
            "eve account: exception unlinked",
            "carol account: undetermined no_opening_state",
            "frank account: undetermined no_opening_state",
            "sam account: undetermined unresolved_subject",
            "system-user account: not_applicable vendor_managed",
            "11111111-2222-4333-8444-000000000001 account: undetermined not_supplied",
            "nobody account: undetermined no_opening_state",
            "root account: undetermined no_opening_state",
            "scim-connector account: undetermined no_opening_state",
        ],
    },
    Story {
        test: "ACC-01",
        but: &[("", REGISTER), LATE_START],
        tell: |logs| {
            logs.files.push((
                "robots.csv",
                format!(
                    "principal,owner,purpose\n{ROBOT},alice@example.com,loads\n{},bob@example.com,reports\n",
                    LEFT.to_uppercase()
                ),
            ));
            logs.lifecycle("02 09:00", "deactivate", "bob");
            for id in [ROBOT, STRAY, LEFT] {
                robot(logs, "02 10:00", id);
            }
            // The identity provider's log begins a day later.
            logs.row("06-30 10:00", "account", Door::HUMAN, "add", &[("targetUserName", "eve@example.com")]);
        },
        judged: &[
            "11111111-2222-4333-8444-000000000001 account: pass registered",
            "11111111-2222-4333-8444-000000000002 account: exception no_owner",
            "11111111-2222-4333-8444-000000000003 account: exception owner_inactive",
            "eve account: undetermined coverage_gap",
            "nobody account: undetermined no_opening_state",
            "root account: undetermined no_opening_state",
        ],
    },
    // The provider's own list tells whom it does not know.
    Story {
        test: "ACC-01",
        but: &[("", SNAPSHOT)],
        tell: |logs| {
            let users = [
                ("alice@example.com", true, "Employee"),
                ("erin@example.com", false, "Employee"),
                ("frank@example.com", false, "Employee"),
            ];
            provider_lists(logs, "01 00:00", &users);
            for who in ["alice@example.com", "dora@example.com", "erin@example.com", "frank@example.com"] {
                logs.signs_in("02 10:00", "account", who);
            }
            logs.lifecycle("02 09:00", "reactivate", "frank");
        },
        judged: &[
            "alice account: pass linked",
            "dora account: exception unlinked",
            "erin account: exception idp_inactive",
            "frank account: pass linked",
            "nobody account: exception unlinked",
        ],
    },
    // An account of which nothing was seen since before a hole may be gone.
    Story {
        test: "ACC-01",
        but: &[("", SNAPSHOT)],
        tell: |logs| {
            logs.outage(6..9);
            provider_lists(logs, "01 00:00", &[("nobody@example.com", true, "Employee")]);
            logs.signs_in("02 05:00", "account", "dora@example.com");
            logs.signs_in("02 09:00", "account", "eric@example.com");
        },
        judged: &[
            "nobody account: pass linked",
            "dora account: undetermined coverage_gap",
            "eric account: exception unlinked",
        ],
    },
    Story {
        test: "ACC-02",
        but: &[("", DAY_AND_A_HALF)],
        tell: |logs| {
            for who in ["alice", "bob", "carol", "dan"] {
                logs.user("06-29 00:30", "add", who);
            }
            logs.signs_in("03 09:00", "account", "Alice@example.com");
            logs.signs_in("02 12:00", "account", "bob@example.com");
            logs.signs_in("02 11:59:59", "account", "carol@example.com");
            logs.user("02 12:00", "add", "frank");
            logs.user("02 11:59:59", "add", "grace");
            logs.member("06-30 09:00", Door::CONNECTOR, ADD, "gina", "engineers");
            two_of_one_name(logs, "sam");
            logs.user("06-29 10:00", "add", "sam");
            logs.row("06-29 12:00", "account", Door::PLATFORM, "createGroup", &[("targetGroupName", "users")]);
        },
        judged: &[
            "alice account: pass in_use",
            "bob account: pass in_use",
            "carol account: exception dormant",
            "dan account: exception dormant",
            "grace account: exception dormant",
            "gina account: undetermined no_opening_state",
            "sam account: undetermined unresolved_subject",
            "system-user account: not_applicable vendor_managed",
            "nobody account: exception dormant",
            "scim-connector account: pass in_use",
        ],
    },
    // A hole counts only where activity in it would change the verdict.
    Story {
        test: "ACC-02",
        but: &[("", DAY_AND_A_HALF)],
        tell: |logs| {
            logs.outage(6..9);
            logs.user("06-29 00:30", "add", "alice");
        },
        judged: &[
            "alice account: exception dormant",
            "nobody account: pass in_use",
            "scim-connector account: exception dormant",
        ],
    },
    Story {
        test: "ACC-02",
        but: &[("", TWO_DAYS)],
        tell: |logs| {
            logs.outage(6..9);
            logs.user("06-29 00:30", "add", "alice");
        },
        judged: &[
            "alice account: undetermined coverage_gap",
            "nobody account: pass in_use",
            "scim-connector account: undetermined coverage_gap",
        ],
    },
    Story {
        test: "ACC-03",
        but: &[("", SNAPSHOT), ("", GUESTS)],
        tell: outsiders,
        judged: &[
            "zed@example.org account: pass registered",
            "yves@example.org account: exception unregistered",
            "xena@example.net account: exception expired",
            "walt@example.net account: pass registered",
            "vera@example.net account: exception own_sponsor",
            "ulla account: exception unregistered",
            "sam@example.org account: undetermined unresolved_subject",
            "acme recipient: pass registered",
            "globex recipient: exception unregistered",
            "initech recipient: exception unregistered",
        ],
    },
    Story {
        test: "ACC-03",
        but: &[],
        tell: |logs| recipient(logs, "02 10:00", "createRecipient", "acme"),
        judged: &[
            "acme recipient: undetermined not_supplied",
            "nobody account: undetermined no_domain_declared",
            "root account: undetermined no_domain_declared",
        ],
    },
];

fn outsiders(logs: &mut Logs) {
    logs.files.push((
        "guests.csv",
        "principal,sponsor,expires\n\
         Zed@Example.org,alice@example.com,2026-07-04T00:00:00Z\n\
         xena@example.net,alice@example.com,2026-07-03T23:59:59Z\n\
         walt@example.net,alice@example.com,2026-07-02T12:00:00Z\n\
         vera@example.net,vera@example.net,2027-01-01T00:00:00Z\n\
         ACME,alice@example.com,2027-01-01T00:00:00Z\n"
            .to_owned(),
    ));
    for who in [
        "zed@example.org",
        "yves@example.org",
        "xena@example.net",
        "walt@example.net",
        "vera@example.net",
        "ulla@example.com",
    ] {
        logs.row("01 10:00", "account", Door::CONNECTOR, "add", &[("targetUserName", who)]);
    }
    // Gone when the sponsor's word ends.
    logs.row("02 12:00", "account", Door::CONNECTOR, "delete", &[("targetUserName", "walt@example.net")]);
    // Gone before the period.
    logs.row("06-29 10:00", "account", Door::CONNECTOR, "add", &[("targetUserName", "tom@example.net")]);
    logs.row("06-29 12:00", "account", Door::CONNECTOR, "delete", &[("targetUserName", "tom@example.net")]);
    provider_lists(logs, "01 00:00", &[("ulla@example.com", true, "Guest"), ("alice@example.com", true, "Member")]);
    two_of_one_name(logs, "sam@example.org");
    logs.row("02 10:00", "account", Door::CONNECTOR, "add", &[("targetUserName", "sam@example.org")]);
    recipient(logs, "01 10:00", "createRecipient", "acme");
    recipient(logs, "02 10:00", "createRecipient", "globex");
    recipient(logs, "02 11:00", "deleteRecipient", "globex");
    recipient(logs, "06-29 10:00", "createRecipient", "umbrella");
    recipient(logs, "06-29 11:00", "deleteRecipient", "umbrella");
    privileges(logs, "02 10:00", Door::HUMAN, "initech", ("SHARE", "sales"), &["SELECT"], &[]);
    robot(logs, "02 10:00", ROBOT);
}
