//! Judged cases to rows, and rows to the frames of the package.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::acts::Act;
use super::cases::{Cases, Entitlement, Key};
use super::columns::{TRACING, VOUCHING};
use super::door::ActorClass;
use super::kernel::{Case, Limits, Reason, Traced, Vouched};
use super::{Tracing, Vouching};
use crate::change::Direction;
use crate::config::hex;
use crate::error::Result;
use crate::frame::{Values, build};

type Judged<'c> = (&'c Key, &'c Case, Vec<Vouched>, Vec<Traced>);

/// A stable id over the parts that define an item.
pub fn item_id(parts: &[&str]) -> String {
    let parts: Vec<Option<&[u8]>> = parts.iter().map(|p| Some(p.as_bytes())).collect();
    hex(&crate::event::identity("item", &parts)[..10])
}

pub(super) fn vouching(judged: &[Judged<'_>], acts: &[Act], cases: &Cases) -> Vec<Vouching> {
    let mut all: Vec<Vouching> = Vec::new();
    for (key, case, vouched, _) in judged {
        for v in vouched {
            let effect = case.effects[v.effect].row;
            let parts = ["vouching", &acts[effect].event_id, key.subject.label(), key.entitlement.name()];
            all.push(Vouching {
                item_id: item_id(&parts),
                key: (*key).clone(),
                effect,
                reason: v.reason,
                authority: v.decision.map(|d| case.decisions[d].row),
                transport: v.push.map(|p| case.pushes[p].row),
                candidate_count: v.candidate_count,
                fan_out_count: 0,
                hole: v.hole.clone(),
                class: cases.classes[effect].unwrap_or(ActorClass::Unknown),
            });
        }
    }
    let mut vouched_by: BTreeMap<(usize, Key), usize> = BTreeMap::new();
    for v in &all {
        if let Some(authority) = v.authority {
            *vouched_by.entry((authority, v.key.clone())).or_default() += 1;
        }
    }
    for v in &mut all {
        v.fan_out_count = v.authority.and_then(|a| vouched_by.get(&(a, v.key.clone())).copied()).unwrap_or(0);
    }
    all.sort_by(|a, b| (a.effect, &a.item_id).cmp(&(b.effect, &b.item_id)));
    all
}

pub(super) fn tracing(judged: &[Judged<'_>], acts: &[Act], limits: &Limits) -> Vec<Tracing> {
    let mut all: Vec<Tracing> = Vec::new();
    for (key, case, _, traced) in judged {
        for t in traced {
            let decision = &case.decisions[t.decision];
            let parts = ["tracing", &acts[decision.row].event_id, key.subject.label(), key.entitlement.name()];
            all.push(Tracing {
                item_id: item_id(&parts),
                key: (*key).clone(),
                authority: decision.row,
                reason: t.reason,
                effect: t.effect.map(|(row, _)| row),
                transport: t.push.map(|p| case.pushes[p].row),
                hole: t.hole.clone(),
                sla: if decision.direction == Direction::Grant { limits.provision_sla } else { limits.deprovision_sla },
            });
        }
    }
    all.sort_by(|a, b| (a.authority, &a.item_id).cmp(&(b.authority, &b.item_id)));
    all
}

fn strength(v: &Vouching) -> Option<String> {
    let by_name = match v.key.entitlement {
        Entitlement::Member(_) => "name+group+time",
        _ => "name+time",
    };
    match v.reason {
        Reason::Matched | Reason::Transport => Some(by_name.to_owned()),
        Reason::State => Some("state".to_owned()),
        _ => None,
    }
}

fn seconds(later: i64, earlier: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "lags are far below 2^52 microseconds")]
    let micros = (later - earlier) as f64;
    micros / 1e6
}

