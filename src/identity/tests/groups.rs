//! Groups.

use super::*;

fn group<'r>(source: &'r str, name: &'r str, id: &'r str, time: i64) -> Sighting<'r> {
    seen(source, GROUP, name, id, time)
}

fn pushed_as<'r>(alias: &'r str, sighting: Sighting<'r>) -> Sighting<'r> {
    Sighting { alias: said(alias), ..sighting }
}

#[test]
fn groups_are_mapped_then_stripped_of_their_prefix_on_the_provider_side_only() {
    let of = identities();
    assert_eq!(which(&of, "okta", "DBX Engineers", "", 0), "engineers");
    assert_eq!(which(&of, "okta", "okta-Analysts", "", 0), "analysts");
    assert_eq!(which(&of, "okta", "Other", "", 0), "other");
    assert_eq!(which(&of, "databricks", "okta-analysts", "", 0), "okta-analysts");
    assert_eq!(of.mapped_group("DBX Engineers"), "engineers");
    assert_eq!(of.configured_groups().collect::<Vec<_>>(), ["engineers"]);
    assert_eq!(which(&of, "okta", "", "00g1", 0), "id:00g1");
    assert_eq!(which(&of, "okta", "", "", 0), "?(no group named)?");
}

#[test]
fn a_group_renamed_in_databricks_keeps_its_key() {
    let of = learnt(&[group("databricks", "Old", "9", 10), group("databricks", "New", "9", 20)]);
    for time in [5, 15, 25] {
        assert_eq!(which(&of, "databricks", "", "9", time), "new", "{time}");
    }
    assert_eq!(which(&of, "databricks", "old", "", 15), "new");
    assert_eq!(which(&of, "okta", "Old", "", 15), "new", "the directory still called it so");
    // Another group takes the name: what comes after is that one's.
    let of = learnt(&[
        group("databricks", "Old", "9", 10),
        group("databricks", "New", "9", 20),
        group("databricks", "Old", "10", 30),
    ]);
    assert_eq!(which(&of, "databricks", "old", "", 15), "new");
    assert_eq!(which(&of, "databricks", "old", "", 30), "old");
    assert_eq!(which(&of, "okta", "old", "", 30), "old");
}

#[test]
fn a_group_renamed_in_the_directory_keeps_its_key() {
    // Databricks was never told of the new name.
    let of = learnt(&[
        group("okta", "Analysts", "00g1", 10),
        group("okta", "Analysts EMEA", "00g1", 20),
        group("databricks", "analysts", "9", 12),
    ]);
    for (name, id, time) in
        [("Analysts", "00g1", 10), ("Analysts EMEA", "00g1", 25), ("Analysts EMEA", "", 25), ("", "00g1", 25)]
    {
        assert_eq!(which(&of, "okta", name, id, time), "analysts", "{name} {id}");
    }
    // It was.
    let of = learnt(&[
        group("okta", "Analysts", "00g1", 10),
        group("okta", "Analysts EMEA", "00g1", 20),
        group("databricks", "analysts", "9", 12),
        group("databricks", "analysts emea", "9", 22),
    ]);
    for time in [10, 21, 25] {
        assert_eq!(which(&of, "okta", "", "00g1", time), "analysts emea", "{time}");
    }
    // Nobody knows it in Databricks.
    let of = learnt(&[group("okta", "Analysts", "00g1", 10), group("okta", "Analysts EMEA", "00g1", 20)]);
    assert_eq!(which(&of, "okta", "", "00g1", 10), which(&of, "okta", "", "00g1", 20));
}

#[test]
fn a_configured_name_holds_before_and_after_a_rename() {
    let of = learnt(&[group("okta", "DBX Engineers", "00g1", 10), group("okta", "Engineering", "00g1", 20)]);
    assert_eq!(which(&of, "okta", "Engineering", "00g1", 20), "engineers");
    assert_eq!(which(&of, "okta", "DBX Engineers", "00g1", 10), "engineers");
}

