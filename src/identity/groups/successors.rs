//! Databricks groups that took the name of another one beside which they had been there under a name of their own.

use std::collections::{BTreeSet, HashMap, HashSet};

use foldhash::fast::RandomState;

use super::super::history::Histories;
use super::super::store::{AccountId, DATABRICKS, Store};
use super::super::texts::{NONE, TextId};

/// Groups whose latest name another one of the same place had first, while they were there under a name that the other never had. A
/// group that is made again under its name was not there meanwhile, and takes the other's place.
pub(super) fn of(store: &Store, histories: &Histories) -> HashSet<AccountId, RandomState> {
    let mut of_name: HashMap<TextId, Vec<AccountId>, RandomState> = HashMap::default();
    for account in (0..).zip(&store.accounts).filter(|(_, a)| a.system == DATABRICKS).map(|(number, _)| number) {
        if let Some(run) = histories.names.of(account).last() {
            of_name.entry(run.value).or_default().push(account);
        }
    }
    of_name.retain(|_, groups| groups.len() > 1);
    let asked: HashSet<AccountId, RandomState> = of_name.values().flatten().copied().collect();
    let mut scopes: HashMap<AccountId, BTreeSet<TextId>, RandomState> = HashMap::default();
    for said in store.said.iter().filter(|said| said.scope != NONE && asked.contains(&said.account)) {
        scopes.entry(said.account).or_default().insert(said.scope);
    }
    let none = BTreeSet::new();
    let of = |account: &AccountId| scopes.get(account).unwrap_or(&none);
    let mut found = HashSet::default();
    for (name, groups) in &of_name {
        let since = |account: AccountId| {
            histories.names.of(account).iter().find(|run| run.value == *name).map_or(i64::MAX, |run| run.first)
        };
        // Two have one name at once only where a record mixes them up.
        let until = |account: AccountId| {
            histories.names.of(account).iter().rfind(|run| run.value == *name).map_or(i64::MIN, |run| run.last)
        };
        let is_first = |a: AccountId, b: AccountId| until(a) < since(b);
        for group in groups {
            let others = groups.iter().filter(|other| is_first(**other, *group) && !of(other).is_disjoint(of(group)));
            if others.into_iter().any(|other| was_beside(histories, *group, *other)) {
                found.insert(*group);
            }
        }
    }
    found
}

/// Whether a group was there under a name that another one never had, while that one was there.
fn was_beside(histories: &Histories, group: AccountId, other: AccountId) -> bool {
    let (runs, names) = (histories.names.of(group), histories.names.of(other));
    let (from, until) = histories.spans[other as usize];
    let until = histories.end(other).unwrap_or(i64::MAX).max(until);
    let is_beside = |at: usize| {
        let ends = runs.get(at + 1).map_or(i64::MAX, |next| next.first);
        runs[at].first <= until && ends > from && !names.iter().any(|run| run.value == runs[at].value)
    };
    (0..runs.len()).any(is_beside)
}
