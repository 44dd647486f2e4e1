//! Vouching and tracing: access changes of both sides, one join read in two directions.

pub mod activity;
pub mod acts;
pub mod assign;
pub mod cases;
pub mod chains;
pub mod columns;
pub mod door;
pub mod kernel;
pub mod lags;
pub mod noted;
pub mod observed;
pub mod parts;
mod read;
mod rows;
pub mod snapshots;
mod spill;
mod tempo;
mod texts;
pub mod who;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{Config, Period, Span};
use crate::coverage::Coverage;
use crate::error::Result;
use crate::lake::Lake;
use acts::Acts;
use assign::Window;
use cases::{Cases, Ground, Key, Place, Plan, Rules, Survey};
use door::ActorClass;
use kernel::{Case, Instant, Limits, Reason, Scope, Traced, Vouched, World};
use tempo::Tempo;

pub use rows::{NO_ORDER, item_id, strength, tracing_frame, vouching_frame};
pub use who::{identities_frame, links_frame};

/// The scope of the whole Databricks account.
pub const ACCOUNT: &str = "account";

/// The scope of identity-provider records.
pub const TENANT: &str = "tenant";

/// What a test says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The evidence shows that it is as it should be.
    Pass,
    /// The evidence shows that it is not.
    Exception,
    /// An exception that was approved beforehand; it stays a deviation.
    Waived,
    /// The evidence at hand cannot decide.
    Undetermined,
    /// The test does not apply.
    NotApplicable,
}

impl Verdict {
    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Exception => "exception",
            Self::Waived => "waived",
            Self::Undetermined => "undetermined",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One judged effect.
#[derive(Debug, Clone)]
pub struct Vouching {
    /// Stable id.
    pub item_id: String,
    /// Subject and entitlement.
    pub key: Arc<Key>,
    /// Row of the effect in [`Part::acts`].
    pub effect: usize,
    /// Why it was judged so.
    pub reason: Reason,
    /// Row of the authority.
    pub authority: Option<usize>,
    /// Row of the push.
    pub transport: Option<usize>,
    /// Decisions that could have authorised it.
    pub candidate_count: usize,
    /// Effects that its authority vouches.
    pub fan_out_count: usize,
    /// The hole that keeps it undetermined.
    pub hole: Option<String>,
    /// Who or what made it.
    pub class: ActorClass,
    /// True when it is the workspace row of an account-level act, and so no act of its own.
    pub is_twin: bool,
}

/// One judged decision.
#[derive(Debug, Clone)]
pub struct Tracing {
    /// Stable id.
    pub item_id: String,
    /// Subject and entitlement.
    pub key: Arc<Key>,
    /// Row of the decision in [`Part::acts`].
    pub authority: usize,
    /// Why it was judged so.
    pub reason: Reason,
    /// Row of the effect that carried it out.
    pub effect: Option<usize>,
    /// Row of the push.
    pub transport: Option<usize>,
    /// The hole that keeps it undetermined.
    pub hole: Option<String>,
    /// Time in which it had to be carried out, in microseconds.
    pub sla: i64,
}

/// Some subjects, judged.
#[derive(Debug)]
pub struct Part {
    /// Their access changes and those of all groups, ordered by time.
    pub acts: Acts,
    /// The cases by key.
    pub cases: Cases,
    /// Judged effects, in the period and out of it, ordered by time.
    pub vouching: Vec<Vouching>,
    /// Judged decisions, in the period and out of it, ordered by time.
    pub tracing: Vec<Tracing>,
}

/// Everything that correlation found, in and around the period.
#[derive(Debug)]
pub struct Correlation {
    /// All subjects, judged.
    pub judged: Part,
    /// What bears on every case: who is who, above all.
    pub ground: Ground,
    /// The limits of time that were used.
    pub limits: Limits,
    /// How vouching comes out under other look-backs: look-back, then items by reason.
    pub sensitivity: Vec<(Span, BTreeMap<Reason, usize>)>,
}

/// Cases that one thread judges before it looks for more.
const CASES_AT_ONCE: usize = 8192;

/// The look-backs for which the sensitivity of vouching is shown.
const SENSITIVITY: [Span; 3] = [Span::seconds(900), Span::hours(1), Span::hours(24)];

/// Judges every effect and every decision that the lake holds.
///
/// # Errors
/// The lake cannot be read, or a parameter is malformed.
pub fn run(lake: &Lake, config: &Config, period: &Period, coverage: &Coverage) -> Result<Correlation> {
    let mut rules = Rules::new(config)?;
    let acts = acts::read(lake)?;
    rules.learn_labels(acts.said(), acts.rows());
    let mut survey = Survey::new(config);
    survey.learn_actors(lake)?;
    survey.learn_listings(lake)?;
    survey.learn(acts.said(), acts.rows(), &rules, 0);
    let places = survey.place(acts.said(), acts.rows(), &rules);
    let ground = survey.finish(lake)?;
    let tempo = Tempo::new(config)?;
    let limits = limits(config, period, coverage)?;
    let plan = Plan::new(acts.said(), &ground, &rules)?;
    let court = Court { ground: &ground, rules: &rules, limits, tempo: &tempo, coverage };
    let judged = court.judge(acts, &places, &plan);
    let sensitivity = SENSITIVITY.map(|look_back| (look_back, court.reasons(&judged, period, look_back)));
    Ok(Correlation { judged, ground, limits, sensitivity: sensitivity.to_vec() })
}

/// One key with all that bears on it and how each of it was judged, for the story behind a verdict.
#[derive(Debug)]
pub struct Retried<'c> {
    /// What bears on the key.
    pub case: &'c Case,
    /// The limits that hold for it.
    pub limits: Limits,
    /// Every effect, judged.
    pub vouched: Vec<Vouched>,
    /// Every traced decision, judged.
    pub traced: Vec<Traced>,
}

