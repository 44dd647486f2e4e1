//! What each event of each service means. An event that is not here is kept as unmapped, unless its name says that it only reads.

mod iam;
mod identity_center;
mod others;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::change::Verb;

/// The principal that a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    User,
    Group,
    Role,
}

/// What an event says about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing that is an access change.
    None,
    /// A user, group or role of IAM; of a new or deleted role also its trust.
    Principal(Holder, Verb),
    /// A user in a group of IAM.
    Member(Verb),
    /// A policy that exists by itself, on a principal.
    ManagedPolicy(Holder, Verb),
    /// A policy written on a principal.
    InlinePolicy(Holder, Verb),
    /// The policy that bounds what a principal may do at most.
    Boundary(Holder),
    /// Another version of a policy: what all its holders may do.
    PolicyVersion,
    /// Who may take on a role.
    Trust,
    /// A role behind an instance profile.
    ProfileRole(Verb),
    /// A credential of a user: its name here, and the key of its id in the parameters.
    Credential(Verb, &'static str, &'static str),
    /// A credential of a user that is switched on or off.
    CredentialStatus(&'static str, &'static str),
    /// A permission set for a user or group on an account.
    Assignment(Verb),
    /// A user or group on an application of Identity Center.
    AppAssignment(Verb),
    /// A policy in a permission set, and the keys of its name.
    SetPolicy(Verb, &'static [&'static str]),
    /// The bound of a permission set.
    SetBoundary,
    /// A user of the identity store.
    StoreUser(Verb),
    /// A group of the identity store.
    StoreGroup(Verb),
    /// A user in a group of the identity store.
    StoreMember(Verb),
    /// A credential of a user of the identity store: its name here.
    StoreCredential(Verb, &'static str),
    /// The token of a provisioning client.
    ScimToken(Verb),
    /// A user, changed in parts over SCIM.
    ScimPatchUser,
    /// A user, stated anew over SCIM.
    ScimPutUser,
    /// A group and its members, changed in parts over SCIM.
    ScimPatchGroup,
}

type Row = (&'static str, Act, &'static [&'static str]);

static INDEX: LazyLock<HashMap<(&'static str, &'static str), Act>> =
    LazyLock::new(|| rows().flat_map(|(service, act, names)| names.iter().map(|n| ((*service, *n), *act))).collect());

fn rows() -> impl Iterator<Item = &'static Row> {
    [iam::IAM, identity_center::IDENTITY_CENTER, others::OTHERS].into_iter().flatten()
}

/// The act of a service's event; `None` = not in the vocabulary.
pub(super) fn meaning(service: &str, name: &str) -> Option<Act> {
    INDEX.get(&(service, name)).copied().or_else(|| only_reads(name).then_some(Act::None))
}

/// The service of an event source: its first label.
pub(super) fn service_of(event_source: &str) -> &str {
    event_source.split('.').next().unwrap_or(event_source)
}

fn only_reads(name: &str) -> bool {
    ["Get", "List", "Describe"]
        .iter()
        .filter_map(|head| name.strip_prefix(head))
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_stands_twice() {
        let count: usize = rows().map(|(_, _, names)| names.len()).sum();
        assert_eq!(INDEX.len(), count);
    }

    #[test]
    fn reads_are_told_by_their_name() {
        assert_eq!(meaning("ec2", "DescribeInstances"), Some(Act::None));
        assert_eq!(meaning("s3", "GetObject"), Some(Act::None));
        for name in ["Gettysburg", "Listen", "RunInstances", "Get", "PutRolePolicy"] {
            assert_eq!(meaning("ec2", name), None, "{name}");
        }
    }
}
