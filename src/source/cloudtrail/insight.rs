//! Insights: that calls of one kind, or their errors, have become more or fewer than usual. They tell of no single call.

use std::borrow::Cow;

use super::fields::{Fields, told};
use super::record::{Entry, Field};
use super::{identity_of, instant};
use crate::event::{Event, Outcome, Plane};
use crate::source::decode::Reason;
use crate::source::loose::Loose;

/// The type of event that Insights are.
pub(super) const TYPE: &str = "AwsCloudTrailInsight";

/// Whether a record without the name of a call is an Insight.
pub(super) fn is_insight(entry: &Entry<'_>) -> bool {
    told(entry.get(Field::EventType)).is_some_and(|said| said.eq_ignore_ascii_case(TYPE))
}

/// Reads an Insight: its object is the call whose rate it is about.
pub(super) fn event<'r>(text: &'r str, entry: &Entry<'r>) -> Result<Event<'r>, Reason> {
    let time = entry.get(Field::EventTime).text("/eventTime")?.ok_or("/eventTime: missing")?;
    let spelled = instant(&time, "/eventTime")?;
    let record = Fields::of(&Loose::Nested(Cow::Borrowed(text)));
    let details = Fields::of(record.get("insightDetails"));
    let kind = details.text("insightType").ok_or("/insightDetails/insightType: missing")?;
    let state = details.text("state").map(|state| format!(": {state}")).unwrap_or_default();
    Ok(Event {
        native_id: told(entry.get(Field::EventId)),
        request_id: record.text("sharedEventID"),
        plane: Plane::Cloud,
        outcome: Outcome::Unknown,
        outcome_reason: Some(Cow::Owned(format!("{kind}{state}"))),
        actor: Some(Cow::Borrowed("cloudtrail.amazonaws.com")),
        actor_kind: Some(Cow::Borrowed("system")),
        channel: Some(Cow::Borrowed("system")),
        endpoint: details.text("eventSource"),
        target: details.text("eventName"),
        target_kind: Some(Cow::Borrowed("call")),
        app: told(entry.get(Field::RecipientAccountId)),
        scope: Cow::Borrowed("tenant"),
        schema_version: told(entry.get(Field::EventVersion)),
        parse_rule: if spelled.rewritten || entry.respelled { "re_exported" } else { "native" },
        delivery: "insight",
        mapped: true,
        ..Event::new(identity_of(text, entry, spelled.micros), spelled.micros, Cow::Borrowed(TYPE))
    })
}
