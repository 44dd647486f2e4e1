//! The pure kernel: one key, its time-ordered changes on both sides, and nothing else.
//!
//! A key is one subject and one entitlement. Whatever else bears on it (a group deleted, a person deactivated) has been
//! laid onto the key beforehand, so that every key can be judged alone.

use std::collections::BTreeMap;

use super::assign::{self, Window};
use crate::change::{Direction, Verb};

/// A microsecond instant.
pub type Instant = i64;

/// Databricks keeps a workspace row of an account-level act within this time of it (design: rulings).
const TWIN_TOLERANCE: i64 = 5_000_000;

/// An identity-provider decision as it bears on one key.
#[derive(Debug, Clone)]
pub struct Decision {
    /// When.
    pub time: Instant,
    /// Which way.
    pub direction: Direction,
    /// 0 = names this key itself, higher = authorises it as a consequence; `None` = authorises nothing, only stands in the history.
    pub rank: Option<u8>,
    /// True where the decision is traced (its own key).
    pub is_item: bool,
    /// The verb of the decision.
    pub verb: Verb,
    /// Row of the access change.
    pub row: usize,
}

/// A push from identity provider to Databricks as it bears on one key.
#[derive(Debug, Clone)]
pub struct Push {
    /// When.
    pub time: Instant,
    /// Which way.
    pub direction: Direction,
    /// True = it arrived, as the identity provider says.
    pub succeeded: bool,
    /// False = it concerns the whole group and names no member; it links, but proves nothing about this key.
    pub names_subject: bool,
    /// Row of the access change.
    pub row: usize,
}

/// A successful change that Databricks logged on one key.
#[derive(Debug, Clone)]
pub struct Effect {
    /// When.
    pub time: Instant,
    /// Which way.
    pub direction: Direction,
    /// Where.
    pub scope: String,
    /// The acting principal and the act, for recognising twins.
    pub act: String,
    /// A verdict that holds whatever the authority says: platform housekeeping, automatic creation.
    pub exempt: Option<Reason>,
    /// True = the row is the workspace half of an assignment, not an act of its own.
    pub is_assignment_half: bool,
    /// Row of the access change.
    pub row: usize,
}

/// Something that ends or restores this key's access without naming it.
#[derive(Debug, Clone)]
pub struct Ending {
    /// When.
    pub time: Instant,
    /// Where; `account` reaches everywhere.
    pub scope: String,
    /// True = ended for good (deleted); false = suspended, kept for the day of return.
    pub is_final: bool,
}

/// Everything that bears on one key, each list ordered by time.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// Decisions.
    pub decisions: Vec<Decision>,
    /// Pushes.
    pub pushes: Vec<Push>,
    /// Effects.
    pub effects: Vec<Effect>,
    /// Deletions and deactivations of the subject or the group.
    pub endings: Vec<Ending>,
    /// True when the subject was resolved to one cluster.
    pub is_resolved: bool,
    /// True when the subject was ever seen in Databricks.
    pub is_known_to_databricks: bool,
    /// True when the group is pushed and the person assigned.
    pub is_pushed: bool,
    /// True for the account of a person or service principal: its end must reach the account or every workspace.
    pub is_account: bool,
    /// Workspaces in which the subject was seen.
    pub seen_in: Vec<String>,
    /// Instants and directions of decisions on the entitlement whose subject is unresolved.
    pub unresolved_decisions: Vec<(Instant, Direction)>,
}

/// Why an item was judged as it was. The words are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the contract defines each reason under the word that `as_str` gives")]
pub enum Reason {
    Matched,
    Transport,
    State,
    Implied,
    Redundant,
    NoAuthority,
    CoverageGap,
    UnresolvedSubject,
    PlatformInternal,
    AutomaticIdentityManagement,
    JustInTime,
    AlreadyInEffect,
    Late,
    Missing,
    Failed,
    WindowOpen,
    NotPushed,
    Superseded,
}

