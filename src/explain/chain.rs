//! The records that an item's chain consists of.

use super::Ask;
use super::find::Found;
use super::model::Link;
use super::words::{length, moment};
use crate::correlate::kernel::{self, Case, Effect, EndingKind, Instant, Push, Reason, Scope, Story};
use crate::correlate::{Retried, Tracing, Vouching};
use crate::inventory::Record;

/// How far a workspace row may lie from the row at the account that it repeats, in microseconds.
const TWIN: Instant = 5_000_000;

/// A link whose record is yet to be read.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) role: &'static str,
    pub(super) note: String,
    pub(super) row: usize,
}

impl Step {
    pub(super) fn link(&self, record: &Record) -> Link {
        Link {
            role: self.role,
            note: self.note.clone(),
            event_id: record.event_id.clone(),
            native_id: record.native_id.clone(),
            request_id: record.request_id.clone(),
            time: moment(record.event_time),
            source: record.source.clone(),
            event_type: record.event_type.clone(),
            outcome: record.outcome.clone(),
            outcome_reason: record.outcome_reason.clone(),
            actor: record.actor.clone(),
            scope: record.scope.clone(),
            path: record.path.clone(),
            sha256: record.sha256.clone(),
            line: record.line,
            byte_offset: record.byte_offset,
            byte_length: record.byte_length,
            raw: record.raw.clone(),
            raw_sha256: record.raw_sha256.clone(),
        }
    }
}

/// How far one instant lies from another, in words.
fn apart(later: Instant, earlier: Instant, from_what: &str) -> String {
    match later - earlier {
        0 => format!("at the instant of {from_what}"),
        lag if lag < 0 => format!("{} before {from_what}", length(lag)),
        lag => format!("{} after {from_what}", length(lag)),
    }
}

impl Ask<'_> {
    pub(super) fn steps(&self, item: Found<'_>, retried: &Retried<'_>) -> Vec<Step> {
        match item {
            Found::Vouching(v) => self.vouching_steps(v, retried),
            Found::Tracing(t) => self.tracing_steps(t, retried),
        }
    }

    fn step(&self, role: &'static str, row: usize, to: usize, from_what: &str) -> Step {
        Step { role, note: apart(self.acts().time(row), self.acts().time(to), from_what), row }
    }

    fn vouching_steps(&self, v: &Vouching, retried: &Retried<'_>) -> Vec<Step> {
        let case = retried.case;
        let Some(at) = case.effects.iter().position(|e| e.row == v.effect) else { return Vec::new() };
        let window = self.correlation.limits.window;
        let (from, to) = window.around(case.effects[at].time);
        let told = retried.vouched[at].decision.map(|d| {
            let story = kernel::story(case, &retried.limits, &retried.vouched, d);
            story.pushes
        });
        let of_direction =
            |p: &usize| case.pushes[*p].carries() && case.pushes[*p].direction == case.effects[at].direction;
        let all = told.unwrap_or_else(|| (0..case.pushes.len()).filter(of_direction).collect());
        let is_near =
            |p: &&usize| (from..=to).contains(&case.pushes[**p].time) || retried.vouched[at].push == Some(**p);
        let pushes = all.iter().filter(is_near).map(|p| case.pushes[*p].row);
        let of_effect = |role: &'static str, row: usize| self.step(role, row, v.effect, "the effect");
        let cause =
            (v.reason == Reason::Implied).then(|| cause(case, &case.effects[at], v.is_twin, (from, to))).flatten();
        let mut steps: Vec<Step> = v.authority.map(|row| of_effect("authority", row)).into_iter().collect();
        steps.extend(pushes.map(|row| of_effect("transport", row)));
        steps.extend(cause.map(|row| of_effect("cause", row)));
        let note = v
            .authority
            .map_or_else(String::new, |row| apart(self.acts().time(v.effect), self.acts().time(row), "the decision"));
        steps.push(Step { role: "effect", note, row: v.effect });
        steps
    }

    fn tracing_steps(&self, t: &Tracing, retried: &Retried<'_>) -> Vec<Step> {
        let case = retried.case;
        let Some(told) = self.told(t, retried) else { return Vec::new() };
        let of_decision = |role: &'static str, row: usize| self.step(role, row, t.authority, "the decision");
        let skew = self.correlation.limits.window.skew;
        let until = t.effect.map_or(Instant::MAX, |row| self.acts().time(row).saturating_add(skew));
        let is_its = |push: &&Push| push.names_subject() || push.time <= told.due || Some(push.row) == t.transport;
        let pushes = told.pushes.iter().map(|p| &case.pushes[*p]).filter(|push| push.time <= until).filter(is_its);
        let mut steps = vec![Step { role: "authority", note: String::new(), row: t.authority }];
        steps.extend(pushes.map(|push| of_decision("transport", push.row)));
        if t.effect.is_none() {
            steps.extend(told.reversal.map(|d| of_decision("reversal", case.decisions[d].row)));
        }
        if let Some(row) = t.effect {
            let mut step = of_decision("effect", row);
            if told.ending.is_some() {
                step.note += ", by the end of the person or group as a whole";
            }
            steps.push(step);
        }
        steps
    }

    /// What followed a traced decision.
    pub(super) fn told(&self, t: &Tracing, retried: &Retried<'_>) -> Option<Story> {
        let decision = retried.traced.iter().map(|traced| traced.decision);
        let d = decision.into_iter().find(|d| retried.case.decisions[*d].row == t.authority)?;
        Some(kernel::story(retried.case, &retried.limits, &retried.vouched, d))
    }
}

/// What an implied effect is a consequence of.
fn cause(case: &Case, effect: &Effect, is_twin: bool, (from, to): (Instant, Instant)) -> Option<usize> {
    if is_twin {
        let is_like = |e: &&Effect| {
            e.scope == Scope::ACCOUNT
                && e.direction == effect.direction
                && e.actor == effect.actor
                && e.row != effect.row
        };
        let twins = case.effects.iter().filter(is_like).filter(|e| e.time.abs_diff(effect.time) <= TWIN.unsigned_abs());
        return twins.min_by_key(|e| e.time.abs_diff(effect.time)).map(|e| e.row);
    }
    let mut ends = case.endings.iter().filter(|e| e.kind != EndingKind::Restored && e.reaches(effect.scope));
    ends.rfind(|e| (from..=to).contains(&e.time)).map(|e| e.row)
}
