//! Waivers, severities, and what holds of a whole package.

use tickmark::assemble::assemble;
use tickmark::catalogue::{Item, Severity};
use tickmark::companion::Companions;
use tickmark::correlate::Verdict;
use tickmark::report::model::Conclusion;

use super::logs::{Door, Logs};
use super::stage::{Ground, config, outcome, ties_out};

fn waiver(id: &str, test: &str, select: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"{id}\"\ntest = \"{test}\"\nselect = {{ {select} }}\nreason = \"migration\"\n\
         requested_by = \"Alice\"\napproved_by = \"Carol\"\napproved_at = \"2026-06-30\"\nexpires = \"{expires}\"\n"
    )
}

fn waivers() -> String {
    [
        waiver("W-live", "VCH-01", r#"subject = "eve@*", entitlement = "engineers""#, "2026-10-01"),
        waiver("W-expired", "VCH-01", r#"subject = "mallory@*""#, "2026-07-02"),
        waiver("W-unused", "VCH-01", r#"actor = "terraform@example.com""#, "2026-10-01"),
        waiver("W-other-test", "VCH-02", r#"subject = "trent@*""#, "2026-10-01"),
        waiver("W-gate", "COV-02", r#"entitlement = "*""#, "2026-10-01"),
    ]
    .concat()
}

fn tell(logs: &mut Logs) {
    for who in ["eve", "mallory", "trent"] {
        logs.member("02 10:00", Door::HUMAN, "addPrincipalToGroup", who, "engineers");
    }
    logs.databricks.push("not a record".to_owned());
}

fn of<'i>(items: &'i [Item], who: &str) -> &'i Item {
    items.iter().find(|i| i.subject.as_deref() == Some(&format!("{who}@example.com"))).expect("an item")
}

#[test]
fn a_live_waiver_covers_its_exceptions_and_nothing_else() {
    let (outcomes, uses) = Ground::new(&config(&[], &waivers()), tell).outcomes();
    outcomes.iter().for_each(ties_out);
    let vouching = outcome(&outcomes, "VCH-01");
    let verdicts = ["eve", "mallory", "trent"].map(|who| of(&vouching.items, who).verdict);
    assert_eq!(verdicts, [Verdict::Waived, Verdict::Exception, Verdict::Exception]);
    assert_eq!(of(&vouching.items, "eve").waiver_id.as_deref(), Some("W-live"));
    assert_eq!(of(&vouching.items, "eve").reason, "no_authority", "a waived item keeps the reason of its exception");
    assert_eq!(of(&vouching.items, "mallory").waiver_id, None);
    assert_eq!((vouching.counts.exception, vouching.counts.waived), (2, 1));
    let gate = outcome(&outcomes, "COV-02");
    assert_eq!((gate.counts.exception, gate.counts.waived), (1, 0), "a gate takes no waiver");
    assert!(gate.items.iter().all(|i| i.verdict != Verdict::Waived));
    let used: Vec<_> = uses.iter().map(|u| (u.waiver.id.as_str(), u.item_count, u.outside_count())).collect();
    let expected =
        [("W-live", 1, 0), ("W-expired", 0, 1), ("W-unused", 0, 0), ("W-other-test", 1, 0), ("W-gate", 0, 0)];
    assert_eq!(used, expected);
}

#[test]
fn what_is_waived_stays_a_deviation_in_the_package() {
    let one = |logs: &mut Logs| logs.member("02 10:00", Door::HUMAN, "addPrincipalToGroup", "eve", "engineers");
    let live = waiver("W-live", "VCH-01", r#"subject = "eve@*""#, "2026-10-01");
    let ground = Ground::new(&config(&[], &live), one);
    let out = ground.path("evidence");
    let clock = || "2026-07-05T00:00:00Z".to_owned();
    let model = assemble(ground.lake(), &[], &ground.config, &Companions::default(), &ground.period, &out, &clock)
        .expect("a package");
    let vouching = model.tests.iter().find(|t| t.id == "VCH-01").expect("VCH-01");
    assert_eq!((vouching.counts.exception, vouching.counts.waived, vouching.counts.deviations), (0, 1, 1));
    assert_eq!(vouching.conclusion, Conclusion::ExceptionsNoted);
    for test in &model.tests {
        for counts in std::iter::once(&test.counts).chain(test.by_scope.iter().map(|s| &s.counts)) {
            let sum = counts.pass + counts.exception + counts.waived + counts.undetermined + counts.not_applicable;
            assert_eq!(counts.population, sum, "{}", test.id);
        }
        let by_scope: u64 = test.by_scope.iter().map(|s| s.counts.population).sum();
        assert!(test.by_scope.is_empty() || by_scope == test.counts.population, "{}", test.id);
    }
}

#[test]
fn production_raises_the_severity_and_never_the_verdict() {
    let in_production = "[environments]\nproduction = [\"4150000000000001\"]\nsandbox = [\"4150000000000002\"]\n";
    let ground = Ground::new(&config(&[], in_production), |logs| {
        for (who, workspace) in [("eve", "4150000000000001"), ("trent", "4150000000000002")] {
            let name = format!("{who}@example.com");
            let params = [("targetUserName", name.as_str()), ("targetGroupName", "engineers")];
            logs.row("02 10:00", workspace, Door::HUMAN, "addPrincipalToGroup", &params);
        }
    });
    let (outcomes, _) = ground.outcomes();
    let items = &outcome(&outcomes, "VCH-01").items;
    assert_eq!((of(items, "eve").verdict, of(items, "trent").verdict), (Verdict::Exception, Verdict::Exception));
    assert_eq!((of(items, "eve").severity, of(items, "trent").severity), (Severity::Critical, Severity::High));
}

#[test]
fn the_order_of_records_in_a_file_changes_nothing() {
    let judged = |is_reversed: bool| {
        let ground = Ground::new(&config(&[], ""), |logs| {
            tell(logs);
            logs.joins("02 09:59", "eve", "DBX Engineers");
            logs.quits("02 10:00", "eve", "DBX Engineers");
            logs.member("02 10:00", Door::CONNECTOR, "removePrincipalFromGroup", "eve", "engineers");
            logs.assigned("01 09:00", "eve", "Databricks");
            if is_reversed {
                logs.okta.reverse();
                logs.databricks.reverse();
            }
        });
        let (outcomes, _) = ground.outcomes();
        // The items of COV-02 are files and lines, which do differ.
        let items = outcomes.into_iter().filter(|o| o.test.id != "COV-02").map(|o| o.items);
        items.collect::<Vec<_>>()
    };
    assert_eq!(judged(false), judged(true));
}

/// Waivers of which each has something wrong, and what becomes of them.
fn faulty() -> String {
    let of = |id: &str, who: &str, but: &[(&str, &str)]| {
        let text = waiver(id, "VCH-01", &format!("object = \"engineers\", subject = \"{who}@*\""), "2026-10-01");
        but.iter().fold(text, |text, (from, to)| text.replace(from, to))
    };
    [
        of("W-self", "eve", &[("Alice", "alice@corp.example.com"), ("Carol", "ALICE@example.com")]),
        of("W-actor", "eve", &[("Carol", "root@example.com")]),
        of("W-broad", "*", &[("expires", "max_items = 2\nexpires")]),
        of(
            "W-backdated",
            "trent",
            &[
                ("2026-06-30", "2026-07-03"),
                ("expires", "starts = \"2026-07-01\"\nbackdated = true\nbackdating_approved_by = \"Dora\"\nexpires"),
            ],
        ),
        of("W-capped", "mallory", &[("2026-10-01", "2028-10-01")]),
        of("W-late", "mallory", &[("2026-06-30", "2026-07-03")]),
    ]
    .concat()
}

#[test]
fn what_is_wrong_with_a_waiver_stands_in_the_package_and_stops_no_run() {
    let by_corp = [("[automation]", "[identity]\ndomains = { \"corp.example.com\" = \"example.com\" }\n[automation]")];
    let ground = Ground::new(&config(&by_corp, &faulty()), tell);
    let out = ground.path("evidence");
    let clock = || "2026-07-05T00:00:00Z".to_owned();
    let model = assemble(ground.lake(), &[], &ground.config, &Companions::default(), &ground.period, &out, &clock)
        .expect("a package");
    let rows = crate::support::parquet_rows(&out.join("data/waivers.parquet"));
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {} [{}]", row["waiver_id"], row["status"], row["item_count"], row["findings"]))
        .collect();
    assert_eq!(
        told,
        [
            "W-self refused 0 [self_approved]",
            "W-actor unused 0 [approved_by_subject_or_actor]",
            "W-broad refused 0 [over_broad]",
            "W-backdated used 1 [backdated]",
            "W-capped used 1 [capped]",
            "W-late unused 0 [unused]",
        ]
    );
    assert_eq!(
        (rows[4]["ends"].as_str(), rows[4]["expires"].as_str()),
        ("2027-06-30T00:00:00.000Z", "2028-10-01T00:00:00.000Z")
    );
    assert_eq!(rows[5]["outside_count"], "1", "a waiver is not retroactive");
    let vouching = model.tests.iter().find(|t| t.id == "VCH-01").expect("VCH-01");
    assert_eq!((vouching.counts.exception, vouching.counts.waived, vouching.counts.deviations), (1, 2, 3));
    assert_eq!((model.waiver_set.with_findings_count, model.waiver_set.backdated_count), (6, 1));
    for page in ["soc2.html", "soc2.md", "iso27001.html", "iso27001.md"] {
        let text = std::fs::read_to_string(out.join(page)).expect("a page");
        for words in ["self", "BACKDATED", "honoured until before", "over", "the actor of"] {
            assert!(text.contains(words), "{page}: {words}");
        }
    }
}
