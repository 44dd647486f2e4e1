//! Judged cases to rows, and rows to the frames of the package.

use std::collections::BTreeSet;

use polars::prelude::DataFrame;

use super::acts::{Act, Acts};
use super::cases::{Entitlement, Key};
use super::columns::{TRACING, VOUCHING};
use super::door::ActorClass;
use super::kernel::{Case, Limits, Reason, Traced, Vouched, is_twin};
use super::{Tracing, Verdict, Vouching};
use crate::change::Direction;
use crate::config::hex;
use crate::error::Result;
use crate::frame::{Values, build};

/// A stable id over the parts that define an item.
pub fn item_id(parts: &[&str]) -> String {
    let parts: Vec<Option<&[u8]>> = parts.iter().map(|p| Some(p.as_bytes())).collect();
    hex(&crate::event::identity("item", &parts)[..10])
}

pub(super) fn vouching(
    key: &Key,
    case: &Case,
    vouched: &[Vouched],
    acts: &Acts,
    classes: &[Option<ActorClass>],
) -> Vec<Vouching> {
    let mut vouched_by = vec![0; case.decisions.len()];
    vouched.iter().filter_map(|v| v.decision).for_each(|d| vouched_by[d] += 1);
    let row = |v: &Vouched| {
        let effect = &case.effects[v.effect];
        let parts = ["vouching", acts.at(effect.row).event_id, key.subject.label(), key.entitlement.name()];
        Vouching {
            item_id: item_id(&parts),
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
    vouched.iter().map(row).collect()
}

/// What stands in for the id of a hole where records of one instant are logged without their order.
const NO_ORDER: &str = "order of records of one instant";

pub(super) fn tracing(
    key: &Key,
    case: &Case,
    traced: &[Traced],
    acts: &Acts,
    classes: &[Option<ActorClass>],
    limits: &Limits,
) -> Vec<Tracing> {
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
        let parts = ["tracing", acts.at(decision.row).event_id, key.subject.label(), key.entitlement.name()];
        Tracing {
            item_id: item_id(&parts),
            key: key.clone(),
            authority: decision.row,
            reason,
            effect: t.effect.map(|(row, _)| row),
            transport: t.push.map(|p| case.pushes[p].row),
            hole: if is_ambiguous { Some(NO_ORDER.to_owned()) } else { t.hole.clone() },
            sla: if decision.direction == Direction::Grant { limits.provision_sla } else { limits.deprovision_sla },
        }
    };
    traced.iter().map(row).collect()
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
    let effect = acts.at(v.effect);
    let behind: Vec<Act<'_>> = [v.authority, v.transport].into_iter().flatten().map(|row| acts.at(row)).collect();
    let is_same = |a: Option<&str>, b: Option<&str>| a.is_some_and(|a| !a.is_empty() && b == Some(a));
    let says_id = |act: &Act<'_>| {
        is_same(effect.subject_external_id, act.subject_id) || is_same(act.subject_external_id, effect.subject_id)
    };
    if behind.iter().any(|act| is_same(effect.request_id, act.request_id)) {
        Some("exact-id")
    } else if behind.iter().any(says_id) {
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

/// The rows as table `vouching`; `waived` are the items whose exception is.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn vouching_frame(rows: &[&Vouching], acts: &Acts, waived: &BTreeSet<&str>) -> Result<DataFrame> {
    let effects: Vec<Act<'_>> = rows.iter().map(|v| acts.at(v.effect)).collect();
    let authorities: Vec<Option<Act<'_>>> = rows.iter().map(|v| v.authority.map(|a| acts.at(a))).collect();
    let count = |n: usize| i64::try_from(n).ok();
    let of_effect = |of: for<'a> fn(&Act<'a>) -> Option<&'a str>| Values::slices(effects.iter().map(of));
    let of_authority = |of: for<'a> fn(&Act<'a>) -> Option<&'a str>| {
        Values::slices(authorities.iter().map(|a| a.as_ref().and_then(of)))
    };
    let lag = |(effect, authority): (&Act<'_>, &Option<Act<'_>>)| authority.map(|a| seconds(effect.time, a.time));
    build(
        &VOUCHING,
        vec![
            Values::slices(rows.iter().map(|v| Some(v.item_id.as_str()))),
            Values::slices(rows.iter().map(|v| Some(verdict(v.reason, &v.item_id, waived)))),
            Values::slices(rows.iter().map(|v| Some(v.reason.as_str()))),
            of_effect(|a| Some(a.event_id)),
            of_effect(|a| a.native_id),
            of_effect(|a| a.request_id),
            Values::Instants(effects.iter().map(|a| Some(a.time)).collect()),
            of_effect(|a| Some(a.verb.as_str())),
            of_effect(|a| Some(a.direction.as_str())),
            Values::slices(rows.iter().map(|v| Some(v.key.subject.label()))),
            Values::slices(rows.iter().map(|v| Some(v.key.entitlement.name()))),
            of_effect(|a| Some(a.scope)),
            of_authority(|a| Some(a.event_id)),
            of_authority(|a| a.native_id),
            Values::Instants(authorities.iter().map(|a| a.map(|a| a.time)).collect()),
            Values::slices(rows.iter().map(|v| v.transport.map(|t| acts.at(t).event_id))),
            Values::Reals(effects.iter().zip(&authorities).map(lag).collect()),
            Values::slices(rows.iter().map(|v| strength(v, acts))),
            Values::Wholes(rows.iter().map(|v| count(v.candidate_count)).collect()),
            Values::Wholes(rows.iter().map(|v| count(v.fan_out_count)).collect()),
            Values::slices(rows.iter().map(|v| v.hole.as_deref())),
            of_effect(|a| a.actor),
            Values::slices(rows.iter().map(|v| Some(v.class.as_str()))),
            of_effect(|a| a.channel),
        ],
    )
}