/// Judges one key again, with the same limits; `None` = no change has that key.
///
/// # Errors
/// A malformed glob in the configuration.
pub fn retry<'c>(
    found: &'c Correlation,
    config: &Config,
    coverage: &Coverage,
    key: &Key,
) -> Result<Option<Retried<'c>>> {
    let Some(case) = found.judged.cases.by_key.get(key) else { return Ok(None) };
    let (rules, tempo) = (Rules::new(config)?, Tempo::new(config)?);
    let court = Court { ground: &found.ground, rules: &rules, limits: found.limits, tempo: &tempo, coverage };
    let limits = court.limits_of(case);
    let vouched = kernel::vouch(case, &limits, &court);
    let traced = kernel::trace(case, &limits, &court, &vouched);
    Ok(Some(Retried { case, limits, vouched, traced }))
}

/// What judging takes besides the changes themselves.
struct Court<'a> {
    ground: &'a Ground,
    rules: &'a Rules,
    limits: Limits,
    tempo: &'a Tempo<'a>,
    coverage: &'a Coverage,
}

impl Court<'_> {
    fn limits_of(&self, case: &Case) -> Limits {
        self.tempo.limits(&self.limits, case.effect_scopes.iter().map(|scope| self.ground.scopes.name(*scope)))
    }

    fn judge(&self, acts: Acts, places: &[Place], plan: &Plan) -> Part {
        let cases = cases::build(&acts, places, self.ground, self.rules, plan, self);
        let judged = cases.by_key.as_slice().par_chunks(CASES_AT_ONCE).map(|some| {
            let (mut vouching, mut tracing) = (Vec::new(), Vec::new());
            for (key, case) in some {
                let limits = self.limits_of(case);
                let vouched = kernel::vouch(case, &limits, self);
                let traced = kernel::trace(case, &limits, self, &vouched);
                rows::vouching(key, case, &vouched, &acts, &cases.classes, &mut vouching);
                rows::tracing(key, case, &traced, &acts, &cases.classes, &limits, &mut tracing);
            }
            (vouching, tracing)
        });
        let (vouching, tracing): (Vec<_>, Vec<_>) = judged.unzip();
        let vouching = in_order(vouching, |v: &Vouching| (v.effect, &v.item_id));
        let tracing = in_order(tracing, |t: &Tracing| (t.authority, &t.item_id));
        Part { acts, cases, vouching, tracing }
    }

    fn reasons(&self, part: &Part, period: &Period, look_back: Span) -> BTreeMap<Reason, usize> {
        let window = Window { look_back: look_back.micros(), ..self.limits.window };
        let limits = Limits { window, ..self.limits };
        let of_case = |(_, case): &(Arc<Key>, Case)| {
            let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
            for v in kernel::vouch(case, &limits, self) {
                if period.contains(case.effects[v.effect].time) {
                    *counts.entry(v.reason).or_default() += 1;
                }
            }
            counts
        };
        part.cases.by_key.as_slice().par_iter().map(of_case).reduce(BTreeMap::new, |mut all, counts| {
            for (reason, count) in counts {
                *all.entry(reason).or_default() += count;
            }
            all
        })
    }
}

