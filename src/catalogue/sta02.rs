//! STA-02: transient access is disclosed.

use std::collections::{BTreeMap, BTreeSet};

use super::deeds::Deed;
use super::doings::times;
use super::stock::Good;
use super::words::{exception, not_applicable, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::access::{Basis, Bounds, Edge, Held};
use crate::change::{EntitlementKind, SubjectKind};
use crate::companion::{Asked, Kind as Register};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;
use crate::schema::{Column, Kind};

const ENTITLEMENT_KIND: Column =
    Column::optional("entitlement_kind", Kind::Text, "account, membership, admin, privilege or ownership.");
const PRIVILEGE: Column =
    Column::optional("privilege", Kind::Text, "The privilege or permission. null = the access is none.");
const HELD_FROM: Column = Column::optional(
    "held_from",
    Kind::Instant,
    "When it was granted. null = no grant is at hand, and the log has a hole in which it may lie.",
);
const HELD_UNTIL: Column = Column::optional("held_until", Kind::Instant, "When it was gone again.");
const DURATION: Column =
    Column::optional("duration_hours", Kind::Real, "How long it was held. null = no grant at hand.");
const ACTIVITY: Column = Column::optional(
    "activity_count",
    Kind::Whole,
    "Successful acts of the subject in Databricks in that time, whatever they were. null = not counted: a group, or no grant at hand.",
);

/// The test.
pub(super) const TEST: Test = Test {
    id: "STA-02",
    version: "3",
    severity: Severity::Info,
    needs: &[need::E, need::S_IF, need::K_IF],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[],
    words: &[
        pass("vouched", "the grant is vouched, as VCH-01 judges it"),
        pass("approved", "an approval covers the privilege"),
        exception("not_vouched", "no decision of the identity provider is behind the grant"),
        exception("not_approved", "no approval covers the privilege"),
        shared::COVERAGE_GAP,
        shared::AMBIGUOUS,
        shared::UNRESOLVED_SUBJECT,
        shared::NO_OPENING_STATE,
        not_applicable("exempt", "granted by the platform itself, which VCH-01 does not judge"),
        not_applicable(
            "no_ticket_feed",
            "privileges are decided outside the identity provider, and no approvals were supplied",
        ),
    ],
    columns: &[ENTITLEMENT_KIND, PRIVILEGE, HELD_FROM, HELD_UNTIL, DURATION, ACTIVITY],
    about: About {
        title: "Transient access is disclosed",
        objective: "To show the access that reviews at a point in time cannot see: granted and gone between two of them.",
        population: "Every interval in which an account, a membership, an administrator role, a privilege or the ownership of an object was granted and ended inside the period. An interval is an item, not a pair.",
        item_noun: "intervals",
        procedure: &[
            "The grant must be vouched, as in VCH-01; whether the end of it was is VCH-01's question.",
            "Privileges and ownership are not decided in the identity provider: an approval must cover them, and without a list of approvals they are listed apart.",
            "Opening and closing state come from listings, else from the changes themselves. What ended in the period with no grant at hand is undetermined where the log has a hole in which the grant may lie; where it has none, it was held before the period.",
        ],
        false_positives: &["Access for an emergency is transient by design: EMG-01 judges it."],
        limits: &[
            "This test does not show what was done with the access, only how much the subject did while it lasted.",
            "Tokens and secrets are judged by the tests on credentials.",
        ],
        references: &["NIST SP 800-53 r5 AC-2, AC-6"],
        deviation: "{subject} had {object} in {scope} for a time from {at} on: {meaning}",
        undecided: "Whether {subject} came by {object} at {at} with authority",
    },
    evaluate,
};

/// Privileges, permissions and ownership.
const GOODS: &[EntitlementKind] = &[EntitlementKind::Privilege, EntitlementKind::Ownership];

/// One interval that ended in the period.
struct Interval<'r> {
    first: &'r Held<'r>,
    closed: Edge<'r>,
    until: i64,
    good: Option<&'r Good>,
}

