//! What holes of the provider's log may hide: returns, reversals, the end of a push; and what a listing shows that no record tells.

use super::super::Reason::{AlreadyInEffect, CoverageGap, Matched, Missing, NoAuthority, NotPushed, State, Superseded};
use super::super::{Instant, Scope, Unpushed};
use super::story::{
    DAY, Fact, HOUR, MINUTE, Story, given, granted, leaver, left, of_verb, returner, revoked, seen, unwanted, wanted,
};
use crate::change::Verb;

/// The person is assigned while away, told at the person's own key, where it is traced.
pub(super) fn assigned_away(time: Instant) -> Fact {
    of_verb(returner(time), Verb::AppAssign).lapsing(time)
}

fn account(facts: Vec<Fact>) -> Story {
    given(facts).with(|case| case.is_account = true)
}

#[test]
fn somebody_assigned_while_away_may_have_returned_in_a_hole() {
    let back = || {
        let left = [wanted(0), granted(MINUTE), leaver(2 * DAY), revoked(2 * DAY + MINUTE)];
        account(left.into_iter().chain([assigned_away(9 * DAY), granted(9 * DAY + MINUTE).by_connector()]).collect())
    };
    let gone = [Matched, Matched];
    back().gives(&[Matched, Matched, NoAuthority], &[gone[0], gone[1], NotPushed]);
    back()
        .authority_hole(5 * DAY, 5 * DAY + HOUR)
        .gives(&[Matched, Matched, CoverageGap], &[Matched, Matched, CoverageGap]);
    // Before the departure nobody can have returned from it.
    back().authority_hole(DAY, DAY + HOUR).gives(&[Matched, Matched, NoAuthority], &[Matched, Matched, NotPushed]);
}

#[test]
fn what_was_decided_before_a_departure_may_be_in_force_again_by_a_return_in_a_hole() {
    let back = |again: Fact| given([wanted(0), granted(MINUTE), left(2 * DAY), revoked(2 * DAY + MINUTE), again]);
    let torn = |again: Fact| back(again).authority_hole(5 * DAY, 5 * DAY + HOUR);
    back(granted(9 * DAY)).gives(&[Matched, Matched, NoAuthority], &[Matched]);
    torn(granted(9 * DAY)).gives(&[Matched, Matched, CoverageGap], &[Matched]);
    // What was removed by its own name is not back with the person.
    let removed = [wanted(0), granted(MINUTE), unwanted(2 * DAY), revoked(2 * DAY + MINUTE), granted(9 * DAY)];
    given(removed).authority_hole(5 * DAY, 5 * DAY + HOUR).gives(&[Matched, Matched, NoAuthority], &[Matched, Matched]);
    // Nor what another hand took before the person left.
    let taken = [wanted(0), granted(MINUTE), revoked(DAY), left(2 * DAY), granted(9 * DAY)];
    given(taken).authority_hole(5 * DAY, 5 * DAY + HOUR).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
}

#[test]
fn what_is_not_carried_out_may_have_been_reversed_in_a_hole() {
    let kept = || given([wanted(0), granted(MINUTE), unwanted(4 * DAY)]);
    kept().gives(&[Matched], &[Matched, Missing]);
    kept().authority_hole(4 * DAY + HOUR, 4 * DAY + 2 * HOUR).gives(&[Matched], &[Matched, CoverageGap]);
    // Once the time has run out nothing takes that back.
    kept().authority_hole(5 * DAY + HOUR, 6 * DAY).gives(&[Matched], &[Matched, Missing]);
    given([wanted(0)]).authority_hole(HOUR, 2 * HOUR).gives(&[], &[CoverageGap]);
}

#[test]
fn the_push_of_a_group_that_is_gone_may_have_ended_in_a_hole() {
    let gone = || {
        let span = Unpushed { from: 2 * DAY, until: 9 * DAY, unseen_since: Some(0) };
        given([wanted(4 * DAY), wanted(10 * DAY)]).with(|case| case.unpushed = [span].into())
    };
    gone().gives(&[], &[Missing, Missing]);
    gone().authority_hole(2 * DAY - HOUR, 2 * DAY).gives(&[], &[CoverageGap, Missing]);
}

#[test]
fn what_a_listing_shows_to_be_done_is_not_missing() {
    let kept = |later: Vec<Fact>| given([vec![granted(0), unwanted(4 * DAY)], later].concat());
    kept(vec![seen(4 * DAY + HOUR, false)]).gives(&[NoAuthority], &[CoverageGap]);
    kept(vec![seen(9 * DAY, false)]).gives(&[NoAuthority], &[CoverageGap]);
    kept(vec![seen(9 * DAY, true)]).gives(&[NoAuthority], &[Missing]);
    // It still stood when its time had run out.
    kept(vec![seen(6 * DAY, true), seen(9 * DAY, false)]).gives(&[NoAuthority], &[Missing]);
    // Gone in one place, and not in the other.
    let both = [granted(0).at(1), granted(0).at(2), unwanted(4 * DAY), seen(4 * DAY + HOUR, false).at(1)];
    given(both).gives(&[NoAuthority; 2], &[Missing]);
    given([wanted(0), seen(HOUR, true)]).gives(&[], &[CoverageGap]);
    given([wanted(0), seen(HOUR, false)]).gives(&[], &[Missing]);
}

#[test]
fn what_was_reversed_long_ago_is_not_carried_out_by_what_a_later_decision_ends() {
    let unassigned = |time: Instant| of_verb(unwanted(time), Verb::AppUnassign);
    let assigned = |time: Instant| of_verb(wanted(time), Verb::AppAssign);
    let facts = vec![
        assigned(0),
        granted(MINUTE),
        unassigned(4 * DAY),
        assigned(4 * DAY + HOUR),
        leaver(4 * DAY + 11 * HOUR),
        revoked(4 * DAY + 11 * HOUR + MINUTE),
        returner(4 * DAY + 13 * HOUR),
        granted(4 * DAY + 13 * HOUR + MINUTE),
    ];
    let judged = [Matched, Superseded, AlreadyInEffect, Matched, Matched];
    account(facts).gives(&[Matched, Matched, State], &judged).linked(&[Some(0), Some(3), Some(2)]);
}

#[test]
fn the_end_of_the_account_ends_what_an_end_in_a_workspace_left() {
    let facts = vec![
        leaver(0),
        revoked(MINUTE).at(1),
        of_verb(unwanted(3 * HOUR), Verb::AppUnassign),
        revoked(3 * HOUR + MINUTE),
    ];
    let seen_in = |scopes: Vec<Scope>| account(facts.clone()).with(|case| case.seen_in = scopes.into());
    // Seen in another workspace, too, which has no end of its own.
    for scopes in [vec![Scope(1)], vec![Scope(1), Scope(2)]] {
        let ended = Some(3 * HOUR + MINUTE);
        seen_in(scopes).gives(&[Matched; 2], &[Matched; 2]).carried_out(&[ended, ended]);
    }
}
