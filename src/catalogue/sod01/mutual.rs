//! Grants in return: the subject had granted the same to the actor.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{TEST, bears_on};
use crate::catalogue::Evidence;
use crate::catalogue::grants::Grant;
use crate::config::ByEnvironment;
use crate::coverage::HOUR;
use crate::error::Result;

/// Where and when a hole is looked for: whether at the identity provider, source, scope, first and last hour.
type Asked = (bool, String, String, i64, i64);

/// Who granted what to whom, by the grant that would be the return of it.
pub(super) struct Mutual<'g> {
    all: &'g [Grant<'g>],
    by_pair: HashMap<(&'g str, &'g str, &'g str), Vec<usize>, FixedState>,
    /// In microseconds.
    within: ByEnvironment<i64>,
    /// Holes looked up before: the same hours are asked for over and over.
    holes: Mutex<BTreeMap<Asked, Option<String>>>,
}

impl<'g> Mutual<'g> {
    pub(super) fn new(evidence: &Evidence<'_>, all: &'g [Grant<'g>]) -> Result<Self> {
        let mut by_pair: HashMap<(&str, &str, &str), Vec<usize>, FixedState> =
            HashMap::with_capacity_and_hasher(all.len(), FixedState::default());
        for (at, grant) in all.iter().enumerate().filter(|(_, grant)| grant.succeeded() && grant.is_resolved) {
            if let Some(actor) = grant.actor.as_deref() {
                by_pair.entry((actor, &grant.subject, &grant.object)).or_default().push(at);
            }
        }
        let within = ByEnvironment::new(evidence.config, |here| Ok(here.span(TEST.id, "reciprocal")?.micros()))?;
        Ok(Self { all, by_pair, within, holes: Mutex::default() })
    }

    /// The latest earlier grant of the same by the subject to the actor, within the time; the limit itself counts.
    pub(super) fn partner(&self, evidence: &Evidence<'_>, at: usize, actor: &str, grant: &Grant<'_>) -> Option<String> {
        let back = self.by_pair.get(&(grant.subject.as_str(), actor, grant.object.as_str()))?;
        let before = back[..back.partition_point(|other| *other < at)].last()?;
        let other = &self.all[*before];
        (grant.time - other.time <= self.within_at(evidence, grant)).then(|| other.event_id.to_string())
    }

    fn within_at(&self, evidence: &Evidence<'_>, grant: &Grant<'_>) -> i64 {
        *self.within.at(evidence.config.environment(&grant.scope))
    }

    /// The hole in which a grant in return may hide.
    pub(super) fn hole(&self, evidence: &Evidence<'_>, grant: &Grant<'_>) -> Option<String> {
        let from = grant.time - self.within_at(evidence, grant);
        let [first, last] = [from, grant.time].map(|time| time.div_euclid(HOUR));
        let key = (grant.is_decision, grant.source.to_string(), grant.scope.to_string(), first, last);
        let known = self.known_holes().get(&key).cloned();
        known.unwrap_or_else(|| {
            let hole = evidence.hole(|log| bears_on(grant, log), from, grant.time);
            self.known_holes().insert(key, hole.clone());
            hole
        })
    }

    fn known_holes(&self) -> MutexGuard<'_, BTreeMap<Asked, Option<String>>> {
        self.holes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
