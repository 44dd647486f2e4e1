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
    let scopes = scopes(store, &of_name.values().flatten().copied().collect());
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

/// Groups that are gone, each with the one that was made under its name since and has another name now; the latest first, so that whatever
/// took the place of that one is known by then. Where a third one took the name, it is that one's.
pub(super) fn made_anew(store: &Store, histories: &Histories) -> Vec<(AccountId, AccountId)> {
    let groups = || (0..).zip(&store.accounts).filter(|(_, a)| a.system == DATABRICKS).map(|(number, _)| number);
    let mut began: HashMap<TextId, Vec<(i64, AccountId)>, RandomState> = HashMap::default();
    for group in groups() {
        for run in histories.names.of(group) {
            began.entry(run.value).or_default().push((run.first, group));
        }
    }
    began.values_mut().for_each(|groups| groups.sort_unstable());
    let is_renamed = |group: AccountId, name: TextId| {
        let names = histories.names.of(group);
        names.first().is_some_and(|run| run.value == name) && names.last().is_some_and(|run| run.value != name)
    };
    let anew = |gone: AccountId| {
        let end = histories.end(gone)?;
        let name = histories.names.of(gone).last()?.value;
        let mut later = began.get(&name)?.iter().filter(|(first, group)| *first > end && *group != gone);
        let (_, anew) = later.next().filter(|(_, anew)| is_renamed(*anew, name))?;
        later.next().is_none().then_some((end, gone, *anew))
    };
    let mut all: Vec<(i64, AccountId, AccountId)> = groups().filter_map(anew).collect();
    let scopes = scopes(store, &all.iter().flat_map(|(_, gone, anew)| [*gone, *anew]).collect());
    let is_here = |gone: &AccountId, anew: &AccountId| {
        scopes.get(gone).zip(scopes.get(anew)).is_some_and(|(a, b)| !a.is_disjoint(b))
    };
    all.retain(|(_, gone, anew)| is_here(gone, anew));
    all.sort_unstable_by_key(|(end, gone, _)| std::cmp::Reverse((*end, *gone)));
    all.into_iter().map(|(_, gone, anew)| (gone, anew)).collect()
}

/// Where groups were seen.
fn scopes(store: &Store, asked: &HashSet<AccountId, RandomState>) -> HashMap<AccountId, BTreeSet<TextId>, RandomState> {
    let mut scopes: HashMap<AccountId, BTreeSet<TextId>, RandomState> = HashMap::default();
    for said in store.said.iter().filter(|said| said.scope != NONE && asked.contains(&said.account)) {
        scopes.entry(said.account).or_default().insert(said.scope);
    }
    scopes
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