#[derive(Default)]
struct LeftOut {
    implied: u64,
    before: u64,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let bounds = Bounds::of(evidence.correlation, evidence.period);
    let goods = evidence.stock()?.held(GOODS, &bounds, |row| row.closed.is_some());
    let direct: Vec<&Held<'_>> = evidence.access().rows.iter().filter(|row| row.via.is_empty()).collect();
    let mut left_out = LeftOut::default();
    let mut intervals: Vec<Interval<'_>> = ended(evidence, &direct).map(|(f, c, u)| interval(f, c, u, None)).collect();
    let rows: Vec<&Held<'_>> = goods.iter().map(|(_, row)| row).collect();
    let by_name: BTreeMap<(&str, &str, &str), &Good> =
        goods.iter().map(|(good, row)| ((row.pair.subject, row.pair.entitlement, row.pair.scope), *good)).collect();
    intervals.extend(ended(evidence, &rows).map(|(first, closed, until)| {
        let pair = &first.pair;
        interval(first, closed, until, by_name.get(&(pair.subject, pair.entitlement, pair.scope)).copied())
    }));
    let did = doings(evidence, &intervals)?;
    let opened: BTreeSet<&str> = intervals.iter().filter_map(|one| one.good.and(one.first.opened.by)).collect();
    let of_goods = evidence.deeds()?.iter().rev().filter(|deed| GOODS.contains(&deed.verb.entitlement_kind()));
    let deeds_by_event: BTreeMap<&str, &Deed> =
        of_goods.map(|deed| (deed.event_id.as_str(), deed)).filter(|(event, _)| opened.contains(event)).collect();
    let items = intervals.iter().filter_map(|one| item(evidence, one, &did, &deeds_by_event, &mut left_out)).collect();
    Ok(Judged {
        items,
        exclusions: vec![
            (
                "intervals that another act implies, such as the workspace row of one at the account".to_owned(),
                left_out.implied,
            ),
            ("access of before the period that ended in it".to_owned(), left_out.before),
        ],
        notes: match evidence.companions.has(Register::Approvals) {
            true => Vec::new(),
            false => vec!["Approval outside the logs was not tested.".to_owned()],
        },
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

const fn interval<'r>(first: &'r Held<'r>, closed: Edge<'r>, until: i64, good: Option<&'r Good>) -> Interval<'r> {
    Interval { first, closed, until, good }
}

/// Holdings that ended in the period: the first row of each, and the end of the last.
fn ended<'r>(evidence: &Evidence<'_>, rows: &[&'r Held<'r>]) -> impl Iterator<Item = (&'r Held<'r>, Edge<'r>, i64)> {
    let of_one = |a: &&Held<'_>, b: &&Held<'_>| a.pair == b.pair && a.holding == b.holding;
    let holdings: Vec<(&'r Held<'r>, Edge<'r>, i64)> = rows
        .chunk_by(of_one)
        .filter_map(|holding| {
            let (first, last) = (holding.first()?, holding.last()?);
            let closed = last.closed?;
            Some((*first, closed, closed.time.filter(|time| evidence.period.contains(*time))?))
        })
        .collect();
    holdings.into_iter()
}

type Did = BTreeMap<String, Vec<i64>>;

// Only what has a beginning can be counted over, and only principals act.
fn doings(evidence: &Evidence<'_>, intervals: &[Interval<'_>]) -> Result<Did> {
    let counted = intervals.iter().filter(|one| is_inside(evidence, one));
    let subjects: BTreeSet<&str> = counted.map(|one| one.first.pair.subject).collect();
    times(evidence, &subjects, evidence.period.start, evidence.period.end)
}

fn is_inside(evidence: &Evidence<'_>, one: &Interval<'_>) -> bool {
    one.first.opened.time.is_some_and(|time| evidence.period.contains(time))
}

fn item(
    evidence: &Evidence<'_>,
    one: &Interval<'_>,
    did: &Did,
    deeds: &BTreeMap<&str, &Deed>,
    left_out: &mut LeftOut,
) -> Option<Item> {
    let (pair, opened) = (&one.first.pair, one.first.opened);
    let deed = one.good.and(opened.by).and_then(|id| deeds.get(id).copied());
    let Judgement { verdict, reason, hole } = match judge(evidence, one, deed) {
        Found::Judged(judgement) => judgement,
        Found::Implied => {
            left_out.implied += 1;
            return None;
        }
        Found::Before => {
            left_out.before += 1;
            return None;
        }
    };
    // What a companion file lists is no event of the lake.
    let is_event = one.good.is_none() || opened.basis != Basis::Snapshot;
    let events = [opened.by.filter(|_| is_event), one.closed.by].into_iter().flatten();
    let is_grave = pair.entitlement_kind == EntitlementKind::Admin && verdict == Verdict::Exception;
    let time = opened.time.filter(|time| evidence.period.contains(*time)).unwrap_or(one.until);
    Some(Item {
        verdict,
        reason: reason.to_owned(),
        severity: if is_grave { Severity::High } else { TEST.severity },
        scope: Some(pair.scope.to_owned()),
        actor: actor(evidence, one, deed),
        subject: Some(pair.subject.to_owned()),
        object: Some(one.good.map_or(pair.entitlement, |good| &good.object).to_owned()),
        event_ids: events.map(str::to_owned).collect(),
        hole_id: hole,
        detail: one.first.vouching.map(|v| format!("the grant is {}: {}", v.verdict.as_str(), v.reason)),
        subject_kind: Some(pair.subject_kind.as_str()),
        extra: extra(one, did),
        ..Item::new(id(one), time)
    })
}

fn id(one: &Interval<'_>) -> String {
    let pair = &one.first.pair;
    item_id(&[
        "transient",
        one.first.opened.by.or(one.closed.by).unwrap_or_default(),
        pair.subject,
        pair.subject_kind.as_str(),
        if pair.is_resolved { "resolved" } else { "contested" },
        pair.entitlement_kind.as_str(),
        pair.entitlement,
        pair.scope,
    ])
}

fn extra(one: &Interval<'_>, did: &Did) -> Vec<Cell> {
    let pair = &one.first.pair;
    let from = one.first.opened.time.filter(|_| one.first.opened.basis == Basis::Effect);
    let acts = did.get(pair.subject).map_or(&[][..], Vec::as_slice);
    let count = from.map(|from| acts.partition_point(|t| *t < one.until) - acts.partition_point(|t| *t < from));
    let count = count.filter(|_| pair.subject_kind != SubjectKind::Group);
    vec![
        Cell::text(pair.entitlement_kind.as_str()),
        Cell::Text(one.good.and_then(|good| good.privilege.clone())),
        Cell::Instant(from),
        Cell::Instant(Some(one.until)),
        Cell::hours(from.map(|from| one.until - from)),
        Cell::Whole(count.and_then(|count| i64::try_from(count).ok())),
    ]
}

fn actor(evidence: &Evidence<'_>, one: &Interval<'_>, deed: Option<&Deed>) -> Option<String> {
    if one.good.is_some() {
        return deed.and_then(|deed| deed.actor.clone());
    }
    super::residents::granter(evidence, one.first)
}

struct Judgement {
    verdict: Verdict,
    reason: &'static str,
    hole: Option<String>,
}

enum Found {
    Judged(Judgement),
    /// Another act implies it.
    Implied,
    /// It was held before the period.
    Before,
}

const fn found(verdict: Verdict, reason: &'static str, hole: Option<String>) -> Found {
    Found::Judged(Judgement { verdict, reason, hole })
}

fn judge(evidence: &Evidence<'_>, one: &Interval<'_>, deed: Option<&Deed>) -> Found {
    let (pair, opened) = (&one.first.pair, one.first.opened);
    let hole_until = |to: i64| {
        let of_pair =
            |log: &Log| log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || log.scope == pair.scope);
        evidence.hole(of_pair, evidence.period.start, to)
    };
    match (opened.basis, opened.time) {
        (_, Some(time)) if time < evidence.period.start => Found::Before,
        (Basis::Implied, _) => Found::Implied,
        (Basis::Effect, _) if one.good.is_some() => of_good(evidence, one, deed),
        (Basis::Effect, _) => of_access(evidence, one),
        // A listing shows it, and one before did not, or subject or group was made before it: it was granted in between.
        (Basis::Snapshot, Some(_)) => match hole_until(one.until) {
            Some(hole) => found(Verdict::Undetermined, "no_opening_state", Some(hole)),
            None => found(Verdict::Exception, "not_vouched", None),
        },
        // The first statement of a whole set, or what was there some time after its making: when it was granted is not known.
        (Basis::Unknown, Some(_)) => found(Verdict::Undetermined, "no_opening_state", None),
        (Basis::Snapshot | Basis::Unknown, None) => match hole_until(one.until) {
            Some(hole) => found(Verdict::Undetermined, "no_opening_state", Some(hole)),
            None => Found::Before,
        },
    }
}

fn of_access(evidence: &Evidence<'_>, one: &Interval<'_>) -> Found {
    let Some(vouching) = one.first.vouching else {
        return found(Verdict::Undetermined, "no_opening_state", None);
    };
    let reason = match (vouching.verdict, vouching.reason) {
        (Verdict::Pass, "implied") => return Found::Implied,
        (Verdict::Pass, _) => "vouched",
        (Verdict::Exception | Verdict::Waived, _) => "not_vouched",
        (Verdict::NotApplicable, _) => "exempt",
        (Verdict::Undetermined, "ambiguous") => "ambiguous",
        (Verdict::Undetermined, "unresolved_subject") => "unresolved_subject",
        (Verdict::Undetermined, _) => "coverage_gap",
    };
    let hole = super::residents::vouching(evidence, one.first).and_then(|v| v.hole.clone());
    found(vouching.verdict, reason, hole)
}

fn of_good(evidence: &Evidence<'_>, one: &Interval<'_>, deed: Option<&Deed>) -> Found {
    let pair = &one.first.pair;
    if !pair.is_resolved {
        return found(Verdict::Undetermined, "unresolved_subject", None);
    }
    if !evidence.companions.has(Register::Approvals) {
        return found(Verdict::NotApplicable, "no_ticket_feed", None);
    }
    let Some(good) = one.good else { return Found::Before };
    let asked = |object| Asked {
        subject: pair.subject,
        object,
        role: good.privilege.as_deref().or(Some("OWNER")),
        actor: deed.and_then(|deed| deed.actor.as_deref()),
        time: one.first.opened.time.unwrap_or_default(),
    };
    let same = |a: &str, b: &str| evidence.name(a) == evidence.name(b);
    // Approvals name a securable with its type or without.
    let bare = good.object.split_once(':').map_or(good.object.as_str(), |(_, name)| name);
    let is_approved = [good.object.as_str(), bare]
        .into_iter()
        .any(|object| evidence.companions.approval(&asked(object), &same).is_some());
    match is_approved {
        true => found(Verdict::Pass, "approved", None),
        false => found(Verdict::Exception, "not_approved", None),
    }
}