/// The rows as table `tracing`; `waived` are the items whose exception is. A decision without effect stands at the account, where it is expected.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn tracing_frame(rows: &[&Tracing], acts: &Acts, waived: &BTreeSet<&str>) -> Result<DataFrame> {
    let decisions: Vec<Act<'_>> = rows.iter().map(|t| acts.at(t.authority)).collect();
    let effects: Vec<Option<Act<'_>>> = rows.iter().map(|t| t.effect.map(|e| acts.at(e))).collect();
    let of_decision = |of: for<'a> fn(&Act<'a>) -> Option<&'a str>| Values::slices(decisions.iter().map(of));
    let of_effect =
        |of: for<'a> fn(&Act<'a>) -> Option<&'a str>| Values::slices(effects.iter().map(|e| e.as_ref().and_then(of)));
    let lag = |(decision, effect): (&Act<'_>, &Option<Act<'_>>)| effect.map(|e| seconds(e.time, decision.time));
    build(
        &TRACING,
        vec![
            Values::slices(rows.iter().map(|t| Some(t.item_id.as_str()))),
            Values::slices(rows.iter().map(|t| Some(verdict(t.reason, &t.item_id, waived)))),
            Values::slices(rows.iter().map(|t| Some(t.reason.as_str()))),
            of_decision(|a| Some(a.event_id)),
            of_decision(|a| a.native_id),
            Values::Instants(decisions.iter().map(|a| Some(a.time)).collect()),
            of_decision(|a| Some(a.verb.as_str())),
            of_decision(|a| Some(a.direction.as_str())),
            Values::slices(rows.iter().map(|t| Some(t.key.subject.label()))),
            Values::slices(rows.iter().map(|t| Some(t.key.entitlement.name()))),
            Values::slices(effects.iter().map(|e| Some(e.map_or(super::ACCOUNT, |e| e.scope)))),
            of_effect(|a| Some(a.event_id)),
            of_effect(|a| a.native_id),
            of_effect(|a| a.request_id),
            Values::Instants(effects.iter().map(|e| e.map(|e| e.time)).collect()),
            Values::slices(rows.iter().map(|t| t.transport.map(|p| acts.at(p).event_id))),
            Values::Reals(decisions.iter().zip(&effects).map(lag).collect()),
            Values::slices(rows.iter().map(|t| t.hole.as_deref())),
            of_decision(|a| a.actor),
        ],
    )
}
