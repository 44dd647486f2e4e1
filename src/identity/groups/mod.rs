//! Groups: which group of a directory is which of Databricks, and under which name.
//!
//! A Databricks group is its id, and its key the latest name. A directory's group is led to it by a foreign id, else by the name it
//! is pushed under, else by the configuration's map, its prefix, or the same name.

mod listing;
mod rivals;
mod successors;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::fold::fold;
use super::history::{Grouped, Histories, Run};
use super::store::{AccountId, DATABRICKS, Store};
use super::texts::{NONE, TextId};
use super::timeline::{Claim, Moment, Placed, Tenure, placed_then, tenure_then, tenures};
use super::{Basis, Resolved};
use rivals::{Rivals, until};

/// What the configuration says of groups; names folded.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    pub(super) map: BTreeMap<String, String>,
    prefix: String,
}

impl Mapping {
    pub(super) fn new(map: &BTreeMap<String, String>, prefix: &str) -> Self {
        Self { map: map.iter().map(|(there, here)| (fold(there), fold(here))).collect(), prefix: fold(prefix) }
    }

    /// The Databricks name of a folded directory name, and by what.
    fn apply<'n>(&'n self, folded: &'n str) -> (&'n str, Basis) {
        match (self.map.get(folded), folded.strip_prefix(self.prefix.as_str())) {
            (Some(mapped), _) => (mapped, Basis::Alias),
            (None, Some(stripped)) => (stripped, Basis::Name),
            (None, None) => (folded, Basis::Name),
        }
    }

    /// The Databricks name of a folded directory name.
    pub(super) fn mapped<'n>(&'n self, folded: &'n str) -> &'n str {
        self.apply(folded).0
    }
}

/// That a directory's group is a Databricks group, from an instant on.
#[derive(Debug, Clone, Copy)]
struct Tie {
    from: i64,
    group: AccountId,
    record: u32,
}

/// All groups.
#[derive(Debug)]
pub(super) struct Groups {
    histories: Histories,
    /// Keys of Databricks groups, by account; empty for a directory's groups.
    keys: Vec<Arc<str>>,
    /// Who had which name in Databricks.
    own: Grouped<Tenure>,
    /// Who had which name in which directory.
    logins: Grouped<Placed>,
    /// Ties of a directory's groups by foreign ids.
    ties: Grouped<Tie>,
    rivals: Rivals,
}

impl Groups {
    /// `is_person` tells whether a person has that key.
    pub(super) fn of(store: &Store, mapping: &Mapping, is_person: impl Fn(&str) -> bool) -> Self {
        let histories = Histories::of(store, |_| false);
        let ties = ties(store, &histories);
        let apart = apart(store, &histories, &ties);
        let successors = successors::of(store, &histories);
        let is_apart =
            |group: AccountId, name: &str| apart.contains(&group) || successors.contains(&group) || is_person(name);
        let keys = keys(store, &histories, mapping, &ties, is_apart);
        let is_databricks = |account: AccountId| store.at(account).system == DATABRICKS;
        let own = claims(store, &histories, |a| is_databricks(a) && !apart.contains(&a));
        let own = held(&own, |a, b| keys[a as usize] == keys[b as usize]);
        let mut logins = claims(store, &histories, |a| !is_databricks(a));
        logins.iter_mut().for_each(|claimed| claimed.2.last = until(&histories, &claimed.2));
        let rivals = Rivals::of(store, &histories, mapping, &logins, &ties, &own);
        let logins = held(&logins, |a, b| a == b);
        let texts = store.texts.len();
        Self {
            own: Grouped::of_sorted(own, texts, |(name, _, _)| *name, |(_, _, tenure)| tenure),
            logins: Grouped::of_sorted(
                logins,
                texts,
                |(name, _, _)| *name,
                |(_, system, tenure)| Placed { system, tenure },
            ),
            ties: Grouped::of_sorted(ties, store.accounts.len(), |(group, _)| *group, |(_, tie)| tie),
            keys,
            rivals,
            histories,
        }
    }

    /// The key of a group that Databricks names.
    pub(super) fn in_databricks(
        &self,
        store: &Store,
        account: AccountId,
        name: Option<&str>,
        when: &Moment,
    ) -> Option<Resolved> {
        let by_name = || self.named(store, name.filter(|_| self.histories.names.of(account).is_empty())?, when);
        by_name().or_else(|| self.keys.get(account as usize).map(|key| Resolved::Key(key.clone())))
    }

