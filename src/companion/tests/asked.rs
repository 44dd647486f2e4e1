//! Which approval covers what, and which triage is of what.

use super::*;

const HEADER: &str = "ticket,subject,object,role,actor,approver,approved_at,expires_at";

fn ticket(rows: &str, change: impl FnOnce(&mut Asked<'_>)) -> Option<String> {
    let all = read(&[("approvals", "a.csv", &format!("{HEADER}\n{rows}\n"))]);
    let mut asked = Asked {
        subject: "bob@example.com",
        object: "main.sales",
        role: Some("SELECT"),
        actor: Some("eve@example.com"),
        time: utc("2026-07-10T12:00:00Z"),
    };
    change(&mut asked);
    let same = |a: &str, b: &str| a == "robert@example.com" && b == "bob@example.com";
    all.approval(&asked, &same).map(|approval| approval.ticket.clone())
}

fn covers(rows: &str) -> bool {
    ticket(rows, |_| {}).is_some()
}

#[test]
fn an_approval_covers_its_subject_object_role_and_actor() {
    for (row, is_covered) in [
        ("T,bob@example.com,main.sales,SELECT,,carol,2026-07-01,", true),
        ("T,BOB@example.com,MAIN.Sales,select,EVE@example.com,carol,2026-07-01,", true),
        ("T,robert@example.com,main.*,*,*,carol,2026-07-01,", true),
        ("T,bob@example.com,*,{SELECT;MODIFY},,carol,2026-07-01,", false),
        ("T,bob@example.com,*,\"{SELECT,MODIFY}\",*@example.com,carol,2026-07-01,", true),
        ("T,alice@example.com,main.sales,SELECT,,carol,2026-07-01,", false),
        ("T,*,main.sales,SELECT,,carol,2026-07-01,", false),
        ("T,bob@example.com,main.other,SELECT,,carol,2026-07-01,", false),
        ("T,bob@example.com,main.sales,MODIFY,,carol,2026-07-01,", false),
        // It names no role, so it cannot have approved this one.
        ("T,bob@example.com,main.sales,,,carol,2026-07-01,", false),
        ("T,bob@example.com,main.sales,SELECT,mallory@example.com,carol,2026-07-01,", false),
    ] {
        assert_eq!(covers(row), is_covered, "{row}");
    }
}

#[test]
fn whoever_asks_for_no_role_takes_any_and_an_unknown_actor_is_nobody() {
    let row = "T,bob@example.com,main.sales,MODIFY,eve@example.com,carol,2026-07-01,";
    assert!(ticket(row, |asked| asked.role = None).is_some());
    assert!(ticket("T,bob@example.com,main.sales,,,carol,2026-07-01,", |asked| asked.role = None).is_some());
    let known = "T,bob@example.com,main.sales,*,eve@example.com,carol,2026-07-01,";
    assert!(covers(known) && ticket(known, |asked| asked.actor = None).is_none());
    let any = "T,bob@example.com,main.sales,*,*,carol,2026-07-01,";
    assert!(ticket(any, |asked| asked.actor = None).is_some());
}

#[test]
fn an_approval_holds_from_its_time_until_before_its_end() {
    for (times, is_covered) in [
        ("2026-07-10T12:00:00Z,", true),
        ("2026-07-10T12:00:01Z,", false),
        ("2026-07-01,2026-07-10T12:00:01Z", true),
        ("2026-07-01,2026-07-10T12:00:00Z", false),
        ("2026-07-11,2026-07-01", false),
    ] {
        assert_eq!(covers(&format!("T,bob@example.com,main.sales,SELECT,,carol,{times}")), is_covered, "{times}");
    }
}

#[test]
fn nobody_approves_for_themselves() {
    for approver in ["bob@example.com", "Bob@Example.com", "robert@example.com", "eve@example.com", "EVE@example.com"] {
        assert!(!covers(&format!("T,bob@example.com,main.sales,SELECT,,{approver},2026-07-01,")), "{approver}");
    }
}

#[test]
fn the_latest_of_several_counts() {
    let row = |ticket: &str, day: &str| format!("{ticket},bob@example.com,main.sales,SELECT,,carol,{day},");
    let rows = [row("T-1", "2026-07-02"), row("T-3", "2026-07-11"), row("T-2", "2026-07-04"), row("T-0", "2026-07-03")];
    assert_eq!(ticket(&rows.join("\n"), |_| {}).as_deref(), Some("T-2"));
}

#[test]
fn triage_is_of_an_item_or_of_whom_it_names() {
    let rows = "incident,item_id,subject,actor,decision,who,at\n\
        I-1,item-1,,,fine,carol,2026-07-02\nI-2,,Bob@example.com,,fine,carol,2026-07-03\n\
        I-3,,bob@example.com,eve@example.com,fine,carol,2026-07-01\nI-4,,,,fine,carol,2026-07-01\n\
        I-5,item-9,bob@example.com,eve@example.com,fine,carol,2026-07-01\n";
    let all = read(&[("triage", "t.csv", rows)]);
    let (from, to) = (utc("2026-07-01T00:00:00Z"), utc("2026-07-04T00:00:00Z"));
    let of = |item: &str, subject, actor, from, to| {
        all.triage(item, subject, actor, from, to).map(|triage| triage.incident.as_str())
    };
    let (bob, eve) = (Some("bob@example.com"), Some("eve@example.com"));
    assert_eq!(of("item-1", None, None, from, to), Some("I-1"));
    assert_eq!(of("item-1", None, None, from, utc("2026-07-02T00:00:00Z")), None);
    assert_eq!(of("item-1", None, None, utc("2026-07-02T00:00:00Z"), to), Some("I-1"));
    assert_eq!(of("item-1", None, None, utc("2026-07-02T00:00:01Z"), to), None);
    assert_eq!(of("item-2", bob, eve, from, to), Some("I-3"));
    assert_eq!(of("item-2", bob, None, from, to), Some("I-2"));
    assert_eq!(of("item-2", None, eve, from, to), None);
    assert_eq!(of("item-2", None, None, from, to), None);
}
