//! The pure kernel: one key, its time-ordered changes on both sides, and nothing else.
//!
//! A key is one subject and one entitlement. Whatever else bears on it (a group deleted, a person deactivated) has been
//! laid onto the key beforehand, so that every key can be judged alone. Every list is sorted once (`index`), and every
//! question about it is a binary search, so that the cost of a key grows with its length, not with its square.

mod against;
mod ambiguity;
mod endings;
mod explain;
mod found;
mod held;
mod index;
mod link;
mod marks;
mod reason;
mod returns;
mod standing;
mod stood;
#[cfg(test)]
mod tests;
mod ties;
mod trace;
mod vouch;

use super::assign::Window;
use crate::change::{Direction, Verb};
use std::sync::Arc;

pub use ambiguity::{trace, vouch};
pub use explain::{Candidate, Evidence, Fate, Seen, Story, candidates, state_around, story};
pub use held::Held;
pub use reason::Reason;
pub use standing::is_twin;

/// A microsecond instant.
pub type Instant = i64;

/// A place where access holds, as a number; 0 is the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(pub u32);

impl Scope {
    /// The whole account, which reaches every workspace.
    pub const ACCOUNT: Self = Self(0);
    /// A place of which nothing else is at hand.
    pub const UNSEEN: Self = Self(u32::MAX);
}

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
    /// True = it takes a deletion back.
    pub restores: bool,
    /// From when on it gives nothing any more, though the access stays: it was taken back, and another one gives the same; the end of time =
    /// never.
    pub lapses: Instant,
    /// Row of the access change.
    pub row: usize,
}

impl Decision {
    /// Takes back what it gives from an instant on, where nothing has done so before.
    pub fn lapse(&mut self, time: Instant) {
        if self.direction == Direction::Grant {
            self.lapses = self.lapses.min(time);
        }
    }
}

/// What a push was to bring about, as one key sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// This very access.
    Key,
    /// That of the whole group: it names no member; it links, but proves nothing about this key.
    Group,
    /// The account of the person, which could not be created: it carries nothing, but explains why nothing came.
    Account {
        /// When the account was there after all; never = the end of time.
        until: Instant,
    },
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
    /// What it was to bring about.
    pub about: About,
    /// True = made by the configured provisioning connector; false = not known to be: it links, but proves nothing.
    pub by_connector: bool,
    /// The one workspace that it was sent to; `None` = to the account, or the record does not say.
    pub workspace: Option<Scope>,
    /// Row of the access change.
    pub row: usize,
}

impl Push {
    /// True = it names the subject and this access.
    pub fn names_subject(&self) -> bool {
        self.about == About::Key
    }

    /// True = it was to bring the access about, for the subject alone or for the whole group.
    pub const fn carries(&self) -> bool {
        !matches!(self.about, About::Account { .. })
    }
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
    /// True = made by the configured provisioning connector; false = by another hand, or not known.
    pub by_connector: bool,
    /// A verdict that holds whatever the authority says: platform housekeeping, automatic creation.
    pub exempt: Option<Reason>,
    /// True = the row is the workspace half of an assignment, not an act of its own.
    pub is_assignment_half: bool,
    /// True = the first statement of a whole set holds it, so that it may have been there before and be no change at all.
    pub may_be_older: bool,
    /// Which of the subject's accounts in Databricks it is about, where a person has several at once; 0 = the only one.
    pub account: u32,
    /// Which group in Databricks it is a membership of, by its id, since several may have one name; 0 = not said.
    pub group: u32,
    /// Row of the access change.
    pub row: usize,
}

/// Something that ends or restores this key's access without naming it.
#[derive(Debug, Clone)]
pub struct Ending {
    /// When.
    pub time: Instant,
    /// Where; the account reaches everywhere.
    pub scope: Scope,
    /// Workspaces that it does not reach: the membership there is of another group of that name.
    pub spares: Vec<Scope>,
    /// What it does to the access.
    pub kind: EndingKind,
    /// Row of the access change.
    pub row: usize,
}

