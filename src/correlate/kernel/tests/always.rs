//! What holds of every case.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::{Case, Reason, Traced, Vouched};
use super::story::{
    DAY, Fact, HOUR, LIMITS, Story, ended, given, granted, leaver, left, push_failed, pushed, returned, revoked,
    unwanted, wanted,
};
use crate::correlate::Verdict;

// Few instants, so that many fall together.
fn fact() -> impl Strategy<Value = Fact> {
    let time = prop_oneof![(0i64..6).prop_map(|n| n * 60_000_000), (0i64..6).prop_map(|n| n * 7 * HOUR)];
    let scope = 0u32..3;
    (0u8..13, time, scope).prop_map(|(kind, time, scope)| match kind {
        0 => wanted(time),
        1 => unwanted(time),
        2 => left(time),
        3 => leaver(time),
        4 => returned(time),
        5 => pushed(time),
        6 => push_failed(time),
        7 | 8 => granted(time).at(scope),
        9 | 10 => revoked(time).at(scope),
        11 => ended(time, Final).at(scope),
        _ => ended(time, if time % DAY == 0 { Suspended } else { Restored }).at(scope),
    })
}

fn story() -> impl Strategy<Value = (Vec<Fact>, bool, bool)> {
    (prop::collection::vec(fact(), 0..9), any::<bool>(), any::<bool>())
}

fn told(facts: &[Fact], has_authority_hole: bool, has_effect_hole: bool) -> Story {
    let story = given(facts.iter().cloned());
    let story = if has_authority_hole { story.authority_hole(10 * HOUR, 12 * HOUR) } else { story };
    if has_effect_hole { story.effect_hole(20 * HOUR, 22 * HOUR) } else { story }
}

fn belongs_to_vouching(reason: Reason) -> bool {
    use Reason::{
        Ambiguous, AutomaticIdentityManagement, CoverageGap, Implied, JustInTime, Matched, NoAuthority,
        PlatformInternal, Redundant, State, Transport, UnresolvedSubject,
    };
    matches!(reason, Matched | Transport | State | Implied | Redundant | NoAuthority | CoverageGap | UnresolvedSubject)
        || matches!(reason, Ambiguous | PlatformInternal | AutomaticIdentityManagement | JustInTime)
}

fn belongs_to_tracing(reason: Reason) -> bool {
    use Reason::{
        AlreadyInEffect, Ambiguous, CoverageGap, Failed, Late, Matched, Missing, NotPushed, Superseded,
        UnresolvedSubject, WindowOpen,
    };
    matches!(reason, Matched | AlreadyInEffect | Late | Missing | Failed | WindowOpen)
        || matches!(reason, Ambiguous | CoverageGap | UnresolvedSubject | NotPushed | Superseded)
}

fn check_vouched(case: &Case, vouched: &[Vouched]) -> Result<(), TestCaseError> {
    let judged: Vec<usize> = vouched.iter().map(|v| v.effect).collect();
    prop_assert_eq!(judged, (0..case.effects.len()).collect::<Vec<_>>(), "every effect once");
    let mut used = BTreeMap::new();
    for v in vouched {
        let effect = &case.effects[v.effect];
        prop_assert!(belongs_to_vouching(v.reason), "{:?}", v.reason);
        prop_assert_eq!(v.decision.is_some(), matches!(v.reason, Reason::Matched | Reason::State));
        prop_assert_eq!(v.hole.is_some(), v.reason == Reason::CoverageGap);
        let Some(decision) = v.decision.map(|d| &case.decisions[d]) else { continue };
        prop_assert_eq!(decision.direction, effect.direction, "never the opposite direction");
        prop_assert!(decision.rank.is_some(), "only what authorises");
        if v.reason == Reason::Matched {
            prop_assert!(LIMITS.window.holds(decision.time, effect.time), "within the window");
            let before = used.insert((v.decision, &effect.scope), v.effect);
            prop_assert_eq!(before, None, "one effect a decision and scope");
        }
    }
    Ok(())
}

