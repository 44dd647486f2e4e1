//! Okta System Log (source `okta`).

mod changes;
mod console;
mod doc;
mod record;
mod roles;
mod vocabulary;

use std::borrow::Cow;

use self::changes::{sole, sole_of};
use self::console::Row;
use self::record::{LogEvent, Party, SHAPE};
use self::roles::Told;
use self::vocabulary::{Act, is_failure_only, meaning};
use super::canonical::canonical_json;
use super::decode::{Reason, checked, decode, without_port};
use super::instant::{Spelled, spelled_instant};
use super::loose::Loose;
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::change::Verb;
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "okta";
const LOG_EVENT: &str = "log_event";
const CONSOLE_CSV: &str = "console_csv";

/// The columns of a console export that tell of the actor, in the spellings that exports have.
const ACTOR_COLUMNS: &[&str] = &[
    "/actor.alternate_id",
    "/actor.alternateId",
    "/actor_alternate_id",
    "/actor_alternateId",
    "/actor[alternateId]",
    "/actor.id",
    "/actor_id",
    "/actor[id]",
];

/// Okta System Log: API pages, collectors' JSON lines, event hooks, log streams, and what other systems re-export.
#[derive(Debug)]
pub struct Okta;

impl Source for Okta {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form {
                name: LOG_EVENT,
                doc: "A LogEvent, bare or in a page, hook, stream or collector's wrapper",
                marks: &[
                    Mark::AnyOf(&["/eventType", "/event_type"]),
                    Mark::AnyOf(&["/published", "/uuid"]),
                    Mark::AnyOf(&["/actor", "/outcome", "/target", "/client", "/transaction", "/debugContext"]),
                ],
            },
            Form {
                name: CONSOLE_CSV,
                doc: "A row of the CSV file that the Admin console exports",
                marks: &[
                    Mark::AnyOf(&["/event_type", "/eventType", "/event type"]),
                    Mark::AnyOf(&["/timestamp", "/published"]),
                    Mark::AnyOf(ACTOR_COLUMNS),
                    Mark::AnyOf(&["/outcome.result", "/outcome_result", "/outcome[result]", "/outcomeResult"]),
                ],
            },
        ]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[
            Envelope { name: "EventBridge event", marker: b"\"detail-type\"", path: &["detail"] },
            Envelope { name: "event hook", marker: b"\"com.okta.event_hook\"", path: &["data", "events"] },
            Envelope { name: "list of events", marker: b"\"events\"", path: &["events"] },
            Envelope { name: "Splunk event", marker: b"\"event\"", path: &["event"] },
            Envelope { name: "Splunk search result", marker: b"\"_raw\"", path: &["result", "_raw"] },
            Envelope { name: "Splunk search results", marker: b"\"_raw\"", path: &["results"] },
            Envelope { name: "Splunk raw event", marker: b"\"_raw\"", path: &["_raw"] },
            Envelope { name: "CloudWatch log events", marker: b"\"logEvents\"", path: &["logEvents"] },
            Envelope { name: "log message", marker: b"\"message\"", path: &["message"] },
            Envelope { name: "query result", marker: b"\"@message\"", path: &["@message"] },
        ]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn knows_version(&self, version: &str) -> bool {
        version == "0"
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

/// A record as far as its form goes.
struct Reading<'r> {
    log: LogEvent<'r>,
    micros: i64,
    delivery: &'static str,
    parse_rule: &'static str,
}

fn reading<'r>(text: &'r str, record: &Record<'r>) -> Result<Reading<'r>, Reason> {
    let decoded = decode::<LogEvent<'_>>(text, SHAPE);
    let log = match decoded {
        Ok(log) if !log.is_bare() => log,
        other => match Row::of(text) {
            Some(row) => {
                let micros = row.instant(record.zone)?;
                return Ok(Reading { log: row.into_event(), micros, delivery: CONSOLE_CSV, parse_rule: "partial" });
            }
            None => other?,
        },
    };
    if log.event_type.is_none() {
        return Err("/eventType: missing".into());
    }
    let published = log.published.as_deref().ok_or("/published: missing")?;
    let Spelled { micros, rewritten } = spelled_instant(published, "/published")?;
    let parse_rule = if rewritten || log.respelled { "re_exported" } else { "native" };
    Ok(Reading { log, micros, delivery: LOG_EVENT, parse_rule })
}

