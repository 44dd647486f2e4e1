//! AUT-02: failed sign-ins and denied addresses are followed up.

mod bursts;

use bursts::{Burst, Failures, Successes, bursts};

use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::companion::{Kind as Supplied, Triage};
use crate::config::ByEnvironment;
use crate::correlate::{Verdict, item_id};
use crate::error::{Error, Result};
use crate::schema::{Column, Kind};
use crate::source::DATABRICKS;

/// The test.
pub(super) const TEST: Test = Test {
    id: "AUT-02",
    version: "3",
    severity: Severity::Medium,
    needs: &[need::U, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "burst_count", default: "5", doc: "failures that make a burst" },
        Parameter { name: "burst_window", default: "60m", doc: "time within which they make one" },
        Parameter {
            name: "success_window",
            default: "24h",
            doc: "how long after a burst a success from its address counts against it",
        },
        Parameter { name: "triage_sla", default: "3d", doc: "time in which a burst must be triaged" },
    ],
    words: &[
        pass("triaged", "a record of triage in time"),
        exception(
            "success_after_burst",
            "somebody got in from the same address afterwards, and there was no triage in time",
        ),
        exception("not_triaged", "no record of triage in time"),
        shared::WINDOW_OPEN,
        shared::NOT_SUPPLIED,
    ],
    columns: &[
        Column::optional("burst_end", Kind::Instant, "The last failure."),
        Column::optional("failure_count", Kind::Whole, "Failed sign-ins."),
        Column::optional("denial_count", Kind::Whole, "Denied addresses."),
        Column::optional("principal_count", Kind::Whole, "Principals that were tried."),
        Column::optional("source_ips", Kind::TextList, "Addresses that it came from."),
        Column::optional(
            "success_event",
            Kind::Text,
            "The first success from one of them afterwards. null = none in success_window.",
        ),
        Column::optional("incident", Kind::Text, "The record of triage. null = none, or none supplied."),
        Column::optional("triaged_at", Kind::Instant, "When it was triaged. null = not."),
    ],
    about: About {
        title: "Failed sign-ins and denied addresses are followed up",
        objective: "To find attempts to break in that nobody looked at.",
        population: "Bursts of failed sign-ins and denied addresses in Databricks, and of failed sign-ins to its applications at the identity provider: burst_count of one principal, or from one address, within burst_window; windows that share failures are one burst.",
        item_noun: "bursts",
        procedure: &[
            "A burst passes that a record of triage names, by item, principal or address, from its first failure until triage_sla after the failure that made it a burst.",
            "Otherwise it is an exception, the graver one where somebody signed in or used a token from the same address after that failure and within success_window of the last one.",
            "A burst of an address whose failures are all of one principal is that principal's burst, and no second item.",
            "Where no triage is supplied, bursts are listed for information and the test is not tested.",
        ],
        false_positives: &[
            "A job with an expired token fails until it is repaired; an address may be that of a whole office.",
        ],
        limits: &[
            "This test does not show slow attempts, below burst_count within burst_window.",
            "It does not show failed sign-ins to other applications of the identity provider.",
        ],
        references: &["NIST SP 800-53 r5 AC-7, AU-6", "PCI DSS v4.0 10.2.1.4"],
        deviation: "The burst of {at} against {subject} from {object}: {meaning}",
        undecided: "The burst of {at} against {subject} from {object}",
    },
    evaluate,
};

struct Rules {
    limits: ByEnvironment<Limits>,
    is_supplied: bool,
    cut_off: i64,
}

