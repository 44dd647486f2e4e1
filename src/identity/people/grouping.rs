//! Which accounts are one person.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::identity::Basis;
use crate::identity::history::{Grouped, Histories, Run};
use crate::identity::store::{AccountId, DATABRICKS, Store};
use crate::identity::texts::{NONE, TextId};
use crate::identity::timeline::{Claim, Placed, Tenure, Union, tenure_at, tenures};

/// Why accounts were united with others.
pub(super) type Joined = HashMap<AccountId, Basis, RandomState>;

/// A claim to a name in a system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claimed {
    name: TextId,
    system: u16,
    claim: Claim,
}

/// The accounts while they are being united.
pub(super) struct Groups<'s> {
    store: &'s Store,
    histories: &'s Histories,
    union: Union,
    joined: Joined,
}

impl<'s> Groups<'s> {
    pub(super) fn new(store: &'s Store, histories: &'s Histories) -> Self {
        Self { store, histories, union: Union::new(store.accounts.len()), joined: Joined::default() }
    }

    /// What was united, and why.
    pub(super) fn done(self) -> (Union, Joined) {
        (self.union, self.joined)
    }

    fn accounts(&self) -> impl Iterator<Item = AccountId> + use<> {
        0..u32::try_from(self.store.accounts.len()).unwrap_or(NONE)
    }

    fn is_directory(&self, account: AccountId) -> bool {
        self.store.at(account).system != DATABRICKS
    }

    fn unite(&mut self, a: AccountId, b: AccountId, basis: Basis) {
        self.union.unite(a, b);
        for account in [a, b].into_iter().filter(|_| a != b) {
            let place = self.joined.entry(account).or_insert(basis);
            *place = basis.min(*place);
        }
    }

    /// One id in two systems of directories is one account: a list and a log of the same directory.
    pub(super) fn unite_ids(&mut self) {
        let mut first: HashMap<TextId, AccountId, RandomState> = HashMap::default();
        for account in self.accounts() {
            let id = self.store.at(account).id;
            if !self.is_directory(account) {
                continue;
            }
            let known = *first.entry(id).or_insert(account);
            self.unite(known, account, Basis::ImmutableId);
        }
    }

    /// Claims to logins, by name and system in the order of time.
    pub(super) fn login_claims(&self) -> Vec<Claimed> {
        let mut claims = Vec::new();
        for account in self.accounts().filter(|a| self.is_directory(*a)) {
            let system = self.store.at(account).system;
            for run in self.histories.names.of(account) {
                let spelling = self.store.texts.spelling(run.spelled);
                // Only that it ended is known of an account: its tenure lies before.
                let (first, last) = if run.last < run.first { (i64::MIN, i64::MIN) } else { (run.first, run.last) };
                let by_rule = matches!(spelling.rule, Some(Basis::Alias | Basis::Domain));
                let claim = Claim { owner: account, spelled: spelling.folded, by_rule, first, last };
                claims.push(Claimed { name: run.value, system, claim });
            }
        }
        self.sort(&mut claims);
        claims
    }

    fn sort(&self, claims: &mut [Claimed]) {
        let by_id = |c: &Claimed| self.store.named(c.claim.owner);
        claims.sort_unstable_by(|a, b| {
            let order = (a.name, a.system, a.claim.first, a.claim.last);
            order.cmp(&(b.name, b.system, b.claim.first, b.claim.last)).then_with(|| by_id(a).cmp(&by_id(b)))
        });
    }

    /// What the configuration calls one name is one person, whoever else says what.
    pub(super) fn unite_by_rule(&mut self, claims: &[Claimed]) {
        for of_name in claims.chunk_by(|a, b| a.name == b.name).filter(|of| of.iter().any(|c| c.claim.by_rule)) {
            // All directories together.
            let mut of_name: Vec<Claimed> = of_name.iter().map(|c| Claimed { system: DATABRICKS, ..*c }).collect();
            self.sort(&mut of_name);
            for pair in of_name.windows(2) {
                let [a, b] = pair else { continue };
                let (a, b) = (a.claim, b.claim);
                if a.spelled != b.spelled && (a.by_rule || b.by_rule) {
                    let spelled = if a.by_rule { a.spelled } else { b.spelled };
                    let basis = self.store.texts.spelling(spelled).rule.unwrap_or(Basis::Alias);
                    self.unite(a.owner, b.owner, basis);
                }
            }
        }
    }

    pub(super) fn login_tenures(&self, claims: &[Claimed]) -> Grouped<Placed> {
        let mut all = Vec::new();
        for held in claims.chunk_by(|a, b| (a.name, a.system) == (b.name, b.system)) {
            let Some(first) = held.first() else { continue };
            let claims: Vec<Claim> = held.iter().map(|c| c.claim).collect();
            let found = tenures(&claims, |a, b| self.union.is_same(a, b));
            all.extend(found.into_iter().map(|tenure| (first.name, Placed { system: first.system, tenure })));
        }
        Grouped::of_sorted(all, self.store.texts.len(), |(name, _)| *name, |(_, placed)| placed)
    }

