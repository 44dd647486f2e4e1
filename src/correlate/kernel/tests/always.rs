//! What holds of every case.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::EndingKind::{Final, Restored, Suspended};
use super::super::{Case, Reason, Scope, Traced, Unpushed, Vouched, is_twin};
use super::doubts::deleted_apart;
use super::hidden::assigned_away;
use super::naive::Naive;
use super::story::{
    DAY, Fact, HOUR, LIMITS, Story, assigned, ended, given, granted, leaver, left, of_rank, of_verb, push_failed,
    pushed, repushed, returned, returner, revoked, seen, suspended, unassigned, uncreated, unpushed, unwanted, wanted,
};
use crate::change::{Direction, Verb};
use crate::correlate::Verdict;

// Few instants, so that many fall together.
fn fact() -> impl Strategy<Value = Fact> {
    let time = prop_oneof![(0i64..6).prop_map(|n| n * 60_000_000), (0i64..6).prop_map(|n| n * 7 * HOUR)];
    let scope = 0u32..3;
    (0u8..30, time, scope).prop_map(|(kind, time, scope)| match kind {
        0 => wanted(time),
        1 => unwanted(time),
        2 => left(time),
        3 => leaver(time),
        4 if scope > 0 => returner(time),
        4 => returned(time),
        5 => pushed(time),
        6 => push_failed(time),
        7 | 8 => granted(time).at(scope),
        9 | 10 => revoked(time).at(scope),
        11 if time % (14 * HOUR) == 0 => deleted_apart(time, 1 + scope % 2),
        11 => ended(time, Final).at(scope),
        12 => seen(time, time % HOUR == 0).at(scope),
        13 => of_rank(wanted(time), 1),
        14 => granted(time).at(scope).by_connector(),
        15 => revoked(time).at(scope).by_connector(),
        16 => pushed(time).by_stranger(),
        17 => suspended(time),
        18 => of_rank(suspended(time), 1),
        19 => of_verb(returned(time), Verb::UserUnsuspend),
        20 => unassigned(time),
        21 => assigned(time),
        22 => unpushed(time),
        23 => repushed(time),
        24 => wanted(time).lapsing(time + 90_000_000),
        25 => of_rank(wanted(time), 1).lapsing(time + 9 * HOUR),
        27 => assigned(time).lapsing(time),
        28 => assigned_away(time),
        26 => uncreated(time, if scope == 0 { i64::MAX } else { time + DAY * i64::from(scope) }),
        _ => ended(time, if time % DAY == 0 { Suspended } else { Restored }).at(scope),
    })
}

fn story() -> impl Strategy<Value = (Vec<Fact>, bool, bool)> {
    (prop::collection::vec(fact(), 0..12), any::<bool>(), any::<bool>())
}

/// Where nothing is that bears on a story.
const ELSEWHERE: Scope = Scope(9);

// A quarter of the stories are about a person's account. In a third effects are looked for in workspaces alone; half of all have holes in the
// account's log alone.
fn told(facts: &[Fact], has_authority_hole: bool, has_effect_hole: bool) -> Story {
    told_as(facts.len(), facts, has_authority_hole, has_effect_hole)
}

