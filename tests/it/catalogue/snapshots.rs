//! Companion snapshots of principals and memberships, used as lists of SCIM are.

use super::logs::{Door, Logs};
use super::stage::Story;

const USERS: &str = "\n[[companion]]\nkind = \"snapshot_users\"\npaths = [\"users.csv\"]\nowner = \"Platform team\"\n";
const MEMBERS: &str =
    "\n[[companion]]\nkind = \"snapshot_members\"\npaths = [\"members.csv\"]\nowner = \"Platform team\"\n";

fn users(logs: &mut Logs, rows: &[&str]) {
    let head = "taken_at,principal,kind,active,external_id,principal_id,scope";
    logs.files.push(("users.csv", format!("{head}\n{}\n", rows.join("\n"))));
}

fn members(logs: &mut Logs, rows: &[&str]) {
    logs.files.push(("members.csv", format!("taken_at,group,member\n{}\n", rows.join("\n"))));
}

pub(super) const SNAPSHOTS: &[Story] = &[
    Story {
        test: "STA-01",
        but: &[("", USERS), ("", MEMBERS)],
        tell: |logs| {
            users(
                logs,
                &[
                    "2026-07-01T00:00:00Z,alice@example.com,user,true,,1,",
                    "2026-07-01T00:00:00Z,bob@example.com,user,true,,2,",
                    "2026-07-03T20:00:00Z,alice@example.com,user,true,,1,",
                    "2026-07-03T20:00:00Z,bob@example.com,user,false,,2,",
                ],
            );
            members(
                logs,
                &[
                    "2026-07-01T00:00:00Z,engineers,alice@example.com",
                    "2026-07-03T20:00:00Z,engineers,carol@example.com",
                    "2026-07-03T20:00:00Z,engineers,dave@example.com",
                ],
            );
            logs.member("02 09:00", Door::CONNECTOR, "addPrincipalToGroup", "dave", "engineers");
        },
        judged: &[
            "alice account: pass rolled_forward",
            "bob account: exception unlogged_revoke",
            "alice engineers: exception unlogged_revoke",
            "carol engineers: exception unlogged_grant",
            "dave engineers: pass rolled_forward",
        ],
    },
    Story {
        test: "VCH-03",
        but: &[("", USERS)],
        tell: |logs| {
            users(
                logs,
                &[
                    "2026-07-03T20:00:00Z,alice@example.com,user,true,00u1alice,,tenant",
                    "2026-07-03T20:00:00Z,bob@example.com,user,true,00u1bob,,tenant",
                    "2026-07-03T20:00:00Z,Alice@example.com,user,true,00u1alice,1,",
                    "2026-07-03T20:00:00Z,bob@example.com,user,false,00u1other,2,",
                ],
            );
        },
        judged: &[
            "alice userName: pass agrees",
            "alice externalId: pass agrees",
            "alice active: pass agrees",
            "bob userName: pass agrees",
            "bob externalId: exception external_id_differs",
            "bob active: exception active_differs",
        ],
    },
    // The provider's own list says who is there, and who is not.
    Story {
        test: "ACC-01",
        but: &[("", USERS)],
        tell: |logs| {
            users(
                logs,
                &[
                    "2026-07-03T20:00:00Z,alice@example.com,user,true,00u1alice,,tenant",
                    "2026-07-03T20:00:00Z,bob@example.com,user,false,00u1bob,,tenant",
                    "2026-07-03T20:00:00Z,alice@example.com,user,true,,1,",
                    "2026-07-03T20:00:00Z,bob@example.com,user,true,,2,",
                    "2026-07-03T20:00:00Z,carol@example.com,user,true,,3,",
                    "2026-07-03T20:00:00Z,dave@example.com,user,false,,4,",
                ],
            );
        },
        judged: &[
            "alice account: pass linked",
            "bob account: exception idp_inactive",
            "carol account: exception unlinked",
            "nobody account: exception unlinked",
        ],
    },
];
