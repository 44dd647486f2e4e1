//! Stories in which access that nobody decided tries to look authorised, and the tie of records of one instant.

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::Reason::{
    AlreadyInEffect, Ambiguous, AutomaticIdentityManagement, CoverageGap, Implied, Late, Matched, Missing, NoAuthority,
    Redundant, State, Superseded, Transport,
};
use super::super::{Case, Scope};
use super::story::{
    DAY, Fact, HOUR, MINUTE, SECOND, ended, given, granted, left, of_rank, pushed, returned, revoked, seen, unwanted,
    wanted,
};
use crate::change::Verb;

#[test]
fn a_snapshot_tells_what_was_held() {
    given([seen(0, true), granted(HOUR)]).gives(&[Redundant], &[]);
    given([seen(0, false), revoked(HOUR)]).gives(&[Redundant], &[]);
    given([seen(0, true), revoked(HOUR)]).gives(&[NoAuthority], &[]);
    given([seen(0, true).at(1), granted(HOUR)]).gives(&[NoAuthority], &[]);
    given([granted(HOUR), seen(HOUR, true)]).gives(&[Redundant], &[]);
    given([wanted(0), granted(HOUR), seen(DAY, false), granted(2 * DAY)]).gives(&[Matched, NoAuthority], &[Matched]);
    given([seen(0, true), ended(HOUR, Final), granted(2 * HOUR)]).gives(&[NoAuthority], &[]);
}

#[test]
fn a_snapshot_tells_what_is_in_effect_when_it_is_decided() {
    given([seen(0, true), wanted(HOUR)]).gives(&[], &[AlreadyInEffect]);
    given([seen(0, false), unwanted(HOUR)]).gives(&[], &[AlreadyInEffect]);
    given([seen(HOUR, true), wanted(HOUR)]).gives(&[], &[Missing]);
    given([seen(0, false), seen(1, true), unwanted(HOUR)]).gives(&[], &[Missing]);
}

#[test]
fn a_decision_said_twice_vouches_no_second_grant() {
    let twice = [wanted(0), of_rank(wanted(SECOND), 1), granted(MINUTE), revoked(HOUR), granted(2 * HOUR)];
    given(twice).gives(&[Matched, NoAuthority, NoAuthority], &[Matched, Matched]);
    let after_the_grant = [wanted(0), granted(MINUTE), wanted(HOUR), revoked(2 * HOUR), granted(3 * HOUR)];
    given(after_the_grant).gives(&[Matched, NoAuthority, NoAuthority], &[Matched, AlreadyInEffect]);
    let decided_anew = [wanted(0), granted(MINUTE), revoked(HOUR), wanted(2 * HOUR), granted(3 * HOUR)];
    given(decided_anew).gives(&[Matched, NoAuthority, Matched], &[Matched, Matched]);
}

#[test]
fn what_was_in_effect_when_it_was_decided_vouches_no_grant_after_it_was_undone() {
    given([seen(-DAY, true), wanted(0), revoked(HOUR), granted(2 * HOUR)])
        .gives(&[NoAuthority, NoAuthority], &[AlreadyInEffect]);
    given([seen(-DAY, true), wanted(0), revoked(10 * DAY), granted(30 * DAY)])
        .gives(&[NoAuthority, NoAuthority], &[AlreadyInEffect]);
    // What undid it was decided before, and still to be carried out.
    given([granted(-DAY), unwanted(-HOUR), wanted(0), revoked(HOUR), granted(2 * HOUR)])
        .gives(&[NoAuthority, Matched, Matched], &[Matched, Matched]);
}

#[test]
fn an_automatic_grant_or_a_twin_uses_its_decision_up() {
    let automatic = granted(MINUTE).exempt(AutomaticIdentityManagement);
    given([wanted(0), automatic, revoked(HOUR), granted(2 * HOUR)])
        .gives(&[AutomaticIdentityManagement, NoAuthority, NoAuthority], &[Matched]);
    given([wanted(0), granted(MINUTE), granted(MINUTE).at(1), revoked(HOUR).at(1), granted(2 * HOUR).at(1)])
        .gives(&[Matched, Implied, NoAuthority, NoAuthority], &[Matched]);
}

