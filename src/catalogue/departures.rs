//! Departures as DEP-01 and DEP-02 judge them: what the identity provider decided and what personnel records say, laid together.

mod laid;
mod through_groups;
mod verdict;

use std::collections::BTreeSet;

use super::clock::Clock;
use super::dep01::TEST;
use super::evidence::Evidence;
use super::leavers::{has_returned, returned_at};
use super::removals::{Asked, Removal, Removals};
use crate::change::{Direction, Verb};
use crate::companion::{HrLeaver, Kind as Register, LeaverKind};
use crate::correlate::cases::Key;
use crate::correlate::kernel::{Case, Effect, Reason, Scope};
use crate::correlate::{ACCOUNT, Tracing};
use crate::error::{Error, Result};
use laid::{decided, find_elsewhere, lay_personnel};

/// One departure: a person, and one uninterrupted absence.
#[derive(Debug)]
pub(super) struct Departure<'e> {
    /// The person's account.
    pub(super) key: Key,
    /// What bears on it; `None` = no decision and no change of the account itself is on record.
    pub(super) case: Option<&'e Case>,
    /// Where the person acted or held something, although nothing bears on the account itself.
    elsewhere: BTreeSet<Scope>,
    /// The identity provider's decisions that tracing judged, in order.
    pub(super) traced: Vec<&'e Tracing>,
    /// Row of the first of its decisions; `None` = it decided nothing.
    pub(super) trigger: Option<usize>,
    /// The personnel record; `None` = there is none of this departure.
    pub(super) personnel: Option<&'e HrLeaver>,
    /// Whether it is one at all is not known: another assignment may be left.
    is_doubtful: bool,
    /// When the clock starts: the personnel record's time, else that of the first decision.
    pub(super) start: i64,
    /// When the identity provider first decided.
    pub(super) decided: Option<i64>,
    /// When Databricks ended the access.
    pub(super) end: Option<End>,
    /// Workspaces had all been lost before, while the account stood.
    gone: Option<Removal>,
    /// The hole in which all workspaces may have been lost in time.
    lost_unseen: Option<String>,
    /// The limit, and when it runs out.
    pub(super) sla: i64,
    pub(super) due: i64,
}

/// The end of access in Databricks.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) time: i64,
    /// Event that shows it; `None` = none at hand does.
    pub(super) event_id: Option<String>,
    pub(super) scope: String,
    /// The account stands, and every workspace was lost; `None` = the account itself ended.
    pub(super) removal: Option<Removal>,
}

/// The departures of the period, and what was left out.
#[derive(Debug)]
pub(super) struct Departures<'e> {
    pub(super) all: Vec<Departure<'e>>,
    pub(super) exclusions: Vec<(String, u64)>,
    pub(super) clock: Clock,
}

/// What starts the clock, and how long it may run.
struct Terms {
    triggers: BTreeSet<Verb>,
    sla: i64,
    involuntary: i64,
    clock: Clock,
}

const TRIGGERS: [Verb; 4] = [Verb::UserDeactivate, Verb::UserDelete, Verb::AppUnassign, Verb::UserSuspend];

impl Terms {
    fn of(evidence: &Evidence<'_>) -> Result<Self> {
        let word = |word: &String| {
            Verb::parse(word).filter(|verb| TRIGGERS.contains(verb)).ok_or_else(|| {
                let known = TRIGGERS.map(Verb::as_str).join(", ");
                Error::Input(format!("[test.\"{}\"] triggers: unknown trigger `{word}` (known: {known})", TEST.id))
            })
        };
        Ok(Self {
            triggers: evidence.config.texts(TEST.id, "triggers")?.iter().map(word).collect::<Result<_>>()?,
            sla: evidence.config.span(TEST.id, "deprovision_sla")?.micros(),
            involuntary: evidence.config.span(TEST.id, "involuntary_sla")?.micros(),
            clock: Clock::of(evidence, &TEST)?,
        })
    }
}

/// Every departure that DEP-01 judges: begun in the period, or before it where access still stood at its start or the limit had not
/// run out then.
///
/// # Errors
/// A parameter of DEP-01 is malformed.
pub(super) fn departures<'e>(evidence: &'e Evidence<'_>) -> Result<Departures<'e>> {
    let terms = Terms::of(evidence)?;
    let (mut all, movers, repeated) = laid_together(evidence, &terms)?;
    let (mut before, mut after) = (0, 0);
    all.retain(|departure| {
        let is_after = departure.start >= evidence.period.end;
        let is_before = departure.start < evidence.period.start && !departure.stood_at_start(evidence);
        after += u64::from(is_after);
        before += u64::from(is_before);
        !is_after && !is_before
    });
    all.sort_by(|a, b| (a.start, &a.key).cmp(&(b.start, &b.key)));
    let (doubtful, all): (Vec<_>, Vec<_>) = all.into_iter().partition(|departure| departure.is_doubtful);
    let mut exclusions = vec![
        ("departures after the period".to_owned(), after),
        ("departures before the period, whose access was gone or who were back at its start".to_owned(), before),
    ];
    if evidence.companions.has(Register::HrLeavers) {
        exclusions.push(("personnel records of people who moved and did not leave".to_owned(), movers));
        exclusions.push(("further personnel records of the same departure".to_owned(), repeated));
    }
    if !doubtful.is_empty() {
        let why = "people who lost the last assignment on record, that of a group, and may have an older one";
        exclusions.push((why.to_owned(), doubtful.len() as u64));
    }
    Ok(Departures { all, exclusions, clock: terms.clock })
}

