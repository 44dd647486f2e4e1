//! The acts on service principals.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, Done, deeds, of_record};
use crate::catalogue::privileges::{Kinds, LeftOut, kind, name};
use crate::catalogue::records::{Raw, databricks, records};
use crate::change::{Direction, SubjectKind, Verb};
use crate::correlate::door::{Door, is_uuid};
use crate::error::Result;
use crate::event::ACTOR;
use crate::identity::Sighting;

/// What an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// The principal was made.
    Creation,
    /// It was given a privilege, a permission or a membership.
    Grant,
    /// It was given an administrator's role.
    Role,
    /// It got a secret or a token.
    Secret,
    /// Somebody was given the right to use or manage it.
    Right,
    /// It signed in as people do.
    SignIn,
}

/// One act.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) deed: Deed,
    pub(super) sort: Sort,
    /// The service principal, as resolved; `None` = the record does not name it.
    pub(super) principal: Option<String>,
    pub(super) detail: Option<String>,
}

impl Act {
    pub(super) const fn is_grant(&self) -> bool {
        matches!(self.sort, Sort::Grant | Sort::Role | Sort::Right)
    }
}

/// What was read.
pub(super) struct Read {
    pub(super) acts: Vec<Act>,
    /// Every privilege granted and revoked, of whomever.
    pub(super) privileges: Vec<Deed>,
    pub(super) exclusions: Vec<(String, u64)>,
}

/// Ways to sign in that a program does not go.
const INTERACTIVE: &[&str] = &[
    "accounts.login",
    "accounts.samlLogin",
    "accounts.oidcBrowserLogin",
    "accounts.aadBrowserLogin",
    "accounts.mfaLogin",
    "accounts.passwordVerifyAuthentication",
    "accounts.workspaceLoginCodeAuthentication",
    "accounts.accountLoginCodeAuthentication",
];
/// The length of a UUID in text.
const UUID_LENGTH: u32 = 36;
const OF_IT: &str = "service_principal";

/// Reads all acts of the period.
pub(super) fn read(evidence: &Evidence<'_>) -> Result<Read> {
    let kinds = Kinds::of(evidence);
    let privileges = deeds(evidence, &[Verb::PrivGrant, Verb::PrivRevoke, Verb::AclChange])?;
    let others = [
        Verb::UserCreate,
        Verb::MemberAdd,
        Verb::AdminGrant,
        Verb::CredCreate,
        Verb::TokenCreate,
        Verb::WorkspaceAssign,
    ];
    let others = of_service_principals(evidence, &kinds, &others)?;
    let mut left_out = LeftOut::default();
    let twins = twins(evidence);
    let mut acts = Vec::new();
    for deed in others.into_iter().chain(privileges.iter().filter(|d| is_about(&kinds, d)).cloned()) {
        if twins.contains(deed.event_id.as_str()) {
            left_out.add("workspace rows of account-level acts");
        } else if left_out.lets(evidence, &deed) {
            match deed.verb {
                Verb::WorkspaceAssign => left_out.add("assignments of service principals to workspaces"),
                _ => acts.push(act(evidence, deed)),
            }
        }
    }
    acts.extend(sign_ins(evidence)?);
    Ok(Read { acts, privileges, exclusions: left_out.exclusions() })
}

fn is_about(kinds: &Kinds<'_>, deed: &Deed) -> bool {
    is_right(deed) || kinds.kind(deed) == SubjectKind::ServicePrincipal
}

fn is_right(deed: &Deed) -> bool {
    deed.verb == Verb::AclChange && deed.securable.as_deref().is_some_and(|securable| kind(securable) == OF_IT)
}

fn of_service_principals(evidence: &Evidence<'_>, kinds: &Kinds<'_>, verbs: &[Verb]) -> Result<Vec<Deed>> {
    let mut all = deeds(evidence, verbs)?;
    all.retain(|deed| {
        let is_secret = deed.verb == Verb::CredCreate && deed.entitlement.as_deref() == Some("oauth_secret");
        is_secret || kinds.kind(deed) == SubjectKind::ServicePrincipal
    });
    Ok(all)
}

fn twins<'e>(evidence: &'e Evidence<'_>) -> std::collections::BTreeSet<&'e str> {
    let judged = &evidence.correlation.judged;
    let twins = judged.vouching.iter().filter(|v| v.is_twin);
    twins.map(|v| judged.acts.at(v.effect).event_id).collect()
}

fn act(evidence: &Evidence<'_>, deed: Deed) -> Act {
    let sort = match deed.verb {
        Verb::UserCreate => Sort::Creation,
        Verb::AdminGrant => Sort::Role,
        Verb::CredCreate | Verb::TokenCreate => Sort::Secret,
        _ if is_right(&deed) => Sort::Right,
        _ => Sort::Grant,
    };
    let principal = if sort == Sort::Right { target(evidence, &deed) } else { deed.subject.clone() };
    Act { sort, principal, detail: None, deed }
}

// The object of a right is named by application id, or by the id that Databricks gives.
fn target(evidence: &Evidence<'_>, deed: &Deed) -> Option<String> {
    let written = name(deed.securable.as_deref()?);
    let sighting = Sighting::new(&deed.source, SubjectKind::ServicePrincipal, deed.time);
    let sighting = match is_uuid(written) {
        true => Sighting { name: Some(written), ..sighting },
        false => Sighting { id: Some(written), ..sighting },
    };
    Some(evidence.correlation.ground.identities.person(sighting).label().to_owned())
}

// One item a service principal: its first interactive sign-in, with how many there were.
fn sign_ins(evidence: &Evidence<'_>) -> Result<Vec<Act>> {
    let is_long = ACTOR.expr().str().len_chars().eq(lit(UUID_LENGTH));
    let found = records(evidence, databricks(evidence, INTERACTIVE)?.map(|wanted| wanted.and(is_long)), Raw::Without)?;
    let mut first: BTreeMap<String, (Done, u64)> = BTreeMap::new();
    let door = Door::new(evidence.config)?;
    for record in found.iter().filter(|r| r.succeeded() && evidence.period.contains(r.time)) {
        let Some(actor) = record.actor.clone().filter(|actor| is_uuid(actor)) else { continue };
        let seen = first.entry(actor).or_insert_with(|| (of_record(evidence, &door, record, Verb::UserUpdate), 0));
        seen.1 += 1;
    }
    let acts = first.into_iter().map(|(actor, (deed, count))| Act {
        sort: Sort::SignIn,
        principal: Some(actor.clone()),
        detail: Some(format!("{count} interactive sign-ins in the period")),
        deed: Deed::new(Done {
            subject: Some(actor),
            direction: Direction::Update,
            subject_kind: SubjectKind::ServicePrincipal,
            ..deed
        }),
    });
    Ok(acts.collect())
}
