//! SOD-02: conflicting duties are not held or used together.

mod duties;
mod performed;

use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::correlate::{ACCOUNT, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};
use duties::{Duties, Duty};
use performed::{Performed, Span};

/// The test.
pub(super) const TEST: Test = Test {
    id: "SOD-02",
    version: "2",
    severity: Severity::High,
    needs: &[need::S, need::E, need::U],
    shared_parameters: &[],
    own_parameters: &[],
    words: &[
        pass("separated", "only one of the two duties was held or used in the period, by complete records"),
        exception("held", "both duties were held at one instant; an act of a duty shows it for its instant"),
        exception("used", "acts of both duties were done in the period"),
        shared::NO_OPENING_STATE,
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional("duty_a", Kind::Text, "One duty."),
        Column::optional("duty_b", Kind::Text, "The other."),
        Column::optional(
            "held_from",
            Kind::Instant,
            "First instant at which both were held. null = never, or since before the first record.",
        ),
        Column::optional(
            "held_to",
            Kind::Instant,
            "First instant at which not both were held any more. null = never both, or still so.",
        ),
        Column::optional(
            "used_refs",
            Kind::TextList,
            "Acts of either duty, the first ten of each: events, or rows of companion files by their own ids. null = there are none.",
        ),
    ],
    about: About {
        title: "Conflicting duties are not held or used together",
        objective: "To find people who can do both halves of what two people should do.",
        population: "Every identity that had one duty at least of a conflicting pair in the period, by every such pair.",
        item_noun: "identities by pair",
        procedure: &[
            "The pairs and what shows a duty come from the organisation's matrix; without one, from the default pairs.",
            "A duty is shown by a role or group that is held, or by an act; both at one instant is an exception, and so are acts of both in the period.",
            "That a duty was not held passes only where its holders were listed by the start of the period or the identity was made within the logs, and the logs are complete.",
        ],
        false_positives: &[
            "A small organisation in which one person holds both by decision: waive it, with the compensating control as the reason.",
        ],
        limits: &[
            "This test does not show duties that leave no trace in the logs, such as who prepares the evidence.",
            "Groups of the identity provider that contain groups are not followed there.",
        ],
        references: &["NIST SP 800-53 r5 AC-5"],
        deviation: "{subject} had both duties of {object}: {meaning}",
        undecided: "Whether {subject} had both duties of {object}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let Duties { pairs, all, notes } = duties::read(evidence)?;
    let performed = performed::read(evidence, &all)?;
    let court = Court { evidence, performed: &performed };
    let mut items = Vec::new();
    for (a, b) in &pairs {
        let (a, b) = (&all[a], &all[b]);
        for who in performed.identities(&[&a.name, &b.name]) {
            items.push(court.item(who, a, b));
        }
    }
    let neither = (performed.known.len() * pairs.len()).saturating_sub(items.len());
    Ok(Judged {
        items,
        exclusions: vec![("identities, by pair, that had neither duty on record".to_owned(), neither as u64)],
        notes,
        coverage_is_complete: evidence.is_covered(|_| true),
        ..Judged::default()
    })
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    performed: &'c Performed,
}

/// What is found of one identity and pair.
#[derive(Default)]
struct Found {
    word: &'static str,
    both: Option<(i64, i64)>,
    hole: Option<String>,
}

impl Court<'_, '_> {
    fn item(&self, who: &str, a: &Duty, b: &Duty) -> Item {
        let (of_a, of_b) = (self.performed.of(who, &a.name), self.performed.of(who, &b.name));
        let found = self.judge(who, a, b);
        let period = self.evidence.period;
        let (held_from, held_to) = found.both.unwrap_or((i64::MIN, i64::MAX));
        let used = || [of_a, of_b].into_iter().flat_map(|of| of.acts.iter().take(10));
        let events = used().filter(|act| act.is_event).map(|act| act.reference.clone());
        let shown = [of_a, of_b].into_iter().flat_map(|of| of.spans.iter().filter_map(|span| span.opened_by.clone()));
        let first = of_a.acts.iter().chain(&of_b.acts).map(|act| act.time).min();
        let time = found.both.map(|(from, _)| from).or(first).unwrap_or(period.start);
        let base = Item::new(
            item_id(&[TEST.id, who, &a.name, &b.name, &period.start.to_string()]),
            time.clamp(period.start, period.end - 1),
        );
        Item {
            verdict: TEST.word(found.word).map_or(base.verdict, |w| w.verdict),
            reason: found.word.to_owned(),
            severity: TEST.severity,
            scope: Some(ACCOUNT.to_owned()),
            subject: Some(who.to_owned()),
            object: Some(format!("{} + {}", a.name, b.name)),
            event_ids: shown.chain(events).collect(),
            hole_id: found.hole,
            extra: vec![
                Cell::text(a.name.as_str()),
                Cell::text(b.name.as_str()),
                Cell::Instant(Some(held_from).filter(|from| *from != i64::MIN)),
                Cell::Instant(Some(held_to).filter(|to| *to != i64::MAX)),
                Cell::Texts(used().map(|act| act.reference.clone()).collect()),
            ],
            ..base
        }
    }

    fn judge(&self, who: &str, a: &Duty, b: &Duty) -> Found {
        let (of_a, of_b) = (self.performed.of(who, &a.name), self.performed.of(who, &b.name));
        let both = of_a
            .moments()
            .flat_map(|x| of_b.moments().filter_map(move |y| x.meets(y)))
            .filter(|(from, to)| *from < self.evidence.period.end && *to > self.evidence.period.start)
            .min();
        if !of_a.acts.is_empty() && !of_b.acts.is_empty() {
            return Found { word: "used", both, hole: None };
        }
        if both.is_some() {
            return Found { word: "held", both, hole: None };
        }
        let missing = if of_a.is_empty() { a } else { b };
        if !self.performed.is_known(self.evidence, who, missing) {
            return Found { word: "no_opening_state", ..Found::default() };
        }
        if !missing.is_logged() {
            return Found { word: "separated", ..Found::default() };
        }
        let period = self.evidence.period;
        match self.evidence.hole(|log| missing.is_shown_by(&log.source), period.start, period.end - 1) {
            Some(hole) => Found { word: "coverage_gap", both: None, hole: Some(hole) },
            None => Found { word: "separated", ..Found::default() },
        }
    }
}

impl Span {
    /// The stretch in which two are held at once; an act is one instant.
    fn meets(self: &Span, other: &Span) -> Option<(i64, i64)> {
        let (from, to) = (self.from.max(other.from), self.until.min(other.until));
        (from < to).then_some((from, to))
    }
}
