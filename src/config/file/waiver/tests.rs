use std::path::Path;

use super::super::parse;
use super::*;
use crate::config::Config;

const WAIVER: &str = "[organization]\nname = \"Example Corp\"\n[[waiver]]\nid = \"W\"\ntest = \"VCH-01\"\n\
    select = { actor = \"t@*\" }\nreason = \"r\"\nrequested_by = \"a\"\napproved_by = \"b\"\napproved_at = \"2026-07-01\"\n\
    expires = \"2026-10-01\"\n";

fn read(from: &str, to: &str) -> Result<Config> {
    assert!(WAIVER.contains(from), "nothing to replace: {from}");
    parse(&WAIVER.replacen(from, to, 1), "t.toml", Path::new("."))
}

fn one(from: &str, to: &str) -> Waiver {
    read(from, to).expect(to).waivers.swap_remove(0)
}

#[test]
fn what_cannot_be_meant_is_an_error_with_its_line() {
    for (from, to, expected) in [
        ("actor = \"t@*\"", "", "line 3: waiver `W`: `select` is empty"),
        ("actor = \"t@*\"", "actor = \"[\"", "line 3: glob `[`"),
        ("actor", "aktor", "line 6: unknown key `aktor`; did you mean `actor`?"),
        ("VCH-01", "VCH-1", "line 3: waiver `W`: unknown test `VCH-1`; did you mean `VCH-01`?"),
        ("VCH-01", "MY-OWN-TEST", "unknown test `MY-OWN-TEST`"),
        ("2026-10-01", "2026-07-01", "expires before it starts"),
        ("2026-10-01", "soon", "must be days such as"),
        ("expires = ", "starts = \"7 July\"\nexpires = ", "must be days such as"),
        ("expires = ", "starts = \"2026-10-01\"\nexpires = ", "expires before it starts"),
        ("approved_by = \"b\"", "approved_by = \" \"", "must say something"),
        ("reason = \"r\"", "reason = \"\"", "must say something"),
        ("expires = ", "max_items = 0\nexpires = ", "`max_items` must be at least 1"),
        ("expires = ", "scope_digest = \"3f0c\"\nexpires = ", "`scope_digest` must be 64 hexadecimal digits"),
        ("expires = ", "max_items = -1\nexpires = ", "line 11: invalid value"),
        ("expires = ", "starts = \"2026-06-30\"\nexpires = ", "needs `backdated = true`"),
        ("expires = ", "starts = \"2026-06-30\"\nbackdated = true\nexpires = ", "needs `backdated = true`"),
        (
            "expires = ",
            "starts = \"2026-06-30\"\nbackdating_approved_by = \"c\"\nexpires = ",
            "needs `backdated = true`",
        ),
    ] {
        let message = read(from, to).map(|_| ()).expect_err(to).to_string();
        assert!(message.contains(expected), "{to}\n  got: {message}");
    }
    let twice = format!("{WAIVER}{}", WAIVER.split_once("\n").and_then(|(_, rest)| rest.split_once("\n")).unwrap().1);
    assert!(parse(&twice, "t", Path::new(".")).unwrap_err().to_string().contains("a second waiver has this id"));
}

#[test]
fn the_digest_of_a_scope_is_of_what_it_may_cover_and_of_nothing_else() {
    // printf '{"expires":"2026-10-01","max_items":25,...}' | sha256sum
    let known = "0235e598be566ab1f304c2ea21b08ac23c29b62d1b75a1863abc4ca7c2cbbe94";
    let digest = |from: &str, to: &str| one(from, to).scope_sha256().unwrap();
    assert_eq!(digest("reason = \"r\"", "reason = \"r\""), known);
    for (from, to) in [
        ("reason = \"r\"", "reason = \"another\""),
        ("requested_by = \"a\"", "requested_by = \"c\""),
        ("expires = ", "starts = \"2026-07-01\"\nexpires = "),
        ("expires = ", "ticket = \"T-1\"\nexpires = "),
    ] {
        assert_eq!(digest(from, to), known, "{to}");
    }
    for (from, to) in [
        ("actor = \"t@*\"", "actor = \"*\""),
        ("actor = \"t@*\"", "subject = \"t@*\""),
        ("actor = \"t@*\"", "actor = \"t@*\", scope = \"account\""),
        ("VCH-01", "VCH-02"),
        ("2026-10-01", "2026-10-02"),
        ("approved_at = \"2026-07-01\"", "approved_at = \"2026-07-02\""),
        ("expires = ", "max_items = 26\nexpires = "),
        ("expires = ", "wide = true\nexpires = "),
    ] {
        assert_ne!(digest(from, to), known, "{to}");
    }
    let whole = |from: &str, to: &str| one(from, to).sha256().unwrap();
    assert_ne!(whole("reason = \"r\"", "reason = \"another\""), whole("reason = \"r\"", "reason = \"r\""));
}

#[test]
fn who_approves_is_no_question_of_form() {
    assert_eq!(one("approved_by = \"b\"", "approved_by = \"A\"").approved_by, "A");
}

#[test]
fn an_object_is_an_entitlement() {
    let waiver = one("actor = \"t@*\"", "object = \"engineers\"");
    assert_eq!(waiver.select.given().collect::<Vec<_>>(), [("entitlement", "engineers")]);
    assert!(read("actor = \"t@*\"", "object = \"a\", entitlement = \"a\"").is_err(), "one of the two");
}

#[test]
fn a_waiver_holds_from_its_approval_until_it_expires_if_that_is_not_too_long() {
    let instant = |text: &str| midnight(day(text).unwrap(), Tz::UTC).unwrap();
    for (test, starts, expires, start, end, is_capped) in [
        ("VCH-01", "", "2026-10-01", "2026-07-01", "2026-10-01", false),
        ("VCH-01", "2026-08-01", "2026-10-01", "2026-08-01", "2026-10-01", false),
        ("VCH-01", "", "2027-07-01", "2026-07-01", "2027-07-01", false),
        ("VCH-01", "", "2027-07-02", "2026-07-01", "2027-07-01", true),
        ("PRV-01", "", "2026-09-29", "2026-07-01", "2026-09-29", false),
        ("PRV-01", "", "2026-09-30", "2026-07-01", "2026-09-29", true),
        ("PRV-01", "2026-07-02", "2026-09-30", "2026-07-02", "2026-09-30", false),
    ] {
        let mut waiver = one("VCH-01", test);
        waiver.starts = (!starts.is_empty()).then(|| starts.to_owned());
        waiver.expires = expires.to_owned();
        let window = waiver.window(Tz::UTC).unwrap();
        assert_eq!((window.start, window.end), (instant(start), instant(end)), "{test} {starts} {expires}");
        assert_eq!((window.is_capped(), window.is_backdated), (is_capped, false), "{test} {starts} {expires}");
    }
    let backdated = "starts = \"2026-06-30\"\nbackdated = true\nbackdating_approved_by = \"c\"\nexpires = ";
    let window = one("expires = ", backdated).window(Tz::UTC).unwrap();
    assert!(window.is_backdated && window.start == instant("2026-06-30"));
}

#[test]
fn tests_of_privileged_access_are_told_by_their_ids() {
    let mut waiver = one("VCH-01", "PRV-01");
    for (test, is_privileged) in
        [("PRV-06", true), ("SOD-02", true), ("EMG-01", true), ("DEP-01", false), ("VCH-01", false)]
    {
        waiver.test = test.to_owned();
        assert_eq!(waiver.is_of_privileged_access(), is_privileged, "{test}");
    }
}
