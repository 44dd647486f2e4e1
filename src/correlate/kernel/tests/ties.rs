//! Opposite effects of one instant that were decided one after the other.

use super::super::Reason::{
    AlreadyInEffect, Ambiguous, AutomaticIdentityManagement, Matched, NoAuthority, Redundant, Superseded, Transport,
};
use super::super::Scope;
use super::story::{DAY, Fact, HOUR, MINUTE, SECOND, given, granted, pushed, revoked, seen, unwanted, wanted};

/// Three tenths of a second.
const A_MOMENT: i64 = 300_000;

/// Both orders in which two records of one instant can be listed.
fn either(before: Vec<Fact>, tied: [Fact; 2], after: Vec<Fact>) -> [Vec<Fact>; 2] {
    let [first, second] = tied;
    [[first.clone(), second.clone()], [second, first]].map(|tied| {
        let facts = before.iter().chain(&tied).chain(&after);
        facts.cloned().collect()
    })
}

#[test]
fn granted_and_revoked_in_one_second_as_decided() {
    let decided = vec![wanted(0), unwanted(A_MOMENT)];
    for facts in either(decided, [granted(5 * SECOND), revoked(5 * SECOND)], vec![]) {
        given(facts).gives(&[Matched, Matched], &[Matched, Matched]).carried_out(&[Some(5 * SECOND); 2]);
    }
}

#[test]
fn revoked_and_granted_again_in_one_second_as_decided() {
    for before in [vec![], vec![granted(-10 * DAY)], vec![wanted(-DAY), granted(-DAY)]] {
        let is_held = !before.is_empty();
        let decided = before.into_iter().chain([unwanted(0), wanted(A_MOMENT)]).collect();
        for facts in either(decided, [granted(5 * SECOND), revoked(5 * SECOND)], vec![]) {
            let (vouched, traced) = given(facts).judge();
            let tied = &vouched[usize::from(is_held)..];
            assert_eq!(tied.iter().map(|v| v.reason).collect::<Vec<_>>(), [Matched, Matched]);
            let asked = &traced[traced.len() - 2..];
            assert_eq!(asked.iter().map(|t| t.reason).collect::<Vec<_>>(), [Matched, Matched]);
        }
    }
}

#[test]
fn what_follows_a_tie_follows_its_last_decision() {
    let tied = || [granted(5 * SECOND), revoked(5 * SECOND)];
    for facts in either(vec![wanted(0), unwanted(A_MOMENT)], tied(), vec![granted(HOUR)]) {
        given(facts).gives(&[Matched, Matched, NoAuthority], &[Matched, Matched]);
    }
    for facts in either(vec![unwanted(0), wanted(A_MOMENT)], tied(), vec![granted(HOUR)]) {
        given(facts).gives(&[Matched, Matched, Redundant], &[Matched, Matched]);
    }
}

#[test]
fn three_in_one_second_take_turns() {
    let decided = [wanted(0), unwanted(1), wanted(2)];
    for tied in [[granted(9), granted(9), revoked(9)], [granted(9), revoked(9), granted(9)]] {
        given(decided.iter().cloned().chain(tied)).gives(&[Matched; 3], &[Matched; 3]);
    }
}

#[test]
fn ties_in_turn_are_each_told_by_their_own_decisions() {
    let cycle = |n: i64| {
        let at = n * MINUTE;
        let decided = [unwanted(at), wanted(at + 1)];
        decided.into_iter().chain([granted(at + SECOND), revoked(at + SECOND)])
    };
    let facts = (0..10).flat_map(cycle);
    given(facts).gives(&[Matched; 20], &[Matched; 20]);
    let mixed = [unwanted(-HOUR), revoked(-HOUR + 1), wanted(0), unwanted(1), granted(9), revoked(9)];
    let then = [wanted(DAY), granted(DAY + 1), unwanted(DAY + HOUR), wanted(DAY + HOUR + 1)];
    let tied = [granted(DAY + HOUR + 9), revoked(DAY + HOUR + 9)];
    given(mixed.into_iter().chain(then).chain(tied)).gives(&[Matched; 6], &[Matched; 6]);
}