    /// The key of whichever Databricks group had a folded name, if any did.
    pub(super) fn named(&self, store: &Store, name: &str, when: &Moment) -> Option<Resolved> {
        let tenure = tenure_then(self.own.of(store.texts.find(name)?), when)?;
        Some(match tenure.is_contested {
            true => Resolved::Unresolved(name.into()),
            false => Resolved::Key(self.keys[tenure.owner as usize].clone()),
        })
    }

    /// Which group of the directory had a folded name.
    pub(super) fn holder(&self, store: &Store, system: u16, name: &str, when: &Moment) -> Option<Tenure> {
        placed_then(self.logins.of(store.texts.find(name)?), system, when).map(|placed| placed.tenure)
    }

    /// The Databricks group of a directory's group, and by what.
    pub(super) fn of_directory(
        &self,
        store: &Store,
        mapping: &Mapping,
        group: AccountId,
        when: &Moment,
    ) -> (Resolved, Basis) {
        if let Some(tie) = when.latest(self.ties.of(group), |tie| tie.from) {
            return (Resolved::Key(self.keys[tie.group as usize].clone()), Basis::ExternalId);
        }
        if let Some(pushed) = Histories::run_then(self.histories.aliases.of(group), when) {
            let name = store.texts.text(pushed.value);
            return (self.named(store, name, when).unwrap_or_else(|| Resolved::Key(name.into())), Basis::Alias);
        }
        self.by_names(store, mapping, group, when)
    }

    // By the name it has, else by one it had, as long as nobody else has that: whichever of them Databricks knows.
    fn by_names(&self, store: &Store, mapping: &Mapping, group: AccountId, when: &Moment) -> (Resolved, Basis) {
        let runs = self.histories.names.of(group);
        let Some(now) = Histories::run_then(runs, when) else {
            // Some directories' records have the application's id.
            let there = store.databricks_account(store.at(group).id).map(|there| self.keys[there as usize].clone());
            let key = there.unwrap_or_else(|| format!("id:{}", store.named(group).1).into());
            return (Resolved::Key(key), Basis::ImmutableId);
        };
        let (name, basis) = mapping.apply(store.texts.text(now.value));
        if self.rivals.namesakes.contains(&(group, now.value)) {
            return (Resolved::Key(format!("{name}#{}", store.named(group).1).into()), Basis::ImmutableId);
        }
        let is_chosen = self.rivals.chosen.contains(&(group, now.value));
        let tenure = self.tenure(store, group, now.value, when).filter(|_| !is_chosen);
        if tenure.is_some_and(|t| t.is_contested) {
            return (Resolved::Unresolved(name.into()), basis);
        }
        if let Some(found) = self.named(store, name, when) {
            return (found, basis);
        }
        let is_free = |run: &&Run| {
            self.rivals.chosen.contains(&(group, run.value))
                || self.tenure(store, group, run.value, when).is_none_or(|t| t.owner == group)
        };
        let other_names = || runs.iter().rev().filter(is_free).map(|run| mapping.apply(store.texts.text(run.value)));
        let known = other_names().find_map(|(name, basis)| Some((self.named(store, name, when)?, basis)));
        known.unwrap_or_else(|| {
            let mapped = other_names().find(|(_, basis)| *basis == Basis::Alias).or_else(|| other_names().next());
            let (name, basis) = mapped.unwrap_or((name, basis));
            (Resolved::Key(name.into()), basis)
        })
    }

    fn tenure(&self, store: &Store, group: AccountId, name: TextId, when: &Moment) -> Option<Tenure> {
        placed_then(self.logins.of(name), store.at(group).system, when).map(|placed| placed.tenure)
    }
}

fn accounts(store: &Store) -> impl Iterator<Item = AccountId> + use<> {
    0..u32::try_from(store.accounts.len()).unwrap_or(NONE)
}

/// Foreign ids on either side, by the directory's group.
fn ties(store: &Store, histories: &Histories) -> Vec<(AccountId, Tie)> {
    let mut directory: HashMap<TextId, Vec<AccountId>, RandomState> = HashMap::default();
    for account in accounts(store).filter(|a| store.at(*a).system != DATABRICKS) {
        directory.entry(store.at(account).id).or_default().push(account);
    }
    let mut all = Vec::new();
    for account in accounts(store) {
        let is_databricks = store.at(account).system == DATABRICKS;
        for run in histories.externals.of(account) {
            let tie = |group: AccountId| Tie { from: run.first, group, record: run.record };
            if is_databricks {
                let tied = directory.get(&run.value).into_iter().flatten();
                all.extend(tied.map(|of| (*of, tie(account))));
            } else {
                all.extend(store.databricks_account(run.value).map(|group| (account, tie(group))));
            }
        }
    }
    all.sort_unstable_by(|(a, x), (b, y)| {
        let by_name = || store.named(x.group).cmp(&store.named(y.group));
        (a, x.from).cmp(&(b, y.from)).then_with(by_name).then_with(|| x.record.cmp(&y.record))
    });
    all
}

