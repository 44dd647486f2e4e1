//! Judged cases to rows, and rows to the frames of the package.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::DataFrame;

use super::acts::Acts;
use super::cases::{Entitlement, Key};
use super::columns::{TRACING, VOUCHING};
use super::door::ActorClass;
use super::kernel::{Case, Limits, Reason, Traced, Vouched, is_twin};
use super::{Tracing, Verdict, Vouching};
use crate::change::Direction;
use crate::config::hex;
use crate::error::Result;
use crate::frame::build_cells;
use crate::schema::Cells;

/// A stable id over the parts that define an item.
pub fn item_id(parts: &[&str]) -> String {
    let parts: Vec<Option<&[u8]>> = parts.iter().map(|p| Some(p.as_bytes())).collect();
    short(&parts)
}

fn short(parts: &[Option<&[u8]>]) -> String {
    hex(&crate::event::identity("item", parts)[..10])
}

/// The ids of items of one case.
struct Ids<'a> {
    kind: &'static str,
    acts: &'a Acts,
    /// The subject of the row before, and its words: the rows of a case mostly tell of one, and these lie far apart in memory.
    last: Option<(u32, &'a str)>,
}

impl<'a> Ids<'a> {
    const fn new(kind: &'static str, acts: &'a Acts) -> Self {
        Self { kind, acts, last: None }
    }

    /// The id of an item of a record and a key, in the record's own words, since what these resolve to may change from run to run:
    /// only where the record bears on the key more than once, the later ones are numbered.
    fn of(&mut self, row: usize, nth: Option<&usize>) -> String {
        let Self { kind, acts, .. } = *self;
        let number = acts.subject_number(row);
        let subject = match self.last {
            Some((last, words)) if last == number => words,
            _ => acts.own_subject(row),
        };
        self.last = Some((number, subject));
        let parts = [kind, acts.event_id(row), acts.verb(row).as_str(), subject, acts.own_entitlement(row)];
        match nth {
            Some(nth) if *nth > 0 => item_id(&[&parts[..], &[nth.to_string().as_str()]].concat()),
            _ => short(&parts.map(|part| Some(part.as_bytes()))),
        }
    }
}

/// How many of the same record come before each, such as a group's member that a record adds and removes; nothing for a single one.
fn nth_of_event<'a>(events: impl ExactSizeIterator<Item = &'a str>) -> Vec<usize> {
    if events.len() < 2 {
        return Vec::new();
    }
    let mut seen: HashMap<&str, usize, FixedState> = HashMap::default();
    let nth = |event| {
        let count = seen.entry(event).or_default();
        *count += 1;
        *count - 1
    };
    events.map(nth).collect()
}

pub(super) fn vouching(
    key: &Arc<Key>,
    case: &Case,
    vouched: &[Vouched],
    acts: &Acts,
    classes: &[Option<ActorClass>],
    into: &mut Vec<Vouching>,
) {
    let mut vouched_by = vec![0; case.decisions.len()];
    vouched.iter().filter_map(|v| v.decision).for_each(|d| vouched_by[d] += 1);
    let nth = nth_of_event(case.effects.iter().map(|effect| acts.event_id(effect.row)));
    let mut ids = Ids::new("vouching", acts);
    let row = |v: &Vouched| {
        let effect = &case.effects[v.effect];
        Vouching {
            item_id: ids.of(effect.row, nth.get(v.effect)),
            key: key.clone(),
            effect: effect.row,
            reason: v.reason,
            authority: v.decision.map(|d| case.decisions[d].row),
            transport: v.push.map(|p| case.pushes[p].row),
            candidate_count: v.candidate_count,
            fan_out_count: v.decision.map_or(0, |d| vouched_by[d]),
            hole: v.hole.clone(),
            class: classes[effect.row].unwrap_or(ActorClass::Unknown),
            is_twin: is_twin(case, effect),
        }
    };
    into.extend(vouched.iter().map(row));
}

/// What stands in for the id of a hole where records of one instant are logged without their order.
pub const NO_ORDER: &str = "order of records of one instant";

