//! The pure kernel: one key, its time-ordered changes on both sides, and nothing else.
//!
//! A key is one subject and one entitlement. Whatever else bears on it (a group deleted, a person deactivated) has been
//! laid onto the key beforehand, so that every key can be judged alone.

#[cfg(test)]
mod tests;
mod trace;
mod vouch;

use std::sync::Arc;

use super::assign::Window;
use crate::change::{Direction, Verb};

pub use trace::trace;
pub use vouch::vouch;

/// A microsecond instant.
pub type Instant = i64;

/// A place where access holds, as a number; 0 is the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(pub u32);

impl Scope {
    /// The account as a whole.
    pub const ACCOUNT: Self = Self(0);
}

/// Databricks keeps a workspace row of an account-level act within this time of it (design: rulings).
const TWIN_TOLERANCE: u64 = 5_000_000;

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
    pub scope: Scope,
    /// What was done.
    pub verb: Verb,
    /// Number of the acting principal; twins share it.
    pub actor: u32,
    /// A verdict that holds whatever the authority says: platform housekeeping, automatic creation.
    pub exempt: Option<Reason>,
    /// True = the row is the workspace half of an assignment, not an act of its own.
    pub is_assignment_half: bool,
    /// True = the first statement of a whole set holds it, so that it may have been there before and be no change at all.
    pub may_be_older: bool,
    /// Row of the access change.
    pub row: usize,
}

/// Something that ends or restores this key's access without naming it.
#[derive(Debug, Clone)]
pub struct Ending {
    /// When.
    pub time: Instant,
    /// Where; `account` reaches everywhere.
    pub scope: Scope,
    /// What it does to the access.
    pub kind: EndingKind,
    /// Row of the access change.
    pub row: usize,
}

/// What an ending does to access that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndingKind {
    /// Gone for good: the person or the group was deleted.
    Final,
    /// Out of force, but kept for the day of return: the person was deactivated.
    Suspended,
    /// Back in force: the person was activated again.
    Restored,
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
    /// True when the group is pushed, or no group is concerned.
    pub is_group_pushed: bool,
    /// True when the group is pushed and the person assigned.
    pub is_pushed: bool,
    /// True for the account of a person or service principal: its end must reach the account or every workspace.
    pub is_account: bool,
    /// Workspaces in which the subject was seen.
    pub seen_in: Arc<[Scope]>,
    /// Scopes in which the entitlement has effects of its own, whoever the subject; empty = it never had any.
    pub effect_scopes: Arc<[Scope]>,
    /// Instants and directions of decisions on the entitlement whose subject is unresolved.
    pub unresolved_decisions: Arc<[(Instant, Direction)]>,
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
    fn effect_hole(&self, scopes: &[Scope], from: Instant, to: Instant) -> Option<String>;
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
    /// Instant after which no effect is known: the end of the Databricks evidence, at most the end of the period plus the
    /// longest window.
    pub cut_off: Instant,
    /// The same for decisions and pushes: the end of the identity provider's evidence.
    pub push_cut_off: Instant,
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
    /// Row of the effect that carried it out, and when.
    pub effect: Option<(usize, Instant)>,
    /// Position of the push that carried it.
    pub push: Option<usize>,
    /// The hole that keeps it undetermined.
    pub hole: Option<String>,
}

/// True when `later` takes back what `decision` decided. A person's return lifts a departure, but no removal of its own.
fn reverses(later: &Decision, decision: &Decision) -> bool {
    later.direction != decision.direction
        && later.time > decision.time
        && (later.rank.is_some() || decision.rank.is_none_or(|rank| rank > 0))
}

/// True when the effect is the workspace row of an account-level act: same act, same direction, within five seconds.
pub fn is_twin(case: &Case, effect: &Effect) -> bool {
    effect.is_assignment_half
        || effect.scope != Scope::ACCOUNT
            && case.effects.iter().any(|other| {
                other.scope == Scope::ACCOUNT
                    && (other.actor, other.verb) == (effect.actor, effect.verb)
                    && other.direction == effect.direction
                    && other.time.abs_diff(effect.time) <= TWIN_TOLERANCE
            })
}

/// The push that lies between a decision and its effect: one that names the subject and arrived, else any.
fn push_between(case: &Case, direction: Direction, from: Instant, to: Instant, limits: &Limits) -> Option<usize> {
    let span = from - limits.window.skew..=to + limits.window.skew;
    let in_span = |p: &Push| p.direction == direction && span.contains(&p.time);
    let named = case.pushes.iter().position(|p| in_span(p) && p.names_subject && p.succeeded);
    named.or_else(|| case.pushes.iter().position(in_span))
}
