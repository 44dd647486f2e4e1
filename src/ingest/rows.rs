//! Events, changes, files and rejects as rows of their tables.

use std::borrow::Cow;
use std::collections::HashSet;

use super::block::{Digits, Reject};
use super::secrets::mask_values;
use super::settle::Duplicate;
use super::tally::FileTally;
use crate::change::*;
use crate::event::*;
use crate::lake::{self, Columns, Rows};

/// Where an event's record stands.
pub(super) struct Lineage<'l> {
    pub(super) file_id: &'l str,
    pub(super) line: u64,
    pub(super) byte_offset: u64,
    pub(super) byte_length: u64,
    /// Present where `raw` was masked.
    pub(super) raw_sha256: Option<String>,
    /// Absent where the raw texts of a chunk are put together, later.
    pub(super) raw: Option<&'l str>,
}

// Beyond 2^63 nothing can stand in a file.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn clean<'v>(value: &'v Option<Text<'_>>, masked: bool) -> Option<Cow<'v, str>> {
    let value = value.as_deref()?;
    Some(if masked { mask_values(value) } else { Cow::Borrowed(value) })
}

/// Puts one row of table `events`.
pub(super) fn put_event(rows: &mut Columns, event: &Event<'_>, lineage: &Lineage<'_>) {
    let masked = lineage.raw_sha256.is_some();
    let text = |rows: &mut Columns, column, value| rows.text(column, clean(value, masked).as_deref());
    rows.text(EVENT_ID, Digits::of(&event.identity).as_str());
    text(rows, NATIVE_ID, &event.native_id);
    text(rows, REQUEST_ID, &event.request_id);
    rows.instant(EVENT_TIME, event.event_time);
    rows.text(EVENT_TYPE, &*event.event_type);
    rows.text(PLANE, event.plane.as_str());
    rows.text(OUTCOME, event.outcome.as_str());
    text(rows, OUTCOME_REASON, &event.outcome_reason);
    text(rows, ACTOR, &event.actor);
    text(rows, ACTOR_ID, &event.actor_id);
    text(rows, ACTOR_KIND, &event.actor_kind);
    text(rows, CHANNEL, &event.channel);
    text(rows, ENDPOINT, &event.endpoint);
    text(rows, TARGET, &event.target);
    text(rows, TARGET_ID, &event.target_id);
    text(rows, TARGET_KIND, &event.target_kind);
    text(rows, APP, &event.app);
    rows.text(SCOPE, &*event.scope);
    text(rows, WORKSPACE_ID, &event.workspace_id);
    text(rows, ACCOUNT_ID, &event.account_id);
    text(rows, SOURCE_IP, &event.source_ip);
    text(rows, USER_AGENT, &event.user_agent);
    text(rows, SESSION_ID, &event.session_id);
    rows.text(PARSE_RULE, event.parse_rule);
    text(rows, SCHEMA_VERSION, &event.schema_version);
    rows.text(DELIVERY, event.delivery);
    rows.flag(MAPPED, event.mapped);
    rows.text(FILE_ID, lineage.file_id);
    rows.whole(LINE, whole(lineage.line));
    rows.whole(BYTE_OFFSET, whole(lineage.byte_offset));
    rows.whole(BYTE_LENGTH, whole(lineage.byte_length));
    rows.text(RAW_SHA256, lineage.raw_sha256.as_deref());
    match lineage.raw {
        Some(raw) => rows.text(RAW, raw),
        None => rows.skip(RAW),
    }
}

/// Changes that are compared with each other; more of them by what they say.
const FEW: usize = 16;

/// The changes of a record, each once, however often the record says it; all of them where it both grants and revokes, since what
/// is said again then may undo what stands in between.
fn distinct<'c, 'e>(changes: &'c [Change<'e>]) -> impl Iterator<Item = &'c Change<'e>> {
    let is_one_way = changes.iter().all(|change| change.direction == changes[0].direction);
    let mut said = HashSet::new();
    changes.iter().enumerate().filter_map(move |(at, change)| {
        let is_new =
            if changes.len() <= FEW { !changes[..at].contains(change) } else { said.insert(format!("{change:?}")) };
        (is_new || !is_one_way).then_some(change)
    })
}

