//! The stories of what listings and changes make of each other.

use serde_json::{Value, json};

use super::logs::{Door, Logs, app, instant, target};
use super::stage::Story;

const ADD: &str = "addPrincipalToGroup";
const REMOVE: &str = "removePrincipalFromGroup";
pub(super) const SNAPSHOT: &str = "\n[[source]]\nid = \"scim_snapshot\"\npaths = [\"scim_snapshot.json\"]\n";
const GRANTS: &str =
    "\n[[companion]]\nkind = \"snapshot_grants\"\npaths = [\"grants.csv\"]\nowner = \"Platform team\"\n";
const APPROVALS: &str = "\n[[companion]]\nkind = \"approvals\"\npaths = [\"tickets.csv\"]\nowner = \"Service desk\"\n";
const LATE_START: (&str, &str) = (
    "provider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"",
    "provider_apps = [\"Databricks*\"]\ncovers = \"2026-07-01..2026-07-04\"",
);

/// A list of Databricks' account: users and groups, each with a name, and of a group the names of its members. The id of a user is
/// made of the name.
pub(super) fn list(logs: &mut Logs, at: &str, users: &[(&str, bool)], groups: &[(&str, &[&str])]) {
    let time = instant(at).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let place = |kind: &str, id: &str| json!({"location": format!("https://accounts.cloud.databricks.com/api/2.0/accounts/00000000-0000-4000-8000-00000000acc0/scim/v2/{kind}/{id}")});
    let user = |(name, active): &(&str, bool)| {
        let id = format!("7{name}");
        let name = format!("{name}@example.com");
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": id, "userName": name, "active": active, "meta": place("Users", &id), "snapshot_time": time})
    };
    let group = |(name, members): &(&str, &[&str])| {
        let id = format!("8{name}");
        let member = |who: &&str| json!({"$ref": format!("Users/7{who}"), "value": format!("7{who}"), "display": who});
        let members: Vec<Value> = members.iter().map(member).collect();
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": id, "displayName": name, "members": members, "meta": place("Groups", &id), "snapshot_time": time})
    };
    let lines = users.iter().map(user).chain(groups.iter().map(group)).map(|line| format!("{line}\n"));
    let text: String = lines.collect();
    match logs.files.iter_mut().find(|(path, _)| *path == "scim_snapshot.json") {
        Some((_, known)) => known.push_str(&text),
        None => logs.files.push(("scim_snapshot.json", text)),
    }
}

/// Two who have one login at once, so that nobody can tell whose it is.
pub(super) fn two_of_one_name(logs: &mut Logs, name: &str) {
    let login = if name.contains('@') { name.to_owned() } else { format!("{name}@example.com") };
    for id in ["00u1", "00u2"] {
        let user = target("User", &format!("{id}{name}"), &login, name);
        for at in ["06-29 09:00", "03 20:00"] {
            let (app_user, app) = (target("AppUser", &format!("0ua{id}"), &login, name), app("Databricks"));
            logs.decides(
                at,
                "admin",
                "application.user_membership.add",
                "SUCCESS",
                &[app_user, app, user.clone()],
                json!({}),
            );
        }
    }
}

/// Privileges on a securable of Unity Catalog are given and taken.
pub(super) fn privileges(
    logs: &mut Logs,
    at: &str,
    by: Door,
    who: &str,
    securable: (&str, &str),
    add: &[&str],
    remove: &[&str],
) {
    let changes = json!([{"principal": who, "add": add, "remove": remove}]).to_string();
    let params = json!({"securable_type": securable.0, "securable_full_name": securable.1, "changes": changes, "metastore_id": "m1"});
    logs.act(at, "account", by, "unityCatalog", "updatePermissions", params, 200, Value::Null);
}

