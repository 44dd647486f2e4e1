//! DEP-01: leavers lose Databricks access in time.

use std::collections::{BTreeMap, BTreeSet};

use super::clock::CLOCK;
use super::departures::{Departure, departures};
use super::leavers::{Did, activity_of};
use super::trc::of_decision;
use super::words::shared;
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Direction;
use crate::companion::Kind as Register;
use crate::correlate::cases::Entitlement;
use crate::correlate::kernel::{Case, Reason};
use crate::correlate::{ACCOUNT, Verdict, item_id, lags};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "DEP-01",
    version: "7",
    severity: Severity::High,
    needs: &[need::H_IF, need::A, need::E],
    shared_parameters: &["deprovision_sla"],
    own_parameters: &[
        Parameter {
            name: "involuntary_sla",
            default: "4h",
            doc: "the same as deprovision_sla for those whom a personnel record calls involuntary",
        },
        Parameter {
            name: "triggers",
            default: "[\"user.deactivate\", \"user.delete\", \"app.unassign\"]",
            doc: "decisions of the identity provider that start the clock; app.unassign stands for the end of the last assignment through a group, too; user.suspend may be added",
        },
        CLOCK[0],
        CLOCK[1],
        CLOCK[2],
        CLOCK[3],
        CLOCK[4],
    ],
    words: &[
        shared::CARRIED_OUT,
        shared::LATE,
        shared::MISSING,
        shared::FAILED,
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        shared::NEVER_HAD_ACCESS,
        shared::NOT_PUSHED,
        shared::SUPERSEDED,
    ],
    columns: &[
        Column::optional(
            "t0_basis",
            Kind::Text,
            "What the clock's start rests on: personnel record, or identity provider's decision.",
        ),
        Column::optional("t0", Kind::Instant, "When the clock starts."),
        Column::optional(
            "t_idp",
            Kind::Instant,
            "When the identity provider first decided. null = it decided nothing.",
        ),
        Column::optional("t_dbx", Kind::Instant, "When Databricks ended the access. null = no end is known."),
        Column::optional(
            "leg1_hours",
            Kind::Real,
            "From the personnel record's time to the identity provider's decision, elapsed; negative = decided before. null = no such record, or no decision.",
        ),
        Column::optional(
            "leg2_hours",
            Kind::Real,
            "From the identity provider's decision to the end of access, elapsed. null = no decision, or no end.",
        ),
        Column::optional("sla_hours", Kind::Real, "The limit, as the clock in use counts it."),
        Column::optional(
            "was_admin",
            Kind::Flag,
            "True = held an administrator role when the clock started, as far as the logs tell.",
        ),
        Column::optional("last_activity", Kind::Instant, "Last act in Databricks on record. null = none."),
    ],
    about: About {
        title: "Leavers lose Databricks access in time",
        objective: "To find people who could still reach Databricks after the organisation had ended their access.",
        population: "People whom a personnel record calls leavers, and identities deactivated or deleted in the identity provider, or stripped of their last Databricks assignment, also of one through a group; one item for each uninterrupted absence. Leavers of before the period whose access still stood at its start, or whose limit had not run out then, are included.",
        item_noun: "leavers",
        procedure: &[
            "The clock starts at the time of the personnel record where there is one, else with the identity provider's deactivation, deletion or last unassignment, be it that of a group, or of the person's leaving it (or suspension, where `triggers` names it). It runs in elapsed hours, or on business days where `clock` says so.",
            "Those whom a personnel record calls involuntary have involuntary_sla, everybody else deprovision_sla.",
            "An account made inactive or deleted within the limit passes.",
            "So does a person removed from every workspace in which records or listings ever showed them, directly or by a group, once the last is lost: if no administrator role at the account stands, and no hole since the account, or a group that it is still in, was made may hide that another was given. That leaves it undetermined.",
            "Later than that, or never by cut-off, is an exception; a limit still open at cut-off, or a hole in the log of Databricks, leaves it undetermined, one in the log of the identity provider that begins within the limit and may hide that the decision was taken back, and so does an update of the account by the connector within the limit, of which the log does not say what it changed.",
        ],
        false_positives: &[
            "A person who was moved to another identity is no leaver: name the alias under `[identity] aliases`.",
        ],
        limits: &[
            "Whether somebody who lost the last group on record that was assigned has another one is known only of people and groups that were made on record; of others such an end is no item, and counted apart.",
            "Without personnel records this test does not show that the end of employment reached the identity provider in time.",
            "It does not show that the personnel records themselves are complete.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(3), PS-4"],
        deviation: "{subject} left at {at}: {meaning}",
        undecided: "The departure of {subject} at {at}",
    },
    evaluate,
};

/// What is looked up beside the departures.
struct Beside<'e> {
    did: Did,
    /// The administrator roles of each subject.
    roles: BTreeMap<&'e str, Vec<&'e Case>>,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let found = departures(evidence)?;
    let names: BTreeSet<&str> = found.all.iter().map(|d| d.key.subject.label()).collect();
    let mut roles: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for (key, case) in evidence.correlation.judged.cases.by_key.iter() {
        if matches!(key.entitlement, Entitlement::Admin(_)) && names.contains(key.subject.label()) {
            roles.entry(key.subject.label()).or_default().push(case);
        }
    }
    let beside = Beside { did: activity_of(evidence, &names)?, roles };
    let mut notes = vec![found.clock.told()];
    notes.push(personnel_note(evidence, &found.all));
    Ok(Judged {
        items: found.all.iter().map(|d| item(evidence, d, &beside)).collect(),
        exclusions: found.exclusions,
        notes,
        figures: legs(&found.all),
        coverage_is_complete: evidence.is_covered(crate::source::is_authority),
        ..Judged::default()
    })
}

