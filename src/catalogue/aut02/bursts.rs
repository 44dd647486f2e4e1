//! Failures of sign-ins, and the bursts that they make.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::catalogue::Evidence;
use crate::catalogue::sign_ins::{
    DENIALS, TOKEN_USE, applications, is_any, is_between, is_named, is_provider_use, is_sign_in, names_any, of_types,
};
use crate::config::Period;
use crate::error::Result;
use crate::event::{ACTOR, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, OUTCOME, SCOPE, SOURCE_IP};
use crate::frame::{collect, height, instants, scan, texts};

/// One failure. Names and addresses are numbers of [`Failures::texts`]: there may be millions.
#[derive(Debug, Clone)]
struct Failure {
    time: i64,
    event_id: String,
    principal: Option<usize>,
    address: Option<usize>,
    scope: usize,
    is_denial: bool,
}

/// All failures, ordered by time and event.
#[derive(Debug, Default)]
pub(super) struct Failures {
    all: Vec<Failure>,
    texts: Vec<String>,
    /// Failures at the identity provider that name no Databricks application.
    pub(super) elsewhere: u64,
}

impl Failures {
    /// The failures in `[from, to)`, in microseconds.
    ///
    /// # Errors
    /// The lake cannot be read, or a glob of the configuration is malformed.
    pub(super) fn read(evidence: &Evidence<'_>, from: i64, to: i64) -> Result<Self> {
        let denied = of_types(evidence, None, |name| is_named(name, &DENIALS))?;
        let refused = of_types(evidence, Some("failure"), |name| is_sign_in(name) || is_named(name, &TOKEN_USE))?;
        let failed = OUTCOME.expr().eq(lit("failure"));
        let apps = applications(evidence)?;
        let at_provider = is_provider_use().and(failed.clone()).and(is_between(from, to));
        let named = names_any(&apps.names).fill_null(lit(false));
        let is_denial = denied.clone().unwrap_or_else(|| lit(false));
        let wanted = [denied, refused].into_iter().flatten();
        let wanted = wanted.fold(is_provider_use().and(named.clone()).and(failed), Expr::or);
        let chosen = scan(evidence.lake, &EVENTS)?
            .filter(wanted.and(is_between(from, to)))
            .select([
                EVENT_ID.expr(),
                EVENT_TIME.expr(),
                ACTOR.expr(),
                SOURCE_IP.expr(),
                SCOPE.expr(),
                is_denial.cast(DataType::Int64).alias(EVENT_TYPE.name),
            ])
            .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
        let mut failures = Self::of(evidence, &collect(chosen, "read failed sign-ins")?)?;
        failures.elsewhere = height(scan(evidence.lake, &EVENTS)?.filter(at_provider.and(named.not())))? as u64;
        Ok(failures)
    }

    fn of(evidence: &Evidence<'_>, frame: &DataFrame) -> Result<Self> {
        let (ids, actors, addresses, scopes) =
            (texts(frame, EVENT_ID)?, texts(frame, ACTOR)?, texts(frame, SOURCE_IP)?, texts(frame, SCOPE)?);
        let times = instants(frame, EVENT_TIME)?;
        let denials = crate::frame::wholes(frame, EVENT_TYPE)?;
        let mut known = Numbers::default();
        let all = (0..frame.height()).map(|row| Failure {
            time: times.get(row).unwrap_or_default(),
            event_id: ids.get(row).unwrap_or_default().to_owned(),
            principal: actors.get(row).map(|actor| known.of(actor, |actor| evidence.name(actor))),
            address: addresses.get(row).map(|address| known.of(address, str::to_owned)),
            scope: known.of(scopes.get(row).unwrap_or_default(), str::to_owned),
            is_denial: denials.get(row) == Some(1),
        });
        let all = all.collect();
        Ok(Self { all, texts: known.texts, elsewhere: 0 })
    }

    /// How many of the period are part of none of the bursts.
    pub(super) fn alone(&self, found: &[Burst<'_>], period: &Period) -> u64 {
        let taken: BTreeSet<&str> = found.iter().flat_map(|burst| burst.event_ids.iter().copied()).collect();
        let is_alone = |one: &&Failure| period.contains(one.time) && !taken.contains(one.event_id.as_str());
        self.all.iter().filter(is_alone).count() as u64
    }
}

/// Numbers for texts; each spelling is folded once.
#[derive(Debug, Default)]
struct Numbers {
    by_spelling: BTreeMap<String, usize>,
    by_text: BTreeMap<String, usize>,
    texts: Vec<String>,
}

impl Numbers {
    fn of(&mut self, spelling: &str, fold: impl Fn(&str) -> String) -> usize {
        if let Some(number) = self.by_spelling.get(spelling) {
            return *number;
        }
        let text = fold(spelling);
        let number = *self.by_text.entry(text.clone()).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        });
        self.by_spelling.insert(spelling.to_owned(), number);
        number
    }
}

/// A burst of one principal, or from one address.
#[derive(Debug)]
pub(super) struct Burst<'f> {
    /// Who was tried; `None` = several, or nobody named, from one address.
    pub(super) principal: Option<String>,
    pub(super) start: i64,
    pub(super) end: i64,
    /// The failure that made it a burst.
    pub(super) detected: i64,
    /// In the order of time.
    pub(super) event_ids: Vec<&'f str>,
    pub(super) addresses: BTreeSet<&'f str>,
    pub(super) denial_count: usize,
    pub(super) principal_count: usize,
    /// Where the first failure was.
    pub(super) scope: &'f str,
}

