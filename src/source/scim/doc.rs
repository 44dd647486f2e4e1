//! The page of source `scim`.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc {
    title: "SCIM 2.0 request logs",
    events: &[
        (
            "event_time",
            "`ts`, `time`, `timestamp`, `@timestamp`, `datetime` or `start_time`: RFC 3339, or seconds to nanoseconds since the epoch. The beginning of the request. Without zone it is in the zone declared for the file; with none declared `YYYY-MM-DD HH:MM:SS` is UTC, and other spellings are rejected. A record without a time is rejected, since it cannot be placed",
        ),
        (
            "event_type",
            "Method and kind of resource, e.g. `PATCH /Groups`, from `method` and `path` (also `url`, `uri`, `request.method`, `request.url` and the like); prefixes of the path do not matter",
        ),
        ("plane", "transport for writes, usage for reads and queries, other for resources that SCIM does not know"),
        (
            "outcome",
            "`status`, `status_code`, `response.status`, else the status inside a SCIM error: 2xx success, 4xx and 5xx failure (a DELETE answered with 404 too: nothing was removed by it), nothing or anything else unknown, 499 too: the client did not wait for the end",
        ),
        ("outcome_reason", "Status, and the error's `scimType` and `detail`, where it did not succeed"),
        ("native_id", "`id`, `event_id` or `log_id` of the log record"),
        ("request_id", "`request_id`, `correlation_id`, `txn`, `trace_id` or the header `X-Request-Id`"),
        ("actor", "`client.principal` or `client.user`; most logs have none"),
        ("actor_id", "`client.token_id` or `client.client_id`, unless it looks like the token itself"),
        ("channel", "scim"),
        (
            "target, target_id, target_kind",
            "Name and id of the resource: id from the path, else from the answer; login, group name or application id from the answer, else from the body",
        ),
        (
            "scope, account_id, workspace_id",
            "`base` (`account`, `workspace:<id>`, or an address), else what path, URL, host, `workspace_id` or the query's `o` tell: `/api/2.x/accounts/<id>/scim` is the account, `/preview/scim` a workspace, hosts `accounts.*`, `adb-<id>.*` and `<id>.*` of Databricks likewise",
        ),
        ("source_ip", "`client.ip`, `client_ip`, `remote_addr`; what a client claims in `X-Forwarded-For` is not used"),
        ("user_agent", "`client.user_agent`, `user_agent` or the header"),
        (
            "parse_rule",
            "re_exported where the time was rewritten without zone; partial where a write is logged without its body",
        ),
    ],
    changes: &[
        (
            "user.create, group.create",
            "POST of a resource; one made with `active` false is deactivated in the same event. Service principals have the verbs of users",
        ),
        ("user.activate, user.deactivate", "PUT or PATCH with `active`, also as text, in a list, or without a path"),
        (
            "user.update, group.update",
            "PUT without `active`; PATCH of any attribute that gives and takes nothing; PUT of a group. Some clients send the group's name with every change: it is a rename only where the name differs. Also the failed attempt to replace a whole list",
        ),
        ("user.delete, group.delete", "DELETE"),
        (
            "member.add, member.remove",
            "Members of a POST; PATCH of `members` with add or remove, one change for each member, whichever of the known spellings; where a filter names nobody that can be told, the subject is empty. In a workspace's group `admins` they are admin.grant and admin.revoke",
        ),
        ("admin.grant, admin.revoke", "`roles` that are administrator roles, such as `account_admin`"),
        ("priv.grant, priv.revoke", "`entitlements`, and other `roles` (instance profiles)"),
        (
            "statement of members, roles, entitlements",
            "PUT with the list; PATCH that replaces it or removes all of it. Where the answer shows the list, the answer counts. Key: account, workspace or host, then resource, id and list",
        ),
        (
            "POST /Bulk",
            "Each operation as above, with the outcome that the answer has for it; a successful bulk request without its answer leaves them unknown",
        ),
        (
            "subject, subject_id",
            "Of users the login and the service's id; of members the id, and the name of groups only: what a person is called identifies nobody",
        ),
        (
            "subject_external_id, subject_alias",
            "`externalId` of the resource, from the answer, else the body; `displayName` of service principals",
        ),
    ],
    missing: &[
        "A log without times, such as published collections of requests, is rejected record by record.",
        "A request to something else than SCIM is filtered as `not_scim`.",
        "A body that is cut off or redacted where it decides access is rejected, since what it changed cannot be told.",
        "PATCH or PUT without a logged body changes something that is not known: the event is kept without changes.",
        "A PUT that leaves out `members` may keep or empty them, as the server likes: nothing is stated.",
        "Removing members by value without a filter (Microsoft Entra's default) removes all members on strict servers; unless the answer shows the members, what was asked for is recorded.",
        "Answers to reads are not used; export them as list snapshots (source `scim_snapshot`).",
        "A gateway's 5xx may hide that the service did carry out the request: it counts as failure.",
        "`groups` of a user are read-only in SCIM and not followed.",
    ],
};
