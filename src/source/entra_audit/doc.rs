//! What the documentation says of directory audits.

use crate::source::Doc;

/// The page of the source.
pub(super) const DOC: Doc = Doc {
    title: "Microsoft Entra ID directory audits",
    events: &[
        (
            "event_time",
            "activityDateTime, else time or TimeGenerated; Microsoft 365: CreationTime. A time without zone is UTC. A date with slashes begins with the month or the day as the date itself, the other rows of the CSV, or an American clock (`AM`) tell, in JSON without a comma behind it with the month; where nothing tells it is rejected",
        ),
        (
            "event_type",
            "activityDisplayName, else operationName; Microsoft 365: Operation. The dot and the blanks at its end are cut, so that all forms agree; dashes stay as they are",
        ),
        ("native_id", "id; Microsoft 365: Id, which is not the id that Graph gives the same activity"),
        ("request_id", "correlationId; Microsoft 365: InterSystemsId"),
        (
            "outcome",
            "result, else result, resultType or resultSignature of the wrapper; Microsoft 365: ResultStatus. timeout is unknown",
        ),
        ("outcome_reason", "resultReason, resultDescription; the word itself where it is neither success nor failure"),
        (
            "actor, actor_id, actor_kind",
            "initiatedBy.user (userPrincipalName, id), else initiatedBy.app (displayName, servicePrincipalId); Microsoft 365: Actor and UserId",
        ),
        (
            "channel",
            "system for Entra's own services and directory synchronisation, api for other applications, ui where the user agent is a browser or the administration portal, else unknown",
        ),
        (
            "target, target_id, target_kind",
            "the group of a membership, else the subject of the change, else the only target, else the only user, group, role or policy among them",
        ),
        ("app", "display name of the service principal that an app role assignment concerns"),
        ("source_ip", "initiatedBy.user.ipAddress, else callerIpAddress; Microsoft 365: ActorIpAddress, ClientIP"),
        ("user_agent", "userAgent, else User-Agent among additionalDetails"),
        (
            "parse_rule",
            "re_exported where a key is in lower case or a time is spelled as Entra does not spell it; partial for the portal's CSV download",
        ),
    ],
    changes: &[
        (
            "user.create, user.delete",
            "Add user; Delete user, Hard Delete user, Delete external user. Of service principals: Add, Restore and Remove service principal",
        ),
        (
            "user.activate, user.deactivate",
            "Enable account, Restore user; Disable account; Update user where AccountEnabled changed",
        ),
        ("user.update", "Update user, unless it only switched the account; Update service principal"),
        (
            "group.create, group.update, group.delete",
            "Add group, Restore group; Update group, Set dynamic group properties; Delete group, Hard Delete group",
        ),
        (
            "member.add, member.remove",
            "Add member to group, Remove member from group. The group is in Group.ObjectID and Group.DisplayName of the member's modifiedProperties (newValue, or oldValue for a removal), else the only target of type Group",
        ),
        (
            "app.assign, app.unassign",
            "Add app role assignment grant to user, Remove app role assignment from user; the same of service principals, with AppRole.Value as the privilege",
        ),
        (
            "push.create, push.remove",
            "Add app role assignment to group, Remove app role assignment from group: provisioning pushes groups that are assigned",
        ),
        (
            "admin.grant, admin.revoke",
            "Add member to role, Remove member from role, and the scoped ones; the entitlement is the directory role",
        ),
        (
            "acl.change",
            "Add owner to and Remove owner from a group, application or service principal, by direction; the privilege is owner",
        ),
        (
            "cred.create, cred.revoke",
            "Add and Remove service principal credentials, Update and Create application - Certificates and secrets management: keys that KeyDescription gains or loses",
        ),
    ],
    missing: &[
        "Privileged Identity Management, eligibility, access reviews and entitlement management decide and ask; they make no change by themselves, since Entra logs what they carry out as Add member to role, Add member to group and app role assignments.",
        "Consent and delegated permission grants make no change.",
        "Deleting a group logs no removal of its members; correlation implies it. Nested groups are members like any other and are not taken apart.",
        "Where a group is made a member of another and neither carries the properties of a group, which of them is the member is not told, and the change names neither.",
        "An audit without the targets that it is about keeps its change, which names nobody; one that names the person and no group names no group.",
        "The unified audit of Microsoft 365 and Graph share no id: whoever ingests both has every activity twice. Records of other Microsoft 365 services in one export are left out by rule other_workload, and records of other logs of the tenant in Azure Monitor (risks, calls of Graph, network access) by rule other_category.",
        "The portal's CSV download has no id, three targets and five properties of each: its rows are other events than those of Graph, and a group may be missing from a row.",
        "Names of persons are user principal names; a display name alone is no subject. The object id that a deletion puts before the name is cut off.",
        "Where properties of an Azure Monitor record are JSON inside a string, the source must be named; detection does not look into strings.",
    ],
};
