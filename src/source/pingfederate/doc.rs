//! The page of source `pingfederate`.

use crate::source::Doc;

/// What `docs/sources.md` says of the source.
pub(super) const DOC: Doc = Doc {
    title: "PingFederate audit, provisioner and admin logs",
    events: &[
        (
            "event_time",
            "the time of the line, or `rt` of CEF, in the zone declared for the source unless it has an offset of its own; without either the record is rejected. An hour that the clocks showed twice is taken as the first of the two, and marked in `parse_rule`; an hour that they skipped is rejected",
        ),
        (
            "event_type",
            "audit.log: `event`; provisioner-audit.log: `event_type`; admin.log: `component` and `event`, joined by a point",
        ),
        (
            "plane",
            "provisioner-audit.log: transport; audit.log: usage, and other for what people do to their own accounts; admin.log: config, and usage for signing in to the console",
        ),
        (
            "outcome",
            "`status`: success, failure, anything else is unknown (inprogress too); `is_success`: true, false; admin.log does not say",
        ),
        (
            "outcome_reason",
            "`description`, `non_success_cause`, or the status that is neither success nor failure; of admin.log only the message of a sign-in",
        ),
        ("actor", "audit.log: `subject`; admin.log: `user`"),
        ("actor_kind, channel", "provisioner-audit.log: system, system; admin.log: user, ui; audit.log does not say"),
        ("endpoint", "audit.log: `protocol`"),
        ("target", "audit.log: `app` without its parameters"),
        ("target_id", "provisioner-audit.log: `target_id`, the id in the application"),
        (
            "app",
            "audit.log: `connectionname`, else `connectionid`; provisioner-audit.log: `channel_id`, to be named in `provider_apps`",
        ),
        (
            "request_id",
            "`transactionid`, else `trackingid`; provisioner-audit.log: `cycle_id`; admin.log: `eventdetailid`",
        ),
        ("session_id", "audit.log: `trackingid`"),
        ("source_ip, user_agent", "`ip`; `useragent` or `browser` where they are logged"),
        ("parse_rule", "ambiguous_time: the local time was on the clock twice, when they were set back"),
    ],
    changes: &[
        ("user.create, user.update, user.delete", "provisioner-audit.log: CREATE, UPDATE, DELETE, alone or with USER"),
        ("user.deactivate, user.activate", "provisioner-audit.log: DISABLE, ENABLE, alone or with USER"),
        ("group.create, group.update, group.delete", "provisioner-audit.log: CREATE, UPDATE, DELETE with GROUP"),
    ],
    missing: &[
        "Rows of Microsoft Sentinel's table CommonSecurityLog are not read.",
        "Pushes name their subject by the id in the source directory (`source_id`) and nothing else: a table of the directory is needed to know who that is.",
        "Only CREATE and UPDATE are documented as provisioning events; a push of which no word says whether it was of a user or of a group is read as one of an account of unknown kind.",
        "Memberships are not logged by member.",
        "Events carry no id: they are told apart by time, ids and names, so that two that agree in all of these are one.",
        "Fields between pipes are read in the default orders only, with and without `transactionid`; lines in other orders are rejected.",
        "The JSON templates' keys are taken to be the names of the fields; time zones other than offsets, UTC and GMT inside the time are rejected.",
        "Inbound SCIM is in audit.log under event names that are not documented: kept, unmapped.",
        "Events of admin.log are an open set: whatever their names, they count as known, since the log holds acts at the console only.",
        "Stack traces and other lines that begin with no time are rejected one by one.",
        "server.log, provisioner.log, transaction.log and the logs of requests hold no audit records and are rejected.",
    ],
};
