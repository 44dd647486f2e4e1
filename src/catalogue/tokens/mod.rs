//! Personal access tokens: one story for each id, from whatever record names it.
//!
//! A use names a `tokenId`, a creation a `tokenHash`. That both are the same is assumed (reference: compliance 2.0a), and how many
//! were joined is counted.

mod read;

use std::collections::BTreeSet;

pub(super) use read::{Until, Use, tokens, uses};

use super::Evidence;
use crate::coverage::Log;
use crate::source::DATABRICKS;

/// When a token's time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// No record that would say so is at hand, or what it says cannot be read.
    Unknown,
    /// Never.
    Never,
    /// At that instant, microseconds.
    At(i64),
}

/// Something that a record, or a snapshot, says of a token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    /// When, microseconds.
    pub(super) time: i64,
    /// The event; `None` = a later record or a snapshot states it.
    pub(super) event_id: Option<String>,
}

/// The uses of a token that are on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uses {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) last_event: String,
    pub(super) count: u64,
}

/// One token.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Its id or digest in lower case; of one that no record gives an id, the event of its creation.
    pub(super) id: String,
    /// False = `id` is an event.
    pub(super) has_id: bool,
    /// Whose it is, as resolved; `None` = no record says.
    pub(super) owner: Option<String>,
    /// True = taken to be whoever made it, since no record names an owner who is known.
    pub(super) owner_is_assumed: bool,
    /// False = several identities claim the owner's name.
    pub(super) owner_is_known: bool,
    /// Who made it, as resolved.
    pub(super) maker: Option<String>,
    /// Where it was seen.
    pub(super) scopes: BTreeSet<String>,
    /// Its creation.
    pub(super) created: Option<Told>,
    /// When it ends by itself.
    pub(super) expires: Expiry,
    /// Its first revocation.
    pub(super) revoked: Option<Told>,
    /// When Databricks swept it away, its time being over.
    pub(super) swept: Option<Told>,
    /// Its uses.
    pub(super) uses: Option<Uses>,
    /// The first record that names it.
    pub(super) first_named: Told,
    /// When a snapshot last listed it; `None` = none does.
    pub(super) listed_at: Option<i64>,
    /// The last use that a snapshot states.
    pub(super) listed_use: Option<i64>,
}

impl Token {
    /// The first instant from which it cannot be used any more, as far as that is known.
    pub(super) fn end(&self) -> Option<i64> {
        let expires = match self.expires {
            Expiry::At(time) => Some(time),
            Expiry::Unknown | Expiry::Never => None,
        };
        let told = |told: &Option<Told>| told.as_ref().map(|told| told.time);
        [expires, told(&self.revoked), told(&self.swept)].into_iter().flatten().min()
    }

    /// Where it can have been used: the scopes in which it was seen and the account; everywhere if it was seen nowhere.
    pub(super) fn is_watched_by(&self, log: &Log) -> bool {
        let is_there = self.scopes.contains(&log.scope) || log.scope == crate::correlate::ACCOUNT;
        log.source == DATABRICKS && (is_there || self.scopes.is_empty())
    }

    /// Defining events first: creation, else the first record; then the end and the last use.
    pub(super) fn event_ids(&self) -> Vec<String> {
        let first =
            self.created.as_ref().and_then(|c| c.event_id.clone()).or_else(|| self.first_named.event_id.clone());
        let ends = [&self.revoked, &self.swept].map(|told| told.as_ref().and_then(|t| t.event_id.clone()));
        let last_use = self.uses.as_ref().map(|uses| uses.last_event.clone());
        let mut ids: Vec<String> = Vec::new();
        for id in [first].into_iter().chain(ends).chain([last_use]).flatten() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

/// All tokens, and how they were put together.
#[derive(Debug)]
pub(super) struct Tokens {
    /// By id.
    pub(super) all: Vec<Token>,
    /// Attempts to make or end a token that failed.
    pub(super) failed: u64,
}

impl Tokens {
    /// What to print of the assumption that both ids are one.
    pub(super) fn note(&self) -> String {
        let is_made = |token: &&Token| token.created.as_ref().is_some_and(|c| c.event_id.is_some());
        let (joined, unused): (Vec<_>, Vec<_>) = self.all.iter().filter(is_made).partition(|t| t.uses.is_some());
        let unjoined = self.all.iter().filter(|t| !is_made(t) && t.uses.is_some()).count();
        format!(
            "The tokenId of a use was taken to be the tokenHash of a creation: {} tokens were joined so, {unjoined} were used without a creation on record, {} created without a use on record.",
            joined.len(),
            unused.len(),
        )
    }
}

/// The first hole in which a token's use or end may lie, between two instants, both included.
pub(super) fn hole(evidence: &Evidence<'_>, token: &Token, from: i64, to: i64) -> Option<String> {
    evidence.hole(|log| token.is_watched_by(log), from, to)
}
