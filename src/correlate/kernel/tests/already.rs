//! What was there already, or is gone already, when it is decided, and what a hole leaves open of that.

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::Reason::{
    AlreadyInEffect, CoverageGap, Late, Matched, Missing, NoAuthority, NotPushed, Redundant, State, Superseded,
};
use super::super::{Instant, Scope, Unpushed};
use super::story::{
    DAY, Fact, HOUR, MINUTE, ended, given, granted, leaver, left, returned, revoked, seen, unwanted, wanted,
};

#[test]
fn what_is_gone_when_it_is_decided_is_not_ended_again_by_a_later_end() {
    let gone = [wanted(0), granted(HOUR), revoked(3 * DAY), unwanted(8 * DAY)];
    for kind in [Final, Suspended] {
        let ends = |time| given(gone.iter().cloned().chain([ended(time, kind)]));
        ends(20 * DAY).gives(&[Matched, NoAuthority], &[Matched, AlreadyInEffect]);
        ends(8 * DAY + HOUR).gives(&[Matched, NoAuthority], &[Matched, Matched]);
        let hole = |time| ends(time).effect_hole(5 * DAY, 6 * DAY);
        hole(20 * DAY).gives(&[Matched, NoAuthority], &[Matched, CoverageGap]);
        hole(8 * DAY + HOUR).gives(&[Matched, NoAuthority], &[Matched, Matched]);
    }
    // Nor is what was never granted.
    given([wanted(0), unwanted(8 * DAY), ended(20 * DAY, Final)]).gives(&[], &[Missing, AlreadyInEffect]);
    // What stood is ended late by it.
    given([wanted(0), granted(HOUR), unwanted(8 * DAY), ended(20 * DAY, Final)]).gives(&[Matched], &[Matched, Late]);
}

#[test]
fn what_was_said_again_in_time_is_not_late_by_what_came_after() {
    let back = [wanted(0), granted(HOUR), ended(2 * DAY, Suspended), wanted(8 * DAY), ended(8 * DAY + HOUR, Restored)];
    let then = |more: Vec<Fact>| given(back.iter().cloned().chain(more));
    let (said, taken, again) = (granted(8 * DAY + 2 * HOUR), revoked(8 * DAY + 9 * HOUR), granted(12 * DAY));
    then(vec![said.clone()]).gives(&[Matched, Redundant], &[Matched, Matched]);
    then(vec![said, taken, again])
        .gives(&[Matched, Redundant, NoAuthority, NoAuthority], &[Matched, Matched])
        .carried_out(&[Some(HOUR), Some(8 * DAY + 2 * HOUR)]);
}

#[test]
fn what_was_kept_while_the_person_was_away_comes_back_with_the_person() {
    let away = |back| {
        given(
            [wanted(0), granted(HOUR), left(2 * DAY), ended(2 * DAY + HOUR, Suspended), returned(7 * DAY)]
                .into_iter()
                .chain([wanted(8 * DAY), ended(back, Restored)]),
        )
    };
    away(8 * DAY + HOUR).gives(&[Matched], &[Matched, AlreadyInEffect]);
    away(8 * DAY + HOUR).effect_hole(5 * DAY, 6 * DAY).gives(&[Matched], &[Matched, CoverageGap]);
    away(9 * DAY + 1).gives(&[Matched], &[Matched, Missing]);
}

#[test]
fn what_is_taken_without_having_been_seen_to_be_given_may_have_come_in_a_hole() {
    let taken = || given([wanted(10 * DAY), revoked(12 * DAY), granted(20 * DAY)]);
    taken().gives(&[NoAuthority, NoAuthority], &[Late]);
    taken().effect_hole(8 * DAY, 9 * DAY).gives(&[NoAuthority, NoAuthority], &[CoverageGap]);
    let missing = || given([wanted(10 * DAY), revoked(12 * DAY)]);
    missing().gives(&[NoAuthority], &[Missing]);
    missing().effect_hole(8 * DAY, 9 * DAY).gives(&[NoAuthority], &[CoverageGap]);
    // Nothing shows it to have been there.
    given([wanted(10 * DAY)]).effect_hole(8 * DAY, 9 * DAY).gives(&[], &[Missing]);
}

