//! Persons and service principals as rows.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::grouping::by_name;
use super::{Asked, Owner, People};
use crate::change::SubjectKind;
use crate::identity::Basis;
use crate::identity::history::rank;
use crate::identity::rows::{
    CONFLICT, IdentityRow, LinkRow, RESOLVED, UNRESOLVED, add_runs, cluster_id, record, since,
};
use crate::identity::store::{AccountId, DATABRICKS, Said, Seen, Store};
use crate::identity::texts::{NONE, TextId};
use crate::identity::timeline::Moment;

/// First and last record, and the surest kind.
type Span = (i64, i64, SubjectKind);

const fn word(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::ServicePrincipal => "service_principal",
        _ => "person",
    }
}

impl People {
    /// The clusters, the names that several claim, and the names that nobody has an id for.
    pub(in crate::identity) fn identities(&self, store: &Store) -> Vec<IdentityRow> {
        let (clusters, names) = self.spans(store);
        let claimants = self.claimants(store);
        let mut rivals: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        for of_name in claimants.values() {
            for one in of_name.iter().filter(|one| !self.proven.contains(one)) {
                let others = of_name.iter().filter(|other| *other != one).map(|other| self.key(store, *other));
                rivals.entry(*one).or_default().extend(others);
            }
        }
        let mut rows: Vec<IdentityRow> = clusters
            .into_iter()
            .map(|(cluster, span)| {
                let candidates = rivals.get(&cluster).into_iter().flatten().cloned().collect();
                row(self.cluster_id(store, cluster), self.key(store, cluster), span, candidates)
            })
            .collect();
        for (name, span) in names {
            let of_name = claimants.get(&name).into_iter().flatten();
            let candidates: BTreeSet<String> = of_name.map(|cluster| self.key(store, *cluster)).collect();
            let candidates = candidates.into_iter().collect();
            let text = store.texts.text(name);
            rows.push(row(cluster_id(&["principal", "name", text]), text.to_owned(), span, candidates));
        }
        rows.sort();
        rows
    }

    fn cluster_id(&self, store: &Store, cluster: u32) -> String {
        let founder = self.founders.get(cluster as usize).copied().unwrap_or(NONE);
        let (system, id) = store.named(founder);
        cluster_id(&["principal", "id", system, id])
    }

    /// When clusters were seen, and names that are no cluster's.
    fn spans(&self, store: &Store) -> (BTreeMap<u32, Span>, BTreeMap<TextId, Span>) {
        let (mut clusters, mut names) = (BTreeMap::new(), BTreeMap::new());
        for seen in store.seen() {
            let name = store.texts.spelling(seen.name).canonical;
            let Said { system, account, external: foreign, is_either, .. } = *seen;
            if account != NONE && self.is_none(account) {
                continue;
            }
            let is_either = is_either && account == NONE;
            let owner = self.whose(store, Asked { system, account, foreign, name, is_either }, &Moment::new(seen.time));
            // A name that is nobody's stands for itself.
            let owner = owner.unwrap_or(Owner::Contested(name));
            // A directory's account is somebody, whoever else claims its name towards Databricks.
            let is_own = |a: &AccountId| store.at(*a).system != DATABRICKS && self.meant(store, *a) == *a;
            let own = Some(seen.account).filter(|a| *a != NONE).filter(is_own);
            match owner {
                Owner::Cluster(cluster) => widen(clusters.entry(cluster), &seen),
                Owner::Contested(name) => widen(names.entry(name), &seen),
            }
            if let Some(account) = own {
                widen(clusters.entry(self.cluster(account)), &seen);
            }
        }
        (clusters, names)
    }

