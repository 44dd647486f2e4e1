//! Why a verdict came out as it did: everything that could be thought of, and what became of it.

use super::found::Undone;
use super::index::Index;
use super::link::ending_beside;
use super::marks::Span;
use super::trace::{Carrier, Tracer};
use super::{Case, Held, Instant, Limits, Reason, Vouched};
use crate::change::Direction;

/// Candidates are looked for at least this far from an effect: thirty days.
const REACH: i64 = 30 * 86_400_000_000;

/// A record that could be thought of as the authority of an effect, by its position in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// A decision.
    Decision(usize),
    /// A push.
    Push(usize),
}

/// What became of a candidate. Positions are those in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The verdict rests on it, or it is the push that carried what the verdict rests on.
    Chosen,
    /// It is of the other direction.
    OtherDirection,
    /// It authorises nothing, and only stands in the history.
    AuthorisesNothing,
    /// The push did not arrive.
    Failed,
    /// The push names the group and not this subject.
    NamesNobody,
    /// The push was made by a client that is not known to be the configured connector.
    NotByConnector,
    /// It came before the window, by so many microseconds.
    TooEarly(i64),
    /// It came after the window, by so many microseconds.
    TooLate(i64),
    /// That decision took it back before the effect.
    ReversedBy(usize),
    /// It was taken back before the effect, while another one gave the same.
    Lapsed,
    /// It vouches that effect in the same scope, or arrived with it.
    UsedBy(usize),
    /// That effect undid what it had brought about; `None` = a snapshot saw it undone.
    UndoneBy(Option<usize>),
    /// That ending deleted what it had found in effect.
    DeletedBy(usize),
    /// The effect came by itself with that ending, which the decision brought about.
    CameWith(usize),
    /// A stronger one was chosen.
    Weaker,
    /// One as strong was chosen: it is nearer, or leaves more effects their own.
    Farther,
    /// It could have been; the verdict rests on something else, or on nothing that is sure.
    NotNeeded,
}

/// One candidate, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The record.
    pub evidence: Evidence,
    /// How long before the effect it stands, in microseconds; negative = after it.
    pub lag: i64,
    /// What became of it.
    pub fate: Fate,
}

/// Every decision and push that could be thought of for an effect, within the look-back or thirty days on either side,
/// in the order of time. `vouched` is what the kernel says of the same case, `effect` a position in it.
pub fn candidates(case: &Case, limits: &Limits, vouched: &[Vouched], effect: usize) -> Vec<Candidate> {
    let index = Index::of(case);
    let span = index.marks().span(case.effects[effect].scope, case.effects[effect].account);
    let weigher = Weigher { index: &index, limits, vouched, effect, span };
    let now = case.effects[effect].time;
    let reach = limits.window.look_back.max(REACH);
    let is_near = |time: Instant| time.abs_diff(now) <= reach.unsigned_abs();
    let decisions = (0..case.decisions.len()).map(|d| (case.decisions[d].time, Evidence::Decision(d)));
    let pushes = (0..case.pushes.len()).filter(|&p| case.pushes[p].carries());
    let pushes = pushes.map(|p| (case.pushes[p].time, Evidence::Push(p)));
    let mut all: Vec<_> = decisions.chain(pushes).filter(|(time, _)| is_near(*time)).collect();
    all.sort_unstable();
    let weigh = |(time, evidence)| {
        let fate = match evidence {
            Evidence::Decision(d) => weigher.decision(d),
            Evidence::Push(p) => weigher.push(p),
        };
        Candidate { evidence, lag: now - time, fate }
    };
    all.into_iter().map(weigh).collect()
}

struct Weigher<'a> {
    index: &'a Index<'a>,
    limits: &'a Limits,
    vouched: &'a [Vouched],
    effect: usize,
    span: Span,
}

impl Weigher<'_> {
    fn case(&self) -> &Case {
        self.index.case
    }

    fn decision(&self, d: usize) -> Fate {
        let (decision, effect) = (&self.case().decisions[d], &self.case().effects[self.effect]);
        let judged = &self.vouched[self.effect];
        if judged.decision == Some(d) {
            return Fate::Chosen;
        }
        if decision.direction != effect.direction {
            return Fate::OtherDirection;
        }
        let Some(rank) = decision.rank else { return Fate::AuthorisesNothing };
        let user = |v: &&Vouched| v.decision == Some(d) && self.case().effects[v.effect].scope == effect.scope;
        let ending = ending_beside(self.index, self.limits, &self.span, self.index.marks().place(self.effect));
        if let Some(reversal) = self.index.last_reversal(d, effect.time) {
            Fate::ReversedBy(reversal)
        } else if decision.lapses <= effect.time {
            Fate::Lapsed
        } else if let Some(used) = self.vouched.iter().find(user) {
            Fate::UsedBy(used.effect)
        } else if let Some(at) = self.index.undone(&self.span, d, self.index.marks().place(self.effect), self.limits) {
            Fate::UndoneBy(self.index.marks().get(at).effect)
        } else if let Some(outside) = self.outside(decision.time) {
            outside
        } else if let Some(ending) = ending.filter(|_| rank > 0) {
            Fate::CameWith(ending)
        } else {
            match judged.decision.map(|chosen| self.case().decisions[chosen].rank) {
                None => Fate::NotNeeded,
                Some(chosen) if chosen < Some(rank) => Fate::Weaker,
                Some(_) => Fate::Farther,
            }
        }
    }

    fn push(&self, p: usize) -> Fate {
        let (push, effect) = (&self.case().pushes[p], &self.case().effects[self.effect]);
        let judged = &self.vouched[self.effect];
        if judged.push == Some(p) {
            Fate::Chosen
        } else if push.direction != effect.direction {
            Fate::OtherDirection
        } else if !push.names_subject() {
            Fate::NamesNobody
        } else if !push.by_connector {
            Fate::NotByConnector
        } else if !push.succeeded {
            Fate::Failed
        } else if let Some(outside) = self.outside(push.time) {
            outside
        } else if let Some(used) = self.arrived_with(push.time) {
            Fate::UsedBy(used)
        } else if let Some(undone) = self.undone_push(p) {
            match undone {
                Undone::By(effect) => Fate::UndoneBy(effect),
                Undone::Deleted(ending) => Fate::DeletedBy(ending),
            }
        } else if judged.reason == Reason::Transport {
            Fate::Farther
        } else {
            Fate::NotNeeded
        }
    }

    fn undone_push(&self, p: usize) -> Option<Undone> {
        self.index.push_undone(&self.span, p, self.index.marks().place(self.effect), self.limits)
    }

    fn outside(&self, time: Instant) -> Option<Fate> {
        let (from, to) = self.limits.window.around(self.case().effects[self.effect].time);
        match time {
            time if time < from => Some(Fate::TooEarly(from - time)),
            time if time > to => Some(Fate::TooLate(time - to)),
            _ => None,
        }
    }

    // An earlier effect of the same kind in the scope that the push was there for.
    fn arrived_with(&self, pushed: Instant) -> Option<usize> {
        let effect = &self.case().effects[self.effect];
        let is_like = |e: usize| {
            let other = &self.case().effects[e];
            other.scope == effect.scope && other.direction == effect.direction && other.time < effect.time
        };
        (0..self.effect)
            .rfind(|&e| is_like(e))
            .filter(|&e| self.case().effects[e].time >= pushed - self.limits.window.skew)
    }
}

