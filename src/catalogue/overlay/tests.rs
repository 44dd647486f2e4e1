use super::super::Severity;
use super::*;

const DAY: i64 = 86_400_000_000;

/// 2026-07-01 00:00 UTC, where the period begins; it has ninety days.
const JULY: i64 = 1_782_864_000_000_000;

const HEAD: &str = "[organization]\nname = \"Example Corp\"\n[identity]\ndomains = { \"corp.example.com\" = \"example.com\" }\n\
    aliases = { \"bob.old@example.com\" = \"bob@example.com\" }\n";

/// A waiver of everything that PAT selects, but for what is replaced.
fn waiver(id: &str, but: &[(&str, &str)]) -> String {
    let text = format!(
        "[[waiver]]\nid = \"{id}\"\ntest = \"VCH-01\"\nselect = {{ subject = \"*\" }}\nreason = \"r\"\n\
         requested_by = \"dana@example.com\"\napproved_by = \"erik@example.com\"\napproved_at = \"2026-07-01\"\n\
         expires = \"2026-08-01\"\n"
    );
    but.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "nothing to replace: {from}");
        text.replacen(from, to, 1)
    })
}

fn item(id: &str, day: i64, verdict: Verdict) -> Item {
    Item {
        verdict,
        reason: "no_authority".to_owned(),
        severity: Severity::High,
        scope: Some("account".to_owned()),
        actor: Some("root@example.com".to_owned()),
        verb: "member.add",
        subject: Some(format!("{id}@example.com")),
        object: Some("engineers".to_owned()),
        event_ids: vec![format!("e-{id}")],
        ..Item::new(id.to_owned(), JULY + day * DAY)
    }
}

fn exceptions(days: &[i64]) -> Vec<Item> {
    days.iter().enumerate().map(|(number, day)| item(&format!("p{number}"), *day, Verdict::Exception)).collect()
}

/// Lays the waivers over items of a test.
fn laid(waivers: &[String], test: &str, mut items: Vec<Item>) -> (Vec<Item>, Vec<WaiverUse>) {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("t.toml");
    std::fs::write(&path, format!("{HEAD}{}", waivers.concat())).unwrap();
    let config = Config::read(&path).unwrap();
    let period = Period { start: JULY, end: JULY + 90 * DAY, label: "a quarter".to_owned() };
    let identities = Identities::new(&config);
    let mut overlay = Overlay::new(&config, &period, &identities).unwrap();
    overlay.lay(test, &mut items);
    (items, overlay.into_uses())
}

/// Which waiver each item has, and the waivers' words.
fn told(waivers: &[String], days: &[i64]) -> (Vec<String>, Vec<String>) {
    let (items, uses) = laid(waivers, "VCH-01", exceptions(days));
    (items.into_iter().map(|i| i.waiver_id.unwrap_or_default()).collect(), uses.iter().map(words).collect())
}

fn words(of: &WaiverUse) -> String {
    let findings: Vec<&str> = of.findings.iter().map(|f| f.as_str()).collect();
    format!("{} {} [{}]", of.status.as_str(), of.item_count, findings.join(" "))
}

#[test]
fn an_item_is_covered_from_the_first_instant_until_before_the_last() {
    let (waived, words) = told(&[waiver("W", &[])], &[-1, 0, 30, 31]);
    assert_eq!(waived, ["", "W", "W", ""]);
    assert_eq!(words, ["used 2 [expired]"]);
    let (items, uses) = laid(&[waiver("W", &[])], "VCH-01", exceptions(&[-2, -1, 0, 31]));
    assert_eq!((uses[0].early_count, uses[0].within_count, uses[0].late_count), (2, 1, 1));
    assert_eq!((uses[0].outside_count(), items[0].verdict), (3, Verdict::Exception));
}

#[test]
fn only_exceptions_are_waived() {
    let verdicts = [Verdict::Pass, Verdict::Undetermined, Verdict::NotApplicable];
    let items = verdicts.map(|verdict| item("pat", 1, verdict)).to_vec();
    let (after, uses) = laid(&[waiver("W", &[])], "VCH-01", items.clone());
    assert_eq!(after, items);
    assert_eq!(words(&uses[0]), "unused 0 [unused]");
}

#[test]
fn gates_take_no_waivers() {
    for gate in ["COV-01", "COV-02"] {
        let (items, uses) = laid(&[waiver("W", &[("VCH-01", gate)])], gate, exceptions(&[1]));
        assert_eq!((items[0].verdict, items[0].waiver_id.as_deref()), (Verdict::Exception, None), "{gate}");
        assert_eq!(words(&uses[0]), "refused 0 [gate]", "{gate}");
    }
    assert!(is_gate("LOG-01") && is_gate("COV-07") && !is_gate("CLD-01") && !is_gate("VCH-01"));
}

#[test]
fn whoever_approves_is_another_than_whoever_asks() {
    for (asks, approves, is_refused) in [
        ("Dana@Example.com", "dana@example.com", true),
        ("dana@corp.example.com", "dana@example.com", true),
        ("bob.old@example.com", " BOB@example.com", true),
        ("bob@example.com", "dana@example.com", false),
    ] {
        let but = [("dana@example.com", asks), ("erik@example.com", approves)];
        let expected = if is_refused { "refused 0 [self_approved]" } else { "used 1 []" };
        let (waived, words) = told(&[waiver("W", &but)], &[1]);
        assert_eq!(words, [expected], "{asks} {approves}");
        assert_eq!(waived, [if is_refused { "" } else { "W" }], "{asks} {approves}");
    }
}

