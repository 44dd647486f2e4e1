//! What every account was called over time.

use super::store::{AccountId, Manner, Seen, Store};
use super::texts::{NONE, TextId};
use super::timeline::Moment;
use crate::change::SubjectKind;

/// A name, alias or foreign id that an account kept, and for how long it was seen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// What it stands for; of an id, the id.
    pub(super) value: TextId,
    /// As it was spelled first.
    pub(super) spelled: TextId,
    /// First record, in microseconds.
    pub(super) first: i64,
    /// Last record that shows the account alive under it, be it by its id alone; before `first` where only its end was told.
    pub(super) last: i64,
    /// Last record that names it, be it to tell the end.
    pub(super) told: i64,
    /// The first record, as the caller numbers it.
    pub(super) record: u32,
}

/// Rows of many owners, each owner's together.
#[derive(Debug)]
pub(super) struct Grouped<T> {
    rows: Vec<T>,
    starts: Vec<u32>,
}

impl<T> Grouped<T> {
    fn with_owners(count: usize) -> Self {
        let mut starts = Vec::with_capacity(count + 1);
        starts.push(0);
        Self { rows: Vec::new(), starts }
    }

    /// No rows of nobody.
    pub(super) fn empty() -> Self {
        Self::with_owners(0)
    }

    /// Groups rows that are sorted by owner.
    pub(super) fn of_sorted<R>(sorted: Vec<R>, owners: usize, owner: impl Fn(&R) -> u32, row: impl Fn(R) -> T) -> Self {
        let mut grouped = Self::with_owners(owners);
        grouped.rows.reserve_exact(sorted.len());
        for each in sorted {
            while grouped.starts.len() <= owner(&each) as usize {
                grouped.close();
            }
            grouped.rows.push(row(each));
        }
        while grouped.starts.len() <= owners {
            grouped.close();
        }
        grouped
    }

    /// Ends the rows of one owner.
    fn close(&mut self) {
        self.starts.push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
    }