    /// The clusters that claim each contested name.
    fn claimants(&self, store: &Store) -> BTreeMap<TextId, BTreeSet<u32>> {
        let mut contested: BTreeMap<TextId, BTreeSet<u32>> = BTreeMap::new();
        for name in 0..u32::try_from(store.texts.len()).unwrap_or(NONE) {
            let logins = self.names.logins.of(name).iter().any(|p| p.tenure.is_contested);
            let others = [&self.names.facing, &self.names.own];
            if logins || others.iter().any(|of| of.of(name).iter().any(|t| t.is_contested)) {
                contested.insert(name, BTreeSet::new());
            }
        }
        if contested.is_empty() {
            return contested;
        }
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            for run in self.histories.names.of(account).iter().chain(self.histories.aliases.of(account)) {
                if let Some(claimants) = contested.get_mut(&run.value) {
                    let owners = self.owners(store, account);
                    claimants.extend(owners.filter_map(|o| if let Owner::Cluster(c) = o { Some(c) } else { None }));
                }
            }
        }
        contested
    }

    fn owners(&self, store: &Store, account: AccountId) -> impl Iterator<Item = Owner> {
        let own = Some(Owner::Cluster(self.cluster(account))).filter(|_| store.at(account).system != DATABRICKS);
        own.into_iter().chain(self.segments.of(account).iter().map(|s| s.owner))
    }

    /// Every name and id of every cluster, with what ties it.
    pub(in crate::identity) fn links(&self, store: &Store) -> Vec<LinkRow> {
        let mut rows = Vec::new();
        for account in 0..u32::try_from(store.accounts.len()).unwrap_or(NONE) {
            if store.at(account).system == DATABRICKS {
                self.databricks_links(store, account, &mut rows);
            } else {
                self.directory_links(store, account, &mut rows);
            }
        }
        rows.sort();
        rows.dedup();
        rows
    }

    fn directory_links(&self, store: &Store, account: AccountId, rows: &mut Vec<LinkRow>) {
        let cluster = self.cluster(account);
        let joined = self.joined.get(&account);
        let is_founder = self.founders.get(cluster as usize) == Some(&account);
        let basis = joined.filter(|_| !is_founder).copied().unwrap_or(Basis::ImmutableId);
        let (first, _) = self.histories.spans[account as usize];
        let known = self.histories.names.of(account).first().map_or(NONE, |run| run.record);
        let base = self.base(store, account, cluster);
        let id = store.named(account).1.to_owned();
        let valid_from = since(first);
        rows.push(LinkRow {
            value_kind: "id",
            value: id,
            basis: basis.as_str(),
            valid_from,
            record: record(known),
            ..base.clone()
        });
        self.name_links(store, account, &base, (i64::MIN, i64::MAX), rows);
    }

    /// A Databricks account stands with each of its owners for as long as it was theirs.
    fn databricks_links(&self, store: &Store, account: AccountId, rows: &mut Vec<LinkRow>) {
        let segments = self.segments.of(account);
        for (at, segment) in segments.iter().enumerate() {
            let Owner::Cluster(cluster) = segment.owner else { continue };
            let until = segments.get(at + 1).map_or(i64::MAX, |next| next.from);
            let base = self.base(store, account, cluster);
            rows.push(LinkRow {
                value_kind: "id",
                value: store.named(account).1.to_owned(),
                basis: segment.basis.as_str(),
                valid_from: since(segment.from),
                valid_until: (until != i64::MAX).then_some(until),
                record: record(segment.record),
                ..base.clone()
            });
            self.name_links(store, account, &base, (segment.from, until), rows);
        }
    }

    /// Names, aliases and foreign ids, as far as they fall into a span of time.
    fn name_links(&self, store: &Store, account: AccountId, base: &LinkRow, span: (i64, i64), rows: &mut Vec<LinkRow>) {
        let text = |id: TextId| store.texts.text(id).to_owned();
        let names = self.histories.names.of(account);
        add_runs(rows, base, span, names, |run| {
            let name = text(run.value);
            let kind = named(&name);
            Some((name, kind, Basis::ImmutableId))
        });
        add_runs(rows, base, span, names, |run| {
            let spelling = store.texts.spelling(run.spelled);
            let (rule, spelled) = (spelling.rule?, text(spelling.folded));
            let kind = if rule == Basis::Alias { "alias" } else { named(&spelled) };
            Some((spelled, kind, rule))
        });
        add_runs(rows, base, span, self.histories.aliases.of(account), |run| {
            let alias = text(run.value);
            let basis = by_name(&alias);
            Some((alias, "alias", basis))
        });
        let externals = self.histories.externals.of(account);
        add_runs(rows, base, span, externals, |run| Some((text(run.value), "external_id", Basis::ExternalId)));
    }

    fn base(&self, store: &Store, account: AccountId, cluster: u32) -> LinkRow {
        LinkRow {
            cluster_id: self.cluster_id(store, cluster),
            kind: word(self.histories.kinds[account as usize]),
            source: store.named(account).0.to_owned(),
            value_kind: "",
            value: String::new(),
            basis: "",
            valid_from: None,
            valid_until: None,
            record: None,
        }
    }
}

fn named(name: &str) -> &'static str {
    if name.contains('@') { "email" } else { "name" }
}

fn widen<K: Ord>(place: Entry<'_, K, Span>, seen: &Seen) {
    let span = place.or_insert((seen.time, seen.time, seen.kind));
    let surer = if rank(seen.kind) > rank(span.2) { seen.kind } else { span.2 };
    *span = (span.0.min(seen.time), span.1.max(seen.time), surer);
}

fn row(cluster_id: String, key: String, span: Span, candidates: Vec<String>) -> IdentityRow {
    let state = match () {
        () if !candidates.is_empty() => CONFLICT,
        () if key.starts_with("id:") => UNRESOLVED,
        () => RESOLVED,
    };
    let kind = word(span.2);
    IdentityRow { kind, key, cluster_id, first_seen: span.0, last_seen: span.1, state, candidates }
}
