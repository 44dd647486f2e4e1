//! More stories of changes and the doors they came by: VCH-01, VCH-02, PRV-01.

use serde_json::{Value, json};

use super::entra::{PROVISIONING, member_push, user_push};
use super::logs::{Door, Logs};
use super::stage::Story;
use super::unsaid::unsaid;

const ONE: &str = "4150000000000001";
const ADD: &str = "addPrincipalToGroup";
const REMOVE: &str = "removePrincipalFromGroup";
const LATE_START: (&str, &str) = ("2026-06-29..2026-07-04", "2026-07-01..2026-07-04");
const OWN_LOG: (&str, &str) =
    ("", "\n[[source]]\nid = \"generic\"\npaths = [\"generic.json\"]\ncovers = \"2026-06-29..2026-07-04\"\n");
const IDS_ONLY: (&str, &str) = ("", "[test.\"VCH-01\"]\nmin_strength = \"external-id\"\n");
const BY_HAND: (&str, &str) =
    ("", "[test.\"VCH-02\"]\nallowed = { \"member.*\" = [\"human_admin\"], \"group.*\" = [] }\n");
const APPROVALS: (&str, &str) =
    ("", "[[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"IT\"\n");
const TICKETS: (&str, &str) =
    ("privileged_groups = [\"okta-admins\"]", "privileged_groups = [\"okta-admins\"]\nrequire_ticket = true");
const SOMEBODY: Door = Door { actor: "somebody", user_agent: "curl/8.5.0", address: "192.0.2.44", endpoint: "scim" };

pub(super) const DOORS: &[Story] = &[
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            // Older than the look-back, and still in force.
            logs.joins("06-29 01:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, ADD, "alice", "engineers");
            // Out and in within one instant: what was first decides.
            held_out_and_in(logs, "bob", |logs, at, action| {
                let door = if at.starts_with("06") { Door::CONNECTOR } else { Door::HUMAN };
                logs.member(at, door, action, "bob", "engineers");
            });
        },
        judged: &[
            "member.add alice engineers: pass state",
            "member.add bob engineers: undetermined ambiguous",
            "member.remove bob engineers: exception no_authority",
        ],
    },
    // A log of one's own tells of the connector unless it names somebody else.
    Story {
        test: "VCH-01",
        but: &[OWN_LOG],
        tell: |logs| {
            let push = |who: &str, by: Value| {
                json!({
                    "tickmark": 1, "time": "2026-07-02T09:00:00Z", "type": "push", "id": who, "plane": "transport",
                    "outcome": "success", "scope": "account", "actor": by,
                    "changes": [{"verb": "member.add", "subject": format!("{who}@example.com"), "subject_kind": "user", "entitlement": "engineers"}],
                })
                .to_string()
            };
            let by = [
                ("alice", Value::Null),
                ("bob", json!("scim-connector@example.com")),
                ("carol", json!("night job")),
                ("dave", json!("terraform@example.com")),
                ("erin", json!("admin@example.com")),
            ];
            logs.files.push(("generic.json", by.clone().map(|(who, by)| push(who, by)).join("\n")));
            by.iter().for_each(|(who, _)| logs.member("02 09:05", Door::CONNECTOR, ADD, who, "engineers"));
        },
        judged: &[
            "member.add alice engineers: pass transport",
            "member.add bob engineers: pass transport",
            "member.add carol engineers: pass transport",
            "member.add dave engineers: exception no_authority",
            "member.add erin engineers: exception no_authority",
        ],
    },
    // A first sign-in makes an account; the group of everybody comes with it, and no other.
    Story {
        test: "VCH-01",
        but: &[],
        tell: |logs| {
            logs.row("02 13:00", "account", Door::AUTOMATIC, "add", &[("targetUserName", "jit@example.com")]);
            logs.member("02 13:01", Door::AUTOMATIC, ADD, "jit", "users");
            logs.member("02 13:01", Door::AUTOMATIC, ADD, "jit", "engineers");
            logs.signs_in("02 13:02", "account", "jit@example.com");
        },
        judged: &[
            "user.create jit account: not_applicable just_in_time",
            "member.add jit users: not_applicable just_in_time",
            "member.add jit engineers: exception no_authority",
        ],
    },
    Story {
        test: "VCH-01",
        but: &[IDS_ONLY],
        tell: |logs| {
            logs.joins("02 09:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, ADD, "alice", "engineers");
        },
        judged: &["member.add alice engineers: undetermined weak_link"],
    },
    Story {
        test: "VCH-02",
        but: &[],
        tell: |logs| {
            logs.row("02 13:00", "account", Door::AUTOMATIC, "add", &[("targetUserName", "jit@example.com")]);
            logs.signs_in("02 13:02", "account", "jit@example.com");
            logs.member("02 14:00", SOMEBODY, ADD, "alice", "engineers");
        },
        judged: &[
            "user.create jit account: not_applicable just_in_time",
            "member.add alice engineers: exception unknown_actor",
        ],
    },
    // Who may make which change is the configuration's to say; what it does not name, nobody may make.
    Story {
        test: "VCH-02",
        but: &[BY_HAND],
        tell: |logs| {
            logs.member("02 09:00", Door::HUMAN, ADD, "alice", "engineers");
            logs.member("02 09:01", Door::CONNECTOR, ADD, "bob", "engineers");
            logs.row("02 09:02", "account", Door::PIPELINE, "createGroup", &[("targetGroupName", "reports")]);
            logs.user("02 09:03", "add", "carol");
        },
        judged: &[
            "member.add alice engineers: pass approved_channel",
            "member.add bob engineers: exception unapproved_channel",
            "group.create reports reports: exception unapproved_channel",
            "user.create carol account: exception unapproved_channel",
        ],
    },
];

