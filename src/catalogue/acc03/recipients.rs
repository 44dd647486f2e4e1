//! Outsiders that no account tells: recipients of shares, and people whom a list of the identity provider calls guests.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::catalogue::Evidence;
use crate::catalogue::deeds::Deed;
use crate::catalogue::records::{Raw, databricks, records};
use crate::error::Result;
use crate::event::EVENT_TYPE;
use crate::frame::SOURCE;
use crate::source::SCIM_SNAPSHOT;
use crate::source::kept::{json, parameters};

/// One recipient of shares.
#[derive(Debug, Clone)]
pub(super) struct Recipient {
    /// Its name.
    pub(super) name: String,
    /// The first record at hand that names it.
    pub(super) event_id: String,
    /// Who made it; `None` = its making is not at hand.
    pub(super) made_by: Option<String>,
    /// When it ended in the period; `None` = it is there at the end.
    pub(super) until: Option<i64>,
}

const CREATE: &str = "unityCatalog.createRecipient";
const DELETE: &str = "unityCatalog.deleteRecipient";
const NAMING: &[&str] = &[CREATE, "unityCatalog.updateRecipient", "unityCatalog.rotateRecipientToken", DELETE];

/// Recipients that were there at any time of the period, by name.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn recipients(evidence: &Evidence<'_>, changes: &[Deed]) -> Result<Vec<Recipient>> {
    let mut all: BTreeMap<String, (Recipient, Option<i64>)> = BTreeMap::new();
    let mut seen: Vec<(i64, String, String, Option<String>, bool)> = Vec::new();
    for record in
        records(evidence, databricks(evidence, NAMING)?, Raw::With)?.into_iter().filter(|record| record.succeeded())
    {
        let given = parameters(&record.raw);
        let name = ["name_arg", "name"].iter().find_map(|key| given.get(*key)).map(|name| name.trim().to_owned());
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            let is_made = record.event_type == CREATE;
            let made_by = record.actor.filter(|_| is_made);
            seen.push((record.time, name, record.event_id, made_by, record.event_type == DELETE));
        }
    }
    // A share's privileges are given to recipients, by name.
    let is_share = |deed: &&Deed| deed.securable.as_deref().is_some_and(|object| object.starts_with("share:"));
    for deed in changes.iter().filter(|deed| deed.succeeded()).filter(is_share) {
        if let Some(name) = &deed.subject {
            seen.push((deed.time, name.clone(), deed.event_id.clone(), None, false));
        }
    }
    seen.sort();
    for (time, name, event_id, made_by, is_end) in seen.into_iter().filter(|seen| seen.0 < evidence.period.end) {
        let new = || (Recipient { name: name.clone(), event_id, made_by: None, until: None }, None);
        let (recipient, ended) = all.entry(name.to_lowercase()).or_insert_with(new);
        recipient.made_by = made_by.or(recipient.made_by.take());
        *ended = is_end.then_some(time);
    }
    let was_there = |(recipient, ended): (Recipient, Option<i64>)| match ended {
        Some(time) if time < evidence.period.start => None,
        until => Some(Recipient { until, ..recipient }),
    };
    Ok(all.into_values().filter_map(was_there).collect())
}

/// People whom a listing calls guests (SCIM `userType`), by resolved name.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn guests(evidence: &Evidence<'_>) -> Result<BTreeSet<String>> {
    let listed = SOURCE.expr().eq(lit(SCIM_SNAPSHOT)).and(EVENT_TYPE.expr().eq(lit("snapshot.user")));
    let user_type = |raw: &str| json(raw)["userType"].as_str().map(str::to_lowercase);
    let is_guest = |raw: &str| raw.contains("userType") && user_type(raw).as_deref() == Some("guest");
    let all = records(evidence, listed, Raw::With)?.into_iter().filter(|record| is_guest(&record.raw));
    Ok(all.filter_map(|record| record.target.map(|name| evidence.name(&name))).collect())
}
