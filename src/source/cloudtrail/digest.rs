//! Digest files: the list of the log files that CloudTrail delivered in an hour, with their hashes. What they list is whole.

use std::borrow::Cow;

use super::fields::{Fields, elements};
use super::{ID, instant};
use crate::event::{Event, Outcome, Plane, Text, identity};
use crate::source::canonical::canonical_json;
use crate::source::decode::Reason;
use crate::source::loose::Loose;

/// Whether a record may be a digest; a cheap look.
pub(super) fn is_digest(text: &str) -> bool {
    text.contains("\"digestEndTime\"") && text.contains("\"digestStartTime\"")
}

/// Reads a digest: one event at the beginning of the hour that it speaks for.
pub(super) fn event(text: &str) -> Result<Event<'_>, Reason> {
    let fields = Fields::of(&Loose::Nested(Cow::Borrowed(text)));
    let time = |key: &str, pointer: &str| {
        let spelled = fields.text(key).ok_or_else(|| Reason::Owned(format!("{pointer}: missing")))?;
        instant(&spelled, pointer).map(|found| (spelled, found))
    };
    let (start, begins) = time("digestStartTime", "/digestStartTime")?;
    let (end, _) = time("digestEndTime", "/digestEndTime")?;
    let list = fields.get("logFiles");
    if !matches!(list, Loose::Nested(json) if json.starts_with('[')) {
        return Err(list.unfit("/logFiles", "an array"));
    }
    let object = place(&fields, "digestS3Bucket", "digestS3Object");
    let previous = place(&fields, "previousDigestS3Bucket", "previousDigestS3Object");
    let reason = format!(
        "covers {start} to {end}; log files: {}; events: {} to {}; previous digest: {}",
        elements(list).len(),
        fields.text("oldestEventTime").as_deref().unwrap_or("none"),
        fields.text("newestEventTime").as_deref().unwrap_or("none"),
        previous.as_deref().unwrap_or("none"),
    );
    let canonical = object.is_none().then(|| canonical_json(text).unwrap_or_else(|| text.to_owned()));
    let parts = [object.as_deref().map(str::as_bytes), canonical.as_deref().map(str::as_bytes)];
    let identity = identity(ID, &parts);
    Ok(Event {
        native_id: object.clone(),
        plane: Plane::Cloud,
        outcome: Outcome::Unknown,
        outcome_reason: Some(Cow::Owned(reason)),
        actor: Some(Cow::Borrowed("cloudtrail.amazonaws.com")),
        actor_kind: Some(Cow::Borrowed("system")),
        channel: Some(Cow::Borrowed("system")),
        target: object,
        target_kind: Some(Cow::Borrowed("digest")),
        app: fields.text("awsAccountId"),
        scope: Cow::Borrowed("tenant"),
        parse_rule: if begins.rewritten { "re_exported" } else { "native" },
        delivery: "digest",
        mapped: true,
        ..Event::new(identity, begins.micros, Cow::Borrowed("digest"))
    })
}

fn place<'r>(fields: &Fields<'r>, bucket: &str, object: &str) -> Option<Text<'r>> {
    let (bucket, object) = (fields.text(bucket)?, fields.text(object)?);
    Some(Cow::Owned(format!("s3://{bucket}/{object}")))
}
