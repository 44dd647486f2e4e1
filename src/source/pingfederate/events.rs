//! Fields to events.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::ID;
use super::clock::{Moment, moment};
use super::fields::{Fields, Log};
use super::vocabulary;
use crate::change::{Change, SubjectKind};
use crate::event::{Event, Outcome, Plane, Text, identity};
use crate::source::decode::Reason;

/// The event that the fields tell.
pub(super) fn event<'r>(fields: &Fields<'r>, zone: Option<Tz>) -> Result<Event<'r>, Reason> {
    let at = moment(&fields.get("time").ok_or("/time: missing")?, zone)?;
    let event = match fields.log {
        Log::Audit => audit(fields, at),
        Log::Provisioner => provisioning(fields, at),
        Log::Admin => admin(fields, at),
    }?;
    Ok(Event {
        scope: Cow::Borrowed("tenant"),
        source_ip: fields.get("ip").map(bare_address),
        user_agent: fields.get("useragent"),
        parse_rule: if at.ambiguous { "ambiguous_time" } else { "native" },
        delivery: fields.delivery(),
        ..event
    })
}

/// What every layout tells of an event of its log.
fn identity_of(log: &str, fields: &Fields<'_>, at: Moment, names: &[&str]) -> [u8; 16] {
    let micros = at.micros.to_le_bytes();
    let values: Vec<_> = names.iter().map(|name| fields.get(name)).collect();
    let mut parts = vec![Some(log.as_bytes()), Some(&micros[..])];
    parts.extend(values.iter().map(|value| value.as_ref().map(|text| text.as_bytes())));
    identity(ID, &parts)
}

fn audit<'r>(fields: &Fields<'r>, at: Moment) -> Result<Event<'r>, Reason> {
    let event_type = fields.get("event").ok_or("/event: missing")?;
    let known = vocabulary::audit(&event_type);
    let status = fields.get("status");
    let outcome = match status.as_deref() {
        Some(word) if word.eq_ignore_ascii_case("success") => Outcome::Success,
        Some(word) if word.eq_ignore_ascii_case("failure") => Outcome::Failure,
        _ => Outcome::Unknown,
    };
    let target = fields.get("app").map(without_query);
    let names = ["trackingid", "event", "subject", "ip", "app", "connectionid", "protocol", "host", "role", "status"];
    Ok(Event {
        plane: known.unwrap_or(Plane::Other),
        mapped: known.is_some(),
        outcome,
        outcome_reason: status.filter(|_| outcome == Outcome::Unknown).or_else(|| fields.get("description")),
        actor: fields.get("subject"),
        channel: Some(Cow::Borrowed("unknown")),
        endpoint: fields.get("protocol"),
        target_kind: target.is_some().then_some(Cow::Borrowed("app")),
        target,
        app: fields.get("connectionname").or_else(|| fields.get("connectionid")),
        request_id: fields.get("transactionid").or_else(|| fields.get("trackingid")),
        session_id: fields.get("trackingid"),
        ..Event::new(identity_of("audit", fields, at, &names), at.micros, event_type)
    })
}

fn provisioning<'r>(fields: &Fields<'r>, at: Moment) -> Result<Event<'r>, Reason> {
    let event_type = fields.get("eventtype").ok_or("/event_type: missing")?;
    let known = vocabulary::provisioning(&event_type);
    let flag = fields.get("issuccess");
    let outcome = match flag.as_deref() {
        Some(word) if word.eq_ignore_ascii_case("true") => Outcome::Success,
        Some(word) if word.eq_ignore_ascii_case("false") => Outcome::Failure,
        _ => Outcome::Unknown,
    };
    let kind = known.map(|(_, kind)| kind).filter(|kind| *kind != SubjectKind::Unknown);
    let names = ["cycleid", "channelid", "eventtype", "sourceid", "targetid", "issuccess"];
    let change = known.map(|(verb, subject_kind)| Change {
        subject_id: fields.get("sourceid"),
        subject_kind,
        entitlement: Some(Cow::Borrowed("account")),
        ..Change::new(verb, outcome)
    });
    Ok(Event {
        // The log holds pushes and nothing else, but what an unknown one pushed is not known.
        plane: if known.is_some() { Plane::Transport } else { Plane::Other },
        mapped: known.is_some(),
        outcome,
        outcome_reason: flag.filter(|_| outcome == Outcome::Unknown).or_else(|| fields.get("nonsuccesscause")),
        actor_kind: Some(Cow::Borrowed("system")),
        channel: Some(Cow::Borrowed("system")),
        target_id: fields.get("targetid"),
        target_kind: kind.map(|kind| Cow::Borrowed(kind.as_str())),
        app: fields.get("channelid"),
        request_id: fields.get("cycleid"),
        changes: change.into_iter().collect(),
        ..Event::new(identity_of("provisioner", fields, at, &names), at.micros, event_type)
    })
}

fn admin<'r>(fields: &Fields<'r>, at: Moment) -> Result<Event<'r>, Reason> {
    let component = fields.get("component").ok_or("/component: missing")?;
    let event = fields.get("event").ok_or("/event: missing")?;
    let plane = vocabulary::admin(&event);
    let user = fields.get("user");
    let names = ["user", "ip", "component", "event", "eventdetailid", "message"];
    Ok(Event {
        plane,
        mapped: true,
        // Messages of other events tell what was set, which may be a secret.
        outcome_reason: fields.get("message").filter(|_| plane == Plane::Usage),
        actor_kind: user.is_some().then_some(Cow::Borrowed("user")),
        actor: user,
        channel: Some(Cow::Borrowed("ui")),
        request_id: fields.get("eventdetailid"),
        ..Event::new(identity_of("admin", fields, at, &names), at.micros, Cow::Owned(format!("{component}.{event}")))
    })
}

/// The address without the brackets that stand around IPv6 addresses in CEF.
fn bare_address(address: Text<'_>) -> Text<'_> {
    let is_bracketed = address.starts_with('[') && address.ends_with(']');
    if is_bracketed { Cow::Owned(address.trim_matches(['[', ']']).to_owned()) } else { address }
}

/// The address of an application without its parameters, in which tokens travel.
fn without_query(url: Text<'_>) -> Text<'_> {
    let end = url.find(['?', '#', '&']).unwrap_or(url.len());
    match url {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}
