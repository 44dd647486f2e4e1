//! Vouching and tracing: access changes of both sides, one join read in two directions.

pub mod acts;
pub mod assign;
pub mod cases;
pub mod columns;
pub mod door;
pub mod kernel;
mod rows;
pub mod who;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::config::{Config, Period, Span};
use crate::coverage::Coverage;
use crate::error::Result;
use crate::lake::Lake;
use acts::{Act, Activity};
use assign::Window;
use cases::{Cases, Key};
use door::ActorClass;
use kernel::{Case, Limits, Reason, Traced, Vouched, World};

pub use rows::{item_id, tracing_frame, vouching_frame};

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
    pub key: Key,
    /// Row of the effect in [`Correlation::acts`].
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
}

/// One judged decision.
#[derive(Debug, Clone)]
pub struct Tracing {
    /// Stable id.
    pub item_id: String,
    /// Subject and entitlement.
    pub key: Key,
    /// Row of the decision in [`Correlation::acts`].
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

/// Everything that correlation found, in and around the period.
#[derive(Debug)]
pub struct Correlation {
    /// All access changes, ordered by time.
    pub acts: Vec<Act>,
    /// The cases by key, and the names behind them.
    pub cases: Cases,
    /// Judged effects, in the period and out of it, ordered by time.
    pub vouching: Vec<Vouching>,
    /// Judged decisions, in the period and out of it, ordered by time.
    pub tracing: Vec<Tracing>,
    /// The limits of time that were used.
    pub limits: Limits,
    /// How vouching comes out under other look-backs: look-back, then items by reason.
    pub sensitivity: Vec<(Span, BTreeMap<Reason, usize>)>,
}

impl Correlation {
    /// True when the effect is the workspace row of an account-level act, and so no act of its own.
    pub fn is_twin(&self, vouching: &Vouching) -> bool {
        self.cases
            .by_key
            .get(&vouching.key)
            .is_some_and(|case| case.effects.iter().any(|e| e.row == vouching.effect && kernel::is_twin(case, e)))
    }
}

/// The look-backs for which the sensitivity of vouching is shown.
const SENSITIVITY: [Span; 3] = [Span::seconds(900), Span::hours(1), Span::hours(24)];

/// The distance within which a sign-in explains an automatic creation (design: rulings).
const SIGN_IN_WINDOW: i64 = 600_000_000;

/// Judges every effect and every decision that the lake holds.
///
/// # Errors
/// The lake cannot be read, or a parameter is malformed.
pub fn run(lake: &Lake, config: &Config, period: &Period, coverage: &Coverage) -> Result<Correlation> {
    let acts = acts::read(lake)?;
    let presence = acts::presence(lake)?;
    let sign_ins = sign_ins(lake, &acts)?;
    let signed_in = |name: &str, time: i64| {
        sign_ins.iter().any(|a| a.actor == name && a.time.abs_diff(time) <= SIGN_IN_WINDOW.unsigned_abs())
    };
    let cases = cases::build(&acts, &presence, &signed_in, config)?;
    let limits = limits(config, period, coverage)?;
    let world = Ground { coverage };
    let judged: Vec<(&Key, &Case, Vec<Vouched>, Vec<Traced>)> = cases
        .by_key
        .par_iter()
        .map(|(key, case)| {
            let vouched = kernel::vouch(case, &limits, &world);
            let traced = kernel::trace(case, &limits, &world, &vouched);
            (key, case, vouched, traced)
        })
        .collect();
    let sensitivity =
        SENSITIVITY.map(|look_back| (look_back, counts(&cases, &acts, period, limits, look_back, &world)));
    let vouching = rows::vouching(&judged, &acts, &cases);
    let tracing = rows::tracing(&judged, &acts, &limits);
    drop(judged);
    Ok(Correlation { acts, cases, vouching, tracing, limits, sensitivity: sensitivity.to_vec() })
}

fn counts(
    cases: &Cases,
    acts: &[Act],
    period: &Period,
    limits: Limits,
    look_back: Span,
    world: &Ground<'_>,
) -> BTreeMap<Reason, usize> {
    let limits = Limits { window: Window { look_back: look_back.micros(), ..limits.window }, ..limits };
    let reasons: Vec<Reason> = cases
        .by_key
        .par_iter()
        .flat_map_iter(|(_, case)| {
            let in_period = |v: &Vouched| period.contains(acts[case.effects[v.effect].row].time);
            kernel::vouch(case, &limits, world).into_iter().filter(in_period).map(|v| v.reason).collect::<Vec<_>>()
        })
        .collect();
    reasons.into_iter().fold(BTreeMap::new(), |mut all, reason| {
        *all.entry(reason).or_default() += 1;
        all
    })
}

fn limits(config: &Config, period: &Period, coverage: &Coverage) -> Result<Limits> {
    let window = Window::new(config.span("VCH-01", "look_back")?, config.span("VCH-01", "skew")?);
    let provision_sla = config.span("TRC-01", "provision_sla")?.micros();
    let deprovision_sla = config.span("TRC-02", "deprovision_sla")?.micros();
    let longest = window.look_back.max(provision_sla).max(deprovision_sla);
    let last = period.end.saturating_add(longest);
    let end = |of: fn(&str) -> bool| coverage.end_of(of).map_or(last, |end| end.min(last));
    let cut_off = end(|source| source == crate::source::DATABRICKS);
    let push_cut_off = end(crate::source::is_provider);
    Ok(Limits { window, provision_sla, deprovision_sla, cut_off, push_cut_off })
}

fn sign_ins(lake: &Lake, acts: &[Act]) -> Result<Vec<Activity>> {
    let created: BTreeSet<String> = acts
        .iter()
        .filter(|a| a.endpoint.as_deref() == Some("autoUserCreation"))
        .filter_map(|a| a.subject.as_deref().map(str::to_lowercase))
        .collect();
    if created.is_empty() {
        return Ok(Vec::new());
    }
    let mut did = acts::activity(lake, &created)?;
    did.retain(|a| is_sign_in(&a.event_type));
    Ok(did)
}

/// True for a person's sign-in to Databricks; the use of a token is none (reference: databricks b5).
pub fn is_sign_in(event_type: &str) -> bool {
    let action = event_type.strip_prefix("accounts.").unwrap_or("").to_ascii_lowercase();
    let by_token = matches!(action.as_str(), "tokenlogin" | "aadtokenlogin" | "oidctokenauthorization");
    !by_token && (action.contains("login") || action.contains("oauthclientauthentication"))
}

struct Ground<'c> {
    coverage: &'c Coverage,
}

impl World for Ground<'_> {
    fn authority_hole(&self, from: i64, to: i64) -> Option<String> {
        let is_authority = |log: &crate::coverage::Log| crate::source::is_authority(&log.source);
        if !self.coverage.has(is_authority) {
            return Some("no authority log at hand".to_owned());
        }
        self.coverage.hole(is_authority, from, to).map(|hole| hole.id)
    }

    fn effect_hole(&self, scopes: &[String], from: i64, to: i64) -> Option<String> {
        let is_effect = |log: &crate::coverage::Log| {
            log.source == crate::source::DATABRICKS && (scopes.is_empty() || scopes.contains(&log.scope))
        };
        if !self.coverage.has(is_effect) {
            return Some("no Databricks log at hand".to_owned());
        }
        self.coverage.hole(is_effect, from, to).map(|hole| hole.id)
    }
}
