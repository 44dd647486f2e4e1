//! Stories of Entra's directory: those who are assigned to Databricks through a group alone, and names that somebody else takes.

use serde_json::{Value, json};

use super::entra::{AUDIT, id_of};
use super::logs::{Door, Logs, instant};
use super::stage::Story;

const EVERYBODY: (&str, &str) = ("[connector]", "[connector]\nscope = \"all\"");

pub(super) const DIRECTORY: &[Story] = &[
    // Who leaves the last assigned group, or whose group is assigned no more or deleted, has left.
    Story {
        test: "DEP-01",
        but: &[("", AUDIT)],
        tell: ends,
        judged: &[
            "group.delete ann account: exception missing",
            "group.delete ben account: pass matched",
            "push.remove cid account: exception missing",
            "member.remove dot account: exception missing",
            "member.remove eli account: exception late",
            "member.remove gus account: not_applicable superseded",
        ],
    },
    Story {
        test: "DEP-02",
        but: &[("", AUDIT)],
        tell: ends,
        judged: &[
            "group.delete ann account: pass no_activity",
            "group.delete ben account: pass no_activity",
            "push.remove cid account: pass no_activity",
            "member.remove dot account: pass no_activity",
            "member.remove eli account: pass no_activity",
            "member.remove gus account: not_applicable superseded",
        ],
    },
    // Where everybody is pushed, a group assigns nobody.
    Story { test: "DEP-01", but: &[("", AUDIT), EVERYBODY], tell: ends, judged: &[] },
    // What is sure to be an end starts the clock, not what may have been one.
    Story {
        test: "DEP-01",
        but: &[("", AUDIT)],
        tell: |logs| {
            let mut audit = vec![group("06-29 00:20", "Add group", "data"), assigns("06-29 00:30", "data", true)];
            audit.push(member("06-29 01:00", "old", "data", true));
            logs.user("06-29 01:05", "add", "old");
            audit.push(member("01 09:00", "old", "data", false));
            audit.push(person("02 12:00", "Disable account", "old"));
            logs.user("02 12:05", "deactivateUser", "old");
            logs.files.push(("entra_audit.json", audit.join("\n")));
        },
        judged: &["user.deactivate old account: pass matched"],
    },
    // A group that is assigned no more, and gone from Databricks, gets nobody.
    Story {
        test: "TRC-01",
        but: &[("", AUDIT)],
        tell: unassigned_group,
        judged: &["member.add ann data: exception missing", "member.add ann data: not_applicable not_pushed"],
    },
    Story {
        test: "TRC-02",
        but: &[("", AUDIT)],
        tell: unassigned_group,
        judged: &["member.remove ann data: not_applicable not_pushed"],
    },
    // Whose account it is that goes by a name which somebody else has by now, no record tells.
    Story {
        test: "VCH-01",
        but: &[("", AUDIT)],
        tell: |logs| {
            let login = "ann@example.com";
            let mut audit = vec![person("06-29 00:20", "Add user", "ann"), direct("06-29 00:30", "ann")];
            logs.user("06-29 00:35", "add", "ann");
            audit.push(person("01 09:00", "Delete user", "ann"));
            logs.user("01 09:05", "deactivateUser", "ann");
            audit.push(audit_of_user("01 12:00", "Add user", &named("ann-the-other", login)));
            audit.push(person("02 12:00", "Hard Delete user", "ann"));
            logs.user("02 12:05", "delete", "ann");
            logs.user("03 13:00", "add", "ann");
            logs.files.push(("entra_audit.json", audit.join("\n")));
        },
        judged: &[
            "user.deactivate ann account: pass matched",
            "user.delete ann@example.com#616e6e2d-0000-4000-8000-000000000000 account: undetermined unresolved_subject",
            "user.create ann@example.com#616e6e2d-0000-4000-8000-000000000000 account: exception no_authority",
        ],
    },
];

fn ends(logs: &mut Logs) {
    let mut audit = Vec::new();
    for title in ["deleted", "unassigned", "data"] {
        audit.extend([group("06-29 00:20", "Add group", title), assigns("06-29 00:30", title, true)]);
    }
    for who in ["ann", "ben", "cid", "dot", "eli", "fay", "gus"] {
        audit.push(person("06-29 00:25", "Add user", who));
    }
    // Fay is assigned directly, too. How old is assigned besides, no log tells.
    audit.push(direct("06-29 00:40", "fay"));
    for (who, title) in [
        ("ann", "deleted"),
        ("ben", "deleted"),
        ("cid", "unassigned"),
        ("dot", "data"),
        ("eli", "data"),
        ("fay", "data"),
        ("gus", "data"),
        ("old", "data"),
    ] {
        audit.push(member("06-29 01:00", who, title, true));
        logs.user("06-29 01:05", "add", who);
    }
    audit.push(group("01 09:00", "Delete group", "deleted"));
    logs.user("01 09:05", "deactivateUser", "ben");
    audit.push(assigns("01 09:10", "unassigned", false));
    for who in ["dot", "eli", "fay", "gus", "old"] {
        audit.push(member("01 09:20", who, "data", false));
    }
    logs.user("03 12:00", "deactivateUser", "eli");
    audit.push(member("01 12:00", "gus", "data", true));
    logs.files.push(("entra_audit.json", audit.join("\n")));
}

