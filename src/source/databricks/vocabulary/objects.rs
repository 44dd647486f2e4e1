//! Objects of a workspace: who may do what with them, and their making and ending.

use super::{Act, Row};
use crate::change::Verb;
use crate::event::Plane;

pub(super) const ACCESS: &[Row] = &[
    (Plane::Effect, Act::Acl(""), "workspace", &["changeWorkspaceAcl"]),
    (Plane::Effect, Act::Acl("cluster"), "clusters", &["changeClusterAcl"]),
    (Plane::Effect, Act::Acl("cluster_policy"), "clusterPolicies", &["changeClusterPolicyAcl"]),
    (Plane::Effect, Act::Acl("job"), "jobs", &["changeJobAcl", "resetJobAcl"]),
    (Plane::Effect, Act::AclInSettings("job"), "jobs", &["create", "reset", "update"]),
    (Plane::Effect, Act::Acl("instance_pool"), "instancePools", &["changeInstancePoolAcl"]),
    (Plane::Effect, Act::Acl("pipeline"), "deltaPipelines", &["changePipelineAcls"]),
    (Plane::Effect, Act::Acl("warehouse"), "databrickssql", &["changeWarehouseAcls", "changeEndpointAcls"]),
    (Plane::Effect, Act::LegacyAcl, "databrickssql", &["changePermissions"]),
    (Plane::Effect, Act::ObjectOwner, "databrickssql", &["transferObjectOwnership"]),
    (Plane::Effect, Act::Acl("feature_table"), "featureStore", &["changeFeatureTableAcl"]),
    (Plane::Effect, Act::Acl("iam_role"), "iamRole", &["changeIamRoleAcl", "changeIamRoleAssumeAcl"]),
    (Plane::Effect, Act::Acl("registered_model"), "modelRegistry", &["changeRegisteredModelAcl"]),
    (Plane::Effect, Act::Acl("serving_endpoint"), "serverlessRealTimeInference", &["changeInferenceEndpointAcl"]),
    (Plane::Effect, Act::Acl("vector_search_endpoint"), "vectorSearch", &["changeEndpointAcl"]),
    (Plane::Effect, Act::Acl("app"), "apps", &["changeAppsAcl"]),
    (Plane::Effect, Act::Acl("database_instance"), "databaseInstances", &["changeDatabaseInstanceAcl"]),
    (Plane::Effect, Act::SecretAcl, "secrets", &["putAcl"]),
    (Plane::Effect, Act::SecretAclRemoval, "secrets", &["deleteAcl"]),
    (Plane::Effect, Act::SecretScope, "secrets", &["createScope"]),
    (Plane::Effect, Act::SqlPrivilege(Verb::PrivGrant), "sqlPermissions", &["grantPermission"]),
    // A denial takes access away, though granting again does not lift it.
    (Plane::Effect, Act::SqlPrivilege(Verb::PrivRevoke), "sqlPermissions", &["revokePermission", "denyPermission"]),
    (Plane::Effect, Act::SqlRemoval, "sqlPermissions", &["removeAllPermissions"]),
    (Plane::Effect, Act::SqlOwner, "sqlPermissions", &["changeSecurableOwner"]),
    (
        Plane::Other,
        Act::None,
        "sqlPermissions",
        &["requestPermissions", "createSecurable", "renameSecurable", "showPermissions"],
    ),
];

/// Actions that change nobody's access by themselves; that they are known keeps them apart from what nobody has looked at.
pub(super) const REST: &[Row] = &[
    (Plane::Config, Act::None, "clusterPolicies", &["create", "edit", "delete"]),
    // Cluster settings can pass credentials through, which no action of its own records.
    (Plane::Other, Act::None, "clusters", &["create", "edit", "createResult", "permanentDelete"]),
    (Plane::Effect, Act::None, "secrets", &["deleteScope"]),
    (Plane::Other, Act::None, "secrets", &["putSecret", "deleteSecret"]),
    (Plane::Other, Act::None, "jobs", &["delete", "deleteRun", "runNow", "submitRun"]),
    (Plane::Other, Act::None, "apps", &["createApp", "updateApp", "deployApp", "startApp", "stopApp", "deleteApp"]),
    (
        Plane::Other,
        Act::None,
        "serverlessRealTimeInference",
        &["createServingEndpoint", "updateServingEndpoint", "deleteServingEndpoint"],
    ),
    (Plane::Other, Act::None, "deltaPipelines", &["create", "delete"]),
    (Plane::Other, Act::None, "instancePools", &["create"]),
    (
        Plane::Other,
        Act::None,
        "dashboards",
        &["createDashboard", "cloneDashboard", "trashDashboard", "deleteSchedule", "deleteSubscription"],
    ),
    (Plane::Other, Act::None, "aibiGenie", &["createSpace", "trashSpace"]),
    (Plane::Other, Act::None, "alerts", &["apiCreateAlert", "createAlert", "apiTrashAlert"]),
    (
        Plane::Other,
        Act::None,
        "databrickssql",
        &["createWarehouse", "deleteWarehouse", "createQuery", "deleteQuery", "createAlert"],
    ),
    (Plane::Other, Act::None, "dataMonitoring", &["createMonitor", "DeleteMonitor"]),
    (Plane::Other, Act::None, "featureStore", &["createFeatureSpec", "createFeatureTable", "deleteFeatureTable"]),
    (Plane::Other, Act::None, "mlflowExperiment", &["createMlflowExperiment", "deleteMlflowExperiment"]),
    (Plane::Other, Act::None, "modelRegistry", &["deleteModelVersion", "deleteRegisteredModel"]),
    (
        Plane::Other,
        Act::None,
        "vectorSearch",
        &["createEndpoint", "deleteEndpoint", "createVectorIndex", "deleteVectorIndex", "deleteDataVectorIndex"],
    ),
    (Plane::Other, Act::None, "notebook", &["createNotebook", "deleteNotebook", "deleteFolder", "deleteRepo"]),
    (Plane::Other, Act::None, "workspace", &["createFile", "fileDelete"]),
];
