//! One story a reason and a ruling.

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::Reason::{
    AlreadyInEffect, AutomaticIdentityManagement, CoverageGap, Failed, Implied, JustInTime, Late, Matched, Missing,
    NoAuthority, NotPushed, PlatformInternal, Redundant, State, Superseded, Transport, UnresolvedSubject, WindowOpen,
};
use super::super::{About, Scope};
use super::story::{
    DAY, HOUR, LIMITS, MINUTE, SECOND, ended, given, granted, leaver, left, push_failed, pushed, returned, returner,
    revoked, seen, stated_first, unwanted, wanted,
};
use crate::change::{Direction, Verb};

/// The number of an actor who is not the connector.
const EVE: u32 = 7;

#[test]
fn a_decision_vouches_its_effect_and_is_carried_out_by_it() {
    given([wanted(0), granted(HOUR)]).gives(&[Matched], &[Matched]).linked(&[Some(0)]).carried_out(&[Some(HOUR)]);
    given([unwanted(0), revoked(HOUR)]).gives(&[Matched], &[Matched]);
    given([granted(HOUR)]).gives(&[NoAuthority], &[]);
    given([unwanted(0), granted(HOUR)]).gives(&[NoAuthority], &[Missing]);
}

#[test]
fn what_a_first_statement_holds_may_have_been_there_before() {
    given([stated_first(HOUR)]).gives(&[CoverageGap], &[]);
    given([wanted(0), stated_first(HOUR)]).gives(&[Matched], &[Matched]);
    given([revoked(0), stated_first(HOUR)]).gives(&[NoAuthority, NoAuthority], &[]);
}

#[test]
fn a_push_that_arrived_vouches_and_a_failed_one_vouches_nothing() {
    given([pushed(0), granted(MINUTE)]).gives(&[Transport], &[]);
    given([push_failed(0), granted(MINUTE)]).gives(&[NoAuthority], &[]);
    given([wanted(0), pushed(MINUTE), granted(HOUR)]).gives(&[Matched], &[Matched]);
    let twice = [pushed(0), granted(MINUTE), revoked(2 * MINUTE), granted(3 * MINUTE)];
    given(twice).gives(&[Transport, NoAuthority, NoAuthority], &[]);
    let of_the_group = given([pushed(0), granted(MINUTE)]).with(|case| case.pushes[0].about = About::Group);
    of_the_group.gives(&[NoAuthority], &[]);
}

#[test]
fn a_push_that_arrived_as_an_update_of_the_group_has_made_it() {
    let group = |facts: Vec<super::story::Fact>| {
        given(facts).with(|case| {
            case.pushes.iter_mut().for_each(|push| push.direction = Direction::Update);
            case.effects.iter_mut().for_each(|effect| effect.verb = Verb::GroupCreate);
        })
    };
    let made = |at| granted(at).by_connector();
    group(vec![made(0), pushed(SECOND)]).gives(&[Transport], &[]);
    group(vec![granted(0), pushed(SECOND)]).gives(&[NoAuthority], &[]);
    group(vec![made(0), pushed(SECOND).by_stranger()]).gives(&[NoAuthority], &[]);
    group(vec![made(0), push_failed(SECOND)]).gives(&[NoAuthority], &[]);
    group(vec![made(0), pushed(SECOND)]).with(|case| case.pushes[0].about = About::Group).gives(&[NoAuthority], &[]);
    group(vec![unwanted(-MINUTE), made(0), pushed(SECOND)]).gives(&[NoAuthority], &[Missing]);
    let again = vec![made(0), pushed(SECOND), revoked(MINUTE), made(2 * MINUTE)];
    group(again).gives(&[Transport, NoAuthority, NoAuthority], &[]);
    given([made(0), pushed(SECOND)])
        .with(|case| case.pushes[0].direction = Direction::Update)
        .gives(&[NoAuthority], &[]);
}

#[test]
fn redundant_comes_before_state_and_before_any_authority() {
    given([wanted(0), granted(HOUR), granted(40 * DAY)]).gives(&[Matched, Redundant], &[Matched]);
    given([wanted(0), granted(HOUR), wanted(2 * HOUR), granted(3 * HOUR)])
        .gives(&[Matched, Redundant], &[Matched, AlreadyInEffect]);
    given([unwanted(0), revoked(HOUR), revoked(2 * HOUR)]).gives(&[Matched, Redundant], &[Matched]);
    given([granted(0).at(1), granted(HOUR).at(2)]).gives(&[NoAuthority, NoAuthority], &[]);
}