/// The rows as table `vouching`.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn vouching_frame(rows: &[&Vouching], acts: &[Act]) -> Result<DataFrame> {
    let effect = |v: &&Vouching| &acts[v.effect];
    let authority = |v: &&Vouching| v.authority.map(|a| &acts[a]);
    let some = |text: &str| Some(text.to_owned());
    let count = |n: usize| i64::try_from(n).ok();
    build(
        &VOUCHING,
        vec![
            Values::texts(rows, |v| some(&v.item_id)),
            Values::texts(rows, |v| some(v.reason.verdict().as_str())),
            Values::texts(rows, |v| some(v.reason.as_str())),
            Values::texts(rows, |v| some(&effect(v).event_id)),
            Values::texts(rows, |v| effect(v).native_id.clone()),
            Values::texts(rows, |v| effect(v).request_id.clone()),
            Values::instants(rows, |v| Some(effect(v).time)),
            Values::texts(rows, |v| some(effect(v).verb.as_str())),
            Values::texts(rows, |v| some(effect(v).direction.as_str())),
            Values::texts(rows, |v| some(v.key.subject.label())),
            Values::texts(rows, |v| some(v.key.entitlement.name())),
            Values::texts(rows, |v| some(&effect(v).scope)),
            Values::texts(rows, |v| authority(v).map(|a| a.event_id.clone())),
            Values::texts(rows, |v| authority(v).and_then(|a| a.native_id.clone())),
            Values::instants(rows, |v| authority(v).map(|a| a.time)),
            Values::texts(rows, |v| v.transport.map(|t| acts[t].event_id.clone())),
            Values::Reals(rows.iter().map(|v| authority(v).map(|a| seconds(effect(v).time, a.time))).collect()),
            Values::texts(rows, |v| strength(v)),
            Values::Wholes(rows.iter().map(|v| count(v.candidate_count)).collect()),
            Values::Wholes(rows.iter().map(|v| count(v.fan_out_count)).collect()),
            Values::texts(rows, |v| v.hole.clone()),
            Values::texts(rows, |v| effect(v).actor.clone()),
            Values::texts(rows, |v| some(v.class.as_str())),
            Values::texts(rows, |v| effect(v).channel.clone()),
        ],
    )
}

/// The rows as table `tracing`. A decision without effect stands at the account, where it is expected.
///
/// # Errors
/// A bug of ours: the rows do not make up the table.
pub fn tracing_frame(rows: &[&Tracing], acts: &[Act]) -> Result<DataFrame> {
    let decision = |t: &&Tracing| &acts[t.authority];
    let effect = |t: &&Tracing| t.effect.map(|e| &acts[e]);
    let some = |text: &str| Some(text.to_owned());
    build(
        &TRACING,
        vec![
            Values::texts(rows, |t| some(&t.item_id)),
            Values::texts(rows, |t| some(t.reason.verdict().as_str())),
            Values::texts(rows, |t| some(t.reason.as_str())),
            Values::texts(rows, |t| some(&decision(t).event_id)),
            Values::texts(rows, |t| decision(t).native_id.clone()),
            Values::instants(rows, |t| Some(decision(t).time)),
            Values::texts(rows, |t| some(decision(t).verb.as_str())),
            Values::texts(rows, |t| some(decision(t).direction.as_str())),
            Values::texts(rows, |t| some(t.key.subject.label())),
            Values::texts(rows, |t| some(t.key.entitlement.name())),
            Values::texts(rows, |t| some(effect(t).map_or(super::ACCOUNT, |e| e.scope.as_str()))),
            Values::texts(rows, |t| effect(t).map(|e| e.event_id.clone())),
            Values::texts(rows, |t| effect(t).and_then(|e| e.native_id.clone())),
            Values::texts(rows, |t| effect(t).and_then(|e| e.request_id.clone())),
            Values::instants(rows, |t| effect(t).map(|e| e.time)),
            Values::texts(rows, |t| t.transport.map(|p| acts[p].event_id.clone())),
            Values::Reals(rows.iter().map(|t| effect(t).map(|e| seconds(e.time, decision(t).time))).collect()),
            Values::texts(rows, |t| t.hole.clone()),
            Values::texts(rows, |t| decision(t).actor.clone()),
        ],
    )
}
