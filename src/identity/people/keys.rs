//! The readable name of every cluster.

use std::cmp::Reverse;

use super::{Owner, People};
use crate::identity::history::Histories;
use crate::identity::store::{AccountId, DATABRICKS, Store};
use crate::identity::texts::{NONE, TextId};

/// How good a name is, how late it was used, and the name.
type Candidate<'s> = (u8, i64, Reverse<&'s str>);

const LOGIN: u8 = 1;
const PUSHED: u8 = 2;
const IN_DATABRICKS: u8 = 3;

impl People {
    /// The name in Databricks where it is known, else that under which the person is pushed, else the login, the latest of each.
    /// Of several clusters of one name all but the first have the id of their first account behind it.
    pub(super) fn name_clusters(&self, store: &Store) -> Vec<String> {
        let best = self.best(store);
        let first_seen = self.first_seen(store);
        let bases: Vec<String> = best
            .iter()
            .zip(&self.founders)
            .map(|(best, founder)| match best {
                Some((_, _, Reverse(name))) => (*name).to_owned(),
                None => format!("id:{}", store.named(*founder).1),
            })
            .collect();
        let mut order: Vec<usize> = (0..bases.len()).filter(|at| first_seen[*at] < i64::MAX).collect();
        let rank = |at: &usize| (&bases[*at], first_seen[*at], store.named(self.founders[*at]));
        order.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)));
        let mut keys = vec![String::new(); bases.len()];
        for of_name in order.chunk_by(|a, b| bases[*a] == bases[*b]) {
            for (place, at) in of_name.iter().enumerate() {
                let base = &bases[*at];
                keys[*at] = match place {
                    0 => base.clone(),
                    _ => format!("{base}#{}", store.named(self.founders[*at]).1),
                };
            }
        }
        keys
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

    fn best<'s>(&self, store: &'s Store) -> Vec<Option<Candidate<'s>>> {
        let mut best: Vec<Option<Candidate<'s>>> = vec![None; self.founders.len()];
        let mut offer = |owner: Owner, quality: u8, time: i64, name: TextId| {
            if let Owner::Cluster(cluster) = owner
                && let Some(place) = best.get_mut(cluster as usize)
            {
                *place = (*place).max(Some((quality, time, Reverse(store.texts.text(name)))));
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
        for seen in store.seen().filter(|s| s.account == NONE && s.system == DATABRICKS) {
            let name = store.texts.spelling(seen.name).canonical;
            if let Some(owner) = self.of_name(store, DATABRICKS, name, seen.time) {
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