pub(super) fn tracing(
    key: &Arc<Key>,
    case: &Case,
    traced: &[Traced],
    acts: &Acts,
    classes: &[Option<ActorClass>],
    limits: &Limits,
    into: &mut Vec<Tracing>,
) {
    let nth = nth_of_event(case.decisions.iter().map(|decision| acts.event_id(decision.row)));
    let mut ids = Ids::new("tracing", acts);
    let row = |t: &Traced| {
        let decision = &case.decisions[t.decision];
        // The contract has no such reason for tracing: what the log leaves out is the order.
        let is_ambiguous = t.reason == Reason::Ambiguous;
        // Automatic creation waits for the first use, and no effect is expected before.
        let is_automatic = t.effect.is_some_and(|(row, _)| classes[row] == Some(ActorClass::Automatic));
        let reason = match t.reason {
            Reason::Ambiguous => Reason::CoverageGap,
            Reason::Late if is_automatic => Reason::AutomaticIdentityManagement,
            reason => reason,
        };
        Tracing {
            item_id: ids.of(decision.row, nth.get(t.decision)),
            key: key.clone(),
            authority: decision.row,
            reason,
            effect: t.effect.map(|(row, _)| row),
            transport: t.push.map(|p| case.pushes[p].row),
            hole: if is_ambiguous { Some(NO_ORDER.to_owned()) } else { t.hole.clone() },
            sla: if decision.direction == Direction::Grant { limits.provision_sla } else { limits.deprovision_sla },
        }
    };
    into.extend(traced.iter().map(row));
}

/// What the link behind a judged effect rests on, the strongest word that holds: `exact-id` (decision and effect bear one id of a
/// request), `external-id` (one says the other's id of the subject), `name+group+time`, `name+time` where no group is concerned,
/// `state` for an older decision still in force; `None` = there is no link.
pub fn strength(v: &Vouching, acts: &Acts) -> Option<&'static str> {
    if v.reason == Reason::State {
        return Some("state");
    }
    if !matches!(v.reason, Reason::Matched | Reason::Transport) {
        return None;
    }
    let mut behind = [v.authority, v.transport].into_iter().flatten();
    let is_same = |a: Option<&str>, b: Option<&str>| a.is_some_and(|a| !a.is_empty() && b == Some(a));
    let says_id = |row: usize| {
        let (of_effect, of_other) = (acts.ids(v.effect), acts.ids(row));
        is_same(of_effect.1, of_other.0) || is_same(of_other.1, of_effect.0)
    };
    if behind.clone().any(|row| is_same(acts.request_id(v.effect), acts.request_id(row))) {
        Some("exact-id")
    } else if behind.any(says_id) {
        Some("external-id")
    } else if matches!(v.key.entitlement, Entitlement::Member(_)) {
        Some("name+group+time")
    } else {
        Some("name+time")
    }
}

fn verdict(reason: Reason, item_id: &str, waived: &BTreeSet<&str>) -> &'static str {
    match reason.verdict() {
        Verdict::Exception if waived.contains(item_id) => Verdict::Waived.as_str(),
        verdict => verdict.as_str(),
    }
}

fn seconds(later: i64, earlier: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "lags are far below 2^52 microseconds")]
    let micros = (later - earlier) as f64;
    micros / 1e6
}

