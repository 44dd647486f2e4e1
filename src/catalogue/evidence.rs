//! What the tests judge, and the views of it that several of them take.

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::access::{self, Access, Bounds, History};
use crate::companion::Companions;
use crate::config::{Config, Patterns, Period};
use crate::correlate::Correlation;
use crate::coverage::{Coverage, Log};
use crate::error::Result;
use crate::ingest::Refused;
use crate::inventory::{self, Places, VocabularyRow};
use crate::lake::Lake;

use super::admissions::Admissions;
use super::deeds::Deed;
use super::item::Severity;
use super::privileges::Callers;
use super::residents::Residents;
use super::stock::{Stock, VERBS, counts};
use super::sweep::Sweep;

/// What the tests judge.
#[derive(Debug)]
pub struct Evidence<'e> {
    /// The lake.
    pub lake: &'e Lake,
    /// Files that were left out of it as a whole, since they brought more rejects than allowed.
    pub refused: &'e [Refused],
    /// The configuration.
    pub config: &'e Config,
    /// The period.
    pub period: &'e Period,
    /// What the logs speak for.
    pub coverage: &'e Coverage,
    /// The judged effects and decisions.
    pub correlation: &'e Correlation,
    /// What the organisation keeps beside its logs.
    pub companions: &'e Companions,
    /// Views that are made when they are first asked for.
    pub views: Views<'e>,
}

/// Views of the evidence that several tests take.
#[derive(Debug, Default)]
pub struct Views<'e> {
    sweep: OnceLock<Sweep>,
    databricks_types: OnceLock<BTreeSet<String>>,
    histories: OnceLock<Vec<History<'e>>>,
    access: OnceLock<Access<'e>>,
    pub(super) residents: OnceLock<Residents>,
    admissions: OnceLock<Admissions>,
    deeds: OnceLock<Vec<Deed>>,
    stock: OnceLock<Stock>,
    pub(super) callers: OnceLock<Callers>,
    /// Where events stand that a test has read, until somebody takes it.
    places: Mutex<Places>,
    /// Globs that are made while judging.
    pub(super) patterns: Patterns,
}

