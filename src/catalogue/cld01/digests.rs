//! Whether CloudTrail's digests describe the log files that the records stand in.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use serde_json::Value;

use super::super::evidence::Evidence;
use super::super::records::{Raw, records};
use super::CLOUDTRAIL;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TYPE, EVENTS, FILE_ID};
use crate::frame::{SOURCE, collect, scan, texts};
use crate::inventory::{FileRow, Inventory};
use crate::source::kept;

/// What the digests say of the log files.
pub(super) struct Digests {
    /// SHA-256 of the log files that digests list, uncompressed, lower case.
    listed: BTreeSet<String>,
    /// Names of the log files that digests list, without folders and without the ending of a compressed one.
    named: BTreeSet<String>,
    /// Name likewise and SHA-256 of what it holds of each file, by the events that stand in it.
    files: BTreeMap<String, (String, String)>,
}

impl Digests {
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let is_cloud = || SOURCE.expr().eq(lit(CLOUDTRAIL));
        let digests = records(evidence, is_cloud().and(EVENT_TYPE.expr().eq(lit("digest"))), Raw::With)?;
        let (mut listed, mut named) = (BTreeSet::new(), BTreeSet::new());
        for digest in &digests {
            let raw = kept::json(&digest.raw);
            for file in raw.get("logFiles").and_then(Value::as_array).into_iter().flatten() {
                let text = |key: &str| file.get(key).and_then(Value::as_str);
                listed.extend(text("hashValue").map(str::to_lowercase));
                named.extend(text("s3Object").map(base));
            }
        }
        let inventory = Inventory::read(evidence.lake)?.files;
        let held = |f: &FileRow| f.content_sha256.clone().unwrap_or_else(|| f.sha256.clone());
        let by_id: BTreeMap<&str, (String, String)> =
            inventory.iter().map(|f| (f.file_id.as_str(), (base(&f.path), held(f)))).collect();
        let frame = scan(evidence.lake, &EVENTS)?.filter(is_cloud()).select([EVENT_ID.expr(), FILE_ID.expr()]);
        let frame = collect(frame, "read which file an event stands in")?;
        let (events, ids) = (texts(&frame, EVENT_ID)?, texts(&frame, FILE_ID)?);
        let pairs = events.iter().zip(ids.iter());
        let files = pairs.filter_map(|(event, id)| Some((event?.to_owned(), by_id.get(id?)?.clone()))).collect();
        Ok(Self { listed, named, files })
    }

    /// Why the file of an event cannot be relied on; `None` = a digest describes it.
    pub(super) fn doubt(&self, event_id: &str) -> Option<&'static str> {
        let Some((name, sha256)) = self.files.get(event_id) else { return Some("digest_missing") };
        match (self.listed.contains(sha256), self.named.contains(name)) {
            (true, _) => None,
            (false, true) => Some("digest_differs"),
            (false, false) => Some("digest_missing"),
        }
    }
}

fn base(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".gz").unwrap_or(name).to_owned()
}
