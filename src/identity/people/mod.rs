//! Users and service principals: whose each account and each name was, and when.
//!
//! The directory's id is the person. A name belongs to whoever held it at the time; a Databricks account to the person whose id it
//! carries, else to whoever held its name.

mod binding;
mod grouping;
mod keys;
mod listing;

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use self::binding::Segment;
use self::grouping::{Groups, Joined};
use self::keys::Called;
use super::history::{Grouped, Histories};
use super::store::{AccountId, DATABRICKS, Store};
use super::texts::{NONE, TextId};
use super::timeline::{Moment, Placed, Tenure, Union, placed_then, tenure_then};

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The cluster of that number.
    Cluster(u32),
    /// Several claim this name.
    Contested(TextId),
}

/// A principal as a record names it, by number; [`NONE`] = not said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) system: u16,
    pub(super) account: AccountId,
    /// Another system's id, or one that this system never showed.
    pub(super) foreign: TextId,
    /// The name that it stands for.
    pub(super) name: TextId,
    /// The name may be that in Databricks or in the directory.
    pub(super) is_either: bool,
}

/// All persons and service principals.
#[derive(Debug)]
pub(super) struct People {
    /// What accounts were called.
    histories: Histories,
    /// What the clusters are called.
    called: Vec<Called>,
    /// What those of a directory are called.
    called_names: HashSet<TextId, RandomState>,
    /// The account that each cluster is named by.
    founders: Vec<AccountId>,
    /// Cluster of a directory's account; of a Databricks account the one that it is by itself.
    clusters: Vec<u32>,
    /// Owners of Databricks accounts.
    segments: Grouped<Segment>,
    names: Names,
    /// Why a directory's account is in a cluster with others.
    joined: Joined,
    /// Databricks accounts that appear under the name of another while that is there.
    intruders: HashSet<AccountId, RandomState>,
    /// Directory accounts of each cluster.
    members: Grouped<AccountId>,
    /// Clusters that a Databricks account's own word belongs to, whoever else claims its name.
    proven: HashSet<u32, RandomState>,
    /// Directory accounts that name foreign ids, by id.
    by_external: HashMap<TextId, AccountId, RandomState>,
}

/// Who held which name.
#[derive(Debug)]
struct Names {
    /// In a directory, by system.
    logins: Grouped<Placed>,
    /// Towards Databricks: the name in the application, else the login.
    facing: Grouped<Tenure>,
    /// In Databricks itself.
    own: Grouped<Tenure>,
    /// Names by which the directories would make one of two accounts of a directory.
    refused: HashSet<TextId, RandomState>,
}

impl People {
    /// `is_group` tells of an id of Databricks whether it is a group's. Directories' records have such ids, too, without a name.
    pub(super) fn of(store: &Store, is_group: impl Fn(&str) -> bool) -> Self {
        let mut is_named = vec![false; store.accounts.len()];
        store
            .said
            .iter()
            .filter(|s| s.account != NONE && s.name != NONE)
            .for_each(|s| is_named[s.account as usize] = true);
        let is_databricks = |a: AccountId| store.at(a).system == DATABRICKS || !is_named[a as usize];
        let histories = Histories::of(store, |account| is_databricks(account) && is_group(store.named(account).1));
        let mut groups = Groups::new(store, &histories);
        groups.unite_ids();
        let claims = groups.login_claims();
        groups.unite_by_rule(&claims);
        let logins = groups.login_tenures(&claims);
        let refused = groups.unite_systems(&logins);
        let facing = groups.facing(claims, &logins, &refused);
        let (own, intruders) = groups.own_names();
        let names = Names { logins, facing, own, refused };
        let (union, joined) = groups.done();
        let (clusters, founders) = numbered(store, &histories, &union);
        let members = members(store, &clusters, founders.len());
        let mut people = Self {
            called: Vec::new(),
            called_names: HashSet::default(),
            founders,
            clusters,
            segments: Grouped::empty(),
            names,
            joined,
            intruders,
            members,
            proven: HashSet::default(),
            by_external: by_external(store, &histories),
            histories,
        };
        people.segments = people.bind(store);
        people.proven = people.proven(store);
        people.called = people.name_clusters(store);
        let named = people.called.iter().zip(0..).filter(|(_, cluster)| !people.members.of(*cluster).is_empty());
        people.called_names = named.map(|(called, _)| called.name()).filter(|name| *name != NONE).collect();
        people
    }

