//! Which records are other deliveries of events that are at hand, although they do not carry the same.
//!
//! An event of one delivery takes one record of the other at most, so that of several that are alike none is swallowed. Which record was
//! joined to which event stands in table `duplicates`: read again, it finds its own.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use arrow::array::{Array, RecordBatch, StringArray};

use super::pending::Row;
use super::settle::{ByIdentity, id};
use crate::error::Result;
use crate::event::{
    ACTOR, DELIVERY, EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, REQUEST_ID, SCOPE, WORKSPACE_ID, identity,
};
use crate::lake::{RECORD_ID, each_batch, instants, texts};
use crate::source::{Kin, Source, Traits, by_id};

/// What ties a record to other deliveries of its event.
#[derive(Debug)]
pub(super) struct Ties {
    kin: Kin,
    shared: Vec<u8>,
    /// Digest of both: what agrees in it can be told apart by nothing but the source's own id.
    alike: [u8; 16],
}

impl Ties {
    pub(super) fn new(kin: Kin, shared: Vec<u8>) -> Self {
        let alike = identity("alike", &[Some(&kin.coarse), Some(&shared)]);
        Self { kin, shared, alike }
    }

    /// Memory, in bytes.
    pub(super) const fn size(&self) -> usize {
        size_of::<Self>() + self.shared.len()
    }
}

/// An event that is there.
struct Member {
    event: [u8; 16],
    kin: Kin,
    /// What it is alike with; `None` = with no record at hand.
    alike: Option<[u8; 16]>,
    /// True = it was delivered the other way, too.
    is_taken: bool,
}

/// Records that look for their event, and the events that they may be of.
struct Kindred<'r> {
    source: &'static dyn Source,
    rows: &'r [Row],
    by_mark: ByIdentity<Vec<usize>>,
    by_identity: ByIdentity<usize>,
    members: ByIdentity<Vec<Member>>,
    /// Where the members of the lake are.
    places: ByIdentity<([u8; 16], usize)>,
}

/// For each row the event, if there is one, that another delivery of it has made already. The files are those of `events` and
/// `duplicates` that reach into the range.
pub(super) fn kindred(
    source: &str,
    rows: &[Row],
    (events, duplicates): (&[PathBuf], &[PathBuf]),
    within: (i64, i64),
) -> Result<Vec<Option<[u8; 16]>>> {
    let mut known = vec![None; rows.len()];
    let Some(source) = by_id(source) else { return Ok(known) };
    let mut kindred = Kindred::new(source, rows);
    for path in events {
        let columns =
            [EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, REQUEST_ID, SCOPE, WORKSPACE_ID, ACTOR, OUTCOME, DELIVERY];
        for batch in each_batch(path, &columns, Some(within))? {
            kindred.learn(path, &batch?)?;
        }
    }
    for path in duplicates {
        for batch in each_batch(path, &[EVENT_ID, EVENT_TIME, DELIVERY, RECORD_ID], Some(within))? {
            kindred.learn_joined(path, &batch?, &mut known)?;
        }
    }
    // Rows are sorted by time, but of two deliveries the one that arrived first is kept.
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].event.ties.is_some()).collect();
    order.sort_by_key(|at| rows[*at].arrival());
    let shared_ids = kindred.shared_ids();
    for at in order {
        if known[at].is_none() {
            known[at] = kindred.join(&rows[at], &shared_ids);
        }
    }
    Ok(known)
}

impl<'r> Kindred<'r> {
    fn new(source: &'static dyn Source, rows: &'r [Row]) -> Self {
        let mut by_mark: ByIdentity<Vec<usize>> = ByIdentity::default();
        let mut by_identity = ByIdentity::default();
        for (at, row) in rows.iter().enumerate() {
            if let Some(ties) = &row.event.ties {
                by_mark.entry(ties.kin.coarse).or_default().push(at);
                by_identity.insert(row.event.identity, at);
            }
        }
        Self { source, rows, by_mark, by_identity, members: ByIdentity::default(), places: ByIdentity::default() }
    }

