//! Objects that are added to shares: each is a grant to all recipients of the share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Verb;
use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, Done, of_record};
use crate::catalogue::holdings::Holding;
use crate::catalogue::records::{Raw, Record, databricks, records};
use crate::correlate::door::Door;
use crate::error::Result;
use crate::source::kept;

/// What was added to shares in the period.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// One grant an object and recipient.
    pub(super) to_recipients: Vec<Deed>,
    /// One an object, where recipients may have been there before the first record.
    pub(super) to_unknown: Vec<Deed>,
    /// Objects added to shares that are known to have no recipient.
    pub(super) to_nobody: u64,
}

/// Reads what was added, and who had the share then.
pub(super) fn added(evidence: &Evidence<'_>, held: &[Holding<'_>]) -> Result<Added> {
    let types = ["unityCatalog.updateShare", "unityCatalog.createShare"];
    let all = records(evidence, databricks(evidence, &types)?, Raw::With)?;
    let door = Door::new(evidence.config)?;
    let mut on_share: BTreeMap<String, Vec<&Holding<'_>>> = BTreeMap::new();
    for holding in held {
        on_share.entry(holding.securable.to_lowercase()).or_default().push(holding);
    }
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut found = Added::default();
    for record in all.iter().filter(|record| record.succeeded()) {
        let parameters = kept::parameters(&record.raw);
        let named = ["name", "name_arg"].iter().find_map(|key| parameters.get(*key));
        let share = format!("share:{}", named.map_or("", String::as_str)).to_lowercase();
        if record.event_type.to_lowercase().ends_with("createshare") {
            made.insert(share.clone());
        }
        if !evidence.period.contains(record.time) {
            continue;
        }
        let holders = on_share.get(&share).into_iter().flatten().filter(|holding| holding.holds_at(record.time));
        let recipients: BTreeSet<&str> = holders.map(|holding| holding.subject).collect();
        for object in objects(parameters.get("updates").map_or("", String::as_str)) {
            if recipients.is_empty() && made.contains(&share) {
                found.to_nobody += 1;
            } else if recipients.is_empty() {
                found.to_unknown.push(grant(evidence, &door, record, &share, &object, None));
            }
            for recipient in &recipients {
                found.to_recipients.push(grant(evidence, &door, record, &share, &object, Some(recipient)));
            }
        }
    }
    Ok(found)
}

/// The names of the objects that a list of updates adds, each once.
fn objects(updates: &str) -> BTreeSet<String> {
    let updates = kept::json(updates);
    let added = updates.as_array().into_iter().flatten().filter(|update| {
        let action = update.get("action").and_then(Value::as_str).unwrap_or_default();
        action.eq_ignore_ascii_case("ADD")
    });
    let name = |update: &Value| {
        let object = update.get("data_object").unwrap_or(update);
        object.get("name").and_then(Value::as_str).map(str::to_owned)
    };
    added.map(|update| name(update).unwrap_or_else(|| "(no name)".to_owned())).collect()
}

fn grant(
    evidence: &Evidence<'_>,
    door: &Door,
    record: &Record,
    share: &str,
    object: &str,
    recipient: Option<&str>,
) -> Deed {
    Deed::new(Done {
        id: format!("{}|{object}|{}", record.event_id, recipient.unwrap_or_default()),
        subject: recipient.map(str::to_owned),
        is_resolved: recipient.is_some(),
        entitlement: Some(object.to_owned()),
        privilege: Some("SELECT".to_owned()),
        securable: Some(share.to_owned()),
        ..of_record(evidence, door, record, Verb::PrivGrant)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_added_counts_and_each_object_once() {
        let updates = r#"[{"action":"ADD","data_object":{"name":"m.s.a"}},{"action":"REMOVE","data_object":{"name":"m.s.b"}},
            {"action":"add","data_object":{"name":"m.s.a"}},{"action":"ADD"}]"#;
        assert_eq!(objects(updates).into_iter().collect::<Vec<_>>(), ["(no name)", "m.s.a"]);
        assert!(objects("no list").is_empty());
    }
}
