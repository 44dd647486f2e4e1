//! What a reversal carried out, a hand in Databricks and a stranger's request leave of an authority.

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::Reason::{
    AlreadyInEffect, AutomaticIdentityManagement, CoverageGap, Failed, Implied, Late, Matched, Missing, NoAuthority,
    Redundant, State, Superseded, Transport,
};
use super::story::{
    DAY, Fact, HOUR, MINUTE, SECOND, ended, given, granted, leaver, left, push_failed, pushed, pushed_out, returned,
    revoked, seen, unwanted, wanted,
};

#[test]
fn a_reversal_carried_out_before_the_effect_leaves_it_no_authority() {
    // The removal found nothing to remove.
    given([
        wanted(-DAY),
        granted(-DAY),
        revoked(0),
        unwanted(2 * DAY),
        wanted(2 * DAY + HOUR),
        granted(2 * DAY + 2 * HOUR),
        revoked(2 * DAY + 3 * HOUR),
        granted(2 * DAY + 4 * HOUR),
    ])
    .gives(&[Matched, NoAuthority, Matched, NoAuthority, NoAuthority], &[Matched, AlreadyInEffect, Matched]);
    // Whether there was anything to remove is not known.
    let unknown = || vec![unwanted(0), wanted(HOUR), granted(2 * HOUR), revoked(3 * HOUR), granted(4 * HOUR)];
    given(unknown()).gives(&[Matched, NoAuthority, NoAuthority], &[Superseded, Matched]);
    // Nor does a hole after it leave anything open.
    given(unknown())
        .effect_hole(5 * HOUR, 6 * HOUR)
        .gives(&[Matched, NoAuthority, NoAuthority], &[Superseded, Matched]);
    given([wanted(0), unwanted(HOUR), revoked(2 * HOUR), granted(3 * HOUR), revoked(4 * HOUR)])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Superseded, Matched]);
}

#[test]
fn a_reversal_is_carried_out_by_what_a_snapshot_saw_and_by_an_end_too() {
    let in_flight = |between: Vec<Fact>| {
        given([wanted(0), unwanted(HOUR)].into_iter().chain(between).chain([granted(3 * HOUR), revoked(4 * HOUR)]))
    };
    in_flight(vec![]).gives(&[Matched, Matched], &[Matched, Matched]);
    in_flight(vec![seen(2 * HOUR, false)]).gives(&[NoAuthority, Matched], &[Superseded, Matched]);
    in_flight(vec![seen(-1, false)]).gives(&[Matched, Matched], &[Matched, Matched]);
    in_flight(vec![ended(2 * HOUR, Final)]).gives(&[NoAuthority, Matched], &[Superseded, Matched]);
    in_flight(vec![ended(2 * HOUR, Final).at(1)]).gives(&[Matched, Matched], &[Matched, Matched]);
    in_flight(vec![ended(2 * HOUR, Suspended), ended(2 * HOUR + 1, Restored)])
        .gives(&[Matched, Matched], &[Matched, Matched]);
    let back = |between: Vec<Fact>| {
        let decided = [wanted(-3 * DAY), granted(-3 * DAY), left(0), returned(HOUR)];
        given(decided.into_iter().chain(between).chain([revoked(3 * HOUR), granted(4 * HOUR)]))
    };
    back(vec![]).gives(&[Matched, Matched, State], &[Matched]);
    back(vec![ended(2 * HOUR, Restored)]).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
}

#[test]
fn what_the_account_took_everywhere_was_carried_out_in_every_workspace() {
    given([wanted(0), unwanted(HOUR), revoked(2 * HOUR), granted(3 * HOUR).at(1), revoked(4 * HOUR).at(1)])
        .gives(&[Matched, NoAuthority, Matched], &[Superseded, Matched]);
    given([wanted(0), unwanted(HOUR), revoked(2 * HOUR).at(2), granted(3 * HOUR).at(1), revoked(4 * HOUR).at(1)])
        .gives(&[Matched, Matched, Matched], &[Matched, Matched]);
}

#[test]
fn a_backlog_done_in_the_order_of_its_decisions_is_authorised() {
    let decided = || vec![unwanted(0), wanted(1), unwanted(2), wanted(3), unwanted(4)];
    let done = [
        revoked(HOUR),
        granted(HOUR + 1),
        seen(HOUR + 2, true),
        revoked(HOUR + 3),
        granted(HOUR + 4),
        revoked(HOUR + 5),
    ];
    given(decided().into_iter().chain(done)).linked(&[Some(0), Some(1), Some(2), Some(3), Some(4)]);
}