impl Ending {
    /// True where access in the scope ends or comes back with it.
    pub fn reaches(&self, scope: Scope) -> bool {
        self.scope == scope || self.scope == Scope::ACCOUNT && !self.spares.contains(&scope)
    }
}

/// What an ending does to access that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndingKind {
    /// Gone for good: the person or the group was deleted, or the person put out of the workspace.
    Final,
    /// Out of force, but kept for the day of return: the person was deactivated.
    Suspended,
    /// Back in force: the person was activated again.
    Restored,
}

/// What a snapshot saw. It counts before everything else of its instant.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    /// When.
    pub time: Instant,
    /// Where.
    pub scope: Scope,
    /// Which of the subject's accounts, as in [`Effect`].
    pub account: u32,
    /// True = the access was there.
    pub held: bool,
}

/// When a group was gone from Databricks, and pushed no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unpushed {
    /// From when on.
    pub from: Instant,
    /// Before when.
    pub until: Instant,
    /// Since when its push may have ended; `None` = a record says that it had.
    pub unseen_since: Option<Instant>,
}

impl Unpushed {
    fn holds(&self, at: Instant) -> bool {
        (self.from..self.until).contains(&at)
    }
}

/// Everything that bears on one key, each list ordered by time. Decisions and effects give or take access; what does
/// neither (`Direction::Update`) is no business of a key.
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
    /// What snapshots saw of the access.
    pub observations: Vec<Observation>,
    /// Decisions of which the record does not say whether, or which way, they were made: when, and which way they may have been.
    pub doubts: Vec<(Instant, Direction)>,
    /// Effects of unknown outcome: when, and which way they would have been.
    pub unsaid: Vec<(Instant, Direction)>,
    /// How many accounts in Databricks the effects tell apart; 0 where nobody asked.
    pub account_count: u32,
    /// When the account was made, where no record of Databricks knows of its holder before; `None` = it may have been there.
    pub made: Option<Instant>,
    /// When, and where, the subject or the group was made, although something is known of the access before: it may have ended unseen.
    pub remade: Vec<(Instant, Scope)>,
    /// When the connector updated the account. The log does not say what it changed: each may have switched the account on or off.
    pub updates: Vec<Instant>,
    /// True when the subject was resolved to one cluster.
    pub is_resolved: bool,
    /// True when the subject was ever seen in Databricks.
    pub is_known_to_databricks: bool,
    /// True when the group is pushed, or no group is concerned.
    pub is_group_pushed: bool,
    /// When the group was pushed no more, and gone from Databricks.
    pub unpushed: Arc<[Unpushed]>,
    /// True when the group is pushed and the person assigned.
    pub is_pushed: bool,
    /// True for the account of a person or service principal: its end must reach the account or every workspace.
    pub is_account: bool,
    /// Workspaces in which the subject was seen.
    pub seen_in: Arc<[Scope]>,
    /// Scopes in which the entitlement has effects of its own, whoever the subject; empty = it never had any.
    pub effect_scopes: Arc<[Scope]>,
    /// Instants and directions of decisions on the entitlement whose subject is unresolved, ordered by time.
    pub unresolved_decisions: Arc<[(Instant, Direction)]>,
}

/// What stands in for the id of a hole where the connector updated an account, and the log does not say what of it.
pub const UNSAID_UPDATE: &str = "updateUser, which does not say what it changed";

/// What stands in for the id of a hole where a decision may have authorised a change, and its record does not say so.
pub const UNSAID_DECISION: &str = "a decision of which the record does not say whether, or which way, it was made";

/// What stands in for the id of a hole where a listing shows that a decision was carried out, and no record does.
pub const SHOWN_DONE: &str = "a listing that shows it carried out, of which there is no record";