fn told_as(kind: usize, facts: &[Fact], has_authority_hole: bool, has_effect_hole: bool) -> Story {
    let story = given(facts.iter().cloned()).with(|case| {
        case.is_account = kind % 4 == 3;
        case.seen_in = [Scope(1), Scope(2)].into();
        let first = case.effects.iter().find(|e| e.scope != ELSEWHERE);
        let first = first.filter(|e| kind % 8 == 3 && e.direction == Direction::Grant);
        case.made = first.map(|e| e.time);
        if kind % 7 == 6 {
            case.remade = vec![(30 * HOUR, Scope::ACCOUNT), (28 * HOUR, Scope(1))];
        }
        if kind % 3 == 2 {
            case.effect_scopes = [Scope(1), Scope(2)].into();
        }
        if kind % 5 == 4 {
            let unseen_since = (kind % 2 == 1).then_some(HOUR);
            case.unpushed = [Unpushed { from: 6 * HOUR, until: 20 * HOUR, unseen_since }].into();
        }
    });
    let story = if has_authority_hole { story.authority_hole(10 * HOUR, 12 * HOUR) } else { story };
    match has_effect_hole {
        true if story.case.decisions.len() % 2 == 1 => story.account_hole(20 * HOUR, 22 * HOUR),
        true => story.effect_hole(20 * HOUR, 22 * HOUR),
        false => story,
    }
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
        let may_have_effect = matches!(t.reason, Reason::Matched | Reason::Late | Reason::CoverageGap);
        prop_assert!(t.effect.is_none() || may_have_effect);
        prop_assert!(t.effect.is_some() || !matches!(t.reason, Reason::Matched | Reason::Late));
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
        Fact::Decision(d) => {
            let said = format!("{:?} {} {:?} {}", d.rank, d.is_item, d.verb, d.lapses);
            (d.time, d.direction.as_str(), said)
        }
        Fact::Push(p) => (p.time, p.direction.as_str(), format!("{} {:?}", p.by_connector, p.about)),
        Fact::Effect(e) => (e.time, e.direction.as_str(), format!("{:?} {}", e.scope, e.by_connector)),
        Fact::Ending(e) => (e.time, "ends", format!("{:?}", e.kind)),
        Fact::Observation(o) => (o.time, "seen", format!("{o:?}")),
    }
}

