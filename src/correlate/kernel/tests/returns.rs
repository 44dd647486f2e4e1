//! What a return brings back of what a departure took, and what it does not.

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::Reason;
use super::super::Reason::{
    AlreadyInEffect, CoverageGap, Implied, Matched, NoAuthority, Redundant, State, Superseded, Transport,
};
use super::story::{
    DAY, Fact, HOUR, MINUTE, assigned, ended, given, granted, left, of_rank, of_verb, pushed, repushed, returned,
    revoked, seen, suspended, unassigned, unpushed, unwanted, wanted,
};
use crate::change::Verb;

/// A grant that was decided long ago, after what happened to the person and the group.
fn re_sync(between: Vec<Fact>) -> Reason {
    let story = given([wanted(0)].into_iter().chain(between).chain([granted(30 * DAY)]));
    story.judge().0.last().map(|v| v.reason).unwrap()
}

#[test]
fn a_return_lifts_only_the_departure_of_its_own_kind() {
    let unsuspended = |time| of_verb(returned(time), Verb::UserUnsuspend);
    let (first, then) = (10 * DAY, 11 * DAY);
    for (departure, back, reason) in [
        (left(first), returned(then), State),
        (left(first), unsuspended(then), State),
        (left(first), assigned(then), State),
        (left(first), repushed(then), NoAuthority),
        (suspended(first), returned(then), State),
        (suspended(first), unsuspended(then), State),
        (suspended(first), assigned(then), NoAuthority),
        (suspended(first), repushed(then), NoAuthority),
        (unassigned(first), assigned(then), State),
        (unassigned(first), returned(then), NoAuthority),
        (unassigned(first), unsuspended(then), NoAuthority),
        (unassigned(first), repushed(then), NoAuthority),
        (unpushed(first), repushed(then), State),
        (unpushed(first), assigned(then), NoAuthority),
        (unpushed(first), returned(then), NoAuthority),
    ] {
        let told = format!("{departure:?} {back:?}");
        assert_eq!(re_sync(vec![departure, back]), reason, "{told}");
    }
}

#[test]
fn every_departure_has_to_be_lifted() {
    let leaves = || vec![left(10 * DAY), unassigned(10 * DAY + 1)];
    let then = |back: Vec<Fact>| re_sync(leaves().into_iter().chain(back).collect());
    assert_eq!(then(vec![returned(11 * DAY)]), NoAuthority);
    assert_eq!(then(vec![returned(11 * DAY), assigned(11 * DAY + 1)]), State);
    assert_eq!(then(vec![assigned(11 * DAY + 1)]), State, "whoever is assigned is active");
    assert_eq!(then(vec![suspended(12 * DAY), of_verb(returned(13 * DAY), Verb::UserUnsuspend)]), NoAuthority);
    let again = vec![returned(11 * DAY), assigned(11 * DAY + 1), unassigned(12 * DAY)];
    assert_eq!(then(again), NoAuthority);
}

#[test]
fn a_push_vouches_only_where_every_departure_was_lifted() {
    let sent = |back: Fact| given([unassigned(0), back, pushed(2 * HOUR), granted(2 * HOUR)]);
    sent(assigned(HOUR)).gives(&[Transport], &[]);
    sent(returned(HOUR)).gives(&[NoAuthority], &[]);
    sent(wanted(HOUR)).gives(&[Matched], &[Matched]);
}

