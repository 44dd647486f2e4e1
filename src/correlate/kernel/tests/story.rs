//! A small language for cases: what happened to one key, and how each effect and each decision is to be judged.

use super::super::super::assign::Window;
use super::super::{
    About, Case, Decision, Effect, Ending, EndingKind, Instant, Limits, Observation, Push, Reason, Scope, Traced,
    Unpushed, Vouched, World, trace, vouch,
};
use crate::change::{Direction, Verb};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) const LIMITS: Limits = Limits {
    window: Window { look_back: DAY, skew: 5 * MINUTE },
    provision_sla: DAY,
    deprovision_sla: DAY,
    cut_off: 90 * DAY,
    push_cut_off: 90 * DAY,
};

/// Something that happened to the key.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    Decision(Decision),
    Push(Push),
    Effect(Effect),
    Ending(Ending),
    Observation(Observation),
}

fn decision(time: Instant, direction: Direction, rank: Option<u8>, is_item: bool) -> Fact {
    let verb = match (direction, rank) {
        (Direction::Revoke, Some(0)) => Verb::MemberRemove,
        (Direction::Revoke, _) => Verb::UserDeactivate,
        (_, Some(_)) => Verb::MemberAdd,
        (_, None) => Verb::UserActivate,
    };
    Fact::Decision(Decision { time, direction, rank, is_item, verb, restores: false, lapses: Instant::MAX, row: 0 })
}

/// The identity provider grants this very access.
pub(super) fn wanted(time: Instant) -> Fact {
    decision(time, Direction::Grant, Some(0), true)
}

/// The identity provider takes this very access back.
pub(super) fn unwanted(time: Instant) -> Fact {
    decision(time, Direction::Revoke, Some(0), true)
}

/// The person leaves: ends this access as a consequence; the departure is traced at the person's own key.
pub(super) fn left(time: Instant) -> Fact {
    decision(time, Direction::Revoke, Some(1), false)
}

/// The person leaves, told at the person's own key, where it is traced.
pub(super) fn leaver(time: Instant) -> Fact {
    decision(time, Direction::Revoke, Some(1), true)
}

/// The person is back: authorises nothing by itself.
pub(super) fn returned(time: Instant) -> Fact {
    decision(time, Direction::Grant, None, false)
}

/// The same decision by another verb.
pub(super) fn of_verb(mut fact: Fact, verb: Verb) -> Fact {
    if let Fact::Decision(decision) = &mut fact {
        decision.verb = verb;
    }
    fact
}

/// The person is suspended: ends no access, but it is out of force.
pub(super) fn suspended(time: Instant) -> Fact {
    of_verb(decision(time, Direction::Revoke, None, false), Verb::UserSuspend)
}

/// The person's assignment ends.
pub(super) fn unassigned(time: Instant) -> Fact {
    of_verb(left(time), Verb::AppUnassign)
}

/// The person is assigned: authorises no membership by itself.
pub(super) fn assigned(time: Instant) -> Fact {
    of_verb(returned(time), Verb::AppAssign)
}

/// The push of the group ends.
pub(super) fn unpushed(time: Instant) -> Fact {
    of_rank(of_verb(left(time), Verb::PushRemove), 2)
}

/// The group is pushed again.
pub(super) fn repushed(time: Instant) -> Fact {
    of_verb(returned(time), Verb::PushCreate)
}

/// The person is back, told at the person's own key, where it is traced.
pub(super) fn returner(time: Instant) -> Fact {
    decision(time, Direction::Grant, None, true)
}

/// The same decision at another strength.
pub(super) fn of_rank(mut fact: Fact, rank: u8) -> Fact {
    if let Fact::Decision(decision) = &mut fact {
        decision.rank = Some(rank);
    }
    fact
}

fn push(time: Instant, direction: Direction, succeeded: bool) -> Fact {
    Fact::Push(Push { time, direction, succeeded, about: About::Key, by_connector: true, workspace: None, row: 0 })
}

/// The identity provider reports that the grant arrived.
pub(super) fn pushed(time: Instant) -> Fact {
    push(time, Direction::Grant, true)
}

/// The identity provider reports that the removal has arrived.
pub(super) fn pushed_out(time: Instant) -> Fact {
    push(time, Direction::Revoke, true)
}

/// The identity provider reports that the grant did not arrive.
pub(super) fn push_failed(time: Instant) -> Fact {
    push(time, Direction::Grant, false)
}

/// The identity provider reports that the account could not be created; it was not there until the instant.
pub(super) fn uncreated(time: Instant, until: Instant) -> Fact {
    match push_failed(time) {
        Fact::Push(push) => Fact::Push(Push { about: About::Account { until }, ..push }),
        other => other,
    }
}

