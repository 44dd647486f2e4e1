//! Waivers: laid over exceptions in one place, after every test has judged. A waived item stays a deviation.

use super::Item;
use crate::config::{Config, Globs, Waiver};
use crate::correlate::Verdict;
use crate::error::{Error, Result};

/// What became of one waiver.
#[derive(Debug, Clone)]
pub struct WaiverUse {
    /// The waiver.
    pub waiver: Waiver,
    /// Exceptions that it covers.
    pub item_count: u64,
    /// Exceptions that it selects, but that lie outside its dates.
    pub outside_count: u64,
}

struct Ready<'c> {
    waiver: &'c Waiver,
    selects: Vec<(&'static str, Globs)>,
    from: i64,
    to: i64,
    item_count: u64,
    outside_count: u64,
}

/// All waivers of a configuration, ready to be laid.
pub(super) struct Overlay<'c> {
    ready: Vec<Ready<'c>>,
}

impl<'c> Overlay<'c> {
    pub(super) fn new(config: &'c Config) -> Result<Self> {
        let ready = config.waivers.iter().map(|w| prepare(w, config)).collect::<Result<_>>()?;
        Ok(Self { ready })
    }

    /// Turns the exceptions of a test that a live waiver selects into `waived`. The gates take no waivers.
    pub(super) fn lay(&mut self, test: &str, items: &mut [Item]) {
        if test.starts_with("COV-") || test.starts_with("LOG-") {
            return;
        }
        for item in items.iter_mut().filter(|i| i.verdict == Verdict::Exception) {
            for ready in self.ready.iter_mut().filter(|r| r.waiver.test == test && r.selects(item)) {
                if (ready.from..ready.to).contains(&item.time) {
                    ready.item_count += 1;
                    item.verdict = Verdict::Waived;
                    item.waiver_id = Some(ready.waiver.id.clone());
                    break;
                }
                ready.outside_count += 1;
            }
        }
    }

    pub(super) fn into_uses(self) -> Vec<WaiverUse> {
        self.ready
            .into_iter()
            .map(|r| WaiverUse { waiver: r.waiver.clone(), item_count: r.item_count, outside_count: r.outside_count })
            .collect()
    }
}

impl Ready<'_> {
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

fn prepare<'c>(waiver: &'c Waiver, config: &Config) -> Result<Ready<'c>> {
    let (from, to) = waiver
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
    Ok(Ready { waiver, selects, from, to, item_count: 0, outside_count: 0 })
}
