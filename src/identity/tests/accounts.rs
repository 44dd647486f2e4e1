//! Accounts in Databricks and whose they are.

use super::*;
const ALICE: &str = "alice@example.com";

#[test]
fn a_service_principal_is_one_by_number_application_and_label() {
    let application = "11111111-2222-4333-8444-555555555555";
    let listed = Sighting { alias: said("etl bot"), ..seen("scim_snapshot", PRINCIPAL, application, "3003", 9) };
    let of = learnt(&[
        seen("databricks", PRINCIPAL, "", "3003", 1),
        seen("databricks", PRINCIPAL, application, "3003", 2),
        seen("databricks", PRINCIPAL, application, "", 2),
        listed,
        seen("entra_audit", PRINCIPAL, "ETL Bot", "guid-7", 5),
    ]);
    for (source, name, id) in [
        ("databricks", "", "3003"),
        ("databricks", application, ""),
        ("databricks", "Etl Bot", ""),
        ("entra_audit", "", "guid-7"),
    ] {
        assert_eq!(who(&of, source, name, id, 3), application, "{source} {name} {id}");
    }
    // Two of one label: neither is meant by it, and both stay who they are.
    let second = "22222222-2222-4333-8444-555555555555";
    let mut of = learnt(&[listed]);
    of.learn(Sighting { alias: said("etl bot"), ..seen("scim_snapshot", PRINCIPAL, second, "3004", 9) });
    assert_eq!(who(&of, "databricks", "etl bot", "", 9), "?etl bot?");
    assert_eq!(who(&of, "databricks", "", "3003", 9), application);
    assert_eq!(who(&of, "databricks", second, "3004", 9), second);
}

#[test]
fn an_account_made_again_in_databricks_is_the_same_person() {
    let of =
        learnt(&[databricks(ALICE, "1001", 1), ending(databricks(ALICE, "1001", 5)), databricks(ALICE, "1002", 9)]);
    assert_eq!(who(&of, "databricks", "", "1001", 1), ALICE);
    assert_eq!(who(&of, "databricks", "", "1002", 9), ALICE);
    // Unless the former goes by another name now.
    let of =
        learnt(&[databricks(ALICE, "1001", 1), databricks("ann@example.com", "1001", 5), databricks(ALICE, "1002", 9)]);
    assert_eq!(who(&of, "databricks", "", "1001", 1), "ann@example.com");
    assert_eq!(who(&of, "databricks", "", "1002", 9), ALICE);
}

#[test]
fn a_list_of_the_directory_is_the_directory() {
    let listed = Sighting { scope: "tenant", ..seen("scim_snapshot", USER, ALICE, "00u1", 5) };
    let of = learnt(&[okta(ALICE, "00u1", "", 1), listed, okta("alice.new@example.com", "00u1", "", 9)]);
    assert_eq!(shown(&of.person(listed)), "alice.new@example.com");
    assert_eq!(who(&of, "okta", "", "00u1", 9), "alice.new@example.com");
}

#[test]
fn accounts_stay_with_persons_who_swap_their_logins() {
    const BOB: &str = "bob.b@example.com";
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        okta(BOB, "00u2", "", 1),
        databricks(ALICE, "1001", 2),
        databricks(BOB, "1002", 2),
        okta("tmp@example.com", "00u1", "", 10),
        okta(ALICE, "00u2", "", 11),
        okta(BOB, "00u1", "", 12),
        databricks(ALICE, "1001", 20),
        databricks(BOB, "1002", 21),
    ]);
    for time in [2, 11, 20, 30] {
        for (account, name, id) in [("1001", ALICE, "00u1"), ("1002", BOB, "00u2")] {
            let person = who(&of, "okta", "", id, time);
            assert_eq!(who(&of, "databricks", name, account, time), person, "{account} {time}");
            assert_eq!(who(&of, "databricks", name, "", time), person, "{name} {time}");
        }
    }
    // Which side's name a push has is not known.
    assert_eq!(who(&of, "entra_provisioning", BOB, "", 30), "?bob.b@example.com?");
    assert_eq!(who(&of, "okta", BOB, "", 30), ALICE, "the login in the directory is whose it is there");
    assert_ne!(who(&of, "okta", "", "00u1", 30), who(&of, "okta", "", "00u2", 30));
}

