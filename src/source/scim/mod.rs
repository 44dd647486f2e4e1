//! SCIM 2.0 request logs (source `scim`).

mod bulk;
mod changes;
mod doc;
mod exchange;

use std::borrow::Cow;

use self::doc::DOC;
use self::exchange::Exchange;
use super::canonical::canonical_json;
use super::decode::{Reason, checked};
use super::instant::Spelled;
use super::scim_body::{Json, Kind, Route};
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "scim";

/// SCIM 2.0 requests as a gateway, a proxy or an application logs them.
#[derive(Debug)]
pub struct Scim;

impl Source for Scim {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[Form {
            name: "request",
            doc: "One request, with its body and what is known of the response",
            marks: &[
                Mark::AnyOf(&[
                    "/method",
                    "/http_method",
                    "/httpMethod",
                    "/request_method",
                    "/requestMethod",
                    "/verb",
                    "/request/method",
                ]),
                Mark::Contains(
                    &[
                        "/path",
                        "/url",
                        "/uri",
                        "/request_path",
                        "/requestPath",
                        "/request_uri",
                        "/requestUri",
                        "/request_url",
                        "/requestUrl",
                        "/request/path",
                        "/request/url",
                        "/request/uri",
                    ],
                    &["/scim/", "/Users", "/Groups", "/ServicePrincipals", "/Bulk"],
                ),
            ],
        }]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(Some(event)) => Fate::Accepted(Box::new(event)),
            Ok(None) => Fate::Filtered("not_scim"),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn doc(&self) -> &'static Doc {
        &DOC
    }
}

/// The event of a request; `None` = a request to something else, of which gateways see many.
fn event<'r>(record: &Record<'r>) -> Result<Option<Event<'r>>, Reason> {
    let text = checked(record.text)?;
    let log = Json::object(text)?;
    let exchange = Exchange::of(&log)?;
    let Some(route) = Route::of(&exchange.address) else {
        return if exchange.address.contains('/') { Ok(None) } else { Err("/path: expected a path of SCIM".into()) };
    };
    let Spelled { micros, rewritten } = exchange.time(record.zone)?;
    let (plane, mapped) = meaning(exchange.method, route.kind);
    let found = changes::found(&exchange, &route)?;
    let place = &exchange.place;
    Ok(Some(Event {
        native_id: exchange.text(&["id", "event_id", "eventId", "log_id"]),
        request_id: exchange.request_id(),
        plane,
        outcome: exchange.outcome,
        outcome_reason: exchange.reason(),
        actor: exchange.client_text(&["principal", "user", "username", "actor", "name"]),
        actor_id: exchange.client_text(&["token_id", "tokenId", "client_id", "clientId"]).filter(|id| !is_secret(id)),
        channel: Some(Cow::Borrowed("scim")),
        target: found.subject.name,
        target_id: found.subject.id,
        target_kind: kind_word(&route),
        scope: place.scope(),
        workspace_id: place.workspace_id.clone(),
        account_id: place.account_id.clone(),
        source_ip: exchange.address_of_client(),
        user_agent: exchange.user_agent(),
        parse_rule: parse_rule(rewritten, found.lacks_body),
        delivery: "request",
        mapped,
        changes: found.effects.changes,
        statements: found.effects.statements,
        ..Event::new(identity_of(text, &exchange, &route, micros), micros, event_type(exchange.method, &route))
    }))
}

/// The bodies of a request that writes, each with its method.
pub(super) struct Sent {
    pub(super) bodies: Vec<(String, serde_json::Value)>,
    /// What the service says of a request that did not succeed; empty = nothing.
    pub(super) error: String,
    /// True = it wrote something that the log leaves out.
    pub(super) lacks_body: bool,
}