fn effect(time: Instant, direction: Direction) -> Fact {
    let verb = if direction == Direction::Grant { Verb::MemberAdd } else { Verb::MemberRemove };
    Fact::Effect(Effect {
        time,
        direction,
        scope: Scope::ACCOUNT,
        verb,
        actor: 0,
        by_connector: false,
        exempt: None,
        is_assignment_half: false,
        may_be_older: false,
        account: 0,
        group: 0,
        row: 0,
    })
}

/// Databricks logged who holds it all, for the first time.
pub(super) fn stated_first(time: Instant) -> Fact {
    match granted(time) {
        Fact::Effect(effect) => Fact::Effect(Effect { may_be_older: true, ..effect }),
        other => other,
    }
}

/// Databricks logged the grant, at the account.
pub(super) fn granted(time: Instant) -> Fact {
    effect(time, Direction::Grant)
}

/// Databricks logged the removal, at the account.
pub(super) fn revoked(time: Instant) -> Fact {
    effect(time, Direction::Revoke)
}

/// The person or the group was deleted (final), or the person deactivated or activated again, in Databricks.
pub(super) fn ended(time: Instant, kind: EndingKind) -> Fact {
    Fact::Ending(Ending { time, scope: Scope::ACCOUNT, spares: Vec::new(), kind, row: 0 })
}

/// A snapshot saw the access, or that it was not there, at the account.
pub(super) fn seen(time: Instant, held: bool) -> Fact {
    Fact::Observation(Observation { time, scope: Scope::ACCOUNT, account: 0, held })
}

impl Fact {
    /// Taken back at an instant, while another decision gives the same.
    pub(super) fn lapsing(mut self, at: Instant) -> Self {
        if let Self::Decision(decision) = &mut self {
            decision.lapse(at);
        }
        self
    }

    /// The same in a workspace.
    pub(super) fn at(mut self, workspace: u32) -> Self {
        match &mut self {
            Self::Effect(e) => e.scope = Scope(workspace),
            Self::Ending(e) => e.scope = Scope(workspace),
            Self::Observation(o) => o.scope = Scope(workspace),
            Self::Push(p) => p.workspace = Some(Scope(workspace)),
            other => panic!("{other:?} has no scope"),
        }
        self
    }

    /// Of the group with that id.
    pub(super) fn of_group(mut self, group: u32) -> Self {
        if let Self::Effect(effect) = &mut self {
            effect.group = group;
        }
        self
    }

    /// The same effect on another of the subject's accounts.
    pub(super) fn of_account(mut self, account: u32) -> Self {
        if let Self::Effect(effect) = &mut self {
            effect.account = account;
        }
        self
    }

    /// The same effect by another actor.
    pub(super) fn by(mut self, actor: u32) -> Self {
        if let Self::Effect(effect) = &mut self {
            effect.actor = actor;
        }
        self
    }

    /// The same effect by the configured connector.
    pub(super) fn by_connector(mut self) -> Self {
        if let Self::Effect(effect) = &mut self {
            effect.by_connector = true;
        }
        self
    }

    /// The same push by a client that is not known to be the connector.
    pub(super) fn by_stranger(mut self) -> Self {
        if let Self::Push(push) = &mut self {
            push.by_connector = false;
        }
        self
    }

    /// The same effect, of a kind that authority does not bear on.
    pub(super) fn exempt(mut self, reason: Reason) -> Self {
        if let Self::Effect(effect) = &mut self {
            effect.exempt = Some(reason);
        }
        self
    }
}

/// A case in the making, with what the logs do not speak for.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) case: Case,
    holes: Holes,
}

#[derive(Debug, Clone, Default)]
struct Holes {
    authority: Vec<(Instant, Instant)>,
    effects: Vec<(Instant, Instant)>,
    account: Vec<(Instant, Instant)>,
    pushes: Vec<(Instant, Instant)>,
}

impl World for Holes {
    fn authority_hole(&self, from: Instant, to: Instant) -> Option<String> {
        self.authority.iter().any(|h| h.0 <= to && from < h.1).then(|| "HOLE-A".to_owned())
    }

    fn push_hole(&self, from: Instant, to: Instant) -> Option<String> {
        self.pushes.iter().any(|h| h.0 <= to && from < h.1).then(|| "HOLE-P".to_owned())
    }

    fn effect_hole(&self, scopes: &[Scope], from: Instant, to: Instant) -> Option<String> {
        let at_account = self.account.iter().filter(|_| scopes.is_empty() || scopes.contains(&Scope::ACCOUNT));
        self.effects.iter().chain(at_account).any(|h| h.0 <= to && from < h.1).then(|| "HOLE-E".to_owned())
    }
}

