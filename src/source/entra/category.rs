//! The logs of Microsoft Entra ID in Azure Monitor, told by their category.

use super::Fields;

/// Rule by which records of the unified audit about other services are left out.
pub(in crate::source) const OTHER_WORKLOAD: &str = "other_workload";

/// Rule by which records of Azure Monitor about other logs of the tenant are left out.
pub(in crate::source) const OTHER_CATEGORY: &str = "other_category";

/// Category of the audit log.
pub(in crate::source) const AUDIT_LOG: &str = "AuditLogs";

/// Categories of single audits, which some exports put in place of the log's.
pub(in crate::source) const AUDIT_CATEGORIES: &[&str] = &[
    AUDIT_LOG,
    "Policy",
    "DirectoryManagement",
    "ApplicationManagement",
    "UserManagement",
    "GroupManagement",
    "RoleManagement",
    "ProvisioningManagement",
    "EntitlementManagement",
    "AdministrativeUnit",
    "ResourceManagement",
    "AuthorizationPolicy",
    "IdentityProtection",
    "WorkflowManagement",
    "TaskManagement",
    "Device",
    "Authentication",
    "CrossTenantAccessSettings",
    "CrossTenantIdentitySyncSettings",
    "KeyManagement",
    "PolicyManagement",
    "AttributeManagement",
    "Agreement",
    "Other",
];

/// Category of the provisioning log.
pub(in crate::source) const PROVISIONING_LOG: &str = "ProvisioningLogs";

/// Categories of the sign-in logs.
pub(in crate::source) const SIGN_IN_LOGS: &[&str] = &[
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
    "MicrosoftServicePrincipalSignInLogs",
    "ADFSSignInLogs",
];

/// All categories that are read.
pub(in crate::source) const READ: &[&[&str]] = &[AUDIT_CATEGORIES, &[PROVISIONING_LOG], SIGN_IN_LOGS];

/// How the id of a tenant's resource names Microsoft Entra ID.
pub(in crate::source) const PROVIDER: &[&str] =
    &["/providers/Microsoft.aadiam", "/PROVIDERS/MICROSOFT.AADIAM", "/providers/microsoft.aadiam"];

/// Whether the record is of a log of the tenant that is not read here: risks, calls of Graph, network access. What looks like an
/// audit or a push under an unknown category is none of these.
pub(in crate::source) fn is_other_category(record: &Fields<'_>) -> bool {
    let Some(category) = record.hint(&["category"]) else { return false };
    let is_read = READ.iter().copied().flatten().any(|read| read.eq_ignore_ascii_case(&category));
    let resource = record.hint(&["resourceId"]).unwrap_or_default();
    let is_tenant = PROVIDER.iter().any(|provider| resource.contains(provider));
    let is_told = |inner: Fields<'_>| {
        inner.has(&[
            "activityDisplayName",
            "loggedByService",
            "targetResources",
            "provisioningAction",
            "provisioningSteps",
        ])
    };
    !is_read && is_tenant && record.has(&["time"]) && !record.object(&["properties"]).is_some_and(is_told)
}
