//! Whether somebody was removed from every workspace while the account stood: what was given there ended, directly or by a group.

use std::collections::{BTreeMap, BTreeSet};

use super::admissions::{Admissions, Turn, unwatched};
use super::evidence::Evidence;
use crate::access::{Edge, Held};
use crate::change::{Direction, EntitlementKind, Verb};
use crate::correlate::ACCOUNT;
use crate::correlate::cases::Entitlement;
use crate::correlate::kernel::{Case, Scope, UNSAID_EFFECT};
use crate::error::Result;

/// The system group of everybody at the account.
const EVERYBODY: &str = "account users";

/// What stands in for the id of a hole where an account, or a group that it is in, is older than the records.
const OLDER: &str = "what was given before the first record";

/// The instant from which somebody stood in no workspace any more, as far as records and listings show.
#[derive(Debug, Clone)]
pub(super) struct Removal {
    /// When the last of them was lost.
    pub(super) time: i64,
    /// Event that shows it; `None` = none at hand does.
    pub(super) event_id: Option<String>,
    /// The workspace; the account where a role there was lost last.
    pub(super) scope: String,
    /// When somebody stood in a workspace again, by whatever hand; `None` = it is not on record.
    pub(super) back: Option<i64>,
    /// The hole in which another workspace may have been given; `None` = there is no such hole.
    pub(super) hole: Option<String>,
}

/// Departures' view of who stood where.
pub(super) struct Removals<'e> {
    admissions: &'e Admissions,
    /// Memberships, also by groups in groups, and roles at the account, by who holds them.
    held: BTreeMap<&'e str, Vec<&'e Held<'e>>>,
    /// When groups were made whose making is on record.
    groups: BTreeMap<&'e str, i64>,
    /// When somebody may have been put into a group, or given a role: the record does not say whether it succeeded.
    unsaid: BTreeMap<&'e str, Vec<i64>>,
}

/// Whoever was shown in workspaces, the span in which the last may have been lost, and until when that counts.
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    /// What bears on the account; `None` = nothing does.
    pub(super) case: Option<&'a Case>,
    /// Where records or listings show the person.
    pub(super) seen_in: BTreeSet<&'a str>,
    /// First instant at which access was to end.
    pub(super) since: i64,
    /// First instant that bears on it no more.
    pub(super) until: i64,
}

/// One way by which somebody stands in a workspace, or above them all: as long as each of its links holds.
struct Way<'w> {
    scope: &'w str,
    links: Vec<Vec<Turn>>,
}

/// How a record counts that does not say whether it succeeded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// What gave did, what took did not.
    Strict,
    /// What took did, what gave did not.
    Lenient,
}

