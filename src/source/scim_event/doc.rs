//! The page of source `scim_event`.

use crate::source::Doc;

pub(super) const DOC: Doc = Doc {
    title: "SCIM security event tokens (RFC 9967)",
    events: &[
        ("event_time", "`toe`, when it happened, else `iat`, when the token was issued"),
        (
            "event_type",
            "Names of the events of SCIM in `events` without `urn:ietf:params:scim:event:`, in the order of the alphabet, joined by `+`",
        ),
        ("plane", "transport: what a service of SCIM did or was told to do, on the way from decision to effect"),
        ("outcome", "success: a token tells what has happened; of `misc:asyncresp` what its `status` says"),
        ("outcome_reason", "Status and `detail` of a `misc:asyncresp` that failed"),
        ("native_id", "`jti`"),
        ("request_id", "`txn`, the same for all tokens of one transaction"),
        ("channel", "unknown: a token tells what became of a resource, not by which door"),
        ("target, target_id, target_kind", "`sub_id`: kind and id from its `uri`; the name from `data`"),
        ("scope, account_id, workspace_id", "What `sub_id.uri` and `iss` tell as addresses of Databricks"),
        (
            "parse_rule",
            "signature_unverified for tokens in their signed form, signature_removed for bare claims: either way nothing vouches for the issuer but the way that the file came",
        ),
    ],
    changes: &[
        (
            "user.create, group.create",
            "`prov:create:full`, with members, roles and entitlements as in requests; `prov:create:notice`",
        ),
        (
            "user.update, group.update, user.activate, user.deactivate, member.*, admin.*, priv.*, statements",
            "`prov:patch:full` and `prov:put:full`, read like the bodies of PATCH and PUT (source `scim`)",
        ),
        (
            "user.update, group.update",
            "`prov:patch:notice` and `prov:put:notice` that name an attribute which gives and takes nothing",
        ),
        ("user.delete, group.delete", "`prov:delete`"),
        ("user.activate, user.deactivate", "`prov:activate`, `prov:deactivate`"),
        ("subject_external_id", "`externalId` of `data`, else of `sub_id`"),
        (
            "none",
            "`feed:add` and `feed:remove`, which only say what the receiver is told of from now on; `misc:asyncresp`",
        ),
    ],
    missing: &[
        "Signatures are not verified, and encrypted tokens are not read.",
        "A notice names the attributes that were changed, not their values: where they decide access (`active`, `members`, `roles`, `entitlements`), no change is recorded.",
        "Tokens of other specifications (CAEP, RISC) are rejected; other events beside one of SCIM in a token are left out.",
        "Tokens with one issuer, id, time, resource and events are one event.",
        "`aud` and `iss` have no columns of their own; they are kept in `raw`.",
    ],
};
