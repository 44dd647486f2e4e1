//! When a group was pushed no more: the provider had ended that, or may have, and Databricks had the group no more.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::super::kernel::{Case, Instant, Scope, Unpushed};
use super::Entitlement;
use super::builder::Builder;
use crate::change::{Direction, Verb};

/// Spans of time, each until the group was pushed or made again.
pub(super) type Spans = Arc<[Unpushed]>;

/// What tells of a group's push.
enum Turn {
    Pushed,
    Ended,
    Made(Scope),
    Gone(Scope),
}

impl<'a> Builder<'a> {
    /// By the name of the group; what the configuration maps is pushed all the time.
    pub(super) fn unpushed(&self) -> HashMap<&'a str, Spans, RandomState> {
        let ground = self.ground;
        let configured: HashSet<&str> = ground.identities.configured_groups().map(String::as_str).collect();
        let mut listed: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
        for (key, _, seen) in ground.noted.seen().filter(|(key, ..)| key.is_group) {
            let held = seen.iter().filter(|seen| seen.held).map(|seen| seen.time);
            listed.entry(key.subject.label()).or_default().extend(held);
        }
        let is_group = |thing: &(bool, Entitlement)| thing.0 && thing.1 == Entitlement::Account;
        let groups = self.by_key.each().filter(|(place, _)| is_group(ground.keys.thing(place.thing)));
        let of_group = |(place, case): (super::Place, &Case)| {
            let name = ground.keys.holder(place.holder).label();
            let listed = listed.get(name).map_or(&[][..], Vec::as_slice);
            (name, spans(case, listed))
        };
        groups.map(of_group).filter(|(name, spans)| !spans.is_empty() && !configured.contains(name)).collect()
    }
}

fn spans(case: &Case, listed: &[Instant]) -> Spans {
    let mut turns: Vec<(Instant, Turn)> = Vec::new();
    turns.extend(case.decisions.iter().filter_map(|d| match d.verb {
        Verb::PushCreate => Some((d.time, Turn::Pushed)),
        Verb::PushRemove | Verb::GroupDelete => Some((d.time, Turn::Ended)),
        _ => None,
    }));
    let pushes = case.pushes.iter().filter(|p| p.direction != Direction::Revoke);
    turns.extend(pushes.map(|p| (p.time, Turn::Pushed)));
    turns.extend(listed.iter().map(|time| (*time, Turn::Made(Scope::ACCOUNT))));
    turns.extend(case.effects.iter().map(|e| {
        let is_made = e.direction == Direction::Grant;
        (e.time, if is_made { Turn::Made(e.scope) } else { Turn::Gone(e.scope) })
    }));
    turns.sort_by_key(|(time, _)| *time);
    walk(turns)
}

fn walk(turns: Vec<(Instant, Turn)>) -> Spans {
    let (mut is_ended, mut is_gone) = (false, false);
    // When it was last seen to be pushed, or there.
    let mut seen = None;
    let mut open: Option<Unpushed> = None;
    let mut there: HashSet<Scope> = HashSet::new();
    let mut spans = Vec::new();
    for (time, turn) in turns {
        match turn {
            Turn::Pushed => is_ended = false,
            Turn::Ended => is_ended = true,
            Turn::Made(scope) => {
                there.insert(scope);
                is_gone = false;
            }
            Turn::Gone(scope) => {
                there.remove(&scope);
                is_gone = there.is_empty() || scope == Scope::ACCOUNT;
            }
        }
        if matches!(turn, Turn::Pushed | Turn::Made(_)) {
            seen = Some(time);
        }
        let unseen_since = (!is_ended).then(|| seen.unwrap_or(time));
        let now = is_gone.then_some(Unpushed { from: time, until: Instant::MAX, unseen_since });
        if open.map(|open| open.unseen_since) != now.map(|now| now.unseen_since) {
            spans.extend(open.map(|open| Unpushed { until: time, ..open }));
            open = now;
        }
    }
    spans.extend(open);
    spans.into()
}