impl Reason {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Transport => "transport",
            Self::State => "state",
            Self::Implied => "implied",
            Self::Redundant => "redundant",
            Self::NoAuthority => "no_authority",
            Self::CoverageGap => "coverage_gap",
            Self::UnresolvedSubject => "unresolved_subject",
            Self::PlatformInternal => "platform_internal",
            Self::AutomaticIdentityManagement => "automatic_identity_management",
            Self::JustInTime => "just_in_time",
            Self::AlreadyInEffect => "already_in_effect",
            Self::Late => "late",
            Self::Missing => "missing",
            Self::Failed => "failed",
            Self::WindowOpen => "window_open",
            Self::NotPushed => "not_pushed",
            Self::Superseded => "superseded",
        }
    }

    /// The verdict that the reason stands for.
    pub const fn verdict(self) -> super::Verdict {
        match self {
            Self::Matched | Self::Transport | Self::State | Self::Implied | Self::Redundant | Self::AlreadyInEffect => {
                super::Verdict::Pass
            }
            Self::NoAuthority | Self::Late | Self::Missing | Self::Failed => super::Verdict::Exception,
            Self::CoverageGap | Self::UnresolvedSubject | Self::WindowOpen => super::Verdict::Undetermined,
            Self::PlatformInternal
            | Self::AutomaticIdentityManagement
            | Self::JustInTime
            | Self::NotPushed
            | Self::Superseded => super::Verdict::NotApplicable,
        }
    }
}

/// What the kernel asks of the world beyond its key.
pub trait World: Sync {
    /// The hole, if any, that the authority log has in the span.
    fn authority_hole(&self, from: Instant, to: Instant) -> Option<String>;
    /// The hole, if any, that the Databricks log has in the span in any of the scopes; no scope = any scope at all.
    fn effect_hole(&self, scopes: &[String], from: Instant, to: Instant) -> Option<String>;
}

/// The limits of time that a run works with, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How far before and after an effect its authority may lie.
    pub window: Window,
    /// Time in which a grant must be carried out.
    pub provision_sla: i64,
    /// Time in which a removal must be carried out.
    pub deprovision_sla: i64,
    /// Instant after which nothing is known.
    pub cut_off: Instant,
}

/// How one effect was judged.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// Position of the effect in its case.
    pub effect: usize,
    /// Why.
    pub reason: Reason,
    /// Position of the decision that authorises it.
    pub decision: Option<usize>,
    /// Position of the push that carried it.
    pub push: Option<usize>,
    /// Decisions that could have.
    pub candidate_count: usize,
    /// The hole that keeps it undetermined.
    pub hole: Option<String>,
}

/// How one decision was judged.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Position of the decision in its case.
    pub decision: usize,
    /// Why.
    pub reason: Reason,
    /// Position of the effect that carried it out.
    pub effect: Option<usize>,
    /// Position of the push that carried it.
    pub push: Option<usize>,
    /// The hole that keeps it undetermined.
    pub hole: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Unknown,
    Yes,
    No,
}

/// Judges every effect of a case, in order.
pub fn vouch(case: &Case, limits: &Limits, world: &dyn World) -> Vec<Vouched> {
    let standing = standing(case);
    let mut links = vec![None; case.effects.len()];
    for scope in scopes(case) {
        link_scope(case, limits, &scope, &standing, &mut links);
    }
    (0..case.effects.len()).map(|i| judge_effect(case, limits, world, i, standing[i], links[i])).collect()
}

/// What is known of an effect before any authority is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It changed something, as far as is known.
    Own,
    /// It granted what was held or revoked what was not.
    Redundant,
    /// It is the workspace row of an account-level act.
    Twin,
    /// The verdict does not depend on authority.
    Exempt,
}

fn standing(case: &Case) -> Vec<Standing> {
    let mut held: BTreeMap<&str, Held> = BTreeMap::new();
    let mut endings = case.endings.iter().peekable();
    let mut all = Vec::with_capacity(case.effects.len());
    for effect in &case.effects {
        while let Some(ending) = endings.next_if(|e| e.time + TWIN_TOLERANCE < effect.time) {
            if ending.is_final {
                end_in(&mut held, ending, case);
            }
        }
        let before = held.get(effect.scope.as_str()).copied().unwrap_or(Held::Unknown);
        let after = if effect.direction == Direction::Grant { Held::Yes } else { Held::No };
        held.insert(&effect.scope, after);
        all.push(if effect.exempt.is_some() {
            Standing::Exempt
        } else if before == after {
            Standing::Redundant
        } else if effect.is_assignment_half || is_twin(case, effect) {
            Standing::Twin
        } else {
            Standing::Own
        });
    }
    all
}

fn end_in<'c>(held: &mut BTreeMap<&'c str, Held>, ending: &'c Ending, case: &'c Case) {
    if ending.scope == super::ACCOUNT {
        for effect in &case.effects {
            held.insert(&effect.scope, Held::No);
        }
    }
    held.insert(&ending.scope, Held::No);
}

