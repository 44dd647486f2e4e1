//! What must not matter.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// One sighting by small numbers, so that they often meet.
#[derive(Clone)]
struct Drawn {
    source: &'static str,
    kind: SubjectKind,
    name: Option<u8>,
    id: Option<u8>,
    alias: Option<u8>,
    external: Option<u8>,
    time: i64,
    ends: bool,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { source, kind, name, id, alias, external, time, ends } = self;
        write!(f, "{time} {source} {kind:?} name {name:?} id {id:?} alias {alias:?} external {external:?} ends {ends}")
    }
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let source =
        prop::sample::select(vec!["okta", "entra_audit", "entra_provisioning", "databricks", "scim", "scim_snapshot"]);
    let kind = prop::sample::select(vec![USER, USER, PRINCIPAL, GROUP, SubjectKind::Unknown]);
    let few = || prop::option::weighted(0.7, 0_u8..5);
    let rare = || prop::option::weighted(0.2, 0_u8..5);
    (source, kind, few(), few(), rare(), rare(), 0_i64..30, prop::bool::weighted(0.1)).prop_map(
        |(source, kind, name, id, alias, external, time, ends)| Drawn {
            source,
            kind,
            name,
            id,
            alias,
            external,
            time,
            ends,
        },
    )
}

/// Texts of one drawn sighting, and which record it is.
struct Told {
    drawn: Drawn,
    record: usize,
    texts: [Option<String>; 4],
}

impl Told {
    fn new(record: usize, drawn: &Drawn, id: impl Fn(&str, u8) -> String) -> Self {
        let is_databricks = matches!(drawn.source, "databricks" | "scim" | "scim_snapshot");
        let (own, foreign) = if is_databricks { ("d", "i") } else { ("i", "d") };
        let name = |n: u8| {
            ["a@example.com", "B@example.com", "b@corp.example.com", "plain", "Bob.Old@example.com"][usize::from(n)]
                .to_owned()
        };
        let texts = [
            drawn.name.map(name),
            drawn.id.map(|n| id(own, n)),
            drawn.alias.map(name),
            drawn.external.map(|n| id(foreign, n)),
        ];
        Self { drawn: drawn.clone(), record, texts }
    }

    fn sighting(&self) -> Sighting<'_> {
        let [name, id, alias, external_id] = self.texts.each_ref().map(Option::as_deref);
        let Drawn { source, kind, time, ends, .. } = self.drawn;
        Sighting { name, id, alias, external_id, ends, record: self.record, ..Sighting::new(source, kind, time) }
    }
}

fn plain(side: &str, n: u8) -> String {
    format!("{side}{n}")
}

fn judge(told: &[Told]) -> Identities {
    let mut of = identities();
    told.iter().for_each(|t| of.learn(t.sighting()));
    of
}

fn resolved(of: &Identities, told: &[Told]) -> BTreeMap<usize, Resolved> {
    let one = |t: &Told| {
        let s = t.sighting();
        (t.record, if s.kind == GROUP { of.group(s.source, s.name, s.id, s.time) } else { of.person(s) })
    };
    told.iter().map(one).collect()
}

/// Which records are about one, by the first of them.
fn parted(resolved: &BTreeMap<usize, Resolved>, told: &[Told]) -> Vec<usize> {
    let kind = |record: usize| told.iter().find(|t| t.record == record).map(|t| t.drawn.kind == GROUP);
    let first = |record: usize, to: &Resolved| {
        *resolved.iter().find(|(other, r)| *r == to && kind(**other) == kind(record)).unwrap().0
    };
    resolved.iter().map(|(record, to)| first(*record, to)).collect()
}

