//! Activities of PingOne from a few arguments, for stories that want another provider than Okta.

use serde_json::{Value, json};

use super::logs::instant;

pub(super) const PING: (&str, &str) = (
    "",
    "\n[[source]]\nid = \"pingone\"\npaths = [\"pingone.json\"]\nprovider_apps = [\"Databricks*\"]\ncovers = \"2026-06-29..2026-07-04\"\n",
);
const API: &str = "https://api.example.com/v1/environments/e1";

/// An activity by somebody, about something.
pub(super) fn activity(at: &str, by: &str, kind: &str, resource: Value, said: &str) -> String {
    let time = instant(at).format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    json!({
        "id": format!("{kind}-{at}"), "recordedAt": time, "createdAt": time, "correlationId": format!("c-{kind}-{at}"),
        "action": {"type": kind, "description": kind},
        "actors": {"client": {"id": "adminui", "name": "adminui", "type": "CLIENT"}, "user": user(by)},
        "resources": [resource],
        "result": {"status": "SUCCESS", "description": said},
    })
    .to_string()
}

/// The id of a person in the directory.
pub(super) fn id_of(who: &str) -> String {
    format!("p-{who}")
}

/// A person.
pub(super) fn user(who: &str) -> Value {
    let id = id_of(who);
    json!({"type": "USER", "id": id, "name": format!("{who}@example.com"), "href": format!("{API}/users/{id}")})
}

/// A role is given: the record names it by id.
pub(super) fn given(at: &str, who: &str, role: &str) -> String {
    let said = format!("Created role assignment 'a-{role}' for role '{role}' scoped for ENVIRONMENT 'e1'");
    activity(at, "root", "ROLE_ASSIGNMENT.CREATED", user(who), &said)
}

/// A role is taken: the record does not name it.
pub(super) fn taken(at: &str, who: &str) -> String {
    let said = "Deleted role assignment 'a-1' scoped for ENVIRONMENT 'e1'";
    activity(at, "root", "ROLE_ASSIGNMENT.DELETED", user(who), said)
}

/// An account is switched on or off: which way the record does not say.
pub(super) fn switched(at: &str, who: &str) -> String {
    let said = format!("Updated enabled for User {who}@example.com");
    let mut record: Value =
        serde_json::from_str(&activity(at, "root", "USER.UPDATED", user(who), &said)).expect("JSON");
    record["_embedded"] = json!({"modifiedAttributes": ["enabled"]});
    record.to_string()
}

/// A push failed: whose, or through what, if the record says so.
pub(super) fn push_fails(at: &str, resource: Value) -> String {
    let kind = "PROVISIONING_IDENTITY_SYNC.FAILURE";
    activity(at, "root", kind, resource, "The target answered 409").replace("SUCCESS", "FAILED")
}

/// A connection through which is pushed.
pub(super) fn connection(name: &str) -> Value {
    json!({"type": "PROVISIONING_CONNECTION", "id": format!("c-{name}"), "name": name, "href": format!("{API}/stores/{name}")})
}

/// Somebody shows who they are to an application, or fails to.
pub(super) fn signs_on(at: &str, who: &str, kind: &str, status: &str, app: &str) -> String {
    let said = "Passed role access control";
    let mut record: Value = serde_json::from_str(&activity(at, who, kind, user(who), said)).expect("JSON");
    record["actors"]["client"] = json!({"id": format!("a-{app}"), "name": app, "type": "CLIENT"});
    record["result"]["status"] = json!(status);
    record.to_string()
}