fn check_traced(case: &Case, traced: &[Traced]) -> Result<(), TestCaseError> {
    let items: Vec<usize> = (0..case.decisions.len()).filter(|d| case.decisions[*d].is_item).collect();
    prop_assert_eq!(traced.iter().map(|t| t.decision).collect::<Vec<_>>(), items, "every item decision once");
    for t in traced {
        let decision = &case.decisions[t.decision];
        prop_assert!(belongs_to_tracing(t.reason), "{:?}", t.reason);
        prop_assert_eq!(t.hole.is_some(), t.reason == Reason::CoverageGap);
        prop_assert_eq!(t.effect.is_some(), matches!(t.reason, Reason::Matched | Reason::Late));
        if let Some((_, time)) = t.effect {
            prop_assert!(time >= decision.time - LIMITS.window.skew, "not before it was decided");
            prop_assert_eq!(
                time <= decision.time + DAY,
                t.reason == Reason::Matched,
                "late is later than the time allowed"
            );
        }
    }
    Ok(())
}

/// What was judged, whatever the order in which equal inputs came.
fn essence(story: &Story) -> (Vec<String>, Vec<String>) {
    let (vouched, traced) = story.judge();
    let of_effect = |v: &Vouched| {
        let e = &story.case.effects[v.effect];
        format!("{} {:?} {} {:?}", e.time, e.scope, e.direction.as_str(), v.reason)
    };
    let of_decision = |t: &Traced| {
        let d = &story.case.decisions[t.decision];
        format!("{} {} {:?} {:?}", d.time, d.direction.as_str(), d.rank, t.reason)
    };
    let mut all =
        (vouched.iter().map(of_effect).collect::<Vec<_>>(), traced.iter().map(of_decision).collect::<Vec<_>>());
    all.0.sort();
    all.1.sort();
    all
}

// Which of two unlike inputs of one instant came first is the records' order to say; alike inputs have no order.
fn alike(fact: &Fact) -> (i64, &str, String) {
    match fact {
        Fact::Decision(d) => (d.time, d.direction.as_str(), format!("{:?} {}", d.rank, d.is_item)),
        Fact::Push(p) => (p.time, p.direction.as_str(), String::new()),
        Fact::Effect(e) => (e.time, e.direction.as_str(), format!("{:?}", e.scope)),
        Fact::Ending(e) => (e.time, "ends", format!("{:?}", e.kind)),
        Fact::Observation(o) => (o.time, "seen", format!("{o:?}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn every_effect_and_decision_gets_one_reason_and_links_are_sound((facts, a, e) in story()) {
        let story = told(&facts, a, e);
        let (vouched, traced) = story.judge();
        check_vouched(&story.case, &vouched)?;
        check_traced(&story.case, &traced)?;
    }

    #[test]
    fn the_order_in_which_equal_inputs_were_added_changes_nothing((facts, a, e) in story()) {
        let mut forth = facts;
        forth.sort_by(|x, y| alike(x).cmp(&alike(y)));
        let mut back: Vec<Fact> = forth.iter().rev().cloned().collect();
        back.sort_by(|x, y| alike(x).cmp(&alike(y)));
        prop_assert_eq!(essence(&told(&forth, a, e)), essence(&told(&back, a, e)));
    }

    #[test]
    fn a_hole_never_turns_a_pass_into_anything_else((facts, _, _) in story()) {
        let (whole, torn) = (told(&facts, false, false).judge(), told(&facts, true, true).judge());
        for (before, after) in whole.0.iter().zip(&torn.0) {
            prop_assert!(before.reason == after.reason || before.reason == Reason::NoAuthority);
            prop_assert!(after.reason != Reason::CoverageGap || before.reason.verdict() == Verdict::Exception);
        }
        for (before, after) in whole.1.iter().zip(&torn.1) {
            let evidence_kept = before.effect == after.effect;
            prop_assert!(evidence_kept, "an item that has its evidence keeps it");
        }
    }
}
