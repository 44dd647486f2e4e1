//! The provisioning log.

use serde_json::{Value, json};

use super::TENANT;
use crate::simulate::act::Act;
use crate::simulate::calendar::{Instant, instant_text};
use crate::simulate::dice::Dice;
use crate::simulate::entry::{Body, Entry};
use crate::simulate::organisation::{Group, Organisation, Person};

/// One object's turn in a cycle.
struct Turn {
    action: &'static str,
    source: Value,
    target: Value,
    properties: Vec<Value>,
    end: End,
}

/// How the turn ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Sent,
    Failed,
    /// There was nothing to send.
    Redundant,
    /// Entra holds something against it.
    Unfit,
}

/// The record of a push.
pub(super) fn entry(act: Act<'_>, time: Instant, organisation: &Organisation, dice: &mut Dice) -> Option<Entry> {
    let turn = turn(act, organisation)?;
    let id = dice.uuid();
    let body = json!({
        "id": dice.uuid(),
        "activityDateTime": instant_text(time),
        "tenantId": TENANT,
        "jobId": format!("databricks.{}.{}", TENANT.replace('-', ""), organisation.databricks.idp_id),
        "cycleId": dice.uuid(),
        "changeId": id,
        "provisioningAction": turn.action,
        "durationInMilliseconds": dice.between(200, 4_000),
        "initiatedBy": { "id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system" },
        "servicePrincipal": { "id": organisation.databricks.idp_id, "displayName": organisation.databricks.label },
        "sourceSystem": { "id": organisation.account_id, "displayName": "Azure Active Directory", "details": {} },
        "targetSystem": {
            "id": organisation.job_runner,
            "displayName": organisation.databricks.label,
            "details": { "ServicePrincipalDisplayName": organisation.databricks.label },
        },
        "sourceIdentity": turn.source,
        "targetIdentity": turn.target,
        "provisioningStatusInfo": status(turn.end),
        "provisioningSteps": steps(&turn),
        "modifiedProperties": turn.properties,
    });
    Some(Entry { source: "entra_provisioning", id, time, is_hooked: false, body: Body::Json(body) })
}

fn turn(act: Act<'_>, organisation: &Organisation) -> Option<Turn> {
    let of_user = |person: &Person, action, properties, end| Turn {
        action,
        source: user(person),
        target: target(if end != End::Sent && action == "create" { "" } else { &person.databricks_id }, "User"),
        properties,
        end,
    };
    let of_group = |group: &Group, action, properties, end| Turn {
        action,
        source: identity(&group.idp_id, &group.idp_name, "Group", &json!({})),
        target: target(&group.databricks_id, "Group"),
        properties,
        end,
    };
    let active = |old: &str, new: &str| vec![property("active", Some(old), Some(new))];
    Some(match act {
        Act::PushUser(person) => of_user(person, "create", attributes(person), End::Sent),
        Act::PushUserFails(person) => of_user(person, "create", attributes(person), End::Failed),
        Act::PushUserSkipped(person) => of_user(person, "create", attributes(person), End::Unfit),
        Act::PushDeactivation(person) => of_user(person, "disable", active("True", "False"), End::Sent),
        Act::PushReactivation(person) => of_user(person, "update", active("False", "True"), End::Sent),
        Act::PushDeletion(person) => of_user(person, "delete", vec![], End::Sent),
        Act::PushGroup(group) => {
            of_group(group, "update", vec![property("displayName", None, Some(group.databricks_name))], End::Sent)
        }
        Act::PushMember(person, group) => of_group(group, "update", members(None, Some(person)), End::Sent),
        Act::PushMemberRemoval(person, group) => of_group(group, "update", members(Some(person), None), End::Sent),
        Act::PushMembershipFails(person, group) => of_group(group, "update", members(None, Some(person)), End::Failed),
        Act::PushGroupRemoval(group) => of_group(group, "delete", vec![], End::Sent),
        Act::ImportComplete => of_user(&organisation.identity_admin, "update", vec![], End::Redundant),
        _ => return None,
    })
}

fn user(person: &Person) -> Value {
    let details = json!({ "odatatype": "User", "DisplayName": person.name, "UserPrincipalName": person.login });
    identity(&person.idp_id, &person.name, "User", &details)
}

fn identity(id: &str, name: &str, kind: &str, details: &Value) -> Value {
    json!({ "id": id, "displayName": name, "identityType": kind, "details": details })
}

fn target(id: &str, kind: &str) -> Value {
    identity(id, "", &format!("urn:ietf:params:scim:schemas:core:2.0:{kind}"), &json!({}))
}

fn attributes(person: &Person) -> Vec<Value> {
    [
        ("userName", person.email.as_str()),
        ("displayName", &person.name),
        ("externalId", &person.idp_id),
        ("active", "True"),
    ]
    .map(|(name, value)| property(name, None, Some(value)))
    .to_vec()
}

fn members(old: Option<&Person>, new: Option<&Person>) -> Vec<Value> {
    let list = |person: Option<&Person>| person.map(|p| json!([p.idp_id]).to_string());
    vec![property("members", list(old).as_deref(), list(new).as_deref())]
}

fn property(name: &str, old: Option<&str>, new: Option<&str>) -> Value {
    json!({ "displayName": name, "oldValue": old, "newValue": new })
}

fn status(end: End) -> Value {
    match end {
        End::Sent => json!({ "status": "success", "errorInformation": null }),
        End::Redundant | End::Unfit => json!({ "status": "skipped", "errorInformation": null }),
        End::Failed => json!({
            "status": "failure",
            "errorInformation": {
                "errorCode": "InternalServerError",
                "reason": "The target system answered with an error; the change will be tried again.",
                "additionalDetails": null,
                "errorCategory": "failure",
                "recommendedAction": null,
            },
        }),
    }
}

/// Only an export step shows that something was sent.
fn steps(turn: &Turn) -> Vec<Value> {
    let step = |name: &str, kind: &str, status: &str, details: Value| json!({ "name": name, "provisioningStepType": kind, "status": status, "description": "", "details": details });
    let skip =
        |reason: &str| step("EntrySynchronizationSkip", "processing", "skipped", json!({ "SkipReason": reason }));
    let import = step("EntryImport", "import", "success", json!({}));
    let last = match turn.end {
        End::Redundant => skip("RedundantExport"),
        End::Unfit => skip("AttributeValidationFailed"),
        end => {
            let name = match turn.action {
                "create" => "EntryExportAdd",
                "delete" => "EntryExportDelete",
                _ => "EntryExportUpdate",
            };
            step(name, "export", if end == End::Sent { "success" } else { "failure" }, json!({}))
        }
    };
    vec![import, last]
}