impl<'e> Evidence<'e> {
    /// All events, counted.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn sweep(&self) -> Result<&Sweep> {
        if let Some(sweep) = self.views.sweep.get() {
            return Ok(sweep);
        }
        let sweep = Sweep::read(self)?;
        Ok(self.views.sweep.get_or_init(|| sweep))
    }

    /// Which event types the lake holds, and how often ([`inventory::vocabulary`]).
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn vocabulary(&self) -> Result<Vec<VocabularyRow>> {
        inventory::vocabulary_of(self.lake, self.sweep()?.vocabulary())
    }

    /// The types of the Databricks events that the lake holds.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn databricks_types(&self) -> Result<&BTreeSet<String>> {
        if let Some(types) = self.views.databricks_types.get() {
            return Ok(types);
        }
        let own = self.sweep()?.types().filter(|typed| typed.source == crate::source::DATABRICKS);
        let types = own.map(|typed| typed.event_type.to_owned()).collect();
        Ok(self.views.databricks_types.get_or_init(|| types))
    }

    /// Lets somebody note where events stand that are read anyway, so that they need not be looked for.
    pub(super) fn note_places(&self, note: impl FnOnce(&mut Places)) {
        note(&mut self.views.places.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was noted since the last time.
    pub fn take_places(&self) -> Places {
        std::mem::take(&mut self.views.places.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The access changes that the tests take beside those that correlation follows.
    ///
    /// # Errors
    /// The lake cannot be read, or the configuration holds a malformed glob.
    pub(super) fn deeds(&self) -> Result<&[Deed]> {
        if let Some(deeds) = self.views.deeds.get() {
            return Ok(deeds);
        }
        let deeds = super::deeds::read(self)?;
        Ok(self.views.deeds.get_or_init(|| deeds))
    }

    /// Who was admitted to which workspaces.
    ///
    /// # Errors
    /// As [`Evidence::deeds`].
    pub(super) fn admissions(&self) -> Result<&Admissions> {
        if let Some(admissions) = self.views.admissions.get() {
            return Ok(admissions);
        }
        let admissions = Admissions::read(self)?;
        Ok(self.views.admissions.get_or_init(|| admissions))
    }

    /// What principals hold beside what correlation follows, and what happened to it.
    ///
    /// # Errors
    /// As [`Evidence::deeds`].
    pub(super) fn stock(&self) -> Result<&Stock> {
        if let Some(stock) = self.views.stock.get() {
            return Ok(stock);
        }
        let stock = Stock::of(self.deeds()?.iter().filter(|deed| VERBS.contains(&deed.verb)).cloned(), counts(self));
        Ok(self.views.stock.get_or_init(|| stock))
    }

    /// True where Databricks' log came through Azure Monitor alone, which carries no acts of the account (reference: compliance 2.0).
    pub(super) const fn lacks_account(&self) -> bool {
        self.coverage.lacks_account()
    }

    /// What bears on every pair of subject and entitlement.
    pub fn histories(&self) -> &[History<'e>] {
        self.views.histories.get_or_init(|| access::histories(self.correlation))
    }

    /// Who held what, from when until when.
    pub fn access(&self) -> &Access<'e> {
        let bounds = Bounds::of(self.correlation, self.period);
        self.views.access.get_or_init(|| access::of(self.histories(), &bounds))
    }

    /// True when no log that a test leans on has a hole in the period.
    pub(super) fn is_covered(&self, of: impl Fn(&str) -> bool) -> bool {
        let chosen = |log: &Log| of(&log.source);
        self.coverage.has(chosen) && self.coverage.hole(chosen, self.period.start, self.period.end - 1).is_none()
    }

    /// The first hole between two instants (both included) of the logs that the test leans on; a text instead of an id where
    /// there is no such log.
    pub(super) fn hole(&self, of: impl Fn(&Log) -> bool, from: i64, to: i64) -> Option<String> {
        if !self.coverage.has(&of) {
            return Some("no such log at hand".to_owned());
        }
        self.coverage.hole(&of, from, to.max(from)).map(|hole| hole.id)
    }

    /// The environment of a scope; `None` = the configuration names none.
    pub fn environment(&self, scope: &str) -> Option<&'static str> {
        let is_in = |list: &[String]| list.iter().any(|s| s == scope);
        match () {
            () if is_in(&self.config.production) => Some("production"),
            () if is_in(&self.config.sandbox) => Some("sandbox"),
            () => None,
        }
    }

    /// True for a workspace that the configuration leaves out of scope.
    pub(super) fn is_left_out(&self, source: &str, scope: &str) -> bool {
        source == crate::source::DATABRICKS && self.config.out_of_scope.iter().any(|left| left == scope)
    }

    /// The severity of an item: graver by one where it happened in production.
    pub(super) fn in_production(&self, scope: &str, severity: Severity) -> Severity {
        if self.environment(scope) == Some("production") { severity.raised() } else { severity }
    }

    /// The one name of a principal, whatever it is called.
    pub(super) fn name(&self, principal: &str) -> String {
        self.correlation.ground.identities.canonical(principal)
    }

    /// The first instant of which nothing is known any more.
    pub(super) const fn cut_off(&self) -> i64 {
        self.correlation.limits.cut_off
    }

    /// The first instant of which nothing is known any more, for a test whose longest window is this (microseconds): the end of the
    /// Databricks evidence, at most that long after the period (reference: compliance 2.0a, cut-off).
    pub(super) fn cut_off_within(&self, longest: i64) -> i64 {
        self.end_within(longest, |source| source == crate::source::DATABRICKS)
    }

    /// The same for what is pushed: the end of the evidence of identity providers.
    pub(super) fn push_cut_off_within(&self, longest: i64) -> i64 {
        self.end_within(longest, crate::source::is_provider)
    }

    fn end_within(&self, longest: i64, of: impl Fn(&str) -> bool) -> i64 {
        let last = self.period.end.saturating_add(longest);
        self.coverage.end_of(of).map_or(last, |end| end.min(last))
    }
}
