//! Every verdict can be told with all that was thought of.

use super::super::EndingKind::{Final, Suspended};
use super::super::{About, Evidence, Fate, Held, Seen, candidates, state_around, story};
use super::story::{
    DAY, Fact, HOUR, LIMITS, MINUTE, SECOND, ended, given, granted, left, of_rank, push_failed, pushed, returned,
    revoked, seen, unwanted, wanted,
};

/// The fates of the decisions and the pushes that an effect might rest on.
#[track_caller]
fn told(facts: Vec<Fact>, effect: usize, decisions: &[Fate], pushes: &[Fate]) {
    let story = given(facts);
    let all = candidates(&story.case, &LIMITS, &story.judge().0, effect);
    let of = |is_decision: bool| {
        let kept = all.iter().filter(|c| matches!(c.evidence, Evidence::Decision(_)) == is_decision);
        kept.map(|c| c.fate).collect::<Vec<_>>()
    };
    assert_eq!((of(true), of(false)), (decisions.to_vec(), pushes.to_vec()), "{:#?}", story.case);
}

#[test]
fn candidates_tell_why_they_lost() {
    use Fate::{
        AuthorisesNothing, CameWith, Chosen, DeletedBy, Failed, Farther, NotByConnector, NotNeeded, OtherDirection,
        ReversedBy, TooEarly, TooLate, UndoneBy, UsedBy, Weaker,
    };
    told(vec![wanted(0), pushed(MINUTE), granted(HOUR)], 0, &[Chosen], &[Chosen]);
    told(vec![wanted(0), wanted(MINUTE), granted(HOUR)], 0, &[Farther, Chosen], &[]);
    told(vec![wanted(0), of_rank(wanted(MINUTE), 1), granted(HOUR)], 0, &[Chosen, Weaker], &[]);
    told(vec![unwanted(0), returned(1), granted(HOUR)], 0, &[OtherDirection, AuthorisesNothing], &[]);
    told(vec![granted(HOUR), wanted(2 * HOUR)], 0, &[TooLate(55 * MINUTE)], &[]);
    told(vec![wanted(0), unwanted(MINUTE), granted(HOUR)], 0, &[ReversedBy(1), OtherDirection], &[]);
    let again = || vec![wanted(0), granted(MINUTE), revoked(HOUR), granted(2 * HOUR)];
    told(again(), 2, &[UsedBy(0)], &[]);
    told([again(), vec![granted(20 * DAY)]].concat(), 3, &[UsedBy(0)], &[]);
    told(vec![seen(-1, true), wanted(0), revoked(HOUR), granted(2 * HOUR)], 1, &[UndoneBy(Some(0))], &[]);
    told(vec![seen(-1, true), wanted(0), seen(HOUR, false), granted(2 * HOUR)], 0, &[UndoneBy(None)], &[]);
    told(vec![wanted(0), granted(MINUTE), wanted(HOUR), granted(2 * HOUR)], 1, &[UsedBy(0), NotNeeded], &[]);
    told(vec![left(0), ended(MINUTE, Suspended), revoked(HOUR)], 0, &[CameWith(0)], &[]);
    told(vec![wanted(0), granted(30 * DAY)], 0, &[Chosen], &[]);
    told(vec![wanted(0), granted(30 * DAY + 1)], 0, &[], &[]);
    told(vec![push_failed(0), pushed(MINUTE), granted(HOUR)], 0, &[], &[Failed, Chosen]);
    told(vec![pushed(0), pushed(MINUTE), granted(HOUR)], 0, &[], &[Chosen, Farther]);
    told(vec![pushed(0), granted(MINUTE), revoked(HOUR), granted(2 * HOUR)], 2, &[], &[UsedBy(0)]);
    let deleted = vec![granted(-HOUR), pushed(0), ended(MINUTE, Final), granted(HOUR)];
    told(deleted, 1, &[], &[DeletedBy(0)]);
    told(vec![pushed(0).by_stranger(), granted(MINUTE)], 0, &[], &[NotByConnector]);
    told(vec![pushed(0), granted(2 * DAY)], 0, &[], &[TooEarly(DAY)]);
    let ambiguous = vec![wanted(0), unwanted(0), granted(MINUTE)];
    told(ambiguous, 0, &[ReversedBy(1), OtherDirection], &[]);
}

#[test]
fn a_push_that_names_nobody_says_so() {
    let story = given([pushed(0), granted(MINUTE)]).with(|case| case.pushes[0].about = About::Group);
    let all = candidates(&story.case, &LIMITS, &story.judge().0, 0);
    assert_eq!(all[0].fate, Fate::NamesNobody);
    assert_eq!(all[0].lag, MINUTE);
}

#[test]
fn a_story_tells_what_followed_a_decision() {
    let case = given([
        seen(-DAY, false),
        granted(-2 * MINUTE),
        revoked(-MINUTE),
        wanted(0),
        push_failed(MINUTE),
        revoked(HOUR),
        granted(2 * HOUR),
        granted(3 * HOUR),
        unwanted(4 * HOUR),
        granted(5 * HOUR),
    ]);
    let told = story(&case.case, &LIMITS, &case.judge().0, 0);
    assert_eq!((told.due, told.reversal, told.before), (DAY, Some(1), Held::No));
    assert_eq!((told.effect, told.ending), (Some(3), None));
    assert_eq!(told.pushes, [0]);
    let fates: Vec<Seen> = told.effects.iter().map(|(_, seen)| *seen).collect();
    use Seen::{AfterReversal, CarriedOut, OtherDirection, Redundant, UndoneBefore};
    assert_eq!(fates, [UndoneBefore, OtherDirection, OtherDirection, CarriedOut, Redundant, AfterReversal]);
}

#[test]
fn a_story_names_the_end_that_carried_a_removal_out_and_the_second_scope() {
    let case = given([unwanted(0), ended(HOUR, Final)]);
    let told = story(&case.case, &LIMITS, &[], 0);
    assert_eq!((told.effect, told.ending), (None, Some(0)));
    let case = given([wanted(0), granted(MINUTE).at(1), granted(HOUR).at(2)]);
    let told = story(&case.case, &LIMITS, &case.judge().0, 0);
    assert_eq!(told.effects, [(0, Seen::CarriedOut), (1, Seen::Another)]);
}

#[test]
fn the_state_around_an_effect_is_what_the_records_of_its_scope_say() {
    use Held::{No, Suspended as Out, Unknown, Yes};
    let around = |facts: Vec<Fact>, effect| state_around(&given(facts).case, effect);
    assert_eq!(around(vec![granted(0)], 0), (Unknown, Yes));
    assert_eq!(around(vec![seen(0, true), revoked(0)], 0), (Yes, No));
    assert_eq!(around(vec![granted(0), revoked(1).at(1)], 1), (Unknown, No));
    assert_eq!(around(vec![granted(0), ended(SECOND, Final), granted(HOUR)], 1), (No, Yes));
    assert_eq!(around(vec![granted(0), ended(SECOND, Suspended), granted(HOUR)], 1), (Out, Out));
    assert_eq!(around(vec![granted(0), ended(HOUR, Suspended), granted(HOUR)], 1), (Yes, Yes));
}
