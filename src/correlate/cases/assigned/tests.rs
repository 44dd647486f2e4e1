//! What follows from the assignments of groups.

use super::super::super::kernel::Instant;
use super::*;

/// Here instants are small numbers.
const SKEW: i64 = 1;

const G: u32 = 1;
const H: u32 = 2;

fn turn<'a>(decision: &'a Decision, what: What<'a>) -> Turn<'a> {
    Turn { decision, what }
}

fn decided(time: Instant, direction: Direction, verb: Verb) -> Decision {
    let row = usize::try_from(time).unwrap();
    Decision { time, direction, rank: Some(0), is_item: true, verb, restores: false, lapses: Instant::MAX, row }
}

fn found(turns: &[Turn<'_>]) -> (Vec<(Instant, Direction)>, Vec<usize>) {
    let Found { derived, idle } = walk(turns, SKEW).found();
    (derived.iter().map(|d| (d.time, d.direction)).collect(), idle.into_iter().collect())
}

#[test]
fn access_through_groups_begins_with_each_and_ends_with_the_last() {
    let [a, b] = [1, 2].map(|t| decided(t, Direction::Grant, Verb::MemberAdd));
    let [c, d] = [3, 4].map(|t| decided(t, Direction::Revoke, Verb::MemberRemove));
    let on = decided(0, Direction::Grant, Verb::PushCreate);
    let groups = [turn(&on, What::Group(G, "app")), turn(&on, What::Group(H, "app"))];
    let members =
        [turn(&a, What::Member(G)), turn(&b, What::Member(H)), turn(&c, What::Member(G)), turn(&d, What::Member(H))];
    let turns: Vec<_> = groups.into_iter().chain(members).collect();
    let expected = vec![(1, Direction::Grant), (2, Direction::Grant), (4, Direction::Revoke)];
    assert_eq!(found(&turns), (expected, vec![]));
}

#[test]
fn a_group_that_is_assigned_later_assigns_those_who_are_in_it() {
    let join = decided(1, Direction::Grant, Verb::MemberAdd);
    let on = decided(5, Direction::Grant, Verb::PushCreate);
    let off = decided(9, Direction::Revoke, Verb::PushRemove);
    let turns = [turn(&join, What::Member(G)), turn(&on, What::Group(G, "app")), turn(&off, What::Group(G, "app"))];
    assert_eq!(found(&turns).0, [(5, Direction::Grant), (9, Direction::Revoke)]);
}

#[test]
fn a_direct_unassignment_takes_nothing_while_a_group_is_left() {
    let on = decided(0, Direction::Grant, Verb::PushCreate);
    let join = decided(1, Direction::Grant, Verb::MemberAdd);
    let unassign = decided(3, Direction::Revoke, Verb::AppUnassign);
    let turns = [turn(&on, What::Group(G, "app")), turn(&join, What::Member(G)), turn(&unassign, What::Direct("app"))];
    assert_eq!(found(&turns), (vec![(1, Direction::Grant)], vec![3]));
    assert_eq!(found(&turns[2..]), (vec![], vec![]), "without the group it is what it says");
}

#[test]
fn what_is_first_seen_to_end_was_there_before() {
    let leave = decided(2, Direction::Revoke, Verb::MemberRemove);
    let off = decided(7, Direction::Revoke, Verb::PushRemove);
    assert_eq!(found(&[turn(&leave, What::Member(G)), turn(&off, What::Group(G, "app"))]).0, [(2, Direction::Revoke)]);
}

#[test]
fn the_groups_end_and_its_unassignment_from_the_last_application_end_what_it_assigned() {
    let join = decided(1, Direction::Grant, Verb::MemberAdd);
    let [on, other] = [2, 3].map(|t| decided(t, Direction::Grant, Verb::PushCreate));
    let off = decided(9, Direction::Revoke, Verb::PushRemove);
    let gone = decided(20, Direction::Revoke, Verb::GroupDelete);
    let turns = [
        turn(&join, What::Member(G)),
        turn(&on, What::Group(G, "app")),
        turn(&other, What::Group(G, "other app")),
        turn(&off, What::Group(G, "app")),
        turn(&gone, What::GroupEnds(G)),
    ];
    let expected = [(2, Direction::Grant), (3, Direction::Grant), (20, Direction::Revoke)];
    assert_eq!(found(&turns).0, expected);
}

#[test]
fn what_comes_about_while_the_person_is_away_holds_from_the_return_on() {
    let join = decided(1, Direction::Grant, Verb::MemberAdd);
    let left = decided(5, Direction::Revoke, Verb::UserDeactivate);
    let on = decided(9, Direction::Grant, Verb::PushCreate);
    let assigned = decided(10, Direction::Grant, Verb::AppAssign);
    let back = decided(20, Direction::Grant, Verb::UserActivate);
    let turns = [
        turn(&join, What::Member(G)),
        turn(&left, What::Person),
        turn(&on, What::Group(G, "app")),
        turn(&back, What::Person),
    ];
    assert_eq!(found(&turns[..3]), (vec![], vec![]));
    assert_eq!(found(&turns).0, [(20, Direction::Grant)]);
    let turns = [turn(&left, What::Person), turn(&assigned, What::Direct("app")), turn(&back, What::Person)];
    assert_eq!(found(&turns), (vec![(20, Direction::Grant)], vec![10]));
}

#[test]
fn a_return_renews_what_came_about_in_that_absence_alone() {
    let [left, again] = [5, 30].map(|t| decided(t, Direction::Revoke, Verb::UserDeactivate));
    let [join, on] = [decided(7, Direction::Grant, Verb::MemberAdd), decided(8, Direction::Grant, Verb::PushCreate)];
    let assigned = decided(9, Direction::Grant, Verb::AppAssign);
    let [back, back_again] = [20, 40].map(|t| decided(t, Direction::Grant, Verb::UserActivate));
    let turns = [
        turn(&left, What::Person),
        turn(&join, What::Member(G)),
        turn(&on, What::Group(G, "app")),
        turn(&assigned, What::Direct("app")),
        turn(&back, What::Person),
        turn(&again, What::Person),
        turn(&back_again, What::Person),
    ];
    assert_eq!(found(&turns).0, [(20, Direction::Grant)]);
}

#[test]
fn whoever_is_deleted_is_in_no_group_until_restored() {
    let join = decided(1, Direction::Grant, Verb::MemberAdd);
    let gone = decided(5, Direction::Revoke, Verb::UserDelete);
    let on = decided(9, Direction::Grant, Verb::PushCreate);
    let made = decided(20, Direction::Grant, Verb::UserCreate);
    let restored = Decision { restores: true, ..decided(20, Direction::Grant, Verb::UserActivate) };
    for (back, expected) in [(&made, vec![]), (&restored, vec![(20, Direction::Grant)])] {
        let turns = [
            turn(&join, What::Member(G)),
            turn(&gone, What::Person),
            turn(&on, What::Group(G, "app")),
            turn(back, What::Person),
        ];
        assert_eq!(found(&turns).0, expected);
    }
}

#[test]
fn an_unassignment_a_moment_before_the_last_group_ends_is_the_last() {
    let [join, on] = [decided(0, Direction::Grant, Verb::MemberAdd), decided(0, Direction::Grant, Verb::PushCreate)];
    let unassign = decided(8, Direction::Revoke, Verb::AppUnassign);
    for (left, idle) in [(9, vec![]), (10, vec![8])] {
        let left = decided(left, Direction::Revoke, Verb::MemberRemove);
        let turns = [
            turn(&join, What::Member(G)),
            turn(&on, What::Group(G, "app")),
            turn(&unassign, What::Direct("app")),
            turn(&left, What::Member(G)),
        ];
        assert_eq!(found(&turns).1, idle);
    }
}

#[test]
fn what_a_group_gave_lapses_where_another_assignment_is_left() {
    let direct = decided(0, Direction::Grant, Verb::AppAssign);
    let [join, on] = [decided(1, Direction::Grant, Verb::MemberAdd), decided(0, Direction::Grant, Verb::PushCreate)];
    let left = decided(7, Direction::Revoke, Verb::MemberRemove);
    let turns = [
        turn(&on, What::Group(G, "app")),
        turn(&direct, What::Direct("app")),
        turn(&join, What::Member(G)),
        turn(&left, What::Member(G)),
    ];
    let derived = walk(&turns, SKEW).found().derived;
    assert_eq!(derived.iter().map(|d| (d.time, d.lapses)).collect::<Vec<_>>(), [(1, 7)]);
}

#[test]
fn nobody_was_assigned_before_being_made() {
    let made = decided(0, Direction::Grant, Verb::UserCreate);
    let [join, on] = [decided(1, Direction::Grant, Verb::MemberAdd), decided(1, Direction::Grant, Verb::PushCreate)];
    let left = decided(5, Direction::Revoke, Verb::MemberRemove);
    let unassign = decided(9, Direction::Revoke, Verb::AppUnassign);
    let turns = [
        turn(&made, What::Person),
        turn(&join, What::Member(G)),
        turn(&on, What::Group(G, "app")),
        turn(&left, What::Member(G)),
        turn(&unassign, What::Direct("app")),
    ];
    assert_eq!(found(&turns).0, [(1, Direction::Grant), (5, Direction::Revoke)]);
    assert_eq!(found(&turns[1..]).0, [(1, Direction::Grant)], "who is not seen made may have been assigned before");
}
