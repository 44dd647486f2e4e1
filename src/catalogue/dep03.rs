//! DEP-03: nothing is left behind after a departure.

mod left;
mod run_as;

use self::left::{Left, Residue, Stores};
use super::dep01::of_departure;
use super::departures::{Departure, every_departure};
use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::config::{ByEnvironment, Values};
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;
use crate::schema::{Column, Kind};

const RESIDUE_KIND: Column = Column::optional(
    "residue_kind",
    Kind::Text,
    "membership, admin, privilege, ownership, token, secret, run_as or share_recipient.",
);
const RESIDUES: Column = Column::optional(
    "residues",
    Kind::TextList,
    "What of that kind was held after the departure, removed since or not.",
);
const RESIDUE_COUNT: Column = Column::optional("residue_count", Kind::Whole, "How many those are.");
const GRANTED_AT: Column = Column::optional(
    "granted_at",
    Kind::Instant,
    "When the one that stood longest was granted. null = no grant at hand, or nothing was left.",
);
const GRANTED_BY: Column = Column::optional("granted_by", Kind::Text, "By whom. null as there.");
const AGE: Column = Column::optional(
    "age_days",
    Kind::Real,
    "How long that one stood after the departure, or after its grant where that was later. null = nothing was left.",
);

/// The test.
pub(super) const TEST: Test = Test {
    id: "DEP-03",
    version: "2",
    severity: Severity::High,
    needs: &[need::H_IF, need::A, need::E, need::S_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "residue_sla",
            default: "30d",
            doc: "time after a departure in which what the leaver held must be removed",
        },
        Parameter { name: "token_sla", default: "24h", doc: "the same, for tokens and secrets" },
        Parameter { name: "admin_sla", default: "24h", doc: "the same, for administrator roles" },
    ],
    words: &[
        pass("nothing_left", "nothing of the kind was held after the departure, or not any more in the period"),
        pass("removed_in_time", "what was left was removed within the limit"),
        exception("left_too_long", "something stood for longer than the limit after the departure"),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::NO_OPENING_STATE,
        shared::UNRESOLVED_SUBJECT,
        shared::NOT_PUSHED,
        shared::SUPERSEDED,
    ],
    columns: &[RESIDUE_KIND, RESIDUES, RESIDUE_COUNT, GRANTED_AT, GRANTED_BY, AGE],
    about: About {
        title: "Nothing is left behind after a departure",
        objective: "To find what would be there again if a leaver's account were switched on again, and what goes on in a leaver's name.",
        population: "Each departure of the period, and of residue_sla before it, as DEP-01 dates them, once for each kind of residue: group memberships, administrator roles, privileges and permissions, ownership, tokens, secrets, the identity that jobs run as, and being a recipient of shares.",
        item_noun: "leavers and kinds of residue",
        procedure: &[
            "What was held at the departure, or granted after it, must be removed within residue_sla (tokens and secrets token_sla, administrator roles admin_sla), even where the account is inactive.",
            "Deletion of the account ends memberships, roles and tokens, not privileges and ownership.",
            "Nothing left passes only where it is known what there was: the account was made under the eyes of a log without holes since, or a listing of the kind is at hand. Else it is undetermined.",
            "What still stands at cut-off within its limit is undetermined; so is what may have been removed in a hole.",
        ],
        false_positives: &[
            "A privilege on a securable that has been dropped is gone with it, which no revoke says.",
            "A token that expired is ended; one whose making is not at hand is not known to expire.",
        ],
        limits: &[
            "This test does not show what was left longer than residue_sla before the period; the report of the period before does.",
            "A job without a stated identity runs as its owner, who is found among the owners.",
            "A secret that the leaver knew, and somebody else made, is not recognised.",
        ],
        references: &["NIST SP 800-53 r5 PS-4"],
        deviation: "{subject} left at {at} and {object} remained: {meaning}",
        undecided: "What remained of {object} after {subject} left at {at}",
    },
    evaluate,
};

/// In microseconds.
struct Limits {
    residue: i64,
    token: i64,
    admin: i64,
}