/// A case of a resolved person, known to Databricks, with a group that is pushed. The row of a fact is its place here.
pub(super) fn given(facts: impl IntoIterator<Item = Fact>) -> Story {
    let mut case = Case { is_resolved: true, is_known_to_databricks: true, is_pushed: true, ..Case::default() };
    for (row, fact) in facts.into_iter().enumerate() {
        match fact {
            Fact::Decision(d) => case.decisions.push(Decision { row, ..d }),
            Fact::Push(p) => case.pushes.push(Push { row, ..p }),
            Fact::Effect(e) => case.effects.push(Effect { row, ..e }),
            Fact::Ending(e) => case.endings.push(Ending { row, ..e }),
            Fact::Observation(o) => case.observations.push(o),
        }
    }
    case.decisions.sort_by_key(|d| d.time);
    case.pushes.sort_by_key(|p| p.time);
    case.effects.sort_by_key(|e| e.time);
    case.endings.sort_by_key(|e| e.time);
    case.observations.sort_by_key(|o| o.time);
    Story { case, holes: Holes::default() }
}

impl Story {
    /// The same case with something else about it.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Case)) -> Self {
        change(&mut self.case);
        self
    }

    /// The identity provider's log has a hole.
    pub(super) fn authority_hole(mut self, from: Instant, to: Instant) -> Self {
        self.holes.authority.push((from, to));
        self
    }

    /// The Databricks log has a hole.
    pub(super) fn effect_hole(mut self, from: Instant, to: Instant) -> Self {
        self.holes.effects.push((from, to));
        self
    }

    /// The Databricks log of the account alone has a hole.
    pub(super) fn account_hole(mut self, from: Instant, to: Instant) -> Self {
        self.holes.account.push((from, to));
        self
    }

    /// The log of pushes has a hole.
    pub(super) fn push_hole(mut self, from: Instant, to: Instant) -> Self {
        self.holes.pushes.push((from, to));
        self
    }

    /// The whole case and its holes at another time.
    pub(super) fn shifted(mut self, by: i64) -> Self {
        self.case.decisions.iter_mut().for_each(|d| (d.time, d.lapses) = (d.time + by, d.lapses.saturating_add(by)));
        for push in &mut self.case.pushes {
            push.time += by;
            if let About::Account { until } = &mut push.about {
                *until = until.saturating_add(by);
            }
        }
        self.case.effects.iter_mut().for_each(|e| e.time += by);
        self.case.endings.iter_mut().for_each(|e| e.time += by);
        self.case.observations.iter_mut().for_each(|o| o.time += by);
        let unpushed = self.case.unpushed.iter().map(|span| Unpushed {
            from: span.from + by,
            until: span.until + by,
            unseen_since: span.unseen_since.map(|since| since + by),
        });
        self.case.unpushed = unpushed.collect();
        self.case.made = self.case.made.map(|made| made + by);
        self.case.remade.iter_mut().for_each(|(made, _)| *made += by);
        let Holes { authority, effects, account, .. } = &mut self.holes;
        for hole in authority.iter_mut().chain(effects).chain(account) {
            *hole = (hole.0 + by, hole.1 + by);
        }
        self
    }

    /// What the logs do not speak for.
    pub(super) fn world(&self) -> &dyn World {
        &self.holes
    }

    pub(super) fn judge(&self) -> (Vec<Vouched>, Vec<Traced>) {
        let vouched = vouch(&self.case, &LIMITS, &self.holes);
        let traced = trace(&self.case, &LIMITS, &self.holes, &vouched);
        (vouched, traced)
    }

    /// The reasons of all effects and of all traced decisions, in order.
    #[track_caller]
    pub(super) fn gives(self, effects: &[Reason], decisions: &[Reason]) -> Self {
        let (vouched, traced) = self.judge();
        assert_eq!(vouched.iter().map(|v| v.reason).collect::<Vec<_>>(), effects, "effects of {:#?}", self.case);
        assert_eq!(traced.iter().map(|t| t.reason).collect::<Vec<_>>(), decisions, "decisions of {:#?}", self.case);
        self
    }

    /// Which decision vouches each effect.
    #[track_caller]
    pub(super) fn linked(self, decisions: &[Option<usize>]) -> Self {
        let found: Vec<_> = self.judge().0.iter().map(|v| v.decision).collect();
        assert_eq!(found, decisions, "links of {:#?}", self.case);
        self
    }

    /// When each traced decision was carried out.
    #[track_caller]
    pub(super) fn carried_out(self, times: &[Option<Instant>]) -> Self {
        let found: Vec<_> = self.judge().1.iter().map(|t| t.effect.map(|(_, time)| time)).collect();
        assert_eq!(found, times, "carried out in {:#?}", self.case);
        self
    }
}