/// Every departure at hand that is known to be one, whenever it began, ordered by start and key.
///
/// # Errors
/// A parameter of DEP-01 is malformed.
pub(super) fn every_departure<'e>(evidence: &'e Evidence<'_>) -> Result<Vec<Departure<'e>>> {
    let (mut all, ..) = laid_together(evidence, &Terms::of(evidence)?)?;
    all.retain(|departure| !departure.is_doubtful);
    all.sort_by(|a, b| (a.start, &a.key).cmp(&(b.start, &b.key)));
    Ok(all)
}

fn laid_together<'e>(evidence: &'e Evidence<'_>, terms: &Terms) -> Result<(Vec<Departure<'e>>, u64, u64)> {
    let mut all = decided(evidence, terms);
    let (movers, repeated) = lay_personnel(evidence, &mut all);
    find_elsewhere(evidence, &mut all);
    for departure in &mut all {
        departure.finish(evidence, terms);
    }
    let mut open: Vec<&mut Departure<'e>> = all.iter_mut().filter(|d| d.is_open()).collect();
    if !open.is_empty() {
        let names = open.iter().map(|departure| departure.key.subject.label().to_owned()).collect();
        let removals = Removals::read(evidence, &names)?;
        for departure in &mut open {
            departure.leave_workspaces(evidence, &removals);
        }
    }
    Ok((all, movers, repeated))
}

impl<'e> Departure<'e> {
    fn new(evidence: &'e Evidence<'_>, key: Key, start: i64) -> Self {
        Self {
            case: evidence.correlation.judged.cases.by_key.get(&key),
            elsewhere: BTreeSet::new(),
            key,
            traced: Vec::new(),
            trigger: None,
            personnel: None,
            is_doubtful: false,
            start,
            decided: None,
            end: None,
            gone: None,
            lost_unseen: None,
            sla: 0,
            due: start,
        }
    }

    fn finish(&mut self, evidence: &Evidence<'_>, terms: &Terms) {
        let is_involuntary = self.personnel.is_some_and(|r| r.kind == LeaverKind::Involuntary);
        self.sla = if is_involuntary { terms.involuntary } else { terms.sla };
        self.due = terms.clock.due(self.start, self.sla);
        let acts = &evidence.correlation.judged.acts;
        let carried = self.traced.iter().filter_map(|t| t.effect).map(|row| (acts.time(row), row)).min();
        // Tracing names no effect over a hole, and knows nothing of personnel records and of decisions that are not its items.
        let is_untraced = self.is_untraced() || self.traced.iter().any(|t| t.reason == Reason::CoverageGap);
        let since = match (self.personnel, self.decided) {
            (Some(_), decided) => Some(decided.map_or(self.start, |decided| decided.min(self.start))),
            (None, decided) => decided.filter(|_| is_untraced),
        };
        let until = self.returned().unwrap_or(i64::MAX);
        let ended = since.filter(|since| !self.was_gone(*since)).and_then(|since| self.ended(since, until));
        self.end = carried.into_iter().chain(ended).min().map(|(time, row)| {
            let act = acts.at(row);
            End { time, event_id: Some(act.event_id.to_owned()), scope: act.scope.to_owned(), removal: None }
        });
    }

    /// True where tracing does not judge the decision that starts the clock.
    fn is_untraced(&self) -> bool {
        self.traced.first().map(|t| t.authority) != self.trigger
    }

    /// True where no end in time is on record.
    fn is_open(&self) -> bool {
        self.end.as_ref().is_none_or(|end| end.time > self.due)
    }

    /// Looks for an end that leaves the account standing.
    fn leave_workspaces(&mut self, evidence: &Evidence<'_>, removals: &Removals<'_>) {
        let since = self.decided.map_or(self.start, |decided| decided.min(self.start));
        let is_audited = |scope: &str| !evidence.is_left_out(crate::source::DATABRICKS, scope);
        let asked = Asked {
            name: self.key.subject.label(),
            case: self.case,
            seen_in: self.seen_in(evidence).into_iter().filter(|scope| is_audited(scope)).collect(),
            since,
            until: self.returned().unwrap_or(i64::MAX),
        };
        let lost_unseen = removals.may_be_lost(evidence, &asked, self.due);
        let removal = removals.of(evidence, &asked);
        self.lost_unseen = lost_unseen;
        let Some(removal) = removal else { return };
        match &self.end {
            _ if removal.time < since => self.gone = Some(removal),
            Some(end) if end.time <= removal.time => {}
            _ => {
                let (event_id, scope) = (removal.event_id.clone(), removal.scope.clone());
                self.end = Some(End { time: removal.time, event_id, scope, removal: Some(removal) });
            }
        }
    }