/// Databricks groups that a list shows to be nobody's, beside one of the same name that is a directory's: groups of one workspace that
/// happen to be called like those that are pushed.
fn apart(store: &Store, histories: &Histories, ties: &[(AccountId, Tie)]) -> HashSet<AccountId, RandomState> {
    let mut tied: HashSet<AccountId, RandomState> = ties.iter().map(|(_, tie)| tie.group).collect();
    tied.extend(
        accounts(store).filter(|a| store.at(*a).system == DATABRICKS && !histories.externals.of(*a).is_empty()),
    );
    let latest = |group: AccountId| histories.names.of(group).last().map(|run| run.value);
    let pushed: HashSet<TextId, RandomState> = tied.iter().filter_map(|group| latest(*group)).collect();
    let is_apart = |group: &AccountId| {
        store.at(*group).system == DATABRICKS
            && histories.is_listed_alone[*group as usize]
            && !tied.contains(group)
            && latest(*group).is_some_and(|name| pushed.contains(&name))
    };
    accounts(store).filter(is_apart).collect()
}

/// The latest name; behind it the id of a group that has to be told from a pushed one, or from a person. A group without a name goes by that of the
/// directory's group that it is tied to, else by its id.
fn keys(
    store: &Store,
    histories: &Histories,
    mapping: &Mapping,
    ties: &[(AccountId, Tie)],
    is_apart: impl Fn(AccountId, &str) -> bool,
) -> Vec<Arc<str>> {
    let is_databricks = |account: AccountId| store.at(account).system == DATABRICKS;
    let by_id = |a: AccountId| if is_databricks(a) { format!("id:{}", store.named(a).1).into() } else { "".into() };
    let mut keys: Vec<Arc<str>> = accounts(store).map(by_id).collect();
    let latest = |group: AccountId| histories.names.of(group).last().map(|run| store.texts.text(run.value));
    let mut by_time: Vec<&(AccountId, Tie)> = ties.iter().collect();
    by_time.sort_by_key(|(of, tie)| (tie.from, store.named(*of)));
    for (of, tie) in by_time {
        if let Some(name) = latest(*of) {
            keys[tie.group as usize] = mapping.mapped(name).into();
        }
    }
    for group in accounts(store).filter(|a| is_databricks(*a)) {
        if let Some(name) = latest(group) {
            let id = store.named(group).1;
            keys[group as usize] = if is_apart(group, name) { format!("{name}#{id}").into() } else { name.into() };
        }
    }
    // Made again under its name, a group takes the other's place, whatever it is called later.
    let is_plain = |group: AccountId| latest(group).is_some_and(|name| !is_apart(group, name));
    for (gone, anew) in successors::made_anew(store, histories) {
        if is_plain(gone) && is_plain(anew) {
            keys[gone as usize] = keys[anew as usize].clone();
        }
    }
    keys
}

/// A name, a system, and a group's claim to it there.
type Claimed = (TextId, u16, Claim);

/// Claims of those groups to all their names, by name and system.
fn claims(store: &Store, histories: &Histories, is_meant: impl Fn(AccountId) -> bool) -> Vec<Claimed> {
    let mut claims = Vec::new();
    for account in accounts(store).filter(|a| is_meant(*a)) {
        for run in histories.names.of(account) {
            let (first, last) = if run.last < run.first { (i64::MIN, i64::MIN) } else { (run.first, run.last) };
            let claim = Claim { owner: account, spelled: run.value, by_rule: false, first, last };
            claims.push((run.value, store.at(account).system, claim));
        }
    }
    let key = |(name, system, claim): &Claimed| (*name, *system, claim.first, claim.last);
    claims
        .sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| store.named(a.2.owner).cmp(&store.named(b.2.owner))));
    claims
}

/// Tenures of names.
fn held(claims: &[Claimed], is_same: impl Fn(u32, u32) -> bool) -> Vec<(TextId, u16, Tenure)> {
    let mut all = Vec::new();
    for of_name in claims.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let claims: Vec<Claim> = of_name.iter().map(|(_, _, claim)| *claim).collect();
        all.extend(tenures(&claims, &is_same).into_iter().map(|tenure| (of_name[0].0, of_name[0].1, tenure)));
    }
    all
}
