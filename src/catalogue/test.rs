//! A test of the catalogue as data: everything that is known of it before any evidence is seen.

use super::evidence::Evidence;
use super::item::{Judged, Severity};
use super::words::Word;
use crate::config::Parameter;
use crate::error::Result;
use crate::schema::Column;

/// A test: data plus one function. Its controls stand in `report::controls`.
#[derive(Debug)]
pub struct Test {
    /// Id, kept for ever.
    pub id: &'static str,
    /// Raised whenever the logic changes.
    pub version: &'static str,
    /// Severity of one exception, before what raises it.
    pub severity: Severity,
    /// What it cannot do without, or does less well without.
    pub needs: &'static [Need],
    /// Parameters of `[parameters]` that it uses, by name.
    pub shared_parameters: &'static [&'static str],
    /// Parameters of its own.
    pub own_parameters: &'static [Parameter],
    /// Every reason that an item can have, with its verdict: nothing else may come out.
    pub words: &'static [Word],
    /// Columns of its own, beside those that all items have.
    pub columns: &'static [Column],
    /// The test in words.
    pub about: About,
    /// Judges the evidence.
    pub evaluate: fn(&Evidence<'_>) -> Result<Judged>,
}

impl Test {
    /// True for an integrity gate, false for a control test.
    pub fn is_gate(&self) -> bool {
        self.id.starts_with("COV-")
    }

    /// The declared reason of that word; `None` = the test never gives it.
    pub fn word(&self, word: &str) -> Option<&'static Word> {
        self.words.iter().find(|w| w.word == word)
    }
}

/// A test in words, from which its pages and `docs/tests.md` are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// What holds when it passes.
    pub title: &'static str,
    /// Why it is run.
    pub objective: &'static str,
    /// What is an item.
    pub population: &'static str,
    /// What items are called, in the plural.
    pub item_noun: &'static str,
    /// How each item is judged.
    pub procedure: &'static [&'static str],
    /// When an exception is none after all, and how to tell.
    pub false_positives: &'static [&'static str],
    /// What the test does not show.
    pub limits: &'static [&'static str],
    /// Where the rule comes from.
    pub references: &'static [&'static str],
    /// One deviation in a sentence. What stands in braces is filled in from the item: `at`, `actor`, `subject`, `object`, `scope`,
    /// `deed` ("put alice into group x"), `to_deed` (the same, still to be done) and `meaning` (of its reason).
    pub deviation: &'static str,
    /// What cannot be judged, of an undetermined item, with the same braces: the subject of "... cannot be judged".
    pub undecided: &'static str,
}

/// A kind of evidence that a test leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The kind.
    pub kind: Kind,
    /// True = without it the test still runs, and says what it did not look at.
    pub optional: bool,
}

/// The kinds of evidence (reference: compliance 2.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "`as_str` says what each is")]
pub enum Kind {
    Authority,
    Transport,
    Effect,
    Usage,
    Configuration,
    Cloud,
    Personnel,
    Ticket,
    Snapshot,
}

impl Kind {
    /// What it is, in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "identity-provider decisions",
            Self::Transport => "provisioning records",
            Self::Effect => "Databricks changes",
            Self::Usage => "Databricks usage",
            Self::Configuration => "configuration changes",
            Self::Cloud => "cloud control-plane events",
            Self::Personnel => "personnel records",
            Self::Ticket => "approvals, reviews or tickets",
            Self::Snapshot => "snapshots",
        }
    }
}

/// The needs, as a test lists them.
pub mod need {
    use super::{Kind, Need};

    const fn must(kind: Kind) -> Need {
        Need { kind, optional: false }
    }

    const fn may(kind: Kind) -> Need {
        Need { kind, optional: true }
    }

    /// Identity-provider decisions.
    pub const A: Need = must(Kind::Authority);
    /// Provisioning records.
    pub const T: Need = must(Kind::Transport);
    /// Databricks changes.
    pub const E: Need = must(Kind::Effect);
    /// Databricks usage.
    pub const U: Need = must(Kind::Usage);
    /// Configuration changes.
    pub const C: Need = must(Kind::Configuration);
    /// Cloud control-plane events.
    pub const X: Need = must(Kind::Cloud);
    /// The same, where supplied.
    pub const X_IF: Need = may(Kind::Cloud);
    /// Personnel records, where supplied.
    pub const H_IF: Need = may(Kind::Personnel);
    /// Approvals, reviews or tickets.
    pub const K: Need = must(Kind::Ticket);
    /// The same, where supplied.
    pub const K_IF: Need = may(Kind::Ticket);
    /// Snapshots.
    pub const S: Need = must(Kind::Snapshot);
    /// Snapshots, where supplied.
    pub const S_IF: Need = may(Kind::Snapshot);
    /// Every source.
    pub const ALL: &[Need] = &[A, T, E, U, C];
}
