//! ACC-02: no dormant accounts.

use std::collections::BTreeMap;

use super::acc01::{CREATED_AT, LAST_ACTIVITY};
use super::admissions::{Admissions, unwatched};
use super::doings::last_unsaid;
use super::residents::{Resident, Residents, has_listing, listing_note, residents};
use super::stock::Expiry;
use super::words::{exception, not_applicable, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::access::{Bounds, Held};
use crate::change::EntitlementKind;
use crate::correlate::door::is_platform;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::HOUR;
use crate::error::Result;
use crate::schema::{Column, Kind};

const BASIS: Column = Column::optional(
    "basis",
    Kind::Text,
    "What the last activity was: sign_in, token or action. null = none on record.",
);
const IDLE: Column = Column::optional(
    "days",
    Kind::Real,
    "Days from the last activity, else from the making of the account, else from the beginning of the log, to the end of the period. The log shows no more.",
);
const COVERAGE_FROM: Column =
    Column::optional("coverage_from", Kind::Instant, "Where the Databricks log begins. null = there is none.");
const HAS_ADMIN: Column =
    Column::optional("has_admin", Kind::Flag, "An administrator role is held at the end, directly or by groups.");
const TOKEN_COUNT: Column = Column::optional(
    "tokens_count",
    Kind::Whole,
    "Tokens and secrets of the principal that are known and have not ended or expired at the end.",
);

/// The test.
pub(super) const TEST: Test = Test {
    id: "ACC-02",
    version: "3",
    severity: Severity::Medium,
    needs: &[need::E, need::U, need::S_IF],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "inactivity",
        default: "90d",
        doc: "time without activity after which an account is dormant",
    }],
    words: &[
        pass("in_use", "acts on record within inactivity of the end"),
        exception("dormant", "no act on record for longer than inactivity, and the logs are complete over that time"),
        undetermined(
            "outcome_not_stated",
            "acts on record within inactivity of the end, of which no record says whether they succeeded",
        ),
        shared::COVERAGE_GAP,
        shared::NO_OPENING_STATE,
        shared::UNRESOLVED_SUBJECT,
        not_applicable("vendor_managed", "a principal by which Databricks does its own housekeeping"),
    ],
    columns: &[CREATED_AT, LAST_ACTIVITY, BASIS, IDLE, COVERAGE_FROM, HAS_ADMIN, TOKEN_COUNT],
    about: About {
        title: "No dormant accounts",
        objective: "To find accounts that nobody uses and that are open all the same.",
        population: "Users and service principals that are active at the end of the period and older than inactivity; those made later are left out.",
        item_noun: "accounts",
        procedure: &[
            "The last activity is the last sign-in, use of a token or other act that Databricks logged as done by the principal; without any, the making of the account.",
            "Longer ago than inactivity is an exception, where the log is complete over the last inactivity before the end, at the account and wherever the principal was seen or assigned: activity in an earlier hole would change nothing.",
            "An act of which the record does not say whether it succeeded proves neither, and leaves it undetermined.",
            "A log that is shorter than that, or has a hole there, leaves it undetermined; so does an account of whose making and listing nothing is at hand.",
        ],
        false_positives: &[
            "Reading through a tool that signs in as somebody else is that principal's activity, not the reader's.",
            "Reading of data is logged only with verbose logging on, or under Unity Catalog.",
        ],
        limits: &["This test does not show that the access is needed where it is used."],
        references: &["NIST SP 800-53 r5 AC-2(3)(d)", "PCI DSS 4.0.1 8.2.6"],
        deviation: "The account of {subject}: {meaning}",
        undecided: "Whether the account of {subject} is in use",
    },
    evaluate,
};

