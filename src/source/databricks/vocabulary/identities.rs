//! Users, service principals, groups, administrators, and who belongs to which workspace.

use super::{Act, Row};
use crate::change::Verb;
use crate::event::Plane;

pub(super) const ROWS: &[Row] = &[
    // `deleteUser` purges personal data of one who has been removed before.
    (Plane::Effect, Act::User(Verb::UserCreate), "accounts", &["add"]),
    (Plane::Effect, Act::User(Verb::UserDelete), "accounts", &["delete"]),
    (Plane::Effect, Act::User(Verb::UserActivate), "accounts", &["activateUser"]),
    (Plane::Effect, Act::User(Verb::UserDeactivate), "accounts", &["deactivateUser"]),
    (Plane::Effect, Act::User(Verb::UserUpdate), "accounts", &["updateUser"]),
    (Plane::Effect, Act::ServicePrincipal(Verb::UserCreate), "accounts", &["createServicePrincipal"]),
    (Plane::Effect, Act::ServicePrincipal(Verb::UserUpdate), "accounts", &["updateServicePrincipal"]),
    (Plane::Effect, Act::ServicePrincipal(Verb::UserDelete), "accounts", &["deleteServicePrincipal"]),
    (Plane::Effect, Act::Group(Verb::GroupCreate), "accounts", &["createGroup"]),
    (Plane::Effect, Act::Group(Verb::GroupUpdate), "accounts", &["updateGroup"]),
    (Plane::Effect, Act::Group(Verb::GroupDelete), "accounts", &["removeGroup"]),
    (Plane::Effect, Act::Member(Verb::MemberAdd), "accounts", &["addPrincipalToGroup"]),
    (Plane::Effect, Act::Member(Verb::MemberRemove), "accounts", &["removePrincipalFromGroup"]),
    (Plane::Effect, Act::Members(Verb::MemberAdd), "accounts", &["addPrincipalsToGroup"]),
    (Plane::Effect, Act::Members(Verb::MemberRemove), "accounts", &["removePrincipalsFromGroup"]),
    (Plane::Effect, Act::Admin(Verb::AdminGrant), "accounts", &["setAdmin"]),
    (Plane::Effect, Act::Admin(Verb::AdminRevoke), "accounts", &["removeAdmin"]),
    (Plane::Effect, Act::AccountAdmin(Verb::AdminGrant), "accounts", &["setAccountAdmin"]),
    (Plane::Effect, Act::AccountAdmin(Verb::AdminRevoke), "accounts", &["removeAccountAdmin"]),
    (Plane::Effect, Act::AccountOwner, "accounts", &["changeAccountOwner"]),
    (Plane::Effect, Act::AccountOwner, "accountsManager", &["changeAccountOwner"]),
    (Plane::Effect, Act::None, "accounts", &["deleteUser"]),
    (Plane::Other, Act::None, "accounts", &["validateEmail"]),
    // The old groups API, which names only.
    (Plane::Effect, Act::Group(Verb::GroupCreate), "groups", &["createGroup"]),
    (Plane::Effect, Act::Group(Verb::GroupDelete), "groups", &["removeGroup"]),
    (Plane::Effect, Act::Member(Verb::MemberAdd), "groups", &["addPrincipalToGroup"]),
    (Plane::Effect, Act::Member(Verb::MemberRemove), "groups", &["removePrincipalFromGroup"]),
    (Plane::Other, Act::None, "groups", &["getGroupMembers"]),
    // Workspaces.
    (
        Plane::Effect,
        Act::Assign,
        "workspace",
        &["updatePermissionAssignment", "addPermissionAssignment", "updateRoleAssignment"],
    ),
    (Plane::Effect, Act::Unassign, "workspace", &["deletePermissionAssignment"]),
    (Plane::Effect, Act::WorkspaceAccess, "accounts", &["changeDatabricksWorkspaceAcl"]),
    (
        Plane::Other,
        Act::None,
        "workspace",
        &["getPermissionAssignment", "getRoleAssignment", "unmarkHomeFolder", "reattachHomeFolder"],
    ),
    (Plane::Effect, Act::RuleSet, "accountsAccessControl", &["updateRuleSet"]),
    (Plane::Other, Act::None, "accountsAccessControl", &["getRuleSet"]),
    (Plane::Effect, Act::Acl("service_principal"), "accounts", &["changeServicePrincipalAcls"]),
    (Plane::Effect, Act::Acl("entitlement:databricks-sql-access"), "accounts", &["changeDatabricksSqlAcl"]),
    (Plane::Effect, Act::Acl("workspace_directory"), "accounts", &["changeDatabricksWorkspaceDirectoryAcl"]),
];
