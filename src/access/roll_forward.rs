//! Opening listing, plus what was granted, less what was revoked, against the closing listing: the reconciliation of STA-01.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use super::{Fact, History, Instant, Listing, Pair, What};

/// What a listing says of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighted<'a> {
    /// When the listing was made.
    pub time: Instant,
    /// Its event.
    pub event_id: &'a str,
    /// Whether the pair was held.
    pub held: bool,
}

/// What remains between the replay and the closing listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Residue {
    /// Nothing.
    None,
    /// They differ, but a change lies so close to one of the listings that it may or may not be in it.
    Explained,
    /// The closing listing holds what no grant gave.
    UnloggedGrant,
    /// The closing listing lacks what no revoke took.
    UnloggedRevoke,
    /// One of the two listings does not speak of the pair, or there is none.
    NotEstablished,
}

/// One pair, rolled forward from the opening to the closing listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rolled<'a> {
    /// The pair.
    pub pair: Pair<'a>,
    /// The last listing at or before the beginning of the period that speaks of the pair, else the first inside the period;
    /// `None` = no listing does.
    pub opening: Option<Sighted<'a>>,
    /// Grants between the listings that changed something; in the period, where a listing is missing.
    pub granted: u32,
    /// Revokes and deletions that did.
    pub revoked: u32,
    /// Whether it is held by opening and changes; `None` = a listing is missing.
    pub replayed: Option<bool>,
    /// The first listing at or after the end of the period, else the last before it, but later than the opening one; `None` = no
    /// listing is.
    pub closing: Option<Sighted<'a>>,
    /// What remains.
    pub residue: Residue,
    /// The events of those grants, revokes and deletions, in the order of time.
    pub event_ids: Vec<&'a str>,
    /// When the last grant, revoke or deletion between the listings was logged, whether or not it changed something: what was held then
    /// is known. `None` = there is none, or a listing is missing.
    pub known_at: Option<Instant>,
}

/// The reconciliation: counts of pairs of which both listings speak.
///
/// `opening + granted - revoked = replayed`, and
/// `replayed + explained_grants - explained_revokes + unlogged_grants - unlogged_revokes = closing`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Held in the opening listing.
    pub opening: u64,
    /// Grants that changed something.
    pub granted: u64,
    /// Revokes and deletions that did.
    pub revoked: u64,
    /// Held by replay.
    pub replayed: u64,
    /// In the closing listing only, by a change close to a listing.
    pub explained_grants: u64,
    /// In the replay only, by a change close to a listing.
    pub explained_revokes: u64,
    /// In the closing listing only.
    pub unlogged_grants: u64,
    /// In the replay only.
    pub unlogged_revokes: u64,
    /// Held in the closing listing.
    pub closing: u64,
    /// Pairs that cannot be reconciled, since a listing is missing; in none of the other counts.
    pub not_established: u64,
}

impl Totals {
    /// True when both sums come out.
    pub const fn ties_out(&self) -> bool {
        self.opening + self.granted == self.revoked + self.replayed
            && self.replayed + self.explained_grants + self.unlogged_grants
                == self.closing + self.explained_revokes + self.unlogged_revokes
    }

