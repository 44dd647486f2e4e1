//! Administrator roles that correlation does not follow: owners of metastores, managers of groups.

use super::{Grant, Item, Rule, TEST, Verdict, cells, judge};
use crate::catalogue::deeds::{Deed, deeds};
use crate::catalogue::evidence::Evidence;
use crate::change::{Direction, Verb};
use crate::config::ByEnvironment;
use crate::correlate::door::ActorClass;
use crate::correlate::item_id;
use crate::error::Result;

/// What was found of them in the period.
pub(super) struct Others {
    /// One item a grant.
    pub(super) items: Vec<Item>,
    /// Ends of such roles.
    pub(super) ends: u64,
    /// Attempts that are not known to have succeeded.
    pub(super) failed: u64,
}

/// The role that a change gives or takes; `None` = none of these.
fn role(deed: &Deed) -> Option<&'static str> {
    let (kind, _) = deed.securable.as_deref()?.split_once(':')?;
    let is_manager = || deed.privilege.as_deref().is_some_and(|p| p.to_ascii_lowercase().contains("manager"));
    match (deed.verb, kind) {
        (Verb::OwnerChange, "metastore") => Some("metastore_admin"),
        (Verb::AclChange, "group") if is_manager() => Some("group_manager"),
        _ => None,
    }
}

/// Every grant of such a role in the period, judged.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn others(evidence: &Evidence<'_>, rules: &ByEnvironment<Rule>) -> Result<Others> {
    let all: Vec<(&'static str, Deed)> = deeds(evidence, &[Verb::OwnerChange, Verb::AclChange])?
        .into_iter()
        .filter(|deed| deed.plane == "effect")
        .filter_map(|deed| Some((role(&deed)?, deed)))
        .collect();
    let mut found = Others { items: Vec::new(), ends: 0, failed: 0 };
    for (at, (role, deed)) in all.iter().enumerate() {
        if !evidence.period.contains(deed.time) {
            continue;
        }
        match (deed.succeeded(), deed.direction) {
            (false, _) => found.failed += 1,
            (true, Direction::Revoke) => found.ends += 1,
            (true, _) => {
                let rule = rules.at(evidence.config.environment(&deed.scope));
                found.items.push(item(evidence, rule, role, deed, &all[at + 1..]));
            }
        }
    }
    Ok(found)
}

fn item(evidence: &Evidence<'_>, rule: &Rule, role: &str, deed: &Deed, later: &[(&'static str, Deed)]) -> Item {
    let securable = deed.securable.as_deref().unwrap_or_default();
    let name = securable.split_once(':').map_or(securable, |(_, name)| name);
    let subject = deed.subject.as_deref().unwrap_or("(nobody named)");
    // Another owner takes the place of this one; a manager is taken out of the rules.
    let is_end = |(_, other): &&(&str, Deed)| {
        let is_of_securable = other.succeeded() && other.securable == deed.securable && other.time > deed.time;
        let is_replaced = other.verb == Verb::OwnerChange && other.subject != deed.subject;
        let is_taken = other.direction == Direction::Revoke && other.subject == deed.subject;
        is_of_securable && other.verb == deed.verb && (is_replaced || is_taken)
    };
    let grant = Grant {
        time: deed.time,
        subject,
        actor: deed.actor.as_deref(),
        role,
        objects: &[securable, name],
        scope: &deed.scope,
        ended_at: later.iter().find(is_end).map(|(_, end)| end.time),
    };
    let boxed = grant.boxed(evidence);
    let by_provider = match () {
        () if !deed.is_resolved => (Verdict::Undetermined, "unresolved_subject"),
        () if deed.class == ActorClass::DatabricksInternal => (Verdict::NotApplicable, "platform_internal"),
        () if deed.may_be_older && boxed.is_none() => (Verdict::Undetermined, "no_opening_state"),
        () => (Verdict::Exception, "no_authority"),
    };
    let (verdict, reason, hole) = judge(evidence, rule, &grant, by_provider, boxed.as_ref());
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(deed.scope.clone()),
        actor: deed.actor.clone(),
        verb: Verb::AdminGrant.as_str(),
        subject: Some(subject.to_owned()),
        object: Some(securable.to_owned()),
        event_ids: vec![deed.event_id.clone()],
        hole_id: hole,
        actor_class: Some(deed.class.as_str()),
        channel: deed.channel.clone(),
        subject_kind: Some(deed.subject_kind.as_str()),
        extra: cells(&grant, None, boxed.as_ref()),
        ..Item::new(item_id(&["administrator", &deed.id, subject, securable, role]), deed.time)
    }
}