#[test]
fn the_ladder_of_groups() {
    let same_name = group("databricks", "data", "1", 1);
    let pushed = group("databricks", "pushed-data", "2", 1);
    let tied = with_external("00g1", group("scim", "tied-data", "3", 1));
    let directory = group("okta", "Data", "00g1", 2);
    let leads = |sightings: &[Sighting<'_>]| which(&learnt(sightings), "okta", "Data", "00g1", 5);
    assert_eq!(leads(&[directory, same_name]), "data");
    assert_eq!(leads(&[directory, same_name, pushed, pushed_as("Pushed-Data", directory)]), "pushed-data");
    assert_eq!(leads(&[directory, same_name, pushed, pushed_as("Pushed-Data", directory), tied]), "tied-data");
    let mapped = group("okta", "DBX Engineers", "00g1", 2);
    let of = learnt(&[mapped, group("databricks", "engineers", "4", 1), group("databricks", "dbx engineers", "5", 1)]);
    assert_eq!(which(&of, "okta", "", "00g1", 5), "engineers", "the map before the same name");
    let of = learnt(&[pushed_as("special", mapped)]);
    assert_eq!(which(&of, "okta", "", "00g1", 5), "special", "what was pushed before the map");
    let entra = with_external("3", group("entra_provisioning", "Data", "guid-1", 2));
    let of = learnt(&[entra, group("databricks", "tied-data", "3", 1)]);
    assert_eq!(which(&of, "entra_audit", "", "guid-1", 5), "tied-data", "the provisioning log knows the id");
}

#[test]
fn a_push_under_another_name_goes_with_its_time() {
    let of = learnt(&[
        pushed_as("one", group("okta", "Data", "00g1", 10)),
        pushed_as("two", group("okta", "Data", "00g1", 20)),
        group("databricks", "one", "1", 11),
        group("databricks", "two", "2", 21),
    ]);
    assert_eq!(which(&of, "okta", "Data", "", 15), "one");
    assert_eq!(which(&of, "okta", "Data", "", 25), "two");
}

#[test]
fn two_groups_of_one_name_at_once_are_not_merged() {
    let both = [
        group("entra_audit", "Data", "guid-1", 1),
        group("entra_audit", "Data", "guid-2", 2),
        group("entra_audit", "Data", "guid-1", 3),
        group("databricks", "data", "9", 1),
    ];
    let mut of = learnt(&both);
    assert_eq!(which(&of, "entra_audit", "Data", "", 2), "?data?");
    assert_eq!(which(&of, "entra_audit", "", "guid-2", 2), "?data?");
    assert_eq!(which(&of, "databricks", "data", "9", 2), "data");
    // A foreign id settles it for the one that is pushed.
    of.learn(with_external("guid-1", group("scim", "data", "9", 2)));
    assert_eq!(which(&of, "entra_audit", "", "guid-1", 2), "data");
    assert_eq!(which(&of, "entra_audit", "", "guid-2", 2), "data#guid-2");
    // A group that is made again under its name is the one that counts from then on.
    let of = learnt(&[
        group("okta", "Data", "00g1", 1),
        ending(group("okta", "Data", "00g1", 3)),
        group("okta", "Data", "00g2", 9),
    ]);
    assert_eq!(which(&of, "okta", "Data", "", 9), "data");
}

#[test]
fn a_map_of_two_to_one_authorises_both() {
    let mut of = configured(&[pair("a", "shared"), pair("b", "Shared")]);
    for sighting in
        [group("okta", "A", "00g1", 1), group("okta", "B", "00g2", 5), group("databricks", "shared", "9", 1)]
    {
        of.learn(sighting);
    }
    assert_eq!(which(&of, "okta", "A", "00g1", 2), "shared");
    assert_eq!(which(&of, "okta", "B", "", 2), "shared");
    let rows = of.identities_rows();
    let shared = rows.iter().find(|row| row.key == "shared").unwrap();
    assert_eq!((shared.state, &shared.candidates[..]), ("conflict", &["a".to_owned(), "b".to_owned()][..]));
}

#[test]
fn one_name_in_two_workspaces_is_two_groups() {
    // One of them is the directory's, and a list shows that the other is nobody's.
    let mut of = learnt(&[
        group("okta", "Data", "00g1", 1),
        with_external("00g1", group("scim_snapshot", "data", "101", 5)),
        group("scim_snapshot", "data", "202", 5),
        group("databricks", "data", "202", 3),
    ]);
    assert_eq!(which(&of, "okta", "Data", "00g1", 6), "data");
    assert_eq!(which(&of, "databricks", "data", "101", 6), "data");
    assert_eq!(which(&of, "databricks", "data", "202", 3), "data#202");
    assert_eq!(which(&of, "databricks", "data", "", 3), "data");
    // Both are: both stay what the directory's group is called.
    of.learn(with_external("00g1", group("scim_snapshot", "data", "202", 7)));
    assert_eq!(which(&of, "databricks", "data", "202", 3), "data");
    // Nothing is known of either: neither is ruled out, and they stay two clusters of one key.
    let of = learnt(&[group("databricks", "data", "101", 5), group("databricks", "data", "202", 5)]);
    assert_eq!(which(&of, "databricks", "data", "202", 3), "data");
    let rows = of.identities_rows();
    assert_eq!(rows.iter().filter(|row| row.key == "data" && row.state == "resolved").count(), 2);
}

#[test]
fn a_group_deleted_by_id_alone_is_still_the_group() {
    let of = learnt(&[group("databricks", "data", "9", 1), ending(group("databricks", "", "9", 5))]);
    assert_eq!(which(&of, "databricks", "", "9", 5), "data");
    let pushed = with_external("9", group("entra_provisioning", "okta-Data", "guid-1", 1));
    let of = learnt(&[pushed, group("databricks", "", "9", 5)]);
    assert_eq!(which(&of, "databricks", "", "9", 5), "data", "known by the directory's name alone");
}

#[test]
fn a_namesake_of_the_pushed_group_is_another_group() {
    let own = group("databricks", "data", "9", 1);
    let (pushed, other) = (group("okta", "Data", "00g1", 2), group("okta", "Data", "00g2", 7));
    let mapped = Sighting { is_pushed: true, ..pushed };
    // Nobody says which of them is pushed, nor that the first is no more.
    let of = learnt(&[own, pushed, other]);
    for (name, id) in [("Data", "00g1"), ("Data", "00g2"), ("Data", ""), ("", "00g2")] {
        assert_eq!(which(&of, "okta", name, id, 8), "?data?", "{name} {id}");
    }
    for told in [mapped, pushed_as("Data", pushed), with_external("9", pushed)] {
        let of = learnt(&[own, told, other]);
        assert_eq!(which(&of, "okta", "Data", "00g1", 8), "data");
        assert_eq!(which(&of, "okta", "Data", "00g2", 8), "data#00g2");
        assert_eq!(which(&of, "okta", "Data", "", 8), "?data?");
        assert!(of.identities_rows().iter().any(|row| row.key == "data#00g2"));
    }
    // Both are pushed.
    let of = learnt(&[own, mapped, Sighting { is_pushed: true, ..other }]);
    assert_eq!(which(&of, "okta", "", "00g2", 8), "?data?");
    // The first was deleted, or got another name, before the second was heard of: the second is the group in Databricks if it is pushed.
    for gone in [ending(group("okta", "Data", "00g1", 5)), group("okta", "Former", "00g1", 5)] {
        let of = learnt(&[own, mapped, gone, other]);
        assert_eq!(which(&of, "okta", "Data", "00g2", 8), "data#00g2");
        assert_eq!(which(&of, "okta", "", "00g1", 8), "data");
        let of = learnt(&[own, mapped, gone, Sighting { is_pushed: true, ..other }]);
        assert_eq!(which(&of, "okta", "Data", "00g2", 8), "data");
    }
    // Databricks knows the first by its later name: the earlier one is free.
    let renamed = [group("databricks", "former", "9", 6), group("databricks", "data", "10", 6)];
    let of = learnt(&[own, mapped, group("okta", "Former", "00g1", 5), renamed[0], renamed[1], other]);
    assert_eq!(which(&of, "okta", "Data", "00g2", 8), "data");
    assert_eq!(which(&of, "okta", "", "00g1", 8), "former");
}

#[test]
fn what_one_directory_pushes_a_group_of_that_name_in_another_does_not_fill() {
    let own = group("databricks", "data", "9", 1);
    let (pushed, other) = (group("okta", "okta-Data", "00g1", 2), group("entra_audit", "Data", "guid-1", 7));
    let mapped = Sighting { is_pushed: true, ..pushed };
    // Nobody says that one of them is pushed: both may be.
    let of = learnt(&[own, pushed, other]);
    assert_eq!(which(&of, "entra_audit", "Data", "guid-1", 8), "data");
    let renamed = group("okta", "Else", "00g1", 2);
    let differently =
        [pushed_as("Data", renamed), with_external("9", renamed), with_external("9", group("okta", "Else", "00g1", 2))];
    for told in [&[mapped][..], &differently[..1], &differently[1..2], &differently[2..]] {
        let of = learnt(&[&[own, other], told].concat());
        assert_eq!(which(&of, "okta", "", "00g1", 8), "data");
        for (name, id) in [("Data", "guid-1"), ("Data", ""), ("", "guid-1")] {
            assert_eq!(which(&of, "entra_audit", name, id, 8), "data#guid-1", "{name} {id}");
        }
    }
    // The other one is pushed, too; or tied to the group in Databricks.
    let both =
        [Sighting { is_pushed: true, ..other }, with_external("9", group("entra_provisioning", "Data", "guid-1", 8))];
    for told in both {
        let of = learnt(&[own, mapped, other, told]);
        assert_eq!(which(&of, "okta", "", "00g1", 8), "data");
        assert_eq!(which(&of, "entra_audit", "", "guid-1", 8), "data");
    }
    // The first has another name that Databricks knows.
    let moved = [group("okta", "Former", "00g1", 5), group("databricks", "former", "9", 6)];
    let of = learnt(&[&[own, mapped, other, group("databricks", "data", "10", 6)], &moved[..]].concat());
    assert_eq!(which(&of, "entra_audit", "", "guid-1", 8), "data");
    // The configuration maps it.
    let of = learnt(&[
        Sighting { is_pushed: true, ..group("okta", "Engineers", "00g1", 2) },
        group("entra_audit", "DBX Engineers", "guid-1", 7),
    ]);
    assert_eq!(which(&of, "entra_audit", "", "guid-1", 8), "engineers");
    // What a home-grown log tells may be of the same directory.
    let of = learnt(&[own, mapped, group("generic", "Data", "7", 7)]);
    assert_eq!(which(&of, "generic", "", "7", 8), "data");
}

#[test]
fn a_group_that_takes_the_name_of_another_is_not_that_group() {
    let first = group("databricks", "risk", "1", 1);
    let beside = [group("databricks", "risk-new", "2", 2), group("databricks", "risk", "2", 7)];
    let gone = ending(group("databricks", "risk", "1", 6));
    let of = learnt(&[first, beside[0], gone, beside[1]]);
    assert_eq!(which(&of, "databricks", "", "1", 3), "risk");
    assert_eq!(which(&of, "databricks", "", "2", 3), "risk#2");
    assert_eq!(which(&of, "okta", "Risk", "", 3), "risk");
    assert_eq!(which(&of, "okta", "Risk", "", 8), "risk#2", "pushed under that name since");
    // A record that mixes two up makes neither of them another.
    let of = learnt(&[first, beside[0], beside[1], group("databricks", "risk", "1", 9)]);
    assert_eq!(which(&of, "databricks", "", "1", 3), "risk");
    assert_eq!(which(&of, "okta", "Risk", "", 3), "risk");
    // Made again under its name, it is the same.
    let of = learnt(&[first, gone, beside[1]]);
    assert_eq!(which(&of, "databricks", "", "2", 8), "risk");
    // In another workspace it is another group of that name all the same.
    let of = learnt(&[first, Sighting { scope: "1", ..beside[0] }, gone, Sighting { scope: "1", ..beside[1] }]);
    assert_eq!(which(&of, "databricks", "", "2", 8), "risk");
}

#[test]
fn a_group_that_is_made_again_under_its_name_keeps_its_place_when_it_is_renamed() {
    let (first, gone) = (group("databricks", "eng", "1", 1), ending(group("databricks", "eng", "1", 4)));
    let anew = [group("databricks", "eng", "2", 7), group("databricks", "squad", "2", 9)];
    let own = [group("okta", "eng", "00g1", 1), group("okta", "eng", "00g1", 6), group("okta", "squad", "00g1", 8)];
    let of = learnt(&[&[first, gone], &anew[..], &own].concat());
    for (source, id, time) in [("databricks", "1", 3), ("databricks", "2", 7), ("okta", "00g1", 6), ("okta", "00g1", 9)]
    {
        assert_eq!(which(&of, source, "", id, time), "squad", "{source} {id} {time}");
    }
    // Where another one has the name now, the one that is gone was that.
    let of = learnt(&[&[first, gone], &anew[..], &[group("databricks", "eng", "3", 12)]].concat());
    assert_eq!(which(&of, "databricks", "", "1", 3), "eng");
    // Elsewhere, or before the other was gone, it was made as another group.
    let of = learnt(&[first, gone, Sighting { scope: "5", ..anew[0] }, Sighting { scope: "5", ..anew[1] }]);
    assert_eq!(which(&of, "databricks", "", "1", 3), "eng");
    let of = learnt(&[first, group("databricks", "eng", "2", 3), gone, anew[1]]);
    assert_eq!(which(&of, "databricks", "", "1", 3), "eng");
}

#[test]
fn a_group_called_like_a_person_is_not_the_person() {
    let name = "a@example.com";
    let nested = databricks(name, "G2", 5);
    let of =
        learnt(&[okta(name, "00u1", "", 1), databricks(name, "1001", 2), group("databricks", name, "G2", 3), nested]);
    assert_eq!(shown(&of.person(nested)), "a@example.com#G2");
    assert_eq!(which(&of, "databricks", name, "G2", 5), "a@example.com#G2");
    assert_eq!(which(&of, "okta", name, "", 5), "a@example.com#G2", "pushed under its name");
    for (source, name, id) in [("databricks", name, "1001"), ("databricks", name, ""), ("okta", name, "00u1")] {
        assert_eq!(who(&of, source, name, id, 5), "a@example.com", "{source} {name} {id}");
    }
    // A group as a member of a group, known by its id alone.
    let of = learnt(&[group("databricks", "data", "G2", 3), databricks("", "G2", 5)]);
    assert_eq!(who(&of, "databricks", "", "G2", 5), "data");
}

#[test]
fn an_id_of_databricks_in_a_directory_s_record_is_what_databricks_calls_it() {
    let member = seen("entra_provisioning", USER, "", "1001", 5);
    let nested = seen("entra_provisioning", USER, "", "9", 5);
    let of = learnt(&[
        seen("entra_audit", USER, "a@example.com", "guid-1", 1),
        databricks("a@example.com", "1001", 2),
        group("databricks", "data", "9", 3),
        member,
        nested,
        group("entra_provisioning", "", "9", 6),
    ]);
    assert_eq!(shown(&of.person(member)), "a@example.com");
    assert_eq!(shown(&of.person(nested)), "data");
    assert_eq!(which(&of, "entra_provisioning", "", "9", 6), "data");
    assert!(!of.identities_rows().iter().any(|row| row.key.starts_with("id:")), "{:#?}", of.identities_rows());
    // Known from the provisioning log alone.
    let pushed = with_external("2002", seen("entra_provisioning", USER, "b@example.com", "guid-2", 1));
    let of = learnt(&[pushed, seen("entra_provisioning", USER, "", "2002", 3)]);
    assert_eq!(who(&of, "entra_provisioning", "", "2002", 3), "b@example.com");
    // So does a SCIM request that names ids only.
    let of = learnt(&[databricks("a@example.com", "1001", 2), group("databricks", "data", "9", 3)]);
    assert_eq!(who(&of, "scim", "", "1001", 4), "a@example.com");
    assert_eq!(which(&of, "scim", "", "9", 4), "data");
}