#[test]
fn a_tie_that_no_order_of_decisions_tells_stays_in_doubt() {
    // The decisions are of one instant, too.
    given([wanted(0), unwanted(0), granted(5 * SECOND), revoked(5 * SECOND)])
        .gives(&[Ambiguous, Ambiguous], &[Ambiguous, Ambiguous]);
    // One of them was not decided.
    given([wanted(0), granted(HOUR), revoked(HOUR)]).gives(&[Ambiguous, NoAuthority], &[Matched]);
    given([unwanted(0), granted(HOUR), revoked(HOUR)]).gives(&[NoAuthority, Matched], &[Matched]);
    // One of them came by itself, or by a push alone.
    let automatic = granted(5 * SECOND).exempt(AutomaticIdentityManagement);
    given([wanted(0), unwanted(1), automatic, revoked(5 * SECOND)])
        .gives(&[AutomaticIdentityManagement, Matched], &[Superseded, Matched]);
    given([pushed(0), unwanted(1), granted(5 * SECOND), revoked(5 * SECOND)])
        .gives(&[NoAuthority, Matched], &[Matched]);
    given([pushed(0), granted(5 * SECOND).by_connector(), revoked(5 * SECOND)]).gives(&[Transport, NoAuthority], &[]);
    // The removal may have been first, and of what the push had found.
    given([pushed(0), granted(5 * SECOND), revoked(5 * SECOND)]).gives(&[Ambiguous, NoAuthority], &[]);
}

#[test]
fn those_that_are_alike_may_have_come_in_turn_or_one_after_the_other() {
    for tied in [[granted(9), revoked(9), granted(9)], [granted(9), granted(9), revoked(9)]] {
        let before = [granted(-DAY), revoked(-DAY + 1)];
        let (vouched, _) = given(before.into_iter().chain(tied)).judge();
        assert!(vouched[2..].iter().all(|v| v.reason == Ambiguous), "{vouched:?}");
    }
}

#[test]
fn an_order_that_a_snapshot_contradicts_tells_nothing() {
    let tied = || [granted(5 * SECOND), revoked(5 * SECOND)];
    for facts in either(vec![wanted(0), unwanted(1)], tied(), vec![seen(HOUR, true)]) {
        let (vouched, _) = given(facts).judge();
        assert!(vouched.iter().any(|v| v.reason == Ambiguous), "{vouched:?}");
    }
    for facts in either(vec![wanted(0), unwanted(1)], tied(), vec![seen(HOUR, false)]) {
        given(facts).gives(&[Matched, Matched], &[Matched, Matched]);
    }
}

#[test]
fn the_rows_of_workspaces_follow_the_account() {
    let tied = || [granted(5 * SECOND), revoked(5 * SECOND)];
    let twins = |facts: Vec<Fact>| {
        facts.into_iter().flat_map(|fact| match fact {
            Fact::Effect(_) => vec![fact.clone(), fact.at(1)],
            other => vec![other],
        })
    };
    for facts in either(vec![wanted(0), unwanted(1)], tied(), vec![]) {
        let story = given(twins(facts));
        let (vouched, traced) = story.judge();
        let own = vouched.iter().filter(|v| story.case.effects[v.effect].scope == Scope::ACCOUNT);
        assert!(own.into_iter().all(|v| v.reason == Matched), "{vouched:?}");
        assert!(vouched.iter().all(|v| v.reason.verdict() == Matched.verdict()), "{vouched:?}");
        assert!(traced.iter().all(|t| t.reason == Matched), "{traced:?}");
    }
    // Each workspace by itself.
    for facts in either(vec![wanted(0), unwanted(1)], tied().map(|fact| fact.at(1)), vec![]) {
        given(facts).gives(&[Matched, Matched], &[Matched, Matched]);
    }
    given([wanted(0), unwanted(1), granted(9).at(1), revoked(9).at(2)])
        .gives(&[NoAuthority, Matched], &[Superseded, Matched]);
    given([wanted(0), unwanted(1)]).gives(&[], &[Superseded, AlreadyInEffect]);
}
