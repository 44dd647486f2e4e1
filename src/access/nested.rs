//! Effective access: what members of a group hold because the group holds it, to any depth.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Edge, Held, Instant, Pair, is_transient};
use crate::change::{EntitlementKind, SubjectKind};
use crate::correlate::ACCOUNT;

/// Groups that are members of each other for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle<'a> {
    /// The groups, each a member of the next and the last of the first; the least name first.
    pub groups: Vec<&'a str>,
    /// Scope of the last membership that closes the circle.
    pub scope: &'a str,
    /// First instant of it; `None` = before the first record.
    pub from: Option<Instant>,
    /// First instant after it; `None` = still so at the end of the evidence.
    pub until: Option<Instant>,
}

/// What follows from nested groups.
#[derive(Debug, Clone, Default)]
pub struct Expanded<'a> {
    /// Effective access, by pair, chain and time.
    pub rows: Vec<Held<'a>>,
    /// Groups that are members of each other.
    pub cycles: Vec<Cycle<'a>>,
}

/// Works out what members of groups hold because their groups hold it: membership of other groups, and administrator roles.
/// A membership at the account counts in every workspace, one in a workspace only there.
///
/// A row stands for one chain of groups, from the latest beginning to the earliest end of its links. Of several chains between
/// two groups, those that add no time to shorter ones are left out, so that circles end and the rows stay few.
pub fn expand<'a>(direct: &[Held<'a>], period: &Range<Instant>) -> Expanded<'a> {
    let mut links = Links::default();
    for row in direct.iter().filter(|row| row.pair.subject_kind == SubjectKind::Group) {
        if matches!(row.pair.entitlement_kind, EntitlementKind::Membership | EntitlementKind::Admin) {
            links.of_group.entry(row.pair.subject).or_default().push(row);
        }
    }
    let mut cycles = BTreeSet::new();
    let mut reached: BTreeMap<(&str, &str), Vec<Chain<'_, 'a>>> = BTreeMap::new();
    let members = direct.iter().filter(|row| row.pair.entitlement_kind == EntitlementKind::Membership);
    // A circle is found from its own groups, which need not have other members.
    let in_circles = links.of_group.values().flatten().map(|row| (row.pair.subject, row.pair.scope));
    for group in members.clone().map(|member| (member.pair.entitlement, member.pair.scope)).chain(in_circles) {
        reached.entry(group).or_insert_with(|| links.reach(group.0, group.1, &mut cycles));
    }
    let mut rows = Vec::new();
    for member in members {
        let chains = reached.get(&(member.pair.entitlement, member.pair.scope));
        rows.extend(chains.into_iter().flatten().filter_map(|chain| chain.held_by(member, period)));
    }
    Expanded { rows: distinct(rows), cycles: cycles.into_iter().collect() }
}

/// What groups hold, by group.
#[derive(Default)]
struct Links<'r, 'a> {
    of_group: BTreeMap<&'a str, Vec<&'r Held<'a>>>,
}

/// Groups one in the other, and what the last of them holds.
#[derive(Debug, Clone)]
struct Chain<'r, 'a> {
    /// What the last group holds.
    last: &'r Held<'a>,
    opened: Link<'r, 'a>,
    closed: Link<'r, 'a>,
    /// The groups between.
    via: Vec<&'a str>,
}

/// The row of a chain that begins last, or ends first.
type Link<'r, 'a> = &'r Held<'a>;

impl<'r, 'a> Links<'r, 'a> {
    /// What the members of a group come to hold by way of it: the chains that lead on, shortest first.
    fn reach(&self, group: &'a str, scope: &'a str, cycles: &mut BTreeSet<Cycle<'a>>) -> Vec<Chain<'r, 'a>> {
        let mut found: Vec<Chain<'r, 'a>> = Vec::new();
        let mut covered: BTreeMap<(EntitlementKind, &str, &str), Spans> = BTreeMap::new();
        let mut ends = self.links(group, scope, None);
        while !ends.is_empty() {
            ends.sort_by(|a, b| (&a.via, a.last.pair, a.from()).cmp(&(&b.via, b.last.pair, b.from())));
            let mut longer = Vec::new();
            for chain in ends {
                let Pair { entitlement, entitlement_kind, scope, .. } = chain.last.pair;
                let is_membership = entitlement_kind == EntitlementKind::Membership;
                if is_membership && entitlement == group {
                    cycles.insert(chain.cycle(group));
                } else if covered.entry((entitlement_kind, entitlement, scope)).or_default().add(chain.span()) {
                    if is_membership {
                        longer.extend(self.links(entitlement, scope, Some(&chain)));
                    }
                    found.push(chain);
                }
            }
            ends = longer;
        }
        found
    }

