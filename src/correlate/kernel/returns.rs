//! Departures and returns: a return lifts only the departure of its own kind.

use super::index::side;
use super::{Case, Decision, Instant};
use crate::change::{Direction, Verb};

/// What a departure ends, and what brings it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The person, until they are activated; whoever is assigned is active, too.
    Deactivated,
    /// The person, until they are activated.
    Suspended,
    /// The person or the group, until it is restored.
    Deleted,
    /// The push of the group, until it is pushed again.
    Unpushed,
    /// The person's assignment, until there is another.
    Unassigned,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Deactivated, Self::Suspended, Self::Deleted, Self::Unpushed, Self::Unassigned];

    const fn of(departure: &Decision) -> Self {
        match departure.verb {
            Verb::UserDeactivate => Self::Deactivated,
            Verb::UserSuspend => Self::Suspended,
            Verb::UserDelete | Verb::GroupDelete => Self::Deleted,
            Verb::PushRemove => Self::Unpushed,
            _ => Self::Unassigned,
        }
    }

    // What gave nothing from the start lifts nothing.
    const fn is_lifted_by(self, back: &Decision) -> bool {
        if back.lapses <= back.time {
            return false;
        }
        match self {
            Self::Deactivated => matches!(back.verb, Verb::UserActivate | Verb::UserUnsuspend | Verb::AppAssign),
            Self::Suspended => matches!(back.verb, Verb::UserActivate | Verb::UserUnsuspend),
            Self::Deleted => back.restores,
            Self::Unpushed => matches!(back.verb, Verb::PushCreate),
            Self::Unassigned => matches!(back.verb, Verb::AppAssign),
        }
    }
}

/// True when the decision takes access back. Whoever is suspended has it no more, even where that ends nothing.
pub(super) fn takes_back(decision: &Decision) -> bool {
    side(decision.direction) == 1 && (decision.rank.is_some() || decision.verb == Verb::UserSuspend)
}

/// The assignments of a person who was away by the records, so that they gave nothing, each with since when.
pub(super) fn away(case: &Case) -> Vec<(usize, Instant)> {
    let mut departed = None;
    let mut all = Vec::new();
    for (d, decision) in case.decisions.iter().enumerate().filter(|_| case.is_account) {
        match decision.verb {
            Verb::UserDeactivate | Verb::UserDelete => departed = Some(decision.time),
            Verb::AppAssign if decision.rank.is_none() && decision.lapses <= decision.time => {
                all.extend(departed.map(|since| (d, since)));
            }
            _ => {}
        }
    }
    all
}

/// Positions of the departures of a case and of what lifts them, ascending, by kind.
#[derive(Debug)]
pub(super) struct Departures {
    departures: [Vec<usize>; 5],
    returns: [Vec<usize>; 5],
}

impl Departures {
    pub(super) fn of(case: &Case) -> Self {
        let positions = |keep: &dyn Fn(&Decision) -> bool| {
            let kept = case.decisions.iter().enumerate().filter(|(_, decision)| keep(decision));
            kept.map(|(d, _)| d).collect::<Vec<_>>()
        };
        // What names the key is no departure: no return lifts it.
        let is_departure = |d: &Decision| takes_back(d) && d.rank != Some(0);
        Self {
            departures: Kind::ALL.map(|kind| positions(&|d| is_departure(d) && Kind::of(d) == kind)),
            returns: Kind::ALL.map(|kind| positions(&|d| d.direction == Direction::Grant && kind.is_lifted_by(d))),
        }
    }

    /// What lifts departures of that kind.
    pub(super) fn returns(&self, departure: &Decision) -> &[usize] {
        &self.returns[Kind::of(departure) as usize]
    }

    /// The last departures up to the instant, one of each kind.
    pub(super) fn last(&self, case: &Case, until: Instant) -> impl Iterator<Item = usize> {
        let last = move |list: &Vec<usize>| {
            let at = list.partition_point(|&d| case.decisions[d].time <= until);
            at.checked_sub(1).map(|at| list[at])
        };
        self.departures.iter().filter_map(last)
    }
}