fn held_out_and_in(logs: &mut Logs, who: &str, row: impl Fn(&mut Logs, &str, &str)) {
    logs.joins("06-29 01:00", who, "DBX Engineers");
    row(logs, "06-29 01:05", ADD);
    row(logs, "02 10:00", REMOVE);
    row(logs, "02 10:00", ADD);
}

fn admin(logs: &mut Logs, at: &str, door: Door, action: &str, who: &str) {
    logs.row(at, ONE, door, action, &[("targetUserName", &format!("{who}@example.com"))]);
}

/// A role is given by hand, its holder is put out of the workspace, and it is given again; the same with a record of unknown outcome.
fn put_out_in_between(logs: &mut Logs) {
    for who in ["mona", "nora"] {
        admin(logs, "02 10:00", Door::HUMAN, "setAdmin", who);
        let params = json!({"targetUserName": format!("{who}@example.com"), "workspace_id": ONE});
        logs.act("02 11:00", ONE, Door::HUMAN, "workspace", "deletePermissionAssignment", params, 200, Value::Null);
        if who == "nora" {
            unsaid(logs);
        }
        admin(logs, "02 13:00", Door::HUMAN, "setAdmin", who);
    }
    admin(logs, "02 14:00", Door::HUMAN, "setAdmin", "mona");
}

const PUT_OUT_IN_BETWEEN: &[&str] = &[
    "admin.grant mona workspace_admin: exception no_authority",
    "admin.grant mona workspace_admin: exception no_authority",
    "admin.grant mona workspace_admin: pass redundant",
    "admin.grant nora workspace_admin: exception no_authority",
    "admin.grant nora workspace_admin: undetermined coverage_gap",
];

