//! AWS CloudTrail (source `cloudtrail`).

mod actor;
mod changes;
mod digest;
mod doc;
mod fields;
mod insight;
mod outcome;
mod record;
mod vocabulary;

use std::borrow::Cow;

use self::actor::{Actor, Caller, actor, channel};
use self::changes::{Call, Found};
use self::fields::{Fields, elements, told};
use self::record::{Entry, Field};
use self::vocabulary::{Act, meaning, service_of};
use super::canonical::canonical_json;
use super::decode::{Reason, checked, decode, without_port};
use super::instant::{Spelled, spelled_instant};
use super::loose::Loose;
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "cloudtrail";

/// AWS CloudTrail: log files, EventBridge, CloudWatch Logs, the LookupEvents API, query results, and digest files.
#[derive(Debug)]
pub struct CloudTrail;

/// Sources of events in the same layout that CloudTrail does not record: notifications of AWS's services, Alibaba's ActionTrail.
const FOREIGN: &[&str] = &["aws:", ".aliyuncs.com"];

const CALL: &[Mark] = &[
    Mark::AnyOf(&["/eventSource"]),
    Mark::Lacks("/eventSource", FOREIGN),
    Mark::AnyOf(&["/eventName"]),
    Mark::AnyOf(&["/eventVersion", "/eventID", "/awsRegion", "/userIdentity", "/recipientAccountId"]),
];

impl Source for CloudTrail {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form {
                name: "record",
                doc: "A record, bare, in a log file, or in the wrapper of EventBridge, CloudWatch Logs, LookupEvents, Splunk or Elastic",
                marks: CALL,
            },
            Form {
                name: "query_row",
                doc: "A row of a query result of Athena or CloudTrail Lake, with objects as texts",
                marks: CALL,
            },
            Form {
                name: "log_line",
                doc: "A line of a CloudWatch Logs export: a time, a blank, and the record",
                marks: &[],
            },
            Form {
                name: "insight",
                doc: "An Insight, which names no call of its own",
                marks: &[Mark::OneOf("/eventType", &[insight::TYPE]), Mark::AnyOf(&["/insightDetails"])],
            },
            Form {
                name: "digest",
                doc: "A digest file: the log files of an hour and their hashes",
                marks: &[
                    Mark::AnyOf(&["/digestStartTime"]),
                    Mark::AnyOf(&["/digestEndTime"]),
                    Mark::AnyOf(&["/digestS3Object", "/logFiles"]),
                ],
            },
        ]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[
            Envelope { name: "EventBridge event", marker: b"\"detail-type\"", path: &["detail"] },
            Envelope { name: "LookupEvents entry", marker: b"\"CloudTrailEvent\"", path: &["CloudTrailEvent"] },
            Envelope { name: "CloudWatch Logs batch", marker: b"\"logEvents\"", path: &["logEvents"] },
            Envelope { name: "CloudWatch Logs message", marker: b"\"message\"", path: &["message"] },
            Envelope { name: "CloudWatch Logs query row", marker: b"\"@message\"", path: &["@message"] },
            Envelope { name: "CloudTrail Lake result", marker: b"\"QueryResultRows\"", path: &["QueryResultRows"] },
            Envelope { name: "Splunk event", marker: b"aws:cloudtrail", path: &["event"] },
            Envelope { name: "Splunk search result", marker: b"\"_raw\"", path: &["result", "_raw"] },
            Envelope { name: "Elastic document", marker: b"\"_source\"", path: &["_source"] },
            Envelope { name: "Elastic event", marker: b"aws.cloudtrail", path: &["event", "original"] },
        ]
    }

    fn claims(&self, line: &str) -> bool {
        exported(line).is_some_and(|record| record.contains("\"eventSource\"") && record.contains("\"userIdentity\""))
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record.text) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(_) if is_control_message(record.text) => Fate::Filtered("control_message"),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn knows_version(&self, version: &str) -> bool {
        // Minor versions add fields, and none is read by its place.
        version.strip_prefix("1.").is_some_and(|minor| minor.parse::<u8>().is_ok())
    }

    fn names_files_by_content(&self) -> bool {
        true
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

/// The record in a line `2026-07-01T08:00:00.000Z {...}`.
fn exported(line: &str) -> Option<&str> {
    let (time, record) = line.split_once(' ')?;
    (record.starts_with('{') && record.ends_with('}') && spelled_instant(time, "").is_ok()).then_some(record)
}

/// What CloudWatch Logs sends to find out whether its receiver is there.
fn is_control_message(text: &str) -> bool {
    let Ok(text) = checked(text) else { return false };
    text.contains("CWL CONTROL MESSAGE")
        && Fields::of(&Loose::Nested(Cow::Borrowed(text)))
            .text("message")
            .is_some_and(|message| message.starts_with("CWL CONTROL MESSAGE"))
}

/// CloudTrail's times are UTC, also where another system has dropped the zone.
fn instant(text: &str, pointer: &str) -> Result<Spelled, Reason> {
    let zoneless = text.strip_suffix(" UTC").unwrap_or(text);
    spelled_instant(zoneless, pointer).or_else(|reason| {
        let (date, time) = zoneless.split_once('T').ok_or(reason)?;
        spelled_instant(&format!("{date} {time}"), pointer)
    })
}

fn event(text: &str) -> Result<Event<'_>, Reason> {
    let whole = checked(text)?;
    let line = exported(whole.trim_ascii());
    let text = line.unwrap_or(whole);
    let entry = decode::<Entry<'_>>(text, &[])?;
    let Some(name) = entry.get(Field::EventName).text("/eventName")? else {
        return match () {
            () if digest::is_digest(text) => digest::event(text),
            () if insight::is_insight(&entry) => insight::event(text, &entry),
            () => Err("/eventName: missing".into()),
        };
    };
    let event_source = entry.get(Field::EventSource).text("/eventSource")?.ok_or("/eventSource: missing")?;
    if FOREIGN.iter().any(|part| event_source.contains(part)) {
        return Err("/eventSource: expected a service that CloudTrail records, found another".into());
    }
    signed(&entry)?;
    let time = entry.get(Field::EventTime).text("/eventTime")?.ok_or("/eventTime: missing")?;
    let spelled = instant(&time, "/eventTime")?;
    let delivery = match line {
        Some(_) => "log_line",
        None if entry.is_row() => "query_row",
        None => "record",
    };
    let event = assembled(&entry, name, event_source)?;
    Ok(Event {
        identity: identity_of(text, &entry, spelled.micros),
        event_time: spelled.micros,
        parse_rule: parse_rule(&entry, spelled.rewritten),
        delivery,
        ..event
    })
}

