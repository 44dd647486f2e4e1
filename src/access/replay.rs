//! One pair's history to rows.

use super::{Basis, Bounds, Edge, Fact, Grant, Held, History, Instant, Listing, Pair, State, What, is_transient};

/// The rows of one pair, in the order of time.
pub fn reconstruct<'a>(history: &History<'a>, bounds: &Bounds) -> Vec<Held<'a>> {
    let mut facts = history.facts.clone();
    facts.sort_by_key(place);
    let mut replay = Replay {
        pair: history.pair,
        bounds,
        known: Known::Unknown,
        is_suspended: history.begins_inactive,
        changed_at: None,
        count: 0,
        holding: Holding::begun(Edge { time: None, by: None, basis: Basis::Unknown }, history.begins_inactive),
        deleted_at: None,
        rows: Vec::new(),
    };
    let mut unread = history.listings;
    for (at, fact) in facts.iter().enumerate() {
        let (before, rest) = unread.split_at(unread.partition_point(|listing| place_of(listing) < place(fact)));
        replay.missing_in(before, &facts[at..]);
        unread = match rest {
            [this, rest @ ..] if place_of(this) == place(fact) => rest,
            rest => rest,
        };
        replay.take(fact, &facts[at + 1..]);
    }
    replay.missing_in(unread, &[]);
    replay.finish()
}

pub(super) type Place<'p> = (Instant, bool, usize, &'p str);

/// The total order: a listing comes after the changes of its instant.
pub(super) fn place<'a>(fact: &Fact<'a>) -> Place<'a> {
    match fact.what {
        What::Seen { .. } => (fact.time, true, 0, fact.event_id),
        _ => (fact.time, false, fact.order, fact.event_id),
    }
}

fn place_of(listing: &Listing) -> Place<'_> {
    (listing.time, true, 0, &listing.event_id)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Unknown,
    Held,
    Free,
}

/// A holding in the making. While nothing is known it is only supposed, from before the first record on; whatever shows that it
/// was so makes it sure.
struct Holding<'a> {
    grant: Grant<'a>,
    /// Beginning of the present row.
    opened: Edge<'a>,
    state: State,
    /// Earlier rows, which a suspension or a return has ended.
    ended: Vec<(State, Edge<'a>, Edge<'a>)>,
}

impl<'a> Holding<'a> {
    const fn begun(opened: Edge<'a>, is_suspended: bool) -> Self {
        let state = if is_suspended { State::Suspended } else { State::InForce };
        let grant = Grant { is_implied: false, may_be_older: false, vouching: None };
        Self { grant, opened, state, ended: Vec::new() }
    }

    fn turn(&mut self, state: State, edge: Edge<'a>) {
        if self.state == state {
            return;
        }
        if self.opened.time != edge.time {
            self.ended.push((self.state, self.opened, edge));
            self.opened = edge;
        } else if let Some((_, opened, _)) = self.ended.pop() {
            // Out and back within one instant.
            self.opened = opened;
        }
        self.state = state;
    }

    /// The first edge: how the holding as a whole began.
    fn first(&mut self) -> &mut Edge<'a> {
        match self.ended.first_mut() {
            Some((_, opened, _)) => opened,
            None => &mut self.opened,
        }
    }
}

struct Replay<'a, 'f> {
    pair: Pair<'a>,
    bounds: &'f Bounds,
    known: Known,
    is_suspended: bool,
    /// When a change last made it what it is.
    changed_at: Option<Instant>,
    count: u32,
    holding: Holding<'a>,
    /// The deletion after which it is free, though nobody knows whether it was held before.
    deleted_at: Option<Edge<'a>>,
    rows: Vec<Held<'a>>,
}