fn event<'r>(record: &Record<'r>) -> Result<Event<'r>, Reason> {
    let text = checked(record.text)?;
    let Reading { mut log, micros, delivery, parse_rule } = reading(text, record)?;
    let event_type = log.event_type.take().ok_or("/eventType: missing")?;
    let known = meaning(&event_type);
    let (plane, act) = known.unwrap_or((Plane::Other, Act::None));
    let outcome = outcome(&log, &event_type);
    let Told { changes, statements } = changes::told(&log, corrected(act, &log), carried_out(&event_type, outcome))?;
    let target = primary(&log, &event_type);
    Ok(Event {
        changes,
        statements,
        native_id: log.uuid.clone(),
        request_id: log.transaction.id.clone(),
        plane,
        outcome,
        outcome_reason: outcome_reason(&log, outcome),
        actor: log.actor.name(),
        actor_id: log.actor.known_id(),
        actor_kind: log.actor.kind.clone().map(kind_word),
        channel: Some(Cow::Borrowed(channel(&log))),
        target: target.and_then(name_of),
        target_id: target.and_then(Party::known_id),
        target_kind: target.and_then(|t| t.kind.clone()).map(kind_word),
        app: sole(&log, "AppInstance").and_then(Party::name),
        scope: Cow::Borrowed("tenant"),
        source_ip: log.client.ip_address.clone().map(without_port),
        user_agent: log.client.user_agent.raw.clone(),
        session_id: log.authentication_context.external_session_id.clone(),
        parse_rule,
        schema_version: log.version.said(),
        delivery,
        mapped: known.is_some(),
        ..Event::new(identity_of(text, &log, &event_type, micros), micros, event_type)
    })
}

/// What the source says; where it does not, but the type is one that only failures are logged under, that.
fn outcome(log: &LogEvent<'_>, event_type: &str) -> Outcome {
    let said =
        |words: &[&str]| log.outcome.result.as_deref().is_some_and(|r| words.iter().any(|w| r.eq_ignore_ascii_case(w)));
    if said(&["SUCCESS", "ALLOW"]) {
        Outcome::Success
    } else if said(&["FAILURE", "DENY"]) || (log.outcome.result.is_none() && tells_failure(log, event_type)) {
        Outcome::Failure
    } else {
        Outcome::Unknown
    }
}

fn tells_failure(log: &LogEvent<'_>, event_type: &str) -> bool {
    let legacy = legacy(log);
    is_failure_only(event_type)
        || legacy.contains(".api.error.")
        || ["_failure", ".failure", "_failed", ".failed"].iter().any(|end| legacy.ends_with(end))
}

fn legacy<'l>(log: &'l LogEvent<'_>) -> &'l str {
    match &log.legacy_event_type {
        Loose::Text(name) => name,
        _ => "",
    }
}

/// How the change went. A success under a type of which the catalogue says that only failures are logged is a contradiction.
fn carried_out(event_type: &str, outcome: Outcome) -> Outcome {
    if outcome == Outcome::Success && is_failure_only(event_type) { Outcome::Unknown } else { outcome }
}

/// What the older name of the event makes of the act: a push that found no user in the application was to create none.
fn corrected(act: Act, log: &LogEvent<'_>) -> Act {
    let not_found = legacy(log).contains(".api.error.user.not_found");
    if act == Act::PushedUser(Verb::UserCreate) && not_found { Act::PushedUser(Verb::UserUpdate) } else { act }
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
        t if t.starts_with("iam.resourceset.bindings.") || t.starts_with("workflows.user.role.") => {
            &["User", "UserGroup"]
        }
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
        match Okta.read(&Record::new(text, "a.json")) {
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
    fn rows_of_the_console_are_found_out() {
        for row in [
            r#"{"event_type":"a.b","timestamp":"t","actor.alternate_id":"a","outcome.result":""}"#,
            r#"{"eventType":"a.b","published":"t","actor_alternateId":"a","outcome_result":"SUCCESS"}"#,
        ] {
            let row = serde_json::from_str(row).unwrap();
            assert_eq!(super::super::detect(&row).map(Source::id), Ok(ID), "{row}");
        }
        let other = serde_json::json!({"event_type": "a", "timestamp": "t", "actor": "a"});
        assert!(super::super::detect(&other).is_err());
    }

    #[test]
    fn text_is_borrowed_from_the_record() {
        let text = with(r#","actor":{"alternateId":"a@example.com"}"#);
        let event = read(&text);
        assert!(matches!(event.actor, Some(Cow::Borrowed("a@example.com"))));
        assert!(matches!(event.native_id, Some(Cow::Borrowed("u"))));
    }
}
