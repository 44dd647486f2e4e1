//! EMG-01: emergency access is justified, short and reviewed.

mod days;
mod legs;
mod sessions;

use legs::{Legs, Limits, Rotations};
use sessions::{Session, sessions};

use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::companion::Kind as Supplied;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};
use crate::source::DATABRICKS;

/// The test.
pub(super) const TEST: Test = Test {
    id: "EMG-01",
    version: "3",
    severity: Severity::High,
    needs: &[need::U, need::E, need::K],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "silence", default: "30m", doc: "silence that ends a session" },
        Parameter {
            name: "max_session",
            default: "4h",
            doc: "how long a session may last, where the register says nothing of its principal",
        },
        Parameter {
            name: "ticket_window",
            default: "1h",
            doc: "how far from the start of a session its ticket may be opened, before and after",
        },
        Parameter {
            name: "review_business_days",
            default: "2",
            doc: "business days after a session in which it must be reviewed",
        },
        Parameter { name: "holidays", default: "[]", doc: "days that are no business days, as `2026-12-25`" },
    ],
    words: &[
        pass("in_order", "a ticket, a short session, a review by somebody else and a rotated credential are on record"),
        exception("no_ticket", "no incident or ticket was opened within ticket_window of its start"),
        exception("too_long", "it lasted longer than allowed"),
        exception("not_reviewed", "no review by somebody else within the business days allowed"),
        exception(
            "not_rotated",
            "the credential was not rotated, or the membership not ended, after it and before the next one",
        ),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::NOT_SUPPLIED,
    ],
    columns: &[
        Column::optional("session_start", Kind::Instant, "Its first act."),
        Column::optional("session_end", Kind::Instant, "Its last act."),
        Column::optional("actions_count", Kind::Whole, "Acts in it."),
        Column::optional("changes_made", Kind::Whole, "Acts that changed something."),
        Column::optional("ticket", Kind::Text, "The ticket or incident. null = none."),
        Column::optional("reviewer", Kind::Text, "Who reviewed it. null = nobody in time."),
        Column::optional("reviewed_at", Kind::Instant, "When. null = not in time."),
        Column::optional(
            "rotated_at",
            Kind::Instant,
            "When the credential was rotated, or the membership ended. null = not.",
        ),
        Column::optional("missing", Kind::TextList, "Everything that it lacks, in the words of the reasons."),
    ],
    about: About {
        title: "Emergency access is justified, short and reviewed",
        objective: "To find uses of the access that is kept for emergencies which nobody ordered, ended or looked at.",
        population: "Every session in Databricks of an account that the register of emergency access names, or of a member of a group that it names; a session ends with silence.",
        item_noun: "sessions",
        procedure: &[
            "A session passes that has all four: an incident or an approval opened within ticket_window of its start by somebody else, no more than the length allowed, a review of its account or group by somebody else within review_business_days of its end, and a credential rotated after it and before the next session. Of a group's member the end of the membership takes the place of the rotation.",
            "Whatever is missing makes it an exception; the gravest is named, all stand in a column of their own.",
            "Business days are Monday to Friday in the zone of the configuration, save its holidays; the last of them counts whole.",
            "What may still come at cut-off leaves a session undetermined, and so does a hole in the log beside it, which may hide its real length.",
        ],
        false_positives: &[
            "Automation that runs as an emergency account makes sessions of its own.",
            "A rotation outside Databricks, Okta, Entra and PingOne, such as one in a vault, is not on record.",
        ],
        limits: &[
            "This test does not show emergency access that the register does not name, or what was done outside Databricks.",
            "Who used a shared account is not on record; the reviewer is held against the account, and against whoever asked for the ticket.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(2), AC-2(12)", "HIPAA 164.312(a)(2)(ii)"],
        deviation: "The emergency session of {subject} at {at}: {meaning}",
        undecided: "The emergency session of {subject} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let coverage_is_complete = evidence.is_covered(|source| source == DATABRICKS);
    let has = |kind| evidence.companions.has(kind);
    if !has(Supplied::BreakGlass) {
        let not_tested =
            Some("no register of emergency access was supplied, so that no session is known to be one".to_owned());
        return Ok(Judged { not_tested, ..Judged::default() });
    }
    let limits = Limits::new(evidence)?;
    let all = sessions(evidence, limits.silence)?;
    let rotations = Rotations::read(evidence, &all)?;
    let missing: Vec<&str> = [
        (has(Supplied::Approvals) || has(Supplied::Triage), "tickets or incidents"),
        (has(Supplied::Reviews), "reviews"),
    ]
    .into_iter()
    .filter(|(is_there, _)| !is_there)
    .map(|(_, what)| what)
    .collect();
    let in_period = |session: &Session| evidence.period.contains(session.start);
    let judge = |(at, session): (usize, &Session)| {
        let next = all[at + 1..].iter().find(|next| next.person == session.person).map(|next| next.start);
        let legs = legs::legs(evidence, &limits, session, (next, &rotations));
        item(evidence, &limits, session, (&legs, missing.is_empty()))
    };
    let items: Vec<Item> = all.iter().enumerate().filter(|(_, session)| in_period(session)).map(judge).collect();
    let others = (all.len() - items.len()) as u64;
    Ok(Judged {
        items,
        exclusions: vec![("sessions that began before the period, or after it".to_owned(), others)],
        notes: vec![format!(
            "Business days are Monday to Friday in {}, save {} holidays of the configuration.",
            evidence.config.zone,
            limits.holiday_count()
        )],
        not_tested: (!missing.is_empty()).then(|| format!("no {} were supplied", missing.join(" and no "))),
        coverage_is_complete,
        cut_off: Some(limits.cut_off),
        ..Judged::default()
    })
}