impl<'a> Replay<'a, '_> {
    fn take(&mut self, fact: &Fact<'a>, later: &[Fact<'a>]) {
        let by = Some(fact.event_id).filter(|id| !id.is_empty());
        let edge = |basis| Edge { time: Some(fact.time), by, basis };
        let direct = |is_implied| edge(if is_implied { Basis::Implied } else { Basis::Effect });
        match fact.what {
            What::Granted(grant) => {
                let is_new = self.known == Known::Free || !grant.may_be_older;
                let opened = if is_new { direct(grant.is_implied) } else { edge(Basis::Unknown) };
                self.granted(grant, opened);
            }
            What::Revoked { is_implied } => self.revoked(direct(is_implied)),
            What::Suspended => self.turn(true, edge(Basis::Implied)),
            What::Restored => self.turn(false, edge(Basis::Implied)),
            What::SubjectDeleted => {
                self.deleted(edge(Basis::Implied));
                self.is_suspended = false;
            }
            What::GroupDeleted => self.deleted(edge(Basis::Implied)),
            What::Made => self.made(edge(Basis::Unknown)),
            What::Seen { held } => self.seen(fact.time, fact.event_id, held, later),
        }
    }

    fn granted(&mut self, grant: Grant<'a>, opened: Edge<'a>) {
        if self.known == Known::Held {
            return;
        }
        self.begin(opened);
        self.holding.grant = grant;
        self.changed_at = opened.time;
    }

    fn begin(&mut self, opened: Edge<'a>) {
        self.known = Known::Held;
        self.deleted_at = None;
        self.holding = Holding::begun(opened, self.is_suspended);
    }

    // What was never seen granted must have been held before; what a deletion ended, until then.
    fn revoked(&mut self, closed: Edge<'a>) {
        let deleted = self.deleted_at.take().filter(|deleted| self.is_in_wake(*deleted, closed));
        if self.known != Known::Free {
            self.end(Some(closed));
            self.changed_at = closed.time;
        } else if deleted.is_some() {
            self.end(deleted);
        }
    }

    fn is_in_wake(&self, deleted: Edge<'a>, closed: Edge<'a>) -> bool {
        let since = deleted.time.zip(closed.time).map(|(from, to)| to.saturating_sub(from));
        since.is_some_and(|since| since <= self.bounds.wake)
    }

    // A deletion says nothing of what may have been held before it; a removal in its wake does.
    fn deleted(&mut self, closed: Edge<'a>) {
        match self.known {
            Known::Held => {
                self.end(Some(closed));
                self.changed_at = closed.time;
            }
            Known::Unknown => self.deleted_at = Some(closed),
            Known::Free => {}
        }
        self.known = Known::Free;
    }

    // Whether it was held since is as unknown as before.
    fn made(&mut self, edge: Edge<'a>) {
        if self.known == Known::Unknown {
            self.holding = Holding::begun(edge, self.is_suspended);
        }
    }

    fn turn(&mut self, is_suspended: bool, edge: Edge<'a>) {
        self.is_suspended = is_suspended;
        if self.known != Known::Free {
            self.holding.turn(if is_suspended { State::Suspended } else { State::InForce }, edge);
        }
    }

    // After the first that counts it is known not to be held, and nothing happens before the next fact.
    fn missing_in(&mut self, listings: &'a [Listing], later: &[Fact<'a>]) {
        for listing in listings {
            self.seen(listing.time, &listing.event_id, false, later);
            if self.known == Known::Free {
                return;
            }
        }
    }

    fn seen(&mut self, time: Instant, by: &'a str, held: bool, later: &[Fact<'a>]) {
        let agrees = matches!((self.known, held), (Known::Held, true) | (Known::Free, false));
        if agrees || self.is_explained(time, held, later) {
            return;
        }
        let edge = Edge { time: Some(time), by: Some(by), basis: Basis::Snapshot };
        match (self.known, held) {
            (Known::Unknown, true) => {
                self.known = Known::Held;
                let first = self.holding.first();
                *first = Edge { time: first.time, ..edge };
            }
            (Known::Held, false) => self.end(Some(edge)),
            (_, true) => self.begin(edge),
            (_, false) => self.known = Known::Free,
        }
        self.changed_at = None;
    }

    // An export takes a while, and clocks differ.
    fn is_explained(&self, time: Instant, held: bool, later: &[Fact<'a>]) -> bool {
        let is_near = |change: Instant| change.abs_diff(time) <= self.bounds.blur.unsigned_abs();
        let next = later.iter().take_while(|fact| self.bounds.blur > 0 && is_near(fact.time));
        self.changed_at.is_some_and(|change| self.bounds.blur > 0 && is_near(change))
            || next.into_iter().any(|fact| match fact.what {
                What::Granted(_) => held,
                What::Revoked { .. } | What::SubjectDeleted | What::GroupDeleted => !held,
                _ => false,
            })
    }

    fn end(&mut self, closed: Option<Edge<'a>>) {
        self.known = Known::Free;
        self.count += 1;
        let never = Edge { time: None, by: None, basis: Basis::Unknown };
        let mut holding = std::mem::replace(&mut self.holding, Holding::begun(never, false));
        let is_transient = is_transient(*holding.first(), closed, &self.bounds.period);
        let last = (holding.state, holding.opened, closed);
        let ended = holding.ended.into_iter().map(|(state, opened, closed)| (state, opened, Some(closed)));
        self.rows.extend(ended.chain([last]).map(|(state, opened, closed)| Held {
            pair: self.pair,
            holding: self.count,
            state,
            opened,
            closed,
            is_transient,
            vouching: holding.grant.vouching,
            via: Vec::new(),
        }));
    }

    fn finish(mut self) -> Vec<Held<'a>> {
        if self.known == Known::Held {
            self.end(None);
        }
        self.rows
    }
}
