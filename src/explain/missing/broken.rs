//! Decided, and not there: which link failed.

use super::super::Ask;
use super::super::model::Standing;
use super::super::words::{at, length};
use super::{Asked, How, Said};
use crate::correlate::Retried;
use crate::correlate::cases::Entitlement;
use crate::correlate::kernel::{self, Case, Instant, Reason, Story, Traced};
use crate::coverage::Log;
use crate::error::Result;
use crate::inventory;
use crate::report::texts::Tense;

impl Asked<'_, '_> {
    /// The grant at that position among the decisions is the last that was decided, and it is not in effect.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn broken(&self, retried: &Retried<'_>, d: usize) -> Result<Said> {
        let (case, limits) = (retried.case, &self.ask.correlation.limits);
        let told = kernel::story(case, limits, &retried.vouched, d);
        let traced = retried.traced.iter().find(|traced| traced.decision == d);
        let row = case.decisions[d].row;
        let act = self.ask.acts().at(row);
        let decided = format!(
            "{} decided in {} at {} to {}",
            self.ask.actor(&act).unwrap_or_else(|| "somebody".to_owned()),
            act.source,
            at(act.time),
            self.ask.told_of(self.key, &act, Tense::Infinitive)
        );
        let (standing, why) = self.link(case, &told, traced)?;
        let item = Self::cited(self.ask.item_at(row));
        let headline = format!("{}: {decided}, {why}{item}.", self.stands(How::HasNot));
        let hole = traced.and_then(|traced| traced.hole.as_deref());
        let mut notes: Vec<String> = hole.map(|hole| self.may_lie_in(hole, "the effect")).into_iter().collect();
        if told.due > self.at && standing != Standing::WindowOpen {
            notes.push(format!("the limit ran until {}, after the instant that is asked about", at(told.due)));
        }
        Ok(Said { standing, headline, notes })
    }

    /// The first link that is missing or failed.
    fn link(&self, case: &Case, told: &Story, traced: Option<&Traced>) -> Result<(Standing, String)> {
        let group = self.key.entitlement.name();
        let later = told.effect.map(|e| case.effects[e].time).filter(|time| *time > self.at);
        let reason = traced.map(|traced| traced.reason);
        let by_then = |p: &usize| case.pushes[*p].time <= self.at;
        let failed = told.pushes.iter().copied().filter(by_then).rfind(|p| !case.pushes[*p].succeeded);
        let pushed = traced.and_then(|traced| traced.push).or(told.pushes.first().copied()).filter(by_then);
        // A later push of the whole group does not make good what failed for this member.
        let failed = failed.filter(|p| reason == Some(Reason::Failed) || pushed.is_none_or(|pushed| pushed <= *p));
        Ok(if let Some(time) = later {
            (Standing::NotYet, format!("and Databricks carried it out only at {}", at(time)))
        } else if matches!(self.key.entitlement, Entitlement::Member(_)) && !case.is_group_pushed {
            let evidence = "no push mapping, no push and no Databricks group of that name is at hand";
            (Standing::GroupNotPushed, format!("but group {group} is not pushed to Databricks: {evidence}"))
        } else if !case.is_pushed {
            (Standing::NotAssigned, format!("but {} is not assigned to a Databricks application", self.who()))
        } else if let Some(p) = failed {
            let error = self.error(case.pushes[p].row)?;
            (Standing::PushFailed, format!("but the push of {} failed: {error}", at(case.pushes[p].time)))
        } else {
            self.silence(told.due, pushed.map(|p| case.pushes[p].time), reason)
        })
    }

    /// Nothing failed, and nothing came.
    fn silence(&self, due: Instant, pushed: Option<Instant>, reason: Option<Reason>) -> (Standing, String) {
        let ends = self.ask.correlation.limits.cut_off;
        match (pushed, reason) {
            (_, Some(Reason::CoverageGap)) => {
                (Standing::CoverageGap, "and a hole in the Databricks log may hide what followed".to_owned())
            }
            (_, Some(Reason::WindowOpen)) => {
                let (due, ends) = (at(due), at(ends));
                (
                    Standing::WindowOpen,
                    format!("and it may still come: the limit runs until {due}, the evidence ends at {ends}"),
                )
            }
            (Some(time), _) => {
                let (when, after) = (at(time), length(self.at.min(ends) - time));
                let why =
                    format!("its push of {when} succeeded, but Databricks logged no such change in the {after} since");
                (Standing::PushedWithoutEffect, why)
            }
            (None, _) => {
                let why = "but no push of it is recorded, and Databricks logged no such change";
                (Standing::NotCarriedOut, why.to_owned())
            }
        }
    }

    /// What the source says of a failed push.
    fn error(&self, row: usize) -> Result<String> {
        let act = self.ask.acts().at(row);
        let mut records = inventory::records(self.ask.lake, &[act.event_id.to_owned()].into())?;
        let said = records.remove(act.event_id).and_then(|record| record.outcome_reason);
        Ok(said.unwrap_or_else(|| format!("{} gives no reason", act.source)))
    }

    fn may_lie_in(&self, hole: &str, what: &str) -> String {
        match self.ask.hole(hole) {
            Some(span) => {
                let edge = |text: &str, none: &str| match text {
                    "" => none.to_owned(),
                    text => crate::report::format::instant(text),
                };
                format!(
                    "the log of {} {} has a hole ({hole}) from {} until {}, and {what} may lie there",
                    span.source,
                    span.scope,
                    edge(&span.from, "its beginning"),
                    edge(&span.until, "its end")
                )
            }
            None => hole.to_owned(),
        }
    }

    /// No decision at hand gives or takes it.
    pub(super) fn never_decided(&self) -> Said {
        let headline =
            format!("{}: no decision at hand gives it, and no record shows it held.", self.stands(How::HasNot));
        let mut notes = Vec::new();
        let reach = self.ask.coverage.reach().unwrap_or(0..0);
        let from = reach.start.saturating_mul(crate::coverage::HOUR);
        let is_authority = |log: &Log| crate::source::is_authority(&log.source);
        if !self.ask.coverage.has(is_authority) {
            notes.push("no log of an identity provider's decisions is at hand".to_owned());
        } else if let Some(hole) = self.ask.coverage.hole(is_authority, from, self.at) {
            notes.push(self.may_lie_in(&hole.id, "a decision"));
        }
        if let Entitlement::Member(group) = &self.key.entitlement
            && let Some(false) = self.ask.is_pushed(&self.key.entitlement)
        {
            notes.push(format!("group {group} is not pushed to Databricks either"));
        }
        if !self.is_assigned() {
            notes.push(format!("{} is not assigned to a Databricks application either", self.who()));
        }
        Said { standing: Standing::NeverDecided, headline, notes }
    }

    /// Whether any of the subject's cases shows that it belongs to Databricks.
    fn is_assigned(&self) -> bool {
        let all = self.ask.correlation.judged.cases.by_key.iter();
        all.into_iter().any(|(key, case)| !key.is_group && key.subject == self.key.subject && case.is_pushed)
    }
}

impl Ask<'_> {
    /// Whether the group is pushed; `None` = nobody's case tells.
    fn is_pushed(&self, group: &Entitlement) -> Option<bool> {
        let mut cases = self.correlation.judged.cases.by_key.iter().filter(|(key, _)| key.entitlement == *group);
        cases.next().map(|(_, case)| case.is_group_pushed)
    }
}
