//! Microsoft Entra ID provisioning log (source `entra_provisioning`).

mod changes;
mod doc;
mod forms;
mod portal;
mod record;

use std::borrow::Cow;

use self::changes::{Way, changes, outcome, way};
use self::record::{Found, Push, found};
use super::canonical::canonical_json;
use super::decode::{Reason, checked};
use super::entra::{Fields, bytes};
use super::{Doc, Envelope, Fate, Form, Record, Source};
use crate::event::{Event, Plane, Text, identity};

const ID: &str = "entra_provisioning";

/// What the provisioning service does to an object, in Graph's spelling.
const ACTIONS: &[&str] = &["create", "update", "delete", "stagedDelete", "disable", "other"];

/// Microsoft Entra ID provisioning log: what Entra tried to do in the applications it provisions.
#[derive(Debug)]
pub struct EntraProvisioning;

impl Source for EntraProvisioning {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        forms::FORMS
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(Ok(event)) => Fate::Accepted(Box::new(event)),
            Ok(Err(rule)) => Fate::Filtered(rule),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn grain(&self) -> i64 {
        1_000_000
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

/// The event, or the rule by which the record is left out.
fn event<'r>(record: &Record<'r>) -> Result<Result<Event<'r>, &'static str>, Reason> {
    let text = checked(record.text)?;
    let push = match found(&Fields::read(text)?, record.dates)? {
        Found::Push(push) => push,
        Found::Aside(rule) => return Ok(Err(rule)),
    };
    let is_out = way(&push) == Way::Out;
    let is_known = ACTIONS.contains(&&*push.action);
    let (outcome, outcome_reason) = outcome(&push);
    let identity = identity_of(text, &push);
    let (channel, actor_kind) = door(&push);
    let kind = push.target.kind.clone().or_else(|| push.source.kind.clone());
    let parse_rule = match (push.rewritten, &push.steps) {
        (true, _) => "re_exported",
        (false, None) => "partial",
        (false, Some(_)) => "native",
    };
    let (micros, event_type) = (push.micros, push.action.clone());
    Ok(Ok(Event {
        changes: if is_known { changes(&push, outcome) } else { Vec::new() },
        target: target_name(&push, kind.as_deref()),
        target_id: push.target.id,
        target_kind: kind,
        native_id: push.change_id.or(push.id),
        request_id: push.cycle,
        plane: if is_out && is_known { Plane::Transport } else { Plane::Other },
        outcome,
        outcome_reason,
        actor: push.initiator.name,
        actor_id: push.initiator.id,
        actor_kind,
        channel: Some(Cow::Borrowed(channel)),
        app: push.app,
        scope: Cow::Borrowed("tenant"),
        parse_rule,
        delivery: push.delivery,
        mapped: is_known,
        ..Event::new(identity, micros, event_type)
    }))
}

/// The object's name in the application, else in Entra.
fn target_name<'r>(push: &Push<'r>, kind: Option<&str>) -> Option<Text<'r>> {
    let user_name = changes::user_name(push).filter(|_| kind == Some("user"));
    user_name.or_else(|| push.target.name.clone()).or_else(|| changes::login(push)).or_else(|| push.source.name.clone())
}

/// Who started the cycle: the service by itself, or somebody who provisioned on demand.
fn door<'r>(push: &Push<'r>) -> (&'static str, Option<Text<'r>>) {
    let is = |word: &str| push.initiator.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(word));
    let is_service = push.initiator.name.as_deref().is_some_and(|n| n.ends_with("Provisioning Service"));
    if is("system") || is_service {
        ("system", Some(Cow::Borrowed("system")))
    } else if is("user") {
        ("ui", Some(Cow::Borrowed("user")))
    } else if is("application") {
        ("api", Some(Cow::Borrowed("service_principal")))
    } else {
        ("unknown", push.initiator.kind.clone())
    }
}

/// What every delivery of one turn carries. A record without steps is another one: it knows less, and must not displace it.
fn identity_of(text: &str, push: &Push<'_>) -> [u8; 16] {
    let Some(id) = push.change_id.as_ref().or(push.id.as_ref()) else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let second = push.micros.div_euclid(1_000_000).to_le_bytes();
    let is_whole: &[u8] = if push.steps.is_some() { b"whole" } else { b"partial" };
    let action = push.action.as_bytes();
    identity(
        ID,
        &[
            Some(id.as_bytes()),
            Some(&second),
            Some(action),
            bytes(&push.status),
            bytes(&push.source.id),
            Some(is_whole),
        ],
    )
}
