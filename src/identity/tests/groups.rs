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
    assert_eq!(which(&of, "entra_audit", "", "guid-2", 2), "?data?");
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
