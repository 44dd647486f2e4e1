//! Waivers: laid over exceptions in one place, after every test has judged. A waived item stays a deviation.
//!
//! Where several waivers select an exception, the first in the order of the file that may cover it does; the others have selected it
//! in vain. A waiver that may not be honoured as a whole is refused: it waives nothing, and is a finding, but stops no run.

mod findings;
mod table;

use super::Item;
use crate::config::{Config, Globs, Period, Waiver, Window};
use crate::correlate::Verdict;
use crate::error::{Error, Result};
use crate::identity::Identities;

pub use findings::{Finding, Status};
pub use table::{WAIVERS, waivers_frame};

/// What became of one waiver.
#[derive(Debug, Clone)]
pub struct WaiverUse {
    /// The waiver.
    pub waiver: Waiver,
    /// SHA-256 of the waiver as configured.
    pub digest: String,
    /// SHA-256 of what it may cover.
    pub scope_digest: String,
    /// When it holds.
    pub window: Window,
    /// What became of it, in one word.
    pub status: Status,
    /// What is wrong with it, each once, in the order of [`Finding`].
    pub findings: Vec<Finding>,
    /// Exceptions that it covers.
    pub item_count: u64,
    /// Exceptions that it selects, and that lie within its days.
    pub within_count: u64,
    /// Exceptions that it selects, but that lie before its days.
    pub early_count: u64,
    /// Exceptions that it selects, but that lie after its days.
    pub late_count: u64,
    /// Exceptions within its days whose subject or actor has approved it; they are not covered.
    pub own_count: u64,
}

impl WaiverUse {
    /// Exceptions that it selects, but that lie outside its days.
    pub const fn outside_count(&self) -> u64 {
        self.early_count + self.late_count
    }
}

/// How many exceptions a waiver selects, and which it may not cover.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    item_count: u64,
    within_count: u64,
    early_count: u64,
    late_count: u64,
    own_count: u64,
}

struct Ready<'c> {
    waiver: &'c Waiver,
    digest: String,
    scope_digest: String,
    selects: Vec<(&'static str, Globs)>,
    window: Window,
    is_self_approved: bool,
    is_of_another_scope: bool,
    tally: Tally,
}

/// All waivers of a configuration, ready to be laid.
pub(super) struct Overlay<'c> {
    ready: Vec<Ready<'c>>,
    identities: &'c Identities,
    period: &'c Period,
}

impl<'c> Overlay<'c> {
    pub(super) fn new(config: &'c Config, period: &'c Period, identities: &'c Identities) -> Result<Self> {
        let ready = config.waivers.iter().map(|w| prepare(w, config, identities)).collect::<Result<_>>()?;
        Ok(Self { ready, identities, period })
    }

    /// Turns the exceptions of a test that a live waiver covers into `waived`. Whoever selects too much must be known before the
    /// first exception is waived, so every waiver looks at all of them first.
    pub(super) fn lay(&mut self, test: &str, items: &mut [Item]) {
        if is_gate(test) {
            return;
        }
        let mut chosen: Vec<&mut Ready<'c>> = self.ready.iter_mut().filter(|r| r.waiver.test == test).collect();
        for ready in &mut chosen {
            ready.survey(items, self.identities);
        }
        chosen.retain(|ready| !ready.is_refused());
        for item in items.iter_mut().filter(|i| i.verdict == Verdict::Exception) {
            if let Some(ready) = chosen.iter_mut().find(|ready| ready.covers(item, self.identities)) {
                ready.tally.item_count += 1;
                item.verdict = Verdict::Waived;
                item.waiver_id = Some(ready.waiver.id.clone());
            }
        }
    }

    pub(super) fn into_uses(self) -> Vec<WaiverUse> {
        let period = self.period;
        self.ready.into_iter().map(|ready| findings::told(&ready, period)).collect()
    }
}

impl Ready<'_> {
    fn survey(&mut self, items: &[Item], identities: &Identities) {
        let mut tally = Tally::default();
        for item in items.iter().filter(|i| i.verdict == Verdict::Exception && self.selects(i)) {
            if item.time < self.window.start {
                tally.early_count += 1;
            } else if item.time >= self.window.end {
                tally.late_count += 1;
            } else {
                tally.within_count += 1;
                tally.own_count += u64::from(self.is_own(item, identities));
            }
        }
        self.tally = tally;
    }

    fn covers(&self, item: &Item, identities: &Identities) -> bool {
        let is_within = (self.window.start..self.window.end).contains(&item.time);
        is_within && self.selects(item) && !self.is_own(item, identities)
    }

    const fn is_over_broad(&self) -> bool {
        self.tally.within_count > self.waiver.max_items && !self.waiver.wide
    }

    fn is_refused(&self) -> bool {
        is_gate(&self.waiver.test) || self.is_self_approved || self.is_of_another_scope || self.is_over_broad()
    }

    /// True when one of those who approved it has made the change, or gained by it.
    fn is_own(&self, item: &Item, identities: &Identities) -> bool {
        let parties = [item.actor.as_deref(), item.subject.as_deref()].into_iter().flatten();
        let is_approver =
            |party: &str| approvers(self.waiver, self.window).any(|who| is_same(identities, who, party, item.time));
        parties.into_iter().any(is_approver)
    }

    fn selects(&self, item: &Item) -> bool {
        self.selects.iter().all(|(field, globs)| match *field {
            "actor" => item.actor.as_deref().is_some_and(|t| globs.any(t)),
            "subject" => item.subject.as_deref().is_some_and(|t| globs.any(t)),
            "entitlement" => item.object.as_deref().is_some_and(|t| globs.any(t)),
            "scope" => item.scope.as_deref().is_some_and(|t| globs.any(t)),
            "item_id" => globs.any(&item.item_id),
            "event_id" => item.event_ids.iter().any(|t| globs.any(t)),
            _ => false,
        })
    }
}

fn is_gate(test: &str) -> bool {
    test.starts_with("COV-") || test.starts_with("LOG-")
}

fn approvers(waiver: &Waiver, window: Window) -> impl Iterator<Item = &str> {
    let backdating = waiver.backdating_approved_by.as_deref().filter(|_| window.is_backdated);
    std::iter::once(waiver.approved_by.as_str()).chain(backdating)
}

/// True when two names mean one person: folded and by the configured rules, or as the logs tie names together at that time.
fn is_same(identities: &Identities, one: &str, other: &str, time: i64) -> bool {
    identities.canonical(one) == identities.canonical(other)
        || identities.actor(one, time) == identities.actor(other, time)
}

fn prepare<'c>(waiver: &'c Waiver, config: &Config, identities: &Identities) -> Result<Ready<'c>> {
    let window = waiver
        .window(config.zone)
        .ok_or_else(|| Error::Bug(format!("waiver `{}` passed the checks with malformed days", waiver.id)))?;
    let selects = waiver
        .select
        .given()
        .map(|(field, glob)| {
            let glob = if field == "scope" { config.scope_of(glob) } else { glob.to_owned() };
            Ok((field, Globs::new(&[glob])?))
        })
        .collect::<Result<Vec<_>>>()?;
    let is_self_approved =
        approvers(waiver, window).any(|who| is_same(identities, who, &waiver.requested_by, window.start));
    let (digest, scope_digest) = (waiver.sha256()?, waiver.scope_sha256()?);
    let (is_of_another_scope, tally) = (waiver.is_of_another_scope()?, Tally::default());
    Ok(Ready { waiver, digest, scope_digest, selects, window, is_self_approved, is_of_another_scope, tally })
}

#[cfg(test)]
mod tests;
