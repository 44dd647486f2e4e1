//! What the documentation says of the format.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc {
    title: "Generic JSON lines",
    events: &[
        ("event_time", "`time`: RFC 3339 with a zone, required"),
        ("event_type", "`type`: text, required"),
        (
            "native_id",
            "`id`: text or whole number; with time and type it identifies the event. Without it all that the record says does",
        ),
        ("request_id", "`request_id`: text or whole number"),
        (
            "plane",
            "`plane`: authority, transport, effect, usage, config, cloud or other; `other` where it is absent, required for changes",
        ),
        ("outcome", "`outcome`: success, failure or unknown; `unknown` where it is absent"),
        ("outcome_reason", "`reason`: text"),
        ("actor, actor_id, actor_kind", "the keys of those names: text, text or whole number, text"),
        ("channel", "`channel`: scim, ui, api, auto, system or unknown"),
        ("endpoint", "`endpoint`: text"),
        ("target, target_id, target_kind", "the keys of those names: text, text or whole number, text"),
        ("app", "`app`: text"),
        (
            "scope, workspace_id",
            "`scope`: account, tenant, unknown or the digits of a workspace; `workspace_id`: digits, as text or number. Where `scope` is \
             absent: the workspace, else `tenant` on plane authority, else `unknown`",
        ),
        ("account_id", "`account_id`: text or whole number"),
        ("source_ip, user_agent, session_id", "the keys of those names: text"),
        ("raw", "the whole record, with `extra`, which may hold anything and is not read"),
    ],
    changes: &[
        (
            "every verb",
            "`changes`: a list of objects with `verb`, `direction`, `subject`, `subject_id`, `subject_alias`, `subject_external_id`, `subject_kind`, `entitlement`, \
             `entitlement_id`, `privilege`, `securable` (`type:name`), `outcome` (that of the event where it is absent)",
        ),
        (
            "every grant that has a reverse (statement)",
            "`statements`: a list of objects with `key`, `model` (replacement or snapshot), `held` and `otherwise`, which are lists of changes",
        ),
    ],
    missing: &[
        "What is declared is believed: a record on plane effect counts as what Databricks did, and one on plane transport as a push of the \
         connector, unless its actor is a user, a service principal or configured automation other than the connector.",
        "Unknown keys and words are refused by name, with the nearest known one; nothing is left out in silence.",
        "A change must name its subject, and what its verb is about: the group, the role, the application or workspace, the securable.",
    ],
};
