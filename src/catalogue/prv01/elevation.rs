//! Grants that an approval on record covers, and whether its time was kept.

use super::{Evidence, Judgement, Verdict};
use crate::companion::Asked;
use crate::correlate::ACCOUNT;

/// A grant of an administrator role, as approvals are asked for it.
pub(super) struct Grant<'g> {
    pub(super) time: i64,
    pub(super) subject: &'g str,
    pub(super) actor: Option<&'g str>,
    pub(super) role: &'g str,
    /// What an approval may call its object.
    pub(super) objects: &'g [&'g str],
    /// Where the logs would show its end.
    pub(super) scope: &'g str,
    /// When it ended; `None` = no end is on record.
    pub(super) ended_at: Option<i64>,
}

/// The approval that covers a grant.
pub(super) struct Boxed {
    pub(super) ticket: String,
    pub(super) approved_by: String,
    /// First instant that it does not cover; `None` = it has no end.
    pub(super) end: Option<i64>,
}

impl Grant<'_> {
    /// The approval on record that covers the grant. It names the role, in so many words or by being about that alone.
    pub(super) fn boxed(&self, evidence: &Evidence<'_>) -> Option<Boxed> {
        let same = |a: &str, b: &str| evidence.name(a) == evidence.name(b);
        let ask = |object: &str, role: Option<&str>| {
            let asked = Asked { subject: self.subject, object, role, actor: self.actor, time: self.time };
            evidence.companions.approval(&asked, &same)
        };
        let named = self.objects.iter().find_map(|object| ask(object, Some(self.role)));
        let is_about_role = |approval: &&crate::companion::Approval| approval.object.eq_ignore_ascii_case(self.role);
        let found = named.or_else(|| ask(self.role, None).filter(is_about_role))?;
        Some(Boxed { ticket: found.ticket.clone(), approved_by: found.approver.clone(), end: found.expires_at })
    }

    /// What is to be said where the role was, or may have been, held after the end of its time; `None` = it was not.
    pub(super) fn outlived(&self, evidence: &Evidence<'_>, end: i64) -> Option<Judgement> {
        match self.ended_at {
            Some(ended) if ended <= end => None,
            Some(_) => Some((Verdict::Exception, "outlived", None)),
            // The time of an approval is a window like any other.
            None if end >= evidence.cut_off_within((end - evidence.period.end).saturating_add(1)) => {
                Some((Verdict::Undetermined, "window_open", None))
            }
            None => {
                let tells = |log: &crate::coverage::Log| {
                    log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || log.scope == self.scope)
                };
                Some(match evidence.hole(tells, self.time, end) {
                    None => (Verdict::Exception, "outlived", None),
                    hole => (Verdict::Undetermined, "coverage_gap", hole),
                })
            }
        }
    }
}
