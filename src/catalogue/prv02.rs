//! PRV-02: the privileged roster is reviewed.

mod review;
mod roster;

use super::words::{exception, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::companion::{Decision, Kind as Companion};
use crate::config::ByEnvironment;
use crate::correlate::{ACCOUNT, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};
use review::{Reviewed, Window};
use roster::{Role, Roles, Roster};

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-02",
    version: "2",
    severity: Severity::High,
    needs: &[need::S, need::K],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "every", default: "92d", doc: "longest time between two reviews" },
        Parameter { name: "revoke_sla", default: "7d", doc: "time in which a decision to revoke must be carried out" },
    ],
    words: &[
        pass("reviewed", "somebody else reviewed the whole roster, and decided to keep it"),
        pass("revoked", "somebody else decided to revoke it, and that was carried out in time"),
        exception("no_review", "no review falls into the time"),
        exception("late", "the review came after it was due"),
        exception(
            "partial",
            "the review does not cover the roster: its digest is another, or the principal is not in it",
        ),
        exception("self_reviewed", "only the reviewed reviewed it"),
        exception("not_executed", "it was decided to revoke it, and that was not carried out in time"),
        shared::NOT_SUPPLIED,
        shared::NO_OPENING_STATE,
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional("review_id", Kind::Text, "The review. null = there is none."),
        Column::optional("reviewer", Kind::Text, "Who decided. null = nobody."),
        Column::optional(
            "roster_digest",
            Kind::Text,
            "SHA-256, in hexadecimal, of the names on the roster at the review (without one, when it was due), sorted and joined by line feeds: what a review must cite.",
        ),
        Column::optional("decision", Kind::Text, "keep or revoke. null = nothing was decided."),
        Column::optional(
            "executed_at",
            Kind::Instant,
            "When the last of the roles ended. null = not, or nothing was to be done.",
        ),
    ],
    about: About {
        title: "The privileged roster is reviewed",
        objective: "To show that somebody looked at who holds administrator roles, and that what was decided was done.",
        population: "Every review that is due in the period (at its end, and every so often before) by everybody who holds an administrator role at the review: directly, through groups, or as owner of the metastore.",
        item_noun: "roster entries",
        procedure: &[
            "A review must fall into the time before it is due, cite the digest of the roster of its own date, decide on the principal, and be signed by somebody else.",
            "A decision to revoke must be carried out within its time, by the Databricks log.",
            "A roster to which no listing of roles adds what was held before the first record may not be whole; what would pass by it stays undetermined.",
        ],
        false_positives: &[
            "A review of a roster that changed between drawing it up and signing it: its digest is that of another day.",
        ],
        limits: &[
            "This test does not show that the reviewer understood what was reviewed.",
            "Without reviews it is not tested; the roster is printed all the same.",
        ],
        references: &["NIST SP 800-53 r5 AC-6(7)", "PCI DSS 7.2.4"],
        deviation: "The roles of {subject} ({object}), for review by {at}: {meaning}",
        undecided: "The review by {at} of the roles of {subject} ({object})",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let every = evidence.config.span(TEST.id, "every")?.micros().max(1);
    let revoke_sla = ByEnvironment::new(evidence.config, |here| Ok(here.span(TEST.id, "revoke_sla")?.micros()))?;
    let roles = Roles::read(evidence)?;
    let cut_off = super::privileges::cut_off(evidence, revoke_sla.all().into_iter().copied().max().unwrap_or_default());
    let court = Court { evidence, roles: &roles, revoke_sla, cut_off };
    let coverage_is_complete = evidence.is_covered(|s| s == crate::source::DATABRICKS);
    let mut judged = Judged { coverage_is_complete, cut_off: Some(cut_off), ..Judged::default() };
    for window in review::windows(evidence, every) {
        let roster = roles.at(window.date());
        judged
            .figures
            .push((format!("privileged principals at {}", day(window.date())), roster.by_principal.len().to_string()));
        judged.figures.push((format!("digest of the roster at {}", day(window.date())), roster.digest.clone()));
        judged.items.extend(roster.by_principal.iter().map(|(name, held)| court.item(&window, &roster, name, held)));
    }
    if !evidence.companions.has(Companion::Reviews) {
        judged.not_tested = Some("No reviews were supplied.".to_owned());
    }
    Ok(judged)
}

