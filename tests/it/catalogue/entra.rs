//! Records of Entra's logs from a few arguments, for stories that want more than Okta says.

use serde_json::{Value, json};

use super::logs::instant;

pub(super) const AUDIT: &str = "[[source]]\nid = \"entra_audit\"\npaths = [\"entra_audit.json\"]\nprovider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"\n";
pub(super) const PROVISIONING: &str = "[[source]]\nid = \"entra_provisioning\"\npaths = [\"entra_provisioning.json\"]\nprovider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"\n";

/// An activity of the provisioning service in the directory audit.
pub(super) fn activity(at: &str, name: &str, app: &str) -> String {
    json!({
        "id": format!("Directory_{at}_{name}_{app}"), "category": "ProvisioningManagement", "correlationId": format!("c-{at}"),
        "result": "success", "resultReason": "", "activityDisplayName": name,
        "activityDateTime": instant(at).format("%Y-%m-%dT%H:%M:%S.7215374Z").to_string(),
        "loggedByService": "Account Provisioning", "operationType": "Assign",
        "initiatedBy": {"user": null, "app": {"appId": null, "displayName": "Azure AD Provisioning Service",
            "servicePrincipalId": null, "servicePrincipalName": null}},
        "targetResources": [{"id": "00000db0-0000-4000-8000-000000000db0", "displayName": app,
            "type": "ServicePrincipal", "userPrincipalName": null, "modifiedProperties": []}],
        "additionalDetails": [],
    })
    .to_string()
}

/// A person, or something of another type, is put into a group.
pub(super) fn joins(at: &str, kind: &str, who: &str, title: &str) -> String {
    let login = (kind == "User").then(|| format!("{who}@example.com"));
    let group = "0000da7a-0000-4000-8000-00000000da7a";
    json!({
        "id": format!("Directory_{at}_{who}"), "category": "GroupManagement", "correlationId": format!("c-{at}"),
        "result": "success", "resultReason": "", "activityDisplayName": "Add member to group",
        "activityDateTime": instant(at).format("%Y-%m-%dT%H:%M:%S.7215374Z").to_string(),
        "loggedByService": "Core Directory", "operationType": "Assign",
        "initiatedBy": {"user": {"id": "u-admin", "displayName": null, "userPrincipalName": "admin@example.com"}, "app": null},
        "targetResources": [
            {"id": id_of(who), "displayName": who, "type": kind, "userPrincipalName": login, "modifiedProperties": [
                {"displayName": "Group.ObjectID", "oldValue": null, "newValue": format!("\"{group}\"")},
                {"displayName": "Group.DisplayName", "oldValue": null, "newValue": format!("\"{title}\"")}]},
            {"id": group, "displayName": null, "type": "Group", "userPrincipalName": null, "modifiedProperties": []}],
        "additionalDetails": [],
    })
    .to_string()
}

/// Something is done to a person, such as `Enable account`.
pub(super) fn lifecycle(at: &str, name: &str, who: &str) -> String {
    of_person(at, name, "Update", who, &[])
}

/// A person is assigned to an application.
pub(super) fn assigned(at: &str, who: &str, app: &str) -> String {
    let app = json!({"id": "00000db0-0000-4000-8000-000000000db0", "displayName": app, "type": "ServicePrincipal",
        "userPrincipalName": null, "modifiedProperties": []});
    of_person(at, "Add app role assignment grant to user", "Assign", who, &[app])
}

/// A group is assigned to an application, with all who are in it. It is the one that [`joins`] means.
pub(super) fn assigns(at: &str, title: &str, app: &str) -> String {
    let group = "0000da7a-0000-4000-8000-00000000da7a";
    let changed = json!([
        {"displayName": "Group.ObjectID", "oldValue": null, "newValue": format!("\"{group}\"")},
        {"displayName": "Group.DisplayName", "oldValue": null, "newValue": format!("\"{title}\"")}]);
    let app = json!({"id": "00000db0-0000-4000-8000-000000000db0", "displayName": app, "type": "ServicePrincipal",
        "userPrincipalName": null, "modifiedProperties": changed});
    let group = json!({"id": group, "displayName": title, "type": "Group", "userPrincipalName": null, "modifiedProperties": []});
    audited(at, "Add app role assignment to group", "Assign", title, &json!([app, group]))
}

fn of_person(at: &str, name: &str, operation: &str, who: &str, before: &[Value]) -> String {
    let person = json!({"id": id_of(who), "displayName": null, "type": "User",
        "userPrincipalName": format!("{who}@example.com"), "modifiedProperties": []});
    audited(at, name, operation, who, &json!([before, &[person]].concat()))
}

