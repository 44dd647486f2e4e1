//! SCIM list snapshots (source `scim_snapshot`).

mod doc;
mod moment;
mod origin;

use std::borrow::Cow;

use self::doc::DOC;
use self::origin::{DATABRICKS, Origin};
use super::canonical::canonical_json;
use super::decode::{Reason, checked};
use super::scim_body::{Act, Json, Kind, Subject, kind_of, micros};
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, Outcome, Plane, identity};

const ID: &str = "scim_snapshot";

/// Users, groups and service principals as a service of SCIM lists them.
#[derive(Debug)]
pub struct ScimSnapshot;

impl Source for ScimSnapshot {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form {
                name: "resource",
                doc: "A resource with its schemas, from a list or alone",
                marks: &[
                    Mark::AnyOf(&["/schemas"]),
                    Mark::AnyOf(&["/id"]),
                    Mark::AnyOf(&["/userName", "/displayName", "/applicationId"]),
                ],
            },
            Form {
                name: "plain_user",
                doc: "A user without schemas, as Databricks lists it",
                marks: &[
                    Mark::AnyOf(&["/userName"]),
                    Mark::AnyOf(&["/id"]),
                    Mark::AnyOf(&["/active", "/emails", "/entitlements", "/groups", "/roles", "/externalId"]),
                ],
            },
            Form {
                name: "plain_group",
                doc: "A group without schemas, as Databricks lists it",
                marks: &[
                    Mark::AnyOf(&["/displayName"]),
                    Mark::AnyOf(&["/id"]),
                    Mark::AnyOf(&["/members", "/meta/resourceType"]),
                ],
            },
            Form {
                name: "plain_service_principal",
                doc: "A service principal without schemas, as Databricks lists it",
                marks: &[
                    Mark::AnyOf(&["/applicationId"]),
                    Mark::AnyOf(&["/id"]),
                    Mark::AnyOf(&["/displayName", "/active", "/entitlements", "/groups", "/roles"]),
                ],
            },
        ]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "list response", marker: b"\"Resources\"", path: &["Resources"] }]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn doc(&self) -> &'static Doc {
        &DOC
    }
}

fn event<'r>(record: &Record<'r>) -> Result<Event<'r>, Reason> {
    let text = checked(record.bytes)?;
    let resource = Json::object(text)?;
    let (kind, form) = kind(&resource)?;
    let subject = Subject::of(kind, None, &[&resource]);
    if subject.id.is_none() {
        return Err(resource.get("id").unfit("/id", "an id"));
    }
    let time = time(&resource, record.path)?;
    let origin = Origin::of(&resource, record.path);
    let identity = identity_of(text, &origin, kind, time);
    let act = Act { subject, place: &origin.place, outcome: Outcome::Success, answer: &Json::Null, pointer: "" };
    let effects = act.observe(&resource)?;
    let (event_type, kind_word) = match kind {
        Kind::Group => ("snapshot.group", "group"),
        Kind::ServicePrincipal => ("snapshot.service_principal", "service_principal"),
        _ => ("snapshot.user", "user"),
    };
    Ok(Event {
        plane: Plane::Other,
        outcome: Outcome::Success,
        target: act.subject.name,
        target_id: act.subject.id,
        target_kind: Some(Cow::Borrowed(kind_word)),
        app: origin.is_databricks.then_some(Cow::Borrowed(DATABRICKS)),
        scope: origin.scope(),
        workspace_id: origin.place.workspace_id.clone(),
        account_id: origin.place.account_id.clone(),
        delivery: form,
        mapped: true,
        statements: effects.statements,
        ..Event::new(identity, time, Cow::Borrowed(event_type))
    })
}

/// What the resource is, and in which form it came. A request, an event or a log record has other things beside.
fn kind(resource: &Json<'_>) -> Result<(Kind, &'static str), Reason> {
    let foreign = ["Operations", "events", "method", "eventType", "operationName", "actionName"];
    if let Some(key) = foreign.iter().find(|key| !resource.get(key).is_null()) {
        return Err(Cow::Owned(format!("/{key}: expected a resource of SCIM, which has none")));
    }
    let kind = kind_of(resource).ok_or("/schemas: missing, and nothing else tells what the resource is")?;
    let form = match kind {
        _ if !resource.get("schemas").is_null() => "resource",
        Kind::Group => "plain_group",
        Kind::ServicePrincipal => "plain_service_principal",
        _ => "plain_user",
    };
    Ok((kind, form))
}

/// When the list was made. What a resource says of itself (`meta.lastModified`) is when it was changed, and no answer.
fn time(resource: &Json<'_>, path: &str) -> Result<i64, Reason> {
    match resource.first(&["snapshot_time", "snapshotTime", "exported_at", "exportedAt"]) {
        (_, Json::Null) => moment::of_path(path),
        (key, value) => micros(value, &format!("/{key}")).map(|spelled| spelled.micros),
    }
}

/// The moment, the service, and the whole resource: what differs between two lists of one moment is kept twice.
fn identity_of(text: &str, origin: &Origin<'_>, kind: Kind, time: i64) -> [u8; 16] {
    let canonical = canonical_json(text);
    let (time, realm) = (time.to_le_bytes(), origin.place.realm());
    let kind = match kind {
        Kind::Group => &b"group"[..],
        Kind::ServicePrincipal => b"service_principal",
        _ => b"user",
    };
    identity(
        ID,
        &[Some(&time), Some(realm.as_bytes()), Some(kind), Some(canonical.as_deref().unwrap_or(text).as_bytes())],
    )
}
