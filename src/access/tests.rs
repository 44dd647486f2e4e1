//! Small histories, and the rows they make.

mod always;
mod nested;
mod rolled;

use super::*;

pub(super) const PAIR: Pair<'static> = Pair {
    subject: "ada@example.com",
    subject_kind: SubjectKind::User,
    is_resolved: true,
    entitlement: "engineers",
    entitlement_kind: EntitlementKind::Membership,
    scope: "account",
};

pub(super) const GRANTED: What<'static> =
    What::Granted(Grant { is_implied: false, may_be_older: false, vouching: None });
pub(super) const STATED_FIRST: What<'static> =
    What::Granted(Grant { is_implied: false, may_be_older: true, vouching: None });
pub(super) const REVOKED: What<'static> = What::Revoked { is_implied: false };
pub(super) const SEEN: What<'static> = What::Seen { held: true };
pub(super) const NOT_SEEN: What<'static> = What::Seen { held: false };

/// Ids of events by their instant, so that a test can be read.
pub(super) fn id(time: i64) -> &'static str {
    const IDS: [&str; 10] = ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9"];
    usize::try_from(time / 10).ok().and_then(|at| IDS.get(at)).copied().unwrap_or("e?")
}

pub(super) fn given(facts: &[(i64, What<'static>)]) -> History<'static> {
    let fact = |(order, (time, what)): (usize, &(i64, What<'static>))| Fact {
        time: *time,
        order,
        event_id: id(*time),
        what: *what,
    };
    History { pair: PAIR, facts: facts.iter().enumerate().map(fact).collect(), listings: &[], begins_inactive: false }
}

pub(super) fn listings(times: &[i64]) -> &'static [Listing] {
    let all: Vec<Listing> = times.iter().map(|time| Listing { time: *time, event_id: id(*time).to_owned() }).collect();
    Vec::leak(all)
}

pub(super) const BOUNDS: Bounds = Bounds { period: 0..1000, blur: 0, wake: 0 };

/// A row as text: span, state, and what opened and closed it.
fn text(row: &Held<'_>) -> String {
    let time = |edge: Option<Edge<'_>>| edge.and_then(|e| e.time).map_or_else(String::new, |t| t.to_string());
    let edge = |edge: Edge<'_>| format!("{}:{}", edge.by.unwrap_or("-"), edge.basis.as_str());
    let closed = row.closed.map_or_else(|| "still".to_owned(), edge);
    let state = if row.state == State::Suspended { " suspended" } else { "" };
    let transient = if row.is_transient { " transient" } else { "" };
    let span = format!("{}..{}", time(Some(row.opened)), time(row.closed));
    format!("#{} {span} {} {closed}{state}{transient}", row.holding, edge(row.opened))
}

#[track_caller]
fn rows(history: &History<'_>, bounds: &Bounds, expected: &[&str]) {
    let found: Vec<String> = reconstruct(history, bounds).iter().map(text).collect();
    assert_eq!(found, expected, "{:#?}", history.facts);
}

#[test]
fn a_grant_opens_and_a_revoke_closes() {
    rows(&given(&[(10, GRANTED), (20, REVOKED)]), &BOUNDS, &["#1 10..20 e1:effect e2:effect transient"]);
    rows(&given(&[(10, GRANTED)]), &BOUNDS, &["#1 10.. e1:effect still"]);
    rows(&given(&[]), &BOUNDS, &[]);
}

#[test]
fn what_changes_nothing_makes_no_row() {
    let redundant = given(&[(10, GRANTED), (20, GRANTED), (30, REVOKED), (40, REVOKED), (50, GRANTED)]);
    rows(&redundant, &BOUNDS, &["#1 10..30 e1:effect e3:effect transient", "#2 50.. e5:effect still"]);
}

#[test]
fn a_revoke_of_what_was_never_seen_granted_shows_that_it_was_held() {
    rows(&given(&[(20, REVOKED), (30, REVOKED)]), &BOUNDS, &["#1 ..20 -:unknown e2:effect"]);
    let deleted = given(&[(20, What::SubjectDeleted), (30, REVOKED)]);
    rows(&deleted, &BOUNDS, &[]);
}

#[test]
fn a_removal_in_the_wake_of_a_deletion_shows_what_was_held_until_then() {
    let wake = Bounds { wake: 10, ..BOUNDS };
    for deleted in [What::SubjectDeleted, What::GroupDeleted] {
        rows(&given(&[(20, deleted), (30, REVOKED), (35, REVOKED)]), &wake, &["#1 ..20 -:unknown e2:implied"]);
        rows(&given(&[(20, deleted), (31, REVOKED)]), &wake, &[]);
        rows(&given(&[(20, deleted), (25, NOT_SEEN), (30, REVOKED)]), &wake, &["#1 ..20 -:unknown e2:implied"]);
        rows(&given(&[(5, NOT_SEEN), (20, deleted), (30, REVOKED)]), &wake, &[]);
        let again = given(&[(20, deleted), (22, GRANTED), (24, REVOKED), (26, REVOKED)]);
        rows(&again, &wake, &["#1 22..24 e2:effect e2:effect transient"]);
        let twice = given(&[(20, deleted), (22, GRANTED), (24, deleted), (26, REVOKED)]);
        rows(&twice, &wake, &["#1 22..24 e2:effect e2:implied transient"]);
    }
}

#[test]
fn a_listing_makes_the_unknown_known() {
    rows(&given(&[(20, SEEN), (30, REVOKED)]), &BOUNDS, &["#1 ..30 e2:snapshot e3:effect"]);
    rows(&given(&[(20, NOT_SEEN), (30, REVOKED)]), &BOUNDS, &[]);
    rows(&given(&[(20, SEEN), (30, SEEN)]), &BOUNDS, &["#1 .. e2:snapshot still"]);
}

#[test]
fn a_listing_wins_over_changes_that_say_otherwise() {
    let lost = given(&[(10, GRANTED), (20, NOT_SEEN), (30, REVOKED)]);
    rows(&lost, &BOUNDS, &["#1 10..20 e1:effect e2:snapshot transient"]);
    let found = given(&[(10, REVOKED), (20, SEEN), (30, REVOKED)]);
    rows(&found, &BOUNDS, &["#1 ..10 -:unknown e1:effect", "#2 20..30 e2:snapshot e3:effect"]);
}

#[test]
fn a_change_close_to_a_listing_explains_the_difference() {
    let blurred = Bounds { blur: 10, ..BOUNDS };
    for facts in [
        [(10, GRANTED), (20, NOT_SEEN), (60, REVOKED)],
        [(60, REVOKED), (10, GRANTED), (50, NOT_SEEN)],
        [(60, REVOKED), (10, GRANTED), (0, SEEN)],
    ] {
        rows(&given(&facts), &blurred, &["#1 10..60 e1:effect e6:effect transient"]);
    }
    let far = given(&[(10, GRANTED), (21, NOT_SEEN), (60, REVOKED)]);
    rows(&far, &blurred, &["#1 10..21 e1:effect e2:snapshot transient"]);
    // What only a listing changed explains no other listing.
    let twice = given(&[(10, GRANTED), (40, NOT_SEEN), (45, SEEN)]);
    rows(&twice, &blurred, &["#1 10..40 e1:effect e4:snapshot transient", "#2 45.. e4:snapshot still"]);
}

#[test]
fn whoever_is_missing_in_a_listing_of_the_whole_did_not_hold_it() {
    let lost = History { listings: listings(&[20, 30, 40]), ..given(&[(10, GRANTED), (20, SEEN), (50, REVOKED)]) };
    rows(&lost, &BOUNDS, &["#1 10..30 e1:effect e3:snapshot transient"]);
    let first = History { listings: listings(&[10, 20]), ..given(&[(30, REVOKED)]) };
    rows(&first, &BOUNDS, &[]);
    let last = History { listings: listings(&[5, 40]), ..given(&[(20, GRANTED)]) };
    rows(&last, &BOUNDS, &["#1 20..40 e2:effect e4:snapshot transient"]);
    // The first lies beside the grant, the second does not.
    let second = History { listings: listings(&[15, 40]), ..given(&[(10, GRANTED)]) };
    rows(&second, &Bounds { blur: 10, ..BOUNDS }, &["#1 10..40 e1:effect e4:snapshot transient"]);
}

#[test]
fn a_deactivated_person_keeps_it_out_of_force() {
    let returned = given(&[(10, GRANTED), (20, What::Suspended), (30, What::Restored), (40, REVOKED)]);
    let expected = [
        "#1 10..20 e1:effect e2:implied transient",
        "#1 20..30 e2:implied e3:implied suspended transient",
        "#1 30..40 e3:implied e4:effect transient",
    ];
    rows(&returned, &BOUNDS, &expected);
    let granted_meanwhile = given(&[(10, What::Suspended), (20, GRANTED), (30, What::Restored)]);
    let expected = ["#1 20..30 e2:effect e3:implied suspended", "#1 30.. e3:implied still"];
    rows(&granted_meanwhile, &BOUNDS, &expected);
    let unknown = given(&[(10, What::Suspended), (20, REVOKED)]);
    rows(&unknown, &BOUNDS, &["#1 ..10 -:unknown e1:implied", "#1 10..20 e1:implied e2:effect suspended"]);
    let seen = given(&[(10, What::Suspended), (20, SEEN)]);
    rows(&seen, &BOUNDS, &["#1 ..10 e2:snapshot e1:implied", "#1 10.. e1:implied still suspended"]);
}

#[test]
fn out_and_back_in_one_instant_is_no_row() {
    let moment = given(&[(10, GRANTED), (20, What::Suspended), (20, What::Restored), (30, REVOKED)]);
    rows(&moment, &BOUNDS, &["#1 10..30 e1:effect e3:effect transient"]);
    let at_once = given(&[(10, GRANTED), (10, What::Suspended), (30, REVOKED)]);
    rows(&at_once, &BOUNDS, &["#1 10..30 e1:effect e3:effect suspended transient"]);
}

#[test]
fn a_deletion_ends_it_for_good() {
    let again = given(&[(10, GRANTED), (20, What::SubjectDeleted), (30, What::Restored), (40, GRANTED)]);
    rows(&again, &BOUNDS, &["#1 10..20 e1:effect e2:implied transient", "#2 40.. e4:effect still"]);
    // A new person of that name is no deactivated one; a new group's member may be.
    let leaver = |deleted| given(&[(10, GRANTED), (20, What::Suspended), (30, deleted), (40, GRANTED)]);
    let gone = ["#1 10..20 e1:effect e2:implied transient", "#1 20..30 e2:implied e3:implied suspended transient"];
    let subject = [&gone[..], &["#2 40.. e4:effect still"]].concat();
    rows(&leaver(What::SubjectDeleted), &BOUNDS, &subject);
    let group = [&gone[..], &["#2 40.. e4:effect still suspended"]].concat();
    rows(&leaver(What::GroupDeleted), &BOUNDS, &group);
}

#[test]
fn nothing_is_held_before_subject_or_group_was_made() {
    rows(&given(&[(10, What::Made), (20, REVOKED)]), &BOUNDS, &["#1 10..20 e1:unknown e2:effect"]);
    rows(&given(&[(10, What::Made), (15, What::Made), (20, SEEN)]), &BOUNDS, &["#1 15.. e2:snapshot still"]);
    rows(&given(&[(10, What::Made), (20, GRANTED)]), &BOUNDS, &["#1 20.. e2:effect still"]);
    // What was there before was another one's.
    rows(&given(&[(5, SEEN), (10, What::Made)]), &BOUNDS, &["#1 .. e0:snapshot still"]);
    rows(&given(&[(5, What::GroupDeleted), (10, What::Made), (20, REVOKED)]), &BOUNDS, &[]);
    rows(&given(&[(10, What::Made)]), &BOUNDS, &[]);
}

#[test]
fn whoever_begins_inactive_holds_nothing_in_force_until_the_return() {
    let inactive = |facts| History { begins_inactive: true, ..given(facts) };
    let listed = inactive(&[(20, SEEN), (20, What::Suspended), (30, What::Restored)]);
    rows(&listed, &BOUNDS, &["#1 ..30 e2:snapshot e3:implied suspended", "#1 30.. e3:implied still"]);
    let granted = inactive(&[(10, GRANTED), (20, What::Suspended), (30, REVOKED)]);
    rows(&granted, &BOUNDS, &["#1 10..30 e1:effect e3:effect suspended transient"]);
    let again = inactive(&[(10, What::SubjectDeleted), (20, GRANTED)]);
    rows(&again, &BOUNDS, &["#1 20.. e2:effect still"]);
}

#[test]
fn what_a_first_statement_holds_may_be_older() {
    rows(&given(&[(20, STATED_FIRST), (30, REVOKED)]), &BOUNDS, &["#1 20..30 e2:unknown e3:effect"]);
    let after_revoke = given(&[(10, REVOKED), (20, STATED_FIRST)]);
    rows(&after_revoke, &BOUNDS, &["#1 ..10 -:unknown e1:effect", "#2 20.. e2:effect still"]);
}

#[test]
fn the_account_level_act_and_its_consequence_differ_in_basis() {
    let twin = given(&[
        (10, What::Granted(Grant { is_implied: true, ..Grant::default() })),
        (20, What::Revoked { is_implied: true }),
    ]);
    rows(&twin, &BOUNDS, &["#1 10..20 e1:implied e2:implied transient"]);
}

#[test]
fn transient_is_what_was_granted_and_gone_inside_the_period() {
    let of = |from, to| reconstruct(&given(&[(from, GRANTED), (to, REVOKED)]), &Bounds { period: 20..50, ..BOUNDS });
    assert!(of(20, 49)[0].is_transient && of(30, 30)[0].is_transient);
    assert!(!of(19, 49)[0].is_transient && !of(20, 50)[0].is_transient);
}

#[test]
fn the_verdict_on_the_grant_goes_with_every_row_of_the_holding() {
    let judged = Judged { item_id: "i", verdict: Verdict::Exception, reason: "no_authority" };
    let grant = What::Granted(Grant { vouching: Some(judged), ..Grant::default() });
    let rows = reconstruct(&given(&[(10, grant), (20, GRANTED), (30, What::Suspended), (40, REVOKED)]), &BOUNDS);
    assert_eq!(rows.iter().map(|row| row.vouching).collect::<Vec<_>>(), [Some(judged), Some(judged)]);
}

#[test]
fn an_instant_and_a_span_find_their_rows() {
    let rows =
        reconstruct(&given(&[(5, REVOKED), (10, GRANTED), (20, REVOKED), (30, GRANTED), (30, REVOKED)]), &BOUNDS);
    let at = |instant| held_at(&rows, instant).map(text).collect::<Vec<_>>();
    assert_eq!((at(-100).len(), at(5).len(), at(10).len(), at(19).len(), at(20).len()), (1, 0, 1, 1, 0));
    let reach = |span: Range<i64>| rows.iter().filter(|row| row.reaches_into(&span)).count();
    assert_eq!((reach(-9..0), reach(5..10), reach(19..20), reach(20..30), reach(30..31)), (1, 0, 1, 0, 1));
}