/// What was judged piece by piece, in the order of row and item. What is judged is large: places are sorted, and each is moved once.
fn in_order<T>(pieces: Vec<Vec<T>>, of: impl Fn(&T) -> (usize, &String)) -> Vec<T> {
    let mut all: Vec<T> = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
    all.extend(pieces.into_iter().flatten());
    let mut order: Vec<(usize, usize)> = all.iter().enumerate().map(|(at, one)| (of(one).0, at)).collect();
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| of(&all[a.1]).cmp(&of(&all[b.1]))).then(a.1.cmp(&b.1)));
    rearrange(&mut all, order.into_iter().map(|(_, at)| at).collect());
    all
}

/// Puts things into another order where they stand; `order` names the places that they had, each once.
pub(crate) fn rearrange<T>(all: &mut [T], mut order: Vec<usize>) {
    for start in 0..order.len() {
        // Of a ring of places each takes what the next one has; whoever has taken is told by its own place.
        let mut at = start;
        while order[at] != start {
            let from = std::mem::replace(&mut order[at], at);
            all.swap(at, from);
            at = from;
        }
        order[at] = at;
    }
}

fn limits(config: &Config, period: &Period, coverage: &Coverage) -> Result<Limits> {
    let window = Window::new(config.span("VCH-01", "look_back")?, config.span("VCH-01", "skew")?);
    let provision_sla = config.span("TRC-01", "provision_sla")?.micros();
    let deprovision_sla = config.span("TRC-02", "deprovision_sla")?.micros();
    let longest = window.look_back.max(Tempo::new(config)?.longest());
    let last = period.end.saturating_add(longest);
    let end = |of: fn(&str) -> bool| coverage.end_of(of).map_or(last, |end| end.min(last));
    let cut_off = end(|source| source == crate::source::DATABRICKS);
    let push_cut_off = end(crate::source::is_provider);
    Ok(Limits { window, provision_sla, deprovision_sla, cut_off, push_cut_off })
}

impl World for Court<'_> {
    fn authority_hole(&self, from: Instant, to: Instant) -> Option<String> {
        let is_authority = |log: &crate::coverage::Log| crate::source::is_authority(&log.source);
        if !self.coverage.has(is_authority) {
            return Some("no authority log at hand".to_owned());
        }
        self.coverage.hole(is_authority, from, to).map(|hole| hole.id)
    }

    fn push_hole(&self, from: Instant, to: Instant) -> Option<String> {
        let tells = |log: &crate::coverage::Log| {
            crate::source::is_provider(&log.source) && !crate::source::is_authority(&log.source)
        };
        self.coverage.has(tells).then(|| self.coverage.hole(tells, from, to)).flatten().map(|hole| hole.id)
    }

    fn effect_hole(&self, scopes: &[Scope], from: Instant, to: Instant) -> Option<String> {
        let is_effect = |log: &crate::coverage::Log| {
            let is_meant = || scopes.iter().any(|scope| self.ground.scopes.name(*scope) == log.scope);
            log.source == crate::source::DATABRICKS && (scopes.is_empty() || is_meant())
        };
        if !self.coverage.has(is_effect) {
            return Some("no Databricks log at hand".to_owned());
        }
        self.coverage.hole(is_effect, from, to).map(|hole| hole.id)
    }

    fn account_hole(&self, from: Instant, to: Instant) -> Option<String> {
        let is_account = |log: &crate::coverage::Log| log.source == crate::source::DATABRICKS && log.scope == ACCOUNT;
        let is_carried = !self.lacks_account() && self.coverage.has(is_account);
        is_carried.then(|| self.coverage.hole(is_account, from, to)).flatten().map(|hole| hole.id)
    }

    fn lacks_account(&self) -> bool {
        self.coverage.lacks_account()
    }
}
