//! TRC-04: no access flaps between grant and revoke.

use std::collections::{BTreeMap, HashSet};

use super::vch01::{is_item, object, of_effect};
use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Direction;
use crate::config::ByEnvironment;
use crate::correlate::cases::Key;
use crate::correlate::kernel::Reason;
use crate::correlate::{Verdict, Vouching, item_id};
use crate::coverage::Log;
use crate::error::Result;
use crate::schema::{Column, Kind};

const CYCLES: Column = Column::optional(
    "cycles",
    Kind::TextList,
    "Changes of the pair from its first revoke in the period on, each as time, direction, actor and the decision behind it.",
);
const CYCLE_COUNT: Column = Column::optional(
    "cycle_count",
    Kind::Whole,
    "How often in the period a revoke was followed by a grant, with a new decision or without.",
);
const NET_STATE: Column =
    Column::optional("net_state", Kind::Text, "held or not_held, as the last change of the pair at cut-off leaves it.");

/// The test.
pub(super) const TEST: Test = Test {
    id: "TRC-04",
    version: "3",
    severity: Severity::Medium,
    needs: &[need::A, need::E],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[
        Parameter {
            name: "flap_window",
            default: "72h",
            doc: "time after a revoke in which a grant of the same needs a new decision",
        },
        Parameter {
            name: "flap_count",
            default: "3",
            doc: "so many cycles in one period are flapping, decided or not",
        },
    ],
    words: &[
        pass("not_regranted", "no grant followed within flap_window"),
        pass("decided_anew", "what was granted again rests on new decisions, fewer than flap_count times"),
        exception("regranted", "granted again within flap_window, without a new decision"),
        exception("flapping", "flap_count cycles of revoke and grant or more in the period"),
        shared::COVERAGE_GAP,
        shared::AMBIGUOUS,
        shared::UNRESOLVED_SUBJECT,
        shared::WINDOW_OPEN,
    ],
    columns: &[CYCLES, CYCLE_COUNT, NET_STATE],
    about: About {
        title: "No access flaps between grant and revoke",
        objective: "To find access that two masters fight over, such as a pipeline and the provisioning connector.",
        population: "Every pair of subject and entitlement (membership, administrator role, account) in one scope that lost access in the period. Changes implied by another, and those that altered nothing, do not count.",
        item_noun: "pairs",
        procedure: &[
            "A grant that follows a revoke of the pair within flap_window must rest on a decision of its own, made for this grant: an older decision still in force, or a push alone, is none.",
            "A revoke followed by a grant is a cycle; flap_count of them within the period are an exception, whatever is behind them.",
            "No grant passes only where the window has run out by cut-off and the Databricks log is complete over it.",
        ],
        false_positives: &[
            "A connector that repairs what an administrator took away by mistake grants again without a new decision; so does automatic identity management.",
        ],
        limits: &["This test does not show which of two masters is right."],
        references: &["NIST SP 800-53 r5 AC-2"],
        deviation: "{subject} lost {object} at {at} and got it back: {meaning}",
        undecided: "What became of {object} after {subject} lost it at {at}",
    },
    evaluate,
};

struct Limits {
    window: i64,
    cycles: u64,
    cut_off: i64,
}

