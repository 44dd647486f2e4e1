//! Calls that decide what becomes of the objects in a bucket of logs.

use polars::prelude::*;
use serde_json::Value;

use crate::catalogue::Evidence;
use crate::catalogue::records::{Raw, Record, records};
use crate::catalogue::settings::{Change, Effect};
use crate::config::Globs;
use crate::error::Result;
use crate::event::EVENT_TYPE;
use crate::frame::SOURCE;
use crate::source::kept;

/// The calls, and what they do as far as their name tells. Without its policy a bucket takes no deliveries.
const CALLS: [(&str, Effect); 12] = [
    ("PutBucketPolicy", Effect::Untold),
    ("DeleteBucketPolicy", Effect::Weaken),
    ("PutBucketLifecycle", Effect::Weaken),
    ("PutBucketLifecycleConfiguration", Effect::Weaken),
    ("DeleteBucketLifecycle", Effect::Strengthen),
    ("PutObjectLockConfiguration", Effect::Neutral),
    ("PutBucketObjectLockConfiguration", Effect::Neutral),
    ("PutBucketVersioning", Effect::Neutral),
    ("PutBucketReplication", Effect::Neutral),
    ("DeleteBucketReplication", Effect::Weaken),
    ("PutBucketLogging", Effect::Neutral),
    ("DeleteBucket", Effect::Weaken),
];

/// The changes of these buckets that succeeded, and how many of the period did not, or do not say.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn changes(evidence: &Evidence<'_>, buckets: &Globs) -> Result<(Vec<Change>, u64)> {
    let names = Series::new("calls".into(), CALLS.map(|(name, _)| name));
    let wanted = SOURCE.expr().eq(lit("cloudtrail")).and(EVENT_TYPE.expr().is_in(lit(names).implode(false), false));
    let (mut found, mut failed) = (Vec::new(), 0);
    for record in records(evidence, wanted, Raw::With)? {
        let succeeded = record.succeeded();
        match change(record, buckets) {
            Some(change) if succeeded => found.push(change),
            Some(change) => failed += u64::from(evidence.period.contains(change.record.time)),
            None => {}
        }
    }
    Ok((found, failed))
}

fn change(record: Record, buckets: &Globs) -> Option<Change> {
    let raw = kept::json(&record.raw);
    let given = raw.get("requestParameters")?;
    let bucket = given.get("bucketName")?.as_str()?.to_owned();
    if !buckets.any(&bucket) {
        return None;
    }
    let by_name = CALLS.iter().find(|(name, _)| *name == record.event_type).map_or(Effect::Neutral, |(_, e)| *e);
    let is_suspended = record.raw.contains("Suspended") || record.raw.contains("\"Disabled\"");
    let effect = match record.event_type.as_str() {
        _ if is_suspended => Effect::Weaken,
        "PutBucketPolicy" if denies_writing(given) => Effect::Weaken,
        // Nothing is kept any more from being deleted or written over.
        call if call.ends_with("ObjectLockConfiguration") && !given.to_string().contains("\"Rule\"") => Effect::Weaken,
        _ => by_name,
    };
    let new = Some(given.to_string());
    Some(Change { setting: format!("{} of bucket {bucket}", record.event_type), record, old: None, new, effect })
}

/// True when the policy forbids writing: on a list of what is denied, or by denying all but a list.
fn denies_writing(given: &Value) -> bool {
    let Some(policy) = given.get("bucketPolicy") else { return false };
    let policy = policy.as_str().map_or_else(|| policy.clone(), kept::json);
    let statements = policy.get("Statement").map(listed).unwrap_or_default();
    statements.iter().filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Deny")).any(|statement| {
        let named = statement.get("Action").map(listed).unwrap_or_default();
        let writes = |action: &&Value| action.as_str().is_some_and(may_write);
        // What is denied under a condition, such as encryption in transit, is not denied to all.
        statement.get("Condition").is_none()
            && (statement.get("NotAction").is_some() || named.iter().any(|a| writes(&a)))
    })
}

fn listed(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn may_write(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let (pattern, wildcard) = action.split_once('*').map_or((action.as_str(), false), |(start, _)| (start, true));
    let put = "s3:putobject";
    if wildcard { put.starts_with(pattern) || pattern.starts_with(put) } else { action == put }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_that_denies_writing_is_told_from_others() {
        let deny = |statement: Value| json!({"bucketPolicy": {"Statement": [statement]}});
        for (given, is) in [
            (deny(json!({"Effect": "Deny", "Action": "s3:PutObject"})), true),
            (deny(json!({"Effect": "Deny", "Action": ["s3:GetObject", "s3:Put*"]})), true),
            (deny(json!({"Effect": "Deny", "Action": "*"})), true),
            (deny(json!({"Effect": "Deny", "NotAction": "s3:GetObject"})), true),
            (deny(json!({"Effect": "Deny", "Action": "s3:DeleteObject"})), false),
            (deny(json!({"Effect": "Allow", "Action": "s3:PutObject"})), false),
            (deny(json!({"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {}}})), false),
            (json!({"bucketPolicy": "{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"s3:PutObject\"}}"}), true),
            (json!({}), false),
        ] {
            assert_eq!(denies_writing(&given), is, "{given}");
        }
    }
}
