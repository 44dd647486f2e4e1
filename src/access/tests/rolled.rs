//! Opening + changes = closing.

use super::*;

const PERIOD: Range<i64> = 20..80;

#[track_caller]
fn one(history: &History<'static>, blur: i64) -> Rolled<'static> {
    let rolled = roll_forward(std::slice::from_ref(history), &PERIOD, blur);
    assert!(rolled.totals.ties_out(), "{rolled:#?}");
    assert_eq!(rolled.pairs.len(), 1, "{rolled:#?}");
    rolled.pairs.into_iter().next().unwrap()
}

#[test]
fn what_is_derived_is_found() {
    let history = given(&[(10, SEEN), (30, REVOKED), (40, GRANTED), (45, GRANTED), (50, REVOKED), (90, NOT_SEEN)]);
    let pair = one(&history, 0);
    assert_eq!((pair.granted, pair.revoked, pair.replayed, pair.residue), (1, 2, Some(false), Residue::None));
    assert_eq!(pair.event_ids, ["e3", "e4", "e5"]);
    assert_eq!((pair.opening.map(|s| s.event_id), pair.closing.map(|s| s.event_id)), (Some("e1"), Some("e9")));
}

#[test]
fn what_no_record_explains_remains() {
    let granted = given(&[(10, NOT_SEEN), (90, SEEN)]);
    assert_eq!(one(&granted, 0).residue, Residue::UnloggedGrant);
    let revoked = given(&[(10, SEEN), (40, GRANTED), (90, NOT_SEEN)]);
    assert_eq!(one(&revoked, 0).residue, Residue::UnloggedRevoke);
    let deleted = given(&[(10, SEEN), (40, What::GroupDeleted), (90, SEEN)]);
    assert_eq!(one(&deleted, 0).residue, Residue::UnloggedGrant);
    let suspended = given(&[(10, SEEN), (40, What::Suspended), (90, SEEN)]);
    assert_eq!(one(&suspended, 0).residue, Residue::None);
}

#[test]
fn what_was_held_is_known_from_the_last_change_on() {
    let known_at = |facts: &[(i64, What<'static>)]| one(&given(facts), 0).known_at;
    assert_eq!(known_at(&[(10, NOT_SEEN), (30, GRANTED), (50, GRANTED), (90, NOT_SEEN), (95, REVOKED)]), Some(50));
    assert_eq!(known_at(&[(5, GRANTED), (10, SEEN), (50, What::Suspended), (90, NOT_SEEN)]), None);
    assert_eq!(known_at(&[(50, GRANTED), (90, SEEN)]), None);
}

#[test]
fn a_missing_listing_leaves_it_open() {
    for facts in [&[(10, SEEN), (40, REVOKED)][..], &[(90, SEEN)], &[(40, GRANTED)]] {
        let pair = one(&given(facts), 0);
        assert_eq!((pair.residue, pair.replayed), (Residue::NotEstablished, None), "{pair:?}");
    }
    assert_eq!(roll_forward(&[given(&[(10, GRANTED)])], &PERIOD, 0), RollForward::default());
}

#[test]
fn the_listings_are_the_nearest_around_the_period() {
    let around = |times: &[i64]| {
        let pair = one(&given(&times.iter().map(|time| (*time, SEEN)).collect::<Vec<_>>()), 0);
        (pair.opening.map_or(-1, |s| s.time), pair.closing.map_or(-1, |s| s.time))
    };
    assert_eq!(around(&[5, 10, 40, 90, 95]), (10, 90));
    assert_eq!(around(&[30, 40, 70]), (30, 70));
    assert_eq!(around(&[10, 20, 80]), (20, 80));
    assert_eq!(around(&[30]), (30, -1));
    assert_eq!(around(&[90]), (-1, 90));
    assert_eq!(around(&[5, 10]), (10, -1));
}

#[test]
fn whoever_a_whole_listing_lacks_was_not_held() {
    let history = History { listings: listings(&[10, 90]), ..given(&[(90, SEEN)]) };
    assert_eq!(one(&history, 0).residue, Residue::UnloggedGrant);
    let logged = History { listings: listings(&[10, 90]), ..given(&[(50, GRANTED), (90, SEEN)]) };
    assert_eq!((one(&logged, 0).residue, one(&logged, 0).granted), (Residue::None, 1));
}

#[test]
fn a_change_close_to_a_listing_explains_what_remains() {
    for facts in [
        [(10, NOT_SEEN), (8, GRANTED), (90, SEEN)],
        [(10, NOT_SEEN), (92, GRANTED), (90, SEEN)],
        [(10, NOT_SEEN), (88, GRANTED), (90, NOT_SEEN)],
    ] {
        assert_eq!(one(&given(&facts), 2).residue, Residue::Explained, "{facts:?}");
        assert_ne!(one(&given(&facts), 1).residue, Residue::Explained, "{facts:?}");
    }
    let other_way = given(&[(10, SEEN), (92, GRANTED), (90, NOT_SEEN)]);
    assert_eq!(one(&other_way, 2).residue, Residue::UnloggedRevoke);
}

#[test]
fn the_totals_are_a_reconciliation() {
    let named = |subject, facts: &[(i64, What<'static>)]| History { pair: Pair { subject, ..PAIR }, ..given(facts) };
    let histories = [
        named("a", &[(10, SEEN), (90, SEEN)]),
        named("b", &[(10, SEEN), (40, REVOKED), (90, NOT_SEEN)]),
        named("c", &[(10, NOT_SEEN), (40, GRANTED), (90, SEEN)]),
        named("d", &[(10, NOT_SEEN), (90, SEEN)]),
        named("e", &[(10, SEEN), (90, NOT_SEEN)]),
        named("f", &[(10, NOT_SEEN), (91, GRANTED), (90, SEEN)]),
        named("g", &[(10, SEEN), (91, REVOKED), (90, NOT_SEEN)]),
        named("h", &[(40, GRANTED)]),
    ];
    let expected = Totals {
        opening: 4,
        granted: 1,
        revoked: 1,
        replayed: 4,
        explained_grants: 1,
        explained_revokes: 1,
        unlogged_grants: 1,
        unlogged_revokes: 1,
        closing: 4,
        not_established: 1,
    };
    let rolled = roll_forward(&histories, &PERIOD, 1);
    assert_eq!(rolled.totals, expected);
    assert!(rolled.totals.ties_out());
    assert!(!Totals { closing: 5, ..expected }.ties_out() && !Totals { opening: 5, ..expected }.ties_out());
}
