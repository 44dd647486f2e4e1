//! Where a chain broke, on a page.

use super::page::Page;
use crate::explain::{Entry, Missing, Row};
use crate::report::format::instant;

/// The kind of a push that names the group alone.
const GROUP_PUSH: &str = "group push";

pub(super) fn tell(answer: &Missing, page: &mut Page) {
    page.paragraph(0, 0, &answer.headline);
    for note in &answer.notes {
        page.paragraph(2, 2, &format!("- {note}"));
    }
    if !answer.access.is_empty() {
        page.heading("held");
        answer.access.iter().for_each(|row| held(row, page));
    }
    page.heading("timeline");
    if answer.timeline.is_empty() {
        page.paragraph(2, 0, "no record bears on them");
    }
    let mut is_marked = false;
    // A group is pushed again and again, and no such push names the subject.
    for run in answer.timeline.chunk_by(|a, b| a.kind == b.kind && a.kind == GROUP_PUSH && a.is_after == b.is_after) {
        let Some((first, last)) = run.first().zip(run.last()) else { continue };
        if first.is_after && !is_marked {
            is_marked = true;
            page.paragraph(2, 0, &format!("---- asked about: {} ----", instant(&answer.at)));
        }
        match run.len() {
            1 => step(first, page),
            count => {
                let text = format!("{count} pushes of the whole group, the last at {}", instant(&last.time));
                page.beside(&mark(first), &text);
            }
        }
    }
}

fn mark(entry: &Entry) -> String {
    format!("{:27} {}", entry.time, entry.kind)
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
    let event = if entry.event_id.is_empty() { String::new() } else { format!(", event {}", entry.event_id) };
    let item = entry
        .item
        .as_ref()
        .map(|item| format!("; {} item {}: {}, {}", item.side, item.item_id, item.verdict, item.reason));
    let (place, item) = (format!("{} {}", entry.source, entry.scope), item.unwrap_or_default());
    page.beside(&mark(entry), &format!("{who}{}{outcome} ({place}{event}{item})", entry.what));
}
