//! Users and service principals.

use super::*;

const ALICE: &str = "alice@example.com";

#[test]
fn case_unicode_domains_guests_and_aliases_lead_to_one_name() {
    let of = identities();
    let names = [
        "Bob@Example.com",
        "bob@corp.example.com",
        "BOB.OLD@corp.example.com",
        "bob.old@example.com",
        " bob@example.com ",
    ];
    for name in names.into_iter().chain(["ｂob@example.com", "bob_example.com#EXT#@tenant.onmicrosoft.com"]) {
        for source in ["okta", "entra_audit", "databricks"] {
            assert_eq!(who(&of, source, name, "", 0), "bob@example.com", "{name} in {source}");
        }
        assert_eq!(of.canonical(name), "bob@example.com", "{name}");
    }
}

#[test]
fn a_login_follows_the_name_it_is_pushed_under() {
    let mut of = learnt(&[okta("asmith", "00u1", ALICE, 1)]);
    assert_eq!(who(&of, "okta", "ASmith", "", 0), ALICE);
    assert_eq!(who(&of, "okta", "", "00u1", 0), ALICE);
    assert_eq!(who(&of, "databricks", "Alice@example.com", "", 0), ALICE);
    // Another user name later on is a rename: the same person has both accounts.
    of.learn(okta("asmith", "00u1", "other@example.com", 2));
    for name in [ALICE, "other@example.com", "asmith"] {
        assert_eq!(who(&of, "databricks", name, "", 3), "other@example.com", "{name}");
    }
}

#[test]
fn an_id_stands_for_its_person() {
    let mut of = identities();
    assert_eq!(who(&of, "databricks", "", "77", 0), "id:77");
    of.learn(databricks("a@example.com", "77", 1));
    assert_eq!(who(&of, "databricks", "", "77", 0), "a@example.com");
    of.learn(databricks("b@example.com", "77", 2));
    assert_eq!(who(&of, "databricks", "", "77", 0), "b@example.com", "one id, renamed");
    assert_eq!(who(&of, "databricks", "a@example.com", "", 1), "b@example.com");
    assert_eq!(who(&of, "databricks", "", "", 0), format!("?{NOBODY}?"));
    assert!(of.person(seen("okta", USER, "unknown", "", 0)).names_nobody());
}

#[test]
fn a_rehire_gets_the_old_name_and_stays_another_person() {
    let of = learnt(&[
        okta(ALICE, "00u1", "", 10),
        databricks(ALICE, "1001", 12),
        okta(ALICE, "00u1", "", 20),
        okta(ALICE, "00u2", "", 50),
        databricks(ALICE, "1001", 52),
        okta(ALICE, "00u2", "", 60),
    ]);
    for time in [0, 12, 20, 35, 49] {
        assert_eq!(who(&of, "databricks", ALICE, "", time), ALICE, "{time}");
        assert_eq!(who(&of, "databricks", "", "1001", time), ALICE, "{time}");
        assert_eq!(who(&of, "okta", ALICE, "", time), ALICE, "{time}");
    }
    for time in [50, 52, 99] {
        assert_eq!(who(&of, "databricks", ALICE, "", time), "alice@example.com#00u2", "{time}");
        assert_eq!(who(&of, "databricks", ALICE, "1001", time), "alice@example.com#00u2", "{time}");
        assert_eq!(of.actor(ALICE, time), "alice@example.com#00u2", "{time}");
    }
    // The directory's id is the person at any time.
    assert_eq!(who(&of, "okta", "", "00u1", 99), ALICE);
    assert_eq!(who(&of, "okta", ALICE, "00u2", 0), "alice@example.com#00u2");
}

#[test]
fn a_namesake_takes_a_name_that_is_free() {
    let of = learnt(&[
        okta(ALICE, "00u1", "", 10),
        okta("alice.old@example.com", "00u1", "", 20),
        okta(ALICE, "00u2", "", 30),
        okta("alice.old@example.com", "00u1", "", 40),
        databricks(ALICE, "1001", 12),
        databricks(ALICE, "1002", 32),
        databricks("alice.old@example.com", "1003", 22),
    ]);
    assert_eq!(who(&of, "databricks", "", "1001", 12), "alice.old@example.com");
    assert_eq!(who(&of, "databricks", ALICE, "", 25), "alice.old@example.com", "renamed, and the name still free");
    assert_eq!(who(&of, "databricks", "", "1002", 32), ALICE);
    assert_eq!(who(&of, "databricks", ALICE, "", 45), ALICE);
}