#[test]
fn an_older_authority_in_force_vouches_a_full_re_sync_as_state() {
    given([wanted(0), granted(30 * DAY)]).gives(&[State], &[Late]).linked(&[Some(0)]);
    given([wanted(0), unwanted(10 * DAY), granted(30 * DAY)]).gives(&[NoAuthority], &[Missing, AlreadyInEffect]);
    given([wanted(0), granted(HOUR), revoked(2 * DAY), granted(30 * DAY)])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    given([granted(30 * DAY)]).gives(&[NoAuthority], &[]);
}

#[test]
fn own_evidence_comes_before_consequence() {
    given([ended(0, Final), revoked(SECOND)]).gives(&[Implied], &[]);
    given([unwanted(-MINUTE), ended(0, Final), revoked(SECOND)]).gives(&[Matched], &[Matched]);
    given([left(-MINUTE), ended(0, Suspended), revoked(SECOND)]).gives(&[Implied], &[]);
    given([left(-MINUTE), unwanted(-MINUTE), ended(0, Suspended), revoked(SECOND)]).gives(&[Matched], &[Matched]);
    given([left(-MINUTE), revoked(SECOND)]).gives(&[Matched], &[]);
    given([ended(0, Restored), revoked(SECOND)]).gives(&[NoAuthority], &[]);
}

#[test]
fn a_workspace_row_is_a_twin_within_five_seconds_by_the_same_actor() {
    for (later, reason) in [(5, Implied), (-5, Implied), (6, NoAuthority), (-6, NoAuthority)] {
        let (account, workspace) = (granted(MINUTE), granted(MINUTE + later * SECOND).at(1));
        let in_order = if later < 0 { [reason, NoAuthority] } else { [NoAuthority, reason] };
        given([account, workspace]).gives(&in_order, &[]);
    }
    given([granted(0), granted(SECOND).at(1).by(EVE)]).gives(&[NoAuthority, NoAuthority], &[]);
    given([granted(0).at(1), granted(SECOND).at(2)]).gives(&[NoAuthority, NoAuthority], &[]);
    given([wanted(-MINUTE), granted(0), granted(SECOND).at(1)]).gives(&[Matched, Implied], &[Matched]);
}

#[test]
fn an_act_at_the_account_has_one_row_in_a_workspace() {
    given([granted(0), granted(SECOND).at(1), revoked(2 * SECOND).at(1), granted(3 * SECOND).at(1)])
        .gives(&[NoAuthority, Implied, NoAuthority, NoAuthority], &[]);
    given([granted(0), revoked(SECOND), granted(2 * SECOND).at(1), revoked(3 * SECOND).at(1)])
        .gives(&[NoAuthority, NoAuthority, Implied, Implied], &[]);
}

#[test]
fn a_group_of_a_workspace_is_no_twin_of_the_account_s_group_of_its_name() {
    for (group, reason) in [(7, Implied), (0, Implied), (8, NoAuthority)] {
        let (account, workspace) = (granted(0).of_group(7), granted(SECOND).at(1).of_group(group));
        given([account, workspace]).gives(&[NoAuthority, reason], &[]);
    }
}

#[test]
fn several_decisions_may_be_carried_out_by_one_effect() {
    given([leaver(0), unwanted(MINUTE), revoked(HOUR)])
        .gives(&[Matched], &[Matched, Matched])
        .linked(&[Some(1)])
        .carried_out(&[Some(HOUR), Some(HOUR)]);
    given([unwanted(0), leaver(MINUTE), revoked(HOUR)]).gives(&[Matched], &[Matched, Matched]).linked(&[Some(0)]);
    given([wanted(0), wanted(MINUTE), granted(HOUR)]).gives(&[Matched], &[Matched, Matched]).linked(&[Some(1)]);
}

#[test]
fn a_decision_reversed_after_it_was_carried_out_is_matched() {
    given([wanted(0), granted(MINUTE), unwanted(HOUR), revoked(2 * HOUR)])
        .gives(&[Matched, Matched], &[Matched, Matched]);
}