/// Puts the rows of table `changes` that an event holds; returns how many.
pub(super) fn put_changes(rows: &mut Columns, event: &Event<'_>, masked: bool) -> u32 {
    let mut count = 0;
    for change in distinct(&event.changes) {
        let event_id = Digits::of(&event.identity);
        let event_id = event_id.as_str();
        rows.text(CHANGE_ID, format!("{event_id}-{count}").as_str());
        rows.text(EVENT_ID, event_id);
        rows.instant(EVENT_TIME, event.event_time);
        rows.text(PLANE, event.plane.as_str());
        rows.text(DIRECTION, change.direction.as_str());
        rows.text(VERB, change.verb.as_str());
        put_subject(rows, change, SUBJECT_KIND, masked);
        rows.text(ENTITLEMENT_KIND, change.verb.entitlement_kind().as_str());
        put_object(rows, change, event, masked);
        rows.text(BASIS, "record");
        put_source(rows, event, masked);
        count += 1;
    }
    count
}

/// Puts the rows of table `statements` that an event holds; returns how many.
pub(super) fn put_statements(rows: &mut Columns, event: &Event<'_>, masked: bool) -> u32 {
    let mut ordinal = 0;
    for statement in &event.statements {
        let held = statement.held.iter().map(|change| ("held", Some(change)));
        let otherwise = statement.otherwise.iter().map(|change| ("otherwise", Some(change)));
        let nothing = statement.held.is_empty().then_some(("nothing", None));
        for (role, change) in held.chain(nothing).chain(otherwise) {
            rows.text(EVENT_ID, Digits::of(&event.identity).as_str());
            rows.whole(ORDINAL, i64::from(ordinal));
            rows.instant(EVENT_TIME, event.event_time);
            rows.text(PLANE, event.plane.as_str());
            rows.text(STATEMENT_KEY, mask_values(&statement.key).as_ref());
            rows.text(MODEL, statement.model.as_str());
            rows.text(ROLE, role);
            rows.text(STATED_VERB, change.map(|c| c.verb.as_str()));
            rows.text(STATED_DIRECTION, change.map(|c| c.direction.as_str()));
            let nobody = Change::new(Verb::UserUpdate, event.outcome);
            put_subject(rows, change.unwrap_or(&nobody), STATED_SUBJECT_KIND, masked);
            put_object(rows, change.unwrap_or(&nobody), event, masked);
            put_source(rows, event, masked);
            ordinal += 1;
        }
    }
    ordinal
}

fn put_subject(rows: &mut Columns, change: &Change<'_>, kind: crate::schema::Column, masked: bool) {
    let text = |rows: &mut Columns, column, value| rows.text(column, clean(value, masked).as_deref());
    text(rows, SUBJECT, &change.subject);
    text(rows, SUBJECT_ID, &change.subject_id);
    text(rows, SUBJECT_ALIAS, &change.subject_alias);
    text(rows, SUBJECT_EXTERNAL_ID, &change.subject_external_id);
    rows.text(kind, change.subject_kind.as_str());
}

fn put_object(rows: &mut Columns, change: &Change<'_>, event: &Event<'_>, masked: bool) {
    let text = |rows: &mut Columns, column, value| rows.text(column, clean(value, masked).as_deref());
    text(rows, ENTITLEMENT, &change.entitlement);
    text(rows, ENTITLEMENT_ID, &change.entitlement_id);
    text(rows, PRIVILEGE, &change.privilege);
    text(rows, SECURABLE, &change.securable);
    rows.text(SCOPE, &*event.scope);
    text(rows, ACTOR, &event.actor);
    text(rows, CHANNEL, &event.channel);
    text(rows, ENDPOINT, &event.endpoint);
    text(rows, APP, &event.app);
    rows.text(OUTCOME, change.outcome.as_str());
}