#[test]
fn a_rename_stays_one_person_whatever_databricks_calls_them() {
    let of = learnt(&[
        okta(ALICE, "00u1", "", 10),
        okta("alice.new@example.com", "00u1", "", 20),
        databricks(ALICE, "1001", 12),
        databricks(ALICE, "1001", 30),
    ]);
    for (source, name, id, time) in [
        ("okta", "alice.new@example.com", "00u1", 20),
        ("okta", "alice.new@example.com", "", 20),
        ("okta", ALICE, "", 10),
        ("databricks", ALICE, "1001", 30),
        ("databricks", ALICE, "", 30),
        ("databricks", "alice.new@example.com", "", 40),
    ] {
        assert_eq!(who(&of, source, name, id, time), ALICE, "{source} {name} {id} {time}: the key is Databricks' name");
    }
    // A new account in Databricks is the same person's too, and the latest.
    let of = learnt(&[
        okta(ALICE, "00u1", "", 10),
        okta("alice.new@example.com", "00u1", "", 20),
        databricks(ALICE, "1001", 12),
        databricks("alice.new@example.com", "1002", 30),
    ]);
    assert_eq!(who(&of, "databricks", ALICE, "1001", 12), "alice.new@example.com");
    assert_eq!(who(&of, "databricks", "", "1002", 30), "alice.new@example.com");
}

#[test]
fn two_ids_at_once_under_one_name_are_not_merged() {
    let mut of = learnt(&[
        okta("a@example.com", "00u1", "", 1),
        okta("a@example.com", "00u1", "", 5),
        okta("a@example.com", "00u2", "", 9),
    ]);
    assert!(of.person(seen("okta", USER, "a@example.com", "", 0)).is_known());
    of.learn(okta("a@example.com", "00u1", "", 10));
    for (source, name, id) in
        [("databricks", "A@example.com", ""), ("okta", "", "00u1"), ("okta", "a@example.com", "00u2")]
    {
        assert_eq!(who(&of, source, name, id, 0), "?a@example.com?", "{source} {name} {id}");
    }
}

#[test]
fn an_external_id_settles_what_a_name_cannot() {
    let of = learnt(&[
        okta("a@example.com", "00u1", "", 1),
        okta("a@example.com", "00u2", "", 5),
        okta("a@example.com", "00u1", "", 9),
        with_external("00u1", seen("scim_snapshot", USER, "a@example.com", "1001", 3)),
    ]);
    for (source, name, id) in [("databricks", "", "1001"), ("databricks", "a@example.com", ""), ("okta", "", "00u1")] {
        assert_eq!(who(&of, source, name, id, 6), "a@example.com", "{source} {name} {id}");
    }
    assert_eq!(who(&of, "okta", "", "00u2", 6), "?a@example.com?", "the other has nothing but the name");
}

#[test]
fn the_end_of_an_account_long_after_is_no_claim_to_its_name() {
    let first = okta("a@example.com", "o1", "", 1);
    let again = okta("a@example.com", "o2", "", 5);
    let late = ending(okta("a@example.com", "o1", "", 30));
    let of = learnt(&[first, again, okta("a@example.com", "o2", "", 40), late]);
    assert_eq!(who(&of, "databricks", "a@example.com", "", 3), "a@example.com");
    assert_eq!(who(&of, "databricks", "a@example.com", "", 35), "a@example.com#o2");
    // Nor is it where nothing else is known of that account.
    let of = learnt(&[again, okta("a@example.com", "o2", "", 40), late]);
    assert!(of.person(seen("databricks", USER, "a@example.com", "", 35)).is_known());
    assert_ne!(who(&of, "okta", "", "o1", 30), who(&of, "okta", "", "o2", 30));
}

#[test]
fn each_system_has_an_id_of_its_own_for_one_person() {
    let of = learnt(&[
        okta("a@example.com", "00u1", "", 1),
        seen("scim", USER, "a@example.com", "77", 1),
        seen("entra_audit", USER, "A@example.com", "guid-1", 2),
        seen("entra_provisioning", USER, "", "guid-1", 3),
        seen("pingone", USER, "a@example.com", "uuid-1", 4),
    ]);
    for (source, id) in [
        ("okta", "00u1"),
        ("databricks", "77"),
        ("scim", "77"),
        ("entra_provisioning", "guid-1"),
        ("pingone", "uuid-1"),
    ] {
        assert_eq!(who(&of, source, "", id, 9), "a@example.com", "{source}");
    }
}

