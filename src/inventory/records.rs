//! The raw records behind events, and where each of them stands.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{files, sure, unsigned};
use crate::error::Result;
use crate::event::{
    ACTOR, BYTE_LENGTH, BYTE_OFFSET, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, FILE_ID, LINE,
    NATIVE_ID, OUTCOME, OUTCOME_REASON, RAW, RAW_SHA256, REQUEST_ID, SCOPE, SOURCE_IP, USER_AGENT,
};
use crate::frame::{SOURCE, collect, instants, scan, texts, wholes};
use crate::lake::Lake;
use crate::schema::Column as Named;

/// One event with its raw record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is the column of that name in table `events`, but for path and sha256: in `files`"
)]
pub struct Record {
    pub event_id: String,
    pub native_id: Option<String>,
    pub request_id: Option<String>,
    pub event_time: i64,
    pub source: String,
    pub event_type: String,
    pub outcome: String,
    pub outcome_reason: Option<String>,
    pub actor: Option<String>,
    pub channel: Option<String>,
    pub endpoint: Option<String>,
    pub scope: String,
    pub source_ip: Option<String>,
    pub user_agent: Option<String>,
    pub path: String,
    pub sha256: String,
    pub line: u64,
    pub byte_offset: u64,
    pub byte_length: u64,
    pub raw: String,
    pub raw_sha256: Option<String>,
}

const COLUMNS: [Named; 20] = [
    EVENT_ID,
    NATIVE_ID,
    REQUEST_ID,
    EVENT_TIME,
    SOURCE,
    EVENT_TYPE,
    OUTCOME,
    OUTCOME_REASON,
    ACTOR,
    CHANNEL,
    ENDPOINT,
    SCOPE,
    SOURCE_IP,
    USER_AGENT,
    FILE_ID,
    LINE,
    BYTE_OFFSET,
    BYTE_LENGTH,
    RAW,
    RAW_SHA256,
];

/// The chosen events, by event id.
///
/// # Errors
/// The lake cannot be read.
pub fn records(lake: &Lake, events: &BTreeSet<String>) -> Result<BTreeMap<String, Record>> {
    let wanted = Series::new("wanted".into(), events.iter().cloned().collect::<Vec<_>>());
    read(lake, EVENT_ID.expr().is_in(lit(wanted).implode(false), false))
}

/// The events that have this id: of ours, the source's own, or of its request.
///
/// # Errors
/// The lake cannot be read.
pub fn records_named(lake: &Lake, id: &str) -> Result<BTreeMap<String, Record>> {
    let is = |column: Named| column.expr().eq(lit(id.to_owned()));
    read(lake, is(EVENT_ID).or(is(NATIVE_ID)).or(is(REQUEST_ID)))
}

fn read(lake: &Lake, chosen: Expr) -> Result<BTreeMap<String, Record>> {
    let found = scan(lake, &EVENTS)?.select(COLUMNS.map(Named::expr)).filter(chosen);
    let found = collect(found, "find raw records")?;
    let files = files(lake)?.into_iter().map(|file| (file.file_id, (file.path, file.sha256))).collect();
    rows(&found, &files)
}

fn rows(found: &DataFrame, files: &BTreeMap<String, (String, String)>) -> Result<BTreeMap<String, Record>> {
    let text = |column| texts(found, column);
    let (event_id, file_id, raw) = (text(EVENT_ID)?, text(FILE_ID)?, text(RAW)?);
    let (source, event_type, outcome, scope) = (text(SOURCE)?, text(EVENT_TYPE)?, text(OUTCOME)?, text(SCOPE)?);
    let (native, request, reason) = (text(NATIVE_ID)?, text(REQUEST_ID)?, text(OUTCOME_REASON)?);
    let (actor, channel, endpoint) = (text(ACTOR)?, text(CHANNEL)?, text(ENDPOINT)?);
    let (address, agent, digest) = (text(SOURCE_IP)?, text(USER_AGENT)?, text(RAW_SHA256)?);
    let (line, offset, length) = (wholes(found, LINE)?, wholes(found, BYTE_OFFSET)?, wholes(found, BYTE_LENGTH)?);
    let time = instants(found, EVENT_TIME)?;
    let given = |column: &StringChunked, row: usize| column.get(row).map(str::to_owned);
    let record = |row: usize| {
        let (path, sha256) = files.get(&sure(file_id, row)).cloned().unwrap_or_default();
        let record = Record {
            event_id: sure(event_id, row),
            native_id: given(native, row),
            request_id: given(request, row),
            event_time: time.get(row).unwrap_or_default(),
            source: sure(source, row),
            event_type: sure(event_type, row),
            outcome: sure(outcome, row),
            outcome_reason: given(reason, row),
            actor: given(actor, row),
            channel: given(channel, row),
            endpoint: given(endpoint, row),
            scope: sure(scope, row),
            source_ip: given(address, row),
            user_agent: given(agent, row),
            path,
            sha256,
            line: unsigned(line, row),
            byte_offset: unsigned(offset, row),
            byte_length: unsigned(length, row),
            raw: sure(raw, row),
            raw_sha256: given(digest, row),
        };
        (record.event_id.clone(), record)
    };
    Ok((0..found.height()).map(record).collect())
}
