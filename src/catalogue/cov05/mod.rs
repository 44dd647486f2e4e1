//! COV-05: clocks agree.

mod wrong_times;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::records::{Raw, records};
use super::words::{exception, not_applicable, pass, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::correlate::{Verdict, chains, item_id, lags};
use crate::error::Result;
use crate::event::EVENT_TIME;
use crate::frame::SOURCE;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-05",
    version: "2",
    severity: Severity::Medium,
    needs: need::ALL,
    shared_parameters: &["skew"],
    own_parameters: &[Parameter {
        name: "future",
        default: "2m",
        doc: "how far a record's time may lie after the moment at which it was read",
    }],
    words: &[
        pass("within_tolerance", "no record bears a time before what caused it by more than the tolerance"),
        exception("median_skew", "half of the records bear a time before what caused them, by more than the tolerance"),
        exception("negative_lag", "a record bears a time before what caused it, by more than the tolerance"),
        exception("future_time", "the record bears a time after the moment at which it was read"),
        exception(
            "epoch_unit",
            "the record bears a time long before its source existed, as a time in seconds does that is read as milliseconds",
        ),
        undetermined(
            "no_causal_pair",
            "both sources are at hand, but no record of the one was tied to what caused it in the other",
        ),
        not_applicable(
            "order_not_certain",
            "the later link may be recorded first, so that a negative lag proves nothing",
        ),
    ],
    columns: &[
        Column::optional(
            "source_pair",
            Kind::Text,
            "The earlier link's source and the later one's. null = the item is a single record.",
        ),
        Column::optional("pair_count", Kind::Whole, "Pairs of records. null = the item is a single record."),
        Column::optional(
            "p05_lag_seconds",
            Kind::Real,
            "Nearest-rank 5th percentile of the later time minus the earlier. null = no pair.",
        ),
        Column::optional("median_lag_seconds", Kind::Real, "Nearest-rank median of the same. null = no pair."),
        Column::optional("p95_lag_seconds", Kind::Real, "Nearest-rank 95th percentile of the same. null = no pair."),
        Column::optional(
            "negative_count",
            Kind::Whole,
            "Pairs of which the later link bears the earlier time. null = no pair.",
        ),
        Column::optional(
            "zone_missing_count",
            Kind::Whole,
            "Records of the two sources in the period whose time or keys another system had rewritten, so that a zone may be lost, or whose local time the clock showed twice. null = the item is a single record.",
        ),
    ],
    about: About {
        title: "Clocks agree",
        objective: "To show that the times of different logs can be compared, since every order and every limit of time rests on them.",
        population: "Every pair of sources of which records of the period were tied to what caused them, by leg of the chain from decision over push to effect; every source that says when it logged a record; every record that bears a time after it was read, from the start of the period on; every record that bears a time long before its source existed.",
        item_noun: "clocks and times",
        procedure: &[
            "A pair of sources passes where no record bears a time before what caused it by more than skew. The median is judged before the single record.",
            "A push may be recorded after its effect: that leg is shown, and not judged.",
            "An identity provider's log and Databricks' without any pair between them are undetermined.",
            "A record that bears a time more than `future` after the moment at which it was read is an exception, and so is one from before 2006.",
        ],
        false_positives: &[
            "The computer on which the files were read was slow: its clock gives the moment of reading.",
            "A single pair was tied wrongly: its two records are the item's events.",
        ],
        limits: &[
            "Records are tied within the look-back and skew of VCH-01: of clocks that differ by more no pair is found, and the changes are without authority there.",
            "A positive lag proves nothing: a clock that runs ahead looks like a slow push.",
            "This test does not show that any clock is right, only whether they agree.",
        ],
        references: &["NIST SP 800-53 r5 AU-8"],
        deviation: "Times of {object}: {meaning}",
        undecided: "Whether the clocks of {object} agree",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let skew = evidence.config.span(TEST.id, "skew")?.micros();
    let respelled = respelled(evidence)?;
    let pairs = chains::pairs(evidence.correlation, evidence.period);
    let mut items: Vec<Item> =
        pairs.iter().map(|(pair, lags)| of_pair(evidence, *pair, lags, skew, &respelled)).collect();
    items.extend(unpaired(evidence, &pairs, &respelled));
    items.extend(of_logged_times(evidence, skew, &respelled)?);
    items.extend(wrong_times::items(evidence)?);
    Ok(Judged {
        items,
        figures: respelled
            .iter()
            .map(|(source, n)| (format!("times or keys rewritten on the way: {source}"), n.to_string()))
            .collect(),
        coverage_is_complete: evidence.is_covered(|_| true),
        ..Judged::default()
    })
}

/// Records of each source whose time another system may have changed.
type Respelled = BTreeMap<String, i64>;

fn respelled(evidence: &Evidence<'_>) -> Result<Respelled> {
    let mut all = Respelled::new();
    for typed in evidence.sweep()?.types().filter(|t| matches!(t.parse_rule, "re_exported" | "ambiguous_time")) {
        if let Some(tally) = typed.period {
            *all.entry(typed.source.to_owned()).or_default() += tally.count;
        }
    }
    Ok(all)
}

/// Lags in microseconds by the records between which they lie.
type Lags<'p> = BTreeMap<(&'p str, &'p str), i64>;

fn of_pair(
    evidence: &Evidence<'_>,
    (leg, earlier, later): (usize, &str, &str),
    found: &Lags<'_>,
    skew: i64,
    respelled: &Respelled,
) -> Item {
    let (leg, is_ordered) = chains::LEGS[leg];
    let item = measured(evidence, &[leg, earlier, later], &format!("{earlier} to {later}"), found, skew, respelled);
    let item = Item { detail: item.detail.map(|detail| format!("{leg}: {detail}")), ..item };
    if is_ordered {
        return item;
    }
    Item { verdict: Verdict::NotApplicable, reason: "order_not_certain".to_owned(), ..item }
}

fn measured(
    evidence: &Evidence<'_>,
    names: &[&str],
    object: &str,
    found: &Lags<'_>,
    skew: i64,
    respelled: &Respelled,
) -> Item {
    let lags = lags::skew(found.values().copied().collect());
    let (verdict, reason) = match lags {
        None => (Verdict::Undetermined, "no_causal_pair"),
        Some(lags) if lags.median < -skew => (Verdict::Exception, "median_skew"),
        Some(lags) if lags.min < -skew => (Verdict::Exception, "negative_lag"),
        Some(_) => (Verdict::Pass, "within_tolerance"),
    };
    let lowest = found.iter().min_by_key(|((earlier, later), lag)| (**lag, *earlier, *later));
    let sources: BTreeSet<&str> = names.iter().copied().collect();
    let respelled: i64 = sources.into_iter().filter_map(|source| respelled.get(source)).sum();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(object.to_owned()),
        event_ids: lowest
            .map(|((a, b), _)| if a == b { vec![*a] } else { vec![*a, *b] })
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect(),
        detail: lags.map(|l| format!("{} pairs, lowest lag {} s, median {} s", l.count, real(l.min), real(l.median))),
        extra: vec![
            Cell::text(object),
            Cell::count(found.len()),
            Cell::Real(lags.map(|l| real(l.p05))),
            Cell::Real(lags.map(|l| real(l.median))),
            Cell::Real(lags.map(|l| real(l.p95))),
            Cell::Whole(lags.and_then(|l| i64::try_from(l.negative_count).ok())),
            Cell::Whole(Some(respelled)),
        ],
        ..Item::new(item_id(&[&["clocks"], names].concat()), evidence.period.start)
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 microseconds")]
fn real(micros: i64) -> f64 {
    micros as f64 / 1e6
}

// Providers whose log is at hand beside that of Databricks, and between which nothing was paired.
fn unpaired(evidence: &Evidence<'_>, pairs: &chains::Pairs<'_>, respelled: &Respelled) -> Vec<Item> {
    let effect = crate::source::DATABRICKS;
    let logs: BTreeSet<&str> = evidence.coverage.logs().map(|log| log.source.as_str()).collect();
    if !logs.contains(effect) {
        return Vec::new();
    }
    let is_paired = |source: &str| pairs.keys().any(|(_, earlier, later)| *earlier == source && *later == effect);
    let alone = logs.iter().filter(|source| crate::source::is_authority(source) && !is_paired(source));
    alone
        .map(|source| {
            let names = [chains::LEGS[2].0, source, effect];
            measured(evidence, &names, &format!("{source} to {effect}"), &Lags::new(), 0, respelled)
        })
        .collect()
}

// Only security event tokens tell both when something happened and when it was written down.
fn of_logged_times(evidence: &Evidence<'_>, skew: i64, respelled: &Respelled) -> Result<Vec<Item>> {
    const SOURCE_ID: &str = "scim_event";
    let time = EVENT_TIME.expr().cast(DataType::Int64);
    let is_of_period = time.clone().gt_eq(lit(evidence.period.start)).and(time.lt(lit(evidence.period.end)));
    let found = records(evidence, SOURCE.expr().eq(lit(SOURCE_ID)).and(is_of_period), Raw::With)?;
    let lag = |record: &super::records::Record| {
        let logged = crate::source::kept::logged_time(&record.source, &record.raw)?;
        Some((record.event_id.clone(), logged - record.time))
    };
    let lags: BTreeMap<String, i64> = found.iter().filter_map(lag).collect();
    if lags.is_empty() {
        return Ok(Vec::new());
    }
    let found: Lags<'_> = lags.iter().map(|(id, lag)| ((id.as_str(), id.as_str()), *lag)).collect();
    Ok(vec![measured(
        evidence,
        &["logged", SOURCE_ID],
        &format!("{SOURCE_ID} to its own log"),
        &found,
        skew,
        respelled,
    )])
}