fn is_twin(case: &Case, effect: &Effect) -> bool {
    effect.scope != super::ACCOUNT
        && case.effects.iter().any(|other| {
            other.scope == super::ACCOUNT
                && other.act == effect.act
                && other.direction == effect.direction
                && other.time.abs_diff(effect.time) <= TWIN_TOLERANCE.unsigned_abs()
        })
}

fn scopes(case: &Case) -> Vec<String> {
    let mut all: Vec<String> = case.effects.iter().map(|e| e.scope.clone()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

// A decision vouches at most one effect per scope, so each scope is assigned on its own.
fn link_scope(case: &Case, limits: &Limits, scope: &str, standing: &[Standing], links: &mut [Option<usize>]) {
    for direction in [Direction::Grant, Direction::Revoke] {
        let effects: Vec<usize> = (0..case.effects.len())
            .filter(|&i| {
                standing[i] == Standing::Own && case.effects[i].scope == scope && case.effects[i].direction == direction
            })
            .collect();
        let decisions: Vec<usize> = (0..case.decisions.len())
            .filter(|&d| case.decisions[d].direction == direction && case.decisions[d].rank.is_some())
            .collect();
        let chosen = assign::assign(
            &decisions
                .iter()
                .map(|&d| (case.decisions[d].time, case.decisions[d].rank.unwrap_or(0)))
                .collect::<Vec<_>>(),
            &effects.iter().map(|&e| case.effects[e].time).collect::<Vec<_>>(),
            limits.window,
            &|d, e| may_vouch(case, limits, decisions[d], effects[e]),
        );
        for (e, d) in chosen.into_iter().enumerate() {
            links[effects[e]] = d.map(|d| decisions[d]);
        }
    }
}

fn may_vouch(case: &Case, limits: &Limits, d: usize, e: usize) -> bool {
    let (decision, effect) = (&case.decisions[d], &case.effects[e]);
    let by_consequence = decision.rank.is_some_and(|r| r > 0) && ending_beside(case, limits, effect).is_some();
    limits.window.holds(decision.time, effect.time) && !by_consequence && !is_overruled(case, decision, effect)
}

// A push in flight when the decision was reversed is still authorised, provided that the reversal was carried out in turn.
fn is_overruled(case: &Case, decision: &Decision, effect: &Effect) -> bool {
    let reversed = case
        .decisions
        .iter()
        .any(|r| r.direction != decision.direction && decision.time < r.time && r.time <= effect.time);
    let undone = || {
        case.effects.iter().any(|u| u.scope == effect.scope && u.direction != effect.direction && u.time > effect.time)
            || case.endings.iter().any(|u| effect.direction == Direction::Grant && u.time > effect.time)
    };
    reversed && !undone()
}

fn ending_beside<'c>(case: &'c Case, limits: &Limits, effect: &Effect) -> Option<&'c Ending> {
    if effect.direction != Direction::Revoke {
        return None;
    }
    case.endings.iter().find(|ending| {
        (ending.scope == super::ACCOUNT || ending.scope == effect.scope)
            && limits.window.holds(ending.time, effect.time)
    })
}

fn judge_effect(
    case: &Case,
    limits: &Limits,
    world: &dyn World,
    i: usize,
    standing: Standing,
    link: Option<usize>,
) -> Vouched {
    let effect = &case.effects[i];
    let candidate_count = case
        .decisions
        .iter()
        .filter(|d| d.rank.is_some() && d.direction == effect.direction && limits.window.holds(d.time, effect.time))
        .count();
    let mut judged =
        Vouched { effect: i, reason: Reason::NoAuthority, decision: None, push: None, candidate_count, hole: None };
    match standing {
        Standing::Exempt => judged.reason = effect.exempt.unwrap_or(Reason::NoAuthority),
        Standing::Redundant => judged.reason = Reason::Redundant,
        Standing::Twin => judged.reason = Reason::Implied,
        Standing::Own => judge_own(case, limits, world, &mut judged, link),
    }
    if let Some(decision) = judged.decision {
        judged.push = push_between(case, effect.direction, case.decisions[decision].time, effect.time, limits);
    }
    judged
}