fn day(instant: i64) -> String {
    chrono::DateTime::from_timestamp_micros(instant)
        .map_or_else(|| instant.to_string(), |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn is_log(log: &crate::coverage::Log) -> bool {
    log.source == crate::source::DATABRICKS
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    roles: &'c Roles<'c>,
    revoke_sla: ByEnvironment<i64>,
    cut_off: i64,
}

/// What is found of one principal on the roster.
struct Found<'c> {
    word: &'static str,
    row: Option<&'c crate::companion::Review>,
    ended: Option<&'c Role<'c>>,
    hole: Option<String>,
}

impl Court<'_, '_> {
    fn item(&self, window: &Window<'_>, roster: &Roster<'_>, name: &str, held: &[&Role<'_>]) -> Item {
        let found = self.judge(window, roster, name, held);
        let due = window.due - 1;
        let mut event_ids: Vec<String> = held.iter().filter_map(|role| role.opened_by.clone()).collect();
        event_ids.extend(found.ended.and_then(|role| role.closed_by.clone()));
        let words: std::collections::BTreeSet<&str> = held.iter().map(|role| role.name.as_str()).collect();
        let base = Item::new(item_id(&[TEST.id, &window.due.to_string(), name]), due);
        Item {
            verdict: TEST.word(found.word).map_or(base.verdict, |w| w.verdict),
            reason: found.word.to_owned(),
            severity: TEST.severity,
            scope: Some(held.first().map_or(ACCOUNT, |role| role.scope).to_owned()),
            subject: Some(name.to_owned()),
            object: Some(words.into_iter().collect::<Vec<_>>().join(", ")),
            event_ids,
            hole_id: found.hole,
            subject_kind: held.first().map(|role| role.kind.as_str()),
            extra: vec![
                Cell::Text(found.row.map(|row| row.review_id.clone())),
                Cell::Text(found.row.map(|row| self.evidence.name(&row.reviewer))),
                Cell::text(roster.digest.as_str()),
                Cell::Text(found.row.map(|row| review::word(row.decision).to_owned())),
                Cell::Instant(found.ended.and_then(|role| role.until)),
            ],
            ..base
        }
    }

    fn judge<'c>(&'c self, window: &Window<'c>, roster: &Roster<'_>, name: &str, held: &[&'c Role<'c>]) -> Found<'c> {
        let found = |word| Found { word, row: None, ended: None, hole: None };
        if !self.evidence.companions.has(Companion::Reviews) {
            return found("not_supplied");
        }
        let Some(reviewed) = &window.review else {
            return found(match () {
                () if window.is_late => "late",
                () if window.due > self.cut_off => "window_open",
                () => "no_review",
            });
        };
        let rows = reviewed.rows_of(self.evidence, name);
        let by_others = rows.iter().copied().filter(|row| self.evidence.name(&row.reviewer) != name);
        // Whoever revokes decides it, whatever another row keeps.
        let Some(row) = by_others.min_by_key(|row| row.decision != Decision::Revoke) else {
            let word = if rows.is_empty() { "partial" } else { "self_reviewed" };
            return Found { row: rows.first().copied(), ..found(word) };
        };
        let found = |word| Found { row: Some(row), ..found(word) };
        if reviewed.date >= self.cut_off {
            return found("window_open");
        }
        let known_from = self.roles.known_from(self.evidence, reviewed.date);
        if !row.roster_digest.eq_ignore_ascii_case(&roster.digest) {
            return found(if known_from.is_some() { "partial" } else { "no_opening_state" });
        }
        let passed = |word| {
            let Some(from) = known_from else { return found("no_opening_state") };
            match self.evidence.hole(is_log, from, reviewed.date) {
                Some(hole) => Found { hole: Some(hole), ..found("coverage_gap") },
                None => found(word),
            }
        };
        match row.decision {
            Decision::Keep => passed("reviewed"),
            Decision::Revoke => self.executed(reviewed, row, held, passed("revoked")),
        }
    }

    // The last of the roles to end is when the decision was carried out.
    fn executed<'c>(
        &self,
        reviewed: &Reviewed<'c>,
        row: &'c crate::companion::Review,
        held: &[&'c Role<'c>],
        in_time: Found<'c>,
    ) -> Found<'c> {
        let meant: Vec<&Role<'_>> = match row.object.as_deref() {
            Some(object) => held.iter().copied().filter(|role| role.name.eq_ignore_ascii_case(object)).collect(),
            None => Vec::new(),
        };
        // What names no role of the principal is taken to mean all of them.
        let meant = if meant.is_empty() { held.to_vec() } else { meant };
        let place = self.evidence.config.environment(held.first().map_or(ACCOUNT, |role| role.scope));
        let limit = row.at.max(reviewed.date).saturating_add(*self.revoke_sla.at(place));
        let last = meant.iter().copied().max_by_key(|role| role.until.unwrap_or(i64::MAX));
        let ended = last.filter(|role| role.until.is_some_and(|end| end < self.cut_off));
        if ended.is_some_and(|role| role.until.is_some_and(|end| end <= limit)) {
            return Found { ended, ..in_time };
        }
        let open = |word, hole| Found { word, row: Some(row), ended, hole };
        if ended.is_none() && limit >= self.cut_off {
            return open("window_open", None);
        }
        match self.evidence.hole(is_log, row.at, limit.min(self.cut_off - 1)) {
            Some(hole) => open("coverage_gap", Some(hole)),
            None => open("not_executed", None),
        }
    }
}