#[test]
fn what_an_earlier_decision_may_have_brought_in_a_hole_leaves_the_next_one_nothing_to_do() {
    let twice = |facts: Vec<Fact>| given(facts).effect_hole(HOUR, 2 * HOUR);
    twice(vec![wanted(MINUTE), wanted(10 * DAY)]).gives(&[], &[CoverageGap, CoverageGap]);
    twice(vec![wanted(MINUTE), unwanted(3 * DAY), wanted(10 * DAY)]).gives(&[], &[CoverageGap; 3]);
    // Whatever was decided in between, and not done.
    let thrice = vec![wanted(MINUTE), unwanted(3 * DAY), wanted(10 * DAY), unwanted(12 * DAY), wanted(20 * DAY)];
    twice(thrice).gives(&[], &[CoverageGap; 5]);
    // Not where it was reversed before the hole.
    let before = vec![wanted(-3 * DAY), unwanted(-DAY), wanted(10 * DAY)];
    twice(before).gives(&[], &[Missing, AlreadyInEffect, Missing]);
    twice(vec![wanted(MINUTE), revoked(3 * DAY), wanted(10 * DAY)]).gives(&[NoAuthority], &[CoverageGap, Missing]);
}

#[test]
fn nothing_is_expected_while_the_group_is_pushed_no_more() {
    let span = Unpushed { from: 0, until: 3 * DAY, unseen_since: None };
    let unpushed = |facts: Vec<Fact>| given(facts).with(|case| case.unpushed = [span].into());
    unpushed(vec![wanted(0), unwanted(2 * DAY), wanted(3 * DAY)]).gives(&[], &[NotPushed, NotPushed, Missing]);
    unpushed(vec![unwanted(0), ended(2 * DAY, Final)]).gives(&[], &[NotPushed]);
    unpushed(vec![wanted(0), granted(HOUR), wanted(4 * DAY)]).gives(&[Matched], &[Matched, AlreadyInEffect]);
    unpushed(vec![wanted(0), granted(4 * DAY)]).gives(&[State], &[NotPushed]);
}

#[test]
fn what_is_out_of_force_may_be_back_where_the_log_has_a_hole() {
    let kept = || given([wanted(0), granted(HOUR), ended(2 * DAY, Suspended), unwanted(8 * DAY)]);
    kept().gives(&[Matched], &[Matched, AlreadyInEffect]);
    kept().effect_hole(8 * DAY + HOUR, 8 * DAY + 2 * HOUR).gives(&[Matched], &[Matched, CoverageGap]);
    // Decided otherwise by then.
    let again = [wanted(0), granted(HOUR), ended(2 * DAY, Suspended), unwanted(8 * DAY), wanted(8 * DAY + HOUR)];
    given(again).effect_hole(20 * DAY, 21 * DAY).gives(&[Matched], &[Matched, AlreadyInEffect, Missing]);
}

#[test]
fn what_ends_in_a_workspace_after_the_account_was_gone_is_no_late_end() {
    let account = |facts: Vec<Fact>| {
        given(facts).with(|case| {
            case.is_account = true;
            case.seen_in = [Scope(1)].into();
        })
    };
    let gone = |at: Instant| vec![granted(0), revoked(at), unwanted(2 * DAY), revoked(5 * DAY).at(1)];
    // Two days before it was decided, and by two clocks at once.
    account(gone(HOUR)).gives(&[NoAuthority, NoAuthority, State], &[AlreadyInEffect]);
    account(gone(2 * DAY - MINUTE)).gives(&[NoAuthority, Matched, State], &[Matched]);
    account(vec![granted(0), unwanted(2 * DAY), revoked(5 * DAY).at(1)]).gives(&[NoAuthority, State], &[Missing]);
}

#[test]
fn what_a_listing_shows_after_its_end_was_decided_is_not_gone() {
    let never_given = || vec![wanted(0), unwanted(10 * HOUR)];
    given(never_given()).gives(&[], &[Superseded, AlreadyInEffect]);
    given([never_given(), vec![seen(20 * HOUR, true)]].concat()).gives(&[], &[Superseded, Missing]);
    given([never_given(), vec![seen(20 * HOUR, false)]].concat()).gives(&[], &[Superseded, AlreadyInEffect]);
}

