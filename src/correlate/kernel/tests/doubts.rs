//! What absence does not prove: access in several places, over holes, and after records that do not say what came of them.

use super::super::EndingKind::Final;
use super::super::Reason::{
    AlreadyInEffect, CoverageGap, Failed, Implied, Late, Matched, Missing, NoAuthority, NotPushed, Redundant, State,
    Superseded, Transport,
};
use super::super::{About, Ending, Instant, Scope};
use super::story::{
    DAY, Fact, HOUR, MINUTE, Story, ended, given, granted, leaver, of_rank, push_failed, pushed, returned, revoked,
    seen, uncreated, unwanted, wanted,
};
use crate::change::Direction;

#[test]
fn a_removal_is_carried_out_in_all_places_in_which_the_access_stood() {
    // At the account, so that a workspace's record does not end it.
    given([granted(0), unwanted(DAY), revoked(DAY + MINUTE).at(1)]).gives(&[NoAuthority, Matched], &[Missing]);
    given([granted(0), unwanted(DAY), revoked(DAY + MINUTE)]).gives(&[NoAuthority, Matched], &[Matched]);
    // In two workspaces.
    let both = || [wanted(0), granted(MINUTE).at(1), granted(MINUTE).at(2), unwanted(DAY), revoked(DAY + MINUTE).at(1)];
    given(both()).gives(&[Matched, Matched, Matched], &[Matched, Missing]);
    let then = |last: Fact| given(both().into_iter().chain([last]));
    then(revoked(DAY + HOUR).at(2))
        .gives(&[Matched; 4], &[Matched, Matched])
        .carried_out(&[Some(MINUTE), Some(DAY + HOUR)]);
    then(revoked(3 * DAY).at(2)).gives(&[Matched, Matched, Matched, State], &[Matched, Late]);
    then(revoked(DAY + HOUR)).gives(&[Matched; 4], &[Matched, Matched]);
    then(ended(DAY + HOUR, Final)).gives(&[Matched; 3], &[Matched, Matched]);
    // In a workspace's own group of that name.
    let own = |end: Fact| {
        let given_twice = [granted(MINUTE).of_group(1), granted(2 * MINUTE).at(1).of_group(2)];
        given([wanted(0)].into_iter().chain(given_twice).chain([unwanted(DAY), revoked(DAY + MINUTE).of_group(1), end]))
    };
    own(seen(2 * DAY, true).at(1)).gives(&[Matched; 3], &[Matched, Missing]);
    own(revoked(DAY + HOUR).at(1).of_group(2)).gives(&[Matched; 4], &[Matched; 2]);
    // Where the last record that could show it may be lost, nothing is missing.
    given(both()).effect_hole(DAY + HOUR, DAY + 2 * HOUR).gives(&[Matched; 3], &[Matched, CoverageGap]);
    // It had been there all the while, as its end shows.
    let late = [unwanted(0), revoked(MINUTE).at(1), revoked(3 * DAY)];
    given(late).gives(&[Matched, State], &[Late]).carried_out(&[Some(3 * DAY)]);
}

#[test]
fn what_may_have_changed_in_a_hole_is_not_known_to_be_held() {
    let facts = || [wanted(0), granted(MINUTE), unwanted(10 * DAY), granted(12 * DAY)];
    given(facts()).gives(&[Matched, Redundant], &[Matched, Missing]);
    let torn = given(facts()).effect_hole(10 * DAY, 10 * DAY + HOUR);
    torn.gives(&[Matched, CoverageGap], &[Matched, CoverageGap]);
    // Decided again: authorised either way.
    let again = facts().into_iter().chain([wanted(12 * DAY - HOUR)]);
    given(again)
        .effect_hole(10 * DAY, 10 * DAY + HOUR)
        .gives(&[Matched, Redundant], &[Matched, CoverageGap, AlreadyInEffect]);
    // By another hand it may be a change, whatever was decided; the connector puts back what is in force.
    let again = |by: fn(Fact) -> Fact| {
        given([wanted(0), granted(MINUTE), by(granted(12 * DAY))]).effect_hole(10 * DAY, 10 * DAY + HOUR)
    };
    again(|fact| fact).gives(&[Matched, CoverageGap], &[Matched]);
    again(Fact::by_connector).gives(&[Matched, Redundant], &[Matched]);
    // Of what was never decided nobody knows what the connector puts back.
    let undecided = given([granted(0), granted(12 * DAY).by_connector()]);
    undecided.effect_hole(10 * DAY, 10 * DAY + HOUR).gives(&[NoAuthority, CoverageGap], &[]);
}