#[test]
fn a_push_vouches_nothing_that_the_decisions_contradict() {
    given([wanted(0), unwanted(MINUTE), pushed(2 * MINUTE), granted(3 * MINUTE)])
        .gives(&[NoAuthority], &[Superseded, Missing]);
    given([wanted(0), granted(MINUTE), unwanted(HOUR), revoked(2 * HOUR), pushed(3 * HOUR), granted(3 * HOUR)])
        .gives(&[Matched, Matched, NoAuthority], &[Matched, Matched]);
    given([wanted(0), granted(MINUTE), revoked(HOUR), pushed(3 * HOUR), granted(3 * HOUR)])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    given([left(0), returned(HOUR), pushed(2 * HOUR), granted(2 * HOUR)]).gives(&[Transport], &[]);
    given([unwanted(-DAY), left(0), returned(HOUR), pushed(2 * HOUR), granted(2 * HOUR)])
        .gives(&[NoAuthority], &[Missing]);
    given([left(0), pushed(2 * HOUR), granted(2 * HOUR)]).gives(&[NoAuthority], &[]);
}

#[test]
fn state_comes_before_transport() {
    given([wanted(0), pushed(30 * DAY), granted(30 * DAY)]).gives(&[State], &[Late]).linked(&[Some(0)]);
}

#[test]
fn a_return_lifts_a_departure_but_no_removal_before_it() {
    given([wanted(0), left(DAY), returned(2 * DAY), granted(3 * DAY)]).gives(&[State], &[Superseded]);
    given([wanted(0), unwanted(HOUR), left(DAY), returned(2 * DAY), granted(3 * DAY)])
        .gives(&[NoAuthority], &[Superseded, AlreadyInEffect]);
    let mut group_deleted = of_rank(left(DAY), 2);
    if let Fact::Decision(decision) = &mut group_deleted {
        decision.verb = Verb::GroupDelete;
    }
    given([wanted(0), group_deleted, returned(2 * DAY), granted(3 * DAY)]).gives(&[NoAuthority], &[Superseded]);
}

#[test]
fn what_a_return_restored_vouches_one_grant() {
    let back = || vec![wanted(0), granted(HOUR), left(DAY), revoked(DAY + HOUR), returned(2 * DAY), granted(3 * DAY)];
    given(back()).gives(&[Matched, Matched, State], &[Matched]);
    let again = back().into_iter().chain([revoked(4 * DAY), granted(5 * DAY)]);
    given(again).gives(&[Matched, Matched, State, NoAuthority, NoAuthority], &[Matched]);
}

#[test]
fn a_weaker_decision_stands_where_a_stronger_one_fell() {
    let weaker = of_rank(wanted(10 * DAY), 1);
    given([wanted(0), unwanted(DAY), weaker, granted(30 * DAY)]).linked(&[Some(2)]);
}

#[test]
fn a_removal_is_no_consequence_of_an_end_before_a_new_grant_or_the_return() {
    given([ended(0, Final), granted(HOUR), revoked(2 * HOUR)]).gives(&[NoAuthority, NoAuthority], &[]);
    given([ended(0, Suspended), ended(HOUR, Restored), revoked(2 * HOUR)]).gives(&[NoAuthority], &[]);
    given([granted(-DAY), ended(0, Suspended), revoked(HOUR)]).gives(&[NoAuthority, Implied], &[]);
    given([ended(0, Final).at(1), revoked(HOUR).at(2)]).gives(&[NoAuthority], &[]);
}

#[test]
fn an_end_elsewhere_carries_out_no_reversal_here() {
    given([wanted(0), unwanted(MINUTE), granted(2 * MINUTE).at(1), ended(HOUR, Final).at(2)])
        .gives(&[NoAuthority], &[Superseded, Missing]);
    given([wanted(0), unwanted(MINUTE), granted(2 * MINUTE).at(1), ended(HOUR, Final).at(1)])
        .gives(&[Matched], &[Matched, Missing]);
}

#[test]
fn whether_a_reversal_was_carried_out_is_unknown_where_the_log_has_a_hole() {
    let story = || given([wanted(0), unwanted(MINUTE), granted(2 * MINUTE)]);
    story().effect_hole(HOUR, 2 * HOUR).gives(&[CoverageGap], &[Superseded, CoverageGap]);
    story().effect_hole(2 * DAY, 3 * DAY).gives(&[NoAuthority], &[Superseded, Missing]);
    let used = given([wanted(0), granted(1), unwanted(MINUTE), revoked(2 * MINUTE), granted(3 * MINUTE)]);
    used.effect_hole(HOUR, 2 * HOUR).gives(&[Matched, Matched, NoAuthority], &[Matched, Matched]);
}