#[test]
fn a_decision_reversed_before_any_effect_is_superseded_and_its_reversal_already_in_effect() {
    given([wanted(0), unwanted(HOUR)]).gives(&[], &[Superseded, AlreadyInEffect]);
    given([wanted(0), granted(HOUR), unwanted(DAY), wanted(DAY + HOUR)])
        .gives(&[Matched], &[Matched, Superseded, AlreadyInEffect]);
    given([wanted(0), unwanted(30 * HOUR)]).gives(&[], &[Missing, AlreadyInEffect]);
    given([wanted(0), granted(HOUR), wanted(DAY)]).gives(&[Matched], &[Matched, AlreadyInEffect]);
}

#[test]
fn of_equal_assignments_the_first_decided_is_the_first_done() {
    given([wanted(4 * MINUTE), wanted(6 * MINUTE), granted(5 * MINUTE)])
        .gives(&[Matched], &[Matched, Matched])
        .linked(&[Some(0)]);
    given([wanted(2 * MINUTE), granted(MINUTE), revoked(2 * MINUTE), granted(3 * MINUTE)])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    given([wanted(0), unwanted(1), wanted(2), granted(MINUTE), revoked(MINUTE + 1), granted(MINUTE + 2)]).linked(&[
        Some(0),
        Some(1),
        Some(2),
    ]);
}

#[test]
fn an_authority_in_flight_when_it_was_reversed_vouches_only_if_the_reversal_is_carried_out() {
    given([wanted(0), unwanted(MINUTE), granted(2 * MINUTE), revoked(3 * MINUTE)])
        .gives(&[Matched, Matched], &[Matched, Matched]);
    given([wanted(0), unwanted(MINUTE), granted(2 * MINUTE)]).gives(&[NoAuthority], &[Superseded, Missing]);
    given([wanted(0), unwanted(MINUTE), granted(2 * MINUTE), revoked(3 * MINUTE).at(1)])
        .gives(&[NoAuthority, Matched], &[Superseded, Matched]);
}

#[test]
fn before_the_first_record_access_is_neither_held_nor_free() {
    given([revoked(0)]).gives(&[NoAuthority], &[]);
    given([unwanted(0), revoked(HOUR)]).gives(&[Matched], &[Matched]);
    given([unwanted(0)]).gives(&[], &[Missing]);
}

#[test]
fn deactivation_suspends_reactivation_restores_and_deletion_ends() {
    let held = || [wanted(0), granted(HOUR)];
    let after = |facts: Vec<super::story::Fact>| given(held().into_iter().chain(facts));
    after(vec![ended(DAY, Suspended), ended(2 * DAY, Restored), granted(3 * DAY)])
        .gives(&[Matched, Redundant], &[Matched]);
    after(vec![ended(DAY, Suspended), ended(2 * DAY, Restored), wanted(3 * DAY)])
        .gives(&[Matched], &[Matched, AlreadyInEffect]);
    after(vec![ended(DAY, Suspended), unwanted(2 * DAY)]).gives(&[Matched], &[Matched, AlreadyInEffect]);
    after(vec![ended(DAY, Suspended), wanted(2 * DAY)]).gives(&[Matched], &[Matched, Missing]);
    after(vec![ended(DAY, Final), granted(3 * DAY).by_connector()]).gives(&[Matched, State], &[Matched]);
    after(vec![ended(DAY, Final), granted(3 * DAY)]).gives(&[Matched, NoAuthority], &[Matched]);
    after(vec![ended(DAY, Final), wanted(3 * DAY), granted(3 * DAY + HOUR)])
        .gives(&[Matched, Matched], &[Matched, Matched]);
    after(vec![ended(DAY, Final), wanted(3 * DAY)]).gives(&[Matched], &[Matched, Missing]);
    after(vec![ended(DAY, Final), revoked(3 * DAY)]).gives(&[Matched, Redundant], &[Matched]);
    after(vec![left(DAY), ended(DAY + HOUR, Suspended), returned(2 * DAY), granted(2 * DAY + HOUR)])
        .gives(&[Matched, Redundant], &[Matched]);
}

#[test]
fn a_removal_is_carried_out_by_the_end_of_the_person_or_the_group() {
    given([unwanted(0), ended(HOUR, Final)]).gives(&[], &[Matched]).carried_out(&[Some(HOUR)]);
    given([unwanted(0), ended(HOUR, Suspended)]).gives(&[], &[Matched]);
    given([unwanted(0), ended(HOUR, Restored)]).gives(&[], &[Missing]);
    given([unwanted(0), ended(30 * HOUR, Final)]).gives(&[], &[Late]);
    given([wanted(0), ended(HOUR, Final)]).gives(&[], &[Missing]);
}

