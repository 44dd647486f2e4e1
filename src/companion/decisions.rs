//! Rows in which somebody decided something: approvals, reviews, triage. Names are as written; times are microseconds UTC.

use std::sync::Arc;

use super::entries::Entry;
use super::registers::{
    ACTOR, APPROVED_AT, APPROVER, AT, DECISION, EXPIRES_AT, INCIDENT, ITEM_ID, OBJECT, REQUESTED_BY, REVIEW_ID,
    REVIEWER, ROLE, ROSTER_DIGEST, SUBJECT, TICKET, WHO,
};
use super::row::Row;
use super::words::Decision;
use crate::error::Result;

/// One row of `approvals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The organisation's own id of it.
    pub ticket: String,
    /// Whose access.
    pub subject: String,
    /// To what: a glob.
    pub object: String,
    /// In which role: a glob; `None` = it names none.
    pub role: Option<String>,
    /// Who may carry it out: a glob; `None` = anybody but the approver.
    pub actor: Option<String>,
    /// Who approved it.
    pub approver: String,
    /// Who asked for it; `None` = not stated.
    pub requested_by: Option<String>,
    /// When.
    pub approved_at: i64,
    /// First instant that is no longer covered; `None` = no end.
    pub expires_at: Option<i64>,
    /// True when the approver is the subject: no test may use it.
    pub is_self_approved: bool,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for Approval {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            ticket: row.get(TICKET)?,
            subject: row.get(SUBJECT)?,
            object: row.get(OBJECT)?,
            role: row.get(ROLE)?,
            actor: row.get(ACTOR)?,
            approver: row.get(APPROVER)?,
            requested_by: row.get(REQUESTED_BY)?,
            approved_at: row.get(APPROVED_AT)?,
            expires_at: row.get(EXPIRES_AT)?,
            is_self_approved: false,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `reviews`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The organisation's own id of the review.
    pub review_id: String,
    /// Digest of the list that was reviewed.
    pub roster_digest: String,
    /// Who decided.
    pub reviewer: String,
    /// When.
    pub at: i64,
    /// Whose access; `None` = everybody's on the roster.
    pub subject: Option<String>,
    /// To what; `None` = to all that is on the roster.
    pub object: Option<String>,
    /// What was decided.
    pub decision: Decision,
    /// True when the reviewer is the subject.
    pub is_self_reviewed: bool,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for Review {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            review_id: row.get(REVIEW_ID)?,
            roster_digest: row.get(ROSTER_DIGEST)?,
            reviewer: row.get(REVIEWER)?,
            at: row.get(AT)?,
            subject: row.get(SUBJECT)?,
            object: row.get(OBJECT)?,
            decision: row.word(DECISION)?,
            is_self_reviewed: false,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `triage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    /// The organisation's own id of the incident.
    pub incident: String,
    /// The item that it is about; `None` = known by subject and actor.
    pub item_id: Option<String>,
    /// Whose access; `None` = anybody's.
    pub subject: Option<String>,
    /// Who acted; `None` = anybody.
    pub actor: Option<String>,
    /// What was decided, in the organisation's own words.
    pub decision: String,
    /// Who decided.
    pub who: String,
    /// When.
    pub at: i64,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for Triage {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            incident: row.get(INCIDENT)?,
            item_id: row.get(ITEM_ID)?,
            subject: row.get(SUBJECT)?,
            actor: row.get(ACTOR)?,
            decision: row.get(DECISION)?,
            who: row.get(WHO)?,
            at: row.get(AT)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}