#[test]
fn what_may_have_been_carried_out_in_a_hole_is_neither_in_effect_nor_superseded() {
    let facts = || [granted(0), revoked(MINUTE), wanted(10 * DAY), unwanted(12 * DAY)];
    given(facts()).gives(&[NoAuthority, NoAuthority], &[Missing, AlreadyInEffect]);
    let torn = given(facts()).effect_hole(10 * DAY, 10 * DAY + HOUR);
    torn.gives(&[NoAuthority, NoAuthority], &[CoverageGap, CoverageGap]);
    let soon = || given([wanted(0), unwanted(HOUR)]);
    soon().gives(&[], &[Superseded, AlreadyInEffect]);
    soon().effect_hole(MINUTE, 2 * MINUTE).gives(&[], &[CoverageGap, CoverageGap]);
    // Somebody who was never seen may have come then.
    let stranger = |story: Story| story.with(|case| case.is_known_to_databricks = false);
    stranger(given([wanted(0), leaver(40 * DAY)])).gives(&[], &[Missing, NotPushed]);
    stranger(given([wanted(0), leaver(40 * DAY)]).effect_hole(0, HOUR)).gives(&[], &[CoverageGap, CoverageGap]);
}

#[test]
fn an_effect_of_unknown_outcome_is_neither_success_nor_failure() {
    let unsaid = |facts: &[Fact], time: i64, way: Direction| {
        given(facts.iter().cloned()).with(|case| case.unsaid.push((time, way)))
    };
    let regrant = [wanted(0), granted(MINUTE), granted(12 * DAY)];
    unsaid(&regrant, 11 * DAY, Direction::Revoke).gives(&[Matched, CoverageGap], &[Matched]);
    unsaid(&regrant, 11 * DAY, Direction::Grant).gives(&[Matched, Redundant], &[Matched]);
    let by_connector = [wanted(0), granted(MINUTE), granted(12 * DAY).by_connector()];
    unsaid(&by_connector, 11 * DAY, Direction::Revoke).gives(&[Matched, Redundant], &[Matched]);
    let ended = [granted(0), revoked(MINUTE), unwanted(12 * DAY)];
    unsaid(&ended, 11 * DAY, Direction::Grant).gives(&[NoAuthority, NoAuthority], &[CoverageGap]);
    unsaid(&[wanted(0)], HOUR, Direction::Grant).gives(&[], &[CoverageGap]);
    unsaid(&[wanted(0)], 2 * DAY, Direction::Grant).gives(&[], &[Missing]);
}