impl Limits {
    fn of(here: Values<'_>) -> Result<Self> {
        let span = |name| Ok::<_, crate::error::Error>(here.span(TEST.id, name)?.micros());
        Ok(Self { residue: span("residue_sla")?, token: span("token_sla")?, admin: span("admin_sla")? })
    }

    fn longest(&self) -> i64 {
        self.residue.max(self.token).max(self.admin)
    }

    const fn sla(&self, kind: Residue) -> i64 {
        match kind {
            Residue::Admin => self.admin,
            Residue::Token | Residue::Secret => self.token,
            _ => self.residue,
        }
    }
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let limits = ByEnvironment::new(evidence.config, Limits::of)?;
    let cut_off = evidence.cut_off_within(limits.all().map(Limits::longest).into_iter().max().unwrap_or_default());
    let all = every_departure(evidence)?;
    let residue = limits.all().map(|limits| limits.residue).into_iter().max().unwrap_or_default();
    let reach = evidence.period.start - residue..evidence.period.end;
    let (leavers, others): (Vec<Departure<'_>>, Vec<Departure<'_>>) =
        all.into_iter().partition(|l| reach.contains(&l.start));
    let stores = Stores::read(evidence, &leavers)?;
    let items = leavers
        .iter()
        .flat_map(|leaver| Residue::ALL.into_iter().map(move |kind| (leaver, kind)))
        .map(|(leaver, kind)| item(evidence, leaver, kind, &stores, (&limits, cut_off)))
        .collect();
    let earlier = others.iter().filter(|leaver| leaver.start < reach.start).count();
    Ok(Judged {
        items,
        exclusions: vec![("departures longer than residue_sla before the period".to_owned(), earlier as u64)],
        cut_off: Some(cut_off),
        coverage_is_complete: evidence.is_covered(crate::source::is_authority),
        ..Judged::default()
    })
}

/// The time in which residues of one departure and kind are looked at.
struct Window<'l> {
    kind: Residue,
    start: i64,
    limits: &'l ByEnvironment<Limits>,
    /// Cut-off, or the return.
    until: i64,
    is_back: bool,
}

impl Window<'_> {
    /// How long something may stand after the departure in that scope.
    fn sla(&self, evidence: &Evidence<'_>, scope: &str) -> i64 {
        self.limits.at(evidence.config.environment(scope)).sla(self.kind)
    }
}

fn item(
    evidence: &Evidence<'_>,
    leaver: &Departure<'_>,
    kind: Residue,
    stores: &Stores<'_>,
    (limits, cut_off): (&ByEnvironment<Limits>, i64),
) -> Item {
    let back = leaver.returned().filter(|time| *time > leaver.start && *time < cut_off);
    let until = back.unwrap_or(cut_off);
    let window = Window { kind, start: leaver.start, limits, until, is_back: back.is_some() };
    let left: Vec<Left> = stores.left(leaver, kind, window.start..window.until, evidence.period.start);
    let (verdict, reason, hole_id) = judge(evidence, leaver, kind, stores, &left, &window);
    let longest = left.iter().max_by_key(|one| (stood(one, &window), std::cmp::Reverse(&one.object)));
    let base = of_departure(evidence, leaver);
    let mut event_ids: Vec<String> = base.event_ids.iter().take(1).cloned().collect();
    event_ids.extend(left.iter().flat_map(|one| one.event_ids.iter().cloned()));
    event_ids.dedup();
    Item {
        item_id: item_id(&["residue", &base.item_id, kind.as_str()]),
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(longest.map_or(ACCOUNT, |one| &one.scope).to_owned()),
        object: Some(longest.map_or(kind.as_str(), |one| &one.object).to_owned()),
        event_ids,
        hole_id,
        detail: Some(match left.len() {
            0 => format!("no {} on record after the departure", kind.as_str()),
            count => format!("{count} of kind {} after the departure", kind.as_str()),
        }),
        extra: vec![
            Cell::text(kind.as_str()),
            Cell::Texts(left.iter().map(|one| one.object.clone()).collect()),
            Cell::count(left.len()),
            Cell::Instant(longest.and_then(|one| one.granted_at)),
            Cell::Text(longest.and_then(|one| one.granted_by.clone())),
            Cell::days(longest.map(|one| stood(one, &window))),
        ],
        ..base
    }
}