fn audited(at: &str, name: &str, operation: &str, who: &str, targets: &Value) -> String {
    json!({
        "id": format!("Directory_{at}_{name}_{who}"), "category": "UserManagement", "correlationId": format!("c-{at}"),
        "result": "success", "resultReason": "", "activityDisplayName": name,
        "activityDateTime": instant(at).format("%Y-%m-%dT%H:%M:%S.7215374Z").to_string(),
        "loggedByService": "Core Directory", "operationType": operation,
        "initiatedBy": {"user": {"id": "u-admin", "displayName": null, "userPrincipalName": "admin@example.com"}, "app": null},
        "targetResources": targets,
        "additionalDetails": [],
    })
    .to_string()
}

/// The id of a person in the directory.
pub(super) fn id_of(who: &str) -> String {
    format!(
        "{:0>8}-0000-4000-8000-000000000000",
        who.bytes().map(|b| format!("{b:x}")).collect::<String>().chars().take(8).collect::<String>()
    )
}

fn push(at: &str, action: &str, status: &str, source: Value, properties: Value) -> String {
    let name = source["displayName"].as_str().unwrap_or_default().to_owned();
    let step = json!({"name": "EntryExportUpdate", "provisioningStepType": "export",
        "status": if status == "success" { "success" } else { "skipped" }, "description": "text",
        "details": if status == "skipped" { json!({"SkipReason": "NotInScope"}) } else { json!({}) }});
    let error = if status == "failure" {
        json!({"errorCode": "InvalidAnchor", "reason": "the object is gone", "additionalDetails": null})
    } else {
        Value::Null
    };
    json!({
        "id": format!("p-{at}-{name}"), "changeId": format!("change-{at}-{name}"), "cycleId": "cycle-1", "jobId": "databricks.1",
        "activityDateTime": instant(at).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "tenantId": "00000001-0000-4000-8000-000000000001", "provisioningAction": action, "durationInMilliseconds": 630,
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "servicePrincipal": {"id": "00000db0-0000-4000-8000-000000000db0", "displayName": "Databricks SCIM"},
        "sourceSystem": {"id": "000000e1-0000-4000-8000-0000000000e1", "displayName": "Azure Active Directory", "details": {}},
        "targetSystem": {"id": "000000e2-0000-4000-8000-0000000000e2", "displayName": "Databricks", "details": {}},
        "sourceIdentity": source,
        "targetIdentity": {"id": "", "displayName": "", "identityType": "", "details": {}},
        "provisioningStatusInfo": {"status": status, "errorInformation": error},
        "provisioningSteps": [step],
        "modifiedProperties": properties,
    })
    .to_string()
}

/// A person's turn in a cycle.
pub(super) fn user_push(at: &str, action: &str, status: &str, who: &str) -> String {
    let source = json!({"id": id_of(who), "displayName": who, "identityType": "User",
        "details": {"UserPrincipalName": format!("{who}@example.com"), "odatatype": "User"}});
    push(
        at,
        action,
        status,
        source,
        json!([{"displayName": "userName", "oldValue": null, "newValue": format!("{who}@example.com")}]),
    )
}

/// A person's turn in which an account is found that is there under another login.
pub(super) fn user_link(at: &str, who: &str, login: &str, id: &str) -> String {
    let mut turn: Value = serde_json::from_str(&user_push(at, "update", "success", who)).expect("a record");
    turn["targetIdentity"] = json!({"id": id, "displayName": login, "identityType": "User", "details": {}});
    turn["modifiedProperties"][0]["newValue"] = json!(login);
    turn.to_string()
}

/// A group's turn in a cycle, in which it gets a member.
pub(super) fn member_push(at: &str, title: &str, who: &str) -> String {
    of_group(at, title, "success", json!({"displayName": "members", "oldValue": null, "newValue": id_of(who)}))
}

/// A group's turn in which a member was to come, or to go, and did not.
pub(super) fn member_push_fails(at: &str, title: &str, who: &str, is_to_go: bool) -> String {
    let [old, new] = if is_to_go { [json!(id_of(who)), json!(null)] } else { [json!(null), json!(id_of(who))] };
    of_group(at, title, "failure", json!({"displayName": "members", "oldValue": old, "newValue": new}))
}

fn of_group(at: &str, title: &str, status: &str, changed: Value) -> String {
    let source = json!({"id": "0000da7a-0000-4000-8000-00000000da7a", "displayName": title, "identityType": "Group",
        "details": {"DisplayName": title, "odatatype": "Group"}});
    push(at, "update", status, source, json!([changed]))
}
