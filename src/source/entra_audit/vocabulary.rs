//! Activities of the directory audit, by plane, and what each does to access.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::change::{Direction, SubjectKind, Verb};
use crate::event::Plane;
use crate::source::entra::lookup_name;

/// What an activity does to access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing, or nothing that the record tells.
    None,
    /// A person's account.
    User(Verb),
    /// A person's attributes, perhaps the switch of the account.
    UserUpdate,
    /// A group's existence or attributes.
    Group(Verb),
    /// A service principal's account.
    Principal(Verb),
    /// A member of a group.
    Member(Verb),
    /// A holder of a directory role.
    Role(Verb),
    /// An owner of an object of that type.
    Owner(&'static str, Direction),
    /// An application assigned to, or taken from, one of that kind.
    App(SubjectKind, Verb),
    /// Credentials of an application; the verb is what the name says where the keys are not told.
    Credential(Option<Verb>),
}

/// Plane and act of an activity.
pub(super) type Meaning = (Plane, Act);

type Row = (Plane, Act, &'static [&'static str]);

const VOCABULARY: &[Row] = &[
    // People.
    (Plane::Authority, Act::User(Verb::UserCreate), &["Add user"]),
    (Plane::Authority, Act::UserUpdate, &["Update user"]),
    (Plane::Authority, Act::User(Verb::UserDelete), &["Delete user", "Hard Delete user", "Delete external user"]),
    (Plane::Authority, Act::User(Verb::UserActivate), &["Restore user", "Enable account"]),
    (Plane::Authority, Act::User(Verb::UserDeactivate), &["Disable account"]),
    // An invited person is added by an activity of its own.
    (Plane::Authority, Act::None, super::names::PEOPLE),
    // Groups.
    (Plane::Authority, Act::Group(Verb::GroupCreate), &["Add group", "Restore group"]),
    (Plane::Authority, Act::Group(Verb::GroupUpdate), &["Update group", "Set dynamic group properties"]),
    (Plane::Authority, Act::Group(Verb::GroupDelete), &["Delete group", "Hard Delete group"]),
    (Plane::Authority, Act::Member(Verb::MemberAdd), &["Add member to group"]),
    (Plane::Authority, Act::Member(Verb::MemberRemove), &["Remove member from group"]),
    (Plane::Authority, Act::Owner("Group", Direction::Grant), &["Add owner to group"]),
    (Plane::Authority, Act::Owner("Group", Direction::Revoke), &["Remove owner from group"]),
    (Plane::Authority, Act::None, super::names::GROUPS),
    // Applications.
    (
        Plane::Authority,
        Act::App(SubjectKind::User, Verb::AppAssign),
        &["Add app role assignment grant to user", "Add app role assignment to user"],
    ),
    (
        Plane::Authority,
        Act::App(SubjectKind::User, Verb::AppUnassign),
        &["Remove app role assignment from user", "Remove app role assignment grant from user"],
    ),
    (Plane::Authority, Act::App(SubjectKind::Group, Verb::PushCreate), &["Add app role assignment to group"]),
    (Plane::Authority, Act::App(SubjectKind::Group, Verb::PushRemove), &["Remove app role assignment from group"]),
    (
        Plane::Authority,
        Act::App(SubjectKind::ServicePrincipal, Verb::AppAssign),
        &["Add app role assignment to service principal"],
    ),
    (
        Plane::Authority,
        Act::App(SubjectKind::ServicePrincipal, Verb::AppUnassign),
        &["Remove app role assignment from service principal"],
    ),
    (Plane::Authority, Act::Principal(Verb::UserCreate), &["Add service principal", "Restore service principal"]),
    (Plane::Authority, Act::Principal(Verb::UserUpdate), &["Update service principal"]),
    (
        Plane::Authority,
        Act::Principal(Verb::UserDelete),
        &["Remove service principal", "Delete service principal", "Hard delete service principal"],
    ),
    (Plane::Authority, Act::Owner("ServicePrincipal", Direction::Grant), &["Add owner to service principal"]),
    (Plane::Authority, Act::Owner("ServicePrincipal", Direction::Revoke), &["Remove owner from service principal"]),
    (Plane::Authority, Act::Owner("Application", Direction::Grant), &["Add owner to application"]),
    (Plane::Authority, Act::Owner("Application", Direction::Revoke), &["Remove owner from application"]),
    (Plane::Authority, Act::Credential(Some(Verb::CredCreate)), &["Add service principal credentials"]),
    (Plane::Authority, Act::Credential(Some(Verb::CredRevoke)), &["Remove service principal credentials"]),
    (
        Plane::Authority,
        Act::Credential(None),
        &[
            "Update application - Certificates and secrets management",
            "Create application - Certificates and secrets management",
        ],
    ),
    (Plane::Authority, Act::None, super::names::CONSENT),
    // Directory roles. What Privileged Identity Management decides, it carries out by the first two.
    (
        Plane::Authority,
        Act::Role(Verb::AdminGrant),
        &[
            "Add member to role",
            "Add scoped member to role",
            "Add member to role scoped over Restricted Management Administrative Unit",
        ],
    ),
    (
        Plane::Authority,
        Act::Role(Verb::AdminRevoke),
        &[
            "Remove member from role",
            "Remove scoped member from role",
            "Remove member from role scoped over Restricted Management Administrative Unit",
        ],
    ),
    (Plane::Authority, Act::None, super::names::ROLES),
    (Plane::Authority, Act::None, super::names::REVIEWS),
    (Plane::Authority, Act::None, super::names::ENTITLEMENTS),
    // Settings.
    (Plane::Config, Act::None, super::names::PROVISIONING),
    (Plane::Config, Act::None, super::names::POLICIES),
    (Plane::Config, Act::None, super::names::DIRECTORY),
    (Plane::Config, Act::None, super::names::APPLICATIONS),
    (Plane::Config, Act::None, super::names::WORKFLOWS),
    (Plane::Other, Act::None, super::names::ASIDE),
];

