//! What holds of every history: the rows are those of a replay instant by instant, whatever the order of the input.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const LAST: i64 = 24;
const WAKE: i64 = 4;
const WAKING: Bounds = Bounds { wake: WAKE, ..BOUNDS };

fn what() -> impl Strategy<Value = What<'static>> {
    prop_oneof![
        4 => Just(GRANTED),
        4 => Just(REVOKED),
        1 => Just(STATED_FIRST),
        2 => Just(What::Suspended),
        2 => Just(What::Restored),
        1 => Just(What::SubjectDeleted),
        1 => Just(What::GroupDeleted),
        1 => Just(NOT_SEEN),
        2 => Just(SEEN),
    ]
}

/// What is told at one instant: at most one thing, so that nothing depends on the order within it.
fn told() -> impl Strategy<Value = (Vec<Fact<'static>>, Vec<i64>)> {
    let instants = Just((0..LAST).collect::<Vec<i64>>()).prop_shuffle();
    (vec(what(), 0..9), instants, 0..3_usize).prop_map(|(what, instants, wholes)| {
        let facts = what.iter().zip(&instants).map(|(what, time)| Fact {
            time: *time,
            order: 0,
            event_id: ID[usize::try_from(*time).unwrap()],
            what: *what,
        });
        // Some listings of the whole that lack the pair, and one for each that has it.
        let facts: Vec<_> = facts.collect();
        let seen = facts.iter().filter(|f| matches!(f.what, What::Seen { held: true })).map(|f| f.time);
        let mut listings: Vec<i64> = seen.chain(instants.iter().rev().take(wholes).copied()).collect();
        listings.sort_unstable();
        (facts, listings)
    })
}

const ID: [&str; 24] = [
    "t00", "t01", "t02", "t03", "t04", "t05", "t06", "t07", "t08", "t09", "t10", "t11", "t12", "t13", "t14", "t15",
    "t16", "t17", "t18", "t19", "t20", "t21", "t22", "t23",
];

/// Whether the pair is held, by what is told at one instant; `None` = nothing is told of that.
fn said(facts: &[Fact<'_>], listings: &[i64], time: i64) -> Option<bool> {
    let fact = facts.iter().find(|f| f.time == time);
    match fact.map(|f| f.what) {
        Some(What::Granted(_) | What::Seen { held: true }) => Some(true),
        Some(What::Revoked { .. } | What::SubjectDeleted | What::GroupDeleted | What::Seen { held: false }) => {
            Some(false)
        }
        _ => listings.contains(&time).then_some(false),
    }
}

/// The state at an instant, looked up anew: by the last thing told until then, else by the first thing told after.
fn naive(facts: &[Fact<'_>], listings: &[i64], instant: i64) -> Option<State> {
    let last = (0..=instant).rev().find_map(|time| said(facts, listings, time));
    let at = |time: i64| facts.iter().find(|f| f.time == time).map(|f| f.what);
    let held = last.unwrap_or_else(|| {
        let after = |instant: i64| (instant + 1..LAST).find(|time| said(facts, listings, *time).is_some());
        let is_revoke = |time: i64| matches!(at(time), Some(What::Revoked { .. }));
        after(instant).is_some_and(|first| match at(first) {
            Some(What::Revoked { .. } | What::Seen { held: true }) => true,
            Some(What::SubjectDeleted | What::GroupDeleted) => {
                let says_more = |time: &i64| said(facts, listings, *time) == Some(true) || is_revoke(*time);
                let next = (first + 1..LAST).find(says_more);
                next.is_some_and(|next| is_revoke(next) && next <= first + WAKE)
            }
            _ => false,
        })
    });
    let marks = (0..=instant).rev().find_map(|time| match at(time) {
        Some(What::Suspended) => Some(State::Suspended),
        Some(What::Restored | What::SubjectDeleted) => Some(State::InForce),
        _ => None,
    });
    held.then(|| marks.unwrap_or(State::InForce))
}

fn listed(times: &[i64]) -> Vec<Listing> {
    times.iter().map(|t| Listing { time: *t, event_id: ID[usize::try_from(*t).unwrap()].to_owned() }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn rows_say_what_a_replay_instant_by_instant_says((facts, times) in told()) {
        let listings = listed(&times);
        let history = History { pair: PAIR, facts: facts.clone(), listings: &listings, begins_inactive: false };
        let rows = reconstruct(&history, &WAKING);
        for instant in -1..=LAST {
            let held: Vec<State> = held_at(&rows, instant).map(|row| row.state).collect();
            let expected: Vec<State> = naive(&facts, &times, instant).into_iter().collect();
            prop_assert_eq!(held, expected, "at {} of {:#?}", instant, rows);
        }
    }

    #[test]
    fn rows_of_a_pair_follow_each_other_and_are_explained((facts, times) in told()) {
        let listings = listed(&times);
        let rows = reconstruct(&History { pair: PAIR, facts, listings: &listings, begins_inactive: false }, &WAKING);
        for pair in rows.windows(2) {
            prop_assert!(pair[0].until() <= pair[1].from());
            prop_assert!(pair[0].holding <= pair[1].holding && pair[1].holding <= pair[0].holding + 1);
        }
        for row in &rows {
            prop_assert_eq!(row.opened.by.is_none(), row.opened.time.is_none() && row.opened.basis == Basis::Unknown);
            prop_assert!(row.closed.is_none_or(|edge| edge.time.is_some() && edge.by.is_some()));
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter((facts, times) in told(), turn in 0..9_usize) {
        let listings = listed(&times);
        let mut turned = facts.clone();
        turned.rotate_left(turn.min(facts.len()));
        turned.reverse();
        let rows = |facts| reconstruct(&History { pair: PAIR, facts, listings: &listings, begins_inactive: false }, &WAKING);
        prop_assert_eq!(rows(facts), rows(turned));
    }

    #[test]
    fn a_roll_forward_always_ties_out((facts, times) in told(), start in 0..12_i64, length in 1..12_i64) {
        let listings = listed(&times);
        let history = History { pair: PAIR, facts, listings: &listings, begins_inactive: false };
        for blur in [0, 2] {
            let rolled = roll_forward(std::slice::from_ref(&history), &(start..start + length), blur);
            prop_assert!(rolled.totals.ties_out(), "{:#?}", rolled);
            let is_open = rolled.pairs.iter().any(|p| p.residue == Residue::NotEstablished);
            prop_assert_eq!(u64::from(is_open), rolled.totals.not_established);
        }
    }
}