// Of one instant at most one decision, and one effect or two opposite ones in one scope.
fn in_pairs(facts: &[Fact]) -> Vec<Fact> {
    let mut kept: Vec<Fact> = Vec::new();
    for fact in facts {
        let rivals = kept.iter().filter(|other| match (fact, other) {
            (Fact::Effect(effect), Fact::Effect(other)) => effect.time == other.time,
            (Fact::Decision(decision), Fact::Decision(other)) => decision.time == other.time,
            _ => false,
        });
        let is_pair = match (fact, &rivals.collect::<Vec<_>>()[..]) {
            (_, []) => true,
            (Fact::Effect(effect), [Fact::Effect(other)]) => {
                effect.scope == other.scope && effect.direction != other.direction
            }
            _ => false,
        };
        kept.extend(is_pair.then(|| fact.clone()));
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

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
    fn of_two_opposite_effects_of_one_instant_either_may_be_listed_first((facts, a, e) in story()) {
        let listed = told(&in_pairs(&facts), a, e);
        let verdicts = |story: &Story| {
            let (vouched, traced) = story.judge();
            let rows = vouched.iter().map(|v| (story.case.effects[v.effect].row, v.reason.verdict()));
            let traced = traced.iter().map(|t| (t.decision, t.reason.verdict())).collect::<Vec<_>>();
            (rows.collect::<BTreeMap<_, _>>(), traced)
        };
        let turned = listed.clone().with(|case| {
            case.effects.reverse();
            case.effects.sort_by_key(|e| e.time);
        });
        prop_assert_eq!(verdicts(&listed), verdicts(&turned), "{:#?}", listed.case);
    }

    #[test]
    fn a_hole_never_turns_a_pass_into_anything_else((facts, _, _) in story()) {
        let (whole, torn) = (told(&facts, false, false).judge(), told(&facts, true, true).judge());
        for (before, after) in whole.0.iter().zip(&torn.0) {
            // What is redundant leans on nothing having changed since the last record; an old decision on not having been reversed.
            let leans_on_absence =
                matches!(before.reason, Reason::NoAuthority | Reason::Redundant | Reason::State | Reason::Ambiguous);
            let is_open = after.reason == Reason::CoverageGap && leans_on_absence || after.reason == Reason::Ambiguous;
            let is_pushed = (before.reason, after.reason) == (Reason::State, Reason::Transport);
            prop_assert!(before.reason == after.reason || is_open || is_pushed);
        }
        for (before, after) in whole.1.iter().zip(&torn.1) {
            let leans_on_absence = matches!(before.reason, Reason::Late | Reason::NotPushed | Reason::Ambiguous);
            // What authorises nothing is matched along with what is authorised, which a hole may leave open.
            let is_beside = after.reason == Reason::NotPushed;
            let is_open = leans_on_absence || is_beside || after.reason == Reason::Ambiguous;
            let evidence_kept = before.effect == after.effect || is_open;
            prop_assert!(evidence_kept, "an item that has its evidence keeps it: {before:?}, {after:?}");
        }
    }

    #[test]
    fn every_pass_has_its_evidence((facts, a, e) in story()) {
        let story = told(&facts, a, e);
        for v in story.judge().0.iter().filter(|v| v.reason.verdict() == Verdict::Pass) {
            prop_assert!(has_evidence(&story.case, v), "{:?} in {:#?}", v, story.case);
        }
    }

    #[test]
    fn a_search_finds_what_a_scan_finds((facts, a, e) in story()) {
        let story = told(&facts, a, e);
        let naive = Naive { case: &story.case, limits: &LIMITS, world: story.world() };
        let vouched = super::super::vouch::vouch(&story.case, &LIMITS, story.world());
        for v in &vouched {
            prop_assert_eq!((v.reason, v.decision), naive.vouch(v.effect), "{} of {:#?}", v.effect, story.case);
        }
        for t in super::super::trace::trace(&story.case, &LIMITS, story.world(), &vouched) {
            let found = (t.reason, t.effect.map(|(row, _)| row));
            prop_assert_eq!(found, naive.trace(t.decision, &vouched), "{} of {:#?}", t.decision, story.case);
        }
    }

    #[test]
    fn another_time_is_the_same_story((facts, a, e) in story(), by in -40i64..40) {
        let by = by * DAY + 1;
        let (here, there) = (told(&facts, a, e).judge(), told(&facts, a, e).shifted(by).judge());
        let at = |t: &Traced| t.effect.map(|(row, time)| (row, time + by));
        for (before, after) in here.0.iter().zip(&there.0) {
            prop_assert_eq!(before, after);
        }
        for (before, after) in here.1.iter().zip(&there.1) {
            prop_assert_eq!((before.reason, at(before)), (after.reason, after.effect));
        }
    }

    #[test]
    fn what_happens_elsewhere_vouches_nothing_here((facts, a, e) in story(), elsewhere in prop::collection::vec(fact(), 0..4)) {
        let elsewhere = elsewhere.into_iter().filter_map(|fact| match fact {
            Fact::Effect(_) => Some(fact.at(9).by(9)),
            _ => None,
        });
        let all: Vec<Fact> = facts.iter().cloned().chain(elsewhere).collect();
        let (alone, among) = (told(&facts, a, e), told_as(facts.len(), &all, a, e));
        let here: Vec<Reason> = alone.judge().0.iter().map(|v| v.reason).collect();
        let judged = among.judge().0;
        let there = judged.iter().filter(|v| among.case.effects[v.effect].scope != ELSEWHERE);
        prop_assert_eq!(here, there.map(|v| v.reason).collect::<Vec<_>>());
    }
}

fn has_evidence(case: &Case, v: &Vouched) -> bool {
    let effect = &case.effects[v.effect];
    let near = |time: i64| LIMITS.window.holds(time, effect.time);
    let decided = v.decision.map(|d| &case.decisions[d]);
    match v.reason {
        Reason::Matched => decided.is_some_and(|d| d.direction == effect.direction && near(d.time)),
        Reason::State => decided.is_some_and(|d| d.direction == effect.direction && d.time < effect.time),
        Reason::Transport => v.push.map(|p| &case.pushes[p]).is_some_and(|p| {
            p.succeeded && p.by_connector && p.names_subject() && p.direction == effect.direction && near(p.time)
        }),
        Reason::Implied => {
            let ends = |e: &super::super::Ending| e.kind != Restored && near(e.time);
            is_twin(case, effect) || case.endings.iter().any(ends)
        }
        _ => {
            let told = case.effects.iter().map(|e| (e.scope, e.time));
            let told = told.chain(case.observations.iter().map(|o| (o.scope, o.time)));
            let told = told.filter(|(scope, time)| *scope == effect.scope && *time <= effect.time).count();
            told > 1 || case.endings.iter().any(|e| e.kind == Final && e.time < effect.time)
        }
    }
}
