//! SCIM security event tokens (source `scim_event`).

mod claims;
mod doc;
mod token;
mod vocabulary;

use std::borrow::Cow;

use self::claims::Claims;
use self::doc::DOC;
use super::canonical::canonical_json;
use super::decode::{Reason, checked};
use super::scim_body::{Json, epoch_micros};
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, identity};

pub(super) const ID: &str = "scim_event";

/// Security event tokens about resources of SCIM (RFC 9967), as claims or still signed. No signature is verified.
#[derive(Debug)]
pub struct ScimEvent;

impl Source for ScimEvent {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form {
                name: "claims",
                doc: "The claims of a token, decoded; its signature is gone",
                marks: &[Mark::AnyOf(vocabulary::POINTERS), Mark::AnyOf(&["/jti", "/iss", "/iat", "/sub_id"])],
            },
            Form {
                name: "jwt",
                doc: "A token as it was delivered: a line of text, or in the answer to a poll; its signature is not verified",
                marks: &[Mark::AnyOf(&["/sets", "/SET"])],
            },
        ]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "answer to a poll", marker: b"\"sets\"", path: &["sets", "*"] }]
    }

    fn claims(&self, line: &str) -> bool {
        token::is_event(line)
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
    if !text.trim_start().starts_with('{') {
        return signed(text.trim());
    }
    let object = Json::object(text)?;
    match object.get("SET") {
        Json::Text(token) if object.get("events").is_null() => signed(token),
        _ => told(text, &object, "claims", "signature_removed"),
    }
}

/// The claims of a signed token that is a security event, as JSON text; `None` = it is no such token.
pub(crate) fn claims(token: &str) -> Option<String> {
    token::is_event(token).then(|| token::payload(token).ok()).flatten()
}

/// When a token was issued that tells beside it when its event happened; microseconds.
pub(super) fn issued(record: &Record<'_>) -> Option<i64> {
    let text = checked(record.text).ok()?.trim();
    if text.starts_with('{') {
        let object = Json::object(text).ok()?;
        return match object.get("SET") {
            Json::Text(token) if object.get("events").is_null() => issued_in(&token::payload(token).ok()?),
            _ => issued_in(text),
        };
    }
    issued_in(&token::payload(text).ok()?)
}

fn issued_in(claims: &str) -> Option<i64> {
    let object = Json::object(checked(claims).ok()?).ok()?;
    if object.get("toe").is_null() {
        return None;
    }
    epoch_micros(object.get("iat"), "/iat").ok()
}

/// The event of a token in its signed form. Nothing is borrowed: the claims stand in it encoded.
fn signed<'r>(token: &str) -> Result<Event<'r>, Reason> {
    let payload = token::payload(token)?;
    let object = Json::object(checked(&payload)?)?.into_owned();
    told(&payload, &object, "jwt", "signature_unverified")
}

fn told<'r>(
    text: &str,
    object: &Json<'r>,
    delivery: &'static str,
    parse_rule: &'static str,
) -> Result<Event<'r>, Reason> {
    let claims = Claims::of(object)?;
    let found = claims.found()?;
    let time = claims.time()?;
    Ok(Event {
        native_id: object.get("jti").id(),
        request_id: object.get("txn").id(),
        plane: claims.plane(),
        outcome: found.outcome,
        outcome_reason: found.outcome_reason,
        channel: Some(Cow::Borrowed("unknown")),
        target: found.subject.name,
        target_id: found.subject.id,
        target_kind: found.kind_word,
        scope: claims.place.scope(),
        workspace_id: claims.place.workspace_id.clone(),
        account_id: claims.place.account_id.clone(),
        parse_rule,
        delivery,
        mapped: claims.is_known(),
        changes: found.changes,
        statements: found.statements,
        ..Event::new(identity_of(text, object, &claims, time), time, claims.event_type())
    })
}

/// Issuer and token id, which name a token once and for all; with them what the token says, since documentation and test
/// benches write one id on many tokens.
fn identity_of(text: &str, object: &Json<'_>, claims: &Claims<'_, '_>, time: i64) -> [u8; 16] {
    let Some(jti) = object.get("jti").id() else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let (issuer, txn) = (object.get("iss").id(), object.get("txn").id());
    let (uri, time, types) = (claims.uri(), time.to_le_bytes(), claims.event_type());
    let parts = [
        Some(jti.as_bytes()),
        issuer.as_ref().map(|t| t.as_bytes()),
        Some(&time[..]),
        Some(types.as_bytes()),
        uri.as_ref().map(|t| t.as_bytes()),
        txn.as_ref().map(|t| t.as_bytes()),
    ];
    identity(ID, &parts)
}