    /// Whose it is; `None` = neither name nor id was ever tied to anybody.
    pub(super) fn whose(&self, store: &Store, asked: Asked, when: &Moment) -> Option<Owner> {
        let by_name = || {
            let called = |system: u16| self.of_name(store, system, asked.name, when);
            match (called(asked.system), called(DATABRICKS)) {
                (Some(there), Some(here)) if asked.is_either && there != here => Some(Owner::Contested(asked.name)),
                (found, _) => found,
            }
        };
        let by_id = || {
            let account = Some(asked.account).filter(|account| *account != NONE)?;
            Some(self.of_account(store, self.meant(store, account), when))
        };
        let by_foreign = || {
            let account = self.by_external.get(&asked.foreign)?;
            Some(self.of_account(store, *account, when))
        };
        by_id().or_else(by_foreign).or_else(by_name)
    }

    /// Databricks accounts of which one had the other's name, before or after it, as one number: an account that is made again is the same.
    pub(super) fn slots(&self, store: &Store) -> Vec<AccountId> {
        let mut union = Union::new(store.accounts.len());
        let mut named: HashMap<TextId, AccountId, RandomState> = HashMap::default();
        for account in (0..union.len()).filter(|account| store.at(*account).system == DATABRICKS) {
            // A service principal's name is an id of it, too.
            let names = self.histories.names.of(account).iter().map(|run| store.texts.spelling(run.spelled).folded);
            for name in names.chain([store.at(account).id]) {
                union.unite(*named.entry(name).or_insert(account), account);
            }
        }
        (0..union.len()).map(|account| union.root(account)).collect()
    }

    /// Whether nothing but its id is known of an account.
    fn is_nameless(&self, account: AccountId) -> bool {
        self.histories.names.of(account).is_empty() && self.histories.aliases.of(account).is_empty()
    }

    /// Whether the account was left out, as its id is something else's.
    pub(super) fn is_none(&self, account: AccountId) -> bool {
        self.histories.spans.get(account as usize).is_none_or(|(first, last)| first > last)
    }

    /// An id of Databricks in a directory's record is the Databricks account, if the directory knows it by no name.
    fn meant(&self, store: &Store, account: AccountId) -> AccountId {
        let known =
            || store.databricks_account(store.at(account).id).or(self.by_external.get(&store.at(account).id).copied());
        if self.is_nameless(account) { known().unwrap_or(account) } else { account }
    }

    /// Whether a person of a directory has that name, folded, for a key.
    pub(super) fn is_called(&self, store: &Store, name: &str) -> bool {
        store.texts.find(name).is_some_and(|name| self.called_names.contains(&name))
    }

    /// Whether a person is seen no more from an instant on.
    fn is_gone(&self, cluster: u32, from: i64) -> bool {
        self.members.of(cluster).iter().all(|a| !self.histories.is_seen_from(*a, from))
    }

    /// Whether a person is seen no more from an instant on, and went by that name to the last.
    fn has_left(&self, cluster: u32, name: TextId, from: i64) -> bool {
        let latest = |account: AccountId| self.histories.facing(account).last().map(|run| run.value);
        let had = |account: AccountId| self.histories.facing(account).iter().any(|run| run.value == name);
        let members = self.members.of(cluster);
        members.iter().all(|a| !self.histories.is_seen_from(*a, from) && (!had(*a) || latest(*a) == Some(name)))
    }

    /// The cluster of a directory's account, or the name that it contests towards Databricks.
    fn of_account(&self, store: &Store, account: AccountId, when: &Moment) -> Owner {
        if store.at(account).system == DATABRICKS {
            return binding::at(self.segments.of(account), when);
        }
        let faced = Histories::run_then(self.histories.facing(account), when).map(|run| run.value);
        let is_contested =
            |name: &TextId| tenure_then(self.names.facing.of(*name), when).is_some_and(|t| t.is_contested);
        let cluster = self.cluster(account);
        match faced.filter(|name| is_contested(name) && !self.proven.contains(&cluster)) {
            Some(name) => Owner::Contested(name),
            None => Owner::Cluster(cluster),
        }
    }