fn personnel_note(evidence: &Evidence<'_>, all: &[Departure<'_>]) -> String {
    if !evidence.companions.has(Register::HrLeavers) {
        return "The way from personnel records to the identity provider was not tested: no personnel record was supplied.".to_owned();
    }
    let unrecorded = all.iter().filter(|d| d.personnel.is_none()).count();
    let undecided = all.iter().filter(|d| d.trigger.is_none()).count();
    format!(
        "Of {} departures {unrecorded} are in no personnel record, and of {undecided} the identity provider decided nothing.",
        all.len()
    )
}

// The two legs apart.
fn legs(all: &[Departure<'_>]) -> Vec<(String, String)> {
    let figure = |name: &str, lengths: Vec<i64>| {
        let found = lags::durations(lengths.iter().map(|length| ((*length).max(0), true)).collect());
        let told = |micros: Option<i64>| micros.map_or_else(|| "-".to_owned(), |m| format!("{:.1} h", hours(m)));
        (
            name.to_owned(),
            format!("{} measured, median {}, longest {}", lengths.len(), told(found.p50), told(found.max)),
        )
    };
    let to_provider: Vec<i64> = all.iter().filter_map(leg1).collect();
    let mut figures = Vec::new();
    if !to_provider.is_empty() {
        figures.push(figure("from personnel record to identity provider", to_provider));
    }
    figures.push(figure("from identity provider to Databricks", all.iter().filter_map(leg2).collect()));
    figures
}

fn leg1(d: &Departure<'_>) -> Option<i64> {
    Some(d.decided? - d.personnel?.effective_at)
}

fn leg2(d: &Departure<'_>) -> Option<i64> {
    Some(d.end.as_ref()?.time - d.decided?)
}

fn item(evidence: &Evidence<'_>, departure: &Departure<'_>, beside: &Beside<'_>) -> Item {
    let (reason, hole) = departure.judge(evidence);
    let detail = match &departure.end {
        Some(end) => {
            let what = if end.removal.is_some() { "the last workspace was lost" } else { "access ended" };
            format!("{what} {:.1} h after t0 ({})", hours(end.time - departure.start), departure.basis())
        }
        None => format!("no end of access on record; t0 is the {}", departure.basis()),
    };
    let verdict = match reason {
        Reason::AlreadyInEffect => Verdict::NotApplicable,
        reason => reason.verdict(),
    };
    let name = departure.key.subject.label();
    let was_admin = beside.roles.get(name).is_some_and(|roles| roles.iter().any(|case| held(case, departure.start)));
    Item {
        verdict,
        reason: reason.as_str().to_owned(),
        severity: if was_admin { Severity::Critical } else { TEST.severity },
        object: Some(ACCOUNT.to_owned()),
        detail: Some(detail),
        hole_id: hole,
        extra: vec![
            Cell::text(departure.basis()),
            Cell::Instant(Some(departure.start)),
            Cell::Instant(departure.decided),
            Cell::Instant(departure.end.as_ref().map(|end| end.time)),
            Cell::hours(leg1(departure)),
            Cell::hours(leg2(departure)),
            Cell::hours(Some(departure.sla)),
            Cell::Flag(Some(was_admin)),
            Cell::Instant(beside.did.of(name).next_back().map(|act| act.time)),
        ],
        ..of_departure(evidence, departure)
    }
}

/// An item about one departure, not yet judged: at its t0, with the events of its decisions and of its end.
pub(super) fn of_departure(evidence: &Evidence<'_>, departure: &Departure<'_>) -> Item {
    let acts = &evidence.correlation.judged.acts;
    let subject = departure.key.subject.label();
    let mut item = match (departure.traced.first(), departure.trigger) {
        (Some(traced), _) => of_decision(evidence, traced),
        (None, Some(row)) => Item {
            actor: acts.at(row).actor.map(|a| evidence.name(a)),
            verb: acts.verb(row).as_str(),
            ..Item::new(item_id(&["departure", acts.at(row).event_id, acts.own_words(row)[0]]), departure.start)
        },
        (None, None) => Item::new(item_id(&["departure", subject, &departure.start.to_string()]), departure.start),
    };
    let mut events: Vec<String> = departure.trigger.map(|row| acts.at(row).event_id.to_owned()).into_iter().collect();
    events.append(&mut item.event_ids);
    events.extend(departure.traced.iter().flat_map(|t| of_decision(evidence, t).event_ids));
    events.extend(departure.end.as_ref().and_then(|end| end.event_id.clone()));
    let mut seen = BTreeSet::new();
    events.retain(|event| seen.insert(event.clone()));
    Item {
        event_ids: events,
        time: departure.start,
        scope: Some(departure.end.as_ref().map_or(ACCOUNT, |end| &end.scope).to_owned()),
        subject: Some(subject.to_owned()),
        hole_id: None,
        ..item
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 microseconds")]
fn hours(micros: i64) -> f64 {
    micros as f64 / 3.6e9
}

// Whether the role was held at an instant.
fn held(case: &Case, at: i64) -> bool {
    case.effects.iter().rfind(|e| e.time <= at).is_some_and(|e| e.direction == Direction::Grant)
}