type Pair<'v> = (&'v Key, &'v str);

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let limits = ByEnvironment::new(evidence.config, |here| {
        let window = here.span(TEST.id, "flap_window")?.micros();
        let cycles = here.whole(TEST.id, "flap_count")?;
        Ok(Limits { window, cycles, cut_off: evidence.cut_off_within(window) })
    })?;
    let limits_of = |scope: &str| limits.at(evidence.config.environment(scope));
    let acts = &evidence.correlation.judged.acts;
    let (pairs, [implied, redundant]) = pairs(evidence);
    let item = |((key, scope), all): (Pair<'_>, Vec<&Vouching>)| item(evidence, key, scope, &all, limits_of(scope));
    let items = pairs.into_iter().filter_map(item).collect();
    let failed = acts.iter().filter(|a| {
        let is_revoke = is_item(a.verb) && a.direction == Direction::Revoke;
        is_revoke && a.plane == "effect" && a.outcome != "success" && evidence.period.contains(a.time)
    });
    Ok(Judged {
        exclusions: vec![
            ("revokes that failed, or whose outcome the record does not state".to_owned(), failed.count() as u64),
            ("revokes implied by another change".to_owned(), implied),
            ("revokes of what was not held".to_owned(), redundant),
        ],
        items,
        cut_off: limits.all().map(|limits| limits.cut_off).into_iter().max(),
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

type Pairs<'v> = BTreeMap<Pair<'v>, Vec<&'v Vouching>>;

/// All changes of the pairs that lost access in the period, and how many revokes of it were implied or redundant.
fn pairs<'e>(evidence: &'e Evidence<'_>) -> (Pairs<'e>, [u64; 2]) {
    let acts = &evidence.correlation.judged.acts;
    let all = || evidence.correlation.judged.vouching.iter().filter(|v| is_item(acts.verb(v.effect)));
    let pair = |v: &'e Vouching| (&*v.key, acts.at(v.effect).scope);
    let is_lost = |v: &&Vouching| acts.verb(v.effect).direction() == Direction::Revoke;
    let (mut population, mut left_out) = (HashSet::<Pair<'e>>::new(), [0, 0]);
    for v in all().filter(is_lost).filter(|v| evidence.period.contains(acts.time(v.effect))) {
        match counts(v) {
            Counted::Yes => drop(population.insert(pair(v))),
            Counted::Implied => left_out[0] += 1,
            Counted::Redundant => left_out[1] += 1,
        }
    }
    let mut pairs = Pairs::new();
    for v in all().filter(|v| population.contains(&pair(v))) {
        pairs.entry(pair(v)).or_default().push(v);
    }
    (pairs, left_out)
}

enum Counted {
    Yes,
    Implied,
    Redundant,
}

const fn counts(v: &Vouching) -> Counted {
    match v.reason {
        _ if v.is_twin => Counted::Implied,
        Reason::Implied => Counted::Implied,
        Reason::Redundant => Counted::Redundant,
        _ => Counted::Yes,
    }
}

fn item(evidence: &Evidence<'_>, key: &Key, scope: &str, all: &[&Vouching], limits: &Limits) -> Option<Item> {
    let acts = &evidence.correlation.judged.acts;
    let is_revoke = |v: &Vouching| acts.verb(v.effect).direction() == Direction::Revoke;
    let mut known = all.iter().copied().filter(|v| acts.time(v.effect) < limits.cut_off);
    let changes: Vec<&Vouching> = known.clone().filter(|v| matches!(counts(v), Counted::Yes)).collect();
    let first = changes.iter().position(|v| is_revoke(v) && evidence.period.contains(acts.time(v.effect)))?;
    let (changes, before) = (&changes[first..], changes[first]);
    let (mut found, cycle_count) = findings(evidence, changes, scope, limits);
    if !key.subject.is_known() {
        found = vec![Finding::new(Verdict::Undetermined, "unresolved_subject")];
    }
    let gravest = found.into_iter().max_by_key(Finding::weight)?;
    let base = of_effect(evidence.correlation, before);
    Some(Item {
        item_id: item_id(&["flap", &base.item_id]),
        verdict: gravest.verdict,
        reason: gravest.reason.to_owned(),
        severity: TEST.severity,
        object: Some(object(key)),
        event_ids: event_ids(evidence, changes),
        hole_id: gravest.hole,
        detail: Some(format!("{cycle_count} cycles in the period")),
        extra: vec![
            Cell::Texts(changes.iter().map(|v| told(evidence, v)).collect()),
            Cell::Whole(i64::try_from(cycle_count).ok()),
            Cell::text(if known.next_back().is_some_and(is_revoke) { "not_held" } else { "held" }),
        ],
        ..base
    })
}

/// What each revoke of the period led to, and how many cycles there were.
fn findings(evidence: &Evidence<'_>, changes: &[&Vouching], scope: &str, limits: &Limits) -> (Vec<Finding>, u64) {
    let acts = &evidence.correlation.judged.acts;
    let is_revoke = |v: &Vouching| acts.verb(v.effect).direction() == Direction::Revoke;
    let in_period = |v: &Vouching| evidence.period.contains(acts.time(v.effect));
    let (mut found, mut cycle_count) = (Vec::new(), 0);
    for (at, revoke) in changes.iter().enumerate().filter(|(_, v)| is_revoke(v) && in_period(v)) {
        let next = changes.get(at + 1);
        let finding = match next {
            // Several revokes in a row are one: a grant answers the last of them.
            Some(next) if is_revoke(next) && in_period(next) => None,
            Some(grant) if !is_revoke(grant) => {
                cycle_count += u64::from(in_period(grant));
                Some(regranted(evidence, revoke, grant, limits))
            }
            _ => Some(not_regranted(evidence, revoke, limits)),
        };
        // A grant may lie in a hole before the next revoke, too.
        let leans = finding.as_ref().is_none_or(|finding| finding.reason == "not_regranted");
        let until = next.map_or(i64::MAX, |next| acts.time(next.effect));
        let hole = unseen(evidence, revoke, until, scope, limits).filter(|_| leans);
        found.extend(hole.map(Finding::over).or(finding));
    }
    if cycle_count >= limits.cycles.max(1) {
        found.push(Finding::new(Verdict::Exception, "flapping"));
    }
    (found, cycle_count)
}

struct Finding {
    verdict: Verdict,
    reason: &'static str,
    hole: Option<String>,
}

impl Finding {
    const fn new(verdict: Verdict, reason: &'static str) -> Self {
        Self { verdict, reason, hole: None }
    }

    const fn over(hole: String) -> Self {
        Self { verdict: Verdict::Undetermined, reason: "coverage_gap", hole: Some(hole) }
    }

    // Of exceptions the one that names the fault comes first, and of passes the one that tells more.
    fn weight(&self) -> (u8, bool) {
        let weight = match self.verdict {
            Verdict::Exception | Verdict::Waived => 2,
            Verdict::Undetermined => 1,
            Verdict::Pass | Verdict::NotApplicable => 0,
        };
        (weight, matches!(self.reason, "regranted" | "decided_anew" | "coverage_gap"))
    }
}

fn regranted(evidence: &Evidence<'_>, revoke: &Vouching, grant: &Vouching, limits: &Limits) -> Finding {
    let acts = &evidence.correlation.judged.acts;
    let (lost, got) = (acts.time(revoke.effect), acts.time(grant.effect));
    let window = evidence.correlation.limits.window;
    match grant.reason {
        Reason::Matched => Finding::new(Verdict::Pass, "decided_anew"),
        _ if got - lost > limits.window => not_regranted(evidence, revoke, limits),
        Reason::Ambiguous => Finding::new(Verdict::Undetermined, "ambiguous"),
        Reason::UnresolvedSubject => Finding::new(Verdict::Undetermined, "unresolved_subject"),
        _ => {
            let is_authority = |log: &Log| crate::source::is_authority(&log.source);
            let hole = grant.hole.clone();
            let hole = hole.or_else(|| evidence.hole(is_authority, got - window.look_back, got + window.skew));
            hole.map_or_else(|| Finding::new(Verdict::Exception, "regranted"), Finding::over)
        }
    }
}

fn not_regranted(evidence: &Evidence<'_>, revoke: &Vouching, limits: &Limits) -> Finding {
    let lost = evidence.correlation.judged.acts.time(revoke.effect);
    match lost + limits.window >= limits.cut_off {
        true => Finding::new(Verdict::Undetermined, "window_open"),
        false => Finding::new(Verdict::Pass, "not_regranted"),
    }
}

/// The hole in which access may have been given again in time, before an instant.
fn unseen(evidence: &Evidence<'_>, revoke: &Vouching, until: i64, scope: &str, limits: &Limits) -> Option<String> {
    let lost = evidence.correlation.judged.acts.time(revoke.effect);
    let of_scope = |log: &Log| log.source == crate::source::DATABRICKS && log.scope == scope;
    evidence.hole(of_scope, lost, until.min(lost + limits.window))
}

fn event_ids(evidence: &Evidence<'_>, changes: &[&Vouching]) -> Vec<String> {
    let id = |row: usize| evidence.correlation.judged.acts.at(row).event_id.to_owned();
    let mut ids: Vec<String> = changes.iter().map(|v| id(v.effect)).collect();
    let behind: Vec<String> = changes.iter().filter_map(|v| v.authority.map(id)).collect();
    for authority in behind {
        if !ids.contains(&authority) {
            ids.push(authority);
        }
    }
    ids
}

fn told(evidence: &Evidence<'_>, v: &Vouching) -> String {
    let acts = &evidence.correlation.judged.acts;
    let act = acts.at(v.effect);
    let time = chrono::DateTime::from_timestamp_micros(act.time).unwrap_or_default();
    let authority = match v.authority {
        Some(row) => format!("{} {}", acts.verb(row).as_str(), acts.at(row).event_id),
        None => format!("no decision ({})", v.reason.as_str()),
    };
    let actor = act.actor.map_or_else(|| "nobody named".to_owned(), |actor| evidence.name(actor));
    format!("{} {} by {actor}: {authority}", time.format("%Y-%m-%dT%H:%M:%SZ"), act.verb.as_str())
}
