//! What became of a departure.

use super::Departure;
use crate::catalogue::evidence::Evidence;
use crate::change::Direction;
use crate::correlate::Tracing;
use crate::correlate::assign::Window;
use crate::correlate::kernel::{Case, Decision, Effect, Reason, UNSAID_UPDATE};
use crate::coverage::{HOUR, Hole, Log};
use crate::source::is_authority;

impl Departure<'_> {
    /// What became of it, and the hole that keeps it undetermined.
    pub(in super::super) fn judge(&self, evidence: &Evidence<'_>) -> (Reason, Option<String>) {
        if !self.key.subject.is_known() {
            return (Reason::UnresolvedSubject, None);
        }
        let window = evidence.correlation.limits.window;
        let hole_between = |from: i64, until: i64| {
            let places = self.case.map_or(&[][..], |case| &case.effect_scopes);
            let scopes: Vec<&str> =
                places.iter().map(|scope| evidence.correlation.ground.scopes.name(*scope)).collect();
            // Where no log carries the acts of the account, it may have ended there.
            let is_anywhere = scopes.is_empty() || evidence.lacks_account();
            let is_meant = |scope: &str| is_anywhere || scopes.contains(&scope);
            evidence.hole(
                |log| log.source == crate::source::DATABRICKS && is_meant(&log.scope),
                from - window.skew,
                until,
            )
        };
        let hole = || hole_between(self.start, self.due).or_else(|| self.lost_unseen.clone());
        let late = || hole().map_or((Reason::Late, None), |hole| (Reason::CoverageGap, Some(hole)));
        let Some(case) = self.case else {
            return match () {
                () if self.elsewhere.is_empty() => (Reason::NotPushed, None),
                () if self.end.is_some() || self.gone.is_some() => self.removed().unwrap_or_else(late),
                () if self.due >= evidence.cut_off() => (Reason::WindowOpen, None),
                () => hole().map_or((Reason::Missing, None), |hole| (Reason::CoverageGap, Some(hole))),
            };
        };
        let is_known = case.is_known_to_databricks;
        let was_gone = || {
            let by_tracing = self.traced.iter().any(|t| t.reason == Reason::AlreadyInEffect);
            by_tracing && self.personnel.is_none() || self.was_gone(self.start)
        };
        // That there was no access, or none any more, leans on absence, too.
        let is_unsure = |t: &&&Tracing| t.reason == Reason::CoverageGap && !is_about_reversal(evidence, t);
        let unsure = || self.traced.iter().find(is_unsure).and_then(|t| t.hole.clone());
        let granted = || self.granted(case).filter(|_| self.is_untraced());
        let unseen = || unsure().or_else(|| hole_between(granted()?, self.start));
        let is_unseen = |(since, made)| hole_between(since, made).or_else(|| self.lost_unseen.clone()).is_none();
        match &self.end {
            _ if self.made_later(case, window).is_some_and(is_unseen) => (Reason::NotPushed, None),
            _ if !is_known => unseen().map_or((Reason::NotPushed, None), |hole| (Reason::CoverageGap, Some(hole))),
            _ if let Some(removed) = self.removed() => removed,
            Some(end) if end.time <= self.due => (Reason::Matched, None),
            // That it came too late leans on there being no end before.
            Some(_) => late(),
            None if unsure().is_some() => (Reason::CoverageGap, unsure()),
            None if was_gone() => (Reason::AlreadyInEffect, None),
            None if self.returned().is_some_and(|back| back <= self.due) => (Reason::Superseded, None),
            None if self.due >= evidence.cut_off() => (Reason::WindowOpen, None),
            None => match hole() {
                Some(hole) => (Reason::CoverageGap, Some(hole)),
                None if case.may_have_been_switched(self.start - window.skew, self.due) => {
                    (Reason::CoverageGap, Some(UNSAID_UPDATE.to_owned()))
                }
                None => match self.unseen_return(evidence, self.due - 1) {
                    Some(hole) => (Reason::CoverageGap, Some(hole.id)),
                    None if self.traced.iter().any(|t| t.reason == Reason::Failed) => (Reason::Failed, None),
                    None => (Reason::Missing, None),
                },
            },
        }
    }

    /// The first hole of the provider's log by an instant in which the person may have been brought back.
    fn unseen_return(&self, evidence: &Evidence<'_>, by: i64) -> Option<Hole> {
        let decided = self.decided.filter(|_| self.personnel.is_none())?;
        first_hole(evidence, decided, by)
    }

    /// From when on what the person does may follow from a return that lies in a hole of the provider's log, and that hole: neither
    /// before it began, nor before access that had ended was given again.
    pub(in super::super) fn may_be_back(&self, evidence: &Evidence<'_>, became: Reason) -> Option<(i64, String)> {
        let left = self.decided.map_or(self.start, |decided| decided.max(self.start));
        let hole = first_hole(evidence, left, evidence.cut_off() - 1)?;
        let from = match self.ended_at(became) {
            None => hole.start,
            Some(ended) => {
                let gives = |e: &&Effect| e.direction == Direction::Grant && e.time > ended;
                let given = self.case.and_then(|case| case.effects.iter().find(gives)).map(|given| given.time);
                given.into_iter().chain(self.let_in_again()).min()?.max(hole.start)
            }
        };
        Some((from, hole.id))
    }

    /// When access was last given before it was to end.
    fn granted(&self, case: &Case) -> Option<i64> {
        let grants = |d: &&Decision| d.direction == Direction::Grant && d.rank.is_some() && d.time <= self.start;
        case.decisions.iter().rfind(grants).map(|granted| granted.time)
    }

    /// When the account was made, where it was not there when it was to end, and since when nothing else had made it: nobody was granted it
    /// by then, or so long before that nothing was in flight. Whom personnel records take for gone nobody was to make one.
    fn made_later(&self, case: &Case, window: Window) -> Option<(i64, i64)> {
        let made = case.first_made(window.skew).filter(|_| self.personnel.is_none())?;
        let since = match self.granted(case) {
            None => self.start,
            // What tracing judges it knows better.
            Some(granted) if self.is_untraced() && made - granted > window.look_back => granted,
            Some(_) => return None,
        };
        (made > self.start + window.skew).then_some((since, made))
    }

    /// What comes of every workspace having been lost in time, or before; that there was no other leans on absence, too.
    fn removed(&self) -> Option<(Reason, Option<String>)> {
        let removal = self.removal().filter(|removal| removal.time <= self.due)?;
        let reason = if self.gone.is_some() { Reason::AlreadyInEffect } else { Reason::Matched };
        Some(removal.hole.as_ref().map_or((reason, None), |hole| (Reason::CoverageGap, Some(hole.clone()))))
    }
}

// What may have reversed a decision in its time is asked anew: the time of a departure is another, and a personnel record is not reversed.
fn is_about_reversal(evidence: &Evidence<'_>, t: &Tracing) -> bool {
    let decided = evidence.correlation.judged.acts.time(t.authority);
    t.hole.is_some() && t.hole == evidence.hole(|log| is_authority(&log.source), decided, decided + t.sla - 1)
}

fn first_hole(evidence: &Evidence<'_>, from: i64, to: i64) -> Option<Hole> {
    let logs = evidence.coverage.logs().filter(|log| is_authority(&log.source));
    let first = |log: &Log| log.first_hole(from.div_euclid(HOUR), to.div_euclid(HOUR));
    logs.filter_map(first).min_by_key(|hole| hole.start)
}
