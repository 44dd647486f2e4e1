//! Rows of snapshots. Names are as written; times are microseconds UTC.

use std::sync::Arc;

use super::entries::Entry;
use super::registers::{
    ACTIVE, CREATED_AT, DISPLAY_NAME, EXPIRES_AT, EXTERNAL_ID, GROUP, KIND, LAST_USED_AT, MEMBER, MEMBER_KIND, METHOD,
    OWNER, PRINCIPAL, PRINCIPAL_ID, PRIVILEGE, SCOPE, SECURABLE, TAKEN_AT, TOKEN_ID,
};
use super::row::Row;
use super::words::PrincipalKind;
use crate::error::Result;

/// What stands in for the event of a listing: the file and the moment.
pub fn snapshot_id(path: &str, time: i64) -> String {
    let moment = chrono::DateTime::from_timestamp_micros(time).unwrap_or_default();
    format!("{path} of {}", moment.format("%Y-%m-%dT%H:%M:%SZ"))
}

/// True for what stands in for an event, which is none of the lake.
pub fn is_snapshot_id(id: &str) -> bool {
    id.contains(" of ")
}

/// One row of `snapshot_users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotUser {
    /// When the snapshot was taken.
    pub taken_at: i64,
    /// Who.
    pub principal: String,
    /// What it is.
    pub kind: PrincipalKind,
    /// Whether it may sign in.
    pub active: bool,
    /// The identity provider's id; `None` = none is given.
    pub external_id: Option<String>,
    /// The Databricks id; `None` = none is given.
    pub principal_id: Option<String>,
    /// The name that is shown; `None` = none is given.
    pub display_name: Option<String>,
    /// Where it was taken.
    pub scope: String,
    /// How it was taken; `None` = not stated.
    pub method: Option<String>,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for SnapshotUser {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            taken_at: row.get(TAKEN_AT)?,
            principal: row.get(PRINCIPAL)?,
            kind: row.word(KIND)?,
            active: row.get(ACTIVE)?,
            external_id: row.get(EXTERNAL_ID)?,
            principal_id: row.get(PRINCIPAL_ID)?,
            display_name: row.get(DISPLAY_NAME)?,
            scope: row.get(SCOPE)?,
            method: row.get(METHOD)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `snapshot_members`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotMember {
    /// When the snapshot was taken.
    pub taken_at: i64,
    /// Name of the group.
    pub group: String,
    /// Who.
    pub member: String,
    /// What the member is; `None` = not stated.
    pub member_kind: Option<PrincipalKind>,
    /// Where it was taken.
    pub scope: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for SnapshotMember {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            taken_at: row.get(TAKEN_AT)?,
            group: row.get(GROUP)?,
            member: row.get(MEMBER)?,
            member_kind: row.some_word(MEMBER_KIND),
            scope: row.get(SCOPE)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `snapshot_grants`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotGrant {
    /// When the snapshot was taken.
    pub taken_at: i64,
    /// Who holds it.
    pub principal: String,
    /// The privilege.
    pub privilege: String,
    /// On what.
    pub securable: String,
    /// Where it was taken.
    pub scope: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for SnapshotGrant {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            taken_at: row.get(TAKEN_AT)?,
            principal: row.get(PRINCIPAL)?,
            privilege: row.get(PRIVILEGE)?,
            securable: row.get(SECURABLE)?,
            scope: row.get(SCOPE)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `snapshot_tokens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotToken {
    /// When the snapshot was taken.
    pub taken_at: i64,
    /// Id of the token.
    pub token_id: String,
    /// Whose it is.
    pub owner: String,
    /// When it was made; `None` = not stated.
    pub created_at: Option<i64>,
    /// When it ends; `None` = never.
    pub expires_at: Option<i64>,
    /// When it was last used; `None` = never, or not stated.
    pub last_used_at: Option<i64>,
    /// Where it was taken.
    pub scope: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for SnapshotToken {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            taken_at: row.get(TAKEN_AT)?,
            token_id: row.get(TOKEN_ID)?,
            owner: row.get(OWNER)?,
            created_at: row.get(CREATED_AT)?,
            expires_at: row.get(EXPIRES_AT)?,
            last_used_at: row.get(LAST_USED_AT)?,
            scope: row.get(SCOPE)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}