    /// The sums over some pairs.
    pub fn of<'r, 'a: 'r>(pairs: impl Iterator<Item = &'r Rolled<'a>>) -> Self {
        let mut totals = Self::default();
        pairs.for_each(|pair| totals.add(pair));
        totals
    }

    /// Both together.
    pub const fn and(self, other: Self) -> Self {
        Self {
            opening: self.opening + other.opening,
            granted: self.granted + other.granted,
            revoked: self.revoked + other.revoked,
            replayed: self.replayed + other.replayed,
            explained_grants: self.explained_grants + other.explained_grants,
            explained_revokes: self.explained_revokes + other.explained_revokes,
            unlogged_grants: self.unlogged_grants + other.unlogged_grants,
            unlogged_revokes: self.unlogged_revokes + other.unlogged_revokes,
            closing: self.closing + other.closing,
            not_established: self.not_established + other.not_established,
        }
    }

    fn add(&mut self, pair: &Rolled<'_>) {
        let (Some(opening), Some(closing), Some(replayed)) = (pair.opening, pair.closing, pair.replayed) else {
            self.not_established += 1;
            return;
        };
        self.opening += u64::from(opening.held);
        self.granted += u64::from(pair.granted);
        self.revoked += u64::from(pair.revoked);
        self.replayed += u64::from(replayed);
        self.closing += u64::from(closing.held);
        match (pair.residue, closing.held) {
            (Residue::Explained, true) => self.explained_grants += 1,
            (Residue::Explained, false) => self.explained_revokes += 1,
            (Residue::UnloggedGrant, _) => self.unlogged_grants += 1,
            (Residue::UnloggedRevoke, _) => self.unlogged_revokes += 1,
            (Residue::None | Residue::NotEstablished, _) => {}
        }
    }
}

/// All pairs, rolled forward.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollForward<'a> {
    /// The pairs, ordered.
    pub pairs: Vec<Rolled<'a>>,
    /// The reconciliation.
    pub totals: Totals,
}

/// Rolls every pair forward that a listing speaks of, or that changed in the period. `blur` is how far, in microseconds, a
/// change may lie from a listing and yet be or not be in it.
pub fn roll_forward<'a>(histories: &[History<'a>], period: &Range<Instant>, blur: i64) -> RollForward<'a> {
    let mut pairs: Vec<Rolled<'a>> = histories.iter().filter_map(|history| rolled(history, period, blur)).collect();
    pairs.sort_by(|a, b| a.pair.cmp(&b.pair));
    let totals = Totals::of(pairs.iter());
    RollForward { pairs, totals }
}

/// The same of one pair; `None` = no listing speaks of it, and it did not change in the period.
pub fn rolled<'a>(history: &History<'a>, period: &Range<Instant>, blur: i64) -> Option<Rolled<'a>> {
    let mut changes: Vec<&Fact<'a>> = history.facts.iter().filter(|fact| effect_of(fact).is_some()).collect();
    changes.sort_by_key(|fact| (fact.time, fact.order, fact.event_id));
    let sights = Sights::of(history);
    let inside = || sights.first_from(period.start).filter(|sight| sight.time < period.end);
    let opening = sights.last_until(period.start).or_else(inside);
    let is_later = |sight: &Sighted<'_>| opening.is_none_or(|first| first.time < sight.time);
    let last = || sights.last_until(period.end).filter(is_later);
    let closing = sights.first_from(period.end).or_else(last);
    let (Some(first), Some(last)) = (opening, closing) else {
        let replay = replay(&changes, None, period.start.saturating_sub(1)..=period.end.saturating_sub(1));
        let speaks = opening.is_some() || closing.is_some() || !replay.event_ids.is_empty();
        return speaks.then(|| replay.into_rolled(history.pair, opening, closing, Residue::NotEstablished));
    };
    let replay = replay(&changes, Some(first.held), first.time..=last.time);
    let residue = match (replay.held, last.held) {
        (Some(replayed), held) if replayed == held => Residue::None,
        _ if could_be(&changes, first, last, blur) => Residue::Explained,
        (_, true) => Residue::UnloggedGrant,
        (_, false) => Residue::UnloggedRevoke,
    };
    Some(replay.into_rolled(history.pair, opening, closing, residue))
}

/// Whether a change makes the pair held; `None` = it changes nothing of that.
const fn effect_of(fact: &Fact<'_>) -> Option<bool> {
    match fact.what {
        What::Granted(_) => Some(true),
        What::Revoked { .. } | What::SubjectDeleted | What::GroupDeleted => Some(false),
        What::Suspended | What::Restored | What::Made | What::Seen { .. } => None,
    }
}

