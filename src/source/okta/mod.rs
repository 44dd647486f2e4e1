//! Okta System Log (source `okta`).

mod changes;
mod record;
mod vocabulary;

use std::borrow::Cow;

use self::changes::{sole, sole_of};
use self::record::{LogEvent, Party, SHAPE};
use self::vocabulary::{Act, meaning};
use super::canonical::canonical_json;
use super::decode::{Reason, checked, decode, without_port};
use super::instant::{Spelled, spelled_instant};
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "okta";

/// Okta System Log: API pages, collectors' JSON lines, event hooks, log streams, and what other systems re-export.
#[derive(Debug)]
pub struct Okta;

impl Source for Okta {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[Form {
            name: "log_event",
            doc: "A LogEvent, bare or in a page, hook, stream or collector's wrapper",
            marks: &[
                Mark::AnyOf(&["/eventType"]),
                Mark::AnyOf(&["/published", "/uuid"]),
                Mark::AnyOf(&["/actor", "/outcome", "/target", "/client", "/transaction", "/debugContext"]),
            ],
        }]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[
            Envelope { name: "EventBridge event", marker: b"\"detail-type\"", path: &["detail"] },
            Envelope { name: "event hook", marker: b"\"com.okta.event_hook\"", path: &["data", "events"] },
            Envelope { name: "list of events", marker: b"\"events\"", path: &["events"] },
            Envelope { name: "Splunk event", marker: b"\"event\"", path: &["event"] },
        ]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record.bytes) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn doc(&self) -> &'static Doc {
        &Doc { title: "Okta System Log", events: &[], changes: &[], missing: &[] }
    }
}

fn event(bytes: &[u8]) -> Result<Event<'_>, Reason> {
    let text = checked(bytes)?;
    let mut log = decode::<LogEvent<'_>>(text, SHAPE)?;
    let lower_cased = log.event_type.is_none() && log.event_type_lower.is_some();
    let event_type = log.event_type.take().or_else(|| log.event_type_lower.take()).ok_or("/eventType: missing")?;
    let published = log.published.as_deref().ok_or("/published: missing")?;
    let Spelled { micros, rewritten } = spelled_instant(published, "/published")?;
    let known = meaning(&event_type);
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let outcome = outcome(&log);
    let target = primary(&log, &event_type);
    Ok(Event {
        identity: identity_of(text, &log, &event_type, micros),
        changes: changes::changes(&log, plane, act, outcome),
        target: target.and_then(name_of),
        target_id: target.and_then(|t| t.id.clone()),
        target_kind: target.and_then(|t| t.kind.clone()).map(kind_word),
        app: sole(&log, "AppInstance").and_then(Party::name),
        channel: Some(Cow::Borrowed(channel(&log))),
        outcome_reason: outcome_reason(&log, outcome),
        actor: log.actor.name(),
        actor_id: log.actor.id,
        actor_kind: log.actor.kind.map(kind_word),
        native_id: log.uuid,
        request_id: log.transaction.id,
        event_time: micros,
        event_type,
        plane,
        outcome,
        endpoint: None,
        scope: Cow::Borrowed("tenant"),
        workspace_id: None,
        account_id: None,
        source_ip: log.client.ip_address.map(without_port),
        user_agent: log.client.user_agent.raw,
        session_id: log.authentication_context.external_session_id,
        parse_rule: if rewritten || lower_cased { "re_exported" } else { "native" },
        delivery: "log_event",
        mapped: known.is_some(),
        statements: Vec::new(),
    })
}

fn outcome(log: &LogEvent<'_>) -> Outcome {
    let said =
        |words: &[&str]| log.outcome.result.as_deref().is_some_and(|r| words.iter().any(|w| r.eq_ignore_ascii_case(w)));
    if said(&["SUCCESS", "ALLOW"]) {
        Outcome::Success
    } else if said(&["FAILURE", "DENY"]) {
        Outcome::Failure
    } else {
        Outcome::Unknown
    }
}

/// The reason; for a result that is neither success nor failure, that result.
fn outcome_reason<'r>(log: &LogEvent<'r>, outcome: Outcome) -> Option<Text<'r>> {
    let word = log.outcome.result.clone().filter(|_| outcome == Outcome::Unknown);
    word.or_else(|| log.outcome.reason.clone())
}

fn channel(log: &LogEvent<'_>) -> &'static str {
    let transaction = |kind: &str| log.transaction.kind.as_deref().is_some_and(|k| k.eq_ignore_ascii_case(kind));
    if transaction("JOB") || log.actor.is("SystemPrincipal") {
        "system"
    } else if log.transaction.detail.api_token_id.is_some() || log.actor.is("PublicClientApp") || log.actor.is("Client")
    {
        "api"
    } else if transaction("WEB") {
        "ui"
    } else {
        "unknown"
    }
}

/// The main object: the subject of the type's family, else the only target there is.
fn primary<'e, 'r>(log: &'e LogEvent<'r>, event_type: &str) -> Option<&'e Party<'r>> {
    let kinds: &[&str] = match event_type {
        t if t.starts_with("user.") || t.contains("user_membership") || t.contains(".provision.user.") => {
            &["User", "AppUser", "UserGroup", "AppInstance"]
        }
        t if t.starts_with("group.") => &["UserGroup", "User", "AppInstance"],
        t if t.starts_with("application.provision.group") => &["AppGroup", "UserGroup", "AppInstance"],
        t if t.starts_with("app") => &["AppInstance", "User"],
        t if t.starts_with("policy.") => &["PolicyRule", "PolicyEntity"],
        t if t.starts_with("iam.role.") => &["Role"],
        _ => &[],
    };
    sole_of(log, kinds).or(match log.target.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}

fn name_of<'r>(target: &Party<'r>) -> Option<Text<'r>> {
    if target.is("UserGroup") || target.is("AppGroup") { target.title() } else { target.name() }
}