struct Ground<'e> {
    admissions: &'e Admissions,
    inactivity: i64,
    coverage_from: Option<i64>,
    tokens: BTreeMap<String, usize>,
    /// Last acts of which no record says whether they succeeded.
    unsaid: BTreeMap<String, i64>,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let databricks = evidence.coverage.logs().filter(|log| log.source == crate::source::DATABRICKS);
    let first = databricks.filter(|log| !log.reach.is_empty()).map(|log| log.reach.start).min();
    let ground = Ground {
        admissions: evidence.admissions()?,
        inactivity: evidence.config.span(TEST.id, "inactivity")?.micros(),
        coverage_from: first.map(|hour| hour.saturating_mul(HOUR)),
        tokens: tokens(evidence)?,
        unsaid: last_unsaid(evidence)?,
    };
    let Residents { all, unknown_count } = residents(evidence)?;
    let (mut items, mut young, mut gone) = (Vec::new(), 0, 0);
    for resident in all {
        match resident.until {
            Some(_) => gone += 1,
            None if is_young(evidence, resident, &ground) => young += 1,
            None => items.push(item(evidence, resident, &ground)),
        }
    }
    Ok(Judged {
        items,
        exclusions: vec![
            ("accounts made within inactivity of the end".to_owned(), young),
            ("accounts that ended in the period".to_owned(), gone),
            ("principals that are neither user nor service principal by any sign".to_owned(), *unknown_count),
        ],
        notes: listing_note(evidence),
        coverage_is_complete: has_listing(evidence) && evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn is_young(evidence: &Evidence<'_>, resident: &Resident, ground: &Ground<'_>) -> bool {
    resident.created_at.is_some_and(|time| evidence.period.end - time <= ground.inactivity)
}

/// Credentials of everybody that are open at the end.
fn tokens(evidence: &Evidence<'_>) -> Result<BTreeMap<String, usize>> {
    let expiry = Expiry::read(evidence)?;
    let end = evidence.period.end - 1;
    let mut all = BTreeMap::new();
    let bounds = Bounds::of(evidence.correlation, evidence.period);
    let is_open = |held: &Held<'_>| held.holds_at(end);
    for (good, held) in evidence.stock()?.held(&[EntitlementKind::Token], &bounds, is_open) {
        if is_open(&held) && expiry.of(good, &held).is_none_or(|time| time > end) {
            *all.entry(good.subject.clone()).or_default() += 1;
        }
    }
    Ok(all)
}

fn item(evidence: &Evidence<'_>, resident: &Resident, ground: &Ground<'_>) -> Item {
    let last = resident.last.as_ref();
    let (verdict, reason, hole_id) = judge(evidence, resident, ground);
    let known_from = resident.created_at.max(ground.coverage_from);
    let idle = last.map(|last| last.time).or(known_from).map(|from| evidence.period.end - from);
    let [subject, kind, resolved] = resident.parts();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: if resident.has_admin { Severity::High } else { TEST.severity },
        scope: Some(ACCOUNT.to_owned()),
        subject: Some(resident.subject.clone()),
        object: Some(ACCOUNT.to_owned()),
        event_ids: resident.event_id.clone().into_iter().collect(),
        hole_id,
        subject_kind: Some(resident.kind.as_str()),
        extra: vec![
            Cell::Instant(resident.created_at),
            Cell::Instant(last.map(|last| last.time)),
            Cell::Text(last.map(|last| last.basis.to_owned())),
            Cell::days(idle),
            Cell::Instant(ground.coverage_from),
            Cell::Flag(Some(resident.has_admin)),
            Cell::count(ground.tokens.get(&resident.subject).copied().unwrap_or_default()),
        ],
        ..Item::new(item_id(&["dormant", subject, kind, resolved]), evidence.period.end - 1)
    }
}

fn judge(evidence: &Evidence<'_>, resident: &Resident, ground: &Ground<'_>) -> (Verdict, &'static str, Option<String>) {
    let end = evidence.period.end;
    if is_platform(&resident.subject) {
        return (Verdict::NotApplicable, "vendor_managed", None);
    }
    if !resident.is_resolved {
        return (Verdict::Undetermined, "unresolved_subject", None);
    }
    if resident.last.as_ref().is_some_and(|last| end - last.time <= ground.inactivity) {
        return (Verdict::Pass, "in_use", None);
    }
    // A null status is unknown, not failure (reference: databricks c12).
    if ground.unsaid.get(&resident.subject).is_some_and(|time| end - time <= ground.inactivity) {
        return (Verdict::Undetermined, "outcome_not_stated", None);
    }
    // Activity in an earlier hole would change nothing.
    let mut places = ground.admissions.of(&resident.subject);
    places.extend(resident.scopes.iter().map(String::as_str).filter(|scope| *scope != ACCOUNT));
    let seen_in = evidence.correlation.ground.seen_in(&resident.subject);
    let names = seen_in.map(|scope| evidence.correlation.ground.scopes.name(scope));
    places.extend(names.filter(|name| *name != ACCOUNT));
    let hole = unwatched(evidence, &places, end - ground.inactivity, end - 1);
    match (hole, resident.created_at, has_listing(evidence)) {
        (Some(hole), ..) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        // Nobody knows since when it was there (reference: compliance 2.0a, needs S).
        (None, None, false) => (Verdict::Undetermined, "no_opening_state", None),
        (None, ..) => (Verdict::Exception, "dormant", None),
    }
}
