//! Whose a Databricks account was, and when.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::grouping::by_name;
use super::{Owner, People};
use crate::change::SubjectKind;
use crate::identity::Basis;
use crate::identity::history::{Grouped, Histories};
use crate::identity::rows::{Passage, record};
use crate::identity::store::{AccountId, DATABRICKS, Store};
use crate::identity::texts::{NONE, TextId};
use crate::identity::timeline::{Claim, Moment, Tenure, tenure_at, tenures};

const DAY: i64 = 86_400_000_000;

/// An owner from an instant on, until the next segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) from: i64,
    pub(super) owner: Owner,
    pub(super) basis: Basis,
    /// The record that taught it; [`NONE`] = none in particular.
    pub(super) record: u32,
}

/// The owner at a moment.
pub(super) fn at(segments: &[Segment], when: &Moment) -> Owner {
    when.latest(segments, |s| s.from).map_or(Owner::Cluster(NONE), |s| s.owner)
}

/// A directory's account said to be a Databricks account.
struct Evidence {
    account: AccountId,
    record: u32,
    claim: Claim,
    /// Last record that says so, be it to tell the end.
    told: i64,
}

impl People {
    /// The owners of all Databricks accounts.
    pub(super) fn bind(&self, store: &Store) -> Grouped<Segment> {
        let evidence = self.evidence(store);
        let mut all = Vec::new();
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            if store.at(account).system == DATABRICKS {
                let from = evidence.partition_point(|e| e.account < account);
                let until = evidence.partition_point(|e| e.account <= account);
                let told = evidence.get(from..until).unwrap_or_default();
                all.extend(self.segments_of(store, account, told).into_iter().map(|segment| (account, segment)));
            }
        }
        Grouped::of_sorted(all, store.accounts.len(), |(account, _)| *account, |(_, segment)| segment)
    }

    /// Databricks accounts that went from one cluster to another.
    pub(in super::super) fn passages(&self, store: &Store) -> Vec<Passage> {
        let mut all = Vec::new();
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            for pair in self.segments.of(account).windows(2) {
                if let (Owner::Cluster(former), Owner::Cluster(next)) = (pair[0].owner, pair[1].owner) {
                    all.push(Passage {
                        time: pair[1].from,
                        id: store.named(account).1.to_owned(),
                        from: self.key(store, former).to_owned(),
                        to: self.key(store, next).to_owned(),
                        record: record(pair[1].record),
                    });
                }
            }
        }
        all
    }

    /// Clusters with a Databricks account that is theirs by its foreign id.
    pub(super) fn proven(&self, store: &Store) -> HashSet<u32, RandomState> {
        let accounts = 0..u32::try_from(store.accounts.len()).unwrap_or(NONE);
        let segments = accounts.flat_map(|account| self.segments.of(account));
        let proven = segments.filter(|s| s.basis == Basis::ExternalId);
        proven.filter_map(|s| if let Owner::Cluster(cluster) = s.owner { Some(cluster) } else { None }).collect()
    }

    /// Foreign ids of Databricks accounts that a directory has, and foreign ids of directory accounts that Databricks has.
    fn evidence(&self, store: &Store) -> Vec<Evidence> {
        let mut directory: HashMap<TextId, AccountId, RandomState> = HashMap::default();
        for (number, account) in (0..).zip(&store.accounts).filter(|(_, account)| account.system != DATABRICKS) {
            let place = directory.entry(account.id).or_insert(number);
            if store.named(number) < store.named(*place) {
                *place = number;
            }
        }
        let mut all = Vec::new();
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            let is_databricks = store.at(account).system == DATABRICKS;
            for run in self.histories.externals.of(account) {
                let (there, here) = if is_databricks {
                    (Some(account), directory.get(&run.value).copied())
                } else {
                    (store.databricks_account(run.value), Some(account))
                };
                if let (Some(account), Some(owner)) = (there, here) {
                    let (first, last) = (run.first, run.last.max(run.first));
                    let claim = Claim { owner, spelled: run.value, by_rule: false, first, last };
                    all.push(Evidence { account, record: run.record, claim, told: run.told });
                }
            }
        }
        let key = |e: &Evidence| (e.account, e.claim.first, e.claim.last);
        all.sort_unstable_by(|a, b| {
            let by_name = || store.named(a.claim.owner).cmp(&store.named(b.claim.owner));
            key(a).cmp(&key(b)).then_with(by_name).then_with(|| a.record.cmp(&b.record))
        });
        all
    }

    fn segments_of(&self, store: &Store, account: AccountId, evidence: &[Evidence]) -> Vec<Segment> {
        let told = self.told(evidence);
        let (first_seen, last_seen) = self.histories.spans[account as usize];
        if first_seen > last_seen {
            return Vec::new();
        }
        let mut times = vec![first_seen];
        times.extend(told.iter().map(|t| t.from));
        for run in self.called_in_databricks(account) {
            times.push(run.0);
            times.extend(self.names.facing.of(run.1).iter().map(|t| t.from));
        }
        // Whose it was before anybody saw it is of no matter.
        times.retain(|time| *time >= first_seen);
        times.sort_unstable();
        times.dedup();
        let mut segments: Vec<Segment> = Vec::new();
        for from in times {
            let last = segments.last().copied();
            let segment = self.segment(store, account, &told, evidence, from);
            let segment = last.filter(|last| !self.passes_on(account, last, &segment)).unwrap_or(segment);
            match segments.last_mut().filter(|last| last.owner == segment.owner) {
                Some(last) => {
                    let better = segment.basis < last.basis;
                    last.record = if better { segment.record } else { last.record };
                    last.basis = last.basis.min(segment.basis);
                }
                None => segments.push(segment),
            }
        }
        if let Some(first) = segments.first_mut() {
            first.from = i64::MIN;
        }
        segments
    }

    /// Whose the account is by its foreign ids. Who comes second while the first is still there contests it, and has contested it
    /// from the start if both came within a day.
    fn told(&self, evidence: &[Evidence]) -> Vec<Tenure> {
        let claims: Vec<Claim> = evidence.iter().map(|e| e.claim).collect();
        let mut told = tenures(&claims, |a, b| self.cluster(a) == self.cluster(b));
        for second in 1..told.len() {
            let (first, then) = (told[second - 1], told[second]);
            let (cluster, other) = (self.cluster(first.owner), self.cluster(then.owner));
            if cluster != other && !self.is_gone(cluster, then.from) {
                told[second].is_contested = true;
                told[second - 1].is_contested |= then.from - first.from <= DAY;
            }
        }
        told
    }

    /// What the account is called in Databricks, and from when; a service principal also by its label.
    fn called_in_databricks(&self, account: AccountId) -> Vec<(i64, TextId)> {
        let names = self.histories.names.of(account).iter();
        let labels = self.histories.aliases.of(account).iter().filter(|_| self.has_label(account));
        names.chain(labels).map(|run| (run.first, run.value)).collect()
    }

    fn has_label(&self, account: AccountId) -> bool {
        self.histories.kinds.get(account as usize) == Some(&SubjectKind::ServicePrincipal)
    }

    /// The name by which somebody in a directory is found to be it, that tenure, and the record of the name.
    fn holder(&self, account: AccountId, time: i64) -> Option<(TextId, &Tenure, u32)> {
        let names = Histories::run_at(self.histories.names.of(account), time);
        let label = Histories::run_at(self.histories.aliases.of(account), time).filter(|_| self.has_label(account));
        let held = names.into_iter().chain(label);
        held.filter_map(|run| Some((run.value, tenure_at(self.names.facing.of(run.value), time)?, run.record))).next()
    }

    fn segment(&self, store: &Store, account: AccountId, told: &[Tenure], evidence: &[Evidence], from: i64) -> Segment {
        let known = told.partition_point(|t| t.from <= from);
        let called = Histories::run_at(self.histories.names.of(account), from);
        // What the configuration says of a name wins over all ids.
        let is_configured = called.is_some_and(|run| store.texts.spelling(run.spelled).rule == Some(Basis::Alias));
        let told = if is_configured { &[] } else { told };
        let latest = known.checked_sub(1).and_then(|at| told.get(at));
        let holder = self.holder(account, from);
        let by_evidence = |tenure: &Tenure| {
            let record = evidence.iter().find(|e| e.claim.first == tenure.from).map_or(NONE, |e| e.record);
            let name = called.map_or(NONE, |run| run.value);
            let owner =
                if tenure.is_contested { Owner::Contested(name) } else { Owner::Cluster(self.cluster(tenure.owner)) };
            Segment { from, owner, basis: Basis::ExternalId, record }
        };
        match (latest, holder) {
            (Some(tenure), Some((name, held, _))) if !self.is_handed_on(name, tenure, held, evidence) => {
                by_evidence(tenure)
            }
            (Some(tenure), None) => by_evidence(tenure),
            (_, Some((name, ..))) if self.intruders.contains(&account) => {
                let contested =
                    Segment { from, owner: Owner::Contested(name), basis: Basis::ImmutableId, record: NONE };
                told.first().map_or(contested, by_evidence)
            }
            (_, Some((name, held, record))) => {
                Segment { from, owner: self.held(name, held), basis: by_name(store.texts.text(name)), record }
            }
            (None, None) => match told.first() {
                Some(first) => by_evidence(first),
                None => Segment {
                    from,
                    owner: Owner::Cluster(self.cluster(account)),
                    basis: Basis::ImmutableId,
                    record: NONE,
                },
            },
        }
    }

    /// Whether an account goes from one owner to the next because its name does: only from whoever is there no more.
    fn passes_on(&self, account: AccountId, last: &Segment, next: &Segment) -> bool {
        let is_by_name = |segment: &Segment| matches!(segment.basis, Basis::VerifiedEmail | Basis::Name);
        let (Owner::Cluster(cluster), true, true) = (last.owner, is_by_name(last), is_by_name(next)) else {
            return true;
        };
        let Some((name, held, _)) = self.holder(account, next.from) else { return true };
        self.has_left(cluster, name, held.from)
    }

    /// Whether the account's name went from whom its foreign id names to somebody else, who was not there when that id was last
    /// seen, and the former is seen no more. The account then goes with its name: a push finds it by that. It does not where a later
    /// record still ties it to that id, be it the one that tells its end.
    fn is_handed_on(&self, name: TextId, tenure: &Tenure, held: &Tenure, evidence: &[Evidence]) -> bool {
        let is_same = |a: AccountId, b: AccountId| self.cluster(a) == self.cluster(b);
        !is_same(tenure.owner, held.owner)
            && !held.is_contested
            && held.from > tenure.last
            && !evidence.iter().any(|e| e.told >= held.from && is_same(e.claim.owner, tenure.owner))
            && self.names.facing.of(name).iter().any(|t| t.from < held.from && is_same(t.owner, tenure.owner))
            && self.has_left(self.cluster(tenure.owner), name, held.from)
    }
}