/// tickmark's word for Okta's type of a party, else Okta's own.
fn kind_word(kind: Text<'_>) -> Text<'_> {
    let words = [
        ("User", "user"),
        ("UserGroup", "group"),
        ("AppGroup", "group"),
        ("AppInstance", "app"),
        ("SystemPrincipal", "system"),
    ];
    words.iter().find(|(okta, _)| kind.eq_ignore_ascii_case(okta)).map_or(kind, |(_, word)| Cow::Borrowed(word))
}

/// What every delivery of one event carries. The uuid alone will not do: anonymised logs share one among all events.
fn identity_of(text: &str, log: &LogEvent<'_>, event_type: &str, micros: i64) -> [u8; 16] {
    let Some(uuid) = &log.uuid else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let time = micros.to_le_bytes();
    // Hooks spell the result with other capitals.
    let result = log.outcome.result.as_ref().map(|r| r.to_ascii_uppercase());
    let mut parts = Vec::with_capacity(7 + 4 * log.target.len());
    parts.extend([Some(uuid.as_bytes()), Some(&time[..]), Some(event_type.as_bytes())]);
    parts.extend([bytes(&log.actor.id), bytes(&log.actor.alternate_id), result.as_ref().map(String::as_bytes)]);
    parts.push(bytes(&log.transaction.id));
    let mut targets: Vec<_> =
        log.target.iter().map(|t| [&t.kind, &t.id, &t.alternate_id, &t.display_name].map(bytes)).collect();
    targets.sort_unstable();
    parts.extend(targets.iter().flatten());
    identity(ID, &parts)
}

fn bytes<'t>(text: &'t Option<Text<'_>>) -> Option<&'t [u8]> {
    text.as_ref().map(|t| t.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Box<Event<'_>> {
        match Okta.read(&Record { bytes: text.as_bytes(), path: "a.json", zone: None }) {
            Fate::Accepted(event) => event,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn with(fields: &str) -> String {
        format!(r#"{{"uuid":"u","published":"2026-07-01T08:00:00.000Z","eventType":"user.session.start"{fields}}}"#)
    }

    #[test]
    fn identity_follows_what_deliveries_share() {
        let identity = |fields: &str| read(&with(fields)).identity;
        let (alice, group) = (r#"{"id":"1","type":"User"}"#, r#"{"id":"2","type":"UserGroup"}"#);
        let first = identity(&format!(r#","outcome":{{"result":"SUCCESS"}},"target":[{alice},{group}]"#));
        for same in [
            format!(r#","outcome":{{"result":"Success"}},"target":[{group},{alice}]"#),
            format!(
                r#","outcome":{{"result":"SUCCESS","reason":"r"}},"client":{{"ipAddress":"192.0.2.1"}},"target":[{alice},{group}]"#
            ),
            format!(
                r#","outcome":{{"result":"SUCCESS"}},"actor":{{"id":"","displayName":"d"}},"target":[{alice},{group}]"#
            ),
        ] {
            assert_eq!(identity(&same), first, "{same}");
        }
        for other in [
            format!(r#","outcome":{{"result":"FAILURE"}},"target":[{alice},{group}]"#),
            format!(r#","outcome":{{"result":"SUCCESS"}},"target":[{alice}]"#),
            format!(r#","outcome":{{"result":"SUCCESS"}},"actor":{{"id":"3"}},"target":[{alice},{group}]"#),
            format!(r#","outcome":{{"result":"SUCCESS"}},"transaction":{{"id":"3"}},"target":[{alice},{group}]"#),
        ] {
            assert_ne!(identity(&other), first, "{other}");
        }
        assert_eq!(identity(r#","target":[]"#), identity(r#","target":null"#));
    }

    #[test]
    fn channels_are_told_as_far_as_the_record_goes() {
        for (fields, word) in [
            ("", "unknown"),
            (r#","transaction":{"type":"WEB"}"#, "ui"),
            (r#","transaction":{"type":"WEB","detail":{"requestApiTokenId":"00T1"}}"#, "api"),
            (r#","transaction":{"type":"WEB"},"actor":{"type":"PublicClientApp"}"#, "api"),
            (r#","transaction":{"type":"JOB"}"#, "system"),
            (r#","transaction":{"type":"WEB"},"actor":{"type":"SystemPrincipal"}"#, "system"),
        ] {
            assert_eq!(read(&with(fields)).channel.as_deref(), Some(word), "{fields}");
        }
    }

    #[test]
    fn text_is_borrowed_from_the_record() {
        let text = with(r#","actor":{"alternateId":"a@example.com"}"#);
        let event = read(&text);
        assert!(matches!(event.actor, Some(Cow::Borrowed("a@example.com"))));
        assert!(matches!(event.native_id, Some(Cow::Borrowed("u"))));
    }
}
