//! What a request changes.

use std::borrow::Cow;

use super::bulk;
use super::exchange::Exchange;
use crate::event::Outcome;
use crate::source::decode::Reason;
use crate::source::scim_body::{Act, Effects, Json, Kind, Route, Subject, patched_external_id, patched_name};

/// What was found in a request.
#[derive(Debug)]
pub(super) struct Found<'r> {
    /// The resource that it is about.
    pub(super) subject: Subject<'r>,
    /// What it changes.
    pub(super) effects: Effects<'r>,
    /// True = it wrote something that the log leaves out.
    pub(super) lacks_body: bool,
}

/// What a request changes, and on which resource.
pub(super) fn found<'r>(exchange: &Exchange<'_, 'r>, route: &Route<'r>) -> Result<Found<'r>, Reason> {
    let told = match exchange.outcome {
        Outcome::Failure => &Json::Null,
        _ => &*exchange.answer,
    };
    let is_resource = matches!(route.kind, Kind::User | Kind::Me | Kind::Group | Kind::ServicePrincipal);
    let writes = matches!(exchange.method, "POST" | "PUT" | "PATCH");
    if exchange.method == "POST" && route.kind == Kind::Bulk {
        return bulk::found(exchange);
    }
    if !is_resource || !(writes || exchange.method == "DELETE") {
        let subject = Subject::unnamed(route.kind, route.id.clone());
        return Ok(Found { subject, effects: Effects::default(), lacks_body: false });
    }
    let (body, pointer) = if writes { exchange.body()? } else { (Cow::Owned(Json::Null), String::new()) };
    let subject = subject(exchange.method, exchange.outcome, route, &body, told);
    let act = Act { subject, place: &exchange.place, outcome: exchange.outcome, answer: told, pointer: &pointer };
    let effects = effects(exchange.method, &act, &body)?;
    Ok(Found { subject: act.subject, effects, lacks_body: writes && body.is_null() })
}

/// The resource of a request, by its address, its answer, and its body.
pub(super) fn subject<'r>(
    method: &str,
    outcome: Outcome,
    route: &Route<'r>,
    body: &Json<'r>,
    answer: &Json<'r>,
) -> Subject<'r> {
    // An id in a body is the client's own; only the service gives ids.
    let id = route.id.clone().or_else(|| answer.get("id").id());
    match method {
        "PATCH" => {
            let mut subject = Subject::of(route.kind, id, &[answer]);
            // A name that was refused is not the resource's.
            if outcome != Outcome::Failure {
                subject.name = subject.name.or_else(|| patched_name(route.kind, body));
                subject.external_id = subject.external_id.or_else(|| patched_external_id(body));
            }
            subject
        }
        _ => {
            let named = Subject::of(route.kind, None, &[answer, body]);
            Subject { id, ..named }
        }
    }
}

/// What a request changes. One whose body is not at hand says only that something was made or removed.
pub(super) fn effects<'r>(method: &str, act: &Act<'_, 'r>, body: &Json<'r>) -> Result<Effects<'r>, Reason> {
    match method {
        "POST" => act.create(body),
        "DELETE" => Ok(act.delete()),
        _ if body.is_null() => Ok(Effects::default()),
        "PUT" => act.replace(body),
        "PATCH" => act.patch(body),
        _ => Ok(Effects::default()),
    }
}