    /// One name in two directories at one time is one person, unless that would make one of two accounts of a directory. Gives
    /// the names of which that is so.
    pub(super) fn unite_systems(&mut self, logins: &Grouped<Placed>) -> HashSet<TextId, RandomState> {
        let names = 0..u32::try_from(self.store.texts.len()).unwrap_or(NONE);
        let mut edges: Vec<(TextId, AccountId, AccountId)> = Vec::new();
        for name in names {
            edges.extend(self.across(logins.of(name)).into_iter().map(|(a, b)| (name, a, b)));
        }
        let (store, mut refused) = (self.store, HashSet::default());
        let texts = |e: &(TextId, AccountId, AccountId)| (store.texts.text(e.0), store.named(e.1), store.named(e.2));
        edges.sort_unstable_by(|a, b| texts(a).cmp(&texts(b)));
        let mut systems = self.systems(&edges);
        for (name, a, b) in edges {
            let (one, other) = (self.union.root(a), self.union.root(b));
            if one == other {
                continue;
            }
            let there = systems.get(&other).cloned().unwrap_or_default();
            let here = systems.entry(one).or_default();
            if here.iter().any(|system| there.contains(system)) {
                refused.insert(name);
                continue;
            }
            let both: Vec<u16> = here.iter().copied().chain(there).collect();
            let text = self.store.texts.text(name);
            self.unite(a, b, by_name(text));
            systems.insert(self.union.root(a), both);
        }
        refused
    }

    /// The systems of all accounts that are one with an account of these.
    fn systems(&self, edges: &[(TextId, AccountId, AccountId)]) -> HashMap<u32, Vec<u16>, RandomState> {
        let mut all: HashMap<u32, Vec<u16>, RandomState> = HashMap::default();
        if edges.is_empty() {
            return all;
        }
        for account in self.accounts().filter(|a| self.is_directory(*a)) {
            let systems = all.entry(self.union.root(account)).or_default();
            if !systems.contains(&self.store.at(account).system) {
                systems.push(self.store.at(account).system);
            }
        }
        all
    }

    /// Pairs of accounts that had one name in different systems. The system where it changed hands most often leads; where it did so
    /// as often, the first holders are one, the second, and so on.
    fn across(&self, placed: &[Placed]) -> Vec<(AccountId, AccountId)> {
        let by_system: Vec<&[Placed]> = placed.chunk_by(|a, b| a.system == b.system).collect();
        let name =
            |of: &[Placed]| std::cmp::Reverse(of.first().and_then(|p| self.store.systems.get(usize::from(p.system))));
        let lead = by_system.iter().filter(|_| by_system.len() > 1).max_by_key(|of| (of.len(), name(of)));
        let Some(lead) = lead else { return Vec::new() };
        let leading: Vec<Tenure> = lead.iter().map(|p| p.tenure).collect();
        let mut pairs = Vec::new();
        for of in by_system.iter().filter(|of| !std::ptr::eq(**of, *lead)) {
            for (at, placed) in of.iter().enumerate() {
                let there =
                    if of.len() == lead.len() { leading.get(at) } else { tenure_at(&leading, placed.tenure.last) };
                if let Some(there) = there.filter(|there| !there.is_contested && !placed.tenure.is_contested) {
                    pairs.push((there.owner, placed.tenure.owner));
                }
            }
        }
        pairs
    }

    /// Who had which name towards Databricks: that in the application where one is known, else the login.
    pub(super) fn facing(
        &self,
        mut claims: Vec<Claimed>,
        logins: &Grouped<Placed>,
        refused: &HashSet<TextId, RandomState>,
    ) -> Grouped<Tenure> {
        // Towards Databricks all directories are one.
        claims.retain(|c| self.histories.aliases.of(c.claim.owner).is_empty());
        claims.iter_mut().for_each(|c| c.system = DATABRICKS);
        for account in self.accounts().filter(|a| self.is_directory(*a)) {
            let (from, until) = self.life(account, logins);
            let aliases = self.histories.aliases.of(account);
            for (at, run) in aliases.iter().enumerate() {
                let first = if at == 0 { from } else { run.first };
                let last = aliases.get(at + 1).map_or(until, |next| next.first - 1);
                let claim = Claim { owner: account, spelled: run.spelled, by_rule: false, first, last };
                claims.push(Claimed { name: run.value, system: DATABRICKS, claim });
            }
        }
        self.sort(&mut claims);
        self.by_name(&claims, refused)
    }