/// In microseconds.
struct Limits {
    triage_sla: i64,
    success_window: i64,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let window = evidence.config.span(TEST.id, "burst_window")?.micros();
    let count = usize::try_from(evidence.config.whole(TEST.id, "burst_count")?).unwrap_or(usize::MAX).max(1);
    let is_supplied = evidence.companions.has(Supplied::Triage);
    let limits = ByEnvironment::new(evidence.config, |here| {
        let span = |name| Ok::<_, Error>(here.span(TEST.id, name)?.micros());
        Ok(Limits { triage_sla: span("triage_sla")?, success_window: span("success_window")? })
    })?;
    let success_window = limits.all().map(|limits| limits.success_window).into_iter().max().unwrap_or_default();
    let triage_sla = limits.all().map(|limits| limits.triage_sla).into_iter().max().unwrap_or_default();
    // A burst is detected at most its own window after it began.
    let cut_off = evidence.cut_off_within(triage_sla.saturating_add(window));
    let rules = Rules { limits, is_supplied, cut_off };
    // A burst that began before the period is of the period before; its failures in this one must not make another.
    let failures = Failures::read(evidence, evidence.period.start - window, evidence.period.end + window)?;
    let all = bursts(&failures, count, window);
    let alone = failures.alone(&all, evidence.period);
    let (found, others): (Vec<Burst<'_>>, Vec<Burst<'_>>) =
        all.into_iter().partition(|burst| evidence.period.contains(burst.start));
    let successes = Successes::read(evidence, &found, success_window)?;
    let items = found.iter().map(|burst| item(evidence, &rules, burst, &successes)).collect();
    let not_tested = (!is_supplied).then(|| "no triage feed".to_owned());
    Ok(Judged {
        items,
        exclusions: vec![
            ("failures that are part of no burst".to_owned(), alone),
            ("bursts that began before the period, or after it".to_owned(), others.len() as u64),
            ("failed sign-ins to other applications of the identity provider".to_owned(), failures.elsewhere),
        ],
        not_tested,
        cut_off: Some(cut_off),
        coverage_is_complete: evidence.is_covered(|source| source == DATABRICKS),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, rules: &Rules, burst: &Burst<'_>, successes: &Successes) -> Item {
    let id = item_id(&["burst", burst.kind(), burst.event_ids[0]]);
    let addresses: Vec<String> = burst.addresses.iter().map(|a| (*a).to_owned()).collect();
    let limits = rules.limits.at(evidence.config.environment(burst.scope));
    let due = burst.detected + limits.triage_sla;
    let triage = triage(evidence, &id, burst, due);
    let success = successes.first(burst, limits.success_window);
    let (verdict, reason) = match (triage, success) {
        _ if !rules.is_supplied => (Verdict::Undetermined, "not_supplied"),
        (Some(_), _) => (Verdict::Pass, "triaged"),
        _ if due >= rules.cut_off => (Verdict::Undetermined, "window_open"),
        (None, Some(_)) => (Verdict::Exception, "success_after_burst"),
        (None, None) => (Verdict::Exception, "not_triaged"),
    };
    let severity = match (rules.is_supplied, success) {
        (false, _) => Severity::Info,
        (true, Some(_)) => Severity::High,
        (true, None) => TEST.severity,
    };
    let mut event_ids: Vec<String> = burst.event_ids.iter().take(50).map(|id| (*id).to_owned()).collect();
    event_ids.extend(success.map(str::to_owned));
    let said = burst.principal.clone().unwrap_or_else(|| format!("{} principals", burst.principal_count));
    Item {
        verdict,
        reason: reason.to_owned(),
        severity,
        scope: Some(burst.scope.to_owned()),
        actor: burst.principal.clone(),
        subject: Some(said),
        object: Some(addresses.first().cloned().unwrap_or_else(|| "(no address)".to_owned())),
        event_ids,
        detail: Some(format!("{} failures, {} of them denied addresses", burst.event_ids.len(), burst.denial_count)),
        extra: vec![
            Cell::Instant(Some(burst.end)),
            Cell::count(burst.event_ids.len() - burst.denial_count),
            Cell::count(burst.denial_count),
            Cell::count(burst.principal_count),
            Cell::Texts(addresses),
            Cell::Text(success.map(str::to_owned)),
            Cell::Text(triage.map(|t| t.incident.clone())),
            Cell::Instant(triage.map(|t| t.at)),
        ],
        ..Item::new(id, burst.start)
    }
}

// A record of triage may name the address instead of somebody. At the very limit it is in time.
fn triage<'e>(evidence: &'e Evidence<'_>, id: &str, burst: &Burst<'_>, due: i64) -> Option<&'e Triage> {
    let by = |named: Option<&str>| evidence.companions.triage(id, named, named, burst.start, due + 1);
    let address = if burst.principal.is_none() { burst.addresses.first().copied() } else { None };
    by(burst.principal.as_deref().or(address))
}