struct Replay<'a> {
    held: Option<bool>,
    granted: u32,
    revoked: u32,
    event_ids: Vec<&'a str>,
    last: Option<Instant>,
}

/// Replays the changes after the span's beginning, to its end.
fn replay<'a>(changes: &[&Fact<'a>], opening: Option<bool>, span: RangeInclusive<Instant>) -> Replay<'a> {
    let mut replay = Replay { held: opening, granted: 0, revoked: 0, event_ids: Vec::new(), last: None };
    let after = changes.partition_point(|change| change.time <= *span.start());
    for change in changes[after..].iter().take_while(|change| change.time <= *span.end()) {
        let held = effect_of(change);
        replay.last = Some(change.time);
        if held != replay.held {
            replay.held = held;
            replay.granted += u32::from(held == Some(true));
            replay.revoked += u32::from(held == Some(false));
            replay.event_ids.push(change.event_id);
        }
    }
    replay
}

impl<'a> Replay<'a> {
    fn into_rolled(
        self,
        pair: Pair<'a>,
        opening: Option<Sighted<'a>>,
        closing: Option<Sighted<'a>>,
        residue: Residue,
    ) -> Rolled<'a> {
        let replayed = self.held.filter(|_| opening.is_some() && closing.is_some());
        let Self { granted, revoked, event_ids, last, .. } = self;
        let known_at = last.filter(|_| replayed.is_some());
        Rolled { pair, opening, granted, revoked, replayed, closing, residue, event_ids, known_at }
    }
}

/// True when the closing listing is right if either listing was made a little earlier or later than it says.
fn could_be(changes: &[&Fact<'_>], first: Sighted<'_>, last: Sighted<'_>, blur: i64) -> bool {
    if blur <= 0 {
        return false;
    }
    let before = |time: Instant| time.saturating_sub(blur).saturating_sub(1);
    let near = changes.iter().map(|change| change.time).filter(|time| time.abs_diff(last.time) <= blur.unsigned_abs());
    let mut ends = near.chain([before(last.time)]);
    ends.any(|end| replay(changes, Some(first.held), before(first.time)..=end).held == Some(last.held))
}

/// The listings that speak of a pair.
struct Sights<'a> {
    /// Those that hold or deny it by name, ordered.
    own: Vec<Sighted<'a>>,
    /// The events that hold it.
    holding: BTreeSet<&'a str>,
    /// Those that hold or deny it by stating the whole, ordered.
    listings: &'a [Listing],
}

impl<'a> Sights<'a> {
    fn of(history: &History<'a>) -> Self {
        let seen = history.facts.iter().filter_map(|fact| match fact.what {
            What::Seen { held } => Some(Sighted { time: fact.time, event_id: fact.event_id, held }),
            _ => None,
        });
        let mut own: Vec<Sighted<'a>> = seen.collect();
        own.sort_unstable();
        let holding = own.iter().filter(|sight| sight.held).map(|sight| sight.event_id).collect();
        Self { own, holding, listings: history.listings }
    }

    fn last_until(&self, instant: Instant) -> Option<Sighted<'a>> {
        let own = self.own.partition_point(|sight| sight.time <= instant).checked_sub(1);
        let whole = self.listings.partition_point(|listing| listing.time <= instant).checked_sub(1);
        let own = own.and_then(|at| self.own.get(at)).copied();
        own.max(whole.and_then(|at| self.listings.get(at)).map(|listing| self.sight(listing)))
    }

    fn first_from(&self, instant: Instant) -> Option<Sighted<'a>> {
        let own = self.own.get(self.own.partition_point(|sight| sight.time < instant)).copied();
        let whole = self.listings.get(self.listings.partition_point(|listing| listing.time < instant));
        own.into_iter().chain(whole.map(|listing| self.sight(listing))).min()
    }

    fn sight(&self, listing: &'a Listing) -> Sighted<'a> {
        let event_id = listing.event_id.as_str();
        Sighted { time: listing.time, event_id, held: self.holding.contains(event_id) }
    }
}