#[test]
fn access_that_stands_somewhere_is_not_gone() {
    given([granted(0).at(1), granted(0).at(2), revoked(HOUR).at(2), unwanted(DAY)])
        .gives(&[NoAuthority; 3], &[Missing]);
    given([granted(0).at(1), granted(0).at(2), revoked(HOUR), unwanted(DAY)])
        .gives(&[NoAuthority; 3], &[AlreadyInEffect]);
    given([granted(0).at(1), revoked(HOUR).at(1), unwanted(DAY)]).gives(&[NoAuthority; 2], &[AlreadyInEffect]);
}

#[test]
fn a_deactivation_that_is_lifted_carries_no_removal_out() {
    given([unwanted(0), ended(HOUR, Suspended)]).gives(&[], &[Matched]);
    given([unwanted(0), ended(HOUR, Suspended), ended(2 * HOUR, Restored)]).gives(&[], &[Missing]);
    given([unwanted(0), ended(HOUR, Suspended), ended(2 * HOUR, Restored), ended(3 * HOUR, Final)])
        .gives(&[], &[Matched])
        .carried_out(&[Some(3 * HOUR)]);
    let suspended = || vec![granted(0), ended(HOUR, Suspended), unwanted(2 * HOUR)];
    given(suspended()).gives(&[NoAuthority], &[AlreadyInEffect]);
    let back = suspended().into_iter().chain([ended(3 * HOUR, Restored)]);
    given(back).gives(&[NoAuthority], &[Missing]);
}

#[test]
fn a_grant_is_no_repetition_at_the_instant_of_the_deletion() {
    given([granted(0), ended(HOUR, Final), granted(HOUR)]).gives(&[NoAuthority, NoAuthority], &[]);
    given([granted(0), ended(HOUR, Final), granted(HOUR - 1)]).gives(&[NoAuthority, Redundant], &[]);
}

#[test]
fn a_grant_is_no_repetition_after_the_account_took_the_access_from_everywhere() {
    let taken = || vec![granted(0), granted(0).at(1), revoked(HOUR)];
    let then = |fact: Fact| given(taken().into_iter().chain([fact]));
    then(granted(2 * HOUR).at(1)).gives(&[NoAuthority, Implied, NoAuthority, NoAuthority], &[]);
    then(revoked(40 * DAY).at(1)).gives(&[NoAuthority, Implied, NoAuthority, NoAuthority], &[]);
}

#[test]
fn opposite_decisions_of_one_instant_leave_open_which_came_last() {
    given([wanted(0), unwanted(0), granted(MINUTE)]).gives(&[Ambiguous], &[Ambiguous, Ambiguous]).linked(&[None]);
    given([unwanted(0), wanted(0), granted(MINUTE)]).gives(&[Ambiguous], &[Ambiguous, Ambiguous]);
    given([wanted(0), unwanted(1), granted(MINUTE)]).gives(&[NoAuthority], &[Superseded, Missing]);
}

#[test]
fn opposite_effects_of_one_instant_are_judged_in_either_order() {
    // Granted first it is the re-sync of what is held; taken first it is granted anew, without authority.
    given([wanted(0), granted(HOUR), granted(2 * DAY), revoked(2 * DAY)])
        .gives(&[Matched, Ambiguous, NoAuthority], &[Matched]);
    given([wanted(0), granted(HOUR), unwanted(DAY), granted(DAY + HOUR), revoked(DAY + HOUR)])
        .gives(&[Matched, Ambiguous, Matched], &[Matched, Matched]);
    given([granted(0).at(1), revoked(0).at(2)]).gives(&[NoAuthority, NoAuthority], &[]);
}

#[test]
fn effects_of_one_instant_that_compete_for_a_decision_are_both_in_doubt() {
    given([wanted(0), granted(HOUR), revoked(HOUR), granted(HOUR)])
        .gives(&[Ambiguous, NoAuthority, Ambiguous], &[Matched]);
    let rivals_in_turn = given([wanted(0), granted(HOUR), revoked(HOUR + 1), granted(HOUR + 2)]);
    rivals_in_turn.gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
}

#[test]
fn many_ties_are_judged_too() {
    let ties = (0..20).flat_map(|n| [granted(n * DAY), revoked(n * DAY)]);
    let (vouched, _) = given(ties).judge();
    assert_eq!(vouched.len(), 40);
    assert!(vouched.iter().all(|v| matches!(v.reason, NoAuthority | Ambiguous)), "{vouched:?}");
}

#[test]
fn an_empty_case_has_nothing_to_judge() {
    given([]).with(|case: &mut Case| case.seen_in = [Scope(1)].into()).gives(&[], &[]);
}