fn stood(one: &Left, window: &Window<'_>) -> i64 {
    one.until.unwrap_or(window.until).min(window.until) - one.from.max(window.start)
}

type Judgement = (Verdict, &'static str, Option<String>);

fn judge(
    evidence: &Evidence<'_>,
    leaver: &Departure<'_>,
    kind: Residue,
    stores: &Stores<'_>,
    left: &[Left],
    window: &Window<'_>,
) -> Judgement {
    match leaver.judge(evidence).0 {
        Reason::UnresolvedSubject => return (Verdict::Undetermined, "unresolved_subject", None),
        Reason::NotPushed if left.is_empty() => return (Verdict::NotApplicable, "not_pushed", None),
        _ if window.is_back && window.until - window.start <= window.sla(evidence, ACCOUNT) => {
            return (Verdict::NotApplicable, "superseded", None);
        }
        _ => {}
    }
    let found = left.iter().map(|one| of_one(evidence, leaver, one, window));
    let gravest = found.min_by_key(|(verdict, reason, _)| match (verdict, *reason) {
        (Verdict::Exception, _) => 0,
        (_, "coverage_gap") => 1,
        (Verdict::Undetermined, _) => 2,
        _ => 3,
    });
    match gravest {
        Some(found) if found.0 != Verdict::Pass => found,
        Some(_) => unless_unknown(evidence, leaver, kind, stores, window, "removed_in_time"),
        None => unless_unknown(evidence, leaver, kind, stores, window, "nothing_left"),
    }
}

fn of_one(evidence: &Evidence<'_>, leaver: &Departure<'_>, one: &Left, window: &Window<'_>) -> Judgement {
    let from = one.from.max(window.start);
    let sla = window.sla(evidence, &one.scope);
    let is_late = stood(one, window) > sla;
    match one.until {
        Some(until) if until <= window.until && is_late => (Verdict::Exception, "left_too_long", None),
        Some(until) if until <= window.until => (Verdict::Pass, "removed_in_time", None),
        // That it was not removed in time is absence, which only a log without holes shows.
        _ if is_late => match hole(evidence, leaver, &one.scope, from, from + sla) {
            Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
            None => (Verdict::Exception, "left_too_long", None),
        },
        _ if window.is_back => (Verdict::Pass, "removed_in_time", None),
        _ => (Verdict::Undetermined, "window_open", None),
    }
}

/// What there was is known from the making of the account on, or from a listing on.
fn unless_unknown(
    evidence: &Evidence<'_>,
    leaver: &Departure<'_>,
    kind: Residue,
    stores: &Stores<'_>,
    window: &Window<'_>,
    reason: &'static str,
) -> Judgement {
    let known = [stores.created_at(leaver), stores.listed_before(kind, window.until)];
    let holes: Vec<Option<String>> = known
        .into_iter()
        .flatten()
        .map(|from| hole(evidence, leaver, ACCOUNT, from, (window.until - 1).max(from)))
        .collect();
    match holes.first() {
        None => (Verdict::Undetermined, "no_opening_state", None),
        Some(_) if holes.contains(&None) => (Verdict::Pass, reason, None),
        Some(hole) => (Verdict::Undetermined, "coverage_gap", hole.clone()),
    }
}

fn hole(evidence: &Evidence<'_>, leaver: &Departure<'_>, scope: &str, from: i64, to: i64) -> Option<String> {
    let seen_in = leaver.seen_in(evidence);
    let of_leaver = |log: &Log| {
        let is_meant = log.scope == ACCOUNT || log.scope == scope || seen_in.contains(&log.scope.as_str());
        log.source == crate::source::DATABRICKS && is_meant
    };
    evidence.hole(of_leaver, from, to)
}
