//! How old the credentials of one holder grew in the period, and how long old ones lived beside new ones.

use super::TEST;
use super::read::{Credential, Slot};
use crate::catalogue::Evidence;
use crate::config::{ByEnvironment, Span, Values};
use crate::correlate::Verdict;
use crate::correlate::door::Door;
use crate::error::Result;

/// The limits of the test.
#[derive(Debug)]
pub(super) struct Rules {
    limits: ByEnvironment<Limits>,
    door: Door,
    /// The first instant of which the test knows nothing.
    pub(super) cut_off: i64,
}

/// Those of the place in which the credential is used.
#[derive(Debug)]
struct Limits {
    limit: i64,
    overlap: i64,
    is_cut: Option<(Span, Span)>,
}

impl Limits {
    fn new(here: Values<'_>) -> Result<Self> {
        let span = |name| here.span(TEST.id, name);
        let (limit, hard) = (span("max_rot")?, span("max_rot_hard")?);
        Ok(Self {
            limit: limit.min(hard).micros(),
            overlap: span("overlap")?.micros(),
            is_cut: (limit > hard).then_some((limit, hard)),
        })
    }
}

impl Rules {
    /// # Errors
    /// A malformed parameter.
    pub(super) fn new(evidence: &Evidence<'_>) -> Result<Self> {
        let limits = ByEnvironment::new(evidence.config, Limits::new)?;
        let longest = limits.all().map(|limits| limits.overlap).into_iter().max().unwrap_or_default();
        Ok(Self { limits, door: Door::new(evidence.config)?, cut_off: evidence.cut_off_within(longest) })
    }

    fn of(&self, evidence: &Evidence<'_>, slot: &Slot) -> &Limits {
        self.limits.at(slot.scopes.first().and_then(|scope| evidence.config.environment(scope)))
    }

    /// What to say where the configuration asks for more than the hard limit.
    pub(super) fn note(&self) -> Option<String> {
        let cut = self.limits.all().into_iter().find_map(|limits| limits.is_cut);
        cut.map(|(limit, hard)| format!("max_rot is {limit}, beyond the hard limit: {hard} was used."))
    }
}

/// How a slot was judged.
#[derive(Debug)]
pub(super) struct Ruling {
    pub(super) verdict: Verdict,
    pub(super) reason: &'static str,
    pub(super) hole: Option<String>,
    /// The greatest age in the period, microseconds.
    pub(super) age: Option<i64>,
    pub(super) detail: String,
    /// An event by which it was used from an address outside the connector's.
    pub(super) outside: Option<String>,
}

/// What was found against a slot, the gravest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Finding {
    TooOld,
    OverlapTooLong,
    OutsideAddress,
    Hole(String),
    CreationUnseen,
    EndUnseen,
    WindowOpen,
}

/// The judgement; `None` = none of its credentials lived in the period.
pub(super) fn judge(evidence: &Evidence<'_>, rules: &Rules, slot: &Slot) -> Option<Ruling> {
    let (start, end) = (evidence.period.start, evidence.period.end.min(evidence.cut_off()));
    if !slot.all.iter().any(|one| one.end() > start && one.start() < end) {
        return None;
    }
    let mut findings = Vec::new();
    let limits = rules.of(evidence, slot);
    let age = of_credentials(evidence, (limits, rules.cut_off), slot, &mut findings);
    let is_judged = slot.is_connectors && rules.door.judges_address();
    let outside = slot.used_from.iter().find(|(address, _)| is_judged && !rules.door.is_connectors_address(address));
    if outside.is_some() {
        findings.push(Finding::OutsideAddress);
    } else if is_judged && let Some(hole) = evidence.hole(|log| slot.is_watched_by(log), start, end - 1) {
        findings.push(Finding::Hole(hole));
    }
    findings.sort();
    let detail = match age {
        Some(age) => format!("{} credentials; at most {} days old in the period", slot.all.len(), age / 86_400_000_000),
        None => format!("{} credentials; age not known", slot.all.len()),
    };
    let (verdict, reason, hole) = ruling(findings.into_iter().next());
    Some(Ruling { verdict, reason, hole, age, detail, outside: outside.map(|(_, event)| event.clone()) })
}