/// What only CloudTrail's own records carry beside a source and a name.
fn signed(entry: &Entry<'_>) -> Result<(), Reason> {
    let fields =
        [Field::EventVersion, Field::EventId, Field::AwsRegion, Field::UserIdentity, Field::RecipientAccountId];
    let is_given = |field: &Field| *entry.get(*field) != Loose::Null;
    if fields.iter().any(is_given) { Ok(()) } else { Err("/eventVersion: missing".into()) }
}

fn parse_rule(entry: &Entry<'_>, rewritten: bool) -> &'static str {
    let lacks = |field| *entry.get(field) == Loose::Null;
    if entry.is_row() && (lacks(Field::UserIdentity) || lacks(Field::ErrorCode) || lacks(Field::EventId)) {
        "partial"
    } else if rewritten || entry.respelled || entry.is_row() {
        "re_exported"
    } else {
        "native"
    }
}

fn assembled<'r>(entry: &Entry<'r>, name: Text<'r>, event_source: Text<'r>) -> Result<Event<'r>, Reason> {
    let service = service_of(&event_source);
    let known = meaning(service, &name).filter(|_| is_done(entry));
    let act = known.unwrap_or(Act::None);
    let (who, params) = (Caller::of(entry.fields(Field::UserIdentity)), parameters(entry, service, act));
    let response = if is_answered(service) { entry.fields(Field::ResponseElements) } else { Fields::default() };
    let (outcome, outcome_reason) = outcome::outcome(entry, service, &name, &response)?;
    let actor = actor(entry, &who);
    let account = told(entry.get(Field::RecipientAccountId));
    let call = Call { name: &name, params: &params, response: &response, actor: &actor, account, outcome };
    let found = about(entry, changes::found(act, &call), &params);
    let app = call.account.clone();
    let channel = channel(entry, &who, service);
    Ok(finished(
        entry,
        actor,
        found,
        (outcome, outcome_reason),
        Event {
            plane: Plane::Cloud,
            channel: Some(Cow::Borrowed(channel)),
            endpoint: Some(event_source),
            app,
            mapped: known.is_some(),
            ..Event::new([0; 16], 0, name)
        },
    ))
}

