//! When tokens end by themselves, as the records of their making and the snapshots of them say.

use std::collections::BTreeMap;

use super::{Good, PERSONAL_TOKEN};
use crate::access::Held;
use crate::catalogue::Evidence;
use crate::catalogue::records::{Raw, databricks, records};
use crate::error::Result;
use crate::source::kept::parameters;

/// The ends of tokens.
#[derive(Debug, Default)]
pub(in crate::catalogue) struct Expiry {
    /// By the event of the making. Microseconds.
    by_event: BTreeMap<String, i64>,
    /// By id, from snapshots.
    by_object: BTreeMap<String, i64>,
}

impl Expiry {
    /// Reads them (reference: databricks b4: `tokenExpirationTime` is in milliseconds; absent, empty or negative = never).
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(in crate::catalogue) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let mut expiry = Self::default();
        for record in records(evidence, databricks(evidence, &["accounts.generateDbToken"])?, Raw::With)? {
            let told =
                parameters(&record.raw).get("tokenExpirationTime").and_then(|text| text.trim().parse::<i64>().ok());
            if let Some(millis) = told.filter(|millis| *millis >= 0) {
                expiry.by_event.insert(record.event_id, millis.saturating_mul(1000));
            }
        }
        for row in &evidence.companions.snapshot_tokens {
            if let Some(end) = row.expires_at {
                expiry.by_object.insert(format!("{PERSONAL_TOKEN}:{}", row.token_id).to_lowercase(), end);
            }
        }
        Ok(expiry)
    }

    /// When a token ends by itself; `None` = never, or nothing at hand says so.
    pub(in crate::catalogue) fn of(&self, good: &Good, held: &Held<'_>) -> Option<i64> {
        let made = held.opened.by.and_then(|event| self.by_event.get(event));
        made.or_else(|| self.by_object.get(&good.object.to_lowercase())).copied()
    }
}