/// The rows as the columns of table `vouching`; `waived` are the items whose exception is.
pub(super) fn vouching_cells<'a>(rows: &[&'a Vouching], acts: &'a Acts, waived: &BTreeSet<&str>) -> Vec<Cells<'a>> {
    let count = |n: usize| i64::try_from(n).ok();
    let coded = |of: &dyn Fn(&'a Vouching) -> Option<&'a str>| Cells::coded(rows.iter().map(|v| of(v)));
    let texts = |of: &dyn Fn(&'a Vouching) -> Option<&'a str>| Cells::Texts(rows.iter().map(|v| of(v)).collect());
    let wholes = |of: &dyn Fn(&'a Vouching) -> Option<i64>| Cells::Wholes(rows.iter().map(|v| of(v)).collect());
    let time = |row: usize| acts.time(row);
    let lag = |v: &&Vouching| v.authority.map(|a| seconds(time(v.effect), time(a)));
    vec![
        texts(&|v| Some(v.item_id.as_str())),
        coded(&|v| Some(verdict(v.reason, &v.item_id, waived))),
        coded(&|v| Some(v.reason.as_str())),
        texts(&|v| Some(acts.event_id(v.effect))),
        texts(&|v| acts.native_id(v.effect)),
        texts(&|v| acts.request_id(v.effect)),
        wholes(&|v| Some(time(v.effect))),
        coded(&|v| Some(acts.verb(v.effect).as_str())),
        coded(&|v| Some(acts.direction(v.effect).as_str())),
        coded(&|v| Some(v.key.subject.label())),
        coded(&|v| Some(v.key.entitlement.name())),
        coded(&|v| Some(acts.scope(v.effect))),
        texts(&|v| v.authority.map(|a| acts.event_id(a))),
        texts(&|v| acts.native_id(v.authority?)),
        wholes(&|v| v.authority.map(time)),
        texts(&|v| v.transport.map(|t| acts.event_id(t))),
        Cells::Reals(rows.iter().map(lag).collect()),
        coded(&|v| strength(v, acts)),
        wholes(&|v| count(v.candidate_count)),
        wholes(&|v| count(v.fan_out_count)),
        coded(&|v| v.hole.as_deref()),
        coded(&|v| acts.actor(v.effect)),
        coded(&|v| Some(v.class.as_str())),
        coded(&|v| acts.channel(v.effect)),
    ]
}

/// The rows as the columns of table `tracing`; `waived` are the items whose exception is. A decision without effect stands at the
/// account, where it is expected.
pub(super) fn tracing_cells<'a>(rows: &[&'a Tracing], acts: &'a Acts, waived: &BTreeSet<&str>) -> Vec<Cells<'a>> {
    let coded = |of: &dyn Fn(&'a Tracing) -> Option<&'a str>| Cells::coded(rows.iter().map(|t| of(t)));
    let texts = |of: &dyn Fn(&'a Tracing) -> Option<&'a str>| Cells::Texts(rows.iter().map(|t| of(t)).collect());
    let wholes = |of: &dyn Fn(&'a Tracing) -> Option<i64>| Cells::Wholes(rows.iter().map(|t| of(t)).collect());
    let time = |row: usize| acts.time(row);
    let lag = |t: &&Tracing| t.effect.map(|e| seconds(time(e), time(t.authority)));
    vec![
        texts(&|t| Some(t.item_id.as_str())),
        coded(&|t| Some(verdict(t.reason, &t.item_id, waived))),
        coded(&|t| Some(t.reason.as_str())),
        texts(&|t| Some(acts.event_id(t.authority))),
        texts(&|t| acts.native_id(t.authority)),
        wholes(&|t| Some(time(t.authority))),
        coded(&|t| Some(acts.verb(t.authority).as_str())),
        coded(&|t| Some(acts.direction(t.authority).as_str())),
        coded(&|t| Some(t.key.subject.label())),
        coded(&|t| Some(t.key.entitlement.name())),
        coded(&|t| Some(t.effect.map_or(super::ACCOUNT, |e| acts.scope(e)))),
        texts(&|t| t.effect.map(|e| acts.event_id(e))),
        texts(&|t| acts.native_id(t.effect?)),
        texts(&|t| acts.request_id(t.effect?)),
        wholes(&|t| t.effect.map(time)),
        texts(&|t| t.transport.map(|p| acts.event_id(p))),
        Cells::Reals(rows.iter().map(lag).collect()),
        coded(&|t| t.hole.as_deref()),
        coded(&|t| acts.actor(t.authority)),
    ]
}

/// The rows as table `vouching`; `waived` are the items whose exception is.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn vouching_frame(rows: &[&Vouching], acts: &Acts, waived: &BTreeSet<&str>) -> Result<DataFrame> {
    build_cells(&VOUCHING, vouching_cells(rows, acts, waived))
}

/// The rows as table `tracing`; `waived` are the items whose exception is.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn tracing_frame(rows: &[&Tracing], acts: &Acts, waived: &BTreeSet<&str>) -> Result<DataFrame> {
    build_cells(&TRACING, tracing_cells(rows, acts, waived))
}