fn judge_own(case: &Case, limits: &Limits, world: &dyn World, judged: &mut Vouched, link: Option<usize>) {
    let effect = &case.effects[judged.effect];
    if case.is_resolved {
        if link.is_some() {
            judged.decision = link;
            judged.reason = Reason::Matched;
        } else if ending_beside(case, limits, effect).is_some() {
            judged.reason = Reason::Implied;
        } else if let Some(push) = vouching_push(case, limits, effect) {
            judged.push = Some(push);
            judged.reason = Reason::Transport;
        } else if let Some(decision) = standing_decision(case, limits, effect) {
            judged.decision = Some(decision);
            judged.reason = Reason::State;
        }
        if judged.reason != Reason::NoAuthority {
            return;
        }
    }
    let (from, to) = limits.window.around(effect.time);
    let named_elsewhere =
        case.unresolved_decisions.iter().any(|(t, d)| *d == effect.direction && (from..=to).contains(t));
    if !case.is_resolved || named_elsewhere {
        judged.reason = Reason::UnresolvedSubject;
    } else if let Some(hole) = world.authority_hole(from, to) {
        judged.reason = Reason::CoverageGap;
        judged.hole = Some(hole);
    }
}

fn vouching_push(case: &Case, limits: &Limits, effect: &Effect) -> Option<usize> {
    let taken = |push: &Push| {
        case.effects.iter().any(|o| {
            o.scope == effect.scope
                && o.direction == effect.direction
                && o.time < effect.time
                && o.time >= push.time - limits.window.skew
        })
    };
    case.pushes.iter().position(|p| {
        p.succeeded
            && p.names_subject
            && p.direction == effect.direction
            && limits.window.holds(p.time, effect.time)
            && !taken(p)
    })
}

// An authority older than the look-back vouches a full re-sync, unless it was used and undone, or reversed, since.
fn standing_decision(case: &Case, limits: &Limits, effect: &Effect) -> Option<usize> {
    let (d, decision) = case
        .decisions
        .iter()
        .enumerate()
        .rev()
        .find(|(_, d)| d.rank == Some(0) && d.direction == effect.direction && d.time < effect.time)?;
    let is_old = effect.time - decision.time > limits.window.look_back;
    let last_reversal = case
        .decisions
        .iter()
        .rfind(|r| r.direction != decision.direction && r.time > decision.time && r.time <= effect.time);
    let restored = last_reversal.is_none_or(|r| {
        r.rank != Some(0)
            && case.decisions.iter().any(|g| {
                g.direction == decision.direction && g.time > r.time && g.time <= effect.time + limits.window.skew
            })
    });
    let undone = case.effects.iter().any(|o| {
        o.scope == effect.scope
            && o.direction != effect.direction
            && o.time >= decision.time
            && o.time < effect.time
            && last_reversal.is_none()
    });
    ((is_old || last_reversal.is_some()) && restored && !undone).then_some(d)
}

fn push_between(case: &Case, direction: Direction, from: Instant, to: Instant, limits: &Limits) -> Option<usize> {
    let span = from - limits.window.skew..=to + limits.window.skew;
    let in_span = |p: &Push| p.direction == direction && span.contains(&p.time);
    let named = case.pushes.iter().position(|p| in_span(p) && p.names_subject && p.succeeded);
    named.or_else(|| case.pushes.iter().position(in_span))
}

/// Judges every traced decision of a case, in order.
pub fn trace(case: &Case, limits: &Limits, world: &dyn World, vouched: &[Vouched]) -> Vec<Traced> {
    let carried: Vec<Option<usize>> =
        (0..case.decisions.len()).map(|d| carried_out(case, limits, vouched, d)).collect();
    (0..case.decisions.len())
        .filter(|&d| case.decisions[d].is_item)
        .map(|d| judge_decision(case, limits, world, d, &carried))
        .collect()
}

fn judge_decision(case: &Case, limits: &Limits, world: &dyn World, d: usize, carried: &[Option<usize>]) -> Traced {
    let decision = &case.decisions[d];
    let sla = if decision.direction == Direction::Grant { limits.provision_sla } else { limits.deprovision_sla };
    let due = decision.time + sla;
    let mut traced = Traced { decision: d, reason: Reason::Missing, effect: carried[d], push: None, hole: None };
    if let Some(e) = carried[d] {
        let time = case.effects[e].time;
        traced.reason = if time <= due { Reason::Matched } else { Reason::Late };
        traced.push = push_between(case, decision.direction, decision.time, time, limits);
        return traced;
    }
    traced.push = push_between(case, decision.direction, decision.time, next_reversal(case, d).unwrap_or(due), limits);
    traced.reason = if !case.is_resolved {
        Reason::UnresolvedSubject
    } else if !is_expected(case, decision) {
        Reason::NotPushed
    } else if next_reversal(case, d).is_some_and(|r| r <= due) {
        Reason::Superseded
    } else if is_already(case, limits, world, d, carried) {
        Reason::AlreadyInEffect
    } else if due > limits.cut_off {
        Reason::WindowOpen
    } else {
        traced.hole = world.effect_hole(&effect_scopes(case), decision.time - limits.window.skew, due);
        match &traced.hole {
            Some(_) => Reason::CoverageGap,
            None if has_failed(case, limits, d) => Reason::Failed,
            None => Reason::Missing,
        }
    };
    traced
}