pub(super) const ADMINISTRATORS: &[Story] = &[
    Story { test: "VCH-01", but: &[], tell: put_out_in_between, judged: PUT_OUT_IN_BETWEEN },
    Story { test: "PRV-01", but: &[], tell: put_out_in_between, judged: PUT_OUT_IN_BETWEEN },
    Story {
        test: "PRV-01",
        but: &[],
        tell: |logs| {
            logs.joins("06-29 01:00", "alice", "okta-admins");
            admin(logs, "02 09:05", Door::CONNECTOR, "setAdmin", "alice");
            admin(logs, "02 09:06", Door::HUMAN, "setAdmin", "alice");
            logs.row("02 11:00", "account", Door::HUMAN, "setAccountAdmin", &[("targetUserName", "eve@example.com")]);
            admin(logs, "02 11:00:03", Door::HUMAN, "setAccountAdmin", "eve");
            admin(logs, "02 12:00", Door::PLATFORM, "setAdmin", "maker");
            // No automatic door gives a role.
            admin(logs, "02 13:00", Door::AUTOMATIC, "setAdmin", "jit");
            logs.signs_in("02 13:01", ONE, "jit@example.com");
            logs.joins("06-29 01:00", "bob", "okta-admins");
            admin(logs, "06-29 01:05", Door::CONNECTOR, "setAdmin", "bob");
            admin(logs, "02 10:00", Door::HUMAN, "removeAdmin", "bob");
            admin(logs, "02 10:00", Door::HUMAN, "setAdmin", "bob");
            nameless_group(logs);
        },
        judged: &[
            "admin.grant alice workspace_admin: pass state",
            "admin.grant alice workspace_admin: pass redundant",
            "admin.grant eve account_admin: exception no_authority",
            "admin.grant eve account_admin: pass implied",
            "admin.grant maker workspace_admin: not_applicable platform_internal",
            "admin.grant jit workspace_admin: exception no_authority",
            "admin.grant bob workspace_admin: undetermined ambiguous",
            "admin.grant carol workspace_admin: undetermined group_not_named",
        ],
    },
    Story {
        test: "PRV-01",
        but: &[LATE_START],
        tell: |logs| admin(logs, "01 10:00", Door::HUMAN, "setAdmin", "eve"),
        judged: &["admin.grant eve workspace_admin: undetermined coverage_gap"],
    },
    Story {
        test: "PRV-01",
        but: &[("", PROVISIONING)],
        tell: |logs| {
            let records = [
                user_push("01 08:00", "create", "success", "alice"),
                user_push("01 08:00", "create", "success", "bob"),
                member_push("02 09:00", "okta-admins", "alice"),
                member_push("02 10:00", "DBX Roots", "bob"),
            ];
            logs.files.push(("entra_provisioning.json", records.join("\n")));
            admin(logs, "02 09:01", Door::CONNECTOR, "setAdmin", "alice");
        },
        judged: &["admin.grant alice workspace_admin: pass transport"],
    },
    Story {
        test: "PRV-01",
        but: &[APPROVALS],
        tell: elevations,
        judged: &[
            "admin.grant alice workspace_admin: pass approved",
            "admin.grant bob workspace_admin: exception outlived",
            "admin.grant carol workspace_admin: exception box_too_long",
            "admin.grant dan workspace_admin: exception no_time_box",
            "admin.grant erin workspace_admin: undetermined window_open",
            "admin.grant frank workspace_admin: exception no_authority",
            "admin.grant grace workspace_admin: exception no_authority",
            "admin.grant henry workspace_admin: exception no_authority",
            "admin.grant ivy workspace_admin: exception outlived",
        ],
    },
    Story {
        test: "PRV-01",
        but: &[TICKETS],
        tell: decided,
        judged: &[
            "admin.grant alice workspace_admin: undetermined not_supplied",
            "admin.grant bob workspace_admin: undetermined not_supplied",
            "admin.grant eve workspace_admin: exception no_authority",
        ],
    },
    Story {
        test: "PRV-01",
        but: &[TICKETS, APPROVALS],
        tell: |logs| {
            decided(logs);
            approvals(
                logs,
                &["T-1,alice@example.com,4150000000000001,workspace_admin,chief@example.com,2026-07-02T08:00:00Z,"],
            );
        },
        judged: &[
            "admin.grant alice workspace_admin: pass matched",
            "admin.grant bob workspace_admin: exception no_ticket",
            "admin.grant eve workspace_admin: exception no_authority",
        ],
    },
    // A metastore's owner and a group's manager are administrators, too, and no decision of an identity provider makes them.
    Story {
        test: "PRV-01",
        but: &[],
        tell: |logs| {
            owns(logs, "02 09:00", "eve@example.com", 200);
            owns(logs, "02 10:00", "mallory@example.com", 403);
            manages(logs, "02 11:00", &["users/alice@example.com"]);
            manages(logs, "02 12:00", &["users/alice@example.com", "users/bob@example.com"]);
            manages(logs, "02 13:00", &["users/bob@example.com"]);
        },
        judged: &[
            "admin.grant eve metastore:m-1: exception no_authority",
            "admin.grant alice group:7: undetermined no_opening_state",
            "admin.grant bob group:7: exception no_authority",
        ],
    },
];