#[test]
fn nothing_is_expected_of_what_is_not_pushed_nor_of_a_leaver_who_never_had_access() {
    given([wanted(0), unwanted(2 * DAY)]).with(|case| case.is_pushed = false).gives(&[], &[NotPushed, NotPushed]);
    given([leaver(0)]).with(|case| case.is_known_to_databricks = false).gives(&[], &[NotPushed]);
    given([wanted(0)]).with(|case| case.is_known_to_databricks = false).gives(&[], &[Missing]);
    given([wanted(0), granted(HOUR)]).with(|case| case.is_pushed = false).gives(&[Matched], &[Matched]);
}

#[test]
fn an_account_that_was_made_later_was_not_there_to_be_ended() {
    let made = |at, facts: Vec<super::story::Fact>| {
        given(facts).with(|case| {
            case.is_account = true;
            case.made = Some(at);
        })
    };
    let later = || vec![leaver(0), returned(7 * DAY), wanted(9 * DAY), granted(9 * DAY + HOUR)];
    made(9 * DAY + HOUR, later()).gives(&[Matched], &[NotPushed, Matched]);
    given(later()).gives(&[Matched], &[Missing, Matched]);
    made(9 * DAY + HOUR, later()).effect_hole(3 * DAY, 4 * DAY).gives(&[Matched], &[CoverageGap, Matched]);
    let by_hand = vec![leaver(0), granted(9 * DAY), revoked(10 * DAY)];
    made(9 * DAY, by_hand).gives(&[NoAuthority, State], &[NotPushed]);
    let skewed = vec![leaver(0), granted(5 * MINUTE)];
    made(5 * MINUTE, skewed).gives(&[NoAuthority], &[Missing]);
    let in_flight = vec![wanted(0), leaver(HOUR), granted(2 * HOUR)];
    made(2 * HOUR, in_flight).gives(&[NoAuthority], &[Superseded, Missing]);
    let pushed_before = vec![pushed(-DAY), leaver(0), granted(9 * DAY)];
    made(9 * DAY, pushed_before).gives(&[NoAuthority], &[Missing]);
    let pushed_with = vec![leaver(0), pushed(9 * DAY - MINUTE), granted(9 * DAY)];
    made(9 * DAY, pushed_with).gives(&[NoAuthority], &[NotPushed]);
}

#[test]
fn the_end_of_a_later_grant_is_not_that_of_an_older_removal() {
    let superseded = || vec![wanted(0), unwanted(HOUR)];
    let and = |more: Vec<super::story::Fact>| given(superseded().into_iter().chain(more));
    let later = || vec![granted(2 * DAY), revoked(2 * DAY + HOUR)];
    and(later()).gives(&[NoAuthority, State], &[Superseded, AlreadyInEffect]);
    given(std::iter::once(unwanted(HOUR)).chain(later())).gives(&[NoAuthority, State], &[Missing]);
    and(vec![granted(2 * DAY), ended(3 * DAY, Final)]).gives(&[NoAuthority], &[Superseded, AlreadyInEffect]);
    // It had been there all the while, or was granted before.
    and(vec![revoked(2 * DAY)]).gives(&[State], &[Superseded, Late]);
    and(vec![granted(2 * DAY).at(1), revoked(3 * DAY).at(2)]).gives(&[NoAuthority, State], &[Superseded, Late]);
    let stood = vec![wanted(-2 * DAY), granted(-2 * DAY), unwanted(0), granted(2 * DAY), revoked(3 * DAY)];
    given(stood).gives(&[Matched, Redundant, State], &[Matched, Late]);
    let in_flight = vec![granted(2 * HOUR), revoked(2 * DAY)];
    and(in_flight).gives(&[NoAuthority, State], &[Superseded, Late]);
}

#[test]
fn that_the_person_was_deactivated_does_not_tell_that_there_was_anything_to_take() {
    let out = |before: Option<super::story::Fact>| {
        let facts = [ended(0, Suspended), wanted(HOUR), unwanted(9 * HOUR), ended(10 * HOUR, Restored)];
        given(before.into_iter().chain(facts))
    };
    out(None).gives(&[], &[Superseded, AlreadyInEffect]);
    out(Some(ended(-DAY, Final))).gives(&[], &[Superseded, AlreadyInEffect]);
    out(Some(granted(-DAY))).gives(&[NoAuthority], &[Superseded, Missing]);
    out(None).effect_hole(2 * HOUR, 3 * HOUR).gives(&[], &[CoverageGap, CoverageGap]);
}

