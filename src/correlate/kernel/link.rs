//! Which decision authorises which effect, scope by scope.

use super::super::assign::{Offer, assign};
use super::against::Against;
use super::index::{Index, side};
use super::marks::Span;
use super::standing::Standing;
use super::{Instant, Limits};
use crate::change::Direction;

/// Which decision is whose, by position of the effect.
pub(super) struct Links {
    /// The decision that vouches the effect, or would if it needed any.
    pub(super) vouching: Vec<Option<usize>>,
    /// The decision that the effect carries out, were no reversal carried out before its turn.
    pub(super) in_turn: Vec<Option<usize>>,
}

/// For each effect the decision that vouches it. Decisions vouch at most one effect per scope; what needs no authority
/// (a twin, an automatic act) uses one up all the same, so that none is left over for what follows.
pub(super) fn links(index: &Index<'_>, limits: &Limits, standing: &[Standing]) -> Links {
    let effects = &index.case.effects;
    let mut in_turn = vec![None; effects.len()];
    if index.case.decisions.is_empty() {
        return Links { vouching: in_turn.clone(), in_turn };
    }
    link_all(index, limits, standing, None, &mut in_turn);
    let is_in_flight = |(e, d): (usize, &Option<usize>)| d.is_some_and(|d| index.reversed_at(d) <= effects[e].time);
    let mut vouching = in_turn.clone();
    if in_turn.iter().enumerate().any(is_in_flight) {
        vouching.fill(None);
        link_all(index, limits, standing, Some(&in_turn), &mut vouching);
    }
    Links { vouching, in_turn }
}

fn link_all(
    index: &Index<'_>,
    limits: &Limits,
    standing: &[Standing],
    in_turn: Option<&[Option<usize>]>,
    links: &mut [Option<usize>],
) {
    for span in index.marks().spans() {
        for direction in [Direction::Grant, Direction::Revoke] {
            let used = if direction == Direction::Grant { used(index, span, links) } else { Vec::new() };
            link(&Scoped { index, limits, span, side: side(direction), in_turn, used }, standing, links);
        }
    }
}

// What gave another account of the person, and when: in the order of the accounts.
fn used(index: &Index<'_>, span: &Span, links: &[Option<usize>]) -> Vec<(usize, Instant)> {
    if span.account == 0 {
        return Vec::new();
    }
    let others = index.case.effects.iter().zip(links);
    let others = others.filter(|(e, _)| e.scope == span.scope && e.account != span.account);
    others.filter(|(e, _)| side(e.direction) == 0).filter_map(|(e, d)| Some(((*d)?, e.time))).collect()
}

struct Scoped<'a> {
    index: &'a Index<'a>,
    limits: &'a Limits,
    span: &'a Span,
    side: usize,
    in_turn: Option<&'a [Option<usize>]>,
    /// Decisions that gave another account of the person, and when.
    used: Vec<(usize, Instant)>,
}

/// An effect that takes a decision.
struct Taker {
    effect: usize,
    place: usize,
    time: Instant,
    /// It comes by itself with the end of the person or group, so that what ended them is no evidence of its own.
    is_consequence: bool,
    /// When it was undone.
    undone_at: Instant,
    /// When what it undoes was done, if that is known.
    began: Option<Instant>,
    /// What spoke against it; `None` = not asked yet.
    against: Option<Against>,
}

/// A decision that may be taken.
struct Decided {
    decision: usize,
    time: Instant,
    is_consequence: bool,
    reversed_at: Instant,
    /// The mark that undid what the decision had found in effect.
    undone: usize,
}

fn link(scoped: &Scoped<'_>, standing: &[Standing], links: &mut [Option<usize>]) {
    let takers = scoped.takers(standing);
    let decided = scoped.decided(&takers);
    if decided.is_empty() {
        return;
    }
    let decisions = &scoped.index.case.decisions;
    if let [taker] = &takers[..] {
        let may = decided.iter().filter(|d| scoped.may_take(d, taker)).map(|d| d.decision);
        let is_over = |d: usize| scoped.index.reversed_at(d) <= taker.time;
        let nearest = may.min_by_key(|&d| (is_over(d), decisions[d].rank, decisions[d].time.abs_diff(taker.time)));
        links[taker.effect] = nearest;
        return;
    }
    let offer = |d: &Decided| Offer {
        time: decisions[d.decision].time,
        rank: decisions[d.decision].rank.unwrap_or(u8::MAX),
        until: d.reversed_at,
        renewed: match scoped.index.first_reversal(d.decision) {
            Some(reversal) => decided.partition_point(|other| other.decision < reversal),
            None => decided.len(),
        },
    };
    let offers: Vec<Offer> = decided.iter().map(offer).collect();
    let times: Vec<Instant> = takers.iter().map(|e| e.time).collect();
    let chosen = assign(&offers, &times, scoped.limits.window, |d, e| scoped.may_take(&decided[d], &takers[e]));
    for (taker, d) in takers.iter().zip(chosen) {
        links[taker.effect] = d.map(|d| decided[d].decision);
    }
}