/// What stands in for the id of a hole where an effect may have changed the access, and its record does not say whether.
pub const UNSAID_EFFECT: &str = "an effect of which the record does not say whether it succeeded";

impl Case {
    /// True where a decision in that span, both ends included, may have been made in the direction.
    pub fn may_have_been_decided(&self, direction: Direction, from: Instant, to: Instant) -> bool {
        self.doubts.iter().any(|(time, way)| *way == direction && (from..=to).contains(time))
    }

    /// When the account was made, where nothing shows its holder in Databricks before, nor a push that skew does not put after it.
    pub fn first_made(&self, skew: i64) -> Option<Instant> {
        let proves = |push: &Push| push.by_connector && (push.succeeded || push.direction == Direction::Revoke);
        self.made.filter(|made| !self.pushes.iter().take_while(|push| push.time < made - skew).any(proves))
    }

    /// When the subject or the group was last made in that scope, after the one instant and up to the other.
    pub fn remade_between(&self, scope: Scope, after: Instant, until: Instant) -> Option<Instant> {
        let made = self.remade.iter().filter(|(_, of)| *of == scope).map(|(made, _)| *made);
        made.filter(|made| *made > after && *made <= until).max()
    }

    /// True at an instant at which nothing was pushed to the group any more.
    pub fn is_unpushed(&self, at: Instant) -> bool {
        self.unpushed.iter().any(|span| span.unseen_since.is_none() && span.holds(at))
    }

    /// Since when the push of a group that was gone by an instant may have ended, though no record says so; `None` = it was there, or one does.
    pub fn may_be_unpushed(&self, at: Instant) -> Option<Instant> {
        self.unpushed.iter().find(|span| span.holds(at))?.unseen_since
    }

    /// True where another of the subject's accounts is there in the effect's scope once the effect has happened.
    pub fn leaves_another(&self, effect: usize) -> bool {
        if self.account_count < 2 {
            return false;
        }
        let this = &self.effects[effect];
        let others =
            || self.effects[..effect].iter().rev().filter(|e| e.scope == this.scope && e.account != this.account);
        let is_last =
            |other: &Effect| others().find(|e| e.account == other.account).is_some_and(|e| e.row == other.row);
        others().any(|other| other.direction == Direction::Grant && is_last(other))
    }

    /// True where an effect in that span, both ends included, may have gone in the direction.
    pub fn may_have_been_done(&self, direction: Direction, from: Instant, to: Instant) -> bool {
        self.unsaid.iter().any(|(time, way)| *way == direction && (from..=to).contains(time))
    }

    /// True where an update of the account in that span, both ends included, may have switched it on or off.
    pub fn may_have_been_switched(&self, from: Instant, to: Instant) -> bool {
        self.is_account && self.updates.iter().any(|time| (from..=to).contains(time))
    }
}

/// What the kernel asks of the world beyond its key.
pub trait World: Sync {
    /// The hole, if any, that the authority log has in the span.
    fn authority_hole(&self, from: Instant, to: Instant) -> Option<String>;
    /// The hole, if any, that the logs of pushes have in the span.
    fn push_hole(&self, _from: Instant, _to: Instant) -> Option<String> {
        None
    }
    /// The hole, if any, that the Databricks log has in the span in any of the scopes; no scope = any scope at all.
    fn effect_hole(&self, scopes: &[Scope], from: Instant, to: Instant) -> Option<String>;
    /// The hole, if any, that the Databricks log of the account has in the span; none where there is no such log.
    fn account_hole(&self, from: Instant, to: Instant) -> Option<String> {
        self.effect_hole(&[Scope::ACCOUNT], from, to)
    }
    /// True where no log at hand can hold the acts of the account, so that an account may have ended without a record.
    fn lacks_account(&self) -> bool {
        false
    }
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// True = by the last record it changed nothing, but a hole may hide that it did.
    pub may_be_redundant: bool,
}

/// How one decision was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
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