#[test]
fn what_authorises_nothing_is_carried_out_in_time_along_with_what_does_or_not_at_all() {
    let back = |at| given([returner(0), wanted(at), granted(at + MINUTE)]);
    back(HOUR).gives(&[Matched], &[Matched, Matched]);
    back(3 * DAY).gives(&[Matched], &[NotPushed, Matched]);
    given([returner(0), granted(HOUR)]).gives(&[NoAuthority], &[NotPushed]);
    given([returner(0), seen(HOUR, true), granted(2 * HOUR)]).gives(&[Redundant], &[NotPushed]);
}

#[test]
fn late_missing_failed_and_window_open() {
    given([wanted(0), granted(DAY)]).gives(&[Matched], &[Matched]);
    given([wanted(0), granted(DAY + 1)]).gives(&[State], &[Late]);
    given([wanted(0)]).gives(&[], &[Missing]);
    given([wanted(0), push_failed(MINUTE)]).gives(&[], &[Failed]);
    given([wanted(0), push_failed(MINUTE), pushed(HOUR)]).gives(&[], &[Missing]);
    given([wanted(0), push_failed(MINUTE), granted(HOUR)]).gives(&[Matched], &[Matched]);
    given([wanted(0), push_failed(MINUTE), granted(30 * HOUR)]).gives(&[State], &[Late]);
    given([wanted(LIMITS.cut_off - DAY - 1)]).gives(&[], &[Missing]);
    given([wanted(LIMITS.cut_off - DAY)]).gives(&[], &[WindowOpen]);
    given([wanted(LIMITS.cut_off - HOUR), granted(LIMITS.cut_off)]).gives(&[Matched], &[Matched]);
}

#[test]
fn a_hole_matters_only_where_evidence_is_absent() {
    given([granted(HOUR)]).authority_hole(0, 1).gives(&[CoverageGap], &[]);
    given([wanted(0), granted(HOUR)]).authority_hole(MINUTE, HOUR).gives(&[Matched], &[Matched]);
    given([wanted(0)]).effect_hole(HOUR, 2 * HOUR).gives(&[], &[CoverageGap]);
    given([wanted(0), granted(HOUR)]).effect_hole(MINUTE, HOUR).gives(&[Matched], &[Matched]);
    given([wanted(0), push_failed(MINUTE)]).effect_hole(HOUR, 2 * HOUR).gives(&[], &[CoverageGap]);
    given([wanted(0), unwanted(30 * HOUR)]).effect_hole(HOUR, 2 * HOUR).gives(&[], &[CoverageGap, CoverageGap]);
    let holes = given([wanted(0), granted(3 * DAY).by(EVE)]).authority_hole(3 * DAY + 1, 4 * DAY).judge();
    assert_eq!(holes.0[0].hole, None, "vouched as state, whatever the hole afterwards");
    let far = given([granted(10 * DAY)]).authority_hole(0, 9 * DAY - 1).authority_hole(10 * DAY + HOUR, 11 * DAY);
    assert_eq!(far.gives(&[NoAuthority], &[]).judge().0[0].hole, None, "outside the window");
    assert_eq!(given([granted(0)]).authority_hole(0, 1).judge().0[0].hole.as_deref(), Some("HOLE-A"));
    assert_eq!(given([wanted(0)]).effect_hole(0, 1).judge().1[0].hole.as_deref(), Some("HOLE-E"));
}

#[test]
fn an_unresolved_principal_is_undetermined_on_both_sides() {
    given([wanted(0), granted(HOUR)])
        .with(|case| case.is_resolved = false)
        .gives(&[UnresolvedSubject], &[UnresolvedSubject]);
    given([wanted(0)]).with(|case| case.is_resolved = false).gives(&[], &[UnresolvedSubject]);
    let named =
        |time, direction| given([granted(DAY)]).with(|case| case.unresolved_decisions = [(time, direction)].into());
    named(0, Direction::Grant).gives(&[UnresolvedSubject], &[]);
    named(0, Direction::Revoke).gives(&[NoAuthority], &[]);
    named(-1, Direction::Grant).gives(&[NoAuthority], &[]);
}

#[test]
fn housekeeping_and_automatic_creation_are_not_applicable_whatever_the_authority_says() {
    for reason in [PlatformInternal, AutomaticIdentityManagement, JustInTime] {
        given([wanted(0), granted(HOUR).exempt(reason)]).gives(&[reason], &[Matched]);
    }
}