#[test]
fn a_second_account_of_a_person_is_held_apart() {
    let of = |facts: Vec<Fact>| given(facts).with(|case| case.account_count = 2);
    let second = |by: fn(Fact) -> Fact| by(granted(10 * DAY).of_account(1));
    let made = |by| vec![wanted(0), granted(MINUTE), second(by)];
    of(made(Fact::by_connector)).gives(&[Matched, State], &[Matched]);
    of(made(|fact| fact)).gives(&[Matched, NoAuthority], &[Matched]);
    // Nor is it another hand's to make by what has made the first one, even where that was decided right before.
    let soon = |by: fn(Fact) -> Fact, more: Vec<Fact>| {
        let decided = [wanted(0), granted(MINUTE), revoked(HOUR), by(granted(3 * HOUR).of_account(1))];
        of(decided.into_iter().chain(more).collect())
    };
    soon(|fact| fact, vec![]).gives(&[Matched, NoAuthority, NoAuthority], &[Matched]);
    soon(Fact::by_connector, vec![]).gives(&[Matched, NoAuthority, Matched], &[Matched]);
    soon(|fact| fact, vec![wanted(30)]).gives(&[Matched, NoAuthority, NoAuthority], &[Matched, Matched]);
    soon(|fact| fact, vec![wanted(2 * HOUR)]).gives(&[Matched, NoAuthority, Matched], &[Matched, Matched]);
    // The end of one is not the end of the other.
    let left = |more: Vec<Fact>| of(made(Fact::by_connector).into_iter().chain(more).collect());
    left(vec![unwanted(20 * DAY), revoked(20 * DAY + MINUTE)]).gives(&[Matched, State, Matched], &[Matched, Missing]);
    let other = revoked(20 * DAY + HOUR).of_account(1);
    left(vec![unwanted(20 * DAY), revoked(20 * DAY + MINUTE), other])
        .gives(&[Matched, State, Matched, Matched], &[Matched, Matched])
        .carried_out(&[Some(MINUTE), Some(20 * DAY + HOUR)]);
    left(vec![revoked(15 * DAY), unwanted(20 * DAY)]).gives(&[Matched, State, NoAuthority], &[Matched, Missing]);
    let case = left(vec![revoked(15 * DAY)]).case;
    assert!(case.leaves_another(2) && !case.leaves_another(0));
}

#[test]
fn the_connector_acts_on_pushes_that_a_hole_may_hide() {
    let act = |fact: Fact| given([fact]).push_hole(0, DAY);
    act(granted(HOUR).by_connector()).gives(&[CoverageGap], &[]);
    act(granted(HOUR)).gives(&[NoAuthority], &[]);
    act(granted(10 * DAY).by_connector()).gives(&[NoAuthority], &[]);
}

#[test]
fn a_push_of_the_whole_group_may_fail_too() {
    let of_group = |succeeded: bool| {
        given([wanted(0), push_failed(MINUTE)]).with(|case| {
            case.pushes.iter_mut().for_each(|p| (p.about, p.succeeded) = (About::Group, succeeded));
        })
    };
    of_group(false).gives(&[], &[Failed]);
    of_group(true).gives(&[], &[Missing]);
}

#[test]
fn an_account_that_could_not_be_created_explains_what_did_not_come_of_a_grant() {
    const NEVER: i64 = i64::MAX;
    let granting = |at: i64, until: i64| vec![wanted(0), uncreated(at, until)];
    for at in [-30 * DAY, HOUR, 20 * DAY] {
        let failed = given(granting(at, NEVER)).gives(&[], &[Failed]);
        assert_eq!(failed.judge().1[0].push, Some(0), "{at}");
    }
    // Repaired before the cut-off, or only after it.
    given(granting(HOUR, 60 * DAY)).gives(&[], &[Missing]);
    given(granting(HOUR, 100 * DAY)).gives(&[], &[Failed]);
    given(granting(95 * DAY, NEVER)).gives(&[], &[Missing]);
    let and = |more: Fact| given(granting(HOUR, NEVER).into_iter().chain([more]));
    // What was carried out, what came back, and what the provider says to have done has no need of an explanation.
    and(granted(MINUTE)).gives(&[Matched], &[Matched]);
    and(granted(2 * DAY)).gives(&[State], &[Late]);
    and(pushed(2 * HOUR)).gives(&[], &[Missing]);
    and(unwanted(2 * HOUR)).gives(&[], &[Superseded, AlreadyInEffect]);
    and(unwanted(2 * DAY)).gives(&[], &[Failed, AlreadyInEffect]);
    given([unwanted(0), uncreated(HOUR, NEVER)]).gives(&[], &[Missing]);
    // It is no push of this access.
    given([granted(2 * HOUR), uncreated(HOUR, NEVER)]).gives(&[NoAuthority], &[]);
    let matched = and(granted(2 * HOUR)).judge();
    assert_eq!((matched.0[0].push, matched.1[0].push), (None, None));
}