impl<'e> Removals<'e> {
    /// Reads what bears on these people.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &'e Evidence<'_>, names: &BTreeSet<String>) -> Result<Self> {
        let mut all = Self {
            admissions: evidence.admissions()?,
            held: BTreeMap::new(),
            groups: BTreeMap::new(),
            unsaid: BTreeMap::new(),
        };
        for row in evidence.access().rows.iter().filter(|row| names.contains(row.pair.subject)) {
            let is_role = row.pair.entitlement_kind == EntitlementKind::Admin && row.pair.scope == ACCOUNT;
            if is_role || row.pair.entitlement_kind == EntitlementKind::Membership {
                all.held.entry(row.pair.subject).or_default().push(row);
            }
        }
        for (key, case) in evidence.correlation.judged.cases.by_key.iter() {
            let label = key.subject.label();
            if key.is_group && key.entitlement == Entitlement::Account {
                all.groups.extend(made(case, Verb::GroupCreate).map(|time| (label, time)));
            } else if names.contains(label) && key.entitlement != Entitlement::Account {
                let given = case.unsaid.iter().filter(|(_, direction)| *direction == Direction::Grant);
                all.unsaid.entry(label).or_default().extend(given.map(|(time, _)| *time));
            }
        }
        Ok(all)
    }

    /// The first instant at which somebody had lost every workspace; before the span asked for where all were lost by then. `None`
    /// = something stood all the time, or nobody was ever shown in a workspace.
    pub(super) fn of(&self, evidence: &Evidence<'_>, asked: &Asked<'_>) -> Option<Removal> {
        // Which of several accounts was removed is not told.
        if asked.case.is_some_and(|case| case.account_count > 1) {
            return None;
        }
        let ways = self.ways(evidence, asked);
        if ways.iter().all(|way| way.scope == ACCOUNT) {
            return None;
        }
        let strictly = lost(&ways, asked, Reading::Strict);
        let is_doubtful = strictly.is_none();
        let (turn, scope) = strictly.or_else(|| lost(&ways, asked, Reading::Lenient))?;
        let back = gains(&ways).find(|time| *time > turn.time && stands(&ways, *time, Reading::Strict));
        let may_have_been_given = || self.unsaid.get(asked.name).into_iter().flatten().any(|time| *time <= turn.time);
        let hole = match is_doubtful || may_have_been_given() {
            true => Some(UNSAID_EFFECT.to_owned()),
            false => self.hole(evidence, asked, &ways, turn.time),
        };
        Some(Removal { time: turn.time, event_id: turn.event_id.clone(), scope: scope.to_owned(), back, hole })
    }

    /// The hole in which every workspace that stood by an instant may have been lost; `None` = one of them stood, or none did.
    pub(super) fn may_be_lost(&self, evidence: &Evidence<'_>, asked: &Asked<'_>, by: i64) -> Option<String> {
        let ways = self.ways(evidence, asked);
        let standing: BTreeSet<&str> =
            ways.iter().filter(|way| way.stands(by, Reading::Strict)).map(|way| way.scope).collect();
        let from = asked.since - evidence.correlation.limits.window.skew;
        let hole_in = |scope: &&str| {
            evidence.hole(|log| log.source == crate::source::DATABRICKS && log.scope == **scope, from, by)
        };
        let holes: Option<Vec<String>> = standing.iter().map(hole_in).collect();
        holes?.into_iter().next()
    }

    fn ways<'w>(&'w self, evidence: &'w Evidence<'_>, asked: &'w Asked<'_>) -> Vec<Way<'w>> {
        let mut ways: Vec<Way<'w>> = Vec::new();
        for row in self.held.get(asked.name).into_iter().flatten() {
            match row.pair.entitlement_kind {
                EntitlementKind::Membership => ways.extend(self.by_group(row.pair.entitlement, Some(row))),
                _ => ways.push(Way { scope: ACCOUNT, links: vec![turns_of(row)] }),
            }
        }
        ways.extend(self.by_group(EVERYBODY, None));
        let direct = self.admissions.turns_of(asked.name);
        let places: BTreeSet<&str> = direct.map(|(place, _)| place).chain(asked.seen_in.iter().copied()).collect();
        for scope in places {
            let mut turns = self.admissions.turns_in(asked.name, scope).to_vec();
            turns.extend(asked.case.into_iter().flat_map(|case| accounts_in(evidence, case, scope)));
            turns.sort_by_key(|turn| (turn.time, turn.gives));
            // Whoever was seen where no record let anybody in directly, was let in by a group or before the first record.
            if !turns.is_empty() || !ways.iter().any(|way| way.scope == scope) {
                ways.push(Way { scope, links: vec![turns] });
            }
        }
        ways
    }

    /// What a group brings its members, or one of them while a row lasts.
    fn by_group<'w>(&'w self, group: &'w str, row: Option<&'w Held<'_>>) -> impl Iterator<Item = Way<'w>> {
        self.admissions.turns_of(group).map(move |(scope, turns)| Way {
            scope,
            links: std::iter::once(turns.to_vec()).chain(row.map(turns_of)).collect(),
        })
    }

    /// Where, by then, another workspace may have been given: in a hole since the account was made, or a group that it is in.
    fn hole(&self, evidence: &Evidence<'_>, asked: &Asked<'_>, ways: &[Way<'_>], time: i64) -> Option<String> {
        let groups = self
            .held
            .get(asked.name)
            .into_iter()
            .flatten()
            .filter(|row| row.pair.entitlement_kind == EntitlementKind::Membership && row.holds_at(time));
        let made = std::iter::once(asked.case.and_then(|case| made(case, Verb::UserCreate)))
            .chain(groups.map(|row| self.groups.get(row.pair.entitlement).copied()));
        let Some(since) = made.collect::<Option<Vec<i64>>>().and_then(|all| all.into_iter().min()) else {
            return Some(OLDER.to_owned());
        };
        let places: BTreeSet<&str> = ways.iter().map(|way| way.scope).collect();
        let is_audited =
            |source: &str, scope: &str| source == crate::source::DATABRICKS && !evidence.is_left_out(source, scope);
        let any = || evidence.hole(|log| is_audited(&log.source, &log.scope), since, time);
        unwatched(evidence, &places, since, time).or_else(any)
    }
}

