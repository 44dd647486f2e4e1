//! What PingOne logs: audit activities. Of pushes it logs only failures, and those name nobody.

use serde_json::{Value, json};

use super::act::{Act, Decision};
use super::calendar::{Instant, after_millis, instant_text};
use super::dice::Dice;
use super::entry::{Body, Entry};
use super::organisation::{Group, Organisation, Person};

const API: &str = "https://api.example.com/v1/environments";
const ENVIRONMENT: &str = "00000000-0000-4000-8000-000000091490";

/// Type, description of the act, resource, description of the result, names of modified attributes.
struct Activity {
    kind: &'static str,
    resource: Value,
    result: String,
    modified: Option<&'static str>,
}

/// The activity of an act; nothing for what PingOne does not log.
pub(super) fn entry(act: Act<'_>, time: Instant, organisation: &Organisation, dice: &mut Dice) -> Option<Entry> {
    let activity = activity(act, organisation)?;
    let id = dice.uuid();
    let is_failure = activity.kind.ends_with(".FAILURE") || matches!(act, Act::DecideInVain(_));
    let mut body = json!({
        "_links": { "self": { "href": format!("{API}/{ENVIRONMENT}/activities/{id}") } },
        "id": id,
        "recordedAt": instant_text(time),
        "createdAt": instant_text(after_millis(time, dice.between(15, 300))),
        "correlationId": dice.uuid(),
        "action": { "type": activity.kind, "description": described(activity.kind) },
        "actors": actors(act, organisation),
        "resources": [activity.resource],
        "result": { "status": if is_failure { "FAILED" } else { "SUCCESS" }, "description": activity.result },
    });
    if let Some(attribute) = activity.modified {
        body["_embedded"] = json!({ "modifiedAttributes": [attribute] });
    }
    let is_hooked = !matches!(act, Act::SignOn(..) | Act::ImportStart | Act::ImportComplete);
    Some(Entry { source: "pingone", id, time, is_hooked, body: Body::Json(body) })
}

fn activity(act: Act<'_>, organisation: &Organisation) -> Option<Activity> {
    let of_user = |person: &Person, kind, result: &str, modified| Activity {
        kind,
        resource: user(person),
        result: format!("{result} {}", person.login),
        modified,
    };
    let plain = |kind, resource, result: &str| Activity { kind, resource, result: result.to_owned(), modified: None };
    Some(match act {
        Act::Decide(decision) | Act::DecideInVain(decision) => return decided(decision),
        Act::Create(person) => of_user(person, "USER.CREATED", "Created User", None),
        Act::Update(person) => of_user(person, "USER.UPDATED", "Updated title for User", Some("title")),
        Act::Rename(person) => of_user(person, "USER.UPDATED", "Updated username for User", Some("username")),
        Act::RenameGroup(of) => plain("GROUP.UPDATED", group(of), "Updated Group"),
        Act::PushUserFails(_) => {
            let target = connection(organisation);
            plain("PROVISIONING_IDENTITY_SYNC.FAILURE", target, "The target system answered with an error")
        }
        Act::PushMembershipFails(..) => {
            let target = connection(organisation);
            plain("PROVISIONING_GROUP_MEMBERSHIP_SYNC.FAILURE", target, "The target system answered with an error")
        }
        Act::SignOn(person, _) => of_user(person, "USER.ACCESS_ALLOWED", "Passed role access control", None),
        Act::ImportStart => plain("SECRET.READ", application(organisation), "Read secret"),
        _ => return None,
    })
}

fn decided(decision: Decision<'_>) -> Option<Activity> {
    let of_user = |person: &Person, kind, result: &str, modified| {
        Some(Activity { kind, resource: user(person), result: format!("{result} {}", person.login), modified })
    };
    let member = |person: &Person, of: &Group, kind, result: &str| {
        let result = format!("{result} Member Of Group {}", of.idp_name);
        Some(Activity { kind, resource: membership(person, of), result, modified: None })
    };
    match decision {
        Decision::Create(person) => of_user(person, "USER.CREATED", "Created User", None),
        Decision::JoinGroup(person, of) => member(person, of, "MEMBER_OF_GROUP.CREATED", "Created"),
        Decision::LeaveGroup(person, of) => member(person, of, "MEMBER_OF_GROUP.DELETED", "Deleted"),
        Decision::Deactivate(person) => of_user(person, "USER.UPDATED", "Disabled User", Some("enabled")),
        Decision::Reactivate(person) => of_user(person, "USER.UPDATED", "Enabled User", Some("enabled")),
        Decision::Delete(person) => of_user(person, "USER.DELETED", "Deleted User", None),
        Decision::DeleteGroup(of) => {
            let result = format!("Deleted Group {}", of.idp_name);
            Some(Activity { kind: "GROUP.DELETED", resource: group(of), result, modified: None })
        }
        Decision::Nest(..) | Decision::Unmap(_) | Decision::Assign(..) | Decision::Unassign(..) => None,
    }
}

/// `User Created` for `USER.CREATED`.
fn described(kind: &str) -> String {
    let capitalised = |word: &str| {
        let lower = word.to_lowercase();
        let (first, rest) = lower.split_at(1.min(lower.len()));
        format!("{}{rest}", first.to_uppercase())
    };
    kind.split(['.', '_']).map(capitalised).collect::<Vec<_>>().join(" ")
}

fn actors(act: Act<'_>, organisation: &Organisation) -> Value {
    match act {
        Act::SignOn(person, _) => json!({
            "client": { "id": organisation.databricks.idp_id, "name": organisation.databricks.label, "type": "CLIENT" },
            "user": user(person),
        }),
        Act::ImportStart | Act::PushUserFails(_) | Act::PushMembershipFails(..) | Act::Update(_) => json!({
            "client": { "id": organisation.job_runner, "name": "Directory worker", "type": "CLIENT" },
        }),
        _ => json!({
            "client": { "id": "adminui", "name": "adminui", "type": "CLIENT" },
            "user": user(&organisation.identity_admin),
        }),
    }
}

fn resource(kind: &str, id: &str, name: &str, path: &str) -> Value {
    json!({
        "type": kind,
        "id": id,
        "name": name,
        "environment": { "id": ENVIRONMENT },
        "href": format!("{API}/{ENVIRONMENT}/{path}"),
    })
}

fn user(person: &Person) -> Value {
    resource("USER", &person.idp_id, &person.login, &format!("users/{}", person.idp_id))
}

fn group(of: &Group) -> Value {
    resource("GROUP", &of.idp_id, &of.idp_name, &format!("groups/{}", of.idp_id))
}

/// The resource is the membership: it names the group, and the person only by an id in its link.
fn membership(person: &Person, of: &Group) -> Value {
    let path = format!("users/{}/memberOfGroups/{}", person.idp_id, of.idp_id);
    resource("MEMBER_OF_GROUP", &of.idp_id, &of.idp_name, &path)
}

fn application(organisation: &Organisation) -> Value {
    let app = &organisation.databricks;
    resource("APPLICATION", &app.idp_id, app.label, &format!("applications/{}", app.idp_id))
}

fn connection(organisation: &Organisation) -> Value {
    let id = &organisation.databricks.idp_id;
    resource("PROVISIONING_CONNECTION", id, organisation.databricks.label, &format!("propagation/stores/{id}"))
}