impl Burst<'_> {
    /// By what it was found.
    pub(super) const fn kind(&self) -> &'static str {
        if self.principal.is_some() { "principal" } else { "address" }
    }
}

/// Every burst: `count` failures within `window` of each other, first and last included; windows that share failures are one.
pub(super) fn bursts(failures: &Failures, count: usize, window: i64) -> Vec<Burst<'_>> {
    let mut by_principal: BTreeMap<usize, Vec<&Failure>> = BTreeMap::new();
    let mut by_address: BTreeMap<usize, Vec<&Failure>> = BTreeMap::new();
    for failure in &failures.all {
        if let Some(principal) = failure.principal {
            by_principal.entry(principal).or_default().push(failure);
        }
        if let Some(address) = failure.address {
            by_address.entry(address).or_default().push(failure);
        }
    }
    let of_principals = by_principal.into_iter().flat_map(|(principal, all)| {
        runs(&all, count, window).into_iter().map(move |run| burst(failures, Some(principal), run)).collect::<Vec<_>>()
    });
    let of_addresses = by_address.into_values().flat_map(|all| {
        let runs = runs(&all, count, window).into_iter();
        runs.filter(|run| !is_of_one(&run.0)).map(|run| burst(failures, None, run)).collect::<Vec<_>>()
    });
    of_principals.chain(of_addresses).collect()
}

// It is that principal's burst already.
fn is_of_one(run: &[&Failure]) -> bool {
    run.first().is_some_and(|first| first.principal.is_some() && run.iter().all(|f| f.principal == first.principal))
}

/// The failures of a burst, and the instant at which it was one.
type Run<'f> = (Vec<&'f Failure>, i64);

fn runs<'f>(all: &[&'f Failure], count: usize, window: i64) -> Vec<Run<'f>> {
    let mut found: Vec<(usize, usize, i64)> = Vec::new();
    let mut last = 0;
    for first in 0..all.len() {
        let limit = all[first].time + window;
        while last < all.len() && all[last].time <= limit {
            last += 1;
        }
        if last - first < count {
            continue;
        }
        match found.last_mut() {
            Some((_, end, _)) if first < *end => *end = last,
            _ => found.push((first, last, all[first + count - 1].time)),
        }
    }
    found.into_iter().map(|(first, end, detected)| (all[first..end].to_vec(), detected)).collect()
}

fn burst<'f>(failures: &'f Failures, principal: Option<usize>, (run, detected): Run<'f>) -> Burst<'f> {
    let text = |number: usize| failures.texts.get(number).map_or("", String::as_str);
    let ends = [run.first(), run.last()].map(|one| one.map_or(detected, |one| one.time));
    Burst {
        principal: principal.map(|number| text(number).to_owned()),
        start: ends[0],
        end: ends[1],
        detected,
        event_ids: run.iter().map(|one| one.event_id.as_str()).collect(),
        addresses: run.iter().filter_map(|one| one.address).map(text).collect(),
        denial_count: run.iter().filter(|one| one.is_denial).count(),
        principal_count: run.iter().filter_map(|one| one.principal).collect::<BTreeSet<_>>().len(),
        scope: run.first().map_or("", |one| text(one.scope)),
    }
}

/// Successful sign-ins and uses of tokens from the addresses of bursts.
#[derive(Debug)]
pub(super) struct Successes(BTreeMap<String, Vec<(i64, String)>>);

impl Successes {
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>, found: &[Burst<'_>], window: i64) -> Result<Self> {
        let addresses: BTreeSet<&str> = found.iter().flat_map(|burst| burst.addresses.iter().copied()).collect();
        let addresses: Vec<&str> = addresses.into_iter().collect();
        let from = found.iter().map(|burst| burst.start).min().unwrap_or_default();
        let to = found.iter().map(|burst| burst.end).max().unwrap_or_default() + window + 1;
        let wanted = of_types(evidence, Some("success"), |name| is_sign_in(name) || is_named(name, &TOKEN_USE))?;
        let Some(wanted) = wanted.filter(|_| !addresses.is_empty()) else { return Ok(Self(BTreeMap::new())) };
        let chosen = scan(evidence.lake, &EVENTS)?
            .filter(wanted.and(is_between(from, to)))
            .filter(is_any(SOURCE_IP.expr(), &addresses))
            .select([EVENT_ID.expr(), EVENT_TIME.expr(), SOURCE_IP.expr()])
            .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
        let frame = collect(chosen, "read successes after bursts")?;
        let (ids, times, ips) = (texts(&frame, EVENT_ID)?, instants(&frame, EVENT_TIME)?, texts(&frame, SOURCE_IP)?);
        let mut all: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
        for row in 0..frame.height() {
            if let (Some(id), Some(time), Some(ip)) = (ids.get(row), times.get(row), ips.get(row)) {
                all.entry(ip.to_owned()).or_default().push((time, id.to_owned()));
            }
        }
        Ok(Self(all))
    }

    /// The event of the first success after the failure that made it a burst, within `window` of the last one.
    pub(super) fn first(&self, burst: &Burst<'_>, window: i64) -> Option<&str> {
        let of_address = |address: &&str| {
            let all = self.0.get(*address)?;
            let next = all.get(all.partition_point(|(time, _)| *time <= burst.detected))?;
            (next.0 <= burst.end + window).then_some(next)
        };
        burst.addresses.iter().filter_map(of_address).min().map(|(_, id)| id.as_str())
    }
}