#[test]
fn a_login_handed_on_is_the_next_holder_s_account() {
    // The first never had an account.
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        okta("alice.z@example.com", "00u1", "", 10),
        okta(ALICE, "00u2", "", 20),
        databricks(ALICE, "1001", 22),
    ]);
    assert_eq!(who(&of, "databricks", ALICE, "1001", 30), who(&of, "okta", "", "00u2", 30));
    assert_ne!(who(&of, "databricks", ALICE, "1001", 30), who(&of, "okta", "", "00u1", 30));
    // The first left, and the next has an account of their own.
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        databricks(ALICE, "1001", 2),
        ending(databricks(ALICE, "1001", 5)),
        okta(ALICE, "00u2", "", 20),
        databricks(ALICE, "1002", 22),
    ]);
    assert_eq!(who(&of, "databricks", ALICE, "1001", 5), who(&of, "okta", "", "00u1", 5));
    for id in ["1002", ""] {
        assert_eq!(who(&of, "databricks", ALICE, id, 30), who(&of, "okta", "", "00u2", 30), "{id}");
    }
}

#[test]
fn an_account_is_whose_id_it_has_to_its_end_although_a_namesake_came() {
    let entra = |id, time| seen("entra_audit", USER, ALICE, id, time);
    let push = |time| with_external("1001", seen("entra_provisioning", USER, ALICE, "guid-1", time));
    let before = [entra("guid-1", 1), push(2), databricks(ALICE, "1001", 2), ending(entra("guid-1", 10))];
    let after = [entra("guid-2", 20), ending(entra("guid-1", 29)), ending(databricks(ALICE, "1001", 30))];
    let owner = |push: &[Sighting<'_>]| {
        let of = learnt(&[&before, after.as_slice(), push].concat());
        let person = |id| who(&of, "entra_audit", "", id, 30);
        ["guid-1", "guid-2"].map(|id| person(id) == who(&of, "databricks", ALICE, "1001", 30))
    };
    assert_eq!(owner(&[ending(push(30))]), [true, false]);
    assert_eq!(owner(&[]), [false, true], "what nothing ties to the first goes with the name");
}

#[test]
fn an_id_that_is_seen_again_without_its_name_is_still_there() {
    let pingone = |name, id, time| seen("pingone", USER, name, id, time);
    let two = [pingone(ALICE, "uuid-1", 1), pingone(ALICE, "uuid-2", 9)];
    assert_eq!(who(&learnt(&two), "databricks", ALICE, "", 10), "alice@example.com#uuid-2");
    let of = learnt(&[two[0], two[1], pingone("", "uuid-1", 12)]);
    for (source, name, id) in [("databricks", ALICE, ""), ("pingone", "", "uuid-1"), ("pingone", ALICE, "uuid-2")] {
        assert_eq!(who(&of, source, name, id, 10), "?alice@example.com?", "{source} {name} {id}");
    }
    let of = learnt(&[two[0], two[1], ending(pingone("", "uuid-1", 12))]);
    assert_eq!(who(&of, "databricks", ALICE, "", 10), "alice@example.com#uuid-2", "its end is no sign of life");
}

#[test]
fn an_id_that_contradicts_the_one_known_for_its_name_is_not_that_person() {
    let intruder = databricks(ALICE, "9009", 5);
    let mut of = learnt(&[okta(ALICE, "00u1", "", 1), databricks(ALICE, "1001", 2), intruder]);
    assert_eq!(shown(&of.person(intruder)), ALICE, "made again");
    of.learn(databricks("", "1001", 8));
    assert_eq!(shown(&of.person(intruder)), "?alice@example.com?");
    assert_eq!(who(&of, "databricks", ALICE, "1001", 5), ALICE);
    assert_eq!(who(&of, "okta", ALICE, "00u1", 5), ALICE);
    assert_eq!(who(&of, "databricks", ALICE, "", 5), "?alice@example.com?");
    // Unless it has the person's own id.
    of.learn(with_external("00u1", databricks(ALICE, "9009", 6)));
    assert_eq!(shown(&of.person(intruder)), ALICE);
}

#[test]
fn accounts_in_databricks_are_one_where_one_had_the_other_s_name() {
    let application = "11111111-2222-4333-8444-555555555555";
    let of = learnt(&[
        databricks(ALICE, "1001", 1),
        databricks("Alice@Example.com", "1002", 9),
        databricks("alice.new@example.com", "1003", 9),
        seen("databricks", PRINCIPAL, application, "3003", 2),
        seen("databricks", PRINCIPAL, "", application, 3),
    ]);
    let [first, again, other, number, name] =
        ["1001", "1002", "1003", "3003", application].map(|id| of.databricks_account(id));
    assert!(first.is_some() && first == again && first != other && other.is_some());
    assert!(number.is_some() && number == name);
    assert_eq!(of.databricks_account("9999"), None);
}
