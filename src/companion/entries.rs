//! Rows of registers. Names are as written; times are microseconds UTC.

use std::sync::Arc;

use super::registers::{
    DATABRICKS_GROUP, DUTY, DUTY_A, DUTY_B, EFFECTIVE_AT, ENDS, ENVIRONMENT, EXPIRES, GRANTS, IDP_GROUP, KIND,
    MAX_LIFE, MAX_SESSION, MAY_CREATE, OWNER, PERSON, PRINCIPAL, PRODUCTION, PURPOSE, SANDBOX, SCOPE, SPONSOR, SYSTEM,
    VALUE,
};
use super::row::Row;
use super::words::{DutyKind, DutySystem, EmergencyKind, Environment, LeaverKind};
use crate::config::Span;
use crate::error::Result;

/// What a row of a register becomes.
pub(super) trait Entry: Sized {
    /// # Errors
    /// A bug of ours: the register declares other columns.
    fn of(row: &Row) -> Result<Self>;
}

/// One row of `hr_leavers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HrLeaver {
    /// Who, as written.
    pub person: String,
    /// First instant from which the access is no longer due.
    pub effective_at: i64,
    /// How.
    pub kind: LeaverKind,
    /// Globs of what a mover loses; `None` = not stated.
    pub ends: Option<Vec<String>>,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for HrLeaver {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            person: row.get(PERSON)?,
            effective_at: row.get(EFFECTIVE_AT)?,
            kind: row.word(KIND)?,
            ends: row.get(ENDS)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `guests`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Who.
    pub principal: String,
    /// Who answers for the guest.
    pub sponsor: String,
    /// First instant from which the guest is none any more.
    pub expires: i64,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for Guest {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            principal: row.get(PRINCIPAL)?,
            sponsor: row.get(SPONSOR)?,
            expires: row.get(EXPIRES)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `service_principals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    /// Application id or name.
    pub principal: String,
    /// Who answers for it.
    pub owner: String,
    /// What it is for.
    pub purpose: String,
    /// Globs of what it may hold, `PRIVILEGE:securable` or a group; `None` = nothing is declared.
    pub grants: Option<Vec<String>>,
    /// The organisation's own word; `None` = not stated.
    pub kind: Option<String>,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for ServicePrincipal {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            principal: row.get(PRINCIPAL)?,
            owner: row.get(OWNER)?,
            purpose: row.get(PURPOSE)?,
            grants: row.get(GRANTS)?,
            kind: row.get(KIND)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `break_glass`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    /// Login or name of the group.
    pub principal: String,
    /// What it is.
    pub kind: EmergencyKind,
    /// How long one use may last; `None` = the test's own limit.
    pub max_session: Option<Span>,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for BreakGlass {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            principal: row.get(PRINCIPAL)?,
            kind: row.word(KIND)?,
            max_session: row.get(MAX_SESSION)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `sod_matrix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SodPair {
    /// One duty.
    pub duty_a: String,
    /// The other.
    pub duty_b: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for SodPair {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self { duty_a: row.get(DUTY_A)?, duty_b: row.get(DUTY_B)?, path: row.path.clone(), line: row.line })
    }
}

/// One row of `duties`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Name of the duty.
    pub duty: String,
    /// Where the sign is seen.
    pub system: DutySystem,
    /// What it is.
    pub kind: DutyKind,
    /// Name of role, group or action: a glob.
    pub value: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for Duty {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            duty: row.get(DUTY)?,
            system: row.word(SYSTEM)?,
            kind: row.word(KIND)?,
            value: row.get(VALUE)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `environments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeEnvironment {
    /// Which scope; a named workspace by its id.
    pub scope: String,
    /// What it is for.
    pub environment: Environment,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for ScopeEnvironment {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self { scope: row.get(SCOPE)?, environment: row.word(ENVIRONMENT)?, path: row.path.clone(), line: row.line })
    }
}

/// One row of `groups`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupName {
    /// Name at the identity provider.
    pub idp_group: String,
    /// Name in Databricks.
    pub databricks_group: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for GroupName {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            idp_group: row.get(IDP_GROUP)?,
            databricks_group: row.get(DATABRICKS_GROUP)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `group_pairs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPair {
    /// Name in production.
    pub production: String,
    /// Name in a sandbox.
    pub sandbox: String,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for GroupPair {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            production: row.get(PRODUCTION)?,
            sandbox: row.get(SANDBOX)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}

/// One row of `token_policy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRule {
    /// Whose: a glob.
    pub principal: String,
    /// How long a token may live.
    pub max_life: Span,
    /// Whether they may make tokens.
    pub may_create: bool,
    /// File that it stands in, as in [`super::CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
}

impl Entry for TokenRule {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            principal: row.get(PRINCIPAL)?,
            max_life: row.get(MAX_LIFE)?,
            may_create: row.get(MAY_CREATE)?,
            path: row.path.clone(),
            line: row.line,
        })
    }
}
