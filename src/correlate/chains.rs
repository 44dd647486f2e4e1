//! Pairs of records of which the one caused the other, and how far apart their sources put them.

use std::collections::BTreeMap;

use super::kernel::Reason;
use super::{Correlation, Vouching};
use crate::config::Period;

/// The legs of a chain in its order, and whether the earlier link is always recorded before the later one. A push is often recorded
/// when it is done, and so after its effect.
pub const LEGS: [(&str, bool); 3] =
    [("authority to transport", true), ("transport to effect", false), ("authority to effect", true)];

/// The lags of pairs of events in microseconds, by number of the leg, earlier and later source: later time minus earlier.
pub type Pairs<'p> = BTreeMap<(usize, &'p str, &'p str), BTreeMap<(&'p str, &'p str), i64>>;

/// The causal pairs behind the vouched effects of the period. Only what was assigned one to one, or rests on a push of its own, is
/// one; what is vouched by a state may be years apart.
pub fn pairs<'c>(all: &'c Correlation, period: &Period) -> Pairs<'c> {
    let acts = &all.judged.acts;
    let mut pairs = Pairs::new();
    let is_causal =
        |v: &&Vouching| matches!(v.reason, Reason::Matched | Reason::Transport) && period.contains(acts.time(v.effect));
    for vouched in all.judged.vouching.iter().filter(is_causal) {
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
    pairs
}
