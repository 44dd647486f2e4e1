//! What each action of the audit log means. Actions are an open set: one that is not here is kept as unmapped.

mod credentials;
mod identities;
mod objects;
mod settings;
mod unity_catalog;
mod usage;

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::change::Verb;
use crate::event::Plane;

/// What an action says about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing that is an access change in tickmark's verbs.
    None,
    /// The account of a user or, where its name is a UUID, of a service principal.
    User(Verb),
    /// The account of a service principal.
    ServicePrincipal(Verb),
    /// A group.
    Group(Verb),
    /// One member of a group.
    Member(Verb),
    /// Several members of a group.
    Members(Verb),
    /// Administrator of the workspace or of the account, by the level of the row.
    Admin(Verb),
    /// Administrator of the account.
    AccountAdmin(Verb),
    /// Owner of the account.
    AccountOwner,
    /// A principal's permissions in a workspace, by assignment.
    Assign,
    /// The end of such an assignment.
    Unassign,
    /// A principal's access to a workspace, as the set of its permissions.
    WorkspaceAccess,
    /// What one principal, or all of them, may do with an object of that type; an empty type stands in the object's own name, and
    /// a type with a colon is the object.
    Acl(&'static str),
    /// Settings of an object of that type, which may hold the list of all its permissions.
    AclInSettings(&'static str),
    /// A permission on a secret scope is set.
    SecretAcl,
    /// A principal loses a secret scope.
    SecretAclRemoval,
    /// A secret scope is made, for a principal to manage.
    SecretScope,
    /// Permissions on a legacy query, dashboard or alert.
    LegacyAcl,
    /// A privilege of the legacy table access control.
    SqlPrivilege(Verb),
    /// All privileges of the legacy table access control on a securable.
    SqlRemoval,
    /// The owner of a securable of the legacy table access control.
    SqlOwner,
    /// Privileges on a securable of Unity Catalog.
    Privileges,
    /// Privileges of recipients on a share.
    SharePrivileges,
    /// The rules of a rule set.
    RuleSet,
    /// Properties of a securable of that type, its owner perhaps among them.
    Owner(&'static str),
    /// The owner of a query, dashboard or alert.
    ObjectOwner,
    /// A personal access token.
    Token(Verb),
    /// The secret of a service principal.
    ServicePrincipalSecret(Verb),
    /// A custom OAuth application.
    OauthApp(Verb),
    /// Access to a git provider.
    GitCredential(Verb),
    /// A recipient of shares, which may be given a token.
    Recipient,
    /// A recipient's token is replaced.
    RecipientToken,
}

/// Plane and act of an event type.
pub(super) type Meaning = (Plane, Act);

/// What some actions of one service mean.
type Row = (Plane, Act, &'static str, &'static [&'static str]);

const VOCABULARY: &[&[Row]] = &[
    identities::ROWS,
    credentials::ROWS,
    usage::ROWS,
    objects::ACCESS,
    objects::REST,
    unity_catalog::ROWS,
    settings::ROWS,
];

type Actions = HashMap<&'static str, (String, Meaning), FixedState>;

/// By service, then action, so that looking up a row joins no names.
static INDEX: LazyLock<HashMap<&'static str, Actions, FixedState>> = LazyLock::new(|| {
    let mut index = HashMap::<_, Actions, FixedState>::default();
    for (plane, act, service, actions) in VOCABULARY.iter().copied().flatten() {
        let known = actions.iter().map(|action| (*action, (format!("{service}.{action}"), (*plane, *act))));
        index.entry(*service).or_default().extend(known);
    }
    index
});

/// The event type `service.action`, with plane and act; `None` = not in the vocabulary.
pub(super) fn meaning(service: &str, action: &str) -> (Cow<'static, str>, Option<Meaning>) {
    match INDEX.get(service).and_then(|actions| actions.get(action)) {
        Some((name, meaning)) => (Cow::Borrowed(name), Some(*meaning)),
        None => (Cow::Owned(format!("{service}.{action}")), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_action_stands_twice() {
        let count: usize = VOCABULARY.iter().copied().flatten().map(|(_, _, _, actions)| actions.len()).sum();
        assert_eq!(INDEX.values().map(HashMap::len).sum::<usize>(), count);
    }

    #[test]
    fn changes_come_from_effects_only() {
        for (plane, act, service, actions) in VOCABULARY.iter().copied().flatten() {
            assert!(*act == Act::None || *plane == Plane::Effect, "{service} {actions:?}");
        }
    }
}