#[test]
fn what_a_listing_shows_gone_may_have_ended_in_a_hole_before_it_was_decided() {
    let gone = |at: Instant| vec![wanted(0), granted(MINUTE), unwanted(5 * DAY), seen(at, false)];
    given(gone(9 * DAY)).gives(&[Matched], &[Matched, CoverageGap]);
    given(gone(9 * DAY)).effect_hole(2 * DAY, 3 * DAY).gives(&[Matched], &[Matched, AlreadyInEffect]);
    // It may have ended late as well, or surely did.
    let torn = given(gone(9 * DAY)).effect_hole(2 * DAY, 3 * DAY).effect_hole(7 * DAY, 8 * DAY);
    torn.gives(&[Matched], &[Matched, CoverageGap]);
    given(gone(9 * DAY)).effect_hole(7 * DAY, 8 * DAY).gives(&[Matched], &[Matched, CoverageGap]);
    // What ends the person later has not done it.
    let then = [gone(9 * DAY), vec![ended(12 * DAY, Final)]].concat();
    given(then).effect_hole(2 * DAY, 3 * DAY).gives(&[Matched], &[Matched, AlreadyInEffect]);
    // What stands elsewhere the listing of the account shows gone, too, but not when.
    let elsewhere = [gone(9 * DAY), vec![granted(HOUR).at(1)]].concat();
    given(elsewhere).effect_hole(2 * DAY, 3 * DAY).gives(&[Matched; 2], &[Matched, CoverageGap]);
}

#[test]
fn what_was_made_again_had_ended_in_a_hole_if_there_is_one() {
    let remade = |facts: Vec<Fact>| given(facts).with(|case| case.remade = vec![(4 * DAY, Scope::ACCOUNT)]);
    let decided = || remade(vec![wanted(0), granted(MINUTE), unwanted(5 * DAY)]);
    decided().gives(&[Matched], &[Matched, Missing]);
    decided().effect_hole(2 * DAY, 3 * DAY).gives(&[Matched], &[Matched, CoverageGap]);
    let by_hand = || remade(vec![wanted(0), granted(MINUTE), revoked(5 * DAY)]);
    by_hand().gives(&[Matched, NoAuthority], &[Matched]);
    by_hand().effect_hole(2 * DAY, 3 * DAY).gives(&[Matched, CoverageGap], &[Matched]);
    // What was given since stands.
    let again = || remade(vec![wanted(0), granted(MINUTE), granted(4 * DAY + HOUR), revoked(6 * DAY)]);
    again().effect_hole(2 * DAY, 3 * DAY).gives(&[Matched, CoverageGap, NoAuthority], &[Matched]);
}

#[test]
fn an_account_that_was_made_later_may_have_ended_in_a_hole_before() {
    let made =
        || given([leaver(0), granted(9 * DAY)]).with(|case| (case.is_account, case.made) = (true, Some(9 * DAY)));
    made().gives(&[NoAuthority], &[NotPushed]);
    made().effect_hole(5 * DAY, 6 * DAY).gives(&[NoAuthority], &[CoverageGap]);
    made().effect_hole(10 * DAY, 11 * DAY).gives(&[NoAuthority], &[NotPushed]);
}

#[test]
fn the_return_of_another_account_lifts_no_deactivation_of_the_one_before() {
    let off = [wanted(0), granted(HOUR), unwanted(2 * DAY), ended(2 * DAY + HOUR, Suspended), ended(6 * DAY, Final)];
    let then = |more: Vec<Fact>| given(off.iter().cloned().chain(more));
    let another = vec![ended(8 * DAY, Suspended), ended(9 * DAY, Restored)];
    then(another).gives(&[Matched], &[Matched, Matched]).carried_out(&[Some(HOUR), Some(2 * DAY + HOUR)]);
    then(vec![ended(4 * DAY, Restored)]).gives(&[Matched], &[Matched, Late]).carried_out(&[Some(HOUR), Some(6 * DAY)]);
    // Nor what was kept when the removal was decided.
    let kept = [wanted(0), granted(HOUR), ended(DAY, Suspended), unwanted(2 * DAY), ended(6 * DAY, Final)];
    let back = kept.iter().cloned().chain([ended(9 * DAY, Restored)]);
    given(back).gives(&[Matched], &[Matched, AlreadyInEffect]);
}
