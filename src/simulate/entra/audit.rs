//! Directory audits.

use serde_json::{Value, json};

use crate::simulate::act::{Act, Decision};
use crate::simulate::calendar::{Instant, instant_text};
use crate::simulate::dice::Dice;
use crate::simulate::entry::{Body, Entry};
use crate::simulate::organisation::{App, Group, Organisation, Person};

/// Name of the activity, category, type of operation, and what it was about.
type Activity = (&'static str, &'static str, &'static str, Vec<Value>);

const USERS: &str = "UserManagement";
const GROUPS: &str = "GroupManagement";

/// The audit of an act; nothing for what Entra does not tell apart.
pub(super) fn entry(act: Act<'_>, time: Instant, organisation: &Organisation, dice: &mut Dice) -> Option<Entry> {
    let (name, category, operation, targets) = match act {
        Act::Decide(decision) | Act::DecideInVain(decision) => decided(decision, organisation),
        Act::Create(person) => ("Add user", USERS, "Add", vec![user(person, vec![])]),
        Act::Update(person) => {
            let title = property("JobTitle", Some(&json!(["Analyst"])), Some(&json!(["Senior Analyst"])));
            ("Update user", USERS, "Update", vec![user(person, vec![title])])
        }
        Act::Rename(person) => {
            let login = property("UserPrincipalName", None, Some(&json!([person.login])));
            ("Update user", USERS, "Update", vec![user(person, vec![login])])
        }
        Act::RenameGroup(of) => {
            let name = property("DisplayName", None, Some(&json!([of.idp_name])));
            ("Update group", GROUPS, "Update", vec![group(of, true, vec![name])])
        }
        Act::AssignGroup(of, app) => {
            ("Add app role assignment to group", GROUPS, "Assign", group_assignment(of, app, true))
        }
        Act::ImportStart => ("Update device", "Device", "Update", vec![device(organisation)]),
        _ => return None,
    };
    let is_refused = matches!(act, Act::DecideInVain(_));
    let id = format!("Directory_{}_{}", dice.hex(8).to_uppercase(), dice.uuid());
    let body = json!({
        "id": id,
        "category": category,
        "correlationId": dice.uuid(),
        "result": if is_refused { "failure" } else { "success" },
        "resultReason": if is_refused { "Insufficient privileges to complete the operation." } else { "" },
        "activityDisplayName": name,
        "activityDateTime": instant_text(time).replace('Z', "0000Z"),
        "loggedByService": "Core Directory",
        "operationType": operation,
        "initiatedBy": initiator(act, organisation),
        "targetResources": targets,
        "additionalDetails": [],
    });
    Some(Entry { source: "entra_audit", id, time, is_hooked: false, body: Body::Json(body) })
}

fn initiator(act: Act<'_>, organisation: &Organisation) -> Value {
    if matches!(act, Act::ImportStart) {
        let app = json!({
            "appId": null,
            "displayName": "Device Registration Service",
            "servicePrincipalId": organisation.marketing.idp_id,
            "servicePrincipalName": null,
        });
        return json!({ "user": null, "app": app });
    }
    let admin = &organisation.identity_admin;
    let user = json!({
        "id": admin.idp_id,
        "displayName": null,
        "userPrincipalName": admin.login,
        "ipAddress": admin.address,
        "roles": [],
    });
    json!({ "user": user, "app": null })
}

fn decided(decision: Decision<'_>, organisation: &Organisation) -> Activity {
    match decision {
        Decision::Create(person) => ("Add user", USERS, "Add", vec![user(person, vec![])]),
        Decision::JoinGroup(person, of) => (
            "Add member to group",
            GROUPS,
            "Assign",
            vec![user(person, membership(of, true)), group(of, false, vec![])],
        ),
        Decision::LeaveGroup(person, of) => {
            let targets = vec![user(person, membership(of, false)), group(of, false, vec![])];
            ("Remove member from group", GROUPS, "Unassign", targets)
        }
        Decision::Nest(child, parent) => {
            let targets = vec![group(child, true, membership(parent, true)), group(parent, false, vec![])];
            ("Add member to group", GROUPS, "Assign", targets)
        }
        Decision::Assign(person, app) => {
            ("Add app role assignment grant to user", USERS, "Assign", assignment(person, app, true))
        }
        Decision::Unassign(person, app) => {
            ("Remove app role assignment from user", USERS, "Unassign", assignment(person, app, false))
        }
        Decision::Deactivate(person) => {
            let switch = property("AccountEnabled", Some(&json!([true])), Some(&json!([false])));
            ("Disable account", USERS, "Update", vec![user(person, vec![switch])])
        }
        Decision::Reactivate(person) => {
            let switch = property("AccountEnabled", Some(&json!([false])), Some(&json!([true])));
            ("Enable account", USERS, "Update", vec![user(person, vec![switch])])
        }
        Decision::Delete(person) => ("Delete user", USERS, "Delete", vec![user(&mangled(person), vec![])]),
        Decision::Unmap(of) => {
            let targets = group_assignment(of, &organisation.databricks, false);
            ("Remove app role assignment from group", GROUPS, "Unassign", targets)
        }
        Decision::DeleteGroup(of) => ("Delete group", GROUPS, "Delete", vec![group(of, true, vec![])]),
    }
}

/// Whoever is deleted keeps the name with the id before it.
fn mangled(person: &Person) -> Person {
    let login = format!("{}{}", person.idp_id.replace('-', ""), person.login);
    Person { login, ..person.clone() }
}

fn assignment(person: &Person, app: &App, is_given: bool) -> Vec<Value> {
    let about = [("User.ObjectID", person.idp_id.as_str()), ("User.UPN", &person.login)];
    vec![application(app, &about, is_given), user(person, vec![])]
}

fn group_assignment(of: &Group, app: &App, is_given: bool) -> Vec<Value> {
    let about = [("Group.ObjectID", of.idp_id.as_str()), ("Group.DisplayName", &of.idp_name)];
    vec![application(app, &about, is_given), group(of, false, vec![])]
}

fn application(app: &App, about: &[(&str, &str)], is_given: bool) -> Value {
    let role = [("AppRole.Id", "00000000-0000-4000-8000-000000000000"), ("AppRole.DisplayName", "User")];
    let properties: Vec<Value> = role.iter().chain(about).map(|(name, value)| said(name, value, is_given)).collect();
    json!({
        "id": app.idp_id,
        "displayName": app.label,
        "type": "ServicePrincipal",
        "userPrincipalName": null,
        "modifiedProperties": properties,
    })
}

fn membership(of: &Group, is_given: bool) -> Vec<Value> {
    vec![said("Group.ObjectID", &of.idp_id, is_given), said("Group.DisplayName", &of.idp_name, is_given)]
}

/// A value that was given is new, one that was taken is old.
fn said(name: &str, value: &str, is_given: bool) -> Value {
    let value = json!(value);
    if is_given { property(name, None, Some(&value)) } else { property(name, Some(&value), None) }
}

/// Values stand as JSON in a string.
fn property(name: &str, old: Option<&Value>, new: Option<&Value>) -> Value {
    json!({ "displayName": name, "oldValue": old.map(Value::to_string), "newValue": new.map(Value::to_string) })
}

fn user(person: &Person, properties: Vec<Value>) -> Value {
    json!({
        "id": person.idp_id,
        "displayName": null,
        "type": "User",
        "userPrincipalName": person.login,
        "groupType": null,
        "modifiedProperties": properties,
        "administrativeUnits": [],
    })
}

/// Where a group stands beside its member, Entra leaves its name out.
fn group(of: &Group, is_named: bool, properties: Vec<Value>) -> Value {
    json!({
        "id": of.idp_id,
        "displayName": is_named.then_some(&of.idp_name),
        "type": "Group",
        "userPrincipalName": null,
        "groupType": "azureAD",
        "modifiedProperties": properties,
    })
}

fn device(organisation: &Organisation) -> Value {
    json!({
        "id": organisation.job_runner,
        "displayName": "build-runner",
        "type": "Device",
        "userPrincipalName": null,
        "modifiedProperties": [],
    })
}