impl Scoped<'_> {
    // A push in flight when the decision was reversed is still authorised, provided that the reversal was carried out in
    // turn: after it, and not before.
    fn may_take(&self, decided: &Decided, taker: &Taker) -> bool {
        let look_back = self.limits.window.look_back;
        let has_answered =
            |against: &Against| against.has_answered(decided.decision, decided.reversed_at, decided.is_consequence);
        let is_overruled = decided.reversed_at <= taker.time
            && (taker.undone_at > decided.reversed_at.saturating_add(look_back)
                || self.is_idle(decided, taker)
                || taker.against.as_ref().is_some_and(has_answered));
        let comes_by_itself = decided.is_consequence && taker.is_consequence;
        let is_spent = decided.undone < taker.place;
        // Skew lets an effect stand a little before its decision, but not one that was undone again by then.
        let is_gone = taker.undone_at < decided.time;
        let is_anothers = !self.index.case.effects[taker.effect].by_connector && self.is_used(decided);
        !(is_overruled || comes_by_itself || is_spent || is_gone || is_anothers)
    }

    // Decisions that say the same are used together.
    fn is_used(&self, decided: &Decided) -> bool {
        let end = |d: usize| self.index.first_reversal(d);
        self.used.iter().any(|(d, at)| decided.time <= *at && end(*d) == end(decided.decision))
    }

    // A departure that was lifted takes nothing unless a decision gives it back, and what came after the return only where
    // that decision did, too.
    fn is_idle(&self, decided: &Decided, taker: &Taker) -> bool {
        let is_later = taker.began.is_some_and(|began| began >= decided.reversed_at);
        let since = if is_later { decided.time } else { Instant::MIN };
        let until = taker.undone_at.saturating_add(self.limits.window.skew);
        self.side == 1 && self.index.ranked(0, since..=until).is_empty()
    }

    fn takers(&self, standing: &[Standing]) -> Vec<Taker> {
        let places = self.span.marks.clone();
        let taker = |place: usize| {
            let mark = self.index.marks().get(place);
            let effect = mark.effect.filter(|&e| standing[e] != Standing::Redundant)?;
            (usize::from(!mark.is_held) == self.side).then(|| Taker {
                effect,
                place,
                time: mark.time,
                is_consequence: ending_beside(self.index, self.limits, self.span, place).is_some(),
                undone_at: undone_at(self.index, self.span, place).unwrap_or(Instant::MAX),
                began: began(self.index, self.span, place),
                against: self.in_turn.map(|in_turn| Against::of(self.index, self.span, place, in_turn)),
            })
        };
        places.filter_map(taker).collect()
    }

    fn decided(&self, takers: &[Taker]) -> Vec<Decided> {
        let mut all: Vec<Decided> = Vec::new();
        for taker in takers {
            let (from, to) = self.limits.window.around(taker.time);
            let near = self.index.ranked(self.side, from..=to);
            let new = near.partition_point(|&d| all.last().is_some_and(|last| d <= last.decision));
            all.extend(near[new..].iter().map(|&d| self.decide(d)));
        }
        all
    }

    fn decide(&self, d: usize) -> Decided {
        let decision = &self.index.case.decisions[d];
        let undone = if self.index.is_moot(self.span, d, self.limits) {
            let since = self.index.marks().since(self.span, decision.time);
            self.index.marks().next(self.span, since, 1 - self.side)
        } else {
            None
        };
        Decided {
            decision: d,
            time: decision.time,
            is_consequence: decision.rank.is_some_and(|rank| rank > 0),
            reversed_at: self.index.reversed_at(d),
            undone: undone.unwrap_or(usize::MAX),
        }
    }
}

/// When what the mark at the place tells of was undone: by an effect, as a snapshot saw, or by the end of the person or group.
pub(super) fn undone_at(index: &Index<'_>, span: &Span, place: usize) -> Option<Instant> {
    let mark = index.marks().get(place);
    let opposite = index.marks().next(span, place + 1, usize::from(mark.is_held)).map(|at| index.marks().get(at).time);
    let end = index.endings.first_end(span.scope, mark.time + 1).filter(|_| mark.is_held).map(|(time, _)| time);
    opposite.into_iter().chain(end).min()
}

// A snapshot tells that it was there, not since when.
fn began(index: &Index<'_>, span: &Span, place: usize) -> Option<Instant> {
    let is_held = index.marks().get(place).is_held;
    let (first, _) = index.marks().run(span, place, usize::from(is_held))?;
    first.effect.map(|_| first.time)
}

/// The end of the person or the group that a removal is the consequence of: in its window, with no grant and no return since.
pub(super) fn ending_beside(index: &Index<'_>, limits: &Limits, span: &Span, place: usize) -> Option<usize> {
    let mark = index.marks().get(place);
    if mark.is_held {
        return None;
    }
    let (from, to) = limits.window.around(mark.time);
    let (time, end) = index.endings.last_end(span.scope, to).filter(|(time, _)| *time >= from)?;
    // A snapshot that still saw the access of a person who was deactivated saw no grant.
    let before = (span.marks.start..place).rev().map(|at| index.marks().get(at)).find(|mark| mark.effect.is_some());
    let granted = before.filter(|before| before.is_held).map(|before| before.time);
    let restored = index.endings.last_restored(span.scope, mark.time);
    (granted.is_none_or(|t| t <= time) && restored.is_none_or(|t| t <= time)).then_some(end)
}
