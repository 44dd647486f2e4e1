//! How long decisions took, and how the clocks of the sources differ.

use super::Parts;
use crate::change::Direction;
use crate::correlate::kernel::Reason;
use crate::correlate::{chains, lags};
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

/// The skew of every pair of sources that the vouched effects of the period link, by leg.
pub(super) fn skews(parts: &Parts<'_>) -> Vec<Skew> {
    let pairs = chains::pairs(parts.evidence.correlation, parts.evidence.period);
    pairs.into_iter().filter_map(|(pair, lags)| row(pair, lags.into_values().collect())).collect()
}

fn row((leg, earlier, later): (usize, &str, &str), lags: Vec<i64>) -> Option<Skew> {
    let found = lags::skew(lags)?;
    let (leg, ordered) = chains::LEGS[leg];
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
