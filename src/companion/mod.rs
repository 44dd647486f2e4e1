//! Companion files: what the organisation keeps beside its logs. Leavers, approvals, reviews, registers, snapshots, triage.
//!
//! Each kind has a declared shape ([`REGISTERS`]), and a file that does not have it is refused with its line. Each file is evidence
//! itself: digested, counted, its owner named. What can be read but does not hold (an approval by its own subject) stays in the list
//! and becomes a [`Finding`]. Without a file, [`Companions::has`] says so, and the tests that need it have nothing to pass by.
//! Names are kept as written; instants are microseconds UTC.

mod ask;
mod check;
mod circles;
mod csv;
mod decisions;
mod entries;
mod file;
mod json;
mod parquet;
mod registers;
mod row;
mod schema;
mod shape;
mod snapshots;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use ask::Asked;
pub use decisions::{Approval, Review, Triage};
pub use entries::{
    BreakGlass, Duty, GroupName, GroupPair, Guest, HrLeaver, ScopeEnvironment, ServicePrincipal, SodPair, TokenRule,
};
pub(crate) use file::is_readable;
pub use registers::REGISTERS;
pub use schema::{Column, Kind, Register, Type};
pub use snapshots::{SnapshotGrant, SnapshotMember, SnapshotToken, SnapshotUser, is_snapshot_id, snapshot_id};
pub use words::{Decision, DutyKind, DutySystem, EmergencyKind, Environment, LeaverKind, PrincipalKind, Word};

use crate::config::Config;
use crate::error::Result;
use entries::Entry as _;
use row::Row;

/// Every row of every declared file, in the order of the configuration, of paths and of lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each list holds the rows of the kind of that name")]
pub struct Companions {
    /// The files, by kind and path.
    pub files: Vec<CompanionFile>,
    /// What does not hold, by path and line.
    pub findings: Vec<Finding>,
    pub hr_leavers: Vec<HrLeaver>,
    pub approvals: Vec<Approval>,
    pub reviews: Vec<Review>,
    pub guests: Vec<Guest>,
    pub service_principals: Vec<ServicePrincipal>,
    pub break_glass: Vec<BreakGlass>,
    pub sod_matrix: Vec<SodPair>,
    pub duties: Vec<Duty>,
    pub environments: Vec<ScopeEnvironment>,
    pub groups: Vec<GroupName>,
    pub group_pairs: Vec<GroupPair>,
    pub token_policy: Vec<TokenRule>,
    pub snapshot_users: Vec<SnapshotUser>,
    pub snapshot_members: Vec<SnapshotMember>,
    pub snapshot_grants: Vec<SnapshotGrant>,
    pub snapshot_tokens: Vec<SnapshotToken>,
    pub triage: Vec<Triage>,
}

/// A companion file that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompanionFile {
    /// What it is a list of.
    pub kind: Kind,
    /// Path relative to the configuration's folder.
    pub path: Arc<str>,
    /// Who answers for it, as configured.
    pub owner: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Size.
    pub byte_count: u64,
    /// Rows in it, without header.
    pub row_count: u64,
}

/// A row that can be read but does not hold, or what the configuration or a record says and can hardly mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path of the file, as in [`CompanionFile`].
    pub path: Arc<str>,
    /// Its line there; of Parquet its row.
    pub line: u64,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Companions {
    /// Reads every file that the configuration declares.
    ///
    /// # Errors
    /// [`Error::Input`](crate::error::Error::Input) with file and line for what is malformed, missing, unknown, there twice, or at odds
    /// with the configuration.
    pub fn read(config: &Config) -> Result<Self> {
        let mut all = Self::default();
        let mut seen = HashMap::new();
        for declared in &config.companions {
            for path in &declared.paths {
                let (file, rows) = file::read(path, declared, config)?;
                all.files.push(file);
                for row in rows {
                    check::key(&row, declared.kind, &mut seen, config)?;
                    all.push(declared.kind, &row)?;
                }
            }
        }
        check::all(&mut all, config)?;
        circles::find(&mut all);
        let of_config = config.doubts.iter().cloned();
        all.findings.extend(of_config.map(|d| Finding { path: d.path.into(), line: d.line, message: d.message }));
        all.files.sort();
        all.findings.sort();
        Ok(all)
    }

    /// A configuration with the companions that it declares, their maps laid into it; `profile` is the one of the command line.
    ///
    /// # Errors
    /// As [`Config::read`] and [`Companions::read`].
    pub fn with_config(path: &std::path::Path, profile: Option<&str>) -> Result<(Config, Self)> {
        let mut config = Config::read_as(path, profile)?;
        let companions = Self::read(&config)?;
        companions.lay_into(&mut config);
        Ok((config, companions))
    }

    /// Adds groups and environments to those of the configuration, and what snapshots list. [`Companions::read`] has refused what contradicts it.
    pub fn lay_into(&self, config: &mut Config) {
        let known: BTreeSet<String> = config.group_map.keys().map(|name| check::fold(name)).collect();
        for row in self.groups.iter().filter(|row| !known.contains(&check::fold(&row.idp_group))) {
            config.group_map.insert(row.idp_group.clone(), row.databricks_group.clone());
        }
        for row in &self.environments {
            let list = match row.environment {
                Environment::Production => &mut config.production,
                Environment::Sandbox => &mut config.sandbox,
                Environment::Other => continue,
            };
            if !list.contains(&row.scope) {
                list.push(row.scope.clone());
            }
        }
        config.snapshot_users.clone_from(&self.snapshot_users);
        config.snapshot_members.clone_from(&self.snapshot_members);
    }

    /// True when a file of the kind is declared, be it empty.
    pub fn has(&self, kind: Kind) -> bool {
        self.files.iter().any(|file| file.kind == kind)
    }

    fn push(&mut self, kind: Kind, row: &Row) -> Result<()> {
        match kind {
            Kind::HrLeavers => self.hr_leavers.push(HrLeaver::of(row)?),
            Kind::Approvals => self.approvals.push(Approval::of(row)?),
            Kind::Reviews => self.reviews.push(Review::of(row)?),
            Kind::Guests => self.guests.push(Guest::of(row)?),
            Kind::ServicePrincipals => self.service_principals.push(ServicePrincipal::of(row)?),
            Kind::BreakGlass => self.break_glass.push(BreakGlass::of(row)?),
            Kind::SodMatrix => self.sod_matrix.push(SodPair::of(row)?),
            Kind::Duties => self.duties.push(Duty::of(row)?),
            Kind::Environments => self.environments.push(ScopeEnvironment::of(row)?),
            Kind::Groups => self.groups.push(GroupName::of(row)?),
            Kind::GroupPairs => self.group_pairs.push(GroupPair::of(row)?),
            Kind::TokenPolicy => self.token_policy.push(TokenRule::of(row)?),
            Kind::SnapshotUsers => self.snapshot_users.push(SnapshotUser::of(row)?),
            Kind::SnapshotMembers => self.snapshot_members.push(SnapshotMember::of(row)?),
            Kind::SnapshotGrants => self.snapshot_grants.push(SnapshotGrant::of(row)?),
            Kind::SnapshotTokens => self.snapshot_tokens.push(SnapshotToken::of(row)?),
            Kind::Triage => self.triage.push(Triage::of(row)?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