    fn by_name(&self, claims: &[Claimed], refused: &HashSet<TextId, RandomState>) -> Grouped<Tenure> {
        let mut all = Vec::new();
        for held in claims.chunk_by(|a, b| a.name == b.name) {
            let Some(first) = held.first() else { continue };
            let claims: Vec<Claim> = held.iter().map(|c| c.claim).collect();
            for tenure in tenures(&claims, |a, b| self.union.is_same(a, b)) {
                let is_contested = tenure.is_contested || refused.contains(&first.name);
                all.push((first.name, Tenure { is_contested, ..tenure }));
            }
        }
        Grouped::of_sorted(all, self.store.texts.len(), |(name, _)| *name, |(_, tenure)| tenure)
    }

    /// From when to when an account was whose it was: without end on either side, unless its login was another's before or after.
    fn life(&self, account: AccountId, logins: &Grouped<Placed>) -> (i64, i64) {
        let system = self.store.at(account).system;
        let runs = self.histories.names.of(account);
        let tenures = |run: Option<&Run>| -> Vec<Tenure> {
            let placed = run.map_or(&[][..], |run| logins.of(run.value));
            placed.iter().filter(|p| p.system == system).map(|p| p.tenure).collect()
        };
        let is_own = |t: &Tenure| self.union.is_same(t.owner, account);
        let before = tenures(runs.first());
        let from = match before.iter().position(is_own) {
            Some(at) if at > 0 => before[at].from,
            _ => i64::MIN,
        };
        let after = tenures(runs.last());
        let next = after.iter().rposition(is_own).and_then(|at| after.get(at + 1));
        (from, next.map_or(i64::MAX, |next| next.from - 1))
    }

    /// Who had which name in Databricks. An account that is made again under a name is no other person's: Databricks gives a
    /// new id to whoever comes back. It is another's only if the account before it goes by another name now.
    ///
    /// Nor is an account another's that appears under a name while the account that had it is still there. Those are given, too.
    pub(super) fn own_names(&mut self) -> (Grouped<Tenure>, HashSet<AccountId, RandomState>) {
        let mut claims = Vec::new();
        for account in self.accounts().filter(|a| !self.is_directory(*a)) {
            for (runs, is_label) in [(&self.histories.names, false), (&self.histories.aliases, true)] {
                for run in runs.of(account) {
                    let (first, last) = (run.first, run.last.max(run.first));
                    let claim = Claim { owner: account, spelled: run.spelled, by_rule: is_label, first, last };
                    claims.push(Claimed { name: run.value, system: DATABRICKS, claim });
                }
            }
        }
        self.sort(&mut claims);
        let intruders = intruders(&claims);
        for pair in claims.windows(2) {
            let [a, b] = pair else { continue };
            let latest = self.histories.names.of(a.claim.owner).last().map(|run| run.value);
            let is_again = !a.claim.by_rule && !b.claim.by_rule && latest == Some(a.name);
            if a.name == b.name && is_again && ![a, b].iter().any(|c| intruders.contains(&c.claim.owner)) {
                self.union.unite(a.claim.owner, b.claim.owner);
            }
        }
        (self.each_in_its_time(&claims), intruders)
    }

    /// Tenures of names in Databricks. A person's accounts of one name stand apart: each may become another's.
    fn each_in_its_time(&self, claims: &[Claimed]) -> Grouped<Tenure> {
        let mut all = Vec::new();
        for held in claims.chunk_by(|a, b| a.name == b.name) {
            let Some(first) = held.first() else { continue };
            let claims: Vec<Claim> = held.iter().map(|c| c.claim).collect();
            for tenure in tenures(&claims, |a, b| self.union.is_same(a, b)) {
                let is_in_it = |c: &&Claim| c.first > tenure.from && c.first <= tenure.last && !tenure.is_contested;
                all.push((first.name, tenure));
                let later = claims.iter().filter(is_in_it);
                all.extend(later.map(|c| (first.name, Tenure { from: c.first, owner: c.owner, ..tenure })));
            }
        }
        Grouped::of_sorted(all, self.store.texts.len(), |(name, _)| *name, |(_, tenure)| tenure)
    }
}

/// Accounts that appear under a name before the one that had it was last seen; both, where they appear at once.
fn intruders(claims: &[Claimed]) -> HashSet<AccountId, RandomState> {
    let mut all = HashSet::default();
    for held in claims.chunk_by(|a, b| a.name == b.name) {
        let mut last: Option<Claim> = None;
        for claim in held.iter().map(|c| c.claim).filter(|c| !c.by_rule) {
            let before = last.filter(|before| before.owner != claim.owner && claim.first <= before.last);
            all.extend(before.map(|_| claim.owner));
            all.extend(before.filter(|before| before.first == claim.first).map(|before| before.owner));
            last = Some(last.filter(|last| last.last >= claim.last).unwrap_or(claim));
        }
    }
    all
}

/// What a name proves: an address is somebody's own, a mere name may be anybody's.
pub(super) fn by_name(name: &str) -> Basis {
    if name.contains('@') { Basis::VerifiedEmail } else { Basis::Name }
}
