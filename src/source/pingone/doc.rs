//! The page of source `pingone`.

use crate::source::Doc;

/// What `docs/sources.md` says of the source.
pub(super) const DOC: Doc = Doc {
    title: "PingOne audit activities",
    events: &[
        ("native_id", "`id`"),
        ("request_id", "`correlationId`; webhooks often leave it out"),
        ("event_time", "`recordedAt`, never `createdAt`, which is when PingOne stored it"),
        ("event_type", "`action.type`"),
        (
            "outcome",
            "`result.status`: SUCCESS, succeeded; FAILED, FAILURE, failed; anything else is unknown. A `…_SYNC.FAILURE` without status is a failure, one that claims success is unknown",
        ),
        ("outcome_reason", "`result.description`, or the status where that is neither success nor failure"),
        ("actor, actor_id, actor_kind", "`actors.user`, else `actors.client`, whose kind is PingOne's own word CLIENT"),
        ("channel", "ui: a user through PingOne's admin console; api: a client without user; else unknown"),
        ("endpoint", "`actors.client.name`"),
        (
            "target, target_id, target_kind",
            "the resource of the type's family, else the only resource; the group of a membership",
        ),
        (
            "app",
            "the resource of type APPLICATION; of a push that of type PROVISIONING_CONNECTION; where somebody signs in, else the client",
        ),
        ("source_ip, user_agent", "`source.ipAddress`, `source.userAgent`"),
        ("session_id", "`internalCorrelation.sessionId`"),
        ("parse_rule", "re_exported: lower-cased keys, or a time with a blank and without zone"),
    ],
    changes: &[
        ("user.create, user.delete", "USER.CREATED, USER.DELETED"),
        ("user.update", "USER.UPDATED, USER.MOVED (to another population)"),
        (
            "user.activate, user.deactivate",
            "USER.UPDATED whose modified attributes, or whose description (`Updated enabled for User X`), name `enabled`: where the description says which way; else both, each of unknown outcome, beside the update",
        ),
        ("group.create, group.update, group.delete", "GROUP.CREATED, GROUP.UPDATED, GROUP.DELETED"),
        (
            "member.add, member.remove",
            "MEMBER_OF_GROUP.CREATED, MEMBER_OF_GROUP.DELETED: group by name and id, user by id from the resource's link",
        ),
        (
            "admin.grant, admin.revoke",
            "ROLE_ASSIGNMENT.CREATED, ROLE_ASSIGNMENT.DELETED: the holder; the role by id from the description of a grant",
        ),
    ],
    missing: &[
        "A user who is switched off is USER.UPDATED with `enabled` among what was modified, and the value is not logged: unless the description says more, such a leaver is no leaver here, and what Databricks does then is undetermined.",
        "The member of a membership is an id; the name is known only from other activities about the same user.",
        "A revoked role is not named at all, not even by id.",
        "A deleted group or population logs nothing about its members, and groups filled by a filter log no memberships.",
        "An activity without the resources that it is about keeps its change, which names nobody.",
        "Successful pushes are not logged; failed ones (PROVISIONING_…SYNC.FAILURE) do not say what was attempted and give no change.",
        "Rules, mappings and connections of provisioning are configuration: whom they bring to an application is not logged.",
        "The New Relic format of webhooks is not read, for want of a published example.",
        "Webhooks queue up to seven days, then events are lost without a trace: SUBSCRIPTION activities show when one was switched off.",
    ],
};