// Nothing is expected for groups that are not pushed, people never assigned, and ends of access that never began.
fn is_expected(case: &Case, decision: &Decision) -> bool {
    case.is_pushed && (decision.direction == Direction::Grant || case.is_known_to_databricks)
}

fn next_reversal(case: &Case, d: usize) -> Option<Instant> {
    let decision = &case.decisions[d];
    case.decisions.iter().find(|r| r.direction != decision.direction && r.time > decision.time).map(|r| r.time)
}

fn carried_out(case: &Case, limits: &Limits, vouched: &[Vouched], d: usize) -> Option<usize> {
    let decision = &case.decisions[d];
    let vouched_by_it = vouched.iter().filter(|v| v.decision == Some(d)).map(|v| v.effect);
    let until = next_reversal(case, d).unwrap_or(Instant::MAX);
    let in_time = (0..case.effects.len()).filter(|&e| {
        let effect = &case.effects[e];
        effect.direction == decision.direction
            && effect.time >= decision.time - limits.window.skew
            && effect.time < until
    });
    let mut effects: Vec<usize> = vouched_by_it.collect();
    if effects.is_empty() {
        effects = in_time.collect();
    }
    let at_account = effects.iter().copied().find(|&e| case.effects[e].scope == super::ACCOUNT);
    if case.is_account && decision.direction == Direction::Revoke && at_account.is_none() {
        return ended_everywhere(case, decision, until);
    }
    at_account.or_else(|| effects.first().copied())
}

// Without an account-level end, access has ended only when the last workspace has ended it.
fn ended_everywhere(case: &Case, decision: &Decision, until: Instant) -> Option<usize> {
    let last_in = |scope: &String| {
        (0..case.effects.len()).find(|&e| {
            let effect = &case.effects[e];
            effect.scope == *scope
                && effect.direction == decision.direction
                && (decision.time..until).contains(&effect.time)
        })
    };
    let ends: Option<Vec<usize>> = case.seen_in.iter().map(last_in).collect();
    ends?.into_iter().max_by_key(|&e| case.effects[e].time)
}

fn is_already(case: &Case, limits: &Limits, world: &dyn World, d: usize, carried: &[Option<usize>]) -> bool {
    let decision = &case.decisions[d];
    let last = case.effects.iter().rfind(|e| e.time < decision.time);
    let ended = case.endings.iter().any(|e| {
        e.is_final && e.time < decision.time && last.is_none_or(|l| l.time < e.time || l.direction == Direction::Revoke)
    });
    if last.is_some_and(|e| e.direction == decision.direction) || (decision.direction == Direction::Revoke && ended) {
        return true;
    }
    let reversed = case.decisions[..d].iter().rposition(|p| p.direction != decision.direction);
    reversed.is_some_and(|p| {
        let since = case.decisions[p].time - limits.window.skew;
        let contradicted = last.is_some_and(|e| e.direction != decision.direction);
        carried[p].is_none() && !contradicted && world.effect_hole(&effect_scopes(case), since, decision.time).is_none()
    })
}

fn has_failed(case: &Case, limits: &Limits, d: usize) -> bool {
    let decision = &case.decisions[d];
    let until = next_reversal(case, d).unwrap_or(Instant::MAX);
    let concerned = |p: &&Push| {
        p.names_subject
            && p.direction == decision.direction
            && p.time >= decision.time - limits.window.skew
            && p.time < until
    };
    case.pushes.iter().rfind(concerned).is_some_and(|p| !p.succeeded)
}

// An effect is looked for where the entitlement has had effects; where it never had any, everywhere.
fn effect_scopes(case: &Case) -> Vec<String> {
    let own: Vec<String> = case.effects.iter().filter(|e| !is_twin(case, e)).map(|e| e.scope.clone()).collect();
    if own.iter().any(|s| s == super::ACCOUNT) { vec![super::ACCOUNT.to_owned()] } else { own }
}