/// What the property below once found, after thousands of cases.
#[test]
fn a_name_that_ends_is_listed_as_it_is_resolved() {
    let drawn =
        |source, kind, name, id, alias, time, ends| Drawn { source, kind, name, id, alias, external: None, time, ends };
    let all = [
        drawn("databricks", USER, Some(0), Some(0), None, 0, false),
        drawn("databricks", USER, Some(1), Some(0), None, 1, false),
        drawn("okta", USER, Some(0), Some(0), Some(4), 0, false),
        drawn("entra_provisioning", USER, Some(0), None, None, 0, true),
    ];
    let told: Vec<Told> = all.iter().enumerate().map(|(at, d)| Told::new(at, d, plain)).collect();
    let of = judge(&told);
    let rows = of.identities_rows();
    for (record, to) in resolved(&of, &told) {
        assert!(rows.iter().any(|row| row.key == to.label()), "{to:?} of {record}: {rows:#?}");
    }
}

proptest! {
    #[test]
    fn the_order_of_learning_does_not_matter(all in prop::collection::vec(drawn(), 1..25), shuffle in any::<u64>()) {
        let told = |order: &[usize]| -> Vec<Told> { order.iter().map(|at| Told::new(*at, &all[*at], plain)).collect() };
        let straight: Vec<usize> = (0..all.len()).collect();
        let mut mixed = straight.clone();
        mixed.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(shuffle | 1).rotate_left(17));
        let (one, other) = (judge(&told(&straight)), judge(&told(&mixed)));
        prop_assert_eq!(resolved(&one, &told(&straight)), resolved(&other, &told(&mixed)));
        prop_assert_eq!(one.identities_rows(), other.identities_rows());
        prop_assert_eq!(one.links_rows(), other.links_rows());
    }

    #[test]
    fn other_ids_make_the_same_clusters(all in prop::collection::vec(drawn(), 1..25)) {
        let renamed = |side: &str, n: u8| format!("{side}-{}", 1000 + u32::from(n) * 7);
        let told: Vec<Told> = all.iter().enumerate().map(|(at, d)| Told::new(at, d, plain)).collect();
        let again: Vec<Told> = all.iter().enumerate().map(|(at, d)| Told::new(at, d, renamed)).collect();
        let (one, other) = (resolved(&judge(&told), &told), resolved(&judge(&again), &again));
        prop_assert_eq!(parted(&one, &told), parted(&other, &again));
    }

    #[test]
    fn every_key_is_listed_and_every_link_has_a_cluster(all in prop::collection::vec(drawn(), 1..25)) {
        let told: Vec<Told> = all.iter().enumerate().map(|(at, d)| Told::new(at, d, plain)).collect();
        let of = judge(&told);
        let rows = of.identities_rows();
        for (record, to) in resolved(&of, &told) {
            let is_named = told[record].texts[0].is_some() || told[record].texts[1].is_some();
            prop_assert!(!is_named || rows.iter().any(|row| row.key == to.label()), "{:?} of {}: {:#?}", to, record, rows);
        }
        for link in of.links_rows() {
            prop_assert!(rows.iter().any(|row| row.cluster_id == link.cluster_id), "{:?}\n{:#?}", link, rows);
        }
    }

    #[test]
    fn what_a_record_means_stays_within_its_span(all in prop::collection::vec(drawn(), 1..25)) {
        let told: Vec<Told> = all.iter().enumerate().map(|(at, d)| Told::new(at, d, plain)).collect();
        let of = judge(&told);
        let at = |t: &Told, time: i64| {
            let s = Sighting { time, ..t.sighting() };
            if s.kind == GROUP { of.group_while(s.source, s.name, s.id, time) } else { of.person_while(s) }
        };
        for t in &told {
            let then: Vec<_> = (-1..31).map(|time| at(t, time)).collect();
            for ((found, span), time) in then.iter().zip(-1..) {
                prop_assert!((span.0..=span.1).contains(&time));
                let within = then.iter().zip(-1_i64..).filter(|(_, other)| (span.0..=span.1).contains(other));
                for ((other, _), _) in within {
                    prop_assert_eq!(found, other, "{:?} at {}", t.drawn, time);
                }
            }
        }
    }
}
