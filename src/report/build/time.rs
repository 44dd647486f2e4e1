//! How long decisions took, and how the clocks of the sources differ.

use std::collections::BTreeMap;

use super::Parts;
use crate::change::Direction;
use crate::correlate::kernel::Reason;
use crate::correlate::{Vouching, lags};
use crate::report::derive;
use crate::report::model::{Latency, Skew};

/// A millisecond in microseconds.
const MILLI: i64 = 1_000;

/// The decisions of one direction in the period. What is open at cut-off is censored there, also where the effect may lie in a hole:
/// that lengthens the figures, and never flatters them.
pub(super) fn latency(parts: &Parts<'_>, direction: Direction) -> Latency {
    let all = parts.evidence.correlation;
    let (mut carried, mut open, mut superseded, mut unmeasured, mut late) = (Vec::new(), Vec::new(), 0, 0, 0);
    for traced in &all.judged.tracing {
        let decision = all.judged.acts.at(traced.authority);
        if decision.direction != direction || !parts.evidence.period.contains(decision.time) {
            continue;
        }
        match (traced.effect, traced.reason) {
            // A clock that differs can put the effect before its decision.
            (Some(effect), _) => {
                let lag = (all.judged.acts.time(effect) - decision.time).max(0);
                late += u64::from(lag > traced.sla);
                carried.push(lag);
            }
            (None, Reason::Missing | Reason::Failed | Reason::WindowOpen | Reason::CoverageGap) => {
                open.push((all.limits.cut_off - decision.time).max(0));
            }
            (None, Reason::Superseded) => superseded += 1,
            (None, _) => unmeasured += 1,
        }
    }
    let (name, sla) = match direction {
        Direction::Grant => ("grants", all.limits.provision_sla),
        _ => ("removals", all.limits.deprovision_sla),
    };
    let measured = derive::latency(name, &carried, &open, sla);
    Latency {
        decided_count: measured.decided_count + superseded + unmeasured,
        superseded_count: superseded,
        unmeasured_count: unmeasured,
        late_count: late,
        ..measured
    }
}

/// The legs of a chain in its order, and whether the earlier link is always recorded before the later one. A push is often recorded
/// when it is done, and so after its effect.
const LEGS: [(&str, bool); 3] =
    [("authority to transport", true), ("transport to effect", false), ("authority to effect", true)];

/// The skew of every pair of sources that the vouched effects of the period link, by leg. Only what was assigned one to one, or
/// rests on a push of its own, is a causal pair; what is vouched by a state may be years apart.
pub(super) fn skews(parts: &Parts<'_>) -> Vec<Skew> {
    let acts = &parts.evidence.correlation.judged.acts;
    let mut pairs = Pairs::new();
    let is_causal = |v: &&Vouching| {
        matches!(v.reason, Reason::Matched | Reason::Transport) && parts.evidence.period.contains(acts.time(v.effect))
    };
    for vouched in parts.evidence.correlation.judged.vouching.iter().filter(is_causal) {
        let push = vouched.transport.filter(|push| acts.at(*push).outcome == "success");
        let (decision, effect) = (vouched.authority, Some(vouched.effect));
        for (leg, link) in [(decision, push), (push, effect), (decision, effect)].into_iter().enumerate() {
            if let (Some(earlier), Some(later)) = link {
                let (earlier, later) = (acts.at(earlier), acts.at(later));
                let lags = pairs.entry((leg, earlier.source, later.source)).or_default();
                // One record may hold many changes, and is one reading of both clocks all the same.
                lags.insert((earlier.event_id, later.event_id), later.time - earlier.time);
            }
        }
    }
    pairs.into_iter().filter_map(|(pair, lags)| row(pair, lags.into_values().collect())).collect()
}

/// The lags of pairs of events, by leg, earlier and later source.
type Pairs<'p> = BTreeMap<(usize, &'p str, &'p str), BTreeMap<(&'p str, &'p str), i64>>;

fn row((leg, earlier, later): (usize, &str, &str), lags: Vec<i64>) -> Option<Skew> {
    let found = lags::skew(lags)?;
    let (leg, ordered) = LEGS[leg];
    Some(Skew {
        leg: leg.to_owned(),
        earlier: earlier.to_owned(),
        later: later.to_owned(),
        pair_count: found.count as u64,
        negative_count: found.negative_count as u64,
        min_millis: found.min.div_euclid(MILLI),
        p05_millis: found.p05.div_euclid(MILLI),
        median_millis: found.median.div_euclid(MILLI),
        p95_millis: found.p95.div_euclid(MILLI),
        ordered,
        offset_millis: if ordered { found.offset / MILLI } else { 0 },
        bound_millis: if ordered { found.bound / MILLI } else { 0 },
    })
}
