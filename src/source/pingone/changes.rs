//! The access changes of an audit activity.

use std::borrow::Cow;

use super::record::{Activity, Resource};
use super::vocabulary::Act;
use crate::change::{Change, SubjectKind, Verb};
use crate::event::{Outcome, Text};

/// The access changes of the activity. One without resources may mean anybody.
pub(super) fn changes<'r>(activity: &Activity<'r>, act: Act, outcome: Outcome) -> Vec<Change<'r>> {
    let mut changes = match act {
        Act::None => Vec::new(),
        Act::User(verb) => vec![account(verb, SubjectKind::User, activity.sole("USER"))],
        Act::Modified => vec![account(modification(activity), SubjectKind::User, activity.sole("USER"))],
        Act::Group(verb) => vec![account(verb, SubjectKind::Group, activity.sole("GROUP"))],
        Act::Member(verb) => memberships(verb, activity),
        Act::Role(verb) => vec![role(verb, activity)],
    };
    changes.iter_mut().for_each(|change| change.outcome = outcome);
    if act == Act::Modified && outcome == Outcome::Success && changes.iter().all(|c| c.verb == Verb::UserUpdate) {
        changes.extend(unsaid(activity));
    }
    changes
}

/// The two ways in which the account may have been switched, where the record says that it was and not which way: of each it is not
/// known whether it was made.
fn unsaid<'r>(activity: &Activity<'r>) -> impl Iterator<Item = Change<'r>> {
    let ways = [Verb::UserActivate, Verb::UserDeactivate].into_iter().filter(|_| is_switched(activity));
    ways.map(|verb| account(verb, SubjectKind::User, activity.sole("USER")))
}

fn account<'r>(verb: Verb, kind: SubjectKind, of: Option<&Resource<'r>>) -> Change<'r> {
    Change {
        subject: of.and_then(|r| r.name.clone()),
        subject_id: of.and_then(|r| r.id.clone()),
        subject_kind: kind,
        entitlement: Some(Cow::Borrowed("account")),
        ..Change::new(verb, Outcome::Unknown)
    }
}

/// Switching a user on and off is an update like any other, told only by name: `enabled` changed.
fn is_switched(activity: &Activity<'_>) -> bool {
    activity.modified("enabled").unwrap_or_else(|| {
        let description = activity.result_description().unwrap_or_default().to_ascii_lowercase();
        let is_deed = ["enabled user ", "disabled user "].iter().any(|deed| description.starts_with(deed));
        // The interface names what changed in its description alone: `Updated enabled for User X` (reference: idp c).
        let told = description.split_once(" for user ").and_then(|(head, _)| head.strip_prefix("updated "));
        is_deed || told.is_some_and(|told| told.split([',', ' ']).any(|word| word == "enabled"))
    })
}

/// Which way it was switched is taken from the description where that says it outright, and from nothing else.
fn modification(activity: &Activity<'_>) -> Verb {
    let description = activity.result_description().filter(|_| is_switched(activity)).unwrap_or_default();
    // What follows is the user's own name, which may say anything.
    let lower = description.to_ascii_lowercase();
    let head = lower.split(" for user ").next().unwrap_or_default();
    if lower.starts_with("enabled user ") || (head.starts_with("updated ") && head.ends_with("enabled to true")) {
        Verb::UserActivate
    } else if lower.starts_with("disabled user ")
        || (head.starts_with("updated ") && head.ends_with("enabled to false"))
    {
        Verb::UserDeactivate
    } else {
        Verb::UserUpdate
    }
}

/// A resource is a membership: it has name and id of the group, and the user only in its link.
fn memberships<'r>(verb: Verb, activity: &Activity<'r>) -> Vec<Change<'r>> {
    let mut found = Vec::new();
    for (at, group) in activity.resources.iter().enumerate() {
        if group.is("MEMBER_OF_GROUP") && !activity.resources.iter().take(at).any(|earlier| earlier == group) {
            found.push(membership(verb, activity, Some(group)));
        }
    }
    if found.is_empty() { vec![membership(verb, activity, activity.sole("GROUP"))] } else { found }
}

fn membership<'r>(verb: Verb, activity: &Activity<'r>, group: Option<&Resource<'r>>) -> Change<'r> {
    let user_id = group.and_then(|g| g.linked("users"));
    let user = activity.sole("USER").filter(|u| user_id.is_none() || u.id == user_id);
    Change {
        subject: user.and_then(|u| u.name.clone()),
        subject_id: user_id.or_else(|| user.and_then(|u| u.id.clone())),
        subject_kind: SubjectKind::User,
        entitlement: group.and_then(|g| g.name.clone()),
        entitlement_id: group.and_then(|g| g.id.clone().or_else(|| g.linked("memberOfGroups"))),
        ..Change::new(verb, Outcome::Unknown)
    }
}

/// The resource is whoever holds the role; the role stands nowhere but in the description, by id, and only where it is given.
fn role<'r>(verb: Verb, activity: &Activity<'r>) -> Change<'r> {
    let kinds = [
        ("USER", SubjectKind::User),
        ("GROUP", SubjectKind::Group),
        ("APPLICATION", SubjectKind::ServicePrincipal),
        ("CLIENT", SubjectKind::ServicePrincipal),
    ];
    let holder = kinds.iter().find_map(|(word, kind)| Some((activity.sole(word)?, *kind)));
    Change {
        subject: holder.and_then(|(r, _)| r.name.clone()),
        subject_id: holder.and_then(|(r, _)| r.id.clone()),
        subject_kind: holder.map_or(SubjectKind::Unknown, |(_, kind)| kind),
        entitlement_id: activity.result_description().and_then(|d| role_id(&d)),
        ..Change::new(verb, Outcome::Unknown)
    }
}

/// The role of `Created role assignment 'ID' for role 'ID' scoped for KIND 'ID'`.
fn role_id<'r>(description: &str) -> Option<Text<'r>> {
    let rest = description.strip_prefix("Created role assignment '")?;
    let (_, rest) = rest.split_once("' for role '")?;
    let (id, _) = rest.split_once("' scoped for ")?;
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_id.then(|| Cow::Owned(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_from_one_wording_only() {
        let id = |text| role_id(text).map(Cow::into_owned);
        let given = "Created role assignment 'a-1' for role 'r-1' scoped for ENVIRONMENT 'e-1'";
        assert_eq!(id(given).as_deref(), Some("r-1"));
        for other in [
            "Deleted role assignment 'a-1' scoped for ENVIRONMENT 'e-1'",
            "Created role assignment 'a-1' for role '' scoped for ENVIRONMENT 'e-1'",
            "Created role assignment 'a-1' for role 'Identity Data Admin' scoped for ENVIRONMENT 'e-1'",
            "Role 'r-1' created",
            "",
        ] {
            assert_eq!(id(other), None, "{other}");
        }
    }
}