// A decision about a group of which only the id is said.
fn nameless_group(logs: &mut Logs) {
    let group = json!({"id": "00g1okta-admins", "type": "UserGroup", "alternateId": null, "displayName": null});
    let who = super::logs::user("carol");
    logs.decides("02 14:00", "directory-admin", "group.user_membership.add", "SUCCESS", &[who, group], json!({}));
    admin(logs, "02 14:05", Door::CONNECTOR, "setAdmin", "carol");
}

fn decided(logs: &mut Logs) {
    for who in ["alice", "bob"] {
        logs.joins("02 09:00", who, "okta-admins");
        admin(logs, "02 09:05", Door::CONNECTOR, "setAdmin", who);
    }
    admin(logs, "02 10:00", Door::HUMAN, "setAdmin", "eve");
}

pub(super) fn approvals(logs: &mut Logs, rows: &[&str]) {
    let header = "ticket,subject,object,role,approver,approved_at,expires_at";
    logs.files.push(("approvals.csv", format!("{header}\n{}\n", rows.join("\n"))));
}

fn elevations(logs: &mut Logs) {
    let ticket = |n: u8, who: &str, role: &str, approver: &str, from: &str, to: &str| {
        format!("T-{n},{who}@example.com,4150000000000001,{role},{approver}@example.com,{from},{to}")
    };
    let (nine, five) = ("2026-07-02T09:00:00Z", "2026-07-02T17:00:00Z");
    let rows = [
        // Ended at the very end of its time, which was as long as it may be.
        ticket(1, "Alice", "workspace_admin", "chief", nine, five),
        ticket(2, "bob", "workspace_admin", "chief", nine, five),
        ticket(3, "carol", "*", "chief", nine, "2026-07-02T17:00:01Z"),
        ticket(4, "dan", "workspace_admin", "chief", nine, ""),
        ticket(5, "erin", "workspace_admin", "chief", nine, "2026-07-04T00:00:00Z"),
        // By oneself, for another role, after the fact.
        ticket(6, "frank", "workspace_admin", "frank", nine, five),
        ticket(7, "grace", "account_admin", "chief", nine, five),
        ticket(8, "henry", "workspace_admin", "chief", "2026-07-02T09:00:01Z", five),
        ticket(9, "ivy", "workspace_admin", "chief", nine, five),
    ];
    approvals(logs, &rows.each_ref().map(String::as_str));
    for who in ["alice", "bob", "carol", "dan", "frank", "grace", "henry", "ivy"] {
        admin(logs, "02 09:00", Door::HUMAN, "setAdmin", who);
    }
    admin(logs, "03 16:00", Door::HUMAN, "setAdmin", "erin");
    admin(logs, "02 17:00", Door::HUMAN, "removeAdmin", "alice");
    admin(logs, "02 17:00:01", Door::HUMAN, "removeAdmin", "bob");
    admin(logs, "02 12:00", Door::HUMAN, "removeAdmin", "carol");
}

fn owns(logs: &mut Logs, at: &str, who: &str, status: u16) {
    let params = json!({"id": "m-1", "owner": who, "delta_sharing_scope": "INTERNAL"});
    logs.act(at, "account", Door::HUMAN, "unityCatalog", "updateMetastore", params, status, Value::Null);
}

fn manages(logs: &mut Logs, at: &str, who: &[&str]) {
    let rules = json!({"grant_rules": [{"principals": who, "role": "roles/group.manager"}]}).to_string();
    let name = "accounts/00000000-0000-4000-8000-00000000acc0/groups/7/ruleSets/default";
    let params = json!({"name": name, "rule_set": rules});
    logs.act(at, "account", Door::HUMAN, "accountsAccessControl", "updateRuleSet", params, 200, Value::Null);
}
