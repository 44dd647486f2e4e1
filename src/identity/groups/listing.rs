//! Groups as rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Groups, Mapping};
use crate::identity::history::Run;
use crate::identity::rows::{
    CONFLICT, IdentityRow, LinkRow, RESOLVED, UNRESOLVED, add_runs, cluster_id, record, since,
};
use crate::identity::store::{AccountId, DATABRICKS, Seen, Store};
use crate::identity::texts::NONE;
use crate::identity::timeline::Moment;
use crate::identity::{Basis, Resolved};

/// A group of a directory, or a name of one without an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Group(String, String),
    Name(String),
}

/// What leads to one key from the directories: each group with its latest name, and when it was seen.
type Sources = BTreeMap<Source, (String, i64, i64)>;

impl Groups {
    /// Every Databricks group, and every group of a directory that is none.
    pub(in crate::identity) fn identities(&self, store: &Store, mapping: &Mapping) -> Vec<IdentityRow> {
        let mut own: BTreeMap<AccountId, (i64, i64)> = BTreeMap::new();
        let mut led: BTreeMap<Resolved, Sources> = BTreeMap::new();
        let mut only_named: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for seen in store.seen() {
            let name = store.texts.text(store.texts.spelling(seen.name).canonical);
            if seen.system == DATABRICKS {
                match seen.account {
                    NONE if self.named(store, name, &Moment::new(seen.time)).is_none() => {
                        widen(only_named.entry(name.to_owned()).or_insert((seen.time, seen.time)), &seen);
                    }
                    NONE => {}
                    account => widen(own.entry(account).or_insert((seen.time, seen.time)), &seen),
                }
                continue;
            }
            let (group, key) = self.source(store, mapping, &seen, name);
            let latest = group.map_or(name, |group| self.latest(store, group, name)).to_owned();
            let source = group.map_or_else(
                || Source::Name(name.to_owned()),
                |group| {
                    let (system, id) = store.named(group);
                    Source::Group(system.to_owned(), id.to_owned())
                },
            );
            let place = led.entry(key).or_default().entry(source).or_insert((latest, seen.time, seen.time));
            (place.1, place.2) = (place.1.min(seen.time), place.2.max(seen.time));
        }
        let mut rows = Vec::new();
        for (group, span) in own {
            let key = self.keys[group as usize].to_string();
            let candidates = led.get(&Resolved::Key(self.keys[group as usize].clone())).map(rivals).unwrap_or_default();
            let (system, id) = store.named(group);
            rows.push(row(cluster_id(&["group", "id", system, id]), key, span, candidates));
        }
        let known: BTreeSet<String> = rows.iter().map(|r| r.key.clone()).collect();
        for (key, sources) in led {
            let span = only_named.remove(key.label());
            if !known.contains(key.label()) {
                rows.extend(led_rows(&key, &sources, span));
            }
        }
        let named = only_named.into_iter().filter(|(name, _)| !known.contains(name));
        rows.extend(named.map(|(name, span)| row(cluster_id(&["group", "name", &name]), name, span, Vec::new())));
        rows.sort();
        rows
    }

    /// The directory's group that a record is about, by its id or by whoever had the name, and the key that it leads to.
    fn source(&self, store: &Store, mapping: &Mapping, seen: &Seen, name: &str) -> (Option<AccountId>, Resolved) {
        let group = Some(seen.account).filter(|a| *a != NONE);
        let when = &Moment::new(seen.time);
        let holder = || self.holder(store, seen.system, name, when);
        match group.or_else(|| holder().filter(|held| !held.is_contested).map(|held| held.owner)) {
            Some(group) => (Some(group), self.of_directory(store, mapping, group, when).0),
            None => {
                let mapped = mapping.mapped(name);
                if holder().is_some() {
                    return (None, Resolved::Unresolved(mapped.into()));
                }
                let key = self.named(store, mapped, when).unwrap_or_else(|| Resolved::Key(mapped.into()));
                (None, key)
            }
        }
    }

    fn latest<'n>(&self, store: &'n Store, group: AccountId, name: &'n str) -> &'n str {
        let run = self.histories.names.of(group).last();
        run.map_or(name, |run| store.texts.text(run.value))
    }

    /// Names and ids of all groups. A directory's group stands with every Databricks group that it leads to.
    pub(in crate::identity) fn links(&self, store: &Store, mapping: &Mapping) -> Vec<LinkRow> {
        let mut by_key: BTreeMap<String, Vec<AccountId>> = BTreeMap::new();
        for group in super::accounts(store).filter(|a| store.at(*a).system == DATABRICKS) {
            by_key.entry(self.keys[group as usize].to_string()).or_default().push(group);
        }
        let mut rows = Vec::new();
        for group in super::accounts(store) {
            let (system, id) = store.named(group);
            if store.at(group).system == DATABRICKS {
                let cluster = cluster_id(&["group", "id", system, id]);
                self.rows_of(store, group, &cluster, Basis::ImmutableId, (i64::MIN, i64::MAX), &mut rows);
                continue;
            }
            for (from, until, key, basis) in self.segments(store, mapping, group) {
                let clusters: Vec<String> = match by_key.get(key.label()) {
                    Some(groups) => groups
                        .iter()
                        .map(|g| store.named(*g))
                        .map(|(s, i)| cluster_id(&["group", "id", s, i]))
                        .collect(),
                    None => vec![lone_id(&key, &Source::Group(system.to_owned(), id.to_owned()))],
                };
                for cluster in clusters {
                    self.rows_of(store, group, &cluster, basis, (from, until), &mut rows);
                }
            }
        }
        rows.sort();
        rows.dedup();
        rows
    }

