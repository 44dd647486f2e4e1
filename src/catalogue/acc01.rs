//! ACC-01: no orphaned accounts.

use std::collections::BTreeMap;

use super::directory::{Directory, Status};
use super::residents::{Resident, Residents, has_listing, listing_note, residents};
use super::words::{exception, not_applicable, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::change::SubjectKind;
use crate::companion::{Kind as Register, ServicePrincipal};
use crate::correlate::door::is_platform;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;
use crate::schema::{Column, Kind};

/// When the account was made.
pub(super) const CREATED_AT: Column =
    Column::optional("created_at", Kind::Instant, "When the account was made. null = no record at hand says so.");
const CREATED_BY: Column = Column::optional("created_by", Kind::Text, "Who made it. null as there.");
/// When the principal last did something.
pub(super) const LAST_ACTIVITY: Column = Column::optional(
    "last_activity",
    Kind::Instant,
    "Last successful act in Databricks before the end of the period. null = none on record.",
);
const IDP_STATUS: Column = Column::optional(
    "idp_status",
    Kind::Text,
    "active, inactive, deleted, or unknown = no record or listing of the identity provider names the principal.",
);
const OWNER: Column =
    Column::optional("owner", Kind::Text, "Owner in the register of service principals. null = it is not in it.");

/// The test.
pub(super) const TEST: Test = Test {
    id: "ACC-01",
    version: "3",
    severity: Severity::High,
    needs: &[need::A, need::E, need::S_IF],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[],
    words: &[
        pass("linked", "linked to an identity that is active at the identity provider"),
        pass("registered", "a service principal with an owner in the register"),
        exception("unlinked", "no identity of the identity provider is behind the account"),
        exception("idp_inactive", "the identity behind the account is inactive or deleted at the identity provider"),
        exception("no_owner", "a service principal that the register does not have, and no identity is behind"),
        exception("owner_inactive", "the registered owner is inactive or deleted at the identity provider"),
        shared::NO_OPENING_STATE,
        shared::NOT_SUPPLIED,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        not_applicable("vendor_managed", "a principal by which Databricks does its own housekeeping"),
    ],
    columns: &[CREATED_AT, CREATED_BY, LAST_ACTIVITY, IDP_STATUS, OWNER],
    about: About {
        title: "No orphaned accounts",
        objective: "To find accounts that nobody in the organisation answers for.",
        population: "Users and service principals that are active in Databricks at the end of the period, by listings and changes; those of whose account nothing is at hand are known by what they hold or did.",
        item_noun: "accounts",
        procedure: &[
            "A user must be linked to an identity that is active at the identity provider: by its id, its name or a configured alias.",
            "A service principal must have an owner in the register of service principals, who is not inactive, or be linked likewise.",
            "That no identity is behind a user is concluded where the identity provider's own list is at hand, or where the account was made under the eyes of its log; else it is undetermined.",
            "Being active or inactive there is concluded from the last decision or listing, over a log without holes since.",
        ],
        false_positives: &[
            "A person who has two names: name the alias under `[identity] aliases`.",
            "Accounts for emergencies are often made outside the identity provider on purpose: waive them, and see EMG-01.",
            "A list of the identity provider that was cut short lacks people.",
        ],
        limits: &[
            "This test does not show that the owner of a service principal knows of it.",
            "Without a listing the accounts are reconstructed from events; it is not a full list.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(3)(b)"],
        deviation: "The account of {subject}: {meaning}",
        undecided: "Whose the account of {subject} is",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let directory = Directory::read(evidence)?;
    let register: BTreeMap<String, &ServicePrincipal> = evidence
        .companions
        .service_principals
        .iter()
        .map(|row| (directory.key_of(evidence, &row.principal), row))
        .collect();
    let Residents { all, unknown_count } = residents(evidence)?;
    let here = all.iter().filter(|resident| resident.until.is_none());
    let items: Vec<Item> = here.map(|r| item(evidence, r, &directory, register.get(&r.subject).copied())).collect();
    Ok(Judged {
        exclusions: vec![
            ("accounts that ended in the period".to_owned(), (all.len() - items.len()) as u64),
            ("principals that are neither user nor service principal by any sign".to_owned(), *unknown_count),
        ],
        items,
        notes: listing_note(evidence),
        coverage_is_complete: has_listing(evidence) && evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn item(
    evidence: &Evidence<'_>,
    resident: &Resident,
    directory: &Directory,
    registered: Option<&ServicePrincipal>,
) -> Item {
    let status = directory.status(evidence, &resident.subject).0;
    let (verdict, reason, hole_id) = judge(evidence, resident, directory, registered);
    let [subject, kind, resolved] = resident.parts();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(ACCOUNT.to_owned()),
        actor: resident.created_by.clone(),
        subject: Some(resident.subject.clone()),
        object: Some(ACCOUNT.to_owned()),
        event_ids: resident.event_id.clone().into_iter().collect(),
        hole_id,
        subject_kind: Some(resident.kind.as_str()),
        extra: vec![
            Cell::Instant(resident.created_at),
            Cell::Text(resident.created_by.clone()),
            Cell::Instant(resident.last.as_ref().map(|last| last.time)),
            Cell::text(status.as_str()),
            Cell::Text(registered.map(|row| row.owner.clone())),
        ],
        ..Item::new(item_id(&["orphan", subject, kind, resolved]), evidence.period.end - 1)
    }
}

type Judgement = (Verdict, &'static str, Option<String>);

fn judge(
    evidence: &Evidence<'_>,
    resident: &Resident,
    directory: &Directory,
    registered: Option<&ServicePrincipal>,
) -> Judgement {
    if is_platform(&resident.subject) {
        return (Verdict::NotApplicable, "vendor_managed", None);
    }
    if !resident.is_resolved {
        return (Verdict::Undetermined, "unresolved_subject", None);
    }
    if let Some(row) = registered.filter(|_| resident.kind == SubjectKind::ServicePrincipal) {
        return of_owner(evidence, resident, directory, row);
    }
    match directory.status(evidence, &resident.subject) {
        (Status::Active, since) => still_so(evidence, since, (Verdict::Pass, "linked", None)),
        (Status::Inactive | Status::Deleted, since) => {
            still_so(evidence, since, still_there(evidence, resident, "idp_inactive"))
        }
        (Status::Unknown, _) if resident.kind == SubjectKind::ServicePrincipal => {
            match evidence.companions.has(Register::ServicePrincipals) {
                true => still_there(evidence, resident, "no_owner"),
                false => (Verdict::Undetermined, "not_supplied", None),
            }
        }
        (Status::Unknown, _) => unlinked(evidence, resident, directory),
    }
}

fn of_owner(evidence: &Evidence<'_>, resident: &Resident, directory: &Directory, row: &ServicePrincipal) -> Judgement {
    match directory.status(evidence, &evidence.name(&row.owner)) {
        (Status::Inactive | Status::Deleted, since) => {
            still_so(evidence, since, still_there(evidence, resident, "owner_inactive"))
        }
        // An owner may be a team, which no identity provider knows.
        (Status::Active | Status::Unknown, _) => (Verdict::Pass, "registered", None),
    }
}

// That the provider did not end it since, or bring it back, is absence, which only a log without holes shows.
fn still_so(evidence: &Evidence<'_>, since: Option<i64>, judgement: Judgement) -> Judgement {
    let from = since.unwrap_or(evidence.period.start).min(evidence.period.end - 1);
    let is_authority = |log: &Log| crate::source::is_authority(&log.source);
    match evidence.hole(is_authority, from, evidence.period.end - 1) {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None => judgement,
    }
}

// An account of which nothing was seen since before a hole may be gone.
fn still_there(evidence: &Evidence<'_>, resident: &Resident, reason: &'static str) -> Judgement {
    let from = resident.seen_at.unwrap_or(evidence.period.start).min(evidence.period.end - 1);
    let of_resident = |log: &Log| {
        log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || resident.scopes.contains(&log.scope))
    };
    match evidence.hole(of_resident, from, evidence.period.end - 1) {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None => (Verdict::Exception, reason, None),
    }
}

fn unlinked(evidence: &Evidence<'_>, resident: &Resident, directory: &Directory) -> Judgement {
    if directory.has_listing() {
        return still_there(evidence, resident, "unlinked");
    }
    // Who was there before the log began need never be named in it.
    let Some(created) = resident.created_at else { return (Verdict::Undetermined, "no_opening_state", None) };
    let window = evidence.correlation.limits.window;
    let is_authority = |log: &Log| crate::source::is_authority(&log.source);
    match evidence.hole(is_authority, created - window.look_back, created + window.skew) {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None => still_there(evidence, resident, "unlinked"),
    }
}
