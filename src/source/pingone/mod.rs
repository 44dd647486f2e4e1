//! PingOne audit activities (source `pingone`).

mod changes;
mod doc;
mod record;
mod vocabulary;

use std::borrow::Cow;

use self::record::{Activity, Resource, SHAPE, said};
use self::vocabulary::{Act, meaning};
use super::canonical::canonical_json;
use super::decode::{Reason, checked, decode, without_port};
use super::instant::{Spelled, spelled_instant};
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "pingone";

/// PingOne audit activities: pages of the API, webhooks, and what collectors and other systems make of them.
#[derive(Debug)]
pub struct PingOne;

const MARKS: &[Mark] = &[
    Mark::AnyOf(&["/action/type"]),
    Mark::AnyOf(&["/recordedAt"]),
    Mark::AnyOf(&["/resources", "/actors", "/result", "/correlationId"]),
];

impl Source for PingOne {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form {
                name: "api",
                doc: "An audit activity as the API gives it, with the time it was stored; bare, in an array or in a HAL page",
                marks: MARKS,
            },
            Form {
                name: "webhook",
                doc: "An audit activity as webhooks deliver it, without description of the action and time of storage",
                marks: MARKS,
            },
        ]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[
            Envelope { name: "HAL page", marker: b"\"activities\"", path: &["_embedded", "activities"] },
            Envelope { name: "Splunk event", marker: b"\"event\"", path: &["event"] },
        ]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record.text) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

fn event(text: &str) -> Result<Event<'_>, Reason> {
    let text = checked(text)?;
    let mut activity = decode::<Activity<'_>>(text, SHAPE)?;
    let event_type = activity.action.kind.take().ok_or("/action/type: missing")?;
    let lower_cased = activity.recorded_at.is_none() && activity.recorded_at_lower.is_some();
    let recorded_at = activity.recorded_at.take().or_else(|| activity.recorded_at_lower.take());
    let Spelled { micros, rewritten } =
        spelled_instant(recorded_at.as_deref().ok_or("/recordedAt: missing")?, "/recordedAt")?;
    if !is_activity(&activity) {
        return Err(Cow::Borrowed("/resources, /actors and /result: all missing, so that nothing tells what was done"));
    }
    let id = activity.id.id("/id")?;
    let known = meaning(&event_type);
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let outcome = outcome(&activity, &event_type);
    let target = target(&activity, &event_type);
    let by_user = !activity.actors.user.is_nobody();
    let actor = if by_user { &activity.actors.user } else { &activity.actors.client };
    Ok(Event {
        changes: changes::changes(&activity, act, outcome),
        outcome_reason: outcome_reason(&activity, outcome),
        outcome,
        actor: actor.name.clone(),
        actor_id: actor.id.clone(),
        actor_kind: actor.kind.clone().map(kind_word),
        channel: Some(Cow::Borrowed(channel(&activity))),
        endpoint: activity.actors.client.name.clone(),
        target: target.and_then(|t| t.name.clone()),
        target_id: target.and_then(|t| t.id.clone()),
        target_kind: target.and_then(|t| t.kind.clone()).map(kind_word),
        app: app(&activity, &event_type, plane, act),
        request_id: said(&activity.correlation_id),
        session_id: said(&activity.internal_correlation.session_id),
        source_ip: said(&activity.source.ip_address).map(without_port),
        user_agent: said(&activity.source.user_agent),
        scope: Cow::Borrowed("tenant"),
        plane,
        parse_rule: if rewritten || lower_cased { "re_exported" } else { "native" },
        delivery: delivery(&activity),
        mapped: known.is_some(),
        native_id: id.clone(),
        ..Event::new(identity_of(text, id.as_deref(), &event_type, micros), micros, event_type)
    })
}

fn is_activity(activity: &Activity<'_>) -> bool {
    let actors = &activity.actors;
    !(activity.resources.is_empty() && actors.user.is_nobody() && actors.client.is_nobody())
        || activity.result.status.is_some()
}

/// Success and failure as the status says. A type that itself says failure fails where no status does, and never succeeds.
fn outcome(activity: &Activity<'_>, event_type: &str) -> Outcome {
    let status = status(activity);
    let said = |words: &[&str]| status.is_some_and(|s| words.iter().any(|w| s.eq_ignore_ascii_case(w)));
    let is_failure = event_type.ends_with("_SYNC.FAILURE") || event_type.ends_with("_POLL.FAILURE");
    if said(&["FAILED", "FAILURE"]) || (is_failure && status.is_none()) {
        Outcome::Failure
    } else if said(&["SUCCESS", "SUCCEEDED"]) && !is_failure {
        Outcome::Success
    } else {
        Outcome::Unknown
    }
}

/// The status; the word null is none.
fn status<'e, 'r>(activity: &'e Activity<'r>) -> Option<&'e Text<'r>> {
    activity.result.status.as_ref().filter(|s| !s.eq_ignore_ascii_case("null"))
}

/// The description; for a status that is neither success nor failure, that status.
fn outcome_reason<'r>(activity: &Activity<'r>, outcome: Outcome) -> Option<Text<'r>> {
    let word = status(activity).filter(|_| outcome == Outcome::Unknown);
    word.cloned().or_else(|| activity.result_description())
}

