//! What the documentation says of the source.

use crate::source::Doc;

/// The source's page.
pub(super) const DOC: Doc = Doc { title: "Databricks audit log", events: EVENTS, changes: CHANGES, missing: MISSING };

const EVENTS: &[(&str, &str)] = &[
    (
        "native_id",
        "`event_id` of the system table, `logId` / `LogId` of Azure Monitor; the JSON delivery gives none. It is no part of the event's identity",
    ),
    ("request_id", "`requestId` / `request_id` / `RequestId`; several events share one"),
    (
        "event_time",
        "`timestamp` (milliseconds), `event_time`, `time` (whole seconds), `TimeGenerated`. Portal times without a zone are UTC where the header says `[UTC]`, else in the zone declared for the file; without either they are rejected. Dates with slashes begin with the month or the day as the date itself, the other rows of the CSV, or an American clock (`AM`) tell, in JSON without a comma behind them with the month; where nothing tells they are rejected",
    ),
    ("event_type", "service and action, joined by a dot; Azure: from `properties`, else from `operationName`"),
    (
        "outcome",
        "`statusCode` / `status_code`: 200 to 208 success, none unknown, 209 to 299 unknown, anything else failure",
    ),
    ("outcome_reason", "`errorMessage` / `error_message`"),
    (
        "actor",
        "`email` of the user identity; for sign-ins without one the name that was tried (`user`, `userName`); where the identity is missing altogether, `identity_metadata.run_by`",
    ),
    (
        "actor_id",
        "`identity_metadata.run_by` where it differs from the actor: the person who had signed in when another identity was assumed; else `subjectName` / `subject_name`",
    ),
    (
        "actor_kind",
        "system for `System-User`, `unknown` and `dbadmin`; service_principal for a UUID; user for an e-mail address; else not said",
    ),
    (
        "channel, endpoint",
        "request parameter `endpoint`: scim, adminConsole, autoUserCreation, permissionAssignment, roleAssignment, DatabricksApps; others are kept as they are and unknown. Of sign-ins `authenticationMethod` / `authentication_method`",
    ),
    (
        "target",
        "the securable or object of the changes, else their subject, else what the parameters name; of a token's use its `tokenId`, kind token",
    ),
    (
        "scope, workspace_id",
        "`auditLevel` and `workspaceId`, 0 being the account; a delivered row without them: the folder `workspaceId=`; a table row without them: the account. Azure records know their workspace by the name at the end of `resourceId`, in lower case, which is the scope; their workspace id is unknown",
    ),
    ("account_id", "`accountId` / `account_id`; Azure Monitor has none"),
    ("source_ip", "`sourceIPAddress` in all its spellings, without port"),
    ("schema_version", "`version`; Azure Monitor: `operationVersion`"),
    (
        "parse_rule",
        "re_exported where keys or times have been rewritten; partial where the row says that access changed, but what it was has been cut off (`TRUNCATED`), is missing or cannot be read",
    ),
];

const CHANGES: &[(&str, &str)] = &[
    (
        "user.create, user.delete, user.activate, user.deactivate, user.update",
        "accounts.add, delete, activateUser, deactivateUser, updateUser, create/update/deleteServicePrincipal. The second row of a new service principal, whose targetUserId is empty, is kept without a change",
    ),
    ("group.create, group.update, group.delete", "accounts.createGroup, updateGroup, removeGroup, and those of groups"),
    ("member.add, member.remove", "accounts.add/removePrincipal(s)To/FromGroup, and those of groups"),
    (
        "admin.grant, admin.revoke",
        "accounts.setAdmin and removeAdmin (by the row's level), set/removeAccountAdmin, changeAccountOwner, membership of a workspace's admins; workspace.updatePermissionAssignment, addPermissionAssignment and updateRoleAssignment with the permission ADMIN; admin roles in the account's rule set",
    ),
    (
        "workspace.assign, workspace.unassign",
        "workspace.updatePermissionAssignment, addPermissionAssignment, updateRoleAssignment, deletePermissionAssignment; accounts.changeDatabricksWorkspaceAcl. An empty set ends the assignment",
    ),
    (
        "priv.grant, priv.revoke",
        "unityCatalog.updatePermissions and updateSharePermissions: one for each principal and privilege in `changes`; sqlPermissions.grantPermission, revokePermission, denyPermission (as a revocation), removeAllPermissions (privilege null = all)",
    ),
    (
        "acl.change",
        "statements of one principal's whole set: every change...Acl(s) with `aclPermissionSet` (empty = revoked), secrets.putAcl, deleteAcl, createScope. Statements of a whole list: `access_control_list` or `grants` of apps.changeAppsAcl, vectorSearch.changeEndpointAcl, jobs.resetJobAcl, create, reset, update; accountsAccessControl.updateRuleSet. Changes at once: databrickssql.changePermissions",
    ),
    (
        "owner.change",
        "unityCatalog.create... and update... with `owner` (the new owner, who may be the old one), databrickssql.transferObjectOwnership, sqlPermissions.changeSecurableOwner",
    ),
    (
        "token.create, token.revoke, token.expire",
        "accounts.generateDbToken, revokeDbToken, garbageCollectDbToken: `userId` is the subject, the token's digest the entitlement's id",
    ),
    (
        "cred.create, cred.revoke",
        "servicePrincipalCredentials.create, delete; oauth2.create/deleteCustomAppIntegration; gitCredentials.create/deleteGitCredential; unityCatalog.createRecipient (by token), rotateRecipientToken",
    ),
];

const MISSING: &[&str] = &[
    "Only what succeeded states the whole of something; a refused or undecided attempt is kept as the changes that it would have made.",
    "Where a row says that access changed but not how, one change that names nobody stands for it. It is a grant, since a grant cannot be ruled out, and the event's parse rule is partial.",
    "Whoever creates an object owns it, and a secret scope without initial_manage_principal belongs to its maker: no row says so, and no change is made of it.",
    "A whole list (resetJobAcl) and one principal's set (changeJobAcl) of the same object are statements of different keys: one does not end what the other gave.",
    "A permission assignment that says USER where it was ADMIN before takes the role of administrator away without saying so.",
    "Rows of an access control list name principals by a numeric id that may be a user's, a group's or a service principal's.",
    "updateUser, IP access lists, workspace bindings, metastore assignments, policies and updateShare are kept without changes: what they change is not logged, or is not the access of a principal.",
    "Deleting a catalog, schema, table, scope, share or recipient ends access to it; no change is made of it.",
    "A metastore's owner is its administrator: a change of owner, not of an administrator's role.",
    "One event by the JSON delivery and from the system table is one event. Azure Monitor knows neither milliseconds nor the workspace's id, so that its events are others.",
    "Two different events of one request with the same time, actor, parameters and status cannot be told apart.",
    "Maps and structs that Spark has cast to text (`{k -> v}`) name no keys that could be told from values, and are rejected.",
    "Event Hub captures in Avro are not read. Records of Azure's Activity Log, which tells of a workspace as a resource, are left out by rule azure_activity_log.",
    "Many action and parameter names are known from documentation only: keys are read by lists of alternatives, and a missing one leaves a name empty.",
];