    /// Learns which events of the lake the rows may be of.
    fn learn(&mut self, path: &Path, batch: &RecordBatch) -> Result<()> {
        let (ids, times) = (texts(batch, EVENT_ID)?, instants(batch, EVENT_TIME)?);
        let columns = [EVENT_TYPE, NATIVE_ID, REQUEST_ID, SCOPE, WORKSPACE_ID, ACTOR, OUTCOME, DELIVERY];
        let mut found = Vec::with_capacity(columns.len());
        for column in columns {
            found.push(texts(batch, column)?);
        }
        for row in 0..batch.num_rows() {
            let cell = |at: usize| said(found[at], row);
            let text = |at: usize| cell(at).unwrap_or_default();
            let traits = Traits {
                event_time: times.value(row),
                event_type: text(0),
                native_id: cell(1),
                request_id: cell(2),
                scope: text(3),
                workspace_id: cell(4),
                actor: cell(5),
                outcome: text(6),
                delivery: text(7),
            };
            let Some(kin) = self.source.kin(&traits) else { continue };
            let Some(near) = self.by_mark.get(&kin.coarse) else { continue };
            let event = id(path, ids.value(row))?;
            let ties = near.iter().filter_map(|at| self.rows[*at].event.ties.as_ref());
            let mut others = ties.filter(|ties| ties.kin.is_coarse != kin.is_coarse);
            let alike = others.find(|ties| self.source.identity_with(&traits, &ties.shared) == Some(event));
            let member = Member { event, kin, alike: alike.map(|ties| ties.alike), is_taken: false };
            let members = self.members.entry(kin.coarse).or_default();
            self.places.insert(event, (kin.coarse, members.len()));
            members.push(member);
        }
        Ok(())
    }

    /// Learns which records were joined to an event before.
    fn learn_joined(&mut self, path: &Path, batch: &RecordBatch, known: &mut [Option<[u8; 16]>]) -> Result<()> {
        let (events, records) = (texts(batch, EVENT_ID)?, texts(batch, RECORD_ID)?);
        let deliveries = texts(batch, DELIVERY)?;
        for row in 0..batch.num_rows() {
            let Some(record) = said(records, row) else { continue };
            let event = id(path, events.value(row))?;
            if let Some(at) = self.by_identity.get(&id(path, record)?) {
                known[*at] = Some(event);
            }
            let Some((mark, at)) = self.places.get(&event) else { continue };
            if let Some(member) = self.members.get_mut(mark).and_then(|members| members.get_mut(*at)) {
                member.is_taken |= self.source.is_coarse(deliveries.value(row)) != member.kin.is_coarse;
            }
        }
        Ok(())
    }

    /// Marks and ids that several rows of one file have: such ids tell nothing.
    fn shared_ids(&self) -> HashSet<([u8; 16], [u8; 16])> {
        let mut shared = HashSet::new();
        for (mark, rows) in self.by_mark.iter().filter(|(_, rows)| rows.len() > 1) {
            let mut seen = HashSet::new();
            for row in rows.iter().map(|at| &self.rows[*at]) {
                let Some(kin) = row.event.ties.as_ref().map(|ties| ties.kin) else { continue };
                if let Some(native) = kin.native.filter(|native| !seen.insert((*native, kin.is_coarse, row.file))) {
                    shared.insert((*mark, native));
                }
            }
        }
        shared
    }

    /// The event that a row is another delivery of; none = it is an event of its own from now on.
    fn join(&mut self, row: &Row, shared_ids: &HashSet<([u8; 16], [u8; 16])>) -> Option<[u8; 16]> {
        let ties = row.event.ties.as_deref()?;
        let kin = ties.kin;
        let members = self.members.entry(kin.coarse).or_default();
        let is_free = |m: &Member| m.kin.is_coarse != kin.is_coarse && !m.is_taken;
        let is_alike = |m: &Member| is_free(m) && m.alike == Some(ties.alike);
        let has_id = |m: &Member| kin.native.is_some() && m.kin.native == kin.native;
        // Two exports of one row may differ in what their reader was allowed to see; but of a change nothing may be lost.
        let is_change = !row.event.changes.is_empty() || !row.event.statements.is_empty();
        let id_does = !is_change && kin.native.is_some_and(|native| !shared_ids.contains(&(kin.coarse, native)));
        let by_id = |m: &Member| id_does && has_id(m) && (is_free(m) || !(kin.is_coarse || m.kin.is_coarse));
        let found = members.iter().position(|m| is_alike(m) && has_id(m));
        let found = found.or_else(|| members.iter().position(by_id));
        match found.or_else(|| members.iter().position(is_alike)) {
            Some(at) => {
                members[at].is_taken |= members[at].kin.is_coarse != kin.is_coarse;
                Some(members[at].event)
            }
            None => {
                let alike = Some(ties.alike);
                members.push(Member { event: row.event.identity, kin, alike, is_taken: false });
                None
            }
        }
    }
}

fn said(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