/// What the provisioning service writes into the audit of each object; the provisioning log tells the same with its steps.
const OF_PROVISIONING: &[&str] =
    &["export", "import", "other", "process escrow", "synchronization rule action", "user provisioning"];

static INDEX: LazyLock<HashMap<String, Meaning>> = LazyLock::new(|| {
    let rows = VOCABULARY.iter();
    rows.flat_map(|(plane, act, names)| names.iter().map(|name| (lookup_name(name), (*plane, *act)))).collect()
});

/// Plane and act of an activity; `None` = not in the vocabulary. Some names are known only from their own service.
pub(super) fn meaning(activity: &str, service: Option<&str>) -> Option<Meaning> {
    let name = lookup_name(activity);
    let is_provisioning = service.is_some_and(|s| s.eq_ignore_ascii_case("Account Provisioning"));
    if is_provisioning && OF_PROVISIONING.contains(&name.as_str()) {
        return Some((Plane::Transport, Act::None));
    }
    INDEX.get(&name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_activity_stands_twice() {
        let count: usize = VOCABULARY.iter().map(|(_, _, names)| names.len()).sum();
        let mut seen: Vec<String> = VOCABULARY.iter().flat_map(|(_, _, n)| n.iter().map(|n| lookup_name(n))).collect();
        seen.sort_unstable();
        let twice: Vec<_> = seen.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        assert!(twice.is_empty() && INDEX.len() == count, "{twice:?}");
    }

    #[test]
    fn changes_come_from_authority_only() {
        for (plane, act, names) in VOCABULARY {
            assert!(*act == Act::None || *plane == Plane::Authority, "{names:?}");
        }
    }

    #[test]
    fn names_are_known_in_every_spelling() {
        let credentials = Some((Plane::Authority, Act::Credential(None)));
        assert_eq!(meaning("Update application \u{2013} Certificates and secrets management ", None), credentials);
        assert_eq!(meaning("Add member to group.", None), Some((Plane::Authority, Act::Member(Verb::MemberAdd))));
        assert_eq!(meaning("Export", None), None);
        assert_eq!(meaning("Export", Some("Account Provisioning")), Some((Plane::Transport, Act::None)));
        assert_eq!(meaning("Added policy", None), None);
    }
}
