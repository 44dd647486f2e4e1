//! The readable name of every cluster.

use std::cmp::Reverse;

use super::{Owner, People};
use crate::identity::history::Histories;
use crate::identity::store::{AccountId, DATABRICKS, Said, Store};
use crate::identity::texts::{NONE, TextId};
use crate::identity::timeline::Moment;

/// How good a name is, how late it was used, and the name.
type Candidate = (u8, i64, TextId);

const LOGIN: u8 = 1;
const PUSHED: u8 = 2;
const IN_DATABRICKS: u8 = 3;

/// What a cluster is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Called {
    /// [`NONE`] = no name is known.
    name: TextId,
    /// Another cluster had the name before.
    is_later: bool,
}

impl Called {
    pub(super) const fn name(&self) -> TextId {
        self.name
    }
}

impl People {
    /// The key of a cluster: its name, or its id where no name is known. Where others had the name before it the id stands behind.
    pub(in crate::identity) fn key(&self, store: &Store, cluster: u32) -> String {
        let Some(called) = self.called.get(cluster as usize) else { return String::new() };
        let id = || self.founders.get(cluster as usize).map_or("", |founder| store.named(*founder).1);
        match (called.name, called.is_later) {
            (NONE, _) => format!("id:{}", id()),
            (name, true) => format!("{}#{}", store.texts.text(name), id()),
            (name, false) => store.texts.text(name).to_owned(),
        }
    }

    /// The name in Databricks where it is known, else that under which the person is pushed, else the login, the latest of each.
    pub(super) fn name_clusters(&self, store: &Store) -> Vec<Called> {
        let best = self.best(store);
        let first_seen = self.first_seen(store);
        let mut called: Vec<Called> = best
            .into_iter()
            .map(|best| Called { name: best.map_or(NONE, |(_, _, name)| name), is_later: false })
            .collect();
        let mut order: Vec<u32> = (0..u32::try_from(called.len()).unwrap_or(NONE)).collect();
        order.retain(|at| first_seen[*at as usize] < i64::MAX && called[*at as usize].name != NONE);
        let rank = |at: u32| (called[at as usize].name, first_seen[at as usize]);
        let id = |at: u32| store.named(self.founders[at as usize]);
        order.sort_unstable_by(|a, b| rank(*a).cmp(&rank(*b)).then_with(|| id(*a).cmp(&id(*b))));
        let is_later: Vec<u32> = order
            .windows(2)
            .filter(|pair| called[pair[0] as usize].name == called[pair[1] as usize].name)
            .map(|pair| pair[1])
            .collect();
        for at in is_later {
            called[at as usize].is_later = true;
        }
        called
    }

    /// When each cluster was first seen; never, for one that stands for a Databricks account which was always somebody's.
    fn first_seen(&self, store: &Store) -> Vec<i64> {
        let mut first = vec![i64::MAX; self.founders.len()];
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            let own = self.cluster(account);
            let is_own = store.at(account).system != DATABRICKS
                || self.segments.of(account).iter().any(|s| s.owner == Owner::Cluster(own));
            if let Some(first) = first.get_mut(own as usize).filter(|_| is_own) {
                *first = self.histories.spans[account as usize].0.min(*first);
            }
        }
        first
    }

    fn best(&self, store: &Store) -> Vec<Option<Candidate>> {
        let mut best: Vec<Option<Candidate>> = vec![None; self.founders.len()];
        let mut offer = |owner: Owner, quality: u8, time: i64, name: TextId| {
            if let Owner::Cluster(cluster) = owner
                && let Some(place) = best.get_mut(cluster as usize)
            {
                let rank = |(quality, time, name): Candidate| (quality, time, Reverse(store.texts.text(name)));
                let is_better = place.is_none_or(|known| rank(known) < rank((quality, time, name)));
                *place = if is_better { Some((quality, time, name)) } else { *place };
            }
        };
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            if store.at(account).system == DATABRICKS {
                for (owner, time, name) in self.called_while(account) {
                    offer(owner, IN_DATABRICKS, time, name);
                }
                continue;
            }
            let own = Owner::Cluster(self.cluster(account));
            for (runs, quality) in [(&self.histories.aliases, PUSHED), (&self.histories.names, LOGIN)] {
                runs.of(account).iter().for_each(|run| offer(own, quality, run.last, run.value));
            }
        }
        let is_by_name = |said: &Said| said.account == NONE && said.system == DATABRICKS;
        let named = store.said.iter().any(is_by_name).then(|| store.seen());
        for seen in named.into_iter().flatten().filter(|seen| is_by_name(seen)) {
            let name = store.texts.spelling(seen.name).canonical;
            if let Some(owner) = self.of_name(store, DATABRICKS, name, &Moment::new(seen.time)) {
                offer(owner, IN_DATABRICKS, seen.time, name);
            }
        }
        best
    }

    /// What a Databricks account was last called while it was each owner's.
    fn called_while(&self, account: AccountId) -> Vec<(Owner, i64, TextId)> {
        let segments = self.segments.of(account);
        let names = self.histories.names.of(account);
        let called = |(at, segment): (usize, &super::Segment)| {
            let until = segments.get(at + 1).map_or(i64::MAX, |next| next.from - 1);
            let run = Histories::run_at(names, until).filter(|run| run.first <= until && run.last >= segment.from)?;
            Some((segment.owner, run.last.min(until), run.value))
        };
        segments.iter().enumerate().filter_map(called).collect()
    }
}
