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
    let text = checked(record.text)?;
    let resource = Json::object(text)?;
    let (kind, form) = kind(&resource)?;
    let subject = Subject::of(kind, None, &[&resource]);
    if subject.id.is_none() {
        return Err(resource.get("id").unfit("/id", "an id"));
    }
    let time = time(&resource, record)?;
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

/// What the resource is, and in which form it came.
fn kind(resource: &Json<'_>) -> Result<(Kind, &'static str), Reason> {
    let has_schemas = !resource.get("schemas").is_null();
    let kind = kind_of(resource).ok_or(match has_schemas {
        true => "/schemas: expected that of a user, a group or a service principal, found another",
        false => "/schemas: missing, and nothing else tells what the resource is",
    })?;
    let is_foreign = |key: &str| match has_schemas {
        true => FOREIGN.iter().any(|foreign| key.eq_ignore_ascii_case(foreign)),
        false => !is_attribute(key),
    };
    if resource.entries().iter().any(|(key, value)| is_foreign(key) && !value.is_null()) {
        return Err("expected a resource of SCIM, found keys that it does not have".into());
    }
    let form = match kind {
        _ if has_schemas => "resource",
        Kind::Group => "plain_group",
        Kind::ServicePrincipal => "plain_service_principal",
        _ => "plain_user",
    };
    Ok((kind, form))
}

/// Keys of requests, events and other logs, some of which have schemas too.
const FOREIGN: [&str; 8] =
    ["Operations", "events", "method", "eventType", "operationName", "actionName", "Resources", "totalResults"];

/// Attributes of SCIM. Log records share some of them; a record without schemas has no others.
const ATTRIBUTES: [&str; 34] = [
    "id",
    "externalId",
    "meta",
    "userName",
    "displayName",
    "applicationId",
    "active",
    "name",
    "emails",
    "groups",
    "members",
    "roles",
    "entitlements",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "password",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "x509Certificates",
    "status",
    "kind",
    "description",
    "owner",
    "snapshot_time",
    "snapshotTime",
    "exported_at",
    "exportedAt",
];

fn is_attribute(key: &str) -> bool {
    key.starts_with("urn:") || ATTRIBUTES.iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// When the list was made. What a resource says of itself (`meta.lastModified`) is when it was changed, and no answer.
fn time(resource: &Json<'_>, record: &Record<'_>) -> Result<i64, Reason> {
    match resource.first(&["snapshot_time", "snapshotTime", "exported_at", "exportedAt"]) {
        (_, Json::Null) => moment::of_path(record.path),
        (key, value) => micros(value, &format!("/{key}"), record.zone).map(|spelled| spelled.micros),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::{SOURCES, detect};

    #[test]
    fn the_three_sources_of_scim_are_told_apart() {
        let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "a"});
        let event = json!({"urn:ietf:params:SCIM:event:prov:delete": {}});
        for (record, id) in [
            (user.clone(), "scim_snapshot"),
            (json!({"Resources": [user]}), "scim_snapshot"),
            (json!({"id": "1", "userName": "a", "active": true}), "scim_snapshot"),
            (json!({"id": "1", "displayName": "g", "members": []}), "scim_snapshot"),
            (json!({"id": "1", "displayName": "s", "applicationId": "x"}), "scim_snapshot"),
            (json!({"jti": "1", "iss": "https://scim.example.com", "events": event}), "scim_event"),
            (json!({"sets": {"1": "eyJ.eyJ.x"}}), "scim_event"),
            (json!({"SET": "eyJ.eyJ.x"}), "scim_event"),
            (json!({"ts": "t", "method": "POST", "path": "/Users", "request": user}), "scim"),
            (json!({"request": {"method": "POST", "url": "/scim/v2/users"}}), "scim"),
        ] {
            assert_eq!(detect(&record).map(Source::id), Ok(id), "{record}");
            let text = record.to_string();
            for other in SOURCES.iter().filter(|source| source.id() != id && source.id().starts_with("scim")) {
                let fate = other.read(&Record::new(&text, "2026-07-01.json"));
                assert!(matches!(fate, Fate::Rejected(_)), "{} reads {record}", other.id());
            }
        }
    }

    #[test]
    fn one_list_in_two_wrappings_is_one_and_another_moment_another() {
        let read = |text: &str, path: &str| match ScimSnapshot.read(&Record::new(text, path)) {
            Fate::Accepted(event) => event.identity,
            other => panic!("{text}: {other:?}"),
        };
        let first = read(r#"{"id":"1","userName":"a","active":true}"#, "a/2026-07-01.json");
        assert_eq!(read(r#"{ "active":true, "userName":"a", "id":"1" }"#, "b/2026-07-01/users.json"), first);
        assert_ne!(read(r#"{"id":"1","userName":"a","active":true}"#, "a/2026-07-02.json"), first);
        assert_ne!(read(r#"{"id":"1","userName":"a","active":false}"#, "a/2026-07-01.json"), first);
    }
}