#[test]
fn two_directories_that_disagree_make_nobody_one() {
    let of = learnt(&[
        okta("a@example.com", "00u1", "", 1),
        okta("b@example.com", "00u1", "", 5),
        seen("entra_audit", USER, "a@example.com", "guid-a", 1),
        seen("entra_audit", USER, "b@example.com", "guid-b", 2),
        seen("entra_audit", USER, "a@example.com", "guid-a", 9),
        seen("entra_audit", USER, "b@example.com", "guid-b", 9),
    ]);
    assert_eq!(who(&of, "databricks", "b@example.com", "", 9), "?b@example.com?");
    assert_ne!(who(&of, "entra_audit", "", "guid-a", 9), who(&of, "entra_audit", "", "guid-b", 9));
    // Nor does it where they had the name one after the other.
    let of = learnt(&[
        okta("a@example.com", "00u1", "", 1),
        okta("b@example.com", "00u1", "", 5),
        seen("entra_audit", USER, "a@example.com", "guid-a", 1),
        seen("entra_audit", USER, "b@example.com", "guid-b", 9),
    ]);
    assert_eq!(who(&of, "databricks", "b@example.com", "", 9), "?b@example.com?");
}

#[test]
fn a_rehire_in_two_directories_is_paired_by_time() {
    let entra = |id, time| seen("entra_audit", USER, ALICE, id, time);
    let of =
        learnt(&[okta(ALICE, "00u1", "", 10), entra("guid-1", 11), okta(ALICE, "00u2", "", 50), entra("guid-2", 52)]);
    assert_eq!(who(&of, "entra_audit", "", "guid-1", 11), who(&of, "okta", "", "00u1", 10));
    assert_eq!(who(&of, "entra_audit", "", "guid-2", 52), who(&of, "okta", "", "00u2", 50));
    assert_ne!(who(&of, "okta", "", "00u1", 10), who(&of, "okta", "", "00u2", 50));
}

#[test]
fn two_logins_pushed_under_one_name_are_not_merged() {
    let of = learnt(&[
        okta("y1@example.com", "00uY1", "svc@example.com", 1),
        okta("y2@example.com", "00uY2", "svc@example.com", 9),
    ]);
    for time in [0, 5, 9] {
        assert_eq!(who(&of, "databricks", "svc@example.com", "", time), "?svc@example.com?");
        assert_eq!(who(&of, "okta", "", "00uY1", time), "?svc@example.com?");
    }
}

#[test]
fn a_rehire_under_a_pushed_name_is_no_conflict() {
    let of = learnt(&[okta("a", "00u1", ALICE, 1), okta("a", "00u2", ALICE, 9)]);
    assert_eq!(who(&of, "databricks", ALICE, "", 5), ALICE);
    assert_eq!(who(&of, "databricks", ALICE, "", 9), "alice@example.com#00u2");
}

#[test]
fn a_configured_alias_wins_over_every_id() {
    let of = learnt(&[
        okta("bob.old@example.com", "00u1", "", 1),
        okta("bob@example.com", "00u2", "", 2),
        okta("bob.old@example.com", "00u1", "", 3),
        with_external("00u9", databricks("bob.old@example.com", "1001", 4)),
        okta("other@example.com", "00u9", "", 5),
    ]);
    for (source, name, id) in [
        ("okta", "", "00u1"),
        ("okta", "", "00u2"),
        ("okta", "bob.old@example.com", ""),
        ("databricks", "bob.old@example.com", "1001"),
    ] {
        assert_eq!(who(&of, source, name, id, 4), "bob@example.com", "{source} {name} {id}");
    }
}

#[test]
fn a_domain_that_all_have_does_not_make_a_rehire_one() {
    let of = learnt(&[okta("a@corp.example.com", "00u1", "", 1), okta("a@corp.example.com", "00u2", "", 9)]);
    assert_eq!(who(&of, "databricks", "a@example.com", "", 3), "a@example.com");
    assert_eq!(who(&of, "databricks", "a@example.com", "", 9), "a@example.com#00u2");
    // Two spellings that the configuration calls one are one person.
    let of = learnt(&[okta("a@corp.example.com", "00u1", "", 1), okta("a@example.com", "00u2", "", 1)]);
    assert_eq!(who(&of, "okta", "", "00u1", 1), who(&of, "okta", "", "00u2", 1));
}