fn finished<'r>(
    entry: &Entry<'r>,
    actor: Actor<'r>,
    found: Found<'r>,
    (outcome, outcome_reason): (Outcome, Option<Text<'r>>),
    event: Event<'r>,
) -> Event<'r> {
    Event {
        native_id: told(entry.get(Field::EventId)),
        request_id: told(entry.get(Field::RequestId)),
        outcome,
        outcome_reason,
        actor: actor.name,
        actor_id: actor.id,
        actor_kind: actor.kind,
        session_id: actor.session,
        target: found.target,
        target_id: found.target_id,
        target_kind: found.kind.map(Cow::Borrowed),
        scope: Cow::Borrowed("tenant"),
        source_ip: told(entry.get(Field::SourceIpAddress)).map(without_port),
        user_agent: told(entry.get(Field::UserAgent)),
        schema_version: told(entry.get(Field::EventVersion)),
        changes: found.changes,
        statements: found.statements,
        ..event
    }
}

/// False = the event tells of a rate of calls, or of a network, and not of a call.
fn is_done(entry: &Entry<'_>) -> bool {
    let is = |field, words: &[&str]| {
        let said = told(entry.get(field)).unwrap_or_default();
        said.is_empty() || words.iter().any(|word| said.eq_ignore_ascii_case(word))
    };
    is(Field::EventType, &["AwsApiCall", "AwsConsoleAction", "AwsServiceEvent", "AwsConsoleSignIn"])
        && is(Field::EventCategory, &["Management", "Data"])
}

/// Services whose parameters and answers are looked into. All others are many, and change no access that is read here.
fn is_answered(service: &str) -> bool {
    matches!(service, "iam" | "sts" | "signin" | "sso" | "sso-directory" | "identitystore" | "identitystore-scim")
}

fn parameters<'r>(entry: &Entry<'r>, service: &str, act: Act) -> Fields<'r> {
    let is_read = act != Act::None || is_answered(service);
    if is_read { entry.fields(Field::RequestParameters) } else { Fields::default() }
}

/// Parameters that name the object of a call, and what it is.
const OBJECTS: &[(&str, &str)] = &[
    ("roleArn", "role"),
    ("roleName", "role"),
    ("userName", "user"),
    ("groupName", "group"),
    ("policyArn", "policy"),
    ("policyName", "policy"),
    ("instanceProfileName", "instance_profile"),
    ("sAMLProviderArn", "saml_provider"),
    ("openIDConnectProviderArn", "oidc_provider"),
    ("serialNumber", "mfa_device"),
    ("permissionSetArn", "permission_set"),
    ("applicationArn", "app"),
];

/// The object of a call that changes nothing: a parameter that names it, else the one resource that AWS lists.
fn about<'r>(entry: &Entry<'r>, found: Found<'r>, params: &Fields<'r>) -> Found<'r> {
    if found.kind.is_some() {
        return found;
    }
    let named = OBJECTS.iter().find_map(|(key, kind)| Some((params.text(key)?, *kind)));
    if let Some((target, kind)) = named {
        return Found { kind: Some(kind), target: Some(target), ..found };
    }
    match elements(entry.get(Field::Resources)).as_slice() {
        [only] => Found { target: Fields::of(only).text("ARN"), ..found },
        _ => found,
    }
}

/// What every delivery of one event carries. An id that AWS did not make identifies nothing: then it is the whole record.
fn identity_of(text: &str, entry: &Entry<'_>, micros: i64) -> [u8; 16] {
    let id = told(entry.get(Field::EventId)).filter(|id| is_uuid(id));
    let Some(id) = id.map(|id| id.to_ascii_lowercase()) else {
        let canonical = canonical_json(text);
        return identity(ID, &[None, Some(canonical.as_deref().unwrap_or(text).as_bytes())]);
    };
    let time = micros.to_le_bytes();
    let part = |field| told(entry.get(field));
    let (source, name, code) = (part(Field::EventSource), part(Field::EventName), part(Field::ErrorCode));
    let bytes = |text: &Option<Text<'_>>| text.as_ref().map(|t| t.as_bytes().to_vec());
    let (source, name, code) = (bytes(&source), bytes(&name), bytes(&code));
    identity(ID, &[Some(id.as_bytes()), Some(&time), source.as_deref(), name.as_deref(), code.as_deref()])
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
