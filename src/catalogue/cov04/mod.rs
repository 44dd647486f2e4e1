//! COV-04: two sources tell the same story.

mod compare;
mod deliveries;
mod pushes;

use std::collections::BTreeSet;

use self::compare::{Side, Told, compared};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::config::ByEnvironment;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-04",
    version: "2",
    severity: Severity::High,
    needs: &[need::E],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "settle",
            default: "24h",
            doc: "how long a source may take to have a record that another one has",
        },
        Parameter {
            name: "window",
            default: "2s",
            doc: "how far apart two sources may put one change that no id ties together",
        },
    ],
    words: &[
        pass("in_both", "both sources have the change"),
        exception("in_one_only", "the other source had time enough, and does not have the change"),
        undetermined("settling", "the other source ends too soon after the change to be without it for good"),
        undetermined("beyond_reach", "the other source does not reach the time of the change, nor is it declared to"),
        undetermined("masked", "what changed was cut off or masked in the record, so that it cannot be compared"),
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional("present_in", Kind::TextList, "The sources that have the change."),
        Column::optional("missing_from", Kind::Text, "The source that has not. null = both have it."),
        Column::optional(
            "match_rule",
            Kind::Text,
            "What ties the two records: identity (the same event by its ids or by all that both carry), or the parts that agree. null = only one has it.",
        ),
        Column::optional("probable_cause", Kind::Text, "What else the source without it has. null = both have it."),
    ],
    about: About {
        title: "Two sources tell the same story",
        objective: "To find records that one of two logs of the same acts lacks, since such a record was lost, or withheld, or made up.",
        population: "Every successful access change of the period in either of two sources that overlap: two forms of delivery of Databricks' log; an identity provider's record of its pushes and a SCIM request log or event stream. A change is one item for each such pair.",
        item_noun: "changes",
        procedure: &[
            "A change that both sources have passes: by the identity of the event, else by equal action, subject, object and actor within window. Of pushes the actor is not compared, since each side names its own.",
            "A change that one source has alone is an exception once the other goes on for longer than settle after it.",
            "Before that, outside the other's first and last record or what it is declared to cover, over a hole of it, and where the record hides what changed, the change is undetermined.",
        ],
        false_positives: &[
            "An export that was filtered by workspace or service lacks the rest: compare what it was meant to hold.",
            "Somebody else than the identity provider writes by SCIM: VCH-02 tells who.",
        ],
        limits: &[
            "Deliveries are told apart by their form (JSON delivery, system table, Azure diagnostics, Log Analytics): of two deliveries of one form nothing can be compared. Azure Monitor carries no acts of the account, which are left out there.",
            "Of pushes only those that both sides log as such are compared: users created, deactivated and deleted. Okta logs pushes of groups on failure only.",
            "What both sources lack is not found.",
        ],
        references: &["NIST SP 800-53 r5 AU-6(3)"],
        deviation: "The change of {at} by {actor} for {subject} ({object}) is in one of two sources only",
        undecided: "Whether both sources have the change of {at} by {actor} for {subject} ({object})",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let limits = Limits {
        settle: ByEnvironment::new(evidence.config, |here| Ok(here.span(TEST.id, "settle")?.micros()))?,
        window: evidence.config.span(TEST.id, "window")?.micros(),
    };
    let mut judged = Judged { coverage_is_complete: evidence.is_covered(|_| true), ..Judged::default() };
    deliveries::judge(evidence, limits, &mut judged)?;
    pushes::judge(evidence, limits, &mut judged)?;
    if judged.notes.is_empty() {
        judged.notes.push("No two sources of the same acts overlap in the period: nothing was compared.".to_owned());
        judged.coverage_is_complete = false;
    }
    Ok(judged)
}

/// In microseconds.
#[derive(Debug, Clone, Copy)]
struct Limits {
    settle: ByEnvironment<i64>,
    window: i64,
}

/// The items of one pair of sources: what both have, and what only one has. `hole` gives that of a source around a time.
fn items(
    evidence: &Evidence<'_>,
    limits: Limits,
    sides: [&Side; 2],
    told: [Vec<Told>; 2],
    hole: impl Fn(&Side, i64) -> Option<String>,
) -> Vec<Item> {
    let found = compared(told, limits.window);
    let names: Vec<String> = sides.iter().map(|side| side.name.clone()).collect();
    let mut items = Vec::new();
    for (one, other, rule) in &found.both {
        // A change that one source puts before the edge of the period and the other after it is of the period.
        let is_outside = |told: &Told| !evidence.period.contains(told.time);
        let item = match other {
            Some(other) if is_outside(one) => base(other, &names, Some(one)),
            other => base(one, &names, other.as_ref()),
        };
        let extra = vec![Cell::Texts(names.clone()), Cell::Text(None), Cell::text(*rule), Cell::Text(None)];
        items.push(Item { verdict: Verdict::Pass, reason: "in_both".to_owned(), extra, ..item });
    }
    for (at, alone) in found.alone.iter().enumerate() {
        let (has, lacks) = (sides[at], sides[1 - at]);
        for one in alone {
            let hole_id = hole(lacks, one.time);
            let settle = *limits.settle.at(evidence.config.environment(&one.scope));
            let (verdict, reason) = judge(one, lacks, settle, hole_id.is_some());
            let extra = vec![
                Cell::Texts(vec![has.name.clone()]),
                Cell::text(&lacks.name),
                Cell::Text(None),
                Cell::text(lacks.cause(one)),
            ];
            let hole_id = hole_id.filter(|_| reason == "coverage_gap");
            items.push(Item { verdict, reason: reason.to_owned(), hole_id, extra, ..base(one, &names, None) });
        }
    }
    items.retain(|item| evidence.period.contains(item.time));
    items
}

fn judge(one: &Told, lacks: &Side, settle: i64, is_hole: bool) -> (Verdict, &'static str) {
    match () {
        () if one.is_masked => (Verdict::Undetermined, "masked"),
        () if one.time < lacks.first || one.time > lacks.last => (Verdict::Undetermined, "beyond_reach"),
        () if lacks.last - one.time <= settle => (Verdict::Undetermined, "settling"),
        () if is_hole => (Verdict::Undetermined, "coverage_gap"),
        () => (Verdict::Exception, "in_one_only"),
    }
}

fn base(one: &Told, names: &[String], other: Option<&Told>) -> Item {
    let events: BTreeSet<&String> = [Some(one), other].into_iter().flatten().map(|t| &t.event_id).collect();
    let mut parts = vec!["story", &names[0], &names[1], &one.id];
    parts.extend(other.map(|other| other.id.as_str()));
    let mut event_ids = vec![one.event_id.clone()];
    event_ids.extend(events.into_iter().filter(|id| **id != one.event_id).cloned());
    Item {
        severity: TEST.severity,
        scope: Some(one.scope.clone()),
        actor: one.actor.clone(),
        verb: one.verb.as_str(),
        subject: one.subject.clone(),
        object: one.object.clone(),
        event_ids,
        detail: Some(format!("{} and {}", names[0], names[1])),
        ..Item::new(item_id(&parts), one.time)
    }
}