#[test]
fn the_connector_puts_back_what_another_hand_undid() {
    let undone = || vec![wanted(0), granted(MINUTE), revoked(3 * HOUR)];
    let then = |facts: Vec<Fact>| given(undone().into_iter().chain(facts));
    then(vec![granted(3 * DAY).by_connector()]).gives(&[Matched, NoAuthority, State], &[Matched]).linked(&[
        Some(0),
        None,
        Some(0),
    ]);
    then(vec![granted(4 * HOUR).by_connector()]).gives(&[Matched, NoAuthority, State], &[Matched]);
    then(vec![granted(3 * DAY)]).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    then(vec![granted(4 * HOUR)]).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    // As often as it is undone, and removals alike.
    let twice = vec![granted(DAY).by_connector(), revoked(3 * DAY), granted(4 * DAY).by_connector()];
    then(twice).gives(&[Matched, NoAuthority, State, NoAuthority, State], &[Matched]);
    given([unwanted(0), revoked(MINUTE), granted(HOUR), revoked(2 * HOUR).by_connector()])
        .gives(&[Matched, NoAuthority, State], &[Matched]);
    then(vec![seen(DAY, false), granted(2 * DAY).by_connector()]).gives(&[Matched, NoAuthority, State], &[Matched]);
}

#[test]
fn the_connector_puts_nothing_back_that_the_identity_provider_or_itself_took() {
    given([wanted(0), granted(MINUTE), unwanted(HOUR), revoked(2 * HOUR), granted(3 * HOUR).by_connector()])
        .gives(&[Matched, Matched, NoAuthority], &[Matched, Matched]);
    given([wanted(0), granted(MINUTE), revoked(HOUR), unwanted(DAY), granted(3 * DAY).by_connector()])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched, AlreadyInEffect]);
    given([wanted(0), granted(MINUTE), revoked(HOUR), left(DAY), granted(3 * DAY).by_connector()])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    given([wanted(0), granted(MINUTE), revoked(HOUR).by_connector(), granted(3 * DAY).by_connector()])
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    given([granted(0), revoked(HOUR), granted(DAY).by_connector()])
        .gives(&[NoAuthority, NoAuthority, NoAuthority], &[]);
}

#[test]
fn the_connector_puts_back_what_a_deletion_by_hand_ended() {
    let deleted = |again: Fact| given([wanted(0), granted(MINUTE), ended(HOUR, Final), again]);
    deleted(granted(2 * HOUR).by_connector()).gives(&[Matched, State], &[Matched]);
    deleted(granted(2 * HOUR)).gives(&[Matched, NoAuthority], &[Matched]);
    given([wanted(0), granted(MINUTE), leaver(HOUR), ended(HOUR, Final), granted(2 * HOUR).by_connector()])
        .gives(&[Matched, NoAuthority], &[Matched, Matched]);
}

#[test]
fn what_was_in_effect_when_it_was_decided_stays_so_whatever_drifts_later() {
    let drift = |again: Fact| given([granted(0), wanted(26 * HOUR), revoked(40 * HOUR), again]);
    drift(granted(5 * DAY)).gives(&[NoAuthority; 3], &[AlreadyInEffect]);
    drift(granted(5 * DAY).by_connector()).gives(&[NoAuthority, NoAuthority, State], &[AlreadyInEffect]);
    drift(granted(41 * HOUR).by_connector()).gives(&[NoAuthority, NoAuthority, State], &[AlreadyInEffect]);
    let repeated = |again: Fact| given([granted(0), wanted(DAY), granted(2 * DAY), revoked(2 * DAY + HOUR), again]);
    repeated(granted(3 * DAY)).gives(&[NoAuthority, Redundant, NoAuthority, NoAuthority], &[AlreadyInEffect]);
    repeated(granted(3 * DAY).by_connector()).gives(&[NoAuthority, Redundant, NoAuthority, State], &[AlreadyInEffect]);
}

#[test]
fn a_re_sync_carries_nothing_out_that_was_carried_out_before() {
    let automatic = granted(MINUTE).exempt(AutomaticIdentityManagement);
    given([wanted(0), automatic, revoked(DAY), granted(3 * DAY).by_connector()])
        .gives(&[AutomaticIdentityManagement, NoAuthority, State], &[Matched])
        .carried_out(&[Some(MINUTE)]);
    given([wanted(0), granted(3 * DAY)]).gives(&[State], &[Late]).carried_out(&[Some(3 * DAY)]);
}

#[test]
fn the_push_of_a_stranger_links_but_proves_nothing() {
    given([pushed(0).by_stranger(), granted(MINUTE)]).gives(&[NoAuthority], &[]);
    given([pushed(0), granted(MINUTE)]).gives(&[Transport], &[]);
    let linked = given([wanted(0), pushed(1).by_stranger(), granted(MINUTE)]).gives(&[Matched], &[Matched]);
    let (vouched, traced) = linked.judge();
    assert_eq!((vouched[0].push, traced[0].push), (Some(0), Some(0)));
    let preferred = given([wanted(0), pushed(1).by_stranger(), pushed(2), granted(MINUTE)]).judge();
    assert_eq!(preferred.0[0].push, Some(1));
    given([wanted(0), push_failed(MINUTE), pushed(HOUR).by_stranger()]).gives(&[], &[Failed]);
    given([wanted(0), push_failed(MINUTE).by_stranger()]).gives(&[], &[Missing]);
    given([pushed(0).by_stranger(), granted(MINUTE)]).authority_hole(0, 1).gives(&[CoverageGap], &[]);
}