pub(super) const LISTINGS: &[Story] = &[
    Story {
        test: "STA-01",
        but: &[("", SNAPSHOT)],
        tell: |logs| {
            let users =
                [("alice", true), ("bob", true), ("carol", true), ("dave", true), ("erin", true), ("frank", true)];
            list(
                logs,
                "01 00:00",
                &[&users[..], &[("henry", true)]].concat(),
                &[("engineers", &["alice", "bob", "dave"])],
            );
            list(logs, "04 00:00", &users, &[("engineers", &["alice", "carol", "erin", "frank"])]);
            logs.member("02 09:00", Door::CONNECTOR, REMOVE, "Bob", "engineers");
            logs.member("02 09:00", Door::CONNECTOR, ADD, "erin", "engineers");
            logs.member("04 00:02", Door::CONNECTOR, ADD, "frank", "engineers");
            logs.member("02 09:00", Door::CONNECTOR, ADD, "gina", "unlisted");
            logs.member("02 10:00", Door::CONNECTOR, REMOVE, "gina", "unlisted");
            logs.member("06-30 09:00", Door::CONNECTOR, ADD, "zoe", "unlisted");
            two_of_one_name(logs, "sam");
            logs.member("02 09:00", Door::CONNECTOR, ADD, "sam", "engineers");
            logs.row("02 09:00", "account", Door::HUMAN, ADD, &[("targetGroupName", "engineers")]);
        },
        judged: &[
            "alice engineers: pass rolled_forward",
            "bob engineers: pass rolled_forward",
            "carol engineers: exception unlogged_grant",
            "dave engineers: exception unlogged_revoke",
            "erin engineers: pass rolled_forward",
            "frank engineers: pass explained",
            "gina unlisted: undetermined no_opening_state",
            "sam engineers: undetermined unresolved_subject",
            "alice account: pass rolled_forward",
            "bob account: pass rolled_forward",
            "carol account: pass rolled_forward",
            "dave account: pass rolled_forward",
            "erin account: pass rolled_forward",
            "frank account: pass rolled_forward",
            "henry account: undetermined no_closing_state",
            "engineers account: pass rolled_forward",
        ],
    },
    Story {
        test: "STA-01",
        but: &[("", SNAPSHOT)],
        tell: |logs| {
            logs.outage(6..9);
            list(logs, "01 00:00", &[], &[("engineers", &["alice"])]);
            list(logs, "04 00:00", &[], &[("engineers", &["bob"])]);
        },
        judged: &[
            "id:7alice engineers: undetermined coverage_gap",
            "id:7bob engineers: undetermined coverage_gap",
            "engineers account: pass rolled_forward",
        ],
    },
    // What the last change left the pair with does not lean on the hours before it.
    Story {
        test: "STA-01",
        but: &[("", SNAPSHOT)],
        tell: |logs| {
            logs.outage(6..9);
            let users = [("alice", true), ("bob", true), ("carol", true)];
            list(logs, "01 00:00", &users, &[("engineers", &["bob"])]);
            list(logs, "04 00:00", &users, &[("engineers", &["bob"])]);
            logs.member("02 12:00", Door::CONNECTOR, ADD, "alice", "engineers");
            logs.member("02 12:00", Door::CONNECTOR, REMOVE, "bob", "engineers");
            logs.member("02 05:00", Door::CONNECTOR, ADD, "carol", "engineers");
        },
        judged: &[
            "alice engineers: exception unlogged_revoke",
            "bob engineers: exception unlogged_grant",
            "carol engineers: undetermined coverage_gap",
            "alice account: pass rolled_forward",
            "bob account: pass rolled_forward",
            "carol account: pass rolled_forward",
            "engineers account: pass rolled_forward",
        ],
    },
    // A listing of privileges names securables without their types.
    Story {
        test: "STA-01",
        but: &[("", GRANTS)],
        tell: |logs| {
            logs.files.push((
                "grants.csv",
                "taken_at,principal,privilege,securable\n\
                 2026-07-01T00:00:00Z,alice@example.com,SELECT,main.sales\n\
                 2026-07-01T00:00:00Z,bob@example.com,USE SCHEMA,main.sales\n\
                 2026-07-01T00:00:00Z,carol@example.com,SELECT,main.sales\n\
                 2026-07-04T00:00:00Z,Alice@Example.com,SELECT,main.sales\n\
                 2026-07-04T00:00:00Z,engineers,SELECT,main.sales\n\
                 2026-07-04T00:00:00Z,eve@example.com,MODIFY,main.sales\n"
                    .to_owned(),
            ));
            let sales = ("SCHEMA", "Main.Sales");
            privileges(logs, "02 09:00", Door::HUMAN, "bob@example.com", sales, &[], &["USE_SCHEMA"]);
            privileges(logs, "02 09:00", Door::HUMAN, "engineers", sales, &["SELECT"], &[]);
        },
        judged: &[
            "alice main.sales: pass rolled_forward",
            "bob schema:Main.Sales: pass rolled_forward",
            "carol main.sales: exception unlogged_revoke",
            "engineers schema:Main.Sales: pass rolled_forward",
            "eve main.sales: exception unlogged_grant",
        ],
    },
    Story {
        test: "STA-02",
        but: &[("", SNAPSHOT)],
        tell: |logs| {
            logs.joins("01 09:00", "alice", "DBX Engineers");
            logs.member("01 09:05", Door::CONNECTOR, ADD, "alice", "engineers");
            logs.quits("02 09:00", "alice", "DBX Engineers");
            logs.member("02 09:05", Door::CONNECTOR, REMOVE, "alice", "engineers");
            // Twice in one period: each interval is an item.
            for (from, until) in [("01 10:00", "01 11:00"), ("02 10:00", "02 11:00")] {
                logs.member(from, Door::HUMAN, ADD, "eve", "engineers");
                logs.signs_in("01 10:30", "account", "eve@example.com");
                logs.member(until, Door::HUMAN, REMOVE, "Eve", "engineers");
            }
            logs.row("02 10:00", "account", Door::HUMAN, "setAccountAdmin", &[("targetUserName", "mona@example.com")]);
            logs.row(
                "02 11:00",
                "account",
                Door::HUMAN,
                "removeAccountAdmin",
                &[("targetUserName", "mona@example.com")],
            );
            logs.row("02 14:00", "account", Door::AUTOMATIC, "add", &[("targetUserName", "aim@example.com")]);
            logs.user("02 15:00", "delete", "aim");
            two_of_one_name(logs, "sam");
            logs.member("02 09:00", Door::HUMAN, ADD, "sam", "engineers");
            logs.member("02 10:00", Door::HUMAN, REMOVE, "sam", "engineers");
            // Still there at the end, there before the start, and one that fails.
            logs.member("02 09:00", Door::HUMAN, ADD, "zoe", "engineers");
            logs.member("06-30 09:00", Door::HUMAN, ADD, "yves", "engineers");
            logs.member("02 09:00", Door::HUMAN, REMOVE, "yves", "engineers");
            logs.member("02 09:00", Door::HUMAN, REMOVE, "xena", "engineers");
            // The first listing lacks what the second has, and no record says how it came.
            list(logs, "01 00:00", &[], &[("readers", &[])]);
            list(logs, "02 00:00", &[("walt", true)], &[("readers", &["walt"])]);
            logs.member("02 09:00", Door::HUMAN, REMOVE, "walt", "readers");
            let table = ("TABLE", "main.sales.orders");
            privileges(logs, "02 09:00", Door::HUMAN, "bob@example.com", table, &["SELECT"], &[]);
            privileges(logs, "02 10:00", Door::HUMAN, "bob@example.com", table, &[], &["SELECT"]);
        },
        judged: &[
            "alice engineers: pass vouched",
            "eve engineers: exception not_vouched",
            "eve engineers: exception not_vouched",
            "mona account_admin: exception not_vouched",
            "aim account: not_applicable exempt",
            "sam engineers: undetermined unresolved_subject",
            "walt readers: exception not_vouched",
            "bob table:main.sales.orders: not_applicable no_ticket_feed",
        ],
    },
    Story {
        test: "STA-02",
        but: &[("", APPROVALS)],
        tell: |logs| {
            logs.files.push((
                "tickets.csv",
                "ticket,subject,object,role,approver,approved_at\n\
                 T-1,bob@example.com,main.sales.orders,SELECT,chief@example.com,2026-07-01T00:00:00Z\n\
                 T-2,carol@example.com,main.sales.orders,SELECT,chief@example.com,2026-07-03T00:00:00Z\n"
                    .to_owned(),
            ));
            logs.outage(6..9);
            for who in ["bob@example.com", "carol@example.com"] {
                privileges(
                    logs,
                    "02 09:00",
                    Door::HUMAN,
                    who,
                    ("TABLE", "main.sales.orders"),
                    &["SELECT", "MODIFY"],
                    &[],
                );
                privileges(logs, "02 10:00", Door::HUMAN, who, ("TABLE", "main.sales.orders"), &[], &["SELECT"]);
            }
            logs.member("02 10:00", Door::HUMAN, REMOVE, "kate", "engineers");
            logs.member("02 05:00", Door::HUMAN, REMOVE, "lena", "engineers");
        },
        judged: &[
            "bob table:main.sales.orders: pass approved",
            "carol table:main.sales.orders: exception not_approved",
            "kate engineers: undetermined no_opening_state",
        ],
    },
    Story {
        test: "STA-02",
        but: &[LATE_START],
        tell: |logs| {
            logs.member("01 10:00", Door::HUMAN, ADD, "alice", "engineers");
            logs.member("01 11:00", Door::HUMAN, REMOVE, "alice", "engineers");
            logs.member("02 09:00", Door::HUMAN, REMOVE, "carol", "engineers");
            logs.quits("02 09:50", "carol", "DBX Engineers");
            logs.joins("02 09:50", "carol", "DBX Engineers");
            logs.member("02 10:00", Door::HUMAN, ADD, "carol", "engineers");
            logs.member("03 11:00", Door::HUMAN, REMOVE, "carol", "engineers");
        },
        judged: &["alice engineers: undetermined coverage_gap", "carol engineers: undetermined ambiguous"],
    },
];
