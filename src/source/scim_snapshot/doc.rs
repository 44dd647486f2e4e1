//! The page of source `scim_snapshot`.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc {
    title: "SCIM list snapshots",
    events: &[
        (
            "event_time",
            "`snapshot_time` or `exported_at` of the resource, else the time in the name of the file (`users-2026-07-01T06-00-00Z.json`), else that of the nearest folder (`date=2026-07-01`); in UTC, a day alone is its first instant. `meta.lastModified` is when the resource changed, and no time of the list. Without any of them the resource is rejected",
        ),
        (
            "event_type",
            "`snapshot.user`, `snapshot.group` or `snapshot.service_principal`, by schema, by `meta.resourceType`, or by attributes that only one of them has",
        ),
        ("plane", "other: a list proves a state; it decides, carries and does nothing"),
        ("outcome", "success: the list is at hand"),
        ("target, target_id, target_kind", "Login, group name or application id, and `id`"),
        (
            "app",
            "Databricks, where its schemas, entitlements, `applicationId`, address or the path show that it is its list",
        ),
        (
            "scope, account_id, workspace_id",
            "`meta.location`, or folders `workspaceId=<id>` and `accountId=<id>`; `tenant` where address or path name an identity provider",
        ),
        ("delivery", "resource where it has schemas, else plain_user, plain_group or plain_service_principal"),
    ],
    changes: &[
        ("none", "A list changes nothing"),
        (
            "statement of description",
            "Every resource: held is user.update or group.update, which gives and takes nothing, with `id`, name, `externalId` as subject_external_id, and `displayName` of service principals as subject_alias. The next list differs where it was renamed or got another `externalId`",
        ),
        ("statement of active", "`active` of users and service principals: held is user.activate, or nothing"),
        (
            "statement of members",
            "`members` of groups: held is member.add for each; in a workspace's group `admins` admin.grant",
        ),
        (
            "statement of roles, entitlements",
            "Of users, groups and service principals: held is admin.grant for administrator roles, priv.grant for the rest",
        ),
    ],
    missing: &[
        "A list that a resource leaves out is unknown, not empty: services leave out empty lists, and lists that were not asked for.",
        "Who is missing from a list is not stated: the lists do not say that they are complete.",
        "`groups` of a user are not followed; the members of groups are.",
        "A day without a time of day may place the list up to a day too early.",
    ],
};