#[test]
fn a_waiver_that_selects_too_much_covers_nothing() {
    let two = ("expires", "max_items = 2\nexpires");
    assert_eq!(told(&[waiver("W", &[two])], &[1, 2]).1, ["used 2 []"]);
    assert_eq!(told(&[waiver("W", &[two])], &[1, 2, 40]).1, ["used 2 [expired]"], "outside its days it covers nothing");
    assert_eq!(
        told(&[waiver("W", &[two])], &[1, 2, 3]),
        (vec![String::new(); 3], vec!["refused 0 [over_broad]".into()])
    );
    assert_eq!(
        told(&[waiver("W", &[("expires", "max_items = 2\nwide = true\nexpires")])], &[1, 2, 3]).1,
        ["used 3 []"]
    );
    assert_eq!(told(&[waiver("W", &[])], &[1; 25]).1, ["used 25 []"]);
    assert_eq!(told(&[waiver("W", &[])], &[1; 26]).1, ["refused 0 [over_broad]"]);
}

#[test]
fn a_waiver_of_another_scope_than_was_approved_covers_nothing() {
    let digest = laid(&[waiver("W", &[])], "VCH-01", Vec::new()).1.remove(0).scope_digest;
    let stated = format!("scope_digest = \"{}\"\nexpires", digest.to_uppercase());
    let approved = |more: &[(&str, &str)]| waiver("W", &[[("expires", stated.as_str())].as_slice(), more].concat());
    assert_eq!(told(&[approved(&[])], &[1]), (vec!["W".into()], vec!["used 1 []".into()]));
    assert_eq!(told(&[approved(&[("= \"r\"", "= \"why not\"")])], &[1]).1, ["used 1 []"]);
    let wider = approved(&[("2026-08-01", "2026-08-02")]);
    assert_eq!(told(&[wider], &[1]), (vec![String::new()], vec!["refused 0 [scope_changed]".into()]));
}

#[test]
fn nobody_approves_what_concerns_themselves() {
    let own = "approved_by_subject_or_actor";
    for approver in ["p0@corp.example.com", "P0@example.com"] {
        let (waived, words) = told(&[waiver("W", &[("erik@example.com", approver)])], &[1, 2]);
        assert_eq!((waived, words), (vec![String::new(), "W".into()], vec![format!("used 1 [{own}]")]), "{approver}");
    }
    let (waived, words) = told(&[waiver("W", &[("erik@example.com", "root@example.com")])], &[1, 2]);
    assert_eq!((waived, words), (vec![String::new(); 2], vec![format!("unused 0 [{own}]")]));
}

#[test]
fn what_the_first_may_cover_the_others_select_in_vain() {
    let second = waiver("W2", &[]);
    assert_eq!(
        told(&[waiver("W1", &[]), second.clone()], &[1]),
        (vec!["W1".into()], vec!["used 1 []".into(), "unused 0 [unused]".into()])
    );
    let refused = waiver("W1", &[("erik@example.com", "dana@example.com")]);
    let own = waiver("W1", &[("erik@example.com", "p0@example.com")]);
    let ended = waiver("W1", &[("2026-08-01", "2026-07-02")]);
    for first in [refused, own, ended] {
        assert_eq!(told(&[first, second.clone()], &[1]).0, ["W2"]);
    }
}

#[test]
fn a_waiver_that_has_ended_says_whether_it_is_missed() {
    let ends = |day: &'static str| [("2026-08-01", day)];
    assert_eq!(told(&[waiver("W", &ends("2026-07-02"))], &[1]).1, ["expired 0 [expired]"]);
    assert_eq!(told(&[waiver("W", &ends("2026-07-02"))], &[0]).1, ["used 1 []"]);
    let before = [("2026-07-01", "2026-05-01"), ("2026-08-01", "2026-07-01")];
    assert_eq!(told(&[waiver("W", &before)], &[]).1, ["expired 0 [unused]"]);
    assert_eq!(told(&[waiver("W", &[("2026-07-01", "2026-07-02")])], &[0]).1, ["unused 0 [unused]"]);
    // It ends with the period, and after it.
    assert_eq!(told(&[waiver("W", &ends("2026-09-29"))], &[90]).1, ["expired 0 [expired]"]);
    assert_eq!(told(&[waiver("W", &ends("2026-09-30"))], &[91]).1, ["unused 0 [unused]"]);
}

#[test]
fn beyond_the_longest_time_it_is_not_honoured() {
    let but = [("2026-07-01", "2025-07-31"), ("2026-08-01", "2027-01-01")];
    let (waived, words) = told(&[waiver("W", &but)], &[29, 30]);
    assert_eq!((waived, words), (vec!["W".into(), String::new()], vec!["used 1 [expired capped]".into()]));
}

#[test]
fn what_is_backdated_needs_another_who_agrees_and_is_said() {
    let from = "starts = \"2026-06-30\"\nbackdated = true\nbackdating_approved_by = \"fay@example.com\"\nexpires";
    assert_eq!(
        told(&[waiver("W", &[("expires", from)])], &[-1]),
        (vec!["W".into()], vec!["used 1 [backdated]".into()])
    );
    let own = from.replace("fay@", "dana@");
    assert_eq!(told(&[waiver("W", &[("expires", &own)])], &[-1]).1, ["refused 0 [self_approved backdated]"]);
    let concerned = from.replace("fay@", "p0@");
    assert_eq!(told(&[waiver("W", &[("expires", &concerned)])], &[-1]).0, [""]);
    let idle = concerned.replace("2026-06-30", "2026-07-01");
    assert_eq!(told(&[waiver("W", &[("expires", &idle)])], &[1]).1, ["used 1 []"], "nothing is backdated");
}

#[test]
fn without_waivers_the_table_is_empty() {
    assert_eq!(waivers_frame(&[]).unwrap().shape(), (0, WAIVERS.columns.len()));
}