    fn links(&self, group: &str, scope: &str, before: Option<&Chain<'r, 'a>>) -> Vec<Chain<'r, 'a>> {
        let rows = self.of_group.get(group).into_iter().flatten().copied();
        let follows = rows.filter(|row| scope == ACCOUNT || row.pair.scope == scope);
        let chains = follows.map(|row| match before {
            None => Chain { last: row, opened: row, closed: row, via: Vec::new() },
            Some(chain) => chain.then(row),
        });
        chains.filter(|chain| chain.from() < chain.until()).collect()
    }
}

impl<'r, 'a> Chain<'r, 'a> {
    const fn from(&self) -> Instant {
        self.opened.from()
    }

    const fn until(&self) -> Instant {
        self.closed.until()
    }

    const fn span(&self) -> (Instant, Instant) {
        (self.from(), self.until())
    }

    fn then(&self, next: &'r Held<'a>) -> Self {
        Self {
            last: next,
            opened: later(self.opened, next),
            closed: sooner(self.closed, next),
            via: self.via.iter().copied().chain([next.pair.subject]).collect(),
        }
    }

    fn cycle(&self, group: &'a str) -> Cycle<'a> {
        let mut groups: Vec<&str> = [group].into_iter().chain(self.via.iter().copied()).collect();
        let least = (0..groups.len()).min_by_key(|at| groups[*at]).unwrap_or(0);
        groups.rotate_left(least);
        let until = self.closed.closed.and_then(|edge| edge.time);
        Cycle { groups, scope: self.last.pair.scope, from: self.opened.opened.time, until }
    }

    /// What a member of the chain's first group holds by it; `None` = at no time.
    fn held_by(&self, member: &Held<'a>, period: &Range<Instant>) -> Option<Held<'a>> {
        let (from, until) = (self.from().max(member.from()), self.until().min(member.until()));
        let is_group = member.pair.subject_kind == SubjectKind::Group;
        let ends_with_itself = self.last.pair.entitlement_kind == EntitlementKind::Membership
            && self.last.pair.entitlement == member.pair.subject;
        // What a group holds by way of itself it holds by the rest of that way.
        let is_self = is_group && (ends_with_itself || self.via.contains(&member.pair.subject));
        if from >= until || is_self {
            return None;
        }
        let first = later(member, self.opened);
        let closed: Option<Edge<'a>> = sooner(member, self.closed).closed;
        let (subject, subject_kind, is_resolved) =
            (member.pair.subject, member.pair.subject_kind, member.pair.is_resolved);
        Some(Held {
            pair: Pair { subject, subject_kind, is_resolved, ..self.last.pair },
            holding: member.holding,
            state: member.state,
            opened: first.opened,
            closed,
            is_transient: is_transient(first.opened, closed, period),
            vouching: first.vouching,
            via: [member.pair.entitlement].into_iter().chain(self.via.iter().copied()).collect(),
        })
    }
}

const fn later<'x, 'a>(a: &'x Held<'a>, b: &'x Held<'a>) -> &'x Held<'a> {
    if b.from() > a.from() { b } else { a }
}

const fn sooner<'x, 'a>(a: &'x Held<'a>, b: &'x Held<'a>) -> &'x Held<'a> {
    if b.until() < a.until() { b } else { a }
}

/// Spans of time, apart from each other, by their beginning.
#[derive(Debug, Default)]
struct Spans(BTreeMap<Instant, Instant>);

impl Spans {
    /// Adds a span; false = it was there already.
    fn add(&mut self, (from, until): (Instant, Instant)) -> bool {
        let around = self.0.range(..=from).next_back().filter(|(_, end)| **end >= from);
        let (mut start, mut end) = (from, until);
        if let Some((first, last)) = around.map(|(first, last)| (*first, *last)) {
            if last >= until {
                return false;
            }
            start = first;
        }
        while let Some((first, last)) = self.0.range(start..=end).next().map(|(first, last)| (*first, *last)) {
            self.0.remove(&first);
            end = end.max(last);
        }
        self.0.insert(start, end);
        true
    }
}

/// The workspace row of an account-level membership gives the same access once more.
fn distinct(mut rows: Vec<Held<'_>>) -> Vec<Held<'_>> {
    rows.sort_by(|a, b| {
        let key = |row: &Held<'_>| (row.from(), std::cmp::Reverse(row.until()), row.holding);
        (a.pair, &a.via, a.state).cmp(&(b.pair, &b.via, b.state)).then_with(|| key(a).cmp(&key(b)))
    });
    let mut last: Option<usize> = None;
    let mut kept: Vec<Held<'_>> = Vec::with_capacity(rows.len());
    for row in rows {
        let is_held = last.is_some_and(|at| {
            let before = &kept[at];
            (before.pair, &before.via, before.state) == (row.pair, &row.via, row.state) && before.until() >= row.until()
        });
        if !is_held {
            last = Some(kept.len());
            kept.push(row);
        }
    }
    kept
}