    /// Where a directory's group led, over time.
    fn segments(&self, store: &Store, mapping: &Mapping, group: AccountId) -> Vec<(i64, i64, Resolved, Basis)> {
        let names = self.histories.names.of(group).iter().chain(self.histories.aliases.of(group)).map(|run| run.first);
        let mut times: Vec<i64> = names.chain(self.ties.of(group).iter().map(|tie| tie.from)).collect();
        let (first_seen, _) = self.histories.spans[group as usize];
        times.push(first_seen);
        times.retain(|time| *time >= first_seen);
        times.sort_unstable();
        times.dedup();
        let mut all: Vec<(i64, i64, Resolved, Basis)> = Vec::new();
        for from in times {
            let (key, basis) = self.of_directory(store, mapping, group, &Moment::new(from));
            match all.last_mut() {
                Some(last) if last.2 == key => last.3 = last.3.min(basis),
                last => {
                    if let Some(last) = last {
                        last.1 = from;
                    }
                    all.push((from, i64::MAX, key, basis));
                }
            }
        }
        if let Some(first) = all.first_mut() {
            first.0 = i64::MIN;
        }
        all
    }

    fn rows_of(
        &self,
        store: &Store,
        group: AccountId,
        cluster: &str,
        basis: Basis,
        within: (i64, i64),
        rows: &mut Vec<LinkRow>,
    ) {
        let (system, id) = store.named(group);
        let tie = self.ties.of(group).iter().find(|tie| tie.from >= within.0).map(|tie| tie.record);
        let told = tie.or_else(|| self.histories.names.of(group).first().map(|run| run.record)).unwrap_or(NONE);
        let base = LinkRow {
            cluster_id: cluster.to_owned(),
            kind: "group",
            source: system.to_owned(),
            value_kind: "id",
            value: id.to_owned(),
            basis: basis.as_str(),
            valid_from: since(within.0),
            valid_until: (within.1 != i64::MAX).then_some(within.1),
            record: record(told),
        };
        let facets = [
            (&self.histories.names, "name", Basis::ImmutableId),
            (&self.histories.aliases, "alias", Basis::Alias),
            (&self.histories.externals, "external_id", Basis::ExternalId),
        ];
        for (runs, kind, basis) in facets {
            let said = |run: &Run| Some((store.texts.text(run.value).to_owned(), kind, basis));
            add_runs(rows, &base, within, runs.of(group), said);
        }
        rows.push(base);
    }
}

fn widen(span: &mut (i64, i64), seen: &Seen) {
    *span = (span.0.min(seen.time), span.1.max(seen.time));
}

/// The names of directory groups that lead to one key together. A group that was made again under its name is no rival.
fn rivals(sources: &Sources) -> Vec<String> {
    let names: BTreeSet<&String> = sources.values().map(|(name, _, _)| name).collect();
    let mut spans: Vec<(i64, i64)> = sources.values().map(|(_, first, last)| (*first, *last)).collect();
    spans.sort_unstable();
    let is_conflict = names.len() > 1 || spans.windows(2).any(|pair| pair[1].0 <= pair[0].1);
    if is_conflict { names.into_iter().cloned().collect() } else { Vec::new() }
}

/// A directory's group that is no group of Databricks: one row, or one each where several have one name.
fn led_rows(key: &Resolved, sources: &Sources, named: Option<(i64, i64)>) -> Vec<IdentityRow> {
    let with = |span: (i64, i64)| named.map_or(span, |n| (span.0.min(n.0), span.1.max(n.1)));
    if key.is_known() {
        let first = sources.values().map(|s| s.1).min().unwrap_or_default();
        let last = sources.values().map(|s| s.2).max().unwrap_or_default();
        let id = lone_id(key, &Source::Name(String::new()));
        return vec![row(id, key.label().to_owned(), with((first, last)), rivals(sources))];
    }
    let ids = |but: &Source| {
        let others = sources.keys().filter(|other| *other != but);
        others
            .map(|s| match s {
                Source::Group(_, id) => format!("id:{id}"),
                Source::Name(name) => name.clone(),
            })
            .collect()
    };
    let each = sources.iter();
    each.map(|(source, (_, first, last))| {
        let row = row(lone_id(key, source), key.label().to_owned(), (*first, *last), ids(source));
        IdentityRow { state: CONFLICT, ..row }
    })
    .collect()
}

/// The cluster of a directory's group that is no group of Databricks: by its key, unless several contest that.
fn lone_id(key: &Resolved, source: &Source) -> String {
    match (key, source) {
        (Resolved::Unresolved(_), Source::Group(system, id)) => cluster_id(&["group", "id", system, id]),
        _ => cluster_id(&["group", "name", key.label()]),
    }
}

fn row(cluster_id: String, key: String, (first_seen, last_seen): (i64, i64), candidates: Vec<String>) -> IdentityRow {
    let state = match () {
        () if !candidates.is_empty() => CONFLICT,
        () if key.starts_with("id:") => UNRESOLVED,
        () => RESOLVED,
    };
    IdentityRow { kind: "group", key, cluster_id, first_seen, last_seen, state, candidates }
}