    /// When access ended, by what became of the departure: at the latest when the clock starts, where it was known to be gone by then.
    /// What was never seen to be there has not ended.
    pub(super) fn ended_at(&self, became: Reason) -> Option<i64> {
        let is_shown = |case: &Case| {
            let effects = case.effects.iter().map(|effect| effect.time);
            effects.chain(case.observations.iter().map(|seen| seen.time)).any(|time| time <= self.start)
        };
        let had_ended = became == Reason::AlreadyInEffect && (self.gone.is_some() || self.case.is_some_and(is_shown));
        if had_ended { Some(self.start) } else { self.end.as_ref().map(|end| end.time) }
    }

    fn removal(&self) -> Option<&Removal> {
        self.gone.as_ref().or_else(|| self.end.as_ref()?.removal.as_ref())
    }

    /// True where every workspace was lost, and the account stands.
    pub(super) fn keeps_account(&self) -> bool {
        self.removal().is_some()
    }

    /// The hole in which a workspace may have been given to somebody who had lost every other by an instant; `None` = there is none.
    pub(super) fn unseen(&self, by: i64) -> Option<String> {
        self.removal().filter(|removal| removal.time <= by)?.hole.clone()
    }

    /// When somebody who had lost every workspace stood in one again; `None` = not on record, or the account itself ended.
    pub(super) fn let_in_again(&self) -> Option<i64> {
        self.removal()?.back
    }

    /// The first decision that brings the person back; none where personnel records say that the person left, since that stands.
    pub(super) fn returned(&self) -> Option<i64> {
        let decided = self.decided.filter(|_| self.personnel.is_none())?;
        returned_at(self.case?, decided)
    }

    /// The end of the account since an instant, or of the access in the last workspace.
    fn ended(&self, since: i64, until: i64) -> Option<(i64, usize)> {
        let case = self.case?;
        let first = |scope: Scope| {
            let of_scope = |e: &&Effect| e.scope == scope && e.direction == Direction::Revoke;
            let in_reach = |e: &&Effect| e.time >= since && e.time < until;
            let all = case.effects.iter().enumerate().filter(|(_, e)| of_scope(e) && in_reach(e));
            all.filter(|(at, _)| !case.leaves_another(*at)).map(|(_, e)| (e.time, e.row)).next()
        };
        // What stands at the account ends there.
        let stands_there = self.last(Scope::ACCOUNT, since) == Some(Direction::Grant);
        let everywhere: Option<Vec<(i64, usize)>> = case.seen_in.iter().map(|scope| first(*scope)).collect();
        let last = everywhere.filter(|_| !stands_there).and_then(|all| all.into_iter().max());
        first(Scope::ACCOUNT).into_iter().chain(last).min()
    }

    /// What the last effect in a scope before an instant left there.
    fn last(&self, scope: Scope, before: i64) -> Option<Direction> {
        let case = self.case?;
        let at = case.effects.iter().rposition(|e| e.scope == scope && e.time < before)?;
        Some(if case.leaves_another(at) { Direction::Grant } else { case.effects[at].direction })
    }

    /// True when the access was known to be gone at an instant.
    fn was_gone(&self, at: i64) -> bool {
        let Some(case) = self.case else { return false };
        let last = |scope: Scope| self.last(scope, at);
        match last(Scope::ACCOUNT) {
            Some(direction) => direction == Direction::Revoke,
            None => {
                !case.seen_in.is_empty() && case.seen_in.iter().all(|scope| last(*scope) == Some(Direction::Revoke))
            }
        }
    }

    // Whether access still stood when the period began, or the limit had not run out then.
    fn stood_at_start(&self, evidence: &Evidence<'_>) -> bool {
        let start = evidence.period.start;
        let is_back = self.decided.is_some_and(|decided| has_returned(evidence, &self.key, decided, start));
        match &self.end {
            Some(end) => end.time >= start || self.due >= start,
            None => {
                let stands = matches!(
                    self.judge(evidence).0,
                    Reason::Missing | Reason::Failed | Reason::CoverageGap | Reason::WindowOpen
                );
                self.due >= start || stands && !is_back
            }
        }
    }

    /// Workspaces in which the person was seen.
    pub(super) fn seen_in<'s>(&'s self, evidence: &'s Evidence<'_>) -> Vec<&'s str> {
        let known = self.case.into_iter().flat_map(|case| case.seen_in.iter()).chain(&self.elsewhere);
        known.map(|scope| evidence.correlation.ground.scopes.name(*scope)).filter(|name| *name != ACCOUNT).collect()
    }

    /// What the clock's start rests on.
    pub(super) const fn basis(&self) -> &'static str {
        match self.personnel {
            Some(_) => "personnel record",
            None => "identity provider's decision",
        }
    }
}
