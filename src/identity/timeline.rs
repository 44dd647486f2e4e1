//! Who held a name, and from when.

use std::cell::Cell;

use super::texts::TextId;

/// An instant, and the span around it in which everything that was looked up for it is the same.
#[derive(Debug)]
pub(super) struct Moment {
    at: i64,
    since: Cell<i64>,
    until: Cell<i64>,
}

impl Moment {
    pub(super) const fn new(at: i64) -> Self {
        Self { at, since: Cell::new(i64::MIN), until: Cell::new(i64::MAX) }
    }

    /// First and last instant of the span.
    pub(super) const fn span(&self) -> (i64, i64) {
        (self.since.get(), self.until.get())
    }

    /// What had begun last of what begins in turn, else what begins first.
    pub(super) fn latest<'t, T>(&self, all: &'t [T], from: impl Fn(&T) -> i64) -> Option<&'t T> {
        let begun = all.partition_point(|one| from(one) <= self.at);
        let at = begun.saturating_sub(1);
        // The first of them reaches back to the beginning.
        if let Some(one) = all.get(at).filter(|_| at > 0) {
            self.since.set(self.since.get().max(from(one)));
        }
        if let Some(next) = all.get(at + 1) {
            self.until.set(self.until.get().min(from(next) - 1));
        }
        all.get(at)
    }
}

/// That an owner was seen with a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) owner: u32,
    /// How the name was spelled, folded.
    pub(super) spelled: TextId,
    /// Whether the configuration turned that spelling into the name.
    pub(super) by_rule: bool,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// A name's owner from an instant on, until the next tenure of that name starts. The first one reaches back to the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tenure {
    pub(super) from: i64,
    /// Last instant at which the owner was seen with the name.
    pub(super) last: i64,
    /// The account that holds the name, or one of those that contest it.
    pub(super) owner: u32,
    /// Several hold it at once.
    pub(super) is_contested: bool,
}

/// Claims to one name, in order, as tenures. Owners that are the same to `is_same` never contest each other.
pub(super) fn tenures(claims: &[Claim], is_same: impl Fn(u32, u32) -> bool) -> Vec<Tenure> {
    let mut all: Vec<Tenure> = Vec::new();
    // Owners of the tenure that is being gathered.
    let mut owners: Vec<u32> = Vec::new();
    for claim in claims {
        let is_owner = owners.iter().any(|owner| is_same(*owner, claim.owner));
        match all.last_mut() {
            Some(tenure) if is_owner && owners.len() == 1 => tenure.last = tenure.last.max(claim.last),
            Some(tenure) if claim.first <= tenure.last => {
                tenure.last = tenure.last.max(claim.last);
                tenure.is_contested |= !is_owner;
                owners.push(claim.owner);
            }
            _ => {
                all.push(Tenure { from: claim.first, last: claim.last, owner: claim.owner, is_contested: false });
                owners = vec![claim.owner];
            }
        }
    }
    all
}

/// The tenure at a time.
pub(super) fn tenure_at(tenures: &[Tenure], time: i64) -> Option<&Tenure> {
    tenure_then(tenures, &Moment::new(time))
}

/// The tenure at a moment.
pub(super) fn tenure_then<'t>(tenures: &'t [Tenure], when: &Moment) -> Option<&'t Tenure> {
    when.latest(tenures, |tenure| tenure.from)
}

/// A tenure in one system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) system: u16,
    pub(super) tenure: Tenure,
}

/// The tenure in a system at a moment, of those of one name in the order of system and time.
pub(super) fn placed_then<'t>(all: &'t [Placed], system: u16, when: &Moment) -> Option<&'t Placed> {
    let first = all.partition_point(|p| p.system < system);
    let of_system = all[first..].partition_point(|p| p.system == system);
    when.latest(&all[first..first + of_system], |p| p.tenure.from)
}

/// Sets of numbers that are one.
#[derive(Debug)]
pub(super) struct Union(Vec<u32>);

impl Union {
    pub(super) fn new(count: usize) -> Self {
        Self((0..u32::try_from(count).unwrap_or(u32::MAX)).collect())
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn root(&self, mut of: u32) -> u32 {
        while let Some(above) = self.0.get(of as usize).filter(|above| **above != of) {
            of = *above;
        }
        of
    }

    /// The lower number stays the root.
    pub(super) fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        for of in [high, a, b] {
            if let Some(place) = self.0.get_mut(of as usize) {
                *place = low;
            }
        }
    }

    pub(super) fn is_same(&self, a: u32, b: u32) -> bool {
        self.root(a) == self.root(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(claims: &[(u32, i64, i64)]) -> Vec<(u32, i64, bool)> {
        let claims: Vec<_> = claims
            .iter()
            .map(|(owner, first, last)| Claim { owner: *owner, spelled: 0, by_rule: false, first: *first, last: *last })
            .collect();
        tenures(&claims, |a, b| a % 10 == b % 10).iter().map(|t| (t.owner, t.from, t.is_contested)).collect()
    }

    #[test]
    fn a_name_passes_on_and_is_contested_only_while_two_hold_it() {
        assert_eq!(of(&[(1, 0, 5), (2, 9, 9)]), [(1, 0, false), (2, 9, false)]);
        assert_eq!(of(&[(1, 0, 5), (2, 5, 9)]), [(1, 0, true)]);
        assert_eq!(of(&[(1, 0, 5), (2, 3, 4), (3, 8, 9)]), [(1, 0, true), (3, 8, false)]);
        assert_eq!(of(&[(1, 0, 5), (11, 3, 9), (2, 8, 9)]), [(1, 0, true)]);
        assert_eq!(of(&[(1, 0, 5), (2, 9, 9), (1, 10, 10)]), [(1, 0, false), (2, 9, false), (1, 10, false)]);
        assert_eq!(of(&[(1, 0, 9), (2, 3, 4), (11, 5, 6), (2, 20, 20)]), [(1, 0, true), (2, 20, false)]);
    }

    #[test]
    fn the_first_tenure_reaches_back_and_the_last_on() {
        let claims = [(1, 10, 12), (2, 20, 22)];
        let claims = claims.map(|(owner, first, last)| Claim { owner, spelled: 0, by_rule: false, first, last });
        let all = tenures(&claims, |a, b| a == b);
        let owner = |time| tenure_at(&all, time).unwrap().owner;
        assert_eq!([0, 10, 19, 20, 99].map(owner), [1, 1, 1, 2, 2]);
        assert_eq!(tenure_at(&[], 0), None);
    }

    #[test]
    fn what_is_united_has_the_lowest_root() {
        let mut union = Union::new(5);
        union.unite(4, 3);
        union.unite(3, 1);
        assert_eq!([0, 1, 2, 3, 4].map(|of| union.root(of)), [0, 1, 2, 1, 1]);
        assert!(union.is_same(4, 1) && !union.is_same(4, 0));
    }
}