/// A person at one of PingOne's own pages, or a client that acts for nobody but itself; between them it is not said.
fn channel(activity: &Activity<'_>) -> &'static str {
    let (client, user) = (&activity.actors.client, &activity.actors.user);
    let is_page = client.id.as_deref() == Some("adminui")
        || client.name.as_deref().is_some_and(|n| n == "adminui" || n == "PingOne Admin Console");
    match (user.is_nobody(), client.is_nobody()) {
        (false, false) if is_page => "ui",
        (true, false) => "api",
        _ => "unknown",
    }
}

/// The main object: the resource of the type's family, else the only one there is.
fn target<'e, 'r>(activity: &'e Activity<'r>, event_type: &str) -> Option<&'e Resource<'r>> {
    let family = match event_type.split('.').next().unwrap_or_default() {
        "ROLE_ASSIGNMENT" | "PASSWORD" => "USER",
        family => family,
    };
    activity.sole(family).or(match activity.resources.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}

/// The application: a resource, the connection that something was to be pushed through, or the client where somebody shows who they are.
fn app<'r>(activity: &Activity<'r>, event_type: &str, plane: Plane, act: Act) -> Option<Text<'r>> {
    let resource = |kind: &str| activity.sole(kind).and_then(|resource| resource.name.clone());
    match plane {
        Plane::Transport => resource("PROVISIONING_CONNECTION"),
        Plane::Usage if shows_who(event_type) => {
            resource("APPLICATION").or_else(|| activity.actors.client.name.clone())
        }
        // An application that holds a role is whom the act is about, not where.
        _ => resource("APPLICATION").filter(|_| !matches!(act, Act::Role(_))),
    }
}

/// Whether the type is that of somebody who shows who they are, or fails to, at the client that asks.
fn shows_who(event_type: &str) -> bool {
    let is_check = event_type
        .split_once('.')
        .is_some_and(|(what, deed)| ["PASSWORD", "OTP", "ASSERTION"].contains(&what) && deed.starts_with("CHECK_"));
    is_check || event_type.starts_with("USER.ACCESS_")
}

/// tickmark's word for PingOne's type of a resource, else PingOne's own.
fn kind_word(kind: Text<'_>) -> Text<'_> {
    let words = [("USER", "user"), ("GROUP", "group"), ("MEMBER_OF_GROUP", "group"), ("APPLICATION", "app")];
    words.iter().find(|(ping, _)| kind.eq_ignore_ascii_case(ping)).map_or(kind, |(_, word)| Cow::Borrowed(word))
}

fn delivery(activity: &Activity<'_>) -> &'static str {
    if said(&activity.action.description).is_none() && said(&activity.created_at).is_none() { "webhook" } else { "api" }
}

/// What the API and webhooks both give. The id alone will not do: anonymised logs share one among all activities.
fn identity_of(text: &str, id: Option<&str>, event_type: &str, micros: i64) -> [u8; 16] {
    let Some(id) = id else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    identity(ID, &[Some(id.as_bytes()), Some(&micros.to_le_bytes()), Some(event_type.as_bytes())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Box<Event<'_>> {
        match PingOne.read(&Record::new(text, "a.json")) {
            Fate::Accepted(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn statuses_are_read_in_every_spelling() {
        for (event_type, status, expected) in [
            ("USER.CREATED", r#""SUCCESS""#, Outcome::Success),
            ("USER.CREATED", r#""succeeded""#, Outcome::Success),
            ("USER.CREATED", r#""FAILED""#, Outcome::Failure),
            ("USER.CREATED", r#""FAILURE""#, Outcome::Failure),
            ("USER.CREATED", r#""failed""#, Outcome::Failure),
            ("USER.CREATED", r#""SKIPPED""#, Outcome::Unknown),
            ("USER.CREATED", "null", Outcome::Unknown),
            ("USER.CREATED", r#""null""#, Outcome::Unknown),
            ("PROVISIONING_IDENTITY_SYNC.FAILURE", "null", Outcome::Failure),
            ("PROVISIONING_IDENTITY_SYNC.FAILURE", r#""FAILED""#, Outcome::Failure),
            ("PROVISIONING_IDENTITY_SYNC.FAILURE", r#""SUCCESS""#, Outcome::Unknown),
            ("USER.SLO_FAILURE", "null", Outcome::Unknown),
        ] {
            let text = format!(
                r#"{{"id":"i","recordedAt":"2026-07-01T08:00:00Z","action":{{"type":"{event_type}"}},"resources":[{{"type":"USER","id":"u"}}],"result":{{"status":{status}}}}}"#
            );
            assert_eq!(read(&text).outcome, expected, "{event_type} {status}");
        }
    }

    #[test]
    fn text_is_borrowed_from_the_record() {
        let text = r#"{"id":"i","recordedAt":"2026-07-01T08:00:00Z","action":{"type":"MEMBER_OF_GROUP.CREATED"},"resources":[{"type":"MEMBER_OF_GROUP","id":"g","name":"n","href":"/users/u/memberOfGroups/g"}]}"#;
        let event = read(text);
        assert!(matches!(event.changes[0].subject_id, Some(Cow::Borrowed("u"))));
        assert!(matches!(event.native_id, Some(Cow::Borrowed("i"))));
    }
}