#[test]
fn an_old_decision_may_have_been_reversed_where_the_providers_log_has_a_hole() {
    let torn = |story: Story| story.authority_hole(10 * DAY, 11 * DAY);
    let old = || [wanted(0), granted(30 * DAY)];
    let judged = torn(given(old())).gives(&[CoverageGap], &[Late]).judge().0;
    assert_eq!((judged[0].decision, judged[0].hole.as_deref()), (None, Some("HOLE-A")));
    // The connector pushes only what the provider holds.
    torn(given([wanted(0), granted(30 * DAY).by_connector()])).gives(&[State], &[Late]).linked(&[Some(0)]);
    for (from, to) in [(-DAY, -HOUR), (31 * DAY, 32 * DAY)] {
        given(old()).authority_hole(from, to).gives(&[State], &[Late]);
    }
    // Decided again since, be it less strongly.
    for again in [wanted(20 * DAY), of_rank(wanted(20 * DAY), 1)] {
        torn(given(old().into_iter().chain([again]))).gives(&[State], &[Late, Late]).linked(&[Some(1)]);
    }
    torn(given([unwanted(0), revoked(30 * DAY)])).gives(&[CoverageGap], &[Late]);
    // What was pushed just now has its evidence.
    torn(given(old().into_iter().chain([pushed(30 * DAY - HOUR)]))).gives(&[Transport], &[Late]);
}

#[test]
fn an_old_decision_may_have_been_used_and_undone_where_the_databricks_log_has_a_hole() {
    let torn = |by: Fact| given([wanted(0), by]).effect_hole(10 * DAY, 11 * DAY);
    torn(granted(30 * DAY)).gives(&[CoverageGap], &[Late]);
    // Whatever was done there, the connector puts back what the provider holds.
    torn(granted(30 * DAY).by_connector()).gives(&[State], &[Late]);
    given([wanted(0), granted(30 * DAY)]).effect_hole(31 * DAY, 32 * DAY).gives(&[State], &[Late]);
    // Within the look-back it has its evidence.
    given([wanted(0), granted(3 * HOUR)]).effect_hole(HOUR, 2 * HOUR).gives(&[Matched], &[Matched]);
}

#[test]
fn what_is_held_in_a_workspace_may_have_ended_with_the_account() {
    let again = |by: Fact| given([granted(0).at(1), by]).account_hole(DAY, DAY + HOUR);
    again(granted(2 * DAY).at(1)).gives(&[NoAuthority, CoverageGap], &[]);
    given([granted(0).at(1), revoked(HOUR).at(1), revoked(2 * DAY).at(1)])
        .account_hole(DAY, DAY + HOUR)
        .gives(&[NoAuthority, NoAuthority, Redundant], &[]);
    given([granted(0).at(1), granted(2 * DAY).at(1)]).gives(&[NoAuthority, Redundant], &[]);
}

#[test]
fn what_is_decided_of_a_workspace_leans_on_the_accounts_log_too() {
    let below = |facts: Vec<Fact>| {
        let story = given(facts).with(|case| case.effect_scopes = [Scope(1)].into());
        story.account_hole(2 * DAY, 2 * DAY + HOUR)
    };
    // Held, unless the account was deleted there.
    let again = || vec![wanted(0), granted(MINUTE).at(1), wanted(5 * DAY)];
    below(again()).gives(&[Matched], &[Matched, CoverageGap]);
    given(again()).gives(&[Matched], &[Matched, AlreadyInEffect]);
    // Standing, unless the account was deactivated there.
    let removed = |at| vec![wanted(0), granted(MINUTE).at(1), unwanted(at)];
    below(removed(2 * DAY - HOUR)).gives(&[Matched], &[Matched, CoverageGap]);
    below(removed(3 * DAY)).gives(&[Matched], &[Matched, Missing]);
    let late = [removed(2 * DAY - HOUR), vec![revoked(9 * DAY).at(1)]].concat();
    below(late).gives(&[Matched, State], &[Matched, CoverageGap]);
    // Nothing is given there by the account's log, nor is what was taken in the workspace.
    below(vec![wanted(2 * DAY - HOUR)]).gives(&[], &[Missing]);
    below([removed(HOUR), vec![revoked(2 * HOUR).at(1), unwanted(5 * DAY)]].concat())
        .gives(&[Matched, Matched], &[Matched, Matched, AlreadyInEffect]);
}

