//! What each action of the audit log means. Actions are an open set: one that is not here is kept as unmapped.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

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
}

/// Plane and act of an event type.
pub(super) type Meaning = (Plane, Act);

type Row = (Plane, Act, &'static str, &'static [&'static str]);

const VOCABULARY: &[Row] = &[
    // Identity life-cycle. `deleteUser` purges personal data of one who has been removed before.
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
    // The old groups API, which names only.
    (Plane::Effect, Act::Group(Verb::GroupCreate), "groups", &["createGroup"]),
    (Plane::Effect, Act::Group(Verb::GroupDelete), "groups", &["removeGroup"]),
    (Plane::Effect, Act::Member(Verb::MemberAdd), "groups", &["addPrincipalToGroup"]),
    (Plane::Effect, Act::Member(Verb::MemberRemove), "groups", &["removePrincipalFromGroup"]),
    (Plane::Other, Act::None, "groups", &["getGroupMembers"]),
    // Assignment to workspaces.
    (
        Plane::Effect,
        Act::None,
        "workspace",
        &[
            "updatePermissionAssignment",
            "addPermissionAssignment",
            "deletePermissionAssignment",
            "updateRoleAssignment",
            "changeWorkspaceAcl",
        ],
    ),
    (
        Plane::Other,
        Act::None,
        "workspace",
        &["getPermissionAssignment", "getRoleAssignment", "unmarkHomeFolder", "reattachHomeFolder"],
    ),
    // Credentials, and the other access that accounts events change.
    (
        Plane::Effect,
        Act::None,
        "accounts",
        &[
            "deleteUser",
            "changeDatabricksWorkspaceAcl",
            "changeDatabricksSqlAcl",
            "changeDatabricksWorkspaceDirectoryAcl",
            "changeServicePrincipalAcls",
            "generateDbToken",
            "revokeDbToken",
            "garbageCollectDbToken",
            "changeDbTokenAcl",
            "changePasswordAcl",
            "changePassword",
            "resetPassword",
            "mfaAddKey",
            "mfaDeleteKey",
            "addX509",
        ],
    ),
    (Plane::Other, Act::None, "accounts", &["validateEmail", "reachMaxQuotaDbToken", "ipAccessListQuotaExceeded"]),
    (Plane::Effect, Act::None, "accountsAccessControl", &["updateRuleSet"]),
    (Plane::Effect, Act::None, "servicePrincipalCredentials", &["create", "delete"]),
    (Plane::Other, Act::None, "servicePrincipalCredentials", &["list"]),
    (
        Plane::Config,
        Act::None,
        "oauth2",
        &[
            "enrollOAuth",
            "createCustomAppIntegration",
            "updateCustomAppIntegration",
            "deleteCustomAppIntegration",
            "createPublishedAppIntegration",
            "updatePublishedAppIntegration",
            "deletePublishedAppIntegration",
        ],
    ),
    (
        Plane::Effect,
        Act::None,
        "gitCredentials",
        &["createGitCredential", "updateGitCredential", "deleteGitCredential"],
    ),
    // Sign-ins and tokens used.
    (
        Plane::Usage,
        Act::None,
        "accounts",
        &[
            "login",
            "samlLogin",
            "oidcBrowserLogin",
            "oidcTokenAuthorization",
            "aadBrowserLogin",
            "aadTokenLogin",
            "tokenLogin",
            "jwtLogin",
            "certLogin",
            "mfaLogin",
            "passwordVerifyAuthentication",
            "workspaceInHouseOAuthClientAuthentication",
            "accountInHouseOAuthClientAuthentication",
            "workspaceLoginCodeAuthentication",
            "accountLoginCodeAuthentication",
            "logout",
            "IpAccessDenied",
            "accountIpAclsValidationFailed",
            "mintOAuthToken",
            "mintOAuthAuthorizationCode",
        ],
    ),
    (Plane::Usage, Act::None, "workspace", &["mintOAuthToken", "mintOAuthAuthorizationCode"]),
    (Plane::Usage, Act::None, "ssh", &["login"]),
    // Queries and data.
    (Plane::Usage, Act::None, "notebook", &["runCommand"]),
    (Plane::Usage, Act::None, "jobs", &["runCommand"]),
    (Plane::Usage, Act::None, "databrickssql", &["commandSubmit", "commandFinish"]),
    (Plane::Usage, Act::None, "secrets", &["getSecret"]),
    (
        Plane::Usage,
        Act::None,
        "unityCatalog",
        &[
            "getTable",
            "generateTemporaryTableCredential",
            "generateTemporaryPathCredential",
            "generateTemporaryVolumeCredential",
            "deltaSharingQueryTable",
            "deltaSharingQueryTableChanges",
            "retrieveRecipientToken",
            "getActivationUrlInfo",
        ],
    ),
    // Access control lists of objects.
    (Plane::Effect, Act::None, "clusters", &["changeClusterAcl"]),
    (Plane::Effect, Act::None, "clusterPolicies", &["changeClusterPolicyAcl"]),
    (Plane::Config, Act::None, "clusterPolicies", &["create", "edit", "delete"]),
    (Plane::Effect, Act::None, "jobs", &["changeJobAcl", "resetJobAcl"]),
    (Plane::Effect, Act::None, "instancePools", &["changeInstancePoolAcl"]),
    (Plane::Effect, Act::None, "deltaPipelines", &["changePipelineAcls"]),
    (
        Plane::Effect,
        Act::None,
        "databrickssql",
        &["changeWarehouseAcls", "changeEndpointAcls", "changePermissions", "transferObjectOwnership"],
    ),
    (Plane::Effect, Act::None, "featureStore", &["changeFeatureTableAcl"]),
    (Plane::Effect, Act::None, "iamRole", &["changeIamRoleAcl", "changeIamRoleAssumeAcl"]),
    (Plane::Effect, Act::None, "modelRegistry", &["changeRegisteredModelAcl"]),
    (Plane::Effect, Act::None, "serverlessRealTimeInference", &["changeInferenceEndpointAcl"]),
    (Plane::Effect, Act::None, "vectorSearch", &["changeEndpointAcl"]),
    (Plane::Effect, Act::None, "apps", &["changeAppsAcl"]),
    (Plane::Effect, Act::None, "databaseInstances", &["changeDatabaseInstanceAcl"]),
    (Plane::Effect, Act::None, "secrets", &["putAcl", "deleteAcl", "createScope"]),
    (
        Plane::Effect,
        Act::None,
        "sqlPermissions",
        &["grantPermission", "revokePermission", "denyPermission", "changeSecurableOwner", "removeAllPermissions"],
    ),
    (
        Plane::Other,
        Act::None,
        "sqlPermissions",
        &["requestPermissions", "createSecurable", "renameSecurable", "showPermissions"],
    ),
    // Unity Catalog: privileges, sharing, ownership, reach.
    (
        Plane::Effect,
        Act::None,
        "unityCatalog",
        &[
            "updatePermissions",
            "updateSharePermissions",
            "createShare",
            "updateShare",
            "deleteShare",
            "createRecipient",
            "updateRecipient",
            "deleteRecipient",
            "rotateRecipientToken",
            "updateMetastore",
            "updateCatalog",
            "updateSchema",
            "updateTable",
            "updateTables",
            "updateVolume",
            "updateFunction",
            "updateConnection",
            "updateExternalLocation",
            "updateStorageCredential",
            "updateRegisteredModel",
            "createMetastore",
            "createCatalog",
            "createSchema",
            "createTable",
            "createVolume",
            "createFunction",
            "createConnection",
            "createExternalLocation",
            "createStorageCredential",
            "createRegisteredModel",
            "createMetastoreAssignment",
            "updateMetastoreAssignment",
            "deleteMetastoreAssignment",
            "updateWorkspaceBindings",
            "updateCatalogWorkspaceBindings",
            "createPolicy",
            "updatePolicy",
            "deletePolicy",
        ],
    ),
    (Plane::Other, Act::None, "unityCatalog", &["createAccessRequest", "batchCreateAccessRequests"]),
    (Plane::Config, Act::None, "unityCatalog", &["enableSystemSchema", "disableSystemSchema"]),
    // Settings of sign-on, network, support and logging.
    (Plane::Config, Act::None, "ssoConfigBackend", &["create", "update"]),
    (Plane::Other, Act::None, "ssoConfigBackend", &["get"]),
    (
        Plane::Config,
        Act::None,
        "accounts",
        &[
            "createIpAccessList",
            "updateIpAccessList",
            "deleteIpAccessList",
            "setSetting",
            "deleteSetting",
            "enableClusterAcls",
            "disableClusterAcls",
            "enableTableAcls",
            "disableTableAcls",
            "enableWorkspaceAcls",
            "disableWorkspaceAcls",
            "acceptTos",
            "sendTos",
        ],
    ),
    (Plane::Config, Act::None, "workspace", &["workspaceConfEdit", "setSetting", "deleteSetting"]),
    (Plane::Config, Act::None, "genie", &["databricksAccess"]),
    (Plane::Config, Act::None, "logDelivery", &["createLogDeliveryConfiguration", "updateLogDeliveryConfiguration"]),
    (Plane::Other, Act::None, "logDelivery", &["getLogDeliveryConfiguration", "listLogDeliveryConfigurations"]),
    (
        Plane::Config,
        Act::None,
        "accountsManager",
        &[
            "createWorkspaceConfiguration",
            "updateWorkspaceConfiguration",
            "deleteWorkspaceConfiguration",
            "createCredentialsConfiguration",
            "updateCredentialsConfiguration",
            "deleteCredentialsConfiguration",
            "createStorageConfiguration",
            "updateStorageConfiguration",
            "deleteStorageConfiguration",
            "createPrivateAccessSettings",
            "updatePrivateAccessSettings",
            "deletePrivateAccessSettings",
            "createNetworkConfiguration",
            "updateNetworkConfiguration",
            "deleteNetworkConfiguration",
            "createVpcEndpoint",
            "updateVpcEndpoint",
            "deleteVpcEndpoint",
            "createCustomerManagedKeyConfiguration",
            "updateCustomerManagedKeyConfiguration",
            "deleteCustomerManagedKeyConfiguration",
            "acceptTos",
            "sendTos",
            "updateAccount",
            "consolidateAccounts",
        ],
    ),
    (Plane::Config, Act::None, "globalInitScripts", &["create", "update", "delete"]),
    // Cluster settings can pass credentials through, which no action of its own records.
    (Plane::Other, Act::None, "clusters", &["create", "edit", "createResult"]),
];

type Actions = HashMap<&'static str, (String, Meaning)>;

/// By service, then action, so that looking up a row joins no names.
static INDEX: LazyLock<HashMap<&'static str, Actions>> = LazyLock::new(|| {
    let mut index = HashMap::<_, Actions>::new();
    for (plane, act, service, actions) in VOCABULARY {
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
        let count: usize = VOCABULARY.iter().map(|(_, _, _, actions)| actions.len()).sum();
        assert_eq!(INDEX.values().map(HashMap::len).sum::<usize>(), count);
    }

    #[test]
    fn changes_come_from_effects_only() {
        for (plane, act, service, actions) in VOCABULARY {
            assert!(*act == Act::None || *plane == Plane::Effect, "{service} {actions:?}");
        }
    }
}
