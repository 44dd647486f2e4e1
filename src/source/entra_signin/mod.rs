//! Microsoft Entra ID sign-in logs (source `entra_signin`).

mod doc;
mod forms;
mod record;
mod who;

use std::borrow::Cow;

use self::record::{SignIn, found};
use super::canonical::canonical_json;
use super::decode::{Reason, checked, without_port};
use super::entra::{Fields, activity_name, bytes};
use super::{Doc, Envelope, Fate, Form, Record, Source};
use crate::event::{Event, Outcome, Plane, identity};

const ID: &str = "entra_signin";

/// Microsoft Entra ID sign-in logs: Graph, Azure Monitor, Log Analytics, the unified audit of Microsoft 365.
#[derive(Debug)]
pub struct EntraSignin;

impl Source for EntraSignin {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        forms::FORMS
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "row of a unified audit export", marker: b"\"AuditData\"", path: &["AuditData"] }]
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
    let sign_in = match found(&Fields::read(text)?, record.dates)? {
        Ok(sign_in) => sign_in,
        Err(rule) => return Ok(Err(rule)),
    };
    let event_type = activity_name(sign_in.activity.clone());
    if event_type.is_empty() {
        return Err("/operationName: expected a name, found none".into());
    }
    let is_resource = sign_in.resource.is_some() || sign_in.resource_id.is_some();
    Ok(Ok(Event {
        shared: Vec::new(),
        identity: identity_of(text, &sign_in),
        native_id: sign_in.id,
        request_id: sign_in.correlation,
        event_time: sign_in.micros,
        event_type,
        plane: if sign_in.is_known { Plane::Usage } else { Plane::Other },
        outcome: sign_in.outcome.unwrap_or(Outcome::Unknown),
        outcome_reason: sign_in.reason,
        actor: sign_in.actor,
        actor_id: sign_in.actor_id,
        actor_kind: sign_in.actor_kind.map(Cow::Borrowed),
        channel: Some(Cow::Borrowed(sign_in.channel)),
        endpoint: sign_in.client,
        target: sign_in.resource,
        target_id: sign_in.resource_id,
        target_kind: is_resource.then_some(Cow::Borrowed("app")),
        app: sign_in.app,
        scope: Cow::Borrowed("tenant"),
        workspace_id: None,
        account_id: None,
        source_ip: sign_in.source_ip.map(without_port),
        user_agent: sign_in.user_agent,
        session_id: sign_in.session,
        parse_rule: if sign_in.rewritten { "re_exported" } else { "native" },
        schema_version: None,
        delivery: sign_in.delivery,
        mapped: sign_in.is_known,
        changes: Vec::new(),
        statements: Vec::new(),
    }))
}

/// What every delivery of one sign-in carries. Fractions of seconds are cut by some, and anonymised logs share one id among many.
fn identity_of(text: &str, sign_in: &SignIn<'_>) -> [u8; 16] {
    let Some(id) = &sign_in.id else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let second = sign_in.micros.div_euclid(1_000_000).to_le_bytes();
    let outcome = sign_in.outcome.unwrap_or(Outcome::Unknown).as_str();
    let actor = sign_in.actor.as_ref().map(|name| name.to_ascii_lowercase());
    let actor = actor.as_ref().map(String::as_bytes);
    identity(ID, &[Some(id.as_bytes()), Some(&second), bytes(&sign_in.actor_id), actor, Some(outcome.as_bytes())])
}