#[test]
fn what_ends_in_a_workspace_may_go_with_an_end_of_the_account_in_a_hole() {
    let taken = |at: Instant| given([granted(0).at(1), revoked(at).at(1)]).account_hole(2 * DAY, 2 * DAY + HOUR);
    taken(2 * DAY - MINUTE).gives(&[NoAuthority, CoverageGap], &[]);
    taken(3 * DAY).gives(&[NoAuthority, CoverageGap], &[]);
    taken(4 * DAY).gives(&[NoAuthority, NoAuthority], &[]);
    taken(DAY).gives(&[NoAuthority, NoAuthority], &[]);
    // At the account itself the record would lie in the same hole.
    given([granted(0), revoked(3 * DAY)]).account_hole(2 * DAY, 2 * DAY + HOUR).gives(&[NoAuthority, NoAuthority], &[]);
}

/// A group of the account is deleted that is not the workspace's own.
pub(super) fn deleted_apart(time: Instant, workspace: u32) -> Fact {
    match ended(time, Final) {
        Fact::Ending(ending) => Fact::Ending(Ending { spares: vec![Scope(workspace)], ..ending }),
        other => other,
    }
}

#[test]
fn a_group_of_the_account_takes_no_membership_of_a_workspaces_own_group_along() {
    let of = |spares: bool, facts: Vec<Fact>| {
        let end = if spares { deleted_apart(2 * DAY, 1) } else { ended(2 * DAY, Final) };
        given(facts.into_iter().chain([end]))
    };
    let taken = || vec![granted(0).at(1), revoked(2 * DAY + MINUTE).at(1)];
    of(false, taken()).gives(&[NoAuthority, Implied], &[]);
    of(true, taken()).gives(&[NoAuthority, NoAuthority], &[]);
    of(true, vec![granted(0), revoked(2 * DAY + MINUTE)]).gives(&[NoAuthority, Implied], &[]);
    let again = || vec![granted(0).at(1), granted(5 * DAY).at(1)];
    of(true, again()).gives(&[NoAuthority, Redundant], &[]);
    let unwanted = || vec![wanted(0), granted(MINUTE).at(1), unwanted(2 * DAY - HOUR)];
    of(false, unwanted()).gives(&[Matched], &[Matched, Matched]);
    of(true, unwanted()).gives(&[Matched], &[Matched, Missing]);
    let later = || vec![wanted(0), granted(MINUTE).at(1), wanted(5 * DAY)];
    of(false, later()).gives(&[Matched], &[Matched, Missing]);
    of(true, later()).gives(&[Matched], &[Matched, AlreadyInEffect]);
}

#[test]
fn a_restored_deletion_is_a_departure_that_was_lifted() {
    let deleted = |restores: bool| {
        given([
            wanted(0),
            granted(MINUTE),
            leaver(10 * DAY),
            returned(11 * DAY),
            ended(10 * DAY + MINUTE, Final),
            granted(12 * DAY).by_connector(),
        ])
        .with(|case| {
            case.decisions[1].verb = crate::change::Verb::UserDelete;
            case.decisions[2].restores = restores;
        })
    };
    deleted(true).gives(&[Matched, State], &[Matched, Matched]);
    deleted(false).gives(&[Matched, NoAuthority], &[Matched, Matched]);
}

#[test]
fn nothing_ends_where_nothing_was_to_be_done() {
    given([unwanted(0), ended(HOUR, Final)]).with(|case| case.is_pushed = false).gives(&[], &[NotPushed]);
    let seen = given([leaver(0), revoked(HOUR).at(1)]).with(|case| {
        (case.is_account, case.seen_in) = (true, [Scope(1)].into());
    });
    seen.gives(&[Matched], &[Matched]);
}