/// What became of an effect that was considered for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It carried the decision out.
    CarriedOut,
    /// It did the opposite.
    OtherDirection,
    /// It came when the decision had been taken back.
    AfterReversal,
    /// It stood before the decision, and was undone again by then.
    UndoneBefore,
    /// It changed nothing: the access was as it says already.
    Redundant,
    /// Another one came first, or reaches farther.
    Another,
}

/// What followed a decision. Positions are those in the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The instant by which it had to be carried out.
    pub due: Instant,
    /// The decision that took it back.
    pub reversal: Option<usize>,
    /// What was known of the access right before it, in whatever scope.
    pub before: Held,
    /// The effect that carried it out.
    pub effect: Option<usize>,
    /// The end of the person or the group that carried it out.
    pub ending: Option<usize>,
    /// Pushes of its direction from it on, up to its reversal, and the one that failed to create the account, in the order of time.
    pub pushes: Vec<usize>,
    /// Effects from it on, up to the later of the time it was due and thirty days, and what became of each.
    pub effects: Vec<(usize, Seen)>,
}

/// What followed a decision and what became of it. `vouched` is what the kernel says of the same case.
pub fn story(case: &Case, limits: &Limits, vouched: &[Vouched], decision: usize) -> Story {
    let index = Index::of(case);
    let tracer = Tracer::new(&index, limits, vouched);
    let decided = &case.decisions[decision];
    let due = tracer.due(decided);
    let carrier = tracer.carried_out(decision);
    let (from, until) = (decided.time - limits.window.skew, index.reversed_at(decision));
    let to = due.max(decided.time.saturating_add(REACH));
    let is_near = |time: Instant| (from..=to).contains(&time);
    let seen = |e: usize| {
        let effect = &case.effects[e];
        let seen = if carrier == Some(Carrier::Effect(e)) {
            Seen::CarriedOut
        } else if effect.direction != decided.direction {
            Seen::OtherDirection
        } else if effect.time >= until {
            Seen::AfterReversal
        } else if tracer.is_undone_before(e, decided.time) {
            Seen::UndoneBefore
        } else if vouched[e].reason == Reason::Redundant {
            Seen::Redundant
        } else {
            Seen::Another
        };
        (e, seen)
    };
    let is_its = |p: &usize| {
        let push = &case.pushes[*p];
        push.carries() && push.direction == decided.direction && (from..until).contains(&push.time)
    };
    let uncreated = tracer.uncreated(decision).filter(|_| carrier.is_none());
    Story {
        due,
        reversal: index.first_reversal(decision),
        before: tracer.held_before(decision),
        effect: carrier.and_then(|by| if let Carrier::Effect(e) = by { Some(e) } else { None }),
        ending: carrier.and_then(|by| if let Carrier::Ending(e) = by { Some(e) } else { None }),
        pushes: (0..case.pushes.len()).filter(|p| is_its(p) || uncreated == Some(*p)).collect(),
        effects: (0..case.effects.len()).filter(|&e| is_near(case.effects[e].time)).map(seen).collect(),
    }
}

/// What was known of the access in the effect's scope right before and right after it.
pub fn state_around(case: &Case, effect: usize) -> (Held, Held) {
    let index = Index::of(case);
    let (scope, time) = (case.effects[effect].scope, case.effects[effect].time);
    let span = index.marks().span(scope, case.effects[effect].account);
    let mark = index.marks().before(&span, index.marks().place(effect));
    let before = match (index.endings.last_final(scope, time - 1), mark) {
        (Some(end), mark) if mark.is_none_or(|mark| mark.time <= end) => Held::No,
        (_, None) => Held::Unknown,
        (_, Some(mark)) if mark.is_held => Held::Yes,
        _ => Held::No,
    };
    let after = if case.effects[effect].direction == Direction::Grant { Held::Yes } else { Held::No };
    let is_suspended = index.is_suspended(scope, time);
    let in_force = |held| if held == Held::Yes && is_suspended { Held::Suspended } else { held };
    (in_force(before), in_force(after))
}