#[test]
fn one_decision_reaches_several_workspaces_but_one_effect_in_each() {
    given([wanted(0), granted(MINUTE).at(1), granted(2 * MINUTE).at(2)])
        .gives(&[Matched, Matched], &[Matched])
        .linked(&[Some(0), Some(0)]);
    given([wanted(0), granted(MINUTE), revoked(2 * MINUTE), granted(3 * MINUTE)])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
}

#[test]
fn look_back_and_skew_are_closed() {
    given([wanted(0), granted(DAY)]).gives(&[Matched], &[Matched]);
    given([wanted(0), granted(DAY + 1)]).gives(&[State], &[Late]);
    given([granted(0), wanted(5 * MINUTE)]).gives(&[Matched], &[Matched]);
    given([granted(0), wanted(5 * MINUTE + 1)]).gives(&[NoAuthority], &[AlreadyInEffect]);
}

#[test]
fn what_is_held_when_it_is_decided_is_in_effect_and_never_late() {
    given([wanted(0), granted(HOUR), wanted(10 * DAY), granted(30 * DAY)])
        .gives(&[Matched, Redundant], &[Matched, AlreadyInEffect]);
}

#[test]
fn an_effect_that_was_undone_before_a_decision_does_not_carry_it_out() {
    given([wanted(0), granted(MINUTE), unwanted(2 * MINUTE), revoked(3 * MINUTE), wanted(4 * MINUTE)])
        .gives(&[Matched, Matched], &[Matched, Matched, Missing]);
    given([wanted(0), granted(3 * MINUTE), revoked(210 * SECOND), wanted(4 * MINUTE)])
        .gives(&[Matched, NoAuthority], &[Matched, Missing])
        .linked(&[Some(0), None]);
    given([granted(0), revoked(MINUTE), wanted(3 * MINUTE), granted(HOUR)])
        .gives(&[NoAuthority, NoAuthority, Matched], &[Matched]);
    given([granted(0), ended(MINUTE, Final), wanted(2 * MINUTE)]).gives(&[NoAuthority], &[Missing]);
    given([granted(0), revoked(MINUTE), wanted(3 * MINUTE), granted(3 * DAY)])
        .gives(&[NoAuthority, NoAuthority, State], &[Late]);
}

#[test]
fn an_account_has_ended_at_the_account_or_in_the_last_of_its_workspaces() {
    let account = |facts: Vec<super::story::Fact>| {
        given(facts).with(|case| {
            case.is_account = true;
            case.seen_in = [Scope(1), Scope(2)].into();
        })
    };
    account(vec![leaver(0), revoked(HOUR)]).gives(&[Matched], &[Matched]).carried_out(&[Some(HOUR)]);
    account(vec![leaver(0), revoked(HOUR).at(1)]).gives(&[Matched], &[Missing]);
    account(vec![leaver(0), revoked(HOUR).at(1), revoked(2 * HOUR).at(2)])
        .gives(&[Matched, Matched], &[Matched])
        .carried_out(&[Some(2 * HOUR)]);
    account(vec![leaver(0), revoked(HOUR).at(1), revoked(30 * HOUR).at(2)])
        .gives(&[Matched, State], &[Late])
        .carried_out(&[Some(30 * HOUR)]);
}

#[test]
fn a_reversal_carried_out_too_late_saves_no_push_in_flight() {
    given([wanted(0), unwanted(2), granted(5), revoked(DAY)]).gives(&[Matched, Matched], &[Matched, Matched]);
    given([wanted(0), unwanted(2), granted(5), revoked(DAY + 3)]).gives(&[NoAuthority, State], &[Superseded, Late]);
}

#[test]
fn what_was_held_already_is_in_effect_and_not_superseded() {
    given([granted(0), wanted(DAY), unwanted(DAY + HOUR), revoked(DAY + HOUR + MINUTE)])
        .gives(&[NoAuthority, Matched], &[AlreadyInEffect, Matched]);
}

#[test]
fn a_grant_after_an_unseen_removal_is_no_evidence_of_itself() {
    given([unwanted(0), wanted(2 * HOUR)]).gives(&[], &[Superseded, Missing]);
    given([wanted(0), unwanted(10 * MINUTE), wanted(20 * MINUTE), granted(21 * MINUTE)])
        .gives(&[Matched], &[Superseded, AlreadyInEffect, Matched]);
}