fn unassigned_group(logs: &mut Logs) {
    let made: &[(&str, &str)] = &[("targetGroupName", "data"), ("targetGroupId", "77")];
    let mut audit = vec![person("06-29 00:20", "Add user", "ann"), group("06-29 00:20", "Add group", "data")];
    audit.extend([direct("06-29 00:30", "ann"), assigns("06-29 00:30", "data", true)]);
    logs.user("06-29 00:35", "add", "ann");
    logs.row("06-29 00:36", "account", Door::CONNECTOR, "createGroup", made);
    audit.push(member("06-30 23:00", "ann", "data", true));
    audit.push(member("06-30 23:30", "ann", "data", false));
    audit.push(member("01 00:00", "ann", "data", true));
    audit.push(assigns("02 00:05", "data", false));
    logs.row("02 00:10", "account", Door::CONNECTOR, "removeGroup", made);
    audit.push(member("02 01:00", "ann", "data", false));
    audit.push(member("02 02:00", "ann", "data", true));
    audit.push(person("03 06:00", "Disable account", "ann"));
    logs.user("03 06:05", "deactivateUser", "ann");
    logs.files.push(("entra_audit.json", audit.join("\n")));
}

fn audit(at: &str, name: &str, category: &str, targets: &Value) -> String {
    json!({
        "id": format!("Directory_{at}_{name}_{targets}"), "category": category, "correlationId": format!("c-{at}"),
        "result": "success", "resultReason": "", "activityDisplayName": name,
        "activityDateTime": instant(at).format("%Y-%m-%dT%H:%M:%S.7215374Z").to_string(),
        "loggedByService": "Core Directory", "operationType": "Update",
        "initiatedBy": {"user": {"id": "u-admin", "displayName": null, "userPrincipalName": "admin@example.com"}, "app": null},
        "targetResources": targets, "additionalDetails": [],
    })
    .to_string()
}

fn user(who: &str, changed: &Value) -> Value {
    let mut user = named(who, &format!("{who}@example.com"));
    user["modifiedProperties"] = changed.clone();
    user
}

fn named(who: &str, login: &str) -> Value {
    json!({"id": id_of(who), "displayName": who, "type": "User", "userPrincipalName": login, "modifiedProperties": []})
}

fn audit_of_user(at: &str, name: &str, user: &Value) -> String {
    audit(at, name, "UserManagement", &json!([user]))
}

fn of_group(title: &str) -> Value {
    json!({"id": id_of(title), "displayName": title, "type": "Group", "userPrincipalName": null, "modifiedProperties": []})
}

fn turn(name: &str, value: &str, is_on: bool) -> Value {
    let told = format!("\"{value}\"");
    let [old, new] = if is_on { [Value::Null, json!(told)] } else { [json!(told), Value::Null] };
    json!({"displayName": name, "oldValue": old, "newValue": new})
}

fn person(at: &str, name: &str, who: &str) -> String {
    audit_of_user(at, name, &user(who, &json!([])))
}

fn group(at: &str, name: &str, title: &str) -> String {
    audit(at, name, "GroupManagement", &json!([of_group(title)]))
}

fn member(at: &str, who: &str, title: &str, is_on: bool) -> String {
    let name = if is_on { "Add member to group" } else { "Remove member from group" };
    let changed = json!([turn("Group.ObjectID", &id_of(title), is_on), turn("Group.DisplayName", title, is_on)]);
    audit(at, name, "GroupManagement", &json!([user(who, &changed), of_group(title)]))
}

fn app(changed: &Value) -> Value {
    json!({"id": "00000db0-0000-4000-8000-000000000db0", "displayName": "Databricks SCIM", "type": "ServicePrincipal",
        "userPrincipalName": null, "modifiedProperties": changed})
}

fn assigns(at: &str, title: &str, is_on: bool) -> String {
    let name = if is_on { "Add app role assignment to group" } else { "Remove app role assignment from group" };
    let changed = json!([turn("Group.ObjectID", &id_of(title), is_on), turn("Group.DisplayName", title, is_on)]);
    audit(at, name, "GroupManagement", &json!([app(&changed), of_group(title)]))
}

fn direct(at: &str, who: &str) -> String {
    let login = format!("{who}@example.com");
    let changed = json!([turn("User.ObjectID", &id_of(who), true), turn("User.UPN", &login, true)]);
    let name = "Add app role assignment grant to user";
    audit(at, name, "UserManagement", &json!([app(&changed), user(who, &json!([]))]))
}
