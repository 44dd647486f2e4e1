//! What the tables say.

use super::*;

fn identities_of(of: &Identities) -> Vec<String> {
    let rows = of.identities_rows();
    let text = |r: &IdentityRow| {
        format!("{} {} {} {}-{} [{}]", r.kind, r.key, r.state, r.first_seen, r.last_seen, r.candidates.join(" "))
    };
    // Of one key and kind the digests decide, which is as good as no order.
    let mut texts: Vec<String> = rows.iter().map(text).collect();
    texts.sort();
    texts
}

fn links_of(of: &Identities, key: &str) -> Vec<String> {
    let rows = of.identities_rows();
    let cluster = &rows.iter().find(|row| row.key == key).unwrap().cluster_id;
    let time = |t: Option<i64>| t.map_or("…".to_owned(), |t| t.to_string());
    let text = |l: &LinkRow| {
        let span = format!("{}-{}", time(l.valid_from), time(l.valid_until));
        format!("{} {} {} {} {span} {}", l.source, l.value_kind, l.value, l.basis, time(l.record.map(|r| r as i64)))
    };
    of.links_rows().iter().filter(|l| l.cluster_id == *cluster).map(text).collect()
}

#[test]
fn every_cluster_conflict_and_lone_name_is_listed() {
    let of = learnt(&[
        okta("a@example.com", "00u1", "", 1),
        okta("a@example.com", "00u2", "", 2),
        okta("a@example.com", "00u1", "", 3),
        databricks("a@example.com", "1001", 4),
        databricks("lone@example.com", "", 5),
        databricks("", "77", 6),
        seen("databricks", PRINCIPAL, "11111111-2222-4333-8444-555555555555", "3003", 7),
        okta("b@example.com", "00u3", "", 8),
        databricks("b@example.com", "1003", 9),
        seen("okta", GROUP, "Data", "00g1", 2),
        seen("databricks", GROUP, "data", "9", 3),
        seen("databricks", GROUP, "local", "", 3),
        seen("okta", GROUP, "Elsewhere", "00g2", 4),
    ]);
    assert_eq!(
        identities_of(&of),
        [
            "group data resolved 3-3 []",
            "group elsewhere resolved 4-4 []",
            "group local resolved 3-3 []",
            "person a@example.com conflict 1-3 [a@example.com#00u2]",
            "person a@example.com conflict 1-4 [a@example.com a@example.com#00u2]",
            "person a@example.com#00u2 conflict 2-2 [a@example.com]",
            "person b@example.com resolved 8-9 []",
            "person id:77 unresolved 6-6 []",
            "person lone@example.com resolved 5-5 []",
            "service_principal 11111111-2222-4333-8444-555555555555 resolved 7-7 []",
        ]
    );
}

#[test]
fn every_link_has_its_basis_its_span_and_its_record() {
    let of = learnt(&[
        okta("alice@corp.example.com", "00u1", "", 10),
        okta("alice.new@example.com", "00u1", "", 20),
        with_external("00u1", seen("scim", USER, "Alice@example.com", "1001", 15)),
        seen("entra_audit", USER, "alice.new@example.com", "guid-1", 25),
    ]);
    assert_eq!(
        links_of(&of, "alice@example.com"),
        [
            "databricks email alice@example.com immutable_id 15-… 15",
            "databricks external_id 00u1 external_id 15-… 15",
            "databricks id 1001 external_id …-… 15",
            "entra email alice.new@example.com immutable_id 25-… 25",
            "entra id guid-1 verified_email 25-… 25",
            "okta email alice.new@example.com immutable_id 20-… 20",
            "okta email alice@corp.example.com domain 10-20 10",
            "okta email alice@example.com immutable_id 10-20 10",
            "okta id 00u1 immutable_id 10-… 10",
        ]
    );
}

#[test]
fn an_account_stands_with_each_owner_for_as_long_as_it_was_theirs() {
    let name = "a@example.com";
    let of = learnt(&[
        okta(name, "00u1", "", 1),
        databricks(name, "1001", 2),
        okta(name, "00u2", "", 9),
        databricks(name, "1001", 10),
    ]);
    let accounts = |key| links_of(&of, key).into_iter().filter(|l| l.starts_with("databricks id")).collect::<Vec<_>>();
    assert_eq!(accounts(name), ["databricks id 1001 verified_email …-9 2"]);
    assert_eq!(accounts("a@example.com#00u2"), ["databricks id 1001 verified_email 9-… 2"]);
}

#[test]
fn configured_aliases_are_printed() {
    let of = learnt(&[okta("Bob.Old@example.com", "00u1", "", 1), okta("bob@example.com", "00u2", "", 2)]);
    let links = links_of(&of, "bob@example.com");
    assert!(links.contains(&"okta alias bob.old@example.com alias 1-… 1".to_owned()), "{links:#?}");
    assert!(links.contains(&"okta id 00u2 alias 2-… 2".to_owned()), "{links:#?}");
}

#[test]
fn a_directory_s_group_stands_with_the_group_it_leads_to() {
    let of = learnt(&[
        seen("okta", GROUP, "okta-Data", "00g1", 1),
        Sighting { alias: said("lake"), ..seen("okta", GROUP, "okta-Data", "00g1", 5) },
        seen("databricks", GROUP, "data", "9", 2),
        seen("databricks", GROUP, "lake", "10", 6),
    ]);
    let links = links_of(&of, "lake");
    assert!(links.contains(&"okta id 00g1 alias …-… 1".to_owned()), "{links:#?}");
    assert!(links.contains(&"databricks id 10 immutable_id …-… 6".to_owned()), "{links:#?}");
}