fn ruling(gravest: Option<Finding>) -> (Verdict, &'static str, Option<String>) {
    match gravest {
        None => (Verdict::Pass, "rotated", None),
        Some(Finding::TooOld) => (Verdict::Exception, "too_old", None),
        Some(Finding::OverlapTooLong) => (Verdict::Exception, "overlap_too_long", None),
        Some(Finding::OutsideAddress) => (Verdict::Exception, "outside_address", None),
        Some(Finding::Hole(hole)) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        Some(Finding::CreationUnseen) => (Verdict::Undetermined, "creation_unseen", None),
        Some(Finding::EndUnseen) => (Verdict::Undetermined, "end_unseen", None),
        Some(Finding::WindowOpen) => (Verdict::Undetermined, "window_open", None),
    }
}

/// What is found of the credentials that are known to have been made; one that may have been leaves it open whether they were rotated.
fn of_credentials(
    evidence: &Evidence<'_>,
    (limits, cut_off): (&Limits, i64),
    slot: &Slot,
    findings: &mut Vec<Finding>,
) -> Option<i64> {
    let sure: Vec<Credential> = slot.all.iter().filter(|one| one.is_sure).cloned().collect();
    let is_sure = sure.len() == slot.all.len();
    let known = Slot { all: sure, ..slot.clone() };
    let age = ages(evidence, limits, &known, findings);
    overlaps(evidence, (limits, cut_off), &known, findings);
    if !is_sure {
        let mut with = Vec::new();
        ages(evidence, limits, slot, &mut with);
        findings.retain(|found| *found != Finding::TooOld || with.contains(found));
        findings.push(Finding::CreationUnseen);
    }
    age
}

/// Goes through the stretches between rotations. The greatest age that is known.
fn ages(evidence: &Evidence<'_>, rules: &Limits, slot: &Slot, findings: &mut Vec<Finding>) -> Option<i64> {
    let (start, period_end) = (evidence.period.start, evidence.period.end);
    let end = period_end.min(evidence.cut_off());
    let mut made: Vec<i64> = slot.all.iter().map(Credential::start).collect();
    made.sort_unstable();
    made.dedup();
    let mut age = None;
    for (at, since) in made.iter().enumerate() {
        let lives = slot.all.iter().filter(|one| one.start() <= *since);
        let gone = lives.clone().map(Credential::end).max().unwrap_or(i64::MAX);
        let next = made.get(at + 1).copied().unwrap_or(i64::MAX);
        let to = next.min(gone).min(end);
        if to <= start || *since >= end {
            continue;
        }
        // Of one whose creation was not seen only the least age is known: it was there when it was first named.
        let from = match *since {
            i64::MIN => {
                lives.clone().filter(|one| one.created.is_none()).map(|one| one.first_named).min().unwrap_or(to)
            }
            seen => seen,
        };
        let reached = (to - from).max(0);
        if reached > rules.limit {
            let shown = lives.filter_map(|one| one.shown_at).max().unwrap_or(i64::MIN);
            let is_proven = |hole: Option<String>| hole.map_or(Finding::TooOld, Finding::Hole);
            let due = from + rules.limit;
            findings.push(is_proven(match shown > due {
                true => None,
                false => evidence.hole(|log| slot.is_watched_by(log), from.max(shown), due),
            }));
        } else if *since == i64::MIN {
            findings.push(Finding::CreationUnseen);
        } else if to == end && end < period_end && next.min(gone).min(period_end) - from > rules.limit {
            findings.push(Finding::WindowOpen);
        }
        if *since > i64::MIN {
            age = age.max(Some(reached));
        }
    }
    age
}

/// What came before each rotation must end soon after it.
fn overlaps(evidence: &Evidence<'_>, (rules, cut_off): (&Limits, i64), slot: &Slot, findings: &mut Vec<Finding>) {
    let (start, end) = (evidence.period.start, evidence.period.end.min(evidence.cut_off()));
    for new in slot.all.iter().filter(|one| one.created.is_some()) {
        let due = new.start() + rules.overlap;
        if due < start || new.start() >= end {
            continue;
        }
        let lingers = |one: &&Credential| one.start() < new.start() && one.end() > due;
        for old in slot.all.iter().filter(lingers) {
            let hole = || evidence.hole(|log| slot.is_watched_by(log), new.start(), due);
            findings.push(match () {
                () if !old.end_is_told => Finding::EndUnseen,
                () if due >= cut_off => Finding::WindowOpen,
                () if old.ended.as_ref().is_some_and(|told| told.event_id.is_some()) => Finding::OverlapTooLong,
                () => hole().map_or(Finding::OverlapTooLong, Finding::Hole),
            });
        }
    }
}