/// What a record says was written to people and groups; `None` = it is no record of such a request.
pub(super) fn sent(record: &Record<'_>) -> Option<Sent> {
    let log = Json::object(checked(record.text).ok()?).ok()?;
    let exchange = Exchange::of(&log).ok()?;
    let route = Route::of(&exchange.address)?;
    if !matches!(exchange.method, "POST" | "PUT" | "PATCH") || matches!(route.kind, Kind::Search) {
        return None;
    }
    let body = exchange.body().ok()?.0;
    let bodies = match route.kind {
        Kind::Bulk => body.get("Operations").elements().iter().filter_map(part).collect(),
        _ if body.is_null() => Vec::new(),
        _ => vec![(exchange.method.to_owned(), body.value())],
    };
    let error = exchange.reason().unwrap_or_default().into_owned();
    Some(Sent { bodies, error, lacks_body: body.is_null() })
}

fn part(operation: &Json<'_>) -> Option<(String, serde_json::Value)> {
    let method = operation.get("method").text()?.to_ascii_uppercase();
    let data = operation.get("data").opened("").ok()?;
    (method != "DELETE" && !data.is_null()).then(|| (method, data.value()))
}

fn parse_rule(rewritten: bool, lacks_body: bool) -> &'static str {
    match (rewritten, lacks_body) {
        (true, _) => "re_exported",
        (false, true) => "partial",
        (false, false) => "native",
    }
}

/// `PATCH /Groups`: what was asked of which kind of resource.
fn event_type<'r>(method: &str, route: &Route<'_>) -> Text<'r> {
    match (route.kind, &*route.name) {
        (Kind::Search, "") => Cow::Owned(format!("{method} /.search")),
        (Kind::Search, name) => Cow::Owned(format!("{method} /{name}/.search")),
        (_, name) => Cow::Owned(format!("{method} /{name}")),
    }
}

/// What a request can prove: a write is transport, a read only that somebody looked.
fn meaning(method: &str, kind: Kind) -> (Plane, bool) {
    let is_resource = matches!(kind, Kind::User | Kind::Me | Kind::Group | Kind::ServicePrincipal);
    match method {
        "GET" | "HEAD" | "OPTIONS" if kind != Kind::Other => (Plane::Usage, true),
        "POST" if kind == Kind::Search => (Plane::Usage, true),
        "POST" if kind == Kind::Bulk => (Plane::Transport, true),
        "POST" | "PUT" | "PATCH" | "DELETE" if is_resource => (Plane::Transport, true),
        _ => (Plane::Other, false),
    }
}

fn kind_word<'r>(route: &Route<'r>) -> Option<Text<'r>> {
    match route.kind {
        Kind::User | Kind::Me => Some(Cow::Borrowed("user")),
        Kind::Group => Some(Cow::Borrowed("group")),
        Kind::ServicePrincipal => Some(Cow::Borrowed("service_principal")),
        Kind::Other => Some(route.name.clone()).filter(|name| !name.is_empty()),
        Kind::Bulk | Kind::Search | Kind::Discovery => None,
    }
}

/// Whether what a log gives as a token's id is the token itself.
fn is_secret(id: &str) -> bool {
    let head = |prefix: &str| id.get(..prefix.len()).is_some_and(|h| h.eq_ignore_ascii_case(prefix));
    head("dapi") || head("Bearer ") || head("Basic ") || head("eyJ") || head("dose") || head("dsapi")
}

/// What every copy of the log says of one request.
fn identity_of(text: &str, exchange: &Exchange<'_, '_>, route: &Route<'_>, micros: i64) -> [u8; 16] {
    let Some(request_id) = exchange.request_id() else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let outcome = match exchange.outcome {
        Outcome::Unknown => None,
        outcome => Some(outcome.as_str().as_bytes()),
    };
    let time = micros.to_le_bytes();
    let parts = [
        Some(request_id.as_bytes()),
        Some(&time[..]),
        Some(exchange.method.as_bytes()),
        Some(route.name.as_bytes()),
        route.id.as_ref().map(|id| id.as_bytes()),
        outcome,
    ];
    identity(ID, &parts)
}
