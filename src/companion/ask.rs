//! What the tests ask of approvals and triage.

use super::check::fold;
use super::{Approval, Companions, Triage};
use crate::config::glob;

/// An access change that wants an approval.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Whose access.
    pub subject: &'a str,
    /// To what.
    pub object: &'a str,
    /// In which role, or with which privilege; `None` = whatever role is approved will do.
    pub role: Option<&'a str>,
    /// Who carried it out; `None` = not known.
    pub actor: Option<&'a str>,
    /// When it was carried out, microseconds.
    pub time: i64,
}

impl Companions {
    /// The latest approval that covers what is asked: of the subject (`same` tells whether two names are one identity), given at that
    /// time or before, not expired then, and not given by subject or actor. An approval that names no role covers no named one, and
    /// one that says who may carry it out covers no unknown actor, unless by `*`. `None` = nobody is on record to have approved it.
    pub fn approval(&self, asked: &Asked<'_>, same: &dyn Fn(&str, &str) -> bool) -> Option<&Approval> {
        let is_same = |a: &str, b: &str| fold(a) == fold(b) || same(a, b);
        // The subject first: most approvals are somebody else's, and there may be many.
        let covers = |row: &&Approval| {
            let is_in_force = row.approved_at <= asked.time && row.expires_at.is_none_or(|end| asked.time < end);
            let is_own = || {
                row.is_self_approved
                    || is_same(&row.approver, asked.subject)
                    || asked.actor.is_some_and(|actor| is_same(&row.approver, actor))
            };
            is_in_force
                && is_same(&row.subject, asked.subject)
                && !is_own()
                && matches(&row.object, asked.object)
                && covers_role(row.role.as_deref(), asked.role)
                && covers_actor(row.actor.as_deref(), asked.actor, &is_same)
        };
        self.approvals.iter().filter(covers).max_by_key(|row| (row.approved_at, &row.ticket, &row.path, row.line))
    }

    /// The earliest triage of an item from `from` until before `to` (microseconds): a record of that item, else one without an item
    /// whose subject and actor, as far as it names them (it must name one), are these.
    pub fn triage(
        &self,
        item_id: &str,
        subject: Option<&str>,
        actor: Option<&str>,
        from: i64,
        to: i64,
    ) -> Option<&Triage> {
        let fits = |named: &Option<String>, given: Option<&str>| {
            named.as_deref().is_none_or(|named| given.is_some_and(|given| fold(named) == fold(given)))
        };
        let is_of = |row: &&Triage| {
            let is_meant = match &row.item_id {
                Some(item) => item == item_id,
                None => {
                    (row.subject.is_some() || row.actor.is_some())
                        && fits(&row.subject, subject)
                        && fits(&row.actor, actor)
                }
            };
            is_meant && from <= row.at && row.at < to
        };
        self.triage.iter().filter(is_of).min_by_key(|row| (row.at, &row.incident, &row.path, row.line))
    }
}

/// True when the glob means the name. A name that is no well-formed glob means itself.
fn matches(pattern: &str, name: &str) -> bool {
    pattern == "*"
        || fold(pattern) == fold(name)
        || (pattern.contains(['*', '?', '[', '{', '\\'])
            && glob(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(name.trim())))
}

fn covers_role(approved: Option<&str>, asked: Option<&str>) -> bool {
    match (approved, asked) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(pattern), Some(role)) => matches(pattern, role),
    }
}

fn covers_actor(approved: Option<&str>, asked: Option<&str>, is_same: &dyn Fn(&str, &str) -> bool) -> bool {
    match (approved, asked) {
        (None, _) => true,
        (Some(pattern), None) => pattern == "*",
        (Some(pattern), Some(actor)) => matches(pattern, actor) || is_same(pattern, actor),
    }
}
