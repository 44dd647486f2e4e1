//! Where a chain broke, on a page.

use super::page::Page;
use crate::explain::{Entry, Missing, Row};
use crate::report::format::instant;

/// Columns of a step's instant.
const TIME: usize = 28;

pub(super) fn tell(answer: &Missing, page: &mut Page) {
    page.paragraph(0, 0, &answer.headline);
    for note in &answer.notes {
        page.paragraph(2, 2, &format!("- {note}"));
    }
    if !answer.access.is_empty() {
        page.heading("held");
        answer.access.iter().for_each(|row| held(row, page));
    }
    page.heading(&format!("timeline of {} and {}", answer.subject, answer.entitlement));
    if answer.timeline.is_empty() {
        page.paragraph(2, 0, "no record bears on them");
    }
    let mut is_marked = false;
    for entry in &answer.timeline {
        if entry.is_after && !is_marked {
            is_marked = true;
            page.paragraph(2, 0, &format!("---- asked about: {} ----", instant(&answer.at)));
        }
        step(entry, page);
    }
}

fn held(row: &Row, page: &mut Page) {
    let edge = |time: &Option<String>, none: &str| time.as_deref().map_or_else(|| none.to_owned(), instant);
    let (from, until) = (edge(&row.from, "before the first record"), edge(&row.until, "the end of the evidence"));
    let via = if row.via.is_empty() { String::new() } else { format!(", by way of {}", row.via.join(" > ")) };
    let basis =
        row.closed_basis.map_or_else(|| row.opened_basis.to_owned(), |end| format!("{} / {end}", row.opened_basis));
    page.paragraph(2, 4, &format!("{from} until {until}: {} in {} ({basis}){via}", row.state, row.scope));
}

fn step(entry: &Entry, page: &mut Page) {
    let who = entry.actor.as_deref().map(|actor| format!("{actor} ")).unwrap_or_default();
    let outcome = match (entry.outcome.as_str(), &entry.outcome_reason) {
        ("success" | "", _) => String::new(),
        (outcome, Some(reason)) => format!(" - {outcome}: {reason}"),
        (outcome, None) => format!(" - {outcome}"),
    };
    page.paragraph(2, TIME, &format!("{:TIME$}{:12} {who}{}{outcome}", entry.time, entry.kind, entry.what));
    let event = if entry.event_id.is_empty() { String::new() } else { format!(", event {}", entry.event_id) };
    page.paragraph(2 + TIME, 2, &format!("{} {}{event}", entry.source, entry.scope));
    if let Some(item) = &entry.item {
        let verdict = format!("{} item {}: {}, {}", item.side, item.item_id, item.verdict, item.reason);
        page.paragraph(2 + TIME, 2, &verdict);
    }
}