// What correlation needs of the event, so that it need not read the events again.
fn put_source(rows: &mut Columns, event: &Event<'_>, masked: bool) {
    let text = |rows: &mut Columns, column, value| rows.text(column, clean(value, masked).as_deref());
    rows.text(EVENT_TYPE, &*event.event_type);
    text(rows, NATIVE_ID, &event.native_id);
    text(rows, REQUEST_ID, &event.request_id);
    text(rows, SOURCE_IP, &event.source_ip);
    text(rows, USER_AGENT, &event.user_agent);
}

/// Puts one row of table `duplicates`.
pub(super) fn put_duplicate(rows: &mut Rows, duplicate: &Duplicate, file_id: &str, source: &str) {
    rows.text(FILE_ID, file_id);
    rows.text(lake::SOURCE, source);
    rows.whole(LINE, whole(duplicate.line));
    rows.whole(BYTE_OFFSET, whole(duplicate.byte_offset));
    rows.text(EVENT_ID, Digits::of(&duplicate.of).as_str());
    rows.instant(EVENT_TIME, duplicate.event_time);
    rows.text(DELIVERY, duplicate.delivery);
    let record = (duplicate.record != duplicate.of).then(|| Digits::of(&duplicate.record));
    rows.text(lake::RECORD_ID, record.as_ref().map(Digits::as_str));
}

/// Puts one row of table `files`.
pub(super) fn put_file(rows: &mut Rows, tally: &FileTally, ingested_at: i64, batch_id: &str) {
    rows.text(FILE_ID, tally.file_id.as_str());
    rows.text(lake::PATH, tally.path.as_str());
    rows.text(lake::SHA256, tally.sha256.as_str());
    rows.whole(lake::BYTE_COUNT, whole(tally.byte_count));
    rows.text(lake::SOURCE, tally.source);
    rows.whole(lake::RECORDS, whole(tally.counts.records));
    rows.whole(lake::ACCEPTED, whole(tally.counts.accepted));
    rows.whole(lake::DUPLICATE, whole(tally.counts.duplicate));
    rows.whole(lake::FILTERED, whole(tally.counts.filtered));
    rows.whole(lake::REJECTED, whole(tally.counts.rejected));
    rows.instant(lake::FIRST_EVENT_TIME, tally.first_event_time);
    rows.instant(lake::LAST_EVENT_TIME, tally.last_event_time);
    rows.instant(lake::INGESTED_AT, ingested_at);
    rows.text(lake::COMPRESSION, tally.compression);
    rows.text(lake::PACKING, tally.packing);
    rows.instant(lake::MODIFIED_AT, tally.modified_at);
    rows.text(lake::FILTERED_RULES, tally.filtered_rules().as_deref());
    rows.text(lake::CONTENT_SHA256, tally.content_sha256.as_deref());
    rows.text(lake::BATCH_ID, batch_id);
}

/// Puts one row of table `rejects`.
pub(super) fn put_reject(rows: &mut Rows, tally: &FileTally, reject: &Reject) {
    rows.text(FILE_ID, tally.file_id.as_str());
    rows.text(lake::PATH, tally.path.as_str());
    rows.text(lake::SOURCE, tally.source);
    rows.whole(LINE, whole(reject.line));
    rows.whole(BYTE_OFFSET, whole(reject.byte_offset));
    rows.text(lake::REASON, reject.reason.as_str());
    rows.text(lake::REJECTED_RAW, reject.raw.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_says_twice_is_one_change() {
        for count in [1, FEW, 3 * FEW] {
            let change = |n: usize| Change {
                subject: Some(format!("person{n}@example.com").into()),
                ..Change::new(Verb::MemberAdd, Outcome::Success)
            };
            let once: Vec<Change<'_>> = (0..count).map(change).collect();
            let twice: Vec<Change<'_>> = once.iter().cloned().chain(once.iter().cloned()).collect();
            assert!(distinct(&twice).eq(once.iter()));
            let undone =
                Change { subject: once[0].subject.clone(), ..Change::new(Verb::MemberRemove, Outcome::Success) };
            let again: Vec<Change<'_>> = [&once[0], &undone, &once[0]].into_iter().cloned().collect();
            assert!(distinct(&again).eq(again.iter()));
        }
    }
}