    /// Whoever held a name at a time, as a system knew it.
    fn of_name(&self, store: &Store, system: u16, name: TextId, when: &Moment) -> Option<Owner> {
        let own = || self.own_name(store, name, when);
        let facing = || tenure_then(self.names.facing.of(name), when).map(|t| self.held(name, t));
        let login = || self.login(store, system, name, when);
        if system == DATABRICKS { own().or_else(facing).or_else(login) } else { login().or_else(facing).or_else(own) }
    }

    fn login(&self, store: &Store, system: u16, name: TextId, when: &Moment) -> Option<Owner> {
        let all = self.names.logins.of(name);
        if let Some(placed) = placed_then(all, system, when) {
            return Some(self.held(name, &placed.tenure));
        }
        let named = |p: &&Placed| store.systems.get(usize::from(p.system));
        let other = all.iter().min_by_key(named)?.system;
        if self.names.refused.contains(&name) {
            return Some(Owner::Contested(name));
        }
        Some(self.held(name, &placed_then(all, other, when)?.tenure))
    }

    fn own_name(&self, store: &Store, name: TextId, when: &Moment) -> Option<Owner> {
        let tenure = tenure_then(self.names.own.of(name), when)?;
        if tenure.is_contested {
            return Some(Owner::Contested(name));
        }
        Some(self.of_account(store, tenure.owner, when))
    }

    fn held(&self, name: TextId, tenure: &Tenure) -> Owner {
        if tenure.is_contested { Owner::Contested(name) } else { Owner::Cluster(self.cluster(tenure.owner)) }
    }

    fn cluster(&self, account: AccountId) -> u32 {
        self.clusters.get(account as usize).copied().unwrap_or(NONE)
    }
}

/// Sets of accounts, numbered, and the first account of each. A directory's account comes before one of Databricks.
fn numbered(store: &Store, histories: &Histories, union: &Union) -> (Vec<u32>, Vec<AccountId>) {
    let accounts = || 0..u32::try_from(store.accounts.len()).unwrap_or(NONE);
    let mut founder = vec![NONE; store.accounts.len()];
    let age = |a: AccountId| (store.at(a).system == DATABRICKS, histories.spans[a as usize].0, store.named(a));
    for account in accounts() {
        let place = &mut founder[union.root(account) as usize];
        if *place == NONE || age(account) < age(*place) {
            *place = account;
        }
    }
    let mut numbers = vec![NONE; store.accounts.len()];
    let roots = accounts().filter(|account| founder[*account as usize] != NONE);
    roots.zip(0..).for_each(|(root, number)| numbers[root as usize] = number);
    let clusters = accounts().map(|account| numbers[union.root(account) as usize]).collect();
    founder.retain(|account| *account != NONE);
    (clusters, founder)
}

/// The directory accounts of each cluster.
fn members(store: &Store, clusters: &[u32], count: usize) -> Grouped<AccountId> {
    let mut all: Vec<(u32, AccountId)> =
        clusters.iter().copied().zip(0..).filter(|(_, account)| store.at(*account).system != DATABRICKS).collect();
    all.sort_unstable();
    Grouped::of_sorted(all, count, |(cluster, _)| *cluster, |(_, account)| account)
}

/// Of several that name one id, the first by name of system and id.
fn by_external(store: &Store, histories: &Histories) -> HashMap<TextId, AccountId, RandomState> {
    let mut all: HashMap<TextId, AccountId, RandomState> = HashMap::default();
    for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
        if store.at(account).system == DATABRICKS {
            continue;
        }
        for run in histories.externals.of(account) {
            let place = all.entry(run.value).or_insert(account);
            if store.named(account) < store.named(*place) {
                *place = account;
            }
        }
    }
    all
}
