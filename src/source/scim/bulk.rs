//! Several requests in one: each operation has its own resource, body and outcome.

use std::borrow::Cow;

use super::changes::{Found, effects, subject};
use super::exchange::{Exchange, outcome};
use crate::event::{Outcome, Text};
use crate::source::decode::Reason;
use crate::source::scim_body::{Act, Effects, Json, Kind, Route, Subject, last_segment};

/// What stands before the id of a resource that the same request makes.
const REFERENCE: &str = "bulkId:";

/// What the operations change, one after the other.
pub(super) fn found<'r>(exchange: &Exchange<'_, 'r>) -> Result<Found<'r>, Reason> {
    let (body, pointer) = exchange.body()?;
    let mut all = Effects::default();
    let operations = match body.get("Operations") {
        Json::List(operations) => operations.as_slice(),
        _ if body.is_null() => &[],
        other => return Err(other.unfit(&format!("{pointer}/Operations"), "an array")),
    };
    let answers = Answers::of(exchange, operations);
    for (at, operation) in operations.iter().enumerate() {
        let found = one(exchange, operation, &answers, at, &format!("{pointer}/Operations/{at}"))?;
        all.changes.extend(found.changes);
        all.statements.extend(found.statements);
    }
    answers.resolve(&mut all);
    let subject = Subject::unnamed(Kind::Bulk, None);
    Ok(Found { subject, effects: all, lacks_body: body.is_null() })
}

fn one<'r>(
    exchange: &Exchange<'_, 'r>,
    operation: &Json<'r>,
    answers: &Answers<'_, 'r>,
    at: usize,
    pointer: &str,
) -> Result<Effects<'r>, Reason> {
    let word = operation.get("method");
    let method = word.text().ok_or_else(|| word.unfit(&format!("{pointer}/method"), "an HTTP method"))?;
    let method = method.to_ascii_uppercase();
    let path = operation.get("path");
    let address = path.text().ok_or_else(|| path.unfit(&format!("{pointer}/path"), "a path"))?;
    let Some(route) = Route::of(&address) else {
        return Ok(Effects::default());
    };
    let at_data = format!("{pointer}/data");
    let data = operation.get("data").opened(&at_data)?;
    let answer = answers.of_operation(operation, at);
    let outcome = answers.outcome(exchange.outcome, answer);
    let body = answer.get("response").opened("").unwrap_or(Cow::Owned(Json::Null));
    let told = if outcome == Outcome::Failure { &Json::Null } else { &*body };
    let mut subject = subject(&method, outcome, &route, &data, told);
    subject.id = subject.id.or_else(|| answers.made(operation, at));
    let act = Act { subject, place: &exchange.place, outcome, answer: told, pointer: &at_data };
    effects(&method, &act, &data)
}

/// The operations of the answer.
struct Answers<'a, 'r> {
    list: &'a [Json<'r>],
    operations: &'a [Json<'r>],
}

impl<'a, 'r> Answers<'a, 'r> {
    fn of(exchange: &'a Exchange<'_, 'r>, operations: &'a [Json<'r>]) -> Self {
        Self { list: exchange.answer.get("Operations").elements(), operations }
    }

    /// The answer to an operation: by the id that the client gave it, else by its place among as many.
    fn of_operation(&self, operation: &Json<'r>, at: usize) -> &'a Json<'r> {
        let by_id = operation.get("bulkId").id().and_then(|id| {
            let mut found = self.list.iter().filter(|answer| answer.get("bulkId").id().as_ref() == Some(&id));
            found.next().filter(|_| found.next().is_none())
        });
        let method = operation.get("method").text();
        let is_same = |answer: &&Json<'r>| answer.get("method").text().is_none_or(|m| method.as_ref() == Some(&m));
        let by_place = || self.list.get(at).filter(|_| self.list.len() == self.operations.len()).filter(is_same);
        by_id.or_else(by_place).unwrap_or(&Json::Null)
    }

    /// The outcome of an operation. A bulk request that succeeds says nothing of each of its operations.
    fn outcome(&self, request: Outcome, answer: &Json<'r>) -> Outcome {
        let status = match answer.get("status") {
            object @ Json::Object(_) => object.get("code").id(),
            plain => plain.id(),
        };
        match (request, status) {
            (Outcome::Failure, _) => Outcome::Failure,
            (_, status) => outcome(status.as_deref()),
        }
    }

    /// The id of the resource that an operation made.
    fn made(&self, operation: &Json<'r>, at: usize) -> Option<Text<'r>> {
        let is_creation = operation.get("method").text().is_some_and(|m| m.eq_ignore_ascii_case("POST"));
        last_segment(self.of_operation(operation, at).get("location")).filter(|_| is_creation)
    }

    /// Puts the ids of resources in place of references to the operations that made them.
    fn resolve(&self, effects: &mut Effects<'r>) {
        let held = effects.statements.iter_mut().flat_map(|s| s.held.iter_mut().chain(&mut s.otherwise));
        for change in effects.changes.iter_mut().chain(held) {
            for id in [&mut change.subject_id, &mut change.entitlement_id] {
                let made =
                    id.as_deref().and_then(|id| id.strip_prefix(REFERENCE)).map(|reference| self.made_as(reference));
                if let Some(made) = made {
                    *id = made;
                }
            }
        }
    }

    fn made_as(&self, reference: &str) -> Option<Text<'r>> {
        let is_meant = |operation: &Json<'r>| operation.get("bulkId").id().as_deref() == Some(reference);
        let (at, operation) = self.operations.iter().enumerate().find(|(_, operation)| is_meant(operation))?;
        self.made(operation, at).map(|id| Cow::Owned(id.into_owned()))
    }
}