fn item(evidence: &Evidence<'_>, limits: &Limits, session: &Session, (legs, is_supplied): (&Legs, bool)) -> Item {
    let (verdict, reason, hole_id) = match is_supplied {
        true => judge(evidence, limits, session, legs),
        false => (Verdict::Undetermined, "not_supplied", None),
    };
    let event_ids = session.event_ids.iter().take(50).cloned().chain(legs.rotation_event.clone()).collect();
    let missing = if is_supplied { legs.missing.iter().map(|leg| (*leg).to_owned()).collect() } else { Vec::new() };
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: if reason == "no_ticket" { Severity::Critical } else { TEST.severity },
        scope: Some(session.scope.clone()),
        actor: Some(session.person.clone()),
        subject: Some(session.person.clone()),
        object: Some(session.object(evidence)),
        event_ids,
        detail: Some(format!(
            "{} acts in {} minutes",
            session.event_ids.len(),
            (session.end - session.start) / 60_000_000
        )),
        hole_id,
        extra: vec![
            Cell::Instant(Some(session.start)),
            Cell::Instant(Some(session.end)),
            Cell::count(session.event_ids.len()),
            Cell::count(session.change_count),
            Cell::Text(legs.ticket.clone()),
            Cell::Text(legs.review.as_ref().map(|(reviewer, _)| reviewer.clone())),
            Cell::Instant(legs.review.as_ref().map(|(_, at)| *at)),
            Cell::Instant(legs.rotated_at),
            Cell::Texts(missing),
        ],
        ..Item::new(item_id(&["emergency", &session.object(evidence), &session.event_ids[0]]), session.start)
    }
}

fn judge(
    evidence: &Evidence<'_>,
    limits: &Limits,
    session: &Session,
    legs: &Legs,
) -> (Verdict, &'static str, Option<String>) {
    if let Some(leg) = legs.missing.first() {
        return (Verdict::Exception, leg, None);
    }
    if legs.is_open || session.end + limits.silence >= limits.cut_off {
        return (Verdict::Undetermined, "window_open", None);
    }
    let (from, to) = (session.start - limits.silence, session.end + limits.silence);
    let hole = evidence.hole(|log| log.source == DATABRICKS, from, to);
    match legs.hole.clone().or(hole) {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None => (Verdict::Pass, "in_order", None),
    }
}