#[test]
fn a_return_renews_nothing_that_the_departure_did_not_end() {
    let held = |more: Vec<Fact>| given([wanted(0), granted(HOUR)].into_iter().chain(more));
    let undone = |again: Fact| held(vec![suspended(DAY), returned(2 * DAY), revoked(5 * DAY), again]);
    undone(granted(6 * DAY)).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    undone(granted(6 * DAY).by_connector()).gives(&[Matched, NoAuthority, State], &[Matched]);
    // In between, too.
    held(vec![suspended(DAY), revoked(2 * DAY), returned(3 * DAY), granted(6 * DAY)])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    held(vec![left(DAY), seen(2 * DAY, false), returned(3 * DAY), granted(6 * DAY)])
        .gives(&[Matched, State], &[Matched]);
    held(vec![left(DAY), returned(3 * DAY), seen(4 * DAY, false), granted(6 * DAY)])
        .gives(&[Matched, NoAuthority], &[Matched]);
    // Out of force in Databricks, but there all the while.
    let out = vec![left(DAY), ended(DAY + MINUTE, Suspended), returned(DAY + HOUR), ended(DAY + HOUR + 1, Restored)];
    let drifts = out.into_iter().chain([revoked(DAY + 5 * HOUR), granted(DAY + 6 * HOUR)]);
    held(drifts.collect()).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    // What the departure ended is renewed, however it was carried out.
    held(vec![left(DAY), revoked(DAY + HOUR), returned(5 * DAY), granted(6 * DAY)])
        .gives(&[Matched, Matched, State], &[Matched]);
    held(vec![left(DAY), revoked(3 * DAY), returned(5 * DAY), granted(6 * DAY)])
        .gives(&[Matched, State, State], &[Matched]);
    held(vec![left(DAY), ended(DAY, Suspended), revoked(DAY), returned(5 * DAY), granted(6 * DAY)])
        .gives(&[Matched, Implied, State], &[Matched]);
    held(vec![suspended(DAY), ended(DAY, Suspended), revoked(DAY), returned(5 * DAY), granted(6 * DAY)])
        .gives(&[Matched, Implied, State], &[Matched]);
}

#[test]
fn what_a_hand_deleted_after_the_return_comes_back_by_the_connector_alone() {
    let deleted = |end: i64, again: Fact| {
        given([wanted(0), granted(HOUR), left(DAY), returned(2 * DAY), ended(end, Final), again])
    };
    deleted(10 * DAY, granted(11 * DAY)).gives(&[Matched, NoAuthority], &[Matched]);
    deleted(10 * DAY, granted(11 * DAY).by_connector()).gives(&[Matched, State], &[Matched]);
    deleted(DAY + HOUR, granted(11 * DAY)).gives(&[Matched, State], &[Matched]);
}

#[test]
fn a_departure_that_was_lifted_takes_nothing_that_no_decision_gives_back() {
    let lifted =
        |before: Vec<Fact>, more: Vec<Fact>| given(before.into_iter().chain([left(0), returned(HOUR)]).chain(more));
    let undone = || vec![revoked(3 * HOUR), granted(4 * HOUR)];
    lifted(vec![], undone()).gives(&[NoAuthority, NoAuthority], &[]);
    lifted(vec![wanted(-DAY), granted(-DAY)], undone()).gives(&[Matched, Matched, State], &[Matched]);
    // The access came after the return.
    let later = |more: Vec<Fact>| lifted(vec![wanted(-HOUR)], [vec![granted(2 * HOUR)], more].concat());
    later(undone()).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    later(vec![revoked(3 * HOUR), wanted(3 * HOUR + 1), granted(4 * HOUR)]).gives(&[Matched; 3], &[Matched, Matched]);
}

#[test]
fn a_suspension_takes_no_membership_but_keeps_it_out_of_force() {
    given([wanted(0), granted(HOUR), suspended(3 * DAY), revoked(3 * DAY + HOUR)])
        .gives(&[Matched, NoAuthority], &[Matched]);
    given([of_rank(suspended(0), 1), revoked(HOUR)]).gives(&[Matched], &[]);
    assert_eq!(re_sync(vec![suspended(10 * DAY)]), NoAuthority);
    given([suspended(0), pushed(HOUR), granted(HOUR)]).gives(&[NoAuthority], &[]);
    given([wanted(0), suspended(HOUR)]).gives(&[], &[Superseded]);
}

#[test]
fn what_a_deletion_ended_may_have_come_back_over_a_hole() {
    let story = || given([ended(0, Final), revoked(5 * DAY)]);
    story().gives(&[Redundant], &[]);
    story().effect_hole(DAY, 2 * DAY).gives(&[CoverageGap], &[]);
    let before = given([granted(-2 * DAY), ended(0, Final), revoked(5 * DAY)]);
    before.effect_hole(-DAY, -DAY + HOUR).gives(&[NoAuthority, Redundant], &[]);
    let decided = given([ended(0, Final), unwanted(4 * DAY + HOUR), revoked(5 * DAY)]);
    decided.effect_hole(DAY, 2 * DAY).gives(&[Redundant], &[AlreadyInEffect]);
}
