//! What the documentation says of the System Log.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc {
    title: "Okta System Log",
    events: &[
        ("native_id", "`uuid`: the same by interface, hook, stream and console export"),
        ("request_id", "`transaction.id`, which all events of one request or job share"),
        (
            "event_time",
            "`published`, RFC 3339; without a zone (`YYYY-MM-DD HH:MM:SS`, as other systems re-export it) it is taken as UTC. \
             Console export: `timestamp`, which must have a zone unless one is declared for the file",
        ),
        ("event_type", "`eventType`"),
        (
            "plane",
            "by event type: all types of Okta's catalogue (release 2026.08.1) are known; any other is kept as unmapped",
        ),
        (
            "outcome",
            "`outcome.result`: SUCCESS and ALLOW are success, FAILURE and DENY are failure, all others unknown. Where it is absent: \
             failure for types that only failures are logged under, and where `legacyEventType` says so; else unknown",
        ),
        ("outcome_reason", "`outcome.reason`; for a result that is neither success nor failure, that result"),
        ("actor", "`actor.alternateId`, else `actor.displayName`; the word `unknown` is nothing said"),
        ("actor_id", "`actor.id`"),
        ("actor_kind", "`actor.type`"),
        (
            "channel",
            "system for jobs and system actors, api where a token or a service client was used, ui for other requests, else unknown",
        ),
        (
            "target, target_id, target_kind",
            "the target of the type that the event is about, else the only one; never by its place in the list",
        ),
        ("app", "`alternateId` (the label) of the target of type AppInstance, else its `displayName`"),
        ("scope", "always `tenant`"),
        ("source_ip, user_agent", "`client.ipAddress`, `client.userAgent.rawUserAgent`"),
        ("session_id", "`authenticationContext.externalSessionId`"),
        ("schema_version", "`version`"),
        (
            "parse_rule",
            "`re_exported` where keys are spelled in another way than Okta's or the time was rewritten; `partial` for console exports; \
             else `native`",
        ),
    ],
    changes: &[
        ("user.create, user.activate", "`user.lifecycle.create`, `.activate`, `.reactivate`"),
        ("user.deactivate, user.suspend, user.unsuspend", "`user.lifecycle.deactivate`, `.suspend`, `.unsuspend`"),
        ("user.delete", "`user.lifecycle.delete.initiated`, `.delete.completed`"),
        (
            "user.update",
            "`user.account.update_profile`, `.update_primary_email`, `application.user_membership.change_username`: the subject is \
             the person under the new name",
        ),
        (
            "group.create, group.update, group.delete",
            "`group.lifecycle.create`, `group.profile.update`, `group.lifecycle.delete`",
        ),
        ("group.update", "`application.provision.group_push.mapping.app.group.renamed`, `.renamed.failed`"),
        ("member.add, member.remove", "`group.user_membership.add`, `.remove`"),
        (
            "subject, subject_id, subject_alias, subject_external_id",
            "User or UserGroup, with the name in the application (AppUser, AppGroup) as alias where it differs, and the id that Okta has \
             for that as external id; where the record names nothing else, name and id are those",
        ),
        (
            "app.assign, app.unassign",
            "`application.user_membership.add`, `.remove` (persons), `group.application_assignment.add`, `.remove` (groups)",
        ),
        (
            "push.create, push.remove",
            "`application.provision.group_push.mapping.created`, `.activate_mapping`; `.deactivate_mapping`, `.delete_appgroup`, \
             `.mapping.and.groups.deleted.rule.deleted`",
        ),
        (
            "admin.grant, admin.revoke",
            "`iam.resourceset.bindings.add`, `.delete`, `workflows.user.role.*`: one for each member and role, the set of resources as \
             securable; the role is left open where several roles meet several members",
        ),
        (
            "admin.grant (statement)",
            "`user.account.privilege.grant`, `group.privilege.grant`, `app.oauth2.client.privilege.grant`: `privilegeGranted` lists all \
             roles that are held from then on, so that a grant may take away. Where the event did not succeed, a change for each role",
        ),
        (
            "admin.revoke (statement)",
            "the same types with `.revoke`: nothing is held any more; the roles in `privilegeRevoked`, else the targets of type ROLE",
        ),
        (
            "user.create, user.update, user.activate, user.deactivate, user.delete (transport)",
            "`application.provision.user.push` and `.sync`; `.push_profile`; `.activate`, `.reactivate`; `.deactivate`, `.deprovision`; \
             `.delete`",
        ),
        (
            "group.create, group.update, group.delete (transport)",
            "`application.provision.group.add`; `group_push.pushed`, `.updated`, `.push_memberships`, `group.update`, \
             `group_membership.update` and the failed changes of a mapping; `group_push.removed`, `group.remove`",
        ),
        (
            "member.add, member.remove (transport)",
            "`application.provision.group_membership.add`, `.remove`; `application.provision.user.remove_entitlements`, for all groups",
        ),
    ],
    missing: &[
        "The tables Okta_CL and OktaV2_CL of Microsoft Sentinel, and Elastic documents without `event.original`, are not read: their fields have names of their own.",
        "A group push names the group, not its members: who was pushed is told by memberships and by Databricks alone.",
        "Failed pushes often name the application only; a reason is cut off after 255 characters.",
        "The name that a person or group had before a rename is not in the log.",
        "A deactivated person stays in all groups, and the deletion of a group lists no members: nothing is logged for them.",
        "The sub-states of approval workflows (`application.user_membership.approve`, `.revoke`, ...), imports, access requests and reviews \
         are authority without a change: what comes of them is logged under other types.",
        "An event without targets that can be read keeps its change, which names nobody; one that names the person and no group names no group. Targets are also read under `targets`, and as JSON in a text.",
        "A push mapping that is deactivated by a rename (`mapping.deactivated.source.group.renamed`) takes no access away and is no change.",
        "A success under a type that, by Okta's catalogue, only failures are logged under counts as unknown in the changes.",
        "The layout of `iam.resourceset.bindings.*` and `workflows.user.role.*` is not published: targets are taken by the words in their \
         types.",
        "The console export is partial evidence: it holds what the filter selected up to an unknown number of rows, at most four targets, \
         and no lists of administrator roles, so that a grant of roles states nothing.",
        "A hook delivers the types that are eligible for hooks only.",
    ],
};