#[test]
fn a_push_that_found_the_access_in_effect_vouches_none_after_it_was_undone() {
    let found = |again: Fact| given([granted(0), pushed(HOUR), revoked(2 * HOUR), again]);
    found(granted(3 * HOUR)).gives(&[NoAuthority, NoAuthority, NoAuthority], &[]);
    found(granted(3 * HOUR).by_connector()).gives(&[NoAuthority, NoAuthority, NoAuthority], &[]);
    // Nothing tells what a first push found; what was removed had been there.
    given([pushed(0), revoked(HOUR), granted(2 * HOUR)]).gives(&[NoAuthority, NoAuthority], &[]);
    // The clocks of the provider and of Databricks differ.
    let skewed = [granted(0), pushed(HOUR), revoked(HOUR + SECOND), granted(HOUR + MINUTE).by_connector()];
    given(skewed).gives(&[NoAuthority, NoAuthority, Transport], &[]);
    given([revoked(0), pushed(HOUR), revoked(2 * HOUR), granted(3 * HOUR)])
        .gives(&[NoAuthority, Redundant, Transport], &[]);
}

#[test]
fn a_push_that_found_the_access_in_effect_vouches_none_after_it_was_deleted() {
    let found = |again: Fact| given([granted(0), pushed(HOUR), ended(2 * HOUR, Final), again]);
    found(granted(3 * HOUR)).gives(&[NoAuthority, NoAuthority], &[]);
    found(granted(3 * HOUR).by_connector()).gives(&[NoAuthority, NoAuthority], &[]);
    given([granted(0), ended(HOUR, Final), pushed(2 * HOUR), granted(3 * HOUR)]).gives(&[NoAuthority, Transport], &[]);
}

#[test]
fn what_the_connector_said_last_counts_unless_it_is_carried_out_in_turn() {
    given([revoked(0), pushed(HOUR), pushed_out(2 * HOUR), granted(3 * HOUR)]).gives(&[NoAuthority, NoAuthority], &[]);
    given([revoked(0), pushed(HOUR), pushed_out(2 * HOUR), granted(3 * HOUR), revoked(4 * HOUR)])
        .gives(&[NoAuthority, Transport, Transport], &[]);
}

#[test]
fn what_is_removed_first_of_all_had_been_there_when_it_was_decided() {
    given([wanted(0), revoked(HOUR), granted(2 * HOUR)]).gives(&[NoAuthority, NoAuthority], &[Matched]);
    given([wanted(0), revoked(HOUR), granted(2 * HOUR).by_connector()]).gives(&[NoAuthority, State], &[Matched]);
    given([revoked(-HOUR), wanted(0), granted(2 * HOUR)]).gives(&[NoAuthority, Matched], &[Matched]);
}

#[test]
fn what_was_not_carried_out_in_its_time_does_not_keep_the_next_decision_waiting() {
    let again = |removed: Fact, added: Fact| {
        given([wanted(-DAY), granted(-DAY + MINUTE), unwanted(0), wanted(2 * HOUR), removed, added])
    };
    again(revoked(3 * DAY), granted(3 * DAY + HOUR))
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched, Superseded, AlreadyInEffect]);
    again(revoked(25 * HOUR), granted(25 * HOUR + 1))
        .gives(&[Matched, NoAuthority, NoAuthority], &[Matched, Superseded, AlreadyInEffect]);
    // In flight, and carried out in turn; the connector may be behind.
    again(revoked(3 * HOUR), granted(4 * HOUR)).gives(&[Matched; 3], &[Matched; 3]);
    again(revoked(3 * DAY).by_connector(), granted(3 * DAY + HOUR).by_connector())
        .gives(&[Matched, NoAuthority, State], &[Matched, Superseded, AlreadyInEffect]);
}

#[test]
fn what_is_sent_to_one_workspace_vouches_nothing_elsewhere() {
    let sent = |effect: Fact| given([pushed(0).at(1), granted(1).at(1).by_connector(), effect]);
    sent(granted(5 * HOUR).at(2)).gives(&[Transport, NoAuthority], &[]);
    sent(granted(5 * HOUR)).gives(&[Transport, NoAuthority], &[]);
    sent(granted(2).by_connector()).gives(&[Implied, Transport], &[]);
    given([pushed(0), granted(5 * HOUR).at(2)]).gives(&[Transport], &[]);
}

#[test]
fn what_the_account_had_taken_by_hand_no_hand_gives_again_in_a_workspace() {
    let both = [wanted(0), granted(MINUTE), granted(2 * MINUTE).at(1), revoked(2 * DAY), granted(3 * DAY)];
    let last = |again: Fact| given(both.clone().into_iter().chain([again])).judge().0.pop().map(|judged| judged.reason);
    assert_eq!(last(granted(4 * DAY).at(1)), Some(NoAuthority));
    assert_eq!(last(granted(4 * DAY).at(1).by_connector()), Some(State));
}
