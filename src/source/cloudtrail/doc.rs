//! The source's page.

use crate::source::Doc;

/// What `docs/sources.md` says.
pub(super) const DOC: Doc = Doc { title: "AWS CloudTrail", events: EVENTS, changes: CHANGES, missing: MISSING };

const EVENTS: &[(&str, &str)] = &[
    (
        "event_id",
        "eventID, eventTime, eventSource, eventName and errorCode: the same in all trails, regions and forms. Where eventID is no UUID: the whole record. Of a digest: its place",
    ),
    ("native_id", "eventID; of a digest its place, `s3://bucket/object`"),
    (
        "request_id",
        "requestID; equal in both accounts where a call is recorded in two (sharedEventID), which stay two events",
    ),
    (
        "event_time",
        "eventTime, UTC; where a query or another system has dropped the zone, still UTC. Of a digest: digestStartTime, the hour that it speaks for. Times in responseElements are not read",
    ),
    ("event_type", "eventName alone; `endpoint` tells the services apart. `digest` for digest files"),
    ("endpoint", "eventSource, e.g. `iam.amazonaws.com`"),
    ("plane", "always cloud"),
    (
        "outcome",
        "failure where errorCode or errorMessage is given; the word that sign-ins say; SUCCEEDED, FAILED or (unknown) IN_PROGRESS of Identity Center; else success of a call, unknown of a service event and of a row without columns of errors",
    ),
    (
        "outcome_reason",
        "errorCode and errorMessage; the word of what is under way; of a digest the time, number of log files and previous digest that it states",
    ),
    (
        "actor",
        "userIdentity: userName; `root`; `role/session` of a role session (of Identity Center's roles the session is the person's user name); invokedBy of a service; the account of a caller from another account",
    ),
    (
        "actor_id",
        "principalId; onBehalfOf.userId of a user of Identity Center; accessKeyId of a SCIM client, which has nothing else",
    ),
    (
        "actor_kind",
        "`user` (IAMUser, IdentityCenterUser), `system` (AWSService), else AWS's own word: Root, AssumedRole, FederatedUser, SAMLUser, WebIdentityUser, AWSAccount, Unknown",
    ),
    ("session_id", "the temporary access key (ASIA...), or credentialId of an Identity Center session"),
    (
        "channel",
        "scim (identitystore-scim); ui (sign-ins, sessionCredentialFromConsole, console clients); system (services, service-linked roles, calls that a service made in the caller's name, among them all that make AWSReservedSSO roles); api; unknown",
    ),
    ("target", "the subject of the change, else the parameter or the one resource that names the object"),
    (
        "app",
        "recipientAccountId: the AWS account that recorded it. (account_id is the Databricks account and stays empty)",
    ),
    ("scope", "always tenant"),
    ("source_ip", "sourceIPAddress; the name of a service where AWS gives one"),
    ("schema_version", "`eventVersion`"),
    (
        "parse_rule",
        "re_exported: keys in another case, times without zone, rows of queries; partial: rows without userIdentity, eventID or errorCode",
    ),
];

const CHANGES: &[(&str, &str)] = &[
    (
        "user.create, user.update, user.delete",
        "users of IAM by name (a new name is the alias), of the identity store by id; roles of IAM as service principals",
    ),
    ("user.activate, user.deactivate", "EnableUser, DisableUser; `active` in PatchUser; PutUser with `active` false"),
    (
        "group.create, group.update, group.delete",
        "groups of IAM and of the identity store; parts of a PatchGroup other than members",
    ),
    (
        "member.add, member.remove",
        "AddUserToGroup and its reverse; AddMemberToGroup and its reverse; CreateGroupMembership and DeleteGroupMembership, of which the latter knows the membership's id alone (`securable` of both is `membership:id`); members in PatchGroup, one change each; a hidden list is one change without subject",
    ),
    (
        "priv.grant, priv.revoke",
        "Attach and Detach, Put and Delete of policies on users, groups, roles and permission sets: privilege is the policy's ARN or name, whatever it allows or denies. Account assignments: privilege is the permission set, securable `account:id`. A role behind an instance profile: privilege `sts:AssumeRole`, securable `role:name`",
    ),
    (
        "acl.change",
        "direction update: permission boundaries; another version of a policy in force (securable `policy:arn`, no subject); the trust of a role where it cannot be stated",
    ),
    (
        "statement of a role's trust",
        "CreateRole, UpdateAssumeRolePolicy, DeleteRole: who may do what with the role, as acl.change; conditions narrow it and are not told. Policies that deny or except are no statement",
    ),
    ("statement of a group's members", "PatchGroup that replaces or empties `members`, where no member is hidden"),
    (
        "app.assign, app.unassign",
        "CreateApplicationAssignment, DeleteApplicationAssignment; AssociateProfile, DisassociateProfile",
    ),
    (
        "cred.create, cred.revoke",
        "access keys (switched off = revoked, switched on = created), login profiles (also when another person sets a new password), MFA devices, SSH keys, certificates, service-specific credentials; SCIM tokens of the provisioning tenant. Without a userName they are the caller's own",
    ),
];

const MISSING: &[&str] = &[
    "The table AWSCloudTrail of Microsoft Sentinel, whose columns have names of their own, is not read.",
    "Identity Center hides names: its users and groups go by id, and follow only from an export of the identity store.",
    "SCIM calls to Identity Center are recorded only if the token was made after September 2024.",
    "An assignment that is IN_PROGRESS is never reported as done; that the role appears in the account (AWSReservedSSO_..., channel system) is the only trace.",
    "What a policy allows is not judged: a policy of denials is a privilege like any other, and one put again under its name may be wider or narrower.",
    "A trust that denies or excepts is a change and no statement: the next statement is compared with the one before it.",
    "Parameters of AssociateProfile and of Identity Center's password and MFA calls are not documented: where they are not found, the change names nobody.",
    "Calls of services that are not listed are unmapped, unless their name begins with Get, List or Describe.",
    "Insights, network activity events and events without a call carry no changes. An Insight without a call's name is an event of type AwsCloudTrailInsight; its target is the call whose rate it is about, its request_id the sharedEventID of its start and end.",
    "A digest event makes its hour a covered one and names the log files of that hour in `raw`: the SHA-256 of each log file, uncompressed, must equal its hashValue there, and that of the previous digest its previousDigestHashValue. The digest's signature stands in the metadata of its S3 object and cannot be checked from the file. An hour without digest is not proven whole.",
    "The console's CSV of the event history and Security Lake's OCSF are not read.",
];