/// When a principal was made, where that is the first that is known of it.
fn made(case: &Case, verb: Verb) -> Option<i64> {
    let first = case.effects.iter().find(|effect| effect.scope == Scope::ACCOUNT)?;
    let is_older = case.observations.iter().any(|seen| seen.held && seen.time < first.time);
    (first.verb == verb && !first.may_be_older && !is_older).then_some(first.time)
}

/// What gave and took an account in a workspace.
fn accounts_in<'w>(evidence: &'w Evidence<'_>, case: &'w Case, scope: &'w str) -> impl Iterator<Item = Turn> {
    let correlation = evidence.correlation;
    let of_scope = case.effects.iter().filter(move |effect| correlation.ground.scopes.name(effect.scope) == scope);
    of_scope.map(move |effect| Turn {
        time: effect.time,
        gives: effect.direction == Direction::Grant,
        is_said: true,
        event_id: Some(correlation.judged.acts.at(effect.row).event_id.to_owned()),
    })
}

fn turns_of(row: &Held<'_>) -> Vec<Turn> {
    let turn = |edge: Edge<'_>, gives: bool| {
        let event_id = edge.by.map(str::to_owned);
        edge.time.map(|time| Turn { time, gives, is_said: true, event_id })
    };
    turn(row.opened, true).into_iter().chain(row.closed.and_then(|edge| turn(edge, false))).collect()
}

impl Reading {
    fn counts(self, turn: &Turn) -> bool {
        turn.is_said || turn.gives == (self == Self::Strict)
    }
}

impl Way<'_> {
    fn stands(&self, at: i64, reading: Reading) -> bool {
        self.links.iter().all(|turns| {
            let last = turns.iter().rfind(|turn| turn.time <= at && reading.counts(turn));
            // What was taken without having been given was there before.
            last.or(turns.first()).is_none_or(|turn| turn.gives == last.is_some())
        })
    }
}

/// True where somebody stands somewhere at an instant, once everything of it has happened.
fn stands(ways: &[Way<'_>], at: i64, reading: Reading) -> bool {
    ways.iter().any(|way| way.stands(at, reading))
}

/// The turn after which nothing stands any more, and where it happened.
fn lost<'w>(ways: &'w [Way<'_>], asked: &Asked<'_>, reading: Reading) -> Option<(&'w Turn, &'w str)> {
    let turns = ways.iter().flat_map(|way| way.links.iter().flatten().map(|turn| (turn, way.scope)));
    let mut losses: Vec<(&Turn, &str)> =
        turns.filter(|(turn, _)| !turn.gives && reading.counts(turn) && turn.time < asked.until).collect();
    losses.sort_by_key(|(turn, scope)| (turn.time, *scope, &turn.event_id));
    let is_back = || gains(ways).any(|time| (asked.since..asked.until).contains(&time) && stands(ways, time, reading));
    if !stands(ways, asked.since - 1, reading) && !is_back() {
        return losses.into_iter().rfind(|(turn, _)| turn.time < asked.since);
    }
    losses.into_iter().find(|(turn, _)| turn.time >= asked.since && !stands(ways, turn.time, reading))
}

/// When something was given, in order.
fn gains(ways: &[Way<'_>]) -> impl Iterator<Item = i64> {
    let turns = ways.iter().flat_map(|way| way.links.iter().flatten());
    let times: BTreeSet<i64> = turns.filter(|turn| turn.gives).map(|turn| turn.time).collect();
    times.into_iter()
}