#[test]
fn guests_are_the_person_they_are_at_home() {
    let guest = "alice_example.com#EXT#@tenant.onmicrosoft.com";
    let of = learnt(&[seen("entra_audit", USER, guest, "guid-1", 1), databricks(ALICE, "1001", 2)]);
    assert_eq!(who(&of, "entra_audit", "", "guid-1", 1), ALICE);
    assert_eq!(who(&of, "databricks", "", "1001", 1), ALICE);
}

#[test]
fn an_external_id_ties_what_no_name_does() {
    // Databricks knows the directory's id, and calls the person otherwise.
    let of = learnt(&[
        okta("asmith", "00u1", "", 1),
        with_external("00u1", seen("scim", USER, "a.smith@example.com", "1001", 5)),
    ]);
    for (source, name, id, time) in
        [("okta", "asmith", "", 0), ("databricks", "", "1001", 0), ("databricks", "A.Smith@example.com", "", 9)]
    {
        assert_eq!(who(&of, source, name, id, time), "a.smith@example.com", "{source} {name} {id}");
    }
    // The directory's provisioning log knows the id in Databricks.
    let pushed = with_external("2002", seen("entra_provisioning", USER, "b@example.com", "guid-1", 1));
    let of = learnt(&[pushed, seen("databricks", USER, "", "2002", 3)]);
    assert_eq!(who(&of, "databricks", "", "2002", 3), "b@example.com");
    let of = learnt(&[pushed]);
    assert_eq!(who(&of, "databricks", "", "2002", 3), "b@example.com", "even if Databricks was never heard of it");
}

#[test]
fn a_foreign_id_goes_with_its_time() {
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        with_external("00u1", seen("scim", USER, ALICE, "1001", 2)),
        okta(ALICE, "00u1", "", 5),
        okta(ALICE, "00u2", "", 10),
        with_external("00u2", seen("scim", USER, ALICE, "1001", 12)),
    ]);
    assert_eq!(who(&of, "databricks", "", "1001", 3), ALICE);
    assert_eq!(who(&of, "databricks", "", "1001", 20), "alice@example.com#00u2");
    // No new word of the foreign id: the name has gone to the second, and the first is no more.
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        with_external("00u1", seen("scim", USER, ALICE, "1001", 2)),
        okta(ALICE, "00u2", "", 10),
    ]);
    assert_eq!(who(&of, "databricks", "", "1001", 20), "alice@example.com#00u2");
    // The first goes on under another name, and the account is still theirs.
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        with_external("00u1", seen("scim", USER, ALICE, "1001", 2)),
        okta("alice.new@example.com", "00u1", "", 6),
        okta(ALICE, "00u2", "", 10),
        okta("alice.new@example.com", "00u1", "", 15),
    ]);
    assert_eq!(who(&of, "databricks", "", "1001", 20), who(&of, "okta", "", "00u1", 20));
}

#[test]
fn the_application_s_side_of_a_record_is_no_account_of_the_directory() {
    // The person's account in the application, as Okta numbers it: alone, and beside the person.
    let of = learnt(&[
        okta(ALICE, "00u1", "", 1),
        with_external("0ua1", okta(ALICE, "00u1", "", 2)),
        with_external("0ua1", okta(ALICE, "0ua1", "", 3)),
    ]);
    assert_eq!(who(&of, "okta", ALICE, "", 4), ALICE, "no conflict");
    assert_eq!(shown(&of.person(with_external("0ua1", okta("", "0ua1", "", 4)))), ALICE);
}

#[test]
fn an_account_that_two_ids_claim_while_both_are_there_is_nobody_s() {
    const DAY: i64 = 86_400_000_000;
    let claimed = |id, time| with_external(id, databricks("svc@example.com", "1001", time));
    let owners = |second: i64, first_is_seen_until: i64| {
        let of = learnt(&[
            okta("y1@example.com", "00u1", "", 1),
            claimed("00u1", 1),
            okta("y2@example.com", "00u2", "", second),
            claimed("00u2", second),
            okta("y1@example.com", "00u1", "", first_is_seen_until),
        ]);
        let [one, other] = ["00u1", "00u2"].map(|id| who(&of, "okta", "", id, second + 1));
        [1, second + 1].map(|time| match who(&of, "databricks", "", "1001", time) {
            owner if owner == one => "first",
            owner if owner == other => "second",
            owner if owner == "?svc@example.com?" => "contested",
            _ => "somebody else",
        })
    };
    assert_eq!(owners(DAY, 3 * DAY), ["contested", "contested"]);
    assert_eq!(owners(2 * DAY, 3 * DAY), ["first", "contested"]);
    assert_eq!(owners(2 * DAY, DAY), ["first", "second"], "the first was gone");
}