    /// The rows of an owner.
    pub(super) fn of(&self, owner: u32) -> &[T] {
        let at = owner as usize;
        match (self.starts.get(at), at.checked_add(1).and_then(|next| self.starts.get(next))) {
            (Some(from), Some(to)) => self.rows.get(*from as usize..*to as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// The histories of all accounts.
#[derive(Debug)]
pub(super) struct Histories {
    pub(super) names: Grouped<Run>,
    pub(super) aliases: Grouped<Run>,
    pub(super) externals: Grouped<Run>,
    /// First and last record of each account.
    pub(super) spans: Vec<(i64, i64)>,
    /// Last record of each account that does not tell its end.
    alive: Vec<i64>,
    /// When the end of an account was first told.
    ends: Vec<Option<i64>>,
    /// Accounts that a record pushes to Databricks.
    pub(super) is_pushed: Vec<bool>,
    /// Accounts that were listed without a foreign id.
    pub(super) is_listed_alone: Vec<bool>,
    pub(super) kinds: Vec<SubjectKind>,
}

impl Histories {
    /// All but those of accounts that are none, since their ids are those of something else.
    pub(super) fn of(store: &Store, is_none: impl Fn(AccountId) -> bool) -> Self {
        let count = store.accounts.len();
        let mut all = Self {
            names: Grouped::with_owners(count),
            aliases: Grouped::with_owners(count),
            externals: Grouped::with_owners(count),
            spans: Vec::with_capacity(count),
            alive: Vec::with_capacity(count),
            ends: Vec::with_capacity(count),
            is_pushed: Vec::with_capacity(count),
            is_listed_alone: Vec::with_capacity(count),
            kinds: Vec::with_capacity(count),
        };
        let (order, starts) = by_account(store);
        let mut seen: Vec<Seen> = Vec::new();
        for (account, bounds) in (0..).zip(starts.windows(2)) {
            let [from, to] = bounds else { continue };
            let places = order.get(*from as usize..*to as usize).filter(|_| !is_none(account)).unwrap_or_default();
            seen.clear();
            seen.extend(places.iter().filter_map(|place| store.seen_at(*place)));
            seen.sort_unstable_by(|a, b| in_time(store, a, b));
            all.add(store, &seen);
        }
        all
    }

    fn add(&mut self, store: &Store, seen: &[Seen]) {
        let canonical = |spelled: TextId| store.texts.spelling(spelled).canonical;
        let shows_it_alive = |s: &&Seen| s.name != NONE || s.manner != Manner::Ends;
        runs(&mut self.names, seen.iter().filter(shows_it_alive).map(|s| (s, s.name)), canonical);
        runs(&mut self.aliases, seen.iter().filter(|s| s.alias != NONE).map(|s| (s, s.alias)), canonical);
        runs(&mut self.externals, seen.iter().filter(|s| s.external != NONE).map(|s| (s, s.external)), |id| id);
        let times = seen.first().zip(seen.last()).map(|(first, last)| (first.time, last.time));
        self.spans.push(times.unwrap_or((i64::MAX, i64::MIN)));
        let is_end = |s: &&Seen| s.manner == Manner::Ends;
        self.alive.push(seen.iter().rfind(|s| !is_end(s)).map_or(i64::MIN, |s| s.time));
        self.ends.push(seen.iter().find(is_end).map(|s| s.time));
        self.is_pushed.push(seen.iter().any(|s| s.manner == Manner::Pushes));
        self.is_listed_alone.push(seen.iter().any(|s| s.manner == Manner::Lists && s.external == NONE));
        self.kinds.push(seen.iter().map(|s| s.kind).max_by_key(|kind| rank(*kind)).unwrap_or(SubjectKind::Unknown));
    }

    /// What the account went by at a time: the latest that was known, else the first.
    pub(super) fn run_at(runs: &[Run], time: i64) -> Option<&Run> {
        Self::run_then(runs, &Moment::new(time))
    }

    /// The same at a moment.
    pub(super) fn run_then<'r>(runs: &'r [Run], when: &Moment) -> Option<&'r Run> {
        when.latest(runs, |run| run.first)
    }

    /// Whether the account was seen at that time or later.
    pub(super) fn is_seen_from(&self, account: AccountId, time: i64) -> bool {
        self.alive.get(account as usize).is_some_and(|last| *last >= time)
    }

    /// When the account was first said to end; `None` = never.
    pub(super) fn end(&self, account: AccountId) -> Option<i64> {
        self.ends.get(account as usize).copied().flatten()
    }

    /// The names by which Databricks is told of a directory's account: those in the application, else the logins.
    pub(super) fn facing(&self, account: AccountId) -> &[Run] {
        let aliases = self.aliases.of(account);
        if aliases.is_empty() { self.names.of(account) } else { aliases }
    }
}

/// The surer of two kinds has the higher rank.
pub(super) const fn rank(kind: SubjectKind) -> u8 {
    match kind {
        SubjectKind::Unknown | SubjectKind::Other => 0,
        SubjectKind::User => 1,
        SubjectKind::Group => 2,
        SubjectKind::ServicePrincipal => 3,
    }
}

/// The rows of all accounts, each account's together, and where they start.
fn by_account(store: &Store) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; store.accounts.len() + 1];
    let known = || store.accounts_seen().enumerate().filter(|(_, account)| *account != NONE);
    for (_, account) in known() {
        starts[account as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut next = starts.clone();
    let mut order = vec![0_u32; starts.last().map_or(0, |end| *end as usize)];
    for (row, account) in known() {
        let place = &mut next[account as usize];
        order[*place as usize] = u32::try_from(row).unwrap_or(NONE);
        *place += 1;
    }
    (order, starts)
}

// The order in which records were learnt must not matter, not even to those of one instant.
fn in_time(store: &Store, a: &Seen, b: &Seen) -> std::cmp::Ordering {
    let texts = |s: &Seen| [s.name, s.alias, s.external].map(|text| store.texts.text(text));
    a.time.cmp(&b.time).then_with(|| texts(a).cmp(&texts(b))).then_with(|| a.record.cmp(&b.record))
}

fn runs<'s>(into: &mut Grouped<Run>, said: impl Iterator<Item = (&'s Seen, TextId)>, value: impl Fn(TextId) -> TextId) {
    let start = into.rows.len();
    for (seen, spelled) in said {
        let known = into.rows.get_mut(start..).and_then(<[Run]>::last_mut);
        match (spelled, known) {
            (NONE, Some(run)) => run.last = seen.time,
            (NONE, None) => {}
            // Whose account ends is told long after, when another may have the name.
            (_, Some(run)) if run.value == value(spelled) => {
                run.last = if seen.manner == Manner::Ends { run.last } else { seen.time };
                run.told = seen.time;
            }
            _ => {
                let last = if seen.manner == Manner::Ends { i64::MIN } else { seen.time };
                let (first, told) = (seen.time, seen.time);
                into.rows.push(Run { value: value(spelled), spelled, first, last, told, record: seen.record });
            }
        }
    }
    into.close();
}
